"""Homework files: Markdown in which each fenced `dlcalc` block holds an exercise and the student's working.

    ```dlcalc
    conv --in 28 --k 3 --filters 25
    out = 26
    params = 225
    ```

The first line of a block is the exercise's command, with or without `dlcalc` before it (or the id of a question); the
lines below are `name = value`, in working order. Everything outside such blocks is prose and is not read.

What students write is met half-way:

- `name: value`, `name ≈ value`, full-width signs, Markdown around a line (list marks, bold, code, formulas);
- of a chain, `z1 = 0.1*0.35 + 0.8*0.9 = 0.755`, the last value is the answer; two answers may share a line with a
  comma between, `out = 26, params = 250`; a value without a name answers what the exercise asks first;
- a list goes on over the next lines while its bracket is open, and a matrix row by row as a sheet prints it;
- `#` and `//` begin a comment; nothing, or a place-holder such as ___ or ?, behind the sign is an answer left out.

Whatever stands in a block and is none of this is a fault of its own line; nothing is dropped silently, nothing is run.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from dlcalc.core.formula import Name, Number
from dlcalc.core.homework import Block, CheckedBlock, Fault, Item
from dlcalc.core.notation import count, shape_of
from dlcalc.core.records import Line
from dlcalc.core.topic import Topic
from dlcalc.core.values import flat
from dlcalc.core.worksheet import LONGEST_NAME, Worksheet, spellings
from dlcalc.errors import InputError, Text
from dlcalc.practice.check import WORK_LIMIT, Judge
from dlcalc.practice.compare import nested
from dlcalc.practice.names import Names

LONGEST_LINE = 100_000
"""Characters that a line of a block may have."""
LONGEST_VALUE = 20_000
"""Characters that a value over several lines may have."""
MOST_LINES = 2_000
"""Lines that one block may have, without blank ones and comments, and answers in them."""
MOST_FAULTS = 20
"""Faults of one block that are told one by one."""
LONGEST_SHOWN = 60
"""Characters of a line that a fault shows."""

EXAMPLE = "conv --in 28 --k 3"
LOOKS = Text(
    "A block looks like this:\n\n```dlcalc\nconv --in 28 --k 3\nout = 26\n```",
    "代码块的写法：\n\n```dlcalc\nconv --in 28 --k 3\nout = 26\n```",
)

# ---------------------------------------------------------------- blocks

_FENCE = re.compile(
    r"^(?P<before>[ \t]*+(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*+)*+)(?P<marks>`{3,}+|~{3,}+)(?P<info>[^\n]*)$", re.MULTILINE
)
"""A fence, also inside quotes and list items."""
_OURS = re.compile(r"\s*\{?\s*\.?dlcalc\b", re.IGNORECASE)


def read(text: str) -> Iterator[Block]:
    """Yield the `dlcalc` blocks of a homework file, in order.

    A block that is never closed ends before the next one, or before the first line that is no line of working.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    opened: re.Match[str] | None = None
    start = line = at = 0
    for fence in _FENCE.finditer(text):
        marks, info = fence["marks"], fence["info"]
        if marks[0] == "`" and "`" in info:
            continue  # code inside a line, ```like this```
        line, at = line + text.count("\n", at, fence.start()), fence.start()
        ours = opened is not None and _is_ours(opened)
        if opened is None:
            opened, start = fence, line + 1
        elif marks[0] == opened["marks"][0] and len(marks) >= len(opened["marks"]) and not info.strip():
            if ours:
                yield _block(start, _lines(text, opened, fence.start(), start))
            opened = None
        elif _is_ours(fence) and len(opened["marks"]) <= len(marks):  # what was open was never closed
            if ours:
                yield _block(start, _lines(text, opened, fence.start(), start), closed=False)
            opened, start = fence, line + 1
    if opened is not None and _is_ours(opened):
        yield _block(start, _lines(text, opened, len(text), start), closed=False)


def _is_ours(fence: re.Match[str]) -> bool:
    return _OURS.match(fence["info"]) is not None


