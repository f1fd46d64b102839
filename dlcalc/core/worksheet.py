"""The finished worksheet: lines as a reader sees them, values by name, answers.

`Worksheet` knows no output format; `dlcalc.render` turns it into one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import isclose
from typing import Any, NamedTuple

from dlcalc.core.evaluate import Environment, evaluate, shape_of
from dlcalc.core.evaluate import entry as entry_formula
from dlcalc.core.formula import Fold, Key, Name, Node, Number, key_text, parse, walk
from dlcalc.core.layout import Block
from dlcalc.core.notation import TEXT, UNICODE, Notation, Style, Writer
from dlcalc.core.records import Condition, Entry, Line
from dlcalc.core.reduction import reductions
from dlcalc.core.suggest import unknown_word
from dlcalc.core.topic import Topic
from dlcalc.core.values import exact_text
from dlcalc.core.work import Mode, Sheet
from dlcalc.errors import Text


@dataclass(frozen=True, slots=True)
class LineView:
    """One line as text that can be read back: `formula` and `substituted` are right sides in the formula language."""

    name: str
    formula: str
    substituted: str
    exact: str
    shown: str
    reason: str


class Chain(NamedTuple):
    """A line as it is read: name = part = … = value; `sign` stands before the value, ≈ where it is rounded."""

    name: Block
    parts: tuple[Block, ...]
    sign: str
    value: Block


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A line with all it takes to write it in any notation, apart from its sheet: it travels between processes.

    `env` holds the values its formula reads, `indices` how a name's indices are printed.
    """

    line: Line
    env: Environment
    style: Style
    indices: Mapping[str, str]

    def writer(self, notation: Notation, *, values: bool = False) -> Writer:
        """Return a writer for the line's formula."""
        return Writer(notation, self.line.at, self.env, self.style, values, self.indices)

    def shown(self, value: Any, notation: Notation) -> Block:
        """Write a value as the sheet shows values."""
        return Writer(notation, {}, {}, self.style).value(value).block

    def chain(self, notation: Notation, *, full: bool = False) -> Chain:
        """Return the line as name = formula = substitution = value; `full` works it out a layer at a time between.

        A part that repeats the one before is left out. Where a run carries on another value than the formula gives
        (paper arithmetic), that value ends the chain.
        """
        line = self.line
        parts = [self.writer(notation).write(line.right)]
        if not isinstance(line.right, Number | Name):
            parts.append(self.writer(notation, values=True).write(line.right))
            if full:
                worked_out = reductions(line.right, self.env, line.at)
                parts.extend(self.writer(notation).write(node) for node in worked_out)
        value, sign = line.computed, "≈" if is_rounded(self.style, line.computed) else "="
        if line.value is not line.computed and line.value != line.computed:
            if sign == "=":
                parts.append(self.shown(value, notation))
            value, sign = line.value, "≈"
        shown = self.shown(value, notation)
        kept = [part for number, part in enumerate(parts) if number == 0 or part.rows != parts[number - 1].rows]
        if kept[-1].rows == shown.rows:
            kept.pop()
        return Chain(self.writer(notation).write(line.left), tuple(kept), sign, shown)

    def one_row(self) -> str:
        """Return the line on one row; matrices, which stand upright elsewhere, as nested lists."""
        chain = self.chain(UNICODE)
        blocks = (chain.name, *chain.parts, chain.value)
        if any(len(block.rows) > 1 for block in blocks):
            chain = self.chain(TEXT)
        row = " = ".join(block.text for block in (chain.name, *chain.parts))
        return f"{row} {chain.sign} {chain.value.text}"

    def apart(self) -> WrittenLine:
        """Return the line with no more of its sheet's values than it reads."""
        names = {self.line.left.base}
        for node in walk(self.line.right):
            match node:
                case Name(base=base) | Fold(over=str(base)):
                    names.add(base)
        read = {key: value for key, value in self.env.items() if (key if isinstance(key, str) else key[0]) in names}
        return WrittenLine(self.line, read, self.style, dict(self.indices))


def is_rounded(style: Style, value: Any) -> bool:
    """Say whether a value is shown with less than all of it, so that it takes ≈."""
    return any(map(style.is_rounded, set(_numbers(value))))  # a padded map is mostly zeros


class Values(Mapping[str, Any]):
    """Every value of a sheet by name; `h1`, `h_1` and `h[1]` are one name. Arrays are nested lists."""

    def __init__(self, env: Mapping[Any, Any]) -> None:
        self._values = {key_text(key): value for key, value in env.items() if key != "axes" and key[:1] != "_"}

    def __getitem__(self, name: str) -> Any:
        for spelling in spellings(name):
            if spelling in self._values:
                value = self._values[spelling]
                return value.tolist() if hasattr(value, "tolist") else value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


LONGEST_NAME = 80
"""Longer names are no names of lines; reading them would only cost time."""


