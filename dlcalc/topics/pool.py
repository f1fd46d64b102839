"""Pooling: output size of max, average, global and adaptive pooling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.inputs import Choice, Flag, Padding, PerAxis, Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Convention, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import geometry, pool, pool_values, window
from dlcalc.layers.conv_values import collected, is_signal


def headline(inputs: Mapping[str, Any]) -> Text:
    """Say which kind of layer this is."""
    en, zh = ("Average", "平均") if inputs["kind"] == "avg" else ("Max", "最大")
    if inputs["adaptive"] is not None:
        return Text(f"Adaptive {en.lower()} pooling", f"自适应{zh}池化")
    if inputs["global"]:
        return Text(f"Global {en.lower()} pooling", f"全局{zh}池化")
    return Text(f"{en} pooling", f"{zh}池化")


TOPIC = Topic(
    name="pool",
    title=Text("Pooling: output size", "池化：输出尺寸"),
    inputs=(
        Input(
            "in",
            PerAxis(shape="N|HxW|CxHxW"),
            Text("input: a side, HxW, or CxHxW", "输入：边长、HxW 或 CxHxW"),
            known_as=("input", "input_size", "n"),
            instead="x",
        ),
        Input(
            "k", PerAxis(), Text("window size", "窗口大小"), None, ("kernel", "kernel_size", "pool_size", "size", "f")
        ),
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
        Input(
            "dilation",
            PerAxis(),
            Text("dilation; 1 means none", "空洞率；1 表示没有空洞"),
            1,
            known_as=("dilation_rate",),
        ),
        Input(
            "channels",
            Whole(),
            Text("channels, 1 unless in has them", "通道数，默认 1 或由 in 给出"),
            None,
            ("in_channels", "c_in"),
        ),
        Input("dims", Whole(1, 3), Text("dimensions of the map: 1, 2 or 3", "特征图的维数：1、2 或 3"), 2),
        Input(
            "kind", Choice(("max", "avg")), Text("largest value or mean", "取最大值或平均值"), "max", known_as=("mode",)
        ),
        Input("ceil", Flag(), Text("round the size up", "尺寸向上取整"), False, ("ceil_mode",)),
        Input("count_include_pad", Flag(), Text("averages count padded zeros", "求平均时计入填充的 0"), True),
        Input("global", Flag(), Text("one window over the whole map", "整张特征图一个窗口"), False),
        Input("adaptive", PerAxis(), Text("output size to adapt to", "自适应的输出尺寸"), None),
        Input("x", Numbers(1, 4), Text("the input's numbers, channels first", "输入的数值（通道在前）"), None),
    ),
    answers=(
        geometry.OUT,
        geometry.SHAPE,
        Answer("params", Text("parameters", "参数量")),
        Answer("activations", Text("values in the output", "输出元素个数")),
        Answer("y", Text("the output's values", "输出的数值"), ("y",), collected("y")),
    ),
    write=pool.write,
    example="dlcalc pool --in 25x26x26 --k 2",
    conventions=(
        Convention(
            "ceil",
            {
                False: Text("sizes round down (PyTorch, Keras, d2l)", "尺寸向下取整（PyTorch、Keras、d2l）"),
                True: Text(
                    "sizes round up (Caffe, PyTorch's ceil_mode)", "尺寸向上取整（Caffe、PyTorch 的 ceil_mode）"
                ),
            },
            pool.slides,
            ("M016",),
        ),
        pool_values.COUNT_INCLUDE_PAD,
    ),
    misconceptions=(
        *window.MISCONCEPTIONS,
        *pool.MISCONCEPTIONS,
        *pool_values.MISCONCEPTIONS,
    ),
    headline=headline,
    settle=pool_values.settle,
    signals=is_signal,
)
