"""Answers as people type them, and hostile ones."""

import contextlib
import math
import time
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.core.formula import MOST_NODES_TYPED
from dlcalc.core.operators import OPERATORS
from dlcalc.errors import DlcalcError, UnreadableError
from dlcalc.practice import closed
from dlcalc.practice.typed import read_answer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("26", 26),
        ("26.0", 26),
        ("２６", 26),
        (" 26 ", 26),
        ("1/3", Fraction(1, 3)),
        ("33%", Fraction(33, 100)),
        (".5", Fraction(1, 2)),
        ("−3", -3),
        ("25x26x26", [25, 26, 26]),
        ("25×26×26", [25, 26, 26]),
        ("（25，26，26）", [25, 26, 26]),
        ("(1, 2)", [1, 2]),
        ("1, 2", [1, 2]),
        ("1 2 3", [1, 2, 3]),
        ("[1,2;3,4]", [[1, 2], [3, 4]]),
        ("1,2；3,4", [[1, 2], [3, 4]]),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ("[26]", 26),
        ("(26)", 26),
        (26, 26),
        (0.1, Fraction(1, 10)),
        ((1, 2), [1, 2]),
    ],
)
def test_answers_are_read_as_people_type_them(text, value):
    assert read_answer(text).value == value


@pytest.mark.parametrize(
    ("text", "decimals", "significant"),
    [
        ("26", 0, 2),
        ("0.35", 2, 2),
        ("1.20", 2, 3),
        ("1.5e-3", 4, 2),
        ("0.10,0.2000", 4, 4),
        ("1/3", None, 99),
        ("7", 0, 1),
        ("1.054e8", -5, 4),
        ("33%", 2, 2),
        ("37.1%", 3, 3),
    ],
)
def test_the_digits_typed_are_counted(text, decimals, significant):
    typed = read_answer(text)
    assert (typed.decimals, typed.significant) == (decimals, significant)


def test_a_number_with_its_thousands_apart_is_one_number_where_one_is_wanted():
    assert read_answer("34,848", single=True).value == 34848
    assert read_answer("34 848", single=True).value == 34848
    assert read_answer("34,848").value == [34, 848]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("√2/2", math.sqrt(2) / 2),
        ("sqrt(2)/2", math.sqrt(2) / 2),
        ("2√3", 2 * math.sqrt(3)),
        ("2×√3", 2 * math.sqrt(3)),
        ("√(1+3)", 2),
        ("sqrt(4)/3", Fraction(2, 3)),
        ("(4/9)^(1/2)", Fraction(2, 3)),
        ("√½", math.sqrt(0.5)),
        ("π/4", math.pi / 4),
        ("e^-1", math.exp(-1)),
        ("e⁻¹", math.exp(-1)),
        ("2e^(-1)", 2 * math.exp(-1)),
        ("exp(-2)", math.exp(-2)),
        ("1/(1+e^-2)", 1 / (1 + math.exp(-2))),
        ("1/(1+e^−2)", 1 / (1 + math.exp(-2))),
        ("σ(2)", 1 / (1 + math.exp(-2))),
        ("ln(2)", math.log(2)),
        ("0.1*3", Fraction(3, 10)),
        ("2^10", 1024),
        ("2¹⁰", 1024),
        ("10⁻³", Fraction(1, 1000)),
        ("3·4", 12),
        ("25*26*26", 16900),
        ("5*5*3*64", 4800),
        ("28-3+1", 26),
        ("28 - 3 + 1", 26),
        ("(28+2*1-3)/2+1", Fraction(29, 2)),
        ("1/3*10^2", Fraction(100, 3)),
        ("1 ÷ 4", Fraction(1, 4)),
        ("½", Fraction(1, 2)),
        ("2½", Fraction(5, 2)),
        ("⅞", Fraction(7, 8)),
        ("007/2+1", Fraction(9, 2)),
        ("2*-3", -6),
        ("-(1/3)", Fraction(-1, 3)),
        ("max(1/2, 1/3)", Fraction(1, 2)),
    ],
)
def test_a_closed_formula_is_an_exact_answer(text, value):
    typed = read_answer(text, single=True)
    assert typed.value == value
    assert type(typed.value) is type(value)
    assert (typed.decimals, typed.significant) == (None, 99)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[√2/2, 1/2]", [math.sqrt(2) / 2, Fraction(1, 2)]),
        ("[1/2, -1/2; 1 - 1/3, 2]", [[Fraction(1, 2), Fraction(-1, 2)], [Fraction(2, 3), 2]]),
        ("½, ¼", [Fraction(1, 2), Fraction(1, 4)]),
        ("(1+2)/3, (1)", [1, [1]]),
        ("25·26·26", [25, 26, 26]),
        ("25*26*26", [25, 26, 26]),
        ("1 -2", [1, -2]),
        ("[- 0.35, 0.2]", [Fraction(-35, 100), Fraction(1, 5)]),
        ("【1，2；3，4】", [[1, 2], [3, 4]]),
        ("（1、2）", [1, 2]),
        ("1.2×10⁻³, 2*10^2", [Fraction(12, 10000), 200]),
        ("33 %, 20%", [Fraction(33, 100), Fraction(1, 5)]),
    ],
)
def test_lists_hold_formulas_too(text, value):
    assert read_answer(text).value == value


