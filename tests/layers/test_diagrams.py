"""Block diagrams: every wire as the formulas have it, every label in both languages, nothing on anything else."""

from itertools import combinations
from xml.etree import ElementTree

import pytest

from dlcalc.core.layout import cells
from dlcalc.errors import AuthorError, Text
from dlcalc.layers import cell_pictures, transformer_pictures
from dlcalc.layers.diagram import ACROSS, DOWN, Box, Diagram, said
from tests.layers.wiring import plus, read, times

LANGUAGES = ("en", "zh")
SVG = "{http://www.w3.org/2000/svg}"
DIAGRAMS = {
    "rnn": cell_pictures.rnn(),
    "rnn-relu": cell_pictures.rnn("relu", bias=False, output=False),
    "lstm": cell_pictures.lstm(),
    **{f"lstm-{p}": cell_pictures.lstm(p) for p in ("f", "i", "o", "fi", "ifo")},
    **{
        f"gru-{reset}-{update}": cell_pictures.gru(reset, update)
        for reset in ("after", "before")
        for update in ("z-old", "z-new")
    },
    **{
        f"unrolled-{kind}-{steps}": cell_pictures.unrolled(kind, steps, outputs=outputs)
        for kind, steps, outputs in (
            ("rnn", 1, True), ("rnn", 2, False), ("rnn", 3, True), ("lstm", 4, True), ("lstm", 5, False),
            ("gru", 12, True), ("lstm", 120, True), ("lstm", 19_999, True),
        )
    },
    **{
        f"{name}-{norm}": draw(norm)
        for name, draw in (
            ("encoder", transformer_pictures.encoder_block),
            ("decoder", transformer_pictures.decoder_block),
            ("both", transformer_pictures.transformer),
        )
        for norm in ("post", "pre")
    },
    "gpt": transformer_pictures.decoder_block("pre", "12", cross=False),
    "torch": transformer_pictures.transformer("post", "6", final_norm=True),
}  # fmt: skip
EVERY = pytest.mark.parametrize("diagram", DIAGRAMS.values(), ids=DIAGRAMS)


# ---------------------------------------------------------------- wires against formulas


def lstm(peepholes):
    """Return c and h of an LSTM as Gers and Schmidhuber (2000) have them: i and f see the old cell, o the new one."""
    both = ("[h, x]", "hₜ₋₁", "xₜ")
    f = ("forget\nσ", *(["cₜ₋₁"] if "f" in peepholes else []), both)
    i = ("input\nσ", *(["cₜ₋₁"] if "i" in peepholes else []), both)
    g = ("candidate\ntanh", both)
    c = plus(times(f, "cₜ₋₁"), times(i, g))
    o = ("output\nσ", *([c] if "o" in peepholes else []), both)
    return {"cₜ": c, "hₜ": times(o, ("tanh", c))}


@pytest.mark.parametrize("peepholes", ["", "f", "i", "o", "fi", "ifo"])
def test_the_lstm_cell_is_wired_as_its_formulas(peepholes):
    assert read(cell_pictures.lstm(peepholes)) == lstm(peepholes)


@pytest.mark.parametrize("update", ["z-old", "z-new"])
@pytest.mark.parametrize("reset", ["after", "before"])
def test_the_gru_cell_is_wired_as_its_formulas(reset, update):
    both = ("[h, x]", "hₜ₋₁", "xₜ")
    r, z = ("reset\nσ", both), ("update\nσ", both)
    past = times(r, ("Uₙ", "hₜ₋₁")) if reset == "after" else ("Uₙ", times(r, "hₜ₋₁"))
    n = ("candidate\ntanh", past, "xₜ")
    old, new = (z, ("1 − z", z)) if update == "z-old" else (("1 − z", z), z)
    assert read(cell_pictures.gru(reset, update)) == {"hₜ": plus(times(old, "hₜ₋₁"), times(new, n))}


def test_the_rnn_cell_is_wired_as_its_formulas():
    h = ("tanh", plus(("Wₕ", "hₜ₋₁"), ("Wₓ", "xₜ"), "b"))
    assert read(cell_pictures.rnn()) == {"hₜ": h, "yₜ": ("Wᵧ", h)}
    bare = ("ReLU", plus(("Wₕ", "hₜ₋₁"), ("Wₓ", "xₜ")))
    assert read(cell_pictures.rnn("relu", bias=False, output=False)) == {"hₜ": bare}


def test_an_unrolled_network_hands_its_state_from_step_to_step():
    one = ("GRU", "h₀", "x₁")
    two = ("GRU", one, "x₂")
    assert read(cell_pictures.unrolled("gru", 2)) == {"y₁": one, "y₂": two, "h₂": two}


