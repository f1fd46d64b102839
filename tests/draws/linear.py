"""Fully connected layers on numbers and on maps."""

from tests.draws import grid


def draw(rng):
    if rng.random() < 0.4:
        rows, columns = rng.choice(((1, 2), (2, 2), (3, 3), (2, 4)))
        raw = {"x": grid(rng, columns) if columns < 4 else grid(rng, 2, 2), "w": grid(rng, rows, columns)}
        return raw if rng.random() < 0.4 else {**raw, "b": grid(rng, rows, low=1)}
    flat = rng.random() < 0.5
    return {
        "in_features": rng.randint(1, 400) if flat else tuple(rng.randint(1, 12) for _ in range(rng.choice((2, 3)))),
        "out_features": rng.randint(1, 300),
        "bias": rng.random() < 0.8,
    }
