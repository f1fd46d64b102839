"""Recurrent nets in plain NumPy, written from the books' formulas: an oracle that shares no code with dlcalc."""

import numpy as np


def sigma(z):
    return 1 / (1 + np.exp(-z))


def of(raw, name):
    return np.array(raw[name], float) if name in raw else 0.0


def run(kind, raw):
    """Return every state of one layer in one direction, a dict of lists by symbol."""
    x = np.array(raw["x"], float)
    units = len(np.array(raw[{"rnn": "wx", "lstm": "wi", "gru": "wr"}[kind]]))
    h = of(raw, "h0") if "h0" in raw else np.zeros(units)
    c = of(raw, "c0") if "c0" in raw else np.zeros(units)
    found = {name: [] for name in "hcifgorzn"}
    for step in x:
        if kind == "rnn":
            a = of(raw, "wx") @ step + of(raw, "wh") @ h + of(raw, "b") + of(raw, "bh")
            act = raw.get("act", "tanh")
            h = {"tanh": np.tanh, "sigmoid": sigma, "linear": lambda a: a, "relu": lambda a: np.maximum(a, 0)}[act](a)
        elif kind == "lstm":
            h, c = lstm_step(raw, step, h, c, found)
        else:
            h = gru_step(raw, step, h, found)
        found["h"].append(h)
        found["c"].append(c)
    return found


def gate(raw, letter, step, h):
    own = of(raw, f"w{letter}") @ step + of(raw, f"u{letter}") @ h
    return own + of(raw, f"b{letter}") + of(raw, f"bh{letter}")


def lstm_step(raw, step, h, c, found):
    i = sigma(gate(raw, "i", step, h) + of(raw, "pi") * c)
    f = sigma(gate(raw, "f", step, h) + of(raw, "pf") * c)
    g = np.tanh(gate(raw, "g", step, h))
    c = f * c + i * g
    o = sigma(gate(raw, "o", step, h) + of(raw, "po") * c)
    for name, value in zip("ifgo", (i, f, g, o), strict=True):
        found[name].append(value)
    return o * np.tanh(c), c


def gru_step(raw, step, h, found):
    r, z = sigma(gate(raw, "r", step, h)), sigma(gate(raw, "z", step, h))
    enters = of(raw, "wn") @ step + of(raw, "bn")
    if raw.get("reset", "after") == "after":
        n = np.tanh(enters + r * (of(raw, "un") @ h + of(raw, "bhn")))
    else:
        n = np.tanh(enters + of(raw, "un") @ (r * h) + of(raw, "bhn"))
    for name, value in zip("rzn", (r, z, n), strict=True):
        found[name].append(value)
    return (1 - z) * n + z * h if raw.get("update", "z-old") == "z-old" else z * n + (1 - z) * h


def error(kind, raw):
    """Return half the sum of squared errors over the steps that have targets."""
    states = run(kind, raw)["h"]
    t = np.array(raw["t"], float)
    out = [of(raw, "wy") @ h + of(raw, "by") if "wy" in raw else h for h in states]
    return sum(((y - target) ** 2).sum() for y, target in zip(out[-len(t) :], t, strict=True)) / 2


def slopes(kind, raw, name, step=1e-5):
    """Return the central differences of the error for one block of weights."""
    block = np.array(raw[name], float)
    found = np.zeros_like(block)
    for place in np.ndindex(*block.shape):
        moved = []
        for by in (step, -step):
            changed = block.copy()
            changed[place] += by
            moved.append(error(kind, {**raw, name: changed}))
        found[place] = (moved[0] - moved[1]) / (2 * step)
    return found
