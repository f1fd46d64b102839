"""Operators on maps, against NumPy in one to three dimensions; each entry's formula; and what is refused."""

import math
import random
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from dlcalc.core.arrays import Array
from dlcalc.core.evaluate import entry, evaluate
from dlcalc.core.formula import parse
from dlcalc.core.operators import OPERATORS
from dlcalc.errors import CalculationError

FAR = 40
"""Padding wider than any window here reaches."""


def slid(x, w):
    """Cross-correlate by NumPy's windows."""
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape)
    return np.tensordot(windows, w, w.ndim)


def strided(x, steps):
    return x[tuple(slice(None, None, s) for s in steps)]


def stretched(x, steps):
    wide = np.zeros([(n - 1) * s + 1 for n, s in zip(x.shape, steps, strict=True)], x.dtype)
    strided(wide, steps)[...] = x
    return wide


def padded(x, begin, end, **how):
    return np.pad(x, list(zip(begin, end, strict=True)), **how)


def seen(x, size, step, begin, places, dilation=None):
    """Yield each window's place and the numbers it covers of the map padded far with nan."""
    wide = np.pad(x.astype(float), FAR, constant_values=np.nan)
    for out in np.ndindex(*places):
        rows = zip(out, step, begin, size, dilation or (1,) * x.ndim, strict=True)
        spans = [FAR + o * s - b + d * np.arange(k) for o, s, b, k, d in rows]
        yield out, wide[np.ix_(*spans)], spans


def over_windows(combine, *args):
    x, size, step, begin, places, *dilation = args
    found = np.zeros(places)
    for out, window, _ in seen(x, size, step, begin, places, *dilation):
        found[out] = combine(window)
    return found


def over_regions(combine, x, wanted):
    found = np.zeros(wanted)
    for out in np.ndindex(*wanted):
        rows = zip(out, x.shape, wanted, strict=True)
        spans = [range(math.floor(i * n / a), math.ceil((i + 1) * n / a)) for i, n, a in rows]
        found[out] = combine(x[np.ix_(*spans)])
    return found


def routed(shares, x, error, size, step, begin, dilation):
    """Send each window's error to its largest numbers, counted in the map padded far."""
    wide = np.zeros([n + 2 * FAR for n in x.shape])
    for out, window, spans in seen(x, size, step, begin, error.shape, dilation):
        ties = np.argwhere(window == np.nanmax(window))
        for tie, share in zip(ties, shares(len(ties)), strict=True):
            wide[tuple(span[i] for span, i in zip(spans, tie, strict=True))] += share * error[out]
    return wide[(slice(FAR, -FAR),) * x.ndim]


def spread(error, size, kernel, step, begin):
    wide = np.zeros([n + 2 * FAR for n in size])
    for out, _, spans in seen(np.zeros(size), kernel, step, begin, error.shape):
        wide[np.ix_(*spans)] += error[out]
    return wide[(slice(FAR, -FAR),) * error.ndim]


def conv_matrix(w, size, begin, step, places):
    """Find each column by what the convolution does to a map with a single 1."""
    columns = []
    for place in np.ndindex(*size):
        unit = np.zeros(size)
        unit[place] = 1
        moved = padded(unit, begin, [FAR] * w.ndim)
        columns.append(strided(slid(moved, w), step)[tuple(slice(n) for n in places)].ravel())
    return np.array(columns).T


