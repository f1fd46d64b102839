"""Short sequences through LSTMs, with and without peepholes, gates singly or stacked in several orders."""

from tests.recurrent_cases import LSTM, exercise, numbers


def draw(rng):
    raw = exercise(rng, LSTM, ("pi", "pf", "po"))
    if "w_ih" in raw and rng.random() < 0.5:
        raw["gate_order"] = rng.choice(("ifgo", "ifog", "igfo", "iofg", "ogfi"))
    if "h0" in raw:
        raw["c0"] = numbers(rng, len(raw["h0"]))
    return raw
