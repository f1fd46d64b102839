"""Judging answers: right, right under another convention, a known mistake, or wrong without a known cause.

Nothing here knows a topic. An answer is compared with the plain run, then with the run under each convention the
exercise leaves open, then with the run that makes each known mistake; the order is fixed, so that a right answer is
never called a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from dlcalc.core import modes
from dlcalc.core.notation import UNICODE
from dlcalc.core.report import Explanation, Parting, Report, Verdict
from dlcalc.core.topic import Answer, Misconception, Topic
from dlcalc.core.values import Nested, exact
from dlcalc.core.work import PLAIN, Line, Mode
from dlcalc.core.worksheet import Worksheet, spellings
from dlcalc.errors import DlcalcError, InputError, Text, UnreadableError
from dlcalc.practice.typed import Typed, read_answer

FLOAT_NOISE = 1e-9
"""Relative difference below which two float64 results are the same number."""


def check(topic: Topic, raw: Mapping[str, object], answers: Mapping[str, object], lang: str = "en") -> Report:
    """Judge answers to one exercise.

    Args:
        topic: the exercise's topic.
        raw: its inputs, as typed or as Python values; those named here are stated and fixed.
        answers: what the student gives, by answer or line name; "" stands for the topic's first answer.

    Raises:
        InputError: if an input cannot be used or an answer's name is unknown. An answer that cannot be read is a
            verdict (`invalid`), not an error.
    """
    inputs = topic.read(raw)
    stated = frozenset(name.replace("-", "_") for name, value in raw.items() if value is not None)
    sheet = Worksheet(topic, inputs, stated)
    topic.learn(sheet.sheet)
    judge = _Judge(topic, inputs, stated, sheet)
    verdicts = {}
    for name, value in answers.items():
        key = name or topic.answers[0].name
        sheet.value_of(key)
        verdicts[key] = judge.verdict(key, value)
    return Report(topic.name, verdicts, lang)


class _Judge:
    def __init__(self, topic: Topic, inputs: dict[str, Any], stated: frozenset[str], sheet: Worksheet) -> None:
        self.topic, self.inputs, self.stated, self.sheet = topic, inputs, stated, sheet

    def verdict(self, name: str, raw: object) -> Verdict:
        expected = self.sheet.value_of(name)
        try:
            typed = read_answer(raw)
        except UnreadableError as error:
            return Verdict(
                "invalid",
                str(raw),
                expected,
                message=Text(error.message("en"), error.message("zh")),
                column=error.column,
            )
        except InputError as error:
            return Verdict("invalid", str(raw), expected, message=Text(error.message("en"), error.message("zh")))
        asked = self._asked(name, typed)
        expected = asked.of(self.sheet.sheet.env)
        fit = self._fit(typed, asked, self.inputs, PLAIN, expected)
        if fit is not None:
            return self._accepted(typed, expected, *fit)
        return self._convention(typed, asked, expected) or self._misconception(typed, asked, expected)

    # -- what was asked

    def _asked(self, name: str, typed: Typed) -> Answer:
        """Return what to compare with: the answer in the form it was typed in."""
        for answer in self.topic.answers:
            if answer.name == name:
                return self._in_form(answer, typed)
        line = self.sheet.find(name)
        if line is not None:
            key = line.key
            base = key if isinstance(key, str) else key[0]
            return Answer(name, Text(name, name), (str(base),), lambda env: env[key])
        key = next(k for k in self.sheet.sheet.env if k != "axes" and _named(k, name))
        return Answer(name, Text(name, name), (str(key if isinstance(key, str) else key[0]),), lambda env: env[key])

    def _in_form(self, answer: Answer, typed: Typed) -> Answer:
        if answer.spread is None or not isinstance(typed.value, list):
            return answer
        spread = Answer(answer.name + "[]", answer.says, answer.reads, answer.spread)
        if answer.longer and len(typed.value) > len(spread.of(self.sheet.sheet.env)):
            return self.topic.answer(answer.longer)
        return spread

    # -- comparing

    def _fit(
        self, typed: Typed, asked: Answer, inputs: Mapping[str, Any], mode: Mode, value: Any
    ) -> tuple[str, tuple[float, float] | None] | None:
        """Return how a typed value meets a run's: ("right", None), ("rounded", interval), or None."""
        pairs = _pair(typed.value, value)
        if pairs is None:
            return None
        if all(_same(given, want) for given, want in pairs):
            return "right", None
        decimals = typed.decimals if typed.decimals is not None else 0
        if typed.decimals is None and mode is not PLAIN:
            return None  # a whole number is not a mistake's fraction rounded: that would accuse too easily
        if all(isinstance(want, int) for _, want in pairs):
            return None
        if any(abs(float(given) - float(want)) > max(abs(float(want)), 10.0**-decimals) for given, want in pairs):
            return None  # far away: no tolerance is that wide
        widths = self._widths(asked, inputs, mode, decimals, [want for _, want in pairs])
        if all(modes.distance(given, want) <= width for (given, want), width in zip(pairs, widths, strict=True)):
            want, width = pairs[0][1], widths[0]
            return "rounded", (float(exact(want) - width), float(exact(want) + width))
        return None

    def _widths(
        self, asked: Answer, inputs: Mapping[str, Any], mode: Mode, decimals: int, wanted: list[Any]
    ) -> list[Fraction]:
        width = modes.tolerance(self.topic, inputs, asked, decimals, mode)
        widths = width if isinstance(width, list) else [width]
        return widths if len(widths) == len(wanted) else widths * len(wanted)

    def _accepted(self, typed: Typed, expected: Any, verdict: str, interval: tuple[float, float] | None) -> Verdict:
        if verdict == "rounded" and typed.significant < 2:
            return Verdict(
                "invalid",
                typed.text,
                expected,
                interval,
                message=Text(
                    "Too coarse to judge: give at least two significant digits.",
                    "太粗略，无法判断：请至少给出两位有效数字。",
                ),
            )
        return Verdict(verdict, typed.text, expected, interval, marks=1.0)

    # -- other conventions

    def _convention(self, typed: Typed, asked: Answer, expected: Any) -> Verdict | None:
        for convention, choice in self.topic.other_conventions(self.stated):
            inputs = {**self.inputs, convention.name: choice}
            fit = self._fits(typed, asked, inputs, PLAIN)
            if fit:
                says = convention.choices[choice]
                return Verdict(
                    "convention",
                    typed.text,
                    expected,
                    convention=f"{convention.name}={_word(choice)}",
                    marks=1.0,
                    explanations=(
                        Explanation(f"{convention.name}={_word(choice)}", says, (), self._parting(inputs, PLAIN)),
                    ),
                )
        return None

    def _fits(self, typed: Typed, asked: Answer, inputs: Mapping[str, Any], mode: Mode) -> bool:
        try:
            value = self.topic.value(inputs, asked, mode)
            return self._fit(typed, asked, inputs, mode, value) is not None
        except DlcalcError:
            return False  # a run that refuses these inputs has no answer

    # -- misconceptions

    def _misconception(self, typed: Typed, asked: Answer, expected: Any) -> Verdict:
        found = list(self._explanations(typed, asked))
        return Verdict(
            "misconception" if found else "wrong",
            typed.text,
            expected,
            misconceptions=tuple(explanation.name for explanation in found),
            explanations=tuple(found),
        )

    def _explanations(self, typed: Typed, asked: Answer) -> Iterator[Explanation]:
        for misconception in self.topic.misconceptions:
            inputs, mode = self._mistaken(misconception)
            if self._fits(typed, asked, inputs, mode):
                yield Explanation(
                    misconception.name, misconception.remedy, misconception.catalogue, self._parting(inputs, mode)
                )
        for convention in self.topic.conventions:
            if convention.name not in self.stated:
                continue
            for choice, says in convention.choices.items():
                inputs = {**self.inputs, convention.name: choice}
                if choice != self.inputs[convention.name] and self._fits(typed, asked, inputs, PLAIN):
                    fixed = convention.choices[self.inputs[convention.name]]
                    yield Explanation(
                        f"{convention.name}={_word(choice)}",
                        Text(
                            f"That is the answer where {says.en}; this exercise says that {fixed.en}.",
                            f"这是“{says.zh}”时的答案；本题规定“{fixed.zh}”。",
                        ),
                        (),
                        self._parting(inputs, PLAIN),
                    )

    def _mistaken(self, misconception: Misconception) -> tuple[dict[str, Any], Mode]:
        return {**self.inputs, **misconception.inputs}, misconception.mode

    def _parting(self, inputs: Mapping[str, Any], mode: Mode) -> Parting | None:
        """Return the first line whose value differs between the exercise's run and this one."""
        try:
            other = Worksheet(self.topic, inputs, mode=mode)
        except DlcalcError:
            return None  # the answer has a value in that run, but another line has none
        mine = self.sheet.sheet.env
        rights = {entry.key: entry for entry in self.sheet.entries if isinstance(entry, Line)}
        for entry in other.entries:
            if isinstance(entry, Line) and entry.key in mine and entry.value != mine[entry.key]:
                right = rights.get(entry.key)
                return Parting(entry.name, chain(other, entry), chain(self.sheet, right) if right else "")
        return None


