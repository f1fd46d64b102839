"""What the inputs of a perceptron's training must be like, and what follows from them where nothing is said."""

from __future__ import annotations

from typing import Any

from dlcalc.errors import InputError, Text

MOST_VISITS = 2_000_000
"""Visits that a run may be asked for."""
MOST_DUAL = 60
"""Samples that the dual form takes: its coefficients are one vector of that length a visit."""


def settle(inputs: dict[str, Any]) -> None:
    """Fill in what follows from the labels and the rule, and refuse what does not fit together.

    Labels are taken as they are written; ±1 then means the rule `yx`, and 0/1 the rule `error`; at a sum of 0, `yx`
    sees an error and `error` an output of the lower label.

    Raises:
        InputError: naming the input and what to type instead.
    """
    x, t = inputs["x"], inputs["t"]
    if x.data.dtype != object:
        raise InputError(
            Text(
                "{size} numbers are too many: a trace is worked out in exact fractions.",
                "{size} 个数太多：训练过程以精确分数计算。",
            ),
            Text("Give at most {most} numbers.", "最多给 {most} 个数。"),
            size=x.data.size,
            most=10_000,
        ).about("x")
    n, d = x.shape
    if t.shape[0] != n:
        raise InputError(
            Text(
                "x has {n} sample(s) of {d} number(s) (shape {n}×{d}), t has {m} label(s) (shape {m}).",
                "x 有 {n} 个样本，每个 {d} 个数（形状 {n}×{d}），而 t 有 {m} 个标签（形状 {m}）。",
            ),
            Text("Samples of one number each are written 1; 2; 3.", "每个样本只有一个数时写成 1; 2; 3。")
            if (n, d) == (1, t.shape[0])
            else Text(
                "Give a row of x for every label: 0,0; 0,1; 1,0 for three.",
                "每个标签对应 x 的一行：例如三个样本写成 0,0; 0,1; 1,0。",
            ),
            n=n,
            d=d,
            m=t.shape[0],
        ).about("t")
    _settle_labels(inputs)
    _settle_start(inputs, d)
    _settle_order(inputs, n)
    most = MOST_VISITS // n
    if inputs["max_epochs"] is not None and inputs["max_epochs"] > most:
        raise InputError(
            Text(
                "{epochs} epochs of {n} sample(s) are more than {most} visits.",
                "{epochs} 轮、每轮 {n} 个样本，超过 {most} 次访问。",
            ),
            Text("Give at most {fits}.", "最多给 {fits}。"),
            epochs=inputs["max_epochs"],
            n=n,
            most=MOST_VISITS,
            fits=most,
        ).about("max_epochs")


def _settle_labels(inputs: dict[str, Any]) -> None:
    labels = set(inputs["t"].tolist())
    if not (labels <= {-1, 1} or labels <= {0, 1}):
        odd = sorted(labels - {-1, 0, 1})
        mixed = Text("The labels mix −1 and 0.", "标签混用了 −1 和 0。")
        raise InputError(
            mixed if not odd else Text("{odd} is no label.", "{odd} 不是标签。"),
            Text("Use −1 and 1, or 0 and 1.", "请用 −1 和 1，或 0 和 1。"),
            odd=odd[0] if odd else "",
        ).about("t")
    if inputs["labels"] is None:
        inputs["labels"] = "01" if 0 in labels and inputs["rule"] != "yx" else "pm1"
    if inputs["rule"] is None:
        inputs["rule"] = "yx" if inputs["labels"] == "pm1" else "error"
    if inputs["zero"] is None:
        inputs["zero"] = "error" if inputs["rule"] == "yx" else "low"
    if inputs["labels"] == "01" and inputs["rule"] == "yx":
        raise InputError(
            Text(
                "The rule yx needs the labels −1 and 1: a label 0 would change nothing.",
                "规则 yx 要求标签为 −1 和 1：标签 0 不会产生任何更新。",
            ),
            Text(
                "Type --rule error, or --labels pm1 to have 0 count as −1.",
                "请用 --rule error，或用 --labels pm1 把 0 当作 −1。",
            ),
        ).about("rule")
    if inputs["labels"] == "01" and inputs["zero"] == "error":
        raise InputError(
            Text(
                "With the labels 0 and 1 the output at a sum of 0 must be one of them.",
                "标签为 0 和 1 时，加权和为 0 的输出必须是其中之一。",
            ),
            Text("Type high for 1 or low for 0.", "请输入 high（取 1）或 low（取 0）。"),
        ).about("zero")


