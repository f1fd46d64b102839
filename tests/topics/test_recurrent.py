"""rnn, lstm and gru against published numbers, NumPy and finite differences; their mistakes on the list's instances."""

import json
import math
import random
from pathlib import Path

import numpy as np
import pytest

import dlcalc
from dlcalc.core.layout import cells
from dlcalc.errors import InputError
from tests import draws
from tests.topics import numpy_recurrent
from tests.topics.listed import catalogued, is_named, verdict

TRUTH = {e["id"]: e for e in json.loads((Path(__file__).parents[1] / "truth/published.json").read_text("utf-8"))}


def answers(topic, **inputs):
    return dlcalc.solve(topic, inputs).answers


def close(found, want, tolerance=1e-12):
    np.testing.assert_allclose(np.array(found, float), np.array(want, float), rtol=0, atol=tolerance)


# ---------------------------------------------------------------- published numbers


def test_the_scalar_net_of_the_readme_has_its_published_states():
    entry = TRUTH["rnn-scalar-1"]
    given = entry["input"]
    inputs = {"x": given["x"], "h0": given["h0"], "wx": given["Wxh"], "wh": given["Whh"], "b": given["b"]}
    found = answers("rnn", **inputs)
    close([found[f"h{t}"][0] for t in (1, 2, 3)], entry["expected"], entry["tolerance"])


def test_bptt_of_the_scalar_net_has_the_gradients_of_autograd():
    entry = TRUTH["bptt-scalar"]
    given, want = entry["input"], entry["expected"]
    inputs = {"x": given["x"], "h0": given["h0"], "wx": given["wx"], "wh": given["wh"], "b": given["b"]}
    found = answers("rnn", **inputs, wy=given["Why"], t=given["target_last"], bptt=True)
    for name, printed in (("dwx", "dwx"), ("dwh", "dwh"), ("db", "db"), ("dwy", "dv"), ("E", "loss")):
        close(np.ravel(found[name])[0], want[printed], 1e-12)


def test_bptt_over_three_steps_has_the_published_gradients_and_new_weights():
    entry = TRUTH["rnn-bptt-three-steps"]
    given, want = entry["input"], entry["expected"]
    inputs = {name: given[name] for name in ("x", "wx", "wh", "wy", "eta")}
    sheet = dlcalc.solve("rnn", {**inputs, "t": [[t] for t in given["t"]]})
    close(np.ravel(sheet.answers["h"]), want["h"], entry["tolerance"])
    close([sheet.values[f"delta{t}"][0] for t in (1, 2, 3)], want["delta"], 1e-5)
    for name in ("E", "dwx", "dwh", "dwy", "wx_new", "wh_new", "wy_new"):
        close(np.ravel(sheet.answers[name])[0], want[name], entry["tolerance"])


def test_one_step_of_two_units_has_the_published_state():
    entry = TRUTH["rnn-step-pixelbank"]
    given = {**entry["input"], "x": [entry["input"]["x"]]}
    close(answers("rnn", **given)["h1"], entry["expected"], entry["tolerance"])


def two_units():
    """Return the exercise whose printed solution is wrong."""
    given = TRUTH["rnn-two-units"]["input"]
    square = [[given["weight"]] * 2] * 2
    return {"x": [given["x"]], "h0": given["h0"], "wx": square, "wh": square, "b": [given["weight"]] * 2}


def test_the_printed_solution_of_two_units_is_wrong_and_the_mistake_is_named():
    """A trap: published are 0.264 and 0.276, each unit with its own state alone; both sums are 0.288."""
    entry = TRUTH["rnn-two-units"]
    close(dlcalc.solve("rnn", two_units()).values["a1"], entry["recomputed"]["a"])
    found = verdict("rnn", two_units(), "a1", entry["expected"]["a"])
    assert found.misconceptions == ("self-connections-only",)


def test_the_lstm_example_of_gomez_has_its_printed_numbers():
    """Both steps forward, and every new weight: input, state and bias of all four."""
    entry = TRUTH["lstm-gomez"]
    given = {name: [value] if name[0] == "w" else value for name, value in entry["input"].items()}
    found = answers("lstm", **given)
    assert {f"{kind}{gate}_new" for kind in "wub" for gate in "ifgo"} < set(entry["expected"])
    for name, want in entry["expected"].items():
        close(np.ravel(found[name]), np.ravel(want), entry["tolerance"])


