"""Values and gradients against plain nested loops on exact fractions: nothing of dlcalc's maps is used here.

A map is a dictionary from places (counted from 0) to numbers; a place without an entry is padding.
"""

import random
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import pytest

import dlcalc
from dlcalc.layers import conv_inputs
from tests.draws import grid

CASES = 150
"""Of each kind."""


def exact(number):
    return Fraction(str(number))


def shape_of(nested):
    return (len(nested), *shape_of(nested[0])) if isinstance(nested, list) else ()


def as_map(nested):
    """Return the numbers by place."""
    found = {}
    for place in product(*map(range, shape_of(nested))):
        number = nested
        for index in place:
            number = number[index]
        found[place] = exact(number)
    return found


def as_lists(numbers, shape, before=()):
    """Return nested lists of numbers by place; a place without one is 0."""
    if len(before) == len(shape):
        return numbers.get(before, 0)
    return [as_lists(numbers, shape, (*before, i)) for i in range(shape[len(before)])]


def at(place, step, offset, dilation, begin):
    """Return where a window at `place` has its weight `offset`."""
    rows = zip(place, step, offset, dilation, begin, strict=True)
    return tuple(p * s + o * d - b for p, s, o, d, b in rows)


def several(rng, dims, low, high):
    return tuple(rng.randint(low, high) for _ in range(dims))


def is_exact(nested):
    """Say whether every number is whole or a fraction."""
    if isinstance(nested, list):
        return all(is_exact(part) for part in nested)
    return isinstance(nested, int | Fraction)


# ---------------------------------------------------------------- convolution


