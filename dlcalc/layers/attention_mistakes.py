"""Mistakes people make with attention by hand: scale, softmax, mask, which matrix is turned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.topic import Misconception
from dlcalc.errors import Text
from dlcalc.layers import attention_inputs as given


def _scaled(inputs: Mapping[str, Any]) -> bool:
    return bool(inputs["scale"] == "sqrt")


def _hidden(inputs: Mapping[str, Any]) -> bool:
    return given.hides(inputs) and not given.adds(inputs)


def _plain(inputs: Mapping[str, Any]) -> bool:
    return not given.hides(inputs) and not given.adds(inputs)


def _columns_are_seen(inputs: Mapping[str, Any]) -> bool:
    """Say whether a softmax by columns has something to add up in each."""
    if given.adds(inputs):
        return False
    return not given.hides(inputs) or bool(given.visible(inputs, given.sizes(inputs)).data.any(axis=0).all())


def _may_look_at_itself(inputs: Mapping[str, Any]) -> bool:
    """Say whether the tokens that ask fit where the second sequence belongs: its projections and the mask."""
    x, context = inputs["x"], inputs["context"]
    if context is None or x.shape[1] != context.shape[1]:
        return False
    return x.shape[0] == context.shape[0] or (inputs["mask"] is None and inputs["valid_len"] is None)


def _square(inputs: Mapping[str, Any]) -> bool:
    found = given.sizes(inputs)
    return found.queries == found.keys


def _square_causal(inputs: Mapping[str, Any]) -> bool:
    return inputs["mask"] == "causal" and inputs["valid_len"] is None and _square(inputs)


MISCONCEPTIONS = (
    Misconception(
        "not-scaled",
        Text("You left out the scale: the scores are divided by √d_k.", "漏了缩放：分数要除以 √d_k。"),
        {"scaled": "scores[i]"},
        applies=_scaled,
        catalogue=("M184",),
    ),
    Misconception(
        "scaled-by-d-k",
        Text(
            "You divided by d_k itself: the scores are divided by its square root.",
            "除以了 d_k 本身：分数要除以它的平方根。",
        ),
        {"scale": "d_k"},
        applies=_scaled,
        catalogue=("M185",),
    ),
    Misconception(
        "scaled-by-the-model",
        Text(
            "You took √d of all heads together: each head divides by the root of its own d_k = d/h.",
            "用了所有头合在一起的 √d：每个头除以自己的 √d_k，d_k = d/h。",
        ),
        {"scale": "sqrt(d)"},
        applies=lambda inputs: _scaled(inputs) and inputs["heads"] > 1,
        catalogue=("M188",),
    ),
    Misconception(
        "softmax-by-columns",
        Text(
            "You took the softmax down the columns: each row, one query, has weights that add up to 1.",
            "按列做了 softmax：应按行，每个查询的权重之和为 1。",
        ),
        {"weights": "softmax(scaled[i].T).T", "hidden-weights": "softmax(mask(scaled[i], M).T).T"},
        applies=_columns_are_seen,
        catalogue=("M186",),
    ),
    Misconception(
        "softmax-over-everything",
        Text(
            "You took one softmax over the whole matrix: each row, one query, has weights that add up to 1.",
            "对整个矩阵做了一次 softmax：应逐行进行，每个查询的权重之和为 1。",
        ),
        {"weights": "exp(scaled[i])/total(exp(scaled[i]))"},
        applies=_plain,
    ),
    Misconception(
        "scaled-after-softmax",
        Text(
            "You divided by √d_k after the softmax: it is the scores that are divided, before it.",
            "在 softmax 之后才除以 √d_k：应在 softmax 之前除分数。",
        ),
        {"weights": "softmax(scores[i])/scale"},
        applies=lambda inputs: _scaled(inputs) and _plain(inputs),
    ),
    Misconception(
        "keys-weighted",
        Text(
            "You weighted the keys: the weights belong to the values, V.",
            "对键 K 加权：加权的应是值 V。",
        ),
        {"out": "weights @ K"},
        applies=lambda inputs: (
            inputs["heads"] == 1 and inputs["wo"] is None and (inputs["x"] is None or inputs["wk"] is not None)
        ),
    ),
    Misconception(
        "heads-not-split",
        Text(
            "You worked with one head as wide as the model: each head has its own scores and weights, from its own "
            "columns.",
            "只用了一个与模型同宽的头：每个头用自己的列求分数和权重。",
        ),
        {"concat": "softmax(Q @ K.T/sqrt(d)) @ V"},
        applies=lambda inputs: _scaled(inputs) and _plain(inputs) and inputs["heads"] > 1,
    ),
    Misconception(
        "second-sequence-not-used",
        Text(
            "You took keys and values from the tokens that ask: in cross-attention they come from the other sequence "
            "(the encoder's output).",
            "键和值取自查询所在的序列：交叉注意力中它们来自另一序列（编码器的输出）。",
        ),
        inputs={"context": None},
        applies=_may_look_at_itself,
    ),
    Misconception(
        "biases-left-out",
        Text(
            "You left out the biases: each projection's bias is added to every row.",
            "漏了偏置：每个投影的偏置都要加到每一行。",
        ),
        inputs={"bq": None, "bk": None, "bv": None, "bo": None},
        applies=lambda inputs: any(inputs[name] is not None for name in ("bq", "bk", "bv", "bo")),
    ),
    Misconception(
        "no-softmax",
        Text(
            "You weighted the values with the scores: softmax makes them weights first.",
            "直接用分数对值加权：要先经 softmax 变成权重。",
        ),
        {"weights": "scaled[i]"},
        applies=_plain,
        catalogue=("M187",),
    ),
    Misconception(
        "keys-ask",
        Text(
            "You multiplied K by Qᵀ: the scores are Q·Kᵀ, a row for each query.",
            "算成了 K·Qᵀ：分数是 Q·Kᵀ，每个查询一行。",
        ),
        {"scores[i]": "K[i] @ Q[i].T"},
        applies=_square,
        catalogue=("M189",),
    ),
    Misconception(
        "masked-after-softmax",
        Text(
            "You multiplied the weights by the mask after the softmax: hidden scores become −∞ (or −10⁹) before it, so "
            "that each row still adds up to 1.",
            "在 softmax 之后才乘掩码：应在 softmax 之前把被遮住的分数设为 −∞（或 −10⁹），使每行之和仍为 1。",
        ),
        {"hidden-weights": "softmax(scaled[i])*M"},
        applies=_hidden,
        catalogue=("M195",),
    ),
    Misconception(
        "masked-with-zero",
        Text(
            "You set hidden scores to 0, but e^0 = 1 still counts: they become −∞, whose power is 0.",
            "把被遮住的分数设成了 0，而 e^0 = 1 仍有贡献：应设为 −∞，其指数为 0。",
        ),
        {"hidden-powers": "exp(scaled[i]*M)"},
        applies=_hidden,
        catalogue=("M196",),
    ),
    Misconception(
        "past-hidden",
        Text(
            "You hid the past: a causal mask hides the keys after the query, above the diagonal.",
            "遮住了过去：因果掩码遮住查询之后的键，即对角线以上。",
        ),
        {"causal-mask": "causal(m, n).T"},
        applies=_square_causal,
        catalogue=("M197",),
    ),
    Misconception(
        "nothing-hidden",
        Text(
            "You left the mask out: hidden scores become −∞ before the softmax.",
            "没有用掩码：被遮住的分数要在 softmax 之前设为 −∞。",
        ),
        {"hidden-powers": "exp(scaled[i])"},
        applies=_hidden,
    ),
    Misconception(
        "bias-not-added",
        Text(
            "You left out the bias of the queries: it is added to every row.",
            "漏了查询的偏置：每一行都要加上它。",
        ),
        {"Q-projected": "x @ W_Q"},
        applies=lambda inputs: inputs["bq"] is not None and inputs["layout"] == "in-out",
    ),
    Misconception(
        "values-not-projected",
        Text(
            "You weighted the tokens themselves: it is their values V = x·W_V that are weighted.",
            "对词元本身加权：加权的应是它们的值 V = x·W_V。",
        ),
        {"V-projected": "x"},
        applies=lambda inputs: inputs["wv"] is not None and inputs["context"] is None and inputs["bv"] is None,
    ),
    Misconception(
        "no-output-projection",
        Text(
            "You stopped before the output projection: W_O comes after the heads.",
            "停在了输出投影之前：各头之后还要乘 W_O。",
        ),
        {"out-projected": "concat", "head-projected": "head"},
        applies=lambda inputs: inputs["wo"] is not None,
    ),
)
