"""Answers judged from the student's own values: carried errors, the first wrong line, pairs, slips."""

import pytest

import dlcalc
from dlcalc.practice.check import Judge
from dlcalc.topics import load

NOTES = {"x": "0.35,0.9", "t": "0.5", "w1": "0.1,0.8;0.4,0.6", "w2": "0.3,0.9", "eta": 1}
"""The network of the course notes."""
LI_HANG = {"x": "3,3;4,3;1,1", "t": "1,1,-1"}
"""Li Hang's example 2.1: seven updates, w = (1, 1), b = -3."""


def verdicts(topic, inputs, answers):
    return dlcalc.check(topic, inputs, answers).verdicts


def kinds(topic, inputs, answers):
    return {name: verdict.verdict for name, verdict in verdicts(topic, inputs, answers).items()}


# ---------------------------------------------------------------- carried errors


def test_an_error_costs_the_line_it_was_made_on_and_no_other():
    """0.68 with its digits exchanged. σ(0.86) = 0.70266, 0.3·0.6803 + 0.9·0.7027 = 0.8365, σ of it 0.6977."""
    found = verdicts(
        "backprop", NOTES, {"z1": "0.755,0.86", "a1": "0.6803,0.7027", "z2": "0.8365", "a2": "0.6977", "E": "0.01954"}
    )
    assert [v.verdict for v in found.values()] == ["misconception", "carried", "carried", "carried", "carried"]
    assert [v.rests_on for v in found.values()] == [None, "z1", "a1", "z2", "a2"]
    assert [v.marks for v in found.values()] == [0, 1, 1, 1, 1]
    assert found["E"].expected == pytest.approx(0.0181039)


def test_a_second_error_is_found_behind_the_first():
    """The error's sign is reversed although z2 was wrong already: (0.5 − 0.6977)·0.6977·0.3023 = −0.0417."""
    found = verdicts("backprop", NOTES, {"z2": "0.8365", "a2": "0.6977", "delta2": "-0.0417"})
    assert (found["z2"].verdict, found["a2"].verdict) == ("wrong", "carried")
    assert found["delta2"].misconceptions == ("error-reversed",)
    report = dlcalc.check("backprop", NOTES, {"z2": "0.8365", "a2": "0.6977", "delta2": "-0.0417"})
    assert (report.first_wrong, report.marks, report.out_of) == ("z2", 1, 3)


def test_the_order_in_which_lines_are_handed_in_does_not_matter():
    right_way = {"z1": "0.755,0.86", "a1": "0.6803,0.7027"}
    assert kinds("backprop", NOTES, dict(reversed(right_way.items()))) == {"a1": "carried", "z1": "misconception"}


def test_an_entry_may_be_wrong_and_the_rest_follow_from_it():
    found = verdicts("backprop", NOTES, {"z1[2]": "0.86", "a1[2]": "0.7027", "a1[1]": "0.6803"})
    assert [v.verdict for v in found.values()] == ["wrong", "carried", "rounded"]
    assert found["a1[2]"].rests_on == "z1[2]"


def test_carried_values_are_judged_at_their_own_digits():
    """From 0.86, σ is 0.70266: 0.70 and 0.7027 follow from it, 0.71 does not."""
    for typed, verdict in (("0.68,0.70", "carried"), ("0.6803,0.7027", "carried"), ("0.68,0.71", "wrong")):
        assert kinds("backprop", NOTES, {"z1": "0.755,0.86", "a1": typed})["a1"] == verdict


def test_a_line_that_follows_from_the_students_own_rounding_is_right():
    """z2 = 0.3·0.7 + 0.9·0.7 = 0.84 from a1 rounded to one place: far from 0.8014, but careful work."""
    found = verdicts("softmax", {"z": "1,2,3", "target": 2}, {"p": "0.09,0.24,0.67", "loss": "0.400"})
    assert found["p"].verdict == "rounded"
    assert found["loss"].verdict == "rounded"  # −ln 0.67 = 0.4005, beside 0.4076 exactly


