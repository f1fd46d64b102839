"""Shapes and counts of attention against matrices that are really multiplied, the list's instances, and bad input."""

import math
import random

import numpy as np
import pytest

import dlcalc
from tests import draws
from tests.cli.run import dlcalc as run
from tests.test_published import TRUTH
from tests.topics.listed import catalogued, is_named, verdict


class Counter:
    """Multiplies matrices of ones and counts what that takes."""

    def __init__(self):
        self.multiplications = self.additions = 0

    def product(self, a, b):
        (rows, inner), (same, columns) = a.shape, b.shape
        assert inner == same
        self.multiplications += rows * inner * columns
        self.additions += rows * (inner - 1) * columns
        return a @ b


def sequence(n, d_model, heads=1, source=None, d_k=None, d_v=None, **_):
    """Run multi-head attention on ones and return what there is to count."""
    m = source or n
    d_k = d_k or d_model // heads
    d_v = d_v or d_k
    count, tokens, other = Counter(), np.ones((n, d_model)), np.ones((m, d_model))
    weights = [np.ones((d_model, heads * size)) for size in (d_k, d_k, d_v)]
    q, k, v = (count.product(x, w) for x, w in zip((tokens, other, other), weights, strict=True))
    outputs = []
    for qh, kh, vh in zip(*(np.split(a, heads, axis=1) for a in (q, k, v)), strict=True):
        scores = count.product(qh, kh.T)
        outputs.append(count.product(scores, vh))
    concat = np.hstack(outputs)
    last = np.ones((heads * d_v, d_model))
    out = count.product(concat, last)
    shapes = {
        "Q": q,
        "K": k,
        "V": v,
        "scores": scores,
        "weights": scores,
        "head": outputs[0],
        "concat": concat,
        "out": out,
    }
    biases = sum(w.shape[1] for w in (*weights, last))
    return count, shapes, sum(w.size for w in (*weights, last)), biases


def drawn(kind, count=120):
    rng = random.Random(kind)
    while count:
        raw = draws.draw("attention-shapes", rng)
        if raw["kind"] == kind:
            count -= 1
            yield raw


