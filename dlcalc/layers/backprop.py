"""Training a net of fully connected layers by gradient descent: forward pass, error signals, gradients, new weights.

Symbols: z[l] weighted sums, a[l] outputs, E error, delta[l] = ∂E/∂z[l], dW[l] and db[l] gradients, eta learning rate;
layers l = 1 … L, samples n = 1 … N. An index that has one value only is not written, so one sample and one update
leave z[l], and the weights after it are W[l,new]. With several updates k = 1 … the next weights are W[l,k+1].
A sample's own error signals stand on its lines; the mean (or sum) over samples is taken in dW and db.
Sources: Rumelhart, Hinton and Williams 1986; Bishop 2006, §5.3; Nielsen 2015, ch. 2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlcalc.core.values import flat
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import dense, gradient_check, network_picture
from dlcalc.layers.activation import ACTIVATIONS, Parameter
from dlcalc.layers.dense import Dense
from dlcalc.layers.loss import LOSSES, SQUARED

MOST_WORK = 2_000_000
"""Updates × samples × weights that one sheet may have."""
MOST_PASSES = 20_000
"""Updates × samples × layers that one sheet may have: each is some ten lines."""
EXACT = frozenset({"linear", "relu", "leaky", "prelu", "relu6", "step"})
"""Activations that keep exact numbers exact."""
EXACT_DEPTH = 6
"""Deeper nets, and more than one update, are worked in float64: exact fractions would grow beyond reading."""

Label = int | str
"""An index of a family; "" is not written."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sheet runs through.

    Attributes:
        net: its layers.
        samples: how many samples there are.
        updates: how many updates are made.
        online: whether an update sees one sample, not all.
        trains: whether there are targets.
    """

    net: tuple[Dense, ...]
    samples: int
    updates: int
    online: bool
    trains: bool

    @property
    def depth(self) -> int:
        """The number of layers, which is the last one's."""
        return len(self.net)

    def first(self) -> Label:
        """Return the label of the first update's lines."""
        return 1 if self.updates > 1 else ""

    def after(self, k: Label) -> Label:
        """Return the label of what an update leads to."""
        return "new" if k == "" else int(k) + 1

    def seen(self, k: Label) -> list[tuple[Label, Label]]:
        """Return (index in names, sample) of every sample that update k sees."""
        if self.samples == 1:
            return [("", "")]
        if self.online:
            return [("", (int(k) - 1) % self.samples + 1)]
        return self.every()

    def every(self) -> list[tuple[Label, Label]]:
        """Return (index in names, sample) of all samples."""
        return [("", "")] if self.samples == 1 else [(n, n) for n in range(1, self.samples + 1)]


def plan_of(inputs: Mapping[str, Any]) -> Plan:
    """Return what the inputs ask for."""
    samples, trains = len(inputs["samples"]), inputs["targets"] is not None
    online = inputs["update"] == "online" and samples > 1 and trains
    updates = inputs["epochs"] * (samples if online else 1) if trains else 1
    return Plan(inputs["net"], samples, updates, online, trains)


# ---------------------------------------------------------------- what is refused


def settle(values: dict[str, Any]) -> None:
    """Put the net together and refuse what cannot be trained.

    Raises:
        InputError: for shapes that do not chain, a loss whose activation is missing, targets it cannot take, a
            learning rate that changes nothing, switches without targets, or more work than a sheet can hold.
    """
    dense.settle(values)
    taken = {parameter.symbol for layer in values["net"] for parameter in _parameters(layer.act)}
    for symbol in ("alpha", "beta"):
        if values[symbol] is not None and symbol not in taken:
            raise InputError(
                Text("No layer has an activation with {symbol}.", "没有哪一层的激活函数带 {symbol}。"),
                Text("Leave --{symbol} out; the learning rate is --eta.", "请去掉 --{symbol}；学习率是 --eta。"),
                symbol=symbol,
            ).about(symbol)
    if values["targets"] is None:
        for name in ("verify", "slopes"):
            if values[name]:
                raise InputError(
                    Text("Without targets there are no gradients.", "没有目标值就没有梯度。"),
                    Text("Give --t, or leave --{name} out.", "请给出 --t，或去掉 --{name}。"),
                    name=name,
                ).about(name)
    else:
        _refuse_loss(values)
        if values["eta"] <= 0:
            raise InputError(
                Text("With a learning rate of {eta} no step goes downhill.", "学习率为 {eta}，不会沿梯度下降。"),
                Text("Give a positive one, such as --eta 0.5.", "请给正数，例如 --eta 0.5。"),
                eta=values["eta"],
            ).about("eta")
        if values["slopes"] and len(values["net"]) == 1 and values["net"][0].act == "softmax":
            raise InputError(
                Text("A single softmax layer has no slope of its own.", "单个 softmax 层没有逐元素的斜率。"),
                Text("Leave --slopes out.", "请去掉 --slopes。"),
            ).about("slopes")
    _refuse_work(values)


