"""Inverse questions: every solution is confirmed by running forward, and every printed inequality by counting."""

import pickle
import random
import re

import pytest

from dlcalc import InputError, check, inverse, solve, topics
from dlcalc.core.evaluate import evaluate
from dlcalc.core.formula import parse
from dlcalc.core.inequality import Interval
from dlcalc.errors import DlcalcError
from tests import draws


def numbers(result, name):
    return [values[name] for values in result.solutions if isinstance(values[name], int)]


def tried(result, name):
    return [n for low, high in result.searched[name].spans for n in range(low, high + 1)]


# ---------------------------------------------------------------- the questions of an exam


def test_which_padding_keeps_28():
    result = inverse("conv", {"in": 28, "k": 3, "stride": 1}, {"out": 28}, "pad")
    assert result.solutions == [{"pad": 1}, {"pad": "same"}]
    (derivation,) = result.derivations
    assert [step.text for step in derivation.steps] == [
        "O = floor((I + 2*P - E)/S) + 1 = 28",
        "27 <= (I + 2*P - E)/S < 28",
        "27 <= (28 + 2*P - 3)/1 < 28",
        "1 <= P < 1.5",
    ]
    assert (derivation.unknown, derivation.low, derivation.high) == ("pad", 1, 1)


def test_which_input_sizes_give_7():
    result = inverse("conv", {"k": 3, "stride": 2, "pad": 1}, 7, "in")
    assert result.solutions == [{"in": 13}, {"in": 14}]


def test_which_kernel_stride_and_padding_give_26_from_28():
    result = inverse("conv", {"in": 28}, {"out": 26}, ["k", "stride", "pad"])
    found = {(s["k"], s["stride"], s["pad"]) for s in result.solutions}
    assert result.solutions[0] == {"k": 3, "stride": 1, "pad": 0}
    spans = (tried(result, name) for name in ("k", "stride", "pad"))
    ks, strides, pads = spans
    assert found == {(k, s, p) for k in ks for s in strides for p in pads if places(28 + 2 * p, k, s) == 26}


def test_an_even_kernel_has_no_equal_padding_but_same():
    result = inverse("conv", {"in": 28, "k": 4}, 28, "pad")
    assert result.solutions == [{"pad": "same"}]
    assert result.derivations[0].low > result.derivations[0].high


def test_a_square_that_is_none_ends_the_way_there():
    (derivation,) = inverse("conv", {"in": 28}, {"params": 9}, "k").derivations
    assert derivation.steps[-1].unicode == "K² = 8"
    assert derivation.low > derivation.high


def test_a_shape_is_solved_for_filters_and_kernel():
    result = inverse("conv", {"in": 28}, {"shape": "50x11x11"}, "filters,k")
    assert result.solutions == [{"filters": 50, "k": 18}]
    assert {d.unknown for d in result.derivations} == {"filters", "k"}


def test_no_solution_names_the_nearest_below_and_above():
    result = inverse("linear", {"in_features": 784}, 7851, "out_features")
    assert not result
    assert [(miss.values["out_features"], miss.gives["params"]) for miss in result.nearest] == [
        ("10", 7850),
        ("11", 8635),
    ]


@pytest.mark.parametrize(
    ("topic", "inputs", "want", "unknown", "value"),
    [
        ("conv", {"in": 28, "k": 3}, {"params": 250}, "filters", 25),
        ("conv", {"in": 28, "k": 3}, {"params": 61_100_840}, "filters", 6_110_084),
        ("conv", {"in": 28, "filters": 25}, {"params": 250}, "k", 3),
        ("conv", {"k": 3, "filters": 25}, {"macs": 152_100}, "in", 28),
        ("conv", {"in": 28, "k": 3}, {"E": 7}, "dilation", 3),
        ("conv", {"k": 4, "stride": 2, "pad": 1, "transpose": True}, {"out": 32}, "in", 16),
        ("linear", {"out_features": 10}, {"weights": 7840}, "in_features", 784),
    ],
)
def test_what_a_formula_can_be_solved_for_is_solved(topic, inputs, want, unknown, value):
    result = inverse(topic, inputs, want, unknown)
    assert result.solutions == [{unknown: value}]
    assert result.derivations[0].unknown == unknown


