"""Where graded rows go: CSV in the order of the answers, in a file that is whole or absent, and can be gone on with.

While a run is under way, `FILE.partial` grows, and from time to time `FILE.state` is replaced by one that says how far
the answers are read and how long the partial files are. A run that is ended in any way, by `kill -9` too, is gone on
with by the next that has the same key, answers and options: what was written after the last state is cut off and
written again, so that the bytes are those of a run without a break. Sums are not kept in the state: they are added up
again from the rows of the partial file.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from time import monotonic
from typing import IO, NamedTuple

from dlcalc import __version__
from dlcalc.cli.answers_csv import Place, Rejected, Row
from dlcalc.cli.environment import Environment
from dlcalc.cli.progress import Shown
from dlcalc.core.class_report import ClassReport
from dlcalc.core.layout import visible
from dlcalc.core.values import plain
from dlcalc.errors import InputError, Text
from dlcalc.practice.grade import Tally

HEADER = (
    "line",
    "student",
    "question",
    "name",
    "value",
    "verdict",
    "marks",
    "rests_on",
    "misconceptions",
    "convention",
    "expected",
    "message",
)
REJECTED_HEADER = ("line", "why", "row")
BETWEEN_STATES = 1.0
"""Seconds of work that a killed run loses at most."""
BETWEEN_WRITES = 0.1
FIRST = 20
"""Rejected rows that the report lists."""
MOST_REMEDIES = 10_000
_EACH_ITS_OWN = Text(
    "It shows differently from student to student: see the messages of the rows.", "各学生的表现不同：见各行的说明。"
)


class Cells(NamedTuple):
    """What is written of a verdict: the cells behind the student's own, and the marks as a number."""

    verdict: str
    marks: float | None
    rests_on: str
    misconceptions: str
    convention: str
    expected: str
    message: str
    remedies: tuple[tuple[str, Text], ...]


class Done(NamedTuple):
    """A task that was done: rows with their cells, rows rejected, and the place where the next task begins."""

    judged: list[tuple[Row, Cells]]
    rejected: list[Rejected]
    place: Place


