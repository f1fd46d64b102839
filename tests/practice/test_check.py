"""Verdicts on answers."""

import pickle

import pytest

import dlcalc
from dlcalc.core.report import Report

SQUARE = {"in": 28, "k": 3, "pad": 0, "stride": 1}


NINE = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
SIXTEEN = [[1, 0, 2, 1], [0, 3, 1, 2], [2, 1, 0, 1], [1, 2, 2, 0]]
KERNEL = [[0, 1], [2, 3]]
"""The kernel of d2l's examples, and its map; the map of four rows is made up."""


def verdict(topic, inputs, answer, name=""):
    report = dlcalc.check(topic, inputs, {name: answer})
    return next(iter(report.verdicts.values()))


@pytest.mark.parametrize(
    "answer", [26, 26.0, "26", "26.0", "２６", "26x26", "1x26x26", "(1, 26, 26)", [26, 26], "52/2"]
)
def test_the_right_answer_is_right_however_it_is_written(answer):
    found = verdict("conv", SQUARE, answer)
    assert (found.verdict, found.marks, found.misconceptions) == ("right", 1.0, ())


def test_a_missing_plus_one_is_heard():
    found = verdict("conv", SQUARE, 25)
    assert found.verdict == "misconception"
    assert found.misconceptions == ("no-plus-one",)
    assert "left out the + 1" in found.explanations[0].remedy.en
    parting = found.explanations[0].parting
    assert parting.name == "O"
    assert parting.yours.endswith("= 25")
    assert parting.right.endswith("= 26")


def test_a_wrong_answer_without_a_known_cause_is_just_wrong():
    found = verdict("conv", SQUARE, 1234)
    assert (found.verdict, found.misconceptions, found.marks, found.expected) == ("wrong", (), 0.0, 26)


def test_a_shape_may_answer_for_the_size_and_is_judged_as_a_shape():
    exercise = {"in": "25x13x13", "k": 3, "filters": 50}
    assert verdict("conv", exercise, "50x11x11").verdict == "right"
    assert verdict("conv", exercise, "25x11x11").misconceptions == ("out-channels-as-in",)
    assert verdict("conv", exercise, "1250x11x11").misconceptions == ("out-channels-multiplied",)
    assert verdict("conv", exercise, "11x11x11").verdict == "wrong"


def test_a_rectangular_size_is_a_list():
    exercise = {"in": "28x40", "k": "3x5"}
    assert verdict("conv", exercise, "26x36").verdict == "right"
    assert verdict("conv", exercise, "36x26").misconceptions == ("entries-exchanged",)
    assert verdict("conv", exercise, 26).verdict == "invalid"


def test_any_line_can_be_answered_by_name():
    assert verdict("conv", SQUARE, 3, "E").verdict == "right"
    assert verdict("conv", {"in": "28x40", "k": 3}, 26, "O_h").verdict == "right"
    assert verdict("conv", {"in": "28x40", "k": 3}, 38, "O[w]").verdict == "right"
    assert verdict("conv", {"in": 32, "k": 3, "dilation": 2}, 3, "E").misconceptions == ("dilation-ignored",)


def test_an_open_convention_costs_nothing_and_a_stated_one_is_a_mistake():
    exercise = {"in": 112, "k": 3, "stride": 2}
    left_open = verdict("pool", exercise, 56)
    assert (left_open.verdict, left_open.convention, left_open.marks) == ("convention", "ceil=true", 1.0)
    stated = verdict("pool", {**exercise, "ceil": False}, 56)
    assert stated.verdict == "misconception"
    assert "rounds-up" in stated.misconceptions


def test_a_mistake_carries_through_to_what_rests_on_it():
    """8 filters 5×5×3 without their biases: 600, as a forum thread has it."""
    assert verdict("conv", {"in": 12, "channels": 3, "k": 5, "filters": 8}, 600, "params").misconceptions == (
        "bias-left-out",
    )


