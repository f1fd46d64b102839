"""Pooling of every kind."""

from tests.draws import grid, per_axis


def draw(rng):
    dims = rng.choice((1, 2, 2, 2, 3))
    raw = {"in": per_axis(rng, dims, 6, 20), "channels": rng.randint(1, 9), "dims": dims}
    kind = rng.random()
    if kind < 0.08:
        raw["global"] = True
    elif kind < 0.16:
        raw["adaptive"] = per_axis(rng, dims, 1, 6)
    else:
        raw["k"] = per_axis(rng, dims, 1, 5)
        raw["pad"] = rng.choice((0, 0, 1, 1, 2, "same", "valid", ((0, 1),) * dims, ((2, 1),) * dims))
        if rng.random() < 0.7:
            raw["stride"] = per_axis(rng, dims, 1, 4)
        raw["kind"] = rng.choice(("max", "avg"))
        if raw["kind"] == "max" and rng.random() < 0.3:
            raw["dilation"] = per_axis(rng, dims, 1, 3)
        if rng.random() < 0.4:
            raw["ceil"] = True
    if rng.random() < 0.4:
        sizes = raw.pop("in")
        channels = raw.pop("channels") % 3
        sizes = sizes if isinstance(sizes, tuple) else (sizes,) * dims
        raw["x"] = grid(rng, *((channels,) if channels else ()), *(n // 4 + 2 for n in sizes))
        raw["count_include_pad"] = rng.random() < 0.5
    return raw
