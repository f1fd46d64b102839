"""Patches of a vision transformer: tokens and parameters of the patch embedding."""

from __future__ import annotations

from dlcalc.core.inputs import Flag, PerAxis, Whole
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.errors import Text
from dlcalc.layers import patches

TOPIC = Topic(
    name="patches",
    title=Text("Patch embedding (ViT): tokens and parameters", "图像分块嵌入（ViT）：词元数与参数量"),
    inputs=(
        Input(
            "image",
            PerAxis(shape="N|HxW|CxHxW"),
            Text("image: a side, HxW, or CxHxW", "图像：边长、HxW 或 CxHxW"),
            known_as=("in", "input", "image_size", "img_size"),
        ),
        Input("patch", PerAxis(), Text("side of a patch", "块的边长"), known_as=("patch_size", "k", "p")),
        Input("d", Whole(), Text("width of a token", "词元向量的维数"), 768, ("d_model", "hidden", "embed_dim", "dim")),
        Input(
            "channels",
            Whole(),
            Text("channels, 3 unless image has them", "通道数，默认 3 或由 image 给出"),
            None,
            ("in_channels",),
        ),
        Input("cls", Flag(), Text("a class token in front", "前面加分类词元"), True, ("class_token",)),
        Input("bias", Flag(), Text("biases of the projection", "投影带偏置"), True),
        Input("crop", Flag(), Text("cut off what fills no patch", "舍去不满一块的边缘"), False, ("floor",)),
    ),
    answers=(
        Answer("tokens", Text("tokens", "词元数")),
        Answer("params", Text("parameters of the patch embedding", "块嵌入的参数量")),
        Answer("patches", Text("patches", "块数")),
        Answer("pixels", Text("numbers in a patch", "一个块的元素个数")),
        Answer("conv", Text("the same embedding as a convolution", "等价卷积的参数量")),
        Answer("positions", Text("parameters of the positions", "位置嵌入的参数量")),
        Answer("total", Text("parameters before the encoder", "编码器之前的参数量")),
        Answer("macs", Text("multiply-accumulates of the projection", "投影的乘加次数")),
    ),
    write=patches.write,
    example="dlcalc patches --image 224 --patch 16",
    misconceptions=patches.MISCONCEPTIONS,
)
