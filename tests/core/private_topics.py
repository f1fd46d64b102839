"""Topics that exist only for the tests: proof that the core carries calculations unlike a convolution.

A loop over visits with a condition (perceptron), families over layers with matrices (backprop), families over time
(one LSTM). Their numbers are compared with plain NumPy elsewhere.
"""

from dlcalc.core.arrays import Array
from dlcalc.core.inputs import Whole
from dlcalc.core.topic import Answer, Input, Misconception, Topic
from dlcalc.core.work import Work
from dlcalc.errors import Text

WHY = Text("for a test", "测试用")


class Numbers:
    """Nested lists of numbers, kept exact."""

    shape = "MATRIX"

    def read(self, raw):
        return Array.of(raw) if isinstance(raw, list) else raw

    def show(self, value):
        return value.tolist()


def write_perceptron(w: Work) -> None:
    x, t = w.inputs["x"], w.inputs["t"]
    w.given("w", Array.of([0] * x.shape[1]), "w0", 0)
    w.given("b", 0, "b0", 0)
    w.given("eta", w.inputs["eta"], "eta")
    n = x.shape[0]
    for i in range(1, n + 1):
        w.given("x", x.entry(i), "x", i)
        w.given("y", t.entry(i), "t", i)
    k, clean = 0, 0
    while clean < n and k < 200:
        i, k = k % n + 1, k + 1
        w.let("net[k] = w[k-1] @ x[i] + b[k-1]", "the weighted sum", "加权和", k=k, i=i)
        if w.when(
            "y[i]*net[k] <= 0", "on the wrong side, or on the line", "在错误的一侧或在线上", id="error", k=k, i=i
        ):
            clean = 0
            w.let("w[k] = w[k-1] + eta*y[i]*x[i]", "pulled towards the sample", "拉向样本", id="update-w", k=k, i=i)
            w.let("b[k] = b[k-1] + eta*y[i]", "so is the bias", "偏置也一样", id="update-b", k=k, i=i)
        else:
            clean += 1
            w.let("w[k] = w[k-1]", "left alone", "不变", id="keep-w", k=k)
            w.let("b[k] = b[k-1]", "left alone", "不变", id="keep-b", k=k)
    w.given("visits", k, "visits")
    w.table("the visits", "逐次访问", "k", range(1, k + 1), ("net[k]", "error", "w[k]", "b[k]"))


def last(symbol):
    return lambda env: env[symbol, env["visits"]]


PERCEPTRON = Topic(
    name="private-perceptron",
    title=WHY,
    inputs=(
        Input("x", Numbers(), WHY),
        Input("t", Numbers(), WHY),
        Input("eta", Whole(), WHY, 1),
    ),
    answers=(Answer("w", WHY, ("w",), last("w")), Answer("b", WHY, ("b",), last("b"))),
    write=write_perceptron,
    example="",
    misconceptions=(
        Misconception("always-updates", WHY, {"error": "1 == 1"}),
        Misconception("zero-is-right", WHY, {"error": "y[i]*net[k] < 0"}),
        Misconception("label-left-out", WHY, {"w[k]": "w[k-1] + eta*x[i]"}),
        Misconception("first-visit-only", WHY, {"w[1]": "w[0]"}),
    ),
)


def write_backprop(w: Work) -> None:
    inputs = w.inputs
    w.given("a", inputs["x"], "x", 0)
    w.given("t", inputs["t"], "t")
    w.given("eta", inputs["eta"], "eta")
    depth = 2
    for l in range(1, depth + 1):  # noqa: E741
        w.given("W", inputs[f"w{l}"], f"w{l}", l)
    for l in range(1, depth + 1):  # noqa: E741
        w.let("z[l] = W[l] @ a[l-1]", "the weighted sums", "加权和", l=l)
        w.let("a[l] = sigmoid(z[l])", "squashed", "激活", l=l)
    w.let(
        "E = sum((a[L][j] - t[j])**2 for j in (1, ..., m))/2", "half the squared error", "平方误差的一半", L=depth, m=1
    )
    w.let("delta[l] = (a[l] - t)*a[l]*(1 - a[l])", "the output's error", "输出层误差", id="delta-out", l=depth)
    for l in range(depth, 0, -1):  # noqa: E741
        w.let("gW[l] = outer(delta[l], a[l-1])", "the gradient", "梯度", l=l)
        w.let("W_new[l] = W[l] - eta*gW[l]", "the step", "更新", l=l)
        if l > 1:
            w.let(
                "delta[l-1] = (W[l].T @ delta[l])*a[l-1]*(1 - a[l-1])",
                "the error sent back",
                "误差反传",
                id="delta-hidden",
                l=l,
            )


