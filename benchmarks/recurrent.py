"""How long an LSTM takes by hand: three steps of two units against a bare typer hello world that imports NumPy.

    python benchmarks/recurrent.py [rounds]

The commands take turns, and medians are compared. A thousand steps of 64 units are timed from a `.npy` and a `.json`
file, the whole command and `dlcalc.solve` alone.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from startup import HELLO, world

ROOT = Path(__file__).resolve().parents[1]
GATES = "ifgo"
SMALL = ["lstm", "--x=0.5,-1; 0.2,0.3; 1,0"]
SMALL += [f"--{kind}{gate}=0.5,-0.3; 0.1,0.4" for kind in "wu" for gate in GATES] + [
    f"--b{gate}=0.1,0" for gate in GATES
]
STEPS, UNITS = 1000, 64
SECONDS = 1


def timed(command, env):
    begin = perf_counter()
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE)
    return perf_counter() - begin


def large(folder):
    """Write a long sequence and a net as PyTorch names them; return the files' names."""
    import numpy as np

    rng = np.random.default_rng(1)
    np.save(folder / "x.npy", rng.uniform(-1, 1, (STEPS, UNITS)).round(4))
    sizes = {"weight_ih_l0": (4 * UNITS, UNITS), "weight_hh_l0": (4 * UNITS, UNITS), "bias_ih_l0": (4 * UNITS,)}
    net = {name: rng.uniform(-0.2, 0.2, size).round(4).tolist() for name, size in sizes.items()}
    (folder / "net.json").write_text(json.dumps(net), "utf-8")
    return folder / "x.npy", folder / "net.json"


def main(rounds):
    with tempfile.TemporaryDirectory() as name:
        folder, env = Path(name), world(name)
        (folder / "hello.py").write_text("import numpy\n" + HELLO, "utf-8")
        x, net = large(folder)
        commands = {
            "typer hello world with NumPy": [sys.executable, str(folder / "hello.py")],
            "lstm, 3 steps of 2 units": [sys.executable, "-m", "dlcalc", *SMALL],
            f"lstm, {STEPS} steps of {UNITS} units": [
                *(sys.executable, "-m", "dlcalc", "lstm", "--x", f"@{x}", "--params", f"@{net}", "--steps", "brief")
            ],
        }
        for command in commands.values():
            timed(command, env)  # byte code
        found = {label: [] for label in commands}
        for _ in range(rounds):
            for label, command in commands.items():
                found[label].append(timed(command, env))
    medians = {label: statistics.median(times) for label, times in found.items()}
    hello, small, long = medians.values()
    for label, seconds in medians.items():
        print(f"{label:<32} {seconds:>7.3f} s")
    print(f"\n{'three steps / hello world':<32} {small / hello:>7.2f}    target ≤ 1.15")
    print(f"{'a thousand steps':<32} {long:>7.2f} s  target ≤ {SECONDS}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