def spellings(name: str) -> tuple[str, ...]:
    """Return the ways a value may be filed under for a name as typed.

    h1 and h_1 are also h[1]; O_h is O[h]; W1_new, W_1_new and W_new[1] are W[1,new].
    """
    compact = str(name).replace(" ", "")[:LONGEST_NAME]
    found = [compact]
    match = re.fullmatch(r"([A-Za-z]\w*?)_?(\d+)", compact)
    if match:
        found.append(f"{match[1]}[{match[2]}]")
    base, _, label = compact.rpartition("_")
    if base and label.isalpha():
        found.append(f"{base}[{label}]")
        match = re.fullmatch(r"([A-Za-z]\w*?)_?(\d+)", base)
        if match:
            found.append(f"{match[1]}[{match[2]},{label}]")
    match = re.fullmatch(r"(\w+)_([A-Za-z]+)\[(\d+)\]", compact)
    if match:
        found.append(f"{match[1]}[{match[3]},{match[2]}]")
    return tuple(found)


def entry_named(env: Mapping[Any, Any], name: str) -> tuple[Key, tuple[int, ...]] | None:
    """Return the array and the place, counted from 1, that a name as typed means: p2, p_2, p[2], J[1,2], W1_new[1,2].

    In a family of arrays its labels come first, as they are written: y[2,1,1] is the first entry of y[2], which a
    bracket of its own says too: y[2][1,1].
    """
    compact = name.replace(" ", "")[:LONGEST_NAME]
    match = re.fullmatch(r"([A-Za-z]\w*?)(?:_?(\d+)|\[(\w+(?:,\w+)*)\])", compact)
    if match is not None:
        indices = _indices(match[2] or match[3])
        for labels in range(len(indices)):
            key = (match[1], *indices[:labels]) if labels else match[1]
            if _has_entry(env.get(key), indices[labels:]):
                return key, indices[labels:]
    match = re.fullmatch(r"(.+?)\[(\d+(?:,\d+)*)\]", compact)
    if match is not None:
        place = _indices(match[2])
        return next(((key, place) for key in map(_key, spellings(match[1])) if _has_entry(env.get(key), place)), None)
    return None


def _indices(text: str) -> tuple[Any, ...]:
    """Read 1,new,2 as the numbers and labels of a name."""
    return tuple(int(index) if index.isdecimal() else index for index in text.split(","))


def _has_entry(value: Any, place: tuple[Any, ...]) -> bool:
    """Say whether an array has an entry at a place."""
    shape = getattr(value, "shape", ())
    if not shape or len(place) != len(shape):
        return False
    return all(isinstance(p, int) and 1 <= p <= n for p, n in zip(place, shape, strict=True))


def _key(name: str) -> Key:
    """Return the key that a name as `key_text` writes it is filed under."""
    base, _, indices = name.rstrip("]").partition("[")
    return (base, *_indices(indices)) if indices else base


LONGEST_VIEW = 10_000
"""Numbers of an array up to which a line is written out as plain text."""


def _shape_text(value: Any) -> str:
    return "[" + "×".join(map(str, getattr(value, "shape", ()))) + "]"


def _size(value: Any) -> int:
    return int(value.data.size) if hasattr(value, "data") else 0


