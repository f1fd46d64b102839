"""Pooling: output size with floor or ceil, global and adaptive pooling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import geometry, pool_values, window
from dlcalc.layers.geometry import Frame, per_axis


def write(w: Work) -> None:
    """Write the sheet of one pooling layer."""
    inputs = w.inputs
    refuse_contradiction(w)
    slide = inputs["adaptive"] is None and not inputs["global"]
    channels = window_lines(w) if slide else global_lines(w) if inputs["global"] else adaptive_lines(w)
    w.given("C_in", channels, "channels")
    w.let("C_out = C_in", "each map is pooled on its own", "每张特征图各自池化，通道数不变")
    w.let("positions = prod(O[d] for d in axes)", "values in one output map", "一张输出图的元素个数")
    w.let("activations = C_out*positions", "values in the whole output", "输出的元素总数")
    w.let("params = 0", "pooling learns nothing", "池化层没有参数")
    if inputs["x"] is None:
        return
    if slide:
        pool_values.write(w, geometry.frame(inputs))
    elif inputs["global"]:
        pool_values.write_global(w, w.env["axes"])
    else:
        pool_values.write_adaptive(w, w.env["axes"])


def slides(inputs: Mapping[str, Any]) -> bool:
    """Say whether a window slides by a stride, so that rounding matters."""
    return not inputs["global"] and inputs["adaptive"] is None and inputs["pad"] != "same"


def refuse_contradiction(w: Work) -> None:
    """Refuse two kinds of window at once.

    Raises:
        InputError: naming the input to leave out.
    """
    inputs = w.inputs
    if inputs["adaptive"] is not None and inputs["global"]:
        raise InputError(
            Text("A pooling layer is global or adaptive, not both.", "池化层不能既是全局池化又是自适应池化。"),
            Text("Leave one of them out.", "请去掉其中一个。"),
        ).about("adaptive")
    if inputs["global"] or inputs["adaptive"] is not None:
        which = "adaptive" if inputs["adaptive"] is not None else "global"
        for name, unset in (("k", None), ("stride", None), ("pad", 0), ("dilation", 1), ("ceil", False)):
            if inputs[name] != unset:
                raise InputError(
                    Text(
                        "{which} pooling finds its own window, so {name} has no meaning.",
                        "{which} 池化自行决定窗口，{name} 没有意义。",
                    ),
                    Text("Leave {name} out.", "请去掉 {name}。"),
                    which=which,
                    name=name,
                ).about(name)
        return
    if inputs["k"] is None:
        raise InputError(
            Text("pool needs 'k', the size of its window.", "pool 需要窗口大小 “k”。"),
            Text("For example: dlcalc pool --in 26 --k 2", "例如：dlcalc pool --in 26 --k 2"),
        ).about("k")
    if inputs["kind"] == "avg" and set(per_axis(inputs["dilation"], inputs["dims"], "dilation")) != {1}:
        raise InputError(
            Text(
                "An average pooling window has no dilation (PyTorch, Keras).",
                "平均池化的窗口没有空洞（PyTorch、Keras）。",
            ),
            Text("Leave dilation out, or pool by --kind max.", "请去掉 dilation，或用 --kind max。"),
        ).about("dilation")


def window_lines(w: Work) -> int:
    """Write E, the padding and O for a sliding window, and return the channels.

    The stride is the kernel unless given (PyTorch, Keras).
    """
    inputs = w.inputs
    frame = geometry.frame(inputs)
    refuse_padding(inputs, frame)
    window.refuse_misfit(w, frame, ceil=inputs["ceil"], narrow=True)
    geometry.place(w, frame)
    window.extent_lines(w, frame)
    if inputs["ceil"] and inputs["pad"] != "same":
        ceil_lines(w, frame)
    else:
        window.size_line(w, frame)
    for label, side in frame.labelled():
        if max(side.begin, side.end) > side.kernel // 2:
            w.note(
                "{name}: PyTorch refuses padding above half the window, {half} here.",
                "{name}：PyTorch 不接受超过窗口一半的填充（此处为 {half}）。",
                name=f"P_{label}" if label else "P",
                half=side.kernel // 2,
            )
    return frame.channels


def ceil_lines(w: Work, frame: Frame) -> None:
    """Write O when rounding up: a last window that would start in the padding at the end is dropped.

    Source: torch/nn/modules/pooling.py ("sliding windows that would start in the right padded region are ignored").
    """
    for d, side in frame.labelled():
        if window.has_ends(w, side):
            w.let(
                "O_up[d] = ceil((I[d] + P_begin[d] + P_end[d] - E[d])/S[d]) + 1",
                "windows, also one that sticks out",
                "窗口数，含伸出边界的一个",
                id="up-ends",
                d=d,
            )
            w.let(
                "O[d] = O_up[d] - 1 if (O_up[d] - 1)*S[d] >= I[d] + P_begin[d] else O_up[d]",
                "the last must start inside the input or the padding before it",
                "最后一个窗口的起点须在输入或前侧填充内",
                id="size-ceil-ends",
                d=d,
            )
        else:
            w.let(
                "O_up[d] = ceil((I[d] + 2*P[d] - E[d])/S[d]) + 1",
                "windows, also one that sticks out",
                "窗口数，含伸出边界的一个",
                id="up",
                d=d,
            )
            w.let(
                "O[d] = O_up[d] - 1 if (O_up[d] - 1)*S[d] >= I[d] + P[d] else O_up[d]",
                "the last must start inside the input or the padding before it",
                "最后一个窗口的起点须在输入或前侧填充内",
                id="size-ceil",
                d=d,
            )
        past = -(-(side.padded - side.extent) // side.stride) * side.stride
        if past >= side.size + side.begin and side.begin == side.end == 0:
            w.note(
                "Caffe keeps that last window: it drops one only where there is padding.",
                "Caffe 会保留这个窗口：它只在有填充时才舍去。",
            )


def global_lines(w: Work) -> int:
    """Write O of global pooling, one window as large as the map, and return the channels."""
    sizes, channels = geometry.spatial(w.inputs)
    axes = ("",) * len(sizes) if len(set(sizes)) == 1 else geometry.LABELS[len(sizes)]
    w.axes(axes)
    for d, size in dict(zip(axes, sizes, strict=True)).items():
        w.given("I", size, "in", d)
        w.let("K[d] = I[d]", "one window covers the whole map", "一个窗口覆盖整张特征图", d=d)
        w.let("O[d] = I[d] - K[d] + 1", "so there is one place", "所以只有一个位置", d=d)
    return channels


def adaptive_lines(w: Work) -> int:
    """Write the regions of adaptive pooling, and return the channels.

    Region i runs from floor((i−1)I/A) + 1 to ceil(i·I/A), counted from 1.
    Source: torch AdaptiveAvgPool (ATen/native/AdaptivePooling.h: start_index, end_index).
    """
    sizes, channels = geometry.spatial(w.inputs)
    dims = len(sizes)
    wanted = per_axis(w.inputs["adaptive"], dims, "adaptive")
    pairs = tuple(zip(sizes, wanted, strict=True))
    axes = ("",) * dims if len(set(pairs)) == 1 else geometry.LABELS[dims]
    w.axes(axes)
    for d, (size, regions) in dict(zip(axes, pairs, strict=True)).items():
        w.given("I", size, "in", d)
        w.given("A", regions, "adaptive", d)
        w.let("O[d] = A[d]", "the size that is asked for", "要求的输出尺寸", d=d)
        if regions > MOST_REGIONS:
            w.note("The {n} regions are not listed.", "共 {n} 个区域，不逐一列出。", n=regions)
            continue
        rows = range(1, regions + 1)
        for i in rows:
            w.let("first[d,i] = floor((i - 1)*I[d]/A[d]) + 1", "first pixel of region", "区域的第一个像素", d=d, i=i)
            w.let("last[d,i] = ceil(i*I[d]/A[d])", "last pixel of region", "区域的最后一个像素", d=d, i=i)
        columns = tuple(name.replace("d,", f"{d}," if d else "") for name in ("first[d,i]", "last[d,i]"))
        w.table("pixels of each region, counted from 1", "每个区域覆盖的像素（从 1 数起）", "i", rows, columns)
    return channels


MOST_REGIONS = 64
"""Adaptive pooling lists its regions up to this many on a side."""


def refuse_padding(inputs: Mapping[str, Any], frame: Frame) -> None:
    """Refuse padding so wide that a window would see nothing else.

    Raises:
        InputError: with the widest padding that is accepted.
    """
    for side in frame.sides:
        widest = max(side.begin, side.end)
        if not widest or widest < side.extent:
            continue
        below = range(min(widest, 64) - 1, -1, -1)
        most = next((p for p in below if window.accepted({**inputs, "pad": p}, ceil=inputs["ceil"], narrow=True)), None)
        raise InputError(
            Text(
                "With padding {pad} and a window of {extent}, a window can lie wholly in the padding.",
                "填充为 {pad}、窗口为 {extent} 时，可能有窗口完全落在填充里。",
            ),
            Text("Take a larger input or a smaller window.", "请增大输入或减小窗口。")
            if most is None
            else Text(
                "Type at most --pad {most} (PyTorch: at most {half}, half the window).",
                "最多用 --pad {most}（PyTorch：最多为窗口的一半 {half}）。",
            ),
            pad=widest,
            extent=side.extent,
            most=most,
            half=side.kernel // 2,
        ).about("pad")


MISCONCEPTIONS = (
    Misconception(
        "pool-stride-1",
        Text(
            "You moved the window by 1: the stride of a pooling layer is its window size unless it is given.",
            "步长当成了 1：池化层不写步长时，步长等于窗口大小。",
        ),
        inputs={"stride": 1},
        applies=lambda inputs: inputs["stride"] is None and inputs["k"] is not None,
        catalogue=("M014",),
    ),
    Misconception(
        "pool-divides-channels",
        Text(
            "You divided the channels too: pooling shrinks height and width, the channels stay.",
            "通道数也被除了：池化只缩小高和宽，通道数不变。",
        ),
        {"C_out": "C_in/prod(K[d] for d in axes)"},
        catalogue=("M017",),
    ),
    Misconception(
        "input-over-kernel",
        Text(
            "You divided the input by the window: that holds only where stride and window are equal and divide it.",
            "直接用输入除以窗口：只有步长等于窗口且能整除时才成立。",
        ),
        {"size": "floor(I[d]/K[d])", "size-ends": "floor(I[d]/K[d])"},
        catalogue=("M018",),
    ),
    Misconception(
        "pool-has-weights",
        Text(
            "You counted weights: a pooling window has nothing to learn.", "给池化算了权重：池化窗口没有要学习的参数。"
        ),
        {"params": "prod(K[d] for d in axes)*C_in"},
        catalogue=("M027",),
    ),
    Misconception(
        "counts-window-in-padding",
        Text(
            "You counted a window that starts beyond the input: such a window is dropped.",
            "算进了起点超出输入的窗口：这样的窗口要舍去。",
        ),
        {"size-ceil": "O_up[d]", "size-ceil-ends": "O_up[d]"},
        catalogue=("M015",),
    ),
    Misconception(
        "rounds-down-in-ceil-mode",
        Text(
            "You rounded down: with ceil a window that sticks out at the end still counts.",
            "向下取整了：ceil 模式下，伸出末尾的窗口也要算。",
        ),
        {
            "up": "floor((I[d] + 2*P[d] - E[d])/S[d]) + 1",
            "up-ends": "floor((I[d] + P_begin[d] + P_end[d] - E[d])/S[d]) + 1",
        },
    ),
)
