"""Backpropagation through time: errors step by step from the last to the first, and gradients summed over the steps.

Symbols: dE_dh[t] = ∂E/∂h[t], delta[t] = ∂E/∂a[t] (of a gate delta_i[t], …), dW = ∂E/∂W. A weight is used at every step,
so its gradient is the sum of what the steps add. Sources: Werbos 1990; Pascanu, Mikolov and Bengio 2013 (Jacobians,
vanishing, exploding, clipping by norm); Gers, Schmidhuber and Cummins 2000 (LSTM).
"""

from __future__ import annotations

from typing import Any

from dlcalc.core.work import Work
from dlcalc.layers import vanishing
from dlcalc.layers.recurrent import OPENED
from dlcalc.layers.recurrent_inputs import symbol
from dlcalc.layers.recurrent_output import error_source, output_errors
from dlcalc.layers.recurrent_spot import Above, Cell, Spot


def write(w: Work, cell: Cell, spots: list[list[Spot]]) -> None:
    """Write the way back, the gradients and, where they are asked for, clipping and the new weights."""
    inputs = w.inputs
    if inputs["wy"] is not None:
        output_errors(w)
    for places in reversed(spots):
        back(w, cell, spots, places)
    found = [
        *([] if inputs["wy"] is None else output_gradients(w, spots[-1][0])),
        *(name for places in spots for spot in places for name in gradients(w, cell, spot)),
    ]
    if inputs["clip"] is not None:
        clip(w, found)
    if inputs["eta"] is not None:
        new_weights(w, found)
    if len(spots) == len(spots[0]) == 1:
        vanishing.write(w, cell, spots[0][0], error_source(w, spots[0][0]))


def back(w: Work, cell: Cell, spots: list[list[Spot]], places: list[Spot]) -> None:
    """Write a layer's way back through time, in each of its directions."""
    inputs, steps = w.inputs, len(w.inputs["steps"])
    top = places is spots[-1]
    m = next(iter(inputs["targets"].values())).shape[0]
    above = error_source(w, places[0]) if top else _from_layer(cell, spots[spots.index(places) + 1])
    source = "layer" if not top else "out" if inputs["wy"] is not None else inputs["loss"]
    arrives = set(inputs["targets"]) if top else set(range(1, steps + 1))
    if len(spots) > 1:
        w.note("Back through layer {l}", "反传经过第 {l} 层", l=places[0].layer)
    if len(places) == 2:
        for t in sorted(arrives, reverse=True):
            w.let(
                f"dE_dh[t,l] = {above}",
                "what reaches both directions",
                "到达两个方向的误差",
                id="dE_dh-both",
                t=t,
                m=m,
                **places[0].at,
            )
    opened = opened_back(steps)
    for place, spot in enumerate(places):
        units = inputs["net"][spots.index(places)].units
        own = Above(above, source) if len(places) == 1 else Above(_part("dE_dh[t,l]", place * units, units), "both")
        order = range(1, steps + 1) if spot.direction == "rev" else range(steps, 0, -1)
        rows = {
            (reached, first): cell.backward(spot, inputs, own if reached else Above(), first=first)
            for reached in (True, False)
            for first in (True, False)
        }
        at = spot.at
        for t in order:
            if t in opened and steps > 1:
                w.note("Back through time step {t}", "反传经过第 {t} 个时间步", t=t)
            for equation, en, zh, id in rows[t in arrives, t == order[0]]:
                w.let(equation, en, zh, id=id, t=t, m=m, **at)
        if steps > OPENED:
            _table(w, cell, spot, steps, opened)


def opened_back(steps: int) -> tuple[int, ...]:
    """Return the steps worked out on the way back: all of a short sequence, of a long one the last two."""
    return tuple(range(1, steps + 1)) if steps <= OPENED else (steps, steps - 1)


def _from_layer(cell: Cell, above: list[Spot]) -> str:
    """Write what a layer sends down to the one below: through every gate's weights, in both directions."""
    terms = []
    for spot in above:
        labels = ",".join(["l+1", *([spot.direction] if spot.direction else [])])
        for gate in cell.gates.each:
            delta = f"delta_{gate}" if gate else "delta"
            terms.append(f"{symbol(cell.gates.flags(gate)[0])}[{labels}].T @ {delta}[t,{labels}]")
    return " + ".join(terms)


def _part(vector: str, start: int, count: int) -> str:
    return "[" + ", ".join(f"{vector}[{start + j}]" for j in range(1, count + 1)) + "]"


def _table(w: Work, cell: Cell, spot: Spot, steps: int, opened: tuple[int, ...]) -> None:
    labels = [str(label) for label in (spot.layer, spot.direction) if label]
    w.table(
        "The way back, a row per time step",
        "反传，每个时间步一行",
        "t",
        range(steps, 0, -1),
        tuple(f"{name}[{','.join(['t', *labels])}]" for name in cell.errors),
        also=(*cell.errors, *cell.hidden_errors, "dE_dy", "delta_y"),
        opened=opened,
    )


