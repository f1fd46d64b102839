"""The transformer: what its blocks do, its parameters part by part, and what a sequence costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.inputs import Choice, Flag, PerAxis, Whole
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import transformer, transformer_mistakes
from dlcalc.layers.transformer_inputs import settle
from dlcalc.layers.transformer_presets import PRESETS

TITLES = {
    "encoder": Text("Transformer encoder", "Transformer 编码器"),
    "decoder": Text("Transformer decoder", "Transformer 解码器"),
    "both": Text("Transformer: encoder and decoder", "Transformer：编码器与解码器"),
}


def headline(inputs: Mapping[str, Any]) -> Text:
    """Name the model if it is a published one, otherwise its parts."""
    return PRESETS[inputs["preset"]].title if transformer.is_preset(inputs) else TITLES[inputs["kind"]]


TOPIC = Topic(
    name="transformer",
    title=Text("Transformer: blocks, parameters and cost", "Transformer：各部分功能、参数量与计算量"),
    inputs=(
        Input(
            "preset",
            Choice(tuple(PRESETS)),
            Text("a published model: " + ", ".join(PRESETS), "已发表的模型：" + "、".join(PRESETS)),
            None,
            ("model", "name"),
        ),
        Input(
            "kind",
            Choice(tuple(TITLES)),
            Text("encoder, decoder or both", "encoder、decoder 或 both"),
            None,
            ("part", "stack"),
        ),
        Input(
            "d_model",
            Whole(),
            Text("width of a token; without it, that of base", "词元向量的维数，默认取 base"),
            None,
            ("d", "hidden", "hidden_size", "embed_dim", "n_embd"),
        ),
        Input(
            "heads",
            Whole(),
            Text("attention heads, else 8 (1 if 8 do not divide)", "注意力头数，默认 8（不能整除时为 1）"),
            None,
            ("h", "nhead", "num_heads", "n_head"),
        ),
        Input(
            "layers",
            Whole(),
            Text("layers of each stack, else 6", "每个栈的层数，默认 6"),
            None,
            ("n_layer", "depth", "num_layers"),
        ),
        Input(
            "d_ff",
            Whole(),
            Text("inner width of the feed-forward network, else 4 d_model", "前馈网络的中间维数，默认 4 d_model"),
            None,
            ("ff", "ffn", "mlp_dim", "dim_feedforward", "intermediate_size"),
        ),
        Input(
            "vocab",
            Whole(),
            Text("vocabulary; without it no embedding", "词表大小；不给则没有嵌入"),
            None,
            ("v", "vocab_size"),
        ),
        Input("target_vocab", Whole(), Text("the target's vocabulary", "目标语言的词表大小"), None, ("tgt_vocab",)),
        Input("positions", Choice(("learned", "sinusoidal")), Text("how positions are made", "位置编码的方式"), None),
        Input(
            "max_len",
            Whole(),
            Text("learned positions", "可学习的位置个数"),
            None,
            ("n_positions", "context", "block_size"),
        ),
        Input(
            "segments", Whole(0), Text("segments with a vector each (BERT: 2)", "段的个数（BERT：2）"), None, ("types",)
        ),
        Input(
            "embed_norm", Flag(), Text("a layer norm behind the embeddings (BERT)", "嵌入之后有层归一化（BERT）"), None
        ),
        Input(
            "image",
            PerAxis(shape="N|HxW|CxHxW"),
            Text("image, cut into patches (ViT)", "输入图像，切成块（ViT）"),
            None,
            ("img_size",),
        ),
        Input("patch", PerAxis(), Text("side of a patch", "块的边长"), None, ("patch_size",)),
        Input("channels", Whole(), Text("channels of the image", "图像通道数"), None),
        Input("classes", Whole(), Text("classes of an output layer", "输出层的类别数"), None, ("num_classes",)),
        Input("pooler", Flag(), Text("a pooler on the first token (BERT)", "首个词元上的 pooler（BERT）"), None),
        Input("lm_head", Flag(), Text("an output layer over the vocabulary", "对词表的输出层"), None, ("output",)),
        Input(
            "tied",
            Choice(("all", "output", "none")),
            Text("what the output layer shares", "输出层与谁共用矩阵"),
            None,
            ("tie",),
        ),
        Input("cross", Flag(), Text("cross-attention in the decoder", "解码器有交叉注意力"), None),
        Input(
            "norm",
            Choice(("post", "pre")),
            Text("layer norm after or before sublayers", "层归一化在子层之后或之前"),
            None,
        ),
        Input(
            "final_norm",
            Flag(),
            Text("a norm behind each stack; else as norm says", "每个栈之后再归一化，默认由 norm 决定"),
            None,
        ),
        Input(
            "biases", Choice(("all", "ffn", "none")), Text("which layers have biases", "哪些层有偏置"), None, ("bias",)
        ),
        Input(
            "length",
            Whole(),
            Text("tokens of the sequence, else max_len or 512", "序列的词元数，默认 max_len 或 512"),
            None,
            ("n", "seq_len", "tokens"),
        ),
        Input(
            "source_length",
            Whole(),
            Text("tokens of the source, else length", "源序列的词元数，默认等于 length"),
            None,
            ("m",),
        ),
        Input(
            "bytes", Whole(1, 16), Text("bytes of a number (fp16: 2, fp32: 4)", "每个数的字节数（fp16：2，fp32：4）"), 2
        ),
    ),
    answers=(
        Answer("params", Text("parameters", "参数量")),
        Answer("embeddings", Text("parameters before the first layer", "第一层之前的参数量")),
        Answer("attention", Text("parameters of one attention block", "一个注意力块的参数量")),
        Answer("ffn", Text("parameters of one feed-forward network", "一个前馈网络的参数量")),
        Answer("encoder_layer", Text("parameters of an encoder layer", "编码器一层的参数量")),
        Answer("encoder", Text("parameters of the encoder's layers", "编码器各层的参数量")),
        Answer("decoder_layer", Text("parameters of a decoder layer", "解码器一层的参数量")),
        Answer("decoder", Text("parameters of the decoder's layers", "解码器各层的参数量")),
        Answer("macs_per_token", Text("multiply-accumulates for one token", "一个词元的乘加次数")),
        Answer("macs", Text("multiply-accumulates for the sequence", "整个序列的乘加次数")),
        Answer("flops", Text("floating-point operations", "浮点运算次数")),
        Answer("memory", Text("bytes of the weights", "权重的字节数")),
        Answer("kv_cache", Text("bytes of the key-value cache", "键值缓存的字节数")),
        Answer("activations", Text("bytes kept for the backward pass", "反向传播保留的字节数")),
    ),
    write=transformer.write,
    example="dlcalc transformer --preset bert-base",
    conventions=transformer_mistakes.CONVENTIONS,
    misconceptions=transformer_mistakes.MISCONCEPTIONS,
    headline=headline,
    settle=settle,
)
