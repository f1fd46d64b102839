"""Short sequences through GRUs, in every variant."""

from tests.recurrent_cases import GRU, exercise


def draw(rng):
    raw = exercise(rng, GRU)
    if rng.random() < 0.5:  # in each of its variants the way back from every kind of error is to be met
        loss = rng.choice((None, "half-sse", "sse", "mse"))
        while "params" in raw or len(raw["x"]) == 1 or (raw.get("loss") != loss if loss else "wy" not in raw):
            raw = exercise(rng, GRU)
    if "w_ih" in raw and rng.random() < 0.5:
        raw["gate_order"] = rng.choice(("rzn", "zrn", "nzr"))
    if rng.random() < 0.8:
        raw["reset"] = rng.choice(("after", "before"))
    if rng.random() < 0.8:
        raw["update"] = rng.choice(("z-old", "z-new"))
    return raw
