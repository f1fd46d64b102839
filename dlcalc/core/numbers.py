"""The kind of input that is a vector, a matrix or a map of numbers, read as an `Array`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, cast

from dlcalc.core.inputs import Kind
from dlcalc.core.lists import ListReader
from dlcalc.core.values import Nested, exact, exact_text, plain, read_number, significant_text, terminating
from dlcalc.errors import InputError, Text, UnreadableError

if TYPE_CHECKING:
    from dlcalc.core.arrays import Array

MOST_NUMBERS = 1_000_000
"""Numbers that one input may have."""
MOST_EXACT = 10_000
"""Arrays of more numbers are worked in float64."""
LONGEST_TEXT = 20_000_000
"""Characters of an array typed as text."""


@dataclass(frozen=True, slots=True)
class Numbers(Kind):
    """A vector (`0.35,0.9`), a matrix (`1,2; 3,4`) or a map as nested lists; read as an `Array`.

    Attributes:
        least, most: dimensions it may have. A list of fewer dimensions than `least` is wrapped: the single row of a
            matrix, the single entry of a vector. With `least` 0 a number stays a number; with `most` 0 only a number
            will do.
        wanted: what to type, where "a vector" or "a matrix" does not say enough.
    """

    least: int = 1
    most: int = 2
    wanted: Text | None = None
    takes_arrays: ClassVar[bool] = True

    @property
    def shape(self) -> str:
        return ("X", "LIST|@FILE", "MATRIX|@FILE")[min(self.most, 2)]

    def read(self, raw: object) -> Array | int | Fraction:
        """Return the numbers, exact where there are at most `MOST_EXACT` of them, otherwise in float64.

        Raises:
            InputError: if it is ragged, empty, too large, of the wrong number of dimensions, or holds no numbers.
        """
        if hasattr(raw, "is_writable"):  # an Array; asking so spares a single number NumPy
            return cast("Array", raw)
        nested = self._nested(raw)
        if not isinstance(nested, list) and not hasattr(nested, "ndim"):
            if self.least == 0:
                return exact(nested)
            nested = [nested]
        from dlcalc.core.arrays import Array

        data = nested if hasattr(nested, "ndim") else self._array(nested)
        dims = len(data.shape)
        while dims < self.least:
            data, dims = data.reshape((1, *data.shape)), dims + 1
        if dims > self.most:
            raise InputError(
                Text("It has {dims} dimensions (shape {shape}).", "它有 {dims} 维（形状 {shape}）。"),
                self._type(),
                dims=dims,
                shape="×".join(map(str, data.shape)),
            )
        return Array(data)

    def show(self, value: Any) -> object:
        return value.tolist() if hasattr(value, "tolist") else value

    def write(self, value: Any) -> str:
        """Write it as it would be typed; brackets only where there are more than two dimensions."""
        nested = self.show(value)
        if isinstance(nested, list) and isinstance(nested[0], list):
            if isinstance(nested[0][0], list):
                return _bracketed(nested)
            return "; ".join(",".join(map(_typed, row)) for row in nested)
        return ",".join(map(_typed, nested)) if isinstance(nested, list) else _typed(nested)

    def brief(self, value: Any) -> str:
        """Write a small one as typed, of a larger one the shape alone."""
        if not hasattr(value, "shape") or value.data.size <= BRIEF:
            return self.write(value)
        return "×".join(map(str, value.shape))

    def _type(self) -> Text:
        what = self.wanted or (
            Text("a list such as 0.35,0.9", "一个列表，例如 0.35,0.9")
            if self.most == 1
            else Text("a matrix such as 1,2; 3,4 (or [[1,2],[3,4]])", "一个矩阵，例如 1,2; 3,4（或 [[1,2],[3,4]]）")
        )
        return Text(f"Type {what.en}.", f"请输入{what.zh}。")

    def _nested(self, raw: object) -> Any:
        """Return nested lists of numbers, or a NumPy array, of what was given."""
        if isinstance(raw, str):
            return self._typed(raw)
        if hasattr(raw, "dtype"):
            return self._numpy(raw)
        if hasattr(raw, "tolist"):
            raw = raw.tolist()  # other libraries' arrays
        if isinstance(raw, list | tuple):
            return list(raw)
        return self._number(raw, ())

    def _typed(self, text: str) -> Nested:
        if len(text) > LONGEST_TEXT:
            raise InputError(
                Text("That is longer than {most} characters.", "超过 {most} 个字符。"), self._type(), most=LONGEST_TEXT
            )
        source = plain(text)
        try:
            if not source.strip():
                raise UnreadableError(Text("There is nothing here.", "这里是空的。"), typed=text, column=0)
            return ListReader(text, source).read()
        except UnreadableError as error:
            error.hint = self._type()
            raise

    def _numpy(self, raw: Any) -> Any:
        if raw.dtype.kind not in "biuf":
            raise InputError(
                Text("Its entries are no numbers (dtype {dtype}).", "它的元素不是数（dtype {dtype}）。"),
                Text("Give integers or floats.", "请给出整数或浮点数。"),
                dtype=raw.dtype,
            )
        if raw.size > MOST_NUMBERS:
            raise too_many(raw.size)
        if raw.size <= MOST_EXACT:
            nested = raw.tolist()
            return nested if raw.ndim else self._number(nested, ())
        return _finite(raw.astype(float))

    def _array(self, nested: list[Any]) -> Any:
        """Return a NumPy array of nested lists whose rows agree."""
        import numpy as np

        from dlcalc.core.arrays import shape_of

        shape = shape_of(nested)
        size = 1
        for side in shape:
            size *= side
        if size > MOST_NUMBERS:
            raise too_many(size)
        numbers = [self._number(number, place) for number, place in _entries(nested, ())]
        if size > MOST_EXACT:
            return _finite(np.array([float(number) for number in numbers]).reshape(shape))
        data = np.empty(size, dtype=object)
        data[:] = numbers
        return data.reshape(shape)

    def _number(self, raw: object, place: tuple[int, ...]) -> int | Fraction:
        try:
            if isinstance(raw, str):
                return read_number(raw)
            if hasattr(raw, "tolist"):
                raw = raw.tolist()  # a NumPy number among Python's
            if isinstance(raw, bool) or not isinstance(raw, int | float | Fraction):
                raise InputError(
                    Text("{what} is no number.", "{what} 不是数。"),
                    self._type(),
                    what="None"
                    if raw is None
                    else _shortened(repr(raw))
                    if isinstance(raw, bool)
                    else f"a {type(raw).__name__}",
                )
            return exact(raw)
        except InputError as error:
            if not place:
                raise
            raise InputError(
                Text("Entry {place}: {en}", "第 {place} 个元素：{zh}"),
                self._type(),
                place=",".join(map(str, place)),
                en=error.message("en"),
                zh=error.message("zh"),
            ) from None


BRIEF = 6
"""Numbers up to which a title shows them all."""


def too_many(size: int) -> InputError:
    """Return the error for an array with more numbers than are taken."""
    return InputError(
        Text("It has {size:,} numbers.", "它有 {size:,} 个数。"),
        Text("At most {most:,} are taken.", "最多 {most:,} 个。"),
        size=size,
        most=MOST_NUMBERS,
    )


def _entries(nested: Any, place: tuple[int, ...]) -> Iterator[tuple[Any, tuple[int, ...]]]:
    if isinstance(nested, list | tuple):
        for index, item in enumerate(nested):
            yield from _entries(item, (*place, index + 1))
    else:
        yield nested, place


def _finite(data: Any) -> Any:
    import numpy as np

    if not np.isfinite(data).all():
        raise InputError(
            Text("It holds an infinity or nan.", "其中有无穷大或 nan。"),
            Text("Give finite numbers.", "请给出有限的数。"),
        )
    return data


def _typed(number: Any) -> str:
    """Write a number as a person types it: 0.35, not 7/20."""
    if isinstance(number, Fraction) and terminating(number):
        return significant_text(number, 40)
    return exact_text(number)


def _bracketed(nested: Any) -> str:
    if isinstance(nested, list):
        return "[" + ",".join(map(_bracketed, nested)) + "]"
    return _typed(nested)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"
