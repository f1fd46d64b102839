"""A sheet or a report in one of the output formats; one function each, imported when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcalc.core.inverse import InverseResult
    from dlcalc.core.report import Report
    from dlcalc.core.worksheet import Worksheet

FORMATS = ("terminal", "text", "markdown", "json")
"""What `--format` and `Worksheet.render` take."""

STEPS = ("brief", "normal", "full")
"""How much of the way is shown: answers only, every line, every line worked out."""


def render_sheet(
    sheet: Worksheet,
    format: str,
    *,
    steps: str = "normal",
    width: int = 80,
    color: bool = False,
    conventions: bool = False,
) -> str:
    """Return the sheet as text in a format.

    Args:
        sheet: what to show.
        format: one of `FORMATS`.
        steps: one of `STEPS`.
        width: columns of the terminal or the page.
        color: whether escape codes for colours may be used (terminal only).
        conventions: whether to add the answers under the other conventions.
    """
    match format:
        case "terminal" | "text":
            from dlcalc.render import page

            rows = page.sheet_rows(sheet, steps=steps, width=width, conventions=conventions)
            if not (color and format == "terminal"):
                return page.plain(rows)
            from dlcalc.render.terminal import colored

            return colored(rows, width)
        case "markdown":
            from dlcalc.render.markdown import sheet_markdown

            return sheet_markdown(sheet, steps=steps, conventions=conventions)
        case "json":
            from dlcalc.render.json import sheet_json

            return sheet_json(sheet, conventions=conventions)
    raise ValueError(f"no format {format!r}; there are {', '.join(FORMATS)}")


def render_report(sheet: Worksheet, report: Report, format: str, *, width: int = 80, color: bool = False) -> str:
    """Return the verdicts on answers as text in a format; JSON is the sheet's, with `verdicts` added."""
    match format:
        case "terminal" | "text":
            from dlcalc.render import page
            from dlcalc.render.verdicts import report_rows

            rows = report_rows(report, width=width)
            if not (color and format == "terminal"):
                return page.plain(rows)
            from dlcalc.render.terminal import colored

            return colored(rows, width)
        case "markdown":
            from dlcalc.render.markdown import report_markdown

            return report_markdown(report)
        case "json":
            from dlcalc.render.json import sheet_json

            return sheet_json(sheet, report)
    raise ValueError(f"no format {format!r}; there are {', '.join(FORMATS)}")


def render_inverse(
    result: InverseResult, format: str, *, steps: str = "normal", width: int = 80, color: bool = False
) -> str:
    """Return the answer to an inverse question as text in a format; with `steps` brief the solutions alone."""
    from dlcalc.render import inverse

    match format:
        case "terminal" | "text":
            from dlcalc.render import page

            rows = inverse.inverse_rows(result, steps=steps, width=width)
            if not (color and format == "terminal"):
                return page.plain(rows)
            from dlcalc.render.terminal import colored

            return colored(rows, width)
        case "markdown":
            return inverse.inverse_markdown(result, steps=steps)
        case "json":
            return inverse.inverse_json(result)
    raise ValueError(f"no format {format!r}; there are {', '.join(FORMATS)}")
