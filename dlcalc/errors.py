"""Every error dlcalc raises on purpose.

Two readers are told apart: the *learner*, who typed something (`InputError` and its kin), and the *author*
of a topic or a problem file (`AuthorError`). Anything else that is raised is a bug and keeps its traceback.
"""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """One text in both languages of the tool, with `{name}` places for values.

    Made where it is used, never in a catalogue far away: a reader of the code sees both languages at once.
    """

    en: str
    zh: str

    def say(self, lang: str, /, **values: object) -> str:
        """Return the text in `lang` ("en" or "zh") with its places filled."""
        template = self.zh if lang == "zh" else self.en
        return template.format(**values) if values else template

    def filled(self, **values: object) -> Text:
        """Return the text with its places filled in both languages; what was typed is then no template any more."""
        return Text(self.say("en", **values), self.say("zh", **values))


class DlcalcError(Exception):
    """Root of the tree: what was wrong and, as `hint`, what to type instead, in both languages."""

    def __init__(self, text: Text, hint: Text | None = None, /, **values: object) -> None:
        self.text = text
        self.hint = hint
        self.values = values
        super().__init__(text, hint)

    def message(self, lang: str = "en") -> str:
        """Say what was wrong, with the value given."""
        return self.text.say(lang, **self.values)

    def advice(self, lang: str = "en") -> str:
        """Say what to type instead; empty where the message alone tells it."""
        return self.hint.say(lang, **self.values) if self.hint else ""

    def __str__(self) -> str:
        advice = self.advice()
        return f"{self.message()} {advice}" if advice else self.message()

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.text, self.hint, self.values, self.__dict__)


def _rebuild(
    kind: type[DlcalcError], text: Text, hint: Text | None, values: dict[str, object], state: dict[str, object]
) -> DlcalcError:
    """Rebuild an error in another process: keyword values do not survive Exception's own pickling."""
    error = kind.__new__(kind)
    DlcalcError.__init__(error, text, hint, **values)
    error.__dict__.update(state)
    return error


class InputError(DlcalcError):
    """The learner typed a value that cannot be used; `name` is the input it was for, if one."""

    name: str | None = None

    def about(self, name: str) -> InputError:
        """Return this error, naming the input it is about unless it already names one."""
        if self.name is None:
            self.name = name
        return self


class UnreadableError(InputError):
    """A typed value that is no number, size or list; `typed` and `column` (from 0) let the reader be shown where."""

    def __init__(self, text: Text, hint: Text | None = None, /, *, typed: str, column: int, **values: object) -> None:
        super().__init__(text, hint, **values)
        self.typed = typed
        self.column = column


class FormulaError(InputError):
    """Text that is no formula of dlcalc's formula language."""


class UnknownNameError(DlcalcError):
    """A formula reads a name that no line above it defines."""


class CalculationError(DlcalcError):
    """A line has no value for these inputs (division by zero, log of 0, shapes that do not fit)."""


class AuthorError(DlcalcError):
    """A topic or problem file contradicts itself; its author must mend it."""