def _lines(text: str, opened: re.Match[str], end: int, start: int) -> Iterator[tuple[int, str]]:
    """Yield the lines of a block with their numbers, without the signs of the quote it stands in."""
    quotes = opened["before"].count(">")
    quote = re.compile(rf"(?:[ \t]*>){{0,{quotes}}}")
    for number, line in enumerate(io.StringIO(text[opened.end() + 1 : end]), start + 1):
        found = quote.match(line) if quotes else None
        yield number, line[found.end() if found else 0 :]


def _block(start: int, lines: Iterator[tuple[int, str]], *, closed: bool = True) -> Block:
    """Read the lines of a block that begins at a line."""
    reader = _Reader(start)
    faults = reader.faults
    for number, line in lines:
        reader.take(number, line)
        if max(reader.taken, len(reader.items)) > MOST_LINES or (faults and not closed):
            break
    if not closed:
        end = faults.pop().line - 1 if faults else reader.last
        faults.append(Fault(start, InputError(_UNCLOSED, _CLOSE, end=end)))
    elif not reader.exercise:
        faults.insert(0, Fault(start, InputError(Text("This block is empty.", "这个代码块是空的。"), LOOKS)))
    rest = len(faults) - MOST_FAULTS
    if rest > 0:
        text = Text("{rest} more lines from here on cannot be read.", "从这里起还有 {rest} 行无法读取。")
        faults[MOST_FAULTS:] = [Fault(faults[MOST_FAULTS].line, InputError(text, rest=rest))]
    if reader.taken > MOST_LINES or len(reader.items) > MOST_LINES:
        faults.append(Fault(reader.last, InputError(_TOO_MANY, _ANOTHER, most=MOST_LINES)))
    return Block(reader.first, reader.exercise, tuple(reader.items[:MOST_LINES]), tuple(faults))


_TOO_MANY = Text("At most {most} lines of a block are read, up to here.", "一个代码块最多读取 {most} 行，到此为止。")
_ANOTHER = Text("Put the rest into another block.", "请把其余各行写进另一个代码块。")
_UNCLOSED = Text("This block is never closed; it is read up to line {end}.", "这个代码块没有结束；只读到第 {end} 行。")
_CLOSE = Text("End it with ``` on a line of its own.", "请另起一行以 ``` 结束。")

# ---------------------------------------------------------------- lines

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SIGN = re.compile(r"[=＝≈≒≅≃]")
_SIGNS = re.compile(r"[:：]?[=＝≈≒≅≃]+")
_COLON = re.compile(r"\s*([^:：]{1,80}?)\s*[:：]\s*((?:[-+−±√(\[（［.\d]|yes|no|true|false|是|否).*)?", re.IGNORECASE)
_LIST_MARK = re.compile(r"^(?:[-*+•·]\s+|[(（]?(?:\d{1,3}|[A-Za-z])(?:[.．)]\s+|[、）]\s*)|[①-⑳]\s*)")
_DRESS = "*`$ \t"
"""Signs of Markdown around a name, a value or a line."""
_COMMENT = re.compile(r"(?:^|\s)(?:#|＃|//).*")
_BLANK = re.compile(r"[_＿?？.…—–-]+")
"""What stands where a value is still to be written."""
_NEXT = re.compile(r"[,，;；、]\s*(?=[^\W\d](?:\[[^\]=＝≈]{0,40}\]|[^\[\]=＝≈,，;；、])*[=＝≈])")
"""Between two answers on one line."""
_LAST_NAME = re.compile(r"(?<=[\s→⇒⟹⟶>:：,，;；\u3400-\u9fff])[A-Za-zΑ-ω∂\\$][^\s+*/·×⊙()−]*$")
_WORDS = re.compile(r"(?:[\s,，;；:：→⇒⟹⟶>\u3400-\u9fff-]|(?<![^\W\d_])[^\W\d_]{2,})+$")
_PLAIN = re.compile(r"(?=.*\d)[-+−]?[\d.．,;x×%/eE\s\[\]()−-]+")
LONGEST_PART = 300
"""Characters of a part of a chain up to which it may be a value with words behind it."""
_VALUE = re.compile(r"[-+−]?\s*(?:[(\[（［.√]\s*)*[-+−]?[.\d√]")
_ROW = re.compile(r"[\[(][^\[\]()]*[\])]")
_OPENING, _CLOSING = "([（［", ")]）］"


