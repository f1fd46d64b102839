"""The GRU cell: a reset gate r, an update gate z and a candidate n share out one state.

Books differ twice. The reset gate meets the state after its matrix, n = tanh(W x + b + r∘(U h + b_h)) (PyTorch, Keras),
or before it, n = tanh(W x + U(r∘h) + b) (Cho et al. 2014, arXiv 1406.1078v3; d2l). And the update gate holds the old
state, h = (1 − z)∘n + z∘h (Cho, PyTorch, Keras), or lets the new one in, h = z∘n + (1 − z)∘h (Chung et al. 2014).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.errors import Text
from dlcalc.layers.recurrent import Cell, Row, Spot
from dlcalc.layers.recurrent_inputs import Gates

GATES = Gates(
    "rzn",
    {
        "r": Text("the reset gate", "重置门"),
        "z": Text("the update gate", "更新门"),
        "n": Text("the candidate", "候选状态"),
    },
)


def forward(spot: Spot, inputs: Mapping[str, Any]) -> list[Row]:
    """Return the lines of a step, gate by gate."""
    r, z, n, h, a = (spot.state(name) for name in ("r", "z", "n", "h", "a_n"))
    before = spot.state("h", spot.before)
    total, suffix = spot.sum_for(GATES, "n", state=False)
    second = f" + {spot.own('b_hn')}" if "bhn" in spot.weights else ""
    if inputs["reset"] == "after":
        m = spot.state("m")
        candidate = [
            Row(
                f"{m} = {spot.own('U_n')} @ {before}{second}",
                "what the state before offers the candidate",
                "前一状态给候选状态的内容",
                f"m{'-h' if second else ''}",
            ),
            Row(
                f"{a} = {total} + {r}*{m}",
                "the reset gate lets part of it into the candidate",
                "重置门让其中一部分进入候选状态",
                f"a_n-after{suffix}{'-h' if second else ''}",
            ),
        ]
    else:
        candidate = [
            Row(
                f"{a} = {total} + {spot.own('U_n')} @ ({r}*{before}){second}",
                "the reset gate lets part of the state into the candidate",
                "重置门让前一状态的一部分进入候选状态",
                f"a_n-before{suffix}{'-h' if second else ''}",
            )
        ]
    mixed = f"(1 - {z})*{n} + {z}*{before}" if inputs["update"] == "z-old" else f"{z}*{n} + (1 - {z})*{before}"
    return [
        *_gate(
            spot, "r", "reset gate: how much of the state before the candidate sees", "重置门：候选状态看到多少前一状态"
        ),
        *(
            _gate(spot, "z", "update gate: how much of the state before stays", "更新门：前一状态保留多少")
            if inputs["update"] == "z-old"
            else _gate(spot, "z", "update gate: how much of the candidate comes in", "更新门：候选状态写入多少")
        ),
        *candidate,
        Row(f"{n} = tanh({a})", "candidate: what the new state could be", "候选状态：新状态可能的内容", "n"),
        Row(
            f"{h} = {mixed}",
            "state: the update gate mixes old and new",
            "隐状态：更新门混合新旧状态",
            f"h-{inputs['update']}",
        ),
    ]


def _gate(spot: Spot, gate: str, en: str, zh: str) -> list[Row]:
    total, suffix = spot.sum_for(GATES, gate)
    a, named = spot.state(f"a_{gate}"), GATES.says[gate]
    return [
        Row(f"{a} = {total}", f"what enters {named.en}", f"进入{named.zh}的加权和", f"a_{gate}{suffix}"),
        Row(f"{spot.state(gate)} = sigmoid({a})", en, zh, gate),
    ]


CELL = Cell(GATES, {"h": "h0"}, forward, ("r", "z", "n", "h"), ("a_r", "a_z", "a_n", "m"))
