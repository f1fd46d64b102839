"""Loss functions at given outputs and targets: each number's loss, the loss of all, and the gradient in the outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dlcalc.core.inputs import Choice
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Convention, Input, Misconception, Topic, gathered
from dlcalc.core.values import flat, significant_text
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers import classes


@dataclass(frozen=True, slots=True)
class Row:
    """A loss of single numbers: first a line both formulas read, then the loss of each number and its slope in y.

    Attributes:
        first: a line (equation, English, Chinese) written before the others; its formula is entry by entry.
        each: the loss of each number, in y, t and the first line's name.
        slope: its derivative with respect to y.
        kink: where the slope jumps, as text, and a formula that is 0 there; "" where it does not jump.
        adds: whether its name means the sum over all numbers; the others are means.
        labels: what targets may be: "any", "signs" (−1 and 1) or "bits" (0 and 1).
        logarithm: whether a logarithm's base matters.
    """

    says: Text
    first: tuple[str, str, str]
    each: str
    slope: str
    adds: bool = False
    labels: str = "any"
    logarithm: bool = False


ERROR = ("r = y - t", "the error", "误差")
MARGIN = ("f = t*y", "the margin: above 0 on the right side", "间隔：大于 0 说明分类正确")

ROWS: Mapping[str, Row] = {
    "zero-one": Row(Text("1 where wrong, else 0", "错为 1，对为 0"), ERROR, "1 if abs(r) > 0 else 0", "0*r"),
    "perceptron": Row(
        Text("how far on the wrong side", "分错的程度"), MARGIN, "max(0, -f)", "-t if f < 0 else 0", labels="signs"
    ),
    "half-sse": Row(Text("half the squared error", "误差平方的一半"), ERROR, "r**2/2", "r", adds=True),
    "sse": Row(Text("squared error", "误差平方"), ERROR, "r**2", "2*r", adds=True),
    "mse": Row(Text("squared error", "误差平方"), ERROR, "r**2", "2*r"),
    "mae": Row(Text("absolute error", "绝对误差"), ERROR, "abs(r)", "sign(r)"),
    "hinge": Row(
        Text("how far the margin is short of D", "间隔距 D 还差多少"),
        MARGIN,
        "max(0, D - f)",
        "-t if f < D else 0",
        labels="signs",
    ),
    "log": Row(
        Text("−ln of the probability σ(f)", "概率 σ(f) 的 −ln"),
        MARGIN,
        "ln1p(exp(-f))",
        "-(t/(1 + exp(f)))",
        labels="signs",
        logarithm=True,
    ),
    "bce": Row(
        Text("−ln of what the right answer got", "正确答案所得概率的 −ln"),
        ERROR,
        "-(t*ln(y) + (1 - t)*ln(1 - y))",
        "r/(y*(1 - y))",
        labels="bits",
        logarithm=True,
    ),
}
BY_CLASS = ("multiclass-hinge", "ce")
"""Losses of a whole row of numbers, one per class."""

LARGEST_POWER = 700
"""Beyond e^700 a computer's numbers end."""


# ---------------------------------------------------------------- what was given


def shape_of(value: Any) -> tuple[int, ...]:
    """Return the shape of an input; () for a number."""
    found: tuple[int, ...] = getattr(value, "shape", ())
    return found


def sizes(value: Any) -> str:
    """Write how many numbers an input has: 3, 2×3."""
    return "×".join(map(str, shape_of(value))) or "1"


def settle(inputs: dict[str, Any]) -> None:
    """Refuse what this loss cannot be taken of, each with what to type instead."""
    if inputs["margin"] <= 0:
        raise InputError(
            Text("A margin of {margin} asks for nothing.", "间隔 {margin} 没有意义。"),
            Text("Type a number above 0; 1 is usual.", "请输入大于 0 的数，通常为 1。"),
            margin=inputs["margin"],
        ).about("margin")
    if inputs["name"] in BY_CLASS:
        refuse_classes(inputs)
    else:
        refuse_numbers(inputs)