class _Reader:
    """Reads a block line by line: the exercise first, then lines of working."""

    def __init__(self, start: int) -> None:
        self.first = self.last = start
        self.exercise = ""
        self.items: list[Item] = []
        self.faults: list[Fault] = []
        self.taken = 0
        """Lines that were no comments."""
        self._goes_on = False
        """Whether the line before may be continued: a command that ends in a backslash, a matrix."""

    def take(self, number: int, line: str) -> None:
        """Read one line."""
        if len(line) > LONGEST_LINE:
            text = Text("This line has more than {most} characters.", "这一行超过 {most} 个字符。")
            self._fault(number, InputError(text, _SHORTER, most=LONGEST_LINE))
            return
        row = _COMMENT.sub("", _printable(line)).strip()
        if not row or row.startswith("<!--"):
            self._goes_on = False
            return
        self.last, self.taken = number, self.taken + 1
        if not self.exercise or (self._goes_on and not self.items):
            self._command(number, row)
        elif not (self._goes_on and self._continues(row)):
            self._work(number, row)

    def _fault(self, number: int, error: InputError) -> None:
        self.faults.append(Fault(number, error))
        self._goes_on = False

    def _command(self, number: int, row: str) -> None:
        """Read the exercise, which goes on behind a backslash at the end of its line."""
        if not self.exercise:
            self.first = number
            row = re.sub(r"^[$%>]\s+", "", row.strip("`"))
            word, _, rest = row.partition(" ")
            row = rest.strip() if word == "dlcalc" else row
        self._goes_on = row.endswith("\\")
        self.exercise = f"{self.exercise} {row.rstrip(chr(92))}".strip()

    def _continues(self, row: str) -> bool:
        """Take the line as a part of the value before it; False where it is none."""
        item = self.items[-1]
        value = item.value
        if _open(value) > 0:
            if _SIGN.search(row):
                return False
            between = " " if value[-1] in "([,，;；" or row[0] in ")],，;；([" else "; "
        elif _ROW.fullmatch(value) or value.endswith("]"):
            if not _ROW.fullmatch(row):
                return False
            between = ", "  # the next row of a matrix as a sheet prints it
        else:
            return False
        if len(value) + len(row) > LONGEST_VALUE:
            return False
        self.items[-1] = replace(item, value=_value(value + between + row))
        return True

    def _work(self, number: int, row: str) -> None:
        for part in _NEXT.split(row, maxsplit=MOST_LINES):
            found = _item(number, part)
            if isinstance(found, InputError):
                self._fault(number, found)
                return
            self.items.append(found)
        self._goes_on = True


_SHORTER = Text("Give each value a line of its own.", "请让每个值单独占一行。")
_NAMED = Text("A line of working reads name = value, such as out = 26.", "每行应写成 名称 = 值，例如 out = 26。")


def _printable(line: str) -> str:
    """Return a line without what nobody sees; other signs that cannot be printed become �."""
    line = line.rstrip("\n")
    if line.isprintable():
        return line
    line = line.translate(_INVISIBLE)
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in line)


def _open(value: str) -> int:
    """Return how many brackets of a value are still open."""
    return sum(map(value.count, _OPENING)) - sum(map(value.count, _CLOSING))


def _item(number: int, row: str) -> Item | InputError:
    """Read `name = value`, or what is wrong with a line that is neither that nor a value."""
    row = row.strip(_DRESS)
    if _VALUE.match(row) and not _SIGN.search(row):
        return Item(number, "", _value(row))
    name, *chain = _SIGNS.split(_LIST_MARK.sub("", row, count=1))
    if not chain:
        colon = _COLON.fullmatch(name)
        if colon is None:
            text = Text("'{row}' is no line of working.", "“{row}” 不是 名称 = 值 的写法。")
            return InputError(text, _NAMED, row=_short(row))
        name, chain = colon[1], [colon[2] or ""]
    name = re.split(r"[:：]", name)[-1].strip(_DRESS)  # what stands before a colon says which question it is
    if len(name) > LONGEST_NAME or any(map(_leads_on, chain[:-1])):
        return InputError(Text("'{row}' is more than one value.", "“{row}” 不止一个值。"), _NAMED, row=_short(row))
    return Item(number, name, next(filter(None, map(_value, reversed(chain))), ""))


