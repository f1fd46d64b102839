"""One file per topic: `dlcalc/topics/NAME.py` declares `TOPIC`, and that is all. The files in this folder are the list.

`dlcalc.topics` is this package and, called, the public catalogue: `dlcalc.topics()`.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcalc.core.topic import Topic, TopicInfo


@cache
def names() -> tuple[str, ...]:
    """Return the names of all topics, without importing one. A dash in a name is an underscore in its file."""
    folder = os.path.dirname(__file__)
    files = (name[:-3] for name in os.listdir(folder) if name.endswith(".py") and not name.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in files))


@cache
def load(name: str) -> Topic:
    """Import one topic.

    Raises:
        InputError: if there is none of that name; says which names are near.
    """
    if not isinstance(name, str) or name.replace("_", "-") not in names():
        from dlcalc.core.suggest import unknown_word
        from dlcalc.errors import Text

        raise unknown_word(str(name), list(names()), Text("topic", "主题"), "dlcalc")
    topic: Topic = import_module(f"dlcalc.topics.{name.replace('-', '_')}").TOPIC
    return topic


class _Catalogue(ModuleType):
    """Lets the package itself be called: a function of the same name would be hidden once the package is imported."""

    def __call__(self) -> dict[str, TopicInfo]:
        """Return every topic by name, with its inputs, answers, conventions and misconceptions."""
        return {name: load(name).info() for name in names()}


sys.modules[__name__].__class__ = _Catalogue
