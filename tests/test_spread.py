"""`dlcalc.check` spread over processes: by multiprocessing, and by Dask on a cluster of this machine."""

import os
import pickle
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

import dlcalc

ROOT = Path(__file__).resolve().parents[1]
XOR = {"x": "0.35,0.9", "t": "0.5", "w1": "0.1,0.8; 0.4,0.6", "w2": "0.3,0.9", "act": "sigmoid", "eta": "1"}
EXERCISES = [
    ("conv", {"in": 28, "k": 3}, {"out": 25, "params": "10"}),
    ("conv", {"x": [[0, 1], [2, 3]], "w": [[1]]}, {"y": "0,1; 2,4"}),
    ("pool", {"in": 10, "k": 3}, {"out": "4"}),
    ("perceptron", {"x": "3,3; 4,3; 1,1", "t": "1,1,-1", "scan": "restart"}, {"updates": 8}),
    ("softmax", {"z": [1, 2, 3], "target": 0}, {"loss": 0.41, "p": "?"}),
    ("backprop", XOR, {"E": "0.0363", "z1": "0.7,0.6"}),
]


@pytest.mark.parametrize(("topic", "inputs", "answers"), EXERCISES, ids=lambda value: str(value)[:20])
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_report_is_the_same_after_a_journey(topic, inputs, answers, protocol):
    report = dlcalc.check(topic, inputs, answers, lang="zh")
    found = pickle.loads(pickle.dumps(report, protocol))
    assert found == report
    assert found.marks == report.marks


def test_check_is_pure():
    for topic, inputs, answers in EXERCISES:
        before = repr((inputs, answers))
        assert dlcalc.check(topic, inputs, answers) == dlcalc.check(topic, inputs, answers)
        assert repr((inputs, answers)) == before


def test_multiprocessing_spreads_it():
    with get_context("spawn").Pool(2) as pool:
        found = pool.starmap(dlcalc.check, EXERCISES * 3)
    assert found == [dlcalc.check(*each) for each in EXERCISES] * 3


def test_an_error_comes_back_as_itself():
    with get_context("spawn").Pool(1) as pool, pytest.raises(dlcalc.InputError, match="no input 'kk'"):
        pool.starmap(dlcalc.check, [("conv", {"in": 28, "kk": 3}, {"out": 26})])


@pytest.mark.dask
def test_dask_spreads_it_as_the_example_says():
    pytest.importorskip("dask.distributed", reason="needs the extra dask")
    done = subprocess.run(
        [sys.executable, "examples/dask_class.py"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = dict(reversed(line.split()) for line in done.stdout.splitlines())
    assert found["no-plus-one"] == "4"
    assert found["bias-left-out"] == "4"


@pytest.mark.dask
def test_reports_of_dask_s_bags_are_those_of_this_process():
    bag = pytest.importorskip("dask.bag", reason="needs the extra dask")
    spread = bag.from_sequence(EXERCISES, npartitions=2).starmap(dlcalc.check)
    assert spread.compute(scheduler="processes") == [dlcalc.check(*each) for each in EXERCISES]
