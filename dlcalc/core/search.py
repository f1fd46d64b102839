"""Inverse questions: the forward calculation, tried on every candidate for one, two or three unknown inputs.

Candidates come from the inputs' kinds, so that no topic knows of this. Whole numbers are searched over a stated
range; where the inequality (`dlcalc.core.inequality`) tells which numbers are left, the range is stretched to them.
The inequality itself is shown only after it has agreed with every run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from dlcalc.core.evaluate import evaluate
from dlcalc.core.formula import Key, key_text
from dlcalc.core.inequality import Exact, Formulas, State, derivation
from dlcalc.core.inputs import LARGEST
from dlcalc.core.inverse import Derivation, InverseResult, Miss, Refused, Searched
from dlcalc.core.lists import ListReader
from dlcalc.core.modes import CALCULATING
from dlcalc.core.records import Line
from dlcalc.core.suggest import unknown_word
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.core.values import Nested, exact, plain, read_number, significant_text
from dlcalc.core.worksheet import Worksheet, spellings
from dlcalc.errors import DlcalcError, InputError, Text

MOST_UNKNOWNS = 3
ALONE, TOGETHER = 64, 32
"""Up to which whole number a single unknown is searched at first, and each of several."""
MOST_TOGETHER = {2: 256, 3: 48}
"""Several unknowns are searched up to the largest wanted number, if it is at most this."""
FURTHEST = 10_000
"""Up to which a range is stretched without being asked to."""
BEYOND = 8
"""How many of endless solutions are looked for behind the first range."""
MOST_WIDENED = 64
"""With more solutions than this a range is stretched no further."""
MOST_TRIES = 200_000
"""Combinations that one question may try."""
MOST_CHECKS = 3
"""Solutions that are worked out forward again, and refusals that are told."""
SAMPLES = 40
"""Runs on which an inequality that does not reach one unknown is compared."""


def search(
    topic: Topic,
    raw: Mapping[str, object],
    want: Mapping[str, object],
    solve: Sequence[str],
    ranges: Mapping[str, object] | None = None,
    lang: str = "en",
) -> InverseResult:
    """Return every combination of the unknown inputs that gives the wanted answers.

    Args:
        topic: the calculation.
        raw: its known inputs, as typed or as Python values.
        want: wanted values by answer or line name; "" stands for the topic's first answer.
        solve: the names of the unknown inputs; one may carry its range, as `pad=0:200`.
        ranges: for whole-number unknowns, (first, last) or text such as `0:200`.
        lang: "en" or "zh".

    Raises:
        InputError: if a name is unknown, an input cannot be used or cannot be searched, a wanted value cannot be read
            or cannot be, or the search would be too long.
    """
    return _Search(topic, raw, want, solve, ranges or {}, lang).result()


@dataclass(frozen=True, slots=True)
class _Typed:
    """A wanted value as typed; `decimals` is the most of any number in it, None for a fraction."""

    text: str
    value: Nested
    decimals: int | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A wanted answer: how it is taken off a run, and the value of each line it is merely read off."""

    name: str
    typed: _Typed
    asked: Answer
    lines: dict[Key, Exact]


@dataclass(frozen=True, slots=True)
class _Run:
    """One accepted combination: its answers, and the values of the lines they are read off."""

    combination: tuple[Any, ...]
    answers: list[Any]
    lines: list[Any]


