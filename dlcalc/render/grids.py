"""A grid of texts and formulas as rows of text: columns side by side, what is too long broken in its column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from dlcalc.core.layout import cells, pad
from dlcalc.core.notation import UNICODE
from dlcalc.core.records import Cell, Grid
from dlcalc.core.worksheet import Worksheet
from dlcalc.errors import Text
from dlcalc.render import tables
from dlcalc.render.page import Row, wrap

_LABELS = 16
"""Cells that the column of labels of a grid may fill."""
_GAP = 3


def rows(sheet: Worksheet, grid: Grid, width: int) -> Iterator[Row]:
    """Set what is compared side by side."""
    yield from ([("note", row)] for row in wrap(grid.title.say(sheet.lang), width - 2, "  "))
    heads, label = [head.say(sheet.lang) for head in grid.heads], 0
    if grid.labelled:
        labels = [
            heads[0],
            *(piece.say(sheet.lang) for row in grid.rows for piece in row[0] if isinstance(piece, Text)),
        ]
        label = min(_LABELS, max(map(cells, labels)))
    others = len(heads) - grid.labelled
    wide = (width - 4 - (label + _GAP if label else 0) - (others - 1) * _GAP) // others
    widths = ([label] if grid.labelled else []) + [wide] * others
    body = [[_cell(sheet, cell, w) for cell, w in zip(row, widths, strict=True)] for row in grid.rows]
    for number, row in enumerate([[wrap(head, w) for head, w in zip(heads, widths, strict=True)], *body]):
        for lines in zip_longest(*row, fillvalue=""):
            text = (" " * _GAP).join(pad(line, w) for line, w in zip(lines, widths, strict=True))
            yield [("reason" if number == 0 else "formula", "    " + text.rstrip())]
        if number == 0:
            yield [("reason", "    " + "─" * (sum(widths) + _GAP * (len(widths) - 1)))]
        elif number < len(body):
            yield []
    yield []


def _cell(sheet: Worksheet, cell: Cell, width: int) -> list[str]:
    """Return what stands in a cell of a grid, in rows of at most that width where it can be broken."""
    rows: list[str] = []
    for piece in cell:
        if isinstance(piece, Text):
            rows += wrap(piece.say(sheet.lang), width)
            continue
        rows += _folded(tables.formula_in(sheet, piece, UNICODE).text, width)
    return rows


def _folded(formula: str, width: int) -> list[str]:
    """Break a formula before + and −, inside brackets too, as columns are narrow; before ⊙ only where it must be."""
    rows = [formula]
    for signs in ("+−", "⊙"):
        rows = [piece for row in rows for piece in ([row] if cells(row) <= width else _broken(row, signs, width))]
    return [rows[0], *("  " + row for row in rows[1:])]


def _broken(formula: str, signs: str, width: int) -> list[str]:
    first, *terms = re.split(f" (?=[{signs}] )", formula)
    rows = [first]
    for term in terms:
        if cells(rows[-1]) + 3 + cells(term) > width:
            rows.append(term)
        else:
            rows[-1] += " " + term
    return rows
