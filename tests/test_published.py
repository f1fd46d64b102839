"""Numbers printed in books, course notes and framework sources, against what dlcalc works out.

`truth/published.json` holds the larger tables, each with its source; it is copied, never computed with dlcalc.
"""

import json
from pathlib import Path

import pytest

import dlcalc

ENTRIES = json.loads((Path(__file__).parent / "truth/published.json").read_text("utf-8"))
TRUTH = {entry["id"]: entry for entry in ENTRIES}


def rows(name):
    """Pair each case of a table with what was published for it."""
    table = TRUTH[name]
    return [
        pytest.param(case, expected, id="-".join(map(str, case)))
        for case, expected in zip(table["input"]["cases"], table["expected"], strict=True)
    ]


def answers(topic, **inputs):
    return dlcalc.solve(topic, inputs).answers


def verdict(topic, inputs, answer, value):
    return dlcalc.check(topic, inputs, {answer: value}).verdicts[answer]


# ---------------------------------------------------------------- truth/published.json


def test_every_table_names_its_source():
    assert all(entry["source"] for entry in TRUTH.values())
    assert len(TRUTH) == len(ENTRIES), "two entries have one id"


def test_the_first_example_of_the_readme_gives_26():
    entry = TRUTH["user-example"]
    assert answers("conv", **entry["input"])["out"] == entry["expected"]


@pytest.mark.parametrize(("case", "expected"), rows("conv-shape-grid"))
def test_convolutions_measured_in_pytorch_have_the_same_size(case, expected):
    n, k, s, p, d = case
    assert answers("conv", **{"in": n}, k=k, stride=s, pad=p, dilation=d)["out"] == expected


@pytest.mark.parametrize(("case", "expected"), rows("ceil-mode-grid"))
def test_pools_that_round_up_measured_in_pytorch_have_the_same_size(case, expected):
    n, k, s, p, d = case
    assert answers("pool", **{"in": n}, k=k, stride=s, pad=p, dilation=d, ceil=True)["out"] == expected


@pytest.mark.parametrize(
    ("case", "naive"),
    [
        pytest.param(case, naive, id="-".join(map(str, case)))
        for case, naive, expected in zip(
            TRUTH["ceil-mode-grid"]["input"]["cases"],
            TRUTH["ceil-mode-grid"]["input"]["naive_ceil"],
            TRUTH["ceil-mode-grid"]["expected"],
            strict=True,
        )
        if naive != expected
    ],
)
def test_the_ceil_formula_that_pytorch_documented_for_years_is_named_as_a_mistake(case, naive):
    n, k, s, p, d = case
    inputs = {"in": n, "k": k, "stride": s, "pad": p, "dilation": d, "ceil": True}
    assert "counts-window-in-padding" in verdict("pool", inputs, "out", naive).misconceptions


@pytest.mark.parametrize(("case", "expected"), rows("same-padding"))
def test_same_padding_puts_the_odd_pixel_where_keras_does(case, expected):
    n, k, s = case
    values = dlcalc.solve("conv", {"in": n, "k": k, "stride": s, "pad": "same"}).values
    assert [values["O"], values["P_begin"], values["P_end"]] == expected


@pytest.mark.parametrize(("case", "expected"), rows("adaptive-pool-regions"))
def test_adaptive_pools_average_the_regions_that_pytorch_averages(case, expected):
    # Published are the means of 0, 1, ..., n - 1 over each region; the sheet counts pixels from 1.
    n, out = case
    values = dlcalc.solve("pool", {"in": n, "dims": 1, "adaptive": out, "kind": "avg"}).values
    means = [(values[f"first[{i}]"] + values[f"last[{i}]"]) / 2 - 1 for i in range(1, out + 1)]
    assert means == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("answer", "printed"),
    [
        ("activations", "neurons"),
        ("unshared", "no_sharing_params"),
        ("weights", "weights"),
        ("params", "params"),
    ],
)
def test_the_first_layer_of_alexnet_has_the_numbers_of_cs231n(answer, printed):
    assert alexnet_conv1()[answer] == TRUTH["cs231n-alexnet-conv1"]["expected"][printed]


