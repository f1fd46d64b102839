"""Arrays with strict arithmetic: entry by entry needs equal shapes or a single number, never broadcasting.

NumPy's broadcasting silently gives a wrong formula an answer (a column times a row becomes a matrix); here it
is an error, as on paper. Entries are exact (`int`, `Fraction`; NumPy's object type) or float64.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from dlcalc.core.lists import DEEPEST
from dlcalc.core.operators import OPERATORS
from dlcalc.core.values import Nested, Number, exact, whole
from dlcalc.errors import CalculationError, InputError, Text


def _divide(a: Any, b: Any) -> Any:
    return OPERATORS["/"].value(a, b)


def _power(a: Any, b: Any) -> Any:
    return OPERATORS["**"].value(a, b)


class Array:
    """An immutable vector or matrix; `A[1, 2]` and `entry` count from 1, as in a textbook."""

    __slots__ = ("_floats", "_over", "data")
    __hash__ = None  # type: ignore[assignment]  # compared by value, so never a key

    def __init__(self, data: np.ndarray[Any, Any]) -> None:
        self.data = data
        self._floats: np.ndarray[Any, Any] | None = None
        self._over: tuple[tuple[int, ...], int] | None = None

    @property
    def floats(self) -> np.ndarray[Any, Any]:
        """The entries as float64; made once, since exact weights meet float states at every step of a loop."""
        if self._floats is None:
            self._floats = self.data if self.data.dtype == np.float64 else self.data.astype(float)
        return self._floats

    @property
    def over(self) -> tuple[tuple[int, ...], int]:
        """The exact entries of a vector over one denominator; made once: a product of fractions then needs one gcd."""
        if self._over is None:
            below = math.lcm(*(x.denominator for x in self.data))
            self._over = tuple(x.numerator * (below // x.denominator) for x in self.data), below
        return self._over

    def is_writable(self, bits: int) -> bool:
        """Say whether no entry is infinite, no number, or an exact number of more than so many bits."""
        if self.data.dtype != object:
            return bool(np.isfinite(self.data).all())
        return all(x.numerator.bit_length() + x.denominator.bit_length() <= bits for x in self.data.flat)

    @classmethod
    def of(cls, nested: Nested, *, as_float: bool = False) -> Array:
        """Make an array of nested lists of numbers.

        Raises:
            InputError: if the rows have different lengths or there is nothing in them.
        """
        shape = shape_of(nested)
        data = np.empty(shape, dtype=object)
        for place, number in _walk(nested, ()):
            data[place] = exact(number)
        return cls(data.astype(float) if as_float else data)

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, columns, …"""
        sides: tuple[int, ...] = self.data.shape
        return sides

    def tolist(self) -> Nested:
        """Return nested lists of Python numbers."""
        nested: Nested = self.data.tolist()
        return nested

    def entry(self, *place: int) -> Any:
        """Return the entry, row or block at `place`, counted from 1.

        Raises:
            CalculationError: if there is no such place.
        """
        if len(place) > len(self.shape) or any(not 1 <= p <= n for p, n in zip(place, self.shape, strict=False)):
            raise CalculationError(
                Text(
                    "There is no entry {place} in an array of shape {shape}.",
                    "形状为 {shape} 的数组没有第 {place} 个元素。",
                ),
                place=",".join(map(str, place)),
                shape=show_shape(self.shape),
            )
        return _wrap(self.data[tuple(p - 1 for p in place)])

    @property
    def rows(self) -> tuple[Array, ...]:
        """The rows of a matrix, each a vector; a vector is its own only row."""
        return tuple(Array(row) for row in self.data) if self.data.ndim > 1 else (self,)

    def as_floats(self) -> Array:
        """Return the same entries in float64."""
        return Array(self.floats)

    def repeated(self, times: int) -> Array:
        """Return a vector's entries over and over, `times` times."""
        return Array(np.tile(self.data, times))

    def replace(self, place: tuple[int, ...], number: Number) -> Array:
        """Return a copy with the entry at `place` (from 1) changed."""
        data = self.data.copy()
        data[tuple(p - 1 for p in place)] = number
        return Array(data)

    def places(self) -> Iterator[tuple[int, ...]]:
        """Yield the place of every entry, counted from 1."""
        for place in np.ndindex(*self.shape):
            yield tuple(p + 1 for p in place)

    def map(self, function: Callable[[Any], Any]) -> Array:
        """Apply a function of one number to every entry."""
        return Array(_tidy(np.frompyfunc(function, 1, 1)(self.data)))

    def map_float(self, function: Callable[..., Any]) -> Array:
        """Apply a NumPy function to the entries as float64."""
        with np.errstate(all="ignore"):  # what comes out infinite is refused where the line is written
            return Array(function(self.floats))

    def _with(self, other: Any, function: Callable[[Any, Any], Any], swap: bool = False) -> Array:
        left, right = (other, self) if swap else (self, other)
        if isinstance(other, Array) and other.shape != self.shape:
            raise _unlike(left.shape, right.shape)
        if _floats(left) or _floats(right):
            with np.errstate(all="ignore"):
                return Array(_BY_FLOAT.get(function, function)(_as_float(left), _as_float(right)))
        a = left.data if isinstance(left, Array) else left
        b = right.data if isinstance(right, Array) else right
        if function in _NATIVE:
            return Array(function(a, b))
        return Array(_tidy(np.frompyfunc(function, 2, 1)(a, b)))

    def _compare(self, other: Any, function: Callable[[Any, Any], Any]) -> Array:
        """Return 1 where it holds and 0 where it does not, exactly: a mask that formulas can multiply with."""
        return Array(self._with(other, function).data.astype(bool).astype(int).astype(object))

    def choose(self, then: Any, other: Any) -> Array:
        """Return the entries of `then` where this mask holds and those of `other` elsewhere; numbers fill in whole.

        Raises:
            CalculationError: if this is no mask of 0 and 1, or an array among them has another shape.
        """
        if not ((self.data == 0) | (self.data == 1)).all():
            bool(self)
        for part in (then, other):
            if isinstance(part, Array) and part.shape != self.shape:
                raise _unlike(self.shape, part.shape)
        mask = self.data.astype(bool)
        if _floats(then) or _floats(other):
            return Array(np.where(mask, _as_float(then), _as_float(other)))
        a, b = (part.data if isinstance(part, Array) else part for part in (then, other))
        return Array(_tidy(np.frompyfunc(lambda holds, x, y: x if holds else y, 3, 1)(mask, a, b)))

    def __lt__(self, other: Any) -> Array:
        return self._compare(other, operator.lt)

    def __le__(self, other: Any) -> Array:
        return self._compare(other, operator.le)

    def __gt__(self, other: Any) -> Array:
        return self._compare(other, operator.gt)

    def __ge__(self, other: Any) -> Array:
        return self._compare(other, operator.ge)

    def __bool__(self) -> bool:
        raise CalculationError(Text("An array is neither true nor false.", "数组没有真假之分。"))

    def __add__(self, other: Any) -> Array:
        return self._with(other, operator.add)

    def __radd__(self, other: Any) -> Array:
        return self._with(other, operator.add, swap=True)

    def __sub__(self, other: Any) -> Array:
        return self._with(other, operator.sub)

    def __rsub__(self, other: Any) -> Array:
        return self._with(other, operator.sub, swap=True)

    def __mul__(self, other: Any) -> Array:
        return self._with(other, operator.mul)

    def __rmul__(self, other: Any) -> Array:
        return self._with(other, operator.mul, swap=True)

    def __truediv__(self, other: Any) -> Array:
        return self._with(other, _divide)

    def __rtruediv__(self, other: Any) -> Array:
        return self._with(other, _divide, swap=True)

    def __pow__(self, other: Any) -> Array:
        return self._with(other, _power)

    def __rpow__(self, other: Any) -> Array:
        return self._with(other, _power, swap=True)

    def __neg__(self) -> Array:
        return Array(-self.data)

    def __matmul__(self, other: Any) -> Any:
        if not isinstance(other, Array) or self.shape[-1] != other.shape[0] or max(self.data.ndim, other.data.ndim) > 2:
            raise CalculationError(
                Text("Shapes {a} and {b} do not chain in a matrix product.", "矩阵乘法的形状 {a} 与 {b} 不匹配。"),
                a=show_shape(self.shape),
                b=show_shape(other.shape) if isinstance(other, Array) else "1",
            )
        if _floats(self) or _floats(other):
            with np.errstate(all="ignore"):  # what comes out infinite is refused where the line is written
                return _wrap(self.floats @ other.floats)
        if self.data.ndim == other.data.ndim == 1:
            (a, below), (b, under) = self.over, other.over
            total = sum(map(operator.mul, a, b))
            return total if below == under == 1 else whole(Fraction(total, below * under))
        return _wrap(self.data @ other.data)

    def reshaped(self, shape: tuple[int, ...]) -> Array:
        """Return the same entries in another shape; -1 for whatever fits."""
        return Array(self.data.reshape(shape))

    @property
    def T(self) -> Array:
        """The transpose."""
        return Array(self.data.T)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Array) and self.shape == other.shape and np.array_equal(self.data, other.data)

    def __repr__(self) -> str:
        return f"Array({self.tolist()})"


