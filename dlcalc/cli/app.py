"""From argv to a Typer command made from a topic's declaration, and back to an exit status.

Only the topic that is asked for is imported; nothing is printed but through the `Environment`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

import typer

from dlcalc import __version__, topics
from dlcalc.cli.environment import INTERRUPTED, NOT_ACCEPTED, OK, USAGE, Environment
from dlcalc.core.inputs import Flag
from dlcalc.core.topic import Topic, unknown_word
from dlcalc.errors import DlcalcError, InputError, Text, UnreadableError

COMMANDS = ("topics",)
"""Commands that are no topic."""


def run(argv: Sequence[str], environment: Environment | None = None) -> int:
    """Run one command line and return its exit status."""
    env = environment or Environment()
    lang = env.language(argv)
    try:
        return _dispatch(list(argv), env, lang)
    except DlcalcError as error:
        env.complain(complaint(error, lang))
        return USAGE
    except typer.TyperException as error:
        env.complain(_usage(error, argv, lang))
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        env.complain("\n")
        return INTERRUPTED
    except BrokenPipeError:
        _silence(env)
        return OK


def _silence(env: Environment) -> None:
    """Point a closed pipe at nothing, so that the interpreter's last flush does not complain."""
    import os

    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), env.stdout.fileno())


def _dispatch(argv: list[str], env: Environment, lang: str) -> int:
    words = _without_lang(argv)
    if not words or words[0] in ("--help", "-h", "help"):
        if len(words) > 1 and words[0] == "help" and not words[1].startswith("-"):
            return _dispatch([words[1], "--help"], env, lang)
        from dlcalc.cli.help import front_page

        env.write(front_page([topics.load(name) for name in topics.names()], lang, _page_width(env)))
        return OK
    if words[0] == "--version":
        env.write(f"dlcalc {__version__}\n")
        return OK
    command, rest = words[0], argv[argv.index(words[0]) + 1 :]
    rest = argv[: argv.index(words[0])] + rest
    if command == "topics":
        return _run(_topics_command(env, lang), rest, f"dlcalc {command}")
    if command.startswith("-"):
        raise unknown_word(command, ["--help", "--version", "--lang"], Text("option", "选项"), "dlcalc")
    if command.replace("_", "-") not in topics.names():
        raise unknown_word(command, [*topics.names(), *COMMANDS], Text("command", "命令"), "dlcalc")
    topic = topics.load(command)
    return _run(_topic_command(topic, env, lang), _plain_flags(topic, rest), f"dlcalc {command}")


def _without_lang(argv: list[str]) -> list[str]:
    """Return argv without a --lang that stands before the command."""
    words = list(argv)
    while words and (words[0] == "--lang" or words[0].startswith("--lang=")):
        del words[: 2 if words[0] == "--lang" else 1]
    return words


def _run(command: Callable[..., int], argv: list[str], name: str) -> int:
    """Let Typer read argv and call the command."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name=name, context_settings={"help_option_names": []})(command)
    status = app(args=argv, prog_name=name, standalone_mode=False)
    return status if isinstance(status, int) else OK


def _page_width(env: Environment) -> int:
    return max(40, min(env.width, 100))


# ---------------------------------------------------------------- the command of a topic


def _topic_command(topic: Topic, env: Environment, lang: str) -> Callable[..., int]:
    """Return a function whose signature is the topic's inputs, for Typer to read."""

    def command(**values: Any) -> int:
        options = {name: values.pop(name) for name in list(values) if name in _OPTIONS}
        if options["help"]:
            from dlcalc.cli.help import topic_page

            env.write(topic_page(topic, lang, _page_width(env)))
            return OK
        inputs = {spec.name: values[_parameter(spec.name)] for spec in topic.inputs}
        return solve_command(topic, {k: v for k, v in inputs.items() if v is not None}, options, env, lang)

    parameters = []
    for spec in topic.inputs:
        dashed = spec.name.replace("_", "-")
        if isinstance(spec.kind, Flag):
            hint: Any = Annotated[bool | None, typer.Option(f"--{dashed}/--no-{dashed}")]
        else:
            hint = Annotated[str | None, typer.Option(f"--{dashed}")]
        parameters.append(_keyword(_parameter(spec.name), hint, None))
    parameters += [_keyword(name, hint, default) for name, (hint, default) in _OPTIONS.items()]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command


