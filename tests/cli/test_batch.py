"""Batches: every line answered in order, whatever it holds; streaming, constant memory, several processes, endings."""

import io
import json
import os
import pty
import random
import signal
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import pytest

import dlcalc as package
from dlcalc.cli import batch, exercise
from dlcalc.cli.app import run
from dlcalc.cli.environment import Environment
from dlcalc.render.json import jsonable
from tests.cli.private import double  # noqa: F401
from tests.cli.run import Ran, Terminal, dlcalc
from tests.draws import draw
from tests.test_startup import loaded, other_topics, packages

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"id": "a", "topic": "conv", "inputs": {"in": 28, "k": 3}}
GOOD_LINE = json.dumps(GOOD).encode()


def ran(content, *words, terminal=False, **variables):
    """Run a batch on standard input."""
    stdin = io.TextIOWrapper(io.BytesIO(content))
    out, err = io.StringIO(), Terminal() if terminal else io.StringIO()
    status = run(["batch", *words], Environment(out, err, {"LANG": "en_US.UTF-8", **variables}, stdin=stdin))
    return Ran(status, out.getvalue(), err.getvalue())


def answers(content, *words, **variables):
    done = ran(content, *words, **variables)
    assert done.err == ""
    return [strict(line) for line in done.out.splitlines()]


def strict(line):
    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    return json.loads(line, parse_constant=refuse)


def process(*words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8", "PYTHONIOENCODING": "utf-8"}
    words = [sys.executable, "-m", "dlcalc", "batch", *words]
    started = subprocess.Popen(words, stdin=stdin, stdout=stdout, stderr=stderr, env=env)
    guard = threading.Timer(60, started.kill)  # what hangs fails instead
    guard.daemon = True
    guard.start()
    return started


# ---------------------------------------------------------------- what a line gives


def test_a_line_is_answered_as_the_topic_answers():
    (line,) = answers(GOOD_LINE)
    assert list(line) == ["id", "line", "ok", "answers"]
    assert (line["id"], line["line"], line["ok"]) == ("a", 1, True)
    assert line["answers"] == package.solve("conv", GOOD["inputs"]).answers


@pytest.mark.parametrize("topic", ["conv", "pool", "linear"])
def test_drawn_exercises_have_the_answers_of_python(topic):
    rng = random.Random(7)
    exercises = [draw(topic, rng) for _ in range(60)]
    lines = [json.dumps({"topic": topic, "inputs": each}) for each in exercises]
    for each, line in zip(exercises, answers("\n".join(lines).encode()), strict=True):
        try:
            wanted = package.solve(topic, each).answers
        except package.InputError as error:
            assert not line["ok"]
            assert error.message() in line["error"]["message"]
        else:
            assert line["answers"] == {name: jsonable(value) for name, value in wanted.items()}


def test_decimals_are_exact_and_come_back_as_numbers(double):  # noqa: F811
    line = b'{"topic": "private-double", "inputs": {"x": [0.1, 0.12345678901234567890123, "1/3", 1e-3, 7]}}'
    (found,) = answers(line)
    assert found["answers"]["y"] == [0.2, float(Fraction(2 * 12345678901234567890123, 10**23)), 2 / 3, 0.002, 14]
    assert isinstance(found["answers"]["y"][4], int)
    half = b'{"topic": "private-double", "inputs": {"x": [[0.1, 0.25], [0.5, 1]]}, "check": [[0.20, 0.5], [1, 2]]}'
    (found,) = answers(half)
    assert found["verdicts"]["y"]["verdict"] == "right"


def test_answers_are_checked_by_name_or_the_main_one_alone():
    lines = [{**GOOD, "check": each} for each in ({"out": 26, "params": "10"}, 26, "26x26", 25, [26, 26], 26.0, {})]
    found = answers("\n".join(map(json.dumps, lines)).encode())
    verdicts = [{name: verdict["verdict"] for name, verdict in line["verdicts"].items()} for line in found]
    right = {"out": "right"}
    assert verdicts == [{"out": "right", "params": "right"}, right, right, {"out": "misconception"}, right, right, {}]
    assert found[3]["verdicts"]["out"]["misconceptions"] == ["no-plus-one"]


def test_verdicts_are_those_of_the_sheet_s_json():
    checked = json.loads(dlcalc("conv --in 28 --k 3 --answer out=25 --format json").out)["verdicts"]
    (line,) = answers(json.dumps({**GOOD, "check": {"out": "25"}}).encode())
    assert line["verdicts"] == checked


def test_blank_lines_are_skipped_and_counted():
    found = answers(b"\n  \r\n" + GOOD_LINE + b"\r\n\n\t\n" + GOOD_LINE)
    assert [line["line"] for line in found] == [3, 6]


def test_a_byte_order_mark_and_windows_line_ends():
    found = answers(b"\xef\xbb\xbf" + GOOD_LINE + b"\r\n" + GOOD_LINE + b"\r\n")
    assert [line["ok"] for line in found] == [True, True]


def test_nothing_in_gives_nothing_out():
    assert ran(b"") == (0, "", "")
    assert ran(b"\n\n") == (0, "", "")


def test_messages_speak_chinese():
    (line,) = answers(b'{"topic": "conv", "inputs": {"in": 28, "k": 30}}', "--lang", "zh")
    assert "窗口" in line["error"]["message"]
    (line,) = answers(b"x", DLCALC_LANG="zh")
    assert "不是 JSON" in line["error"]["message"]


def test_output_is_ascii_where_the_stream_is():
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps({**GOOD, "id": "é"}).encode() + b"\nx"))
    assert run(["batch", "--lang", "zh"], Environment(out, io.StringIO(), {}, stdin=stdin)) == 1
    first, second = raw.getvalue().decode("ascii").splitlines()
    assert json.loads(first)["id"] == "é"
    assert "不是 JSON" in json.loads(second)["error"]["message"]