def test_the_first_layer_of_alexnet_has_the_shape_of_cs231n():
    # CS231n writes channels last and calls the number of filters K and their side F.
    height, width, channels = TRUTH["cs231n-alexnet-conv1"]["expected"]["out"]
    assert alexnet_conv1()["shape"] == [channels, height, width]


def alexnet_conv1():
    given = TRUTH["cs231n-alexnet-conv1"]["input"]
    height, width, channels = given["in"]
    return answers(
        "conv",
        **{"in": [channels, height, width]},
        filters=given["K"],
        k=given["F"],
        stride=given["S"],
        pad=given["P"],
    )


# ---------------------------------------------------------------- values by hand

NINE = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
"""The map that d2l writes as 0..8."""


def kernel(name):
    return TRUTH[name]["input"]["K"]


def test_the_first_convolution_of_d2l_has_its_values():
    entry = TRUTH["d2l-corr2d"]
    assert entry["input"]["X"] == NINE
    assert answers("conv", x=NINE, w=kernel("d2l-corr2d"))["y"] == entry["expected"]


def test_the_same_with_the_kernel_flipped_has_the_values_of_the_note():
    assert str(answers("conv", x=NINE, w=kernel("d2l-corr2d"), flip=True)["y"]) in TRUTH["d2l-corr2d"]["note"]


def test_the_padded_and_strided_convolution_of_d2l_has_its_values():
    entry = TRUTH["d2l-pad-stride"]
    steps = {"pad": entry["input"]["pad"], "stride": entry["input"]["stride"]}
    assert answers("conv", x=NINE, w=kernel("d2l-pad-stride"), **steps)["y"] == entry["expected"]


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_the_pools_of_d2l_have_their_values(kind):
    entry = TRUTH["d2l-pool"]
    steps = {"k": entry["input"]["window"], "stride": entry["input"]["stride"]}
    assert answers("pool", x=NINE, kind=kind, **steps)["y"] == entry["expected"][kind]


def test_the_transposed_convolution_of_d2l_has_its_values():
    entry = TRUTH["d2l-transposed"]
    found = answers("conv", x=entry["input"]["X"], w=kernel("d2l-transposed"), transpose=True)
    assert found["y"] == entry["expected"]


def test_the_gradients_measured_in_pytorch_are_worked_out():
    expected = TRUTH["conv-backward"]["expected"]
    found = answers("conv-backward", x=NINE, w=kernel("conv-backward"), dy=[[1, 1], [1, 1]])
    assert (found["dw"], found["dx"]) == (expected["dK"], expected["dX"])


# ---------------------------------------------------------------- counters that disagree about one module

TRANSPOSED = {"in": "8x16x16", "filters": 4, "k": 4, "stride": 2, "pad": 1, "bias": False, "transpose": True}
CONVOLUTION = {"in": "3x32x32", "filters": 8, "k": 3}


def test_a_transposed_convolution_costs_its_weights_times_its_input_places():
    assert answers("conv", **TRANSPOSED)["macs"] == TRUTH["macs-tools-disagree"]["expected"] == 131072


def test_the_macs_of_counters_that_use_the_output_places_are_named_as_a_mistake():
    # torchinfo 1.8.0 and thop 0.1.1 print this for the same module.
    assert verdict("conv", TRANSPOSED, "macs", 524288).misconceptions == ("transposed-macs-at-outputs",)


def test_macs_without_the_added_biases_are_those_of_fvcore_and_thop():
    assert answers("conv", **CONVOLUTION)["macs"] == 194400


def test_macs_with_the_added_biases_are_those_of_torchinfo_and_ptflops():
    assert answers("conv", **CONVOLUTION, count_bias=True)["macs"] == 201600


