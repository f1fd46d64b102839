"""Values worked by hand against torch.nn.functional and autograd, entry by entry, over layers drawn at random.

The draw is fixed by its seed; numbers are whole or have one decimal, and PyTorch works in float64. What PyTorch
refuses is not compared but drawn again. Padding that PyTorch's layers do not take is put around by F.pad.
"""

import random

import numpy as np
import pytest

import dlcalc
from tests.draws import grid

torch = pytest.importorskip("torch")
F = torch.nn.functional

pytestmark = pytest.mark.oracle

SEED = 20261122
VALUES = {"conv": 220, "transposed": 110, "pool": 110, "adaptive": 40, "linear": 20}
"""Cases of values by kind: 500 in all."""
GRADIENTS = {"conv-backward": 120, "pool-backward": 80}
"""Cases of backward passes by kind: 200 in all."""

ACTIVATIONS = {"linear": lambda z: z, "relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}
LARGEST = {1: 9, 2: 6, 3: 4}


def some(rng, dims, low, high):
    """Draw a number for each dimension; often the same one."""
    if rng.random() < 0.5:
        return (rng.randint(low, high),) * dims
    return tuple(rng.randint(low, high) for _ in range(dims))


def spelled(numbers):
    """Return one number where all dimensions agree, as a user would give it."""
    return numbers[0] if len(set(numbers)) == 1 and not isinstance(numbers[0], tuple) else numbers


def tensor(nested):
    return torch.tensor(nested, dtype=torch.float64)


def around(ends):
    """Return padding by dimension as F.pad takes it: the last dimension first."""
    return [number for begin, end in reversed(ends) for number in (begin, end)]


def extents(k, dilation):
    return tuple(d * (n - 1) + 1 for n, d in zip(k, dilation, strict=True))


def ends_of(pad, sides, k, stride, dilation):
    """Return (begin, end) of the padding for each dimension; 'same' as in Keras, an odd pixel at the end."""
    wide = extents(k, dilation)
    if pad == "full":
        return tuple((e - 1, e - 1) for e in wide)
    if pad == "valid":
        return ((0, 0),) * len(sides)
    if pad == "same":
        rows = zip(sides, wide, stride, strict=True)
        every = [max(0, (-(-n // s) - 1) * s + e - n) for n, e, s in rows]
        return tuple((p // 2, p - p // 2) for p in every)
    return tuple(p if isinstance(p, tuple) else (p, p) for p in pad)


def draw_pad(rng, dims, *modes):
    kind = rng.choice(("none", "number", "ends", *modes))
    if kind in modes:
        return kind
    if kind == "none":
        return (0,) * dims
    return (
        some(rng, dims, 0, 2) if kind == "number" else tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in "x" * dims)
    )


# ---------------------------------------------------------------- convolution


def draw_layer(rng, *modes):
    """Draw x, w and b of a convolution, with its steps; axes of channels and filters are there or not."""
    dims = rng.choice((1, 2, 2, 3))
    groups = rng.choice((1, 1, 1, 2, 3))
    channels, filters = groups * rng.randint(1, 2), groups * rng.randint(1, 2)
    if rng.random() < 0.2:
        groups = filters = channels  # depthwise
    sides, k = some(rng, dims, 1, LARGEST[dims]), some(rng, dims, 1, 3)
    form = rng.choice(("whole", "whole", "no channels", "one filter")) if groups == 1 else "whole"
    if form != "whole":
        channels, filters = (1, filters) if form == "no channels" else (channels, 1)
    x = grid(rng, channels, *sides, low=-9, high=9)
    w = grid(rng, filters, channels // groups, *k, low=-9, high=9)
    raw = {
        "x": x,
        "w": w,
        "dims": dims,
        "stride": some(rng, dims, 1, 3),
        "pad": draw_pad(rng, dims, *modes),
        "dilation": some(rng, dims, 1, 2),
        "groups": groups,
    }
    return raw, form, rng.random() < 0.5


def steps_of(raw):
    """Return sides, kernel, stride, dilation and padding ends of a drawn layer."""
    dims = raw["dims"]
    sides, k = tensor(raw["x"]).shape[-dims:], tensor(raw["w"]).shape[-dims:]
    return sides, k, ends_of(raw["pad"], sides, k, raw["stride"], raw["dilation"])


def as_typed(raw, form, squeezed):
    """Return the layer as a user gives it: axes of a single channel or filter left out."""
    given = dict(raw)
    for name in ("stride", "pad", "dilation", "output_pad"):
        if name in given and not isinstance(given[name], str):
            given[name] = spelled(given[name])
    if form == "no channels":
        given["x"] = raw["x"][0]
        given["w"] = raw["w"][0] if raw.get("transpose") else [kernel[0] for kernel in raw["w"]]
    if form == "one filter" and squeezed:
        given["w"] = [kernel[0] for kernel in raw["w"]] if raw.get("transpose") else raw["w"][0]
    return given


def torch_conv(raw, x, w, b=None):
    dims = raw["dims"]
    _, _, ends = steps_of(raw)
    kernel = torch.flip(w, tuple(range(2, 2 + dims))) if raw.get("flip") else w
    function = (F.conv1d, F.conv2d, F.conv3d)[dims - 1]
    padded = F.pad(x[None], around(ends))
    return function(padded, kernel, b, raw["stride"], 0, raw["dilation"], raw["groups"])[0]


def conv_case(rng):
    raw, form, squeezed = draw_layer(rng, "same", "full", "valid")
    filters = len(raw["w"])
    raw |= {"flip": rng.random() < 0.3, "act": rng.choice(list(ACTIVATIONS)) if rng.random() < 0.4 else "linear"}
    if rng.random() < 0.5:
        raw["b"] = grid(rng, filters)
    found = torch_conv(raw, tensor(raw["x"]), tensor(raw["w"]), tensor(raw["b"]) if "b" in raw else None)
    return "conv", as_typed(raw, form, squeezed), {"y": ACTIVATIONS[raw["act"]](found)}


def transposed_case(rng):
    raw, form, squeezed = draw_layer(rng)
    dims, groups = raw["dims"], raw["groups"]
    ends = ends_of(raw["pad"], *[(0,) * dims] * 4)
    w = tensor(raw["w"])  # filters x channels/groups: PyTorch wants channels x filters/groups
    filters, k = len(raw["w"]), w.shape[2:]
    w = grid(rng, len(raw["x"]), filters // groups, *k, low=-9, high=9)
    raw |= {"w": w, "transpose": True, "flip": rng.random() < 0.3, "act": rng.choice(("linear", "linear", "relu"))}
    if rng.random() < 0.4:
        raw["output_pad"] = tuple(rng.randrange(max(s, d)) for s, d in zip(raw["stride"], raw["dilation"], strict=True))
    if rng.random() < 0.5:
        raw["b"] = grid(rng, filters)
    kernel = torch.flip(tensor(w), tuple(range(2, 2 + dims))) if raw["flip"] else tensor(w)
    function = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[dims - 1]
    extra = raw.get("output_pad", 0)
    bias = tensor(raw["b"]) if "b" in raw else None
    even = all(begin == end for begin, end in ends)
    pads = tuple(begin for begin, _ in ends) if even else 0
    found = function(tensor(raw["x"])[None], kernel, bias, raw["stride"], pads, extra, groups, raw["dilation"])
    if not even:
        found = F.pad(found, [-number for number in around(ends)])
    return "conv", as_typed(raw, form, squeezed), {"y": ACTIVATIONS[raw["act"]](found[0])}


def conv_backward_case(rng):
    raw, form, squeezed = draw_layer(rng, "same", "full", "valid")
    x, w = tensor(raw["x"]).requires_grad_(), tensor(raw["w"]).requires_grad_()
    b = torch.zeros(len(raw["w"]), dtype=torch.float64, requires_grad=True)
    y = torch_conv(raw, x, w, b)
    raw["dy"] = grid(rng, *y.shape, low=-5, high=5)
    y.backward(tensor(raw["dy"]))
    given = as_typed(raw, form, squeezed)
    if form == "one filter" and squeezed and rng.random() < 0.5:
        given["dy"] = raw["dy"][0]
    return "conv-backward", given, {"dw": w.grad, "dx": x.grad, "db": b.grad}


# ---------------------------------------------------------------- pooling


def draw_pooled(rng):
    dims = rng.choice((1, 2, 2, 3))
    k = some(rng, dims, 1, 3)
    raw = {
        "x": grid(rng, rng.randint(1, 3), *some(rng, dims, 1, LARGEST[dims]), low=-9, high=9),
        "dims": dims,
        "k": k,
        "kind": rng.choice(("max", "avg")),
        "ceil": rng.random() < 0.4,
    }
    raw["pad"] = tuple(rng.randint(0, n // 2) for n in k)
    if not raw["ceil"] and rng.random() < 0.4:
        raw["pad"] = rng.choice(("same", tuple((rng.randrange(n), rng.randrange(n)) for n in k)))
    if rng.random() < 0.7:
        raw["stride"] = some(rng, dims, 1, 4)
    if raw["kind"] == "max" and rng.random() < 0.4:
        raw["dilation"] = some(rng, dims, 1, 2)
    if raw["kind"] == "avg":
        raw["count_include_pad"] = rng.random() < 0.5
    return raw


def torch_pool(raw, x):
    """Return what PyTorch pools.

    Raises:
        ValueError: where a dilated window sees padding alone: PyTorch gives −∞, and its gradient writes out of bounds.
    """
    found = pooled(raw, x)
    if not torch.isfinite(found).all():
        raise ValueError
    return found


def pooled(raw, x):
    """Return what PyTorch pools; for padding its layers do not take, F.pad, and counts from a map of ones."""
    dims, k = raw["dims"], raw["k"]
    stride, dilation = raw.get("stride", k), raw.get("dilation", (1,) * dims)
    largest = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[dims - 1]
    mean = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[dims - 1]
    even = isinstance(raw["pad"], tuple) and not isinstance(raw["pad"][0], tuple)
    if even and raw["kind"] == "max":
        return largest(x[None], k, stride, raw["pad"], dilation, raw["ceil"])[0]
    if even:
        return mean(x[None], k, stride, raw["pad"], raw["ceil"], raw["count_include_pad"])[0]
    ends = around(ends_of(raw["pad"], x.shape[1:], k, stride, dilation))
    if raw["kind"] == "max":
        return largest(F.pad(x[None], ends, value=-torch.inf), k, stride, 0, dilation)[0]
    found = mean(F.pad(x[None], ends), k, stride)
    if raw["pad"] == "same" or not raw["count_include_pad"]:  # Keras's 'same' counts no padding
        found = found / mean(F.pad(torch.ones_like(x)[None], ends), k, stride)
    return found[0]


def pool_typed(rng, raw):
    """Return a pool as a user gives it; a single channel now and then without its axis."""
    given = dict(raw)
    for name in ("k", "stride", "pad", "dilation", "adaptive"):
        if name in given and not isinstance(given[name], str):
            given[name] = spelled(given[name])
    if len(raw["x"]) == 1 and rng.random() < 0.7:
        given["x"] = raw["x"][0]
        if "dy" in raw:
            given["dy"] = raw["dy"][0]
    return given


def pool_case(rng):
    raw = draw_pooled(rng)
    found = torch_pool(raw, tensor(raw["x"]))
    return "pool", pool_typed(rng, raw), {"y": found}


def pool_backward_case(rng):
    raw = draw_pooled(rng)
    x = tensor(raw["x"]).requires_grad_()
    y = torch_pool(raw, x)
    raw["dy"] = grid(rng, *y.shape, low=-5, high=5)
    y.backward(tensor(raw["dy"]))
    return "pool-backward", pool_typed(rng, raw), {"dx": x.grad}


def adaptive_case(rng):
    dims, kind = rng.choice((1, 2, 2, 3)), rng.choice(("max", "avg"))
    sides = some(rng, dims, 1, LARGEST[dims])
    raw = {"x": grid(rng, rng.randint(1, 3), *sides), "dims": dims, "kind": kind}
    wanted = (1,) * dims
    if rng.random() < 0.3:
        raw["global"] = True
    else:
        wanted = raw["adaptive"] = some(rng, dims, 1, LARGEST[dims])
    found = getattr(F, f"adaptive_{kind}_pool{dims}d")(tensor(raw["x"])[None], wanted)[0]
    return "pool", pool_typed(rng, raw), {"y": found}


def linear_case(rng):
    shape, out = some(rng, rng.choice((1, 1, 2, 3)), 1, 3), rng.randint(1, 4)
    x = tensor(grid(rng, *shape))
    raw = {"x": x.tolist(), "w": grid(rng, out, x.numel())}
    if rng.random() < 0.6:
        raw["b"] = grid(rng, out)
    return "linear", raw, {"y": F.linear(x.flatten(), tensor(raw["w"]), tensor(raw["b"]) if "b" in raw else None)}


CASES = {
    "conv": conv_case,
    "transposed": transposed_case,
    "pool": pool_case,
    "adaptive": adaptive_case,
    "linear": linear_case,
    "conv-backward": conv_backward_case,
    "pool-backward": pool_backward_case,
}


# ---------------------------------------------------------------- the comparison


def drawn(kind, count):
    """Yield (topic, inputs, PyTorch's answers) until PyTorch accepted `count` of them."""
    rng, found = random.Random(f"{SEED}{kind}"), 0
    while found < count:
        try:
            topic, inputs, theirs = CASES[kind](rng)
        except (RuntimeError, ValueError):
            continue
        if any(0 in part.shape for part in theirs.values()):
            continue
        found += 1
        yield topic, inputs, theirs


def expected(name, theirs, inputs):
    """Return PyTorch's answer without the axes that were left out of what was given."""
    dims = inputs.get("dims", 1)
    found = theirs.detach().numpy()
    if name == "dw":
        return found.reshape(np.array(inputs["w"], float).shape)
    if name == "dx":
        return found.reshape(np.array(inputs["x"], float).shape)
    if name == "db" or len(found.shape) == 1:
        return found
    axes = np.ndim(inputs["w"]) - dims if "w" in inputs else np.ndim(inputs["x"]) - dims
    one_filter = "w" in inputs and axes == 1 and np.ndim(inputs["x"]) > dims
    return found[0] if axes == 0 or one_filter else found


@pytest.mark.parametrize("kind", [*VALUES, *GRADIENTS])
def test_every_entry_is_that_of_pytorch(kind):
    torch.set_num_threads(1)
    for topic, inputs, theirs in drawn(kind, {**VALUES, **GRADIENTS}[kind]):
        shown = f"dlcalc.solve({topic!r}, {inputs!r})"
        try:
            answers = dlcalc.solve(topic, inputs).answers
        except dlcalc.DlcalcError as error:
            pytest.fail(f"{shown}: {error}")
        for name, value in theirs.items():
            ours = np.array(answers[name], float)
            want = expected(name, value, inputs)
            assert ours.shape == want.shape, (name, shown)
            np.testing.assert_allclose(ours, want, rtol=1e-12, atol=1e-11, err_msg=f"{name}: {shown}")


def test_the_draw_reaches_every_option():
    # Guards the draw itself: a comparison that never meets an option says nothing about it.
    convs = [inputs for kind in ("conv", "transposed", "conv-backward") for _, inputs, _ in drawn(kind, 110)]
    for dims in (1, 2, 3):
        chosen = [inputs for inputs in convs if inputs["dims"] == dims]
        for name in ("stride", "dilation", "pad"):
            assert any(isinstance(inputs[name], tuple) for inputs in chosen) or dims == 1, (dims, name)
        assert {"same", "full", "valid"} <= {i["pad"] for i in chosen if isinstance(i["pad"], str)}
        assert {1, 2, 3} <= {inputs["groups"] for inputs in chosen}
        assert any(inputs.get("output_pad") for inputs in chosen)
        assert any(inputs.get("flip") for inputs in chosen)
    pools = [inputs for kind in ("pool", "pool-backward") for _, inputs, _ in drawn(kind, 80)]
    assert {(i["dims"], i["kind"], i["ceil"]) for i in pools} == {
        (dims, kind, ceil) for dims in (1, 2, 3) for kind in ("max", "avg") for ceil in (True, False)
    }
    assert {inputs.get("count_include_pad") for inputs in pools} == {None, True, False}
    assert any("stride" not in inputs for inputs in pools)
