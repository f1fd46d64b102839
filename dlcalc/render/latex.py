"""LaTeX: a fragment that needs amsmath alone, or a document of its own (Chinese through ctex)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby, islice
from typing import NamedTuple

from dlcalc.core.layout import Block
from dlcalc.core.notation import GREEK, LATEX, Writer
from dlcalc.core.records import Condition, Entry, Given, Line, Note, Table
from dlcalc.core.report import Report, Verdict
from dlcalc.core.worksheet import Chain, Worksheet
from dlcalc.errors import Text
from dlcalc.render import page, tables
from dlcalc.render.verdicts import labels, verdict_text

WIDEST = 62
"""Digits in a row of a formula: what fits the text of an `article` as it comes, with a little to spare."""

_SIZES = ((1.0, ""), (0.8, r"\footnotesize"), (0.6, r"\scriptsize"), (0.0, r"\tiny"))
"""Type for rows that are still too wide, by the part of `WIDEST` to their width that they must not fall below."""

LONGEST_TABLE = 40
"""Rows of a tabular, which no page breaks; more are put in another one below."""


class _Rows(NamedTuple):
    """Rows of an alignment, `name &= value`, and the size of their type."""

    rows: tuple[str, ...]
    size: str = ""


_Piece = str | _Rows
"""What a record becomes: a paragraph, or rows that are aligned with those of the records before and after."""


# ---------------------------------------------------------------- sheets


def sheet_latex(sheet: Worksheet, *, steps: str, conventions: bool) -> str:
    """Return the worksheet as a fragment."""
    pieces: list[_Piece] = [rf"\subsection*{{{text(page.headline(sheet), sheet.lang)}}}"]
    if steps == "brief":
        pieces.append(_answer_list(sheet))
    else:
        pieces += _body(sheet, steps)
        pieces.append(_answers(sheet))
    if page.conventions_text(sheet):
        pieces.append(rf"\noindent{{\small {text(page.conventions_text(sheet), sheet.lang)}\par}}")
    if conventions:
        pieces.append(_other_conventions(sheet))
    return _set(pieces)


def _set(pieces: list[_Piece]) -> str:
    """Join pieces; rows that follow each other share one alignment, which pages may break."""
    found: list[str] = []
    for size, group in groupby(pieces, lambda piece: piece.size if isinstance(piece, _Rows) else None):
        if size is None:
            found += (piece for piece in group if isinstance(piece, str))
            continue
        rows = [row for piece in group if isinstance(piece, _Rows) for row in piece.rows]
        body = " \\\\\n".join(rows)
        found.append(f"{{{size}\\allowdisplaybreaks\n\\begin{{align*}}\n{body}\n\\end{{align*}}}}%")
    return "\n".join(found) + "\n"


def _body(sheet: Worksheet, steps: str) -> Iterator[_Piece]:
    given = [entry for entry in sheet.entries if isinstance(entry, Given)]
    if given:
        yield _given(sheet, given)
    for entry in page.shown_entries(sheet.entries, steps):
        yield from _record(sheet, entry, steps)


def _record(sheet: Worksheet, entry: Entry, steps: str) -> Iterator[_Piece]:
    match entry:
        case Line():
            yield from _line(sheet, entry, steps)
        case Condition():
            yield _condition(sheet, entry)
        case Note():
            yield rf"\noindent {text(entry.text.say(sheet.lang, **entry.values), sheet.lang)}\par"
        case Table():
            yield from _table(sheet, entry)
        case Given():
            pass  # they stand together at the top


def _given(sheet: Worksheet, given: list[Given]) -> str:
    items = [
        f"${page.given_symbol(sheet, g, LATEX)} = {sheet.shown(g.value, LATEX).text}$ ({text(g.source, sheet.lang)})"
        for g in given
    ]
    return rf"\noindent\textbf{{{page.GIVEN.say(sheet.lang)}}}\quad " + ",\n".join(items) + r"\par"


def _line(sheet: Worksheet, line: Line, steps: str) -> Iterator[_Piece]:
    yield _chain(sheet.chain(line, LATEX, full=steps == "full"), text(sheet.say(line.text), sheet.lang))
    if steps == "full":
        yield from (_chain(chain) for chain in page.entry_chains(sheet, line, LATEX))


def _chain(chain: Chain, reason: str = "", front: str = "") -> _Rows:
    """Set name = part = … = value on one row if it fits, otherwise a row for each part, broken before + and −."""
    head = front + chain.name.text
    signs = ["="] * len(chain.parts) + [r"\approx" if chain.sign == "≈" else "="]
    parts = [*chain.parts, chain.value]
    joined = " ".join(f"{sign} {part.text}" for sign, part in zip(signs, parts, strict=True))
    room = WIDEST - width(head)
    if width(joined) <= room:
        return _tagged([f"{head} &{joined}"], reason)
    rows = [row for sign, part in zip(signs, parts, strict=True) for row in _part(sign, part, room)]
    rows[0] = head + " " + rows[0]
    return _tagged(rows, reason)


def _part(sign: str, part: Block, room: int) -> list[str]:
    """Set one part of a chain on as many rows as it needs."""
    rows = [f"&{sign} "]
    for number, piece in enumerate(part.pieces):
        if number and width(rows[-1]) + width(piece) > room:
            rows.append(r"&\quad {}")
        rows[-1] += piece
    return rows


def _tagged(rows: list[str], reason: str) -> _Rows:
    """Put the reason at the right margin: beside the first row if there is room, otherwise at the last."""
    widest = max(map(width, rows))
    size = next(name for least, name in _SIZES if least * widest <= WIDEST)
    if reason:
        here = 0 if width(rows[0]) + width(reason) + 2 <= WIDEST else -1
        rows[here] += rf" \tag*{{\small {reason}}}"
    return _Rows(tuple(rows), size)


def _condition(sheet: Worksheet, entry: Condition) -> _Rows:
    test, values = sheet.formula(entry, LATEX).text, sheet.substituted(entry, LATEX).text
    verdict = text((Text(": yes", "：是") if entry.held else Text(": no", "：否")).say(sheet.lang), sheet.lang)
    first, second = rf"& {test}\;?", rf"{values}\text{{{verdict}}}"
    fits = width(first) + width(second) <= WIDEST
    rows = [rf"{first}\quad {second}"] if fits else [first, rf"& {second}"]
    return _tagged(rows, text(sheet.say(entry.text), sheet.lang))


def _table(sheet: Worksheet, table: Table) -> Iterator[_Piece]:
    yield rf"\noindent {text(table.title.say(sheet.lang), sheet.lang)}\par\nopagebreak"
    for line, at in tables.formulas_of(sheet, table):
        writer = Writer(LATEX, at, sheet.sheet.env, sheet.style, indices=sheet.topic.indices)
        right = writer.write(line.right)
        rows = _part("=", right, WIDEST - width(writer.write(line.left).text))
        rows[0] = f"{writer.write(line.left).text} {rows[0]}"
        yield _tagged(rows, "")
    header, *rows_ = tables.cells_of(sheet, table)
    yield _tabular([[text(cell, sheet.lang) for cell in row] for row in (header, *rows_)])


def _tabular(grid: list[list[str]]) -> str:
    header, *body = (" & ".join(row) + r" \\" for row in grid)
    wide = max(sum(width(cell) + 2 for cell in row) for row in grid)
    size = next(name for least, name in _SIZES if least * wide <= WIDEST)
    found = []
    rows = iter(body)
    while chunk := list(islice(rows, LONGEST_TABLE)):
        inner = "\n".join([r"\hline", header, r"\hline", *chunk, r"\hline"])
        found.append(
            f"\\begin{{center}}{size}\n\\begin{{tabular}}{{{'r' * len(grid[0])}}}\n{inner}\n\\end{{tabular}}\n"
            "\\end{center}"
        )
    return "\n".join(found)


def _answers(sheet: Worksheet) -> str:
    """Set the answers below the lines, the main one in a box; several on a row where they fit."""
    rows: list[str] = []
    wide = 0
    for number, name in enumerate(page.answers_below(sheet)):
        sign, value = page.answer_formula(sheet, name, LATEX)
        formula = rf"\text{{{text(name, sheet.lang)}}} {sign.replace('≈', chr(92) + 'approx')} {value}"
        formula = rf"\boxed{{{formula}}}" if number == 0 else formula
        formula += rf"\text{{{text(page.unrounded_text(sheet, name), sheet.lang)}}}" * bool(
            page.unrounded_text(sheet, name)
        )
        if rows and wide + width(formula) + 4 <= WIDEST:
            rows[-1] += r" \qquad " + formula
            wide += width(formula) + 4
        else:
            rows.append(formula)
            wide = width(formula)
    return "\\begin{gather*}\n" + " \\\\\n".join(rows) + "\n\\end{gather*}%"


def _answer_list(sheet: Worksheet) -> str:
    says = {answer.name: answer.says.say(sheet.lang) for answer in sheet.topic.answers}
    rows = []
    for name in sheet.answers:
        sign, value = page.answer_formula(sheet, name, LATEX)
        sign = r"\approx" if sign == "≈" else sign
        unrounded = text(page.unrounded_text(sheet, name), sheet.lang)
        rows.append(
            rf"\texttt{{{text(name, sheet.lang)}}} & ${sign} {value}${unrounded} & {text(says[name], sheet.lang)} \\"
        )
    return "\\begin{flushleft}\n\\begin{tabular}{lll}\n" + "\n".join(rows) + "\n\\end{tabular}\n\\end{flushleft}"


def _other_conventions(sheet: Worksheet) -> str:
    items = []
    for switch, meaning, changed in page.other_conventions(sheet):
        answers = ", ".join(f"{n} = {v}" if n else v for n, v in changed.items()) or page.SAME.say(sheet.lang)
        switch, meaning, answers = (text(each, sheet.lang) for each in (switch, meaning, answers))
        items.append(rf"\item \texttt{{{switch}}} ({meaning}): {answers}")
    return "\\begin{itemize}\n" + "\n".join(items) + "\n\\end{itemize}" if items else ""


# ---------------------------------------------------------------- verdicts


def report_latex(report: Report) -> str:
    """Return the verdicts as a fragment."""
    return _set([piece for name, verdict in report.verdicts.items() for piece in _verdict(name, verdict, report.lang)])


def _verdict(name: str, verdict: Verdict, lang: str) -> Iterator[_Piece]:
    mark = "?" if verdict.verdict == "invalid" else r"$\surd$" if verdict.accepted else r"$\times$"
    yield rf"\medskip\noindent\textbf{{{mark}}} {text(verdict_text(name, verdict, lang), lang)}\par"
    if verdict.column is not None and verdict.given.strip():
        typed, at = verdict.given.replace("\n", " "), verdict.column
        where = text(typed[at : at + 1], lang) or r"\phantom{0}"
        before, after = text(typed[max(0, at - 30) : at], lang), text(typed[at + 1 : at + 30], lang)
        yield rf"\noindent\quad\texttt{{{before}}}\underline{{\texttt{{{where}}}}}\texttt{{{after}}}\par"
    before = ""
    for explanation in verdict.explanations:
        yield rf"\noindent {text(explanation.remedy.say(lang), lang)}\par"
        parting = explanation.parting
        if parting is None:
            continue
        yours, right = (rf"\text{{{text(says.say(lang), lang)}}}\quad " for says in labels(verdict))
        yield _chain(parting.your_line.chain(LATEX), "", yours)
        if parting.right_line is not None and parting.right != before:
            yield _chain(parting.right_line.chain(LATEX), "", right)
        before = parting.right


# ---------------------------------------------------------------- documents


def document(fragment: str, lang: str) -> str:
    """Return a document of its own: pdfLaTeX, XeLaTeX or LuaLaTeX in English, the latter two in Chinese."""
    kind = ["% !TEX program = xelatex", r"\documentclass[UTF8,a4paper]{ctexart}"]
    head = kind if lang == "zh" else [r"\documentclass[a4paper]{article}"]
    head += [
        r"\usepackage[margin=2cm]{geometry}",
        r"\usepackage[fleqn]{amsmath}",
        r"\setlength{\mathindent}{1em}",
        r"\begin{document}",
    ]
    return "\n".join([*head, fragment + r"\end{document}", ""])


# ---------------------------------------------------------------- text and widths

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", '"': "''", "…": r"\ldots{}", "`": r"\textasciigrave{}",
}  # fmt: skip
_MATHS = {
    "<": "<", ">": ">", "|": "|", "−": "-", "·": r"\cdot ", "×": r"\times ", "÷": r"\div ", "±": r"\pm ",
    "≈": r"\approx ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "→": r"\to ", "←": r"\leftarrow ", "⇒": r"\Rightarrow ",
    "⌊": r"\lfloor ", "⌋": r"\rfloor ", "⌈": r"\lceil ", "⌉": r"\rceil ", "√": r"\surd ", "∞": r"\infty ",
    "∑": r"\sum ", "Σ": r"\Sigma ", "∏": r"\prod ", "∂": r"\partial ", "∇": r"\nabla ", "∈": r"\in ", "⊙": r"\odot ",
    "∘": r"\circ ", "⋯": r"\cdots ", "ᵀ": r"{}^{\top}", "⊤": r"\top ", "✓": r"\surd ", "✗": r"\times ",
    **{sign: "\\" + name.rstrip("_") + " " for name, sign in GREEK.items()},
    **{sign: f"{{}}_{{{plain}}}" for sign, plain in zip("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₗₘₙₜ", "0123456789+-ijklmnt", strict=True)},
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
