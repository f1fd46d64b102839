"""Pictures of recurrent networks: the cells of RNN, LSTM and GRU, and a network unrolled over time.

Every wire stands for a symbol of the cell's formulas; the tests read the formulas back off the wires.
"""

from __future__ import annotations

from dlcalc.core.layout import cells
from dlcalc.errors import Text
from dlcalc.layers.diagram import Diagram
from dlcalc.layers.recurrent_figures import TITLES, UNROLLED

GATES = {
    "f": Text("forget\nσ", "遗忘门\nσ"),
    "i": Text("input\nσ", "输入门\nσ"),
    "g": Text("candidate\ntanh", "候选值\ntanh"),
    "o": Text("output\nσ", "输出门\nσ"),
    "r": Text("reset\nσ", "重置门\nσ"),
    "z": Text("update\nσ", "更新门\nσ"),
    "n": Text("candidate\ntanh", "候选状态\ntanh"),
}
"""A gate's name and what bounds it, by its symbol."""


_SIGNS = {"relu": "ReLU", "sigmoid": "σ"}


def cell(kind: str, reset: str = "after") -> Diagram:
    """Return the picture of a usual rnn, lstm or gru."""
    return gru(reset) if kind == "gru" else lstm() if kind == "lstm" else rnn()


def rnn(act: str = "tanh", *, bias: bool = True, output: bool = True) -> Diagram:
    """Return the cell h = act(Wₓx + Wₕh + b), with an output y read off the state if `output`."""
    formula = f"hₜ = {act}(Wₓ xₜ + Wₕ hₜ₋₁{' + b' if bias else ''})"
    d = Diagram(TITLES["rnn"], Text(formula, formula))
    d.frame(7, 5, 54, 13)
    d.words(1, 10, "hₜ₋₁")
    d.words(65, 10, "hₜ")
    d.words(28, 19, "xₜ", 0)
    d.box("Wh", 12, 9, 7, "Wₕ", "weights")
    d.operation("sum", 28, 10, "+")
    d.box("act", 36, 9, 11, _SIGNS.get(act, act), "act")
    d.box("Wx", 25, 13, 7, "Wₓ", "weights")
    d.wire("h_old", (5, 10), "Wh")
    d.wire("Wh h", "Wh", "sum")
    d.wire("x", (28, 18), "Wx")
    d.wire("Wx x", "Wx", "sum")
    d.wire("net", "sum", "act")
    d.wire("h", "act", (63, 10))
    if bias:
        d.words(28, 6, "b", 0)
        d.wire("b", (28, 7), "sum")
    if output:
        d.words(54, -1, "yₜ", 0)
        d.box("Wy", 51, 1, 7, "Wᵧ", "weights")
        d.wire("h", (54, 10), "Wy")
        d.wire("y", "Wy", (54, 0))
    return d


_WIDE = 11
"""Cells of a gate's box."""