class Shape(Array):
    """The sides of a matrix or map as a value: it is written 10×512."""

    __slots__ = ()
    is_shape = True

    def map(self, function: Callable[[Any], Any]) -> Shape:
        """Apply a function of one number to every side."""
        return Shape(super().map(function).data)


def outer(a: Any, b: Any) -> Array:
    """Return the matrix of products a_i b_j of two vectors."""
    if not (isinstance(a, Array) and isinstance(b, Array) and len(a.shape) == len(b.shape) == 1):
        raise CalculationError(Text("outer needs two vectors.", "outer 需要两个向量。"))
    if _floats(a) or _floats(b):
        with np.errstate(all="ignore"):  # what comes out infinite is refused where the line is written
            return Array(np.multiply.outer(a.floats, b.floats))
    return Array(np.multiply.outer(a.data, b.data))


def softmax(z: Array) -> Array:
    """Return softmax along the last axis, shifted by the largest entry so that nothing overflows."""
    if not isinstance(z, Array):
        raise CalculationError(Text("softmax needs a vector or a matrix.", "softmax 需要向量或矩阵。"))
    data = z.floats
    largest_ = data.max(axis=-1, keepdims=True)
    if (largest_ == -np.inf).any():
        raise CalculationError(Text("A row of a softmax has no score that counts.", "softmax 有一行没有任何有效分数。"))
    powers = np.exp(data - largest_)
    return Array(powers / powers.sum(axis=-1, keepdims=True))


