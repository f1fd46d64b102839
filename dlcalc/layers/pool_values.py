"""Pooling by hand: the values of the output from the numbers of the input. x[c] is the map of channel c."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from dlcalc.core.topic import Convention, Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import geometry, window
from dlcalc.layers.conv_inputs import Label, dimensions, stated_sizes
from dlcalc.layers.conv_values import pad_texts, per_side
from dlcalc.layers.geometry import Frame, Side, per_axis


def settle(inputs: dict[str, Any]) -> None:
    """Fill in sizes and channels from x.

    Raises:
        InputError: where they contradict the sizes given.
    """
    x = inputs["x"]
    if x is None:
        return
    if x.data.size > MOST_NUMBERS:
        raise InputError(
            Text("x has {n:,} numbers.", "x 有 {n:,} 个数。"),
            Text("At most {most:,} are pooled; leave x out for sizes.", "最多池化 {most:,} 个；只求尺寸时请去掉 x。"),
            n=int(x.data.size),
            most=MOST_NUMBERS,
        ).about("x")
    dims = inputs["dims"] = dimensions(x.shape, inputs["dims"])
    channels = x.shape[0] if len(x.shape) > dims else 1
    stated_sizes(inputs, "in", x.shape, x.shape[-dims:])
    if inputs["channels"] not in (None, channels):
        raise InputError(
            Text("channels is {said}, but x has {found}.", "channels 是 {said}，而 x 有 {found} 个通道。"),
            Text("Leave channels out.", "请去掉 channels。"),
            said=inputs["channels"],
            found=channels,
        ).about("channels")
    inputs["channels"] = channels
    if inputs["k"] is not None and inputs["adaptive"] is None and not inputs["global"]:
        _refuse_windows(inputs, channels)
    elif inputs["adaptive"] is not None:
        _refuse_many(channels * prod(per_axis(inputs["adaptive"], dims, "adaptive")), "adaptive")


def _refuse_windows(inputs: Mapping[str, Any], channels: int) -> None:
    """Refuse windows too many to go through, and a dilated one that sees nothing but padding.

    Raises:
        InputError: naming the input to change.
    """
    frame = geometry.frame(inputs)
    sides = frame.sides * (inputs["dims"] // len(frame.sides))
    if inputs["pad"] != "same" and not all(window.fits(side, ceil=inputs["ceil"]) for side in sides):
        return  # refused, with the numbers, when it is written
    places = [window.places(side, inputs["pad"], ceil=inputs["ceil"]) for side in sides]
    _refuse_many(channels * prod(n * min(side.kernel, side.size) for n, side in zip(places, sides, strict=True)), "k")
    for side, n in zip(sides, places, strict=True):
        begin = side.begin
        if inputs["pad"] == "same":
            begin = max(0, (n - 1) * side.stride + side.extent - side.size) // 2
        if side.dilation > 1 and any(_blind(side, i * side.stride - begin) for i in range(n)):
            raise InputError(
                Text(
                    "A window of {k} with dilation {d} sees nothing but padding.",
                    "大小为 {k}、空洞率为 {d} 的窗口只看到填充。",
                ),
                Text("Take a smaller --dilation or --pad 0.", "请减小 --dilation 或用 --pad 0。"),
                k=side.kernel,
                d=side.dilation,
            ).about("dilation")


def _blind(side: Side, start: int) -> bool:
    """Say whether a window that starts there (the map's first number is 0) sees no number of the map."""
    first = start if start >= 0 else start % side.dilation  # its first tap at or after the map's beginning
    return first >= side.size or first > start + side.extent - 1


def _refuse_many(seen: int, name: str) -> None:
    if seen > MOST_SEEN:
        raise InputError(
            Text("The windows look at {seen:,} numbers.", "各窗口共要看 {seen:,} 个数。"),
            Text("At most {most:,} are gone through; leave x out for sizes.", "最多 {most:,} 个；只求尺寸时请去掉 x。"),
            seen=seen,
            most=MOST_SEEN,
        ).about(name)


MOST_NUMBERS = 200_000
"""Numbers that are pooled at most."""
MOST_SEEN = 5_000_000
"""Numbers that all windows together look at, at most."""


def place(w: Work) -> tuple[Label, ...]:
    """Put the maps on the sheet and return the channels' labels."""
    x, dims = w.inputs["x"], w.inputs["dims"]
    if len(x.shape) == dims:
        w.given("x", x, "x")
        return ("",)
    labels = tuple(range(1, x.shape[0] + 1))
    for c in labels:
        w.given("x", x.entry(c), "x", c)
    return labels


def write(w: Work, frame: Frame) -> None:
    """Write y for a window that slides: the largest entry it sees, or their mean. Padding is never the largest."""
    inputs = w.inputs
    channels = place(w)
    k, s, o, d = (per_side(frame, symbol) for symbol in "KSOD")
    before = pad_texts(w, frame)[0]
    if inputs["kind"] == "max":
        for c in channels:
            w.let(
                f"y[c] = max_pool(x[c], {k}, {s}, {before}, {o}, {d})",
                *max_says(frame, inputs),
                id="largest-padded" if is_padded(frame, inputs) and frame.axes[0] == "" else "largest",
                c=c,
            )
    else:
        even = count_line(w, frame, channels[0])
        sum_says = ("the sum of each window", "每个窗口求和")
        if is_padded(frame, inputs):
            sum_says = ("the sum of each window: padding adds 0", "每个窗口求和，填充为 0")
        for c in channels:
            w.let(f"s[c] = sum_pool(x[c], {k}, {s}, {before}, {o})", *sum_says, c=c)
            w.let("y[c] = s[c]/n", "the mean", "平均值", id="mean" if even else "mean-uneven", c=c)
    picture(w, frame, channels)


def is_padded(frame: Frame, inputs: Mapping[str, Any]) -> bool:
    """Say whether a window can reach over the edge of the map."""
    return inputs["pad"] == "same" or any(side.begin or side.end for side in frame.sides)


def max_says(frame: Frame, inputs: Mapping[str, Any]) -> tuple[str, str]:
    """Return what the line of the largest numbers says, in English and Chinese."""
    if is_padded(frame, inputs):
        return "the largest number in each window: padding is never it", "每个窗口取最大值，填充不参与比较"
    return "the largest number in each window", "每个窗口取最大值"


def count_line(w: Work, frame: Frame, c: Label) -> bool:
    """Write n, the numbers that a mean is divided by; return whether it is K·K for every window."""
    inputs = w.inputs
    k, s, o = (per_side(frame, symbol) for symbol in "KSO")
    before, after = pad_texts(w, frame)
    include = inputs["count_include_pad"] and inputs["pad"] != "same"
    padded = is_padded(frame, inputs)
    if whole_windows(w, frame) and (include or not padded):
        w.let("n = prod(K[d] for d in axes)", "numbers in a window", "窗口中的元素个数", id="window-size")
        return frame.axes[0] == ""
    if include:
        w.let(
            f"n = cells_padded(x[c], {k}, {s}, {before}, {after}, {o})",
            "places of each window that lie inside the padded input",
            "每个窗口落在填充后输入内的位置数",
            c=c,
        )
    else:
        w.let(
            f"n = cells(x[c], {k}, {s}, {before}, {o})",
            "numbers each window sees: padding is not counted",
            "每个窗口看到的元素个数，不计填充",
            c=c,
        )
    return False


def whole_windows(w: Work, frame: Frame) -> bool:
    """Say whether every window lies inside the padded input (with ceil the last may stick out)."""
    if not w.inputs["ceil"] or w.inputs["pad"] == "same":
        return True
    return all((side.padded - side.extent) % side.stride == 0 for side in frame.sides)


def write_global(w: Work, axes: tuple[str, ...]) -> None:
    """Write y for one window over the whole map."""
    channels = place(w)
    k = "K" if axes[0] == "" else "[" + ", ".join(f"K[{label}]" for label in axes) + "]"
    if w.inputs["kind"] == "max":
        for c in channels:
            w.let(f"y[c] = max_pool(x[c], {k}, 1, 0, 1, 1)", "the largest number of the map", "整张图取最大值", c=c)
        return
    w.let("n = prod(K[d] for d in axes)", "numbers in a map", "一张图的元素个数", id="window-size")
    for c in channels:
        w.let(f"s[c] = sum_pool(x[c], {k}, 1, 0, 1)", "the sum of the map", "整张图求和", c=c)
        w.let("y[c] = s[c]/n", "the mean", "平均值", id="mean" if axes[0] == "" else "mean-uneven", c=c)


def write_adaptive(w: Work, axes: tuple[str, ...]) -> None:
    """Write y for adaptive pooling: the largest number or the mean of each region."""
    channels = place(w)
    a = "A" if axes[0] == "" else "[" + ", ".join(f"A[{label}]" for label in axes) + "]"
    if w.inputs["kind"] == "max":
        says = ("the largest number of each region", "每个区域取最大值")
    else:
        says = ("the mean of each region", "每个区域取平均值")
    name = "max" if w.inputs["kind"] == "max" else "mean"
    for c in channels:
        w.let(f"y[c] = {name}_regions(x[c], {a})", *says, c=c)


def picture(w: Work, frame: Frame, channels: tuple[Label, ...]) -> None:
    """Draw the window on the input at each of its places, where there is one map in two dimensions."""
    if len(frame.axes) != 2 or len(channels) > 1:
        return
    begins = [w.env.get(("P_begin", label) if label else "P_begin", side.begin) for label, side in frame.labelled()]
    w.picture(
        "the window at each place, with what it gives",
        "窗口的每个位置及其结果",
        "x[c]",
        "y[c]",
        window.covered(frame, begins),
        c=channels[0],
    )


COUNT_INCLUDE_PAD = Convention(
    "count_include_pad",
    {
        True: Text("averages count the padded zeros (PyTorch)", "求平均时计入填充的 0（PyTorch）"),
        False: Text("averages count no padding (Keras)", "求平均时不计填充（Keras）"),
    },
    lambda inputs: inputs["x"] is not None and inputs["kind"] == "avg" and inputs["pad"] not in (0, "valid", "same"),
)


def averages(inputs: Mapping[str, Any]) -> bool:
    """Say whether the values of an average pooling are worked out."""
    return inputs["x"] is not None and inputs["kind"] == "avg"


MISCONCEPTIONS = (
    Misconception(
        "mean-as-max",
        Text("You took the largest number: average pooling takes the mean.", "取了最大值：平均池化取平均值。"),
        inputs={"kind": "max"},
        applies=averages,
        catalogue=("M047",),
    ),
    Misconception(
        "max-as-mean",
        Text("You took the mean: max pooling takes the largest number.", "取了平均值：最大池化取最大值。"),
        inputs={"kind": "avg"},
        applies=lambda inputs: inputs["x"] is not None and inputs["kind"] == "max" and inputs["dilation"] == 1,
    ),
    Misconception(
        "padding-largest",
        Text(
            "You let the padding take part as zeros: in max pooling it is never the largest number.",
            "把填充当作 0 参与了比较：最大池化中填充从不是最大值。",
        ),
        {"largest-padded": "max_pool(pad(x[c], P, P), K, S, 0, O, D)"},
        applies=lambda inputs: inputs["x"] is not None and inputs["kind"] == "max" and not inputs["ceil"],
    ),
    Misconception(
        "mean-over-one-side",
        Text(
            "You divided by the side of the window: it has K·K numbers.",
            "除以了窗口的边长：窗口里有 K·K 个数。",
        ),
        {"mean": "s[c]/K"},
        applies=lambda inputs: averages(inputs) and inputs["dims"] == 2,
        catalogue=("M048",),
    ),
    Misconception(
        "mean-not-divided",
        Text(
            "You gave the sum: the mean divides it by the numbers in the window.",
            "给出的是和：还要除以窗口中的元素个数。",
        ),
        {"mean": "s[c]", "mean-uneven": "s[c]"},
        applies=averages,
    ),
)