def test_what_is_left_out_of_a_long_sequence_is_the_middle():
    found = read(cell_pictures.unrolled("lstm", 9))
    two = ("LSTM", ("LSTM", "h₀, c₀", "x₁"), "x₂")
    assert found["y₂"] == found["⋯"] == two
    assert found["h₉, c₉"] == found["y₉"] == ("LSTM", "⋯", "x₉")


class Block:
    """The sub-layers of a block by post- or pre-norm, as expressions."""

    def __init__(self, norm):
        self.norm = norm

    def around(self, x, sublayer):
        if self.norm == "post":
            return ("Add & Norm", x, sublayer(x))  # by place: the residual enters at a side
        return plus(x, sublayer(("Norm", x)))

    def encoder(self, x):
        x = self.around(x, lambda x: ("Multi-head\nself-attention", x, x, x))
        return self.around(x, lambda x: ("Feed-forward network", x))

    def decoder(self, y, memory=None):
        y = self.around(y, lambda y: ("Masked multi-head\nself-attention", y, y, y))
        if memory is not None:
            y = self.around(y, lambda y: ("Multi-head\ncross-attention", memory, memory, y))  # K, V, Q
        return self.around(y, lambda y: ("Feed-forward network", y))


def unordered(node):
    """Return an expression whose sums, drawn as boxes, do not care from which side something enters."""
    if isinstance(node, str):
        return node
    name, *inputs = node
    inputs = [unordered(each) for each in inputs]
    return (name, *(sorted(inputs, key=str) if name in ("Add & Norm", "+") else inputs))


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_transformer_blocks_normalize_where_they_say(norm):
    block = Block(norm)
    (encoder,) = read(transformer_pictures.encoder_block(norm)).values()
    assert unordered(encoder) == unordered(block.encoder("X, one row per token"))
    (decoder,) = read(transformer_pictures.decoder_block(norm)).values()
    assert unordered(decoder) == unordered(block.decoder("Y, the tokens so far", "output"))
    (gpt,) = read(transformer_pictures.decoder_block(norm, cross=False)).values()
    assert unordered(gpt) == unordered(block.decoder("Y, the tokens so far"))


@pytest.mark.parametrize(("norm", "final"), [("post", None), ("pre", None), ("post", True), ("pre", False)])
def test_the_whole_transformer_hands_the_encoders_output_to_the_decoder(norm, final):
    block = Block(norm)

    def stack(x):
        return ("Norm", x) if (norm == "pre" if final is None else final) else x

    where = ("Positional encoding",)
    source = plus(("Embedding", "source tokens"), where)
    target = plus(("Embedding", "target tokens so far"), where)
    memory = stack(block.encoder(source))
    (found,) = read(transformer_pictures.transformer(norm, final_norm=final)).values()
    expected = ("Softmax", ("Linear", stack(block.decoder(target, memory))))
    assert unordered(found) == unordered(expected)


# ---------------------------------------------------------------- as they are drawn


@EVERY
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_drawing_fits_a_terminal_and_has_every_label(diagram, lang):
    rows = diagram.rows(lang)
    assert max(map(cells, rows)) <= 78
    labels = [node.label for node in diagram.nodes.values() if isinstance(node, Box)]
    labels += [words.label for words in diagram.labels]
    for label in labels:
        for line in said(label, lang).split("\n"):
            assert any(line in row for row in rows), line


@EVERY
def test_labels_in_words_differ_between_the_languages(diagram):
    words = [each.label for each in diagram.labels if isinstance(each.label, Text)]
    words += [n.label for n in diagram.nodes.values() if isinstance(n, Box) and isinstance(n.label, Text)]
    assert all(label.en != label.zh for label in words)
    assert diagram.rows("en") != diagram.rows("zh") or not words


def boxes(root):
    for rect in root.iter(f"{SVG}rect"):
        if "stroke-dasharray" not in rect.attrib:
            x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
            yield x, y, x + w, y + h


@EVERY
@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_svg_is_xml_with_a_title_and_nothing_outside_or_on_something_else(diagram, lang):
    root = ElementTree.fromstring(diagram.svg(lang))
    assert root.find(f"{SVG}title").text == root.get("aria-label") == diagram.title.say(lang)
    assert root.get("role") == "img"
    left, top, wide, high = map(float, root.get("viewBox").split())
    drawn = list(boxes(root))
    assert len(drawn) == sum(isinstance(node, Box) for node in diagram.nodes.values())
    for x0, y0, x1, y1 in drawn:
        assert left <= x0 < x1 <= left + wide
        assert top <= y0 < y1 <= top + high
    for (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) in combinations(drawn, 2):
        assert ax1 < bx0 or bx1 < ax0 or ay1 < by0 or by1 < ay0
    for text in root.iter(f"{SVG}text"):
        assert left < float(text.get("x")) < left + wide
        assert top < float(text.get("y")) < top + high


