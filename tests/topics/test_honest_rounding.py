"""A student who rounds every line with care is never told of a mistake."""

import random

import pytest

import dlcalc
from dlcalc.core.records import Line
from dlcalc.errors import CalculationError, InputError
from tests import draws


def flat(value):
    value = value.tolist() if hasattr(value, "tolist") else value
    return [x for item in value for x in flat(item)] if isinstance(value, list) else [value]


def written(value, decimals):
    return [written(v, decimals) for v in value] if isinstance(value, list) else f"{float(value):.{decimals}f}"


@pytest.mark.parametrize("decimals", [3, 4])
@pytest.mark.parametrize("topic", ["activation", "softmax", "loss"])
def test_answers_from_lines_rounded_with_care_are_accepted(topic, decimals):
    rng, judged = random.Random(topic), 0
    for _ in range(120):
        raw = draws.draw(topic, rng)
        try:
            sheet = dlcalc.solve(topic, raw, round=decimals)
        except (CalculationError, InputError):
            continue  # a probability rounded to 0, or a draw the topic refuses
        if any(0 < abs(x) < 0.1 for e in sheet.entries if isinstance(e, Line) for x in flat(e.computed)):
            continue  # there a careful student keeps more decimals
        for name, value in sheet.answers.items():
            answer = str(written(value, decimals)).replace("'", "")
            found = dlcalc.check(topic, raw, {name: answer}).verdicts[name]
            assert found.verdict in ("right", "rounded", "invalid"), (raw, name, answer, found)
            judged += found.verdict != "invalid"
    assert judged > 20
