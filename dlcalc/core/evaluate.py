"""What formulas are worth: a tree turned into nested Python functions, and one entry of an array formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from dlcalc.core.formula import FOLDS, Apply, Fold, Key, ListOf, Name, Node, Number, key_text
from dlcalc.core.operators import OPERATORS, VARIADIC, Operator
from dlcalc.errors import CalculationError, Text, UnknownNameError

Environment: TypeAlias = dict[Any, Any]
"""Values by key: everything a sheet knows so far."""
Bindings: TypeAlias = Mapping[str, Any]
"""Values of loop variables: an index, or a tuple of labels for a fold to run over."""
Run: TypeAlias = Callable[[Environment, Bindings], Any]


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
    if op.name == "every" and isinstance(args[0], Apply) and args[0].op.name == "corr":
        return _strided(args[0].args, args[1], bound)
    runs = tuple(compile_node(arg, bound) for arg in args)
    if op.name == "if":
        return _branching(*runs)
    if op.name == "and":
        return _both(*runs)
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


def _branching(then: Run, test: Run, other: Run) -> Run:
    """Return a if c else b: of numbers only the branch taken is worked out; of arrays each entry takes its own."""

    def run(env: Environment, at: Bindings) -> Any:
        held = test(env, at)
        if hasattr(held, "choose"):
            return held.choose(then(env, at), other(env, at))
        return then(env, at) if held else other(env, at)

    return run


def _both(left: Run, right: Run) -> Run:
    """Return a and b; of arrays the mask where both hold."""

    def run(env: Environment, at: Bindings) -> Any:
        held = left(env, at)
        return held * right(env, at) if hasattr(held, "choose") else held and right(env, at)

    return run


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


def _strided(slid: tuple[Node, ...], step: Node, bound: frozenset[str]) -> Run:
    """Slide a window by the step at once: the places between are never worked out."""
    map_, kernel, by = (compile_node(arg, bound) for arg in (*slid, step))

    def run(env: Environment, at: Bindings) -> Any:
        from dlcalc.core.maps import every_corr

        return every_corr(map_(env, at), kernel(env, at), by(env, at))

    return run


def compile_key(name: Name, bound: frozenset[str]) -> Run:
    """Return a function giving the key under which a name's value is filed."""
    base = name.base
    if not name.first:
        return lambda env, at: base
    if len(name.first) == 1:
        stepped = _stepped(name.first[0], bound)
        if stepped is not None:
            variable, step = stepped
            return lambda env, at: (base, at[variable] + step)
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


def _stepped(node: Node, bound: frozenset[str]) -> tuple[str, Any] | None:
    """Return (k, -1) for the index k - 1 that every loop has in every line; None for another kind of index."""
    match node:
        case Apply(op=Operator(name="+" | "-" as sign), args=(Name(base=base, first=()), Number(value=step))):
            return (base, step if sign == "+" else -step) if base in bound else None
    return None


def _compile_member(name: Name, bound: frozenset[str]) -> Run:
    base = name.base
    key = compile_key(name, bound)
    if not name.second:
        return _read_member(base, key)
    places = tuple(_compile_index(i, bound) for i in name.second)

    member = _read_member(base, key)
    return lambda env, at: entry_of(member(env, at), tuple(p(env, at) for p in places))


def _read_member(base: str, key: Run) -> Run:
    def read(env: Environment, at: Bindings) -> Any:
        filed = key(env, at)
        try:
            return env[filed]
        except KeyError:
            if base not in env or isinstance(filed, str):
                raise unknown(key_text(filed)) from None
            return entry_of(env[base], filed[1:])

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

    as_float = any(isinstance(v, float) for v in values)  # exact numbers stay so only among themselves
    return Array.of([v.tolist() if isinstance(v, Array) else v for v in values], as_float=as_float)


