"""The page as rows of marked pieces: what the text and the terminal format share, laid out for a width in cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any, TypeAlias

from dlcalc.core.formula import Name, Number
from dlcalc.core.layout import Block, beside, cells, visible
from dlcalc.core.notation import LATEX, TEXT, UNICODE, Notation, Writer, count, shape_of
from dlcalc.core.records import Condition, Entry, Figure, Given, Grid, Line, Note, Picture, Table
from dlcalc.core.worksheet import Chain, Worksheet
from dlcalc.errors import Text
from dlcalc.render import tables

Piece: TypeAlias = tuple[str, str]
"""(role, text); a role is what the terminal gives a colour to."""
Row: TypeAlias = list[Piece]

WIDEST = 100
"""Reasons stand flush right up to this column; further out the eye loses the line."""

GIVEN = Text("given", "已知")
_CONVENTIONS = Text("Conventions", "约定")
_UNROUNDED = Text("unrounded", "未舍入")


def plain(rows: Iterable[Row]) -> str:
    """Return rows as text without colours."""
    return "\n".join(visible("".join(text for _, text in row)).rstrip() for row in rows) + "\n"


# ---------------------------------------------------------------- sheets


def sheet_rows(sheet: Worksheet, *, steps: str, width: int, conventions: bool) -> list[Row]:
    """Return the page of a worksheet."""
    width = max(40, min(width, WIDEST))
    rows: list[Row] = [*_title(sheet, width), []]
    if steps == "brief":
        rows += _answer_list(sheet, width)
    else:
        rows += _body(sheet, steps, width)
        rows += [[], *_answer_rows(sheet, width)] if sheet.answers else []
    if conventions_text(sheet):
        rows += _convention_rows(sheet, width)
    if conventions:
        rows += _other_conventions(sheet, width)
    return rows


def headline(sheet: Worksheet) -> str:
    """Return what the sheet is about and the inputs it was asked with."""
    title = sheet.topic.headline(sheet.inputs) if sheet.topic.headline else sheet.topic.title
    stated = [f"{i.name} {i.kind.brief(sheet.inputs[i.name])}" for i in sheet.topic.inputs if i.name in sheet.given]
    return " · ".join([title.say(sheet.lang), *stated])


def _title(sheet: Worksheet, width: int) -> list[Row]:
    return [[("title", line)] for line in wrap(headline(sheet), width)]


def _body(sheet: Worksheet, steps: str, width: int) -> Iterator[Row]:
    entries = sheet.entries
    given = tables.givens(entries)
    if given:
        label = GIVEN.say(sheet.lang) + "  "
        items = [
            beside((f"{given_symbol(sheet, g, UNICODE)} = ", sheet.shown(g.value, UNICODE), f" ({g.source})"))
            for g in given
        ]
        flat = [item for item in items if len(item.rows) == 1]
        upright = [item for item in items if len(item.rows) > 1]
        if flat:
            yield from ([("given", row)] for row in _listed(label, flat, width))
        for number, some in enumerate(_by_height(upright)):
            front = label if not flat and number == 0 else " " * cells(label)
            yield from ([("given", row)] for row in _listed(front, some, width))
        yield []
    shown = list(shown_entries(entries, steps))
    indent = min(14, max((sheet.left(e, UNICODE).width for e in shown if isinstance(e, Line)), default=0))
    for entry in shown:
        match entry:
            case Line():
                yield from _line(sheet, entry, indent, width, steps)
            case Condition():
                yield from _condition(sheet, entry, indent, width)
            case Note():
                yield from (
                    [("note", row)] for row in wrap(entry.text.say(sheet.lang, **entry.values), width - 2, "  ")
                )
            case Table():
                yield from _table(sheet, entry, width)
            case Picture():
                yield from picture_rows(sheet, entry, indent, width)
            case Figure():
                yield [("note", "  " + entry.title.say(sheet.lang))]
                drawn = entry.draw(sheet.lang)
                front = " " * max(0, min(4, width - max(map(cells, drawn))))
                yield from ([("formula", front + row)] for row in drawn)
                yield []
            case Grid():
                from dlcalc.render import grids  # it breaks its texts by this page's rules

                yield from grids.rows(sheet, entry, width)
            case Given():
                pass


def picture_rows(sheet: Worksheet, picture: Picture, indent: int, width: int) -> Iterator[Row]:
    """Draw a map once for each window, what the window covers in brackets, and below it what it gives."""
    if not picture.is_small:
        return
    yield from ([("note", row)] for row in wrap(picture.title.say(sheet.lang), width - 2, "  "))
    text = [[sheet.shown(v, UNICODE).text for v in row] for row in picture.map.tolist()]
    wide = max(cells(cell) for row in text for cell in row)
    drawings = []
    for covered, gives in windows(sheet, picture, UNICODE):
        caption = f"{gives.name.text} {gives.sign} {gives.value.text}"
        rows = [_marked_row(row, number, covered, wide) for number, row in enumerate(text)]
        across = max(cells(caption), cells(rows[0]))
        drawings.append([row + " " * (across - cells(row)) for row in (*rows, caption)])
    fits = max(1, (width - indent + 4) // (cells(drawings[0][0]) + 4))
    for start in range(0, len(drawings), fits):
        if start:
            yield []
        beside_ = drawings[start : start + fits]
        for number, row in enumerate(zip(*beside_, strict=True)):
            role = "value" if number == len(beside_[0]) - 1 else "formula"
            yield [(role, " " * indent + "    ".join(row))]


def windows(
    sheet: Worksheet, picture: Picture, notation: Notation
) -> Iterator[tuple[frozenset[tuple[int, int]], Chain]]:
    """Yield, for each window of a picture, the entries it covers and what it gives, as name = value."""
    for place, covered in zip(picture.result.places(), picture.marks(picture.result.shape), strict=True):
        writer = Writer(notation, picture.at, {}, sheet.style, indices=sheet.topic.indices)
        name = writer.write(Name(picture.name.base, picture.name.first, tuple(map(Number, place))))
        value = picture.result.entry(*place)
        yield covered, Chain(name, (), "≈" if sheet.is_rounded(value) else "=", sheet.shown(value, notation))


def _marked_row(cells_: list[str], row: int, covered: frozenset[tuple[int, int]], wide: int) -> str:
    text = ""
    for column, cell in enumerate(cells_):
        here, before = (row, column) in covered, column > 0 and (row, column - 1) in covered
        text += ("]" if before and not here else " ") + ("[" if here and not before else " ")
        text += " " * (wide - cells(cell)) + cell
    return text[1:] + ("]" if (row, len(cells_) - 1) in covered else " ")


def shown_entries(entries: list[Entry], steps: str) -> Iterator[Entry]:
    """Yield what is shown: below full steps, a loop that has a table is shown as that table alone, and no picture
    that says again what the lines say."""
    hidden = () if steps == "full" else tuple(entry for entry in entries if isinstance(entry, Table))
    for entry in entries:
        if isinstance(entry, Figure) and entry.extra and steps != "full":
            continue
        if not (isinstance(entry, Line | Condition) and any(stands_in(entry, table) for table in hidden)):
            yield entry


def stands_in(entry: Line | Condition, table: Table) -> bool:
    """Say whether a table shows this line or belongs to the loop that this decision was taken in."""
    index = entry.at.get(table.index)
    if index not in table.rows or index in table.opened:
        return False
    families = {column.partition("[")[0] for column in (*table.columns, *table.also)}
    if isinstance(entry, Condition):
        return next(iter(entry.at)) == table.index  # the innermost loop is named first
    return entry.left.base in families


def given_symbol(sheet: Worksheet, given: Given, notation: Notation) -> str:
    """Write the symbol of a given value."""
    base, family = (given.key, ()) if isinstance(given.key, str) else (given.key[0], given.key[1:])
    return notation.symbol(str(base), family, (), sheet.topic.indices)


def _by_height(items: list[Block]) -> list[list[Block]]:
    """Part matrices into runs of the same height: side by side they then stand even."""
    return [list(run) for _, run in groupby(items, lambda item: len(item.rows))]


def _listed(label: str, items: list[Block], width: int) -> list[str]:
    """Set items side by side behind a label, as many on a row as fit."""
    rows: list[str] = []
    row: list[Block | str] = [label]
    for number, item in enumerate(items):
        last = number == len(items) - 1
        piece = beside((item, "" if last else ", "))
        if len(row) > 1 and beside((*row, piece)).width > width + (not last):  # a blank at the end does not show
            rows += beside(row).rows
            row = [" " * cells(label)]
        row.append(piece)
    return [*rows, *beside(row).rows]


def _line(sheet: Worksheet, line: Line, indent: int, width: int, steps: str) -> Iterator[Row]:
    chain = sheet.chain(line, UNICODE, full=steps == "full")
    head = beside((" " * max(0, indent - chain.name.width), chain.name))
    yield from chain_rows(head, list(chain.parts), chain.sign, chain.value, sheet.say(line.text), width)
    if steps == "full":
        yield from _entries(sheet, line, indent, width)


MOST_ENTRIES = 64
"""Arrays with more entries are not expanded."""


def _entries(sheet: Worksheet, line: Line, indent: int, width: int) -> Iterator[Row]:
    """Expand an array line entry by entry."""
    for chain in entry_chains(sheet, line, UNICODE):
        head = beside((" " * max(0, indent - chain.name.width), chain.name))
        yield from chain_rows(head, list(chain.parts), chain.sign, chain.value, "", width)


def entry_chains(sheet: Worksheet, line: Line, notation: Notation) -> Iterator[Chain]:
    """Yield an array line entry by entry, the first `MOST_ENTRIES` of them; none that only stand in other places."""
    base, family = (line.key, ()) if isinstance(line.key, str) else (line.key[0], line.key[1:])
    entries = list(islice(sheet.entry_formulas(line), MOST_ENTRIES))
    if all(isinstance(node, Name | Number) for _, node, _ in entries):
        return
    for place, node, computed in entries:
        left = Block((notation.symbol(str(base), family, place, sheet.topic.indices),))
        ways = (False,) if isinstance(node, Name | Number) else (False, True)  # a copy's value stands at the end
        parts = tuple(dict.fromkeys(sheet.writer(line, notation, values=values).write(node) for values in ways))
        value = line.value.entry(*place)  # with --round another one than the formula gives
        shown = sheet.shown(value, notation)
        while parts and parts[-1].rows == shown.rows:
            parts = parts[:-1]
        yield Chain(left, parts, "≈" if value != computed or sheet.is_rounded(value) else "=", shown)


def chain_rows(head: Block, parts: list[Block], sign: str, value: Block, reason: str, width: int) -> Iterator[Row]:
    """Set name = part = … = value on one row if it fits, otherwise a row for each part."""
    one = beside((head, *(piece for part in parts for piece in (" = ", part)), f" {sign} ", value))
    if one.width <= width:
        marked = _marked(one, head.width, value.width)
        yield from _with_reason(marked, one.width, reason, width)
        return
    space, room = " " * head.width, width - head.width - 3
    # broken before a factor; where one factor alone is wider than the page, left out: its numbers stand above
    parts = [part for number, part in enumerate(parts) if number == 0 or _fits(part, room)]
    rows: list[Block] = []
    for number, part in enumerate((*parts, value)):
        equals = f" {sign} " if number == len(parts) else " = "
        for cut, piece in enumerate(part.split(room)):
            front = head if number == 0 and cut == 0 else Block((space,))
            rows.append(beside((front, equals if cut == 0 else "   ", piece)))
    first, last = rows[0], rows[-1]
    beside_first = first.width + cells(reason) + 2 <= width
    for row in rows:
        marked = _marked(row, head.width, value.width if row is last else 0)
        here = reason if row is (first if beside_first else last) else ""
        yield from _with_reason(marked, row.width, here, width)


def _fits(part: Block, room: int) -> bool:
    """Say whether a part is no wider than the room it has, once it is broken."""
    return len(part.rows) == 1 or max(piece.width for piece in part.split(room)) <= room


def _marked(block: Block, name_width: int, value_width: int) -> list[Row]:
    """Mark the name at the left and the value at the right of a block's rows."""
    rows: list[Row] = []
    for text in block.rows:
        end = len(text) - value_width if value_width and cells(text) == len(text) else len(text)
        rows.append([("name", text[:name_width]), ("formula", text[name_width:end]), ("value", text[end:])])
    return rows


