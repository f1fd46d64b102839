"""The dimensions of a layer: sides, padding and labels, shared by convolution and pooling.

Symbols: I input side, K kernel side, S stride, P padding on each side (P_begin and P_end where they differ),
D dilation, E the kernel's extent once dilated, Q output padding, O output side. All in pixels, per dimension.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dlcalc.core.evaluate import Environment
from dlcalc.core.inputs import times
from dlcalc.core.topic import Answer, Convention, OtherForm
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text

LABELS = {1: ("w",), 2: ("h", "w"), 3: ("d", "h", "w")}
"""Names of the dimensions, height before width, depth first in 3-d."""


class Side(NamedTuple):
    """One dimension of a layer, in pixels; `begin` and `end` are the padding (0 where 'same' finds it on the sheet)."""

    size: int
    kernel: int
    stride: int
    dilation: int
    begin: int
    end: int
    extra: int

    @property
    def extent(self) -> int:
        """The kernel's side once dilated."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        """The input's side with its padding."""
        return self.size + self.begin + self.end

    @property
    def padding_sum(self) -> str:
        """The padding as it stands in the formula with its numbers put in: 2·1, or 0 + 1."""
        return f"2·{self.begin}" if self.begin == self.end else f"{self.begin} + {self.end}"


class Frame(NamedTuple):
    """The dimensions of a layer. `sides` has one entry where all agree, and `axes` is then empty labels."""

    axes: tuple[str, ...]
    sides: tuple[Side, ...]
    channels: int

    def labelled(self) -> zip[tuple[str, Side]]:
        """Pair each different side with its label."""
        return zip(self.axes, self.sides, strict=False)


def frame(inputs: Mapping[str, Any]) -> Frame:
    """Return the dimensions of a layer from its inputs.

    Raises:
        InputError: if an input has the wrong number of entries, or channels contradict each other.
    """
    size, k, s = inputs["in"], inputs["k"], inputs["stride"]
    d, pad, q = inputs["dilation"], inputs["pad"], inputs.get("output_pad", 0)
    if s is None:
        s = k
    dims: int = inputs["dims"]
    if type(size) is type(k) is type(s) is type(d) is type(pad) is type(q) is int:
        return Frame(("",) * dims, (Side(size, k, s, d, pad, pad, q),), inputs["channels"] or 1)
    sizes, channels = spatial(inputs)
    kernels, dilations = per_axis(k, dims, "k"), per_axis(d, dims, "dilation")
    sides = tuple(
        map(
            Side,
            sizes,
            kernels,
            per_axis(s, dims, "stride"),
            dilations,
            *zip(*ends(pad, dims, kernels, dilations), strict=True),
            per_axis(q, dims, "output_pad"),
        )
    )
    if len(set(sides)) == 1:
        return Frame(("",) * dims, sides[:1], channels)
    return Frame(LABELS[dims], sides, channels)


def spatial(inputs: Mapping[str, Any]) -> tuple[tuple[int, ...], int]:
    """Return (sides, channels) of the input map; `in` may carry the channels first.

    Raises:
        InputError: if `in` has too many or too few numbers, or its channels contradict `channels`.
    """
    dims: int = inputs["dims"]
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
            Text("Type padding before and after a side as {begin}:{end}.", "一边前后不同的填充请写成 {begin}:{end}。")
            if name == "pad" and dims == 1
            else Text(
                "Give one number, or one per dimension such as {example}.", "请给一个数，或每维一个，例如 {example}。"
            ),
            n=len(value),
            dims=dims,
            example=times((3,) * dims),
            begin=value[0],
            end=value[-1],
        ).about(name)
    return value


def ends(pad: Any, dims: int, kernels: tuple[int, ...], dilations: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return (begin, end) of the padding for each dimension; 'same' is found on the sheet and counts as 0 here."""
    if pad == "full":
        return [(d * (k - 1), d * (k - 1)) for k, d in zip(kernels, dilations, strict=True)]
    if isinstance(pad, str):
        return [(0, 0)] * dims
    return [p if isinstance(p, tuple) else (p, p) for p in per_axis(pad, dims, "pad")]


def place(w: Work, frame: Frame) -> None:
    """Put I, K, S, D and the padding on the sheet: once where every dimension agrees, else once for each."""
    w.axes(frame.axes)
    note_channels_last(w.inputs["in"], w)
    pad = w.inputs["pad"]
    for label, side in frame.labelled():
        w.given("I", side.size, "in", label)
        w.given("K", side.kernel, "k", label)
        w.given("S", side.stride, "stride" if w.inputs["stride"] is not None else "k", label)
        w.given("D", side.dilation, "dilation", label)
        if pad in ("same", "full"):
            continue
        if side.begin == side.end:
            w.given("P", side.begin, "pad", label)
        else:
            w.given("P_begin", side.begin, "pad", label)
            w.given("P_end", side.end, "pad", label)


def note_channels_last(size: Any, w: Work) -> None:
    """Say how an input was read that looks as if its channels stood last."""
    if isinstance(size, tuple) and len(size) == w.inputs["dims"] + 1 and size[-1] in (1, 3) and size[0] > 4:
        w.note(
            "Channels come first: {size} is read as {channels} channels; for {last} channel(s) type {first}.",
            "通道在前：{size} 读作 {channels} 个通道；若要 {last} 个通道，请输入 {first}。",
            size=times(size),
            channels=size[0],
            last=size[-1],
            first=times((size[-1], *size[:-1])),
        )


def each_side(env: Environment, symbol: str = "O") -> list[Any]:
    """Return a symbol's value for every dimension, in order."""
    return [env[symbol] if label == "" else env[symbol, label] for label in env["axes"]]


def out(env: Environment) -> Any:
    """Return the output size: one number where all dimensions agree, otherwise one per dimension."""
    found = each_side(env)
    return found[0] if all(side == found[0] for side in found) else found


OUT = Answer("out", Text("output size", "输出尺寸"), ("O",), out, each_side, "shape", is_size=True)
SHAPE = Answer(
    "shape",
    Text("output shape, channels first", "输出形状（通道在前）"),
    ("C_out", "O"),
    lambda env: [env["C_out"], *each_side(env)],
    is_size=True,
    other_forms=(
        OtherForm(
            "channels_last",
            Text("channels stand last (TensorFlow, Keras)", "通道在后（TensorFlow、Keras）"),
            lambda shape: [*shape[1:], shape[0]],
        ),
    ),
)

COUNT_BIAS = Convention(
    "count_bias",
    {
        False: Text("MACs count no bias (fvcore, thop)", "MACs 不计偏置加法（fvcore、thop）"),
        True: Text("MACs count each added bias (torchinfo, ptflops)", "MACs 计入偏置加法（torchinfo、ptflops）"),
    },
)
