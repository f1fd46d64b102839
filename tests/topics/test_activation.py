"""Activation functions against mpmath, finite differences, PyTorch, published numbers and the list of mistakes."""

import json
import random
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest

import dlcalc
from dlcalc import InputError
from dlcalc.layers.activation import ACTIVATIONS
from tests.topics.listed import catalogued, is_named, verdict

TRUTH = {e["id"]: e for e in json.loads((Path(__file__).parents[1] / "truth/published.json").read_text("utf-8"))}

mpmath.mp.dps = 400


def answers(**inputs):
    return dlcalc.solve("activation", inputs).answers


# ---------------------------------------------------------------- values and slopes

SQRT2PI = mpmath.sqrt(2 / mpmath.pi)
EXACT = {
    "linear": (lambda z: z, lambda z: mpmath.mpf(1)),
    "sigmoid": (lambda z: 1 / (1 + mpmath.exp(-z)), lambda z: mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2),
    "tanh": (mpmath.tanh, lambda z: 1 / mpmath.cosh(z) ** 2),
    "relu": (lambda z: max(z, 0), lambda z: int(z > 0)),
    "leaky": (lambda z: max(z, z / 100), lambda z: 1 if z > 0 else mpmath.mpf(1) / 100),
    "prelu": (lambda z: max(z, z / 4), lambda z: 1 if z > 0 else mpmath.mpf(1) / 4),
    "relu6": (lambda z: min(max(z, 0), 6), lambda z: int(0 < z < 6)),
    "elu": (lambda z: z if z > 0 else mpmath.expm1(z), lambda z: 1 if z > 0 else mpmath.exp(z)),
    "gelu": (lambda z: z * mpmath.ncdf(z), lambda z: mpmath.ncdf(z) + z * mpmath.npdf(z)),
    "swish": (
        lambda z: z / (1 + mpmath.exp(-z)),
        lambda z: 1 / (1 + mpmath.exp(-z)) + z * mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2,
    ),
    "softplus": (lambda z: mpmath.log1p(mpmath.exp(z)), lambda z: 1 / (1 + mpmath.exp(-z))),
    "step": (lambda z: int(z >= 0), lambda z: 0),
}
"""Every elementwise function and its derivative, written out again in 400 digits."""

PLACES = [
    "0",
    "1e-9",
    "-1e-9",
    "0.755",
    "-0.755",
    "2",
    "-3.25",
    "6",
    "6.5",
    "-8",
    "12.5",
    "-13",
    "25",
    "-36",
    "40",
    "-40",
]
FAR = ["-300", "300", "600", "-600", "690", "-690"]


def test_every_elementwise_function_has_an_oracle_here():
    assert set(EXACT) == {name for name, row in ACTIVATIONS.items() if row.elementwise}


@pytest.mark.parametrize("z", PLACES + FAR)
@pytest.mark.parametrize("name", EXACT)
def test_value_and_slope_keep_their_digits_however_large_z_is(name, z):
    value, slope = EXACT[name]
    found = answers(name=name, z=z)
    for ours, theirs in ((found["a"], value(mpmath.mpf(z))), (found["da"], slope(mpmath.mpf(z)))):
        assert close(ours, theirs), (ours, theirs)


@pytest.mark.parametrize("form", ["tanh", "sigmoid"])
@pytest.mark.parametrize("z", PLACES)
def test_the_approximations_of_gelu_keep_their_digits(form, z):
    def value(x):
        if form == "sigmoid":
            return x / (1 + mpmath.exp(-mpmath.mpf("1.702") * x))
        return x / 2 * (1 + mpmath.tanh(SQRT2PI * (x + mpmath.mpf("0.044715") * x**3)))

    found = answers(name="gelu", z=z, gelu=form)
    assert close(found["a"], value(mpmath.mpf(z)))
    assert close(found["da"], mpmath.diff(value, mpmath.mpf(z)))


