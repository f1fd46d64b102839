"""The formula language: what is read, what is refused, and that writing and reading are inverse."""

import math
import random
import statistics
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.core.arrays import Array
from dlcalc.core.evaluate import entry, evaluate
from dlcalc.core.formula import Apply, Name, Number, parse, parse_equation, read_typed, reads
from dlcalc.core.notation import LATEX, TEXT, UNICODE, Writer
from dlcalc.core.operators import OPERATORS
from dlcalc.core.reduction import reductions
from dlcalc.errors import CalculationError, DlcalcError, FormulaError, UnknownNameError
from tests.core.test_maps import ORACLES as MAP_ORACLES
from tests.core.test_rows import ORACLES as ROW_ORACLES


def text(node, values=None):
    return Writer(TEXT, {}, values or {}, values=values is not None).write(node).text


def unicode(formula, values=None, **at):
    return Writer(UNICODE, at, values or {}, values=values is not None).write(parse(formula)).text


# ---- reading


@pytest.mark.parametrize(
    "hostile",
    [
        "__import__('os').system('ls')",
        "().__class__.__bases__",
        "lambda: 0",
        "[x for x in (1,)]",
        "open('f')",
        "I.real",
        "f'{I}'",
        "'text'",
        "a := 3",
        "I if",
        "1 < 2 < 3",
        "floor(1, 2)",
        "floor()",
        "sum([1, 2])",
        "sum(x for x in (1, ..., 3) if x)",
        "max(1)",
        "print(1)",
        "True",
        "{1: 2}",
        "(1, 2)",
        "[]",
        "x[1][2][3]",
        "yield",
        "await x",
        "x = 3",
        "",
        "9" * 5000,
        "1e999",
        "-" * 100_000 + "1",
    ],
)
def test_whatever_is_not_in_the_language_is_refused(hostile):
    with pytest.raises(FormulaError):
        parse(hostile)


@pytest.mark.parametrize("hostile", ["(" * 41 + "1" + ")" * 41, "1+" * 300 + "1", "x" * 401, "1234567890123456", "é"])
def test_typed_formulas_stand_behind_guards(hostile):
    with pytest.raises(FormulaError):
        read_typed(hostile)


def test_typed_formulas_may_use_the_signs_people_type():
    assert evaluate(read_typed("3·2² − 1")) == 11
    assert evaluate(read_typed("σ(0)")) == 0.5
    assert evaluate(read_typed("2^3")) == 8


def test_huge_powers_are_refused_instead_of_computed():
    with pytest.raises(CalculationError):
        evaluate(parse("9**9**9**9"))


@given(st.text(max_size=60))
def test_any_typed_text_gives_a_formula_or_one_of_our_errors(source):
    try:
        read_typed(source)
    except DlcalcError:
        pass


def test_an_equation_needs_a_name_on_its_left():
    assert parse_equation("w[k] = w[k-1] + 1").left == Name("w", (Name("k"),))
    for wrong in ("3 = 4", "a + b = c", "a", "w[1][2] = 3"):
        with pytest.raises(FormulaError):
            parse_equation(wrong)


def test_a_formula_knows_the_names_it_reads_but_not_its_indices():
    assert reads(parse("h[t-1] + sum(x[i]*w for i in (1, ..., n))")) == {"h", "x", "w"}


# ---- values


def test_whole_numbers_and_fractions_stay_exact():
    assert evaluate(parse("1/3 + 1/6")) == Fraction(1, 2)
    assert evaluate(parse("6/3")) == 2
    assert isinstance(evaluate(parse("6/3")), int)
    assert evaluate(parse("0.1 + 0.2")) == Fraction(3, 10)
    assert evaluate(parse("floor((10**30 + 1)/2)")) == (10**30 + 1) // 2  # a float would lose the last digits


@given(st.integers(-50, 50), st.integers(1, 9))
def test_a_rounded_quotient_is_the_rounded_fraction(a, b):
    values = {"a": a, "b": b}
    assert evaluate(parse("floor(a/b)"), values) == math.floor(Fraction(a, b))
    assert evaluate(parse("ceil(a/b)"), values) == math.ceil(Fraction(a, b))


