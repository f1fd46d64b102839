"""dlcalc grade: the answers of a class as CSV in, marks and verdicts as CSV out, and a report on the class."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from functools import lru_cache
from typing import Any

from dlcalc.api import LANGUAGES, one_of
from dlcalc.cli import flags
from dlcalc.cli.answers_csv import ENCODINGS, Group, Place, Rejected, Row, Table, Task, open_source, whole_message
from dlcalc.cli.batch import jobs_of
from dlcalc.cli.environment import NOT_ACCEPTED, OK, Environment
from dlcalc.cli.grade_key import Entry, read_key
from dlcalc.cli.grade_output import Cells, Done, Files, Output, State, read_state, replace, run_of
from dlcalc.cli.progress import progress
from dlcalc.core.report import Verdict
from dlcalc.errors import DlcalcError, InputError, Text
from dlcalc.practice.check import WORK_LIMIT, Judge
from dlcalc.practice.grade import Question, Tally
from dlcalc.render.grade import FORMATS, render_class
from dlcalc.render.json import jsonable

REMEMBERED = 20_000
"""Exercises whose verdicts are kept: students give the same answers."""
LONGEST_REMEMBERED = 200
"""Characters of answers that are worth keeping."""
LONGEST_EXPECTED = 500
"""Characters of an expected value that are written beside each answer."""
SUFFIXES = {".html": "html", ".htm": "html", ".md": "markdown", ".txt": "text", ".json": "json"}
_EXAMPLE = "dlcalc grade key.toml answers.csv --out marks.csv"
_PROGRESS = Text(
    "{lines:,} rows · {failed:,} rejected · {rate:,.0f} per second",
    "{lines:,} 行 · {failed:,} 行未判定 · 每秒 {rate:,.0f} 行",
)


# ---------------------------------------------------------------- judging, in this process or in others

_questions: dict[str, tuple[Question, Judge]] = {}
_lang = "en"


def start(entries: tuple[Entry, ...], lang: str) -> None:
    """Make a process ready to judge answers to these questions."""
    global _lang
    _questions.clear()
    for question in (entry.question() for entry in entries):
        _questions[question.id] = question, Judge(question.topic, question.inputs, most_lines=WORK_LIMIT)
    _lang = lang
    _remembered.cache_clear()


def judge_task(task: Task) -> Done:
    """Judge the groups of a task; rows on which dlcalc itself fails are rejected with the reason."""
    judged: list[tuple[Row, Cells]] = []
    rejected = list(task.rejected)
    for group in task.groups:
        try:
            judged += zip(group.rows, _verdicts(group), strict=True)
        except Exception as fault:  # the other students are not to suffer for it
            why = _said(fault)
            rejected += (Rejected(row.line, why, ",".join(row[1:])) for row in group.rows)
    if len(rejected) > len(task.rejected):
        rejected.sort()
    return Done(judged, rejected, Place(task.offset, task.line))


def _verdicts(group: Group) -> tuple[Cells, ...]:
    answers = tuple((row.name, row.value) for row in group.rows)
    if sum(len(name) + len(value) for name, value in answers) <= LONGEST_REMEMBERED:
        return _remembered(group.question, answers)
    return _judged(group.question, answers)


def _judged(id: str, answers: tuple[tuple[str, str], ...]) -> tuple[Cells, ...]:
    question, judge = _questions[id]
    verdicts = judge.report(dict(answers), _lang, forgiving=True).verdicts
    return tuple(_cells(question, name, verdicts[name]) for name, _ in answers)


_remembered = lru_cache(REMEMBERED)(_judged)


def _cells(question: Question, name: str, verdict: Verdict) -> Cells:
    said = [verdict.message.say(_lang)] if verdict.message else []
    said += (each.remedy.say(_lang) for each in verdict.explanations)
    return Cells(
        verdict.verdict,
        verdict.marks * question.marks if question.counts(name) else None,
        verdict.rests_on or "",
        ("+" if verdict.together else ";").join(verdict.misconceptions),
        verdict.convention or "",
        _expected(verdict.expected),
        ("" if _lang == "zh" else " ").join(said),
        tuple((each.name, each.remedy) for each in verdict.explanations if each.name in verdict.misconceptions),
    )


def _expected(value: Any) -> str:
    if value is None:
        return ""
    found = jsonable(value)
    text = f"{found:.15g}" if isinstance(found, float) else json.dumps(found)
    return text if len(text) <= LONGEST_EXPECTED else text[: LONGEST_EXPECTED - 1] + "…"


def _said(fault: Exception) -> str:
    if isinstance(fault, DlcalcError):
        return whole_message(fault, _lang)
    if isinstance(fault, MemoryError | RecursionError | OverflowError):
        return Text("The answer is too large to be judged.", "答案太大，无法判定。").say(_lang)
    says = Text("dlcalc failed here, which is its own fault: {fault}", "dlcalc 在此出错，这是程序缺陷：{fault}")
    return says.say(_lang, fault=f"{type(fault).__name__}: {fault}"[:300])


# ---------------------------------------------------------------- the command


def command(argv: Sequence[str], env: Environment, lang: str) -> int:
    """Grade a class, and return the exit status: 0 if every row was judged, whatever the verdicts, else 1."""
    takes = dict.fromkeys(("out", "report", "rejected", "format", "jobs", "encoding", "lang"), flags.VALUE)
    words = flags.read(argv, {}, {**takes, "help": flags.SWITCH}, where="dlcalc grade", example=_EXAMPLE)
    options = {name: str(value) for name, value in words.options.items()}
    one_of("lang", options.get("lang", lang), LANGUAGES)
    if words.options.get("help"):
        from dlcalc.cli.help import grade_page

        env.write(grade_page(lang, env.page_width))
        return OK
    if len(words.bare) != 2:
        raise InputError(
            Text("A key and a file of answers are wanted, {count} given.", "需要答案键和答案文件，给了 {count} 个。"),
            Text("For example: {example}", "例如：{example}"),
            count=len(words.bare),
            example=_EXAMPLE,
        )
    format = _format(options)
    encoding = options.get("encoding")
    if encoding is not None:
        one_of("encoding", encoding, ENCODINGS)
    jobs = jobs_of(options.get("jobs", "1"))
    files = Files(options.get("out"), options.get("rejected"))
    _refuse_overwriting(words.bare, [*files, options.get("report")])
    key = read_key(words.bare[0], lang)
    with ExitStack() as stack:
        source = open_source(words.bare[1], env, stack, encoding)
        if source.note is not None:
            env.complain(source.note.say(lang) + "\n")
        table = Table(source, lang)
        tally = Tally([entry.question() for entry in key.entries])
        run = run_of(
            KEY=key.digest,
            ANSWERS=source.digest,
            **{"--lang": lang, "--encoding": source.encoding, "--rejected": files.rejected or ""},
        )
        with ExitStack() as inner:
            show = inner.enter_context(progress(env, lang, _PROGRESS, total=source.size, printing=files.out is None))
            output = Output(env, files, tally, run, show, excel=source.excel, lang=lang)
            place = _begin(output, table, files, run, stack, lang)
            mains = {question.id: question.main for question in tally.questions}
            try:
                _judge_all(table, place, mains, output, key.entries, jobs, lang)
            except KeyboardInterrupt:
                if files.out is not None:
                    says = Text("Broken off; the same command goes on.", "已中断；再次运行同一命令即可继续。")
                    show.say("\n" + says.say(lang) + "\n")
                raise
            finally:
                output.end()
        if not output.wanted:
            return NOT_ACCEPTED if output.rejected else OK
        report = output.report(key.title)
        if "report" in options:
            text = render_class(report, format or _of_suffix(options["report"]) or "text", width=80)
            replace(options["report"], text.encode("utf-8", "replace"))
        output.finish()
    if env.is_terminal or (files.out is not None and "report" not in options):
        shown = format if format and "report" not in options else "terminal" if env.is_terminal else "text"
        front = "" if files.out is not None else "\n"
        env.write(front + render_class(report, shown, width=env.width, color=env.colors))
    return NOT_ACCEPTED if output.rejected else OK


def _judge_all(
    table: Table,
    place: Place,
    mains: dict[str, str],
    output: Output,
    entries: tuple[Entry, ...],
    jobs: int,
    lang: str,
) -> None:
    if jobs > 1:
        from dlcalc.cli.workers import work_in_order

        work_in_order(table.tasks(place, mains), judge_task, output, jobs, (start, entries, lang))
        return
    start(entries, lang)
    for task in table.tasks(place, mains):
        output.put(judge_task(task))
        if not output.wanted:
            return


def _begin(output: Output, table: Table, files: Files, run: dict[str, str], stack: ExitStack, lang: str) -> Place:
    """Begin anew, or go on where an earlier run of the same was broken off; return the place in the answers."""
    state: State | None = None
    if files.out is not None:
        state, changed = read_state(files.out, run)
        if changed:
            says = Text(
                "An earlier run was broken off, but {what} changed since: grading begins anew.\n",
                "之前的运行中断过，但 {what} 已改变：重新开始判分。\n",
            )
            output.env.complain(says.say(lang, what=", ".join(changed)))
    if state is None:
        output.begin(stack)
        return table.start
    output.go_on(stack, state)
    says = Text(
        "An earlier run was broken off: grading goes on at line {line:,}.\n",
        "之前的运行中断过：从第 {line:,} 行继续。\n",
    )
    output.env.complain(says.say(lang, line=state.place.line))
    return state.place


def _format(options: dict[str, str]) -> str | None:
    format = options.get("format")
    if format is not None:
        one_of("format", format, FORMATS)
        if not options.keys() & {"report", "out"}:
            raise InputError(
                Text("The verdicts are printed as CSV; a format is for the report.", "判定以 CSV 输出；格式用于报告。"),
                Text(
                    "Add --report FILE, or --out FILE for the verdicts.",
                    "请加上 --report 文件，或用 --out 文件 保存判定。",
                ),
            ).about("format")
    elif "report" in options and _of_suffix(options["report"]) is None:
        raise InputError(
            Text("The ending of {name} names no format.", "{name} 的扩展名不对应任何格式。"),
            Text("Choose one of: {known}; or give --format.", "请选择：{known}；或指定 --format。"),
            name=options["report"][-60:],
            known=" ".join(SUFFIXES),
        ).about("report")
    return format


def _of_suffix(name: str) -> str | None:
    return SUFFIXES.get(os.path.splitext(name)[1].lower())


def _refuse_overwriting(read: Sequence[str], written: Sequence[str | None]) -> None:
    """Refuse to write over what is read, or two things to one file.

    Raises:
        InputError: naming the file.
    """
    taken = {os.path.realpath(name) for name in read if name != "-"}
    for name in written:
        if name is None:
            continue
        if not name or os.path.isdir(name):
            raise InputError(
                Text("'{name}' is no file.", "“{name}” 不是文件。"),
                Text("Name a file.", "请给出文件名。"),
                name=name[-60:],
            )
        real = os.path.realpath(name)
        if real in taken:
            raise InputError(
                Text("{name} would be written over.", "{name} 会被覆盖。"),
                Text("Name another file.", "请换一个文件名。"),
                name=name[-60:],
            )
        taken.add(real)
