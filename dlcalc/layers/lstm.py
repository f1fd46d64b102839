"""The LSTM cell: gates that write to, keep and show a cell state.

i, f and o are the input, forget and output gate, g the candidate, c the cell, h the state. Sources: Hochreiter and
Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000 (forget gate); Gers and Schmidhuber 2000 (peepholes: i and f see
c[t-1], o sees c[t], each unit its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.errors import Text
from dlcalc.layers.recurrent_inputs import Gates
from dlcalc.layers.recurrent_spot import Above, Cell, Row, Spot, arriving

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


def backward(spot: Spot, inputs: Mapping[str, Any], above: Above, *, first: bool) -> list[Row]:
    """Return a step's lines on the way back: to the state, the cell, and each gate; see `bptt`."""
    i, f, g, o, c, up_h, up_c = (spot.state(name) for name in ("i", "f", "g", "o", "c", "dE_dh", "dE_dc"))
    later: list[str] = []
    if not first:
        later += [f"{spot.own(f'U_{gate}')}.T @ {spot.state(f'delta_{gate}', spot.after)}" for gate in "ifgo"]
    through = [f"{up_h}*{o}*(1 - tanh({c})**2)"]
    if "po" in spot.weights:
        through.append(f"{spot.state('delta_o')}*{spot.own('p_o')}")
    if not first:
        through.append(f"{spot.state('dE_dc', spot.after)}*{spot.state('f', spot.after)}")
        through += [
            f"{spot.state(f'delta_{gate}', spot.after)}*{spot.own(f'p_{gate}')}"
            for gate in "if"
            if f"p{gate}" in spot.weights
        ]
    seen = "".join(gate for gate in GATES.peepholes if f"p{gate}" in spot.weights)
    return [
        arriving(spot, above, later),
        Row(
            f"{spot.state('delta_o')} = {up_h}*tanh({c})*{o}*(1 - {o})",
            "∂E/∂a of the output gate",
            "输出门的 ∂E/∂a",
            "delta_o",
        ),
        Row(
            f"{up_c} = {' + '.join(through)}",
            "∂E/∂c: through this step's state alone"
            if first
            else "∂E/∂c: through this state and the next cell, times its f",
            "∂E/∂c：只经过本步的状态" if first else "∂E/∂c：经本步状态，以及下一步细胞乘以其 f",
            f"dE_dc{'-last' if first else ''}{'-' + seen if seen else ''}",
        ),
        Row(
            f"{spot.state('delta_i')} = {up_c}*{g}*{i}*(1 - {i})",
            "∂E/∂a of the input gate",
            "输入门的 ∂E/∂a",
            "delta_i",
        ),
        Row(
            f"{spot.state('delta_f')} = {up_c}*{spot.state('c', spot.before)}*{f}*(1 - {f})",
            "∂E/∂a of the forget gate",
            "遗忘门的 ∂E/∂a",
            "delta_f",
        ),
        Row(
            f"{spot.state('delta_g')} = {up_c}*{i}*(1 - {g}**2)",
            "∂E/∂a of the candidate",
            "候选值的 ∂E/∂a",
            "delta_g",
        ),
    ]


def gradient(spot: Spot, inputs: Mapping[str, Any], flag: str) -> tuple[str, str] | None:
    """Return what a step adds to a peephole's gradient; None for the usual weights."""
    if flag[0] != "p":
        return None
    seen = spot.state("c", "t" if flag == "po" else spot.before)
    return f"{spot.state(f'delta_{flag[1:]}')}*{seen}", ""


