"""RNN, LSTM and GRU compared: pictures, formulas of a step, what differs, and how many parameters each has.

The formulas are the lines of the cells' own sheets, with what enters a gate put into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dlcalc.core.records import Cell, Formula
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import cell_pictures, gru, lstm, rnn
from dlcalc.layers.recurrent_figures import TITLES
from dlcalc.layers.recurrent_inputs import symbol
from dlcalc.layers.recurrent_params import GATES, SOURCES, gate_parts, vectors_in
from dlcalc.layers.recurrent_spot import Spot

CELLS = {"rnn": rnn.CELL, "lstm": lstm.CELL, "gru": gru.CELL}
NAMES = {"rnn": Text("RNN", "RNN 单元"), "lstm": Text("LSTM", "LSTM 单元"), "gru": Text("GRU", "GRU 单元")}


def headline(kinds: tuple[str, ...]) -> Text:
    """Name the kinds of cell that are compared."""
    *first, last = (NAMES[kind] for kind in kinds)
    en, zh = ", ".join(name.en for name in first), "、".join(name.zh for name in first)
    return Text(f"{en} and {last.en} compared", f"{zh}与 {last.zh}的比较")


def settle(inputs: dict[str, Any]) -> None:
    """Refuse what a comparison of single layers has no place for.

    Raises:
        InputError: naming it, or the size that is missing beside the other.
    """
    for name, usual in (("kind", None), ("layers", 1), ("bidirectional", False), ("output", None), ("length", None)):
        if inputs[name] != usual:
            raise InputError(
                Text("compare is about one layer of each kind.", "compare 比较的是各类型的单个层。"),
                Text("Leave --{name} out.", "请去掉 --{name}。"),
                name=name,
            ).about(name)
    for name, other in (("input", "hidden"), ("hidden", "input")):
        if inputs[name] is None and inputs[other] is not None:
            raise InputError(
                Text("The numbers need {name} too.", "求数值还需要 {name}。"),
                Text("Give --{name}, or leave --{other} out.", "请给出 --{name}，或去掉 --{other}。"),
                name=name,
                other=other,
            ).about(name)


def write(w: Work) -> None:
    """Write the comparison of the kinds in `compare`; with `input` and `hidden`, their parameters in numbers too."""
    kinds = w.inputs["compare"]
    for kind in kinds:
        picture = cell_pictures.cell(kind, w.inputs["reset"])
        w.figure(*TITLES[kind], picture.rows, picture.svg)
    w.grid(
        "one time step, line by line (σ is between 0 and 1, tanh between −1 and 1; ⊙ multiplies entry by entry)",
        "一个时间步，逐行列出（σ 在 0 与 1 之间，tanh 在 −1 与 1 之间；⊙ 为逐元素相乘）",
        tuple(NAMES[kind] for kind in kinds),
        tuple(_steps(kinds, w.inputs)),
        labelled=False,
    )
    w.grid(
        "what they have in common and where they differ",
        "相同与不同之处",
        (Text("aspect", "方面"), *(NAMES[kind] for kind in kinds)),
        tuple(_respects(kinds, w.inputs)),
    )
    if w.inputs["input"] is not None:
        counts(w)


# ---------------------------------------------------------------- formulas


def formulas(kind: str, inputs: Mapping[str, Any]) -> list[tuple[Text, Formula]]:
    """Return the lines of one step of a cell, each with what it does; sums that enter a gate stand in it."""
    cell = CELLS[kind]
    gates = cell.gates
    given = {flag for gate in gates.each for flag in gates.flags(gate)[: 4 if inputs["biases"] == "two" else 3]}
    if inputs["biases"] == "none":
        given -= {gates.flags(gate)[2] for gate in gates.each}
    spot = Spot(dict.fromkeys(given), None, "")  # type: ignore[arg-type]  # only which weights there are
    dims = {symbol(flag): 2 if flag[0] in "wu" else 1 for flag in gates.names}
    dims |= dict.fromkeys(("x", "h", "c", "m", *gates.each), 1)
    inner: dict[str, str] = {}
    found = []
    for row in cell.forward(spot, {"act": "tanh", "update": "z-old", **inputs}):
        left, _, right = row.equation.partition(" = ")
        for name, formula in inner.items():
            right = right.replace(name, f"({formula})")
        if left.partition("[")[0] in cell.hidden:
            inner[left] = right
        else:
            found.append((Text(row.en, row.zh), Formula(f"{left} = {right}", dims)))
    return found


def _steps(kinds: tuple[str, ...], inputs: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of the formulas: gates from the top, the new states together at the bottom."""
    columns = [formulas(kind, inputs) for kind in kinds]
    most = max(map(len, columns))
    filled = [[*column[:-1], *[()] * (most - len(column)), column[-1]] for column in columns]
    yield from zip(*filled, strict=True)


# ---------------------------------------------------------------- in words