def draw_convolution(rng):
    """Draw inputs of a small convolution whose kernel fits."""
    while True:
        dims, groups = rng.randint(1, 3), rng.randint(1, 2)
        channels, filters = groups * rng.randint(1, 2), groups * rng.randint(1, 2)
        sides, k = several(rng, dims, 1, 7 - 2 * dims + 2), several(rng, dims, 1, 3)
        raw = {
            "x": grid(rng, channels, *sides),
            "w": grid(rng, filters, channels // groups, *k),
            "dims": dims,
            "stride": several(rng, dims, 1, 3),
            "dilation": several(rng, dims, 1, 2),
            "pad": tuple(several(rng, 2, 0, 2) for _ in range(dims)),
            "groups": groups,
        }
        if rng.random() < 0.5:
            raw["b"] = grid(rng, filters)
        outs = output(raw)
        if all(n >= 1 for n in outs):
            return raw, outs


def output(raw):
    """Return how many places a window has, by trying them."""
    dims = raw["dims"]
    sides, k = shape_of(raw["x"])[-dims:], shape_of(raw["w"])[-dims:]
    found = []
    for n, size, s, d, (begin, end) in zip(sides, k, raw["stride"], raw["dilation"], raw["pad"], strict=True):
        reach = (size - 1) * d
        found.append(sum(1 for start in range(-begin, n + end, s) if start + reach < n + end))
    return tuple(found)


def pairs(raw):
    """Yield (filter, channel, the channel's number within its group)."""
    channels, filters, groups = len(raw["x"]), len(raw["w"]), raw["groups"]
    for f, c in product(range(filters), range(channels)):
        if f // (filters // groups) == c // (channels // groups):
            yield f, c, c % (channels // groups)


def terms(raw, outs):
    """Yield every product of a convolution: (place in y, place in x, place in w), padding left out."""
    dims = raw["dims"]
    k, begin = shape_of(raw["w"])[-dims:], [b for b, _ in raw["pad"]]
    x = as_map(raw["x"])
    for f, c, inner in pairs(raw):
        for place, offset in product(product(*map(range, outs)), product(*map(range, k))):
            where = at(place, raw["stride"], offset, raw["dilation"], begin)
            if (c, *where) in x:
                yield (f, *place), (c, *where), (f, inner, *offset)


def convolve(raw, outs):
    x, w = as_map(raw["x"]), as_map(raw["w"])
    y = {}
    for f, b in enumerate(raw.get("b", [0] * len(raw["w"]))):
        for place in product(*map(range, outs)):
            y[(f, *place)] = exact(b)
    for into, under, weight in terms(raw, outs):
        y[into] += x[under] * w[weight]
    return as_lists(y, (len(raw["w"]), *outs))


@pytest.mark.parametrize("seed", range(CASES))
def test_a_convolution_is_the_sum_of_its_products(seed):
    raw, outs = draw_convolution(random.Random(seed))
    y = dlcalc.solve("conv", raw).answers["y"]
    assert y == convolve(raw, outs)
    assert is_exact(y)


def flipped(w, dims):
    """Return every kernel backwards."""
    if len(shape_of(w)) > dims:
        return [flipped(part, dims) for part in w]
    return flipped_all(w)


def flipped_all(w):
    return [flipped_all(part) for part in reversed(w)] if isinstance(w, list) else w


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_kernel_is_the_kernel_typed_backwards(seed):
    raw, outs = draw_convolution(random.Random(f"flip{seed}"))
    y = dlcalc.solve("conv", {**raw, "flip": True}).answers["y"]
    assert y == convolve({**raw, "w": flipped(raw["w"], raw["dims"])}, outs)


@pytest.mark.parametrize("seed", range(40))
def test_the_matrix_of_a_convolution_gives_its_values(seed):
    """M times the input's numbers is the output, row after row; every row of M has as many numbers as x."""
    rng = random.Random(f"matrix{seed}")
    raw, outs = draw_convolution(rng)
    raw["flip"] = rng.random() < 0.5
    try:
        sheet = dlcalc.solve("conv", {**raw, "as_matrix": True})
    except dlcalc.InputError as error:
        assert "4,096" in str(error)
        return
    y = np.array(sheet.answers["y"], object)
    places = prod(outs)
    for f in range(len(raw["w"])):
        rows = np.full(places, exact(raw["b"][f]) if "b" in raw else Fraction(0), object)
        for of, c, _ in pairs(raw):
            if of == f:
                matrix = np.array(sheet.values[f"M[{f + 1},{c + 1}]"], object)
                x = np.array([exact(n) for n in np.array(raw["x"][c], object).flat], object)
                assert matrix.shape == (places, x.size)
                rows = rows + matrix @ x
        assert list(rows) == list(y[f].flat)
        assert list(sheet.values[f"y_flat[{f + 1}]"]) == list(rows)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("flip", [True, False])
def test_full_and_valid_in_one_dimension_are_those_of_numpy(seed, flip):
    """numpy.convolve flips the kernel; its 'same' follows the longer of the two, so only its middle is compared."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 9))
    k = int(rng.integers(1, n + 1))
    x, w = rng.integers(-9, 10, n), rng.integers(-9, 10, k)
    inputs = {"x": x.tolist(), "w": w.tolist(), "dims": 1, "modes": True, "flip": flip}
    values = dlcalc.solve("conv", inputs).values
    numpys = {mode: np.convolve(x, w if flip else w[::-1], mode).tolist() for mode in ("full", "valid")}
    assert {mode: list(values[f"y_{mode}"]) for mode in numpys} == numpys
    start = (k - 1) - (k - 1) // 2  # the full map begins k − 1 before the input, the same one floor((k − 1)/2)
    assert list(values["y_same"]) == numpys["full"][start : start + n]


@pytest.mark.parametrize("seed", range(20))
def test_full_same_and_valid_are_what_each_padding_gives_alone(seed):
    rng = random.Random(f"modes{seed}")
    raw = {"x": grid(rng, 2, 4, 5), "w": grid(rng, 3, 2, *several(rng, 2, 1, 3)), "dilation": 1, "act": "relu"}
    raw["b"] = grid(rng, 3)
    values = dlcalc.solve("conv", {**raw, "modes": True}).values
    for mode in ("full", "same", "valid"):
        alone = dlcalc.solve("conv", {**raw, "pad": mode}).answers["y"]
        assert [values[f"y_{mode}[{f}]"] for f in (1, 2, 3)] == alone


# ---------------------------------------------------------------- transposed convolution


@pytest.mark.parametrize("seed", range(CASES))
def test_a_transposed_convolution_lays_down_a_kernel_for_every_number(seed):
    rng = random.Random(f"transposed{seed}")
    while True:
        raw, _ = draw_convolution(rng)
        dims, groups = raw["dims"], raw["groups"]
        k = shape_of(raw["w"])[2:]
        filters = groups * rng.randint(1, 2)
        raw |= {"w": grid(rng, len(raw["x"]), filters // groups, *k), "transpose": True}
        raw["output_pad"] = tuple(rng.randrange(max(s, d)) for s, d in zip(raw["stride"], raw["dilation"], strict=True))
        raw.pop("b", None)
        if rng.random() < 0.5:
            raw["b"] = grid(rng, filters)
        rows = zip(
            shape_of(raw["x"])[1:], k, raw["stride"], raw["dilation"], raw["pad"], raw["output_pad"], strict=True
        )
        outs = [(n - 1) * s + (size - 1) * d + 1 + q - begin - end for n, size, s, d, (begin, end), q in rows]
        if min(outs) >= 1:
            break
    x, w, y = as_map(raw["x"]), as_map(raw["w"]), {}
    for f, b in enumerate(raw.get("b", [0] * filters)):
        y |= {(f, *place): exact(b) for place in product(*map(range, outs))}
    per_group = len(raw["x"]) // groups
    for (c, *place), number in x.items():
        for (of, inner, *offset), weight in w.items():
            if of == c:
                f = c // per_group * (filters // groups) + inner
                where = at(place, raw["stride"], offset, raw["dilation"], [begin for begin, _ in raw["pad"]])
                if (f, *where) in y:
                    y[(f, *where)] += number * weight
    assert dims == len(outs)
    assert dlcalc.solve("conv", raw).answers["y"] == as_lists(y, (filters, *outs))


# ---------------------------------------------------------------- backward


@pytest.mark.parametrize("seed", range(CASES))
def test_gradients_of_a_convolution_follow_every_product_back(seed):
    rng = random.Random(f"backward{seed}")
    raw, outs = draw_convolution(rng)
    raw.pop("b", None)
    raw["dy"] = grid(rng, len(raw["w"]), *outs)
    x, w, dy = as_map(raw["x"]), as_map(raw["w"]), as_map(raw["dy"])
    dx, dw = dict.fromkeys(x, 0), dict.fromkeys(w, 0)
    for into, under, weight in terms(raw, outs):
        dx[under] += w[weight] * dy[into]
        dw[weight] += x[under] * dy[into]
    answers = dlcalc.solve("conv-backward", raw).answers
    assert answers["dx"] == as_lists(dx, shape_of(raw["x"]))
    assert answers["dw"] == as_lists(dw, shape_of(raw["w"]))
    assert answers["db"] == [sum(n for (f, *_), n in dy.items() if f == i) for i in range(len(raw["w"]))]
    assert is_exact(answers["dx"])


@pytest.mark.parametrize("seed", range(15))
def test_gradients_of_a_convolution_are_its_slopes(seed):
    """E = Σ dy·y is linear in each number: E with it one larger, less E, is the gradient exactly."""
    rng = random.Random(f"slopes{seed}")
    raw = {
        "x": grid(rng, 2, 4, 4),
        "w": grid(rng, 2, 2, 2, 2),
        "stride": rng.choice((1, 2)),
        "pad": rng.choice((0, 1, "same", "full")),
    }
    error = as_map(dlcalc.solve("conv", raw).answers["y"])
    dy = {place: rng.randint(-4, 4) for place in error}
    shape = [max(indices) + 1 for indices in zip(*error, strict=True)]
    answers = dlcalc.solve("conv-backward", {**raw, "dy": as_lists(dy, shape)}).answers

    def total(changed):
        y = as_map(dlcalc.solve("conv", changed).answers["y"])
        return sum(dy[place] * number for place, number in y.items())

    plain = total(raw)
    for name in ("x", "w"):
        numbers, gradient = as_map(raw[name]), as_map(answers[f"d{name}"])
        for place in rng.sample(sorted(numbers), 4):
            more = {**numbers, place: numbers[place] + 1}
            changed = {**raw, name: as_lists(more, shape_of(raw[name]))}
            assert total(changed) - plain == gradient[place]


# ---------------------------------------------------------------- pooling


def draw_pool(rng):
    """Draw a small pool and what each of its windows sees: places in the map, and how many places it covers.

    Sizes round up where `ceil` says so; the last window then starts inside the map or the padding before it.
    """
    while True:
        dims = rng.randint(1, 3)
        k = several(rng, dims, 1, 3)
        raw = {
            "x": grid(rng, rng.randint(1, 2), *several(rng, dims, 1, 8 - 2 * dims), low=-2, high=2),
            "dims": dims,
            "k": k,
            "stride": several(rng, dims, 1, 4),
            "pad": tuple((rng.randrange(n), rng.randrange(n)) for n in k),
            "kind": rng.choice(("max", "avg")),
            "ceil": rng.random() < 0.5,
            "count_include_pad": rng.random() < 0.5,
        }
        if raw["kind"] == "max":
            raw["dilation"] = several(rng, dims, 1, 2)
        axes = [axis_windows(raw, d) for d in range(dims)]
        if all(axes) and all(inside for axis in axes for inside, _ in axis):
            return raw, axes


def axis_windows(raw, d):
    """Return, for each window along one dimension, the places it sees and how many it covers of the padded map."""
    n, k, s, (begin, end) = shape_of(raw["x"])[1 + d], raw["k"][d], raw["stride"][d], raw["pad"][d]
    gap = raw.get("dilation", (1,) * 9)[d]
    found, start = [], -begin
    while start < n + end:
        taps = [start + i * gap for i in range(k)]
        whole = taps[-1] < n + end
        # Rounded up, one may stick out by less than its stride, if it starts before the padding at the end.
        if not whole and not (raw["ceil"] and taps[-1] - (n + end - 1) < s and start < n):
            break
        found.append(([t for t in taps if 0 <= t < n], sum(t < n + end for t in taps)))
        if not whole:
            break
        start += s
    return found


def pooled(raw, axes):
    """Yield (channel and place in y, the places its window sees, what a mean is divided by)."""
    for c in range(len(raw["x"])):
        for place in product(*(range(len(axis)) for axis in axes)):
            windows = [axis[i] for axis, i in zip(axes, place, strict=True)]
            seen = [(c, *where) for where in product(*(inside for inside, _ in windows))]
            count = prod(covered for _, covered in windows) if raw["count_include_pad"] else len(seen)
            yield (c, *place), seen, count


@pytest.mark.parametrize("seed", range(CASES))
def test_pooling_takes_the_largest_or_the_mean_of_what_each_window_sees(seed):
    raw, axes = draw_pool(random.Random(f"pool{seed}"))
    x, y = as_map(raw["x"]), {}
    for into, seen, count in pooled(raw, axes):
        numbers = [x[place] for place in seen]
        y[into] = max(numbers) if raw["kind"] == "max" else sum(numbers) / count
    found = dlcalc.solve("pool", raw).answers["y"]
    assert found == as_lists(y, (len(raw["x"]), *map(len, axes)))
    assert is_exact(found)


@pytest.mark.parametrize("ties", ["first", "all", "share"])
@pytest.mark.parametrize("seed", range(CASES))
def test_gradients_of_pooling_go_to_the_largest_numbers_or_to_all(seed, ties):
    rng = random.Random(f"route{seed}")
    raw, axes = draw_pool(rng)
    outs = (len(raw["x"]), *map(len, axes))
    raw |= {"dy": grid(rng, *outs), "ties": ties}
    x, dy = as_map(raw["x"]), as_map(raw["dy"])
    dx = dict.fromkeys(x, Fraction(0))
    for into, seen, count in pooled(raw, axes):
        if raw["kind"] == "avg":
            parts = dict.fromkeys(seen, Fraction(1, count))
        else:
            largest = [place for place in seen if x[place] == max(x[p] for p in seen)]
            parts = {"first": {largest[0]: 1}, "all": dict.fromkeys(largest, 1)}.get(
                ties, dict.fromkeys(largest, Fraction(1, len(largest)))
            )
        for place, part in parts.items():
            dx[place] += part * dy[into]
    found = dlcalc.solve("pool-backward", raw).answers["dx"]
    assert found == as_lists(dx, shape_of(raw["x"]))
    assert is_exact(found)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_adaptive_and_global_pooling_see_every_region(seed, kind):
    """A number belongs to region i of A if its own stretch of the side, cut into A parts, touches part i."""
    rng = random.Random(f"adaptive{seed}")
    dims = rng.randint(1, 3)
    sides, wanted = several(rng, dims, 1, 6), several(rng, dims, 1, 6)
    raw = {"x": grid(rng, *sides), "dims": dims, "kind": kind}
    if seed % 3:
        raw["adaptive"] = wanted
    else:
        raw["global"], wanted = True, (1,) * dims
    x, y = as_map(raw["x"]), {}
    for region in product(*map(range, wanted)):
        seen = [
            number
            for place, number in x.items()
            if all(
                p * a < (i + 1) * n and (p + 1) * a > i * n
                for p, i, n, a in zip(place, region, sides, wanted, strict=True)
            )
        ]
        y[region] = max(seen) if kind == "max" else sum(seen) / len(seen)
    assert dlcalc.solve("pool", raw).answers["y"] == as_lists(y, wanted)


# ---------------------------------------------------------------- fully connected


@pytest.mark.parametrize("seed", range(CASES))
def test_a_fully_connected_layer_weighs_every_input(seed):
    rng = random.Random(f"linear{seed}")
    shape, rows = several(rng, rng.randint(1, 3), 1, 3), rng.randint(1, 4)
    raw = {"x": grid(rng, *shape), "w": grid(rng, rows, prod(shape))}
    if rng.random() < 0.5:
        raw["b"] = grid(rng, rows)
    x = list(as_map(raw["x"]).values())
    biases = raw.get("b", [0] * rows)
    y = [
        sum(exact(w) * n for w, n in zip(row, x, strict=True)) + exact(b)
        for row, b in zip(raw["w"], biases, strict=True)
    ]
    answers = dlcalc.solve("linear", raw).answers
    assert answers["y"] == y
    assert is_exact(answers["y"])


# ---------------------------------------------------------------- exact and float64


def test_an_activation_that_keeps_numbers_exact_keeps_them_exact():
    y = dlcalc.solve("conv", {"x": [[0.1, 0.2], [0.3, -0.4]], "w": [[3]], "act": "relu"}).answers["y"]
    assert y == [[Fraction(3, 10), Fraction(6, 10)], [Fraction(9, 10), 0]]


@pytest.mark.parametrize(
    "steps", [{}, {"stride": 2, "pad": 1}, {"dilation": 2, "flip": True}, {"transpose": True, "stride": 2, "pad": 1}]
)
def test_a_layer_worked_in_float64_agrees_with_the_exact_one(monkeypatch, steps):
    rng = random.Random(str(steps))
    raw = {"x": grid(rng, 2, 9, 9), "w": grid(rng, 2, 2, 3, 3), "b": grid(rng, 2), **steps}
    whole = dlcalc.solve("conv", raw).answers["y"]
    monkeypatch.setattr(conv_inputs, "MOST_EXACT_MACS", 100)
    found = dlcalc.solve("conv", raw).answers["y"]
    assert is_exact(whole)
    assert isinstance(found[0][0][0], float)
    np.testing.assert_allclose(np.array(found, float), np.array(whole, float), rtol=1e-13, atol=1e-13)


def test_gradients_worked_in_float64_agree_with_the_exact_ones(monkeypatch):
    rng = random.Random(1)
    raw = {"x": grid(rng, 2, 7, 7), "w": grid(rng, 2, 2, 3, 3), "dy": grid(rng, 2, 4, 4), "stride": 2, "pad": 1}
    whole = dlcalc.solve("conv-backward", raw).answers
    monkeypatch.setattr(conv_inputs, "MOST_EXACT_MACS", 100)
    found = dlcalc.solve("conv-backward", raw).answers
    for name in ("dx", "dw", "db"):
        assert is_exact(whole[name])
        np.testing.assert_allclose(np.array(found[name], float), np.array(whole[name], float), rtol=1e-13, atol=1e-13)


def test_more_than_300_000_multiply_accumulates_are_worked_in_float64():
    rng = np.random.default_rng(3)
    x, w = rng.integers(-9, 10, (3, 90, 90)), rng.integers(-9, 10, (2, 3, 3, 3))
    y = np.array(dlcalc.solve("conv", {"x": x, "w": w}).answers["y"])
    assert y.dtype == float
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))
    assert (y == np.einsum("chwij,fcij->fhw", windows, w)).all()


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_pools_of_more_than_10_000_numbers_are_worked_in_float64(kind):
    x = np.random.default_rng(4).integers(-9, 10, (104, 104))
    y = np.array(dlcalc.solve("pool", {"x": x, "k": 2, "kind": kind}).answers["y"])
    blocks = x.reshape(52, 2, 52, 2)
    assert y.dtype == float
    assert (y == (blocks.max((1, 3)) if kind == "max" else blocks.mean((1, 3)))).all()
    dy = np.random.default_rng(5).integers(-9, 10, (52, 52))
    dx = np.array(dlcalc.solve("pool-backward", {"x": x, "k": 2, "kind": kind, "dy": dy}).answers["dx"], float)
    assert dx.reshape(52, 2, 52, 2).sum((1, 3)).tolist() == dy.tolist()
    if kind == "avg":
        assert (dx == np.kron(dy, np.full((2, 2), 0.25))).all()
