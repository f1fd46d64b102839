"""Sinusoidal positional encoding: each position's sines and cosines, why attention needs it, a shift as a rotation.

PE(pos, 2i) = sin(pos/10000^(2i/d)), PE(pos, 2i + 1) = cos(pos/10000^(2i/d)) (Vaswani et al., 2017, section 3.5).
"""

from __future__ import annotations

from typing import Any

from dlcalc.core.inputs import times
from dlcalc.core.topic import Convention, Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text

MOST = 1_000_000
"""Numbers of an encoding at most."""


def settle(inputs: dict[str, Any]) -> None:
    """Fill in n and d from x, and what is shown besides; refuse what does not fit.

    Raises:
        InputError: if d is odd, x has another shape, there is too much, or too little to swap or shift.
    """
    x = inputs["x"]
    if x is not None:
        for name, found in zip(("n", "d"), x.shape, strict=True):
            if inputs[name] not in (None, found):
                raise InputError(
                    Text("x is {shape}, but {name} is {said}.", "x 的形状是 {shape}，而 {name} 是 {said}。"),
                    Text("Leave {name} out, or give x as n×d.", "请去掉 {name}，或按 n×d 给出 x。"),
                    shape=times(x.shape),
                    name=name,
                    said=inputs[name],
                ).about(name)
            inputs[name] = found
    n, d = inputs["n"], inputs["d"]
    if d % 2:
        raise InputError(
            Text("{d} dimensions cannot be parted into pairs.", "{d} 维不能两两成对。"),
            Text(
                "Type an even number such as {more}: each frequency has a sine and a cosine.",
                "请输入偶数，例如 {more}：每个频率有一个正弦和一个余弦。",
            ),
            d=d,
            more=d + 1,
        ).about("d")
    if n * d > MOST:
        raise InputError(
            Text("The encoding would have {n}·{d} numbers.", "编码会有 {n}·{d} 个数。"),
            Text("Give fewer positions (at most {most:,} numbers).", "请减少位置个数（最多 {most:,} 个数）。"),
            n=n,
            d=d,
            most=MOST,
        ).about("n")
    if inputs["base"] <= 1:
        raise InputError(
            Text("A base of {base} will not do.", "底数不能是 {base}。"),
            Text("Type a number above 1, such as 10000.", "请输入大于 1 的数，例如 10000。"),
            base=inputs["base"],
        ).about("base")
    if inputs["swap"] is None:
        inputs["swap"] = n >= 2
    for name in ("swap", "shift"):
        if inputs[name] and n < 2:
            raise InputError(
                Text("With one position there is nothing to move.", "只有一个位置，无从移动。"),
                Text("Give at least two positions: --n 2.", "请给出至少两个位置：--n 2。"),
            ).about(name)


# ---------------------------------------------------------------- the lines


