"""The fully connected layer: parameters and cost."""

from __future__ import annotations

from dlcalc.core.inputs import Flag, PerAxis, Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import geometry, linear

TOPIC = Topic(
    name="linear",
    title=Text("Fully connected layer: parameters and cost", "全连接层：参数量与计算量"),
    inputs=(
        Input(
            "in_features",
            PerAxis(shape="N|CxHxW"),
            Text("numbers that enter, or a map CxHxW to flatten", "输入个数，或要展平的 CxHxW"),
            known_as=("in", "input", "n_in"),
            instead="x",
        ),
        Input(
            "out_features",
            Whole(),
            Text("numbers that leave", "输出个数"),
            known_as=("out", "output", "units", "n_out"),
            instead="w",
        ),
        Input(
            "bias",
            Flag(),
            Text("one bias per output; with x, unless b is missing", "每个输出一个偏置；给出 x 时由有无 b 决定"),
            None,
        ),
        Input("count_bias", Flag(), Text("count added biases among the MACs", "MACs 中计入加偏置"), False),
        Input("x", Numbers(1, 4), Text("the numbers that enter", "输入的数值"), None),
        Input("w", Numbers(2, 2), Text("weights, outputs x inputs", "权重：输出 x 输入"), None, ("weight", "weights")),
        Input("b", Numbers(1, 1), Text("one bias per output", "每个输出的偏置"), None, ("biases",)),
    ),
    answers=(
        Answer("params", Text("parameters", "参数量")),
        Answer("weights", Text("weights", "权重数")),
        Answer("biases", Text("biases", "偏置数")),
        Answer("macs", Text("multiply-accumulates per example", "每个样本的乘加次数")),
        Answer("y", Text("the output's values", "输出的数值")),
    ),
    write=linear.write,
    example="dlcalc linear --in-features 64x12x12 --out-features 3",
    conventions=(geometry.COUNT_BIAS,),
    misconceptions=linear.MISCONCEPTIONS,
    settle=linear.settle,
)
