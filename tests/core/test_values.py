"""Numbers: what is read, how it is rounded, how it is written."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.core.values import (
    exact,
    fixed,
    plain,
    read_number,
    read_size,
    round_half_up,
    significant_text,
)
from dlcalc.errors import DlcalcError, InputError, UnreadableError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28", 28),
        ("0.35", Fraction(7, 20)),
        (".33", Fraction(33, 100)),
        ("1/3", Fraction(1, 3)),
        ("1e-3", Fraction(1, 1000)),
        ("1e12", 10**12),
        ("10^12", 10**12),
        ("33%", Fraction(33, 100)),
        ("２６", 26),  # full-width digits, as a Chinese input method types them
        ("−4", -4),  # a true minus sign
        ("26.0", 26),
        (" 7 ", 7),
    ],
)
def test_numbers_are_read_exactly_as_people_type_them(text, value):
    assert read_number(text) == value
    assert type(read_number(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "column"),
    [("x", 0), ("28x", 2), ("nan", 0), ("1/0", 2), ("9**9**9", 4), ("", 0), ("1e5000", 0), ("inf", 0)],
)
def test_what_is_no_number_is_refused_at_the_column_where_it_stops(text, column):
    with pytest.raises(UnreadableError) as caught:
        read_number(text)
    assert caught.value.column == column


def test_a_size_is_whole_numbers_between_crosses():
    assert read_size("3x28×40") == (3, 28, 40)
    assert read_size("3，28，40") == (3, 28, 40)
    with pytest.raises(UnreadableError):
        read_size("28x")
    with pytest.raises(UnreadableError):
        read_size("2.5x3")


def test_a_float_stands_for_its_shortest_decimal():
    assert exact(0.1) == Fraction(1, 10)
    with pytest.raises(InputError):
        exact(float("nan"))


@given(st.text(max_size=30))
def test_plain_keeps_every_column_where_it_was(text):
    assert len(plain(text)) == len(text)


@given(st.text(max_size=40))
def test_reading_any_text_gives_a_number_or_one_of_our_errors(text):
    try:
        assert isinstance(read_number(text), int | Fraction)
    except DlcalcError as error:
        assert error.message("en")
        assert error.message("zh")


@given(st.decimals(-1000, 1000, places=6), st.integers(0, 5))
def test_rounding_is_half_up_as_the_decimal_module_does_it(number, decimals):
    quantum = Decimal(1).scaleb(-decimals)
    expected = Fraction(number.quantize(quantum, rounding=ROUND_HALF_UP))
    assert round_half_up(Fraction(number), decimals) == expected
    assert round_half_up(float(number), decimals) == pytest.approx(float(expected), abs=1e-12)


@given(st.fractions(-(10**6), 10**6), st.integers(0, 8))
def test_fixed_decimals_read_back_to_the_rounded_number(number, decimals):
    text = fixed(number, decimals)
    assert Fraction(text) == round_half_up(number, decimals)
    assert text not in ("-0", "-0." + "0" * decimals)
    assert "e" not in text


@given(st.floats(1e-12, 1e12), st.integers(3, 12))
def test_significant_digits_are_never_off_by_more_than_half_a_unit(number, digits):
    text = significant_text(number, digits)
    assert (
        abs(float(text) - number)
        <= 0.5000001 * 10.0 ** (len(str(int(number))) if number >= 1 else 0) * 10.0**-digits * 10
    )


def test_small_numbers_keep_their_digits_and_whole_ones_are_written_out():
    assert significant_text(Fraction(1, 3)) == "0.333333"
    assert significant_text(0.00265448903) == "0.00265449"
    assert significant_text(1.23456789e-9) == "1.23457e-9"
    assert significant_text(0.99999999e-9) == "1e-9"
    assert significant_text(10**18 + 1) == "1000000000000000001"
    assert significant_text(-0.0) == "0"


@given(st.integers(-(10**6), 10**6), st.integers(1, 5))
def test_negative_decimals_round_to_tens_and_hundreds(number, places):
    quantum = Decimal(1).scaleb(places)
    expected = int((Decimal(number) / quantum).quantize(Decimal(1), rounding=ROUND_HALF_UP) * quantum)
    assert round_half_up(number, -places) == expected
    assert round_half_up(Fraction(number), -places) == expected


def test_a_huge_float_is_written_with_a_power_of_ten_and_a_huge_whole_number_in_full():
    assert significant_text(1.4035922178528375e217) == "1.40359e217"
    assert significant_text(10**20) == "1" + "0" * 20
