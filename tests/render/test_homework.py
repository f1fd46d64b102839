"""Checked homework as Markdown, HTML and LaTeX: every line with its place, and nothing typed becomes markup."""

import pytest

from dlcalc.cli.exercise_line import read_exercise
from dlcalc.core.homework import CheckedFile, Fault
from dlcalc.errors import InputError, Text
from dlcalc.practice.homework import check_block, read, unread
from dlcalc.render import FORMATS
from dlcalc.render.homework import render_homework
from tests.render.sheets import HOSTILE, LANGUAGES
from tests.render.test_html import OUTSIDE, tree, words
from tests.render.test_latex import balanced, compiled, needs

BLOCK = "```dlcalc\nconv --in 28 --k 3 --filters 25\nO = 26\nparams = 225\nout = 2x\nnot a line\n```\n"


def judged(text, lang="en"):
    for block in read(text):
        try:
            yield check_block(block, *read_exercise(block.exercise), lang)
        except InputError as error:
            yield unread(block, Fault(block.line, error))


def rendered(text, format, lang="en", name="h.md", **more):
    return "".join(render_homework([CheckedFile(name, judged(text, lang))], format, lang=lang, **more))


def test_markdown_is_a_list_of_verdicts_with_their_places():
    assert rendered(BLOCK, "markdown").splitlines() == [
        "## `h.md:2` Convolution · in 28 · k 3 · filters 25",
        "",
        "- `h.md:3` ✓ O = 26 is right.",
        "- `h.md:4` ✗ params = 225 is not right; a possible explanation:",
        "  - You left out the biases: there is one for each filter.",
        "    - yours: `biases = 0`",
        "    - right: `biases = F = 25`",
        "- `h.md:5` ? out: A number is missing here.",
        "",
        "      2x",
        "        ^",
        "- `h.md:6` ! 'not a line' is no line of working. A line of working reads name = value, such as out = 26.",
        "",
        "**This exercise: 1 of 2 marks; the first wrong line is params (h.md:4); not judged: 2 lines.**",
        "",
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_html_is_one_well_formed_page_that_fetches_nothing(lang):
    page = rendered(BLOCK + BLOCK, "html", lang, steps="normal")
    root = tree(page)
    assert not OUTSIDE.search(page)
    assert root.find("head/title").text == "h.md"
    (main,) = root.iter("main")
    headings = [words(each) for each in main.iter("h1")]
    assert len(headings) == 4, "each exercise, and its sheet"
    assert [heading.rsplit(maxsplit=1)[1] for heading in headings[::2]] == ["h.md:2", "h.md:9"]
    places = [words(each).rsplit(maxsplit=1)[1] for each in main.iter("h2")]
    assert places == [f"h.md:{line}" for line in (3, 4, 5, 6, 10, 11, 12, 13)]
    kinds = [each.get("class") for each in main.iter("section")]
    assert kinds == ["verdict good", "verdict bad", "verdict unread", "verdict unread"] * 2


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("standalone", [False, True])
def test_latex_closes_what_it_opens(lang, standalone):
    tex = rendered(BLOCK + BLOCK.replace("conv", "cnv"), "latex", lang, steps="brief", standalone=standalone)
    assert balanced(tex)
    assert tex.count("h.md:4") == 2, "the place of a line, and of the first wrong one"
    assert tex.startswith(r"\documentclass" if lang == "en" else "% !TEX") == standalone
    assert tex.rstrip().endswith(r"\end{document}") == standalone


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
def test_nothing_typed_becomes_markup(lang, format):
    hostile = HOSTILE.replace("\ud800", "")
    text = BLOCK.replace("params = 225", f"params = {hostile}").replace("not a line", hostile)
    text += f"```dlcalc\nconv {hostile}\nout = 3\n```\n"
    page = rendered(text, format, lang, name=f"<b>{hostile}.md", steps="brief")
    if format == "html":
        tree(page)
        assert "<script" not in page
        assert "<b>" not in page.replace("<p><b>", "")
    if format == "latex":
        assert balanced(page)
        assert r"\input" not in page


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_wrong_with_the_file_as_a_whole_is_told(format):
    fault = Fault(
        0, InputError(Text("It is torn.", "撕坏了。"), Text("Mend it:\n\n```x\ny\n```", "请修补：\n\n```x\ny\n```"))
    )
    for lang, said in (("en", "It is torn."), ("zh", "撕坏了。")):
        page = "".join(render_homework([CheckedFile("h.md", [fault])], format, lang=lang))
        assert said in page
        if format == "html":
            tree(page)
        if format == "latex":
            assert balanced(page)


@pytest.mark.parametrize(
    ("lang", "program", "package"), [("en", "pdflatex", "amsmath.sty"), ("zh", "xelatex", "ctexart.cls")]
)
def test_a_report_compiles(lang, program, package, tmp_path):
    needs(program, package)
    text = BLOCK + BLOCK.replace("conv", "cnv") + BLOCK.replace("--k 3", "--k 2a8")
    log = compiled(rendered(text, "latex", lang, steps="normal", standalone=True), program, tmp_path)
    assert "Overfull" not in log


def test_there_is_no_other_format():
    with pytest.raises(ValueError, match="no format"):
        list(render_homework([], "pdf"))
