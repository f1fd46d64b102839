"""Pictures of the Transformer: an encoder block, a decoder block, and both in the whole, drawn from the bottom up.

Post-norm adds a sub-layer's input to its output and normalizes the sum (Vaswani et al. 2017); pre-norm normalizes the
input alone and adds what came in to the output (GPT-2, ViT).
"""

from __future__ import annotations

from dataclasses import dataclass

from dlcalc.errors import Text
from dlcalc.layers.diagram import Diagram, Label, Point
from dlcalc.layers.transformer_figures import TITLES, WHOLE

SELF = Text("Multi-head\nself-attention", "多头\n自注意力")
MASKED = Text("Masked multi-head\nself-attention", "带掩码的多头\n自注意力")
CROSS = Text("Multi-head\ncross-attention", "多头\n交叉注意力")
FEED = Text("Feed-forward network", "前馈网络")
ADD_NORM = Text("Add & Norm", "残差相加与归一化")
NORM = Text("Norm", "归一化")

DOES = {
    "self": Text("each token gathers from all", "每个词元汇总所有词元的信息"),
    "masked": Text("each token sees no later one", "每个词元看不到后面的词元"),
    "cross": Text("asks what the encoder read", "查询编码器读到的内容"),
    "feed": Text("each token on its own", "逐个词元作非线性变换"),
    "add": Text("input kept, scale evened", "保留输入，统一尺度"),
    "norm": Text("evens the scale", "统一尺度"),
    "plus": Text("keeps the input", "保留输入"),
}
"""What a part is for, in the few words that fit beside it."""


