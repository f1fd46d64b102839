"""One line of a batch: an exercise as JSON in, its answers as JSON out.

`{"id"?, "topic", "inputs", "check"?}` is answered by `{"id", "line", "ok": true, "answers", "verdicts"?}` or by
`{"id", "line", "ok": false, "error": {"message", "hint"}}`. A number is read as it is written: exactly, and an answer
to check with its digits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from dlcalc.api import check, solve
from dlcalc.cli.strict_json import Twice, once
from dlcalc.core.suggest import unknown_word
from dlcalc.errors import DlcalcError, InputError, Text
from dlcalc.render.json import escaped, jsonable, verdict_json

LONGEST_LINE = 4_000_000
"""Bytes that a line may have; more are skipped, not kept."""
MOST_ANSWERS = 1_000
"""Answers that one line may have checked."""
LONGEST_MESSAGE = 1_000
"""Characters of an error that are passed on: a message shows the value given, and that may be all of the line."""

KEYS = ("id", "topic", "inputs", "check")
EXAMPLE = '{"id": 1, "topic": "conv", "inputs": {"in": 28, "k": 3}, "check": {"out": 26}}'

NumberedLine: TypeAlias = tuple[int, bytes | None]
"""A line's number, from 1, and its bytes; None in place of a line that is too long."""


class Done(NamedTuple):
    """Lines that were answered: the output, how many there were, and how many failed or had an answer not accepted."""

    text: str
    lines: int
    failed: int


class Decimal(str):
    """A decimal as it stands in the line: every input reads it exactly, and every answer with its digits."""


def _no_number(word: str) -> Any:
    raise InputError(
        Text("{word} is not a finite number, and no JSON.", "{word} 不是有限的数，也不是 JSON。"),
        Text("Give finite numbers.", "请给出有限的数。"),
        word=word,
    )


_READER = json.JSONDecoder(object_pairs_hook=once, parse_float=Decimal, parse_constant=_no_number)
_WRITERS = {
    ascii: json.JSONEncoder(ensure_ascii=ascii, allow_nan=False, separators=(", ", ": ")).encode
    for ascii in (False, True)
}


def answer(number: int, line: bytes | None, lang: str, ascii: bool = False) -> tuple[str, bool]:
    """Answer one line.

    Args:
        number: its number, from 1.
        line: its bytes; None if it is too long.
        lang: the language of messages.
        ascii: whether the output must be ASCII.

    Returns:
        The line of output without its end, and whether nothing failed.
    """
    head: dict[str, Any] = {"id": None, "line": number}
    try:
        fine, body = _answered(_exercise(line, head), lang)
        return _written({**head, "ok": True, **body}, ascii), fine
    except Exception as fault:
        said = as_said(fault)
    told = {"message": _message(said, lang), "hint": _clipped(said.advice(lang))}
    return _written({**head, "ok": False, "error": told}, ascii), False


def as_said(fault: Exception) -> DlcalcError:
    """Return what working an exercise out has raised as an error to tell, so that the next ones do not suffer for it.

    A fault of dlcalc itself is told as such.
    """
    match fault:
        case DlcalcError():
            return fault
        case RecursionError():
            return InputError(
                Text("The lists are nested too deep.", "列表嵌套太深。"),
                Text("Give a vector, a matrix or a map.", "请给出向量、矩阵或特征图。"),
            )
        case MemoryError():
            return InputError(
                Text("This exercise takes more memory than there is.", "本题需要的内存超过可用内存。"),
                Text("Give smaller maps.", "请给出较小的数组。"),
            )
        case OverflowError():
            return InputError(
                Text("A number of this exercise is too large to be written.", "本题中有数太大，无法写出。"),
                Text("Give smaller numbers.", "请给出较小的数。"),
            )
    return InputError(
        Text("dlcalc failed here, which is its own fault: {fault}", "dlcalc 在此出错，这是程序缺陷：{fault}"),
        Text("Please report this line.", "请报告这一行。"),
        fault=f"{type(fault).__name__}: {fault}",
    )


_EXPECTED = Text("A line looks like this: {example}", "一行应像这样：{example}")


def _message(error: DlcalcError, lang: str) -> str:
    name = getattr(error, "name", None)
    return _clipped((f"{name}{'：' if lang == 'zh' else ': '}" if name else "") + error.message(lang))


def _clipped(text: str) -> str:
    """Return a message with its middle left out where it is long: what is wrong stands behind the value."""
    half = LONGEST_MESSAGE // 2
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: half - 1]}…{text[-half:]}"


def _written(document: Mapping[str, Any], ascii: bool) -> str:
    """Return one line of JSON; what no encoding takes or no terminal should get is escaped."""
    return escaped(_WRITERS[ascii](document))


@dataclass(slots=True)
class Exercise:
    """A line as it is understood; `answers` is None where there is nothing to check."""

    topic: str
    inputs: dict[str, Any]
    answers: dict[str, Any] | None


