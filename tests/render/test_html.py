"""HTML: read by a strict parser, it fetches nothing, and nothing typed becomes markup."""

import pickle
import re
from xml.etree import ElementTree

import pytest

import dlcalc
from dlcalc import topics
from dlcalc.core.records import Table
from dlcalc.core.worksheet import Worksheet
from dlcalc.practice.check import check
from dlcalc.render import STEPS, html, render_report, render_sheet
from tests.cli.run import dlcalc as command
from tests.core.private_topics import PERCEPTRON
from tests.render import sheets

OUTSIDE = re.compile(r"https?:|//|src=|href=|url\(|@import|<script|<link|<iframe|<img|\bon\w+=", re.IGNORECASE)
"""Whatever could ask for something that is not in the page, or run."""


LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789−")


def tree(page):
    assert page.startswith("<!DOCTYPE html>\n")
    return ElementTree.fromstring(page)


def words(element):
    return " ".join("".join(element.itertext()).split())


def body(page):
    return page[page.index("<body>") :]


@pytest.mark.parametrize("lang", sheets.LANGUAGES)
@pytest.mark.parametrize("steps", STEPS)
def test_every_topic_gives_a_well_formed_page_that_fetches_nothing(lang, steps):
    for sheet in sheets.every(lang):
        page = render_sheet(sheet, "html", steps=steps, conventions=True)
        root = tree(page)
        assert root.get("lang") == {"en": "en", "zh": "zh-Hans"}[lang]
        assert not OUTSIDE.search(page)
        assert [element.tag for element in root] == ["head", "body"]


