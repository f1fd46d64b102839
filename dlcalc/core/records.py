"""What stands on a worksheet: given values, lines, decisions, remarks and tables, as plain records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from dlcalc.core.formula import Key, Name, Node, key_text
from dlcalc.errors import Text


@dataclass(frozen=True, slots=True)
class Given:
    """An input as it stands at the top of the sheet: the symbol, its value and the input it came from."""

    key: Key
    value: Any
    source: str


@dataclass(slots=True)
class Line:
    """One written line. `computed` is what its formula gives; `value` what the run carries on instead, if anything.

    `apart` is a formula of the same value that says more of its entries, if there is one.
    """

    left: Name
    right: Node
    at: Mapping[str, Any]
    key: Key
    computed: Any
    value: Any
    text: Text
    id: str = ""
    apart: str = ""

    @property
    def name(self) -> str:
        """The line's name as a student would write it: O, h[2]."""
        return key_text(self.key)


@dataclass(slots=True)
class Condition:
    """A decision of the flow, written as a line: the condition and whether it held."""

    test: Node
    at: Mapping[str, Any]
    held: bool
    text: Text
    id: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark with values in it."""

    text: Text
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A view of families of lines, one row per value of the index: loops are read as a table, not as a column.

    `also` are families that belong to the rows without a column of their own; the lines of the rows in `opened` stand
    on the sheet all the same. `heads` are columns in front that are no lines: which sample a visit was to.
    """

    title: Text
    index: str
    rows: tuple[Any, ...] | range
    columns: tuple[str, ...]
    also: tuple[str, ...] = ()
    opened: tuple[Any, ...] = ()
    heads: tuple[Head, ...] = ()


class Head(NamedTuple):
    """A column of a table that is no family of lines: its heading, and what stands in the row of an index."""

    title: Text
    cell: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Picture:
    """A map with a window marked on it, once for each place of the result.

    `marks` takes the result's shape and returns, place by place, the entries (row, column, from 0) of the map that
    the window covers there.
    """

    title: Text
    map: Any
    name: Name
    at: Mapping[str, Any]
    result: Any
    marks: Callable[[tuple[int, ...]], Sequence[frozenset[tuple[int, int]]]]

    LARGEST: ClassVar[int] = 8
    MOST: ClassVar[int] = 9

    @property
    def is_small(self) -> bool:
        """Whether the map and the number of windows are small enough to be drawn."""
        return bool(max(self.map.shape) <= self.LARGEST and self.result.data.size <= self.MOST)


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing: its rows in text, and as SVG and on Matplotlib's axes where it has these; drawn only when rendered.

    `draw` and `svg` are told the language of the drawing's labels. One that is `extra` stands on the page at full
    steps alone: what the lines say, said again.
    """

    title: Text
    draw: Callable[[str], tuple[str, ...]]
    svg: Callable[[str], str] | None = None
    draw_on: Callable[[Any], None] | None = None
    extra: bool = False


class Formula(NamedTuple):
    """A formula in a grid, `name = right` or the right side alone; loop variables stay open: `h[t] = o[t]*tanh(c[t])`.

    `dims` has how many dimensions the values of a name have (vectors 1, matrices 2), by its base.
    """

    text: str
    dims: Mapping[str, int] = {}


Cell = tuple[Text | Formula, ...]
"""What stands in a cell of a grid, each piece on a row of its own."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Things compared: a column for each under its heading, a row for each respect; texts and formulas, no values.

    Where `labelled`, the first column says what a row is about.
    """

    title: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]
    labelled: bool = True


Entry = Given | Line | Condition | Note | Table | Picture | Figure | Grid
