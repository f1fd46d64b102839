"""Fully connected layers on numbers and on maps."""


def draw(rng):
    flat = rng.random() < 0.5
    return {
        "in_features": rng.randint(1, 400) if flat else tuple(rng.randint(1, 12) for _ in range(rng.choice((2, 3)))),
        "out_features": rng.randint(1, 300),
        "bias": rng.random() < 0.8,
    }
