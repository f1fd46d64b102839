"""Short sequences through one plain recurrent layer, sometimes two layers or both directions."""

from tests.draws.recurrent_draws import drawn


def draw(rng):
    raw = drawn(rng, {"": ("wx", "wh", "b", "bh")})
    if rng.random() < 0.4:
        raw["act"] = rng.choice(("relu", "sigmoid", "linear", "tanh"))
    return raw