# ---------------------------------------------------------------- bad lines


def inputs(text):
    return b'{"id": 7, "topic": "conv", "inputs": ' + text.encode("utf-8", "surrogatepass") + b"}"


BAD = [
    (b"nope", "no JSON from column 1 on: nope"),
    (b"{", "ends before its JSON does"),
    (b'{"id": 1', "ends before its JSON does"),
    (b"{'id': 1}", "no JSON from column 2"),
    (GOOD_LINE + b"," + GOOD_LINE, "no JSON from column"),
    (GOOD_LINE + b"\r" + GOOD_LINE, "no JSON from column"),
    (GOOD_LINE + b" // note", "no JSON from column"),
    (b"[]", "no object"),
    (b"3", "no object"),
    (b"1.5", "no object"),
    (b"null", "no object"),
    (b'"conv"', "no object"),
    (b"{}", "name of a topic"),
    (b'{"topic": "conv"}', "object of inputs"),
    (b'{"topic": "conv", "inputs": null}', "object of inputs"),
    (b'{"topic": "conv", "inputs": [28, 3]}', "object of inputs"),
    (b'{"topic": "conv", "inputs": "--in 28"}', "object of inputs"),
    (b'{"topic": 1, "inputs": {}}', "name of a topic"),
    (b'{"topic": ["conv"], "inputs": {}}', "name of a topic"),
    (b'{"topic": "conv", "inputs": {}, "checks": 3}', "no key 'checks'"),
    (b'{"topic": "conv", "input": {}}', "no key 'input'"),
    (b'{"topic": "cnv", "inputs": {}}', "no topic 'cnv'"),
    (b'{"topic": "", "inputs": {}}', "no topic ''"),
    (b'{"topic": "../conv", "inputs": {}}', "no topic '../conv'"),
    (b'{"topic": "__init__", "inputs": {}}', "no topic '__init__'"),
    (b'{"topic": "' + b"x" * 100_000 + b'", "inputs": {}}', "no topic 'xxx"),
    (b'{"topic": "\\ud800", "inputs": {}}', "no topic"),
    (b'{"id": [1], "topic": "conv", "inputs": {}}', "id is a whole number, or text"),
    (b'{"id": 1.5, "topic": "conv", "inputs": {}}', "id is a whole number, or text"),
    (b'{"id": true, "topic": "conv", "inputs": {}}', "id is a whole number, or text"),
    (b'{"id": "' + b"x" * 201 + b'", "topic": "conv", "inputs": {}}', "id is a whole number, or text"),
    (b'{"topic": "conv", "topic": "pool", "inputs": {}}', "'topic' stands twice"),
    (inputs('{"in": 28, "in": 29, "k": 3}'), "'in' stands twice"),
    (inputs('{"in": 28, "k": 3, "a": {"b": 1, "b": 2}}'), "'b' stands twice"),
    (inputs('{"in": 28}'), "needs 'k'"),
    (inputs('{"in": 28, "k": 3, "kk": 1}'), "no input 'kk'"),
    (inputs('{"in": 28, "k": 3, "' + "x" * 300_000 + '": 1}'), "is no input"),
    (inputs('{"in": 28, "k": 30}'), "28 + 2·0 = 28 < 30"),
    (inputs('{"in": 28, "k": NaN}'), "NaN is not a finite number"),
    (inputs('{"in": -Infinity, "k": 3}'), "-Infinity is not a finite number"),
    (inputs('{"in": 1e999, "k": 3}'), "too many digits"),
    (inputs('{"in": 1e999999999999, "k": 3}'), "too many digits"),
    (inputs('{"in": ' + "9" * 5000 + ', "k": 3}'), "too many digits"),
    (inputs('{"in": ' + "9" * 4000 + ', "k": 3}'), "larger than 10^18"),
    (inputs('{"in": "' + "9" * 100_000 + '", "k": 3}'), "longer than 500"),
    (inputs('{"in": 2.5, "k": 3}'), "whole numbers"),
    (inputs('{"in": true, "k": 3}'), "a bool"),
    (inputs('{"in": {}, "k": 3}'), "a dict"),
    (inputs('{"in": [], "k": 3}'), "list is empty"),
    (inputs('{"in": [' + "1," * 1_000_000 + '1], "k": 3}'), "more than 8 numbers"),
    (inputs('{"in": 28, "k": 3, "pad": "' + "a" * 300_000 + '"}'), "no kind of padding"),
    (inputs('{"in": 28, "k": 3, "pad": [[' + "1," * 10_000 + "1]]}"), "not begin:end"),
    (inputs('{"in": 28, "k": 3, "bias": {"a": [' + "1," * 10_000 + "1]}}"), "neither true nor false"),
    (inputs('{"in": 28, "k": 3, "bias": 1.0}'), "neither true nor false"),
    (inputs('{"in": "@x.csv", "k": 3}'), "'@x.csv' names a file"),
    (inputs('{"in": "＠x.csv", "k": 3}'), "names a file"),
    (inputs('{"in": ["@x.csv"], "k": 3}'), "not a number"),
    (inputs("[" * 1_000_000), "nested too deep"),
    (inputs('{"in": ' + "[" * 400 + "1" + "]" * 400 + ', "k": 3}'), "a list"),
    (inputs('{"in": 28, "k": 3, "pad": [[' + "[" * 900 + "1" + "]" * 900 + ", 1, 1]]}"), ""),
    (inputs('{"in": "\ud800", "k": 3}'), "no UTF-8"),
    (inputs('{"in": "\\ud800", "k": 3}'), "not a number"),
    (inputs('{"in": 28, \0 "k": 3}'), "no JSON from column"),
    (inputs('{"in": "2\0", "k": 3}'), "no JSON from column"),
    (inputs('{"in": "2\\u0000", "k": 3}'), "not a number"),
    (b"\xff\xfe{", "Byte 1 of the line is no UTF-8"),
    (GOOD_LINE[:-3] + b"\x80}}", "is no UTF-8"),
    (b"\x93NUMPY\x01\x00", "is no UTF-8"),
    (b"\x00" * 100, "no JSON from column 1"),
    (b"\xef\xbb\xbf" + GOOD_LINE, "no JSON from column 1"),
    (b"x" * 4_000_001, "longer than 4,000,000 bytes"),
    (b'{"topic": "conv", "inputs": {"in": 28, "k": 3}, "check": {"foo": 3}}', "'foo'"),
    (b'{"topic": "conv", "inputs": {"in": 28, "k": 3}, "check": {"out": 26, "": 26}}', "two answers"),
    (
        b'{"topic": "conv", "inputs": {"in": 28, "k": 3}, "check": {'
        + b", ".join(b'"%sout": 1' % (b" " * n) for n in range(1001))
        + b"}}",
        "There are 1001 answers",
    ),
    (inputs('{"in": 28, "k": 3, "filters": 1000000000000000001}'), "larger than 10^18"),
]


