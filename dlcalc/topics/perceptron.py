"""Perceptron: the training trace, its answers, and what books differ on."""

from __future__ import annotations

from dataclasses import dataclass

from dlcalc.core.inputs import Choice, Flag, Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Convention, Input, Topic
from dlcalc.core.values import plain
from dlcalc.errors import Text
from dlcalc.layers import perceptron, perceptron_inputs, perceptron_mistakes

_NUMBER = Text("a number such as 0.6", "一个数，例如 0.6")


@dataclass(frozen=True, slots=True)
class Labels(Choice):
    """The coding of labels: pm1 (also written ±1) or 01."""

    options: tuple[str, ...] = ("pm1", "01")

    def read(self, raw: object) -> str:
        """Return "pm1" or "01".

        Raises:
            InputError: if it is neither.
        """
        text = plain(str(raw)).strip().lower().replace(" ", "").replace("/", "").replace(",", "")
        if text in {"±1", "+-1", "-+1", "-11", "-1+1", "+1-1", "1-1"}:
            return "pm1"
        return "01" if text == "10" else Choice.read(self, raw if text != "01" else "01")


TOPIC = Topic(
    name="perceptron",
    title=Text("Perceptron: training, visit by visit", "感知机：逐次训练过程"),
    inputs=(
        Input(
            "x",
            Numbers(2, 2),
            Text("samples, one a row: 3,3; 4,3; 1,1", "样本，每行一个：3,3; 4,3; 1,1"),
            known_as=("samples", "data", "inputs"),
        ),
        Input(
            "t",
            Numbers(1, 1, Text("the labels, such as 1,1,-1", "标签，例如 1,1,-1")),
            Text("labels, −1 and 1 or 0 and 1", "标签：−1 和 1，或 0 和 1"),
            known_as=("y", "targets", "d"),
        ),
        Input("w0", Numbers(0, 1), Text("weights at the start", "初始权重"), 0, ("w", "weights", "init")),
        Input(
            "b0",
            Numbers(0, 0, _NUMBER),
            Text("bias at the start, 0 unless given", "初始偏置，默认 0"),
            None,
            ("b", "bias"),
        ),
        Input(
            "theta",
            Numbers(0, 0, _NUMBER),
            Text("a threshold instead of a bias; 0: through the origin", "用阈值代替偏置；0 表示过原点"),
            None,
            ("threshold",),
        ),
        Input("learn_theta", Flag(), Text("the threshold is learned too", "阈值也参与学习"), False),
        Input(
            "eta", Numbers(0, 0, _NUMBER), Text("learning rate", "学习率"), 1, ("lr", "learning_rate", "alpha", "rate")
        ),
        Input(
            "labels",
            Labels(),
            Text("coding of the labels, as t has them unless given", "标签编码，默认按 t 的写法"),
            None,
        ),
        Input(
            "rule",
            Choice(("yx", "error")),
            Text(
                "update by η·t·x, or by η·(t − y)·x; yx for labels ±1",
                "按 η·t·x 或 η·(t − y)·x 更新；标签为 ±1 时默认 yx",
            ),
            None,
        ),
        Input(
            "zero",
            Choice(("error", "high", "low")),
            Text(
                "what a sum of exactly 0 is; error for yx, else low", "加权和恰为 0 时如何处理；yx 默认 error，否则 low"
            ),
            None,
            ("sign0", "sign_zero"),
        ),
        Input(
            "scan",
            Choice(("cycle", "restart")),
            Text("whole passes, or from the first sample after each update", "整轮扫描，或每次更新后从头开始"),
            "cycle",
        ),
        Input(
            "order",
            Numbers(1, 1, Text("the samples' numbers, such as 2,1,3", "样本编号，例如 2,1,3")),
            Text("order of the samples, numbered from 1", "样本的顺序，从 1 编号"),
            None,
        ),
        Input("start", Whole(), Text("place in the order to begin at", "从顺序中的第几个开始"), 1),
        Input(
            "max_epochs", Whole(), Text("passes after which it stops", "最多遍历的轮数"), None, ("epochs", "max_iter")
        ),
        Input(
            "visit",
            Whole(),
            Text("a visit to work out, the first with an error unless given", "要展开的访问序号，默认第一次出错的访问"),
            None,
        ),
        Input("dual", Flag(), Text("the dual form: coefficients and Gram matrix", "对偶形式：系数与 Gram 矩阵"), False),
    ),
    answers=(
        Answer("w", Text("weights at the end", "最终权重"), ("w", "a", "w_end"), perceptron.weights),
        Answer("b", Text("bias at the end", "最终偏置"), ("b", "theta"), perceptron.bias),
        Answer("updates", Text("updates", "更新次数")),
        Answer(
            "epochs",
            Text("epochs, the last one counted", "轮数（含最后一轮）"),
            ("epochs",),
            lambda env: env.get("epochs"),
        ),
        Answer("converged", Text("whether it converged", "是否收敛"), ("net",), lambda env: env["_trace"].converged),
        Answer("theta", Text("threshold at the end", "最终阈值"), ("theta",), perceptron.threshold),
        Answer("alpha", Text("coefficients of the dual form", "对偶形式的系数"), ("a",), perceptron.coefficients),
        Answer(
            "rows",
            Text("every visit", "逐次访问"),
            ("net", "y", "w", "b", "theta", "a"),
            perceptron.rows,
            gathers=True,
            asked=False,
        ),
    ),
    write=perceptron.write,
    example="dlcalc perceptron --x '3,3; 4,3; 1,1' --t 1,1,-1",
    conventions=(
        Convention(
            "labels",
            {
                "pm1": Text("labels −1 and 1", "标签为 −1 和 1"),
                "01": Text("labels 0 and 1", "标签为 0 和 1"),
            },
        ),
        Convention(
            "rule",
            {
                "yx": Text(
                    "w + η·t·x where t·net ≤ 0 (Rosenblatt, Li Hang)", "t·net ≤ 0 时 w + η·t·x（Rosenblatt、李航）"
                ),
                "error": Text("w + η·(t − y)·x (most course notebooks)", "w + η·(t − y)·x（多数课程代码）"),
            },
        ),
        Convention(
            "zero",
            {
                "error": Text("a sum of 0 is an error (Li Hang)", "加权和为 0 算错（李航）"),
                "high": Text("a sum of 0 gives the output 1 (sign(0) = +1)", "加权和为 0 时输出 1（sign(0) = +1）"),
                "low": Text(
                    "a sum of 0 gives the lower output (net > 0 wanted for 1)",
                    "加权和为 0 时输出较小的标签（net > 0 才输出 1）",
                ),
            },
        ),
        Convention(
            "scan",
            {
                "cycle": Text("whole passes over the samples", "按轮依次扫描样本"),
                "restart": Text(
                    "the scan starts again after each update (Li Hang's trace)", "每次更新后从头扫描（李航例题）"
                ),
            },
        ),
    ),
    misconceptions=perceptron_mistakes.MISCONCEPTIONS,
    settle=perceptron_inputs.settle,
    exact=True,
)
