"""Bad input: one clear sentence with the value given, what to type instead, exit status 2, never a traceback."""

import pytest

import dlcalc as package
from dlcalc import topics
from tests.cli.run import dlcalc

BAD = [
    ("conv --in 28 --k 30", "28 + 2·0 = 28 < 30", "--pad 1"),
    ("conv --in 5 --k 3 --dilation 4", "9 = 4·(3 − 1) + 1", "--pad 2"),
    ("conv --in 28 --k 3 --stride 0", "--stride: 0", "at least 1"),
    ("conv --in 28 --k 3 --stride -2", "--stride: -2", "at least 1"),
    ("conv --in 28 --k 3 --groups 3 --channels 8", "3 groups do not divide the 8 input", "9 and 3"),
    ("conv --in 28 --k 3 --groups 2 --channels 8 --filters 3", "do not divide the 3 filter(s)", "8 and 4"),
    ("conv --in 28 --k x", "--k", "a whole number"),
    ("conv --in 28x --k 3", "missing after the 'x'", "^"),
    ("conv --in 28 --k 3 --pad -1", "--pad: -1", "at least 0"),
    ("conv --in 28 --k 3 --pad sam", "'sam'", "same, valid, full"),
    ("conv --in 28 --k 3 --pad 0:1:2", "0:1:2", "begin:end"),
    ("conv --in 28 --k 3 --pad 1x2x3", "3 numbers", "one per dimension"),
    ("conv --in nan --k 3", "not a number", "^"),
    ("conv --in inf --k 3", "not a number", "^"),
    ("conv --in 2.5 --k 3", "2.5", "whole"),
    ("conv --in 1/2 --k 3", "1/2", "whole"),
    ("conv --in 1e5000 --k 3", "too many digits", "400"),
    ("conv --in 10^5000 --k 3", "too many digits", "400"),
    ("conv --in 1e19 --k 3", "larger than 10^18", "whole number"),
    ("conv --in 28 --k 3 --dims 4", "4 will not do", "from 1 to 3"),
    ("conv --in 1x2x3x4 --k 1", "4 numbers", "--dims 3"),
    ("conv --in 3x28x28 --channels 4 --k 3", "3 channels", "channels"),
    ("conv --in 28 --k 3x3x3", "3 numbers", "one per dimension"),
    ("conv --in 28 --k 3 --output-pad 1", "transposed", "--transpose"),
    ("conv --in 28 --k 3 --transpose --output-pad 1", "output padding 1", "at most 0"),
    ("conv --in 28 --k 3 --transpose --pad full", "full", "same or valid"),
    ("conv --in 1 --k 3 --pad 2 --transpose", "Nothing is left", "--pad 1"),
    ("conv --in 7 --k 3 --stride 3 --strict", "rest 1", "6 / 9"),
    ("conv --in 28", "needs 'k'", "--k 3"),
    ("conv", "needs 'in'", "dlcalc conv --in 28"),
    ("conv 28", "'28'", "--in 28"),
    ("conv --in 28 --k", "missing", "dlcalc conv"),
    ("conv --in --k 3", "missing", "dlcalc conv"),
    ("conv --in 28 --k 3 --k 5", "twice", "once"),
    ("conv --in 28 --k 3 --stide 2", "'--stide'", "--stride"),
    ("conv --in 28 --k 3 --no-stride", "'--no-stride'", "--stride"),
    ("conv --in 28 --k 3 --bias maybe", "'maybe'", "--in 28"),
    ("conv --in 28 --k 3 --bias=maybe", "'maybe'", "true or false"),
    ("conv --in 28 --k 3 --format xml", "'xml'", "terminal, text, markdown, latex, html, json"),
    ("conv --in 28 --k 3 --steps all", "'all'", "brief, normal, full"),
    ("conv --in 28 --k 3 --lang fr", "'fr'", "en, zh"),
    ("conv --in 28 --k 3 --round x", "'x'", "0 to 15"),
    ("conv --in 28 --k 3 --round -1", "-1", "0 to 15"),
    ("conv --in 28 --k 3 --answer foo=3", "'foo'", "flops"),
    ("conv --in 28 --k 3 --answer 26 --answer 25", "two answers", "one"),
    ("pool --in 26", "needs 'k'", "--k 2"),
    ("pool --in 26 --k 2 --pad 2", "wholly in the padding", "--pad 1"),
    ("pool --in 26 --k 2 --kind mean", "'mean'", "max, avg"),
    ("pool --in 26 --global --adaptive 3", "not both", "one of them"),
    ("pool --in 26 --k 2 --global", "k has no meaning", "Leave k out"),
    ("pool --in 2 --k 5 --stride 2 --ceil", "2 + 2·0 + 2 = 4 ≤ 5", "--k 3"),
    ("pool --in 9 --k 3 --dilation 2 --pad 5", "wholly in the padding", "--pad 4"),
    ("pool --in 9 --k 3 --dilation 2 --kind avg", "no dilation", "--kind max"),
    ("pool --in 9 --adaptive 3 --k 1", "k has no meaning", "Leave k out"),
    ("pool --in 9 --adaptive 3 --ceil", "ceil has no meaning", "Leave ceil out"),
    ("conv --in 5 --k 3 --dims 1 --pad 1x2", "2 numbers", "1:2"),
    ("linear --in-features 0 --out-features 3", "--in-features: 0", "at least 1"),
    ("linear --in-features 12x --out-features 3", "missing", "^"),
    ("cnv --in 28", "'cnv'", "conv"),
    ("convolution", "'convolution'", "conv"),
    ("--colour", "'--colour'", "--help"),
    ("topics con", "'con'", "conv"),
    ("topics --formt json", "--formt", "--format"),
    ("topics --format xml", "'xml'", "text, json"),
    ("topics a b", "One topic", "dlcalc topics conv"),
    ("conv --in 28 --k 0.35", "whole numbers", "Type a whole number of at least 1, or one per dimension"),
    ("conv --in 227x227x3 --k 11", "3 + 2·0 = 3 < 11", "--in 3x227x227"),
    ("conv --in 4x20 --k 5x25", "4 + 2·0 = 4 < 5", "--pad 3, the largest window --k 4"),
    ("conv --in 10 --k 13 --stride 2 --strict", "10 < 13", "--k 10"),
    ("pool --in 2 --k 10 --dilation 40 --pad 3", "8 < 361", ""),
    ("conv --in 28 --k 3 --kernel 5", "'--kernel'", "mean --k?"),
    ("conv --in 28 --kernel-size 5", "'--kernel-size'", "mean --k?"),
    ("conv --in 28 --k 3 --padding 1", "'--padding'", "mean --pad?"),
    ("conv --in 28 --k 3 --nobias", "'--nobias'", "--no-bias"),
    ("conv --in 28 --k 3 --no-bais", "'--no-bais'", "--no-bias"),
    ("conv --in 5 --k 3 --stride 2 --transpose --pad valid --output-pad 1", "as a number", "--pad 0"),
    ("conv --in 5 --k 3 --stride 2 --transpose --pad same --output-pad 1", "as a number", "--pad 0"),
    ("conv --in 9x1 --k 3 --pad 19 --transpose", "Nothing is left", "--pad 1."),
    ("linear --in 3 --out 4", "'--in'", "--in-features"),
    ("conv --in 28 --k --no-bias", "missing", "--in 28"),
    ("--lang fr", "'fr'", "en, zh"),
    ("--lang", "''", "en, zh"),
    ("pool --in 12 --k 2x1 --stride 3 --pad 3", "wholly in the padding", "--pad 0"),
    ("conv --in 25x3 --dims 3 --k 1", "2 numbers", "--dims 2"),
    ("topics --lang fr", "'fr'", "en, zh"),
    ("pool --in 26 --k 2 --kind avg --dims 1000000000000000", "1000000000000000 will not do", "from 1 to 3"),
]


