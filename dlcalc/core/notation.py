"""Writing formulas: as text that can be read back, as Unicode for the terminal, as LaTeX, as MathML.

Showing a formula and substituting its values are the same fold over the tree with a different leaf, and both read
the operator table, so the notations and the evaluator cannot disagree about structure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from html import escape
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
    """How numbers are written: significant digits, or fixed decimals (paper), or exact fractions.

    `rows` lays vectors down as rows: signals, whose numbers follow one another.
    """

    significant: int = SIGNIFICANT
    decimals: int | None = None
    exact: bool = False
    rows: bool = False

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
            case "mathml":
                return _mathml_name(base, family, place, indices.get(base, ""))
            case _:
                return _latex_name(base, family, place, indices.get(base, ""))

    def number(self, text: str) -> str:
        """Write a number's digits: a true minus, powers of ten as such."""
        if self.name == "text":
            return text
        if text == "-inf":
            return {"latex": r"-\infty", "mathml": "<mo>−</mo><mi>∞</mi>"}.get(self.name, "−∞")
        if text in ("true", "false"):
            return self.words(text)
        if self.name == "mathml":
            return _mathml_number(text)
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
        if self.name == "mathml":
            body = "".join("<mtr>" + "".join(f"<mtd>{cell}</mtd>" for cell in row) + "</mtr>" for row in rows)
            return Block((f"<mrow><mo>[</mo><mtable>{body}</mtable><mo>]</mo></mrow>",))
        if self.name == "latex":
            body = r" \\ ".join(" & ".join(row) for row in rows)
            if len(rows[0]) > _WIDEST_BMATRIX:
                columns = "r" * len(rows[0])
                return Block((rf"\left[\begin{{array}}{{{columns}}}{body}\end{{array}}\right]",))
            return Block((r"\begin{bmatrix}" + body + r"\end{bmatrix}",))
        return stacked(rows)

    def dots(self, *, down: bool, across: bool) -> str:
        """Write the dots that stand for left-out rows, columns or both."""
        if self.name == "latex":
            return r"\ddots" if down and across else r"\vdots" if down else r"\cdots"
        return self.sign("⋱" if down and across else "⋮" if down else "⋯")

    def brackets(self, inner: Block) -> Block:
        """Put round brackets around a piece."""
        if self.name == "latex":
            return beside((r"\left(", inner, r"\right)"))
        if self.name == "mathml":
            return _mathml_fenced(beside(("<mrow><mo>(</mo>", inner, "<mo>)</mo></mrow>")))
        return beside(("(", inner, ")"))

    def words(self, text: str) -> str:
        """Write plain words inside a formula: yes, 12 rows."""
        return {"latex": rf"\text{{{text}}}", "mathml": f"<mtext>{escape(text, quote=False)}</mtext>"}.get(
            self.name, text
        )

    def over(self, kind: str, variable: str) -> str:
        """Write what runs over an index whose ends are left open: Σᵢ."""
        if self.name == "latex":
            return rf"\{kind}_{{{variable}}} "
        sign = {"sum": "Σ", "prod": "Π"}.get(kind, kind)
        if self.name == "mathml":
            return f"<munder>{_mathml_tokens({'Σ': '∑', 'Π': '∏'}.get(sign, sign))}<mi>{variable}</mi></munder>"
        return (kind if self.name == "text" else sign) + _low(variable) + " "

    def sign(self, text: str) -> str:
        """Write brackets, commas and names of functions."""
        return _mathml_tokens(text) if self.name == "mathml" else text


TEXT = Notation("text", lambda op: op.text)
UNICODE = Notation("unicode", lambda op: op.unicode, juxtaposes=True)
LATEX = Notation("latex", lambda op: op.latex, juxtaposes=True)
MATHML = Notation("mathml", lambda op: _mathml_column(op), juxtaposes=True)

