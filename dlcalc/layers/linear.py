"""The fully connected layer: parameters and multiply-accumulates. N_in numbers enter, N_out leave."""

from __future__ import annotations

from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import Text


def write(w: Work) -> None:
    """Write the sheet of one fully connected layer: W is N_out × N_in, y = Wx + b."""
    features = w.inputs["in_features"]
    if isinstance(features, int):
        w.given("N_in", features, "in_features")
    else:
        for number, size in enumerate(features):
            w.given("M", size, "in_features", number + 1)
        w.let("N_in = prod(M[i] for i in (1, ..., n))", "the map is flattened", "特征图展平", n=len(features))
    w.given("N_out", w.inputs["out_features"], "out_features")
    w.let("weights = N_in*N_out", "each output sees each input", "每个输出与每个输入相连")
    if w.inputs["bias"]:
        w.let("biases = N_out", "one bias per output", "每个输出一个偏置", id="biases-per-output")
    else:
        w.let("biases = 0", "the layer has no bias", "该层没有偏置", id="no-biases")
    w.let("params = weights + biases", "learned numbers", "参数总数")
    if w.inputs["count_bias"]:
        w.let(
            "macs = weights + biases",
            "each weight once per example, and each added bias",
            "每个样本中每个权重用一次，偏置加法也计入",
        )
    else:
        w.let("macs = weights", "each weight is used once per example", "每个样本中每个权重用一次")


MISCONCEPTIONS = (
    Misconception(
        "flatten-forgotten",
        Text(
            "You took only the channels: flattening makes every pixel of every map an input.",
            "只用了通道数：展平后每张图的每个像素都是输入。",
        ),
        {"N_in": "M[1]"},
        catalogue=("M029",),
    ),
    Misconception(
        "bias-per-input",
        Text(
            "You counted a bias for each input: there is one for each output.",
            "偏置加到了输入一边：每个输出有一个偏置。",
        ),
        {"biases-per-output": "N_in"},
        catalogue=("M030",),
    ),
    Misconception(
        "bias-left-out",
        Text("You left out the biases: there is one for each output.", "漏了偏置：每个输出有一个偏置。"),
        {"biases-per-output": "0"},
        catalogue=("M019",),
    ),
    Misconception(
        "one-bias-for-the-layer",
        Text(
            "You counted one bias for the whole layer: there is one for each output.",
            "整层只算了一个偏置：每个输出有一个偏置。",
        ),
        {"biases-per-output": "1"},
        catalogue=("M026",),
    ),
    Misconception(
        "bias-per-weight",
        Text(
            "You counted a bias for every weight: there is one for each output.",
            "给每个权重都加了偏置：每个输出只有一个偏置。",
        ),
        {"biases-per-output": "weights"},
        catalogue=("M024",),
    ),
    Misconception(
        "bias-counted-anyway",
        Text("You counted biases: this layer has none.", "算进了偏置：该层没有偏置。"),
        {"no-biases": "N_out"},
    ),
    Misconception(
        "macs-as-flops",
        Text(
            "You gave floating-point operations: a multiply-accumulate is two of them.",
            "给出的是浮点运算次数：一次乘加算两次浮点运算。",
        ),
        {"macs": "2*weights"},
    ),
    Misconception(
        "weights-doubled",
        Text(
            "You multiplied the weights by 2: the factor 2 belongs to FLOPs, not to parameters.",
            "权重多乘了 2：2 倍属于 FLOPs，不属于参数。",
        ),
        {"weights": "2*N_in*N_out"},
        catalogue=("M022",),
    ),
)
