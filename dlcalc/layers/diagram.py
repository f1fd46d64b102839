"""A block diagram: boxes, operations and wires on a grid of cells, drawn as rows of text and as SVG.

A cell is one sign of text, or `ACROSS` × `DOWN` pixels. Both drawings are made from the same cells, so that what holds
for one (every wire ends where it should, nothing lies on anything else) holds for the other. A wire carries a named
signal: wires of one signal join where they meet, those of two cross, and what else would touch is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from dlcalc.core.layout import cells
from dlcalc.errors import AuthorError, Text

Label: TypeAlias = Text | str
"""Words in both languages, or a symbol that is the same in both."""
Point: TypeAlias = tuple[int, int]
"""A column and a row, from 0."""

ACROSS, DOWN = 9, 19
"""Pixels of a cell."""
WIDEST = 78
"""Columns a drawing may fill."""

UP, LOW, LEFT, RIGHT = 1, 2, 4, 8
_WAYS = {(0, -1): UP, (0, 1): LOW, (-1, 0): LEFT, (1, 0): RIGHT}
_BACK = {UP: LOW, LOW: UP, LEFT: RIGHT, RIGHT: LEFT}
_HEADS = {UP: "▲", LOW: "▼", LEFT: "◀", RIGHT: "▶"}
_LEVEL, _UPRIGHT = LEFT | RIGHT, UP | LOW
_STROKES = {
    UP: "│", LOW: "│", LEFT: "─", RIGHT: "─", _LEVEL: "─", _UPRIGHT: "│", RIGHT | LOW: "┌", LEFT | LOW: "┐",
    UP | RIGHT: "└", UP | LEFT: "┘", _UPRIGHT | RIGHT: "├", _UPRIGHT | LEFT: "┤", _LEVEL | LOW: "┬", _LEVEL | UP: "┴",
    _LEVEL | _UPRIGHT: "┼",
}  # fmt: skip


class Box(NamedTuple):
    """A box with a label in its middle, a row for each of its lines; `role` is what its colour tells."""

    x: int
    y: int
    wide: int
    high: int
    label: Label
    role: str

    @property
    def middle(self) -> Point:
        """The cell in its middle."""
        return self.x + self.wide // 2, self.y + self.high // 2

    def border(self, toward: Point) -> Point | None:
        """Return where a straight wire to a point meets the border; None if no straight wire does."""
        x, y = toward
        if self.x < x < self.x + self.wide - 1:
            return x, self.y if y < self.y else self.y + self.high - 1
        if self.y < y < self.y + self.high - 1:
            return self.x if x < self.x else self.x + self.wide - 1, y
        return None


class Operation(NamedTuple):
    """A circle with a sign in it: what is done to the signals that meet there."""

    x: int
    y: int
    sign: str

    @property
    def middle(self) -> Point:
        """The cell of its sign."""
        return self.x, self.y

    def border(self, toward: Point) -> Point | None:
        """Return the outermost cell on the way to a point; None if no straight wire leads there."""
        x, y = toward
        if x == self.x:
            return self.x, self.y
        return (self.x + (1 if x > self.x else -1), self.y) if y == self.y else None


class Words(NamedTuple):
    """A label that stands free; `anchor` is -1 where it begins at x, 0 where it is centred, 1 where it ends there."""

    x: int
    y: int
    label: Label
    anchor: int
    role: str


class Frame(NamedTuple):
    """A dashed frame around what belongs together; wires may cross it."""

    x: int
    y: int
    wide: int
    high: int


class Wire(NamedTuple):
    """A signal's way from point to point; a node's name where it begins or ends at one."""

    signal: str
    points: tuple[Point, ...]
    start: str
    end: str
    arrow: bool

    def steps(self) -> Iterator[tuple[Point, Point, int]]:
        """Yield each step from a cell to the next one, and its direction."""
        for (x0, y0), (x1, y1) in pairwise(self.points):
            dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
            for n in range(abs(x1 - x0) + abs(y1 - y0)):
                yield (x0 + n * dx, y0 + n * dy), (x0 + (n + 1) * dx, y0 + (n + 1) * dy), _WAYS[dx, dy]


Node: TypeAlias = Box | Operation


@dataclass
class Diagram:
    """A block diagram while it is being drawn; `title` and `says` are what someone who cannot see it is told."""

    title: Text
    says: Text | None = None
    nodes: dict[str, Node] = field(default_factory=dict)
    wires: list[Wire] = field(default_factory=list)
    labels: list[Words] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)

    # -- drawing

    def box(self, name: str, x: int, y: int, wide: int, label: Label, role: str = "", *, high: int = 3) -> None:
        """Put a box with its upper left corner at (x, y)."""
        self.nodes[name] = Box(x, y, wide, high, label, role)

    def operation(self, name: str, x: int, y: int, sign: str) -> None:
        """Put a circle around (x, y)."""
        self.nodes[name] = Operation(x, y, sign)

    def words(self, x: int, y: int, label: Label, anchor: int = -1, role: str = "") -> None:
        """Put a label that stands free."""
        self.labels.append(Words(x, y, label, anchor, role))

    def frame(self, x: int, y: int, wide: int, high: int) -> None:
        """Put a dashed frame."""
        self.frames.append(Frame(x, y, wide, high))

    def wire(self, signal: str, *path: str | Point, arrow: bool = True) -> None:
        """Lead a signal along a path of nodes' names (at its ends) and corners.

        Raises:
            AuthorError: if two places that follow each other are neither in one row nor in one column.
        """
        points = [self._place(path, number) for number in range(len(path))]
        if any(a == b or (a[0] != b[0] and a[1] != b[1]) for a, b in pairwise(points)):
            raise _fault(signal, points[0])
        names = [end if isinstance(end, str) else "" for end in (path[0], path[-1])]
        self.wires.append(Wire(signal, tuple(points), names[0], names[1], arrow))

    def _place(self, path: tuple[str | Point, ...], number: int) -> Point:
        here = path[number]
        if not isinstance(here, str):
            return here
        other = path[1 if number == 0 else number - 1]
        node = self.nodes[here]
        if isinstance(other, str):  # two nodes: the wire runs through the middle of a circle, or of the smaller box
            there = self.nodes[other]
            by_size = sorted((node, there), key=lambda n: (isinstance(n, Box), n[2] if isinstance(n, Box) else 0))
            middle = by_size[0].middle
            other = middle if by_size[0] is there else self._facing(node, there)
        found = node.border(other)
        if found is None:
            raise _fault(here, other)
        return found

    @staticmethod
    def _facing(node: Node, there: Node) -> Point:
        """Return the point of the other node's border that lies opposite this node's middle."""
        return there.border(node.middle) or there.middle

    # -- what lies where

    def _strokes(self) -> tuple[dict[Point, dict[str, int]], dict[Point, int]]:
        """Return each cell's strokes by signal, and the cells with arrow heads."""
        strokes: dict[Point, dict[str, int]] = {}
        heads: dict[Point, int] = {}
        inside = {cell for node in self.nodes.values() for cell in _cells(node)}
        for wire in self.wires:
            steps = list(wire.steps())
            for here, there, way in steps:
                for cell, direction in ((here, way), (there, _BACK[way])):
                    own = strokes.setdefault(cell, {})
                    own[wire.signal] = own.get(wire.signal, 0) | direction
            if wire.arrow:
                here, there, way = steps[-1]
                heads[here if wire.end else there] = way
            passed = {cell for step in steps for cell in step[:2]} - {wire.points[0], wire.points[-1]}
            if passed & inside:
                raise _fault(wire.signal, min(passed & inside))
        return strokes, heads

    def crossings(self) -> list[Point]:
        """Return the cells in which two signals cross.

        Raises:
            AuthorError: where two signals touch otherwise.
        """
        strokes, _ = self._strokes()
        borders = {cell for node in self.nodes.values() for cell in _cells(node)}
        found = []
        for cell, own in strokes.items():
            if len(own) > 1 and cell not in borders:
                if sorted(own.values()) != [_UPRIGHT, _LEVEL]:
                    raise _fault("+".join(own), cell)
                found.append(cell)
        return found

    def joints(self) -> list[Point]:
        """Return the cells in which a signal branches."""
        strokes, _ = self._strokes()
        borders = {cell for node in self.nodes.values() for cell in _cells(node)}
        return [
            cell
            for cell, own in strokes.items()
            if cell not in borders and any(way.bit_count() > 2 for way in own.values())
        ]

    # -- text

    def rows(self, lang: str) -> tuple[str, ...]:
        """Return the drawing in rows of text.

        Raises:
            AuthorError: if something lies on something else, or it is wider than `WIDEST`.
        """
        grid = self._grid(lang)
        left, right, top, bottom = _extent(grid)
        if right - left >= WIDEST:
            raise _fault(str(right), (right, 0))
        return tuple(
            "".join(grid.get((x, y), " ") for x in range(left, right + 1)).rstrip() for y in range(top, bottom + 1)
        )

    def _grid(self, lang: str) -> dict[Point, str]:
        """Return the sign in each cell; the second cell of a wide sign holds none."""
        grid: dict[Point, str] = {}
        for frame in self.frames:
            grid.update(_dashes(frame))
        self.crossings()
        strokes, heads = self._strokes()
        taken: set[Point] = set()

        def put(cell: Point, sign: str) -> None:
            if cell in taken:
                raise _fault(sign, cell)
            taken.add(cell)
            grid[cell] = sign

        borders: dict[Point, int] = {}
        filled: set[Point] = set()
        for name, node in self.nodes.items():
            if not filled.isdisjoint(_cells(node)):
                raise _fault(name, (node.x, node.y))
            filled.update(_cells(node))
            if isinstance(node, Box):
                borders.update(_border(node))
        for cell, way in heads.items():
            put(cell, _HEADS[way])
        inner = {cell for node in self.nodes.values() if isinstance(node, Operation) for cell in _cells(node)}
        ends = {(wire.points[-1]) for wire in self.wires if wire.arrow and wire.end}
        for cell, own in strokes.items():
            if cell in heads:
                # an arrow head stands at the end of one wire, and on no other
                if len(own) > 1 or next(iter(own.values())) not in (heads[cell], _BACK[heads[cell]], _LEVEL, _UPRIGHT):
                    raise _fault("+".join(own), cell)
            elif cell in borders:
                if cell not in ends:
                    borders[cell] |= next(iter(own.values()))
            elif cell not in inner:
                put(cell, _STROKES[_UPRIGHT if len(own) > 1 else next(iter(own.values()))])
        for cell, way in borders.items():
            put(cell, _STROKES[way])
        for node in self.nodes.values():
            if isinstance(node, Operation):
                for dx, sign in ((-1, "("), (0, node.sign), (1, ")")):
                    put((node.x + dx, node.y), sign)
            else:
                lines = said(node.label, lang).split("\n")
                top = node.y + (node.high - len(lines) + 1) // 2
                for number, line in enumerate(lines):
                    start = node.x + (node.wide - cells(line) + 1) // 2
                    if not node.x < start <= node.x + node.wide - 1 - cells(line):
                        raise _fault(line, (node.x, node.y))
                    _write(put, start, top + number, line)
        for words in self.labels:
            line = said(words.label, lang)
            start = words.x - (0, (cells(line) - 1) // 2, cells(line) - 1)[words.anchor + 1]
            _write(put, start, words.y, line)
        return grid

    # -- SVG

    def svg(self, lang: str) -> str:
        """Return the drawing as an SVG document in the colour of the text around it, with faint colours of its own."""
        left, right, top, bottom = _extent(self._grid(lang))
        x, y = left * ACROSS - _MARGIN, top * DOWN - _MARGIN
        width, height = (right - left + 1) * ACROSS + 2 * _MARGIN, (bottom - top + 1) * DOWN + 2 * _MARGIN
        title = escape(self.title.say(lang))
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{x} {y} {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-label="{title}" fill="none" stroke="currentColor" '
            f'stroke-width="1.3" font-size="13" font-family="{_WORDS}">',
            f"<title>{title}</title>",
            *([f"<desc>{escape(self.says.say(lang))}</desc>"] if self.says else []),
        ]
        for frame in self.frames:
            fx, fy = _pixel((frame.x, frame.y))
            w, h = (frame.wide - 1) * ACROSS, (frame.high - 1) * DOWN
            parts.append(
                f'<rect x="{fx:g}" y="{fy:g}" width="{w}" height="{h}" rx="10" stroke-opacity=".45" '
                f'stroke-dasharray="4 4"/>'
            )
        crossed = set(self.crossings())
        parts += [self._path(wire, crossed) for wire in self.wires]
        for jx, jy in map(_pixel, self.joints()):
            parts.append(f'<circle cx="{jx:g}" cy="{jy:g}" r="2.6" fill="currentColor" stroke="none"/>')
        for node in self.nodes.values():
            parts += _shape(node, lang)
        for words in self.labels:
            wx, wy = _pixel((words.x, words.y))
            shift = (-ACROSS / 2, 0, ACROSS / 2)[words.anchor + 1]
            where = ("start", "middle", "end")[words.anchor + 1]
            parts.append(_label(wx + shift, wy, said(words.label, lang), where, words.label, words.role))
        return "\n".join((*parts, "</svg>")) + "\n"

    def _path(self, wire: Wire, crossed: set[Point]) -> str:
        """Draw a wire with round corners, a bridge where it crosses another one, and its arrow head."""
        places = [self._end(wire, 0), *map(_pixel, wire.points[1:-1]), self._end(wire, -1)]
        (x0, y0), (x1, y1) = places[-2:]
        dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
        head = ""
        if wire.arrow:
            places[-1] = x1 - dx * 6, y1 - dy * 6
            wings = [(x1 - dx * 8 + s * dy * 4, y1 - dy * 8 + s * dx * 4) for s in (1, -1)]
            corners = " ".join(f"L{x:g} {y:g}" for x, y in wings)
            head = f'<path d="M{x1:g} {y1:g} {corners} Z" fill="currentColor" stroke="none"/>'
        path = f"M{places[0][0]:g} {places[0][1]:g}"
        for number, ((ax, ay), (bx, by)) in enumerate(pairwise(places)):
            dx, dy = (bx > ax) - (bx < ax), (by > ay) - (by < ay)
            if dx:
                bridges = [x for x, y in map(_pixel, crossed) if y == ay and min(ax, bx) < x < max(ax, bx)]
                for x in sorted(bridges, reverse=dx < 0):
                    path += f" H{x - 5 * dx:g} a5 5 0 0 {int(dx > 0)} {10 * dx} 0"
            if number + 2 < len(places):
                cx, cy = places[number + 2]
                ex, ey = (cx > bx) - (cx < bx), (cy > by) - (cy < by)
                path += f" L{bx - dx * 5:g} {by - dy * 5:g} Q{bx:g} {by:g} {bx + ex * 5:g} {by + ey * 5:g}"
            else:
                path += f" L{bx:g} {by:g}"
        return f'<path d="{path}"/>{head}'

    def _end(self, wire: Wire, number: int) -> tuple[float, float]:
        """Return where a wire begins (0) or ends (-1), at the edge of what it leads to."""
        name = wire.end if number else wire.start
        x, y = _pixel(wire.points[number])
        node = self.nodes.get(name)
        if isinstance(node, Operation):
            ox, oy = _pixel(wire.points[-2 if number else 1])
            mx, my = _pixel(node.middle)
            return mx + ((ox > mx) - (ox < mx)) * _RADIUS, my + ((oy > my) - (oy < my)) * _RADIUS
        return x, y


_MARGIN = 6
_RADIUS = 10
_WORDS = "system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_SYMBOLS = "'STIX Two Text', 'Latin Modern Roman', Cambria, 'Times New Roman', serif"
TINTS = {
    "gate": "#d97706", "act": "#2563eb", "weights": "#64748b", "attention": "#ea580c", "ffn": "#2563eb",
    "norm": "#ca8a04", "embed": "#db2777", "out": "#16a34a", "cell": "#2563eb",
}  # fmt: skip
"""A box's colour by its role, laid on so faintly that it suits light and dark paper."""


def said(label: Label, lang: str) -> str:
    """Return a label in a language."""
    return label.say(lang) if isinstance(label, Text) else label


def _fault(what: str, cell: Point) -> AuthorError:
    return AuthorError(
        Text("In the drawing, '{what}' is out of place at {cell}.", "图中 “{what}” 的位置 {cell} 不对。"),
        what=what,
        cell=cell,
    )


def _cells(node: Node) -> Iterator[Point]:
    if isinstance(node, Operation):
        yield from ((node.x + dx, node.y) for dx in (-1, 0, 1))
    else:
        yield from ((x, y) for x in range(node.x, node.x + node.wide) for y in range(node.y, node.y + node.high))


def _border(box: Box) -> dict[Point, int]:
    """Return a box's border as strokes by cell."""
    right, low = box.x + box.wide - 1, box.y + box.high - 1
    found = {(x, y): _LEVEL for x in range(box.x, right + 1) for y in (box.y, low)}
    found |= {(x, y): _UPRIGHT for y in range(box.y, low + 1) for x in (box.x, right)}
    found[box.x, box.y], found[right, box.y] = RIGHT | LOW, LEFT | LOW
    found[box.x, low], found[right, low] = UP | RIGHT, UP | LEFT
    return found


def _dashes(frame: Frame) -> dict[Point, str]:
    right, low = frame.x + frame.wide - 1, frame.y + frame.high - 1
    found = {(x, y): "┄" for x in range(frame.x, right + 1) for y in (frame.y, low)}
    found |= {(x, y): "┆" for y in range(frame.y, low + 1) for x in (frame.x, right)}
    return found | {(frame.x, frame.y): "╭", (right, frame.y): "╮", (frame.x, low): "╰", (right, low): "╯"}


def _write(put: Callable[[Point, str], None], x: int, y: int, line: str) -> None:
    for sign in line:
        put((x, y), sign)
        if cells(sign) == 2:
            put((x + 1, y), "")
        x += cells(sign)


def _extent(grid: dict[Point, str]) -> tuple[int, int, int, int]:
    """Return the first and last column, the first and last row."""
    columns, rows = ([cell[n] for cell in grid] for n in (0, 1))
    return min(columns), max(columns), min(rows), max(rows)


def _pixel(cell: Point) -> tuple[float, float]:
    """Return the middle of a cell in pixels."""
    return (cell[0] + 0.5) * ACROSS, (cell[1] + 0.5) * DOWN


def _shape(node: Node, lang: str) -> Iterator[str]:
    x, y = _pixel((node.x, node.y))
    if isinstance(node, Operation):
        yield f'<circle cx="{x:g}" cy="{y:g}" r="{_RADIUS}"/>'
        yield _sign(x, y, node.sign)
        return
    w, h = (node.wide - 1) * ACROSS, (node.high - 1) * DOWN
    tint = f'fill="{TINTS[node.role]}" fill-opacity=".16"' if node.role else ""
    yield f'<rect x="{x:g}" y="{y:g}" width="{w}" height="{h}" rx="5" {tint}/>'
    lines = said(node.label, lang).split("\n")
    for number, line in enumerate(lines):
        at = y + h / 2 + (number - (len(lines) - 1) / 2) * (DOWN - 1)
        yield _label(x + w / 2, at, line, "middle", node.label, "")


def _sign(x: float, y: float, sign: str) -> str:
    """Draw the sign of an operation; the product and the sum as strokes, so that no font moves them."""
    if sign == "+":
        return f'<path d="M{x - 5:g} {y:g}h10M{x:g} {y - 5:g}v10"/>'
    if sign == "⊙":
        return f'<circle cx="{x:g}" cy="{y:g}" r="2.4" fill="currentColor" stroke="none"/>'
    return _label(x, y, sign, "middle", sign, "")


_LOW = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₗₘₙₜₓₕᵧ", "0123456789+−ijklmntxhy", strict=True))
_PIECES = re.compile(f"[{''.join(_LOW)}]+|[^{''.join(_LOW)}]+")
_ALONE = re.compile("(?<![A-Za-z])[A-Za-z](?![A-Za-z])")


def _label(x: float, y: float, line: str, anchor: str, label: Label, role: str) -> str:
    """Write a label: symbols in italics, what stands low as such; its middle is at y."""
    symbol = isinstance(label, str)
    size, family = (16, f' font-family="{_SYMBOLS}"') if symbol else (12 if role == "small" else 13, "")
    spans, low = [], False
    for piece in _PIECES.findall(line):
        if piece[0] in _LOW:
            written = "".join(_LOW[c] for c in piece)
            spans.append(f'<tspan dy="4" font-size="{size * 0.7:.3g}">{_italic(written)}</tspan>')
            low = True
            continue
        written = _italic(escape(piece)) if symbol else escape(piece)
        spans.append(f'<tspan dy="-4">{written}</tspan>' if low else written)
        low = False
    opacity = ' fill-opacity=".75"' if role == "small" else ""
    return (
        f'<text x="{x:g}" y="{y + size * 0.34:.4g}" text-anchor="{anchor}" font-size="{size}"{family} '
        f'fill="currentColor"{opacity} stroke="none">{"".join(spans)}</text>'
    )


def _italic(words: str) -> str:
    return _ALONE.sub(lambda m: f'<tspan font-style="italic">{m[0]}</tspan>', words)
