"""A window that slides over a padded input: how many places it has, what cannot be, and the mistakes made about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dlcalc.core.inputs import times
from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import geometry
from dlcalc.layers.geometry import Frame, Side


def extent_lines(w: Work, frame: Frame) -> None:
    """Write E, the kernel's extent."""
    for d, _ in frame.labelled():
        w.let("E[d] = D[d]*(K[d] - 1) + 1", "window extent with dilation", "等效大小（含空洞）", d=d)


def named_padding_lines(w: Work, frame: Frame) -> None:
    """Write the padding where it is asked for by name: same (Keras puts an odd pixel at the end) or full."""
    pad = w.inputs["pad"]
    if pad not in ("same", "full"):
        return
    for d, _ in frame.labelled():
        if pad == "full":
            w.let("P[d] = E[d] - 1", "'full': every overlap counts, even of one pixel", "full：重叠一个像素也算", d=d)
            continue
        w.let("T[d] = ceil(I[d]/S[d])", "the size that 'same' asks for", "same 要求的输出尺寸", d=d)
        w.let("P_all[d] = max(0, (T[d] - 1)*S[d] + E[d] - I[d])", "pixels of padding it takes", "共需填充的像素", d=d)
        w.let("P_begin[d] = floor(P_all[d]/2)", "the smaller half comes first", "较小的一半放在前面", d=d)
        w.let(
            "P_end[d] = P_all[d] - P_begin[d]",
            "an odd pixel goes to the end (Keras)",
            "多出的像素放在末尾（Keras）",
            d=d,
        )
    if pad == "same" and any(side.stride > 1 for side in frame.sides):
        w.note("PyTorch has 'same' only at stride 1.", "PyTorch 的 same 只支持步长 1。")


def size_line(w: Work, frame: Frame) -> None:
    """Write the padding asked for by name, then O, how many places the window has: floor((I + 2P − E)/S) + 1.

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), relationship 6; with
    dilation, relationship 15.
    """
    named_padding_lines(w, frame)
    for d, side in frame.labelled():
        if has_ends(w, side):
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
    note_rest(w, frame)


