"""The backward pass of a convolution: gradients of kernels, input and biases from the error dy at the output.

dw is the input slid over by the error, dx the full convolution of the error with the kernels turned by 180°, db the
sum of the error. Sources: Dumoulin and Visin, A guide to convolution arithmetic (2016), section 4; torch autograd.
"""

from __future__ import annotations

from math import prod
from typing import Any

from dlcalc.core.evaluate import Environment
from dlcalc.core.inputs import times
from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import conv_inputs, conv_values, geometry, window
from dlcalc.layers.conv_inputs import Given, Label
from dlcalc.layers.conv_values import channels_of, collected, pad_texts, per_side, per_side_of
from dlcalc.layers.geometry import Frame


def settle(inputs: dict[str, Any]) -> None:
    """Fill in the sizes from x and w."""
    inputs.update({"in": None, "k": None, "channels": None, "filters": 1, "b": None, "bias": True})
    inputs.update({"transpose": False, "flip": False, "act": "linear", "strict": False})
    conv_inputs.settle(inputs)
    frame = geometry.frame(inputs)
    if inputs["pad"] == "same" or all(
        window.fits(side) for side in frame.sides
    ):  # otherwise refused, with the numbers, when it is written
        outs = tuple(window.places(side, inputs["pad"]) for side in frame.sides)
        filters = conv_inputs.numbers(inputs).filters
        settle_error(inputs, None if filters == ("",) else len(filters), outs * (inputs["dims"] // len(frame.sides)))


def write(w: Work) -> None:
    """Write the backward pass of one convolution layer."""
    inputs = w.inputs
    frame = geometry.frame(inputs)
    window.refuse_misfit(w, frame)
    geometry.place(w, frame)
    window.extent_lines(w, frame)
    window.size_line(w, frame)
    given = conv_inputs.numbers(inputs)
    conv_values.place(w, given)
    place_error(w, given.filters)
    strided = any(side.stride > 1 for side in frame.sides)
    if strided:
        for f in given.filters:
            w.let(
                f"dy_up[f] = stretch(dy[f], {per_side(frame, 'S')})",
                "S − 1 zeros between: the error where the windows stood",
                "相邻元素间补 S − 1 个零：误差放回窗口所在处",
                f=f,
            )
    error = "dy_up" if strided else "dy"
    padded = any(side.begin or side.end for side in frame.sides) or inputs["pad"] == "same"
    before, after = pad_texts(w, frame)
    if padded:
        for c in given.channels:
            w.let(f"x_pad[c] = pad(x[c], {before}, {after})", "zeros around", "四周补零", id="pad-backward", c=c)
    rest = rest_lines(w, frame)
    weight_lines(w, frame, given, error, "x_pad" if padded else "x", rest)
    input_lines(w, frame, given, error, padded, rest)
    for f in given.filters:
        w.let("db[f] = total(dy[f])", "the bias is added at every place", "偏置加在每个位置上", id="bias-gradient", f=f)


def settle_error(inputs: dict[str, Any], maps: int | None, outs: tuple[int, ...]) -> None:
    """Bring dy to the shape of the output: `maps` (None for a single one without axis) of `outs`.

    Raises:
        InputError: if it has another shape.
    """
    dy = inputs["dy"]
    wanted = outs if maps is None else (maps, *outs)
    if dy.shape == (1, *wanted):
        inputs["dy"] = dy.entry(1)
    elif (maps == 1 and dy.shape == outs) or (dy.shape == (prod(wanted),) and max(wanted) == prod(wanted)):
        inputs["dy"] = dy.reshaped(wanted)  # a single row or column may be typed as a list
    elif dy.shape != wanted:
        raise InputError(
            Text("dy has shape {got}, but the output is {wanted}.", "dy 的形状是 {got}，而输出是 {wanted}。"),
            Text("Give dy one number for each number of the output.", "请让 dy 与输出逐一对应。"),
            got=times(dy.shape),
            wanted=times(wanted),
        ).about("dy")


def place_error(w: Work, maps: tuple[Label, ...]) -> None:
    """Put dy on the sheet, map by map."""
    for number, f in enumerate(maps):
        w.given("dy", w.inputs["dy"].entry(number + 1) if f else w.inputs["dy"], "dy", f)


def rest_lines(w: Work, frame: Frame) -> bool:
    """Write R, what the last window leaves over on each side; return whether there is any."""
    if not any(window.left_over(side, w.inputs["pad"]) for side in frame.sides):
        return False
    for d, side in frame.labelled():
        pads = "P_begin[d] + P_end[d]" if window.has_ends(w, side) else "2*P[d]"
        w.let(
            f"R[d] = I[d] + {pads} - E[d] - S[d]*(O[d] - 1)",
            "left over at the end: no window saw it",
            "末尾剩余：没有窗口看到",
            d=d,
        )
    return True


def weight_lines(w: Work, frame: Frame, given: Given, error: str, map_: str, rest: bool) -> None:
    """Write dw: the input slid over by the error."""
    formula = f"corr({map_}[c], {error}[f])"
    if rest:
        formula = f"first({formula}, {per_side(frame, 'E')})"
    if any(side.dilation > 1 for side in frame.sides):
        formula = f"every({formula}, {per_side(frame, 'D')})"
    plain = "x" if map_ == "x" else "padded"
    for f, c in given.w:
        w.let(
            f"dw[f,c] = {formula}",
            "the input, slid over by the error",
            "误差在输入上滑动",
            id=f"weight-gradient-{plain}",
            f=f,
            c=c,
        )


def input_lines(w: Work, frame: Frame, given: Given, error: str, padded: bool, rest: bool) -> None:
    """Write dx: the full convolution of the error with the kernels turned by 180°."""
    dilated = any(side.dilation > 1 for side in frame.sides)
    inner = f"stretch(w[f,c], {per_side(frame, 'D')})" if dilated else "w[f,c]"
    for f, c in given.w:
        w.let(
            f"k[f,c] = flip({inner})",
            "the kernel turned by 180°",
            "卷积核旋转 180°",
            id="turned-dilated" if dilated else "turned",
            f=f,
            c=c,
        )
    reach = per_side_of(frame, "E[d] - 1")
    for f in given.filters:
        w.let(f"dy_full[f] = pad({error}[f], {reach}, {reach})", "E − 1 zeros around", "四周补 E − 1 个零", f=f)
    before, after = pad_texts(w, frame)
    for c in given.channels:
        seeing = tuple(f for number, f in enumerate(given.filters) if c in channels_of(w.inputs, given, number))
        formula = "sum(corr(dy_full[f], k[f,c]) for f in seeing)"
        if rest:
            formula = f"pad({formula}, 0, {per_side(frame, 'R')})"
        en, zh = "every number gets the error of each window that saw it", "每个元素得到看到它的各窗口的误差"
        if not padded:
            w.let(f"dx[c] = {formula}", en, zh, id="input-gradient", c=c, seeing=seeing)
            continue
        w.let(f"dx_pad[c] = {formula}", en, zh, id="input-gradient", c=c, seeing=seeing)
        w.let(f"dx[c] = crop(dx_pad[c], {before}, {after})", "the padding is no input", "填充不是输入，裁去", c=c)


def bias_gradient(env: Environment) -> Any:
    """Return db as a list, one for each filter."""
    found = collected("db")(env)
    return found if isinstance(found, list) else [found]


MISCONCEPTIONS = (
    Misconception(
        "kernel-not-turned",
        Text(
            "You did not turn the kernel: the error goes back through the kernel turned by 180°.",
            "没有旋转卷积核：误差要用旋转 180° 的核反传。",
        ),
        {"turned": "w[f,c]"},
    ),
    Misconception(
        "weight-gradient-turned",
        Text(
            "You turned the weights' gradient: the error slides over the input without being turned.",
            "权重的梯度多转了 180°：误差在输入上滑动时不旋转。",
        ),
        {"weight-gradient-x": "flip(corr(x[c], dy[f]))"},
        applies=lambda inputs: inputs["stride"] == 1 and inputs["dilation"] == 1,
    ),
    Misconception(
        "bias-gradient-mean",
        Text(
            "You took the mean of the error: the gradient of the bias is its sum.",
            "取了误差的平均：偏置的梯度是误差之和。",
        ),
        {"bias-gradient": "total(dy[f])/prod(O[d] for d in axes)"},
    ),
)