def test_two_tanh_units_over_three_steps_have_their_printed_states_and_output():
    entry = TRUTH["rnn-infosys"]
    found = answers("rnn", **entry["input"])
    for name, want in entry["expected"].items():
        close(np.ravel(found[name]), np.ravel(want), entry["tolerance"])


def test_an_lstm_without_weights_halves_its_cell_at_every_step():
    entry = TRUTH["lstm-zero-weights"]
    nothing = {f"{kind}{gate}": 0 for kind in "wu" for gate in "ifgo"}
    found = answers("lstm", x=[[7]] * entry["input"]["steps"], c0=entry["input"]["c0"], **nothing)
    close(np.ravel(found["h"]), entry["expected"]["h"], entry["tolerance"])
    close([found[f"c{t}"][0] for t in (1, 2, 3)], [0.5, 0.25, 0.125])


def spread(*shape):
    """Return the numbers from −0.5 to 0.5 in even steps."""
    return np.linspace(-0.5, 0.5, int(np.prod(shape))).reshape(shape).tolist()


def stacked(gates, given):
    return {
        "x": [given["x"]],
        "h0": given["h"],
        "w_ih": spread(2 * gates, 2),
        "w_hh": spread(2 * gates, 2),
        "b_ih": spread(2 * gates),
        "b_hh": spread(2 * gates),
    }


def test_the_lstm_cell_measured_in_pytorch_has_its_state_and_cell():
    entry = TRUTH["lstm-pytorch"]
    found = answers("lstm", **stacked(4, entry["input"]), c0=entry["input"]["c"])
    close(found["h1"], entry["expected"]["h"])
    close(found["c1"], entry["expected"]["c"])


def gru_cell():
    return stacked(3, TRUTH["gru-pytorch"]["input"])


def test_the_gru_cell_measured_in_pytorch_has_its_state():
    close(answers("gru", **gru_cell())["h1"], TRUTH["gru-pytorch"]["expected"])


@pytest.mark.parametrize(
    ("choice", "value"),
    [({"reset": "before"}, [0.501937589, 0.481531556]), ({"update": "z-new"}, [0.416003347, 0.423311054])],
)
def test_the_two_other_gru_variants_have_the_numbers_of_the_note(choice, value):
    assert all(str(number) in TRUTH["gru-pytorch"]["note"] for number in value)
    close(answers("gru", **gru_cell(), **choice)["h1"], value, 1e-9)
    found = verdict("gru", gru_cell(), "h1", [round(v, 4) for v in value])
    assert found.convention == "{}={}".format(*next(iter(choice.items())))


def test_conventions_show_the_three_variants_side_by_side():
    page = dlcalc.solve("gru", gru_cell()).render("text", conventions=True)
    rows = page.splitlines()
    assert "h1 ≈ (0.37834, 0.396816)" in page
    for switch, shown in (("reset=before", "0.501938"), ("update=z-new", "0.416003")):
        place = next(n for n, row in enumerate(rows) if row.startswith(switch))
        assert any(f"h1 = ({shown}" in row for row in rows[place : place + 4])


def test_a_published_gru_step_is_chungs_variant_with_rounded_steps():
    entry = TRUTH["gru-click4ai"]
    given = {name: value for name, value in entry["input"].items() if name not in ("x", "h")}
    found = answers("gru", x=[entry["input"]["x"]], h0=entry["input"]["h"], **given)
    for name, want in entry["expected"].items():
        close(found[f"{name}1"], want, entry["tolerance"])


# ---------------------------------------------------------------- NumPy and finite differences

PLAIN = {
    "rnn": ("wx", "wh", "b", "bh"),
    "lstm": ("wi", "uf", "bg", "bho", "pi", "pf", "po"),
    "gru": ("wn", "un", "bhn", "uz", "wr"),
}


def drawn(kind, count):
    """Yield drawn exercises of one layer in one direction, gates given one by one."""
    rng = random.Random(f"{kind} 7")
    while count:
        raw = draws.draw(kind, rng)
        if "params" not in raw and "w_ih" not in raw:
            count -= 1
            yield raw


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_every_state_and_gate_is_that_of_plain_numpy(kind):
    for raw in drawn(kind, 60):
        sheet = dlcalc.solve(kind, raw)
        for name, values in numpy_recurrent.run(kind, raw).items():
            for t, want in enumerate(values, 1):
                if f"{name}{t}" in sheet.answers and (name != "c" or kind == "lstm"):
                    close(sheet.answers[f"{name}{t}"], want, 1e-12)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_gradients_are_those_of_finite_differences(kind):
    seen = set()
    for raw in drawn(kind, 60):
        if "t" not in raw:
            continue
        kept = {k: v for k, v in raw.items() if k not in ("loss", "out_act", "clip", "clip_by", "eta")}
        if kept.get("act") == "relu" or np.array(kept["t"]).shape[-1] != len(kept.get("wy", kept["t"][0])):
            continue
        found = answers(kind, **kept)
        for name in (n for n in kept if n in PLAIN[kind] or n in ("wy", "by")):
            close(found[f"d{name}"], numpy_recurrent.slopes(kind, kept, name), 1e-8)
            seen.add(name)
    assert seen == {*PLAIN[kind], "wy", "by"}


