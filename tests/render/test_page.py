"""The page: rows, wrapping, and that every format tells the same."""

import json

import pytest

import dlcalc
from dlcalc.core.layout import Block, beside, cells, stacked
from dlcalc.render.page import wrap
from dlcalc.render.verdicts import wrap_chain


def test_chinese_characters_fill_two_cells():
    assert cells("卷积 conv") == 9


def test_blocks_stand_side_by_side_on_their_base_rows():
    matrix = stacked([["1", "20"], ["300", "4"]])
    assert beside(("A = ", matrix, " x")).rows == ("A = [  1  20] x", "    [300   4]  ")


def test_a_block_is_cut_at_its_breaks():
    block = Block(("aaa + bbb + ccc",), 0, (3, 9))
    assert [part.rows[0] for part in block.split(10)] == ["aaa + bbb", " + ccc"]
    assert [part.rows[0] for part in block.split(50)] == ["aaa + bbb + ccc"]


@pytest.mark.parametrize("width", [12, 20, 40])
def test_prose_is_wrapped_in_both_languages_without_losing_a_sign(width):
    for text in (
        "You left out the + 1: the window also stands at its start.",
        "漏了 + 1：商只数了移动的步数，窗口在起点也算一个位置。",
    ):
        rows = wrap(text, width)
        assert all(cells(row) <= width for row in rows)
        assert "".join("".join(rows).split()) == "".join(text.split())


def test_no_chinese_row_begins_with_punctuation():
    for width in range(10, 60):
        for row in wrap(
            "漏了填充：窗口在填充后的输入上滑动，应加上 2P。向上取整了、放不下的窗口要舍去（向下取整）。", width
        ):
            assert row[0] not in "，。；：、）"


INPUTS = {"in": "3x28x40", "k": "3x5", "filters": 8, "stride": 2}


def test_all_formats_show_the_same_numbers():
    sheet = dlcalc.solve("conv", INPUTS)
    document = json.loads(sheet.render("json"))
    for line in document["lines"]:
        for format in ("text", "terminal", "markdown"):
            assert line["shown"] in sheet.render(format)


def test_markdown_has_balanced_dollars_and_braces():
    for steps in ("brief", "normal", "full"):
        text = dlcalc.solve("conv", INPUTS).render("markdown", steps=steps)
        assert text.count("$") % 2 == 0
        assert text.count("{") == text.count("}")
        assert text.count(r"\left") == text.count(r"\right")


def test_a_sheet_shows_itself_in_a_notebook_and_when_printed():
    sheet = dlcalc.solve("conv", {"in": 28, "k": 3})
    assert r"\left\lfloor" in sheet._repr_markdown_()
    assert "out = 26" in str(sheet)
    assert "out = 26" in repr(sheet)


def test_full_steps_work_the_line_out_a_layer_at_a_time():
    text = dlcalc.solve("conv", {"in": 227, "k": 11, "stride": 4}).render("text", steps="full", width=100)
    for step in ("⌊(227 + 2·0 − 11)/4⌋ + 1", "⌊(227 + 0 − 11)/4⌋ + 1", "⌊216/4⌋ + 1", "54 + 1", "= 55"):
        assert step in text


def test_the_public_catalogue_can_be_called_however_it_is_reached():
    import dlcalc.topics

    assert "conv" in dlcalc.topics()
    assert dlcalc.topics()["conv"].answers["out"].zh == "输出尺寸"
    assert "stride-ignored" in dlcalc.topics()["conv"].misconceptions


def test_values_have_every_spelling_of_a_name():
    values = dlcalc.solve("conv", {"in": "28x40", "k": 3}).values
    assert values["O[h]"] == values["O_h"] == 26
    assert "O_x" not in values


def test_a_sheet_travels_to_another_process_as_its_exercise():
    import pickle

    sheet = dlcalc.solve("conv", {"in": "28x40", "k": 3}, round=2, lang="zh")
    again = pickle.loads(pickle.dumps(sheet))
    assert again.render("text") == sheet.render("text")
    assert again.given == sheet.given


def test_paper_arithmetic_shows_what_is_carried_on_and_the_unrounded_answer():
    from dlcalc.core import modes
    from dlcalc.core.notation import Style
    from dlcalc.core.worksheet import Worksheet
    from dlcalc.render import render_sheet
    from tests.core.test_work import CHAIN

    inputs = CHAIN.read({"a": 2})
    sheet = Worksheet(CHAIN, inputs, mode=modes.paper(2), style=Style(decimals=2))
    sheet.unrounded = Worksheet(CHAIN, inputs)
    text = render_sheet(sheet, "text")
    assert "y = a/3 = 2/3 ≈ 0.67" in text
    assert "z = y·y = 0.67·0.67 = 0.4489 ≈ 0.45" in text
    assert "out = −0.45 (unrounded −0.444444)" in text
    assert r"0.67 \cdot 0.67 = 0.4489 \approx 0.45" in render_sheet(sheet, "markdown")


# ---- values by hand


