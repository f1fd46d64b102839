"""Convolutions of every kind."""

from tests.draws import grid, per_axis


def draw(rng):
    return values(rng) if rng.random() < 0.45 else sizes(rng)


def values(rng):
    """Draw a small layer with its numbers."""
    dims = rng.choice((1, 2, 2, 2))
    channels, filters = rng.choice(((0, 0), (0, 0), (1, 1), (2, 1), (2, 1), (2, 2), (3, 1)))
    side, kernel = rng.randint(3, 5), rng.randint(1, 3)
    square = rng.random() < 0.8
    x = [side] * dims if square else [side, *(rng.randint(3, 5) for _ in range(dims - 1))]
    k = [kernel] * dims if square else [kernel, *(rng.randint(1, 3) for _ in range(dims - 1))]
    transpose = rng.random() < 0.2
    leading = (channels, filters) if transpose else (filters, channels)
    raw = {
        "x": grid(rng, *((channels,) if channels else ()), *x),
        "w": grid(rng, *(leading if channels else ()), *k),
        "dims": dims,
        "stride": rng.choice((1, 2)),
        "pad": rng.choice((0, 0, 1, 2) if transpose else (0, 0, 1, 2, "same", "full", ((0, 1),) * dims)),
        "dilation": rng.choice((1, 1, 1, 2)),
        "act": rng.choice(("linear", "linear", "relu", "relu", "sigmoid", "tanh")),
        "flip": rng.random() < 0.4,
        "transpose": transpose,
    }
    if rng.random() < 0.5:
        raw["b"] = grid(rng, max(filters, 1), low=1)
    if not transpose:
        raw["as_matrix"] = rng.random() < 0.2
        raw["modes"] = raw["stride"] == 1 and rng.random() < 0.2
    return raw


def sizes(rng):
    transpose = rng.random() < 0.3
    dims = rng.choice((1, 2, 2, 2, 3))
    groups = rng.choice((1, 1, 1, 2, 3))
    raw = {
        "in": per_axis(rng, dims, 6, 20),
        "k": per_axis(rng, dims, 1, 5),
        "stride": per_axis(rng, dims, 1, 3),
        "dilation": per_axis(rng, dims, 1, 3),
        "pad": _pad(rng, dims, transpose),
        "channels": groups * rng.randint(1, 4),
        "filters": groups * rng.randint(1, 4),
        "groups": groups,
        "bias": rng.random() < 0.8,
        "dims": dims,
        "transpose": transpose,
    }
    if transpose:
        raw["output_pad"] = rng.choice((0, 1))
    if rng.random() < 0.1:
        raw["strict"] = True
    if rng.random() < 0.1:
        raw["count_bias"] = True
    return raw


def _pad(rng, dims, transpose):
    modes = (0, 0, 1, 1, 2, "valid", "same") + (() if transpose else ("full",))
    ends = tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in range(dims))
    return rng.choice((*modes, ends))
