"""Mistakes on the way back through an LSTM and a GRU: the wrong gradient worked out in plain floats, and named."""

import math
from itertools import product

import pytest

import dlcalc
from tests.topics.listed import verdict


def sigma(z):
    return 1 / (1 + math.exp(-z))


X, H0, C0, T = (0.7, -0.4), 0.3, 0.6, (0.2, -0.5)
W = {"i": 0.5, "f": -0.3, "g": 0.8, "o": 0.4, "r": 0.6, "z": -0.7, "n": 0.9}
U = {"i": 0.3, "f": 0.7, "g": -0.6, "o": 0.9, "r": -0.8, "z": 0.5, "n": 0.75}


def given(gates):
    raw = {f"w{g}": W[g] for g in gates} | {f"u{g}": U[g] for g in gates}
    return raw | {"x": list(X), "h0": H0, "t": [[t] for t in T], "bptt": True}


def lstm(mistake=""):
    """Return dwx of every gate of two steps of one unit, with one mistake on the way back."""
    steps, h, c = [], H0, C0
    for x in X:
        a = {g: W[g] * x + U[g] * h for g in "ifgo"}
        s = {g: math.tanh(a[g]) if g == "g" else sigma(a[g]) for g in "ifgo"}
        s |= {"x": x, "c_old": c}
        c = s["f"] * c + s["i"] * s["g"]
        h = s["o"] * math.tanh(c)
        steps.append(s | {"c": c, "h": h})
    found = dict.fromkeys("ifgo", 0.0)
    delta, next_c, next_f = dict.fromkeys("ifgo", 0.0), 0.0, 0.0
    for s, t in zip(reversed(steps), reversed(T), strict=True):
        dh = s["h"] - t
        if mistake != "state-path-forgotten-back":
            dh += sum(U[g] * delta[g] for g in "ifgo")
        dc = dh * s["o"]
        if mistake != "cell-slope-forgotten-back":
            dc *= 1 - math.tanh(s["c"]) ** 2
        if mistake != "cell-path-forgotten-back":
            dc += next_c * (s["f"] if mistake == "own-forget-gate-back" else next_f)
        partner = {"i": s["g"], "f": s["c_old"], "g": s["i"]}
        slope = {
            "i": s["i"] * (1 - s["i"]),
            "f": s["f"] * (1 - s["f"]),
            "o": s["o"] * (1 - s["o"]),
            "g": 1 - s["g"] ** 2,
        }
        shown = math.tanh(s["c"])
        match mistake:
            case "gate-slopes-forgotten-back":
                slope = dict.fromkeys("ifgo", 1)
            case "input-and-forget-swapped-back":
                partner |= {"i": s["c_old"], "f": s["g"]}
            case "new-cell-at-the-forget-gate":
                partner["f"] = s["c"]
            case "candidate-with-the-slope-of-a-gate":
                slope["g"] = s["g"] * (1 - s["g"])
            case "candidate-by-the-forget-gate-back":
                partner["g"] = s["f"]
            case "cell-not-squashed-back":
                shown = s["c"]
        delta = {g: dc * partner[g] * slope[g] for g in "ifg"} | {"o": dh * shown * slope["o"]}
        for g in "ifgo":
            found[g] += delta[g] * s["x"]
        next_c, next_f = dc, s["f"]
    return found


