"""Softmax, its cross-entropy, gradient and Jacobian against mpmath, differences, PyTorch and published numbers."""

import json
import random
from math import log
from pathlib import Path

import mpmath
import pytest

import dlcalc
from dlcalc import InputError
from tests.topics.listed import catalogued, is_named, verdict

TRUTH = {e["id"]: e for e in json.loads((Path(__file__).parents[1] / "truth/published.json").read_text("utf-8"))}

mpmath.mp.dps = 400

EXAM = {"z": "ln20,ln40,ln60,ln80", "target": 4, "from_one": True}
"""Scores whose probabilities are 0.1, 0.2, 0.3, 0.4."""


def answers(**inputs):
    return dlcalc.solve("softmax", inputs).answers


# ---------------------------------------------------------------- numbers


def exact(z, target, temperature=1):
    """Return p, loss, gradient and Jacobian in 400 digits."""
    powers = [mpmath.exp(mpmath.mpf(x) / temperature) for x in z]
    p = [power / mpmath.fsum(powers) for power in powers]
    rest = [mpmath.fsum(powers[:i] + powers[i + 1 :]) / mpmath.fsum(powers) for i in range(len(z))]
    dz = [(-rest[i] if i == target else x) / temperature for i, x in enumerate(p)]
    J = [[(a * rest[i] if i == j else -a * b) / temperature for j, b in enumerate(p)] for i, a in enumerate(p)]
    return p, mpmath.log1p(rest[target] / p[target]), dz, J


CASES = [
    ([2, 1, "0.1"], 0, 1),
    ([2, 1, "0.1"], 2, 2),
    ([0, 0], 1, 1),
    ([-3, "4.5", 1, "-0.25"], 3, "0.5"),
    ([30, 0, -1], 0, 1),
    ([30, 0, -1], 1, 1),
    ([1000, 999], 0, 1),
    ([1000, 900], 0, 1),
    ([1000, 0], 1, 1),
    ([-1000, -1001, -1003], 2, 1),
    ([5], 0, 1),
]


@pytest.mark.parametrize(("z", "target", "temperature"), CASES)
def test_every_answer_keeps_its_digits_however_large_the_scores_are(z, target, temperature):
    found = answers(z=z, target=target, temperature=temperature)
    p, loss, dz, J = exact(z, target, mpmath.mpf(temperature))
    assert found["p"] == near(p)
    assert found["loss"] == near(loss)
    assert found["dz"] == near(dz)
    for ours, theirs in zip(found["jacobian"], J, strict=True):
        assert ours == near(theirs)


def near(values):
    found = [float(v) for v in values] if isinstance(values, list) else float(values)
    return pytest.approx(found, rel=1e-9, abs=1e-300)


def test_the_naive_form_and_log_sum_exp_give_the_same_numbers():
    values = dlcalc.solve("softmax", {"z": "2,1,0.1", "target": 0}).values
    assert values["p_naive"] == pytest.approx(values["p"], rel=1e-14)
    assert values["loss_lse"] == pytest.approx(values["loss"], rel=1e-14)
    assert values["lse"] == pytest.approx(log(sum(values["u_naive"])), rel=1e-14)


@pytest.mark.parametrize("z", ["1000,999", "-1000,-999", "3000,0", "400000,1"])
def test_where_the_naive_form_has_no_value_that_is_said_and_no_infinity_is_printed(z):
    for lang in ("en", "zh"):
        text = dlcalc.solve("softmax", {"z": z, "target": 1}, lang=lang).render("text")
        assert "u_naive" not in text
        assert ("inf/inf" in text) != ("0/0" in text)
        assert "nan" not in text
        assert "inf" not in text.replace("inf/inf", "")
    assert sum(answers(z=z, target=0)["p"]) == pytest.approx(1, rel=1e-15)


