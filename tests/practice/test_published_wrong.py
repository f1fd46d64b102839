"""Wrong answers that were published, or asked about by students, each with the mistake that is to be named.

Read off lecture threads, answer sites and course notes; what is right was worked out by hand and is asserted too.
"""

import pytest

import dlcalc
from dlcalc.core.report import ACCEPTED

NOTES_NET = {
    "x": "0.35,0.9",
    "t": 0.5,
    "w1": "0.1,0.8; 0.4,0.6",
    "w2": "0.3,0.9",
    "loss": "half-sse",
    "eta": 1,
}
"""The net of the lecture notes whose program broadcasts the error of the hidden layer wrongly."""

PUBLISHED = [
    # an answer site: "(5 − 3 + 2)/1 + 1 = 5"
    ("conv", {"in": 5, "k": 3, "pad": 2, "stride": 1}, "out", 7, 5, "pads-one-side"),
    # "(300 − 5 + 1)/1 + 1 = 296": the formula written gives 297, the number printed is right
    ("conv", {"in": 300, "k": 5}, "out", 296, 297, "plus-one-twice"),
    # "784 × 128 + 128 = 100352", which makes 109258 of the whole net's 109386
    ("linear", {"in_features": 784, "out_features": 128}, "params", 100480, 100352, "bias-left-out"),
    # a lecture slide that its course corrected later
    ("conv", {"in": "3x32x32", "k": 5, "filters": 8}, "params", 608, 600, "bias-left-out"),
    # a student's count of 128 → 256
    ("linear", {"in_features": 128, "out_features": 256}, "params", 33024, 32896, "bias-per-input"),
    # "n_out = (n − 1)s − p + f" for a transposed convolution
    ("conv", {"in": 5, "k": 3, "stride": 2, "pad": 1, "transpose": True}, "out", 9, 10, "transposed-crops-one-side"),
    # the notes' back-propagation program, after one round
    (
        "backprop",
        NOTES_NET,
        "W1_new",
        "0.099071,0.797611; 0.397140,0.592646",
        "0.096619,0.789858; 0.396619,0.589858",
        "broadcast-row-by-column",
    ),
    # the same with three digits, as a student copies it
    (
        "backprop",
        NOTES_NET,
        "W1_new",
        "0.0991,0.7976; 0.3971,0.5926",
        "0.0966,0.7899; 0.3966,0.5899",
        "broadcast-row-by-column",
    ),
    # "the sigmoid's slope near 0 is about 1"
    ("activation", {"name": "sigmoid", "z": 0}, "da", "0.25", "1", None),
    # a question on Keras's summary: 32 filters of 3 × 3 on an RGB image "must have 32 × 9 = 288"
    ("conv", {"in": "3x32x32", "k": 3, "pad": "same", "filters": 32}, "params", 896, 288, "kernel-area-alone"),
    # the same question elsewhere, with the channels but one bias for each of them
    ("conv", {"in": "3x32x32", "k": 3, "filters": 64}, "params", 1792, 1731, "biases-as-input-channels"),
    # a forum: "10·3·224·224 = 1505280, but the summary says 1505290"
    ("linear", {"in_features": "3x224x224", "out_features": 10}, "params", 1505290, 1505280, "bias-left-out"),
    # AlexNet's first layer on 224, as printed in its paper
    ("conv", {"in": "3x224x224", "k": 11, "stride": 4, "filters": 96}, "out", 54, 55, "rounds-up"),
    # "(227 − 11)/4 = 54"
    ("conv", {"in": 227, "k": 11, "stride": 4}, "out", 55, 54, "no-plus-one"),
    # padding left out, once, or on one side
    ("conv", {"in": 32, "k": 5, "pad": 2}, "out", 32, 28, "padding-forgotten"),
    ("conv", {"in": 32, "k": 5, "pad": 2}, "out", 32, 30, "pads-one-side"),
    # pooling: stride 1 as in a convolution, channels divided too, weights that learn
    ("pool", {"in": 28, "k": 2}, "out", 14, 27, "pool-stride-1"),
    ("pool", {"in": "6x28x28", "k": 2}, "params", 0, 24, "pool-has-weights"),
    # CS231n's hinge of (3.2, 5.1, −1.7): 2.9; the target's own 1 added, the margin forgotten
    ("loss", {"name": "multiclass-hinge", "y": "3.2,5.1,-1.7", "t": 0}, "loss", "2.9", "3.9", "target-class-added"),
    (
        "loss",
        {"name": "multiclass-hinge", "y": "3.2,5.1,-1.7", "t": 0},
        "loss",
        "2.9",
        "1.9",
        "margin-between-classes-left-out",
    ),
    # softmax as shares of the scores, its loss without the minus, its gradient without the target
    ("softmax", {"z": "2,1,0.1", "target": 0}, "p", "0.659,0.242,0.099", "0.645,0.323,0.032", "no-exponential"),
    ("softmax", {"z": "2,1,0.1", "target": 0}, "loss", "0.417", "-0.417", "minus-left-out"),
    (
        "softmax",
        {"z": "2,1,0.1", "target": 0},
        "dz",
        "-0.341,0.242,0.099",
        "0.659,0.242,0.099",
        "target-not-subtracted",
    ),
    # AND learned from zeros, the bias left at 0
    ("perceptron", {"x": "0,0;0,1;1,0;1,1", "t": "0,0,0,1"}, "w", "2,1", "1,1", "bias-not-updated"),
]


