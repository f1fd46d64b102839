"""Nets drawn at random, against the same nets in PyTorch's autograd: every answer to 1e-9.

PyTorch works in float64; `nn.Linear` layers hold the weights, so that nothing of the sheet's formulas is repeated.
"""

import random
from itertools import pairwise

import pytest

import dlcalc
from dlcalc.layers.activation import ACTIVATIONS

torch = pytest.importorskip("torch")
nn = torch.nn
F = nn.functional

pytestmark = pytest.mark.oracle

SEED, WANTED, FURTHER = 20261121, 500, 60
ALPHA = {"leaky": 0.01, "prelu": 0.25, "elu": 1.0}
BY_NAME = {
    "linear": lambda z, c: z,
    "sigmoid": lambda z, c: torch.sigmoid(z),
    "tanh": lambda z, c: torch.tanh(z),
    "relu": lambda z, c: F.relu(z),
    "leaky": lambda z, c: F.leaky_relu(z, c),
    "prelu": lambda z, c: F.prelu(z, torch.tensor([c], dtype=torch.float64)),
    "relu6": lambda z, c: F.relu6(z),
    "elu": lambda z, c: F.elu(z, c),
    "gelu": lambda z, c: F.gelu(z),
    "swish": lambda z, c: z * torch.sigmoid(c * z),
    "softplus": lambda z, c: F.softplus(z, threshold=500),
    "softmax": lambda z, c: torch.softmax(z, dim=-1),
}


def test_every_elementwise_activation_with_a_slope_is_drawn():
    assert set(BY_NAME) - {"softmax"} == {name for name, row in ACTIVATIONS.items() if row.elementwise} - {"step"}


def drawn(rng):
    depth = rng.randint(1, 4)
    sizes = [rng.randint(1, 5) for _ in range(depth + 1)]
    acts = [rng.choice([name for name in BY_NAME if name != "softmax"]) for _ in range(depth)]
    loss = rng.choice(("half-sse", "sse", "mse", "bce", "ce"))
    if loss == "bce":
        acts[-1] = "sigmoid"
    elif loss == "ce" or rng.random() < 0.1:
        acts[-1], sizes[-1] = "softmax", max(2, sizes[-1])
    samples = rng.choice((1, 1, 2, 3))
    raw = {
        "x": [[rng.randint(-200, 200) / 100 for _ in range(sizes[0])] for _ in range(samples)],
        "act": acts,
        "loss": loss,
        "eta": rng.choice(("0.1", "0.5", "1")),
        "reduction": rng.choice(("mean", "sum")),
    }
    for layer, (enter, leave) in enumerate(pairwise(sizes), 1):
        raw[f"w{layer}"] = [[rng.randint(-100, 100) / 100 for _ in range(enter)] for _ in range(leave)]
        if rng.random() < 0.7:
            raw[f"b{layer}"] = [rng.randint(-100, 100) / 100 for _ in range(leave)]
    if loss == "ce":
        raw["t"] = [[int(j == k) for j in range(sizes[-1])] for k in (rng.randrange(sizes[-1]) for _ in range(samples))]
    elif loss == "bce":
        raw["t"] = [[rng.randint(0, 1) for _ in range(sizes[-1])] for _ in range(samples)]
    else:
        raw["t"] = [[rng.randint(-100, 100) / 100 for _ in range(sizes[-1])] for _ in range(samples)]
    symbols = {p.symbol for act in acts if act in ACTIVATIONS for p in ACTIVATIONS[act].parameters}
    if "alpha" in symbols and rng.random() < 0.5:
        raw["alpha"] = rng.choice((0.1, 0.5, 1.5))
    if "beta" in symbols and rng.random() < 0.5:
        raw["beta"] = rng.choice((0.5, 2))
    return raw


def constant(act, raw):
    if act == "swish":
        return float(raw.get("beta", 1))
    return float(raw.get("alpha", ALPHA[act])) if act in ALPHA else 0.0