def label(value):
    return repr(value)[:40]


@pytest.mark.parametrize(("line", "wrong"), BAD, ids=label)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_bad_line_is_answered_and_the_rest_is_done(line, wrong, lang):
    done = ran(GOOD_LINE + b"\n" + line + b"\n" + GOOD_LINE, "--lang", lang)
    assert (done.status, done.err) == (1, "")
    first, bad, last = map(strict, done.out.splitlines())
    assert (first["ok"], first["line"], last["ok"], last["line"]) == (True, 1, True, 3)
    assert list(bad) == ["id", "line", "ok", "error"]
    assert (bad["line"], bad["ok"]) == (2, False)
    assert bad["error"].keys() == {"message", "hint"}
    assert len(bad["error"]["message"]) <= exercise.LONGEST_MESSAGE
    assert "its own fault" not in bad["error"]["message"]
    assert "程序缺陷" not in bad["error"]["message"]
    done.out.encode()
    if lang == "en":
        assert wrong in bad["error"]["message"]


def test_a_bad_exercise_keeps_its_id():
    (line,) = answers(inputs('{"in": 28, "k": 30}'))
    assert line["id"] == 7
    assert "--pad 1" in line["error"]["hint"]


@pytest.mark.parametrize("id", ["a", "卷积", "\ud800", "", 0, -3, 10**30, None])
def test_an_id_comes_back_as_it_was(id):
    (line,) = answers(json.dumps({**GOOD, "id": id}).encode())
    assert line["id"] == id


