"""Scores of two or three classes with a target, sometimes a temperature."""

from fractions import Fraction


def draw(rng):
    classes = rng.randint(2, 3)
    drawn = {
        "z": [Fraction(rng.randint(-30, 50), rng.choice((1, 10, 10))) for _ in range(classes)],
        "target": rng.randrange(classes),
    }
    if rng.random() < 0.2:
        drawn["temperature"] = rng.choice((2, Fraction(1, 2)))
    if rng.random() < 0.2:
        drawn["from_one"] = True
    return drawn
