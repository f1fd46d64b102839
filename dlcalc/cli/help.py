"""Help pages, made from what topics declare, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from dlcalc.cli.flags import COMMON
from dlcalc.core.layout import cells
from dlcalc.core.topic import Input, Topic
from dlcalc.errors import Text
from dlcalc.render.page import wrap

_USAGE, _INPUTS, _ANSWERS, _OPTIONS, _EXAMPLE, _REQUIRED = (
    Text("Usage", "用法"),
    Text("Inputs", "输入"),
    Text("Answers (the first is the main one)", "答案（第一个为主答案）"),
    Text("Options", "选项"),
    Text("Example", "示例"),
    Text("required", "必填"),
)


def topic_page(topic: Topic, lang: str, width: int) -> str:
    """Return the help page of a topic command."""
    needed = " ".join(f"--{flag(i)} {i.kind.shape}" for i in topic.inputs if i.required)
    rows = [
        topic.title.say(lang),
        "",
        f"{_USAGE.say(lang)}{_colon(lang, ' ')}dlcalc {topic.name} {needed} …",
        "",
        f"{_INPUTS.say(lang)}{_colon(lang)}",
    ]
    rows += _columns([(_flag_text(i), _input_says(i, lang)) for i in topic.inputs], width)
    rows += ["", f"{_ANSWERS.say(lang)}{_colon(lang)}"]
    rows += _columns([(answer.name, answer.says.say(lang)) for answer in topic.answers], width)
    rows += ["", f"{_OPTIONS.say(lang)}{_colon(lang)}"]
    rows += _columns([(f"--{o.name} {o.shape}".strip(), o.says.say(lang)) for o in COMMON], width)
    rows += ["", f"{_EXAMPLE.say(lang)}{_colon(lang, ' ')}{topic.example}"]
    return "\n".join(rows) + "\n"


def front_page(topics: list[Topic], lang: str, width: int) -> str:
    """Return the help page of dlcalc itself."""
    title = Text(
        "dlcalc: deep-learning exam calculations, step by step, with answers checked.",
        "dlcalc：深度学习考试计算，逐步展示，并检查答案。",
    )
    rows = [
        *wrap(title.say(lang), width),
        "",
        f"{_USAGE.say(lang)}{_colon(lang, ' ')}dlcalc TOPIC …",
        "",
        f"{Text('Topics', '主题').say(lang)}{_colon(lang)}",
    ]
    rows += _columns([(topic.name, topic.title.say(lang)) for topic in topics], width)
    rows += ["", f"{Text('Commands', '命令').say(lang)}{_colon(lang)}"]
    rows += _columns(
        [
            (
                "topics",
                Text("list the topics; with a name, its known mistakes too", "列出主题；给出名称则列出其常见错误").say(
                    lang
                ),
            ),
            ("TOPIC --help", Text("inputs, answers and an example", "输入、答案与示例").say(lang)),
            ("--version", Text("print the version", "显示版本").say(lang)),
        ],
        width,
    )
    rows += ["", f"{_EXAMPLE.say(lang)}{_colon(lang, ' ')}dlcalc conv --in 28 --k 3 --pad 0 --stride 1"]
    return "\n".join(rows) + "\n"


def topics_page(topics: list[Topic], lang: str, width: int) -> str:
    """Return the list of topics with their answers."""
    rows: list[str] = []
    for topic in topics:
        rows.append(f"{topic.name}  {topic.title.say(lang)}")
        rows += wrap(", ".join(answer.name for answer in topic.answers), width - 4, "    ")
    return "\n".join(rows) + "\n"


def mistakes_page(topic: Topic, lang: str, width: int) -> str:
    """Return a topic's answers, conventions and known mistakes."""
    rows = [topic.title.say(lang), "", f"{_ANSWERS.say(lang)}{_colon(lang)}"]
    rows += _columns([(answer.name, answer.says.say(lang)) for answer in topic.answers], width)
    if topic.conventions:
        rows += ["", f"{Text('Conventions', '约定').say(lang)}{_colon(lang)}"]
        for convention in topic.conventions:
            named = [
                (f"{convention.name}={str(value).lower()}", says.say(lang))
                for value, says in convention.choices.items()
            ]
            rows += _columns(named, width)
    rows += ["", f"{Text('Known mistakes', '常见错误').say(lang)}{_colon(lang)}"]
    for mistake in topic.misconceptions:
        rows.append(f"  {mistake.name}  {' '.join(mistake.catalogue)}".rstrip())
        rows += wrap(mistake.remedy.say(lang), width - 6, "      ")
    return "\n".join(rows) + "\n"


def _colon(lang: str, blank: str = "") -> str:
    return "：" if lang == "zh" else ":" + blank


def flag(spec: Input) -> str:
    """Return an input's flag without its dashes."""
    return spec.name.replace("_", "-")


def _flag_text(spec: Input) -> str:
    if spec.kind.is_switch:
        return f"--{flag(spec)}/--no-{flag(spec)}"
    return f"--{flag(spec)} {spec.kind.shape}"


def _input_says(spec: Input, lang: str) -> str:
    says = spec.says.say(lang)
    if spec.required:
        return f"{says} ({_REQUIRED.say(lang)})"
    if spec.default is None:
        return says
    value = spec.kind.show(spec.default)
    return f"{says} [{str(value).lower() if isinstance(value, bool) else value}]"


def _folded(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield pairs; those that differ only in a number, such as --w2 to --w9, as one."""
    for (_, meaning), run in groupby(pairs, lambda pair: (re.sub(r"\d+", "#", pair[0]), pair[1])):
        words = [word for word, _ in run]
        first, _, shape = words[-1].partition(" ")
        yield (words[0] if len(words) == 1 else f"{words[0].partition(' ')[0]} … {first} {shape}".rstrip()), meaning


def _columns(pairs: list[tuple[str, str]], width: int) -> list[str]:
    """Set (word, meaning) pairs in two columns."""
    pairs = list(_folded(pairs))
    left = min(34, width // 2 - 4, max(cells(word) for word, _ in pairs))
    rows: list[str] = []
    for word, meaning in pairs:
        lines = wrap(meaning, width - left - 4)
        if cells(word) > left:
            rows.append(f"  {word}")
            rows += [" " * (left + 4) + line for line in lines]
            continue
        rows.append("  " + word + " " * (left - cells(word)) + "  " + lines[0])
        rows += [" " * (left + 4) + line for line in lines[1:]]
    return rows
