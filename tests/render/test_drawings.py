"""Drawings, tables with heads, decisions and tables as answers, in the formats that set formulas."""

import json
from xml.etree import ElementTree

import pytest

import dlcalc
from dlcalc.core.arrays import Array
from dlcalc.core.formula import parse
from dlcalc.core.notation import LATEX, MATHML, UNICODE, Writer
from dlcalc.render import latex
from tests.render import mathml

LI_HANG = {"x": "3,3; 4,3; 1,1", "t": "1,1,-1"}
NET = {"x": "0.35,0.9", "t": "0.5", "w1": "0.1,0.8; 0.4,0.6", "w2": "0.3,0.9"}


def page(topic, inputs, **options):
    return ElementTree.fromstring(dlcalc.solve(topic, inputs).render("html", **options))


# ---------------------------------------------------------------- drawings


def test_a_drawing_with_an_svg_stands_in_the_page_itself():
    (drawing,) = (div for div in page("backprop", NET).iter("div") if div.get("class") == "drawing")
    assert len(list(drawing.iter("circle"))) == 5
    assert "0.8" in [text.text for text in drawing.iter("text")]
    (plane,) = page("perceptron", LI_HANG).iter("svg")
    assert len(list(plane.iter("circle"))) == 3


def test_a_drawing_of_text_alone_keeps_its_columns_in_the_page():
    (rows,) = page("neuron", {"gate": "xor", "w": "1,1", "theta": "0.5"}).iter("pre")
    assert "(0, 1) → 1       w₂ + b > 0" in rows.text.splitlines()[1]


def test_a_drawing_in_latex_has_a_row_for_each_of_its_rows():
    tex = dlcalc.solve("perceptron", LI_HANG).render("latex")
    drawn = tex[tex.index(r"\begin{tabular}{@{}l@{}}") :]
    drawn = drawn[: drawn.index(r"\end{tabular}")]
    assert len(drawn.splitlines()) == 1 + 23
    assert drawn.count(r"\bullet") == 3  # two samples and the legend
    assert drawn.count(r"\circ") == 2


@pytest.mark.parametrize("sign", ["─", "│", "┼", "●", "╲", "₁", "−", "→", "δ"])
def test_every_sign_of_a_drawing_is_as_wide_as_a_letter(sign):
    assert latex._cell(sign, "en").startswith(r"\makebox[.5em]") or r"\makebox[0.5em]" in latex._cell(sign, "en")


def test_a_chinese_character_of_a_drawing_is_as_wide_as_two_letters():
    assert latex._cell("轮", "zh") == r"\makebox[1em]{轮}"


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize(("lang", "heads"), [("en", ["k", "epoch", "sample"]), ("zh", ["k", "轮", "样本"])])
def test_columns_that_are_no_lines_stand_in_front(lang, heads):
    root = ElementTree.fromstring(dlcalc.solve("perceptron", LI_HANG, lang=lang).render("html"))
    table = [table for table in root.iter("table") if table.get("class") == "loop"][1]
    assert [cell.text for cell in table.find("thead").iter("th")][:3] == heads
    assert [cell.text for cell in table.findall("tbody/tr")[3]][:3] == ["4", "2", "1"]
    assert " & ".join(heads) in dlcalc.solve("perceptron", LI_HANG, lang=lang).render("latex")


# ---------------------------------------------------------------- answers


def test_a_table_as_an_answer_is_told_by_its_length_and_whole_in_json():
    sheet = dlcalc.solve("perceptron", LI_HANG)
    assert r"\text{18 rows}" in sheet.render("latex", steps="brief")
    assert "<mtext>18 rows</mtext>" in sheet.render("html", steps="brief")
    rows = json.loads(sheet.render("json"))["answers"]["rows"]
    assert len(rows) == 18
    first = {"epoch": 1, "sample": 1, "net": 0, "y": 0, "error": True, "w": [3, 3], "b": 1}
    assert rows[0] == first


def test_a_long_table_as_an_answer_is_told_by_its_length_too():
    never = {"x": "0,0; 0,1; 1,0; 1,1", "t": "0,1,1,0", "eta": "0.37", "w0": "1/7,0", "max_epochs": 40}
    sheet = dlcalc.solve("perceptron", never)
    count = len(sheet.answers["rows"])
    assert f"rows      = {count} rows" in sheet.render("text", steps="brief")


