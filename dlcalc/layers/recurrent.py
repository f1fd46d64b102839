"""Running a recurrent net over a sequence: states step by step, outputs and the error; any kind of cell.

Symbols: x[t] the input of step t = 1 … T, h[t] the state after it, y[t] the output, E the error. In a net of several
layers the states are h[t,l], with both directions h[t,l,fwd] and h[t,l,rev], which h[t,l] puts one below the other.
What enters a squashing function is called a (Goodfellow, Bengio and Courville 2016, §10.2). A cell is given as rows of
formulas, so that a step of 1,000 costs no more than its lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from dlcalc.core.values import flat
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import recurrent_figures
from dlcalc.layers.activation import ACTIVATIONS
from dlcalc.layers.loss import LOSSES, SQUARED, Loss
from dlcalc.layers.recurrent_inputs import Gates, Layer, Weights, layers_of, states_of, steps_of, symbol, targets_of

ACTS = ("tanh", "relu", "sigmoid", "linear")
OUT_ACTS = ("linear", "sigmoid", "tanh", "relu", "softmax")
EXACT_STEPS, EXACT_SIZE = 6, 500
"""Longer sequences, and nets of more weights, are worked in float64: exact fractions would grow beyond reading."""
OPENED = 4
"""Steps that a sheet works out one by one; of a longer sequence the first stands for the others."""
MOST_WORK = 60_000_000
"""Steps × weights that one sheet may have."""
MOST_STEPS = 20_000


class Row(NamedTuple):
    """A line of every step: its equation, why, and the id by which mistakes find it."""

    equation: str
    en: str
    zh: str
    id: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the net formulas are written for: one layer, in one direction.

    Attributes:
        weights: the weights it has, by flag.
        layer: its number, None in a net of one layer and direction, where states need no such index.
        direction: "fwd" or "rev"; "" where there is only one.
        depth: how many layers the net has.
    """

    weights: Weights
    layer: int | None
    direction: str

    @property
    def before(self) -> str:
        """The index of the step that was run before step t."""
        return "t+1" if self.direction == "rev" else "t-1"

    @property
    def after(self) -> str:
        """The index of the step that is run after step t."""
        return "t-1" if self.direction == "rev" else "t+1"

    @property
    def enters(self) -> str:
        """What enters the layer at step t."""
        return "x[t]" if self.layer in (None, 1) else "h[t,l-1]"

    @property
    def at(self) -> dict[str, Any]:
        """The loop variables of its lines besides t."""
        return {} if self.layer is None else {"l": self.layer}

    def state(self, base: str, when: str = "t") -> str:
        """Write something that the layer has at a step: h[t], h[t,l] or h[t,l,fwd]."""
        return f"{base}[{','.join([when, *self._labels])}]"

    def own(self, base: str) -> str:
        """Write something that the layer has once: W_x, W_x[l] or W_x[l,fwd]."""
        return f"{base}[{','.join(self._labels)}]" if self._labels else base

    def named(self, base: str) -> str:
        """Write the same with the layer's number, for lines that no layer's index runs over: W_x[2,fwd]."""
        labels = [str(label) for label in (self.layer, self.direction) if label]
        return f"{base}[{','.join(labels)}]" if labels else base

    @property
    def _labels(self) -> list[str]:
        return [label for label in ("" if self.layer is None else "l", self.direction) if label]

    def key(self, t: int) -> tuple[Any, ...]:
        """Return the labels under which its state of a step is filed."""
        return (t, *(label for label in (self.layer, self.direction) if label))

    def sum_for(self, gates: Gates, gate: str, *, state: bool = True) -> tuple[str, str]:
        """Write what enters a gate, and which biases are in it: "", "-b", "-h" or "-bh"."""
        w, u, b, second = gates.flags(gate)
        terms = [f"{self.own(symbol(w))} @ {self.enters}"]
        if state:
            terms.append(f"{self.own(symbol(u))} @ {self.state('h', self.before)}")
        has = [flag for flag in ((b, second) if state else (b,)) if flag in self.weights]
        terms += [self.own(symbol(flag)) for flag in has]
        suffix = "".join("b" if flag == b else "h" for flag in has)
        return " + ".join(terms), f"-{suffix}" if suffix else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of recurrent cell.

    Attributes:
        gates: its gates and how their weights are called.
        keeps: what it hands from step to step, by symbol, with the flag of its first value.
        forward: the lines of a step.
        columns: what the table of a sequence shows, by symbol.
        hidden: other families of the step's lines.
        backward: the lines of a step on the way back, from what reaches its state from above.
        errors: what the table of the way back shows, by symbol.
        hidden_errors: other families of the lines on the way back.
        gradient: what a step adds to a weight's gradient and what its line's id ends with, where it is not the usual
            δ with what the weight multiplied.
        jacobian: the lines J[t], the derivative of what is kept by itself one step before.
        kept: which of what it keeps that is.
    """

    gates: Gates
    keeps: Mapping[str, str]
    forward: Callable[[Spot, Mapping[str, Any]], list[Row]]
    columns: tuple[str, ...]
    hidden: tuple[str, ...]
    backward: Backward
    errors: tuple[str, ...]
    hidden_errors: tuple[str, ...]
    gradient: Callable[[Spot, Mapping[str, Any], str], tuple[str, str] | None]
    jacobian: Callable[[Mapping[str, Any]], list[Row]]
    kept: str


class Above(NamedTuple):
    """What reaches a state from its output or the layer above: the formula, and what it is in a line's id.

    Both are empty at a step whose output has no target.
    """

    formula: str = ""
    id: str = ""


class Backward(Protocol):
    """Writes the lines of a step on the way back."""

    def __call__(self, spot: Spot, inputs: Mapping[str, Any], above: Above, *, first: bool) -> list[Row]:
        """Return them; `first` says whether no step was gone back before."""


def arriving(spot: Spot, above: Above, later: list[str]) -> Row:
    """Return the line of ∂E/∂h: what comes from above, and the terms that come from the step after."""
    if not above.formula and not later:
        zero = f"{spot.state('dE_dh')} = 0*{spot.state('h')}"
        return Row(zero, "no error reaches this step", "误差到不了这一步", "dE_dh-none")
    if not later:
        says = Text("∂E/∂h: from this step's output alone", "∂E/∂h：只来自本步的输出")
    elif not above.formula:
        says = Text("∂E/∂h: from the step after alone", "∂E/∂h：只来自后一步")
    else:
        says = Text("∂E/∂h: from this step's output, and from the step after", "∂E/∂h：来自本步的输出与后一步")
    terms = " + ".join([above.formula, *later] if above.formula else later)
    parts = [part for part in ("dE_dh", above.id, "later" if later else "") if part]
    return Row(f"{spot.state('dE_dh')} = {terms}", says.en, says.zh, "-".join(parts))


# ---------------------------------------------------------------- inputs


def settle(values: dict[str, Any], cell: Cell) -> None:
    """Put the net together as `net`, its steps, first states and targets as `steps`, `starts` and `targets`.

    Raises:
        InputError: naming what is missing or does not fit.
    """
    net = values["net"] = layers_of(values, cell.gates)
    values["steps"] = steps_of(values["x"], net[0].inputs)
    values["starts"] = {name: states_of(flag, values[flag], net) for name, flag in cell.keeps.items()}
    _refuse_outputs(values, net[-1].outputs)
    outputs = net[-1].outputs if values["wy"] is None else int(values["wy"].shape[0])
    values["targets"] = None
    if values["t"] is not None:
        values["targets"] = targets_of(values["t"], len(values["steps"]), outputs)
        _refuse_loss(values)
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


def _refuse_outputs(values: dict[str, Any], enters: int) -> None:
    wy, by = values["wy"], values["by"]
    if wy is None:
        for name in ("by", "out_act"):
            if values[name] not in (None, "linear"):
                raise InputError(
                    Text("There is no output layer for {name}.", "没有输出层，不能给 {name}。"),
                    Text("Give its weights too: --wy.", "请同时给出输出权重 --wy。"),
                    name=name,
                ).about(name)
        return
    if wy.shape[1] != enters:
        raise InputError(
            Text("wy is {shape}, but the state has {n} number(s).", "wy 是 {shape}，但状态有 {n} 个数。"),
            Text("Give wy {n} column(s): a row per output.", "wy 应有 {n} 列：每个输出一行。"),
            shape="×".join(map(str, wy.shape)),
            n=enters,
        ).about("wy")
    if by is None:
        return
    if by.shape == (1,) and wy.shape[0] > 1:
        by = values["by"] = by.repeated(wy.shape[0])
    if by.shape != wy.shape[:1]:
        raise InputError(
            Text("by has {n} number(s), but wy has {m} row(s).", "by 有 {n} 个数，但 wy 有 {m} 行。"),
            Text("Give {m} number(s), one per output.", "请给 {m} 个数，每个输出一个。"),
            n=by.shape[0],
            m=wy.shape[0],
        ).about("by")


def _refuse_loss(values: Mapping[str, Any]) -> None:
    loss, act = LOSSES[values["loss"]], values["out_act"]
    if loss.after and (values["wy"] is None or act != loss.after):
        raise InputError(
            Text(
                "{loss} needs probabilities from {after}, but the output is {act}.",
                "{loss} 需要 {after} 给出的概率，但输出是 {act}。",
            ),
            Text(
                "Give --wy and --out_act {after}, or take --loss half-sse.",
                "请给出 --wy 和 --out_act {after}，或用 --loss half-sse。",
            ),
            loss=loss.name,
            after=loss.after,
            act="h" if values["wy"] is None else act,
        ).about("loss")
    if not loss.after:
        return
    for row in values["targets"].values():
        numbers = row.tolist()
        wrong = [n for n in numbers if not 0 <= n <= 1]
        if wrong or (loss.name == "ce" and abs(sum(numbers) - 1) > 1e-9):
            raise InputError(
                Text(
                    "{loss} takes probabilities as targets, but t has {t}.", "{loss} 的目标值应为概率，但 t 中有 {t}。"
                ),
                Text("Write class 2 of 3 as 0,1,0.", "3 类中的第 2 类写作 0,1,0。"),
                loss=loss.name,
                t=float(wrong[0]) if wrong else ",".join(str(float(n)) for n in numbers[:8]),
            ).about("t")


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


def output_rows(w: Work, spot: Spot) -> list[Row]:
    """Return the lines of a step's output; none where the state itself is the output."""
    inputs = w.inputs
    if inputs["wy"] is None:
        return []
    state = "h[t]" if spot.layer is None else "h[t,l]"
    weighted, suffix = f"W_y @ {state}", "" if inputs["by"] is None else "-b"
    if suffix:
        weighted += " + b_y"
    act = inputs["out_act"]
    if act == "linear":
        return [Row(f"y[t] = {weighted}", "output", "输出", f"y{suffix}")]
    says = SOFTMAX if act == "softmax" else ACTIVATIONS[act].says
    value = "softmax(a_y[t])" if act == "softmax" else ACTIVATIONS[act].value.format(z="a_y[t]")
    return [
        Row(f"a_y[t] = {weighted}", "what enters the output", "进入输出的加权和", f"a_y{suffix}"),
        Row(f"y[t] = {value}", f"output; {says.en}", f"输出；{says.zh}", f"y-{act}"),
    ]


