"""Writing formulas: as text that can be read back, as Unicode for the terminal, as LaTeX.

Showing a formula and substituting its values are the same fold over the tree with a different leaf, and both read
the operator table, so the three notations and the evaluator cannot disagree about structure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from dlcalc.core.evaluate import Bindings, Environment, compile_node, compile_span
from dlcalc.core.formula import FOLDS, Apply, Fold, ListOf, Name, Node, Number, walk
from dlcalc.core.layout import Block, beside, stacked
from dlcalc.core.operators import ATOM, OPERATORS, PRODUCT, SUM, Operator, Parts
from dlcalc.core.values import SIGNIFICANT, exact_text, fixed, significant_text, terminating, trim
from dlcalc.errors import UnknownNameError

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ", "lambda_": "λ",
    "mu": "μ", "sigma": "σ", "tau": "τ", "phi": "φ", "rho": "ρ", "pi": "π", "Delta": "Δ", "Sigma": "Σ",
    "psi": "ψ", "omega": "ω", "kappa": "κ", "nu": "ν", "chi": "χ", "xi": "ξ", "zeta": "ζ",
}  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789+-ijklmnt", "₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₗₘₙₜ")
_SUPERSCRIPTS = str.maketrans("0123456789+-lL()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ˡᴸ⁽⁾")


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers are written: significant digits, or fixed decimals (paper), or exact fractions."""

    significant: int = SIGNIFICANT
    decimals: int | None = None
    exact: bool = False

    def number(self, value: Any, more: int = 0) -> str:
        """Write one number; `more` adds digits, so that a substitution carries more than the value beside it."""
        if isinstance(value, bool | int):
            return exact_text(value)
        if self.exact:
            return exact_text(value)
        if self.decimals is not None and self._fits(value):
            return trim(fixed(value, self.decimals)) if isinstance(value, Fraction) else fixed(value, self.decimals)
        return significant_text(value, self.significant + more)

    def _fits(self, value: Any) -> bool:
        """Whether the value has no more decimals than paper has, as carried values do."""
        return (
            value == value
            and abs(value) < 1e300
            and Fraction(fixed(value, self.decimals or 0))
            == Fraction(repr(value) if isinstance(value, float) else value)
        )

    def is_rounded(self, value: Any) -> bool:
        """Say whether `number` shows less than the whole value."""
        if isinstance(value, bool | int) or value != value or value in (float("inf"), float("-inf")):
            return False
        text = self.number(value)
        return Fraction(text) != (Fraction(repr(value)) if isinstance(value, float) else value)


class Shown(NamedTuple):
    """A piece of formula in some notation: its text, how strongly it binds, its outermost operator.

    `array` tells whether it stands for more than one number.
    """

    block: Block
    binds: int = ATOM
    array: bool = False
    top: str = ""


@dataclass(frozen=True)
class Notation:
    """One way of writing; `parts` picks the operator's column, the rest are its own habits."""

    name: str
    parts: Callable[[Operator], Parts]
    juxtaposes: bool = False

    # -- names

    def symbol(self, base: str, family: tuple[Any, ...], place: tuple[Any, ...], indices: Mapping[str, str]) -> str:
        """Write a name with the values of its indices."""
        match self.name:
            case "text":
                brackets = "".join(f"[{','.join(map(str, part))}]" for part in (family, place) if part)
                return base + brackets
            case "unicode":
                return _unicode_name(base, family, place, indices.get(base, ""))
            case _:
                return _latex_name(base, family, place, indices.get(base, ""))

    def number(self, text: str) -> str:
        """Write a number's digits: a true minus, powers of ten as such."""
        if self.name == "text":
            return text
        if text in ("true", "false"):
            return text
        mantissa, e, power = text.replace("e+", "e").partition("e")
        times = r" \cdot 10^{" if self.name == "latex" else "·10^"
        closing = "}" if self.name == "latex" else ""
        if e and self.name == "unicode":
            return mantissa.replace("-", "−") + "·10" + power.translate(_SUPERSCRIPTS)
        if e:
            return mantissa + times + power + closing
        return text if self.name == "latex" else text.replace("-", "−")

    def matrix(self, rows: list[list[str]], column: bool) -> Block:
        """Write an array: nested lists in text, upright elsewhere; a vector stands as a column."""
        if self.name == "text":
            if column:
                return Block(("[" + ", ".join(row[0] for row in rows) + "]",))
            return Block(("[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]",))
        if self.name == "latex":
            body = r" \\ ".join(" & ".join(row) for row in rows)
            return Block((r"\begin{bmatrix}" + body + r"\end{bmatrix}",))
        return stacked(rows)

    def brackets(self, inner: Block) -> Block:
        """Put round brackets around a piece."""
        if self.name == "latex":
            return beside((r"\left(", inner, r"\right)"))
        return beside(("(", inner, ")"))