def refuse_numbers(inputs: Mapping[str, Any]) -> None:
    """Refuse outputs and targets of different shapes, labels of another kind, and what is no probability."""
    name, y, t = inputs["name"], inputs["y"], inputs["t"]
    if shape_of(y) != shape_of(t):
        raise InputError(
            Text(
                "y has {y} number(s) and t {t}: {name} needs a target for each output.",
                "y 有 {y} 个数，t 有 {t} 个：{name} 的每个输出都要有目标。",
            ),
            Text("Give y and t as many numbers each.", "请让 y 与 t 的个数相同。"),
            name=name,
            y=sizes(y),
            t=sizes(t),
        ).about("t")
    allowed = {"signs": (-1, 1), "bits": (0, 1)}.get(ROWS[name].labels)
    for target in flat(t) if allowed else ():
        if target not in (allowed or ()):
            signs = allowed == (-1, 1)
            raise InputError(
                Text(
                    "{name} has no target {t}: its labels are {a} and {b}.", "{name} 没有目标 {t}：标签是 {a} 和 {b}。"
                ),
                Text(
                    "Labels 0 and 1 with probabilities go with --name bce.",
                    "标签为 0 和 1 且输出是概率时，请用 --name bce。",
                )
                if signs
                else Text(
                    "Labels −1 and 1 with scores go with --name log.",
                    "标签为 −1 和 1 且输出是分数时，请用 --name log。",
                ),
                name=name,
                t=Numbers(0).write(target),
                a="−1" if signs else "0",
                b="1",
            ).about("t")
    if name == "bce":
        for output in flat(y):
            refuse_probability(output, inside=True)


def refuse_probability(output: Any, *, inside: bool) -> None:
    """Refuse what is no probability, and 0 and 1 where their logarithms are needed."""
    if not 0 <= output <= 1:
        raise InputError(
            Text("{y} is no probability.", "{y} 不是概率。"),
            Text(
                "Type numbers between 0 and 1; scores first go through dlcalc softmax (or activation --name sigmoid).",
                "请输入 0 与 1 之间的数；分数要先经过 dlcalc softmax（或 activation --name sigmoid）。",
            ),
            y=Numbers(0).write(output),
        ).about("y")
    if inside and output in (0, 1):
        raise InputError(
            Text("At y = {y} a logarithm of 0 appears, which has no value.", "y = {y} 时会出现 0 的对数，它没有值。"),
            Text(
                "Type a number strictly between 0 and 1, such as 0.001 or 0.999.",
                "请输入严格介于 0 与 1 之间的数，例如 0.001 或 0.999。",
            ),
            y=output,
        ).about("y")


def refuse_classes(inputs: Mapping[str, Any]) -> None:
    """Refuse scores that are no list, targets that are no class, and a target of probability 0."""
    y = inputs["y"]
    if not shape_of(y):
        raise InputError(
            Text("{name} compares classes; {y} is one number.", "{name} 比较各类别；{y} 只有一个数。"),
            Text("Type a number for each class, such as 0.1,0.2,0.7.", "请为每一类输入一个数，例如 0.1,0.2,0.7。"),
            name=inputs["name"],
            y=Numbers(0).write(y),
        ).about("y")
    for row, target in samples(inputs):
        if inputs["name"] == "ce":
            for output, share in zip(row, target, strict=True):
                refuse_probability(output, inside=False)
                if share and not output:
                    raise InputError(
                        Text("The target's probability is 0: −ln 0 has no value.", "目标类的概率是 0：−ln 0 没有值。"),
                        Text("Type a small probability such as 0.001.", "请输入一个小概率，例如 0.001。"),
                    ).about("y")