_WIDEST_BMATRIX = 10
"""Columns that amsmath's bmatrix has."""

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
            if hasattr(value, "is_shape") and self.notation.name != "text":
                times = r" \times " if self.notation.name == "latex" else self.notation.sign("×")
                return Shown(Block((times.join(map(self.notation.number, map(str, nested))),)), PRODUCT)
            column = not isinstance(nested[0], tuple | list)
            rows: list[list[Any]] = [[v] for v in nested] if column else [list(row) for row in nested]
            if self.notation.name != "text" and len(rows) == 1 and len(rows[0]) == 1 and _is_number(rows[0][0]):
                return self._value(rows[0][0], more)  # a layer of one unit is written without brackets
            if rows and isinstance(rows[0][0], tuple | list):
                if self.notation.name != "text" and count(nested) > MOST_IN_ROW:
                    sides = map(self.notation.number, map(str, shape_of(nested)))
                    times = r" \times " if self.notation.name == "latex" else self.notation.sign("×")
                    return Shown(
                        Block((self.notation.sign("[") + times.join(sides) + self.notation.sign("]"),)), ATOM, True
                    )
                return Shown(Block((self._nested(nested, more),)), ATOM, True)
            if column and self.style.rows and self.notation.name != "text":
                rows, column = [list(nested)], False
            return Shown(self.notation.matrix(self._written(rows, more), column), ATOM, True)
        text = self.style.number(value, more)
        return Shown(Block((self.notation.number(text),)), _number_binds(text), top="number")

    def _written(self, rows: list[list[Any]], more: int) -> list[list[str]]:
        """Write a matrix's entries; of a large one the first and the last, with dots between."""
        picked: list[int | None] = list(range(len(rows)))
        columns: list[int | None] = list(range(len(rows[0])))
        if self.notation.name != "text":
            picked, columns = _ends(picked), _ends(columns)

        def one(i: int | None, j: int | None) -> str:
            if i is None or j is None:
                return self.notation.dots(down=i is None, across=j is None)
            return self.notation.number(self.style.number(rows[i][j], more))

        return [[one(i, j) for j in columns] for i in picked]

    def _nested(self, value: Any, more: int) -> str:
        """Write an array of more than two dimensions as nested lists."""
        sign = self.notation.sign
        if isinstance(value, list | tuple):
            return sign("[") + sign(", ").join(self._nested(item, more) for item in value) + sign("]")
        return self.notation.number(self.style.number(value, more))

    def _name(self, name: Name) -> Shown:
        bound = frozenset(self.at)
        if self.values:
            try:
                value = compile_node(name, bound)(self.env, self.at)
            except UnknownNameError:
                return Writer(self.notation, self.at, self.env, self.style, False, self.indices)._name(name)
            return self._value(value, self.more)
        if not name.first and name.base in self.at and isinstance(self.at[name.base], int):
            return Shown(Block((self.notation.number(str(self.at[name.base])),)))
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

    def _row(self, node: ListOf) -> Shown:
        """Write a list given to a function, one step for each dimension, on one row: (2, 3)."""
        if self.notation.name == "text":
            return self._show(node)
        inner: list[Block | str] = []
        for number, item in enumerate(node.items):
            inner.extend([self.notation.sign(", ") if number else "", self._show(item).block.closed])
        return Shown(self.notation.brackets(beside(inner)))

    def _fold(self, fold: Fold) -> Shown:
        if self._is_open(fold):
            left_open = {**self.at, fold.variable: fold.variable}
            body = Writer(self.notation, left_open, self.env, self.style, self.values, self.indices, self.more)._show(
                fold.body
            )
            term = self.notation.brackets(body.block.closed) if body.binds <= SUM else body.block.closed
            return Shown(beside((self.notation.over(fold.kind, fold.variable), term)), SUM, body.array)
        span = list(compile_span(fold, frozenset(self.at))(self.env, self.at))
        op = OPERATORS[FOLDS[fold.kind]]
        if not span:
            return Shown(Block((self.notation.number("0" if fold.kind == "sum" else "1"),)))
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
            dots = Shown(Block((r"\cdots" if self.notation.name == "latex" else self.notation.sign("⋯"),)))
            pieces = [*pieces[:3], dots, pieces[-1]]
        if op.is_function:
            return self._call(op, tuple(pieces))
        shown = pieces[0]
        for piece in pieces[1:]:
            if piece.top == "+" and self.notation.name != "text" and not piece.block.text.startswith(("−", "-")):
                piece = piece._replace(binds=PRODUCT)  # a + (b + c) needs no brackets, and breaks where b + c does
            shown = self._join(op, (shown, piece))
        return shown

    def _is_open(self, fold: Fold) -> bool:
        """Whether an end of the span is a loop variable left open, as in the formula of a table's column."""
        ends = () if isinstance(fold.over, str) else [end for end in fold.over if not isinstance(end, str)]
        names = (part.base for end in ends for part in walk(end) if isinstance(part, Name))
        return any(isinstance(self.at.get(name), str) for name in names)

    def _apply(self, op: Operator, args: tuple[Node, ...]) -> Shown:
        if op.name == "mask" and self.notation.name != "text" and (self.values or isinstance(args[1], Number)):
            # −∞ is no value of a line, so it is shown here, where the scores are put in
            return self._masked(args)
        shown = tuple(self._row(arg) if op.is_function and isinstance(arg, ListOf) else self._show(arg) for arg in args)
        if op.name == "*" and self._juxtaposed(args):
            return Shown(beside((shown[0].block, shown[1].block)), PRODUCT, shown[1].array, op.name)
        return self._join(op, shown, dot=op.name == "@" and all(map(self._is_vector, args)))

    def _masked(self, args: tuple[Node, ...]) -> Shown:
        """Write the scores with −∞ where they are masked."""
        if isinstance(args[1], Number) and args[1].value == 0:
            return Shown(Block((self.notation.number("-inf"),)), SUM, top="number")
        scores = compile_node(Apply(OPERATORS["mask"], args), frozenset(self.at))(self.env, self.at)
        return self._value(scores, self.more)

    def _is_vector(self, node: Node) -> bool:
        """Say whether a name stands for a vector; where an index is left open, whether its family has one."""
        if not isinstance(node, Name) or node.second:
            return False
        family = tuple(index for index in map(self._index, node.first) if index != "")
        value = self.env.get((node.base, *family) if family else node.base)
        if value is None and family:
            value = next(
                (v for key, v in self.env.items() if key[0] == node.base and len(key) == len(family) + 1), None
            )
        return len(getattr(value, "shape", ())) == 1

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

    def _join(self, op: Operator, args: tuple[Shown, ...], *, dot: bool = False) -> Shown:
        """Write an operator between its arguments; `dot` for the product of two vectors, w·x."""
        parts = self.notation.parts(op)
        if not parts:
            return self._call(op, args)
        numbers = self.notation.name == "latex" and op.name == "@" and all(arg.top == "number" for arg in args)
        dot = dot and self.notation.name != "text"
        if numbers or dot:
            parts = self.notation.parts(OPERATORS["*"])  # two plain numbers side by side would read as one
        both_arrays = len(args) == 2 and all(arg.array for arg in args)
        if op.name == "*" and both_arrays and self.notation.name != "text":
            parts = {"unicode": (0, " ⊙ ", 1), "mathml": _mathml_parts((0, " ⊙ ", 1))}.get(
                self.notation.name, (0, r" \odot ", 1)
            )
        if op.name == "@" and self.notation.name in ("unicode", "mathml") and not (self.values or dot):
            parts = (0, " " if self.notation.name == "unicode" else "<mo>\u2062</mo>", 1)
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
            # what is raised already (e^x) is not raised again without brackets
            raised = arg.top == "exp" and _raises(parts, number)
            if not enclosed and (arg.binds < op.needs[min(part, len(op.needs) - 1)] or mixed or raised):
                long = self.notation is UNICODE and arg.block.width > _LONGEST_BRACKET
                piece = self.notation.brackets(arg.block if long else arg.block.closed)
            elif self.notation.name == "latex" and "^" in arg.block.text and _raises(parts, number):
                piece = beside(("{", arg.block, "}"))  # TeX takes no second superscript
            else:
                stands_apart = op.is_function or enclosed or (op.name == "if" and self.notation is not UNICODE)
                piece = arg.block.closed if stands_apart else arg.block
            if self.notation.name == "mathml" and _raises(parts, number):
                piece = beside(("<mrow>", piece, "</mrow>"))  # MathML raises above one element
            pieces.append(piece)
        block = beside(pieces)
        if self.notation.name == "mathml" and not block.breaks:
            block = _mathml_fenced(block)
        wide = op.name in _PRODUCTS and self.notation is UNICODE and block.width > _LONGEST_PRODUCT
        if wide or op.name in _BREAKABLE or (op.name == "*" and both_arrays and self.notation.name != "text"):
            first = pieces[0]
            edge = first.width if isinstance(first, Block) else len(first)
            block = block._replace(breaks=tuple(sorted({*block.breaks, edge})))
        array = any(arg.array for arg in args) and op.name not in _SCALAR
        return Shown(block, op.binds, array, op.name)

    def _call(self, op: Operator, args: tuple[Shown, ...]) -> Shown:
        sign = self.notation.sign
        name = sign(op.name)
        if self.notation.name == "latex":
            name = r"\operatorname{" + op.name.replace("_", r"\_") + "}"
        long = self.notation is UNICODE and sum(arg.block.width + 2 for arg in args) > _LONGEST_BRACKET
        inner: list[Block | str] = []
        for number, arg in enumerate(args):
            block = arg.block._replace(breaks=(0,)) if long and number else arg.block.closed
            inner.extend([sign(", ") if number else "", block])
        return Shown(beside((name, self.notation.brackets(beside(inner)))), ATOM, any(arg.array for arg in args))