def test_the_products_of_jacobians_are_how_the_last_state_moves_with_an_earlier_one():
    weights = {"wx": [[0.3, -0.2], [0.1, 0.4]], "wh": [[0.5, 0.7], [-0.6, 0.9]], "b": [0.1, 0.2]}
    x = [[1, 0.5], [0.2, -1], [0.3, 0.8], [-0.4, 0.6]]
    sheet = dlcalc.solve("rnn", {"x": x, **weights, "t": [[0, 1]], "bptt": True})
    for k in (1, 2, 3):
        start, rest = np.array(sheet.answers[f"h{k}"]), {**weights, "x": x[k:]}

        def last(h, rest=rest):
            return numpy_recurrent.run("rnn", {**rest, "h0": h})["h"][-1]

        columns = [(last(start + e) - last(start - e)) / 2e-6 for e in 1e-6 * np.eye(2)]
        close(sheet.values[f"P{k}"], np.array(columns).T, 1e-8)
        assert sheet.values[f"size{k}"] == pytest.approx(np.linalg.svd(np.array(columns))[1][0], abs=1e-8)
        assert sheet.values[f"size{k}"] <= sheet.values[f"at_most{k}"]


@pytest.mark.parametrize("peepholes", [{}, {"pi": [0.3, 0.1], "pf": [-0.4, 0.5], "po": [0.2, -0.3]}])
def test_of_an_lstm_direct_path_and_total_derivative_are_two_finite_differences(peepholes):
    rng = random.Random(3)
    raw = {f"{k}{g}": [[rng.uniform(-1, 1) for _ in range(2)] for _ in range(2)] for k in "wu" for g in "ifgo"}
    raw |= {"x": [[0.5, -1], [0.2, 0.3], [1, 0.4]], "t": [[0.5, 0]], "bptt": True, **peepholes}
    sheet = dlcalc.solve("lstm", raw)
    before = {"h": np.array(sheet.answers["h2"]), "c": np.array(sheet.answers["c2"])}
    earlier = {"h": np.array(sheet.answers["h1"]), "c": np.array(sheet.answers["c1"])}

    def cell(c, h):
        found = {n: [] for n in "ifgo"}
        return numpy_recurrent.lstm_step(raw, np.array(raw["x"][2]), h, c, found)[1]

    def through(c):
        """Return the last cell when the second one is moved: its state moves with it, at its own output gate."""
        found = {n: [] for n in "ifgo"}
        gate = numpy_recurrent.gate(raw, "o", np.array(raw["x"][1]), earlier["h"]) + numpy_recurrent.of(raw, "po") * c
        numpy_recurrent.lstm_step(raw, np.array(raw["x"][1]), earlier["h"], earlier["c"], found)
        return cell(c, numpy_recurrent.sigma(gate) * np.tanh(c))

    held = [(cell(before["c"] + e, before["h"]) - cell(before["c"] - e, before["h"])) / 2e-6 for e in 1e-6 * np.eye(2)]
    total = [(through(before["c"] + e) - through(before["c"] - e)) / 2e-6 for e in 1e-6 * np.eye(2)]
    close(sheet.values["direct3"], np.array(held).T, 1e-8)
    close(sheet.values["J3"], np.array(total).T, 1e-8)
    assert np.abs(np.array(held) - np.array(total)).max() > 1e-3
    if not peepholes:
        close(sheet.values["direct3"], np.diag(sheet.answers["f3"]))


