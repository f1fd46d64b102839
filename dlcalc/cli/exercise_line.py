"""An exercise written as its command line: `conv --in 28 --k 3`, as it stands in a key or above pasted answers.

The line is data: it is split as a shell splits words, and nothing in it is expanded, opened or run.
"""

from __future__ import annotations

import shlex

from dlcalc import topics
from dlcalc.cli import flags
from dlcalc.core.suggest import unknown_word
from dlcalc.core.topic import Topic, names_a_file
from dlcalc.errors import InputError, Text

LONGEST = 100_000
"""Characters that an exercise's line may have."""


def read_exercise(line: str) -> tuple[Topic, dict[str, object]]:
    """Read an exercise's command, with or without `dlcalc` in front.

    Args:
        line: the command; it may be wrapped over several rows.

    Returns:
        The topic and its inputs as typed.

    Raises:
        InputError: for a line that is no topic's command, has an option that belongs to the terminal, or names a file.
    """
    if len(line) > LONGEST:
        raise InputError(
            Text("The command is longer than {most:,} characters.", "命令超过 {most:,} 个字符。"),
            Text("Give smaller maps.", "请给出较小的数组。"),
            most=LONGEST,
        )
    try:
        words = shlex.split(line.replace("\\\n", " "))
    except ValueError:
        raise InputError(
            Text("A quotation mark is never closed.", "引号没有闭合。"),
            Text("Close it: --x '1,2; 3,4'", "请补上引号：--x '1,2; 3,4'"),
        ) from None
    if words[:1] == ["dlcalc"]:
        del words[0]
    if not words:
        raise InputError(
            Text("There is no command.", "没有命令。"),
            Text("Write one, such as: conv --in 28 --k 3", "请写一个，例如：conv --in 28 --k 3"),
        )
    name = words[0]
    if name.replace("_", "-") not in topics.names():
        raise unknown_word(name[:60], list(topics.names()), Text("topic", "主题"), "dlcalc")
    topic = topics.load(name)
    read = flags.read_topic(topic, words[1:])
    foreign = next(iter([*read.options, *read.repeated]), None)
    if foreign is not None:
        raise InputError(
            Text("An exercise has inputs only.", "习题的命令中只能有输入。"),
            Text("Leave --{foreign} out.", "请去掉 --{foreign}。"),
            foreign=foreign,
        ).about(foreign)
    for each, value in read.inputs.items():
        if names_a_file(value):
            raise InputError(
                Text("'{value}' names a file, and none is opened here.", "“{value}” 是文件名，这里不打开文件。"),
                Text("Write the numbers themselves.", "请直接写出数值。"),
                value=str(value)[:60],
            ).about(each)
    return topic, read.inputs
