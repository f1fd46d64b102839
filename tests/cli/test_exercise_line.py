"""An exercise's command line read as data."""

import pytest

from dlcalc.cli.exercise_line import read_exercise
from dlcalc.errors import InputError


@pytest.mark.parametrize(
    ("line", "inputs"),
    [
        ("conv --in 28 --k 3", {"in": "28", "k": "3"}),
        ("dlcalc conv --in=28 --k 3 --no-bias", {"in": "28", "k": "3", "bias": False}),
        ("  dlcalc  conv --in 28 \\\n  --k 3", {"in": "28", "k": "3"}),
        ("conv --x '0,1; 2,3' --w \"1\"", {"x": "0,1; 2,3", "w": "1"}),
        ("conv --in $HOME --k `id`", {"in": "$HOME", "k": "`id`"}),
    ],
)
def test_a_command_is_its_topic_and_inputs_as_typed(line, inputs):
    topic, found = read_exercise(line)
    assert (topic.name, found) == ("conv", inputs)


def test_underscores_are_dashes():
    assert read_exercise("pool_backward --x 1 --k 1 --dy 1")[0].name == "pool-backward"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "no command"),
        ("dlcalc", "no command"),
        ("cnv --in 28", "no topic 'cnv'"),
        ("batch x.jsonl", "no topic 'batch'"),
        ("grade key.toml a.csv", "no topic 'grade'"),
        ("conv --in '28", "never closed"),
        ("conv extra --in 28", "belongs to no flag"),
        ("conv --in 28 \\", "backslash"),
        ("conv --strides 2", "no option '--strides'"),
        ("conv --in 28 --k 3 --answer 26", "inputs only"),
        ("conv --k 3 --want 26 --solve in", "inputs only"),
        ("conv --in 28 --k 3 --range pad=0:3", "inputs only"),
        ("conv --in 28 --k 3 --plot x.svg", "inputs only"),
        ("conv --in 28 --k 3 --help", "inputs only"),
        ("conv --x @secret.npy --k 3", "names a file"),
        ("conv --x ＠secret.npy --k 3", "names a file"),
        ("conv --in " + "2" * 100_001, "longer than"),
    ],
)
def test_what_is_no_exercise_is_refused(line, message):
    with pytest.raises(InputError) as caught:
        read_exercise(line)
    assert message in caught.value.message()
    assert caught.value.message("zh") != caught.value.message("en")