@pytest.mark.parametrize("peepholes", [{}, {"pi": [0.3, 0.1], "pf": [-0.4, 0.5], "po": [0.2, -0.3]}])
def test_of_an_lstm_the_last_cell_moves_with_an_earlier_one_through_every_state_between(peepholes):
    """c alone hands nothing on by itself: h of a step opens the next output gate too, so P is no product of the J."""
    rng = random.Random(8)
    raw = {f"{k}{g}": [[rng.uniform(-2, 2) for _ in range(2)] for _ in range(2)] for k in "wu" for g in "ifgo"}
    raw |= {"x": [[0.5, -1], [0.2, 0.3], [1, 0.4], [-0.3, 0.8], [0.6, 0.1]], **peepholes}
    sheet = dlcalc.solve("lstm", {**raw, "t": [[0.5, 0]], "bptt": True})

    def last(k, c):
        """Return the last cell when that of step k is moved, its own state with it."""
        found = {n: [] for n in "ifgo"}
        before = np.array(sheet.answers[f"h{k - 1}"]) if k > 1 else np.zeros(2)
        gate = numpy_recurrent.gate(raw, "o", np.array(raw["x"][k - 1]), before) + numpy_recurrent.of(raw, "po") * c
        h = numpy_recurrent.sigma(gate) * np.tanh(c)
        for x in raw["x"][k:]:
            h, c = numpy_recurrent.lstm_step(raw, np.array(x), h, c, found)
        return c

    for k in (1, 2, 3, 4):
        c = np.array(sheet.answers[f"c{k}"])
        moved = np.array([(last(k, c + e) - last(k, c - e)) / 2e-6 for e in 1e-6 * np.eye(2)]).T
        close(sheet.values[f"P{k}"], moved, 1e-8)
        assert sheet.values[f"size{k}"] == pytest.approx(np.linalg.svd(moved)[1][0], abs=1e-8)
    product = np.linalg.multi_dot([sheet.values[f"J{t}"] for t in (5, 4, 3, 2)])
    assert np.abs(product - np.array(sheet.values["P1"])).max() > 1e-3


@pytest.mark.parametrize("reset", ["after", "before"])
@pytest.mark.parametrize("update", ["z-old", "z-new"])
def test_of_a_gru_the_jacobian_is_how_a_state_moves_with_the_one_before(reset, update):
    rng = random.Random(4)
    raw = {f"{k}{g}": [[rng.uniform(-1, 1) for _ in range(2)] for _ in range(2)] for k in "wu" for g in "rzn"}
    raw |= {"bhn": [0.3, -0.2], "x": [[0.5, -1], [0.2, 0.3]], "t": [[0.5, 0]], "reset": reset, "update": update}
    sheet = dlcalc.solve("gru", {**raw, "bptt": True})
    start = np.array(sheet.answers["h1"])

    def second(h):
        return numpy_recurrent.run("gru", {**raw, "x": raw["x"][1:], "h0": h})["h"][-1]

    columns = [(second(start + e) - second(start - e)) / 2e-6 for e in 1e-6 * np.eye(2)]
    close(sheet.values["J2"], np.array(columns).T, 1e-8)


def test_the_sum_over_k_is_the_gradient_where_only_the_last_step_has_a_target():
    raw = {"x": [1, 2, 3], "wx": 0.3, "wh": 0.8, "wy": 2, "t": 1, "bptt": True}
    sheet = dlcalc.solve("rnn", raw)
    close(sheet.values["dW_h_last"], sheet.answers["dwh"], 1e-15)


@pytest.mark.parametrize(("wh", "shrinks"), [(0.5, True), (1.5, False)])
def test_the_sheet_says_whether_the_gradient_must_vanish(wh, shrinks):
    raw = {"x": [1, 2, 3], "wx": 0.3, "wh": wh, "t": 1, "bptt": True}
    for lang, words in (("en", ("is enough", "but not enough")), ("zh", ("已足够", "不充分"))):
        assert words[0 if shrinks else 1] in dlcalc.solve("rnn", raw, lang=lang).render("text")


def test_a_linear_net_whose_matrix_is_large_explodes_and_says_so():
    sheet = dlcalc.solve("rnn", {"x": [1] * 5, "wx": 1, "wh": 2, "act": "linear", "t": 0, "bptt": True})
    assert sheet.values["size1"] == pytest.approx(16)
    assert "gradient to explode" in sheet.render("text")


# ---------------------------------------------------------------- clipping, new weights

STEEP = {"x": [3, 2, 1], "wx": 0.9, "wh": 0.7, "b": 0.1, "wy": 4, "t": [[9], [9], [9]]}


def all_gradients(found):
    return np.concatenate([np.ravel(found[f"d{name}"]) for name in ("wx", "wh", "b", "wy")])


