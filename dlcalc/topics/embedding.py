"""The embedding table: its parameters, and its rows as products with one-hot vectors."""

from __future__ import annotations

from dlcalc.core.inputs import Flag, Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import embedding

TOPIC = Topic(
    name="embedding",
    title=Text("Embedding: parameters and rows", "嵌入层：参数量与取值"),
    inputs=(
        Input(
            "vocab",
            Whole(),
            Text("words of the vocabulary", "词表大小"),
            known_as=("vocab_size", "num_embeddings", "v"),
            instead="table",
        ),
        Input(
            "d",
            Whole(),
            Text("numbers of a word's vector", "词向量的维数"),
            known_as=("embedding_dim", "embed_dim", "d_model", "dim"),
            instead="table",
        ),
        Input(
            "padding_idx",
            Whole(0),
            Text("the padding word, whose row is not trained", "填充词的下标，其行不训练"),
            None,
            ("padding", "pad_idx"),
        ),
        Input(
            "indices",
            Numbers(1, 1),
            Text("words to look up, from 0", "要查的词的下标，从 0 数起"),
            None,
            ("index", "words", "ids"),
        ),
        Input("from_one", Flag(), Text("indices count from 1", "下标从 1 数起"), False, ("one_based",)),
        Input("table", Numbers(2, 2), Text("the table, words x d", "嵌入表：词数 x d"), None, ("w", "weight", "e")),
    ),
    answers=(
        Answer("params", Text("parameters", "参数量")),
        Answer("trained", Text("parameters that are trained", "参与训练的参数量")),
        Answer("values", Text("numbers that leave", "输出的元素个数")),
        Answer("macs", Text("multiply-accumulates of the one-hot product", "独热乘法的乘加次数")),
        Answer("y", Text("the rows looked up", "取出的词向量")),
    ),
    write=embedding.write,
    example="dlcalc embedding --vocab 30522 --d 768",
    misconceptions=embedding.MISCONCEPTIONS,
    settle=embedding.settle,
)
