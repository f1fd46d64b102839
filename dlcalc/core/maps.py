"""What convolution and pooling do to maps: sliding windows, padding, taking every S-th place; values and entry rules.

A map is an `Array` of one to three dimensions. A step, a padding or a size is one whole number for all dimensions or
a list with one for each. Places count from 1, as everywhere in formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from dlcalc.core.arrays import Array, show_shape
from dlcalc.core.evaluate import entry, evaluate, summed
from dlcalc.core.formula import Apply, Node, Number
from dlcalc.core.operators import OPERATORS
from dlcalc.errors import CalculationError, Text


def _map(value: Any) -> Array:
    if not isinstance(value, Array):
        raise CalculationError(Text("A map of numbers is needed here.", "这里需要一张数值图。"))
    return value


def per_dimension(value: Any, dims: int) -> tuple[int, ...]:
    """Return one whole number for each dimension.

    Raises:
        CalculationError: if it is no whole number, or no list of `dims` of them.
    """
    numbers = list(value.data.flat) if isinstance(value, Array) else [value] * dims
    if len(numbers) != dims or not all(isinstance(n, int) for n in numbers):
        raise CalculationError(
            Text("Whole numbers are needed here, one or {dims}.", "这里需要整数，一个或 {dims} 个。"), dims=dims
        )
    return tuple(numbers)


def _zeros(shape: tuple[int, ...], like: Any) -> Any:
    if like.dtype == object:
        zeros = np.empty(shape, dtype=object)
        zeros.fill(0)
        return zeros
    return np.zeros(shape)


def _shrunk(shape: tuple[int, ...], by: tuple[int, ...], what: str) -> tuple[int, ...]:
    left = tuple(n - b for n, b in zip(shape, by, strict=True))
    if min(left) < 1:
        raise CalculationError(
            Text("Nothing is left of a map of {shape}.", "{shape} 的图什么也不剩。"), shape=show_shape(shape), what=what
        )
    return left


def corr(x: Any, w: Any) -> Array:
    """Return the cross-correlation of a map with a kernel, at every place where the kernel lies inside.

    y[o] = Σ_k x[o + k − 1]·w[k], the sum over the kernel's places.
    """
    return _slid(x, w, (1,) * len(_map(x).shape))


def every_corr(x: Any, w: Any, step: Any) -> Array:
    """Return every(corr(x, w), step) without the places that are left out."""
    return _slid(x, w, per_dimension(step, len(_map(x).shape)))


def _slid(x: Any, w: Any, step: tuple[int, ...]) -> Array:
    x, w = _map(x), _map(w)
    if len(x.shape) != len(w.shape) or any(k > n for k, n in zip(w.shape, x.shape, strict=False)):
        raise CalculationError(
            Text("A kernel of {k} does not fit in a map of {n}.", "{k} 的核放不进 {n} 的图。"),
            k=show_shape(w.shape),
            n=show_shape(x.shape),
        )
    a, b = (x.data, w.data) if x.data.dtype == w.data.dtype else (x.floats, w.floats)
    places = tuple(n - k + 1 for n, k in zip(x.shape, w.shape, strict=True))
    total = _zeros(tuple(-(-n // s) for n, s in zip(places, step, strict=True)), a)
    with np.errstate(all="ignore"):  # what comes out infinite is refused where the line is written
        for offset in np.ndindex(*w.shape):
            window = tuple(slice(o, o + n, s) for o, n, s in zip(offset, places, step, strict=True))
            total = total + a[window] * b[offset]
    return Array(total)


def every(x: Any, step: Any) -> Array:
    """Return every `step`-th entry of a map, beginning with the first."""
    x = _map(x)
    return Array(x.data[tuple(slice(None, None, s) for s in per_dimension(step, len(x.shape)))])


def pad(x: Any, begin: Any, end: Any) -> Array:
    """Return a map with zeros around it: `begin` before and `end` after each dimension."""
    x = _map(x)
    dims = len(x.shape)
    before, after = per_dimension(begin, dims), per_dimension(end, dims)
    if min(*before, *after) < 0:
        raise CalculationError(Text("Padding is not negative.", "填充不能为负。"))
    padded = _zeros(tuple(b + n + e for b, n, e in zip(before, x.shape, after, strict=True)), x.data)
    padded[tuple(slice(b, b + n) for b, n in zip(before, x.shape, strict=True))] = x.data
    return Array(padded)


def crop(x: Any, begin: Any, end: Any) -> Array:
    """Return a map without its first `begin` and its last `end` entries in each dimension."""
    x = _map(x)
    dims = len(x.shape)
    before, after = per_dimension(begin, dims), per_dimension(end, dims)
    left = _shrunk(x.shape, tuple(b + e for b, e in zip(before, after, strict=True)), "crop")
    return Array(x.data[tuple(slice(b, b + n) for b, n in zip(before, left, strict=True))])


def first(x: Any, count: Any) -> Array:
    """Return the first `count` entries of a map in each dimension."""
    x = _map(x)
    return Array(x.data[tuple(slice(n) for n in per_dimension(count, len(x.shape)))])


def flip(x: Any) -> Array:
    """Return a map turned round: every dimension backwards (180° in two dimensions)."""
    return Array(np.flip(_map(x).data))


def stretch(x: Any, step: Any) -> Array:
    """Return a map with step − 1 zeros between neighbours."""
    x = _map(x)
    steps = per_dimension(step, len(x.shape))
    wide = _zeros(tuple((n - 1) * s + 1 for n, s in zip(x.shape, steps, strict=True)), x.data)
    wide[tuple(slice(None, None, s) for s in steps)] = x.data
    return Array(wide)


def total(x: Any) -> Any:
    """Return the sum of all entries of a map."""
    summed_up = _map(x).data.sum()
    return float(summed_up) if isinstance(summed_up, np.floating) else summed_up


def flat(x: Any) -> Array:
    """Return the entries of a map in one vector, row after row."""
    return Array(_map(x).data.reshape(-1))


def conv_matrix(w: Any, size: Any, begin: Any, step: Any, places: Any) -> Array:
    """Return the matrix M with flat(y) = M·flat(x) for a convolution of a map of `size` by the kernel w.

    One row per place of the window, one column per entry of the map; padding has no column.
    """
    w = _map(w)
    dims = len(w.shape)
    sizes, before, steps, outs = (per_dimension(v, dims) for v in (size, begin, step, places))
    rows, columns = int(np.prod(outs)), int(np.prod(sizes))
    matrix = _zeros((rows, columns), w.data)
    for row, out in enumerate(np.ndindex(*outs)):
        for offset in np.ndindex(*w.shape):
            place = tuple(o * s - b + k for o, s, b, k in zip(out, steps, before, offset, strict=True))
            if all(0 <= p < n for p, n in zip(place, sizes, strict=True)):
                matrix[row, int(np.ravel_multi_index(place, sizes))] = w.data[offset]
    return Array(matrix)


# ---------------------------------------------------------------- pooling

Spans = list[range]
"""For each dimension the places (from 0) that a window sees."""


def windows(
    shape: tuple[int, ...], size: Any, step: Any, begin: Any, places: Any, dilation: Any = 1
) -> Iterator[tuple[tuple[int, ...], Spans]]:
    """Yield each window's place in the output and what it sees of the input: padding is never seen."""
    dims = len(shape)
    sizes, steps, before, outs, gaps = (per_dimension(v, dims) for v in (size, step, begin, places, dilation))
    for out in np.ndindex(*outs):
        spans = [_span(*side) for side in zip(out, sizes, steps, before, gaps, shape, strict=True)]
        if not all(spans):
            raise CalculationError(Text("A window lies wholly in the padding.", "有窗口完全落在填充里。"))
        yield out, spans


