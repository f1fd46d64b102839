"""Numbers: reading what people type, rounding as on paper, and writing them for people.

A whole number is an `int`, any other exact number a `Fraction`, everything that went through exp, tanh or a
root a `float`. Arrays are `dlcalc.core.arrays.Array`, imported only where a topic has one.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from dlcalc.errors import InputError, Text, UnreadableError

if TYPE_CHECKING:
    from dlcalc.core.arrays import Array

Number: TypeAlias = int | Fraction | float
Value: TypeAlias = "Number | Array"
Nested: TypeAlias = "Number | list[Nested]"

SIGNIFICANT = 6
"""Significant digits shown unless a run says otherwise."""

LARGEST_EXPONENT = 400
"""A typed number with a larger power of ten is refused before it is expanded."""

_NUMBER = re.compile(r"(?P<digits>\d+(?:\.\d*)?|\.\d+)(?:[eE](?P<power>[+-]?\d+)|(?:\^|\*\*)(?P<exponent>\d+))?")
_SIGNS = str.maketrans(
    {"−": "-", "–": "-", "﹣": "-", "‐": "-", "‑": "-", "×": "x", "✕": "x", "·": "*", "⋅": "*", "∙": "*", "∗": "*"}
    | {"÷": "/", "∕": "/", "⁄": "/", "，": ",", "；": ";", "、": ",", "：": ":", "。": "."}
    | {"【": "[", "】": "]", "〔": "(", "〕": ")"}
    | dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u202c\u202d\u2060\ufeff\u3000", " ")
)
"""Signs and their ASCII twins; marks that nobody sees, which pages and calculators put beside numbers, are blanks."""


_FULL_WIDTH = ord("！") - ord("!")


def plain(text: str) -> str:
    """Return `text` with the digits of every script, Chinese punctuation and Unicode signs as their ASCII twins.

    Same length as `text`, so that a column found in one is a column of the other.
    """
    if text.isascii():
        return text
    return "".join(
        chr(ord(c) - _FULL_WIDTH) if "！" <= c <= "～" else c if c.isascii() or not c.isdecimal() else str(int(c))
        for c in text.translate(_SIGNS)
    )


def exact(number: int | float | Fraction) -> int | Fraction:
    """Return `number` exactly; a float stands for its shortest decimal, so 0.1 is 1/10.

    Raises:
        InputError: for nan and the infinities.
    """
    if isinstance(number, int):
        return int(number)
    if isinstance(number, float):
        if not math.isfinite(number):
            raise InputError(
                Text("{number} is not a finite number.", "{number} 不是有限的数。"),
                Text("Type a number such as 0.35.", "请输入像 0.35 这样的数。"),
                number=number,
            )
        number = Fraction(repr(number))
    return whole(number)


def whole(number: Fraction) -> int | Fraction:
    """Return a fraction that is a whole number as an `int`."""
    return number.numerator if number.denominator == 1 else number


def read_number(text: str) -> int | Fraction:
    """Read one typed number exactly: `28`, `0.35`, `.33`, `1/3`, `1e-3`, `33%`, `２６`, `−4`.

    Raises:
        UnreadableError: with the column of the first character that does not fit.
    """
    value, end = scan_number(text, 0)
    if text[end:].strip():
        raise unreadable(text, end + len(text[end:]) - len(text[end:].lstrip()))
    return value


def scan_number(text: str, start: int, source: str | None = None) -> tuple[int | Fraction, int]:
    """Read the number that begins at column `start`; return it and the column after it.

    `source` is the text as `plain` gives it, for a caller that reads many numbers from one text.
    """
    source = plain(text) if source is None else source
    at = _after_blanks(source, start)
    sign = 1
    if source[at : at + 1] in {"+", "-"} and source[at : at + 1]:
        sign = -1 if source[at] == "-" else 1
        at += 1
    value, at = _scan_unsigned(text, source, at)
    if source[at : at + 1] == "/":
        below, end = _scan_unsigned(text, source, at + 1)
        if below == 0:
            raise unreadable(text, at + 1, Text("A number cannot be divided by 0.", "不能除以 0。"))
        value, at = whole(Fraction(value) / below), end
    if source[at : at + 1] == "%":
        value, at = whole(Fraction(value) / 100), at + 1
    return sign * value, at


_BLANKS = re.compile(r"\s*")


def _after_blanks(source: str, at: int) -> int:
    """Return the column of the next character that is no blank."""
    match = _BLANKS.match(source, at)
    return match.end() if match else at


def _scan_unsigned(text: str, source: str, at: int) -> tuple[int | Fraction, int]:
    match = _NUMBER.match(source, at)
    if not match:
        raise unreadable(text, at)
    digits, power = match["digits"], int(match["power"][:6]) if match["power"] else 0
    if match["exponent"]:
        exponent = int(match["exponent"][:6])
        if exponent * len(digits) <= LARGEST_EXPONENT:
            return whole(Fraction(digits) ** exponent), match.end()
        power = LARGEST_EXPONENT + 1  # too many digits to write out: refused below
    if len(digits) > LARGEST_EXPONENT or abs(power) > LARGEST_EXPONENT:
        raise unreadable(
            text,
            at,
            Text("That number has too many digits: at most {most} are read.", "这个数的位数太多：最多读取 {most} 位。"),
            most=LARGEST_EXPONENT,
        )
    if power == 0:
        head, _, tail = digits.partition(".")
        return whole(Fraction(int(head + tail), 10 ** len(tail))) if tail else int(head), match.end()
    return whole(Fraction(digits) * Fraction(10) ** power), match.end()


def unreadable(text: str, column: int, why: Text | None = None, **values: object) -> UnreadableError:
    """Return the error for typed text that stops making sense at `column` (from 0)."""
    return UnreadableError(
        why or Text("This is not a number dlcalc can read.", "dlcalc 读不懂这个数。"),
        Text(
            "Type a number (26, 0.35, 1/3), a size (25x26x26) or a list (0.35,0.9).",
            "请输入数（26、0.35、1/3）、尺寸（25x26x26）或列表（0.35,0.9）。",
        ),
        typed=text,
        column=min(column, len(text)),
        **values,
    )


def round_half_up(number: Number, decimals: int) -> Number:
    """Round to `decimals` places as taught in school: a half goes away from zero. 2.675 becomes 2.68.

    Negative `decimals` round to tens, hundreds, ….

    A float is rounded by the decimal a person would read (its shortest form), not by its binary value.
    """
    if (isinstance(number, int) and decimals >= 0) or (isinstance(number, float) and not math.isfinite(number)):
        return number
    scale = Fraction(10) ** decimals
    scaled = Fraction(exact(number)) * scale
    nearest = math.floor((-scaled if number < 0 else scaled) + Fraction(1, 2))
    rounded = whole(Fraction(-nearest if number < 0 else nearest) / scale)
    return float(rounded) if isinstance(number, float) else rounded


def decimals_for(number: Number, significant: int) -> int:
    """Return how many decimals show `number` to `significant` digits (negative for large numbers)."""
    if number == 0:
        return significant - 1
    size = Fraction(exact(number))
    size = -size if size < 0 else size
    top, bottom = size.numerator, size.denominator
    magnitude = len(str(top)) - len(str(bottom))
    if Fraction(10) ** magnitude > size:
        magnitude -= 1
    return significant - 1 - magnitude


def fixed(number: Number, decimals: int) -> str:
    """Write `number` with `decimals` places, half up, never as -0 and never with a power of ten."""
    digits = max(decimals, 0)
    scaled = abs(exact(number)) * 10**digits
    units = math.floor(scaled + Fraction(1, 2))
    if decimals < 0:
        step = 10**-decimals
        units = (units + step // 2) // step * step
    text = str(units).rjust(digits + 1, "0")
    if digits:
        text = f"{text[:-digits]}.{text[-digits:]}"
    return f"-{text}" if number < 0 and units else text


@lru_cache(maxsize=16_384, typed=True)
def significant_text(number: Number, significant: int = SIGNIFICANT) -> str:
    """Write `number` to `significant` digits: `0.333333`, `1234.5`, `1.2e-9`; whole numbers in full."""
    if isinstance(number, bool):
        return "true" if number else "false"
    if isinstance(number, int):
        return str(number)
    if isinstance(number, float) and not math.isfinite(number):
        return str(number)
    decimals = decimals_for(number, significant)
    if decimals > significant + 5 or (decimals < -8 and (isinstance(number, float) or not is_short(number))):
        mantissa_power = significant - 1 - decimals
        mantissa = exact(number) / Fraction(10) ** mantissa_power
        text = trim(fixed(whole(Fraction(mantissa)), significant - 1))
        if text.lstrip("-") == "10":  # 9.9999996 rounds up into the next power
            text, mantissa_power = text.replace("10", "1"), mantissa_power + 1
        return f"{text}e{mantissa_power}"
    if decimals < 0:
        decimals = 0
    return trim(fixed(number, decimals))


def is_short(number: Number) -> bool:
    """Say whether the exact number is a whole one."""
    return exact(number).denominator == 1


def trim(text: str) -> str:
    """Drop the zeros after the last useful decimal."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def flat(value: Any) -> list[Any]:
    """Return the numbers of a number, an array or nested lists, in order."""
    value = value.tolist() if hasattr(value, "tolist") else value
    return [number for item in value for number in flat(item)] if isinstance(value, list | tuple) else [value]


