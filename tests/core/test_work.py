"""The worksheet: lines, names, decisions, and the modes a run can have."""

from fractions import Fraction

import pytest

from dlcalc.core import modes
from dlcalc.core.inputs import Whole
from dlcalc.core.records import Condition, Line
from dlcalc.core.topic import Answer, Input, Misconception, Topic
from dlcalc.core.values import read_number
from dlcalc.core.work import Mode, Sheet, Trial, Unneeded
from dlcalc.core.worksheet import Worksheet
from dlcalc.errors import AuthorError, CalculationError, Text, UnknownNameError

WHY = Text("for a test", "测试用")


class Exactly:
    shape = "X"

    def read(self, raw):
        return read_number(raw) if isinstance(raw, str) else raw

    def show(self, value):
        return value


def write_chain(w):
    """y = a/3, z = y·y, with a line that neither rests on."""
    w.given("a", w.inputs["a"], "a")
    w.let("y = a/3", "a third", "三分之一")
    w.let("aside = a*1000", "not needed", "不需要")
    w.let("z = y*y", "squared", "平方")
    if w.when("z > 4", "large?", "大吗", id="large"):
        w.let("out = z", "kept", "保留")
    else:
        w.let("out = -z", "turned", "取反")


CHAIN = Topic(
    name="chain",
    title=WHY,
    inputs=(Input("a", Exactly(), WHY),),
    answers=(Answer("out", WHY), Answer("z", WHY)),
    write=write_chain,
    example="",
    misconceptions=(
        Misconception("doubles", WHY, {"z": "2*y"}),
        Misconception("never-large", WHY, {"large": "z > 9999"}),
    ),
)


def test_let_records_the_line_and_returns_its_value():
    work = Sheet({})
    work.given("I", 28, "in")
    assert work.let("O = floor((I - 3)/2) + 1", "places", "位置") == 13
    (line,) = [e for e in work.entries() if isinstance(e, Line)]
    assert (line.name, line.computed, line.text) == ("O", 13, Text("places", "位置"))


def test_a_name_is_written_once():
    work = Sheet({})
    work.let("a = 1")
    with pytest.raises(AuthorError, match="Two lines are called a"):
        work.let("a = 2")


def test_what_a_textbook_overwrites_is_a_family():
    work = Sheet({})
    work.given("w", 0, "w0", 0)
    for k in (1, 2, 3):
        work.let("w[k] = w[k-1] + k", k=k)
    values = Worksheet(CHAIN, {"a": 0}, sheet=work).values
    assert values["w[3]"] == values["w3"] == values["w_3"] == 6


def test_values_are_those_of_the_moment_the_line_was_written():
    sheet = Worksheet(CHAIN, CHAIN.read({"a": 9}))
    assert [line.substituted for line in sheet.lines][:3] == ["9/3", "9*1000", "3*3"]


def test_a_line_reads_only_names_above_it():
    work = Sheet({})
    with pytest.raises(UnknownNameError, match="later"):
        work.let("a = later + 1")


def test_a_line_without_a_value_says_which_line():
    work = Sheet({})
    work.given("S", 0, "stride")
    with pytest.raises(CalculationError):
        work.let("O = 3/S")


def test_a_decision_is_recorded_and_can_be_swapped():
    sheet = CHAIN.sheet({"a": 9})
    assert [e.held for e in sheet.entries() if isinstance(e, Condition)] == [True]
    assert CHAIN.results(sheet.env)["out"] == 9
    swapped = CHAIN.sheet({"a": 9}, CHAIN.misconceptions[1].mode)
    assert CHAIN.results(swapped.env)["out"] == -9


def test_a_swap_flows_downstream_by_itself():
    sheet = CHAIN.sheet({"a": 9}, Mode({"y": "a/2"}))
    assert CHAIN.results(sheet.env)["z"] == Fraction(81, 4)
    assert sheet.touched == {"y"}


def test_a_swap_that_names_a_line_this_sheet_lacks_changes_nothing():
    sheet = CHAIN.sheet({"a": 9}, Mode({"nowhere": "1"}))
    assert sheet.touched == set()


def test_paper_arithmetic_rounds_every_line_half_up_and_carries_it_on():
    sheet = CHAIN.sheet({"a": 2}, modes.paper(2))
    env = sheet.env
    assert env["y"] == Fraction(67, 100)
    assert env["z"] == Fraction(45, 100)  # 0.67² = 0.4489, and not (2/3)² = 0.444…


