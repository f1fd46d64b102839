"""Neurons with thresholds and biases, on samples and on the truth tables of gates."""

NUMBERS = (-1, 0, 1, 1, 2, "0.5", "0.7", "-0.25", "0.125")


def draw(rng):
    size = rng.randint(1, 3)
    gate = rng.choice(("and", "or", "not", "nand", "xor")) if rng.random() < 0.4 else None
    if gate:
        raw, size = {"gate": gate}, 1 if gate == "not" else 2
    elif rng.random() < 0.5:
        raw = {"x": [rng.choice(NUMBERS) for _ in range(size)]}
    else:
        raw = {"x": [[rng.choice(NUMBERS) for _ in range(size)] for _ in range(rng.randint(1, 4))]}
    raw["w"] = [rng.choice(NUMBERS) for _ in range(size)]
    if rng.random() < 0.5:
        raw["theta"] = rng.choice(NUMBERS)
    elif rng.random() < 0.8:
        raw["b"] = rng.choice(NUMBERS)
    if rng.random() < 0.2:
        raw["zero"] = "low"
    if not gate and rng.random() < 0.4:
        raw["act"] = rng.choice(("sigmoid", "tanh", "relu", "linear"))
    return raw
