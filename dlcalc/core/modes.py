"""Run modes: paper arithmetic, pinned values, a moved entry, and the tolerance measured with them.

Each is a `Mode` for `Topic.sheet`; topics know nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

from dlcalc.core.formula import Key, key_text
from dlcalc.core.records import Line
from dlcalc.core.topic import Answer, Topic
from dlcalc.core.values import decimals_for, exact, flat, round_half_up
from dlcalc.core.work import FIELDS, PLAIN, Mode, OnLine, Sheet
from dlcalc.errors import CalculationError, InputError, Text, UnknownNameError

SAFETY = Fraction(3, 2)
"""What careful rounding can reach is widened by half again."""


def then(mode: Mode, change: OnLine) -> Mode:
    """Return a mode whose lines are changed once more, after what the mode itself does to them."""
    first = mode.on_line
    if first is None:
        return Mode(mode.swaps, mode.on_input, change)
    return Mode(mode.swaps, mode.on_input, lambda key, value: change(key, first(key, value)))


def paper(decimals: int, mode: Mode = PLAIN) -> Mode:
    """Return the run of paper arithmetic: every line is rounded half up to `decimals` and carried on rounded."""
    rounded = lru_cache(maxsize=4096, typed=True)(lambda v: round_half_up(v, decimals))  # a padded map is mostly zeros
    return then(mode, lambda key, value: each(value, rounded))


def pinned(values: Mapping[str, Any], mode: Mode = PLAIN) -> Mode:
    """Return the run that carries on the given values, by line name, instead of the lines' own.

    Each line's `computed` is then what follows from the values before it, so each can be judged alone. Lists stand
    for arrays.

    Raises:
        CalculationError: in the run, if a pinned value has another shape than its line's.
    """

    def pin(key: Key, value: Any) -> Any:
        name = key_text(key)
        if name not in values:
            return value
        pin = values[name]
        if hasattr(value, "shape"):
            from dlcalc.core.arrays import Array

            pin = Array.of(pin) if isinstance(pin, list) else pin
        if isinstance(pin, list) or getattr(pin, "shape", ()) != getattr(value, "shape", ()):
            raise CalculationError(Text("{name} has another shape.", "{name} 的形状不符。"), name=name)
        return pin

    return then(mode, pin)


def moved(name: Key, place: tuple[int, ...], by: Any, mode: Mode = PLAIN) -> Mode:
    """Return the run in which one entry of one line is moved: `place` counts from 1, () for a single number."""

    def move(key: Key, value: Any) -> Any:
        if key != name:
            return value
        return value + by if not place else value.replace(place, value.entry(*place) + by)

    return then(mode, move)


def each(value: Any, change: Any) -> Any:
    """Apply a function of one number to a number or to every entry of an array."""
    return value.map(change) if hasattr(value, "map") else change(value)


def tolerance(
    topic: Topic,
    inputs: Mapping[str, Any],
    asked: Answer,
    decimals: int,
    mode: Mode = PLAIN,
    sheet: Sheet | None = None,
) -> Any:
    """Return how far an answer may lie from this run's when every line was rounded to `decimals`.

    Once for each recorded entry that has more decimals, the run is repeated with the entry moved by half a unit;
    the effects on the answer add up, times 1.5, plus half a unit for the answer's own rounding. Zero for an answer
    that needs no rounding and rests on none. Small entries are taken to keep `LEAST_DIGITS` significant digits. On a
    long sheet the sum is estimated from some of the entries.

    Args:
        asked: what is asked; its tolerance is one number, or a list where the answer has several.
        sheet: the run itself, if it is at hand.
    """
    half = Fraction(1, 2) / Fraction(10) ** decimals
    if topic.exact:
        return half
    sheet = sheet if sheet is not None else topic.sheet(inputs, mode)
    topic.learn(sheet)
    base = flat(asked.of(sheet.env))
    needed = topic.upstream(asked, mode)
    effects: list[int | Fraction] = [0] * len(base)
    read = _read_by(asked, sheet)
    rounded = [
        (line, place, number)
        for line, place, number in _entries(sheet, read)
        # the answer's own rounding is the half unit added below
        if line.left.base in needed and line.key not in read and not _fits(number, _carried(number, decimals))
    ]
    moved_entries, share = _some(rounded, max(LEAST_MOVED, FIELDS * MOST_WORK // max(1, len(sheet.records))))
    for line, place, number in moved_entries:
        unit = Fraction(1, 2) / Fraction(10) ** _carried(number, decimals)
        step: Any = float(unit) if isinstance(number, float) else unit
        try:
            shifted = flat(topic.value(inputs, asked, moved(line.key, place, step, mode)))
        except CALCULATING:
            continue
        if len(shifted) == len(base):
            effects = [e + share * distance(s, b) for e, s, b in zip(effects, shifted, base, strict=True)]
    widths = [
        (SAFETY * effect + half) if effect or not _fits(number, decimals) else Fraction(0)
        for effect, number in zip(effects, base, strict=True)
    ]
    return widths[0] if len(widths) == 1 else widths


LEAST_MOVED, MOST_WORK = 30, 40_000
"""On a long sheet some entries stand for all: at least so many, and runs of at most so many lines altogether."""


def _some(entries: list[Any], most: int) -> tuple[list[Any], Fraction]:
    """Return at most so many entries, drawn with a fixed seed, and how many each stands for."""
    if len(entries) <= most:
        return entries, Fraction(1)
    return Random(0).sample(entries, most), Fraction(len(entries), most)


CALCULATING = (CalculationError, InputError, UnknownNameError)
"""What a changed run may raise because it is changed; anything else is a fault of the topic."""


def distance(a: Any, b: Any) -> int | Fraction:
    """Return how far apart two numbers are, exactly."""
    gap = exact(a) - exact(b)
    return -gap if gap < 0 else gap


class _Noted(dict[Any, Any]):
    """Values that note which of them are read."""

    def __init__(self, values: Mapping[Any, Any]) -> None:
        super().__init__(values)
        self.read: set[Any] = set()

    def __getitem__(self, key: Any) -> Any:
        self.read.add(key)
        return super().__getitem__(key)


def _read_by(asked: Answer, sheet: Sheet) -> set[Any]:
    """Return the keys of the values that an answer is read off."""
    noted = _Noted(sheet.env)
    asked.of(noted)
    return noted.read


def _entries(sheet: Sheet, read: set[Any]) -> Iterable[tuple[Line, tuple[int, ...], Any]]:
    """Yield (line, place, number) for every number on the lines of a sheet, up to the last of those in `read`.

    What is written below that line cannot move an answer read off it.
    """
    left = sum(isinstance(entry, Line) and entry.key in read for entry in sheet.entries())
    for entry in sheet.entries():
        if not isinstance(entry, Line):
            continue
        if left == 0:
            return
        left -= entry.key in read
        if hasattr(entry.computed, "places"):
            for place in entry.computed.places():
                yield entry, place, entry.computed.entry(*place)
        else:
            yield entry, (), entry.computed


LEAST_DIGITS = 2
"""Significant digits that a careful person keeps of a small number: 0.00034 is not carried on as 0.00."""


def _carried(number: Any, decimals: int) -> int:
    """Return with how many decimals an entry is carried on by someone who rounds to `decimals`."""
    return max(decimals, decimals_for(number, LEAST_DIGITS)) if 0 < abs(number) < 1 else decimals


def _fits(number: Any, decimals: int) -> bool:
    """Say whether paper with `decimals` places holds the number whole."""
    return isinstance(number, int) or exact(number) == exact(round_half_up(number, decimals))
