"""Mistakes people make on the way back through an LSTM or a GRU: swaps of lines of `lstm.backward` and `gru.backward`.

Like all mistakes of recurrent nets they are known for one layer in one direction.
"""

from __future__ import annotations

from dlcalc.core.topic import Misconception
from dlcalc.errors import Text
from dlcalc.layers.recurrent_mistakes import Says, all_of, arriving, goes_back, several_steps, with_choice


def _back(name: str, en: str, zh: str, swaps: dict[str, str], *when: Says) -> Misconception:
    return Misconception(name, Text(en, zh), swaps, applies=all_of(goes_back, *when))


# ---------------------------------------------------------------- LSTM

_SHOWN = "dE_dh[t]*o[t]"
_CELL_SLOPE = "(1 - tanh(c[t])**2)"

LSTM = (
    _back(
        "state-path-forgotten-back",
        "You left out the way back through h: the δ of all four gates of the step after come back by U transposed.",
        "漏了经 h 的反传：后一步四个门的 δ 都要乘以 U 的转置传回来。",
        arriving(""),
        several_steps,
    ),
    _back(
        "cell-path-forgotten-back",
        "You left out the way back through the cell: ∂E/∂c of the step after comes back times its forget gate.",
        "漏了经细胞状态的反传：后一步的 ∂E/∂c 要乘以那一步的遗忘门传回来。",
        {"dE_dc": f"{_SHOWN}*{_CELL_SLOPE}"},
        several_steps,
    ),
    _back(
        "own-forget-gate-back",
        "You took the forget gate of this step: ∂E/∂c of the step after comes back times the f of that step.",
        "用了本步的遗忘门：后一步的 ∂E/∂c 应乘以后一步的 f。",
        {"dE_dc": f"{_SHOWN}*{_CELL_SLOPE} + dE_dc[t+1]*f[t]"},
        several_steps,
    ),
    _back(
        "cell-slope-forgotten-back",
        "You left out the slope of tanh(c): between the state and the cell the error is multiplied by 1 − tanh²(c).",
        "漏乘了 tanh(c) 的导数：误差从 h 传到 c 要乘以 1 − tanh²(c)。",
        {"dE_dc-last": _SHOWN, "dE_dc": f"{_SHOWN} + dE_dc[t+1]*f[t+1]"},
    ),
    _back(
        "gate-slopes-forgotten-back",
        "You left out the slopes of the gates: σ gives s(1 − s), the candidate's tanh 1 − g².",
        "漏乘了各门的导数：σ 的导数是 s(1 − s)，候选值 tanh 的导数是 1 − g²。",
        {
            "delta_o": "dE_dh[t]*tanh(c[t])",
            "delta_i": "dE_dc[t]*g[t]",
            "delta_f": "dE_dc[t]*c[t-1]",
            "delta_g": "dE_dc[t]*i[t]",
        },
    ),
    _back(
        "input-and-forget-swapped-back",
        "You swapped the partners of i and f: c = f·c + i·g, so δ of i takes g and δ of f the old cell.",
        "i 与 f 的配对弄反了：c = f·c + i·g，所以 i 的 δ 乘 g，f 的 δ 乘旧细胞状态。",
        {"delta_i": "dE_dc[t]*c[t-1]*i[t]*(1 - i[t])", "delta_f": "dE_dc[t]*g[t]*f[t]*(1 - f[t])"},
    ),
    _back(
        "new-cell-at-the-forget-gate",
        "You multiplied by the new cell: the forget gate multiplies the cell of the step before.",
        "遗忘门的 δ 乘了新的细胞状态：遗忘门乘的是前一步的细胞状态。",
        {"delta_f": "dE_dc[t]*c[t]*f[t]*(1 - f[t])"},
    ),
    _back(
        "candidate-with-the-slope-of-a-gate",
        "You took σ's slope for the candidate: it comes from tanh, whose slope is 1 − g².",
        "候选值用了 σ 的导数：它由 tanh 得到，导数是 1 − g²。",
        {"delta_g": "dE_dc[t]*i[t]*g[t]*(1 - g[t])"},
    ),
    _back(
        "candidate-by-the-forget-gate-back",
        "You multiplied the candidate's δ by f: the input gate i multiplies the candidate.",
        "候选值的 δ 乘了 f：与候选值相乘的是输入门 i。",
        {"delta_g": "dE_dc[t]*f[t]*(1 - g[t]**2)"},
    ),
    _back(
        "cell-not-squashed-back",
        "You took c itself for the output gate's δ: the state is o·tanh(c), so o meets tanh(c).",
        "输出门的 δ 直接乘了 c：隐状态是 o·tanh(c)，与 o 相乘的是 tanh(c)。",
        {"delta_o": "dE_dh[t]*c[t]*o[t]*(1 - o[t])"},
    ),
)