CATALOGUE = [
    ("M001", "conv", SQUARE, "", 25),
    ("M002", "conv", {"in": 5, "k": 3, "pad": 2}, "", 5),
    ("M003", "conv", {"in": 32, "k": 5, "pad": 2}, "", 24),
    ("M004", "conv", {"in": 200, "k": 5, "pad": 1, "stride": 2}, "", 100),
    ("M005", "conv", {"in": 128, "k": 5, "pad": 1, "stride": 3}, "", "42.6667"),
    ("M006", "conv", {"in": 300, "k": 5}, "", 297),
    ("M007", "conv", {"in": 227, "k": 11, "stride": 4}, "", 217),
    ("M008", "conv", {"in": 227, "k": 11, "stride": 4}, "", 56),
    ("M009", "conv", {"in": "25x13x13", "k": 3, "filters": 50}, "shape", "25x11x11"),
    ("M010", "conv", {"in": "25x13x13", "k": 3, "filters": 50}, "shape", "1250x11x11"),
    ("M011", "conv", {"in": 28, "k": 5, "pad": "same"}, "P_begin", "2.5"),
    ("M012", "conv", {"in": 7, "k": 3, "stride": 3}, "", "2.3333"),
    ("M013", "conv", {"in": 5, "k": 3, "pad": 1, "stride": 2}, "", 4),
    ("M014", "pool", {"in": 26, "k": 2}, "", 25),
    ("M015", "pool", {"in": 11, "k": 2, "stride": 2, "ceil": False}, "", 6),
    ("M017", "pool", {"in": "25x26x26", "k": 2}, "shape", "6.25x13x13"),
    ("M018", "pool", {"in": 55, "k": 3, "stride": 2}, "", 18),
    ("M019", "conv", {"in": 9, "channels": 3, "k": 5, "filters": 8}, "params", 600),
    ("M020", "conv", {"in": 9, "channels": 3, "k": 5, "filters": 8}, "params", 208),
    ("M021", "conv", {"in": 9, "channels": 3, "k": 5, "filters": 64, "bias": False}, "params", 1600),
    ("M022", "conv", {"in": 9, "channels": 3, "k": 5, "filters": 64}, "weights", 9600),
    ("M023", "conv", {"in": 132, "channels": 3, "k": 5, "filters": 64}, "weights", 78643200),
    ("M024", "conv", {"in": 28, "k": 3, "filters": 25}, "params", 450),
    ("M025", "conv", {"in": 13, "channels": 25, "k": 3, "filters": 50}, "params", 12500),
    ("M026", "conv", {"in": 13, "channels": 25, "k": 3, "filters": 50}, "params", 11251),
    ("M027", "pool", {"in": 55, "channels": 96, "k": 3, "stride": 2}, "params", 864),
    ("M028", "conv", {"in": 13, "channels": 25, "k": 3, "filters": 50}, "weights", 225),
    ("M029", "linear", {"in_features": "64x12x12", "out_features": 3}, "weights", 192),
    ("M030", "linear", {"in_features": 128, "out_features": 256}, "params", 32896),
    ("M038", "conv", {"in": "192x28x28", "k": 5, "pad": 2, "filters": 32}, "macs", 627200),
    ("M040", "conv", {"in": "16x28x28", "k": 5, "pad": 2, "filters": 32}, "flops", 10035200),
    # The instance of M041 and M042 gives outputs alone; here is a map of the same size.
    ("M042", "conv", {"x": SIXTEEN, "w": KERNEL, "stride": 2}, "y", "9,11; 10,3"),
    ("M043", "conv", {"in": "2x5x5", "k": 3}, "C_out", 2),
    ("M044", "conv", {"x": [[[1]], [[1]], [[2]]], "w": [[[1]], [[1]], [[1]]], "b": [1]}, "y", 7),
    ("M045", "conv", {"x": [[-3]], "w": [[1]], "act": "relu"}, "y", -3),
    ("M046", "conv", {"in": 3, "k": 2, "pad": "full"}, "", 2),
    ("M047", "pool", {"x": [[1, 2], [3, 2]], "k": 2, "kind": "avg"}, "y", 3),
    ("M048", "pool", {"x": [[1, 2], [3, 2]], "k": 2, "kind": "avg"}, "y", 4),
    ("M057", "conv", {"in": 2, "k": 3, "stride": 2, "pad": 1, "transpose": True}, "", 4),
    ("M058", "conv", {"in": 2, "k": 3, "transpose": True}, "", 2),
    ("M059", "conv", {"in": 5, "k": 2, "stride": 2, "transpose": True}, "", 2),
    ("M060", "conv", {"in": 32, "k": 3, "dilation": 2}, "", 30),
    ("M268", "conv", {"in": 32, "k": 5, "pad": 2}, "", 28),
]
"""Each mistake of the project's list that one layer can show, on the list's instance, with the list's wrong value."""


