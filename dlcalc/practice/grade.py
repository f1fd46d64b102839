"""Grading a class: the verdicts on one student's answers to one question, and what a whole class adds up to.

Nothing here reads or writes. A `Tally` takes one judged row after the other, in any number; it keeps sums for each
student and question, never rows.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from dlcalc.core.class_report import ClassReport, Frequency, QuestionReport, StudentReport
from dlcalc.core.topic import Topic
from dlcalc.errors import Text

MOST_SUMS = 10_000_000
"""Students times questions that are summed up, at 12 bytes each; later students are judged, but in no sum."""
MOST_NAMED = 1_000_000
"""Pairs of a student and a misconception that are counted."""
FEWEST = 3
"""Students below which no correlation is given: of two it is always 1 or -1."""
ALIKE = 1e-9
"""Spread of shares below which all are the same number."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a key.

    Attributes:
        id: what the answers call it.
        topic: the exercise's topic.
        inputs: its inputs as typed; those named are stated and fixed.
        title: what it is about; may be empty.
        asked: the answers that earn marks; empty where every line handed in does.
        marks: marks for each of them.
    """

    id: str
    topic: Topic
    inputs: Mapping[str, object]
    title: str = ""
    asked: tuple[str, ...] = ()
    marks: float = 1.0

    @property
    def main(self) -> str:
        """The answer that a row without a name is for."""
        return self.topic.answers[0].name

    def counts(self, name: str) -> bool:
        """Say whether an answer earns marks; other lines are judged, and errors carried from them, for nothing."""
        return not self.asked or name in self.asked


def correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Return Pearson's r = Σ(x−x̄)(y−ȳ) / √(Σ(x−x̄)²·Σ(y−ȳ)²); None where one of the columns is constant."""
    if not x or max(x) - min(x) <= ALIKE or max(y) - min(y) <= ALIKE:
        return None
    mean_x, mean_y = fsum(x) / len(x), fsum(y) / len(y)
    above = fsum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    squares = fsum((a - mean_x) ** 2 for a in x) * fsum((b - mean_y) ** 2 for b in y)
    return max(-1.0, min(1.0, above / sqrt(squares)))