@pytest.mark.parametrize(("topic", "inputs", "name", "right", "wrong", "mistake"), PUBLISHED)
def test_a_published_wrong_answer_is_refused_and_its_mistake_named_first(topic, inputs, name, right, wrong, mistake):
    found = dlcalc.check(topic, inputs, {name: wrong}).verdicts[name]
    assert found.verdict not in ACCEPTED
    if mistake is not None:
        assert found.misconceptions[0] == mistake
        assert found.explanations[0].remedy.zh


@pytest.mark.parametrize(("topic", "inputs", "name", "right", "wrong", "mistake"), PUBLISHED)
def test_what_is_right_there_is_accepted(topic, inputs, name, right, wrong, mistake):
    assert dlcalc.check(topic, inputs, {name: right}).verdicts[name].verdict in ("right", "rounded")


CONVENTIONS = [
    # d2l and Caffe: 112 → 55 or 56; BCE of (.1, .5, .7) against (1, 0, 1) as a sum; CE in bits
    ("pool", {"in": 112, "k": 3, "stride": 2}, "out", 56, "ceil=true"),
    ("loss", {"name": "bce", "y": "0.1,0.5,0.7", "t": "1,0,1"}, "loss", "3.35", "reduction=sum"),
    ("loss", {"name": "ce", "y": "0.7,0.2,0.1", "t": 0}, "loss", "0.515", "base=2"),
]


@pytest.mark.parametrize(("topic", "inputs", "name", "answer", "convention"), CONVENTIONS)
def test_a_published_answer_of_another_convention_is_no_mistake(topic, inputs, name, answer, convention):
    found = dlcalc.check(topic, inputs, {name: answer}).verdicts[name]
    assert (found.verdict, found.convention) == ("convention", convention)


def test_an_answer_that_rounding_takes_off_another_convention_is_not_wrong():
    """3.52309 in bits; with p rounded to five decimals the logarithm gives 3.52301."""
    exercise = {"z": "-1.7,-3,2.9", "target": 0, "temperature": 2}
    found = dlcalc.check("softmax", exercise, {"loss": "3.52301"}).verdicts["loss"]
    assert (found.verdict, found.convention) == ("convention", "base=2")
    assert dlcalc.check("softmax", exercise, {"loss": "3.52309"}).verdicts["loss"].convention == "base=2"
    assert dlcalc.check("softmax", exercise, {"loss": "3.6012"}).verdicts["loss"].verdict == "wrong"


def test_a_formula_worked_in_float64_meets_an_exact_value():
    exercise = {"name": "mse", "y": [1, 2, 3], "t": [2, 2, 5]}
    assert dlcalc.check("loss", exercise, {"loss": "e^0.5*e^-0.5*5/3"}).verdicts["loss"].verdict == "right"


CAREFUL = [
    ({"z": "-1.7,0.5", "target": 0}, "loss", "3.32554"),  # base 2, of p = 0.09975
    ({"z": "-1.1,2.3,4", "target": 2}, "loss", "1.90"),  # from one, of p = 0.15
    ({"z": "-2.1,-5,0.4", "target": 2, "from_one": True}, "loss", "2.387"),  # base 10, of p = 0.0041
    ({"z": "1.6,35", "target": 1}, "loss", "0.0000000000000013"),  # base 10, of u = 3.1e-15
    ({"z": "-2,3.8,-26", "target": 2, "from_one": True}, "dz", "0.00131,-0.00131,0.000000000000048"),  # base 10
    ({"z": "1.7,29,2.6", "target": 1}, "loss", "27.295"),  # from one, of p = 1.4e-12
]
"""Honest paper work under another convention than the default one."""


@pytest.mark.parametrize(("exercise", "name", "answer"), CAREFUL)
def test_careful_work_under_another_convention_is_never_accused(exercise, name, answer):
    assert dlcalc.check("softmax", exercise, {name: answer}).verdicts[name].verdict == "convention"
