"""Attention by hand against plain NumPy, the list's instances of mistakes, published walkthroughs, and bad input."""

import json
import random
from fractions import Fraction

import numpy as np
import pytest

import dlcalc
from dlcalc import topics
from dlcalc.errors import InputError
from tests import draws
from tests.cli.run import dlcalc as run
from tests.test_published import TRUTH
from tests.topics.listed import catalogued, is_named, verdict
from tests.topics.numpy_attention import attention

UTM = {"q": "1,2; 3,1", "k": "2,1; 1,1; 0,1", "v": "1,2,-2; 1,1,2; 0,1,-1"}
"""Two queries, three keys, three values (CSC413, week 9)."""
SMALL = {"q": "1,2; 3,1", "k": "2,0; 1,1", "v": "1,0; 0,1"}
"""Two tokens whose values are the unit vectors, so that the output is the weights."""


def drawn(count, seed=1):
    rng, topic = random.Random(f"attention{seed}"), topics.load("attention")
    while count:
        raw = draws.draw("attention", rng)
        try:
            topic.read(raw)
        except InputError:
            continue
        count -= 1
        yield raw


def solve(**inputs):
    return dlcalc.solve("attention", inputs)


def test_drawn_attention_agrees_with_numpy():
    for raw in drawn(300):
        ours, theirs = dlcalc.solve("attention", raw).answers, attention(raw)
        heads = raw["heads"]
        np.testing.assert_allclose(ours["out"], theirs["out"], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(
            ours["weights"], theirs["weights"] if heads > 1 else theirs["weights"][0], atol=1e-12
        )
        for name in "QKV":
            np.testing.assert_allclose(np.array(ours[name], float), theirs[name], atol=1e-12)
        if "head" in ours:
            np.testing.assert_allclose(ours["head"], theirs["head"] if heads > 1 else theirs["head"][0], atol=1e-12)


def test_projections_and_scores_stay_exact():
    sheet = solve(x="0.1,0.2; 0.3,0.7", wq="0.1,1; 1,0.3", wk="1,0; 0,1", wv="1;1")
    assert sheet.answers["Q"] == [[Fraction(21, 100), Fraction(16, 100)], [Fraction(73, 100), Fraction(51, 100)]]
    assert sheet.answers["scores"][0] == [Fraction(53, 1000), Fraction(175, 1000)]
    assert sheet.answers["V"] == [[Fraction(3, 10)], [1]]


def test_a_score_beyond_a_computers_numbers_is_shifted_before_its_power_is_taken():
    sheet = solve(q="100; 50", k="10; 9.9", v="1; 0")
    np.testing.assert_allclose(sheet.answers["weights"][0], [1 / (1 + np.exp(-10)), 1 / (1 + np.exp(10))], rtol=1e-9)
    low = solve(q="-100", k="10; 9.9", v="1; 0")
    np.testing.assert_allclose(low.answers["weights"][0], [1 / (1 + np.exp(10)), 1 / (1 + np.exp(-10))], rtol=1e-9)


def test_each_row_of_the_weights_adds_up_to_one_and_what_is_hidden_has_none():
    for raw in drawn(60, seed=2):
        sheet = dlcalc.solve("attention", raw)
        weights = np.array(sheet.answers["weights"])
        np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-12)
        if "M" in sheet.answers and raw.get("mask_value") != "1e9":
            hidden = np.array(sheet.answers["M"], float) == 0
            assert (weights.reshape(-1, *weights.shape[-2:])[:, hidden] == 0).all()


def test_the_causal_mask_is_a_lower_triangle_also_where_there_are_more_keys():
    assert solve(q="1;2", k="1;2;3", v="1;2;3", mask="causal").answers["M"] == [[1, 0, 0], [1, 1, 0]]


def test_padding_and_a_causal_mask_hide_together():
    assert solve(x="1;2;3", mask="causal", valid_len=2).answers["M"] == [[1, 0, 0], [1, 1, 0], [1, 1, 0]]


@pytest.mark.parametrize("mask", ["0,-inf; 0,0", "0,−∞;0,0", "[[0, -inf], [0, 0]]", [[0, -float("inf")], [0, 0]]])
def test_minus_infinity_hides_as_zero_does(mask):
    assert solve(**SMALL, mask=mask).answers["out"] == solve(**SMALL, mask="1,0;1,1").answers["out"]


@pytest.mark.parametrize(
    "mask", [np.tril(np.ones((2, 2))), np.tril(np.ones((2, 2), bool)), [[True, False], [True, True]]]
)
def test_a_mask_may_be_an_array_of_numpy_or_of_truth_values(mask):
    assert solve(**SMALL, mask=mask).answers == solve(**SMALL, mask="causal").answers


