"""A transformer's inputs: what a preset fills in, what follows from what was stated, and what cannot be."""

from __future__ import annotations

from typing import Any

from dlcalc.errors import InputError, Text
from dlcalc.layers import patches
from dlcalc.layers.transformer_presets import PRESETS, Preset

USUAL_LENGTH = 512
"""Tokens of a sequence where nothing says how long it is."""


def settle(inputs: dict[str, Any]) -> None:
    """Fill in what was not stated: from the preset, else from what was stated; `base` (of images
    ViT-B/16) where no width is stated.

    Raises:
        InputError: where what was stated contradicts itself.
    """
    if inputs["preset"] is None and inputs["d_model"] is None:
        inputs["preset"] = "base" if inputs["image"] is None else "vit-b-16"
    if inputs["preset"] is not None:
        _fill_from(PRESETS[inputs["preset"]], inputs)
    _fill_structure(inputs)
    _refuse_structure(inputs)
    _fill_ends(inputs)
    _fill_lengths(inputs)


def _default(inputs: dict[str, Any], name: str, value: Any) -> None:
    if inputs[name] is None:
        inputs[name] = value


def _fill_from(preset: Preset, inputs: dict[str, Any]) -> None:
    """Take what was not stated from a preset, except what belongs to its kind or to its only vocabulary."""
    kept = set(preset.inputs)
    if inputs["kind"] not in (None, preset.inputs["kind"]):
        kept.discard("cross")
    if inputs["target_vocab"] is not None:
        kept.discard("tied")
    for name in kept:
        _default(inputs, name, preset.inputs[name])


def _fill_structure(inputs: dict[str, Any]) -> None:
    d, seen = inputs["d_model"], inputs["image"] is not None
    _default(inputs, "kind", "encoder" if seen else "both")
    _default(inputs, "heads", 8 if d % 8 == 0 else 1)
    _default(inputs, "layers", 6)
    _default(inputs, "d_ff", 4 * d)
    _default(inputs, "biases", "all")
    _default(inputs, "norm", "pre" if seen else "post")
    _default(inputs, "final_norm", inputs["norm"] == "pre")
    _default(inputs, "cross", inputs["kind"] != "encoder")


