"""HTML with native MathML: a page of its own, or a fragment for a notebook; no script, nothing fetched.

What is written is XML as well as HTML, so that a test can read it with a strict parser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from importlib.resources import files

from dlcalc.core.inverse import Derivation, InverseResult
from dlcalc.core.layout import Block, visible
from dlcalc.core.notation import MATHML, Writer
from dlcalc.core.records import Cell, Condition, Entry, Figure, Given, Grid, Line, Note, Picture, Table
from dlcalc.core.report import Report
from dlcalc.core.worksheet import Chain, Worksheet
from dlcalc.errors import Text
from dlcalc.render import inverse, page, tables
from dlcalc.render.verdicts import further, labels, remarks, shown_explanations, verdict_text

# ---------------------------------------------------------------- pages

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Said to the browser too: this page fetches nothing and runs nothing."""


def document(title: str, lang: str, body: str, *styles: str) -> str:
    """Return a page of its own; `styles` are style sheets that it needs beside those of every page."""
    return (
        f'<!DOCTYPE html>\n<html lang="{_lang(lang)}">\n<head>\n<meta charset="utf-8" />\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}" />\n'
        f"<title>{text(title)}</title>\n<style>\n{''.join(map(_style, ('sheet', 'page', *styles)))}</style>\n</head>\n"
        f'<body>\n<main class="dlcalc">\n{body}</main>\n</body>\n</html>\n'
    )


def fragment(lang: str, body: str) -> str:
    """Return a piece of a page, with styles that change nothing outside it."""
    return f'<div class="dlcalc" lang="{_lang(lang)}">\n<style>\n{_style("sheet")}</style>\n{body}</div>\n'


@cache
def _style(name: str) -> str:
    return files("dlcalc.render").joinpath(f"{name}.css").read_text(encoding="utf-8")


def _lang(lang: str) -> str:
    return "zh-Hans" if lang == "zh" else "en"


# ---------------------------------------------------------------- sheets


def sheet_html(sheet: Worksheet, *, steps: str, conventions: bool) -> str:
    """Return the worksheet as the inside of a page."""
    rows = [f"<h1>{text(page.headline(sheet))}</h1>"]
    if steps == "brief":
        rows.append(_answer_list(sheet))
    else:
        rows += _body(sheet, steps)
        rows.append(_answers(sheet))
    if page.conventions_text(sheet):
        rows.append(f'<p class="conventions">{text(page.conventions_text(sheet))}</p>')
    if conventions:
        rows.append(_other_conventions(sheet))
    return "\n".join(rows) + "\n"


def _body(sheet: Worksheet, steps: str) -> Iterator[str]:
    given = tables.givens(sheet.entries)
    if given:
        yield _given(sheet, given)
    rows: list[str] = []
    for entry in page.shown_entries(sheet.entries, steps):
        for piece in _record(sheet, entry, steps):
            if piece.startswith("<tr"):
                rows.append(piece)
                continue
            yield from _lines(rows)
            rows = []
            yield piece
    yield from _lines(rows)


def _lines(rows: list[str]) -> Iterator[str]:
    """Put rows that follow each other into one table, so that their equals signs stand below each other."""
    if rows:
        body = "\n".join(rows)
        yield f'<div class="scroll"><table class="lines"><tbody>\n{body}\n</tbody></table></div>'


def _record(sheet: Worksheet, entry: Entry, steps: str) -> Iterator[str]:
    """Return what a record becomes: rows of the table of lines (`<tr`), or an element of its own."""
    match entry:
        case Line():
            yield from _line(sheet, entry, steps)
        case Condition():
            yield _condition(sheet, entry)
        case Note():
            yield f'<p class="note">{text(entry.text.say(sheet.lang, **entry.values))}</p>'
        case Table():
            yield from _table(sheet, entry)
        case Picture():
            yield from _picture(sheet, entry)
        case Figure():
            yield from _figure(sheet, entry)
        case Grid():
            yield _grid(sheet, entry)
        case Given():
            pass  # they stand together at the top


def _given(sheet: Worksheet, given: list[Given]) -> str:
    items = [
        f"<span>{_math(page.given_symbol(sheet, g, MATHML) + '<mo>=</mo>' + sheet.shown(g.value, MATHML).text)}"
        f' <span class="source">({text(g.source)})</span></span>'
        for g in given
    ]
    label = f'<span class="label">{text(page.GIVEN.say(sheet.lang))}</span>'
    return f'<p class="given">{label}\n' + "\n".join(items) + "</p>"


