"""Markdown with formulas as LaTeX between dollar signs, as GitHub, Jupyter and Pandoc show them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dlcalc.core.layout import caret, visible
from dlcalc.core.notation import LATEX, Writer
from dlcalc.core.records import Cell, Condition, Figure, Given, Grid, Line, Note, Picture, Table
from dlcalc.core.report import Report
from dlcalc.core.worksheet import Worksheet
from dlcalc.errors import Text
from dlcalc.render import page, tables
from dlcalc.render.verdicts import further, labels, remarks, shown_explanations, verdict_text


def sheet_markdown(sheet: Worksheet, *, steps: str, conventions: bool) -> str:
    """Return the worksheet as Markdown."""
    rows = [f"## {page.headline(sheet)}", ""]
    if steps == "brief":
        rows += ["| | |", "|---|---|"]
        says = {answer.name: answer.says.say(sheet.lang) for answer in sheet.topic.answers}
        rows += [f"| `{name}` ({says[name]}) | **{page.answer_text(sheet, name)}** |" for name in sheet.answers]
    else:
        rows += list(_body(sheet, steps))
        rows += ["", *_answers(sheet)]
    if sheet.topic.conventions_of(sheet.inputs):
        rows += ["", f"_{Text('Conventions: ', '约定：').say(sheet.lang)}{_conventions(sheet)}_"]
    if conventions:
        rows.append("")
        for switch, meaning, changed in page.other_conventions(sheet):
            text = ", ".join(f"{n} = {v}" if n else v for n, v in changed.items()) or page.SAME.say(sheet.lang)
            rows.append(f"- `{switch}` ({meaning}): {text}")
    return "\n".join(rows) + "\n"


def _conventions(sheet: Worksheet) -> str:
    return "; ".join(c.choices[sheet.inputs[c.name]].say(sheet.lang) for c in sheet.topic.conventions_of(sheet.inputs))


def _answers(sheet: Worksheet) -> Iterator[str]:
    for name in page.answers_below(sheet):
        yield f"**{name} = {page.answer_text(sheet, name)}**  "


def _body(sheet: Worksheet, steps: str) -> Iterator[str]:
    entries = sheet.entries
    given = tables.givens(entries)
    if given:
        listed = ", ".join(
            f"${page.given_symbol(sheet, g, LATEX)} = {sheet.shown(g.value, LATEX).text}$ ({g.source})" for g in given
        )
        yield f"{Text('Given: ', '已知：').say(sheet.lang)}{listed}"
        yield ""
    for entry in page.shown_entries(entries, steps):
        match entry:
            case Line():
                yield f"- ${line_latex(sheet, entry, steps)}$  "
                reason = sheet.say(entry.text)
                if reason:
                    yield f"  {reason}"
            case Condition():
                verdict = Text("yes", "是") if entry.held else Text("no", "否")
                test, values = sheet.formula(entry, LATEX).text, sheet.substituted(entry, LATEX).text
                yield f"- ${test}$: ${values}$: {verdict.say(sheet.lang)}"
            case Note():
                yield f"- {entry.text.say(sheet.lang, **entry.values)}"
            case Table():
                header, *rows = tables.cells_of(sheet, entry)
                yield f"\n{entry.title.say(sheet.lang)}\n"
                for line, at in tables.formulas_of(sheet, entry):
                    writer = Writer(LATEX, at, sheet.sheet.env, sheet.style, indices=sheet.topic.indices)
                    yield f"- ${writer.write(line.left).text} = {writer.write(line.right).text}$"
                yield ""
                yield "| " + " | ".join(header) + " |"
                yield "|" + "---|" * len(header)
                yield from ("| " + " | ".join(row) + " |" for row in rows)
                yield ""
            case Picture():
                drawn = page.plain(page.picture_rows(sheet, entry, 0, 80)).rstrip("\n")
                if entry.is_small:
                    yield f"\n```\n{drawn}\n```\n"
            case Figure():
                yield f"\n{entry.title.say(sheet.lang)}\n"
                yield from ("```text", *entry.draw(sheet.lang), "```", "")
            case Grid():
                yield f"\n{entry.title.say(sheet.lang)}\n"
                yield "| " + " | ".join(head.say(sheet.lang) for head in entry.heads) + " |"
                yield "|" + "---|" * len(entry.heads)
                yield from ("| " + " | ".join(_cell(sheet, cell) for cell in row) + " |" for row in entry.rows)
                yield ""
            case Given():
                pass


def _cell(sheet: Worksheet, cell: Cell) -> str:
    return "<br>".join(
        piece.say(sheet.lang) if isinstance(piece, Text) else f"${tables.formula_in(sheet, piece, LATEX).text}$"
        for piece in cell
    )


def line_latex(sheet: Worksheet, line: Line, steps: str = "normal") -> str:
    """Return a line as LaTeX: name = formula = substitution = value."""
    chain = sheet.chain(line, LATEX, full=steps == "full")
    row = " = ".join(block.text for block in (chain.name, *chain.parts))
    sign = r"\approx" if chain.sign == "≈" else "="
    return f"{row} {sign} {chain.value.text}"


def report_markdown(report: Report, where: Mapping[str, str] | None = None) -> str:
    """Return the verdicts as Markdown; with `where`, those named there, each with where it stands."""
    rows: list[str] = []
    for name, place in (where if where is not None else dict.fromkeys(report.verdicts, "")).items():
        verdict = report.verdicts[name]
        mark = "✓" if verdict.accepted else "?" if verdict.verdict == "invalid" else "✗"
        mark = f"`{place}` {mark}" if place else mark
        rows.append(f"- {mark} {text(verdict_text(name, verdict, report.lang, report.verdicts))}")
        if verdict.column is not None and verdict.given.strip():
            rows += ["", *(f"      {row}" for row in caret(verdict.given, verdict.column))]  # code, inside the list
        rows += (f"  - {text(remark)}" for remark in remarks(verdict, report.lang))
        for explanation in shown_explanations(verdict):
            rows.append(f"  - {text(explanation.remedy.say(report.lang))}")
            if explanation.parting is not None:
                yours, right = labels(verdict)
                rows.append(f"    - {yours.say(report.lang)}: `{explanation.parting.yours}`")
                if explanation.parting.right_line is not None:
                    rows.append(f"    - {right.say(report.lang)}: `{explanation.parting.right}`")
        rows += (f"  - {text(more)}" for more in further(verdict, report.lang))
    return "\n".join(rows) + "\n"


def text(words: str) -> str:
    """Return plain text as Markdown on one row: signs that mark something up are escaped."""
    return _MARKUP.sub(r"\\\g<0>", visible(words))


_MARKUP = re.compile(r"[\\`*_\[\]<>$|~&]")