def test_a_fault_of_a_topic_is_told_as_one_and_the_rest_is_done(double, monkeypatch):  # noqa: F811
    def write(work):
        raise KeyError("boom")

    monkeypatch.setitem(double.__dict__, "write", write)
    found = answers(b'{"topic": "private-double", "inputs": {"x": 1}}\n' + GOOD_LINE)
    assert "its own fault: KeyError: 'boom'" in found[0]["error"]["message"]
    assert found[1]["ok"]


def test_a_result_too_large_for_a_float_is_a_whole_number(double):  # noqa: F811
    for number in (Fraction(10**400), Fraction(10**399, 3)):
        typed = f"{number.numerator}/{number.denominator}" if number.denominator > 1 else "1e400"
        (found,) = answers(json.dumps({"topic": "private-double", "inputs": {"x": typed}}).encode())
        assert found["answers"]["y"] in (round(2 * number), [round(2 * number)])


def test_random_bytes_are_answered_line_by_line():
    rng = random.Random(11)
    alphabet = [
        b"{",
        b"}",
        b"[",
        b'"',
        b":",
        b",",
        b"1",
        b"e9",
        b"\\u",
        b"topic",
        b"inputs",
        b"conv",
        b"\xff",
        b"\0",
        b" ",
    ]
    lines = [b"".join(rng.choices(alphabet, k=rng.randint(1, 30))) for _ in range(500)]
    found = answers(b"\n".join(lines))
    assert [line["line"] for line in found] == [n for n, line in enumerate(lines, 1) if line.strip()]
    assert not any("fault" in line["error"]["message"] for line in found)


def test_changed_exercises_are_answered_without_a_fault():
    rng = random.Random(12)
    values = [
        "28",
        "3",
        "-1",
        "0",
        "1e3",
        '"same"',
        '"0:1"',
        "[1,2]",
        "[[0,1],2]",
        "null",
        "true",
        '"x"',
        "1e18",
        "0.5",
    ]
    names = ["in", "k", "pad", "stride", "dilation", "channels", "groups", "transpose", "dims", "output_pad", "strict"]
    lines = []
    for _ in range(1500):
        chosen = rng.sample(names, rng.randint(1, 4))
        given = {"in": "28", "k": "3", **{name: rng.choice(values) for name in chosen}}
        each = ", ".join(f'"{name}": {value}' for name, value in given.items())
        lines.append(f'{{"topic": "conv", "inputs": {{{each}}}, "check": {rng.choice(values)}}}')
    found = answers("\n".join(lines).encode())
    assert len(found) == len(lines)
    assert not any("fault" in line["error"]["message"] for line in found if not line["ok"])
    assert sum(line["ok"] for line in found) > 50