def samples(inputs: Mapping[str, Any]) -> list[tuple[list[Any], list[Any]]]:
    """Return each sample's numbers and its target as one number per class (1 at the class, or as given).

    Raises:
        InputError: if targets and samples do not fit, or a target is no class.
    """
    y, t = inputs["y"], inputs["t"]
    rows = y.tolist() if len(y.shape) == 2 else [y.tolist()]
    shape = shape_of(t)
    if shape == y.shape and shape != (1,):
        targets = t.tolist() if len(shape) == 2 else [t.tolist()]
        for target in targets:
            refuse_shares(inputs["name"], target)
        return list(zip(rows, targets, strict=True))
    targets_by_class = flat(t)
    if len(shape) == 2 or len(targets_by_class) != len(rows):
        raise InputError(
            Text("y has {y} numbers and t {t}.", "y 有 {y} 个数，t 有 {t} 个。"),
            Text(
                "Type a class for each row of y ({rows} in all), or 0 and 1 in the shape of y.",
                "请为 y 的每一行输入一个类别（共 {rows} 个），或与 y 同形状的 0 和 1。",
            ),
            rows=len(rows),
            y=sizes(y),
            t=sizes(t),
        ).about("t")
    found = []
    for row, target in zip(rows, targets_by_class, strict=True):
        k = classes.place(target, len(row), inputs["from_one"], "t")
        found.append((row, classes.one_hot(k, len(row))))
    return found


def refuse_shares(name: str, target: list[Any]) -> None:
    """Refuse a target per class that does not add up to 1 (and, for the hinge, is not a single 1)."""
    if sum(target) == 1 and min(target) >= 0 and (name == "ce" or set(target) <= {0, 1}):
        return
    raise InputError(
        Text(
            "The target {t} is neither one class nor (for ce) shares that add up to 1.",
            "目标 {t} 既不是单个类别，也不是（ce 可用的）和为 1 的比例。",
        ),
        Text("Type the class, or a 1 at the class and 0 elsewhere.", "请输入类别，或在该类处写 1、其余写 0。"),
        t=",".join(map(Numbers(0).write, target)),
    ).about("t")


def counted(inputs: Mapping[str, Any]) -> int:
    """Return over how many losses the whole one is taken: the samples of classes, otherwise the numbers."""
    shape = shape_of(inputs["y"])
    if inputs["name"] in BY_CLASS:
        return shape[0] if len(shape) == 2 else 1
    return len(flat(inputs["y"]))


def is_mean(inputs: Mapping[str, Any]) -> bool:
    """Say whether the loss is the mean of the single ones; half-sse and sse are sums unless told otherwise."""
    if inputs["reduction"] != "usual":
        return bool(inputs["reduction"] == "mean")
    return inputs["name"] in BY_CLASS or not ROWS[inputs["name"]].adds


def has_logarithm(inputs: Mapping[str, Any]) -> bool:
    """Say whether the base of a logarithm matters."""
    return inputs["name"] == "ce" or (inputs["name"] in ROWS and ROWS[inputs["name"]].logarithm)


# ---------------------------------------------------------------- the lines


def write(w: Work) -> None:
    """Write each single loss, the loss of all, and the gradient."""
    if w.inputs["name"] in ("hinge", "multiclass-hinge"):
        w.given("D", w.inputs["margin"], "margin")
    if w.inputs["name"] in BY_CLASS:
        by_class(w)
    else:
        by_number(w)


def by_number(w: Work) -> None:
    """Write a loss of single numbers; y and t have one shape."""
    inputs = w.inputs
    name, y = inputs["name"], inputs["y"]
    row = ROWS[name]
    w.given("y", y, "y")
    w.given("t", inputs["t"], "t")
    w.let(*row.first)
    each, slope = row.each, row.slope
    if name == "log" and max(map(abs, flat(y))) > LARGEST_POWER:
        each, slope = "max(0, -f) + ln1p(exp(-abs(f)))", "-(t*sigmoid(-f))"
    if name == "zero-one" and not shape_of(y):
        slope = "0"
    base = classes.over_base(inputs["base"]) if row.logarithm else ""
    count = counted(inputs)
    whole = scaled(each, base)
    if not shape_of(y):
        w.let(f"loss = {whole}", *row.says, id="each")
    else:
        w.let(f"l = {whole}", *row.says, id="each")
        total = "sum(l[i] for i in (1, ..., n))"
        if len(y.shape) == 2:
            total = "sum(sum(l[i,j] for j in (1, ..., m)) for i in (1, ..., n))"
        spans = dict(zip(("n", "m"), y.shape, strict=False))
        reduced(w, total, count, **spans)
    mean = f"/{count}" if count > 1 and is_mean(inputs) and name != "zero-one" else ""
    w.let(f"dy = {scaled(slope, base + mean)}", *slope_says(mean), id="slope")
    remark_numbers(w)


