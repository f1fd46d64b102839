"""A stack of fully connected layers as an exercise states it: `w1`, `b1`, … or `layers`, read and made to fit.

Symbols: W[l] is out × in, b[l] has one number per unit, layers count from 1 at the first hidden layer. x has one
number per input, t one per output; with several samples each row is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from dlcalc.core.inputs import Kind
from dlcalc.core.numbers import Numbers
from dlcalc.errors import InputError, Text
from dlcalc.layers.activation import ACTIVATIONS

if TYPE_CHECKING:
    from dlcalc.core.arrays import Array

FLAGS = 9
"""Layers that have flags of their own (`w1` to `w9`); a deeper net is given as `layers`."""
MOST_LAYERS = 60
"""Layers that a net may have."""
NAMES = (*(name for name, row in ACTIVATIONS.items() if row.elementwise), "softmax")
"""What a layer's `act` can be."""

WEIGHTS, BIASES = Numbers(2, 2), Numbers(1, 1)


@dataclass(frozen=True, slots=True)
class Dense:
    """One layer: weights out × in, a bias per unit or None, and its activation's name."""

    w: Array
    b: Array | None
    act: str

    @property
    def units(self) -> int:
        """Numbers that leave it."""
        return int(self.w.shape[0])

    @property
    def inputs(self) -> int:
        """Numbers that enter it."""
        return int(self.w.shape[1])


@dataclass(frozen=True, slots=True)
class Acts(Kind):
    """Activations by name, one per layer with commas between, or one for all."""

    shape: str = "NAME[,NAME…]"

    def read(self, raw: object) -> tuple[str, ...]:
        """Return the names.

        Raises:
            InputError: if one is no activation of a layer.
        """
        words = raw.replace("，", ",").replace(",", " ").split() if isinstance(raw, str) else raw
        if not isinstance(words, list | tuple) or not words:
            raise _no_activation(str(raw)[:40])
        found = tuple(str(word).strip().lower() for word in words)
        for word in found:
            if word not in NAMES:
                raise _no_activation(word[:40])
        return found

    def show(self, value: tuple[str, ...]) -> object:
        """Return the names as a list."""
        return list(value)

    def write(self, value: tuple[str, ...]) -> str:
        """Write the names with commas between."""
        return ",".join(value)


def _no_activation(word: str) -> InputError:
    return InputError(
        Text("'{word}' is no activation of a layer.", "“{word}” 不是层的激活函数。"),
        Text(
            "Type one for all layers or one per layer, such as relu,softmax. There are: {names}.",
            "请输入一个（用于所有层）或每层一个，例如 relu,softmax。可选：{names}。",
        ),
        word=word,
        names=", ".join(NAMES),
    )


@dataclass(frozen=True, slots=True)
class Layers(Kind):
    """A whole net: a list of layers, each with `w`, and `b` and `act` if it has them; as JSON text, or from a file."""

    shape: str = "JSON|@FILE"
    takes_arrays: ClassVar[bool] = True

    def read(self, raw: object) -> tuple[Dense, ...]:
        """Return the layers.

        Raises:
            InputError: naming the layer and what it lacks.
        """
        if isinstance(raw, tuple) and raw and all(isinstance(item, Dense) for item in raw):
            return raw  # read from a file already
        if isinstance(raw, str):
            raw = _json(raw)
        if isinstance(raw, Mapping) and set(raw) == {"layers"}:
            raw = raw["layers"]  # a TOML file is a table at its outermost
        if not isinstance(raw, list | tuple) or not raw or not all(isinstance(item, Mapping) for item in raw):
            raise InputError(
                Text("That is no list of layers.", "这不是层的列表。"),
                Text("Give a list of tables: {example}", "请给出由表组成的列表：{example}"),
                example='[{"w": [[0.1, 0.8]], "b": [0.2], "act": "sigmoid"}]',
            )
        return tuple(self._layer(item, number) for number, item in enumerate(raw, 1))

    def _layer(self, item: Mapping[str, object], number: int) -> Dense:
        unknown = [str(key) for key in item if key not in ("w", "b", "act")]
        if unknown or item.get("w") is None:
            raise InputError(
                Text("Layer {number} has '{unknown}'.", "第 {number} 层有 “{unknown}”。")
                if unknown
                else Text("Layer {number} has no w.", "第 {number} 层没有 w。"),
                Text("A layer has w, and may have b and act.", "每层要有 w，可以有 b 和 act。"),
                number=number,
                unknown=unknown[0][:40] if unknown else "",
            )
        try:
            w, b = item["w"], item.get("b")
            acts = Acts().read(item.get("act", "sigmoid"))
            return Dense(_array(WEIGHTS, w), None if b is None else _array(BIASES, b), acts[0])
        except InputError as error:
            raise InputError(
                Text("Layer {number}: {en}", "第 {number} 层：{zh}"),
                Text(
                    "Write a layer such as {example}.",
                    "一层写作例如 {example}。",
                ),
                number=number,
                en=error.message("en"),
                zh=error.message("zh"),
                example='{"w": [[0.1, 0.8]], "b": [0.2], "act": "sigmoid"}',
            ) from None

    def show(self, value: tuple[Dense, ...]) -> object:
        """Return the layers as tables of what is typed."""
        return [
            {"w": WEIGHTS.write(d.w), **({} if d.b is None else {"b": BIASES.write(d.b)}), "act": d.act} for d in value
        ]

    def brief(self, value: tuple[Dense, ...]) -> str:
        """Write the sizes alone."""
        return sizes(value)