def _line(sheet: Worksheet, line: Line, steps: str) -> Iterator[str]:
    yield _row(sheet.chain(line, MATHML, full=steps == "full"), sheet.say(line.text))
    if steps == "full":
        yield from (_row(chain) for chain in page.entry_chains(sheet, line, MATHML))


def _row(chain: Chain, reason: str = "") -> str:
    return (
        f'<tr><th scope="row">{_math(chain.name.text)}</th><td class="chain"><div>{_parts(chain)}</div></td>'
        f'<td class="reason">{text(reason)}</td></tr>'
    )


def _parts(chain: Chain) -> str:
    signs = ["="] * len(chain.parts) + [chain.sign]
    blocks = [*chain.parts, chain.value]
    return " ".join(
        f'<span class="part">{_broken(_sign(sign), block)}</span>' for sign, block in zip(signs, blocks, strict=True)
    )


def _sign(sign: str) -> str:
    return f'<mo form="infix">{sign}</mo>'  # where it begins a formula its place does not tell


def _broken(front: str, block: Block) -> str:
    """Write a formula as several `math` elements, between which a narrow page may break: browsers break none inside."""
    first, *others = block.pieces
    return "<wbr />".join([_math(front + first), *map(_math, others)])


def _condition(sheet: Worksheet, entry: Condition) -> str:
    test, values = _broken("", sheet.formula(entry, MATHML)), _broken("", sheet.substituted(entry, MATHML))
    verdict = (Text("yes", "是") if entry.held else Text("no", "否")).say(sheet.lang)
    colon = "：" if sheet.lang == "zh" else ": "
    return (
        f'<tr><th></th><td class="chain"><div><span class="part">{test}&#160;?</span> '
        f'<span class="part">{values}{colon}<b>{text(verdict)}</b></span></div></td>'
        f'<td class="reason">{text(sheet.say(entry.text))}</td></tr>'
    )


