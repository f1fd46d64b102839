"""Hostile text everywhere: answered or refused with our words, nothing run, nothing opened, no terminal steered."""

import contextlib
import csv
import io
import json
import re
import resource
import shlex
import signal
import sys
import xml.etree.ElementTree as ET

import pytest

import dlcalc as package
from dlcalc.cli.app import run
from dlcalc.cli.environment import Environment
from dlcalc.cli.exercise import LONGEST_LINE
from dlcalc.core.report import VERDICTS
from dlcalc.errors import DlcalcError
from dlcalc.practice.check import check
from dlcalc.render import FORMATS, render_report
from dlcalc.topics import load
from tests.cli.run import dlcalc
from tests.hostile import COMMANDS, EVERYTHING, NAMES, RAW, VALUES

WATCHDOG = 20
"""Seconds after which a text is said to take for ever: no speed test, a busy machine needs a hundredth of it."""

EXERCISES = (
    ("conv", {"in": 28, "k": 3, "filters": 2}, ("out", "shape", "params")),
    ("softmax", {"z": [2, 1, 0.1], "target": 0}, ("p", "loss")),
    ("perceptron", {"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "t": [0, 0, 0, 1]}, ("w", "converged")),
)
"""A whole number, a size, a real number, lists, and yes or no."""

FORBIDDEN = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "subprocess.Popen",
    "socket.connect",
    "shutil.rmtree",
)
_seen = None


def _heard(event, args):
    """Note what the interpreter does; a hook stays for ever, so it listens only while a test does."""
    if _seen is not None and (
        event in FORBIDDEN or (event == "open" and re.search(r"hacked|passwd|win\.ini", str(args[0])))
    ):
        _seen.append((event, args))


sys.addaudithook(_heard)


@pytest.fixture(autouse=True)
def nothing_is_run_and_nothing_takes_for_ever(tmp_path, monkeypatch):
    """Fail a test whose text was executed, opened a file, left one behind, or never came to an end."""
    global _seen
    monkeypatch.chdir(tmp_path)

    def late(*_):
        raise AssertionError("this text takes for ever")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(WATCHDOG)
    _seen = []
    try:
        yield
        assert not _seen
    finally:
        _seen = None
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert not list(tmp_path.iterdir())


def shown(text):
    """Return how a text is called in the list of tests."""
    return ascii(text[:24])[1:-1] + (f"… {len(text)}" if len(text) > 24 else "")


def each(texts):
    return pytest.mark.parametrize("text", texts, ids=[f"{n} {shown(text)}" for n, text in enumerate(texts)])


def test_the_corpus_is_large_and_has_every_kind():
    assert len(EVERYTHING) > 300
    assert len(set(VALUES)) == len(VALUES)


@each(VALUES)
def test_any_text_is_an_answer_that_is_judged_and_can_be_shown(text):
    for topic, inputs, names in EXERCISES:
        report = package.check(topic, inputs, dict.fromkeys(names, text))
        assert {v.verdict for v in report.verdicts.values()} <= set(VERDICTS)
        for verdict in report.verdicts.values():
            assert verdict.column is None or 0 <= verdict.column <= len(text)
        sheet = package.solve(topic, inputs)
        for format in FORMATS:
            _is_harmless(render_report(sheet, report, format, color=True), format)
        _is_harmless(render_report(sheet, report, "latex", standalone=True), "latex")


@each(VALUES)
def test_any_text_may_follow_answer_on_the_command_line(text):
    ran = dlcalc(["conv", "--in", "28", "--k", "3", "--answer", f"out={text}", "--lang", "zh"], terminal=True)
    assert ran.status in (0, 1, 2)
    _is_harmless(ran.out, "terminal")
    _is_harmless(ran.err, "terminal")


@each(VALUES)
def test_any_text_may_follow_a_flag(text):
    for line in (["conv", "--in", "28", "--k", text], ["linear", "--x", text, "--w", "1,2"], ["softmax", "--z", text]):
        ran = dlcalc(line)
        assert ran.status in (0, 2)
        _is_harmless(ran.out + ran.err, "text")


@each(NAMES)
def test_any_text_may_name_an_answer_or_an_input(text):
    topic, inputs, _ = EXERCISES[0]
    report = check(load(topic), inputs, {text: 7}, forgiving=True)
    for format in FORMATS:
        _is_harmless(render_report(package.solve(topic, inputs), report, format), format)
    with contextlib.suppress(DlcalcError):
        package.check(topic, inputs, {text: 7})
    with contextlib.suppress(DlcalcError):
        package.solve(topic, {**inputs, text: 7})
    with contextlib.suppress(DlcalcError):
        package.solve(text, inputs)
    for line in (["conv", "--in", "28", "--k", "3", "--answer", f"{text}=7"], ["conv", f"--{text}", "7"], [text]):
        ran = dlcalc(line)
        assert ran.status in (0, 1, 2)
        _is_harmless(ran.out + ran.err, "text")


@each(COMMANDS)
def test_any_text_may_be_a_command(text):
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    ran = dlcalc(words)
    assert ran.status in (0, 1, 2)
    _is_harmless(ran.out + ran.err, "text")


def test_any_text_may_stand_in_a_batch_and_each_line_is_answered():
    exercises = [
        {"id": text[:200], "topic": topic, "inputs": inputs, "check": dict.fromkeys(names, text)}
        for text in VALUES
        for topic, inputs, names in EXERCISES
    ]
    exercises += [{"topic": "conv", "inputs": {"in": 28, "k": 3}, "check": {text: 7}} for text in NAMES]
    exercises += [{"topic": text, "inputs": {text: text}} for text in EVERYTHING]
    out, err = io.StringIO(), io.StringIO()
    lines = [json.dumps(exercise).encode() for exercise in exercises]
    stdin = io.TextIOWrapper(io.BytesIO(b"\n".join(lines)))
    run(["batch"], Environment(out, err, {"LANG": "C.UTF-8"}, stdin=stdin))
    answered = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [answer["line"] for answer in answered] == list(range(1, len(exercises) + 1))
    judged = len(VALUES) * len(EXERCISES)
    for line, answer in zip(lines[:judged], answered, strict=False):
        assert answer["ok"] or len(line) > LONGEST_LINE
    assert "fault" not in out.getvalue()
    _is_harmless(out.getvalue(), "text")


@pytest.mark.parametrize("format", ["text", "json"])
def test_any_text_may_stand_in_homework(format, tmp_path_factory):
    signal.alarm(10 * WATCHDOG)  # all of the corpus in one test
    blocks = [f"conv --in 28 --k 3\nout = {text}" for text in VALUES]
    blocks += [f"conv --in 28 --k 3\n{text} = 7" for text in NAMES]
    blocks += [f"{text}\nout = 26" for text in COMMANDS]
    page = tmp_path_factory.mktemp("homework") / "homework.md"
    for block in blocks:
        page.write_bytes(f"```dlcalc\n{block}\n```\n".encode("utf-8", "surrogatepass"))
        ran = dlcalc(["check", str(page), "--format", format])
        assert ran.status in (0, 1, 2)
        _is_harmless(ran.out, format if ran.out else "text")
        _is_harmless(ran.err, "text")


@pytest.mark.parametrize("terminal", [False, True], ids=["piped", "terminal"])
def test_any_text_may_stand_in_the_answers_of_a_class(terminal, tmp_path_factory):
    """As a value, a name, a question and a student: each row is judged or rejected, none is lost."""
    folder = tmp_path_factory.mktemp("class")
    key, answers = folder / "key.toml", folder / "answers.csv"
    commands = ("conv --in 28 --k 3", "softmax --z 2,1,0.1 --target 0")
    questions = (f"[[question]]\nid = 'q{n}'\ncommand = '{command}'\n" for n, command in enumerate(commands))
    key.write_text("".join(questions), encoding="utf-8")
    texts = [text.encode("utf-8", "replace").decode().replace("\0", " ") for text in EVERYTHING]
    rows = [("s", f"q{n}", "", text) for n in (0, 1) for text in texts]
    rows += [("s", "q0", text, "7") for text in texts]
    rows += [("s", text, "", "26") for text in texts]
    rows += [(text, "q0", "", "26") for text in texts]
    page = io.StringIO(newline="")
    csv.writer(page).writerows([("student", "question", "name", "value"), *rows])
    answers.write_bytes(page.getvalue().encode())
    rejected = folder / "rejected.csv"
    ran = dlcalc(["grade", str(key), str(answers), "--rejected", str(rejected)], terminal=terminal)
    assert ran.status == 1
    table, _, report = ran.out.partition("\n\n" if terminal else "\0")
    _is_harmless(report + ran.err, "terminal")
    if terminal:
        _is_harmless(table, "text")
    judged = list(csv.DictReader(io.StringIO(table, newline="")))
    refused = list(csv.DictReader(io.StringIO(rejected.read_text(encoding="utf-8"), newline="")))
    assert len(judged) + len(refused) >= len([row for row in rows if any(cell.strip() for cell in row)])
    for row in (*judged, *refused):
        for cell in row.values():
            assert cell[:1] not in ("=", "+", "-", "@") or re.fullmatch(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?%?", cell), cell


def test_the_whole_corpus_needs_no_memory():
    """What is read is never much larger than what was typed, whatever it promises to become."""
    topic, inputs, names = EXERCISES[0]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for text in EVERYTHING:
        package.check(topic, inputs, dict.fromkeys(names, text))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB, on Linux


def _is_harmless(page, format):
    """Assert that a page has nothing of what was typed that means something where it is read."""
    if format == "terminal":
        page = re.sub(r"\x1b\[[0-9;]*m", "", page)  # our own colours
    assert not (RAW - {"\n"}) & set(page), [c for c in page if c in RAW - {"\n"}]
    page.encode()
    match format:
        case "json":
            json.loads(page)
        case "html":
            tree = ET.fromstring(page.partition("\n")[2])
            assert {element.tag.rpartition("}")[2] for element in tree.iter()} <= HTML_TAGS
            assert not any(name.startswith("on") or "href" in name for e in tree.iter() for name in e.attrib)
        case "latex":
            assert not re.search(r"\\(?:input|immediate|write18|def|x|frac\{1\}\{0\})(?![A-Za-z])", page)
            assert page.count(r"\end{document}") <= 1
            bare = re.sub(r"\\[\\{}]", "", page)
            assert bare.count("{") == bare.count("}")
        case "markdown":
            prose = re.sub(
                r"(?m)^    - .*$|(?<=\n\n) {6}.*\n {6}.*$", "", page
            )  # formulas, in code spans; what was typed, as code
            assert not re.search(r"(?<!\\)[<`*\[|$]", re.sub(r"\\\\", "", prose)), page


HTML_TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "p", "pre", "mark", "span", "div",
    "table", "tbody", "tr", "th", "td", "math", "mrow", "mi", "mn", "mo", "mtext", "msub", "msup", "msubsup", "mfrac",
    "msqrt", "mtable", "mtr", "mtd", "mover", "munder", "munderover", "mspace", "mstyle", "small", "wbr",
}  # fmt: skip
