"""The neuron of McCulloch and Pitts (1943), and with other activations that of today: y = f(w·x + b).

Symbols: x[i] sample i, total[i] its weighted sum, net[i] that less the threshold θ or plus the bias b, y[i] the output.
With a single sample nothing is numbered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.evaluate import Environment
from dlcalc.core.formula import parse, reads
from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import gates
from dlcalc.layers.activation import ACTIVATIONS

STEP = "step"
ACTS = (
    STEP,
    *(
        name
        for name, row in ACTIVATIONS.items()
        if name != STEP and row.elementwise and reads(parse(row.value.format(z="z"))) == {"z"}
    ),
)
"""Activations of one number that need no constant."""


def write(w: Work) -> None:
    """Write the neuron's output for every sample, and for a gate whether it is the gate's."""
    inputs = w.inputs
    samples = inputs["x"].tolist()
    several = isinstance(samples[0], list)
    rows: list[Any] = list(range(1, len(samples) + 1)) if several else [""]
    w.given("w", inputs["w"], "w")
    symbol = "theta" if inputs["theta"] is not None else "b"
    w.given(symbol, inputs[symbol], symbol)
    for i in rows:
        w.given("x", inputs["x"].entry(i) if several else inputs["x"], "x", i)
    wrong: list[int] = []
    for i in rows:
        _sample(w, symbol, i)
        if inputs["gate"] and not _right(w, tuple(samples[i - 1]), i):
            wrong.append(i)
    if several:
        columns = ("x[i]", *(("t[i]",) if inputs["gate"] else ()), "total[i]", "net[i]", "y[i]")
        last = ("right",) if inputs["gate"] else ()
        w.table("the samples", "样本", "i", tuple(rows), (*columns, *last), opened=tuple(wrong[:1] or rows[:1]))
    if inputs["gate"]:
        _judge(w, wrong)
        if len(samples[0]) == 2:
            _picture(w, samples)


def _sample(w: Work, symbol: str, i: Any) -> None:
    w.let("total[i] = w @ x[i]", "the weighted sum", "加权和", i=i)
    if symbol == "theta":
        w.let("net[i] = total[i] - theta", "less the threshold", "减去阈值", id="net-theta", i=i)
    else:
        w.let("net[i] = total[i] + b", "plus the bias", "加上偏置", id="net-b", i=i)
    act = w.inputs["act"]
    if act != STEP:
        w.let(f"y[i] = {ACTIVATIONS[act].value.format(z='net[i]')}", "the activation", "激活", id="act", i=i)
    elif w.inputs["zero"] == "high":
        w.let("y[i] = 1 if net[i] >= 0 else 0", "it fires from the threshold on", "达到阈值即激活", id="fires", i=i)
    else:
        w.let("y[i] = 1 if net[i] > 0 else 0", "it fires above the threshold", "超过阈值才激活", id="fires-above", i=i)


def _right(w: Work, sample: tuple[Any, ...], i: int) -> bool:
    w.given("t", gates.TRUTH[w.inputs["gate"]][sample], "gate", i)
    return w.when("y[i] == t[i]", "is this the gate's output?", "与逻辑门的输出相同吗？", id="right", i=i)


def _judge(w: Work, wrong: list[int]) -> None:
    gate = w.inputs["gate"].upper()
    if not wrong:
        w.note("These weights make the gate {gate}.", "这组权重实现了 {gate}。", gate=gate)
    else:
        w.note(
            "These weights do not make the gate {gate}: it fails in row {rows}.",
            "这组权重没有实现 {gate}：第 {rows} 行不对。",
            gate=gate,
            rows=", ".join(map(str, wrong)),
        )
    if w.inputs["gate"] == "xor":
        gates.write_xor(w)


def _picture(w: Work, samples: list[list[Any]]) -> None:
    from dlcalc.layers.plane import Plane

    inputs = w.inputs
    u, v = map(float, inputs["w"].data)
    b = -inputs["theta"] if inputs["b"] is None else inputs["b"]
    truth = gates.TRUTH[inputs["gate"]]
    points = [(float(p), float(q)) for p, q in samples]
    plane = Plane(points, [bool(truth[p, q]) for p, q in samples], ("0", "1"), (u, v), float(b))
    w.figure(
        "the truth table and the line net = 0",
        "真值表与直线 net = 0",
        lambda _: plane.rows(),
        lambda _: plane.svg(),
        plane.draw_on,
    )


def output(env: Environment) -> Any:
    """Return y: a number, or a list with one for each sample."""
    return _each(env, "y")


def net(env: Environment) -> Any:
    """Return net: a number, or a list with one for each sample."""
    return _each(env, "net")


def _each(env: Environment, name: str) -> Any:
    if name in env:
        return env[name]
    found: list[Any] = []
    while (name, len(found) + 1) in env:
        found.append(env[name, len(found) + 1])
    return found


def settle(inputs: dict[str, Any]) -> None:
    """Take a gate's truth table as samples, and refuse what does not fit together.

    Raises:
        InputError: naming the input and what to type instead.
    """
    from dlcalc.core.arrays import Array

    gate = inputs["gate"]
    if gate:
        table = Array.of([list(row) for row in gates.TRUTH[gate]])
        if inputs["x"] is not None and inputs["x"] != table:
            raise InputError(
                Text("The gate {gate} brings its own samples.", "逻辑门 {gate} 自带样本。"),
                Text("Leave out --x.", "请去掉 --x。"),
                gate=gate,
            ).about("x")
        if inputs["act"] != STEP:
            raise InputError(
                Text("A gate's output is 0 or 1, that of {act} is not.", "逻辑门的输出是 0 或 1，而 {act} 不是。"),
                Text("Leave out --act.", "请去掉 --act。"),
                act=inputs["act"],
            ).about("act")
        inputs["x"] = table
    if inputs["theta"] is not None and inputs["b"] is not None:
        raise InputError(
            Text(
                "A threshold and a bias are both given; they are the same thing, b = −θ.",
                "同时给了阈值和偏置；二者是一回事，b = −θ。",
            ),
            Text("Leave out --theta or --b.", "请去掉 --theta 或 --b。"),
        ).about("theta")
    if inputs["theta"] is None and inputs["b"] is None:
        inputs["b"] = 0
    size = inputs["x"].shape[-1]
    if inputs["w"].shape[0] != size:
        raise InputError(
            Text(
                "w has {m} weight(s) (shape {m}), a sample {n} number(s) (x has shape {shape}).",
                "w 有 {m} 个权重（形状 {m}），而每个样本有 {n} 个数（x 的形状为 {shape}）。",
            ),
            Text("Give {n} weight(s).", "请给 {n} 个权重。"),
            m=inputs["w"].shape[0],
            n=size,
            shape="×".join(map(str, inputs["x"].shape)),
        ).about("w")


def steps(inputs: Mapping[str, Any]) -> bool:
    """Say whether the neuron fires or not, so that it matters what happens at the threshold itself."""
    return bool(inputs["act"] == STEP)


MISCONCEPTIONS = (
    Misconception(
        "threshold-added",
        Text(
            "You added the threshold: it is taken away, as b = −θ.",
            "把阈值加上了：应当减去阈值，即 b = −θ。",
        ),
        {"net-theta": "total[i] + theta"},
        catalogue=("M061",),
    ),
    Misconception(
        "threshold-left-out",
        Text(
            "You left out the threshold: the sum is compared with θ, not with 0.",
            "漏了阈值：加权和应与 θ 比较，而不是与 0 比较。",
        ),
        {"net-theta": "total[i]"},
    ),
    Misconception(
        "bias-left-out",
        Text("You left out the bias: it is added to the weighted sum.", "漏了偏置：加权和要加上偏置。"),
        {"net-b": "total[i]"},
    ),
    Misconception(
        "bias-subtracted",
        Text(
            "You took the bias away: it is added, only a threshold is taken away.",
            "把偏置减去了：偏置要加上，只有阈值才减去。",
        ),
        {"net-b": "total[i] - b"},
    ),
    Misconception(
        "activation-left-out",
        Text("You gave the net input: the activation is still to be applied.", "给出的是净输入：还要经过激活函数。"),
        {"act": "net[i]"},
    ),
)
