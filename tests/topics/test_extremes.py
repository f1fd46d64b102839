"""Numbers far beyond any exercise: a result or a refusal, never a traceback, an infinity or nan."""

from itertools import product
from math import isfinite

import pytest

import dlcalc
from dlcalc.core.values import flat
from dlcalc.errors import DlcalcError
from dlcalc.layers.activation import ACTIVATIONS
from dlcalc.topics.loss import NAMES

FAR = ["1e400", "-1e400", "1e200", "800", "-800", "1e-400", "-746", "1e300,-1e300"]


def is_sound(topic, inputs):
    """Say whether an exercise is refused, or worked in every format to finite numbers."""
    try:
        sheet = dlcalc.solve(topic, inputs)
    except DlcalcError as error:
        return bool(error.message("en") and error.message("zh"))
    for format in ("text", "json", "markdown"):
        text = sheet.render(format, steps="full")
        assert "nan" not in text.replace("nanc", "")
        assert "Infinity" not in text
    return all(isfinite(x) for x in flat(list(sheet.answers.values())) if isinstance(x, float))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name):
    extras = [
        {},
        {"alpha": "1e-400"},
        {"alpha": -1},
        {"beta": "1e400"},
        {"beta": -2},
        {"gelu": "tanh"},
        {"kink": "mean"},
    ]
    for z, extra in product(FAR, extras):
        assert is_sound("activation", {"name": name, "z": z, **extra}), (z, extra)


@pytest.mark.parametrize("z", [*FAR, "1e400,0", "1e90,0,-1e90"])
def test_softmax(z):
    for extra in ({}, {"target": 0}, {"target": 1, "temperature": "1e-300"}, {"target": 0, "temperature": "1e300"}):
        assert is_sound("softmax", {"z": z, **extra}), extra


@pytest.mark.parametrize("name", NAMES)
def test_losses(name):
    for y, t in product([*FAR, "0.5", "0.3,0.7"], ["1", "0", "-1", "1,-1", "1e400"]):
        assert is_sound("loss", {"name": name, "y": y, "t": t}), (y, t)


def test_a_thousand_classes_are_worked_without_their_jacobian():
    found = dlcalc.solve("softmax", {"z": [i % 7 for i in range(1000)], "target": 3})
    assert sum(found.answers["p"]) == pytest.approx(1)
    assert "jacobian" not in found.answers
