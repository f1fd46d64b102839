"""Mistakes people make in training a perceptron by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.topic import Misconception
from dlcalc.errors import Text


def _by_yx(inputs: Mapping[str, Any]) -> bool:
    return bool(inputs["rule"] == "yx")


MISCONCEPTIONS = (
    Misconception(
        "updates-on-every-visit",
        Text(
            "You updated after every sample: a sample on its right side leaves the weights alone.",
            "每个样本都更新了：分对的样本不更新权重。",
        ),
        {"error": "1 == 1"},
        applies=_by_yx,
        catalogue=("M063",),
    ),
    Misconception(
        "zero-is-right",
        Text(
            "You let a sum of 0 pass: a sample on the line counts as an error, as the test is t·net ≤ 0.",
            "把加权和为 0 当作分对了：恰在线上的样本也算错，判断条件是 t·net ≤ 0。",
        ),
        {"t[i]*net[k] <= 0": "t[i]*net[k] < 0"},
        catalogue=("M064",),
    ),
    Misconception(
        "label-left-out",
        Text(
            "You left the label out of the update: a negative sample is taken away, not added.",
            "更新时漏乘了标签：负类样本应当减去，而不是加上。",
        ),
        {"update-w-yx": "w[k-1] + eta*x[i]", "update-b-yx": "b[k-1] + eta"},
        applies=lambda inputs: _by_yx(inputs) and inputs["theta"] is None and not inputs["dual"],
        catalogue=("M065",),
    ),
    Misconception(
        "bias-not-updated",
        Text(
            "You left the bias as it was: each update changes it too.",
            "偏置没有更新：每次更新也要改变偏置。",
        ),
        {"update-b-yx": "b[k-1]", "update-b-error": "b[k-1]"},
        applies=lambda inputs: inputs["theta"] is None,
        catalogue=("M066",),
    ),
    Misconception(
        "step-doubled",
        Text(
            "You used (t − y)·x with labels −1 and 1, which is twice as long a step as t·x.",
            "在 ±1 标签下用了 (t − y)·x，步长是 t·x 的两倍。",
        ),
        {"update-w-yx": "w[k-1] + 2*eta*t[i]*x[i]", "update-b-yx": "b[k-1] + 2*eta*t[i]"},
        applies=lambda inputs: _by_yx(inputs) and inputs["theta"] is None and not inputs["dual"],
        catalogue=("M067",),
    ),
    Misconception(
        "starts-at-the-second-sample",
        Text(
            "You began with the second sample: the first one in the order comes first.",
            "从第二个样本开始了：应按顺序从第一个样本开始。",
        ),
        inputs={"start": 2},
        applies=lambda inputs: inputs["start"] == 1 and inputs["x"].shape[0] > 1,
        catalogue=("M068",),
    ),
    Misconception(
        "fixed-threshold-learned",
        Text(
            "You updated the threshold as well: in this exercise it is fixed.",
            "把阈值也更新了：本题中阈值是固定的。",
        ),
        {"theta-fixed-yx": "theta[k-1] - eta*t[i]", "theta-fixed-error": "theta[k-1] - eta*e[k]"},
        applies=lambda inputs: inputs["theta"] is not None and not inputs["learn_theta"],
        catalogue=("M069",),
    ),
    Misconception(
        "difference-turned-round",
        Text(
            "You took output minus label: the step is η·(t − y)·x, towards the label.",
            "用了输出减标签：更新量是 η·(t − y)·x，朝标签方向。",
        ),
        {"update-w-error": "w[k-1] - eta*e[k]*x[i]", "update-b-error": "b[k-1] - eta*e[k]"},
        applies=lambda inputs: inputs["rule"] == "error" and inputs["theta"] is None,
    ),
    Misconception(
        "learning-rate-left-out",
        Text(
            "You left out the learning rate: every step is η times as long.",
            "漏乘了学习率：每一步都要乘 η。",
        ),
        {
            "update-w-yx": "w[k-1] + t[i]*x[i]",
            "update-b-yx": "b[k-1] + t[i]",
            "update-w-error": "w[k-1] + e[k]*x[i]",
            "update-b-error": "b[k-1] + e[k]",
        },
        applies=lambda inputs: inputs["eta"] != 1 and inputs["theta"] is None and not inputs["dual"],
    ),
    Misconception(
        "visits-counted-as-updates",
        Text(
            "You counted the visits: an update is made only where there is an error.",
            "数的是访问次数：只有出错时才更新一次。",
        ),
        {"updates": "visits"},
    ),
    Misconception(
        "last-pass-not-counted",
        Text(
            "You left out the last pass: the one that finds no error is an epoch too.",
            "漏数了最后一轮：没有错误的那一轮也算一轮。",
        ),
        {"epochs": "n - 1"},
    ),
)
