"""Slips that no topic declares: numbers in the wrong place, a lost sign, exchanged digits, a moved decimal point.

Each returns what to tell the student, or None. They are tried last, on the first line that is wrong, and never on
small whole numbers, which many slips give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from dlcalc.core.formula import Key, key_text
from dlcalc.core.modes import FORMULA_ERRORS, distance
from dlcalc.core.report import Explanation
from dlcalc.core.values import exact
from dlcalc.core.work import Sheet
from dlcalc.errors import Text
from dlcalc.practice.compare import COARSEST, Fit, fit, nested, pair, same, shape
from dlcalc.practice.typed import Typed

Slip = Explanation


def _meets(typed: Typed, value: Any) -> Fit | None:
    """Fit an answer to a value that was rounded once, at its last digit."""
    found = fit(typed, value, lambda decimals: [Fraction(1, 2) / Fraction(10) ** decimals])
    return found if found is not None and (found.exact or typed.significant >= COARSEST) else None


# ---------------------------------------------------------------- numbers in the wrong place


def misplaced(typed: Typed, expected: Any) -> Slip | None:
    """Recognise a transposed matrix, exchanged rows, columns or entries."""
    if not isinstance(expected, list) or not isinstance(typed.value, list) or _meets(typed, expected):
        return None
    matrix = len(shape(expected)) == 2 and len(shape(typed.value)) == 2
    if matrix and _meets(typed, [list(column) for column in zip(*expected, strict=True)]):
        return Slip(
            "transposed",
            Text("The matrix is transposed: its rows stand as columns.", "矩阵被转置了：行写成了列。"),
        )
    if pair(typed.value, expected) is None:
        return None
    if len(shape(expected)) == 1:
        if _exchanged(typed, expected):
            return Slip(
                "entries-exchanged",
                Text("The numbers are right, but not in their places.", "数值正确，但位置不对。"),
            )
        return None
    if not matrix:
        return None
    if _exchanged(typed, expected):
        return Slip("rows-exchanged", Text("The rows are right, but exchanged.", "各行正确，但次序颠倒。"))
    if _exchanged(typed.transposed, [list(column) for column in zip(*expected, strict=True)]):
        return Slip("columns-exchanged", Text("The columns are right, but exchanged.", "各列正确，但次序颠倒。"))
    return None


def _exchanged(typed: Typed, want: list[Any]) -> bool:
    """Say whether the items of a list are those of another in another order."""
    left = list(range(len(want)))
    for item in typed.parts:
        found = next((n for n in left if _meets(item, want[n])), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def off_by_one(typed: Typed, key: Key, env: Mapping[Any, Any]) -> Slip | None:
    """Recognise the value of the step, layer or sample before or after the one asked for."""
    if isinstance(key, str):
        return None
    for at, label in enumerate(key):
        for step in (-1, 1):
            if not isinstance(label, int) or isinstance(label, bool):
                continue
            near = (*key[:at], label + step, *key[at + 1 :])
            value = nested(env.get(near))
            if value is not None and not isinstance(value, bool) and _meets(typed, value):
                says = Text("That is {near}, not {here}.", "这是 {near}，不是 {here}。")
                return Slip("off-by-one", says.filled(near=key_text(near), here=key_text(key)))
    return None


# ---------------------------------------------------------------- slips of arithmetic


def arithmetic(typed: Typed, expected: Any) -> Slip | None:
    """Recognise a lost sign, two exchanged digits, or a moved decimal point; in a list, of its only wrong number."""
    pairs = pair(typed.value, expected)
    if pairs is None or typed.significant < COARSEST:
        return None
    says = _sign(typed, pairs)
    if says is not None or len(pairs) == 1:
        return says or _digits(typed, expected) or _point(typed, expected)
    wrong = [one for one in _each(typed, pairs) if not _meets(*one)]
    if len(wrong) != 1:
        return None
    return _digits(*wrong[0], least=COARSEST) or _point(*wrong[0])


def _each(typed: Typed, pairs: list[tuple[Any, Any]]) -> list[tuple[Typed, Any]]:
    """Return each number of a list as it would have been typed alone, with what it should be."""
    decimals = typed.places or (typed.decimals,) * len(pairs)
    return [
        (replace(typed, value=given, decimals=d, places=()), want)
        for d, (given, want) in zip(decimals, pairs, strict=True)
    ]


def _sign(typed: Typed, pairs: list[tuple[Any, Any]]) -> Slip | None:
    """Recognise numbers that are right but for the sign of some."""
    turned = 0
    halves = [half or Fraction(0) for half in typed.halves]
    for half, (given, want) in zip(halves, pairs, strict=True):
        if same(given, want) or distance(given, want) <= half:
            continue
        if not (same(-given, want) or distance(-given, want) <= half):
            return None
        turned += 1
    return (
        Slip("slip-sign", Text("The number is right but for its sign.", "数值正确，但符号错了。")) if turned else None
    )


def _digits(typed: Typed, expected: Any, least: int = 3) -> Slip | None:
    """Recognise a number, of so many significant digits, in which two neighbouring ones changed places."""
    if typed.decimals is None or typed.significant < least or typed.decimals < 0 or isinstance(typed.value, list):
        return None
    scaled = abs(exact(typed.value) * 10**typed.decimals)
    if scaled.denominator != 1:
        return None
    digits = str(int(scaled)).zfill(typed.decimals + 1)  # 0.0476 may be 0.4076
    sign = -1 if typed.value < 0 else 1
    for at in range(len(digits) - 1):
        if digits[at] != digits[at + 1]:
            turned = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
            value = sign * Fraction(int(turned), 10**typed.decimals)
            if _meets(replace(typed, value=value), expected):
                return Slip("slip-digits", Text("Two of its digits changed places.", "有两位数字写颠倒了。"))
    return None


def _point(typed: Typed, expected: Any) -> Slip | None:
    """Recognise a number whose decimal point stands elsewhere."""
    if typed.decimals is None or isinstance(typed.value, list):
        return None
    for places in (1, -1, 2, -2, 3, -3):
        moved = replace(
            typed, value=exact(typed.value) * Fraction(10) ** places, decimals=max(0, typed.decimals - places)
        )
        if typed.decimals >= places and _meets(moved, expected):
            return Slip("slip-decimal-point", Text("The decimal point is misplaced.", "小数点位置错了。"))
    return None


def operand(typed: Typed, key: Key, sheet: Sheet, env: dict[Any, Any]) -> Slip | None:
    """Recognise a line worked with one operand taken from the line before, or from the step before.

    Args:
        typed: the answer.
        key: the line asked for.
        sheet: the run it is judged in.
        env: the values the line reads.
    """
    above: Key | None = None
    for line, at, written in sheet.lines():
        if written == key:
            for read, other in _substitutes(line.reads, at, key, above, env):
                try:
                    value = line.run({**env, read: env[other]}, at)
                except FORMULA_ERRORS:
                    continue
                value = nested(value)
                if not isinstance(value, bool) and value != env.get(key) and _meets(typed, value):
                    says = Text("It was worked with {other} in place of {read}.", "计算时把 {read} 用成了 {other}。")
                    return Slip("slip-operand", says.filled(other=key_text(other), read=key_text(read)))
            return None
        above = written
    return None


def _substitutes(
    names: frozenset[str], at: Mapping[str, Any], key: Key, above: Key | None, env: Mapping[Any, Any]
) -> Iterator[tuple[Key, Key]]:
    """Yield (what a line reads, what may be taken for it): the line above, or the same name one step before."""
    wanted: Callable[[Key], bool] = lambda k: (k if isinstance(k, str) else k[0]) in names  # noqa: E731
    read = [k for k in env if k != "axes" and k != key and wanted(k)]
    indices = set(at.values())
    for k in read:
        if not isinstance(k, str) and not indices & set(k[1:]):
            continue  # another member of a family that the line does not speak of
        others = [above] if above is not None else []
        if not isinstance(k, str) and isinstance(k[-1], int):
            others.append((*k[:-1], k[-1] - 1))
        for other in others:
            if other in env and other != k and _like(env[k]) == _like(env[other]):
                yield k, other


def _like(value: Any) -> tuple[int, ...] | None:
    return getattr(value, "shape", ()) if not isinstance(value, bool) else None
