"""Encodings of a few positions, sometimes added to tokens, shifted, or of two tokens swapped."""

from tests.draws import grid


def draw(rng):
    n, d = rng.randint(1, 4), rng.choice((2, 4, 4, 6))
    raw = {"n": n, "d": d}
    if rng.random() < 0.3:
        raw["base"] = rng.choice((100, 10))
    if rng.random() < 0.4:
        raw["x"] = grid(rng, n, d, low=-1, high=2)
    if rng.random() < 0.3:
        raw["order"] = rng.choice(("halves", "interleaved"))
    if rng.random() < 0.3:
        raw["from_one"] = rng.random() < 0.7
    if rng.random() < 0.3:
        raw["shift"] = rng.randint(1, 3)
    if rng.random() < 0.3:
        raw["swap"] = rng.random() < 0.5
    return raw
