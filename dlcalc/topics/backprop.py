"""Backpropagation: one feed-forward net's forward pass, error signals, gradients and new weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlcalc.core.evaluate import Environment
from dlcalc.core.inputs import Choice, Flag, Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Convention, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import backprop, backprop_mistakes, dense
from dlcalc.layers.loss import LOSSES, SQUARED

LAYERS = range(1, dense.FLAGS + 1)
NUMBER = Numbers(0, 0, Text("a number such as 0.5", "一个数，例如 0.5"))


def headline(inputs: Mapping[str, Any]) -> Text:
    """Say whether the net is trained or only run."""
    if inputs["targets"] is None:
        return Text("Feed-forward network: forward pass", "前馈网络：前向传播")
    return Text("Backpropagation", "反向传播")


# ---------------------------------------------------------------- answers, taken off the lines


def _last(env: Environment) -> int | str:
    """Return the label of the last update."""
    last: int | str = env["updates"] if "updates" in env else ""  # noqa: SIM401  # `get` would not be noted as read
    return last


def _key(base: str, *labels: int | str) -> tuple[int | str, ...]:
    return (base, *(label for label in labels if label != ""))


def of_samples(base: str, l: int) -> Callable[[Environment], Any]:  # noqa: E741
    """Return what reads a layer's values at the last update: of one sample, or a row for each."""

    def value(env: Environment) -> Any:
        last = _last(env)
        if "N" not in env:
            return env[_key(base, l, last)]
        visits = range(1, env["N"] + 1)
        keys = [_key(base, l, n, last) for n in visits]
        if keys[0] not in env and last != "":
            keys = [_key(base, l, int(last) - env["N"] + n) for n in visits]  # online: one sample an update
        return [env[key].tolist() for key in keys]

    return value


def of_layer(base: str, l: int) -> Callable[[Environment], Any]:  # noqa: E741
    """Return what reads a layer's gradient at the last update."""
    return lambda env: env[_key(base, l, _last(env))]


def after(base: str, *layer: int) -> Callable[[Environment], Any]:
    """Return what reads a value after the last update."""

    def value(env: Environment) -> Any:
        last = _last(env)
        return env[_key(base, *layer, "new" if last == "" else int(last) + 1)]

    return value


def error(env: Environment) -> Any:
    """Return the error of the last epoch, before its updates."""
    if "E" in env:
        return env["E"]
    last = _last(env)
    return env["E" if last == "" else ("E", last)]


def output(env: Environment) -> Any:
    """Return the net's output at the last update."""
    depth = 1
    while ("W", depth + 1) in env or ("W", depth + 1, 1) in env:
        depth += 1
    return of_samples("a", depth)(env)


ANSWERS = (
    Answer("E", Text("error", "误差"), ("E", "updates"), error),
    Answer("E_new", Text("error after the last update", "最后一次更新后的误差"), ("E", "updates"), after("E")),
    Answer("y", Text("output of the net", "网络输出"), ("a", "updates"), output),
    *(
        Answer(f"{base}{l}", says, (base, "updates"), of_samples(base, l), gathers=True)
        for base, says in (
            ("z", Text("weighted sums of a layer", "某层的加权和")),
            ("a", Text("outputs of a layer", "某层的输出")),
            ("delta", Text("error signals of a layer, ∂E/∂z", "某层的误差信号 ∂E/∂z")),
        )
        for l in LAYERS  # noqa: E741
    ),
    *(
        Answer(f"d{base}{l}", says, (f"d{base}", "updates"), of_layer(f"d{base}", l), gathers=True)
        for base, says in (
            ("W", Text("gradient of a layer's weights", "某层权重的梯度")),
            ("b", Text("gradient of a layer's biases", "某层偏置的梯度")),
        )
        for l in LAYERS  # noqa: E741
    ),
    *(
        Answer(f"{base}{l}_new", says, (base, "updates"), after(base, l))
        for base, says in (
            ("W", Text("a layer's weights after the last update", "最后一次更新后某层的权重")),
            ("b", Text("a layer's biases after the last update", "最后一次更新后某层的偏置")),
        )
        for l in LAYERS  # noqa: E741
    ),
)


# ---------------------------------------------------------------- conventions


def trains(inputs: Mapping[str, Any]) -> bool:
    """Say whether there are targets."""
    return inputs["targets"] is not None


def is_squared(inputs: Mapping[str, Any]) -> bool:
    """Say whether the loss is one of those that differ by a factor."""
    return trains(inputs) and inputs["loss"] in SQUARED


def has_several(inputs: Mapping[str, Any]) -> bool:
    """Say whether there are samples to put together."""
    return trains(inputs) and len(inputs["samples"]) > 1


def has_bias(inputs: Mapping[str, Any]) -> bool:
    """Say whether there is a bias to update."""
    return trains(inputs) and any(layer.b is not None for layer in inputs["net"])