def scaled(formula: str, by: str) -> str:
    """Return a formula divided by what follows it."""
    return f"({formula}){by}" if by else formula


def slope_says(mean: str) -> tuple[str, str]:
    """Say what the gradient is; a mean's has 1/n in it."""
    if mean:
        return "∂loss/∂y, with the 1/n of the mean", "∂loss/∂y，含平均的 1/n"
    return "∂loss/∂y", "损失对 y 的导数"


def reduced(w: Work, total: str, count: int, **spans: Any) -> None:
    """Write the sum or the mean of the single losses."""
    if is_mean(w.inputs) and count > 1:
        w.let(f"loss = {total}/N", "their mean", "取平均", id="mean", N=count, **spans)
    else:
        w.let(f"loss = {total}", "their sum", "求和", id="sum", N=count, **spans)


def by_class(w: Work) -> None:
    """Write a loss of classes, for one sample or for each row of y."""
    from dlcalc.core.arrays import Array

    inputs = w.inputs
    found = samples(inputs)
    count = len(found)
    mean = f"/{count}" if count > 1 and is_mean(inputs) else ""
    single = count == 1
    for number, (row, target) in enumerate(found, 1):
        s: int | str = "" if single else number
        w.given("y", Array.of(row), "y", s)
        w.given("t", Array.of(target), "t", s)
        name = "loss" if single else "l[s]"
        if inputs["name"] == "ce":
            entropy(w, name, s, row, target, mean)
        else:
            margins(w, name, s, row, target, mean)
    if not single:
        reduced(w, "sum(l[i] for i in (1, ..., n))", count, n=count)


def entropy(w: Work, name: str, s: int | str, row: list[Any], target: list[Any], mean: str) -> None:
    """Write −Σ t·ln y of one sample."""
    base = classes.over_base(w.inputs["base"])
    used = tuple(place for place, share in enumerate(target, 1) if share)
    others = tuple(place for place, share in enumerate(target, 1) if not share)
    if len(used) == 1:
        value = scaled("-ln(y[s][k])", base)
        w.let(
            f"{name} = {value}",
            "only the target's class counts",
            "只有目标类起作用",
            id="entropy",
            s=s,
            k=used[0],
            others=others,
        )
    else:
        value = scaled("-sum(t[s][i]*ln(y[s][i]) for i in used)", base)
        w.let(f"{name} = {value}", "each class with its share", "每类按其比例", id="shares", s=s, used=used)
    if 0 in row:
        from dlcalc.core.arrays import Array

        w.given("h", Array.of([int(not share) for share in target]), "t", s)
        w.let(
            f"dy[s] = {scaled('-(t[s]/(y[s] + h[s]))', base + mean)}",
            "−t/y; 0/0 counts as 0",
            "即 −t/y；0/0 按 0 计",
            id="slope",
            s=s,
        )
    else:
        w.let(f"dy[s] = {scaled('-(t[s]/y[s])', base + mean)}", *slope_says(mean), id="slope", s=s)
    total = sum(row)
    if abs(total - 1) > 0.005:
        w.note(
            "The probabilities add up to {total}, not to 1: put scores through softmax first.",
            "这些概率之和是 {total}，不是 1：分数要先经过 softmax。",
            total=significant_text(total),
        )


def margins(w: Work, name: str, s: int | str, row: list[Any], target: list[Any], mean: str) -> None:
    """Write the multiclass hinge of one sample: by how much other classes come nearer to the target's score than D."""
    k = target.index(1) + 1
    others = tuple(place for place in range(1, len(row) + 1) if place != k)
    w.let("v[s] = y[s] - y[s][k] + D", "how far each is too near", "各类超出间隔的量", s=s, k=k)
    w.let(
        f"{name} = sum(max(0, v[s][i]) for i in others)",
        "over the other classes",
        "对其他类求和",
        id="margins",
        s=s,
        k=k,
        n=len(row),
        others=others,
    )
    w.let("c[s] = 1 if v[s] > 0 else 0", "which count", "哪些类计入", s=s)
    w.let(
        "count[s] = sum(c[s][i] for i in others)",
        "so many, without the target",
        "计入的个数，不含目标类",
        s=s,
        others=others,
    )
    w.let(f"dy[s] = {scaled('c[s]*(1 - t[s]) - count[s]*t[s]', mean)}", *slope_says(mean), id="slope", s=s)
    if any(row[i - 1] - row[k - 1] + w.inputs["margin"] == 0 for i in others):
        w.note(
            "A class stands exactly at the margin: its slope jumps there, and 0 is taken.",
            "有一类恰好在间隔上：斜率在此跳变，这里取 0。",
        )