def write(w: Work) -> None:
    """Write the encoding, then what is shown with it."""
    from dlcalc.core.arrays import Array

    inputs = w.inputs
    n, d, first = inputs["n"], inputs["d"], int(inputs["from_one"])
    w.given("d", d, "d")
    w.given("base", inputs["base"], "base")
    w.given("pos", Array.of(list(range(first, n + first))), "n")
    w.given("i", Array.of(list(range(d // 2))), "d")
    if inputs["x"] is not None:
        w.given("x", inputs["x"], "x")
    w.let("omega = 1/base**(2*i/d)", "one frequency for each pair i of columns", "每对列 i 一个频率")
    w.let("angle = outer(pos, omega)", "row: position, column: pair; in radians", "行：位置，列：第 i 对；单位弧度")
    w.let("S = sin(angle)", "PE(pos, 2i)", "即 PE(pos, 2i)")
    w.let("C = cos(angle)", "PE(pos, 2i + 1)", "即 PE(pos, 2i + 1)")
    if inputs["order"] == "interleaved":
        w.let("pe = interleave(S, C)", "sine and cosine in turn", "正弦、余弦交替排列", id="in-turn")
    else:
        w.let("pe = concat(S, C)", "all sines, then all cosines", "先全部正弦，再全部余弦", id="in-halves")
    if inputs["x"] is not None:
        w.let("y = x + pe", "each token with its position", "每个词元加上位置")
    if inputs["shift"]:
        shift_lines(w)
    if inputs["swap"]:
        swap_lines(w)


def shift_lines(w: Work) -> None:
    """Write a shift by k positions as a rotation of the first pair."""
    w.given("k", w.inputs["shift"], "shift")
    w.note(
        "A shift by k turns each pair by k times its frequency, whatever the position.",
        "平移 k 个位置，就是把每一对旋转 k 倍频率，与位置无关。",
    )
    w.let("R = turn(k*omega[1])", "the rotation of the first pair", "第一对的旋转")
    w.let("u = [S[2,1], C[2,1]]", "the first pair in the second row", "第二行的第一对")
    w.let("moved = R @ u", "the first pair, k positions further on", "再往后 k 个位置的第一对")


def swap_lines(w: Work) -> None:
    """Write self-attention on two tokens and on the same two swapped, without positions and with them.

    The tokens have two numbers each, and Q = K = V. A permutation P gives softmax(PX(PX)ᵀ/√2)·PX =
    P·softmax(XXᵀ/√2)·X: without positions swapping the tokens only swaps the outputs.
    """
    from dlcalc.core.arrays import Array

    w.note(
        "Does attention see the order? Two tokens t and the same two swapped, s, with Q = K = V.",
        "注意力看得出顺序吗？取两个词元 t，交换后为 s，令 Q = K = V。",
    )
    w.given("P", Array.of([[0, 1], [1, 0]]), "swap")
    w.given("t", Array.of([[1, 0], [1, 1]]), "swap")
    w.let("s = P @ t", "the tokens swapped", "交换两个词元")
    attend(w, "t")
    attend(w, "s")
    w.let("PA_t = P @ A_t", "the outputs of t swapped: these are A_s", "交换 t 的输出：就是 A_s")
    w.note(
        "Swapping the tokens swaps the outputs and does nothing else: attention alone does not see the order.",
        "交换词元只是交换了输出：单凭注意力看不出顺序。",
    )
    w.let("e = first(pe, [2, 2])", "two columns of the first two positions", "前两个位置编码的前两列")
    w.let("a = t + e", "t with positions", "t 加上位置")
    w.let("b = s + e", "s with positions", "s 加上位置")
    attend(w, "a")
    attend(w, "b")
    w.let("PA_a = P @ A_a", "the outputs of a swapped: these are not A_b", "交换 a 的输出：不是 A_b")
    w.note(
        "With positions the swapped tokens give other outputs: now the order counts.",
        "加上位置后，交换词元得到不同的输出：顺序起作用了。",
    )


def attend(w: Work, tokens: str) -> None:
    """Write self-attention on two tokens of two numbers."""
    w.let(f"W_{tokens} = softmax({tokens} @ {tokens}.T/sqrt(2))", "weights, a row each", "权重，每行一个词元")
    w.let(f"A_{tokens} = W_{tokens} @ {tokens}", "outputs", "输出")


# ---------------------------------------------------------------- conventions and mistakes

CONVENTIONS = (
    Convention(
        "order",
        {
            "interleaved": Text(
                "sine and cosine stand in turn (the paper, d2l, PyTorch's tutorial)",
                "正弦、余弦交替排列（原论文、d2l、PyTorch 教程）",
            ),
            "halves": Text(
                "all sines stand before all cosines (tensor2tensor's order)",
                "先全部正弦，再全部余弦（tensor2tensor 的顺序）",
            ),
        },
    ),
    Convention(
        "from_one",
        {
            False: Text("positions count from 0 (d2l, PyTorch's tutorial)", "位置从 0 数起（d2l、PyTorch 教程）"),
            True: Text("positions count from 1", "位置从 1 数起"),
        },
    ),
)

DEGREE = "0.017453292519943295"
"""One degree in radians."""

MISCONCEPTIONS = (
    Misconception(
        "exponent-halved",
        Text(
            "You took i/d for the exponent: the pair i has 2i/d, as 2i is its first column.",
            "指数用了 i/d：第 i 对的指数是 2i/d，因为 2i 是它的第一列。",
        ),
        {"omega": "1/base**(i/d)"},
        catalogue=("M198",),
    ),
    Misconception(
        "exponent-of-each-column",
        Text(
            "You gave the cosine an exponent of its own: both columns of a pair share 2i/d.",
            "余弦用了自己的指数：同一对的两列共用 2i/d。",
        ),
        {"C": "cos(outer(pos, 1/base**((2*i + 1)/d)))"},
    ),
    Misconception(
        "column-number-for-i",
        Text(
            "You took the number of the column for i: i counts pairs, and 2i is the column.",
            "把列号当作了 i：i 是对的编号，2i 才是列号。",
        ),
        {"S": "sin(outer(pos, 1/base**(4*i/d)))", "C": "cos(outer(pos, 1/base**((4*i + 2)/d)))"},
    ),
    Misconception(
        "sine-and-cosine-swapped",
        Text(
            "You swapped sine and cosine: even columns (from 0) have the sine.",
            "正弦和余弦放反了：偶数列（从 0 数起）是正弦。",
        ),
        {"in-turn": "interleave(C, S)", "in-halves": "concat(C, S)"},
    ),
    Misconception(
        "degrees",
        Text(
            "Your calculator was set to degrees: the angles are in radians.",
            "计算器用了角度制：这里的角以弧度为单位。",
        ),
        {"S": f"sin(angle*{DEGREE})", "C": f"cos(angle*{DEGREE})"},
    ),
    Misconception(
        "frequency-turned-over",
        Text(
            "You multiplied the position by 10000^(2i/d): it is divided by that.",
            "把位置乘以了 10000^(2i/d)：应除以它。",
        ),
        {"omega": "base**(2*i/d)"},
        applies=lambda inputs: bool(inputs["base"] == 10000),
    ),
    Misconception(
        "encoding-alone",
        Text(
            "You gave the encoding alone: it is added to the tokens.",
            "只给出了位置编码：它要加到词元上。",
        ),
        {"y": "pe"},
        applies=lambda inputs: inputs["x"] is not None,
    ),
)