def test_pinned_values_are_carried_while_each_line_keeps_what_follows_from_them():
    sheet = CHAIN.sheet({"a": 9}, modes.pinned({"y": 5}))
    lines = {e.name: e for e in sheet.entries() if isinstance(e, Line)}
    assert (lines["y"].computed, lines["y"].value) == (3, 5)
    assert lines["z"].computed == 25


def test_one_entry_can_be_moved():
    assert CHAIN.sheet({"a": 9}, modes.moved("y", (), Fraction(1, 2))).env["z"] == Fraction(49, 4)


def test_the_tolerance_is_what_careful_rounding_can_reach():
    """What moving y by half a unit does to y², times 1.5, plus half a unit for the answer's own rounding."""
    inputs = {"a": 2}
    asked = CHAIN.answer("z")
    half = Fraction(1, 200)
    effect = (Fraction(2, 3) + half) ** 2 - Fraction(4, 9)
    assert modes.Rounding(CHAIN.sheet(inputs)).widths(asked, 2) == [Fraction(3, 2) * effect + half]


def test_the_tolerance_counts_earlier_members_of_the_answers_own_family():
    """h[2] = h[1]/3 with h[1] = 1/3: the rounding of h[1] reaches h[2]; that of a line below it does not."""

    def write(w):
        w.given("h", w.inputs["h"], "h", 0)
        for t in (1, 2, 3):
            w.let("h[t] = h[t-1]/3", t=t)

    asked = Answer("out", WHY, ("h",), lambda env: env["h", 2])
    topic = Topic("family", WHY, (Input("h", Exactly(), WHY),), (asked,), write, "")
    half = Fraction(1, 200)
    assert modes.Rounding(topic.sheet({"h": 1})).widths(asked, 2) == [Fraction(3, 2) * half / 3 + half]


def test_whole_numbers_have_no_tolerance():
    assert modes.Rounding(CHAIN.sheet({"a": 9})).widths(CHAIN.answer("z"), 2) == [0]


def test_a_trial_computes_only_what_the_answer_needs():
    CHAIN.learn(CHAIN.sheet({"a": 9}))
    trial = Trial({"a": 9}, CHAIN._unneeded(CHAIN.answer("z"), Mode()), Mode())
    CHAIN.write(trial)
    assert "aside" not in trial.env
    assert trial.env["z"] == 9


@pytest.mark.parametrize("a", [2, 9, 30])
@pytest.mark.parametrize("mode", [Mode(), Mode({"z": "2*y"}), Mode({"large": "z > 9999"}), Mode({"z": "y*aside/3000"})])
def test_a_trial_gives_what_the_whole_sheet_gives(a, mode):
    CHAIN.learn(CHAIN.sheet({"a": 9}))
    for answer in CHAIN.answers:
        assert CHAIN.value({"a": a}, answer, mode) == answer.of(CHAIN.sheet({"a": a}, mode).env)


def test_a_skipped_value_cannot_be_used_silently():
    skipped = Unneeded("n")
    for use in (bool, len, int, lambda v: v + 1, lambda v: v > 2, lambda v: range(v), lambda v: v == 3):
        with pytest.raises(AuthorError):
            use(skipped)


def test_a_topic_whose_path_changes_is_still_answered_by_trials():
    """The plan is made on one path; another path's lines are not in it."""

    def write(w):
        w.given("n", w.inputs["n"], "n")
        if w.inputs["n"] > 5:
            w.let("far = n*2")
            w.let("out = far + 1")
        else:
            w.let("near = n*3")
            w.let("out = near + 1")

    topic = Topic("paths", WHY, (Input("n", Whole(), WHY),), (Answer("out", WHY),), write, "")
    topic.learn(topic.sheet({"n": 9}))
    assert [topic.value({"n": n}, topic.answers[0]) for n in (9, 2, 7)] == [19, 7, 15]


def test_inputs_are_read_with_defaults_and_unknown_names_are_met_with_near_ones():
    topic = Topic("t", WHY, (Input("stride", Whole(), WHY, 1),), (Answer("out", WHY),), write_chain, "")
    assert topic.read({}) == {"stride": 1}
    with pytest.raises(Exception, match="stride"):
        topic.read({"strid": 2})


