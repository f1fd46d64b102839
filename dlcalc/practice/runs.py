"""Ways to work one exercise: as it stands, under another convention, with a mistake, from a student's own values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from dlcalc.core import modes
from dlcalc.core.formula import Key
from dlcalc.core.modes import Pin
from dlcalc.core.records import Line
from dlcalc.core.report import Explanation, Parting
from dlcalc.core.topic import Answer, Convention, Misconception, Topic
from dlcalc.core.work import MOST_LINES, PLAIN, Mode, Sheet, TooLongError
from dlcalc.core.worksheet import Worksheet
from dlcalc.errors import InputError, Text


class Run:
    """One way to work an exercise, and what was worked out of it so far.

    Args:
        topic: the exercise's topic.
        inputs: its inputs, as read.
        mode: the lines it swaps.
        pins: values of the student's own that it carries on, by line name.
        sheet: the run itself, if it is at hand.
        most_lines: how long it may be: a training with a mistake need not end.
    """

    def __init__(
        self,
        topic: Topic,
        inputs: Mapping[str, Any],
        mode: Mode = PLAIN,
        pins: Mapping[str, Pin] | None = None,
        sheet: Sheet | None = None,
        most_lines: int = MOST_LINES,
    ) -> None:
        self.topic, self.inputs, self.pins = topic, inputs, dict(pins or {})
        self.most_lines = most_lines
        mode = replace(mode, most_lines=most_lines)
        self.mode = modes.pinned(self.pins, mode) if self.pins else mode
        self._given_sheet = sheet
        self._values: dict[str, Any] = {}
        self._env: dict[Any, Any] | None = None
        self._is_endless = False
        self._widths: dict[tuple[str, int], Sequence[Fraction]] = {}

    def value(self, asked: Answer) -> Any:
        """Return what is asked in this run; None where the run refuses its inputs or has no value."""
        if asked.name not in self._values:
            try:
                value = None if self._is_endless else self._value(asked)
            except TooLongError:
                value, self._is_endless = None, True
            except modes.CALCULATING:
                value = None
            except ODD:
                if not self.pins:
                    raise
                value = None
            self._values[asked.name] = value
        return self._values[asked.name]

    def _value(self, asked: Answer) -> Any:
        """Return what is asked; from the second answer on all values are worked out at once."""
        if self._values and self._env is None:
            try:
                self._env = self.topic.environment(self.inputs, self.mode)
            except TooLongError:
                raise
            except modes.CALCULATING:
                self._env = {}  # some line has no value: what is asked may have one
        if self._env:
            return asked.of(self._env)
        return self.topic.value(self.inputs, asked, self.mode)

    @cached_property
    def sheet(self) -> Sheet:
        """The whole run, written down."""
        return self._given_sheet if self._given_sheet is not None else self.topic.sheet(self.inputs, self.mode)

    @cached_property
    def rounding(self) -> modes.Rounding:
        """What rounding its lines does to what is read off it."""
        return modes.Rounding(self.sheet, self.pins)

    def widths(self, asked: Answer, decimals: int) -> Sequence[Fraction]:
        """Return how far each number of an answer may lie off when the lines were rounded to `decimals`."""
        key = (asked.name, decimals)
        if key not in self._widths:
            self._widths[key] = self._measured(asked, decimals)
        return self._widths[key]

    def _measured(self, asked: Answer, decimals: int) -> Sequence[Fraction]:
        half = Fraction(1, 2) / Fraction(10) ** decimals
        if self.topic.exact:
            return [half]
        try:
            return self.rounding.widths(asked, decimals)
        except modes.FORMULA_ERRORS:
            return [half]  # the answer has a value, but another line of this run has none


ODD = (TypeError, ValueError, IndexError, KeyError, ZeroDivisionError, OverflowError, MemoryError)
"""What a topic may raise besides when it meets a student's value where it never has one like it."""


def pinned_sheet(
    topic: Topic, inputs: Mapping[str, Any], pins: Mapping[str, Pin], plain: Sheet, most_lines: int
) -> tuple[Sheet, set[str], set[Key]]:
    """Write the run that carries on a student's values.

    A line that has no value then (the logarithm of a negative probability) keeps the exercise's own; a value is left
    out only where the run cannot go on with it, as where its shape does not fit.

    Returns:
        the run, the names of the values that were left out, and the lines that have no value.
    """
    names = list(pins)
    impossible: set[str] = set()
    failed: set[Key] = set()
    left = MOST_ATTEMPTS

    def instead(key: Key) -> Any:
        failed.add(key)
        return plain.env[key]

    mode = Mode(on_failure=instead, most_lines=most_lines)

    def followed(count: int) -> Sheet | None:
        """Return the run that carries on the first so many values; None where it ends on the way."""
        nonlocal left
        left -= 1
        failed.clear()
        try:
            return topic.sheet(inputs, modes.pinned({name: pins[name] for name in names[:count]}, mode))
        except (*modes.CALCULATING, *ODD):
            return None

    while True:
        sheet = followed(len(names))
        if sheet is not None:
            return sheet, impossible, failed
        good, bad = 0, len(names)  # with none the run is the exercise's own, with all it ends
        while bad - good > 1 and left > 0:
            middle = (good + bad) // 2
            good, bad = (middle, bad) if followed(middle) is not None else (good, middle)
        impossible.add(names.pop(bad - 1))
        if left <= 0:
            impossible |= set(names[good:])
            del names[good:]


