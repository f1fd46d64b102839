"""Bad numbers for a calculation by hand: the flag is named, with what to type; and nothing drawn at random crashes."""

import random
import shlex

import pytest

import dlcalc as package
from dlcalc import topics
from tests import draws
from tests.cli.run import dlcalc

SQUARE = "--x '1,2; 3,4'"
ONE = "--w '[[1]]'"
TWO = "--x '[[[1]],[[2]]]'"
"""A map of two rows, a kernel of one number, and two channels of one number each."""

BAD = [
    ("conv --x '1,2; 3' --w '1,2; 3,4'", "--x", "Row 2 has 1 entries", "every row"),
    ("conv --x '' --w 1", "--x", "nothing here", "1,2; 3,4"),
    ("conv --x '[]' --w 1", "--x", "missing", "1,2; 3,4"),
    ("conv --x '[[1,2],[]]' --w 1", "--x", "missing", "1,2; 3,4"),
    ("conv --x '1,a; 3,4' --w 1", "--x", "not a number", "^"),
    ("conv --x '1,nan' --w 1", "--x", "not a number", "^"),
    (f"conv {SQUARE} --w '1,2; 3'", "--w", "Row 2 has 1 entries", "every row"),
    (f"conv {SQUARE} --w '1,2,3; 4,5,6; 7,8,9'", "--w", "2 + 2·0 = 2 < 3", "--pad 1"),
    (f"conv {SQUARE} --w '1,2; 3,4' --dilation 2", "--w", "2·(2 − 1) + 1", "--pad 1"),
    (f"conv {SQUARE}", "--w", "x needs w", "Give --w too"),
    (f"conv {ONE}", "--x", "w needs x", "Give --x too"),
    (f"conv --in 3 --k 1 {ONE}", "--w", "without x", "--x '0,1,2"),
    ("conv --in 3 --k 1 --b 1", "--b", "without x", "--x '0,1,2"),
    (f"conv {SQUARE} {ONE} --in 3", "--in", "in says 3", "Leave in out"),
    (f"conv {SQUARE} {ONE} --in 2x3", "--in", "2x3", "2x2"),
    (f"conv {SQUARE} {ONE} --k 2", "--k", "k says 2", "1x1"),
    (f"conv {SQUARE} {ONE} --channels 2", "--channels", "channels is 2", "Leave channels out"),
    (f"conv {SQUARE} {ONE} --filters 2", "--filters", "filters is 2", "Leave filters out"),
    (f"conv {TWO} --w '[[[[1]],[[2]],[[3]]]]'", "--w", "1x3x1x1", "… × 2 × kernel"),
    (f"conv {TWO} --w '[[[1]],[[2]],[[3]]]'", "--w", "2 channel(s)", "… × 2 × kernel"),
    (f"conv {TWO} {ONE}", "--w", "shape 1x1", "… × 2 × kernel"),
    (f"conv {TWO} --w '[[[1]],[[2]],[[3]]]' --groups 2", "--groups", "filters, which is 3", "--groups 3"),
    (f"conv --x '[[[1]],[[2]],[[3]]]' {ONE} --groups 2", "--groups", "channels, which is 3", "--groups 3"),
    (f"conv {TWO} --w '[[[[1]]],[[[2]]],[[[3]]]]' --transpose", "--w", "3x1x1x1", "2 × … × kernel"),
    (f"conv --x '[[[[1]]]]' {ONE}", "--x", "1x1x1x1", "--dims 3"),
    (f"conv --x '[[[[[1]]]]]' {ONE}", "--x", "5 dimensions", "1,2; 3,4"),
    (f"conv --x '[[[1]]]' {ONE} --dims 1", "--x", "1x1x1", "--dims 2"),
    (f"conv {SQUARE} --w '[[[[[1]]]]]'", "--w", "1x1x1x1x1", "filters × channels × kernel"),
    (f"conv {SQUARE} --w '1,2'", "--w", "shape 2", "--w '[[1,2]]'"),
    ("conv --x '[[[1,2]]]' --w 1,2 --dims 3", "--w", "shape 2", "--w '[[[1,2]]]'"),
    (f"conv {SQUARE} {ONE} --b '1,2'", "--b", "2 number(s)", "one bias per filter"),
    (f"conv {SQUARE} {ONE} --b '1,2; 3,4'", "--b", "2×2", "0.35,0.9"),
    (f"conv {SQUARE} {ONE} --b 1 --no-bias", "--b", "no bias", "Leave --b or --no-bias out"),
    (f"conv {SQUARE} {ONE} --modes --stride 2", "--modes", "stride 1", "Leave --stride"),
    (f"conv {SQUARE} --w '1,2,3; 4,5,6; 7,8,9' --pad 1 --modes", "--modes", "3 does not lie inside", "--pad full"),
    ("conv --in 3 --k 2 --modes", "--modes", "numbers of x and w", "--x and --w"),
    ("conv --in 3 --k 2 --as-matrix", "--as-matrix", "numbers of x and w", "--x and --w"),
    (f"conv {SQUARE} {ONE} --as-matrix --transpose", "--as-matrix", "ordinary", "--transpose out"),
    (f"conv {SQUARE} {ONE} --modes --transpose", "--modes", "ordinary", "--transpose out"),
    (f"conv {SQUARE} {ONE} --pad 40 --as-matrix", "--as-matrix", "26,896 entries", "4,096"),
    (f"conv {SQUARE} {ONE} --pad 5000", "--x", "100,040,004 numbers", "10,000,000"),
    (f"conv {SQUARE} {ONE} --transpose --stride 1e6", "--x", "numbers", "10,000,000"),
    (f"conv {SQUARE} --w '1,2; 3,4' --dilation 999 --pad full", "--x", "multiply-accumulates", "10,000,000,000"),
    (f"conv {SQUARE} {ONE} --transpose --pad same", "--pad", "as a number", "--pad 0"),
    (f"conv {SQUARE} {ONE} --stride 1x1x1", "--stride", "3 numbers", "one per dimension"),
    (f"conv {SQUARE} {ONE} --act softmax", "--act", "'softmax'", "relu"),
    (f"pool {SQUARE}", "--k", "needs 'k'", "--k 2"),
    (f"pool {SQUARE} --k 3", "--k", "2 < 3", "--k 2"),
    (f"pool {SQUARE} --k 2 --in 3", "--in", "in says 3", "Leave in out"),
    (f"pool {SQUARE} --k 2 --channels 3", "--channels", "channels is 3", "Leave channels out"),
    ("pool --x '1;2' --k 2 --dilation 2 --pad 1", "--dilation", "nothing but padding", "--pad 0"),
    (f"pool {SQUARE} --adaptive 1000000", "--adaptive", "1,000,000,000,000", "5,000,000"),
    ("linear --x 1,2", "--w", "x needs w", "Give --w too"),
    ("linear --w 1,2", "--x", "w needs x", "Give --x too"),
    ("linear --x 1,2 --w 1,2,3", "--w", "3 columns", "outputs × inputs"),
    ("linear --x 1,2 --w '1,2; 3,4' --b 1", "--b", "1 number(s)", "one bias per output"),
    ("linear --x 1,2 --w '1,2; 3,4' --b 1,2 --no-bias", "--b", "no bias", "Leave --b or --no-bias out"),
    ("linear --x 1,2 --w '1,2; 3,4' --in-features 3", "--in-features", "is 3", "Leave in_features out"),
    ("linear --x 1,2 --w '1,2; 3,4' --out-features 3", "--out-features", "is 3", "Leave out_features out"),
    (f"conv-backward {SQUARE} --w '1,2; 3,4'", "", "needs 'dy'", "--dy '1,1; 1,1'"),
    (f"conv-backward {SQUARE} --w '1,2; 3,4' --dy '1,2; 3,4'", "--dy", "2x2", "1x1"),
    (f"conv-backward {SQUARE} --w '1,2; 3,4; 5,6' --dy 1", "--w", "2 < 3", "--pad 1"),
    (f"conv-backward {SQUARE} --w '1,2; 3,4' --dy '[[[1]],[[2]]]'", "--dy", "2x1x1", "1x1"),
    ("conv-backward --x '[[4,-1,3]]' --w '[[1,2,3]]' --pad same --dilation 2 --dy 1,2", "--dy", "shape 2", "1x3"),
    (f"pool-backward {SQUARE} --k 2 --dy 1,2", "--dy", "shape 2", "1x1"),
    (f"pool-backward {SQUARE} --k 2 --dy 1 --ties last", "--ties", "'last'", "first, all, share"),
    (f"pool-backward {SQUARE} --k 3 --pad same --dy 1,2", "--dy", "shape 2", "1x1"),
]


