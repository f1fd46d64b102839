"""The perceptron's trace against a script in fractions, books, and what can be proved about it."""

import json
import random
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

import dlcalc
from dlcalc.errors import InputError
from dlcalc.layers import perceptron
from dlcalc.render import FORMATS
from tests.topics.brute_perceptron import train

CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]
LI_HANG = {"x": "3,3; 4,3; 1,1", "t": "1,1,-1"}
TRUTH = json.loads((Path(__file__).parents[1] / "truth/published.json").read_text("utf-8"))


def solve(**inputs):
    return dlcalc.solve("perceptron", inputs)


def judged(inputs, **answers):
    return dlcalc.check("perceptron", inputs, answers).verdicts


# ---------------------------------------------------------------- traces


def drawn(rng):
    """Draw a training: ties, repeated samples, one class, fractions and decimals among them."""
    n, d = rng.randint(1, 5), rng.choice((1, 2, 2, 3))
    coordinates = rng.choice(([0, 1], [-1, 0, 1], [-2, 0, 1, 3], ["1/3", "0.1", "-0.7", 0, 2]))
    labels, rule = rng.choice((("pm1", "yx"), ("pm1", "yx"), ("pm1", "error"), ("01", "error")))
    zero = rng.choice(("error", "high", "low") if labels == "pm1" else ("high", "low"))
    raw = {
        "x": [[rng.choice(coordinates) for _ in range(d)] for _ in range(n)],
        "t": [rng.choice((-1, 1) if labels == "pm1" else (0, 1)) for _ in range(n)],
        "w0": [rng.choice((0, 0, 1, "0.1", "-2/3")) for _ in range(d)],
        "eta": rng.choice((1, 1, 2, "0.1", "1/3")),
        "labels": labels,
        "rule": rule,
        "zero": zero,
        "scan": rng.choice(("cycle", "cycle", "restart")),
        "max_epochs": rng.randint(1, 12),
    }
    if rng.random() < 0.3:
        raw |= {"theta": rng.choice((0, "0.6", "1/3", -1)), "learn_theta": rng.random() < 0.5}
    elif rng.random() < 0.4:
        raw["b0"] = rng.choice((1, "-1.5", "0.2"))
    if rng.random() < 0.3:
        raw["order"] = rng.sample(range(1, n + 1), n)
    return raw


@pytest.mark.parametrize("seed", range(300))
def test_every_row_is_that_of_a_script_in_fractions(seed):
    raw = drawn(random.Random(seed))
    rows, converged = train(**raw)
    answers = solve(**raw).answers
    assert answers["rows"] == rows
    assert answers["converged"] == converged
    assert answers["updates"] == sum(row["error"] for row in rows)
    assert answers["epochs"] == rows[-1]["epoch"]
    assert (answers["w"], answers["b"]) == (rows[-1]["w"], rows[-1]["b"])


def test_the_drawn_trainings_are_of_every_kind():
    kinds = [drawn(random.Random(seed)) for seed in range(300)]
    ended = [train(**raw)[1] for raw in kinds]
    assert 60 < sum(ended) < 240
    assert any(len(set(raw["t"])) == 1 for raw in kinds)
    assert any(len({tuple(map(str, row)) for row in raw["x"]}) < len(raw["x"]) for raw in kinds)
    seen = {(raw["labels"], raw["rule"], raw["zero"], raw["scan"]) for raw in kinds}
    assert len(seen) == 2 * (3 + 3 + 2)


def test_li_hangs_example_has_the_books_seven_updates():
    entry = next(entry for entry in TRUTH if entry["id"] == "lihang-2.1")
    sheet = solve(x=entry["input"]["x"], t=entry["input"]["y"], scan="restart")
    updates = [row for row in sheet.answers["rows"] if row["error"]]
    assert [[f"x{row['sample']}", *row["w"], row["b"]] for row in updates] == entry["expected"]
    answers = {name: sheet.answers[name] for name in ("w", "b", "updates", "epochs", "converged")}
    assert answers == {"w": [1, 1], "b": -3, "updates": 7, "epochs": None, "converged": True}


def test_float64_would_count_other_updates_where_sums_meet_at_zero():
    inputs = {"x": CORNERS, "t": [0, 0, 0, 1], "eta": "0.1", "b0": "-0.3"}
    w, b, updates, epochs = [0.0, 0.0], -0.3, 0, solve(**inputs).answers["epochs"]
    for _ in range(epochs):
        for point, label in zip(CORNERS, inputs["t"], strict=True):
            e = label - (w[0] * point[0] + w[1] * point[1] + b > 0)
            updates += e != 0
            w, b = [w[0] + 0.1 * e * point[0], w[1] + 0.1 * e * point[1]], b + 0.1 * e
    rows, _ = train(**inputs, w0=[0, 0], labels="01", rule="error", zero="low")
    assert solve(**inputs).answers["updates"] == sum(row["error"] for row in rows) == 3
    assert updates == 1


