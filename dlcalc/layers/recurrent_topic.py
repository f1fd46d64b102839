"""What the topics rnn, lstm and gru declare alike: inputs, answers and conventions of a recurrent net."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlcalc.core.evaluate import Environment
from dlcalc.core.inputs import Choice, Flag
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Convention, Input
from dlcalc.errors import Text
from dlcalc.layers.loss import LOSSES, SQUARED
from dlcalc.layers.recurrent_inputs import MATRIX, STACKED, VECTOR, symbol
from dlcalc.layers.recurrent_net import GateOrder, Net
from dlcalc.layers.recurrent_output import OUT_ACTS
from dlcalc.layers.recurrent_spot import Cell

NUMBER = Numbers(0, 0, Text("a number such as 0.5", "一个数，例如 0.5"))
STEPS = range(1, 10)
"""Time steps whose states are answers by name; every step's are lines and can be asked for."""

_WEIGHTS = {
    "w": Text("weights on the input: {gate}", "输入的权重：{gate}"),
    "u": Text("weights on the state before: {gate}", "前一状态的权重：{gate}"),
    "b": Text("bias: {gate}", "偏置：{gate}"),
    "h": Text("second bias, beside the state: {gate}", "第二个偏置，与前一状态相加：{gate}"),
    "p": Text("peephole, one number per unit: {gate}", "窥视孔权重，每个单元一个：{gate}"),
}


def _says(kind: str, gate: Text) -> Text:
    template = _WEIGHTS[kind]
    return Text(template.en.format(gate=gate.en), template.zh.format(gate=gate.zh))


def weight_inputs(cell: Cell) -> tuple[Input, ...]:
    """Return the inputs for the weights: gate by gate, stacked, and a whole net."""
    gates = cell.gates
    found = []
    for place, kind in enumerate(("w", "u", "b", "h")):
        for gate in gates.each:
            flag = gates.flags(gate)[place]
            found.append(Input(flag, MATRIX if kind in "wu" else VECTOR, _says(kind, gates.says[gate]), None))
    found += [Input(f"p{gate}", VECTOR, _says("p", gates.says[gate]), None) for gate in gates.peepholes]
    if gates.order:
        what = (
            Text("all gates' weights on the input, stacked", "所有门的输入权重，上下叠放"),
            Text("all gates' weights on the state before, stacked", "所有门的前一状态权重，上下叠放"),
            Text("all gates' biases, stacked", "所有门的偏置，首尾相接"),
            Text("all gates' second biases, stacked", "所有门的第二个偏置，首尾相接"),
        )
        longer = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        found += [
            Input(flag, MATRIX if flag[0] == "w" else VECTOR, says, None, (name, f"{flag[0]}_h"))
            for flag, says, name in zip(STACKED, what, longer, strict=True)
        ]
        found.append(
            Input("gate_order", GateOrder(gates.order), Text("order of stacked gates", "叠放时各门的顺序"), gates.order)
        )
    found.append(
        Input(
            "params",
            Net(),
            Text("several layers or both directions, from a file", "多层或双向网络，来自文件"),
            None,
            ("layers", "net", "state_dict"),
        )
    )
    return tuple(found)


def sequence_inputs() -> tuple[Input, ...]:
    """Return the input for the sequence."""
    return (
        Input("x", Numbers(1, 2), Text("inputs, one row per time step", "输入，每个时间步一行"), known_as=("input",)),
        Input("h0", Numbers(1, 2), Text("state before the first step; 0 if not given", "初始状态；默认 0"), None),
    )


def other_inputs() -> tuple[Input, ...]:
    """Return the inputs for outputs, targets and training."""
    return (
        Input("wy", MATRIX, Text("weights of the output layer", "输出层权重"), None, ("v",)),
        Input("by", VECTOR, Text("bias of the output layer", "输出层偏置"), None),
        Input("out_act", Choice(OUT_ACTS), Text("activation of the output layer", "输出层的激活函数"), "linear"),
        Input(
            "t",
            Numbers(1, 2),
            Text("targets, one row per step, or one row for the last step", "目标值，每步一行，或只给最后一步的一行"),
            None,
            ("target", "y", "label"),
        ),
        Input("loss", Choice(tuple(LOSSES)), Text("loss, summed over the steps", "损失，对各步求和"), "half-sse"),
        Input("bptt", Flag(), Text("gradients by backpropagation through time", "随时间反向传播求梯度"), False),
        Input("eta", NUMBER, Text("learning rate; gives the new weights", "学习率；给出后计算新权重"), None, ("lr",)),
        Input("clip", NUMBER, Text("largest size of the gradients", "梯度裁剪的上限"), None),
        Input(
            "clip_by",
            Choice(("norm", "value")),
            Text("clip the norm of all gradients, or each number", "按全部梯度的范数裁剪，或逐个数裁剪"),
            "norm",
        ),
    )


