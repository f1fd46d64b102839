"""Parameters of recurrent layers against matrices listed one by one, published counts, and PyTorch."""

import json
import random
from math import prod
from pathlib import Path

import pytest

import dlcalc
from dlcalc.errors import InputError
from tests import draws
from tests.topics.listed import catalogued, is_named, verdict

TRUTH = {e["id"]: e for e in json.loads((Path(__file__).parents[1] / "truth/published.json").read_text("utf-8"))}

GATES = {"rnn": "h", "lstm": "ifgo", "gru": "rzn"}


def answers(**inputs):
    return dlcalc.solve("recurrent-params", inputs).answers


def shapes(raw, source):
    """List the shape of every matrix and vector of a network, as a textbook, Keras or PyTorch has them."""
    h, ways = raw["hidden"], 2 if raw.get("bidirectional") else 1
    two = source == "pytorch" or (source == "keras" and raw["kind"] == "gru" and raw.get("reset") != "before")
    vectors = 0 if raw.get("biases") == "none" else 2 if two else 1
    found = []
    for layer in range(raw.get("layers", 1)):
        enters = raw["input"] if layer == 0 else ways * h
        for _ in range(ways):
            for _ in GATES[raw["kind"]]:
                found += [(h, enters), (h, h), *[(h,)] * vectors]
    if raw.get("output"):
        found += [(raw["output"], ways * h), (raw["output"],)]
    return found


def test_every_count_is_the_sum_of_the_matrices_listed_one_by_one():
    rng = random.Random(3)
    for _ in range(300):
        raw = draws.draw("recurrent-params", rng)
        if "compare" in raw:
            continue
        found = answers(**raw)
        for source in ("textbook", "keras", "pytorch"):
            assert found[source] == sum(map(prod, shapes(raw, source))), (raw, source)
        assert found["params"] == found["pytorch" if raw.get("biases") == "two" else "textbook"], raw


def test_the_counts_measured_and_read_in_the_sources_are_met():
    table = TRUTH["recurrent-param-counts"]
    sizes, expected = {"input": table["input"]["in"], "hidden": table["input"]["hid"]}, table["expected"]
    lstm, gru, rnn = (answers(kind=kind, **sizes) for kind in ("lstm", "gru", "rnn"))
    assert (rnn["pytorch"], lstm["pytorch"], gru["pytorch"]) == tuple(
        expected[f"torch_{kind}"] for kind in ("rnn", "lstm", "gru")
    )
    assert lstm["keras"] == lstm["textbook"] == expected["one_bias_lstm(keras)"]
    assert rnn["textbook"] == expected["textbook_rnn"]
    assert gru["keras"] == expected["keras_gru_reset_after"]
    assert answers(kind="gru", reset="before", **sizes)["keras"] == expected["keras_gru_reset_before"]


def test_2480_and_2560_are_both_right_and_the_convention_is_named():
    exercise = {"kind": "lstm", "input": 10, "hidden": 20}
    assert verdict("recurrent-params", exercise, "params", 2480).verdict == "right"
    found = verdict("recurrent-params", exercise, "params", 2560)
    assert (found.verdict, found.convention) == ("convention", "biases=two")


# ---------------------------------------------------------------- mistakes

LISTED = [
    ("M166", {"kind": "rnn", "input": 3, "hidden": 4, "output": 2, "length": 5}, 42, 210),
    ("M167", {"kind": "lstm", "input": 32, "hidden": 32}, 8320, 2080),
    ("M168", {"kind": "lstm", "input": 32, "hidden": 32}, 8320, 6240),
    ("M169", {"kind": "lstm", "input": 10, "hidden": 20}, 2480, 880),
    ("M170", {"kind": "gru", "input": 16, "hidden": 32}, 4704, 6272),
    ("M171", {"kind": "gru", "input": 16, "hidden": 32, "bidirectional": True, "biases": "two"}, 9600, 9408),
    ("M172", {"kind": "gru", "input": 16, "hidden": 32, "bidirectional": True, "biases": "two"}, 9600, 4800),
    ("M173", {"kind": "rnn", "input": 32, "hidden": 32}, 2080, 1056),
]


@pytest.mark.parametrize(("number", "inputs", "right", "wrong"), LISTED, ids=[row[0] for row in LISTED])
def test_a_listed_mistake_is_named_on_its_own_instance(number, inputs, right, wrong):
    assert answers(**inputs)["params"] == right
    assert is_named(number, "recurrent-params", inputs, "params", wrong)


def test_no_listed_mistake_is_declared_without_a_test():
    assert catalogued("recurrent-params") == {row[0] for row in LISTED}


@pytest.mark.parametrize(
    ("inputs", "wrong", "name"),
    [
        ({"kind": "gru", "input": 16, "hidden": 32}, 2 * (32 * 48 + 32), "gru-candidate-forgotten"),
        ({"kind": "rnn", "input": 3, "hidden": 4}, 4 * 3 + 4 * 3 + 4, "recurrent-weights-as-the-input"),
        ({"kind": "rnn", "input": 3, "hidden": 4}, 4 * 3 + 4 * 4, "bias-left-out"),
        ({"kind": "lstm", "input": 3, "hidden": 4}, 4 * (4 * 3 + 4 * 4 + 1), "one-bias-for-a-gate"),
        ({"kind": "rnn", "input": 3, "hidden": 4, "layers": 3}, 3 * 32, "later-layers-read-the-input"),
        (
            {"kind": "rnn", "input": 3, "hidden": 4, "layers": 2, "bidirectional": True},
            2 * 32 + 2 * 36,
            "later-layers-read-one-direction",
        ),
        (
            {"kind": "rnn", "input": 3, "hidden": 4, "output": 2, "bidirectional": True},
            2 * 32 + 10,
            "output-reads-one-direction",
        ),
        ({"kind": "rnn", "input": 3, "hidden": 4, "output": 2}, 32, "output-layer-left-out"),
    ],
)
def test_a_mistake_is_named_by_its_number(inputs, wrong, name):
    assert name in verdict("recurrent-params", inputs, "params", wrong).misconceptions


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"kind": "lstn", "input": 1, "hidden": 1}, "rnn, lstm, gru"),
        ({"kind": "lstm", "input": 0, "hidden": 1}, "at least 1"),
        ({"kind": "lstm", "input": 1, "hidden": 1, "layers": 0}, "at least 1"),
        ({"kind": "lstm", "input": 1, "hidden": 10**19}, "10^18"),
        ({"kind": "lstm", "input": 1, "hidden": 1, "num_layers": 2}, "layers"),
        ({"kind": "lstm", "hidden": 1}, "input"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_type(inputs, says):
    with pytest.raises(InputError) as caught:
        answers(**inputs)
    assert says in f"{caught.value} {caught.value.advice('en')}"


@pytest.mark.oracle
def test_pytorch_has_as_many():
    torch = pytest.importorskip("torch")
    rng = random.Random(5)
    kinds = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    for _ in range(200):
        raw = draws.draw("recurrent-params", rng)
        if "compare" in raw:
            continue
        raw.pop("output", None)
        net = kinds[raw["kind"]](
            raw["input"],
            raw["hidden"],
            raw["layers"],
            bias=raw.get("biases") != "none",
            bidirectional=raw["bidirectional"],
            device="meta",
        )
        assert answers(**raw)["pytorch"] == sum(p.numel() for p in net.parameters()), raw
