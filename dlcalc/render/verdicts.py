"""Verdicts on answers as rows of a page: what was judged, why, and the line where the ways part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dlcalc.core.layout import caret, cells
from dlcalc.core.notation import UNICODE
from dlcalc.core.report import Explanation, Report, Verdict
from dlcalc.core.worksheet import WrittenLine
from dlcalc.errors import Text
from dlcalc.render import page
from dlcalc.render.page import Row


def report_rows(report: Report, *, width: int) -> list[Row]:
    """Return the page of verdicts."""
    width = max(40, min(width, page.WIDEST))
    rows: list[Row] = []
    for number, (name, verdict) in enumerate(report.verdicts.items()):
        if number:
            rows.append([])
        rows += verdict_rows(name, verdict, report, width)
    return rows


def verdict_text(name: str, verdict: Verdict, lang: str, others: Mapping[str, Verdict] | None = None) -> str:
    """Say the verdict in one sentence.

    Args:
        name: what was asked.
        verdict: the verdict.
        lang: the language.
        others: the verdicts on the student's other answers, where this one may rest on one of them.
    """
    given = f"{name} = {verdict.given}"
    match verdict.verdict:
        case "right":
            text = Text("{given} is right.", "{given}，正确。")
        case "rounded":
            text = Text("{given} is right to the digits given.", "{given}，在所给位数内正确。")
        case "convention":
            text = Text("{given} is right under another convention.", "{given}，按另一种约定是正确的。")
        case "carried":
            text = Text("{given} follows from your own {own}: full marks.", "{given}，由你自己的 {own} 推出：不扣分。")
        case "misconception":
            text = _mistaken(verdict)
        case "missing":
            text = Text("{name} was not answered.", "{name} 没有作答。")
        case "invalid":
            if verdict.message is not None:
                front = name if verdict.column is not None else given  # the value stands below, with its caret
                return front + ("：" if lang == "zh" else ": ") + verdict.message.say(lang)
            text = Text("{given} cannot be read.", "{given} 无法读取。")
        case _:
            text = Text("{given} is not right, and no known mistake gives it.", "{given}，不正确，未匹配到典型错误。")
    earlier = (others or {}).get(verdict.rests_on or "")
    own = f"{verdict.rests_on} = {earlier.given}" if earlier else verdict.rests_on
    return text.say(lang, given=given, name=name, own=own)


def _mistaken(verdict: Verdict) -> Text:
    """Say how sure it is that the mistakes explained below were made, and whether one or all of them."""
    several = len(verdict.misconceptions) > 1
    match several and verdict.together, several, verdict.possible:
        case True, _, False:
            return Text(
                "{given} is not right; these mistakes together give it.",
                "{given}，不正确；同时犯以下错误会得到这个结果。",
            )
        case True, _, True:
            return Text(
                "{given} is not right; a possible explanation is these mistakes together:",
                "{given}，不正确；一种可能的原因是同时犯了以下错误：",
            )
        case _, True, False:
            return Text(
                "{given} is not right; several mistakes give it.", "{given}，不正确；以下几种错误都会得到这个结果。"
            )
        case _, True, True:
            return Text("{given} is not right; possible explanations:", "{given}，不正确；可能的原因：")
        case _, False, True:
            return Text("{given} is not right; a possible explanation:", "{given}，不正确；一种可能的原因：")
    return Text("{given} is not right.", "{given}，不正确。")


MOST_EXPLAINED = 3
"""Explanations that a page shows; JSON has all."""


def shown_explanations(verdict: Verdict) -> tuple[Explanation, ...]:
    """Return the explanations that a page shows: the first few, or all that only together give the number."""
    return verdict.explanations if verdict.together else verdict.explanations[:MOST_EXPLAINED]


def further(verdict: Verdict, lang: str) -> Iterator[str]:
    """Say how many explanations a page leaves out, if any."""
    count = len(verdict.explanations) - len(shown_explanations(verdict))
    if count == 1:
        yield Text(
            "One more known mistake gives it; the JSON format lists all.",
            "另有 1 种典型错误也会得到它；JSON 格式列出全部。",
        ).say(lang)
    elif count:
        yield Text(
            "{count} more known mistakes give it; the JSON format lists all.",
            "另有 {count} 种典型错误也会得到它；JSON 格式列出全部。",
        ).say(lang, count=count)


def remarks(verdict: Verdict, lang: str) -> Iterator[str]:
    """Say what else there is to say of an answer that could be read."""
    if verdict.message is not None and verdict.verdict != "invalid":
        yield verdict.message.say(lang)


def verdict_rows(name: str, verdict: Verdict, report: Report, width: int) -> Iterator[Row]:
    """Yield the rows of one verdict of a report: what was judged, and why."""
    lang = report.lang
    mark, role = ("✓", "good") if verdict.accepted else ("?", "note") if verdict.verdict == "invalid" else ("✗", "bad")
    for number, text in enumerate(page.wrap(verdict_text(name, verdict, lang, report.verdicts), width - 2)):
        yield [(role, f"{mark} " if number == 0 else "  "), ("plain", text)]
    if verdict.column is not None and verdict.given.strip():
        piece, below = caret(verdict.given, verdict.column)
        yield [("formula", "    " + piece)]
        yield [("bad", "    " + below)]
    for remark in remarks(verdict, lang):
        yield []
        yield from ([("note", row)] for row in page.wrap(remark, width - 4, "    "))
    before = ""
    for explanation in shown_explanations(verdict):
        yield []
        yield from ([("remedy", row)] for row in page.wrap(explanation.remedy.say(lang), width - 4, "    "))
        if explanation.parting is not None:
            yours, right = labels(verdict)
            label = max(cells(yours.say(lang)), cells(right.say(lang)))
            lines = [(yours, explanation.parting.your_line, role)]
            if explanation.parting.right_line is not None and explanation.parting.right != before:  # not said above
                lines.append((right, explanation.parting.right_line, "good"))
            before = explanation.parting.right
            for says, line, kind in lines:
                word = says.say(lang)
                for number, row in enumerate(_line_rows(line, width - label - 8)):
                    front = word + " " * (label - cells(word)) if number == 0 else " " * label
                    yield [(kind, f"      {front}  "), *row]
    for more in further(verdict, lang):
        yield []
        yield from ([("note", row)] for row in page.wrap(more, width - 4, "    "))


def labels(verdict: Verdict) -> tuple[Text, Text]:
    """Return what to call the two lines where the ways part."""
    if verdict.accepted:
        return Text("there", "该约定"), Text("here", "本题")
    return Text("yours", "你的"), Text("right", "正确")


def _line_rows(line: WrittenLine, width: int) -> Iterator[Row]:
    """Write a line on as few rows as fit; one with matrices as on the sheet, where they stand upright."""
    chain = line.chain(UNICODE)
    if all(len(block.rows) == 1 for block in (chain.name, *chain.parts, chain.value)):
        yield from ([("formula", row)] for row in wrap_chain(line.one_row(), width))
    else:
        yield from page.chain_rows(chain.name, list(chain.parts), chain.sign, chain.value, "", width)


def wrap_chain(chain: str, width: int) -> list[str]:
    """Break `a = b = c` before its equals signs where it is too wide, and before + and − where one part alone is."""
    pieces = chain.split(" = ")
    rows = [pieces[0]]
    for piece in pieces[1:]:
        if cells(rows[-1]) + cells(piece) + 3 <= width:
            rows[-1] += " = " + piece
        else:
            rows.append("  = " + piece)
    return [part for row in rows for part in _wrap_sum(row, width)]


def _wrap_sum(row: str, width: int) -> list[str]:
    first, *terms = re.split(r" (?=[+−] )", row)
    rows = [first]
    for term in terms:
        if cells(rows[-1]) + cells(term) + 1 <= width:
            rows[-1] += " " + term
        else:
            rows.append("      " + term)
    return rows