def has_relu(inputs: Mapping[str, Any]) -> bool:
    """Say whether a slope of ReLU is taken."""
    return trains(inputs) and any(layer.act == "relu" for layer in inputs["net"])


CONVENTIONS = (
    Convention("loss", SQUARED, is_squared),
    Convention(
        "reduction",
        {
            "mean": Text("samples are averaged (PyTorch)", "对样本取平均（PyTorch）"),
            "sum": Text("samples are added up (Bishop)", "对样本求和（Bishop）"),
        },
        has_several,
    ),
    Convention(
        "freeze_bias",
        {
            False: Text("biases are updated like weights (PyTorch)", "偏置与权重一样更新（PyTorch）"),
            True: Text("biases are left as they are (Mazur)", "偏置保持不变（Mazur）"),
        },
        has_bias,
    ),
    Convention(
        "relu_at_0",
        {
            0: Text("the slope of ReLU at 0 is 0 (PyTorch)", "ReLU 在 0 处的导数取 0（PyTorch）"),
            1: Text("the slope of ReLU at 0 is 1 (CS231n)", "ReLU 在 0 处的导数取 1（CS231n）"),
        },
        has_relu,
    ),
)


TOPIC = Topic(
    name="backprop",
    title=Text("Backpropagation: forward pass, gradients and new weights", "反向传播：前向计算、梯度与新权重"),
    inputs=(
        Input("x", Numbers(1, 2), Text("inputs; several samples as rows", "输入；多个样本按行写"), known_as=("input",)),
        Input(
            "t",
            Numbers(1, 2),
            Text("targets; without them the forward pass only", "目标值；不给则只做前向计算"),
            None,
            ("target", "y", "label"),
        ),
        *(
            Input(
                f"w{l}",
                dense.WEIGHTS,
                Text("weights of layer 1: a row per unit", "第 1 层权重：每个单元一行")
                if l == 1
                else Text("weights of a further layer", "后续某层的权重"),
                ... if l == 1 else None,
                instead="layers" if l == 1 else "",
            )
            for l in LAYERS  # noqa: E741
        ),
        *(
            Input(
                f"b{l}",
                dense.BIASES,
                Text(
                    "biases of a layer: one per unit, or one number for all", "某层偏置：每个单元一个，或一个数用于全部"
                ),
                None,
            )
            for l in LAYERS  # noqa: E741
        ),
        Input(
            "layers",
            dense.Layers(),
            Text(
                "the whole net as a list of w, b and act, of any depth", "整个网络：由 w、b、act 组成的列表，层数不限"
            ),
            None,
            ("net",),
        ),
        Input(
            "act",
            dense.Acts(),
            Text(
                "activation of all layers or of each; sigmoid if not given",
                "所有层或各层的激活函数；默认 sigmoid",
            ),
            None,
            ("activation", "f"),
        ),
        Input("alpha", NUMBER, Text("α of leaky ReLU and its kin", "leaky ReLU 等函数的 α"), None),
        Input("beta", NUMBER, Text("β of swish", "swish 的 β"), None),
        Input("loss", Choice(tuple(LOSSES)), Text("loss", "损失函数"), "half-sse", ("error", "cost")),
        Input("eta", NUMBER, Text("learning rate", "学习率"), 1, ("lr", "alpha", "learning_rate", "rate")),
        Input("epochs", Whole(), Text("passes over the samples", "遍历样本的轮数"), 1),
        Input(
            "update",
            Choice(("batch", "online")),
            Text("after all samples, or after each", "全部样本后更新一次，或每个样本后更新"),
            "batch",
        ),
        Input("reduction", Choice(("mean", "sum")), Text("how samples are put together", "多个样本如何合并"), "mean"),
        Input("freeze_bias", Flag(), Text("leave the biases as they are", "不更新偏置"), False),
        Input("relu_at_0", Whole(0, 1), Text("slope of ReLU at 0", "ReLU 在 0 处的导数"), 0),
        Input("slopes", Flag(), Text("multiply the slopes layer by layer", "逐层相乘的斜率（梯度消失）"), False),
        Input("verify", Flag(), Text("check the gradients by finite differences", "用有限差分检验梯度"), False),
    ),
    answers=ANSWERS,
    write=backprop.write,
    example='dlcalc backprop --x 0.35,0.9 --t 0.5 --w1 "0.1,0.8; 0.4,0.6" --w2 0.3,0.9 --eta 1',
    conventions=CONVENTIONS,
    misconceptions=backprop_mistakes.MISCONCEPTIONS,
    indices=dict.fromkeys(("z", "a", "W", "b", "dE_da", "da_dz", "delta", "dW", "db", "alpha", "beta"), "l")
    | dict.fromkeys(("W_all", "b_all", "slope", "shrink", "length"), "l"),
    headline=headline,
    settle=backprop.settle,
)
"""`loss` is a convention among the squared errors only: which loss an exercise has is part of the exercise."""