def jacobian(inputs: Mapping[str, Any]) -> list[Row]:
    """Return the lines of ∂c[t]/∂c[t-1]: the direct path, and the whole with the way through h[t-1]."""
    weights = inputs["net"][0].directions[0]
    direct, shown = ["f[t]"], ["o[t-1]*(1 - tanh(c[t-1])**2)"]
    if "pf" in weights:
        direct.append("c[t-1]*f[t]*(1 - f[t])*p_f")
    if "pi" in weights:
        direct.append("g[t]*i[t]*(1 - i[t])*p_i")
    if "po" in weights:
        shown.append("tanh(c[t-1])*o[t-1]*(1 - o[t-1])*p_o")
    seen = len(direct) > 1
    peepholes = Row(
        f"v_c[t] = {' + '.join(direct)}",
        "∂c by the cell before: the forget gate and the peepholes",
        "c 对前一步 c 的导数：遗忘门与窥视孔",
        f"v_c{'-pf' if 'pf' in weights else ''}{'-pi' if 'pi' in weights else ''}",
    )
    return [
        *([peepholes] if seen else []),
        Row(
            "direct[t] = diag(v_c[t])" if seen else "direct[t] = diag(f[t])",
            "direct path: ∂c by the cell before, h of the step before held fixed",
            "直接路径：固定前一步的 h，c 对前一步 c 的导数",
            f"direct{'-peephole' if seen else ''}",
        ),
        Row("v_f[t] = c[t-1]*f[t]*(1 - f[t])", "∂c by what enters the forget gate", "c 对进入遗忘门的值的导数", "v_f"),
        Row("v_i[t] = g[t]*i[t]*(1 - i[t])", "∂c by what enters the input gate", "c 对进入输入门的值的导数", "v_i"),
        Row("v_g[t] = i[t]*(1 - g[t]**2)", "∂c by what enters the candidate", "c 对进入候选值的值的导数", "v_g"),
        Row(
            "J_h[t] = diag(v_f[t]) @ U_f + diag(v_i[t]) @ U_i + diag(v_g[t]) @ U_g",
            "∂c by h of the step before, through these three",
            "c 对前一步 h 的导数，经过这三者",
            "J_h",
        ),
        Row(
            f"v_h[t] = {' + '.join(shown)}",
            "∂h of the step before by its cell",
            "前一步 h 对其细胞状态的导数",
            f"v_h{'-peephole' if 'po' in weights else ''}",
        ),
        Row(
            "J[t] = direct[t] + J_h[t] @ diag(v_h[t])",
            "the total derivative of one step: h of the step before depends on the cell before",
            "一步的全导数：前一步的 h 也依赖前一步的 c",
            "J",
        ),
    ]


def further() -> list[Row]:
    """Return the lines of ∂c[T]/∂c[t], one step further back than P[t+1], with K[t] = ∂c[T]/∂h[t] beside it.

    c alone does not carry the past on: h[t] also opens the output gate of the step after, whose state reaches the cells
    that follow. So ∂c[T]/∂c[t] is no product of the J[t], but P[t+1] and K[t+1] sent back through one step.
    """
    return [
        Row(
            "v_o[t+1] = tanh(c[t+1])*o[t+1]*(1 - o[t+1])",
            "∂h of the step after by what enters its output gate",
            "后一步 h 对进入其输出门的值的导数",
            "v_o",
        ),
        Row(
            "K[t] = P[t+1] @ J_h[t+1] + K[t+1] @ diag(v_o[t+1]) @ U_o",
            "the last cell by this h: through the next cell, and through the next output gate",
            "最后一步的 c 对本步 h 的导数：经后一步的 c，以及后一步的输出门",
            "K",
        ),
        Row(
            "P[t] = P[t+1] @ direct[t+1] + K[t] @ diag(v_h[t+1])",
            "the last cell by this one: through the next cell, and through this h",
            "最后一步的 c 对本步 c 的导数：经后一步的 c，以及本步的 h",
            "P",
        ),
    ]


CELL = Cell(
    GATES,
    {"h": "h0", "c": "c0"},
    forward,
    ("i", "f", "g", "o", "c", "h"),
    ("a_i", "a_f", "a_g", "a_o"),
    backward,
    ("dE_dh", "dE_dc", "delta_i", "delta_f", "delta_g", "delta_o"),
    (),
    gradient,
    jacobian,
    "c",
)