@dataclass(slots=True)
class Stack:
    """A column of sub-layers that grows upwards from row `y`, standing on the node or the place `below`.

    Attributes:
        x: its middle column.
        wide: columns of a box.
        side: the column in which residual connections run.
        norm: where it normalizes, "post" or "pre".
        told: whether what each part is for stands beside it.
        memory: the column from which K and V of cross-attention come in, and then the row in which they do.
    """

    d: Diagram
    key: str
    x: int
    wide: int
    side: int
    norm: str
    told: bool
    y: int
    below: str | Point
    memory: int = 0
    row: int = 0

    def attention(self, kind: str, label: Label) -> None:
        """Put an attention on top: Q, K and V from below, or Q alone ("cross")."""
        self._add(kind, label, "attention", 4)

    def feed_forward(self) -> None:
        """Put a feed-forward network on top."""
        self._add("feed", FEED, "ffn", 3)

    def normalize(self) -> None:
        """Put a normalization of its own on top."""
        name = f"{self.key}-norm"
        self.d.box(name, self.x - self.wide // 2, self.y - 3, self.wide, NORM, "norm")
        self.d.wire(name, self.below, name)
        self._tell("norm", self.y - 2)
        self.below, self.y = name, self.y - 4

    def _add(self, kind: str, label: Label, role: str, high: int) -> None:
        """Put a sub-layer on top, with its residual connection and its normalization."""
        d, x, name, at = self.d, self.x, f"{self.key}-{kind}", self.y
        left, signal, source = x - self.wide // 2, f"{self.key}-{kind}-in", self.below
        entry = (x, at)
        if self.norm == "pre":
            d.box(f"{name}-norm", left, at - 4, self.wide, NORM, "norm")
            d.wire(signal, source, f"{name}-norm")
            self._tell("norm", at - 3)
            self._read(kind, f"{signal}-normed", f"{name}-norm", name, at - 5, left, label, role, high)
        else:
            if kind == "cross":
                entry = (x + QUERY, at)
            self._read(kind, signal, source, name, at - 1, left, label, role, high)
        top = d.nodes[name].y
        if self.norm == "pre":
            joined, where = f"{name}-plus", top - 2
            d.operation(joined, x, where, "+")
            self._tell("plus", where)
            self.y = where - 1
        else:
            joined, where = f"{name}-add", top - 3
            d.box(joined, left, where - 1, self.wide, ADD_NORM, "norm")
            self._tell("add", where)
            self.y = where - 2
        d.wire(f"{name}-out", name, joined)
        d.wire(signal, entry, (self.side, at), (self.side, where), joined)
        self.below = joined

    def _read(
        self, kind: str, signal: str, source: str | Point, name: str, row: int, left: int, label: Label, role: str,
        high: int,
    ) -> None:  # fmt: skip
        """Put the box of a sub-layer whose inputs part in `row`, and lead them into it."""
        d, x = self.d, self.x
        bottom = row - 1 if kind == "feed" else row - 2
        d.box(name, left, bottom - high + 1, self.wide, label, role, high=high)
        self._tell(kind, bottom - high // 2)
        if kind == "feed":
            d.wire(signal, source, name)
            return
        if kind == "cross":
            d.wire(signal, source, (x + QUERY, row), name)
            d.wire("memory", (self.memory, row), (x, row), name)
            d.wire("memory", (x - QUERY, row), name)
            self.row = row
        else:
            d.wire(signal, source, name)
            for step in (-QUERY, QUERY):
                d.wire(signal, (x, row), (x + step, row), name)
        for step, symbol in ((-QUERY, "K"), (0, "V"), (QUERY, "Q")):
            d.words(x + step + 2, bottom + 1, symbol)

    def _tell(self, part: str, y: int) -> None:
        if self.told:
            self.d.words(self.side + 4, y, DOES[part], role="small")


QUERY = 8
"""Columns between the middle and the arrows of K and Q."""


def encoder_block(norm: str = "post", layers: str = "N") -> Diagram:
    """Return the picture of one of `layers` encoder blocks, what each part is for beside it."""
    d = Diagram(TITLES["encoder", norm])
    stack = Stack(d, "encoder", 18, 27, 35, norm, True, -2, (18, 0))
    stack.attention("self", SELF)
    stack.feed_forward()
    _close(stack, layers, Text("X, one row per token", "X，每行一个词元"))
    return d


def decoder_block(norm: str = "post", layers: str = "N", *, cross: bool = True) -> Diagram:
    """Return the picture of one of `layers` decoder blocks, with cross-attention or, as in GPT, without."""
    d = Diagram(TITLES["decoder", norm])
    stack = Stack(d, "decoder", 27, 27, 44, norm, True, -2, (27, 0), memory=9)
    stack.attention("masked", MASKED)
    if cross:
        stack.attention("cross", CROSS)
        d.words(7, stack.row - 1, Text("encoder's", "编码器"), 1)
        d.words(7, stack.row, Text("output", "输出"), 1)
    stack.feed_forward()
    _close(stack, layers, Text("Y, the tokens so far", "Y，已生成的词元"))
    return d


def _close(stack: Stack, layers: str, enters: Text) -> None:
    """Draw the frame of a block, what enters it below and what leaves it above."""
    d, top = stack.d, stack.y
    d.wire("out", stack.below, (stack.x, top - 2))
    left = stack.x - stack.wide // 2 - 2
    d.frame(left, top, stack.side + 3 - left, -top)
    d.words(left + 1, top - 1, f"{layers}×")
    d.words(stack.x, 1, enters, 0)
    d.words(stack.x, top - 3, Text("to the next block", "到下一个块"), 0)


def transformer(norm: str = "post", layers: str = "N", *, final_norm: bool | None = None) -> Diagram:
    """Return the picture of encoder and decoder of `layers` blocks each.

    `final_norm` is whether a norm stands behind each stack; where not given, as is usual: with pre-norm.
    """
    d = Diagram(WHOLE)
    wide, left, between, right = 25, 17, 34, 51
    d.box("where", between - 10, 2, 21, Text("Positional encoding", "位置编码"), "embed")
    for key, x, symbol, enters in (
        ("encoder", left, "source", Text("source tokens", "源序列")),
        ("decoder", right, "target", Text("target tokens so far", "已生成的目标序列")),
    ):
        d.operation(f"{key}-place", x, 3, "+")
        d.box(f"{key}-embed", x - wide // 2, 6, wide, Text("Embedding", "嵌入"), "embed")
        d.words(x, 11, enters, 0)
        d.wire(symbol, (x, 10), f"{key}-embed")
        d.wire(f"{key}-tokens", f"{key}-embed", f"{key}-place")
        d.wire("where", "where", f"{key}-place")
    encoder = Stack(d, "encoder", left, wide, 2, norm, False, -1, "encoder-place")
    encoder.attention("self", SELF)
    decoder = Stack(d, "decoder", right, wide, 66, norm, False, -1, "decoder-place", memory=between)
    decoder.attention("masked", MASKED)
    decoder.attention("cross", CROSS)
    for stack, start, times, anchor in ((encoder, 0, -2, 1), (decoder, right - wide // 2 - 2, 70, -1)):
        stack.feed_forward()
        d.frame(start, stack.y, 32, -stack.y + 1)
        d.words(times, stack.y // 2, f"{layers}×", anchor)
        if norm == "pre" if final_norm is None else final_norm:
            stack.y -= 1
            stack.normalize()
    corner = encoder.y - 1
    d.wire("memory", encoder.below, (left, corner), (between, corner), (between, decoder.row), arrow=False)
    d.box("linear", right - wide // 2, decoder.y - 4, wide, Text("Linear", "线性层"), "weights")
    d.box("softmax", right - wide // 2, decoder.y - 8, wide, Text("Softmax", "Softmax 层"), "out")
    d.wire("states", decoder.below, "linear")
    d.wire("logits", "linear", "softmax")
    d.wire("p", "softmax", (right, decoder.y - 10))
    d.words(right, decoder.y - 11, Text("probabilities of the next token", "下一个词元的概率"), 0)
    return d
