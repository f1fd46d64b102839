"""dlcalc check: homework files judged line by line, and blocks to fill in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dlcalc import topics
from dlcalc.api import LANGUAGES, one_of, refuse_standalone, solve
from dlcalc.cli import flags
from dlcalc.cli.environment import OK, Environment, status_of
from dlcalc.cli.exercise import as_said
from dlcalc.cli.exercise_line import exercise_of, read_exercise, written
from dlcalc.cli.files import BYTE_ORDER_MARKS, check_path, printable, unreadable_file
from dlcalc.core.homework import Block, CheckedBlock, CheckedFile, Fault
from dlcalc.core.report import Report, Verdict
from dlcalc.errors import InputError, Text
from dlcalc.practice.homework import LOOKS, check_block, read, template, unread

if TYPE_CHECKING:
    from typing import BinaryIO

LARGEST_FILE = 10_000_000
"""Bytes that a homework file may have."""
MOST_BLOCKS = 2_000
"""Blocks that a homework file may have."""
EXAMPLE = "dlcalc check homework.md"


def command(argv: Sequence[str], env: Environment, lang: str) -> int:
    """Check homework files or print a block to fill in, and return the exit status."""
    from dlcalc.render import FORMATS, STEPS

    if "--template" in argv:
        return _template(list(argv), env, lang)
    _refuse_topics(argv)
    takes = {"format": flags.VALUE, "steps": flags.VALUE, "lang": flags.VALUE}
    switches = dict.fromkeys(("standalone", "help", "template"), flags.SWITCH)
    words = flags.read(argv, {}, {**takes, **switches}, where="dlcalc check", example=EXAMPLE)
    options = words.options
    one_of("lang", str(options.get("lang", lang)), LANGUAGES)
    if options.get("help"):
        from dlcalc.cli.help import check_page

        env.write(check_page(lang, env.page_width, LARGEST_FILE))
        return OK
    format = str(options.get("format") or ("terminal" if env.is_terminal else "text"))
    one_of("format", format, FORMATS)
    if "steps" in options:
        one_of("steps", str(options["steps"]), STEPS)
    standalone = bool(options.get("standalone"))
    refuse_standalone(format, standalone)
    kinds = _Kinds()
    files = [CheckedFile(printable(name), kinds.of(_parts(name, env, lang))) for name in _named(words.bare, env)]
    from dlcalc.render.homework import render_homework

    pieces = render_homework(
        files,
        format,
        lang=lang,
        steps=str(options["steps"]) if "steps" in options else None,
        width=env.width,
        color=env.colors,
        standalone=standalone,
    )
    for piece in pieces:
        if piece and not env.write(piece):
            break  # nobody reads it any more
    return kinds.status()


# ---------------------------------------------------------------- what is to be read


def _refuse_topics(argv: Sequence[str]) -> None:
    """Say how one answer is checked, and that questions have no ids yet.

    Raises:
        InputError: if the first word is a topic's name, or looks like a question's id, and is no file.
    """
    first = argv[0] if argv else ""
    if os.path.exists(first):
        return
    if first.replace("_", "-") in topics.names():
        raise InputError(
            Text("dlcalc check reads files.", "dlcalc check 读取的是文件。"),
            Text(
                "Check one answer with dlcalc {topic} … --answer 26; print a block to fill in with "
                "dlcalc check --template {topic} …",
                "检查单个答案：dlcalc {topic} … --answer 26；输出待填写的代码块：dlcalc check --template {topic} …",
            ),
            topic=first,
        )
    if re.fullmatch(r"[\w.-]+@\d+:\S+|derive:\S+", first):
        read_exercise(first)  # says that there are no questions yet


def _named(names: list[str], env: Environment) -> list[str]:
    """Return the files to read; standard input where none is named and something is piped in.

    Raises:
        InputError: if there is nothing to read, or a file is missing: told before any is judged.
    """
    if not names and (env.stdin is None or env.stdin.isatty()):
        raise InputError(
            Text("There is nothing to read.", "没有可读的内容。"),
            Text(
                "Name a file (dlcalc check homework.md), pipe one in, or type - to type lines here.",
                "请给出文件（dlcalc check homework.md）、用管道输入，或用 - 在此逐行输入。",
            ),
        )
    for name in names:
        if name != "-":
            check_path(name, regular=False)  # a pipe such as <(command) is welcome
    return names or ["-"]


def _parts(name: str, env: Environment, lang: str) -> Iterator[CheckedBlock | Fault]:
    """Yield the judged blocks of a file, and what is wrong with the file as a whole."""
    try:
        data = _bytes(name, env)
        text, fault = decoded(data)
    except InputError as error:
        yield Fault(0, error)
        return
    del data
    if fault is not None:
        yield fault
    count = 0
    for count, block in enumerate(read(text), 1):
        if count > MOST_BLOCKS:
            too_many = InputError(
                Text("At most {most} blocks of a file are read.", "一个文件最多读取 {most} 个代码块。"),
                Text("Put the rest into another file.", "请把其余代码块放进另一个文件。"),
                most=MOST_BLOCKS,
            )
            yield Fault(block.line, too_many)
            return
        yield checked(block, lang)
    if not count:
        yield Fault(0, InputError(Text("There is no dlcalc block in it.", "其中没有 dlcalc 代码块。"), LOOKS))


def checked(block: Block, lang: str) -> CheckedBlock:
    """Judge one block; an exercise that cannot be used is a fault of its line, and the next blocks go on."""
    if not block.exercise:
        return CheckedBlock(block.line, "", faults=block.faults)
    try:
        return check_block(block, *read_exercise(block.exercise), lang)
    except Exception as error:
        return unread(block, Fault(block.line, as_said(error)))


def _bytes(name: str, env: Environment) -> bytes:
    """Return all that is in a file.

    Raises:
        InputError: if it cannot be read or is larger than `LARGEST_FILE`.
    """
    try:
        if name == "-":
            data = _limited(env.stdin.buffer)
        else:
            with open(name, "rb") as file:
                data = _limited(file)
    except OSError as error:
        raise unreadable_file(name, error) from None
    if len(data) > LARGEST_FILE:
        raise InputError(
            Text("It is larger than {most} MB.", "文件超过 {most} MB。"),
            Text("Hand in less in one file.", "请拆分成较小的文件。"),
            most=LARGEST_FILE // 1_000_000,
        )
    return data


def _limited(stream: BinaryIO) -> bytes:
    return stream.read(LARGEST_FILE + 1)  # no size is believed: some files grow, some say they have none


def decoded(data: bytes) -> tuple[str, Fault | None]:
    """Return a file's text, and the first line that is none.

    UTF-8, UTF-16 and UTF-32 that begin with their mark, and GB18030, which Chinese Windows writes; what is none of
    these is read as far as it is UTF-8.

    Raises:
        InputError: for binary data.
    """
    mark = next((name for sign, name in BYTE_ORDER_MARKS if data.startswith(sign)), None)
    fault = None
    if mark is not None:
        text = data.decode(mark, "replace")
    else:
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            try:
                text = data.decode("gb18030")
            except UnicodeDecodeError:
                text = data.decode(errors="replace")
                line = data.count(b"\n", 0, error.start) + 1
                fault = Fault(line, InputError(Text("This line is no UTF-8 text.", "这一行不是 UTF-8 文本。"), _SAVE))
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(
            Text("This is binary data, not text (line {line}).", "这是二进制数据，不是文本（第 {line} 行）。"),
            _SAVE,
            line=line,
        )
    return text, fault


_SAVE = Text("Save the file as text in UTF-8.", "请将文件另存为 UTF-8 文本。")


@dataclass(slots=True)
class _Kinds:
    """The verdicts there were in a run, which its exit status says; what could not be read counts as invalid."""

    found: set[str] = field(default_factory=set)

    def of(self, parts: Iterator[CheckedBlock | Fault]) -> Iterator[CheckedBlock | Fault]:
        """Pass parts on, taking note of their verdicts."""
        for part in parts:
            if isinstance(part, Fault) or part.faults:
                self.found.add("invalid")
            if isinstance(part, CheckedBlock) and part.report is not None:
                self.found |= {verdict.verdict for verdict in part.report.verdicts.values()}
            yield part

    def status(self) -> int:
        """Return the exit status."""
        return status_of([Report("", {kind: Verdict(kind, "") for kind in self.found})])


# ---------------------------------------------------------------- blocks to fill in


def _template(argv: list[str], env: Environment, lang: str) -> int:
    """Print the block of one exercise with its answers left out."""
    at = argv.index("--template")
    words = [*argv[at + 1 :], *argv[:at]]  # options of dlcalc check are options of an exercise too
    if not words or words[0].startswith("-"):
        raise InputError(
            Text("--template needs an exercise.", "--template 后面要写习题。"),
            Text("For example: {example}", "例如：{example}"),
            example="dlcalc check --template conv --in 28 --k 3",
        )
    topic, inputs = exercise_of(words)
    sheet = solve(topic.name, inputs, lang=lang)
    from dlcalc.render.page import headline

    env.write(template(sheet, written(topic, inputs), headline(sheet)))
    return OK