_OPTIONS: dict[str, tuple[Any, Any]] = {
    "answer": (Annotated[list[str] | None, typer.Option("--answer")], None),
    "steps": (Annotated[str, typer.Option("--steps")], "normal"),
    "format": (Annotated[str | None, typer.Option("--format")], None),
    "round": (Annotated[str | None, typer.Option("--round")], None),
    "exact": (Annotated[bool, typer.Option("--exact")], False),
    "conventions": (Annotated[bool, typer.Option("--conventions")], False),
    "lang": (Annotated[str | None, typer.Option("--lang")], None),
    "help": (Annotated[bool, typer.Option("--help", "-h")], False),
}


def _parameter(name: str) -> str:
    """Return an input's name as a Python parameter: `in` and `global` are keywords."""
    return f"input_{name}"


def _keyword(name: str, hint: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def _plain_flags(topic: Topic, argv: list[str]) -> list[str]:
    """Turn `--bias false` and `--bias=no` into `--no-bias`, so that yes-or-no inputs take a word like the others."""
    flags = {f"--{spec.name.replace('_', '-')}": spec for spec in topic.inputs if isinstance(spec.kind, Flag)}
    words: list[str] = []
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        name = name.replace("_", "-") if name.startswith("--") else name
        spec = flags.get(name)
        if spec is None:
            words.append(name + equals + value)
            continue
        if not equals and rest and not rest[0].startswith("-"):
            value = rest.pop(0)
        try:
            yes = spec.kind.read(value) if value or equals else True
        except InputError as error:
            raise error.about(spec.name) from None
        words.append(name if yes else f"--no-{name[2:]}")
    return words


def solve_command(
    topic: Topic, inputs: Mapping[str, object], options: Mapping[str, Any], env: Environment, lang: str
) -> int:
    """Work the topic out, print it or the verdicts on answers, and return the exit status."""
    from dlcalc.api import LANGUAGES, _one_of, solve
    from dlcalc.render import FORMATS, STEPS, render_report

    format = options["format"] or ("terminal" if env.is_terminal else "text")
    _one_of("format", format, FORMATS)
    _one_of("steps", options["steps"], STEPS)
    if options["lang"] is not None:
        _one_of("lang", options["lang"], LANGUAGES)
    sheet = solve(topic.name, inputs, round=_decimals(options["round"]), exact=options["exact"], lang=lang)
    if not options["answer"]:
        env.write(
            sheet.render(
                format, steps=options["steps"], width=env.width, color=env.colors, conventions=options["conventions"]
            )
        )
        return OK
    from dlcalc.api import check

    report = check(topic.name, inputs, _answers(options["answer"]), lang=lang)
    env.write(render_report(sheet, report, format, width=env.width, color=env.colors))
    if any(verdict.verdict == "invalid" for verdict in report.verdicts.values()):
        return USAGE
    return OK if report.accepted else NOT_ACCEPTED


def _decimals(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise InputError(
            Text("'{text}' is not a number of decimals.", "“{text}” 不是小数位数。"),
            Text("Type a whole number from 0 to 15.", "请输入 0 到 15 的整数。"),
            text=text,
        ).about("round") from None


def _answers(words: list[str]) -> dict[str, str]:
    """Read [NAME=]VALUE words; a bare value is for the topic's first answer.

    Raises:
        InputError: if two are for the same name.
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        name, value = (name.strip(), value) if equals else ("", word)
        if name in found:
            raise InputError(
                Text("Two answers were given for {name}.", "{name} 给了两个答案。"),
                Text("Give one.", "请只给一个。"),
                name=name or "the main answer",
            ).about("answer")
        found[name] = value
    return found


# ---------------------------------------------------------------- dlcalc topics


def _topics_command(env: Environment, lang: str) -> Callable[..., int]:
    def command(
        name: Annotated[str | None, typer.Argument()] = None,
        format: Annotated[str | None, typer.Option("--format")] = None,
        language: Annotated[str | None, typer.Option("--lang")] = None,
        help: Annotated[bool, typer.Option("--help", "-h")] = False,
    ) -> int:
        return topics_command(name, format, env, lang, help)

    return command


def topics_command(name: str | None, format: str | None, env: Environment, lang: str, help: bool = False) -> int:
    """List the topics: names alone when piped, with titles on a terminal, all of one topic if it is named."""
    from dlcalc.api import _one_of
    from dlcalc.cli.help import mistakes_page, topics_page

    if help:
        env.write(
            Text(
                "Usage: dlcalc topics [TOPIC] [--format text|json]\n",
                "用法：dlcalc topics [主题] [--format text|json]\n",
            ).say(lang)
        )
        return OK
    if format is not None:
        _one_of("format", format, ("text", "json"))
    if format == "json":
        env.write(_topics_json(name))
    elif name is not None:
        env.write(mistakes_page(topics.load(name), lang, _page_width(env)))
    elif env.is_terminal:
        env.write(topics_page([topics.load(each) for each in topics.names()], lang, _page_width(env)))
    else:
        env.write("".join(f"{each}\n" for each in topics.names()))
    return OK


def _topics_json(name: str | None) -> str:
    import json
    from dataclasses import asdict

    infos = [topics.load(each).info() for each in (topics.names() if name is None else (name,))]
    listed = []
    for info in infos:
        entry = asdict(info)
        entry["conventions"] = {n: {str(v).lower(): t for v, t in c.items()} for n, c in info.conventions.items()}
        listed.append(entry)
    return json.dumps(listed, ensure_ascii=False, indent=2) + "\n"


# ---------------------------------------------------------------- saying what was wrong


def complaint(error: DlcalcError, lang: str) -> str:
    """Return an error as a person should read it: what was wrong, where, and what to type instead."""
    colon = "：" if lang == "zh" else ": "
    name = getattr(error, "name", None)
    front = f"{Text('Error', '错误').say(lang)}{colon}" + (f"--{name.replace('_', '-')}{colon}" if name else "")
    rows = [front + error.message(lang)]
    if isinstance(error, UnreadableError):
        from dlcalc.core.layout import cells

        start = max(0, error.column - 30)
        piece = error.typed[start : start + 60].replace("\n", " ")
        rows += ["    " + piece, "    " + " " * cells(piece[: error.column - start]) + "^"]
    advice = error.advice(lang)
    if advice:
        rows.append(advice)
    return "\n".join(rows) + "\n"


def _usage(error: Exception, argv: Sequence[str], lang: str) -> str:
    """Say what Typer found wrong with the flags, with the nearest flags that exist."""
    option = getattr(error, "option_name", None)
    if option and hasattr(error, "possibilities"):
        return complaint(_unknown_option(option, argv), lang)
    if option:
        return complaint(
            InputError(
                Text("{option} needs a value.", "{option} 后面需要一个值。"),
                Text("See dlcalc {command} --help.", "请看 dlcalc {command} --help。"),
                option=option,
                command=_command(argv),
            ),
            lang,
        )
    message = getattr(error, "format_message", lambda: str(error))()
    if "unexpected extra argument" in message:
        extra = message.rpartition("(")[2].rstrip(")")
        return complaint(
            InputError(
                Text(
                    "'{extra}' belongs to no flag: every input has one.",
                    "“{extra}” 不属于任何选项：每个输入都要写选项名。",
                ),
                Text("Write it like this: {example}", "请这样写：{example}"),
                extra=extra,
                example=topics.load(command).example
                if (command := _command(argv)) in topics.names()
                else "dlcalc topics conv",
            ),
            lang,
        )
    return complaint(
        InputError(
            Text("{message}", "{message}"),
            Text("See dlcalc {command} --help.", "请看 dlcalc {command} --help。"),
            message=message,
            command=_command(argv),
        ),
        lang,
    )


def _command(argv: Sequence[str]) -> str:
    return next((word for word in argv if not word.startswith("-")), "")


def _unknown_option(option: str, argv: Sequence[str]) -> InputError:
    command = _command(argv)
    known = [f"--{name}" for name in _OPTIONS]
    if command.replace("_", "-") in topics.names():
        for spec in topics.load(command).inputs:
            known.append(f"--{spec.name.replace('_', '-')}")
    else:
        known = ["--format", "--lang", "--help"]
    return unknown_word(option, known, Text("option", "选项"), f"dlcalc {command}")