TEXT = Notation("text", lambda op: op.text)
UNICODE = Notation("unicode", lambda op: op.unicode, juxtaposes=True)
LATEX = Notation("latex", lambda op: op.latex, juxtaposes=True)

_LONGEST_FOLD = 6


@dataclass(frozen=True)
class Writer:
    """Writes one formula in one notation: its symbols or, where `values` is set, their values."""

    notation: Notation
    at: Bindings
    env: Environment
    style: Style = Style()
    values: bool = False
    indices: Mapping[str, str] = field(default_factory=dict)
    more: int = 2

    def write(self, node: Node) -> Block:
        """Return the whole formula."""
        return self._show(node).block

    def value(self, value: Any, more: int = 0) -> Shown:
        """Write a value on its own."""
        return self._value(value, more)

    def _show(self, node: Node) -> Shown:
        match node:
            case Number(value=value):
                return self._literal(value)
            case Name():
                return self._name(node)
            case ListOf(items=items):
                return self._list([self._show(item) for item in items])
            case Fold():
                return self._fold(node)
            case Apply(op=op, args=args):
                return self._apply(op, args)

    def _literal(self, value: int | Fraction) -> Shown:
        text = exact_text(value)
        if isinstance(value, Fraction) and terminating(value):
            text = significant_text(value, 40)
        return Shown(Block((self.notation.number(text),)), _number_binds(text), top="number")

    def _value(self, value: Any, more: int) -> Shown:
        if isinstance(value, tuple | list) or hasattr(value, "tolist"):
            nested = value if isinstance(value, tuple | list) else value.tolist()
            if not isinstance(nested, tuple | list):
                return self._value(nested, more)
            column = not isinstance(nested[0], tuple | list)
            rows = [[v] for v in nested] if column else nested
            if self.notation.name != "text" and len(rows) == 1 and len(rows[0]) == 1 and _is_number(rows[0][0]):
                return self._value(rows[0][0], more)  # a layer of one unit is written without brackets
            if rows and isinstance(rows[0][0], tuple | list):
                return Shown(Block((_nested_text(nested, lambda v: self.style.number(v, more)),)), ATOM, True)
            written = [[self.notation.number(self.style.number(v, more)) for v in row] for row in rows]
            return Shown(self.notation.matrix(written, column), ATOM, True)
        text = self.style.number(value, more)
        return Shown(Block((self.notation.number(text),)), _number_binds(text), top="number")

    def _name(self, name: Name) -> Shown:
        bound = frozenset(self.at)
        if self.values:
            try:
                value = compile_node(name, bound)(self.env, self.at)
            except UnknownNameError:
                return Writer(self.notation, self.at, self.env, self.style, False, self.indices)._name(name)
            return self._value(value, self.more)
        if not name.first and name.base in self.at and isinstance(self.at[name.base], int):
            return Shown(Block((str(self.at[name.base]),)))
        family = tuple(index for index in map(self._index, name.first) if index != "")
        key = (name.base, *family) if family else name.base
        place = tuple(map(self._index, name.second))
        array = not place and _size(self.env.get(key)) > (0 if self.notation.name == "text" else 1)
        text = self.notation.symbol(name.base, family, place, self.indices)
        return Shown(Block((text,)), ATOM, array)

    def _index(self, node: Node) -> int | str:
        """Return an index's value; an index left open (its loop variable stands for itself) as it is written."""
        if isinstance(node, Name) and not node.first:
            found: int | str = self.at.get(node.base, node.base)
            return found
        if any(isinstance(self.at.get(part.base), str) for part in walk(node) if isinstance(part, Name)):
            return Writer(TEXT, self.at, self.env).write(node).text.replace(" ", "")
        index: int | str = compile_node(node, frozenset(self.at))(self.env, self.at)
        return index

    def _list(self, items: list[Shown]) -> Shown:
        if self.notation.name == "text":
            inner: list[Block | str] = []
            for number, item in enumerate(items):
                inner.extend([", " if number else "", item.block])
            return Shown(beside(("[", *inner, "]")), ATOM, True)
        if self.notation.name == "unicode" and any(len(item.block.rows) > 1 for item in items):
            pieces: list[Block | str] = []
            for number, item in enumerate(items):
                pieces.extend([", " if number else "", item.block])
            return Shown(beside(("[", *pieces, "]")), ATOM, True)
        return Shown(self.notation.matrix([[item.block.rows[0]] for item in items], True), ATOM, True)

    def _fold(self, fold: Fold) -> Shown:
        if self._is_open(fold):
            body = Writer(
                self.notation,
                {**self.at, fold.variable: fold.variable},
                self.env,
                self.style,
                self.values,
                self.indices,
            )._show(fold.body)
            sign = {"unicode": "Σ" if fold.kind == "sum" else "Π", "latex": rf"\{fold.kind}"}.get(
                self.notation.name, fold.kind
            )
            low = rf"_{{{fold.variable}}} " if self.notation.name == "latex" else _low(fold.variable) + " "
            return Shown(beside((sign + low, body.block)), SUM, body.array)
        span = list(compile_span(fold, frozenset(self.at))(self.env, self.at))
        op = OPERATORS[FOLDS[fold.kind]]
        if not span:
            return Shown(Block(("0" if fold.kind == "sum" else "1",)))
        pieces: list[Shown] = []
        for index in span:
            inner = Writer(
                self.notation,
                {**self.at, fold.variable: index},
                self.env,
                self.style,
                self.values,
                self.indices,
                self.more,
            )
            pieces.append(inner._show(fold.body))
        if len(pieces) == 1:
            return pieces[0]
        if len(pieces) > _LONGEST_FOLD and self.notation.name != "text":
            dots = Shown(Block(("⋯" if self.notation.name == "unicode" else r"\cdots",)))
            pieces = [*pieces[:3], dots, pieces[-1]]
        if op.is_function:
            return self._call(op, tuple(pieces))
        shown = pieces[0]
        for piece in pieces[1:]:
            shown = self._join(op, (shown, piece))
        return shown

    def _is_open(self, fold: Fold) -> bool:
        """Whether an end of the span is a loop variable left open, as in the formula of a table's column."""
        ends = () if isinstance(fold.over, str) else [end for end in fold.over if not isinstance(end, str)]
        names = (part.base for end in ends for part in walk(end) if isinstance(part, Name))
        return any(isinstance(self.at.get(name), str) for name in names)

    def _apply(self, op: Operator, args: tuple[Node, ...]) -> Shown:
        shown = tuple(self._show(arg) for arg in args)
        if op.name == "*" and self._juxtaposed(args):
            return Shown(beside((shown[0].block, shown[1].block)), PRODUCT, shown[1].array, op.name)
        return self._join(op, shown)

    def _juxtaposed(self, args: tuple[Node, ...]) -> bool:
        """Whether a product is written without a sign: a number before a symbol, 2P."""
        return (
            self.notation.juxtaposes
            and not self.values
            and isinstance(args[0], Number)
            and args[0].value >= 0
            and isinstance(args[1], Name)
            and args[1].base not in self.at
            and len(_split_name(args[1].base)[0]) == 1
        )

    def _join(self, op: Operator, args: tuple[Shown, ...]) -> Shown:
        parts = self.notation.parts(op)
        if not parts:
            return self._call(op, args)
        if self.notation.name == "latex" and op.name == "@" and all(arg.top == "number" for arg in args):
            parts = LATEX.parts(OPERATORS["*"])  # two plain numbers side by side would read as one
        both_arrays = len(args) == 2 and all(arg.array for arg in args)
        if op.name == "*" and both_arrays and self.notation.name != "text":
            parts = (0, " ⊙ " if self.notation.name == "unicode" else r" \odot ", 1)
        if op.name == "@" and self.notation.name == "unicode" and not self.values:
            parts = (0, " ", 1)
        if (
            op.name == "**"
            and self.notation.name == "unicode"
            and args[1].top == "number"
            and args[1].block.rows[0].isdigit()
        ):
            args = (args[0], Shown(Block((args[1].block.rows[0].translate(_SUPERSCRIPTS),))))
            parts = (0, 1)
        pieces: list[Block | str] = []
        for number, part in enumerate(parts):
            if isinstance(part, str):
                pieces.append(part)
                continue
            arg = args[part]
            enclosed = _enclosed(parts, number, self.notation)
            # the eye reads a matrix product and one by entries as one product, but they are not
            mixed = {op.name, arg.top} in ({"*", "@"}, {"/", "@"})
            if not enclosed and (arg.binds < op.needs[min(part, len(op.needs) - 1)] or mixed):
                long = arg.block.width > _LONGEST_BRACKET
                pieces.append(self.notation.brackets(arg.block if long else arg.block.closed))
            elif self.notation.name == "latex" and "^" in arg.block.text and _raises(parts, number):
                pieces.append(beside(("{", arg.block, "}")))  # TeX takes no second superscript
            else:
                pieces.append(arg.block.closed if op.is_function or enclosed else arg.block)
        block = beside(pieces)
        if op.name in _BREAKABLE or " ⊙ " in parts:
            first = pieces[0]
            edge = first.width if isinstance(first, Block) else len(first)
            block = block._replace(breaks=tuple(sorted({*block.breaks, edge})))
        array = any(arg.array for arg in args) and op.name not in _SCALAR
        return Shown(block, op.binds, array, op.name)

    def _call(self, op: Operator, args: tuple[Shown, ...]) -> Shown:
        name = rf"\operatorname{{{op.name}}}" if self.notation.name == "latex" else op.name
        inner: list[Block | str] = [name, "("]
        for number, arg in enumerate(args):
            inner.extend([", " if number else "", arg.block.closed])
        return Shown(beside((*inner, ")")), ATOM, any(arg.array for arg in args))


