"""A sheet's lines run again with one value moved: only the lines that feel it.

A tolerance takes a run for every recorded number, and a run of the topic would write every line each time. Moves are
small, so decisions are taken to stay as they were.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from heapq import heappop, heappush
from typing import Any

from dlcalc.core.evaluate import Environment
from dlcalc.core.formula import Key
from dlcalc.core.work import Compiled, Sheet
from dlcalc.errors import CalculationError, UnknownNameError

UNREAD = (CalculationError, UnknownNameError, ArithmeticError, ValueError, TypeError)
"""What a line may raise here: a long loop lets go of what it read, and a student's value may leave it without one."""


class Noted(dict[Any, Any]):
    """Values that note which of them are read."""

    def __init__(self, values: Mapping[Any, Any]) -> None:
        super().__init__(values)
        self.read: set[Any] = set()

    def __getitem__(self, key: Any) -> Any:
        self.read.add(key)
        return super().__getitem__(key)


class Replay:
    """The lines of a finished sheet, by what they read.

    Args:
        sheet: the sheet.
        held: keys of lines whose values stay, whatever their formulas give: those the run pinned.
    """

    def __init__(self, sheet: Sheet, held: Collection[Key] = ()) -> None:
        self.lines = [(line, at, key) for line, at, key in sheet.lines()]
        self._at = {key: number for number, (_, _, key) in enumerate(self.lines)}
        self.held = frozenset(held)
        self.reads: list[set[Key]] = []
        self._readers: dict[Key, list[int]] = {}
        noted = Noted(sheet.env)
        for number, (line, at, _) in enumerate(self.lines):
            noted.read = set()
            with suppress(*UNREAD):
                line.run(noted, at)
            self.reads.append(noted.read)
            for key in noted.read:
                self._readers.setdefault(key, []).append(number)

    def line(self, key: Key) -> tuple[Compiled, Mapping[str, Any], set[Key]] | None:
        """Return the line that gives a value, its loop variables and the keys it reads; None for what was given."""
        number = self._at.get(key)
        return None if number is None else (*self.lines[number][:2], self.reads[number])

    def upstream(self, keys: Collection[Key]) -> set[Key]:
        """Return the keys that values rest on, themselves among them; what lies behind a held line is left out."""
        found: set[Key] = set()
        waiting = list(keys)
        while waiting:
            key = waiting.pop()
            if key in found:
                continue
            found.add(key)
            if key in self._at and (key not in self.held or key in keys):
                waiting += self.reads[self._at[key]]
        return found

    def moved(
        self, key: Key, value: Any, env: Environment, within: Collection[Key], free: Collection[Key] = ()
    ) -> Environment:
        """Return the values there are when one of them is another.

        Args:
            key: which.
            value: what it is instead.
            env: the values before; they are not changed.
            within: the lines that matter: no other is run again.
            free: held lines that are run again all the same.

        Raises:
            CalculationError: or another error of a formula, if a line has no value then.
        """
        env = env.copy()
        env[key] = value
        waiting: list[int] = []
        seen: set[int] = set()
        self._follow(key, waiting, seen, within)
        while waiting:
            number = heappop(waiting)
            line, at, key = self.lines[number]
            if key in self.held and key not in free:
                continue
            now = line.run(env, at)
            if now != env[key]:
                env[key] = now
                self._follow(key, waiting, seen, within)
        return env

    def _follow(self, key: Key, waiting: list[int], seen: set[int], within: Collection[Key]) -> None:
        for number in self._readers.get(key, ()):
            if number not in seen and self.lines[number][2] in within:
                seen.add(number)
                heappush(waiting, number)
