"""The kinds of input that state a whole recurrent net, and the order of its stacked gates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dlcalc.core.inputs import Kind
from dlcalc.errors import InputError, Text

MOST_LAYERS = 16
"""Layers that a net may have."""


@dataclass(frozen=True, slots=True)
class Net(Kind):
    """A net of several layers or both directions, from a file or as JSON.

    Either PyTorch's names (`weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0_reverse`, …), or a list of layers, each a table
    with the names of the flags; a layer that also runs backwards has its second weights under `reverse`.
    """

    shape: str = "JSON|@FILE"
    takes_arrays: ClassVar[bool] = True
    takes_tables: ClassVar[bool] = True

    def read(self, raw: object) -> tuple[tuple[dict[str, Any], ...], ...]:
        """Return, layer by layer and direction by direction, a table of what was given, by flag or stacked name.

        Raises:
            InputError: naming the layer, and what it lacks or has too much.
        """
        if isinstance(raw, tuple) and raw and all(isinstance(layer, tuple) for layer in raw):
            return raw  # read from a file already
        if isinstance(raw, str):
            raw = _json(raw)
        if isinstance(raw, Mapping) and len(raw) == 1:
            (only,) = raw.values()
            raw = (
                only
                if isinstance(only, list | tuple | Mapping) and not _PYTORCH.fullmatch(str(next(iter(raw))))
                else raw
            )
        if isinstance(raw, Mapping) and raw and all(_PYTORCH.fullmatch(str(key)) for key in raw):
            return _from_pytorch(raw)
        if isinstance(raw, Mapping):
            raw = [raw]
        if not isinstance(raw, list | tuple) or not raw or not all(isinstance(item, Mapping) for item in raw):
            raise InputError(
                Text("That is no net.", "这不是网络。"),
                Text(
                    "Give PyTorch's names (weight_ih_l0, weight_hh_l0, …), or a list of layers: {example}",
                    "请用 PyTorch 的名称（weight_ih_l0、weight_hh_l0 等），或层的列表：{example}",
                ),
                example='[{"wx": [[0.1]], "wh": [[0.5]], "b": [0]}]',
            )
        if len(raw) > MOST_LAYERS:
            raise _too_deep(len(raw))
        return tuple(self._layer(item, number) for number, item in enumerate(raw, 1))

    def _layer(self, item: Mapping[str, object], number: int) -> tuple[dict[str, Any], ...]:
        there = dict(item)
        back = there.pop("reverse", None)
        if back is not None and not isinstance(back, Mapping):
            raise InputError(
                Text("Layer {number}: reverse is no table of weights.", "第 {number} 层：reverse 不是权重表。"),
                Text('Write it as the layer itself: "reverse": {example}', '写法与该层相同："reverse": {example}'),
                number=number,
                example='{"wx": [[0.1]], "wh": [[0.5]]}',
            )
        return (there,) if back is None else (there, dict(back))

    def show(self, value: Any) -> object:
        """Return the tables, arrays as nested lists."""
        return [
            [{k: v.tolist() if hasattr(v, "tolist") else v for k, v in d.items()} for d in layer] for layer in value
        ]

    def write(self, value: Any) -> str:
        """Write how many layers and directions there are."""
        return self.brief(value)

    def brief(self, value: Any) -> str:
        """Write how many layers and directions there are."""
        return f"{len(value)}x{len(value[0])}"


def _plain(array: Any) -> object:
    return array.tolist() if hasattr(array, "tolist") else array


_PYTORCH = re.compile(r"(?:\w+\.)*(weight|bias)_([ih]h)_l(\d+)(_reverse)?")


def _from_pytorch(raw: Mapping[object, Any]) -> tuple[tuple[dict[str, Any], ...], ...]:
    """Sort a state_dict's entries by layer and direction; weight_ih_l0 becomes w_ih of the first layer."""
    found: dict[tuple[int, bool], dict[str, Any]] = {}
    for key, value in raw.items():
        match = _PYTORCH.fullmatch(str(key))
        assert match is not None
        place = int(match[3]), match[4] is not None
        found.setdefault(place, {})[f"{match[1][0]}_{match[2]}"] = value
    both = any(backward for _, backward in found)
    depth = max(number for number, _ in found) + 1
    if depth > MOST_LAYERS:
        raise _too_deep(depth)
    layers = []
    for number in range(depth):
        for backward in (False, True)[: 1 + both]:
            if (number, backward) not in found:
                name = f"weight_ih_l{number}" + "_reverse" * backward
                raise InputError(
                    Text("{name} is missing.", "缺少 {name}。"),
                    Text("Give every layer the same entries.", "请让每层的条目相同。"),
                    name=name,
                )
        layers.append(tuple(found[number, backward] for backward in (False, True)[: 1 + both]))
    return tuple(layers)


def _too_deep(layers: int) -> InputError:
    return InputError(
        Text("The net has {n} layers.", "网络有 {n} 层。"),
        Text("At most {most} are taken.", "最多 {most} 层。"),
        n=layers,
        most=MOST_LAYERS,
    )


def _json(text: str) -> object:
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class GateOrder(Kind):
    """In which order stacked matrices hold the gates: their letters, each once."""

    usual: str

    @property
    def shape(self) -> str:
        """The usual order."""
        return self.usual

    def read(self, raw: object) -> str:
        """Return the letters.

        Raises:
            InputError: if one is missing, unknown or there twice.
        """
        letters = re.sub(r"[\s,，;]", "", str(raw)).lower() if isinstance(raw, str | list | tuple) else ""
        if isinstance(raw, list | tuple):
            letters = "".join(str(letter) for letter in raw).lower()
        if sorted(letters) != sorted(self.usual):
            raise InputError(
                Text("'{raw}' is no order of the gates {usual}.", "“{raw}” 不是门 {usual} 的一种顺序。"),
                Text("Type each letter once, such as {usual}.", "每个字母写一次，例如 {usual}。"),
                raw=str(raw)[:40],
                usual=self.usual,
            )
        return letters

    def show(self, value: str) -> object:
        """Return the letters."""
        return value