def _json(text: str) -> object:
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _array(kind: Numbers, raw: object) -> Array:
    return cast("Array", kind.read(raw))  # neither kind reads a single number


def sizes(net: tuple[Dense, ...]) -> str:
    """Write a net as 2-3-2."""
    return "-".join(map(str, (net[0].inputs, *(layer.units for layer in net))))


# ---------------------------------------------------------------- from the inputs to a net


def settle(values: dict[str, Any]) -> None:
    """Put the net together as `values["net"]`, and x and t in rows as `values["samples"]` and `values["targets"]`.

    One sample is a vector in a tuple of one. Targets are None where t is not given.

    Raises:
        InputError: naming the input whose shape does not fit, with both shapes, or the layer that is missing.
    """
    net = values["net"] = _net(values)
    values["samples"] = _samples(values["x"], net[0].inputs)
    values["targets"] = None if values["t"] is None else _targets(values["t"], len(values["samples"]), net[-1].units)


def _net(values: Mapping[str, Any]) -> tuple[Dense, ...]:
    layers: tuple[Dense, ...] | None = values["layers"]
    if layers is not None:
        for name in ("w", "b"):
            for l in range(1, FLAGS + 1):  # noqa: E741
                if values[f"{name}{l}"] is not None:
                    raise InputError(
                        Text("The net is given as layers already.", "网络已由 layers 给出。"),
                        Text("Leave --layers or --{name} out.", "请去掉 --layers 或 --{name}。"),
                        name=f"{name}{l}",
                    ).about(f"{name}{l}")
        if values["act"] is not None:
            layers = tuple(Dense(d.w, d.b, a) for d, a in zip(layers, _acts(values["act"], len(layers)), strict=True))
    else:
        layers = _from_flags(values)
    if len(layers) > MOST_LAYERS:
        raise InputError(
            Text("The net has {n} layers.", "网络有 {n} 层。"),
            Text("At most {most} are taken.", "最多 {most} 层。"),
            n=len(layers),
            most=MOST_LAYERS,
        ).about("layers")
    return tuple(_fitted(layer, number, layers) for number, layer in enumerate(layers, 1))


def _from_flags(values: Mapping[str, Any]) -> tuple[Dense, ...]:
    given = [l for l in range(1, FLAGS + 1) if values[f"w{l}"] is not None]  # noqa: E741
    depth = max(given, default=0)
    for l in range(1, FLAGS + 1):  # noqa: E741
        if values[f"w{l}"] is None and (l < depth or values[f"b{l}"] is not None):
            beyond = f"w{depth}" if l < depth else f"b{l}"
            raise InputError(
                Text("{beyond} is given, but w{l} is not.", "给了 {beyond}，却没有 w{l}。"),
                Text(
                    "Layers are numbered without a gap: give --w{l}, or leave --{beyond} out.",
                    "层号必须连续：请给出 --w{l}，或去掉 --{beyond}。",
                ),
                beyond=beyond,
                l=l,
            ).about(f"w{l}")
    acts = _acts(values["act"] or ("sigmoid",), depth)
    return tuple(
        Dense(values[f"w{l}"], values[f"b{l}"], act)
        for l, act in enumerate(acts, 1)  # noqa: E741
    )


def _acts(acts: tuple[str, ...], depth: int) -> tuple[str, ...]:
    if len(acts) == 1 and (depth == 1 or acts[0] != "softmax"):
        return acts * depth
    if len(acts) != depth:
        example = ",".join((*("sigmoid",) * (depth - 1), acts[-1]))
        raise InputError(
            Text("{n} activation(s) for {depth} layers.", "{depth} 层却给了 {n} 个激活函数。"),
            Text("Give one per layer, such as --act {example}.", "请每层给一个，例如 --act {example}。"),
            n=len(acts),
            depth=depth,
            example=example,
        ).about("act")
    return acts


