"""Layers drawn at random, against the same layers made in PyTorch: output shape, parameters, and what is refused.

The draw is fixed by its seed. Layers are run, not only described: PyTorch's "meta" device skips some of its refusals.
"""

import random
import warnings
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, NamedTuple

import pytest

import dlcalc
from dlcalc import InputError

torch = pytest.importorskip("torch")
flop_counter = pytest.importorskip("torch.utils.flop_counter")
nn = torch.nn

pytestmark = pytest.mark.oracle

SEED = 20261121
WANTED = {"conv": 600, "transposed": 600, "pool": 600, "adaptive": 200}
"""How many layers of each kind PyTorch must have accepted before drawing ends: 2,000 in all."""

LARGEST = {1: 24, 2: 12, 3: 7}
"""The largest side drawn, by dimensions."""


@dataclass(frozen=True)
class Drawn:
    """A layer in numbers, one per dimension; `spelling` says how dlcalc is given them."""

    kind: str
    dims: int
    sides: tuple[int, ...]
    channels: int
    k: tuple[int, ...] = ()
    stride: tuple[int, ...] | None = None
    dilation: tuple[int, ...] = ()
    pad: Any = 0
    filters: int = 1
    groups: int = 1
    bias: bool = True
    output_pad: tuple[int, ...] = ()
    average: bool = False
    ceil: bool = False
    adaptive: tuple[int, ...] = ()
    spelling: int = 0

    @property
    def extents(self):
        return tuple(d * (k - 1) + 1 for k, d in zip(self.k, self.dilation, strict=True))

    @property
    def uneven(self):
        """Whether the padding is (begin, end) pairs, which PyTorch's layers do not take: F.pad does it for them."""
        return isinstance(self.pad, tuple) and isinstance(self.pad[0], tuple)


# ---------------------------------------------------------------- drawing


def some(rng, dims, low, high):
    """Draw a number for each dimension; often the same one."""
    if rng.random() < 0.4:
        return (rng.randint(low, high),) * dims
    return tuple(rng.randint(low, high) for _ in range(dims))


def draw_sides(rng, dims):
    return some(rng, dims, 1 if rng.random() < 0.2 else 4, LARGEST[dims])


def draw_channels(rng):
    """Draw channels, filters and groups; once in 25 times groups that may not divide."""
    groups = rng.choice((1, 1, 2, 3))
    channels, filters = groups * rng.randint(1, 3), groups * rng.randint(1, 3)
    return {"channels": channels + (rng.random() < 0.04), "filters": filters, "groups": groups}


def draw_ends(rng, most):
    """Draw (begin, end) of the padding for each dimension."""
    return tuple((rng.randint(0, top), rng.randint(0, top)) for top in most)


def draw_conv(rng):
    dims = rng.randint(1, 3)
    pad = rng.choice(("number", "number", "ends", "ends", "same", "valid", "full"))
    if pad == "number":
        pad = some(rng, dims, 0, 3)
    elif pad == "ends":
        pad = draw_ends(rng, (3,) * dims)
    return Drawn(
        "conv",
        dims,
        draw_sides(rng, dims),
        k=some(rng, dims, 1, 5),
        # PyTorch knows 'same' at stride 1 only; dlcalc follows Keras beyond.
        stride=(1,) * dims if pad == "same" else some(rng, dims, 1, 4),
        dilation=some(rng, dims, 1, 3),
        pad=pad,
        bias=rng.random() < 0.5,
        spelling=rng.randrange(4),
        **draw_channels(rng),
    )


def draw_transposed(rng):
    dims = rng.randint(1, 3)
    return Drawn(
        "transposed",
        dims,
        draw_sides(rng, dims),
        k=some(rng, dims, 1, 4),
        stride=some(rng, dims, 1, 3),
        dilation=some(rng, dims, 1, 2),
        pad=draw_ends(rng, (2,) * dims) if rng.random() < 0.2 else some(rng, dims, 0, 3),
        output_pad=some(rng, dims, 0, 2) if rng.random() < 0.3 else (0,) * dims,
        bias=rng.random() < 0.5,
        spelling=rng.randrange(4),
        **draw_channels(rng),
    )


