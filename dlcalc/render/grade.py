"""The report on a class: what each question's answers show, and how each student did."""

from __future__ import annotations

from collections.abc import Iterator

from dlcalc.core.class_report import ClassReport, Frequency, QuestionReport, StudentReport
from dlcalc.core.layout import cells, pad
from dlcalc.core.report import VERDICTS
from dlcalc.errors import Text
from dlcalc.render import page
from dlcalc.render.page import Row

FORMATS = ("terminal", "text", "markdown", "html", "json")
"""What a report on a class can be written as."""
FEW = 20
"""Students, and misconceptions of a question, that the terminal lists; the other formats list all."""
LEAST = 12
"""Cells that the last column of a table has at least."""
BAR = 20
"""Cells of the longest bar of a question."""

_HEADLINE = Text("Report on a class", "班级报告")
_VERDICTS = {
    "right": Text("right", "正确"),
    "rounded": Text("rounded", "舍入正确"),
    "convention": Text("another convention", "其他约定"),
    "carried": Text("carried", "承前正确"),
    "misconception": Text("misconception", "典型错误"),
    "wrong": Text("wrong, cause unknown", "错误（原因不明）"),
    "invalid": Text("unreadable", "无法读取"),
    "missing": Text("missing", "未作答"),
}
_NONE = Text("No known mistake was found.", "未发现典型错误。")
_EXPLAINED = Text(
    "Difficulty is the share of marks earned (1 is easy). Discrimination is the correlation of a question with the "
    "rest of the test (item-rest, point-biserial): near 0 or below, look at the question.",
    "难度为得分率（1 表示容易）。"
    "区分度为本题与其余各题得分率的相关系数（题-余相关，点二列相关）：接近 0 或为负时请检查题目。",
)
_COLUMNS = (
    Text("question", "题目"),
    Text("students", "学生"),
    Text("answers", "答案"),
    Text("difficulty", "难度"),
    Text("discrimination", "区分度"),
    Text("commonest mistake", "最常见的错误"),
)
_OF_STUDENTS = (
    Text("student", "学生"),
    Text("marks", "得分"),
    Text("share", "得分率"),
    Text("commonest mistake", "最常见的错误"),
)


def render_class(report: ClassReport, format: str, *, width: int = 80, color: bool = False) -> str:
    """Return the report in one of `FORMATS`."""
    match format:
        case "terminal" | "text":
            rows = class_rows(report, width=width, most=FEW if format == "terminal" else None)
            if not (color and format == "terminal"):
                return page.plain(rows)
            from dlcalc.render.terminal import colored

            return colored(rows, width)
        case "markdown":
            return class_markdown(report)
        case "html":
            from dlcalc.render import html

            return html.document(headline(report), report.lang, class_html(report), "grade")
        case "json":
            return class_json(report)
    raise ValueError(f"no format {format!r}; there are {', '.join(FORMATS)}")


# ---------------------------------------------------------------- what is said


def headline(report: ClassReport) -> str:
    """Return the title of the report."""
    return shown(report.title) or _HEADLINE.say(report.lang)


