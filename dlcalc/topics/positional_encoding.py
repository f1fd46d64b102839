"""Sinusoidal positional encoding, and what attention does without it."""

from __future__ import annotations

from dlcalc.core.inputs import Choice, Flag, Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import positional

TOPIC = Topic(
    name="positional-encoding",
    title=Text("Sinusoidal positional encoding", "正弦位置编码"),
    inputs=(
        Input("n", Whole(), Text("positions", "位置个数"), known_as=("length", "positions", "max_len"), instead="x"),
        Input(
            "d", Whole(), Text("dimensions, an even number", "维数（偶数）"), known_as=("d_model", "dim"), instead="x"
        ),
        Input("base", Numbers(0, 0), Text("what the frequencies are powers of", "频率的底数"), 10000),
        Input(
            "order", Choice(("interleaved", "halves")), Text("how the columns are ordered", "各列的顺序"), "interleaved"
        ),
        Input("from_one", Flag(), Text("positions count from 1", "位置从 1 数起"), False),
        Input(
            "x", Numbers(2, 2), Text("tokens the encoding is added to, a row each", "要加上编码的词元，每行一个"), None
        ),
        Input("shift", Whole(), Text("show a shift by so many positions", "展示平移若干位置"), None, ("k", "offset")),
        Input("swap", Flag(), Text("show what swapping two tokens does", "展示交换两个词元的结果"), None, ("permute",)),
    ),
    answers=(
        Answer("pe", Text("the encoding, a row for each position", "位置编码，每个位置一行")),
        Answer("omega", Text("frequencies", "频率")),
        Answer("angle", Text("angles in radians", "角（弧度）")),
        Answer("y", Text("tokens with their positions", "加上位置的词元")),
        Answer("moved", Text("the first pair after the shift", "平移后的第一对")),
    ),
    write=positional.write,
    example="dlcalc positional-encoding --n 3 --d 4",
    conventions=positional.CONVENTIONS,
    misconceptions=positional.MISCONCEPTIONS,
    settle=positional.settle,
)
