"""Verdicts on answers as rows of a page: what was judged, why, and the line where the ways part."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dlcalc.core.layout import cells
from dlcalc.core.notation import UNICODE
from dlcalc.core.report import Report, Verdict
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
        rows += _verdict_rows(name, verdict, report.lang, width)
    return rows


def verdict_text(name: str, verdict: Verdict, lang: str) -> str:
    """Say the verdict in one sentence."""
    given = f"{name} = {verdict.given}"
    match verdict.verdict:
        case "right":
            text = Text("{given} is right.", "{given}，正确。")
        case "rounded":
            text = Text("{given} is right to the digits given.", "{given}，在所给位数内正确。")
        case "convention":
            text = Text("{given} is right under another convention.", "{given}，按另一种约定是正确的。")
        case "misconception":
            text = Text("{given} is not right.", "{given}，不正确。")
            if len(verdict.misconceptions) > 1:
                text = Text(
                    "{given} is not right; several mistakes give it.", "{given}，不正确；以下几种错误都会得到这个结果。"
                )
        case "missing":
            return Text("{name} was not answered.", "{name} 没有作答。").say(lang, name=name)
        case "invalid":
            if verdict.message is not None:
                front = "" if verdict.column is not None else given + ("：" if lang == "zh" else ": ")
                return front + verdict.message.say(lang)
            text = Text("{given} cannot be read.", "{given} 无法读取。")
        case _:
            text = Text("{given} is not right, and no known mistake gives it.", "{given}，不正确，未匹配到典型错误。")
    return text.say(lang, given=given)


def _verdict_rows(name: str, verdict: Verdict, lang: str, width: int) -> Iterator[Row]:
    mark, role = ("✓", "good") if verdict.accepted else ("?", "note") if verdict.verdict == "invalid" else ("✗", "bad")
    for number, text in enumerate(page.wrap(verdict_text(name, verdict, lang), width - 2)):
        yield [(role, f"{mark} " if number == 0 else "  "), ("plain", text)]
    if verdict.column is not None and verdict.given.strip():
        start = max(0, verdict.column - 30)
        piece = verdict.given[start : start + 60].replace("\n", " ")
        yield [("formula", "    " + piece)]
        yield [("bad", "    " + " " * cells(piece[: verdict.column - start]) + "^")]
    before = ""
    for explanation in verdict.explanations:
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