def _gate(d: Diagram, name: str, middle: int, y: int) -> None:
    d.box(name, middle - _WIDE // 2, y, _WIDE, GATES[name], "act" if name in "gn" else "gate", high=4)


def lstm(peepholes: str = "") -> Diagram:
    """Return the cell c = f ⊙ c + i ⊙ g, h = o ⊙ tanh(c); the gates named in `peepholes` see the memory too."""
    title = Text("The LSTM cell with peepholes", "带窥视孔的 LSTM 单元") if peepholes else TITLES["lstm"]
    formula = "cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ,  hₜ = oₜ ⊙ tanh(cₜ)"
    d = Diagram(title, Text(formula, formula))
    d.frame(7, 0, 65, 19)
    for y, symbol in ((2, "c"), (15, "h")):
        d.words(1, y, f"{symbol}ₜ₋₁")
        d.words(75, y, f"{symbol}ₜ")
    d.words(13, 20, "xₜ", 0)
    d.operation("forget", 19, 2, "⊙")
    d.operation("add", 38, 2, "+")
    d.operation("write", 38, 6, "⊙")
    d.operation("read", 66, 8, "⊙")
    d.box("squash", 62, 4, 9, "tanh", "act")
    for name, middle in zip("figo", (19, 32, 45, 58), strict=True):
        _gate(d, name, middle, 10)
    d.box("join", 9, 14, 8, "[h, x]")
    d.wire("c_old", (5, 2), "forget")
    d.wire("f*c_old", "forget", "add")
    d.wire("c", "add", (73, 2))
    d.wire("c", (66, 2), "squash")
    d.wire("tanh(c)", "squash", "read")
    d.wire("f", "f", "forget")
    d.wire("i", "i", (32, 6), "write")
    d.wire("g", "g", (45, 6), "write")
    d.wire("i*g", "write", "add")
    d.wire("o", "o", (58, 8), "read")
    d.wire("h", "read", (66, 15), (73, 15))
    d.wire("h_old", (5, 15), "join")
    d.wire("x", (13, 19), "join")
    d.wire("[h, x]", "join", (58, 15), "o")
    for name, middle in zip("fig", (19, 32, 45), strict=True):
        d.wire("[h, x]", (middle, 15), name)
    d.words(21, 7, "fₜ")
    d.words(34, 8, "iₜ")
    d.words(47, 8, "gₜ")
    d.words(60, 7, "oₜ")
    if "f" in peepholes:
        d.wire("c_old", (10, 2), (10, 11), "f")
    if "i" in peepholes:
        d.wire("c_old", *(() if "f" in peepholes else ((10, 2),)), (10, 4), (29, 4), "i")
    if "o" in peepholes:
        d.wire("c", (55, 2), "o")
    return d


def gru(reset: str = "after", update: str = "z-old") -> Diagram:
    """Return the cell h = z ⊙ h + (1 − z) ⊙ n ("z-old"), or with z and 1 − z exchanged ("z-new").

    `reset` is where r meets the state, "after" or "before" it is multiplied by Uₙ.
    """
    new, old = ("zₜ", "(1 − zₜ)") if update == "z-new" else ("(1 − zₜ)", "zₜ")
    inner = "rₜ ⊙ (Uₙ hₜ₋₁)" if reset == "after" else "Uₙ (rₜ ⊙ hₜ₋₁)"
    formula = f"nₜ = tanh(Wₙ xₜ + {inner} + b),  hₜ = {new} ⊙ nₜ + {old} ⊙ hₜ₋₁"
    d = Diagram(TITLES["gru"], Text(formula, formula))
    d.frame(6, 0, 65, 24)
    d.words(0, 2, "hₜ₋₁")
    d.words(74, 2, "hₜ")
    d.words(10, 25, "xₜ", 0)
    d.operation("keep", 40, 2, "⊙")
    d.operation("add", 62, 2, "+")
    d.operation("take", 62, 8, "⊙")
    d.operation("reset", 24, 10, "⊙")
    for name, middle in zip("rzn", (24, 40, 60), strict=True):
        _gate(d, name, middle, 13)
    d.box("join", 8, 18, 8, "[h, x]")
    d.wire("h_old", (4, 2), "keep")
    d.wire("h_old", (10, 2), "join")
    d.wire("keep", "keep", "add")
    d.wire("h", "add", (72, 2))
    if reset == "after":
        d.box("U", 13, 9, 7, "Uₙ", "weights")
        d.wire("h_old", (16, 2), "U")
        d.wire("U h", "U", "reset")
        d.wire("n_h", "reset", (57, 10), "n")
    else:
        d.box("U", 29, 9, 7, "Uₙ", "weights")
        d.wire("h_old", (24, 2), "reset")
        d.wire("r*h", "reset", "U")
        d.wire("n_h", "U", (57, 10), "n")
    d.wire("r", "r", "reset")
    if update == "z-new":
        d.box("rest", 37, 4, 7, "1 − z")
        d.wire("z", "z", "rest")
        d.wire("1-z", "rest", "keep")
        d.wire("z", (40, 8), "take")
    else:
        d.box("rest", 47, 7, 7, "1 − z")
        d.wire("z", "z", "keep")
        d.wire("z", (40, 8), "rest")
        d.wire("1-z", "rest", "take")
    d.wire("n", "n", (62, 10), "take")
    d.wire("taken", "take", "add")
    d.wire("x", (10, 24), "join")
    d.wire("x", (10, 22), (60, 22), "n")
    d.wire("[h, x]", "join", (40, 19), "z")
    d.wire("[h, x]", (24, 19), "r")
    d.words(26, 12, "rₜ")
    d.words(42, 12, "zₜ")
    d.words(64, 11, "nₜ")
    return d


MOST_STATE = 8
"""Cells that the last state's name may fill beside three steps; a longer one leaves room for two."""
MOST_STEPS = 4
"""Steps that stand side by side; of more the first ones and the last."""


def unrolled(kind: str, steps: int, *, outputs: bool = True) -> Diagram:
    """Return the picture of a network unrolled over time, from h₀ on, with an output at each step if `outputs`."""
    d = Diagram(
        UNROLLED,
        Text("The same weights serve every step.", "各时刻共用同一组权重。"),
    )
    state = "h, c" if kind == "lstm" else "h"
    long = cells(_at(state, steps))
    shown = range(1, steps + 1) if steps <= MOST_STEPS else (1, 2, steps) if long <= MOST_STATE else (1, steps)
    x, left, before = 9, 0, ""
    d.words(5, 4, _at(state, 0), 1)
    for t in shown:
        if before and t - 1 != int(before):
            d.words(x + 1, 4, "⋯", 0)
            d.wire(f"h{before}", before, (x - 1, 4))
            left, x, before = x + 3, x + max(12, long + 5), ""
            d.words((left + x) // 2, 3, _at(state, t - 1), 0)
        d.box(str(t), x, 3, 9, kind.upper(), "cell")
        d.wire(f"h{t - 1}", before or (7 if t == 1 else left, 4), str(t))
        d.words(x + 4, 8, _at("x", t), 0)
        d.wire(f"x{t}", (x + 4, 7), str(t))
        if outputs:
            d.wire(f"y{t}", str(t), (x + 4, 1))
            d.words(x + 4, 0, _at("y", t), 0)
        if t in shown and t < steps:
            d.words(x + 12, 3, _at(state, t), 0)
        x, before = x + 16, str(t)
    d.wire(f"h{steps}", before, (x - 3, 4))
    d.words(x - 1, 4, _at(state, steps))
    d.words((x - 2) // 2, 10, Text("the same weights at every step", "各时刻共用同一组权重"), 0, role="small")
    return d


def _at(symbols: str, t: int) -> str:
    """Write symbols with a time below."""
    low = str(t).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
    return ", ".join(symbol + low for symbol in symbols.split(", "))
