"""The answer to an inverse question as a page, as Markdown and as JSON.

The texts are functions of their own, so that every format says the same; LaTeX and HTML are written beside the sheets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dlcalc.core.inverse import Derivation, InverseResult, Miss, Written
from dlcalc.core.layout import cells
from dlcalc.errors import Text
from dlcalc.render.json import SCHEMA, jsonable
from dlcalc.render.page import WIDEST, Row, wrap
from dlcalc.render.verdicts import wrap_chain

MOST_ROWS = 40
"""Combinations shown of several unknowns; JSON has them all."""
KNOWN, UNKNOWN = Text("given  ", "已知"), Text("unknown", "未知")
"""Stand before the symbols of an inequality, equally wide on a page."""
MOST_NAMED = 12
"""Values of one unknown named one by one; more are told by their first and last."""


# ---------------------------------------------------------------- texts


def headline(result: InverseResult) -> str:
    """Say what the calculation is about and what is given."""
    return " · ".join([result.title.say(result.lang), *(f"{name} {value}" for name, value in result.stated.items())])


def question(result: InverseResult) -> str:
    """Say what is wanted and what is asked."""
    want = _listed([f"{name} = {value}" for name, value in result.wanted.items()], result.lang)
    return Text("Wanted: {want}. Which {solve}?", "目标：{want}。求 {solve}。").say(
        result.lang, want=want, solve=_listed(list(result.solve), result.lang)
    )


def givens(derivation: Derivation, notation: str) -> str:
    """Say the values of an inequality's known symbols; LaTeX stands between dollar signs."""
    dollar = "$" if notation == "latex" else ""
    return ", ".join(f"{dollar}{getattr(each, notation)}{dollar}" for each in derivation.givens)


def unknowns(derivation: Derivation, notation: str) -> str:
    """Say which input each unknown symbol of an inequality stands for."""
    dollar = "$" if notation == "latex" else ""
    return ", ".join(f"{dollar}{getattr(symbol, notation)}{dollar} ({name})" for symbol, name in derivation.symbols)


class Conclusion(NamedTuple):
    """Which whole numbers an inequality leaves: words, the unknown's symbol, and words behind it."""

    before: str
    symbol: Written
    behind: str

    @property
    def unicode(self) -> str:
        """The whole of it."""
        return self.before + self.symbol.unicode + self.behind


def conclusion(derivation: Derivation, lang: str) -> Conclusion | None:
    """Say which whole numbers an inequality leaves; None where it leaves more to say, or its last step says it."""
    if not derivation.unknown:
        return None
    ((symbol, _),) = derivation.symbols
    before, behind = _left(derivation, lang).split(_SYMBOL)
    found = Conclusion(before, symbol, behind)
    return None if derivation.steps and derivation.steps[-1].unicode == found.unicode else found


_SYMBOL = "\0"
"""Stands for the unknown's symbol until its notation is known."""


def _left(derivation: Derivation, lang: str) -> str:
    symbol, low, high = _SYMBOL, derivation.low, derivation.high
    if low is not None and high is not None and low > high:
        return Text("no whole number {symbol}", "没有这样的整数 {symbol}").say(lang, symbol=symbol)
    if low is None or high is None:
        dots = Text("{symbol} = {low}, {next}, …", "{symbol} = {low}, {next}, …")
        return dots.say(lang, symbol=symbol, low=low, next=low + 1) if low is not None else f"{symbol} ≤ {high}"
    return f"{symbol} = {_numbers(range(low, high + 1))}"


def found(result: InverseResult) -> str:
    """Say the values of a single unknown that give what is wanted."""
    (name,) = result.solve
    values = [values[name] for values in result.shown]
    numbers = [int(value) for value in values if value.isdigit()]
    words = [value for value in values if not value.isdigit()]
    return f"{name} = {', '.join([*([_numbers(numbers)] if numbers else []), *words])}"


def none(result: InverseResult) -> str:
    """Say that there is no solution among what was searched."""
    want = _listed([f"{name} = {value}" for name, value in result.wanted.items()], result.lang)
    return Text("None: no {solve} that was tried gives {want}.", "无解：试过的 {solve} 都得不到 {want}。").say(
        result.lang, solve=", ".join(result.solve), want=want
    )


def inputs(values: dict[str, str]) -> str:
    """Say the values that a forward line is worked out with."""
    return ", ".join(f"{name} {value}" for name, value in values.items())


