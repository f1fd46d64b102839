"""The formula language: text → small closed tree. `dlcalc.core.evaluate` gives it values, `notation` writes it.

A formula is a whitelisted subset of Python expressions, read by `ast.parse` (which runs nothing) into five kinds
of node: number, list, name with indices, fold (`sum`, `prod`) and apply. Whatever is not in the language is
refused. The same parser reads topics, the problem bank and what people type.

    E = D*(K - 1) + 1
    h[t] = tanh(W_x @ x[t] + W_h @ h[t-1] + b)
    N = prod(O[d] for d in axes)

Indices: the first bracket names a member of a family (`w[k]`) where there is one, otherwise an entry counted
from 1; a second bracket is always an entry. An index name without a value is its own label (`n[spam]`); an index
whose value is the empty label is not written at all, so that `O[d]` is plain `O` where all sides agree.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from dlcalc.core.operators import OPERATORS, VARIADIC, Operator
from dlcalc.errors import FormulaError, Text

Key: TypeAlias = str | tuple[int | str, ...]
"""How a value is filed: a plain name, or (base, index, …) for a member of a family."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number written in the formula."""

    value: int | Fraction


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of expressions: a vector, or a matrix as a list of lists."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A symbol with its indices: `first` picks the member of a family (or an entry), `second` always an entry."""

    base: str
    first: tuple[Node, ...] = ()
    second: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Fold:
    """One of `FOLDS` of `body` while `variable` runs over `over`: a pair (first, last), labels, or a bound name."""

    kind: str
    body: Node
    variable: str
    over: tuple[Node, Node] | tuple[str, ...] | str


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator and its arguments."""

    op: Operator
    args: tuple[Node, ...]


FOLDS = {"sum": "+", "prod": "*", "max": "max", "min": "min"}
"""What can run over an index, and the operator that joins its terms."""

Node: TypeAlias = Number | ListOf | Name | Fold | Apply


@dataclass(frozen=True, slots=True)
class Equation:
    """`left = right` as written on a sheet; `text` is the source."""

    text: str
    left: Name
    right: Node


LONGEST_TYPED, DEEPEST_TYPED, MOST_NODES_TYPED = 400, 40, 300
_TYPED = str.maketrans({"σ": "sigmoid", "·": "*", "×": "*", "−": "-", "²": "**2", "³": "**3", "π": "pi", "^": "**"})

_BINARY: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.MatMult: "@",
    ast.Pow: "**",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.And: "and",
    ast.Or: "or",
}


def read_typed(text: str) -> Node:
    """Read a formula that a learner typed: the same language behind guards against hostile text.

    Raises:
        FormulaError: too long, too deep, too many parts, a run of 16 digits, or not in the language.
    """
    if len(text) > LONGEST_TYPED:
        raise FormulaError(
            Text("The formula is longer than {most} characters.", "公式超过 {most} 个字符。"), most=LONGEST_TYPED
        )
    source = text.translate(_TYPED)
    depth = deepest = 0
    for character in source:
        depth += (character in "([") - (character in ")]")
        deepest = max(deepest, depth)
    if deepest > DEEPEST_TYPED:
        raise FormulaError(
            Text("The formula has more than {most} brackets inside each other.", "公式的括号嵌套超过 {most} 层。"),
            most=DEEPEST_TYPED,
        )
    if not source.isascii():
        odd = next(c for c in source if not c.isascii())
        raise FormulaError(Text("'{odd}' is not used in formulas.", "公式中不能使用“{odd}”。"), odd=odd)
    if re.search(r"\d{16}", source):
        raise FormulaError(Text("The formula has a number of 16 or more digits.", "公式中有 16 位或更长的数。"))
    if re.search(r"#|\d_|\b0[xXoObB]|\d[jJ]", source):
        raise FormulaError(
            Text("The formula has a number that is not written in digits.", "公式中有不是用数字写的数。")
        )
    node = parse(source)
    if sum(1 for _ in walk(node)) > MOST_NODES_TYPED:
        raise FormulaError(
            Text("The formula has more than {most} parts.", "公式超过 {most} 个部分。"), most=MOST_NODES_TYPED
        )
    return node


def parse(text: str) -> Node:
    """Read a formula.

    Raises:
        FormulaError: if the text is not in the language; nothing of it is ever run.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _refuse(text, Text("it cannot be read", "无法读懂")) from error
    try:
        return _node(tree.body)
    except _NotInLanguage as stop:
        raise _refuse(text, stop.why) from None
    except RecursionError:
        raise _refuse(text, Text("it is nested too deep", "嵌套太深")) from None


@lru_cache(maxsize=4096)
def parse_equation(text: str) -> Equation:
    """Read `name = formula`; the left side is a name, with indices if it belongs to a family."""
    left, sign, right = text.partition(" = ")
    target = parse(left)
    if not sign or not isinstance(target, Name) or target.second:
        raise _refuse(text, Text("it must read name = formula", "应写成 名称 = 公式"))
    return Equation(text, target, parse(right))


class _NotInLanguage(Exception):
    def __init__(self, why: Text) -> None:
        self.why = why


