"""The worksheet while it is being written: what a topic writes its lines on.

A topic calls `let`, `when`, `note` and `table` on a `Work` and knows nothing else. Two kinds of work exist: `Sheet`
records every line, `Trial` only computes the values that an asked answer needs. How a run differs from a plain
one is a `Mode`: two small functions, one for inputs and one for each line's value, and the lines it swaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from typing import Any, NoReturn

from dlcalc.core.evaluate import Environment, Run, compile_key, compile_node
from dlcalc.core.formula import Equation, Key, Name, Node, key_text, parse, parse_equation, reads
from dlcalc.core.records import Cell, Condition, Entry, Figure, Given, Grid, Head, Line, Note, Picture, Table
from dlcalc.errors import AuthorError, CalculationError, Text

Marks = Callable[[tuple[int, ...]], Sequence[frozenset[tuple[int, int]]]]
OnInput = Callable[[str, Any], Any]
OnLine = Callable[[Key, Any], Any]

MOST_LINES = 12_000_000
"""Lines that a run may write."""
MOST_KEPT = 2_000_000
"""Records that a sheet may keep."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How a run differs from a plain one.

    `swaps` replaces the formula of lines (by left side as written, by one member, or by id); `on_input` sees each
    given value and `on_line` each line's, and what they return is carried on; `on_failure` gives a value for a line
    that has none, in place of an error (on a written sheet only). A run of more than `most_lines` is stopped: every
    loop has a bound.
    """

    swaps: Mapping[str, str] = field(default_factory=dict)
    on_input: OnInput | None = None
    on_line: OnLine | None = None
    on_failure: Callable[[Key], Any] | None = None
    most_lines: int = MOST_LINES


PLAIN = Mode()


class Compiled:
    """An equation ready to run with the loop variables it is written with."""

    __slots__ = ("bound", "copies", "defines", "equation", "key", "left", "reads", "right", "run")

    def __init__(self, equation: Equation, bound: frozenset[str]) -> None:
        self.equation = equation
        self.bound = bound
        self.left = equation.text.partition(" = ")[0]
        self.right = equation.right
        self.key = compile_key(equation.left, bound)
        self.run = compile_node(equation.right, bound)
        self.defines = equation.left.base
        self.reads = reads(equation.right)
        self.copies = isinstance(equation.right, Name)  # what it takes over was checked where it was written

    def swapped(self, formula: str) -> Compiled:
        """Return this line with another right side."""
        return compiled(f"{self.left} = {formula}", self.bound)


_COMPILED: dict[tuple[str, frozenset[str]], Compiled] = {}
_BY_TEXT: dict[str, Compiled] = {}
_CONDITIONS: dict[str, tuple[Node, Run, frozenset[str]]] = {}


def compiled(equation: str, bound: frozenset[str]) -> Compiled:
    """Return the equation compiled for these loop variables, from the cache if it was seen before."""
    found = _COMPILED.get((equation, bound))
    if found is None:
        found = _COMPILED[equation, bound] = Compiled(parse_equation(equation), bound)
    return found


def _find(equation: str, at: dict[str, Any]) -> Compiled:
    """Return the equation compiled for the loop variables in `at`; the last one by that text is tried first."""
    line = _BY_TEXT.get(equation)
    if line is None or line.bound != at.keys():
        line = _BY_TEXT[equation] = compiled(equation, frozenset(at))
    return line


def _condition(text: str, at: Mapping[str, Any]) -> tuple[Node, Run]:
    found = _CONDITIONS.get(text)
    if found is None or found[2] != at.keys():
        node, bound = parse(text), frozenset(at)
        found = _CONDITIONS[text] = (node, compile_node(node, bound), bound)
    return found[0], found[1]


def swap_for(swaps: Mapping[str, str], id: str, left: str, key: Key) -> str | None:
    """Return the reference under which a line is swapped: its id, its left side as written, or its member's name."""
    if id and id in swaps:
        return id
    if left in swaps:
        return left
    if not isinstance(key, str):
        name = key_text(key)
        return name if name in swaps else None
    return None