def _refuse_structure(inputs: dict[str, Any]) -> None:
    d, heads, part = inputs["d_model"], inputs["heads"], inputs["kind"]
    if d % heads:
        fits = sorted((n for n in range(1, min(d, 512) + 1) if d % n == 0), key=lambda n: (abs(n - heads), n))[:4]
        raise InputError(
            Text("{heads} heads do not divide d_model {d}.", "d_model {d} 不能被头数 {heads} 整除。"),
            Text(
                "Each head is d_model/heads wide: take {fits} heads, or a d_model of {more}.",
                "每个头宽 d_model/heads：可取 {fits} 个头，或 d_model 取 {more}。",
            ),
            heads=heads,
            d=d,
            fits=", ".join(map(str, sorted(fits))),
            more=-(-d // heads) * heads,
        ).about("heads")
    if part == "encoder" and inputs["cross"]:
        raise InputError(
            Text("An encoder has no cross-attention.", "编码器没有交叉注意力。"),
            Text("Leave --cross out, or take --kind decoder or both.", "请去掉 --cross，或用 --kind decoder 或 both。"),
        ).about("cross")
    if part == "both" and not inputs["cross"]:
        raise InputError(
            Text("Encoder and decoder meet in cross-attention.", "编码器与解码器通过交叉注意力相连。"),
            Text("Leave --no-cross out, or take --kind decoder.", "请去掉 --no-cross，或用 --kind decoder。"),
        ).about("cross")
    if part != "both" and inputs["target_vocab"] is not None:
        raise InputError(
            Text("One stack has one vocabulary.", "只有一个栈时只有一个词表。"),
            Text("Give --vocab, or take --kind both.", "请给出 --vocab，或用 --kind both。"),
        ).about("target_vocab")
    if inputs["image"] is not None:
        _refuse_image(inputs)
    elif inputs["patch"] is not None or inputs["channels"] is not None:
        name = "patch" if inputs["patch"] is not None else "channels"
        raise InputError(
            Text("It belongs to an image, and there is none.", "它属于图像，但没有给出图像。"),
            Text("Give the image too: --image 224 --patch 16.", "请同时给出图像：--image 224 --patch 16。"),
        ).about(name)


def _refuse_image(inputs: dict[str, Any]) -> None:
    _default(inputs, "patch", 16)
    for name, wrong in (
        ("kind", inputs["kind"] != "encoder"),
        ("vocab", inputs["vocab"] is not None),
        ("segments", bool(inputs["segments"])),
        ("lm_head", bool(inputs["lm_head"])),
    ):
        if wrong:
            raise InputError(
                Text(
                    "A vision transformer is an encoder of patches, without a vocabulary.",
                    "ViT 是作用于图像块的编码器，没有词表。",
                ),
                Text(
                    "Leave {name} out, or describe a model of words: no --image, no preset of images.",
                    "请去掉 {name}；若是处理词的模型，请去掉 --image，也不用图像的 preset。",
                ),
                name=name,
            ).about(name)


def grid(inputs: dict[str, Any]) -> patches.Grid:
    """Return the sides of image and patches; the patches must fill the image."""
    return patches.grid({**inputs, "crop": None})


def _fill_ends(inputs: dict[str, Any]) -> None:
    """Fill in what stands before and behind the stacks: embeddings and output layer."""
    words = inputs["vocab"] is not None
    _default(inputs, "lm_head", words and inputs["kind"] != "encoder" and inputs["classes"] is None)
    for name in ("lm_head", "target_vocab"):
        if inputs[name] and not words:
            raise InputError(
                Text("Without a vocabulary there is no {name}.", "没有词表就没有 {name}。"),
                Text("Give --vocab too.", "请同时给出 --vocab。"),
                name=name,
            ).about(name)
    if inputs["lm_head"] and inputs["classes"] is not None:
        raise InputError(
            Text("There is one output layer: over words, or over classes.", "输出层只有一个：对词或对类别。"),
            Text("Leave --classes or --lm-head out.", "请去掉 --classes 或 --lm-head。"),
        ).about("classes")
    shares = inputs["target_vocab"] in (None, inputs["vocab"])
    _default(inputs, "tied", "all" if shares else "output")
    if inputs["tied"] == "all" and not shares:
        raise InputError(
            Text(
                "Two vocabularies of {V} and {V_t} words cannot share one matrix.",
                "{V} 个词与 {V_t} 个词的两个词表不能共用一个矩阵。",
            ),
            Text("Type --tied output or --tied none.", "请输入 --tied output 或 --tied none。"),
            V=inputs["vocab"],
            V_t=inputs["target_vocab"],
        ).about("tied")
    if inputs["kind"] == "both" and inputs["tied"] != "all":
        _default(inputs, "target_vocab", inputs["vocab"])


def _fill_lengths(inputs: dict[str, Any]) -> None:
    """Fill in how long sequences are, and how many positions are learned."""
    if inputs["image"] is not None:
        _fill_image_lengths(inputs)
    _default(inputs, "positions", "sinusoidal" if inputs["max_len"] is None else "learned")
    learned = inputs["positions"] == "learned"
    if learned and inputs["max_len"] is None:
        raise InputError(
            Text("Learned positions need max_len, how many there are.", "可学习的位置需要给出个数 max_len。"),
            Text(
                "Give --max-len 512, or take --positions sinusoidal.",
                "请给出 --max-len 512，或用 --positions sinusoidal。",
            ),
        ).about("max_len")
    _default(inputs, "length", inputs["max_len"] if learned else USUAL_LENGTH)
    if inputs["cross"]:
        _default(inputs, "source_length", inputs["length"])
    for name in ("length", "source_length"):
        if learned and inputs[name] is not None and inputs[name] > inputs["max_len"]:
            raise InputError(
                Text(
                    "{n} tokens are more than the {most} learned positions.", "{n} 个词元多于 {most} 个可学习的位置。"
                ),
                Text(
                    "Take at most {most}, or more positions with --max-len.",
                    "请取不大于 {most} 的值，或用 --max-len 增加位置。",
                ),
                n=inputs[name],
                most=inputs["max_len"],
            ).about(name)


def _fill_image_lengths(inputs: dict[str, Any]) -> None:
    found = grid(inputs)
    count = 1
    for image, patch in zip(
        found.images * (3 - len(found.images)), found.patches * (3 - len(found.patches)), strict=True
    ):
        count *= image // patch
    tokens = count + 1
    for name in ("length", "max_len"):
        if inputs[name] not in (None, tokens):
            raise InputError(
                Text(
                    "The image gives {tokens} tokens with the class token, not {n}.",
                    "图像连同分类词元给出 {tokens} 个词元，而不是 {n} 个。",
                ),
                Text("Leave {name} out.", "请去掉 {name}。"),
                tokens=tokens,
                n=inputs[name],
                name=name,
            ).about(name)
        inputs[name] = tokens
