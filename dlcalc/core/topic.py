"""What a topic declares, and the run of a topic: inputs are read, lines written, answers taken off the lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlcalc.core.evaluate import Environment
from dlcalc.core.formula import parse, reads
from dlcalc.core.inputs import Kind
from dlcalc.core.suggest import unknown_word
from dlcalc.core.work import PLAIN, Mode, Sheet, Trial, Unneeded, Work
from dlcalc.errors import InputError, Text, UnknownNameError


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a topic: its name (also its flag), what it reads, its default and what it means.

    `known_as` are names other tools give it, for "did you mean".
    `default` is what `kind.read` would return; an input without default is required. `instead` names an input that
    stands in for a required one (a map of numbers for its size): if that is given, this one is None unless given.
    """

    name: str
    kind: Kind
    says: Text
    default: Any = ...
    known_as: tuple[str, ...] = ()
    instead: str = ""

    @property
    def required(self) -> bool:
        """Whether it must be given (or what stands in for it)."""
        return self.default is ...


@dataclass(frozen=True, slots=True)
class OtherForm:
    """The same answer written another way: right under the convention called `name`."""

    name: str
    says: Text
    value: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Something a topic can be asked for.

    Read off the line of the same name, unless `value` takes it off the sheet's values; `reads` are then the line
    families it uses. Where a list may be typed for a single number, `spread` gives it (26x26 for 26), and a longer
    list is taken as the answer called `longer` (25x26x26 for the shape). `is_size` has it written 25×26×26. What
    only `gathers` values that stand on lines of their own is not said again below them. What is no number or list of
    numbers (a whole table) is not `asked` of a student.
    """

    name: str
    says: Text
    reads: tuple[str, ...] = ()
    value: Callable[[Environment], Any] | None = None
    spread: Callable[[Environment], Any] | None = None
    longer: str = ""
    is_size: bool = False
    other_forms: tuple[OtherForm, ...] = ()
    gathers: bool = False
    asked: bool = True

    @property
    def lines(self) -> tuple[str, ...]:
        """The families of lines it is read off."""
        return self.reads or (self.name,)

    def of(self, env: Environment) -> Any:
        """Return the answer; arrays as nested lists."""
        try:
            found = env[self.name] if self.value is None else self.value(env)
        except KeyError:
            raise UnknownNameError(Text("This sheet has no {name}.", "这张表没有 {name}。"), name=self.name) from None
        return found.tolist() if hasattr(found, "tolist") else found


def gathered(base: str) -> Callable[[Environment], Any]:
    """Return a reader of a line or, where it is a family, of its members 1, 2, … as one list."""

    def read(env: Environment) -> Any:
        if base in env:
            return env[base]
        found: list[Any] = []
        while (base, len(found) + 1) in env:
            value = env[base, len(found) + 1]
            found.append(value.tolist() if hasattr(value, "tolist") else value)
        if not found:
            raise KeyError(base)
        return found

    return read


@dataclass(frozen=True, slots=True)
class Convention:
    """A choice on which textbooks and frameworks differ: the input that switches it, and what each value means.

    `applies` says for which inputs it matters at all; `catalogue` has its numbers in the list of misconceptions.
    """

    name: str
    choices: Mapping[Any, Text]
    applies: Callable[[Mapping[str, Any]], bool] = lambda inputs: True
    catalogue: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Misconception:
    """A known mistake: the same run with lines swapped, or with inputs changed.

    Attributes:
        name: a few words with dashes.
        remedy: one sentence that sets it right.
        swaps: the wrong formula by line (left side as written, one member, or id).
        inputs: inputs taken for something else.
        applies: for which inputs the mistake can be made, so that its remedy is true there.
        catalogue: its numbers in the project's list of misconceptions; several where they give the same values.
    """

    name: str
    remedy: Text
    swaps: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    applies: Callable[[Mapping[str, Any]], bool] = lambda inputs: True
    catalogue: tuple[str, ...] = ()

    @property
    def mode(self) -> Mode:
        """The run that makes this mistake."""
        return Mode(swaps=self.swaps)


@dataclass(frozen=True)
class Topic:
    """A calculation: what goes in, what is asked, which conventions and mistakes there are, and the lines.

    `write` puts the lines on a `Work`; it must not keep state. `example` is a command line that runs.
    `settle` sees the inputs once all are read and may fill in what follows from others, or refuse what contradicts;
    settled inputs must not change when they are settled again. `exact` tells that its numbers are worked exactly, as
    decisions rest on them: an answer may then only be rounded itself.
    `signals` says for which inputs vectors are signals, written as rows.
    `indices` tells how a name's indices are printed, by base name: "l" as a layer above, anything else below.
    `hands_on` names the topic that answers a flag typed here: `lstm --compare gru` is `recurrent-params`'s.
    """

    name: str
    title: Text
    inputs: tuple[Input, ...]
    answers: tuple[Answer, ...]
    write: Callable[[Work], None]
    example: str
    conventions: tuple[Convention, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    indices: Mapping[str, str] = field(default_factory=dict)
    headline: Callable[[Mapping[str, Any]], Text] | None = None
    settle: Callable[[dict[str, Any]], None] | None = None
    signals: Callable[[Mapping[str, Any]], bool] = lambda inputs: False
    exact: bool = False
    hands_on: Mapping[str, str] = field(default_factory=dict)
    _by_name: dict[str, Input] = field(init=False, repr=False, compare=False)
    _defaults: dict[str, Any] = field(init=False, repr=False, compare=False)
    _required: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _graph: dict[str, tuple[str, frozenset[str]]] = field(init=False, repr=False, compare=False)
    _plans: dict[Any, dict[str, Unneeded]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name = {item.name: item for item in self.inputs}
        object.__setattr__(self, "_by_name", by_name)
        object.__setattr__(self, "_defaults", {i.name: i.default for i in self.inputs if not i.required})
        object.__setattr__(self, "_required", tuple(i.name for i in self.inputs if i.required))
        object.__setattr__(self, "_graph", {})
        object.__setattr__(self, "_plans", {})

    def info(self) -> TopicInfo:
        """Return what the topic offers, without its workings."""
        return TopicInfo(
            self.name,
            self.title,
            {i.name: i.says for i in self.inputs},
            {a.name: a.says for a in self.answers},
            {c.name: dict(c.choices) for c in self.conventions},
            {m.name: m.remedy for m in self.misconceptions},
            self.example,
        )

    # -- inputs

    def input(self, name: str) -> Input:
        """Return the declaration of an input.

        Raises:
            InputError: if there is none of that name; says which names are near.
        """
        found: Input | None = self._by_name.get(name.replace("-", "_"))
        if found is None:
            raise unknown_word(name, {i.name: i.known_as for i in self.inputs}, Text("input", "输入"), self.name)
        return found

    def read(self, raw: Mapping[str, object]) -> dict[str, Any]:
        """Read inputs as typed or as Python values; defaults fill the rest.

        Raises:
            InputError: naming the input that is unknown, missing or cannot be read.
        """
        values: dict[str, Any] = dict(self._defaults)
        by_name: dict[str, Input] = self._by_name
        for name, item in raw.items():
            spec = by_name.get(name) or self.input(str(name))
            if item is None:
                continue
            if names_a_file(item):
                raise InputError(
                    Text("'{item}' names a file.", "“{item}” 是文件名。"),
                    Text(
                        "Give the numbers themselves: files are opened for flags of the command line only.",
                        "请直接给出数值：只有命令行选项会打开文件。",
                    ),
                    item=str(item)[:60],
                ).about(spec.name)
            if hasattr(item, "tolist") and not spec.kind.takes_arrays:
                item = item.tolist()  # NumPy's numbers and arrays
            try:
                values[spec.name] = spec.kind.read(item)
            except InputError as error:
                raise error.about(spec.name) from None
        for name in self._required:
            if name not in values:
                if values.get(by_name[name].instead) is not None:
                    values[name] = None
                    continue
                given = [i.instead for i in self.inputs if i.instead and values.get(i.instead) is not None]
                if by_name[name].instead and given:
                    raise InputError(
                        Text("{given} needs {missing} beside it.", "给出 {given} 时还需要 {missing}。"),
                        Text(
                            "Give --{missing} too, or leave --{given} out.",
                            "请同时给出 --{missing}，或去掉 --{given}。",
                        ),
                        given=given[0],
                        missing=by_name[name].instead,
                    ).about(by_name[name].instead)
                raise InputError(
                    Text("{topic} needs '{name}'.", "{topic} 需要给出 “{name}”。"),
                    Text("For example: {example}", "例如：{example}"),
                    topic=self.name,
                    name=name,
                    example=self.example,
                )
        if self.settle is not None:
            self.settle(values)
        return values

    def under(self, inputs: Mapping[str, Any], stated: frozenset[str], name: str, choice: Any) -> dict[str, Any]:
        """Return inputs as they are with one convention chosen otherwise; what was not stated follows it.

        Raises:
            InputError: if this choice contradicts what was stated.
        """
        if self.settle is None:
            return {**inputs, name: choice}
        values = {i: inputs[i] if i in stated or i not in self._defaults else self._defaults[i] for i in inputs}
        values[name] = choice
        self.settle(values)
        return values

    # -- runs

    def sheet(self, inputs: Mapping[str, Any], mode: Mode = PLAIN) -> Sheet:
        """Write the sheet for inputs as `read` returned them."""
        work = Sheet(inputs, mode)
        self.write(work)
        return work

    def results(self, env: Environment) -> dict[str, Any]:
        """Return every answer this sheet has, by name."""
        found: dict[str, Any] = {}
        for answer in self.answers:
            try:
                found[answer.name] = answer.of(env)
            except UnknownNameError:
                continue
        return found

    def answer(self, name: str) -> Answer:
        """Return the declaration of an answer.

        Raises:
            InputError: if there is none of that name.
        """
        for answer in self.answers:
            if answer.name == name:
                return answer
        raise unknown_word(name, [a.name for a in self.answers], Text("answer", "答案"), self.name)

    def value(self, inputs: Mapping[str, Any], asked: Answer, mode: Mode = PLAIN) -> Any:
        """Return one answer of one run, computing nothing else.

        Raises:
            DlcalcError: if the run refuses these inputs or the answer has no value.
        """
        plans = self._plans
        key = (asked.name, *mode.swaps.items()) if mode.swaps else asked.name
        unneeded = plans.get(key)
        if unneeded is None:
            unneeded = plans[key] = self._unneeded(asked, mode)
        trial = Trial(inputs, unneeded, mode)
        try:
            self.write(trial)
            return asked.of(trial.env)
        except UnknownNameError:
            # Another path than the plan was made for: write it whole once, so that the plan learns its lines.
            sheet = self.sheet(inputs, mode)
            self.learn(sheet)
            return asked.of(sheet.env)

    def environment(self, inputs: Mapping[str, Any], mode: Mode = PLAIN) -> Environment:
        """Return all values of one run, nothing recorded: for many answers of the same run.

        Raises:
            DlcalcError: if the run refuses these inputs or a line has no value.
        """
        trial = Trial(inputs, {}, mode)
        self.write(trial)
        return trial.env

    def upstream(self, asked: Answer, mode: Mode = PLAIN) -> set[str]:
        """Return the names that an answer rests on, as far as the lines seen so far tell."""
        needed = set(asked.lines)
        for formula in mode.swaps.values():
            needed |= reads(parse(formula))
        graph = self._graph
        while True:
            before = len(needed)
            for defines, names in graph.values():
                if defines in needed or not defines:
                    needed |= names
            if len(needed) == before:
                return needed

    def _unneeded(self, asked: Answer, mode: Mode) -> dict[str, Unneeded]:
        """Mark every known line that the answer does not rest on."""
        needed = self.upstream(asked, mode)
        return {
            equation: Unneeded(defines)
            for equation, (defines, _) in self._graph.items()
            if defines and defines not in needed
        }

    def learn(self, sheet: Sheet) -> None:
        """Remember a sheet's lines, so that later trials skip those they do not need."""
        graph = sheet.graph()
        if not graph.keys() <= self._graph.keys():
            # replaced, not changed: threads may be reading it
            object.__setattr__(self, "_graph", {**self._graph, **graph})
            object.__setattr__(self, "_plans", {})

    def conventions_of(self, inputs: Mapping[str, Any]) -> tuple[Convention, ...]:
        """Return the conventions that matter for these inputs."""
        return tuple(c for c in self.conventions if c.applies(inputs))

    def mistakes(self, inputs: Mapping[str, Any]) -> Iterator[tuple[Misconception, dict[str, Any]]]:
        """Yield each misconception that can be made with these inputs, and the inputs as it takes them."""
        for misconception in self.misconceptions:
            if misconception.applies(inputs):
                yield misconception, {**inputs, **misconception.inputs}

    def other_conventions(self, stated: frozenset[str], inputs: Mapping[str, Any]) -> Iterator[tuple[Convention, Any]]:
        """Yield every choice of a convention the exercise did not state, except those its inputs have."""
        for convention in self.conventions:
            if convention.name in stated:
                continue
            for choice in convention.choices:
                if choice != inputs[convention.name]:
                    yield convention, choice


def names_a_file(item: object) -> bool:
    """Say whether an input is `@file`. Only the command line opens files, and hands on what is in them."""
    return item.__class__ is str and str(item).startswith(("@", "＠"))


@dataclass(frozen=True, slots=True)
class TopicInfo:
    """What a topic offers: titles and meanings are (English, Chinese) pairs."""

    name: str
    title: Text
    inputs: dict[str, Text]
    answers: dict[str, Text]
    conventions: dict[str, dict[Any, Text]]
    misconceptions: dict[str, Text]
    example: str
