"""Loops as tables: the cells of a table, and the formula of each column."""

from __future__ import annotations

from typing import Any

from dlcalc.core.evaluate import compile_key
from dlcalc.core.formula import Name, Node, parse
from dlcalc.core.notation import UNICODE
from dlcalc.core.records import Condition, Line, Table
from dlcalc.core.worksheet import Worksheet
from dlcalc.errors import Text

MOST_ROWS = 60
"""Longer tables show their first and last rows; every row is in JSON and in `Worksheet.values`."""


def cells_of(sheet: Worksheet, table: Table) -> list[list[str]]:
    """Return a table as text: the header, then a row for each value of the index (the first and last of many)."""
    grid = [[table.index, *(column.partition("[")[0] for column in table.columns)]]
    bound = frozenset((table.index,))
    held = {(e.id, e.at.get(table.index)): e.held for e in sheet.entries if isinstance(e, Condition)}
    decided = {id for id, _ in held}
    keys = [
        None if column in decided else compile_key(name, bound)
        for column, name in ((column, parse(column)) for column in table.columns)
        if isinstance(name, Name)
    ]
    rows = list(table.rows)
    if len(rows) > MOST_ROWS:
        rows = [*rows[: MOST_ROWS // 2], None, *rows[-MOST_ROWS // 2 :]]
    for index in rows:
        if index is None:
            grid.append(["…"] * len(grid[0]))
            continue
        row = [str(index)]
        for column, key in zip(table.columns, keys, strict=True):
            if key is None:
                row.append((Text("yes", "是") if held[column, index] else Text("no", "否")).say(sheet.lang))
                continue
            found = key(sheet.sheet.env, {table.index: index})
            row.append(inline(sheet, sheet.sheet.env[found]) if found in sheet.sheet.env else "")
        grid.append(row)
    return grid


def formulas_of(sheet: Worksheet, table: Table) -> list[tuple[Line, dict[str, Any]]]:
    """Return each formula of a table's columns: its first line, and its loop variables, left open where they change."""
    bound = frozenset((table.index,))
    keys = {
        compile_key(name, bound)(sheet.sheet.env, {table.index: index})
        for name in map(parse, table.columns)
        if isinstance(name, Name)
        for index in table.rows
    }
    found: dict[tuple[str, Node], tuple[Line, dict[str, Any]]] = {}
    for entry in sheet.entries:
        if not isinstance(entry, Line) or entry.key not in keys:
            continue
        line, at = found.setdefault((entry.left.base, entry.right), (entry, {**entry.at, table.index: table.index}))
        for name, value in entry.at.items():
            if value != line.at[name]:
                at[name] = name  # it changes from row to row, as the index does
    return list(found.values())


def inline(sheet: Worksheet, value: Any) -> str:
    """Write a value on one row: a vector as (3, 1)."""
    nested = value.tolist() if hasattr(value, "tolist") else value
    while isinstance(nested, list) and len(nested) == 1 and not _is_row(nested[0]):
        nested = nested[0]  # a layer of one unit is written without brackets
    if isinstance(nested, list):
        return "(" + ", ".join(inline(sheet, item) for item in nested) + ")"
    return sheet.shown(nested, UNICODE).text


def _is_row(item: Any) -> bool:
    return isinstance(item, list) and len(item) > 1
