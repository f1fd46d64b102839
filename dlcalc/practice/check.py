"""Judging answers: right, right under another convention, a known mistake, or wrong without a known cause.

Nothing here knows a topic. Every answer is first compared with the plain run, so that a right one is never called a
mistake. What is left is judged from the student's own values: one run carries on all that was handed in, so that each
line is looked at alone and one error costs one line. Only then follow the conventions the exercise leaves open, the
known mistakes, two of them together, and slips.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from dlcalc.core.formula import Key
from dlcalc.core.modes import FORMULA_ERRORS, Pin, distance
from dlcalc.core.notation import TEXT
from dlcalc.core.records import Line
from dlcalc.core.report import Explanation, Report, Verdict
from dlcalc.core.topic import Topic
from dlcalc.core.values import decimals_for, flat
from dlcalc.core.work import FIELDS, MOST_LINES, Mode
from dlcalc.errors import InputError, Text
from dlcalc.practice import diagnosis, runs, verdicts
from dlcalc.practice.compare import COARSEST, Fit, fit, nested, shape
from dlcalc.practice.item import Item, Reader
from dlcalc.practice.runs import Run, Setting
from dlcalc.practice.script import Script

WORK_LIMIT = 20_000
"""Lines that a run may write where the exercise comes from a stranger: in homework and in classes."""
LONGER, SHORTEST = 2, 1_000
"""Lines that another run of an exercise may write: so many times as its own, and so many besides."""
TELLING, TELLING_DIGITS = 4, 3
"""Units of its last significant digit by which a line must differ to tell a mistake, where it is given to so many."""


def check(
    topic: Topic,
    raw: Mapping[str, object],
    answers: Mapping[str, object],
    lang: str = "en",
    *,
    forgiving: bool = False,
    most_lines: int = MOST_LINES,
) -> Report:
    """Judge answers to one exercise.

    Args:
        topic: the exercise's topic.
        raw: its inputs, as typed or as Python values; those named here are stated and fixed.
        answers: what the student gives in working order, by answer or line name; "" stands for the topic's first
            answer. None, or nothing but blanks, is an answer that is missing.
        lang: the report's language.
        forgiving: whether an unknown name is a verdict (`invalid`) instead of an error.
        most_lines: how long the exercise's sheet may be.

    Raises:
        InputError: if an input cannot be used, or an answer's name is unknown. An answer that cannot be read is a
            verdict (`invalid`), not an error.
        CalculationError: if the exercise itself has no value, or its sheet would be too long.
    """
    return Judge(topic, raw, most_lines=most_lines).report(answers, lang, forgiving=forgiving)


class Judge:
    """One exercise, ready to judge answers to it; what was worked out for one student serves the next.

    Args:
        topic: the exercise's topic.
        raw: its inputs; those named here are stated and fixed.
        most_lines: how long the exercise's sheet may be.

    Raises:
        InputError: if an input cannot be used.
        CalculationError: if the exercise has no value, or its sheet would be too long.
    """

    def __init__(self, topic: Topic, raw: Mapping[str, object], *, most_lines: int = MOST_LINES) -> None:
        self.topic = topic
        self.inputs = topic.read(raw)
        self.stated = frozenset(name.replace("-", "_") for name, value in raw.items() if value is not None)
        sheet = topic.sheet(self.inputs, Mode(most_lines=most_lines))
        topic.learn(sheet)
        longest = LONGER * (len(sheet.records) // FIELDS) + SHORTEST  # a training with a mistake need not end
        self.plain = Setting(topic, self.inputs, sheet=sheet, most_lines=longest)
        self._under: dict[tuple[str, Any], Run | None] = {}

    @cached_property
    def order(self) -> dict[Key, int]:
        """The place of every line on the sheet."""
        return {key: number for number, (_, _, key) in enumerate(self.plain.run.sheet.lines())}

    def report(self, answers: Mapping[str, object], lang: str = "en", *, forgiving: bool = False) -> Report:
        """Judge one student's answers, in working order; see `check`."""
        reader = Reader(self.topic, self.plain.sheet, self.order, forgiving)
        items: dict[str, Item] = {}
        for given, raw in answers.items():
            name = str(given) or self.topic.answers[0].name
            if name in items:
                raise InputError(
                    Text("There are two answers for {key}.", "{key} 有两个答案。"),
                    Text("Give one.", "请只给一个。"),
                    key=name,
                )
            items[name] = item = reader.read(name, raw)
        alone = sum(item.typed is not None for item in items.values()) == 1
        for item in items.values():
            if item.verdict is None and item.asked is not None:
                item.verdict = self.plainly(item, once=not alone)
        if any(item.verdict is None or item.near for item in items.values()):
            Script(self, reader, list(items.values())).judge()
        return Report(self.topic.name, {name: item.verdict for name, item in items.items() if item.verdict}, lang)

    def plainly(self, item: Item, *, once: bool = False) -> Verdict | None:
        """Return the verdict on an answer that the exercise's own run gives; None for any other.

        Args:
            item: the answer.
            once: whether the value was rounded at its last digit only. What rounded lines can reach takes many runs,
                and beside other answers the student's own values may say it in one.
        """
        typed, asked = item.typed, item.asked
        assert typed is not None
        assert asked is not None
        found = fit(typed, item.expected, diagnosis.once if once else partial(self.plain.run.widths, asked))
        if found is None:
            return None
        verdict = verdicts.accepted(item, found)
        # 1 for 0.25 may be a mistake's own number; 0.00 for 0.002 is rounded, if coarsely, and no mistake
        coarse = typed.significant < COARSEST and typed.decimals == 0
        if not verdict.accepted and (coarse or not found.own):
            item.unsure = verdict  # unless it follows from the student's own values, or a mistake gives it
            return None
        item.near = not found.own
        if verdict.verdict == "rounded" and not isinstance(typed.value, list):
            verdict = replace(verdict, message=self._indistinct(item, found))
        return verdict

    # -- conventions

    def convention(self, item: Item, pins: Mapping[str, Pin] | None = None) -> tuple[Verdict | None, Run | None]:
        """Return the verdict on an answer that is right under a convention left open, and that convention's run.

        Args:
            item: the answer.
            pins: the student's own values it may follow from.
        """
        typed, asked = item.typed, item.asked
        assert typed is not None
        assert asked is not None
        here = (Run(self.topic, self.inputs, pins=pins) if pins else self.plain.run).value(asked)
        for form in asked.other_forms:
            if typed.value == form.value(item.expected):
                return verdicts.conventional(item, Explanation(form.name, form.says)), None
        for convention, choice in self.topic.other_conventions(self.stated, self.inputs):
            run = self._other(convention.name, choice) if convention.applies(self.inputs) else None
            if run is not None and pins:
                run = Run(self.topic, run.inputs, pins=pins, most_lines=run.most_lines)
            if run is None or run.value(asked) == here:
                continue  # nothing in this answer rests on the convention
            if diagnosis.fits(typed, asked, run, self.plain.run, mistaken=False):
                shown = runs.parting(self.plain.sheet, run, asked)
                name = f"{convention.name}={_word(choice)}"
                says = Explanation(name, convention.choices[choice], convention.catalogue, shown)
                return verdicts.conventional(item, says), run
        return None, None

    def coarse(self, item: Item) -> Verdict | None:
        """Return the verdict on an answer that may be right under another convention, if its digits could tell."""
        typed, asked = item.typed, item.asked
        assert typed is not None
        assert asked is not None
        for convention, choice in self.topic.other_conventions(self.stated, self.inputs):
            run = self._other(convention.name, choice) if convention.applies(self.inputs) else None
            value = run.value(asked) if run is not None else None
            if run is None or value is None or value == item.expected:
                continue
            met = fit(typed, value, partial(run.widths, asked))
            verdict = verdicts.accepted(replace(item, expected=value), met) if met is not None else None
            if verdict is not None and not verdict.accepted:
                return replace(verdict, expected=item.expected, interval=None)
        return None

    def against_stated(self, item: Item) -> Verdict | None:
        """Return the verdict on an answer that follows another convention than the exercise states."""
        typed, asked = item.typed, item.asked
        assert typed is not None
        assert asked is not None
        says = []
        for convention in self.topic.conventions_of(self.inputs):
            fixed = self.inputs[convention.name]
            for choice in convention.choices if convention.name in self.stated else ():
                run = self._other(convention.name, choice) if choice != fixed else None
                if run is None or run.value(asked) == item.expected:
                    continue
                if diagnosis.fits(typed, asked, run, self.plain.run):
                    name, remedy = f"{convention.name}={_word(choice)}", runs.in_place_of(convention, fixed, choice)
                    shown = runs.parting(self.plain.sheet, run, asked)
                    says.append(Explanation(name, remedy, convention.catalogue, shown))
        return verdicts.mistaken(item, says) if says else None

    def _other(self, name: str, choice: Any) -> Run | None:
        """Return the run under another choice of a convention, always the same one."""
        key = (name, choice)
        if key not in self._under:
            convention = next(c for c in self.topic.conventions if c.name == name)
            self._under[key] = runs.under(self.plain.run, self.stated, convention, choice)
        return self._under[key]

    # -- remarks

    def _indistinct(self, item: Item, met: Fit) -> Text | None:
        """Say which mistake's value lies in the tolerance of a rounded answer, and which line would tell them apart."""
        asked = item.asked
        if asked is None or met.interval is None:
            return None
        if diagnosis.is_long(self.plain):
            return None
        low, high = met.interval
        for mistake in self.plain.mistakes:
            value = mistake.run.value(asked)
            if isinstance(value, bool | list) or value is None or value == item.expected or not low <= value <= high:
                continue
            telling = self._telling(item, mistake.run)
            if telling is None:
                says = Text(
                    "At these digits it cannot be told from the mistake {name}: more digits would tell.",
                    "在这一精度下，无法与错误 {name} 区分：请多写几位。",
                )
                return says.filled(name=mistake.name)
            says = Text(
                "At these digits it cannot be told from the mistake {name}; {line} would tell: {here} is right, "
                "{there} the mistake.",
                "在这一精度下，无法与错误 {name} 区分；{line} 可以区分：正确为 {here}，出错为 {there}。",
            )
            here, there = (self.plain.sheet.shown(line.value, TEXT).text for line in telling)
            return says.filled(name=mistake.name, line=telling[0].name, here=here, there=there)
        return None

    def _telling(self, item: Item, run: Run) -> tuple[Line, Line] | None:
        """Return the first line above an answer, here and in another run, that differs visibly at its digits."""
        assert item.typed is not None
        assert item.asked is not None
        upstream = self.topic.upstream(item.asked)
        try:
            lines = {entry.key: entry for entry in run.sheet.entries() if isinstance(entry, Line)}
        except FORMULA_ERRORS:
            return None
        for here in self.plain.sheet.entries:
            if not isinstance(here, Line) or here.left.base not in upstream or here.key in item.keys:
                continue
            there = lines.get(here.key)
            if there is None or isinstance(here.value, bool):
                continue
            one, other = nested(here.value), nested(there.value)
            if shape(one) == shape(other) and any(map(_tells, flat(one), flat(other))):
                return here, there
        return None


def _tells(right: Any, wrong: Any) -> bool:
    """Say whether two numbers are told apart at the digits a calculator work is written with."""
    digit = Fraction(1) / Fraction(10) ** decimals_for(right or wrong, TELLING_DIGITS)
    return distance(right, wrong) >= TELLING * digit


def _word(choice: Any) -> str:
    return str(choice).lower() if isinstance(choice, bool) else str(choice)
