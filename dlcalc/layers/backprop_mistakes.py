"""Mistakes people make in a backpropagation exercise."""
from dlcalc.core.topic import Misconception
MISCONCEPTIONS: tuple[Misconception, ...] = ()
