"""A sheet's picture as a file's bytes: SVG by itself, PNG and PDF through Matplotlib (the extra `plot`)."""

from __future__ import annotations

import importlib
import io

from dlcalc.core.records import Figure
from dlcalc.core.worksheet import Worksheet
from dlcalc.errors import InputError, Text

KINDS = (".svg", ".png", ".pdf")
"""Suffixes a picture's file may have."""


def picture(sheet: Worksheet, suffix: str) -> bytes:
    """Return the sheet's last picture in the format of a file's suffix.

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
    if suffix == ".svg" and figure.svg is not None:
        return figure.svg(sheet.lang).encode()
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