def close(ours, theirs):
    """Say whether a float64 has (nearly) all its digits; far out a product of small numbers loses a few."""
    ours = Fraction(ours)
    theirs = mpmath.mpf(theirs)
    return abs(mpmath.mpf(ours.numerator) / ours.denominator - theirs) <= mpmath.mpf("1e-10") * abs(
        theirs
    ) + mpmath.mpf("1e-300")


@pytest.mark.parametrize("name", [n for n in EXACT if n not in ("step", "relu6")])
def test_slopes_are_the_quotients_of_small_differences(name):
    rng = random.Random(name)
    for _ in range(30):
        z, h = rng.uniform(-5, 5), 1e-5
        above, below = (answers(name=name, z=z + sign * h)["a"] for sign in (1, -1))
        assert float(above - below) / (2 * h) == pytest.approx(float(answers(name=name, z=z)["da"]), abs=1e-8)


@pytest.mark.parametrize("name", [n for n in EXACT if n != "step"])
def test_every_form_of_the_slope_gives_the_same_number(name):
    for z in ("0.7", "-1.3", "3"):
        values = dlcalc.solve("activation", {"name": name, "z": z}).values
        forms = [float(values[key]) for key in ("da", "da_z", "da_a") if key in values]
        assert forms == pytest.approx([forms[0]] * len(forms), rel=1e-12)


@pytest.mark.parametrize("name", EXACT)
def test_a_list_is_worked_number_by_number(name):
    z = ["-1.5", "0", "2.25", "7"]
    found = answers(name=name, z=",".join(z))
    singles = [answers(name=name, z=each) for each in z]
    assert found["a"] == pytest.approx([s["a"] for s in singles], rel=1e-14)
    assert found["da"] == pytest.approx([s["da"] for s in singles], rel=1e-14)


@pytest.mark.parametrize("name", ["linear", "relu", "leaky", "prelu", "relu6", "step"])
def test_functions_made_of_lines_stay_exact(name):
    found = answers(name=name, z="-1/3", **({"alpha": "1/7"} if name in ("leaky", "prelu") else {}))
    assert not isinstance(found["a"], float)
    assert not isinstance(found["da"], float)


def test_parameters_enter_value_and_slope():
    assert answers(name="leaky", z=-2, alpha="0.2") == {"a": Fraction(-2, 5), "da": Fraction(1, 5)}
    assert answers(name="elu", z=-1, alpha=2)["a"] == pytest.approx(2 * float(mpmath.expm1(-1)), rel=1e-15)
    assert answers(name="swish", z="0.5", beta=2)["a"] == pytest.approx(0.5 / (1 + 2.718281828459045**-1), rel=1e-14)


def test_maxout_takes_the_largest_of_each_group():
    assert answers(name="maxout", z="0.3,-1.2,0.9") == {"a": Fraction(9, 10), "da": [0, 0, 1]}
    assert answers(name="maxout", z="1,4,3,2", pieces=2) == {"a": [4, 3], "da": [[0, 1], [1, 0]]}
    assert answers(name="maxout", z="1,4;3,2") == {"a": [4, 3], "da": [[0, 1], [1, 0]]}


# ---------------------------------------------------------------- kinks and ties


def test_what_is_taken_at_a_kink_is_what_pytorch_takes():
    assert answers(name="relu", z=0)["da"] == TRUTH["subgradients"]["expected"]["relu"]
    assert answers(name="relu6", z=6)["da"] == answers(name="relu6", z=0)["da"] == 0
    assert answers(name="leaky", z=0)["da"] == Fraction(1, 100)
    assert answers(name="elu", z=0, alpha=3)["da"] == 3


@pytest.mark.parametrize(("kink", "taken"), [("outer", 0), ("inner", 1), ("mean", Fraction(1, 2))])
def test_the_slope_at_a_kink_is_a_convention(kink, taken):
    assert answers(name="relu", z=0, kink=kink)["da"] == taken
    assert answers(name="relu6", z=6, kink=kink)["da"] == taken


