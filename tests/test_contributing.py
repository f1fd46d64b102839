"""The topic that CONTRIBUTING.md shows is a whole topic: put into the package as one file, it works everywhere.

`--renew` writes what its commands print now into CONTRIBUTING.md.
"""

import ast
import contextlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dlcalc.core.worksheet import Worksheet
from dlcalc.practice.check import check
from dlcalc.render import FORMATS, STEPS, render_sheet

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "CONTRIBUTING.md"
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
CHINESE = re.compile(r"[\u3400-\u9fff]")

INPUTS = {"examples": 1000, "batch": 64, "epochs": 3}


def block(language, start=""):
    """Return the one block of a language; `start` is a part of it that tells it from others."""
    text = PAGE.read_text(encoding="utf-8")
    (found,) = [m["body"] for m in FENCE.finditer(text) if m["language"] == language and start in m["body"]]
    return found


def example():
    return block("python", "TOPIC = Topic(")


@pytest.fixture(scope="module")
def topic(tmp_path_factory):
    file = tmp_path_factory.mktemp("topic") / "updates.py"
    file.write_text(example(), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("updates", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.TOPIC


def solved(topic, lang="en", **more):
    inputs = {**INPUTS, **more}
    return Worksheet(topic, topic.read(inputs), frozenset(inputs), lang=lang)


# ---------------------------------------------------------------- the declaration


def test_it_counts_the_updates(topic):
    batches = [range(start, min(start + 64, 1000)) for start in range(0, 1000, 64)]
    full = [batch for batch in batches if len(batch) == 64]
    assert solved(topic).answers == {"updates": 3 * len(batches), "per_epoch": len(batches)}
    assert solved(topic, drop_last=True).answers == {"updates": 3 * len(full), "per_epoch": len(full)}


def test_its_misconception_is_named_with_its_remedy(topic):
    verdict = check(topic, INPUTS, {"updates": 3}).verdicts["updates"]
    assert verdict.misconceptions == ("one-update-per-epoch",)
    (explanation,) = verdict.explanations
    assert explanation.parting.name == "updates"


def test_an_answer_under_its_other_convention_is_accepted_unless_the_exercise_states_one(topic):
    left_open = check(topic, INPUTS, {"updates": 45}).verdicts["updates"]
    stated = check(topic, {**INPUTS, "drop_last": False}, {"updates": 45}).verdicts["updates"]
    assert (left_open.verdict, left_open.convention) == ("convention", "drop_last=true")
    assert not stated.accepted


def test_every_misconception_changes_an_answer(topic):
    right = solved(topic).answers
    for mistake in topic.misconceptions:
        wrong = Worksheet(topic, {**topic.read(INPUTS), **mistake.inputs}, mode=mistake.mode).answers
        assert wrong != right, mistake.name


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_shows_itself_in_both_languages(topic, lang, steps, format):
    page = render_sheet(solved(topic, lang), format, steps=steps)
    assert "48" in page
    assert bool(CHINESE.search(page)) == (lang == "zh")


def test_its_sheet_fits_the_page_with_every_reason_on_its_line(topic):
    page = render_sheet(solved(topic), "text")
    assert max(map(len, page.splitlines())) <= 80


def test_the_page_shows_what_a_topic_can_declare(topic):
    declared = {keyword.arg for node in ast.walk(ast.parse(example())) for keyword in _keywords(node)}
    assert {"inputs", "answers", "write", "example", "conventions", "misconceptions"} <= declared
    assert len(topic.answers) == 2
    assert topic.conventions
    assert topic.misconceptions


def _keywords(node):
    return node.keywords if isinstance(node, ast.Call) else []


# ---------------------------------------------------------------- the file in its place


@contextlib.contextmanager
def package_with_the_topic():
    """A copy of dlcalc with the example as one more file, and nothing else changed."""
    with tempfile.TemporaryDirectory() as folder:
        ignored = shutil.ignore_patterns("__pycache__")
        copy = shutil.copytree(ROOT / "dlcalc", Path(folder) / "dlcalc", ignore=ignored)
        (copy / "topics" / "updates.py").write_text(example(), encoding="utf-8")
        tests = Path(folder) / "tests"
        tests.mkdir()
        for name in ("__init__.py", "test_laws.py"):
            shutil.copy(ROOT / "tests" / name, tests)
        draws = shutil.copytree(ROOT / "tests" / "draws", tests / "draws", ignore=ignored)
        (draws / "updates.py").write_text(block("python", "def draw(rng)"), encoding="utf-8")
        yield folder


def python(folder, *words):
    """Run Python in the folder, on the copy of dlcalc there, and return (what the screen shows, exit status)."""
    environment = {**os.environ, "COLUMNS": "80", "DLCALC_LANG": "en", "PYTHONIOENCODING": "utf-8"}
    for name in ("PYTHONPATH", "PYTEST_ADDOPTS"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.stdout, done.returncode


def type_in(folder, line):
    name, *words = shlex.split(line)
    assert name == "dlcalc"
    return python(folder, "-m", "dlcalc", *words)[0]


def replay(console, folder):
    lines = re.findall(r"^\$ (.*)$", console, re.MULTILINE)
    return "".join(f"$ {line}\n{type_in(folder, line)}" for line in lines)


@pytest.fixture(scope="module")
def package():
    with package_with_the_topic() as folder:
        yield folder


def test_one_file_makes_a_command_that_prints_what_the_page_shows(package, request):
    shown, printed = block("console"), replay(block("console"), package)
    if request.config.getoption("--renew"):
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(page.replace(f"```console\n{shown}```", f"```console\n{printed}```"), encoding="utf-8")
        return
    assert printed == shown, "read the difference; if it is better, renew with --renew"


def test_its_help_and_the_list_of_topics_know_it(package):
    assert "updates" in type_in(package, "dlcalc topics").split()
    assert "dlcalc updates --examples 1000 --batch 64 --epochs 3" in type_in(package, "dlcalc updates --help")
    assert CHINESE.search(type_in(package, "dlcalc updates --help --lang zh"))


def test_it_obeys_the_laws_that_hold_for_every_topic(package):
    screen, status = python(package, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_laws.py", "-k", "updates")
    assert status == 0, screen
    assert re.search(r"\b\d+ passed", screen)
