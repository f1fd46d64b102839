"""Published transformers: the inputs that describe each, its parameters as published, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlcalc.errors import Text


@dataclass(frozen=True, slots=True)
class Preset:
    """A published model: its title, its inputs, and its number of parameters as `source` publishes it."""

    title: Text
    inputs: Mapping[str, Any]
    published: str
    source: Text


def _paper(title: Text, d: int, d_ff: int, heads: int, published: str) -> Preset:
    """Vaswani et al., Attention Is All You Need (2017), Table 3; the projections of attention have no biases there."""
    inputs = {"kind": "both", "d_model": d, "d_ff": d_ff, "heads": heads, "layers": 6, "vocab": 37000, "tied": "all"}
    return Preset(
        title,
        {**inputs, "positions": "sinusoidal", "norm": "post", "biases": "ffn"},
        published,
        Text(
            "Published: about {published} (Vaswani et al. 2017, Table 3; section 5.1: about 37000 shared BPE tokens). "
            "Counted here as the paper's formulas have it: one matrix for both embeddings and the output layer, no "
            "biases in attention.",
            "公布的参数量：约 {published}（Vaswani 等 2017，表 3；5.1 节：约 37000 个共享的 BPE 词元）。"
            "这里按论文公式计：两侧嵌入与输出层共用一个矩阵，注意力中没有偏置。",
        ),
    )


def _bert(title: Text, d: int, layers: int, published: str) -> Preset:
    """Devlin et al., BERT (2019); the counts are those of Hugging Face's bert-*-uncased with the pooler."""
    inputs = {"kind": "encoder", "d_model": d, "d_ff": 4 * d, "heads": d // 64, "layers": layers, "vocab": 30522}
    return Preset(
        title,
        {**inputs, "max_len": 512, "segments": 2, "embed_norm": True, "pooler": True, "norm": "post", "biases": "all"},
        published,
        Text(
            "Published: {published} (Hugging Face, uncased, with the pooler and without an output layer).",
            "公布的参数量：{published}（Hugging Face，uncased，含 pooler，不含输出层）。",
        ),
    )


def _gpt2(title: Text, d: int, layers: int, published: str) -> Preset:
    """Radford et al., Language Models are Unsupervised Multitask Learners (2019); counts as in KerasHub's presets."""
    inputs = {"kind": "decoder", "cross": False, "d_model": d, "d_ff": 4 * d, "heads": d // 64, "layers": layers}
    return Preset(
        title,
        {**inputs, "vocab": 50257, "max_len": 1024, "tied": "output", "norm": "pre", "biases": "all"},
        published,
        Text(
            "Published: {published} (OpenAI's checkpoint, as KerasHub and Hugging Face count it).",
            "公布的参数量：{published}（OpenAI 的权重，KerasHub 与 Hugging Face 的计数）。",
        ),
    )


def _vit(title: Text, d: int, layers: int, published: str) -> Preset:
    """Dosovitskiy et al., An Image is Worth 16×16 Words (2021); counts of torchvision's weights, 1000 classes."""
    inputs = {"kind": "encoder", "d_model": d, "d_ff": 4 * d, "heads": d // 64, "layers": layers, "image": 224}
    return Preset(
        title,
        {**inputs, "patch": 16, "classes": 1000, "positions": "learned", "norm": "pre", "biases": "all"},
        published,
        Text(
            "Published: {published} (torchvision, 1000 classes).", "公布的参数量：{published}（torchvision，1000 类）。"
        ),
    )


PRESETS: Mapping[str, Preset] = {
    "base": _paper(
        Text("Transformer base (2017): encoder and decoder", "Transformer base (2017)：编码器与解码器"),
        512,
        2048,
        8,
        "65M",
    ),
    "big": _paper(
        Text("Transformer big (2017): encoder and decoder", "Transformer big (2017)：编码器与解码器"),
        1024,
        4096,
        16,
        "213M",
    ),
    "bert-base": _bert(
        Text("BERT-base: a transformer encoder", "BERT-base：Transformer 编码器"), 768, 12, "109,482,240"
    ),
    "bert-large": _bert(
        Text("BERT-large: a transformer encoder", "BERT-large：Transformer 编码器"), 1024, 24, "335,141,888"
    ),
    "gpt2": _gpt2(
        Text("GPT-2 small: a transformer decoder", "GPT-2 small：Transformer 解码器"), 768, 12, "124,439,808"
    ),
    "gpt2-medium": _gpt2(
        Text("GPT-2 medium: a transformer decoder", "GPT-2 medium：Transformer 解码器"), 1024, 24, "354,823,168"
    ),
    "gpt2-large": _gpt2(
        Text("GPT-2 large: a transformer decoder", "GPT-2 large：Transformer 解码器"), 1280, 36, "774,030,080"
    ),
    "gpt2-xl": _gpt2(
        Text("GPT-2 XL: a transformer decoder", "GPT-2 XL：Transformer 解码器"), 1600, 48, "1,557,611,200"
    ),
    "vit-b-16": _vit(
        Text("ViT-B/16: a transformer encoder on patches", "ViT-B/16：作用于图像块的 Transformer 编码器"),
        768,
        12,
        "86,567,656",
    ),
    "vit-l-16": _vit(
        Text("ViT-L/16: a transformer encoder on patches", "ViT-L/16：作用于图像块的 Transformer 编码器"),
        1024,
        24,
        "304,326,632",
    ),
}

OPEN = frozenset({None, "base", "big"})
"""Presets, and none, that leave conventions open: the paper of 2017 does not say how its parameters are counted."""
