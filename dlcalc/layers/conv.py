"""Convolution, ordinary or transposed: output size, parameters, multiply-accumulates.

Symbols beside those of `dlcalc.layers.geometry`: C_in and C_out channels, F filters, G groups, Q output padding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import conv_values, geometry, transposed, window
from dlcalc.layers.geometry import Frame


def write(w: Work) -> None:
    """Write the sheet of one convolution layer."""
    inputs = w.inputs
    frame = geometry.frame(inputs)
    if frame.channels % inputs["groups"] or inputs["filters"] % inputs["groups"]:
        raise indivisible_groups(frame.channels, inputs["filters"], inputs["groups"])
    if inputs["transpose"]:
        transposed.refuse(w, frame)
    else:
        refuse_output_padding(inputs)
        window.refuse_misfit(w, frame, strict=inputs["strict"])
    geometry.place(w, frame)
    if inputs["transpose"]:
        transposed.place(w, frame)
    w.given("C_in", frame.channels, "channels")
    w.given("F", inputs["filters"], "filters")
    w.given("G", inputs["groups"], "groups")
    window.extent_lines(w, frame)
    if inputs["transpose"]:
        transposed.size_line(w, frame)
    else:
        window.size_line(w, frame)
    count_lines(w)
    if inputs["x"] is not None:
        value_lines(w, frame)


def value_lines(w: Work, frame: Frame) -> None:
    """Write the values of the output, and the other views of the same convolution that are asked for."""
    inputs = w.inputs
    if inputs["transpose"]:
        for name in ("modes", "as_matrix"):
            if inputs[name]:
                raise InputError(
                    Text("It is for an ordinary convolution.", "它只用于普通卷积。"),
                    Text("Leave it or --transpose out.", "请去掉它或 --transpose。"),
                ).about(name)
        conv_values.write_transposed(w, frame)
        return
    conv_values.write(w, frame)
    if inputs["modes"]:
        conv_values.mode_lines(w, frame)
    if inputs["as_matrix"]:
        conv_values.matrix_lines(w, frame)


def count_lines(w: Work) -> None:
    """Write shape, parameters and cost. Weights per filter: K·K·C_in/G (PyTorch's weight is F × C_in/G × K × K)."""
    inputs = w.inputs
    w.let("C_out = F", "one output map per filter", "每个卷积核输出一张特征图")
    w.let("positions = prod(O[d] for d in axes)", "values in one output map", "一张输出图的元素个数")
    w.let("activations = C_out*positions", "values in the whole output", "输出的元素总数")
    w.let("per_filter = prod(K[d] for d in axes)*C_in/G", "weights of one filter", "一个卷积核的权重数")
    w.let("weights = F*per_filter", "weights of the layer", "整层的权重数")
    if inputs["bias"]:
        w.let("biases = F", "one bias per filter", "每个卷积核一个偏置", id="biases-per-filter")
    else:
        w.let("biases = 0", "the layer has no bias", "该层没有偏置", id="no-biases")
    w.let("params = weights + biases", "learned numbers", "参数总数")
    cost_lines(w)


def cost_lines(w: Work) -> None:
    """Write MACs, FLOPs and the parameters without sharing.

    Every weight is used once at every output place; in a transposed convolution once at every input place.
    """
    inputs = w.inputs
    if inputs["transpose"]:
        w.let(
            "places = prod(I[d] for d in axes)",
            "each weight meets every input place",
            "每个权重用于每个输入位置",
            id="places",
        )
    else:
        w.let(
            "places = positions", "each weight is used at every output place", "每个权重用于每个输出位置", id="places"
        )
    if inputs["count_bias"]:
        w.let(
            "macs = weights*places + biases*positions",
            "each added bias counted as one more",
            "偏置加法也计入",
            id="macs-with-bias",
        )
    else:
        w.let("macs = weights*places", "multiply-accumulates", "乘加次数")
    w.let("flops = 2*weights*places", "2 operations each", "每次乘加算两次运算")
    if inputs["transpose"] or not inputs["bias"]:
        w.let(
            "unshared = weights*places + biases*positions", "parameters if no place shared them", "不共享权值时的参数量"
        )
    else:
        w.let(
            "unshared = activations*(per_filter + 1)",
            "parameters if no place shared them",
            "不共享权值时的参数量",
            id="unshared-with-bias",
        )


def indivisible_groups(channels: int, filters: int, groups: int) -> InputError:
    """Return the error for groups that do not divide the channels or the filters."""
    number, en, zh = (
        (channels, "input channel(s)", "输入通道") if channels % groups else (filters, "filter(s)", "卷积核")
    )
    fits = [g for g in range(1, min(channels, filters, 512) + 1) if channels % g == 0 and filters % g == 0]
    return InputError(
        Text("{groups} groups do not divide the {number} {en}.", "{zh}数 {number} 不能被组数 {groups} 整除。"),
        Text(
            "Take channels and filters that are multiples of {groups}, such as {more} and {some}; "
            "as they are, the groups can be {fits}.",
            "通道数和卷积核数都应是 {groups} 的倍数，例如 {more} 和 {some}；现有的数目可分的组数：{fits}。",
        ),
        groups=groups,
        number=number,
        en=en,
        zh=zh,
        fits=", ".join(map(str, fits[:12])),
        more=-(-channels // groups) * groups,
        some=-(-filters // groups) * groups,
    ).about("groups")


def refuse_output_padding(inputs: Mapping[str, Any]) -> None:
    """Refuse output padding of an ordinary convolution.

    Raises:
        InputError: saying which flag to add or leave out.
    """
    if inputs["output_pad"] != 0:
        raise InputError(
            Text("Only a transposed convolution has output padding.", "只有转置卷积才有输出填充。"),
            Text("Add --transpose, or leave --output-pad out.", "请加上 --transpose，或去掉 --output-pad。"),
        ).about("output_pad")


def _sees_several(inputs: Mapping[str, Any]) -> bool:
    """Say whether a filter sees several channels."""
    sizes: Any = inputs["in"]
    in_front = sizes[0] if isinstance(sizes, tuple) and len(sizes) > inputs["dims"] else 1
    return bool((inputs["channels"] or in_front) > inputs["groups"])


MISCONCEPTIONS = (
    Misconception(
        "out-channels-as-in",
        Text(
            "You kept the number of channels: the output has as many channels as there are filters.",
            "输出通道写成了输入通道：输出通道数等于卷积核个数。",
        ),
        {"C_out": "C_in"},
        catalogue=("M009",),
    ),
    Misconception(
        "out-channels-multiplied",
        Text(
            "You multiplied channels by filters: each filter sums over all input channels and gives one map.",
            "用输入通道乘以卷积核个数：每个卷积核对所有输入通道求和，只输出一张图。",
        ),
        {"C_out": "C_in*F"},
        catalogue=("M010", "M043"),
    ),
    Misconception(
        "bias-left-out",
        Text("You left out the biases: there is one for each filter.", "漏了偏置：每个卷积核有一个偏置。"),
        {"biases-per-filter": "0"},
        catalogue=("M019",),
    ),
    Misconception(
        "in-channels-left-out",
        Text(
            "You left out the input channels: a filter has a whole kernel of weights for each channel it sees.",
            "漏了输入通道：卷积核对每个输入通道都有一整组权重。",
        ),
        {"per_filter": "prod(K[d] for d in axes)"},
        catalogue=("M020", "M021", "M038"),
    ),
    Misconception(
        "bias-counted-anyway",
        Text("You counted biases: this layer has none.", "算进了偏置：该层没有偏置。"),
        {"no-biases": "F"},
    ),
    Misconception(
        "macs-as-flops",
        Text(
            "You gave floating-point operations: a multiply-accumulate is two of them.",
            "给出的是浮点运算次数：一次乘加算两次浮点运算。",
        ),
        {"macs": "2*weights*places", "macs-with-bias": "2*weights*places"},
    ),
    Misconception(
        "one-filter-alone",
        Text(
            "You counted the parameters of a single filter: the layer has F of them.",
            "只算了一个卷积核的参数：整层有 F 个。",
        ),
        {"params": "per_filter + 1"},
        applies=lambda inputs: bool(inputs["bias"]),
    ),
    Misconception(
        "unshared-without-biases",
        Text(
            "You left out the biases: without sharing, each output value has its own.",
            "漏了偏置：不共享权值时，每个输出元素都有自己的偏置。",
        ),
        {"unshared-with-bias": "activations*per_filter"},
    ),
    Misconception(
        "unshared-bias-per-filter",
        Text(
            "You counted one bias per filter: without sharing, each output value has its own.",
            "每个卷积核只算了一个偏置：不共享权值时，每个输出元素都有自己的偏置。",
        ),
        {"unshared-with-bias": "activations*per_filter + F"},
    ),
    Misconception(
        "weights-doubled",
        Text(
            "You multiplied the weights by 2: the factor 2 belongs to FLOPs, not to parameters.",
            "权重多乘了 2：2 倍属于 FLOPs，不属于参数。",
        ),
        {"weights": "2*F*per_filter"},
        catalogue=("M022",),
    ),
    Misconception(
        "weights-not-shared",
        Text(
            "You gave every output place its own kernel: all places of a map share one filter.",
            "给每个输出位置都配了一个卷积核：同一张图的所有位置共享一个卷积核。",
        ),
        {"weights": "F*per_filter*positions"},
        catalogue=("M023",),
    ),
    Misconception(
        "bias-per-weight",
        Text(
            "You counted a bias for every weight: there is one for each filter.",
            "给每个权重都加了偏置：每个卷积核只有一个偏置。",
        ),
        {"biases-per-filter": "weights"},
        catalogue=("M024",),
    ),
    Misconception(
        "bias-per-input-channel",
        Text(
            "You counted a bias for every input channel: a filter sums its channels first and then adds one bias.",
            "给每个输入通道都加了偏置：卷积核先对各通道求和，再加一个偏置。",
        ),
        {"biases-per-filter": "F*C_in/G"},
        catalogue=("M025",),
    ),
    Misconception(
        "biases-as-input-channels",
        Text(
            "You counted as many biases as there are input channels: there is one for each filter.",
            "偏置数取成了输入通道数：每个卷积核有一个偏置。",
        ),
        {"biases-per-filter": "C_in"},
    ),
    Misconception(
        "kernel-area-alone",
        Text(
            "You counted the kernel's area for each filter: it has one for every input channel it sees, and a bias.",
            "每个卷积核只算了一个核的面积：它对每个输入通道都有一组权重，另有一个偏置。",
        ),
        {"per_filter": "prod(K[d] for d in axes)", "biases-per-filter": "0"},
        applies=lambda inputs: bool(inputs["bias"]) and _sees_several(inputs),
    ),
    Misconception(
        "one-bias-for-the-layer",
        Text(
            "You counted one bias for the whole layer: there is one for each filter.",
            "整层只算了一个偏置：每个卷积核有一个偏置。",
        ),
        {"biases-per-filter": "1"},
        catalogue=("M026",),
    ),
    Misconception(
        "one-filter-for-the-layer",
        Text("You counted a single filter: the layer has F of them.", "只算了一个卷积核：整层有 F 个。"),
        {"weights": "per_filter"},
        catalogue=("M028",),
    ),
    Misconception(
        "groups-ignored",
        Text(
            "You left out the groups: a filter sees only C_in/G of the channels.",
            "忽略了分组：每个卷积核只看到 C_in/G 个通道。",
        ),
        {"per_filter": "prod(K[d] for d in axes)*C_in"},
    ),
    Misconception(
        "flops-as-macs",
        Text(
            "You gave multiply-accumulates: each is two operations, so FLOPs are twice the MACs "
            "(some tools print MACs as FLOPs).",
            "给出的是乘加次数：每次乘加是两次运算，FLOPs = 2·MACs（有些工具把 MACs 叫作 FLOPs）。",
        ),
        {"flops": "weights*places"},
        catalogue=("M040",),
    ),
)