LARGEST_BITS = 12_000
"""Whole numbers of more bits (some 3,600 digits) are refused: nobody reads them, and Python will not print them."""


def checked(value: Any, key: Key) -> Any:
    """Return a line's value.

    Raises:
        CalculationError: if it is infinite, no number, or too large to be written out; names the line.
    """
    kind = value.__class__
    if kind is int:
        good = value.bit_length() <= LARGEST_BITS
    elif kind is float:
        good = isfinite(value)
    elif kind is Fraction:
        good = value.numerator.bit_length() + value.denominator.bit_length() <= LARGEST_BITS
    else:
        good = kind is bool or not hasattr(value, "is_writable") or value.is_writable(LARGEST_BITS)
    if not good:
        raise CalculationError(
            Text("{line} is too large or not a number.", "{line} 太大或不是数。"), _GROWS, line=key_text(key)
        )
    return value


_GROWS = Text(
    "The numbers grow without bound on the way there: give smaller ones (in training, smaller or fewer steps).",
    "途中的数不断增大：请给出较小的数（训练时用较小的步长或较少的步数）。",
)


class Unneeded:
    """What a trial returns for a line it skipped. Any use is an error: no skipped value is used silently."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _refuse(self, *_: object) -> NoReturn:
        raise AuthorError(
            Text(
                "The value of '{name}' steers the topic; write that decision as w.when(...).",
                "“{name}” 的值决定了流程；请写成 w.when(...)。",
            ),
            name=self._name,
        )

    __bool__ = __int__ = __float__ = __index__ = __iter__ = __len__ = __getitem__ = __hash__ = __call__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = __neg__ = __abs__ = __round__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = __rmatmul__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = _refuse

    def __getattr__(self, name: str) -> NoReturn:
        self._refuse()


class Work:
    """What a topic writes on. `inputs` are the values read from the learner, by input name."""

    __slots__ = ("env", "inputs", "left", "mode")

    def __init__(self, inputs: Mapping[str, Any], mode: Mode = PLAIN) -> None:
        self.inputs = inputs
        self.mode = mode
        self.left = mode.most_lines
        self.env: Environment = {}

    def given(self, symbol: str, value: Any, source: str, /, *labels: str | int) -> None:
        """Put an input on the sheet as `symbol` (a member of a family if `labels` are not empty)."""
        key = _filed(symbol, labels)
        on_input = self.mode.on_input
        self.env[key] = value if on_input is None else on_input(key_text(key), value)

    def axes(self, labels: tuple[str, ...]) -> None:
        """Name the dimensions that formulas run over as `axes`."""
        self.env["axes"] = labels

    def let(self, equation: str, en: str = "", zh: str = "", /, *, id: str = "", apart: str = "", **at: Any) -> Any:
        """Write the line `name = formula` and return its value.

        Args:
            equation: the formula with its name; parsed once, however often it is written.
            en: why, in English, with `{symbol}` places for values.
            zh: the same in Chinese.
            id: another name by which misconceptions can find the line.
            apart: a formula of the same value by which the line's entries are shown one by one, where that says more.
            at: loop variables of the formula.
        """
        raise NotImplementedError

    def when(self, condition: str, en: str = "", zh: str = "", /, *, id: str = "", **at: Any) -> bool:
        """Write a decision and return whether it holds; a mistake of flow swaps it."""
        raise NotImplementedError

    def note(self, en: str, zh: str, /, **values: Any) -> None:
        """Write a remark."""

    def table(
        self,
        en: str,
        zh: str,
        /,
        index: str,
        rows: Iterable[Any],
        columns: tuple[str, ...],
        also: tuple[str, ...] = (),
        opened: tuple[Any, ...] = (),
        heads: tuple[Head, ...] = (),
    ) -> None:
        """Show families of lines written so far as a table: a row per value of `index`, a column per name.

        The families in `also` belong to the rows without a column; rows in `opened` are worked out all the same;
        `heads` are columns in front that are no lines.
        """

    def figure(
        self,
        en: str,
        zh: str,
        /,
        draw: Callable[[str], tuple[str, ...]],
        svg: Callable[[str], str] | None = None,
        draw_on: Callable[[Any], None] | None = None,
        *,
        extra: bool = False,
    ) -> None:
        """Show a picture; `draw`, `svg` and `draw_on` are called only when it is rendered.

        `draw` and `svg` take the language of the labels, `draw_on` Matplotlib's axes. What is `extra` is shown at
        full steps, and drawn into a file at any.
        """

    def grid(
        self, en: str, zh: str, /, heads: tuple[Text, ...], rows: Iterable[tuple[Cell, ...]], *, labelled: bool = True
    ) -> None:
        """Show texts and formulas side by side (see `records.Grid`)."""

    def aside(self, name: str, value: Any) -> None:
        """Keep something that answers are read off but that is no line; it is found as `_name` among the values."""
        self.env[f"_{name}"] = value

    def forget(self, families: tuple[str, ...], index: str, gone: range) -> None:
        """Let go of these families' lines for these values of the loop variable: a loop too long to keep whole."""
        for base in families:
            for at in gone:
                self.env.pop((base, at), None)

    def picture(self, en: str, zh: str, /, map: str, result: str, marks: Marks, **at: Any) -> None:
        """Draw a window on a map at each place of a result; both are names of lines or inputs, indices as in `at`.

        `marks` is called with the result's shape, only if the picture is shown (see `records.Picture`).
        """


