"""Reading numbers, vectors and matrices as people type them: `26`, `(1, 2)`, `1,2; 3,4`, `[[1, 2], [3, 4]]`.

Used for inputs and for answers; it notes with how many digits each number was typed. Never evaluates anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from dlcalc.core.values import Nested, Number, scan_number, unreadable, whole
from dlcalc.errors import Text, UnreadableError

DEEPEST = 6
"""Brackets that may stand inside each other."""


UNLIMITED = 99
"""Significant digits of what was typed exactly."""


_PERCENT = re.compile(r"\s+%")
_OPERATOR = re.compile(r"\s*[*/^√]|\s+[+-]\s|[-+⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]")
"""What follows a number, or a closing bracket, that is only the first part of a formula."""


class ListReader:
    """Reads a number, or items up to the closing bracket; `;` parts rows. Remembers with how many digits.

    Args:
        text: what was typed.
        source: the same in ASCII, as `values.plain` gives it.
        between: the signs that part two numbers of a row, besides blanks.
        closed: reads an item that is no plain number: of (text, source, column) its value and the column behind it.
    """

    def __init__(
        self,
        text: str,
        source: str,
        between: str = ",",
        closed: Callable[[str, str, int], tuple[Number, int]] | None = None,
    ) -> None:
        self.text, self.source, self.at = text, source, 0
        self.between, self.closed = between, closed
        self.places: list[int] = []
        self.exact = False
        self.digits: list[int] = []
        self.each: list[tuple[int, int] | None] = []

    @property
    def each_decimals(self) -> tuple[int | None, ...]:
        """The decimals of every number, in the order they were read; None where it was a fraction or a formula.

        A whole number of one digit is taken to be written short beside longer ones: 2 beside 0.91 is 2.00.
        """
        finest = max(self.places, default=0)
        return tuple(
            None if one is None else one[0] if one[0] > 0 or one[1] > 1 else max(one[0], finest) for one in self.each
        )

    @property
    def decimals(self) -> int | None:
        """The most decimals of any number read; None where fractions or formulas were, and no decimals beside them."""
        finest = max(self.places, default=0)
        return None if self.exact and finest <= 0 else finest

    @property
    def significant(self) -> int:
        """The significant digits: of a list with decimals, those of its largest number with as many decimals.

        0.09, 0.24, 0.67 has two, and so has 0.9, 2 (which is 0.9, 2.0): a list is rounded to one number of decimals.
        Of whole numbers it is the least, of fractions no limit.
        """
        if not self.digits:
            return UNLIMITED
        finest = max(self.places)
        if finest <= 0:
            return max(min(self.digits), 1)
        return max([1, *(d + finest - p for d, p in zip(self.digits, self.places, strict=True) if d)])

    def read(self) -> Nested:
        """Return the number or the nested lists.

        Raises:
            UnreadableError: with the column where the text stops making sense.
        """
        return self._items("", 0)

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
            elif character in self.between and not separated:
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
        if opening in "([" and not (self.closed and opening == "(" and self._is_factor()):
            if depth >= DEEPEST:
                raise unreadable(self.text, self.at, Text("The brackets are nested too deep.", "括号嵌套太深。"))
            self.at += 1
            item = self._items(")" if opening == "(" else "]", depth + 1)
            self.at += 1
            return item
        start = self.at
        try:
            number, self.at = scan_number(self.text, start, self.source)
        except UnreadableError:
            if self.closed is None:
                raise
            return self._formula(start)
        percent = _PERCENT.match(self.source, self.at)
        if percent:
            number, self.at = whole(Fraction(number) / 100), percent.end()
        after = self.source[self.at : self.at + 1]
        ends = not after or after.isspace() or after in self.between or after in ";)]"
        if self.closed and (not ends or _OPERATOR.match(self.source, self.at)):
            return self._formula(start)
        if not ends:
            raise unreadable(self.text, self.at)  # 28-3+1 and 1.2.3 are no lists
        self._count(self.source[start : self.at])
        return number

    def _formula(self, start: int) -> Number:
        """Return the value of an item that is a formula: exact, whatever digits it has."""
        assert self.closed is not None
        value, self.at = self.closed(self.text, self.source, start)
        self.exact = True
        self.each.append(None)
        return value

    def _is_factor(self) -> bool:
        """Say whether the bracket that opens here is part of a formula, as in (1 + 2)/3."""
        depth = 0
        for at in range(self.at, len(self.source)):
            depth += (self.source[at] in "([") - (self.source[at] in ")]")
            if depth == 0:
                return bool(_OPERATOR.match(self.source, at + 1))
        return False

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
            self.each.append(None)
            return
        mantissa, _, power = word.rstrip("%").strip().lower().partition("e")
        whole, _, fraction = mantissa.partition(".")
        digits = (whole + fraction).lstrip("+-0")
        self.digits.append(len(digits))
        self.places.append(len(fraction) - int(power or 0) + (2 if word.endswith("%") else 0))
        self.each.append((self.places[-1], len(digits) or len(fraction)))
