"""What an inverse question found: plain records that any renderer can show and any process can pickle.

"Which padding keeps 28?" is the same calculation searched over an unknown input; `dlcalc.core.search` does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from dlcalc.errors import Text

if TYPE_CHECKING:
    from dlcalc.core.worksheet import WrittenLine


class Written(NamedTuple):
    """A formula or a relation in each notation."""

    text: str
    unicode: str
    latex: str
    mathml: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """The way from `line = wanted` to its unknown.

    Attributes:
        line: the line that is wanted to have a value.
        steps: relations that hold for the same inputs, each following from the one before.
        givens: the known symbols in them with their values, as `I = 28`.
        symbols: the unknown symbols in them, each with the input it stands for.
        unknown: the input they end at; empty where they end before one is reached (or at several).
        low, high: the first and last whole number the last step allows; None is no bound, low > high is none at all.
    """

    line: str
    steps: tuple[Written, ...]
    givens: tuple[Written, ...] = ()
    symbols: tuple[tuple[Written, str], ...] = ()
    unknown: str = ""
    low: int | None = None
    high: int | None = None

    def allows(self, number: int) -> bool:
        """Say whether a whole number satisfies the last step."""
        return (self.low is None or self.low <= number) and (self.high is None or number <= self.high)


@dataclass(frozen=True, slots=True)
class Searched:
    """What was tried for an unknown.

    Attributes:
        spans: whole numbers from–to.
        words: other values, as typed.
        open_end: whether there are more solutions above the last span.
    """

    spans: tuple[tuple[int, int], ...]
    words: tuple[str, ...] = ()
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Miss:
    """Values near a solution, and what they give instead, as written on a page and as numbers."""

    values: dict[str, Any]
    gives: dict[str, Any]
    shown: dict[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """Values that the inequality allows and the calculation refuses, and why."""

    values: dict[str, Any]
    why: Text


@dataclass(frozen=True, slots=True)
class InverseResult:
    """The answer to an inverse question.

    Attributes:
        topic: the topic's name.
        title: what the calculation is about.
        inputs: the stated inputs by name, as JSON has them.
        stated: the same as typed.
        want: the wanted answers by name; `wanted` the same as typed.
        solve: the names of the unknown inputs.
        searched: what was tried, by unknown.
        solutions: every combination that gives the wanted answers, the smallest numbers first; `shown` as typed.
        checks: the forward lines of the first solutions, which write themselves with their substitution.
        nearest: where there is no solution, the combinations whose answers come nearest.
        derivations: the inequality of each wanted line.
        fixed: wanted names that do not depend on the unknowns, with the value they always have.
        refused: combinations that the inequality allows but the calculation refuses.
        conventions: the choices in force.
        lang: "en" or "zh".
    """

    topic: str
    title: Text
    inputs: dict[str, Any]
    stated: dict[str, str]
    want: dict[str, Any]
    wanted: dict[str, str]
    solve: tuple[str, ...]
    searched: dict[str, Searched]
    solutions: list[dict[str, Any]]
    shown: list[dict[str, str]]
    checks: tuple[tuple[WrittenLine, ...], ...]
    nearest: tuple[Miss, ...]
    derivations: tuple[Derivation, ...]
    fixed: dict[str, str]
    refused: tuple[Refused, ...]
    conventions: tuple[Text, ...]
    lang: str = "en"

    def __bool__(self) -> bool:
        """Whether there is a solution."""
        return bool(self.solutions)
