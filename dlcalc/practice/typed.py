"""Reading an answer as people type it: a number, a size, a list or a matrix. Never evaluates anything."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dlcalc.core.values import Nested, exact, plain, scan_number, unreadable
from dlcalc.errors import Text

LONGEST = 10_000
DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer that was read: its value, exact, and with how many decimals and significant digits it was written.

    `decimals` is None where every number was written exactly (whole numbers and fractions count as exact).
    """

    text: str
    value: Nested
    decimals: int | None
    significant: int


def read_answer(raw: object) -> Typed:
    """Read an answer given as text, a Python number or nested lists.

    Raises:
        InputError: with the column of the first character that cannot be read.
    """
    if isinstance(raw, str):
        return _read_text(raw)
    value = _exactly(raw)
    text = _written(raw)
    return Typed(text, value, *_digits(text))


def _exactly(raw: Any) -> Nested:
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
    if isinstance(raw, list | tuple):
        return [_exactly(item) for item in raw]
    if isinstance(raw, int | float | Fraction):
        return exact(raw)
    raise unreadable(str(raw), 0)


def _written(raw: Any) -> str:
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
    if isinstance(raw, list | tuple):
        return "[" + ", ".join(map(_written, raw)) + "]"
    return str(raw)


def _read_text(text: str) -> Typed:
    if len(text) > LONGEST:
        raise unreadable(
            text[:60], 0, Text("The answer is longer than {most} characters.", "答案超过 {most} 个字符。"), most=LONGEST
        )
    source = plain(text)
    if not source.strip():
        raise unreadable(text, 0, Text("There is no answer here.", "这里没有答案。"))
    value, end = _sequence(text, source, 0, 0, "")
    if end < len(source):
        raise unreadable(text, end)
    return Typed(text.strip(), value, *_digits(source))


def _sequence(text: str, source: str, at: int, depth: int, closing: str) -> tuple[Nested, int]:
    """Read items up to `closing`: a lone number stays a number at the top, `;` parts rows."""
    rows: list[list[Nested]] = [[]]
    separated = True
    while True:
        at = _skip(source, at)
        if at >= len(source) or source[at] in ")]":
            if at < len(source) and source[at] != closing:
                raise unreadable(text, at, Text("This bracket closes nothing.", "这个括号没有对应的左括号。"))
            if at >= len(source) and closing:
                raise unreadable(
                    text, at, Text("A closing '{closing}' is missing.", "缺少右括号 “{closing}”。"), closing=closing
                )
            break
        character = source[at]
        if character == ";":
            rows.append([])
            at, separated = at + 1, True
            continue
        if character in "xX*," and not separated:
            at, separated = at + 1, True
            continue
        if character in "([":
            if depth >= DEEPEST:
                raise unreadable(text, at, Text("The brackets are nested too deep.", "括号嵌套太深。"))
            item, at = _sequence(text, source, at + 1, depth + 1, ")" if character == "(" else "]")
            at += 1
        else:
            item, at = scan_number(text, at)
        rows[-1].append(item)
        separated = False
        if at < len(source) and ((source[at].isalnum() and source[at] not in "xX") or source[at] in ".(["):
            raise unreadable(text, at)  # 1.2.3 is no list of two numbers
    if separated or not all(rows):
        raise unreadable(text, at, Text("A number is missing here.", "这里缺一个数。"))
    if len(rows) > 1:
        return [list(row) for row in rows], at
    if not closing and len(rows[0]) == 1:
        return rows[0][0], at
    return list(rows[0]), at


def _skip(source: str, at: int) -> int:
    while at < len(source) and source[at].isspace():
        at += 1
    return at


def _digits(source: str) -> tuple[int | None, int]:
    """Return (most decimals written or None, fewest significant digits) of the decimals in a text."""
    decimals: int | None = None
    fewest = 99
    for word in _words(source):
        mantissa, _, power = word.lower().partition("e")
        whole, point, fraction = mantissa.partition(".")
        digits = (whole + fraction).lstrip("0")
        fewest = min(fewest, max(len(digits), 1))
        if point or power:
            places = len(fraction) - (int(power) if power.lstrip("+-").isdigit() else 0)
            decimals = max(decimals or 0, places)
    return decimals, fewest


def _words(source: str) -> list[str]:
    words, word = [], ""
    for character in source + " ":
        if (
            character.isdigit()
            or character == "."
            or (word and character in "eE")
            or (word[-1:] in ("e", "E") and character in "+-")
        ):
            word += character
        elif word:
            words.append(word)
            word = ""
    return words
