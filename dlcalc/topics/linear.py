"""The fully connected layer: parameters and cost."""

from __future__ import annotations

from dlcalc.core.inputs import Flag, PerAxis, Whole
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
        ),
        Input(
            "out_features",
            Whole(),
            Text("numbers that leave", "输出个数"),
            known_as=("out", "output", "units", "n_out"),
        ),
        Input("bias", Flag(), Text("one bias per output", "每个输出一个偏置"), True),
        Input("count_bias", Flag(), Text("count added biases among the MACs", "MACs 中计入加偏置"), False),
    ),
    answers=(
        Answer("params", Text("parameters", "参数量")),
        Answer("weights", Text("weights", "权重数")),
        Answer("biases", Text("biases", "偏置数")),
        Answer("macs", Text("multiply-accumulates per example", "每个样本的乘加次数")),
    ),
    write=linear.write,
    example="dlcalc linear --in-features 64x12x12 --out-features 3",
    conventions=(geometry.COUNT_BIAS,),
    misconceptions=linear.MISCONCEPTIONS,
)
