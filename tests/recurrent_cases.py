"""Small recurrent exercises drawn at random, for the laws and the oracles."""


def numbers(rng, *shape):
    """Return nested lists of decimals that no gate is saturated by."""
    if not shape:
        return rng.randint(-90, 90) / 100
    return [numbers(rng, *shape[1:]) for _ in range(shape[0])]


def layer(rng, gates, units, inputs, peepholes=()):
    """Return one layer's weights by flag; a bias, a second one, both or neither."""
    first, second = rng.random() < 0.5, rng.random() < 0.3
    raw = {}
    for w, u, b, h in gates:
        raw[w], raw[u] = numbers(rng, units, inputs), numbers(rng, units, units)
        if first:
            raw[b] = numbers(rng, units)
        if second:
            raw[h] = numbers(rng, units)
    for name in peepholes:
        if rng.random() < 0.3:
            raw[name] = numbers(rng, units)
    return raw


def stacked(raw, gates, order):
    """Return the same weights with the gates one below the other, in this order of places."""
    found = {}
    for place, name in enumerate(("w_ih", "w_hh", "b_ih", "b_hh")):
        flags = [gates[n][place] for n in order]
        if flags[0] in raw:
            found[name] = [row for flag in flags for row in raw[flag]]
    return {**found, **{name: value for name, value in raw.items() if name[0] == "p"}}


def exercise(rng, gates, peepholes=()):
    """Return an exercise: one layer in one direction mostly, with outputs and targets or without."""
    units, inputs, steps = rng.randint(1, 2), rng.randint(1, 2), rng.choice((1, 2, 2, 3, 3, 5))
    raw = {"x": numbers(rng, steps, inputs)}
    sides = 1
    if rng.random() < 0.85:
        own = layer(rng, gates, units, inputs, peepholes)
        if len(gates) > 1 and rng.random() < 0.3:
            own = stacked(own, gates, range(len(gates)))
        raw |= own
    else:
        sides, depth = rng.choice(((1, 2), (2, 1), (2, 2)))
        net = []
        for number in range(depth):
            enters = units * sides if number else inputs
            net.append(layer(rng, gates, units, enters))
            if sides == 2:
                net[-1]["reverse"] = layer(rng, gates, units, enters)
        raw["params"] = net
    if rng.random() < 0.6 and "params" not in raw:
        raw["h0"] = numbers(rng, units)
    outputs = units * sides
    if rng.random() < 0.6:
        outputs = rng.randint(1, 2)
        raw["wy"] = numbers(rng, outputs, units * sides)
        if rng.random() < 0.5:
            raw["by"] = numbers(rng, outputs)
    if rng.random() < 0.75:
        raw |= targets(rng, raw, steps, outputs)
    return raw


def targets(rng, raw, steps, outputs):
    """Return targets with a loss that fits, and what is asked of the gradients."""
    loss = rng.choice(("half-sse", "half-sse", "sse", "mse", *(("bce", "ce") if "wy" in raw else ())))
    found = {"loss": loss, "bptt": True}
    if "wy" in raw:
        found["out_act"] = {"bce": "sigmoid", "ce": "softmax"}.get(loss) or rng.choice(
            ("linear", "linear", "sigmoid", "tanh", "relu", "softmax")
        )
    if loss == "ce" and outputs == 1:
        found |= {"loss": "half-sse", "out_act": "linear"}
    rows = rng.choice((1, steps))
    found["t"] = [target(rng, found["loss"], outputs) for _ in range(rows)]
    if rng.random() < 0.4:
        found["eta"] = rng.choice((1, 0.5, 0.1))
    if rng.random() < 0.2:
        found |= {"clip": rng.choice((0.1, 1, 10)), "clip_by": rng.choice(("norm", "value"))}
    return found


def target(rng, loss, outputs):
    """Return one row of targets."""
    if loss == "ce":
        place = rng.randrange(outputs)
        return [int(j == place) for j in range(outputs)]
    return [rng.randint(0, 1) if loss == "bce" else rng.randint(-5, 10) / 10 for _ in range(outputs)]


RNN = (("wx", "wh", "b", "bh"),)
LSTM = tuple((f"w{g}", f"u{g}", f"b{g}", f"bh{g}") for g in "ifgo")
GRU = tuple((f"w{g}", f"u{g}", f"b{g}", f"bh{g}") for g in "rzn")
