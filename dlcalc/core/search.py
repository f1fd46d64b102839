"""Inverse questions: the forward calculation, tried on every candidate for one, two or three unknown inputs.

Candidates come from the inputs' kinds, so that no topic knows of this. Whole numbers are searched over a stated
range; where the inequality (`dlcalc.core.inequality`) tells which numbers are left, the range is stretched to them.
The inequality itself is shown only after it has agreed with every run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from dlcalc.core.evaluate import evaluate
from dlcalc.core.formula import Key, key_text
from dlcalc.core.inequality import Exact, Formulas, State, derivation
from dlcalc.core.inverse import Derivation, InverseResult, Miss, Refused, Searched
from dlcalc.core.modes import CALCULATING, distance
from dlcalc.core.numbers import Numbers
from dlcalc.core.records import Line
from dlcalc.core.suggest import unknown_word
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.core.unknowns import read_unknowns
from dlcalc.core.wanted import Wanted, alike, as_typed, flat, is_whole, lines_of, met, one_row, read_wants, refuse_size
from dlcalc.core.worksheet import Worksheet, WrittenLine, spellings
from dlcalc.errors import DlcalcError, InputError, Text

ALONE, TOGETHER = 64, 32
"""Up to which whole number a single unknown is searched at first, and each of several."""
MOST_TOGETHER = {2: 256, 3: 48}
"""Several unknowns are searched up to the largest wanted size, if it is at most this."""
FURTHEST = 10_000
"""Up to which a range is stretched without being asked to."""
BEYOND = 8
"""How many of endless solutions are looked for behind the first range."""
MOST_WIDENED = 64
"""With more solutions than this a range is stretched no further."""
MOST_TRIES = 200_000
"""Combinations that one question may try."""
MOST_TRIES_OF_VALUES = MOST_TRIES // 40
"""The same where arrays of numbers are given: one run is then worked out number by number."""
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
        self.raw = {str(name).replace("-", "_"): value for name, value in raw.items() if value is not None}
        self.unknowns, self.bounds = read_unknowns(topic, solve, ranges)
        for spec in self.unknowns:
            if spec.name in self.raw:
                raise InputError(
                    Text("'{name}' is asked for and given at once.", "“{name}” 既是未知量，又给了值。"),
                    Text("Leave one of them out.", "请去掉其中之一。"),
                    name=spec.name,
                ).about("solve")
        self.read = read_wants(topic, want)
        for answer in topic.answers:
            if answer.is_size and answer.name in self.read:
                refuse_size(answer.name, self.read[answer.name])
        has_arrays = any(isinstance(spec.kind, Numbers) and spec.name in self.raw for spec in topic.inputs)
        self.most_tries = MOST_TRIES_OF_VALUES if has_arrays else MOST_TRIES
        self.wanted: list[Wanted] = []
        self.keys: tuple[Key, ...] = ()
        self.errors: dict[tuple[Any, ...], DlcalcError] = {}
        self.spans: dict[str, tuple[tuple[int, int], ...]] = {
            spec.name: (self._first_span(spec),) for spec in self.unknowns if spec.kind.span
        }

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
        high = ALONE
        if len(self.unknowns) > 1:
            named = {answer.name for answer in self.topic.answers if answer.is_size}
            sizes = [n for name in self.read.keys() & named for n in flat(self.read[name].value) if is_whole(n)]
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
        if tries > self.most_tries:
            raise InputError(
                Text(
                    "That would try {tries:,} combinations; at most {most:,} are tried.",
                    "这需要尝试 {tries:,} 种组合；最多尝试 {most:,} 种。",
                ),
                Text("Narrow the search: --range {name}={low}:{high}", "请缩小范围：--range {name}={low}:{high}"),
                tries=tries,
                most=self.most_tries,
                name=self.unknowns[0].name,
                low=(self.unknowns[0].kind.span or (1, 1))[0],
                high=11,
            ).about("range")
        found = list(product(*(self._candidates(spec) for spec in self.unknowns)))
        if len(self.unknowns) > 1:
            found.sort(key=lambda values: sum(v for v in values if is_whole(v)))
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
            for combination in self._combinations():
                if combination in self.errors:
                    continue
                try:
                    self.topic.learn(self.topic.sheet(self._inputs(combination)))
                except CALCULATING as error:
                    self.errors[combination] = error
                else:
                    return combination
            if len({str(error) for error in self.errors.values()}) == 1:
                raise next(iter(self.errors.values()))
            if len(self.unknowns) > 1 or not self._double(self.unknowns[0]):
                return None

    def _runs(self) -> list[_Run]:
        """Try every combination."""
        every = self._every()
        return [run for each in self._combinations() if (run := self._run(each, every)) is not None]

    def _every(self) -> Answer:
        """Return all that is wanted, and the lines it is read off, as one answer: a combination is run once."""
        wanted, keys = self.wanted, self.keys
        return Answer(
            "every " + " ".join(each.asked.name for each in wanted),
            Text("what is wanted", "目标"),
            tuple(dict.fromkeys(line for each in wanted for line in each.asked.lines)),
            lambda env: ([each.asked.of(env) for each in wanted], [env.get(key) for key in keys]),
        )

    def _run(self, combination: tuple[Any, ...], every: Answer) -> _Run | None:
        """Run one combination; None where it is refused, which is noted: refusing, with its hints, costs more."""
        if combination in self.errors:
            return None
        try:
            answers, lines = self.topic.value(self._inputs(combination), every)
        except CALCULATING as error:
            self.errors[combination] = error
            return None
        return _Run(combination, answers, lines)

    def _meets(self, run: _Run) -> bool:
        return all(met(value, each) for value, each in zip(run.answers, self.wanted, strict=True))

    # -- what is wanted

    def _wanted(self, name: str, first: tuple[Any, ...]) -> Wanted:
        """Return what a wanted name means on this sheet: an answer in the form its value was typed in, or a line.

        Raises:
            InputError: if there is neither of that name, or the value cannot be one of a size.
        """
        typed = self.read[name]
        sheet = self.topic.sheet(self._inputs(first))
        asked = next((answer for answer in self.topic.answers if answer.name == name), None)
        if asked is None:
            asked = self._line(name, sheet.env)
        if asked.spread is not None and isinstance(typed.value, list):
            spread = Answer(f"{asked.name} each", asked.says, asked.lines, asked.spread, is_size=True)
            longer = asked.longer and len(typed.value) > len(spread.of(sheet.env))
            asked = self.topic.answer(asked.longer) if longer else spread
        return Wanted(name, typed, asked, lines_of(asked, sheet.env, typed.value))

    def _line(self, name: str, env: Mapping[Any, Any]) -> Answer:
        wanted = spellings(name)
        key: Key | None = next((key for key in env if key != "axes" and key_text(key) in wanted), None)
        if key is not None:
            base = key if isinstance(key, str) else str(key[0])
            return Answer(key_text(key), Text(name, name), (base,), lambda env: env[key])
        known = [*(answer.name for answer in self.topic.answers), *(key_text(key) for key in env if key != "axes")]
        raise unknown_word(name, list(dict.fromkeys(known)), Text("answer or line", "答案或行"), self.topic.name).about(
            "want"
        )

    def _refuse_form(self, runs: list[_Run]) -> None:
        """Refuse a wanted value that no run could have.

        Raises:
            InputError: if it has another number of entries than the answer, or is no whole number where that counts.
        """
        for number, each in enumerate(self.wanted):
            values = [run.answers[number] for run in runs if run.answers[number] is not None]
            if runs and not values:
                raise InputError(Text("This exercise has no {name}.", "本题没有 {name}。"), name=each.name).about(
                    "want"
                )
            if values and not any(alike(value, each.typed.value) for value in values):
                raise InputError(
                    Text("{name} looks like {example} here.", "这里 {name} 的形式如 {example}。"),
                    Text(
                        "Type --want {name}={example}, with your numbers.",
                        "请输入 --want {name}={example}，换成你的数。",
                    ),
                    name=each.name,
                    example=self._example(each.name, values[0]),
                ).about("want")
            numbers = [n for value in values for n in flat(value)]
            if numbers and all(map(is_whole, numbers)) and not all(map(is_whole, flat(each.typed.value))):
                raise InputError(
                    Text("{name} is a whole number; {typed} cannot be.", "{name} 是整数，不可能是 {typed}。"),
                    Text("Type a whole number.", "请输入整数。"),
                    name=each.name,
                    typed=each.typed.text,
                ).about("want")

    # -- inequalities

    def _derivations(self, runs: list[_Run], first: tuple[Any, ...]) -> tuple[Derivation, ...]:
        """Return the inequality of each wanted line, as far as it agrees with the runs."""
        numbers = [run for run in runs if not any(isinstance(value, str) for value in run.combination)]
        near = [run for run in numbers if self._meets(run)] or self._nearest(numbers)
        example = near[0].combination if near else first
        formulas = Formulas.of(self.topic.sheet(self._inputs(example)), frozenset(s.name for s in self.unknowns))
        found = []
        for key, value in {key: value for each in self.wanted for key, value in each.lines.items()}.items():
            if key in formulas.lines:
                written, last = derivation(formulas, key, value, self.topic.indices)
                written = self._clipped(written)
                agrees = self._agrees(runs, self.keys.index(key), value, written, last)
                found.append(written if agrees else Derivation(written.line, written.steps[:1]))
        return tuple(found)

    def _clipped(self, written: Derivation) -> Derivation:
        """Return an inequality whose whole numbers are those its input can be."""
        if not written.unknown:
            return written
        least, most = self.topic.input(written.unknown).kind.span or (0, 0)
        low = least if written.low is None else max(least, written.low)
        high = written.high if written.high is None else min(most, written.high)
        return replace(written, low=low, high=high)

    def _agrees(self, runs: list[_Run], column: int, value: Exact, written: Derivation, last: State) -> bool:
        """Say whether an inequality holds for exactly the runs whose line has the wanted value."""
        numbers = [run for run in runs if not any(isinstance(value, str) for value in run.combination)]
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
            elif self._approaches(runs) if len(self.unknowns) == 1 else self._nears(spec, runs):
                self._double(spec)
        if prod(map(self._count, self.unknowns)) > self.most_tries:
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
        numbers = [run for run in runs if is_whole(run.combination[0])]
        last = self.spans[self.unknowns[0].name][-1][1]
        if not numbers or numbers[-1].combination[0] != last or sum(map(self._meets, numbers)) > MOST_WIDENED:
            return False
        end, middle = (self._distance(numbers[place]) for place in (-1, len(numbers) // 2))
        return self._meets(numbers[-1]) or (end is not None and middle is not None and end < middle)

    def _nears(self, spec: Input, runs: list[_Run]) -> bool:
        """Say whether nothing is found yet and the nearest of all lies at the end of this unknown's range."""
        place, (low, high) = self.unknowns.index(spec), self.spans[spec.name][-1]
        nearest: dict[Any, Fraction] = {}
        for run in runs:
            away = self._distance(run)
            if away is not None:
                value = run.combination[place]
                nearest[value] = min(away, nearest.get(value, away))
        best = min(nearest.values(), default=Fraction(0))
        return best > 0 and nearest.get(high) == best and nearest.get(low) != best

    def _double(self, spec: Input) -> bool:
        """Double the range of an unknown, if nobody set it and there is more; say whether it was."""
        if spec.name in self.bounds or spec.name not in self.spans:
            return False
        (low, high), *_ = self.spans[spec.name]
        most = min(FURTHEST, self.most_tries - 1, (spec.kind.span or (0, 0))[1])
        self.spans[spec.name] = ((low, min(2 * high, most)),)
        return high < most

    # -- what was found

    def _distance(self, run: _Run) -> Fraction | None:
        """Return how far a run is from what is wanted, each answer measured by its own size."""
        total = Fraction(0)
        for value, each in zip(run.answers, self.wanted, strict=True):
            if not alike(value, each.typed.value):
                return None
            for given, want in zip(flat(value), flat(each.typed.value), strict=True):
                total += Fraction(distance(given, want)) / max(1, distance(want, 0))
        return total

    def _nearest(self, runs: list[_Run]) -> list[_Run]:
        """Return the runs that come nearest: where one number is wanted, from below and from above."""
        measured = [(away, run) for run in runs if (away := self._distance(run)) is not None]
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
            each.name: self._row(each.name, runs[0].answers[number])
            for number, each in enumerate(self.wanted if runs else ())
            if len(runs) > 1 and not solved and all(run.answers[number] == runs[0].answers[number] for run in runs)
        }
        return InverseResult(
            topic=topic.name,
            title=title,
            inputs={name: spec.kind.show(read[name]) for name, spec in stated.items()},
            stated={name: spec.kind.brief(read[name]) for name, spec in stated.items()},
            want={name: typed.value for name, typed in self.read.items()},
            wanted={name: self._row(name, typed.value) for name, typed in self.read.items()},
            solve=tuple(spec.name for spec in self.unknowns),
            searched={spec.name: self._searched(spec, derived) for spec in self.unknowns},
            solutions=[
                {s.name: s.kind.show(v) for s, v in zip(self.unknowns, run.combination, strict=True)} for run in solved
            ],
            shown=[self._typed(run.combination) for run in solved],
            checks=tuple(self._check(run) for run in solved[: MOST_CHECKS if len(unknown) == 1 else 1]),
            nearest=tuple(map(self._miss, self._nearest(runs))) if runs and not solved else (),
            derivations=derived,
            fixed=fixed,
            refused=self._refused(derived) if len(self.unknowns) == 1 and (derived or not runs) else (),
            conventions=tuple(c.choices[example[c.name]] for c in conventions if example and c.name not in unknown),
            lang=self.lang,
        )

    def _is_size(self, name: str) -> bool:
        return any(a.name == name and (a.is_size or a.spread is not None) for a in self.topic.answers)

    def _row(self, name: str, value: Any) -> str:
        """Write a value of an answer or a line on one row, sizes as such."""
        return one_row(value, "×" if self._is_size(name) else "")

    def _example(self, name: str, value: Any) -> str:
        """Write a value of an answer or a line as it could be typed."""
        if isinstance(value, list) and not self._is_size(name):
            return as_typed(value).replace(" ", "")
        return str(int(value)) if isinstance(value, bool) else one_row(value, "x")

    def _typed(self, combination: tuple[Any, ...]) -> dict[str, str]:
        return {s.name: s.kind.write(value) for s, value in zip(self.unknowns, combination, strict=True)}

    def _searched(self, spec: Input, derived: tuple[Derivation, ...]) -> Searched:
        words = tuple(spec.kind.write(word) for word in self._candidates(spec) if not is_whole(word))
        return Searched(self.spans.get(spec.name, ()), words, self._goes_on(spec, derived))

    def _goes_on(self, spec: Input, derived: tuple[Derivation, ...]) -> bool:
        """Say whether there are solutions behind the end of a range; some more are tried where no inequality tells."""
        spans, refused = self.spans.get(spec.name, ()), dict(self.errors)
        if not spans or not self.wanted:
            return False
        last, most = spans[-1][1], (spec.kind.span or (0, 0))[1]
        if any(d.unknown == spec.name and d.high is not None and d.high <= last for d in derived):
            return False
        behind = range(last + 1, min(most, last + (ALONE if len(self.unknowns) == 1 else BEYOND)) + 1)
        every = self._every()
        tries = product(*(behind if each is spec else self._candidates(each) for each in self.unknowns))
        found = any((run := self._run(each, every)) is not None and self._meets(run) for each in tries)
        self.errors = refused
        return found

    def _check(self, run: _Run) -> tuple[WrittenLine, ...]:
        """Return the forward lines that a solution's answers are read off, each with its substitution."""
        sheet = Worksheet(self.topic, self._inputs(run.combination), lang=self.lang)
        return tuple(sheet.written(e) for e in sheet.entries if isinstance(e, Line) and e.key in self.keys)

    def _miss(self, run: _Run) -> Miss:
        gives = {each.name: value for each, value in zip(self.wanted, run.answers, strict=True)}
        return Miss(
            self._typed(run.combination), gives, {name: self._row(name, value) for name, value in gives.items()}
        )

    def _refused(self, derived: tuple[Derivation, ...]) -> tuple[Refused, ...]:
        """Return what a single unknown's inequality allows and the calculation refuses."""
        found = []
        for combination, error in self.errors.items():
            if is_whole(combination[0]) and all(d.unknown and d.allows(combination[0]) for d in derived):
                found.append(Refused(self._typed(combination), Text(error.message("en"), error.message("zh"))))
        return tuple(found[:MOST_CHECKS])
