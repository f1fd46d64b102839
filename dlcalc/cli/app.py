"""From argv to a Typer command, and back to an exit status.

Only the topic that is asked for is imported; nothing is printed but through the `Environment`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from dlcalc import __version__, topics
from dlcalc.cli import flags
from dlcalc.cli.environment import INTERRUPTED, OK, USAGE, Environment, status_of
from dlcalc.core.suggest import unknown_word
from dlcalc.core.topic import Topic, names_a_file
from dlcalc.errors import DlcalcError, InputError, Text, UnreadableError

if TYPE_CHECKING:
    from dlcalc.core.worksheet import Worksheet


class Command(NamedTuple):
    """A command that is no topic: the module whose `command(argv, environment, lang)` runs it, and what it does."""

    module: str
    says: Text


COMMANDS = {
    "topics": Command(
        "dlcalc.cli.topics",
        Text("list the topics; with a name, its known mistakes too", "列出主题；给出名称则列出其常见错误"),
    ),
    "check": Command(
        "dlcalc.cli.check",
        Text("check homework files, line by line", "逐行检查作业文件"),
    ),
    "batch": Command(
        "dlcalc.cli.batch",
        Text("work out many exercises, one line of JSON each", "批量计算，每行一个 JSON 习题"),
    ),
    "grade": Command(
        "dlcalc.cli.grade",
        Text("grade a class: answers as CSV, and a report on its mistakes", "批改全班 CSV 答案，并报告常见错误"),
    ),
}
"""Imported when they are asked for, so that a new one costs the others nothing at start."""


def run(argv: Sequence[str], environment: Environment | None = None) -> int:
    """Run one command line and return its exit status."""
    env = environment or Environment()
    lang = env.language(argv)
    try:
        return _dispatch(list(argv), env, lang)
    except DlcalcError as error:
        env.complain(complaint(error, lang))
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        env.complain("\n")
        return INTERRUPTED


def _dispatch(argv: list[str], env: Environment, lang: str) -> int:
    words = _without_lang(argv)
    refuse_language(argv[: len(argv) - len(words)])
    if not words or words[0] in ("--help", "-h", "help"):
        if len(words) > 1 and words[0] == "help" and not words[1].startswith("-"):
            return _dispatch([words[1], "--help"], env, lang)
        from dlcalc.cli.help import front_page

        says = {name: command.says for name, command in COMMANDS.items()}
        env.write(front_page([topics.load(name) for name in topics.names()], says, lang, env.page_width))
        return OK
    if words[0] == "--version":
        env.write(f"dlcalc {__version__}\n")
        return OK
    command, rest = words[0], argv[argv.index(words[0]) + 1 :]
    rest = argv[: argv.index(words[0])] + rest
    if command in COMMANDS:
        called = import_module(COMMANDS[command].module).command
        return _run(lambda ctx: called(ctx.args, env, lang), rest, f"dlcalc {command}")
    if command.startswith("-"):
        raise unknown_word(command, ["--help", "--version", "--lang"], Text("option", "选项"), "dlcalc")
    if command.replace("_", "-") not in topics.names():
        raise unknown_word(command, [*topics.names(), *COMMANDS], Text("command", "命令"), "dlcalc")
    topic = topics.load(command)
    return _run(_topic_command(topic, env, lang), rest, f"dlcalc {command}")


def _without_lang(argv: list[str]) -> list[str]:
    """Return argv without a --lang that stands before the command."""
    words = list(argv)
    while words and (words[0] == "--lang" or words[0].startswith("--lang=")):
        del words[: 2 if words[0] == "--lang" else 1]
    return words


def refuse_language(words: Sequence[str]) -> None:
    """Refuse a --lang before the command that names no language of dlcalc.

    Raises:
        InputError: listing the languages.
    """
    from dlcalc.api import LANGUAGES, one_of

    for number, word in enumerate(words):
        if word.startswith("--lang"):
            after = words[number + 1] if number + 1 < len(words) else ""
            one_of("lang", word[7:] if "=" in word else after, LANGUAGES)


def _run(command: Callable[[typer.Context], int], argv: list[str], name: str) -> int:
    """Let Typer call the command, which reads its words by `flags`."""

    def called(ctx: typer.Context) -> int:
        return command(ctx)

    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    unread: dict[str, Any] = {"help_option_names": [], "allow_extra_args": True, "ignore_unknown_options": True}
    app.command(name=name, context_settings=unread)(called)
    status = app(args=argv, prog_name=name, standalone_mode=False)
    return status if isinstance(status, int) else OK


# ---------------------------------------------------------------- the command of a topic


def _topic_command(topic: Topic, env: Environment, lang: str) -> Callable[[typer.Context], int]:
    def command(ctx: typer.Context) -> int:
        for flag, other in topic.hands_on.items():
            argv = _handed_on(ctx.args, flag, topic.name)
            if argv:
                there = topics.load(other)
                return topic_command(there, flags.read_topic(there, argv), env, lang)
        words = flags.read_topic(topic, ctx.args)
        if words.options.get("help"):
            from dlcalc.cli.help import topic_page

            env.write(topic_page(topic, lang, env.page_width))
            return OK
        return topic_command(topic, words, env, lang)

    return command


def _handed_on(argv: Sequence[str], flag: str, name: str) -> list[str]:
    """Return what to type at the topic that answers a flag, this topic's name its first value; empty without."""
    for at, word in enumerate(argv):
        if word == f"--{flag}" or word.startswith(f"--{flag}="):
            values = [word.partition("=")[2]] if "=" in word else []
            rest = list(argv[at + 1 :])
            while rest and not rest[0].startswith("-"):
                values.append(rest.pop(0))
            named = [value for each in values for value in each.replace("，", ",").split(",") if value.strip()]
            return [*argv[:at], f"--{flag}", *([] if name in named else [name]), *named, *rest]
    return []


