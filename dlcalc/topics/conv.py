"""Convolution, ordinary and transposed: output size, parameters and cost of one layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.inputs import Choice, Flag, Padding, PerAxis, Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Convention, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import conv, conv_inputs, conv_values, geometry, transposed, window
from dlcalc.layers.activation import ACTIVATIONS


def headline(inputs: Mapping[str, Any]) -> Text:
    """Say which kind of layer this is."""
    if inputs["transpose"]:
        return Text("Transposed convolution", "转置卷积")
    return Text("Convolution", "卷积")


TOPIC = Topic(
    name="conv",
    title=Text("Convolution: output size, parameters and cost", "卷积：输出尺寸、参数量与计算量"),
    inputs=(
        Input(
            "in",
            PerAxis(shape="N|HxW|CxHxW"),
            Text("input: a side, HxW, or CxHxW", "输入：边长、HxW 或 CxHxW"),
            known_as=("input", "input_size", "n"),
            instead="x",
        ),
        Input(
            "k",
            PerAxis(),
            Text("kernel size", "卷积核大小"),
            known_as=("kernel", "kernel_size", "filter_size", "f"),
            instead="w",
        ),
        Input("stride", PerAxis(), Text("stride", "步长"), 1, ("strides", "s")),
        Input(
            "pad",
            Padding(),
            Text("padding on each side, or same, valid, full", "每侧填充，或 same、valid、full"),
            0,
            known_as=("padding", "p"),
        ),
        Input(
            "dilation",
            PerAxis(),
            Text("dilation; 1 means none (CS231n counts that as 0)", "空洞率；1 表示没有空洞（CS231n 记作 0）"),
            1,
            known_as=("dilation_rate",),
        ),
        Input(
            "channels",
            Whole(),
            Text("input channels, 1 unless in has them", "输入通道数，默认 1 或由 in 给出"),
            None,
            known_as=("in_channels", "c_in"),
        ),
        Input(
            "filters",
            Whole(),
            Text("filters, which are the output channels", "卷积核个数，即输出通道数"),
            1,
            ("out_channels", "c_out", "output_channels"),
        ),
        Input("groups", Whole(), Text("groups of channels", "通道分组数"), 1),
        Input(
            "bias",
            Flag(),
            Text("one bias per filter; with x, unless b is missing", "每个卷积核一个偏置；给出 x 时由有无 b 决定"),
            None,
        ),
        Input("dims", Whole(1, 3), Text("dimensions of the map: 1, 2 or 3", "特征图的维数：1、2 或 3"), 2),
        Input("transpose", Flag(), Text("transposed convolution", "转置卷积"), False),
        Input(
            "output_pad",
            PerAxis(0),
            Text("extra pixels at the end (transposed only)", "输出末尾补的像素（仅转置卷积）"),
            0,
            known_as=("output_padding",),
        ),
        Input("strict", Flag(), Text("refuse a stride that does not divide", "步长除不尽时拒绝"), False),
        Input("count_bias", Flag(), Text("count added biases among the MACs", "MACs 中计入加偏置"), False),
        Input(
            "x",
            Numbers(1, 4),
            Text("the input's numbers, channels first", "输入的数值（通道在前）"),
            None,
        ),
        Input(
            "w",
            Numbers(1, 5),
            Text("kernel, or filters x channels x kernel", "卷积核，或 卷积核个数 x 通道 x 核"),
            None,
            ("weight", "weights", "kernel_values"),
        ),
        Input("b", Numbers(1, 1), Text("one bias per filter", "每个卷积核的偏置"), None, ("biases",)),
        Input("flip", Flag(), Text("flip the kernel first (true convolution)", "先翻转核（数学卷积）"), False),
        Input(
            "act",
            Choice(tuple(row.name for row in ACTIVATIONS.values() if row.elementwise)),
            Text("activation of the output", "输出的激活函数"),
            "linear",
            ("activation",),
        ),
        Input("modes", Flag(), Text("full, same and valid side by side", "同时给出 full、same、valid"), False),
        Input("as_matrix", Flag(), Text("the equivalent matrix as well", "同时给出等价的矩阵"), False),
    ),
    answers=(
        geometry.OUT,
        geometry.SHAPE,
        Answer("weights", Text("weights", "权重数")),
        Answer("biases", Text("biases", "偏置数")),
        Answer("params", Text("parameters", "参数量")),
        Answer("unshared", Text("parameters without sharing", "不共享权值时的参数量")),
        Answer("macs", Text("multiply-accumulates per example", "每个样本的乘加次数")),
        Answer("flops", Text("floating-point operations", "浮点运算次数")),
        Answer("activations", Text("values in the output", "输出元素个数")),
        Answer("y", Text("the output's values", "输出的数值"), ("y",), conv_values.collected("y")),
    ),
    write=conv.write,
    example="dlcalc conv --in 28 --k 3 --pad 0 --stride 1",
    conventions=(
        Convention(
            "strict",
            {
                False: Text("sizes round down (PyTorch, d2l)", "尺寸向下取整（PyTorch、d2l）"),
                True: Text("a stride that does not divide is refused (CS231n)", "步长除不尽视为不合法（CS231n）"),
            },
            lambda inputs: not inputs["transpose"] and inputs["pad"] != "same",
        ),
        geometry.COUNT_BIAS,
        conv_values.FLIP,
    ),
    misconceptions=(
        *conv_values.with_values(window.MISCONCEPTIONS),
        window.SAME_PADDING,
        *transposed.MISCONCEPTIONS,
        *conv.MISCONCEPTIONS,
        *conv_values.MISCONCEPTIONS,
    ),
    headline=headline,
    settle=conv_inputs.settle,
    signals=conv_values.is_signal,
)