# ---- what a review found: the same text with two ids, members, caches across topics, modes on modes


def topic_of(write, **inputs):
    names = tuple(Input(name, Exactly(), WHY) for name in inputs)
    return Topic("private", WHY, names, (Answer("out", WHY),), write, "")


def assert_same(topic, inputs, mode):
    topic.learn(topic.sheet(inputs))
    whole = topic.answers[0].of(topic.sheet(inputs, mode).env)
    assert topic.value(inputs, topic.answers[0], mode) == whole
    return whole


def test_one_text_may_stand_under_two_ids_and_each_is_swapped_alone():
    def write(w):
        w.given("z", w.inputs["z"], "z", 0)
        for k in (1, 2):
            w.let("z[k] = 2*z[k-1]", id="first" if k == 1 else "second", k=k)
        w.let("out = z[2]")

    topic = topic_of(write, z=1)
    assert assert_same(topic, {"z": 3}, Mode({"first": "z[k-1]"})) == 6
    assert assert_same(topic, {"z": 3}, Mode({"second": "5"})) == 5
    assert assert_same(topic, {"z": 3}, Mode({"z[1]": "1"})) == 2
    assert assert_same(topic, {"z": 3}, Mode({"z[k]": "1"})) == 1


def test_one_member_by_label_is_swapped_alone():
    def write(w):
        for c in ("spam", "ham"):
            w.given("n", w.inputs["n"], "n", c)
            w.let("p[c] = n[c]/2", c=c)
        w.let("out = p[spam] + 10*p[ham]")

    assert assert_same(topic_of(write, n=1), {"n": 4}, Mode({"p[spam]": "1"})) == 21


def test_topics_that_share_a_text_do_not_share_its_loop_variables():
    first, second, third = Sheet({}), Sheet({}), Sheet({})
    first.given("k", 5, "k")
    assert first.when("k > 3")
    assert not second.when("k > 3", k=1)
    first.given("i", 2, "i")
    assert first.let("s = n*i", n=3) == 6
    third.given("n", 7, "n")
    assert third.let("s = n*i", i=2) == 14


def test_modes_stand_on_each_other():
    mode = modes.moved("z", (), Fraction(1, 2), modes.pinned({"y": 5}))
    assert CHAIN.sheet({"a": 9}, mode).env["z"] == Fraction(51, 2)
    rounded = modes.paper(1, modes.pinned({"y": Fraction(1, 3)}))
    assert CHAIN.sheet({"a": 9}, rounded).env["y"] == Fraction(3, 10)


def test_a_pin_of_another_shape_is_refused():
    with pytest.raises(CalculationError, match="shape"):
        CHAIN.sheet({"a": 9}, modes.pinned({"y": [1, 2]}))


def test_a_given_value_is_given_once():
    work = Sheet({})
    work.given("a", 1, "a")
    with pytest.raises(AuthorError):
        work.given("a", 2, "a")


def test_a_line_that_has_no_value_is_named():
    work = Sheet({})
    work.given("S", 0, "stride")
    for equation in ("O = 3/S", "O = ln(S)", "O = exp(1000 + S)", "O = max(S, 1)**99999999", "O = S @ S"):
        with pytest.raises(CalculationError, match=r"^O: "):
            work.let(equation)


def test_a_fault_of_the_topic_is_not_taken_for_a_wrong_answer():
    def write(w):
        w.let("a = 3")
        steps = w.let("aside = 4")
        if steps > 2:
            w.let("out = a")

    topic = topic_of(write)
    topic.learn(topic.sheet({}))
    with pytest.raises(AuthorError, match="aside"):
        topic.value({}, topic.answers[0])


def test_exact_arrays_that_nobody_can_write_out_are_refused():
    from dlcalc.core.arrays import Array

    work = Sheet({})
    work.given("A", Array.of([10**900, 3]), "A")
    with pytest.raises(CalculationError, match=r"^B"):
        work.let("B = A*A*A*A*A*A")


def test_a_mode_may_change_what_is_given():
    sheet = CHAIN.sheet({"a": 9}, Mode(on_input=lambda name, value: value * 2 if name == "a" else value))
    assert sheet.env["y"] == 6
