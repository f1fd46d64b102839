"""Every activation at numbers and lists, often at a kink or with equal largest z, sometimes with its own parameters."""

from fractions import Fraction

from dlcalc.layers.activation import ACTIVATIONS


def draw(rng):
    if rng.random() < 0.2:
        return rng.choice(
            (
                {"name": "step", "z": 0},
                {"name": "sigmoid", "z": 0},
                {"name": "relu6", "z": 6},
                {"name": "maxout", "z": [2, rng.randint(-1, 1), 2]},
            )
        )
    name = rng.choice(list(ACTIVATIONS))
    if name == "maxout":
        pieces = rng.randint(2, 3)
        z = [number(rng) for _ in range(pieces * rng.randint(1, 2))]
        return {"name": name, "z": z, "pieces": pieces}
    drawn = {"name": name, "z": number(rng) if rng.random() < 0.7 else [number(rng) for _ in range(rng.randint(1, 3))]}
    if name in ("leaky", "prelu", "elu") and rng.random() < 0.5:
        drawn["alpha"] = Fraction(rng.randint(1, 20), 10)
    if name == "swish" and rng.random() < 0.5:
        drawn["beta"] = Fraction(rng.randint(1, 30), 10)
    return drawn


def number(rng):
    return rng.choice(
        (0, rng.randint(-3, 8), Fraction(rng.randint(-400, 400), 100), Fraction(rng.randint(-90, 90), 10))
    )
