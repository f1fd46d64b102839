"""Which mistakes give a number: one at a time, or two together.

Every mistake's run is compared with the answer at that run's own tolerance. A random number must not be taken for a
mistake's: the more numbers mistakes give near an answer, the closer it must come to one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

from dlcalc.core.modes import distance
from dlcalc.core.report import Verdict
from dlcalc.core.topic import Answer
from dlcalc.core.work import FIELDS
from dlcalc.practice import verdicts
from dlcalc.practice.compare import (
    COARSEST,
    Fit,
    coverage,
    each_width,
    fit,
    is_out_of_reach,
    is_whole,
    once_rounded,
    pair,
    unit,
)
from dlcalc.practice.item import Item
from dlcalc.practice.runs import Mistake, Run, Setting, explained, parting, together
from dlcalc.practice.typed import Typed

MOST_TRIED = 100_000
"""Lines that may be written to find the mistake behind one answer."""
MOST_PAIRED = 30_000
"""Lines that may be written to find two mistakes made together."""
FAR = 10
"""How many times the right run's tolerance a mistake's value may lie off before its own is not measured."""
CHANCE = 0.01
"""How often a random number may be taken for one that a mistake gives."""
PAIR_CHANCE = 0.01
"""How often a random number may be taken for one that two mistakes give."""


def length(setting: Setting) -> int:
    """Return how many lines a run writes."""
    return len(setting.run.sheet.records) // FIELDS


def is_long(setting: Setting) -> bool:
    """Say whether its runs are too long for all its mistakes to be tried."""
    return length(setting) * len(setting.mistakes) > MOST_TRIED


def fits(typed: Typed, asked: Answer, run: Run, right: Run, *, mistaken: bool = True) -> Fit | None:
    """Say how an answer meets another run's value, at that run's own tolerance.

    Args:
        typed: the answer.
        asked: what it answers.
        run: the other run.
        right: the run it departs from.
        mistaken: whether the run makes a mistake; a convention's answer is right, and always measured.
    """
    value = run.value(asked)
    if value is None or (mistaken and _is_far(typed, asked, value, right)):
        return None
    mistaken = mistaken and is_whole(right.value(asked))  # 43 for 42.67 is no rounding where 42 is right
    found = fit(typed, value, lambda decimals: run.widths(asked, decimals), mistaken=mistaken)
    if found is None:
        return Fit(True) if any(typed.value == form.value(value) for form in asked.other_forms) else None
    if found.beyond:
        return None
    return found if found.exact or typed.significant >= COARSEST else None


def _is_far(typed: Typed, asked: Answer, value: Any, right: Run) -> bool:
    """Say whether another run's value is too far off to measure its tolerance, which takes many runs.

    Such a run is never taken to be more than `FAR` times as sensitive to rounding as the right one.
    """
    if typed.decimals is None or is_whole(value) or right.topic.exact:
        return False
    pairs = pair(typed.value, value)
    if pairs is None:
        return False
    halves = [half or Fraction(0) for half in typed.halves]
    gaps = [distance(given, want) for given, want in pairs]
    if all(gap <= half for gap, half in zip(gaps, halves, strict=True)) or is_out_of_reach(typed, pairs, gaps):
        return False  # decided without a tolerance
    if right.value(asked) is None:
        return True
    reach = each_width(typed, lambda decimals: right.widths(asked, decimals), len(pairs))
    return any(g > FAR * max(h, r) for g, h, r in zip(gaps, halves, reach, strict=True))


def single(item: Item, setting: Setting, *, whole: bool = False) -> Verdict | None:
    """Return the verdict on an answer that known mistakes give, each by itself: to its last digit first.

    Args:
        item: the answer.
        setting: the exercise as it is taken.
        whole: whether the answer's own lines say otherwise: inputs taken for others have no line on which that
            happened, any other mistake must then give the answer to its last digit.
    """
    typed, asked = item.typed, item.asked
    assert typed is not None
    assert asked is not None
    right = setting.run.value(asked)
    exactly: list[Mistake] = []
    nearly: list[Mistake] = []
    values: list[Any] = []
    lines = length(setting)
    for number, mistake in enumerate(setting.mistakes):
        if number * lines > MOST_TRIED:
            break
        value = mistake.run.value(asked)
        if value is None or value == right:
            continue
        values.append(value)
        found = fits(typed, asked, mistake.run, setting.run) or _in_part(typed, value, right)
        if found is not None:
            if found.own:
                exactly.append(mistake)
            elif not whole or mistake.made[0].inputs:
                nearly.append(mistake)
    if item.unsure is not None or (nearly and not is_sparse(typed, asked, values, setting.run)):
        nearly = []  # what may be the right answer is a mistake's only to its last digit
    return _verdict(item, exactly + nearly, setting)


def _in_part(typed: Typed, value: Any, right: Any) -> Fit | None:
    """Say whether each number of a list is the right one or the one a mistake gives."""
    pairs, rights = pair(typed.value, value), pair(typed.value, right) if right is not None else None
    if pairs is None or rights is None or len(pairs) < 2 or typed.decimals is None:
        return None
    wrong, fine = once_rounded(typed, pairs), once_rounded(typed, rights)
    mistaken = any(a and not b for a, b in zip(wrong, fine, strict=True))
    return Fit(False, own=False) if mistaken and all(a or b for a, b in zip(wrong, fine, strict=True)) else None


def is_sparse(typed: Typed, asked: Answer, values: list[Any], right: Run) -> bool:
    """Say whether few of the numbers near an answer lie within the tolerance of one of these values."""
    if isinstance(typed.value, list) or typed.decimals is None or right.value(asked) is None:
        return True
    return coverage(typed, _alone(values), max(right.widths(asked, typed.decimals))) <= CHANCE


def _alone(values: list[Any]) -> list[Any]:
    """Return the values that are one number."""
    numbers = (value[0] if isinstance(value, list) and len(value) == 1 else value for value in values)
    return [number for number in numbers if isinstance(number, int | float | Fraction)]


def pairs(item: Item, setting: Setting) -> Verdict | None:
    """Return the verdict on an answer that two mistakes give together, if no other two do."""
    typed, asked = item.typed, item.asked
    assert typed is not None
    assert asked is not None
    right = setting.run.value(asked)
    if asked.name not in setting.paired:
        setting.paired[asked.name] = list(_paired(asked, setting))
    given = setting.paired[asked.name]
    found: list[Mistake] = []
    for both, value in given:
        met = fit(typed, value, once, mistaken=is_whole(right))
        if met is not None and (met.exact or typed.significant >= COARSEST):
            found.append(both)
    if len(found) != 1:
        return None
    if not isinstance(typed.value, list):
        half = unit(typed) / 2 if typed.decimals else Fraction(1, 2)
        if coverage(typed, _alone([value for _, value in given]), half) > PAIR_CHANCE:
            return None
    verdict = _verdict(item, found, setting)
    return replace(verdict, together=True) if verdict else None


def _paired(asked: Answer, setting: Setting) -> Iterator[tuple[Mistake, Any]]:
    """Yield every two mistakes that give a value together which neither gives alone, and that value."""
    right = setting.run.value(asked)
    relevant = [mistake for mistake in setting.mistakes if _matters(mistake, asked, right)]
    if len(relevant) * (len(relevant) - 1) // 2 * length(setting) > MOST_PAIRED:
        return
    for first, second in combinations(relevant, 2):
        both = together(first, second)
        value = both.run.value(asked) if both else None
        if both is None or value is None or value in (right, first.run.value(asked), second.run.value(asked)):
            continue
        yield both, value


def once(decimals: int) -> list[Fraction]:
    """Return the tolerance of a number that was rounded once."""
    return [Fraction(1, 2) / Fraction(10) ** decimals]


def _matters(mistake: Mistake, asked: Answer, right: Any) -> bool:
    """Say whether a mistake can have to do with an answer: alone, or on top of another mistake."""
    value = mistake.run.value(asked)
    if value is not None and value != right:
        return True
    (made,) = mistake.made
    bases = {found[0] for line in made.swaps if (found := re.match(r"\w+", line))}
    return bool(made.inputs) or bool(bases & mistake.run.topic.upstream(asked))


def _verdict(item: Item, found: list[Mistake], setting: Setting) -> Verdict | None:
    if not found:
        return None
    assert item.asked is not None
    says = []
    for mistake in found:
        shown = parting(setting.sheet, mistake.run, item.asked)
        says += [explained(made, shown) for made in mistake.made]
    return verdicts.mistaken(item, says)
