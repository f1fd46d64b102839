"""LaTeX: what is written compiles, in both languages, whatever was typed; no TeX is needed but for the last tests."""

import re
import shutil
import subprocess

import pytest

import dlcalc
from dlcalc.core.formula import parse
from dlcalc.core.notation import GREEK, LATEX, Writer
from dlcalc.core.records import Table
from dlcalc.core.work import Sheet
from dlcalc.core.worksheet import Worksheet
from dlcalc.render import STEPS, latex, render_report, render_sheet
from dlcalc.render.latex import document, text, width
from tests.cli.run import dlcalc as command
from tests.core.private_topics import PERCEPTRON
from tests.render import sheets

UNKNOWN = re.compile(r"\[U\+")
COMMAND = re.compile(r"\\([A-Za-z]+)")
PLAIN_TEX = {
    "begin", "end", "left", "right", "frac", "sqrt", "cdot", "times", "le", "ge", "ne", "approx", "infty", "to",
    "lfloor", "rfloor", "lceil", "rceil", "surd", "top", "cdots", "odot",
    "land", "lor", "lnot", "ln", "tanh", "sin", "cos", "noindent", "par", "quad", "qquad", "small", "footnotesize",
    "scriptsize", "tiny", "textbf", "texttt", "subsection", "medskip", "hline", "hspace", "item", "raggedright",
    "underline", "phantom",
    "begingroup", "endgroup", "emergencystretch", "ldots", "star", "downarrow", "vdots", "ddots", "sum",
    "fboxsep", "textbackslash", "textasciicircum", "textasciitilde", "textasciigrave",
    "partial", "prod", "max", "min", "Phi", "varphi", "prime",
    "linewidth", "newline", "tabularnewline",
    "makebox", "rule", "rlap", "kern", "smash", "normalbaselineskip", "ttfamily",
    "bullet", "circ", "triangleright", "triangleleft", "bigtriangleup", "bigtriangledown", "scriptstyle", "backslash",
}  # fmt: skip
PLAIN_TEX |= {name.rstrip("_") for name in GREEK}
AMSMATH = {"text", "tag", "operatorname", "boxed", "allowdisplaybreaks"}
ENVIRONMENTS = {"align*", "gather*", "bmatrix", "cases", "tabular", "flushleft", "itemize", "array", "matrix"}


def balanced(tex):
    """Say whether braces, environments, sized brackets and dollars all close."""
    bare = tex.replace(r"\\", "").replace(r"\{", "").replace(r"\}", "").replace(r"\$", "")
    depth = 0
    for character in bare:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    open_: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{([^}]*)\}", bare):
        if kind == "begin":
            open_.append(name)
        elif not open_ or open_.pop() != name:
            return False
    return (
        not depth
        and not open_
        and bare.count("$") % 2 == 0
        and bare.count(r"\left") - bare.count(r"\leftarrow") == (bare.count(r"\right") - bare.count(r"\rightarrow"))
    )


@pytest.mark.parametrize("lang", sheets.LANGUAGES)
@pytest.mark.parametrize("steps", STEPS)
def test_every_topic_gives_a_fragment_that_closes_what_it_opens_and_needs_amsmath_alone(lang, steps):
    for sheet in sheets.every(lang):
        tex = render_sheet(sheet, "latex", steps=steps, conventions=True)
        assert balanced(tex)
        assert not UNKNOWN.search(tex), "a sign is missing in dlcalc.render.latex"
        assert set(COMMAND.findall(tex)) <= PLAIN_TEX | AMSMATH
        assert set(re.findall(r"\\begin\{([^}]*)\}", tex)) <= ENVIRONMENTS


@pytest.mark.parametrize("lang", sheets.LANGUAGES)
def test_verdicts_show_the_lines_as_formulas(lang):
    for sheet, report in sheets.reports(lang):
        tex = render_report(sheet, report, "latex")
        assert balanced(tex)
        assert set(COMMAND.findall(tex)) <= PLAIN_TEX | AMSMATH
        if report.topic == "conv":
            floor = r"\left\lfloor \frac{28 + 2 \cdot 0 - 3}{1} \right\rfloor"
            assert f"= {floor} = 25" in tex
            assert f"= {floor} + 1 = 26" in tex
        if report.topic == "private-backprop":
            assert r"\begin{bmatrix}0.3 & 0.9\end{bmatrix}" in tex