def _with_reason(rows: list[Row], used: int, reason: str, width: int) -> Iterator[Row]:
    """Set the reason flush right on the first row if it fits there, otherwise on rows of its own below."""
    if not reason:
        yield from rows
        return
    room = width - used
    if cells(reason) + 2 <= room:
        yield [*rows[0], ("reason", " " * (room - cells(reason)) + reason)]
        yield from rows[1:]
        return
    yield from rows
    for text in wrap(reason, width - 8):
        yield [("reason", " " * (width - cells(text)) + text)]


def _condition(sheet: Worksheet, entry: Condition, indent: int, width: int) -> Iterator[Row]:
    verdict = Text("yes", "是") if entry.held else Text("no", "否")
    values = sheet.substituted(entry, UNICODE)
    if len(values.rows) > 1:
        values = sheet.substituted(entry, TEXT)
    text = f"{sheet.formula(entry, UNICODE).text}?  {values.text}:  {verdict.say(sheet.lang)}"
    yield from _with_reason(
        [[("formula", " " * indent + " " + text)]], indent + 1 + cells(text), sheet.say(entry.text), width
    )


def _table(sheet: Worksheet, table: Table, width: int) -> Iterator[Row]:
    grid = tables.cells_of(sheet, table)
    widths = _widths(grid)
    if 4 + sum(widths) + 2 * (len(widths) - 1) > width:
        grid = [row for line in grid for row in tables.upright(line)]
        widths = _widths(grid)
    yield [("note", "  " + table.title.say(sheet.lang))]
    for line, at in tables.formulas_of(sheet, table):
        writer = Writer(UNICODE, at, sheet.sheet.env, sheet.style, indices=sheet.topic.indices)
        front = beside(("    ", writer.write(line.left), " = "))
        for cut, piece in enumerate(writer.write(line.right).split(width - front.width)):
            formula = beside((front if cut == 0 else Block((" " * front.width,)), piece))
            yield from ([("formula", row)] for row in formula.rows)
    for columns in _parted(widths, width - 4):
        for number, row in enumerate(grid):
            text = "  ".join(" " * (widths[c] - cells(row[c])) + row[c] for c in columns)
            yield [("reason" if number == 0 else "formula", "    " + text)]


