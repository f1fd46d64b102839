"""Running a recurrent net over a sequence: states step by step, outputs and the error; any kind of cell.

Symbols: x[t] the input of step t = 1 … T, h[t] the state after it, y[t] the output, E the error. In a net of several
layers the states are h[t,l], with both directions h[t,l,fwd] and h[t,l,rev], which h[t,l] puts one below the other.
What enters a squashing function is called a (Goodfellow, Bengio and Courville 2016, §10.2). A cell is given as rows of
formulas, so that a step of 1,000 costs no more than its lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import recurrent_figures
from dlcalc.layers.recurrent_inputs import Layer, layers_of, states_of, steps_of, symbol, targets_of
from dlcalc.layers.recurrent_output import errors, output_rows, refuse_loss, refuse_outputs
from dlcalc.layers.recurrent_spot import Cell, Row, Spot

ACTS = ("tanh", "relu", "sigmoid", "linear")
EXACT_STEPS, EXACT_SIZE = 6, 500
"""Longer sequences, and nets of more weights, are worked in float64: exact fractions would grow beyond reading."""
OPENED = 4
"""Steps that a sheet works out one by one; of a longer sequence the first stands for the others."""
MOST_WORK = 60_000_000
"""Steps × weights that one sheet may have."""
MOST_STEPS = 20_000


# ---------------------------------------------------------------- inputs


def settle(values: dict[str, Any], cell: Cell) -> None:
    """Put the net together as `net`, its steps, first states and targets as `steps`, `starts` and `targets`.

    Raises:
        InputError: naming what is missing or does not fit.
    """
    net = values["net"] = layers_of(values, cell.gates)
    values["steps"] = steps_of(values["x"], net[0].inputs)
    values["starts"] = {name: states_of(flag, values[flag], net) for name, flag in cell.keeps.items()}
    refuse_outputs(values, net[-1].outputs)
    outputs = net[-1].outputs if values["wy"] is None else int(values["wy"].shape[0])
    values["targets"] = None
    if values["t"] is not None:
        values["targets"] = targets_of(values["t"], len(values["steps"]), outputs)
        refuse_loss(values)
    for name in ("bptt", "eta", "clip"):
        if values[name] and values["targets"] is None:
            raise InputError(
                Text("Without targets there are no gradients.", "没有目标值就没有梯度。"),
                Text("Give --t, or leave --{name} out.", "请给出 --t，或去掉 --{name}。"),
                name=name,
            ).about(name)
    for name in ("eta", "clip"):
        if values[name] is not None and values[name] <= 0:
            raise InputError(
                Text("{name} is {value}.", "{name} 是 {value}。"),
                Text("Give a positive number, such as --{name} 0.5.", "请给正数，例如 --{name} 0.5。"),
                name=name,
                value=values[name],
            ).about(name)
    weights = sum(int(a.data.size) for layer in net for each in layer.directions for a in each.values())
    if len(values["steps"]) * weights > MOST_WORK or len(values["steps"]) > MOST_STEPS:
        raise InputError(
            Text(
                "{steps} steps of {weights} weights are more than a sheet can hold.",
                "{steps} 步、{weights} 个权重，超出一张表的容量。",
            ),
            Text("At most {most} steps for this net.", "这个网络最多 {most} 步。"),
            steps=len(values["steps"]),
            weights=weights,
            most=max(1, min(MOST_STEPS, MOST_WORK // weights)),
        ).about("x")


# ---------------------------------------------------------------- the sheet


def spots_of(net: tuple[Layer, ...]) -> list[list[Spot]]:
    """Return the places formulas are written for, layer by layer and direction by direction."""
    if len(net) == 1 and len(net[0].directions) == 1:
        return [[Spot(net[0].directions[0], None, "")]]
    return [
        [
            Spot(weights, number, "" if len(layer.directions) == 1 else ("fwd", "rev")[place])
            for place, weights in enumerate(layer.directions)
        ]
        for number, layer in enumerate(net, 1)
    ]


def write(w: Work, cell: Cell) -> None:
    """Write the sheet of a forward pass: what is given, every step, outputs, and the error where there are targets."""
    inputs = w.inputs
    spots = spots_of(inputs["net"])
    steps = len(inputs["steps"])
    givens(w, cell, spots)
    recurrent_figures.show(w, cell.gates.order, inputs)
    for layer, places in zip(inputs["net"], spots, strict=True):
        last = places is spots[-1]
        if len(spots) > 1:
            w.note("Layer {l}", "第 {l} 层", l=places[0].layer)
        for spot in places:
            if spot.direction:
                w.note(*_DIRECTIONS[spot.direction])
            rows = cell.forward(spot, inputs)
            if last and len(places) == 1:
                rows = [*rows, *output_rows(w, spot)]
            order = range(steps, 0, -1) if spot.direction == "rev" else range(1, steps + 1)
            run(w, rows, order, spot, opened_of(steps) if steps > 1 else range(0))
        if len(places) == 2:
            joined = [joint(layer.units)]
            run(w, [*joined, *(output_rows(w, places[0]) if last else [])], range(1, steps + 1), places[0])
    w.aside("top", tuple(label for label in (spots[-1][0].layer,) if label))
    errors(w, spots[-1][0])
    _table(w, cell, spots)
    if inputs["targets"] is not None and (inputs["bptt"] or inputs["eta"] is not None or inputs["clip"] is not None):
        from dlcalc.layers import bptt

        bptt.write(w, cell, spots)


_DIRECTIONS = {
    "fwd": ("Forward in time, from the first step on", "正向：从第一步开始"),
    "rev": ("Backward in time, from the last step on", "反向：从最后一步开始"),
}


def run(w: Work, rows: list[Row], order: range, spot: Spot, noted: range = range(0)) -> None:
    """Write the rows at every step, the steps in `noted` under a heading of their own."""
    at = spot.at
    for t in order:
        if t in noted:
            w.note("Time step {t}", "第 {t} 个时间步", t=t)
        for equation, en, zh, id in rows:
            w.let(equation, en, zh, id=id, t=t, **at)


def opened_of(steps: int) -> range:
    """Return the steps that are worked out: all of a short sequence, of a long one the first."""
    return range(1, (steps if steps <= OPENED else 1) + 1)


def joint(units: int) -> Row:
    """Return the line that puts a layer's two directions one below the other."""
    entries = [f"h[t,l,{direction}][{j}]" for direction in ("fwd", "rev") for j in range(1, units + 1)]
    return Row(f"h[t,l] = [{', '.join(entries)}]", "both directions, one below the other", "两个方向上下拼接", "joint")