ORACLES = {
    "corr": ("corr(x, w)", lambda a: slid(a["x"], a["w"])),
    "every": ("every(x, {s})", lambda a: strided(a["x"], a["s"])),
    "pad": ("pad(x, {b}, {e})", lambda a: padded(a["x"], a["b"], a["e"])),
    "crop": ("crop(x, {b}, {e})", lambda a: a["x"][tuple(map(cut, a["b"], a["e"], a["x"].shape))]),
    "first": ("first(x, {k})", lambda a: a["x"][tuple(map(slice, a["k"]))]),
    "flip": ("flip(x)", lambda a: np.flip(a["x"])),
    "stretch": ("stretch(x, {s})", lambda a: stretched(a["x"], a["s"])),
    "flat": ("flat(x)", lambda a: a["x"].ravel()),
    "total": ("total(x)", lambda a: a["x"].sum()),
    "conv_matrix": (
        "conv_matrix(w, {n}, {b}, {s}, {o})",
        lambda a: conv_matrix(a["w"], a["n"], a["b"], a["s"], a["o"]),
    ),
    "max_pool": (
        "max_pool(x, {k}, {s}, {b}, {o}, {d})",
        lambda a: over_windows(np.nanmax, a["x"], a["k"], a["s"], a["b"], a["o"], a["d"]),
    ),
    "sum_pool": (
        "sum_pool(x, {k}, {s}, {b}, {o})",
        lambda a: over_windows(np.nansum, a["x"], a["k"], a["s"], a["b"], a["o"]),
    ),
    "cells": (
        "cells(x, {k}, {s}, {b}, {o})",
        lambda a: over_windows(lambda v: np.isfinite(v).sum(), a["x"], a["k"], a["s"], a["b"], a["o"]),
    ),
    "cells_padded": (
        "cells_padded(x, {k}, {s}, {b}, {e}, {o})",
        lambda a: over_windows(
            lambda v: np.isfinite(v).sum(), padded(a["x"], a["b"], a["e"]), a["k"], a["s"], (0,) * len(a["k"]), a["o"]
        ),
    ),
    "max_regions": ("max_regions(x, {o})", lambda a: over_regions(np.max, a["x"], a["o"])),
    "mean_regions": ("mean_regions(x, {o})", lambda a: over_regions(np.mean, a["x"], a["o"])),
    "max_route": (
        "max_route(x, y, {k}, {s}, {b}, {d})",
        lambda a: routed(lambda n: [1] + [0] * (n - 1), *(a[name] for name in "xyksbd")),
    ),
    "max_route_all": (
        "max_route_all(x, y, {k}, {s}, {b}, {d})",
        lambda a: routed(lambda n: [1] * n, *(a[name] for name in "xyksbd")),
    ),
    "max_route_shared": (
        "max_route_shared(x, y, {k}, {s}, {b}, {d})",
        lambda a: routed(lambda n: [1 / n] * n, *(a[name] for name in "xyksbd")),
    ),
    "spread": ("spread(y, {n}, {k}, {s}, {b})", lambda a: spread(a["y"], *(a[name] for name in "nksb"))),
}
"""Every operator on maps: a formula with it, and what NumPy makes of the same arguments.

x is a map of n, w a kernel of k, y a map of o; s, b, e, d are steps, padding before and after, dilation.
"""


def cut(begin, end, n):
    return slice(begin, n - end)


