"""Scaled dot-product attention, one row for each token: scores, scale, mask, softmax by rows, heads, output.

softmax(Q·Kᵀ/√d_k)·V; with h heads Concat(head₁, …, head_h)·W_O (Vaswani et al., Attention Is All You Need, 2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.topic import Convention
from dlcalc.core.work import Work
from dlcalc.errors import Text
from dlcalc.layers import attention_inputs as given

Label = int | str

LARGEST_POWER = 700
"""Beyond e^700 a computer's numbers end, and e^(−700) is about where they begin."""


def write(w: Work) -> None:
    """Write the sheet: Q, K and V, then each head, then the output."""
    inputs = w.inputs
    found = given.sizes(inputs)
    heads: tuple[Label, ...] = ("",) if inputs["heads"] == 1 else tuple(range(1, inputs["heads"] + 1))
    projections(w)
    scale_lines(w, found)
    if given.hides(inputs):
        mask_lines(w, found)
    if given.adds(inputs):
        w.given("B", given.added(inputs["mask"]), "mask")
    if len(heads) > 1:
        w.note(
            "Head i has the columns d_k·(i − 1) + 1 to d_k·i of Q and K, and as many of V.",
            "第 i 个头取 Q、K 的第 d_k·(i − 1) + 1 到 d_k·i 列，V 同理。",
        )
    plainly = not is_extreme(inputs, found)
    for head in heads:
        head_lines(w, head, plainly)
    output_lines(w, heads)


# ---------------------------------------------------------------- Q, K and V


def projections(w: Work) -> None:
    """Put Q, K and V on the sheet: as given, or from the tokens."""
    inputs = w.inputs
    if inputs["x"] is None:
        for name in "qkv":
            w.given(name.upper(), inputs[name], name)
        return
    w.given("x", inputs["x"], "x")
    other = "x"
    if inputs["context"] is not None:
        w.given("context", inputs["context"], "context")
        other = "context"
    if inputs["wq"] is None:
        w.let("Q = x", "the tokens themselves ask", "词元本身作查询")
        w.let(f"K = {other}", "and are asked", "词元本身作键")
        w.let(f"V = {other}", "and are what is passed on", "词元本身作值")
        return
    for letter in "QKV":
        w.given(f"W_{letter}", inputs[f"w{letter.lower()}"], f"w{letter.lower()}")
        if inputs[f"b{letter.lower()}"] is not None:
            w.given(f"b_{letter}", inputs[f"b{letter.lower()}"], f"b{letter.lower()}")
    says = {
        "Q": ("queries: what a token looks for", "查询：词元要找什么"),
        "K": ("keys: what a token offers", "键：词元提供什么"),
        "V": ("values: what a token passes on", "值：词元传递什么"),
    }
    for letter, (en, zh) in says.items():
        linear(w, letter, "x" if letter == "Q" else other, en, zh)


def linear(w: Work, letter: str, tokens: str, en: str, zh: str) -> None:
    """Write one projection of every token, its bias added to each row."""
    weights = f"W_{letter}" if w.inputs["layout"] == "in-out" else f"W_{letter}.T"
    product = f"{tokens} @ {weights}"
    if w.inputs[f"b{letter.lower()}"] is not None:
        product = f"add_rows({product}, b_{letter})"
    name = "out" if letter == "O" else letter
    one = name == "out" and w.inputs["heads"] == 1
    w.let(f"{name} = {product}", en, zh, id="head-projected" if one else f"{name}-projected")


# ---------------------------------------------------------------- scale and mask


def scale_lines(w: Work, found: given.Sizes) -> None:
    """Write d_k and what the scores are divided by."""
    inputs = w.inputs
    if inputs["heads"] == 1:
        w.given("d_k", found.columns, "k" if inputs["x"] is None else "wk" if inputs["wk"] is not None else "x")
    else:
        w.given("d", found.columns, "q" if inputs["x"] is None else "wq" if inputs["wq"] is not None else "x")
        w.given("h", inputs["heads"], "heads")
        w.let("d_k = d/h", "columns of each head", "每个头的列数")
        if found.value_columns != found.columns:
            w.given("D_v", found.value_columns, "v" if inputs["x"] is None else "wv")
            w.let("d_v = D_v/h", "columns of V in each head", "每个头中 V 的列数")
        else:
            w.let("d_v = d_k", "V has as many", "V 的列数相同")
    if inputs["scale"] == "sqrt":
        w.let("scale = sqrt(d_k)", "keeps the scores from growing with d_k", "使分数不随 d_k 增大")
    elif inputs["scale"] != "none":
        w.given("scale", inputs["scale"], "scale")


