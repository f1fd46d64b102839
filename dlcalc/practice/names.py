"""The names a student may use for the lines and answers of a sheet: as typed, as printed, or in words.

`delta[1]`, `delta1`, `δ1`, `δ⁽¹⁾`, `\\delta^{(1)}` and, where no other name differs from it by its capitals only,
`Delta1` are one line; `output size` and 输出尺寸 are the answer so described. How a name is printed is asked of the
notations themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property

from dlcalc.core.formula import Key, key_text
from dlcalc.core.notation import GREEK, LATEX, UNICODE
from dlcalc.core.suggest import nearest, unknown_word
from dlcalc.core.values import plain
from dlcalc.core.worksheet import LONGEST_NAME, Worksheet, entry_named, spellings
from dlcalc.errors import Text

MOST_COMPARED, MOST_LISTED = 400, 30
"""Names that a mistyped one is compared with, and those listed where none is near."""


class Names:
    """The names of one sheet."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        keys = {key_text(key): key for key in sheet.sheet.env}
        self._lines: dict[str, Key] = {name: keys[name] for name in sheet.values}

    def find(self, typed: str) -> str:
        """Return the sheet's own name for what was typed.

        Raises:
            InputError: if there is none; says which names are near.
        """
        short = typed[: 4 * LONGEST_NAME]
        bare = canonical(short)
        for name in (plain(short).replace(" ", ""), bare):
            if self._is_known(name):
                return name
        found = self._printed.get(bare) or self._entry(bare) or self._in_words.get(bare.casefold())
        if found is not None:
            return found
        known = list(dict.fromkeys([*self._sheet.answers, *self._lines]))[:MOST_COMPARED]
        word = typed[:LONGEST_NAME]
        near = nearest(word, known) or nearest(bare[:LONGEST_NAME], known) or known[:MOST_LISTED]
        raise unknown_word(word, near, Text("answer or line", "答案或行"), self._sheet.topic.name)

    def further(self, typed: str) -> str:
        """Return the name of a line that is not on the sheet: w[9] for w₉, a row that only another run has."""
        bare = canonical(typed[: 4 * LONGEST_NAME])
        families = {name.partition("[")[0] for name in self._lines if "[" in name}
        return next((s for s in spellings(bare) if s.partition("[")[0] in families and "[" in s), typed)

    def one(self, name: str) -> str:
        """Return the same name for every spelling of a line: z[1] for z1, z_1 and z[1]."""
        return next((spelled for spelled in spellings(name) if spelled in self._lines), name)

    def _is_known(self, name: str) -> bool:
        return (
            name in self._sheet.answers
            or any(spelled in self._lines for spelled in spellings(name))
            or entry_named(self._sheet.sheet.env, name) is not None
        )

    @cached_property
    def _printed(self) -> dict[str, str]:
        """The lines by how they are printed in Unicode and LaTeX."""
        return _unambiguous(
            (canonical(notation.symbol(base, family, (), self._sheet.topic.indices)), name)
            for name, (base, family) in ((name, _parts(key)) for name, key in self._lines.items())
            for notation in (UNICODE, LATEX)
        )

    @cached_property
    def _in_words(self) -> dict[str, str]:
        """Answers by what they mean, and every name whatever its capitals."""
        meanings = [
            (text, answer.name)
            for answer in self._sheet.topic.answers
            if answer.name in self._sheet.answers
            for text in answer.says
        ]
        names = [(name, name) for name in (*self._sheet.answers, *self._lines)]
        return _unambiguous(
            (canonical(text).casefold(), name) for text, name in (*meanings, *names, *self._printed.items())
        )

    def _entry(self, bare: str) -> str | None:
        """Return the entry of a printed array: y[1,1] for y₁,₁, a[1][2] for a⁽¹⁾₂ and for a⁽¹⁾[2]."""
        match = _ENTRY.fullmatch(bare)
        if match is None:
            return None
        indices = (match["bracket"] or match["low"]).split(",")
        for labels in range(len(indices) if match["low"] else 1):
            front, label = match["front"].rstrip("_,"), ",".join(indices[:labels])
            place = ",".join(indices[labels:])
            behind_a_word = f"{front},{label}" if label else front  # LaTeX: a_{r,1}^{(1)}
            for array in (self._printed.get(front + label), self._printed.get(behind_a_word), front + label):
                if array is not None and entry_named(self._sheet.sheet.env, f"{array}[{place}]") is not None:
                    return f"{array}[{place}]"
        return None


def canonical(name: str) -> str:
    """Return a name as the notations write it, in ASCII: a⁽¹⁾ and a^{(1)} are a(1), δ is delta, ∂E/∂a is dE_da."""
    text = _WORDS.sub(r"\1", name.replace(r"\partial", "∂"))
    text = _FRACTION.sub(r"\1/\2", _RAISED.sub(r"\3_{\1\2}", text))
    text = unicodedata.normalize("NFKC", _POWER.sub("^", _DRESS.sub("", text)))
    text = "".join(_ASCII.get(c, c) for c in text if not c.isspace())
    return re.sub(r"\)_(?=\d)", ")", text)


_WORDS = re.compile(r"\\(?:text|mathrm|mathbf|mathit|boldsymbol|operatorname)\{([^{}]*)\}")
_RAISED = re.compile(r"_(?:\{([^{}]*)\}|(\w))\^(\{?\(\w+\)\}?)")
"""LaTeX may write what stands below before what stands above, and Unicode does not."""
_FRACTION = re.compile(r"\\d?frac\{(.*?)\}\{(.*)\}")
_DRESS = re.compile(r"\\(?:left|right|[,;!])|\^(?=\{?[(\[])|[{}$*`]")
"""What only says how LaTeX or Markdown sets a name."""
_POWER = re.compile(r"(?<![⁽⁰¹²³⁴⁵⁶⁷⁸⁹])(?=[⁰¹²³⁴⁵⁶⁷⁸⁹])")
"""What stands above without brackets is no index: a² is not a2."""
_ASCII = {
    **{sign: name.rstrip("_") for name, sign in GREEK.items()},
    "∂": "d", "/": "_", "−": "-", "，": ",", "、": ",", "\\": "",
}  # fmt: skip
_ENTRY = re.compile(r"(?P<front>.*?[^\d,])(?:\[(?P<bracket>\d+(?:,\d+)*)\]|,?(?P<low>\d+(?:,\d+)*))")


def _parts(key: Key) -> tuple[str, tuple[int | str, ...]]:
    return (key, ()) if isinstance(key, str) else (str(key[0]), key[1:])


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what each form stands for, without the forms of two different names."""
    found: dict[str, str] = {}
    twice = set()
    for form, name in pairs:
        if found.setdefault(form, name) != name:
            twice.add(form)
    return {form: name for form, name in found.items() if form not in twice}
