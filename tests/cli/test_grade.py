"""Grading a class: every row judged or told why not, whatever the file holds; broken off and gone on with; reports."""

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import tracemalloc
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dlcalc.cli import answers_csv, grade, grade_output
from dlcalc.cli.answers_csv import Rejected, Table, open_source
from dlcalc.cli.app import run
from dlcalc.cli.environment import Environment
from dlcalc.cli.grade_output import safe
from tests.cli.run import Ran, Terminal, dlcalc

ROOT = Path(__file__).resolve().parents[2]
KEY = """
title = "Week 3"
[[question]]
id = "q1"
command = "conv --in 28 --k 3 --filters 25"
[[question]]
id = "q2"
command = "dlcalc pool --in 10 --k 3"
title = "Pooling"
[[question]]
id = "q3"
command = "backprop --x 0.35,0.9 --t 0.5 --w1 '0.1,0.8; 0.4,0.6' --w2 0.3,0.9 --act sigmoid --eta 1"
"""
HEADER = "student,question,name,value\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key.toml").write_text(KEY, encoding="utf-8")
    return tmp_path


def write(content, name="answers.csv"):
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def rows_of(name):
    with open(name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def graded(content, *words, **variables):
    """Grade answers; return what was run and the rows of its output."""
    write(content)
    done = dlcalc(["grade", "key.toml", "answers.csv", *words], **variables)
    return done, list(csv.DictReader(io.StringIO(done.out)))


def verdicts(content, *words):
    return [(row["student"], row["verdict"]) for row in graded(content, *words)[1]]


# ---------------------------------------------------------------- what a row gives


def test_every_row_gets_its_verdict_and_marks(folder):
    rows = "Ann,q1,out,26\nAnn,q1,params,225\nAnn,q2,,4\nBob,q1,out,12345\nBob,q2,,\nBob,q3,E,abc\n"
    done, found = graded(HEADER + rows)
    assert (done.status, done.err) == (0, "")
    assert [(row["line"], row["student"], row["verdict"], row["marks"]) for row in found] == [
        ("2", "Ann", "right", "1"),
        ("3", "Ann", "misconception", "0"),
        ("4", "Ann", "convention", "1"),
        ("5", "Bob", "wrong", "0"),
        ("6", "Bob", "missing", "0"),
        ("7", "Bob", "invalid", "0"),
    ]
    assert (found[1]["misconceptions"], found[1]["expected"]) == ("bias-left-out", "250")
    assert "You left out the biases" in found[1]["message"]
    assert found[2]["convention"] == "ceil=true"
    assert found[2]["name"] == "out"


def test_rows_of_one_exercise_are_judged_together_in_their_order(folder):
    _, found = graded(HEADER + "Ann,q1,out,25\nAnn,q1,positions,625\n")
    assert found[1]["verdict"] == "carried"
    assert found[1]["rests_on"] == "out"
    assert found[1]["marks"] == "1"
    _, apart = graded(HEADER + "Ann,q1,out,25\nBob,q2,,3\nAnn,q1,positions,625\n")
    assert apart[2]["verdict"] != "carried"


def test_verdicts_are_those_of_check(folder):
    import dlcalc as package

    rng = random.Random(3)
    answers = [str(rng.randint(1, 300)) for _ in range(40)]
    _, found = graded(HEADER + "".join(f"s{n},q1,params,{value}\n" for n, value in enumerate(answers)))
    for row, value in zip(found, answers, strict=True):
        one = package.check("conv", {"in": 28, "k": 3, "filters": 25}, {"params": value}).verdicts["params"]
        assert (row["verdict"], row["misconceptions"]) == (one.verdict, ";".join(one.misconceptions))


def test_a_second_answer_to_the_same_is_rejected_and_the_first_counts(folder):
    done, found = graded(HEADER + "Ann,q1,out,26\nAnn,q1,,25\n")
    assert [row["verdict"] for row in found] == ["right"]
    assert "line 3: There is an answer for out already" in done.err
    assert done.status == 1


def test_an_unknown_name_is_judged_unreadable_not_lost(folder):
    done, found = graded(HEADER + "Ann,q1,oot,26\n")
    assert found[0]["verdict"] == "invalid"
    assert "oot" in found[0]["message"]
    assert done.status == 0


def test_asked_answers_earn_marks_and_other_lines_none(folder):
    write(
        '[[question]]\nid = "q1"\ncommand = "conv --in 28 --k 3"\nasked = ["out", "params"]\nmarks = 2.5\n', "key.toml"
    )
    write(HEADER + "Ann,q1,E,3\nAnn,q1,out,26\n")
    done = dlcalc("grade key.toml answers.csv --out marks.csv --format json")
    rows = rows_of("marks.csv")
    assert [row["marks"] for row in rows] == ["", "2.5"]
    assert json.loads(done.out)["students"][0]["out_of"] == 5


def test_messages_speak_chinese(folder):
    done, found = graded(HEADER + "李雷,q1,out,25\n李雷,q9,,3\n", "--lang", "zh")
    assert "漏了" in found[0]["message"]
    assert "第 3 行：答案键中没有题目" in done.err


# ---------------------------------------------------------------- files as people have them

PLAIN = 'student,question,name,value\n李雷,q1,out,26\nBob,q1,shape,"25,26,26"\n'


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-32"),
        PLAIN.encode("gb18030"),
        PLAIN.replace("\n", "\r\n").encode("utf-8-sig"),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.rstrip("\n").encode(),
        PLAIN.replace(",", ";").replace("25;26;26", "25,26,26").encode(),
        PLAIN.replace(",", "\t").replace("25\t26\t26", "25,26,26").encode(),
        b"sep=,\n" + PLAIN.encode(),
        b"\n\n" + PLAIN.replace("\n", "\n\n").encode() + b",,,\n",
        PLAIN.replace("\n", ",,\n").encode(),
        'value,note,name,student,question\n26,x,out,李雷,q1\n"25,26,26",,shape,Bob,q1\n'.encode(),
        ' Student , QUESTION ,name,value\n 李雷 , q1 , out , 26\nBob,q1,shape, "25,26,26" \n'.encode(),
        "学号,题目,名称,答案\n李雷,q1,out,26\nBob,q1,shape,25x26x26\n".encode(),
    ],
    ids=str,
)
def test_spreadsheets_of_all_kinds_are_read(folder, content):
    assert verdicts(content) == [("李雷", "right"), ("Bob", "right")]