def test_what_follows_from_a_wrong_value_for_which_nothing_matters_any_more_earns_nothing():
    """With both hidden units at 0, no weight matters: z2 = 0 is no work."""
    exercise = {"x": "1,2", "t": "1", "w1": "0.5,0.25;0.4,0.6", "w2": "0.3,0.9", "eta": 1, "act": "relu,linear"}
    found = verdicts("backprop", exercise, {"a1": "0,0", "z2": "0", "E": "0.5"})
    assert (found["a1"].verdict, found["z2"].verdict, found["z2"].marks) == ("wrong", "wrong", 0)
    assert "nothing else matters" in found["z2"].message.en


def test_below_an_impossible_value_nothing_can_follow():
    exercise = {**NOTES, "t": "1", "loss": "bce"}
    found = verdicts("backprop", exercise, {"a2": "-0.69", "E": "0.5"})
    assert found["E"].verdict == "wrong"
    assert "Cannot follow from here: with your a2 = -0.69" in found["E"].message.en
    assert kinds("backprop", exercise, {"a2": "-0.69", "E": "0.3706"})["E"] == "rounded"  # right all the same


@pytest.mark.parametrize("pin", ["1e300", "-1e300", "0", "1e-300", "99999999999999999999"])
def test_no_value_a_student_pins_breaks_a_run(pin):
    for topic, inputs, first, second in (
        ("conv", {"x": "1,2,3;4,5,6;7,8,9", "w": "1,0;0,1"}, "out", "y"),
        ("backprop", NOTES, "z2", "E"),
        ("softmax", {"z": "1,2,3", "target": 1}, "p[2]", "loss"),
        ("perceptron", LI_HANG, "b[1]", "w"),
    ):
        wanted = "2,2;2,2" if second == "y" else "7,7" if second == "w" else "7.77"
        assert set(kinds(topic, inputs, {first: pin, second: wanted})) == {first, second}


# ---------------------------------------------------------------- rows of a loop


def test_a_training_with_an_error_may_be_longer_or_shorter_than_the_right_one():
    sheet = dlcalc.solve("perceptron", LI_HANG)
    rows = max(int(name[2:-1]) for name in sheet.values if name.startswith("w["))
    wrong = {"w[1]": "3,4", "b[1]": "1"}
    judge = Judge(load("perceptron"), LI_HANG)
    found = judge.report({**wrong, f"w[{rows + 40}]": "1,1"}).verdicts
    assert found[f"w[{rows + 40}]"].verdict == "wrong"
    assert "no such row" in found[f"w[{rows + 40}]"].message.en


def test_a_perceptron_trace_goes_on_from_the_students_own_weights():
    """Update 2 adds −x₃ = (−1, −1): from (3, 4) that is (2, 3)."""
    found = verdicts("perceptron", LI_HANG, {"w[1]": "3,4", "b[1]": "1", "w[3]": "2,3", "b[3]": "0"})
    assert [v.verdict for v in found.values()] == ["wrong", "right", "carried", "right"]
    assert found["w[3]"].rests_on == "w[1]"


def test_a_whole_trace_with_one_slip_loses_one_mark():
    """The third visit is written (2, 1) for (2, 2); the training that follows from it takes 24 visits, not 18."""
    x, t = [(3, 3), (4, 3), (1, 1)], [1, 1, -1]
    w, b, visit, answers, changed = [0, 0], 0, 0, {}, True
    while changed:
        changed = False
        for (one, two), label in zip(x, t, strict=True):
            visit += 1
            if label * (w[0] * one + w[1] * two + b) <= 0:
                w, b, changed = [w[0] + label * one, w[1] + label * two], b + label, True
            w = [2, 1] if visit == 3 else w
            answers |= {f"w[{visit}]": f"{w[0]}, {w[1]}", f"b[{visit}]": str(b)}
    answers |= {"w": f"{w[0]}, {w[1]}", "b": str(b)}
    report = dlcalc.check("perceptron", LI_HANG, answers)
    assert visit == 24
    assert (report.first_wrong, report.marks, report.out_of) == ("w[3]", 49, 50)
    assert {v.verdict for n, v in report.verdicts.items() if n != "w[3]"} == {"right", "carried"}


