"""How many sheets, values and checks a second one process makes.

    python benchmarks/in_process.py [seconds per measurement]

Inputs change from run to run, so that nothing is read from a cache of results. The three take turns; the median of
the turns is shown, and its ratio to the target.
"""

import statistics
import sys
from itertools import cycle
from time import perf_counter

import dlcalc
from dlcalc.topics import load

TURNS = 7
CASES = [
    {"in": 28 + n % 40, "k": 1 + n % 5, "stride": 1 + n % 3, "pad": n % 2, "filters": 8 + n % 7} for n in range(97)
]

NETS = [
    {
        "x": [0.35 + n / 100, 0.9],
        "t": [0.5, n / 97],
        "w1": [[0.1, 0.8], [0.4, n / 50], [-0.2, 0.3]],
        "b1": [0.1, 0.2, 0.3],
        "w2": [[0.3, 0.9, 0.1], [0.2, 0.4, 0.6]],
        "b2": [0.1, 0.1],
        "eta": 0.5,
    }
    for n in range(97)
]


def sheets():
    """Recorded sheets: inputs read, every line written down, every answer taken off."""
    solve, cases = dlcalc.solve, cycle(CASES)
    return lambda: solve("conv", next(cases))


def values():
    """One asked answer of inputs already read; nothing recorded. Quizzes and checks live on this."""
    topic = load("conv")
    cases = cycle([topic.read(case) for case in CASES])
    topic.learn(topic.sheet(next(cases)))
    asked, value = topic.answer("out"), topic.value
    return lambda: value(next(cases), asked)


def checks():
    """A wrong answer judged: the right run, every convention, every misconception."""
    check, cases = dlcalc.check, cycle(CASES)
    return lambda: check("conv", next(cases), {"out": 3})


def networks():
    """Recorded backprop sheets of a 2-3-2 net: 1,000 in 1.5 s."""
    solve, cases = dlcalc.solve, cycle(NETS)
    return lambda: solve("backprop", next(cases))


MEASURED = (
    ("recorded conv sheets", sheets, 20_000),
    ("recorded backprop sheets", networks, 667),
    ("value-only runs of out", values, 60_000),
    ("checks of a wrong out", checks, None),
)


def rate(run, seconds):
    """Return how often a function runs in a second."""
    begin, count = perf_counter(), 0
    while True:
        for _ in range(50):
            run()
        count += 50
        passed = perf_counter() - begin
        if passed >= seconds:
            return count / passed


def main(seconds):
    runs = {name: make() for name, make, _ in MEASURED}
    for run in runs.values():
        rate(run, 0.1)
    found = {name: [] for name in runs}
    for _ in range(TURNS):
        for name, run in runs.items():
            found[name].append(rate(run, seconds))
    print(f"one process, medians of {TURNS} turns, Python {sys.version.split()[0]}")
    print(f"{'':<26} {'per second':>11} {'target':>9} {'ratio':>7}")
    for name, _, target in MEASURED:
        median = statistics.median(found[name])
        wanted = f"{target:>9,} {median / target:>7.2f}" if target else f"{'–':>9} {'–':>7}"
        print(f"{name:<26} {median:>11,.0f} {wanted}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.3)