def _filed(symbol: str, labels: tuple[str | int, ...]) -> Key:
    if not labels or labels == ("",):
        return symbol
    kept = tuple(label for label in labels if label != "")
    return (symbol, *kept) if kept else symbol


def _failed(key: Key, error: Exception) -> CalculationError:
    """Return the error for a line that has no value, naming the line."""
    if isinstance(error, CalculationError):
        return CalculationError(
            Text("{line}: {en}", "{line}：{zh}"),
            error.hint and Text(*(error.advice(lang).replace("{", "{{").replace("}", "}}") for lang in ("en", "zh"))),
            line=key_text(key),
            en=error.message("en"),
            zh=error.message("zh"),
        )
    if isinstance(error, ZeroDivisionError):
        return CalculationError(Text("{line}: Division by zero.", "{line}：除以零。"), line=key_text(key))
    if isinstance(error, OverflowError):
        return CalculationError(
            Text("{line}: The number is too large.", "{line}：数值太大。"), _GROWS, line=key_text(key)
        )
    return CalculationError(
        Text("{line}: The formula does not fit the kinds of its values.", "{line}：公式与其中值的类型不符。"),
        line=key_text(key),
    )


class TooLongError(CalculationError):
    """A run that writes more lines than it may."""


def too_long(most: int) -> TooLongError:
    """Return the error for a run that writes more lines than it may."""
    return TooLongError(
        Text("The sheet would have more than {most} lines.", "这张计算表会超过 {most} 行。"), _FEWER, most=most
    )


_FEWER = Text("Give fewer steps, epochs or samples.", "请减少步数、轮数或样本数。")

_CALCULATION = (CalculationError, ZeroDivisionError, OverflowError, TypeError, ValueError)
"""What working a formula out can raise: a misconception's formula may not fit the shapes it meets."""


FIELDS = 10
"""Fields of a record on a sheet: what it is, then what it says, filled up with None."""


