"""The core carries unlike topics: a trace, a network with matrices, a recurrent step; all against plain NumPy."""

import numpy as np
import pytest

from dlcalc.core import modes
from dlcalc.core.arrays import Array
from dlcalc.core.evaluate import evaluate
from dlcalc.core.formula import parse
from dlcalc.core.records import Condition, Line
from dlcalc.core.work import Mode
from dlcalc.core.worksheet import Worksheet
from dlcalc.practice.check import check
from dlcalc.render import render_sheet
from tests.core.private_topics import BACKPROP, LSTM, NOTES_NET, PERCEPTRON, TOPICS

AND = {"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "t": [-1, -1, -1, 1]}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def brute_force_perceptron(x, t):
    w, b, visits, clean, updates = np.zeros(len(x[0]), int), 0, 0, 0, 0
    while clean < len(x):
        i = visits % len(x)
        visits += 1
        if t[i] * (w @ np.array(x[i]) + b) <= 0:
            w, b, clean, updates = w + t[i] * np.array(x[i]), b + t[i], 0, updates + 1
        else:
            clean += 1
    return w.tolist(), int(b), visits, updates


@pytest.mark.parametrize(
    "data", [AND, {"x": [[3, 3], [4, 3], [1, 1]], "t": [1, 1, -1]}, {"x": [[2, -1], [-3, 1], [1, 4]], "t": [1, -1, 1]}]
)
def test_a_perceptron_trace_agrees_with_a_script_in_every_visit(data):
    w, b, visits, updates = brute_force_perceptron(data["x"], data["t"])
    sheet = Worksheet(PERCEPTRON, PERCEPTRON.read(data))
    assert sheet.answers == {"w": w, "b": b}
    assert sum(e.held for e in sheet.entries if isinstance(e, Condition)) == updates
    assert sheet.values[f"w{visits}"] == w


def test_a_swapped_decision_changes_the_flow_of_the_trace():
    inputs = PERCEPTRON.read(AND)
    always = PERCEPTRON.sheet(inputs, Mode({"error": "1 == 1"}))
    assert sum(e.held for e in always.entries() if isinstance(e, Condition)) == 200  # the loop's bound


def test_a_loop_is_shown_as_one_table_row_a_visit_and_opened_on_request():
    sheet = Worksheet(PERCEPTRON, PERCEPTRON.read(AND))
    rows = render_sheet(sheet, "text")
    assert "    1    0    yes  ( 0,  0)" in rows or "yes" in rows
    assert "net₁" not in rows
    assert "net₁" in render_sheet(sheet, "text", steps="full")


def notes_gradients():
    x, t = np.array(NOTES_NET["x"]), np.array(NOTES_NET["t"])
    w1, w2 = np.array(NOTES_NET["w1"]), np.array(NOTES_NET["w2"])
    a1 = sigmoid(w1 @ x)
    a2 = sigmoid(w2 @ a1)
    d2 = (a2 - t) * a2 * (1 - a2)
    d1 = (w2.T @ d2) * a1 * (1 - a1)
    return w1 - np.outer(d1, x), w2 - np.outer(d2, a1), ((a2 - t) ** 2).sum() / 2


def test_a_network_step_agrees_with_numpy_and_with_the_course_notes():
    answers = Worksheet(BACKPROP, BACKPROP.read(NOTES_NET)).answers
    w1, w2, error = notes_gradients()
    np.testing.assert_allclose(answers["W1_new"], w1, rtol=1e-12)
    np.testing.assert_allclose(answers["W2_new"], w2, rtol=1e-12)
    assert answers["E"] == pytest.approx(error, rel=1e-12)
    # published in the notes to six decimals
    np.testing.assert_allclose(answers["W1_new"], [[0.099071, 0.797611], [0.397140, 0.592646]], atol=5e-7)
    np.testing.assert_allclose(answers["W2_new"], [[0.272326, 0.872998]], atol=5e-7)


def test_the_gradient_agrees_with_finite_differences():
    def loss(w1):
        raw = {**NOTES_NET, "w1": w1}
        return float(Worksheet(BACKPROP, BACKPROP.read(raw)).answers["E"])

    sheet = Worksheet(BACKPROP, BACKPROP.read(NOTES_NET))
    gradient = np.array(sheet.values["gW1"], dtype=float)
    for i in range(2):
        for j in range(2):
            up, down = ([row[:] for row in NOTES_NET["w1"]] for _ in range(2))
            up[i][j] += 1e-5
            down[i][j] -= 1e-5
            assert (loss(up) - loss(down)) / 2e-5 == pytest.approx(gradient[i, j], rel=1e-5)


def test_a_formula_that_needs_broadcasting_has_no_answer_instead_of_a_wrong_one():
    """The notes' own code multiplies a column by a row there and silently updates with a 2×2 matrix."""
    raw = {**NOTES_NET, "x": [0.35, 0.9]}
    report = check(BACKPROP, raw, {"W1_new": [[0.096619, 0.789858], [0.396619, 0.589858]]})
    assert report.verdicts["W1_new"].verdict == "wrong"


@pytest.mark.parametrize("misconception", BACKPROP.misconceptions[:3], ids=lambda m: m.name)
def test_a_mistake_in_a_matrix_line_is_named_from_its_rounded_numbers(misconception):
    inputs = BACKPROP.read(NOTES_NET)
    wrong = BACKPROP.results(BACKPROP.sheet(inputs, misconception.mode).env)["W1_new"]
    typed = "; ".join(",".join(f"{entry:.6f}" for entry in row) for row in wrong)
    verdict = check(BACKPROP, NOTES_NET, {"W1_new": typed}).verdicts["W1_new"]
    assert verdict.verdict == "misconception"
    assert verdict.misconceptions == (misconception.name,)


def test_careful_paper_arithmetic_is_accepted_and_carelessness_is_not():
    inputs = BACKPROP.read(NOTES_NET)
    for decimals in (4, 5, 6):
        answers = BACKPROP.results(BACKPROP.sheet(inputs, modes.paper(decimals)).env)
        typed = {name: _typed(value, decimals) for name, value in answers.items()}
        assert all(v.accepted for v in check(BACKPROP, NOTES_NET, typed).verdicts.values())
    assert not check(BACKPROP, NOTES_NET, {"E": "0.0185"}).accepted


def _typed(value, decimals):
    if isinstance(value, list):
        return "[" + ",".join(_typed(v, decimals) for v in value) + "]"
    return f"{float(value):.{decimals}f}"


LSTM_INPUT = {
    "x": [[1, -1], [0.5, 0.25]],
    "h0": [0.5, 0.25],
    "c0": [0.1, -0.2],
    **{f"w{g}": [[0.1 * k, -0.2], [0.3, 0.05 * k]] for k, g in enumerate("ifgo", 1)},
    **{f"u{g}": [[-0.1, 0.2 * k], [0.15 * k, 0.4]] for k, g in enumerate("ifgo", 1)},
}


def test_lstm_steps_agree_with_numpy():
    h, c = np.array(LSTM_INPUT["h0"]), np.array(LSTM_INPUT["c0"])
    sheet = Worksheet(LSTM, LSTM.read(LSTM_INPUT))
    for t, x in enumerate(np.array(LSTM_INPUT["x"]), 1):
        gate = {g: np.array(LSTM_INPUT[f"w{g}"]) @ x + np.array(LSTM_INPUT[f"u{g}"]) @ h for g in "ifgo"}
        c = sigmoid(gate["f"]) * c + sigmoid(gate["i"]) * np.tanh(gate["g"])
        h = sigmoid(gate["o"]) * np.tanh(c)
        np.testing.assert_allclose(sheet.values[f"h{t}"], h, rtol=1e-13)
        np.testing.assert_allclose(sheet.values[f"c{t}"], c, rtol=1e-13)


def test_pinned_steps_are_judged_alone():
    """A wrong c₁ pinned: h₁ is judged from it, and is right from there."""
    sheet = LSTM.sheet(LSTM.read(LSTM_INPUT), modes.pinned({"c[1]": Array.of([0.5, 0.5])}))
    lines = {e.name: e for e in sheet.entries() if isinstance(e, Line)}
    o = np.array(lines["o[1]"].computed.tolist())
    np.testing.assert_allclose(lines["h[1]"].computed.tolist(), o * np.tanh(0.5), rtol=1e-13)


EXAMPLES = {PERCEPTRON.name: AND, BACKPROP.name: NOTES_NET, LSTM.name: LSTM_INPUT}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
def test_what_is_printed_with_values_evaluates_to_what_is_printed_beside_it(topic):
    from dlcalc.core.notation import TEXT, Style, Writer

    inputs = topic.read(EXAMPLES[topic.name])
    sheet = Worksheet(topic, inputs, style=Style(significant=17))
    for line in (e for e in sheet.entries if isinstance(e, Line)):
        text = Writer(TEXT, line.at, sheet.sheet.env, sheet.style, values=True, more=0).write(line.right).text
        again = evaluate(parse(text))
        again = again.tolist() if isinstance(again, Array) else again
        value = line.computed.tolist() if isinstance(line.computed, Array) else line.computed
        np.testing.assert_allclose(np.array(again, float), np.array(value, float), rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda t: t.name)
@pytest.mark.parametrize("format", ["text", "terminal", "markdown", "json"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_format_shows_matrices_and_families(topic, format, lang):
    sheet = Worksheet(topic, topic.read(EXAMPLES[topic.name]), lang=lang)
    for steps in ("brief", "normal", "full"):
        shown = render_sheet(sheet, format, steps=steps)
        assert shown
        if format == "text":
            assert "array" not in shown.lower()


def test_matrices_stand_upright_in_their_line():
    shown = render_sheet(Worksheet(BACKPROP, BACKPROP.read(NOTES_NET)), "text")
    assert "= [0.1  0.8]·[0.35] = [0.755]" in shown
    assert "  [0.4  0.6] [ 0.9]   [ 0.68]" in shown
    assert "δ⁽¹⁾ = (W⁽²⁾ᵀ δ⁽²⁾) ⊙ a⁽¹⁾ ⊙ (1 − a⁽¹⁾)" in shown
