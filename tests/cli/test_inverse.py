"""`--solve` and `--want` on the command line: pages, formats, exit statuses, refusals in both languages."""

import json

import pytest

import dlcalc as package
from tests.cli.run import dlcalc
from tests.test_startup import SLOW, loaded, packages

KEEPS = "conv --in 28 --k 3 --stride 1 --want out=28 --solve pad"


def test_the_page_shows_the_inequality_the_solutions_and_the_range():
    ran = dlcalc(KEEPS)
    assert ran.status == 0
    assert "  ⟺  1 ≤ P < 1.5\n  ⟹  P = 1\n" in ran.out
    assert "pad = 1, same\n" in ran.out
    assert "pad 1:  O = ⌊(I + 2P − E)/S⌋ + 1 = ⌊(28 + 2·1 − 3)/1⌋ + 1 = 28" in ran.out
    assert "Searched: pad 0 to 64, same, valid, full" in ran.out
    assert all(len(row) <= 80 for row in ran.out.splitlines())


def test_brief_leaves_the_way_out():
    out = dlcalc(f"{KEEPS} --steps brief").out
    assert "pad = 1, same" in out
    assert "⟺" not in out
    assert "⌊" not in out


def test_none_is_said_plainly_with_the_nearest_and_exit_status_1():
    ran = dlcalc("linear --in-features 784 --want 7851 --solve out-features")
    assert ran.status == 1
    assert "None: no out_features that was tried gives params = 7851." in ran.out
    assert "nearest  out_features = 10 gives params = 7850" in ran.out
    assert "out_features = 11 gives params = 8635" in ran.out


def test_two_unknowns_are_a_table():
    out = dlcalc("conv --in 28 --stride 1 --want 28 --solve k,pad").out
    header, *rows = [row.split() for row in out.split("\n\n")[-2].splitlines()]
    assert header == ["k", "pad"]
    assert rows[:3] == [["1", "0"], ["3", "1"], ["5", "2"]]


def test_json_has_everything_and_replays():
    document = json.loads(dlcalc(f"{KEEPS} --format json").out)
    assert document["schema"] == 1
    assert document["topic"] == "conv"
    assert document["want"] == {"out": 28}
    assert document["solve"] == ["pad"]
    assert document["solutions"] == [{"pad": 1}, {"pad": "same"}]
    assert document["range"]["pad"] == {"spans": [[0, 64]], "words": ["same", "valid", "full"], "open_end": False}
    assert document["nearest"] == []
    assert document["inequality"][0]["steps"][-1] == "1 <= P < 1.5"
    assert (document["inequality"][0]["from"], document["inequality"][0]["to"]) == (1, 1)
    for found in document["solutions"]:
        assert package.solve(document["topic"], {**document["inputs"], **found}).answers["out"] == 28


def test_json_of_nothing_found_has_the_nearest():
    document = json.loads(dlcalc("linear --in-features 784 --want 7851 --solve out-features --format json").out)
    assert document["solutions"] == []
    assert [miss["gives"] for miss in document["nearest"]] == [{"params": 7850}, {"params": 8635}]


def test_chinese_pages_are_chinese():
    out = dlcalc(f"{KEEPS} --lang zh").out
    assert "目标：out = 28。求 pad。" in out
    assert "搜索范围：pad 0 到 64、same、valid、full" in out
    assert "Searched" not in out


def test_a_terminal_gets_colours_and_the_same_words():
    ran = dlcalc(KEEPS, terminal=True, TERM="xterm-256color")
    assert "\x1b[" in ran.out
    assert "pad = 1, same" in ran.out


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        ("1", 0, "With pad = 1:\n✓ out = 28 is right."),
        ("pad=1", 0, "✓"),
        ("same", 0, "✓"),
        ("pad=2", 1, "You added the padding of one side only"),
        ("pad=7", 1, "✗"),
    ],
)
def test_an_answer_to_the_inverse_question_is_judged(answer, status, says):
    ran = dlcalc([*KEEPS.split(), "--answer", answer])
    assert ran.status == status
    assert says in ran.out


def test_an_answer_to_two_unknowns_is_judged_as_a_whole():
    question = "conv --in 28 --want 28 --solve k,pad --answer k=5"
    assert dlcalc(f"{question} --answer pad=2").status == 0
    assert dlcalc(f"{question} --answer pad=1").status == 1
    assert "k, pad" in dlcalc(question).err


@pytest.mark.parametrize(
    ("line", "says", "says_in_chinese"),
    [
        ("--k 3 --want 28", "Name it: --solve in", "请指明：--solve in"),
        ("--k 3 --solve pad", "--want out=28", "--want out=28"),
        ("--k 3 --range pad=0:3", "Name it: --solve in", "请指明"),
        ("--k 3 --pad 1 --want 28 --solve pad", "asked for and given at once", "既是未知量"),
        ("--k 3 --want 28 --solve padd", "Did you mean pad?", "pad"),
        ("--k 3 --want owt=28 --solve pad", "Did you mean out?", "out"),
        ("--k 3 --want 2o --solve pad", "not a number", "读不懂"),
        ("--k 3 --want 0 --solve pad", "at least 1; 0 cannot be", "不可能是 0"),
        ("--k 3 --want 2.5 --solve pad", "2.5 cannot be", "不可能是 2.5"),
        ("--k 3 --want shape=28 --solve pad", "--want shape=1x26x26", "--want shape=1x26x26"),
        ("--k 3 --want 28 --solve pad --range pad=9:1", "no range of pad", "不是 pad 的范围"),
        ("--k 3 --want 28 --solve pad --range pad", "no range of pad", "不是 pad 的范围"),
        ("--k 3 --want 28 --want 27 --solve pad", "two wanted values", "两个目标值"),
        ("--k 3 --want 28 --solve pad --round 2", "no meaning here, beside --solve", "没有意义"),
        ("--k 3 --want 28 --solve pad --range 0:9 --answer 1", "no meaning here, beside --solve", "没有意义"),
        ("--k 3 --want 28 --solve pad --answer k=1", "An answer for each of pad", "pad"),
        ("--want 28 --solve k=1:2000,pad=0:2000", "at most 200,000", "200,000"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_both_languages(line, says, says_in_chinese):
    for lang, text in (("en", says), ("zh", says_in_chinese)):
        ran = dlcalc(f"conv --in 28 {line} --lang {lang}")
        assert ran.status == 2
        assert ran.out == ""
        assert text in ran.err


def test_a_bare_range_is_for_the_unknown():
    assert "Searched: pad 0 to 9\n" in dlcalc(f"{KEEPS} --range 0:9").out


def test_an_inverse_question_loads_nothing_slow():
    modules, printed = loaded(*KEEPS.split())
    assert "pad = 1" in printed
    assert not packages(modules) & SLOW


def test_the_help_page_has_the_options():
    out = dlcalc("conv --help").out
    assert all(flag in out for flag in ("--solve NAME", "--want [NAME=]V", "--range NAME=A:B"))