# ---------------------------------------------------------------- exit status, files, flags


@pytest.mark.parametrize(
    ("check", "status"),
    [(None, 0), (26, 0), ({"flops": 12168}, 0), (25, 1), (24.5, 1), ("nonsense", 1), ({"out": 26, "params": 9}, 1)],
)
def test_the_exit_status_tells_whether_all_was_accepted(check, status):
    assert ran(json.dumps({**GOOD, "check": check}).encode()).status == status


def test_a_file_is_read(tmp_path):
    file = tmp_path / "exercises.jsonl"
    file.write_bytes(GOOD_LINE + b"\n" + GOOD_LINE)
    done = dlcalc(["batch", str(file)])
    assert done.status == 0
    assert done.out == ran(GOOD_LINE + b"\n" + GOOD_LINE).out == ran(GOOD_LINE + b"\n" + GOOD_LINE, "-").out


def test_a_file_that_cannot_be_read_is_a_usage_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exercises.jsonl").write_bytes(GOOD_LINE)
    os.mkdir("folder")
    for words, wrong, instead in [
        (["exercise.jsonl"], "no such file", "exercises.jsonl"),
        (["folder"], "a folder", "a file in it"),
        (["exercises.jsonl", "exercises.jsonl"], "2 files", "cat exercises.jsonl"),
        (["exercises.jsonl", "--jobs", "x"], "'x' is no number of processes", "auto"),
        (["exercises.jsonl", "--jobs", "-1"], "'-1' is no number of processes", "60"),
        (["exercises.jsonl", "--jobs", "61"], "'61'", "60"),
        (["exercises.jsonl", "--jobs", "9" * 10_000], "is no number of processes", "60"),
        (["exercises.jsonl", "--lang", "fr"], "'fr'", "en, zh"),
        (["exercises.jsonl", "--job", "2"], "'--job'", "--jobs"),
        (["exercises.jsonl", "--jobs"], "missing", "dlcalc batch"),
    ]:
        done = dlcalc(["batch", *words])
        assert (done.status, done.out) == (2, "")
        assert wrong in done.err
        assert instead in done.err
        assert len(done.err) < 500


def test_a_terminal_is_read_only_when_asked():
    class Typed(io.TextIOWrapper):
        def isatty(self):
            return True

    for words, status in (([], 2), (["-"], 0)):
        env = Environment(io.StringIO(), io.StringIO(), {}, stdin=Typed(io.BytesIO(GOOD_LINE)))
        assert run(["batch", *words], env) == status
    assert "nothing to read" in dlcalc_without_stdin()


def dlcalc_without_stdin():
    err = io.StringIO()
    assert run(["batch"], Environment(io.StringIO(), err, {"LANG": "en"}, stdin=None)) == 2
    return err.getvalue()


def test_input_that_breaks_off_is_told_after_what_was_done():
    class Broken(io.BytesIO):
        def read1(self, size=-1):
            return super().read1(size) or self.fail()

        def fail(self):
            raise OSError(5, "Input/output error")

    out, err = io.StringIO(), io.StringIO()
    stdin = io.TextIOWrapper(Broken(GOOD_LINE + b"\n"))
    assert run(["batch"], Environment(out, err, {"LANG": "en"}, stdin=stdin)) == 2
    assert json.loads(out.getvalue())["ok"]
    assert "cannot be read (Input/output error)" in err.getvalue()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_help_page_fits_and_its_example_works(lang):
    page = dlcalc(f"batch --help --lang {lang}")
    assert page.status == 0
    assert max(map(len, page.out.splitlines())) <= 80
    assert dlcalc("help batch").out == dlcalc("batch --help").out
    example = next(line for line in page.out.splitlines() if line.startswith("  {"))
    assert ran(example.encode()).status == 0
    assert "batch" in dlcalc("--help").out