def _refuse(text: str, why: Text) -> FormulaError:
    shown = text if len(text) <= 60 else text[:57] + "..."
    return FormulaError(
        Text("'{shown}' is not a formula: {en}.", "“{shown}” 不是公式：{zh}。"), shown=shown, en=why.en, zh=why.zh
    )


def _node(tree: ast.expr) -> Node:
    match tree:
        case ast.Constant(value=bool()):
            raise _NotInLanguage(Text("True and False are not numbers", "True 和 False 不是数"))
        case ast.Constant(value=int() as number):
            return Number(number)
        case ast.Constant(value=float() as number):
            if number in (float("inf"),):
                raise _NotInLanguage(Text("a number in it is too large", "其中有一个数太大"))
            fraction = Fraction(repr(number))
            return Number(fraction.numerator if fraction.denominator == 1 else fraction)
        case ast.Name(id=base):
            return Name(base)
        case ast.Subscript(value=ast.Name(id=base), slice=first):
            return Name(base, _indices(first))
        case ast.Subscript(value=ast.Subscript(value=ast.Name(id=base), slice=first), slice=second):
            return Name(base, _indices(first), _indices(second))
        case ast.List(elts=items) if items:
            return ListOf(tuple(_node(item) for item in items))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float()) as constant):
            number_node = _node(constant)
            assert isinstance(number_node, Number)
            return Number(-number_node.value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Apply(OPERATORS["neg"], (_node(operand),))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _node(operand)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Apply(OPERATORS["not"], (_node(operand),))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return Apply(OPERATORS[_BINARY[type(op)]], (_node(left), _node(right)))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _BINARY:
            return Apply(OPERATORS[_BINARY[type(op)]], (_node(left), _node(right)))
        case ast.BoolOp(op=op, values=[first_value, *others]):
            result = _node(first_value)
            for other in others:
                result = Apply(OPERATORS[_BINARY[type(op)]], (result, _node(other)))
            return result
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return Apply(OPERATORS["if"], (_node(body), _node(test), _node(orelse)))
        case ast.Attribute(value=value, attr="T"):
            return Apply(OPERATORS[".T"], (_node(value),))
        case ast.Call(func=ast.Name(id=kind), args=[ast.GeneratorExp() as body], keywords=[]) if kind in FOLDS:
            return _fold(kind, body)
        case ast.Call(func=ast.Name(id=function), args=args, keywords=[]):
            return _call(function, args)
    raise _NotInLanguage(Text("it uses something that is no part of formulas", "用了公式里没有的写法"))


def _call(function: str, args: list[ast.expr]) -> Apply:
    op = OPERATORS.get(function)
    if op is None or not op.is_function:
        raise _NotInLanguage(Text(f"there is no function {function}", f"没有函数 {function}"))
    wanted = len(args) >= 2 if function in VARIADIC else len(args) == len(op.needs)
    if not wanted:
        raise _NotInLanguage(
            Text(f"{function} takes {len(op.needs)} argument(s)", f"{function} 需要 {len(op.needs)} 个参数")
        )
    return Apply(op, tuple(_node(arg) for arg in args))


def _fold(kind: str, tree: ast.GeneratorExp) -> Fold:
    match tree.generators:
        case [ast.comprehension(target=ast.Name(id=variable), iter=over, ifs=[], is_async=0)]:
            body = _node(tree.elt)
        case _:
            raise _NotInLanguage(Text("sum and prod run over one index", "sum 和 prod 只能有一个指标"))
    match over:
        case ast.Tuple(elts=[first, ast.Constant(value=e), last]) if e is Ellipsis:
            return Fold(kind, body, variable, (_node(first), _node(last)))
        case ast.Tuple(elts=labels) if labels and all(isinstance(label, ast.Name) for label in labels):
            return Fold(kind, body, variable, tuple(label.id for label in labels if isinstance(label, ast.Name)))
        case ast.Name(id=name):
            return Fold(kind, body, variable, name)
    raise _NotInLanguage(Text("an index runs over (1, ..., n) or (a, b)", "指标的范围写成 (1, ..., n) 或 (a, b)"))


def _indices(tree: ast.expr) -> tuple[Node, ...]:
    trees = tree.elts if isinstance(tree, ast.Tuple) else [tree]
    return tuple(_node(t) for t in trees)


def walk(node: Node) -> Iterator[Node]:
    """Yield every node, the root first, indices included."""
    yield node
    match node:
        case Number():
            return
        case ListOf(items=children) | Apply(args=children):
            pass
        case Name(first=first, second=second):
            children = (*first, *second)
        case Fold(body=body, over=over):
            children = (
                (body, *(end for end in over if not isinstance(end, str))) if not isinstance(over, str) else (body,)
            )
    for child in children:
        yield from walk(child)


def reads(node: Node) -> frozenset[str]:
    """Return the base names a formula reads, loop variables and index names left out."""
    match node:
        case Number():
            return frozenset()
        case Name(base=base):
            return frozenset((base,))
        case Fold(body=body, variable=variable):
            return reads(body) - {variable}
        case ListOf(items=children) | Apply(args=children):
            return frozenset().union(*(reads(child) for child in children))


def key_text(key: Key) -> str:
    """Write a key as a student names it: `O`, `w[5]`, `h[2,1]`."""
    return key if isinstance(key, str) else f"{key[0]}[{','.join(map(str, key[1:]))}]"