def test_the_gradient_is_the_quotient_of_small_differences():
    rng = random.Random(3)
    for _ in range(20):
        z = [rng.uniform(-4, 4) for _ in range(rng.randint(2, 4))]
        target, h = rng.randrange(len(z)), 1e-5
        found = answers(z=z, target=target)
        for j in range(len(z)):
            above, below = (answers(z=[x + s * h * (i == j) for i, x in enumerate(z)], target=target) for s in (1, -1))
            assert (above["loss"] - below["loss"]) / (2 * h) == pytest.approx(found["dz"][j], abs=1e-9)
            for i in range(len(z)):
                slope = (above["p"][i] - below["p"][i]) / (2 * h)
                assert slope == pytest.approx(found["jacobian"][i][j], abs=1e-9)


def test_without_a_target_there_are_probabilities_and_a_jacobian_only():
    assert set(answers(z="1,2")) == {"p", "jacobian"}


def test_the_logarithm_of_another_base_divides_loss_and_gradient():
    natural, bits = answers(z="2,1,0.1", target=0), answers(z="2,1,0.1", target=0, base="2")
    assert bits["loss"] == pytest.approx(natural["loss"] / log(2), rel=1e-14)
    assert bits["dz"] == pytest.approx([x / log(2) for x in natural["dz"]], rel=1e-14)


@pytest.mark.parametrize("z", ["ln20,ln40,ln60,ln80", "(ln 20, ln 40, ln 60, ln 80)", "ln(20)，ln(40)，ln(60)，ln(80)"])
def test_scores_may_be_typed_as_logarithms(z):
    assert answers(z=z)["p"] == pytest.approx([0.1, 0.2, 0.3, 0.4], rel=1e-12)


def test_scores_may_be_typed_as_other_functions_of_numbers():
    assert answers(z="sqrt2, exp(1), -ln(3)/2")["p"] == pytest.approx(
        [float(x) for x in exact([mpmath.sqrt(2), mpmath.e, -mpmath.log(3) / 2], 0)[0]], rel=1e-12
    )


# ---------------------------------------------------------------- published numbers


def test_the_probabilities_of_cs231n():
    entry = TRUTH["cs231n-softmax-1"]
    assert answers(**entry["input"])["p"] == pytest.approx(entry["expected"], abs=0.006)


# ---------------------------------------------------------------- mistakes and bad input

LISTED = [
    ("M083", {"z": "2,1,0.1"}, "p", "0.6452,0.3226,0.0323"),
    ("M084", {"z": "2,1,0.1"}, "p", "0.8808,0.7311,0.5250"),
    ("M085", {**EXAM, "base": "e"}, "loss", "0.3979"),
    ("M086", {**EXAM, "base": "e"}, "loss", "1.3219"),
    ("M087", EXAM, "loss", "-0.9163"),
    ("M090", EXAM, "loss", "1.6015"),
    ("M091", EXAM, "loss", "-1.4775"),
    ("M100", EXAM, "dz", "0.1,0.2,0.3,0.4"),
    ("M101", EXAM, "dz", "-0.1,-0.2,-0.3,0.6"),
    ("M106", {"z": "ln4,ln6"}, "jacobian", "0.24,0;0,0.24"),
]
"""Each mistake of the list on its own instance; M087's is in the tests of `loss`, here it is the exam's."""


@pytest.mark.parametrize(("number", "inputs", "name", "wrong"), LISTED, ids=[row[0] for row in LISTED])
def test_each_listed_mistake_is_named_on_its_own_instance(number, inputs, name, wrong):
    assert is_named(number, "softmax", inputs, name, wrong)


def test_the_list_is_complete():
    assert catalogued("softmax") == {row[0] for row in LISTED}


def test_another_base_is_a_convention_until_it_is_stated():
    assert verdict("softmax", EXAM, "loss", "0.3979").convention == "base=10"
    assert verdict("softmax", EXAM, "loss", "1.3219").convention == "base=2"


def test_counting_classes_from_one_is_a_convention_until_it_is_stated():
    found = verdict("softmax", {"z": "2,1,0.1", "target": 1}, "loss", "0.4170")
    assert (found.verdict, found.convention) == ("convention", "from_one=true")