def _table(sheet: Worksheet, table: Table) -> Iterator[str]:
    yield f'<p class="note">{text(table.title.say(sheet.lang))}</p>'
    for line, at in tables.formulas_of(sheet, table):
        writer = Writer(MATHML, at, sheet.sheet.env, sheet.style, indices=sheet.topic.indices)
        left, right = _math(writer.write(line.left).text), _broken(_sign("="), writer.write(line.right))
        yield f'<tr><th scope="row">{left}</th><td class="chain"><div><span class="part">{right}</span></div></td></tr>'
    header, *rows = tables.cells_of(sheet, table)
    head = "".join(f'<th scope="col">{text(cell)}</th>' for cell in header)
    body = "\n".join(
        f'<tr><th scope="row">{text(row[0])}</th>' + "".join(f"<td>{text(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    head = f"<thead><tr>{head}</tr></thead>"
    yield f'<div class="scroll"><table class="loop">{head}\n<tbody>\n{body}\n</tbody></table></div>'


def _picture(sheet: Worksheet, picture: Picture) -> Iterator[str]:
    """Draw the map once for each window, what the window covers in boxes, and below it what it gives."""
    if not picture.is_small:
        return
    cells = [[_math(sheet.shown(value, MATHML).text) for value in row] for row in picture.map.tolist()]
    figures = []
    for covered, gives in page.windows(sheet, picture, MATHML):
        rows = [
            "<tr>"
            + "".join(
                f"<td><mark>{cell}</mark></td>" if (r, c) in covered else f"<td><span>{cell}</span></td>"
                for c, cell in enumerate(row)
            )
            + "</tr>"
            for r, row in enumerate(cells)
        ]
        caption = _math(gives.name.text + _sign(gives.sign) + gives.value.text)
        drawn = f'<table class="map"><tbody>{"".join(rows)}</tbody></table>'
        figures.append(f"<figure>{drawn}<figcaption>{caption}</figcaption></figure>")
    yield f'<p class="note">{text(picture.title.say(sheet.lang))}</p>'
    yield '<div class="windows">' + "\n".join(figures) + "</div>"


def _figure(sheet: Worksheet, figure: Figure) -> Iterator[str]:
    """Show a drawing: its SVG inside the page, whose parser knows the namespace, otherwise its rows of text."""
    title = text(figure.title.say(sheet.lang))
    yield f'<p class="note">{title}</p>'
    if figure.svg is not None:
        drawn = figure.svg(sheet.lang).strip().replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
        yield f'<div class="drawing">{drawn}</div>'
    else:
        rows = text("\n".join(figure.draw(sheet.lang)))
        yield f"<pre>{rows}</pre>"


def _grid(sheet: Worksheet, grid: Grid) -> str:
    """Show things compared as a table of texts and formulas."""

    def inner(cell: Cell) -> str:
        pieces = (
            text(piece.say(sheet.lang))
            if isinstance(piece, Text)
            else _broken("", tables.formula_in(sheet, piece, MATHML))
            for piece in cell
        )
        return "<br />".join(pieces)

    head = "".join(f'<th scope="col">{text(head.say(sheet.lang))}</th>' for head in grid.heads)
    rows = []
    for row in grid.rows:
        kinds = ['th scope="row"' if grid.labelled and not number else "td" for number in range(len(row))]
        rows.append(
            "<tr>"
            + "".join(f"<{kind}>{inner(cell)}</{kind[:2]}>" for kind, cell in zip(kinds, row, strict=True))
            + "</tr>"
        )
    body, title = "\n".join(rows), text(grid.title.say(sheet.lang))
    return (
        f'<p class="note">{title}</p><div class="scroll"><table class="compared"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _answers(sheet: Worksheet) -> str:
    items = [
        f'<span class="answer">{_answer(sheet, name, f"<mtext>{text(name)}</mtext>")}</span>'
        for name in page.answers_below(sheet)
    ]
    return '<p class="answers">' + "\n".join(items) + "</p>"


def _answer(sheet: Worksheet, name: str, front: str = "") -> str:
    sign, value = page.answer_formula(sheet, name, MATHML)
    return _math(f"{front}{_sign(sign)}{value}") + text(page.unrounded_text(sheet, name))


def _answer_list(sheet: Worksheet) -> str:
    says = {answer.name: answer.says.say(sheet.lang) for answer in sheet.topic.answers}
    rows = [
        f'<tr><th scope="row">{text(name)}</th><td class="answer">{_answer(sheet, name)}</td>'
        f'<td class="reason">{text(says[name])}</td></tr>'
        for name in sheet.answers
    ]
    return '<table class="brief"><tbody>\n' + "\n".join(rows) + "\n</tbody></table>"


def _other_conventions(sheet: Worksheet) -> str:
    items = []
    for switch, meaning, changed in page.other_conventions(sheet):
        answers = ", ".join(f"{n} = {v}" if n else v for n, v in changed.items()) or page.SAME.say(sheet.lang)
        items.append(f"<li><code>{text(switch)}</code> ({text(meaning)}): <b>{text(answers)}</b></li>")
    return '<ul class="others">\n' + "\n".join(items) + "\n</ul>" if items else ""


# ---------------------------------------------------------------- verdicts


def report_html(report: Report, where: Mapping[str, str] | None = None) -> str:
    """Return the verdicts as the inside of a page; with `where`, those named there, each with where it stands."""
    named = where if where is not None else dict.fromkeys(report.verdicts, "")
    return "".join(_verdict(name, report, place) for name, place in named.items())


def _verdict(name: str, report: Report, place: str) -> str:
    verdict = report.verdicts[name]
    unread = verdict.verdict == "invalid"
    kind, mark = ("unread", "?") if unread else ("good", "✓") if verdict.accepted else ("bad", "✗")
    said = text(verdict_text(name, verdict, report.lang, report.verdicts))
    rows = [f'<section class="verdict {kind}">', f'<h2><span class="mark">{mark}</span>{said}{place_html(place)}</h2>']
    if verdict.column is not None and verdict.given.strip():
        typed, at = visible(verdict.given), verdict.column
        where = text(typed[at : at + 1]) or "&#160;"
        rows.append(
            f"<pre>{text(typed[max(0, at - 30) : at])}<mark>{where}</mark>{text(typed[at + 1 : at + 30])}</pre>"
        )
    rows += (f"<p>{text(remark)}</p>" for remark in remarks(verdict, report.lang))
    before = ""
    for explanation in shown_explanations(verdict):
        rows.append(f"<p>{text(explanation.remedy.say(report.lang))}</p>")
        parting = explanation.parting
        if parting is None:
            continue
        chains = [(parting.your_line.chain(MATHML), "yours")]
        if parting.right_line is not None and parting.right != before:
            chains.append((parting.right_line.chain(MATHML), "right"))
        before = parting.right
        rows += _lines(
            [
                f'<tr class="{kind}"><th scope="row" class="whose">{text(says.say(report.lang))}</th>'
                f'<th>{_math(chain.name.text)}</th><td class="chain"><div>{_parts(chain)}</div></td></tr>'
                for says, (chain, kind) in zip(labels(verdict), chains, strict=False)
            ]
        )
    rows += (f"<p>{text(more)}</p>" for more in further(verdict, report.lang))
    return "\n".join([*rows, "</section>"]) + "\n"


def place_html(place: str) -> str:
    """Return where something stands, for the end of a heading; nothing where that is not said."""
    return f' <span class="reason">{text(place)}</span>' if place else ""


# ---------------------------------------------------------------- inverse questions


def inverse_html(result: InverseResult, *, steps: str) -> str:
    """Return the answer to an inverse question as the inside of a page."""
    rows = [f"<h1>{text(inverse.headline(result))}</h1>", f"<p>{text(inverse.question(result))}</p>"]
    if steps != "brief":
        for derivation in result.derivations:
            rows += _derivation(derivation, result.lang)
    rows += _solutions(result)
    if steps != "brief":
        rows += _checks(result)
    rows += (f'<p class="note">{text(said)}</p>' for said in inverse.remarks(result))
    below = (inverse.searched(result), inverse.conventions(result))
    rows += (f'<p class="conventions">{text(said)}</p>' for said in below if said)
    return "\n".join(rows) + "\n"


def _derivation(derivation: Derivation, lang: str) -> Iterator[str]:
    for says, items in (
        (inverse.KNOWN, [_math(given.mathml) for given in derivation.givens]),
        (inverse.UNKNOWN, [f"{_math(symbol.mathml)} ({text(name)})" for symbol, name in derivation.symbols]),
    ):
        if items:
            label = f'<span class="label">{text(says.say(lang).strip())}</span>'
            yield f'<p class="given">{label}\n' + "\n".join(f"<span>{item}</span>" for item in items) + "</p>"
    rows = [("⟺" if number else "", _math(step.mathml)) for number, step in enumerate(derivation.steps)]
    ends = inverse.conclusion(derivation, lang)
    if ends is not None:
        rows.append(("⟹", f"<b>{text(ends.before)}{_math(ends.symbol.mathml)}{text(ends.behind)}</b>"))
    yield from _lines([f'<tr><th>{sign}</th><td class="chain"><div>{said}</div></td></tr>' for sign, said in rows])


def _solutions(result: InverseResult) -> Iterator[str]:
    if not result.solutions:
        said = f"<h2>{text(inverse.none(result))}</h2>"
        near = "".join(f"<p>{text(inverse.nearest(each, result.lang))}</p>" for each in result.nearest)
        yield f'<section class="verdict bad">{said}{near}</section>'
    elif len(result.solve) == 1:
        yield f'<p class="answers"><span class="answer">{text(inverse.found(result))}</span></p>'
    else:
        head = "".join(f'<th scope="col">{text(name)}</th>' for name in result.solve)
        body = "\n".join(
            "<tr>" + "".join(f"<td>{text(values[name])}</td>" for name in result.solve) + "</tr>"
            for values in result.shown[: inverse.MOST_ROWS]
        )
        head = f"<thead><tr>{head}</tr></thead>"
        yield f'<div class="scroll"><table class="loop">{head}\n<tbody>\n{body}\n</tbody></table></div>'
        if inverse.more(result):
            yield f'<p class="note">{text(inverse.more(result))}</p>'


def _checks(result: InverseResult) -> Iterator[str]:
    rows = []
    for values, lines in zip(result.shown, result.checks, strict=False):
        for number, line in enumerate(lines):
            chain, front = line.chain(MATHML), "" if number else text(inverse.inputs(values))
            rows.append(
                f'<tr><th scope="row" class="whose">{front}</th><th>{_math(chain.name.text)}</th>'
                f'<td class="chain"><div>{_parts(chain)}</div></td></tr>'
            )
    yield from _lines(rows)


# ---------------------------------------------------------------- text


def _math(inner: str) -> str:
    return f'<math displaystyle="true"><mrow>{inner}</mrow></math>'


def text(words: str) -> str:
    """Return plain text as HTML; what XML does not allow, or what steers or turns what is read, becomes a sign."""
    return escape("\n".join(map(visible, words.split("\n"))))
