"""The operators of the formula language, one row each: how it binds, how it is written, what it computes.

To add an operator, add a row; the parser, the notations, the evaluator and the laws in the tests find it here.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, TypeAlias

from dlcalc.core.values import Value
from dlcalc.errors import CalculationError, Text

Parts: TypeAlias = tuple[str | int, ...]
"""A notation: literal text and the numbers of the arguments that stand between."""

IF, OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGN, POWER, ATOM = range(10)
"""Binding strengths, loosest first, as in Python (whose parser reads the formulas)."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator or function.

    `binds` is its own strength, `needs` what each argument must have to stand without brackets. `entry` tells how
    one entry of its result follows from entries of its arguments (see `dlcalc.core.evaluate.entry`). `mathml` is
    for what stands in two dimensions (fractions, powers, roots, cases); the rest follows from `unicode`.
    """

    name: str
    value: Callable[..., Value]
    binds: int = ATOM
    needs: tuple[int, ...] = (0,)
    text: Parts = ()
    unicode: Parts = ()
    latex: Parts = ()
    entry: str = "each"
    mathml: Parts = ()

    @property
    def is_function(self) -> bool:
        """Whether it is written name(…) in formula text."""
        return not self.text

    def __reduce__(self) -> tuple[Callable[[str], Operator], tuple[str]]:
        return _row, (self.name,)  # a formula travels to another process; its operators are there already


def _row(name: str) -> Operator:
    return OPERATORS[name]


def _divide(a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int) and b:
        quotient, rest = divmod(a, b)
        return Fraction(a, b) if rest else quotient
    try:
        result = a / b
    except ZeroDivisionError:
        raise CalculationError(Text("Division by zero.", "除以零。")) from None
    return result.numerator if isinstance(result, Fraction) and result.denominator == 1 else result


def _power(a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int) and b < 0:
        a = Fraction(a)
    if isinstance(a, int | Fraction) and isinstance(b, int) and abs(b) * _bits(a) > LARGEST_POWER:
        raise CalculationError(Text("The power is too large.", "乘方的结果太大。"))
    try:
        result = a**b
    except ZeroDivisionError:
        raise CalculationError(Text("Division by zero.", "除以零。")) from None
    if isinstance(result, complex):
        raise CalculationError(Text("A root of a negative number.", "对负数开方。"))
    return result.numerator if isinstance(result, Fraction) and result.denominator == 1 else result


LARGEST_POWER = 100_000
"""Powers whose exact result would have more bits are refused before they are worked out."""


def _bits(number: Any) -> int:
    return int(max(number.numerator.bit_length(), number.denominator.bit_length()))


def _floats(name: str, scalar: Callable[[float], float], over: str | None = None) -> Callable[[Any], Any]:
    """Return a function of one number that works in float64, on arrays entry by entry."""

    def apply(x: Any) -> Any:
        if isinstance(x, int | float | Fraction):
            try:
                return scalar(float(x))
            except ValueError:
                raise CalculationError(
                    Text("{name}({x}) is not defined.", "{name}({x}) 没有定义。"),
                    name=name,
                    x=x if len(str(x)) <= 24 else f"{float(x):.3g}",
                ) from None
            except OverflowError:
                raise CalculationError(
                    Text("{name} of {x} is too large for a computer's numbers.", "{name}({x}) 超出计算机的数值范围。"),
                    name=name,
                    x=f"{x:.3g}" if isinstance(x, float) else "…",
                ) from None
        if over is None:
            return x.map(scalar)
        import numpy

        return x.map_float(getattr(numpy, over))

    return apply


def _each(scalar: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function of one number that keeps exact numbers exact, on arrays entry by entry."""
    return lambda x: scalar(x) if isinstance(x, int | float | Fraction) else x.map(scalar)


def _sigmoid(z: float) -> float:
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    power = math.exp(z)  # the other form would overflow for very negative z
    return power / (1 + power)


