"""What grading a class found: plain records that any renderer can show."""

from __future__ import annotations

from dataclasses import dataclass

from dlcalc.errors import Text


@dataclass(frozen=True, slots=True)
class Frequency:
    """How many answers a misconception was named for; `remedy` sets it right."""

    name: str
    count: int
    remedy: Text | None = None


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """One question of a class.

    Attributes:
        id: the question's id in the key.
        title: its title, or else its command.
        students: how many handed something in.
        answers: how many rows were judged.
        verdicts: how many answers had each verdict.
        earned: marks earned by all.
        out_of: marks there were to earn; what could not be read costs nothing.
        difficulty: `earned / out_of`, the share of marks (1 is easy); None where there were none to earn.
        discrimination: correlation of the question with the rest of the test, -1 to 1; None where it is undefined.
        undefined: why `discrimination` is; None where it is a number.
        misconceptions: the mistakes by frequency, the commonest first.
    """

    id: str
    title: str
    students: int
    answers: int
    verdicts: dict[str, int]
    earned: float
    out_of: float
    difficulty: float | None
    discrimination: float | None
    undefined: Text | None
    misconceptions: tuple[Frequency, ...]


@dataclass(frozen=True, slots=True)
class StudentReport:
    """One student of a class: marks, and the misconception named most often with how many times, if there is one."""

    student: str
    earned: float
    out_of: float
    misconception: Frequency | None


@dataclass(frozen=True, slots=True)
class ClassReport:
    """A graded class.

    Attributes:
        title: the key's title; empty if it has none.
        answers: rows that were judged.
        rejected: rows that could not be.
        first_rejected: the first of them, as (line, what was wrong).
        questions: in the key's order.
        students: in the order of their first rows.
        unlisted: rows of students beyond those that are summed up; they are judged, but in no sum.
        apart: times that rows of one student and question came back after others and were judged on their own.
        lang: "en" or "zh".
    """

    title: str
    answers: int
    rejected: int
    first_rejected: tuple[tuple[int, str], ...]
    questions: tuple[QuestionReport, ...]
    students: tuple[StudentReport, ...]
    unlisted: int = 0
    apart: int = 0
    lang: str = "en"
