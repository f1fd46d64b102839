"""Laws that hold for every topic, every line and every misconception, over drawn inputs."""

import math
import random

import pytest

from dlcalc import topics
from dlcalc.core.evaluate import evaluate
from dlcalc.core.formula import parse
from dlcalc.core.notation import Style
from dlcalc.core.records import Condition, Line, Note, Table
from dlcalc.core.work import Sheet
from dlcalc.core.worksheet import Worksheet
from dlcalc.errors import CalculationError, DlcalcError, InputError, UnknownNameError
from dlcalc.practice.check import check
from tests import draws

SHEETS = 150
"""Drawn sheets a topic."""
MOST_CHANGED, ENOUGH = 4, 40
"""Answers that a convention changes: how many are judged on a sheet, and after how many the convention is believed."""


ALL_DIGITS = Style(significant=17)
"""What a float64 is written with so that reading it back gives the same number."""


def agree(found, line, *, in_decimals=False):
    """Say whether a value is that of a line: exactly, or to float64's last digits where the line is no exact number.

    A substitution is read back as decimals and worked out exactly, so that its last digits differ from float64's, and
    a third among them has been cut off.
    """
    if isinstance(found, bool):
        return str(found).lower() == line.exact
    ours, theirs = flat(found), flat(evaluate(parse(line.exact)))
    if not set("./e" if in_decimals else ".e") & set(line.exact):
        return ours == theirs  # in decimals, a fraction such as 1/3 has 17 digits
    return len(ours) == len(theirs) and all(
        math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-14) for a, b in zip(ours, theirs, strict=True)
    )


def differ(a, b):
    """Say whether two answers are other numbers, and not only in float64's last digits (GELU's forms at z = 8)."""
    pairs = list(zip(flat(a), flat(b), strict=False))
    return len(flat(a)) != len(flat(b)) or not all(math.isclose(x, y, rel_tol=1e-8) for x, y in pairs)


def flat(value):
    """Return the numbers of nested lists."""
    value = value.tolist() if hasattr(value, "tolist") else value
    return [number for item in value for number in flat(item)] if isinstance(value, list) else [value]


def drawn(name, count=SHEETS, seed=1):
    """Yield inputs that the topic accepts, drawn with a fixed seed."""
    rng = random.Random(f"{name}{seed}")
    topic = topics.load(name)
    found = 0
    while found < count:
        raw = draws.draw(name, rng)
        try:
            sheet = Worksheet(topic, topic.read(raw), frozenset(raw), style=ALL_DIGITS)
        except (InputError, CalculationError):
            continue
        found += 1
        yield topic, raw, sheet


def test_every_topic_can_be_drawn():
    assert draws.names() == set(topics.names())


@pytest.mark.parametrize("name", topics.names())
def test_what_is_printed_with_values_evaluates_to_the_value_beside_it(name):
    for _, raw, sheet in drawn(name):
        for line in sheet.lines:
            assert agree(evaluate(parse(line.substituted)), line, in_decimals=True), (raw, line)


@pytest.mark.parametrize("name", topics.names())
@pytest.mark.parametrize("run", [{"exact": True}, {"round": 2}, {"round": 0}])
def test_the_same_holds_in_exact_and_paper_arithmetic(name, run):
    import dlcalc

    worked = 0
    for _, raw, _ in drawn(name, 30):
        try:
            lines = dlcalc.solve(name, raw, **run).lines
        except CalculationError:
            assert "round" in run  # a probability rounded to 0 has no logarithm
            continue
        worked += 1
        for line in lines:
            assert agree(evaluate(parse(line.substituted)), line), (raw, line)
    assert worked


@pytest.mark.parametrize("name", topics.names())
def test_the_formula_as_printed_gives_the_value_from_the_values_by_name(name):
    for _, raw, sheet in drawn(name, 40):
        env = dict(sheet.sheet.env)
        for line in sheet.lines:
            assert agree(evaluate(parse(line.formula), env), line), (raw, line)


@pytest.mark.parametrize("name", topics.names())
def test_every_answer_is_found_without_the_lines_it_does_not_need(name):
    for topic, raw, sheet in drawn(name):
        topic.learn(sheet.sheet)
        for answer in (topic.answer(name) for name in sheet.answers):
            assert topic.value(topic.read(raw), answer) == sheet.answers[answer.name]


@pytest.mark.parametrize("name", topics.names())
def test_a_mistaken_trial_gives_what_the_mistaken_sheet_gives(name):
    for topic, raw, _ in drawn(name, 40):
        for misconception, inputs in topic.mistakes(topic.read(raw)):
            try:
                whole = topic.results(topic.sheet(inputs, misconception.mode).env)
            except DlcalcError:
                continue
            for answer, value in whole.items():
                found = topic.value(inputs, topic.answer(answer), misconception.mode)
                assert found == value, (raw, misconception.name, answer)


def test_every_swap_hits_a_line_and_reads_only_names_above_it():
    """A swap may read a name that some sheets lack (there it does not apply), but never one written below it.

    A mistake that several topics share (of a window, say) must hit in one of them. Where it sends the run another
    way (a net whose wrong weights saturate it), lines of the plain run may be missing.
    """
    hit, wanted = set(), set()
    for name in topics.names():
        wanted |= {(m.name, reference) for m in topics.load(name).misconceptions for reference in m.swaps}
        for topic, raw, plain in drawn(name):
            for misconception, inputs in topic.mistakes(topic.read(raw)):
                sheet = Sheet(inputs, misconception.mode)
                try:
                    topic.write(sheet)
                except UnknownNameError as error:
                    same_way = list(sheet.env) == list(plain.sheet.env)[: len(sheet.env)]
                    assert not same_way or str(error.values["name"]) not in plain.values, (misconception.name, error)
                    continue
                except (InputError, CalculationError):
                    continue  # the inputs as the mistake takes them are refused, or its formula has no value here
                hit |= {(misconception.name, reference) for reference in sheet.touched}
    assert hit == wanted


