"""Mistakes people make with recurrent nets, each a swap of lines of `rnn`, `lstm`, `gru` and `bptt`.

They are known for one layer in one direction, where names carry the time alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from dlcalc.core.topic import Misconception
from dlcalc.errors import Text
from dlcalc.layers.loss import LOSSES, SQUARED
from dlcalc.layers.recurrent_inputs import Gates, symbol
from dlcalc.layers.recurrent_spot import Cell, Spot

Inputs = Mapping[str, Any]
Says = Callable[[Inputs], bool]


def is_plain(inputs: Inputs) -> bool:
    """Say whether there is one layer in one direction."""
    return len(inputs["net"]) == len(inputs["net"][0].directions) == 1


def all_of(*others: Says) -> Says:
    """Return what says whether all of these hold, in one layer and one direction."""
    return lambda inputs: is_plain(inputs) and all(other(inputs) for other in others)


def several_steps(inputs: Inputs) -> bool:
    """Say whether there is more than one time step."""
    return len(inputs["steps"]) > 1


def _several_units(inputs: Inputs) -> bool:
    return bool(inputs["net"][0].units > 1)


def goes_back(inputs: Inputs) -> bool:
    """Say whether gradients are asked for."""
    asked = inputs["bptt"] or inputs["eta"] is not None or inputs["clip"] is not None
    return inputs["targets"] is not None and bool(asked)


def with_choice(name: str, value: object) -> Says:
    """Return what says whether an input has this value."""
    return lambda inputs: bool(inputs[name] == value)


def _with_biases(id: str, formula: str, first: str, second: str) -> dict[str, str]:
    """Return swaps of a line for every way its biases may be given; ids end with -b, -h or -bh."""
    swaps = {}
    for has_first, has_second in product((False, True), repeat=2):
        suffix = "b" * has_first + "h" * has_second
        terms = [formula, *([first] if has_first else []), *([second] if has_second else [])]
        swaps[f"{id}-{suffix}" if suffix else id] = " + ".join(terms)
    return swaps


# ---------------------------------------------------------------- any cell


def arriving(later: str) -> dict[str, str]:
    """Return swaps of ∂E/∂h: what reaches it from above stays, `later` comes from the step after ("" for nothing)."""
    above = {"out": "W_y.T @ delta_y[t]"}
    above |= {name: LOSSES[name].gradient.format(a="h[t]", t="target[t]") for name in SQUARED}
    swaps = {f"dE_dh-{id}-later": f"{formula} + {later}" if later else formula for id, formula in above.items()}
    return {**swaps, "dE_dh-later": later or "0*h[t]"}


def state_left_out(gates: Gates, each: str) -> Misconception:
    """Return the mistake of leaving U·h out of what enters the gates `each`."""
    swaps: dict[str, str] = {}
    for gate in each:
        w, _, b, second = (symbol(flag) for flag in gates.flags(gate))
        swaps |= _with_biases(f"a_{gate}", f"{w} @ x[t]", b, second)
    return Misconception(
        "state-before-left-out",
        Text(
            "You left the state before out of the gates: U·h of the step before is added to the input's part.",
            "各门漏了前一状态：输入的部分还要加上 U 乘以前一步的 h。",
        ),
        swaps,
        applies=is_plain,
    )


def last_step_only(cell: Cell, own: Mapping[str, str]) -> Misconception:
    """Return the mistake of taking the gradient of the last step alone; `own` holds swaps for a cell's own lines."""
    spot, gates = Spot({}, None, ""), cell.gates
    swaps = dict(own)
    for gate in gates.each:
        delta = f"delta_{gate}[T]" if gate else "delta[T]"
        for flag, step in zip(
            gates.flags(gate), (f"outer({delta}, x[T])", f"outer({delta}, h[T-1])", delta, delta), strict=True
        ):
            if cell.gradient(spot, {"reset": "after"}, flag) is None or flag == "bhn":
                swaps[f"d{symbol(flag)}"] = step
    for gate in gates.peepholes:
        swaps[f"dp_{gate}"] = f"delta_{gate}[T]*c[{'T' if gate == 'o' else 'T-1'}]"
    return Misconception(
        "last-step-only",
        Text(
            "You took the last step's part alone: a weight is used at every step, so the parts add up.",
            "只取了最后一步的部分：每一步都用到同一权重，各步的部分要相加。",
        ),
        swaps,
        applies=all_of(goes_back, several_steps),
        catalogue=("M163",),
    )


# ---------------------------------------------------------------- RNN

