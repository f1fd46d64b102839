"""Convolution by hand: the values of the output, from the numbers of input, kernels and biases.

Symbols: x[c] the map of channel c, w[f,c] the kernel of filter f for channel c (PyTorch's weight[f-1, c-1]), b[f] the
bias. A label is empty, and not written, where the input has no channel axis or the weights no filter axis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import Any

from dlcalc.core.evaluate import Environment
from dlcalc.core.topic import Convention, Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import window
from dlcalc.layers.activation import ACTIVATIONS
from dlcalc.layers.conv_inputs import Given, Label, numbers
from dlcalc.layers.geometry import Frame


def per_side(frame: Frame, symbol: str) -> str:
    """Return how a symbol is read in a formula on maps: `S`, or `[S[h], S[w]]` where the dimensions differ."""
    if frame.axes[0] == "":
        return symbol
    return "[" + ", ".join(f"{symbol}[{label}]" for label in frame.axes) + "]"


def pad_texts(w: Work, frame: Frame) -> tuple[str, str]:
    """Return the padding before and after, as read in a formula on maps."""
    named = w.inputs["pad"] == "same"
    sides = [("P_begin", "P_end") if named or side.begin != side.end else ("P", "P") for side in frame.sides]
    if frame.axes[0] == "":
        return sides[0]
    parts = [[f"{names[end]}[{label}]" for names, label in zip(sides, frame.axes, strict=True)] for end in (0, 1)]
    return "[" + ", ".join(parts[0]) + "]", "[" + ", ".join(parts[1]) + "]"


def write(w: Work, frame: Frame) -> None:
    """Write the values of an ordinary convolution: y = act(Σ_c x[c] ⋆ w[f,c] + b[f])."""
    inputs = w.inputs
    given = numbers(inputs)
    place(w, given)
    kernel = kernel_lines(w, frame, given)
    padded = inputs["pad"] not in (0, "valid") and any(
        side.begin or side.end or inputs["pad"] == "same" for side in frame.sides
    )
    map_ = "x_pad" if padded else "x"
    if padded:
        before, after = pad_texts(w, frame)
        plain = frame.axes[0] == "" and before == after
        for c in given.channels:
            w.let(f"x_pad[c] = pad(x[c], {before}, {after})", "zeros around", "四周补零", id=_id("pad", plain), c=c)
    step = any(side.stride > 1 for side in frame.sides)
    result = result_symbol(inputs)
    for number, f in enumerate(given.filters):
        seen = channels_of(inputs, given, number)
        window = f"corr({map_}[c], {kernel}[f,c])"
        if step:
            window = f"every({window}, {per_side(frame, 'S')})"
        name = f"slide-{map_}-{kernel}{'-stride' if step else ''}"
        symbol = "s" if given.b else result
        says = (
            ("each window: products of what lies on each other, summed", "每个窗口：对应元素相乘再求和")
            if len(seen) == 1
            else ("products summed over the window and over all channels", "在窗口内和所有通道上求和")
        )
        w.let(f"{symbol}[f] = sum({window} for c in seen)", *says, id=name, f=f, seen=seen)
        if given.b:
            w.let(f"{result}[f] = s[f] + b[f]", "one bias for the whole map", "整张图加同一个偏置", id="add-bias", f=f)
    pictures(w, given, frame, map_)
    for f in given.filters:
        activation_line(w, f)


def _id(name: str, plain: bool) -> str:
    return name if plain else f"{name}-uneven"


def place(w: Work, given: Given) -> None:
    """Put the numbers on the sheet."""
    for c in given.channels:
        w.given("x", given.x[c], "x", c)
    for (f, c), kernel in given.w.items():
        w.given("w", kernel, "w", f, c)
    for f in given.b:
        w.given("b", given.b[f], "b", f)
    for constant in ACTIVATIONS[w.inputs.get("act", "linear")].parameters:
        w.given(constant.symbol, constant.default, "act")


def channels_of(inputs: Mapping[str, Any], given: Given, number: int) -> tuple[Label, ...]:
    """Return the labels of the channels that a filter (counted from 0) sees."""
    count = inputs["channels"] // inputs["groups"]
    start = number * inputs["groups"] // inputs["filters"] * count
    return given.channels[start : start + count]


def result_symbol(inputs: Mapping[str, Any]) -> str:
    """Return what the sums with their bias are called: z, or y itself where no activation follows."""
    return "y" if inputs["act"] == "linear" else "z"


def kernel_lines(w: Work, frame: Frame, given: Given) -> str:
    """Write the kernels as they are used, stretched by the dilation and turned round; return their symbol."""
    dilated = any(side.dilation > 1 for side in frame.sides)
    flipped = w.inputs["flip"]
    if not (dilated or flipped):
        return "w"
    inner = f"stretch(w[f,c], {per_side(frame, 'D')})" if dilated else "w[f,c]"
    formula = f"flip({inner})" if flipped else inner
    en, zh = kernel_says(dilated=dilated, turned=flipped)
    name = "kernel" + ("-dilated" if dilated else "") + ("-turned" if flipped else "")
    for f, c in given.w:
        w.let(f"k[f,c] = {formula}", en, zh, id=name, f=f, c=c)
    return "k"


def kernel_says(*, dilated: bool, turned: bool) -> tuple[str, str]:
    """Return what was done to a kernel before it is laid on the map, in English and Chinese."""
    en = " and ".join([*(["D − 1 zeros between"] if dilated else []), *(["turned by 180°"] if turned else [])])
    zh = "，".join([*(["元素间补 D − 1 个零"] if dilated else []), *(["旋转 180°"] if turned else [])])
    return en, zh


def activation_line(w: Work, f: Label) -> None:
    """Write y, the activation of z, if there is an activation function."""
    act = ACTIVATIONS[w.inputs["act"]]
    if act.name != "linear":
        w.let(f"y[f] = {act.value.format(z='z[f]')}", act.says.en, act.says.zh, id=f"activation-{act.name}", f=f)


def collected(symbol: str) -> Any:
    """Return a function that takes a family of maps off a sheet: one, a list, or a list of lists of them."""

    def of(env: Environment) -> Any:
        if symbol in env:
            return env[symbol]
        keys = [key for key in env if isinstance(key, tuple) and key[0] == symbol]
        if not keys:
            return env[symbol]  # raises: this sheet has none
        rows: dict[Any, list[Any]] = {}
        for key in keys:
            value = env[key]
            rows.setdefault(key[1] if len(key) == 3 else None, []).append(
                value.tolist() if hasattr(value, "tolist") else value
            )
        return list(rows.values()) if None not in rows else rows[None]

    return of


def pictures(w: Work, given: Given, frame: Frame, map_: str) -> None:
    """Draw the window on the input at each of its places, where there is one map in two dimensions."""
    if len(frame.axes) != 2 or len(given.channels) > 1 or len(given.filters) > 1:
        return
    c, f = given.channels[0], given.filters[0]
    w.picture(
        "the window at each place, with what it gives",
        "窗口的每个位置及其结果",
        f"{map_}[c]",
        "s[f]" if given.b else f"{result_symbol(w.inputs)}[f]",
        window.covered(frame),
        c=c,
        f=f,
    )


# ---------------------------------------------------------------- transposed


def write_transposed(w: Work, frame: Frame) -> None:
    """Write the values of a transposed convolution: every input number lays down a copy of the kernel.

    That is the convolution of the stretched input, padded by E − 1, with the kernel turned round; the padding then
    crops the result. Source: Dumoulin and Visin (2016), relationship 14.

    Raises:
        InputError: for Keras's 'same', and 'valid' with a stride above the extent: they crop by rules of their own.
    """
    inputs = w.inputs
    if inputs["pad"] == "same" or (inputs["pad"] == "valid" and any(s.stride > s.extent for s in frame.sides)):
        raise InputError(
            Text("The values need the padding as a number.", "求数值时填充要写成数。"),
            Text("Type --pad 0 (and --output-pad) instead.", "请改用 --pad 0（及 --output-pad）。"),
        ).about("pad")
    given = numbers(inputs)
    place(w, given)
    dilated = any(side.dilation > 1 for side in frame.sides)
    inner = f"stretch(w[f,c], {per_side(frame, 'D')})" if dilated else "w[f,c]"
    if inputs["flip"]:
        kernel = "k" if dilated else "w"
    else:
        kernel, inner = "k", f"flip({inner})"
    if kernel == "k":
        en, zh = kernel_says(dilated=dilated, turned=not inputs["flip"])
        name = "kernel-turned-back" if not dilated else "kernel-dilated" if inputs["flip"] else "kernel-dilated-turned"
        for f, c in given.w:
            w.let(f"k[f,c] = {inner}", en, zh, id=name, f=f, c=c)
    step = any(side.stride > 1 for side in frame.sides)
    map_ = "x_up" if step else "x"
    reach = per_side_of(frame, "E[d] - 1")
    for c in given.channels:
        if step:
            w.let(
                f"x_up[c] = stretch(x[c], {per_side(frame, 'S')})",
                "S − 1 zeros between neighbours",
                "相邻元素间补 S − 1 个零",
                id="stretch-by-stride",
                c=c,
            )
        w.let(f"x_pad[c] = pad({map_}[c], {reach}, {reach})", "E − 1 zeros around", "四周补 E − 1 个零", c=c)
    result = result_symbol(inputs)
    for number, f in enumerate(given.filters):
        seen = channels_of(inputs, given, number)
        symbol = "s" if given.b else result
        formula = f"sum(corr(x_pad[c], {kernel}[f,c]) for c in seen)"
        says = ("a copy of the kernel for every input number, summed", "每个输入元素放一个核，重叠处相加")
        cropped = _cropped(w, frame)
        if cropped:
            w.let(f"s_full[f] = {formula}", *says, f=f, seen=seen)
            w.let(f"{symbol}[f] = {cropped}", "the padding is cropped off", "裁去填充", f=f)
        else:
            w.let(f"{symbol}[f] = {formula}", *says, f=f, seen=seen)
        if given.b:
            w.let(f"{result}[f] = s[f] + b[f]", "one bias for the whole map", "整张图加同一个偏置", id="add-bias", f=f)
        activation_line(w, f)


def per_side_of(frame: Frame, formula: str) -> str:
    """Return a formula of a dimension's symbols, or the list of it for each dimension where they differ."""
    if frame.axes[0] == "":
        return formula.replace("[d]", "")
    return "[" + ", ".join(formula.replace("[d]", f"[{label}]") for label in frame.axes) + "]"


