"""A perceptron's training written down a second time, in plain fractions; shares nothing with dlcalc."""

from fractions import Fraction


def sign_of(net, zero, low):
    """Return the output: 1 above 0, `low` below, at 0 as the convention says (0 where that is an error)."""
    if net != 0:
        return 1 if net > 0 else low
    return {"high": 1, "low": low, "error": 0}[zero]


def train(
    x,
    t,
    *,
    w0,
    b0=0,
    theta=None,
    learn_theta=False,
    eta=1,
    labels="pm1",
    rule="yx",
    zero="error",
    scan="cycle",
    order=None,
    max_epochs=1000,
):
    """Return (rows, converged): every visit as {epoch, sample, net, y, error, w, b}.

    It runs to the bound, or to the first pass without an error.
    """
    x = [[Fraction(v) for v in row] for row in x]
    low = -1 if labels == "pm1" else 0
    t = [1 if v == 1 else low for v in t]
    w, b = [Fraction(v) for v in w0], Fraction(b0 if theta is None else -Fraction(theta))
    eta, n, rows = Fraction(eta), len(x), []
    order = [i - 1 for i in order] if order else list(range(n))

    def visit(i, epoch):
        nonlocal w, b
        net = sum((p * q for p, q in zip(w, x[i], strict=True)), Fraction(0)) + b
        y = sign_of(net, zero, low)
        wrong = y != t[i]
        if wrong:
            step = eta * (t[i] if rule == "yx" else t[i] - y)
            w = [p + step * q for p, q in zip(w, x[i], strict=True)]
            if theta is None or learn_theta:
                b += step
        rows.append({"epoch": epoch, "sample": i + 1, "net": net, "y": y, "error": wrong, "w": list(w), "b": b})
        return wrong

    if scan == "cycle":
        for epoch in range(1, max_epochs + 1):
            if not sum(visit(i, epoch) for i in order):
                return rows, True
        return rows, False
    place = 0
    while len(rows) < max_epochs * n:
        place = 0 if visit(order[place], None) else place + 1
        if place == n:
            return rows, True
    return rows, False