def chain(sheet: Worksheet, line: Line) -> str:
    """Write a line on one row: name = formula = substitution = value."""
    parts = [sheet.left(line, UNICODE).text, sheet.formula(line, UNICODE).text]
    if not sheet.is_copy(line):
        parts.append(sheet.substituted(line, UNICODE).text)
    parts.append(sheet.shown(line.computed, UNICODE).text)
    kept = [part for number, part in enumerate(parts) if number == 0 or part != parts[number - 1]]
    return " = ".join(kept[:-1]) + (" ≈ " if sheet.is_rounded(line.computed) else " = ") + kept[-1]


def _named(key: Any, name: str) -> bool:
    from dlcalc.core.formula import key_text

    return key_text(key) in spellings(name)


def _word(choice: Any) -> str:
    return str(choice).lower() if isinstance(choice, bool) else str(choice)


def _pair(given: Nested, want: Any) -> list[tuple[Any, Any]] | None:
    """Pair the numbers of two values of the same shape; None where the shapes differ."""
    if isinstance(given, list) != isinstance(want, list):
        if isinstance(given, list) and len(given) == 1:
            return _pair(given[0], want)
        if isinstance(want, list) and len(want) == 1:
            return _pair(given, want[0])
        return None
    if not isinstance(given, list):
        return [(given, want)]
    if len(given) != len(want):
        return None
    pairs: list[tuple[Any, Any]] = []
    for a, b in zip(given, want, strict=True):
        inner = _pair(a, b)
        if inner is None:
            return None
        pairs.extend(inner)
    return pairs


def _same(given: Any, want: Any) -> bool:
    if isinstance(want, float):
        return want == want and abs(float(given) - want) <= FLOAT_NOISE * abs(want) + 1e-300
    return bool(given == want)