def remark_numbers(w: Work) -> None:
    """Write what is taken where the slope jumps, and what a loss without slopes is for."""
    inputs = w.inputs
    pairs = list(zip(flat(inputs["y"]), flat(inputs["t"]), strict=True))
    match inputs["name"]:
        case "zero-one":
            w.note(
                "Flat everywhere else and broken where it jumps, so it cannot be trained by gradients.",
                "处处平坦、跳变处不可导，因此不能用梯度训练。",
            )
        case "mae" if any(y == t for y, t in pairs):
            w.note(
                "At y = t the slope jumps from −1 to 1; 0 is taken (PyTorch), any number between is a subgradient.",
                "y = t 处斜率从 −1 跳到 1；这里取 0（PyTorch），其间任何数都是次梯度。",
            )
        case "perceptron" if any(y == 0 for y, _ in pairs):
            w.note(
                "At a margin of 0 the slope jumps; 0 is taken, any number from −t to 0 is a subgradient.",
                "间隔为 0 处斜率跳变；这里取 0，−t 与 0 之间任何数都是次梯度。",
            )
        case "hinge" if any(y * t == inputs["margin"] for y, t in pairs):
            w.note(
                "At a margin of D the slope jumps; 0 is taken, any number from −t to 0 is a subgradient.",
                "间隔恰为 D 处斜率跳变；这里取 0，−t 与 0 之间任何数都是次梯度。",
            )


# ---------------------------------------------------------------- the topic