@pytest.mark.parametrize("gate", [[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0]])
def test_gates_that_can_be_separated_converge_to_them(gate):
    answers = solve(x=CORNERS, t=gate).answers
    (u, v), b = answers["w"], answers["b"]
    assert answers["converged"]
    assert [int(u * p + v * q + b > 0) for p, q in CORNERS] == gate


def test_the_dual_form_ends_where_the_primal_one_does():
    rng = random.Random(5)
    for _ in range(30):
        n = rng.randint(1, 5)
        raw = {
            "x": [[rng.randint(-2, 3), rng.randint(-2, 3)] for _ in range(n)],
            "t": [rng.choice((-1, 1)) for _ in range(n)],
            "max_epochs": 6,
            "eta": rng.choice((1, "1/2")),
        }
        primal, dual = solve(**raw).answers, solve(**raw, dual=True).answers
        alpha = dual.pop("alpha")
        assert dual == primal
        assert sum(alpha) == Fraction(raw["eta"]) * primal["updates"]


def test_a_threshold_is_a_bias_with_the_other_sign():
    raw = {"x": CORNERS, "t": [0, 0, 0, 1], "w0": "0.1,0.1", "eta": "0.3"}
    learned = solve(**raw, theta="0.6", learn_theta=True).answers
    assert learned.pop("theta") == -learned["b"]
    assert learned == solve(**raw, b0="-0.6").answers


def test_perceptrons_of_three_points_through_the_origin_count_as_the_course_does():
    # MIT 6.86x: through the origin; two mistakes when x¹ comes first, one when x² does.
    raw = {"x": "-1,-1; 1,0; -1,1.5", "t": "1,-1,1", "theta": 0}
    assert [solve(**raw, start=start).answers["updates"] for start in (1, 2)] == [2, 1]


# ---------------------------------------------------------------- what is proved


def test_a_cycle_is_one():
    """From the state after the earlier visit, the visits between lead back to it: checked with the script's rows."""
    for t in product((0, 1), repeat=4):
        sheet = solve(x=CORNERS, t=t)
        if sheet.answers["converged"]:
            assert t not in {(0, 1, 1, 0), (1, 0, 0, 1)}
            continue
        earlier, later = sheet.sheet.env["_trace"].repeats
        rows, _ = train(CORNERS, t, w0=[0, 0], labels="01", rule="error", zero="low", max_epochs=2 * later)
        after = [([0, 0], 0), *((row["w"], row["b"]) for row in rows)]
        assert after[earlier] == after[later]
        assert (later - earlier) % 4 == 0
        again = 2 * later - earlier
        assert after[earlier:later] == after[later:again]


def test_xor_is_refused_with_a_certificate_and_explained():
    for t in ([0, 1, 1, 0], [-1, 1, 1, -1]):
        sheet = solve(x=CORNERS, t=t)
        shares = [Fraction(sheet.values[f"share{i}"]) for i in (1, 2, 3, 4)]
        assert shares == [Fraction(1, 2)] * 4
        assert sheet.values["P"] == sheet.values["N"] == [Fraction(1, 2)] * 2
        shown = sheet.render("text")
        assert "repeat for ever" in shown
        assert "This is XOR" in shown
        assert "w₁ + w₂ + b < 0" in shown


def test_samples_with_both_labels_are_named():
    shown = solve(x="1,2; 0,0; 1,2", t="1,1,-1").render("text")
    assert "Samples 1 and 3 are the same point with both labels" in shown


def test_one_class_alone_is_allowed_and_said():
    sheet = solve(x="1,2; 0,3", t="1,1")
    assert sheet.answers["converged"]
    assert "All samples are of one class" in sheet.render("text")


def test_samples_that_can_be_separated_are_not_called_inseparable_when_the_run_is_stopped():
    shown = solve(x=LI_HANG["x"], t=LI_HANG["t"], max_epochs=2).render("text")
    assert "was stopped after 6 visits" in shown
    assert "can be separated, for example by w" in shown