def test_a_member_of_a_family_comes_before_an_entry_and_entries_count_from_one():
    values = {"x": Array.of([10, 20]), ("h", 1): Array.of([7, 8])}
    assert evaluate(parse("x[2]"), values) == 20
    assert evaluate(parse("h[1][2]"), values) == 8
    assert evaluate(parse("h[t][1]"), values, {"t": 1}) == 7
    with pytest.raises(CalculationError):
        evaluate(parse("x[3]"), values)
    with pytest.raises(CalculationError):
        evaluate(parse("x[0]"), values)


def test_an_index_without_a_value_is_its_own_label_and_an_empty_label_is_not_written():
    assert evaluate(parse("n[spam] + n[ham]"), {("n", "spam"): 3, ("n", "ham"): 4}) == 7
    assert evaluate(parse("O[d]"), {"O": 26}, {"d": ""}) == 26
    assert unicode("O[d]*2", {"O": 26}, d="") == "26·2"


def test_folds_run_over_numbers_labels_or_a_bound_name():
    assert evaluate(parse("sum(i**2 for i in (1, ..., 4))")) == 30
    assert evaluate(parse("prod(O[d] for d in (h, w))"), {("O", "h"): 3, ("O", "w"): 5}) == 15
    assert evaluate(parse("prod(O[d] for d in axes)"), {"O": 3, "axes": ("", "")}) == 9
    assert evaluate(parse("sum(i for i in (1, ..., n))"), {}, {"n": 0}) == 0


def test_there_is_no_broadcasting():
    column, row = Array.of([1, 2]), Array.of([[1, 2], [3, 4]])
    for formula in ("a*b", "a + b", "a - b", "a/b"):
        with pytest.raises(CalculationError):
            evaluate(parse(formula), {"a": column, "b": row})
    with pytest.raises(CalculationError):
        evaluate(parse("a @ b"), {"a": Array.of([1, 2, 3]), "b": row})


def test_a_missing_name_is_named():
    with pytest.raises(UnknownNameError, match="w\\[3\\]"):
        evaluate(parse("w[3]"), {})


SCALAR_ORACLES = {
    "+": (2, lambda a, b: a + b),
    "-": (2, lambda a, b: a - b),
    "*": (2, lambda a, b: a * b),
    "/": (2, lambda a, b: a / b),
    "**": (2, lambda a, b: a**b),
    "neg": (1, lambda a: -a),
    "floor": (1, sympy.floor),
    "ceil": (1, sympy.ceiling),
    "abs": (1, sympy.Abs),
    "max": (2, sympy.Max),
    "min": (2, sympy.Min),
    "sign": (1, sympy.sign),
    "relu": (1, lambda a: sympy.Max(0, a)),
    "sqrt": (1, sympy.sqrt),
    "exp": (1, sympy.exp),
    "ln": (1, sympy.log),
    "tanh": (1, sympy.tanh),
    "sin": (1, sympy.sin),
    "cos": (1, sympy.cos),
    "ln1p": (1, lambda a: sympy.log(1 + a)),
    "expm1": (1, lambda a: sympy.exp(a) - 1),
    "Phi": (1, lambda a: (1 + sympy.erf(a / sympy.sqrt(2))) / 2),
    "phi": (1, lambda a: sympy.exp(-(a**2) / 2) / sympy.sqrt(2 * sympy.pi)),
    "sigmoid": (1, lambda a: 1 / (1 + sympy.exp(-a))),
    "<": (2, lambda a, b: a < b),
    "<=": (2, lambda a, b: a <= b),
    ">": (2, lambda a, b: a > b),
    ">=": (2, lambda a, b: a >= b),
    "==": (2, sympy.Eq),
    "!=": (2, sympy.Ne),
}
ARRAY_ROWS = {"@", ".T", "softmax", "outer", "largest", "diag", "norm", "spectral"}
LOGIC = {"not", "and", "or", "if"}


def test_every_operator_has_an_oracle_here():
    assert set(OPERATORS) == set(SCALAR_ORACLES) | ARRAY_ROWS | LOGIC | set(MAP_ORACLES) | set(ROW_ORACLES)