BACKPROP = Topic(
    name="private-backprop",
    title=WHY,
    inputs=(
        Input("x", Numbers(), WHY),
        Input("t", Numbers(), WHY),
        Input("w1", Numbers(), WHY),
        Input("w2", Numbers(), WHY),
        Input("eta", Whole(), WHY, 1),
    ),
    answers=(
        Answer("E", WHY),
        Answer("W1_new", WHY, ("W_new",), lambda env: env["W_new", 1]),
        Answer("W2_new", WHY, ("W_new",), lambda env: env["W_new", 2]),
    ),
    write=write_backprop,
    example="",
    indices={"a": "l", "z": "l", "W": "l", "delta": "l", "gW": "l", "W_new": "l"},
    misconceptions=(
        Misconception("new-weights-in-delta", WHY, {"delta-hidden": "(W_new[l].T @ delta[l])*a[l-1]*(1 - a[l-1])"}),
        Misconception("no-slope-at-output", WHY, {"delta-out": "a[l] - t"}),
        Misconception("gradient-added", WHY, {"W_new[l]": "W[l] + eta*gW[l]"}),
        Misconception("broadcasts", WHY, {"gW[l]": "delta[l]*a[l-1]"}),
    ),
)

NOTES_NET = {"x": [0.35, 0.9], "t": [0.5], "w1": [[0.1, 0.8], [0.4, 0.6]], "w2": [[0.3, 0.9]]}
"""The course notes' 2-2-1 network."""


def write_lstm(w: Work) -> None:
    inputs = w.inputs
    w.given("h", inputs["h0"], "h0", 0)
    w.given("c", inputs["c0"], "c0", 0)
    for gate in "ifgo":
        w.given(f"W_{gate}", inputs[f"w{gate}"], f"w{gate}")
        w.given(f"U_{gate}", inputs[f"u{gate}"], f"u{gate}")
    for t in range(1, inputs["x"].shape[0] + 1):
        w.given("x", inputs["x"].entry(t), "x", t)
        w.let("i[t] = sigmoid(W_i @ x[t] + U_i @ h[t-1])", "how much is written", "写入多少", t=t)
        w.let("f[t] = sigmoid(W_f @ x[t] + U_f @ h[t-1])", "how much is kept", "保留多少", t=t)
        w.let("g[t] = tanh(W_g @ x[t] + U_g @ h[t-1])", "what could be written", "候选内容", t=t)
        w.let("o[t] = sigmoid(W_o @ x[t] + U_o @ h[t-1])", "how much is shown", "输出多少", t=t)
        w.let("c[t] = f[t]*c[t-1] + i[t]*g[t]", "the cell", "细胞状态", t=t)
        w.let("h[t] = o[t]*tanh(c[t])", "the state", "隐状态", t=t)


LSTM = Topic(
    name="private-lstm",
    title=WHY,
    inputs=(
        Input("x", Numbers(), WHY),
        Input("h0", Numbers(), WHY),
        Input("c0", Numbers(), WHY),
        *(Input(f"{kind}{gate}", Numbers(), WHY) for gate in "ifgo" for kind in "wu"),
    ),
    answers=(
        Answer("h1", WHY, ("h",), lambda env: env["h", 1]),
        Answer("c1", WHY, ("c",), lambda env: env["c", 1]),
    ),
    write=write_lstm,
    example="",
    misconceptions=(
        Misconception("old-cell-shown", WHY, {"h[t]": "o[t]*tanh(c[t-1])"}),
        Misconception("gates-exchanged", WHY, {"c[t]": "i[t]*c[t-1] + f[t]*g[t]"}),
    ),
)

TOPICS = (PERCEPTRON, BACKPROP, LSTM)
