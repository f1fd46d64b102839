"""Where windows fit: dimensions, padding and output size, shared by convolution and pooling.

Symbols: I input side, K kernel side, S stride, P padding on each side (P_begin and P_end where they differ),
D dilation, E the kernel's extent once dilated, O output side. All in pixels, per dimension.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.formula import Environment
from dlcalc.core.inputs import times
from dlcalc.core.topic import Answer, Convention, Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text

LABELS = {1: ("w",), 2: ("h", "w"), 3: ("d", "h", "w")}
"""Names of the dimensions, height before width, depth first in 3-d."""

PER_AXIS = ("k", "stride", "dilation", "output_pad")
SYMBOLS = {"k": "K", "stride": "S", "dilation": "D", "output_pad": "Q"}


def spatial(inputs: Mapping[str, Any]) -> tuple[tuple[int, ...], int]:
    """Return (sides, channels) of the input map; `in` may carry the channels first.

    Raises:
        InputError: if `in` has too many or too few numbers, or its channels contradict `channels`.
    """
    dims: int = inputs["dims"]
    if dims not in LABELS:
        raise InputError(
            Text("dims is {dims}, but maps have 1, 2 or 3 dimensions.", "dims 是 {dims}，但特征图只有 1、2 或 3 维。"),
            Text("Type 1, 2 or 3.", "请输入 1、2 或 3。"),
            dims=dims,
        ).about("dims")
    size, channels = inputs["in"], inputs["channels"]
    if isinstance(size, int):
        return (size,) * dims, channels or 1
    if len(size) == dims:
        return tuple(size), channels or 1
    if len(size) == dims + 1:
        if channels not in (None, size[0]):
            raise InputError(
                Text(
                    "in {size} has {first} channels (the first number), but channels is {channels}.",
                    "in {size} 的第一个数表示 {first} 个通道，而 channels 是 {channels}。",
                ),
                Text("Leave channels out, or make them agree.", "请去掉 channels，或使两者一致。"),
                size=times(size),
                first=size[0],
                channels=channels,
            ).about("in")
        return tuple(size[1:]), size[0]
    better = len(size) if len(size) in LABELS else len(size) - 1
    raise InputError(
        Text(
            "in {size} has {n} numbers, but a {dims}-d map has {dims}, or {more} with the channels first.",
            "in {size} 有 {n} 个数，而 {dims} 维特征图需要 {dims} 个，或加上通道共 {more} 个（通道在前）。",
        ),
        Text("Type --dims {better} for such an input.", "这样的输入请用 --dims {better}。")
        if better in LABELS and better != dims
        else None,
        size=times(size),
        n=len(size),
        dims=dims,
        more=dims + 1,
        better=better,
    ).about("in")


def per_axis(value: Any, dims: int, name: str) -> tuple[Any, ...]:
    """Return one value per dimension; a single one serves all.

    Raises:
        InputError: if there are neither one nor `dims` of them.
    """
    if not isinstance(value, tuple):
        return (value,) * dims
    if len(value) == 1:
        return value * dims
    if len(value) != dims:
        raise InputError(
            Text("{n} numbers were given for {dims} dimensions.", "给了 {n} 个数，但有 {dims} 个维度。"),
            Text("Give one number, or {dims} of them such as {example}.", "请给一个数，或 {dims} 个，例如 {example}。"),
            n=len(value),
            dims=dims,
            example=times((3,) * dims),
        ).about(name)
    return value


def place(w: Work, *, sides: tuple[int, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Put I, K, S, D (and Q) on the sheet and return the axes: all "" where every dimension agrees, else labels.

    `names` are the per-dimension inputs the layer has. Where dimensions agree a line is written once, "on each
    side"; where they differ once per dimension.
    """
    inputs = w.inputs
    dims = len(sides)
    values = {name: per_axis(inputs[name], dims, name) for name in names}
    pads = padding(inputs["pad"], dims)
    agree = all(len(set(v)) == 1 for v in (sides, *values.values(), pads))
    axes = ("",) * dims if agree else LABELS[dims]
    w.axes(axes)
    for number, label in enumerate(axes[:1] if agree else axes):
        w.given("I", sides[number], "in", label)
        for name in names:
            w.given(SYMBOLS[name], values[name][number], name, label)
        given_padding(w, pads[number], label)
    return axes


