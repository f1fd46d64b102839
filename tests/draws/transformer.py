"""Encoders, decoders and both, with and without words, images, positions; some presets."""

from dlcalc.layers.transformer_presets import PRESETS


def draw(rng):
    kind = rng.random()
    if kind < 0.25:
        raw = {"preset": rng.choice(list(PRESETS))}
    elif kind < 0.35:
        patch = rng.randint(2, 8)
        raw = {"image": patch * rng.randint(1, 6), "patch": patch, **_sizes(rng)}
        if rng.random() < 0.6:
            raw["classes"] = rng.randint(2, 100)
        if rng.random() < 0.3:
            raw["positions"] = "sinusoidal"
    else:
        raw = _words(rng)
    if rng.random() < 0.2:
        raw["final_norm"] = rng.random() < 0.5
    if rng.random() < 0.3:
        raw["bytes"] = rng.choice((1, 2, 4))
    return raw


def _sizes(rng):
    heads = rng.choice((1, 2, 3, 4))
    raw = {"d_model": heads * rng.randint(2, 20), "heads": heads, "layers": rng.randint(1, 4)}
    for name, choices in (("d_ff", (16, 50)), ("norm", ("pre", "post")), ("biases", ("all", "ffn", "none"))):
        if rng.random() < 0.5:
            raw[name] = rng.choice(choices)
    return raw


def _words(rng):
    part = rng.choice(("encoder", "decoder", "both"))
    raw = {"kind": part, **_sizes(rng)}
    if rng.random() < 0.75:
        raw["vocab"] = rng.randint(50, 900)
        if part == "both" and rng.random() < 0.3:
            raw["target_vocab"] = rng.randint(50, 900)
        if rng.random() < 0.4:
            raw["tied"] = rng.choice(("all", "output", "none"))
        if part == "encoder" and rng.random() < 0.4:
            raw |= {"segments": 2, "embed_norm": True, "pooler": True}
        if part == "encoder" and rng.random() < 0.3:
            raw["lm_head"] = True
    if rng.random() < 0.5:
        raw["max_len"] = rng.randint(20, 64)
    if rng.random() < 0.7:
        raw["length"] = rng.randint(1, 20)
        if part != "encoder" and rng.random() < 0.5:
            raw["source_length"] = rng.randint(1, 20)
    if part == "decoder" and rng.random() < 0.5:
        raw["cross"] = False
    return raw
