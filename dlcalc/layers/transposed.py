"""Transposed convolution: the size of its output, and the mistakes made about it. Q is the output padding."""

from __future__ import annotations

from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import window
from dlcalc.layers.geometry import Frame, Side


def place(w: Work, frame: Frame) -> None:
    """Put the output padding on the sheet."""
    if isinstance(w.inputs["pad"], str):
        return
    for label, side in frame.labelled():
        w.given("Q", side.extra, "output_pad", label)


def size_line(w: Work, frame: Frame) -> None:
    """Write O = (I − 1)S − 2P + E + Q (torch.nn.ConvTranspose2d); 'same' and 'valid' are Keras's words.

    Source of those: keras/src/backend/common/backend_utils.py, _get_output_shape_given_tf_padding.
    """
    pad = w.inputs["pad"]
    for d, side in frame.labelled():
        if pad == "same":
            w.let("O[d] = I[d]*S[d]", "'same': the stride times the input (Keras)", "same：输入乘以步长（Keras）", d=d)
        elif pad == "valid":
            w.let(
                "O[d] = (I[d] - 1)*S[d] + max(E[d], S[d])",
                "'valid': nothing is cropped (Keras)",
                "valid：不裁剪（Keras）",
                id="size-transposed-valid",
                d=d,
            )
        elif window.has_ends(w, side):
            w.let(
                "O[d] = (I[d] - 1)*S[d] - P_begin[d] - P_end[d] + E[d] + Q[d]",
                "kernels laid S apart, cropped by the padding",
                "卷积核每隔 S 放一个，再裁去填充",
                id="size-transposed-ends",
                d=d,
            )
        else:
            w.let(
                "O[d] = (I[d] - 1)*S[d] - 2*P[d] + E[d] + Q[d]",
                "kernels laid S apart, cropped by the padding",
                "卷积核每隔 S 放一个，再裁去填充",
                id="size-transposed",
                d=d,
            )


def refuse(w: Work, frame: Frame) -> None:
    """Refuse what a transposed convolution cannot have.

    Raises:
        InputError: 'full' padding, output padding that is too large or stands beside padding by name, an empty output.
    """
    pad = w.inputs["pad"]
    if pad == "full":
        raise InputError(
            Text("A transposed convolution has no padding 'full'.", "转置卷积没有 full 填充。"),
            Text("Type a number, same or valid.", "请输入数、same 或 valid。"),
        ).about("pad")
    for side in frame.sides:
        if side.extra and isinstance(pad, str):
            raise InputError(
                Text("Output padding goes with padding given as a number.", "输出填充只能与数字形式的填充一起使用。"),
                Text("Leave --output-pad out, or type --pad 0.", "请去掉 --output-pad，或输入 --pad 0。"),
            ).about("output_pad")
        if side.extra and side.extra >= max(side.stride, side.dilation):
            raise InputError(
                Text(
                    "The output padding {q} must be smaller than the stride {s} or the dilation {d} (PyTorch's rule).",
                    "输出填充 {q} 必须小于步长 {s} 或空洞率 {d}（PyTorch 的规定）。",
                ),
                Text("Type at most {most}.", "最多输入 {most}。"),
                q=side.extra,
                s=side.stride,
                d=side.dilation,
                most=max(side.stride, side.dilation) - 1,
            ).about("output_pad")
        if not isinstance(pad, str):
            refuse_empty(side, frame)


def uncropped(side: Side) -> int:
    """Return a side of the output before the padding is cropped off: (I − 1)S + E + Q."""
    return (side.size - 1) * side.stride + side.extent + side.extra


def refuse_empty(side: Side, frame: Frame) -> None:
    """Refuse padding that crops everything away.

    Raises:
        InputError: with the formula, its numbers, and the largest padding that leaves a pixel.
    """
    full = uncropped(side)
    if full - side.begin - side.end >= 1:
        return
    raise InputError(
        Text(
            "Nothing is left: (I − 1)S − 2P + E + Q = ({i} − 1)·{s} − {pads} + {e} + {q} = {size}.",
            "输出为空：(I − 1)S − 2P + E + Q = ({i} − 1)·{s} − {pads} + {e} + {q} = {size}。",
        ),
        Text("The largest padding that leaves a pixel is --pad {most}.", "还能留下像素的最大填充是 --pad {most}。"),
        i=side.size,
        s=side.stride,
        pads=side.padding_sum if side.begin == side.end else f"({side.padding_sum})",
        e=side.extent,
        q=side.extra,
        size=full - side.begin - side.end,
        most=min((uncropped(each) - 1) // 2 for each in frame.sides),
    ).about("pad")


def both(formula: str) -> dict[str, str]:
    """Return the swaps of the transposed size line in its two forms."""
    return {
        "size-transposed": formula.replace("{+pad}", "+ 2*P[d]").replace("{-pad}", "- 2*P[d]").replace("{one}", "P[d]"),
        "size-transposed-ends": formula.replace("{+pad}", "+ P_begin[d] + P_end[d]")
        .replace("{-pad}", "- P_begin[d] - P_end[d]")
        .replace("{one}", "P_begin[d]"),
    }


MISCONCEPTIONS = (
    Misconception(
        "transposed-crops-one-side",
        Text(
            "You subtracted the padding of one side only: a transposed convolution crops both sides.",
            "只减了一侧的填充：转置卷积在两侧都要裁去。",
        ),
        both("(I[d] - 1)*S[d] - {one} + E[d] + Q[d]"),
        catalogue=("M057",),
    ),
    Misconception(
        "transposed-times-stride",
        Text(
            "You multiplied the input by the stride: only the I − 1 steps are S long, "
            "and the last kernel adds its whole extent.",
            "直接用输入乘以步长：只有 I − 1 步的长度是 S，最后一个卷积核还要加上整个跨度。",
        ),
        both("I[d]*S[d]"),
        catalogue=("M058",),
    ),
    Misconception(
        "transposed-as-ordinary",
        Text(
            "You used the formula of an ordinary convolution: a transposed one enlarges, (I − 1)S + E − padding.",
            "用了普通卷积的公式：转置卷积是放大，(I − 1)S + E 再减去填充。",
        ),
        both("floor((I[d] {+pad} - E[d])/S[d]) + 1"),
        catalogue=("M059",),
    ),
    Misconception(
        "transposed-forgets-output-padding",
        Text(
            "You left out the output padding Q: it adds pixels at one end of the output.",
            "漏了输出填充 Q：它在输出的一端增加像素。",
        ),
        both("(I[d] - 1)*S[d] {-pad} + E[d]"),
    ),
    Misconception(
        "transposed-macs-at-outputs",
        Text(
            "You counted a transposed convolution at its output places: each weight is used once per input place.",
            "按输出位置计算了转置卷积的乘加次数：每个权重在每个输入位置用一次。",
        ),
        {"places": "positions"},
    ),
)
