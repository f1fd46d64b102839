"""Working a formula out a layer at a time, innermost first, as a student does below the substitution."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from dlcalc.core.evaluate import compile_span, evaluate
from dlcalc.core.formula import FOLDS, Apply, Fold, ListOf, Name, Node, Number
from dlcalc.core.operators import OPERATORS
from dlcalc.errors import CalculationError

MOST_TERMS = 6
"""A sum of more terms is not worked out one operation at a time."""


def reductions(node: Node, env: Mapping[Any, Any], at: Mapping[str, Any]) -> list[Node]:
    """Return what stands between a formula's substitution and its value, one layer of operations less each time.

    Empty where there is nothing between, and where a value is no exact number.
    """
    steps: list[Node] = []
    working = put_in(node, env, at)
    while working is not None and depth(working) > 1:
        working = work_out(working)
        if working is not None and depth(working):
            steps.append(working)
    return steps


def put_in(node: Node, env: Mapping[Any, Any], at: Mapping[str, Any]) -> Node | None:
    """Return the formula with numbers for names; None where a value is no exact number."""
    match node:
        case Number():
            return node
        case Name():
            value = evaluate(node, env, at)
            return Number(value) if isinstance(value, int | Fraction) and not isinstance(value, bool) else None
        case Fold(kind=kind, body=body, variable=variable):
            span = compile_span(node, frozenset(at))(dict(env), at)
            terms = [put_in(body, env, {**at, variable: index}) for index in span]
            known = [term for term in terms if term is not None]
            if not known or len(known) < len(terms) or len(terms) > MOST_TERMS:
                return None
            op = OPERATORS[FOLDS[kind]]
            if op.is_function and len(known) > 1:
                return Apply(op, tuple(known))
            total = known[0]
            for term in known[1:]:
                total = Apply(op, (total, term))
            return total
        case Apply(op=op, args=args):
            inner = [put_in(arg, env, at) for arg in args]
            found = tuple(arg for arg in inner if arg is not None)
            return Apply(op, found) if len(found) == len(args) else None
        case ListOf():
            return None


def depth(node: Node) -> int:
    """Return how many layers of operations stand on each other."""
    return 1 + max(map(depth, node.args)) if isinstance(node, Apply) else 0


def work_out(node: Node) -> Node | None:
    """Work out every operation whose arguments are numbers; None where a result is no exact number."""
    if not isinstance(node, Apply):
        return node
    if all(isinstance(arg, Number) for arg in node.args):
        try:
            value = evaluate(node)
        except CalculationError:
            return None  # in the branch that is not taken
        return Number(value) if isinstance(value, int | Fraction) and not isinstance(value, bool) else None
    inner = [work_out(arg) for arg in node.args]
    found = tuple(arg for arg in inner if arg is not None)
    return Apply(node.op, found) if len(found) == len(node.args) else None
