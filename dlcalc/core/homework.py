"""Homework as it was handed in and as it was judged: plain records that a reader fills and any renderer shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dlcalc.core.report import Report
from dlcalc.errors import DlcalcError

if TYPE_CHECKING:
    from dlcalc.core.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class Item:
    """One line of working, `name = value`, and the number of its line in the file; a bare value has the name ""."""

    line: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that could not be used; the error says what was wrong and what to write. Line 0 is the file as a whole."""

    line: int
    error: DlcalcError


@dataclass(frozen=True, slots=True)
class Block:
    """One exercise as handed in.

    Attributes:
        line: the number of the line with the exercise; of the fence where there is none.
        exercise: that line, without a prompt and the word dlcalc; "" where there is none.
        items: the lines of working, in order.
        faults: the lines that could not be read.
    """

    line: int
    exercise: str
    items: tuple[Item, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedBlock:
    """One exercise as it was judged.

    Attributes:
        line: as in `Block`.
        exercise: as in `Block`.
        report: the verdicts by name, in the order of the lines; None where the exercise itself could not be used.
        lines: the number of the line in the file that each verdict is on, by name.
        faults: the lines that could not be judged, by line.
        sheet: the worked exercise; None where there is no report.
    """

    line: int
    exercise: str
    report: Report | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    sheet: Worksheet | None = None

    @property
    def marks(self) -> float:
        """Marks earned."""
        return self.report.marks if self.report else 0.0

    @property
    def out_of(self) -> int:
        """Marks there were to earn."""
        return self.report.out_of if self.report else 0


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A homework file: its name as typed, and its blocks as they come, judged when they are asked for.

    A fault among them is one of the whole file.
    """

    name: str
    parts: Iterable[CheckedBlock | Fault]