def test_the_layer_after_is_recognised():
    exercise = {"x": "0.35,0.9", "t": "0.5,0.1", "w1": "0.1,0.8;0.4,0.6", "w2": "0.3,0.9;0.2,0.1", "eta": 1}
    found = verdicts("backprop", exercise, {"a1": "0.6903,0.5504"})["a1"]
    assert dlcalc.solve("backprop", exercise).answers["a2"] == pytest.approx([0.6903, 0.5504], abs=1e-4)
    assert found.misconceptions == ("off-by-one",)
    assert found.explanations[0].remedy.en == "That is a[2], not a[1]."


# ---------------------------------------------------------------- conventions along a sheet


def test_a_convention_holds_on_for_the_lines_below():
    found = verdicts("backprop", NOTES, {"E": "0.0362", "delta2": "0.0814", "W2_new": "0.2447,0.8460"})
    assert [v.convention for v in found.values()] == ["loss=sse"] * 3
    assert [v.marks for v in found.values()] == [1, 1, 1]


def test_a_mistake_under_another_convention_is_named():
    """δ = (0.5 − 0.6903)·… under E = Σ(a − t)²: the sign is reversed and the factor 2 is there."""
    found = verdicts("backprop", NOTES, {"E": "0.0362", "delta2": "-0.0814"})
    assert (found["E"].verdict, found["delta2"].verdict) == ("convention", "misconception")
    assert "error-reversed" in found["delta2"].misconceptions


def test_a_convention_that_changes_nothing_here_explains_nothing():
    assert kinds("backprop", NOTES, {"z1": "0.755,0.68", "z2": "0.84"})["z2"] == "wrong"


# ---------------------------------------------------------------- pairs


def test_two_mistakes_together_are_named_when_no_other_two_give_the_number():
    """Out and in channels confused for the biases, and one filter's weights only: whatever they are, both are said."""
    judge = Judge(load("linear"), {"in_features": "64x12x12", "out_features": 10})
    tried = [(a, b) for a in judge.plain.mistakes for b in judge.plain.mistakes if a.name < b.name]
    named = 0
    from dlcalc.practice.runs import together

    asked = judge.topic.answer("params")
    singles = {m.run.value(asked) for m in judge.plain.mistakes}
    values = [(both, both.run.value(asked)) for a, b in tried if (both := together(a, b))]
    for both, value in values:
        if value is None or value in singles or sum(value == other for _, other in values) > 1:
            continue
        found = judge.report({"params": str(value)}).verdicts["params"]
        if found.verdict == "misconception" and not found.possible:
            assert found.together
            assert set(found.misconceptions) == {m.name for m in both.made}
            assert len(found.explanations) == 2
            named += 1
    assert named >= 3


# ---------------------------------------------------------------- slips


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("100532", "slip-digits"),
        ("10035.2", "slip-decimal-point"),
        ("1003520", "slip-decimal-point"),
        ("-100352", "slip-sign"),
    ],
)
def test_slips_of_arithmetic(answer, name):
    found = verdicts("linear", {"in_features": 784, "out_features": 128}, {"weights": answer})["weights"]
    assert (found.verdict, found.misconceptions) == ("misconception", (name,))


def test_exchanged_digits_with_a_leading_nought():
    found = verdicts("softmax", {"z": "1,2,3", "target": 2}, {"loss": "0.0476"})["loss"]
    assert found.misconceptions == ("slip-digits",)


@pytest.mark.parametrize(("answer", "name"), [("0.755,0.86", "slip-digits"), ("7.55,0.68", "slip-decimal-point")])
def test_a_slip_in_the_only_wrong_number_of_a_list(answer, name):
    assert verdicts("backprop", NOTES, {"z1": answer})["z1"].misconceptions == (name,)


def test_no_slip_is_tried_on_small_whole_numbers():
    assert kinds("conv", {"in": 28, "k": 3}, {"out": "62"}) == {"out": "wrong"}
    assert verdicts("conv", {"in": 28, "k": 3}, {"out": "25"})["out"].possible


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("0.0991,0.3971;0.7976,0.5926", "transposed"),
        ("0.3971,0.5926;0.0991,0.7976", "rows-exchanged"),
        ("0.7976,0.0991;0.5926,0.3971", "columns-exchanged"),
    ],
)
def test_right_numbers_in_the_wrong_places(answer, name):
    assert verdicts("backprop", NOTES, {"W1_new": answer})["W1_new"].misconceptions == (name,)