def _widths(grid: list[list[str]]) -> list[int]:
    return [max(cells(row[n]) for row in grid) for n in range(len(grid[0]))]


def _parted(widths: list[int], width: int) -> list[list[int]]:
    """Part a table's columns so that each part fits; the first, which says which row it is, stands in every part."""
    parts = [[0]]
    for column in range(1, len(widths)):
        if len(parts[-1]) > 1 and sum(widths[c] + 2 for c in (*parts[-1], column)) - 2 > width:
            parts.append([0])
        parts[-1].append(column)
    return parts


def answer_text(sheet: Worksheet, name: str) -> str:
    """Write an answer on one row: sizes as 25×26×26, arrays in round brackets, the unrounded one beside a paper one."""
    return _one_row(sheet, name, sheet.answers[name]) + unrounded_text(sheet, name)


def _is_size(sheet: Worksheet, name: str, value: Any) -> bool:
    return isinstance(value, list) and sheet.topic.answer(name).is_size and all(isinstance(v, int) for v in value)


def _one_row(sheet: Worksheet, name: str, value: Any) -> str:
    if _is_size(sheet, name, value):
        return "×".join(map(str, value))
    if sheet.topic.answer(name).asked and count(value) > MOST_IN_ANSWER:
        return "[" + "×".join(map(str, shape_of(value))) + "]"
    return tables.inline(sheet, value)


