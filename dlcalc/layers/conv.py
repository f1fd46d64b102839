"""Convolution and transposed convolution: output size, parameters, multiply-accumulates.

Symbols beside those of `dlcalc.layers.geometry`: C_in and C_out channels, F filters, G groups, Q output padding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import geometry
from dlcalc.layers.geometry import distinct, per_axis


def write(w: Work) -> None:
    """Write the sheet of one convolution layer."""
    inputs = w.inputs
    transpose = inputs["transpose"]
    sides, channels = geometry.spatial(inputs)
    refuse_groups(inputs, channels)
    refuse_transpose(inputs, sides) if transpose else refuse_forward(w, sides)
    names = ("k", "stride", "dilation", "output_pad") if transpose else ("k", "stride", "dilation")
    axes = geometry.place(w, sides=sides, names=names)
    w.given("C_in", channels, "channels")
    w.given("F", inputs["filters"], "filters")
    w.given("G", inputs["groups"], "groups")
    geometry.extent_lines(w, axes) if not transpose else transposed_extent_lines(w, axes)
    transposed_size_line(w, axes) if transpose else geometry.size_line(w, axes)
    if not transpose:
        geometry.note_rest(w, sides)
    count_lines(w)


def count_lines(w: Work) -> None:
    """Write shape, parameters and cost. Weights per filter: K·K·C_in/G (PyTorch's weight is F × C_in/G × K × K)."""
    inputs = w.inputs
    w.let("C_out = F", "one output map per filter", "每个卷积核输出一张特征图")
    w.let("positions = prod(O[d] for d in axes)", "values in one output map", "一张输出图的元素个数")
    w.let("activations = C_out*positions", "values in the whole output", "输出的元素总数")
    w.let("per_filter = prod(K[d] for d in axes)*C_in/G", "weights of one filter", "一个卷积核的权重数")
    w.let("weights = F*per_filter", "weights of the layer", "整层的权重数")
    if inputs["bias"]:
        w.let("biases = F", "one bias per filter", "每个卷积核一个偏置")
    else:
        w.let("biases = 0", "the layer has no bias", "该层没有偏置")
    w.let("params = weights + biases", "learned numbers", "参数总数")
    cost_lines(w)


def cost_lines(w: Work) -> None:
    """Write MACs, FLOPs and the parameters without sharing.

    Every weight is used once at every output place; in a transposed convolution once at every input place.
    """
    inputs = w.inputs
    if inputs["transpose"]:
        w.let("places = prod(I[d] for d in axes)", "each weight meets every input place", "每个权重用于每个输入位置", id="places")
    else:
        w.let("places = positions", "each weight is used at every output place", "每个权重用于每个输出位置", id="places")
    if inputs["count_bias"]:
        w.let("macs = weights*places + biases*positions", "each added bias counted as one more", "每次加偏置也算一次")
    else:
        w.let("macs = weights*places", "multiply-accumulates", "乘加次数")
    w.let("flops = 2*weights*places", "a multiplication and an addition each", "每次乘加算两次运算")
    if inputs["transpose"] or not inputs["bias"]:
        w.let("unshared = weights*places + biases*positions", "parameters if no place shared them", "不共享权值时的参数量")
    else:
        w.let("unshared = activations*(per_filter + 1)", "parameters if no place shared them", "不共享权值时的参数量")


def transposed_extent_lines(w: Work, axes: tuple[str, ...]) -> None:
    """Write E and, for 'same', what is cropped."""
    for d in distinct(axes):
        w.let("E[d] = D[d]*(K[d] - 1) + 1", "the kernel's extent, once dilated", "空洞后卷积核的跨度", d=d)


def transposed_size_line(w: Work, axes: tuple[str, ...]) -> None:
    """Write O of a transposed convolution: (I − 1)S − 2P + E + Q (torch.nn.ConvTranspose2d); with 'same' I·S (Keras)."""
    for d in distinct(axes):
        if w.inputs["pad"] == "same":
            w.let("O[d] = I[d]*S[d]", "'same': the stride times the input (Keras)", "same：输入乘以步长（Keras）", d=d)
        elif geometry.has_ends(w, d):
            w.let(
                "O[d] = (I[d] - 1)*S[d] - P_begin[d] - P_end[d] + E[d] + Q[d]",
                "kernels laid S apart, cropped by the padding",
                "卷积核每隔 S 放一个，再裁去填充",
                id="size-transposed-ends",
                d=d,
            )
        else:
            w.let(
                "O[d] = (I[d] - 1)*S[d] - 2*P[d] + E[d] + Q[d]",
                "kernels laid S apart, cropped by the padding",
                "卷积核每隔 S 放一个，再裁去填充",
                id="size-transposed",
                d=d,
            )


def refuse_groups(inputs: Mapping[str, Any], channels: int) -> None:
    """Refuse groups that do not divide the channels and the filters.

    Raises:
        InputError: with the numbers and the groups that would do.
    """
    groups, filters = inputs["groups"], inputs["filters"]
    for number, en, zh in ((channels, "input channels", "输入通道"), (filters, "filters", "卷积核")):
        if number % groups:
            fits = [g for g in range(1, min(channels, filters, 512) + 1) if channels % g == 0 and filters % g == 0]
            raise InputError(
                Text("{groups} groups do not divide {number} {en}.", "{groups} 个组不能整除 {number} 个{zh}。"),
                Text(
                    "For {groups} groups take multiples of {groups}, such as --channels {more} --filters {some}; these channels "
                    "and filters allow groups of {fits}.",
                    "分 {groups} 组时两者都应是 {groups} 的倍数，例如 --channels {more} --filters {some}；现有的通道和卷积核可分的组数：{fits}。",
                ),
                groups=groups,
                number=number,
                en=en,
                zh=zh,
                fits=", ".join(map(str, fits[:12])),
                more=-(-channels // groups) * groups,
                some=-(-filters // groups) * groups,
            ).about("groups")


def refuse_forward(w: Work, sides: tuple[int, ...]) -> None:
    """Refuse what an ordinary convolution cannot have."""
    if w.inputs["output_pad"] != 0:
        raise InputError(
            Text("Only a transposed convolution has output padding.", "只有转置卷积才有输出填充。"),
            Text("Add --transpose, or leave --output-pad out.", "请加上 --transpose，或去掉 --output-pad。"),
        ).about("output_pad")
    geometry.refuse_misfit(w, sides, w.inputs["strict"])


def refuse_transpose(inputs: Mapping[str, Any], sides: tuple[int, ...]) -> None:
    """Refuse what a transposed convolution cannot have.

    Raises:
        InputError: 'full' padding, output padding not below the stride (or dilation), an output without pixels.
    """
    dims = len(sides)
    if inputs["pad"] == "full":
        raise InputError(
            Text("A transposed convolution has no padding 'full'.", "转置卷积没有 full 填充。"),
            Text("Type a number, same or valid.", "请输入数、same 或 valid。"),
        ).about("pad")
    extras = zip(
        sides,
        per_axis(inputs["k"], dims, "k"),
        per_axis(inputs["stride"], dims, "stride"),
        per_axis(inputs["dilation"], dims, "dilation"),
        per_axis(inputs["output_pad"], dims, "output_pad"),
        geometry.padding(inputs["pad"], dims),
        strict=True,
    )
    for i, k, s, d, q, pad in extras:
        if q and inputs["pad"] == "same":
            raise InputError(
                Text("'same' leaves no room for output padding.", "same 填充时不能再有输出填充。"),
                Text("Leave --output-pad out, or give the padding as a number.", "请去掉 --output-pad，或用数字给出填充。"),
            ).about("output_pad")
        if q >= max(s, d) and q:
            raise InputError(
                Text(
                    "The output padding {q} must be smaller than the stride {s} or the dilation {d} (PyTorch's rule).",
                    "输出填充 {q} 必须小于步长 {s} 或空洞率 {d}（PyTorch 的规定）。",
                ),
                Text("Type at most {most}.", "最多输入 {most}。"),
                q=q,
                s=s,
                d=d,
                most=max(s, d) - 1,
            ).about("output_pad")
        if pad == "same":
            continue
        begin, end = pad if isinstance(pad, tuple) else (0, 0) if pad == "valid" else (pad, pad)
        size = (i - 1) * s - begin - end + d * (k - 1) + 1 + q
        if size < 1:
            raise InputError(
                Text(
                    "Nothing is left: (I − 1)S − 2P + E + Q = ({i} − 1)·{s} − {pads} + {e} + {q} = {size}.",
                    "输出为空：(I − 1)S − 2P + E + Q = ({i} − 1)·{s} − {pads} + {e} + {q} = {size}。",
                ),
                Text("The largest padding that leaves a pixel is --pad {most}.", "还能留下像素的最大填充是 --pad {most}。"),
                i=i,
                s=s,
                pads=f"2·{begin}" if begin == end else f"{begin} − {end}",
                e=d * (k - 1) + 1,
                q=q,
                size=size,
                most=((i - 1) * s + d * (k - 1) + q) // 2,
            ).about("pad")


def transposed(formula: str) -> dict[str, str]:
    """Return the swaps of the transposed size line in its two forms."""
    return {
        "size-transposed": formula.replace("{pad}", "2*P[d]").replace("{one}", "P[d]"),
        "size-transposed-ends": formula.replace("{pad}", "(P_begin[d] + P_end[d])").replace("{one}", "P_begin[d]"),
    }


TRANSPOSED_MISCONCEPTIONS = (
    Misconception(
        "transposed-crops-one-side",
        Text(
            "You subtracted the padding only once: a transposed convolution crops both sides, so 2P is subtracted.",
            "填充只减了一次：转置卷积在两侧都要裁去，应减去 2P。",
        ),
        transposed("(I[d] - 1)*S[d] - {one} + E[d] + Q[d]"),
        catalogue=("M057",),
    ),
    Misconception(
        "transposed-times-stride",
        Text(
            "You multiplied the input by the stride: only the I − 1 steps are S long, and the last kernel adds its whole extent.",
            "直接用输入乘以步长：只有 I − 1 步的长度是 S，最后一个卷积核还要加上整个跨度。",
        ),
        transposed("I[d]*S[d]"),
        catalogue=("M058",),
    ),
    Misconception(
        "transposed-as-ordinary",
        Text(
            "You used the formula of an ordinary convolution: a transposed one enlarges, (I − 1)S − 2P + E + Q.",
            "用了普通卷积的公式：转置卷积是放大，(I − 1)S − 2P + E + Q。",
        ),
        transposed("floor((I[d] + {pad} - E[d])/S[d]) + 1"),
        catalogue=("M059",),
    ),
    Misconception(
        "transposed-forgets-output-padding",
        Text(
            "You left out the output padding Q: it adds pixels at one end of the output.",
            "漏了输出填充 Q：它在输出的一端增加像素。",
        ),
        transposed("(I[d] - 1)*S[d] - {pad} + E[d]"),
    ),
    Misconception(
        "transposed-macs-at-outputs",
        Text(
            "You counted a transposed convolution at its output places: each weight is used once per input place.",
            "按输出位置计算了转置卷积的乘加次数：每个权重在每个输入位置用一次。",
        ),
        {"places": "positions"},
    ),
)

COUNT_MISCONCEPTIONS = (
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
        catalogue=("M010",),
    ),
    Misconception(
        "bias-left-out",
        Text("You left out the biases: there is one for each filter.", "漏了偏置：每个卷积核有一个偏置。"),
        {"biases": "0"},
        catalogue=("M019",),
    ),
    Misconception(
        "in-channels-left-out",
        Text(
            "You left out the input channels: a filter has K·K weights for each channel it sees.",
            "漏了输入通道：卷积核对每个输入通道都有 K·K 个权重。",
        ),
        {"per_filter": "prod(K[d] for d in axes)"},
        catalogue=("M020", "M021", "M038"),
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
        Text("You counted a bias for every weight: there is one for each filter.", "给每个权重都加了偏置：每个卷积核只有一个偏置。"),
        {"biases": "weights"},
        catalogue=("M024",),
    ),
    Misconception(
        "bias-per-input-channel",
        Text(
            "You counted a bias for every input channel: a filter sums its channels first and then adds one bias.",
            "给每个输入通道都加了偏置：卷积核先对各通道求和，再加一个偏置。",
        ),
        {"biases": "F*C_in/G"},
        catalogue=("M025",),
    ),
    Misconception(
        "one-bias-for-the-layer",
        Text("You counted one bias for the whole layer: there is one for each filter.", "整层只算了一个偏置：每个卷积核有一个偏置。"),
        {"biases": "1"},
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
            "You gave multiply-accumulates: each is two operations, so FLOPs are twice the MACs (some tools print MACs as FLOPs).",
            "给出的是乘加次数：每次乘加是两次运算，FLOPs = 2·MACs（有些工具把 MACs 叫作 FLOPs）。",
        ),
        {"flops": "weights*places"},
        catalogue=("M040",),
    ),
)