def shown(text: str) -> str:
    """Return what somebody typed with signs that would move a cursor written out."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _summary(report: ClassReport) -> str:
    says = Text(
        "{answers:,} answers of {students:,} students to {questions:,} questions",
        "{students:,} 名学生对 {questions:,} 道题的 {answers:,} 个答案",
    )
    said = says.say(report.lang, answers=report.answers, students=len(report.students), questions=len(report.questions))
    if report.rejected:
        more = Text("; {count:,} rows could not be judged", "；{count:,} 行无法判定")
        said += more.say(report.lang, count=report.rejected)
    return said + ("。" if report.lang == "zh" else ".")


def _remarks(report: ClassReport) -> Iterator[str]:
    if report.apart:
        yield Text(
            "{count:,} times rows of one student and question came back after others: they were judged on their own, "
            "so that no error was carried to them; sort the answers by student and question.",
            "有 {count:,} 次同一学生同一题目的行被其他行隔开：它们单独判定，错误不会连带；请按学生和题目排序。",
        ).say(report.lang, count=report.apart)
    if report.unlisted:
        yield Text(
            "{count:,} answers belong to students beyond those that are summed up: they are judged, but in no sum.",
            "有 {count:,} 个答案属于超出汇总人数的学生：已判定，但不计入汇总。",
        ).say(report.lang, count=report.unlisted)


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}".replace("-", "−")  # + 0.0: never −0


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "–"


def _marks(earned: float, out_of: float) -> str:
    return f"{earned:.6g}/{out_of:.6g}"


def _name(named: Frequency | None) -> str:
    return shown(named.name) if named else ""


def _verdicts(question: QuestionReport, lang: str) -> list[tuple[str, int]]:
    return [(_VERDICTS[each].say(lang), question.verdicts[each]) for each in VERDICTS if question.verdicts.get(each)]


def _figures(question: QuestionReport, lang: str) -> str:
    """Say how hard the question was and how well it tells students apart."""
    comma = "，" if lang == "zh" else ", "
    says = [
        Text("{count:,} students", "{count:,} 名学生").say(lang, count=question.students),
        Text("marks {marks}", "得分 {marks}").say(lang, marks=_marks(question.earned, question.out_of)),
        Text("difficulty {value}", "难度 {value}").say(lang, value=_ratio(question.difficulty)),
    ]
    if question.undefined is not None:
        undefined = Text("discrimination undefined: {why}", "区分度无定义：{why}")
        says.append(undefined.say(lang, why=question.undefined.say(lang)))
    else:
        says.append(Text("discrimination {value}", "区分度 {value}").say(lang, value=_ratio(question.discrimination)))
    return comma.join(says)


def _top(question: QuestionReport) -> Frequency | None:
    return question.misconceptions[0] if question.misconceptions else None


def _overview(report: ClassReport) -> Iterator[list[str]]:
    for each in report.questions:
        yield [
            shown(each.id),
            f"{each.students:,}",
            f"{each.answers:,}",
            _ratio(each.difficulty),
            _ratio(each.discrimination),
            _name(_top(each)),
        ]


def _student(each: StudentReport) -> list[str]:
    named = f"{_name(each.misconception)} ({each.misconception.count})" if each.misconception else ""
    return [shown(each.student), _marks(each.earned, each.out_of), _percent(each.earned, each.out_of), named]


def _share(each: StudentReport) -> float:
    return each.earned / each.out_of if each.out_of else 0.0


# ---------------------------------------------------------------- rows of a page


def class_rows(report: ClassReport, *, width: int, most: int | None = None) -> list[Row]:
    """Return the report as a page; `most` students and misconceptions of each question, None for all."""
    width, lang = max(40, min(width, page.WIDEST)), report.lang
    rows: list[Row] = [[("title", row)] for row in page.wrap(headline(report), width)]
    rows += _prose(_summary(report), width)
    for remark in _remarks(report):
        rows += _prose(remark, width, "note")
    rows += [[], *_columns([t.say(lang) for t in _COLUMNS], list(_overview(report)), 4, width), []]
    rows += _prose(_EXPLAINED.say(lang), width, "reason")
    for question in report.questions:
        rows += [[], *_question_rows(question, lang, width, most)]
    students = list(report.students)
    title = Text("Students", "学生").say(lang)
    if most is not None and len(students) > most:
        students = sorted(students, key=_share)[:most]
        says = Text(
            "The {most} students with the fewest marks of {count:,}", "{count:,} 名学生中得分率最低的 {most} 名"
        )
        title = says.say(lang, most=most, count=len(report.students))
    rows += [[], [("title", title)]]
    rows += _columns([t.say(lang) for t in _OF_STUDENTS], [_student(each) for each in students], 2, width)
    if report.rejected:
        rows += [[], *_rejected_rows(report, width)]
    return rows


def _prose(text: str, width: int, role: str = "plain") -> Iterator[Row]:
    yield from ([(role, row)] for row in page.wrap(text, width))


def _columns(header: list[str], body: list[list[str]], flush: int, width: int) -> Iterator[Row]:
    """Set a table: `flush` columns behind the first stand flush right, and are left out where the page is narrow."""
    table = [header, *body]
    wide = [max(cells(row[place]) for row in table) for place in range(len(header))]
    while True:
        wide[0] = min(wide[0], max(12, width - sum(wide[1:]) - 2 * len(wide)))
        room = width - sum(wide[:-1]) - 2 * len(wide)
        if room >= min(LEAST, wide[-1]) or not flush:
            break
        table, wide, flush = [[row[0], *row[2:]] for row in table], [wide[0], *wide[2:]], flush - 1
    for number, row in enumerate(table):
        written = ""
        for place, cell in enumerate(row[:-1]):
            cut = _cut(cell, wide[place])
            blanks = " " * (wide[place] - cells(cut))
            written += "  " + (blanks + cut if 1 <= place <= flush else cut + blanks)
        yield [("name" if number == 0 else "plain", written + "  "), ("reason", _cut(row[-1], room))]


def _cut(text: str, width: int) -> str:
    if cells(text) <= width:
        return text
    while cells(text) > width - 1:
        text = text[:-1]
    return text + "…"


def _question_rows(question: QuestionReport, lang: str, width: int, most: int | None) -> Iterator[Row]:
    front = shown(question.id) + "  "
    title = page.wrap(shown(question.title), width - cells(front))
    yield [("title", front), ("formula", title[0] if title else "")]
    yield from ([("formula", " " * cells(front) + row)] for row in title[1:])
    yield from ([("plain", row)] for row in page.wrap(_figures(question, lang), width - 2, "  "))
    said = [f"{name} {count:,} ({_percent(count, question.answers)})" for name, count in _verdicts(question, lang)]
    yield from ([("reason", row)] for row in page.wrap((" · ").join(said), width - 2, "  "))
    listed = question.misconceptions[:most]
    if not listed:
        yield [("reason", "  " + _NONE.say(lang))]
        return
    left = min(32, width // 2, max(cells(each.name) for each in listed))
    longest = min(BAR, width - left - 18)
    for each in listed:
        length = longest * each.count / listed[0].count
        bar = "█" * int(length) + ("▌" if length % 1 >= 0.5 or length < 0.5 else "")
        numbers = f"{each.count:>7,} {_percent(each.count, question.answers):>4}"
        yield [("bad", "  " + pad(_cut(shown(each.name), left), left)), ("plain", f" {numbers}  "), ("value", bar)]
        if each.remedy is not None:
            yield from ([("remedy", row)] for row in page.wrap(each.remedy.say(lang), width - 6, "      "))
    if len(question.misconceptions) > len(listed):
        more = Text("… and {count:,} more", "…… 另有 {count:,} 种")
        yield [("reason", "  " + more.say(lang, count=len(question.misconceptions) - len(listed)))]


def _rejected_title(report: ClassReport) -> str:
    says = Text("Rows that could not be judged: {count:,}", "无法判定的行：{count:,}")
    return says.say(report.lang, count=report.rejected)


def _rejected_rows(report: ClassReport, width: int) -> Iterator[Row]:
    yield [("title", _rejected_title(report))]
    for line, why in report.first_rejected:
        front = Text("  line {line}: ", "  第 {line} 行：").say(report.lang, line=line)
        for number, row in enumerate(page.wrap(shown(why), width - cells(front))):
            yield [("note", front if number == 0 else " " * cells(front)), ("plain", row)]
    if report.rejected > len(report.first_rejected):
        yield [("note", "  …")]


# ---------------------------------------------------------------- Markdown


def class_markdown(report: ClassReport) -> str:
    """Return the report as Markdown."""
    lang = report.lang
    rows = [f"# {_escaped(headline(report))}", "", _summary(report), ""]
    rows += [f"> {remark}\n" for remark in _remarks(report)]
    rows += _markdown_table([t.say(lang) for t in _COLUMNS], list(_overview(report)))
    rows += ["", f"_{_EXPLAINED.say(lang)}_"]
    for question in report.questions:
        rows += ["", f"## {_escaped(shown(question.id))}: {_escaped(shown(question.title))}", ""]
        said = (f"{name} {count:,} ({_percent(count, question.answers)})" for name, count in _verdicts(question, lang))
        rows += [_figures(question, lang) + "  ", " · ".join(said), ""]
        if not question.misconceptions:
            rows.append(_NONE.say(lang))
            continue
        header = [Text("misconception", "错误"), Text("answers", "答案"), Text("share", "比例"), Text("remedy", "说明")]
        body = [
            [
                shown(each.name),
                f"{each.count:,}",
                _percent(each.count, question.answers),
                each.remedy.say(lang) if each.remedy else "",
            ]
            for each in question.misconceptions
        ]
        rows += _markdown_table([t.say(lang) for t in header], body)
    rows += ["", f"## {Text('Students', '学生').say(lang)}", ""]
    rows += _markdown_table([t.say(lang) for t in _OF_STUDENTS], [_student(each) for each in report.students])
    if report.rejected:
        rows += ["", f"## {_rejected_title(report)}", ""]
        line = Text("line {line}: {why}", "第 {line} 行：{why}")
        rows += [f"- {_escaped(shown(line.say(lang, line=n, why=why)))}" for n, why in report.first_rejected]
        rows += ["- …"] if report.rejected > len(report.first_rejected) else []
    return "\n".join(rows) + "\n"


def _markdown_table(header: list[str], body: list[list[str]]) -> list[str]:
    rows = [header, ["---"] * len(header), *([_escaped(cell) for cell in row] for row in body)]
    return ["| " + " | ".join(row) + " |" for row in rows]


_MARKDOWN = str.maketrans({sign: "\\" + sign for sign in "\\`*_[]<>|#$~!&"})


def _escaped(text: str) -> str:
    return text.translate(_MARKDOWN)


# ---------------------------------------------------------------- HTML


def class_html(report: ClassReport) -> str:
    """Return the report as the inside of a page."""
    from dlcalc.render.html import text

    lang = report.lang
    rows = [f"<h1>{text(headline(report))}</h1>", f"<p>{text(_summary(report))}</p>"]
    rows += (f'<p class="note">{text(remark)}</p>' for remark in _remarks(report))
    rows.append(_html_table([t.say(lang) for t in _COLUMNS], list(_overview(report)), "nnnn"))
    rows.append(f'<p class="conventions">{text(_EXPLAINED.say(lang))}</p>')
    rows += (_question_html(question, lang) for question in report.questions)
    rows.append(f"<h2>{text(Text('Students', '学生').say(lang))}</h2>")
    rows.append(_html_table([t.say(lang) for t in _OF_STUDENTS], [_student(each) for each in report.students], "nn"))
    if report.rejected:
        line = Text("line {line}: {why}", "第 {line} 行：{why}")
        items = [f"<li>{text(line.say(lang, line=n, why=shown(why)))}</li>" for n, why in report.first_rejected]
        items += ["<li>…</li>"] if report.rejected > len(report.first_rejected) else []
        rows.append(f"<h2>{text(_rejected_title(report))}</h2>\n<ul>{''.join(items)}</ul>")
    return "\n".join(rows) + "\n"


def _question_html(question: QuestionReport, lang: str) -> str:
    from dlcalc.render.html import text

    pieces = [
        f'<span class="piece {name}" style="flex-grow:{count}"></span>'
        for name in VERDICTS
        if (count := question.verdicts.get(name))
    ]
    said = [
        f'<span><span class="key {name}"></span>{text(_VERDICTS[name].say(lang))} {count:,} '
        f"({_percent(count, question.answers)})</span>"
        for name in VERDICTS
        if (count := question.verdicts.get(name))
    ]
    rows = [
        '<section class="question">',
        f'<h2>{text(shown(question.id))} <span class="title">{text(shown(question.title))}</span></h2>',
        f"<p>{text(_figures(question, lang))}</p>",
        f'<div class="all">{"".join(pieces)}</div>',
        f'<p class="legend">{" ".join(said)}</p>',
    ]
    if not question.misconceptions:
        rows.append(f'<p class="reason">{text(_NONE.say(lang))}</p>')
    else:
        rows.append('<table class="mistakes"><tbody>')
        for each in question.misconceptions:
            share = 100 * each.count / question.misconceptions[0].count
            remedy = text(each.remedy.say(lang)) if each.remedy else ""
            rows.append(
                f'<tr><th scope="row">{text(shown(each.name))}<div class="remedy">{remedy}</div></th>'
                f"<td>{each.count:,}</td><td>{_percent(each.count, question.answers)}</td>"
                f'<td class="bar"><div style="width:{share:.1f}%"></div></td></tr>'
            )
        rows.append("</tbody></table>")
    return "\n".join([*rows, "</section>"])


def _html_table(header: list[str], body: list[list[str]], numbers: str) -> str:
    from dlcalc.render.html import text

    kinds = ["", *(' class="number"' if sign == "n" else "" for sign in numbers.ljust(len(header) - 1))]
    head = "".join(f'<th scope="col"{kind}>{text(cell)}</th>' for cell, kind in zip(header, kinds, strict=True))
    rows = "\n".join(
        f'<tr><th scope="row">{text(row[0])}</th>'
        + "".join(f"<td{kind}>{text(cell)}</td>" for cell, kind in zip(row[1:], kinds[1:], strict=True))
        + "</tr>"
        for row in body
    )
    head = f"<thead><tr>{head}</tr></thead>"
    return f'<div class="scroll"><table class="class">{head}\n<tbody>\n{rows}\n</tbody></table></div>'


# ---------------------------------------------------------------- JSON


def class_json(report: ClassReport) -> str:
    """Return the report as one JSON object, schema 1."""
    from dlcalc.render.json import SCHEMA, written

    lang = report.lang
    return written(
        {
            "schema": SCHEMA,
            "title": report.title,
            "answers": report.answers,
            "rejected": report.rejected,
            "apart": report.apart,
            "unlisted": report.unlisted,
            "questions": [
                {
                    "id": each.id,
                    "title": each.title,
                    "students": each.students,
                    "answers": each.answers,
                    "earned": each.earned,
                    "out_of": each.out_of,
                    "difficulty": each.difficulty,
                    "discrimination": each.discrimination,
                    "undefined": each.undefined.say(lang) if each.undefined else None,
                    "verdicts": {name: each.verdicts.get(name, 0) for name in VERDICTS},
                    "misconceptions": [
                        {"name": m.name, "count": m.count, "remedy": m.remedy.say(lang) if m.remedy else None}
                        for m in each.misconceptions
                    ],
                }
                for each in report.questions
            ],
            "students": [
                {
                    "student": each.student,
                    "earned": each.earned,
                    "out_of": each.out_of,
                    "misconception": each.misconception.name if each.misconception else None,
                    "times": each.misconception.count if each.misconception else 0,
                }
                for each in report.students
            ],
            "first_rejected": [{"line": line, "why": why} for line, why in report.first_rejected],
        }
    )
