"""The GRU cell: a reset gate r, an update gate z and a candidate n share out one state.

Books differ twice. The reset gate meets the state after its matrix, n = tanh(W x + b + r∘(U h + b_h)) (PyTorch, Keras),
or before it, n = tanh(W x + U(r∘h) + b) (Cho et al. 2014, arXiv 1406.1078v3; d2l). And the update gate holds the old
state, h = (1 − z)∘n + z∘h (Cho, PyTorch, Keras), or lets the new one in, h = z∘n + (1 − z)∘h (Chung et al. 2014).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.errors import Text
from dlcalc.layers.recurrent_inputs import Gates
from dlcalc.layers.recurrent_spot import Above, Cell, Row, Spot, arriving

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
                "what enters the candidate: the reset gate lets part of m in",
                "进入候选状态的加权和：重置门放行 m 的一部分",
                f"a_n-after{suffix}{'-h' if second else ''}",
            ),
        ]
    else:
        part = spot.state("s")
        candidate = [
            Row(
                f"{part} = {r}*{before}",
                "the part of the state before that the reset gate lets through",
                "前一状态中重置门放行的部分",
                "s",
            ),
            Row(
                f"{a} = {total} + {spot.own('U_n')} @ {part}{second}",
                "what enters the candidate",
                "进入候选状态的加权和",
                f"a_n-before{suffix}{'-h' if second else ''}",
            ),
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


def backward(spot: Spot, inputs: Mapping[str, Any], above: Above, *, first: bool) -> list[Row]:
    """Return a step's lines on the way back (Cho et al. 2014); see `bptt`."""
    r, z, n, up_h = (spot.state(name) for name in ("r", "z", "n", "dE_dh"))
    before = spot.state("h", spot.before)
    after, old = inputs["reset"] == "after", inputs["update"] == "z-old"
    later: list[str] = []
    if not first:
        kept = spot.state("z", spot.after) if old else f"(1 - {spot.state('z', spot.after)})"
        later.append(f"{spot.state('dE_dh', spot.after)}*{kept}")
        later += [f"{spot.own(f'U_{g}')}.T @ {spot.state(f'delta_{g}', spot.after)}" for g in "rz"]
        later.append(
            f"{spot.own('U_n')}.T @ {spot.state('delta_m', spot.after)}"
            if after
            else f"{spot.state('dE_ds', spot.after)}*{spot.state('r', spot.after)}"
        )
    share, gap = (f"(1 - {z})", f"({before} - {n})") if old else (z, f"({n} - {before})")
    slope_r = f"{r}*(1 - {r})"
    delta_n = spot.state("delta_n")
    rows = [
        arriving(spot, above, later),
        Row(
            f"{delta_n} = {up_h}*{share}*(1 - {n}**2)",
            "∂E/∂a of the candidate: its share, the slope of tanh",
            "候选状态的 ∂E/∂a：所占份额乘以 tanh 的导数",
            f"delta_n-{inputs['update']}",
        ),
        Row(
            f"{spot.state('delta_z')} = {up_h}*{gap}*{z}*(1 - {z})",
            "∂E/∂a of the update gate: the gap it bridges, times the slope",
            "更新门的 ∂E/∂a：新旧状态之差乘以其导数",
            f"delta_z-{inputs['update']}",
        ),
    ]
    if after:
        return [
            *rows,
            Row(
                f"{spot.state('delta_m')} = {delta_n}*{r}",
                "∂E/∂m: through the reset gate",
                "∂E/∂m：经过重置门",
                "delta_m",
            ),
            Row(
                f"{spot.state('delta_r')} = {delta_n}*{spot.state('m')}*{slope_r}",
                "∂E/∂a of the reset gate",
                "重置门的 ∂E/∂a",
                "delta_r-after",
            ),
        ]
    return [
        *rows,
        Row(
            f"{spot.state('dE_ds')} = {spot.own('U_n')}.T @ {delta_n}",
            "∂E/∂s: back through U_n",
            "∂E/∂s：经 U_n 反传",
            "dE_ds",
        ),
        Row(
            f"{spot.state('delta_r')} = {spot.state('dE_ds')}*{before}*{slope_r}",
            "∂E/∂a of the reset gate",
            "重置门的 ∂E/∂a",
            "delta_r-before",
        ),
    ]


def gradient(spot: Spot, inputs: Mapping[str, Any], flag: str) -> tuple[str, str] | None:
    """Return what a step adds to a weight's gradient where it is not the usual δ with what it multiplied."""
    if inputs["reset"] == "after":
        own = spot.state("delta_m")
        step = {"un": f"outer({own}, {spot.state('h', spot.before)})", "bhn": own}.get(flag)
        return (step, "-after") if step else None
    return (f"outer({spot.state('delta_n')}, {spot.state('s')})", "-before") if flag == "un" else None


def jacobian(inputs: Mapping[str, Any]) -> list[Row]:
    """Return the lines of ∂h[t]/∂h[t-1], every gate included."""
    old = inputs["update"] == "z-old"
    kept, share, gap = ("z[t]", "(1 - z[t])", "h[t-1] - n[t]") if old else ("1 - z[t]", "z[t]", "n[t] - h[t-1]")
    if inputs["reset"] == "after":
        inner = "diag(r[t]) @ U_n + diag(v_r[t]) @ U_r"
        v_r = "m[t]*r[t]*(1 - r[t])"
    else:
        inner = "U_n @ (diag(r[t]) + diag(v_r[t]) @ U_r)"
        v_r = "h[t-1]*r[t]*(1 - r[t])"
    return [
        Row(f"v_r[t] = {v_r}", "∂ by what enters the reset gate", "对进入重置门的值的导数", f"v_r-{inputs['reset']}"),
        Row(
            f"J_n[t] = {inner}",
            "how the state before moves what enters the candidate",
            "前一状态如何影响进入候选状态的值",
            f"J_n-{inputs['reset']}",
        ),
        Row(
            f"v_z[t] = ({gap})*z[t]*(1 - z[t])",
            "∂h by what enters the update gate",
            "h 对进入更新门的值的导数",
            f"v_z-{inputs['update']}",
        ),
        Row(
            f"v_n[t] = {share}*(1 - n[t]**2)",
            "∂h by what enters the candidate",
            "h 对进入候选状态的值的导数",
            f"v_n-{inputs['update']}",
        ),
        Row(
            f"J[t] = diag({kept}) + diag(v_z[t]) @ U_z + diag(v_n[t]) @ J_n[t]",
            "∂h of this step by h of the step before: directly, by z, by n",
            "本步 h 对前一步 h 的导数：直接、经 z、经 n",
            f"J-{inputs['update']}",
        ),
    ]


CELL = Cell(
    GATES,
    {"h": "h0"},
    forward,
    ("r", "z", "n", "h"),
    ("a_r", "a_z", "a_n", "m", "s"),
    backward,
    ("dE_dh", "delta_r", "delta_z", "delta_n"),
    ("delta_m", "dE_ds"),
    gradient,
    jacobian,
    "h",
)
