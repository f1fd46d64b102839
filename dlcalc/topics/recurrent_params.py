"""Parameters of simple RNN, LSTM and GRU layers as textbook, Keras and PyTorch count them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlcalc.core.evaluate import Environment
from dlcalc.core.inputs import Choice, Choices, Flag, Whole
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.core.work import Work
from dlcalc.errors import Text
from dlcalc.layers import recurrent_params as layer

TITLES = {
    "rnn": Text("Simple RNN: parameters", "简单 RNN：参数量"),
    "lstm": Text("LSTM: parameters", "LSTM：参数量"),
    "gru": Text("GRU: parameters", "GRU：参数量"),
}


def headline(inputs: Mapping[str, Any]) -> Text:
    """Name the kind of network."""
    if inputs["compare"]:
        from dlcalc.layers import recurrent_compare

        return recurrent_compare.headline(inputs["compare"])
    return TITLES[inputs["kind"]]


def _total(source: str, says: Text) -> Answer:
    return Answer(
        source, says, ("all", source), lambda env: env["all", source] if ("all", source) in env else each(source)(env)
    )


def each(base: str) -> Callable[[Environment], Any]:
    """Return a reader of a line or, where kinds are compared, of what each has, in the order they are named."""

    def read(env: Environment) -> Any:
        found = [value for key, value in env.items() if key[0] == base and key != base]
        if base not in env and not found:
            raise KeyError(base)
        return env.get(base, found)

    return read


def write(w: Work) -> None:
    """Write the sheet of one kind of layer, or the comparison of several."""
    if w.inputs["compare"]:
        from dlcalc.layers import recurrent_compare

        recurrent_compare.write(w)
    else:
        layer.write(w)


def settle(inputs: dict[str, Any]) -> None:
    """Refuse what a comparison has no place for."""
    if inputs["compare"]:
        from dlcalc.layers import recurrent_compare

        recurrent_compare.settle(inputs)


TOPIC = Topic(
    name="recurrent-params",
    title=Text("RNN, LSTM and GRU: parameters", "RNN、LSTM 与 GRU：参数量"),
    inputs=(
        Input(
            "kind",
            Choice(tuple(layer.GATES)),
            Text("rnn, lstm or gru", "rnn、lstm 或 gru"),
            known_as=("type",),
            instead="compare",
        ),
        Input(
            "compare",
            Choices(tuple(layer.GATES), 2, 3),
            Text("compare two or three kinds: drawings, formulas", "比较两种或三种：图、公式"),
            None,
        ),
        Input(
            "input",
            Whole(),
            Text("numbers that enter at each time step", "每个时间步的输入个数"),
            known_as=("input_size", "in", "in_features"),
            instead="compare",
        ),
        Input(
            "hidden", Whole(), Text("hidden units", "隐藏单元数"), known_as=("hidden_size", "units"), instead="compare"
        ),
        Input("layers", Whole(), Text("layers on top of each other", "堆叠的层数"), 1, ("num_layers",)),
        Input("bidirectional", Flag(), Text("a layer for each direction", "双向"), False),
        Input(
            "biases",
            Choice(("one", "two", "none"), {"none": ("no-bias",)}),
            Text("bias vectors for each gate: one, two or none", "每个门的偏置向量：one、two 或 none"),
            "one",
            ("bias", "use_bias"),
        ),
        Input(
            "reset",
            Choice(("after", "before")),
            Text("where Keras's GRU resets", "Keras 的 GRU 在何处重置"),
            "after",
            ("reset_after",),
        ),
        Input("output", Whole(), Text("outputs of an output layer", "输出层的输出个数"), None, ("outputs", "classes")),
        Input(
            "length",
            Whole(),
            Text("time steps; they change no count", "时间步数（不影响参数量）"),
            None,
            ("t", "seq_len", "time_steps"),
        ),
    ),
    answers=(
        Answer("params", Text("parameters", "参数量"), value=each("params")),
        _total("textbook", Text("one bias vector for each gate", "教科书：每个门一个偏置向量")),
        _total("keras", Text("as Keras counts them", "Keras 的参数量")),
        _total("pytorch", Text("as PyTorch counts them", "PyTorch 的参数量")),
    ),
    write=write,
    settle=settle,
    example="dlcalc recurrent-params --kind lstm --input 10 --hidden 20",
    conventions=(layer.BIASES, layer.RESET),
    misconceptions=layer.MISCONCEPTIONS,
    headline=headline,
)
