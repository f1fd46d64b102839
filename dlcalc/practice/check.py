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
from dlcalc.core.formula import Key, key_text
from dlcalc.core.records import Line
from dlcalc.core.report import Explanation, Parting, Report, Verdict
from dlcalc.core.topic import Answer, Convention, Topic
from dlcalc.core.values import Nested, exact
from dlcalc.core.work import PLAIN, Mode
from dlcalc.core.worksheet import Worksheet, entry_named, spellings
from dlcalc.errors import InputError, Text, UnreadableError
from dlcalc.practice.typed import Typed, read_answer, read_decision

COARSEST = 2
"""Significant digits a rounded answer must have to be judged."""
LARGEST_UNIT = 300
"""Powers of ten a rounded answer's unit may have: a larger one is no float64 to move a line by."""
FAR = 10
"""How many times the right run's tolerance a mistake's value may lie off before its own is not measured."""
FLOAT_NOISE = 1e-9
"""Relative difference below which two float64 results are the same number."""


def check(
    topic: Topic, raw: Mapping[str, object], answers: Mapping[str, object], lang: str = "en", *, forgiving: bool = False
) -> Report:
    """Judge answers to one exercise.

    Args:
        topic: the exercise's topic.
        raw: its inputs, as typed or as Python values; those named here are stated and fixed.
        answers: what the student gives, by answer or line name; "" stands for the topic's first answer. None, or
            nothing but blanks, is an answer that is missing.
        forgiving: whether an unknown name is a verdict (`invalid`) instead of an error.

    Raises:
        InputError: if an input cannot be used, or an answer's name is unknown. An answer that cannot be read is a
            verdict (`invalid`), not an error.
    """
    inputs = topic.read(raw)
    stated = frozenset(name.replace("-", "_") for name, value in raw.items() if value is not None)
    sheet = Worksheet(topic, inputs, stated)
    topic.learn(sheet.sheet)
    judge = _Judge(topic, inputs, stated, sheet)
    verdicts = {}
    for name, value in answers.items():
        key = str(name) or topic.answers[0].name
        if key in verdicts:
            raise InputError(
                Text("There are two answers for {key}.", "{key} 有两个答案。"),
                Text("Give one.", "请只给一个。"),
                key=key,
            )
        try:
            _refuse_unasked(topic, key, sheet.value_of(key))
        except InputError as error:
            if not forgiving:
                raise
            verdicts[key] = Verdict("invalid", _short(value), message=Text(error.message("en"), error.message("zh")))
            continue
        verdicts[key] = judge.verdict(key, value)
    return Report(topic.name, verdicts, lang)


def _refuse_unasked(topic: Topic, name: str, value: Any) -> None:
    """Refuse an answer to something that is no number, or that this exercise does not have."""
    if value is None:
        raise InputError(Text("This exercise has no {name}.", "本题没有 {name}。"), name=name)
    if any(answer.name == name and not answer.asked for answer in topic.answers):
        raise InputError(
            Text("{name} is a whole table.", "{name} 是一整张表。"),
            Text(
                "Check one of its numbers by the name it has on the sheet.", "请用表中某个数在计算表上的名称来检查它。"
            ),
            name=name,
        )


