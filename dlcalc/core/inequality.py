"""From `formula = value` back to its unknown: the layers of a formula are taken off one at a time.

⌊(I + 2P − E)/S⌋ + 1 = 28 becomes 27 ≤ (I + 2P − E)/S < 28 and then 1 ≤ P < 1.5. Nothing here knows a topic: the
formula is the one on the worksheet, and a line that rests on the unknown is followed to its own formula. What cannot
be taken off (an unknown above and below a bar, `max`, a case distinction) ends the way there.

Products and quotients are taken apart as for numbers of at least 0, which sizes and counts are; `inverse` compares
every result with the runs themselves before it shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple, TypeAlias

from dlcalc.core.evaluate import compile_key, compile_span, evaluate
from dlcalc.core.formula import Apply, Fold, Key, ListOf, Name, Node, Number
from dlcalc.core.inverse import Derivation, Written
from dlcalc.core.notation import LATEX, MATHML, TEXT, UNICODE, Style, Writer
from dlcalc.core.operators import OPERATORS
from dlcalc.core.records import Given, Line
from dlcalc.core.values import whole
from dlcalc.core.work import Sheet
from dlcalc.errors import DlcalcError

Exact: TypeAlias = int | Fraction
NOTATIONS = (TEXT, UNICODE, LATEX, MATHML)


class Interval(NamedTuple):
    """The numbers from `low` to `high`; None is no bound, and an open end does not belong to it."""

    low: Exact | None
    high: Exact | None
    low_open: bool = False
    high_open: bool = False

    @property
    def is_point(self) -> bool:
        """Whether it holds exactly one number."""
        return self.low is not None and self.low == self.high and not (self.low_open or self.high_open)

    @property
    def is_empty(self) -> bool:
        """Whether it holds no number."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def contains(self, number: Any) -> bool:
        """Say whether a number lies in it."""
        above = self.low is None or (number > self.low if self.low_open else number >= self.low)
        return above and (self.high is None or (number < self.high if self.high_open else number <= self.high))

    def shifted(self, by: Exact) -> Interval:
        """Return the interval moved by a number."""
        return self._each(lambda end: whole(Fraction(end + by)))

    def scaled(self, by: Exact) -> Interval:
        """Return the interval multiplied by a number that is not 0; a negative one turns it round."""
        moved = self._each(lambda end: whole(Fraction(end * by)))
        return moved if by > 0 else Interval(moved.high, moved.low, moved.high_open, moved.low_open)

    def wholes(self) -> tuple[int | None, int | None]:
        """Return the first and the last whole number in it; the first is larger than the last where there is none."""
        low = None if self.low is None else floor(self.low) + 1 if self.low_open else ceil(self.low)
        high = None if self.high is None else ceil(self.high) - 1 if self.high_open else floor(self.high)
        return low, high

    def _each(self, move: Any) -> Interval:
        low, high = (None if end is None else move(end) for end in (self.low, self.high))
        return Interval(low, high, self.low_open, self.high_open)


class State(NamedTuple):
    """`node` lies in `interval`; `how` tells what was taken off to get here."""

    node: Node
    interval: Interval
    how: str