@pytest.mark.parametrize(("line", "flag", "says", "hint"), BAD, ids=[row[0] for row in BAD])
def test_bad_numbers_are_answered_with_the_flag_and_what_to_type(line, flag, says, hint):
    ran = dlcalc(line)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"Error: {flag}")
    assert says in ran.err
    assert hint in ran.err
    in_chinese = dlcalc(f"{line} --lang zh")
    assert in_chinese.status == 2
    assert in_chinese.err.startswith("错误：")
    assert "Traceback" not in ran.err + in_chinese.err


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (f"conv {SQUARE} --w 2", "y = 2,4; 6,8"),
        ("conv --x 1,2,3 --w 1,1", "y = 3,5"),
        (f"conv-backward {SQUARE} --w '1,2; 3,4' --dy 2", "dx = 2,4; 6,8"),
        ("pool-backward --x '1,2,3,4; 5,6,7,8' --k 2 --dy 3,4", "dx = 0,0,0,0; 0,3,0,4"),
    ],
)
def test_a_lone_number_or_row_needs_no_brackets(line, value):
    answer = value.replace(" = ", "=")
    ran = dlcalc([*shlex.split(line), "--answer", answer])
    assert ran.status == 0, ran.out + ran.err


# ---------------------------------------------------------------- whatever is drawn

