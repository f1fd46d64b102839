"""A GRU by hand: gates and state step by step, and backpropagation through time."""

from __future__ import annotations

from functools import partial

from dlcalc.core.inputs import Choice
from dlcalc.core.topic import Convention, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import bptt_mistakes, gru, recurrent, recurrent_mistakes, recurrent_topic

ORDERS = {
    "rzn": Text("stacked gates in the order r, z, n (PyTorch)", "门按 r、z、n 叠放（PyTorch）"),
    "zrn": Text("stacked gates in the order z, r, n (Keras, ONNX)", "门按 z、r、n 叠放（Keras、ONNX）"),
}
RESETS = {
    "after": Text(
        "r meets the state after its matrix: r∘(U h) (PyTorch, Keras)", "r 作用在乘矩阵之后：r∘(U h)（PyTorch、Keras）"
    ),
    "before": Text("r meets the state before its matrix: U(r∘h) (Cho, d2l)", "r 作用在乘矩阵之前：U(r∘h)（Cho、d2l）"),
}
UPDATES = {
    "z-old": Text(
        "z holds the old state: h = (1 − z)∘n + z∘h (PyTorch, Keras)",
        "z 保留旧状态：h = (1 − z)∘n + z∘h（PyTorch、Keras）",
    ),
    "z-new": Text(
        "z lets the new state in: h = z∘n + (1 − z)∘h (Chung 2014)", "z 写入新状态：h = z∘n + (1 − z)∘h（Chung 2014）"
    ),
}

TOPIC = Topic(
    name="gru",
    title=Text("GRU: gates and state step by step", "GRU：逐步计算各门与隐状态"),
    inputs=(
        *recurrent_topic.sequence_inputs(),
        *recurrent_topic.weight_inputs(gru.CELL),
        Input("reset", Choice(tuple(RESETS)), Text("where the reset gate acts", "重置门作用的位置"), "after"),
        Input("update", Choice(tuple(UPDATES)), Text("which part z multiplies", "z 乘哪一部分"), "z-old"),
        *recurrent_topic.other_inputs(),
    ),
    answers=recurrent_topic.answers(gru.CELL),
    write=partial(recurrent.write, cell=gru.CELL),
    settle=partial(recurrent.settle, cell=gru.CELL),
    example="dlcalc gru --x 1,2 --wr 0.5 --ur 0.1 --wz 0.4 --uz 0.2 --wn 0.6 --un 0.3",
    conventions=(
        Convention("reset", RESETS, catalogue=("M183",)),
        Convention("update", UPDATES, catalogue=("M181",)),
        Convention("gate_order", ORDERS, recurrent_topic.is_stacked(ORDERS)),
        recurrent_topic.LOSS,
    ),
    misconceptions=(*recurrent_mistakes.gru(gru.CELL), *bptt_mistakes.GRU),
    indices=recurrent_topic.indices(gru.CELL),
    hands_on={"compare": "recurrent-params"},
)