# ---------------------------------------------------------------- streaming, order, endings


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_line_is_answered_before_the_next_is_there(jobs):
    with process("--jobs", jobs) as running:
        for number in (1, 2, 3):
            running.stdin.write(GOOD_LINE + b"\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["line"] == number  # hangs if answers wait for more lines
        running.stdin.close()
        assert running.wait(20) == 0


@pytest.mark.parametrize("jobs", ["2", "3"])
def test_the_order_stays_with_several_processes(jobs, tmp_path):
    rng = random.Random(3)
    lines = []
    for n in range(600):
        each = {"id": n, "topic": "conv", "inputs": {"in": rng.randint(20, 60), "k": 3, "dims": rng.randint(1, 3)}}
        if n % 7 == 0:
            each["check"] = 3  # slower: every misconception is tried
        lines.append("{" if n % 10 == 0 else json.dumps(each))
    file = tmp_path / "exercises.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    alone = dlcalc(["batch", str(file)])
    with process(str(file), "--jobs", jobs) as running:
        out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (1, b"")
    assert out.decode() == alone.out
    assert [json.loads(line)["line"] for line in alone.out.splitlines()] == list(range(1, 601))


def test_auto_takes_the_cores_there_are():
    assert ran(b"", "--jobs", "auto").status == 0
    assert batch.jobs_of("auto") == batch.jobs_of("0") == min(os.cpu_count(), 60)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_reader_that_has_seen_enough_ends_it_quietly(jobs):
    with process("--jobs", jobs) as running:
        running.stdin.write((GOOD_LINE + b"\n") * 300)
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["line"] == 1
        running.stdout.close()
        try:
            for _ in range(200):
                running.stdin.write((GOOD_LINE + b"\n") * 300)
                running.stdin.flush()
        except BrokenPipeError:
            pass
        else:
            raise AssertionError("it goes on for nobody")
        assert running.stderr.read() == b""
        assert running.wait(20) == 0
        running.stdin = None


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_leaves_what_was_done(jobs):
    with process("--jobs", jobs) as running:
        running.stdin.write((GOOD_LINE + b"\n") * 100)
        running.stdin.flush()
        seen = [running.stdout.readline() for _ in range(100)]
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=20)
    assert [json.loads(line)["line"] for line in seen] == list(range(1, 101))
    assert (running.returncode, out, err.strip()) == (130, b"", b"")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_at_work_leaves_whole_lines_in_order(jobs, tmp_path):
    file = tmp_path / "exercises.jsonl"
    file.write_bytes((json.dumps({**GOOD, "check": 3}).encode() + b"\n") * 20_000)
    with process(str(file), "--jobs", jobs) as running:
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest, err = running.stdout.read(), running.stderr.read()
    assert running.returncode == 130
    assert b"Traceback" not in err
    found = [json.loads(line)["line"] for line in (first + rest).splitlines()]
    assert found == list(range(1, len(found) + 1))
    assert len(found) < 20_000


def test_a_full_disk_is_told():
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    with open("/dev/full", "wb") as full, process(stdout=full) as running:
        _, err = running.communicate(GOOD_LINE, timeout=20)
    assert running.returncode == 2
    assert b"cannot be written" in err
    assert b"Traceback" not in err
    assert b"Exception" not in err


def test_a_killed_process_is_told(tmp_path):
    with process("--jobs", "2") as running:
        running.stdin.write(GOOD_LINE + b"\n")
        running.stdin.flush()
        assert running.stdout.readline()
        children = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(running.pid)], capture_output=True, text=True, check=False
        ).stdout.splitlines()
        workers = [int(line.split()[0]) for line in children if "spawn_main" in line]
        if not workers:
            running.stdin.close()
            pytest.skip("no ps that names children")
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        time.sleep(0.5)
        try:
            running.stdin.write(GOOD_LINE + b"\n")
            running.stdin.close()
        except BrokenPipeError:
            pass
        running.stdin = None
        _, err = running.communicate(timeout=20)
    assert running.returncode == 2
    assert b"ended by force after 1 lines" in err


# ---------------------------------------------------------------- progress


def test_nothing_of_progress_is_seen_when_piped():
    assert ran(GOOD_LINE).err == ""


def test_progress_is_shown_on_a_terminal():
    done = ran(GOOD_LINE + b"\nx\n", terminal=True)
    assert "2 lines · 1 failed" in done.err
    assert "\x1b[3" in done.err  # a colour
    assert len(done.out.splitlines()) == 2
    assert "2 行 · 1 行失败" in ran(GOOD_LINE + b"\nx\n", "--lang", "zh", terminal=True).err