def _compile_fold(fold: Fold, bound: frozenset[str]) -> Run:
    body = compile_node(fold.body, bound | {fold.variable})
    span = compile_span(fold, bound)
    variable, combine, start = fold.variable, OPERATORS[FOLDS[fold.kind]].value, fold.kind == "prod"

    def run(env: Environment, at: Bindings) -> Any:
        total: Any = None
        inner = dict(at)
        for index in span(env, at):
            inner[variable] = index
            term = body(env, inner)
            total = term if total is None else combine(total, term)
        if total is None and fold.kind in VARIADIC:
            raise CalculationError(
                Text("There is nothing to take the {kind} of.", "没有可取 {kind} 的项。"), kind=fold.kind
            )
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
    return lambda env, at: _span(first(env, at), last(env, at))


LONGEST_SPAN = 100_000
"""A sum or product of more terms is refused."""


def _span(first: Any, last: Any) -> range:
    if not (isinstance(first, int) and isinstance(last, int)):
        raise CalculationError(Text("An index runs over whole numbers.", "指标只能取整数。"))
    if last - first >= LONGEST_SPAN:
        raise CalculationError(Text("The sum has more than {most} terms.", "求和超过 {most} 项。"), most=LONGEST_SPAN)
    return range(first, last + 1)


def evaluate(node: Node, values: Mapping[Any, Any] | None = None, at: Bindings | None = None) -> Any:
    """Return a formula's value; `values` holds the names it reads, `at` its loop variables."""
    bindings = dict(at or {})
    try:
        return compile_node(node, frozenset(bindings))(dict(values or {}), bindings)
    except OverflowError:
        raise CalculationError(Text("The number is too large.", "数值太大。")) from None
    except TypeError:
        raise CalculationError(
            Text("The formula does not fit the kinds of its values.", "公式与其中值的类型不符。")
        ) from None


# ---------------------------------------------------------------- entries of arrays


def entry(node: Node, place: tuple[int, ...], env: Environment, at: Bindings) -> Node:
    """Return the formula of one entry of an array formula: `(A @ x)` at (i,) is A[i,1]*x[1] + A[i,2]*x[2] + ….

    Args:
        node: a formula whose value is an array.
        place: which entry, counted from 1.
        env: the values it reads.
        at: its loop variables.
    """
    if not shape_of(node, env, at):
        return node
    match node:
        case Name(base=base, first=first, second=second):
            here = tuple(Number(p) for p in place)
            return Name(base, first, (*second, *here)) if first else Name(base, (), here)
        case ListOf(items=items):
            return entry(items[place[0] - 1], place[1:], env, at)
        case Apply(op=op, args=args):
            match op.entry:
                case "each":
                    return Apply(op, tuple(entry(arg, place, env, at) for arg in args))
                case "transpose":
                    return entry(args[0], place[::-1], env, at)
                case "outer":
                    left, right = (entry(arg, (p,), env, at) for arg, p in zip(args, place, strict=True))
                    return Apply(OPERATORS["*"], (left, right))
                case "dot":
                    return _dot(args[0], args[1], place, env, at)
                case "map":
                    from dlcalc.core.maps import map_entry

                    return map_entry(node, place, env, at)
                case "rows":
                    from dlcalc.core.rows import row_entry

                    return row_entry(node, place, env, at)
        case Fold(kind=kind, body=body, variable=variable, over=over):
            first_index = next(iter(compile_span(node, frozenset(at))(env, at)))
            return Fold(kind, entry(body, place, env, {**at, variable: first_index}), variable, over)
        case Number():
            pass
    return node


def shape_of(node: Node, env: Environment, at: Bindings) -> tuple[int, ...]:
    """Return the shape of a formula's value; () for a single number."""
    found: tuple[int, ...] = getattr(evaluate(node, env, at), "shape", ())
    return found


def _dot(a: Node, b: Node, place: tuple[int, ...], env: Environment, at: Bindings) -> Node:
    rows, columns = (place[:1], place[1:]) if len(shape_of(a, env, at)) == 2 else ((), place)
    return summed(
        [
            Apply(OPERATORS["*"], (entry(a, (*rows, k), env, at), entry(b, (k, *columns), env, at)))
            for k in range(1, shape_of(b, env, at)[0] + 1)
        ]
    )


def summed(terms: Sequence[Node]) -> Node:
    """Return the sum of terms as a formula."""
    total = terms[0]
    for term in terms[1:]:
        total = Apply(OPERATORS["+"], (total, term))
    return total
