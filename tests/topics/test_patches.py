"""Patches of a vision transformer against cut-out patches counted one by one, published numbers, and PyTorch."""

import random
from itertools import product
from math import prod

import pytest

import dlcalc
from dlcalc.errors import InputError
from tests import draws
from tests.topics.listed import catalogued, is_named, verdict


def answers(**inputs):
    return dlcalc.solve("patches", inputs).answers


def sides(raw):
    """Return (height, width), (patch height, patch width) and channels of a drawn image."""
    image, patch = raw["image"], raw["patch"]
    image = (image, image) if isinstance(image, int) else image
    channels = image[0] if len(image) == 3 else raw.get("channels", 3)
    return image[-2:], (patch, patch) if isinstance(patch, int) else patch, channels


def test_every_number_is_counted_one_by_one():
    rng = random.Random(7)
    for _ in range(200):
        raw = draws.draw("patches", rng)
        (tall, wide), (high, broad), channels = sides(raw)
        corners = [
            corner
            for corner in product(range(0, tall, high), range(0, wide, broad))
            if corner[0] + high <= tall and corner[1] + broad <= wide
        ]
        found, d = answers(**raw), raw["d"]
        weights = [(d, channels * high * broad), (d,)] if raw.get("bias", True) else [(d, channels * high * broad)]
        tokens = len(corners) + (1 if raw["cls"] else 0)
        assert found["patches"] == len(corners), raw
        assert found["tokens"] == tokens
        assert found["params"] == found["conv"] == sum(map(prod, weights))
        assert found["positions"] == tokens * d
        assert found["total"] == found["params"] + tokens * d + (d if raw["cls"] else 0)
        assert found["macs"] == len(corners) * d * channels * high * broad


def test_vit_b_16_has_the_numbers_of_the_paper():
    # Dosovitskiy et al. 2021: 224/16 gives a sequence of 196 patches, and the class token makes 197
    found = answers(image=224, patch=16, d=768)
    assert (found["patches"], found["tokens"], found["params"], found["positions"]) == (196, 197, 590592, 151296)


LISTED = [
    ("M201", {"image": 224, "patch": 16}, "tokens", 197, 196),
    ("M202", {"image": 224, "patch": 16}, "patches", 196, 14),
    ("M203", {"image": 224, "patch": 16, "channels": 3, "d": 768}, "params", 590592, 196608),
]


@pytest.mark.parametrize(("number", "inputs", "asked", "right", "wrong"), LISTED, ids=[row[0] for row in LISTED])
def test_a_listed_mistake_is_named_on_its_own_instance(number, inputs, asked, right, wrong):
    assert answers(**inputs)[asked] == right
    assert is_named(number, "patches", inputs, asked, wrong)


def test_no_listed_mistake_is_declared_without_a_test():
    assert catalogued("patches") == {row[0] for row in LISTED}


def test_a_patch_that_does_not_divide_is_refused_or_cut_off_when_said_so():
    with pytest.raises(InputError) as caught:
        answers(image=225, patch=16)
    assert "224 or 240" in caught.value.advice("en")
    assert "--crop" in caught.value.advice("zh")
    assert answers(image=225, patch=16, crop=True)["patches"] == 196


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"image": 8, "patch": 16}, "at most 8"),
        ({"image": "3x224x224", "patch": 16, "channels": 1}, "channels"),
        ({"image": "1x2x3x4", "patch": 1}, "HxW"),
        ({"image": 224, "patch": "16x16x16"}, "one number"),
        ({"image": 224}, "patch"),
        ({"image": 224, "patch": 0}, "at least 1"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_type(inputs, says):
    with pytest.raises(InputError) as caught:
        answers(**inputs)
    assert says in f"{caught.value} {caught.value.advice('en')}"


def test_huge_images_stay_exact():
    assert answers(image=10**18, patch=10**9)["patches"] == 10**18
    assert verdict("patches", {"image": 10**18, "patch": 10}, "patches", str(10**34)).verdict == "right"


@pytest.mark.oracle
def test_the_convolution_of_pytorch_gives_as_many_patches_and_parameters():
    torch = pytest.importorskip("torch")
    rng = random.Random(8)
    for _ in range(100):
        raw = draws.draw("patches", rng)
        image, patch, channels = sides(raw)
        conv = torch.nn.Conv2d(channels, raw["d"], patch, stride=patch, bias=raw.get("bias", True), device="meta")
        out = conv(torch.empty(1, channels, *image, device="meta"))
        found = answers(**raw)
        assert found["patches"] == out.shape[2] * out.shape[3], raw
        assert found["params"] == sum(p.numel() for p in conv.parameters())
