"""dlcalc batch: exercises as JSON Lines in, answers as JSON Lines out, in order, in constant memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from time import monotonic
from typing import BinaryIO

from dlcalc.api import LANGUAGES, one_of
from dlcalc.cli import flags
from dlcalc.cli.environment import NOT_ACCEPTED, OK, Environment
from dlcalc.cli.exercise import EXAMPLE, LONGEST_LINE, Done, NumberedLine, answer, answer_all
from dlcalc.cli.progress import progress
from dlcalc.core.values import plain
from dlcalc.errors import InputError, Text

_PROGRESS = Text(
    "{lines:,} lines · {failed:,} failed · {rate:,.0f} per second",
    "{lines:,} 行 · {failed:,} 行失败 · 每秒 {rate:,.0f} 行",
)
PIECE = 1 << 16
"""Bytes read at once; what they gave is written before more are waited for."""
PAUSE = 0.1
"""Seconds after which what is done is written, though more lines are at hand."""
TOGETHER = 64
"""Lines that a process is given at once."""
MOST_JOBS = 60
"""Processes; Windows cannot wait for more."""


def pieces(stream: BinaryIO, name: str = "-") -> Iterator[list[NumberedLine]]:
    """Yield the lines of a stream, blank ones left out, as they come: those of one read at a time.

    At most one line and one piece are kept, whatever the stream holds.

    Raises:
        InputError: if it cannot be read.
    """
    read = getattr(stream, "read1", None) or stream.read  # read1 gives what there is and does not wait for more
    number, rest, too_long = 1, bytearray(), False
    while True:
        try:
            piece = read(PIECE)
        except OSError as error:
            from dlcalc.cli.files import unreadable_file

            raise unreadable_file(name, error) from None
        found: list[NumberedLine] = []
        *ended, last = piece.split(b"\n")
        if not piece and (rest or too_long):
            ended = [b""]  # the last line has no end
        for line in ended:
            found += _line(number, bytes(rest) + line if rest else line, too_long)
            rest.clear()
            number, too_long = number + 1, False
        rest += last
        if len(rest) > LONGEST_LINE:
            rest.clear()
            too_long = True
        if found:
            yield found
        if not piece:
            return


def _line(number: int, line: bytes, too_long: bool) -> list[NumberedLine]:
    if too_long or len(line) > LONGEST_LINE:
        return [(number, None)]
    if number == 1:
        line = line.removeprefix(b"\xef\xbb\xbf")
    return [(number, line)] if line.strip() else []


class Output:
    """Where answers go, in order: to standard output, and as counts to whoever shows the progress."""

    def __init__(self, env: Environment, show: Callable[[int, int], None]) -> None:
        self.env, self.show = env, show
        self.lines = self.failed = 0
        self.waiting: list[str] = []
        self.written = monotonic()
        self.wanted = True

    def put(self, done: Done) -> None:
        """Take answers, and write them if none were written for a while."""
        self.waiting.append(done.text)
        self.lines += done.lines
        self.failed += done.failed
        if monotonic() - self.written > PAUSE:
            self.write()

    def write(self) -> None:
        """Write what was answered; `wanted` turns False once nobody reads it any more."""
        text, self.waiting = "".join(self.waiting), []
        if text and self.wanted:
            self.wanted = self.env.write(text)
            self.show(self.lines, self.failed)
        self.written = monotonic()


def answer_here(found: Iterable[list[NumberedLine]], output: Output, lang: str, ascii: bool) -> None:
    """Answer lines in this process; what one read gave is written before the next one waits."""
    try:
        for lines in found:
            for number, line in lines:
                text, fine = answer(number, line, lang, ascii)
                output.put(Done(text + "\n", 1, not fine))
                if not output.wanted:
                    return
            output.write()
    finally:
        output.write()  # what was done before Ctrl-C stays done


def command(argv: Sequence[str], env: Environment, lang: str) -> int:
    """Answer every line of a file or of standard input, and return the exit status."""
    takes = {"jobs": flags.VALUE, "lang": flags.VALUE, "help": flags.SWITCH}
    words = flags.read(argv, {}, takes, where="dlcalc batch", example="dlcalc batch exercises.jsonl --jobs 4")
    one_of("lang", str(words.options.get("lang", lang)), LANGUAGES)
    if words.options.get("help"):
        from dlcalc.cli.help import batch_page

        env.write(batch_page(lang, env.page_width, EXAMPLE, LONGEST_LINE))
        return OK
    jobs = jobs_of(str(words.options.get("jobs", "1")))
    encoding = (getattr(env.stdout, "encoding", None) or "utf-8").lower()
    with ExitStack() as stack:
        found = _pieces_of(words.bare, env, stack)
        output = Output(env, stack.enter_context(progress(env, lang, _PROGRESS)))
        if jobs == 1:
            answer_here(found, output, lang, not encoding.startswith("utf"))
        else:
            from dlcalc.cli.workers import work_in_order

            work = partial(answer_all, lang=lang, ascii=not encoding.startswith("utf"))
            work_in_order(_tasks(found), work, output, jobs)
    return NOT_ACCEPTED if output.failed else OK


def _tasks(found: Iterable[list[NumberedLine]]) -> Iterator[list[NumberedLine]]:
    """Yield the lines as a process is given them."""
    for lines in found:
        for start in range(0, len(lines), TOGETHER):
            yield lines[start : start + TOGETHER]


def jobs_of(typed: str) -> int:
    """Return how many processes are wanted; `auto` and 0 are as many as there are cores.

    Raises:
        InputError: for what is no number of them.
    """
    text = plain(typed).strip().lower()
    number = 0 if text == "auto" else int(text) if text.isdecimal() and len(text) < 4 else -1
    if not 0 <= number <= MOST_JOBS:
        raise InputError(
            Text("'{typed}' is no number of processes.", "“{typed}” 不是进程数。"),
            Text("Give a whole number from 1 to {most}, or auto.", "请给出 1 到 {most} 的整数，或 auto。"),
            typed=typed[:60],
            most=MOST_JOBS,
        ).about("jobs")
    return number or min(os.cpu_count() or 1, MOST_JOBS)


def _pieces_of(files: list[str], env: Environment, stack: ExitStack) -> Iterator[list[NumberedLine]]:
    """Open what is to be read.

    Raises:
        InputError: if there is nothing, more than one file, or a file that cannot be read.
    """
    if len(files) > 1:
        raise InputError(
            Text("There are {count} files.", "给了 {count} 个文件。"),
            Text(
                "Give one, or pipe them: cat {files} | dlcalc batch", "请给一个，或用管道：cat {files} | dlcalc batch"
            ),
            count=len(files),
            files=" ".join(files)[:60],
        )
    if files and files[0] != "-":
        from dlcalc.cli.files import check_path, unreadable_file

        check_path(files[0], regular=False)  # a pipe such as <(command) is welcome
        try:
            return pieces(stack.enter_context(open(files[0], "rb")), files[0])
        except OSError as error:
            raise unreadable_file(files[0], error) from None
    if env.stdin is None or (not files and env.stdin.isatty()):
        raise InputError(
            Text("There is nothing to read.", "没有可读的内容。"),
            Text(
                "Name a file (dlcalc batch exercises.jsonl), pipe one in, or type - to type lines here.",
                "请给出文件（dlcalc batch exercises.jsonl）、用管道输入，或用 - 在此逐行输入。",
            ),
        )
    return pieces(env.stdin.buffer)
