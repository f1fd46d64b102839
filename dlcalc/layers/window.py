"""A window that slides over a padded input: how many places it has, what cannot be, and the mistakes made about it."""

from __future__ import annotations

from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers.geometry import Frame, Side


def extent_lines(w: Work, frame: Frame) -> None:
    """Write E, the kernel's extent."""
    for d, _ in frame.labelled():
        w.let("E[d] = D[d]*(K[d] - 1) + 1", "kernel extent when dilated", "空洞后卷积核的跨度", d=d)


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
                "{name}: the stride does not divide; {rest} of the {padded} pixels (with padding), at the end, "
                "see no window.",
                "{name}：步长除不尽；含填充的 {padded} 个像素中，末尾 {rest} 个没有窗口覆盖。",
                name=f"O_{label}" if label else "O",
                rest=rest,
                padded=side.padded,
            )


def refuse_misfit(w: Work, frame: Frame, *, strict: bool = False, ceil: bool = False) -> None:
    """Refuse a kernel larger than the padded input and, when `strict`, a stride that does not divide.

    When sizes round up (`ceil`), a window may stick out by less than its stride, even the only one (PyTorch).

    Raises:
        InputError: with the constraint that fails, its numbers, and what would fit.
    """
    if w.inputs["pad"] in ("same", "full"):
        return
    for side in frame.sides:
        spare = side.size + side.begin + side.end - side.dilation * (side.kernel - 1) - 1
        if spare < 0 and not (ceil and spare > -side.stride):
            raise too_large(side, ceil)
        if strict and spare % side.stride:
            raise indivisible(side)


def too_large(side: Side, ceil: bool) -> InputError:
    """Return the error for a kernel that does not fit into the padded input."""
    room = side.stride - 1 if ceil else 0
    return InputError(
        Text(
            "The window does not fit even sticking out: I + 2P + S > E fails, since "
            "{i} + {pads} + {s} = {reach} ≤ {extent}{dilated}.",
            "窗口伸出边界也放不下：不满足 I + 2P + S > E，因为 {i} + {pads} + {s} = {reach} ≤ {extent}{dilated}。",
        )
        if ceil
        else Text(
            "The kernel does not fit: I + 2P ≥ E fails, since {i} + {pads} = {padded} < {extent}{dilated}.",
            "卷积核放不下：不满足 I + 2P ≥ E，因为 {i} + {pads} = {padded} < {extent}{dilated}。",
        ),
        Text(
            "The smallest padding that fits is --pad {least}, the largest kernel --k {most}.",
            "放得下的最小填充是 --pad {least}，最大卷积核是 --k {most}。",
        ),
        i=side.size,
        pads=side.padding_sum,
        padded=side.padded,
        extent=side.extent,
        dilated=f" = {side.dilation}·({side.kernel} − 1) + 1" if side.dilation > 1 else "",
        s=side.stride,
        reach=side.padded + side.stride,
        least=-((side.size + room - side.extent) // 2),
        most=(side.padded + room - 1) // side.dilation + 1,
    ).about("k")


def indivisible(side: Side) -> InputError:
    """Return the error for a stride that does not divide where that is refused."""
    spare = side.padded - side.extent
    rest = spare % side.stride
    fewer = side.size > rest
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
        sizes=" / ".join(str(side.size - rest + step) for step in ((0, side.stride) if fewer else (side.stride,))),
    ).about("stride")


def both(formula: str) -> dict[str, str]:
    """Return the swaps of the size line in its two forms: `{pad}` stands for 2P, or for P_begin + P_end."""
    return {
        "size": formula.replace("{pad}", "2*P[d]").replace("{one}", "P[d]"),
        "size-ends": formula.replace("{pad}", "(P_begin[d] + P_end[d])").replace("{one}", "P_begin[d]"),
    }


MISCONCEPTIONS = (
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
        catalogue=("M004", "M015"),
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
