"""Checked homework in every format: exercise by exercise, each answer with the line of the file it stands on.

Pieces come as exercises are judged, so that a long file takes no more memory than its longest exercise. JSON, schema 1:

    {"schema": 1, "files": [
      {"file", "blocks": [
        {"line", "exercise", "topic", "marks", "out_of", "first_wrong",
         "lines": [{"line", "name", "verdict", "given", … as in the JSON of a sheet}],
         "faults": [{"line", "message", "hint"}]}],
       "faults": [{"line", "message", "hint"}], "marks", "out_of"}],
     "marks", "out_of"}

`line` is the number of a line of the file. `topic` is null where the exercise could not be used; the faults say why.
Those beside `blocks` are of the whole file, and have the line 0 where they are of no line in particular.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dlcalc.core.homework import CheckedBlock, CheckedFile, Fault
from dlcalc.core.layout import caret, cells
from dlcalc.errors import DlcalcError, Text, UnreadableError
from dlcalc.render import page, render_sheet
from dlcalc.render.json import SCHEMA, verdict_json
from dlcalc.render.page import Row
from dlcalc.render.verdicts import verdict_rows

LONGEST_EXERCISE = 200
"""Characters of a command that could not be used, as it is shown."""


def render_homework(
    files: Sequence[CheckedFile],
    format: str,
    *,
    lang: str = "en",
    steps: str | None = None,
    width: int = 80,
    color: bool = False,
    standalone: bool = False,
) -> Iterator[str]:
    """Yield checked homework as text in a format, piece by piece.

    Args:
        files: what was handed in; their blocks are judged as they are asked for.
        format: one of `dlcalc.render.FORMATS`.
        lang: "en" or "zh".
        steps: how much of each exercise's sheet to show below its verdicts; None for nothing. JSON has no sheets.
        width: columns of the terminal or the page.
        color: whether escape codes for colours may be used (terminal only).
        standalone: whether LaTeX is a document of its own instead of a fragment.
    """
    if format == "json":
        yield from _json(files, lang)
        return
    title = ", ".join(file.name for file in files)
    match format:
        case "terminal" | "text":
            show: _Format = _Page(lang, steps, max(40, min(width, page.WIDEST)), color and format == "terminal")
        case "markdown":
            show = _Markdown(lang, steps)
        case "html":
            show = _Html(lang, steps)
        case "latex":
            show = _Latex(lang, steps, standalone)
        case _:
            raise ValueError(f"no format {format!r}")
    before, after = show.around(title)
    yield before
    whole = _Total()
    for file in files:
        total = _Total()
        for part in file.parts:
            if isinstance(part, Fault):
                yield show.fault(_at(file.name, part.line), part.error)
            else:
                total.add(part)
                yield show.block(file.name, part)
        if total.blocks > 1:
            yield show.total(_marks(file.name, total.marks, total.out_of, lang))
        whole.take(total)
    if len(files) > 1:
        yield show.total(_marks(Text("In all", "总计").say(lang), whole.marks, whole.out_of, lang))
    yield after


# ---------------------------------------------------------------- texts


@dataclass(slots=True)
class _Total:
    """Marks of several exercises."""

    marks: float = 0.0
    out_of: int = 0
    blocks: int = 0

    def add(self, block: CheckedBlock) -> None:
        self.marks, self.out_of, self.blocks = self.marks + block.marks, self.out_of + block.out_of, self.blocks + 1

    def take(self, other: _Total) -> None:
        self.marks, self.out_of, self.blocks = (
            self.marks + other.marks,
            self.out_of + other.out_of,
            self.blocks + other.blocks,
        )


def _marks(what: str, marks: float, out_of: int, lang: str) -> str:
    text = Text("{what}: {marks} of {out_of} marks", "{what}：{out_of} 分中得 {marks} 分")
    return text.say(lang, what=what, marks=f"{marks:g}", out_of=out_of)


def _at(file: str, line: int) -> str:
    """Return a place as editors read it: homework.md:12."""
    return f"{file}:{line}" if line else file


def _heading(block: CheckedBlock, lang: str) -> str:
    """Say which exercise it is: its headline, or what was written where that could not be used."""
    if block.sheet is not None:
        return page.headline(block.sheet)
    written = block.exercise or Text("no exercise", "没有习题").say(lang)
    return written if len(written) <= LONGEST_EXERCISE else written[: LONGEST_EXERCISE - 1] + "…"


def _by_line(file: str, block: CheckedBlock) -> Iterator[tuple[str, str, Fault | None]]:
    """Yield what there is to say of an exercise in the order of the file: (place, name of the answer, or the fault)."""
    parts: list[tuple[int, str, Fault | None]] = [(line, name, None) for name, line in block.lines.items()]
    parts += ((fault.line, "", fault) for fault in block.faults)
    for line, name, fault in sorted(parts, key=lambda part: part[0]):
        yield _at(file, line), name, fault


def _summary(file: str, block: CheckedBlock, lang: str) -> str:
    """Say how many marks an exercise has, where it first goes wrong, and how much could not be read."""
    if block.report is None:
        return Text("This exercise is not judged.", "本题未判。").say(lang)
    said = [_marks(Text("This exercise", "本题").say(lang), block.marks, block.out_of, lang)]
    first = block.report.first_wrong
    if first is not None:
        text = Text("the first wrong line is {first} ({place})", "第一处错误是 {first}（{place}）")
        said.append(text.say(lang, first=first, place=_at(file, block.lines.get(first, block.line))))
    unread = len(block.faults) + sum(v.verdict == "invalid" for v in block.report.verdicts.values())
    if unread:
        lines = Text("not judged: 1 line", "未能判断：1 行") if unread == 1 else _NOT_JUDGED
        said.append(lines.say(lang, count=unread))
    return ("；" if lang == "zh" else "; ").join(said) + ("。" if lang == "zh" else ".")


_NOT_JUDGED = Text("not judged: {count} lines", "未能判断：{count} 行")


def _wrong(error: DlcalcError, lang: str) -> str:
    """Say what was wrong, with the flag it is about."""
    name = getattr(error, "name", None)
    colon = "：" if lang == "zh" else ": "
    return (f"--{name.replace('_', '-')}{colon}" if name else "") + error.message(lang)


# ---------------------------------------------------------------- formats


@dataclass(frozen=True, slots=True)
class _Format(ABC):
    """How the parts of a report are written; `around` is what stands before and after them all."""

    lang: str
    steps: str | None

    def around(self, title: str) -> tuple[str, str]:
        """Return what stands before and after it all."""
        return "", ""

    @abstractmethod
    def block(self, file: str, block: CheckedBlock) -> str:
        """Write one exercise."""

    @abstractmethod
    def fault(self, place: str, error: DlcalcError) -> str:
        """Write what could not be read at a place."""

    @abstractmethod
    def total(self, said: str) -> str:
        """Write the marks of several exercises."""


@dataclass(frozen=True, slots=True)
class _Page(_Format):
    """A page of text, or a terminal with colours: a blank row between exercises, and around what is explained."""

    width: int
    color: bool

    def block(self, file: str, block: CheckedBlock) -> str:
        heading: list[Row] = [[("title", row)] for row in page.wrap(_heading(block, self.lang), self.width)]
        rows = list(self._placed(_at(file, block.line), heading))
        before: list[Row] = []
        for place, name, fault in _by_line(file, block):
            if block.report is None or fault is not None:
                said = self._fault(place, fault.error) if fault else []
            else:
                verdict = block.report.verdicts[name]
                said = list(self._placed(place, list(verdict_rows(name, verdict, block.report, self.width))))
            rows += [[]] if before and max(len(before), len(said)) > 1 else []
            rows += said
            before = said
        summary = _summary(file, block, self.lang)
        if summary:
            rows += [[], *([("note", row)] for row in page.wrap(summary, self.width))]
        text = self._written([*rows, []])
        if self.steps and block.sheet is not None:
            format = "terminal" if self.color else "text"
            text += render_sheet(block.sheet, format, steps=self.steps, width=self.width, color=self.color) + "\n"
        return text

    def fault(self, place: str, error: DlcalcError) -> str:
        return self._written([*self._fault(place, error), []])

    def total(self, said: str) -> str:
        return self._written([[("answer", row)] for row in page.wrap(said, self.width)])

    def _fault(self, place: str, error: DlcalcError) -> list[Row]:
        said = page.wrap(_wrong(error, self.lang), self.width - 2)
        rows: list[Row] = [[("bad", "! " if number == 0 else "  "), ("plain", row)] for number, row in enumerate(said)]
        if isinstance(error, UnreadableError):
            piece, below = caret(error.typed, error.column)
            rows += [[("formula", "    " + piece)], [("bad", "    " + below)]]
        for text in error.advice(self.lang).split("\n") if error.advice(self.lang) else ():
            rows += [[("remedy", row)] for row in page.wrap(text, self.width - 4, "    ")]
        return list(self._placed(place, rows))

    def _placed(self, place: str, rows: list[Row]) -> Iterator[Row]:
        """Put the place in front of the first row, or on a row above where it is too long for that."""
        first = sum(cells(text) for _, text in rows[0])
        if cells(place) + 2 + first <= self.width:
            yield [("reason", place + "  "), *rows[0]]
            yield from rows[1:]
        else:
            yield [("reason", place)]
            yield from rows

    def _written(self, rows: list[Row]) -> str:
        if not self.color:
            return page.plain(rows)
        from dlcalc.render.terminal import colored

        return colored(rows, self.width)


class _Markdown(_Format):
    """Markdown: a heading for each exercise, a list of verdicts."""

    def block(self, file: str, block: CheckedBlock) -> str:
        from dlcalc.render.markdown import report_markdown

        rows = [f"## `{_at(file, block.line)}` {_heading(block, self.lang)}", ""]
        for place, name, fault in _by_line(file, block):
            if fault is not None:
                rows.append(f"- `{place}` ! {' '.join(self._said(fault.error).split())}")
            elif block.report is not None:
                rows.append(report_markdown(block.report, {name: place}).rstrip("\n"))
        summary = _summary(file, block, self.lang)
        rows += ["", f"**{summary}**"] if summary else []
        if self.steps and block.sheet is not None:
            rows += ["", render_sheet(block.sheet, "markdown", steps=self.steps).rstrip("\n")]
        return "\n".join([*rows, "", ""])

    def fault(self, place: str, error: DlcalcError) -> str:
        return f"`{place}` ! {self._said(error)}\n\n"

    def total(self, said: str) -> str:
        return f"**{said}**\n"

    def _said(self, error: DlcalcError) -> str:
        typed = f"`{error.typed[:LONGEST_EXERCISE]}`: " if isinstance(error, UnreadableError) else ""
        return f"{typed}{_wrong(error, self.lang)} {error.advice(self.lang)}".rstrip()


class _Html(_Format):
    """A page with MathML."""

    def around(self, title: str) -> tuple[str, str]:
        from dlcalc.render import html

        before, after = html.document(title, self.lang, _BODY).split(_BODY)
        return before, after

    def block(self, file: str, block: CheckedBlock) -> str:
        from dlcalc.render import html

        heading = html.text(_heading(block, self.lang)) + html.place_html(_at(file, block.line))
        text = f'<h1 style="margin-top: 1.6em">{heading}</h1>\n'
        for place, name, fault in _by_line(file, block):
            if fault is not None:
                text += self.fault(place, fault.error)
            elif block.report is not None:
                text += html.report_html(block.report, {name: place})
        summary = _summary(file, block, self.lang)
        text += self.total(summary) if summary else ""
        if self.steps and block.sheet is not None:
            text += html.sheet_html(block.sheet, steps=self.steps, conventions=False)
        return text

    def fault(self, place: str, error: DlcalcError) -> str:
        from dlcalc.render import html

        said, advice = html.text(_wrong(error, self.lang)), error.advice(self.lang)
        rows = ['<section class="verdict unread">']
        rows.append(f'<h2><span class="mark">!</span>{said}{html.place_html(place)}</h2>')
        if isinstance(error, UnreadableError):
            rows.append("<pre>" + html.text("\n".join(caret(error.typed, error.column))) + "</pre>")
        words, _, example = advice.partition("\n\n")
        rows += [f"<p>{html.text(words)}</p>"] if words else []
        rows += [f"<pre>{html.text(example)}</pre>"] if example else []
        return "\n".join([*rows, "</section>", ""])

    def total(self, said: str) -> str:
        from dlcalc.render import html

        return f"<p><b>{html.text(said)}</b></p>\n"


_BODY = "\0"
"""Stands for what is written later."""


@dataclass(frozen=True, slots=True)
class _Latex(_Format):
    """LaTeX: a fragment, or a document of its own."""

    standalone: bool

    def around(self, title: str) -> tuple[str, str]:
        from dlcalc.render import latex

        if not self.standalone:
            return "", ""
        before, after = latex.document(_BODY, self.lang).split(_BODY)
        return before, after

    def block(self, file: str, block: CheckedBlock) -> str:
        from dlcalc.render import latex

        heading, place = latex.text(_heading(block, self.lang), self.lang), latex.text(_at(file, block.line), self.lang)
        text = rf"\subsection*{{\raggedright {heading} {{\small {place}}}}}" + "\n"
        for place, name, fault in _by_line(file, block):
            if fault is not None:
                text += self.fault(place, fault.error)
            elif block.report is not None:
                text += latex.report_latex(block.report, {name: place}, standalone=self.standalone)
        summary = _summary(file, block, self.lang)
        text += self.total(summary) if summary else ""
        if self.steps and block.sheet is not None:
            text += latex.sheet_latex(block.sheet, steps=self.steps, conventions=False, standalone=self.standalone)
        return text

    def fault(self, place: str, error: DlcalcError) -> str:
        from dlcalc.render import latex

        typed = f"{error.typed[:LONGEST_EXERCISE]}: " if isinstance(error, UnreadableError) else ""
        said = latex.text(f"{typed}{_wrong(error, self.lang)}", self.lang) + latex.place_latex(place, self.lang)
        rows = [rf"\medskip\noindent\textbf{{!}} {said}", ""]
        words, _, example = error.advice(self.lang).partition("\n\n")
        rows += [rf"\noindent {latex.text(words, self.lang)}", ""] if words else []
        rows += [rf"\noindent\texttt{{{latex.text(row, self.lang)}}}\par" for row in example.splitlines()]
        return "\n".join([*rows, ""])

    def total(self, said: str) -> str:
        from dlcalc.render import latex

        return rf"\medskip\noindent\textbf{{{latex.text(said, self.lang)}}}\par" + "\n\n"


# ---------------------------------------------------------------- JSON


def _json(files: Sequence[CheckedFile], lang: str) -> Iterator[str]:
    """Yield the report as one JSON object, a block to a row."""
    yield f'{{\n  "schema": {SCHEMA},\n  "files": ['
    whole = _Total()
    for number, file in enumerate(files):
        yield f'{"," if number else ""}\n    {{"file": {_dumped(file.name)}, "blocks": ['
        total = _Total()
        faults = []
        for part in file.parts:
            if isinstance(part, Fault):
                faults.append(_fault_json(part, lang))
                continue
            yield f"{',' if total.blocks else ''}\n      {_dumped(_block_json(part, lang))}"
            total.add(part)
        rest = {"faults": faults, "marks": total.marks, "out_of": total.out_of}
        yield "], " + _dumped(rest)[1:]
        whole.take(total)
    yield f'\n  ],\n  "marks": {_dumped(whole.marks)},\n  "out_of": {whole.out_of}\n}}\n'


def _block_json(block: CheckedBlock, lang: str) -> dict[str, Any]:
    report = block.report
    return {
        "line": block.line,
        "exercise": block.exercise,
        "topic": report.topic if report else None,
        "marks": block.marks,
        "out_of": block.out_of,
        "first_wrong": report.first_wrong if report else None,
        "lines": [
            {"line": block.lines[name], "name": name, **verdict_json(verdict, lang)}
            for name, verdict in (report.verdicts.items() if report else ())
        ],
        "faults": [_fault_json(fault, lang) for fault in block.faults],
    }


def _fault_json(fault: Fault, lang: str) -> dict[str, Any]:
    return {"line": fault.line, "message": _wrong(fault.error, lang), "hint": fault.error.advice(lang)}


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
