"""Counts and sizes against plain loops that slide a window, scatter a kernel and count; no formula is used here."""

import random
from itertools import product

import pytest

import dlcalc

CASES = 100
"""Of ordinary convolutions; as many transposed ones and as many pools."""


def several(rng, dims, low, high):
    return tuple(rng.randint(low, high) for _ in range(dims))


def draw_convolution(seed, largest):
    """Draw inputs of a small convolution in one to three dimensions whose kernel fits into the padded input."""
    rng = random.Random(seed)
    while True:
        dims, groups = rng.randint(1, 3), rng.randint(1, 3)
        inputs = {
            "dims": dims,
            "in": several(rng, dims, 1, largest - dims),
            "k": several(rng, dims, 1, 3),
            "stride": several(rng, dims, 1, 3),
            "dilation": several(rng, dims, 1, 2),
            "pad": tuple(several(rng, 2, 0, 2) for _ in range(dims)),
            "groups": groups,
            "channels": groups * rng.randint(1, 2),
            "filters": groups * rng.randint(1, 2),
            "bias": rng.random() < 0.5,
        }
        if all(fits(axis) for axis in axes(inputs)):
            return inputs


def draw_transposed(seed):
    """Draw inputs of a small transposed convolution that leaves a pixel."""
    rng = random.Random(seed)
    while True:
        inputs = draw_convolution(rng.random(), largest=7) | {"transpose": True}
        inputs["output_pad"] = tuple(
            rng.randrange(max(s, d)) for s, d in zip(inputs["stride"], inputs["dilation"], strict=True)
        )
        if all(len(landing(axis, extra)) > 0 for axis, extra in zip(axes(inputs), inputs["output_pad"], strict=True)):
            return inputs


def draw_pool(seed):
    """Draw inputs of a small pool; padding stays below the window, as everywhere."""
    rng = random.Random(seed)
    while True:
        dims = rng.randint(1, 3)
        inputs = {
            "dims": dims,
            "in": several(rng, dims, 1, 12),
            "k": several(rng, dims, 1, 4),
            "stride": several(rng, dims, 1, 5),
            "dilation": several(rng, dims, 1, 2),
            "channels": rng.randint(1, 4),
        }
        if set(inputs["dilation"]) == {1}:
            inputs["kind"] = rng.choice(("max", "avg"))
        extents = [d * (k - 1) + 1 for k, d in zip(inputs["k"], inputs["dilation"], strict=True)]
        inputs["pad"] = tuple((rng.randrange(extent), rng.randrange(extent)) for extent in extents)
        if all(fits(axis) for axis in axes(inputs)):
            return inputs


def axes(inputs):
    """Return (side, kernel, stride, dilation, (begin, end)) of each dimension."""
    return list(zip(*(inputs[name] for name in ("in", "k", "stride", "dilation", "pad")), strict=True))


def taps(kernel, dilation):
    """Return where a kernel's weights lie, from its first."""
    return range(0, kernel * dilation, dilation)


def fits(axis):
    side, kernel, _, dilation, (begin, end) = axis
    return taps(kernel, dilation)[-1] < begin + side + end


def slide(axis):
    """Return where windows start that lie inside the padded input; the input's first pixel is 0."""
    side, kernel, stride, dilation, (begin, end) = axis
    padded = set(range(-begin, side + end))
    starts, at = [], -begin
    while all(at + tap in padded for tap in taps(kernel, dilation)):
        starts.append(at)
        at += stride
    return starts


def slide_over_the_end(axis):
    """Return where windows start in PyTorch's ceil_mode: also one that sticks out, if it starts before the end padding.

    A window sticks out only where the one before left pixels uncovered.
    """
    side, kernel, stride, dilation, (begin, end) = axis
    starts, at, covered = [], -begin, -begin - 1
    while covered < side + end - 1 and at < side:
        starts.append(at)
        covered = at + taps(kernel, dilation)[-1]
        at += stride
    return starts


def landing(axis, extra):
    """Return the output pixels of a transposed convolution: where its weights land, then cropped and extended."""
    side, kernel, stride, dilation, (begin, end) = axis
    last = max(place * stride + tap for place in range(side) for tap in taps(kernel, dilation))
    return range(begin, last + 1 + extra - end)


def channel_pairs(inputs):
    """Return the (input channel, filter) pairs that are connected."""
    per_group = inputs["channels"] // inputs["groups"], inputs["filters"] // inputs["groups"]
    return [
        (channel, number)
        for channel in range(inputs["channels"])
        for number in range(inputs["filters"])
        if channel // per_group[0] == number // per_group[1]
    ]