def test_clipping_by_the_norm_scales_all_gradients_together():
    found = dlcalc.solve("rnn", {**STEEP, "clip": 2})
    plain = all_gradients(answers("rnn", **STEEP, bptt=True))
    clipped = np.concatenate([np.ravel(found.values[f"d{n}_clip"]) for n in ("W_x", "W_h", "b", "W_y")])
    assert np.linalg.norm(plain) > 2
    close(clipped, plain * 2 / np.linalg.norm(plain), 1e-12)
    assert found.values["length"] == pytest.approx(np.linalg.norm(plain))


def test_small_gradients_are_left_alone_by_clipping():
    found = dlcalc.solve("rnn", {**STEEP, "clip": 1000})
    assert found.values["scale"] == 1


def test_clipping_by_value_cuts_each_number():
    found = dlcalc.solve("rnn", {**STEEP, "clip": 1, "clip_by": "value", "eta": 0.5})
    plain = answers("rnn", **STEEP, bptt=True)
    for name, symbol in (("wx", "W_x"), ("wh", "W_h"), ("b", "b"), ("wy", "W_y")):
        cut = np.clip(plain[f"d{name}"], -1, 1)
        close(found.values[f"d{symbol}_clip"], cut)
        close(found.answers[f"{name}_new"], np.array(STEEP[name]) - 0.5 * cut)


def test_new_weights_are_a_step_against_the_gradient():
    found = answers("rnn", **STEEP, eta=0.1)
    for name in ("wx", "wh", "b", "wy"):
        close(found[f"{name}_new"], np.array(STEEP[name]) - 0.1 * np.array(found[f"d{name}"]))


# ---------------------------------------------------------------- the listed mistakes


def logit(p):
    return math.log(p / (1 - p))


def test_every_listed_mistake_of_recurrent_nets_is_declared():
    assert catalogued("rnn") >= {f"M{n}" for n in range(158, 166)}
    assert catalogued("lstm") >= {f"M{n}" for n in range(174, 181)}
    assert catalogued("gru") >= {f"M{n}" for n in range(181, 184)}


ONE = {"x": [1], "wx": 0.5, "wh": 0.8, "h0": 0.6}
LINEAR = {"x": [1, 2, 3], "act": "linear", "bptt": True}
RNN_INSTANCES = [
    ("M158", ONE, "h1", 0.7531, 0.4621),
    ("M159", two_units(), "h1", [0.2803, 0.2803], [0.258, 0.2692]),
    ("M160", ONE, "h1", 0.7531, 0.98),
    ("M161", {"x": [0], "wx": 0, "wh": 0, "b": math.atanh(0.753), "wy": 2}, "y1", 1.506, 0.9062),
    ("M162", {"x": [1, 1], "wx": 0.5, "wh": 0.8}, "h2", 0.7012, 0.4621),
    # ∂h₃/∂w, with a target one below h₃ = 4.25 so that ∂E/∂h₃ = 1
    ("M163", {**LINEAR, "wx": 1, "wh": 0.5, "t": 3.25}, "dwh", 3, "2.500"),
    ("M164", {**LINEAR, "wx": 1, "wh": 0.5, "t": 3.25}, "dwx", 4.25, 6),
]


@pytest.mark.parametrize(("number", "inputs", "answer", "right", "wrong"), RNN_INSTANCES)
def test_a_mistake_of_an_rnn_is_named_on_the_lists_instance(number, inputs, answer, right, wrong):
    close(np.ravel(answers("rnn", **inputs)[answer]), np.ravel(right), 5e-5)
    assert is_named(number, "rnn", inputs, answer, wrong)


def test_the_slope_left_out_of_a_jacobian_is_named_on_the_lists_instance():
    """h₂ = 0.6 and h₃ = 0.8: ∂h₃/∂h₁ is 0.5²·0.64·0.36, not 0.5²."""
    x2 = math.atanh(0.6)
    inputs = {"x": [0, x2, math.atanh(0.8) - 0.3], "wx": 1, "wh": 0.5, "t": 0, "bptt": True}
    assert dlcalc.solve("rnn", inputs).values["P1"][0][0] == pytest.approx(0.0576)
    assert is_named("M165", "rnn", inputs, "P1", 0.25)


def gates(**values):
    """Return an LSTM whose gates have these values, whatever enters."""
    squash = {"g": math.atanh}
    biases = {f"b{name}": squash.get(name, logit)(value) for name, value in values.items()}
    return {"x": [0], **{f"{kind}{gate}": 0 for kind in "wu" for gate in "ifgo"}, **biases}


