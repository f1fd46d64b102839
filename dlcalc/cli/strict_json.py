"""What Python's JSON reader lets pass and dlcalc does not: a name that stands twice in one object."""

from __future__ import annotations

from typing import Any


class Twice(Exception):
    """A name that stands twice in one object; its text is the name."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of its pairs, as `object_pairs_hook`.

    Raises:
        Twice: for a name that stands there a second time.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise Twice(name)
            seen.add(name)
    return found
