"""Parameters of recurrent layers (simple RNN, LSTM, GRU), gate by gate, and as textbook, Keras and PyTorch count them.

Symbols: d numbers enter at each time step, h hidden units, L layers, K outputs of an output layer. A gate (the
candidate among them) has W, h × d, for the input, U, h × h, for the state before, and one bias vector or two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlcalc.core.topic import Convention, Misconception
from dlcalc.core.work import Work
from dlcalc.errors import Text

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
"""Sets of W, U and b that a layer of each kind has."""

SOURCES = ("textbook", "keras", "pytorch")


def write(w: Work) -> None:
    """Write the parameters of one or several recurrent layers.

    Sources: Goodfellow et al., Deep Learning (2016), equations 10.8 and 10.40–10.44; Cho et al. (2014) for the GRU;
    torch.nn.RNN, LSTM and GRU (two bias vectors); keras.layers.SimpleRNN, LSTM and GRU (GRU: reset_after).
    """
    inputs = w.inputs
    w.given("d", inputs["input"], "input")
    w.given("h", inputs["hidden"], "hidden")
    if inputs["layers"] > 1:
        w.given("L", inputs["layers"], "layers")
    if inputs["output"]:
        w.given("K", inputs["output"], "output")
    if inputs["length"]:
        w.given("T", inputs["length"], "length")
    gate_lines(w)
    layer_lines(w)
    if inputs["output"]:
        head_line(w)
        w.let("params = recurrent + head", "learned numbers", "参数总数", id="params-head")
    else:
        w.let("params = recurrent", "learned numbers", "参数总数", id="params-alone")
    if inputs["length"]:
        w.note(
            "All {T} time steps share these weights: T changes nothing.",
            "{T} 个时间步共用这些权重：参数量与 T 无关。",
            T=inputs["length"],
        )
    side_by_side(w)


def gate_lines(w: Work) -> None:
    """Write how many gates there are, and what one of them has."""
    inputs = w.inputs
    match inputs["kind"]:
        case "rnn":
            w.let("gates = 1", "h = tanh(Wx + Uh + b): one set of W, U, b", "h = tanh(Wx + Uh + b)：一组 W、U、b")
        case "lstm":
            w.let("gates = 4", "i, f, o and the candidate g: each has W, U, b", "i、f、o 与候选 g：各有 W、U、b")
        case _:
            w.let("gates = 3", "r, z and the candidate n: each has W, U, b", "r、z 与候选 n：各有 W、U、b")
    gate_parts(w)


def gate_parts(w: Work) -> None:
    """Write the matrices and biases of one gate in the first layer."""
    inputs = w.inputs
    first = 1 if inputs["layers"] > 1 else ""
    w.let("W[l] = h*d", "one gate's weights for the input, h × d", "一个门对输入的权重，h × d", id="W-first", l=first)
    w.let("U = h*h", "one gate's weights for the state before, h × h", "一个门对上一状态的权重，h × h")
    if inputs["biases"] == "one":
        w.let("b = h", "one gate's bias", "一个门的偏置", id="b-one")
    elif inputs["biases"] == "two":
        w.let("b = 2*h", "one gate's biases b_ih and b_hh", "一个门的两个偏置 b_ih 与 b_hh", id="b-two")
    else:
        w.let("b = 0", "no biases", "没有偏置", id="b-none")


def layer_lines(w: Work) -> None:
    """Write the layers: both directions have all weights of their own, and a later layer reads both directions."""
    both, layers = w.inputs["bidirectional"], w.inputs["layers"]
    factor, way = ("2*", "both") if both else ("", "one")
    all_of, all_of_zh = ("the gates of both directions", "两个方向的所有门") if both else ("all gates", "所有的门")
    if layers == 1:
        w.let("gate = W + U + b", "one gate", "一个门")
        w.let(f"recurrent = {factor}gates*gate", all_of, all_of_zh, id=f"layer-{way}")
        return
    w.let("gate[1] = W[1] + U + b", "one gate of layer 1", "第 1 层的一个门")
    w.let(f"layer[1] = {factor}gates*gate[1]", all_of, all_of_zh, id=f"first-{way}")
    if both:
        w.let(
            "W[2] = 2*h*h",
            "a later layer reads the states of both directions",
            "后面的层读入两个方向的状态",
            id="W-later-both",
        )
    else:
        w.let("W[2] = h*h", "a later layer reads the h states below", "后面的层读入下层的 h 个状态", id="W-later")
    w.let("gate[2] = W[2] + U + b", "one gate of a later layer", "后面各层的一个门")
    w.let(f"layer[2] = {factor}gates*gate[2]", all_of, all_of_zh, id=f"later-{way}")
    w.let("recurrent = layer[1] + (L - 1)*layer[2]", "layer 1 and the later ones", "第 1 层与后面各层", id="stack")


def head_line(w: Work) -> None:
    """Write the output layer y = Vh + c, which has one bias vector everywhere."""
    if w.inputs["bidirectional"]:
        w.let("head = 2*h*K + K", "V, K × 2h, for both directions, and c", "V（K × 2h，两个方向）与 c", id="head-both")
    else:
        w.let("head = h*K + K", "the output layer's V, K × h, and c", "输出层的 V（K × h）与 c", id="head-one")


def side_by_side(w: Work) -> None:
    """Write the same network as textbook, Keras and PyTorch have it: a table of matrices, a row for each."""
    inputs = w.inputs
    factor = "2*" if inputs["bidirectional"] else ""
    later = inputs["layers"] > 1
    head = " + head" if inputs["output"] else ""
    W = "(W[1] + (L - 1)*W[2])" if later else "W"
    U, h = ("L*U", "L*h") if later else ("U", "h")
    for source in SOURCES:
        w.let(f"W[k] = {factor}gates*{W}", "all matrices W", "全部 W", k=source)
    for source in SOURCES:
        w.let(f"U[k] = {factor}gates*{U}", "all matrices U", "全部 U", k=source)
    for source in SOURCES:
        match 0 if inputs["biases"] == "none" else vectors_in(source, inputs):
            case 0:
                w.let("b[k] = 0", "no biases", "没有偏置", k=source)
            case 1:
                w.let(f"b[k] = {factor}gates*{h}", "one bias vector for each gate", "每个门一个偏置向量", k=source)
            case _:
                w.let(f"b[k] = {factor}gates*2*{h}", "two bias vectors for each gate", "每个门两个偏置向量", k=source)
    for source in SOURCES:
        w.let(f"all[k] = W[k] + U[k] + b[k]{head}", "learned numbers", "参数总数", k=source)
    w.table(
        "matrix by matrix, the whole network in textbooks, Keras and PyTorch",
        "逐个矩阵：整个网络在教科书、Keras 与 PyTorch 中的参数量",
        "k",
        SOURCES,
        ("W[k]", "U[k]", "b[k]", "all[k]"),
    )
    tensors(w)


def vectors_in(source: str, inputs: Mapping[str, Any]) -> int:
    """Return how many bias vectors a gate has in a textbook, in Keras or in PyTorch."""
    if source == "pytorch" or (source == "keras" and inputs["kind"] == "gru" and inputs["reset"] == "after"):
        return 2
    return 1


def tensors(w: Work) -> None:
    """Name the tensors of the first layer (one direction) as PyTorch and Keras store them."""
    inputs = w.inputs
    d, h, rows = inputs["input"], inputs["hidden"], GATES[inputs["kind"]] * inputs["hidden"]
    biased = inputs["biases"] != "none"
    torch = f"weight_ih[{rows}×{d}], weight_hh[{rows}×{h}]"
    keras = f"kernel[{d}×{rows}], recurrent_kernel[{h}×{rows}]"
    if biased:
        torch += f", bias_ih[{rows}], bias_hh[{rows}]"
        keras += f", bias[{'2×' if vectors_in('keras', inputs) == 2 else ''}{rows}]"
    w.note(
        "One direction of layer 1, its gates stacked, is in PyTorch: {torch}; in Keras: {keras}.",
        "第 1 层的一个方向，各门叠放，在 PyTorch 中是 {torch}；在 Keras 中是 {keras}。",
        torch=torch,
        keras=keras,
    )


BIASES = Convention(
    "biases",
    {
        "one": Text(
            "one bias vector for each gate (textbooks; Keras's SimpleRNN and LSTM)",
            "每个门一个偏置向量（教科书；Keras 的 SimpleRNN 与 LSTM）",
        ),
        "two": Text(
            "two bias vectors for each gate, b_ih and b_hh (PyTorch; Keras's GRU)",
            "每个门两个偏置向量 b_ih、b_hh（PyTorch；Keras 的 GRU）",
        ),
    },
    lambda inputs: inputs["biases"] != "none",
    catalogue=("M171",),
)

RESET = Convention(
    "reset",
    {
        "after": Text(
            "Keras's GRU resets after the product with U: two bias vectors (reset_after=True)",
            "Keras 的 GRU 在乘 U 之后重置：两个偏置向量（reset_after=True）",
        ),
        "before": Text(
            "Keras's GRU resets before the product with U: one bias vector (reset_after=False)",
            "Keras 的 GRU 在乘 U 之前重置：一个偏置向量（reset_after=False）",
        ),
    },
    lambda inputs: _counts("gru")(inputs) and inputs["biases"] != "none",
)


def _counts(kind: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return what says whether a kind is counted, alone or compared with others."""
    return lambda inputs: kind in (inputs["kind"], *(inputs["compare"] or ()))