def test_the_name_column_may_be_left_out(folder):
    assert verdicts("student,question,value\nAnn,q1,26\n") == [("Ann", "right")]


def test_a_guessed_encoding_is_told_and_can_be_said(folder):
    done, found = graded("student,question,name,value\nMüller,q1,out,26\n".encode("cp1252"), "--encoding", "cp1252")
    assert (found[0]["student"], done.err) == ("Müller", "")
    assert "GB18030" in graded(PLAIN.encode("gb18030"))[0].err


def test_a_cell_over_several_lines_counts_as_one_row(folder):
    _, found = graded(HEADER + '"An""n\nB",q1,out,26\nBob,q1,out,26\n')
    assert [(row["line"], row["student"], row["verdict"]) for row in found] == [
        ("2", 'An"n\nB', "right"),
        ("4", "Bob", "right"),
    ]


def test_answers_come_through_a_pipe(folder):
    stdin = io.TextIOWrapper(io.BytesIO((HEADER + "Ann,q1,out,26\n").encode()))
    out = io.StringIO()
    assert run(["grade", "key.toml", "-"], Environment(out, io.StringIO(), {}, stdin=stdin)) == 0
    assert "Ann,q1,out,26,right,1" in out.getvalue()


# ---------------------------------------------------------------- malformed rows

MALFORMED = [
    ("x,q1", "There are 2 cells"),
    ("x,q1,out,1,2", "There are 5 cells"),
    ("x", "There are 1 cells"),
    ("x" + "," * 1_000_00 + "1", "There are 100,001 cells"),
    (",q1,out,26", "The student is empty"),
    ("x,,out,26", "The question is empty"),
    ("x,q9,out,26", "no question 'q9'"),
    ("x,conv@1:42,out,26", "names a question of the bank"),
    ("x,derive:sigmoid,out,26", "names a question of the bank"),
    ('x,q1,out,"26', "never closed"),
    ('x,q1,out,"2"6', "behind a closing quotation mark"),
    ("x,q1,out,2\x006", "NUL"),
    ("x" * 201 + ",q1,out,26", "The student has 201 characters"),
    ("x,q1," + "n" * 201 + ",26", "The name has 201 characters"),
    ("x,q1,out," + "1" * 20_001, "The value has 20,001 characters"),
    ("x,q1,out," + "1" * 1_000_001, "longer than 1,000,000 bytes"),
    ("x,q1,out," + "," * 1_000_001, "longer than 1,000,000 bytes"),
    (b"x,q1,out,\xff\xfe", "Byte 10 of the line is no UTF-8"),
    (b"\x80\x81\x82\x83,q1,out,26", "is no UTF-8"),
]


