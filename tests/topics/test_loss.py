"""Losses and their gradients against exact arithmetic, differences, PyTorch, published numbers and the list."""

import json
import random
from fractions import Fraction
from math import log
from pathlib import Path

import mpmath
import pytest

import dlcalc
from dlcalc import InputError
from dlcalc.topics.loss import BY_CLASS, ROWS
from tests.draws.loss import draw
from tests.topics.listed import catalogued, is_named, verdict

TRUTH = {e["id"]: e for e in json.loads((Path(__file__).parents[1] / "truth/published.json").read_text("utf-8"))}

mpmath.mp.dps = 400


def answers(**inputs):
    return dlcalc.solve("loss", inputs).answers


# ---------------------------------------------------------------- each loss, written out again

ORACLES = {
    "zero-one": lambda y, t: (int(y != t), 0),
    "perceptron": lambda y, t: (max(0, -t * y), -t if t * y < 0 else 0),
    "half-sse": lambda y, t: ((y - t) ** 2 / 2, y - t),
    "sse": lambda y, t: ((y - t) ** 2, 2 * (y - t)),
    "mse": lambda y, t: ((y - t) ** 2, 2 * (y - t)),
    "mae": lambda y, t: (abs(y - t), (y > t) - (y < t)),
    "hinge": lambda y, t: (max(0, 1 - t * y), -t if t * y < 1 else 0),
    "log": lambda y, t: (mpmath.log1p(mpmath.exp(number(-t * y))), -number(t) / (1 + mpmath.exp(number(t * y)))),
    "bce": lambda y, t: (-mpmath.log(number(y if t else 1 - y)), number(y - t) / number(y * (1 - y))),
}
"""The loss of one number and its slope."""


def number(x):
    if isinstance(x, mpmath.mpf):
        return x
    x = Fraction(x)
    return mpmath.mpf(x.numerator) / x.denominator


def test_every_loss_of_single_numbers_has_an_oracle_here():
    assert set(ORACLES) == set(ROWS)


def drawn(name, count=60):
    """Yield drawn exercises of one loss, its numbers as fractions."""
    rng = random.Random(name)
    while count:
        raw = draw(rng)
        if raw["name"] == name:
            count -= 1
            yield raw


