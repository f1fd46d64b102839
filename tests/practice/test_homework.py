"""Homework files: which blocks there are, what stands in them, and what becomes of each line."""

import pickle
import random
import time

import pytest

import dlcalc
from dlcalc import topics
from dlcalc.cli.exercise_line import read_exercise, written
from dlcalc.core.formula import key_text
from dlcalc.core.notation import LATEX, TEXT, UNICODE
from dlcalc.core.values import exact_text
from dlcalc.errors import CalculationError, InputError
from dlcalc.practice import homework
from dlcalc.practice.homework import check_block, read, template
from dlcalc.practice.names import Names, canonical
from tests import draws

CONV = "conv --in 28 --k 3 --filters 25"
NET = "backprop --x 0.35,0.9 --t 0.5 --w1 '0.1,0.8; 0.4,0.6' --w2 0.3,0.9"


def fenced(*lines, exercise=CONV):
    return "\n".join(["```dlcalc", exercise, *lines, "```", ""])


def block(*lines, exercise=CONV):
    (found,) = read(fenced(*lines, exercise=exercise))
    return found


def item(line):
    """Return the name and the value that one line of working gives."""
    found = block(line)
    assert not found.faults, found.faults
    ((name, value),) = ((each.name, each.value) for each in found.items)
    return name, value


def judged(*lines, exercise=CONV):
    return check_block(block(*lines, exercise=exercise), *read_exercise(exercise))


def verdicts(*lines, exercise=CONV):
    return {name: verdict.verdict for name, verdict in judged(*lines, exercise=exercise).report.verdicts.items()}


# ---------------------------------------------------------------- blocks


def test_only_blocks_of_dlcalc_are_read_each_with_its_line():
    text = (
        f"# Homework\n\nout = 7\n\n```python\nout = 8\n```\n\n{fenced('out = 26')}\nprose\n\n~~~dlcalc\nlinear\n~~~\n"
    )
    first, second = read(text)
    assert (first.line, first.exercise) == (10, CONV)
    assert [(each.line, each.name, each.value) for each in first.items] == [(11, "out", "26")]
    assert (second.line, second.exercise, second.items) == (17, "linear", ())


@pytest.mark.parametrize(
    "text",
    [
        "```dlcalc\n{}\nout = 26\n```",
        "~~~ dlcalc\n{}\nout = 26\n~~~~",
        "`````DLCALC\n{}\nout = 26\n``````",
        "   ```dlcalc title=x\n   {}\n   out = 26\n   ```",
        "```{{.dlcalc}}\n{}\nout = 26\n```",
        "1. first\n\n   - ```dlcalc\n     {}\n     out = 26\n     ```",
        "> ```dlcalc\n> {}\n> out = 26\n> ```",
        "> > ```dlcalc\n> > {}\n>> out = 26\n> > ```",
        "```dlcalc\r\n{}\r\nout = 26\r\n```\r\n",
        "```dlcalc\r{}\rout = 26\r```\r",
        "\ufeff```dlcalc\n{}\nout = 26\n```",
        "```\nan example\n```\n```dlcalc\n{}\n\n# a comment\n// another\nout = 26\n```",
        "```python\nnever closed\n\n```dlcalc\n{}\nout = 26\n```",
        "code in a line, ```like this```, opens nothing\n```dlcalc\n{}\nout = 26\n```",
        "~~~\n```dlcalc\nconv\n```\n~~~\n```dlcalc\n{}\nout = 26\n```",
    ],
)
def test_a_block_is_found_however_it_is_fenced(text):
    *_, found = read(text.format(CONV))
    assert found.exercise == CONV
    assert [(each.name, each.value) for each in found.items] == [("out", "26")]
    assert not found.faults


def test_an_example_inside_a_longer_fence_is_not_read():
    assert not list(read(f"````markdown\n{fenced('out = 26')}````\n"))


@pytest.mark.parametrize("front", ["", "dlcalc ", "$ ", "$ dlcalc ", "% dlcalc ", "> dlcalc  ", "`dlcalc "])
def test_the_exercise_stands_with_or_without_prompt_and_dlcalc(front):
    assert block(exercise=front + CONV + ("`" if "`" in front else "")).exercise == CONV


def test_a_command_may_go_on_behind_a_backslash():
    found = block("  --filters 25", "out = 26", exercise="dlcalc conv --in 28 \\\n --k 3 \\")
    assert found.exercise == CONV
    assert [(each.line, each.name) for each in found.items] == [(5, "out")]


