"""Activation functions: for each the formula of its value and of its slope. `{z}` is what enters, `{a}` what leaves."""

from __future__ import annotations

from dataclasses import dataclass

from dlcalc.errors import Text


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation function, as templates of the formula language.

    Attributes:
        name: as users type it.
        says: what it does, in a few words.
        value: the formula of its value, in `{z}`.
        slope: the formula of its derivative, in `{z}`.
        slope_by_value: the derivative written in its value `{a}`, where it has such a form; else "".
    """

    name: str
    says: Text
    value: str
    slope: str
    slope_by_value: str = ""


ROWS = (
    Activation("linear", Text("linear: passed on as it is", "线性：原样输出"), "{z}", "0*{z} + 1"),
    Activation(
        "sigmoid",
        Text("sigmoid: between 0 and 1", "sigmoid：取值在 0 与 1 之间"),
        "sigmoid({z})",
        "sigmoid({z})*(1 - sigmoid({z}))",
        "{a}*(1 - {a})",
    ),
    Activation(
        "tanh",
        Text("tanh: between −1 and 1", "tanh：取值在 −1 与 1 之间"),
        "tanh({z})",
        "1 - tanh({z})**2",
        "1 - {a}**2",
    ),
    Activation("relu", Text("ReLU: negatives become 0", "ReLU：负数变为 0"), "relu({z})", "{z} > 0", "{a} > 0"),
)

ACTIVATIONS: dict[str, Activation] = {row.name: row for row in ROWS}