def distinct(axes: tuple[str, ...]) -> tuple[str, ...]:
    """Return each label once: the dimensions for which lines are written."""
    return axes[:1] if axes[0] == "" else axes


def padding(pad: Any, dims: int) -> tuple[Any, ...]:
    """Return the padding per dimension: an int, a (begin, end) pair or a mode's name each."""
    if isinstance(pad, str):
        return (pad,) * dims
    pads = per_axis(pad, dims, "pad")
    return tuple(p[0] if isinstance(p, tuple) and p[0] == p[1] else p for p in pads)


def given_padding(w: Work, pad: Any, label: str) -> None:
    """Put one dimension's padding on the sheet, where it is a number."""
    if isinstance(pad, tuple):
        w.given("P_begin", pad[0], "pad", label)
        w.given("P_end", pad[1], "pad", label)
    elif pad == "valid":
        w.given("P", 0, "pad", label)
    elif not isinstance(pad, str):
        w.given("P", pad, "pad", label)


# ---------------------------------------------------------------- lines


def extent_lines(w: Work, axes: tuple[str, ...]) -> None:
    """Write E, the kernel's extent, and the padding where it is asked for by name (same, full)."""
    same, full = w.inputs["pad"] == "same", w.inputs["pad"] == "full"
    for d in distinct(axes):
        w.let("E[d] = D[d]*(K[d] - 1) + 1", "the kernel's extent, once dilated", "空洞后卷积核的跨度", d=d)
        if same:
            w.let("T[d] = ceil(I[d]/S[d])", "the size that 'same' asks for", "same 要求的输出尺寸", d=d)
            w.let(
                "P_all[d] = max(0, (T[d] - 1)*S[d] + E[d] - I[d])", "pixels of padding it takes", "共需填充的像素", d=d
            )
            w.let("P_begin[d] = floor(P_all[d]/2)", "the smaller half comes first", "较小的一半放在前面", d=d)
            w.let("P_end[d] = P_all[d] - P_begin[d]", "an odd pixel goes to the end (Keras)", "多出的像素放在末尾（Keras）", d=d)
        elif full:
            w.let("P[d] = E[d] - 1", "'full': every overlap counts, even of one pixel", "full：只要有一个像素重叠就算", d=d)


def size_line(w: Work, axes: tuple[str, ...]) -> None:
    """Write O, how many places the window has on each side: floor((I + 2P − E)/S) + 1.

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), relationship 6; with
    dilation, relationship 15.
    """
    for d in distinct(axes):
        if has_ends(w, d):
            w.let(
                "O[d] = floor((I[d] + P_begin[d] + P_end[d] - E[d])/S[d]) + 1",
                "places where the window fits",
                "窗口可放的位置数",
                id="size-ends",
                d=d,
            )
        else:
            w.let(
                "O[d] = floor((I[d] + 2*P[d] - E[d])/S[d]) + 1",
                "places where the window fits",
                "窗口可放的位置数",
                id="size",
                d=d,
            )


def has_ends(w: Work, d: str) -> bool:
    """Say whether the two sides of a dimension are padded by separate amounts."""
    return ("P_begin" if d == "" else ("P_begin", d)) in w.env or w.inputs["pad"] == "same"


