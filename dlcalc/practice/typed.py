"""Reading an answer as people type it: a number, a size, a list or a matrix. Never evaluates anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dlcalc.core.values import Nested, plain, scan_number, unreadable
from dlcalc.errors import Text

LONGEST = 10_000
DEEPEST = 4


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
    text = raw if isinstance(raw, str) else _written(raw, 0)
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
    reader = _Reader(text, source)
    value = reader.read()
    return Typed(text.strip(), value, reader.decimals, reader.significant)


_TIMES_TEN = re.compile(r"\s*[x*]\s*10\s*(?:\^|\*\*)\s*([+-]?\d+)")
"""The power of ten of 1.05×10^8."""
_GROUPED = re.compile(r"[+-]?\d{1,3}([, ]\d{3})+(\.\d+)?")
"""A number with its thousands set apart, as in 34,848."""


def _written(raw: Any, depth: int) -> str:
    """Write Python numbers and lists as a person would type them."""
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
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


class _Reader:
    """Reads a number, or items up to the closing bracket; `;` parts rows. Remembers with how many digits."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source, self.at = text, source, 0
        self.places: list[int] = []
        self.exact = False
        self.significant = 99

    @property
    def decimals(self) -> int | None:
        """The most decimals of any number read; None where one was a fraction."""
        return None if self.exact else max(self.places)

    def read(self) -> Nested:
        value = self._items("", 0)
        while isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list):
            value = value[0]  # (26) is 26
        return value

    def _items(self, closing: str, depth: int) -> Nested:
        rows: list[list[Nested]] = [[]]
        separated = True
        while self._blank():
            character = self.source[self.at]
            if character in ")]":
                break
            if character == ";":
                rows.append([])
                self.at, separated = self.at + 1, True
            elif character in "xX," and not separated:
                self.at, separated = self.at + 1, True
            else:
                rows[-1].append(self._item(depth))
                separated = False
        self._close(closing)
        if separated or not all(rows):
            raise unreadable(self.text, self.at, Text("A number is missing here.", "这里缺一个数。"))
        if len(rows) > 1:
            return [list(row) for row in rows]
        return rows[0][0] if not closing and len(rows[0]) == 1 else list(rows[0])

    def _item(self, depth: int) -> Nested:
        opening = self.source[self.at]
        if opening in "([":
            if depth >= DEEPEST:
                raise unreadable(self.text, self.at, Text("The brackets are nested too deep.", "括号嵌套太深。"))
            self.at += 1
            item = self._items(")" if opening == "(" else "]", depth + 1)
            self.at += 1
            return item
        start = self.at
        number, self.at = scan_number(self.text if len(self.text) == len(self.source) else self.source, start)
        self._count(self.source[start : self.at])
        after = self.source[self.at : self.at + 1]
        if after and not (after.isspace() or after in "xX,;)]"):
            raise unreadable(self.text, self.at)  # 28-3+1 and 1.2.3 are no lists
        return number

    def _blank(self) -> bool:
        """Step over blanks; say whether anything follows."""
        while self.source[self.at : self.at + 1].isspace():
            self.at += 1
        return self.at < len(self.source)

    def _close(self, closing: str) -> None:
        found = self.source[self.at : self.at + 1]
        if found == closing:
            return
        if found:
            raise unreadable(self.text, self.at, Text("This bracket closes nothing.", "这个括号没有对应的左括号。"))
        raise unreadable(
            self.text, self.at, Text("A closing '{closing}' is missing.", "缺少右括号 “{closing}”。"), closing=closing
        )

    def _count(self, word: str) -> None:
        """Take note of the digits a number was typed with."""
        if "/" in word or "^" in word or "*" in word:
            self.exact = True
            return
        mantissa, _, power = word.strip().rstrip("%").lower().partition("e")
        whole, _, fraction = mantissa.partition(".")
        digits = (whole + fraction).lstrip("+-0")
        self.significant = min(self.significant, max(len(digits), 1))
        self.places.append(len(fraction) - int(power or 0) + (2 if word.endswith("%") else 0))