def test_an_array_of_numpy_with_minus_infinity_hides_too():
    mask = np.triu(np.full((2, 2), -np.inf), 1)
    assert solve(**SMALL, mask=mask).answers["out"] == solve(**SMALL, mask="causal").answers["out"]


def test_other_numbers_are_added_to_the_scaled_scores():
    ours = solve(**SMALL, mask="0,1; -2,0").answers["weights"]
    scores = np.array([[2, 3], [6, 4]]) / np.sqrt(2) + [[0, 1], [-2, 0]]
    np.testing.assert_allclose(ours, np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True), rtol=1e-12)


def test_minus_a_thousand_million_gives_what_minus_infinity_gives_except_in_a_row_with_nothing_left():
    assert (
        solve(**SMALL, mask="causal", mask_value="1e9").answers["out"] == solve(**SMALL, mask="causal").answers["out"]
    )
    assert solve(**SMALL, mask="0,0;1,1", mask_value="1e9").answers["weights"][0] == [0.5, 0.5]


def test_tokens_may_stand_for_themselves():
    assert solve(x="1,0;0,1").answers["out"] == solve(q="1,0;0,1", k="1,0;0,1", v="1,0;0,1").answers["out"]


def test_one_query_or_one_key_is_enough():
    assert solve(q="1,2", k="2,0", v="5,6").answers["out"] == [[5, 6]]
    assert len(solve(q="1,2", k="2,0;1,1", v="5,6;7,8").answers["weights"][0]) == 2


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("number", "inputs", "right", "wrong"),
    [
        ("M184", {**UTM, "scale": "sqrt"}, [0.86, 1.576, -0.724], [0.91, 1.6652, -0.9311]),
        ("M185", UTM, [0.86, 1.576, -0.724], [0.8137, 1.5065, -0.5849]),
        ("M186", UTM, [0.86, 1.576, -0.724], [0.4373, 1.2141, -0.2234]),
        ("M187", UTM, [0.86, 1.576, -0.724], [4.9497, 9.1924, -2.8284]),
    ],
)
def test_each_mistake_of_the_list_is_named_at_each_number_of_its_row(number, inputs, right, wrong):
    for place, (good, bad) in enumerate(zip(right, wrong, strict=True), 1):
        assert verdict("attention", inputs, f"out[1,{place}]", str(good)).verdict == "rounded"
        assert is_named(number, "attention", inputs, f"out[1,{place}]", str(bad))


def test_keys_that_ask_give_the_lists_matrix():
    assert verdict("attention", SMALL, "out", "0.3302,0.6698; 0.8044,0.1956").verdict == "rounded"
    assert is_named("M189", "attention", SMALL, "out", "0.0558,0.9442; 0.3302,0.6698")


@pytest.mark.parametrize(
    ("number", "wrong"), [("M195", "0.3302, 0"), ("M196", "0.8044, 0.1956"), ("M197", "0.3302, 0.6698")]
)
@pytest.mark.parametrize("value", ["inf", "1e9"])
def test_mistakes_with_the_mask_give_the_lists_first_row(number, wrong, value):
    inputs = {**SMALL, "mask": "causal", "mask_value": value}
    sheet = dlcalc.solve("attention", inputs)
    assert sheet.answers["out"][0] == [1, 0]
    mistakes = topics.load("attention").misconceptions
    mistake = next(m for m in mistakes if number in m.catalogue)
    topic = topics.load("attention")
    run = topic.results(topic.sheet(topic.read(inputs), mistake.mode).env)["out"]
    assert run[0] == pytest.approx([float(part) for part in wrong.split(",")], abs=5e-5)
    assert is_named(number, "attention", inputs, "out", run)


def test_the_root_of_the_whole_width_is_named_where_each_head_has_its_own():
    rng = random.Random(3)
    tokens = [[rng.choice((-1, 0, 1)) for _ in range(512)] for _ in range(2)]
    inputs = {"q": tokens, "k": tokens, "v": tokens, "heads": 8}
    assert dlcalc.solve("attention", inputs).values["scale"] == 8
    assert is_named("M188", "attention", inputs, "scale", "22.6274")


def softmax(scores, axis=-1):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=axis, keepdims=True)