# ---------------------------------------------------------------- GRU

_GATES = "U_r.T @ delta_r[t+1] + U_z.T @ delta_z[t+1]"
_DIRECT = (
    "You left out the direct path: the state is carried over into the next one by its own share.",
    "漏了直接路径：h 会按自己的份额直接带到下一步。",
)
_INDIRECT = (
    "You sent the error back by the direct path alone: h also reaches the next step's gates and candidate.",
    "误差只沿直接路径传回：h 还会影响后一步的各门与候选状态。",
)

GRU = (
    _back(
        "state-path-forgotten-back",
        "You left out what comes back from the step after: h is carried over, and enters its gates and candidate.",
        "漏了后一步传回的误差：h 会带到后一步，并进入它的各门与候选状态。",
        arriving(""),
        several_steps,
    ),
    _back(
        "direct-path-forgotten-back",
        *_DIRECT,
        arriving(f"{_GATES} + U_n.T @ delta_m[t+1]"),
        several_steps,
        with_choice("reset", "after"),
    ),
    _back(
        "direct-path-forgotten-back-before",
        *_DIRECT,
        arriving(f"{_GATES} + dE_ds[t+1]*r[t+1]"),
        several_steps,
        with_choice("reset", "before"),
    ),
    _back(
        "direct-path-only-back",
        *_INDIRECT,
        arriving("dE_dh[t+1]*z[t+1]"),
        several_steps,
        with_choice("update", "z-old"),
    ),
    _back(
        "direct-path-only-back-new",
        *_INDIRECT,
        arriving("dE_dh[t+1]*(1 - z[t+1])"),
        several_steps,
        with_choice("update", "z-new"),
    ),
    _back(
        "gate-slopes-forgotten-back",
        "You left out the slopes of the gates: σ gives s(1 − s), the candidate's tanh 1 − n².",
        "漏乘了各门的导数：σ 的导数是 s(1 − s)，候选状态 tanh 的导数是 1 − n²。",
        {
            "delta_n-z-old": "dE_dh[t]*(1 - z[t])",
            "delta_n-z-new": "dE_dh[t]*z[t]",
            "delta_z-z-old": "dE_dh[t]*(h[t-1] - n[t])",
            "delta_z-z-new": "dE_dh[t]*(n[t] - h[t-1])",
            "delta_r-after": "delta_n[t]*m[t]",
            "delta_r-before": "dE_ds[t]*h[t-1]",
        },
    ),
    _back(
        "update-gate-reversed-back",
        "You swapped z and 1 − z on the way back: the candidate's δ is multiplied by the candidate's own share.",
        "反传时 z 与 1 − z 互换了：候选状态的 δ 要乘以候选状态自己的份额。",
        {"delta_n-z-old": "dE_dh[t]*z[t]*(1 - n[t]**2)", "delta_n-z-new": "dE_dh[t]*(1 - z[t])*(1 - n[t]**2)"},
    ),
    _back(
        "gap-reversed-back",
        "You turned the difference round: δ of z takes what z multiplies minus what 1 − z multiplies.",
        "差的方向反了：z 的 δ 乘的是与 z 相乘的量减去与 1 − z 相乘的量。",
        {
            "delta_z-z-old": "dE_dh[t]*(n[t] - h[t-1])*z[t]*(1 - z[t])",
            "delta_z-z-new": "dE_dh[t]*(h[t-1] - n[t])*z[t]*(1 - z[t])",
        },
    ),
    _back(
        "reset-gate-forgotten-back",
        "You left out the reset gate: the candidate's δ reaches U_n·h times r.",
        "漏了重置门：候选状态的 δ 传到 U_n·h 时要乘以 r。",
        {"delta_m": "delta_n[t]"},
        with_choice("reset", "after"),
    ),
)