def mask_lines(w: Work, found: given.Sizes) -> None:
    """Write M, which is 1 where a query sees a key and 0 where the key is hidden from it."""
    inputs = w.inputs
    mask, count = inputs["mask"], inputs["valid_len"]
    factors = []
    if isinstance(mask, str) or count is not None:
        source = "x" if inputs["x"] is not None else "q"
        w.given("n", found.queries, source)
        w.given("m", found.keys, "context" if inputs["context"] is not None else "x" if source == "x" else "k")
    if isinstance(mask, str):
        factors.append("causal(n, m)")
    elif mask is not None:
        seen = mask if given.is_zero_one(mask) else given.seen(mask)
        if seen is not None and not given.is_zero_one(mask):
            w.given("A", seen, "mask")
            factors.append("A")
        elif seen is not None:
            w.given("A", seen, "mask")
            factors.append("A" if inputs["mask_ones"] == "see" else "(1 - A)")
    if count is not None:
        w.given("L", count, "valid_len")
        factors.append("keys(n, m, L)")
    formula = "*".join(factors)
    w.let(
        f"M = {formula[1:-1] if formula == '(1 - A)' else formula}",
        "1: query i (row) sees key j (column); 0: hidden",
        "1：查询 i（行）能看到键 j（列）；0：遮住",
        id="causal-mask" if formula == "causal(n, m)" else "mask",
    )


def is_extreme(inputs: Mapping[str, Any], found: given.Sizes) -> bool:
    """Say whether e to some score is beyond a computer's numbers, so that a row must be shifted first."""
    import numpy as np

    q, k = _queries_and_keys(inputs)
    heads = inputs["heads"]
    size = found.columns // heads
    scale = {"sqrt": size**0.5, "none": 1.0}.get(inputs["scale"]) or float(inputs["scale"])
    extra = given.added(inputs["mask"]) if given.adds(inputs) else None
    bias = 0 if extra is None else extra.floats
    hidden = given.hides(inputs)
    see = given.visible(inputs, found).floats > 0 if hidden else np.ones((found.queries, found.keys), bool)
    if not see.any(axis=1).all():
        return True
    for start in range(0, found.columns, size):
        part = slice(start, start + size)
        scores = q[:, part] @ k[:, part].T / scale + bias
        largest = np.where(see, scores, -np.inf).max(axis=1)
        if not (np.abs(largest) < LARGEST_POWER).all():
            return True
    return False