MOST_IN_ANSWER = 100
"""Numbers that an answer shows; of larger ones the shape stands there. JSON has them all."""


def answer_formula(sheet: Worksheet, name: str, notation: Notation) -> tuple[str, str]:
    """Return an answer's sign and value in a notation, arrays upright; the unrounded one is `unrounded_text`'s."""
    value = sheet.answers[name]
    if value is None or isinstance(value, bool) or not sheet.topic.answer(name).asked:
        return "=", notation.words(tables.inline(sheet, value))
    sign = "≈" if sheet.is_rounded(value) else "="
    if _is_size(sheet, name, value):
        times = r" \times " if notation is LATEX else notation.sign("×")
        return sign, times.join(notation.number(str(side)) for side in value)
    return sign, sheet.shown(value, notation).text


def unrounded_text(sheet: Worksheet, name: str) -> str:
    """Say the answer in full precision beside that of paper arithmetic, in brackets; empty where they agree."""
    unrounded = getattr(sheet, "unrounded", None)
    if unrounded is None or name not in unrounded.answers or unrounded.answers[name] == sheet.answers[name]:
        return ""
    whole = _one_row(unrounded, name, unrounded.answers[name])
    same = whole == _one_row(sheet, name, sheet.answers[name])  # of a table both say how long it is
    return "" if same else f" ({_UNROUNDED.say(sheet.lang)} {whole})"


def answers_below(sheet: Worksheet) -> list[str]:
    """Return the answers that stand below the lines: the main one, then those that are no line of their own."""
    main = sheet.topic.answers[0].name
    lines = {entry.name for entry in sheet.entries if isinstance(entry, Line)}
    return [n for n in sheet.answers if n == main or not (n in lines or sheet.topic.answer(n).gathers)]


