"""Drawn inputs for the laws: one file per topic, `tests/draws/NAME.py` with `draw(rng)`, which returns inputs.

Draw wide enough that every line and every mistake comes up; inputs that the topic refuses are drawn again.
"""

from importlib import import_module
from pathlib import Path


def names():
    """Return the topics that have a file here."""
    return {path.stem.replace("_", "-") for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"}


def draw(name, rng):
    """Return drawn inputs for a topic."""
    return import_module(f"tests.draws.{name.replace('-', '_')}").draw(rng)


def grid(rng, *shape, low=-4, high=5):
    """Return nested lists of whole numbers, now and then of decimals."""
    if not shape:
        return rng.randint(low, high) if rng.random() < 0.9 else rng.randint(-40, 40) / 10
    return [grid(rng, *shape[1:], low=low, high=high) for _ in range(shape[0])]


def per_axis(rng, dims, low, high):
    if rng.random() < 0.7:
        return rng.randint(low, high)
    return tuple(rng.randint(low, high) for _ in range(dims))
