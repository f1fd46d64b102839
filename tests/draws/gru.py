"""Short sequences through GRUs, in every variant."""

from tests.recurrent_cases import GRU, exercise


def draw(rng):
    raw = exercise(rng, GRU)
    if "w_ih" in raw and rng.random() < 0.5:
        raw["gate_order"] = rng.choice(("rzn", "zrn", "nzr"))
    if rng.random() < 0.6:
        raw["reset"] = rng.choice(("after", "before"))
    if rng.random() < 0.6:
        raw["update"] = rng.choice(("z-old", "z-new"))
    return raw