_LONGEST_BRACKET = 52
"""What stands inside brackets is broken only where it is wider than this."""
_BREAKABLE = frozenset({"+", "-", " ⊙ "})
_SCALAR = frozenset({"<", "<=", ">", ">=", "==", "!="})


def _enclosed(parts: Parts, number: int, notation: Notation) -> bool:
    """Whether the notation itself fences this argument in: ⌊x⌋, \\frac{a}{b}, |x|."""
    if not 0 < number < len(parts) - 1:
        return False
    before, after = parts[number - 1], parts[number + 1]
    if not (isinstance(before, str) and isinstance(after, str)):
        return False
    if notation.name == "latex":
        return before.endswith(("{", "(", "|", " ")) and after.startswith(("}", r"\right", " \\right"))
    return before.endswith(("⌊", "⌈", "|", "(")) and after.startswith(("⌋", "⌉", "|", ")"))


def _raises(parts: Parts, number: int) -> bool:
    """Whether a superscript follows this argument."""
    after = parts[number + 1] if number + 1 < len(parts) else ""
    return isinstance(after, str) and after.startswith("^")


def _number_binds(text: str) -> int:
    """How strongly a written number holds: a negative one like a sum, a fraction or power of ten like a product."""
    if text.startswith("-"):
        return SUM
    return PRODUCT if "/" in text or "e" in text else ATOM


