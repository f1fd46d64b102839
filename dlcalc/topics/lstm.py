"""An LSTM by hand: gates, cell and state step by step, and backpropagation through time."""

from __future__ import annotations

from functools import partial

from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Convention, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import bptt_mistakes, lstm, recurrent, recurrent_mistakes, recurrent_topic

ORDERS = {
    "ifgo": Text("stacked gates in the order i, f, g, o (PyTorch, Keras)", "门按 i、f、g、o 叠放（PyTorch、Keras）"),
    "ifog": Text("stacked gates in the order i, f, o, g (CS231n)", "门按 i、f、o、g 叠放（CS231n）"),
    "igfo": Text("stacked gates in the order i, g, f, o (TensorFlow 1)", "门按 i、g、f、o 叠放（TensorFlow 1）"),
    "iofg": Text("stacked gates in the order i, o, f, g (ONNX)", "门按 i、o、f、g 叠放（ONNX）"),
}

TOPIC = Topic(
    name="lstm",
    title=Text("LSTM: gates, cell and state step by step", "LSTM：逐步计算各门、细胞状态与隐状态"),
    inputs=(
        *recurrent_topic.sequence_inputs(),
        Input("c0", Numbers(1, 2), Text("cell before the first step; 0 if not given", "初始细胞状态；默认 0"), None),
        *recurrent_topic.weight_inputs(lstm.CELL),
        *recurrent_topic.other_inputs(),
    ),
    answers=recurrent_topic.answers(lstm.CELL),
    write=partial(recurrent.write, cell=lstm.CELL),
    settle=partial(recurrent.settle, cell=lstm.CELL),
    example="dlcalc lstm --x 1,2 --wi 0.5 --ui 0.1 --wf 0.4 --uf 0.2 --wg 0.6 --ug 0.3 --wo 0.7 --uo 0.1",
    conventions=(
        Convention("gate_order", ORDERS, recurrent_topic.is_stacked(ORDERS)),
        recurrent_topic.LOSS,
    ),
    misconceptions=(*recurrent_mistakes.lstm(lstm.CELL), *bptt_mistakes.LSTM),
    indices=recurrent_topic.indices(lstm.CELL),
    hands_on={"compare": "recurrent-params"},
)