def named(*names: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return whether the loss is one of these."""
    return lambda inputs: inputs["name"] in names


def natural(*names: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return whether the loss is one of these with a natural logarithm."""
    return lambda inputs: inputs["name"] in names and inputs["base"] == "e"


def alone(*names: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return whether the loss is one of these, and its gradient has no 1/n."""
    return lambda inputs: inputs["name"] in names and (counted(inputs) == 1 or not is_mean(inputs))


NAMES: Iterable[str] = (*tuple(ROWS)[:7], "multiclass-hinge", *tuple(ROWS)[7:], "ce")

TOPIC = Topic(
    name="loss",
    title=Text("Loss function: value and gradient", "损失函数：值与梯度"),
    inputs=(
        Input(
            "name",
            Choice(
                tuple(NAMES),
                {
                    "zero-one": ("0-1", "01", "zero-one-loss", "accuracy"),
                    "half-sse": ("half-mse", "squared", "quadratic"),
                    "sse": ("sum-of-squares", "rss"),
                    "mse": ("l2", "mean-squared-error", "squared-error"),
                    "mae": ("l1", "absolute", "mean-absolute-error"),
                    "hinge": ("svm",),
                    "multiclass-hinge": ("multi-margin", "svm-multiclass", "multi-hinge"),
                    "log": ("logistic", "softplus"),
                    "bce": ("binary-cross-entropy", "binary-crossentropy", "logloss"),
                    "ce": ("cross-entropy", "crossentropy", "nll", "categorical-crossentropy"),
                },
            ),
            Text(
                "zero-one, perceptron, half-sse, sse, mse, mae, hinge, multiclass-hinge, log, bce or ce",
                "zero-one、perceptron、half-sse、sse、mse、mae、hinge、multiclass-hinge、log、bce 或 ce 损失",
            ),
            known_as=("loss", "kind", "function"),
        ),
        Input(
            "y",
            Numbers(0, 2, Text("a number, a list or a matrix of outputs", "输出：数、列表或矩阵")),
            Text("outputs (a row per sample)", "输出（每个样本一行）"),
            known_as=("p", "output", "yhat", "y_pred", "pred", "a", "scores"),
        ),
        Input(
            "t",
            Numbers(
                0, 2, Text("targets in the shape of y, or a class for each row", "与 y 同形状的目标，或每行一个类别")
            ),
            Text("targets: as y, or classes from 0", "目标：与 y 同形状，或从 0 数起的类别"),
            known_as=("target", "targets", "label", "labels", "y_true", "class"),
        ),
        Input(
            "reduction", Choice(("usual", "mean", "sum")), Text("mean or sum over all", "对全体取平均或求和"), "usual"
        ),
        classes.BASE,
        Input(
            "margin",
            Numbers(0, 0, Text("a number above 0, such as 1", "大于 0 的数，例如 1")),
            Text("margin D of the hinges", "hinge 的间隔 D"),
            1,
            ("delta", "d"),
        ),
        classes.FROM_ONE,
    ),
    answers=(
        Answer("loss", Text("the loss", "损失")),
        Answer("dy", Text("gradient with respect to y", "对 y 的梯度"), value=gathered("dy")),
    ),
    write=write,
    example="dlcalc loss --name bce --y 0.1,0.5,0.7 --t 1,0,1",
    settle=settle,
    conventions=(
        Convention(
            "reduction",
            {
                "usual": Text(
                    "half-sse and sse add, the other losses are means (PyTorch)",
                    "half-sse 与 sse 求和，其余取平均（PyTorch）",
                ),
                "mean": Text("the losses are averaged (reduction='mean')", "对各项取平均（reduction='mean'）"),
                "sum": Text("the losses are added (reduction='sum')", "对各项求和（reduction='sum'）"),
            },
            lambda inputs: counted(inputs) > 1,
            ("M088",),
        ),
        classes.logarithm(has_logarithm),
        classes.counting(
            lambda inputs: inputs["name"] in BY_CLASS and shape_of(inputs["t"]) != shape_of(inputs["y"]),
        ),
    ),
    misconceptions=(
        Misconception(
            "minus-left-out",
            Text("You left out the minus: a loss is −ln p, never below 0.", "漏了负号：损失是 −ln p，不会小于 0。"),
            {"each": "t*ln(y) + (1 - t)*ln(1 - y)", "entropy": "ln(y[s][k])"},
            applies=natural("bce", "ce"),
            catalogue=("M087",),
        ),
        Misconception(
            "zeros-left-out",
            Text(
                "You left out the term (1 − t)·ln(1 − y): targets of 0 have a loss too.",
                "漏了 (1 − t)·ln(1 − y) 一项：目标为 0 的样本也有损失。",
            ),
            {"each": "-(t*ln(y))"},
            applies=natural("bce"),
            catalogue=("M089",),
        ),
        Misconception(
            "other-classes-added",
            Text(
                "You added ln(1 − y) of the other classes, as for independent yes-or-no outputs: only the "
                "target's −ln y counts.",
                "把其他类的 ln(1 − y) 也加上了，那是各自独立的二分类：只有目标类的 −ln y 起作用。",
            ),
            {"entropy": "-ln(y[s][k]) - sum(ln(1 - y[s][i]) for i in others)"},
            applies=natural("ce"),
            catalogue=("M090",),
        ),
        Misconception(
            "hinge-without-margin",
            Text(
                "You left out the margin: hinge is max(0, D − t·y), with D = 1 usually.",
                "漏了间隔：hinge 是 max(0, D − t·y)，通常 D = 1。",
            ),
            {"each": "max(0, -f)"},
            applies=named("hinge"),
            catalogue=("M092",),
        ),
        Misconception(
            "hinge-not-cut-off",
            Text(
                "You took |D − t·y|: a sample beyond the margin has no loss, max(0, D − t·y).",
                "取了 |D − t·y|：超过间隔的样本没有损失，应为 max(0, D − t·y)。",
            ),
            {"each": "abs(D - f)"},
            applies=named("hinge"),
            catalogue=("M093",),
        ),
        Misconception(
            "target-class-added",
            Text(
                "You added the target's own margin D: the sum runs over the other classes only.",
                "把目标类自己的 D 也加上了：只对其他类求和。",
            ),
            {"margins": "sum(max(0, v[s][i]) for i in (1, ..., n))"},
            applies=named("multiclass-hinge"),
            catalogue=("M094",),
        ),
        Misconception(
            "margin-between-classes-left-out",
            Text(
                "You left out the margin: a class costs max(0, its score − the target's score + D), D = 1 usually.",
                "漏了间隔：每一类的损失是 max(0, 该类分数 − 目标类分数 + D)，通常 D = 1。",
            ),
            {"margins": "sum(max(0, v[s][i] - D) for i in others)"},
            applies=named("multiclass-hinge"),
        ),
        Misconception(
            "margin-turned",
            Text(
                "You subtracted the wrong way round: a class costs max(0, its score − the target's score + D).",
                "相减的方向反了：每一类的损失是 max(0, 该类分数 − 目标类分数 + D)。",
            ),
            {"margins": "sum(max(0, y[s][k] - y[s][i] + D) for i in others)"},
            applies=named("multiclass-hinge"),
            catalogue=("M095",),
        ),
        Misconception(
            "half-left-out",
            Text("You left out the ½: half-sse is ½·(y − t)².", "漏了 ½：half-sse 是 ½·(y − t)²。"),
            {"each": "r**2"},
            applies=named("half-sse"),
            catalogue=("M096",),
        ),
        Misconception(
            "divided-by-n-minus-one",
            Text(
                "You divided by n − 1, as for a variance: a mean divides by n.",
                "像方差那样除以了 n − 1：平均应除以 n。",
            ),
            {"mean": "sum(l[i] for i in (1, ..., n))/(n - 1)"},
            applies=lambda inputs: inputs["name"] == "mse" and len(shape_of(inputs["y"])) == 1,
            catalogue=("M097",),
        ),
        Misconception(
            "difference-for-zero-one",
            Text(
                "You took the difference of the labels: the 0-1 loss of a wrong label is 1, whatever the labels are.",
                "取了标签之差：0-1 损失只要分错就是 1，与标签取值无关。",
            ),
            {"each": "abs(r)"},
            applies=named("zero-one"),
            catalogue=("M098",),
        ),
        Misconception(
            "zero-one-formula-with-signs",
            Text(
                "You put the labels −1 and 1 into the formula for 0 and 1: for these the loss is ln(1 + e^(−t·y)).",
                "把标签 ±1 代入了 0/1 标签的公式：这里的损失是 ln(1 + e^(−t·y))。",
            ),
            {"each": "-(t*ln(sigmoid(y)))"},
            applies=natural("log"),
            catalogue=("M099",),
        ),
        Misconception(
            "sign-turned",
            Text("You turned the sign: the error is y − t, not t − y.", "符号反了：误差是 y − t，不是 t − y。"),
            {"slope": "t - y"},
            applies=alone("half-sse"),
            catalogue=("M101",),
        ),
        Misconception(
            "sigmoid-slope-again",
            Text(
                "You multiplied by σ(y)·(1 − σ(y)): in the log loss that slope has cancelled already.",
                "又乘了 σ(y)·(1 − σ(y))：对数损失的导数中它已经约掉了。",
            ),
            {"slope": "-(t*sigmoid(-f))*sigmoid(y)*(1 - sigmoid(y))"},
            applies=lambda inputs: natural("log")(inputs) and alone("log")(inputs),
            catalogue=("M102",),
        ),
        Misconception(
            "half-kept-in-slope",
            Text(
                "You kept the ½: the 2 of the square cancels it, the slope is y − t.",
                "保留了 ½：平方求导的 2 与它约掉，斜率是 y − t。",
            ),
            {"slope": "r/2"},
            applies=alone("half-sse"),
            catalogue=("M104",),
        ),
        Misconception(
            "two-left-out",
            Text(
                "You left out the 2 of the square: without a ½ the slope is 2·(y − t).",
                "漏了平方求导的 2：没有 ½ 时斜率是 2·(y − t)。",
            ),
            {"slope": "r"},
            applies=alone("sse", "mse"),
            catalogue=("M105",),
        ),
    ),
)
