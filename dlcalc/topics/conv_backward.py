"""Backward pass of a convolution by hand: gradients of kernels, input and biases."""

from __future__ import annotations

from dlcalc.core.inputs import Padding, PerAxis, Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import conv_backward
from dlcalc.layers.conv_values import collected, is_signal

TOPIC = Topic(
    name="conv-backward",
    title=Text("Backward pass of a convolution", "卷积的反向传播"),
    inputs=(
        Input("x", Numbers(1, 4), Text("the input's numbers, channels first", "输入的数值（通道在前）")),
        Input(
            "w",
            Numbers(1, 5),
            Text("kernel, or filters x channels x kernel", "卷积核，或 卷积核个数 x 通道 x 核"),
            known_as=("weight", "weights", "k"),
        ),
        Input(
            "dy",
            Numbers(1, 4),
            Text("error at the output: dE/dy", "输出处的误差 ∂E/∂y"),
            known_as=("delta", "grad", "grad_output"),
        ),
        Input("stride", PerAxis(), Text("stride", "步长"), 1, ("strides", "s")),
        Input(
            "pad",
            Padding(),
            Text("padding on each side, or same, valid, full", "每侧填充，或 same、valid、full"),
            0,
            known_as=("padding", "p"),
        ),
        Input("dilation", PerAxis(), Text("dilation; 1 means none", "空洞率；1 表示没有空洞"), 1),
        Input("groups", Whole(), Text("groups of channels", "通道分组数"), 1),
        Input("dims", Whole(1, 3), Text("dimensions of the map: 1, 2 or 3", "特征图的维数：1、2 或 3"), 2),
    ),
    answers=(
        Answer("dw", Text("gradient of the kernels", "卷积核的梯度"), ("dw",), collected("dw")),
        Answer("dx", Text("gradient of the input", "输入的梯度"), ("dx",), collected("dx")),
        Answer("db", Text("gradient of the biases", "偏置的梯度"), ("db",), conv_backward.bias_gradient),
    ),
    write=conv_backward.write,
    settle=conv_backward.settle,
    signals=is_signal,
    example="dlcalc conv-backward --x '0,1,2; 3,4,5; 6,7,8' --w '0,1; 2,3' --dy '1,1; 1,1'",
    misconceptions=conv_backward.MISCONCEPTIONS,
)