STEP = gates(f=0.9, i=0.4, g=0.5, o=0.6) | {"c0": 1}
LSTM_INSTANCES = [
    ("M174", STEP, "c1", 1.1, 1.2),
    ("M175", STEP, "c1", 1.1, 0.85),
    ("M176", STEP, "h1", 0.4803, 0.66),
    ("M177", STEP, "g1", 0.5, 0.634),
    ("M178", STEP, "c1", 1.1, 0.3),
    ("M179", STEP | {"h0": 0.3}, "c1", 1.1, 0.47),
    ("M180", STEP, "h1", 0.4803, 0.457),
]


@pytest.mark.parametrize(("number", "inputs", "answer", "right", "wrong"), LSTM_INSTANCES)
def test_a_mistake_of_an_lstm_is_named_on_the_lists_instance(number, inputs, answer, right, wrong):
    close(answers("lstm", **inputs)[answer], [right], 5e-5)
    assert is_named(number, "lstm", inputs, answer, wrong)


def gru_step(*, r, z, **weights):
    nothing = {f"{kind}{gate}": 0 for kind in "wu" for gate in "rzn"}
    own = {"br": logit(r) if r else -40, "bz": logit(z) if z else -40, "bn": 0}
    return {"x": [1], "h0": 1, **nothing, **own, **weights}


def test_the_update_gate_reversed_is_a_convention_until_one_is_stated():
    inputs = gru_step(r=0.5, z=0.2, bn=math.atanh(0.5))
    close(answers("gru", **inputs)["h1"], [0.6], 1e-9)
    found = verdict("gru", inputs, "h1", 0.9)
    assert (found.verdict, found.convention) == ("convention", "update=z-new")
    assert is_named("M181", "gru", {**inputs, "update": "z-old"}, "h1", 0.9)


def test_a_reset_gate_left_out_is_named_on_the_lists_instance():
    inputs = gru_step(r=0.5, z=0.2, wn=0.2, un=1)
    close(answers("gru", **inputs)["n1"], [0.6044], 5e-5)
    assert is_named("M182", "gru", inputs, "n1", 0.8337)


def test_the_place_of_the_reset_gate_is_a_convention_until_one_is_stated():
    inputs = gru_step(r=0.5, z=0.2, wn=0.2, un=1, bhn=0.3)
    close(answers("gru", **inputs)["n1"], [0.6911], 5e-5)
    found = verdict("gru", inputs, "n1", 0.7616)
    assert (found.verdict, found.convention) == ("convention", "reset=before")
    assert is_named("M183", "gru", {**inputs, "reset": "after"}, "n1", 0.7616)


# ---------------------------------------------------------------- ways to give a net


def lstm_by_gates(seed=5):
    rng = random.Random(seed)
    raw = {f"w{g}": [[rng.uniform(-1, 1)] * 2, [0.5, rng.uniform(-1, 1)]] for g in "ifgo"}
    raw |= {f"u{g}": [[rng.uniform(-1, 1), 0.2], [0.1, rng.uniform(-1, 1)]] for g in "ifgo"}
    return raw | {f"b{g}": [rng.uniform(-1, 1), 0.3] for g in "ifgo"}


@pytest.mark.parametrize("order", ["ifgo", "ifog", "igfo", "iofg", "ogfi", "fgoi"])
def test_stacked_gates_in_any_order_are_the_gates_one_by_one(order):
    raw, x = lstm_by_gates(), [[0.5, -1], [0.2, 0.3]]
    piled = {
        name: [row for g in order for row in raw[f"{kind}{g}"]]
        for name, kind in (("w_ih", "w"), ("w_hh", "u"), ("b_ih", "b"))
    }
    assert answers("lstm", x=x, **piled, gate_order=order)["h"] == answers("lstm", x=x, **raw)["h"]


def test_the_names_of_a_state_dict_and_a_list_of_layers_are_one_net():
    raw, x = lstm_by_gates(), [[0.5, -1], [0.2, 0.3]]
    piled = {
        name: [row for g in "ifgo" for row in raw[f"{kind}{g}"]]
        for name, kind in (("weight_ih_l0", "w"), ("weight_hh_l0", "u"), ("bias_ih_l0", "b"))
    }
    one = answers("lstm", x=x, **raw)["h"]
    assert answers("lstm", x=x, params=piled)["h"] == one
    assert answers("lstm", x=x, params={f"lstm.{name}": value for name, value in piled.items()})["h"] == one
    assert answers("lstm", x=x, params=[raw])["h"] == one
    assert answers("lstm", x=x, params=json.dumps([raw]))["h"] == one


