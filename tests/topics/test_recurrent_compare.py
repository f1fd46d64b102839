"""RNN, LSTM and GRU compared: the formulas are those of the sheets, the counts those of single layers."""

import random
from xml.etree import ElementTree

import pytest

import dlcalc
from dlcalc import topics
from dlcalc.core.evaluate import evaluate
from dlcalc.core.formula import parse
from dlcalc.core.records import Figure, Formula, Grid
from dlcalc.errors import InputError
from dlcalc.layers import recurrent_compare
from tests.cli import run

SIZES = {"input": 10, "hidden": 20}
STATES = {"rnn": 1, "lstm": 6, "gru": 4}


def sheet(**inputs):
    return dlcalc.solve("recurrent-params", inputs)


def numbers(rng, *shape):
    return [numbers(rng, *shape[1:]) for _ in range(shape[0])] if shape else round(rng.uniform(-1, 1), 2)


def worked(kind, rng, **conventions):
    """Return the sheet of two steps of a cell of 3 units that reads 2 numbers, with all its biases."""
    gates = {"rnn": [("wx", "wh", "b", "bh")]}.get(kind) or [
        (f"w{g}", f"u{g}", f"b{g}", f"bh{g}") for g in recurrent_compare.CELLS[kind].gates.order
    ]
    shapes = ((3, 2), (3, 3), (3,), (3,))
    weights = {flag: numbers(rng, *shape) for four in gates for flag, shape in zip(four, shapes, strict=True)}
    if conventions.pop("biases") == "one":
        weights = {flag: value for flag, value in weights.items() if not flag.startswith("bh")}
    return dlcalc.solve(kind, {"x": numbers(rng, 2, 2), "h0": numbers(rng, 3), **weights, **conventions})


@pytest.mark.parametrize("biases", ["one", "two"])
@pytest.mark.parametrize(
    ("kind", "conventions"), [("rnn", {}), ("lstm", {}), ("gru", {"reset": "after"}), ("gru", {"reset": "before"})]
)
def test_every_formula_gives_what_the_cells_own_sheet_has(kind, conventions, biases):
    rng = random.Random(f"{kind}{conventions}{biases}")
    found = worked(kind, rng, biases=biases, **conventions)
    formulas = recurrent_compare.formulas(kind, {"biases": biases, **conventions})
    assert len(formulas) == STATES[kind]
    for t in (1, 2):
        for _, formula in formulas:
            left, _, right = formula.text.partition(" = ")
            value = evaluate(parse(right), found.sheet.env, {"t": t})
            written = evaluate(parse(left), found.sheet.env, {"t": t})
            assert value.tolist() == pytest.approx(written.tolist(), abs=1e-14), formula.text


def test_without_biases_the_formulas_have_none():
    for kind in STATES:
        assert " b" not in " ".join(
            f.text for _, f in recurrent_compare.formulas(kind, {"biases": "none", "reset": "after"})
        )


# ---------------------------------------------------------------- counts


def test_each_kind_has_as_many_parameters_as_a_layer_of_its_own():
    rng = random.Random(3)
    for _ in range(40):
        sizes = {
            "input": rng.randint(1, 50),
            "hidden": rng.randint(1, 50),
            "biases": rng.choice(("one", "two", "none")),
        }
        sizes["reset"] = rng.choice(("after", "before"))
        kinds = rng.sample(("rnn", "lstm", "gru"), rng.choice((2, 3)))
        both = sheet(compare=kinds, **sizes).answers
        single = [sheet(kind=kind, **sizes).answers for kind in kinds]
        for name in ("params", "textbook", "keras", "pytorch"):
            assert both[name] == [each[name] for each in single]


def test_the_counts_are_those_published_for_ten_inputs_and_twenty_units():
    """PyTorch 4h(d + h + 2) = 2560 and textbook 4h(d + h + 1) = 2480; of a GRU three quarters."""
    answers = sheet(compare="lstm gru", **SIZES).answers
    assert answers["pytorch"] == [2560, 1920]
    assert answers["textbook"] == [2480, 1860]


@pytest.mark.oracle
def test_the_formulas_of_the_counts_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    layers = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    for d, h in ((10, 20), (3, 7), (1, 1)):
        for kind, layer in layers.items():
            counted = sum(p.numel() for p in layer(d, h).parameters())
            env = {"d": d, "h": h}
            assert evaluate(parse(recurrent_compare.total(recurrent_compare.GATES[kind], "two")), env) == counted


def test_a_count_is_checked_by_its_name():
    raw = {"compare": "lstm gru", **SIZES}
    report = dlcalc.check("recurrent-params", raw, {"params[lstm]": "2480", "pytorch[gru]": "1860"})
    assert [verdict.accepted for verdict in report.verdicts.values()] == [True, False]


@pytest.mark.parametrize(
    ("name", "count", "mistake"),
    [
        ("lstm", 1860, "candidate-forgotten"),
        ("gru", 2480, "gru-with-four"),
        ("gru", 1240, "gru-candidate-forgotten"),
        ("lstm", 620, "one-gate-only"),
        ("gru", 660, "recurrent-weights-left-out"),
    ],
)
def test_a_mistake_in_one_of_the_counts_is_named(name, count, mistake):
    report = dlcalc.check("recurrent-params", {"compare": "lstm gru", **SIZES}, {f"params[{name}]": str(count)})
    assert mistake in report.verdicts[f"params[{name}]"].misconceptions