class Worksheet:
    """The worked calculation of one topic for one set of inputs.

    Attributes:
        topic: the topic's declaration.
        inputs: every input as read, defaults included.
        given: the names of inputs the learner stated.
        lang: "en" or "zh".
        style: how numbers are written.
        answers: the topic's answers by name, in full precision; vectors and matrices as nested lists.
    """

    def __init__(
        self,
        topic: Topic,
        inputs: Mapping[str, Any],
        given: frozenset[str] = frozenset(),
        *,
        mode: Mode | None = None,
        style: Style | None = None,
        lang: str = "en",
        sheet: Sheet | None = None,
    ) -> None:
        self.topic = topic
        self.inputs = inputs
        self.given = given
        self.lang = lang
        self.style = replace(style or Style(), rows=True) if topic.signals(inputs) else style or Style()
        self.sheet = sheet if sheet is not None else topic.sheet(inputs, *((mode,) if mode else ()))
        self.answers: dict[str, Any] = topic.results(self.sheet.env)

    @property
    def values(self) -> Values:
        """Every line's value by name."""
        return Values(self.sheet.env)

    @cached_property
    def entries(self) -> list[Entry]:
        """Everything written, in order: given values, lines, conditions, notes, tables."""
        return self.sheet.entries()

    @property
    def lines(self) -> list[LineView]:
        """The lines and conditions as plain text."""
        return [self.view(e) for e in self.entries if isinstance(e, Line | Condition)]

    @property
    def conventions(self) -> dict[str, Any]:
        """The conventions in force, by the input that switches each."""
        return {c.name: self.inputs[c.name] for c in self.topic.conventions}

    def say(self, text: Text) -> str:
        """Return a line's text in the sheet's language with this sheet's values in its places."""
        template = text.zh if self.lang == "zh" else text.en
        return template.format_map(_Shown(self)) if "{" in template else template

    # -- writing lines

    def writer(self, line: Line | Condition, notation: Notation, *, values: bool = False, more: int = 2) -> Writer:
        """Return a writer for one line's formula."""
        return Writer(notation, line.at, self.sheet.env, self.style, values, self.topic.indices, more)

    def formula(self, entry: Line | Condition, notation: Notation) -> Block:
        """Write a line's formula in symbols."""
        return self.writer(entry, notation).write(_right(entry))

    def substituted(self, entry: Line | Condition, notation: Notation) -> Block:
        """Write a line's formula with its values put in."""
        return self.writer(entry, notation, values=True).write(_right(entry))

    def left(self, line: Line, notation: Notation) -> Block:
        """Write a line's name."""
        return self.writer(line, notation).write(line.left)

    def shown(self, value: Any, notation: Notation) -> Block:
        """Write a value as the sheet shows values."""
        return Writer(notation, {}, {}, self.style).value(value).block

    def is_rounded(self, value: Any) -> bool:
        """Say whether the shown value is less than the whole one, so that it takes ≈."""
        return is_rounded(self.style, value)

    def written(self, line: Line) -> WrittenLine:
        """Return a line with what it takes to write it."""
        return WrittenLine(line, self.sheet.env, self.style, self.topic.indices)

    def chain(self, line: Line, notation: Notation, *, full: bool = False) -> Chain:
        """Return a line as name = formula = substitution = value; see `WrittenLine.chain`."""
        return self.written(line).chain(notation, full=full)

    def view(self, entry: Line | Condition) -> LineView:
        """Return a line as plain text.

        Of a line with an array of more than `LONGEST_VIEW` numbers, only shapes are written.
        """
        value = entry.held if isinstance(entry, Condition) else entry.computed
        if self._is_long(entry, value):
            formula, shape = self.formula(entry, TEXT).text, _shape_text(value)
            return LineView(
                entry.name if isinstance(entry, Line) else "when", formula, formula, shape, shape, self.say(entry.text)
            )
        exact = exact_text(value) if not hasattr(value, "tolist") else _nested(value.tolist())
        name = (entry.id or "when") if isinstance(entry, Condition) else entry.name
        return LineView(
            name=name,
            formula=self.formula(entry, TEXT).text,
            substituted=self.substituted(entry, TEXT).text,
            exact=exact,
            shown=self.shown(value, UNICODE).text if not hasattr(value, "tolist") else self.shown(value, TEXT).text,
            reason=self.say(entry.text),
        )

    def _is_long(self, entry: Line | Condition, value: Any) -> bool:
        """Say whether a line computes or reads an array too long to be written out."""
        if _size(value) > LONGEST_VIEW:
            return True
        if isinstance(entry, Condition) or not hasattr(value, "data"):
            return False
        names = (node for node in walk(entry.right) if isinstance(node, Name))
        return any(_size(self.sheet.env.get(node.base)) > LONGEST_VIEW for node in names)

    def reductions(self, entry: Line | Condition) -> list[Node]:
        """Return the line's substitution worked out a layer at a time, innermost first, without its last value.

        Empty where there is nothing between substitution and value, and for arrays.
        """
        return reductions(_right(entry), self.sheet.env, entry.at)

    def entry_formulas(self, line: Line) -> Iterator[tuple[tuple[int, ...], Node, Any]]:
        """Yield (place, formula, value) for each entry of an array line whose formula parts into entries."""
        if not hasattr(line.computed, "places"):
            return
        env, at = self.sheet.env, line.at
        right = line.right
        if line.apart and _nearly(evaluate(parse(line.apart), env, at), line.computed):
            right = parse(
                line.apart
            )  # on paper, and in a mistaken run, it may give another value: then it is not shown
        for place in line.computed.places():
            node = entry_formula(right, place, env, at)
            if not shape_of(node, env, at):
                yield place, node, line.computed.entry(*place)

    def value_of(self, name: str) -> Any:
        """Return an answer's or a line's value.

        Raises:
            InputError: if there is neither of that name; says which names are near.
        """
        if name in self.answers:
            return self.answers[name]
        values = self.values
        if name in values:
            return values[name]
        found = entry_named(self.sheet.env, name)
        if found is not None:
            base, place = found
            return self.sheet.env[base].entry(*place)
        known = [*self.answers, *(e.name for e in self.entries if isinstance(e, Line))]
        raise unknown_word(
            name[:LONGEST_NAME], list(dict.fromkeys(known)), Text("answer or line", "答案或行"), self.topic.name
        )


class _Shown(dict[str, str]):
    def __init__(self, sheet: Worksheet) -> None:
        super().__init__()
        self._sheet = sheet

    def __missing__(self, name: str) -> str:
        return self._sheet.shown(self._sheet.sheet.env[name], UNICODE).text


def _right(entry: Line | Condition) -> Node:
    return entry.test if isinstance(entry, Condition) else entry.right


def _numbers(value: Any) -> Iterator[Any]:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, int | float | Fraction):
        yield value


def _nearly(a: Any, b: Any) -> bool:
    """Say whether two arrays agree but for the last digits of float64."""
    pairs = list(zip(_numbers(a), _numbers(b), strict=True))
    return all(isclose(x, y, rel_tol=1e-9, abs_tol=1e-15) for x, y in pairs)


def _nested(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_nested, value)) + "]"
    return exact_text(value)