def flat(value):
    return [x for item in value for x in flat(item)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", ORACLES)
def test_values_and_slopes_of_single_numbers(name):
    for raw in drawn(name):
        raw.pop("margin", None)
        ys, ts = (list(map(Fraction, flat(raw[key]))) for key in "yt")
        singles = [ORACLES[name](y, t) for y, t in zip(ys, ts, strict=True)]
        adds = raw.get("reduction", "sum" if name in ("half-sse", "sse") else "mean") == "sum"
        n = 1 if adds else len(ys)
        found = answers(**raw)
        same(found["loss"], sum(number(value) for value, _ in singles) / n)
        for ours, (_, slope) in zip(flat(found["dy"]), singles, strict=True):
            same(ours, number(slope) / n)


def same(ours, theirs):
    assert float(ours) == pytest.approx(float(theirs), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    "name", ["zero-one", "perceptron", "half-sse", "sse", "mse", "mae", "hinge", "multiclass-hinge"]
)
def test_losses_without_exponentials_are_exact(name):
    for raw in drawn(name, 20):
        found = answers(**raw)
        assert not any(isinstance(x, float) for x in flat([found["loss"], found["dy"]]))


def test_the_margin_of_a_hinge_can_be_set():
    assert answers(name="hinge", y="1.5", t=1, margin=2) == {"loss": Fraction(1, 2), "dy": -1}


@pytest.mark.parametrize("name", BY_CLASS)
def test_values_and_slopes_of_classes(name):
    for raw in drawn(name):
        many = isinstance(raw["y"][0], list)
        rows, classes = (raw["y"], raw["t"]) if many else ([raw["y"]], [raw["t"]])
        found = answers(**raw)
        singles = [of_classes(name, row, k) for row, k in zip(rows, classes, strict=True)]
        same(found["loss"], sum(value for value, _ in singles) / len(rows))
        slopes = found["dy"] if many else [found["dy"]]
        for ours, (_, theirs) in zip(slopes, singles, strict=True):
            for a, b in zip(ours, theirs, strict=True):
                same(a, number(b) / len(rows))


def of_classes(name, row, k):
    """Return the loss of one sample and its gradient, by loops."""
    row = [Fraction(x) for x in row]
    if name == "ce":
        return -mpmath.log(number(row[k])), [-1 / row[k] if j == k else 0 for j in range(len(row))]
    value, slopes = Fraction(0), [0] * len(row)
    for j, score in enumerate(row):
        if j != k and score - row[k] + 1 > 0:
            value += score - row[k] + 1
            slopes[j] += 1
            slopes[k] -= 1
    return value, slopes


def test_targets_may_be_typed_as_classes_or_as_zeros_and_ones():
    for name in BY_CLASS:
        by_class = answers(name=name, y="0.3,0.6,0.1;0.2,0.3,0.5", t="0,2")
        assert answers(name=name, y="0.3,0.6,0.1;0.2,0.3,0.5", t="1,0,0;0,0,1") == by_class
        assert answers(name=name, y="0.3,0.6,0.1;0.2,0.3,0.5", t="1,3", from_one=True) == by_class


def test_shared_targets_weigh_the_classes():
    found = answers(name="ce", y="0.2,0.8,0", t="0.3,0.7,0")
    assert found["loss"] == pytest.approx(-0.3 * log(0.2) - 0.7 * log(0.8), rel=1e-14)
    assert found["dy"] == [Fraction(-3, 2), Fraction(-7, 8), 0]


def test_the_gradient_is_the_quotient_of_small_differences():
    rng, seen, h = random.Random(8), set(), Fraction(1, 10**6)
    for _ in range(400):
        raw = draw(rng)
        if raw["name"] in ("zero-one",) or isinstance(raw["y"], list):
            continue
        seen.add(raw["name"])
        y = raw["y"] + Fraction(1, 997)  # away from every kink
        above, below = (answers(**{**raw, "y": y + s * h})["loss"] for s in (1, -1))
        slope = answers(**{**raw, "y": y})["dy"]
        assert float(above - below) / float(2 * h) == pytest.approx(float(slope), rel=1e-6, abs=1e-6)
    assert len(seen) >= 7


def test_the_log_loss_of_a_hopeless_score_is_no_infinity():
    assert answers(name="log", y=-2000, t=1) == {"loss": 2000, "dy": -1}
    assert answers(name="log", y=2000, t=1)["loss"] == 0


@pytest.mark.parametrize("base", ["2", "10"])
def test_the_logarithm_of_another_base_divides_loss_and_gradient(base):
    for exercise in (
        {"name": "bce", "y": "0.1,0.5", "t": "1,0"},
        {"name": "log", "y": "0.5", "t": -1},
        {"name": "ce", "y": "0.1,0.9", "t": 0},
    ):
        natural, other = answers(**exercise), answers(**exercise, base=base)
        assert other["loss"] == pytest.approx(natural["loss"] / log(int(base)), rel=1e-14)
        assert flat(other["dy"]) == pytest.approx([float(x) / log(int(base)) for x in flat(natural["dy"])], rel=1e-14)


def test_what_is_taken_at_a_kink_is_said():
    for inputs in (
        {"name": "mae", "y": "1,2", "t": "1,3"},
        {"name": "hinge", "y": 1, "t": 1},
        {"name": "perceptron", "y": 0, "t": 1},
        {"name": "multiclass-hinge", "y": "1,2", "t": 1},
    ):
        assert "is taken" in dlcalc.solve("loss", inputs).render("text", width=100)
        assert "这里取 0" in dlcalc.solve("loss", inputs, lang="zh").render("text", width=100)
    assert answers(name="mae", y=1, t=1)["dy"] == TRUTH["subgradients"]["expected"]["abs"]


def test_probabilities_that_do_not_add_up_to_one_are_pointed_out():
    assert "add up to 0.8" in dlcalc.solve("loss", {"name": "ce", "y": "0.5,0.3", "t": 0}).render("text")
    assert "add up" not in dlcalc.solve("loss", {"name": "ce", "y": "0.333,0.333,0.333", "t": 0}).render("text")


# ---------------------------------------------------------------- published numbers


def test_the_hinge_of_cs231n():
    entry = TRUTH["cs231n-hinge"]
    given = entry["input"]
    assert (
        answers(name="multiclass-hinge", y=given["s"], t=given["y"], margin=given["delta"])["loss"] == entry["expected"]
    )


def test_the_cross_entropy_of_d2l():
    entry = TRUTH["d2l-ce"]
    found = answers(name="ce", y=entry["input"]["p"], t=entry["input"]["labels"])
    assert found["loss"] == pytest.approx(entry["expected"], abs=1e-12)


def test_the_mean_squared_error_measured_in_pytorch():
    entry = TRUTH["mse-conventions"]
    found = answers(name="mse", y=entry["input"]["o"], t=entry["input"]["t"])
    assert float(found["loss"]) == pytest.approx(entry["expected"]["torch_loss"], abs=1e-12)
    assert flat(found["dy"]) == pytest.approx(entry["expected"]["torch_mean"], abs=1e-12)


# ---------------------------------------------------------------- mistakes and bad input

CE = {"name": "ce", "y": "0.1,0.2,0.3,0.4", "t": 3}
BCE = {"name": "bce", "y": "0.1,0.5,0.7", "t": "1,0,1"}
SVM = {"name": "multiclass-hinge", "y": "3.2,5.1,-1.7", "t": 0}

LISTED = [
    ("M085", {**CE, "base": "e"}, "loss", "0.3979"),
    ("M086", {**CE, "base": "e"}, "loss", "1.3219"),
    ("M087", BCE, "loss", "-1.12"),
    ("M088", {**BCE, "reduction": "mean"}, "loss", "3.3524"),
    ("M089", BCE, "loss", "0.8864"),
    ("M090", CE, "loss", "1.6015"),
    ("M092", {"name": "hinge", "y": "0.3", "t": 1}, "loss", 0),
    ("M093", {"name": "hinge", "y": "2.5", "t": 1}, "loss", "1.5"),
    ("M094", SVM, "loss", "3.9"),
    ("M095", SVM, "loss", "5.9"),
    ("M096", {"name": "half-sse", "y": "0.690283", "t": "0.5"}, "loss", "0.0362"),
    ("M097", {"name": "mse", "y": "9,6,5,7,5", "t": "10,5,7,8,6"}, "loss", 2),
    ("M098", {"name": "zero-one", "y": -1, "t": 1}, "loss", 2),
    ("M099", {"name": "log", "y": "0.5", "t": -1}, "loss", "-0.4741"),
    ("M101", {"name": "half-sse", "y": "0.690283", "t": "0.5"}, "dy", "-0.190283"),
    ("M102", {"name": "log", "y": 0, "t": -1}, "dy", "0.125"),
    ("M104", {"name": "half-sse", "y": 2, "t": "0.5"}, "dy", "0.75"),
    ("M105", {"name": "sse", "y": 2, "t": "0.5"}, "dy", "1.5"),
]
"""Each mistake of the list on its own instance; M102's a = 0.5 and label 0 are the score 0 and the label −1."""


@pytest.mark.parametrize(("number", "inputs", "name", "wrong"), LISTED, ids=[row[0] for row in LISTED])
def test_each_listed_mistake_is_named_on_its_own_instance(number, inputs, name, wrong):
    assert is_named(number, "loss", inputs, name, wrong)


def test_the_list_is_complete():
    assert catalogued("loss") == {row[0] for row in LISTED}


def test_sum_or_mean_and_the_base_are_conventions_until_they_are_stated():
    assert verdict("loss", BCE, "loss", "3.3524").convention == "reduction=sum"
    assert verdict("loss", CE, "loss", "0.3979").convention == "base=10"


@pytest.mark.parametrize(
    ("inputs", "name", "says"),
    [
        ({"name": "l2", "y": 1, "t": 1}, "name", "Did you mean mse"),
        ({"name": "cross_entropy", "y": 1, "t": 1}, "name", "Did you mean ce"),
        ({"name": "huber", "y": 1, "t": 1}, "name", "Type one of"),
        ({"name": "mse", "y": "1,2,3", "t": "1,2"}, "t", "y has 3 number(s) and t 2"),
        ({"name": "mse", "y": "1,2;3,4", "t": "1,2"}, "t", "2×2"),
        ({"name": "bce", "y": "0.5", "t": -1}, "t", "--name log"),
        ({"name": "bce", "y": "0.5", "t": "0.5"}, "t", "0 and 1"),
        ({"name": "bce", "y": "1.5", "t": 1}, "y", "between 0 and 1"),
        ({"name": "bce", "y": 0, "t": 1}, "y", "logarithm of 0"),
        ({"name": "hinge", "y": 1, "t": 0}, "t", "--name bce"),
        ({"name": "hinge", "y": 1, "t": 1, "margin": 0}, "margin", "above 0"),
        ({"name": "ce", "y": "0.4", "t": 0}, "y", "each class"),
        ({"name": "ce", "y": "0.5,0.5", "t": 2}, "t", "--from-one"),
        ({"name": "ce", "y": "0.5,0.5", "t": "0.5"}, "t", "from 0 to 1"),
        ({"name": "ce", "y": "0.5,0.5;1,0", "t": 0}, "t", "2 in all"),
        ({"name": "ce", "y": "2,1", "t": 0}, "y", "dlcalc softmax"),
        ({"name": "ce", "y": "0,1", "t": 0}, "y", "ln 0"),
        ({"name": "ce", "y": "0.5,0.5", "t": "1,1"}, "t", "add up to 1"),
        ({"name": "multiclass-hinge", "y": "1,2", "t": "0.5,0.5"}, "t", "one class"),
        ({"name": "ce", "y": "0.5,0.5", "t": 0, "base": 1}, "base", "e, 2, 10"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_type(inputs, name, says):
    with pytest.raises(InputError) as caught:
        dlcalc.solve("loss", inputs)
    assert caught.value.name == name
    assert says in str(caught.value)


# ---------------------------------------------------------------- PyTorch


def in_torch(name, y, t, reduction, margin):
    import torch.nn.functional as f

    def reduced(each):
        return each.mean() if reduction == "mean" else each.sum()

    match name:
        case "perceptron":
            return reduced(f.relu(-t * y))
        case "half-sse":
            return f.mse_loss(y, t, reduction=reduction) / 2
        case "sse" | "mse":
            return f.mse_loss(y, t, reduction=reduction)
        case "mae":
            return f.l1_loss(y, t, reduction=reduction)
        case "hinge":
            return reduced(f.relu(margin - t * y))
        case "log":
            return f.soft_margin_loss(y, t, reduction=reduction)
        case "bce":
            return f.binary_cross_entropy(y, t, reduction=reduction)
        case "ce":
            return f.nll_loss(y.log(), t, reduction=reduction)
        case "multiclass-hinge":  # PyTorch also divides by the number of classes
            return f.multi_margin_loss(y, t, margin=margin, reduction=reduction) * y.shape[1]


@pytest.mark.oracle
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("name", [n for n in (*ROWS, *BY_CLASS) if n != "zero-one"])
def test_values_and_gradients_are_those_of_pytorch(name, reduction):
    torch = pytest.importorskip("torch")
    for raw in drawn(name, 40):
        ours = answers(**{**raw, "reduction": reduction})
        y = torch.tensor(as_floats(raw["y"]), dtype=torch.float64, requires_grad=True)
        t = torch.tensor(as_floats(raw["t"]), dtype=torch.float64)
        if name == "multiclass-hinge" and stands_at_the_margin(raw):
            continue  # 0.3 − 1.3 + 1 is 0 exactly, but not in float64
        if name in BY_CLASS:
            rows = y if y.dim() == 2 else y[None]
            loss = in_torch(name, rows, t.long().reshape(-1), reduction, 1.0)
        else:
            loss = in_torch(name, y, t, reduction, float(raw.get("margin", 1)))
        loss.backward()
        assert float(ours["loss"]) == pytest.approx(loss.item(), rel=1e-12, abs=1e-12)
        assert [float(x) for x in flat(ours["dy"])] == pytest.approx(flat(y.grad.tolist()), rel=1e-12, abs=1e-12)


def stands_at_the_margin(raw):
    rows, classes = (raw["y"], raw["t"]) if isinstance(raw["t"], list) else ([raw["y"]], [raw["t"]])
    return any(score - row[k] == -1 for row, k in zip(rows, classes, strict=True) for score in row)


def as_floats(value):
    return [as_floats(item) for item in value] if isinstance(value, list) else float(value)
