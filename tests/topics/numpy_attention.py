"""Attention in plain NumPy, written from the paper and not from the code under test."""

import math

import numpy as np


def attention(raw):
    """Return Q, K, V, weights, head and out of an exercise as it was drawn."""
    arrays = {name: np.array(value, float) for name, value in raw.items() if isinstance(value, list) and name != "mask"}
    q, k, v = projected(raw, arrays)
    seen, extra = masks(raw, len(q), len(k))
    heads = raw.get("heads", 1)
    outputs, weights = [], []
    for qh, kh, vh in zip(*(np.split(a, heads, axis=1) for a in (q, k, v)), strict=True):
        scale = raw.get("scale", "sqrt")
        scale = {"sqrt": math.sqrt(qh.shape[1]), "none": 1}.get(scale, scale)
        scores = qh @ kh.T / float(scale) + extra
        scores = np.where(seen, scores, -1e9 if raw.get("mask_value") == "1e9" else -np.inf)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights.append(powers / powers.sum(axis=1, keepdims=True))
        outputs.append(weights[-1] @ vh)
    out = np.hstack(outputs)
    if "wo" in arrays:
        out = out @ turned(raw, arrays["wo"]) + arrays.get("bo", 0)
    return {"out": out, "weights": weights, "head": outputs, "Q": q, "K": k, "V": v}


def turned(raw, weights):
    return weights.T if raw.get("layout") == "out-in" else weights


def projected(raw, arrays):
    if "x" not in arrays:
        return arrays["q"], arrays["k"], arrays["v"]
    x, other = arrays["x"], arrays.get("context", arrays["x"])
    if "wq" not in arrays:
        return x, other, other
    return [
        tokens @ turned(raw, arrays["w" + letter]) + arrays.get("b" + letter, 0)
        for tokens, letter in ((x, "q"), (other, "k"), (other, "v"))
    ]


def masks(raw, n, m):
    """Return what is seen and what is added."""
    seen, extra = np.ones((n, m), bool), np.zeros((n, m))
    mask = raw.get("mask")
    if mask == "causal":
        seen = np.tril(seen)
    elif isinstance(mask, list):
        typed = np.array(mask, float)
        if set(typed.ravel()) <= {0, 1}:
            seen = typed == (1 if raw.get("mask_ones", "see") == "see" else 0)
        else:
            seen, extra = np.isfinite(typed), np.where(np.isfinite(typed), typed, 0)
    if "valid_len" in raw:
        seen = seen & (np.arange(m) < raw["valid_len"])
    return seen, extra