def test_progress_has_no_colours_where_they_are_not_wanted():
    done = ran(GOOD_LINE, terminal=True, NO_COLOR="1")
    assert "1 lines" in done.err
    assert "\x1b[3" not in done.err
    assert ran(GOOD_LINE, terminal=True, TERM="dumb").err == ""


def test_progress_is_not_mixed_with_answers_on_one_terminal():
    ours, theirs = pty.openpty()
    with process(stdout=theirs, stderr=theirs) as running:
        running.stdin.write(GOOD_LINE)
        running.stdin.close()
        running.stdin = None
        assert running.wait(20) == 0
    os.close(theirs)
    shown = os.read(ours, 65536)
    os.close(ours)
    assert shown.startswith(b'{"id": "a"')
    assert b"\x1b" not in shown


# ---------------------------------------------------------------- memory


def peak(lines, *words):
    """Return the largest resident size, in KiB, of a process that answers so many lines; every tenth is broken."""
    script = (
        "import atexit, resource, sys\n"
        "from dlcalc.__main__ import main\n"
        "size = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "atexit.register(lambda: print(size(), file=sys.stderr))\n"
        "sys.argv[1:] = ['batch', *sys.argv[1:]]\n"
        "main()"
    )
    command = [sys.executable, "-c", script, *words]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT
    ) as running:
        for n in range(lines):
            running.stdin.write(
                b"{\n" if n % 10 == 0 else b'{"topic":"conv","inputs":{"in":%d,"k":3}}\n' % (n % 999 + 3)
            )
        running.stdin.close()
        running.stdin = None
        size = int(running.stderr.read())
        assert running.wait(60) == 1
    return size


@pytest.mark.skipif(sys.platform != "linux", reason="sizes as Linux counts them")
def test_memory_does_not_grow_with_the_input():
    small, large = peak(500), peak(20_000)
    assert large < small + 2_000  # the larger input alone has 1,000 KiB, its output 4,000


@pytest.mark.skipif(sys.platform != "linux", reason="sizes as Linux counts them")
def test_an_endless_line_is_not_kept():
    script = (
        "import io, resource, sys\n"
        "from dlcalc.cli.batch import pieces\n"
        "class Endless:\n"
        "    left = 400\n"
        "    def read1(self, size):\n"
        "        self.left -= 1\n"
        "        return b'x' * 1_000_000 if self.left > 0 else b'\\n3\\n' if self.left == 0 else b''\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(list(pieces(Endless())))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert not done.stderr
    found, grown = done.stdout.splitlines()
    assert found == "[[(1, None), (2, b'3')]]"
    assert int(grown) < 30_000  # of 400,000


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 65536])
def test_lines_are_the_same_however_they_come(size, monkeypatch):
    monkeypatch.setattr(batch, "PIECE", size)
    monkeypatch.setattr(batch, "LONGEST_LINE", 100)
    content = b"\xef\xbb\xbfab\r\n\n" + b"x" * 101 + b"\ncd\n" + b"y" * 100 + b"\n \n" + b"z" * 300 + b"\nend"
    found = [line for piece in batch.pieces(io.BytesIO(content)) for line in piece]
    assert found == [(1, b"ab\r"), (3, None), (4, b"cd"), (5, b"y" * 100), (7, None), (8, b"end")]


# ---------------------------------------------------------------- start-up


def test_a_batch_loads_its_topics_and_nothing_slow(tmp_path):
    file = tmp_path / "exercises.jsonl"
    file.write_bytes(GOOD_LINE)
    modules, printed = loaded("batch", str(file))
    assert '"ok": true' in printed
    assert not packages(modules) & {"numpy", "sympy", "rich", "multiprocessing", "concurrent"}
    assert not other_topics(modules, "conv")


def test_a_sheet_loads_nothing_of_batches_and_files():
    modules, _ = loaded("conv", "--in", "28", "--k", "3")
    assert not modules & {"json", "dlcalc.cli.batch", "dlcalc.cli.exercise", "dlcalc.cli.files", "dlcalc.cli.topics"}