Q, K, V = (np.array([[float(n) for n in row.split(",")] for row in UTM[name].split(";")]) for name in "qkv")
X, Y = np.array([[1, 2.0, 0, 1], [0, 1, 1, 3]]), np.array([[2, 0.0, 1, 1], [1, 1, 0, 2]])
WQ, WK, WV = ([[1, 0], [0, 1], [1, 1], [0, 1]], [[0, 1], [1, 0], [1, 0], [1, 1]], [[1, 1], [2, 0], [0, 1], [1, 3]])
PROJECTED = {"x": X.tolist(), "wq": WQ, "wk": WK, "wv": WV}
TRIL = np.tril(np.ones((2, 2)))


def attended(x, y, scale=2**0.5):
    return softmax(x @ WQ @ (y @ WK).T / scale) @ (y @ WV)


@pytest.mark.parametrize(
    ("name", "inputs", "wrong"),
    [
        ("softmax-over-everything", UTM, softmax(Q @ K.T / 2**0.5, None) @ V),
        ("scaled-after-softmax", UTM, softmax(Q @ K.T) / 2**0.5 @ V),
        ("keys-weighted", UTM, softmax(Q @ K.T / 2**0.5) @ K),
        (
            "softmax-by-columns",
            {**PROJECTED, "mask": "causal"},
            (np.exp(X @ WQ @ (X @ WK).T / 2**0.5) * TRIL)
            / (np.exp(X @ WQ @ (X @ WK).T / 2**0.5) * TRIL).sum(axis=0)
            @ (X @ WV),
        ),
        ("heads-not-split", {"x": X.tolist(), "heads": 2}, softmax(X @ X.T / 2) @ X),
        ("second-sequence-not-used", {**PROJECTED, "context": Y.tolist()}, attended(X, X)),
        ("biases-left-out", {**PROJECTED, "bk": "1,0", "bv": "1,2"}, attended(X, X)),
        (
            "biases-left-out",
            {
                "x": X.tolist(),
                "layout": "out-in",
                **{name: np.transpose(PROJECTED[name]).tolist() for name in ("wq", "wk", "wv")},
                "bq": "1,1",
            },
            attended(X, X),
        ),
        ("no-output-projection", {**PROJECTED, "wo": "1,2; 3,4"}, attended(X, X)),
    ],
)
def test_a_mistake_is_named_by_the_output_it_gives(name, inputs, wrong):
    right = np.array(dlcalc.solve("attention", inputs).answers["out"], dtype=float)
    assert right.shape != wrong.shape or not np.allclose(right, wrong, atol=1e-3)
    assert name in verdict("attention", inputs, "out", np.round(wrong, 5).tolist()).misconceptions


def test_every_mistake_of_the_list_about_attention_by_hand_is_here():
    wanted = {f"M{n}" for n in (184, 185, 186, 187, 188, 189, 195, 196, 197)}
    assert catalogued("attention") >= wanted


# ---------------------------------------------------------------- published


def test_the_exercise_of_csc413_has_its_published_context():
    entry = TRUTH["utm-scaled-attention"]
    ours = dlcalc.solve("attention", entry["input"]).answers["out"]
    np.testing.assert_allclose(ours, entry["expected"], atol=entry["tolerance"])


def test_karims_queries_keys_values_and_scores_are_exact():
    entry = TRUTH["karim-self-attention-qkv"]
    sheet = dlcalc.solve("attention", karim())
    for name in "KQV":
        assert sheet.answers[name] == entry["expected"][name]
    assert sheet.answers["scores"] == entry["expected"]["scores"]


def karim(**more):
    entry = TRUTH["karim-self-attention-qkv"]["input"]
    return {"x": entry["x"], "wk": entry["w_key"], "wq": entry["w_query"], "wv": entry["w_value"], **more}


def test_karims_output_is_right_unscaled_but_for_a_softmax_rounded_to_one_decimal():
    entry = TRUTH["karim-self-attention-out"]
    assert entry["topic"] == "trap"
    exact = dlcalc.solve("attention", karim(scale="none")).answers["out"]
    np.testing.assert_allclose(exact, entry["computed_here"], rtol=1e-12)
    scaled = [[1.8639, 6.3194, 1.7042], [1.9991, 7.8141, 0.2735], [1.9926, 7.4796, 0.7359]]
    np.testing.assert_allclose(dlcalc.solve("attention", karim()).answers["out"], scaled, atol=5e-5)
    assert verdict("attention", karim(), "out", exact).convention == "scale=none"
    # what is printed is the values weighted by the author's rounded softmax
    weights = np.array([[0, 0.5, 0.5], [0, 1, 0], [0, 0.9, 0.1]])
    values = np.array(dlcalc.solve("attention", karim()).answers["V"])
    np.testing.assert_allclose(weights @ values, entry["expected"], atol=1e-12)
    assert np.abs(np.array(exact) - entry["expected"]).max() > 0.1


