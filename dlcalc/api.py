"""What Python users call: `solve`, `check` and `inverse`; `dlcalc.topics()` is the package of that name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from dlcalc.core.inverse import InverseResult as _InverseResult
from dlcalc.core.notation import Style
from dlcalc.core.report import Report
from dlcalc.core.worksheet import Worksheet as _Worksheet
from dlcalc.errors import InputError, Text
from dlcalc.topics import load

_PLAIN = Style()
LANGUAGES = ("en", "zh")


class Worksheet(_Worksheet):
    """A worked calculation that can show itself; `unrounded` is the run in full precision beside paper arithmetic."""

    unrounded: _Worksheet | None = None
    solved: tuple[Any, ...] = ()
    """The call of `solve` that made it: a worksheet travels to another process as its exercise, and is worked there."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, self.solved

    def render(
        self,
        format: str = "text",
        *,
        steps: str = "normal",
        width: int = 80,
        color: bool = False,
        conventions: bool = False,
        standalone: bool = False,
    ) -> str:
        """Return the sheet in a format: text, terminal, markdown, latex, html or json.

        LaTeX is a fragment that needs amsmath, or a document of its own if `standalone`; HTML always is a page.

        Raises:
            InputError: if there is no such format or no such level of steps, or for a text that is to stand alone.
        """
        from dlcalc.render import FORMATS, STEPS, render_sheet

        one_of("format", format, FORMATS)
        one_of("steps", steps, STEPS)
        refuse_standalone(format, standalone)
        return render_sheet(
            self, format, steps=steps, width=width, color=color, conventions=conventions, standalone=standalone
        )

    def __str__(self) -> str:
        return self.render("text").rstrip("\n")

    def __repr__(self) -> str:
        return f"<{self.topic.name} worksheet: " + ", ".join(f"{k} = {v}" for k, v in self.answers.items()) + ">"

    def _repr_html_(self) -> str:
        """Let Jupyter show the sheet as a piece of a page; notebooks, Colab and VS Code prefer it to the others."""
        from dlcalc.render import html

        return html.fragment(self.lang, html.sheet_html(self, steps="normal", conventions=False))

    def _repr_markdown_(self) -> str:
        """Let what shows no HTML show the sheet with its formulas set."""
        return self.render("markdown")

    def _repr_latex_(self) -> str:
        """Let nbconvert put the sheet into a PDF."""
        return self.render("latex")


def _again(topic: str, inputs: Mapping[str, object], round: int | None, exact: bool, lang: str) -> Worksheet:
    return solve(topic, inputs, round=round, exact=exact, lang=lang)


def solve(
    topic: str, inputs: Mapping[str, object], *, round: int | None = None, exact: bool = False, lang: str = "en"
) -> Worksheet:
    """Work a calculation out.

    Args:
        topic: a topic's name; `dlcalc.topics()` lists them.
        inputs: its inputs (conventions among them) as Python values or as typed text.
        round: paper arithmetic: every line is rounded half up to so many decimals and carried on rounded.
        exact: show exact fractions.
        lang: "en" or "zh".

    Raises:
        InputError: if the topic or an input is unknown, missing, or cannot be used; says what to give instead.
    """
    found = load(topic)
    values = found.read(inputs)
    given = frozenset(name.replace("-", "_") for name, value in inputs.items() if value is not None)
    if round is None and not exact and lang == "en":
        sheet = Worksheet(found, values, given, style=_PLAIN)
    else:
        one_of("lang", lang, LANGUAGES)
        style, mode = Style(exact=exact), None
        if round is not None:
            from dlcalc.core import modes

            mode = modes.paper(_decimals(round))
            style = Style(decimals=round, exact=exact)
        sheet = Worksheet(found, values, given, mode=mode, style=style, lang=lang)
        if mode is not None:
            sheet.unrounded = _Worksheet(found, values, given, style=Style(exact=exact), lang=lang)
    sheet.solved = (topic, dict(inputs), round, exact, lang)
    return sheet


def check(topic: str, inputs: Mapping[str, object], answers: Mapping[str, object], *, lang: str = "en") -> Report:
    """Judge answers to an exercise: right, right under another convention, a known mistake, or wrong.

    Args:
        topic: a topic's name.
        inputs: the exercise's inputs; a convention named here is fixed.
        answers: what was answered, by answer or line name, as text or Python values.

    Raises:
        InputError: as `solve`, and for an answer name that does not exist.
    """
    from dlcalc.practice.check import check as judge

    one_of("lang", lang, LANGUAGES)
    return judge(load(topic), inputs, answers, lang)