@pytest.mark.parametrize("prose", ["\nSo much for this.\nand x = 3\n", "\n\nSo much for this.\n", ""])
def test_a_block_that_is_never_closed_is_read_as_far_as_it_is_working(prose):
    (found,) = read(f"```dlcalc\n{CONV}\nout = 26\nO = 25{prose}")
    assert [each.value for each in found.items] == ["26", "25"]
    (fault,) = found.faults
    assert fault.line == 1
    assert "never closed" in fault.error.message()
    assert "没有结束" in fault.error.message("zh")


def test_a_block_that_is_never_closed_ends_before_the_next_one():
    first, second = read(f"```dlcalc\n{CONV}\nout = 26\n\n{fenced('out = 25')}")
    assert [each.value for each in first.items] == ["26"]
    assert "up to line 3" in first.faults[0].error.message()
    assert [each.value for each in second.items] == ["25"]
    assert not second.faults


def test_an_empty_block_says_how_a_block_looks():
    (found,) = read("```dlcalc\n\n# nothing\n```\n")
    assert (found.line, found.exercise) == (1, "")
    assert "```dlcalc\nconv" in found.faults[0].error.advice()
    ((exercise),) = [each.exercise for each in read(found.faults[0].error.advice("zh"))]
    assert read_exercise(exercise)


# ---------------------------------------------------------------- lines


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("out = 26", "out", "26"),
        ("params=250", "params", "250"),
        ("  h[2]   =  0.3 ", "h[2]", "0.3"),
        ("W1_new = [0.1, 0.2; 0.3, 0.4]", "W1_new", "[0.1, 0.2; 0.3, 0.4]"),
        ("p[1,2] = 0.3", "p[1,2]", "0.3"),
        ("out ＝ ２６。", "out", "２６"),
        ("out：26", "out", "26"),
        ("out: 26", "out", "26"),
        ("out := 26", "out", "26"),
        ("out ≈ 0.33", "out", "0.33"),
        ("converged: yes", "converged", "yes"),
        ("输出尺寸 = 26", "输出尺寸", "26"),
        ("- out = 26", "out", "26"),
        ("* out = 26", "out", "26"),
        ("1. out = 26", "out", "26"),
        ("（1）out = 26", "out", "26"),
        ("①out = 26", "out", "26"),
        ("a) out = 26", "out", "26"),
        ("Answer: out = 26", "out", "26"),
        ("第 1 题：out = 26", "out", "26"),
        ("(2) out = 26", "out", "26"),
        ("**out** = 26", "out", "26"),
        ("**out = 26**", "out", "26"),
        ("`out` = `26`", "out", "26"),
        ("$out = 26$", "out", "26"),
        (r"$\delta^{(2)} = 0.04$", r"\delta^{(2)}", "0.04"),
        ("out = 26 # since 28 - 3 + 1", "out", "26"),
        ("out = 26 // so", "out", "26"),
        ("out = 26.", "out", "26"),
        ("out = 26,", "out", "26"),
        ("z1 = 0.1*0.35 + 0.8*0.9 = 0.755", "z1", "0.755"),
        ("a1 = σ(0.755) = 0.68027 ≈ 0.68", "a1", "0.68"),
        ("z1 = 0.1 x₁ + 0.8 x₂ = 0.755", "z1", "0.755"),
        ("z⁽¹⁾ = W⁽¹⁾ x = [0.1  0.8]·[0.35] ≈ 0.755", "z⁽¹⁾", "0.755"),
        ("参数量 = 25个核 × 9 + 偏置 = 225 + 25 = 250", "参数量", "250"),
        ("E = (0.69 − 0.5)²/2 = 0.018", "E", "0.018"),
        ("loss = −ln p₂ = 0.357", "loss", "0.357"),
        ("O = ⌊(28 + 2·0 − 3)/1⌋ + 1 = 26", "O", "26"),
        ("out = 26 =", "out", "26"),
        ("out =", "out", ""),
        ("out = ?", "out", ""),
        ("out = ____", "out", ""),
        ("out = —", "out", ""),
        ("out =   # 3 numbers", "out", ""),
        ("= 26", "", "26"),
        ("26", "", "26"),
        ("-0.5", "", "-0.5"),
        ("(25, 26, 26)", "", "(25, 26, 26)"),
        ("[1, 2; 3, 4]", "", "[1, 2; 3, 4]"),
        (".5", "", ".5"),
        ("out = −3", "out", "−3"),
        ("o\u200but\u00a0= 26\ufeff", "out", "26"),
        ("out = 2\x1b[31m6", "out", "2�[31m6"),
    ],
)
def test_a_line_is_read_as_students_write_it(line, name, value):
    assert item(line) == (name, value)


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ("out = 26, params = 250", [("out", "26"), ("params", "250")]),
        ("out = 26；params = 250；", [("out", "26"), ("params", "250")]),
        ("p[1,2] = 1, p[2,1] = 2", [("p[1,2]", "1"), ("p[2,1]", "2")]),
        ("z[1,new] = 3", [("z[1,new]", "3")]),
        ("out: 26x26, weights = 225", [("out", "26x26"), ("weights", "225")]),
    ],
)
def test_several_answers_may_share_a_line(line, pairs):
    assert [(each.name, each.value) for each in block(line).items] == pairs


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        (("W = [[1, 2],", "[3, 4]]"), [[1, 2], [3, 4]]),
        (("W = [", "[1, 2],", "[3, 4],", "]"), None),
        (("W = [1, 2;", "3, 4]"), [[1, 2], [3, 4]]),
        (("W = [1 2", "3 4]"), [[1, 2], [3, 4]]),
        (("W = [1,", "2,", "3]"), [1, 2, 3]),
        (("W = [1  2]", "    [3  4]"), [[1, 2], [3, 4]]),
        (("W⁽¹⁾ = [1  2]", "       [3  4]", "       [5  6]"), [[1, 2], [3, 4], [5, 6]]),
    ],
)
def test_a_matrix_goes_on_over_lines(lines, value):
    from dlcalc.practice.typed import read_answer

    found = block(*lines, "out = 26")
    assert not found.faults
    assert [each.name for each in found.items][1:] == ["out"]
    if value is not None:
        assert read_answer(found.items[0].value).value == value