def test_a_fraction_beside_decimals_leaves_the_decimals_rounded():
    assert read_answer("1/3, 0.33").decimals == 2
    assert read_answer("1/3, 1").decimals is None


@pytest.mark.parametrize(
    ("text", "value", "decimals"),
    [
        ("≈0.33", Fraction(33, 100), 2),
        ("≈ 0.33", Fraction(33, 100), 2),
        ("= 26", 26, 0),
        ("约 0.33", Fraction(33, 100), 2),
        ("0.755 (rounded)", Fraction(755, 1000), 3),
        ("0.755 (rounded to 3 decimals)", Fraction(755, 1000), 3),
        ("0.755（四舍五入）", Fraction(755, 1000), 3),
        ("0.35.", Fraction(35, 100), 2),
        ("0。35", Fraction(35, 100), 2),
        ("- 0.35", Fraction(-35, 100), 2),
        ("33 %", Fraction(33, 100), 2),
        ("1 024", 1024, 0),
        ("1\u202f024.5", Fraction(10245, 10), 1),
        ("\u202d26\u202c", 26, 0),
        ("\ufeff26\u200b", 26, 0),
        ("٢٦", 26, 0),
        ("२६", 26, 0),
        ("𝟐𝟔", 26, 0),
        ("1.05×10⁸", 105_000_000, -6),
        ("1.05·10^(-3)", Fraction(105, 100_000), 5),
    ],
)
def test_what_people_put_around_a_number_changes_neither_it_nor_its_digits(text, value, decimals):
    typed = read_answer(text, single=True)
    assert (typed.value, typed.decimals, typed.text) == (value, decimals, text.strip())


@pytest.mark.parametrize(("text", "low", "high"), [("0.66…", "0.66", "0.67"), ("-0.66...", "-0.67", "-0.66")])
def test_a_decimal_that_goes_on_means_all_that_begin_so(text, low, high):
    """Cut off, not rounded: 2/3 is 0.66… to who writes the dots, 0.67 to who rounds."""
    typed = read_answer(text, single=True)
    half = Fraction(1, 2) / 10**typed.decimals
    assert (typed.value - half, typed.value + half) == (Fraction(low), Fraction(high))
    assert typed.significant == 2


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("26 px", 3),
        ("26像素", 2),
        ("２６像素", 2),
        ("（1，2，x）", 5),
        ("【１，２；３，４ｋｇ】", 8),
        ("√2 + √", 5),
        ("3 * / 4", 4),
        ("2(3)", 1),
        ("((1+2)*3", 8),
        ("1+2)", 3),
        ("1.05×10^8 m", 10),
        ("1,024 px", 6),
        ("  1/3k", 5),
        ("0.5 + q", 6),
        ("√2 -1, 3", 3),
    ],
)
def test_the_caret_stands_where_reading_stopped(text, column):
    with pytest.raises(UnreadableError) as caught:
        read_answer(text)
    assert caught.value.column == column


@pytest.mark.parametrize(
    "text",
    ["9**9**9**9", "9^9^9", "2**1000*2**1000", "10^5000/10^4999", "exp(1000)", "1e99*1e99*1e99*1e99*1e99", "9^9^-9^9"],
)
def test_a_formula_of_numbers_without_end_is_refused_and_says_so(text):
    with pytest.raises(UnreadableError) as caught:
        read_answer(text, single=True)
    assert "too" in caught.value.message()


