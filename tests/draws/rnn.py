"""Short sequences through plain recurrent nets, mostly of one layer."""

from tests.recurrent_cases import RNN, exercise


def draw(rng):
    raw = exercise(rng, RNN)
    if rng.random() < 0.4:
        raw["act"] = rng.choice(("relu", "sigmoid", "linear"))
    return raw