def miss(each: Miss, lang: str) -> str:
    """Say what values near a solution give instead."""
    values = ", ".join(f"{name} = {value}" for name, value in each.values.items())
    gives = ", ".join(f"{name} = {value}" for name, value in each.shown.items())
    return Text("{values} gives {gives}", "{values} 得到 {gives}").say(lang, values=values, gives=gives)


def nearest(each: Miss, lang: str) -> str:
    """Say so of values near a solution, in a paragraph of its own."""
    return Text("Nearest: {miss}.", "最接近：{miss}。").say(lang, miss=miss(each, lang))


def remarks(result: InverseResult) -> Iterator[str]:
    """Say what else a reader must know: answers that never change, and what the calculation refuses."""
    for name, value in result.fixed.items():
        yield Text(
            "{name} is {value} for every {solve} that was tried.", "试过的每个 {solve} 都得到 {name} = {value}。"
        ).say(result.lang, name=name, value=value, solve=", ".join(result.solve))
    for refused in result.refused:
        values = ", ".join(f"{name} = {value}" for name, value in refused.values.items())
        yield Text("{values} is refused: {en}", "不接受 {values}：{zh}").say(
            result.lang, values=values, en=refused.why.en, zh=refused.why.zh
        )


def searched(result: InverseResult) -> str:
    """Say what was tried, and where a range ends at a solution."""
    parts = []
    for name, tried in result.searched.items():
        ranges = [Text("{low} to {high}", "{low} 到 {high}").say(result.lang, low=a, high=b) for a, b in tried.spans]
        text = f"{name} {_listed([*ranges, *tried.words], result.lang)}"
        if tried.open_end:
            text += Text(
                " (there are more beyond: --range {name}={low}:{high})",
                "（范围之外还有：--range {name}={low}:{high}）",
            ).say(result.lang, name=name, low=tried.spans[0][0], high=2 * tried.spans[-1][1])
        parts.append(text)
    return Text("Searched: {parts}", "搜索范围：{parts}").say(
        result.lang, parts=("；" if result.lang == "zh" else "; ").join(parts)
    )


def conventions(result: InverseResult) -> str:
    """Say the conventions in force; empty where there are none."""
    said = ("；" if result.lang == "zh" else "; ").join(text.say(result.lang) for text in result.conventions)
    return Text("Conventions: {said}", "约定：{said}").say(result.lang, said=said) if said else ""


def more(result: InverseResult) -> str:
    """Say how many combinations are not shown; empty where all are."""
    rest = len(result.shown) - MOST_ROWS
    says = Text("… and {rest} more; --format json lists them all.", "……还有 {rest} 组；--format json 列出全部。")
    return says.say(result.lang, rest=rest) if rest > 0 else ""


def _numbers(numbers: Sequence[int]) -> str:
    if len(numbers) <= MOST_NAMED:
        return ", ".join(map(str, numbers))
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]}, {numbers[1]}, …, {numbers[-1]}"
    return f"{', '.join(map(str, numbers[:MOST_NAMED]))}, …, {numbers[-1]}"