class Tally:
    """What a class adds up to so far.

    It keeps, for each student, three numbers a question and a count for each misconception named, and for each
    question its counts; memory does not grow with rows.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self.answers = self.unlisted = self.apart = 0
        self._places = {question.id: place for place, question in enumerate(questions)}
        self._students: dict[str, int] = {}
        self._earned, self._judged, self._handed = array("d"), array("H"), array("H")
        self._verdicts = [Counter[str]() for _ in questions]
        self._named = [Counter[str]() for _ in questions]
        self._names: dict[str, int] = {}
        self._of_student: dict[tuple[int, int], int] = {}
        self._seen = bytearray()
        self._last = ("", "")

    def add(self, student: str, question: str, verdict: str, marks: float | None, named: Iterable[str]) -> None:
        """Count one judged row.

        Args:
            student: whose it is.
            question: the question's id.
            verdict: what it was found to be.
            marks: what it earned; None where it is a line that earns nothing.
            named: the misconceptions that give it.
        """
        place = self._places[question]
        self.answers += 1
        self._verdicts[place][verdict] += 1
        self._named[place].update(named)
        number = self._number(student)
        if number is None:
            self.unlisted += 1
            return
        at = number * len(self.questions) + place
        if self._last != (student, question):
            self.apart += self._seen[at]
            self._last = (student, question)
        self._seen[at] = 1
        for name in named:
            key = (number, self._names.setdefault(name, len(self._names)))
            if key in self._of_student or len(self._of_student) < MOST_NAMED:
                self._of_student[key] = self._of_student.get(key, 0) + 1
        if marks is not None:
            self._handed[at] = min(self._handed[at] + 1, 0xFFFF)
            if verdict != "invalid":
                self._judged[at] = min(self._judged[at] + 1, 0xFFFF)
            self._earned[at] += marks

    def _number(self, student: str) -> int | None:
        number = self._students.get(student)
        if number is None:
            wide = len(self.questions)
            number = len(self._students)
            if (number + 1) * wide > MOST_SUMS:
                return None
            self._students[student] = number
            self._earned.extend([0.0] * wide)
            self._judged.extend([0] * wide)
            self._handed.extend([0] * wide)
            self._seen.extend(bytes(wide))
        return number

    def _marks(self, number: int, place: int) -> tuple[float, float]:
        """Return (earned, out of) of a student and a question; an answer that was asked and not handed in is lost."""
        at = number * len(self.questions) + place
        if not self._seen[at]:
            return 0.0, 0.0
        question = self.questions[place]
        forgotten = max(0, len(question.asked) - self._handed[at])
        return self._earned[at], (self._judged[at] + forgotten) * question.marks

    def _total(self, number: int) -> tuple[float, float]:
        marks = [self._marks(number, place) for place in range(len(self.questions))]
        return fsum(earned for earned, _ in marks), fsum(out_of for _, out_of in marks)

    def report(
        self,
        *,
        title: str = "",
        rejected: int = 0,
        first_rejected: Iterable[tuple[int, str]] = (),
        remedies: Mapping[tuple[str, str], Text] | None = None,
        lang: str = "en",
    ) -> ClassReport:
        """Return what was counted.

        Args:
            title: the key's title.
            rejected: rows that could not be judged.
            first_rejected: the first of them, as (line, what was wrong).
            remedies: by question and misconception, for those that no topic lists.
            lang: the language of the report.
        """
        totals = [self._total(number) for number in range(len(self._students))]
        questions = tuple(self._question(place, totals, remedies or {}) for place in range(len(self.questions)))
        return ClassReport(
            title,
            self.answers,
            rejected,
            tuple(first_rejected),
            questions,
            self._summaries(totals),
            self.unlisted,
            self.apart,
            lang,
        )

    def _summaries(self, totals: list[tuple[float, float]]) -> tuple[StudentReport, ...]:
        names = list(self._names)
        commonest: dict[int, tuple[int, int]] = {}
        for (number, name), count in self._of_student.items():  # in the order they came up: the first of equals stays
            if count > commonest.get(number, (0, 0))[0]:
                commonest[number] = (count, name)
        found = []
        for student, number in self._students.items():
            most = commonest.get(number)
            named = Frequency(names[most[1]], most[0]) if most else None
            found.append(StudentReport(student, *totals[number], named))
        return tuple(found)

    def _question(
        self, place: int, totals: list[tuple[float, float]], remedies: Mapping[tuple[str, str], Text]
    ) -> QuestionReport:
        question = self.questions[place]
        wide = len(self.questions)
        marks = [
            (number, *self._marks(number, place)) for number in range(len(totals)) if self._seen[number * wide + place]
        ]
        earned, out_of = fsum(m[1] for m in marks), fsum(m[2] for m in marks)
        discrimination, undefined = self._discrimination(marks, totals)
        known = {each.name: each.remedy for each in question.topic.misconceptions}
        ranked = sorted(self._named[place].items(), key=lambda item: (-item[1], item[0]))
        return QuestionReport(
            question.id,
            question.title,
            len(marks),
            self._verdicts[place].total(),
            dict(self._verdicts[place]),
            earned,
            out_of,
            earned / out_of if out_of > 0 else None,
            discrimination,
            undefined,
            tuple(
                Frequency(name, count, known.get(name) or remedies.get((question.id, name))) for name, count in ranked
            ),
        )

    def _discrimination(
        self, marks: list[tuple[int, float, float]], totals: list[tuple[float, float]]
    ) -> tuple[float | None, Text | None]:
        """Return the item-rest correlation, or why there is none.

        It is Pearson's r between a student's share of the question's marks and the share of the marks of all other
        questions handed in: the point-biserial correlation where the question is right or wrong, with the question
        itself taken out of the total, which it would otherwise correlate with (Henrysson, Psychometrika 28, 1963,
        pp. 211-218; Crocker and Algina, Introduction to Classical and Modern Test Theory, 1986, chapter 14).
        """
        pairs = [
            (earned / out_of, (totals[number][0] - earned) / (totals[number][1] - out_of))
            for number, earned, out_of in marks
            if out_of > ALIKE and totals[number][1] - out_of > ALIKE
        ]
        if len(pairs) < FEWEST:
            return None, Text(
                "fewer than three students have marks here and elsewhere", "在本题和其他题都有分数的学生不足三名"
            )
        shares, rests = [a for a, _ in pairs], [b for _, b in pairs]
        found = correlation(shares, rests)
        if found is not None:
            return found, None
        if max(shares) - min(shares) <= ALIKE:
            return None, Text("all students have the same share of these marks", "所有学生本题得分率相同")
        return None, Text("all students have the same share of the other marks", "所有学生其他题的得分率相同")
