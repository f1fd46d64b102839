"""What starting dlcalc loads: the topic that is asked for and nothing slow."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dlcalc import topics as registry

ROOT = Path(__file__).resolve().parents[1]
SLOW = {"numpy", "sympy", "rich"}

EXAMPLES = {
    "conv": ("--in", "28", "--k", "3", "--pad", "0", "--stride", "1"),
    "pool": ("--in", "25x26x26", "--k", "2"),
    "linear": ("--in-features", "784", "--out-features", "10"),
    "activation": ("--name", "sigmoid", "--z", "0.755"),
    "loss": ("--name", "hinge", "--y", "0.3", "--t", "1"),
    "recurrent-params": ("--kind", "lstm", "--input", "10", "--hidden", "20"),
    "transformer": (),
    "patches": ("--image", "224", "--patch", "16"),
    "embedding": ("--vocab", "30522", "--d", "768"),
}


REPORT = """
import atexit, os, sys
atexit.register(lambda: os.write(2, "\\n".join(sys.modules).encode()))
sys.argv[1:] = {words!r}
{script}
"""

DLCALC = "import runpy; runpy.run_module('dlcalc', run_name='__main__', alter_sys=True)"


def loaded(*words, script=DLCALC):
    """Run dlcalc (or another script) piped in a fresh Python; return (modules loaded at its end, what it printed).

    `-X importtime` would not do: it leaves out what `importlib.import_module` loads, which is how topics are loaded.
    """
    done = subprocess.run(
        [sys.executable, "-c", REPORT.format(words=list(words), script=script)],
        cwd=ROOT,
        env={**os.environ, "LANG": "en_US.UTF-8", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return set(done.stderr.splitlines()), done.stdout


def packages(modules):
    return {name.partition(".")[0] for name in modules}


def other_topics(modules, topic):
    return {name for name in modules if name.startswith("dlcalc.topics.")} - {
        f"dlcalc.topics.{topic.replace('-', '_')}"
    }


@pytest.mark.parametrize("topic", sorted(EXAMPLES))
def test_a_piped_sheet_loads_its_topic_and_nothing_slow(topic):
    modules, printed = loaded(topic, *EXAMPLES[topic])
    assert "=" in printed
    assert f"dlcalc.topics.{topic.replace('-', '_')}" in modules
    assert not packages(modules) & SLOW
    assert not other_topics(modules, topic)
    assert "dlcalc.practice.check" not in modules


def test_a_sheet_is_read_without_typer_s_validators():
    modules, _ = loaded("conv", *EXAMPLES["conv"])
    assert "typer" in modules
    assert "pydantic" not in packages(modules)


def test_a_checked_answer_loads_nothing_slow():
    modules, printed = loaded("conv", "--in", "28", "--k", "3", "--answer", "25")
    assert "25" in printed
    assert not packages(modules) & SLOW
    assert not other_topics(modules, "conv")


@pytest.mark.parametrize("arguments", [("--version",), ("topics",)])
def test_what_asks_for_no_topic_loads_none(arguments):
    modules, printed = loaded(*arguments)
    assert printed
    assert not other_topics(modules, "")
    assert not packages(modules) & SLOW


@pytest.mark.parametrize("statement", ["import dlcalc", "import dlcalc.__main__"])
def test_importing_dlcalc_loads_no_library(statement):
    modules, _ = loaded(script=statement)
    assert "dlcalc" in modules
    assert not packages(modules) & {"typer", *SLOW}


def test_solving_from_python_loads_no_library():
    modules, printed = loaded(script="import dlcalc; print(dlcalc.solve('conv', {'in': 28, 'k': 3}).answers['out'])")
    assert printed == "26\n"
    assert not packages(modules) & {"typer", *SLOW}


def test_the_list_would_show_a_slow_library():
    modules, _ = loaded(script="import dlcalc.core.arrays")
    assert "numpy" in packages(modules)


def test_the_examples_name_topics_that_exist():
    assert set(EXAMPLES) <= set(registry.names())
