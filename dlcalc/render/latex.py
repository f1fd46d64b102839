"""LaTeX: a fragment that needs amsmath alone, or a document of its own (Chinese through ctex)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from dlcalc.core.inverse import Derivation, InverseResult
from dlcalc.core.layout import Block, cells
from dlcalc.core.notation import GREEK, LATEX, Writer
from dlcalc.core.records import Cell, Condition, Entry, Figure, Given, Grid, Line, Note, Picture, Table
from dlcalc.core.report import Report
from dlcalc.core.worksheet import Chain, Worksheet
from dlcalc.errors import Text
from dlcalc.render import inverse, page, tables
from dlcalc.render.verdicts import further, labels, remarks, shown_explanations, verdict_text

_IN_FRAGMENT, _IN_DOCUMENT = 64, 86
"""Digits in a row of a formula: what fits the text of an `article` as it comes, and that of `document`."""

_SIZES = ((1.0, ""), (0.8, r"\footnotesize"), (0.7, r"\scriptsize"), (0.0, r"\tiny"))
"""Type for rows that are too wide, each with what is left of their width in it, about."""

_SETTINGS = r"\allowdisplaybreaks\emergencystretch=3em\fboxsep=2pt"
"""Pages may break displays; lines with matrices in them may be loose; boxes are close to what they hold."""

MOST_ROWS = 44
"""Rows of a drawing in the usual size of type that a page has room for, in Chinese with its wider lines."""
LONGEST_TABLE = 40
"""Rows of a tabular, which no page breaks; more are put in another one below."""


class _Rows(NamedTuple):
    """Rows of an alignment, `name &= value`, and the size of their type."""

    rows: tuple[str, ...]
    size: str = ""


_Piece = str | _Rows
"""What a record becomes: a paragraph, or rows that are aligned with those of the records before and after."""


# ---------------------------------------------------------------- sheets


def sheet_latex(sheet: Worksheet, *, steps: str, conventions: bool, standalone: bool = False) -> str:
    """Return the worksheet as a fragment, or as what stands in a document of its own."""
    page_ = _Page(sheet.lang, _IN_DOCUMENT if standalone else _IN_FRAGMENT)
    return _joined(list(page_.sheet(sheet, steps, conventions)))


def report_latex(report: Report, where: Mapping[str, str] | None = None, *, standalone: bool = False) -> str:
    """Return the verdicts as a fragment, or as what stands in a document of its own; `where` as in `report_html`."""
    page_ = _Page(report.lang, _IN_DOCUMENT if standalone else _IN_FRAGMENT)
    named = where if where is not None else dict.fromkeys(report.verdicts, "")
    return _joined([piece for name, place in named.items() for piece in page_.verdict(name, report, place)])


def inverse_latex(result: InverseResult, *, steps: str, standalone: bool = False) -> str:
    """Return the answer to an inverse question as a fragment, or as what stands in a document of its own."""
    page_ = _Page(result.lang, _IN_DOCUMENT if standalone else _IN_FRAGMENT)
    return _joined(list(page_.inverse(result, steps)))


def place_latex(place: str, lang: str) -> str:
    """Return where something stands, for the end of a line; nothing where that is not said."""
    return rf"\hspace*{{1em plus 1fill}}{{\small\mbox{{{text(place, lang)}}}}}" if place else ""


def _joined(pieces: list[_Piece]) -> str:
    """Join pieces; rows that follow each other share one alignment, which pages may break."""
    found: list[str] = []
    for size, group in groupby(pieces, lambda piece: piece.size if isinstance(piece, _Rows) else None):
        if size is None:
            found += (piece for piece in group if isinstance(piece, str))
            continue
        rows = [row for piece in group if isinstance(piece, _Rows) for row in piece.rows]
        found.append(_display("align*", rows, size))
    joined = rf"\begingroup{_SETTINGS}" + "\n"
    for piece in found:
        # no empty line before a display: it belongs to the paragraph above it
        joined += ("" if piece.startswith((r"\begin{align*}", r"\begin{gather*}")) else "\n") + piece + "\n"
    return joined + "\n" + r"\endgroup" + "\n\n"


def _display(kind: str, rows: Iterable[str], size: str = "", gap: str = "") -> str:
    body = f" \\\\{gap}\n".join(rows)
    shown = f"\\begin{{{kind}}}\n{body}\n\\end{{{kind}}}"
    return f"{{{size}\n{shown}}}" if size else shown


@dataclass(frozen=True, slots=True)
class _Page:
    """Sets records in a language on a page that is `widest` digits wide."""

    lang: str
    widest: int

    def text(self, words: str | Text) -> str:
        return text(words.say(self.lang) if isinstance(words, Text) else words, self.lang)

    def sheet(self, sheet: Worksheet, steps: str, conventions: bool) -> Iterator[_Piece]:
        yield rf"\subsection*{{\raggedright {self.text(page.headline(sheet))}}}"
        if steps == "brief":
            yield from self.answer_list(sheet)
        else:
            given = tables.givens(sheet.entries)
            if given:
                yield self.given(sheet, given)
            for entry in page.shown_entries(sheet.entries, steps):
                yield from self.record(sheet, entry, steps)
            yield self.answers(sheet)
        if page.conventions_text(sheet):
            yield rf"\noindent{{\small\raggedright {self.text(page.conventions_text(sheet))}\par}}"
        if conventions:
            yield from self.other_conventions(sheet)

    # -- records

    def record(self, sheet: Worksheet, entry: Entry, steps: str) -> Iterator[_Piece]:
        match entry:
            case Line():
                yield from self.line(sheet, entry, steps)
            case Condition():
                yield self.condition(sheet, entry)
            case Note():
                yield rf"\noindent {self.text(entry.text.say(self.lang, **entry.values))}"
            case Table():
                yield from self.table(sheet, entry)
            case Picture():
                yield from self.picture(sheet, entry)
            case Figure():
                yield self.drawing(self.text(entry.title), entry.draw(self.lang))
            case Grid():
                yield self.grid(sheet, entry)
            case Given():
                pass  # they stand together at the top

    def given(self, sheet: Worksheet, given: list[Given]) -> str:
        items = []
        for g in given:
            item = (
                f"${page.given_symbol(sheet, g, LATEX)} = {sheet.shown(g.value, LATEX).text}$ ({self.text(g.source)})"
            )
            size = self.size(width(item))
            items.append(f"{{{size}{item}}}" if size else item)
        return rf"\noindent\textbf{{{self.text(page.GIVEN)}}}\quad " + ",\n".join(items)

    def line(self, sheet: Worksheet, line: Line, steps: str) -> Iterator[_Piece]:
        yield self.chain(sheet.chain(line, LATEX, full=steps == "full"), self.text(sheet.say(line.text)))
        if steps == "full":
            yield from (self.chain(chain) for chain in page.entry_chains(sheet, line, LATEX))

    def condition(self, sheet: Worksheet, entry: Condition) -> _Rows:
        test, values = sheet.formula(entry, LATEX).text, sheet.substituted(entry, LATEX).text
        verdict = self.text(Text(": yes", "：是") if entry.held else Text(": no", "：否"))
        first, second = rf"& {test}\;?", rf"{values}\text{{{verdict}}}"
        fits = width(first) + width(second) <= self.widest
        rows = [rf"{first}\quad {second}"] if fits else [first, rf"& {second}"]
        return self.rows(rows, self.text(sheet.say(entry.text)))

    def table(self, sheet: Worksheet, table: Table) -> Iterator[_Piece]:
        yield rf"\noindent {self.text(table.title)}"
        for line, at in tables.formulas_of(sheet, table):
            writer = Writer(LATEX, at, sheet.sheet.env, sheet.style, indices=sheet.topic.indices)
            left = writer.write(line.left).text
            first, *others = self.part("=", writer.write(line.right), left)
            yield self.rows([f"{left} {first}", *others])
        grid = [[self.text(cell) for cell in row] for row in tables.cells_of(sheet, table)]
        if self.size(_across(grid)) == _SIZES[-1][1]:
            grid = [part for row in grid for part in tables.upright(row)]
        yield self.tabular(grid)

    def tabular(self, grid: list[list[str]]) -> str:
        header, *body = (" & ".join(row) + r" \\" for row in grid)
        size = self.size(_across(grid))
        found = []
        for start in range(0, len(body), LONGEST_TABLE):
            inner = "\n".join([r"\hline", header, r"\hline", *body[start : start + LONGEST_TABLE], r"\hline"])
            columns = "r" * len(grid[0])
            found.append(f"\\hspace*{{1em}}\\begin{{tabular}}{{{columns}}}\n{inner}\n\\end{{tabular}}")
        return f"\\begin{{flushleft}}{size}\n" + "\n\n".join(found) + "\n\\end{flushleft}"

    def grid(self, sheet: Worksheet, grid: Grid) -> str:
        """Set what is compared in columns that break their lines, a formula on a line of its own."""
        others = len(grid.heads) - grid.labelled
        share = (0.95 - 0.17 * grid.labelled) / others - 0.03
        columns = r"p{.14\linewidth}" * grid.labelled + rf"p{{{share:.3f}\linewidth}}" * others

        def inner(cell: Cell) -> str:
            rows: list[str] = []
            for piece in cell:
                if isinstance(piece, Text):
                    rows.append(self.text(piece))
                else:
                    formula = tables.formula_in(sheet, piece, LATEX).text
                    first, *more = _cut(formula, int(share * self.widest))
                    rows += [f"${first}$", *(rf"$\quad {{}}{row}$" for row in more)]
            return r"\raggedright " + r" \newline ".join(rows)

        rows = [[self.text(head) for head in grid.heads], *(list(map(inner, row)) for row in grid.rows)]
        body = "\n\\hline\n".join(" & ".join(row) + r" \tabularnewline" for row in rows)
        table = f"\\begin{{tabular}}{{{columns}}}\n\\hline\n{body}\n\\hline\n\\end{{tabular}}"
        return rf"\noindent {self.text(grid.title)}" + f"\n\n\\noindent{{\\small\n{table}\\par}}"

    def picture(self, sheet: Worksheet, picture: Picture) -> Iterator[_Piece]:
        """Set the map once for each window, what the window covers in boxes, and below it what it gives."""
        if not picture.is_small:
            return
        numbers = [[sheet.shown(value, LATEX).text for value in row] for row in picture.map.tolist()]
        drawings = []
        for covered, gives in page.windows(sheet, picture, LATEX):
            rows = [
                " & ".join(rf"\boxed{{{cell}}}" if (r, c) in covered else cell for c, cell in enumerate(row))
                for r, row in enumerate(numbers)
            ]
            drawn = r"\begin{matrix}" + r" \\ ".join(rows) + r"\end{matrix}"
            caption = f"{gives.name.text} {_sign(gives.sign)} {gives.value.text}"
            drawings.append(rf"\begin{{array}}{{c}}{drawn} \\ {caption}\end{{array}}")
        wide = max(max(sum(width(cell) + 3 for cell in row) for row in numbers), 10)
        fits = max(1, self.widest // (wide + 4))
        rows = [" \\qquad\n".join(drawings[start : start + fits]) for start in range(0, len(drawings), fits)]
        yield rf"\noindent {self.text(picture.title)}"
        yield _display("gather*", rows, gap="[1.5ex]")

    def drawing(self, title: str, rows: Sequence[str]) -> str:
        """Set rows of text sign by sign in cells of one width, lines as rules: no package draws, no font is needed.

        Its type is small enough for the width of the page and, since it is not parted, for its height.
        """
        wide = max(21 * cells(row) // 20 for row in rows)  # type of one width is a little wider than digits
        size = self.size(max(wide, len(rows) * self.widest // MOST_ROWS))
        body = " \\\\\n".join("".join(_cell(c, self.lang) for c in row) for row in rows)
        return (
            f"\\begin{{flushleft}}\n{title}\\\\*\n{size}\\ttfamily\\hspace*{{1em}}\\begin{{tabular}}{{@{{}}l@{{}}}}\n"
            f"{body}\n\\end{{tabular}}\n\\end{{flushleft}}"
        )

    # -- rows

    def chain(self, chain: Chain, reason: str = "", front: str = "") -> _Rows:
        """Set name = part = … = value on one row if it fits, otherwise a row for each part, broken before + and −."""
        head = front + chain.name.text
        signs = ["="] * len(chain.parts) + [_sign(chain.sign)]
        parts = list(zip(signs, (*chain.parts, chain.value), strict=True))
        one = f"{head} &" + " ".join(f"{sign} {part.text}" for sign, part in parts)
        if width(one) <= self.widest:
            return self.rows([one], reason)
        first, *others = (row for sign, part in parts for row in self.part(sign, part, head))
        return self.rows([f"{head} {first}", *others], reason)

    def part(self, sign: str, part: Block, head: str) -> list[str]:
        """Set one part of a chain behind its name on as many rows as it needs."""
        room = self.widest - width(head)
        rows = [f"&{sign} "]
        for number, piece in enumerate(part.pieces):
            if number and width(rows[-1]) + width(piece) > room:
                rows.append(r"&\quad {}")
            first, *others = _cut(piece, room)
            rows[-1] += first
            rows += [rf"&\quad {{}}{more}" for more in others]
        return rows

    def rows(self, rows: list[str], reason: str = "") -> _Rows:
        """Put the reason at the right margin: beside the first row if there is room, otherwise at the last."""
        size = self.size(max(map(width, rows)))
        if reason:
            here = 0 if width(rows[0]) + width(reason) + 2 <= self.widest else -1
            rows[here] += rf" \tag*{{\small {reason}}}"
        return _Rows(tuple(rows), size)

    def size(self, wide: int) -> str:
        """Return the size of type in which rows of that width fit."""
        return next(name for least, name in _SIZES if least * wide <= self.widest)

    # -- answers

    def answers(self, sheet: Worksheet) -> str:
        """Set the answers below the lines, the main one in a box; several on a row where they fit."""
        rows: list[str] = []
        for number, name in enumerate(page.answers_below(sheet)):
            sign, value = page.answer_formula(sheet, name, LATEX)
            formula = rf"\text{{{self.text(name)}}} {_sign(sign)} {value}"
            pieces = _cut(formula, self.widest)
            if not number and len(pieces) == 1:
                pieces = [rf"\boxed{{{formula}}}"]
            if page.unrounded_text(sheet, name):
                pieces.append(rf"\text{{{self.text(page.unrounded_text(sheet, name))}}}")
            for place, piece in enumerate(pieces):
                if rows and width(rows[-1]) + width(piece) + 4 <= self.widest:
                    rows[-1] += piece if place else rf" \qquad {piece}"
                else:
                    rows.append(piece)
        if not rows:
            return ""
        size = self.size(max(map(width, rows)))
        return _display("gather*", rows, size)

    def answer_list(self, sheet: Worksheet) -> Iterator[_Piece]:
        for answer in sheet.topic.answers:
            if answer.name not in sheet.answers:
                continue
            name = Block((rf"\texttt{{{self.text(answer.name)}}}",))
            sign, value = page.answer_formula(sheet, answer.name, LATEX)
            yield self.chain(Chain(name, (), sign, Block((value,))), self.text(answer.says))
            if page.unrounded_text(sheet, answer.name):
                yield self.rows([rf"&\text{{{self.text(page.unrounded_text(sheet, answer.name))}}}"])

    def other_conventions(self, sheet: Worksheet) -> Iterator[str]:
        items = []
        for switch, meaning, changed in page.other_conventions(sheet):
            answers = ", ".join(f"{n} = {v}" if n else v for n, v in changed.items()) or page.SAME
            items.append(rf"\item \texttt{{{self.text(switch)}}} ({self.text(meaning)}): {self.text(answers)}")
        if items:
            yield "\\begin{itemize}\\raggedright\n" + "\n".join(items) + "\n\\end{itemize}"

    # -- verdicts

    def verdict(self, name: str, report: Report, place: str) -> Iterator[_Piece]:
        verdict = report.verdicts[name]
        mark = "?" if verdict.verdict == "invalid" else r"$\surd$" if verdict.accepted else r"$\times$"
        said = self.text(verdict_text(name, verdict, self.lang, report.verdicts))
        yield rf"\medskip\noindent\textbf{{{mark}}} {said}{place_latex(place, self.lang)}"
        if verdict.column is not None and verdict.given.strip():
            typed, at = verdict.given.replace("\n", " "), verdict.column
            where = self.text(typed[at : at + 1]) or r"\phantom{0}"
            front, rest = self.text(typed[max(0, at - 30) : at]), self.text(typed[at + 1 : at + 30])
            yield rf"\noindent\quad\texttt{{{front}}}\underline{{\texttt{{{where}}}}}\texttt{{{rest}}}"
        yield from (rf"\noindent {self.text(remark)}" for remark in remarks(verdict, self.lang))
        before = ""
        for explanation in shown_explanations(verdict):
            yield rf"\noindent {self.text(explanation.remedy)}"
            parting = explanation.parting
            if parting is None:
                continue
            yours, right = (rf"\text{{{self.text(says)}}}\quad " for says in labels(verdict))
            yield self.chain(parting.your_line.chain(LATEX), front=yours)
            if parting.right_line is not None and parting.right != before:
                yield self.chain(parting.right_line.chain(LATEX), front=right)
            before = parting.right
        yield from (rf"\noindent {self.text(more)}" for more in further(verdict, self.lang))

    # -- inverse questions

    def inverse(self, result: InverseResult, steps: str) -> Iterator[_Piece]:
        yield rf"\subsection*{{\raggedright {self.text(inverse.headline(result))}}}"
        yield rf"\noindent {self.text(inverse.question(result))}"
        if steps != "brief":
            for derivation in result.derivations:
                yield from self.derivation(derivation)
        yield from self.solutions(result)
        if steps != "brief":
            yield from self.checks(result)
        for said in inverse.remarks(result):
            yield rf"\noindent {self.text(said)}"
        for said in (inverse.searched(result), inverse.conventions(result)):
            if said:
                yield rf"\noindent{{\small\raggedright {self.text(said)}\par}}"

    def derivation(self, derivation: Derivation) -> Iterator[_Piece]:
        """Set the steps below each other, from `line = wanted` to the numbers it leaves."""
        for says, items in (
            (inverse.KNOWN, [f"${given.latex}$" for given in derivation.givens]),
            (inverse.UNKNOWN, [f"${symbol.latex}$ ({self.text(name)})" for symbol, name in derivation.symbols]),
        ):
            if items:
                label = self.text(says.say(self.lang).strip())
                yield rf"\noindent\textbf{{{label}}}\quad " + ",\n".join(items)
        rows = [(r"\iff\quad " if number else "") + f"& {step.latex}" for number, step in enumerate(derivation.steps)]
        ends = inverse.conclusion(derivation, self.lang)
        if ends is not None:
            before, behind = (rf"\text{{{self.text(said)}}}" if said else "" for said in (ends.before, ends.behind))
            rows.append(rf"\implies\quad & {before}{ends.symbol.latex}{behind}")
        if rows:
            yield self.rows(rows)

    def solutions(self, result: InverseResult) -> Iterator[str]:
        if not result.solutions:
            yield rf"\medskip\noindent\textbf{{{self.text(inverse.none(result))}}}"
            for each in result.nearest:
                yield rf"\noindent {self.text(inverse.nearest(each, self.lang))}"
        elif len(result.solve) > 1:
            names = list(result.solve)
            grid = [names, *([values[name] for name in names] for values in result.shown[: inverse.MOST_ROWS])]
            yield self.tabular([[self.text(cell) for cell in row] for row in grid])
            if inverse.more(result):
                yield rf"\noindent {self.text(inverse.more(result))}"
        else:
            said = self.text(inverse.found(result))
            fits = width(said) + 2 <= self.widest
            yield _display("gather*", [rf"\boxed{{\text{{{said}}}}}"]) if fits else rf"\noindent\textbf{{{said}}}"

    def checks(self, result: InverseResult) -> Iterator[_Rows]:
        """Set the forward lines of the first solutions, each behind the inputs it is worked out with."""
        for values, lines in zip(result.shown, result.checks, strict=False):
            for number, line in enumerate(lines):
                front = "" if number else rf"\text{{{self.text(inverse.inputs(values))}}}:\quad "
                yield self.chain(line.chain(LATEX), front=front)


_STROKES = {
    "─": "lr", "│": "ud", "┐": "ld", "┘": "lu", "└": "ur", "┴": "lru", "┬": "lrd", "┤": "lud", "┼": "lrud",
    "┌": "rd", "├": "rud",
}  # fmt: skip
_RULES = {
    "l": r"\rlap{\rule[.5ex]{.25em}{.4pt}}",
    "r": r"\rlap{\kern.25em\rule[.5ex]{.25em}{.4pt}}",
    "u": r"\rlap{\kern.25em\smash{\rule[.5ex]{.4pt}{.55\normalbaselineskip}}}",
    "d": r"\rlap{\kern.25em\smash{\rule[-.3\normalbaselineskip]{.4pt}{.5\normalbaselineskip}}}",
}
"""Where the lines of a sign lead from its middle, and the rules that draw them."""
_SIGNS = {
    "●": r"\bullet", "○": r"\circ", "◐": r"\odot", "▶": r"\triangleright", "╱": "/", "╲": r"\backslash",
    "◀": r"\triangleleft", "▲": r"\scriptstyle\bigtriangleup", "▼": r"\scriptstyle\bigtriangledown", "⋯": r"\cdots",
    "┄": r"\cdot", "┆": r"\cdot", "╭": r"\cdot", "╮": r"\cdot", "╰": r"\cdot", "╯": r"\cdot",
}  # fmt: skip


def _cell(c: str, lang: str) -> str:
    """Return one sign of a drawing, as wide as every letter of type of one width."""
    if c in _STROKES:
        return r"\makebox[.5em][l]{" + "".join(_RULES[way] for way in _STROKES[c]) + "}"
    if c in _SIGNS:
        return rf"\makebox[.5em]{{${_SIGNS[c]}$}}"
    if c == " ":
        return r"\hspace*{.5em}"
    return rf"\makebox[{cells(c) / 2:g}em]{{{text(c, lang)}}}"  # a letter is half an em in some engines only


def _across(grid: list[list[str]]) -> int:
    """Estimate the width of a table."""
    return sum(max(map(width, column)) + 3 for column in zip(*grid, strict=True))


_CUT = re.compile(r"\\(?:left|right)(?![a-z])\s*\S|\\(?:begin|end)\{|\\.|[{}]| (?=[+-] )|(?<=,) ")


def _cut(tex: str, room: int) -> list[str]:
    """Cut a formula that is too wide inside its round brackets: before + and −, after a comma.

    TeX lets no line end between \\left and \\right: an unseen bracket closes each line and opens the next.
    """
    if width(tex) <= room:
        return [tex]
    places, open_, inside = [], 0, 0
    for found in _CUT.finditer(tex):
        match found[0]:
            case "{":
                inside += 1
            case r"\begin{":
                inside += 2  # its name, and what it holds
            case "}":
                inside -= 1
            case r"\end{":
                pass  # the brace behind its name closes what it holds
            case " " if not inside:
                places.append((found.start(), open_))
            case bracket:
                open_ += bracket.startswith(r"\left") - bracket.startswith(r"\right")
    if not places:
        return [tex]
    rows, start, depth = [], 0, 0
    for (place, here), (after, _) in zip(places, [*places[1:], (len(tex), 0)], strict=True):
        if place > start and width(tex[start:after]) > room:
            rows.append(r"\left." * depth + tex[start:place] + r"\right." * here)
            start, depth = place, here
    return [*rows, r"\left." * depth + tex[start:]]


def _sign(sign: str) -> str:
    return r"\approx" if sign == "≈" else sign


# ---------------------------------------------------------------- documents


def document(fragment: str, lang: str) -> str:
    """Return a document of its own: pdfLaTeX, XeLaTeX or LuaLaTeX in English, the latter two in Chinese."""
    kind = ["% !TEX program = xelatex", r"\documentclass[UTF8,a4paper]{ctexart}"]
    head = kind if lang == "zh" else [r"\documentclass[a4paper]{article}"]
    head += [
        r"\usepackage[margin=2cm]{geometry}",
        r"\usepackage[fleqn]{amsmath}",
        r"\setlength{\mathindent}{1em}",
        r"\pagestyle{plain}",
        r"\begin{document}",
    ]
    return "\n".join([*head, fragment + r"\end{document}", ""])


# ---------------------------------------------------------------- text and widths

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", '"': "''", "…": r"\ldots{}", "`": r"\textasciigrave{}",
}  # fmt: skip
_MATHS = {
    "<": "<", ">": ">", "|": "|", "‖": r"\| ", "−": "-", "·": r"\cdot ", "×": r"\times ", "÷": r"\div ", "±": r"\pm ",
    "≈": r"\approx ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "→": r"\to ", "←": r"\leftarrow ", "⇒": r"\Rightarrow ",
    "⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ", "√": r"\surd ", "∞": r"\infty ",
    "∑": r"\sum ", "Σ": r"\Sigma ", "∏": r"\prod ", "∂": r"\partial ", "∇": r"\nabla ", "∈": r"\in ", "⊙": r"\odot ",
    "∘": r"\circ ", "⋯": r"\cdots ", "ᵀ": r"{}^{\top}", "⊤": r"\top ", "✓": r"\surd ", "✗": r"\times ",
    "Φ": r"\Phi ", "Δ": r"\Delta ", "Ω": r"\Omega ", "′": r"{}^{\prime}",
    **{sign: "\\" + name.rstrip("_") + " " for name, sign in GREEK.items()},
    **{sign: f"{{}}_{{{plain}}}" for sign, plain in zip("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₗₘₙₜ", "0123456789+-ijklmnt", strict=True)},
    **{sign: f"{{}}_{{{plain}}}" for sign, plain in zip("ₓₕᵧ", "xhy", strict=True)},
    **{sign: f"{{}}^{{{plain}}}" for sign, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ˡᴸ⁽⁾", "0123456789+-lL()", strict=True)},
}  # fmt: skip
_RUN = re.compile("[" + re.escape("".join(_MATHS)) + "]+")
_TYPOGRAPHY = "–—‘’“”"


def text(words: str, lang: str) -> str:
    """Return plain text as LaTeX: what TeX reads as commands escaped, signs of formulas as such.

    A character that the document's fonts may lack is written as its code point, `[U+1F600]`, so that it neither
    stops pdfLaTeX nor vanishes.
    """
    pieces = []
    for run in re.split(f"({_RUN.pattern})", words):
        if _RUN.fullmatch(run):
            pieces.append("$" + "".join(_MATHS[c] for c in run).rstrip() + "$")
        else:
            pieces.append("".join(_character(c, lang) for c in run))
    return "".join(pieces).replace("--", "-{}-")


def _character(c: str, lang: str) -> str:
    if c in _SPECIAL:
        return _SPECIAL[c]
    if c.isascii():
        return c if c.isprintable() else " "
    chinese = "\u3000" <= c <= "\u30ff" or "\u3400" <= c <= "\u9fff" or "\uff00" <= c <= "\uffef"
    if c in _TYPOGRAPHY or ("\xa1" <= c <= "\u017f" and c.isprintable()) or (chinese and lang == "zh"):
        return c
    return f"[U+{ord(c):04X}]"


_STACKS = re.compile(r"\\begin\{(bmatrix|cases|array)\}(?:\{r+\})?((?:(?!\\begin).)*?)\\end\{\1\}")
_FRACTION = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
_TAG = re.compile(r"\\(?:text|tag\*|operatorname|texttt|boxed)\{([^{}]*)\}")


def width(tex: str) -> int:
    """Estimate how many digits wide a formula or a text is when set."""
    tex = re.sub(r"\\(?:left|right|,|;|small|quad)(?![A-Za-z])\s*", "", tex)
    before = ""
    while before != tex:
        before = tex
        tex = _STACKS.sub(lambda m: "[" + max((r.replace("&", "  ") for r in m[2].split(r"\\")), key=len) + "]", tex)
        tex = _FRACTION.sub(lambda m: max(m[1], m[2], key=len), tex)
        tex = _TAG.sub(r"\1", tex)
        tex = re.sub(r"[_^]?\{([^{}]*)\}", r"\1", tex)
        tex = re.sub(r"\\(?:[A-Za-z]+|[_$&#%])\s?", "x", tex) if before == tex else tex
    return sum(0 if c in "$&" else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in tex)
