"""The embedding table: V·d parameters, and why looking a row up is a product with a one-hot vector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.core.topic import Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text

MOST_PRODUCTS = 300_000
"""Products of the one-hot matrix with the table that are worked out at most."""


def write(w: Work) -> None:
    """Write the sheet of an embedding: E is V × d, one row for each word (Mikolov et al. 2013; torch.nn.Embedding)."""
    inputs = w.inputs
    w.given("V", inputs["vocab"], "vocab")
    w.given("d", inputs["d"], "d")
    indices = inputs["indices"]
    if indices is not None:
        w.given("n", indices.shape[0], "indices")
    w.let("params = V*d", "a row of d numbers for every word, no bias", "每个词一行 d 个数，没有偏置")
    if inputs["padding_idx"] is not None:
        w.let(
            "trained = (V - 1)*d",
            "the row of the padding word stays as it is",
            "填充词的那一行保持不变",
        )
    if indices is None:
        return
    w.let("values = n*d", "numbers that leave: a row for every index", "输出的元素个数：每个下标一行")
    w.let("macs = n*V*d", "if the one-hot product were really worked out", "若真的做独热乘法，乘加次数")
    w.note(
        "Looking the rows up needs no multiplication: it only copies {n} row(s).",
        "查表不需要乘法：只是复制 {n} 行。",
        n=indices.shape[0],
    )
    if inputs["table"] is not None:
        value_lines(w)


def value_lines(w: Work) -> None:
    """Write the rows looked up as the product of the one-hot rows with the table."""
    from dlcalc.core.arrays import Array

    inputs = w.inputs
    first = 1 if inputs["from_one"] else 0
    rows: Any = [
        [int(word == index - first) for word in range(inputs["vocab"])] for index in inputs["indices"].tolist()
    ]
    w.given("E", inputs["table"], "table")
    w.given("X", Array.of(rows), "indices")
    w.let("y = X @ E", "each one-hot row picks one row of the table", "每个独热行取出表中的一行")


def settle(inputs: dict[str, Any]) -> None:
    """Fill in V and d from the table, and see that every index has a row.

    Raises:
        InputError: where sizes contradict the table, or an index has no row.
    """
    table, indices = inputs["table"], inputs["indices"]
    if table is not None:
        for name, found in zip(("vocab", "d"), table.shape, strict=True):
            if inputs[name] not in (None, found):
                raise InputError(
                    Text("{name} is {said}, but the table says {found}.", "{name} 是 {said}，而表中是 {found}。"),
                    Text("Leave {name} out.", "请去掉 {name}。"),
                    name=name,
                    said=inputs[name],
                    found=found,
                ).about(name)
            inputs[name] = found
    first = 1 if inputs["from_one"] else 0
    last = inputs["vocab"] - 1 + first
    for index in indices.tolist() if indices is not None else ():
        _refuse_index("indices", index, first, last)
    if inputs["padding_idx"] is not None:
        _refuse_index("padding_idx", inputs["padding_idx"], first, last)
    if table is not None and indices is not None:
        products = indices.shape[0] * inputs["vocab"] * inputs["d"]
        if products > MOST_PRODUCTS:
            raise InputError(
                Text("The one-hot product has {n} terms.", "独热乘积有 {n} 项。"),
                Text("At most {most} are worked out: give fewer indices.", "最多计算 {most} 项：请减少下标。"),
                n=products,
                most=MOST_PRODUCTS,
            ).about("indices")


def _refuse_index(name: str, index: Any, first: int, last: int) -> None:
    if isinstance(index, int) and first <= index <= last:
        return
    raise InputError(
        Text("The table has no row {index}.", "表中没有第 {index} 行。"),
        Text("Type whole numbers from {first} to {last}.", "请输入 {first} 到 {last} 的整数。")
        if first
        else Text(
            "Type whole numbers from 0 to {last}; to count from 1, add --from-one.",
            "请输入 0 到 {last} 的整数；若从 1 数起，请加 --from-one。",
        ),
        index=index,
        first=first,
        last=last,
    ).about(name)


def _is_table_of(inputs: Mapping[str, Any], first: int, last: int, *, from_one: bool) -> bool:
    """Say whether rows are looked up, counted so, and every index lies between first and last."""
    if inputs["table"] is None or inputs["indices"] is None or inputs["from_one"] is not from_one:
        return False
    return all(first <= index <= last for index in inputs["indices"].tolist())


MISCONCEPTIONS = (
    Misconception(
        "rows-counted-from-one",
        Text("You counted the rows from 1: the first row has the index 0.", "从 1 数起了：第一行的下标是 0。"),
        inputs={"from_one": True},
        applies=lambda inputs: _is_table_of(inputs, 1, inputs["vocab"], from_one=False),
    ),
    Misconception(
        "rows-counted-from-zero",
        Text("You counted the rows from 0: here the first row has the index 1.", "从 0 数起了：这里第一行的下标是 1。"),
        inputs={"from_one": False},
        applies=lambda inputs: _is_table_of(inputs, 0, inputs["vocab"] - 1, from_one=True),
    ),
    Misconception(
        "bias-counted-anyway",
        Text("You added biases: an embedding is a table and has none.", "多加了偏置：嵌入是一张表，没有偏置。"),
        {"params": "V*d + d"},
    ),
    Misconception(
        "rows-that-are-looked-up",
        Text(
            "You counted the rows of this text: the table has a row for every word of the vocabulary.",
            "只算了这段文本用到的行：表中为词表里的每个词都有一行。",
        ),
        {"params": "n*d"},
        applies=lambda inputs: inputs["indices"] is not None,
    ),
    Misconception(
        "padding-row-left-out",
        Text(
            "You left out the padding row: it is not trained, but the table has it.",
            "漏了填充词的行：它虽不训练，但仍在表中。",
        ),
        {"params": "(V - 1)*d"},
        applies=lambda inputs: inputs["padding_idx"] is not None,
    ),
)
