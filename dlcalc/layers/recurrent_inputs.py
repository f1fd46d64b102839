"""The weights of a recurrent net as an exercise states them: gate by gate, stacked, or a whole net; made to fit.

A flag is named by what it multiplies and its gate: `wi` multiplies the input, `ui` the state before, `bi` is added,
`bhi` is a second bias that goes with the state (PyTorch's b_hh), `pi` a peephole. An RNN has wx, wh, b and bh.
W is units × inputs, U is units × units, the others have a number per unit. PyTorch writes the same gates one below the
other in one matrix: `w_ih`, `w_hh`, `b_ih`, `b_hh`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from dlcalc.core.numbers import Numbers
from dlcalc.errors import InputError, Text

if TYPE_CHECKING:
    from dlcalc.core.arrays import Array

MATRIX, VECTOR = Numbers(2, 2), Numbers(1, 1)
STACKED = ("w_ih", "w_hh", "b_ih", "b_hh")
"""The flags of stacked gates, and the names in a file; PyTorch says weight_ih, weight_hh, bias_ih, bias_hh."""

Weights = dict[str, "Array"]
"""What one layer computes with in one direction, by flag."""


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates of a kind of cell.

    Attributes:
        order: their letters in the usual order of stacked matrices.
        says: what each is called.
        peepholes: gates that may look at the cell state.
    """

    order: str
    says: Mapping[str, Text]
    peepholes: str = ""

    def flags(self, gate: str) -> tuple[str, str, str, str]:
        """Return the flags of a gate's weights: on the input, on the state before, bias, second bias."""
        return (f"w{gate}", f"u{gate}", f"b{gate}", f"bh{gate}") if gate else ("wx", "wh", "b", "bh")

    @property
    def each(self) -> tuple[str, ...]:
        """The gates' letters; an RNN has one block without a letter."""
        return tuple(self.order) or ("",)

    @property
    def names(self) -> tuple[str, ...]:
        """Every flag of a layer."""
        own = [flag for gate in self.each for flag in self.flags(gate)]
        return (*own, *(f"p{gate}" for gate in self.peepholes))


def symbol(flag: str) -> str:
    """Return how a flag's numbers are written on the sheet: W_i for wi, b_hi for bhi, b for b."""
    letter = flag[0].upper() if flag[0] in "wu" else flag[0]
    return f"{letter}_{flag[1:]}" if flag[1:] else letter


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: the weights of its directions, forward first, backward second if it has both."""

    directions: tuple[Weights, ...]
    units: int
    inputs: int

    @property
    def outputs(self) -> int:
        """Numbers that leave it at a step."""
        return self.units * len(self.directions)


# ---------------------------------------------------------------- from the inputs to layers


def layers_of(values: Mapping[str, Any], gates: Gates) -> tuple[Layer, ...]:
    """Return the net's layers, every array of the shape it must have.

    Raises:
        InputError: naming the flag that is missing or whose shape does not fit, and what fits.
    """
    flags = [*gates.names, *(STACKED if gates.order else ())]
    given = {flag: values[flag] for flag in flags if values[flag] is not None}
    if values["params"] is None:
        return (_layer((given,), values, gates, None, None),)
    if given:
        flag = next(iter(given))
        raise InputError(
            Text("The net is given as params already.", "网络已由 params 给出。"),
            Text("Leave --params or --{flag} out.", "请去掉 --params 或 --{flag}。"),
            flag=flag,
        ).about(flag)
    layers: list[Layer] = []
    for number, directions in enumerate(values["params"], 1):
        try:
            layers.append(
                _layer(
                    tuple(_arrays(each, gates) for each in directions),
                    values,
                    gates,
                    layers[-1].outputs if layers else None,
                    number,
                )
            )
            if len(directions) != len(values["params"][0]):
                raise InputError(
                    Text("It has {n} direction(s), layer 1 has {m}.", "它有 {n} 个方向，第 1 层有 {m} 个。"),
                    Text("Give every layer a reverse, or none.", "请让每层都有 reverse，或都没有。"),
                    n=len(directions),
                    m=len(values["params"][0]),
                )
        except InputError as error:
            raise InputError(
                Text("Layer {number}: {en}", "第 {number} 层：{zh}"),
                error.hint and Text(*(_literal(error.advice(lang)) for lang in ("en", "zh"))),
                number=number,
                en=error.message("en"),
                zh=error.message("zh"),
            ).about("params") from None
    return tuple(layers)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _arrays(table: Mapping[str, Any], gates: Gates) -> Weights:
    """Read one direction's table of a net."""
    known = (*gates.names, *STACKED)
    found: Weights = {}
    for name, raw in table.items():
        if name not in known:
            raise InputError(
                Text("'{name}' is no weight of this kind of layer.", "“{name}” 不是这种层的权重。"),
                Text("There are: {known}.", "可用的有：{known}。"),
                name=str(name)[:40],
                known=", ".join(known),
            )
        if raw is not None:
            found[name] = _read(name, raw)
    return found


