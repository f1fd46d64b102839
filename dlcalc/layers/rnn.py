"""The plain recurrent cell (Elman 1990): h[t] = f(W_x x[t] + W_h h[t-1] + b)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.errors import Text
from dlcalc.layers.activation import ACTIVATIONS
from dlcalc.layers.recurrent import Cell, Row, Spot
from dlcalc.layers.recurrent_inputs import Gates

GATES = Gates("", {"": Text("the layer", "该层")})


def forward(spot: Spot, inputs: Mapping[str, Any]) -> list[Row]:
    """Return the lines of a step."""
    total, suffix = spot.sum_for(GATES, "")
    a, act = spot.state("a"), ACTIVATIONS[inputs["act"]]
    return [
        Row(f"{a} = {total}", "the input and the state before", "输入与前一状态的加权和", f"a{suffix}"),
        Row(
            f"{spot.state('h')} = {act.value.format(z=a)}",
            f"new state; {act.says.en}",
            f"新状态；{act.says.zh}",
            f"h-{act.name}",
        ),
    ]


CELL = Cell(GATES, {"h": "h0"}, forward, ("h",), ("a",))
