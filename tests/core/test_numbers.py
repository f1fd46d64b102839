"""Vectors, matrices and maps as inputs."""

import re
from fractions import Fraction

import numpy as np
import pytest

from dlcalc.core.numbers import MOST_EXACT, MOST_NUMBERS, Numbers
from dlcalc.errors import InputError

NUMBERS = Numbers()


@pytest.mark.parametrize(
    "raw",
    [
        "1,2;3,4",
        "1 2; 3 4",
        "[[1, 2], [3, 4]]",
        "[1,2;3,4]",
        "１，２；３，４",
        [[1, 2], [3, 4]],
        np.array([[1, 2], [3, 4.0]]),
    ],
)
def test_a_matrix_is_read_however_it_is_written(raw):
    assert NUMBERS.read(raw).tolist() == [[1, 2], [3, 4]]


def test_decimals_are_exact():
    assert NUMBERS.read("0.1,1/3").tolist() == [Fraction(1, 10), Fraction(1, 3)]
    assert NUMBERS.read([0.1]).tolist() == [Fraction(1, 10)]


def test_many_numbers_are_worked_in_float64():
    assert Numbers(1, 1).read([0.1] * (MOST_EXACT + 1)).data.dtype == np.float64
    assert Numbers(1, 1).read(np.full(MOST_EXACT + 1, 3)).data.dtype == np.float64


def test_fewer_dimensions_are_wrapped():
    assert Numbers(2, 2).read("0.3,0.9").shape == (1, 2)
    assert Numbers(0, 2).read("0.3") == Fraction(3, 10)
    assert Numbers(1, 1).read(4).tolist() == [4]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("1,2;3", "Row 2 has 1 entries, the first row 2"),
        ([[1], [2, 3]], "Row 2 has 2 entries"),
        ("", "nothing here"),
        ([], "empty"),
        ([[]], "empty"),
        ([1, True], "Entry 2: True is no number"),
        ([1, [None]], "entries"),
        ([[1, "x"]], "Entry 1,2"),
        ([1, float("nan")], "nan is not a finite number"),
        ("a,b", "not a number"),
        ("1x2", "not a number"),
        ("[1,2", "closing"),
        ([[[1]]], "3 dimensions (shape 1×1×1)"),
        (np.array(["a"]), "no numbers (dtype"),
        (np.array([1j]), "no numbers (dtype"),
        (np.zeros(MOST_NUMBERS + 1), "1,000,001 numbers"),
        ([0] * (MOST_NUMBERS + 1), "1,000,001 numbers"),
        (np.full(MOST_EXACT + 1, np.inf), "infinity"),
        ("[" * 50 + "1", "nested too deep"),
        (None, "None is no number"),
    ],
)
def test_what_is_no_matrix_is_refused(raw, says):
    with pytest.raises(InputError, match=re.escape(says)):
        NUMBERS.read(raw)


@pytest.mark.parametrize("raw", ["1,2;3,4", "0.35,0.9", "1/3,2", "[[[1,2],[3,4]],[[5,6],[7,8]]]", "7"])
def test_what_is_written_can_be_typed_again(raw):
    kind = Numbers(1, 3)
    assert kind.read(kind.write(kind.read(raw))) == kind.read(raw)


def test_a_title_shows_large_arrays_by_their_shape():
    assert NUMBERS.brief(NUMBERS.read("1,2;3,4")) == "1,2; 3,4"
    assert NUMBERS.brief(NUMBERS.read(np.zeros((3, 4)))) == "3×4"
