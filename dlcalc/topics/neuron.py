"""A single neuron: its output, and whether its weights make a logic gate."""

from __future__ import annotations

from dlcalc.core.inputs import Choice
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Convention, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import gates, neuron

_NUMBER = Text("a number such as 0.6", "一个数，例如 0.6")

TOPIC = Topic(
    name="neuron",
    title=Text("A neuron: net input and output", "神经元：净输入与输出"),
    inputs=(
        Input(
            "x",
            Numbers(
                1, 2, Text("a sample such as 1,0, or one a row: 0,0; 0,1", "一个样本，例如 1,0；或每行一个：0,0; 0,1")
            ),
            Text("a sample, or one a row", "一个样本，或每行一个样本"),
            known_as=("inputs", "in"),
            instead="gate",
        ),
        Input("w", Numbers(1, 1), Text("weights", "权重"), known_as=("weights",)),
        Input("theta", Numbers(0, 0, _NUMBER), Text("threshold", "阈值"), None, ("threshold",)),
        Input("b", Numbers(0, 0, _NUMBER), Text("bias, 0 unless given", "偏置，默认 0"), None, ("bias",)),
        Input("act", Choice(neuron.ACTS), Text("activation", "激活函数"), neuron.STEP, ("activation", "f")),
        Input(
            "gate",
            Choice(tuple(gates.TRUTH)),
            Text("check the weights on a gate's truth table", "用逻辑门的真值表检验权重"),
            None,
        ),
        Input(
            "zero",
            Choice(("high", "low")),
            Text("output exactly at the threshold: high 1, low 0", "恰等于阈值时的输出：high 为 1，low 为 0"),
            "high",
            ("sign0", "equality"),
        ),
    ),
    answers=(
        Answer("y", Text("output", "输出"), ("y",), neuron.output),
        Answer("net", Text("net input", "净输入"), ("net",), neuron.net),
    ),
    write=neuron.write,
    example="dlcalc neuron --x 1,1 --w 0.7,0.7 --theta 0.6",
    conventions=(
        Convention(
            "zero",
            {
                "high": Text(
                    "the neuron fires from its threshold on, net ≥ 0 (McCulloch–Pitts)",
                    "达到阈值即激活，net ≥ 0（M-P 神经元）",
                ),
                "low": Text("the neuron fires above its threshold only, net > 0", "超过阈值才激活，net > 0"),
            },
            neuron.steps,
            ("M062",),
        ),
    ),
    misconceptions=neuron.MISCONCEPTIONS,
    settle=neuron.settle,
)
