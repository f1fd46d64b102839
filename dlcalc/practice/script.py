"""What one student handed in for one exercise, judged from the student's own values.

One run carries on every value that was handed in. Each line of it is then what follows from the values above, so a line
is looked at alone: an error costs the line it was made on, and what follows from it is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dlcalc.core.formula import Key, key_text
from dlcalc.core.modes import FORMULA_ERRORS, Pin
from dlcalc.core.report import Explanation, Verdict
from dlcalc.core.topic import Answer
from dlcalc.core.values import flat
from dlcalc.errors import Text
from dlcalc.practice import diagnosis, runs, slips, verdicts
from dlcalc.practice.compare import Fit, fit, is_small, once_rounded, pair, places, shape
from dlcalc.practice.item import Item, Reader, is_last_of_a_loop, member_named, pins_of
from dlcalc.practice.runs import Run, Setting
from dlcalc.practice.typed import Typed

if TYPE_CHECKING:
    from dlcalc.practice.check import Judge

RIGHT = frozenset({"right", "rounded"})
MOST_SCRIPT = 300_000
"""Lines that may be written to find the mistakes behind all the answers of one script."""


class Script:
    """The answers one student handed in, as far as the exercise's own run does not give them.

    Args:
        judge: the exercise.
        reader: what read the answers.
        items: all of them, in working order; those with a verdict keep it.
    """

    def __init__(self, judge: Judge, reader: Reader, items: list[Item]) -> None:
        self.exercise, self.reader, self.items = judge, reader, items
        env = judge.plain.run.sheet.env
        self.owners: dict[str, Item] = {}
        pins: dict[str, Pin] = {}
        for item in sorted((item for item in items if item.keys), key=lambda item: judge.order[item.keys[-1]]):
            if item.typed is None or item.asked is None or (item.verdict and item.verdict.verdict == "right"):
                continue
            if reader.has_decisions and is_last_of_a_loop(item):
                continue  # the student's own loop may end elsewhere
            item.pins = pins_of(item, item.typed, item.asked, env)
            for name, pin in item.pins.items():
                pins[name] = _merged(pins.get(name), pin)
                self.owners[name] = item
        self.impossible: set[str] = set()
        self.failed: set[Key] = set()
        self.pins: dict[str, Pin] = {}
        self.own = judge.plain.run
        further = any(item.asked is None and item.typed is not None for item in items)
        if len({id(item) for item in self.owners.values()}) > 1 or (pins and further):  # one alone rests on no other
            sheet, self.impossible, self.failed = runs.pinned_sheet(
                judge.topic, judge.inputs, pins, self.own.sheet, self.own.most_lines
            )
            self.pins = {name: pin for name, pin in pins.items() if name not in self.impossible}
            self.own = Run(judge.topic, judge.inputs, pins=self.pins, sheet=sheet, most_lines=self.own.most_lines)
        self.followed: list[Setting] = []
        self.tried = 0

    def judge(self) -> None:
        """Give every answer that has none its verdict, in the order of the sheet."""
        order = self.exercise.order
        waiting = [item for item in self.items if item.typed is not None and (item.verdict is None or item.near)]
        for item in sorted(waiting, key=lambda item: order[item.keys[-1]] if item.keys else len(order)):
            assert item.typed is not None
            if item.asked is None:
                item.asked, item.keys = self._further_row(item.name)
            if item.asked is None:
                item.verdict = self._no_such_row(item, item.typed)
            else:
                item.verdict = self._verdict(item, item.typed, item.asked)

    def _verdict(self, item: Item, typed: Typed, asked: Answer) -> Verdict:
        above = self._above(item)
        value, met = self._locally(item, typed, asked) if self.pins else (item.expected, None)
        mistaken = [one for one in above if one.verdict is None or one.verdict.verdict not in RIGHT]
        if met is not None and value != item.expected and not mistaken and self.reader.has_decisions:
            mistaken = self._before(item)  # not by what the line reads, but by what was decided on the way
        if self._is_cut_off(item) or not (above or mistaken):
            item.verdict = item.verdict or self.exercise.plainly(item)
            if item.verdict is not None:
                return item.verdict
        if not above and not mistaken:
            value, met = item.expected, None
        if met is not None and mistaken and mistaken[-1].verdict and mistaken[-1].verdict.verdict == "convention":
            verdict = self._convention(item, None)
            if verdict is not None:
                return verdict
        if met is not None and not mistaken:
            plainly = self.exercise.plainly(item) if item.verdict is None and met.beyond else item.verdict
            return plainly or verdicts.accepted(item, met, "rounded")
        if met is not None:
            if not self._is_trivial(item, mistaken):
                return verdicts.accepted(item, met, "carried", rests_on=mistaken[-1].name)
            says = Text(
                "It follows from your own {name}, but with that value nothing else matters any more.",
                "它由你自己的 {name} 得出，但取该值后其他量都不再起作用。",
            )
            return Verdict("wrong", typed.text, item.expected, message=says.filled(name=mistaken[-1].name))
        setting = self._setting(item) if above and not self._is_cut_off(item) else self.exercise.plain
        verdict = self._diagnosis(item, typed, value, setting)
        if verdict is not None:
            return verdict
        if item.expected is not None and pair(typed.value, item.expected) is None:
            return Verdict("invalid", typed.text, item.expected, message=self.reader.wanted(item, typed))
        self.exercise.plainly(item)
        if item.unsure is not None:
            return item.unsure
        wrong = Verdict("wrong", typed.text, item.expected, message=self._remark(item, typed, value))
        return self.exercise.coarse(item) or wrong

    def _diagnosis(self, item: Item, typed: Typed, value: Any, setting: Setting) -> Verdict | None:
        """Return the verdict on an answer with a known cause.

        A mistake is looked for between the answer and the student's own values above, then in the exercise as a whole.

        Args:
            item: the answer.
            typed: what it says.
            value: what follows from the student's own values above.
            setting: the exercise as it follows from them.
        """
        plain = self.exercise.plain
        setting = plain if self._is_spent(setting) else setting
        verdict = self._convention(item, None)
        if verdict is None and setting is not plain:
            verdict = self._convention(item, setting.run.pins)
        verdict = verdict or diagnosis.single(item, setting)
        if setting is not plain:
            verdict = verdict or diagnosis.single(item, plain, whole=True)
        for followed in self.followed:
            verdict = verdict or diagnosis.single(item, followed)
        verdict = verdict or self.exercise.against_stated(item)
        if verdict is not None:
            return verdict
        says = self._misplaced(item, typed, value)
        if says is not None:
            return verdicts.mistaken(item, [says])
        verdict = diagnosis.pairs(item, setting)
        if verdict is not None or is_small(item.expected) or is_small(typed.value) or value is None:
            return verdict
        says = slips.arithmetic(typed, value)
        if says is None and len(item.keys) == 1:
            says = slips.operand(typed, item.keys[0], self.own.sheet, dict(self.own.sheet.env))
        return verdicts.mistaken(item, [says]) if says is not None else None

    def _is_spent(self, setting: Setting) -> bool:
        """Take note that all is tried once more from other values; say whether that is too much for one script.

        What the exercise's own mistakes give is worked out once for all answers.
        """
        plain = self.exercise.plain
        if setting is not plain:
            self.tried += diagnosis.length(plain) * (len(plain.mistakes) + len(self.exercise.topic.conventions))
        return self.tried > MOST_SCRIPT

    def _convention(self, item: Item, pins: Mapping[str, Pin] | None) -> Verdict | None:
        verdict, run = self.exercise.convention(item, pins)
        if run is not None and pins is None:
            self.followed.append(Setting(self.exercise.topic, run.inputs, most_lines=run.most_lines))
        return verdict

    def _misplaced(self, item: Item, typed: Typed, value: Any) -> Explanation | None:
        """Recognise right numbers in the wrong place: of the exercise's run, or of the student's own."""
        for expected in (value, item.expected):
            says = slips.misplaced(typed, expected)
            if says is not None:
                return says
        if len(item.keys) != 1:
            return None
        return slips.off_by_one(typed, item.keys[0], self.exercise.plain.run.sheet.env)

    # -- the student's own values

    def _locally(self, item: Item, typed: Typed, asked: Answer) -> tuple[Any, Fit | None]:
        """Return what follows from the student's values above an answer, and how the answer meets it."""
        if self._is_cut_off(item):
            return None, None
        try:
            _, env = self.own.rounding.alone(asked)
            value = asked.of(env)
        except FORMULA_ERRORS:
            return None, None
        return value, fit(typed, value, lambda decimals: self.own.widths(asked, decimals))

    def _is_cut_off(self, item: Item) -> bool:
        """Say whether an answer rests on a line that has no value with the student's values above it."""
        replay = self.own.rounding.replay
        return any(
            key in self.failed and (key in item.keys or key not in replay.held) for key in replay.upstream(item.keys)
        )

    def _above(self, item: Item) -> list[Item]:
        """Return the answers whose own values an answer rests on, the nearest last."""
        if not self.pins or not item.keys:
            return []
        cone = self.own.rounding.replay.upstream(item.keys)
        names = [key_text(key) for key in cone if key not in item.keys]
        order = self.exercise.order
        found = {id(self.owners[name]): self.owners[name] for name in names if name in self.pins}
        found.pop(id(item), None)
        return sorted(found.values(), key=lambda one: order[one.keys[-1]])

    def _before(self, item: Item) -> list[Item]:
        """Return the answers above one that are not right, the nearest last."""
        order = self.exercise.order
        last = order.get(item.keys[0], len(order)) if item.keys else len(order)
        found = [one for one in self.owners.values() if order[one.keys[-1]] < last]
        unique = {id(one): one for one in found if one.verdict is None or one.verdict.verdict not in RIGHT}
        return sorted(unique.values(), key=lambda one: order[one.keys[-1]])

    def _setting(self, item: Item) -> Setting:
        """Return the exercise as it follows from all of the student's values but an answer's own."""
        judge, pins = self.exercise, {name: pin for name, pin in self.pins.items() if name not in item.pins}
        sheet, impossible, _ = runs.pinned_sheet(
            judge.topic, judge.inputs, pins, judge.plain.run.sheet, self.own.most_lines
        )
        pins = {name: pin for name, pin in pins.items() if name not in impossible}
        return Setting(judge.topic, judge.inputs, pins, sheet, self.own.most_lines)

    def _is_trivial(self, item: Item, mistaken: list[Item]) -> bool:
        """Say whether a line follows from a wrong value with which nothing else it reads matters any more.

        With a hidden unit at 0 by mistake, every weight times it is 0: there is nothing left to be right about. A
        value that is not 0 and changes with the wrong one was worked out: leaky ReLU needs no slope for z > 0.
        """
        if len(item.keys) != 1:
            return False
        replay = self.own.rounding.replay
        (key,) = item.keys
        found = replay.line(key)
        if found is None:
            return False
        line, at, reads = found
        own, value = self.own.sheet.env, flat(line.run(self.own.sheet.env, at))
        if any(value) and any(_matters(line, at, own, key) for key in reads if key in mistaken[-1].keys):
            return False
        wrong = {key for one in mistaken for key in one.keys}
        others = [k for k in reads if k not in wrong and (k in replay.held or not replay.upstream([k]) & wrong)]
        if all(one.verdict is not None and one.verdict.verdict == "invalid" for one in mistaken):
            return False  # too coarse to judge is not wrong: 1 − 1.00² is 0.00
        mattered = [k for k in others if _matters(line, at, self.exercise.plain.run.sheet.env, k)]
        return bool(mattered) and not any(_matters(line, at, own, k) for k in mattered)

    # -- rows beyond the exercise's own

    def _further_row(self, name: str) -> tuple[Answer | None, tuple[Key, ...]]:
        """Return a row that only the student's own run has: an error may make a training longer."""
        key = member_named(name)
        if key is None or key not in self.own.sheet.env:
            return None, ()
        return Answer(key_text(key), Text(name, name), (str(key[0]),), lambda env: env[key]), (key,)

    def _no_such_row(self, item: Item, typed: Typed) -> Verdict:
        key = member_named(item.name)
        assert key is not None  # only members of a family come here
        last = max((k for k in self.own.sheet.env if not isinstance(k, str) and k[0] == key[0]), key=lambda k: k[1:])
        says = Text("There is no such row: the last one is {last}.", "没有这一行：最后一行是 {last}。")
        return Verdict("wrong", typed.text, message=says.filled(last=key_text(last)))

    # -- remarks

    def _remark(self, item: Item, typed: Typed, value: Any) -> Text | None:
        """Say what there is to say of an answer without a known cause."""
        blocked = [self.owners[name] for name in self.impossible if name not in item.pins]
        order = self.exercise.order
        upstream = self.exercise.topic.upstream(item.asked) if item.asked else set()
        for one in blocked:
            bases = {key if isinstance(key, str) else key[0] for key in one.keys}
            if item.keys and order.get(one.keys[-1], 0) < order.get(item.keys[-1], 0) and bases & upstream:
                return _cut_off(one)
        if self.failed and self._is_cut_off(item) and self._above(item):
            return _cut_off(self._above(item)[-1])
        told = _where(typed, value)
        if told is None and (diagnosis.is_long(self.exercise.plain) or self.tried > MOST_SCRIPT):
            return Text(
                "There is much to try here: not every known mistake was.", "此处需尝试的太多：并非每种典型错误都试过。"
            )
        return told


