"""Answers as people type them, and hostile ones."""

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.errors import DlcalcError, UnreadableError
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


HOSTILE = [
    "28-3+1",
    "30-4",
    "5^2+1",
    "5*5*3*64",
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
    "√2",
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