def _normal_share(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2  # 1 + erf would lose its digits for negative z


def _normal_density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _largest(z: Any) -> Any:
    from dlcalc.core.arrays import largest

    return largest(z)


def _diag(p: Any) -> Any:
    from dlcalc.core.arrays import diag

    return diag(p)


def _norm(name: str) -> Callable[[Any], Any]:
    def apply(z: Any) -> Any:
        from dlcalc.core import arrays

        return getattr(arrays, name)(z)

    return apply


def _outer(a: Any, b: Any) -> Any:
    from dlcalc.core.arrays import outer

    return outer(a, b)


def _softmax(z: Any) -> Any:
    from dlcalc.core.arrays import softmax

    return softmax(z)


def _map(name: str) -> Callable[..., Any]:
    """Return an operation on maps; the module with them loads NumPy, so it is loaded at the first use."""

    def apply(*args: Any) -> Any:
        from dlcalc.core import maps

        return getattr(maps, name)(*args)

    return apply


def _rows(name: str) -> Callable[..., Any]:
    """Return an operation on matrices with a row for each token, from a module that loads NumPy."""

    def apply(*args: Any) -> Any:
        from dlcalc.core import rows

        return getattr(rows, name)(*args)

    return apply


def _concat(*args: Any) -> Any:
    return reduce(_rows("concat"), args)


def _map_row(
    name: str,
    arguments: int,
    unicode: Parts = (),
    latex: Parts = (),
    binds: int = ATOM,
    entry: str = "map",
    mathml: Parts = (),
) -> Operator:
    """Return the row of an operation on maps; all but `corr` and `every` are written as calls."""
    needs = (ATOM if name in ("corr", "every") else 0,) * arguments
    return Operator(name, _map(name), binds, needs, (), unicode, latex, entry, mathml)


def _row_operator(
    name: str,
    arguments: int,
    unicode: Parts = (),
    latex: Parts = (),
    binds: int = ATOM,
    needs: tuple[int, ...] = (),
    entry: str = "rows",
) -> Operator:
    """Return the row of an operation on matrices with a row for each token."""
    return Operator(name, _rows(name), binds, needs or (0,) * arguments, (), unicode, latex, entry)


def _transpose(x: Any) -> Any:
    return x if isinstance(x, int | float | Fraction) else x.T


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    """Return max or min of numbers, or entry by entry where an array is among them."""

    def apply(*args: Any) -> Any:
        first, *others = args
        for other in others:
            if hasattr(first, "_with"):
                first = first._with(other, choose)
            elif hasattr(other, "_with"):
                first = other._with(first, choose)
            else:
                first = choose(first, other)
        return first

    return apply


def _choose(a: Any, condition: Any, b: Any) -> Any:
    return a if condition else b


def _compare(name: str, sign: str, latex: str, value: Callable[[Any, Any], Any]) -> Operator:
    return Operator(name, value, COMPARE, (SUM, SUM), (0, f" {name} ", 1), (0, f" {sign} ", 1), (0, f" {latex} ", 1))


def _function(
    name: str,
    value: Callable[..., Any],
    unicode: Parts = (),
    latex: Parts = (),
    entry: str = "each",
    mathml: Parts = (),
) -> Operator:
    return Operator(name, value, unicode=unicode, latex=latex, entry=entry, mathml=mathml)


ROWS = (
    Operator("+", operator.add, SUM, (SUM, PRODUCT), (0, " + ", 1), (0, " + ", 1), (0, " + ", 1)),
    Operator("-", operator.sub, SUM, (SUM, PRODUCT), (0, " - ", 1), (0, " − ", 1), (0, " - ", 1)),
    Operator("*", operator.mul, PRODUCT, (PRODUCT, SIGN), (0, "*", 1), (0, "·", 1), (0, r" \cdot ", 1)),
    Operator(
        "/",
        _divide,
        PRODUCT,
        (PRODUCT, SIGN),
        (0, "/", 1),
        (0, "/", 1),
        (r"\frac{", 0, "}{", 1, "}"),
        mathml=("<mfrac><mrow>", 0, "</mrow><mrow>", 1, "</mrow></mfrac>"),
    ),
    Operator("@", operator.matmul, PRODUCT, (PRODUCT, SIGN), (0, " @ ", 1), (0, "·", 1), (0, r"\,", 1), "dot"),
    Operator("neg", operator.neg, SUM, (PRODUCT,), ("-", 0), ("−", 0), ("-", 0)),
    Operator(
        "**",
        _power,
        POWER,
        (ATOM, ATOM),
        (0, "**", 1),
        (0, "^", 1),
        (0, "^{", 1, "}"),
        mathml=("<msup>", 0, "<mrow>", 1, "</mrow></msup>"),
    ),
    Operator(
        ".T",
        _transpose,
        ATOM,
        (ATOM,),
        (0, ".T"),
        (0, "ᵀ"),
        (0, r"^{\top}"),
        "transpose",
        ("<msup>", 0, "<mo>⊤</mo></msup>"),
    ),
    _compare("<", "<", "<", operator.lt),
    _compare("<=", "≤", r"\le", operator.le),
    _compare(">", ">", ">", operator.gt),
    _compare(">=", "≥", r"\ge", operator.ge),
    _compare("==", "=", "=", operator.eq),
    _compare("!=", "≠", r"\ne", operator.ne),
    Operator("not", operator.not_, NOT, (NOT,), ("not ", 0), ("not ", 0), (r"\lnot ", 0), "none"),
    Operator("and", lambda a, b: a and b, AND, (AND, NOT), (0, " and ", 1), (0, " and ", 1), (0, r" \land ", 1)),
    Operator("or", lambda a, b: a or b, OR, (OR, AND), (0, " or ", 1), (0, " or ", 1), (0, r" \lor ", 1), "none"),
    Operator(
        "if",
        _choose,
        IF,
        (OR, OR, OR),
        (0, " if ", 1, " else ", 2),
        (0, " if ", 1, " else ", 2),
        (r"\begin{cases}", 0, r" & ", 1, r" \\ ", 2, r" & \text{otherwise}\end{cases}"),
        mathml=(
            '<mrow><mo>{</mo><mtable class="cases"><mtr><mtd>',
            0,
            "</mtd><mtd><mtext>if\u00a0</mtext><mrow>",
            1,
            "</mrow></mtd></mtr><mtr><mtd>",
            2,
            "</mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow>",
        ),
    ),
    _function("floor", _each(math.floor), ("⌊", 0, "⌋"), (r"\left\lfloor ", 0, r" \right\rfloor")),
    _function("ceil", _each(math.ceil), ("⌈", 0, "⌉"), (r"\left\lceil ", 0, r" \right\rceil")),
    _function("abs", _each(abs), ("|", 0, "|"), (r"\left|", 0, r"\right|")),
    _function("max", _extreme(max)),
    _function("min", _extreme(min)),
    _function("sign", _each(lambda x: (x > 0) - (x < 0))),
    _function("relu", _each(lambda x: x if x > 0 else 0 * x), latex=(r"\operatorname{ReLU}\left(", 0, r"\right)")),
    _function(
        "sqrt",
        _floats("sqrt", math.sqrt, "sqrt"),
        ("√(", 0, ")"),
        (r"\sqrt{", 0, "}"),
        mathml=("<msqrt><mrow>", 0, "</mrow></msqrt>"),
    ),
    _function(
        "exp",
        _floats("exp", math.exp, "exp"),
        ("e^(", 0, ")"),
        ("e^{", 0, "}"),
        mathml=("<msup><mi>e</mi><mrow>", 0, "</mrow></msup>"),
    ),
    _function("ln", _floats("ln", math.log, "log"), latex=(r"\ln\left(", 0, r"\right)")),
    _function("tanh", _floats("tanh", math.tanh, "tanh"), latex=(r"\tanh\left(", 0, r"\right)")),
    _function("sigmoid", _floats("sigmoid", _sigmoid), ("σ(", 0, ")"), (r"\sigma\left(", 0, r"\right)")),
    _function("ln1p", _floats("ln1p", math.log1p, "log1p"), ("ln(1 + ", 0, ")"), (r"\ln\left(1 + ", 0, r"\right)")),
    Operator(
        "expm1",
        _floats("expm1", math.expm1, "expm1"),
        SUM,
        (0,),
        (),
        ("e^(", 0, ") − 1"),
        ("e^{", 0, "} - 1"),
        mathml=("<msup><mi>e</mi><mrow>", 0, "</mrow></msup><mo>−</mo><mn>1</mn>"),
    ),
    _function("sin", _floats("sin", math.sin, "sin"), latex=(r"\sin\left(", 0, r"\right)")),
    _function("cos", _floats("cos", math.cos, "cos"), latex=(r"\cos\left(", 0, r"\right)")),
    _function("Phi", _floats("Phi", _normal_share), ("Φ(", 0, ")"), (r"\Phi\left(", 0, r"\right)")),
    _function("phi", _floats("phi", _normal_density), ("φ(", 0, ")"), (r"\varphi\left(", 0, r"\right)")),
    _function("largest", _largest, ("max(", 0, ")"), (r"\max\left(", 0, r"\right)"), entry="none"),
    _function("diag", _diag, entry="none"),
    _function("norm", _norm("norm"), ("‖", 0, "‖"), (r"\left\|", 0, r"\right\|"), entry="none"),
    _function(
        "spectral",
        _norm("spectral"),
        ("‖", 0, "‖₂"),
        (r"\left\|", 0, r"\right\|_{2}"),
        entry="none",
        mathml=("<msub><mrow><mo>‖</mo>", 0, "<mo>‖</mo></mrow><mi>2</mi></msub>"),
    ),
    _function("softmax", _softmax, entry="rows"),
    _map_row("corr", 2, (0, " ⋆ ", 1), (0, r" \star ", 1), PRODUCT),
    _map_row(
        "every",
        2,
        (0, "↓", 1),
        (0, r"{\downarrow}_{", 1, "}"),
        POWER,
        mathml=(0, "<msub><mo>↓</mo><mrow>", 1, "</mrow></msub>"),
    ),
    _map_row("pad", 3),
    _map_row("crop", 3),
    _map_row("first", 2),
    _map_row("flip", 1, ("rot180(", 0, ")"), (r"\operatorname{rot180}\left(", 0, r"\right)")),
    _map_row("stretch", 2),
    _map_row("flat", 1),
    _map_row("total", 1, ("Σ(", 0, ")"), (r"\sum\left(", 0, r"\right)"), entry="none"),
    _map_row("conv_matrix", 5, entry="none"),
    _map_row("max_pool", 6, ("maxpool(", 0, ", ", 1, ", ", 2, ")")),
    _map_row("sum_pool", 5, ("sumpool(", 0, ", ", 1, ", ", 2, ")")),
    _map_row("cells", 5, entry="none"),
    _map_row("cells_padded", 6, entry="none"),
    _map_row("max_regions", 2),
    _map_row("mean_regions", 2),
    _map_row("max_route", 6, ("route(", 0, ", ", 1, ", ", 2, ", ", 3, ")")),
    _map_row("max_route_all", 6, ("route(", 0, ", ", 1, ", ", 2, ", ", 3, ")")),
    _map_row("max_route_shared", 6, ("route(", 0, ", ", 1, ", ", 2, ", ", 3, ")")),
    _map_row("spread", 5),
    _row_operator("mask", 2),
    _row_operator("causal", 2, entry="none"),
    _row_operator("keys", 3, entry="none"),
    _row_operator("add_rows", 2, (0, " + ", 1), (0, " + ", 1), SUM, (SUM, PRODUCT)),
    _row_operator("row_sums", 1, ("rowsum(", 0, ")"), (r"\operatorname{rowsum}\left(", 0, r"\right)")),
    _row_operator("over_rows", 2, (0, "/", 1), (0, r" \,/\, ", 1), PRODUCT, (PRODUCT, SIGN)),
    _row_operator("columns", 3),
    _row_operator("interleave", 2),
    Operator("concat", _concat, entry="rows"),
    _row_operator("turn", 1, entry="none"),
    _row_operator("shape", 2, (0, "×", 1), (0, r" \times ", 1), POWER, (POWER, ATOM), "none"),
    Operator(
        "outer",
        _outer,
        PRODUCT,
        (SIGN, SIGN),
        (),
        (0, "·", 1, "ᵀ"),
        (0, r"\,", 1, r"^{\top}"),
        "outer",
        (0, "<mo>\u2062</mo><msup>", 1, "<mo>⊤</mo></msup>"),
    ),
)

OPERATORS: dict[str, Operator] = {row.name: row for row in ROWS}

VARIADIC = frozenset({"max", "min", "concat"})
"""Functions of two or more arguments."""