_PRODUCTS, _LONGEST_PRODUCT = frozenset({"*", "@", "/", "outer"}), 60
"""Wider products, which no row would hold behind a name, may be broken before a factor or the sign of division."""
_LONGEST_BRACKET = 52
"""What stands inside brackets is broken only where it is wider than this."""
_BREAKABLE = frozenset({"+", "-"})
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
    if notation.name == "mathml":
        return before.endswith(("<mrow>", "<mtd>", *_MATHML_OPENING)) and after.startswith(("</m", *_MATHML_CLOSING))
    return before.endswith(("⌊", "⌈", "|", "(")) and after.startswith(("⌋", "⌉", "|", ")"))


def _raises(parts: Parts, number: int) -> bool:
    """Whether a superscript follows this argument."""
    before, after = parts[number - 1] if number else "", parts[number + 1] if number + 1 < len(parts) else ""
    return (isinstance(after, str) and after.startswith("^")) or str(before).endswith("<msup>")


def _number_binds(text: str) -> int:
    """How strongly a written number holds: a negative one like a sum, a fraction or power of ten like a product."""
    if text.startswith("-"):
        return SUM
    return PRODUCT if "/" in text or "e" in text else ATOM


def _size(value: Any) -> int:
    """How many numbers an array holds; 0 for what is no array."""
    return int(value.data.size) if hasattr(value, "tolist") else 0