@pytest.mark.parametrize(
    "line",
    [
        "I did this myself",
        "out 26",
        "K = 3 so that O = 26",
        "K = 3 所以 O = 26",
        "K = 3得O = 26",
        "K = 3 -> O = 26",
        "K = 3 → O = 26",
        "K = 3 => O = 26",
        "K = 3. O = 26",
        "K = 3: O = 26",
        "O = 2 K = 6",
        "out=26 params=250",
        "w = [3, 3] b = 1",
        f"{'a' * 100} = 3",
        "Note: this took long",
        "| out | 26 |",
    ],
)
def test_a_line_that_is_none_is_told_and_the_others_are_read(line):
    found = block("out = 26", line, "params = 250")
    assert [each.name for each in found.items] == ["out", "params"]
    (fault,) = found.faults
    assert fault.line == 4
    assert "name = value" in fault.error.advice()


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("z1", "z1"),
        ("z_1", "z_1"),
        ("z[1]", "z[1]"),
        ("z⁽¹⁾", "z[1]"),
        ("z^{(1)}", "z[1]"),
        ("z^{[1]}", "z[1]"),
        ("ｚ１", "z1"),
        ("δ1", "delta1"),
        ("δ₁", "delta1"),
        ("δ⁽²⁾", "delta[2]"),
        (r"\delta^{(2)}", "delta[2]"),
        ("a⁽¹⁾₂", "a[1][2]"),
        ("a⁽¹⁾[2]", "a[1][2]"),
        (r"a_2^{(1)}", "a[1][2]"),
        ("∂E/∂a⁽²⁾", "dE_da[2]"),
        ("dE/da2", "dE_da2"),
        (r"\frac{\partial E}{\partial a^{(2)}}", "dE_da[2]"),
        ("W⁽¹⁾_new", "W[1,new]"),
        ("W1_new[1,2]", "W1_new[1,2]"),
        (r"W_{\text{new},1,2}^{(1)}", "W[1,new][1,2]"),
        ("e", "E"),
        ("a²", None),
        ("a^2", None),
    ],
)
def test_a_name_is_found_as_typed_or_as_the_sheet_prints_it(typed, name):
    sheet = dlcalc.solve(*_solved(NET))
    names = Names(sheet)
    if name is None:
        with pytest.raises(InputError):
            names.find(typed)
        return
    assert names.find(typed) == name
    assert sheet.value_of(name) is not None