def test_equal_largest_numbers_share_the_slope_or_not():
    share = TRUTH["subgradients"]["expected"]["maximum"]
    assert answers(name="maxout", z="1,1")["da"] == share
    assert answers(name="maxout", z="1,1", tie="first")["da"] == [1, 0]
    assert answers(name="maxout", z="1,1", tie="all")["da"] == [1, 1]


def test_the_step_at_zero_is_a_convention():
    assert [answers(name="step", z=0, at_zero=choice)["a"] for choice in ("1", "0", "half")] == [1, 0, Fraction(1, 2)]


def said(lang="en", **inputs):
    return dlcalc.solve("activation", inputs, lang=lang).render("text", width=100)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("sigmoid", -4.58486, 4.58486),
        ("tanh", -2.99322, 2.99322),
        ("softplus", -4.59512, None),
        ("elu", -4.60517, None),
        ("gelu", -3.06743, None),
        ("swish", -6.26139, None),
    ],
)
def test_saturation_is_said_where_the_slope_falls_below_a_hundredth(name, low, high):
    for edge in (low, high):
        if edge is None:
            continue
        inside, outside = edge * (1 - 1e-3), edge * (1 + 1e-3)
        assert abs(answers(name=name, z=inside)["da"]) > 0.01 > abs(answers(name=name, z=outside)["da"])
        assert "Saturated" not in said(name=name, z=inside)
        assert "Saturated" in said(name=name, z=outside)


def test_a_kink_and_a_dead_unit_are_spoken_of_in_both_languages():
    assert "No derivative at z = 0" in said(name="relu", z=0)
    assert "不可导" in said(name="relu", z=0, lang="zh")
    assert "Dead at z = −2" in said(name="relu", z="1,-2")
    assert "No derivative" not in said(name="elu", z=0)  # with α = 1 ELU is smooth


# ---------------------------------------------------------------- published numbers


@pytest.mark.parametrize("form", ["erf", "tanh"])
def test_gelu_measured_in_pytorch(form):
    entry = TRUTH["gelu"]
    assert answers(name="gelu", z=entry["input"]["x"], gelu=form)["a"] == pytest.approx(
        entry["expected"][form], abs=1e-12
    )


def test_the_sigmoid_neuron_of_cs231n_has_the_printed_value_and_local_gradient():
    entry = TRUTH["cs231n-sigmoid-neuron"]
    w, x = entry["input"]["w"], entry["input"]["x"]
    found = answers(name="sigmoid", z=w[0] * x[0] + w[1] * x[1] + w[2])
    assert found["a"] == pytest.approx(entry["expected"]["f"], abs=0.006)
    assert found["da"] * x[0] == pytest.approx(entry["expected"]["dw0"], abs=0.006)


# ---------------------------------------------------------------- mistakes and bad input

LISTED = [
    ("M070", {"name": "sigmoid", "z": 0}, "da", 1),
    ("M071", {"name": "sigmoid", "z": "0.80145"}, "da", "0.2224"),
    ("M072", {"name": "sigmoid", "z": "0.80145"}, "da", "0.1591"),
    ("M073", {"name": "tanh", "z": "0.5493061443340549"}, "da", "0.25"),
    ("M074", {"name": "tanh", "z": 2}, "da", -3),
    ("M075", {"name": "sigmoid", "z": "0.755"}, "a", "0.3197"),
    ("M076", {"name": "relu", "z": -2}, "da", 1),
    ("M077", {"name": "leaky", "z": -2, "alpha": "0.01"}, "a", 0),
    ("M078", {"name": "leaky", "z": -2, "alpha": "0.01"}, "da", "-0.02"),
    ("M079", {"name": "relu6", "z": 8}, "a", 8),
    ("M080", {"name": "elu", "z": -1, "alpha": 2}, "a", "-0.6321"),
    ("M081", {"name": "elu", "z": -1, "alpha": 1}, "da", "-0.6321"),
    ("M082", {"name": "maxout", "z": "0.3,-1.2,0.9"}, "a", 0),
]
"""Each mistake of the list on its own instance; M071 and M073 give a, here the z that has it."""


