"""Attention against PyTorch: scaled_dot_product_attention and nn.MultiheadAttention, 200 drawn cases in all."""

import random

import numpy as np
import pytest

import dlcalc

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.oracle

CASES = 100


def tensor(nested):
    return torch.tensor(nested, dtype=torch.float64)


def matrix(rng, rows, columns):
    return [[round(rng.uniform(-2, 2), 2) for _ in range(columns)] for _ in range(rows)]


def masked(rng, queries, keys):
    """Return our mask inputs and what PyTorch calls the same: attn_mask, is_causal."""
    kind = rng.choice(("none", "causal", "seen", "added", "padding"))
    if kind == "causal":
        return {"mask": "causal"}, {"is_causal": True}
    if kind == "seen":
        rows = [[rng.random() < 0.6 for _ in range(keys)] for _ in range(queries)]
        for row in rows:
            row[rng.randrange(keys)] = True
        return {"mask": [list(map(int, row)) for row in rows]}, {"attn_mask": torch.tensor(rows)}
    if kind == "added":
        rows = [[rng.choice((0, 0.5, -1, -float("inf"))) for _ in range(keys)] for _ in range(queries)]
        for row in rows:
            row[0] = 0.25
        return {"mask": rows}, {"attn_mask": tensor(rows)}
    if kind == "padding":
        count = rng.randint(1, keys)
        seen = torch.arange(keys) < count
        return {"valid_len": count}, {"attn_mask": seen.repeat(queries, 1)}
    return {}, {}


@pytest.mark.parametrize("seed", range(CASES))
def test_one_head_agrees_with_scaled_dot_product_attention(seed):
    rng = random.Random(seed)
    queries, keys, d_k, d_v = (rng.randint(1, 5) for _ in range(4))
    q, k, v = matrix(rng, queries, d_k), matrix(rng, keys, d_k), matrix(rng, keys, d_v)
    ours_mask, theirs_mask = masked(rng, queries, keys)
    scale = rng.choice(("sqrt", "none", 3))
    ours = dlcalc.solve("attention", {"q": q, "k": k, "v": v, "scale": scale, **ours_mask}).answers["out"]
    theirs = torch.nn.functional.scaled_dot_product_attention(
        tensor(q), tensor(k), tensor(v), scale={"sqrt": None, "none": 1.0, 3: 1 / 3}[scale], **theirs_mask
    )
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", range(CASES))
def test_heads_agree_with_multihead_attention(seed):
    """With biases or without, self- and cross-attention, masks of both kinds; weights are outputs × inputs there."""
    rng = random.Random(1000 + seed)
    heads = rng.randint(1, 4)
    d = heads * rng.randint(1, 3)
    queries, keys = rng.randint(1, 4), rng.randint(1, 4)
    cross, bias = rng.random() < 0.5, rng.random() < 0.5
    keys = keys if cross else queries
    raw = {"x": matrix(rng, queries, d), "heads": heads, "layout": "out-in"}
    if cross:
        raw["context"] = matrix(rng, keys, d)
    for letter in "qkvo":
        raw["w" + letter] = matrix(rng, d, d)
        if bias:
            raw["b" + letter] = matrix(rng, 1, d)
    module = torch.nn.MultiheadAttention(d, heads, bias=bias, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        module.in_proj_weight.copy_(torch.cat([tensor(raw["w" + letter]) for letter in "qkv"]))
        module.out_proj.weight.copy_(tensor(raw["wo"]))
        if bias:
            module.in_proj_bias.copy_(torch.cat([tensor(raw["b" + letter])[0] for letter in "qkv"]))
            module.out_proj.bias.copy_(tensor(raw["bo"])[0])
    hidden = None
    if rng.random() < 0.6:
        seen = np.array([[rng.random() < 0.6 for _ in range(keys)] for _ in range(queries)])
        seen[np.arange(queries), rng.randrange(keys)] = True
        hidden = torch.tensor(~seen)
        raw |= {"mask": (~seen).astype(int).tolist(), "mask_ones": "hide"}
    tokens, other = tensor([raw["x"]]), tensor([raw.get("context", raw["x"])])
    out, weights = module(tokens, other, other, attn_mask=hidden, average_attn_weights=False)
    ours = dlcalc.solve("attention", raw).answers
    np.testing.assert_allclose(ours["out"], out[0].detach().numpy(), rtol=1e-9, atol=1e-12)
    expected = weights[0].detach().numpy()
    np.testing.assert_allclose(ours["weights"], expected if heads > 1 else expected[0], rtol=1e-9, atol=1e-12)


def numbers(*modules):
    return sum(parameter.numel() for module in modules for parameter in module.parameters())


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("d", "heads"), [(8, 1), (8, 4), (512, 8), (768, 12)])
def test_parameters_are_those_of_multihead_attention(d, heads, bias):
    ours = dlcalc.solve("attention-shapes", {"n": 3, "d_model": d, "heads": heads, "bias": bias}).answers
    assert ours["params"] == numbers(torch.nn.MultiheadAttention(d, heads, bias=bias))


@pytest.mark.parametrize("bias", [True, False])
def test_parameters_on_maps_are_those_of_the_modules_they_are_built_of(bias):
    nn = torch.nn
    channels, height, width, narrow = 12, 5, 7, 4
    maps = {"in": (channels, height, width), "bias": bias}
    gate = (nn.Linear(channels, narrow, bias=bias), nn.Linear(narrow, channels, bias=bias))
    found = dlcalc.solve("attention-shapes", {"kind": "channel", "reduction": 3, **maps}).answers
    assert found["params"] == numbers(*gate)
    squeeze = nn.Conv2d(channels, 1, 7, padding=3, bias=bias)
    found = dlcalc.solve("attention-shapes", {"kind": "spatial", "k": 7, **maps}).answers
    assert found["params"] == numbers(squeeze)
    assert found["squeezed"] == list(squeeze(torch.ones(1, channels, height, width)).shape[1:])
    projections = [nn.Conv2d(channels, 4, 1, bias=bias) for _ in range(3)]
    found = dlcalc.solve("attention-shapes", {"kind": "nonlocal", "inner": 4, **maps}).answers
    assert found["params"] == numbers(*projections)


@pytest.mark.parametrize("d", [2, 6, 64])
def test_the_encoding_is_that_of_pytorchs_tutorial(d):
    position = torch.arange(20, dtype=torch.float64).unsqueeze(1)
    frequencies = torch.exp(torch.arange(0, d, 2, dtype=torch.float64) * (-np.log(10000.0) / d))
    theirs = torch.zeros(20, d, dtype=torch.float64)
    theirs[:, 0::2], theirs[:, 1::2] = torch.sin(position * frequencies), torch.cos(position * frequencies)
    ours = dlcalc.solve("positional-encoding", {"n": 20, "d": d}).answers["pe"]
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-9, atol=1e-13)
