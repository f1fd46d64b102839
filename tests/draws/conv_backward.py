"""Backward passes of small convolutions."""

from tests.draws import grid


def draw(rng):
    dims = rng.choice((1, 2, 2, 2))
    channels, filters = rng.choice(((0, 0), (0, 0), (1, 1), (2, 1), (2, 2)))
    side, kernel = rng.randint(3, 5), rng.randint(1, 3)
    stride, pad, dilation = rng.choice((1, 1, 2)), rng.choice((0, 0, 1)), rng.choice((1, 1, 2))
    out = (side + 2 * pad - dilation * (kernel - 1) - 1) // stride + 1
    return {
        "x": grid(rng, *((channels,) if channels else ()), *([side] * dims)),
        "w": grid(rng, *((filters, channels) if channels else ()), *([kernel] * dims)),
        "dy": grid(rng, *((filters,) if channels else ()), *([max(out, 1)] * dims)),
        "dims": dims,
        "stride": stride,
        "pad": pad,
        "dilation": dilation,
    }