def _read(name: str, raw: object) -> Array:
    kind = MATRIX if name[0] in "wu" else VECTOR
    try:
        return cast("Array", kind.read(raw))
    except InputError as error:
        raise InputError(
            Text("{name}: {en}", "{name}：{zh}"),
            error.hint and Text(*(_literal(error.advice(lang)) for lang in ("en", "zh"))),
            name=name,
            en=error.message("en"),
            zh=error.message("zh"),
        ) from None


def _layer(
    tables: tuple[Weights, ...], values: Mapping[str, Any], gates: Gates, enters: int | None, number: int | None
) -> Layer:
    """Return a layer of one or two directions that fits the `enters` numbers of the layer below."""
    order = values["gate_order"] if gates.order else ""
    directions = tuple(_fitted(_apart(table, gates, order), gates) for table in tables)
    first = directions[0][gates.flags(gates.each[0])[0]]
    units, inputs = (int(side) for side in first.shape)
    for weights in directions[1:]:
        other = weights[gates.flags(gates.each[0])[0]]
        if other.shape != first.shape:
            raise InputError(
                Text(
                    "The backward direction's weights are {other}, the forward ones {shape}.",
                    "反向的权重是 {other}，正向的是 {shape}。",
                ),
                Text("Give both directions the same shapes.", "请让两个方向的形状相同。"),
                other=_shape(other),
                shape=_shape(first),
            )
    if enters is not None and inputs != enters:
        raise InputError(
            Text(
                "It takes {inputs} number(s), but the layer below gives {enters}.",
                "它接收 {inputs} 个数，但下一层给出 {enters} 个。",
            ),
            Text("Give its input weights {enters} column(s).", "请让输入权重有 {enters} 列。"),
            inputs=inputs,
            enters=enters,
        )
    return Layer(directions, units, inputs)


