"""Backward pass of pooling by hand: where each window's error goes."""

from __future__ import annotations

from dlcalc.core.inputs import Choice, Flag, Padding, PerAxis, Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import pool_backward, pool_values
from dlcalc.layers.conv_values import collected, is_signal

TOPIC = Topic(
    name="pool-backward",
    title=Text("Backward pass of pooling", "池化的反向传播"),
    inputs=(
        Input("x", Numbers(1, 4), Text("the input's numbers, channels first", "输入的数值（通道在前）")),
        Input(
            "dy",
            Numbers(1, 4),
            Text("error at the output: dE/dy", "输出处的误差 ∂E/∂y"),
            known_as=("delta", "grad", "grad_output"),
        ),
        Input("k", PerAxis(), Text("window size", "窗口大小"), known_as=("kernel", "kernel_size", "pool_size", "size")),
        Input(
            "stride",
            PerAxis(),
            Text("stride, the window size unless given", "步长，默认等于窗口大小"),
            None,
            ("strides", "s"),
        ),
        Input(
            "pad",
            Padding(("same", "valid")),
            Text("padding on each side, or same, valid", "每侧填充，或 same、valid"),
            0,
            known_as=("padding", "p"),
        ),
        Input("dilation", PerAxis(), Text("dilation; 1 means none", "空洞率；1 表示没有空洞"), 1),
        Input("dims", Whole(1, 3), Text("dimensions of the map: 1, 2 or 3", "特征图的维数：1、2 或 3"), 2),
        Input("kind", Choice(("max", "avg")), Text("largest value or mean", "取最大值或平均值"), "max", ("mode",)),
        Input("ceil", Flag(), Text("round the size up", "尺寸向上取整"), False, ("ceil_mode",)),
        Input("count_include_pad", Flag(), Text("averages count padded zeros", "求平均时计入填充的 0"), True),
        Input(
            "ties",
            Choice(pool_backward.TIES),
            Text("who gets the error of equal largest numbers", "最大值并列时误差归谁"),
            "first",
        ),
    ),
    answers=(Answer("dx", Text("gradient of the input", "输入的梯度"), ("dx",), collected("dx")),),
    write=pool_backward.write,
    settle=pool_backward.settle,
    signals=is_signal,
    example="dlcalc pool-backward --x '1,3,2,4; 5,6,1,2; 7,2,9,1; 3,8,4,5' --k 2 --dy '1,2; 3,4'",
    conventions=(pool_backward.CONVENTION, pool_values.COUNT_INCLUDE_PAD),
    misconceptions=pool_backward.MISCONCEPTIONS,
)