def _leads_on(part: str) -> bool:
    """Say whether a part of a chain is a value and then the name of another: K = 3 so that O = 26.

    0.1 x₁ + 0.8 x₂ is a formula; 2 K may be one, but the 6 behind it may be K's as well, so it is no chain.
    """
    if len(part) > LONGEST_PART:
        return False
    if part.lstrip().startswith(">"):
        return True  # out = 26 => params = 250
    name = _LAST_NAME.search(part.strip())
    return name is not None and _PLAIN.fullmatch(_WORDS.sub("", part.strip()[: name.start()])) is not None


def _value(text: str) -> str:
    """Return a value as it is judged: without the Markdown around it, its full stop, or a place-holder."""
    value = text.strip(_DRESS)
    if _open(value) <= 0:
        value = value.rstrip("。．.,，;；、 \t").strip(_DRESS)
    return "" if _BLANK.fullmatch(value) else value


def _short(row: str) -> str:
    return row if len(row) <= LONGEST_SHOWN else row[: LONGEST_SHOWN - 1] + "…"


# ---------------------------------------------------------------- judging


def check_block(block: Block, topic: Topic, raw: Mapping[str, object], lang: str = "en") -> CheckedBlock:
    """Judge one block.

    An unknown name is a verdict (`invalid`), and so is a value that cannot be read. Of two lines with one name the
    first is judged; the second is a fault.

    Args:
        block: as `read` gives it.
        topic: the exercise's topic.
        raw: its inputs, as typed.
        lang: the language of the report.

    Raises:
        InputError: if an input cannot be used.
        CalculationError: if the exercise has no result.
    """
    judge = Judge(topic, raw, most_lines=WORK_LIMIT)
    sheet = Worksheet(topic, judge.inputs, judge.stated, lang=lang, sheet=judge.plain.sheet.sheet)
    names = Names(sheet)
    given: dict[str, str] = {}
    unknown: dict[str, InputError] = {}
    lines: dict[str, int] = {}
    seen: dict[str, int] = {}
    faults = list(block.faults)
    for item in block.items:
        try:
            name = names.find(item.name) if item.name else topic.answers[0].name
        except InputError as error:
            name = names.further(item.name)
            unknown.setdefault(name, error)
        one = names.one(name)
        if one in seen:
            faults.append(Fault(item.line, InputError(_TWICE, _ONCE, name=name, line=seen[one])))
            continue
        seen[one] = lines[name] = item.line
        given[name] = item.value
    report = judge.report(given, lang, forgiving=True)
    verdicts = dict(report.verdicts)
    for name, why in unknown.items():
        verdict = verdicts[name]
        if verdict.verdict == "invalid" and verdict.expected is None and verdict.column is None:
            verdicts[name] = replace(verdict, message=_message(why))
    faults.sort(key=lambda fault: fault.line)
    report = replace(report, verdicts=verdicts)
    return CheckedBlock(block.line, block.exercise, report, lines, tuple(faults), sheet)


_TWICE = Text(
    "{name} stands on line {line} already, and that one is judged.", "{name} 已写在第 {line} 行，以该行为准。"
)
_ONCE = Text("Give each name once.", "每个名称只写一次。")


def _message(error: InputError) -> Text:
    """Return an error as one text in each language: what is wrong, and what to write instead."""
    return Text(f"{error.message('en')} {error.advice('en')}", f"{error.message('zh')}{error.advice('zh')}")


# ---------------------------------------------------------------- writing

MOST_ASKED = 30
"""Lines of working that a block to fill in asks for, besides the answers."""
MOST_NUMBERS = 100
"""Numbers of a line that is asked for."""


def write(exercise: str, names: Mapping[str, str], remarks: tuple[str, ...] = ()) -> str:
    """Return a block to fill in: the exercise, and for each name what is to be said of its value, if anything."""
    rows = [exercise, *(f"# {remark}" for remark in remarks)]
    rows += [f"{name} =" + (f"   # {says}" if says else "") for name, says in names.items()]
    return "\n".join(["```dlcalc", *rows, "```", ""])