def draw_pool(rng):
    dims, average = rng.randint(1, 3), rng.random() < 0.5
    ceil = rng.random() < 0.5
    k = some(rng, dims, 1, 4)
    dilation = (1,) * dims if average else some(rng, dims, 1, 2)  # PyTorch's average pools have none
    pad = tuple(rng.randint(0, top // 2) for top in k)
    how = rng.random()
    if how < 0.1:
        pad = some(rng, dims, 0, 4)  # often more than PyTorch allows
    elif how < 0.3 and not ceil:
        # In ceil mode PyTorch has no such layer: with F.pad the padding would count as input.
        pad = draw_ends(rng, [d * (top - 1) for top, d in zip(k, dilation, strict=True)])
    return Drawn(
        "pool",
        dims,
        draw_sides(rng, dims),
        rng.randint(1, 4),
        k=k,
        stride=some(rng, dims, 1, 5) if rng.random() < 0.7 else None,
        dilation=dilation,
        pad=pad,
        average=average,
        ceil=ceil,
        spelling=rng.randrange(4),
    )


def draw_adaptive(rng):
    dims = rng.randint(1, 3)
    return Drawn(
        "adaptive",
        dims,
        draw_sides(rng, dims),
        rng.randint(1, 4),
        adaptive=some(rng, dims, 1, LARGEST[dims]),
        average=rng.random() < 0.5,
        spelling=rng.randrange(4),
    )


DRAW = {"conv": draw_conv, "transposed": draw_transposed, "pool": draw_pool, "adaptive": draw_adaptive}


# ---------------------------------------------------------------- the two tools


class Made(NamedTuple):
    """What a layer turned out to be in PyTorch."""

    shape: list[int]
    weights: int
    biases: int
    params: int
    flops: int


def run_torch(layer):
    """Return what the layer is in PyTorch, or None where PyTorch refuses it."""
    try:
        module, before, after = make_torch(layer)
        entering = torch.empty(1, layer.channels, *layer.sides)
        entering = nn.functional.pad(entering, before) if before else entering
        leaving = module(entering)
        found = nn.functional.pad(leaving, after) if after else leaving
    except (RuntimeError, ValueError):
        return None
    if 0 in found.shape:
        return None  # F.pad may crop everything away; a layer that does is refused by PyTorch too
    learned = {name: parameter.numel() for name, parameter in module.named_parameters()}
    flops = 0
    if learned:
        # What FlopCounterMode calls for each convolution; the mode itself would take most of this file's time.
        flops = flop_counter.conv_flop_count(
            entering.shape, module.weight.shape, leaving.shape, transposed=layer.kind == "transposed"
        )
    return Made(
        list(found.shape[1:]),
        learned.get("weight", 0),
        learned.get("bias", 0),
        sum(parameter.numel() for parameter in module.parameters()),
        flops,
    )


def make_torch(layer):
    """Return the PyTorch module, the padding to put before it and the (negative) padding to put after it."""
    dims, before, after = layer.dims, None, None
    if layer.kind == "adaptive":
        kind = "Avg" if layer.average else "Max"
        return getattr(nn, f"Adaptive{kind}Pool{dims}d")(layer.adaptive), None, None
    pad = layer.pad
    if pad == "full":
        pad = tuple(extent - 1 for extent in layer.extents)
    elif layer.uneven:
        ends = [number for begin, end in reversed(pad) for number in (begin, end)]  # F.pad begins at the last
        if layer.kind == "transposed":
            after = [-number for number in ends]
        else:
            before = ends
        pad = (0,) * dims
    if layer.kind == "pool" and layer.average:
        made = getattr(nn, f"AvgPool{dims}d")(layer.k, layer.stride, pad, ceil_mode=layer.ceil)
    elif layer.kind == "pool":
        made = getattr(nn, f"MaxPool{dims}d")(layer.k, layer.stride, pad, layer.dilation, ceil_mode=layer.ceil)
    else:
        extra = {"output_padding": layer.output_pad} if layer.kind == "transposed" else {}
        made = getattr(nn, f"{'ConvTranspose' if extra else 'Conv'}{dims}d")(
            layer.channels,
            layer.filters,
            layer.k,
            layer.stride,
            pad,
            dilation=layer.dilation,
            groups=layer.groups,
            bias=layer.bias,
            **extra,
        )
    return made, before, after


def for_dlcalc(layer):
    """Return (topic, inputs) as a user would give them: lists or text, one number where all dimensions agree."""
    text, joined = layer.spelling % 2, layer.spelling // 2

    def spell(value):
        if isinstance(value, str):
            return value
        if len(set(value)) == 1 and not isinstance(value[0], tuple):
            return str(value[0]) if text else value[0]
        parts = [":".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in value]
        return "x".join(parts) if text else value

    inputs = {"dims": layer.dims}
    if joined:
        size = (layer.channels, *layer.sides)
        inputs["in"] = "x".join(map(str, size)) if text else list(size)
    else:
        inputs |= {"in": spell(layer.sides), "channels": layer.channels}
    if layer.kind in ("conv", "transposed"):
        inputs |= {"filters": layer.filters, "groups": layer.groups, "bias": layer.bias}
    else:
        inputs["kind"] = "avg" if layer.average else "max"
    if layer.kind == "adaptive":
        return "pool", inputs | {"adaptive": spell(layer.adaptive)}
    inputs |= {"k": spell(layer.k), "pad": spell(layer.pad), "dilation": spell(layer.dilation)}
    if layer.stride is not None:
        inputs["stride"] = spell(layer.stride)
    if layer.kind == "pool":
        return "pool", inputs | {"ceil": layer.ceil}
    if layer.kind == "transposed":
        inputs |= {"transpose": True, "output_pad": spell(layer.output_pad)}
    return "conv", inputs


def run_dlcalc(layer):
    """Return the answers of dlcalc, or its refusal."""
    try:
        return dlcalc.solve(*for_dlcalc(layer)).answers
    except InputError as error:
        return str(error)


def differs_on_purpose(layer):
    """Say whether dlcalc accepts a pool that PyTorch refuses although every window sees a pixel.

    PyTorch allows padding up to half the (undilated) window; dlcalc up to the dilated window itself, short of it.
    PyTorch's AvgPool3d, unlike every other pool, leaves the padding out when it asks whether the window fits.
    """
    if layer.kind != "pool" or layer.uneven:
        return False
    wide = any(pad > k // 2 for pad, k in zip(layer.pad, layer.k, strict=True)) and all(
        pad < extent for pad, extent in zip(layer.pad, layer.extents, strict=True)
    )
    small = layer.average and layer.dims == 3 and any(side < k for side, k in zip(layer.sides, layer.k, strict=True))
    return wide or small


# ---------------------------------------------------------------- the comparison


@pytest.fixture(scope="module")
def drawn():
    """Return (layer, PyTorch's result or None, dlcalc's answers or refusal) until PyTorch accepted enough of each."""
    rng = random.Random(SEED)
    found = []
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the layers are tiny: threads would only wait for one another
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 'same' with an even kernel may copy the input: true, and no matter here
        for kind, wanted in WANTED.items():
            accepted = 0
            while accepted < wanted:
                layer = DRAW[kind](rng)
                theirs = run_torch(layer)
                accepted += theirs is not None
                found.append((layer, theirs, run_dlcalc(layer)))
    torch.set_num_threads(threads)
    return found


def accepted_by_both(drawn, *kinds):
    return [row for row in drawn if row[0].kind in kinds and row[1] is not None and not isinstance(row[2], str)]


def show(layer, theirs, ours):
    """Return what to paste to see a disagreement again."""
    topic, inputs = for_dlcalc(layer)
    return f"dlcalc.solve({topic!r}, {inputs!r}): PyTorch {theirs}, dlcalc {ours}"


def test_the_draw_reaches_every_option():
    # Guards the draw itself: a comparison that never meets an option says nothing about it.
    rng = random.Random(SEED)
    layers = [DRAW[kind](rng) for kind in WANTED for _ in range(WANTED[kind])]
    for kind in ("conv", "transposed"):
        chosen = [layer for layer in layers if layer.kind == kind]
        assert {layer.dims for layer in chosen} == {1, 2, 3}
        assert {layer.bias for layer in chosen} == {True, False}
        assert {layer.groups for layer in chosen} == {1, 2, 3}
        assert any(layer.uneven for layer in chosen)
        assert any(len(set(axis)) > 1 for layer in chosen for axis in (layer.sides, layer.k, layer.stride))
        assert any(max(layer.dilation) > 1 for layer in chosen)
    pools = [layer for layer in layers if layer.kind == "pool"]
    assert {(layer.dims, layer.average, layer.ceil) for layer in pools} == set(product((1, 2, 3), *[(True, False)] * 2))
    assert any(layer.stride is None for layer in pools)
    assert {layer.pad for layer in layers if isinstance(layer.pad, str)} == {"same", "valid", "full"}
    assert any(max(layer.output_pad, default=0) > 0 for layer in layers)


def test_every_layer_that_pytorch_accepts_is_accepted(drawn):
    refused = [show(*row) for row in drawn if row[1] is not None and isinstance(row[2], str)]
    assert refused == []


def test_every_layer_that_pytorch_refuses_is_refused_but_for_the_pools_that_differ_on_purpose(drawn):
    accepted = [row for row in drawn if row[1] is None and not isinstance(row[2], str)]
    assert [show(*row) for row in accepted if not differs_on_purpose(row[0])] == []


@pytest.mark.parametrize("kind", WANTED)
def test_output_shapes_are_those_of_pytorch(drawn, kind):
    wrong = [row for row in accepted_by_both(drawn, kind) if row[2]["shape"] != row[1].shape]
    assert [show(*row) for row in wrong] == []


@pytest.mark.parametrize("kind", WANTED)
def test_activations_are_the_numbers_in_the_output_of_pytorch(drawn, kind):
    wrong = [row for row in accepted_by_both(drawn, kind) if row[2]["activations"] != prod(row[1].shape)]
    assert [show(*row) for row in wrong] == []


@pytest.mark.parametrize("answer", ["weights", "biases", "flops"])
@pytest.mark.parametrize("kind", ["conv", "transposed"])
def test_counts_of_a_convolution_are_those_of_pytorch(drawn, kind, answer):
    wrong = [row for row in accepted_by_both(drawn, kind) if row[2][answer] != getattr(row[1], answer)]
    assert [show(*row) for row in wrong] == []


@pytest.mark.parametrize("kind", WANTED)
def test_parameters_are_all_that_pytorch_would_learn(drawn, kind):
    wrong = [row for row in accepted_by_both(drawn, kind) if row[2]["params"] != row[1].params]
    assert [show(*row) for row in wrong] == []


@pytest.mark.parametrize("side", range(1, 13))
@pytest.mark.parametrize("wanted", range(1, 13))
def test_adaptive_regions_are_those_of_pytorch(side, wanted):
    # The largest of 1, 2, ..., n in a region is its last pixel, counted from 1; the smallest is its first.
    pixels = torch.arange(1.0, side + 1).reshape(1, 1, side)
    pool = nn.AdaptiveMaxPool1d(wanted)
    values = dlcalc.solve("pool", {"in": side, "dims": 1, "adaptive": wanted}).values
    numbers = range(1, wanted + 1)
    assert [values[f"last[{i}]"] for i in numbers] == pool(pixels).flatten().tolist()
    assert [values[f"first[{i}]"] for i in numbers] == (-pool(-pixels)).flatten().tolist()