def _solved(line):
    topic, inputs = read_exercise(line)
    return topic.name, inputs


def test_an_answer_may_be_named_by_what_it_means():
    names = Names(dlcalc.solve(*_solved(CONV)))
    assert [names.find(words) for words in ("output size", "Parameters", "参数量", "Out")] == [
        "out",
        "params",
        "params",
        "out",
    ]


def test_an_unknown_name_is_told_with_near_ones_and_costs_nothing():
    found = judged("out = 26", "wieghts = 225")
    verdict = found.report.verdicts["wieghts"]
    assert verdict.verdict == "invalid"
    assert "weights" in verdict.message.en
    assert "weights" in verdict.message.zh
    assert (found.marks, found.out_of) == (1, 1)


def test_a_row_that_only_another_run_has_is_left_to_the_judge():
    exercise = "perceptron --x '3,3; 4,3; 1,1' --t 1,1,-1 --scan restart"
    found = judged("w₁ = (3, 3)", "w₂₅ = (1, 1)", "w99 = 3x", "v₉ = 3", exercise=exercise)
    verdicts = found.report.verdicts
    assert list(verdicts) == ["w1", "w[25]", "w[99]", "v₉"]
    assert verdicts["w1"].verdict == "right"
    assert "no answer or line" not in str(verdicts["w[25]"].message)
    assert verdicts["w[99]"].column is not None
    assert "no answer or line 'v₉'" in verdicts["v₉"].message.en


def test_an_entry_of_a_family_with_a_label_is_named_in_one_bracket_too():
    sheet = dlcalc.solve(*_solved(NET))
    for name in ("W1_new[1,2]", "W[1,new][1,2]", "W[1,new,1,2]", "W_new[1][1,2]"):
        assert sheet.value_of(name) == sheet.answers["W1_new"][0][1]
    for name in ("W[1,new,1]", "W[1,new][3,1]", "W[1,new,0,1]", "E[1]", "W[1,new]x[1,2]"):
        with pytest.raises(InputError):
            sheet.value_of(name)


@pytest.mark.parametrize("name", topics.names())
def test_every_name_a_sheet_prints_is_found(name):
    for topic, _, sheet in _drawn(name, 12):
        names = Names(sheet)
        for line, key in [(key_text(key), key) for key in sheet.sheet.env if key_text(key) in sheet.values]:
            base, family = (key, ()) if isinstance(key, str) else (str(key[0]), key[1:])
            value = sheet.sheet.env[key]
            places = list(value.places())[:12] if hasattr(value, "places") else []
            for place in [(), *places]:
                want = value.entry(*place) if place else sheet.value_of(line)
                for notation in (TEXT, UNICODE, LATEX):
                    printed = notation.symbol(base, family, place, topic.indices)
                    assert sheet.value_of(names.find(printed)) == want, printed


def test_a_power_is_no_index_and_brackets_above_are():
    assert [canonical(name) for name in ("a²", "a^{2}", "a⁽¹²⁾₃", "a^{(1)}")] == ["a^2", "a^2", "a(12)3", "a(1)"]


# ---------------------------------------------------------------- judging


def test_every_line_has_its_verdict_in_working_order():
    found = judged("O = 26", "out = 25", "weights = 225", "biases =", "params = 1x", "macs = 12345")
    assert list(found.report.verdicts) == ["O", "out", "weights", "biases", "params", "macs"]
    assert [v.verdict for v in found.report.verdicts.values()] == [
        "right",
        "misconception",
        "right",
        "missing",
        "invalid",
        "wrong",
    ]
    assert found.lines == {"O": 3, "out": 4, "weights": 5, "biases": 6, "params": 7, "macs": 8}
    assert (found.marks, found.out_of, found.report.first_wrong) == (2, 5, "out")


def test_entries_and_printed_names_are_judged():
    lines = ("z⁽¹⁾ = [0.755]", "[0.68]", "a⁽¹⁾₂ = 0.6637", "δ2 ≈ 0.0407", "W1_new[1,2] = 0.7976", "a[1][1] = 0.7")
    found = judged(*lines, exercise=NET)
    kinds = [verdict.verdict for verdict in found.report.verdicts.values()]
    assert list(found.report.verdicts) == ["z[1]", "a[1][2]", "delta2", "W1_new[1,2]", "a[1][1]"]
    assert kinds[:4] == ["right", "rounded", "rounded", "rounded"]
    assert kinds[4] not in ("right", "rounded")


