"""Separability decided and proved: every certificate is checked again here, and the verdict against brute force."""

import random
from fractions import Fraction
from itertools import product

from dlcalc.layers.separable import Meeting, Separator, decide

GRID = [Fraction(n, 2) for n in range(-8, 9)]


def separates(w, b, samples, positive):
    values = [sum(p * q for p, q in zip(w, point, strict=True)) + b for point in samples]
    return all((value > 0) == plus and value != 0 for value, plus in zip(values, positive, strict=True))


def mean(shares, samples):
    return [sum(share * samples[n - 1][j] for n, share in shares.items()) for j in range(len(samples[0]))]


def test_every_certificate_proves_what_it_claims():
    rng = random.Random(3)
    seen = {Meeting: 0, Separator: 0}
    for _ in range(600):
        n, d = rng.randint(1, 9), rng.randint(1, 4)
        samples = [[Fraction(rng.randint(-6, 6), rng.randint(1, 3)) for _ in range(d)] for _ in range(n)]
        positive = [rng.random() < 0.5 for _ in range(n)]
        found = decide(samples, positive)
        seen[type(found)] += 1
        if isinstance(found, Separator):
            assert separates(found.w, found.b, samples, positive)
            continue
        for shares, plus in ((found.positive, True), (found.negative, False)):
            assert sum(shares.values()) == 1
            assert all(share > 0 and positive[number - 1] == plus for number, share in shares.items())
        assert mean(found.positive, samples) == mean(found.negative, samples)
    assert min(seen.values()) > 100


def test_on_the_corners_of_a_square_it_agrees_with_trying_every_line():
    corners = list(product((0, 1), repeat=2))
    for positive in product((False, True), repeat=4):
        tried = any(separates((u, v), b, corners, positive) for u, v, b in product(GRID, repeat=3))
        assert isinstance(decide(corners, positive), Separator) == tried