def _span(out: int, size: int, step: int, begin: int, gap: int, length: int) -> range:
    start = out * step - begin
    skipped = max(0, -(start // gap)) if start < 0 else 0
    return range(start + skipped * gap, min(start + (size - 1) * gap + 1, length), gap)


def regions(shape: tuple[int, ...], wanted: Any) -> Iterator[tuple[tuple[int, ...], Spans]]:
    """Yield the regions of adaptive pooling: region i from ⌊i·I/A⌋ up to ⌈(i+1)·I/A⌉, counted from 0."""
    outs = per_dimension(wanted, len(shape))
    for out in np.ndindex(*outs):
        yield (
            out,
            [range(o * n // a, -(-(o + 1) * n // a)) for o, n, a in zip(out, shape, outs, strict=True)],
        )


def _cut(data: Any, spans: Spans) -> Any:
    return data[tuple(slice(span.start, span.stop, span.step) for span in spans)]


def _pooled(x: Array, seen: Iterator[tuple[tuple[int, ...], Spans]], combine: Callable[[Any], Any]) -> Array:
    found = {out: combine(_cut(x.data, spans)) for out, spans in seen}
    shape = tuple(n + 1 for n in max(found))
    data = np.empty(shape, dtype=x.data.dtype)
    for out, value in found.items():
        data[out] = value
    return Array(data)


def max_pool(x: Any, size: Any, step: Any, begin: Any, places: Any, dilation: Any) -> Array:
    """Return the largest entry each window sees."""
    x = _map(x)
    return _pooled(x, windows(x.shape, size, step, begin, places, dilation), np.max)


def sum_pool(x: Any, size: Any, step: Any, begin: Any, places: Any) -> Array:
    """Return the sum of what each window sees."""
    x = _map(x)
    return _pooled(x, windows(x.shape, size, step, begin, places), np.sum)


def cells(x: Any, kernel: Any, step: Any, begin: Any, places: Any) -> Array:
    """Return how many entries of a map each window sees."""
    return sum_pool(Array(np.full(_map(x).shape, 1, dtype=object)), kernel, step, begin, places)


def cells_padded(x: Any, kernel: Any, step: Any, begin: Any, end: Any, places: Any) -> Array:
    """Return how many places of a map padded by `begin` and `end` each window covers.

    What sticks out beyond the padding is not counted (torch.nn.AvgPool2d with ceil_mode).
    """
    return cells(pad(x, begin, end), kernel, step, 0, places)


def max_regions(x: Any, wanted: Any) -> Array:
    """Return the largest entry of each region of adaptive pooling."""
    x = _map(x)
    return _pooled(x, regions(x.shape, wanted), np.max)


def mean_regions(x: Any, wanted: Any) -> Array:
    """Return the mean of each region of adaptive pooling."""
    x = _map(x)
    divide = OPERATORS["/"].value
    return _pooled(x, regions(x.shape, wanted), lambda part: divide(part.sum(), int(part.size)))


Shares = Callable[[int], list[Any]]
"""What each of so many equal largest entries gets of the error, in order."""


def _first(ties: int) -> list[Any]:
    return [1] + [0] * (ties - 1)


def _all(ties: int) -> list[Any]:
    return [1] * ties


def _even(ties: int) -> list[Any]:
    return [OPERATORS["/"].value(1, ties)] * ties


SHARES: dict[str, Shares] = {"max_route": _first, "max_route_all": _all, "max_route_shared": _even}


def max_route(x: Any, error: Any, size: Any, step: Any, begin: Any, dilation: Any) -> Array:
    """Return the gradient of max pooling: each window's error goes to its largest entry, the first of equal ones."""
    return _routed(x, error, size, step, begin, dilation, _first)


def max_route_all(x: Any, error: Any, size: Any, step: Any, begin: Any, dilation: Any) -> Array:
    """Return the gradient of max pooling where each of equal largest entries gets the whole error."""
    return _routed(x, error, size, step, begin, dilation, _all)


def max_route_shared(x: Any, error: Any, size: Any, step: Any, begin: Any, dilation: Any) -> Array:
    """Return the gradient of max pooling where equal largest entries share the error."""
    return _routed(x, error, size, step, begin, dilation, _even)


def _routed(x: Any, error: Any, size: Any, step: Any, begin: Any, dilation: Any, shares: Shares) -> Array:
    x, error = _map(x), _map(error)
    gradient = _zeros(x.shape, error.data)
    for out, spans in windows(x.shape, size, step, begin, Array.of(list(error.shape)), dilation):
        for place, share in _winners(x, spans, shares):
            gradient[place] = gradient[place] + share * error.data[out]
    return Array(gradient)


def _winners(x: Array, spans: Spans, shares: Shares) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Yield the largest entries that a window sees, each with its share of the error."""
    seen = list(product(*spans))
    largest = max(x.data[place] for place in seen)
    ties = [place for place in seen if x.data[place] == largest]
    yield from zip(ties, shares(len(ties)), strict=True)


def spread(error: Any, size: Any, kernel: Any, step: Any, begin: Any) -> Array:
    """Return, for each entry of an input of `size`, the sum of the errors of all windows that see it."""
    error = _map(error)
    shape = per_dimension(size, len(error.shape))
    gradient = _zeros(shape, error.data)
    for out, spans in windows(shape, kernel, step, begin, Array.of(list(error.shape))):
        part = tuple(slice(span.start, span.stop) for span in spans)
        gradient[part] = gradient[part] + error.data[out]
    return Array(gradient)


# ---------------------------------------------------------------- entries

Place = tuple[int, ...]


def map_entry(node: Apply, place: Place, env: Any, at: Any) -> Node:
    """Return the formula of one entry of a map operator's result: a window's sum, the largest of what it sees."""
    x, *others = node.args

    def value(other: Node) -> tuple[int, ...]:
        return per_dimension(evaluate(other, env, at), len(place))

    def of(where: Place) -> Node:
        return entry(x, where, env, at)

    match node.op.name:
        case "corr":
            return _window_sum(x, others[0], place, env, at)
        case "every":
            return of(tuple((p - 1) * s + 1 for p, s in zip(place, value(others[0]), strict=True)))
        case "first":
            return of(place)
        case "pad":
            inside = tuple(p - b for p, b in zip(place, value(others[0]), strict=True))
            shape = _shape(x, env, at)
            return of(inside) if all(1 <= p <= n for p, n in zip(inside, shape, strict=True)) else Number(0)
        case "crop":
            return of(tuple(p + b for p, b in zip(place, value(others[0]), strict=True)))
        case "flip":
            return of(tuple(n + 1 - p for p, n in zip(place, _shape(x, env, at), strict=True)))
        case "stretch":
            steps = value(others[0])
            if any((p - 1) % s for p, s in zip(place, steps, strict=True)):
                return Number(0)
            return of(tuple((p - 1) // s + 1 for p, s in zip(place, steps, strict=True)))
        case "flat":
            return of(tuple(int(p) + 1 for p in np.unravel_index(place[0] - 1, _shape(x, env, at))))
        case "spread":
            return _spread_entry(node, place, env, at)
        case name if name in SHARES:
            return _route_entry(node, place, env, at)
    return _pool_entry(node, place, env, at)


def _spread_entry(node: Apply, place: Place, env: Any, at: Any) -> Node:
    """Return the sum of the parts of every window that sees an entry."""
    error, size, *others = node.args
    sides = _sides(others, place, env, at)
    shape = per_dimension(evaluate(size, env, at), len(place))
    seeing = _seeing(place, shape, _shape(error, env, at), sides)
    return _summed_errors(error, [(out, 1) for out, _ in seeing], env, at)


def _route_entry(node: Apply, place: Place, env: Any, at: Any) -> Node:
    """Return the sum of the errors, or of their shares, of every window in which an entry is the largest."""
    map_, error, *others = node.args
    x, here = _map(evaluate(map_, env, at)), tuple(p - 1 for p in place)
    found = []
    for out, spans in _seeing(place, x.shape, _shape(error, env, at), _sides(others, place, env, at)):
        share = dict(_winners(x, spans, SHARES[node.op.name])).get(here, 0)
        if share:
            found.append((out, share))
    return _summed_errors(error, found, env, at)


def _sides(others: list[Node], place: Place, env: Any, at: Any) -> list[tuple[int, ...]]:
    """Return size, step, begin and dilation of a window in each dimension."""
    values = [per_dimension(evaluate(other, env, at), len(place)) for other in others]
    return values if len(values) == 4 else [*values, (1,) * len(place)]


def _seeing(
    place: Place, shape: tuple[int, ...], outs: tuple[int, ...], sides: list[tuple[int, ...]]
) -> Iterator[tuple[tuple[int, ...], Spans]]:
    """Yield the windows that see an entry: their place in the output, and what they see."""
    by_dimension = []
    for p, length, count, k, s, b, d in zip(place, shape, outs, *sides, strict=True):
        spans = [(out, _span(out, k, s, b, d, length)) for out in range(count)]
        by_dimension.append([(out, span) for out, span in spans if p - 1 in span])
    for window in product(*by_dimension):
        yield tuple(out for out, _ in window), [span for _, span in window]


def _summed_errors(error: Node, shares: list[tuple[tuple[int, ...], Any]], env: Any, at: Any) -> Node:
    """Return the sum of entries of the error, each times its share; 0 for none."""
    terms: list[Node] = []
    for out, share in shares:
        part = entry(error, tuple(o + 1 for o in out), env, at)
        terms.append(part if share == 1 else Apply(OPERATORS["*"], (Number(share), part)))
    return summed(terms) if terms else Number(0)


def _pool_entry(node: Apply, place: Place, env: Any, at: Any) -> Node:
    x, *others = node.args
    shape, numbers = _shape(x, env, at), [evaluate(other, env, at) for other in others]
    seen = regions(shape, *numbers) if node.op.name.endswith("regions") else windows(shape, *numbers)
    spans = next(spans for out, spans in seen if out == tuple(p - 1 for p in place))
    parts = tuple(entry(x, tuple(p + 1 for p in where), env, at) for where in product(*spans))
    if len(parts) == 1:
        return parts[0]
    if node.op.name.startswith("max"):
        return Apply(OPERATORS["max"], parts)
    if node.op.name.startswith("mean"):
        return Apply(OPERATORS["/"], (summed(parts), Number(len(parts))))
    return summed(parts)


def _shape(node: Node, env: Any, at: Any) -> Place:
    found: Place = evaluate(node, env, at).shape
    return found


def _window_sum(x: Node, w: Node, place: Place, env: Any, at: Any) -> Node:
    terms: list[Node] = []
    for offset in np.ndindex(*_shape(w, env, at)):
        under = entry(x, tuple(p + o for p, o in zip(place, offset, strict=True)), env, at)
        weight = entry(w, tuple(o + 1 for o in offset), env, at)
        terms.append(Apply(OPERATORS["*"], (under, weight)))
    return summed(terms)