@pytest.mark.parametrize("name", SCALAR_ORACLES)
def test_every_scalar_operator_agrees_with_sympy(name):
    arity, oracle = SCALAR_ORACLES[name]
    random.seed(name)
    for _ in range(40):
        numbers = [random.choice([random.randint(1, 9), Fraction(random.randint(1, 40), 8)]) for _ in range(arity)]
        if name not in ("sqrt", "ln", "ln1p", "**"):
            numbers = [n * random.choice([1, -1]) for n in numbers]
        if name == "**":
            numbers[1] = random.randint(-3, 4)
        ours = evaluate(Apply(OPERATORS[name], tuple(Number(n) for n in numbers)))
        theirs = oracle(*(sympy.Rational(n.numerator, n.denominator) for n in map(Fraction, numbers)))
        if isinstance(ours, bool):
            assert ours == bool(theirs)
        elif isinstance(ours, float):
            assert ours == pytest.approx(float(theirs), rel=1e-14)
        else:
            assert ours == Fraction(int(theirs.p), int(theirs.q))


@pytest.mark.parametrize(
    ("formula", "oracle"),
    [
        ("A @ B", lambda a, b, u, v: a @ b),
        ("A @ u", lambda a, b, u, v: a @ u),
        ("u @ v", lambda a, b, u, v: u @ v),
        ("A.T", lambda a, b, u, v: a.T),
        ("outer(u, v)", lambda a, b, u, v: np.outer(u, v)),
        ("norm(u)*u + norm(A)*v", lambda a, b, u, v: np.sqrt((u * u).sum()) * u + np.sqrt((a * a).sum()) * v),
        ("spectral(A)*u", lambda a, b, u, v: np.sqrt(np.linalg.eigvalsh(a.T @ a).max()) * u),
        ("(spectral(v) - norm(v))*u + norm(-3)*u", lambda a, b, u, v: 3 * u),
        ("softmax(A)", lambda a, b, u, v: np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)),
        ("tanh(A) * B - 2*A", lambda a, b, u, v: np.tanh(a) * b - 2 * a),
        ("relu(u)/2", lambda a, b, u, v: np.maximum(u, 0) / 2),
        ("max(u, v) - min(0, u)", lambda a, b, u, v: np.maximum(u, v) - np.minimum(u, 0)),
        ("(A > B)*A + (A <= 0)", lambda a, b, u, v: (a > b) * a + (a <= 0)),
        ("u if u > 0 and v < 1 else 0.5", lambda a, b, u, v: np.where((u > 0) & (v < 1), u, 0.5)),
        ("1 if u >= largest(u) else v", lambda a, b, u, v: np.where(u >= u.max(), 1, v)),
        ("largest(A)", lambda a, b, u, v: a.max(axis=1)),
        ("diag(u) - outer(u, v)", lambda a, b, u, v: np.diag(u) - np.outer(u, v)),
        ("Phi(u) + expm1(v)", lambda a, b, u, v: np.vectorize(statistics.NormalDist().cdf)(u) + np.expm1(v)),
        ("sum(u[i]*v[i] for i in (1, ..., 3))", lambda a, b, u, v: (u * v).sum()),
    ],
)
@pytest.mark.parametrize("as_float", [False, True])
def test_array_formulas_agree_with_numpy(formula, oracle, as_float):
    rng = np.random.default_rng(5)
    arrays = [rng.integers(-8, 9, size=s) / 4 for s in ((3, 3), (3, 3), (3,), (3,))]
    values = {n: Array.of(a.tolist(), as_float=as_float) for n, a in zip("ABuv", arrays, strict=True)}
    ours = evaluate(parse(formula), values)
    ours = np.array(ours.tolist() if isinstance(ours, Array) else ours, dtype=float)
    np.testing.assert_allclose(ours, oracle(*arrays), rtol=1e-13)


@pytest.mark.parametrize(
    "formula",
    [
        "A @ B",
        "A @ u",
        "A.T @ u",
        "(A.T @ u)*v",
        "outer(u, v) + A",
        "tanh(A @ u) - v",
        "2*(A @ B).T",
        "u if u > 0 and v < 2 else 0*v",
    ],
)
def test_each_entry_of_an_array_formula_has_a_formula_of_its_own(formula):
    rng = np.random.default_rng(6)
    values = {
        n: Array.of(rng.integers(-5, 6, size=s).tolist()) for n, s in zip("ABuv", [(3, 3), (3, 3), 3, 3], strict=True)
    }
    node = parse(formula)
    whole = evaluate(node, values)

    for place in whole.places():
        assert evaluate(entry(node, place, values, {}), values) == whole.entry(*place)


# ---- writing

NUMBERS = st.one_of(st.integers(-9, 9), st.fractions(-4, 4, max_denominator=8)).map(Number)
NAMES = st.sampled_from("abc").map(Name)


