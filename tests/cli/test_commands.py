"""The command line: what is printed where, exit statuses, languages, colours."""

import json
import re
import shlex
import subprocess
import sys

import pytest

from dlcalc import topics
from tests.cli.run import dlcalc

EXERCISE = "conv --in 28 --k 3 --pad 0 --stride 1"


def test_the_main_job_prints_formula_substitution_and_value():
    ran = dlcalc(EXERCISE)
    assert ran.status == 0
    assert "O = ⌊(I + 2P − E)/S⌋ + 1 = ⌊(28 + 2·0 − 3)/1⌋ + 1 = 26" in ran.out
    assert "out = 26" in ran.out
    assert ran.err == ""


@pytest.mark.parametrize(
    ("answer", "status"), [("26", 0), ("25", 1), ("1234", 1), ("9**9**9**9", 2), ("params=10", 0), ("-26", 1)]
)
def test_the_exit_status_tells_whether_the_answer_was_accepted(answer, status):
    assert dlcalc([*EXERCISE.split(), "--answer", answer]).status == status


def test_several_answers_are_judged_in_order():
    ran = dlcalc([*EXERCISE.split(), "--answer", "26", "--answer", "params=9"])
    assert ran.status == 1
    assert ran.out.index("out = 26 is right") < ran.out.index("params = 9 is not right")


def test_a_wrong_answer_is_told_where_the_ways_part():
    out = dlcalc(f"{EXERCISE} --answer 25").out
    assert "You left out the + 1" in out
    assert "yours  O = ⌊(I + 2P − E)/S⌋ = ⌊(28 + 2·0 − 3)/1⌋ = 25" in out
    assert "right  O = ⌊(I + 2P − E)/S⌋ + 1 = ⌊(28 + 2·0 − 3)/1⌋ + 1 = 26" in out


def test_an_unreadable_answer_is_shown_with_a_caret():
    out = dlcalc(f"{EXERCISE} --answer 2x26os").out
    typed, caret = (row for row in out.splitlines() if row.startswith("    "))
    assert typed[caret.index("^")] == "o"


def test_json_is_schema_1_and_replays():
    document = json.loads(dlcalc(f"{EXERCISE} --format json").out)
    assert document["schema"] == 1
    assert document["topic"] == "conv"
    assert document["answers"]["shape"] == [1, 26, 26]
    assert set(document["lines"][0]) == {"name", "formula", "substituted", "exact", "shown", "reason"}
    assert all(isinstance(line["exact"], str) for line in document["lines"])
    import dlcalc as package

    assert package.solve(document["topic"], document["inputs"]).answers == document["answers"]


def test_json_of_an_answer_has_the_verdict_in_it():
    document = json.loads(dlcalc(f"{EXERCISE} --answer 25 --format json").out)
    verdict = document["verdicts"]["out"]
    assert verdict["verdict"] == "misconception"
    assert verdict["misconceptions"] == ["no-plus-one"]
    assert verdict["expected"] == 26
    assert verdict["explanations"][0]["catalogue"] == ["M001"]


@pytest.mark.parametrize(
    ("variables", "flags", "word"),
    [
        ({"DLCALC_LANG": "zh"}, "", "卷积"),
        ({"LANG": "zh_CN.UTF-8"}, "", "卷积"),
        ({"DLCALC_LANG": "en", "LANG": "zh_CN.UTF-8"}, "", "Convolution"),
        ({"DLCALC_LANG": "zh"}, " --lang en", "Convolution"),
        ({}, " --lang zh", "卷积"),
        ({}, " --lang=zh", "卷积"),
    ],
)
def test_the_language_is_the_flags_then_the_variables_then_the_locales(variables, flags, word):
    assert dlcalc(EXERCISE + flags, **variables).out.startswith(word)


@pytest.mark.parametrize("line", [EXERCISE, "topics", "conv --help", "--help", f"{EXERCISE} --answer 9", "topics conv"])
def test_every_command_speaks_chinese(line):
    ran = dlcalc([*line.split(), "--lang", "zh"], terminal=True, NO_COLOR="1")
    assert any("一" <= c <= "鿿" for c in ran.out)


