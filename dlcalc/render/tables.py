"""Loops as tables: the cells of a table, and the formula of each column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.evaluate import compile_key
from dlcalc.core.formula import Name, Node, parse, walk
from dlcalc.core.layout import Block, beside
from dlcalc.core.notation import UNICODE, Notation, Writer
from dlcalc.core.records import Condition, Entry, Formula, Given, Line, Table
from dlcalc.core.worksheet import Worksheet
from dlcalc.errors import Text

MOST_ROWS = 60
"""Longer tables show their first and last rows; every row is in JSON and in `Worksheet.values`."""


def cells_of(sheet: Worksheet, table: Table) -> list[list[str]]:
    """Return a table as text: the header, then a row for each value of the index (the first and last of many)."""
    names = [column.partition("[")[0] for column in table.columns]
    grid = [[table.index, *(head.title.say(sheet.lang) for head in table.heads), *names]]
    bound = frozenset((table.index,))
    held = {(e.id, e.at.get(table.index)): e.held for e in sheet.entries if isinstance(e, Condition)}
    decisions = {id for id, _ in held}
    keys = [
        None if column in decisions else compile_key(name, bound)
        for column, name in ((column, parse(column)) for column in table.columns)
        if isinstance(name, Name)
    ]
    rows = table.rows
    shown = [*rows[: MOST_ROWS // 2], None, *rows[-MOST_ROWS // 2 :]] if len(rows) > MOST_ROWS else list(rows)
    for index in shown:
        if index is None:
            grid.append(["…"] * len(grid[0]))
            continue
        row = [str(index), *(head.cell(index) for head in table.heads)]
        for column, key in zip(table.columns, keys, strict=True):
            if key is None:
                decided = held.get((column, index))
                row.append("" if decided is None else inline(sheet, decided))
                continue
            found = key(sheet.sheet.env, {table.index: index})
            row.append(inline(sheet, sheet.sheet.env[found]) if found in sheet.sheet.env else "")
        grid.append(row)
    return grid


def upright(row: list[str]) -> list[list[str]]:
    """Return a row of cells as several, its vectors standing upright: for a table too wide for the page."""
    parted = [_numbers_in(cell) for cell in row]
    high = max(map(len, parted))
    return [[part[n] if n < len(part) else "" for part in parted] for n in range(high)]


def _numbers_in(cell: str) -> list[str]:
    vector = cell.startswith("(") and cell.endswith(")") and "(" not in cell[1:]
    return cell[1:-1].split(", ") if vector else [cell]


def formulas_of(sheet: Worksheet, table: Table) -> list[tuple[Line, dict[str, Any]]]:
    """Return each formula of a table's columns: its first line, and its loop variables, left open where they change."""
    simple = {column.partition("[")[0] for column in table.columns if column.endswith(f"[{table.index}]")}
    bound = frozenset((table.index,))
    keys = {
        compile_key(name, bound)(sheet.sheet.env, {table.index: index})
        for name in map(parse, table.columns)
        if isinstance(name, Name) and name.base not in simple
        for index in table.rows
    }
    found: dict[tuple[str, Node], tuple[Line, dict[str, Any]]] = {}
    same: dict[tuple[str, int], tuple[Line, dict[str, Any]]] = {}  # by identity: comparing long formulas takes long
    for entry in sheet.entries:
        if not isinstance(entry, Line):
            continue
        member = (
            not isinstance(entry.key, str)
            and len(entry.key) == 2
            and entry.key[0] in simple
            and entry.key[1] in table.rows
        )
        if not member and entry.key not in keys:
            continue
        formula = (entry.left.base, id(entry.right))
        if formula not in same:
            opened = (entry, {**entry.at, table.index: table.index})
            same[formula] = found.setdefault((entry.left.base, entry.right), opened)
        line, at = same[formula]
        for name, value in entry.at.items():
            if value != line.at.get(name, value):
                at[name] = name  # it changes from row to row, as the index does
    return list(found.values())


def formula_in(sheet: Worksheet, formula: Formula, notation: Notation) -> Block:
    """Write a formula of a grid, its loop variables left open."""
    sides = [parse(side) for side in formula.text.split(" = ")]
    indices = (index for side in sides for part in walk(side) if isinstance(part, Name) for index in part.first)
    at = {name.base: name.base for index in indices for name in walk(index) if isinstance(name, Name)}
    writer = Writer(notation, at, _StandIns(formula.dims), sheet.style, indices=sheet.topic.indices)
    parts = [writer.write(side) for side in sides]
    return beside((parts[0], *(piece for part in parts[1:] for piece in (notation.sign(" = "), part))))


class _StandIns(dict[Any, Any]):
    """Arrays in the place of values, so that products are written as those of vectors and matrices."""

    def __init__(self, dims: Mapping[str, int]) -> None:
        super().__init__()
        self.dims = dims

    def get(self, key: Any, default: Any = None) -> Any:
        """Return an array of as many dimensions as the values of this name have."""
        dims = self.dims.get(key if isinstance(key, str) else key[0], 0)
        if not dims:
            return default
        from dlcalc.core.arrays import Array

        return Array.of([0, 0] if dims == 1 else [[0, 0], [0, 0]])


def givens(entries: list[Entry]) -> list[Given]:
    """Return the given values that no table lists."""
    listing = [entry for entry in entries if isinstance(entry, Table)]
    found = (entry for entry in entries if isinstance(entry, Given))
    return [given for given in found if not any(lists(table, given) for table in listing)]


def lists(table: Table, given: Given) -> bool:
    """Say whether a table has a given value in one of its rows."""
    if isinstance(given.key, str) or given.key[-1] not in table.rows:
        return False
    return f"{given.key[0]}[{table.index}]" in table.columns


def inline(sheet: Worksheet, value: Any) -> str:
    """Write a value on one row: a vector as (3, 1); of a table only how long it is."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return (Text("yes", "是") if value else Text("no", "否")).say(sheet.lang)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return Text("{n} rows", "{n} 行").say(sheet.lang, n=len(value))
    nested = value.tolist() if hasattr(value, "tolist") else value
    while isinstance(nested, list) and len(nested) == 1 and not _is_row(nested[0]):
        nested = nested[0]  # a layer of one unit is written without brackets
    if isinstance(nested, list):
        return "(" + ", ".join(inline(sheet, item) for item in nested) + ")"
    return sheet.shown(nested, UNICODE).text


def _is_row(item: Any) -> bool:
    return isinstance(item, list) and len(item) > 1