def test_the_work_on_a_formula_is_bounded(monkeypatch):
    """No more operators are applied than a formula may have parts, and none to numbers beyond the bound."""
    applied = []
    for op in OPERATORS.values():
        if op.name in closed.FUNCTIONS | {"+", "-", "*", "/", "**", "neg"}:
            spied = lambda *args, value=op.value: (applied.append(args), value(*args))[1]  # noqa: E731
            monkeypatch.setitem(OPERATORS, op.name, replace(op, value=spied))
    for text in ["9**9**9**9", "1+" * 5000 + "1", "2^999*" * 60 + "1", "1/3+" * 90 + "1", "√(" * 39 + "2" + ")" * 39]:
        with contextlib.suppress(UnreadableError):
            read_answer(text, single=True)
    assert 40 < len(applied) < 5 * MOST_NODES_TYPED
    numbers = [n for args in applied for n in args if not isinstance(n, float)]
    assert all(Fraction(n).numerator.bit_length() <= closed.MOST_BITS for n in numbers)


HOSTILE = [
    "1e401",
    "1/1e-400x",
    "9**9**9**9",
    "__import__('os')",
    "__import__('os').system('true')",
    "(" * 10_000,
    "[" * 9_000 + "1",
    "1" * 9_999,
    "1e99999",
    "1e-99999",
    "nan",
    "inf",
    "-inf",
    "NaN",
    "()",
    "[]",
    "",
    "   ",
    ",",
    "1,,2",
    "1,",
    "x26",
    "26x",
    "1;",
    ";1",
    "[1,2",
    "1,2]",
    "(1,2]",
    "1/0",
    "1//2",
    "--1",
    "+-1",
    "1..2",
    "1.2.3",
    "0x1F",
    "1_000",
    "1j",
    "True",
    "None",
    "'26'",
    '"26"',
    "26; import os",
    "lambda: 26",
    "{26}",
    "26 26 os",
    "二十六",
    "①",
    "²",
    "\x00",
    "26\x00",
    "\ud800",
    "26\n27os",
    "a" * 10_001,
    "9^9^9",
    "10^5000",
    "%",
    "5%%",
    "1e",
    "e5",
    ".",
    "-",
    "$(reboot)",
    "`reboot`",
    "../../etc/passwd",
    "@/etc/passwd",
    "={1+1}",
    "<script>",
    "%s%s%s%n",
    "{0.__class__}",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_unreadable_at_once_and_says_where(text):
    start = time.perf_counter()
    with pytest.raises(UnreadableError) as caught:
        read_answer(text)
    assert 0 <= caught.value.column <= len(text)
    assert caught.value.message("zh")
    assert time.perf_counter() - start < 1  # not a speed test: an evaluated power tower would take for ever


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_our_error(text):
    try:
        read_answer(text)
    except DlcalcError as error:
        assert error.message()


@given(st.text(alphabet="0123456789.,;x()[]eE+-/% ×，", max_size=30))
def test_near_numbers_are_read_or_refused_with_our_error(text):
    try:
        read_answer(text)
    except DlcalcError:
        pass


@pytest.mark.parametrize(
    ("text", "worked"),
    [
        ("0.0038", [2]),
        ("0.00384", [5]),
        ("0.38", [2]),
        ("[0.148, 0.0038]", [3, 3]),
        ("[0.0038, 0.00012]", [2, 2]),
        ("[0.125, 0.3]", [3, 1]),
        ("[0.125, 3]", [3, 3]),
        ("1/3", [None]),
    ],
)
def test_a_small_number_of_two_digits_was_worked_with_the_decimals_of_the_others(text, worked):
    assert read_answer(text).worked == worked


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ln 2", math.log(2)),
        ("−ln 0.5", math.log(2)),
        ("2ln 2", 2 * math.log(2)),
        ("ln2 + 1", 1 + math.log(2)),
        ("ln ½", -math.log(2)),
    ],
)
def test_a_logarithm_needs_no_brackets_where_only_one_number_can_be_meant(text, value):
    assert math.isclose(read_answer(text, single=True).value, value)


@pytest.mark.parametrize("text", ["(26)", "((26))", "[[26]]", "（（２６））"])
def test_brackets_around_one_number_are_none_where_one_is_wanted(text):
    assert read_answer(text, single=True).value == 26


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("ln 2/3", 2, "ln(2)"),
        ("1 + sqrt 2", 8, "sqrt(2)"),
        ("-log(2)", 1, "ln(2)"),
        ("5-", 2, "missing"),
        ("2*", 2, "missing"),
        ("[1, 2*]", 6, "missing"),
    ],
)
def test_a_formula_that_is_not_whole_says_what_it_lacks(text, column, says):
    with pytest.raises(UnreadableError) as caught:
        read_answer(text, single=True)
    assert caught.value.column == column
    assert says in caught.value.message()
