"""The formula language: text → small closed tree → value or notation.

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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from dlcalc.core.operators import OPERATORS, VARIADIC, Operator
from dlcalc.core.values import Value
from dlcalc.errors import CalculationError, FormulaError, Text, UnknownNameError

Index: TypeAlias = int | str
Key: TypeAlias = "str | tuple[Index, ...]"
"""How a value is filed: a plain name, or (base, index, …) for a member of a family."""
Environment: TypeAlias = dict[Any, Any]
Bindings: TypeAlias = Mapping[str, Any]
"""Values of loop variables: an index, or a tuple of labels for a fold to run over."""
Run: TypeAlias = Callable[[Environment, Bindings], Any]


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
    """`sum` or `prod` of `body` while `variable` runs over `over`: a pair (first, last), labels, or a bound name."""

    kind: str
    body: Node
    variable: str
    over: tuple[Node, Node] | tuple[str, ...] | str


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator and its arguments."""

    op: Operator
    args: tuple[Node, ...]


Node: TypeAlias = Number | ListOf | Name | Fold | Apply


@dataclass(frozen=True, slots=True)
class Equation:
    """`left = right` as written on a sheet; `text` is the source."""

    text: str
    left: Name
    right: Node


# ---------------------------------------------------------------- reading

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
        raise FormulaError(Text("The formula is longer than {most} characters.", "公式超过 {most} 个字符。"), most=LONGEST_TYPED)
    source = text.translate(_TYPED)
    depth = deepest = 0
    for character in source:
        depth += (character in "([") - (character in ")]")
        deepest = max(deepest, depth)
    if deepest > DEEPEST_TYPED:
        raise FormulaError(Text("The formula has more than {most} brackets inside each other.", "公式的括号嵌套超过 {most} 层。"), most=DEEPEST_TYPED)
    if not source.isascii():
        odd = next(c for c in source if not c.isascii())
        raise FormulaError(Text("'{odd}' is not used in formulas.", "公式中不能使用“{odd}”。"), odd=odd)
    if re.search(r"\d{16}", source):
        raise FormulaError(Text("The formula has a number of 16 or more digits.", "公式中有 16 位或更长的数。"))
    node = parse(source)
    if sum(1 for _ in walk(node)) > MOST_NODES_TYPED:
        raise FormulaError(Text("The formula has more than {most} parts.", "公式超过 {most} 个部分。"), most=MOST_NODES_TYPED)
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
        case ast.Call(func=ast.Name(id="sum" | "prod" as kind), args=[ast.GeneratorExp() as body], keywords=[]):
            return _fold(kind, body)
        case ast.Call(func=ast.Name(id=function), args=args, keywords=[]):
            return _call(function, args)
    raise _NotInLanguage(Text("it uses something that is no part of formulas", "用了公式里没有的写法"))


def _call(function: str, args: list[ast.expr]) -> Apply:
    op = OPERATORS.get(function)
    if op is None or not op.is_function:
        raise _NotInLanguage(Text(f"there is no function {function}", f"没有函数 {function}"))
    if function in VARIADIC:
        fits = len(args) >= 2
    else:
        fits = len(args) == len(op.needs)
    if not fits:
        raise _NotInLanguage(Text(f"{function} takes {len(op.needs)} argument(s)", f"{function} 需要 {len(op.needs)} 个参数"))
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
            children = (body, *(end for end in over if not isinstance(end, str))) if not isinstance(over, str) else (body,)
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


# ---------------------------------------------------------------- values


def compile_node(node: Node, bound: frozenset[str]) -> Run:
    """Turn a formula into nested functions of (environment, bindings); `bound` are the loop variables."""
    match node:
        case Number(value=number):
            return lambda env, at: number
        case Name(base=base, first=(), second=()) if base in bound:
            return lambda env, at: at[base]
        case Name(base=base, first=(), second=()):
            return _read(base)
        case Name():
            return _compile_member(node, bound)
        case ListOf(items=items):
            parts = tuple(compile_node(item, bound) for item in items)
            return lambda env, at: _listed([part(env, at) for part in parts])
        case Fold():
            return _compile_fold(node, bound)
        case Apply(op=op, args=args):
            return _compile_apply(op, args, bound)