class InverseResult(_InverseResult):
    """The answer to an inverse question, which can show itself."""

    def render(
        self,
        format: str = "text",
        *,
        steps: str = "normal",
        width: int = 80,
        color: bool = False,
        standalone: bool = False,
    ) -> str:
        """Return the solutions and the inequality they come from in one of the formats a worksheet has.

        Args:
            format: the format.
            steps: brief, normal or full; brief shows the solutions alone.
            width: columns of the terminal or the page.
            color: whether escape codes for colours may be used (terminal only).
            standalone: whether LaTeX is a document of its own instead of a fragment.

        Raises:
            InputError: if there is no such format or no such level of steps, or it has no documents of its own.
        """
        from dlcalc.render import FORMATS, STEPS, render_inverse

        one_of("format", format, FORMATS)
        one_of("steps", steps, STEPS)
        refuse_standalone(format, standalone)
        return render_inverse(self, format, steps=steps, width=width, color=color, standalone=standalone)

    def __str__(self) -> str:
        return self.render("text").rstrip("\n")

    def __repr__(self) -> str:
        return f"<{self.topic} inverse: {self.solutions}>"

    def _repr_html_(self) -> str:
        """Let Jupyter show it as a piece of a page."""
        from dlcalc.render import html

        return html.fragment(self.lang, html.inverse_html(self, steps="normal"))

    def _repr_markdown_(self) -> str:
        """Let what shows no HTML show it with its formulas set."""
        return self.render("markdown")

    def _repr_latex_(self) -> str:
        """Let nbconvert put it into a PDF."""
        return self.render("latex")


def inverse(
    topic: str,
    inputs: Mapping[str, object],
    want: object,
    solve: str | Sequence[str],
    *,
    ranges: Mapping[str, object] | None = None,
    lang: str = "en",
) -> InverseResult:
    """Find the inputs that give wanted answers: which padding keeps 28, which input sizes give 7.

    Args:
        topic: a topic's name.
        inputs: the known inputs, as Python values or as typed text.
        want: the wanted value of the topic's first answer, or wanted values by answer or line name.
        solve: the unknown inputs, one to three: `"pad"`, `"k,pad"` or `["k", "pad"]`.
        ranges: (first, last) whole number to try, by unknown; a sensible range where none is given, told in
            `searched` of the result.
        lang: "en" or "zh".

    Raises:
        InputError: as `solve`, and for an unknown that is given too or cannot be searched, a wanted value that cannot
            be, or a search that would be too long.
    """
    from dlcalc.core.search import search

    one_of("lang", lang, LANGUAGES)
    wanted = want if isinstance(want, Mapping) else {"": want}
    names = solve.replace("，", ",").split(",") if isinstance(solve, str) else solve
    found = search(load(topic), inputs, wanted, names, ranges, lang)
    return InverseResult(**{field.name: getattr(found, field.name) for field in fields(found)})


def _decimals(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 15:
        raise InputError(
            Text("{number} is no number of decimals.", "{number} 不是小数位数。"),
            Text("Give a number of decimals from 0 to 15.", "请给出 0 到 15 的小数位数。"),
            number=number,
        ).about("round")
    return number


def refuse_standalone(format: str, standalone: bool) -> None:
    """Refuse to make a document of a format that is none.

    Raises:
        InputError: naming the formats that are.
    """
    from dlcalc.render import DOCUMENTS

    if standalone and format not in DOCUMENTS:
        raise InputError(
            Text("The format {format} has no documents of its own.", "{format} 格式没有独立文档。"),
            Text("Choose the format latex or html.", "请选择 latex 或 html 格式。"),
            format=format,
        ).about("standalone")


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is not one of the allowed words.

    Raises:
        InputError: listing them.
    """
    if value not in allowed:
        raise InputError(
            Text("There is no {name} '{value}'.", "没有这样的 {name}：“{value}”。"),
            Text("Choose one of: {allowed}.", "请选择：{allowed}。"),
            name=name,
            value=value,
            allowed=", ".join(allowed),
        ).about(name)