def test_a_decision_and_what_an_exercise_does_not_have_are_words():
    sheet = dlcalc.solve("perceptron", {**LI_HANG, "scan": "restart"}, lang="zh")
    assert r"\text{converged} = \text{是}" in sheet.render("latex")
    assert "<mtext>是</mtext>" in sheet.render("html")
    assert r"\text{epochs} = \text{–}" in sheet.render("latex")


# ---------------------------------------------------------------- formulas


def written(formula, env=None, at=None, notation=UNICODE, **options):
    return Writer(notation, at or {}, env or {}, **options).write(parse(formula)).text


def test_the_product_of_two_vectors_has_a_dot_and_that_of_a_matrix_none():
    values = {"w": Array.of([1, 2]), "x": Array.of([3, 4]), "W": Array.of([[1, 2], [3, 4]])}
    assert written("w @ x", values) == "w·x"
    assert written("w @ x", values, notation=LATEX) == r"w \cdot x"
    assert mathml.tokens(written("w @ x", values, notation=MATHML)) == ["w", "·", "x"]
    assert written("W @ x", values) == "W x"
    assert written("W @ x", values, notation=LATEX) == r"W\,x"
    assert written("w @ x", values, notation=LATEX, values=True).count(r" \cdot ") == 1


def test_a_product_of_vectors_with_an_index_left_open_has_its_dot_too():
    values = {("w", 0): Array.of([1, 2]), ("x", 1): Array.of([3, 4]), ("W", 0): Array.of([[1, 2], [3, 4]])}
    assert written("w[k-1] @ x[i]", values, {"k": "k", "i": "i"}) == "wₖ₋₁·xᵢ"
    assert written("W[k-1] @ x[i]", values, {"k": "k", "i": "i"}) == "Wₖ₋₁ xᵢ"


@pytest.mark.parametrize(
    ("formula", "plain", "tex", "tokens"),
    [
        ("sum(x[j] for j in (1, ..., m))", "Σⱼ xⱼ", r"\sum_{j} x_{j}", ["∑", "j", "x", "j"]),
        ("sum(x[j] + 1 for j in (1, ..., m))", "Σⱼ (xⱼ + 1)", r"\sum_{j} \left(x_{j} + 1\right)",
         ["∑", "j", "(", "x", "j", "+", "1", ")"]),
        ("prod(x[j] for j in (1, ..., m))", "Πⱼ xⱼ", r"\prod_{j} x_{j}", ["∏", "j", "x", "j"]),
        ("max(x[j] for j in (1, ..., m))", "maxⱼ xⱼ", r"\max_{j} x_{j}", ["max", "j", "x", "j"]),
    ],
)  # fmt: skip
def test_what_runs_to_an_end_left_open_is_written_with_its_index_alone(formula, plain, tex, tokens):
    at = {"m": "m"}
    assert written(formula, at=at) == plain
    assert written(formula, at=at, notation=LATEX) == tex
    assert mathml.tokens(written(formula, at=at, notation=MATHML)) == tokens


def test_the_largest_over_an_index_lists_its_terms():
    values = {("x", 1): 4, ("x", 2): 7, "n": 2}
    formula = "max(x[i] + 1 for i in (1, ..., n))"
    assert written(formula, values) == "max(x₁ + 1, x₂ + 1)"
    assert written(formula, values, notation=LATEX) == r"\operatorname{max}\left(x_{1} + 1, x_{2} + 1\right)"
    assert mathml.read(written(formula, values, notation=MATHML, values=True)) == "max(4+1,7+1)"


def test_a_long_list_of_terms_is_broken_after_its_commas():
    values = {"n": 5, **{("x", i): 123_456_789_000 + i for i in range(1, 6)}}
    block = Writer(UNICODE, {}, values, values=True).write(parse("max(x[i] + 1 for i in (1, ..., n))"))
    rows = [piece.text for piece in block.split(40)]
    assert rows == [
        "max(123456789001 + 1, 123456789002 + 1,",
        "123456789003 + 1, 123456789004 + 1,",
        "123456789005 + 1)",
    ]


def test_a_partial_derivative_is_written_as_one():
    options = {"at": {"l": 2}, "indices": {"dE_da": "l"}}
    assert written("dE_da[l]", **options) == "∂E/∂a⁽²⁾"
    assert written("dE_da[l]", notation=LATEX, **options) == r"\frac{\partial E}{\partial a^{(2)}}"
    assert mathml.tokens(written("dE_da[l]", notation=MATHML, **options)) == ["∂", "E", "∂", "a", "(", "2", ")"]
