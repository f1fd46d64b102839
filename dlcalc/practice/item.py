"""One answer as it was handed in: what it says, what it answers, and what it is compared with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dlcalc.core.formula import Key, key_text
from dlcalc.core.modes import Pin, read_by
from dlcalc.core.records import Condition
from dlcalc.core.report import Verdict
from dlcalc.core.topic import Answer, Topic
from dlcalc.core.values import flat
from dlcalc.core.worksheet import LONGEST_NAME, Worksheet, entry_named, spellings
from dlcalc.errors import InputError, Text, UnreadableError
from dlcalc.practice.compare import nested, pair, places, shape, shaped
from dlcalc.practice.typed import Typed, read_answer, read_decision


@dataclass(slots=True)
class Item:
    """One answer on its way to a verdict.

    Attributes:
        name: what it answers, as given.
        raw: what was given.
        typed: what was read; None where nothing could be.
        asked: what it is compared with; None where the exercise's run has no such line.
        expected: the exercise's value.
        keys: the lines it is read off, in the order of the sheet.
        verdict: what was found; None until it is.
        near: whether it only lies within what rounded lines can reach: the student's own lines may say otherwise.
        unsure: the verdict if nothing else is found: at its digits it cannot be told from the right answer.
        pins: what a run carries on where the answer is taken for its lines' values, by line.
    """

    name: str
    raw: object
    typed: Typed | None = None
    asked: Answer | None = None
    expected: Any = None
    keys: tuple[Key, ...] = ()
    verdict: Verdict | None = None
    near: bool = False
    unsure: Verdict | None = None
    pins: dict[str, Pin] = field(default_factory=dict)


class Reader:
    """Reads answers to one exercise.

    Args:
        topic: its topic.
        sheet: its worksheet.
        order: the place of every line on the sheet.
        forgiving: whether an unknown name is a verdict instead of an error.
    """

    def __init__(self, topic: Topic, sheet: Worksheet, order: Mapping[Key, int], forgiving: bool) -> None:
        self.topic, self.sheet, self.order, self.forgiving = topic, sheet, order, forgiving
        self.env = sheet.sheet.env

    def read(self, name: str, raw: object) -> Item:
        """Read one answer; one that cannot be judged has its verdict already.

        Raises:
            InputError: for an unknown name, unless the reader is forgiving.
        """
        item = Item(name, raw)
        blank = raw is None or (isinstance(raw, str) and not raw.strip())
        try:
            if not self._is_further_row(name):
                item.expected = self._value_of(name)
        except InputError as error:
            if not self.forgiving:
                raise
            item.verdict = Verdict("invalid", short(raw), message=error.text.filled(**error.values))
            return item
        if blank:
            item.verdict = Verdict("missing", "", item.expected)
            return item
        try:
            item.typed = self._typed(name, raw, item.expected)
        except InputError as error:
            column = error.column if isinstance(error, UnreadableError) else None
            message = error.text.filled(**error.values)
            item.verdict = Verdict("invalid", short(raw), item.expected, message=message, column=column)
            return item
        if item.expected is not None:
            self._compare_with(item, item.typed)
        return item

    def _value_of(self, name: str) -> Any:
        """Return what is expected; refuse an answer to something that is no number, or that this exercise lacks."""
        value = self.sheet.value_of(name)
        if value is None:
            raise InputError(Text("This exercise has no {name}.", "本题没有 {name}。"), name=name)
        if any(answer.name == name and not answer.asked for answer in self.topic.answers):
            raise InputError(
                Text("{name} is a whole table.", "{name} 是一整张表。"),
                Text(
                    "Check one of its numbers by the name it has on the sheet.",
                    "请用表中某个数在计算表上的名称来检查它。",
                ),
                name=name,
            )
        return value

    def _is_further_row(self, name: str) -> bool:
        """Say whether only a run that decides otherwise may have this line: a further row of a loop with decisions."""
        key = member_named(name)
        return key is not None and key not in self.env and self.has_decisions and (key[0], len(key)) in self._families

    @cached_property
    def _families(self) -> set[tuple[str | int, int]]:
        """The families of lines that a loop writes, and how many indices their members have."""
        return {(key[0], len(key)) for key in self.order if not isinstance(key, str) and isinstance(key[-1], int)}

    @cached_property
    def has_decisions(self) -> bool:
        """Whether the flow of a run rests on its values."""
        return any(isinstance(entry, Condition) for entry in self.sheet.entries)

    def _typed(self, name: str, raw: object, expected: Any) -> Typed:
        """Read an answer; 112,112 is a number with its thousands apart only where no list could be meant."""
        if isinstance(expected, bool):
            return read_decision(raw)
        if isinstance(expected, list) or expected is None:
            return read_answer(raw)
        if any(answer.name == name and answer.spread is not None for answer in self.topic.answers):
            grouped = read_answer(raw, single=True)
            return grouped if grouped.value == expected else read_answer(raw)
        return read_answer(raw, single=True)

    def _compare_with(self, item: Item, typed: Typed) -> None:
        """Find what an answer is compared with: in the form it was typed in, or a line by its name."""
        asked = next((answer for answer in self.topic.answers if answer.name == item.name), None)
        asked = line_named(item.name, self.env) if asked is None else self._in_form(asked, typed)
        item.asked = asked
        item.expected = asked.of(self.env)
        read = [key for key in read_by(asked, self.env) if key in self.order]
        item.keys = tuple(sorted(read, key=self.order.__getitem__))

    def _in_form(self, answer: Answer, typed: Typed) -> Answer:
        if answer.spread is None or not isinstance(typed.value, list):
            return answer
        spread = Answer(answer.name + " each", answer.says, answer.reads, answer.spread)
        if answer.longer and len(typed.value) > len(spread.of(self.env)):
            return self.topic.answer(answer.longer)
        return spread

    def wanted(self, item: Item, typed: Typed) -> Text:
        """Say in what form an answer is wanted, and which answer has the form that was typed."""
        sides = shape(item.expected)
        if not sides and _DECIMAL_COMMA.fullmatch(typed.text.strip()):
            says = Text(
                "One number is wanted for {name}: write {point}, with a decimal point.",
                "{name} 需要一个数：请用小数点，写成 {point}。",
            ).filled(name=item.name, point=typed.text.strip().replace(",", ".").replace("，", "."))
        elif not sides:
            says = Text("One number is wanted for {name}, not a list.", "{name} 需要一个数，而不是列表。")
        elif len(sides) == 1:
            says = Text(
                "A list of {numbers} is wanted for {name}, with commas or x between its numbers.",
                "{name} 需要 {numbers} 个数，用逗号或 x 隔开。",
            )
        elif len(sides) == 2:
            says = Text(
                "{numbers} numbers are wanted for {name}, rows parted by semicolons.",
                "{name} 需要 {numbers} 个数，行与行之间用分号隔开。",
            )
        else:
            says = Text(
                "{numbers} numbers are wanted for {name}, lists in lists: [[[1, 2], [3, 4]], …].",
                "{name} 需要 {numbers} 个数，用嵌套列表：[[[1, 2], [3, 4]], …]。",
            )
        says = says.filled(name=item.name, numbers="×".join(map(str, sides)))
        others = ((o, v) for o, v in self.sheet.answers.items() if isinstance(v, list) and o != item.name)
        fitting = next((other for other, value in others if pair(typed.value, value) is not None), None)
        if fitting is not None and isinstance(typed.value, list):
            more = Text(" For {fitting} type {fitting}={typed}", "回答 {fitting} 请输入 {fitting}={typed}")
            more = more.filled(fitting=fitting, typed=short(typed.text))
            says = Text(says.en + more.en, says.zh + more.zh)
        return says


_DECIMAL_COMMA = re.compile(r"[+-]?\d+[,，]\d+")


def line_named(name: str, env: Mapping[Any, Any]) -> Answer:
    """Return the line, or the entry of one, that a name means, as an answer.

    Raises:
        KeyError: if there is none.
    """
    wanted = spellings(name)
    key: Key | None = next((key for key in env if key != "axes" and key_text(key) in wanted), None)
    if key is not None:
        kept = key
        base = key if isinstance(key, str) else str(key[0])
        return Answer(key_text(key), Text(name, name), (base,), lambda env: env[kept])
    entry = entry_named(env, name)
    if entry is None:
        raise KeyError(name)
    array, place = entry
    family = (array,) if isinstance(array, str) else array
    label = f"{family[0]}[{','.join(map(str, (*family[1:], *place)))}]"
    return Answer(label, Text(name, name), (str(family[0]),), lambda env: env[array].entry(*place))


def member_named(name: str) -> tuple[Any, ...] | None:
    """Return the member of a family that a name means, whether there is one or not: w[9], w9, W[1,2]."""
    for spelling in spellings(name):
        match = re.fullmatch(r"([A-Za-z]\w*)\[(\d{1,9}(?:,\d{1,9})*)\]", spelling[:LONGEST_NAME])
        if match:
            return (match[1], *map(int, match[2].split(",")))
    return None


def is_last_of_a_loop(item: Item) -> bool:
    """Say whether an answer is read off one row of a loop without being named after it: w for w[18]."""
    families = [key for key in item.keys if not isinstance(key, str) and isinstance(key[-1], int)]
    return bool(families) and member_named(item.name) is None and not item.name.endswith("]")


def pins_of(item: Item, typed: Typed, asked: Answer, env: Mapping[Any, Any]) -> dict[str, Pin]:
    """Return what a run carries on where an answer is taken for its lines' values, by line; empty where it is none.

    An answer that is worked out of several lines pins none of them, but for a list of their values.
    """
    if isinstance(item.expected, bool) or not item.keys or pair(typed.value, item.expected) is None:
        return {}
    values = {key: nested(env[key]) for key in item.keys}
    given = shaped(typed.value, item.expected)
    entry = entry_named(env, asked.name)
    digits = typed.places or (typed.decimals,) * len(flat(given))
    if len(item.keys) == 1:
        (key,) = item.keys
        if values[key] == item.expected:
            return {key_text(key): Pin(given, decimals=dict(zip(places(shape(given)), digits, strict=True)))}
        if entry is not None and entry[0] == key:
            return {key_text(key): Pin(entries={entry[1]: given}, decimals={entry[1]: typed.decimals})}
        return {}
    if isinstance(given, list) and list(values.values()) == item.expected:
        found, rest = {}, iter(digits)
        for key, value in zip(item.keys, given, strict=True):
            found[key_text(key)] = Pin(value, decimals={place: next(rest) for place in places(shape(value))})
        return found
    if not isinstance(given, list) and all(value == item.expected for value in values.values()):
        return {key_text(key): Pin(given, decimals={(): typed.decimals}) for key in item.keys}
    return {}


LONGEST_SHOWN = 500
"""Characters of an unreadable answer that a verdict keeps."""


def short(raw: object) -> str:
    """Return an answer that could not be read, as far as it is worth keeping."""
    if isinstance(raw, str):
        return raw[:LONGEST_SHOWN]
    if isinstance(raw, int) and raw.bit_length() > LONGEST_SHOWN:
        return "…"
    import reprlib

    return reprlib.repr(raw)
