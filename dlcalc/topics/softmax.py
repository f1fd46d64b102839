"""Softmax of a vector of scores: stable and naive, its cross-entropy, the gradient p − y and the Jacobian."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import exp
from typing import Any

from dlcalc.core.evaluate import evaluate
from dlcalc.core.formula import read_typed
from dlcalc.core.inputs import Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Input, Misconception, Topic
from dlcalc.core.values import plain, significant_text
from dlcalc.core.work import Work
from dlcalc.errors import CalculationError, InputError, Text, UnknownNameError
from dlcalc.layers import classes

# ---------------------------------------------------------------- inputs


class Scores(Numbers):
    """A vector of scores; an entry may be a logarithm or root, as exams give them: `ln20, ln40, ln60, ln80`."""

    def read(self, raw: object) -> Any:
        """Return the scores, those typed as ln20 or sqrt(2) in float64.

        Raises:
            InputError: as `Numbers.read`, and for an entry that is no formula of numbers.
        """
        if isinstance(raw, str) and _FUNCTION.search(raw):
            raw = [_entry(part) for part in re.split(r"[,，、;；]", raw.strip().strip("()[]（）"))]
        return super().read(raw)

    def brief(self, value: Any) -> str:
        """Write them to six digits, as they stand in a title."""
        return ",".join(significant_text(number) for number in value.tolist())


_FUNCTION = re.compile(r"(?i)(ln|lg|log|sqrt|exp)")
_BARE = re.compile(r"(ln|sqrt|exp)\s*(\d+(?:\.\d+)?)")


def _entry(text: str) -> Any:
    text = plain(text).strip()
    try:
        # the list was parted at its commas, so that a bracket's end may have been stripped with the list's
        closed = text + ")" * (text.count("(") - text.count(")"))
        return evaluate(read_typed(_BARE.sub(r"\1(\2)", closed)))
    except (InputError, CalculationError, UnknownNameError):
        raise InputError(
            Text("'{text}' is no score.", "“{text}” 不是分数值。"),
            Text(
                "Type scores such as 2,1,0.1 or ln20,ln40 (ln is the natural logarithm).",
                "请输入分数，例如 2,1,0.1 或 ln20,ln40（ln 为自然对数）。",
            ),
            text=text[:40],
        ) from None


MOST = 10**100
"""The largest score over its temperature."""


def settle(inputs: dict[str, Any]) -> None:
    """Refuse a temperature that cannot divide."""
    if inputs["temperature"] <= 0:
        raise InputError(
            Text("A temperature of {t} cannot be: scores are divided by it.", "温度不能是 {t}：分数要除以它。"),
            Text(
                "Type a number above 0; near 0 only the largest score is left.",
                "请输入大于 0 的数；接近 0 时只剩最大的分数。",
            ),
            t=inputs["temperature"],
        ).about("temperature")
    if max(map(abs, inputs["z"].tolist())) > MOST * min(inputs["temperature"], 1):
        raise InputError(
            Text(
                "A score over its temperature is beyond a computer's numbers.", "分数除以温度后超出计算机的数值范围。"
            ),
            Text("Type scores below 10^100 in size.", "请输入绝对值小于 10^100 的分数。"),
        ).about("z")


# ---------------------------------------------------------------- the lines

LARGEST_POWER = 700
"""Beyond e^700 a computer's numbers end, and e^(−700) is about where they begin."""
MOST_JACOBIAN = 100
"""Classes up to which the Jacobian is written."""
NEARLY_ONE = 1e-6
"""A probability closer to 1 than this keeps too few digits in 1 − p."""


def write(w: Work) -> None:
    """Write softmax with its shift, its cross-entropy, gradient and Jacobian, and the naive form beside it."""
    inputs = w.inputs
    z, temperature = inputs["z"], inputs["temperature"]
    n = z.shape[0]
    w.given("z", z, "z")
    s = "z"
    if temperature != 1:
        w.given("T", temperature, "temperature")
        w.let("s = z/T", "scores over temperature", "分数除以温度")
        s = "s"
    scores = [float(score / temperature) for score in z.tolist()]
    top = scores.index(max(scores)) + 1
    gaps = [score - max(scores) for score in scores]
    rest = sum(exp(gap) for place, gap in enumerate(gaps, 1) if place != top)
    certain = rest < NEARLY_ONE
    others = tuple(place for place in range(1, n + 1) if place != top)

    w.let(f"m = largest({s})", "the largest score", "最大的分数")
    w.let(f"u = exp({s} - m)", "shifted: no power exceeds 1", "平移后指数不超过 1")
    w.let("S = sum(u[i] for i in (1, ..., n))", "their sum", "求和", n=n)
    w.let("p = u/S", "the probabilities", "概率", n=n)
    if certain:
        w.let("rest = sum(u[i] for i in others)", "all but the largest", "除最大项外的和", others=others)
    naive(w, s, scores)
    if min(gaps) < -LARGEST_POWER:
        w.note(
            "A probability below 10⁻³⁰⁰ is too small for a computer's numbers and may show as 0.",
            "小于 10⁻³⁰⁰ 的概率超出计算机的数值范围，可能显示为 0。",
        )
    if inputs["target"] is not None:
        k = classes.place(inputs["target"], n, inputs["from_one"], "target")
        target_lines(w, s, k, k == top and certain, gaps[k - 1] < -LARGEST_POWER)
    if n > MOST_JACOBIAN:
        w.note(
            "The Jacobian of {n} classes would have {n}×{n} numbers and is left out.",
            "{n} 类的雅可比矩阵有 {n}×{n} 个数，这里略去。",
            n=n,
        )
        return
    jacobian(w, top if certain else None)