def _size(value: Any) -> int:
    """How many numbers an array holds; 0 for what is no array."""
    return int(value.data.size) if hasattr(value, "tolist") else 0


def _is_number(value: Any) -> bool:
    return not isinstance(value, list | tuple)


def _nested_text(nested: Any, number: Callable[[Any], str]) -> str:
    if isinstance(nested, list | tuple):
        return "[" + ", ".join(_nested_text(item, number) for item in nested) + "]"
    return number(nested)


def _split_name(base: str) -> tuple[str, str]:
    """Part a name into its letter and its subscript: W_x, P_begin, w1."""
    if base in GREEK:
        return base, ""  # lambda_ among them: the word alone is Python's
    letter, _, subscript = base.partition("_")
    if not subscript:
        match = re.fullmatch(r"([A-Za-z]+)(\d+)", letter)
        if match:
            letter, subscript = match.groups()
    return letter, subscript


_DERIVATIVE = re.compile(r"d([A-Za-z]+)_d([A-Za-z]+)")
"""A partial derivative's name: dE_da is ∂E/∂a, and its indices are those of a."""


def _unicode_name(base: str, family: tuple[Any, ...], place: tuple[Any, ...], how: str) -> str:
    partial = _DERIVATIVE.fullmatch(base)
    if partial:
        return f"∂{partial[1]}/∂" + _unicode_name(partial[2], family, place, how)
    letter, subscript = _split_name(base)
    text = GREEK.get(letter, letter) if len(letter) > 1 else letter
    if len(letter) > 2 and letter not in GREEK:
        text, subscript = base, ""  # a word, not a symbol: per_filter, weights
    if subscript:
        text += subscript.translate(_SUBSCRIPTS) if subscript.isdigit() else f"_{subscript}"
    low = []
    for position, index in enumerate(family):
        if how[position : position + 1] == "l":
            text += f"⁽{index}⁾".translate(_SUPERSCRIPTS)
        else:
            low.append(str(index))
    low.extend(map(str, place))
    return text + _low(",".join(low)) if low else text


def _low(index: str) -> str:
    lowered = index.translate(_SUBSCRIPTS)
    if all(c in "₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₗₘₙₜ," for c in lowered):
        return lowered
    return f"_{index}" if index.replace(",", "").isalnum() else f"_({index})"


def _latex_name(base: str, family: tuple[Any, ...], place: tuple[Any, ...], how: str) -> str:
    partial = _DERIVATIVE.fullmatch(base)
    if partial:
        below = _latex_name(partial[2], family, place, how)
        return rf"\frac{{\partial {partial[1]}}}{{\partial {below}}}"
    letter, subscript = _split_name(base)
    if letter in GREEK:
        text = "\\" + letter.rstrip("_")
    elif len(letter) > 2:
        text, subscript = r"\text{" + base.replace("_", r"\_") + "}", ""
    else:
        text = letter
    low = [subscript] if subscript.isdigit() or len(subscript) == 1 else [rf"\text{{{subscript}}}"] if subscript else []
    high = ""
    for position, index in enumerate(family):
        if how[position : position + 1] == "l":
            high += f"({index})"
        else:
            low.append(str(index))
    low.extend(map(str, place))
    text += f"_{{{','.join(low)}}}" if low else ""
    return text + (f"^{{{high}}}" if high else "")
