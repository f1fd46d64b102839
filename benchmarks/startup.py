"""How long `dlcalc conv …` takes from nothing, as ratios to a bare typer hello world and to PyTorch, in one run.

    python benchmarks/startup.py [rounds]

The commands take turns (A B C A B C …), so that what slows the machine down slows all of them; medians are compared.
"""

import importlib.util
import os
import pty
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[1]

HELLO = """
import typer


def main(name: str = "world"):
    typer.echo(f"Hello {name}")


typer.run(main)
"""

TORCH = "import torch; print(torch.nn.Conv2d(1, 1, 3)(torch.zeros(1, 1, 28, 28)).shape)"
CONV = ("-m", "dlcalc", "conv", "--in", "28", "--k", "3", "--pad", "0", "--stride", "1")


def world(folder):
    """Return the environment of the commands: byte code is kept (in `folder`) whatever the shell says about it."""
    kept = {k: v for k, v in os.environ.items() if k not in {"PYTHONDONTWRITEBYTECODE", "NO_COLOR"}}
    return {**kept, "PYTHONPYCACHEPREFIX": folder, "TERM": "xterm-256color", "COLUMNS": "80"}


def piped(command, env):
    """Run a command with its output piped and return the seconds it took."""
    begin = perf_counter()
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE)
    return perf_counter() - begin


def on_terminal(command, env):
    """Run a command on a pseudo-terminal of 80 columns and return the seconds it took."""
    ours, theirs = pty.openpty()
    begin = perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env=env)
    os.close(theirs)
    shown = bytearray()
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # Linux ends a pseudo-terminal whose other side is closed with an error
    status = process.wait()
    seconds = perf_counter() - begin
    os.close(ours)
    assert status == 0
    assert b"\x1b[" in shown, "no colours: rich was not measured"
    return seconds


def main(rounds):
    with tempfile.TemporaryDirectory() as folder:
        hello = Path(folder) / "hello.py"
        hello.write_text(HELLO, encoding="utf-8")
        env = world(folder)
        runs = {
            "hello": lambda: piped([sys.executable, str(hello)], env),
            "piped": lambda: piped([sys.executable, *CONV], env),
            "terminal": lambda: on_terminal([sys.executable, *CONV], env),
        }
        if importlib.util.find_spec("torch"):
            runs["torch"] = lambda: piped([sys.executable, "-c", TORCH], env)
        for run in runs.values():
            run()  # byte code is written and files are cached before anything is measured
        seconds = {name: [] for name in runs}
        for _ in range(rounds):
            for name, run in runs.items():
                seconds[name].append(run())
    median = {name: statistics.median(found) for name, found in seconds.items()}

    print(f"medians of {rounds} rounds, Python {sys.version.split()[0]}")
    for name, found in median.items():
        print(f"  {name:<9} {found * 1000:7.1f} ms")
    print(f"\n{'dlcalc conv …':<44} {'ratio':>7}  target")
    print(f"{'piped / typer hello world':<44} {median['piped'] / median['hello']:7.2f}  ≤ 1.25")
    print(f"{'on a terminal / typer hello world':<44} {median['terminal'] / median['hello']:7.2f}  ≤ 1.60")
    if "torch" in median:
        print(f"{'PyTorch Conv2d / piped':<44} {median['torch'] / median['piped']:7.2f}  ≥ 7")
    else:
        print("PyTorch is not installed: not compared")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
