"""How long a perceptron's training of 100,000 visits takes, sheet and answers, in one process.

    python benchmarks/perceptron.py [visits]

100 samples whose classes overlap, so that every visit is made; whole numbers, decimals, and float64's decimals.
"""

import random
import sys
from time import process_time

import dlcalc

TURNS = 3
SAMPLES = 100
DRAWS = {
    "whole numbers": lambda rng: rng.randint(-9, 9),
    "two decimals": lambda rng: round(rng.uniform(-1, 1), 2),
    "float64": lambda rng: rng.gauss(0, 1),
}


def main(visits):
    for name, number in DRAWS.items():
        rng = random.Random(1)
        inputs = {
            "x": [[number(rng), number(rng)] for _ in range(SAMPLES)],
            "t": [rng.choice((-1, 1)) for _ in range(SAMPLES)],
            "max_epochs": visits // SAMPLES,
        }
        taken = []
        for _ in range(TURNS):
            begin = process_time()
            sheet = dlcalc.solve("perceptron", inputs)
            taken.append(process_time() - begin)
            assert sheet.values["visits"] == visits
            del sheet
        print(f"{name:<14} {visits:>9,} visits {min(taken):6.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