MOST_SHOWN = 12
"""Rows and columns of a matrix that are written out."""
MOST_IN_ROW = 30
"""Numbers of an array of three or more dimensions that are written out."""


def _ends(indices: list[int | None]) -> list[int | None]:
    return indices if len(indices) <= MOST_SHOWN else [*indices[:4], None, indices[-1]]


def shape_of(nested: Any) -> tuple[int, ...]:
    """Return the shape of nested lists of numbers; () for a number."""
    return (len(nested), *shape_of(nested[0])) if isinstance(nested, tuple | list) else ()


def count(nested: Any) -> int:
    """Return how many numbers nested lists hold."""
    return len(nested) * count(nested[0]) if isinstance(nested, tuple | list) else 1


def _is_number(value: Any) -> bool:
    return not isinstance(value, list | tuple)


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
    low = [_latex_index(subscript)] if subscript else []
    high = ""
    for position, index in enumerate(family):
        if how[position : position + 1] == "l":
            high += f"({index})"
        else:
            low.append(_latex_index(str(index)))
    low.extend(map(str, place))
    text += f"_{{{','.join(low)}}}" if low else ""
    return text + (f"^{{{high}}}" if high else "")


def _latex_index(index: str) -> str:
    """Write a word upright, a number, a letter or an index left open (t-1) as it is."""
    if len(index) == 1 or not index.isidentifier():
        return index
    return r"\text{" + index.replace("_", r"\_") + "}"