def largest(z: Any) -> Any:
    """Return the largest entry of a vector, or of each row of a matrix."""
    if not isinstance(z, Array):
        raise CalculationError(Text("The largest entry is that of a vector or a matrix.", "取最大值需要向量或矩阵。"))
    return _wrap(z.data.max(axis=-1))


def diag(p: Any) -> Array:
    """Return the matrix with a vector's entries on its diagonal and 0 elsewhere."""
    if not (isinstance(p, Array) and p.data.ndim == 1):
        raise CalculationError(Text("diag needs a vector.", "diag 需要一个向量。"))
    matrix = np.zeros((p.data.size, p.data.size), dtype=p.data.dtype)
    np.fill_diagonal(matrix, p.data)
    return Array(matrix)


def norm(z: Any) -> float:
    """Return the square root of the sum of all squares: a vector's length, a matrix's Frobenius norm."""
    return float(np.linalg.norm(z.floats)) if isinstance(z, Array) else abs(float(z))


def spectral(z: Any) -> float:
    """Return how much a matrix can stretch a vector: its largest singular value; of a vector its length."""
    return float(np.linalg.norm(z.floats, 2)) if isinstance(z, Array) else abs(float(z))


def _unlike(a: tuple[int, ...], b: tuple[int, ...]) -> CalculationError:
    return CalculationError(
        Text(
            "Arrays of shapes {a} and {b} cannot be combined entry by entry.", "形状 {a} 与 {b} 的数组不能逐元素运算。"
        ),
        a=show_shape(a),
        b=show_shape(b),
    )


def show_shape(shape: tuple[int, ...]) -> str:
    """Write a shape as people do: 2×3; a vector of three as 3."""
    return "×".join(map(str, shape))


_BY_FLOAT: dict[Any, Any] = {_divide: operator.truediv, _power: operator.pow, max: np.maximum, min: np.minimum}
_NATIVE = frozenset({operator.add, operator.sub, operator.mul})
"""What NumPy does on exact entries by itself; the rest goes through a function of two numbers."""


def _floats(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, Array) and value.data.dtype == np.float64)


def _as_float(value: Any) -> Any:
    return value.floats if isinstance(value, Array) else float(value)


def _tidy(data: Any) -> Any:
    """Give an object array whose entries all became floats the type float64."""
    if isinstance(data, np.ndarray) and data.size and any(isinstance(x, float) for x in data.flat):
        return data.astype(float)
    return data


def _wrap(data: Any) -> Any:
    if isinstance(data, np.ndarray):
        return Array(data)
    return float(data) if isinstance(data, np.floating) else data


def shape_of(nested: Any, depth: int = 0) -> tuple[int, ...]:
    """Return the shape of nested lists; () for what is no list.

    Raises:
        InputError: if a list is empty, nested too deep, or the rows have different lengths.
    """
    if not isinstance(nested, list | tuple):
        return ()
    if depth >= DEEPEST:
        raise InputError(
            Text("The lists are nested too deep.", "列表嵌套太深。"),
            Text("Give a vector, a matrix or a map of numbers.", "请给出向量、矩阵或数组。"),
        )
    if not nested:
        raise InputError(
            Text("The list is empty.", "列表是空的。"), Text("Give at least one number.", "请至少给一个数。")
        )
    shapes = [shape_of(item, depth + 1) for item in nested]
    for row, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise InputError(
                Text(
                    "Row {row} has {got} entries, the first row {want}.",
                    "第 {row} 行有 {got} 个元素，第一行有 {want} 个。",
                ),
                Text("Give every row the same number of entries.", "请让每行的元素个数相同。"),
                row=row + 1,
                got=show_shape(shape) or "1",
                want=show_shape(shapes[0]) or "1",
            )
    return (len(nested), *shapes[0])


def _walk(nested: Nested, place: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Number]]:
    if isinstance(nested, list):
        for index, item in enumerate(nested):
            yield from _walk(item, (*place, index))
    else:
        yield place, nested
