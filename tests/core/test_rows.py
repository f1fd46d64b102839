"""Operators on matrices with a row for each token, against NumPy; each entry's formula; masks; what is refused."""

import random
from fractions import Fraction

import numpy as np
import pytest

from dlcalc.core.arrays import Array, Shape
from dlcalc.core.evaluate import entry, evaluate
from dlcalc.core.formula import parse
from dlcalc.core.notation import LATEX, MATHML, TEXT, UNICODE, Writer
from dlcalc.errors import CalculationError
from tests.render import mathml

ORACLES = {
    "mask": ("exp(mask(A, M))", lambda a: np.where(a["M"] == 1, np.exp(a["A"]), 0)),
    "causal": ("causal(3, 4)", lambda a: np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]])),
    "keys": ("keys(2, 3, 2)", lambda a: np.array([[1, 1, 0], [1, 1, 0]])),
    "add_rows": ("add_rows(A, r)", lambda a: a["A"] + a["r"]),
    "row_sums": ("row_sums(A)", lambda a: a["A"].sum(axis=1)),
    "over_rows": ("over_rows(A, z)", lambda a: a["A"] / a["z"][:, None]),
    "columns": ("columns(A, 2, 3)", lambda a: a["A"][:, 1:3]),
    "interleave": ("interleave(A, B)", lambda a: np.dstack((a["A"], a["B"])).reshape(len(a["A"]), -1)),
    "concat": ("concat(A, M, B)", lambda a: np.hstack((a["A"], a["M"], a["B"]))),
    "turn": ("turn(0.5)", lambda a: np.array([[np.cos(0.5), np.sin(0.5)], [-np.sin(0.5), np.cos(0.5)]])),
    "shape": ("shape(shape(2, 3), 4)", lambda a: np.array([2, 3, 4])),
}
"""Every operator on rows: a formula with it, and what NumPy makes of the same matrices."""


def drawn(seed, as_float=False):
    rng = random.Random(seed)
    rows, columns = rng.randint(1, 3), rng.randint(3, 4)

    def numbers(*shape):
        return np.array([rng.choice((-3, -1, 0, 2, 1, 3)) for _ in range(int(np.prod(shape)))]).reshape(shape)

    found = {"A": numbers(rows, columns), "B": numbers(rows, columns), "r": numbers(1, columns)}
    found["M"] = (numbers(rows, columns) > 0).astype(int)
    found["z"] = numbers(rows) ** 2 + 1
    return found, {name: Array.of(a.tolist(), as_float=as_float) for name, a in found.items()}


