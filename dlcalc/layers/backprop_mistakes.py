"""Mistakes people make in a backpropagation exercise, each a swap of lines that `dlcalc.layers.backprop` writes.

The wrong formulas read what stands above their line: a layer's new weights stand above the error signals below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlcalc.core.topic import Misconception
from dlcalc.errors import Text
from dlcalc.layers.dense import Dense
from dlcalc.layers.loss import SQUARED

Inputs = Mapping[str, Any]
A, Z, X, T, DELTA = "a[l,n,k]", "z[l,n,k]", "x[s]", "t[s]", "delta[l,n,k]"
ERROR = f"({A} - {T})"
OVER_OUTPUTS = "for j in (1, ..., m))"
LOG = f"{T}[j]*ln({A}[j])"
BOTH_LOGS = f"{LOG} + (1 - {T}[j])*ln(1 - {A}[j])"


def _trains(inputs: Inputs) -> bool:
    return inputs["targets"] is not None


def _has_hidden(inputs: Inputs) -> bool:
    return _trains(inputs) and len(inputs["net"]) > 1


def _single(inputs: Inputs) -> bool:
    return _has_hidden(inputs) and len(inputs["samples"]) == 1


def _is_square(layer: Dense) -> bool:
    return layer.inputs == layer.units > 1


def _broadcasts(inputs: Inputs) -> bool:
    return _single(inputs) and _is_square(inputs["net"][0])


def _branches(inputs: Inputs) -> bool:
    return _has_hidden(inputs) and any(layer.units > 1 for layer in inputs["net"][1:])


def _with_act(*acts: str) -> Callable[[Inputs], bool]:
    return lambda inputs: any(layer.act in acts for layer in inputs["net"])


def _with_slope(act: str) -> Callable[[Inputs], bool]:
    return lambda inputs: _trains(inputs) and _with_act(act)(inputs)


def _with_loss(*losses: str) -> Callable[[Inputs], bool]:
    return lambda inputs: _trains(inputs) and inputs["loss"] in losses


def _output_slope(inputs: Inputs) -> bool:
    return _with_loss(*SQUARED)(inputs) and inputs["net"][-1].act not in ("softmax", "linear")


def _squared_softmax(inputs: Inputs) -> bool:
    return _with_loss(*SQUARED)(inputs) and inputs["net"][-1].act == "softmax"


def _updates_biases(inputs: Inputs) -> bool:
    return _trains(inputs) and not inputs["freeze_bias"] and any(layer.b is not None for layer in inputs["net"])


def _in_turn(update: str) -> Callable[[Inputs], bool]:
    return lambda inputs: _trains(inputs) and len(inputs["samples"]) > 1 and inputs["update"] == update


BACKWARD = (
    Misconception(
        "new-weights-in-delta",
        Text(
            "You sent the error back through the new weights: every δ of an update uses the old ones.",
            "反传误差时用了更新后的权重：一次更新中所有 δ 都用旧权重。",
        ),
        {"dE_da-hidden": "W[l+1,next].T @ delta[l+1,n,k]"},
        applies=_has_hidden,
        catalogue=("M107",),
    ),
    Misconception(
        "hidden-slope-forgotten",
        Text(
            "You left out the slope of a hidden layer: δ is what comes back times f′(z).",
            "隐藏层漏乘了激活函数的导数：δ 等于反传的误差乘以 f′(z)。",
        ),
        {"delta-hidden": "dE_da[l,n,k]"},
        applies=_has_hidden,
        catalogue=("M108",),
    ),
    Misconception(
        "output-slope-forgotten",
        Text(
            "You left out the slope of the output layer: with squared errors δ is ∂E/∂a times f′(z).",
            "输出层漏乘了激活函数的导数：平方误差下 δ 等于 ∂E/∂a 乘以 f′(z)。",
        ),
        {"delta-out": "dE_da[l,n,k]"},
        applies=_output_slope,
        catalogue=("M103", "M109"),
    ),
    Misconception(
        "gradient-added",
        Text(
            "You added the gradient: a step down the error subtracts it.",
            "加上了梯度：要减小误差，应减去梯度。",
        ),
        {"W-new": "W[l,k] + eta*dW[l,k]", "b-new": "b[l,k] + eta*db[l,k]"},
        applies=_trains,
        catalogue=("M110",),
    ),
    Misconception(
        "error-reversed",
        Text(
            "You took t − a for the error: the derivative has a − t (books that write t − a add the step).",
            "误差写成了 t − a：导数中是 a − t（写 t − a 的教材更新时用加号）。",
        ),
        {
            "dE_da-half-sse": f"{T} - {A}",
            "dE_da-sse": f"2*({T} - {A})",
            "dE_da-mse": f"2*({T} - {A})/m",
            "delta-bce": f"{T} - {A}",
            "delta-ce": f"{T} - {A}",
        },
        applies=_trains,
        catalogue=("M101",),
    ),
    Misconception(
        "broadcast-row-by-column",
        Text(
            "You multiplied a row by a column entry by entry and NumPy broadcast it: dW is the outer product δ·xᵀ.",
            "代码把行向量与列向量逐元素相乘，被 NumPy 广播了：dW 应为外积 δ·xᵀ。",
        ),
        {"dW-first": f"outer(0*{DELTA} + 1, dE_da[l,n,k])*({X} @ da_dz[l,n,k])"},
        applies=_broadcasts,
        catalogue=("M111",),
    ),
    Misconception(
        "error-shared-by-weight",
        Text(
            "You shared the output's error out in proportion to the weights: it comes back times each weight "
            "and the slope.",
            "按权重比例分配了输出误差：应乘以各权重，再乘以激活函数的导数。",
        ),
        {"delta-hidden": f"W[l+1,k].T @ (dE_da[l+1,n,k]/(W[l+1,k] @ (0*{A} + 1)))"},
        applies=_has_hidden,
        catalogue=("M112",),
    ),
    Misconception(
        "output-for-input",
        Text(
            "You multiplied δ by the layer's own output: ∂z/∂w is what entered the layer.",
            "δ 乘了该层自己的输出：∂z/∂w 是进入该层的值。",
        ),
        {"dW-first": f"outer({DELTA}, {A})"},
        applies=lambda inputs: _trains(inputs) and _is_square(inputs["net"][0]),
        catalogue=("M113",),
    ),
    Misconception(
        "weights-transposed",
        Text(
            "You multiplied by the transposed weights: each row of W belongs to one unit.",
            "乘了转置后的权重矩阵：W 的每一行属于一个单元。",
        ),
        {"z-first": f"W[l,k].T @ {X}", "z-first-bias": f"W[l,k].T @ {X} + b[l,k]"},
        applies=lambda inputs: _is_square(inputs["net"][0]),
        catalogue=("M114",),
    ),
    Misconception(
        "all-weights-transposed",
        Text(
            "You multiplied by the transposed weights in every layer: each row of W belongs to one unit.",
            "每一层都乘了转置后的权重矩阵：W 的每一行属于一个单元。",
        ),
        {
            "z-first": f"W[l,k].T @ {X}",
            "z-first-bias": f"W[l,k].T @ {X} + b[l,k]",
            "z-above": "W[l,k].T @ a[l-1,n,k]",
            "z-above-bias": "W[l,k].T @ a[l-1,n,k] + b[l,k]",
        },
        applies=lambda inputs: len(inputs["net"]) > 1 and all(_is_square(layer) for layer in inputs["net"]),
        catalogue=("M114",),
    ),
    Misconception(
        "eta-forgotten",
        Text(
            "You left out the learning rate: the step is η times the gradient.",
            "漏了学习率：步长是 η 乘以梯度。",
        ),
        {"W-new": "W[l,k] - dW[l,k]", "b-new": "b[l,k] - db[l,k]"},
        applies=lambda inputs: _trains(inputs) and inputs["eta"] != 1,
        catalogue=("M115",),
    ),
    Misconception(
        "biases-not-updated",
        Text(
            "You left the biases as they were: they take the step b − η·δ too.",
            "没有更新偏置：偏置也要更新为 b − η·δ。",
        ),
        {"b-new": "b[l,k]"},
        applies=_updates_biases,
        catalogue=("M116",),
    ),
    Misconception(
        "one-path-only",
        Text(
            "You followed the first path only: a hidden unit's error adds up over every unit it feeds.",
            "只取了第一条路径：隐藏单元的误差要对它连接的所有单元求和。",
        ),
        {"dE_da-hidden": "W[l+1,k][1]*delta[l+1,n,k][1]"},
        applies=_branches,
        catalogue=("M117",),
    ),
    Misconception(
        "softmax-without-target",
        Text(
            "You gave p for the gradient: softmax with cross-entropy leaves p − t.",
            "梯度写成了 p：softmax 配交叉熵时是 p − t。",
        ),
        {"delta-ce": A},
        applies=_with_loss("ce"),
        catalogue=("M100",),
    ),
    Misconception(
        "slope-kept-with-cross-entropy",
        Text(
            "You kept the slope a(1 − a): with the binary cross-entropy it cancels and δ is a − t.",
            "多乘了 a(1 − a)：配二元交叉熵时它被约去，δ = a − t。",
        ),
        {"delta-bce": f"{ERROR}*da_dz[l,n,k]"},
        applies=_with_loss("bce"),
        catalogue=("M102",),
    ),
    Misconception(
        "half-kept",
        Text(
            "You kept the ½: differentiating the square gives a 2 that cancels it.",
            "保留了 ½：对平方求导得到的 2 与它约去。",
        ),
        {"dE_da-half-sse": f"{ERROR}/2"},
        applies=_with_loss("half-sse"),
        catalogue=("M104",),
    ),
    Misconception(
        "two-forgotten",
        Text(
            "You lost the 2: without a ½ in the loss the derivative of the square keeps it.",
            "漏了 2：损失中没有 ½ 时，平方的导数带有 2。",
        ),
        {"dE_da-sse": f"{A} - {T}", "dE_da-mse": f"{ERROR}/m"},
        applies=_with_loss("sse", "mse"),
        catalogue=("M105",),
    ),
    Misconception(
        "jacobian-diagonal-only",
        Text(
            "You took the diagonal of softmax's Jacobian alone: each z changes every output.",
            "只取了 softmax 雅可比矩阵的对角线：每个 z 影响所有输出。",
        ),
        {"delta-softmax": f"dE_da[l,n,k]*{A}*(1 - {A})"},
        applies=_squared_softmax,
        catalogue=("M106",),
    ),
    Misconception(
        "updated-after-each",
        Text(
            "You updated after each sample: this exercise makes one update, after all of them.",
            "每个样本后都更新了：本题在全部样本之后更新一次。",
        ),
        inputs={"update": "online"},
        applies=_in_turn("batch"),
    ),
    Misconception(
        "updated-once-for-all",
        Text(
            "You updated once for all samples: this exercise updates after each of them.",
            "全部样本只更新了一次：本题每个样本后更新一次。",
        ),
        inputs={"update": "batch"},
        applies=_in_turn("online"),
    ),
    Misconception(
        "one-epoch-only",
        Text(
            "You stopped after the first epoch: the exercise goes over the samples again.",
            "只做了第一轮：本题要多轮遍历样本。",
        ),
        inputs={"epochs": 1},
        applies=lambda inputs: _trains(inputs) and inputs["epochs"] > 1,
    ),
)
"""On the way back and in the update."""

SLOPES = (
    Misconception(
        "sigmoid-of-a",
        Text(
            "You took the sigmoid of a once more: the slope is a(1 − a) with the a you have.",
            "对 a 又求了一次 sigmoid：导数就是 a(1 − a)，直接代入 a。",
        ),
        {"slope-sigmoid": f"sigmoid({A})*(1 - sigmoid({A}))"},
        applies=_with_slope("sigmoid"),
        catalogue=("M071",),
    ),
    Misconception(
        "slope-in-z",
        Text("You put z into a(1 − a): the slope takes the output a.", "把 z 代入了 a(1 − a)：应代入输出 a。"),
        {"slope-sigmoid": f"{Z}*(1 - {Z})"},
        applies=_with_slope("sigmoid"),
        catalogue=("M072",),
    ),
    Misconception(
        "tanh-slope-of-sigmoid",
        Text("You used the sigmoid's slope: that of tanh is 1 − a².", "用了 sigmoid 的导数：tanh 的导数是 1 − a²。"),
        {"slope-tanh": f"{A}*(1 - {A})"},
        applies=_with_slope("tanh"),
        catalogue=("M073",),
    ),
    Misconception(
        "tanh-slope-in-z",
        Text("You squared z: the slope of tanh is 1 − a².", "平方的是 z：tanh 的导数是 1 − a²。"),
        {"slope-tanh": f"1 - {Z}**2"},
        applies=_with_slope("tanh"),
        catalogue=("M074",),
    ),
    Misconception(
        "relu-slope-1",
        Text(
            "You gave ReLU the slope 1 everywhere: where z is negative it is 0.",
            "ReLU 的导数处处取了 1：z 为负时导数是 0。",
        ),
        {"slope-relu": f"0*{Z} + 1"},
        applies=_with_slope("relu"),
        catalogue=("M076",),
    ),
    Misconception(
        "leaky-slope-times-z",
        Text("You gave αz for the slope: where z is negative it is α.", "导数写成了 αz：z 为负时导数是 α。"),
        {"slope-leaky": f"1 if {Z} > 0 else alpha[l]*{Z}"},
        applies=_with_slope("leaky"),
        catalogue=("M078",),
    ),
    Misconception(
        "elu-slope-as-value",
        Text(
            "You gave ELU's value for its slope: where z is negative the slope is α·e^z.",
            "把 ELU 的函数值当作导数：z 为负时导数是 α·e^z。",
        ),
        {"slope-elu": f"1 if {Z} > 0 else alpha[l]*expm1({Z})"},
        applies=_with_slope("elu"),
        catalogue=("M081",),
    ),
)
"""In the derivative of the activation."""

FORWARD = (
    Misconception(
        "bias-left-out",
        Text("You left out the bias: it is added to the weighted sum.", "漏了偏置：加权和还要加上偏置。"),
        {"z-first-bias": f"W[l,k] @ {X}", "z-above-bias": "W[l,k] @ a[l-1,n,k]"},
        applies=lambda inputs: any(layer.b is not None for layer in inputs["net"]),
    ),
    Misconception(
        "sigmoid-without-minus",
        Text("You lost the minus sign: σ(z) is 1/(1 + e^(−z)).", "漏了负号：σ(z) = 1/(1 + e^(−z))。"),
        {"a-sigmoid": f"sigmoid(-{Z})"},
        applies=_with_act("sigmoid"),
        catalogue=("M075",),
    ),
    Misconception(
        "leaky-cut-off",
        Text("You set negatives to 0: leaky ReLU makes them αz.", "把负数变成了 0：leaky ReLU 给出 αz。"),
        {"a-leaky": f"max(0, {Z})"},
        applies=_with_act("leaky"),
        catalogue=("M077",),
    ),
    Misconception(
        "relu6-not-cut-off",
        Text("You did not stop at 6: ReLU6 is min(max(0, z), 6).", "没有在 6 处截断：ReLU6 是 min(max(0, z), 6)。"),
        {"a-relu6": f"max(0, {Z})"},
        applies=_with_act("relu6"),
        catalogue=("M079",),
    ),
    Misconception(
        "elu-without-alpha",
        Text("You left out α: where z is negative ELU is α(e^z − 1).", "漏了 α：z 为负时 ELU 是 α(e^z − 1)。"),
        {"a-elu": f"{Z} if {Z} > 0 else expm1({Z})"},
        applies=_with_act("elu"),
        catalogue=("M080",),
    ),
    Misconception(
        "softmax-without-exponentials",
        Text(
            "You divided the sums themselves: softmax takes their exponentials first.",
            "直接用 z 归一化：softmax 先取指数。",
        ),
        {"a-softmax": f"{Z}/({Z} @ (0*{Z} + 1))"},
        applies=_with_act("softmax"),
        catalogue=("M083",),
    ),
    Misconception(
        "sigmoid-for-softmax",
        Text(
            "You took the sigmoid of each: softmax divides the exponentials by their sum.",
            "逐个取了 sigmoid：softmax 用各指数除以它们的和。",
        ),
        {"a-softmax": f"sigmoid({Z})"},
        applies=_with_act("softmax"),
        catalogue=("M084",),
    ),
)
"""On the way forward."""

ERRORS = (
    Misconception(
        "half-forgotten",
        Text("You left out the ½: this E is half the sum of squares.", "漏了 ½：这里的 E 是平方和的一半。"),
        {"E-half-sse": f"sum(({A}[j] - {T}[j])**2 {OVER_OUTPUTS}"},
        applies=_with_loss("half-sse"),
        catalogue=("M096",),
    ),
    Misconception(
        "mse-by-one-less",
        Text("You divided by m − 1: the mean divides by all m outputs.", "除以了 m − 1：平均应除以全部 m 个输出。"),
        {"E-mse": f"sum(({A}[j] - {T}[j])**2 {OVER_OUTPUTS}/(m - 1)"},
        applies=_with_loss("mse"),
        catalogue=("M097",),
    ),
    Misconception(
        "log-base-10",
        Text("You took logarithms to base 10: cross-entropy takes ln.", "用了以 10 为底的对数：交叉熵用 ln。"),
        {"E-ce": f"-sum({LOG} {OVER_OUTPUTS}/ln(10)", "E-bce": f"-sum({BOTH_LOGS} {OVER_OUTPUTS}/ln(10)"},
        applies=_with_loss("ce", "bce"),
        catalogue=("M085",),
    ),
    Misconception(
        "log-base-2",
        Text("You took logarithms to base 2: cross-entropy takes ln here.", "用了以 2 为底的对数：这里交叉熵用 ln。"),
        {"E-ce": f"-sum({LOG} {OVER_OUTPUTS}/ln(2)", "E-bce": f"-sum({BOTH_LOGS} {OVER_OUTPUTS}/ln(2)"},
        applies=_with_loss("ce", "bce"),
        catalogue=("M086",),
    ),
    Misconception(
        "minus-forgotten",
        Text("You lost the minus sign: cross-entropy is −Σ t·ln a.", "漏了负号：交叉熵是 −Σ t·ln a。"),
        {"E-ce": f"sum({LOG} {OVER_OUTPUTS}", "E-bce": f"sum({BOTH_LOGS} {OVER_OUTPUTS}"},
        applies=_with_loss("ce", "bce"),
        catalogue=("M087",),
    ),
    Misconception(
        "targets-of-1-only",
        Text(
            "You left out (1 − t)·ln(1 − a): an output whose target is 0 counts too.",
            "漏了 (1 − t)·ln(1 − a)：目标为 0 的输出也要计入。",
        ),
        {"E-bce": f"-sum({LOG} {OVER_OUTPUTS}"},
        applies=_with_loss("bce"),
        catalogue=("M089",),
    ),
    Misconception(
        "other-classes-counted",
        Text(
            "You added (1 − t)·ln(1 − a) of the other classes: with softmax the target class counts alone.",
            "把其他类的 (1 − t)·ln(1 − a) 也加上了：softmax 下只算目标类。",
        ),
        {"E-ce": f"-sum({BOTH_LOGS} {OVER_OUTPUTS}"},
        applies=_with_loss("ce"),
        catalogue=("M090",),
    ),
    Misconception(
        "cross-entropy-of-z",
        Text("You took ln of z: softmax comes first.", "直接对 z 取了 ln：应先做 softmax。"),
        {"E-ce": f"-sum({T}[j]*ln({Z}[j]) {OVER_OUTPUTS}"},
        applies=_with_loss("ce"),
        catalogue=("M091",),
    ),
)
"""In the error."""

MISCONCEPTIONS = (*BACKWARD, *SLOPES, *FORWARD, *ERRORS)
