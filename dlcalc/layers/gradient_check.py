"""Gradients checked by finite differences: (E(w + h) − E(w − h))/2h beside what the chain rule gave, per block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlcalc.core.work import Trial, Work

if TYPE_CHECKING:
    from dlcalc.layers.backprop import Plan

STEP = 1e-5
"""How far a weight is moved: the error of the difference is least near the cube root of float64's precision."""
MOST_WEIGHTS = 2_000
"""Each weight costs two forward passes over the samples; a larger net is checked in its first so many weights."""


def show(w: Work, plan: Plan) -> None:
    """Put the check of the first update's gradients on the sheet, where it is asked for."""
    if w.inputs["verify"]:
        w.figure(
            "Check: largest difference from (E(w + h) − E(w − h))/2h",
            "检验：与 (E(w + h) − E(w − h))/2h 的最大差",
            lambda _: rows(w, plan),
        )


def rows(w: Work, plan: Plan) -> tuple[str, ...]:
    """Return a row per block of weights and biases: its name and the largest difference."""
    k = plan.first()
    found = []
    for l, layer in enumerate(plan.net, 1):  # noqa: E741
        blocks = [("dW", "W", layer.w)] + ([] if layer.b is None else [("db", "b", layer.b)])
        for gradient, symbol, _ in blocks:
            worst = difference(w, plan, (gradient, l), (symbol, l), k)
            found.append(f"{gradient}{l}  {worst:.1e}")
    return tuple(found)


def difference(w: Work, plan: Plan, gradient: tuple[Any, ...], weights: tuple[Any, ...], k: Any) -> float:
    """Return the largest difference between a block's gradient and its finite differences."""
    own = (k,) if k != "" else ()
    block, slopes = w.env[(*weights, *own)], w.env[(*gradient, *own)]
    places = list(block.places())[:MOST_WEIGHTS]
    return max(abs(float(slopes.entry(*place)) - _slope(w, plan, (*weights, *own), place, k)) for place in places)


def _slope(w: Work, plan: Plan, key: tuple[Any, ...], place: tuple[int, ...], k: Any) -> float:
    block = w.env[key].as_floats()
    up, down = (_error(w, plan, key, block.replace(place, float(block.entry(*place)) + by), k) for by in (STEP, -STEP))
    return (up - down) / (2 * STEP)


def _error(w: Work, plan: Plan, key: tuple[Any, ...], block: Any, k: Any) -> float:
    """Return the error the update sees when one block of weights is replaced."""
    from dlcalc.layers import backprop

    trial = Trial(w.inputs, {})
    kept = {name for name in ("eta", "N") if name in w.env}
    trial.env = {
        each: value
        for each, value in w.env.items()
        if each in kept or (not isinstance(each, str) and each[0] in GIVEN) or each in GIVEN
    }
    trial.env[key] = block
    seen = plan.seen(k)
    for n, s in seen:
        backprop.forward(trial, plan, n, s, k)
        backprop.error(trial, plan, n, s, k)
    if len(seen) > 1:
        backprop.total(trial, plan, k)
    return float(trial.env["E" if k == "" else ("E", k)])


GIVEN = frozenset({"x", "t", "W", "b", "alpha", "beta"})
"""Families that a forward pass starts from."""
