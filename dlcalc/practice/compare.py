"""Comparing a typed answer with a value: number by number, at the digits it was typed with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import Any

from dlcalc.core.modes import distance
from dlcalc.core.values import Nested, exact
from dlcalc.practice.typed import Typed

COARSEST = 2
"""Significant digits a rounded answer must have to be judged."""
LARGEST_UNIT = 300
"""Powers of ten a rounded answer's unit may have: a larger one is no float64 to move a line by."""
FLOAT_NOISE = 1e-9
"""Relative difference below which two float64 results are the same number."""
SMALL = 1_000
"""Whole numbers below this are common: that a mistake gives one too does not say that it was made."""

WIDEST_UNITS, WIDEST_SHARE = 20, Fraction(1, 20)
"""An answer that lies further off, in units of its last digit or as a share of the value, is asked for more digits."""

Widths = Callable[[int], Sequence[Fraction]]
"""For a number of decimals: how far each number of an answer may lie off when the lines were rounded to them."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a typed answer meets a value.

    Attributes:
        exact: whether it is the value itself; else it is rounded.
        own: whether it is the value rounded at its last digit; else it lies in what rounded lines can reach.
        width: how far the first number might lie off; 0 where exact.
        interval: (low, high) of the first number; None where exact.
        beyond: whether it lies further off than any tolerance may say: more digits would tell.
    """

    exact: bool
    own: bool = True
    width: Fraction = Fraction(0)
    interval: tuple[float, float] | None = None
    beyond: bool = False


EXACTLY = Fit(True)


def unit(typed: Typed) -> Fraction:
    """Return one unit of the last digit an answer was typed with."""
    return Fraction(1) / Fraction(10) ** (typed.decimals or 0)


def fit(typed: Typed, value: Any, widths: Widths, *, mistaken: bool = False) -> Fit | None:
    """Say how a typed answer meets a value; None where it does not.

    Args:
        typed: the answer.
        value: a number or nested lists; None where there is none.
        widths: asked only where the answer is near and not the value rounded once.
        mistaken: whether the value comes of a mistake: its fractions are not what a whole number means.
    """
    pairs = None if value is None else pair(typed.value, value)
    if pairs is None:
        return None
    if not all(isfinite(want) for _, want in pairs if isinstance(want, float)):
        return None
    if all(same(given, want) for given, want in pairs):
        return EXACTLY
    if typed.decimals is None or typed.decimals < -LARGEST_UNIT:
        return None  # typed exactly, as a fraction: there is nothing to round
    whole = all(isinstance(want, int) for _, want in pairs)
    if typed.decimals >= 0 and whole:
        return None  # a count is met exactly
    if typed.decimals == 0 and mistaken:
        return None
    gaps, halves = _gaps(typed, pairs)
    own = all(gap <= half for gap, half in zip(gaps, halves, strict=True))
    if whole:
        return Fit(False, True, halves[0], _around(pairs[0][1], halves[0])) if own else None
    if is_out_of_reach(typed, pairs, gaps):
        return None
    reach = [max(half, width) for half, width in zip(halves, each_width(typed, widths, len(pairs)), strict=True)]
    if not own and any(gap > width for gap, width in zip(gaps, reach, strict=True)):
        return None
    most = [
        max(h, min(width, 2 * WIDEST_UNITS * h, WIDEST_SHARE * abs(Fraction(exact(want)))))
        for width, h, (_, want) in zip(reach, halves, pairs, strict=True)
    ]
    beyond = any(gap > width for gap, width in zip(gaps, most, strict=True))
    return Fit(False, own, reach[0], _around(pairs[0][1], most[0]), beyond)


def _gaps(typed: Typed, pairs: list[tuple[Any, Any]]) -> tuple[list[int | Fraction], list[Fraction]]:
    """Return how far each number lies off, 0 where it is the same, and half a unit of each."""
    gaps = [0 if same(given, want) else distance(given, want) for given, want in pairs]
    return gaps, [half or Fraction(0) for half in typed.halves]


def is_out_of_reach(typed: Typed, pairs: list[tuple[Any, Any]], gaps: Sequence[int | Fraction]) -> bool:
    """Say whether some number lies so far off that no tolerance is that wide."""
    worked = [Fraction(0) if d is None else Fraction(1) / Fraction(10) ** d for d in typed.worked]
    return any(gap > max(exact(abs(want)), unit) for gap, unit, (_, want) in zip(gaps, worked, pairs, strict=True))