def total(loss, a, t, reduction):
    """Return the loss over all samples; the outputs of a sample are averaged by mse alone."""
    n = len(t)
    match loss:
        case "half-sse":
            added = F.mse_loss(a, t, reduction="sum") / 2
        case "sse":
            added = F.mse_loss(a, t, reduction="sum")
        case "mse":
            added = F.mse_loss(a, t, reduction="mean") * n
        case "bce":
            added = F.binary_cross_entropy(a, t, reduction="sum")
        case _:
            added = F.nll_loss(torch.log(a), t.argmax(dim=1), reduction="sum")
    return added / n if reduction == "mean" else added


def autograd(raw):
    """Return every answer as PyTorch gives it; δ of a sample does not have the mean's 1/N in it."""
    x, t = (torch.tensor(raw[name], dtype=torch.float64) for name in "xt")
    depth = len(raw["act"])
    layers = []
    for number in range(1, depth + 1):
        w = torch.tensor(raw[f"w{number}"], dtype=torch.float64)
        layer = nn.Linear(w.shape[1], w.shape[0], bias=f"b{number}" in raw, dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(w)
            if layer.bias is not None:
                layer.bias.copy_(torch.tensor(raw[f"b{number}"], dtype=torch.float64))
        layers.append(layer)
    found, kept = {}, []

    def run(note):
        a = x
        for number, (layer, act) in enumerate(zip(layers, raw["act"], strict=True), 1):
            z = layer(a)
            if note:
                z.retain_grad()
                kept.append(z)
                found[f"z{number}"] = z
            a = BY_NAME[act](z, constant(act, raw))
            if note:
                found[f"a{number}"] = found["y"] = a
        return total(raw["loss"], a, t, raw["reduction"])

    error = run(True)
    found["E"] = error
    error.backward()
    each = len(x) if raw["reduction"] == "mean" else 1
    for number, (layer, z) in enumerate(zip(layers, kept, strict=True), 1):
        found[f"delta{number}"] = z.grad * each
        found[f"dW{number}"] = layer.weight.grad.clone()
        if layer.bias is not None:
            found[f"db{number}"] = layer.bias.grad.clone()
    torch.optim.SGD([p for layer in layers for p in layer.parameters()], lr=float(raw["eta"])).step()
    for number, layer in enumerate(layers, 1):
        found[f"W{number}_new"] = layer.weight
        if layer.bias is not None:
            found[f"b{number}_new"] = layer.bias
    found["E_new"] = run(False)
    return {name: value.detach() for name, value in found.items()}


@pytest.mark.parametrize("part", range(10))
def test_every_answer_of_a_drawn_net_is_pytorchs(part):
    rng = random.Random(f"{SEED}{part}")
    for _ in range(WANTED // 10):
        raw = drawn(rng)
        mine, theirs = dlcalc.solve("backprop", raw).answers, autograd(raw)
        assert mine.keys() == theirs.keys()
        for name, value in theirs.items():
            found = torch.tensor(_floats(mine[name]), dtype=torch.float64)
            if found.dim() < value.dim():
                found = found.unsqueeze(0)  # one sample is a vector here
            assert found.shape == value.shape, (raw, name)
            torch.testing.assert_close(found, value, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("part", range(FURTHER))
def test_several_epochs_are_pytorchs(part):
    rng = random.Random(f"{SEED}epochs{part}")
    raw = {**drawn(rng), "eta": "0.05"}
    step, epochs = dict(raw), rng.randint(2, 4)
    for _ in range(epochs):
        theirs = autograd(step)
        for number in range(1, len(raw["act"]) + 1):
            for block in "wb":
                if f"{block}{number}" in step:
                    step[f"{block}{number}"] = theirs[
                        f"{block.upper() if block == 'w' else block}{number}_new"
                    ].tolist()
    mine = dlcalc.solve("backprop", {**raw, "epochs": epochs}).answers
    for name, value in theirs.items():
        found = torch.tensor(_floats(mine[name]), dtype=torch.float64).reshape(value.shape)
        torch.testing.assert_close(found, value, rtol=1e-9, atol=1e-9)


def _floats(value):
    return [_floats(item) for item in value] if isinstance(value, list) else float(value)