def _fitted(layer: Dense, number: int, layers: tuple[Dense, ...]) -> Dense:
    """Return the layer with a bias per unit, once it fits the layer below it."""
    if layer.act == "softmax" and number < len(layers):
        raise InputError(
            Text(
                "Layer {l} has softmax, but only the last layer can.", "第 {l} 层用了 softmax，但只有最后一层可以用。"
            ),
            Text("Give a hidden layer sigmoid, tanh or relu.", "隐藏层请用 sigmoid、tanh 或 relu。"),
            l=number,
        ).about("act")
    if number > 1 and layer.inputs != layers[number - 2].units:
        raise _unchained(layer, number, layers[number - 2])
    if layer.b is None or layer.b.shape == (layer.units,):
        return layer
    if layer.b.shape == (1,):
        return Dense(layer.w, layer.b.repeated(layer.units), layer.act)
    raise InputError(
        Text(
            "b{l} has {n} numbers, but layer {l} has {units} unit(s): w{l} is {shape}.",
            "b{l} 有 {n} 个数，但第 {l} 层有 {units} 个单元：w{l} 是 {shape}。",
        ),
        Text("Give {units} number(s), or one for all units.", "请给 {units} 个数，或给一个数用于所有单元。"),
        l=number,
        n=layer.b.shape[0],
        units=layer.units,
        shape=_shape(layer.w),
    ).about(f"b{number}" if number <= FLAGS else "layers")


def _shape(array: Array) -> str:
    return "×".join(map(str, array.shape))


def _unchained(layer: Dense, number: int, below: Dense) -> InputError:
    transposed = layer.units == below.units
    return InputError(
        Text(
            "w{l} is {shape}: it takes {n} number(s), but w{before} is {other}, so layer {before} gives {units}.",
            "w{l} 是 {shape}：接收 {n} 个数，但 w{before} 是 {other}，第 {before} 层输出 {units} 个数。",
        ),
        Text(
            "Each row has the weights of one unit: transpose it to {turned}.",
            "每行是一个单元的权重：请转置为 {turned}。",
        )
        if transposed
        else Text(
            "Each row has the weights of one unit: give w{l} {units} column(s).",
            "每行是一个单元的权重：w{l} 应有 {units} 列。",
        ),
        l=number,
        before=number - 1,
        shape=_shape(layer.w),
        other=_shape(below.w),
        n=layer.inputs,
        units=below.units,
        turned="×".join(map(str, reversed(layer.w.shape))),
    ).about(f"w{number}" if number <= FLAGS else "layers")


def _samples(x: Array, inputs: int) -> tuple[Array, ...]:
    rows = x.rows
    if len(x.shape) == 2 and rows[0].shape[0] != inputs and x.shape[0] == inputs and x.shape[1] == 1:
        rows = (x.reshaped((-1,)),)  # one sample written as a column
    if rows[0].shape[0] != inputs:
        raise InputError(
            Text(
                "x has shape {shape}: {n} number(s) per sample, but w1 takes {inputs}.",
                "x 的形状是 {shape}：每个样本 {n} 个数，但 w1 接收 {inputs} 个。",
            ),
            Text(
                "Give {inputs} number(s) per sample, one sample per row; w1 has a row per unit and a column per input.",
                "每个样本请给 {inputs} 个数，每行一个样本；w1 每行一个单元、每列一个输入。",
            ),
            shape=_shape(x),
            n=rows[0].shape[0],
            inputs=inputs,
        ).about("x")
    return rows


def _targets(t: Array, samples: int, outputs: int) -> tuple[Array, ...]:
    if len(t.shape) == 1:
        if samples > 1 and outputs == 1 and t.shape[0] == samples:
            return t.reshaped((samples, 1)).rows
        rows: tuple[Array, ...] = (t,)
    else:
        rows = t.rows
        if t.shape == (outputs, 1) and samples == 1:
            rows = (t.reshaped((-1,)),)
        elif t.shape == (1, samples) and samples > 1 and outputs == 1:
            rows = t.reshaped((samples, 1)).rows
    if len(rows) != samples or rows[0].shape[0] != outputs:
        raise InputError(
            Text(
                "t has shape {shape}, but there are {samples} sample(s) with {outputs} output(s) each.",
                "t 的形状是 {shape}，但有 {samples} 个样本，每个 {outputs} 个输出。",
            ),
            Text(
                "Give one row per sample and one number per output; class 2 of 3 is 0,1,0.",
                "每个样本一行，每个输出一个数；3 类中的第 2 类写作 0,1,0。",
            ),
            shape=_shape(t),
            samples=samples,
            outputs=outputs,
        ).about("t")
    return rows