def _exercise(line: bytes | None, head: dict[str, Any]) -> Exercise:
    """Read a line; its id is put into `head` as soon as it is known."""
    document = _document(line)
    if not isinstance(document, dict):
        raise InputError(
            Text("The line is JSON, but no object.", "这一行是 JSON，但不是对象。"), _EXPECTED, example=EXAMPLE
        )
    id = document.get("id")
    if id is not None:
        if id.__class__ is not int and not (id.__class__ is str and len(id) <= 200):
            raise InputError(
                Text(
                    "An id is a whole number, or text of at most 200 characters.",
                    "id 应为整数或不超过 200 字符的文本。",
                ),
                _EXPECTED,
                example=EXAMPLE,
            ).about("id")
        head["id"] = id
    for key in document:
        if key not in KEYS:
            raise unknown_word(key[:60], list(KEYS), Text("key", "键"), "dlcalc batch")
    topic, inputs = document.get("topic"), document.get("inputs")
    if topic.__class__ is not str:
        raise InputError(
            Text("A line needs the name of a topic.", "每行都要给出主题名。"), _EXPECTED, example=EXAMPLE
        ).about("topic")
    if not isinstance(inputs, dict):
        raise InputError(
            Text("A line needs an object of inputs.", "每行都要给出输入对象。"), _EXPECTED, example=EXAMPLE
        ).about("inputs")
    for name in inputs:
        if len(name) > 60:
            raise InputError(
                Text("'{name}…' is no input.", "“{name}…” 不是输入名。"), _EXPECTED, name=name[:60], example=EXAMPLE
            ).about("inputs")
    answers = document.get("check")
    if answers is not None and not isinstance(answers, dict):
        answers = {"": answers}
    if answers is not None and len(answers) > MOST_ANSWERS:
        raise InputError(
            Text("There are {count} answers.", "有 {count} 个答案。"),
            Text("Give at most {most} on a line.", "每行最多 {most} 个。"),
            count=len(answers),
            most=MOST_ANSWERS,
        ).about("check")
    return Exercise(str(topic)[:60], inputs, answers)


def _document(line: bytes | None) -> Any:
    """Return a line's JSON value.

    Raises:
        InputError: saying where it stops being JSON.
    """
    if line is None:
        raise InputError(
            Text("The line is longer than {most:,} bytes.", "这一行超过 {most:,} 字节。"),
            Text("Give large maps to a topic's command as a file: --x @x.npy.", "较大的数组请用文件：--x @x.npy。"),
            most=LONGEST_LINE,
        )
    try:
        text = line.decode()
        return _READER.decode(text)
    except UnicodeDecodeError as error:
        raise InputError(
            Text("Byte {place} of the line is no UTF-8.", "该行第 {place} 个字节不是 UTF-8。"),
            Text("Save the file in UTF-8.", "请将文件存为 UTF-8。"),
            place=error.start + 1,
        ) from None
    except json.JSONDecodeError as error:
        rest = text[error.pos : error.pos + 30]
        if not rest.strip():
            raise InputError(
                Text("The line ends before its JSON does.", "JSON 尚未结束，这一行就结束了。"),
                _EXPECTED,
                example=EXAMPLE,
            ) from None
        raise InputError(
            Text("The line is no JSON from column {column} on: {rest}", "该行从第 {column} 列起不是 JSON：{rest}"),
            _EXPECTED,
            column=error.pos + 1,
            rest=_printable(rest),
            example=EXAMPLE,
        ) from None
    except Twice as error:
        raise InputError(
            Text("'{name}' stands twice in one object.", "“{name}” 在同一对象中出现了两次。"),
            Text("Give it once.", "请只给一次。"),
            name=str(error)[:60],
        ) from None
    except ValueError:  # Python reads no whole number of more than some thousand digits
        raise InputError(
            Text("A whole number has too many digits.", "有一个整数的位数太多。"),
            Text("Give numbers of at most 400 digits.", "请给出不超过 400 位的数。"),
        ) from None


def _printable(text: str) -> str:
    """Return a piece of a line with what cannot be printed escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _answered(exercise: Exercise, lang: str) -> tuple[bool, dict[str, Any]]:
    """Return whether every answer to check was accepted, and what is said of the exercise."""
    sheet = solve(exercise.topic, exercise.inputs)
    body: dict[str, Any] = {"answers": {name: jsonable(value) for name, value in sheet.answers.items()}}
    if exercise.answers is None:
        return True, body
    report = check(exercise.topic, exercise.inputs, exercise.answers, lang=lang)
    body["verdicts"] = {name: verdict_json(verdict, lang) for name, verdict in report.verdicts.items()}
    return report.accepted, body


def answer_all(lines: Iterable[NumberedLine], lang: str, ascii: bool) -> Done:
    """Answer some lines; this is what another process is asked for."""
    written, failed = [], 0
    for number, line in lines:
        text, fine = answer(number, line, lang, ascii)
        written.append(text + "\n")
        failed += not fine
    return Done("".join(written), len(written), failed)