class Sheet(Work):
    """A work that records every line, in order.

    `records` holds what was written one field after the other, `FIELDS` for each, and no record of its own for a line:
    the objects of a long loop would cost the garbage collector as much as the loop itself.
    """

    __slots__ = ("records", "touched")

    def __init__(self, inputs: Mapping[str, Any], mode: Mode = PLAIN) -> None:
        super().__init__(inputs, mode)
        self.records: list[Any] = []
        self.touched: set[str] = set()

    def given(self, symbol: str, value: Any, source: str, /, *labels: str | int) -> None:
        key = _filed(symbol, labels)
        if key in self.env:
            raise AuthorError(Text("{name} is given a value twice.", "{name} 被赋值两次。"), name=key_text(key))
        on_input = self.mode.on_input
        if on_input is not None:
            value = on_input(key_text(key), value)
        self.env[key] = value
        self._put(Given, key, value, source)

    def let(self, equation: str, en: str = "", zh: str = "", /, *, id: str = "", apart: str = "", **at: Any) -> Any:
        line = _BY_TEXT.get(equation)
        if line is None or line.bound != at.keys():
            line = _find(equation, at)
        env, mode = self.env, self.mode
        key = line.key(env, at)
        if key in env:
            raise AuthorError(Text("Two lines are called {name}.", "有两行都叫 {name}。"), name=key_text(key))
        if mode.swaps:
            reference = swap_for(mode.swaps, id, line.left, key)
            if reference is not None:
                self.touched.add(reference)
                line = line.swapped(mode.swaps[reference])
        try:
            computed = line.run(env, at)
            if not line.copies:
                checked(computed, key)
        except _CALCULATION as error:
            if mode.on_failure is None:
                raise _failed(key, error) from error
            computed = mode.on_failure(key)
        value = computed if mode.on_line is None else mode.on_line(key, computed)
        env[key] = value
        records = self.records
        records += (Line, line, at, key, computed, value, en, zh, id, apart)
        self.left -= 1
        if self.left < 0 or len(records) > FIELDS * MOST_KEPT:
            raise too_long(min(mode.most_lines, MOST_KEPT))
        return value

    def when(self, condition: str, en: str = "", zh: str = "", /, *, id: str = "", **at: Any) -> bool:
        swaps = self.mode.swaps
        reference = swap_for(swaps, id, condition, "") if swaps else None
        if reference is not None:
            self.touched.add(reference)
        node, run = _condition(condition if reference is None else swaps[reference], at)
        held = bool(run(self.env, at))
        self.records += (Condition, node, at, held, en, zh, id, None, None, None)
        return held

    def note(self, en: str, zh: str, /, **values: Any) -> None:
        self._put(Note, en, zh, values)

    def table(
        self,
        en: str,
        zh: str,
        /,
        index: str,
        rows: Iterable[Any],
        columns: tuple[str, ...],
        also: tuple[str, ...] = (),
        opened: tuple[Any, ...] = (),
        heads: tuple[Head, ...] = (),
    ) -> None:
        kept = rows if isinstance(rows, range) else tuple(rows)
        self._put(Table, en, zh, index, kept, columns, also, opened, heads)

    def figure(
        self,
        en: str,
        zh: str,
        /,
        draw: Callable[[str], tuple[str, ...]],
        svg: Callable[[str], str] | None = None,
        draw_on: Callable[[Any], None] | None = None,
        *,
        extra: bool = False,
    ) -> None:
        self._put(Figure, en, zh, draw, svg, draw_on, extra)

    def grid(
        self, en: str, zh: str, /, heads: tuple[Text, ...], rows: Iterable[tuple[Cell, ...]], *, labelled: bool = True
    ) -> None:
        self._put(Grid, en, zh, heads, tuple(rows), labelled)

    def forget(self, families: tuple[str, ...], index: str, gone: range) -> None:
        super().forget(families, index, gone)
        self.records = [
            field
            for record in self._written()
            if record[0] not in (Line, Condition) or record[2].get(index) not in gone
            for field in record
        ]

    def _put(self, *fields: Any) -> None:
        self.records += (*fields, *(None for _ in range(FIELDS - len(fields))))

    def _written(self) -> Iterator[tuple[Any, ...]]:
        """Yield the records, each as its fields."""
        return zip(*(iter(self.records),) * FIELDS, strict=True)

    def picture(self, en: str, zh: str, /, map: str, result: str, marks: Marks, **at: Any) -> None:
        self._put(Picture, en, zh, map, result, marks, at, self.env)

    def lines(self) -> Iterator[tuple[Compiled, Mapping[str, Any], Key]]:
        """Yield each line as it was run: compiled, its loop variables, and the key its value is filed under."""
        for record in self._written():
            if record[0] is Line:
                yield record[1], record[2], record[3]

    def entries(self) -> list[Entry]:
        """Return what was written, in order."""
        return [_entry(record) for record in self._written()]

    def graph(self) -> dict[str, tuple[str, frozenset[str]]]:
        """Return, for each line as written, the name it defines and the names it reads; conditions define ''."""
        found: dict[str, tuple[str, frozenset[str]]] = {}
        for record in self._written():
            if record[0] is Line:
                found[record[1].equation.text] = (record[1].defines, record[1].reads)
            elif record[0] is Condition:
                found[f"when {id(record[1])}"] = ("", reads(record[1]))
        return found


