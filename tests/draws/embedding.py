"""Tables by their size alone, with indices, and with their numbers."""

from tests.draws import grid


def draw(rng):
    vocab, d = rng.randint(2, 6), rng.randint(1, 4)
    small = rng.random() < 0.5
    raw = {"table": grid(rng, vocab, d)} if small else {"vocab": vocab * rng.randint(1, 900), "d": rng.randint(1, 300)}
    from_one = rng.random() < 0.3
    if rng.random() < 0.7:
        raw["indices"] = [rng.randint(int(from_one), vocab - 1) for _ in range(rng.randint(1, 4))]
    if from_one:
        raw["from_one"] = True
    if rng.random() < 0.4:
        raw["padding_idx"] = rng.randint(1, vocab - 1)
    return raw
