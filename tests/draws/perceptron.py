"""Small trainings of every kind: ties, repeated samples, one class, thresholds, fractions."""

COORDINATES = (-2, -1, 0, 0, 1, 1, 2, 3, "0.5", "0.1")


def draw(rng):
    n, d = rng.randint(1, 4), rng.choice((1, 2, 2, 2, 3))
    low = rng.choice((-1, -1, 0))
    raw = {
        "x": [[rng.choice(COORDINATES) for _ in range(d)] for _ in range(n)],
        "t": [rng.choice((low, 1)) for _ in range(n)],
        "max_epochs": rng.choice((1, 2, 3, 4)),
    }
    if rng.random() < 0.3:
        raw["w0"] = [rng.choice((0, 1, "0.1", "-0.5")) for _ in range(d)]
    if rng.random() < 0.3:
        raw["eta"] = rng.choice((2, "0.1", "1/2", "0.6"))
    threshold = rng.random()
    if threshold < 0.25:
        raw["theta"] = rng.choice((0, "0.6", 1))
        raw["learn_theta"] = threshold < 0.1
    elif threshold < 0.4:
        raw["b0"] = rng.choice((1, "-1.5", "0.2"))
    if rng.random() < 0.15:
        raw["scan"] = "restart"
    if rng.random() < 0.1:
        raw["zero"] = rng.choice(("error", "high", "low"))
    if rng.random() < 0.1:
        raw["rule"] = rng.choice(("yx", "error"))
    if rng.random() < 0.1:
        raw["order"] = rng.sample(range(1, n + 1), n)
    if rng.random() < 0.1:
        raw["dual"] = True
    return raw
