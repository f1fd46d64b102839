"""Rosenblatt's perceptron: the trace of its training, visit by visit, exactly.

Symbols: x[i] and t[i] are sample i and its label, k counts visits; net[k], w[k], b[k] (or theta[k]) are the weighted
sum at visit k and the weights and the bias (or the threshold) after it. Rule `yx` is Rosenblatt's and Novikoff's, as in
Li Hang, Statistical Learning Methods, algorithm 2.1 (dual form: 2.2); rule `error` is that of most course notebooks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dlcalc.core.evaluate import Environment
from dlcalc.core.records import Head
from dlcalc.core.work import Work
from dlcalc.errors import Text
from dlcalc.layers import gates, separable

if TYPE_CHECKING:
    from dlcalc.core.arrays import Array

USUAL_EPOCHS, USUAL_VISITS = 1_000, 100_000
"""A run of which nothing is said ends after so many epochs, or visits."""
KEPT_WHOLE = 120_000
"""Runs of more visits keep the first and the last `KEPT_ENDS` only, and the one asked for."""
KEPT_ENDS = 1_000
KEPT_AROUND = 30
"""Visits kept before and after the one that is asked for."""

LARGEST_DRAWN = 10**100


@dataclass(slots=True)
class Trace:
    """The run as far as it is no line: whose turn it was, where something was wrong, how it ended.

    Attributes:
        scan: cycle or restart.
        order: the samples in the order they are visited, numbered from 1.
        samples: the sample of each visit.
        wrong: whether each visit found an error.
        forgotten: visits whose lines were let go, but for those around the one asked for.
        repeats: (earlier, later) visits after which weights and bias were the same and the same sample was next.
    """

    scan: str
    order: tuple[int, ...]
    samples: list[int] = field(default_factory=list)
    wrong: bytearray = field(default_factory=bytearray)
    forgotten: range = range(0)
    converged: bool = False
    repeats: tuple[int, int] | None = None

    @property
    def visits(self) -> int:
        """How many visits there were."""
        return len(self.samples)

    def epoch(self, visit: int) -> int | None:
        """Return the pass over the samples that a visit belongs to; a scan that starts again has none."""
        return (visit - 1) // len(self.order) + 1 if self.scan == "cycle" else None

    def kept(self, env: Environment) -> Iterator[int]:
        """Yield the visits whose lines are still there."""
        visits = range(1, self.visits + 1)
        return (k for k in visits if ("net", k) in env) if self.forgotten else iter(visits)


# ---------------------------------------------------------------- the sheet


def write(w: Work) -> None:
    """Write the training: the samples, the visits, how it ended and why."""
    inputs = w.inputs
    x, labels = inputs["x"], _labels(inputs)
    samples = range(1, x.shape[0] + 1)
    _start(w)
    for i in samples:
        w.given("x", x.entry(i), "x", i)
        w.given("t", labels[i - 1], "t", i)
    w.table("the samples", "样本", "i", samples, ("x[i]", "t[i]"))
    _say_labels(w, labels)
    trace = _run(w)
    w.aside("trace", trace)
    _show_visits(w, trace)
    updates = sum(trace.wrong)
    w.let("visits = n", "samples looked at", "访问样本的次数", n=trace.visits)
    w.let("updates = n", "visits that found an error", "出错并更新的次数", n=updates)
    if trace.scan == "cycle":
        passes = trace.visits // len(samples)
        w.let("epochs = n", "passes over the samples, the last one counted", "遍历样本的轮数，含最后一轮", n=passes)
    if inputs["dual"]:
        w.let(
            "w_end = sum(a[k][j]*t[j]*x[j] for j in (1, ..., n))",
            "the weights from the coefficients",
            "由系数得到权重",
            k=trace.visits,
            n=x.shape[0],
        )
    _say_how_it_ended(w, trace)
    if trace.converged:
        _bound(w, trace)
    else:
        _whether_separable(w, labels)
    if x.shape[1] == 2 and _drawable(inputs):
        _picture(w, labels)


def _start(w: Work) -> None:
    inputs = w.inputs
    if inputs["dual"]:
        from dlcalc.core.arrays import Array

        w.given("a", Array.of([0] * inputs["x"].shape[0]), "dual", 0)
    else:
        w.given("w", inputs["w0"], "w0", 0)
    if inputs["theta"] is None:
        w.given("b", inputs["b0"], "b0", 0)
    else:
        w.given("theta", inputs["theta"], "theta", 0)
    w.given("eta", inputs["eta"], "eta")


@dataclass(frozen=True, slots=True)
class _Lines:
    """The equations of one visit, as the inputs choose them; "" where there is none."""

    net: str
    output: str
    difference: str
    error: str
    why: Text
    learn: tuple[tuple[str, str, Text], ...]
    keep: tuple[tuple[str, str], ...]
    families: tuple[str, ...]


_PULL = Text("moved by the sample", "按该样本移动")


def _lines(inputs: Mapping[str, Any], turn: int = 0) -> _Lines:
    rule, zero, dual = inputs["rule"], inputs["zero"], inputs["dual"]
    bias = "b" if inputs["theta"] is None else "theta"
    learned = bias == "b" or inputs["learn_theta"]
    n = inputs["x"].shape[0]
    sums = f"sum(a[k-1][j]*t[j]*G[j, i] for j in (1, ..., {n}))" if dual else "w[k-1] @ x[i]"
    shift = "b[k-1]" if bias == "b" else "theta[k-1]"
    step = "t[i]" if rule == "yx" else "e[k]"
    low = 0 if inputs["labels"] == "01" else -1
    output = {
        "error": "sign(net[k])",
        "high": f"1 if net[k] >= 0 else {low}",
        "low": f"1 if net[k] > 0 else {low}",
    }[zero]
    plain = rule == "yx" and zero == "error"
    if plain:
        test, why = "t[i]*net[k] <= 0", Text("on the wrong side, or on the line?", "在错误一侧或恰在线上？")
    else:
        test, why = "y[k] != t[i]", Text("is the output another than the label?", "输出与标签不同？")
    learn = []
    if dual:
        unit = ", ".join("1" if j == turn else "0" for j in range(n))
        learn.append(
            (f"a[k] = a[k-1] + eta*[{unit}]", "update-a", Text("one more for this sample", "该样本的系数增加"))
        )
    else:
        learn.append((f"w[k] = w[k-1] + eta*{step}*x[i]", f"update-w-{rule}", _PULL))
    if bias == "b":
        learn.append((f"b[k] = b[k-1] + eta*{step}", f"update-b-{rule}", Text("the bias likewise", "偏置同样更新")))
    elif learned:
        moved = Text("the threshold the other way", "阈值反向更新")
        learn.append((f"theta[k] = theta[k-1] - eta*{step}", f"update-theta-{rule}", moved))
    else:
        learn.append(("theta[k] = theta[k-1]", f"theta-fixed-{rule}", Text("the threshold is fixed", "阈值固定")))
    main = "a" if dual else "w"
    return _Lines(
        net=f"net[k] = {sums} {'+' if bias == 'b' else '-'} {shift}",
        output="" if plain else f"y[k] = {output}",
        difference="e[k] = t[i] - y[k]" if rule == "error" else "",
        error=test,
        why=why,
        learn=tuple(learn),
        keep=((f"{main}[k] = {main}[k-1]", "keep-w"), (f"{bias}[k] = {bias}[k-1]", "keep-b")),
        families=("net", *(() if plain else ("y",)), *(("e",) if rule == "error" else ()), main, bias),
    )


def _run(w: Work) -> Trace:
    """Write the visits and return their trace."""
    inputs = w.inputs
    order = _order(inputs)
    trace = Trace(inputs["scan"], order)
    visit = _Visitor(w, trace)
    bound = inputs["max_epochs"]
    most = (usual_epochs(len(order)) if bound is None else bound) * len(order)
    seen: dict[Any, int] = {visit.state: 0}
    n, clean = len(order), 0
    while trace.visits < most:
        if trace.scan == "cycle":
            trace.converged = not sum([visit(i) for i in order])
        else:
            clean = 0 if visit(order[clean]) else clean + 1
            trace.converged = clean == n
        if trace.converged:
            break
        if trace.repeats is None and (trace.scan == "cycle" or clean == 0):
            earlier = seen.setdefault(visit.state, trace.visits)
            if earlier != trace.visits:
                trace.repeats = (earlier, trace.visits)
                if bound is None:
                    break
    return trace


class _Visitor:
    """Writes one visit at a time."""

    def __init__(self, w: Work, trace: Trace) -> None:
        self.w, self.trace = w, trace
        inputs, n = w.inputs, w.inputs["x"].shape[0]
        if inputs["dual"]:
            w.given("X", inputs["x"], "x")
            w.let("G = X @ X.T", "all products of two samples (Gram matrix)", "样本两两内积（Gram 矩阵）")
            self.lines = [_lines(inputs, turn) for turn in range(n)]
        else:
            self.lines = [_lines(inputs)] * n
        family = "b" if inputs["theta"] is None else "theta"
        self.after: list[Any] = [w.env["a" if inputs["dual"] else "w", 0], w.env[family, 0]]

    @property
    def state(self) -> tuple[Any, ...]:
        """What the rest of the run depends on, apart from whose turn it is: the weights and the bias."""
        weights, bias = self.after
        return (*weights.tolist(), bias)

    def __call__(self, i: int) -> bool:
        """Write the visit to sample i and return whether it found an error."""
        w, trace, lines = self.w, self.trace, self.lines[i - 1]
        trace.samples.append(i)
        k = len(trace.samples)
        w.let(lines.net, "the weighted sum", "加权和", k=k, i=i)
        if lines.output:
            w.let(lines.output, "the output", "输出", k=k)
            if lines.difference:
                w.let(lines.difference, "label minus output", "标签减输出", k=k, i=i)
        wrong = w.when(lines.error, lines.why.en, lines.why.zh, id="error", k=k, i=i)
        trace.wrong.append(wrong)
        if wrong:
            self.after = [w.let(line, why.en, why.zh, id=id, k=k, i=i) for line, id, why in lines.learn]
        else:
            for line, id in lines.keep:
                w.let(line, "left alone", "不变", id=id, k=k)
        if k > KEPT_WHOLE and k % KEPT_ENDS == 0:
            self._forget(lines.families, range(KEPT_ENDS + 1, k - KEPT_ENDS + 1))
        return wrong

    def _forget(self, families: tuple[str, ...], gone: range) -> None:
        """Let go of the visits in the middle of a long run, but for those around the one that is asked for."""
        asked = self.w.inputs["visit"] or 0
        fresh = range(max(gone.start, self.trace.forgotten.stop), gone.stop)
        before = range(fresh.start, min(fresh.stop, asked - KEPT_AROUND))
        after = range(max(fresh.start, asked + KEPT_AROUND), fresh.stop)
        for part in (before, after) if asked else (fresh,):
            self.w.forget(families, "k", part)
        self.trace.forgotten = gone


def _labels(inputs: Mapping[str, Any]) -> list[int]:
    """Return the labels in the coding in force."""
    low = 0 if inputs["labels"] == "01" else -1
    return [1 if label == 1 else low for label in inputs["t"].tolist()]


def _order(inputs: Mapping[str, Any]) -> tuple[int, ...]:
    order: tuple[int, ...] = inputs["order"] or tuple(range(1, inputs["x"].shape[0] + 1))
    start = inputs["start"] - 1
    return order[start:] + order[:start]


def usual_epochs(samples: int) -> int:
    """Return the epochs after which a run ends of which nothing is said."""
    return max(10, min(USUAL_EPOCHS, USUAL_VISITS // samples))


# ---------------------------------------------------------------- what is said about it


def _say_labels(w: Work, labels: list[int]) -> None:
    given = w.inputs["t"].tolist()
    if given != labels:
        w.note(
            "The labels {old} count as {new} here.",
            "标签 {old} 在这里按 {new} 计算。",
            old="0" if 0 in given else "−1",
            new="−1" if 0 in given else "0",
        )
    if len(set(labels)) == 1:
        w.note(
            "All samples are of one class: the bias alone can put them on its side.",
            "所有样本属于同一类：只靠偏置就能把它们放在同一侧。",
        )
    points: dict[tuple[Any, ...], tuple[int, int]] = {}
    for number, (point, label) in enumerate(zip(w.inputs["x"].tolist(), labels, strict=True), 1):
        first, other = points.setdefault(tuple(point), (number, label))
        if other != label:
            w.note(
                "Samples {a} and {b} are the same point with both labels: no line can separate them.",
                "样本 {a} 与样本 {b} 是同一点却有两种标签：没有直线能把它们分开。",
                a=first,
                b=number,
            )
            return


def _show_visits(w: Work, trace: Trace) -> None:
    order, n = trace.order, len(trace.order)
    heads = [Head(Text("sample", "样本"), lambda k: str(trace.samples[k - 1]))]
    if trace.scan == "cycle":
        heads.insert(0, Head(Text("epoch", "轮"), lambda k: str(trace.epoch(k))))
    lines = _lines(w.inputs)
    columns: list[str] = []
    for family in lines.families:
        if family == ("a" if w.inputs["dual"] else "w"):
            columns.append("error")
        columns.append(f"{family}[k]")
    asked = w.inputs["visit"] or 0
    if asked > trace.visits:
        w.note(
            "There is no visit {k}: it ended after visit {last}.",
            "没有第 {k} 次访问：训练在第 {last} 次访问后结束。",
            k=asked,
            last=trace.visits,
        )
        asked = 0
    opened = asked or trace.wrong.find(1) + 1 or 1
    w.table(
        "the visits, one a row; without an error everything stays",
        "逐次访问，每行一次；没有出错则一切不变",
        "k",
        range(1, trace.visits + 1),
        tuple(columns),
        opened=(opened,),
        heads=tuple(heads),
    )
    if opened > trace.visits:
        w.note(
            "There is no visit {visit}: the run ended after {visits}.",
            "没有第 {visit} 次访问：共访问 {visits} 次。",
            visit=opened,
            visits=trace.visits,
        )
    if trace.forgotten:
        w.note(
            "Visits {first} to {last} are not kept; --visit K keeps and works out visit K.",
            "第 {first} 至 {last} 次访问未保留；可用 --visit K 保留并展开第 K 次访问。",
            first=trace.forgotten.start,
            last=trace.forgotten.stop - 1,
        )
    if order != tuple(range(1, n + 1)):
        w.note("The samples come in the order {order}.", "样本的顺序为 {order}。", order=", ".join(map(str, order)))


def _say_how_it_ended(w: Work, trace: Trace) -> None:
    if trace.converged:
        w.note(
            "It has converged: every sample has been visited without an error.",
            "已收敛：所有样本都连续访问过一遍而没有出错。",
        )
    if trace.repeats:
        earlier, later = trace.repeats
        turn = {"later": later, "first": earlier + 1, "i": trace.order[0]}
        if earlier:
            w.note(
                "After visit {later} weights and bias are those after visit {earlier}, and sample {i} is next both "
                "times: visits {first} to {later} repeat for ever, so it never converges.",
                "第 {later} 次访问后，权重与偏置同第 {earlier} 次访问后完全一样，且下一个都是样本 {i}："
                "第 {first} 至 {later} 次访问将无限循环，因此永远不会收敛。",
                earlier=earlier,
                **turn,
            )
        else:
            w.note(
                "After visit {later} weights and bias are those of the start, and sample {i} is next both times: "
                "visits {first} to {later} repeat for ever, so it never converges.",
                "第 {later} 次访问后，权重与偏置同开始时完全一样，且下一个都是样本 {i}："
                "第 {first} 至 {later} 次访问将无限循环，因此永远不会收敛。",
                **turn,
            )
    elif not trace.converged:
        w.note(
            "It was stopped after {visits} visits, before a pass without an error; --max-epochs N lets it run on.",
            "访问 {visits} 次后停止，尚未出现没有错误的一轮；可用 --max-epochs N 继续。",
            visits=trace.visits,
        )


def _bound(w: Work, trace: Trace) -> None:
    """Write Novikoff's bound (R/γ)² on the updates, where it applies: from zero, with a learned bias, equal steps.

    γ is the margin of the separator that was found, on the samples (x, 1) and with (w, b) scaled to length 1: no more
    than the largest margin there is, so that the bound holds, if not as tightly as it could.
    """
    inputs, n = w.inputs, w.inputs["x"].shape[0]
    if not starts_at_zero(inputs) or inputs["theta"] is not None or inputs["dual"]:
        w.note(
            "Novikoff's bound on the updates does not apply: it is for w = 0, b = 0 at the start and a learned bias.",
            "Novikoff 的更新次数上界在此不适用：它要求从 w = 0、b = 0 开始并且偏置也参与学习。",
        )
        return
    if inputs["rule"] == "error" and inputs["zero"] == "error":
        w.note(
            "Novikoff's bound on the updates does not apply: steps from an output of 0 are half as long as others.",
            "Novikoff 的更新次数上界在此不适用：输出为 0 时的步长只有其他步长的一半。",
        )
        return
    sided = "(2*t[i] - 1)" if inputs["labels"] == "01" else "t[i]"
    w.let(
        "radius2 = max(x[i] @ x[i] + 1 for i in (1, ..., n))",
        "R²: the longest (x, 1), squared",
        "R²：最长的 (x, 1) 的平方",
        n=n,
    )
    w.let(
        f"margin = min({sided}*(w[k] @ x[i] + b[k]) for i in (1, ..., n))",
        "the least sum on its own side",
        "各样本在正确一侧的最小值",
        k=trace.visits,
        n=n,
    )
    w.let("length2 = w[k] @ w[k] + b[k]**2", "(w, b) squared", "(w, b) 长度的平方", k=trace.visits)
    if w.when("margin > 0", "is no sample on the line?", "没有样本恰在线上？"):
        w.let(
            "bound = radius2*length2/margin**2",
            "Novikoff: no more updates than (R/γ)², γ = margin/√length2",
            "Novikoff：更新次数不超过 (R/γ)²，γ = margin/√length2",
        )
        w.note(
            "γ is the margin of the line found; with the widest margin there is, the bound would be no larger.",
            "γ 取自所得直线；若用最大间隔，上界不会更大。",
        )
    else:
        w.note("With a sample on the line, γ = 0 gives no bound.", "有样本恰在线上时 γ = 0，得不到上界。")


def starts_at_zero(inputs: Mapping[str, Any]) -> bool:
    """Say whether weights and bias begin at 0."""
    return not any(inputs["w0"].data) and not inputs["b0"]


def _whether_separable(w: Work, labels: list[int]) -> None:
    """Write a certificate that the classes cannot be separated, or a line that separates them."""
    x = w.inputs["x"]
    if x.shape[0] * x.shape[1] ** 2 > separable.MOST_WORK:
        w.note("Whether so many samples can be separated is not decided.", "样本太多，未判断是否线性可分。")
        return
    found = separable.decide(x.tolist(), [label == 1 for label in labels])
    if isinstance(found, separable.Separator):
        fixed = w.inputs["theta"] is not None and not w.inputs["learn_theta"]
        w.note(
            "The samples can be separated, for example by w = ({w}), b = {b}; {en}.",
            "这些样本线性可分，例如 w = ({w})，b = {b}；{zh}。",
            w=", ".join(map(str, found.w)),
            b=found.b,
            en="a run with a fixed threshold may still not get there" if fixed else "with more epochs it converges",
            zh="但阈值固定时训练未必能达到" if fixed else "继续训练就会收敛",
        )
        return
    w.note("They cannot be separated, and this proves it:", "它们线性不可分，证明如下：")
    for number, share in sorted({**found.positive, **found.negative}.items()):
        side = (("share of a positive sample", "正类样本的份额"), ("share of a negative sample", "负类样本的份额"))
        w.let("share[i] = c/d", *side[number in found.negative], i=number, c=share.numerator, d=share.denominator)
    w.let(
        "P = sum(share[i]*x[i] for i in plus)",
        "a mixture of the positive samples",
        "正类样本的加权平均",
        plus=tuple(sorted(found.positive)),
    )
    w.let(
        "N = sum(share[i]*x[i] for i in minus)",
        "a mixture of the negative samples",
        "负类样本的加权平均",
        minus=tuple(sorted(found.negative)),
    )
    w.when("P == N", "are they the same point?", "是同一点吗？")
    w.note(
        "A line with each class on its own side would have all mixtures of a class there too, and so this point on "
        "both sides.",
        "若有直线把两类分在两侧，则各类的加权平均也在该侧，于是这一点会同时在两侧，矛盾。",
    )
    gates.explain_xor(w, x.tolist(), labels)


def _drawable(inputs: Mapping[str, Any]) -> bool:
    """Say whether all numbers are of a size that a picture can be drawn with."""
    numbers = [*inputs["x"].data.flat, *inputs["w0"].data, inputs["b0"] or inputs["theta"] or 0, inputs["eta"]]
    return all(abs(number) < LARGEST_DRAWN for number in numbers)


def _picture(w: Work, labels: list[int]) -> None:
    from dlcalc.layers.plane import Plane

    env, points = w.env, w.inputs["x"].tolist()

    def plane() -> Plane:
        u, v = map(float, weights(env).data)
        low = "0" if w.inputs["labels"] == "01" else "−1"
        places = [(float(p), float(q)) for p, q in points]
        return Plane(places, [label == 1 for label in labels], (low, "1"), (u, v), float(bias(env)))

    w.figure(
        "the samples and the line w·x + b = 0",
        "样本与直线 w·x + b = 0",
        lambda _: plane().rows(),
        lambda _: plane().svg(),
        lambda axes: plane().draw_on(axes),
    )


# ---------------------------------------------------------------- answers


def weights(env: Environment) -> Array:
    """Return the weights after the last visit."""
    found: Array = env["w_end"] if "w_end" in env else env["w", env["_trace"].visits]
    return found


def bias(env: Environment) -> Any:
    """Return the bias after the last visit; that of a threshold is −θ."""
    last = env["_trace"].visits
    return env["b", last] if ("b", last) in env else -env["theta", last]


def threshold(env: Environment) -> Any:
    """Return the threshold after the last visit."""
    return env["theta", env["_trace"].visits]


def coefficients(env: Environment) -> Any:
    """Return the dual form's coefficients after the last visit."""
    return env["a", env["_trace"].visits]