def _cut_off(above: Item) -> Text:
    says = Text(
        "Cannot follow from here: with your {name} = {given} there is no value below.",
        "无法由此推出：取你的 {name} = {given} 时，下面的式子没有值。",
    )
    return says.filled(name=above.name, given=above.typed.text if above.typed else "")


def _merged(first: Pin | None, second: Pin) -> Pin:
    """Return two pins of one line as one: entries beside each other, or put into the whole."""
    if first is None or second.value is not None:
        return second
    return replace(first, entries={**first.entries, **second.entries}, decimals={**first.decimals, **second.decimals})


def _matters(line: Any, at: Mapping[str, Any], env: dict[Any, Any], key: Key) -> bool:
    """Say whether a line's value changes with one of the values it reads."""
    if key not in env or key == "axes":
        return False
    try:
        base, value = line.run(env, at), env[key]
    except FORMULA_ERRORS:
        return False  # a row that this run does not have
    for step in (1, -1, Fraction(1, 2), 7):
        try:
            if line.run({**env, key: value + (float(step) if isinstance(value, float) else step)}, at) != base:
                return True
        except (*FORMULA_ERRORS, AttributeError):
            return True
    return False


def _where(typed: Typed, value: Any) -> Text | None:
    """Say which numbers of a list are right, where some are."""
    pairs = pair(typed.value, value) if isinstance(value, list) else None
    if pairs is None or len(pairs) < 2 or typed.decimals is None:
        return None
    fine = once_rounded(typed, pairs)
    if not any(fine):
        return None
    bad = [place for place, met in zip(places(shape(value)), fine, strict=True) if not met]
    shown = ", ".join(f"[{','.join(map(str, place))}]" for place in bad[:3]) + (", …" if len(bad) > 3 else "")
    says = Text("{fine} of {all} numbers are right; look at {places}.", "{all} 个数中 {fine} 个正确；请检查 {places}。")
    return says.filled(fine=sum(fine), all=len(pairs), places=shown)
