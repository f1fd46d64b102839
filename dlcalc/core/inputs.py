"""The kinds of input a topic can declare. Each reads text (command line, files) or Python values, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar, Protocol, TypeVar

from dlcalc.core.suggest import nearest
from dlcalc.core.values import exact, plain, read_number, read_size
from dlcalc.errors import InputError, Text, UnreadableError

Read = TypeVar("Read")

LARGEST = 10**18
"""Sizes and counts above this are refused; results stay exact however large they grow."""


class Kind(Protocol):
    """Reads one kind of value. `shape` is how its help shows what to type."""

    takes_arrays: ClassVar[bool] = False
    """Whether `read` is given arrays of NumPy as they are, and the command line may name a file (`@file`)."""
    takes_tables: ClassVar[bool] = False
    """Whether it may be a table of names and numbers: a file that has none of its name is then taken whole."""

    @property
    def shape(self) -> str: ...

    @property
    def is_switch(self) -> bool:
        """Whether its flag may stand alone (`--transpose`, `--no-bias`)."""
        return False

    @property
    def takes_words(self) -> bool:
        """Whether its flag takes all words up to the next flag (`--compare lstm gru`)."""
        return False

    @property
    def span(self) -> tuple[int, int] | None:
        """The least and the largest whole number it can be, if it can be one: what a search for it runs over."""
        return None

    @property
    def words(self) -> tuple[Any, ...]:
        """The few other values it can be, each tried in a search for it."""
        return ()

    def read(self, raw: object) -> Any:
        """Return the value; raises InputError saying what was wrong and what to type."""

    def show(self, value: Any) -> object:
        """Return the value for JSON."""

    def write(self, value: Any) -> str:
        """Write the value as it would be typed."""
        shown = self.show(value)
        if isinstance(shown, bool):
            return "true" if shown else "false"
        return times(shown) if isinstance(shown, list) else str(shown)

    def brief(self, value: Any) -> str:
        """Write the value as it stands in a title."""
        return self.write(value)


def _whole(raw: object, least: int, what: Text) -> int:
    if raw.__class__ is int and isinstance(raw, int):
        number: int | Fraction = raw
    elif isinstance(raw, bool) or not isinstance(raw, int | float | Fraction | str):
        raise InputError(
            Text("That is not a whole number but {raw}.", "这不是整数，而是 {raw}。"),
            _type(what),
            raw=f"a {type(raw).__name__}",
        )
    elif isinstance(raw, str):
        number = _telling(what, read_number, raw)
    else:
        number = exact(raw)
    if not isinstance(number, int) or number < least:
        raise InputError(Text("{raw} will not do here.", "这里不能用 {raw}。"), _type(what), raw=_short(raw))
    if number > LARGEST:
        raise InputError(Text("That number is larger than 10^18.", "这个数大于 10^18。"), _type(what))
    return number


def _telling(what: Text, read: Callable[[str], Read], text: str) -> Read:
    """Read text; if it cannot be read, say what this input takes instead of what numbers look like in general."""
    if len(text) > LONGEST:
        raise InputError(
            Text("That is longer than {most} characters.", "超过 {most} 个字符。"), _type(what), most=LONGEST
        )
    try:
        return read(text)
    except UnreadableError as error:
        error.hint = _type(what)
        raise


LONGEST = 500
"""Characters that one input may have."""
FEW = 4
"""Choices that are all listed, however near one of them is to what was typed."""
LONGEST_WORD = 40
"""Characters of a mistyped word that are compared with the known ones."""
MOST_SIZES = 8
"""Numbers that one size may have."""


def _type(what: Text) -> Text:
    return Text(f"Type {what.en}.", f"请输入{what.zh}。")


def _short(raw: str | int | float | Fraction) -> str:
    if isinstance(raw, int | Fraction) and raw.numerator.bit_length() > 200:
        return "…"  # Python does not write out numbers of thousands of digits
    text = str(raw)
    return text if len(text) <= 60 else text[:57] + "…"


def _word(raw: object) -> str:
    """Return text or a number as text; of anything else only what it is, since its own text may be endless or fail."""
    return str(raw) if isinstance(raw, str | int | float) and not _is_huge(raw) else f"a {type(raw).__name__}"


def _is_huge(raw: object) -> bool:
    return isinstance(raw, int) and raw.bit_length() > 200


def _at_least(least: int) -> Text:
    return Text(f"a whole number of at least {least}", f"不小于 {least} 的整数")


def _several(raw: object, least: int, what: Text) -> tuple[int, ...]:
    """Read one number or several, from `3x5`, (3, 5) or 3."""
    if isinstance(raw, str):
        parts: Sequence[object] = _telling(what, read_size, raw)
    elif isinstance(raw, list | tuple):
        parts = raw
    else:
        parts = (raw,)
    if not parts:
        raise InputError(Text("The list is empty.", "列表是空的。"), _type(what))
    if len(parts) > MOST_SIZES:
        raise InputError(
            Text("There are more than {most} numbers.", "超过 {most} 个数。"), _type(what), most=MOST_SIZES
        )
    return tuple(_whole(part, least, what) for part in parts)


def times(sizes: Sequence[Any]) -> str:
    """Write sizes as 28x40, and pairs among them as 0:1."""
    return "x".join(":".join(map(str, size)) if isinstance(size, list | tuple) else str(size) for size in sizes)


@dataclass(frozen=True, slots=True)
class Whole(Kind):
    """A whole number of at least `least` and, if that is set, at most `most`."""

    least: int = 1
    most: int = LARGEST
    shape: str = "N"

    @property
    def span(self) -> tuple[int, int]:
        return self.least, self.most

    def read(self, raw: object) -> int:
        if raw.__class__ is int and self.least <= raw <= self.most:
            return raw
        if self.most == LARGEST:
            return _whole(raw, self.least, _at_least(self.least))
        what = Text(f"a whole number from {self.least} to {self.most}", f"{self.least} 到 {self.most} 的整数")
        number = _whole(raw, self.least, what)
        if number > self.most:
            raise InputError(Text("{number} will not do here.", "这里不能用 {number}。"), _type(what), number=number)
        return number

    def show(self, value: int) -> object:
        return value


@dataclass(frozen=True, slots=True)
class PerAxis(Kind):
    """One whole number, or several (one per dimension, a map CxHxW); read as an int or a tuple of ints."""

    least: int = 1
    shape: str = "N|NxN"

    @property
    def span(self) -> tuple[int, int]:
        return self.least, LARGEST

    def read(self, raw: object) -> int | tuple[int, ...]:
        if raw.__class__ is int and self.least <= raw <= LARGEST:
            return raw
        what = Text(
            f"a whole number of at least {self.least}, or one per dimension such as 3x5",
            f"不小于 {self.least} 的整数，或每个维度一个，例如 3x5",
        )
        sizes = _several(raw, self.least, what)
        return sizes[0] if len(sizes) == 1 else sizes

    def show(self, value: int | tuple[int, ...]) -> object:
        return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class Padding(Kind):
    """Padding: a number, one per dimension, `begin:end` (per dimension too), or one of `modes`.

    Read as a mode's name, an int, or a tuple of ints and (begin, end) pairs.
    """

    modes: tuple[str, ...] = ("same", "valid", "full")

    @property
    def shape(self) -> str:
        return "|".join(("N", "NxN", "A:B", *self.modes))

    @property
    def span(self) -> tuple[int, int]:
        return 0, LARGEST

    @property
    def words(self) -> tuple[str, ...]:
        return self.modes

    def read(self, raw: object) -> str | int | tuple[int | tuple[int, int], ...]:
        if raw.__class__ is int and 0 <= raw <= LARGEST:
            return raw
        what = Text(
            f"a number of at least 0, one per dimension (1x2), begin:end (0:1), or {', '.join(self.modes)}",
            f"不小于 0 的数、每维一个（1x2）、起:止（0:1），或 {'、'.join(self.modes)}",
        )
        if isinstance(raw, str):
            text = plain(raw[:LONGEST]).strip().lower()
            if text in self.modes:
                return text
            if text.isalpha():
                raise InputError(
                    Text("'{raw}' is no kind of padding.", "“{raw}” 不是填充方式。"),
                    _type(what),
                    raw=raw,
                )
            if ":" in text:
                raw = [part.split(":") if ":" in part else part for part in text.split("x")]
            else:
                raw = list(_telling(what, read_size, raw))
        parts = raw if isinstance(raw, list | tuple) else [raw]
        if not parts:
            return _whole("", 0, what)
        if len(parts) == 1 and not isinstance(parts[0], list | tuple):
            return _whole(parts[0], 0, what)
        return tuple(self._one(part, what) for part in parts)

    def _one(self, part: object, what: Text) -> int | tuple[int, int]:
        if not isinstance(part, list | tuple):
            return _whole(part, 0, what)
        if len(part) != 2:
            raise InputError(
                Text("{part} is not begin:end.", "{part} 不是 起:止。"),
                _type(what),
                part=_short(":".join(map(_word, part[:4]))),
            )
        return _whole(part[0], 0, what), _whole(part[1], 0, what)

    def show(self, value: str | int | tuple[int | tuple[int, int], ...]) -> object:
        if isinstance(value, tuple):
            return [list(part) if isinstance(part, tuple) else part for part in value]
        return value


@dataclass(frozen=True, slots=True)
class Flag(Kind):
    """Yes or no."""

    shape: str = "true|false"

    @property
    def is_switch(self) -> bool:
        return True

    @property
    def words(self) -> tuple[bool, ...]:
        return False, True

    def read(self, raw: object) -> bool:
        if raw is True or raw is False:
            return bool(raw)
        text = _word(raw).strip().lower()
        if text in {"true", "yes", "on", "1", "是"}:
            return True
        if text in {"false", "no", "off", "0", "否"}:
            return False
        raise InputError(
            Text("'{raw}' is neither true nor false.", "“{raw}” 既不是 true 也不是 false。"),
            Text("Type true or false.", "请输入 true 或 false。"),
            raw=_short(text),
        )

    def show(self, value: bool) -> object:
        return value


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of a few words; `known_as` has other names for them, for "did you mean"."""

    options: tuple[str, ...]
    known_as: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def shape(self) -> str:
        listed = "|".join(self.options)
        return listed if len(listed) <= LONGEST_WORD else "NAME"  # a long list belongs in what the input says

    @property
    def words(self) -> tuple[str, ...]:
        return self.options

    def read(self, raw: object) -> str:
        text = _word(raw).strip().lower()
        for option in (text, text.replace("_", "-")):
            if option in self.options:
                return option
        words = {option: self.known_as.get(option, ()) for option in self.options}
        near = nearest(text[:LONGEST_WORD], words) if len(words) > FEW else []
        raise InputError(
            Text("'{raw}' is not one of the choices.", "“{raw}” 不在可选项中。"),
            Text("Did you mean {near}?", "你是不是想输入 {near}？")
            if near
            else Text("Type one of: {options}.", "请输入其中之一：{options}。"),
            raw=_short(text),
            near=", ".join(near),
            options=", ".join(self.options),
        )

    def show(self, value: str) -> object:
        return value


@dataclass(frozen=True, slots=True)
class Choices(Kind):
    """Several of a few words, each once, in the order given: `lstm gru`, `lstm,gru` or a list."""

    options: tuple[str, ...]
    least: int
    most: int

    @property
    def shape(self) -> str:
        return " ".join(self.options[: self.least]) + " …"

    @property
    def takes_words(self) -> bool:
        return True

    def read(self, raw: object) -> tuple[str, ...]:
        parts = list(raw) if isinstance(raw, list | tuple) else plain(_word(raw)[:LONGEST]).replace(",", " ").split()
        words = tuple(Choice(self.options).read(part) for part in parts[: self.most + 1])
        if not self.least <= len(set(words)) == len(words) <= self.most:
            raise InputError(
                Text("'{raw}' will not do here.", "这里不能用 “{raw}”。"),
                Text(
                    "Name {least} to {most} different ones of: {options}.",
                    "请写出 {least} 到 {most} 个不同的：{options}。",
                ),
                raw=_short(" ".join(words)),
                least=self.least,
                most=self.most,
                options=", ".join(self.options),
            )
        return words

    def show(self, value: tuple[str, ...]) -> object:
        return list(value)

    def write(self, value: tuple[str, ...]) -> str:
        return " ".join(value)
