"""The embedding table against rows picked by index, and PyTorch."""

import random

import pytest

import dlcalc
from dlcalc.errors import InputError
from tests import draws
from tests.topics.listed import verdict

TABLE = [[0.5, -1], [2, 0.25], [0, 3]]


def answers(**inputs):
    return dlcalc.solve("embedding", inputs).answers


def test_the_one_hot_product_is_the_row():
    rng = random.Random(2)
    seen = 0
    for _ in range(200):
        raw = draws.draw("embedding", rng)
        found = answers(**raw)
        if "table" not in raw:
            assert found["params"] == raw["vocab"] * raw["d"]
            continue
        assert found["params"] == sum(len(row) for row in raw["table"])
        if "indices" in raw:
            first = 1 if raw.get("from_one") else 0
            picked = [[float(number) for number in raw["table"][index - first]] for index in raw["indices"]]
            assert [[float(number) for number in row] for row in found["y"]] == picked
            seen += 1
    assert seen > 20


def test_one_and_the_same_word_is_one_row_when_counted_from_0_or_1():
    assert answers(table=TABLE, indices=[1])["y"] == answers(table=TABLE, indices=[2], from_one=True)["y"]


def test_bert_s_word_table_has_its_size():
    assert answers(vocab=30522, d=768)["params"] == 23440896


@pytest.mark.parametrize(
    ("inputs", "wrong", "name"),
    [
        ({"vocab": 100, "d": 8}, 808, "bias-counted-anyway"),
        ({"vocab": 100, "d": 8, "indices": [1, 2, 3]}, 24, "rows-that-are-looked-up"),
        ({"vocab": 100, "d": 8, "padding_idx": 0}, 792, "padding-row-left-out"),
    ],
)
def test_a_mistake_is_named_by_its_number(inputs, wrong, name):
    assert name in verdict("embedding", inputs, "params", wrong).misconceptions


@pytest.mark.parametrize(
    ("from_one", "indices", "wrong", "name"),
    [
        (False, [1, 2], [[1, 2], [3, 4]], "rows-counted-from-one"),
        (True, [1, 2], [[3, 4], [5, 6]], "rows-counted-from-zero"),
    ],
)
def test_rows_counted_from_the_wrong_end_are_named(from_one, indices, wrong, name):
    inputs = {"table": [[1, 2], [3, 4], [5, 6]], "indices": indices, "from_one": from_one}
    assert name in verdict("embedding", inputs, "y", wrong).misconceptions


@pytest.mark.parametrize(
    ("inputs", "name", "says"),
    [
        ({"vocab": 3, "d": 2, "indices": [3]}, "indices", "from 0 to 2"),
        ({"vocab": 3, "d": 2, "indices": [0], "from_one": True}, "indices", "from 1 to 3"),
        ({"vocab": 3, "d": 2, "indices": ["1/2"]}, "indices", "whole numbers"),
        ({"vocab": 3, "d": 2, "padding_idx": 3}, "padding_idx", "from 0 to 2"),
        ({"vocab": 4, "table": TABLE}, "vocab", "Leave vocab out"),
        ({"d": 3, "table": TABLE}, "d", "Leave d out"),
        ({"table": [[0] * 300] * 1000, "indices": [1, 2]}, "indices", "fewer indices"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_type(inputs, name, says):
    with pytest.raises(InputError) as caught:
        answers(**inputs)
    assert caught.value.name == name
    assert says in f"{caught.value} {caught.value.advice('en')}"


@pytest.mark.oracle
def test_pytorch_looks_up_the_same_rows():
    torch = pytest.importorskip("torch")
    net = torch.nn.Embedding(3, 2, padding_idx=0)
    net.weight.data = torch.tensor(TABLE)
    found = answers(table=TABLE, indices=[2, 0, 2], padding_idx=0)
    assert found["y"] == net(torch.tensor([2, 0, 2])).tolist()
    assert found["params"] == net.weight.numel()
    net(torch.tensor([0, 1, 2])).sum().backward()
    assert found["trained"] == int((net.weight.grad != 0).sum())
