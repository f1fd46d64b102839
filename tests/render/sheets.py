"""Sheets and reports to be rendered: every topic, the private ones that look like what is to come, both languages."""

import random

import dlcalc
from dlcalc import topics
from dlcalc.core import modes
from dlcalc.core.notation import Style
from dlcalc.core.worksheet import Worksheet
from dlcalc.errors import CalculationError, InputError
from dlcalc.practice.check import check
from tests import draws
from tests.core.private_topics import BACKPROP, LSTM, NOTES_NET, PERCEPTRON

LANGUAGES = ("en", "zh")

AND = {"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "t": [-1, -1, -1, 1]}

HOSTILE = "$x_1^2 & #1 % ~ \\input{a} <b>\"'`|</script> -- \x07\ud800 中文 ２６ 😀 ⌊½⌋"
"""What nobody means but somebody types: signs that TeX or HTML read as their own, characters that fonts lack."""


def drawn(name, count, lang="en", style=None):
    """Yield sheets of a topic for inputs drawn with a fixed seed."""
    rng, topic = random.Random(name), topics.load(name)
    while count:
        raw = draws.draw(name, rng)
        try:
            yield Worksheet(topic, topic.read(raw), frozenset(raw), lang=lang, style=style)
        except (InputError, CalculationError):
            continue
        count -= 1


def lstm_inputs():
    rng = random.Random(1)

    def numbers(*shape):
        return [numbers(*shape[1:]) for _ in range(shape[0])] if shape else round(rng.uniform(-1, 1), 2)

    weights = {f"w{gate}": numbers(2, 3) for gate in "ifgo"} | {f"u{gate}": numbers(2, 2) for gate in "ifgo"}
    return {"x": numbers(2, 3), "h0": numbers(2), "c0": numbers(2), **weights}


def private(lang="en"):
    """Yield sheets with a table, matrices, layers, time, and paper arithmetic."""
    for topic, raw in ((PERCEPTRON, AND), (BACKPROP, NOTES_NET), (LSTM, lstm_inputs())):
        yield Worksheet(topic, topic.read(raw), lang=lang)
    inputs = BACKPROP.read(NOTES_NET)
    paper = Worksheet(BACKPROP, inputs, mode=modes.paper(3), style=Style(decimals=3), lang=lang)
    paper.unrounded = Worksheet(BACKPROP, inputs)
    yield paper


def every(lang, count=3):
    """Yield sheets of every topic."""
    for name in topics.names():
        yield from drawn(name, count, lang)
    yield from private(lang)


def reports(lang):
    """Yield (sheet, report) with every kind of verdict."""
    conv, pool = topics.load("conv"), topics.load("pool")
    mistaken = BACKPROP.sheet(BACKPROP.read(NOTES_NET), BACKPROP.misconceptions[2].mode)
    typed = "; ".join(",".join(f"{entry:.6f}" for entry in row) for row in BACKPROP.results(mistaken.env)["W1_new"])
    for topic, raw, answers in (
        (conv, {"in": 28, "k": 3}, {"out": 25, "params": 10, "shape": "2x", "weights": 8, "macs": HOSTILE}),
        (pool, {"in": 10, "k": 3}, {"out": 4}),
        (BACKPROP, NOTES_NET, {"W1_new": typed, "E": "0.018"}),
    ):
        yield Worksheet(topic, topic.read(raw), lang=lang), check(topic, raw, answers, lang)


INVERSES = (
    ("conv", {"in": 28, "k": 3}, {"out": 28}, "pad"),
    ("conv", {"in": 28, "k": 4}, {"out": 28}, "pad"),  # none
    ("conv", {"in": "28x40", "k": 3}, {"out": "28x40"}, "pad"),
    ("conv", {"in": 28}, {"out": 28}, "k,pad"),
    ("conv", {"k": 3, "stride": 2, "pad": 1}, {"out": 7}, "in"),
    ("conv", {"x": "1,2;3,4", "w": "1,2;3,4"}, {"out": "3x3"}, "pad"),
    ("linear", {"in_features": 784}, {"": 7851}, "out_features"),
    ("pool", {"in": 28, "k": 3}, {"": 28}, "pad"),  # what the inequality allows is refused
    ("pool", {"k": 3, "stride": 2, "ceil": True}, {"": 56}, "in"),
    ("pool", {"in": 112, "k": 3, "stride": 2}, {"": 56}, "ceil"),
)


def inverses(lang):
    """Return answers to inverse questions: one and several unknowns, with and without a solution or an inequality."""
    return [dlcalc.inverse(*question, lang=lang) for question in INVERSES]
