"""The backward pass of pooling: max sends the error to the largest number of each window, mean spreads it evenly."""

from __future__ import annotations

from typing import Any

from dlcalc.core.topic import Convention, Misconception
from dlcalc.core.work import Work
from dlcalc.errors import Text
from dlcalc.layers import geometry, pool, pool_values, window
from dlcalc.layers.conv_backward import place_error, settle_error
from dlcalc.layers.conv_values import pad_texts, per_side

TIES = ("first", "all", "share")
"""What equal largest numbers get: the first all of it, each the whole, or an even share."""

_ROUTES = {"first": "max_route", "all": "max_route_all", "share": "max_route_shared"}

_SAYS = {
    "first": ("each window's error goes to its largest number", "每个窗口的误差传给其中最大的数"),
    "all": (
        "each window's error goes to its largest number, whole to each of equal ones",
        "每个窗口的误差传给其中最大的数，并列时各得全部",
    ),
    "share": (
        "each window's error goes to its largest number, shared by equal ones",
        "每个窗口的误差传给其中最大的数，并列时平分",
    ),
}


def settle(inputs: dict[str, Any]) -> None:
    """Fill in the sizes from x."""
    inputs.update({"in": None, "channels": None, "global": False, "adaptive": None})
    pool_values.settle(inputs)
    frame = geometry.frame(inputs)
    if inputs["pad"] == "same" or all(window.fits(side, ceil=inputs["ceil"]) for side in frame.sides):
        outs = tuple(window.places(side, inputs["pad"], ceil=inputs["ceil"]) for side in frame.sides)
        dims = inputs["dims"]
        maps = inputs["channels"] if len(inputs["x"].shape) > dims else None
        settle_error(inputs, maps, outs * (dims // len(frame.sides)))


def write(w: Work) -> None:
    """Write the backward pass of one pooling layer."""
    inputs = w.inputs
    pool.refuse_contradiction(w)
    pool.window_lines(w)
    frame = geometry.frame(inputs)
    channels = pool_values.place(w)
    place_error(w, channels)
    k, s, d, i = (per_side(frame, symbol) for symbol in "KSDI")
    before = pad_texts(w, frame)[0]
    if inputs["kind"] == "max":
        route = _ROUTES[inputs["ties"]]
        for c in channels:
            w.let(
                f"y[c] = max_pool(x[c], {k}, {s}, {before}, {per_side(frame, 'O')}, {d})",
                *pool_values.max_says(frame, inputs),
                c=c,
            )
        pool_values.picture(w, frame, channels)
        for c in channels:
            w.let(
                f"dx[c] = {route}(x[c], dy[c], {k}, {s}, {before}, {d})",
                *_SAYS[inputs["ties"]],
                id=f"route-{inputs['ties']}" if frame.axes[0] == "" else "route-uneven",
                c=c,
            )
        return
    n = pool_values.count_line(w, frame, channels[0])
    for c in channels:
        w.let(
            "share[c] = dy[c]/n",
            "each number of a window gets an even part",
            "窗口内每个数分得相等的一份",
            id="share" if n else "share-uneven",
            c=c,
        )
        w.let(
            f"dx[c] = spread(share[c], {i}, {k}, {s}, {before})",
            "parts from every window that saw it, summed",
            "看到它的各窗口的份额相加",
            c=c,
        )


CONVENTION = Convention(
    "ties",
    {
        "first": Text(
            "of equal largest numbers the first gets the error (PyTorch)", "最大值并列时第一个得到误差（PyTorch）"
        ),
        "all": Text(
            "each of equal largest numbers gets the whole error (CS231n)", "最大值并列时每个都得到全部误差（CS231n）"
        ),
        "share": Text("equal largest numbers share the error", "最大值并列时平分误差"),
    },
    lambda inputs: inputs["kind"] == "max",
)

MISCONCEPTIONS = (
    Misconception(
        "max-gradient-spread",
        Text(
            "You spread the error over the window: max pooling sends it all to the largest number.",
            "把误差平均分给了整个窗口：最大池化只传给最大的数。",
        ),
        inputs={"kind": "avg"},
        applies=lambda inputs: inputs["kind"] == "max" and inputs["dilation"] == 1,
    ),
    Misconception(
        "mean-gradient-routed",
        Text(
            "You sent the error to the largest number: average pooling spreads it evenly.",
            "把误差传给了最大的数：平均池化平均分配误差。",
        ),
        inputs={"kind": "max"},
        applies=lambda inputs: inputs["kind"] == "avg",
    ),
    Misconception(
        "mean-gradient-not-divided",
        Text(
            "You gave every number the whole error: average pooling divides it by the numbers in the window.",
            "让每个数都得到了全部误差：平均池化要除以窗口中的元素个数。",
        ),
        {"share": "dy[c]", "share-uneven": "dy[c]"},
    ),
    Misconception(
        "mean-gradient-over-one-side",
        Text(
            "You divided by the side of the window: it has K·K numbers.",
            "除以了窗口的边长：窗口里有 K·K 个数。",
        ),
        {"share": "dy[c]/K"},
        applies=lambda inputs: inputs["dims"] == 2 and isinstance(inputs["k"], int),
    ),
)
