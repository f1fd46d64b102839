"""Closed formulas of numbers, as a student types an exact value: `√2/2`, `1/(1+e^-2)`, `2½`, `3·4`, `10⁻³`.

What is typed is rewritten word by word into the project's own formula language, which `formula.read_typed` reads
behind its guards; only words that are known here get that far. Nothing is run, and no number outgrows `MOST_BITS`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from fractions import Fraction
from typing import Any, TypeAlias

from dlcalc.core.formula import LONGEST_TYPED, Apply, Name, Node, Number, read_typed
from dlcalc.core.values import unreadable
from dlcalc.errors import CalculationError, FormulaError, Text

Real: TypeAlias = int | Fraction | float

MOST_BITS = 1_300
"""Numbers of more bits (some 400 digits), above or below the bar, are refused, on the way too."""

CONSTANTS = {"e": math.e, "pi": math.pi}
FUNCTIONS = frozenset({"sqrt", "exp", "ln", "tanh", "sigmoid", "abs", "max", "min"})
_ALLOWED = FUNCTIONS | {"+", "-", "*", "/", "**", "neg"}

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2}(?!\d))?"
_PARTS = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_WORD = re.compile(
    rf"(?P<mixed>(?:\d+\s*)?[{_PARTS}])|(?P<root>√\s*(?:{_NUMBER}|[{_PARTS}]|π|pi\b|e\b|(?=\()))|(?P<number>{_NUMBER})"
    rf"|(?P<log>ln\s*(?:{_NUMBER}|[{_PARTS}]|π|pi\b)(?=\s*(?:[-+,;)\]]|$)))|(?P<times>[xX](?![A-Za-z_]))|(?P<name>[A-Za-z_]\w*|[πσ])|(?P<sign>\*\*|[-+*/^(),])"
    rf"|(?P<raised>[⁺⁻]?[{_RAISED}]+)|(?P<blank>\s+)",
    re.ASCII,
)
_GREEK = {"π": "pi", "σ": "sigmoid"}
_LOWERED = str.maketrans("⁺⁻" + _RAISED, "+-0123456789")

ONLY_IN_FORMULAS = re.compile(rf"[√π*/^+{_RAISED}{_PARTS}]|[a-z]\s*\(|ln|\d\s*-|\)\s*-", re.ASCII)
"""What no list of plain numbers has in it."""


def read_closed(text: str, source: str, start: int, *, item: bool = False) -> tuple[Real, int]:
    """Read the closed formula that begins at column `start`; return its value and the column behind it.

    Args:
        text: what was typed, for messages.
        source: the same with ASCII signs, as `values.plain` gives it.
        start: where the formula begins.
        item: whether it is an item of a list, which a comma, semicolon, x or closing bracket ends.

    Raises:
        UnreadableError: with the column of what is no part of a formula, or where one without a value begins.
    """
    written, columns, end = _written(text, source, start, item)
    try:
        node = read_typed(written)
    except FormulaError as error:
        where = getattr(error.__cause__, "offset", None)
        column = columns[where - 1] if where and where <= len(columns) else end if where else start
        raise unreadable(text, column, _why(error)) from None
    try:
        return _value(node), end
    except OverflowError:
        raise unreadable(text, start, _TOO_LARGE) from None
    except CalculationError as error:
        raise unreadable(text, start, Text(error.message("en"), error.message("zh"))) from None


def _why(error: FormulaError) -> Text | None:
    """Say why a formula was refused, unless it is just no formula."""
    return None if error.__cause__ or "shown" in error.values else Text(error.message("en"), error.message("zh"))


def _written(text: str, source: str, start: int, item: bool) -> tuple[str, list[int], int]:
    """Return the formula in the formula language, the column each of its characters comes from, and its end."""
    written = ""
    columns: list[int] = []
    at, depth, before = start, 0, ""  # before: "number" ended, "+" or "-" stands there, or neither
    while at < len(source) and not (item and depth == 0 and source[at] in ",;)]xX"):
        match = _WORD.match(source, at)
        if match is None:
            raise unreadable(text, at)
        kind, end = match.lastgroup, match.end()
        if kind == "blank":
            at = end
            continue
        word = _translated(match, text)
        apart = bool(written) and source[at - 1].isspace()
        if before == "number" and (kind in ("number", "mixed", "root", "log", "name") or word == "("):
            if kind in ("number", "mixed") or word == "(" or (item and apart) or _is_lone_e(word, source, end):
                raise unreadable(text, at, _NO_SIGN if apart or word == "(" else None)
            word = "*" + word  # 2√3
        elif before != "number" and word in ("*", "/", "**"):
            raise unreadable(text, at)
        elif word in ("+", "-") and (before in ("+", "-") or (item and apart and not source[end : end + 1].isspace())):
            raise unreadable(text, at)  # --1; √2 -1 in a list
        depth += (word == "(") - (word == ")")
        if depth < 0:
            raise unreadable(text, at, Text("This bracket closes nothing.", "这个括号没有对应的左括号。"))
        written += word
        columns += [at] * len(word)
        if len(written) > LONGEST_TYPED:
            raise unreadable(text, at, Text("The formula is too long.", "公式太长。"))
        is_number = word == ")" or (kind not in ("sign", "times") and word.lstrip("*") not in FUNCTIONS)
        before, at = "number" if is_number else word, end
    if depth:
        raise unreadable(text, at, Text("A closing ')' is missing.", "缺少右括号 “)”。"))
    if before != "number":
        raise unreadable(text, at, Text("A number is missing here.", "这里缺一个数。"))
    return written, columns, at


_NO_SIGN = Text("A sign such as * or a comma is missing here.", "这里缺少运算符（如 *）或逗号。")


def _is_lone_e(word: str, source: str, end: int) -> bool:
    """Say whether an e behind a number is no power of e, but a power of ten left unfinished, as in 1e."""
    return word == "e" and not re.match(rf"\s*(?:\^|\*\*|[⁺⁻{_RAISED}])", source[end:])


def _translated(match: re.Match[str], text: str) -> str:
    """Return one word in the formula language."""
    word = match[0]
    match match.lastgroup:
        case "number":
            return _digits(word)
        case "mixed":
            whole = word[:-1].strip()
            return f"({_digits(whole)}+{_part(word[-1])})" if whole else f"({_part(word)})"
        case "root":
            under = word[1:].strip()
            return f"sqrt({_under_root(under)})" if under else "sqrt"
        case "log":  # ln 2/3 is not taken: nobody knows what is under it
            return f"ln({_under_root(word[2:].strip())})"
        case "raised":
            return f"**({word.translate(_LOWERED)})"
        case "times":
            return "*"
        case "name":
            name = _GREEK.get(word, word)
            if name in FUNCTIONS and not re.match(r"\s*\(", match.string[match.end() :]):
                raise unreadable(text, match.end(), _BRACKETS, function=name)
            if name in FUNCTIONS or name in CONSTANTS:
                return name
            if name == "log":
                raise unreadable(text, match.start(), _WHICH_BASE)
            alone = Text("'{word}' is no number: give the number alone.", "“{word}” 不是数：请只写数。")
            raise unreadable(text, match.start(), alone, word=name[:30])
    return "**" if word == "^" else word


_WHICH_BASE = Text(
    "The base of log is not clear: write ln(2) for the natural logarithm.",
    "log 的底不明确：自然对数请写 ln(2)。",
)
_BRACKETS = Text("Brackets are missing behind {function}: {function}(2).", "{function} 后缺少括号：{function}(2)。")


def _under_root(word: str) -> str:
    if word in _PARTS:
        return _part(word)
    return _digits(word) if word[0] in ".0123456789" else _GREEK.get(word, word)


def _digits(number: str) -> str:
    """Return a number without the zeros in front that the formula language does not take."""
    stripped = number.lstrip("0")
    return stripped if stripped[:1].isdigit() else "0" + stripped


def _part(character: str) -> str:
    """Return ½ as 1/2."""
    return unicodedata.normalize("NFKC", character).replace("\N{FRACTION SLASH}", "/")


def _value(node: Node) -> Real:
    """Return what a formula of numbers is worth; every number on the way is of bounded size."""
    match node:
        case Number(value=number):
            return _bounded(number)
        case Name(base=base, first=(), second=()) if base in CONSTANTS:
            return CONSTANTS[base]
        case Apply(op=op, args=args) if op.name in _ALLOWED:
            values = [_value(arg) for arg in args]
            if op.name == "sqrt" or (op.name == "**" and values[1] == Fraction(1, 2)):
                root = _exact_root(values[0])
                if root is not None:
                    return root
            return _bounded(op.value(*values))
    raise CalculationError(Text("Only numbers can stand in an answer.", "答案中只能有数。"))


def _exact_root(number: Real) -> int | Fraction | None:
    """Return the square root of a square, exactly; None for other numbers."""
    if isinstance(number, float) or number < 0:
        return None
    root = Fraction(math.isqrt(number.numerator), math.isqrt(number.denominator))
    if root * root != number:
        return None
    return root.numerator if root.denominator == 1 else root


_TOO_LARGE = Text("That number has too many digits.", "这个数的位数太多。")


def _bounded(number: Any) -> Real:
    if isinstance(number, float):
        if not math.isfinite(number):
            raise CalculationError(_TOO_LARGE)
        return number
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > MOST_BITS:
        raise CalculationError(_TOO_LARGE)
    return int(number) if isinstance(number, int) else Fraction(number)
