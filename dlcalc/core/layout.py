"""Blocks of text: a formula with upright matrices in it, measured in terminal cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple


def cells(text: str) -> int:
    """Return how many terminal columns `text` fills; a Chinese character fills two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(map(_more, _BEYOND_ASCII.findall(text)))


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


@cache
def _more(character: str) -> int:
    return -1 if unicodedata.combining(character) else int(unicodedata.east_asian_width(character) in "WF")


def visible(text: str) -> str:
    """Return typed text with what steers a terminal or turns the way of writing as signs one can see.

    Same length and as many cells: an escape becomes ␛, a line end a blank, half a character �.
    """
    return text if text.isprintable() else _UNPRINTABLE.sub(_sign_of, text)


_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa1-\xac\xae-\u05ff]")


def _sign_of(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable():
        return character
    if character.isspace():
        return " "
    return chr(0x2400 + ord(character)) if character < " " else "␡" if character == "\x7f" else "�"


def pad(text: str, width: int) -> str:
    """Return `text` filled with blanks up to `width` cells."""
    return text + " " * (width - cells(text))


def caret(typed: str, column: int) -> tuple[str, str]:
    """Return the piece of a text around a column, and a row below it with a ^ under that column."""
    start = max(0, column - 30)
    piece = visible(typed[start : start + 60])
    return piece, " " * cells(piece[: column - start]) + "^"


class Block(NamedTuple):
    """Rows of equal width; `base` is the row on which neighbours stand, `breaks` the columns where a line may break.

    `seams` are the columns between those of a matrix, where it may be parted if a page is too narrow for it whole.
    """

    rows: tuple[str, ...]
    base: int = 0
    breaks: tuple[int, ...] = ()
    seams: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """Cells from the left edge to the right one."""
        return cells(self.rows[0])

    @property
    def text(self) -> str:
        """The block as one string, rows joined by line ends."""
        return "\n".join(row.rstrip() for row in self.rows)

    @property
    def closed(self) -> Block:
        """The block with its breaks forgotten: what stands inside brackets is not broken."""
        return self._replace(breaks=())

    def split(self, width: int) -> list[Block]:
        """Cut the block at its breaks so that each part fits `width` cells, if its breaks allow."""
        parts: list[Block] = []
        start, last = 0, 0
        for stop in (*self.breaks, self.width):
            if stop - start > width and last > start:
                parts.append(self._columns(start, last))
                start = last
            last = stop
        parts.append(self._columns(start, self.width))
        return parts

    def parted(self, width: int) -> list[Block]:
        """Cut the block as `split` does, and matrices that are still too wide between columns, marked with ….

        A column that is wider than `width` by itself stays whole.
        """
        return [part for piece in self.split(width) for part in piece._at_seams(width)]

    def _at_seams(self, width: int) -> list[Block]:
        if self.width <= width or not self.seams:
            return [self]
        parts: list[Block] = []
        start, last, more = 0, 0, ""
        for stop in (*self.seams, self.width):
            if len(more) + stop - start > width and last > start:
                cut = self._columns(start, last - len(_GAP))
                parts.append(cut._replace(rows=tuple(f"{more}{row} …" for row in cut.rows)))
                start, more = last, "… "
            last = stop
        rest = self._columns(start, self.width)
        return [*parts, rest._replace(rows=tuple(more + row for row in rest.rows))]

    @property
    def pieces(self) -> list[str]:
        """A block of one row cut at every break; where a piece may begin a line of its own."""
        return [self._columns(start, stop).text for start, stop in pairwise((0, *self.breaks, self.width))]

    def _columns(self, start: int, stop: int) -> Block:
        seams = tuple(seam - start for seam in self.seams if start < seam < stop)
        return Block(tuple(_slice(row, start, stop) for row in self.rows), self.base, (), seams)


def _slice(row: str, start: int, stop: int) -> str:
    if row.isascii() or cells(row) == len(row):
        return row[start:stop]
    kept, at = [], 0
    for character in row:
        if start <= at < stop:
            kept.append(character)
        at += cells(character)
    return "".join(kept)


def beside(parts: Iterable[Block | str]) -> Block:
    """Set blocks side by side on a common base row."""
    blocks = [Block((part,)) if isinstance(part, str) else part for part in parts]
    if all(len(block.rows) == 1 for block in blocks):
        text = ""
        breaks: list[int] = []
        seams: list[int] = []
        for block in blocks:
            if block.breaks or block.seams:
                offset = cells(text)
                breaks.extend(offset + b for b in block.breaks)
                seams.extend(offset + s for s in block.seams)
            text += block.rows[0]
        return Block((text,), 0, tuple(breaks), tuple(seams))
    above = max(block.base for block in blocks)
    below = max(len(block.rows) - block.base for block in blocks)
    rows = [""] * (above + below)
    breaks, seams = [], []
    offset = 0
    for block in blocks:
        breaks.extend(offset + b for b in block.breaks)
        seams.extend(offset + s for s in block.seams)
        shift, width = above - block.base, block.width
        for index in range(len(rows)):
            inside = 0 <= index - shift < len(block.rows)
            rows[index] += block.rows[index - shift] if inside else " " * width
        offset += width
    return Block(tuple(rows), above, tuple(breaks), tuple(seams))


_GAP = "  "
"""What stands between two columns of a matrix."""


def stacked(rows: list[list[str]]) -> Block:
    """Set the entries of a matrix upright, each row in its own square brackets, columns flush right."""
    widths = [max(cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = tuple(
        "[" + _GAP.join(" " * (w - cells(entry)) + entry for entry, w in zip(row, widths, strict=True)) + "]"
        for row in rows
    )
    ends = accumulate(widths[:-1], lambda end, w: end + w + len(_GAP), initial=1)
    return Block(lines, 0, (), tuple(ends)[1:])
