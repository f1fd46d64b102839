"""What a class adds up to: marks, frequencies, difficulty and discrimination, against sums made another way."""

import random
import statistics

import pytest

from dlcalc.practice import grade
from dlcalc.practice.grade import Question, Tally, correlation
from dlcalc.topics import load

CONV = load("conv")


def question(id, **more):
    return Question(id, CONV, {"in": 28, "k": 3}, **more)


def tallied(rows, questions=("q1", "q2")):
    """Count rows (student, question, verdict, marks, misconceptions)."""
    tally = Tally([each if isinstance(each, Question) else question(each) for each in questions])
    for student, id, verdict, marks, *named in rows:
        tally.add(student, id, verdict, marks, named)
    return tally.report()


def test_marks_are_summed_by_student_and_by_question():
    report = tallied(
        [("a", "q1", "right", 1), ("a", "q2", "wrong", 0), ("b", "q1", "right", 1), ("b", "q2", "right", 1)]
    )
    assert [(each.student, each.earned, each.out_of) for each in report.students] == [("a", 1, 2), ("b", 2, 2)]
    assert [(each.earned, each.out_of, each.difficulty) for each in report.questions] == [(2, 2, 1), (1, 2, 0.5)]


def test_what_could_not_be_read_costs_nothing():
    report = tallied([("a", "q1", "invalid", 0), ("a", "q1", "right", 1)])
    assert (report.students[0].earned, report.students[0].out_of) == (1, 1)


def test_a_missing_answer_costs_its_marks():
    report = tallied([("a", "q1", "missing", 0), ("a", "q1", "right", 1)])
    assert (report.students[0].earned, report.students[0].out_of) == (1, 2)


def test_an_asked_answer_without_a_row_is_lost():
    asked = question("q1", asked=("out", "params"), marks=2)
    report = tallied([("a", "q1", "right", 2), ("a", "q1", "right", None)], [asked])
    assert (report.students[0].earned, report.students[0].out_of) == (2, 4)


def test_a_question_nobody_answered_has_no_difficulty():
    report = tallied([("a", "q1", "right", 1)])
    assert report.questions[1].difficulty is None
    assert report.questions[1].discrimination is None
    assert report.questions[1].students == 0


def test_misconceptions_are_ranked_and_told_with_their_remedy():
    rows = [("a", "q1", "misconception", 0, "no-plus-one"), ("b", "q1", "misconception", 0, "rounds-up", "no-plus-one")]
    first, second = tallied(rows).questions[0].misconceptions
    assert (first.name, first.count, second.name, second.count) == ("no-plus-one", 2, "rounds-up", 1)
    assert first.remedy == next(m.remedy for m in CONV.misconceptions if m.name == "no-plus-one")


def test_a_student_s_commonest_misconception():
    rows = [
        ("a", "q1", "misconception", 0, "x"),
        ("a", "q2", "misconception", 0, "y"),
        ("a", "q2", "misconception", 0, "y"),
    ]
    named = tallied(rows).students[0].misconception
    assert (named.name, named.count) == ("y", 2)


def test_rows_that_come_back_later_are_noticed():
    rows = [("a", "q1", "right", 1), ("a", "q1", "right", 1), ("b", "q1", "right", 1), ("a", "q1", "right", 1)]
    assert tallied(rows).apart == 1
    assert tallied(rows[:3]).apart == 0


# ---------------------------------------------------------------- discrimination


def drawn(students, questions, rng):
    ability = [rng.gauss(0, 1) for _ in range(students)]
    return {(s, q): int(ability[s] + rng.gauss(0, 1) > 0) for s in range(students) for q in range(questions)}


def test_discrimination_is_pearson_s_r_with_the_rest():
    shares = drawn(60, 5, random.Random(4))
    report = tallied(
        [(str(s), f"q{q}", "right" if right else "wrong", right) for (s, q), right in shares.items()],
        [f"q{q}" for q in range(5)],
    )
    for q in range(5):
        own = [shares[s, q] for s in range(60)]
        rest = [sum(shares[s, other] for other in range(5) if other != q) for s in range(60)]
        assert report.questions[q].discrimination == pytest.approx(statistics.correlation(own, rest))


