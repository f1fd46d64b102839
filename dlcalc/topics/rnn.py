"""A recurrent network by hand: states and outputs step by step, and backpropagation through time."""

from __future__ import annotations

from functools import partial

from dlcalc.core.inputs import Choice
from dlcalc.core.topic import Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import recurrent, recurrent_mistakes, recurrent_topic, rnn

TOPIC = Topic(
    name="rnn",
    title=Text("Recurrent network: states and outputs step by step", "循环神经网络：逐步计算状态与输出"),
    inputs=(
        *recurrent_topic.sequence_inputs(),
        *recurrent_topic.weight_inputs(rnn.CELL),
        Input(
            "act", Choice(recurrent.ACTS), Text("activation of the state", "状态的激活函数"), "tanh", ("activation",)
        ),
        *recurrent_topic.other_inputs(),
    ),
    answers=recurrent_topic.answers(rnn.CELL),
    write=partial(recurrent.write, cell=rnn.CELL),
    settle=partial(recurrent.settle, cell=rnn.CELL),
    example="dlcalc rnn --x 0.7,0.5,0.2 --h0 0.1 --wx 0.9 --wh 0.5 --b 0.3",
    conventions=(recurrent_topic.LOSS,),
    misconceptions=recurrent_mistakes.rnn(rnn.CELL),
    indices=recurrent_topic.indices(rnn.CELL),
    hands_on={"compare": "recurrent-params"},
)