@pytest.mark.parametrize("name", topics.names())
def test_every_misconception_changes_an_answer_and_is_named_there(name):
    """For each mistake a drawn exercise exists where its number is its own, and the check names it."""
    topic = topics.load(name)
    missing = {m.name for m in topic.misconceptions}
    for _, raw, sheet in drawn(name, 600):
        for misconception, inputs in topic.mistakes(topic.read(raw)):
            if misconception.name not in missing:
                continue
            try:
                wrong = topic.results(topic.sheet(inputs, misconception.mode).env)
            except DlcalcError:
                continue
            for answer, value in checkable(topic, wrong).items():
                if value != sheet.answers.get(answer):
                    verdict = check(topic, raw, {answer: _typed(value)}).verdicts[answer]
                    if misconception.name in verdict.misconceptions:
                        missing.discard(misconception.name)
                        break
        if not missing:
            break
    assert not missing


@pytest.mark.parametrize("name", topics.names())
def test_right_answers_are_never_called_a_mistake(name):
    for topic, raw, sheet in drawn(name):
        for answer, verdict in check(
            topic, raw, {n: _typed(v) for n, v in checkable(topic, sheet.answers).items()}
        ).verdicts.items():
            assert verdict.verdict == "right", (raw, answer)


@pytest.mark.parametrize("name", topics.names())
def test_every_convention_can_be_switched_and_is_accepted_when_left_open(name):
    topic = topics.load(name)
    for convention in topic.conventions:
        seen = 0
        for _, raw, _ in drawn(name):
            if seen >= ENOUGH:
                break
            left_open = {k: v for k, v in raw.items() if k != convention.name}
            try:
                plain = Worksheet(topic, topic.read(left_open))
            except InputError:
                continue  # what else is stated leaves no choice
            usual = plain.inputs[convention.name]
            assert usual in convention.choices
            for choice in convention.choices:
                if choice == usual or not convention.applies(plain.inputs):
                    continue
                try:
                    other = Worksheet(topic, topic.read({**left_open, convention.name: choice}))
                except InputError:
                    seen += 1  # this choice refuses the exercise, which is a difference
                    continue
                left = checkable(topic, other.answers).items()
                changed = {n: v for n, v in left if n in plain.answers and differ(v, plain.answers[n])}
                for answer, value in list(changed.items())[-MOST_CHANGED:]:
                    verdict = check(topic, left_open, {answer: value}).verdicts[answer]
                    if verdict.verdict == "rounded":
                        continue  # a whole number so near that coarse rounding could reach it
                    assert verdict.verdict == "convention", (raw, choice, answer)
                    assert right_under(topic, left_open, verdict.convention, answer, value), (raw, choice, answer)
                    stated = {**left_open, convention.name: usual}
                    found = check(topic, stated, {answer: value}).verdicts[answer]
                    if found.verdict == "convention":
                        assert right_under(topic, stated, found.convention, answer, value), (raw, choice, answer)
                    else:
                        assert found.verdict == "misconception", (raw, choice, answer)
                    seen += 1
        assert seen


def right_under(topic, raw, convention, answer, value):
    """Say whether an answer is that of the exercise under a convention, written name=choice."""
    name, _, choice = convention.partition("=")
    return not differ(topic.results(topic.sheet(topic.read({**raw, name: choice})).env)[answer], value)


def checkable(topic, answers):
    """Return the answers that a student can give: no whole table, nothing that this exercise does not have."""
    return {name: value for name, value in answers.items() if topic.answer(name).asked and value is not None}


@pytest.mark.parametrize("name", topics.names())
def test_names_are_unique_and_texts_are_in_both_languages(name):
    topic = topics.load(name)
    for words in (topic.inputs, topic.answers, topic.misconceptions, topic.conventions):
        names = [word.name for word in words]
        assert len(names) == len(set(names))
    texts = [topic.title, *(i.says for i in topic.inputs), *(a.says for a in topic.answers)]
    texts += [m.remedy for m in topic.misconceptions] + [t for c in topic.conventions for t in c.choices.values()]
    for _, _, sheet in drawn(name, 60):
        texts += [e.text for e in sheet.entries if isinstance(e, Line | Condition | Note)]
        texts += [e.title for e in sheet.entries if isinstance(e, Table)]
    for text in texts:
        assert text.en.strip()
        assert any("一" <= c <= "鿿" for c in text.zh), text
        assert not any("一" <= c <= "鿿" for c in text.en), text


@pytest.mark.parametrize("name", topics.names())
def test_a_remedy_is_one_sentence(name):
    for misconception in topics.load(name).misconceptions:
        assert misconception.remedy.en.count(". ") == 0
        assert misconception.remedy.en.endswith(".")
        assert misconception.remedy.zh.count("。") == 1


def _typed(value):
    """Write a value as a student with all its digits would."""
    if isinstance(value, list):
        return [_typed(v) for v in value]
    return value