@dataclass(frozen=True)
class Formulas:
    """A sheet's formulas as far as they rest on unknown inputs.

    Attributes:
        env: the sheet's values.
        unknowns: the symbols of the unknown inputs, with the input each came from.
        lines: the formulas of the lines that rest on them, without indices left open.
    """

    env: Mapping[Any, Any]
    unknowns: Mapping[Key, str]
    lines: Mapping[Key, Node]

    @classmethod
    def of(cls, sheet: Sheet, unknown: frozenset[str]) -> Formulas:
        """Read a sheet's formulas; `unknown` are the names of the unknown inputs."""
        unknowns: dict[Key, str] = {}
        lines: dict[Key, Node] = {}
        found = cls(sheet.env, unknowns, lines)
        for entry in sheet.entries():
            if isinstance(entry, Given) and entry.source in unknown:
                unknowns[entry.key] = entry.source
            elif isinstance(entry, Line):
                try:
                    node = settled(entry.right, sheet.env, entry.at)
                except (Stuck, DlcalcError):
                    continue
                if found.rests(node):
                    lines[entry.key] = node
        return found

    def rests(self, node: Node) -> bool:
        """Say whether a formula rests on an unknown."""
        return any(key in self.unknowns or key in self.lines for key in keys(node))

    def inputs(self, node: Node) -> frozenset[str]:
        """Return the unknown inputs a formula rests on."""
        found: set[str] = set()
        for key in keys(node):
            if key in self.unknowns:
                found.add(self.unknowns[key])
            elif key in self.lines:
                found |= self.inputs(self.lines[key])
        return frozenset(found)

    @property
    def known(self) -> dict[Any, Any]:
        """The values that do not rest on an unknown."""
        return {key: v for key, v in self.env.items() if key not in self.unknowns and key not in self.lines}


class Stuck(Exception):
    """A formula cannot be taken apart further."""


def keys(node: Node) -> Iterator[Key]:
    """Yield the key of every name in a settled formula."""
    match node:
        case Name():
            yield key_of(node)
        case Apply(args=args):
            for arg in args:
                yield from keys(arg)
        case _:
            return


def key_of(name: Name) -> Key:
    """Return the key of a settled name."""
    found: Key = compile_key(name, frozenset())({}, {})
    return found


def settled(node: Node, env: Mapping[Any, Any], at: Mapping[str, Any]) -> Node:
    """Return a formula with its indices put in and its sums and products written out.

    Raises:
        Stuck: if it has entries of arrays or lists in it.
    """
    match node:
        case Number():
            return node
        case Name(base=base, first=(), second=()) if base in at:
            if isinstance(at[base], int):
                return Number(at[base])
            raise Stuck
        case Name(base=base, second=()):
            key = compile_key(node, frozenset(at))(dict(env), at)
            if key not in env:
                raise Stuck  # an entry of an array
            if isinstance(key, str):
                return Name(key)
            return Name(base, tuple(Number(part) if isinstance(part, int) else Name(part) for part in key[1:]))
        case Fold(kind=kind, body=body, variable=variable):
            op = OPERATORS["+" if kind == "sum" else "*"]
            terms = [
                settled(body, env, {**at, variable: index})
                for index in compile_span(node, frozenset(at))(dict(env), at)
            ]
            if not 0 < len(terms) <= MOST_TERMS:
                raise Stuck
            total = terms[0]
            for term in terms[1:]:
                total = Apply(op, (total, term))
            return total
        case Apply(op=op, args=args):
            return Apply(op, tuple(settled(arg, env, at) for arg in args))
    raise Stuck


MOST_TERMS = 8
"""Longer sums and products are not written out."""


def taken_apart(formulas: Formulas, start: Node, interval: Interval) -> list[State]:
    """Return the way from a formula that lies in an interval to its unknown, or to where it ends."""
    states = [State(start, interval, "start")]
    try:
        while len(states) < MOST_STEPS:
            last = states[-1]
            if isinstance(last.node, Name) and key_of(last.node) in formulas.unknowns:
                break
            states.extend(_step(formulas, last.node, last.interval))
    except (Stuck, DlcalcError):
        pass
    return states


MOST_STEPS = 60


