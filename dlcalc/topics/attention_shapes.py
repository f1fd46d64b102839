"""Shapes, parameters and multiplications of attention, on sequences and on maps."""

from __future__ import annotations

from dlcalc.core.inputs import Choice, Flag, PerAxis, Whole
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import attention_shapes

TOPIC = Topic(
    name="attention-shapes",
    title=Text("Attention: shapes, parameters, multiplications", "注意力：形状、参数量、乘法次数"),
    inputs=(
        Input(
            "kind",
            Choice(attention_shapes.KINDS, {"nonlocal": ("non-local",), "channel": ("se",), "spatial": ("cbam",)}),
            Text("what attends: tokens, or a map's channels or places", "谁做注意力：词元，或特征图的通道、位置"),
            "sequence",
        ),
        Input("n", Whole(), Text("queries (tokens)", "查询数（词元数）"), None, ("length", "seq_len", "tokens")),
        Input(
            "source", Whole(), Text("keys, if not the same tokens", "键的个数（若来自另一序列）"), None, ("m", "n_k")
        ),
        Input("d_model", Whole(), Text("numbers of a token", "每个词元的维数"), None, ("d", "dim", "embed_dim")),
        Input("heads", Whole(), Text("heads; 1 unless given", "头数，默认 1"), None, ("h", "num_heads")),
        Input(
            "d_k",
            Whole(),
            Text(
                "numbers of a query in each head; d_model/heads unless given", "每个头中查询的维数，默认 d_model/heads"
            ),
            None,
        ),
        Input(
            "d_v",
            Whole(),
            Text("numbers of a value in each head; d_k unless given", "每个头中值的维数，默认 d_k"),
            None,
        ),
        Input(
            "in",
            PerAxis(shape="CxHxW"),
            Text("the map: channels, height, width", "特征图：通道、高、宽"),
            None,
            ("map",),
        ),
        Input(
            "inner",
            Whole(),
            Text("columns L of Q, K and V on a map; C unless given", "特征图上 Q、K、V 的列数 L，默认 C"),
            None,
            ("L",),
        ),
        Input(
            "reduction",
            Whole(),
            Text("how many times narrower the gate's hidden layer is", "门控隐层缩小的倍数"),
            None,
            ("r",),
        ),
        Input(
            "k",
            Whole(),
            Text("kernel of spatial attention's convolution; 1 unless given", "空间注意力卷积核边长，默认 1"),
            None,
        ),
        Input("bias", Flag(), Text("projections have biases", "投影带偏置"), True),
    ),
    answers=(
        Answer("params", Text("parameters", "参数量")),
        Answer("macs", Text("multiplications", "乘法次数")),
        Answer("adds", Text("additions in the products, biases not counted", "乘积中的加法次数，不计偏置")),
        Answer("Q", Text("shape of Q, all heads", "Q 的形状（所有头）"), is_size=True),
        Answer("K", Text("shape of K", "K 的形状"), is_size=True),
        Answer("V", Text("shape of V", "V 的形状"), is_size=True),
        Answer("scores", Text("shape of the scores (in each head)", "分数矩阵的形状（每个头）"), is_size=True),
        Answer("weights", Text("shape of the weights", "权重矩阵的形状"), is_size=True),
        Answer("head", Text("shape of a head's output", "每个头输出的形状"), is_size=True),
        Answer("concat", Text("shape of the heads side by side", "各头拼接后的形状"), is_size=True),
        Answer("squeezed", Text("shape after the squeeze", "压缩后的形状"), is_size=True),
        Answer("out", Text("shape of the output", "输出的形状"), is_size=True),
        Answer("scores_size", Text("numbers in the scores", "分数矩阵中数的个数")),
        Answer("gates", Text("weights of channels or places", "通道或位置的权重个数")),
        Answer("scale", Text("what the scores are divided by", "分数的除数")),
        Answer("params_qkv", Text("parameters of Q, K and V", "Q、K、V 的参数量")),
    ),
    write=attention_shapes.write,
    example="dlcalc attention-shapes --n 10 --d-model 512 --heads 8",
    conventions=attention_shapes.CONVENTIONS,
    misconceptions=attention_shapes.MISCONCEPTIONS,
    settle=attention_shapes.settle,
)
