"""Numbers from files: `--x @image.npy`. Only flags of the command line open files.

What a file may be, and what is taken of it:

- `.json`: a number or nested lists, or an object with them;
- `.toml`: a table with them;
- `.csv`: rows parted by commas, semicolons, tabs or blanks; a first row without any number is a heading;
- `.npy`: NumPy's format, integers and floats only, never a pickle.

Of an object or a table the value named like the flag is taken (`w1 = …` for `--w1`), or the only one there is, unless
that is named like another input; for an input that is a whole net, the table itself. Decimals of text files are exact.
One row of a CSV file is a vector; one column is a vector for an input that takes no matrix, otherwise a matrix of one
column.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from dlcalc.cli.strict_json import Twice, once
from dlcalc.core.numbers import MOST_NUMBERS, too_many
from dlcalc.core.suggest import nearest, unknown_word
from dlcalc.core.topic import Input, Topic, names_a_file
from dlcalc.core.values import plain, read_number, whole
from dlcalc.errors import InputError, Text

LARGEST_FILE = 20_000_000
"""Bytes that a file of numbers may have."""
MOST_VALUES = 2 * MOST_NUMBERS
"""Values that a file may have, of all inputs together: counted before they are read, since they take memory."""
MOST_NEIGHBOURS = 2_000
"""Files of a folder that are looked at for one of a similar name."""


def read_inputs(topic: Topic, inputs: Mapping[str, object]) -> dict[str, object]:
    """Return the inputs with every `@file` read.

    Raises:
        InputError: for an input that takes no file, a file that cannot be read, or numbers the input cannot take.
    """
    read = dict(inputs)
    for name, typed in inputs.items():
        if not names_a_file(typed):
            continue
        spec = topic.input(name)
        try:
            if not spec.kind.takes_arrays:
                raise InputError(
                    Text("'{typed}' names a file, which is not read here.", "“{typed}” 是文件名，这里不读取文件。"),
                    Text("Type the value itself: {shape}.", "请直接输入值：{shape}。"),
                    typed=printable(str(typed)),
                    shape=spec.kind.shape,
                )
            read[name] = read_file(str(typed)[1:], spec, topic)
        except InputError as error:
            raise error.about(name) from None
    return read


def read_file(path: str, spec: Input, topic: Topic) -> Any:
    """Return what a file holds for one input, as the input's kind reads it.

    Raises:
        InputError: naming the file, what is wrong with it and what to do.
    """
    path = os.path.expanduser(path)
    shown = printable(path)
    reader = _reader(path, shown)
    data = _bytes(path, shown)
    if not data.strip():
        raise _wrong(shown, Text("The file is empty.", "文件是空的。"), Text("Write numbers in it.", "请写入数值。"))
    try:
        found = reader(data, Asked(shown, spec, topic))
        return spec.kind.read(found)
    except RecursionError:
        raise _wrong(shown, _TOO_DEEP, _FLATTER) from None
    except _FileError:
        raise
    except InputError as error:  # also one that shows a column: that of a number in the file, not of the command line
        raise _wrong(shown, error.text, error.hint, **error.values) from None


class Asked(NamedTuple):
    """What a file is read for: its name as shown, the input, and the input's topic."""

    file: str
    spec: Input
    topic: Topic


_TOO_DEEP = Text("The lists are nested too deep.", "列表嵌套太深。")
_FLATTER = Text("Give a vector, a matrix or a map.", "请给出向量、矩阵或特征图。")


class _FileError(InputError):
    """An error that names its file."""


def _wrong(file: str, text: Text, hint: Text | None = None, /, **values: object) -> _FileError:
    """Return the error for a file."""
    return _FileError(Text("{file}: " + text.en, "{file}：" + text.zh), hint, file=file, **values)