def rows(env: Environment) -> list[dict[str, Any]]:
    """Return the visits that were kept: epoch, sample, net, output y, whether it was an error, w and b after it."""
    trace: Trace = env["_trace"]
    weights_after = _dual_weights if ("a", 0) in env else _primal_weights
    family, sign = ("b", 1) if ("b", 0) in env else ("theta", -1)
    has_output = ("y", 1) in env
    before, w = None, []
    found: list[dict[str, Any]] = []
    for k in trace.kept(env):
        net, after = env["net", k], weights_after(env, k)
        if after is not before:
            before, w = after, after.tolist()
        found.append(
            {
                "epoch": trace.epoch(k),
                "sample": trace.samples[k - 1],
                "net": net,
                "y": env["y", k] if has_output else (net > 0) - (net < 0),
                "error": trace.wrong[k - 1] == 1,
                "w": w.copy(),
                "b": sign * env[family, k],
            }
        )
    return found


def _primal_weights(env: Environment, k: int) -> Any:
    return env["w", k]


def _dual_weights(env: Environment, k: int) -> Any:
    """Return Σ αⱼ·tⱼ·xⱼ after visit k."""
    coefficients = env["a", k].tolist()
    return sum((env["x", j] * (a * env["t", j]) for j, a in enumerate(coefficients, 1)), 0 * env["x", 1])