def _step(formulas: Formulas, node: Node, interval: Interval) -> Iterator[State]:
    """Take one layer off."""
    match node:
        case Name() if key_of(node) in formulas.lines:
            yield State(formulas.lines[key_of(node)], interval, "line")
            return
        case Apply(op=op, args=(inner,)) if op.name in ("floor", "ceil"):
            low, high = interval.wholes()
            if op.name == "floor":
                ends = Interval(low, None if high is None else high + 1, high_open=True)
            else:
                ends = Interval(None if low is None else low - 1, high, low_open=True)
            yield State(inner, ends, "rounded")
            return
        case Apply(op=op, args=(inner,)) if op.name == "neg":
            yield State(inner, interval.scaled(-1), "moved")
            return
        case Apply(op=op, args=(Name() as inner, Number(value=int() as power))) if op.name == "**" and power >= 1:
            yield State(inner, _root(interval, power), "moved")
            return
        case Apply(op=op, args=(left, right)) if op.name in ("+", "-", "*", "/"):
            if formulas.rests(left) and formulas.rests(right):
                yield from _collected(formulas, node, interval)
            elif formulas.rests(right):
                yield _right(op.name, _number(formulas, left), right, interval)
            elif formulas.rests(left):
                yield _left(op.name, left, _number(formulas, right), interval)
            return
    raise Stuck


def _number(formulas: Formulas, node: Node) -> Exact:
    value = evaluate(node, formulas.env)
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise Stuck
    return value


def _left(op: str, left: Node, number: Exact, interval: Interval) -> State:
    """Take a known number off that stands behind the unknown."""
    if op in "+-":
        return State(left, interval.shifted(-number if op == "+" else number), "moved")
    if number == 0:
        raise Stuck
    if op == "*":
        return State(left, interval.scaled(Fraction(1) / number), "moved")
    return State(left, interval.scaled(number), "moved" if number == 1 else "divided")


def _right(op: str, number: Exact, right: Node, interval: Interval) -> State:
    """Take a known number off that stands before the unknown."""
    if op == "+":
        return State(right, interval.shifted(-number), "moved")
    if op == "-":
        return State(right, interval.shifted(-number).scaled(-1), "moved")
    if op == "*":
        return _left(op, right, number, interval)
    if number <= 0 or interval.high is None or interval.high <= 0:
        raise Stuck
    # low ≤ c/x < high, all of them positive: c/high < x ≤ c/low
    least = whole(Fraction(number) / interval.high)
    most = None if interval.low is None or interval.low <= 0 else whole(Fraction(number) / interval.low)
    return State(right, Interval(least, most, interval.high_open, interval.low_open), "turned")


def _root(interval: Interval, power: int) -> Interval:
    """Return the whole numbers of at least 0 whose power lies in the interval."""
    low, high = interval.wholes()
    least = 0 if low is None or low <= 0 else _whole_root(low - 1, power) + 1
    return Interval(least, None if high is None else _whole_root(high, power) if high >= 0 else -1)


def _whole_root(number: int, power: int) -> int:
    """Return the largest whole number whose power is at most `number`."""
    low, high = 0, 1
    while high**power <= number:
        high *= 2
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**power <= number else (low, middle)
    return low


# ---------------------------------------------------------------- an unknown that stands more than once


Polynomial: TypeAlias = tuple[Node, dict[int, Exact]]
"""What it is in, and its factors by power."""


def _collected(formulas: Formulas, node: Node, interval: Interval) -> Iterator[State]:
    """Gather an unknown that stands more than once: F·9 + F is 10·F."""
    try:
        atom, terms = _polynomial(formulas, node)
    except Stuck:
        wide = _expanded(formulas, node)
        if wide == node:
            raise
        yield State(wide, interval, "line")
        atom, terms = _polynomial(formulas, wide)
    powers = [power for power, factor in terms.items() if power and factor]
    if len(powers) != 1:
        raise Stuck
    (power,) = powers
    factor, rest = terms[power], terms.get(0, 0)
    raised = atom if power == 1 else Apply(OPERATORS["**"], (atom, Number(power)))
    gathered = raised if factor == 1 else Apply(OPERATORS["*"], (Number(factor), raised))
    yield State(gathered, interval.shifted(-rest), "gathered")