def test_colours_are_for_terminals_without_no_color():
    assert "\x1b[" in dlcalc(EXERCISE, terminal=True).out
    assert "\x1b[" not in dlcalc(EXERCISE, terminal=True, NO_COLOR="1").out
    assert "\x1b[" not in dlcalc(EXERCISE, terminal=True, TERM="dumb").out
    assert "\x1b[" not in dlcalc(EXERCISE).out
    assert "\x1b[" not in dlcalc(f"{EXERCISE} --format text", terminal=True).out


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("steps", ["brief", "normal", "full"])
def test_no_row_is_wider_than_the_terminal(columns, lang, steps):
    from dlcalc.core.layout import cells

    for line in (
        f"conv --in 3x224x200 --k 7x5 --stride 2 --pad same --filters 64 --steps {steps} --lang {lang}",
        f"pool --in 96x55x55 --k 3 --stride 2 --ceil --steps {steps} --lang {lang} --conventions",
        f"conv --in 112 --k 3 --stride 2 --answer 56 --lang {lang}",
        f"conv --help --lang {lang}",
    ):
        for row in dlcalc(line, COLUMNS=str(columns)).out.splitlines():
            assert cells(row) <= columns, row


def test_an_ordinary_sheet_fits_one_screen():
    assert len(dlcalc(f"{EXERCISE} --steps brief").out.splitlines()) <= 24
    last_screen = dlcalc(EXERCISE, terminal=True, NO_COLOR="1").out.splitlines()[-23:]
    assert any(row.startswith("out = 26") for row in last_screen)


def test_exact_fractions_and_paper_decimals():
    line = "conv --in 112 --k 3 --stride 2 --answer O=55.5 --conventions"
    assert dlcalc(line).status == 1
    assert dlcalc(f"{EXERCISE} --exact").status == 0
    assert dlcalc(f"{EXERCISE} --round 2").status == 0


def test_conventions_shows_the_answers_under_the_others():
    out = dlcalc("pool --in 112 --k 3 --stride 2 --conventions").out
    assert "ceil=true" in out
    assert "out = 56" in out
    refused = dlcalc("conv --in 7 --k 3 --stride 3 --conventions").out
    assert "strict=true" in refused
    assert "does not divide" in refused


@pytest.mark.parametrize("name", topics.names())
def test_every_topics_example_runs_and_is_on_its_help_page(name):
    example = topics.load(name).example
    assert example in dlcalc(f"{name} --help").out
    assert dlcalc(shlex.split(example)[1:]).status == 0


@pytest.mark.parametrize("name", topics.names())
def test_every_input_and_answer_is_documented(name):
    page = dlcalc(f"{name} --help").out
    folded = re.findall(r"(\S+) … (\S+)", page)  # --w2 … --w9
    topic = topics.load(name)
    for word in (*(f"--{spec.name.replace('_', '-')}" for spec in topic.inputs), *(a.name for a in topic.answers)):
        assert word in page or any(_between(word, first, last) for first, last in folded), word


def _between(word, first, last):
    """Say whether a numbered word belongs to a run of them."""
    parts = [re.fullmatch(r"(\D+)(\d)(\D*)", each) for each in (first, word, last)]
    if not all(parts):
        return False
    low, number, high = (int(part[2]) for part in parts)
    return len({(part[1], part[3]) for part in parts}) == 1 and low <= number <= high


def test_topics_lists_one_name_per_line_when_piped():
    assert dlcalc("topics").out.split("\n") == [*topics.names(), ""]
    assert "Convolution" in dlcalc("topics", terminal=True).out
    assert "no-plus-one" in dlcalc("topics conv").out
    listed = json.loads(dlcalc("topics --format json").out)
    assert [entry["name"] for entry in listed] == list(topics.names())


def test_version_and_help_come_without_a_topic():
    assert dlcalc("--version").out.startswith("dlcalc ")
    for line in ("", "--help", "-h", "help"):
        assert "Usage" in dlcalc(line).out
    assert dlcalc("help conv").out == dlcalc("conv --help").out


def test_yes_or_no_inputs_take_a_word_or_none():
    for words in ("--no-bias", "--bias false", "--bias=no", "--no-bias true"):
        assert dlcalc(f"{EXERCISE} {words} --answer params=9").status == 0, words
    for words in ("", "--bias", "--bias true", "--bias=1", "--no-bias=false"):
        assert dlcalc(f"{EXERCISE} {words} --answer params=10").status == 0, words


def test_the_same_line_prints_the_same_bytes_in_another_process():
    command = [sys.executable, "-m", "dlcalc", *EXERCISE.split(), "--format", "json"]
    outputs = {subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2)}
    assert len(outputs) == 1


def test_a_stream_that_knows_no_unicode_is_served_all_the_same():
    command = [sys.executable, "-m", "dlcalc", *EXERCISE.split(), "--lang", "zh"]
    done = subprocess.run(
        command, capture_output=True, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}, check=False
    )
    assert done.returncode == 0
    assert b"26" in done.stdout


def test_a_pipe_closed_early_is_no_error():
    command = f"{sys.executable} -m dlcalc {EXERCISE} --steps full | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_a_reader_that_has_gone_away_does_not_change_the_status():
    command = f"{sys.executable} -m dlcalc {EXERCISE} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout == "0\n"
    assert done.stderr == ""