def _refuse_loss(values: Mapping[str, Any]) -> None:
    loss, last = LOSSES[values["loss"]], values["net"][-1].act
    if loss.after and last != loss.after:
        raise InputError(
            Text(
                "{loss} needs probabilities from {after}, but the last layer is {last}.",
                "{loss} 需要 {after} 给出的概率，但最后一层是 {last}。",
            ),
            Text(
                "Give the last layer {after} (--act {example}), or take --loss half-sse.",
                "请把最后一层改为 {after}（--act {example}），或改用 --loss half-sse。",
            ),
            loss=loss.name,
            after=loss.after,
            last=last,
            example=",".join((*(layer.act for layer in values["net"][:-1]), loss.after)),
        ).about("loss")
    if not loss.after:
        return
    for row in values["targets"]:
        numbers = row.tolist()
        if any(not 0 <= number <= 1 for number in numbers):
            raise InputError(
                Text(
                    "{loss} takes targets from 0 to 1, but t has {t}.", "{loss} 的目标值在 0 到 1 之间，但 t 中有 {t}。"
                ),
                Text("Write each target as 0 or 1, or as a probability.", "请把目标写成 0、1 或概率。"),
                loss=loss.name,
                t=float(next(number for number in numbers if not 0 <= number <= 1)),
            ).about("t")
        if loss.name == "ce" and abs(sum(numbers) - 1) > 1e-9:
            raise InputError(
                Text(
                    "The targets of a sample add up to {total}, not to 1.", "一个样本的目标值之和是 {total}，不是 1。"
                ),
                Text("Write class 2 of 3 as 0,1,0.", "3 类中的第 2 类写作 0,1,0。"),
                total=float(sum(numbers)),
            ).about("t")