def test_an_answer_where_there_are_no_sizes_says_that_there_is_none():
    ran = run.dlcalc("recurrent-params --compare lstm gru --answer 5")
    assert (ran.status, ran.err) == (2, "Error: recurrent-params has no answer or line 'params'.\n")


# ---------------------------------------------------------------- the page


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kinds", [("lstm", "gru"), ("gru", "rnn"), ("rnn", "lstm", "gru")])
def test_the_page_has_drawings_formulas_and_a_table_in_either_language(kinds, lang):
    page = dlcalc.solve("recurrent-params", {"compare": kinds}, lang=lang)
    figures = [entry for entry in page.entries if isinstance(entry, Figure)]
    grids = [entry for entry in page.entries if isinstance(entry, Grid)]
    assert [figure.title for figure in figures] == [recurrent_compare.TITLES[kind] for kind in kinds]
    assert [len(grid.heads) for grid in grids] == [len(kinds), len(kinds) + 1]
    assert page.answers == {}
    text = page.render("text")
    assert "hₜ = oₜ ⊙ tanh(cₜ)" in text or "lstm" not in kinds
    assert "(1 − zₜ) ⊙ nₜ" in text or "gru" not in kinds
    assert len(text.splitlines()) > 60
    assert not text.endswith("\n\n")


def test_every_text_of_the_table_is_in_both_languages():
    for grid in (entry for entry in sheet(compare="rnn lstm gru").entries if isinstance(entry, Grid)):
        pieces = [piece for row in grid.rows for cell in row for piece in cell if not isinstance(piece, Formula)]
        assert all(piece.en and piece.zh and (piece.en != piece.zh) for piece in pieces)


def test_a_page_shows_formulas_in_its_own_notation():
    page = sheet(compare="lstm gru")
    root = ElementTree.fromstring(page.render("html"))
    (formulas, _) = (t for t in root.iter("table") if t.get("class") == "compared")
    assert sum(cell.find("math") is not None for cell in formulas.iter("td")) == STATES["lstm"] + STATES["gru"]
    assert len(list(root.iter("svg"))) == 2
    assert r"c_{t} = f_{t} \odot c_{t - 1} + i_{t} \odot g_{t}" in page.render("latex").replace("t-1", "t - 1")
    assert "| LSTM | GRU |" in page.render("markdown")


def test_reset_and_biases_change_the_formulas_and_the_picture():
    before = sheet(compare="lstm gru", reset="before", biases="two").render("text")
    assert "U_n (rₜ ⊙ hₜ₋₁)" in before
    assert "b_hi" in before
    assert before != sheet(compare="lstm gru", biases="two").render("text")


# ---------------------------------------------------------------- the flag


@pytest.mark.parametrize(
    "flag",
    ["--compare lstm gru", "--compare lstm,gru", "--compare=lstm,gru", "--compare 'lstm gru'", "--compare LSTM GRU"],
)
def test_the_words_may_be_written_with_blanks_or_a_comma(flag):
    ran = run.dlcalc(f"recurrent-params {flag} --input 10 --hidden 20 --steps brief")
    assert ran.status == 0
    assert "params   = (2480, 1860)" in ran.out


def test_words_end_at_the_next_flag():
    ran = run.dlcalc("recurrent-params --hidden 20 --compare rnn gru lstm --input 10 --answer 'params[rnn]=620'")
    assert (ran.status, ran.err) == (0, "")


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ("--compare lstm", "2 to 3"),
        ("--compare lstm lstm", "2 to 3"),
        ("--compare lstm gru rnn lstm", "2 to 3"),
        ("--compare lstm transformer", "'transformer' is not one of the choices"),
        ("--compare", "A value is missing"),
        ("--compare lstm gru --kind lstm", "--kind"),
        ("--compare lstm gru --layers 2", "--layers"),
        ("--compare lstm gru --input 3", "hidden"),
        ("--compare lstm gru --hidden 3", "input"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_cannot_be_compared_says_what_to_type(flags, says, lang):
    ran = run.dlcalc(f"recurrent-params {flags} --lang {lang}")
    assert (ran.status, ran.out) == (2, "")
    assert says in ran.err or lang == "zh"
    assert ran.err.count("\n") <= 6


def test_python_takes_a_list():
    assert sheet(compare=["gru", "lstm"], **SIZES).answers["params"] == [1860, 2480]
    for wrong in (5, ["lstm"], [["lstm"], "gru"], None, {"lstm": 1}, "lstm " * 300):
        with pytest.raises(InputError):
            topics.load("recurrent-params").read({"compare": wrong})


@pytest.mark.parametrize("command", ["lstm --compare gru", "lstm --compare lstm gru", "lstm --compare=lstm,gru"])
def test_a_cell_s_own_command_hands_a_comparison_on(command):
    assert run.dlcalc(command) == run.dlcalc("recurrent-params --compare lstm gru")
