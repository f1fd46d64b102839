"""Deep-learning exam calculations with every step shown, answers checked, and mistakes named.

>>> import dlcalc
>>> dlcalc.solve("conv", {"in": 28, "k": 3}).answers["out"]
26
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc import topics
    from dlcalc.api import InverseResult, Worksheet, check, inverse, solve
    from dlcalc.core.report import Report, Verdict
    from dlcalc.core.topic import TopicInfo
    from dlcalc.errors import DlcalcError, InputError

__version__ = "0.1.0"

_WHERE = {
    "solve": "dlcalc.api",
    "check": "dlcalc.api",
    "inverse": "dlcalc.api",
    "Worksheet": "dlcalc.api",
    "InverseResult": "dlcalc.api",
    "TopicInfo": "dlcalc.core.topic",
    "Report": "dlcalc.core.report",
    "Verdict": "dlcalc.core.report",
    "DlcalcError": "dlcalc.errors",
    "InputError": "dlcalc.errors",
}

__all__ = [
    "DlcalcError",
    "InputError",
    "InverseResult",
    "Report",
    "TopicInfo",
    "Verdict",
    "Worksheet",
    "check",
    "inverse",
    "solve",
    "topics",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the command line needs few of them."""
    from importlib import import_module

    if name == "topics":
        return import_module("dlcalc.topics")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'dlcalc' has no attribute {name!r}")
