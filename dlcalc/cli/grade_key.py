"""The key of a class: which exercise each question is, and what it is worth.

A TOML file with a table for each question:

    title = "Week 3"

    [[question]]
    id = "q1"
    command = "conv --in 28 --k 3"
    title = "A small convolution"     # optional
    asked = ["out", "params"]         # optional: what earns marks; else every line handed in does
    marks = 2                         # optional: for each of them; 1 unless given
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from dlcalc import topics
from dlcalc.cli.answers_csv import whole_message
from dlcalc.cli.exercise_line import read_exercise
from dlcalc.core.suggest import unknown_word
from dlcalc.errors import DlcalcError, InputError, Text
from dlcalc.practice.check import WORK_LIMIT, check
from dlcalc.practice.grade import Question

LARGEST_KEY = 20_000_000
"""Bytes that a key may have."""
MOST_QUESTIONS = 10_000
MOST_MARKS = 1_000_000
LONGEST_WORDS = 200
"""Characters of an id or a title."""
FIELDS = ("id", "command", "title", "asked", "marks")
EXAMPLE = '[[question]]\n  id = "q1"\n  command = "conv --in 28 --k 3"'


@dataclass(frozen=True, slots=True)
class Entry:
    """A question as plain data, which another process can be sent: the topic by its name."""

    id: str
    topic: str
    inputs: dict[str, object]
    title: str
    asked: tuple[str, ...]
    marks: float

    def question(self) -> Question:
        """Return the question."""
        return Question(self.id, topics.load(self.topic), self.inputs, self.title, self.asked, self.marks)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was read: its title, its questions, and a digest that tells it from any other."""

    title: str
    entries: tuple[Entry, ...]
    digest: str


def read_key(path: str, lang: str) -> Key:
    """Read a key; the ending of its name says of which kind it is.

    Raises:
        InputError: for a file that cannot be read, or with every fault of it at once.
    """
    from dlcalc.cli.files import check_path, unreadable_file

    check_path(path, regular=False)
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_KEY + 1)
    except OSError as error:
        raise unreadable_file(path, error) from None
    if len(data) > LARGEST_KEY:
        raise _wrong(
            Text("The key is larger than {most} MB.", "答案键文件超过 {most} MB。"), most=LARGEST_KEY // 1_000_000
        )
    if os.path.splitext(path)[1].lower() == ".json":  # the key of a quiz goes to a reader of its own here
        raise _wrong(Text("Keys of quizzes are not read yet.", "尚不能读取测验的答案键。"))
    title, entries = _entries(_document(data), lang)
    return Key(title, entries, sha256(data).hexdigest())


def _wrong(text: Text, **values: object) -> InputError:
    hint = Text("A key is TOML, and looks like this:\n  {example}", "答案键是 TOML 文件，应像这样：\n  {example}")
    return InputError(text, hint, example=EXAMPLE, **values)


def _document(data: bytes) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise _wrong(
            Text("Byte {place} of the key is no UTF-8.", "答案键的第 {place} 个字节不是 UTF-8。"),
            place=error.start + 1,
        ) from None
    except RecursionError:
        raise _wrong(Text("The key is nested too deep.", "答案键嵌套太深。")) from None
    except ValueError as error:  # TOMLDecodeError is one; a whole number of too many digits is a plain one
        raise _wrong(
            Text("The key is not TOML: {reason}.", "答案键不是 TOML：{reason}。"), reason=str(error).rstrip(".")[:200]
        ) from None