def _polynomial(formulas: Formulas, node: Node) -> Polynomial:
    """Return a formula as a polynomial in the one name or rounded part that rests on an unknown."""
    if not formulas.rests(node):
        return Number(0), {0: _number(formulas, node)}
    match node:
        case Name():
            return node, {1: 1}
        case Apply(op=op) if op.name in ("floor", "ceil"):
            return node, {1: 1}
        case Apply(op=op, args=(inner,)) if op.name == "neg":
            atom, terms = _polynomial(formulas, inner)
            return atom, {power: -factor for power, factor in terms.items()}
        case Apply(op=op, args=(base, Number(value=int() as exponent))) if op.name == "**" and 1 <= exponent <= 9:
            return _polynomial(formulas, _power(base, exponent))
        case Apply(op=op, args=(left, right)) if op.name in ("+", "-", "*"):
            return _joined(op.name, _polynomial(formulas, left), _polynomial(formulas, right))
        case Apply(op=op, args=(left, right)) if op.name == "/" and not formulas.rests(right):
            atom, terms = _polynomial(formulas, left)
            below = _number(formulas, right)
            if below:
                return atom, {power: whole(Fraction(factor) / below) for power, factor in terms.items()}
    raise Stuck


def _power(base: Node, exponent: int) -> Node:
    total = base
    for _ in range(exponent - 1):
        total = Apply(OPERATORS["*"], (total, base))
    return total


def _joined(op: str, left: Polynomial, right: Polynomial) -> Polynomial:
    atoms = {atom for atom, terms in (left, right) if any(power and factor for power, factor in terms.items())}
    if len(atoms) > 1:
        raise Stuck
    terms: dict[int, Exact] = {}
    if op == "*":
        for p, a in left[1].items():
            for q, b in right[1].items():
                terms[p + q] = terms.get(p + q, 0) + a * b
    else:
        sign = 1 if op == "+" else -1
        for power in left[1].keys() | right[1].keys():
            terms[power] = left[1].get(power, 0) + sign * right[1].get(power, 0)
    return next(iter(atoms), Number(0)), terms


def _expanded(formulas: Formulas, node: Node) -> Node:
    """Return a formula with every line that rests on an unknown replaced by its own formula, outside roundings."""
    match node:
        case Name() if key_of(node) in formulas.lines:
            return _expanded(formulas, formulas.lines[key_of(node)])
        case Apply(op=op, args=args) if op.name not in ("floor", "ceil"):
            return Apply(op, tuple(_expanded(formulas, arg) for arg in args))
        case Number() | Name() | Apply() | ListOf() | Fold():
            return node


# ---------------------------------------------------------------- writing the way down


LONGEST_ROW = 48
"""A formula written out beyond this is not shown: nobody reads it."""
_SIGNS = {
    "text": {sign: f" {sign} " for sign in ("=", "<=", "<", ">=", ">")},
    "unicode": {"=": " = ", "<=": " ≤ ", "<": " < ", ">=": " ≥ ", ">": " > "},
    "latex": {"=": " = ", "<=": r" \le ", "<": " < ", ">=": r" \ge ", ">": " > "},
    "mathml": {
        "=": "<mo>=</mo>", "<=": "<mo>≤</mo>", "<": "<mo>&lt;</mo>", ">=": "<mo>≥</mo>", ">": "<mo>&gt;</mo>",
    },
}  # fmt: skip