MISCONCEPTIONS = (
    Misconception(
        "times-the-steps",
        Text(
            "You multiplied by the time steps: all steps share the same weights.",
            "乘了时间步数：所有时间步共享同一组权值。",
        ),
        {"params-head": "T*(recurrent + head)", "params-alone": "T*recurrent"},
        applies=lambda inputs: bool(inputs["length"]),
        catalogue=("M166",),
    ),
    Misconception(
        "one-gate-only",
        Text(
            "You counted a single gate: each gate and the candidate have W, U and b of their own.",
            "只算了一个门：每个门和候选状态都有自己的 W、U、b。",
        ),
        {"gates": "1", "gates-lstm": "1", "gates-gru": "1"},
        applies=lambda inputs: inputs["kind"] != "rnn",
        catalogue=("M167",),
    ),
    Misconception(
        "candidate-forgotten",
        Text(
            "You counted the three gates alone: the candidate g has W, U and b too, which makes four.",
            "只算了三个门：候选 g 也有 W、U、b，共四组。",
        ),
        {"gates": "3", "gates-lstm": "3"},
        applies=_counts("lstm"),
        catalogue=("M168",),
    ),
    Misconception(
        "gru-with-four",
        Text(
            "You counted four sets as in an LSTM: a GRU has r, z and the candidate, which makes three.",
            "按 LSTM 算了四组：GRU 只有 r、z 和候选，共三组。",
        ),
        {"gates": "4", "gates-gru": "4"},
        applies=_counts("gru"),
        catalogue=("M170",),
    ),
    Misconception(
        "gru-candidate-forgotten",
        Text(
            "You counted the two gates alone: the candidate has W, U and b too, which makes three.",
            "只算了两个门：候选也有 W、U、b，共三组。",
        ),
        {"gates": "2", "gates-gru": "2"},
        applies=_counts("gru"),
    ),
    Misconception(
        "recurrent-weights-left-out",
        Text(
            "You left out U: each gate also has h × h weights for the state before.",
            "漏了 U：每个门对上一时刻的状态还有 h × h 个权重。",
        ),
        {"U": "0"},
        catalogue=("M169", "M173"),
    ),
    Misconception(
        "recurrent-weights-as-the-input",
        Text(
            "You gave U the width of the input: it takes the h states of the step before, so it is h × h.",
            "U 用了输入的宽度：它作用于上一时刻的 h 个状态，因此是 h × h。",
        ),
        {"U": "h*d"},
    ),
    Misconception(
        "one-direction-only",
        Text(
            "You counted one direction: both have weights of their own, which doubles the layer.",
            "只算了一个方向：两个方向各有自己的权重，要乘 2。",
        ),
        {"layer-both": "gates*gate", "first-both": "gates*gate[1]", "later-both": "gates*gate[2]"},
        catalogue=("M172",),
    ),
    Misconception(
        "bias-left-out",
        Text("You left out the biases of the gates.", "漏了各个门的偏置。"),
        {"b-one": "0", "b-two": "0"},
    ),
    Misconception(
        "one-bias-for-a-gate",
        Text(
            "You counted one bias for each gate: each of its h units has one.",
            "每个门只算了一个偏置：h 个单元各有一个。",
        ),
        {"b-one": "1"},
    ),
    Misconception(
        "later-layers-read-the-input",
        Text(
            "You counted every layer like the first: a later layer reads the states of the layer below, not the input.",
            "每层都按第 1 层算：后面的层读入下层的状态，而不是输入。",
        ),
        {"W-later": "h*d", "W-later-both": "h*d"},
    ),
    Misconception(
        "later-layers-read-one-direction",
        Text(
            "You let the later layers read h states: both directions together give 2h.",
            "后面的层只读入了 h 个状态：两个方向合起来是 2h 个。",
        ),
        {"W-later-both": "h*h"},
    ),
    Misconception(
        "output-reads-one-direction",
        Text(
            "You let the output layer read h states: both directions together give 2h.",
            "输出层只读入了 h 个状态：两个方向合起来是 2h 个。",
        ),
        {"head-both": "h*K + K"},
    ),
    Misconception(
        "output-layer-left-out",
        Text("You left out the output layer: it has weights and biases too.", "漏了输出层：它也有权重和偏置。"),
        {"params-head": "recurrent"},
    ),
)
