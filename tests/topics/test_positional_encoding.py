"""The sinusoidal encoding against the paper's formula number by number, the permutation argument, and bad input."""

import math

import numpy as np
import pytest

import dlcalc
from tests.cli.run import dlcalc as run
from tests.test_published import TRUTH
from tests.topics.listed import catalogued, is_named, verdict


def solve(**inputs):
    return dlcalc.solve("positional-encoding", inputs)


def entry(pos, column, d, base=10000):
    """Return PE(pos, column), the column from 0, as the paper writes it."""
    i = column // 2
    return (math.sin if column % 2 == 0 else math.cos)(pos / base ** (2 * i / d))


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("base", [10000, 100])
@pytest.mark.parametrize("d", [2, 4, 6, 16])
def test_every_number_is_that_of_the_papers_formula(d, base, first):
    n = 7
    wanted = [[entry(p + first, c, d, base) for c in range(d)] for p in range(n)]
    ours = solve(n=n, d=d, base=base, from_one=bool(first))
    np.testing.assert_allclose(ours.answers["pe"], wanted, rtol=1e-12, atol=1e-15)
    halves = solve(n=n, d=d, base=base, from_one=bool(first), order="halves").answers["pe"]
    columns = [*range(0, d, 2), *range(1, d, 2)]
    np.testing.assert_allclose(halves, np.array(wanted)[:, columns], rtol=1e-12, atol=1e-15)


def test_the_published_encoding_of_four_positions_is_the_one_worked_out():
    table = TRUTH["machinelearningmastery-positional-encoding"]
    ours = solve(**table["input"]).answers["pe"]
    np.testing.assert_allclose(ours, table["expected"], atol=table["tolerance"])


def test_the_encoding_is_added_to_the_tokens():
    x = [[1, 2], [3, 4]]
    sheet = solve(x=x)
    np.testing.assert_allclose(sheet.answers["y"], np.array(x) + sheet.answers["pe"], rtol=1e-15)


@pytest.mark.parametrize("shift", [1, 2, 5])
def test_the_turned_pair_is_the_encoding_that_many_positions_further_on(shift):
    sheet = solve(n=9, d=4, shift=shift)
    np.testing.assert_allclose(sheet.answers["moved"], sheet.answers["pe"][1 + shift][:2], rtol=1e-12)


def attend(x):
    scores = np.exp(x @ x.T / math.sqrt(2))
    return scores / scores.sum(axis=1, keepdims=True) @ x


@pytest.mark.parametrize("first", [False, True])
def test_swapped_tokens_give_swapped_outputs_but_not_once_positions_are_added(first):
    sheet = solve(n=3, d=4, from_one=first)
    t, pe = np.array([[1, 0], [1, 1]]), np.array(sheet.answers["pe"])[:2, :2]
    for name, tokens in (("A_t", t), ("A_s", t[::-1]), ("A_a", t + pe), ("A_b", t[::-1] + pe)):
        np.testing.assert_allclose(sheet.values[name], attend(tokens), rtol=1e-12)
    np.testing.assert_allclose(sheet.values["PA_t"], sheet.values["A_s"], rtol=1e-15)
    assert np.abs(np.array(sheet.values["PA_a"]) - sheet.values["A_b"]).max() > 0.1


@pytest.mark.parametrize("swap", [True, False])
def test_the_two_tokens_are_shown_unless_they_are_not_wanted(swap):
    assert ("A_t" in solve(n=2, d=2, swap=swap).values) is swap
    assert "A_t" not in solve(n=1, d=2).values


def test_the_lists_mistake_with_the_exponent_is_named():
    inputs = {"n": 2, "d": 4}
    assert verdict("positional-encoding", inputs, "pe[2,3]", "0.0100").verdict == "rounded"
    assert is_named("M198", "positional-encoding", inputs, "pe[2,3]", "0.0998")
    assert catalogued("positional-encoding") == {"M198"}


@pytest.mark.parametrize(
    ("place", "wrong", "name"),
    [
        ("pe[2,5]", math.sin(1 / 10000 ** (2 * 4 / 8)), "column-number-for-i"),
        ("pe[2,4]", math.cos(1 / 10000 ** (2 * 3 / 8)), "column-number-for-i"),
        ("pe[2,6]", math.cos(1 / 10000 ** (5 / 8)), "exponent-of-each-column"),
        ("pe[2,1]", math.cos(1), "sine-and-cosine-swapped"),
        ("pe[2,3]", math.sin(10000 ** (2 / 8)), "frequency-turned-over"),
    ],
)
def test_a_mistake_is_named_by_its_number(place, wrong, name):
    assert name in verdict("positional-encoding", {"n": 2, "d": 8}, place, str(wrong)).misconceptions


def test_sines_of_degrees_are_named():
    wrong = math.sin(math.radians(1))
    found = verdict("positional-encoding", {"n": 2, "d": 2}, "pe[2,1]", str(wrong))
    assert found.misconceptions == ("degrees",)


@pytest.mark.parametrize(
    ("arguments", "name", "wanted"),
    [
        ("", "n", "--n 3 --d 4"),
        ("--n 3", "d", "--n 3 --d 4"),
        ("--n 0 --d 4", "--n", "at least 1"),
        ("--n 3 --d 5", "--d", "even number such as 6"),
        ("--x '1,2,3'", "--d", "such as 4"),
        ("--x '1,2' --n 3", "--n", "Leave n out"),
        ("--x '1,2' --d 4", "--d", "Leave d out"),
        ("--n 3 --d 4 --base 1", "--base", "such as 10000"),
        ("--n 3 --d 4 --base -2", "--base", "such as 10000"),
        ("--n 1 --d 4 --swap", "--swap", "--n 2"),
        ("--n 1 --d 4 --shift 2", "--shift", "--n 2"),
        ("--n 1000 --d 2000", "--n", "1,000,000"),
        ("--n 3 --d 4 --order mixed", "--order", "interleaved, halves"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_does_not_fit_is_named_with_what_would(arguments, name, wanted, lang):
    found = run(f"positional-encoding {arguments} --lang {lang}")
    assert found.status == 2
    assert name in found.err
    if lang == "en":
        assert wanted in found.err