def test_the_misconceptions_of_every_text_are_written_in_signs_that_tex_knows():
    for topic in dlcalc.topics().values():
        for told in (
            *topic.misconceptions.values(),
            *(c for each in topic.conventions.values() for c in each.values()),
        ):
            assert not UNKNOWN.search(text(told.en, "en") + text(told.zh, "zh"))


@pytest.mark.parametrize(
    ("words", "lang", "written"),
    [
        ("a_b 50% #1 & $2", "en", r"a\_b 50\% \#1 \& \$2"),
        (r"\input{x}^~", "en", r"\textbackslash{}input\{x\}\textasciicircum{}\textasciitilde{}"),
        ("--pad 1", "en", "-{}-pad 1"),
        ("⌊x₁₂⌋ ≥ −1", "en", r"$\lfloor$x${}_{1}{}_{2}\rfloor$ $\ge$ $-$1"),
        ("25×26", "en", r"25$\times$26"),
        ("卷积", "zh", "卷积"),
        ("卷积 😀\x00", "en", "[U+5377][U+79EF] [U+1F600] "),
    ],
)
def test_text_is_escaped(words, lang, written):
    assert text(words, lang) == written


def test_no_two_formulas_of_a_text_meet_in_a_double_dollar():
    for words in ("x₁²", "≤≥", "⌊⌋⌈⌉", "a<b>c"):
        assert "$$" not in text(words, "en")


def test_a_document_of_its_own_is_chinese_through_ctex():
    assert r"\documentclass[a4paper]{article}" in document("x", "en")
    assert "ctexart" in document("x", "zh")
    for lang in sheets.LANGUAGES:
        for end in (r"\begin{document}", r"\end{document}", "amsmath"):
            assert end in document("x", lang)


def test_long_lines_take_a_row_for_each_part_and_short_ones_one_row():
    rows = dlcalc.solve("conv", {"in": 28, "k": 3, "filters": 4000}).render("latex").splitlines()
    assert r"E &= D \cdot \left(K - 1\right) + 1 = 1 \cdot \left(3 - 1\right) + 1 = 3 \tag*" in "\n".join(rows)
    (index,) = (n for n, row in enumerate(rows) if row.startswith(r"\text{unshared}"))
    assert rows[index + 1].startswith("&= 2704000")
    assert rows[index + 2].startswith(r"&= 27040000 \tag*")