def _apply(children):
    return st.one_of(
        *(
            st.tuples(children, children).map(lambda args, op=op: Apply(OPERATORS[op], args))
            for op in ("+", "-", "*", "/", "max", "min")
        ),
        *(children.map(lambda arg, op=op: Apply(OPERATORS[op], (arg,))) for op in ("neg", "floor", "abs", "relu")),
        children.map(lambda arg: Apply(OPERATORS["**"], (arg, Number(2)))),
        st.tuples(children, children, children).map(
            lambda args: Apply(OPERATORS["if"], (args[0], Apply(OPERATORS["<"], (args[1], args[2])), args[0]))
        ),
    )


FORMULAS = st.recursive(st.one_of(NUMBERS, NAMES), _apply, max_leaves=12)
VALUES = st.fixed_dictionaries(
    {name: st.one_of(st.integers(-5, 5), st.fractions(-3, 3, max_denominator=6)) for name in "abc"}
)


@given(FORMULAS, VALUES)
def test_a_formula_written_and_read_again_has_the_same_value(node, values):
    try:
        value = evaluate(node, values)
    except CalculationError:
        return
    assert evaluate(parse(text(node)), values) == value


@given(FORMULAS, VALUES)
def test_a_substitution_evaluates_to_the_value_beside_it(node, values):
    try:
        value = evaluate(node, values)
    except CalculationError:
        return
    from dlcalc.core.notation import Style

    shown = Writer(TEXT, {}, values, Style(exact=True), values=True).write(node).text
    assert evaluate(parse(shown)) == value


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("floor((I + 2*P - E)/S) + 1", "⌊(I + 2P − E)/S⌋ + 1"),
        ("a - (b - c)", "a − (b − c)"),
        ("a*(b + c)", "a·(b + c)"),
        ("-(a + b)", "−(a + b)"),
        ("(a*b)**2", "(a·b)²"),
        ("2*per_filter", "2·per_filter"),
        ("eta*delta[l]", "η·δ₂"),
        ("W_x @ x[t]", "W_x x₃"),
        ("h[t-1]", "h₂"),
        ("sigmoid(z)", "σ(z)"),
        ("a if a > b else b", "a if a > b else b"),
        ("abs(a - b)", "|a − b|"),
        ("prod(O[d] for d in axes)", "O_h·O_w"),
    ],
)
def test_formulas_look_like_a_textbook(formula, written):
    assert unicode(formula, None, l=2, t=3, axes=("h", "w")) == written


def test_negative_values_are_bracketed_where_a_sign_would_meet_an_operator():
    values = {"a": -3, "b": -2, "c": Fraction(1, 3)}
    assert unicode("a*b", values) == "(−3)·(−2)"
    assert unicode("b - a", values) == "−2 − (−3)"
    assert unicode("a**2", values) == "(−3)²"


def test_latex_stacks_fractions_and_needs_no_brackets_there():
    node = parse("floor((I + 2*P - E)/S) + 1")
    assert Writer(LATEX, {}, {}).write(node).text == r"\left\lfloor \frac{I + 2P - E}{S} \right\rfloor + 1"


def test_a_product_of_matrices_is_bracketed_beside_an_entrywise_one():
    values = {"W": Array.of([[1, 2], [3, 4]]), "d": Array.of([1, 2]), "a": Array.of([1, 1])}
    assert Writer(UNICODE, {}, values).write(parse("(W.T @ d)*a")).text == "(Wᵀ d) ⊙ a"
    assert Writer(UNICODE, {}, values).write(parse("2*a")).text == "2a"


# ---- what a review found


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        ("2*k + 1", "2·3 + 1"),  # a loop variable stands there as its number: 23 + 1 would be another
        ("a**b**c", "a^(b^c)"),
        ("y[1,11]", "y₁,₁₁"),
        ("lambda_*w", "λ·w"),
    ],
)
def test_nothing_is_written_that_reads_as_something_else(formula, written):
    assert unicode(formula, None, k=3).replace("b²", "b^c") == written


def test_substituted_powers_are_no_superscripts_of_superscripts():
    assert unicode("a**b**c", {"a": 2, "b": 3, "c": 2}) == "2^(3²)"


def test_truth_is_written_out():
    assert Writer(UNICODE, {}, {}).value(True).block.text == "true"


