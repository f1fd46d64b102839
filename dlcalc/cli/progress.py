"""How far a long command is, shown on a terminal while it works."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from dlcalc.cli.environment import Environment
from dlcalc.errors import Text


class Shown:
    """What is shown of a command's progress: nothing, where no terminal is there."""

    def __init__(self, env: Environment) -> None:
        self.say = env.complain

    def __call__(self, lines: int, failed: int, done: int = 0) -> None:
        """Show how many lines were done, how many of them failed and, where there is a total, how much of it."""


@contextmanager
def progress(
    env: Environment, lang: str, says: Text, *, total: int | None = None, printing: bool = True
) -> Iterator[Shown]:
    """Show on standard error how far it is, unless no terminal is there.

    Args:
        env: the streams.
        lang: the language.
        says: what to say, with places for `lines`, `failed` and `rate`, the lines per second.
        total: what there is to do, for a bar; None where nobody knows.
        printing: whether the command prints on standard output: if that is the terminal too, nothing is shown.
    """
    if (
        env.stderr is None
        or not env.stderr.isatty()
        or (printing and env.is_terminal)
        or env.variables.get("TERM") == "dumb"
    ):
        yield Shown(env)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

    console = Console(file=env.stderr, force_terminal=True, no_color=bool(env.variables.get("NO_COLOR")))
    start = monotonic()
    bar = [] if total is None else [BarColumn(20), TaskProgressColumn()]
    columns = [SpinnerColumn(), *bar, TextColumn("{task.description}"), TimeElapsedColumn()]
    with Progress(*columns, console=console) as shown:
        task = shown.add_task(says.say(lang, lines=0, failed=0, rate=0), total=total)

        class OnTerminal(Shown):
            def __call__(self, lines: int, failed: int, done: int = 0) -> None:
                rate = lines / max(monotonic() - start, 1e-9)
                description = says.say(lang, lines=lines, failed=failed, rate=rate)
                shown.update(task, completed=done, description=description)

        on = OnTerminal(env)
        # above the bar, which would else be written over
        on.say = lambda text: console.print(text, end="", markup=False, highlight=False, soft_wrap=True)
        yield on