_INPUT, _BEFORE = "W_x @ x[t]", "W_h @ h[t-1]"
_SLOPED = ("tanh", "sigmoid", "relu")


def rnn(cell: Cell) -> tuple[Misconception, ...]:
    """Return the mistakes of a plain recurrent net."""
    return (
        Misconception(
            "recurrent-term-forgotten",
            Text(
                "You left out the state before: W_h·h of the step before is added to the input's part.",
                "漏了前一状态：输入的部分还要加上 W_h 乘以前一步的 h。",
            ),
            _with_biases("a", _INPUT, "b", "b_h"),
            applies=is_plain,
            catalogue=("M158",),
        ),
        Misconception(
            "self-connections-only",
            Text(
                "You let each unit see its own state alone: W_h connects every unit to every unit.",
                "每个单元只连了自己的前一状态：W_h 把每个单元连到所有单元。",
            ),
            _with_biases("a", f"{_INPUT} + (W_h*diag(0*h[t-1] + 1)) @ h[t-1]", "b", "b_h"),
            applies=all_of(_several_units),
            catalogue=("M159",),
        ),
        Misconception(
            "state-not-squashed",
            Text(
                "You left out the activation: the new state is f of the weighted sum.",
                "漏了激活函数：新状态是加权和经激活函数的值。",
            ),
            {f"h-{act}": "a[t]" for act in _SLOPED},
            applies=is_plain,
            catalogue=("M160",),
        ),
        Misconception(
            "output-squashed",
            Text(
                "You put the output through tanh too: here the output layer is linear.",
                "输出也套了 tanh：这里的输出层是线性的。",
            ),
            {"y": "tanh(W_y @ h[t])", "y-b": "tanh(W_y @ h[t] + b_y)"},
            applies=all_of(lambda inputs: inputs["wy"] is not None, with_choice("out_act", "linear")),
            catalogue=("M161",),
        ),
        Misconception(
            "first-state-at-every-step",
            Text(
                "You used the first state at every step: each step starts from the state of the step before.",
                "每一步都用了初始状态：每一步应从前一步的状态开始。",
            ),
            _with_biases("a", f"{_INPUT} + W_h @ h[0]", "b", "b_h"),
            applies=all_of(several_steps),
            catalogue=("M162",),
        ),
        last_step_only(cell, {}),
        Misconception(
            "recurrent-matrix-forgotten-back",
            Text(
                "You sent the error back a step without W_h: it comes back through the transposed W_h.",
                "误差反传一步时漏乘了 W_h：应乘以 W_h 的转置。",
            ),
            arriving("delta[t+1]"),
            applies=all_of(goes_back, several_steps),
            catalogue=("M164",),
        ),
        Misconception(
            "slope-forgotten-back",
            Text(
                "You left out the slope of the activation: every step back multiplies by f′ as well as by W_h.",
                "漏乘了激活函数的导数：每反传一步除了乘 W_h 还要乘 f′。",
            ),
            {f"delta-{act}": "dE_dh[t]" for act in _SLOPED}
            | {f"J-{act}": "W_h" for act in _SLOPED}
            | {f"inner-{act}": "e[t]" for act in _SLOPED},
            applies=all_of(goes_back, lambda inputs: inputs["act"] != "linear"),
            catalogue=("M165",),
        ),
    )


# ---------------------------------------------------------------- LSTM

_WRITTEN = "i[t]*g[t]"


