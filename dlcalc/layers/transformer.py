"""A transformer's parameters, part by part: embeddings, attention, feed-forward network, layer norms, output layer.

Symbols: d width of a token (d_model), h heads, d_k width of a head, N layers of each stack, d_ff inner width of the
feed-forward network, V words of the vocabulary (V_t of the target's), n_max learned positions, S segments, K classes.
Source: Vaswani et al., Attention Is All You Need (2017), section 3; where biases, norms and shared matrices differ
between models, `dlcalc.layers.transformer_presets` says who has what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.work import Work
from dlcalc.layers import patches, transformer_cost, transformer_figures
from dlcalc.layers.transformer_inputs import grid
from dlcalc.layers.transformer_presets import PRESETS


def write(w: Work) -> None:
    """Write the sheet of an encoder, a decoder, or both."""
    overview(w)
    transformer_figures.show(w)
    givens(w)
    parts = [*embedding_lines(w)]
    attention_lines(w)
    if w.inputs["cross"]:
        cross_lines(w)
    feed_forward_lines(w)
    norm_lines(w)
    parts += stack_lines(w)
    parts += head_lines(w)
    w.let(f"params = {' + '.join(parts)}", "learned numbers", "参数总数", id="params")
    transformer_cost.write(w)


def overview(w: Work) -> None:
    """Say what the model does as a whole, and what is published about it."""
    match w.inputs["kind"]:
        case "both":
            w.note(
                "The encoder turns the source into vectors that know their context. The decoder writes the target word "
                "by word, looking at the words so far and at those vectors.",
                "编码器把源序列变成带有上下文信息的向量。解码器看着已写出的词和这些向量，逐词生成目标序列。",
            )
        case "encoder":
            w.note(
                "The encoder turns a sequence into vectors that know their context: N layers, each with self-attention "
                "and a feed-forward network.",
                "编码器把序列变成带有上下文信息的向量：共 N 层，每层有自注意力和前馈网络。",
            )
        case _:
            w.note(
                "The decoder writes a sequence token by token: N layers, each seeing only the tokens so far.",
                "解码器逐个生成词元：共 N 层，每层只看到已有的词元。",
            )
    if is_preset(w.inputs):
        preset = PRESETS[w.inputs["preset"]]
        w.note(preset.source.en, preset.source.zh, published=preset.published)


def is_preset(inputs: Mapping[str, Any]) -> bool:
    """Say whether the inputs are those of their preset, so that its published number is theirs."""
    preset = inputs["preset"]
    return preset is not None and all(inputs[name] == value for name, value in PRESETS[preset].inputs.items())


def givens(w: Work) -> None:
    """Put the sizes on the sheet."""
    inputs = w.inputs
    w.given("d", inputs["d_model"], "d_model")
    w.given("h", inputs["heads"], "heads")
    w.given("N", inputs["layers"], "layers")
    w.given("d_ff", inputs["d_ff"], "d_ff")
    if inputs["vocab"] is not None:
        w.given("V", inputs["vocab"], "vocab")
    if inputs["target_vocab"] is not None:
        w.given("V_t", inputs["target_vocab"], "target_vocab")
    if inputs["image"] is not None:
        patches.place(w, grid(dict(inputs)))
    elif inputs["positions"] == "learned":
        w.given("n_max", inputs["max_len"], "max_len")
    if inputs["segments"]:
        w.given("S", inputs["segments"], "segments")
    if inputs["classes"] is not None:
        w.given("K", inputs["classes"], "classes")
    if inputs["image"] is None:
        w.given("n", inputs["length"], "length")
    if inputs["cross"]:
        w.given("m", inputs["source_length"], "source_length")
    w.given("bytes", inputs["bytes"], "bytes")


# ---------------------------------------------------------------- before the stacks


def embedding_lines(w: Work) -> list[str]:
    """Write the embeddings; return the name of their sum, if there are any."""
    inputs = w.inputs
    terms = []
    if inputs["image"] is not None:
        terms += image_lines(w)
    elif inputs["vocab"] is not None:
        terms += word_lines(w)
    terms += position_lines(w)
    if inputs["segments"]:
        w.let("segments = S*d", "a vector for each segment (sentence A, B)", "每个段（句 A、句 B）一个向量")
        terms.append("segments")
    if inputs["embed_norm"]:
        _normed(w, "embedding_norm", "a layer norm behind the embeddings", "嵌入之后的层归一化")
        terms.append("embedding_norm")
    if not terms:
        return []
    w.let(f"embeddings = {' + '.join(terms)}", "all before the first layer", "第一层之前的全部参数", id="embeddings")
    return ["embeddings"]


def word_lines(w: Work) -> list[str]:
    """Write the table of word vectors; both sides may share it."""
    inputs = w.inputs
    w.note(
        "Embedding: a table gives every token its vector; a position is added, since attention itself sees no order.",
        "嵌入：查表得到每个词元的向量，再加上位置编码，因为注意力本身不分先后。",
    )
    if inputs["kind"] != "both":
        w.let("words = V*d", "a row of d numbers for every token", "每个词元一行 d 个数", id="words")
    elif inputs["tied"] == "all":
        w.let(
            "words = V*d",
            "one table for source, target and output layer",
            "源、目标与输出层共用一张表",
            id="words-shared",
        )
    else:
        w.let("words = V*d + V_t*d", "a table for each side", "源与目标各一张表", id="words-apart")
    return ["words"]


def image_lines(w: Work) -> list[str]:
    """Write the projection of patches and the class token."""
    w.note(
        "Patch embedding: every patch, flattened, is projected to a token; a class token stands in front, and "
        "positions are added, since attention itself sees no order.",
        "块嵌入：每个块展平后投影为一个词元；前面加一个分类词元，并加上位置编码，因为注意力本身不分先后。",
    )
    patches.count_lines(w, grid(dict(w.inputs)))
    w.let("n = patches + 1", "tokens, with the class token", "词元数，含分类词元", id="tokens")
    patches.projection_lines(w, bias=True)
    w.let("class_token = d", "learned, too", "也是可学习的")
    return ["projection", "class_token"]


def position_lines(w: Work) -> list[str]:
    """Write the positions; a model without embeddings has none."""
    inputs = w.inputs
    if inputs["image"] is not None:
        if inputs["positions"] == "learned":
            w.let(
                "positions = n*d", "a learned vector for every token", "每个词元一个可学习的向量", id="positions-image"
            )
        else:
            w.let("positions = 0", "sines and cosines: nothing to learn", "正弦与余弦：无须学习", id="positions-sines")
        return ["positions"]
    if inputs["positions"] == "sinusoidal":
        if inputs["vocab"] is None:
            return []
        w.let("positions = 0", "sines and cosines: nothing to learn", "正弦与余弦：无须学习", id="positions-sines")
    elif inputs["kind"] == "both":
        w.let(
            "positions = 2*n_max*d", "learned vectors, for each side", "可学习的向量，两侧各一组", id="positions-both"
        )
    else:
        w.let("positions = n_max*d", "a learned vector for each place", "每个位置一个可学习的向量", id="positions-one")
    return ["positions"]


# ---------------------------------------------------------------- blocks of a layer


def attention_lines(w: Work) -> None:
    """Write the self-attention of one layer: W_Q, W_K, W_V of all heads, and W_O."""
    if w.inputs["kind"] == "decoder":
        w.note(
            "Masked multi-head self-attention: every token asks (query) and takes the values of the tokens whose keys "
            "answer, but sees only itself and those before it; each head asks for something else.",
            "带掩码的多头自注意力：每个词元用查询（Q）与键（K）比较，按匹配程度取值（V），但只看到自己和前面的词元；"
            "每个头关注不同的内容。",
        )
    else:
        w.note(
            "Multi-head self-attention: every token asks (query) and takes the values of the tokens whose keys answer; "
            "each head asks for something else.",
            "多头自注意力：每个词元用查询（Q）与各词元的键（K）比较，按匹配程度取它们的值（V）；每个头关注不同的内容。",
        )
    if w.inputs["kind"] == "both":
        w.note(
            "Masked self-attention (decoder): the same, but a token sees only itself and those before it, so that it "
            "cannot look at what it is to predict.",
            "带掩码的自注意力（解码器）：同上，但每个词元只看到自己和前面的词元，不能偷看要预测的内容。",
        )
    w.let("d_k = d/h", "width of a head", "一个头的宽度")
    if w.inputs["biases"] == "all":
        w.let("W_Q = h*d*d_k + h*d_k", "h heads, each d × d_k, and biases", "h 个头，每个 d × d_k，加偏置", id="Q-bias")
        w.let("W_K = h*d*d_k + h*d_k", "keys likewise", "键同样", id="K-bias")
        w.let("W_V = h*d*d_k + h*d_k", "values likewise", "值同样", id="V-bias")
    else:
        w.let("W_Q = h*d*d_k", "h heads, each d × d_k", "h 个头，每个 d × d_k", id="Q")
        w.let("W_K = h*d*d_k", "keys likewise", "键同样", id="K")
        w.let("W_V = h*d*d_k", "values likewise", "值同样", id="V")
    w.let("qkv = W_Q + W_K + W_V", "the three projections", "三个投影")
    if w.inputs["biases"] == "all":
        w.let("W_O = h*d_k*d + d", "mixes the heads' results", "混合各头的结果", id="O-bias")
    else:
        w.let("W_O = h*d_k*d", "mixes the heads' results", "混合各头的结果", id="O")
    w.let("attention = qkv + W_O", "one attention block", "一个注意力块")


def cross_lines(w: Work) -> None:
    """Write the cross-attention of one decoder layer: as many numbers as self-attention."""
    w.note(
        "Cross-attention (decoder): queries come from the decoder, keys and values from the encoder's output; here "
        "the target looks at the source.",
        "交叉注意力（解码器）：查询来自解码器，键和值来自编码器的输出；目标在这里查看源序列。",
    )
    w.let("cross = attention", "the same four matrices", "同样的四个矩阵")


def feed_forward_lines(w: Work) -> None:
    """Write the feed-forward network of one layer: d → d_ff → d."""
    w.note(
        "Feed-forward network: two linear layers with an activation between, on each token alone; it works on what "
        "attention has gathered.",
        "前馈网络：两个全连接层，中间是激活函数，逐个词元单独计算；它加工注意力收集到的信息。",
    )
    if w.inputs["biases"] == "none":
        w.let("W_1 = d*d_ff", "widens", "升维", id="W1")
        w.let("W_2 = d_ff*d", "narrows again", "再降回", id="W2")
    else:
        w.let("W_1 = d*d_ff + d_ff", "widens", "升维", id="W1-bias")
        w.let("W_2 = d_ff*d + d", "narrows again", "再降回", id="W2-bias")
    w.let("ffn = W_1 + W_2", "one feed-forward network", "一个前馈网络")


def norm_lines(w: Work) -> None:
    """Write one layer norm."""
    if w.inputs["norm"] == "post":
        w.note(
            "Add & norm: each sublayer's input is added to its output, which lets gradients pass through many layers, "
            "and layer norm then keeps the sum in range (post-norm).",
            "残差与归一化：每个子层的输入加到其输出上，使梯度能穿过很多层；随后层归一化使数值保持在合适范围（post-norm）。",
        )
    else:
        w.note(
            "Add & norm: layer norm before each sublayer keeps its input in range, and that sublayer's output is added "
            "to what entered, which lets gradients pass through many layers (pre-norm).",
            "残差与归一化：每个子层之前做层归一化，使输入保持在合适范围；子层输出再加到原输入上，使梯度能穿过很多层（pre-norm）。",
        )
    _normed(w, "norm", "one layer norm", "一个层归一化")


def _normed(w: Work, name: str, en: str, zh: str) -> None:
    if w.inputs["biases"] == "none":
        w.let(f"{name} = d", f"{en}: a gain for each number", f"{zh}：每个数一个增益", id=f"{name}-gain")
    else:
        w.let(f"{name} = 2*d", f"{en}: gain and shift", f"{zh}：增益与偏移", id=f"{name}-both")


# ---------------------------------------------------------------- stacks and what follows


def stack_lines(w: Work) -> list[str]:
    """Write one layer and the stack of each part; return the stacks' names."""
    part = w.inputs["kind"]
    stacks = []
    if part != "decoder":
        w.let("encoder_layer = attention + ffn + 2*norm", "two sublayers, two norms", "两个子层，两个归一化")
        _stack(w, "encoder")
        stacks.append("encoder")
    if part != "encoder":
        if w.inputs["cross"]:
            w.let(
                "decoder_layer = attention + cross + ffn + 3*norm",
                "three sublayers, three norms",
                "三个子层，三个归一化",
                id="decoder-layer-cross",
            )
        else:
            w.let(
                "decoder_layer = attention + ffn + 2*norm",
                "two sublayers, two norms",
                "两个子层，两个归一化",
                id="decoder-layer-alone",
            )
        _stack(w, "decoder")
        stacks.append("decoder")
    return stacks


