"""Convolutions of every kind."""

from tests.draws import per_axis


def draw(rng):
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