def naive(w: Work, s: str, scores: list[float]) -> None:
    """Write softmax without the shift beside it, or say why it has no value."""
    n = len(scores)
    if max(scores) > LARGEST_POWER:
        w.note(
            "Without the shift e^{most} overflows and gives inf/inf; the shifted p is right.",
            "不平移时 e^{most} 上溢，得到 inf/inf；平移后的 p 是对的。",
            most=significant_text(max(scores)),
        )
    elif max(scores) < -LARGEST_POWER:
        w.note(
            "Without the shift every power underflows to 0 and gives 0/0; the shifted p is right.",
            "不平移时所有指数下溢为 0，得到 0/0；平移后的 p 是对的。",
        )
    else:
        w.let(f"u_naive = exp({s})", "without the shift", "不平移")
        w.let("S_naive = sum(u_naive[i] for i in (1, ..., n))", "may overflow for large z", "z 很大时会上溢", n=n)
        w.let("p_naive = u_naive/S_naive", "the same probabilities", "概率相同")
    w.let("lse = m + ln(S)", "log-sum-exp: ln Σ e^z", "log-sum-exp，即 ln Σ e^z")


def target_lines(w: Work, s: str, k: int, certain: bool, vanishing: bool) -> None:
    """Write cross-entropy and gradient for the target z_k; where 1 − p_k or p_k is too small, in another form."""
    from dlcalc.core.arrays import Array

    n = w.inputs["z"].shape[0]
    others = tuple(i for i in range(1, n + 1) if i != k)
    w.given("y", Array.of(classes.one_hot(k, n)), "target")
    base = classes.over_base(w.inputs["base"])
    if certain:
        w.let(
            f"loss = ln1p(rest){base}", "−ln p, as p = 1/(1 + rest)", "即 −ln p：p = 1/(1 + rest)", k=k, others=others
        )
    elif vanishing:
        w.let(
            f"loss = lse - {s}[k]" if not base else f"loss = (lse - {s}[k]){base}",
            "−ln p, which is too small",
            "即 −ln p，p 太小",
            k=k,
            others=others,
        )
    else:
        w.let(f"loss = -ln(p[k]){base}", "cross-entropy", "交叉熵", k=k, others=others)
        w.let(
            f"loss_lse = lse - {s}[k]" if not base else f"loss_lse = (lse - {s}[k]){base}",
            "the same, without p",
            "同一损失，不经过 p",
            k=k,
        )
    gradient = "(u*(1 - y) - rest*y)/S" if certain else "p - y"
    scale = ("" if w.inputs["temperature"] == 1 else "/T") + base
    if scale and not certain:
        gradient = f"({gradient})"
    w.let(
        f"dz = {gradient}{scale}",
        "the gradient p − y" if not scale else "p − y, divided as the chain rule says",
        "梯度 p − y" if not scale else "p − y 按链式法则再除",
    )


def jacobian(w: Work, certain: int | None) -> None:
    """Write ∂p/∂z, its row i and column j being p_i(δ_ij − p_j)."""
    scale = "" if w.inputs["temperature"] == 1 else "/T"
    if certain is None:
        body = "diag(p) - outer(p, p)"
        w.let(
            f"jacobian = ({body}){scale}" if scale else f"jacobian = {body}",
            "p_i·(1 − p_i) on the diagonal, −p_i·p_j elsewhere",
            "对角线 p_i·(1 − p_i)，其余 −p_i·p_j",
        )
        return
    from dlcalc.core.arrays import Array

    n = w.inputs["z"].shape[0]
    w.given("h", Array.of(classes.one_hot(certain, n)), "z")
    w.let(
        "q = (1 - p)*(1 - h) + rest/S*h",
        "1 − p with all its digits; h marks the largest",
        "即 1 − p，不丢位数；h 标出最大项",
    )
    body = "diag(p*q) - (outer(p, p) - diag(p*p))"
    w.let(
        f"jacobian = ({body}){scale}" if scale else f"jacobian = {body}",
        "p_i·q_i on the diagonal, −p_i·p_j elsewhere",
        "对角线 p_i·q_i，其余 −p_i·p_j",
    )