def test_too_many_samples_to_decide_about_are_said_to_be():
    rng = random.Random(1)
    x = [[rng.randint(-9, 9) for _ in range(10)] for _ in range(81)]
    sheet = solve(x=x, t=[rng.choice((-1, 1)) for _ in x], max_epochs=1)
    assert "is not decided" in sheet.render("text")
    assert "P" not in sheet.values


def test_novikoffs_bound_holds_and_is_that_of_the_line_found():
    rng = random.Random(7)
    seen = 0
    while seen < 60:
        n = rng.randint(2, 6)
        x = [[rng.randint(-3, 3), rng.randint(-3, 3)] for _ in range(n)]
        sheet = solve(x=x, t=[rng.choice((-1, 1)) for _ in range(n)], eta=rng.choice((1, "1/3")))
        if not sheet.answers["converged"]:
            continue
        seen += 1
        (u, v), b = sheet.answers["w"], sheet.answers["b"]
        assert sheet.answers["updates"] <= sheet.values["bound"]
        margins = [abs(u * p + v * q + b) for p, q in x]
        radius = max(p * p + q * q + 1 for p, q in x)
        assert sheet.values["bound"] == Fraction(radius * (u * u + v * v + b * b)) / min(margins) ** 2


@pytest.mark.parametrize("more", [{"w0": 1}, {"b0": 1}, {"theta": 0}, {"rule": "error", "zero": "error"}])
def test_novikoffs_bound_is_said_not_to_apply(more):
    sheet = solve(x="3,3; 4,3; 1,1", t="1,1,-1", **more)
    if sheet.answers["converged"]:
        assert "bound" not in sheet.values
        assert "does not apply" in sheet.render("text")
    else:
        assert more == {"theta": 0}


# ---------------------------------------------------------------- long runs


def test_a_long_run_keeps_its_ends_and_the_visit_asked_for(monkeypatch):
    monkeypatch.setattr(perceptron, "KEPT_WHOLE", 60)
    monkeypatch.setattr(perceptron, "KEPT_ENDS", 10)
    monkeypatch.setattr(perceptron, "KEPT_AROUND", 3)
    inputs = {"x": CORNERS, "t": [0, 1, 1, 0], "max_epochs": 100, "visit": 200}
    sheet = solve(**inputs)
    rows, _ = train(CORNERS, [0, 1, 1, 0], w0=[0, 0], labels="01", rule="error", zero="low", max_epochs=100)
    kept = [k for k in range(1, 401) if f"w[{k}]" in sheet.values]
    assert kept == [*range(1, 11), *range(197, 203), *range(391, 401)]
    assert sheet.answers["rows"] == [rows[k - 1] for k in kept]
    assert sheet.answers["updates"] == sum(row["error"] for row in rows)
    assert "net₂₀₀" in sheet.render("text")
    assert judged(inputs, **{"w": rows[-1]["w"]})["w"].verdict == "right"


def test_a_run_of_which_nothing_is_said_ends():
    sheet = solve(x="0; 1; 2", t="1,-1,1", theta="0.35", eta="0.1", w0="0.37")
    assert not sheet.answers["converged"]


# ---------------------------------------------------------------- what is shown


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("steps", ["brief", "normal", "full"])
def test_no_format_dumps_the_rows(format, steps):
    for lang in ("en", "zh"):
        shown = dlcalc.solve("perceptron", LI_HANG, lang=lang).render(format, steps=steps)
        assert "{'" not in shown


def test_the_rows_are_in_json_under_their_names():
    answers = json.loads(dlcalc.solve("perceptron", LI_HANG).render("json"))["answers"]
    assert answers["rows"][0] == {"epoch": 1, "sample": 1, "net": 0, "y": 0, "error": True, "w": [3, 3], "b": 1}


def test_no_row_is_wider_than_the_terminal():
    for lang in ("en", "zh"):
        for inputs in (LI_HANG, {"x": CORNERS, "t": [0, 1, 1, 0]}, {**LI_HANG, "dual": True}):
            from dlcalc.core.layout import cells

            shown = dlcalc.solve("perceptron", inputs, lang=lang).render("text")
            assert max(map(cells, shown.splitlines())) <= 80


# ---------------------------------------------------------------- checking