class _Judge:
    def __init__(self, topic: Topic, inputs: dict[str, Any], stated: frozenset[str], sheet: Worksheet) -> None:
        self.topic, self.inputs, self.stated, self.sheet = topic, inputs, stated, sheet
        self._plain_widths: dict[tuple[str, int], Fraction] = {}

    def verdict(self, name: str, raw: object) -> Verdict:
        expected = self.sheet.value_of(name)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return Verdict("missing", "", expected)
        try:
            typed = self._typed(name, raw, expected)
        except InputError as error:
            column = error.column if isinstance(error, UnreadableError) else None
            message = Text(error.message("en"), error.message("zh"))
            return Verdict("invalid", _short(raw), expected, message=message, column=column)
        asked = self._asked(name, typed)
        expected = asked.of(self.sheet.sheet.env)
        fit = self._fit(typed, asked, self.inputs, PLAIN, expected)
        if fit is not None:
            # 1 for 0.25 may be a mistake's own number; 0.00 for 0.002 is rounded, if coarsely, and no mistake
            bare = fit[0] == "rounded" and typed.significant < COARSEST and typed.decimals == 0
            known = self._known(typed, asked, expected) if bare else None
            return known or self._accepted(typed, expected, *fit)
        verdict = self._known(typed, asked, expected) or Verdict("wrong", typed.text, expected)
        if verdict.verdict == "wrong" and _pair(typed.value, expected) is None:
            return Verdict("invalid", typed.text, expected, message=self._wanted(name, typed, expected))
        return verdict

    def _wanted(self, name: str, typed: Typed, expected: Any) -> Text:
        """Say in what form an answer is wanted, and which answer has the form that was typed."""
        shape = _shape(expected)
        if not shape:
            en, zh = f"One number is wanted for {name}, not a list.", f"{name} 需要一个数，而不是列表。"
        elif len(shape) == 1:
            en = f"{shape[0]} number(s) are wanted for {name}, with commas or x between."
            zh = f"{name} 需要 {shape[0]} 个数，用逗号或 x 隔开。"
        else:
            numbers = "×".join(map(str, shape))
            how, how_zh = ("rows parted by semicolons", "行与行之间用分号隔开")
            if len(shape) > 2:
                how, how_zh = ("lists in lists: [[[1, 2], [3, 4]], …]", "用嵌套列表：[[[1, 2], [3, 4]], …]")
            en, zh = f"{numbers} numbers are wanted for {name}, {how}.", f"{name} 需要 {numbers} 个数，{how_zh}。"
        others = (other for other, value in self.sheet.answers.items() if isinstance(value, list) and other != name)
        fitting = next((other for other in others if _pair(typed.value, self.sheet.answers[other]) is not None), None)
        if fitting is not None and isinstance(typed.value, list):
            en += f" For {fitting} type {fitting}={_short(typed.text)}"
            zh += f"回答 {fitting} 请输入 {fitting}={_short(typed.text)}"
        return Text(en, zh)

    def _known(self, typed: Typed, asked: Answer, expected: Any) -> Verdict | None:
        """Return the verdict on a number that a convention or a mistake gives; None where neither does."""
        return self._convention(typed, asked, expected) or self._misconception(typed, asked, expected)

    # -- what was asked

    def _typed(self, name: str, raw: object, expected: Any) -> Typed:
        """Read an answer; 112,112 is a number with its thousands apart only where no list could be meant."""
        if isinstance(expected, bool):
            return read_decision(raw)
        if isinstance(expected, list):
            return read_answer(raw)
        if any(answer.name == name and answer.spread is not None for answer in self.topic.answers):
            grouped = read_answer(raw, single=True)
            return grouped if grouped.value == expected else read_answer(raw)
        return read_answer(raw, single=True)

    def _asked(self, name: str, typed: Typed) -> Answer:
        """Return what to compare with: the answer in the form it was typed in, or a line by its name."""
        for answer in self.topic.answers:
            if answer.name == name:
                return self._in_form(answer, typed)
        wanted = spellings(name)
        env = self.sheet.sheet.env
        entry = None if any(key_text(key) in wanted for key in env) else entry_named(env, name)
        if entry is not None:
            array, place = entry
            family = (array,) if isinstance(array, str) else array
            label = f"{family[0]}[{','.join(map(str, (*family[1:], *place)))}]"
            return Answer(label, Text(name, name), (str(family[0]),), lambda env: env[array].entry(*place))
        key = next(key for key in env if key != "axes" and key_text(key) in wanted)
        base = key if isinstance(key, str) else str(key[0])
        return Answer(key_text(key), Text(name, name), (base,), lambda env: env[key])

    def _in_form(self, answer: Answer, typed: Typed) -> Answer:
        if answer.spread is None or not isinstance(typed.value, list):
            return answer
        spread = Answer(answer.name + " each", answer.says, answer.reads, answer.spread)
        if answer.longer and len(typed.value) > len(spread.of(self.sheet.sheet.env)):
            return self.topic.answer(answer.longer)
        return spread

    # -- comparing

    def _fit(
        self, typed: Typed, asked: Answer, inputs: Mapping[str, Any], mode: Mode, value: Any
    ) -> tuple[str, tuple[float, float] | None] | None:
        """Return how a typed value meets a run's: ("right", None), ("rounded", interval), or None."""
        pairs = None if value is None else _pair(typed.value, value)
        if pairs is None:
            return None
        if all(_same(given, want) for given, want in pairs):
            return "right", None
        if typed.decimals is None:
            return None  # typed exactly, as a fraction: there is nothing to round
        whole = all(isinstance(want, int) for _, want in pairs)
        if typed.decimals == 0 and (whole or mode is not PLAIN):
            return None  # a count is met exactly, and a mistake's fraction is not what a whole number means
        if (whole and typed.decimals > 0) or typed.decimals < -LARGEST_UNIT:
            return None
        half = Fraction(1, 2) / Fraction(10) ** typed.decimals
        if any(modes.distance(given, want) > max(exact(abs(want)), 2 * half) for given, want in pairs):
            return None  # far away: no tolerance is that wide
        if not whole and inputs is not self.inputs and not self._is_near(pairs, asked, typed.decimals):
            return None
        widths = [half] if whole else self._widths(asked, inputs, mode, typed.decimals)
        widths = widths if len(widths) == len(pairs) else widths * len(pairs)
        if all(modes.distance(given, want) <= width for (given, want), width in zip(pairs, widths, strict=True)):
            want, width = pairs[0][1], widths[0]
            return "rounded", (float(exact(want) - width), float(exact(want) + width))
        return None

    def _is_near(self, pairs: list[tuple[Any, Any]], asked: Answer, decimals: int) -> bool:
        """Say whether another run's value is near enough to measure its tolerance, which takes a run for every entry.

        Such a run is never taken to be more than `FAR` times as sensitive to rounding as the right one.
        """
        key = (asked.name, decimals)
        if key not in self._plain_widths:
            self._plain_widths[key] = max(self._widths(asked, self.inputs, PLAIN, decimals))
        reach = FAR * max(self._plain_widths[key], Fraction(1, 2) / Fraction(10) ** decimals)
        return all(modes.distance(given, want) <= reach for given, want in pairs)

    def _widths(self, asked: Answer, inputs: Mapping[str, Any], mode: Mode, decimals: int) -> list[Fraction]:
        width = modes.tolerance(self.topic, inputs, asked, decimals, mode)
        return width if isinstance(width, list) else [width]

    def _accepted(self, typed: Typed, expected: Any, verdict: str, interval: tuple[float, float] | None) -> Verdict:
        if verdict == "rounded" and typed.significant < COARSEST:
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
        for form in asked.other_forms:
            if typed.value == form.value(expected):
                explanation = Explanation(form.name, form.says)
                return Verdict(
                    "convention", typed.text, expected, convention=form.name, marks=1.0, explanations=(explanation,)
                )
        for convention, choice in self.topic.other_conventions(self.stated, self.inputs):
            if convention.applies(self.inputs) and self._fits_under(typed, asked, convention, choice):
                explanation = self._under(convention, choice, convention.choices[choice], asked)
                return Verdict(
                    "convention",
                    typed.text,
                    expected,
                    convention=explanation.name,
                    marks=1.0,
                    explanations=(explanation,),
                )
        return None

    def _under(self, convention: Convention, choice: Any, says: Text, asked: Answer) -> Explanation:
        inputs = self.topic.under(self.inputs, self.stated, convention.name, choice)
        parting = self._parting(inputs, PLAIN, asked)
        word = str(choice).lower() if isinstance(choice, bool) else str(choice)
        return Explanation(f"{convention.name}={word}", says, convention.catalogue, parting)

    def _fits_under(self, typed: Typed, asked: Answer, convention: Convention, choice: Any) -> bool:
        try:
            inputs = self.topic.under(self.inputs, self.stated, convention.name, choice)
        except InputError:
            return False  # this choice contradicts what the exercise states
        return self._fits(typed, asked, inputs, PLAIN)

    def _fits(self, typed: Typed, asked: Answer, inputs: Mapping[str, Any], mode: Mode) -> bool:
        try:
            value = self.topic.value(inputs, asked, mode)
            fit = self._fit(typed, asked, inputs, mode, value)
            if fit is None:
                return any(typed.value == form.value(value) for form in asked.other_forms)
            return fit[0] == "right" or typed.significant >= COARSEST
        except modes.CALCULATING:
            return False  # a run that refuses these inputs, or has no value, has no answer

    # -- misconceptions

    def _misconception(self, typed: Typed, asked: Answer, expected: Any) -> Verdict | None:
        found = list(self._mistakes(typed, asked)) or list(self._against_stated(typed, asked))
        if not found:
            return None
        return Verdict(
            "misconception",
            typed.text,
            expected,
            misconceptions=tuple(explanation.name for explanation in found),
            explanations=tuple(found),
        )

    def _mistakes(self, typed: Typed, asked: Answer) -> Iterator[Explanation]:
        """Yield every misconception that gives exactly this answer."""
        for found, inputs in self.topic.mistakes(self.inputs):
            if self._fits(typed, asked, inputs, found.mode):
                yield Explanation(found.name, found.remedy, found.catalogue, self._parting(inputs, found.mode, asked))

    def _against_stated(self, typed: Typed, asked: Answer) -> Iterator[Explanation]:
        """Yield the choices of conventions that the exercise states otherwise and that give this answer."""
        for convention in self.topic.conventions_of(self.inputs):
            if convention.name not in self.stated:
                continue
            fixed = convention.choices[self.inputs[convention.name]]
            for choice, says in convention.choices.items():
                if choice != self.inputs[convention.name] and self._fits_under(typed, asked, convention, choice):
                    remedy = Text(
                        f"That is the answer where {says.en}; this exercise says that {fixed.en}.",
                        f"这是“{says.zh}”时的答案；本题规定“{fixed.zh}”。",
                    )
                    yield self._under(convention, choice, remedy, asked)

    def _parting(self, inputs: Mapping[str, Any], mode: Mode, asked: Answer) -> Parting | None:
        """Return the first line the answer rests on whose value differs between the exercise's run and this one."""
        try:
            other = Worksheet(self.topic, inputs, mode=mode)
        except modes.CALCULATING:
            return None  # the answer has a value in that run, but another line has none
        mine = self.sheet.sheet.env
        rights = {entry.key: entry for entry in self.sheet.entries if isinstance(entry, Line)}
        self.topic.learn(other.sheet)
        upstream = self.topic.upstream(asked, mode)
        label = asked.name.partition("[")[2].rstrip("]")
        for entry in other.entries:
            if not isinstance(entry, Line) or entry.left.base not in upstream or entry.key not in mine:
                continue
            if entry.value == mine[entry.key] or (label.isalpha() and _other_label(entry.key, label)):
                continue
            right = rights.get(entry.key)
            return Parting(
                entry.name, other.written(entry).apart(), self.sheet.written(right).apart() if right else None
            )
        return None


def _other_label(key: Key, label: str) -> bool:
    """Say whether a line belongs to another dimension or class than the one asked for."""
    labels = [part for part in key[1:] if isinstance(part, str)] if not isinstance(key, str) else []
    return bool(labels) and label not in labels


LONGEST_SHOWN = 500
"""Characters of an unreadable answer that a verdict keeps."""


def _short(raw: object) -> str:
    """Return an answer that could not be read, as far as it is worth keeping."""
    if isinstance(raw, str):
        return raw[:LONGEST_SHOWN]
    if isinstance(raw, int) and raw.bit_length() > LONGEST_SHOWN:
        return "…"
    import reprlib

    return reprlib.repr(raw)


def _shape(nested: Any) -> tuple[int, ...]:
    """Return how many numbers an answer has in each direction; () for a single one."""
    return (len(nested), *_shape(nested[0])) if isinstance(nested, list) else ()


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
    if len(want) == 1 and isinstance(want[0], list) and not isinstance(given[0], list):
        return _pair(given, want[0])  # the only row of a matrix, typed as a list
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
        return modes.distance(given, want) <= Fraction(FLOAT_NOISE) * abs(Fraction(want))
    return bool(given == want)