# ---------------------------------------------------------------- gradients


def output_gradients(w: Work, spot: Spot) -> list[str]:
    """Write the gradients of the output layer; return the flags of what they belong to."""
    targets = w.inputs["targets"]
    state = "h[t]" if spot.layer is None else "h[t,l]"
    at: dict[str, Any] = {"first": min(targets), "T": max(targets), **spot.at}
    w.let(
        f"dW_y = sum(outer(delta_y[t], {state}) for t in (first, ..., T))",
        "δ of the output times the state, summed over the steps",
        "输出层 δ 乘以状态，对各步求和",
        id="dW_y",
        **at,
    )
    if w.inputs["by"] is None:
        return ["W_y"]
    w.let(
        "db_y = sum(delta_y[t] for t in (first, ..., T))",
        "the same for the bias: δ itself",
        "偏置同理：就是 δ",
        id="db_y",
        **at,
    )
    return ["W_y", "b_y"]


def gradients(w: Work, cell: Cell, spot: Spot) -> list[str]:
    """Write the gradients of one layer in one direction, each summed over the steps; return whose they are."""
    inputs, gates = w.inputs, cell.gates
    at: dict[str, Any] = {"T": len(inputs["steps"]), **spot.at}
    found = []
    for flag in (flag for flag in gates.names if flag in spot.weights):
        gate = next((g for g in gates.each if flag in gates.flags(g)), flag[1:])
        delta = spot.state(f"delta_{gate}" if gate else "delta")
        kind = "p" if flag[0] == "p" else "wubh"[gates.flags(gate).index(flag)]
        usual = {
            "w": f"outer({delta}, {spot.enters})",
            "u": f"outer({delta}, {spot.state('h', spot.before)})",
        }.get(kind, delta)
        step, suffix = cell.gradient(spot, inputs, flag) or (usual, "")
        w.let(
            f"{spot.own('d' + symbol(flag))} = sum({step} for t in (1, ..., T))",
            *_SUMMED[kind],
            id=f"d{symbol(flag)}{suffix}",
            **at,
        )
        found.append(spot.named(symbol(flag)))
    return found


_SUMMED = {
    "w": ("δ times what entered, summed over the steps", "δ 乘以输入，对各步求和"),
    "u": ("δ times the state before, summed over the steps", "δ 乘以前一状态，对各步求和"),
    "b": ("δ summed over the steps", "δ 对各步求和"),
    "h": ("δ beside the state before, summed over the steps", "与前一状态相加处的 δ，对各步求和"),
    "p": ("δ times the cell it saw, summed over the steps", "δ 乘以所看到的细胞状态，对各步求和"),
}


def clip(w: Work, names: list[str]) -> None:
    """Write the clipped gradients: by the norm of all together (`clip_grad_norm_`), or each number by itself."""
    w.given("clip", w.inputs["clip"], "clip")
    if w.inputs["clip_by"] == "norm":
        total = " + ".join(f"norm(d{name})**2" for name in names)
        w.let(f"squares = {total}", "all gradients' numbers squared and added", "全部梯度各数的平方和", id="squares")
        w.let("length = sqrt(squares)", "the norm of all gradients together", "全部梯度合起来的范数", id="length")
        w.let(
            "scale = clip/length if length > clip else 1",
            "g·min(1, clip/‖g‖): the direction stays (PyTorch adds 10⁻⁶ to ‖g‖)",
            "g·min(1, clip/‖g‖)：方向不变（PyTorch 在 ‖g‖ 上加 10⁻⁶）",
            id="scale",
        )
    for name in names:
        value = f"scale*d{name}" if w.inputs["clip_by"] == "norm" else f"max(min(d{name}, clip), -clip)"
        w.let(f"{_renamed('d' + name, 'clip')} = {value}", "the clipped gradient", "裁剪后的梯度", id="clip")


def new_weights(w: Work, names: list[str]) -> None:
    """Write the weights after one step against the gradient."""
    w.given("eta", w.inputs["eta"], "eta")
    for name in names:
        gradient = "d" + name if w.inputs["clip"] is None else _renamed("d" + name, "clip")
        w.let(
            f"{_renamed(name, 'new')} = {name} - eta*{gradient}",
            "a step against the gradient",
            "沿梯度反方向走一步",
            id="new",
        )


def _renamed(name: str, word: str) -> str:
    """Return a name with a word behind its base: W_x[1] becomes W_x_new[1]."""
    base, bracket, rest = name.partition("[")
    return f"{base}_{word}{bracket}{rest}"