def test_a_signal_lies_as_a_row_and_stands_upright_beside_a_matrix():
    sheet = dlcalc.solve("conv", {"x": [1, 2, 3], "w": [1, -1]})
    assert "y = x ⋆ w = [1  2  3] ⋆ [1  −1] = [−1  −1]" in sheet.render("text")
    assert "flat([1])" in dlcalc.solve("conv", {"x": [1, 2, 3], "w": [1, -1], "as_matrix": True}).render("text")
    layer = dlcalc.solve("linear", {"x": [1, 2], "w": [[3, 4], [5, 6]]}).render("text")
    assert "·[1] = [11]" in layer  # a layer's vectors stay columns


def test_entries_that_only_stand_elsewhere_are_not_expanded():
    shown = dlcalc.solve("conv", {"x": [[1, 2], [3, 4]], "w": [[1, 2], [3, 4]], "pad": 1, "flip": True}).render(
        "text", steps="full"
    )
    assert "x_pad₁,₁ =" not in shown
    assert "k₁,₁ =" not in shown
    assert "y₁,₁ = x_pad₁,₁·k₁,₁ + x_pad₁,₂·k₁,₂" in shown


def rows(topic, inputs, **how):
    return dlcalc.solve(topic, inputs, **how).render("text", steps="full").splitlines()


def test_an_entry_is_rounded_as_its_array_is():
    page = rows("linear", {"x": [1, 2], "w": [[1, 1]], "b": ["1/3"]}, round=2)
    assert any(row.rstrip().endswith("≈ 3.33") for row in page if row.lstrip().startswith("y₁"))


def test_the_sum_over_channels_breaks_within_the_page():
    x = [[[1, 2], [3, 4]], [[0, 1], [1, 0]]]
    page = rows("conv", {"x": x, "w": [x, x], "pad": 1})
    assert max(cells(row) for row in page if not row.startswith("y = ")) <= 80


def test_the_errors_that_meet_in_an_entry_are_summed_and_none_is_said_once():
    page = rows("pool-backward", {"x": [[1, 1, 3], [1, 5, 2], [1, 1, 1]], "dy": [[1, 2], [3, 4]], "k": 2, "stride": 1})
    assert "dx₂,₂ = dy₁,₁ + dy₁,₂ + dy₂,₁ + dy₂,₂ = 1 + 2 + 3 + 4 = 10" in [row.strip() for row in page]
    assert "dx₃,₃ = 0" in [row.strip() for row in page]


def test_an_underscore_in_a_name_is_no_subscript_in_latex():
    sheet = dlcalc.solve("conv", {"x": [[1, 2]], "w": [[1]], "as_matrix": True})
    assert r"\operatorname{conv\_matrix}" in sheet.render("latex")


def test_a_kernel_that_is_only_stretched_is_not_called_turned():
    inputs = {"x": [[1, 2]], "w": [[3, 4]], "transpose": True, "dilation": 2}
    reasons = {line.name: line.reason for line in dlcalc.solve("conv", {**inputs, "flip": True}).lines}
    assert "turned" not in reasons["k"]
    reasons = {line.name: line.reason for line in dlcalc.solve("conv", inputs).lines}
    assert reasons["k"] == "D − 1 zeros between and turned by 180°"


def test_a_sum_too_wide_for_a_row_is_broken_before_its_signs():
    rows = wrap_chain("total = first·(a + b) + second·(c − d) = 12345 + 67890 = 80235", 24)
    assert rows == [
        "total",
        "  = first·(a + b)",
        "      + second·(c − d)",
        "  = 12345 + 67890",
        "  = 80235",
    ]
    assert wrap_chain("a + b = c", 80) == ["a + b = c"]


def _tokens(columns):
    return {"x": [[round(0.1234567 * (i + j), 7) for j in range(columns)] for i in range(2)]}


def test_a_product_wider_than_the_page_is_broken_before_a_factor():
    rows = dlcalc.solve("attention", _tokens(4)).render("text").splitlines()
    assert all(cells(row) <= 80 for row in rows)
    (scores,) = (number for number, row in enumerate(rows) if "scores = Q Kᵀ" in row)
    assert "scores = Q Kᵀ = " not in rows[scores]
    starts = [row.strip()[:3] for row in (rows[scores + 1], rows[scores + 3], rows[scores + 5])]
    assert starts == ["= [", "·[ ", "≈ ["]
    assert "Q Kᵀ = [1  2]·[3  4]ᵀ" in dlcalc.solve("attention", {"q": "1,2", "k": "3,4", "v": "5"}).render("text")


def test_a_product_of_which_one_factor_is_wider_than_the_page_is_left_out():
    rows = dlcalc.solve("attention", _tokens(8)).render("text").splitlines()
    (scores,) = (number for number, row in enumerate(rows) if "scores = Q Kᵀ" in row)
    assert rows[scores + 1].strip().startswith("≈ [")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_given_values_stay_within_the_page(lang):
    text = dlcalc.solve("transformer", {"vocab": 8, "bytes": 8}, lang=lang).render("text")
    assert max(map(cells, text.splitlines())) <= 80
