"""Activation functions: for each the formula of its value and of its slope. `{z}` is what enters, `{a}` what leaves.

Sources: Glorot 2011 (ReLU, softplus), Maas 2013 (leaky), He 2015 (PReLU), Clevert 2015 (ELU), Hendrycks 2016 (GELU),
Ramachandran 2017 (swish), Goodfellow 2013 (maxout), Krizhevsky 2010 (ReLU6).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dlcalc.errors import Text


@dataclass(frozen=True, slots=True)
class Parameter:
    """A constant in an activation's formulas: its symbol there, its usual value and what it means."""

    symbol: str
    default: int | Fraction
    says: Text


@dataclass(frozen=True, slots=True)
class Activation:
    """One activation function, as templates of the formula language that hold for a number and for an array alike.

    At a kink the slope is that of PyTorch: ReLU′(0) = 0, of a leaky one its α.

    Attributes:
        name: as users type it.
        says: what it does, in a few words.
        value: the formula of its value, in `{z}`.
        slope: the formula of its derivative, in `{z}`.
        slope_by_value: the derivative written in its value `{a}`, where it has such a form; else "".
        parameters: constants its formulas read by their symbols; a sheet must be given them.
        elementwise: whether each number is mapped by itself; softmax-like ones and maxout mix several.
    """

    name: str
    says: Text
    value: str
    slope: str
    slope_by_value: str = ""
    parameters: tuple[Parameter, ...] = ()
    elementwise: bool = True


def _negative_slope(default: Fraction) -> Parameter:
    return Parameter("alpha", default, Text("slope where z is negative", "z 为负时的斜率"))


ROWS = (
    Activation("linear", Text("linear: passed on as it is", "线性：原样输出"), "{z}", "0*{z} + 1"),
    Activation(
        "sigmoid",
        Text("sigmoid: between 0 and 1", "sigmoid：取值在 0 与 1 之间"),
        "sigmoid({z})",
        "sigmoid({z})*sigmoid(-{z})",
        "{a}*(1 - {a})",
    ),
    Activation(
        "tanh",
        Text("tanh: between −1 and 1", "tanh：取值在 −1 与 1 之间"),
        "tanh({z})",
        "1 - tanh({z})**2",
        "1 - {a}**2",
    ),
    Activation(
        "relu",
        Text("ReLU: negatives become 0", "ReLU：负数变为 0"),
        "max(0, {z})",
        "1 if {z} > 0 else 0",
        "1 if {a} > 0 else 0",
    ),
    Activation(
        "leaky",
        Text("leaky ReLU: negatives are scaled down", "leaky ReLU：负数按比例缩小"),
        "{z} if {z} > 0 else alpha*{z}",
        "1 if {z} > 0 else alpha",
        "1 if {a} > 0 else alpha",
        (_negative_slope(Fraction(1, 100)),),
    ),
    Activation(
        "prelu",
        Text("PReLU: negatives are scaled by a learned slope", "PReLU：负数乘以学得的斜率"),
        "{z} if {z} > 0 else alpha*{z}",
        "1 if {z} > 0 else alpha",
        "1 if {a} > 0 else alpha",
        (_negative_slope(Fraction(1, 4)),),
    ),
    Activation(
        "relu6",
        Text("ReLU6: cut off at 0 and at 6", "ReLU6：在 0 与 6 处截断"),
        "min(max(0, {z}), 6)",
        "1 if {z} > 0 and {z} < 6 else 0",
        "1 if {a} > 0 and {a} < 6 else 0",
    ),
    Activation(
        "elu",
        Text("ELU: negatives level off at −α", "ELU：负数一侧趋于 −α"),
        "{z} if {z} > 0 else alpha*expm1({z})",
        "1 if {z} > 0 else alpha*exp({z})",
        "1 if {a} > 0 else {a} + alpha",
        (Parameter("alpha", 1, Text("where negatives level off, at −α", "负数一侧趋于 −α")),),
    ),
    Activation(
        "gelu",
        Text("GELU: z weighted by the normal distribution below it", "GELU：z 乘以正态分布在 z 以下的概率"),
        "{z}*Phi({z})",
        "Phi({z}) + {z}*phi({z})",
    ),
    Activation(
        "swish",
        Text("swish (SiLU for β = 1): z weighted by a sigmoid", "swish（β = 1 时即 SiLU）：z 乘以 sigmoid"),
        "{z}*sigmoid(beta*{z})",
        "sigmoid(beta*{z}) + beta*{z}*sigmoid(beta*{z})*sigmoid(-(beta*{z}))",
        parameters=(Parameter("beta", 1, Text("factor inside the sigmoid", "sigmoid 内的系数")),),
    ),
    Activation(
        "softplus",
        Text("softplus: ln(1 + e^z), a smooth ReLU", "softplus：ln(1 + e^z)，平滑的 ReLU"),
        "max(0, {z}) + ln1p(exp(-abs({z})))",
        "sigmoid({z})",
    ),
    Activation(
        "maxout",
        Text("maxout: the largest of several z", "maxout：几个 z 中最大的"),
        "largest({z})",
        "1 if {z} >= largest({z}) else 0",
        elementwise=False,
    ),
    Activation(
        "step",
        Text("step: 1 from 0 on, else 0", "阶跃：z ≥ 0 时为 1，否则为 0"),
        "1 if {z} >= 0 else 0",
        "0*{z}",
    ),
)

ACTIVATIONS: dict[str, Activation] = {row.name: row for row in ROWS}
