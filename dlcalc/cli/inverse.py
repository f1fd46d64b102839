"""`--solve NAME --want VALUE`: inverse questions on the command line."""

from __future__ import annotations

from dlcalc.cli import flags
from dlcalc.cli.app import by_name
from dlcalc.cli.environment import NOT_ACCEPTED, OK, USAGE, Environment
from dlcalc.core.topic import Topic
from dlcalc.errors import InputError, Text


def inverse_command(
    topic: Topic, words: flags.Words, env: Environment, lang: str, *, format: str, steps: str, standalone: bool
) -> int:
    """Find the inputs asked for, or judge those answered; print what was found and return the exit status.

    Raises:
        InputError: if --solve or --want is missing, or stands beside an option that has no meaning with it.
    """
    _refuse(topic, words)
    want = by_name(words.repeated["want"], "want", Text("wanted values", "目标值"))
    solve = str(words.options["solve"])
    if words.answers:
        return _judge(topic, words, solve, want, env, lang, format, standalone)
    from dlcalc.api import inverse

    ranges = by_name(words.repeated.get("range", []), "range", Text("ranges", "范围"))
    result = inverse(topic.name, words.inputs, want, solve, ranges=ranges, lang=lang)
    env.write(result.render(format, steps=steps, width=env.width, color=env.colors, standalone=standalone))
    return OK if result.solutions else NOT_ACCEPTED


def _refuse(topic: Topic, words: flags.Words) -> None:
    main = topic.answers[0].name
    if "solve" not in words.options:
        raise InputError(
            Text("Which input is to be found?", "要求哪个输入？"),
            Text("Name it: --solve {name}", "请指明：--solve {name}"),
            name=topic.inputs[0].name,
        ).about("want" if "want" in words.repeated else "range")
    if "want" not in words.repeated:
        raise InputError(
            Text("What should it give?", "应得到什么结果？"),
            Text("Add what is wanted: --want {main}=28", "请给出目标：--want {main}=28"),
            main=main,
        ).about("solve")
    pointless = ["round", "exact", "conventions", "plot", *(["range"] if words.answers else [])]
    for name in pointless:
        if name in words.options or name in words.repeated:
            raise InputError(
                Text("It has no meaning here, beside --solve.", "这里与 --solve 一起使用没有意义。"),
                Text("Leave it out.", "请去掉它。"),
            ).about(name)


def _judge(
    topic: Topic,
    words: flags.Words,
    solve: str,
    want: dict[str, str],
    env: Environment,
    lang: str,
    format: str,
    standalone: bool,
) -> int:
    """Judge an answer to an inverse question: put in, does it give what is wanted?

    A known mistake shows as it would forward: the padding that gives 28 to who adds it on one side only.
    """
    from dlcalc.api import check
    from dlcalc.api import solve as forward
    from dlcalc.core.unknowns import read_unknowns
    from dlcalc.render import render_report

    unknowns, _ = read_unknowns(topic, solve.replace("，", ",").split(","), {})
    names = [spec.name for spec in unknowns]
    answers = {
        name or names[0]: value for name, value in by_name(words.answers, "answer", Text("answers", "答案")).items()
    }
    if sorted(answers) != sorted(names):
        raise InputError(
            Text("An answer for each of {names} is needed, and for nothing else.", "需要且只需要 {names} 各一个答案。"),
            Text("For example: --answer {name}=1", "例如：--answer {name}=1"),
            names=", ".join(names),
            name=names[0],
        ).about("answer")
    inputs = {**words.inputs, **answers}
    sheet, report = forward(topic.name, inputs, lang=lang), check(topic.name, inputs, want, lang=lang)
    if format in ("terminal", "text", "markdown"):  # the others are documents, which nothing may stand before
        values = ", ".join(f"{name} = {value}" for name, value in answers.items())
        env.write(Text("With {values}:\n", "代入 {values}：\n").say(lang, values=values))
    env.write(render_report(sheet, report, format, width=env.width, color=env.colors, standalone=standalone))
    if any(verdict.verdict == "invalid" for verdict in report.verdicts.values()):
        return USAGE
    return OK if report.accepted else NOT_ACCEPTED