def _read(base: str) -> Run:
    def read(env: Environment, at: Bindings) -> Any:
        try:
            return env[base]
        except KeyError:
            raise unknown(base) from None

    return read


def unknown(name: str) -> UnknownNameError:
    """Return the error for a name that no line above defines."""
    return UnknownNameError(Text("{name} has no value yet.", "{name} 还没有值。"), name=name)


def _compile_apply(op: Operator, args: tuple[Node, ...], bound: frozenset[str]) -> Run:
    value = op.value
    if op.name in ("floor", "ceil") and isinstance(args[0], Apply) and args[0].op.name == "/":
        return _rounded_quotient(op, args[0].args, bound)
    runs = tuple(compile_node(arg, bound) for arg in args)
    if op.name == "if":
        then, test, other = runs
        return lambda env, at: then(env, at) if test(env, at) else other(env, at)
    if op.name == "and":
        left, right = runs
        return lambda env, at: left(env, at) and right(env, at)
    if op.name == "or":
        left, right = runs
        return lambda env, at: left(env, at) or right(env, at)
    if len(runs) == 1:
        (only,) = runs
        return lambda env, at: value(only(env, at))
    if len(runs) == 2:
        left, right = runs
        return lambda env, at: value(left(env, at), right(env, at))
    return lambda env, at: value(*(run(env, at) for run in runs))