def drawn(rng):
    """Draw arguments in one to three dimensions: a window of k at o places of a map that every operator accepts."""
    dims = rng.randint(1, 3)
    rows = []
    for _ in range(dims):
        k, d, s = rng.randint(1, 3), rng.randint(1, 2), rng.randint(1, 3)
        reach = d * (k - 1) + 1
        n = rng.randint(reach + 2, reach + 4)
        b, e = (rng.randint(0, 1) if d == 1 else 0 for _ in "be")
        b, e = min(b, k - 1), min(e, k - 1)
        rows.append((n, k, s, d, b, e, (n + b + e - reach) // s + 1))
    found = dict(zip("nksdbeo", zip(*rows, strict=True), strict=True))
    # Few different numbers, so that largest ones tie.
    found["x"], found["w"], found["y"] = (np.array(numbers(rng, found[name])) for name in "nko")
    return found


def numbers(rng, shape):
    return rng.randint(-3, 3) if not shape else [numbers(rng, shape[1:]) for _ in range(shape[0])]


def written(name, arguments):
    """Return the operator's formula with its steps written in: one number where all dimensions agree."""
    steps = {
        key: value[0] if len(set(value)) == 1 else list(value)
        for key, value in arguments.items()
        if isinstance(value, tuple)
    }
    return parse(ORACLES[name][0].format(**steps))


def arrays(arguments, as_float=False):
    return {name: Array.of(arguments[name].tolist(), as_float=as_float) for name in "xwy"}


CASES = 30


@pytest.mark.parametrize("as_float", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_every_operator_on_maps_agrees_with_numpy(name, as_float):
    rng = random.Random(name)
    for _ in range(CASES):
        arguments = drawn(rng)
        found = evaluate(written(name, arguments), arrays(arguments, as_float))
        found = np.array(found.tolist() if isinstance(found, Array) else found, float)
        wanted = np.asarray(ORACLES[name][1](arguments), float)
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-13, err_msg=str(arguments))


@pytest.mark.parametrize("name", [name for name in ORACLES if OPERATORS[name].entry == "map"])
def test_each_entry_of_an_operator_on_maps_has_a_formula_of_its_own(name):
    rng = random.Random(f"entry {name}")
    for _ in range(8):
        arguments = drawn(rng)
        values, node = arrays(arguments), written(name, arguments)
        whole = evaluate(node, values)
        for place in whole.places():
            one = entry(node, place, values, {})
            assert evaluate(one, values) == whole.entry(*place)


def test_only_these_have_no_formula_for_an_entry():
    assert {name for name in ORACLES if OPERATORS[name].entry == "none"} == {
        "total",
        "conv_matrix",
        "cells",
        "cells_padded",
    }


@pytest.mark.parametrize("steps", ["2", "[2,1]", "[1,3]"])
def test_a_window_that_moves_by_steps_is_worked_out_at_those_places_alone_and_gives_the_same(steps):
    """`every(corr(…))` takes a path of its own; the same in two lines does not."""
    rng = random.Random(steps)
    values = {"x": Array.of(numbers(rng, (7, 8))), "w": Array.of(numbers(rng, (2, 3)))}
    at_once = evaluate(parse(f"every(corr(x, w), {steps})"), values)
    values["whole"] = evaluate(parse("corr(x, w)"), values)
    assert at_once == evaluate(parse(f"every(whole, {steps})"), values)


@pytest.mark.parametrize("name", sorted(set(ORACLES) - {"mean_regions", "max_route_shared"}))
def test_whole_numbers_stay_whole(name):
    arguments = drawn(random.Random(3))
    found = evaluate(written(name, arguments), arrays(arguments))
    assert all(type(n) is int for n in (found.data.flat if isinstance(found, Array) else [found]))


def test_fractions_stay_exact():
    values = {"x": Array.of([[Fraction(1, 3), 1], [2, Fraction(1, 7)]]), "w": Array.of([[Fraction(1, 2), 3]])}
    assert evaluate(parse("corr(x, w)"), values).tolist() == [[Fraction(19, 6)], [Fraction(10, 7)]]
    assert evaluate(parse("mean_regions(x, 1)"), values).tolist() == [[Fraction(73, 84)]]
    shared = evaluate(
        parse("max_route_shared(t, e, 2, 2, 0, 1)"), {"t": Array.of([[1, 1], [1, 0]]), "e": Array.of([[1]])}
    )
    assert shared.tolist() == [[Fraction(1, 3)] * 2, [Fraction(1, 3), 0]]


REFUSED = {
    "corr(x, big)": "does not fit",
    "corr(x, v)": "does not fit",
    "corr(x, 2)": "map of numbers",
    "pad(x, 0 - 1, 0)": "not negative",
    "pad(x, 0, 0 - 1)": "not negative",
    "pad(x, [1,2,3], 0)": "one or 2",
    "pad(x, 1/2, 0)": "Whole numbers",
    "every(x, [1,1,1])": "one or 2",
    "every(x, 3/2)": "Whole numbers",
    "crop(x, 1, 1)": "Nothing is left",
    "crop(x, [0,3], 0)": "Nothing is left",
    "stretch(x, v)": "one or 2",
    "flip(3)": "map of numbers",
    "total(3)": "map of numbers",
    "max_pool(x, 1, 1, 1, 4, 1)": "wholly in the padding",
    "max_pool(x, 2, 1, 1, 1, 3)": "wholly in the padding",
    "sum_pool(x, 1, 2, 0, 2)": "wholly in the padding",
    "cells(x, 1, 1, 1, 1)": "wholly in the padding",
    "max_route(x, x, 1, 1, 1, 1)": "wholly in the padding",
    "spread(x, 2, 1, 2, 0)": "wholly in the padding",
    "max_regions(x, [1,1,1])": "one or 2",
    "conv_matrix(x, [1,2,3], 0, 1, 1)": "one or 2",
}


@pytest.mark.parametrize("formula", REFUSED)
def test_what_has_no_meaning_for_a_map_is_our_error(formula):
    values = {
        "x": Array.of([[1, 2], [3, 4]]),
        "big": Array.of([[1, 1, 1]]),
        "v": Array.of([1, 2, 3]),
    }
    with pytest.raises(CalculationError, match=REFUSED[formula]):
        evaluate(parse(formula), values)


def test_every_place_of_a_window_is_seen_once():
    """A window's entry formula of sum_pool over a map of ones counts what `cells` counts."""
    ones = {"x": Array.of([[1] * 4] * 3)}
    counted = evaluate(parse("cells(x, 3, 2, 1, 2)"), ones)
    summed = parse("sum_pool(x, 3, 2, 1, 2)")
    for place in product((1, 2), (1, 2)):
        assert evaluate(entry(summed, place, ones, {}), ones) == counted.entry(*place)