def test_alammars_two_scores_are_scaled_and_weighed_as_printed():
    entry = TRUTH["alammar-softmax-scores"]
    d = entry["input"]["d_k"]
    query = [1] + [0] * (d - 1)
    keys = [[score] + [0] * (d - 1) for score in entry["input"]["scores"]]
    answers = solve(q=[query], k=keys, v="1;0").answers
    assert answers["scaled"] == [entry["expected"]["scaled"]]
    np.testing.assert_allclose(answers["weights"][0], entry["expected"]["softmax"], atol=entry["tolerance"])


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("arguments", "name", "wanted"),
    [
        ("", "--q", "--q, --k and --v"),
        ("--q 1,2", "--k", "--q, --k and --v"),
        ("--q 1,2 --k 1,2,3 --v 1", "--k", "1x2"),
        ("--q 1,2 --k '1,2;3,4' --v 1", "--v", "2x1"),
        ("--q 1,2 --k 1,2 --v 1 --wq 1", "--wq", "--x"),
        ("--x 1,2 --q 1,2", "--q", "Give q, k and v, or x"),
        ("--x 1,2 --wq '1;1'", "--wk", "or none of them"),
        ("--x 1,2 --wq 1,2,3 --wk '1;1' --wv '1;1'", "--wq", "2x3"),
        ("--x 1,2 --wq '1,0;0,1;1,1' --wk '1;1' --wv '1;1'", "--wq", "--layout out-in"),
        ("--x 1,2 --wq '1;1' --wk '1,1;1,1' --wv '1;1'", "--wk", "2x1"),
        ("--x 1,2 --wq '1;1' --wk '1;1' --wv '1;1' --bq 1,2", "--bq", "1x1"),
        ("--x 1,2 --context 1,2,3", "--context", "1x2"),
        ("--x 1,2 --context 1,2,3 --wq '1;1' --wk '1;1' --wv '1;1;1'", "--wk", "3x1"),
        ("--x 1,2,3 --heads 2", "--heads", "1, 3"),
        ("--x 1,2 --heads 0", "--heads", "1 to 64"),
        ("--x 1,2 --wo 1", "--wo", "2x1"),
        ("--x 1,2 --bo 1", "--bo", "--wo"),
        ("--x 1,2 --mask caussal", "--mask", "none, causal"),
        ("--x 1,2 --mask '1,1'", "--mask", "1x1"),
        ("--x '1;2' --mask '0,0;1,1'", "--mask", "at least one key"),
        ("--x '1;2' --mask '0,0;1,0' --mask-ones hide --valid-len 1", "--mask", "1 hides"),
        ("--x '1;2' --mask '-inf,-inf;0,0'", "--mask", "at least one key"),
        ("--x '1;2' --valid-len 3", "--valid-len", "1 to 2"),
        ("--x '1;2' --valid-len 0", "--valid-len", "at least 1"),
        ("--x '1;2' --scale 0", "--scale", "sqrt"),
        ("--x '1;2' --scale root", "--scale", "sqrt"),
        ("--x ''", "--x", "matrix"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_does_not_fit_is_named_with_what_would(arguments, name, wanted, lang):
    found = run(f"attention {arguments} --lang {lang}")
    assert found.status == 2
    assert name in found.err
    assert "Traceback" not in found.err
    if lang == "en":
        assert wanted in found.err


# ---------------------------------------------------------------- large ones


def test_many_tokens_are_worked_in_float64_and_agree_with_numpy():
    rng = np.random.default_rng(0)
    raw = {name: rng.uniform(-1, 1, (32, 32)).tolist() for name in ("x", "wq", "wk", "wv", "wo")}
    raw |= {"heads": 4, "mask": "causal"}
    np.testing.assert_allclose(dlcalc.solve("attention", raw).answers["out"], attention(raw)["out"], rtol=1e-9)


def test_more_than_can_be_worked_out_is_refused():
    tokens = np.zeros((1000, 200))
    with pytest.raises(InputError, match="fewer tokens"):
        dlcalc.solve("attention", {"q": tokens, "k": tokens, "v": tokens})


def test_a_sheet_as_json_can_be_read_again():
    sheet = solve(**SMALL, mask="0,-inf; 0,0.5")
    inputs = json.loads(sheet.render("json"))["inputs"]
    assert dlcalc.solve("attention", inputs).answers == sheet.answers
