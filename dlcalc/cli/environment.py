"""The world the command line runs in, passed in so that tests can replace it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from dlcalc.core.report import ACCEPTED
from dlcalc.errors import InputError, Text

if TYPE_CHECKING:
    from dlcalc.core.report import Report

OK, NOT_ACCEPTED, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses: done; an answer was not accepted; usage or unreadable input; interrupted."""


@dataclass
class Environment:
    """Streams, environment variables and the terminal."""

    stdin: TextIO = field(default_factory=lambda: sys.stdin, kw_only=True)
    stdout: TextIO | None = field(default_factory=lambda: sys.stdout)
    stderr: TextIO | None = field(default_factory=lambda: sys.stderr)
    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def is_terminal(self) -> bool:
        """Whether a person is looking at standard output."""
        return self.stdout is not None and self.stdout.isatty()  # None: closed by the shell (>&-)

    @property
    def colors(self) -> bool:
        """Whether to use colours: a terminal, not a dumb one, and NO_COLOR unset (no-color.org)."""
        return self.is_terminal and not self.variables.get("NO_COLOR") and self.variables.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        """Columns of the terminal; 80 when piped, unless COLUMNS says otherwise."""
        columns = self.variables.get("COLUMNS", "")
        if columns.isdigit() and int(columns) > 0:
            return int(columns)
        if self.stdout is None or not self.is_terminal:
            return 80
        try:
            return os.get_terminal_size(self.stdout.fileno()).columns or 80
        except (OSError, ValueError):
            return 80

    @property
    def page_width(self) -> int:
        """Columns that a help page takes."""
        return max(40, min(self.width, 100))

    def language(self, argv: Sequence[str]) -> str:
        """Return "en" or "zh": what --lang says, else DLCALC_LANG, else the locale."""
        for number, word in enumerate(argv):
            if word == "--lang" and number + 1 < len(argv):
                return "zh" if argv[number + 1].lower().startswith("zh") else "en"
            if word.startswith("--lang="):
                return "zh" if word[7:].lower().startswith("zh") else "en"
        for variable in ("DLCALC_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
            value = self.variables.get(variable)
            if value:
                return "zh" if value.lower().startswith("zh") else "en"
        return "en"

    def write(self, text: str) -> bool:
        """Print to standard output and say whether anyone still reads it.

        Signs the stream cannot encode are replaced, not raised.
        """
        if self.stdout is None:
            raise InputError(
                Text("The output is closed.", "输出已关闭。"),
                Text("Write it to a file or a terminal.", "请写到文件或终端。"),
            )
        return _write(self.stdout, text)

    def complain(self, text: str) -> None:
        """Print to standard error."""
        if self.stderr is not None:
            _write(self.stderr, text)


def _write(stream: TextIO, text: str) -> bool:
    """Write and flush; a reader that has gone away (`| head`) is no error, and the rest is for nobody."""
    try:
        _encode(stream, text)
        stream.flush()
        return True
    except OSError as error:
        with suppress(OSError, ValueError):  # else the interpreter's own last flush complains
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if isinstance(error, BrokenPipeError):
            return False
        raise InputError(
            Text("The output cannot be written ({reason}).", "输出无法写入（{reason}）。"),
            Text("Write it to another place.", "请写到别处。"),
            reason=error.strerror or error,
        ) from None


def _encode(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "replace").decode(encoding))


def status_of(reports: Iterable[Report]) -> int:
    """Return the exit status of judged answers: some not accepted, else some that could not be read, else done."""
    verdicts = {verdict.verdict for report in reports for verdict in report.verdicts.values()}
    if verdicts <= ACCEPTED:
        return OK
    return USAGE if verdicts <= ACCEPTED | {"invalid"} else NOT_ACCEPTED