def test_sequences_have_the_shapes_and_counts_of_the_matrices():
    for raw in drawn("sequence"):
        ours = dlcalc.solve("attention-shapes", raw).answers
        count, shapes, weights, biases = sequence(**raw)
        for name, array in shapes.items():
            assert ours[name] == list(array.shape), (raw, name)
        assert ours["macs"] == count.multiplications
        assert ours["adds"] == count.additions
        assert ours["params"] == weights + (biases if raw.get("bias", True) else 0)
        assert ours["scale"] == math.sqrt(shapes["Q"].shape[1] // raw["heads"])


def test_uncompressed_attention_on_a_map_has_the_shapes_and_counts_of_the_matrices():
    for raw in drawn("nonlocal"):
        ours = dlcalc.solve("attention-shapes", raw).answers
        channels, height, width = raw["in"]
        inner, count = raw.get("inner", channels), Counter()
        x, w = np.ones((height * width, channels)), np.ones((channels, inner))
        q, k, v = (count.product(x, w) for _ in range(3))
        scores = count.product(q, k.T)
        out = count.product(scores, v)
        assert [ours[name] for name in ("Q", "scores", "out")] == [list(a.shape) for a in (q, scores, out)]
        assert (ours["macs"], ours["adds"]) == (count.multiplications, count.additions)
        assert ours["scores_size"] == scores.size
        assert ours["params"] == 3 * (w.size + (inner if raw.get("bias", True) else 0))


def test_channel_attention_squeezes_the_places_and_multiplies_columns_of_channels():
    for raw in drawn("channel"):
        ours = dlcalc.solve("attention-shapes", raw).answers
        x = np.ones(raw["in"])
        squeezed = x.max(axis=(1, 2), keepdims=True)
        assert ours["squeezed"] == list(squeezed.shape)
        assert ours["gates"] == squeezed.size
        count, column = Counter(), squeezed.reshape(-1, 1)
        if "reduction" in raw:
            narrow = squeezed.size // raw["reduction"]
            first, second = np.ones((narrow, squeezed.size)), np.ones((squeezed.size, narrow))
            count.product(second, count.product(first, column))
            assert ours["params"] == first.size + second.size + (
                (narrow + squeezed.size) if raw.get("bias", True) else 0
            )
        else:
            scores = count.product(column, column.T)
            assert ours["scores"] == list(scores.shape)
            count.product(scores, column)
            assert ours["params"] == 0
        assert ours["macs"] == count.multiplications + x.size
        assert ours["out"] == list((x * squeezed).shape)


def test_spatial_attention_squeezes_the_channels_and_multiplies_columns_of_places():
    for raw in drawn("spatial"):
        ours = dlcalc.solve("attention-shapes", raw).answers
        x, k = np.ones(raw["in"]), raw.get("k", 1)
        padded = np.pad(x, ((0, 0), (k // 2,) * 2, (k // 2,) * 2))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (x.shape[0], k, k))
        squeezed = windows.sum(axis=(-1, -2, -3))
        assert ours["squeezed"] == list(squeezed.shape)
        assert ours["gates"] == squeezed.size
        count, column = Counter(), squeezed.reshape(-1, 1)
        scores = count.product(column, column.T)
        attended = count.product(scores, column)
        assert ours["scores"] == list(scores.shape)
        assert ours["scores_size"] == scores.size
        assert attended.size == squeezed.size
        assert ours["macs"] == windows.size + count.multiplications + x.size
        assert ours["params"] == x.shape[0] * k * k + (1 if raw.get("bias", True) else 0)


# ---------------------------------------------------------------- mistakes and published numbers

BERT = {"n": 1, "d_model": 768, "heads": 12}


@pytest.mark.parametrize(
    ("number", "inputs", "name", "right", "wrong"),
    [
        ("M188", {"n": 1, "d_model": 512, "heads": 8}, "scale", "8", "22.6274"),
        ("M190", BERT, "params_qkv", "1771776", "21261312"),
        ("M191", BERT, "params", "2362368", "1771776"),
        ("M192", {"n": 2, "source": 3, "d_model": 2}, "scores", "2x3", "2x2"),
        ("M193", {"kind": "spatial", "in": "64x14x14"}, "scores_size", "38416", "196"),
        ("M193", {"kind": "nonlocal", "in": "64x14x14"}, "scores_size", "38416", "196"),
        ("M194", {"kind": "channel", "in": "64x14x14"}, "gates", "64", "196"),
        ("M194", {"kind": "channel", "in": "64x14x14"}, "squeezed", "64x1x1", "1x14x14"),
    ],
)
def test_each_mistake_of_the_list_is_named_at_its_own_instance(number, inputs, name, right, wrong):
    assert verdict("attention-shapes", inputs, name, right).verdict == "right"
    assert is_named(number, "attention-shapes", inputs, name, wrong)
    assert number in catalogued("attention-shapes")


def test_an_attention_layer_of_the_paper_has_the_parameters_measured_in_pytorch():
    entry = TRUTH["transformer-layer-params"]
    inputs = {"n": 1, "d_model": entry["input"]["d"], "heads": entry["input"]["h"]}
    assert dlcalc.solve("attention-shapes", inputs).answers["params"] == entry["expected"]["mha"]


def test_heads_do_not_change_the_number_of_parameters():
    counts = {
        dlcalc.solve("attention-shapes", {"n": 5, "d_model": 64, "heads": h}).answers["params"] for h in (1, 2, 8)
    }
    assert counts == {4 * 64 * 64 + 4 * 64}


def test_leaving_out_the_biases_is_another_convention():
    found = verdict("attention-shapes", BERT, "params", str(4 * 768 * 768))
    assert (found.verdict, found.convention) == ("convention", "bias=false")


@pytest.mark.parametrize(
    ("arguments", "name", "wanted"),
    [
        ("", "--n", "--d-model 512"),
        ("--n 3", "--d-model", "--d-model 512"),
        ("--n 0 --d-model 4", "--n", "at least 1"),
        ("--n 10 --d-model 512 --heads 7", "--heads", "divides 512"),
        ("--kind channel", "--in", "--kind channel --in 64x14x14"),
        ("--kind channel --in 64x14", "--in", "64x14x14"),
        ("--kind channel --in 64", "--in", "64x14x14"),
        ("--kind channel --in 64x14x14 --reduction 5", "--reduction", "divides 64"),
        ("--kind channel --in 64x14x14 --n 3", "--n", "channel takes in, reduction"),
        ("--kind sequence --n 1 --d-model 4 --in 1x1x1", "--in", "sequence takes n"),
        ("--kind spatial --in 64x14x14 --k 2", "--k", "odd"),
        ("--kind heads", "--kind", "sequence, channel, spatial, nonlocal"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_does_not_fit_is_named_with_what_would(arguments, name, wanted, lang):
    found = run(f"attention-shapes {arguments} --lang {lang}")
    assert found.status == 2
    assert name in found.err
    if lang == "en":
        assert wanted in found.err


@pytest.mark.parametrize(
    ("asked", "wrong", "name"),
    [
        ("scores", [3, 2], "scores-turned"),
        ("K", [2, 8], "as-many-keys-as-queries"),
        ("macs", 2 * 4 * 64 + 2 * 2 * 3 * 8, "as-many-keys-as-queries"),
    ],
)
def test_the_second_sequence_is_not_the_first(asked, wrong, name):
    inputs = {"n": 2, "source": 3, "d_model": 8, "heads": 2}
    assert name in verdict("attention-shapes", inputs, asked, wrong).misconceptions