@pytest.mark.parametrize("as_float", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_every_operator_on_rows_agrees_with_numpy(name, as_float):
    formula, oracle = ORACLES[name]
    for seed in range(20):
        plain, values = drawn(seed, as_float)
        found = evaluate(parse(formula), values)
        np.testing.assert_allclose(np.array(found.tolist(), float), oracle(plain), rtol=1e-14)


@pytest.mark.parametrize(
    "formula",
    [
        "exp(mask(A, M))",
        "exp(mask(A, M) - 1)",
        "softmax(A)",
        "softmax(mask(A, causal(n, m)))",
        "add_rows(A, r)",
        "row_sums(A)",
        "over_rows(A, z)",
        "over_rows(exp(mask(A, M)), row_sums(exp(A)))",
        "columns(A, 2, 3)",
        "interleave(A, 2*B)",
        "concat(A, M, B.T.T)",
    ],
)
def test_each_entry_has_a_formula_of_its_own_that_can_be_written_and_read_back(formula):
    for seed in range(10):
        _, values = drawn(seed)
        values |= {"n": values["A"].shape[0], "m": values["A"].shape[1]}
        node = parse(formula)
        whole = evaluate(node, values)
        for place in whole.places():
            one = entry(node, place, values, {})
            assert evaluate(one, values) == pytest.approx(whole.entry(*place), rel=1e-14)
            text = Writer(TEXT, {}, values, values=True).write(one).text
            assert evaluate(parse(text)) == pytest.approx(whole.entry(*place), rel=1e-12)


def test_exact_numbers_stay_exact_where_nothing_transcendental_enters():
    values = {"A": Array.of([[Fraction(1, 3), 1]]), "r": Array.of([[1, Fraction(1, 7)]]), "z": Array.of([3])}
    assert evaluate(parse("add_rows(A, r)"), values).tolist() == [[Fraction(4, 3), Fraction(8, 7)]]
    assert evaluate(parse("over_rows(A, z)"), values).tolist() == [[Fraction(1, 9), Fraction(1, 3)]]
    assert evaluate(parse("row_sums(A)"), values).tolist() == [Fraction(4, 3)]


def test_what_is_masked_is_written_as_minus_infinity_beside_the_scores_and_reads_back_from_text():
    values = {"S": Array.of([[1, 2], [3, 4]]), "M": Array.of([[1, 0], [1, 1]])}
    node = parse("softmax(mask(S, M))")
    assert Writer(UNICODE, {}, values, values=True).write(node).rows == ("softmax([1  −∞])", "        [3   4] ")
    assert r"1 & -\infty \\ 3 & 4" in Writer(LATEX, {}, values, values=True).write(node).text
    assert mathml.tokens(Writer(MATHML, {}, values, values=True).write(node).text)[3:7] == ["1", "−", "∞", "3"]
    text = Writer(TEXT, {}, values, values=True).write(node).text
    assert text == "softmax(mask([[1, 2], [3, 4]], [[1, 0], [1, 1]]))"
    assert evaluate(parse(text)) == evaluate(node, values)


def test_a_masked_entry_of_a_softmax_is_e_to_minus_infinity_over_what_is_seen():
    values = {"S": Array.of([[1, 2, 3]]), "M": Array.of([[1, 0, 1]])}
    node = parse("softmax(mask(S, M))")
    written = [Writer(UNICODE, {}, values).write(entry(node, (1, k), values, {})).text for k in (1, 2)]
    assert written == ["e^(S₁,₁)/(e^(S₁,₁) + e^(S₁,₃))", "e^(−∞)/(e^(S₁,₁) + e^(S₁,₃))"]


def test_a_single_number_is_masked_too():
    assert evaluate(parse("exp(mask(3, 0))")) == 0
    assert evaluate(parse("mask(3, 1)")) == 3


def test_a_shape_is_written_with_times_signs_and_stays_one_when_it_is_rounded():
    value = evaluate(parse("shape(n, h*d)"), {"n": 10, "h": 8, "d": 64})
    assert Writer(UNICODE, {}, {}).value(value).block.text == "10×512"
    assert Writer(LATEX, {}, {}).value(value).block.text == r"10 \times 512"
    assert Writer(TEXT, {}, {}).value(value).block.text == "[10, 512]"
    assert isinstance(value.map(lambda side: side), Shape)
    shown = Writer(UNICODE, {}, {"n": 10, "h": 8, "d": 64}, values=True).write(parse("shape(shape(n, n), h*d)")).text
    assert shown == "10×10×(8·64)"


@pytest.mark.parametrize(
    "formula",
    [
        "mask(A, z)",
        "mask(A, A)",
        "mask(A, 1)",
        "mask(2, 3)",
        "add_rows(A, A)",
        "add_rows(A, z)",
        "over_rows(A, [1, 2, 3])",
        "over_rows(A, [0, 1])",
        "over_rows(A, 2)",
        "row_sums(z)",
        "columns(A, 0, 1)",
        "columns(A, 2, 4)",
        "columns(A, 1.5, 2)",
        "concat(A, A.T)",
        "interleave(A, A.T)",
        "causal(-1, 2)",
        "shape(1.5, 2)",
        "softmax(mask(A, keys(2, 3, 0)))",
    ],
)
def test_what_does_not_fit_is_refused(formula):
    values = {"A": Array.of([[1, 2, 5], [3, 4, 6]]), "z": Array.of([1, 2])}
    with pytest.raises(CalculationError):
        evaluate(parse(formula), values)