def covered(
    frame: Frame, begins: Sequence[int] = (0,)
) -> Callable[[tuple[int, ...]], list[frozenset[tuple[int, int]]]]:
    """Return what a window covers of a map in two dimensions, for `Work.picture`.

    `begins` is how far before the map the first window starts (its padding, where the map is drawn without): one
    number for each different side. The function returned takes the output's shape and gives, place by place, the
    entries (row, column, from 0) under the window.
    """
    sides = frame.sides * (2 // len(frame.sides))
    starts = tuple(begins) * (2 // len(begins))

    def marks(shape: tuple[int, ...]) -> list[frozenset[tuple[int, int]]]:
        rows, columns = (
            [[i * s.stride - b + m * s.dilation for m in range(s.kernel)] for i in range(n)]
            for s, b, n in zip(sides, starts, shape, strict=True)
        )
        return [frozenset((r, c) for r in down for c in across) for down in rows for across in columns]

    return marks


def places(side: Side, pad: Any, *, ceil: bool = False) -> int:
    """Return how many places a window has in one dimension, as the size lines work it out."""
    if pad == "same":
        return -(-side.size // side.stride)
    steps, rest = divmod(side.padded - side.extent, side.stride)
    if ceil and rest and (steps + 1) * side.stride < side.size + side.begin:
        return steps + 2
    return steps + 1


def left_over(side: Side, pad: Any) -> int:
    """Return how many entries at the end of a padded dimension no window sees."""
    seen = (places(side, pad) - 1) * side.stride + side.extent
    padded = max(side.size, seen) if pad == "same" else side.padded
    return padded - seen


def has_ends(w: Work, side: Side) -> bool:
    """Say whether the two ends of a dimension are padded by separate amounts."""
    return side.begin != side.end or w.inputs["pad"] == "same"


def note_rest(w: Work, frame: Frame) -> None:
    """Say where a stride does not divide, and what is left over."""
    if w.inputs["pad"] == "same":
        return
    for label, side in frame.labelled():
        rest = (side.padded - side.extent) % side.stride
        if rest:
            w.note(
                "{name}: the stride does not divide; of {padded} pixels (with padding) the last {rest} are left.",
                "{name}：步长除不尽；含填充的 {padded} 个像素中，最后 {rest} 个没有用到。",
                name=f"O_{label}" if label else "O",
                rest=rest,
                padded=side.padded,
            )


# ---------------------------------------------------------------- what cannot be


def fits(side: Side, *, ceil: bool = False) -> bool:
    """Say whether a window has a place; where sizes round up, even one that sticks out by less than its stride."""
    spare = side.padded - side.extent
    return spare >= 0 or (ceil and spare > -side.stride)


def divides(side: Side) -> bool:
    """Say whether the stride divides what is left when the window stands at its starting place."""
    return (side.padded - side.extent) % side.stride == 0


def refuse_misfit(w: Work, frame: Frame, *, strict: bool = False, ceil: bool = False, narrow: bool = False) -> None:
    """Refuse a kernel larger than the padded input and, when `strict`, a stride that does not divide.

    Args:
        strict: whether the stride must divide (CS231n).
        ceil: whether sizes round up.
        narrow: whether padding must stay below the window, as in pooling.

    Raises:
        InputError: with the constraint that fails, its numbers, and what would fit.
    """
    if w.inputs["pad"] == "same":
        return
    for side in frame.sides:
        if not fits(side, ceil=ceil):
            raise too_large(w.inputs, frame, side, strict=strict, ceil=ceil, narrow=narrow)
        if strict and not divides(side):
            raise indivisible(side)


def accepted(inputs: Mapping[str, Any], *, strict: bool = False, ceil: bool = False, narrow: bool = False) -> bool:
    """Say whether a layer with these inputs would be accepted; what a hint offers is tried with it."""
    try:
        sides = geometry.frame(inputs).sides
    except InputError:
        return False
    return all(
        fits(side, ceil=ceil)
        and (divides(side) or not strict)
        and (max(side.begin, side.end) < side.extent or side.begin == side.end == 0 or not narrow)
        for side in sides
    )


def too_large(
    inputs: Mapping[str, Any], frame: Frame, side: Side, *, strict: bool, ceil: bool, narrow: bool
) -> InputError:
    """Return the error for a window that does not fit; what its hint offers has been tried."""

    def works(**changed: Any) -> bool:
        return accepted({**inputs, **changed}, strict=strict, ceil=ceil, narrow=narrow)

    least = max(0, *((s.extent - s.size + 1) // 2 - (s.stride if ceil else 0) for s in frame.sides))
    most = max(1, min((s.padded + (s.stride if ceil else 0) - 1) // s.dilation + 1 for s in frame.sides))
    pad = next((p for p in range(least, least + 64) if works(pad=p)), None)
    k = next((k for k in range(most, max(most - 64, 0), -1) if works(k=k)), None)
    size = inputs["in"]
    first = (size[-1], *size[:-1]) if isinstance(size, tuple) else ()
    name = "k" if inputs.get("w") is None else "w"
    if name == "w" and pad is not None:
        hint = Text("The smallest padding that fits is --pad {pad}.", "放得下的最小填充是 --pad {pad}。")
    elif name == "w":
        hint = Text("Take a larger input or a smaller kernel.", "请增大输入或减小卷积核。")
    elif len(first) == inputs["dims"] + 1 and first[0] <= 4 < first[1] and works(**{"in": first, "channels": None}):
        hint = Text("Channels come first: type --in {first}.", "通道在前：请输入 --in {first}。")
    elif pad is not None and k is not None:
        hint = Text(
            "The smallest padding that fits is --pad {pad}, the largest window --k {k}.",
            "放得下的最小填充是 --pad {pad}，最大窗口是 --k {k}。",
        )
    elif k is not None:
        hint = Text("The largest window that fits is --k {k}.", "放得下的最大窗口是 --k {k}。")
    else:
        hint = Text("Take a larger input or a smaller window.", "请增大输入或减小窗口。")
    return InputError(
        Text(
            "The window does not fit even sticking out: I + 2P + S > E fails, since "
            "{i} + {pads} + {s} = {reach} ≤ {extent}{dilated}.",
            "窗口伸出边界也放不下：不满足 I + 2P + S > E，因为 {i} + {pads} + {s} = {reach} ≤ {extent}{dilated}。",
        )
        if ceil
        else Text(
            "The window does not fit: I + 2P ≥ E fails, since {i} + {pads} = {padded} < {extent}{dilated}.",
            "窗口放不下：不满足 I + 2P ≥ E，因为 {i} + {pads} = {padded} < {extent}{dilated}。",
        ),
        hint,
        i=side.size,
        pads=side.padding_sum,
        padded=side.padded,
        extent=side.extent,
        dilated=f" = {side.dilation}·({side.kernel} − 1) + 1" if side.dilation > 1 else "",
        s=side.stride,
        reach=side.padded + side.stride,
        pad=pad,
        k=k,
        first=times(first),
    ).about(name)


def indivisible(side: Side) -> InputError:
    """Return the error for a stride that does not divide where that is refused."""
    spare = side.padded - side.extent
    rest = spare % side.stride
    sizes = [side.size - rest, side.size - rest + side.stride]
    return InputError(
        Text(
            "The stride does not divide: ({i} + {pads} − {extent})/{s} = {whole} rest {rest}; --strict refuses that, "
            "as CS231n does.",
            "步长除不尽：({i} + {pads} − {extent})/{s} = {whole} 余 {rest}；--strict 按 CS231n 的规定拒绝。",
        ),
        Text(
            "Leave --strict out to round down (PyTorch, d2l), or take an input of {sizes}.",
            "去掉 --strict 则向下取整（PyTorch、d2l），或把输入改为 {sizes}。",
        ),
        i=side.size,
        pads=side.padding_sum,
        extent=side.extent,
        s=side.stride,
        whole=spare // side.stride,
        rest=rest,
        sizes=" / ".join(str(size) for size in sizes if size >= 1),
    ).about("stride")


# ---------------------------------------------------------------- mistakes


def every_form(formula: str) -> dict[str, str]:
    """Return the swaps of the size line in each of its forms.

    `{+pad}` and `{-pad}` add and subtract the padding of both sides, `{one}` is that of one side. Where sizes round
    up, the same mistake is made with the ceiling.
    """
    sides = formula.replace("{+pad}", "+ 2*P[d]").replace("{-pad}", "- 2*P[d]").replace("{one}", "P[d]")
    ends = formula.replace("{+pad}", "+ P_begin[d] + P_end[d]").replace("{-pad}", "- P_begin[d] - P_end[d]")
    ends = ends.replace("{one}", "P_begin[d]")
    swaps = {"size": sides, "size-ends": ends}
    if not formula.startswith("ceil"):
        swaps |= {"up": sides.replace("floor", "ceil"), "up-ends": ends.replace("floor", "ceil")}
    return swaps


MISCONCEPTIONS = (
    Misconception(
        "no-plus-one",
        Text(
            "You left out the + 1: the quotient counts the steps, and the window also stands at its starting place.",
            "漏了 + 1：商只数了移动的步数，窗口在起点也算一个位置。",
        ),
        every_form("floor((I[d] {+pad} - E[d])/S[d])"),
        catalogue=("M001",),
    ),
    Misconception(
        "pads-one-side",
        Text(
            "You added the padding of one side only: both sides are padded, and both count.",
            "只加了一侧的填充：两侧都有填充，都要算进去。",
        ),
        every_form("floor((I[d] + {one} - E[d])/S[d]) + 1"),
        catalogue=("M002",),
    ),
    Misconception(
        "padding-subtracted",
        Text(
            "You subtracted the padding: it makes the input larger, so it is added.",
            "填充的符号反了：填充使输入变大，应当相加。",
        ),
        every_form("floor((I[d] {-pad} - E[d])/S[d]) + 1"),
        catalogue=("M003",),
    ),
    Misconception(
        "rounds-up",
        Text(
            "You rounded up: a window that would stick out is left away, so the quotient is rounded down.",
            "向上取整了：放不下的窗口要舍去，所以商向下取整。",
        ),
        every_form("ceil((I[d] {+pad} - E[d])/S[d]) + 1"),
        catalogue=("M004", "M015"),
    ),
    Misconception(
        "not-rounded",
        Text(
            "You did not round: a number of window places is whole, so the quotient is rounded before the + 1.",
            "没有取整：窗口位置的个数是整数，应先对商取整再 + 1。",
        ),
        every_form("(I[d] {+pad} - E[d])/S[d] + 1"),
        catalogue=("M005", "M012"),
    ),
    Misconception(
        "plus-one-twice",
        Text(
            "You added 1 twice: I − E + 1 is already the answer at stride 1, so add the 1 only after dividing.",
            "加了两次 1：I − E + 1 已是步长为 1 的结果，应当只在除法之后加 1。",
        ),
        every_form("floor((I[d] {+pad} - E[d] + 1)/S[d]) + 1"),
        catalogue=("M006",),
    ),
    Misconception(
        "stride-ignored",
        Text(
            "You left out the stride: the window moves S pixels at a time, so divide by S before adding 1.",
            "忽略了步长：窗口每次移动 S 个像素，应先除以 S 再加 1。",
        ),
        every_form("I[d] {+pad} - E[d] + 1"),
        applies=lambda inputs: inputs["stride"] is not None,
        catalogue=("M007",),
    ),
    Misconception(
        "input-over-stride",
        Text(
            "You divided the input size by the stride alone: the window and the padding count too.",
            "只用输入尺寸除以步长：窗口大小和填充也要算进去。",
        ),
        every_form("floor(I[d]/S[d])"),
        catalogue=("M008",),
    ),
    Misconception(
        "padding-twice",
        Text(
            "You padded an input that was padded already: the padding is added once.",
            "对已填充的输入又填充了一次：填充只加一次。",
        ),
        every_form("floor((I[d] {+pad} {+pad} - E[d])/S[d]) + 1"),
        catalogue=("M013",),
    ),
    Misconception(
        "padding-forgotten",
        Text(
            "You forgot the padding: the window slides over the padded input, so add it.",
            "忘了填充：窗口在填充后的输入上滑动，应加上填充。",
        ),
        every_form("floor((I[d] - E[d])/S[d]) + 1"),
        catalogue=("M268",),
    ),
    Misconception(
        "dilation-ignored",
        Text(
            "You used the window without its dilation: its extent is E = D(K − 1) + 1.",
            "没有考虑空洞：等效大小是 E = D(K − 1) + 1。",
        ),
        {"E[d]": "K[d]"},
        catalogue=("M060",),
    ),
)

SAME_PADDING = Misconception(
    "same-padding-half-kernel",
    Text(
        "You padded K/2 on each side: 'same' needs P_all pixels for both sides, an odd one at the end.",
        "每侧填充了 K/2：same 一共需要 P_all 个像素，分给两侧，多出的一个放在末尾。",
    ),
    {"P_begin[d]": "K[d]/2", "P_end[d]": "K[d]/2"},
    catalogue=("M011",),
)