def template(sheet: Worksheet, exercise: str, title: str) -> str:
    """Return a block to fill in for an exercise, with its answers and the lines that take some computing.

    Args:
        sheet: the worked exercise.
        exercise: the line that states it.
        title: what it is about.
    """
    lang = sheet.lang
    names = _asked(sheet)
    left_out = [name for name in names if name not in sheet.answers][MOST_ASKED:]
    remarks = [
        title,
        Text(
            "Write a value behind each =, and delete the lines you were not asked for.",
            "在每个 = 后写上数值；没有要求的行请删去。",
        ).say(lang),
    ]
    if left_out:
        text = Text(
            "Any other line of the sheet may be added by its name, such as {name}.",
            "也可以按名称加上计算表中的其他行，例如 {name}。",
        )
        remarks.append(text.say(lang, name=left_out[0]))
    asked = {name: _shape(value, lang) for name, value in names.items() if name not in left_out}
    return write(exercise, asked, tuple(remarks))


def _asked(sheet: Worksheet) -> dict[str, Any]:
    """Return what a student can be asked for and its value, in working order; an answer stands behind its lines."""
    lines = [entry for entry in sheet.entries if isinstance(entry, Line)]
    answers = [a for a in sheet.topic.answers if a.asked and _is_numbers(sheet.answers.get(a.name), 10**6)]
    taken = {spelled: answer.name for answer in reversed(answers) for spelled in spellings(answer.name)}
    last = {line.left.base: number for number, line in enumerate(lines)}
    behind: dict[int, list[str]] = {}
    values = {line.name: nested(line.value) for line in lines}
    same: dict[str, str] = {}  # a line and the answer that is the same number and is typed like it: dwx for dW_x
    for answer in answers:
        for name in answer.lines:
            alike = name.replace("_", "").lower() == answer.name.replace("_", "").lower()
            if alike and values.get(name) == sheet.answers[answer.name]:
                same.setdefault(name, answer.name)
    taken = same | taken
    for answer in answers:
        if values.keys().isdisjoint(spellings(answer.name)) and answer.name not in same.values():
            place = max((last[base] for base in answer.lines if base in last), default=len(lines))
            behind.setdefault(place, []).append(answer.name)
    found: dict[str, Any] = {}
    for number, line in enumerate(lines):
        value = values[line.name]
        if line.name in taken:
            found[taken[line.name]] = sheet.answers[taken[line.name]]
        elif not isinstance(line.right, Name | Number) and _is_numbers(value, MOST_NUMBERS):
            found[line.name] = value
        found.update({name: sheet.answers[name] for name in behind.get(number, ())})
    found.update({name: sheet.answers[name] for name in behind.get(len(lines), ())})
    return found


def _is_numbers(value: Any, most: int) -> bool:
    """Say whether a value is a finite number or so many of them at most."""
    if value is None or count(value) > most:
        return False
    numbers = list(islice(flat(value), most + 1))
    return bool(numbers) and all(number == number and abs(number) != float("inf") for number in numbers)


def _shape(value: Any, lang: str) -> str:
    """Say what is wanted, where it is not one number."""
    shape = shape_of(value)
    if isinstance(value, bool):
        return Text("yes or no", "是或否").say(lang)
    if count(value) == 1:
        return ""
    if len(shape) == 1:
        return Text("{n} numbers", "{n} 个数").say(lang, n=shape[0])
    sides = "×".join(map(str, shape))
    if len(shape) == 2:
        return Text("{sides} numbers, rows parted by ;", "{sides} 个数，行与行用 ; 隔开").say(lang, sides=sides)
    return Text("{sides} numbers, as lists in lists", "{sides} 个数，写成嵌套列表").say(lang, sides=sides)


def unread(block: Block, fault: Fault) -> CheckedBlock:
    """Return a block whose exercise could not be used, with what is wrong with it."""
    faults = sorted((*block.faults, fault), key=lambda each: each.line)
    return CheckedBlock(block.line, block.exercise, faults=tuple(faults))