def test_a_quotation_mark_that_is_not_closed_is_not_told_by_what_stands_below_it(folder):
    write(HEADER + 'x,q1,out,"26\nBob,q1,out,"26"\n')
    done = dlcalc("grade key.toml answers.csv --rejected rejected.csv")
    assert "Bob,q1,out,26,right" in done.out
    assert [(row["line"], row["why"].partition(".")[0]) for row in rows_of("rejected.csv")] == [
        ("2", "A quotation mark is never closed")
    ]


@pytest.mark.parametrize(("row", "why"), MALFORMED, ids=lambda value: str(value)[:30])
def test_a_malformed_row_is_listed_and_the_others_are_judged(folder, row, why):
    row = row if isinstance(row, bytes) else row.encode()
    write(HEADER.encode() + b"Ann,q1,out,26\n" + row + b"\nBob,q1,out,26\n")
    done = dlcalc("grade key.toml answers.csv --rejected rejected.csv")
    assert [line["student"] for line in csv.DictReader(io.StringIO(done.out))] == ["Ann", "Bob"]
    (rejected,) = rows_of("rejected.csv")
    assert rejected["line"] == "3"
    assert why in rejected["why"]
    assert len(rejected["row"]) <= 1_001
    assert done.status == 1
    assert done.err == ""


@pytest.mark.parametrize(("row", "why"), MALFORMED, ids=lambda value: str(value)[:30])
def test_malformed_rows_are_told_in_chinese(folder, row, why):
    row = row if isinstance(row, bytes) else row.encode()
    write(HEADER.encode() + row + b"\n")
    done = dlcalc("grade key.toml answers.csv --lang zh")
    assert "第 2 行：" in done.err
    assert why == "NUL" or why not in done.err
    assert len(done.err) < 400
    assert done.err[:-1].isprintable()


def test_an_open_quotation_mark_costs_one_line_not_the_rest(folder):
    rows = "".join(f"s{n},q1,out,26\n" for n in range(1_000))
    done, found = graded(HEADER + 'Ann,q1,out,"26\n' + rows + 'Bob,q1,"out",26\n')
    assert len(found) == 1_001
    assert done.err.count("\n") == 1
    assert done.err.startswith("line 2:")


def test_open_quotation_marks_do_not_make_it_slow(folder):
    open_row = 'x,q1,out,"26\n' + "".join(f"s{n},q1,out,26{' ' * 400}\n" for n in range(199))
    write(HEADER + open_row * 20)
    begin = time.monotonic()
    done = dlcalc("grade key.toml answers.csv --rejected rejected.csv")
    assert time.monotonic() - begin < 10
    assert done.out.count("\n") == 1 + 20 * 199
    assert [int(row["line"]) for row in rows_of("rejected.csv")] == [2 + 200 * n for n in range(20)]


def test_a_rejected_row_does_not_part_an_exercise(folder):
    _, found = graded(HEADER + "Ann,q1,out,25\nbroken\nAnn,q1,positions,625\n")
    assert found[1]["verdict"] == "carried"


def test_nothing_is_lost_whatever_the_bytes(folder):
    rng = random.Random(11)
    pieces = [
        b"Ann",
        b"q1",
        b"out",
        b"26",
        b",",
        b",",
        b'"',
        b"\n",
        b"\r\n",
        b"\xff",
        b"\0",
        "，".encode(),
        b";",
        b"=1",
    ]
    for _ in range(150):
        lines = b"".join(rng.choice(pieces) for _ in range(rng.randint(1, 60))).split(b"\n")
        content = HEADER.encode() + b"\n".join(lines) + b"\nBob,q2,out,3\n"
        write(content)
        done = dlcalc("grade key.toml answers.csv --rejected rejected.csv --encoding utf-8")
        judged = list(csv.DictReader(io.StringIO(done.out)))
        rejected = rows_of("rejected.csv")
        assert judged[-1]["student"] == "Bob"
        seen = [int(row["line"]) for row in [*judged, *rejected]]
        assert len(seen) == len(set(seen))
        # every line with content begins a row, or lies inside a quoted cell of an earlier one
        ends = {int(row["line"]): int(row["line"]) + sum(cell.count("\n") for cell in row.values()) for row in judged}
        inside = {n for begin, end in ends.items() for n in range(begin, end + 1)}
        for number, line in enumerate(content.split(b"\n"), 1):
            if number > 1 and line.strip(b' \r\x0b\x0c\x1c\x1d\x1e\x1f\t,";') and number not in inside:
                assert number in seen, (number, content)


