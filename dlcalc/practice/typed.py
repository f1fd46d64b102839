"""Reading an answer as people type it: a number, a size, a list or a matrix, a formula of numbers.

No text is ever run: a closed formula (`√2/2`) is read by `dlcalc.practice.closed`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from dlcalc.core.lists import DEEPEST, UNLIMITED, ListReader
from dlcalc.core.modes import LEAST_DIGITS
from dlcalc.core.values import Nested, decimals_for, flat, plain, read_number, unreadable
from dlcalc.errors import Text, UnreadableError
from dlcalc.practice.closed import MOST_BITS, ONLY_IN_FORMULAS, read_closed

LONGEST = 10_000
"""Characters that an answer may have."""


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer that was read: its value, exact, and with how many decimals and significant digits it was written.

    `decimals` is the most any number in it has (0 for whole numbers, negative for 1.05e8); None where a fraction was
    or a formula was typed, which is exact. `places` are the decimals of each number of a list, in order; empty where
    they all have `decimals`.
    """

    text: str
    value: Nested
    decimals: int | None
    significant: int
    places: tuple[int | None, ...] = ()

    @property
    def halves(self) -> list[Fraction | None]:
        """Half a unit of the last digit of each number; None where it was typed exactly."""
        decimals = self.places or (self.decimals,) * len(flat(self.value))
        return [None if d is None else Fraction(1, 2) / Fraction(10) ** d for d in decimals]

    @property
    def worked(self) -> list[int | None]:
        """The decimals each number was probably worked with; None where it was typed exactly.

        Who works with two decimals still writes 0.0038 for a small number, and not 0.00: it shows two digits, and the
        others of its list, if any, show with how many decimals.
        """
        numbers, decimals = flat(self.value), self.places or (self.decimals,) * len(flat(self.value))
        short = [
            d is not None and d > LEAST_DIGITS and 0 < abs(n) < Fraction(1, 10) and d <= decimals_for(n, LEAST_DIGITS)
            for n, d in zip(numbers, decimals, strict=True)
        ]
        usual = max((d for d, few in zip(decimals, short, strict=True) if d is not None and not few), default=0)
        least = max(usual, LEAST_DIGITS)
        return [min(d, least) if few and d is not None else d for d, few in zip(decimals, short, strict=True)]

    def with_full_zeros(self) -> Typed:
        """Return a list whose zeros have the decimals of the others: 0.0 beside 0.0015 is written short."""
        numbers = flat(self.value)
        others = [d for n, d in zip(numbers, self.worked, strict=True) if n and d is not None]
        if not others or all(numbers):
            return self
        places = (d if n or d is None else max(d, *others) for n, d in zip(numbers, self.places, strict=True))
        return replace(self, places=tuple(places))

    @property
    def parts(self) -> list[Typed]:
        """The items of a list, each as it would have been typed alone."""
        found, start = [], 0
        for item in self.value if isinstance(self.value, list) else [self.value]:
            end = start + len(flat(item))
            found.append(replace(self, value=item, places=self.places[start:end]))
            start = end
        return found

    @property
    def transposed(self) -> Typed:
        """A matrix with its rows as columns."""
        assert isinstance(self.value, list)
        rows = [row if isinstance(row, list) else [row] for row in self.value]
        wide = len(rows[0])
        places = tuple(self.places[at] for first in range(wide) for at in range(first, len(self.places), wide))
        return replace(self, value=[list(column) for column in zip(*rows, strict=True)], places=places)


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
    source = _undressed(plain(text))
    if not source.strip():
        raise unreadable(text, 0, Text("There is no answer here.", "这里没有答案。"))
    source, columns = _shortened(source, single)
    try:
        value, decimals, significant, places = _read(text, source, single)
        typed = Typed(given.strip(), value, decimals, significant, places if isinstance(value, list) else ())
        return typed.with_full_zeros() if isinstance(value, list) else typed
    except UnreadableError as error:
        if len(source) != len(text):
            error.column = columns[error.column]
        raise


def _read(text: str, source: str, single: bool) -> tuple[Nested, int | None, int, tuple[int | None, ...]]:
    """Return the value, its decimals, its significant digits, and the decimals of each number."""
    cut = _CUT_OFF.fullmatch(source)
    if cut:  # 0.66… lies between 0.66 and 0.67: half-way, half a unit away from both
        number, decimals, significant, _ = _read(text, cut[1], single)
        half = Fraction(1, 2) / 10 ** len(cut[1].partition(".")[2])
        return number + (-half if cut[1][0] == "-" else half), decimals, significant, ()
    if _is_formula(source, single):
        return *_formula(text, source), UNLIMITED, ()
    if not single and _PRODUCT_OF_SIZES.fullmatch(source):
        source = source.replace("*", "x")  # 25·26·26 where a shape is wanted
    reader = ListReader(text, source, "xX,", lambda text, source, at: read_closed(text, source, at, item=True))
    value = reader.read()
    while isinstance(value, list) and len(value) == 1 and (single or not isinstance(value[0], list)):
        value = value[0]  # (26) is 26, and where one number is wanted ((26)) too
    return value, reader.decimals, reader.significant, reader.each_decimals


