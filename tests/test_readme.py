"""The README is true: its console blocks print what they show, its Python runs, its two commands are the ones CI runs.

`--renew` writes what the console blocks print now into the README.
"""

import contextlib
import doctest
import io
import json
import os
import re
import shlex
from pathlib import Path

import pytest

from dlcalc import topics as registry
from dlcalc.cli import environment
from dlcalc.cli.app import run
from dlcalc.cli.environment import Environment

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
CI = ROOT / ".ci" / "run"

FIRST_COMMAND = (
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/dlcalc conv --in 28 --k 3 --pad 0 --stride 1"
)
TEST_COMMAND = "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/python -m pytest"

FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language):
    text = README.read_text(encoding="utf-8")
    return [match["body"] for match in FENCE.finditer(text) if match["language"] == language]


def commands(block):
    """Part a console block into (command, output) pairs."""
    first, *pieces = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert first == "", "a console block begins with '$ '"
    return [(command, output) for command, _, output in (piece.partition("\n") for piece in pieces)]


def type_in(command, status):
    """Run one line as a shell would, in the repository's folder; return (what the screen shows, exit status)."""
    if command == "echo $?":
        return f"{status}\n", 0
    line, _, target = command.partition(" > ")
    name, *words = shlex.split(line)
    assert name == "dlcalc", f"only dlcalc commands stand in console blocks, not {name}"
    screen, piped = io.StringIO(), io.StringIO()
    world = Environment(stdout=piped if target else screen, stderr=screen, variables={"COLUMNS": "80", "LANG": "en"})
    with contextlib.chdir(ROOT):
        status = run(words, world)
    if target.endswith(".json"):
        json.loads(piped.getvalue())
    return screen.getvalue(), status


def replay(block):
    """Return a console block with what its commands print now."""
    shown, status = "", 0
    for command, _ in commands(block):
        output, status = type_in(command, status)
        shown += f"$ {command}\n{output}"
    return shown


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: commands(block)[0][0])
def test_a_console_block_shows_exactly_what_its_commands_print(block, request):
    printed = replay(block)
    if request.config.getoption("--renew"):
        page = README.read_text(encoding="utf-8")
        README.write_text(page.replace(f"```console\n{block}```", f"```console\n{printed}```"), encoding="utf-8")
        return
    assert printed == block, "read the difference; if it is better, renew with --renew"


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.splitlines()[0])
def test_a_python_block_runs_as_shown(block):
    examples = doctest.DocTestParser().get_doctest(block, {}, "README.md", "README.md", 0)
    assert examples.examples
    said = io.StringIO()
    results = doctest.DocTestRunner().run(examples, out=said.write)
    assert results.failed == 0, said.getvalue()


def test_the_readme_has_something_to_run():
    assert len(blocks("console")) >= 8
    assert len(blocks("python")) >= 1


@pytest.mark.parametrize("command", [FIRST_COMMAND, TEST_COMMAND])
def test_each_of_the_two_commands_stands_in_the_readme_once_on_one_line(command):
    lines = "".join(blocks("sh")).splitlines()
    assert lines.count(command) == 1


def test_the_uv_form_stands_beside_them():
    lines = "".join(blocks("sh")).splitlines()
    assert "uv run dlcalc conv --in 28 --k 3 --pad 0 --stride 1" in lines
    assert "uv run --extra test python -m pytest" in lines


def test_the_first_command_prints_the_sheet_that_the_readme_shows():
    command = FIRST_COMMAND.rpartition(" && .venv/bin/")[2]
    shown = [output for block in blocks("console") for line, output in commands(block) if line == command]
    assert len(shown) == 1
    assert "out = 26" in shown[0]


@pytest.mark.skipif(not CI.exists(), reason="a source archive carries no CI script")
class TestContinuousIntegration:
    def test_it_runs_the_readme_s_test_command_literally(self):
        assert [line.strip() for line in CI.read_text(encoding="utf-8").splitlines()].count(TEST_COMMAND) == 1

    def test_it_can_be_run_and_stops_at_the_first_failure(self):
        first, *rest = CI.read_text(encoding="utf-8").splitlines()
        assert first == "#!/usr/bin/env bash"
        assert "set -euo pipefail" in rest
        assert os.access(CI, os.X_OK)

    def test_the_recorded_number_of_tests_is_a_number(self):
        assert int((CI.parent / "tests-at-least").read_text(encoding="utf-8")) > 0


@pytest.mark.parametrize("topic", registry.names())
def test_every_topic_command_is_shown(topic):
    shown = [line.split()[1] for block in blocks("console") for line, _ in commands(block) if line.startswith("dlcalc")]
    assert topic in shown


def test_every_common_option_is_mentioned():
    page, _ = type_in("dlcalc conv --help", 0)
    options = re.findall(r"^  (--[a-z-]+)", page.partition("\nOptions:\n")[2], re.MULTILINE)
    readme = README.read_text(encoding="utf-8")
    assert len(options) >= 8
    assert [option for option in options if not re.search(rf"{option}\b", readme)] == []


def test_the_table_of_exit_codes_lists_the_codes_there_are():
    codes = re.findall(r"^\| `(\d+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(code) for code in codes] == [
        environment.OK,
        environment.NOT_ACCEPTED,
        environment.USAGE,
        environment.INTERRUPTED,
    ]