DRAWS = 2_000
WITH_VALUES = ("conv", "conv", "pool", "linear", "conv-backward", "pool-backward")


def numbers(rng):
    return draws.grid(rng, *(rng.randint(1, 4) for _ in range(rng.choice((1, 1, 2, 2, 2, 3, 3, 4, 4, 5)))))


def steps(rng):
    few = (1, 1, 2, 2, 3, 0, 7, (1, 2), (2, 2, 1), ((0, 1), (1, 0)), ((1, 2),), (0, 1), "same", "full", "valid")
    return rng.choice(few)


ANYTHING = {
    "x": numbers,
    "w": numbers,
    "dy": numbers,
    "b": lambda rng: draws.grid(rng, rng.randint(1, 3)),
    "dims": lambda rng: rng.randint(1, 3),
    "groups": lambda rng: rng.randint(1, 4),
    "filters": lambda rng: rng.randint(1, 3),
    "channels": lambda rng: rng.randint(1, 3),
    "kind": lambda rng: rng.choice(("max", "avg")),
    "ties": lambda rng: rng.choice(("first", "all", "share")),
    "act": lambda rng: rng.choice(("relu", "sigmoid")),
    **dict.fromkeys(("in", "k", "stride", "pad", "dilation", "output_pad", "adaptive", "in_features"), steps),
    **{name: lambda rng: True for name in ("transpose", "as_matrix", "modes", "flip", "ceil", "global", "strict")},
    **{name: lambda rng: False for name in ("bias", "count_include_pad")},
}


def drawn(rng):
    """Draw an exercise with values and spoil it here and there, or draw all of it at random."""
    name = rng.choice(WITH_VALUES)
    known = [i.name for i in topics.load(name).inputs if i.name in ANYTHING]
    raw = {}
    if rng.random() < 0.8:
        while "x" not in raw:
            raw = dict(draws.draw(name, rng))
        chosen = rng.sample(known, rng.choice((0, 1, 1, 2)))
    else:
        chosen = ["x", *(["w"] if "w" in known else []), *(n for n in known if rng.random() < 0.25)]
    return name, raw | {n: ANYTHING[n](rng) for n in chosen}


def test_whatever_is_drawn_gives_a_sheet_or_one_of_our_errors():
    rng = random.Random(20261123)
    worked = refused = 0
    for _ in range(DRAWS):
        name, raw = drawn(rng)
        try:
            sheet = package.solve(name, raw, lang=rng.choice(("en", "zh")))
        except package.InputError as error:
            assert error.message("en")
            assert error.message("zh")
            refused += 1
            continue
        except Exception as error:
            pytest.fail(f"dlcalc.solve({name!r}, {raw!r}): {error!r}")
        worked += 1
        try:
            sheet.render(rng.choice(("text", "markdown", "json")), steps=rng.choice(("brief", "normal", "full")))
        except Exception as error:
            pytest.fail(f"dlcalc.solve({name!r}, {raw!r}).render: {error!r}")
    assert min(worked, refused) > DRAWS // 5