@EVERY
def test_an_arrow_in_the_svg_ends_at_the_edge_of_what_it_points_to(diagram):
    root = ElementTree.fromstring(diagram.svg("en"))
    circles = [
        (float(c.get("cx")), float(c.get("cy")), float(c.get("r")))
        for c in root.iter(f"{SVG}circle")
        if float(c.get("r")) == 10
    ]
    tips = [
        tuple(map(float, path.get("d")[1:].split(" L")[0].split()))
        for path in root.iter(f"{SVG}path")
        if path.get("d").endswith("Z")
    ]
    assert len(tips) == sum(wire.arrow for wire in diagram.wires)
    drawn = list(boxes(root))
    at_nodes = 0
    for x, y in tips:
        edge = any(
            (x in (x0, x1) and y0 < y < y1) or (y in (y0, y1) and x0 < x < x1) for x0, y0, x1, y1 in drawn
        ) or any(abs((x - cx) ** 2 + (y - cy) ** 2 - r * r) < 1e-6 for cx, cy, r in circles)
        at_nodes += edge
    assert at_nodes == sum(bool(wire.arrow and wire.end) for wire in diagram.wires)


@EVERY
def test_drawings_take_the_colours_of_their_page(diagram):
    root = ElementTree.fromstring(diagram.svg("en"))
    colours = {element.get(name) for element in root.iter() for name in ("fill", "stroke")}
    assert {c for c in colours if c and c.startswith("#")} <= {
        rect.get("fill") for rect in root.iter(f"{SVG}rect") if float(rect.get("fill-opacity", "1")) < 0.2
    }


# ---------------------------------------------------------------- what is refused


def two_boxes():
    d = Diagram(Text("a test", "测试"))
    d.box("a", 0, 0, 5, "a")
    d.box("b", 10, 0, 5, "b")
    return d


def test_boxes_that_overlap_are_refused():
    d = two_boxes()
    d.box("c", 3, 2, 5, "c")
    with pytest.raises(AuthorError, match="out of place"):
        d.rows("en")


def test_a_label_on_a_wire_is_refused():
    d = two_boxes()
    d.wire("s", "a", "b")
    d.words(6, 1, "x")
    with pytest.raises(AuthorError, match="out of place"):
        d.rows("en")


def test_a_label_too_long_for_its_box_is_refused_in_the_language_in_which_it_is():
    d = Diagram(Text("a test", "测试"))
    d.box("a", 0, 0, 8, Text("gate", "太长的标签"))
    assert d.rows("en")
    with pytest.raises(AuthorError, match="out of place"):
        d.rows("zh")


def test_a_wire_through_a_box_is_refused():
    d = two_boxes()
    d.box("c", 20, 0, 5, "c")
    d.wire("s", "a", (19, 1))
    with pytest.raises(AuthorError, match="out of place"):
        d.rows("en")


def test_a_slanting_wire_is_refused():
    d = two_boxes()
    with pytest.raises(AuthorError, match="out of place"):
        d.wire("s", (1, 5), (4, 7))


def test_signals_that_run_along_each_other_are_refused():
    d = two_boxes()
    d.wire("s", (0, 5), (9, 5))
    d.wire("t", (3, 5), (6, 5))
    with pytest.raises(AuthorError, match="out of place"):
        d.rows("en")


def test_a_drawing_wider_than_a_terminal_is_refused():
    d = two_boxes()
    d.box("c", 75, 0, 5, "c")
    with pytest.raises(AuthorError, match="out of place"):
        d.rows("en")


def test_signals_cross_by_a_bridge_and_one_signal_branches_by_a_dot():
    d = Diagram(Text("a test", "测试"))
    d.wire("s", (0, 2), (8, 2))
    d.wire("t", (4, 0), (4, 4))
    assert d.rows("en")[2] == "────│───▶"
    assert d.crossings() == [(4, 2)]
    assert " a5 5 0 0 1 10 0" in d.svg("en")
    d.wire("s", (2, 2), (2, 4))
    assert d.rows("en")[2] == "──┬─│───▶"
    assert d.joints() == [(2, 2)]
    assert f'cx="{2.5 * ACROSS:g}" cy="{2.5 * DOWN:g}" r="2.6"' in d.svg("en")