def test_a_case_distinction_is_searched_without_an_inequality():
    result = inverse("pool", {"k": 3, "stride": 2, "ceil": True}, 56, "in")
    assert result.solutions == [{"in": 112}, {"in": 113}]
    assert result.derivations[0].unknown == ""


def test_switches_and_choices_are_unknowns_too():
    assert inverse("pool", {"in": 112, "k": 3, "stride": 2}, 56, "ceil").solutions == [{"ceil": True}]
    assert inverse("pool", {"in": 112, "k": 3, "stride": 2}, 55, "kind").solutions == [{"kind": "max"}, {"kind": "avg"}]
    assert inverse("conv", {"in": 16, "k": 4, "stride": 2, "pad": 1}, 32, "transpose").solutions == [
        {"transpose": True}
    ]


def test_rectangles_get_an_inequality_for_each_side():
    result = inverse("conv", {"in": "28x40", "k": 3}, {"out": "28x40"}, "pad")
    assert numbers(result, "pad") == [1]
    assert [d.line for d in result.derivations] == ["O[h]", "O[w]"]


def test_several_wants_must_all_hold():
    both = {"out": 26, "params": 250}
    assert inverse("conv", {"in": 28}, both, "k,filters").solutions == [{"k": 3, "filters": 25}]


def test_values_that_the_inequality_allows_but_the_topic_refuses_are_told():
    result = inverse("pool", {"in": 28, "k": 3}, 28, "pad")
    assert not result.solutions
    assert [refused.values["pad"] for refused in result.refused] == ["28", "29"]


def test_an_answer_that_rests_on_no_unknown_is_told():
    result = inverse("conv", {"in": 28, "k": 3}, {"params": 9}, "pad")
    assert result.fixed == {"params": "10"}


LI_HANG = {"x": "3,3; 4,3; 1,1", "t": "1,1,-1"}


def test_vectors_are_no_sizes():
    assert inverse("perceptron", LI_HANG, {"w": "1,1"}, "scan").wanted == {"w": "(1, 1)"}
    with pytest.raises(InputError, match=r"w=\[1,1\]"):
        inverse("perceptron", LI_HANG, {"w": "1,2,3"}, "scan")


def test_a_table_and_what_the_exercise_does_not_have_cannot_be_wanted():
    with pytest.raises(InputError, match="rows is a whole table"):
        inverse("perceptron", LI_HANG, {"rows": 3}, "scan")
    with pytest.raises(InputError, match="This exercise has no epochs"):
        inverse("perceptron", {**LI_HANG, "scan": "restart"}, {"epochs": 3}, "dual")


# ---------------------------------------------------------------- ranges


def test_a_range_is_stretched_to_where_the_inequality_points():
    result = inverse("conv", {"k": 3, "stride": 4, "pad": 1}, 224, "in")
    assert numbers(result, "in") == [893, 894, 895, 896]
    assert result.searched["in"].spans == ((1, 897),)


def test_a_range_in_which_everything_is_refused_is_stretched():
    assert inverse("conv", {"k": 1001, "stride": 4}, 2, "in").solutions == [{"in": n} for n in range(1005, 1009)]


def test_a_range_that_was_set_is_kept():
    result = inverse("conv", {"in": 28, "k": 3}, 28, "pad", ranges={"pad": (5, 9)})
    assert result.searched["pad"].spans == ((5, 9),)
    assert not result.solutions
    assert inverse("conv", {"in": 28, "k": 3}, 328, "pad=0:200").solutions == [{"pad": 151}]