def refuse_misfit(w: Work, sides: tuple[int, ...], strict: bool) -> None:
    """Refuse a kernel larger than the padded input and, when `strict`, a stride that does not divide.

    Raises:
        InputError: with the constraint that fails, its numbers, and what would fit.
    """
    inputs, dims = w.inputs, len(sides)
    kernels, strides = per_axis(inputs["k"], dims, "k"), per_axis(inputs["stride"], dims, "stride")
    dilations = per_axis(inputs["dilation"], dims, "dilation")
    if inputs["pad"] in ("same", "full"):
        return
    for i, k, s, d, pad in zip(sides, kernels, strides, dilations, padding(inputs["pad"], dims), strict=True):
        begin, end = pad if isinstance(pad, tuple) else (0, 0) if pad == "valid" else (pad, pad)
        extent, padded = d * (k - 1) + 1, i + begin + end
        if padded < extent:
            raise InputError(
                Text(
                    "The kernel does not fit: I + 2P ≥ E fails, since {i} + {pads} = {padded} < {extent}{dilated}.",
                    "卷积核放不下：不满足 I + 2P ≥ E，因为 {i} + {pads} = {padded} < {extent}{dilated}。",
                ),
                Text(
                    "The smallest padding that fits is --pad {least}, the largest kernel --k {most}.",
                    "放得下的最小填充是 --pad {least}，最大卷积核是 --k {most}。",
                ),
                i=i,
                pads=f"2·{begin}" if begin == end else f"{begin} + {end}",
                padded=padded,
                extent=extent,
                dilated=f" = {d}·({k} − 1) + 1" if d > 1 else "",
                least=-((i - extent) // 2),
                most=(padded - 1) // d + 1,
            ).about("k")
        rest = (padded - extent) % s
        if rest and strict:
            raise InputError(
                Text(
                    "The stride does not divide: ({i} + {pads} − {extent})/{s} = {whole} rest {rest}; --strict refuses that, "
                    "as CS231n does.",
                    "步长除不尽：({i} + {pads} − {extent})/{s} = {whole} 余 {rest}；--strict 按 CS231n 的规定拒绝。",
                ),
                Text(
                    "Leave --strict out to round down (PyTorch, d2l), or take an input of {less} or {more}.",
                    "去掉 --strict 则向下取整（PyTorch、d2l），或把输入改为 {less} 或 {more}。",
                )
                if i > rest
                else Text(
                    "Leave --strict out to round down (PyTorch, d2l), or take an input of {more}.",
                    "去掉 --strict 则向下取整（PyTorch、d2l），或把输入改为 {more}。",
                ),
                i=i,
                pads=f"2·{begin}" if begin == end else f"{begin} + {end}",
                extent=extent,
                s=s,
                whole=(padded - extent) // s,
                rest=rest,
                less=i - rest,
                more=i - rest + s,
            ).about("stride")


def note_rest(w: Work, sides: tuple[int, ...]) -> None:
    """Say where a stride does not divide, and what is left over."""
    inputs, dims = w.inputs, len(sides)
    if inputs["pad"] == "same":
        return
    axes = w.env["axes"]
    for d in distinct(axes):
        number = axes.index(d)
        s = per_axis(inputs["stride"], dims, "stride")[number]
        if s == 1:
            continue
        k, dilation = per_axis(inputs["k"], dims, "k")[number], per_axis(inputs["dilation"], dims, "dilation")[number]
        extent = dilation * (k - 1) + 1
        pad = padding(inputs["pad"], dims)[number]
        begin, end = pad if isinstance(pad, tuple) else (extent - 1,) * 2 if pad == "full" else (0, 0) if pad == "valid" else (pad, pad)
        rest = (sides[number] + begin + end - extent) % s
        if rest:
            w.note(
                "The stride does not divide: {rest} pixel(s) at the end of a side are not reached by any window.",
                "步长除不尽：每边末尾有 {rest} 个像素没有窗口覆盖。",
                rest=rest,
            )
            return


# ---------------------------------------------------------------- misconceptions of size, for any sliding window


def both(formula: str) -> dict[str, str]:
    """Return the swaps of the size line in its two forms: `{pad}` stands for 2P, or for P_begin + P_end."""
    return {
        "size": formula.replace("{pad}", "2*P[d]").replace("{one}", "P[d]"),
        "size-ends": formula.replace("{pad}", "(P_begin[d] + P_end[d])").replace("{one}", "P_begin[d]"),
    }


SIZE_MISCONCEPTIONS = (
    Misconception(
        "no-plus-one",
        Text(
            "You left out the + 1: the quotient counts the steps, and the window also stands at its starting place.",
            "漏了 + 1：商只数了移动的步数，窗口在起点也算一个位置。",
        ),
        both("floor((I[d] + {pad} - E[d])/S[d])"),
        catalogue=("M001",),
    ),
    Misconception(
        "pads-one-side",
        Text(
            "You added the padding only once: it is put on both sides, so 2P is added.",
            "填充只加了一次：两侧都要填充，所以应加 2P。",
        ),
        both("floor((I[d] + {one} - E[d])/S[d]) + 1"),
        catalogue=("M002",),
    ),
    Misconception(
        "padding-subtracted",
        Text(
            "You subtracted the padding: it makes the input larger, so 2P is added.",
            "填充的符号反了：填充使输入变大，应加上 2P。",
        ),
        both("floor((I[d] - {pad} - E[d])/S[d]) + 1"),
        catalogue=("M003",),
    ),
    Misconception(
        "rounds-up",
        Text(
            "You rounded up: a window that would stick out is left away, so the quotient is rounded down.",
            "向上取整了：放不下的窗口要舍去，所以商向下取整。",
        ),
        both("ceil((I[d] + {pad} - E[d])/S[d]) + 1"),
        catalogue=("M004",),
    ),
    Misconception(
        "not-rounded",
        Text(
            "You did not round: a number of window places is whole, so the quotient is rounded down before the + 1.",
            "没有取整：窗口位置的个数是整数，先向下取整再 + 1。",
        ),
        both("(I[d] + {pad} - E[d])/S[d] + 1"),
        catalogue=("M005", "M012"),
    ),
    Misconception(
        "plus-one-twice",
        Text(
            "You added 1 twice: n − k + 1 is already the answer at stride 1, so add the 1 only after dividing.",
            "加了两次 1：n − k + 1 已是步长为 1 的结果，应当只在除法之后加 1。",
        ),
        both("floor((I[d] + {pad} - E[d] + 1)/S[d]) + 1"),
        catalogue=("M006",),
    ),
    Misconception(
        "stride-ignored",
        Text(
            "You left out the stride: the window moves S pixels at a time, so divide by S before adding 1.",
            "忽略了步长：窗口每次移动 S 个像素，应先除以 S 再加 1。",
        ),
        both("I[d] + {pad} - E[d] + 1"),
        catalogue=("M007",),
    ),
    Misconception(
        "input-over-stride",
        Text(
            "You divided the input size by the stride alone: the kernel and the padding count too.",
            "只用输入尺寸除以步长：卷积核和填充也要算进去。",
        ),
        {"size": "floor(I[d]/S[d])", "size-ends": "floor(I[d]/S[d])"},
        catalogue=("M008",),
    ),
    Misconception(
        "padding-twice",
        Text(
            "You padded an input that was padded already: 2P is added once.",
            "对已填充的输入又填充了一次：2P 只加一次。",
        ),
        both("floor((I[d] + {pad} + {pad} - E[d])/S[d]) + 1"),
        catalogue=("M013",),
    ),
    Misconception(
        "padding-forgotten",
        Text(
            "You forgot the padding: the window slides over the padded input, so add 2P.",
            "忘了填充：窗口在填充后的输入上滑动，应加上 2P。",
        ),
        {"size": "floor((I[d] - E[d])/S[d]) + 1", "size-ends": "floor((I[d] - E[d])/S[d]) + 1"},
        catalogue=("M268",),
    ),
    Misconception(
        "dilation-ignored",
        Text(
            "You used the kernel without its dilation: its extent is E = D(K − 1) + 1.",
            "没有考虑空洞：卷积核的跨度是 E = D(K − 1) + 1。",
        ),
        {"E[d]": "K[d]"},
        catalogue=("M060",),
    ),
)

SAME_PADDING = Misconception(
    "same-padding-half-kernel",
    Text(
        "You padded k/2 on each side: at stride 1 'same' needs E − 1 pixels in all, (k − 1)/2 on each side.",
        "每侧填充了 k/2：步长为 1 时 same 共需 E − 1 个像素，即每侧 (k − 1)/2。",
    ),
    {"P_begin[d]": "K[d]/2", "P_end[d]": "K[d]/2"},
    catalogue=("M011",),
)


# ---------------------------------------------------------------- answers


def sides(env: Environment, symbol: str = "O") -> list[Any]:
    """Return a symbol's value for every dimension, in order."""
    return [env[symbol] if label == "" else env[symbol, label] for label in env["axes"]]


def out(env: Environment) -> Any:
    """Return the output size: one number where all dimensions agree, otherwise one per dimension."""
    found = sides(env)
    return found[0] if all(side == found[0] for side in found) else found


OUT = Answer("out", Text("output size", "输出尺寸"), ("O",), out, sides, "shape")
SHAPE = Answer("shape", Text("output shape, channels first", "输出形状（通道在前）"), ("C_out", "O"), lambda env: [env["C_out"], *sides(env)])


# ---------------------------------------------------------------- conventions

COUNT_BIAS = Convention(
    "count_bias",
    {
        False: Text("MACs leave the added biases out (fvcore, thop, PyTorch)", "MACs 不计加偏置（fvcore、thop、PyTorch）"),
        True: Text("MACs count each added bias as one (torchinfo, ptflops)", "MACs 把每次加偏置算一次（torchinfo、ptflops）"),
    },
)