@pytest.mark.parametrize("count_bias", [False, True])
def test_flops_are_those_of_pytorch_however_biases_are_counted(count_bias):
    assert answers("conv", **CONVOLUTION, count_bias=count_bias)["flops"] == 388800


# ---------------------------------------------------------------- the course notes: two small networks

NOTES = [
    ("conv", {"in": "1x28x28", "k": 3, "filters": 25}, {"shape": [25, 26, 26], "weights": 225, "params": 250}),
    ("pool", {"in": "25x26x26", "k": 2}, {"shape": [25, 13, 13], "params": 0}),
    ("conv", {"in": "25x13x13", "k": 3, "filters": 50}, {"shape": [50, 11, 11], "weights": 11250, "params": 11300}),
    ("pool", {"in": "50x11x11", "k": 2}, {"shape": [50, 5, 5], "params": 0}),
    (
        "conv",
        {"in": "3x227x227", "k": 11, "stride": 4, "filters": 96},
        {"shape": [96, 55, 55], "weights": 34848, "params": 34944},
    ),
    ("pool", {"in": "96x55x55", "k": 3, "stride": 2}, {"shape": [96, 27, 27], "params": 0}),
]


@pytest.mark.parametrize(
    ("topic", "inputs", "answer", "printed"),
    [
        pytest.param(topic, inputs, answer, printed, id=f"{topic}-{inputs['in']}-{answer}")
        for topic, inputs, expected in NOTES
        for answer, printed in expected.items()
    ],
)
def test_the_layers_of_the_course_notes_have_the_printed_numbers(topic, inputs, answer, printed):
    assert answers(topic, **inputs)[answer] == printed


@pytest.mark.parametrize(
    ("topic", "inputs", "side"),
    [pytest.param(t, i, expected["shape"][-1], id=f"{t}-{i['in']}") for t, i, expected in NOTES],
)
def test_a_square_map_of_the_course_notes_has_one_number_for_its_size(topic, inputs, side):
    assert answers(topic, **inputs)["out"] == side


# ---------------------------------------------------------------- published answers that are wrong


@pytest.mark.parametrize(
    ("topic", "inputs", "answer", "published", "right", "mistake"),
    [
        pytest.param("conv", {"in": 5, "k": 3, "pad": 2}, "out", 5, 7, "pads-one-side", id="exam answer 5 for 7"),
        # The line reads (300 - 5 + 1)/1 + 1 and claims 296; what it says is 297.
        pytest.param("conv", {"in": 300, "k": 5}, "out", 297, 296, "plus-one-twice", id="forum line (n-k+1)/1+1"),
        # Published as the formula (n - 1)s - p + f; the numbers are put in here.
        pytest.param(
            "conv",
            {"in": 16, "k": 4, "stride": 2, "pad": 1, "transpose": True},
            "out",
            33,
            32,
            "transposed-crops-one-side",
            id="transposed size with one p",
        ),
        pytest.param(
            "linear",
            {"in_features": 128, "out_features": 256},
            "params",
            32896,
            33024,
            "bias-per-input",
            id="biases of the wrong side",
        ),
        # Written as 784*128 + 128, whose value is another.
        pytest.param(
            "linear",
            {"in_features": 784, "out_features": 128},
            "params",
            100352,
            100480,
            "bias-left-out",
            id="biases in the line, not in the sum",
        ),
    ],
)
def test_a_wrong_answer_that_was_published_is_named_and_put_right(topic, inputs, answer, published, right, mistake):
    found = verdict(topic, inputs, answer, published)
    assert (found.verdict, found.expected) == ("misconception", right)
    assert mistake in found.misconceptions


def test_a_lecture_that_was_corrected_later_is_right_after_its_correction():
    # 5x5x3 with 8 filters: the slides differed until the course issued 608.
    assert verdict("conv", {"in": "3x32x32", "k": 5, "filters": 8}, "params", 608).verdict == "right"
