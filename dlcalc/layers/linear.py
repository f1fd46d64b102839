"""The fully connected layer: parameters and multiply-accumulates. N_in numbers enter, N_out leave."""

from __future__ import annotations

from typing import Any

from dlcalc.core.inputs import times
from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text


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
    if w.inputs["x"] is not None:
        value_lines(w)


def settle(inputs: dict[str, Any]) -> None:
    """Fill in the sizes from x and w; values without b are those of a layer without bias.

    Raises:
        InputError: where one is missing, or their shapes contradict each other or the sizes given.
    """
    x, w, b = inputs["x"], inputs["w"], inputs["b"]
    if inputs["bias"] is None:
        inputs["bias"] = x is None or b is not None
    if x is None and w is None and b is None:
        return
    for name, other in (("x", "w"), ("w", "x")):
        if inputs[name] is None:
            raise InputError(
                Text("The values need {name} too.", "求数值还需要 {name}。"),
                Text("Give --{name}, or leave --{other} and --b out.", "请给出 --{name}，或去掉 --{other} 和 --b。"),
                name=name,
                other=other,
            ).about(name)
    rows, columns = w.shape
    if x.data.size != columns:
        raise InputError(
            Text(
                "w has {columns} columns (shape {rows}×{columns}), but x has {n} numbers.",
                "w 有 {columns} 列（形状 {rows}×{columns}），而 x 有 {n} 个数。",
            ),
            Text("Give w as outputs × inputs.", "请按 输出 × 输入 给出 w。"),
            rows=rows,
            columns=columns,
            n=int(x.data.size),
        ).about("w")
    if b is not None and (not inputs["bias"] or b.shape != (rows,)):
        raise InputError(
            Text("b has {n} number(s), but there are {rows} outputs.", "b 有 {n} 个数，而输出有 {rows} 个。")
            if inputs["bias"]
            else Text("b was given, but the layer has no bias.", "给出了 b，但该层没有偏置。"),
            Text("Give one bias per output, or leave --b out.", "请给每个输出一个偏置，或去掉 --b。")
            if inputs["bias"]
            else Text("Leave --b or --no-bias out.", "请去掉 --b 或 --no-bias。"),
            n=b.shape[0],
            rows=rows,
        ).about("b")
    shape = x.shape if len(x.shape) > 1 else columns
    for name, found in (("in_features", shape), ("out_features", rows)):
        said = inputs[name]
        if said not in (None, found, columns if name == "in_features" else rows):
            raise InputError(
                Text("{name} is {said}, but the numbers say {found}.", "{name} 是 {said}，而数值表明是 {found}。"),
                Text("Leave {name} out.", "请去掉 {name}。"),
                name=name,
                said=times(said) if isinstance(said, tuple) else said,
                found=times(found) if isinstance(found, tuple) else found,
            ).about(name)
        inputs[name] = found


def value_lines(w: Work) -> None:
    """Write y = Wx + b."""
    x, b = w.inputs["x"], w.inputs["b"]
    w.given("x", x, "x")
    w.given("W", w.inputs["w"], "w")
    vector = "x"
    if len(x.shape) > 1:
        w.let("x_flat = flat(x)", "the map, row after row", "特征图逐行展平")
        vector = "x_flat"
    if b is None:
        w.let(f"y = W @ {vector}", "each output weighs every input", "每个输出对所有输入加权求和", id="values")
    else:
        w.given("b", b, "b")
        w.let(
            f"y = W @ {vector} + b",
            "each output weighs every input and adds its bias",
            "每个输出对所有输入加权求和，再加偏置",
            id=f"values-with-bias-{vector}",
        )


MISCONCEPTIONS = (
    Misconception(
        "bias-not-added",
        Text("You left out the bias: it is added to every weighted sum.", "漏了偏置：每个加权和都要加上偏置。"),
        {"values-with-bias-x": "W @ x", "values-with-bias-x_flat": "W @ x_flat"},
    ),
    Misconception(
        "weights-transposed",
        Text(
            "You used the columns of W: each output has a row of weights.",
            "用了 W 的列：每个输出对应 W 的一行权重。",
        ),
        {"values": "W.T @ x", "values-with-bias-x": "W.T @ x + b"},
        applies=lambda inputs: inputs["x"] is not None and len(inputs["x"].shape) == 1,
    ),
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