@pytest.mark.parametrize(("line", "says", "hint"), BAD, ids=[row[0] for row in BAD])
def test_bad_input_is_answered_with_what_was_wrong_and_what_to_type(line, says, hint):
    ran = dlcalc(line)
    assert ran.status == 2
    assert ran.out == ""
    assert says in ran.err
    assert hint in ran.err
    assert "Traceback" not in ran.err
    assert ran.err.startswith("Error: ")


def test_what_a_hint_offers_works_when_it_is_typed():
    """Drawn windows that do not fit: the padding and the window that the message offers are typed back."""
    import random
    import re

    rng = random.Random(7)
    tried = 0
    while tried < 400:
        dims = rng.choice((1, 2, 2))
        flags = {
            "--dims": str(dims),
            "--in": "x".join(str(rng.randint(1, 12)) for _ in range(dims)),
            "--k": "x".join(str(rng.randint(3, 20)) for _ in range(dims)),
            "--dilation": str(rng.choice((1, 1, 2, 3))),
            "--pad": rng.choice(("0", "0", "1", "2", "0:1", "3")),
        }
        name = rng.choice(("conv", "pool"))
        switches = (
            [rng.choice(("--strict", "--no-strict"))] if name == "conv" else [rng.choice(("--ceil", "--no-ceil"))]
        )
        if rng.random() < 0.6 or name == "conv":
            flags["--stride"] = str(rng.randint(1, 4))
        ran = dlcalc([name, *(word for pair in flags.items() for word in pair), *switches])
        if ran.status == 0 or ("does not fit" not in ran.err and "wholly" not in ran.err):
            continue
        tried += 1
        for flag, number in re.findall(r"(--pad|--k|--in) ([\dx]+)", ran.err.splitlines()[-1]):
            again = {**flags, flag: number}
            typed = [name, *(word for pair in again.items() for word in pair), *switches]
            assert dlcalc(typed).status == 0, (typed, ran.err)


