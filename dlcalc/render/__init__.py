"""A sheet or a report in one of the output formats; one function each, imported when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcalc.core.inverse import InverseResult
    from dlcalc.core.report import Report
    from dlcalc.core.worksheet import Worksheet

FORMATS = ("terminal", "text", "markdown", "latex", "html", "json")
"""What `--format` and `Worksheet.render` take."""

STEPS = ("brief", "normal", "full")
"""How much of the way is shown: answers only, every line, every line worked out."""
DOCUMENTS = ("latex", "html")
"""Formats that can be a document of its own; an HTML page always is one."""


def render_sheet(
    sheet: Worksheet,
    format: str,
    *,
    steps: str = "normal",
    width: int = 80,
    color: bool = False,
    conventions: bool = False,
    standalone: bool = False,
) -> str:
    """Return the sheet as text in a format.

    Args:
        sheet: what to show.
        format: one of `FORMATS`.
        steps: one of `STEPS`.
        width: columns of the terminal or the page.
        color: whether escape codes for colours may be used (terminal only).
        conventions: whether to add the answers under the other conventions.
        standalone: whether LaTeX is a document of its own instead of a fragment.
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
        case "latex":
            from dlcalc.render import latex

            fragment = latex.sheet_latex(sheet, steps=steps, conventions=conventions, standalone=standalone)
            return latex.document(fragment, sheet.lang) if standalone else fragment
        case "html":
            from dlcalc.render import html, page

            return html.document(
                page.headline(sheet), sheet.lang, html.sheet_html(sheet, steps=steps, conventions=conventions)
            )
        case "json":
            from dlcalc.render.json import sheet_json

            return sheet_json(sheet, conventions=conventions)
    raise ValueError(f"no format {format!r}; there are {', '.join(FORMATS)}")


def render_report(
    sheet: Worksheet,
    report: Report,
    format: str,
    *,
    steps: str | None = None,
    width: int = 80,
    color: bool = False,
    conventions: bool = False,
    standalone: bool = False,
) -> str:
    """Return the verdicts on answers as text in a format, behind the sheet if `steps` says how much of it to show.

    JSON is always the sheet's, with `verdicts` added. The other arguments are those of `render_sheet`.
    """
    match format:
        case "latex":
            from dlcalc.render import latex

            fragment = ""
            if steps:
                fragment = latex.sheet_latex(sheet, steps=steps, conventions=conventions, standalone=standalone)
            fragment += latex.report_latex(report, standalone=standalone)
            return latex.document(fragment, sheet.lang) if standalone else fragment
        case "html":
            from dlcalc.render import html, page

            body = html.sheet_html(sheet, steps=steps, conventions=conventions) if steps else ""
            return html.document(page.headline(sheet), sheet.lang, body + html.report_html(report))
        case "json":
            from dlcalc.render.json import sheet_json

            return sheet_json(sheet, report, conventions=conventions)
    above = ""
    if steps:
        above = render_sheet(sheet, format, steps=steps, width=width, color=color, conventions=conventions)
    match format:
        case "terminal" | "text":
            from dlcalc.render import page
            from dlcalc.render.verdicts import report_rows

            rows = report_rows(report, width=width)
            if not (color and format == "terminal"):
                return above + page.plain(rows)
            from dlcalc.render.terminal import colored

            return above + colored(rows, width)
        case "markdown":
            from dlcalc.render.markdown import report_markdown

            return above + report_markdown(report)
    raise ValueError(f"no format {format!r}; there are {', '.join(FORMATS)}")


def render_inverse(
    result: InverseResult,
    format: str,
    *,
    steps: str = "normal",
    width: int = 80,
    color: bool = False,
    standalone: bool = False,
) -> str:
    """Return the answer to an inverse question as text in a format; with `steps` brief the solutions alone.

    The other arguments are those of `render_sheet`.
    """
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
        case "latex":
            from dlcalc.render import latex

            fragment = latex.inverse_latex(result, steps=steps, standalone=standalone)
            return latex.document(fragment, result.lang) if standalone else fragment
        case "html":
            from dlcalc.render import html

            return html.document(inverse.headline(result), result.lang, html.inverse_html(result, steps=steps))
        case "json":
            return inverse.inverse_json(result)
    raise ValueError(f"no format {format!r}; there are {', '.join(FORMATS)}")