def test_a_backward_direction_is_the_forward_one_on_the_reversed_sequence():
    weights, x = {"wx": [[0.3, -0.5]], "wh": [[0.7]], "b": [0.1]}, [[0.5, -1], [0.2, 0.3], [1, 2]]
    both = answers("rnn", x=x, params=[{**weights, "reverse": weights}])["h"]
    forward, backward = answers("rnn", x=x, **weights)["h"], answers("rnn", x=x[::-1], **weights)["h"]
    assert both == [[a[0], b[0]] for a, b in zip(forward, backward[::-1], strict=True)]


def test_a_vector_is_a_sequence_of_numbers_where_the_layer_takes_one():
    assert len(answers("rnn", x=[1, 2, 3], wx=0.5, wh=0.1)["h"]) == 3
    assert len(answers("rnn", x=[1, 2, 3], wx=[[0.5, 0.1, 0.2]], wh=0.1)["h"]) == 1


def test_one_number_fills_a_bias():
    square = [[0.1, 0.2], [0.3, 0.4]]
    found = [answers("rnn", x=[[1, 2]], wx=square, wh=square, b=b)["h1"] for b in (0.5, [0.5, 0.5])]
    assert found[0] == found[1]


# ---------------------------------------------------------------- bad input

GOOD = {"x": [[1, 2]], **lstm_by_gates()}
REFUSED = [
    ("rnn", {"x": [], "wx": 1, "wh": 1}, "x", "The list is empty"),
    ("rnn", {"x": [1], "wh": 1}, "wx", "wx is missing: the weights on the input of the layer"),
    ("rnn", {"x": [1], "wx": 1}, "wh", "wh is missing: the weights on the state before of the layer"),
    ("rnn", {"x": [1], "wx": 1, "wh": [[1, 2], [3, 4]]}, "wh", "wh is 2×2, but wx is 1×1"),
    ("rnn", {"x": [[1, 2]], "wx": 1, "wh": 1}, "x", "x has shape 1×2: 2 number(s) at a step, but the weights take 1"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "h0": [1, 2]}, "h0", "h0 has shape 2"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "b": [1, 2]}, "b", "b is 2, but wx is 1×1"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "by": 1}, "by", "There is no output layer"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "wy": [[1, 2]]}, "wy", "wy is 1×2, but the state has 1 number(s)"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "wy": 1, "by": [1, 2]}, "by", "by has 2 number(s), but wy has 1 row(s)"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "bptt": True}, "bptt", "Without targets"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "eta": 1}, "eta", "Without targets"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "t": 1, "eta": 0}, "eta", "eta is 0"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "t": 1, "clip": -1}, "clip", "clip is -1"),
    ("rnn", {"x": [1, 2, 3], "wx": 1, "wh": 1, "t": [1, 2]}, "t", "t has shape 2, but there are 3 step(s) with 1"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "t": 1, "loss": "ce"}, "loss", "ce needs probabilities from softmax"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "t": 2, "loss": "bce", "wy": 1, "out_act": "sigmoid"}, "t", "t has 2.0"),
    ("rnn", {"x": ["nan"], "wx": 1, "wh": 1}, "x", "Entry 1"),
    ("rnn", {"x": [float("inf")], "wx": 1, "wh": 1}, "x", "Entry 1"),
    ("rnn", {"x": [1], "wx": 1, "wh": 1, "params": [{"wx": [[1]], "wh": [[1]]}]}, "wx", "given as params already"),
    ("rnn", {"x": [1], "params": 5}, "params", "That is no net"),
    ("rnn", {"x": [1], "params": [{"wx": [[1]]}]}, "params", "Layer 1: wh is missing"),
    ("rnn", {"x": [1], "params": [{"wx": [[1]], "wh": [[1]], "w": 1}]}, "params", "Layer 1: 'w' is no weight"),
    (
        "rnn",
        {"x": [1], "params": [{"wx": [[1]], "wh": [[1]]}] * 2 + [{"wx": [[1, 2]], "wh": [[1]]}]},
        "params",
        "Layer 3",
    ),
    ("rnn", {"x": [1], "params": [{"wx": [["a"]], "wh": [[1]]}]}, "params", "Layer 1: wx: "),
    ("rnn", {"x": [1], "params": [{"wx": [[1]], "wh": [[1]], "reverse": 3}]}, "params", "reverse is no table"),
    ("rnn", {"x": [1], "params": {"weight_ih_l0": [[1]], "weight_ih_l2": [[1]]}}, "params", "weight_ih_l1 is missing"),
    (
        "lstm",
        {k: v for k, v in GOOD.items() if k != "wf"},
        "wf",
        "wf is missing: the weights on the input of the forget",
    ),
    (
        "lstm",
        {k: v for k, v in GOOD.items() if k != "uo"},
        "uo",
        "uo is missing: the weights on the state before of the",
    ),
    ("lstm", {k: v for k, v in GOOD.items() if k != "bg"}, "bg", "bg is missing: the bias of the candidate"),
    ("lstm", {**GOOD, "ug": [[1, 2]]}, "ug", "ug is 1×2, but wi is 2×2"),
    ("lstm", {**GOOD, "pi": [1, 2, 3]}, "pi", "pi is 3, but wi is 2×2"),
    ("lstm", {**GOOD, "w_ih": [[1, 2]] * 8}, "w_ih", "w_ih and wi are both given"),
    ("lstm", {"x": [1], "w_ih": [[1]] * 4}, "w_hh", "w_hh is missing"),
    ("lstm", {"x": [1], "w_ih": [[1]] * 5, "w_hh": [[1]] * 4}, "w_ih", "5 row(s), which do not part into 4 gates"),
    ("lstm", {**GOOD, "gate_order": "ifg"}, "gate_order", "'ifg' is no order of the gates ifgo"),
    ("lstm", {**GOOD, "gate_order": "iffo"}, "gate_order", "'iffo' is no order"),
    ("gru", {"x": [1], "w_ih": [[1]] * 3, "w_hh": [[1, 2]] * 3}, "w_hh", "w_hh is 3×2, but w_ih has 3 row(s)"),
    ("gru", {"x": [1], "w_ih": [[1]] * 3, "w_hh": [[1]] * 6}, "w_hh", "w_hh is 6×1, but w_ih has 3 row(s)"),
    ("gru", {"x": [1], "w_ih": [[1]] * 3, "w_hh": [[1]] * 3, "b_ih": [1] * 6}, "b_ih", "b_ih is 6, but w_ih has 3"),
    ("gru", {"x": [1], "wr": 1, "ur": 1, "wz": 1, "uz": 1, "wn": 1}, "un", "un is missing"),
    ("gru", {"x": [1], "w_ih": [[1]] * 3, "w_hh": [[1]] * 3, "gate_order": "ifgo"}, "gate_order", "is no order of the"),
]


