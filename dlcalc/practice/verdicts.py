"""Verdicts on answers whose cause is known: accepted, under another convention, by a mistake."""

from __future__ import annotations

from dlcalc.core.report import Explanation, Verdict
from dlcalc.errors import Text
from dlcalc.practice.compare import COARSEST, Fit, is_small
from dlcalc.practice.item import Item


def accepted(item: Item, met: Fit, verdict: str = "", rests_on: str | None = None) -> Verdict:
    """Return the verdict on an answer that meets a value: right or rounded unless told otherwise, or too coarse."""
    typed = item.typed
    assert typed is not None
    if not met.exact and typed.significant < COARSEST:
        says = Text(
            "Too coarse to judge: give at least two significant digits.", "太粗略，无法判断：请至少给出两位有效数字。"
        )
        return Verdict("invalid", typed.text, item.expected, met.interval, message=says)
    if met.beyond:
        says = Text(
            "At these digits rounding alone can change it by {width}: give more digits.",
            "在这一精度下，仅舍入就可使它相差 {width}：请多写几位。",
        )
        says = says.filled(width=f"{float(met.width):.2g}")
        return Verdict("invalid", typed.text, item.expected, met.interval, message=says)
    name = verdict or ("right" if met.exact else "rounded")
    return Verdict(name, typed.text, item.expected, met.interval, rests_on=rests_on, marks=1.0)


def conventional(item: Item, says: Explanation) -> Verdict:
    """Return the verdict on an answer that is right under another convention."""
    assert item.typed is not None
    return Verdict("convention", item.typed.text, item.expected, convention=says.name, marks=1.0, explanations=(says,))


def mistaken(item: Item, says: list[Explanation]) -> Verdict:
    """Return the verdict on an answer with known causes."""
    assert item.typed is not None
    return Verdict(
        "misconception",
        item.typed.text,
        item.expected,
        misconceptions=tuple(explanation.name for explanation in says),
        explanations=tuple(says),
        possible=is_small(item.expected) and is_small(item.typed.value),
    )