@pytest.mark.parametrize(("number", "inputs", "name", "wrong"), LISTED, ids=[row[0] for row in LISTED])
def test_each_listed_mistake_is_named_on_its_own_instance(number, inputs, name, wrong):
    assert is_named(number, "activation", inputs, name, wrong)


def test_the_list_is_complete():
    assert catalogued("activation") == {row[0] for row in LISTED}


def test_a_leaky_slope_of_another_framework_is_accepted_until_alpha_is_stated():
    assert verdict("activation", {"name": "leaky", "z": -2}, "a", "-0.4").convention == "leaky=0.2"
    assert verdict("activation", {"name": "leaky", "z": -2, "alpha": "0.01"}, "a", "-0.4").verdict == "wrong"


@pytest.mark.parametrize(
    ("inputs", "name", "says"),
    [
        ({"name": "sigmod", "z": 1}, "name", "Did you mean sigmoid"),
        ({"name": "silu", "z": 1}, "name", "Did you mean swish"),
        ({"name": "leaky_relu", "z": 1}, "name", "Did you mean leaky"),
        ({"name": "relu", "z": 1, "alpha": 2}, "alpha", "leaky, prelu, elu"),
        ({"name": "sigmoid", "z": 1, "pieces": 2}, "pieces", "maxout"),
        ({"name": "maxout", "z": 1}, "z", "Type a list"),
        ({"name": "maxout", "z": "1,2,3", "pieces": 2}, "pieces", "divisor of 3"),
        ({"name": "sigmoid", "z": "one"}, "z", "Type a number"),
        ({"name": "swish", "z": 1, "beta": "1,2"}, "beta", "a number such as"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_type(inputs, name, says):
    with pytest.raises(InputError) as caught:
        dlcalc.solve("activation", inputs)
    assert caught.value.name == name
    assert says in str(caught.value)


# ---------------------------------------------------------------- PyTorch


def in_torch(name, alpha, beta, gelu):
    import torch.nn.functional as f

    return {
        "linear": lambda z: z * 1,
        "sigmoid": lambda z: z.sigmoid(),
        "tanh": lambda z: z.tanh(),
        "relu": f.relu,
        "leaky": lambda z: f.leaky_relu(z, alpha),
        "prelu": lambda z: f.prelu(z, z.new_tensor([alpha])),
        "relu6": f.relu6,
        "elu": lambda z: f.elu(z, alpha),
        "gelu": lambda z: f.gelu(z, approximate={"erf": "none", "tanh": "tanh"}[gelu]),
        "swish": lambda z: z * (beta * z).sigmoid(),
        "softplus": lambda z: f.softplus(z, threshold=1000),  # 20 by default: from there PyTorch writes z itself
        "maxout": lambda z: z.amax(),
    }[name]


@pytest.mark.oracle
@pytest.mark.parametrize("name", [n for n in ACTIVATIONS if n != "step"])
def test_values_and_slopes_are_those_of_pytorch(name):
    torch = pytest.importorskip("torch")
    rng = random.Random(name)
    for _ in range(60):
        z = [rng.choice((0, 6, round(rng.uniform(-9, 9), 3), rng.uniform(-2, 2))) for _ in range(rng.randint(1, 5))]
        alpha, beta, gelu = round(rng.uniform(0.01, 2), 2), round(rng.uniform(0.2, 3), 2), rng.choice(("erf", "tanh"))
        constants = {p.symbol: {"alpha": alpha, "beta": beta}[p.symbol] for p in ACTIVATIONS[name].parameters}
        ours = answers(name=name, z=z, gelu=gelu, **constants)
        x = torch.tensor(z, dtype=torch.float64, requires_grad=True)
        out = in_torch(name, alpha, beta, gelu)(x)
        out.sum().backward()
        assert ours["a"] == pytest.approx(out.tolist(), rel=1e-12, abs=1e-12)
        assert ours["da"] == pytest.approx(x.grad.tolist(), rel=1e-12, abs=1e-12)
