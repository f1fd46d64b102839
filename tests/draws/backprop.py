"""Small nets of one to three layers, with every activation and loss, one sample or two."""

from itertools import pairwise

HIDDEN = ("sigmoid", "sigmoid", "tanh", "relu", "relu", "linear", "leaky", "elu", "relu6", "softplus", "gelu", "swish")


def draw(rng):
    depth = rng.choice((1, 2, 2, 2, 3))
    square = rng.random() < 0.4
    sizes = [2] * (depth + 1) if square else [rng.randint(1, 3) for _ in range(depth + 1)]
    acts = [rng.choice(HIDDEN) for _ in range(depth)]
    if rng.random() < 0.25:
        acts = [rng.choice(("linear", "relu"))] * depth
    loss = rng.choice(("half-sse", "half-sse", "sse", "mse", "bce", "ce"))
    if loss == "bce":
        acts[-1] = "sigmoid"
    elif loss == "ce" or rng.random() < 0.1:
        acts[-1] = "softmax"
        sizes[-1] = max(2, sizes[-1])
    samples = rng.choice((1, 1, 1, 2))
    # whole numbers meet the kinks of ReLU; a sigmoid they would saturate beyond the digits that are printed
    whole = set(acts) <= {"relu", "linear", "leaky", "relu6"} and rng.random() < 0.7
    raw = {"x": [_row(rng, sizes[0], whole) for _ in range(samples)], "act": acts, "loss": loss}
    for l, (enter, leave) in enumerate(pairwise(sizes), 1):  # noqa: E741
        raw[f"w{l}"] = [_row(rng, enter, whole) for _ in range(leave)]
        if rng.random() < 0.6:
            raw[f"b{l}"] = _row(rng, leave, whole)
    if rng.random() < 0.3:
        raw["alpha"] = 0.5
    if rng.random() < 0.95:
        raw["t"] = [_target(rng, sizes[-1], loss) for _ in range(samples)]
        raw |= {
            "eta": rng.choice((1, 0.5, 0.1)),
            "reduction": rng.choice(("mean", "sum")),
            "freeze_bias": rng.random() < 0.3,
            "relu_at_0": rng.choice((0, 0, 1)),
            "update": rng.choice(("batch", "online")),
            "epochs": rng.choice((1, 1, 1, 2)),
        }
        if "softmax" not in acts and rng.random() < 0.1:
            raw["slopes"] = True
    return raw


def _row(rng, count, whole):
    return [rng.randint(-2, 2) if whole else rng.randint(-150, 250) / 100 for _ in range(count)]


def _target(rng, count, loss):
    if loss == "ce":
        place = rng.randrange(count)
        return [int(j == place) for j in range(count)]
    return [rng.randint(0, 1) if loss == "bce" else rng.randint(-5, 10) / 10 for _ in range(count)]
