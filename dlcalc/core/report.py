"""What checking an answer found: plain records that any renderer can show and any process can pickle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlcalc.errors import Text

if TYPE_CHECKING:
    from dlcalc.core.worksheet import WrittenLine

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
        message: why it could not be read or judged, if so.
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
    def accepted(self) -> bool:
        """Whether every answer was accepted."""
        return all(verdict.accepted for verdict in self.verdicts.values())
