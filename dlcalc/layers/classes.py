"""Classes and logarithms: how classes are counted and which logarithm a cross-entropy takes, where topics need it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlcalc.core.inputs import Choice, Flag
from dlcalc.core.topic import Convention, Input
from dlcalc.core.values import exact_text
from dlcalc.errors import InputError, Text

FROM_ONE = Input("from_one", Flag(), Text("classes are counted from 1", "类别从 1 数起"), False, ("one_based",))
BASE = Input("base", Choice(("e", "2", "10")), Text("base of the logarithm", "对数的底"), "e", ("log",))


def counting(applies: Callable[[Mapping[str, Any]], bool]) -> Convention:
    """Return the convention of counting classes, for inputs that have one."""
    return Convention(
        "from_one",
        {
            False: Text("classes are counted from 0 (PyTorch, Keras)", "类别从 0 数起（PyTorch、Keras）"),
            True: Text("classes are counted from 1 (exams, textbooks)", "类别从 1 数起（考试、教科书）"),
        },
        applies,
    )


def logarithm(applies: Callable[[Mapping[str, Any]], bool]) -> Convention:
    """Return the convention of the logarithm's base, for inputs whose loss has one."""
    return Convention(
        "base",
        {
            "e": Text("the logarithm is natural (PyTorch, Keras)", "用自然对数（PyTorch、Keras）"),
            "2": Text("the logarithm has base 2 (bits)", "对数以 2 为底（比特）"),
            "10": Text("the logarithm has base 10", "对数以 10 为底"),
        },
        applies,
        ("M085", "M086"),
    )


def over_base(base: str) -> str:
    """Return what a natural logarithm is divided by for another base, as formula text; "" for e."""
    return "" if base == "e" else f"/ln({base})"


def place(target: Any, classes: int, from_one: bool, source: str) -> int:
    """Return a class's place among the numbers of a sheet, counted from 1.

    Args:
        target: the class as typed.
        classes: how many there are.
        from_one: whether it is counted from 1, otherwise from 0.
        source: the input it came from.

    Raises:
        InputError: if there is no such class; says how classes are counted.
    """
    first, last = int(from_one), classes - 1 + int(from_one)
    if isinstance(target, int) and first <= target <= last:
        return target + 1 - first
    hint = Text("Type a class from {first} to {last}.", "请输入 {first} 到 {last} 的类别。")
    if target == classes and not from_one:
        hint = Text(
            "Classes are counted from 0, so that the last is {last}; if yours are counted from 1, add --from-one.",
            "类别从 0 数起，最后一类是 {last}；若从 1 数起，请加 --from-one。",
        )
    raise InputError(
        Text("There is no class {target} among {classes}.", "{classes} 个类别中没有第 {target} 类。"),
        hint,
        target=exact_text(target),
        classes=classes,
        first=first,
        last=last,
    ).about(source)


def one_hot(k: int, classes: int) -> list[Any]:
    """Return 1 at place k, counted from 1, and 0 elsewhere."""
    return [int(place == k) for place in range(1, classes + 1)]