def test_latex_has_no_second_superscript():
    values = {("W", 2): Array.of([[1, 2], [3, 4]]), "z": 2}
    writer = Writer(LATEX, {"l": 2}, values, indices={"W": "l"})
    assert writer.write(parse("W[l].T")).text == r"{W^{(2)}}^{\top}"
    assert writer.write(parse("exp(z)**2")).text == r"\left(e^{z}\right)^{2}"
    assert writer.write(parse("(z + 1)**2")).text == r"\left(z + 1\right)^{2}"


def test_a_branch_not_taken_may_read_what_is_not_there():
    node = parse("a[t-1] + 1 if t > 1 else 7")
    assert evaluate(node, {}, {"t": 1}) == 7
    assert Writer(TEXT, {"t": 1}, {}, values=True).write(node).text == "a[0] + 1 if 1 > 1 else 7"


@pytest.mark.parametrize("formula", ["max(0, v)", "min(v, 2)", "v > 0", "2**v", "v - v", "v**2"])
def test_operators_of_numbers_go_entry_by_entry_through_arrays(formula):
    v = np.array([-1, 0, 3])
    expected = {"max(0, v)": np.maximum(0, v), "min(v, 2)": np.minimum(v, 2), "v > 0": v > 0, "2**v": 2.0**v}
    expected |= {"v - v": v - v, "v**2": v**2}
    found = evaluate(parse(formula), {"v": Array.of(v.tolist())})
    np.testing.assert_allclose(np.array(found.tolist(), float), expected[formula].astype(float))


@pytest.mark.parametrize("formula", ["3 @ v", "softmax(3)", "1 if v else 2", "not v", "sum(i for i in (1, ..., 2.5))"])
def test_what_has_no_meaning_for_an_array_is_our_error(formula):
    with pytest.raises(CalculationError):
        evaluate(parse(formula), {"v": Array.of([1, 2])})


@pytest.mark.parametrize(
    "formula", ["sum(1 for i in (1, ..., 999999999999999))", "((9**9999)**9999)**9999", "9**9**9**9"]
)
def test_endless_work_is_refused(formula):
    with pytest.raises(CalculationError):
        evaluate(read_typed(formula))


@pytest.mark.parametrize("formula", ["1_2_3", "0xFF", "1 # hi", "1j", "1+" * 150 + "1" * 17])
def test_numbers_in_disguise_are_refused(formula):
    with pytest.raises(FormulaError):
        read_typed(formula)


def test_a_formula_of_thousands_of_terms_is_refused_and_not_crashed_on():
    with pytest.raises(FormulaError):
        parse("1+" * 3000 + "1")


# ---------------------------------------------------------------- the largest and the least over an index


@pytest.mark.parametrize(("kind", "value"), [("max", 7), ("min", -2)])
def test_the_largest_and_the_least_run_over_an_index(kind, value):
    node = parse(f"{kind}(x[i] + 1 for i in (1, ..., n))")
    env = {("x", 1): 6, ("x", 2): -3, ("x", 3): 0}
    assert evaluate(node, env, {"n": 3}) == value
    shown = Writer(TEXT, {"n": 3}, env, values=True).write(node).text
    assert shown == f"{kind}(6 + 1, -3 + 1, 0 + 1)"
    assert evaluate(parse(shown)) == value


def test_the_largest_of_one_is_that_one_and_of_none_an_error():
    node = parse("max(x[i] for i in (1, ..., n))")
    assert evaluate(node, {("x", 1): 6}, {"n": 1}) == 6
    assert Writer(TEXT, {"n": 1}, {("x", 1): 6}, values=True).write(node).text == "6"
    with pytest.raises(CalculationError):
        evaluate(node, {}, {"n": 0})


def test_the_largest_is_worked_out_in_one_step():
    steps = reductions(parse("2*max(x[i] + 1 for i in (1, ..., 3))"), {("x", 1): 6, ("x", 2): -3, ("x", 3): 0}, {})
    assert [Writer(TEXT, {}, {}).write(step).text for step in steps] == ["2*max(7, -2, 1)", "2*7"]


@pytest.mark.parametrize(("index", "key"), [("k - 1", ("w", 4)), ("k + 1", ("w", 6)), ("k", ("w", 5))])
def test_an_index_may_step_from_a_loop_variable(index, key):
    assert evaluate(parse(f"w[{index}]"), {key: 9}, {"k": 5}) == 9
