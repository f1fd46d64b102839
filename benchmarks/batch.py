"""How fast `dlcalc batch` answers a file, beside `dlcalc.solve` on the same exercises, and how much memory it takes.

    python benchmarks/batch.py [lines]

Every command is a process of its own, and its start is counted; all take turns, and medians are shown.
"""

import json
import os
import statistics
import sys
import tempfile
from itertools import product
from pathlib import Path
from time import perf_counter

TURNS = 3
SECONDS_FOR_100_000 = 12
PLAIN = """
import json, sys
import dlcalc
for line in open(sys.argv[1], encoding="utf-8"):
    exercise = json.loads(line)
    dlcalc.solve(exercise["topic"], exercise["inputs"])
"""


def exercise(n):
    inputs = {"in": 28 + n % 40, "k": 1 + n % 5, "stride": 1 + n % 3, "pad": n % 2, "filters": 8 + n % 7}
    return json.dumps({"id": n, "topic": "conv", "inputs": inputs})


def written(folder, name, lines):
    file = Path(folder) / name
    with open(file, "w", encoding="utf-8") as stream:
        stream.writelines(line + "\n" for line in lines)  # a child's memory counts from this process's own
    return str(file)


def timed(*words):
    """Run Python; return (seconds, its largest resident size in MB)."""
    begin = perf_counter()
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, *words],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, _, used = os.wait4(child, 0)
    return perf_counter() - begin, used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def main(count):
    batch = ("-m", "dlcalc", "batch")
    with tempfile.TemporaryDirectory() as folder:
        whole = written(folder, "whole", map(exercise, range(count)))
        broken = written(folder, "broken", ("{" if n % 10 == 0 else exercise(n) for n in range(count)))
        tenth = written(folder, "tenth", map(exercise, range(count // 10)))
        runs = {
            "dlcalc.solve on each line": ("-c", PLAIN, whole),
            "batch": (*batch, whole),
            "batch, every tenth line broken": (*batch, broken),
            "batch --jobs 2": (*batch, whole, "--jobs", "2"),
            "batch of a tenth of the lines": (*batch, tenth),
        }
        found = {name: [] for name in runs}
        for _, name in product(range(TURNS), runs):
            found[name].append(timed(*runs[name]))
    seconds = {name: statistics.median(s for s, _ in each) for name, each in found.items()}
    memory = {name: max(m for _, m in each) for name, each in found.items()}

    print(f"{count:,} conv lines, medians of {TURNS} turns, Python {sys.version.split()[0]}")
    print(f"{'':<34} {'seconds':>8} {'lines/s':>9} {'ratio':>6} {'MB':>6}")
    for name, each in seconds.items():
        lines = count // 10 if "tenth of" in name else count
        ratio = each / seconds["dlcalc.solve on each line"]
        print(f"{name:<34} {each:>8.2f} {lines / each:>9,.0f} {ratio:>6.2f} {memory[name]:>6.1f}")
    print(f"\n{'':<34} {'found':>8}  target")
    print(f"{'seconds for 100,000 lines':<34} {seconds['batch'] * 100_000 / count:>8.2f}  ≤ {SECONDS_FOR_100_000}")
    print(f"{'batch / dlcalc.solve':<34} {seconds['batch'] / seconds['dlcalc.solve on each line']:>8.2f}  ≤ 1.5")
    grown = memory["batch"] / memory["batch of a tenth of the lines"]
    print(f"{'memory, whole / a tenth':<34} {grown:>8.2f}  ≤ 1.1")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