# ---------------------------------------------------------------- answers


def at_step(base: str, t: int) -> Callable[[Environment], Any]:
    """Return what reads something of the top layer at a step."""
    return lambda env: env[(base, t, *(env["_top"] if base in "hc" else ()))]


def of_sequence(base: str) -> Callable[[Environment], Any]:
    """Return what reads something of the top layer at all steps, a row each."""

    def value(env: Environment) -> Any:
        labels = env["_top"] if base in "hc" else ()
        found, t = [], 1
        while (base, t, *labels) in env:
            found.append(env[(base, t, *labels)].tolist())
            t += 1
        if not found:
            raise KeyError(base)
        return found

    return value


def line(name: str) -> Callable[[Environment], Any]:
    """Return what reads the line of this name."""
    return lambda env: env[name]


GRADIENT = Text("gradient, summed over the steps", "梯度，对各步求和")
NEW = Text("new weights after one step", "更新一次后的新权重")
STATES = {
    "h": Text("state of a step", "某步的隐状态"),
    "c": Text("cell of a step", "某步的细胞状态"),
    "y": Text("output of a step", "某步的输出"),
    "i": Text("input gate of a step", "某步的输入门"),
    "f": Text("forget gate of a step", "某步的遗忘门"),
    "g": Text("candidate of a step", "某步的候选值"),
    "o": Text("output gate of a step", "某步的输出门"),
    "r": Text("reset gate of a step", "某步的重置门"),
    "z": Text("update gate of a step", "某步的更新门"),
    "n": Text("candidate of a step", "某步的候选状态"),
}


def answers(cell: Cell) -> tuple[Answer, ...]:
    """Return what such a topic can be asked for, the states first."""
    bases = ("h", *(name for name in (*cell.columns, "y") if name != "h"))
    found = [
        Answer(f"{base}{t}", STATES[base], (base,), at_step(base, t), gathers=True) for base in bases for t in STEPS
    ]
    found += [
        Answer("h", Text("states of all steps, a row each", "各步的隐状态，每步一行"), ("h",), of_sequence("h")),
        Answer("E", Text("error, the sum over the steps", "误差，对各步求和")),
    ]
    for flag in (*cell.gates.names, "wy", "by"):
        name = symbol(flag)
        found += [
            Answer(f"d{flag}", GRADIENT, (f"d{name}",), line(f"d{name}"), gathers=True),
            Answer(f"{flag}_new", NEW, (f"{name}_new",), line(f"{name}_new"), gathers=True),
        ]
    return tuple(found)


# ---------------------------------------------------------------- conventions


def has_targets(inputs: Mapping[str, Any]) -> bool:
    """Say whether there are targets."""
    return inputs["targets"] is not None


def is_squared(inputs: Mapping[str, Any]) -> bool:
    """Say whether the loss is one of those that differ by a factor."""
    return has_targets(inputs) and inputs["loss"] in SQUARED


def is_stacked(orders: Mapping[str, Text]) -> Callable[[Mapping[str, Any]], bool]:
    """Return what says whether stacked gates are given, in an order that some framework has."""

    def applies(inputs: Mapping[str, Any]) -> bool:
        given = inputs["w_ih"] is not None or any(
            name in each for layer in inputs["params"] or () for each in layer for name in STACKED
        )
        return given and inputs["gate_order"] in orders

    return applies


LOSS = Convention("loss", SQUARED, is_squared)


def indices(cell: Cell) -> dict[str, str]:
    """Return how names' indices are printed: time below, the layer above."""
    states = (*cell.columns, *cell.hidden, *cell.errors, *cell.hidden_errors)
    weights = [symbol(flag) for flag in cell.gates.names]
    return dict.fromkeys(states, ".l") | dict.fromkeys([*weights, *(f"d{each}" for each in weights)], "l")
