"""Losses of one sample: for each the formula of its value and of its gradient with respect to the output.

`{a}` is the output and `{t}` its target, vectors of `m` numbers; `m` is a loop variable of the line. How several
samples are put together, by mean or sum, is not the loss's business. Sources: Bishop 2006, §5.2 (half-sse, bce, ce);
PyTorch's `F.mse_loss` (mse: the mean over the outputs too).
"""

from __future__ import annotations

from dataclasses import dataclass

from dlcalc.errors import Text


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss, as templates of the formula language.

    Attributes:
        name: as users type it.
        says: what it is, in a few words.
        value: the formula of its value, in `{a}`, `{t}` and `m`.
        gradient: the formula of its derivative with respect to `{a}`, entry by entry.
        after: the activation it needs in the last layer; then error and slope together leave a − t. "" for any.
        far: the same value in the weighted sums `{z}`, for outputs so near 0 or 1 that float64 loses their logarithm;
            `{top}` is the largest of them.
    """

    name: str
    says: Text
    value: str
    gradient: str
    after: str = ""
    far: str = ""


ROWS = (
    Loss(
        "half-sse",
        Text("half the sum of squared errors", "误差平方和的一半"),
        "sum(({a}[j] - {t}[j])**2 for j in (1, ..., m))/2",
        "{a} - {t}",
    ),
    Loss(
        "sse",
        Text("sum of squared errors", "误差平方和"),
        "sum(({a}[j] - {t}[j])**2 for j in (1, ..., m))",
        "2*({a} - {t})",
    ),
    Loss(
        "mse",
        Text("mean of squared errors over the outputs", "各输出误差平方的平均"),
        "sum(({a}[j] - {t}[j])**2 for j in (1, ..., m))/m",
        "2*({a} - {t})/m",
    ),
    Loss(
        "bce",
        Text("binary cross-entropy, summed over the outputs", "二元交叉熵，对各输出求和"),
        "-sum({t}[j]*ln({a}[j]) + (1 - {t}[j])*ln(1 - {a}[j]) for j in (1, ..., m))",
        "({a} - {t})/({a}*(1 - {a}))",
        "sigmoid",
        "sum(max({z}[j], 0) - {t}[j]*{z}[j] + ln(1 + exp(-abs({z}[j]))) for j in (1, ..., m))",
    ),
    Loss(
        "ce",
        Text("cross-entropy", "交叉熵"),
        "-sum({t}[j]*ln({a}[j]) for j in (1, ..., m))",
        "-{t}/{a}",
        "softmax",
        "{top} + ln(sum(exp({z}[j] - {top}) for j in (1, ..., m))) - sum({t}[j]*{z}[j] for j in (1, ..., m))",
    ),
)

LOSSES: dict[str, Loss] = {row.name: row for row in ROWS}
SQUARED = {
    "half-sse": Text("E is half the sum of squared errors (Bishop, Mazur)", "E 是误差平方和的一半（Bishop、Mazur）"),
    "sse": Text("E is the sum of squared errors", "E 是误差平方和"),
    "mse": Text("E is the mean of squared errors over outputs (PyTorch)", "E 是对各输出平均的误差平方（PyTorch）"),
}
"""The losses that differ by a factor alone, and what a convention says of each."""