def test_a_value_without_a_name_answers_what_is_asked_first():
    assert verdicts("26") == {"out": "right"}


def test_of_two_lines_with_one_name_the_first_is_judged():
    found = judged("z1 = [0.755, 0.68]", "z[1] = [1, 2]", "z⁽¹⁾ = [3, 4]", exercise=NET)
    assert {name: verdict.verdict for name, verdict in found.report.verdicts.items()} == {"z1": "right"}
    assert [(fault.line, "line 3" in fault.error.message()) for fault in found.faults] == [(4, True), (5, True)]


def test_a_checked_block_travels_to_another_process():
    found = judged("out = 25", "foo = 3", "prose", "out = 26")
    again = pickle.loads(pickle.dumps((found.report, found.faults)))
    assert again[0] == found.report
    assert [fault.error.message("zh") for fault in again[1]] == [fault.error.message("zh") for fault in found.faults]


# ---------------------------------------------------------------- blocks to fill in


def _drawn(name, count):
    rng, topic = random.Random(f"homework {name}"), topics.load(name)
    while count:
        raw = {key: value for key, value in draws.draw(name, rng).items() if value is not None}
        try:
            yield topic, raw, dlcalc.solve(name, raw)
        except (InputError, CalculationError):
            continue
        count -= 1


def _filled(text, sheet):
    """Fill a block in with the sheet's own values."""
    rows = text.splitlines()
    for number, row in enumerate(rows[2:], 2):
        if "=" in row and not row.startswith("#"):
            name = row.partition("=")[0].strip()
            rows[number] = f"{name} = {_typed(sheet.value_of(name))}"
    return "\n".join(rows)


def _typed(value):
    return f"[{', '.join(map(_typed, value))}]" if isinstance(value, list) else exact_text(value)


@pytest.mark.parametrize("name", topics.names())
def test_a_block_to_fill_in_is_all_missing_and_filled_in_all_right(name):
    for topic, raw, sheet in _drawn(name, 25):
        text = template(sheet, written(topic, raw), "a title")
        (empty,) = read(text)
        found = check_block(empty, *read_exercise(empty.exercise))
        assert not found.faults
        assert {verdict.verdict for verdict in found.report.verdicts.values()} == {"missing"}
        (full,) = read(_filled(text, sheet))
        found = check_block(full, *read_exercise(full.exercise))
        assert not found.faults
        wrong = {n: v for n, v in found.report.verdicts.items() if v.verdict != "right"}
        assert not wrong, (raw, wrong)
        asked = {a.name for a in topic.answers if a.asked and sheet.answers.get(a.name) is not None}
        assert asked <= set(found.report.verdicts), "an answer is not asked for"


def test_the_weights_of_a_whole_net_are_written_on_the_exercise_line_and_read_back_the_same():
    net = [{"wx": [[0.1]], "wh": [["1/3"]], "b": [0], "reverse": {"wx": [[0.3]], "wh": [[0.2]], "b": [-1]}}]
    raw = {"x": [[1], [2]], "params": net}
    line = written(topics.load("rnn"), raw)
    _, read_back = read_exercise(line)
    assert dlcalc.solve("rnn", read_back).answers == dlcalc.solve("rnn", raw).answers
    assert '\'[{"wx": [[0.1]]' in line


def test_a_number_with_two_names_is_asked_once():
    raw = {"x": "1,2", "wx": "0.5", "wh": "0.1", "t": "1", "bptt": True}
    rows = [row.partition(" =")[0] for row in template(dlcalc.solve("rnn", raw), "rnn …", "a title").splitlines()]
    assert "dwx" in rows
    assert "dW_x" not in rows


def test_a_long_sheet_is_asked_in_part_and_says_so():
    raw = {"x": "3,3; 4,3; 1,1", "t": "1,1,-1"}
    text = template(dlcalc.solve("perceptron", raw), "perceptron …", "a title")
    assert "Any other line of the sheet may be added by its name, such as net[" in text
    assert len(text.splitlines()) < homework.MOST_ASKED + 12


# ---------------------------------------------------------------- hostile files

