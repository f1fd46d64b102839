"""A sheet's picture as a file's bytes: SVG by itself, PNG and PDF through Matplotlib (the extra `plot`)."""

from __future__ import annotations

import importlib
import io
import re

from dlcalc.core.records import Figure
from dlcalc.core.worksheet import Worksheet
from dlcalc.errors import InputError, Text

KINDS = (".svg", ".png", ".pdf")
"""Suffixes a picture's file may have."""


def picture(sheet: Worksheet, suffix: str) -> bytes:
    """Return the sheet's picture in the format of a file's suffix: as SVG all it has, below each other.

    Raises:
        InputError: if the sheet has none that can be drawn so, or Matplotlib is wanted and not installed.
    """
    if suffix not in KINDS:
        raise InputError(
            Text("'{suffix}' is no kind of picture.", "“{suffix}” 不是图片格式。"),
            Text("Name a file that ends in {kinds}.", "文件名请以 {kinds} 结尾。"),
            suffix=suffix,
            kinds=", ".join(KINDS),
        )
    figures = [entry for entry in sheet.entries if isinstance(entry, Figure) and (entry.svg or entry.draw_on)]
    if not figures:
        raise InputError(Text("This sheet has no picture.", "这张计算表没有图。"))
    figure = figures[-1]
    drawings = [entry.svg(sheet.lang) for entry in figures if entry.svg is not None]
    if suffix == ".svg" and drawings:
        return (drawings[0] if len(drawings) == 1 else _stacked(drawings)).encode()
    if figure.draw_on is None:
        raise InputError(
            Text("This picture is drawn as SVG only.", "这张图只有 SVG 格式。"),
            Text("Name a file that ends in .svg.", "文件名请以 .svg 结尾。"),
        )
    try:
        canvas = importlib.import_module("matplotlib.figure").Figure(layout="constrained")
    except ImportError:
        raise InputError(
            Text(
                "Matplotlib is not installed, which draws {suffix} files.",
                "没有安装 Matplotlib，无法绘制 {suffix} 文件。",
            ),
            Text(
                "Install it with: pip install 'dlcalc-exam[plot]', or name a file that ends in .svg.",
                "请安装：pip install 'dlcalc-exam[plot]'，或将文件名改为以 .svg 结尾。",
            ),
            suffix=suffix,
        ) from None
    figure.draw_on(canvas.add_subplot())
    drawn = io.BytesIO()
    canvas.savefig(drawn, format=suffix[1:], dpi=150, metadata={"Software": None} if suffix == ".png" else None)
    return drawn.getvalue()


def _stacked(drawings: list[str]) -> str:
    """Return several SVG documents as one, each in its own size, from the top down."""
    parts, width, y = [], 0.0, 0.0
    for drawing in drawings:
        head, rest = drawing.split(">", 1)
        box = re.search(r'viewBox="([^"]*)"', head)
        wide, high = map(float, box[1].split()[2:]) if box else (0.0, 0.0)
        kept = re.sub(r' (?:xmlns|width|height)="[^"]*"', "", head)
        parts.append(f'{kept} x="0" y="{y:g}" width="{wide:g}" height="{high:g}">{rest}')
        width, y = max(width, wide), y + high + _BETWEEN
    high = y - _BETWEEN
    size = f'viewBox="0 0 {width:g} {high:g}" width="{width:g}" height="{high:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{"".join(parts)}</svg>\n'


_BETWEEN = 24
"""Pixels between two drawings in one file."""
