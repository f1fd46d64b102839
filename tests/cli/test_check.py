"""dlcalc check: what is printed of homework files, in which encodings they come, and what ends how."""

import io
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from dlcalc import topics
from dlcalc.api import LANGUAGES
from dlcalc.cli import check
from dlcalc.cli.app import run
from dlcalc.cli.environment import Environment
from dlcalc.core.report import VERDICTS
from dlcalc.render import FORMATS
from tests.cli.run import Ran, Terminal, dlcalc
from tests.test_startup import SLOW, loaded, packages

ROOT = Path(__file__).resolve().parents[2]

HOMEWORK = """\
# Homework 1

Some prose with out = 7.

```dlcalc
dlcalc conv --in 28 --k 3 --filters 25
O = (28 - 3)/1 + 1 = 26
out = 25
params = 25x
weights =
I am done
```

```dlcalc
convv --in 28
out = 3
```

```dlcalc
linear --in-features 784 --out-features 10
7850
```
"""
RIGHT = "```dlcalc\nconv --in 28 --k 3\nout = 26\n```\n"
PAGE = """\
h.md:6  Convolution · in 28 · k 3 · filters 25
h.md:7  ✓ O = 26 is right.

h.md:8  ✗ out = 25 is not right; a possible explanation:

    You left out the + 1: the quotient counts the steps, and the window also
    stands at its starting place.
      yours  O = ⌊(I + 2P − E)/S⌋ = ⌊(28 + 2·0 − 3)/1⌋ = 25
      right  O = ⌊(I + 2P − E)/S⌋ + 1 = ⌊(28 + 2·0 − 3)/1⌋ + 1 = 26

h.md:9  ? params: A number is missing here.
    25x
       ^

h.md:10  ✗ weights was not answered.

h.md:11  ! 'I am done' is no line of working.
    A line of working reads name = value, such as out = 26.

This exercise: 1 of 3 marks; the first wrong line is out (h.md:8); not judged: 2
lines.

h.md:15  convv --in 28
h.md:15  ! dlcalc has no topic 'convv'.
    Did you mean conv?

This exercise is not judged.

h.md:20
Fully connected layer: parameters and cost · in_features 784 · out_features 10
h.md:21  ✓ params = 7850 is right.

This exercise: 1 of 1 marks.

h.md: 2 of 4 marks
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name, content):
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def piped(content, *words, **variables):
    """Run dlcalc check on standard input."""
    stdin = io.TextIOWrapper(io.BytesIO(content if isinstance(content, bytes) else content.encode()))
    out, err = io.StringIO(), io.StringIO()
    status = run(["check", *words], Environment(out, err, {"LANG": "en_US.UTF-8", **variables}, stdin=stdin))
    return Ran(status, out.getvalue(), err.getvalue())


# ---------------------------------------------------------------- the report


def test_every_line_is_told_with_its_place(folder):
    write("h.md", HOMEWORK)
    ran = dlcalc("check h.md")
    assert ran.out == PAGE
    assert (ran.status, ran.err) == (1, "")


def test_the_report_is_there_in_chinese(folder):
    write("h.md", HOMEWORK)
    out = dlcalc("check h.md --lang zh").out
    assert "h.md:7  ✓ O = 26，正确。" in out
    assert "h.md:11  ! “I am done” 不是 名称 = 值 的写法。" in out
    assert "本题：3 分中得 1 分；第一处错误是 out（h.md:8）；未能判断：2 行。" in out.replace("\n", "")
    assert "本题未判。" in out
    assert out.endswith("h.md：4 分中得 2 分\n")


def test_no_row_is_wider_than_the_page(folder):
    from dlcalc.core.layout import cells

    name = write(f"{'a' * 25}.md", HOMEWORK)
    for lang in ("en", "zh"):
        for columns in ("50", "80", "120"):
            rows = dlcalc(f"check {name} --lang {lang}", COLUMNS=columns).out.splitlines()
            told = [row for row in rows if "⌊" not in row and not row.startswith(name)]
            assert max(map(cells, told)) <= min(int(columns), 100)


def test_json_has_every_line_with_its_verdict(folder):
    write("h.md", HOMEWORK)
    ran = dlcalc("check h.md --format json")
    document = json.loads(ran.out)
    assert ran.status == 1
    assert list(document) == ["schema", "files", "marks", "out_of"]
    (file,) = document["files"]
    assert list(file) == ["file", "blocks", "faults", "marks", "out_of"]
    assert (file["file"], file["faults"], file["marks"], file["out_of"]) == ("h.md", [], 2, 4)
    assert (document["marks"], document["out_of"]) == (2, 4)
    first, second, third = file["blocks"]
    assert list(first) == ["line", "exercise", "topic", "marks", "out_of", "first_wrong", "lines", "faults"]
    assert first["exercise"] == "conv --in 28 --k 3 --filters 25"
    assert (first["line"], first["topic"], first["marks"], first["first_wrong"]) == (6, "conv", 1, "out")
    assert [(each["line"], each["name"], each["verdict"]) for each in first["lines"]] == [
        (7, "O", "right"),
        (8, "out", "misconception"),
        (9, "params", "invalid"),
        (10, "weights", "missing"),
    ]
    assert first["lines"][1]["misconceptions"] == ["no-plus-one"]
    assert first["faults"][0]["line"] == 11
    assert (second["topic"], second["lines"]) == (None, [])
    assert second["faults"] == [{"line": 15, "message": "dlcalc has no topic 'convv'.", "hint": "Did you mean conv?"}]
    assert third["lines"][0]["given"] == "7850"


def test_several_files_have_a_total_each_and_one_in_all(folder):
    write("a.md", RIGHT + RIGHT)
    write("b.md", RIGHT.replace("26", "25"))
    ran = dlcalc("check a.md b.md")
    assert "a.md: 2 of 2 marks\n" in ran.out
    assert ran.out.endswith("In all: 2 of 3 marks\n")
    assert ran.status == 1
    document = json.loads(dlcalc("check a.md b.md --format json").out)
    assert [(file["file"], file["marks"], file["out_of"]) for file in document["files"]] == [
        ("a.md", 2, 2),
        ("b.md", 0, 1),
    ]
    assert (document["marks"], document["out_of"]) == (2, 3)


def test_the_worked_sheet_follows_where_it_is_wanted(folder):
    write("h.md", RIGHT)
    assert "C_out = F" not in dlcalc("check h.md").out
    assert "flops       = 12168" in dlcalc("check h.md --steps brief").out
    assert "C_out = F = 1" in dlcalc("check h.md --steps normal").out
    for format in FORMATS[:-1]:
        plain, worked = (dlcalc(f"check h.md --format {format} {more}").out for more in ("", "--steps full"))
        assert len(worked) > len(plain) + 500


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_format_is_written_and_says_the_same_twice(folder, format, lang):
    write("h.md", HOMEWORK)
    first, second = (dlcalc(f"check h.md --format {format} --lang {lang}") for _ in range(2))
    assert first == second
    assert first.status == 1
    assert "7850" in first.out
    assert str(folder) not in first.out


def test_a_terminal_has_colours_and_a_pipe_has_none(folder):
    write("h.md", HOMEWORK)
    assert "\x1b[" in dlcalc("check h.md", terminal=True, TERM="xterm").out
    assert "\x1b[" not in dlcalc("check h.md", terminal=True, TERM="xterm", NO_COLOR="1").out
    assert "\x1b[" not in dlcalc("check h.md").out


# ---------------------------------------------------------------- exit status


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (RIGHT, 0),
        (RIGHT.replace("26", "25"), 1),
        (RIGHT.replace("26", ""), 1),
        (RIGHT.replace("26", "2x"), 2),
        (RIGHT.replace("out", "foo"), 2),
        (RIGHT.replace("out = 26", "prose"), 2),
        (RIGHT.replace("out = 26", ""), 0),
        (RIGHT.replace("conv", "cnv"), 2),
        (RIGHT + RIGHT.replace("conv", "cnv"), 2),
        (RIGHT.replace("conv", "cnv") + RIGHT.replace("26", "25"), 1),
        (RIGHT.removesuffix("```\n"), 2),
        ("no block", 2),
        ("", 2),
    ],
)
def test_the_exit_status_tells_whether_every_answer_was_accepted_and_read(content, status):
    assert piped(content, "-").status == status


# ---------------------------------------------------------------- what is read


def test_standard_input_is_read_with_a_dash_or_without_a_file():
    assert piped(RIGHT, "-").out == piped(RIGHT).out
    assert piped(RIGHT).out.startswith("-:2  Convolution")
    out, err = io.StringIO(), io.StringIO()
    assert run(["check"], Environment(out, err, {}, stdin=Terminal())) == 2
    assert "dlcalc check homework.md" in err.getvalue()


def test_a_file_that_is_not_there_is_told_before_anything_is_judged(folder):
    write("homework.md", RIGHT)
    ran = dlcalc("check homework.md homewrk.md")
    assert (ran.status, ran.out) == (2, "")
    assert "homewrk.md: There is no such file." in ran.err
    assert "homework.md" in ran.err.splitlines()[1]
    assert "folder" in dlcalc("check .").err


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le with mark", "utf-32", "gb18030", "gbk"]
)
def test_a_file_may_come_in_the_encodings_of_windows(encoding):
    text = "# 作业一：卷积的输出尺寸\n```dlcalc\nconv --in 28 --k 3\n输出尺寸＝２６。\nparams：10\n```\n"
    codec, _, mark = encoding.partition(" with ")
    data = (b"\xff\xfe" if mark else b"") + text.encode(codec)
    ran = piped(data, "-")
    assert ran.status == 0
    assert "-:4  ✓ out = ２６ is right." in ran.out
    assert "-:5  ✓ params = 10 is right." in ran.out


def test_the_first_line_that_is_no_text_is_named_and_the_rest_is_judged():
    ran = piped(b"caf\xe9 au lait\n\n" + RIGHT.encode(), "-")
    assert ran.status == 2
    assert "-:1  ! This line is no UTF-8 text." in ran.out
    assert "-:5  ✓ out = 26 is right." in ran.out
    assert piped(b"\n\n```dlcalc\nconv --in 28 --k 3\nout = \xe9 26\n```\n", "-").out.startswith("-:5  ! This line")


@pytest.mark.parametrize(
    "data", [b"\x7fELF\x00\x01\x02" * 500, RIGHT.encode("utf-16-le"), b"\n\n\x00\n" + RIGHT.encode()]
)
def test_binary_data_is_refused(data):
    ran = piped(data, "-")
    assert ran.status == 2
    assert "This is binary data, not text" in ran.out
    assert "UTF-8" in ran.out


def test_a_file_that_is_too_large_is_refused_and_the_next_one_read(folder):
    write("large.md", b"x" * (check.LARGEST_FILE + 1))
    write("largest.md", b"x" * (check.LARGEST_FILE - len(RIGHT) - 1) + b"\n" + RIGHT.encode())
    ran = dlcalc("check large.md largest.md")
    assert ran.status == 2
    assert "large.md  ! It is larger than 10 MB." in ran.out
    assert "largest.md:4  ✓ out = 26 is right." in ran.out


def test_blocks_beyond_the_most_are_told(monkeypatch):
    monkeypatch.setattr(check, "MOST_BLOCKS", 3)
    ran = piped(RIGHT * 5, "-")
    assert ran.out.count("is right") == 3
    assert "-:14  ! At most 3 blocks" in ran.out


def test_a_file_without_a_block_shows_how_one_looks():
    ran = piped("# Homework\n\nout = 26\n", "-")
    assert "There is no dlcalc block" in ran.out
    assert piped(ran.out.replace("    ", ""), "-").status == 0


def test_what_was_typed_reaches_no_terminal_as_a_command(folder):
    out = piped(RIGHT.replace("26", "\x1b]0;title\x07\x1b[2J26").replace("conv --in", "conv \x1b[31m--in"), "-").out
    assert out.isprintable() or all(c.isprintable() or c == "\n" for c in out)
    name = write("a\x1b[31mb.md", RIGHT)
    assert "\x1b" not in dlcalc(["check", name]).out


# ---------------------------------------------------------------- exercises that cannot be used


@pytest.mark.parametrize(
    ("exercise", "message", "advice"),
    [
        ("convv --in 28", "dlcalc has no topic 'convv'.", "conv"),
        ("out = 26", "dlcalc has no topic 'out'.", "conv --in 28 --k 3"),
        ("grade k.toml a.csv", "dlcalc has no topic 'grade'.", "conv --in 28 --k 3"),
        ("conv --in 28", "conv needs 'k'", "--k 3"),
        ("conv --in 28 --kk 3", "has no option '--kk'", "--k"),
        ("conv --in 2a8 --k 3", "--in", "Type a whole number"),
        ("conv --in 28 --k '3", "quotation mark", "Close it"),
        ("conv --in 28 --k 3 --answer 26", "inputs only", "lines of their own"),
        ("conv --in 28 --k 3 --want 26", "inputs only", "Leave --want out"),
        ("conv --in 28 --k 3 --solve pad", "inputs only", "Leave --solve out"),
        ("conv --in 28 --k 3 --plot a.svg", "inputs only", "Leave --plot out"),
        ("conv --in 28 --k 3 --help", "inputs only", "Leave --help out"),
        ("conv --x @a.npy --k 3", "names a file", "numbers themselves"),
        ("conv --in ＠a.npy --k 3", "names a file", "numbers themselves"),
        ("conv-size@1:42", "id of a question", "conv --in 28 --k 3"),
        ("derive:softmax", "id of a question", "conv --in 28 --k 3"),
        ("conv --in 3 --k 5", "", ""),
        ("backprop --x 1 --w1 1 --t 1 --epochs 1000000000", "1000000000", "At most"),
    ],
)
def test_an_exercise_that_cannot_be_used_is_told_and_the_next_one_is_judged(exercise, message, advice):
    ran = piped(f"```dlcalc\n{exercise}\nout = 3\n```\n{RIGHT}", "-", "--format", "json")
    (file,) = json.loads(ran.out)["files"]
    first, second = file["blocks"]
    assert second["lines"][0]["verdict"] == "right"
    assert (first["topic"], first["lines"], ran.status) == (None, [], 2)
    (fault,) = first["faults"]
    assert fault["line"] == 2
    assert message in fault["message"]
    assert advice in fault["hint"]
    page = piped(f"```dlcalc\n{exercise}\nout = 3\n```\n", "-", "--lang", "zh")
    assert "本题未判" in page.out


@pytest.mark.parametrize(
    "exercise",
    [
        "conv --in 28 --k 3 --lang zh --format json --steps full --round 3 --exact --conventions",
        "conv —in 28 –k 3",
        "conv --in “28” --k ‘3’",
        "conv\u3000--in=28 --k=3",
        "Conv --in 28 --k 3",
        "conv --x [[1, 2], [3, 4]] --w 1, 2; 3, 4 --pad 25 --stride 2",
    ],
)
def test_options_of_the_page_and_the_marks_of_a_word_processor_do_no_harm(exercise):
    ran = piped(f"```dlcalc\n{exercise}\nout = 26\n```\n", "-")
    assert (ran.status, ran.err) == (0, "")
    assert "This exercise: 1 of 1 marks." in ran.out


def test_a_fault_of_dlcalc_itself_is_told_as_such(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(check, "check_block", broken)
    ran = piped(RIGHT, "-")
    assert ran.status == 2
    assert "its own fault: ZeroDivisionError: oops" in ran.out


# ---------------------------------------------------------------- blocks to fill in


@pytest.mark.parametrize("name", topics.names())
def test_a_block_to_fill_in_is_printed_for_every_topic_s_example(name):
    example = topics.load(name).example.removeprefix("dlcalc ")
    ran = dlcalc(f"check --template {example}")
    assert (ran.status, ran.err) == (0, "")
    again = piped(ran.out, "-", "--format", "json")
    (file,) = json.loads(again.out)["files"]
    (block,) = file["blocks"]
    assert block["topic"] == name
    assert not block["faults"]
    assert {line["verdict"] for line in block["lines"]} == {"missing"}
    assert again.status == 1


def test_a_block_to_fill_in_asks_in_working_order():
    assert dlcalc("check --template conv --in 28 --k 3 --no-bias --steps full").out.splitlines() == [
        "```dlcalc",
        "conv --in 28 --k 3 --no-bias",
        "# Convolution · in 28 · k 3 · bias false",
        "# Write a value behind each =, and delete the lines you were not asked for.",
        "E =",
        "O =",
        "out =",
        "shape =   # 3 numbers",
        "positions =",
        "activations =",
        "per_filter =",
        "weights =",
        "biases =",
        "params =",
        "macs =",
        "flops =",
        "unshared =",
        "```",
    ]
    out = dlcalc("check --lang zh --template conv --in 28 --k 3").out
    assert "# 卷积 · in 28 · k 3" in out
    assert out == dlcalc("check --template conv --in 28 --k 3 --lang zh").out


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--template", "needs an exercise"),
        ("--template foo", "dlcalc has no topic 'foo'"),
        ("--template conv --in 28", "needs 'k'"),
        ("--template conv --in 28 --k 3 --answer 26", "inputs only"),
        ("--template conv --x @a.csv --k 3", "names a file"),
        ("--format foo", "'foo'"),
        ("--steps foo", "'foo'"),
        ("--lang de", "'de'"),
        ("--standalone", "standalone"),
        ("--fromat json", "--format"),
        ("conv --in 28 --k 3", "dlcalc conv … --answer"),
        ("conv-size@1:42 26", "id of a question"),
    ],
)
def test_what_cannot_be_done_says_what_to_type(line, message):
    for lang in ("en", "zh"):
        ran = dlcalc(f"check {line}{'' if '--lang' in line else f' --lang {lang}'}")
        assert (ran.status, ran.out) == (2, "")
        assert "Traceback" not in ran.err
        if lang == "en":
            assert message in ran.err


# ---------------------------------------------------------------- help, start-up, streams


def test_the_help_page_is_there_in_both_languages():
    for lang, word in (("en", "Lines of a block:"), ("zh", "代码块的内容：")):
        page = dlcalc(f"check --help --lang {lang}").out
        assert word in page
        for option in ("--template", "--steps", "--format", "--standalone", "--lang"):
            assert option in page
    assert "check" in dlcalc("--help").out


def test_checking_sizes_loads_nothing_slow(tmp_path):
    file = tmp_path / "h.md"
    file.write_text(RIGHT, encoding="utf-8")
    modules, printed = loaded("check", str(file))
    assert "is right" in printed
    assert not packages(modules) & SLOW


@pytest.mark.skipif(os.name != "posix", reason="pipes of the shell")
def test_a_reader_that_goes_away_ends_it_quietly(tmp_path):
    file = tmp_path / "h.md"
    file.write_text(RIGHT * 400, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        f"{sys.executable} -m dlcalc check {file} | head -1",
        shell=True,
        capture_output=True,
        env=env,
        timeout=60,
        check=False,
    )
    assert done.stderr == b""
    assert len(done.stdout.splitlines()) == 1


def test_memory_does_not_grow_with_the_number_of_blocks():
    def peak(count):
        tracemalloc.start()
        environment = Environment(
            _Nowhere(), io.StringIO(), {}, stdin=io.TextIOWrapper(io.BytesIO(RIGHT.encode() * count))
        )
        run(["check", "-"], environment)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(2)
    assert peak(400) < peak(20) + 2_000_000


class _Nowhere(io.StringIO):
    def write(self, text):
        return len(text)


def test_the_example_has_every_verdict():
    shown = json.loads(dlcalc(f"check {ROOT / 'examples' / 'homework.md'} --format json").out)
    lines = [line for block in shown["files"][0]["blocks"] for line in block["lines"]]
    assert {line["verdict"] for line in lines} == set(VERDICTS)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
def test_an_answer_that_cannot_be_read_is_told_by_its_name(format, lang, tmp_path):
    page = tmp_path / "h.md"
    page.write_text("```dlcalc\nconv --in 28 --k 3\nparams = ２５０個\n```\n", encoding="utf-8")
    shown = dlcalc(["check", str(page), "--format", format, "--lang", lang]).out
    assert "params" in shown
    if format in ("terminal", "text", "markdown"):
        margin = " " * (6 if format == "markdown" else 4)
        assert f"\n{margin}２５０個\n{margin}      ^\n" in shown  # two columns to each of these signs