def _settle_start(inputs: dict[str, Any], d: int) -> None:
    from dlcalc.core.arrays import Array

    w0 = inputs["w0"]
    if not hasattr(w0, "shape"):
        inputs["w0"] = w0 = Array.of([w0] * d)
    if w0.shape[0] != d:
        raise InputError(
            Text("w0 has {m} weight(s), a sample {d} number(s).", "w0 有 {m} 个权重，而每个样本有 {d} 个数。"),
            Text("Give {d} weight(s), or one number for all.", "请给 {d} 个权重，或用一个数代表全部。"),
            m=w0.shape[0],
            d=d,
        ).about("w0")
    if inputs["eta"] <= 0:
        raise InputError(
            Text("The learning rate {eta} is not above 0.", "学习率 {eta} 不大于 0。"),
            Text("Give a number above 0, such as 1 or 0.1.", "请给一个大于 0 的数，例如 1 或 0.1。"),
            eta=inputs["eta"],
        ).about("eta")
    if inputs["theta"] is not None and inputs["b0"] is not None:
        raise InputError(
            Text(
                "A threshold and a bias are both given; they are the same thing, b = −θ.",
                "同时给了阈值和偏置；二者是一回事，b = −θ。",
            ),
            Text("Leave out --theta or --b0.", "请去掉 --theta 或 --b0。"),
        ).about("theta")
    if inputs["theta"] is None and inputs["learn_theta"]:
        raise InputError(
            Text("There is no threshold to learn.", "没有可学习的阈值。"),
            Text("Give its first value with --theta.", "请用 --theta 给出初值。"),
        ).about("learn_theta")
    if inputs["theta"] is None and inputs["b0"] is None:
        inputs["b0"] = 0
    if inputs["dual"]:
        _settle_dual(inputs)


def _settle_dual(inputs: dict[str, Any]) -> None:
    if inputs["rule"] != "yx" or any(inputs["w0"].data):
        raise InputError(
            Text(
                "The dual form is for the rule yx and weights that begin at 0.", "对偶形式要求规则 yx 且权重从 0 开始。"
            ),
            Text("Type --rule yx and leave out --w0.", "请用 --rule yx 并去掉 --w0。"),
        ).about("dual")
    if inputs["x"].shape[0] > MOST_DUAL:
        raise InputError(
            Text("The dual form has a coefficient for each of the {n} samples.", "对偶形式为 {n} 个样本各设一个系数。"),
            Text("Give at most {most} samples.", "最多给 {most} 个样本。"),
            n=inputs["x"].shape[0],
            most=MOST_DUAL,
        ).about("dual")


def _settle_order(inputs: dict[str, Any], n: int) -> None:
    order = inputs["order"]
    if hasattr(order, "tolist"):
        order = tuple(order.tolist())
    if order is not None and sorted(order) != list(range(1, n + 1)):
        raise InputError(
            Text("{order} does not name each of the {n} sample(s) once.", "{order} 没有把 {n} 个样本各列一次。"),
            Text("List the numbers 1 to {n} in some order.", "请按某种顺序列出 1 到 {n}。"),
            order=",".join(map(str, order))[:60],
            n=n,
        ).about("order")
    inputs["order"] = order
    if inputs["start"] > n:
        raise InputError(
            Text("There is no sample {start}: there are {n}.", "没有第 {start} 个样本：共有 {n} 个。"),
            Text("Give a number from 1 to {n}.", "请给 1 到 {n} 的数。"),
            start=inputs["start"],
            n=n,
        ).about("start")
