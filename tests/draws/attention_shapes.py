"""Attention on sequences and maps of all sizes."""


def draw(rng):
    kind = rng.choice(("sequence", "sequence", "channel", "spatial", "nonlocal"))
    raw = {"kind": kind}
    if rng.random() < 0.5:
        raw["bias"] = rng.random() < 0.5
    if kind == "sequence":
        heads = rng.choice((1, 2, 4, 8))
        raw |= {"n": rng.randint(2, 30), "d_model": heads * rng.randint(2, 16), "heads": heads}
        for name in ("source", "d_k", "d_v"):
            if rng.random() < 0.3:
                raw[name] = rng.randint(2, 20)
        return raw
    raw["in"] = (2 * rng.randint(2, 20), rng.randint(2, 15), rng.randint(2, 15))
    if kind == "channel" and rng.random() < 0.5:
        raw["reduction"] = 2
    if kind == "spatial" and rng.random() < 0.5:
        raw["k"] = rng.choice((3, 7))
    if kind == "nonlocal" and rng.random() < 0.5:
        raw["inner"] = rng.randint(2, 16)
    return raw