def test_a_transposed_answer_of_another_shape_is_recognised():
    exercise = {"x": "1,2,3", "t": "1,0", "w1": "0.1,0.2,0.3;0.4,0.5,0.6", "eta": 1, "act": "sigmoid"}
    columns = dlcalc.solve("backprop", exercise).answers["dW1"]
    turned = ";".join(",".join(f"{v:.4f}" for v in column) for column in zip(*columns, strict=True))
    assert verdicts("backprop", exercise, {"dW1": turned})["dW1"].misconceptions == ("transposed",)


def test_a_wrong_list_is_told_where():
    found = verdicts("backprop", NOTES, {"z1": "0.755,0.77"})["z1"]
    assert found.verdict == "wrong"
    assert "1 of 2 numbers are right; look at [2]" in found.message.en


# ---------------------------------------------------------------- digits


def test_a_rounded_answer_says_which_mistake_it_cannot_be_told_from():
    """0.02 is too coarse; at 0.018 some mistakes of the last step give the same two digits."""
    messages = [verdicts("backprop", NOTES, {"E_new": typed})["E_new"].message for typed in ("0.017", "0.01657")]
    assert messages[0] is not None
    assert "cannot be told from the mistake new-weights-in-delta; dE_da[1] would tell" in messages[0].en
    assert "0.0122043, 0.036613" in messages[0].en  # W2ᵀ δ2 with the old weights


def test_lists_are_judged_at_the_digits_of_each_number():
    inputs = {"x": "1,0;0,1", "w": "100.123,1.23456"}
    assert kinds("neuron", inputs, {"net": "100.1,1.235"}) == {"net": "rounded"}
    assert kinds("neuron", inputs, {"net": "100.4,1.235"})["net"] != "rounded"


def test_a_zero_in_a_list_is_judged_at_the_digits_of_the_others():
    exercise = {"z": "0,-6.5"}
    right = dlcalc.solve("softmax", exercise).answers["jacobian"]
    assert right[0][1] == pytest.approx(-0.0014989, abs=1e-6)
    assert kinds("softmax", exercise, {"jacobian": "0.0014989,0.0;0.0,0.0014989"})["jacobian"] == "misconception"
    assert kinds("softmax", exercise, {"jacobian": "0.00,0.00;0.00,0.00"})["jacobian"] == "invalid"


def test_what_rounding_may_have_made_of_the_right_answer_is_no_mistake_that_is_only_near():
    """Of a saturated softmax with three decimals carried on: 0.00072 for 0.00077, 7 % off."""
    exercise = {
        "x": "1.15,1.33;-1.31,0.19",
        "act": "tanh,relu,softmax",
        "w1": "-0.54,-1.02;0.9,0.87",
        "b1": "0.89,-1.15",
    }
    exercise |= {"w2": "-1.28,2.07;0.87,-0.36", "b2": "2.45,-0.39", "w3": "0.37,2.5;1.71,1.79", "t": "0.2,0.5;0.9,0"}
    exercise |= {"eta": 0.1, "update": "online", "epochs": 2}
    found = verdicts("backprop", exercise, {"delta3": "-0.00077,0.00072;-0.145,0.145"})["delta3"]
    assert (found.verdict, found.misconceptions) == ("invalid", ())
    assert "more digits" in found.message.en


def test_a_decimal_comma_is_told_as_one():
    found = verdicts("softmax", {"z": "1,2,3", "target": 2}, {"loss": "0,4076"})["loss"]
    assert found.verdict == "invalid"
    assert "write 0.4076, with a decimal point" in found.message.en


def test_nothing_or_blanks_is_missing():
    assert kinds("conv", {"in": 28, "k": 3}, {"out": "", "params": None, "E": " "}) == dict.fromkeys(
        ("out", "params", "E"), "missing"
    )