def kernel_taps(inputs):
    return list(product(*(taps(k, d) for k, d in zip(inputs["k"], inputs["dilation"], strict=True))))


def solve(topic, inputs):
    return dlcalc.solve(topic, inputs).answers


convolutions = pytest.mark.parametrize("seed", range(CASES))
transposed = pytest.mark.parametrize("seed", range(1000, 1000 + CASES))
pools = pytest.mark.parametrize("seed", range(2000, 2000 + CASES))


# ---------------------------------------------------------------- ordinary convolution


@convolutions
def test_macs_of_a_convolution_are_the_multiplications_made_while_sliding(seed):
    # A product with a padded zero counts: that is the usual definition, and what every counter prints.
    inputs = draw_convolution(seed, largest=8)
    multiplications = 0
    for _place in product(*map(slide, axes(inputs))):
        for _pair in channel_pairs(inputs):
            for _tap in kernel_taps(inputs):
                multiplications += 1
    assert solve("conv", inputs)["macs"] == multiplications


@convolutions
def test_counted_biases_of_a_convolution_are_one_addition_for_each_output_value(seed):
    inputs = draw_convolution(seed, largest=8)
    additions = 0
    for _place in product(*map(slide, axes(inputs))):
        for _filter in range(inputs["filters"]):
            additions += inputs["bias"]
    plain, counted = solve("conv", inputs)["macs"], solve("conv", inputs | {"count_bias": True})["macs"]
    assert counted - plain == additions


@convolutions
def test_a_convolution_has_one_output_value_for_each_filter_and_window(seed):
    inputs = draw_convolution(seed, largest=8)
    places = [slide(axis) for axis in axes(inputs)]
    found = solve("conv", inputs)
    assert found["shape"] == [inputs["filters"], *map(len, places)]
    assert found["activations"] == sum(1 for _ in product(range(inputs["filters"]), *places))


@convolutions
def test_without_sharing_every_output_value_owns_its_weights_and_its_bias(seed):
    # CS231n, "Parameter Sharing": each neuron of the output volume has F*F*C weights and 1 bias of its own.
    inputs = draw_convolution(seed, largest=8)
    owned = 0
    for number, *_place in product(range(inputs["filters"]), *map(slide, axes(inputs))):
        owned += sum(1 for _ in product((c for c, f in channel_pairs(inputs) if f == number), kernel_taps(inputs)))
        owned += inputs["bias"]
    assert solve("conv", inputs)["unshared"] == owned


# ---------------------------------------------------------------- transposed convolution


@transposed
def test_macs_of_a_transposed_convolution_are_each_input_value_times_each_weight_it_meets(seed):
    # Products that the padding crops away later are made all the same.
    inputs = draw_transposed(seed)
    multiplications = 0
    for _place in product(*map(range, inputs["in"])):
        for _pair in channel_pairs(inputs):
            for _tap in kernel_taps(inputs):
                multiplications += 1
    assert solve("conv", inputs)["macs"] == multiplications


@transposed
def test_a_transposed_convolution_is_as_large_as_the_pixels_its_weights_land_on(seed):
    inputs = draw_transposed(seed)
    pixels = [landing(axis, extra) for axis, extra in zip(axes(inputs), inputs["output_pad"], strict=True)]
    found = solve("conv", inputs)
    assert found["shape"] == [inputs["filters"], *map(len, pixels)]
    assert found["activations"] == sum(1 for _ in product(range(inputs["filters"]), *pixels))


# ---------------------------------------------------------------- pooling


@pools
def test_a_pool_has_one_output_value_for_each_channel_and_window(seed):
    inputs = draw_pool(seed)
    places = [slide(axis) for axis in axes(inputs)]
    found = solve("pool", inputs)
    assert found["shape"] == [inputs["channels"], *map(len, places)]
    assert found["activations"] == sum(1 for _ in product(range(inputs["channels"]), *places))


@pools
def test_a_pool_that_rounds_up_has_a_last_window_that_starts_before_the_end_padding(seed):
    inputs = draw_pool(seed)
    places = [slide_over_the_end(axis) for axis in axes(inputs)]
    found = solve("pool", inputs | {"ceil": True})
    assert found["shape"] == [inputs["channels"], *map(len, places)]
    assert found["activations"] == sum(1 for _ in product(range(inputs["channels"]), *places))


def test_rounding_up_adds_a_window_in_some_drawn_pools_and_in_some_not():
    # Otherwise the comparison above would not tell the two rules apart.
    longer = {
        len(slide_over_the_end(axis)) - len(slide(axis))
        for seed in range(2000, 2000 + CASES)
        for axis in axes(draw_pool(seed))
    }
    assert longer == {0, 1}