@pytest.mark.parametrize(("number", "topic", "inputs", "name", "wrong"), CATALOGUE, ids=[row[0] for row in CATALOGUE])
def test_each_listed_mistake_is_named_on_its_own_instance(number, topic, inputs, name, wrong):
    found = verdict(topic, inputs, wrong, name)
    assert found.verdict == "misconception"
    assert number in {n for explanation in found.explanations for n in explanation.catalogue}


def test_unshared_parameters_without_their_biases_are_named():
    exercise = {"in": "3x227x227", "k": 11, "stride": 4, "filters": 96}
    assert verdict("conv", exercise, 290400 * 363, "unshared").misconceptions == ("unshared-without-biases",)


def test_m016_is_a_convention_caffe_rounds_pooling_up():
    assert verdict("pool", {"in": 112, "k": 3, "stride": 2}, 56).verdict == "convention"


def test_m041_is_a_convention_mathematics_flips_the_kernel():
    """The list's instance gives outputs alone; these are d2l's, the flipped ones in the note of its table."""
    exercise = {"x": NINE, "w": KERNEL}
    left_open = verdict("conv", exercise, "5,11; 23,29", "y")
    assert (left_open.verdict, left_open.convention) == ("convention", "flip=true")
    assert left_open.explanations[0].catalogue == ("M041",)
    assert verdict("conv", {**exercise, "flip": False}, "5,11; 23,29", "y").verdict == "misconception"


VALUES = [
    ("conv", {"x": NINE, "w": KERNEL, "pad": 1}, "y", "19,25; 37,43", "padding-forgotten"),
    ("conv", {"x": NINE, "w": KERNEL, "pad": 1, "b": [1]}, "y", "20,26; 38,44", "padding-forgotten"),
    ("conv", {"x": NINE, "w": KERNEL, "pad": 1}, "y", "0,3,8; 9,19,25; 21,37,43", "pads-one-side"),
    ("conv", {"x": NINE, "w": KERNEL, "stride": 2}, "y", "19,25; 37,43", "stride-ignored"),
    ("conv", {"x": SIXTEEN, "w": KERNEL, "dilation": 2}, "y", "9,11,9; 10,3,5; 9,10,5", "dilation-ignored"),
    ("conv", {"x": NINE, "w": KERNEL, "pad": "full"}, "y", "19,25; 37,43", "full-as-valid"),
    ("conv", {"x": [NINE, NINE], "w": [KERNEL] * 2}, "y", "19,25; 37,43", "one-channel-only"),
    ("conv", {"x": NINE, "w": KERNEL, "b": [4]}, "y", "19,25; 37,43", "bias-not-added"),
    ("conv", {"x": NINE, "w": KERNEL, "act": "tanh"}, "y", "19,25; 37,43", "activation-left-out"),
    ("conv", {"x": [[1, 2]], "w": [[3, 4]], "transpose": True}, "y", "4,11,6", "transposed-kernel-turned"),
    ("pool", {"x": NINE, "k": 2, "stride": 1}, "y", "2,3; 5,6", "max-as-mean"),
    (
        "pool",
        {"x": [[-1, -2], [-3, -2]], "k": 2, "stride": 1, "pad": 1},
        "y",
        "0,0,0; 0,-1,0; 0,0,0",
        "padding-largest",
    ),
    ("pool", {"x": NINE, "k": 2, "stride": 1, "kind": "avg"}, "y", "8,12; 20,24", "mean-not-divided"),
    ("linear", {"x": [1, 2], "w": [[1, 3], [0, 2]], "b": [1, 1]}, "y", "7,4", "bias-not-added"),
    ("linear", {"x": [1, 2], "w": [[1, 3], [0, 2]]}, "y", "1,7", "weights-transposed"),
    (
        "conv-backward",
        {"x": NINE, "w": KERNEL, "dy": [[1, 0], [0, 0]]},
        "dx",
        "3,2,0; 1,0,0; 0,0,0",
        "kernel-not-turned",
    ),
    ("conv-backward", {"x": NINE, "w": KERNEL, "dy": [[1, 2], [3, 4]]}, "dw", "67,57; 37,27", "weight-gradient-turned"),
    ("conv-backward", {"x": NINE, "w": KERNEL, "dy": [[1, 2], [3, 4]]}, "db", "2.5", "bias-gradient-mean"),
    ("pool-backward", {"x": [[1, 2], [3, 2]], "dy": [[8]], "k": 2}, "dx", "2,2; 2,2", "max-gradient-spread"),
    (
        "pool-backward",
        {"x": [[1, 2], [3, 2]], "dy": [[8]], "k": 2, "kind": "avg"},
        "dx",
        "0,0; 8,0",
        "mean-gradient-routed",
    ),
    (
        "pool-backward",
        {"x": [[1, 2], [3, 2]], "dy": [[8]], "k": 2, "kind": "avg"},
        "dx",
        "8,8; 8,8",
        "mean-gradient-not-divided",
    ),
    (
        "pool-backward",
        {"x": [[1, 2], [3, 2]], "dy": [[8]], "k": 2, "kind": "avg"},
        "dx",
        "4,4; 4,4",
        "mean-gradient-over-one-side",
    ),
]
"""Matrices that a mistake gives, worked out by hand."""


