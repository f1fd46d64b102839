"""Mistakes about a transformer's parameters and costs, and the conventions on which models differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.topic import Convention, Misconception
from dlcalc.errors import Text
from dlcalc.layers.transformer_presets import OPEN


def _open(inputs: Mapping[str, Any]) -> bool:
    return inputs["preset"] in OPEN


BIASES = Convention(
    "biases",
    {
        "all": Text(
            "biases in all linear layers (PyTorch, BERT, GPT-2)", "所有全连接层都有偏置（PyTorch、BERT、GPT-2）"
        ),
        "ffn": Text(
            "biases in the feed-forward network, none in attention (the paper of 2017)",
            "前馈网络有偏置，注意力没有（2017 年论文）",
        ),
        "none": Text(
            "no biases at all, layer norms included (PyTorch's bias=False)",
            "完全没有偏置，层归一化也没有（PyTorch 的 bias=False）",
        ),
    },
    _open,
)
NORM = Convention(
    "norm",
    {
        "post": Text("layer norm after each sublayer (2017, BERT)", "层归一化在子层之后（2017、BERT）"),
        "pre": Text("layer norm before each sublayer (GPT-2, ViT)", "层归一化在子层之前（GPT-2、ViT）"),
    },
    _open,
)
FINAL_NORM = Convention(
    "final_norm",
    {
        False: Text("no layer norm behind the stacks (2017, BERT)", "栈之后没有层归一化（2017、BERT）"),
        True: Text(
            "one more layer norm behind each stack (GPT-2, ViT; PyTorch's nn.Transformer)",
            "每个栈之后再加一个层归一化（GPT-2、ViT；PyTorch 的 nn.Transformer）",
        ),
    },
    _open,
)
TIED = Convention(
    "tied",
    {
        "all": Text("embeddings and output layer are one matrix (2017)", "两侧嵌入与输出层共用一个矩阵（2017）"),
        "output": Text("the output layer is the embedding of its own side (GPT-2)", "输出层与本侧的嵌入共用（GPT-2）"),
        "none": Text("embeddings and output layer are matrices of their own", "嵌入与输出层各有自己的矩阵"),
    },
    lambda inputs: _open(inputs) and inputs["vocab"] is not None and (inputs["lm_head"] or inputs["kind"] == "both"),
)
POSITIONS = Convention(
    "positions",
    {
        "learned": Text("positions are learned (BERT, GPT-2, ViT)", "位置是学习得到的（BERT、GPT-2、ViT）"),
        "sinusoidal": Text("positions are sines and cosines (2017)", "位置编码用正弦与余弦（2017）"),
    },
    lambda inputs: _open(inputs) and inputs["max_len"] is not None,
)
CONVENTIONS = (BIASES, NORM, FINAL_NORM, TIED, POSITIONS)


def _one_stack(inputs: Mapping[str, Any]) -> bool:
    return bool(inputs["kind"] != "both")


MISCONCEPTIONS = (
    Misconception(
        "layers-width-heads-multiplied",
        Text(
            "You multiplied layers, squared width and heads: add up the parts, embeddings, attention, feed-forward "
            "network, norms and what follows.",
            "把层数、宽度平方与头数相乘：应逐项相加，即嵌入、注意力、前馈网络、归一化及其后的部分。",
        ),
        {"params": "N*d*d*h"},
        applies=_one_stack,
        catalogue=("M199",),
    ),
    Misconception(
        "matrices-of-the-layers-only",
        Text(
            "You counted only the weight matrices of the layers: embeddings, biases, norms and what follows have "
            "parameters too.",
            "只算了各层的权重矩阵：嵌入、偏置、归一化及其后的部分也有参数。",
        ),
        {"params": "N*(4*d*d + 2*d*d_ff)"},
        applies=_one_stack,
    ),
    Misconception(
        "embeddings-left-out",
        Text("You left out the embeddings before the first layer.", "漏了第一层之前的嵌入。"),
        {"embeddings": "0"},
    ),
    Misconception(
        "every-head-full-width",
        Text(
            "You made every head as wide as the model: the heads share the width, d_k = d/h.",
            "每个头都用了整个模型的宽度：各头平分宽度，d_k = d/h。",
        ),
        {"d_k": "d"},
        applies=lambda inputs: inputs["heads"] > 1,
        catalogue=("M190",),
    ),
    Misconception(
        "output-projection-left-out",
        Text(
            "You left out W_O, which mixes the heads' results.",
            "漏了 W_O：它把各头的结果混合起来。",
        ),
        {"attention": "qkv"},
        catalogue=("M191",),
    ),
    Misconception(
        "half-the-feed-forward-network",
        Text(
            "You counted one matrix of the feed-forward network: it has two layers, d → d_ff → d, with their biases.",
            "前馈网络只算了一个矩阵：它有两层，d → d_ff → d，并带偏置。",
        ),
        {"ffn": "d*d_ff"},
        applies=lambda inputs: inputs["biases"] != "none",
        catalogue=("M200",),
    ),
    Misconception(
        "cross-attention-left-out",
        Text(
            "You left out cross-attention: a decoder layer has two attention blocks.",
            "漏了交叉注意力：解码器的一层有两个注意力块。",
        ),
        {"decoder-layer-cross": "attention + ffn + 3*norm"},
    ),
    Misconception(
        "decoder-like-encoder",
        Text(
            "You counted the decoder's layer like the encoder's: it also has cross-attention with a norm of its own.",
            "解码器的层按编码器算了：它还有交叉注意力及其归一化。",
        ),
        {"decoder-layer-cross": "attention + ffn + 2*norm"},
    ),
    Misconception(
        "norms-left-out",
        Text("You left out the layer norms: each has parameters for every number.", "漏了层归一化：每个都有参数。"),
        {"norm-both": "0", "norm-gain": "0"},
    ),
    Misconception(
        "one-norm-per-layer",
        Text(
            "You counted one layer norm in a layer: each sublayer has one.",
            "每层只算了一个层归一化：每个子层各有一个。",
        ),
        {
            "encoder_layer": "attention + ffn + norm",
            "decoder-layer-cross": "attention + cross + ffn + norm",
            "decoder-layer-alone": "attention + ffn + norm",
        },
    ),
    Misconception(
        "one-layer-only",
        Text("You counted one layer: the stack has N of them.", "只算了一层：整个栈有 N 层。"),
        {
            "encoder-plain": "encoder_layer",
            "encoder-final": "encoder_layer + norm",
            "decoder-plain": "decoder_layer",
            "decoder-final": "decoder_layer + norm",
        },
        applies=lambda inputs: inputs["layers"] > 1,
    ),
    Misconception(
        "tied-matrix-counted-again",
        Text(
            "You counted the output layer's matrix once more: it is the embedding's, and shared numbers count once.",
            "又算了一遍输出层的矩阵：它就是嵌入矩阵，共用的参数只算一次。",
        ),
        {"head-tied-V": "d*V", "head-tied-V_t": "d*V_t"},
    ),
    Misconception(
        "positions-left-out",
        Text(
            "You left out the positions: these are learned, a vector for each place.",
            "漏了位置嵌入：这里的位置是学习得到的，每个位置一个向量。",
        ),
        {"positions-one": "0", "positions-both": "0", "positions-image": "0"},
    ),
    Misconception(
        "sines-counted",
        Text(
            "You counted the positions: sines and cosines are computed, not learned.",
            "算进了位置编码：正弦与余弦是计算出来的，无须学习。",
        ),
        {"positions-sines": "n*d"},
    ),
    Misconception(
        "biases-left-out",
        Text(
            "You left out the biases of attention and of the feed-forward network: this model has them.",
            "漏了注意力和前馈网络的偏置：该模型有这些偏置。",
        ),
        {
            "Q-bias": "h*d*d_k",
            "K-bias": "h*d*d_k",
            "V-bias": "h*d*d_k",
            "O-bias": "h*d_k*d",
            "W1-bias": "d*d_ff",
            "W2-bias": "d_ff*d",
        },
        applies=lambda inputs: inputs["biases"] == "all" and not _open(inputs),
    ),
    Misconception(
        "segments-left-out",
        Text(
            "You left out the segments: each, sentence A and B, has a vector that is learned.",
            "漏了段嵌入：句 A、句 B 各有一个可学习的向量。",
        ),
        {"segments": "0"},
        applies=lambda inputs: bool(inputs["segments"]),
    ),
    Misconception(
        "embedding-norm-left-out",
        Text("You left out the layer norm behind the embeddings.", "漏了嵌入之后的层归一化。"),
        {"embedding_norm-both": "0"},
        applies=lambda inputs: bool(inputs["embed_norm"]) and inputs["biases"] != "none",
    ),
    Misconception(
        "final-norm-left-out",
        Text("You left out the layer norm behind the last layer.", "漏了最后一层之后的层归一化。"),
        {"encoder-final": "N*encoder_layer", "decoder-final": "N*decoder_layer"},
        applies=lambda inputs: bool(inputs["final_norm"]) and not _open(inputs),
    ),
    Misconception(
        "pooler-left-out",
        Text("You left out the pooler, a d × d layer with biases.", "漏了 pooler：一个带偏置的 d × d 层。"),
        {"pooler": "0"},
    ),
    Misconception(
        "class-token-position-left-out",
        Text(
            "You left out the class token's position: every token has one.",
            "漏了分类词元的位置向量：每个词元都有一个。",
        ),
        {"positions-image": "patches*d"},
    ),
    Misconception(
        "class-token-forgotten",
        Text(
            "You left out the class token, which stands in front of the patches.",
            "漏了分类词元 [CLS]：它排在所有块之前。",
        ),
        {"tokens": "patches"},
    ),
    Misconception(
        "scores-once",
        Text(
            "You counted Q·Kᵀ alone: the weights also multiply V, which costs as much again.",
            "只算了 Q·Kᵀ：权重还要与 V 相乘，计算量相同。",
        ),
        {"scores-m": "m*d", "scores-n": "n*d"},
    ),
    Misconception(
        "scores-forgotten",
        Text(
            "You left out attention's scores: each token meets all n others, which weights alone do not show.",
            "漏了注意力得分的计算：每个词元要与全部 n 个词元相乘，只看权重是看不出的。",
        ),
        {"scores-m": "0", "scores-n": "0"},
    ),
    Misconception(
        "macs-as-flops",
        Text(
            "You gave floating-point operations: a multiply-accumulate is two of them.",
            "给出的是浮点运算次数：一次乘加算两次浮点运算。",
        ),
        {"macs": "2*n*macs_per_token"},
        applies=lambda inputs: (
            _one_stack(inputs)
            and not (inputs["cross"] or inputs["pooler"] or inputs["classes"] is not None)
            and inputs["image"] is None
        ),
    ),
    Misconception(
        "keys-without-values",
        Text("You kept the keys alone: the cache holds the values too.", "只存了键：缓存还要存值。"),
        {"kv_cache": "N*n*d*bytes"},
    ),
    Misconception(
        "cache-of-one-layer",
        Text(
            "You counted the cache of one layer: each of the N layers has its own.",
            "只算了一层的缓存：N 层各有自己的。",
        ),
        {"kv_cache": "2*n*d*bytes"},
        applies=lambda inputs: inputs["layers"] > 1,
    ),
)