def test_a_range_of_several_unknowns_is_stretched_while_its_end_comes_nearest():
    result = inverse("conv", {"stride": 2}, 112, "in,k")
    assert {"in": 224, "k": 2} in result.solutions
    assert {(s["in"] - s["k"]) // 2 + 1 for s in result.solutions} == {112}


def test_endless_solutions_say_that_the_range_ends():
    result = inverse("conv", {"in": 28, "k": 3}, 1, "stride")
    assert numbers(result, "stride") == list(range(26, 65))
    assert result.searched["stride"].open_end
    assert not inverse("conv", {"in": 28, "k": 3}, 28, "pad").searched["pad"].open_end


def test_a_range_of_several_unknowns_that_stops_before_more_solutions_says_so():
    result = inverse("conv", {"in": 28}, 28, "k,pad")
    assert result.solutions[-1] == {"k": 31, "pad": 15}
    assert result.searched["k"].open_end  # k 33 with pad 16
    assert not result.searched["pad"].open_end  # it would take k 67


# ---------------------------------------------------------------- against counting by hand


def places(padded, extent, stride):
    """Count where a window stands, one place after the other."""
    return len(range(0, padded - extent + 1, stride))


def pooled(size, extent, stride, pad, ceil):
    """Count pooling windows; with ceil also one that sticks out, if it starts inside the input or the first padding."""
    starts = range(0, size + 2 * pad + (stride if ceil else 0), stride)
    reach = size + 2 * pad + (stride - 1 if ceil else 0)
    return sum(
        1 for s in starts if s + extent <= reach and (not ceil or s < size + pad or s + extent <= size + 2 * pad)
    )


def test_solutions_of_a_convolution_are_those_found_by_counting_windows():
    rng = random.Random(1)
    for _ in range(100):
        size, k, s, p, d = (
            rng.randint(5, 40),
            rng.randint(1, 7),
            rng.randint(1, 4),
            rng.randint(0, 3),
            rng.randint(1, 2),
        )
        want = rng.randint(1, 30)
        known = {"in": size, "k": k, "stride": s, "pad": p, "dilation": d}
        for name in ("in", "k", "stride", "pad"):
            inputs = {key: value for key, value in known.items() if key != name}
            if name == "stride" and d * (k - 1) + 1 > size + 2 * p:
                continue  # no window fits, whatever the stride: that is refused, not searched
            result = inverse("conv", inputs, want, name)
            by_hand = []
            for n in tried(result, name):
                v = {**known, name: n}
                extent = v["dilation"] * (v["k"] - 1) + 1
                if places(v["in"] + 2 * v["pad"], extent, v["stride"]) == want:
                    by_hand.append(n)
            assert numbers(result, name) == by_hand, (inputs, want, name)


def test_solutions_of_pooling_are_those_found_by_counting_windows():
    rng = random.Random(2)
    for _ in range(100):
        size, k, s, ceil = rng.randint(5, 40), rng.randint(2, 6), rng.randint(1, 4), rng.random() < 0.5
        p, want = rng.randint(0, k // 2), rng.randint(1, 30)
        known = {"in": size, "k": k, "stride": s, "pad": p}
        for name in ("in", "stride", "pad"):
            inputs = {key: value for key, value in known.items() if key != name}
            result = inverse("pool", {**inputs, "ceil": ceil}, want, name)
            by_hand = []
            for n in tried(result, name):
                v = {**known, name: n}
                spare = v["in"] + 2 * v["pad"] - k
                accepted = v["pad"] < k and (spare >= 0 or (ceil and spare > -v["stride"]))
                if accepted and pooled(v["in"], k, v["stride"], v["pad"], ceil) == want:
                    by_hand.append(n)
            assert numbers(result, name) == by_hand, (inputs, ceil, want, name)


# ---------------------------------------------------------------- laws over drawn exercises of every topic


def drawn(topic, count, seed):
    """Yield (inputs without the unknown, unknown, its value, wanted answers) of drawn exercises."""
    rng = random.Random(f"{topic} {seed}")
    specs = {spec.name: spec for spec in topics.load(topic).inputs}
    made = 0
    for _ in range(200 * count):
        raw = draws.draw(topic, rng)
        names = [n for n, v in raw.items() if (specs[n].kind.span and isinstance(v, int)) or v in specs[n].kind.words]
        try:
            sheet = solve(topic, raw)
        except DlcalcError:
            continue
        answers = {n: v for n, v in sheet.answers.items() if is_numbers(v)}
        if not names or not answers:
            continue
        unknown, answer = rng.choice(names), rng.choice(list(answers))
        yield {n: v for n, v in raw.items() if n != unknown}, unknown, raw[unknown], {answer: answers[answer]}
        made += 1
        if made == count:
            return


def is_numbers(value):
    if isinstance(value, list):
        return bool(value) and all(map(is_numbers, value))
    return isinstance(value, int) and not isinstance(value, bool)


@pytest.mark.parametrize("topic", ["conv", "linear", "pool"])
def test_an_exercise_is_among_the_solutions_of_its_inverse_and_every_solution_runs_forward(topic):
    for inputs, unknown, value, want in drawn(topic, 100, 1):
        result = inverse(topic, inputs, want, unknown)
        assert {unknown: value} in result.solutions or value not in tried(result, unknown), (inputs, want)
        (name,) = want
        for found in result.solutions[:50]:
            assert solve(topic, {**inputs, **found}).answers[name] == want[name], (inputs, found)


@pytest.mark.parametrize("topic", ["conv", "linear", "pool"])
def test_the_whole_numbers_an_inequality_allows_are_exactly_the_solutions(topic):
    complete = 0
    for inputs, unknown, _, want in drawn(topic, 120, 2):
        result = inverse(topic, inputs, want, unknown)
        if not result.derivations or not all(d.unknown for d in result.derivations):
            continue
        complete += 1
        for n in tried(result, unknown):
            allowed = all(d.allows(n) for d in result.derivations)
            try:
                (name,) = want
                right = solve(topic, {**inputs, unknown: n}).answers[name] == want[name]
            except InputError:
                assert {unknown: n} not in result.solutions
                continue
            assert allowed == right == ({unknown: n} in result.solutions), (inputs, want, unknown, n)
    assert complete >= 15


SIGNS = {"<=": lambda a, b: a <= b, "<": lambda a, b: a < b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}


def holds(step, env):
    """Work out a printed relation with a sheet's values."""
    parts = re.split(r" (<=|<|>=|>|=) ", step)
    values = [evaluate(parse(part), env) for part in parts[::2]]
    pairs = zip(values, parts[1::2], values[1:], strict=False)
    return all(a == b if sign == "=" else SIGNS[sign](a, b) for a, sign, b in pairs)


@pytest.mark.parametrize("topic", ["conv", "linear", "pool"])
def test_every_printed_step_is_true_of_the_solutions_and_of_nothing_else(topic):
    steps = 0
    for inputs, unknown, _, want in drawn(topic, 80, 3):
        result = inverse(topic, inputs, want, unknown)
        for derivation in result.derivations:
            if not derivation.unknown:
                continue
            wanted = int(derivation.steps[0].text.rpartition(" = ")[2])
            for n in tried(result, unknown)[:40]:
                try:
                    env = solve(topic, {**inputs, unknown: n}).sheet.env
                except InputError:
                    continue
                line = evaluate(parse(derivation.line), env)
                for step in derivation.steps:
                    assert holds(step.text, env) == (line == wanted), (inputs, want, unknown, n, step.text)
                    steps += 1
    assert steps > 500


def test_an_inequality_in_several_unknowns_is_true_of_the_solutions_alone():
    result = inverse("conv", {"in": 28, "dilation": 2}, 7, "k,pad")
    (derivation,) = result.derivations
    for k in range(1, 12):
        for pad in range(12):
            try:
                env = solve("conv", {"in": 28, "dilation": 2, "k": k, "pad": pad}).sheet.env
            except InputError:
                continue
            right = {"k": k, "pad": pad} in result.solutions
            assert all(holds(step.text, env) == right for step in derivation.steps)


@pytest.mark.parametrize(
    ("interval", "wholes"),
    [
        (Interval(1, 2), (1, 2)),
        (Interval(1, 2, True, True), (2, 1)),
        (Interval(1, 2, False, True), (1, 1)),
        (Interval(None, 5, False, True), (None, 4)),
        (Interval(3, 5).scaled(-1), (-5, -3)),
        (Interval(3, 6, True).scaled(-2).shifted(1), (-11, -6)),
    ],
)
def test_an_interval_knows_its_whole_numbers(interval, wholes):
    assert interval.wholes() == wholes


# ---------------------------------------------------------------- what cannot be asked


@pytest.mark.parametrize(
    ("inputs", "want", "unknown", "says"),
    [
        ({"in": 28, "k": 3, "pad": 1}, 28, "pad", "asked for and given"),
        ({"in": 28, "k": 3}, 28, "padd", "Did you mean pad"),
        ({"in": 28, "k": 3}, 28, "pad,pad", "twice"),
        ({"in": 28}, 28, "k,pad,stride,dilation", "4 unknowns"),
        ({"in": 28, "k": 3}, {"owt": 28}, "pad", "Did you mean out"),
        ({"in": 28, "k": 3}, {}, "pad", "Nothing is wanted"),
        ({"in": 28, "k": 3}, {"": 28, "out": 28}, "pad", "two wanted"),
        ({"in": 28, "k": 3}, 0, "pad", "at least 1"),
        ({"in": 28, "k": 3}, 2.5, "pad", "2.5 cannot be"),
        ({"in": 28, "k": 3}, "-3", "pad", "-3 cannot be"),
        ({"in": 28, "k": 3}, {"macs": "2.5"}, "pad", "whole number"),
        ({"in": 28, "k": 3}, {"shape": 28}, "pad", "looks like 1x26x26"),
        ({"in": 28, "k": 3}, {"out": "28x28x28x28x28"}, "pad", "looks like"),
        ({"in": 28, "k": 3}, "2o", "pad", "not a number"),
        ({"in": 28, "k": 3}, float("nan"), "pad", "cannot be wanted"),
        ({"in": 28, "k": 3}, True, "pad", "cannot be wanted"),
        ({"in": 28}, 28, "pad", "needs 'k'"),
        ({"in": 28, "k": 3, "groups": 2}, 28, "pad", "do not divide"),
        ({"in": 28, "k": 3}, 28, "pad=9:1", "no range"),
        ({"in": 28, "k": 3}, 28, "pad=-1:3", "no range"),
        ({"in": 28, "k": 3}, 28, "bias=0:1", "has no range"),
        ({"in": 28}, 28, "k=1:1000,pad=0:1000", "at most 200,000"),
    ],
)
def test_what_cannot_be_asked_is_refused(inputs, want, unknown, says):
    with pytest.raises(InputError, match=re.escape(says)):
        inverse("conv", inputs, want, unknown)


# ---------------------------------------------------------------- the record


def test_the_result_travels_between_processes_and_shows_itself():
    result = inverse("conv", {"in": 28, "k": 3}, 28, "pad", lang="zh")
    again = pickle.loads(pickle.dumps(result))
    assert again.solutions == result.solutions
    assert again.render("text") == result.render("text") == str(result) + "\n"
    assert "求 pad" in str(result)
    assert r"\iff" in result._repr_markdown_()


def test_a_wrong_inverse_answer_is_explained_by_the_mistake_that_leads_to_it():
    verdict = check("conv", {"in": 28, "k": 3, "pad": 2}, {"out": 28}).verdicts["out"]
    assert "pads-one-side" in verdict.misconceptions