@pytest.mark.parametrize(("topic", "inputs", "name", "wrong", "mistake"), VALUES)
def test_a_mistaken_matrix_is_named(topic, inputs, name, wrong, mistake):
    found = verdict(topic, inputs, wrong, name)
    assert found.verdict == "misconception"
    assert mistake in found.misconceptions


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("2.7,3.723; 5.769,6.792", "right"),
        ("[[2.7, 3.723], [5.769, 6.792]]", "right"),
        ("2.70,3.72; 5.77,6.79", "rounded"),
        ("2.7,3.7; 5.8,6.8", "rounded"),
        ("2.70,3.72; 5.77,6.80", "wrong"),
        ("2.7,3.723; 5.769,6.791", "wrong"),
        ("2.7,3.723,5.769; 6.792", "invalid"),
        ("2.7,3.723,5.769,6.792", "invalid"),
        ("2.7", "invalid"),
        ("2.7,3.723", "invalid"),
    ],
)
def test_decimals_in_a_matrix_may_be_rounded_each_to_the_last_digit_typed(answer, expected):
    found = verdict("conv", {"x": NINE, "w": [[0.123, 0.2], [0.3, 0.4]]}, answer, "y")
    assert (found.verdict, found.misconceptions) == (expected, ())


def test_values_of_an_activation_are_floats_and_may_be_rounded():
    exercise = {"x": NINE, "w": [[0.1, 0.2], [0.3, 0.4]], "act": "sigmoid"}
    assert verdict("conv", exercise, "0.9370,0.9759; 0.9967,0.9988", "y").verdict == "rounded"
    assert verdict("conv", exercise, "0.9370,0.9759; 0.9967,0.9989", "y").verdict == "wrong"


def test_thirds_of_an_average_pool_are_right_as_fractions_or_rounded():
    exercise = {"x": [[1, 2, 2]], "k": (1, 3), "kind": "avg"}
    assert verdict("pool", exercise, "5/3", "y").verdict == "right"
    assert verdict("pool", exercise, "1.67", "y").verdict == "rounded"
    assert verdict("pool", exercise, "1.66", "y").verdict == "wrong"