def lstm(cell: Cell) -> tuple[Misconception, ...]:
    """Return the mistakes of an LSTM."""

    def swap(name: str, remedy: Text, line: str, formula: str, number: str) -> Misconception:
        return Misconception(name, remedy, {line: formula}, applies=is_plain, catalogue=(number,))

    return (
        state_left_out(cell.gates, "ifgo"),
        swap(
            "forget-gate-forgotten",
            Text(
                "You kept the whole old cell: the forget gate multiplies it first.",
                "保留了全部旧细胞状态：应先乘以遗忘门。",
            ),
            "c",
            f"c[t-1] + {_WRITTEN}",
            "M174",
        ),
        swap(
            "forget-and-input-swapped",
            Text(
                "You swapped the forget and the input gate: f multiplies the old cell, i the candidate.",
                "遗忘门与输入门互换了：f 乘旧细胞状态，i 乘候选值。",
            ),
            "c",
            "i[t]*c[t-1] + f[t]*g[t]",
            "M175",
        ),
        swap(
            "cell-not-squashed",
            Text("You left out tanh of the cell: the state is o·tanh(c).", "漏了细胞状态的 tanh：隐状态是 o·tanh(c)。"),
            "h",
            "o[t]*c[t]",
            "M176",
        ),
        swap(
            "candidate-by-sigmoid",
            Text(
                "You took σ for the candidate: the gates use σ, the candidate tanh.",
                "候选值用了 σ：各门用 σ，候选值用 tanh。",
            ),
            "g",
            "sigmoid(a_g[t])",
            "M177",
        ),
        swap(
            "forgets-one-minus-f",
            Text(
                "You multiplied the old cell by 1 − f: the forget gate is what is kept.",
                "旧细胞状态乘了 1 − f：遗忘门的值就是保留的比例。",
            ),
            "c",
            f"(1 - f[t])*c[t-1] + {_WRITTEN}",
            "M178",
        ),
        swap(
            "gate-on-the-state",
            Text(
                "You let the forget gate act on h: it acts on the cell of the step before.",
                "遗忘门作用在了 h 上：它作用于前一步的细胞状态。",
            ),
            "c",
            f"f[t]*h[t-1] + {_WRITTEN}",
            "M179",
        ),
        swap(
            "old-cell-shown",
            Text(
                "You showed the old cell: the state is o·tanh of the new cell.",
                "输出了旧的细胞状态：隐状态是 o 乘以新细胞状态的 tanh。",
            ),
            "h",
            "o[t]*tanh(c[t-1])",
            "M180",
        ),
        last_step_only(cell, {}),
    )


# ---------------------------------------------------------------- GRU

_KEEPS_OLD, _LETS_NEW = "(1 - z[t])*n[t] + z[t]*h[t-1]", "z[t]*n[t] + (1 - z[t])*h[t-1]"


def _candidate(place: str, formula: str, first: str = "b_n", second: str = "b_hn") -> dict[str, str]:
    """Return swaps of the line of a_n for every way its biases may be given."""
    swaps = {}
    for has_first, has_second in product((False, True), repeat=2):
        id = f"a_n-{place}" + "-b" * has_first + "-h" * has_second
        swaps[id] = formula.format(b=f" + {first}" * has_first, h=f" + {second}" * has_second)
    return swaps


def gru(cell: Cell) -> tuple[Misconception, ...]:
    """Return the mistakes of a GRU; two are conventions too, and mistakes once the exercise states one."""
    return (
        state_left_out(cell.gates, "rz"),
        Misconception(
            "update-gate-reversed",
            Text(
                "You swapped z and 1 − z: in this exercise z multiplies the old state.",
                "z 与 1 − z 互换了：本题中 z 乘旧状态。",
            ),
            {"h-z-old": _LETS_NEW},
            applies=all_of(with_choice("update", "z-old")),
            catalogue=("M181",),
        ),
        Misconception(
            "update-gate-reversed-new",
            Text(
                "You swapped z and 1 − z: in this exercise z multiplies the candidate.",
                "z 与 1 − z 互换了：本题中 z 乘候选状态。",
            ),
            {"h-z-new": _KEEPS_OLD},
            applies=all_of(with_choice("update", "z-new")),
            catalogue=("M181",),
        ),
        Misconception(
            "reset-gate-forgotten",
            Text(
                "You left out the reset gate: it multiplies what the candidate sees of the state before.",
                "漏了重置门：候选状态看到的前一状态要乘以重置门。",
            ),
            {"s": "h[t-1]", **_candidate("after", "W_n @ x[t]{b} + m[t]")},
            applies=is_plain,
            catalogue=("M182",),
        ),
        Misconception(
            "reset-before-the-matrix",
            Text(
                "You put the reset gate before the matrix: in this exercise r multiplies what U_n made of the state.",
                "重置门放在了矩阵之前：本题中 r 乘的是 U_n 作用之后的结果。",
            ),
            _candidate("after", "W_n @ x[t]{b} + U_n @ (r[t]*h[t-1]){h}"),
            applies=all_of(with_choice("reset", "after")),
            catalogue=("M183",),
        ),
        Misconception(
            "reset-after-the-matrix",
            Text(
                "You put the reset gate after the matrix: in this exercise r multiplies the state before U_n does.",
                "重置门放在了矩阵之后：本题中 r 先乘状态，再由 U_n 作用。",
            ),
            _candidate("before", "W_n @ x[t]{b} + r[t]*(U_n @ h[t-1]{h})"),
            applies=all_of(with_choice("reset", "before")),
            catalogue=("M183",),
        ),
        last_step_only(
            cell,
            {
                "dU_n-after": "outer(delta_m[T], h[T-1])",
                "dU_n-before": "outer(delta_n[T], s[T])",
                "db_hn-after": "delta_m[T]",
            },
        ),
    )