MISTAKES = [
    ("M063", {"x": "1,1", "t": 1, "w0": "1,1", "b0": "-1.5", "max_epochs": 1}, "w", "1,1", "2,2"),
    ("M064", {"x": "1,0", "t": 1}, "updates", 1, 0),
    ("M065", {"x": "1,0", "t": -1, "max_epochs": 1}, "w", "-1,0", "1,0"),
    ("M066", {"x": "1,0", "t": -1, "max_epochs": 1}, "b", -1, 0),
    ("M067", {"x": "1,0", "t": -1, "max_epochs": 1}, "w", "-1,0", "-2,0"),
    ("M068", {"x": "-1,-1; 1,0; -1,1.5", "t": "1,-1,1", "theta": 0}, "updates", 2, 1),
    ("M069", {"x": "1,1", "t": 1, "theta": "0.6", "eta": "0.6", "labels": "01", "max_epochs": 1}, "theta", "0.6", 0),
]


@pytest.mark.parametrize(("number", "inputs", "answer", "right", "wrong"), MISTAKES, ids=[m[0] for m in MISTAKES])
def test_a_mistake_of_the_catalogue_is_named_on_its_own_instance(number, inputs, answer, right, wrong):
    usual = {"labels": "pm1", "rule": "yx", "zero": "error"}
    if "labels" in inputs:
        usual = {"rule": "error", "zero": "low"}
    stated = {**usual, "scan": "cycle", **inputs}
    assert judged(stated, **{answer: right})[answer].verdict == "right"
    verdict = judged(stated, **{answer: wrong})[answer]
    assert verdict.verdict == "misconception"
    assert number in {entry for explanation in verdict.explanations for entry in explanation.catalogue}


def test_lines_of_the_trace_can_be_asked_for():
    found = judged({**LI_HANG, "scan": "restart"}, **{"w[4]": "2,2", "b4": 0, "net[4]": 7, "w5": "3,3"})
    assert [verdict.verdict for verdict in found.values()] == ["right", "right", "right", "wrong"]


def test_a_decision_is_answered_with_yes_or_no():
    found = [judged(LI_HANG, converged=typed)["converged"].verdict for typed in ("yes", "否", True, "maybe")]
    assert found == ["right", "misconception", "right", "invalid"]


@pytest.mark.parametrize(("inputs", "answer"), [(LI_HANG, "rows"), ({**LI_HANG, "scan": "restart"}, "epochs")])
def test_what_is_no_number_here_is_refused_as_an_answer(inputs, answer):
    with pytest.raises(InputError):
        judged(inputs, **{answer: 3})


@pytest.mark.parametrize(
    ("labels", "meant"), [("±1", "pm1"), ("+-1", "pm1"), ("-1/1", "pm1"), ("pm1", "pm1"), ("01", "01"), ("0/1", "01")]
)
def test_labels_are_named_in_several_ways(labels, meant):
    assert solve(x=CORNERS, t=[0, 0, 0, 1], labels=labels).inputs["labels"] == meant


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("change", "name", "said"),
    [
        ({"t": "1,-1,0"}, "t", "mix −1 and 0"),
        ({"t": "1,2,1"}, "t", "2 is no label"),
        ({"t": "1,-1"}, "t", "shape 3×2"),
        ({"eta": 0}, "eta", "not above 0"),
        ({"eta": -1}, "eta", "not above 0"),
        ({"order": "1,2,2"}, "order", "1,2,2"),
        ({"order": "1,2"}, "order", "1,2"),
        ({"order": "0,1,2"}, "order", "0,1,2"),
        ({"start": 4}, "start", "sample 4"),
        ({"theta": 1, "b0": 1}, "theta", "b = −θ"),
        ({"learn_theta": True}, "learn_theta", "no threshold"),
        ({"w0": "1,2,3"}, "w0", "3 weight(s)"),
        ({"labels": "01", "rule": "yx"}, "rule", "−1 and 1"),
        ({"labels": "01", "zero": "error"}, "zero", "one of them"),
        ({"max_epochs": 10**7}, "max_epochs", "2000000 visits"),
        ({"dual": True, "rule": "error"}, "dual", "rule yx"),
        ({"x": [[0.5] * 11] * 1000, "t": [1] * 1000}, "x", "too many"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(change, name, said):
    with pytest.raises(InputError) as refused:
        solve(**{"x": "3,3; 4,3; 1,1", "t": "1,1,-1", **change})
    assert refused.value.name == name
    assert said in refused.value.message("en")
    assert any("一" <= c <= "鿿" for c in refused.value.message("zh") + refused.value.advice("zh"))


def test_a_visit_that_never_was_is_said():
    raw = {"x": "3,3;4,3;1,1", "t": "1,1,-1", "visit": 999}
    assert "There is no visit 999" in dlcalc.solve("perceptron", raw).render("text")
    assert "没有第 999 次访问" in dlcalc.solve("perceptron", raw, lang="zh").render("text")