def test_ties_and_counted_padding_are_conventions():
    tied = {"x": [[3, 3], [1, 0]], "dy": [[4]], "k": 2}
    assert verdict("pool-backward", tied, "4,0; 0,0", "dx").verdict == "right"
    assert verdict("pool-backward", tied, "4,4; 0,0", "dx").convention == "ties=all"
    assert verdict("pool-backward", tied, "2,2; 0,0", "dx").convention == "ties=share"
    padded = {"x": [[4, 4], [4, 4]], "k": 2, "stride": 2, "pad": 1, "kind": "avg"}
    assert verdict("pool", padded, "1,1; 1,1", "y").verdict == "right"
    assert verdict("pool", padded, "4,4; 4,4", "y").convention == "count_include_pad=false"


LAYERS = ("conv", "pool", "linear", "conv-backward", "pool-backward")
"""The topics whose mistakes are tested here; those of others stand in the tests of their topics."""


def test_the_list_is_complete():
    declared = {n for name in LAYERS for n in _catalogued(name)}
    assert declared == {row[0] for row in CATALOGUE}


def _catalogued(name):
    from dlcalc import topics

    return {number for m in topics.load(name).misconceptions for number in m.catalogue}


@pytest.mark.parametrize("answer", ["(26)", "[26]", [26], ("26",)[0]])
def test_a_lone_number_may_stand_in_brackets(answer):
    assert verdict("conv", SQUARE, answer).verdict == "right"


@pytest.mark.parametrize(
    ("exercise", "name", "answer"),
    [
        (SQUARE, "shape", 26),
        (SQUARE, "weights", "3x3"),
        ({"in": "28x30", "k": 3}, "", 26),
        ({"in": 28, "k": 3, "dims": 1}, "", "26x26x26"),
    ],
)
def test_an_answer_of_another_form_is_told_the_form_and_not_called_wrong(exercise, name, answer):
    found = verdict("conv", exercise, answer, name)
    assert (found.verdict, found.marks) == ("invalid", 0.0)
    assert "wanted" in found.message.en


def test_counts_may_be_written_with_thousands_apart_or_rounded_to_a_power_of_ten():
    exercise = {"in": "3x227x227", "k": 11, "stride": 4, "filters": 96}
    assert verdict("conv", exercise, "34,848", "weights").verdict == "right"
    assert verdict("conv", exercise, "1.054e8", "macs").verdict == "rounded"
    assert verdict("conv", exercise, "1.055e8", "macs").verdict == "wrong"


@pytest.mark.parametrize("answer", ["12/13", "90%", "22/43", "1e400", "1/1e399"])
def test_a_fraction_is_exact_and_never_rounded_into_a_count(answer):
    assert verdict("conv", {"in": 3, "k": 3}, answer).verdict == "wrong"


@pytest.mark.parametrize(
    ("topic", "exercise", "answer"),
    [
        ("conv", {"in": 28, "k": 3, "filters": 8}, 80),
        ("conv", {"in": 28, "k": 3, "filters": 8, "channels": 3}, 224),
        ("linear", {"in_features": 100, "out_features": 256}, 25856),
    ],
)
def test_a_bias_counted_where_there_is_none_is_named_so_and_nothing_else(topic, exercise, answer):
    assert verdict(topic, {**exercise, "bias": False}, answer, "params").misconceptions == ("bias-counted-anyway",)


def test_a_stated_stride_left_out_is_not_called_a_default():
    assert verdict("pool", {"in": 55, "k": 3, "stride": 2}, 53).misconceptions == ("stride-ignored",)
    assert verdict("pool", {"in": 26, "k": 2}, 25).misconceptions == ("pool-stride-1",)


def test_keras_valid_of_a_transposed_convolution_is_as_long_as_its_stride():
    """keras/src/backend/common/backend_utils.py: (n - 1)*s + max(k, s)."""
    exercise = {"in": 5, "k": 2, "stride": 3, "transpose": True, "pad": "valid"}
    assert verdict("conv", exercise, 15).verdict == "right"


