"""Attention of every kind: from Q, K, V or tokens, with heads, masks, biases, a second sequence."""

from tests.draws import grid


def small(rng, rows, columns):
    """Return a matrix of small numbers, so that no power runs away."""
    return [[rng.choice((-2, -1, 0, 1, 1, 2, 0.5)) for _ in range(columns)] for _ in range(rows)]


def draw(rng):
    heads = rng.choice((1, 1, 1, 2, 2, 3))
    columns, value_columns = heads * rng.randint(1, 3), heads * rng.randint(1, 2)
    queries, keys = rng.randint(1, 3), rng.randint(1, 3)
    if rng.random() < 0.5:
        keys = queries
    raw = {"heads": heads}
    if rng.random() < 0.4:
        raw |= {"q": grid(rng, queries, columns, low=-2, high=3), "k": small(rng, keys, columns)}
        raw["v"] = small(rng, keys, value_columns)
    else:
        wide = rng.randint(1, 3) if rng.random() < 0.8 else columns
        raw["x"] = small(rng, queries, wide)
        turned = rng.random() < 0.3
        if rng.random() < 0.4:
            raw["context"] = small(rng, keys, wide)
        else:
            keys = queries
        if wide != columns or rng.random() < 0.8:
            for name, many in (("wq", columns), ("wk", columns), ("wv", value_columns)):
                raw[name] = small(rng, *((many, wide) if turned else (wide, many)))
                if rng.random() < 0.5:
                    raw["b" + name[1]] = [small(rng, 1, many)[0]]
            if turned:
                raw["layout"] = "out-in"
        else:
            value_columns = wide
    if rng.random() < 0.4:
        out = rng.randint(1, 3)
        raw["wo"] = small(rng, *((out, value_columns) if raw.get("layout") else (value_columns, out)))
        if rng.random() < 0.5:
            raw["bo"] = [small(rng, 1, out)[0]]
    if rng.random() < 0.5:
        raw["scale"] = rng.choice(("sqrt", "sqrt", "none", 2))
    return raw | _mask(rng, queries, keys)


def _mask(rng, queries, keys):
    kind = rng.choice(("none", "none", "causal", "matrix", "matrix", "added", "padding", "both"))
    found = {}
    if kind in ("causal", "both"):
        found["mask"] = "causal"
    if kind in ("padding", "both"):
        found["valid_len"] = rng.randint(1, keys)
    if kind == "matrix":
        found["mask"] = [[rng.choice((0, 1, 1)) for _ in range(keys)] for _ in range(queries)]
        if rng.random() < 0.5:
            found["mask_ones"] = rng.choice(("see", "hide"))
    if kind == "added":
        entries = (0, 0, -1, 2, -float("inf"))
        found["mask"] = [[rng.choice(entries) for _ in range(keys)] for _ in range(queries)]
    if rng.random() < 0.2:
        found["mask_value"] = "1e9"
    return found