def gru(mistake="", *, old=True):
    """Return the same of a GRU, whose one unit makes both places of the reset gate the same."""
    steps, h = [], H0
    for x in X:
        r, z = sigma(W["r"] * x + U["r"] * h), sigma(W["z"] * x + U["z"] * h)
        n = math.tanh(W["n"] * x + U["n"] * r * h)
        steps.append({"x": x, "r": r, "z": z, "n": n, "h_old": h})
        h = (1 - z) * n + z * h if old else z * n + (1 - z) * h
        steps[-1]["h"] = h
    found, later = dict.fromkeys("rzn", 0.0), 0.0
    for s, t in zip(reversed(steps), reversed(T), strict=True):
        dh = s["h"] - t + later
        r, z, n, before = s["r"], s["z"], s["n"], s["h_old"]
        share, kept, gap = (1 - z, z, before - n) if old else (z, 1 - z, n - before)
        slopes = (r * (1 - r), z * (1 - z), 1 - n**2)
        match mistake:
            case "gate-slopes-forgotten-back":
                slopes = (1, 1, 1)
            case "gap-reversed-back":
                gap = -gap
        own = dh * (kept if mistake == "update-gate-reversed-back" else share) * slopes[2]
        delta = {"n": own, "z": dh * gap * slopes[1], "r": own * U["n"] * before * slopes[0]}
        for g in "rzn":
            found[g] += delta[g] * s["x"]
        reset = own * (1 if mistake == "reset-gate-forgotten-back" else r) * U["n"]
        gates = delta["r"] * U["r"] + delta["z"] * U["z"] + reset
        match mistake.removesuffix("-before").removesuffix("-new"):
            case "state-path-forgotten-back":
                later = 0.0
            case "direct-path-forgotten-back":
                later = gates
            case "direct-path-only-back":
                later = dh * kept
            case _:
                later = dh * kept + gates
    return found


LSTM = {
    "state-path-forgotten-back": "i",
    "cell-path-forgotten-back": "g",
    "own-forget-gate-back": "i",
    "cell-slope-forgotten-back": "f",
    "gate-slopes-forgotten-back": "o",
    "input-and-forget-swapped-back": "f",
    "new-cell-at-the-forget-gate": "f",
    "candidate-with-the-slope-of-a-gate": "g",
    "candidate-by-the-forget-gate-back": "g",
    "cell-not-squashed-back": "o",
}
"""A mistake, and a gate whose gradient is asked for."""


def test_without_a_mistake_the_gradients_are_right():
    found = dlcalc.solve("lstm", {**given("ifgo"), "c0": C0}).answers
    for gate, value in lstm().items():
        assert found[f"dw{gate}"][0][0] == pytest.approx(value, rel=1e-12)
    for reset, update in product(("after", "before"), ("z-old", "z-new")):
        found = dlcalc.solve("gru", {**given("rzn"), "reset": reset, "update": update}).answers
        for gate, value in gru(old=update == "z-old").items():
            assert found[f"dw{gate}"][0][0] == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("mistake", "gate"), LSTM.items())
def test_a_mistake_on_the_way_back_through_an_lstm_is_named(mistake, gate):
    found = verdict("lstm", {**given("ifgo"), "c0": C0}, f"dw{gate}", round(lstm(mistake)[gate], 7))
    assert mistake in found.misconceptions


GRU = [
    ("state-path-forgotten-back", "n", {}),
    ("direct-path-forgotten-back", "n", {}),
    ("direct-path-forgotten-back-before", "n", {"reset": "before"}),
    ("direct-path-only-back", "z", {}),
    ("direct-path-only-back-new", "z", {"update": "z-new"}),
    ("gate-slopes-forgotten-back", "r", {}),
    ("gate-slopes-forgotten-back", "r", {"reset": "before", "update": "z-new"}),
    ("update-gate-reversed-back", "n", {}),
    ("update-gate-reversed-back", "n", {"update": "z-new"}),
    ("gap-reversed-back", "z", {}),
    ("gap-reversed-back", "z", {"update": "z-new"}),
    ("reset-gate-forgotten-back", "n", {}),
]


@pytest.mark.parametrize(("mistake", "gate", "variant"), GRU)
def test_a_mistake_on_the_way_back_through_a_gru_is_named(mistake, gate, variant):
    raw = {**given("rzn"), "reset": "after", "update": "z-old", **variant}
    wrong = gru(mistake, old=raw["update"] == "z-old")[gate]
    assert mistake in verdict("gru", raw, f"dw{gate}", round(wrong, 7)).misconceptions


@pytest.mark.parametrize(("topic", "gates", "answer"), [("lstm", "ifgo", "i1"), ("gru", "rzn", "z1")])
def test_a_state_left_out_of_the_gates_is_named(topic, gates, answer):
    found = verdict(topic, given(gates), answer, round(sigma(W[answer[0]] * X[0]), 6))
    assert found.misconceptions == ("state-before-left-out",)