def each_width(typed: Typed, widths: Widths, count: int) -> list[Fraction]:
    """Return how far each number may lie off, at the decimals it was worked with itself."""
    found: dict[int, Sequence[Fraction]] = {d: widths(d) for d in set(typed.worked) if d is not None}
    each = []
    for number, (d, half) in enumerate(zip(typed.worked, typed.halves, strict=True)):
        if d is None or half is None:
            each.append(Fraction(0))
            continue
        here = found[d][number] if len(found[d]) == count else found[d][0]
        coarser = Fraction(1, 2) / Fraction(10) ** d
        each.append(here - coarser + half if here > coarser else here and half)  # its own rounding is its last digit's
    return each


def _around(want: Any, width: Fraction) -> tuple[float, float]:
    try:
        return float(exact(want) - width), float(exact(want) + width)
    except OverflowError:
        return float("-inf"), float("inf")


def pair(given: Nested, want: Any) -> list[tuple[Any, Any]] | None:
    """Pair the numbers of two values of the same shape; None where the shapes differ."""
    if isinstance(given, list) != isinstance(want, list):
        if isinstance(given, list) and len(given) == 1:
            return pair(given[0], want)
        if isinstance(want, list) and len(want) == 1:
            return pair(given, want[0])
        return None
    if not isinstance(given, list):
        return [(given, want)]
    if len(want) == 1 and isinstance(want[0], list) and not isinstance(given[0], list):
        return pair(given, want[0])  # the only row of a matrix, typed as a list
    if len(given) != len(want):
        return None
    pairs: list[tuple[Any, Any]] = []
    for a, b in zip(given, want, strict=True):
        inner = pair(a, b)
        if inner is None:
            return None
        pairs.extend(inner)
    return pairs


def shaped(given: Nested, want: Any) -> Nested:
    """Return a typed value of the same numbers nested as another value is: 0.3 for a vector of one as [0.3]."""
    numbers = iter([number for number, _ in pair(given, want) or []])

    def filled(like: Any) -> Any:
        return [filled(item) for item in like] if isinstance(like, list) else next(numbers)

    return filled(want)  # type: ignore[no-any-return]


def nested(value: Any) -> Any:
    """Return a line's value as a number or nested lists."""
    return value.tolist() if hasattr(value, "tolist") else value


def once_rounded(typed: Typed, pairs: list[tuple[Any, Any]]) -> list[bool]:
    """Say of each number whether it is its value rounded at its last digit; a whole number must be the value."""
    halves = [half if half is not None and half < Fraction(1, 2) else Fraction(0) for half in typed.halves]
    return [distance(given, want) <= half for half, (given, want) in zip(halves, pairs, strict=True)]


def same(given: Any, want: Any) -> bool:
    """Say whether two numbers are the same, but for the noise of float64."""
    if isinstance(want, float) or isinstance(given, float):  # √2/2, worked in float64
        return distance(given, want) <= Fraction(FLOAT_NOISE) * abs(Fraction(want))
    return bool(given == want)


def shape(value: Any) -> tuple[int, ...]:
    """Return how many numbers an answer has in each direction; () for a single one."""
    return (len(value), *shape(value[0])) if isinstance(value, list) else ()


def places(sides: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield every place of an array, counted from 1, row by row."""
    if not sides:
        yield ()
        return
    for first in range(1, sides[0] + 1):
        for rest in places(sides[1:]):
            yield (first, *rest)


def is_small(value: Any) -> bool:
    """Say whether an answer is one small whole number, or a few of them."""
    if isinstance(value, list):
        return all(map(is_small, value))
    return isinstance(value, int) and abs(value) < SMALL


def is_whole(value: Any) -> bool:
    """Say whether an answer is a whole number, or only whole numbers."""
    return all(map(is_whole, value)) if isinstance(value, list) else isinstance(value, int)


def coverage(typed: Typed, values: list[Any], half: Fraction) -> float:
    """Return the share of the numbers near an answer that are a given value, or within `half` of one.

    Near is from half to twice the answer. A random number is taken for one of the values so often.
    """
    at = abs(float(exact(typed.value)))  # type: ignore[arg-type]
    if not at:
        return 0.0
    low, high, reach = at / 2, 2 * at, float(half)
    sign = 1 if typed.value > 0 else -1  # type: ignore[operator]
    spans = sorted((sign * float(v) - reach, sign * float(v) + reach) for v in values)
    covered, end = 0.0, low
    for first, last in spans:
        first, last = max(first, end), min(last, high)
        if last > first:
            covered += last - first
            end = last
    return covered / (high - low)
