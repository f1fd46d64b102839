"""Reading the flags of a topic command: its inputs, and the options every topic command has.

Typer hands the words over unread, because a topic's flags are its declared inputs and their kinds read the values,
with messages in two languages. (Declaring them to Typer would also cost a validator for each, at every start.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dlcalc.core.suggest import unknown_word
from dlcalc.core.topic import Topic
from dlcalc.errors import InputError, Text

VALUE, SWITCH, REPEATED, WORDS = "value", "switch", "repeated", "words"
"""What a flag takes: a word, nothing (or yes/no), a word each time it is given, or all words up to the next flag."""


class Option(NamedTuple):
    """An option that every topic command has."""

    name: str
    takes: str
    shape: str
    says: Text


COMMON = (
    Option("answer", REPEATED, "[NAME=]V", Text("check an answer; may be repeated", "检查一个答案；可重复")),
    Option(
        "solve",
        VALUE,
        "NAME,…",
        Text("find inputs (needs --want): --solve pad", "反求输入（配合 --want）：--solve pad"),
    ),
    Option("want", REPEATED, "[NAME=]V", Text("the answer it should give; may be repeated", "目标答案；可重复")),
    Option("range", REPEATED, "NAME=A:B", Text("where to search for an input", "反求输入的搜索范围")),
    Option("steps", VALUE, "brief|normal|full", Text("how much of the way to show", "显示多少步骤")),
    Option("format", VALUE, "terminal|text|markdown|latex|html|json", Text("output format", "输出格式")),
    Option("standalone", SWITCH, "", Text("LaTeX as a document of its own", "输出可单独编译的 LaTeX 文档")),
    Option(
        "round", VALUE, "N", Text("paper arithmetic: every line rounded to N decimals", "笔算：每行四舍五入到 N 位小数")
    ),
    Option("exact", SWITCH, "", Text("show exact fractions", "显示精确分数")),
    Option("conventions", SWITCH, "", Text("answers under other conventions too", "同时显示其他约定下的答案")),
    Option(
        "plot",
        VALUE,
        "FILE",
        Text("draw the sheet's picture to a .svg, .png or .pdf file", "把图画到 .svg、.png 或 .pdf 文件"),
    ),
    Option("lang", VALUE, "en|zh", Text("language", "语言")),
    Option("help", SWITCH, "", Text("this page", "本页")),
)
_COMMON = {option.name: option.takes for option in COMMON}

YES = frozenset({"true", "yes", "on", "1", "是"})
NO = frozenset({"false", "no", "off", "0", "否"})


@dataclass(slots=True)
class Words:
    """What was typed behind a command: its own flags by name, common options, repeated ones, bare words in order."""

    inputs: dict[str, object] = field(default_factory=dict)
    options: dict[str, str | bool] = field(default_factory=dict)
    repeated: dict[str, list[str]] = field(default_factory=dict)
    bare: list[str] = field(default_factory=list)

    @property
    def answers(self) -> list[str]:
        """What stood behind each --answer."""
        return self.repeated.get("answer", [])


def read_topic(topic: Topic, argv: Sequence[str]) -> Words:
    """Read a topic's flags: `--k 3`, `--k=3`, `--no-bias`, `--bias false`, `--strict`.

    Raises:
        InputError: for a word without a flag, an unknown flag (with near ones), a flag given twice or without a value.
    """
    own = {
        spec.name: SWITCH if spec.kind.is_switch else WORDS if spec.kind.takes_words else VALUE for spec in topic.inputs
    }
    synonyms = {spec.name: spec.known_as for spec in topic.inputs}
    words = read(argv, own, _COMMON, where=f"dlcalc {topic.name}", example=topic.example, synonyms=synonyms)
    if words.bare:
        raise InputError(
            Text(
                "'{word}' belongs to no flag: every input has one.", "“{word}” 不属于任何选项：每个输入都要写选项名。"
            ),
            Text("Write it like this: {example}", "请这样写：{example}"),
            word=words.bare[0][:60],
            example=topic.example,
        )
    return words


def read(
    argv: Sequence[str],
    own: Mapping[str, str],
    common: Mapping[str, str],
    *,
    where: str,
    example: str,
    synonyms: Mapping[str, tuple[str, ...]] | None = None,
) -> Words:
    """Read the words behind a command.

    Args:
        argv: the words.
        own: the command's own flags and what each takes.
        common: the options it shares with others and what each takes.
        where: the command, for messages.
        example: a line that works, for messages.
        synonyms: other words people use for its flags.

    Raises:
        InputError: for an unknown flag (with near ones), or one given twice or without a value.
    """
    takes = {**own, **common}
    words = Words()
    rest = list(argv)
    while rest:
        word = "--help" if rest[0] == "-h" else rest[0]
        del rest[0]
        if not word.startswith("--") or word == "--":
            words.bare.append(word)
            continue
        typed, equals, value = word[2:].partition("=")
        name, yes = _flag(typed, own, takes, where, synonyms or {})
        if takes[name] == SWITCH:
            if not equals and rest and rest[0].lower() in YES | NO:
                value = rest.pop(0)
            _set(words, common, name, _switch(name, value, yes) if value or equals else yes)
            continue
        if not equals and (not rest or _is_flag(rest[0], own, takes)):
            raise InputError(
                Text("A value is missing behind it.", "后面缺一个值。"),
                Text("For example: {example}", "例如：{example}"),
                example=example,
            ).about(name)
        value = value if equals else rest.pop(0)
        while takes[name] == WORDS and rest and not rest[0].startswith("--"):
            value += " " + rest.pop(0)
        _set(words, common, name, value)
    return words


def _is_flag(word: str, own: Mapping[str, str], takes: Mapping[str, str]) -> bool:
    name = word[2:].partition("=")[0].replace("-", "_")
    return word.startswith("--") and (name in takes or own.get(name.removeprefix("no_")) == SWITCH)


def _flag(
    typed: str, own: Mapping[str, str], takes: Mapping[str, str], where: str, synonyms: Mapping[str, tuple[str, ...]]
) -> tuple[str, bool]:
    """Return the name a flag stands for, and False where it is the `--no-…` of a switch."""
    name = typed.replace("-", "_")
    if name in takes:
        return name, True
    if name.startswith("no_") and own.get(name[3:]) == SWITCH:
        return name[3:], False
    known = {f"--{each.replace('_', '-')}": synonyms.get(each, ()) for each in takes}
    for each, kind in own.items():
        if kind == SWITCH:
            dashed = each.replace("_", "-")
            known[f"--no-{dashed}"] = (f"no{each}", f"without-{dashed}")
    raise unknown_word(f"--{typed[:60]}", known, Text("option", "选项"), where)


def _set(words: Words, common: Mapping[str, str], name: str, value: str | bool) -> None:
    if common.get(name) == REPEATED:
        words.repeated.setdefault(name, []).append(str(value))
        return
    found: dict[str, object] | dict[str, str | bool] = words.options if name in common else words.inputs
    if name in found:
        raise InputError(Text("It is given twice.", "给了两次。"), Text("Give it once.", "请只给一次。")).about(name)
    found[name] = value


def _switch(name: str, value: str, yes: bool) -> bool:
    if value.lower() not in YES | NO:
        raise InputError(
            Text("'{value}' is neither true nor false.", "“{value}” 既不是 true 也不是 false。"),
            Text("Type true or false.", "请输入 true 或 false。"),
            value=value,
        ).about(name)
    return (value.lower() in YES) == yes