@pytest.mark.parametrize("line", [row[0] for row in BAD])
def test_bad_input_is_answered_in_chinese_too(line):
    ran = dlcalc([*line.split(), "--lang", "zh"] if "--lang" not in line else line, DLCALC_LANG="zh")
    assert ran.status == 2
    if "--lang fr" not in line:
        assert ran.err.startswith("错误：")


@pytest.mark.parametrize("name", topics.names())
def test_a_typo_in_any_flag_is_met_with_the_flag(name):
    for spec in topics.load(name).inputs:
        flag = f"--{spec.name.replace('_', '-')}"
        if len(spec.name) > 3:
            typo = flag[:4] + flag[5:]
            ran = dlcalc([name, typo, "3"])
            assert ran.status == 2
            assert flag in ran.err, typo


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        *(
            ("conv", f"--{typed}", f"--{meant}")
            for typed, meant in (
                ("in-channels", "channels"),
                ("out-channels", "filters"),
                ("kernel_size", "k"),
                ("padding", "pad"),
                ("dilation-rate", "dilation"),
                ("output-padding", "output-pad"),
                ("input-size", "in"),
                ("strides", "stride"),
            )
        ),
        *(
            ("pool", f"--{typed}", f"--{meant}")
            for typed, meant in (
                ("pool-size", "k"),
                ("padding", "pad"),
                ("ceil-mode", "ceil"),
                ("strides", "stride"),
                ("in_channels", "channels"),
            )
        ),
        ("linear", "--units", "--out-features"),
        ("linear", "--in", "--in-features"),
    ],
)
def test_the_words_of_other_frameworks_are_met_with_ours(name, typed, meant):
    assert f"Did you mean {meant}?" in dlcalc([name, typed, "3"]).err


def test_huge_sizes_stay_exact():
    assert dlcalc("conv --in 1e12 --k 3 --answer 999999999998").status == 0
    assert dlcalc("conv --in 10^12 --k 3 --answer 999999999998").status == 0
    assert package.solve("conv", {"in": 10**12, "k": 3}).answers["activations"] == 999999999998**2


@pytest.mark.parametrize("word", ["２８", "28 ", "+28", "28.0", "2.8e1"])
def test_sizes_may_be_typed_as_people_do(word):
    assert dlcalc(["conv", "--in", word, "--k", "3", "--answer", "26"]).status == 0


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"in": 28, "k": 3, "kernel": 5}, "no input 'kernel'"),
        ({"in": True, "k": 3}, "whole number"),
        ({"in": float("nan"), "k": 3}, "finite"),
        ({"in": [], "k": 3}, "empty"),
        ({"in": None, "k": 3}, "needs 'in'"),
        ({"in": {"a": 1}, "k": 3}, "whole number"),
        ({"in": [28, "x"], "k": 3}, "number"),
        ({"in": [[1, 2]], "k": 3}, "whole number"),
        ({"in": 28, "k": 3, "bias": "perhaps"}, "true or false"),
        ({"in": 28, "k": 3, "pad": (1, 2, 3)}, "3 numbers"),
        ({"in": 28, "k": 3, "pad": [[1]]}, "begin:end"),
        ({"in": 10**6000, "k": 3}, "10\\^18"),
        ({"in": "9" * 10**6, "k": 3}, "longer than 500 characters"),
        ({"in": [1] * 20_000, "k": 3}, "more than 8 numbers"),
        ({3: 3}, "no input '3'"),
    ],
)
def test_python_callers_get_the_same_errors(inputs, message):
    with pytest.raises(package.InputError, match=message):
        package.solve("conv", inputs)


def test_unknown_topics_and_formats_are_refused_from_python():
    with pytest.raises(package.InputError, match="conv"):
        package.solve("cnv", {})
    with pytest.raises(package.InputError, match="markdown"):
        package.solve("conv", {"in": 28, "k": 3}).render("pdf")
    with pytest.raises(package.InputError, match="0 to 15"):
        package.solve("conv", {"in": 28, "k": 3}, round=99)


def test_nested_lists_numpy_numbers_and_huge_answers_are_no_trouble():
    np = pytest.importorskip("numpy")
    assert package.solve("conv", {"in": np.int64(28), "k": np.array([3, 3])}).answers["out"] == 26
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(package.InputError):
        package.solve("conv", {"in": deep, "k": 3})
    for answer in (deep, 10**5000, float("inf"), object(), "a" * 10**6, "1" * 10**6):
        assert package.check("conv", {"in": 28, "k": 3}, {"out": answer}).verdicts["out"].verdict == "invalid"
    for name in ("a" + "1" * 10**5 + "!", "[" * 10**5):
        with pytest.raises(package.InputError):
            package.check("conv", {"in": 28, "k": 3}, {name: 3})
