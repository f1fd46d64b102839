"""Logic gates: their truth tables, and why no line makes an exclusive or."""

from __future__ import annotations

from typing import Any

from dlcalc.core.work import Work

TRUTH: dict[str, dict[tuple[int, ...], int]] = {
    "and": {(0, 0): 0, (0, 1): 0, (1, 0): 0, (1, 1): 1},
    "or": {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 1},
    "not": {(0,): 1, (1,): 0},
    "nand": {(0, 0): 1, (0, 1): 1, (1, 0): 1, (1, 1): 0},
    "xor": {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 0},
}
"""For each gate the output for every input."""


XOR_NEEDS = (
    "(0, 0) → 0            b < 0",
    "(0, 1) → 1       w₂ + b > 0",
    "(1, 0) → 1       w₁ + b > 0",
    "(1, 1) → 0  w₁ + w₂ + b < 0",
)
"""What the weights of an exclusive or would have to fulfil."""


def explain_xor(w: Work, samples: list[list[Any]], labels: list[int]) -> None:
    """Write why exclusive or cannot be separated, if these samples are its four corners (0 and 1, or −1 and 1).

    Minsky and Papert, Perceptrons (1969).
    """
    table = {tuple(point): int(label == 1) for point, label in zip(samples, labels, strict=True)}
    low = -1 if any(-1 in point for point in table) else 0
    wanted = {tuple(1 if bit else low for bit in point): output for point, output in TRUTH["xor"].items()}
    if table == wanted and low == 0:
        write_xor(w)
    elif table == wanted:
        w.note(
            "This is XOR: −w₁ − w₂ + b and w₁ + w₂ + b would have to be below 0, so that their sum 2b < 0; w₁ − w₂ + b "
            "and −w₁ + w₂ + b above 0, so that 2b > 0.",
            "这就是 XOR：−w₁ − w₂ + b 与 w₁ + w₂ + b 都须小于 0，相加得 2b < 0；"
            "而 w₁ − w₂ + b 与 −w₁ + w₂ + b 都须大于 0，相加得 2b > 0，矛盾。",
        )


def write_xor(w: Work) -> None:
    """Write the four inequalities of exclusive or, and that they contradict each other."""
    w.note("This is XOR, which no single neuron computes.", "这就是 XOR，单个神经元无法实现。")
    w.figure("It would need", "它要求", lambda _: XOR_NEEDS)
    w.note(
        "The two in the middle add up to w₁ + w₂ + 2b > 0, the first and the last to w₁ + w₂ + 2b < 0: a "
        "contradiction. Two layers can: XOR = AND(OR, NAND).",
        "中间两式相加得 w₁ + w₂ + 2b > 0，首尾两式相加得 w₁ + w₂ + 2b < 0，矛盾。两层网络可以：XOR = AND(OR, NAND)。",
    )