@pytest.mark.parametrize(
    "value",
    ["9**9**9**9", "__import__('os').system('touch owned')", "[" * 5_000, "nan", "1e400", "@key.toml", "1" * 10_001],
    ids=lambda value: value[:12],
)
def test_hostile_values_are_judged_unreadable_or_wrong(folder, value):
    done, found = graded(HEADER + f"Ann,q1,out,{value}\nBob,q1,out,26\n")
    assert found[0]["verdict"] in ("invalid", "wrong")
    assert found[1]["verdict"] == "right"
    assert not Path("owned").exists()
    assert done.status == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The answers are empty"),
        (b"\n \n", "The answers are empty"),
        (b"a,b,c\n1,2,3\n", "no column 'student, question, value'"),
        (b"student,question,name\n", "no column 'value'"),
        (b"student,student,question,name,value\n", "'student' twice"),
        (b",".join(b"c%d" % n for n in range(100_000)) + b"\n", "100,000 columns"),
        (b"x" * 2_000_000, "longer than 1,000,000 bytes"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no column"),
        (bytes(1_000), "cannot be read"),
        (b'"student,question,name,value\n', "cannot be read"),
    ],
    ids=str,
)
def test_a_first_row_that_names_no_columns_is_refused(folder, content, message):
    done, _ = graded(content)
    assert done.status == 2
    assert message in done.err
    assert "student,question,name,value" in done.err
    assert done.out == ""


# ---------------------------------------------------------------- cells that are no formulas


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1+1",
        "＋1+1",
        "－1+1",
        "＠x",
        " =1",
        "-0.5,1",
        "--1",
        "+",
        "-",
        "=",
        "-1e5e",
        "−1+2",
        "=26",
        "-1/2/3",
        "\n=1",
        "\ufeff=1",
    ],
)
def test_what_a_spreadsheet_takes_for_a_formula_is_escaped(cell):
    assert safe(cell) == "'" + cell.translate({0x09: " ", 0x0D: " ", 0xFEFF: "\ufffd"})


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("\x9b31m", "\ufffd31m"),
        ("\u202e26", "\ufffd26"),
        ("a\nb", "a\nb"),
        ("学 生", "学 生"),
        ("\x1b[31m=1", "␛[31m=1"),
    ],
)
def test_what_steers_a_terminal_is_a_sign_one_can_see(cell, kept):
    assert safe(cell) == kept


@pytest.mark.parametrize(
    "cell", ["-0.5", "+3", "-.5", "-1e-3", "-50%", "-1/3", "26", "", "x=1", "a-b", "李雷", "(1)", "'x"]
)
def test_numbers_and_plain_words_stay(cell):
    assert safe(cell) == cell


def test_no_cell_of_the_output_begins_a_formula(folder):
    evil = ["=A1", "+A1", "-A1", "@A1", "＝A1", "=1,=2"]
    rows = "".join(f'"{a}",q1,"{a}","{a}"\n"{a}","{a}",out,26\n' for a in evil)
    write(HEADER + rows)
    done = dlcalc("grade key.toml answers.csv --rejected rejected.csv")
    written = [*csv.DictReader(io.StringIO(done.out)), *rows_of("rejected.csv")]
    assert len(written) == 12
    cells = [cell for row in written for cell in row.values() if cell]
    assert not [cell for cell in cells if cell[0] in "=+-@＝＋－＠"]


# ---------------------------------------------------------------- keys