def _answer_rows(sheet: Worksheet, width: int) -> Iterator[Row]:
    row: Row = []
    for name in answers_below(sheet):
        sign = "≈" if sheet.is_rounded(sheet.answers[name]) else "="
        text = f"{name} {sign} {answer_text(sheet, name)}"
        if row and sum(cells(t) for _, t in row) + cells(text) + 4 > width:
            yield row
            row = []
        first, *others = [text] if cells(text) <= width else wrap(text, width - 4)
        row.append(("answer", ("    " if row else "") + first))
        for rest in others:
            yield row
            row = [("answer", "    " + rest)]
    yield row


def _answer_list(sheet: Worksheet, width: int) -> Iterator[Row]:
    names = list(sheet.answers)
    wide = max(map(len, names), default=0)
    texts = {name: answer_text(sheet, name) for name in names}
    column = max((cells(text) for text in texts.values() if cells(text) <= width // 2), default=0)
    says = {answer.name: answer.says.say(sheet.lang) for answer in sheet.topic.answers}
    for name in names:
        sign = " ≈ " if sheet.is_rounded(sheet.answers[name]) else " = "
        row: Row = [("name", name.ljust(wide)), ("plain", sign), ("answer", texts[name])]
        fill = max(0, column - cells(texts[name])) + 2
        if wide + 3 + cells(texts[name]) + fill + cells(says[name]) <= width:
            yield [*row, ("reason", " " * fill + says[name])]
        else:
            first, *others = wrap(texts[name], width - wide - 3)
            yield [*row[:2], ("answer", first)]
            yield from ([("answer", " " * (wide + 3) + rest)] for rest in others)
            yield [("reason", " " * max(0, width - cells(says[name])) + says[name])]


def _convention_rows(sheet: Worksheet, width: int) -> Iterator[Row]:
    yield from ([("reason", row)] for row in wrap(conventions_text(sheet), width))


def conventions_text(sheet: Worksheet) -> str:
    """Name the conventions in force; empty where there are none."""
    texts = [c.choices[sheet.inputs[c.name]].say(sheet.lang) for c in sheet.topic.conventions_of(sheet.inputs)]
    colon, between = ("：", "；") if sheet.lang == "zh" else (": ", "; ")
    return _CONVENTIONS.say(sheet.lang) + colon + between.join(texts) if texts else ""


def other_conventions(sheet: Worksheet) -> list[tuple[str, str, dict[str, str]]]:
    """Return (switch, meaning, answers that differ) for every other choice of each convention."""
    from dlcalc.errors import DlcalcError

    found = []
    for convention in sheet.topic.conventions_of(sheet.inputs):
        for choice, says in convention.choices.items():
            if choice == sheet.inputs[convention.name]:
                continue
            switch = f"{convention.name}={str(choice).lower() if isinstance(choice, bool) else choice}"
            try:
                inputs = sheet.topic.under(sheet.inputs, sheet.given, convention.name, choice)
                other = Worksheet(sheet.topic, inputs, style=sheet.style, lang=sheet.lang)
            except DlcalcError as error:
                found.append((switch, says.say(sheet.lang), {"": error.message(sheet.lang)}))
                continue
            asked = (answer.name for answer in sheet.topic.answers if answer.asked and answer.name in other.answers)
            changed = {n: answer_text(other, n) for n in asked if other.answers[n] != sheet.answers.get(n)}
            found.append((switch, says.say(sheet.lang), changed))
    return found


SAME = Text("the same answers here", "这里答案相同")


def _other_conventions(sheet: Worksheet, width: int) -> Iterator[Row]:
    for switch, says, changed in other_conventions(sheet):
        yield []
        yield from ([("name", row)] for row in wrap(f"{switch}  {says}", width))
        if not changed:
            yield [("reason", "  " + SAME.say(sheet.lang))]
        for name, text in changed.items():
            yield from ([("answer", row)] for row in wrap(f"{name} = {text}" if name else text, width - 2, "  "))


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Break prose at blanks (Chinese anywhere) into rows of at most `width` cells, each behind `indent`."""
    rows, row = [], ""
    for word in _words(text):
        if row and cells(row) + cells(word.rstrip()) > width:
            rows.append(indent + row.rstrip())
            row = word.lstrip()
        else:
            row += word
    return [*rows, indent + row.rstrip()]


def _words(text: str) -> list[str]:
    """Part text where a row may end: after a blank, and after a Chinese character unless punctuation follows."""
    words, word = [], ""
    for number, character in enumerate(text):
        word += character
        after = text[number + 1 : number + 2]
        if character == " " or (
            cells(character) == 2 and after not in "，。；：、！？）」” " and character not in "（“"
        ):
            words.append(word)
            word = ""
    return [*words, word] if word else words