def _entries(document: Mapping[str, Any], lang: str) -> tuple[str, tuple[Entry, ...]]:
    """Return the title and the questions.

    Raises:
        InputError: telling every fault there is.
    """
    faults: list[str] = []
    for name in document:
        if name not in ("question", "title"):
            faults.append(_said(unknown_word(name[:60], ["question", "title"], Text("entry", "条目"), "KEY"), lang))
    title, tables = document.get("title", ""), document.get("question", [])
    if not _is_words(title):
        faults.append(Text("title is text of one row.", "title 应为一行文本。").say(lang))
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _wrong(Text("Its questions are no [[question]] tables.", "其中的题目不是 [[question]] 表。"))
    if not tables or len(tables) > MOST_QUESTIONS:
        raise _wrong(
            Text(
                "There are {count:,} questions; a key has 1 to {most:,}.",
                "有 {count:,} 个题目；答案键应有 1 到 {most:,} 个。",
            ),
            count=len(tables),
            most=MOST_QUESTIONS,
        )
    entries: dict[str, Entry] = {}
    for number, table in enumerate(tables, 1):
        id = table.get("id")
        where = f"{Text('question', '题目').say(lang)} {number}"
        where += f" ({id[:60]})" if isinstance(id, str) and id.strip() and id.isprintable() else ""
        found = list(_faults_of(table, lang))
        if not found and id.strip() in entries:
            found = [Text("An earlier question has the same id.", "前面已有同名的题目。").say(lang)]
        if not found:
            try:
                entries[id.strip()] = _entry(table)
            except DlcalcError as error:
                found = [_said(error, lang)]
        faults += (f"{where}{'：' if lang == 'zh' else ': '}{fault}" for fault in found)
    if faults:
        shown = "".join(f"\n  {fault}" for fault in faults[:100]) + ("\n  …" if len(faults) > 100 else "")
        raise InputError(
            Text("The key has {count} fault(s):{shown}", "答案键有 {count} 处错误：{shown}"),
            count=len(faults),
            shown=shown,
        )
    return title, tuple(entries.values())


def _is_words(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_WORDS and (value.isprintable())


def _faults_of(table: Mapping[str, Any], lang: str) -> Iterator[str]:
    for name in table:
        if name not in FIELDS:
            yield _said(unknown_word(name[:60], list(FIELDS), Text("entry", "条目"), "[[question]]"), lang)
    if not _is_words(table.get("id")) or not table["id"].strip():
        yield Text('It needs an id, such as id = "q1".', '需要编号，例如 id = "q1"。').say(lang)
    if not isinstance(table.get("command"), str):
        says = Text(
            'It needs a command, such as command = "conv --in 28 --k 3".',
            '需要命令，例如 command = "conv --in 28 --k 3"。',
        )
        yield says.say(lang)
    if not _is_words(table.get("title", "")):
        yield Text("title is text of one row.", "title 应为一行文本。").say(lang)
    asked = table.get("asked", ["out"])
    if not isinstance(asked, list) or not asked or not all(isinstance(name, str) for name in asked):
        yield Text('asked is a list of names, such as ["out"].', 'asked 应为名称列表，例如 ["out"]。').say(lang)
    elif len(set(asked)) < len(asked):
        yield Text("asked has a name twice.", "asked 中有重复的名称。").say(lang)
    marks = table.get("marks", 1)
    if isinstance(marks, bool) or not isinstance(marks, int | float) or not 0 < marks <= MOST_MARKS:
        says = Text("marks is a number above 0 and at most {most:,}.", "marks 应为大于 0 且不超过 {most:,} 的数。")
        yield says.say(lang, most=MOST_MARKS)


def _entry(table: Mapping[str, Any]) -> Entry:
    """Return a question whose fields are of the right kinds.

    Raises:
        DlcalcError: for a command that cannot be worked out, or an answer that this exercise does not have.
    """
    topic, inputs = read_exercise(table["command"])
    asked = tuple(name.strip() or topic.answers[0].name for name in table.get("asked", ()))
    check(topic, inputs, dict.fromkeys(asked or ("",), ""), most_lines=WORK_LIMIT)
    command = " ".join(table["command"].split()).removeprefix("dlcalc ")
    title = table.get("title") or (command if len(command) <= LONGEST_WORDS else command[: LONGEST_WORDS - 1] + "…")
    return Entry(table["id"].strip(), topic.name, inputs, title, asked, float(table.get("marks", 1)))


def _said(error: DlcalcError, lang: str) -> str:
    name = getattr(error, "name", None)
    front = f"--{name.replace('_', '-')}{'：' if lang == 'zh' else ': '}" if name else ""
    return front + whole_message(error, lang)