MOST_ATTEMPTS = 40
"""Runs that are made to find the values that cannot be followed."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A known mistake, or several made together, and the run that makes it."""

    made: tuple[Misconception, ...]
    run: Run

    @property
    def name(self) -> str:
        """The mistakes' names."""
        return " + ".join(m.name for m in self.made)


def mistakes(setting: Setting) -> Iterator[Mistake]:
    """Yield every mistake that can be made in an exercise as it is taken."""
    run = setting.run
    for made, taken in run.topic.mistakes(run.inputs):
        yield Mistake((made,), Run(run.topic, taken, made.mode, run.pins, most_lines=run.most_lines))


def together(first: Mistake, second: Mistake) -> Mistake | None:
    """Return two mistakes made in one run; None where they exclude each other."""
    (one,), (other,) = first.made, second.made
    if one.swaps.keys() & other.swaps.keys() or one.inputs.keys() & other.inputs.keys():
        return None
    run = first.run
    inputs = {**run.inputs, **other.inputs}
    swaps = Mode({**one.swaps, **other.swaps})
    return Mistake((one, other), Run(run.topic, inputs, swaps, run.pins, most_lines=run.most_lines))


def under(plain: Run, stated: frozenset[str], convention: Convention, choice: Any) -> Run | None:
    """Return the run under another choice of a convention; None where that contradicts what the exercise states."""
    try:
        inputs = plain.topic.under(plain.inputs, stated, convention.name, choice)
        return Run(plain.topic, inputs, most_lines=plain.most_lines)
    except InputError:
        return None


class Setting:
    """An exercise as it is taken: as it stands, under another convention, or from a student's own values.

    Attributes:
        run: how it is worked then.
        paired: by answer, what two mistakes together give, once that was asked for.
    """

    def __init__(
        self,
        topic: Topic,
        inputs: Mapping[str, Any],
        pins: Mapping[str, Pin] | None = None,
        sheet: Sheet | None = None,
        most_lines: int = MOST_LINES,
    ) -> None:
        self.topic, self.inputs = topic, inputs
        self.run = Run(topic, inputs, pins=pins, sheet=sheet, most_lines=most_lines)
        self.paired: dict[str, list[tuple[Mistake, Any]]] = {}

    @cached_property
    def sheet(self) -> Worksheet:
        """Its worksheet."""
        return Worksheet(self.topic, self.inputs, sheet=self.run.sheet)

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """The known mistakes that can be made in it; their runs keep what was worked out of them."""
        return list(mistakes(self))


def parting(right: Worksheet, run: Run, asked: Answer) -> Parting | None:
    """Return the first line the answer rests on whose value differs between the exercise's run and another."""
    topic = run.topic
    try:
        other = Worksheet(topic, run.inputs, sheet=run.sheet)
    except modes.CALCULATING:
        return None  # the answer has a value in that run, but another line has none
    mine = right.sheet.env
    rights = {entry.key: entry for entry in right.entries if isinstance(entry, Line)}
    topic.learn(other.sheet)
    upstream = topic.upstream(asked, run.mode)
    label = asked.name.partition("[")[2].rstrip("]")
    for entry in other.entries:
        if not isinstance(entry, Line) or entry.left.base not in upstream or entry.key not in mine:
            continue
        if entry.value == mine[entry.key] or (label.isalpha() and _other_label(entry.key, label)):
            continue
        here = rights.get(entry.key)
        return Parting(entry.name, other.written(entry).apart(), right.written(here).apart() if here else None)
    return None


def _other_label(key: Key, label: str) -> bool:
    """Say whether a line belongs to another dimension or class than the one asked for."""
    labels = [part for part in key[1:] if isinstance(part, str)] if not isinstance(key, str) else []
    return bool(labels) and label not in labels


def explained(made: Misconception, shown: Parting | None) -> Explanation:
    """Return what to tell the student about a mistake."""
    return Explanation(made.name, made.remedy, made.catalogue, shown)


def in_place_of(convention: Convention, fixed: Any, choice: Any) -> Text:
    """Return the remedy where an exercise states a convention and the answer follows another."""
    says = Text(
        "That is the answer where {there}; this exercise says that {here}.",
        "这是“{there}”时的答案；本题规定“{here}”。",
    )
    there, here = convention.choices[choice], convention.choices[fixed]
    return Text(says.say("en", there=there.en, here=here.en), says.say("zh", there=there.zh, here=here.zh))
