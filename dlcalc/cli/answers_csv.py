"""The answers of a class as rows of a CSV file: read as a stream, every row either understood or told why not.

The first row names the columns `student,question,name,value` in any order; other columns are passed over. Commas,
semicolons or tabs part them, whichever the first row has. The text is UTF-8, UTF-16 or UTF-32 with their marks, or
GB18030 where that fits more of the lines that are not ASCII.

A row that cannot be used is rejected with its line number and the reason, and reading goes on with the next line: a
quotation mark that is never closed costs one line, not the rest of the file.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO, NamedTuple

from dlcalc.cli.environment import Environment
from dlcalc.cli.exercise_line import QUESTION_ID
from dlcalc.core.suggest import nearest
from dlcalc.errors import DlcalcError, InputError, Text

COLUMNS = ("student", "question", "name", "value")
KNOWN_AS = {
    "学生": "student",
    "学号": "student",
    "姓名": "student",
    "题目": "question",
    "题号": "question",
    "名称": "name",
    "答案": "value",
    "值": "value",
}
EXAMPLE = "student,question,name,value"

LONGEST_LINE = 1_000_000
"""Bytes that a line may have; the rest of a longer one is skipped, not kept."""
LONGEST_ROW = 100_000
"""Characters of a row that goes over several lines."""
MOST_LINES = 200
"""Lines that a row may go over."""
MOST_COLUMNS = 1_000
LONGEST_CELLS = {"student": 200, "question": 200, "name": 200, "value": 20_000}
"""Characters that each cell may have."""
LONGEST_SHOWN = 1_000
"""Characters of a rejected row that are passed on."""
MOST_ANSWERS = 1_000
"""Rows of one student and question that are judged together."""
TOGETHER = 128
"""Rows after which a task is handed on."""
PIECE = 1 << 20
ENCODINGS = ("utf-8", "utf-16", "utf-32", "gb18030", "cp1252", "big5", "shift_jis")
"""What --encoding takes."""


class Row(NamedTuple):
    """A row that can be judged; `line` is where it begins."""

    line: int
    student: str
    question: str
    name: str
    value: str


class Rejected(NamedTuple):
    """A row that cannot be: where it begins, why, and how it begins."""

    line: int
    why: str
    row: str


@dataclass(slots=True)
class Group:
    """Rows of one student and one question that stand together: one exercise, in working order."""

    question: str
    student: str
    rows: list[Row] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


class Task(NamedTuple):
    """Groups to judge and the rows rejected among them; `offset` and `line` are where the next task begins."""

    groups: list[Group]
    rejected: list[Rejected]
    offset: int
    line: int


class Place(NamedTuple):
    """A place in the file: bytes before it, and the number of the line that begins there."""

    offset: int
    line: int


# ---------------------------------------------------------------- the file


@dataclass(slots=True)
class Source:
    """The bytes of the answers, which can be read from any place, and what is known of them.

    `note` says how they are read where that is not plain UTF-8; `excel` whether a spreadsheet made them.
    """

    file: IO[bytes]
    encoding: str
    digest: str
    size: int
    excel: bool
    note: Text | None = None


_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)


def open_source(path: str, env: Environment, stack: ExitStack, encoding: str | None = None) -> Source:
    """Open answers, look through them once, and leave them to be read from any place.

    What comes through a pipe is kept in a temporary file, so that it can be looked through too.

    Raises:
        InputError: if there is nothing to read.
    """
    from dlcalc.cli.files import check_path, unreadable_file

    try:
        if path == "-":
            if env.stdin is None:
                raise InputError(Text("The input is closed.", "输入已关闭。"), Text("Name a file.", "请给出文件名。"))
            file = _spooled(env.stdin.buffer, stack)
        else:
            check_path(path, regular=False)
            opened = stack.enter_context(open(path, "rb"))  # noqa: SIM115 - the stack closes it
            file = opened if opened.seekable() else _spooled(opened, stack)
        return _looked_through(file, stack, encoding)
    except OSError as error:
        raise unreadable_file(path, error) from None


def _spooled(stream: IO[bytes], stack: ExitStack) -> IO[bytes]:
    file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    shutil.copyfileobj(stream, file, PIECE)
    file.seek(0)
    return file


def _looked_through(file: IO[bytes], stack: ExitStack, encoding: str | None) -> Source:
    digest, size, strict = hashlib.sha256(), 0, codecs.getincrementaldecoder("utf-8")()
    marked, is_utf8, ends, returns = None, True, False, False
    while piece := file.read(PIECE):
        if not size:
            marked = next((name for mark, name in _MARKS if piece.startswith(mark)), None)
        digest.update(piece)
        size += len(piece)
        ends, returns = ends or b"\n" in piece, returns or b"\r" in piece
        if is_utf8:
            try:
                strict.decode(piece)
            except UnicodeDecodeError:
                is_utf8 = False
    excel, note = marked is not None, None
    chosen = encoding or marked or ("utf-8" if is_utf8 or not _is_gb18030(file) else "gb18030")
    if chosen in ("utf-16", "utf-32") or (returns and not ends):
        file = _as_utf8_lines(file, chosen, stack)
        chosen, size = "utf-8", file.seek(0, 2)
    elif chosen == "gb18030" and encoding is None:
        excel = True
        note = Text(
            "The answers are read as GB18030, since they are no UTF-8; --encoding says otherwise.",
            "答案文件不是 UTF-8，按 GB18030 读取；可用 --encoding 指定其他编码。",
        )
    return Source(file, chosen, digest.hexdigest(), size, excel, note)


def _is_gb18030(file: IO[bytes]) -> bool:
    """Say whether more of the lines that are not ASCII are GB18030 than UTF-8 or neither."""
    counts = {"utf-8": 0, "gb18030": 0, "": 0}
    file.seek(0)
    while line := file.readline(LONGEST_LINE):
        if not line.isascii():
            counts[next((name for name in ("utf-8", "gb18030") if _decodes(line, name)), "")] += 1
    return counts["gb18030"] > counts["utf-8"] and counts["gb18030"] > counts[""]


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _as_utf8_lines(file: IO[bytes], encoding: str, stack: ExitStack) -> IO[bytes]:
    """Copy text whose lines cannot be told from its bytes (UTF-16, or ends of an old Macintosh)."""
    copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    file.seek(0)
    while True:
        piece = file.read(PIECE)
        text = decoder.decode(piece, not piece)
        if encoding not in ("utf-16", "utf-32"):
            text = text.replace("\r", "\n")
        copy.write(text.encode("utf-8", "replace"))
        if not piece:
            return copy


# ---------------------------------------------------------------- lines


class _Line(NamedTuple):
    """A line of the file; `raw` is cut where it is too long."""

    offset: int
    number: int
    raw: bytes


def _lines(file: IO[bytes], place: Place) -> Iterator[_Line]:
    offset, number = place
    file.seek(offset)
    while raw := file.readline(LONGEST_LINE + 1):
        size = len(raw)
        more = raw
        while not more.endswith(b"\n") and (more := file.readline(LONGEST_LINE)):
            size += len(more)  # skipped: only as much is kept as tells that the line is too long
        yield _Line(offset, number, raw)
        offset += size
        number += 1


# ---------------------------------------------------------------- cells


class _Malformed(InputError):
    """A row that cannot be used; nothing but its line is lost."""


def _never_closed() -> _Malformed:
    return _Malformed(
        Text("A quotation mark is never closed.", "引号没有闭合。"),
        Text('Close it, or write "" for a quotation mark.', '请闭合引号；引号本身请写成 ""。'),
    )


class _Open(Exception):
    """A quotation mark is not closed on this line."""


@lru_cache
def _cell(separator: str) -> re.Pattern[str]:
    part = re.escape(separator)
    return re.compile(rf' *"((?:[^"]|"")*+)" *(?={part}|$)|(?! *")([^{part}]*)')


def split(text: str, separator: str) -> list[str]:
    """Part a row into its cells; `""` inside quotation marks is one.

    Raises:
        InputError: if something stands behind a closing quotation mark.
        _Open: if the row ends inside quotation marks.
    """
    if '"' not in text:
        return text.split(separator)
    found, at, pattern = [], 0, _cell(separator)
    while True:
        match = pattern.match(text, at)
        if match is None:
            begun = text.index('"', at) + 1
            closed = re.compile(r'(?:[^"]|"")*+').match(text, begun)
            if closed is None or closed.end() == len(text):
                raise _Open
            raise _Malformed(
                Text(
                    "Something stands behind a closing quotation mark: {rest}.",
                    "引号闭合之后还有内容：{rest}。",
                ),
                Text('Write "" for a quotation mark inside a cell.', '单元格内的引号请写成 ""。'),
                rest=text[closed.end() : closed.end() + 20],
            )
        quoted, bare = match.groups()
        found.append(bare if quoted is None else quoted.replace('""', '"'))
        at = match.end() + 1
        if at > len(text):
            return found


class Table:
    """The rows of a file whose first row has been read."""

    def __init__(self, source: Source, lang: str) -> None:
        """Read the first row.

        Raises:
            InputError: if it does not name the columns.
        """
        self.source, self.lang = source, lang
        lines = _lines(source.file, Place(0, 1))
        line = next((line for line in lines if not _is_no_row(line)), None)
        if line is None:
            raise InputError(
                Text("The answers are empty.", "答案文件是空的。"),
                Text("The first row names the columns: {example}", "第一行是列名：{example}"),
                example=EXAMPLE,
            )
        try:
            header = self._text(line).removeprefix("\ufeff")
            self.separator = max(",\t;", key=header.count)
            cells = split(header, self.separator)
        except (_Malformed, _Open) as error:
            raise InputError(
                Text("The first row cannot be read: {why}", "第一行无法读取：{why}"),
                Text("It names the columns: {example}", "它应是列名：{example}"),
                why=error.message(lang) if isinstance(error, InputError) else line.raw[:60].decode("utf-8", "replace"),
                example=EXAMPLE,
            ) from None
        self.columns = self._columns(cells)
        self.count = len(cells)
        self.start = Place(line.offset + len(line.raw), line.number + 1)

    def _columns(self, cells: list[str]) -> dict[str, int]:
        names = [name.strip().lower() for name in cells[: MOST_COLUMNS + 1]]
        names = [KNOWN_AS.get(name, name) for name in names]
        missing = [name for name in COLUMNS if name not in names and name != "name"]
        twice = [name for name in COLUMNS if names.count(name) > 1]
        if missing or twice or len(cells) > MOST_COLUMNS:
            raise InputError(
                Text("The first row has {count:,} columns: {shown}.", "第一行有 {count:,} 列：{shown}。")
                if len(cells) > MOST_COLUMNS
                else Text("The first row has '{wrong}' twice.", "第一行中 “{wrong}” 出现两次。")
                if twice
                else Text("The first row has no column '{wrong}': {shown}.", "第一行没有 “{wrong}” 列：{shown}。"),
                Text("It names the columns: {example}", "它应是列名：{example}"),
                count=len(cells),
                wrong=", ".join(twice or missing),
                shown=", ".join(names)[:60],
                example=EXAMPLE,
            )
        return {name: names.index(name) for name in COLUMNS if name in names}

    def _text(self, line: _Line) -> str:
        raw = line.raw
        if len(raw) > LONGEST_LINE:
            raise _Malformed(
                Text("The line is longer than {most:,} bytes.", "这一行超过 {most:,} 字节。"),
                Text("A value has at most {each:,} characters.", "一个值最多 {each:,} 个字符。"),
                most=LONGEST_LINE,
                each=LONGEST_CELLS["value"],
            )
        try:
            text = raw.decode(self.source.encoding)
        except UnicodeDecodeError as error:
            raise _Malformed(
                Text("Byte {place} of the line is no {encoding}.", "该行第 {place} 个字节不是 {encoding}。"),
                Text("Save the file as CSV UTF-8, or give --encoding.", "请另存为 CSV UTF-8，或指定 --encoding。"),
                place=error.start + 1,
                encoding=self.source.encoding.upper(),
            ) from None
        if "\0" in text:
            raise _Malformed(
                Text("The line has a NUL, which no text has.", "这一行含有 NUL 字符，不是文本。"),
                Text("Export the answers anew.", "请重新导出答案。"),
            )
        return text.removesuffix("\n").removesuffix("\r")

    # -- rows

    def rows(self, place: Place) -> Iterator[tuple[Place, Row | Rejected]]:
        """Yield every row from a place on, with the place where it begins; rows without any content are passed over."""
        lines, held = _lines(self.source.file, place), deque[_Line]()
        while True:
            first = held.popleft() if held else next(lines, None)
            if first is None:
                return
            if _is_no_row(first):
                continue
            try:
                cells = self._cells(first, held, lines)
                if not any(cell.strip() for cell in cells):
                    continue
                found: Row | Rejected = self._row(first.number, cells)
            except _Malformed as error:
                said = whole_message(error, self.lang)
                shown = first.raw[: 4 * LONGEST_SHOWN].decode(self.source.encoding, "replace").rstrip("\r\n")
                found = Rejected(first.number, said, shown[:LONGEST_SHOWN] + "…" * (len(shown) > LONGEST_SHOWN))
            yield Place(first.offset, first.number), found

    def _cells(self, first: _Line, held: deque[_Line], lines: Iterator[_Line]) -> list[str]:
        """Return the cells of the row that begins here; lines it turns out not to have are put back."""
        text, taken = self._text(first), list[_Line]()
        try:
            while True:
                try:
                    return self._counted(split(text, self.separator))
                except _Open:
                    text += self._up_to_a_quote(len(text), taken, held, lines)
        except _Malformed as error:
            held.extendleft(reversed(taken))
            raise (_never_closed() if taken else error) from None  # what stands on later lines is no fault of this one

    def _up_to_a_quote(self, length: int, taken: list[_Line], held: deque[_Line], lines: Iterator[_Line]) -> str:
        """Return what follows in a row that is open, up to the first line that may close it."""
        found = ""
        while '"' not in found:
            line = held.popleft() if held else next(lines, None)
            if line is not None:
                taken.append(line)
            if line is None or len(taken) > MOST_LINES or length + len(found) > LONGEST_ROW:
                raise _never_closed()
            found += "\n" + self._text(line)
        return found

    def _counted(self, cells: list[str]) -> list[str]:
        """Return cells if they are as many as the first row has, or empty beyond that."""
        if len(cells) < self.count or any(cell.strip() for cell in cells[self.count :]):
            raise self._miscounted(len(cells))
        return cells

    def _miscounted(self, count: int) -> _Malformed:
        return _Malformed(
            Text("There are {count:,} cells, the first row has {want}.", "有 {count:,} 个单元格，第一行有 {want} 个。"),
            Text('Put a value with separators into quotation marks: "1,2".', '含有分隔符的值请放在引号中："1,2"。'),
            count=count,
            want=self.count,
        )

    def _row(self, number: int, cells: list[str]) -> Row:
        found = {name: cells[place].strip() for name, place in self.columns.items()}
        for name, most in LONGEST_CELLS.items():
            if len(found.get(name, "")) > most:
                raise _Malformed(
                    Text("The {name} has {count:,} characters.", "{name} 有 {count:,} 个字符。"),
                    Text("At most {most:,} are read.", "最多读取 {most:,} 个。"),
                    name=name,
                    count=len(found[name]),
                    most=most,
                )
        for name in ("student", "question"):
            if not found[name]:
                raise _Malformed(
                    Text("The {name} is empty.", "{name} 为空。"),
                    Text("Every row names whose answer it is, and to what.", "每行都要写明学生和题目。"),
                    name=name,
                )
        return Row(number, found["student"], found["question"], found.get("name", ""), found["value"])

    # -- tasks

    def tasks(self, start: Place, mains: Mapping[str, str]) -> Iterator[Task]:
        """Yield the rows from a place on, grouped by student and question where they stand together.

        Args:
            start: where to begin: the table's `start`, or where a task says that the next begins.
            mains: the questions there are, each with the answer that an empty name stands for.
        """
        unknown = _unknown(mains, self.lang)
        groups: list[Group] = []
        rejected: list[Rejected] = []
        count, last = 0, start.line
        for place, found in self.rows(start):
            if isinstance(found, Row):
                found = self._fitting(found, mains, unknown)
            group = groups[-1] if groups else None
            opens = isinstance(found, Row) and (
                group is None
                or (group.student, group.question) != (found.student, found.question)
                or len(group.rows) >= MOST_ANSWERS
            )
            if count >= TOGETHER and (opens or len(rejected) >= TOGETHER):
                yield Task(groups, rejected, *place)
                groups, rejected, count, group, opens = [], [], 0, None, isinstance(found, Row)
            count += 1
            if isinstance(found, Row):
                if opens or group is None:
                    groups.append(group := Group(found.question, found.student))
                name = found.name or mains[found.question]
                if name in group.names:
                    found = Rejected(found.line, self._twice(name), self.separator.join(found[1:])[:LONGEST_SHOWN])
                else:
                    group.names.add(name)
                    group.rows.append(found._replace(name=name))
            if isinstance(found, Rejected):
                rejected.append(found)
            last = place.line + 1
        yield Task(groups, rejected, self.source.size, last)

    def _fitting(self, row: Row, mains: Mapping[str, str], unknown: Callable[[str], str]) -> Row | Rejected:
        if row.question in mains:
            return row
        return Rejected(row.line, unknown(row.question), self.separator.join(row[1:])[:LONGEST_SHOWN])

    def _twice(self, name: str) -> str:
        says = Text(
            "There is an answer for {name} already in this exercise: the first one counts.",
            "本题的 {name} 前面已有答案：以第一个为准。",
        )
        return says.say(self.lang, name=name[:60])


def whole_message(error: DlcalcError, lang: str) -> str:
    """Return on one row what was wrong and what to do; what cannot be printed is written out."""
    parts = [part for part in (error.message(lang), error.advice(lang)) if part]
    said = ("" if lang == "zh" else " ").join(parts)
    return "".join(c if c.isprintable() else " " if c == "\n" else ascii(c)[1:-1] for c in said)


def _is_no_row(line: _Line) -> bool:
    """Say whether a line is blank, or a spreadsheet's `sep=;`."""
    return line.raw.isspace() or (line.number == 1 and re.fullmatch(rb"sep=.\s*", line.raw) is not None)


def _unknown(mains: Mapping[str, str], lang: str) -> Callable[[str], str]:
    @lru_cache(1_000)
    def say(question: str) -> str:
        if QUESTION_ID.fullmatch(question):
            text = Text(
                "'{question}' names a question of the bank, and there is none yet: put it into the key.",
                "“{question}” 是题库题目的编号，而题库尚不存在：请写入答案键文件。",
            )
        else:
            text = Text("The key has no question '{question}'.", "答案键中没有题目 “{question}”。")
        near = nearest(question, list(mains)[:1_000])
        hint = Text(" Did you mean {near}?", "你是不是指 {near}？").say(lang, near=", ".join(near)) if near else ""
        said = InputError(text, question=question[:60])
        return whole_message(said, lang) + hint

    return say
