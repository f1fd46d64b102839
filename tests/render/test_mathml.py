"""MathML, as a law over every line of every topic: well-formed, and what it shows is what the other notations show."""

import re
from fractions import Fraction
from math import isclose

import pytest

from dlcalc import topics
from dlcalc.core.arrays import Array
from dlcalc.core.evaluate import evaluate
from dlcalc.core.formula import parse
from dlcalc.core.notation import MATHML, UNICODE, Style, Writer
from dlcalc.core.operators import ROWS
from dlcalc.core.records import Condition, Line
from tests.render import mathml, sheets

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789 ")


def plain(numbers):
    return sorted(number.lstrip("−") for number in numbers)


def unicode_numbers(text):
    """Return the numbers of a formula as the terminal shows it, raised ones too, in no order: a matrix has rows."""
    return sorted(NUMBER.findall(RAISED.sub(lambda found: " " + found[0].translate(LOWERED), text)))


def lines_of(sheets_):
    for sheet in sheets_:
        for entry in sheet.entries:
            if isinstance(entry, Line | Condition):
                yield sheet, entry


@pytest.mark.parametrize("name", topics.names())
def test_what_is_shown_with_values_evaluates_to_the_value_of_the_line(name):
    seen = 0
    for sheet, entry in lines_of(sheets.drawn(name, 60, style=Style(significant=17))):
        value = entry.held if isinstance(entry, Condition) else entry.computed
        shown = sheet.substituted(entry, MATHML).text
        if hasattr(value, "tolist") or any(part in shown for part in ("<mtable>", "<mo>[</mo>", "<mi>Σ</mi>")):
            continue  # a map is not read back; its numbers are compared below
        found = evaluate(parse(mathml.read(shown)))
        nearly = isinstance(value, float | Fraction) and isclose(found, value, rel_tol=1e-9, abs_tol=1e-14)
        assert nearly or found == value, (sheet.inputs, entry, shown)
        seen += 1
    assert seen or name.endswith(("-backward", "-encoding"))  # their lines are arrays


@pytest.mark.parametrize("name", topics.names())
def test_every_line_has_the_numbers_that_the_terminal_shows(name):
    for sheet, line in lines_of(sheets.drawn(name, 40)):
        mathml.tree(sheet.formula(line, MATHML).text)
        shown = mathml.numbers(sheet.substituted(line, MATHML).text)
        assert plain(shown) == unicode_numbers(sheet.substituted(line, UNICODE).text)


def test_matrices_layers_and_loops_have_the_numbers_that_the_terminal_shows():
    for sheet, line in lines_of(sheets.private()):
        mathml.tree(sheet.formula(line, MATHML).text)
        shown = mathml.numbers(sheet.substituted(line, MATHML).text)
        assert plain(shown) == unicode_numbers(sheet.substituted(line, UNICODE).text)


def example(op):
    """Return a formula that uses an operator once."""
    given = ("a", "b", "c")[: len(op.needs)]
    if op.name in ("max", "min"):
        return f"{op.name}(a, b, c)"
    if op.name == "outer":
        return "outer(u, v)"
    if op.text:
        return "".join(part if isinstance(part, str) else given[part] for part in op.text)
    return f"{op.name}({', '.join(given)})"


ON_MAPS = {op.name for op in ROWS if op.entry == "map" or op.name in ("total", "conv_matrix", "cells", "cells_padded")}
ON_MAPS |= {"mask", "causal", "keys", "add_rows", "row_sums", "over_rows", "columns", "interleave", "concat", "turn"}
ON_MAPS |= {"shape"}  # on rows: tests/core/test_rows.py
ON_MAPS |= {"max_route", "max_route_all", "max_route_shared", "spread"}
"""Operations on maps: what they are given is no plain number, and some are written without all of it."""


@pytest.mark.parametrize("op", [op for op in ROWS if op.name not in ON_MAPS], ids=lambda op: op.name)
def test_every_operator_is_written_in_well_formed_mathml_with_all_its_arguments(op):
    values = {"a": 2, "b": Fraction(1, 2), "c": 1, "u": Array.of([1, 2]), "v": Array.of([3, 4])}
    node = parse(example(op))
    for with_values in (False, True):
        shown = Writer(MATHML, {}, values, values=with_values).write(node).text
        read = mathml.tokens(shown)
        names = ("u", "v") if op.name == "outer" else ("a", "b", "c")[: max(len(op.needs), 3 * (op.name in "maxmin"))]
        assert [t for t in read if t in names] == ([] if with_values else list(names))


NOT_ON_NUMBERS = {"outer", "@", ".T", "softmax", "largest", "diag", *ON_MAPS}


@pytest.mark.parametrize("op", [op for op in ROWS if op.name not in NOT_ON_NUMBERS], ids=lambda op: op.name)
def test_every_operator_on_numbers_reads_back_to_its_value(op):
    values = {"a": Fraction(3, 2), "b": 2, "c": 3}
    if op.name in ("and", "or", "not"):
        values = {"a": True, "b": False, "c": True}
    node = parse(example(op))
    shown = mathml.read(Writer(MATHML, {}, values, values=True).write(node).text)
    if op.name in ("and", "or", "not"):
        assert (
            re.sub(r"\s+", " ", shown).strip()
            == {"and": "true and false", "or": "true or false", "not": "not true"}[op.name]
        )
    else:
        found = evaluate(parse(shown))
        assert found == pytest.approx(evaluate(node, values), rel=1e-15)  # e^x − 1 is read as two steps


@pytest.mark.parametrize(
    "formula",
    ["(a + b)**2", "-a*b", "a - (b - c)", "exp(a)**2", "(a/b)**c", "a**b**c", "2*a", "(a*b)/(c*a)", "a/b/c", "a*(b/c)",
     "floor((a + 2*b - c)/c) + 1", "-(a + b)", "(-a)**2", "a - -b", "sqrt(a + b)*c", "abs(a - b)/c", "sign(-a)"],
)  # fmt: skip
def test_brackets_stand_where_the_reading_needs_them(formula):
    for values in ({"a": 3, "b": 2, "c": 4}, {"a": -3, "b": -2, "c": 2}):
        if values["a"] < 0 and "sqrt" in formula:
            continue
        node = parse(formula)
        shown = mathml.read(Writer(MATHML, {}, values, values=True).write(node).text)
        assert evaluate(parse(shown)) == evaluate(node, values), shown


def test_names_have_their_indices_below_and_layers_above():
    indices = {"W": "l", "a": "l"}
    for formula, tokens in (
        ("W_new[l][1,2]", ["W", "new", ",", "2", ",", "1", ",", "2"]),
        ("a[l][1]", ["a", "1", "(", "2", ")"]),
        ("eta", ["η"]),
        ("per_filter", ["per_filter"]),
        ("x[t-1]", ["x", "2"]),
    ):
        writer = Writer(MATHML, {"l": 2, "t": 3}, {}, indices=indices)
        assert mathml.tokens(writer.write(parse(formula)).text) == tokens


def test_very_small_numbers_are_powers_of_ten():
    assert mathml.read(Writer(MATHML, {}, {}).value(-1.5e-7).block.text) == "-1.5*10**(-7)"


def test_a_formula_has_the_same_breaks_in_every_notation():
    for sheet in sheets.private():
        for line in (entry for entry in sheet.entries if isinstance(entry, Line)):
            pieces = [sheet.formula(line, notation).pieces for notation in (UNICODE, MATHML)]
            assert len(pieces[0]) == len(pieces[1])
            for piece in pieces[1]:
                mathml.tree(piece)