_WORDS: tuple[tuple[Text, dict[str, Text]], ...] = (
    (
        Text("handed on", "传给下一步"),
        {
            "rnn": Text("the state h", "隐状态 h"),
            "lstm": Text("the cell c and the state h", "细胞状态 c 与隐状态 h"),
            "gru": Text("the state h", "隐状态 h"),
        },
    ),
    (
        Text("gates", "门"),
        {
            "rnn": Text("none", "无"),
            "lstm": Text("three, i, f, o, and a candidate g", "三个：i、f、o，另有候选值 g"),
            "gru": Text("two, r, z, and a candidate n", "两个：r、z，另有候选状态 n"),
        },
    ),
    (
        Text("keeping the old", "保留旧信息"),
        {
            "rnn": Text("no gate: h is made anew at each step", "没有门：每一步重新计算 h"),
            "lstm": Text("forget gate f: 1 keeps the cell, 0 clears it", "遗忘门 f：1 保留细胞状态，0 清除"),
            "gru": Text("update gate z: 1 keeps the state, 0 replaces it", "更新门 z：1 保留旧状态，0 用新的替换"),
        },
    ),
    (
        Text("writing the new", "写入新信息"),
        {
            "rnn": Text("all of it", "全部写入"),
            "lstm": Text(
                "input gate i, free of f: keeping and writing both can be 1", "输入门 i，与 f 独立：可以既保留又写入"
            ),
            "gru": Text("1 − z: what is written takes the place of what is kept", "1 − z：写入多少，旧的就少多少"),
        },
    ),
    (
        Text("what the new sees of the past", "新信息看到的过去"),
        {
            "rnn": Text("the whole state", "整个前一状态"),
            "lstm": Text("the whole state h", "整个前一状态 h"),
            "gru": Text("the part that the reset gate r lets in", "重置门 r 放入的部分"),
        },
    ),
    (
        Text("showing it", "输出"),
        {
            "rnn": Text("the whole state", "整个状态"),
            "lstm": Text("output gate o: a part of the cell", "输出门 o：细胞状态的一部分"),
            "gru": Text("no gate: the whole state", "没有输出门：整个状态"),
        },
    ),
    (
        Text("path of the gradient", "梯度的通路"),
        {
            "rnn": Text(
                "each step back multiplies by diag(1 − hₜ²) W_h: over many steps it vanishes or explodes",
                "每后退一步乘一次 diag(1 − hₜ²) W_h：步数一多就消失或爆炸",
            ),
            "lstm": Text(
                "along c it is multiplied by fₜ alone (hₜ₋₁ held fixed): where f is near 1 it lasts",
                "沿 c 只乘 fₜ（固定 hₜ₋₁ 时）：f 接近 1 时梯度得以保持",
            ),
            "gru": Text(
                "along h it is multiplied by zₜ (gates and candidate held fixed): where z is near 1 it lasts",
                "沿 h 只乘 zₜ（固定各门与候选状态时）：z 接近 1 时梯度得以保持",
            ),
        },
    ),
    (
        Text("when to use it", "适用情形"),
        {
            "rnn": Text("short sequences, or as a baseline", "短序列，或作为基线"),
            "lstm": Text("long dependencies, with data and time enough", "长程依赖，数据与时间充足"),
            "gru": Text("less data or time: fewer weights, often as good", "数据或时间较少：权重更少，效果常相当"),
        },
    ),
)


def _respects(kinds: tuple[str, ...], inputs: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    """Yield what is compared, row by row: first in words, then the formulas of the counts."""
    for label, says in _WORDS:
        yield ((label,), *((says[kind],) for kind in kinds))
    label = Text("parameters (d inputs, h units)", "参数量（d 个输入，h 个单元）")
    yield ((label,), *((Formula(total(GATES[kind], inputs["biases"])),) for kind in kinds))
    if inputs["biases"] == "one":
        yield ((Text("in PyTorch", "PyTorch 中"),), *((Formula(total(GATES[kind], "two")),) for kind in kinds))


def total(gates: int, biases: str) -> str:
    """Return the formula of a layer's parameters for d inputs and h units."""
    block = "h*d + h*h" + {"one": " + h", "two": " + 2*h", "none": ""}[biases]
    return f"{gates}*({block})" if gates > 1 else block


# ---------------------------------------------------------------- numbers


def counts(w: Work) -> None:
    """Write the parameters of each kind, as textbook, Keras and PyTorch count them."""
    inputs = w.inputs
    kinds = inputs["compare"]
    w.given("d", inputs["input"], "input")
    w.given("h", inputs["hidden"], "hidden")
    gate_parts(w)
    for kind in kinds:
        w.let(f"gates[k] = {GATES[kind]}", *_SETS[kind], id=f"gates-{kind}", k=kind)
        w.let("params[k] = gates[k]*(W + U + b)", "all sets of W, U and b", "所有各组 W、U、b", k=kind)
    for kind in kinds:
        for source in SOURCES:
            vectors = 0 if inputs["biases"] == "none" else vectors_in(source, {**inputs, "kind": kind})
            biases = ("", " + h", " + 2*h")[vectors]
            w.let(f"{source}[k] = gates[k]*(W + U{biases})", *_VECTORS[vectors], id=f"{source}-{kind}", k=kind)
    if {"lstm", "gru"} <= set(kinds):
        w.let(
            "ratio = params[gru]/params[lstm]",
            "the GRU has three sets of weights where the LSTM has four",
            "GRU 有三组权重，LSTM 有四组",
        )


_SETS = {
    "rnn": Text("one set of W, U and b", "一组 W、U、b"),
    "lstm": Text("three gates and the candidate", "三个门与候选值"),
    "gru": Text("two gates and the candidate", "两个门与候选状态"),
}
_VECTORS = (
    Text("no biases", "没有偏置"),
    Text("one bias vector for each set", "每组一个偏置向量"),
    Text("two bias vectors for each set", "每组两个偏置向量"),
)
