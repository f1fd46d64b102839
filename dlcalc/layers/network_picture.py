"""A net drawn with its weights on the edges: in text, unit by unit, and as SVG. Larger nets by their sizes alone."""

from __future__ import annotations

from typing import Any

from dlcalc.core.layout import cells, pad
from dlcalc.core.notation import UNICODE, Style
from dlcalc.core.work import Work
from dlcalc.layers.dense import Dense

WIDEST = 76
"""Columns of the drawing; a net that needs more, or more rows than `TALLEST`, is told by its sizes."""
TALLEST = 24
_STYLE = Style(significant=4)
_LAYER = {"a": "l"}


def show(w: Work, net: tuple[Dense, ...]) -> None:
    """Put the picture on the sheet; the outputs in it are those of the first pass over a single sample."""
    w.figure(
        "The network, weights on the edges and 1 where a bias enters",
        "网络：边上是权重，1 表示偏置输入",
        lambda _: rows(net, _outputs(w, net)),
        lambda _: svg(net, _outputs(w, net)),
    )


def _outputs(w: Work, net: tuple[Dense, ...]) -> dict[tuple[int, int], Any]:
    """Return each unit's output by (layer, unit), where the sheet has a single sample."""
    found = {}
    for l, layer in enumerate(net, 1):  # noqa: E741
        value = w.env.get(("a", l), w.env.get(("a", l, 1)) if "N" not in w.env else None)
        for unit in range(1, layer.units + 1):
            if value is not None:
                found[l, unit] = value.entry(unit)
    return found


def number(value: Any) -> str:
    """Write a number with four digits."""
    return UNICODE.number(_STYLE.number(float(value) if not isinstance(value, int) else value))


def unit_name(l: int, unit: int) -> str:  # noqa: E741
    """Return how the sheet calls a unit's output; layer 0 is the input."""
    return UNICODE.symbol("a", (l,), (unit,), _LAYER) if l else UNICODE.symbol("x", (), (unit,), {})


# ---------------------------------------------------------------- text


def rows(net: tuple[Dense, ...], outputs: dict[tuple[int, int], Any]) -> tuple[str, ...]:
    """Return the drawing: a column per layer, in it a block per unit with one edge per row."""
    tallest = max(layer.units * (layer.inputs + (layer.b is not None) + 1) for layer in net)
    if tallest <= TALLEST:
        columns = [_column(layer, l, outputs) for l, layer in enumerate(net, 1)]  # noqa: E741
        drawn = _beside(columns)
        if max(map(cells, drawn)) <= WIDEST:
            return drawn
    return (" → ".join([str(net[0].inputs), *(f"{layer.units} {layer.act}" for layer in net)]),)


def _column(layer: Dense, l: int, outputs: dict[tuple[int, int], Any]) -> list[str]:  # noqa: E741
    sources = [unit_name(l - 1, j) for j in range(1, layer.inputs + 1)] + ([] if layer.b is None else ["1"])
    wide = max(map(cells, sources))
    labels = [[number(layer.w.entry(i, j)) for j in range(1, layer.inputs + 1)] for i in range(1, layer.units + 1)]
    if layer.b is not None:
        labels = [[*row, number(layer.b.entry(i))] for i, row in enumerate(labels, 1)]
    room = max(len(label) for row in labels for label in row)
    drawn: list[str] = []
    for i, row in enumerate(labels, 1):
        value = f" = {number(outputs[l, i])}" if (l, i) in outputs else ""
        for place, (source, label) in enumerate(zip(sources, row, strict=True)):
            edge = f"{pad(source, wide)} ─{label}─{'─' * (room - len(label))}"
            drawn.append(f"{edge}{_joint(place, len(sources))}")
            if place == len(sources) // 2:
                drawn[-1] += f"▶ {unit_name(l, i)}{value}"
        drawn.append("")
    return drawn[:-1]


def _joint(place: int, edges: int) -> str:
    """Return the sign where an edge meets the others of its unit."""
    if edges == 1:
        return "─"
    if place == 0:
        return "┐"
    if place == edges - 1:
        return "┴" if edges == 2 else "┘"
    return "┼" if place == edges // 2 else "┤"


def _beside(columns: list[list[str]]) -> tuple[str, ...]:
    """Set columns side by side, each in the middle of the tallest."""
    height = max(map(len, columns))
    drawn = [""] * height
    for column in columns:
        above = (height - len(column)) // 2
        wide = max(map(cells, column))
        for row in range(height):
            text = column[row - above] if 0 <= row - above < len(column) else ""
            drawn[row] += pad(text, wide) + "   "
    return tuple(row.rstrip() for row in drawn)


# ---------------------------------------------------------------- SVG

ACROSS, DOWN, RADIUS, MARGIN = 190, 90, 24, 50
"""Pixels between layers, between units, of a unit, and around the drawing."""
MOST_UNITS = 12
"""Units of a layer that are drawn; of a larger layer only so many."""


def svg(net: tuple[Dense, ...], outputs: dict[tuple[int, int], Any]) -> str:
    """Return the drawing as an SVG document: a circle per unit, a line per weight with its value on it."""
    counts = [min(MOST_UNITS, n) for n in (net[0].inputs, *(layer.units for layer in net))]
    tall = max(counts)
    width, height = 2 * MARGIN + ACROSS * (len(counts) - 1), 2 * MARGIN + DOWN * (tall - 1)

    def at(l: int, unit: int) -> tuple[float, float]:  # noqa: E741
        return MARGIN + ACROSS * l, MARGIN + DOWN * ((tall - counts[l]) / 2 + unit - 1)

    parts = []
    for l, layer in enumerate(net, 1):  # noqa: E741
        for i in range(1, counts[l] + 1):
            for j in range(1, counts[l - 1] + 1):
                (x1, y1), (x2, y2) = at(l - 1, j), at(l, i)
                share = 0.2 + 0.4 * (i - 1) / (counts[l] - 1) if counts[l] > 1 else 0.4  # so that labels stand apart
                parts.append(f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="#888"/>')
                parts.append(
                    _label(x1 + (x2 - x1) * share, y1 + (y2 - y1) * share - 3, number(layer.w.entry(i, j)), 11)
                )
    for l, count in enumerate(counts):  # noqa: E741
        for unit in range(1, count + 1):
            x, y = at(l, unit)
            parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="{RADIUS}" fill="#fff" stroke="#333"/>')
            parts.append(_label(x, y + 4, unit_name(l, unit), 13))
            below = [number(outputs[l, unit])] if (l, unit) in outputs else []
            bias = net[l - 1].b if l else None
            if bias is not None:
                below.append(f"b {number(bias.entry(unit))}")
            if below:
                parts.append(_label(x, y + RADIUS + 13, ", ".join(below), 11))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 20}" '
        f'width="{width}" height="{height + 20}" font-family="sans-serif">\n{body}\n</svg>\n'
    )


def _label(x: float, y: float, text: str, size: int) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="middle" '
        f'paint-order="stroke" stroke="#fff" stroke-width="4" fill="#000">{text}</text>'
    )