SOFTMAX = Text("softmax: positive, adds up to 1", "softmax：均为正，和为 1")


# ---------------------------------------------------------------- the error

FAR = 1e-7
"""A sigmoid nearer to 1 than this has lost too many digits of 1 − y for its logarithm."""
LEAST_OUTPUT = 1e-300
"""A probability below this is no longer told from 0."""


def output_name(w: Work, spot: Spot) -> str:
    """Write what the targets are compared with: the output, or the state where there is no output layer."""
    return "y[t]" if w.inputs["wy"] is not None else "h[t]" if spot.layer is None else "h[t,l]"


def errors(w: Work, spot: Spot) -> None:
    """Write the error of every step that has a target, and their sum."""
    targets = w.inputs["targets"]
    if targets is None:
        return
    loss = LOSSES[w.inputs["loss"]]
    several = len(targets) > 1
    for t, target in targets.items():
        far = _is_far(w, loss, t)
        at: dict[str, Any] = {"t": t, "m": target.shape[0], **spot.at}
        if far and "{top}" in loss.far:
            w.let("top[t] = max(a_y[t][j] for j in (1, ..., m))", "the largest a", "最大的 a", id="top", t=t, m=at["m"])
        template = loss.far if far else loss.value
        value = template.format(a=output_name(w, spot), z="a_y[t]", t="target[t]", top="top[t]")
        w.let(
            f"{'E[t]' if several else 'E'} = {value}",
            loss.says.en,
            loss.says.zh,
            id=f"E-{loss.name}-far" if far else f"E-{loss.name}",
            **at,
        )
    if several:
        w.let(
            "E = sum(E[t] for t in (1, ..., T))", "the sum over the steps", "对各时间步求和", id="E-sum", T=len(targets)
        )


def _is_far(w: Work, loss: Loss, t: int) -> bool:
    """Say whether float64 has lost a logarithm of a step's outputs, which then comes from what enters them."""
    if not loss.far or ("y", t) not in w.env:
        return False  # a trial that has no output needs no error either
    outputs = [float(y) for y in flat(w.env["y", t])]
    return 0 <= min(outputs) < LEAST_OUTPUT or (loss.after == "sigmoid" and 0 <= 1 - max(outputs) < FAR)


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

SQUARED_LOSSES = SQUARED