def _cropped(w: Work, frame: Frame) -> str:
    """Return the formula that takes the padding off s_full and adds the output padding; empty if there is neither."""
    formula = "s_full[f]"
    if any(side.extra for side in frame.sides):
        formula = f"pad({formula}, 0, {per_side(frame, 'Q')})"
    if any(side.begin or side.end for side in frame.sides):
        before, after = pad_texts(w, frame)
        formula = f"crop({formula}, {before}, {after})"
    return "" if formula == "s_full[f]" else formula


# ---------------------------------------------------------------- other views of the same convolution

LARGEST_MATRIX = 4_096
"""Entries that the matrix of a convolution is written out with."""


def matrix_lines(w: Work, frame: Frame) -> None:
    """Write the convolution as a fully connected layer: flat(y) = M·flat(x), one row of M for each window.

    Raises:
        InputError: if the matrix would be too large to read.
    """
    inputs = w.inputs
    dims = inputs["dims"]
    sides = frame.sides * (dims // len(frame.sides))
    outs = [window.places(side, inputs["pad"]) for side in sides]
    entries = prod(side.size for side in sides) * prod(outs)
    if entries > LARGEST_MATRIX:
        raise InputError(
            Text("The matrix would have {entries:,} entries.", "矩阵将有 {entries:,} 个元素。"),
            Text("At most {most:,} are written out: take a smaller map.", "最多写出 {most:,} 个：请用更小的图。"),
            entries=entries,
            most=LARGEST_MATRIX,
        ).about("as_matrix")
    given = numbers(inputs)
    kernel = "k" if inputs["flip"] or any(side.dilation > 1 for side in frame.sides) else "w"
    before = pad_texts(w, frame)[0]
    sizes, step, places = (per_side(frame, symbol) for symbol in ("I", "S", "O"))
    for f, c in given.w:
        w.let(
            f"M[f,c] = conv_matrix({kernel}[f,c], {sizes}, {before}, {step}, {places})",
            "a row for each window, a column for each input number",
            "每个窗口一行，每个输入元素一列",
            f=f,
            c=c,
        )
    for number, f in enumerate(given.filters):
        seen = channels_of(inputs, given, number)
        bias = " + b[f]" if given.b else ""
        w.let(
            f"{result_symbol(inputs)}_flat[f] = sum(M[f,c] @ flat(x[c]) for c in seen){bias}",
            "the same sums, row after row",
            "同样的和，逐行排列",
            f=f,
            seen=seen,
        )


def mode_lines(w: Work, frame: Frame) -> None:
    """Write the full, the same and the valid convolution of one pair (stride 1).

    'same' puts an odd pixel at the end, as Keras does.

    Raises:
        InputError: with a stride.
    """
    inputs = w.inputs
    if any(side.stride > 1 for side in frame.sides):
        raise InputError(
            Text("full, same and valid are compared at stride 1.", "full、same、valid 的比较只用步长 1。"),
            Text("Leave --stride or --modes out.", "请去掉 --stride 或 --modes。"),
        ).about("modes")
    for side in frame.sides:
        if side.extent > side.size:
            raise InputError(
                Text(
                    "The valid convolution has no place: a kernel of {extent} does not lie inside an input of {size}.",
                    "valid 卷积没有位置：大小为 {extent} 的核放不进大小为 {size} 的输入。",
                ),
                Text("Leave --modes out, or type --pad full.", "请去掉 --modes，或输入 --pad full。"),
                extent=side.extent,
                size=side.size,
            ).about("modes")
    given = numbers(inputs)
    kernel = "k" if inputs["flip"] or any(side.dilation > 1 for side in frame.sides) else "w"
    act = ACTIVATIONS[inputs["act"]]
    reach = per_side_of(frame, "E[d] - 1")
    first = per_side_of(frame, "floor((E[d] - 1)/2)")
    last = per_side_of(frame, "ceil((E[d] - 1)/2)")
    views = (
        ("full", f"pad(x[c], {reach}, {reach})", "every overlap, even of one number", "只要有重叠就算"),
        ("same", f"pad(x[c], {first}, {last})", "as large as the input", "与输入同样大小"),
        ("valid", "x[c]", "the kernel wholly inside", "核完全在输入之内"),
    )
    for view, map_, en, zh in views:
        for number, f in enumerate(given.filters):
            seen = channels_of(inputs, given, number)
            bias = " + b[f]" if given.b else ""
            w.let(
                f"{result_symbol(inputs)}_{view}[f] = sum(corr({map_}, {kernel}[f,c]) for c in seen){bias}",
                f"{view}: {en}",
                f"{view}：{zh}",
                f=f,
                seen=seen,
            )
            if act.name != "linear":
                w.let(f"y_{view}[f] = {act.value.format(z=f'z_{view}[f]')}", act.says.en, act.says.zh, f=f)


# ---------------------------------------------------------------- conventions and mistakes

FLIP = Convention(
    "flip",
    {
        False: Text(
            "kernels are not flipped (cross-correlation, as in every framework)", "核不翻转（互相关，各框架的做法）"
        ),
        True: Text("kernels are flipped (convolution as in mathematics)", "核先翻转 180°（数学上的卷积）"),
    },
    lambda inputs: inputs["x"] is not None and not inputs["transpose"],
    ("M041",),
)


def slides(template: str, *, strided: bool | None = None) -> dict[str, str]:
    """Return the swaps of the sliding line in each of its forms; `{x}` is the map and `{w}` the kernel it reads."""
    steps = ("", "-stride") if strided is None else ("-stride",) if strided else ("",)
    return {
        f"slide-{x}-{k}{step}": template.replace("{x}", x).replace("{w}", k)
        for x in ("x", "x_pad")
        for k in ("w", "k")
        for step in steps
    }


VALUE_FORMS: dict[str, dict[str, str]] = {
    "padding-forgotten": {"pad": "x[c]", "pad-uneven": "x[c]"},
    "pads-one-side": {"pad": "pad(x[c], P, 0)"},
    "padding-twice": {"pad": "pad(x[c], 2*P, 2*P)"},
    "stride-ignored": slides("sum(corr({x}[c], {w}[f,c]) for c in seen)", strided=True),
    "dilation-ignored": {"kernel-dilated": "w[f,c]", "kernel-dilated-turned": "flip(w[f,c])"},
}
"""The lines of values that a mistake about sizes swaps as well."""


def with_values(mistakes: tuple[Misconception, ...]) -> tuple[Misconception, ...]:
    """Return mistakes about sizes with what they do to the values."""
    return tuple(replace(m, swaps={**m.swaps, **VALUE_FORMS.get(m.name, {})}) for m in mistakes)


def is_signal(inputs: Mapping[str, Any]) -> bool:
    """Say whether the maps are signals in one dimension; beside a matrix they stand upright."""
    return inputs["x"] is not None and inputs["dims"] == 1 and not inputs.get("as_matrix")


def has_values(inputs: Mapping[str, Any]) -> bool:
    """Say whether the numbers of an ordinary convolution are given."""
    return inputs["x"] is not None and not inputs["transpose"]


MISCONCEPTIONS = (
    Misconception(
        "full-as-valid",
        Text(
            "You took the valid convolution: 'full' pads by E − 1, so that every overlap counts.",
            "算成了 valid 卷积：full 要填充 E − 1，只要有重叠就算。",
        ),
        {"P[d]": "0"},
        applies=lambda inputs: inputs["pad"] == "full",
        catalogue=("M046",),
    ),
    Misconception(
        "slides-by-one-then-cuts",
        Text(
            "You moved the window by 1 and kept the first places: a stride of S takes every S-th place.",
            "窗口仍按步长 1 移动，只截取了前面几个：步长 S 是每隔 S 个位置取一个。",
        ),
        slides("first(sum(corr({x}[c], {w}[f,c]) for c in seen), O)", strided=True),
        applies=lambda inputs: has_values(inputs) and isinstance(inputs["in"], int) and isinstance(inputs["k"], int),
        catalogue=("M042",),
    ),
    Misconception(
        "one-channel-only",
        Text(
            "You used the first channel alone: a filter sums over all its channels.",
            "只用了第一个通道：卷积核要对它的所有通道求和。",
        ),
        {
            **slides("corr({x}[1], {w}[f,1])", strided=False),
            **slides("every(corr({x}[1], {w}[f,1]), S)", strided=True),
        },
        applies=lambda inputs: has_values(inputs) and inputs["groups"] == 1 and inputs["channels"] > 1,
        catalogue=("M043",),
    ),
    Misconception(
        "bias-for-every-channel",
        Text(
            "You added the bias once for each channel: it is added once, after the sum over the channels.",
            "每个通道都加了一次偏置：应在对通道求和之后只加一次。",
        ),
        {"add-bias": "s[f] + C_in/G*b[f]"},
        applies=has_values,
        catalogue=("M044",),
    ),
    Misconception(
        "bias-not-added",
        Text("You left out the bias: it is added to every sum.", "漏了偏置：每个和都要加上偏置。"),
        {"add-bias": "s[f]"},
    ),
    Misconception(
        "relu-left-out",
        Text("You left out the ReLU: negative values become 0.", "漏了 ReLU：负值要变为 0。"),
        {"activation-relu": "z[f]"},
        catalogue=("M045",),
    ),
    Misconception(
        "activation-left-out",
        Text("You left out the activation function.", "漏了激活函数。"),
        {"activation-sigmoid": "z[f]", "activation-tanh": "z[f]"},
    ),
    Misconception(
        "transposed-kernel-turned",
        Text(
            "You turned the kernel round: a transposed convolution lays the kernel down as it is.",
            "核的方向反了：转置卷积按原样放置卷积核。",
        ),
        {"kernel-turned-back": "w[f,c]"},
        applies=lambda inputs: inputs["dilation"] == 1,
    ),
)