def _each(spots: list[list[Spot]]) -> list[Spot]:
    return [spot for places in spots for spot in places]


def givens(w: Work, cell: Cell, spots: list[list[Spot]]) -> None:
    """Put the inputs on the sheet."""
    inputs, steps = w.inputs, len(w.inputs["steps"])
    exact = (
        steps <= EXACT_STEPS
        and sum(int(a.data.size) for spot in _each(spots) for a in spot.weights.values()) < EXACT_SIZE
    )
    for t, x in enumerate(inputs["steps"], 1):
        w.given("x", x if exact else x.as_floats(), "x", t)
    every = _each(spots)
    for name, flag in cell.keeps.items():
        for spot, start in zip(every, inputs["starts"][name], strict=True):
            w.given(
                name,
                start if exact else start.as_floats(),
                flag,
                *spot.key(steps + 1 if spot.direction == "rev" else 0),
            )
    for spot in every:
        for flag in (flag for flag in cell.gates.names if flag in spot.weights):
            labels = [label for label in (spot.layer, spot.direction) if label]
            w.given(symbol(flag), spot.weights[flag], source(inputs, cell, flag), *labels)
    for flag in ("wy", "by"):
        if inputs[flag] is not None:
            w.given(symbol(flag), inputs[flag], flag)
    for t, target in (inputs["targets"] or {}).items():
        w.given("target", target, "t", t)


def source(inputs: Mapping[str, Any], cell: Cell, flag: str) -> str:
    """Return the input that a weight came from."""
    if inputs["params"] is not None:
        return "params"
    if inputs[flag] is not None:
        return flag
    place = next(n for gate in cell.gates.each for n, own in enumerate(cell.gates.flags(gate)) if own == flag)
    return ("w_ih", "w_hh", "b_ih", "b_hh")[place]


# ---------------------------------------------------------------- tables


def _table(w: Work, cell: Cell, spots: list[list[Spot]]) -> None:
    """Show the sequence as a table, a row per step; of a long one only the first step is worked out besides."""
    steps = len(w.inputs["steps"])
    if steps == 1:
        return
    opened = tuple(opened_of(steps))
    for places in spots:
        for spot in places:
            names = [*cell.columns, *(["y"] if spot.layer in (None, len(spots)) and not spot.direction else [])]
            labels = [str(label) for label in (spot.layer, spot.direction) if label]
            columns = [f"{name}[{','.join(['t', *labels])}]" if name != "y" else "y[t]" for name in names]
            if spot is spots[0][0] and steps > OPENED:
                columns = ["x[t]", *columns]
            w.table(
                *_TABLES[spot.direction],
                "t",
                range(1, steps + 1),
                tuple(c for c in columns if c != "y[t]" or w.inputs["wy"] is not None),
                also=(*cell.columns, *cell.hidden, "a_y", "y", "E", "top"),
                opened=opened,
            )


_TABLES = {
    "": ("The sequence, a row per time step", "整个序列，每个时间步一行"),
    "fwd": ("The sequence forward in time, a row per step", "正向序列，每个时间步一行"),
    "rev": ("The sequence backward in time, a row per step", "反向序列，每个时间步一行"),
}
