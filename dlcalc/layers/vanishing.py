"""Why a recurrent net's gradient vanishes or explodes, with its own numbers: products of Jacobians over time.

J[t] = ∂h[t]/∂h[t-1] (of an LSTM ∂c[t]/∂c[t-1]); P[k] = ∂h[T]/∂h[k] = J[T]·…·J[k+1]. What step k adds to the gradient
of the last step's error is ∂E/∂h[T] sent back through P[k]. Of an LSTM ∂c[T]/∂c[k] is no such product: c and h are both
handed on, and h[k] reaches later cells by the output gates too (`lstm.further`). For an RNN
‖P[k]‖₂ ≤ (‖W_h‖₂·max f′)^(T−k): below 1 it must vanish, and only from 1 on can it explode. Source: Pascanu, Mikolov and
Bengio 2013, §2.1.
"""

from __future__ import annotations

from dlcalc.core.work import Work
from dlcalc.errors import Text
from dlcalc.layers.lstm import further as lstm_further
from dlcalc.layers.recurrent import OPENED, run
from dlcalc.layers.recurrent_spot import Cell, Row, Spot
from dlcalc.layers.rnn import slope

STEEPEST = {"tanh": "1", "sigmoid": "1/4", "relu": "1", "linear": "1"}
"""The largest slope of an RNN's activation."""


def write(w: Work, cell: Cell, spot: Spot, source: str) -> None:
    """Write the Jacobians, their products and sizes; for an RNN the sum over k and the bound as well.

    `source` is the formula of ∂E/∂h[t] of step t's own error.
    """
    steps, h = len(w.inputs["steps"]), cell.kept
    if steps == 1:
        return
    w.note("Why gradients vanish or explode: Jacobians over time", "梯度为何消失或爆炸：沿时间的雅可比矩阵")
    run(w, cell.jacobian(w.inputs), range(steps, 1, -1), spot)
    lstm = h == "c"
    if lstm:
        seen = "pf" in spot.weights or "pi" in spot.weights
        w.note(*_HELD[seen])
    paths = [("P", "J", "size"), *([("D", "direct", "direct_size")] if lstm else [])]
    for product, factor, size in paths:
        whole = product == "P"
        w.let(
            f"{product}[t] = {factor}[t+1]",
            "the last step by the one before it" if whole else "the same along the direct path",
            "最后一步对前一步的导数" if whole else "只沿直接路径",
            id=f"{product}-first",
            t=steps - 1,
        )
        further = [
            Row(
                f"{product}[t] = {product}[t+1] @ {factor}[t+1]",
                "one Jacobian more" if whole else "one step more of the direct path",
                "再乘一个雅可比矩阵" if whole else "直接路径再退一步",
                product,
            )
        ]
        if whole and lstm and steps > 2:
            w.let(
                "K[t] = J_h[t+1]",
                "the last cell by h of the step before it",
                "最后一步的 c 对前一步 h 的导数",
                id="K-first",
                t=steps - 1,
            )
            further = lstm_further()
        run(w, further, range(steps - 2, 0, -1), spot)
        stretch = Row(
            f"{size}[t] = spectral({product}[t])", "how much it can stretch an error", "它至多把误差放大多少", size
        )
        run(w, [stretch], range(steps - 1, 0, -1), spot)
    columns = ["size[t]", *(["direct_size[t]"] if lstm else [])]
    if cell.gates.order == "":
        columns += _of_rnn(w, spot, source, steps)
    w.table(
        "The last step by step t: how much of an error gets back there",
        "最后一步对第 t 步：误差能反传回来多少",
        "t",
        range(steps - 1, 0, -1),
        tuple(columns),
        also=_HIDDEN,
        opened=tuple(range(steps, 0, -1)) if steps <= OPENED else (steps - 1,),
    )
    if cell.gates.order == "":
        _verdict(w)


_HELD = {
    False: Text(
        "With h held fixed c passes on by the forget gate alone; the total derivative adds the way through h.",
        "固定 h 时，c 只经遗忘门传递；全导数还要加上经过 h 的路径。",
    ),
    True: Text(
        "With h held fixed c passes on by the forget gate and the peepholes; the total derivative adds the way "
        "through h.",
        "固定 h 时，c 只经遗忘门与窥视孔传递；全导数还要加上经过 h 的路径。",
    ),
}

_HIDDEN = (
    "J",
    "J_h",
    "J_n",
    "direct",
    "v_f",
    "v_i",
    "v_g",
    "v_h",
    "v_r",
    "v_z",
    "v_n",
    "v_o",
    "K",
    "P",
    "D",
    "part",
    "part_size",
    "e",
    "inner",
)


def _of_rnn(w: Work, spot: Spot, source: str, steps: int) -> list[str]:
    """Write an RNN's sum over k of the last step's error, and the bound on the sizes; return the table's columns."""
    act = w.inputs["act"]
    at = {"t": steps, "m": w.inputs["targets"][steps].shape[0]}
    w.let(
        f"e[t] = {source}",
        "∂E/∂h of the last step alone",
        "最后一步误差对其 h 的导数",
        id="e-last",
        **at,
    )
    back = Row(f"e[t] = P[t].T @ e[{steps}]", "its way back to this step", "它反传到本步", "e")
    run(w, [back], range(steps - 1, 0, -1), spot)
    linear = act == "linear"
    rows = [
        Row(
            f"part[t] = outer({'e[t]' if linear else 'inner[t]'}, h[t-1])",
            "what step t adds to ∂E/∂W_h of the last step's error",
            "第 t 步对最后一步误差的 ∂E/∂W_h 的贡献",
            "part",
        ),
        Row("part_size[t] = norm(part[t])", "its size", "其大小", "part_size"),
    ]
    if not linear:
        through = Row(f"inner[t] = e[t]*({slope(spot, act)})", "through the activation", "经过激活函数", f"inner-{act}")
        rows.insert(0, through)
    run(w, rows, range(steps, 0, -1), spot)
    w.let(
        "dW_h_last = sum(part[t] for t in (1, ..., T))",
        "∂E/∂W_h of the last step's error: the sum over all steps",
        "最后一步误差的 ∂E/∂W_h：对所有步求和",
        id="dW_h_last",
        T=steps,
    )
    w.let(f"gamma = {STEEPEST[act]}", "the largest slope of the activation", "激活函数的最大导数", id=f"gamma-{act}")
    w.let("bound = spectral(W_h)*gamma", "no Jacobian can stretch more", "每个雅可比矩阵至多放大的倍数", id="bound")
    most = Row(f"at_most[t] = bound**({steps} - t)", "so the product stretches at most", "因此乘积至多", "at_most")
    run(w, [most], range(steps - 1, 0, -1), spot)
    return ["at_most[t]", "part_size[t]"]


def _verdict(w: Work) -> None:
    if w.when("bound < 1", "does every step shrink the error?", "每一步都缩小误差吗？", id="vanishes"):
        w.note(
            "‖W_h‖₂·max f′ < 1 is enough: the gradient vanishes, whatever the inputs.",
            "‖W_h‖₂·max f′ < 1 已足够：无论输入如何，梯度都会消失。",
        )
    else:
        w.note(
            "‖W_h‖₂·max f′ ≥ 1 is needed for a gradient to explode, but not enough: slopes below 1 shrink it.",
            "‖W_h‖₂·max f′ ≥ 1 是梯度爆炸的必要条件，但不充分：小于 1 的导数仍可能使它缩小。",
        )
