"""What is said of an answer, in every format that people read; JSON has all of it."""

import json
import re

import pytest

import dlcalc
from dlcalc.core.layout import cells, visible
from dlcalc.core.report import Explanation, Report, Verdict
from dlcalc.errors import Text
from dlcalc.render import render_report
from dlcalc.render.verdicts import MOST_EXPLAINED, verdict_text

PAGES = ("text", "terminal", "markdown", "latex", "html")
SHEET = {lang: dlcalc.solve("conv", {"in": 28, "k": 3}, lang=lang) for lang in ("en", "zh")}


def explained(count):
    return tuple(
        Explanation(f"m{n}", Text(f"Mistake number {n} was made.", f"犯了第 {n} 个错误。")) for n in range(count)
    )


def mistaken(count=1, **told):
    names = tuple(f"m{n}" for n in range(count))
    return Verdict("misconception", "7", 9, misconceptions=names, explanations=explained(count), **told)


def shown(verdicts, format="text", lang="en", width=80):
    """Return a page of verdicts as one row of plain words."""
    page = render_report(SHEET[lang], Report("conv", verdicts, lang), format, width=width)
    page = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL) if format == "html" else page
    return " ".join(page.replace("\\", "").split())


@pytest.mark.parametrize("format", PAGES)
@pytest.mark.parametrize(
    ("verdict", "en", "zh"),
    [
        (Verdict("right", "7", 7), "out = 7 is right.", "out = 7，正确。"),
        (Verdict("missing", "", 7), "out was not answered.", "out 没有作答。"),
        (Verdict("wrong", "7", 9), "out = 7 is not right, and no known mistake gives it.", "未匹配到典型错误。"),
        (
            Verdict("carried", "7", 9, rests_on="E"),
            "follows from your own E: full marks.",
            "由你自己的 E 推出：不扣分。",
        ),
        (mistaken(), "out = 7 is not right.", "out = 7，不正确。"),
        (mistaken(2), "out = 7 is not right; several mistakes give it.", "以下几种错误都会得到这个结果。"),
        (mistaken(2, together=True), "these mistakes together give it.", "同时犯以下错误会得到这个结果。"),
        (mistaken(possible=True), "out = 7 is not right; a possible explanation:", "不正确；一种可能的原因："),
        (mistaken(2, possible=True), "out = 7 is not right; possible explanations:", "不正确；可能的原因："),
        (
            mistaken(2, possible=True, together=True),
            "a possible explanation is these mistakes together:",
            "一种可能的原因是同时犯了以下错误：",
        ),
    ],
)
def test_every_verdict_has_its_sentence_in_every_format_and_language(verdict, en, zh, format):
    assert en in shown({"out": verdict}, format)
    assert zh in shown({"out": verdict}, format, "zh", width=100)


@pytest.mark.parametrize("format", PAGES)
def test_a_carried_value_is_told_with_the_student_s_own_earlier_one(format):
    verdicts = {"E": mistaken(), "O": Verdict("carried", "6", 9, rests_on="E", marks=1.0)}
    assert "O = 6 follows from your own E = 7: full marks." in shown(verdicts, format)


@pytest.mark.parametrize("format", PAGES)
@pytest.mark.parametrize("kind", ["right", "rounded", "carried", "misconception", "wrong", "convention", "missing"])
def test_a_remark_stands_beside_any_verdict_once(kind, format):
    remark = Text("This precision cannot tell it apart.", "这个精度无法区分。")
    assert shown({"out": Verdict(kind, "0.5", 1, message=remark)}, format).count(remark.en) == 1


@pytest.mark.parametrize("format", PAGES)
def test_a_page_explains_three_mistakes_and_says_how_many_more_there_are(format):
    page = shown({"out": mistaken(5)}, format)
    assert page.count("Mistake number") == MOST_EXPLAINED
    assert "2 more known mistakes give it; the JSON format lists all." in page
    assert "One more known mistake gives it" in shown({"out": mistaken(4)}, format)
    assert "more known" not in shown({"out": mistaken(3)}, format)


@pytest.mark.parametrize("format", PAGES)
def test_mistakes_that_only_together_give_a_number_are_all_explained(format):
    page = shown({"out": mistaken(4, together=True)}, format)
    assert page.count("Mistake number") == 4
    assert "more known" not in page


def test_json_has_everything():
    told = mistaken(5, together=True, possible=True, rests_on="E", message=Text("Beware.", "注意。"))
    for lang, said in (("en", "Beware."), ("zh", "注意。")):
        document = json.loads(render_report(SHEET[lang], Report("conv", {"out": told}, lang), "json"))
        verdict = document["verdicts"]["out"]
        assert (verdict["together"], verdict["possible"], verdict["rests_on"]) == (True, True, "E")
        assert len(verdict["explanations"]) == len(verdict["misconceptions"]) == 5
        assert verdict["message"] == said


def test_a_verdict_fits_a_narrow_page_in_both_languages():
    remark = Text("A remark that is longer than the page is wide, as remarks may be.", "一条比页面还宽的说明，" * 5)
    for lang in ("en", "zh"):
        report = Report("conv", {"out": mistaken(5, message=remark)}, lang)
        page = render_report(SHEET[lang], report, "text", width=40)
        assert all(cells(row) <= 40 for row in page.splitlines())


@pytest.mark.parametrize(
    ("answer", "under"),
    [("26 px", "p"), ("２６像素", "像"), ("（1，2，ｘ？）", "ｘ"), ("1,2\n3,q", "q"), ("26\x1b[31m", "␛")],
)
def test_the_caret_stands_under_the_sign_it_means(answer, under):
    report = dlcalc.check("conv", {"in": 28, "k": 3}, {"shape": answer})
    rows = render_report(SHEET["en"], report, "text").splitlines()
    caret = next(n for n, row in enumerate(rows) if row.strip() == "^")
    above, column = rows[caret - 1], rows[caret].index("^")
    at = next(n for n in range(len(above)) if cells(above[:n]) == column)
    assert above[at] == under


def test_braces_in_what_was_typed_are_no_places_for_values():
    verdict = Verdict("wrong", "{0.__class__} {given} {", 9)
    assert verdict_text("{name}", verdict, "en").startswith("{name} = {0.__class__} {given} { is not right")


def test_what_steers_a_terminal_is_shown_as_a_sign_of_the_same_width():
    typed = "a\x1b[2J\x07\x9b31m\u202e\ud800\x7f\n\tb\u200b"
    assert visible(typed) == "a␛[2J␇�31m��␡  b�"
    assert cells(visible(typed)) == len(typed)
    assert visible("½ 中文 é √2") == "½ 中文 é √2"
