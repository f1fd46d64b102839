"""Whether two classes can be separated by a hyperplane, decided exactly, with a certificate either way.

The classes cannot be separated if and only if their convex hulls meet (Minkowski, Farkas): then some point is a convex
combination of each class. Both certificates come from one linear program in fractions and are checked before they are
returned, so nothing rests on the program being right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from dlcalc.errors import AuthorError, Text

Point = Sequence[int | Fraction]

MOST_WORK = 8_000
"""Samples times squared dimensions up to which the question is decided: half a second, in fractions."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A point that both classes' hulls share: the weights of the samples that make it up, by number from 1.

    The weights of each class are positive and add up to 1.
    """

    positive: dict[int, Fraction]
    negative: dict[int, Fraction]


@dataclass(frozen=True, slots=True)
class Separator:
    """A hyperplane w·x + b = 0 with every positive sample on its positive side and every negative one on the other."""

    w: tuple[Fraction, ...]
    b: Fraction


def decide(samples: Sequence[Point], positive: Sequence[bool]) -> Meeting | Separator:
    """Return why the samples cannot be separated, or a hyperplane that separates them.

    Args:
        samples: points with the same number of coordinates, exact.
        positive: each one's class.
    """
    rows = [[(1 if plus else -1) * Fraction(point[j]) for point, plus in zip(samples, positive, strict=True)]
            for j in range(len(samples[0]))]  # fmt: skip
    rows.append([Fraction(plus) for plus in positive])
    rows.append([Fraction(not plus) for plus in positive])
    solution, prices = _feasible(rows, [Fraction(0)] * (len(rows) - 2) + [Fraction(1)] * 2)
    found: Meeting | Separator
    if prices is None:
        shares = {number: share for number, share in enumerate(solution, 1) if share}
        found = Meeting(
            {number: share for number, share in shares.items() if positive[number - 1]},
            {number: share for number, share in shares.items() if not positive[number - 1]},
        )
    else:
        *direction, p, q = prices
        found = Separator(tuple(-u for u in direction), (q - p) / 2)
    if not holds(found, samples, positive):
        raise AuthorError(Text("A certificate does not hold.", "证书不成立。"))
    return found


def holds(found: Meeting | Separator, samples: Sequence[Point], positive: Sequence[bool]) -> bool:
    """Check a certificate against the samples it is about, exactly."""
    if isinstance(found, Separator):
        return all(
            (sum(w * x for w, x in zip(found.w, point, strict=True)) + found.b > 0) == plus
            and sum(w * x for w, x in zip(found.w, point, strict=True)) + found.b != 0
            for point, plus in zip(samples, positive, strict=True)
        )
    sides = ((found.positive, True), (found.negative, False))
    return all(
        sum(shares.values()) == 1 and all(s > 0 and positive[n - 1] == plus for n, s in shares.items())
        for shares, plus in sides
    ) and _mean(found.positive, samples) == _mean(found.negative, samples)


def _mean(shares: dict[int, Fraction], samples: Sequence[Point]) -> list[Fraction]:
    return [
        sum((share * samples[number - 1][j] for number, share in shares.items()), Fraction(0))
        for j in range(len(samples[0]))
    ]


def _feasible(rows: list[list[Fraction]], right: list[Fraction]) -> tuple[list[Fraction], list[Fraction] | None]:
    """Find s ≥ 0 with rows·s = right (right ≥ 0), or prices π with π·rows ≤ 0 and π·right > 0.

    The first phase of the simplex method: an artificial variable for each row, their sum made as small as it can be;
    Bland's rule (the first column, the first row that fit) keeps it from going round in circles.
    """
    height, width = len(rows), len(rows[0])
    table = [
        [*row, *(Fraction(r == c) for c in range(height)), value]
        for r, (row, value) in enumerate(zip(rows, right, strict=True))
    ]
    costs = [-sum(column, Fraction(0)) for column in zip(*rows, strict=True)]
    costs += [Fraction(0)] * height + [-sum(right, Fraction(0))]
    basis = list(range(width, width + height))
    while True:
        enters = next((c for c in range(width) if costs[c] < 0), None)
        if enters is None:
            break
        steps = [(row[-1] / row[enters], basis[r], r) for r, row in enumerate(table) if row[enters] > 0]
        leaves = min(steps)[2]
        pivot = [value / table[leaves][enters] for value in table[leaves]]
        table[leaves], basis[leaves] = pivot, enters
        for row in (*(row for r, row in enumerate(table) if r != leaves), costs):
            factor = row[enters]
            if factor:
                row[:] = [value - factor * other for value, other in zip(row, pivot, strict=True)]
    if costs[-1]:
        return [], [1 - cost for cost in costs[width : width + height]]
    solution = [Fraction(0)] * width
    for row, column in zip(table, basis, strict=True):
        if column < width:
            solution[column] = row[-1]
    return solution, None
