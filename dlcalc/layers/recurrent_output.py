"""What follows the state of a recurrent net: the output layer, the error over the steps, and its way back to the state.

Symbols: a_y[t] = W_y h[t] + b_y, y[t] the output, E the sum of the steps' errors E[t], delta_y[t] = ∂E/∂a_y[t]. Without
an output layer the targets are compared with the state itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.values import flat
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers.activation import ACTIVATIONS
from dlcalc.layers.loss import LOSSES, Loss
from dlcalc.layers.recurrent_spot import Row, Spot

OUT_ACTS = ("linear", "sigmoid", "tanh", "relu", "softmax")


def refuse_outputs(values: dict[str, Any], enters: int) -> None:
    """Refuse an output layer that does not fit the `enters` numbers of the state; one number fills its bias.

    Raises:
        InputError: naming the input and what fits.
    """
    wy, by = values["wy"], values["by"]
    if wy is None:
        for name in ("by", "out_act"):
            if values[name] not in (None, "linear"):
                raise InputError(
                    Text("There is no output layer for {name}.", "没有输出层，不能给 {name}。"),
                    Text("Give its weights too: --wy.", "请同时给出输出权重 --wy。"),
                    name=name,
                ).about(name)
        return
    if wy.shape[1] != enters:
        raise InputError(
            Text("wy is {shape}, but the state has {n} number(s).", "wy 是 {shape}，但状态有 {n} 个数。"),
            Text("Give wy {n} column(s): a row per output.", "wy 应有 {n} 列：每个输出一行。"),
            shape="×".join(map(str, wy.shape)),
            n=enters,
        ).about("wy")
    if by is None:
        return
    if by.shape == (1,) and wy.shape[0] > 1:
        by = values["by"] = by.repeated(wy.shape[0])
    if by.shape != wy.shape[:1]:
        raise InputError(
            Text("by has {n} number(s), but wy has {m} row(s).", "by 有 {n} 个数，但 wy 有 {m} 行。"),
            Text("Give {m} number(s), one per output.", "请给 {m} 个数，每个输出一个。"),
            n=by.shape[0],
            m=wy.shape[0],
        ).about("by")


def refuse_loss(values: Mapping[str, Any]) -> None:
    """Refuse a loss whose activation the output lacks, or targets it cannot take.

    Raises:
        InputError: naming the loss or the targets.
    """
    loss, act = LOSSES[values["loss"]], values["out_act"]
    if loss.after and (values["wy"] is None or act != loss.after):
        raise InputError(
            Text(
                "{loss} needs probabilities from {after}, but the output is {act}.",
                "{loss} 需要 {after} 给出的概率，但输出是 {act}。",
            ),
            Text(
                "Give --wy and --out-act {after}, or take --loss half-sse.",
                "请给出 --wy 和 --out-act {after}，或用 --loss half-sse。",
            ),
            loss=loss.name,
            after=loss.after,
            act="h" if values["wy"] is None else act,
        ).about("loss")
    if not loss.after:
        return
    for row in values["targets"].values():
        numbers = row.tolist()
        wrong = [n for n in numbers if not 0 <= n <= 1]
        if wrong or (loss.name == "ce" and abs(sum(numbers) - 1) > 1e-9):
            raise InputError(
                Text(
                    "{loss} takes probabilities as targets, but t has {t}.", "{loss} 的目标值应为概率，但 t 中有 {t}。"
                ),
                Text("Write class 2 of 3 as 0,1,0.", "3 类中的第 2 类写作 0,1,0。"),
                loss=loss.name,
                t=float(wrong[0]) if wrong else ",".join(str(float(n)) for n in numbers[:8]),
            ).about("t")


# ---------------------------------------------------------------- lines


def output_rows(w: Work, spot: Spot) -> list[Row]:
    """Return the lines of a step's output; none where the state itself is the output."""
    inputs = w.inputs
    if inputs["wy"] is None:
        return []
    state = "h[t]" if spot.layer is None else "h[t,l]"
    weighted, suffix = f"W_y @ {state}", "" if inputs["by"] is None else "-b"
    if suffix:
        weighted += " + b_y"
    act = inputs["out_act"]
    if act == "linear":
        return [Row(f"y[t] = {weighted}", "output", "输出", f"y{suffix}")]
    says = SOFTMAX if act == "softmax" else ACTIVATIONS[act].says
    value = "softmax(a_y[t])" if act == "softmax" else ACTIVATIONS[act].value.format(z="a_y[t]")
    return [
        Row(f"a_y[t] = {weighted}", "what enters the output", "进入输出的加权和", f"a_y{suffix}"),
        Row(f"y[t] = {value}", f"output; {says.en}", f"输出；{says.zh}", f"y-{act}"),
    ]


