"""The page in colours, through rich; imported only when a terminal is there to see them."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from dlcalc.core.layout import visible
from dlcalc.render.page import Row

STYLES = {
    "title": "bold",
    "given": "dim",
    "name": "cyan",
    "formula": "",
    "value": "bold",
    "reason": "dim",
    "note": "yellow",
    "answer": "bold green",
    "remedy": "",
    "good": "bold green",
    "bad": "bold red",
    "plain": "",
}


def colored(rows: Iterable[Row], width: int) -> str:
    """Return rows with escape codes for a terminal of that width."""
    stream = io.StringIO()
    console = Console(
        file=stream, force_terminal=True, width=max(width, 40), highlight=False, markup=False, emoji=False
    )
    for row in rows:
        console.print(Text.assemble(*((visible(text), STYLES[role]) for role, text in row)), soft_wrap=True)
    return stream.getvalue()
