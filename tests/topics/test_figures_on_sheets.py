"""Which drawings stand on the sheets of recurrent networks and transformers, and what `--plot` makes of them."""

import random
import subprocess
import sys
from xml.etree import ElementTree

import pytest

import dlcalc
from dlcalc.core.layout import cells
from dlcalc.core.records import Figure
from dlcalc.render.picture import picture
from tests.cli import run
from tests.topics.test_recurrent_compare import numbers

SVG = "{http://www.w3.org/2000/svg}"
RNN = {"x": "0.7,0.5,0.2", "wx": "0.9", "wh": "0.5"}
PEEPHOLES = {flag: numbers(random.Random(7), 1) for flag in ("pi", "po")}
LSTM = {"x": "1,2", **{f"{kind}{gate}": "0.5" for kind in "wu" for gate in "ifgo"}, **PEEPHOLES}
GRU = {"x": "1,2", **{f"{kind}{gate}": "0.5" for kind in "wu" for gate in "rzn"}}


def figures(topic, inputs, lang="en"):
    return [each for each in dlcalc.solve(topic, inputs, lang=lang).entries if isinstance(each, Figure)]


@pytest.mark.parametrize(("topic", "inputs"), [("rnn", RNN), ("lstm", LSTM), ("gru", GRU)])
def test_the_cell_and_its_net_are_drawn_at_full_steps_alone(topic, inputs):
    sheet = dlcalc.solve(topic, inputs)
    assert "╭┄" not in sheet.render("text")
    assert "<svg" not in sheet.render("html")
    full = sheet.render("text", steps="full")
    assert full.count("╭┄") == 1
    assert full.count("the same weights at every step") == 1
    assert sheet.render("html", steps="full").count("<svg") == 2
    assert "各时刻共用同一组权重" in dlcalc.solve(topic, inputs, lang="zh").render("text", steps="full")


def drawn(topic, inputs):
    return "\n".join(figures(topic, inputs)[0].draw("en"))


def test_the_drawing_is_of_the_cell_in_the_exercise():
    assert "│ Wₓ │" in drawn("rnn", RNN).replace("  ", " ")
    assert "ReLU" in drawn("rnn", {**RNN, "act": "relu"})
    assert "Wᵧ" not in drawn("rnn", RNN)
    assert "Wᵧ" in drawn("rnn", {**RNN, "wy": "1"})
    assert " b " not in drawn("rnn", RNN)
    assert " b" in drawn("rnn", {**RNN, "b": "0.3"})
    assert " b" in drawn("rnn", {**RNN, "bh": "0.3"})
    four = {drawn("gru", {**GRU, "reset": r, "update": u}) for r in ("after", "before") for u in ("z-old", "z-new")}
    assert len(four) == 4
    without = {name: value for name, value in LSTM.items() if name not in PEEPHOLES}
    assert "with peepholes" in figures("lstm", LSTM)[0].svg("en")
    assert "with peepholes" not in figures("lstm", without)[0].svg("en")
    assert drawn("lstm", LSTM) != drawn("lstm", without) != drawn("lstm", {**LSTM, "pf": "1"})


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("flags", "boxes"),
    [
        ({}, 4 + 6 + 5),
        ({"norm": "pre"}, 5 + 7 + 5),
        ({"preset": "gpt2"}, 4),
        ({"preset": "bert-base"}, 4),
        ({"kind": "decoder", "d_model": 8}, 6),
    ],
)
def test_a_transformers_sheet_has_its_picture(flags, boxes, lang):
    (figure,) = figures("transformer", flags, lang)
    root = ElementTree.fromstring(figure.svg(lang))
    solid = [rect for rect in root.iter(f"{SVG}rect") if "stroke-dasharray" not in rect.attrib]
    assert len(solid) == boxes
    assert figure.title.say(lang) in dlcalc.solve("transformer", flags, lang=lang).render("text")


@pytest.mark.parametrize("flags", ["transformer", "recurrent-params --compare lstm gru", "transformer --preset gpt2"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_with_drawings_fits_eighty_columns(flags, lang):
    ran = run.dlcalc(f"{flags} --lang {lang}")
    assert ran.status == 0
    assert max(map(cells, ran.out.splitlines())) <= 80


def test_all_drawings_of_a_sheet_stand_in_one_file_below_each_other():
    sheet = dlcalc.solve("recurrent-params", {"compare": "rnn lstm gru"}, lang="zh")
    root = ElementTree.fromstring(picture(sheet, ".svg"))
    inner = root.findall(f"{SVG}svg")
    assert [each.get("aria-label") for each in inner] == ["RNN 单元", "LSTM 单元", "GRU 单元"]
    _, _, width, height = map(float, root.get("viewBox").split())
    below = 0.0
    for each in inner:
        y, high = float(each.get("y")), float(each.get("height"))
        assert y >= below
        assert float(each.get("width")) <= width
        below = y + high
    assert below == height


def test_a_single_drawing_is_the_file(tmp_path):
    path = tmp_path / "t.svg"
    assert run.dlcalc(["transformer", "--plot", str(path)]).status == 0
    (figure,) = figures("transformer", {})
    assert path.read_text("utf-8") == figure.svg("en")


def test_a_block_diagram_as_png_says_that_it_is_svg_only(tmp_path):
    ran = run.dlcalc(["transformer", "--plot", str(tmp_path / "t.png")])
    assert ran.status == 2
    assert "SVG" in ran.err


def test_what_draws_is_loaded_only_to_draw():
    shown = f"import sys, dlcalc; dlcalc.solve('gru', {GRU}).render(); print('dlcalc.layers.diagram' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