@pytest.mark.parametrize(("n", "k", "s", "d"), [(5, 3, 2, 1), (5, 2, 3, 1), (7, 4, 4, 2), (1, 1, 1, 1), (6, 3, 1, 3)])
def test_named_padding_of_a_transposed_convolution_is_as_keras_has_it(n, k, s, d):
    """keras/src/backend/common/backend_utils.py, _get_output_shape_given_tf_padding, without output padding."""
    extent = (k - 1) * d + 1
    keras = {"valid": (n - 1) * s + extent + max(extent, s) - extent, "same": n * s}
    for pad, size in keras.items():
        exercise = {"in": n, "k": k, "stride": s, "dilation": d, "transpose": True, "pad": pad}
        assert dlcalc.solve("conv", exercise).answers["out"] == size


def test_the_parting_line_is_one_the_answer_rests_on():
    assert verdict("conv", {"in": "28x30", "k": 3}, 27, "O_w").explanations[0].parting.name == "O[w]"
    assert verdict("conv", {"in": "28x30", "k": 3, "dilation": 2}, 3, "E_w").explanations[0].parting.name == "E[w]"
    unshared = verdict("conv", SQUARE, 6084, "unshared").explanations[0]
    assert unshared.parting.name == "unshared"


def test_flops_given_for_macs_are_named_first():
    assert verdict("conv", SQUARE, 12168, "macs").misconceptions[0] == "macs-as-flops"


def test_channels_last_is_a_convention():
    found = verdict("conv", {"in": "25x13x13", "k": 3, "filters": 50}, "11x11x50", "shape")
    assert (found.verdict, found.convention) == ("convention", "channels_last")


@pytest.mark.parametrize("pad", [1, "same", ((0, 1), (0, 1))])
def test_remedies_do_not_name_a_formula_the_exercise_does_not_have(pad):
    for answer in range(1, 30):
        for explanation in verdict("conv", {"in": 16, "k": 4, "stride": 2, "pad": pad}, answer).explanations:
            assert "2P" not in explanation.remedy.en


def test_mistakes_are_known_where_sizes_round_up():
    assert verdict("pool", {"in": 8, "k": 3, "stride": 2, "ceil": True}, "3.5").misconceptions == ("not-rounded",)


@pytest.mark.parametrize("answer", ["112,112", "112 112", "64,112,112", "64 112 112", "(112,112)", "112"])
def test_sizes_of_three_digits_are_no_thousands(answer):
    assert verdict("conv", {"in": 224, "k": 3, "pad": 1, "stride": 2, "filters": 64}, answer).verdict == "right"


def test_a_size_with_its_thousands_apart_is_still_read():
    assert verdict("conv", {"in": 1026, "k": 3}, "1,024").verdict == "right"


def test_an_answer_too_large_for_a_float_is_wrong_and_no_crash():
    from dlcalc.practice import check as practice
    from tests.core.private_topics import BACKPROP, NOTES_NET

    for answer in ("1e400", "-1e400", 10**390):
        assert practice.check(BACKPROP, NOTES_NET, {"E": answer}).verdicts["E"].verdict == "wrong"


def test_two_answers_for_one_name_are_refused():
    for answers in ({"": 25, "out": 26}, {"out": 26, "": 25}):
        with pytest.raises(dlcalc.InputError, match="two answers for out"):
            dlcalc.check("conv", SQUARE, answers)


@pytest.mark.parametrize("answer", ["1e1", "2e1", "1e2", "1.7e6"])
def test_a_power_of_ten_is_judged_against_every_mistake_without_a_crash_or_an_accusation(answer):
    exercise = {"in": "25x7", "k": 6, "stride": 2, "filters": 3}
    for name in ("unshared", "out", "macs", "shape"):
        assert verdict("conv", exercise, answer, name).misconceptions == ()
    assert (
        verdict("conv", {"in": "3x227x227", "k": 11, "stride": 4, "filters": 96}, "1e5", "weights").verdict == "wrong"
    )


@pytest.mark.parametrize("answer", ["1.054×10^8", "1.054 x 10^8", "1.054*10**8"])
def test_powers_of_ten_may_be_written_as_in_a_textbook(answer):
    exercise = {"in": "3x227x227", "k": 11, "stride": 4, "filters": 96}
    assert verdict("conv", exercise, answer, "macs").verdict == "rounded"