def test_the_page_forbids_the_browser_to_fetch_or_run_anything():
    policy = next(
        meta.get("content")
        for meta in tree(dlcalc.solve("conv", {"in": 28, "k": 3}).render("html")).iter("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


@pytest.mark.parametrize("name", topics.names())
def test_every_line_of_the_sheet_is_a_row_with_its_reason(name):
    for sheet in sheets.drawn(name, 10):
        if any(isinstance(entry, Table) for entry in sheet.entries):
            continue  # its loop is shown as the table
        page = tree(render_sheet(sheet, "html"))
        rows = [row for table in page.iter("table") if table.get("class") == "lines" for row in table.iter("tr")]
        lines = sheet.lines
        assert len(rows) == len(lines)
        for row, line in zip(rows, lines, strict=True):
            assert line.reason in words(row)
            if line.name != "when" and "[" not in line.shown:
                assert words(row[1]).endswith(line.shown.replace("-", "−").translate(LOWERED))


def test_a_loop_is_a_real_table():
    sheet = Worksheet(PERCEPTRON, PERCEPTRON.read(sheets.AND))
    (table,) = (t for t in tree(render_sheet(sheet, "html")).iter("table") if t.get("class") == "loop")
    assert [words(cell) for cell in table.find("thead").iter("th")] == ["k", "net", "error", "w", "b"]
    assert len(table.findall("tbody/tr")) == sheet.values["visits"]


def test_the_answers_stand_out_and_the_conventions_follow():
    page = tree(dlcalc.solve("conv", {"in": "1x28x28", "k": 3}, lang="zh").render("html", conventions=True))
    (answers,) = (p for p in page.iter("p") if p.get("class") == "answers")
    assert [words(span) for span in answers] == ["out=26", "shape=1×26×26"]
    (conventions,) = (p for p in page.iter("p") if p.get("class") == "conventions")
    assert words(conventions).startswith("约定：")
    assert "macs" in words(next(page.iter("ul")))


@pytest.mark.parametrize("lang", sheets.LANGUAGES)
def test_verdicts_show_their_lines_as_formulas_and_nothing_typed_as_markup(lang):
    for sheet, report in sheets.reports(lang):
        page = render_report(sheet, report, "html", steps="normal")
        root = tree(page)
        assert not re.search(r"<script|<input|<b><", page.replace("<b>是", "").replace("<b>否", ""), re.IGNORECASE)
        verdicts = list(root.iter("section"))
        assert len(verdicts) == len(report.verdicts)
        for section, (name, verdict) in zip(verdicts, report.verdicts.items(), strict=True):
            assert ("good" in section.get("class")) == verdict.accepted
            if verdict.verdict in ("right", "rounded", "convention", "misconception"):
                assert f"{name} = {verdict.given}" in words(section)
            parted = [e.parting for e in verdict.explanations if e.parting]
            assert len(list(section.iter("table"))) == len(parted)
            assert bool(parted) == bool(list(section.iter("math")))
        if report.topic == "conv":
            assert sheets.HOSTILE[:10] in words(verdicts[-1])


def test_what_was_typed_is_shown_as_it_was():
    report = check(topics.load("conv"), {"in": 28, "k": 3}, {"out": sheets.HOSTILE})
    sheet = dlcalc.solve("conv", {"in": 28, "k": 3})
    shown = words(tree(render_report(sheet, report, "html")))
    assert "$x_1^2 & #1" in shown
    assert html.text('<b>\x07\ud800&"') == "&lt;b&gt;␇�&amp;&quot;"


def test_a_report_travels_to_another_process_with_its_formulas():
    for sheet, report in sheets.reports("en"):
        again = pickle.loads(pickle.dumps(report))
        for format in ("text", "markdown", "latex", "html", "json"):
            assert render_report(sheet, again, format) == render_report(sheet, report, format)


def test_a_verdict_carries_no_more_values_than_its_lines_read():
    (found,) = dlcalc.check("conv", {"in": 28, "k": 3}, {"out": 25}).verdicts["out"].explanations
    assert set(found.parting.your_line.env) == {"O", "I", "P", "E", "S"}


# ---------------------------------------------------------------- notebooks


def test_a_notebook_gets_a_fragment_whose_styles_stay_inside():
    sheet = dlcalc.solve("conv", {"in": 28, "k": 3}, lang="zh")
    root = ElementTree.fromstring(sheet._repr_html_())
    assert (root.tag, root.get("class"), root.get("lang")) == ("div", "dlcalc", "zh-Hans")
    style = re.sub(r"/\*.*?\*/", "", next(root.iter("style")).text, flags=re.DOTALL)
    selectors = [s.strip() for rule in re.findall(r"([^{};]+)\{", style) for s in rule.split(",")]
    assert selectors
    assert all(selector.startswith((".dlcalc", "@container", "@media")) for selector in selectors)
    assert "color-scheme" not in style  # a notebook's colours are its own


def test_a_notebook_shows_the_same_rows_as_the_page():
    sheet = dlcalc.solve("conv", {"in": 28, "k": 3})
    inside = sheet._repr_html_().partition("</style>\n")[2].removesuffix("</div>\n")
    assert inside in sheet.render("html")
    assert sheet._repr_latex_() == sheet.render("latex")
    assert sheet._repr_markdown_() == sheet.render("markdown")


# ---------------------------------------------------------------- the command line


def test_a_sheet_and_its_verdicts_are_one_page():
    page = command("conv --in 28 --k 3 --answer 25 --steps normal --format html").out
    assert page.count("<!DOCTYPE") == 1
    assert len(list(tree(page).iter("section"))) == 1
    assert "<table" not in body(command("conv --in 28 --k 3 --answer 26 --format html").out)


def test_a_page_stands_alone_as_it_is():
    line = "linear --in-features 3 --out-features 2 --format html"
    assert command(f"{line} --standalone").out == command(line).out


def test_the_answers_alone_are_a_table():
    page = tree(command("pool --in 26 --k 2 --steps brief --format html --lang zh").out)
    rows = [[words(cell) for cell in row] for row in page.iter("tr")]
    assert ["out", "=13", "输出尺寸"] in rows


# ---------------------------------------------------------------- pictures


PICTURE = {"x": [[1, 2, 0], [0, 1, 3], [2, 1, 0]], "w": [[1, 0], [0, -1]]}


def test_a_picture_marks_what_the_window_covers_at_each_place():
    page = tree(dlcalc.solve("conv", PICTURE).render("html"))
    figures = list(page.iter("figure"))
    marked = [[words(mark) for mark in figure.iter("mark")] for figure in figures]
    assert marked == [["1", "2", "0", "1"], ["2", "0", "1", "3"], ["0", "1", "2", "1"], ["1", "3", "1", "0"]]
    values = [words(figure.find("figcaption")) for figure in figures]
    assert values == ["y1,1=0", "y1,2=−1", "y2,1=−1", "y2,2=1"]
    assert all(len(list(figure.iter("td"))) == 9 for figure in figures)


@pytest.mark.parametrize("lang", sheets.LANGUAGES)
@pytest.mark.parametrize("steps", STEPS)
def test_an_inverse_question_is_a_well_formed_page_that_shows_what_was_found(lang, steps):
    for result in sheets.inverses(lang):
        page = result.render("html", steps=steps)
        root = tree(page)
        assert not OUTSIDE.search(page)
        assert root.get("lang") == {"en": "en", "zh": "zh-Hans"}[lang]
        if len(result.solve) > 1:
            (table,) = (t for t in root.iter("table") if t.get("class") == "loop")
            assert [words(cell) for cell in table.find("thead").iter("th")] == list(result.solve)
            rows = [[words(cell) for cell in row] for row in table.findall("tbody/tr")]
            assert rows == [list(values.values()) for values in result.shown[:40]]
        elif result.shown:
            (answer,) = (p for p in root.iter("p") if p.get("class") == "answers")
            assert words(answer).startswith(f"{result.solve[0]} = {result.shown[0][result.solve[0]]}")
        else:
            assert [s.get("class") for s in root.iter("section")] == ["verdict bad"]
        assert ("⟺" in page) == (steps != "brief" and any(len(d.steps) > 1 for d in result.derivations))


def test_the_inequality_of_an_inverse_question_is_mathml():
    page = tree(dlcalc.inverse("conv", {"in": 28, "k": 3}, 28, "pad").render("html"))
    rows = [words(row).replace(" ", "") for row in page.iter("tr")]
    assert "⟺1≤P<1.5" in rows
    assert "⟹P=1" in rows


def test_nothing_typed_in_an_inverse_question_becomes_markup():
    hostile = "<script>alert(1)</script>"
    for inputs, solve in (({"in": 28, "k": hostile}, "pad"), ({"in": 28, hostile: 3}, "pad"), ({"in": 28}, hostile)):
        with pytest.raises(dlcalc.errors.InputError):
            dlcalc.inverse("conv", inputs, 28, solve)


def test_a_notebook_shows_the_answer_to_an_inverse_question_as_a_fragment():
    result = dlcalc.inverse("conv", {"in": 28, "k": 3}, 28, "pad")
    piece = ElementTree.fromstring(result._repr_html_())
    assert piece.get("class") == "dlcalc"
    assert "pad = 1, same" in words(piece)
    assert result._repr_latex_() == result.render("latex")
    assert pickle.loads(pickle.dumps(result)).render("html") == result.render("html")
