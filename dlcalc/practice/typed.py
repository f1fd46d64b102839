"""Reading an answer as people type it: a number, a size, a list or a matrix. Never evaluates anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dlcalc.core.lists import DEEPEST, ListReader
from dlcalc.core.values import Nested, plain, read_number, unreadable
from dlcalc.errors import Text

LONGEST = 10_000
"""Characters that an answer may have."""


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer that was read: its value, exact, and with how many decimals and significant digits it was written.

    `decimals` is the most any number in it has (0 for whole numbers, negative for 1.05e8); None where a fraction was
    typed, which is exact.
    """

    text: str
    value: Nested
    decimals: int | None
    significant: int


def read_answer(raw: object, *, single: bool = False) -> Typed:
    """Read an answer given as text, a Python number or nested lists.

    Args:
        raw: what was typed.
        single: whether one number is wanted, so that 4,800 is no list.

    Raises:
        InputError: with the column of the first character that cannot be read.
    """
    given = text = raw if isinstance(raw, str) else _written(raw, 0)
    if len(text) > LONGEST:
        raise unreadable(
            text[:60], 0, Text("The answer is longer than {most} characters.", "答案超过 {most} 个字符。"), most=LONGEST
        )
    source = plain(text)
    if not source.strip():
        raise unreadable(text, 0, Text("There is no answer here.", "这里没有答案。"))
    if single and "10" in source:
        source = _TIMES_TEN.sub(r"e\1", source)
    if single and _GROUPED.fullmatch(source.strip()):
        source = source.replace(",", "").replace(" ", "")
    if len(source) != len(text):
        text = source  # digits were joined: columns are those of what is read
    reader = ListReader(text, source, "xX,")
    value = reader.read()
    while isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list):
        value = value[0]  # (26) is 26
    return Typed(given.strip(), value, reader.decimals, reader.significant)


YES = frozenset({"true", "yes", "y", "1", "是", "对"})
NO = frozenset({"false", "no", "n", "0", "否", "错"})


def read_decision(raw: object) -> Typed:
    """Read an answer that is yes or no.

    Raises:
        InputError: if it is neither.
    """
    text = str(raw).strip().lower()
    if text not in YES | NO:
        raise unreadable(str(raw)[:60], 0, Text("Yes or no is wanted here.", "这里需要回答 yes 或 no（是或否）。"))
    return Typed(text, int(text in YES), 0, 99)


_TIMES_TEN = re.compile(r"\s*[x*]\s*10\s*(?:\^|\*\*)\s*([+-]?\d+)")
"""The power of ten of 1.05×10^8."""
_GROUPED = re.compile(r"[+-]?\d{1,3}([, ]\d{3})+(\.\d+)?")
"""A number with its thousands set apart, as in 34,848."""


def _written(raw: Any, depth: int) -> str:
    """Write Python numbers and lists as a person would type them."""
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
    if isinstance(raw, str):  # a number among others, kept as it was written
        read_number(raw)
        return raw
    if isinstance(raw, list | tuple) and depth < DEEPEST:
        return "[" + ", ".join(_written(item, depth + 1) for item in raw) + "]"
    if isinstance(raw, bool) or not isinstance(raw, int | float | Fraction):
        raise unreadable(type(raw).__name__, 0)
    if isinstance(raw, float):
        return repr(raw)
    if max(raw.numerator.bit_length(), raw.denominator.bit_length()) > MOST_BITS:
        raise unreadable("…", 0, Text("That number has too many digits.", "这个数的位数太多。"))
    return str(raw)


MOST_BITS = 1_300
"""Whole numbers of more bits (some 400 digits) are refused."""
