"""Homework files: Markdown in which each fenced `dlcalc` block holds an exercise and the student's working.

    ```dlcalc
    conv --in 28 --k 3 --filters 25
    out = 26
    params = 225
    ```

The first line of a block is the exercise's command (with or without `dlcalc` before it) or the id of a question; the
lines below are `name = value`, in working order. Everything outside such blocks is prose and is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dlcalc.errors import Text

LONGEST_FILE = 10_000_000
"""Bytes that a homework file may have."""
LONGEST_LINE = 20_000
"""Characters that a line of a block may have."""
MOST_ITEMS = 2_000
"""Lines of working that one block may have."""

_FENCE = re.compile(r"(?P<indent> {0,3})(?P<marks>`{3,}|~{3,})[ \t]*(?P<word>[^\s`]*)")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of working: `name = value`, and the number of its line in the file."""

    line: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of a block that is no line of working, or a block that is no exercise; `text` says what to do."""

    line: int
    text: Text


@dataclass(frozen=True, slots=True)
class Block:
    """One exercise as handed in.

    Attributes:
        line: the number of the line with the exercise; of the fence where the block is empty.
        exercise: that line, without the word dlcalc; "" where there is none.
        items: the lines of working, in order.
        faults: the lines that could not be read.
    """

    line: int
    exercise: str
    items: tuple[Item, ...]
    faults: tuple[Fault, ...]


def read(text: str) -> Iterator[Block]:
    """Yield the `dlcalc` blocks of a homework file, in order. Nothing in them is run."""
    closing = ""
    wanted = False
    start = 0
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if not closing:
            if fence:
                closing, start, lines = fence["marks"], number, []
                wanted = fence["word"].lower() == "dlcalc"
        elif fence and _closes(line, closing):
            if wanted:
                yield _block(start, lines)
            closing = ""
        elif wanted:
            lines.append((number, line))
    if closing and wanted:
        yield _block(
            start,
            lines,
            Fault(start, Text("This block is never closed: end it with ```.", "这个代码块没有结束：请以 ``` 结尾。")),
        )


def _closes(line: str, opening: str) -> bool:
    """Say whether a line ends a block: the same signs, at least as many, and nothing else."""
    marks = line.strip()
    return set(marks) == {opening[0]} and len(marks) >= len(opening)


def _block(start: int, lines: list[tuple[int, str]], *faults: Fault) -> Block:
    found = list(faults)
    items: list[Item] = []
    exercise, first = "", start
    for number, line in lines:
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", "//")):
            continue
        if len(stripped) > LONGEST_LINE:
            text = Text(f"This line is longer than {LONGEST_LINE} characters.", f"这一行超过 {LONGEST_LINE} 个字符。")
            found.append(Fault(number, text))
        elif not exercise:
            exercise, first = _exercise(stripped), number
        elif len(items) >= MOST_ITEMS:
            text = Text(f"At most {MOST_ITEMS} lines of a block are read.", f"一个代码块最多读取 {MOST_ITEMS} 行。")
            found.append(Fault(number, text))
            break
        else:
            item = _item(number, stripped)
            (items if isinstance(item, Item) else found).append(item)  # type: ignore[arg-type]
    if not exercise:
        text = Text(
            "This block is empty: its first line is the exercise, such as conv --in 28 --k 3.",
            "这个代码块是空的：第一行应写习题，例如 conv --in 28 --k 3。",
        )
        found.append(Fault(start, text))
    return Block(first, exercise, tuple(items), tuple(found))


def _exercise(line: str) -> str:
    """Return the exercise's line without a prompt and the word dlcalc."""
    words = line.removeprefix("$ ").lstrip()
    first, _, rest = words.partition(" ")
    return rest.strip() if first == "dlcalc" else words


def _item(number: int, line: str) -> Item | Fault:
    """Read `name = value`; the sign may be full width, and a list marker may stand before."""
    name, equals, value = re.sub(r"^(?:[-*+] |\d+[.)] )", "", line).replace("＝", "=").partition("=")
    name = name.strip().strip("`*")
    if not equals or not name:
        text = Text("A line of working reads name = value, such as out = 26.", "每行应写成 名称 = 值，例如 out = 26。")
        return Fault(number, text)
    return Item(number, name, value.strip().rstrip("`"))
