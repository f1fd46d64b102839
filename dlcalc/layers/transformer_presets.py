"""Published transformers: the inputs that describe each, its parameters as published, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlcalc.errors import Text


@dataclass(frozen=True, slots=True)
class Preset:
    """A published model: its inputs, its number of parameters as published, and who published it."""

    title: str
    inputs: Mapping[str, Any]
    published: Text


def _paper(title: str, d: int, d_ff: int, heads: int, published: str) -> Preset:
    """Vaswani et al., Attention Is All You Need (2017), Table 3; the projections of attention have no biases there."""
    inputs = {"kind": "both", "d_model": d, "d_ff": d_ff, "heads": heads, "layers": 6, "vocab": 37000, "tied": "all"}
    return Preset(
        title,
        {**inputs, "positions": "sinusoidal", "norm": "post", "biases": "ffn"},
        Text(
            f"Published: about {published} (Vaswani et al. 2017, Table 3; section 5.1: about 37000 shared BPE tokens). "
            "Counted here as the paper's formulas have it: one matrix for both embeddings and the output layer, no "
            "biases in attention.",
            f"公布的参数量：约 {published}（Vaswani 等 2017，表 3；5.1 节：约 37000 个共享的 BPE 词元）。"
            "这里按论文公式计：两侧嵌入与输出层共用一个矩阵，注意力中没有偏置。",
        ),
    )


def _bert(title: str, d: int, layers: int, published: str) -> Preset:
    """Devlin et al., BERT (2019); the counts are those of Hugging Face's bert-*-uncased with the pooler."""
    inputs = {"kind": "encoder", "d_model": d, "d_ff": 4 * d, "heads": d // 64, "layers": layers, "vocab": 30522}
    return Preset(
        title,
        {**inputs, "max_len": 512, "segments": 2, "embed_norm": True, "pooler": True, "norm": "post", "biases": "all"},
        Text(
            f"Published: {published} (Hugging Face, uncased, with the pooler and without an output layer).",
            f"公布的参数量：{published}（Hugging Face，uncased，含 pooler，不含输出层）。",
        ),
    )


def _gpt2(title: str, d: int, layers: int, published: str) -> Preset:
    """Radford et al., Language Models are Unsupervised Multitask Learners (2019); counts as in KerasHub's presets."""
    inputs = {"kind": "decoder", "cross": False, "d_model": d, "d_ff": 4 * d, "heads": d // 64, "layers": layers}
    return Preset(
        title,
        {**inputs, "vocab": 50257, "max_len": 1024, "tied": "output", "norm": "pre", "biases": "all"},
        Text(
            f"Published: {published} (OpenAI's checkpoint, as KerasHub and Hugging Face count it).",
            f"公布的参数量：{published}（OpenAI 的权重，KerasHub 与 Hugging Face 的计数）。",
        ),
    )


def _vit(title: str, d: int, layers: int, published: str) -> Preset:
    """Dosovitskiy et al., An Image is Worth 16×16 Words (2021); counts of torchvision's weights, 1000 classes."""
    inputs = {"kind": "encoder", "d_model": d, "d_ff": 4 * d, "heads": d // 64, "layers": layers, "image": 224}
    return Preset(
        title,
        {**inputs, "patch": 16, "classes": 1000, "positions": "learned", "norm": "pre", "biases": "all"},
        Text(
            f"Published: {published} (torchvision, 1000 classes).",
            f"公布的参数量：{published}（torchvision，1000 类）。",
        ),
    )


PRESETS: Mapping[str, Preset] = {
    "base": _paper("base (2017)", 512, 2048, 8, "65M"),
    "big": _paper("big (2017)", 1024, 4096, 16, "213M"),
    "bert-base": _bert("BERT-base", 768, 12, "109,482,240"),
    "bert-large": _bert("BERT-large", 1024, 24, "335,141,888"),
    "gpt2": _gpt2("GPT-2 small", 768, 12, "124,439,808"),
    "gpt2-medium": _gpt2("GPT-2 medium", 1024, 24, "354,823,168"),
    "gpt2-large": _gpt2("GPT-2 large", 1280, 36, "774,030,080"),
    "gpt2-xl": _gpt2("GPT-2 XL", 1600, 48, "1,557,611,200"),
    "vit-b-16": _vit("ViT-B/16", 768, 12, "86,567,656"),
    "vit-l-16": _vit("ViT-L/16", 1024, 24, "304,326,632"),
}

OPEN = frozenset({None, "base", "big"})
"""Presets, and none, that leave conventions open: the paper of 2017 does not say how its parameters are counted."""