def printable(path: str) -> str:
    """Return a path as messages show it; what no terminal could print is escaped."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in path)
    return shown if len(shown) <= 100 else "…" + shown[-99:]


# ---------------------------------------------------------------- opening


def check_path(path: str, *, regular: bool) -> None:
    """Refuse a path that cannot be read from.

    Args:
        path: the path.
        regular: whether a pipe or a device, which may never end, is refused too.

    Raises:
        InputError: for a file that is missing (with near names), a folder, or no regular file.
    """
    shown = printable(path)
    if not path:
        raise InputError(
            Text("There is no file name.", "没有文件名。"),
            Text("Write it behind the @, such as @x.csv.", "请写在 @ 后面，例如 @x.csv。"),
        )
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        near = _neighbours(path)
        hint = (
            Text("Did you mean {near}?", "你是不是想输入 {near}？")
            if near
            else Text("Check the name and the folder it is in.", "请检查文件名及其所在的文件夹。")
        )
        raise _wrong(shown, Text("There is no such file.", "没有这个文件。"), hint, near=", ".join(near)) from None
    except (OSError, ValueError) as error:
        raise unreadable_file(path, error) from None
    if stat.S_ISDIR(mode):
        raise _wrong(
            shown,
            Text("This is a folder, not a file.", "这是文件夹，不是文件。"),
            Text("Name a file in it.", "请给出其中的文件名。"),
        )
    if regular and not stat.S_ISREG(mode):
        raise _wrong(
            shown,
            Text("This is a device or a pipe, not a file.", "这是设备或管道，不是文件。"),
            Text("Write the numbers to a file first.", "请先把数值写入文件。"),
        )


def unreadable_file(path: str, error: Exception) -> InputError:
    """Return the error for a file that the system does not let us read."""
    if isinstance(error, PermissionError):
        return _wrong(
            printable(path),
            Text("You may not read this file.", "没有读取这个文件的权限。"),
            Text("Change its permissions, or copy it.", "请修改其权限，或复制一份。"),
        )
    reason = getattr(error, "strerror", None) or str(error)
    return _wrong(
        printable(path),
        Text("The file cannot be read ({reason}).", "文件无法读取（{reason}）。"),
        Text("Check its name, or copy it to another place.", "请检查文件名，或将其复制到别处。"),
        reason=reason,
    )


def _neighbours(path: str) -> list[str]:
    """Return files beside a missing one whose names are near, as they would be typed."""
    folder, name = os.path.split(path)
    try:
        with os.scandir(folder or ".") as entries:
            there = [entry.name for _, entry in zip(range(MOST_NEIGHBOURS), entries, strict=False)]
    except OSError:
        return []
    return [printable(os.path.join(folder, each)) for each in nearest(name[:100], sorted(there))]


def _bytes(path: str, shown: str) -> bytes:
    """Return all that is in a file.

    Raises:
        InputError: if it cannot be opened, or is larger than `LARGEST_FILE`.
    """
    check_path(path, regular=True)
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)  # no size is believed: some files grow, some say they have none
    except OSError as error:
        raise unreadable_file(path, error) from None
    if len(data) > LARGEST_FILE:
        raise _wrong(
            shown,
            Text("The file is larger than {most} MB.", "文件超过 {most} MB。"),
            Text("Give a smaller map: at most {most} MB are read.", "请给出较小的特征图：最多读取 {most} MB。"),
            most=LARGEST_FILE // 1_000_000,
        )
    return data


def _reader(path: str, shown: str) -> Callable[[bytes, Asked], Any]:
    suffix = os.path.splitext(path)[1].lower()
    reader = _READERS.get(suffix)
    if reader is None:
        check_path(path, regular=True)  # a folder or a missing file is told as that first
        raise _wrong(
            shown,
            Text("Files ending in '{suffix}' are not read.", "不读取以 “{suffix}” 结尾的文件。")
            if suffix
            else Text("The name has no ending, so its format is not known.", "文件名没有扩展名，无法判断格式。"),
            Text("Save it as one of: {known}.", "请另存为：{known}。"),
            suffix=printable(suffix),
            known=", ".join(_READERS),
        )
    return reader


# ---------------------------------------------------------------- text

BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)


def _text(data: bytes, file: str) -> str:
    """Return a file's text: UTF-8, or UTF-16 and UTF-32 that begin with their mark.

    Raises:
        InputError: for what is no text.
    """
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in data:
            raise _binary(file) from None
        raise _wrong(
            file,
            Text("Byte {place} is no UTF-8 text.", "第 {place} 个字节不是 UTF-8 文本。"),
            Text("Save the file as text in UTF-8.", "请将文件另存为 UTF-8 文本。"),
            place=error.start + 1,
        ) from None
    if "\0" in text:
        raise _binary(file)
    if not text.strip():
        raise _wrong(file, Text("The file is empty.", "文件是空的。"), Text("Write numbers in it.", "请写入数值。"))
    if max(text.count(","), text.count("\n")) > MOST_VALUES:
        raise _wrong(
            file,
            Text("It has more than {most:,} values.", "其中的值超过 {most:,} 个。"),
            Text("One input takes at most {each:,} numbers.", "一个输入最多 {each:,} 个数。"),
            most=MOST_VALUES,
            each=MOST_NUMBERS,
        )
    return text


def _binary(file: str) -> InputError:
    return _wrong(
        file,
        Text("This is binary data, not text.", "这是二进制数据，不是文本。"),
        Text(
            "Save the numbers as text; arrays of NumPy belong in a .npy file.",
            "请将数值存为文本；NumPy 数组请存为 .npy 文件。",
        ),
    )


PLAIN_DIGITS = 24
"""Characters of a decimal that is read at once."""
_NO_NUMBER = frozenset({"", "nan", "inf", "infinity", "na", "n/a", "null", "none"})
"""What stands for a number that is not there; a row of a CSV file with it is no heading."""


def _decimal(text: str) -> Any:
    """Return a number of a JSON or TOML file exactly; nan, inf and numbers of too many digits are refused."""
    head, point, tail = text.partition(".")
    if point and len(text) <= PLAIN_DIGITS and tail.isdecimal() and head.lstrip("-").isdecimal():
        return whole(Fraction(int(head + tail), 10 ** len(tail)))  # nearly all numbers of a large file
    if text.lstrip("+-").lower() in _NO_NUMBER:
        raise InputError(
            Text("{text} is not a finite number.", "{text} 不是有限的数。"),
            Text("Give finite numbers.", "请给出有限的数。"),
            text=text,
        )
    return read_number(text.replace("_", ""))


def _json(data: bytes, asked: Asked) -> Any:
    import json

    text = _text(data, asked.file)
    try:
        found = json.loads(
            text, parse_float=_decimal, parse_int=_decimal, parse_constant=_decimal, object_pairs_hook=once
        )
    except Twice as error:
        raise _wrong(
            asked.file,
            Text("'{name}' stands in it twice.", "其中 “{name}” 出现了两次。"),
            Text("Give it once.", "请只给一次。"),
            name=printable(str(error)),
        ) from None
    except json.JSONDecodeError as error:
        raise _wrong(
            asked.file,
            Text(
                "This is not JSON: line {line}, column {column}.",
                "这不是 JSON：第 {line} 行第 {column} 列。",
            ),
            Text("Write lists such as [[1, 2], [3, 4]].", "请写成列表，例如 [[1, 2], [3, 4]]。"),
            line=error.lineno,
            column=error.colno,
        ) from None
    return _named(found, asked) if isinstance(found, dict) else found


def _toml(data: bytes, asked: Asked) -> Any:
    import tomllib

    text = _text(data, asked.file)
    try:
        found = tomllib.loads(text, parse_float=_decimal)
    except ValueError as error:  # TOMLDecodeError is one; a whole number of too many digits is a plain one
        raise _wrong(
            asked.file,
            Text("This is not TOML: {reason}.", "这不是 TOML：{reason}。"),
            Text("Write lines such as {name} = [[1, 2], [3, 4]].", "请写成 {name} = [[1, 2], [3, 4]] 这样的行。"),
            reason=printable(str(error).rstrip(".")),
            name=asked.spec.name,
        ) from None
    return _named(found, asked)


def _named(table: dict[str, Any], asked: Asked) -> Any:
    """Return the value of an object that is meant: the one named like the flag, or the only one."""
    name = asked.spec.name
    found = {key.replace("-", "_"): key for key in table}
    if name in found:
        value = table[found[name]]
    elif asked.spec.kind.takes_tables and table:
        return table
    elif len(table) == 1 and not found.keys() & {each.name for each in asked.topic.inputs}:
        (value,) = table.values()
    else:
        if not table:
            raise _wrong(
                asked.file,
                Text("There is nothing in it.", "其中没有内容。"),
                Text("Write {name} = [1, 2] or the like.", "请写入 {name} = [1, 2] 之类的内容。"),
                name=name,
            )
        error = unknown_word(name, [printable(key) for key in list(table)[:20]], Text("value", "值"), asked.file)
        raise _FileError(error.text, error.hint, **error.values)
    if isinstance(value, dict) and not asked.spec.kind.takes_tables:
        raise _wrong(
            asked.file,
            Text("'{name}' is a table of its own, not numbers.", "“{name}” 是一个表，不是数值。"),
            Text("Write the numbers at the top: {name} = [1, 2].", "请把数值写在最外层：{name} = [1, 2]。"),
            name=name,
        )
    return value


# ---------------------------------------------------------------- rows

_NEWLINE = re.compile(r"\r\n|\r|\n")
_BLANKS = re.compile(r"\s+")


def _csv(data: bytes, asked: Asked) -> Any:
    text = _text(data, asked.file)
    source = plain(text)
    lines = [(number, line) for number, line in enumerate(_NEWLINE.split(source), 1) if line.strip()]
    separator = next((sign for sign in ";\t," if sign in source), None)
    rows: list[list[Any]] = []
    first = 0
    for number, line in lines:
        cells = [cell.strip().strip('"').strip() for cell in line.split(separator)] if separator else line.split()
        if not rows and number == lines[0][0] and _is_heading(cells):
            continue
        if (len(rows) + 1) * len(cells) > MOST_NUMBERS:
            raise too_many((len(rows) + 1) * len(cells))
        row = [_cell(cell, number, column, asked.file) for column, cell in enumerate(cells, 1)]
        if rows and len(row) != len(rows[0]):
            raise _wrong(
                asked.file,
                Text(
                    "Line {line} has {got} numbers, line {first} has {want}.",
                    "第 {line} 行有 {got} 个数，第 {first} 行有 {want} 个。",
                ),
                Text("Give every row the same number of entries.", "请让每行的元素个数相同。"),
                line=number,
                got=len(row),
                first=first,
                want=len(rows[0]),
            )
        first = first or number
        rows.append(row)
    if not rows:
        raise _wrong(
            asked.file,
            Text("There are no numbers in it, only a heading.", "其中只有标题，没有数值。"),
            Text("Write rows such as 0.35,0.9.", "请写入像 0.35,0.9 这样的行。"),
        )
    if len(rows) == 1:
        return rows[0] if len(rows[0]) > 1 else rows[0][0]
    if len(rows[0]) == 1 and getattr(asked.spec.kind, "most", 2) == 1:
        return [row[0] for row in rows]
    return rows


def _is_heading(cells: list[str]) -> bool:
    """Say whether a row is words only; what begins like a number (0,5 or 12O) may be one mistyped and is not lost."""
    return all(cell.lower() not in _NO_NUMBER and cell[0] not in "+-.0123456789" for cell in cells)


def _cell(cell: str, line: int, column: int, file: str) -> Any:
    try:
        return read_number(cell)
    except InputError:
        raise _wrong(
            file,
            Text(
                "Line {line}, column {column}: '{cell}' is no number dlcalc can read.",
                "第 {line} 行第 {column} 列：“{cell}” 不是 dlcalc 能读懂的数。",
            )
            if cell
            else Text("Line {line}, column {column} is empty.", "第 {line} 行第 {column} 列是空的。"),
            Text("Write plain numbers, with a point for decimals: 0.35.", "请写普通的数，小数点用 “.”：0.35。"),
            line=line,
            column=column,
            cell=cell[:40],
        ) from None


# ---------------------------------------------------------------- NumPy


def _npy(data: bytes, asked: Asked) -> Any:
    """Read NumPy's format without its pickles; nothing is allocated that the file does not hold."""
    import io
    import warnings

    import numpy as np

    stream = io.BytesIO(data)
    damaged = _wrong(
        asked.file,
        Text("This is no .npy file, or a damaged one.", "这不是 .npy 文件，或文件已损坏。"),
        Text("Write it with numpy.save.", "请用 numpy.save 保存。"),
    )
    headers: Mapping[tuple[int, int], Callable[[Any], Any]] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # NumPy warns of headers it had to mend
            shape, _, dtype = headers[np.lib.format.read_magic(stream)](stream)
    except Exception:  # a damaged header makes NumPy raise whatever its parts raise
        raise damaged from None
    if dtype.hasobject:
        raise _wrong(
            asked.file,
            Text(
                "The array holds Python objects (a pickle), which can run code when opened.",
                "数组含有 Python 对象（pickle），打开时可能执行代码。",
            ),
            Text("Save an array of numbers: {call}.", "请保存数值数组：{call}。"),
            call="numpy.save(file, x.astype(float))",
        )
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise _wrong(
            asked.file,
            Text("Its entries are of type {dtype}.", "它的元素类型是 {dtype}。"),
            Text("Save it as numbers, such as x.astype(float).", "请存为数值，例如 x.astype(float)。"),
            dtype=printable(str(dtype)),
        )
    size = 1
    for side in shape:
        size *= max(side, -1)
    if size < 0 or size * dtype.itemsize != len(data) - stream.tell():
        raise _wrong(
            asked.file,
            Text(
                "The header promises {want} bytes of numbers, the file has {got}.",
                "文件头声明有 {want} 字节的数值，文件中有 {got} 字节。",
            ),
            Text("Write it anew with numpy.save, one array in a file.", "请用 numpy.save 重新保存，每个文件一个数组。"),
            want=printable(str(size * dtype.itemsize)) if abs(size) < 10**30 else "10^30",
            got=len(data) - stream.tell(),
        )
    try:
        return np.load(io.BytesIO(data), allow_pickle=False)
    except ValueError:
        raise damaged from None


_READERS: dict[str, Callable[[bytes, Asked], Any]] = {".json": _json, ".toml": _toml, ".csv": _csv, ".npy": _npy}
"""How to read a file, by the ending of its name."""
