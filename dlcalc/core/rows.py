"""What attention does to matrices with one row for each token: masks, rows and columns; values and entry rules.

Rows and columns count from 1, as everywhere in formulas.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcalc.core.arrays import Array, Shape, show_shape
from dlcalc.core.evaluate import entry, evaluate, summed
from dlcalc.core.formula import Apply, Node, Number
from dlcalc.core.operators import OPERATORS
from dlcalc.errors import CalculationError, Text

Place = tuple[int, ...]


def _matrix(value: Any) -> Array:
    if not (isinstance(value, Array) and value.data.ndim == 2):
        raise CalculationError(Text("A matrix is needed here.", "这里需要矩阵。"))
    return value


def _whole(*numbers: Any) -> None:
    if not all(isinstance(n, int) and n >= 0 for n in numbers):
        raise CalculationError(Text("Whole numbers of at least 0 are needed here.", "这里需要不小于 0 的整数。"))


def _alike(a: Array, b: Array, sides_a: Any, sides_b: Any) -> None:
    if sides_a != sides_b:
        raise CalculationError(
            Text("Shapes {a} and {b} do not fit row by row.", "形状 {a} 与 {b} 不能逐行运算。"),
            a=show_shape(a.shape),
            b=show_shape(b.shape),
        )


# ---------------------------------------------------------------- masks


def mask(scores: Any, seen: Any) -> Any:
    """Return the scores where `seen` is 1 and −∞ where it is 0, so that e to it is 0.

    A product could not do it: −∞·0 is no number.

    Raises:
        CalculationError: if `seen` has another shape or holds something else than 0 and 1.
    """
    if not isinstance(scores, Array) or not isinstance(seen, Array):
        if isinstance(scores, Array) or isinstance(seen, Array) or seen not in (0, 1):
            raise _no_mask()
        return scores if seen else -np.inf
    _alike(scores, seen, scores.shape, seen.shape)
    if not ((seen.data == 0) | (seen.data == 1)).all():
        raise _no_mask()
    return Array(np.where(seen.data.astype(bool), scores.floats, -np.inf))


def _no_mask() -> CalculationError:
    return CalculationError(Text("A mask has 1 where a score counts and 0 elsewhere.", "掩码在有效处为 1，其余为 0。"))


def causal(rows: Any, columns: Any) -> Array:
    """Return the mask that lets row i see the columns 1 to i."""
    _whole(rows, columns)
    return _ones(np.tri(rows, columns))


def keys(rows: Any, columns: Any, count: Any) -> Array:
    """Return the mask that lets every row see the first `count` columns."""
    _whole(rows, columns, count)
    seen = np.zeros((rows, columns))
    seen[:, :count] = 1
    return _ones(seen)


def _ones(seen: Any) -> Array:
    return Array(seen.astype(int).astype(object))


# ---------------------------------------------------------------- rows and columns


def add_rows(a: Any, b: Any) -> Array:
    """Return a matrix with the single row b added to each of its rows."""
    a, b = _matrix(a), _matrix(b)
    _alike(a, b, (1, a.shape[1]), b.shape)
    total: Array = a + Array(np.repeat(b.data, a.shape[0], axis=0))
    return total


def row_sums(a: Any) -> Array:
    """Return the sum of each row."""
    return Array(_matrix(a).data.sum(axis=1))


def over_rows(a: Any, b: Any) -> Array:
    """Return a matrix with row i divided by the i-th number of b.

    Raises:
        CalculationError: where one of them is 0.
    """
    a = _matrix(a)
    if not isinstance(b, Array):
        raise CalculationError(Text("A matrix is needed here.", "这里需要矩阵。"))
    _alike(a, b, a.shape[:1], b.shape)
    if not b.data.all():
        raise CalculationError(Text("Division by zero.", "除以零。"))
    quotient: Array = a / Array(np.repeat(b.data[:, None], a.shape[1], axis=1))
    return quotient


def columns(a: Any, first: Any, last: Any) -> Array:
    """Return the columns from the first to the last, both included."""
    a = _matrix(a)
    _whole(first, last)
    if not 1 <= first <= last <= a.shape[1]:
        raise CalculationError(
            Text("There are no columns {first} to {last} in {a}.", "{a} 的矩阵没有第 {first} 到 {last} 列。"),
            first=first,
            last=last,
            a=show_shape(a.shape),
        )
    return Array(a.data[:, first - 1 : last])


def concat(a: Any, b: Any) -> Array:
    """Return two matrices side by side."""
    a, b = _matrix(a), _matrix(b)
    _alike(a, b, a.shape[0], b.shape[0])
    return Array(np.concatenate((a.data, b.data), axis=1))


def interleave(a: Any, b: Any) -> Array:
    """Return the matrix whose columns are taken from a and b in turn."""
    a, b = _matrix(a), _matrix(b)
    _alike(a, b, a.shape, b.shape)
    return Array(np.stack((a.data, b.data), axis=2).reshape(a.shape[0], -1))


def turn(angle: Any) -> Array:
    """Return the matrix that takes (sin a, cos a) to (sin(a + angle), cos(a + angle))."""
    sine, cosine = (OPERATORS[name].value(angle) for name in ("sin", "cos"))
    return Array(np.array([[cosine, sine], [-sine, cosine]]))


# ---------------------------------------------------------------- shapes


def shape(sides: Any, side: Any) -> Shape:
    """Return the shape of a matrix of so many rows and columns, or a shape with one side more."""
    first = sides.data.tolist() if isinstance(sides, Array) else [sides]
    _whole(*first, side)
    return Shape(np.array([*first, side], dtype=object))


# ---------------------------------------------------------------- entries


def row_entry(node: Apply, place: Place, env: Any, at: Any) -> Node:
    """Return the formula of one entry: a softmax's quotient, a row's sum, a score or −∞ where it is masked."""
    args = node.args

    def of(arg: Node, where: Place) -> Node:
        return entry(arg, where, env, at)

    def wide(arg: Node) -> int:
        return int(evaluate(arg, env, at).shape[-1])

    match node.op.name:
        case "mask":
            score, seen = of(args[0], place), evaluate(args[1], env, at)
            return (
                score
                if (seen.entry(*place) if isinstance(seen, Array) else seen)
                else Apply(node.op, (score, Number(0)))
            )
        case "softmax":
            powers = [Apply(OPERATORS["exp"], (of(args[0], (*place[:-1], k)),)) for k in range(1, wide(args[0]) + 1)]
            seen = [power for power in powers if evaluate(power.args[0], env, at) != -np.inf]
            return Apply(OPERATORS["/"], (powers[place[-1] - 1], summed(seen)))
        case "row_sums":
            return summed([of(args[0], (*place, k)) for k in range(1, wide(args[0]) + 1)])
        case "add_rows":
            return Apply(OPERATORS["+"], (of(args[0], place), of(args[1], (1, place[1]))))
        case "over_rows":
            return Apply(OPERATORS["/"], (of(args[0], place), of(args[1], place[:1])))
        case "columns":
            return of(args[0], (place[0], place[1] + int(evaluate(args[1], env, at)) - 1))
        case "interleave":
            return of(args[(place[1] - 1) % 2], (place[0], (place[1] + 1) // 2))
        case "concat":
            row, column = place
            for arg in args:
                if column <= wide(arg):
                    return of(arg, (row, column))
                column -= wide(arg)
    raise AssertionError(f"no entry rule for {node.op.name}")
