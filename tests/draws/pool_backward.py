"""Backward passes of small pooling layers."""

from tests.draws import grid


def draw(rng):
    side, k = rng.randint(3, 5), rng.randint(1, 3)
    stride, pad = rng.choice((None, 1, 2)), rng.choice((0, 0, 1))
    out = (side + 2 * pad - k) // (stride or k) + 1
    return {
        "x": grid(rng, side, side),
        "dy": grid(rng, max(out, 1), max(out, 1)),
        "k": k,
        "stride": stride,
        "pad": pad,
        "kind": rng.choice(("max", "avg")),
        "count_include_pad": rng.random() < 0.5,
        "ties": rng.choice(("first", "all", "share")),
    }