def test_a_mistake_is_known_in_a_shape_with_its_channels_last():
    assert verdict("conv", {"in": 28, "k": 3, "channels": 3, "filters": 96}, "25x25x96").misconceptions == (
        "no-plus-one",
    )


def test_what_cannot_be_read_is_invalid_with_the_place():
    found = verdict("conv", SQUARE, "9**9**9**9")
    assert found.verdict == "invalid"
    assert found.column == 0
    assert found.message.en == "The power is too large."
    assert not found.accepted


def test_a_fraction_is_not_found_in_a_whole_number_typed():
    """55.5 (not rounded) is not what a student means who types 56 for a count."""
    found = verdict("pool", {"in": 112, "k": 3, "stride": 2, "ceil": False}, 56)
    assert "not-rounded" not in found.misconceptions


def test_an_unknown_answer_name_is_refused_with_near_ones():
    with pytest.raises(dlcalc.InputError, match="Did you mean params"):
        dlcalc.check("conv", SQUARE, {"parms": 3})


def test_reports_survive_pickling():
    report = dlcalc.check("conv", SQUARE, {"out": 25, "params": 10, "macs": "x"})
    again: Report = pickle.loads(pickle.dumps(report))
    assert again == report
    assert again.marks == 1.0


def test_errors_survive_pickling():
    try:
        dlcalc.solve("conv", {"in": 28, "k": 30})
    except dlcalc.InputError as error:
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), again.name, again.message("zh")) == (str(error), "k", error.message("zh"))


@pytest.mark.parametrize(
    ("topic", "inputs", "answer", "judged"),
    [
        ("softmax", {"z": [1, 2, 3]}, {"p": "0.09,0.24,0.67"}, "rounded"),
        ("softmax", {"z": [1, 2, 3]}, {"p": "0.1,0.2,0.7"}, "invalid"),
        ("softmax", {"z": [0, 5, 7]}, {"p": "0.00,0.12,0.88"}, "rounded"),
        ("pool", {"x": SIXTEEN, "k": 3, "stride": 1, "kind": "avg"}, {"y": "3.56,4; 4,3.33"}, "wrong"),
        (
            "pool",
            {"x": [[1, 3, 2, 4], [5, 6, 1, 2], [7, 2, 9, 1], [3, 8, 4, 5]], "k": 3, "stride": 1, "kind": "avg"},
            {"y": "4,3.33; 5,4.22"},
            "rounded",
        ),
    ],
)
def test_a_list_is_as_fine_as_its_decimals_are(topic, inputs, answer, judged):
    """0.09 in 0.09, 0.24, 0.67 has one significant digit, 4 in 4, 3.33 too: both lists have two decimals."""
    assert dlcalc.check(topic, inputs, answer).verdicts[next(iter(answer))].verdict == judged


def test_a_list_for_an_answer_that_is_a_number_says_which_answer_it_fits():
    found = dlcalc.check("conv", {"x": NINE, "w": KERNEL}, {"": "19,25; 37,43"}).verdicts["out"]
    assert found.verdict == "invalid"
    assert "out" in found.message.en
    assert "y=19,25; 37,43" in found.message.en
    assert "y=19,25; 37,43" in found.message.zh


@pytest.mark.parametrize(("given", "shape"), [("2", "2×2"), ("1,2,3", "2×2")])
def test_the_form_an_array_is_wanted_in_is_told_by_its_shape(given, shape):
    assert shape in dlcalc.check("conv", {"x": NINE, "w": KERNEL}, {"y": given}).verdicts["y"].message.en


def test_an_entry_of_one_of_several_maps_is_asked_for_as_it_is_written():
    exercise = {"x": NINE, "w": [[[0, 1], [2, 3]], [[1, 0], [0, 1]]]}
    assert verdict("conv", exercise, 4, "y[2,1,1]").verdict == "right"
    assert verdict("conv", exercise, 19, "y[2,1,1]").verdict == "wrong"
    assert verdict("conv", exercise, 43, "y[1,2,2]").verdict == "right"
    with pytest.raises(dlcalc.InputError):
        verdict("conv", exercise, 43, "y[3,1,1]")
