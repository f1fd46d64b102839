"""dlcalc topics: what there is to calculate, and the mistakes each topic knows."""

from __future__ import annotations

from collections.abc import Sequence

from dlcalc import topics
from dlcalc.api import LANGUAGES, one_of
from dlcalc.cli import flags
from dlcalc.cli.environment import OK, Environment
from dlcalc.cli.help import mistakes_page, topics_page
from dlcalc.errors import InputError, Text


def command(argv: Sequence[str], env: Environment, lang: str) -> int:
    """List the topics: names alone when piped, with titles on a terminal, all of one topic if it is named."""
    takes = {"format": flags.VALUE, "lang": flags.VALUE, "help": flags.SWITCH}
    words = flags.read(argv, {}, takes, where="dlcalc topics", example="dlcalc topics conv")
    format = words.options.get("format")
    one_of("lang", str(words.options.get("lang", lang)), LANGUAGES)
    if words.options.get("help"):
        usage = Text(
            "Usage: dlcalc topics [TOPIC] [--format text|json]", "用法：dlcalc topics [主题] [--format text|json]"
        )
        env.write(usage.say(lang) + "\n")
        return OK
    if len(words.bare) > 1:
        raise InputError(
            Text("One topic at a time.", "一次只能给一个主题。"),
            Text("For example: dlcalc topics conv", "例如：dlcalc topics conv"),
        )
    if format is not None:
        one_of("format", str(format), ("text", "json"))
    name = words.bare[0] if words.bare else None
    if format == "json":
        env.write(_topics_json(name))
    elif name is not None:
        env.write(mistakes_page(topics.load(name), lang, env.page_width))
    elif env.is_terminal:
        env.write(topics_page([topics.load(each) for each in topics.names()], lang, env.page_width))
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
