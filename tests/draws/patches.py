"""Images cut into patches, square or not, with and without a class token."""


def draw(rng):
    patch = rng.randint(1, 16)
    square = rng.random() < 0.6
    tall, wide = rng.randint(1, 12), rng.randint(1, 12)
    rest = rng.choice((0, 0, 0, 1))
    image = tall * patch + rest if square else (tall * patch + rest, wide * patch)
    raw = {"image": image, "patch": patch, "d": rng.randint(1, 800), "cls": rng.random() < 0.7, "crop": bool(rest)}
    if rng.random() < 0.4:
        raw["channels"] = rng.choice((1, 3, 4))
    if rng.random() < 0.3:
        raw["bias"] = False
    if not square and rng.random() < 0.3:
        raw["image"] = (raw.pop("channels", 3), *image)
    return raw
