"""What an inverse question wants: values by answer or line name, read as typed, and met by a run or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dlcalc.core.formula import Key
from dlcalc.core.inequality import Exact
from dlcalc.core.inputs import LARGEST
from dlcalc.core.lists import DEEPEST, ListReader
from dlcalc.core.modes import distance
from dlcalc.core.topic import Answer, Topic
from dlcalc.core.values import Nested, plain, significant_text
from dlcalc.errors import DlcalcError, InputError, Text


@dataclass(frozen=True, slots=True)
class Typed:
    """A wanted value as typed; `decimals` is the most of any number in it, None for a fraction."""

    text: str
    value: Nested
    decimals: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wanted answer: how it is taken off a run, and the value of each line it is merely read off."""

    name: str
    typed: Typed
    asked: Answer
    lines: dict[Key, Exact]


def read_wants(topic: Topic, want: Mapping[str, object]) -> dict[str, Typed]:
    """Read wanted values by name; "" stands for the topic's first answer.

    Raises:
        InputError: if there are none, two for one answer, or one that cannot be read.
    """
    main = topic.answers[0].name
    found: dict[str, Typed] = {}
    for name, raw in want.items():
        if (name or main) in found:
            raise InputError(
                Text("There are two wanted values for {name}.", "{name} 有两个目标值。"),
                Text("Give one.", "请只给一个。"),
                name=name or main,
            ).about("want")
        if any(answer.name == name and not answer.asked for answer in topic.answers):
            raise InputError(
                Text("{name} is a whole table.", "{name} 是一整张表。"),
                Text("Want one of the other answers.", "请以其他答案为目标。"),
                name=name,
            ).about("want")
        try:
            found[name or main] = _read_wanted(raw)
        except InputError as error:
            raise error.about("want") from None
    if not found:
        raise InputError(
            Text("Nothing is wanted yet.", "还没有给出目标值。"),
            Text("For example: --want {name}=28", "例如：--want {name}=28"),
            name=main,
        ).about("want")
    return found


def _read_wanted(raw: object) -> Typed:
    text = raw if isinstance(raw, str) else as_typed(raw)
    if len(text) > LONGEST:
        raise InputError(Text("That is longer than {most} characters.", "超过 {most} 个字符。"), most=LONGEST)
    reader = ListReader(text, plain(text), "xX,")
    value = reader.read()
    return Typed(text.strip(), value, reader.decimals)


LONGEST = 500
"""Characters that a wanted value may have."""


def as_typed(raw: Any, depth: int = 0) -> str:
    """Write a Python number or list as it would be typed."""
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
    if isinstance(raw, list | tuple) and depth < DEEPEST:
        return "[" + ", ".join(as_typed(item, depth + 1) for item in raw[:LONGEST]) + "]"
    known = isinstance(raw, int | float | Fraction) and not isinstance(raw, bool)
    if not known or not abs(raw) <= LARGEST**2:
        raise InputError(
            Text("A {kind} cannot be wanted.", "目标值不能是 {kind}。"),
            Text("Give a number or a list of numbers.", "请给出数或数的列表。"),
            kind=type(raw).__name__,
        )
    return str(raw)


def refuse_size(name: str, typed: Typed) -> None:
    """Refuse what no size can be.

    Raises:
        InputError: if an entry is no whole number of at least 1.
    """
    if not all(is_whole(n) and n >= 1 for n in flat(typed.value)):
        raise InputError(
            Text(
                "{name} is a size, a whole number of at least 1; {typed} cannot be.",
                "{name} 是尺寸，即不小于 1 的整数；不可能是 {typed}。",
            ),
            Text("Type a whole number, or one per dimension such as 26x26.", "请输入整数，或每维一个，例如 26x26。"),
            name=name,
            typed=typed.text,
        ).about("want")


# ---------------------------------------------------------------- values


NOISE = Fraction(1, 10**9)
"""Relative difference below which a float64 result is the wanted number."""


class _Mark:
    """Stands for a line's value while it is found out which lines an answer is read off."""

    __slots__ = ("key",)

    def __init__(self, key: Key) -> None:
        self.key = key


def lines_of(asked: Answer, env: Mapping[Any, Any], value: Nested) -> dict[Key, Exact]:
    """Return the lines an answer is read off with the value each should have; empty where it does more than read."""
    marks: dict[Any, Any] = {key: found if key == "axes" else _Mark(key) for key, found in env.items()}
    try:
        read = flat(asked.of(marks))
    except (DlcalcError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
        return {}  # it calculates with the values
    wanted = flat(value) if isinstance(value, list) else flat(value) * len(read)
    if len(read) != len(wanted) or not all(isinstance(mark, _Mark) for mark in read):
        return {}
    if not all(isinstance(env[mark.key], int | float | Fraction) for mark in read):
        return {}  # a whole array
    found: dict[Key, Exact] = {}
    for mark, number in zip(read, wanted, strict=True):
        if found.setdefault(mark.key, number) != number:
            return {}  # one line cannot have two values
    return found


def met(value: Any, wanted: Wanted) -> bool:
    """Say whether an answer is the wanted one, to the digits typed where it is no whole number."""
    typed = wanted.typed
    if not alike(value, typed.value):
        return False
    slack = Fraction(1, 2) / Fraction(10) ** typed.decimals if typed.decimals and typed.decimals > 0 else 0
    for given, want in zip(flat(value), flat(typed.value), strict=True):
        noise = NOISE * distance(want, 0) if isinstance(given, float) else 0
        if given != want and (is_whole(given) or distance(given, want) > max(slack, noise)):
            return False
    return True


def alike(value: Any, wanted: Nested) -> bool:
    """Say whether two answers have the same form: numbers, or lists of as many."""
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(alike(a, b) for a, b in zip(value, wanted, strict=True))
    return isinstance(value, int | float | Fraction) and not isinstance(wanted, list)


def flat(value: Any) -> list[Any]:
    """Return the numbers of an answer in order."""
    if isinstance(value, list | tuple):
        return [number for item in value for number in flat(item)]
    return [value]


def is_whole(value: Any) -> bool:
    """Say whether a value is a whole number (and no yes or no)."""
    return isinstance(value, int) and not isinstance(value, bool)


def one_row(value: Any, between: str = "") -> str:
    """Write an answer on one row: (2, 1); a size, whose sides have something `between` them, as 25×26×26."""
    if isinstance(value, list):
        if between and all(map(is_whole, value)):
            return between.join(map(str, value))
        return "(" + ", ".join(one_row(item, between) for item in value) + ")"
    return "–" if value is None else significant_text(value)
