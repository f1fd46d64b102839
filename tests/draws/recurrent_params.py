"""Recurrent layers of all kinds, stacked and in both directions, some with an output layer; some compared."""


def draw(rng):
    if rng.random() < 0.15:
        return compared(rng)
    raw = {
        "kind": rng.choice(("rnn", "lstm", "gru")),
        "input": rng.randint(1, 60),
        "hidden": rng.randint(1, 60),
        "layers": rng.choice((1, 1, 1, 2, 3, 5)),
        "bidirectional": rng.random() < 0.4,
    }
    for name, choices in (
        ("biases", ("one", "two", "two", "none")),
        ("reset", ("after", "before")),
        ("output", (1, 2, 10)),
        ("length", (2, 5, 12)),
    ):
        if rng.random() < 0.5:
            raw[name] = rng.choice(choices)
    return raw


def compared(rng):
    raw = {"compare": rng.sample(("rnn", "lstm", "gru"), rng.choice((2, 3)))}
    raw |= {"input": rng.randint(1, 60), "hidden": rng.randint(1, 60)}
    for name, choices in (("biases", ("one", "two", "none")), ("reset", ("after", "before"))):
        if rng.random() < 0.5:
            raw[name] = rng.choice(choices)
    return raw
