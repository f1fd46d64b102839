"""Run modes: paper arithmetic, pinned values, a moved entry; and what rounding the lines of a run does.

Each is a `Mode` for `Topic.sheet`; topics know nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

from dlcalc.core.formula import Key, key_text
from dlcalc.core.records import Line
from dlcalc.core.replay import Noted, Replay
from dlcalc.core.topic import Answer
from dlcalc.core.values import decimals_for, exact, flat, round_half_up
from dlcalc.core.work import FIELDS, PLAIN, Mode, OnLine, Sheet
from dlcalc.errors import CalculationError, InputError, Text, UnknownNameError

SAFETY = Fraction(3, 2)
"""What careful rounding can reach is widened by half again."""


def then(mode: Mode, change: OnLine) -> Mode:
    """Return a mode whose lines are changed once more, after what the mode itself does to them."""
    first = mode.on_line
    if first is None:
        return replace(mode, on_line=change)
    return replace(mode, on_line=lambda key, value: change(key, first(key, value)))


def paper(decimals: int, mode: Mode = PLAIN) -> Mode:
    """Return the run of paper arithmetic: every line is rounded half up to `decimals` and carried on rounded."""
    rounded = lru_cache(maxsize=4096, typed=True)(lambda v: round_half_up(v, decimals))  # a padded map is mostly zeros
    return then(mode, lambda key, value: each(value, rounded))


@dataclass(frozen=True, slots=True)
class Pin:
    """What a run carries on instead of a line's own value: all of it, or some entries of an array.

    Attributes:
        value: the whole value, a nested list for an array; None where only entries are pinned.
        entries: numbers by place, counted from 1.
        decimals: to how many decimals the number at each place was rounded, () for a single one; None if it is exact.
    """

    value: Any = None
    entries: Mapping[tuple[int, ...], Any] = field(default_factory=dict)
    decimals: Mapping[tuple[int, ...], int | None] = field(default_factory=dict)

    def on(self, value: Any) -> Any:
        """Return what is carried on in place of a line's value.

        Raises:
            ValueError: if the shapes differ.
        """
        for place, number in self.entries.items():
            value = value.replace(place, number)
        if self.value is None:
            return value
        pin = self.value
        if hasattr(value, "shape") and isinstance(pin, list):
            from dlcalc.core.arrays import Array

            pin = Array.of(pin, as_float=value.data.dtype != object)
        elif isinstance(value, float) and not isinstance(pin, list):
            pin = float(pin)
        if isinstance(pin, list) or getattr(pin, "shape", ()) != getattr(value, "shape", ()):
            raise ValueError
        return pin


def pinned(values: Mapping[str, Any], mode: Mode = PLAIN) -> Mode:
    """Return the run that carries on the given values, by line name, instead of the lines' own.

    Each line's `computed` is then what follows from the values before it, so each can be judged alone. A value is a
    number, a list for an array, or a `Pin`.

    Raises:
        CalculationError: in the run, if a pinned value has another shape than its line's.
    """
    pins = {name: value if isinstance(value, Pin) else Pin(value) for name, value in values.items()}

    def pin(key: Key, value: Any) -> Any:
        name = key_text(key)
        if name not in pins:
            return value
        try:
            return pins[name].on(value)
        except (ValueError, IndexError):
            raise CalculationError(Text("{name} has another shape.", "{name} 的形状不符。"), name=name) from None

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


class Rounding:
    """What rounding the lines of one run does to what is read off it.

    Once for each recorded entry that has more decimals, the lines that feel it are run again with the entry moved by
    half a unit; the effects on the answer add up, times 1.5, plus half a unit for the answer's own rounding. Small
    entries are taken to keep `LEAST_DIGITS` significant digits. On a long sheet the sum is estimated from some of the
    entries.

    Args:
        sheet: the run.
        pins: the values it carried on instead of its own, by name: each is taken to be rounded as it says, and what
            is asked is judged alone, as it follows from the pins above it.
    """

    def __init__(self, sheet: Sheet, pins: Mapping[str, Pin] | None = None) -> None:
        self.sheet = sheet
        self.pins = dict(pins or {})
        self.lines = {entry.key: entry for entry in sheet.entries() if isinstance(entry, Line)}
        held = [key for key in self.lines if key_text(key) in self.pins]
        self.replay = Replay(sheet, held)

    def alone(self, asked: Answer) -> tuple[set[Key], dict[Any, Any]]:
        """Return the keys an answer is read off, and the run's values with those lines' own in place of their pins."""
        read = read_by(asked, self.sheet.env)
        pinned_here = [key for key in read if key in self.replay.held]
        env = self.sheet.env
        if pinned_here:
            env = {**env, **{key: self.lines[key].computed for key in pinned_here}}
        return read, env

    def widths(self, asked: Answer, decimals: int) -> list[Fraction]:
        """Return how far each number of an answer may lie off when the lines were rounded to `decimals`."""
        half = Fraction(1, 2) / Fraction(10) ** decimals
        read, env = self.alone(asked)
        base = flat(asked.of(env))
        effects: list[int | Fraction] = [0] * len(base)
        # the answer's own rounding is the half unit added below
        upstream = self.replay.upstream(read)
        above = [key for key in self.lines if key in upstream and key not in read]
        moves = [move for key in above for move in self._moves(key, decimals)]
        most = max(LEAST_MOVED, FIELDS * MOST_WORK // max(1, len(self.sheet.records)))
        some, share = _some(moves, most)
        for key, value in some:
            try:
                shifted = flat(asked.of(self.replay.moved(key, value, env, upstream, read)))
            except FORMULA_ERRORS:
                continue
            if len(shifted) == len(base):
                effects = [e + share * distance(s, b) for e, s, b in zip(effects, shifted, base, strict=True)]
        return [
            (SAFETY * effect + half) if effect or not _fits(number, decimals) else Fraction(0)
            for effect, number in zip(effects, base, strict=True)
        ]

    def _moves(self, key: Key, decimals: int) -> Iterator[tuple[Key, Any]]:
        """Yield (key, value moved by half a unit) for every number of a line that was rounded."""
        line = self.lines[key]
        value, pin = line.value, self.pins.get(key_text(key))
        places = list(value.places()) if hasattr(value, "places") else [()]
        for place in places:
            number = value.entry(*place) if place else value
            if pin is not None and (pin.value is not None or place in pin.entries):
                decimals_here = pin.decimals.get(place)
                if decimals_here is None:
                    continue
                unit = Fraction(1, 2) / Fraction(10) ** decimals_here
            elif _fits(number, _carried(number, decimals)):
                continue
            else:
                unit = Fraction(1, 2) / Fraction(10) ** _carried(number, decimals)
            step: Any = float(unit) if isinstance(number, float) else unit
            yield key, (value.replace(place, number + step) if place else number + step)


LEAST_MOVED, MOST_WORK = 30, 40_000
"""On a long sheet some entries stand for all: at least so many, and runs of at most so many lines altogether."""


def _some(entries: list[Any], most: int) -> tuple[list[Any], Fraction]:
    """Return at most so many entries, drawn with a fixed seed, and how many each stands for."""
    if len(entries) <= most:
        return entries, Fraction(1)
    return Random(0).sample(entries, most), Fraction(len(entries), most)


CALCULATING = (CalculationError, InputError, UnknownNameError)
"""What a changed run may raise because it is changed; anything else is a fault of the topic."""
FORMULA_ERRORS = (*CALCULATING, ZeroDivisionError, OverflowError, TypeError, ValueError)
"""What a formula run by itself, outside a sheet, may raise."""


def distance(a: Any, b: Any) -> int | Fraction:
    """Return how far apart two numbers are, exactly."""
    gap = exact(a) - exact(b)
    return -gap if gap < 0 else gap


def read_by(asked: Answer, env: Mapping[Any, Any]) -> set[Any]:
    """Return the keys of the values that an answer is read off."""
    noted = Noted(env)
    asked.of(noted)
    return noted.read


LEAST_DIGITS = 2
"""Significant digits that a careful person keeps of a small number: 0.00034 is not carried on as 0.00."""


def _carried(number: Any, decimals: int) -> int:
    """Return with how many decimals an entry is carried on by someone who rounds to `decimals`."""
    return max(decimals, decimals_for(number, LEAST_DIGITS)) if 0 < abs(number) < 1 else decimals


def _fits(number: Any, decimals: int) -> bool:
    """Say whether paper with `decimals` places holds the number whole."""
    return isinstance(number, int) or exact(number) == exact(round_half_up(number, decimals))