def _apart(table: Weights, gates: Gates, order: str) -> Weights:
    """Return the gates' own weights, stacked matrices cut in their order."""
    stacked = [name for name in STACKED if name in table]
    if not stacked:
        return table
    own = [name for name in table if name not in STACKED and name[0] != "p"]
    if own:
        raise InputError(
            Text("{stacked} and {own} are both given.", "同时给了 {stacked} 和 {own}。"),
            Text("Give the gates one by one, or all stacked.", "请逐个给出各门，或全部叠在一起。"),
            stacked=stacked[0],
            own=own[0],
        ).about(stacked[0])
    for name in STACKED[:2]:
        if name not in table:
            raise InputError(
                Text("{name} is missing.", "缺少 {name}。"),
                Text("Give --w-ih and --w-hh together.", "请同时给出 --w-ih 和 --w-hh。"),
                name=name,
            ).about(name)
    count = len(gates.each)
    found: Weights = {name: array for name, array in table.items() if name[0] == "p"}
    for name in stacked:
        rows = table[name].shape[0]
        if rows % count:
            raise InputError(
                Text(
                    "{name} has {rows} row(s), which do not part into {count} gates.",
                    "{name} 有 {rows} 行，不能平分给 {count} 个门。",
                ),
                Text(
                    "Stack the {count} gates in the order {order}, {count}·h rows in all.",
                    "请按 {order} 的顺序叠放 {count} 个门，共 {count}·h 行。",
                ),
                name=name,
                rows=rows,
                count=count,
                order=order or "–",
            ).about(name)
        _refuse_stacked(name, table, table["w_ih"].shape[0] // count)
        for place, gate in enumerate(order or gates.each):
            flag = gates.flags(gate)[STACKED.index(name)]
            found[flag] = _cut(table[name], place, rows // count)
    return found


def _refuse_stacked(name: str, table: Weights, units: int) -> None:
    """Refuse stacked gates that do not belong to the units of `w_ih`, under the name they were given by."""
    every = int(table["w_ih"].shape[0])
    if table[name].shape[0] == every and (name != "w_hh" or table[name].shape[1] == units):
        return
    raise InputError(
        Text("{name} is {shape}, but w_ih has {every} row(s).", "{name} 是 {shape}，但 w_ih 有 {every} 行。"),
        Text("Give {name} {want} numbers.", "{name} 应有 {want} 个数。"),
        name=name,
        shape=_shape(table[name]),
        every=every,
        want=f"{every}×{units}" if name == "w_hh" else every,
    ).about(name)


def _cut(stacked: Array, place: int, rows: int) -> Array:
    from dlcalc.core.arrays import Array

    return Array(stacked.data[place * rows : (place + 1) * rows])


def _fitted(weights: Weights, gates: Gates) -> Weights:
    """Return one direction's weights, each of the shape that the first gate's sets; one number fills a bias."""
    first = gates.flags(gates.each[0])[0]
    for gate in gates.each:
        for flag in gates.flags(gate)[:2]:
            if flag not in weights:
                raise _missing(flag, gate, gates)
    units, inputs = (int(side) for side in weights[first].shape)
    biases = [gates.flags(gate)[2] for gate in gates.each]
    if any(flag in weights for flag in biases):
        for gate, flag in zip(gates.each, biases, strict=True):
            if flag not in weights:
                raise _missing(flag, gate, gates)
    fitted: Weights = {}
    for flag, array in weights.items():
        if flag[0] in "bp" and array.shape == (1,) and units > 1:
            array = array.repeated(units)
        recurrent = flag[0] == "u" or flag == "wh"
        want = (units,) if flag[0] in "bp" else (units, units) if recurrent else (units, inputs)
        if array.shape != want:
            raise InputError(
                Text(
                    "{flag} is {shape}, but {first} is {base}: {units} unit(s), {inputs} input(s).",
                    "{flag} 是 {shape}，但 {first} 是 {base}：{units} 个单元，{inputs} 个输入。",
                ),
                Text(
                    "Give {flag} {want} numbers: a row per unit, a column per unit of the state.",
                    "{flag} 应有 {want} 个数：每个单元一行，状态的每个单元一列。",
                )
                if recurrent
                else Text("Give {flag} {want} number(s), one per unit.", "{flag} 应有 {want} 个数，每个单元一个。")
                if len(want) == 1
                else Text(
                    "Give {flag} {want} numbers: a row per unit, a column per input.",
                    "{flag} 应有 {want} 个数：每个单元一行，每个输入一列。",
                ),
                flag=flag,
                shape=_shape(array),
                first=first,
                base=_shape(weights[first]),
                units=units,
                inputs=inputs,
                want="×".join(map(str, want)),
            ).about(flag)
        fitted[flag] = array
    return fitted


def _missing(flag: str, gate: str, gates: Gates) -> InputError:
    says = {
        "w": Text("{flag} is missing: the weights on the input of {en}.", "缺少 {flag}：{zh}的输入权重。"),
        "u": Text("{flag} is missing: the weights on the state before of {en}.", "缺少 {flag}：{zh}的前一状态权重。"),
        "b": Text("{flag} is missing: the bias of {en}.", "缺少 {flag}：{zh}的偏置。"),
    }["u" if flag == "wh" else flag[0]]
    named = gates.says[gate]
    hint = Text("Give --{flag}.", "请给出 --{flag}。")
    return InputError(says, hint, flag=flag, en=named.en, zh=named.zh).about(flag)


def _shape(array: Array) -> str:
    return "×".join(map(str, array.shape))


# ---------------------------------------------------------------- sequences, states, targets


def steps_of(x: Array, inputs: int) -> tuple[Array, ...]:
    """Return the input of each time step; a vector is a step of several numbers, or several steps of one.

    Raises:
        InputError: if a step has not as many numbers as the first layer takes.
    """
    if len(x.shape) == 1 and inputs == 1:
        return x.reshaped((-1, 1)).rows
    rows = x.rows
    if rows[0].shape[0] != inputs:
        raise InputError(
            Text(
                "x has shape {shape}: {n} number(s) at a step, but the weights take {inputs}.",
                "x 的形状是 {shape}：每步 {n} 个数，但权重接收 {inputs} 个。",
            ),
            Text("Give one row per time step, {inputs} number(s) each.", "每个时间步一行，每行 {inputs} 个数。"),
            shape=_shape(x),
            n=rows[0].shape[0],
            inputs=inputs,
        ).about("x")
    return rows


def states_of(name: str, given: Array | None, layers: tuple[Layer, ...]) -> tuple[Array, ...]:
    """Return what each layer's directions start from, in PyTorch's order: layer by layer, forward before backward.

    Raises:
        InputError: for another shape than one row per layer and direction.
    """
    from dlcalc.core.arrays import Array

    wanted = [layer.units for layer in layers for _ in layer.directions]
    if given is None:
        return tuple(Array.of([0] * units) for units in wanted)
    rows = given.rows
    if len(wanted) > 1 and len(given.shape) == 1 and len(wanted) == given.shape[0] and set(wanted) == {1}:
        rows = given.reshaped((-1, 1)).rows
    if len(wanted) == 1 and given.shape == (wanted[0], 1):
        rows = (given.reshaped((-1,)),)  # a column
    if [row.shape[0] for row in rows] != wanted:
        raise InputError(
            Text("{name} has shape {shape}.", "{name} 的形状是 {shape}。"),
            Text("Give {units} number(s), one per unit.", "请给 {units} 个数，每个单元一个。")
            if len(wanted) == 1
            else Text(
                "Give one row per layer and direction, {rows} in all, with {units} number(s) each.",
                "每层每个方向一行，共 {rows} 行，每行 {units} 个数。",
            ),
            name=name,
            shape=_shape(given),
            units=wanted[0],
            rows=len(wanted),
        ).about(name)
    return rows


def targets_of(t: Array, steps: int, outputs: int) -> dict[int, Array]:
    """Return the targets by time step: of every step, or of the last one only.

    Raises:
        InputError: for another number of rows or of outputs.
    """
    if len(t.shape) == 1 and outputs == 1 and t.shape[0] == steps:
        rows = t.reshaped((steps, 1)).rows
    elif t.shape == (outputs, 1) and outputs > 1 and steps > 1 and outputs != steps:
        rows = (t.reshaped((-1,)),)
    else:
        rows = t.rows
    if len(rows) not in (1, steps) or rows[0].shape[0] != outputs:
        raise InputError(
            Text(
                "t has shape {shape}, but there are {steps} step(s) with {outputs} output(s) each.",
                "t 的形状是 {shape}，但有 {steps} 步，每步 {outputs} 个输出。",
            ),
            Text(
                "Give one row per step, or one row for the last step only; {outputs} number(s) each.",
                "每步一行，或只给最后一步的一行；每行 {outputs} 个数。",
            ),
            shape=_shape(t),
            steps=steps,
            outputs=outputs,
        ).about("t")
    return dict(enumerate(rows, 1)) if len(rows) == steps else {steps: rows[0]}
