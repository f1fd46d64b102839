"""300 recurrent nets drawn at random, against the same nets in PyTorch's autograd: every state and gradient to 1e-9.

PyTorch works in float64 with `nn.RNN`, `nn.LSTM`, `nn.GRU` and their cells, so that no formula of a sheet is repeated.
"""

import random

import numpy as np
import pytest

import dlcalc

torch = pytest.importorskip("torch")
nn = torch.nn
F = nn.functional

pytestmark = pytest.mark.oracle

CASES, TO = 100, 1e-9
KINDS = {"rnn": (nn.RNN, ("",)), "lstm": (nn.LSTM, tuple("ifgo")), "gru": (nn.GRU, tuple("rzn"))}
BLOCKS = (("weight_ih", "W"), ("weight_hh", "U"), ("bias_ih", "b"), ("bias_hh", "bh"))


def close(found, want, about):
    np.testing.assert_allclose(np.array(found, float), want, rtol=0, atol=TO, err_msg=str(about))


def symbol(kind, gate):
    """Return how a sheet calls a gate's block of weights."""
    if gate:
        return {"bh": f"b_h{gate}"}.get(kind, f"{kind}_{gate}")
    return {"W": "W_x", "U": "W_h", "b": "b", "bh": "b_h"}[kind]


def drawn(kind, rng):
    """Return a net of PyTorch, and the exercise with the same numbers."""
    module, _ = KINDS[kind]
    layers, both, biased = rng.choice((1, 1, 2, 3)), rng.random() < 0.4, rng.random() < 0.8
    inputs, units, steps = rng.randint(1, 4), rng.randint(1, 4), rng.randint(1, 6)
    extra = {"nonlinearity": rng.choice(("tanh", "relu"))} if kind == "rnn" else {}
    torch.manual_seed(rng.randrange(10**9))
    net = module(inputs, units, layers, bias=biased, bidirectional=both, dtype=torch.float64, **extra)
    x = torch.randn(steps, inputs, dtype=torch.float64)
    starts = [torch.randn(layers * (1 + both), units, dtype=torch.float64) for _ in range(1 + (kind == "lstm"))]
    raw = {"x": x.tolist(), "params": {name: value.tolist() for name, value in net.state_dict().items()}}
    raw |= {name: start.tolist() for name, start in zip(("h0", "c0"), starts, strict=False)}
    if kind == "rnn":
        raw["act"] = extra["nonlinearity"]
    out, _ = net(x, tuple(starts) if kind == "lstm" else starts[0])
    return net, out, raw, (layers, both, biased, units)


def with_output(rng, out, raw):
    """Return the error of a linear output layer with half the squared error, or with the cross-entropy."""
    m, last, loss = rng.randint(1, 3), rng.random() < 0.4, rng.choice(("half-sse", "ce", "bce"))
    wy = torch.randn(m, out.shape[1], dtype=torch.float64, requires_grad=True)
    by = torch.randn(m, dtype=torch.float64, requires_grad=True)
    scores = (out @ wy.T + by)[-1:] if last else out @ wy.T + by
    t = torch.randn(*scores.shape, dtype=torch.float64)
    if loss == "ce":
        t = F.one_hot(torch.randint(m, scores.shape[:1]), m).double()
        error = -(t * F.log_softmax(scores, -1)).sum()
    elif loss == "bce":
        t = torch.rand(*scores.shape, dtype=torch.float64).round()
        error = F.binary_cross_entropy_with_logits(scores, t, reduction="sum")
    else:
        error = ((scores - t) ** 2).sum() / 2
    acts = {"half-sse": "linear", "ce": "softmax", "bce": "sigmoid"}
    raw |= {"wy": wy.tolist(), "by": by.tolist(), "t": t.tolist(), "loss": loss, "out_act": acts[loss], "bptt": True}
    return error, {"dwy": wy, "dby": by}


@pytest.mark.parametrize("kind", KINDS)
def test_states_and_gradients_are_those_of_pytorch(kind):
    rng, seen = random.Random(f"oracle {kind}"), set()
    for _ in range(CASES):
        net, out, raw, (layers, both, biased, units) = drawn(kind, rng)
        error, output = with_output(rng, out, raw)
        error.backward()
        sheet = dlcalc.solve(kind, raw)
        close(sheet.answers["h"], out.detach(), raw)
        close(sheet.answers["E"], error.item(), raw)
        for name, weights in output.items():
            close(sheet.answers[name], weights.grad, raw)
        for layer in range(layers):
            for back in range(1 + both):
                labels = [] if layers == 1 and not both else [str(layer + 1), *([("fwd", "rev")[back]] if both else [])]
                where = f"[{','.join(labels)}]" if labels else ""
                for block, letter in BLOCKS[: 4 if biased else 2]:
                    grad = getattr(net, f"{block}_l{layer}" + "_reverse" * back).grad
                    for gate, want in zip(KINDS[kind][1], grad.split(units), strict=True):
                        close(sheet.values[f"d{symbol(letter, gate)}{where}"], want, raw)
        seen.add((layers > 1, both, biased))
    assert len(seen) == 8


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_single_cells_are_those_of_pytorch(kind):
    rng = random.Random(f"cell {kind}")
    for _ in range(20):
        inputs, units = rng.randint(1, 4), rng.randint(1, 4)
        torch.manual_seed(rng.randrange(10**9))
        cell = {"lstm": nn.LSTMCell, "gru": nn.GRUCell}[kind](inputs, units, dtype=torch.float64)
        x, h, c = (torch.randn(size, dtype=torch.float64) for size in (inputs, units, units))
        raw = {"x": [x.tolist()], "h0": h.tolist()}
        raw |= {f"{name[0]}_{name[-2:]}": value.tolist() for name, value in cell.state_dict().items()}
        found = dlcalc.solve(kind, raw | ({"c0": c.tolist()} if kind == "lstm" else {})).answers
        state = cell(x, (h, c)) if kind == "lstm" else (cell(x, h),)
        for name, want in zip(("h1", "c1"), state, strict=False):
            close(found[name], want.detach(), raw)


def test_clipping_by_the_norm_is_that_of_clip_grad_norm():
    """PyTorch adds 1e-6 to the norm, so that its gradients are smaller by as much."""
    rng = random.Random("clip")
    for _ in range(20):
        net, out, raw, (layers, both, *_) = drawn("rnn", rng)
        if layers > 1 or both:
            continue
        error, output = with_output(rng, out, raw)
        error.backward()
        every = [*net.parameters(), *output.values()]
        norm = nn.utils.clip_grad_norm_(every, 0.5)
        sheet = dlcalc.solve("rnn", {**raw, "clip": 0.5})
        assert sheet.values["length"] == pytest.approx(norm.item(), rel=1e-9)
        want = net.weight_ih_l0.grad
        np.testing.assert_allclose(np.array(sheet.values["dW_x_clip"]), want, rtol=5e-6, atol=1e-12)