def test_rows_fit_the_page_or_are_set_smaller():
    fits = "x &= " + "123 + " * 5 + "1"
    assert latex._Page("en", width(fits)).rows([fits]).size == ""
    assert latex._Page("en", width(fits) - 1).rows([fits]).size == r"\footnotesize"
    assert latex._Page("en", width(fits) // 2).rows([fits]).size == r"\tiny"


def test_the_width_is_that_of_what_is_seen():
    assert width(r"\frac{I + 2P}{S}") == len("I + 2P")
    assert width(r"\begin{bmatrix}1 & 2 \\ 300 & 4\end{bmatrix}") == len("[ 300    4]")
    assert width(r"\left(\text{ab}\right)") == 4


def test_a_sum_too_wide_for_a_row_is_broken_before_its_signs():
    names = [f"x_{n}" for n in range(30)]
    block = Writer(LATEX, {}, {}).write(parse(" + ".join(names)))
    rows = latex._Page("en", 60).part("=", block, "y")
    assert len(rows) > 2
    assert all(width(row) <= 60 for row in rows)
    assert all(row.startswith(r"&\quad {} + ") for row in rows[1:])
    assert "".join(row.replace(r"&\quad {}", "").removeprefix("&= ") for row in rows) == block.text


def test_what_is_too_wide_is_cut_inside_its_brackets_which_close_on_every_row():
    tex = (
        Writer(LATEX, {}, {})
        .write(parse(f"tanh(a*({' + '.join(f'x_{n}*w_{n}' for n in range(20))}) - u/(v + w))"))
        .text
    )
    rows = latex._cut(tex, 50)
    assert len(rows) > 2
    for row in rows:
        assert width(row) <= 54
        assert balanced(row)
        assert len(re.findall(r"\\left\b", row)) == len(re.findall(r"\\right\b", row))
    assert "".join(rows).replace(r"\left.", "").replace(r"\right.", "") == tex


def test_a_fraction_and_a_matrix_are_never_cut():
    fraction = Writer(LATEX, {}, {}).write(parse("(a + b + c + d + e + f)/(g + h)")).text
    assert latex._cut(fraction, 5) == [fraction]
    matrix = Writer(LATEX, {}, {}).value([[1, -2, 3], [4, 5, 6]]).block.text
    assert latex._cut(f"{matrix} + {matrix}", 5) == [matrix, f" + {matrix}"]


def test_a_picture_boxes_what_the_window_covers():
    tex = dlcalc.solve("conv", {"x": [[1, 2, 0], [0, 1, 3], [2, 1, 0]], "w": [[1, 0], [0, -1]]}).render("latex")
    first = (
        r"\begin{matrix}\boxed{1} & \boxed{2} & 0 \\ \boxed{0} & \boxed{1} & 3 \\ 2 & 1 & 0\end{matrix} \\ y_{1,1} = 0"
    )
    assert first in tex
    assert tex.count(r"\begin{matrix}") == 4


def test_a_matrix_with_more_columns_than_bmatrix_has_is_an_array():
    wide = Writer(LATEX, {}, {}).value([list(range(11)), list(range(11))]).block.text
    assert r"\begin{array}{rrrrrrrrrrr}" in wide
    assert "bmatrix" in Writer(LATEX, {}, {}).value([list(range(10))]).block.text


def test_a_label_of_several_letters_is_upright_and_its_underscore_escaped():
    assert Writer(LATEX, {}, {}).write(parse("n[not_spam]")).text == r"n_{\text{not\_spam}}"
    assert Writer(LATEX, {}, {}).write(parse("W_new_x")).text == r"W_{\text{new\_x}}"


def test_a_loop_is_a_tabular_and_a_long_one_several():
    sheet = Worksheet(PERCEPTRON, PERCEPTRON.read(sheets.AND))
    assert render_sheet(sheet, "latex").count(r"\begin{tabular}{rrrrr}") == 1
    assert isinstance(sheet.sheet, Sheet)
    assert any(isinstance(entry, Table) for entry in sheet.entries)
    grid = [["k", "w"], *([str(n), "0"] for n in range(100))]
    assert latex._Page("en", 60).tabular(grid).count(r"k & w \\") == 3


def test_the_command_line_writes_a_fragment_or_a_document():
    line = "conv --in 28 --k 3 --format latex"
    assert command(line).out.startswith("\\begingroup")
    assert command(f"{line} --standalone").out.startswith(r"\documentclass")
    assert command(f"{line} --standalone --lang zh").out.startswith("% !TEX program = xelatex")
    both = command(f"{line} --standalone --answer 25 --steps brief").out
    assert both.count(r"\documentclass") == 1
    assert "left out the + 1" in both


@pytest.mark.parametrize("format", ["text", "markdown", "json"])
def test_what_is_no_document_cannot_stand_alone(format):
    ran = command(f"conv --in 28 --k 3 --standalone --format {format}")
    assert ran.status == 2
    assert f"The format {format} has no documents of its own" in ran.err
    assert "latex or html" in ran.err
    with pytest.raises(dlcalc.errors.InputError):
        dlcalc.solve("conv", {"in": 28, "k": 3}).render(format, standalone=True)


@pytest.mark.parametrize("lang", sheets.LANGUAGES)
@pytest.mark.parametrize("steps", STEPS)
def test_inverse_questions_close_what_they_open_and_show_what_was_found(lang, steps):
    for result in sheets.inverses(lang):
        tex = result.render("latex", steps=steps)
        assert balanced(tex)
        assert not UNKNOWN.search(tex), "a sign is missing in dlcalc.render.latex"
        assert set(COMMAND.findall(tex)) <= PLAIN_TEX | AMSMATH | {"iff", "implies"}
        assert set(re.findall(r"\\begin\{([^}]*)\}", tex)) <= ENVIRONMENTS
        if len(result.solve) > 1:
            for values in result.shown[:40]:
                assert " & ".join(values.values()) + r" \\" in tex
        elif result.shown:
            assert re.search(rf"\b{result.solve[0]} = {result.shown[0][result.solve[0]]}\b", tex)
        assert (r"\iff" in tex) == (steps != "brief" and any(len(d.steps) > 1 for d in result.derivations))


def test_an_inequality_is_set_from_the_wanted_line_to_its_numbers():
    tex = dlcalc.inverse("conv", {"in": 28, "k": 3}, 28, "pad").render("latex")
    assert r"\iff\quad & 27 \le \frac{28 + 2 \cdot P - 3}{1} < 28 \\" in tex
    assert r"\iff\quad & 1 \le P < 1.5 \\" in tex
    assert r"\implies\quad & P\text{ = 1}" in tex
    assert r"\text{pad 1}:\quad O &= " in tex


# ---------------------------------------------------------------- with a TeX


def compiled(tex, program, folder):
    """Compile a document; return the log, and fail where TeX stops."""
    (folder / "sheet.tex").write_text(tex, encoding="utf-8")
    done = subprocess.run(
        [program, "-halt-on-error", "-interaction=nonstopmode", "sheet.tex"],
        cwd=folder,
        capture_output=True,
        timeout=300,
        check=False,
    )
    log = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, "\n".join(line for line in log.splitlines() if line.startswith(("!", "l.")))
    assert (folder / "sheet.pdf").stat().st_size
    return log


def needs(program, file):
    """Skip where a TeX or one of its packages is not installed."""
    found = shutil.which(program) and shutil.which("kpsewhich")
    if not found or not subprocess.run(["kpsewhich", file], capture_output=True, check=False).stdout.strip():
        pytest.skip(f"{program} with {file} is not installed")


@pytest.mark.parametrize(
    ("lang", "program", "package"),
    [("en", "pdflatex", "amsmath.sty"), ("en", "xelatex", "amsmath.sty"), ("zh", "xelatex", "ctexart.cls")],
)
def test_every_sheet_and_verdict_compiles(lang, program, package, tmp_path):
    needs(program, package)
    shown = [
        render_sheet(sheet, "latex", steps=steps, conventions=True) for sheet in sheets.every(lang) for steps in STEPS
    ]
    shown += [render_report(sheet, report, "latex", steps="brief") for sheet, report in sheets.reports(lang)]
    shown += [result.render("latex", steps=steps) for result in sheets.inverses(lang) for steps in STEPS]
    compiled(document("\n".join(shown), lang), program, tmp_path)


def test_a_fragment_compiles_with_amsmath_alone(tmp_path):
    needs("pdflatex", "amsmath.sty")
    sheet = dlcalc.solve("conv", {"in": "3x28x40", "k": "3x5", "filters": 8})
    shown = r"\documentclass{article}\usepackage{amsmath}\begin{document}" + sheet.render("latex") + r"\end{document}"
    compiled(shown, "pdflatex", tmp_path)


@pytest.mark.parametrize("steps", STEPS)
def test_no_row_of_a_document_runs_over_the_margin(steps, tmp_path):
    needs("pdflatex", "amsmath.sty")
    shown = "\n".join(latex.sheet_latex(s, steps=steps, conventions=True, standalone=True) for s in sheets.every("en"))
    assert "Overfull \\hbox" not in compiled(document(shown, "en"), "pdflatex", tmp_path)
