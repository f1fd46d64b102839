"""How a recurrent cell is written down: rows of formulas for a spot of the net, forward and on the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from dlcalc.errors import Text
from dlcalc.layers.recurrent_inputs import Gates, Weights, symbol


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
