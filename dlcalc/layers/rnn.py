"""The plain recurrent cell (Elman 1990): h[t] = f(W_x x[t] + W_h h[t-1] + b)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.errors import Text
from dlcalc.layers.activation import ACTIVATIONS
from dlcalc.layers.recurrent_inputs import Gates
from dlcalc.layers.recurrent_spot import Above, Cell, Row, Spot, arriving

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


def slope(spot: Spot, act: str) -> str:
    """Write the slope of the activation at step t: in the state where it is smooth, at a kink in what entered."""
    row = ACTIVATIONS[act]
    template = row.slope if not row.slope_by_value or " > 0" in row.slope else row.slope_by_value
    return template.format(z=spot.state("a"), a=spot.state("h"))


def backward(spot: Spot, inputs: Mapping[str, Any], above: Above, *, first: bool) -> list[Row]:
    """Return a step's lines on the way back: what reaches the state, and δ = ∂E/∂a; see `bptt`."""
    later: list[str] = []
    if not first:
        later.append(f"{spot.own('W_h')}.T @ {spot.state('delta', spot.after)}")
    arrives, act = spot.state("dE_dh"), inputs["act"]
    linear = act == "linear"
    return [
        arriving(spot, above, later),
        Row(
            f"{spot.state('delta')} = {arrives if linear else f'{arrives}*({slope(spot, act)})'}",
            "δ = ∂E/∂a: the slope is 1" if linear else "δ = ∂E/∂a: times the slope of the activation",
            "δ = ∂E/∂a：导数为 1" if linear else "δ = ∂E/∂a：乘以激活函数的导数",
            f"delta-{act}",
        ),
    ]


def jacobian(inputs: Mapping[str, Any]) -> list[Row]:
    """Return the line of ∂h[t]/∂h[t-1]."""
    spot, act = Spot(inputs["net"][0].directions[0], None, ""), inputs["act"]
    return [
        Row(
            "J[t] = W_h" if act == "linear" else f"J[t] = diag({slope(spot, act)}) @ W_h",
            "∂h of this step by h of the step before",
            "本步 h 对前一步 h 的导数",
            f"J-{act}",
        )
    ]


CELL = Cell(
    GATES,
    {"h": "h0"},
    forward,
    ("h",),
    ("a",),
    backward,
    ("dE_dh", "delta"),
    (),
    lambda spot, inputs, flag: None,
    jacobian,
    "h",
)