@pytest.mark.parametrize(("topic", "inputs", "name", "says"), REFUSED)
def test_what_cannot_be_used_is_refused_with_its_flag_and_what_fits(topic, inputs, name, says):
    with pytest.raises(InputError) as refused:
        dlcalc.solve(topic, inputs)
    assert says in refused.value.message("en")
    assert refused.value.name == name
    for lang in ("en", "zh"):
        assert "{" not in refused.value.message(lang)
        assert refused.value.advice(lang)


# ---------------------------------------------------------------- the page


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_sheet_keeps_within_80_columns(kind, lang):
    rng = random.Random(f"page {kind}")
    seen = 0
    while seen < 25:
        raw = draws.draw(kind, rng)
        if "params" in raw:
            continue
        for row in dlcalc.solve(kind, raw, lang=lang).render("text").splitlines():
            assert cells(row) <= 80, row
        seen += 1


def test_a_long_sequence_is_a_table_with_its_first_step_worked_out():
    page = dlcalc.solve("rnn", {"x": list(range(20)), "wx": 0.01, "wh": 0.5}).render("text")
    assert "a₁ = W_x x₁ + W_h h₀" in page
    assert "a₂ =" not in page
    assert "   20  " in page
    full = dlcalc.solve("rnn", {"x": list(range(20)), "wx": 0.01, "wh": 0.5}).render("text", steps="full")
    assert "a₂₀ =" in full


def test_the_role_of_every_gate_is_said_in_both_languages():
    for lang, words in (
        ("en", ("input gate: ", "forget gate: ", "candidate: ", "output gate: ", "cell: ", "state: ")),
        ("zh", ("输入门：", "遗忘门：", "候选值：", "输出门：", "细胞状态：", "隐状态：")),
    ):
        page = dlcalc.solve("lstm", GOOD, lang=lang).render("text")
        assert all(word in page for word in words)


def test_full_steps_expand_every_entry():
    page = dlcalc.solve("lstm", GOOD).render("text", steps="full")
    assert "c₁,₂ = f₁,₂·c₀,₂ + i₁,₂·g₁,₂" in page