def derivation(formulas: Formulas, key: Key, wanted: Exact, indices: Mapping[str, str]) -> tuple[Derivation, State]:
    """Return the way from `line = wanted` to its unknown, written out, and the state it ends at.

    Args:
        formulas: the sheet's formulas.
        key: the line's key.
        wanted: the value it should have.
        indices: how names' indices are printed.
    """
    start = _name_of(key)
    states = taken_apart(formulas, start, Interval(wanted, wanted))
    pens = _Pens(formulas, indices)
    if len(pens.formula(states[-1].node, values=False).unicode) > LONGEST_ROW:
        states = states[:-1]  # written out for nothing
    rows = list(dict.fromkeys(_rows(formulas, states, pens)))
    last = states[-1]
    line = pens.formula(start, values=False).text
    shown = frozenset(key for state in states for key in keys(state.node))
    givens = tuple(pens.relation((_name_of(k),), Interval(v, v), values=False) for k, v in pens.values(shown))
    symbols = tuple(
        (pens.formula(_name_of(k), values=False), source) for k, source in formulas.unknowns.items() if k in shown
    )
    if isinstance(last.node, Name) and key_of(last.node) in formulas.unknowns:
        unknown = formulas.unknowns[key_of(last.node)]
        return Derivation(line, tuple(rows), givens, symbols, unknown, *last.interval.wholes()), last
    return Derivation(line, tuple(rows), givens, symbols), last


def _name_of(key: Key) -> Name:
    if isinstance(key, str):
        return Name(key)
    return Name(str(key[0]), tuple(Number(part) if isinstance(part, int) else Name(part) for part in key[1:]))


def _rows(formulas: Formulas, states: list[State], pens: _Pens) -> Iterator[Written]:
    """Yield the states worth a row: in symbols, then with the known numbers put in before the next layer goes."""
    heads: list[Node] = []
    pending: State | None = None
    for number, state in enumerate(states):
        if state.interval.is_empty:
            break  # the row before says why: K² = 8
        last = number == len(states) - 1
        if not last and isinstance(state.node, Name) and key_of(state.node) in formulas.lines:
            if not heads and pending is not None:
                yield from pens.numbers(pending)
                pending = None
            heads.append(state.node)
            continue
        if state.how == "moved" and not last:
            continue
        if pending is not None and state.how != "rounded":
            yield from pens.numbers(pending)
        if state.how == "divided" and not last:
            yield pens.relation((state.node,), state.interval, values=True)
            pending = None
            continue
        yield pens.relation((*heads, state.node), state.interval, values=False)
        heads, pending = [], state
    if pending is not None:
        yield from pens.numbers(pending)


class _Pens:
    """Writes formulas and relations in every notation at once."""

    def __init__(self, formulas: Formulas, indices: Mapping[str, str]) -> None:
        self.known, self.env, self.indices = formulas.known, dict(formulas.env), indices

    def formula(self, node: Node, *, values: bool) -> Written:
        """Write a formula, in symbols or with the known values put in."""
        env = self.known if values else self.env
        pens = (Writer(notation, {}, env, Style(exact=True), values, self.indices) for notation in NOTATIONS)
        return Written(*(pen.write(node).text for pen in pens))

    def relation(self, nodes: tuple[Node, ...], interval: Interval, *, values: bool) -> Written:
        """Write that a formula, or several that are equal, lie in an interval."""
        written = [self.formula(node, values=values) for node in nodes]
        low, high = (None if end is None else self.formula(Number(end), values=False) for end in interval[:2])
        rows = []
        for number, notation in enumerate(NOTATIONS):
            signs = _SIGNS[notation.name]
            row = signs["="].join(each[number] for each in written)
            if interval.is_point and low is not None:
                rows.append(row + signs["="] + low[number])
                continue
            if high is None and low is not None:
                rows.append(row + signs[">" if interval.low_open else ">="] + low[number])
                continue
            front = "" if low is None else low[number] + signs["<" if interval.low_open else "<="]
            behind = "" if high is None else signs["<" if interval.high_open else "<="] + high[number]
            rows.append(front + row + behind)
        return Written(*rows)

    def numbers(self, state: State) -> Iterator[Written]:
        """Write a state with the known values put in, if it has any."""
        if any(key in self.known for key in keys(state.node)):
            yield self.relation((state.node,), state.interval, values=True)

    def values(self, shown: frozenset[Key]) -> Iterator[tuple[Key, Exact]]:
        """Yield the known numbers among these keys, in the order of the sheet."""
        for key, value in self.known.items():
            if key in shown and isinstance(value, int | Fraction):
                yield key, value