def _rounded_quotient(op: Operator, args: tuple[Node, ...], bound: frozenset[str]) -> Run:
    """Round a quotient without making the fraction: whole numbers stay fast and exact."""
    above, below = (compile_node(arg, bound) for arg in args)
    sign = 1 if op.name == "floor" else -1
    divide = OPERATORS["/"].value

    def run(env: Environment, at: Bindings) -> Any:
        a, b = above(env, at), below(env, at)
        if isinstance(a, int) and isinstance(b, int) and b:
            return sign * (sign * a // b)
        return op.value(divide(a, b))

    return run


def compile_key(name: Name, bound: frozenset[str]) -> Run:
    """Return a function giving the key under which a name's value is filed."""
    base = name.base
    if not name.first:
        return lambda env, at: base
    if len(name.first) == 1:
        index = _compile_index(name.first[0], bound)

        def single(env: Environment, at: Bindings) -> Key:
            i = index(env, at)
            return base if i == "" else (base, i)

        return single
    indices = tuple(_compile_index(i, bound) for i in name.first)

    def several(env: Environment, at: Bindings) -> Key:
        found = tuple(i for i in (index(env, at) for index in indices) if i != "")
        return (base, *found) if found else base

    return several


def _compile_index(node: Node, bound: frozenset[str]) -> Run:
    if isinstance(node, Name) and not node.first:
        base = node.base
        if base in bound:
            return lambda env, at: at[base]
        return lambda env, at: base
    return compile_node(node, bound)


def _compile_member(name: Name, bound: frozenset[str]) -> Run:
    base = name.base
    key = compile_key(name, bound)
    places = tuple(_compile_index(i, bound) for i in name.second)

    def read(env: Environment, at: Bindings) -> Any:
        filed = key(env, at)
        try:
            value = env[filed]
        except KeyError:
            if base not in env or isinstance(filed, str):
                raise unknown(key_text(filed)) from None
            value = entry_of(env[base], filed[1:])
        return entry_of(value, tuple(p(env, at) for p in places)) if places else value

    return read


def entry_of(value: Any, place: tuple[Any, ...]) -> Any:
    """Return an entry of an array, counted from 1."""
    take = getattr(value, "entry", None)  # only arrays have entries; asking so spares scalar sheets NumPy
    if take is not None and all(isinstance(p, int) for p in place):
        return take(*place)
    raise CalculationError(
        Text("There is no entry {place} to take from {value}.", "无法从 {value} 取第 {place} 个元素。"),
        place=",".join(map(str, place)),
        value=value,
    )


def _listed(values: list[Any]) -> Any:
    from dlcalc.core.arrays import Array

    return Array.of([v.tolist() if isinstance(v, Array) else v for v in values])


def _compile_fold(fold: Fold, bound: frozenset[str]) -> Run:
    body = compile_node(fold.body, bound | {fold.variable})
    span = compile_span(fold, bound)
    variable, combine, start = fold.variable, OPERATORS["+" if fold.kind == "sum" else "*"].value, fold.kind == "prod"

    def run(env: Environment, at: Bindings) -> Any:
        total: Any = None
        inner = dict(at)
        for index in span(env, at):
            inner[variable] = index
            term = body(env, inner)
            total = term if total is None else combine(total, term)
        return int(start) if total is None else total

    return run


def compile_span(fold: Fold, bound: frozenset[str]) -> Run:
    """Return a function giving the indices a fold runs over."""
    over = fold.over
    if isinstance(over, str):
        return lambda env, at: at[over] if over in at else _read(over)(env, at)
    if isinstance(over[0], str):
        return lambda env, at: over
    first, last = (compile_node(end, bound) for end in over if not isinstance(end, str))
    return lambda env, at: range(first(env, at), last(env, at) + 1)


def evaluate(node: Node, values: Mapping[Any, Any] | None = None, at: Bindings | None = None) -> Any:
    """Return a formula's value; `values` holds the names it reads, `at` its loop variables."""
    bindings = dict(at or {})
    try:
        return compile_node(node, frozenset(bindings))(dict(values or {}), bindings)
    except OverflowError:
        raise CalculationError(Text("The number is too large.", "数值太大。")) from None


def key_text(key: Key) -> str:
    """Write a key as a student names it: `O`, `w[5]`, `h[2,1]`."""
    return key if isinstance(key, str) else f"{key[0]}[{','.join(map(str, key[1:]))}]"


# ---------------------------------------------------------------- entries of arrays


def entry(node: Node, place: tuple[int, ...], shape_of: Callable[[Node], tuple[int, ...]]) -> Node:
    """Return the formula of one entry of an array formula: `(A @ x)` at (i,) is A[i,1]*x[1] + A[i,2]*x[2] + ….

    Args:
        node: a formula whose value is an array.
        place: which entry, counted from 1.
        shape_of: the shape of a sub-formula's value; () for a single number.
    """
    if not shape_of(node):
        return node
    match node:
        case Name(base=base, first=first, second=second):
            here = tuple(Number(p) for p in place)
            return Name(base, first, (*second, *here)) if first else Name(base, (), here)
        case ListOf(items=items):
            return entry(items[place[0] - 1], place[1:], shape_of)
        case Apply(op=op, args=args):
            match op.entry:
                case "each":
                    return Apply(op, tuple(entry(arg, place, shape_of) for arg in args))
                case "transpose":
                    return entry(args[0], place[::-1], shape_of)
                case "outer":
                    left, right = (entry(arg, (p,), shape_of) for arg, p in zip(args, place, strict=True))
                    return Apply(OPERATORS["*"], (left, right))
                case "dot":
                    return _dot(args[0], args[1], place, shape_of)
        case Fold(kind=kind, body=body, variable=variable, over=over):
            return Fold(kind, entry(body, place, shape_of), variable, over)
        case Number():
            pass
    return node


def _dot(a: Node, b: Node, place: tuple[int, ...], shape_of: Callable[[Node], tuple[int, ...]]) -> Node:
    rows, columns = (place[:1], place[1:]) if len(shape_of(a)) == 2 else ((), place)
    terms = [
        Apply(OPERATORS["*"], (entry(a, (*rows, k), shape_of), entry(b, (k, *columns), shape_of)))
        for k in range(1, shape_of(b)[0] + 1)
    ]
    total: Node = terms[0]
    for term in terms[1:]:
        total = Apply(OPERATORS["+"], (total, term))
    return total
