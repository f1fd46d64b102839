"""What a program, not a person, gives wrong: no value may end in a traceback, and no process is left behind."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from fractions import Fraction

import pytest

import dlcalc
from dlcalc.errors import DlcalcError, InputError


class Silent:
    def __str__(self):
        raise ValueError("no text")


def nested(depth):
    lists = []
    for _ in range(depth):
        lists = [lists]
    return lists


@pytest.mark.parametrize(
    "value", [nested(3000), Silent(), {"a": nested(3000)}, 10**5000], ids=["deep", "silent", "dict", "huge"]
)
@pytest.mark.parametrize("name", ["x", "w", "in", "k", "pad", "flip", "act", "dims"])
def test_a_value_that_is_no_input_is_refused_by_our_own_error(name, value):
    with pytest.raises(DlcalcError) as caught:
        dlcalc.solve("conv", {"in": 8, "k": 3, name: value})
    assert caught.value.message("en")
    assert caught.value.message("zh")


@pytest.mark.parametrize("want", [nested(3000), {"out": nested(3000)}, Silent()])
def test_a_wanted_value_that_is_none_is_refused(want):
    with pytest.raises(InputError):
        dlcalc.inverse("conv", {"in": 8, "k": 3}, want, "pad")


def test_a_range_or_a_name_that_is_no_text_is_refused():
    with pytest.raises(InputError):
        dlcalc.inverse("conv", {"in": 8, "k": 3}, 8, "pad", ranges={"pad": nested(3000)})
    with pytest.raises(InputError):
        dlcalc.inverse("conv", {"in": 8, "k": 3, 3: 1}, 8, "pad")
    with pytest.raises(InputError):
        dlcalc.solve("conv", {"in": 8, "k": 3, 3: 1})


@pytest.mark.parametrize("format", ["pdf", "", "sheet"])
def test_an_inverse_question_in_a_format_there_is_not_is_refused(format):
    with pytest.raises(InputError) as caught:
        dlcalc.inverse("conv", {"in": 28, "k": 3}, 28, "pad").render(format)
    assert "latex, html" in caught.value.advice("en")


def test_an_inverse_question_is_no_document_of_its_own_as_markdown():
    with pytest.raises(InputError):
        dlcalc.inverse("conv", {"in": 28, "k": 3}, 28, "pad").render("markdown", standalone=True)


@pytest.mark.skipif(os.name != "posix", reason="closes streams by the shell")
@pytest.mark.parametrize("words", ["conv --in 28 --k 3", "topics", "--help", "batch /dev/stdin"])
def test_a_closed_output_is_told_without_a_traceback(words):
    line = f'echo "{{}}" | "{sys.executable}" -m dlcalc {words} >&-'
    ended = subprocess.run(["sh", "-c", line], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert "closed" in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_the_processes_of_a_killed_batch_end_with_it():
    line = b'{"topic": "conv", "inputs": {"in": 28, "k": 3}}\n'
    batch = subprocess.Popen(
        [sys.executable, "-m", "dlcalc", "batch", "--jobs", "2"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    batch.stdin.write(line * 200)
    batch.stdin.flush()
    assert b'"ok": true' in batch.stdout.readline()
    os.kill(batch.pid, signal.SIGKILL)
    batch.wait(10)
    try:
        for _ in range(100):
            try:
                os.killpg(batch.pid, 0)
            except ProcessLookupError:
                break
            time.sleep(0.1)
        else:
            pytest.fail("processes of the batch are still there")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(batch.pid, signal.SIGKILL)
        for stream in (batch.stdin, batch.stdout, batch.stderr):
            with suppress(OSError):
                stream.close()


def test_a_map_of_few_numbers_and_much_padding_is_worked_in_float64():
    inputs = {"x": "[[3,2,-2],[4,0,1]]", "w": "[[[3.3],[-1]]]", "dims": 1}
    assert dlcalc.solve("conv", {**inputs, "pad": 10}).answers["y"][0][10] == Fraction("5.9")
    assert isinstance(dlcalc.solve("conv", {**inputs, "pad": 60_000}).answers["y"][0][60_000], float)


def test_a_search_with_numbers_given_tries_fewer_combinations():
    numbers = {"x": "1,2;3,4", "w": "1,2;3,4"}
    with pytest.raises(InputError) as caught:
        dlcalc.inverse("conv", numbers, {"out": 3}, "pad,stride", ranges={"pad": (0, 99), "stride": (1, 99)})
    assert "5,000" in caught.value.message("en")


def test_a_size_below_one_is_refused_before_anything_is_tried(monkeypatch):
    monkeypatch.setattr("dlcalc.core.search._Search.result", lambda self: pytest.fail("it was searched"))
    with pytest.raises(InputError):
        dlcalc.inverse("conv", {"x": "1,2;3,4", "w": "1,2;3,4"}, {"out": -3}, "pad")
