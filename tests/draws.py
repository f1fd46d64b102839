"""Drawn inputs for every topic, wide enough that every line and every mistake comes up. A new topic adds a row."""


def conv(rng):
    transpose = rng.random() < 0.3
    dims = rng.choice((1, 2, 2, 2, 3))
    groups = rng.choice((1, 1, 1, 2, 3))
    raw = {
        "in": _per_axis(rng, dims, 6, 20),
        "k": _per_axis(rng, dims, 1, 5),
        "stride": _per_axis(rng, dims, 1, 3),
        "dilation": _per_axis(rng, dims, 1, 3),
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


def pool(rng):
    dims = rng.choice((1, 2, 2, 2, 3))
    raw = {"in": _per_axis(rng, dims, 6, 20), "channels": rng.randint(1, 9), "dims": dims}
    kind = rng.random()
    if kind < 0.08:
        raw["global"] = True
    elif kind < 0.16:
        raw["adaptive"] = _per_axis(rng, dims, 1, 6)
    else:
        raw["k"] = _per_axis(rng, dims, 1, 5)
        raw["pad"] = rng.choice((0, 0, 1, 1, 2, "same", "valid", ((0, 1),) * dims, ((2, 1),) * dims))
        if rng.random() < 0.7:
            raw["stride"] = _per_axis(rng, dims, 1, 4)
        raw["kind"] = rng.choice(("max", "avg"))
        if raw["kind"] == "max" and rng.random() < 0.3:
            raw["dilation"] = _per_axis(rng, dims, 1, 3)
        if rng.random() < 0.4:
            raw["ceil"] = True
    return raw


def linear(rng):
    flat = rng.random() < 0.5
    return {
        "in_features": rng.randint(1, 400) if flat else tuple(rng.randint(1, 12) for _ in range(rng.choice((2, 3)))),
        "out_features": rng.randint(1, 300),
        "bias": rng.random() < 0.8,
    }


DRAWS = {"conv": conv, "pool": pool, "linear": linear}


def _per_axis(rng, dims, low, high):
    if rng.random() < 0.7:
        return rng.randint(low, high)
    return tuple(rng.randint(low, high) for _ in range(dims))


def _pad(rng, dims, transpose):
    modes = (0, 0, 1, 1, 2, "valid", "same") + (() if transpose else ("full",))
    ends = tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in range(dims))
    return rng.choice((*modes, ends))
