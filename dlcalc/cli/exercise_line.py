"""An exercise written as its command line: `conv --in 28 --k 3`, as it stands in a homework file or in a key.

The line is data: it is split as a shell splits words, and nothing in it is expanded, opened or run. The marks a word
processor makes of quotes and dashes are taken as what was typed, and a value may hold blanks without quotes.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

from dlcalc import topics
from dlcalc.cli import flags
from dlcalc.core.suggest import nearest
from dlcalc.core.topic import Topic, names_a_file
from dlcalc.core.values import exact_text
from dlcalc.errors import InputError, Text

LONGEST = 100_000
"""Characters that an exercise's line may have."""
OF_THE_PAGE = frozenset({"steps", "format", "standalone", "round", "exact", "conventions", "lang"})
"""Options of a command that change how its sheet looks, not what is calculated: an exercise may have them."""

_TYPOGRAPHY = str.maketrans("“”„‘’＂＇\u3000\u00a0", '"""\'\'"\'  ')
_DASHES = re.compile(r"(?<!\S)(?:[—–]{1,2}|[－﹣]{2}|−−)(?=[A-Za-z])")
QUESTION_ID = re.compile(r"[\w.-]+@\d+:\S+|derive:\S+")
"""The id of a question of the bank, name@version:seed, or of a derivation."""
_HERE = Text("Write the exercise as its command: {example}", "请写出习题的命令：{example}")
_EXAMPLE = "conv --in 28 --k 3"


def read_exercise(line: str) -> tuple[Topic, dict[str, object]]:
    """Read an exercise's command, with or without `dlcalc` in front.

    Args:
        line: the command; it may be wrapped over several rows.

    Returns:
        The topic and its inputs as typed.

    Raises:
        InputError: for a line that is no topic's command, has an option that is no input (but those `OF_THE_PAGE`), or
            names a file.
    """
    if len(line) > LONGEST:
        raise InputError(
            Text("The command is longer than {most:,} characters.", "命令超过 {most:,} 个字符。"),
            Text("Give smaller maps.", "请给出较小的数组。"),
            most=LONGEST,
        )
    line = _DASHES.sub("--", line.replace("\\\n", " ").translate(_TYPOGRAPHY))
    try:
        words = shlex.split(line)
    except ValueError as error:
        if "escape" in str(error):
            text = Text("A backslash stands at the end of the command.", "命令以反斜杠结尾。")
            raise InputError(text, Text("Leave it out.", "请去掉它。")) from None
        raise InputError(
            Text("A quotation mark is never closed.", "引号没有闭合。"),
            Text("Close it: --x '1,2; 3,4'", "请补上引号：--x '1,2; 3,4'"),
        ) from None
    return exercise_of(words)


def exercise_of(words: list[str]) -> tuple[Topic, dict[str, object]]:
    """Read an exercise's command that is split into words already; see `read_exercise`.

    Raises:
        InputError: as `read_exercise`.
    """
    if words[:1] == ["dlcalc"]:
        words = words[1:]
    if not words:
        raise InputError(Text("There is no command.", "没有命令。"), _HERE, example=_EXAMPLE)
    topic = _topic(words[0])
    read = flags.read_topic(topic, _joined(words[1:]))
    foreign = next((name for name in (*read.repeated, *read.options) if name not in OF_THE_PAGE), None)
    if foreign is not None:
        answers = Text("Write answers on lines of their own: out = 26", "答案请另起一行书写：out = 26")
        leave = Text("Leave --{foreign} out.", "请去掉 --{foreign}。")
        raise InputError(
            Text("An exercise has inputs only.", "习题的命令中只能有输入。"),
            answers if foreign == "answer" else leave,
            foreign=foreign,
        ).about(foreign)
    for name, value in read.inputs.items():
        if names_a_file(value):
            raise InputError(
                Text("'{value}' names a file, and none is opened here.", "“{value}” 是文件名，这里不打开文件。"),
                Text("Write the numbers themselves.", "请直接写出数值。"),
                value=str(value)[:60],
            ).about(name)
    return topic, read.inputs


def _topic(word: str) -> Topic:
    """Return the topic of a command."""
    if word.replace("_", "-").lower() in topics.names():
        return topics.load(word.lower())
    if QUESTION_ID.fullmatch(word):
        raise InputError(
            Text(
                "'{word}' is the id of a question, and there are no questions yet.", "“{word}” 是题号，目前还没有题库。"
            ),
            _HERE,
            word=word[:60],
            example=_EXAMPLE,
        )
    near = nearest(word[:60], list(topics.names()))
    raise InputError(
        Text("dlcalc has no topic '{word}'.", "dlcalc 没有主题“{word}”。"),
        Text("Did you mean {near}?", "你是不是想输入 {near}？") if near else _HERE,
        word=word[:60],
        near=", ".join(near),
        example=_EXAMPLE,
    )


def _joined(words: list[str]) -> list[str]:
    """Join the words of a value that holds blanks: no shell parts them here, and no word stands without its flag."""
    found: list[str] = []
    for word in words:
        if len(found) > 1 and not word.startswith("--") and not found[-1].startswith("--"):
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def written(topic: Topic, inputs: Mapping[str, object]) -> str:
    """Return the line that `read_exercise` reads as this exercise; inputs as typed or as Python values.

    A tuple is a size, 3x5, or padding with its two sides, 0:1x0:1; the tables of a whole net are JSON.
    """
    words = [topic.name]
    for name, value in inputs.items():
        flag = f"--{name.replace('_', '-')}"
        if value is False:
            words.append(f"--no-{flag[2:]}")
        elif value is not None:
            words += [flag] if value is True else [flag, shlex.quote(_typed(value))]
    return " ".join(words)


def _typed(value: Any) -> str:
    """Write an input as a person would."""
    match value:
        case str():
            return " ".join(value.split())
        case tuple():
            return "x".join(":".join(map(str, side)) if isinstance(side, tuple) else str(side) for side in value)
        case dict() | [dict(), *_]:
            return json.dumps(value, ensure_ascii=False, default=exact_text)  # the weights of a whole net
        case list() if all(isinstance(item, str) and item[:1].isalpha() for item in value):
            return ",".join(value)  # words: one for each layer
        case list():
            return f"[{', '.join(map(_typed, value))}]"
    return exact_text(value)