def _listed(words: list[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(words)


# ---------------------------------------------------------------- formats


def inverse_rows(result: InverseResult, *, steps: str, width: int) -> list[Row]:
    """Return the page of an inverse question."""
    width = max(40, min(width, WIDEST))
    rows: list[Row] = [[("title", row)] for row in wrap(headline(result), width)]
    rows += [[("plain", row)] for row in wrap(question(result), width)]
    if steps != "brief":
        for derivation in result.derivations:
            rows += [[], *_derivation_rows(derivation, result.lang, width)]
    rows.append([])
    rows += list(_solution_rows(result, steps, width))
    for text in remarks(result):
        rows += [[("note", row)] for row in wrap(text, width - 2, "  ")]
    rows.append([])
    for text in (searched(result), conventions(result)):
        rows += [[("reason", row)] for row in wrap(text, width)] if text else []
    return rows


def _derivation_rows(derivation: Derivation, lang: str, width: int) -> Iterator[Row]:
    for says, written in _symbols(derivation, "unicode"):
        front = says.say(lang) + "  "
        for number, row in enumerate(wrap(written, width - cells(front))):
            yield [("given", (front if number == 0 else " " * cells(front)) + row)]
    yield []
    ends = conclusion(derivation, lang)
    for number, step in enumerate(derivation.steps):
        for cut, row in enumerate(wrap_chain(step.unicode, width - 7)):
            yield [("plain", "  ⟺  " if number and not cut else "     "), ("formula", row)]
    if ends:
        yield [("plain", "  ⟹  "), ("value", ends.unicode)]


def _symbols(derivation: Derivation, notation: str) -> Iterator[tuple[Text, str]]:
    known, unknown = givens(derivation, notation), unknowns(derivation, notation)
    if known:
        yield KNOWN, known
    if unknown:
        yield UNKNOWN, unknown


def _solution_rows(result: InverseResult, steps: str, width: int) -> Iterator[Row]:
    if not result.solutions:
        yield from ([("bad", row)] for row in wrap(none(result), width))
        for number, each in enumerate(result.nearest):
            front = Text("nearest", "最接近").say(result.lang)
            yield [
                ("reason", f"  {front if number == 0 else ' ' * cells(front)}  "),
                ("plain", miss(each, result.lang)),
            ]
        return
    if len(result.solve) == 1:
        yield from ([("answer", row)] for row in wrap(found(result), width))
    else:
        yield from _table(result)
    if steps != "brief":
        for values, lines in zip(result.shown, result.checks, strict=False):
            front = inputs(values) + ":  "
            for number, line in enumerate(lines):
                for cut, row in enumerate(wrap_chain(line.one_row(), width - cells(front) - 2)):
                    yield [("reason", "  " + (front if number == cut == 0 else " " * cells(front))), ("formula", row)]


def _table(result: InverseResult) -> Iterator[Row]:
    shown = result.shown[:MOST_ROWS]
    widths = [max(cells(name), *(cells(values[name]) for values in shown)) for name in result.solve]
    yield [("reason", "  " + "  ".join(" " * (w - cells(n)) + n for n, w in zip(result.solve, widths, strict=True)))]
    for values in shown:
        row = "  ".join(" " * (w - cells(values[n])) + values[n] for n, w in zip(result.solve, widths, strict=True))
        yield [("answer", "  " + row)]
    if more(result):
        yield [("note", "  " + more(result))]


def inverse_markdown(result: InverseResult, *, steps: str) -> str:
    """Return the answer to an inverse question as Markdown."""
    rows = [f"## {headline(result)}", "", question(result)]
    for derivation in result.derivations if steps != "brief" else ():
        rows.append("")
        for says, written in _symbols(derivation, "latex"):
            rows.append(f"{says.say(result.lang).strip()}: {written}  ")
        rows.append("")
        for number, step in enumerate(derivation.steps):
            sign = r"\iff " if number else ""
            rows.append(f"- ${sign}{step.latex}$")
        ends = conclusion(derivation, result.lang)
        if ends:
            rows.append(f"- ⟹ {ends.unicode}")
    rows.append("")
    if not result.solutions:
        rows += [f"**{none(result)}**", "", *(f"- {miss(each, result.lang)}" for each in result.nearest)]
    elif len(result.solve) == 1:
        rows.append(f"**{found(result)}**")
    else:
        rows += ["| " + " | ".join(result.solve) + " |", "|" + "---|" * len(result.solve)]
        rows += ["| " + " | ".join(values.values()) + " |" for values in result.shown[:MOST_ROWS]]
        rows += ["", more(result)] if more(result) else []
    if steps != "brief":
        rows += ["", *(f"- `{line.one_row()}`" for lines in result.checks for line in lines)] if result.checks else []
    said = list(remarks(result))
    rows += ["", *(f"- {text}" for text in said)] if said else []
    rows += ["", f"_{searched(result)}_"]
    rows += ["", f"_{conventions(result)}_"] if conventions(result) else []
    return "\n".join(rows) + "\n"


def inverse_json(result: InverseResult) -> str:
    """Return the answer to an inverse question as one JSON object, schema 1."""
    document = {
        "schema": SCHEMA,
        "topic": result.topic,
        "inputs": {name: jsonable(value) for name, value in result.inputs.items()},
        "want": {name: jsonable(value) for name, value in result.want.items()},
        "solve": list(result.solve),
        "range": {
            name: {
                "spans": [list(span) for span in tried.spans],
                "words": list(tried.words),
                "open_end": tried.open_end,
            }
            for name, tried in result.searched.items()
        },
        "solutions": result.solutions,
        "nearest": [
            {"values": each.values, "gives": {name: jsonable(value) for name, value in each.gives.items()}}
            for each in result.nearest
        ],
        "inequality": [
            {
                "line": each.line,
                "steps": [step.text for step in each.steps],
                "unknown": each.unknown or None,
                "from": each.low,
                "to": each.high,
            }
            for each in result.derivations
        ],
        "fixed": result.fixed,
        "refused": [{"values": each.values, "why": each.why.say(result.lang)} for each in result.refused],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
