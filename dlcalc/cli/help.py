"""Help pages, made from what topics declare, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
    command = " ".join((topic.name, *(f"--{flag(i)} {i.kind.shape}" for i in topic.inputs if i.required)))
    rows = [
        topic.title.say(lang),
        "",
        f"{_USAGE.say(lang)}{_colon(lang, ' ')}dlcalc {command} …",
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


def front_page(topics: list[Topic], commands: Mapping[str, Text], lang: str, width: int) -> str:
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
            *((name, says.say(lang)) for name, says in commands.items()),
            ("TOPIC --help", Text("inputs, answers and an example", "输入、答案与示例").say(lang)),
            ("--version", Text("print the version", "显示版本").say(lang)),
        ],
        width,
    )
    rows += ["", f"{_EXAMPLE.say(lang)}{_colon(lang, ' ')}dlcalc conv --in 28 --k 3 --pad 0 --stride 1"]
    return "\n".join(rows) + "\n"


def batch_page(lang: str, width: int, example: str, longest: int) -> str:
    """Return the help page of dlcalc batch; `longest` is how many bytes a line may have."""

    def say(en: str, zh: str) -> str:
        return Text(en, zh).say(lang)

    does = say(
        "Work out many exercises: each line of FILE is a JSON object, and so is each line of the output.",
        "批量计算：FILE 的每行是一个 JSON 对象，输出的每行也是。",
    )
    keys = [
        (
            "id",
            say("text or a whole number, repeated in the output; optional", "文本或整数，原样输出；可选"),
        ),
        ("topic", say("a topic's name", "主题名")),
        (
            "inputs",
            say("its inputs, as typed, or as numbers and lists", "输入，同命令行写法，或数与列表"),
        ),
        (
            "check",
            say(
                "answers by name, or the main answer alone; optional",
                "按名称的答案，或仅主答案；可选",
            ),
        ),
    ]
    answered = [
        ("id line ok", say("whose line it is, and whether it could be answered", "是哪一行，能否回答")),
        ("answers", say("every answer, in full precision", "全部答案，全精度")),
        ("verdicts", say("what became of each checked answer", "每个所检查答案的判定")),
        ("error", say("in their place: message and hint", "出错时代替以上两项：message 与 hint")),
    ]
    options = [
        ("--jobs N|auto", say("processes; the order stays [1]", "进程数；顺序不变 [1]")),
        ("--lang en|zh", say("language of messages", "消息的语言")),
        ("--help", say("this page", "本页")),
    ]
    ends = say(
        f"A bad line is answered with its error and the rest is done; blank lines are skipped. A line may have "
        f"{longest:,} bytes. The exit status is 1 if a line failed or an answer was not accepted.",
        f"出错的行给出错误，其余照常计算；空行跳过。每行最多 {longest:,} 字节。"
        "有行失败或有答案未被接受时，退出状态为 1。",
    )
    rows = [*wrap(does, width), "", f"{_USAGE.say(lang)}{_colon(lang, ' ')}dlcalc batch [FILE|-] …", ""]
    rows += [f"{say('Keys of a line', '每行的键')}{_colon(lang)}", *_columns(keys, width), ""]
    rows += [f"{say('Keys of an answer', '输出的键')}{_colon(lang)}", *_columns(answered, width), ""]
    rows += [f"{_OPTIONS.say(lang)}{_colon(lang)}", *_columns(options, width), "", *wrap(ends, width), ""]
    rows += [f"{_EXAMPLE.say(lang)}{_colon(lang)}", f"  {example}", "  dlcalc batch exercises.jsonl > answers.jsonl"]
    return "\n".join(rows) + "\n"


def check_page(lang: str, width: int, largest: int) -> str:
    """Return the help page of dlcalc check; `largest` is how many bytes a file may have."""

    def say(en: str, zh: str) -> str:
        return Text(en, zh).say(lang)

    does = say(
        "Check homework: Markdown in which each block fenced as dlcalc holds an exercise and the answers to it, one a "
        "line, in working order. Everything outside such blocks is not read.",
        "检查作业：Markdown 文件，其中每个标为 dlcalc 的代码块写一道习题及其答案，每行一个，按计算顺序。"
        "代码块以外的内容不读取。",
    )
    parts = [
        (
            say("first line", "第一行"),
            say("the exercise's command, with or without dlcalc", "习题的命令，可带或不带 dlcalc"),
        ),
        (
            "name = value",
            say("an answer or any line of the sheet: params, z1, h[2]", "答案或计算表中的任意一行：params、z1、h[2]"),
        ),
        (say("name = a = b", "名称 = a = b"), say("of a chain the last value counts", "连等式以最后一个值为准")),
        (say("name =", "名称 ="), say("not answered", "未作答")),
        ("# …", say("a comment", "注释")),
    ]
    options = [
        ("--template TOPIC …", say("print the block of an exercise, to fill in", "输出一道习题的待填写代码块")),
        ("--steps brief|normal|full", say("add the worked sheet of each exercise", "附上每道题的计算表")),
        ("--format terminal|text|markdown|latex|html|json", say("output format", "输出格式")),
        ("--standalone", say("LaTeX as a document of its own", "输出可单独编译的 LaTeX 文档")),
        ("--lang en|zh", say("language", "语言")),
        ("--help", say("this page", "本页")),
    ]
    ends = say(
        f"An exercise or a line that cannot be read is told with its place, and the rest is judged. A file may have "
        f"{largest // 1_000_000} MB. The exit status is 1 if an answer was not accepted, otherwise 2 if something "
        f"could not be read.",
        f"无法读取的习题或行会指出位置，其余照常判断。每个文件最多 {largest // 1_000_000} MB。"
        "有答案未被接受时退出状态为 1；否则有内容无法读取时为 2。",
    )
    rows = [*wrap(does, width), "", f"{_USAGE.say(lang)}{_colon(lang, ' ')}dlcalc check [FILE|-] …", ""]
    rows += [f"{say('Lines of a block', '代码块的内容')}{_colon(lang)}", *_columns(parts, width), ""]
    rows += [f"{_OPTIONS.say(lang)}{_colon(lang)}", *_columns(options, width), "", *wrap(ends, width), ""]
    rows += [f"{_EXAMPLE.say(lang)}{_colon(lang)}"]
    rows += ["  dlcalc check --template conv --in 28 --k 3 > homework.md", "  dlcalc check homework.md"]
    return "\n".join(rows) + "\n"


def grade_page(lang: str, width: int) -> str:
    """Return the help page of dlcalc grade."""

    def say(en: str, zh: str) -> str:
        return Text(en, zh).say(lang)

    does = say(
        "Grade a class: each row of ANSWERS is one student's value, and gets its verdict and marks as CSV. KEY says "
        "which exercise each question is.",
        "批改全班作业：ANSWERS 的每行是一名学生的一个值，逐行给出判定与得分（CSV）。KEY 说明每道题是什么习题。",
    )
    columns = [
        ("student", say("whose answer it is", "学生")),
        ("question", say("an id of the key", "答案键中的题目编号")),
        (
            "name",
            say("an answer or a line of the sheet; empty: the first answer", "答案名或计算表中的行名；空表示主答案"),
        ),
        ("value", say("what was answered; empty: missing", "学生的答案；空表示未作答")),
    ]
    key = [
        ("id command", say("of each [[question]]: its id, its exercise", "每个 [[question]]：编号，习题命令")),
        ("title", say("what the report calls it; optional", "报告中的名称；可选")),
        ("asked", say("names that earn marks; else every row does", "计分的答案名；不写则每行都计分")),
        ("marks", say("for each of them [1]", "每个答案的分值 [1]")),
    ]
    options = [
        ("--out FILE", say("the verdicts; a run that was broken off is gone on with", "判定结果；中断的运行会继续")),
        (
            "--rejected FILE",
            say(
                "rows that cannot be judged, as CSV; else they are listed on standard error",
                "无法判定的行（CSV）；不写则列在标准错误上",
            ),
        ),
        ("--report FILE", say("the report: .html .md .txt .json", "报告：.html .md .txt .json")),
        (
            "--format NAME",
            say("the report's: terminal text markdown html json", "报告格式：terminal text markdown html json"),
        ),
        (
            "--encoding NAME",
            say("of ANSWERS, such as gb18030, where it is not seen", "ANSWERS 的编码，如 gb18030；通常自动识别"),
        ),
        ("--jobs N|auto", say("processes; the bytes stay the same [1]", "进程数；输出不变 [1]")),
        ("--lang en|zh", say("language of messages and the report", "消息与报告的语言")),
        ("--help", say("this page", "本页")),
    ]
    ends = say(
        "Rows of one student and question that stand together are one exercise in working order; errors are carried "
        "through it. The exit status is 0 if every row was judged, whatever the verdicts, and 1 if rows were rejected.",
        "同一学生同一题目的相邻行是一道按步骤书写的习题，错误会连带。"
        "所有行都已判定时退出状态为 0（无论对错），有行未能判定时为 1。",
    )
    rows = [*wrap(does, width), "", f"{_USAGE.say(lang)}{_colon(lang, ' ')}dlcalc grade KEY ANSWERS.csv|- …", ""]
    rows += [f"{say('Columns of ANSWERS', 'ANSWERS 的列')}{_colon(lang)}", *_columns(columns, width), ""]
    rows += [f"{say('KEY, a TOML file', 'KEY（TOML 文件）')}{_colon(lang)}", *_columns(key, width), ""]
    rows += [f"{_OPTIONS.say(lang)}{_colon(lang)}", *_columns(options, width), "", *wrap(ends, width), ""]
    rows += [f"{_EXAMPLE.say(lang)}{_colon(lang)}"]
    rows += ["  [[question]]", '  id = "q1"', '  command = "conv --in 28 --k 3"', ""]
    rows += ["  dlcalc grade key.toml answers.csv --out marks.csv --report class.html"]
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