SOFTMAX = Text("softmax: positive, adds up to 1", "softmax：均为正，和为 1")


# ---------------------------------------------------------------- the error

FAR = 1e-7
"""A sigmoid nearer to 1 than this has lost too many digits of 1 − y for its logarithm."""
LEAST_OUTPUT = 1e-300
"""A probability below this is no longer told from 0."""


def output_name(w: Work, spot: Spot) -> str:
    """Write what the targets are compared with: the output, or the state where there is no output layer."""
    return "y[t]" if w.inputs["wy"] is not None else "h[t]" if spot.layer is None else "h[t,l]"


def errors(w: Work, spot: Spot) -> None:
    """Write the error of every step that has a target, and their sum."""
    targets = w.inputs["targets"]
    if targets is None:
        return
    loss = LOSSES[w.inputs["loss"]]
    several = len(targets) > 1
    for t, target in targets.items():
        far = _is_far(w, loss, t)
        at: dict[str, Any] = {"t": t, "m": target.shape[0], **spot.at}
        if far and "{top}" in loss.far:
            w.let("top[t] = max(a_y[t][j] for j in (1, ..., m))", "the largest a", "最大的 a", id="top", t=t, m=at["m"])
        template = loss.far if far else loss.value
        value = template.format(a=output_name(w, spot), z="a_y[t]", t="target[t]", top="top[t]")
        w.let(
            f"{'E[t]' if several else 'E'} = {value}",
            loss.says.en,
            loss.says.zh,
            id=f"E-{loss.name}-far" if far else f"E-{loss.name}",
            **at,
        )
    if several:
        w.let(
            "E = sum(E[t] for t in (1, ..., T))", "the sum over the steps", "对各时间步求和", id="E-sum", T=len(targets)
        )


def _is_far(w: Work, loss: Loss, t: int) -> bool:
    """Say whether float64 has lost a logarithm of a step's outputs, which then comes from what enters them."""
    if not loss.far or ("y", t) not in w.env:
        return False  # a trial that has no output needs no error either
    outputs = [float(y) for y in flat(w.env["y", t])]
    return 0 <= min(outputs) < LEAST_OUTPUT or (loss.after == "sigmoid" and 0 <= 1 - max(outputs) < FAR)


# ---------------------------------------------------------------- the way back


def error_source(w: Work, spot: Spot) -> str:
    """Write the gradient of a step's error with respect to the top layer's state."""
    if w.inputs["wy"] is not None:
        return "W_y.T @ delta_y[t]"
    return LOSSES[w.inputs["loss"]].gradient.format(a=output_name(w, spot), t="target[t]")


def output_errors(w: Work) -> None:
    """Write δ of the output layer at every step that has a target, the last first."""
    loss, act = LOSSES[w.inputs["loss"]], w.inputs["out_act"]
    gradient = loss.gradient.format(a="y[t]", t="target[t]")
    if loss.after:
        rows = [
            Row(
                "delta_y[t] = y[t] - target[t]",
                "∂E/∂a of the output: the slope cancels",
                "输出层的 ∂E/∂a：导数约去",
                f"delta_y-{loss.name}",
            )
        ]
    elif act == "linear":
        rows = [
            Row(
                f"delta_y[t] = {gradient}",
                "∂E/∂y: how the error changes with the output",
                "∂E/∂y：误差随输出的变化",
                f"delta_y-{loss.name}",
            )
        ]
    else:
        slope = "y[t]*(dE_dy[t] - y[t] @ dE_dy[t])" if act == "softmax" else f"dE_dy[t]*({_slope(act)})"
        rows = [
            Row(
                f"dE_dy[t] = {gradient}",
                "how the error changes with the output",
                "误差随输出的变化",
                f"dE_dy-{loss.name}",
            ),
            Row(
                f"delta_y[t] = {slope}",
                "∂E/∂a of the output: times the slope",
                "输出层的 ∂E/∂a：乘以导数",
                f"delta_y-{act}",
            ),
        ]
    targets = w.inputs["targets"]
    for t in sorted(targets, reverse=True):
        for equation, en, zh, id in rows:
            w.let(equation, en, zh, id=id, t=t, m=targets[t].shape[0])


def _slope(act: str) -> str:
    row = ACTIVATIONS[act]
    template = row.slope if not row.slope_by_value or " > 0" in row.slope else row.slope_by_value
    return template.format(z="a_y[t]", a="y[t]")