def test_discrimination_is_the_point_biserial_formula():
    """r = (M₁ − M₀)/s · √(p·q), with s the standard deviation of all rest scores (n in the denominator)."""
    shares = drawn(40, 4, random.Random(9))
    report = tallied(
        [(str(s), f"q{q}", "right" if right else "wrong", right) for (s, q), right in shares.items()],
        [f"q{q}" for q in range(4)],
    )
    rest = {s: sum(shares[s, q] for q in (1, 2, 3)) / 3 for s in range(40)}
    ones = [rest[s] for s in range(40) if shares[s, 0]]
    zeros = [rest[s] for s in range(40) if not shares[s, 0]]
    p = len(ones) / 40
    spread = statistics.pstdev(rest.values())
    wanted = (statistics.mean(ones) - statistics.mean(zeros)) / spread * (p * (1 - p)) ** 0.5
    assert report.questions[0].discrimination == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ((1, 1, 1, 1), (0, 1, 0, 1), "share of these marks"),
        ((0, 1, 0, 1), (1, 1, 1, 1), "share of the other marks"),
    ],
)
def test_a_constant_column_has_no_discrimination(first, second, why):
    rows = [(str(s), "q1", "right" if a else "wrong", a) for s, a in enumerate(first)]
    rows += [(str(s), "q2", "right" if a else "wrong", a) for s, a in enumerate(second)]
    found = tallied(rows).questions[0]
    assert found.discrimination is None
    assert why in found.undefined.en


def test_two_students_have_no_discrimination():
    rows = [("a", "q1", "right", 1), ("a", "q2", "right", 1), ("b", "q1", "wrong", 0), ("b", "q2", "wrong", 0)]
    assert "fewer than three students" in tallied(rows).questions[0].undefined.en


def test_one_question_alone_has_no_discrimination():
    rows = [(str(s), "q1", "right", s % 2) for s in range(9)]
    assert tallied(rows, ["q1"]).questions[0].discrimination is None


def test_students_that_left_a_question_out_do_not_count_for_it():
    rows = [
        (s, q, "right" if m else "wrong", m)
        for s, q, m in [("a", "q1", 1), ("a", "q2", 1), ("b", "q1", 0), ("b", "q2", 0), ("c", "q1", 1), ("c", "q2", 0)]
    ]
    with_more = [*rows, ("d", "q2", "right", 1), ("e", "q2", "wrong", 0)]
    before, after = tallied(rows).questions[0], tallied(with_more).questions[0]
    assert (after.students, after.difficulty, after.discrimination) == (3, before.difficulty, before.discrimination)


@pytest.mark.parametrize("seed", range(20))
def test_correlation_agrees_with_the_standard_library(seed):
    rng = random.Random(seed)
    x = [rng.random() for _ in range(30)]
    y = [a * rng.choice((-1, 1)) + rng.random() for a in x]
    assert correlation(x, y) == pytest.approx(statistics.correlation(x, y))


def test_correlation_of_nothing_or_of_a_constant_is_none():
    assert correlation([], []) is None
    assert correlation([0.1, 0.1, 0.1], [1, 2, 3]) is None
    assert correlation([1, 2, 3], [1 / 3, 1 - 2 / 3, 1 / 3]) is None  # equal but for the last bit


# ---------------------------------------------------------------- memory


def test_students_beyond_the_sums_are_told_and_not_kept(monkeypatch):
    monkeypatch.setattr(grade, "MOST_SUMS", 4)
    report = tallied([(str(s), q, "right", 1) for s in range(5) for q in ("q1", "q2")])
    assert len(report.students) == 2
    assert report.unlisted == 6
    assert report.answers == 10


def test_counts_do_not_wrap_round():
    tally = Tally([question("q1")])
    for _ in range(70_000):
        tally.add("a", "q1", "right", 1.0, ())
    assert tally.report().students[0].earned == 70_000