def _stack(w: Work, part: str) -> None:
    if w.inputs["final_norm"]:
        w.let(
            f"{part} = N*{part}_layer + norm", "N layers and a final norm", "N 层，最后再归一化一次", id=f"{part}-final"
        )
    else:
        w.let(f"{part} = N*{part}_layer", "N layers", "N 层", id=f"{part}-plain")


def head_lines(w: Work) -> list[str]:
    """Write what follows the stacks; return the names that have parameters to add."""
    inputs = w.inputs
    found = []
    if inputs["pooler"]:
        w.note(
            "Pooler: a layer with tanh on the first token's vector, for tasks on the whole text.",
            "Pooler：对首个词元的向量做一层带 tanh 的变换，供整段文本的任务使用。",
        )
        w.let("pooler = d*d + d", "one d × d layer with biases", "一个带偏置的 d × d 层")
        found.append("pooler")
    if inputs["classes"] is not None:
        w.note(
            "Output layer: a score for every class from the first token's vector; softmax makes probabilities of them.",
            "输出层：由首个词元的向量得到每个类别的得分，再用 softmax 化为概率。",
        )
        w.let("head = d*K + K", "a linear layer with biases", "带偏置的全连接层", id="head-classes")
        found.append("head")
    elif inputs["lm_head"]:
        w.note(
            "Output layer: a score for every word of the vocabulary; softmax makes probabilities of them.",
            "输出层：词表中每个词一个得分，再用 softmax 化为概率。",
        )
        V = "V" if inputs["target_vocab"] is None else "V_t"
        if inputs["tied"] == "none":
            w.let(f"head = d*{V}", "a matrix of its own, no biases", "单独的矩阵，没有偏置", id=f"head-own-{V}")
        else:
            w.let("head = 0", "the embedding's matrix again, transposed", "就是嵌入矩阵的转置", id=f"head-tied-{V}")
        found.append("head")
    return found
