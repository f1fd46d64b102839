"""Patches of a vision transformer: how many tokens an image becomes, and the parameters that make tokens of patches.

Symbols: I image side, P patch side, C channels, d width of a token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dlcalc.core.inputs import times
from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import geometry


class Grid(NamedTuple):
    """The sides of an image and of its patches, height first; one entry where both agree, `axes` is then empty."""

    axes: tuple[str, ...]
    images: tuple[int, ...]
    patches: tuple[int, ...]
    channels: int


def grid(inputs: Mapping[str, Any]) -> Grid:
    """Return the sides of the image and of the patch from the inputs `image`, `patch`, `channels` and `crop`.

    `crop` tells whether pixels that fill no patch may be cut off; None says that this topic never does.

    Raises:
        InputError: if an input has the wrong number of entries, channels contradict each other, the patch is larger
            than the image, or does not divide it and `crop` is not set (torchvision and timm refuse that too).
    """
    image, patch = inputs["image"], inputs["patch"]
    sides, channels = _image(image, inputs["channels"])
    patches = geometry.per_axis(patch, 2, "patch")
    for side, size in zip(sides, patches, strict=True):
        if size > side:
            raise InputError(
                Text("A patch of {size} is larger than the side {side}.", "块边长 {size} 大于图像边长 {side}。"),
                Text("Type a patch of at most {side}.", "请输入不大于 {side} 的块边长。"),
                size=size,
                side=side,
            ).about("patch")
        if side % size and not inputs["crop"]:
            raise InputError(
                Text("{size} does not divide the side {side}.", "{side} 不能被块边长 {size} 整除。"),
                Text("Take a side of {less} or {more}.", "请取边长 {less} 或 {more}。")
                if inputs["crop"] is None
                else Text(
                    "A vision transformer refuses that: take a side of {less} or {more}, or --crop, which cuts off "
                    "the last {rest} as a convolution of stride {size} does.",
                    "ViT 会拒绝：请取边长 {less} 或 {more}，或用 --crop 舍去最后 {rest} 个像素"
                    "（如同步长 {size} 的卷积）。",
                ),
                size=size,
                side=side,
                less=side - side % size,
                more=side - side % size + size,
                rest=side % size,
            ).about("patch")
    if sides[0] == sides[1] and patches[0] == patches[1]:
        return Grid(("", ""), sides[:1], patches[:1], channels)
    return Grid(geometry.LABELS[2], sides, patches, channels)


def _image(image: Any, channels: int | None) -> tuple[tuple[int, ...], int]:
    if isinstance(image, int):
        return (image, image), channels or 3
    if len(image) == 2:
        return image, channels or 3
    if len(image) != 3:
        raise InputError(
            Text("image {size} has {n} numbers.", "image {size} 有 {n} 个数。"),
            Text(
                "Type a side, HxW or CxHxW, such as 224 or 3x224x224.",
                "请输入边长、HxW 或 CxHxW，例如 224 或 3x224x224。",
            ),
            size=times(image),
            n=len(image),
        ).about("image")
    if channels not in (None, image[0]):
        raise InputError(
            Text(
                "image {size} has {first} channels (the first number), but channels is {channels}.",
                "image {size} 的第一个数表示 {first} 个通道，而 channels 是 {channels}。",
            ),
            Text("Leave channels out, or make them agree.", "请去掉 channels，或使两者一致。"),
            size=times(image),
            first=image[0],
            channels=channels,
        ).about("channels")
    return image[1:], image[0]


def place(w: Work, grid: Grid) -> None:
    """Put I, P and C on the sheet: I and P once where height and width agree, else once for each."""
    w.axes(grid.axes)
    for label, image, patch in zip(grid.axes, grid.images, grid.patches, strict=False):
        w.given("I", image, "image", label)
        w.given("P", patch, "patch", label)
    w.given("C", grid.channels, "channels")


def count_lines(w: Work, grid: Grid) -> None:
    """Write how many patches the image has: (I/P)², Dosovitskiy et al., An Image is Worth 16×16 Words (2021)."""
    for label, image, patch in zip(grid.axes, grid.images, grid.patches, strict=False):
        if image % patch:
            w.let("side[a] = floor(I[a]/P[a])", "whole patches along a side", "一边上完整的块数", a=label)
        else:
            w.let("side[a] = I[a]/P[a]", "patches along a side", "一边上的块数", a=label)
    w.let("patches = prod(side[a] for a in axes)", "patches of the image", "整幅图像的块数")


def projection_lines(w: Work, *, bias: bool) -> None:
    """Write the projection that makes a token of a patch; reads d, the width of a token."""
    w.let("pixels = prod(P[a] for a in axes)*C", "numbers in one patch, flattened", "一个块展平后的元素个数")
    if bias:
        w.let(
            "projection = pixels*d + d",
            "a linear layer from a flattened patch to a token",
            "把展平的块变成词元的全连接层",
            id="projection-bias",
        )
    else:
        w.let(
            "projection = pixels*d",
            "a linear layer from a flattened patch to a token",
            "把展平的块变成词元的全连接层",
            id="projection",
        )


def write(w: Work) -> None:
    """Write the sheet of a patch embedding."""
    inputs = w.inputs
    found = grid(inputs)
    place(w, found)
    w.given("d", inputs["d"], "d")
    count_lines(w, found)
    if inputs["cls"]:
        w.let("tokens = patches + 1", "the class token stands in front", "前面加一个分类词元 [CLS]", id="tokens-cls")
    else:
        w.let("tokens = patches", "no class token", "没有分类词元", id="tokens-none")
    projection_lines(w, bias=inputs["bias"])
    w.let("params = projection", "the patch embedding's parameters", "块嵌入的参数量")
    if inputs["bias"]:
        w.let(
            "conv = prod(P[a] for a in axes)*C*d + d",
            "the same as a convolution: d filters P × P × C, stride P",
            "等价的卷积：d 个 P × P × C 的核，步长 P",
            id="conv-bias",
        )
    else:
        w.let(
            "conv = prod(P[a] for a in axes)*C*d",
            "the same as a convolution: d filters P × P × C, stride P",
            "等价的卷积：d 个 P × P × C 的核，步长 P",
            id="conv",
        )
    w.let("positions = tokens*d", "a learned position for every token", "每个词元一个可学习的位置向量")
    if inputs["cls"]:
        w.let("class_token = d", "the class token itself is learned", "分类词元本身也要学习")
        w.let("total = params + positions + class_token", "before the encoder", "编码器之前的参数", id="total-cls")
    else:
        w.let("total = params + positions", "before the encoder", "编码器之前的参数", id="total-none")
    w.let("macs = patches*pixels*d", "multiply-accumulates of the projection", "投影的乘加次数")


def _has_channels(inputs: Mapping[str, Any]) -> bool:
    image = inputs["image"]
    return bool((image[0] if isinstance(image, tuple) and len(image) == 3 else inputs["channels"] or 3) > 1)


COUNTING = (
    Misconception(
        "patches-of-one-side",
        Text(
            "You counted the patches along one side: the image is cut in both directions, (I/P)².",
            "只算了一边的块数：图像在两个方向上都被切开，应为 (I/P)²。",
        ),
        {"patches": "side"},
        applies=lambda inputs: isinstance(inputs["image"], int) and isinstance(inputs["patch"], int),
        catalogue=("M202",),
    ),
    Misconception(
        "patches-as-patch-size",
        Text(
            "You gave the pixels of one patch, P²: asked are the patches of the image, (I/P)².",
            "给出的是一个块的像素数 P²：问的是图像有多少块，(I/P)²。",
        ),
        {"patches": "prod(P[a] for a in axes)"},
    ),
)
"""Mistakes about how many patches there are."""

MISCONCEPTIONS = (
    *COUNTING,
    Misconception(
        "class-token-forgotten",
        Text(
            "You left out the class token, which stands in front of the patches.",
            "漏了分类词元 [CLS]：它排在所有块之前。",
        ),
        {"tokens-cls": "patches"},
        catalogue=("M201",),
    ),
    Misconception(
        "class-token-added",
        Text("You added a class token: this model has none.", "多加了分类词元：该模型没有。"),
        {"tokens-none": "patches + 1"},
    ),
    Misconception(
        "projection-without-channels-and-bias",
        Text(
            "You left out channels and biases: a patch has P²·C numbers and each of the d outputs a bias.",
            "漏了通道和偏置：一个块有 P²·C 个数，d 个输出各有一个偏置。",
        ),
        {"projection-bias": "prod(P[a] for a in axes)*d"},
        applies=_has_channels,
        catalogue=("M203",),
    ),
    Misconception(
        "projection-without-channels",
        Text(
            "You left out the channels: a patch has P²·C numbers.",
            "漏了通道：一个块有 P²·C 个数。",
        ),
        {"pixels": "prod(P[a] for a in axes)"},
        applies=_has_channels,
    ),
    Misconception(
        "projection-without-bias",
        Text("You left out the biases: each of the d outputs has one.", "漏了偏置：d 个输出各有一个偏置。"),
        {"projection-bias": "pixels*d"},
    ),
    Misconception(
        "projection-for-every-patch",
        Text(
            "You gave each patch a projection of its own: all patches share one.",
            "给每个块都配了一个投影：所有块共用一个。",
        ),
        {"params": "patches*projection"},
    ),
    Misconception(
        "positions-of-patches-only",
        Text(
            "You left out the class token's position: every token has one.",
            "漏了分类词元的位置向量：每个词元都有一个。",
        ),
        {"positions": "patches*d"},
        applies=lambda inputs: bool(inputs["cls"]),
    ),
)