def _entry(record: tuple[Any, ...]) -> Entry:
    kind = record[0]
    if kind is Line:
        _, line, at, key, computed, value, en, zh, id, apart = record
        return Line(line.equation.left, line.right, at, key, computed, value, Text(en, zh), id, apart)
    if kind is Condition:
        _, node, at, held, en, zh, id, *_ = record
        return Condition(node, at, held, Text(en, zh), id)
    if kind is Given:
        return Given(*record[1:4])
    if kind is Note:
        return Note(Text(*record[1:3]), record[3])
    if kind is Picture:
        _, en, zh, map, result, marks, at, env, *_ = record
        drawn, shown = parse(map), parse(result)
        assert isinstance(drawn, Name)
        assert isinstance(shown, Name)
        bound = frozenset(at)
        values = [env[compile_key(name, bound)(env, at)] for name in (drawn, shown)]
        return Picture(Text(en, zh), values[0], shown, at, values[1], marks)
    if kind is Figure:
        return Figure(Text(*record[1:3]), *record[3:7])
    if kind is Grid:
        return Grid(Text(*record[1:3]), *record[3:6])
    return Table(Text(*record[1:3]), *record[3:9])


class Trial(Work):
    """A work that computes only what the asked answers need and records nothing; quizzes and checks live on these.

    `unneeded` holds, by equation, what `let` returns for lines the answer does not rest on. An equation that is not
    in it is computed, so that it makes a trial faster, never different.
    """

    __slots__ = ("unneeded",)

    def __init__(self, inputs: Mapping[str, Any], unneeded: Mapping[str, Unneeded], mode: Mode = PLAIN) -> None:
        super().__init__(inputs, mode)
        self.unneeded = unneeded

    def let(self, equation: str, en: str = "", zh: str = "", /, *, id: str = "", apart: str = "", **at: Any) -> Any:
        skipped = self.unneeded.get(equation)
        self.left -= 1
        if self.left < 0:
            raise too_long(self.mode.most_lines)
        if skipped is not None:
            return skipped
        line = _BY_TEXT.get(equation)
        if line is None or line.bound != at.keys():
            line = _find(equation, at)
        env, mode = self.env, self.mode
        key = line.key(env, at)
        if mode.swaps:
            reference = swap_for(mode.swaps, id, line.left, key)
            if reference is not None:
                line = line.swapped(mode.swaps[reference])
        try:
            value = line.run(env, at)
            if not line.copies:
                checked(value, key)
        except _CALCULATION as error:
            raise _failed(key, error) from error
        if mode.on_line is not None:
            value = mode.on_line(key, value)
        env[key] = value
        return value

    def when(self, condition: str, en: str = "", zh: str = "", /, *, id: str = "", **at: Any) -> bool:
        swaps = self.mode.swaps
        reference = swap_for(swaps, id, condition, "") if swaps else None
        return bool(_condition(condition if reference is None else swaps[reference], at)[1](self.env, at))