def _queries_and_keys(inputs: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return Q and K in float64, for a look ahead."""
    if inputs["x"] is None:
        return inputs["q"].floats, inputs["k"].floats
    x = inputs["x"].floats
    other = x if inputs["context"] is None else inputs["context"].floats
    if inputs["wq"] is None:
        return x, other
    found = []
    for tokens, name in ((x, "q"), (other, "k")):
        weights = inputs[f"w{name}"].floats
        product = tokens @ (weights if inputs["layout"] == "in-out" else weights.T)
        found.append(product if inputs[f"b{name}"] is None else product + inputs[f"b{name}"].floats)
    return found[0], found[1]


# ---------------------------------------------------------------- one head


def head_lines(w: Work, i: Label, plainly: bool) -> None:
    """Write one head: scores, scaled, softmax by rows, weighted values."""
    inputs = w.inputs
    if i != "":
        w.let("Q[i] = columns(Q, d_k*(i - 1) + 1, d_k*i)", "this head's part", "该头的部分", i=i)
        w.let("K[i] = columns(K, d_k*(i - 1) + 1, d_k*i)", "the same columns", "相同的列", i=i)
        w.let("V[i] = columns(V, d_v*(i - 1) + 1, d_v*i)", "its values", "该头的值", i=i)
    w.let("scores[i] = Q[i] @ K[i].T", "row i: query i with every key", "第 i 行：查询 i 与各个键的内积", i=i)
    if inputs["scale"] == "none":
        w.let("scaled[i] = scores[i]", "not scaled", "不缩放", i=i)
    else:
        w.let("scaled[i] = scores[i]/scale", "over the scale", "除以缩放因子", i=i, id="scaled")
    s = "scaled[i]"
    if given.adds(inputs):
        w.let("biased[i] = scaled[i] + B", "the mask's numbers are added", "加上掩码的数值", i=i)
        s = "biased[i]"
    if given.hides(inputs) and inputs["mask_value"] == "1e9":
        w.let(
            f"masked[i] = {s} if M > 0 else -10**9",
            "a hidden score becomes −10⁹",
            "被遮住的分数改为 −10⁹",
            i=i,
        )
        s = "masked[i]"
    elif given.hides(inputs):
        s = f"mask({s}, M)"
    softmax_lines(w, s, i, plainly)
    says = ("each row: the values, weighted", "每行：值的加权和")
    if inputs["heads"] == 1 and inputs["wo"] is None:
        w.let("out = weights @ V", *says)
    else:
        w.let("head[i] = weights[i] @ V[i]", *says, i=i)


def softmax_lines(w: Work, s: str, i: Label, plainly: bool) -> None:
    """Write the softmax of each row: powers, their sum, the quotients."""
    if not plainly:
        w.let(
            f"weights[i] = softmax({s})",
            "by rows; e^… is beyond a computer's numbers, so each row is first lowered by its largest score",
            "逐行；e^… 超出计算机的数值范围，先从每行减去其最大分数",
            i=i,
            id="weights-at-once",
        )
        return
    hidden, infinite = given.hides(w.inputs), s.startswith("mask(")
    w.let(
        f"E[i] = exp({s})",
        "e to each score; hidden: e^(−∞) = 0" if infinite else "e to each score",
        "对每个分数取指数；遮住处 e^(−∞) = 0" if infinite else "对每个分数取指数",
        i=i,
        id="hidden-powers" if hidden else "powers",
    )
    w.let("Z[i] = row_sums(E[i])", "the sum of each row", "每行求和", i=i)
    w.let(
        "weights[i] = over_rows(E[i], Z[i])",
        "each row over its own sum: softmax by rows",
        "每行除以本行之和：逐行 softmax",
        i=i,
        id="hidden-weights" if hidden else "weights",
    )


def output_lines(w: Work, heads: tuple[Label, ...]) -> None:
    """Write the heads side by side and, where there is one, the output projection."""
    inputs = w.inputs
    if inputs["wo"] is not None:
        w.given("W_O", inputs["wo"], "wo")
        if inputs["bo"] is not None:
            w.given("b_O", inputs["bo"], "bo")
    elif len(heads) == 1:
        return
    if len(heads) > 1:
        parts = ", ".join(f"head[{i}]" for i in heads)
        w.let(f"concat = concat({parts})", "the heads side by side", "各头左右拼接")
    if inputs["wo"] is None:
        w.let("out = concat", "without an output projection", "没有输出投影")
        return
    linear(w, "O", "concat" if len(heads) > 1 else "head", "the output projection mixes the heads", "输出投影混合各头")


# ---------------------------------------------------------------- conventions

CONVENTIONS = (
    Convention(
        "scale",
        {
            "sqrt": Text(
                "scores are divided by √d_k (Vaswani et al., PyTorch)", "分数除以 √d_k（Vaswani 等、PyTorch）"
            ),
            "none": Text("scores are not scaled (Luong's dot product)", "分数不缩放（Luong 的点积）"),
        },
        applies=lambda inputs: inputs["scale"] in ("sqrt", "none"),
    ),
    Convention(
        "layout",
        {
            "in-out": Text(
                "weights are inputs × outputs, x·W (the paper, Keras)", "权重为 输入×输出，x·W（原论文、Keras）"
            ),
            "out-in": Text("weights are outputs × inputs, x·Wᵀ (PyTorch)", "权重为 输出×输入，x·Wᵀ（PyTorch）"),
        },
        applies=lambda inputs: inputs["wq"] is not None or inputs["wo"] is not None,
    ),
    Convention(
        "mask_ones",
        {
            "see": Text(
                "1 in a mask means seen (PyTorch's scaled_dot_product_attention, Keras)",
                "掩码中 1 表示可见（PyTorch 的 scaled_dot_product_attention、Keras）",
            ),
            "hide": Text(
                "1 in a mask means hidden (nn.MultiheadAttention)", "掩码中 1 表示遮住（nn.MultiheadAttention）"
            ),
        },
        applies=lambda inputs: given.is_zero_one(inputs["mask"]),
    ),
)
