"""A net trained by plain NumPy, written from the textbook and knowing nothing of dlcalc."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


ACTS = {
    "linear": (lambda z: z, lambda z: np.ones_like(z)),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "softmax": (softmax, None),
}


def loss_of(name, a, t):
    match name:
        case "half-sse":
            return ((a - t) ** 2).sum() / 2
        case "sse":
            return ((a - t) ** 2).sum()
        case "mse":
            return ((a - t) ** 2).mean()
        case "bce":
            return -(t * np.log(a) + (1 - t) * np.log(1 - a)).sum()
    return -(t * np.log(a)).sum()


def forward(net, x):
    outs = [x]
    zs = []
    for w, b, act in net:
        zs.append(w @ outs[-1] + b)
        outs.append(ACTS[act][0](zs[-1]))
    return zs, outs


def error(net, xs, ts, loss, reduction="mean"):
    errors = [loss_of(loss, forward(net, x)[1][-1], t) for x, t in zip(xs, ts, strict=True)]
    return sum(errors) / (len(errors) if reduction == "mean" else 1)


def numeric_gradient(net, xs, ts, loss, h=1e-6):
    """Return (dW, db) of each layer by central differences; the samples' mean."""
    found = []
    for layer, (w, b, _) in enumerate(net):
        grads = []
        for which, block in enumerate((w, b)):
            grad = np.zeros_like(block)
            for place in np.ndindex(*block.shape):
                sides = []
                for by in (h, -h):
                    moved = block.copy()
                    moved[place] += by
                    changed = list(net)
                    changed[layer] = (moved, b, net[layer][2]) if which == 0 else (w, moved, net[layer][2])
                    sides.append(error(changed, xs, ts, loss))
                grad[place] = (sides[0] - sides[1]) / (2 * h)
            grads.append(grad)
        found.append(tuple(grads))
    return found


def gradient(net, x, t, loss):
    """Return (dW, db) of each layer for one sample, by the chain rule with whole Jacobians."""
    zs, outs = forward(net, x)
    a = outs[-1]
    match loss:
        case "half-sse":
            back = a - t
        case "sse":
            back = 2 * (a - t)
        case "mse":
            back = 2 * (a - t) / len(a)
        case "bce":
            back = (a - t) / (a * (1 - a))
        case _:
            back = -t / a
    found = []
    for (w, _, act), z, out, enters in reversed(list(zip(net, zs, outs[1:], outs[:-1], strict=True))):
        jacobian = np.diag(out) - np.outer(out, out) if act == "softmax" else np.diag(ACTS[act][1](z))
        delta = jacobian.T @ back
        found.append((np.outer(delta, enters), delta))
        back = w.T @ delta
    return found[::-1]


def train(net, xs, ts, loss, eta, epochs, online):
    """Return the net after so many epochs, and the error of each sample or batch before its update."""
    net = [(w.copy(), b.copy(), act) for w, b, act in net]
    errors = []
    for _ in range(epochs):
        batches = [([x], [t]) for x, t in zip(xs, ts, strict=True)] if online else [(xs, ts)]
        for some_x, some_t in batches:
            errors.append(error(net, some_x, some_t, loss))
            grads = [gradient(net, x, t, loss) for x, t in zip(some_x, some_t, strict=True)]
            net = [
                (
                    w - eta * sum(g[layer][0] for g in grads) / len(grads),
                    b - eta * sum(g[layer][1] for g in grads) / len(grads),
                    act,
                )
                for layer, (w, b, act) in enumerate(net)
            ]
    return net, errors


def drawn(
    rng, *, samples=1, losses=("half-sse", "sse", "mse", "bce", "ce"), acts=("sigmoid", "tanh", "relu", "linear")
):
    """Return drawn inputs of dlcalc and the same net for NumPy: (raw, net, xs, ts)."""
    depth = int(rng.integers(1, 4))
    sizes = [int(n) for n in rng.integers(1, 5, depth + 1)]
    loss = str(rng.choice(losses))
    names = [str(rng.choice(acts)) for _ in range(depth)]
    if loss == "bce":
        names[-1] = "sigmoid"
    if loss == "ce":
        names[-1], sizes[-1] = "softmax", max(2, sizes[-1])
    net = [
        (rng.normal(size=(out, enter)).round(3), rng.normal(size=out).round(3), act)
        for enter, out, act in zip(sizes[:-1], sizes[1:], names, strict=True)
    ]
    xs = [rng.normal(size=sizes[0]).round(3) for _ in range(samples)]
    ts = [rng.uniform(0, 1, sizes[-1]).round(2) for _ in range(samples)]
    if loss == "ce":
        ts = [np.eye(sizes[-1])[rng.integers(sizes[-1])] for _ in range(samples)]
    raw = {"x": [x.tolist() for x in xs], "t": [t.tolist() for t in ts], "act": names, "loss": loss}
    for layer, (w, b, _) in enumerate(net, 1):
        raw |= {f"w{layer}": w.tolist(), f"b{layer}": b.tolist()}
    return raw, net, xs, ts
