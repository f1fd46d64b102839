"""A picture of the plane: samples of two classes and the line w·x + b = 0 that parts it, in text and as SVG.

`Plane.draw_on` draws the same on Matplotlib's axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dlcalc.core.layout import cells
from dlcalc.core.values import significant_text

WIDTH, HEIGHT = 61, 19
"""Columns and rows of the plot, both odd, so that there is a middle."""
MARGIN = 0.15
"""How far the plot reaches beyond the samples, of their extent."""
POSITIVE, NEGATIVE, BOTH = "●", "○", "◐"


@dataclass(frozen=True)
class Plane:
    """Samples (x₁, x₂), whether each is of the positive class, its label, and the line's weights and bias."""

    points: Sequence[tuple[float, float]]
    positive: Sequence[bool]
    labels: tuple[str, str]
    w: tuple[float, float]
    b: float

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """The least and largest x₁, the least and largest x₂ that are drawn."""
        sides: list[float] = []
        for coordinates in zip(*self.points, strict=True):
            low, high = min(coordinates), max(coordinates)
            reach = (high - low or max(abs(high), 1.0)) * MARGIN
            sides += [low - reach, high + reach]
        left, right, bottom, top = sides
        return left, right, bottom, top

    @property
    def equation(self) -> str:
        """The line as an equation; without a line, the weights that make none."""
        if not any(self.w):
            return f"w = (0, 0), b = {_number(self.b)}"
        text = ""
        for factor, symbol in ((self.w[0], "x₁"), (self.w[1], "x₂"), (self.b, "")):
            if factor:
                size = "" if abs(factor) == 1 and symbol else _number(abs(factor)) + ("·" if symbol else "")
                sign = ("−" if factor < 0 else "") if not text else (" − " if factor < 0 else " + ")
                text += sign + size + symbol
        return text + " = 0"

    @cached_property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """Where the line enters and leaves the box; None where it does not cross it."""
        left, right, bottom, top = self.box
        (u, v), b = self.w, self.b
        found = {(x, -(u * x + b) / v) for x in (left, right)} if v else set()
        found |= {(-(v * y + b) / u, y) for y in (bottom, top)} if u else set()
        slack = 1e-9 * max(right - left, top - bottom)
        inside = sorted(
            (x, y) for x, y in found if left - slack <= x <= right + slack and bottom - slack <= y <= top + slack
        )
        return (inside[0], inside[-1]) if len(inside) > 1 and inside[0] != inside[-1] else None

    # -- text

    def rows(self) -> tuple[str, ...]:
        """Return the plot in rows of text: samples, the line, axes at the left and below, and what the signs mean."""
        left, right, bottom, top = self.box
        grid = [[" "] * WIDTH for _ in range(HEIGHT)]
        for row, column, sign in self._stroke():
            grid[row][column] = sign
        for (x, y), plus in zip(self.points, self.positive, strict=True):
            row, column = self._cell(x, y)
            here, sign = grid[row][column], POSITIVE if plus else NEGATIVE
            grid[row][column] = BOTH if here in (POSITIVE, NEGATIVE, BOTH) and here != sign else sign
        marks = {row: _number(_round(y, top - bottom)) for y in _ticks(bottom, top) for row, _ in [self._cell(left, y)]}
        edge = max(2, *(cells(text) for text in marks.values()))
        rows = [" " * edge + " x₂"]
        for number, line in enumerate(grid):
            mark = marks.get(number, "")
            rows.append(" " * (edge - cells(mark)) + mark + (" ┤" if mark else " │") + "".join(line).rstrip())
        below, axis = [" "] * (WIDTH + 8), ["─"] * WIDTH
        for x in _ticks(left, right):
            _, column = self._cell(x, bottom)
            text = _number(_round(x, right - left))
            start = max(0, column - (len(text) - 1) // 2)
            if all(c == " " for c in below[max(0, start - 1) : start + len(text) + 1]):
                axis[column] = "┬"
                below[start : start + len(text)] = list(text)
        rows.append(" " * (edge + 1) + "└" + "".join(axis) + " x₁")
        rows.append(" " * (edge + 2) + "".join(below).rstrip())
        rows.append(" " * (edge + 2) + self.legend)
        return tuple(rows)

    @property
    def legend(self) -> str:
        """What the signs stand for."""
        low, high = self.labels
        return f"{POSITIVE} t = {high}    {NEGATIVE} t = {low}    {self.equation}"

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        left, right, bottom, top = self.box
        row = round((top - y) / (top - bottom) * (HEIGHT - 1))
        column = round((x - left) / (right - left) * (WIDTH - 1))
        return min(max(row, 0), HEIGHT - 1), min(max(column, 0), WIDTH - 1)

    def _stroke(self) -> list[tuple[int, int, str]]:
        """Return the cells the line runs through, each with a sign that leans as the line does."""
        if self.ends is None:
            return []
        (x0, y0), (x1, y1) = self.ends
        (r0, c0), (r1, c1) = self._cell(x0, y0), self._cell(x1, y1)
        steps = max(abs(r1 - r0), abs(c1 - c0))
        if 5 * abs(r1 - r0) < abs(c1 - c0):
            sign = "─"
        elif 2 * abs(c1 - c0) < abs(r1 - r0):
            sign = "│"
        else:
            sign = "╱" if (r1 < r0) == (c1 > c0) else "╲"
        part = [step / steps for step in range(steps + 1)] if steps else [0.0]
        return [(round(r0 + (r1 - r0) * t), round(c0 + (c1 - c0) * t), sign) for t in part]

    # -- pictures

    def svg(self) -> str:
        """Return the plot as an SVG element of its own."""
        left, right, bottom, top = self.box
        wide, high, edge = 420.0, 300.0, 30.0

        def at(x: float, y: float) -> tuple[str, str]:
            return f"{edge + (x - left) / (right - left) * wide:.1f}", f"{(top - y) / (top - bottom) * high + 10:.1f}"

        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide + 2 * edge:g} {high + 60:g}" role="img" '
            f'fill="none" stroke="currentColor" font-size="13" font-family="sans-serif">',
            f"<title>{self.legend}</title>",
            f'<path d="M{edge:g} 10V{high + 10:g}H{edge + wide:g}"/>',
        ]
        words = [
            (at(x, bottom), "0", "18", "middle", _number(_round(x, right - left))) for x in _ticks(left, right)
        ] + [(at(left, y), "-6", "4", "end", _number(_round(y, top - bottom))) for y in _ticks(bottom, top)]
        legend = self.legend.replace("    ", "\u2003")  # blanks in a row are one blank in SVG
        words.append(((f"{edge:g}", f"{high + 50:g}"), "0", "0", "start", legend))
        for (x_at, y_at), dx, dy, anchor, text in words:
            parts.append(
                f'<text x="{x_at}" y="{y_at}" dx="{dx}" dy="{dy}" text-anchor="{anchor}" fill="currentColor" '
                f'stroke="none">{text}</text>'
            )
        if self.ends is not None:
            (x0, y0), (x1, y1) = (at(*end) for end in self.ends)
            parts.append(f'<path d="M{x0} {y0}L{x1} {y1}" stroke-width="2"/>')
        for point, plus in zip(self.points, self.positive, strict=True):
            x, y = at(*point)
            parts.append(f'<circle cx="{x}" cy="{y}" r="5" fill="{"currentColor" if plus else "none"}"/>')
        return "\n".join((*parts, "</svg>")) + "\n"

    def draw_on(self, axes: Any) -> None:
        """Draw the plot on Matplotlib's axes."""
        left, right, bottom, top = self.box
        for wanted, face in ((True, "black"), (False, "white")):
            chosen = [point for point, plus in zip(self.points, self.positive, strict=True) if plus == wanted]
            if chosen:
                axes.scatter(
                    *zip(*chosen, strict=True),
                    facecolors=face,
                    edgecolors="black",
                    zorder=2,
                    label=f"t = {self.labels[wanted]}",
                )
        if self.ends is not None:
            axes.plot(*zip(*self.ends, strict=True), color="black", label=self.equation)
        axes.set(xlim=(left, right), ylim=(bottom, top), xlabel="x₁", ylabel="x₂")
        axes.legend()


def _ticks(low: float, high: float) -> list[float]:
    """Return some four round numbers between two."""
    from math import ceil, floor, log10

    rough = (high - low) / 4
    unit = 10.0 ** floor(log10(rough))
    step = next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= rough)
    return [number * step for number in range(ceil(low / step), floor(high / step) + 1)]


def _round(number: float, extent: float) -> float:
    """Return a tick's number without the noise of floating point."""
    return float(f"{number / extent:.6f}") * extent if abs(number) > 1e-9 * extent else 0.0


def _number(number: float) -> str:
    usual = not number or 1e-4 <= abs(number) < 1e6
    text = significant_text(number, 4) if usual else f"{number:.3g}".replace("e+", "e")
    return text.replace("-", "−")