def _formula(text: str, source: str) -> tuple[Nested, None]:
    value, _ = read_closed(text, source.rstrip(), 0)
    return value, None


def _is_formula(source: str, single: bool) -> bool:
    """Say whether the whole answer is one formula: where one number is wanted, blanks and x part no list."""
    if not single or ";" in source or "[" in source or _NUMBER.fullmatch(source) or _SIZE.fullmatch(source):
        return False
    return bool(ONLY_IN_FORMULAS.search(source)) and "," not in _BRACKETED.sub("", source)


def _undressed(source: str) -> str:
    """Return an answer with what people put around a number as blanks: `≈ 0.33`, `= 26`, `0.755 (rounded)`."""
    for dress in (_BEFORE, _BEHIND, _LAST_STOP):
        match = dress.search(source)
        if match:
            source = source[: match.start()] + " " * len(match[0]) + source[match.end() :]
    return _APART.sub(lambda match: match[1] + match[3] + match[2], source)


def _shortened(source: str, single: bool) -> tuple[str, list[int]]:
    """Return an answer with powers of ten as 1.05e8 and thousands joined, and the column of each character left."""
    columns = list(range(len(source) + 1))
    for match in reversed(list(_TIMES_TEN.finditer(source))):
        power = "e" + (match[3] or match[4] or match[5].translate(_LOWERED))
        start, end = match.end(2), match.end()
        source = source[:start] + power + source[end:]
        columns[start:end] = [start] * len(power)
    if single and _GROUPED.fullmatch(source.strip()):
        kept = [at for at, character in enumerate(source) if character != "," and not character.isspace()]
        source, columns = "".join(source[at] for at in kept), [columns[at] for at in kept] + columns[-1:]
    return source, columns


_DIGITS = r"(?:\d+(?:\.\d*)?|\.\d+)"
_UNSIGNED = rf"{_DIGITS}(?:[eE][+-]?\d+)?"
_NUMBER = re.compile(rf"\s*[+-]?{_UNSIGNED}(?:/{_UNSIGNED})?\s*(?:%\s*)?")
_SIZE = re.compile(r"\s*\d+(?:\s*[xX]\s*\d+)+\s*")
_PRODUCT_OF_SIZES = re.compile(r"\s*\d+(?:\s*\*\s*\d+)+\s*")
_BRACKETED = re.compile(r"\([^()]*\)")
_BEFORE = re.compile(r"^\s*(?:=\s*)?(?:[=≈~≃≅≐]|约等于|大约|约为?|approx(?:imately)?\b\.?|about\b|ca\.)")
_BEHIND = re.compile(
    r"\(\s*(?:rounded|approx|about|exact|已?四舍五入|近似|精确|约|保留)[^()]{0,40}\)\s*$", re.IGNORECASE
)
_LAST_STOP = re.compile(r"(?<=[\])%])\.\s*$|(?<=\.\d)\.\s*$|(?<=\.\d\d)\.\s*$|(?<=\.\d\d\d)\.\s*$")
"""The stop of a sentence, behind a number that has its point already."""
_APART = re.compile(r"((?:^|(?<=[,;(\[]))\s*)([+-])(\s+)(?=[\d.])")
"""A sign set apart from its number."""
_CUT_OFF = re.compile(r"\s*([+-]?\d*\.\d+)\s*(?:…|⋯|\.{3,6})\s*")
"""A decimal that goes on."""
_TIMES_TEN = re.compile(
    rf"((?:^|(?<=[,;(\[]))\s*)([+-]?{_DIGITS})\s*[xX*]\s*10\s*"
    r"(?:(?:\^|\*\*)\s*(?:\(\s*([+-]?\d+)\s*\)|([+-]?\d+))|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))(?=\s*(?:$|[,;)\]]))"
)
"""1.05×10^8, where nothing stands before or behind it."""
_LOWERED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\s\d{3})+)(\.\d+)?")
"""A number with its thousands set apart, as in 34,848."""


YES = frozenset({"true", "yes", "y", "1", "是", "对"})
NO = frozenset({"false", "no", "n", "0", "否", "错"})


def read_decision(raw: object) -> Typed:
    """Read an answer that is yes or no.

    Raises:
        InputError: if it is neither.
    """
    text = plain(_written(raw, 0) if not isinstance(raw, str | bool) else str(raw)[:LONGEST]).strip().lower()
    if text not in YES | NO:
        raise unreadable(text[:60], 0, Text("Yes or no is wanted here.", "这里需要回答 yes 或 no（是或否）。"))
    return Typed(text, int(text in YES), 0, 99)


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