def test_every_fault_of_a_key_is_told_at_once(folder):
    faulty = """
    titel = "x"
    [[question]]
    id = "a"
    command = "conv --in 28"
    [[question]]
    command = "conv --in 28 --k 3"
    [[question]]
    id = "b"
    command = "conv --x @x.npy --k 3"
    [[question]]
    id = "c"
    command = "conv --in 28 --k 3"
    asked = ["oot"]
    [[question]]
    id = "d"
    command = "conv --in 28 --k 3"
    marks = -1
    worth = 3
    [[question]]
    id = "e"
    command = "conv --in 28 --k 30"
    [[question]]
    id = "f"
    command = "conv --in 28 --k 3"
    [[question]]
    id = " f "
    command = "pool --in 28 --k 3"
    """
    write(faulty, "key.toml")
    done, _ = graded(HEADER)
    assert done.status == 2
    for said in (
        "9 fault(s)",
        "no entry 'titel'",
        "question 1 (a): conv needs 'k'",
        "question 2: It needs an id",
        "question 3 (b): --x: '@x.npy' names a file",
        "question 4 (c): ",
        "question 5 (d): [[question]] has no entry 'worth'",
        "question 5 (d): marks is a number above 0",
        "question 6 (e): --k: The window does not fit",
        "question 8 ( f ): An earlier question has the same id",
    ):
        assert said in done.err, said
    zh, _ = graded(HEADER, "--lang", "zh")
    assert "9 处错误" in zh.err
    assert "题目 2：需要编号" in zh.err


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (b"", "0 questions"),
        (b"question = 3", "no [[question]] tables"),
        (b"[[question]", "not TOML"),
        (b"\xff\xfe\x00", "no UTF-8"),
        (b"\x00\x01", "not TOML"),
        (b'[[question]]\nid = "a"\nid = "b"\n', "not TOML"),
        (b'[[question]]\nid = "a"\ncommand = 3\n', "needs a command"),
        (b'[[question]]\nid = 3\ncommand = "conv --in 28 --k 3"\n', "needs an id"),
        (b'[[question]]\nid = "a"\ncommand = "conv --in 28 --k 3"\nasked = "out"\n', "list of names"),
        (b'[[question]]\nid = "a"\ncommand = "conv --in 28 --k 3"\nasked = ["out", "out"]\n', "a name twice"),
        (b'[[question]]\nid = "a"\ncommand = "conv --in 28 --k 3"\nmarks = nan\n', "marks is a number"),
        (b'[[question]]\nid = "a"\ncommand = "conv --in 28 --k 3; rm -rf x"\n', "fault"),
        (b'[[question]]\nid = "a"\ncommand = "rm -rf x"\n', "no topic 'rm'"),
        (b"x = " + b"[" * 100_000, "key"),
        (b"x = 1" + b"0" * 5_000, "not TOML"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_key_is_refused(folder, key, message):
    write(key, "key.toml")
    done, _ = graded(HEADER)
    assert done.status == 2
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_work_limit_holds_for_every_question(folder):
    command = (
        "backprop --x 0.35,0.9 --t 0.5 --w1 '0.1,0.8; 0.4,0.6' --w2 0.3,0.9 --act sigmoid --eta 1 --epochs 1000000000"
    )
    write(f'[[question]]\nid = "a"\ncommand = """{command}"""\n', "key.toml")
    begin = time.monotonic()
    done, _ = graded(HEADER)
    assert time.monotonic() - begin < 20
    assert done.status == 2
    assert "question 1 (a)" in done.err


def test_a_quiz_key_is_told_to_be_for_later(folder):
    write("{}", "key.json")
    assert "not read yet" in dlcalc("grade key.json answers.csv").err


# ---------------------------------------------------------------- broken off, and gone on with


def big(rows=1_500, seed=2):
    rng = random.Random(seed)
    lines = [HEADER]
    for n in range(rows):
        lines.append(f"s{n // 3},q{1 + n % 2},,{rng.choice((26, 25, 3, 4, rng.randint(1, 99)))}\n")
        if rng.random() < 0.05:
            lines.append(rng.choice(("broken\n", f"s{n // 3},q7,,3\n", "=evil,q1,out,25\n", f's{n},q1,out,"26\n')))
    return "".join(lines)


WORDS = ["grade", "key.toml", "answers.csv", "--out", "marks.csv", "--rejected", "bad.csv", "--report", "class.json"]
WRITTEN = ("marks.csv", "bad.csv", "class.json")


def everything():
    return [Path(name).read_bytes() for name in WRITTEN]


class Killed(BaseException):
    """What no code of dlcalc catches."""


@pytest.fixture
def whole(folder):
    """The bytes of a run without a break."""
    write(big())
    assert dlcalc(WORDS).status == 1
    found = everything()
    for name in WRITTEN:
        os.remove(name)
    assert sorted(os.listdir()) == ["answers.csv", "key.toml"]
    return found


@pytest.mark.parametrize(
    ("where", "at"), [*product(("put", "write", "keep"), (0, 1, 2, 3, 5, 8, 11)), ("report", 0), ("finish", 0)]
)
def test_a_run_that_is_broken_off_is_gone_on_with_to_the_same_bytes(whole, monkeypatch, where, at):
    monkeypatch.setattr(grade_output, "BETWEEN_STATES", 0)
    monkeypatch.setattr(grade_output, "BETWEEN_WRITES", 0)
    calls = []
    called = getattr(grade_output.Output, where)

    def killed(self, *arguments):
        calls.append(1)
        if len(calls) > at:
            raise Killed
        return called(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(grade_output.Output, where, killed)
        patch.setattr(grade_output.Output, "end", lambda self: None)  # what is killed does not tidy up
        with pytest.raises(Killed):
            dlcalc(WORDS)
    assert not any(Path(name).exists() for name in WRITTEN[:2])
    done = dlcalc(WORDS)
    assert everything() == whole
    assert ("goes on at line" in done.err) == (at > 0 or where in ("report", "finish"))
    assert sorted(os.listdir()) == sorted(["answers.csv", "key.toml", *WRITTEN])


def test_ctrl_c_leaves_what_was_done_and_status_130(whole, monkeypatch):
    called, calls = grade.judge_task, []

    def interrupted(task):
        calls.append(1)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return called(task)

    with monkeypatch.context() as patch:
        patch.setattr(grade, "judge_task", interrupted)
        done = dlcalc(WORDS)
    assert done.status == 130
    assert "the same command goes on" in done.err
    assert Path("marks.csv.partial").exists()
    assert "goes on at line 6" in dlcalc(WORDS).err
    assert everything() == whole


@pytest.mark.parametrize("name", ["key.toml", "answers.csv"])
def test_a_run_whose_files_have_changed_begins_anew(whole, monkeypatch, name):
    broken_off(monkeypatch)
    with open(name, "a", encoding="utf-8") as file:
        file.write("\n")
    done = dlcalc(WORDS)
    assert f"{'KEY' if name == 'key.toml' else 'ANSWERS'} changed since" in done.err
    assert everything() == whole


def broken_off(monkeypatch):
    called, calls = grade.judge_task, []

    def interrupted(task):
        calls.append(1)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return called(task)

    with monkeypatch.context() as patch:
        patch.setattr(grade, "judge_task", interrupted)
        assert dlcalc(WORDS).status == 130


@pytest.mark.parametrize(
    "damage",
    [
        lambda: Path("marks.csv.state").write_text("{"),
        lambda: Path("marks.csv.state").write_text("[1, 2]"),
        lambda: Path("marks.csv.state").write_text('{"run": {}}'),
        lambda: Path("marks.csv.state").write_bytes(b"\xff"),
        lambda: os.remove("marks.csv.state"),
        lambda: os.remove("marks.csv.partial"),
        lambda: os.remove("bad.csv.partial"),
        lambda: os.truncate("marks.csv.partial", 10),
        lambda: Path("marks.csv.partial").write_bytes(Path("marks.csv.partial").read_bytes() + b"half a row,"),
    ],
)
def test_a_damaged_state_never_changes_the_bytes(whole, monkeypatch, damage):
    broken_off(monkeypatch)
    damage()
    dlcalc(WORDS)
    assert everything() == whole


def test_another_language_is_another_run(whole, monkeypatch):
    broken_off(monkeypatch)
    assert "--lang" in dlcalc([*WORDS, "--lang", "zh"]).err
    assert "漏了" in Path("marks.csv").read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_kill_9_and_the_same_again(folder, jobs):
    write(big(12_000))
    words = [sys.executable, "-m", "dlcalc", *WORDS, "--jobs", jobs]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8"}
    subprocess.run(words, env=env, check=False, capture_output=True, timeout=120)
    wanted = everything()
    for name in WRITTEN:
        os.remove(name)
    for least in (1, 200_000):
        started = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(6_000):
            if started.poll() is not None or (
                Path("marks.csv.partial").exists() and os.path.getsize("marks.csv.partial") >= least
            ):
                break
            time.sleep(0.005)
        started.kill()
        started.wait()
    done = subprocess.run(words, env=env, check=False, capture_output=True, timeout=120)
    assert done.returncode == 1
    assert everything() == wanted


def test_two_runs_do_not_write_one_file(folder, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    write(HEADER + "Ann,q1,out,26\n")
    with open("marks.csv.partial", "wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        done = dlcalc("grade key.toml answers.csv --out marks.csv")
    assert done.status == 2
    assert "Another run is writing marks.csv" in done.err


def test_two_processes_give_the_same_bytes(whole):
    write(big())
    assert dlcalc([*WORDS, "--jobs", "2"]).status == 1
    assert everything() == whole


def test_a_task_on_which_dlcalc_fails_loses_no_row(folder, monkeypatch):
    def fails(question, answers):
        raise RuntimeError("a fault")

    monkeypatch.setattr(
        grade, "_remembered", type("Cache", (), {"__call__": lambda *a: fails(*a[1:]), "cache_clear": lambda s: None})()
    )
    done, found = graded(HEADER + "Ann,q1,out,26\nAnn,q1,params,3\n")
    assert found == []
    assert done.err.count("its own fault: RuntimeError: a fault") == 2


# ---------------------------------------------------------------- files that are written


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--out answers.csv", "written over"),
        ("--out key.toml", "written over"),
        ("--report ./answers.csv --format html", "written over"),
        ("--out a.csv --rejected a.csv", "written over"),
        ("--out .", "is no file"),
        ("--out nowhere/a.csv", "cannot be written"),
        ("--out a.csv --report nowhere/a.html", "cannot be written"),
        ("--report a.pdf", "names no format"),
        ("--format html", "a format is for the report"),
        ("--format latex --report a.tex", "no format 'latex'"),
        ("--encoding klingon", "no encoding 'klingon'"),
        ("--jobs many", "no number of processes"),
        ("--marks 3", "no option '--marks'"),
        ("more.csv", "3 given"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_lost(folder, words, message):
    content = HEADER + "Ann,q1,out,26\n"
    done, _ = graded(content, *words.split())
    assert done.status == 2
    assert message in done.err
    assert Path("answers.csv").read_text() == content
    assert Path("key.toml").read_text() == KEY


@pytest.mark.parametrize(("name", "why"), [("key.toml", "no.toml"), ("answers.csv", "no.csv")])
def test_a_missing_file_is_told(folder, name, why):
    write(HEADER)
    done = dlcalc(
        ["grade", *("key.toml" if name != "key.toml" else why, "answers.csv" if name != "answers.csv" else why)]
    )
    assert done.status == 2
    assert "no such file" in done.err


def test_out_replaces_the_file_whole(folder):
    write("old", "marks.csv")
    write(HEADER + "Ann,q1,out,26\n")
    done = dlcalc("grade key.toml answers.csv --out marks.csv")
    assert Path("marks.csv").read_text().splitlines()[1] == "2,Ann,q1,out,26,right,1,,,,26,"
    assert "Week 3" in done.out


def test_out_is_marked_for_excel_where_the_answers_were(folder):
    write(PLAIN.encode("utf-8-sig"))
    dlcalc("grade key.toml answers.csv --out marks.csv")
    assert Path("marks.csv").read_bytes().startswith(b"\xef\xbb\xbfline,")


def test_a_reader_that_goes_away_is_no_error(folder):
    write(big(20_000))
    words = f"{sys.executable} -m dlcalc grade key.toml answers.csv 2>/dev/null | head -1"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, shell=True, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("line,student")


# ---------------------------------------------------------------- reports

CLASS = HEADER + "".join(
    f"{student},q{n},,{value}\n"
    for student, values in {
        "Ann": (26, 3, 0.0363),
        "Bob": (25, 4, 0.9),
        "<i>Eve": (25, 7, 0.0363),
        "Dan": (26, 9, 0.1),
    }.items()
    for n, value in enumerate(values, 1)
)


def report(format, *words):
    write(CLASS + "broken\n")
    return dlcalc(["grade", "key.toml", "answers.csv", "--out", "marks.csv", "--format", format, *words]).out


def test_the_json_report_has_all_figures(folder):
    found = json.loads(report("json"))
    assert (found["schema"], found["answers"], found["rejected"]) == (1, 12, 1)
    first = found["questions"][0]
    assert (first["id"], first["students"], first["earned"], first["difficulty"]) == ("q1", 4, 2, 0.5)
    assert first["misconceptions"][0]["name"] == "no-plus-one"
    assert first["misconceptions"][0]["count"] == 2
    assert first["verdicts"]["right"] == 2
    assert [each["student"] for each in found["students"]] == ["Ann", "Bob", "<i>Eve", "Dan"]
    assert found["students"][1]["misconception"] == "no-plus-one"
    assert found["first_rejected"][0]["line"] == 14


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_html_report_is_a_page_that_runs_and_fetches_nothing(folder, lang):
    text = report("html", "--lang", lang)
    page = ElementTree.fromstring(text.partition("\n")[2].replace("&#160;", " "))
    assert "<i>Eve" in "".join(page.itertext())
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert 'style="width:100.0%"' in text
    assert ("漏了" in text) == (lang == "zh")


def test_the_markdown_report_escapes_what_students_type(folder):
    text = report("markdown")
    assert "| \\<i\\>Eve |" in text
    assert "| no-plus-one | 2 | 50% |" in text


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 80])
def test_the_text_report_fits_its_width(folder, lang, width):
    from dlcalc.core.layout import cells

    write(CLASS)
    text = dlcalc(["grade", "key.toml", "answers.csv", "--out", "m.csv", "--lang", lang], COLUMNS=str(width)).out
    assert max(map(cells, text.splitlines())) <= width
    assert "no-plus-one" in text


def test_the_terminal_lists_the_students_with_the_fewest_marks_of_a_large_class(folder):
    write(HEADER + "".join(f"s{n},q1,,{26 if n % 2 else 1}\n" for n in range(60)))
    done = dlcalc("grade key.toml answers.csv --out m.csv", terminal=True, NO_COLOR="1")
    assert "The 20 students with the fewest marks of 60" in done.out
    assert "s58" not in done.out
    assert "s1 " not in done.out


def test_the_terminal_shows_the_report_below_the_rows(folder):
    write(CLASS)
    done = dlcalc("grade key.toml answers.csv", terminal=True)
    assert done.out.startswith("line,student")
    assert "Difficulty is the share" in done.out


def test_a_report_goes_to_its_file_and_the_ending_says_how(folder):
    write(CLASS)
    for name, front in (("r.html", "<!DOCTYPE"), ("r.md", "# Week 3"), ("r.txt", "Week 3"), ("r.json", "{")):
        done = dlcalc(f"grade key.toml answers.csv --report {name}")
        assert Path(name).read_text(encoding="utf-8").startswith(front)
        assert done.out.startswith("line,")


def test_a_remedy_that_names_one_student_s_numbers_is_not_said_of_all(folder, monkeypatch):
    judged = grade._judged

    def own(question, answers):
        return tuple(
            cells._replace(misconceptions="slip", remedies=(("slip", grade.Text(f"{v} is it.", f"是 {v}。")),))
            for cells, (_, v) in zip(judged(question, answers), answers, strict=True)
        )

    monkeypatch.setattr(grade, "_judged", own)
    monkeypatch.setattr(grade, "LONGEST_REMEMBERED", 0)
    write(HEADER + "Ann,q1,,25\nBob,q1,,24\nCid,q1,,25\nAnn,q2,,7\n")
    found = json.loads(dlcalc("grade key.toml answers.csv --out m.csv --format json").out)
    first, second = (question["misconceptions"][0]["remedy"] for question in found["questions"][:2])
    assert "differently from student to student" in first
    assert second == "7 is it."


def test_a_student_s_name_moves_no_cursor(folder):
    write(HEADER + "A\x1b[2Jnn,q1,,25\nBob,\x1b[31mq9,,1\n")
    done = dlcalc("grade key.toml answers.csv --out m.csv")
    assert "\x1b" not in done.out
    assert "\x1b" not in done.err


def test_the_help_page_speaks_both_languages(folder):
    from dlcalc.core.layout import cells

    for lang, word in (("en", "Usage: dlcalc grade KEY"), ("zh", "用法：dlcalc grade KEY")):
        done = dlcalc(f"grade --help --lang {lang}")
        assert (done.status, word in done.out) == (0, True)
        assert max(map(cells, done.out.splitlines())) <= 80


def test_progress_is_a_bar_on_a_terminal_only(folder):
    write(CLASS)
    out, err = io.StringIO(), Terminal()
    assert run(["grade", "key.toml", "answers.csv"], Environment(out, err, {"LANG": "en_US.UTF-8"})) == 0
    assert "12 rows" in err.getvalue()
    assert "100%" in err.getvalue()
    assert Ran(0, "", "").err == dlcalc("grade key.toml answers.csv").err


# ---------------------------------------------------------------- memory


def test_rows_are_read_in_constant_memory(folder):
    def peak(count):
        write(HEADER + "".join(f"s{n},q1,out,{n}\nbroken\n" for n in range(count)))
        with ExitStack() as stack:
            table = Table(open_source("answers.csv", Environment(), stack), "en")
            tracemalloc.start()
            rows = sum(
                len(task.rejected) + sum(len(group.rows) for group in task.groups)
                for task in table.tasks(table.start, {"q1": "out"})
            )
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert rows == 2 * count
        return most

    small = peak(2_000)
    assert peak(20_000) < 1.2 * small


def test_tasks_begin_where_the_one_before_says(folder):
    write(big(900))
    with ExitStack() as stack:
        table = Table(open_source("answers.csv", Environment(), stack), "en")
        mains = {"q1": "out", "q2": "out"}
        tasks = list(table.tasks(table.start, mains))
        assert len(tasks) > 3
        for number, task in enumerate(tasks[:-1]):
            rest = list(table.tasks(answers_csv.Place(task.offset, task.line), mains))
            flat = [flattened(each) for each in tasks[number + 1 :]]
            assert sum(map(len, flat)) == sum(len(flattened(each)) for each in rest)
            assert flattened(rest[0])[0] == flat[0][0]


def flattened(task):
    found = [row for group in task.groups for row in group.rows] + list(task.rejected)
    assert all(isinstance(each, Rejected | answers_csv.Row) for each in found)
    return found
