"""Attention by hand: from Q, K and V, or from tokens and projections; masks, heads, a second sequence."""

from __future__ import annotations

from dlcalc.core.inputs import Choice, Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Input, Topic, gathered
from dlcalc.errors import Text
from dlcalc.layers import attention
from dlcalc.layers.attention_inputs import MOST_HEADS, Mask, Scale, settle
from dlcalc.layers.attention_mistakes import MISCONCEPTIONS

MATRIX = Numbers(2, 2)
ROW = Numbers(2, 2, Text("one row such as 0.1,0.2", "一行，例如 0.1,0.2"))

TOPIC = Topic(
    name="attention",
    title=Text("Scaled dot-product attention", "缩放点积注意力"),
    inputs=(
        Input("q", MATRIX, Text("queries, a row each", "查询，每行一个"), None, ("query", "queries")),
        Input("k", MATRIX, Text("keys, a row each", "键，每行一个"), None, ("key", "keys")),
        Input("v", MATRIX, Text("values, a row each", "值，每行一个"), None, ("value", "values")),
        Input(
            "x", MATRIX, Text("tokens, a row each, instead of q, k, v", "词元，每行一个，代替 q、k、v"), None, ("in",)
        ),
        Input(
            "context",
            MATRIX,
            Text("tokens that are looked at, for cross-attention", "被关注的另一序列（交叉注意力）"),
            None,
            ("memory", "source", "encoder"),
        ),
        Input("wq", MATRIX, Text("weights of the queries, inputs x outputs", "查询权重：输入 x 输出"), None, ("w_q",)),
        Input("wk", MATRIX, Text("weights of the keys", "键权重"), None, ("w_k",)),
        Input("wv", MATRIX, Text("weights of the values", "值权重"), None, ("w_v",)),
        Input("wo", MATRIX, Text("weights of the output", "输出权重"), None, ("w_o",)),
        Input("bq", ROW, Text("bias of the queries", "查询的偏置"), None),
        Input("bk", ROW, Text("bias of the keys", "键的偏置"), None),
        Input("bv", ROW, Text("bias of the values", "值的偏置"), None),
        Input("bo", ROW, Text("bias of the output", "输出的偏置"), None),
        Input("heads", Whole(1, MOST_HEADS), Text("heads, which share the columns", "头数，平分各列"), 1, ("h",)),
        Input(
            "scale",
            Scale(),
            Text("scores are divided by √d_k, nothing, or a number", "分数除以 √d_k、不除，或除以某数"),
            "sqrt",
        ),
        Input(
            "mask",
            Mask(2, 2, Text("none, causal, or a matrix of queries x keys", " none、causal 或 查询 x 键 的矩阵")),
            Text(
                "what is hidden: 0 in a matrix of 0 and 1; other numbers are added",
                "遮住什么：0/1 矩阵中的 0；其他数值则相加",
            ),
            None,
        ),
        Input(
            "mask_ones",
            Choice(("see", "hide")),
            Text("what a 1 in the mask means", "掩码中的 1 表示什么"),
            "see",
        ),
        Input(
            "valid_len",
            Whole(),
            Text("keys that count; those after them are padding", "有效键的个数，其后为填充"),
            None,
            ("length", "padding", "valid_lens", "lengths"),
        ),
        Input(
            "mask_value",
            Choice(("inf", "1e9")),
            Text(
                "a hidden score becomes −∞ or −10⁹: the same weights unless a row is hidden whole",
                "被遮住的分数改为 −∞ 或 −10⁹：除非整行被遮住，权重相同",
            ),
            "inf",
        ),
        Input("layout", Choice(("in-out", "out-in")), Text("how weights are laid out", "权重的排列"), "in-out"),
    ),
    answers=(
        Answer("out", Text("the output, a row for each query", "输出，每个查询一行")),
        Answer("Q", Text("queries", "查询"), gathers=True),
        Answer("K", Text("keys", "键"), gathers=True),
        Answer("V", Text("values", "值"), gathers=True),
        Answer("scores", Text("Q·Kᵀ, not yet scaled", "Q·Kᵀ，未缩放"), value=gathered("scores"), gathers=True),
        Answer("scaled", Text("scaled scores", "缩放后的分数"), value=gathered("scaled"), gathers=True),
        Answer("M", Text("mask: 1 where a key is seen", "掩码：可见处为 1"), gathers=True),
        Answer(
            "weights",
            Text("attention weights, rows add up to 1", "注意力权重，每行和为 1"),
            value=gathered("weights"),
            gathers=True,
        ),
        Answer("head", Text("each head's output", "每个头的输出"), value=gathered("head"), gathers=True),
        Answer("concat", Text("the heads side by side", "各头拼接"), gathers=True),
    ),
    write=attention.write,
    example="dlcalc attention --q '1,2; 3,1' --k '2,1; 1,1; 0,1' --v '1,2,-2; 1,1,2; 0,1,-1'",
    conventions=attention.CONVENTIONS,
    misconceptions=MISCONCEPTIONS,
    settle=settle,
)
