"""Running the command line in process, with streams that are looked at afterwards."""

import io
import shlex
from typing import NamedTuple

from dlcalc.cli.app import run
from dlcalc.cli.environment import Environment


class Ran(NamedTuple):
    status: int
    out: str
    err: str


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def dlcalc(line, *, terminal=False, **variables):
    """Run one command line, split as a shell does unless it is a list."""
    out, err = Terminal() if terminal else io.StringIO(), io.StringIO()
    argv = shlex.split(line) if isinstance(line, str) else list(line)
    environment = Environment(out, err, {"LANG": "en_US.UTF-8", "COLUMNS": "80", **variables})
    status = run(argv, environment)
    return Ran(status, out.getvalue(), err.getvalue())
