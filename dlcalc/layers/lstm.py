"""The LSTM cell: gates that write to, keep and show a cell state.

i, f and o are the input, forget and output gate, g the candidate, c the cell, h the state. Sources: Hochreiter and
Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000 (forget gate); Gers and Schmidhuber 2000 (peepholes: i and f see
c[t-1], o sees c[t], each unit its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.errors import Text
from dlcalc.layers.recurrent import Cell, Row, Spot
from dlcalc.layers.recurrent_inputs import Gates

GATES = Gates(
    "ifgo",
    {
        "i": Text("the input gate", "输入门"),
        "f": Text("the forget gate", "遗忘门"),
        "g": Text("the candidate", "候选值"),
        "o": Text("the output gate", "输出门"),
    },
    "ifo",
)

_SQUASHED = {
    "i": ("sigmoid", "input gate: how much of the candidate is written", "输入门：候选值写入多少"),
    "f": ("sigmoid", "forget gate: how much of the cell is kept", "遗忘门：旧细胞状态保留多少"),
    "g": ("tanh", "candidate: what could be written to the cell", "候选值：可以写入细胞的内容"),
    "o": ("sigmoid", "output gate: how much of the cell is shown", "输出门：细胞状态输出多少"),
}


def forward(spot: Spot, inputs: Mapping[str, Any]) -> list[Row]:
    """Return the lines of a step, gate by gate; the output gate after the cell, which its peephole sees."""
    i, f, g, o, c, h = (spot.state(name) for name in ("i", "f", "g", "o", "c", "h"))
    before = spot.state("c", spot.before)
    return [
        *_gate(spot, "i", before),
        *_gate(spot, "f", before),
        *_gate(spot, "g", ""),
        Row(
            f"{c} = {f}*{before} + {i}*{g}", "cell: what is kept and what is written", "细胞状态：保留的加上写入的", "c"
        ),
        *_gate(spot, "o", c),
        Row(f"{h} = {o}*tanh({c})", "state: the part of the cell that is shown", "隐状态：细胞状态中输出的部分", "h"),
    ]


def _gate(spot: Spot, gate: str, sees: str) -> list[Row]:
    total, suffix = spot.sum_for(GATES, gate)
    if f"p{gate}" in spot.weights:
        total, suffix = f"{total} + {spot.own(f'p_{gate}')}*{sees}", f"{suffix}-peephole"
    function, en, zh = _SQUASHED[gate]
    a = spot.state(f"a_{gate}")
    named = GATES.says[gate]
    return [
        Row(f"{a} = {total}", f"what enters {named.en}", f"进入{named.zh}的加权和", f"a_{gate}{suffix}"),
        Row(f"{spot.state(gate)} = {function}({a})", en, zh, gate),
    ]


CELL = Cell(GATES, {"h": "h0", "c": "c0"}, forward, ("i", "f", "g", "o", "c", "h"), ("a_i", "a_f", "a_g", "a_o"))