def _refuse_work(values: Mapping[str, Any]) -> None:
    plan = plan_of(values)
    passes = plan.updates * (1 if plan.online else plan.samples)
    weights = sum(layer.w.data.size for layer in plan.net)
    if passes * weights > MOST_WORK or passes * plan.depth > MOST_PASSES:
        most = max(1, min(MOST_WORK // weights, MOST_PASSES // plan.depth) // plan.samples)
        raise InputError(
            Text(
                "{epochs} epoch(s) over {samples} sample(s) and {weights} weights are more than a sheet can hold.",
                "{epochs} 轮、{samples} 个样本、{weights} 个权重，超出一张表的容量。",
            ),
            Text("At most --epochs {most} for this net.", "这个网络最多 --epochs {most}。"),
            epochs=values["epochs"],
            samples=plan.samples,
            weights=weights,
            most=most,
        ).about("epochs")


# ---------------------------------------------------------------- the sheet


def write(w: Work) -> None:
    """Write the whole sheet: forward pass, and with targets every update and a last forward pass."""
    plan = plan_of(w.inputs)
    k = plan.first()
    givens(w, plan)
    network_picture.show(w, plan.net)
    _notes(w, plan)
    if not plan.trains:
        for n, s in plan.every():
            forward(w, plan, n, s, k)
        _collapse(w, plan)
        _samples_table(w, plan)
        return
    for update in range(1, plan.updates + 1):
        k = update if plan.updates > 1 else ""
        step(w, plan, k)
        if update == 1:
            _collapse(w, plan)
            _samples_table(w, plan)
            gradient_check.show(w, plan)
            if w.inputs["slopes"]:
                _slopes(w, plan)
    k = plan.after(k)
    for n, s in plan.every():
        forward(w, plan, n, s, k)
        error(w, plan, n, s, k)
    total(w, plan, k)
    if plan.online:
        first = plan.updates - plan.samples + 1
        mean = "/N" if w.inputs["reduction"] == "mean" else ""
        w.let(
            f"E = sum(E[i] for i in (first, ..., last)){mean}",
            "the last epoch's errors, each before its update",
            "最后一轮的误差，每个都在其更新之前",
            first=first,
            last=plan.updates,
        )
    _updates_table(w, plan)


def givens(w: Work, plan: Plan) -> None:
    """Put the inputs on the sheet: x, t, the weights and biases, eta, and constants of the activations."""
    inputs, k = w.inputs, plan.first()
    exact = (
        plan.updates == 1
        and plan.depth <= EXACT_DEPTH
        and all(layer.act in EXACT for layer in plan.net)
        and inputs["loss"] in SQUARED
    )
    for (_, s), x in zip(plan.every(), inputs["samples"], strict=True):
        w.given("x", x if exact else x.as_floats(), "x", s)
    for (_, s), t in zip(plan.every(), inputs["targets"] or (), strict=False):
        w.given("t", t, "t", s)
    from_file = inputs["layers"] is not None
    for l, layer in enumerate(plan.net, 1):  # noqa: E741
        w.given("W", layer.w, "layers" if from_file else f"w{l}", l, k)
        if layer.b is not None:
            w.given("b", layer.b, "layers" if from_file else f"b{l}", l, k)
        for parameter in _parameters(layer.act):
            given = inputs[parameter.symbol]
            w.given(parameter.symbol, parameter.default if given is None else given, parameter.symbol, l)
    if plan.trains:
        w.given("eta", inputs["eta"], "eta")
    if plan.samples > 1:
        w.given("N", plan.samples, "x")
    if plan.updates > 1:
        w.given("epochs", inputs["epochs"], "epochs")
        if plan.online:
            w.let("updates = epochs*N", "one for each sample in each epoch", "每轮每个样本更新一次")
        else:
            w.let("updates = epochs", "one for each epoch", "每轮更新一次")


def _parameters(act: str) -> tuple[Parameter, ...]:
    return ACTIVATIONS[act].parameters if act in ACTIVATIONS else ()


def _formula(template: str, act: str, **names: str) -> str:
    """Fill an activation's template in; its constants become those of layer l."""
    for parameter in _parameters(act):
        template = re.sub(rf"\b{parameter.symbol}\b", f"{parameter.symbol}[l]", template)
    return template.format(**names)


def step(w: Work, plan: Plan, k: Label) -> None:
    """Write one update: the samples it sees forward, their errors back, and the new weights layer by layer.

    A layer's new weights stand above the error signals of the layer below it, which use the old ones.
    """
    next = plan.after(k)
    seen = plan.seen(k)
    for n, s in seen:
        forward(w, plan, n, s, k)
        error(w, plan, n, s, k)
    if len(seen) > 1:
        total(w, plan, k)
    for l in range(plan.depth, 0, -1):  # noqa: E741
        for n, s in seen:
            if l == plan.depth:
                output_delta(w, plan, n, s, k)
            else:
                hidden_delta(w, plan, l, n, s, k, next)
        gradient(w, plan, l, seen, k)
        new_weights(w, plan, l, k, next)


def _own(n: Label, s: Label) -> str:
    """Return the loop variable by which a line names its sample: online, the names do not count samples."""
    return "n" if n == s else "i"


def forward(w: Work, plan: Plan, n: Label, s: Label, k: Label) -> None:
    """Write one sample's way through the net: z[l] = W[l] a[l-1] + b[l], a[l] = f(z[l])."""
    for l, layer in enumerate(plan.net, 1):  # noqa: E741
        enters, id = (f"x[{_own(n, s)}]", "z-first") if l == 1 else ("a[l-1,n,k]", "z-above")
        if layer.b is None:
            w.let(f"z[l,n,k] = W[l,k] @ {enters}", "the weighted sums", "加权和", id=id, l=l, n=n, i=s, k=k)
        else:
            w.let(
                f"z[l,n,k] = W[l,k] @ {enters} + b[l,k]",
                "the weighted sums and the bias",
                "加权和加偏置",
                id=f"{id}-bias",
                l=l,
                n=n,
                i=s,
                k=k,
            )
        if layer.act == "softmax":
            value, says = "softmax(z[l,n,k])", Text("softmax: positive, adds up to 1", "softmax：均为正，和为 1")
        else:
            row = ACTIVATIONS[layer.act]
            value, says = _formula(row.value, layer.act, z="z[l,n,k]"), row.says
        w.let(f"a[l,n,k] = {value}", says.en, says.zh, id=f"a-{layer.act}", l=l, n=n, k=k)


def error(w: Work, plan: Plan, n: Label, s: Label, k: Label) -> None:
    """Write one sample's error: E where it is the only one, otherwise loss[n]."""
    loss = LOSSES[w.inputs["loss"]]
    name = "E[k]" if n == "" else "loss[n,k]"
    far = is_far(w, plan, n, k)
    at: dict[str, Any] = {"l": plan.depth, "m": plan.net[-1].units, "n": n, "k": k}
    if far and "{top}" in loss.far:
        w.let("top[n,k] = max(z[l,n,k][j] for j in (1, ..., m))", "the largest z", "最大的 z", id="top", **at)
    template = loss.far if far else loss.value
    value = template.format(a="a[l,n,k]", z="z[l,n,k]", t=f"t[{_own(n, s)}]", top="top[n,k]")
    says = Text("the same loss from z: the output is too near 0 or 1", "由 z 计算同一损失：输出太接近 0 或 1")
    w.let(
        f"{name} = {value}",
        says.en if far else loss.says.en,
        says.zh if far else loss.says.zh,
        id=f"E-{loss.name}-far" if far else f"E-{loss.name}",
        i=s,
        **at,
    )


FAR = 1e-7
"""A sigmoid nearer to 1 than this has lost too many digits of 1 − a for its logarithm."""


def is_far(w: Work, plan: Plan, n: Label, k: Label) -> bool:
    """Say whether float64 has lost a logarithm of the outputs, which then comes from the weighted sums."""
    loss = LOSSES[w.inputs["loss"]]
    if not loss.far:
        return False
    labels = tuple(label for label in (n, k) if label != "")
    outputs = [float(a) for a in flat(w.env[("a", plan.depth, *labels)])]
    return 0 <= min(outputs) < LEAST_OUTPUT or (loss.after == "sigmoid" and 0 <= 1 - max(outputs) < FAR)


LEAST_OUTPUT = 1e-300
"""A probability below this is no longer told from 0."""


def total(w: Work, plan: Plan, k: Label) -> None:
    """Write the error over all samples, where there are several."""
    if plan.samples == 1:
        return
    if w.inputs["reduction"] == "mean":
        w.let(
            "E[k] = sum(loss[n,k] for n in (1, ..., N))/N",
            "the mean over the samples",
            "对样本取平均",
            id="E-mean",
            k=k,
        )
    else:
        w.let("E[k] = sum(loss[n,k] for n in (1, ..., N))", "the sum over the samples", "对样本求和", id="E-sum", k=k)


def output_delta(w: Work, plan: Plan, n: Label, s: Label, k: Label) -> None:
    """Write the error signal of the last layer: ∂E/∂a, ∂a/∂z and their product."""
    loss, act = LOSSES[w.inputs["loss"]], plan.net[-1].act
    at: dict[str, Any] = {"l": plan.depth, "n": n, "i": s, "k": k}
    t = f"t[{_own(n, s)}]"
    if is_far(w, plan, n, k):
        w.let(
            f"delta[l,n,k] = a[l,n,k] - {t}",
            "∂E/∂z = a − t; ∂E/∂a alone would divide by nearly 0",
            "∂E/∂z = a − t；单独的 ∂E/∂a 会除以近乎 0 的数",
            id=f"delta-{loss.name}-far",
            **at,
        )
        return
    w.let(
        f"dE_da[l,n,k] = {loss.gradient.format(a='a[l,n,k]', t=t)}",
        "how the error changes with the output",
        "误差随输出的变化",
        id=f"dE_da-{loss.name}",
        m=plan.net[-1].units,
        **at,
    )
    if act != "softmax":
        _slope(w, act, plan.depth, n, k)
    if loss.after == "sigmoid":
        w.let(
            f"delta[l,n,k] = a[l,n,k] - {t}",
            "∂E/∂z = ∂E/∂a · ∂a/∂z: a(1 − a) cancels",
            "∂E/∂z = ∂E/∂a · ∂a/∂z：a(1 − a) 约去",
            id="delta-bce",
            apart="dE_da[l,n,k]*da_dz[l,n,k]",
            **at,
        )
    elif loss.after == "softmax":
        w.let(
            f"delta[l,n,k] = a[l,n,k] - {t}",
            "∂E/∂z: what is left of ∂E/∂a times softmax's Jacobian",
            "∂E/∂z：∂E/∂a 乘 softmax 雅可比矩阵后化简所得",
            id="delta-ce",
            **at,
        )
    elif act == "softmax":
        w.let(
            "delta[l,n,k] = a[l,n,k]*(dE_da[l,n,k] - a[l,n,k] @ dE_da[l,n,k])",
            "softmax's whole Jacobian: each z moves every output",
            "softmax 的整个雅可比矩阵：每个 z 影响所有输出",
            id="delta-softmax",
            **at,
        )
    else:
        w.let(
            "delta[l,n,k] = dE_da[l,n,k]*da_dz[l,n,k]",
            "∂E/∂z = ∂E/∂a · ∂a/∂z, with the slope",
            "∂E/∂z = ∂E/∂a · ∂a/∂z，乘上斜率",
            id="delta-out",
            **at,
        )


def _slope(w: Work, act: str, l: int, n: Label, k: Label) -> None:  # noqa: E741
    """Write ∂a/∂z: in a where the slope is a smooth function of it, otherwise in z, which decides at a kink."""
    row = ACTIVATIONS[act]
    template = row.slope if not row.slope_by_value or " > 0" in row.slope else row.slope_by_value
    if act == "relu" and w.inputs["relu_at_0"] == 1:
        template = template.replace("> 0", ">= 0")
    w.let(
        f"da_dz[l,n,k] = {_formula(template, act, z='z[l,n,k]', a='a[l,n,k]')}",
        "the slope of the activation",
        "激活函数的斜率",
        id=f"slope-{act}",
        l=l,
        n=n,
        k=k,
    )


def hidden_delta(w: Work, plan: Plan, l: int, n: Label, s: Label, k: Label, next: Label) -> None:  # noqa: E741
    """Write the error signal of a hidden layer: what comes back through the old weights above, times the slope."""
    w.let(
        "dE_da[l,n,k] = W[l+1,k].T @ delta[l+1,n,k]",
        "summed over the paths back, with the old weights",
        "沿各条路径反传求和，用旧权重",
        id="dE_da-hidden",
        l=l,
        n=n,
        k=k,
        next=next,
    )
    _slope(w, plan.net[l - 1].act, l, n, k)
    w.let(
        "delta[l,n,k] = dE_da[l,n,k]*da_dz[l,n,k]",
        "∂E/∂z = ∂E/∂a · ∂a/∂z, with the slope",
        "∂E/∂z = ∂E/∂a · ∂a/∂z，乘上斜率",
        id="delta-hidden",
        l=l,
        n=n,
        i=s,
        k=k,
    )


def gradient(w: Work, plan: Plan, l: int, seen: list[tuple[Label, Label]], k: Label) -> None:  # noqa: E741
    """Write ∂E/∂W and ∂E/∂b of one layer: the error signal times what entered, ∂z/∂w."""
    has_bias = plan.net[l - 1].b is not None
    fused = l == plan.depth and plan.net[-1].act == "softmax"  # its slope is a whole matrix
    if len(seen) == 1:
        n, s = seen[0]
        enters, where = (f"x[{_own(n, s)}]", "first") if l == 1 else ("a[l-1,n,k]", "above")
        w.let(
            f"dW[l,k] = outer(delta[l,n,k], {enters})",
            "∂E/∂w = ∂E/∂a · ∂a/∂z · ∂z/∂w: δ times what entered",
            "∂E/∂w = ∂E/∂a · ∂a/∂z · ∂z/∂w：δ 乘进入的值",
            id=f"dW-{where}",
            apart="" if fused else f"outer(dE_da[l,n,k]*da_dz[l,n,k], {enters})",
            l=l,
            n=n,
            i=s,
            k=k,
        )
        if has_bias:
            w.let("db[l,k] = delta[l,n,k]", "δ itself: ∂z/∂b = 1", "就是 δ：∂z/∂b = 1", id="db", l=l, n=n, k=k)
        return
    enters, where = ("x[n]", "first") if l == 1 else ("a[l-1,n,k]", "above")
    mean = w.inputs["reduction"] == "mean"
    over, how = ("/N", "mean") if mean else ("", "sum")
    says = (
        Text("∂E/∂a · ∂a/∂z · ∂z/∂w, the mean over the samples", "∂E/∂a · ∂a/∂z · ∂z/∂w，对样本取平均")
        if mean
        else Text("∂E/∂a · ∂a/∂z · ∂z/∂w, the sum over the samples", "∂E/∂a · ∂a/∂z · ∂z/∂w，对样本求和")
    )
    w.let(
        f"dW[l,k] = sum(outer(delta[l,n,k], {enters}) for n in (1, ..., N)){over}",
        says.en,
        says.zh,
        id=f"dW-{where}-{how}",
        l=l,
        k=k,
    )
    if has_bias:
        w.let(
            f"db[l,k] = sum(delta[l,n,k] for n in (1, ..., N)){over}",
            "the same with ∂z/∂b = 1",
            "同上，∂z/∂b = 1",
            id=f"db-{how}",
            l=l,
            k=k,
        )


def new_weights(w: Work, plan: Plan, l: int, k: Label, next: Label) -> None:  # noqa: E741
    """Write a layer's weights and biases after the update."""
    at: dict[str, Any] = {"l": l, "k": k, "next": next}
    w.let("W[l,next] = W[l,k] - eta*dW[l,k]", "a step against the gradient", "沿梯度反方向走一步", id="W-new", **at)
    if plan.net[l - 1].b is None:
        return
    if w.inputs["freeze_bias"]:
        w.let("b[l,next] = b[l,k]", "the biases stay as they are", "偏置保持不变", id="b-kept", **at)
    else:
        w.let("b[l,next] = b[l,k] - eta*db[l,k]", "the same step for the biases", "偏置走同样的一步", id="b-new", **at)


# ---------------------------------------------------------------- what else a sheet can show


def _notes(w: Work, plan: Plan) -> None:
    if not plan.trains:
        return
    if plan.net[-1].act == "softmax" and w.inputs["loss"] in SQUARED:
        w.note(
            "softmax usually goes with the cross-entropy (--loss ce); this sheet squares the errors.",
            "softmax 通常配交叉熵（--loss ce）；本表用误差平方。",
        )
    if any(layer.act == "step" for layer in plan.net):
        w.note("The step function is flat: no error comes back through it.", "阶跃函数处处平坦：误差无法反传过去。")


def _samples_table(w: Work, plan: Plan) -> None:
    """Show the samples as rows; the first is worked out, the others on request."""
    if plan.samples == 1 or plan.online:
        return
    L, k = plan.depth, plan.first()
    last = f"{L},n,{k}" if k else f"{L},n"
    columns: tuple[str, ...] = ("x[n]", f"a[{last}]")
    if plan.trains:
        columns = ("x[n]", "t[n]", f"a[{last}]", f"loss[{last[len(str(L)) + 1 :]}]", f"delta[{last}]")
    w.table(
        "All samples (--steps full works each out)",
        "全部样本（--steps full 逐个展开）",
        "n",
        range(1, plan.samples + 1),
        columns,
        also=("z", "a", "top", "loss", "dE_da", "da_dz", "delta"),
        opened=(1,),
    )


def _updates_table(w: Work, plan: Plan) -> None:
    """Show the updates as rows; the first is worked out, the others on request."""
    if plan.updates == 1:
        return
    columns = ("E[k]", f"a[{plan.depth},k]") if plan.samples == 1 or plan.online else ("E[k]",)
    w.table(
        "All updates (--steps full works each out)",
        "全部更新（--steps full 逐次展开）",
        "k",
        range(1, plan.updates + 1),
        columns,
        also=("z", "a", "top", "loss", "dE_da", "da_dz", "delta", "dW", "db", "W", "b"),
        opened=(1,),
    )


def _collapse(w: Work, plan: Plan) -> None:
    """Write a stack of linear layers as the one linear layer it is."""
    if plan.depth == 1 or any(layer.act != "linear" for layer in plan.net):
        return
    k = plan.first()
    n, s = plan.seen(k)[0]
    w.let("W_all[l] = W[l,k]", "the layers below as one: the first alone", "把下面各层合成一层：只有第一层", l=1, k=k)
    biased = plan.net[0].b is not None
    if biased:
        w.let("b_all[l] = b[l,k]", "and its bias", "及其偏置", l=1, k=k)
    for l, layer in enumerate(plan.net[1:], 2):  # noqa: E741
        w.let("W_all[l] = W[l,k] @ W_all[l-1]", "one more linear layer", "再加一个线性层", l=l, k=k)
        if biased:
            more = "" if layer.b is None else " + b[l,k]"
            w.let(f"b_all[l] = W[l,k] @ b_all[l-1]{more}", "and its bias", "及其偏置", l=l, k=k)
        elif layer.b is not None:
            w.let("b_all[l] = b[l,k]", "and its bias", "及其偏置", l=l, k=k)
            biased = True
    more = " + b_all[l]" if biased else ""
    w.let(
        f"y_all = W_all[l] @ x[i]{more}",
        "the output again: a stack of linear layers is one linear layer",
        "输出相同：多个线性层等于一个线性层",
        l=plan.depth,
        i=s,
    )
    w.let(
        "differs = (y_all - a[l,n,k]) @ (y_all - a[l,n,k])",
        "no difference from the output of the stack",
        "与多层网络的输出没有差别",
        l=plan.depth,
        n=n,
        k=k,
    )


def _slopes(w: Work, plan: Plan) -> None:
    """Write how the slopes multiply on the way back, for the first sample: why a gradient vanishes or explodes."""
    k = plan.first()
    n, _ = plan.seen(k)[0]
    last = plan.depth - (plan.net[-1].act == "softmax")
    for l in range(last, 0, -1):  # noqa: E741
        w.let(
            "slope[l] = sum(da_dz[l,n,k][j] for j in (1, ..., m))/m",
            "mean slope of the layer",
            "该层斜率的平均",
            l=l,
            n=n,
            k=k,
            m=plan.net[l - 1].units,
        )
        if l == last:
            w.let("shrink[l] = slope[l]", "the first on the way back", "反传的第一层", l=l)
        else:
            w.let("shrink[l] = slope[l]*shrink[l+1]", "times those nearer the output", "乘以更靠近输出各层的斜率", l=l)
        w.let(
            "length[l] = sqrt(delta[l,n,k] @ delta[l,n,k])",
            "length of the error signal",
            "误差信号的长度",
            l=l,
            n=n,
            k=k,
        )
    w.table(
        "Slopes on the way back, by layer",
        "反传途中各层的斜率",
        "l",
        range(last, 0, -1),
        ("slope[l]", "shrink[l]", "length[l]"),
    )