# ---------------------------------------------------------------- MathML

_MATHML_OPENING = tuple(f"<mo>{c}</mo>" for c in "⌊⌈|(")
_MATHML_CLOSING = tuple(f"<mo>{c}</mo>" for c in "⌋⌉|)")
_MATHML_TOKEN = re.compile(r"\d+(?:\.\d+)?|[^\W\d]\w*|\S")


def _mathml_column(op: Operator) -> Parts:
    return op.mathml or _mathml_parts(op.unicode)


@lru_cache(maxsize=256)
def _mathml_parts(unicode: Parts) -> Parts:
    """Return an operator's MathML from its Unicode column: signs as `mo`, names as `mi`, words as `mtext`."""
    parts: list[str | int] = []
    for number, part in enumerate(unicode):
        if isinstance(part, int):
            parts.append(part)
        elif part.strip().isascii() and part.strip().isalpha() and " " in part:
            parts.append(f"<mtext>{part.replace(' ', chr(0xA0))}</mtext>")  # a word between blanks: and, or
        else:
            between = 0 < number < len(unicode) - 1
            # a sign that begins a line, or stands alone before its argument, does not show by its place what it is
            form = "infix" if between and part != part.strip() else "prefix" if unicode == (part, 0) else ""
            tokens = _mathml_tokens(part)
            parts.append(tokens.replace("<mo>", f'<mo form="{form}">') if form else tokens)
    if unicode and isinstance(unicode[0], str) and isinstance(unicode[-1], str):
        parts[0], parts[-1] = f"<mrow>{parts[0]}", f"{parts[-1]}</mrow>"  # brackets grow with what shares their row
    return tuple(parts)


def _mathml_fenced(block: Block) -> Block:
    """Keep brackets around what is not tall at their plain size: browsers space a stretched one out."""
    if any(tall in block.text for tall in ("<mfrac", "<mtable", "<msqrt")):
        return block
    return Block((re.sub(r"<mo>([()|⌊⌋⌈⌉])</mo>", r'<mo stretchy="false">\1</mo>', block.text),))


def _mathml_tokens(text: str) -> str:
    tokens = ""
    for token in _MATHML_TOKEN.findall(text.replace("-", "−")):
        kind = "mn" if token[0].isdigit() else "mi" if token[0].isalpha() else "mo"
        tokens += f"<{kind}>{escape(token, quote=False)}</{kind}>"
    return tokens


def _mathml_number(text: str) -> str:
    mantissa, e, power = text.replace("e+", "e").replace("-", "−").partition("e")
    digits = "<mo>/</mo>".join(f"<mn>{part}</mn>" for part in mantissa.split("/"))
    return f"{digits}<mo>·</mo><msup><mn>10</mn><mn>{power}</mn></msup>" if e else digits


def _mathml_name(base: str, family: tuple[Any, ...], place: tuple[Any, ...], how: str) -> str:
    partial = _DERIVATIVE.fullmatch(base)
    if partial:
        below = _mathml_name(partial[2], family, place, how)
        return f"<mfrac><mrow><mo>∂</mo><mi>{partial[1]}</mi></mrow><mrow><mo>∂</mo>{below}</mrow></mfrac>"
    letter, subscript = _split_name(base)
    if len(letter) > 2 and letter not in GREEK:
        letter, subscript = base, ""  # a word, not a symbol: per_filter, weights
    text = f"<mi>{GREEK.get(letter, letter)}</mi>"
    low = [subscript] if subscript else []
    high = ""
    for position, index in enumerate(family):
        if how[position : position + 1] == "l":
            high += f"({index})"
        else:
            low.append(str(index))
    low.extend(map(str, place))
    below, above = (
        _mathml_fenced(Block((f"<mrow>{_mathml_tokens(part)}</mrow>",))).text if part else ""
        for part in (",".join(low), high)
    )
    if below and above:
        return f"<msubsup>{text}{below}{above}</msubsup>"
    return f"<msub>{text}{below}</msub>" if below else f"<msup>{text}{above}</msup>" if above else text