@pytest.mark.parametrize("name", ["p[2]", "p2", "p_2"])
def test_one_probability_can_be_answered_by_its_name(name):
    assert verdict("softmax", {"z": "2,1,0.1"}, name, "0.2424").verdict == "rounded"
    assert is_named("M084", "softmax", {"z": "2,1,0.1"}, name, "0.7311")


def test_one_entry_of_the_jacobian_can_be_answered_by_its_name():
    assert verdict("softmax", {"z": "ln4,ln6"}, "jacobian[1,2]", "-0.24").verdict in ("right", "rounded")
    assert is_named("M106", "softmax", {"z": "ln4,ln6"}, "jacobian[1,2]", 0)  # the list's own question, ∂p1/∂z2
    with pytest.raises(InputError):
        verdict("softmax", {"z": "ln4,ln6"}, "jacobian[1,3]", 0)


def test_a_tiny_probability_does_not_make_any_loss_right():
    # p is 1e-16: someone who rounds to one decimal keeps two digits of it, not 0.0
    exercise = {"z": "38,1.8,1.2,3.6", "target": 2, "from_one": False}
    assert answers(**exercise)["loss"] == pytest.approx(36.8)
    assert verdict("softmax", exercise, "loss", "36.8").verdict in ("right", "rounded")
    assert verdict("softmax", exercise, "loss", "36.2").verdict == "misconception"  # the class counted from 1


def test_a_loss_rounded_to_zero_is_coarse_and_no_mistake():
    assert verdict("softmax", {"z": "39,0.5,0.9", "target": 0}, "loss", "0.000").verdict == "invalid"


@pytest.mark.parametrize(
    ("inputs", "name", "says"),
    [
        ({"z": "2,1,0.1", "target": 3}, "target", "--from-one"),
        ({"z": "2,1,0.1", "target": 4}, "target", "from 0 to 2"),
        ({"z": "2,1,0.1", "target": 0, "from_one": True}, "target", "from 1 to 3"),
        ({"z": "2,1", "temperature": 0}, "temperature", "above 0"),
        ({"z": "2,1", "temperature": "-1/2"}, "temperature", "above 0"),
        ({"z": "2,1", "base": 1, "target": 0}, "base", "e, 2, 10"),
        ({"z": "2,1", "base": 0, "target": 0}, "base", "e, 2, 10"),
        ({"z": "ln(0),1"}, "z", "ln(0)"),
        ({"z": "ln(x),1"}, "z", "ln(x)"),
        ({"z": "1,2;3,4"}, "z", "scores such as"),
        ({"z": "ln20,"}, "z", "no score"),
        ({"z": ""}, "z", "scores such as"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_type(inputs, name, says):
    with pytest.raises(InputError) as caught:
        dlcalc.solve("softmax", inputs)
    assert caught.value.name == name
    assert says in str(caught.value)


# ---------------------------------------------------------------- PyTorch


@pytest.mark.oracle
def test_every_answer_is_that_of_pytorch():
    torch = pytest.importorskip("torch")
    rng = random.Random(11)
    for _ in range(200):
        z = [round(rng.uniform(-20, 20), 2) for _ in range(rng.randint(1, 6))]
        target, temperature = rng.randrange(len(z)), rng.choice((1, 0.5, 2, 3.7))
        x = torch.tensor(z, dtype=torch.float64, requires_grad=True)
        loss = torch.nn.functional.cross_entropy(x / temperature, torch.tensor(target))
        loss.backward()
        jacobian = torch.autograd.functional.jacobian(lambda s, t=temperature: torch.softmax(s / t, 0), x)
        ours = answers(z=z, target=target, temperature=temperature)
        assert ours["p"] == pytest.approx(torch.softmax(x / temperature, 0).tolist(), rel=1e-12, abs=1e-12)
        assert ours["loss"] == pytest.approx(loss.item(), rel=1e-12, abs=1e-12)
        assert ours["dz"] == pytest.approx(x.grad.tolist(), rel=1e-12, abs=1e-12)
        for row, theirs in zip(ours["jacobian"], jacobian.tolist(), strict=True):
            assert row == pytest.approx(theirs, rel=1e-12, abs=1e-12)