def exact_text(number: Number) -> str:
    """Write a number so that reading it back gives the same value: `1/3`, `26`, 17 digits of a float."""
    if isinstance(number, bool):
        return "true" if number else "false"
    if isinstance(number, float):
        return repr(number + 0.0)
    return str(number)


def terminating(number: Fraction) -> bool:
    """Say whether a fraction is a finite decimal (only twos and fives below the bar)."""
    below = number.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    return below == 1


def read_size(text: str) -> tuple[int, ...]:
    """Read `28`, `28x40`, `3×28×28` or `3,28,28` as whole numbers.

    Raises:
        UnreadableError: with the column where the text stops being a size.
    """
    sizes: list[int] = []
    at = 0
    source = plain(text)
    while True:
        start = _after_blanks(source, at)
        number, at = scan_number(text, at, source)
        if not isinstance(number, int):
            raise unreadable(text, start, Text("A size is made of whole numbers.", "尺寸由整数组成。"))
        sizes.append(number)
        at = _after_blanks(source, at)
        if at == len(source):
            return tuple(sizes)
        if source[at] not in "xX*,":
            raise unreadable(text, at)
        at += 1
        if not source[at:].strip():
            raise unreadable(
                text,
                at,
                Text("A number is missing after the '{sign}'.", "“{sign}” 后面缺一个数。"),
                sign=source[at - 1],
            )