# ---------------------------------------------------------------- the topic


def is_natural(inputs: Mapping[str, Any]) -> bool:
    """Say whether a target is given and its loss is a natural logarithm."""
    return has_target(inputs) and bool(inputs["base"] == "e")


def has_target(inputs: Mapping[str, Any]) -> bool:
    """Say whether a target is given, so that there are a loss and a gradient."""
    return inputs["target"] is not None


TOPIC = Topic(
    name="softmax",
    title=Text("Softmax and cross-entropy", "softmax 与交叉熵"),
    inputs=(
        Input(
            "z",
            Scores(1, 1, Text("scores such as 2,1,0.1 or ln20,ln40", "分数，例如 2,1,0.1 或 ln20,ln40")),
            Text("scores (logits), one per class", "分数（logits），每类一个"),
            known_as=("x", "logits", "scores", "in"),
        ),
        Input(
            "target",
            Whole(0),
            Text("the true class, counted from 0", "真实类别，从 0 数起"),
            None,
            ("t", "y", "label", "class"),
        ),
        classes.FROM_ONE,
        Input(
            "temperature",
            Numbers(0, 0, Text("a number above 0, such as 2", "大于 0 的数，例如 2")),
            Text("scores are divided by it", "分数除以它"),
            1,
            ("tau", "temp"),
        ),
        classes.BASE,
    ),
    answers=(
        Answer("p", Text("probabilities", "概率")),
        Answer("loss", Text("cross-entropy", "交叉熵")),
        Answer("dz", Text("gradient of the loss with respect to z", "损失对 z 的梯度")),
        Answer("jacobian", Text("∂p/∂z, a row per p", "∂p/∂z，每行一个 p")),
    ),
    write=write,
    example="dlcalc softmax --z 2,1,0.1 --target 0",
    settle=settle,
    conventions=(
        classes.counting(has_target),
        classes.logarithm(has_target),
    ),
    misconceptions=(
        Misconception(
            "no-exponential",
            Text(
                "You divided the scores by their sum: softmax takes e to each score first.",
                "直接用分数除以总和：softmax 要先对每个分数取指数。",
            ),
            {"p": "z/sum(z[i] for i in (1, ..., n))"},
            catalogue=("M083",),
        ),
        Misconception(
            "sigmoid-of-each",
            Text(
                "You took the sigmoid of each score: softmax divides e^z by the sum over all classes.",
                "对每个分数取了 sigmoid：softmax 是 e^z 除以所有类别之和。",
            ),
            {"p": "sigmoid(z)"},
            catalogue=("M084",),
        ),
        Misconception(
            "minus-left-out",
            Text("You left out the minus: the loss is −ln p.", "漏了负号：损失是 −ln p。"),
            {"loss": "ln(p[k])"},
            applies=is_natural,
            catalogue=("M087",),
        ),
        Misconception(
            "other-classes-added",
            Text(
                "You added ln(1 − p) of the other classes, as for independent yes-or-no outputs: only the "
                "target's −ln p counts.",
                "把其他类的 ln(1 − p) 也加上了，那是各自独立的二分类：单标签交叉熵只有目标类的 −ln p。",
            ),
            {"loss": "-ln(p[k]) - sum(ln(1 - p[i]) for i in others)"},
            applies=is_natural,
            catalogue=("M090",),
        ),
        Misconception(
            "logarithm-of-the-score",
            Text(
                "You took the logarithm of the score itself: softmax comes first, the loss is −ln p.",
                "直接对分数取了对数：应先做 softmax，损失是 −ln p。",
            ),
            {"loss": "-ln(z[k])"},
            applies=is_natural,
            catalogue=("M091",),
        ),
        Misconception(
            "target-not-subtracted",
            Text(
                "You gave p for the gradient: it is p − y, 1 less at the target.",
                "把 p 当成了梯度：梯度是 p − y，目标类要减 1。",
            ),
            {"dz": "p"},
            applies=has_target,
            catalogue=("M100",),
        ),
        Misconception(
            "sign-turned",
            Text("You turned the sign: the gradient is p − y, not y − p.", "符号反了：梯度是 p − y，不是 y − p。"),
            {"dz": "y - p"},
            applies=has_target,
            catalogue=("M101",),
        ),
        Misconception(
            "diagonal-only",
            Text(
                "You filled only the diagonal: every score moves every probability, by −p_i·p_j off the diagonal.",
                "只填了对角线：每个分数都影响所有概率，非对角元素是 −p_i·p_j。",
            ),
            {"jacobian": "diag(p*(1 - p))"},
            applies=lambda inputs: inputs["z"].shape[0] > 1,
            catalogue=("M106",),
        ),
    ),
)