# ---------------------------------------------------------------- cells

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?%?(/\d+)?")
_STARTS_FORMULA = frozenset("=+-@\t\r")


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe is set before = + - @ unless it is a number.

    Signs before which only blanks stand, and full-width ones, are taken for the same. What steers a terminal becomes a
    sign one can see, as the rows may be printed on one; the lines of a cell stay.
    """
    if not cell:
        return cell
    shown = cell if cell.isprintable() else "\n".join(map(visible, cell.split("\n")))
    if cell[0].isalnum():
        return shown
    bare = plain(cell.lstrip(" \u3000\u00a0\n\ufeff"))
    if bare[:1] in _STARTS_FORMULA and bare and not _NUMBER.fullmatch(cell):
        return "'" + shown
    return shown


def split_names(cell: str) -> list[str]:
    """Return the misconceptions of a cell: alternatives are parted by `;`, those made together by `+`."""
    return re.split("[;+]", cell) if cell else []


# ---------------------------------------------------------------- files


class Files(NamedTuple):
    """Where the rows are to stand; None for standard output, and for standard error."""

    out: str | None
    rejected: str | None


class State(NamedTuple):
    """How far a run had come: its place in the answers, how long its files were, and what they do not tell."""

    place: Place
    sizes: tuple[int, int]
    rejected: int
    first_rejected: list[tuple[int, str]]
    remedies: dict[tuple[str, str], Text]


def read_state(out: str, run: dict[str, str]) -> tuple[State | None, list[str]]:
    """Return the state a run was broken off in, if it can be gone on with, else what has changed since.

    Args:
        out: the file that the run is to write.
        run: what the run depends on, by name.
    """
    try:
        with open(f"{out}.state", encoding="utf-8") as file:
            document = json.load(file)
        before = document["run"]
        changed = [name for name in run if before.get(name) != run[name]]
        if changed or before.keys() != run.keys():
            return None, changed or ["dlcalc"]
        sizes = (int(document["sizes"][0]), int(document["sizes"][1]))
        if any(os.path.getsize(f"{name}.partial") < size for name, size in _named(out, run, sizes)):
            return None, ["partial"]
        remedies = {(q, name): Text(en, zh) for q, name, en, zh in document["remedies"]}
        first = [(int(line), str(why)) for line, why in document["first_rejected"]]
        place = Place(int(document["place"][0]), int(document["place"][1]))
        return State(place, sizes, int(document["rejected"]), first, remedies), []
    except FileNotFoundError:
        return None, []
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None, ["state"]


def _named(out: str, run: dict[str, str], sizes: tuple[int, int]) -> Iterator[tuple[str, int]]:
    yield out, sizes[0]
    if run["--rejected"]:
        yield run["--rejected"], sizes[1]


class Output:
    """Takes what was graded, in order: writes it, adds it up, and keeps the state of the run."""

    def __init__(
        self,
        env: Environment,
        files: Files,
        tally: Tally,
        run: dict[str, str],
        show: Shown,
        *,
        excel: bool,
        lang: str,
    ) -> None:
        self.env, self.files, self.tally, self.run, self.show, self.lang = env, files, tally, run, show, lang
        self.wanted = True
        self.rejected = 0
        self.first_rejected: list[tuple[int, str]] = []
        self.remedies: dict[tuple[str, str], Text] = {}
        self._mark = "\ufeff" if excel else ""
        self._place = Place(0, 1)
        self._sizes = [0, 0]
        self._rows, self._bad = io.StringIO(), io.StringIO()
        self._row = csv.writer(self._rows, lineterminator="\n").writerow
        self._bad_row = csv.writer(self._bad, lineterminator="\n").writerow
        self._out: IO[bytes] | None = None
        self._reject: IO[bytes] | None = None
        self._written = self._kept = monotonic()
        self._whole = True

    @property
    def lines(self) -> int:
        """Rows that were judged or rejected."""
        return self.tally.answers + self.rejected

    # -- beginning

    def begin(self, stack: ExitStack) -> None:
        """Open the files anew."""
        self._open((0, 0), stack)
        self._row(HEADER)
        if self.files.rejected is not None:
            self._bad_row(REJECTED_HEADER)

    def go_on(self, stack: ExitStack, state: State) -> None:
        """Open the files of a run that was broken off, cut off what its state does not know, and add up its rows."""
        self._open(state.sizes, stack)
        self._place, self._sizes = state.place, list(state.sizes)
        self.rejected, self.first_rejected, self.remedies = state.rejected, state.first_rejected, state.remedies
        with open(f"{self.files.out}.partial", encoding="utf-8-sig", newline="") as written:
            ids = {safe(question.id): question.id for question in self.tally.questions}
            rows = csv.reader(written)
            next(rows, None)
            for _, student, question, _, _, verdict, marks, _, named, *_ in rows:
                self.tally.add(student, ids[question], verdict, float(marks) if marks else None, split_names(named))

    def _open(self, sizes: tuple[int, int], stack: ExitStack) -> None:
        """Open the files as they are up to these sizes."""
        self._out, self._reject = (
            None if path is None else stack.enter_context(_opened(path, size))
            for path, size in zip(self.files, sizes, strict=True)
        )

    # -- rows

    def put(self, done: Done) -> None:
        """Take a task that was done."""
        self._whole = False
        for row, cells in done.judged:
            marks = "" if cells.marks is None else f"{cells.marks:.12g}"
            student, question = safe(row.student), safe(row.question)
            self._row(
                (
                    row.line,
                    student,
                    question,
                    safe(row.name),
                    safe(row.value),
                    cells.verdict,
                    marks,
                    safe(cells.rests_on),
                    safe(cells.misconceptions),
                    safe(cells.convention),
                    safe(cells.expected),
                    safe(cells.message),
                )
            )
            named = split_names(cells.misconceptions)
            self.tally.add(student, row.question, cells.verdict, float(marks) if marks else None, named)
            for name, remedy in cells.remedies:
                key = (row.question, name)
                if self.remedies.get(key, remedy) != remedy:
                    self.remedies[key] = _EACH_ITS_OWN
                elif len(self.remedies) < MOST_REMEDIES:
                    self.remedies[key] = remedy
        for each in done.rejected:
            self.rejected += 1
            if len(self.first_rejected) < FIRST:
                self.first_rejected.append((each.line, each.why))
            if self._reject is not None:
                self._bad_row((each.line, each.why, safe(each.row)))
            else:
                line = Text("line {line}: {why}", "第 {line} 行：{why}").say(self.lang, line=each.line, why=each.why)
                self._bad.write(line + "\n")
        self._place = done.place
        self._whole = True
        if monotonic() - self._written > BETWEEN_WRITES:
            self.write()

    def write(self) -> None:
        """Write what was taken, and now and then the state."""
        self._whole = False
        text, bad = _taken(self._rows), _taken(self._bad)
        if bad and self._reject is None:
            self.show.say(bad)
        for number, file, new in ((0, self._out, text), (1, self._reject, bad)):
            if file is None or not new:
                continue
            try:
                data = (("" if self._sizes[number] else self._mark) + new).encode()
                file.write(data)
                file.flush()
            except OSError as error:
                raise unwritable(str(self.files[number]), error) from None
            self._sizes[number] += len(data)
        if self._out is None and text and self.wanted:
            self.wanted = self.env.write(text)
        self.show(self.lines, self.rejected, self._place.offset)
        self._written = monotonic()
        self._whole = True
        if self._written - self._kept > BETWEEN_STATES:
            self.keep()

    def keep(self) -> None:
        """Replace the state by that of what is written."""
        if self._out is None or self._place.offset == 0:
            return
        document = {
            "run": self.run,
            "place": self._place,
            "sizes": self._sizes,
            "rejected": self.rejected,
            "first_rejected": self.first_rejected,
            "remedies": [[*key, *remedy] for key, remedy in self.remedies.items()],
        }
        for file in (self._out, self._reject):
            if file is not None:
                os.fsync(file.fileno())  # the state must never know of more than the disk has
        replace(f"{self.files.out}.state", json.dumps(document, ensure_ascii=False).encode())
        self._kept = monotonic()

    # -- ending

    def end(self) -> None:
        """Write and keep what was done, also if the run is being broken off, unless that happened in the midst of it.

        The state there is then stands for what came before.
        """
        if self._whole:
            self.write()
            self.keep()

    def report(self, title: str) -> ClassReport:
        """Return the report on what was graded."""
        return self.tally.report(
            title=title,
            rejected=self.rejected,
            first_rejected=self.first_rejected,
            remedies=self.remedies,
            lang=self.lang,
        )

    def finish(self) -> None:
        """Give the whole files their names; the state goes last."""
        for file, path in ((self._reject, self.files.rejected), (self._out, self.files.out)):
            if file is None or path is None:
                continue
            file.close()
            try:
                os.replace(f"{path}.partial", path)
            except OSError as error:
                raise unwritable(path, error) from None
        if self.files.out is not None:
            with suppress(OSError):
                os.remove(f"{self.files.out}.state")


def _opened(path: str, size: int) -> IO[bytes]:
    """Open a file's partial one for this run alone, cut off at a size."""
    try:
        file = os.fdopen(os.open(f"{path}.partial", os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666), "r+b")
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from None
    try:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # given up with the process, in whatever way it ends
        file.truncate(size)
        file.seek(size)
    except BlockingIOError:
        file.close()
        raise InputError(
            Text("Another run is writing {path}.", "另一个运行正在写入 {path}。"),
            Text("Let it end, or name another file.", "请等它结束，或换一个文件名。"),
            path=path[-100:],
        ) from None
    except OSError as error:
        file.close()
        raise unwritable(path, error) from None
    return file


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    if text:
        buffer.seek(0)
        buffer.truncate()
    return text


def replace(path: str, data: bytes) -> None:
    """Write a file that is whole at any moment: under another name first.

    Raises:
        InputError: if it cannot be written.
    """
    try:
        with open(f"{path}.new", "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(f"{path}.new", path)
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from None


def unwritable(path: str, error: Exception) -> InputError:
    """Return the error for a file that cannot be written."""
    return InputError(
        Text("{path} cannot be written ({reason}).", "{path} 无法写入（{reason}）。"),
        Text("Name a file in a folder that is there and may be written to.", "请指定可写入的已有文件夹中的文件。"),
        path=path[-100:],
        reason=getattr(error, "strerror", None) or str(error),
    )


def run_of(**parts: object) -> dict[str, str]:
    """Return what a run depends on; two that differ in any of it are not the same run."""
    return {"dlcalc": __version__, **{name: str(part) for name, part in parts.items()}}
