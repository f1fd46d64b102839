"""Every loss of a number, of a few numbers and of classes, with targets of the right kind."""

from fractions import Fraction

from dlcalc.topics.loss import NAMES


def draw(rng):
    name = rng.choice(list(NAMES))
    if name in ("ce", "multiclass-hinge"):
        return {"name": name, **classes(rng, name)}
    count = rng.randint(1, 3)
    y = [output(rng, name) for _ in range(count)]
    t = [target(rng, name) for _ in range(count)]
    if count == 1:
        y, t = y[0], t[0]
    elif rng.random() < 0.2:
        y, t = [y, y], [t, t[::-1]]
    drawn = {"name": name, "y": y, "t": t}
    if rng.random() < 0.2:
        drawn["reduction"] = rng.choice(("mean", "sum"))
    if name == "hinge" and rng.random() < 0.3:
        drawn["margin"] = 2
    return drawn


def classes(rng, name):
    n, rows = rng.randint(2, 3), rng.choice((1, 1, 2))
    if name == "ce":
        y = [[Fraction(rng.randint(1, 9), 10) for _ in range(n)] for _ in range(rows)]
    else:
        y = [[Fraction(rng.randint(-30, 60), 10) for _ in range(n)] for _ in range(rows)]
    t = [rng.randrange(n) for _ in range(rows)]
    return {"y": y, "t": t} if rows > 1 else {"y": y[0], "t": t[0]}


def output(rng, name):
    if name == "zero-one":
        return rng.choice((-1, 1))
    if name == "bce":
        return Fraction(rng.randint(1, 99), 100)
    return Fraction(rng.randint(-300, 300), 100)


def target(rng, name):
    if name in ("zero-one", "perceptron", "hinge", "log"):
        return rng.choice((-1, 1))
    return rng.randint(0, 1) if name == "bce" else Fraction(rng.randint(-20, 20), 10)
