"""A convolution's numbers as inputs: what follows from them, what contradicts, their parts by channel and filter.

x is C×… (or one map without channels), w is F×C/G×kernel as in PyTorch (fewer axes where there is one filter or one
channel), b has one number for each filter.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from dlcalc.core.inputs import times
from dlcalc.errors import InputError, Text
from dlcalc.layers import geometry, window

if TYPE_CHECKING:
    from dlcalc.core.arrays import Array

Label = int | str

MOST_MACS = 10**10
"""Multiply-accumulates that are worked out at most."""
MOST_EXACT_MACS = 300_000
"""Above so many, numbers are worked in float64."""
MOST_EXACT_PLACES = 100_000
"""Numbers of a padded map or of an output map that are kept exact at most."""
MOST_PLACES = 10_000_000
"""Numbers of all maps once padded or stretched, and of all output maps, at most."""


class Given(NamedTuple):
    """The numbers of one layer: maps by channel, kernels by (filter, channel within its group), biases by filter."""

    channels: tuple[Label, ...]
    filters: tuple[Label, ...]
    x: Any
    w: Any
    b: Any


def settle(inputs: dict[str, Any]) -> None:
    """Fill in sizes, channels and filters from x and w; values without b are those of a layer without bias.

    Raises:
        InputError: where one is missing, or shapes contradict each other or the sizes given.
    """
    x, w = inputs["x"], inputs["w"]
    if inputs["bias"] is None:
        inputs["bias"] = x is None or inputs["b"] is not None
    if x is None:
        for name in ("w", "b"):
            if inputs[name] is not None:
                raise InputError(
                    Text("{name} has nothing to work on without x.", "没有 x，{name} 无从计算。"),
                    Text("Give the input map: --x '0,1,2; 3,4,5; 6,7,8'.", "请给出输入：--x '0,1,2; 3,4,5; 6,7,8'。"),
                    name=name,
                ).about(name)
        for name in ("modes", "as_matrix"):
            if inputs.get(name):
                raise InputError(
                    Text("It needs the numbers of x and w.", "需要 x 和 w 的数值。"),
                    Text("Give --x and --w.", "请给出 --x 和 --w。"),
                ).about(name)
        return
    if w is None:
        raise InputError(
            Text("x has nothing to be convolved with.", "没有与 x 卷积的核。"),
            Text("Give the kernel too: --w '1,0; 0,1'.", "请同时给出卷积核：--w '1,0; 0,1'。"),
        ).about("w")
    dims = inputs["dims"] = dimensions(x.shape, inputs["dims"])
    sizes = x.shape[-dims:]
    channels = x.shape[0] if len(x.shape) > dims else 1
    if w.shape == (1,):
        w = inputs["w"] = w.reshaped((1,) * dims)
    kernel = w.shape[-dims:]
    if len(w.shape) < dims or len(w.shape) > dims + 2:
        raise InputError(
            Text(
                "w has shape {w}: a kernel for {dims} dimension(s) has {dims}, with channels and filters up to {most}.",
                "w 的形状是 {w}：{dims} 维的核有 {dims} 维，加上通道和卷积核个数最多 {most} 维。",
            ),
            Text("Give it as filters × channels × kernel.", "请按 卷积核个数 × 通道 × 核 的顺序给出。")
            if len(w.shape) > dims
            else Text("Type a kernel of one row as --w '{row}'.", "只有一行的核请写成 --w '{row}'。"),
            w=times(w.shape),
            dims=dims,
            most=dims + 2,
            row="[" * dims + "1,2" + "]" * dims,
        ).about("w")
    filters, per_filter = _kernels(w.shape[:-dims], channels, inputs, len(x.shape) > dims)
    stated_sizes(inputs, "in", (*((channels,) if len(x.shape) > dims else ()), *sizes), sizes)
    stated_sizes(inputs, "k", kernel, kernel)
    for name, found, unset in (("channels", channels, None), ("filters", filters, 1)):
        if inputs[name] not in (unset, found):
            raise InputError(
                Text(
                    "{name} is {said}, but the numbers given have {found}.",
                    "{name} 是 {said}，而给出的数值有 {found}。",
                ),
                Text("Leave {name} out, or make them agree.", "请去掉 {name}，或使两者一致。"),
                name=name,
                said=inputs[name],
                found=found,
            ).about(name)
    inputs["channels"], inputs["filters"] = channels, filters
    _settle_bias(inputs, filters)
    _exactness(inputs, channels, filters, per_filter)


def dimensions(shape: tuple[int, ...], dims: int) -> int:
    """Return the dimensions of a map: those stated, unless it has fewer axes or, with channels, one more."""
    if len(shape) < dims:
        return len(shape)
    if len(shape) > dims + 1:
        raise InputError(
            Text(
                "x has shape {shape}: with {dims} dimension(s) it has {dims} axes, or {more} with the channels first.",
                "x 的形状是 {shape}：{dims} 维输入有 {dims} 个轴，加上通道（在前）有 {more} 个。",
            ),
            Text(
                "Give one example without a batch axis, or type --dims {better}.",
                "请只给一个样本（不要批次轴），或输入 --dims {better}。",
            )
            if len(shape) <= 4
            else Text("Give one example without a batch axis.", "请只给一个样本（不要批次轴）。"),
            shape=times(shape),
            dims=dims,
            more=dims + 1,
            better=len(shape) - 1,
        ).about("x")
    return dims


def _kernels(leading: tuple[int, ...], channels: int, inputs: Mapping[str, Any], has_channels: bool) -> tuple[int, int]:
    """Return how many filters w has and how many channels each sees.

    One leading axis is the channels of a single filter where x has channels, otherwise the filters.
    """
    groups = inputs["groups"]
    transpose = inputs["transpose"]
    if len(leading) == 2:
        filters, seen = leading if not transpose else (leading[1] * groups, leading[0] // groups)
        fits = (seen == channels / groups) if not transpose else leading[0] == channels
    elif len(leading) == 1 and has_channels and leading[0] == channels // groups and groups == 1:
        filters, seen, fits = 1, channels, True
    else:
        filters, seen = (leading[0] if leading else 1), 1
        fits = channels == groups * seen or channels == 1
    _refuse_groups(groups, "channels", channels)
    if not fits:
        raise InputError(
            Text(
                "w has shape {shape}, which does not fit x with {channels} channel(s) in {groups} group(s).",
                "w 的形状是 {shape}，与 {channels} 个通道、{groups} 组的 x 不匹配。",
            ),
            Text(
                "Give w as channels × filters/groups × kernel: {channels} × … × kernel here."
                if transpose
                else "Give w as filters × channels/groups × kernel: … × {each} × kernel here.",
                "请按 通道 × 卷积核个数/组数 × 核 给出 w：这里是 {channels} × … × 核。"
                if transpose
                else "请按 卷积核个数 × 通道/组数 × 核 给出 w：这里是 … × {each} × 核。",
            ),
            shape=times(inputs["w"].shape),
            channels=channels,
            groups=groups,
            each=channels // groups,
        ).about("w")
    _refuse_groups(groups, "filters", filters)
    return filters, seen


def _refuse_groups(groups: int, name: str, count: int) -> None:
    if count % groups:
        raise InputError(
            Text("{groups} groups do not divide {name}, which is {count}.", "{groups} 组不能整除 {name}（{count}）。"),
            Text("Type one of: {fitting}.", "请输入以下之一：{fitting}。"),
            groups=groups,
            name=name,
            count=count,
            fitting=", ".join(f"--groups {n}" for n in range(1, count + 1) if count % n == 0),
        ).about("groups")


def stated_sizes(inputs: dict[str, Any], name: str, shape: tuple[int, ...], sides: tuple[int, ...]) -> None:
    """Set a size from the numbers, or refuse one that was stated otherwise."""
    said = inputs[name]
    if said is None:
        inputs[name] = sides[0] if len(set(sides)) == 1 else sides
        return
    stated = said if isinstance(said, tuple) else (said,) * len(sides)
    if stated not in (shape, sides):
        raise InputError(
            Text("{name} says {said}, but the numbers have {shape}.", "{name} 是 {said}，而给出的数值是 {shape}。"),
            Text("Leave {name} out: the numbers tell it.", "请去掉 {name}：数值已经说明了它。"),
            name=name,
            said=times(stated) if isinstance(said, tuple) else said,
            shape=times(shape),
        ).about(name)
    inputs[name] = sides[0] if len(set(sides)) == 1 else sides


def _settle_bias(inputs: dict[str, Any], filters: int) -> None:
    b = inputs["b"]
    if b is None:
        return
    if not inputs["bias"]:
        raise InputError(
            Text("b was given, but the layer has no bias.", "给出了 b，但该层没有偏置。"),
            Text("Leave --b or --no-bias out.", "请去掉 --b 或 --no-bias。"),
        ).about("b")
    if b.shape != (filters,):
        raise InputError(
            Text("b has {n} number(s), but there are {filters} filter(s).", "b 有 {n} 个数，而卷积核有 {filters} 个。"),
            Text("Give one bias per filter.", "请给每个卷积核一个偏置。"),
            n=b.shape[0],
            filters=filters,
        ).about("b")


def _exactness(inputs: dict[str, Any], channels: int, filters: int, per_filter: int) -> None:
    """Refuse what would take too long or too much room, and go over to float64 where exact numbers would.

    The zeros of a dilated kernel and of a stretched map are worked through like any other number.

    Raises:
        InputError: naming the numbers or multiply-accumulates and how many are worked out.
    """
    frame = geometry.frame(inputs)
    sides = frame.sides * (inputs["dims"] // len(frame.sides))
    reach = [_reach(side, inputs) for side in sides]
    room = max(channels * prod(wide for wide, _ in reach), filters * prod(places for _, places in reach))
    macs = filters * per_filter * prod(places * side.extent for side, (_, places) in zip(sides, reach, strict=True))
    if room > MOST_PLACES:
        raise InputError(
            Text("The padded maps or the output have {room:,} numbers.", "填充后的图或输出有 {room:,} 个数。"),
            Text(
                "At most {most:,} are worked out; leave x and w out for sizes and counts.",
                "最多计算 {most:,} 个；只求尺寸和数目时请去掉 x 和 w。",
            ),
            room=room,
            most=MOST_PLACES,
        ).about("x")
    if macs > MOST_MACS:
        raise InputError(
            Text("That takes {macs:,} multiply-accumulates.", "这需要 {macs:,} 次乘加。"),
            Text(
                "At most {most:,} are worked out; leave x and w out for sizes and counts.",
                "最多计算 {most:,} 次；只求尺寸和数目时请去掉 x 和 w。",
            ),
            macs=macs,
            most=MOST_MACS,
        ).about("x")
    if macs > MOST_EXACT_MACS or room > MOST_EXACT_PLACES:
        from dlcalc.core.arrays import Array

        for name in ("x", "w", "b", "dy"):
            if inputs.get(name) is not None:
                inputs[name] = Array(inputs[name].floats)


def _reach(side: geometry.Side, inputs: Mapping[str, Any]) -> tuple[int, int]:
    """Return how long a padded (or stretched) map is in one dimension, and how many places a window has on it."""
    if inputs["transpose"]:
        full = (side.size - 1) * side.stride + side.extent
        return full + side.extent - 1, full + side.extra
    places = max(0, window.places(side, inputs["pad"]))
    wide = max(side.padded, (places - 1) * side.stride + side.extent)
    if inputs.get("modes"):
        wide = max(wide, side.size + 2 * (side.extent - 1))
        places = max(places, side.size + side.extent - 1)
    if "dy" in inputs:
        places = wide + side.stride  # the way back runs over every place, and over what the stride left
    return wide, places


def numbers(inputs: Mapping[str, Any]) -> Given:
    """Return x, w and b of settled inputs, part by part."""
    x, w, b = inputs["x"], inputs["w"], inputs["b"]
    dims, groups = inputs["dims"], inputs["groups"]
    channels = _labels(x.shape[0]) if len(x.shape) > dims else ("",)
    leading = len(w.shape) - dims
    filters, count = inputs["filters"], inputs["channels"] // groups
    labels = _labels(filters) if _has_filters(w.shape, inputs) else ("",)
    maps = {c: x.entry(c) if c else x for c in channels}
    kernels = {}
    for number, f in enumerate(labels):
        for seen in range(1, count + 1):
            kernels[f, _own_label(channels, number * groups // filters * count + seen)] = _kernel(
                w, leading, inputs, number + 1, seen, number * groups // filters
            )
    biases = {f: b.entry(number + 1) for number, f in enumerate(labels)} if b is not None else {}
    return Given(channels, labels, maps, kernels, biases)


def _has_filters(shape: tuple[int, ...], inputs: Mapping[str, Any]) -> bool:
    """Say whether w has an axis for its filters."""
    dims: int = inputs["dims"]
    leading = len(shape) - dims
    if leading != 1:
        return leading == 2
    return bool(len(inputs["x"].shape) <= dims or shape[0] != inputs["channels"] or inputs["groups"] > 1)


def _kernel(w: Array, leading: int, inputs: Mapping[str, Any], f: int, seen: int, group: int) -> Array:
    """Return one kernel: filter f (from 1), the `seen`-th channel of its group (from 0)."""
    count = inputs["channels"] // inputs["groups"]
    if leading == 0:
        return w
    if leading == 1:
        kernel = w.entry(f if _has_filters(w.shape, inputs) else seen)
    elif inputs["transpose"]:
        kernel = w.entry(group * count + seen, (f - 1) % (inputs["filters"] // inputs["groups"]) + 1)
    else:
        kernel = w.entry(f, seen)
    found: Array = kernel
    return found


def _labels(count: int) -> tuple[int, ...]:
    return tuple(range(1, count + 1))


def _own_label(channels: tuple[Label, ...], channel: int) -> Label:
    return channel if channels != ("",) else ""