def test_a_judge_serves_many_students_alike():
    judge = Judge(load("backprop"), NOTES)
    answers = {"z1": "0.755,0.86", "a1": "0.6803,0.7027", "E": "0.03"}
    first = judge.report(answers)
    judge.report({"E": "0.0362"})
    assert judge.report(answers) == first == dlcalc.check("backprop", NOTES, answers)


def test_the_work_on_one_exercise_is_bounded():
    from dlcalc.practice.check import WORK_LIMIT, check

    big = {**NOTES, "epochs": 3000}
    with pytest.raises(dlcalc.DlcalcError, match="more than 20000 lines") as caught:
        check(load("backprop"), big, {"E": "1"}, most_lines=WORK_LIMIT)
    assert "fewer" in caught.value.advice()


def test_a_line_without_a_value_leaves_the_others_to_be_judged():
    """A probability rounded to 0 has no logarithm; what does not rest on the logarithm still follows."""
    exercise = {"z": "35,3.4,-2.2", "target": 2}
    answers = {"u": "1,0.4,0", "S": "1.4", "p": "0.7143,0.2857,0", "loss": "37.5", "dz": "0.7143,0.2857,-1"}
    found = verdicts("softmax", exercise, answers)
    assert [found[name].verdict for name in ("u", "S", "p", "dz")] == ["wrong", "carried", "carried", "carried"]
    assert found["loss"].verdict == "wrong"
    assert "Cannot follow from here: with your p" in found["loss"].message.en


def test_a_whole_number_is_first_taken_as_what_follows():
    """-1 is -0.5 with no digit to judge by, and what a mistake gives; here it follows from the line above."""
    exercise = {"x": "-1,2,0.5;3,0.5,1", "t": "1,0", "eta": "1/2", "zero": "high", "max_epochs": 4}
    answers = {"y[1]": "2", "e[1]": "-1", "b[1]": "-0.5", "y[2]": "1", "e[2]": "-1", "b[2]": "-1"}
    assert kinds("perceptron", exercise, answers)["b[2]"] == "carried"


def test_a_line_that_nothing_matters_to_any_more_is_called_no_mistake():
    """With a slope of 0 by mistake the errors are 0: as those of another sample, and as their own exchanged."""
    exercise = {
        **{"x": "-1.02,0.44;-0.93,0.1", "act": "relu,sigmoid", "loss": "bce", "t": "1,0;0,0", "eta": 0.5},
        **{"w1": "0.34,-1.02;0.91,2.49", "b1": "-0.84,-0.14", "w2": "1.43,0.35;0.9,0.73", "update": "batch"},
    }
    found = verdicts("backprop", exercise, {"da_dz[1,1]": "0,0", "delta[1,1]": "0,0"})
    assert found["delta[1,1]"].verdict == "wrong"
    assert "nothing else matters" in found["delta[1,1]"].message.en


def test_equal_numbers_are_not_exchanged():
    from dlcalc.practice.slips import misplaced
    from dlcalc.practice.typed import read_answer

    assert misplaced(read_answer("0,0"), [0, 0]) is None
    assert misplaced(read_answer("2,1"), [1, 2]).name == "entries-exchanged"


def test_a_slip_without_a_value_is_passed_over():
    """q worked with the wrong line is 0/0."""
    exercise = {"z": "0.6,39", "target": 1}
    answers = {"u": "0,1", "S": "1", "p": "0,1", "rest": "0", "loss": "0", "dz": "0.7,0", "q": "1,0"}
    found = verdicts("softmax", exercise, {**answers, "jacobian": "[[0,0],[0,0]]"})
    assert found["dz"].verdict == "wrong"


def test_what_was_worked_out_of_a_wrong_value_is_carried_though_an_input_rests():
    """z is negative, so its slope of 0.01 counts; with z = 2.5 by mistake leaky ReLU gives 2.5 whatever the slope."""
    exercise = {"x": "-1,2", "act": "leaky", "w1": "1,-1", "b1": "0.5", "t": "1"}
    found = verdicts("backprop", exercise, {"z1": "3.5", "a1": "3.5"})
    assert (found["z1"].verdict, found["a1"].verdict) == ("wrong", "carried")