class _Search:
    def __init__(
        self,
        topic: Topic,
        raw: Mapping[str, object],
        want: Mapping[str, object],
        solve: Sequence[str],
        ranges: Mapping[str, object],
        lang: str,
    ) -> None:
        self.topic, self.lang = topic, lang
        self.raw = {name.replace("-", "_"): value for name, value in raw.items() if value is not None}
        self.unknowns, self.bounds = _unknowns(topic, solve, ranges)
        for spec in self.unknowns:
            if spec.name in self.raw:
                raise InputError(
                    Text("'{name}' is asked for and given at once.", "“{name}” 既是未知量，又给了值。"),
                    Text("Leave one of them out.", "请去掉其中之一。"),
                    name=spec.name,
                ).about("solve")
        self.read = _read_wants(topic, want)
        self.errors: dict[tuple[Any, ...], DlcalcError] = {}
        self.spans = {spec.name: (self._first_span(spec),) for spec in self.unknowns if spec.kind.span}

    def result(self) -> InverseResult:
        """Search, stretch the ranges where there is reason to, and gather what was found."""
        first = self._first_accepted()
        if first is None:
            return self._found([], [], None, ())
        self.wanted = [self._wanted(name, first) for name in self.read]
        self.keys = tuple(dict.fromkeys(key for each in self.wanted for key in each.lines))
        runs = self._runs()
        while True:
            derived = self._derivations(runs, first)
            if not self._stretch(runs, derived):
                break
            runs = self._runs()
        self._refuse_form(runs)
        return self._found(runs, [run for run in runs if self._meets(run)], first, derived)

    # -- candidates

    def _first_span(self, spec: Input) -> tuple[int, int]:
        if spec.name in self.bounds:
            return self.bounds[spec.name]
        least, most = spec.kind.span or (0, 0)
        sizes = [n for typed in self.read.values() for n in _flat(typed.value) if isinstance(n, int)]
        high = ALONE
        if len(self.unknowns) > 1:
            high = max([TOGETHER, *(size for size in sizes if size <= MOST_TOGETHER[len(self.unknowns)])])
        return least, min(most, max(high, least))

    def _candidates(self, spec: Input) -> list[Any]:
        """Return the values to try: whole numbers, and words where no other unknown multiplies them."""
        numbers = [n for low, high in self.spans.get(spec.name, ()) for n in range(low, high + 1)]
        alone = len(self.unknowns) == 1 and spec.name not in self.bounds
        return [*numbers, *(spec.kind.words if alone or not numbers else ())]

    def _combinations(self) -> list[tuple[Any, ...]]:
        """Return the combinations to try, the smallest numbers first.

        Raises:
            InputError: if there are too many.
        """
        tries = prod(self._count(spec) for spec in self.unknowns)
        if tries > MOST_TRIES:
            raise InputError(
                Text(
                    "That would try {tries:,} combinations; at most {most:,} are tried.",
                    "这需要尝试 {tries:,} 种组合；最多尝试 {most:,} 种。",
                ),
                Text("Narrow the search: --range {name}={low}:{high}", "请缩小范围：--range {name}={low}:{high}"),
                tries=tries,
                most=MOST_TRIES,
                name=self.unknowns[0].name,
                low=(self.unknowns[0].kind.span or (1, 1))[0],
                high=11,
            ).about("range")
        found = list(product(*(self._candidates(spec) for spec in self.unknowns)))
        if len(self.unknowns) > 1:
            found.sort(key=lambda values: sum(v for v in values if _is_whole(v)))
        return found

    def _count(self, spec: Input) -> int:
        spans = self.spans.get(spec.name, ())
        return sum(high - low + 1 for low, high in spans) or len(spec.kind.words)

    def _inputs(self, combination: tuple[Any, ...]) -> dict[str, Any]:
        return self.topic.read({**self.raw, **self._named(combination)})

    def _named(self, combination: tuple[Any, ...]) -> dict[str, Any]:
        return {spec.name: value for spec, value in zip(self.unknowns, combination, strict=True)}

    # -- runs

    def _first_accepted(self) -> tuple[Any, ...] | None:
        """Return the first combination that the calculation accepts, stretching the range until there is one.

        Raises:
            InputError: if every combination is refused for the same reason, which then lies in what was given.
        """
        while True:
            refusals: dict[str, DlcalcError] = {}
            for combination in self._combinations():
                try:
                    self.topic.learn(self.topic.sheet(self._inputs(combination)))
                except CALCULATING as error:
                    refusals.setdefault(str(error), error)
                    self.errors[combination] = error
                    if len(refusals) == 1 and len(self.errors) > ALONE + 9 and len(self.unknowns) > 1:
                        continue
                else:
                    return combination
            if len(refusals) == 1:
                raise next(iter(refusals.values()))
            if not self._double():
                return None

    def _runs(self) -> list[_Run]:
        """Try every combination."""
        wanted, keys = self.wanted, self.keys
        every = Answer(
            "every " + " ".join(each.asked.name for each in wanted),
            Text("", ""),
            tuple(dict.fromkeys(line for each in wanted for line in each.asked.lines)),
            lambda env: ([each.asked.of(env) for each in wanted], [env.get(key) for key in keys]),
        )
        runs = []
        self.errors.clear()
        for combination in self._combinations():
            try:
                answers, lines = self.topic.value(self._inputs(combination), every)
            except CALCULATING as error:
                if len(self.unknowns) == 1:
                    self.errors[combination] = error
            else:
                runs.append(_Run(combination, answers, lines))
        return runs

    def _meets(self, run: _Run) -> bool:
        return all(_met(value, each) for value, each in zip(run.answers, self.wanted, strict=True))

    # -- what is wanted

    def _wanted(self, name: str, first: tuple[Any, ...]) -> _Wanted:
        """Return what a wanted name means on this sheet: an answer in the form its value was typed in, or a line.

        Raises:
            InputError: if there is neither of that name, or the value cannot be one of a size.
        """
        typed = self.read[name]
        sheet = self.topic.sheet(self._inputs(first))
        asked = next((answer for answer in self.topic.answers if answer.name == name), None)
        if asked is None:
            asked = self._line(name, sheet.env)
        elif asked.is_size:
            _refuse_size(name, typed)
        if asked.spread is not None and isinstance(typed.value, list):
            spread = Answer(f"{asked.name} each", asked.says, asked.lines, asked.spread, is_size=True)
            longer = asked.longer and len(typed.value) > len(spread.of(sheet.env))
            asked = self.topic.answer(asked.longer) if longer else spread
        targets = _targets(asked, sheet.env, typed.value)
        return _Wanted(name, typed, asked, targets)

    def _line(self, name: str, env: Mapping[Any, Any]) -> Answer:
        wanted = spellings(name)
        for key in env:
            if key != "axes" and key_text(key) in wanted:
                base = key if isinstance(key, str) else str(key[0])
                return Answer(key_text(key), Text(name, name), (base,), lambda env: env[key])
        known = [*(answer.name for answer in self.topic.answers), *(key_text(key) for key in env if key != "axes")]
        raise unknown_word(name, list(dict.fromkeys(known)), Text("answer or line", "答案或行"), self.topic.name)

    def _refuse_form(self, runs: list[_Run]) -> None:
        """Refuse a wanted value that no run could have.

        Raises:
            InputError: if it has another number of entries than the answer, or is no whole number where that counts.
        """
        for number, each in enumerate(self.wanted):
            values = [run.answers[number] for run in runs]
            if values and not any(_alike(value, each.typed.value) for value in values):
                raise InputError(
                    Text("{name} looks like {example} here.", "这里 {name} 的形式如 {example}。"),
                    Text(
                        "Type --want {name}={example}, with your numbers.",
                        "请输入 --want {name}={example}，换成你的数。",
                    ),
                    name=each.name,
                    example=_written(values[0], "x"),
                ).about("want")
            numbers = [n for value in values for n in _flat(value)]
            if numbers and all(map(_is_whole, numbers)) and not all(map(_is_whole, _flat(each.typed.value))):
                raise InputError(
                    Text("{name} is a whole number; {typed} cannot be.", "{name} 是整数，不可能是 {typed}。"),
                    Text("Type a whole number.", "请输入整数。"),
                    name=each.name,
                    typed=each.typed.text,
                ).about("want")

    # -- inequalities

    def _derivations(self, runs: list[_Run], first: tuple[Any, ...]) -> tuple[Derivation, ...]:
        """Return the inequality of each wanted line, as far as it agrees with the runs."""
        example = next((run.combination for run in runs if self._meets(run)), None)
        if example is None:
            near = self._nearest(runs)
            example = near[0].combination if near else first
        formulas = Formulas.of(self.topic.sheet(self._inputs(example)), frozenset(s.name for s in self.unknowns))
        found = []
        targets = {key: value for each in self.wanted for key, value in each.lines.items()}
        for key, value in targets.items():
            if key in formulas.lines:
                written, last = derivation(formulas, key, value, self.topic.indices)
                agrees = self._agrees(runs, self.keys.index(key), value, written, last)
                found.append(written if agrees else Derivation(written.line, written.steps[:1]))
        return tuple(found)

    def _agrees(self, runs: list[_Run], column: int, value: Exact, written: Derivation, last: State) -> bool:
        """Say whether an inequality holds for exactly the runs whose line has the wanted value."""
        numbers = [run for run in runs if all(_is_whole(v) or not isinstance(v, str) for v in run.combination)]
        if written.unknown:
            place = [spec.name for spec in self.unknowns].index(written.unknown)
            return all(written.allows(run.combination[place]) == (run.lines[column] == value) for run in numbers)
        hits = [run for run in numbers if run.lines[column] == value][:SAMPLES]
        others = [run for run in numbers if run.lines[column] != value]
        for run in [*hits, *others[:: len(others) // SAMPLES + 1]]:
            env = self.topic.sheet(self._inputs(run.combination)).env
            try:
                holds = last.interval.contains(evaluate(last.node, env))
            except DlcalcError:
                return False
            if holds != (run.lines[column] == value):
                return False
        return True

    # -- stretching a range

    def _stretch(self, runs: list[_Run], derived: tuple[Derivation, ...]) -> bool:
        """Stretch the ranges nobody set to where solutions can still be; say whether any was."""
        before = dict(self.spans)
        for spec in self.unknowns:
            if spec.name not in self.spans or spec.name in self.bounds:
                continue
            ends = [d for d in derived if d.unknown == spec.name]
            if ends:
                self._reach(spec, ends)
            elif len(self.unknowns) == 1 and self._approaches(runs):
                self._double()
        if prod(map(self._count, self.unknowns)) > MOST_TRIES:
            self.spans = before
        return self.spans != before

    def _reach(self, spec: Input, ends: list[Derivation]) -> None:
        """Stretch a range to the whole numbers that inequalities allow, and one beyond."""
        least, most = spec.kind.span or (0, 0)
        low = max([least, *(d.low for d in ends if d.low is not None)])
        high = min([most, *(d.high for d in ends if d.high is not None)])
        if high < low:
            return
        (first, last), *_ = self.spans[spec.name]
        if high == most:
            high = low + BEYOND  # no end: a few of them will do
        if max(low, high) < last or (low <= last and high - low > MOST_WIDENED):
            return
        if high < FURTHEST:
            self.spans[spec.name] = ((first, min(most, high + 1)),)
        else:
            self.spans[spec.name] = ((first, min(last, low - 2)), (low - 1, min(most, high + 1, low + ALONE)))

    def _approaches(self, runs: list[_Run]) -> bool:
        """Say whether solutions go on at the end of the range, or the answers still come nearer there."""
        numbers = [run for run in runs if _is_whole(run.combination[0])]
        if sum(map(self._meets, numbers)) > MOST_WIDENED or not numbers:
            return False
        end, middle = (self._distance(numbers[place]) for place in (-1, len(numbers) // 2))
        return self._meets(numbers[-1]) or (end is not None and middle is not None and end < middle)

    def _double(self) -> bool:
        """Double the range of a single unknown, if nobody set it and there is more; say whether it was."""
        spec, *others = self.unknowns
        if others or spec.name in self.bounds or spec.name not in self.spans:
            return False
        ((low, high),) = self.spans[spec.name]
        most = min(FURTHEST, (spec.kind.span or (0, 0))[1])
        self.spans[spec.name] = ((low, min(2 * high, most)),)
        return high < most

    # -- what was found

    def _distance(self, run: _Run) -> Fraction | None:
        """Return how far a run is from what is wanted, each answer measured by its own size."""
        total = Fraction(0)
        for value, each in zip(run.answers, self.wanted, strict=True):
            if not _alike(value, each.typed.value):
                return None
            for given, want in zip(_flat(value), _flat(each.typed.value), strict=True):
                total += Fraction(abs(exact(given) - exact(want))) / max(1, abs(exact(want)))
        return total

    def _nearest(self, runs: list[_Run]) -> list[_Run]:
        """Return the runs that come nearest: where one number is wanted, from below and from above."""
        measured = [(distance, run) for run in runs if (distance := self._distance(run)) is not None]
        single = self.wanted[0].typed.value
        if len(self.wanted) > 1 or isinstance(single, list):
            return [run for _, run in sorted(measured, key=lambda pair: pair[0])[:2]]
        sides = ([pair for pair in measured if (pair[1].answers[0] > single) == above] for above in (False, True))
        return [min(side, key=lambda pair: pair[0])[1] for side in sides if side]

    def _found(
        self, runs: list[_Run], solved: list[_Run], first: tuple[Any, ...] | None, derived: tuple[Derivation, ...]
    ) -> InverseResult:
        topic = self.topic
        example = self._inputs(solved[0].combination if solved else first) if first is not None else None
        stated = {name: topic.input(name) for name in self.raw}
        read = example or {name: spec.kind.read(self.raw[name]) for name, spec in stated.items()}
        title = topic.headline(example) if topic.headline is not None and example is not None else topic.title
        unknown = {spec.name for spec in self.unknowns}
        conventions = topic.conventions_of(example) if example is not None else ()
        fixed = {
            each.name: _written(runs[0].answers[number])
            for number, each in enumerate(self.wanted if runs else ())
            if len(runs) > 1 and not solved and all(run.answers[number] == runs[0].answers[number] for run in runs)
        }
        return InverseResult(
            topic=topic.name,
            title=title,
            inputs={name: spec.kind.show(read[name]) for name, spec in stated.items()},
            stated={name: spec.kind.brief(read[name]) for name, spec in stated.items()},
            want={name: typed.value for name, typed in self.read.items()},
            wanted={name: _written(typed.value) for name, typed in self.read.items()},
            solve=tuple(spec.name for spec in self.unknowns),
            searched={spec.name: self._searched(spec, solved, derived) for spec in self.unknowns},
            solutions=[
                {s.name: s.kind.show(v) for s, v in zip(self.unknowns, run.combination, strict=True)} for run in solved
            ],
            shown=[self._typed(run.combination) for run in solved],
            checks=tuple(self._check(run) for run in solved[: MOST_CHECKS if len(unknown) == 1 else 1]),
            nearest=tuple(map(self._miss, self._nearest(runs))) if runs and not solved else (),
            derivations=derived,
            fixed=fixed,
            refused=self._refused(derived),
            conventions=tuple(c.choices[example[c.name]] for c in conventions if example and c.name not in unknown),
            lang=self.lang,
        )

    def _typed(self, combination: tuple[Any, ...]) -> dict[str, str]:
        return {s.name: s.kind.write(value) for s, value in zip(self.unknowns, combination, strict=True)}

    def _searched(self, spec: Input, solved: list[_Run], derived: tuple[Derivation, ...]) -> Searched:
        spans = self.spans.get(spec.name, ())
        words = tuple(spec.kind.write(w) for w in self._candidates(spec) if not _is_whole(w))
        place = self.unknowns.index(spec)
        ends = [d.high for d in derived if d.unknown == spec.name]
        bounded = any(end is not None and spans and end <= spans[-1][1] for end in ends)
        at_end = any(spans and run.combination[place] == spans[-1][1] for run in solved)
        limit = bool(spans) and spans[-1][1] == (spec.kind.span or (0, 0))[1]
        return Searched(spans, words, at_end and not bounded and not limit)

    def _check(self, run: _Run) -> tuple[str, ...]:
        """Return the forward lines that a solution's answers are read off, each with its substitution."""
        sheet = Worksheet(self.topic, self._inputs(run.combination), lang=self.lang)
        return tuple(sheet.one_row(e) for e in sheet.entries if isinstance(e, Line) and e.key in self.keys)

    def _miss(self, run: _Run) -> Miss:
        gives = {each.name: value for each, value in zip(self.wanted, run.answers, strict=True)}
        return Miss(self._typed(run.combination), gives, {name: _written(value) for name, value in gives.items()})

    def _refused(self, derived: tuple[Derivation, ...]) -> tuple[Refused, ...]:
        """Return what a single unknown's inequality allows and the calculation refuses."""
        found = []
        for combination, error in self.errors.items():
            allowed = derived and all(
                d.unknown and d.allows(combination[0]) for d in derived if _is_whole(combination[0])
            )
            if _is_whole(combination[0]) and (allowed or not derived):
                found.append(Refused(self._typed(combination), Text(error.message("en"), error.message("zh"))))
        return tuple(found[:MOST_CHECKS])


# ---------------------------------------------------------------- reading the question


def _unknowns(
    topic: Topic, solve: Sequence[str], ranges: Mapping[str, object]
) -> tuple[tuple[Input, ...], dict[str, tuple[int, int]]]:
    """Return the unknown inputs and the ranges that were set.

    Raises:
        InputError: if a name is unknown or comes twice, an input cannot be searched, or a range cannot be read.
    """
    found: dict[str, Input] = {}
    bounds: dict[str, tuple[int, int]] = {}
    stated = dict(ranges)
    for word in solve:
        name, equals, span = word.partition("=")
        spec = topic.input(name.strip())
        if equals:
            stated[spec.name] = span
        if spec.name in found:
            raise InputError(Text("'{name}' is asked for twice.", "“{name}” 问了两次。"), name=spec.name).about("solve")
        if spec.kind.span is None and not spec.kind.words:
            able = [each.name for each in topic.inputs if each.kind.span or each.kind.words]
            raise InputError(
                Text("'{name}' cannot be searched for.", "无法搜索 “{name}”。"),
                Text("These can: {able}.", "可以搜索的有：{able}。"),
                name=spec.name,
                able=", ".join(able),
            ).about("solve")
        found[spec.name] = spec
    if not 1 <= len(found) <= MOST_UNKNOWNS:
        raise InputError(
            Text("There are {n} unknowns; one to {most} can be searched.", "有 {n} 个未知量；可搜索 1 到 {most} 个。"),
            Text("For example: --solve {name}", "例如：--solve {name}"),
            n=len(found),
            most=MOST_UNKNOWNS,
            name=topic.inputs[0].name,
        ).about("solve")
    for name, raw in stated.items():
        spec = topic.input(name)
        if spec.name not in found or spec.kind.span is None:
            raise InputError(
                Text(
                    "'{name}' has no range: it is not a whole number that is asked for.",
                    "“{name}” 没有范围：它不是要求的整数未知量。",
                ),
                Text("Ranges belong to: {names}.", "可设范围的有：{names}。"),
                name=name,
                names=", ".join(n for n, s in found.items() if s.kind.span) or "-",
            ).about("range")
        bounds[spec.name] = _read_range(spec, raw)
    return tuple(found.values()), bounds


def _read_range(spec: Input, raw: object) -> tuple[int, int]:
    """Read `0:200` or a pair of whole numbers."""
    parts = plain(raw).split(":") if isinstance(raw, str) else list(raw) if isinstance(raw, list | tuple) else []
    try:
        ends = [read_number(part) if isinstance(part, str) else part for part in parts]
    except InputError:
        ends = []
    least, most = spec.kind.span or (0, 0)
    if len(ends) != 2 or not all(map(_is_whole, ends)) or not least <= ends[0] <= ends[1] <= most:
        raise InputError(
            Text("'{raw}' is no range of {name}.", "“{raw}” 不是 {name} 的范围。"),
            Text(
                "Type {name}=FIRST:LAST, such as {name}={least}:{high}.",
                "请输入 {name}=首:末，例如 {name}={least}:{high}。",
            ),
            raw=str(raw)[:60],
            name=spec.name,
            least=least,
            high=min(200, most),
        ).about("range")
    return ends[0], ends[1]


def _read_wants(topic: Topic, want: Mapping[str, object]) -> dict[str, _Typed]:
    main = topic.answers[0].name
    found: dict[str, _Typed] = {}
    for name, raw in want.items():
        if (name or main) in found:
            raise InputError(
                Text("There are two wanted values for {name}.", "{name} 有两个目标值。"),
                Text("Give one.", "请只给一个。"),
                name=name or main,
            ).about("want")
        try:
            found[name or main] = _read_wanted(raw)
        except InputError as error:
            raise error.about("want") from None
    if not found:
        raise InputError(
            Text("Nothing is wanted yet.", "还没有给出目标值。"),
            Text("For example: --want {name}=28", "例如：--want {name}=28"),
            name=main,
        ).about("want")
    return found


def _read_wanted(raw: object) -> _Typed:
    text = raw if isinstance(raw, str) else _as_typed(raw)
    if len(text) > LONGEST:
        raise InputError(Text("That is longer than {most} characters.", "超过 {most} 个字符。"), most=LONGEST)
    reader = ListReader(text, plain(text), "xX,")
    value = reader.read()
    return _Typed(text.strip(), value, reader.decimals)


LONGEST = 500
"""Characters that a wanted value may have."""


def _as_typed(raw: object) -> str:
    """Write a Python number or list as it would be typed."""
    raw = raw.tolist() if hasattr(raw, "tolist") else raw
    if isinstance(raw, list | tuple):
        return "[" + ", ".join(_as_typed(item) for item in raw[:LONGEST]) + "]"
    if isinstance(raw, bool) or not isinstance(raw, int | float | Fraction) or abs(raw) > LARGEST**2:
        raise InputError(
            Text("A {kind} cannot be wanted.", "目标值不能是 {kind}。"),
            Text("Give a number or a list of numbers.", "请给出数或数的列表。"),
            kind=type(raw).__name__,
        )
    return str(raw)


def _refuse_size(name: str, typed: _Typed) -> None:
    if not all(_is_whole(n) and n >= 1 for n in _flat(typed.value)):
        raise InputError(
            Text(
                "{name} is a size, a whole number of at least 1; {typed} cannot be.",
                "{name} 是尺寸，即不小于 1 的整数；不可能是 {typed}。",
            ),
            Text("Type a whole number, or one per dimension such as 26x26.", "请输入整数，或每维一个，例如 26x26。"),
            name=name,
            typed=typed.text,
        ).about("want")


# ---------------------------------------------------------------- values


class _Mark:
    """Stands for a line's value while it is found out which lines an answer is read off."""

    __slots__ = ("key",)

    def __init__(self, key: Key) -> None:
        self.key = key


def _targets(asked: Answer, env: Mapping[Any, Any], value: Nested) -> dict[Key, Exact]:
    """Return the lines an answer is read off with the value each should have; empty where it does more than read."""
    marks: dict[Any, Any] = {key: found if key == "axes" else _Mark(key) for key, found in env.items()}
    try:
        read = _flat(asked.of(marks))
    except (DlcalcError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
        return {}  # it calculates with the values
    wanted = _flat(value) if isinstance(value, list) else _flat(value) * len(read)
    if len(read) != len(wanted) or not all(isinstance(mark, _Mark) for mark in read):
        return {}
    return {mark.key: number for mark, number in zip(read, wanted, strict=True)}


def _met(value: Any, wanted: _Wanted) -> bool:
    """Say whether an answer is the wanted one, to the digits typed where it is no whole number."""
    typed = wanted.typed
    if not _alike(value, typed.value):
        return False
    slack = Fraction(1, 2) / 10**typed.decimals if typed.decimals and typed.decimals > 0 else Fraction(0)
    for given, want in zip(_flat(value), _flat(typed.value), strict=True):
        noise = Fraction(1, 10**9) * abs(exact(want)) if isinstance(given, float) else 0
        if given != want and (_is_whole(given) or abs(exact(given) - exact(want)) > max(slack, noise)):
            return False
    return True


def _alike(value: Any, wanted: Nested) -> bool:
    """Say whether two answers have the same form: numbers, or lists of as many."""
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(_alike(a, b) for a, b in zip(value, wanted, strict=True))
    return isinstance(value, int | float | Fraction) and not isinstance(wanted, list)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [number for item in value for number in _flat(item)]
    return [value]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _written(value: Any, between: str = "×") -> str:
    """Write an answer on one row: sizes as 25×26×26."""
    if isinstance(value, list):
        if all(map(_is_whole, value)):
            return between.join(map(str, value))
        return "(" + ", ".join(_written(item) for item in value) + ")"
    return significant_text(value)