MEGABYTES = 10_000_000


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox jumps over the lazy dog.\n" * (MEGABYTES // 45),
        "\n" * MEGABYTES,
        "x" * MEGABYTES,
        ">" * MEGABYTES,
        "> - 1. " * (MEGABYTES // 7),
        ("- " * 500 + "\n") * (MEGABYTES // 1001),
        "`" * MEGABYTES,
        ("```x " * 200 + "\n") * (MEGABYTES // 1001),
        "```dlcalc\n" + CONV + "\n" + "out = 26\n" * (MEGABYTES // 9),
        "```dlcalc\n" + CONV + "\n" + "out = 26\n" * 100_000 + "```\n",
        "```dlcalc\n" + CONV + "\n" + "this is prose\n" * 500_000 + "```\n",
        "```dlcalc\n" + CONV + "\nout = " + "[" * 1_000_000 + "\n```\n",
        "```dlcalc\n" + CONV + "\nout = [\n" + "[\n" * 1_000_000 + "```\n",
        "```dlcalc\n" + CONV + "\n" + "\0" * 1_000_000 + "\n```\n",
        "```dlcalc\n" + CONV + "\nout " + "= 1 " * 24_000 + "\n```\n",
        "```dlcalc\n" + CONV + "\nout = " + ",a[" * 30_000 + "\n```\n",
    ],
    ids=lambda text: text[:12].strip() + text[-16:].strip(),
)
def test_a_large_file_is_read_in_bounded_time(text):
    start = time.process_time()
    found = list(read(text))
    assert time.process_time() - start < 4  # most take a tenth of a second; what is quadratic takes minutes
    assert len(found) <= 1
    assert all(len(each.items) <= homework.MOST_LINES for each in found)
    assert all(len(each.faults) <= homework.MOST_FAULTS + 2 for each in found)


def test_what_is_not_read_of_a_long_block_is_told():
    found = block(*["out = 26"] * 100_000)
    assert len(found.items) <= homework.MOST_LINES
    assert "At most 2000 lines" in found.faults[-1].error.message()
    found = block(*["this is prose"] * 50)
    assert len(found.faults) == homework.MOST_FAULTS + 1
    assert "30 more lines" in found.faults[-1].error.message()


def test_a_line_that_is_too_long_is_told():
    found = block("out = " + "1" * homework.LONGEST_LINE, "params = 250")
    assert "characters" in found.faults[0].error.message()
    assert [each.name for each in found.items] == ["params"]


HOSTILE_LINES = (
    "9**9**9**9", "__import__('os').system('x')", "1e400", "nan", "inf", "-inf", "0x1A", "1_000", "((((((", "))))",
    "[" * 5_000, "[1, [2]]", "1;2;;3", ",,,", "...", "''", '"""', "\\", "{}", "${HOME}", "$(ls)", "`ls`", "%s%n", "1/0",
    "1e999999999", "9" * 9_000, "1" + "0" * 500, "√", "∞", "２６．０", "一百", "½", "🙂", "\ud800", "\x00\x01",
    "\u202e26", "a" * 9_000,
    "lambda: 0", "x for x in ()", "26 26 26", "26..0", "2 6", "--26", "+-3", "1e", ".e5", "1x", "x26", "1×", "26%%",
    "<script>", "]]>", "&amp;", "\\input{x}", "=SUM(A1)", "@file", "@/etc/passwd", "~", "NaN%", "0/0", "1//2", "#",
)  # fmt: skip


@pytest.mark.parametrize(
    "name", ["out", "shape", "O", "foo", "__class__", "out.real", "h[1e9]", "W[" + "1," * 30, "α" * 90]
)
def test_nothing_typed_raises_or_is_accepted(name):
    for value in HOSTILE_LINES:
        found = judged(f"{name} = {value}")
        for verdict in found.report.verdicts.values():
            assert verdict.verdict not in ("right", "convention", "carried") or value == "２６．０"


def test_no_line_of_junk_raises():
    rng = random.Random(11)
    signs = "ab 01.,;:=[]()<>`~#*_-+/\\|$%&@!?'\"\n\t{}^ 　＝：，。（）δ⁽¹⁾₂∂√−×½中\ufeff\x00\x1b"
    for _ in range(400):
        text = fenced("".join(rng.choice(signs) for _ in range(rng.randint(0, 120))))
        for found in read(text):
            if found.exercise == CONV:
                check_block(found, *read_exercise(CONV))
