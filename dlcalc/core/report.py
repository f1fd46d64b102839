"""What checking an answer found: plain records that any renderer can show and any process can pickle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlcalc.errors import Text

if TYPE_CHECKING:
    from dlcalc.core.worksheet import WrittenLine

VERDICTS = ("right", "rounded", "convention", "carried", "misconception", "wrong", "invalid", "missing")
"""All there are, the best first."""
ACCEPTED = frozenset({"right", "rounded", "convention", "carried"})
"""Verdicts that lose no marks."""


@dataclass(frozen=True, slots=True)
class Parting:
    """The line where two runs part: its name, and the line in the run that gives the answer and in the exercise's.

    The exercise's run may lack that line: another algorithm was followed.
    """

    name: str
    your_line: WrittenLine
    right_line: WrittenLine | None

    @property
    def yours(self) -> str:
        """The line of the answer's run on one row: formula, substitution and value."""
        return self.your_line.one_row()

    @property
    def right(self) -> str:
        """The exercise's line on one row; empty if it has none."""
        return self.right_line.one_row() if self.right_line else ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One known way to the number given: the misconception (or the other convention), its remedy, where it shows."""

    name: str
    remedy: Text
    catalogue: tuple[str, ...] = ()
    parting: Parting | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer turned out to be.

    Attributes:
        verdict: right, rounded, convention, carried, misconception, wrong, invalid or missing.
        given: the answer as typed.
        expected: the exercise's value, in full precision.
        interval: (low, high) accepted at the digits typed, for answers that are rounded; None otherwise.
        convention: the choice under which the answer is right, as `name=value`; None otherwise.
        rests_on: the student's own earlier line an accepted value follows from; None otherwise.
        misconceptions: names of the mistakes that give exactly this number.
        marks: 1 where no mark is lost, else 0.
        explanations: what to tell the student about each misconception, or about the convention.
        together: whether the misconceptions give the number only all together; else any one of them does.
        possible: whether the number is too common (a small whole number) to say that it came about that way.
        message: why it could not be read or judged, or what else there is to say of it.
        column: where in `given` reading stopped, if it did.
    """

    verdict: str
    given: str
    expected: Any = None
    interval: tuple[float, float] | None = None
    convention: str | None = None
    rests_on: str | None = None
    misconceptions: tuple[str, ...] = ()
    marks: float = 0.0
    explanations: tuple[Explanation, ...] = ()
    together: bool = False
    possible: bool = False
    message: Text | None = None
    column: int | None = None

    @property
    def accepted(self) -> bool:
        """Whether no mark is lost."""
        return self.verdict in ACCEPTED


@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts on the answers to one exercise, by name, in the order given."""

    topic: str
    verdicts: dict[str, Verdict]
    lang: str = "en"

    @property
    def marks(self) -> float:
        """Marks earned, one for each accepted answer."""
        return sum(verdict.marks for verdict in self.verdicts.values())

    @property
    def out_of(self) -> int:
        """Marks there were to earn: what could not be read costs nothing."""
        return sum(verdict.verdict != "invalid" for verdict in self.verdicts.values())

    @property
    def accepted(self) -> bool:
        """Whether every answer was accepted."""
        return all(verdict.accepted for verdict in self.verdicts.values())

    @property
    def first_wrong(self) -> str | None:
        """The first answer, in the order given, that is not right; None where all are (or cannot be judged)."""
        judged = (name for name, v in self.verdicts.items() if v.verdict in ("misconception", "wrong"))
        return next(judged, None)