def topic_command(topic: Topic, words: flags.Words, env: Environment, lang: str) -> int:
    """Work the topic out, print it or the verdicts on answers, and return the exit status."""
    from dlcalc.api import LANGUAGES, one_of, refuse_standalone, solve
    from dlcalc.render import FORMATS, STEPS

    options = words.options
    format = str(options.get("format") or ("terminal" if env.is_terminal else "text"))
    steps = str(options.get("steps", "normal"))
    one_of("format", format, FORMATS)
    one_of("steps", steps, STEPS)
    one_of("lang", str(options.get("lang", lang)), LANGUAGES)
    conventions, standalone = bool(options.get("conventions")), bool(options.get("standalone"))
    refuse_standalone(format, standalone)
    if any(map(names_a_file, words.inputs.values())):
        from dlcalc.cli.files import read_inputs

        words.inputs = read_inputs(topic, words.inputs)
    if "solve" in options or words.repeated.keys() & {"want", "range"}:
        from dlcalc.cli.inverse import inverse_command

        return inverse_command(topic, words, env, lang, format=format, steps=steps, standalone=standalone)
    sheet = solve(
        topic.name, words.inputs, round=_decimals(options.get("round")), exact=bool(options.get("exact")), lang=lang
    )
    if "plot" in options:
        _draw(sheet, str(options["plot"]))
    if not words.answers:
        env.write(
            sheet.render(
                format,
                steps=steps,
                width=env.width,
                color=env.colors,
                conventions=conventions,
                standalone=standalone,
            )
        )
        return OK
    from dlcalc.api import check
    from dlcalc.render import render_report

    report = check(topic.name, words.inputs, by_name(words.answers, "answer", Text("answers", "答案")), lang=lang)
    env.write(
        render_report(
            sheet,
            report,
            format,
            steps=steps if "steps" in options else None,
            width=env.width,
            color=env.colors,
            conventions=conventions,
            standalone=standalone,
        )
    )
    return status_of([report])


def _draw(sheet: Worksheet, name: str) -> None:
    """Draw a sheet's picture to a file, which is replaced.

    Raises:
        InputError: if there is no picture, or the file cannot be written.
    """
    from pathlib import Path

    from dlcalc.render.picture import picture

    try:
        drawn = picture(sheet, Path(name).suffix.lower())
        Path(name).write_bytes(drawn)
    except InputError as error:
        raise error.about("plot") from None
    except (OSError, ValueError) as error:
        raise InputError(
            Text("{name} cannot be written: {why}.", "无法写入 {name}：{why}。"),
            Text("Name a file in a folder that is there.", "请指定已有文件夹中的文件。"),
            name=name[:200],
            why=getattr(error, "strerror", None) or str(error),
        ).about("plot") from None


def _decimals(text: object) -> int | None:
    if text is None:
        return None
    try:
        return int(str(text))
    except ValueError:
        raise InputError(
            Text("'{text}' is not a number of decimals.", "“{text}” 不是小数位数。"),
            Text("Type a whole number from 0 to 15.", "请输入 0 到 15 的整数。"),
            text=text,
        ).about("round") from None


def by_name(words: list[str], flag: str, what: Text) -> dict[str, str]:
    """Read [NAME=]VALUE words by name; a bare value has the name "".

    Raises:
        InputError: if two are for the same name.
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.replace("＝", "=").partition("=")
        name, value = (name.strip(), value) if equals else ("", word)
        if name in found:
            raise InputError(
                Text(f"There are two {what.en} for {{en}}.", f"{{zh}} 有两个{what.zh}。"),
                Text("Give one.", "请只给一个。"),
                en=name or "the main answer",
                zh=name or "主答案",
            ).about(flag)
        found[name] = value
    return found


# ---------------------------------------------------------------- saying what was wrong


def complaint(error: DlcalcError, lang: str) -> str:
    """Return an error as a person should read it: what was wrong, where, and what to type instead."""
    from dlcalc.core.layout import visible

    colon = "：" if lang == "zh" else ": "
    name = getattr(error, "name", None)
    front = f"{Text('Error', '错误').say(lang)}{colon}" + (f"--{name.replace('_', '-')}{colon}" if name else "")
    rows = [front + error.message(lang)]
    if isinstance(error, UnreadableError):
        from dlcalc.core.layout import caret

        rows += ["    " + row for row in caret(error.typed, error.column)]
    advice = error.advice(lang)
    if advice:
        rows.append(advice)
    return "\n".join(map(visible, rows)) + "\n"
