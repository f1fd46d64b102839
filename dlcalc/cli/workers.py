"""Work on several cores: tasks go out to processes, results come back in order, and few are under way at a time."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from queue import Queue
from threading import Thread
from typing import Any, Generic, Protocol, TypeVar

from dlcalc.errors import DlcalcError, Text

T = TypeVar("T")
R = TypeVar("R")
Taken = TypeVar("Taken", contravariant=True)

UNDER_WAY = 4
"""Such tasks for each process that may be out, or back and waiting for their turn."""


class Output(Protocol[Taken]):
    """Where results go, in order; `lines` counts what was put there, `wanted` is False once nobody reads it."""

    @property
    def lines(self) -> int: ...  # noqa: D102

    @property
    def wanted(self) -> bool: ...  # noqa: D102

    def put(self, done: Taken, /) -> None:
        """Take a result."""

    def write(self) -> None:
        """Write what was taken."""


def work_in_order(
    tasks: Iterable[T], work: Callable[[T], R], output: Output[R], jobs: int, start: tuple[Any, ...] = ()
) -> None:
    """Do tasks in other processes.

    This thread reads and hands out, and waits where too many tasks are under way; a second one writes, so that
    results appear while this one waits for more tasks.

    Args:
        tasks: what there is to do, read as it is handed out.
        work: what is done with each; a function that can be pickled.
        output: where results go, in the order of their tasks.
        jobs: processes.
        start: a function to call first in every process, with its arguments.

    Raises:
        DlcalcError: if a process ended by force.
    """
    # spawn: a copy made by fork may find a lock of this process's other thread held for ever
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, start)
    writer = _Writer(output, jobs * UNDER_WAY)
    writer.start()
    try:
        for task in tasks:
            writer.tasks.put(pool.submit(work, task))
            if writer.stopped:
                break
        writer.finish()
    except BrokenProcessPool:
        writer.break_off()
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    finally:
        writer.finish()
        pool.shutdown(cancel_futures=True)
    if writer.error is not None:
        raise writer.error


def _begin(*start: Any) -> None:
    """Let Ctrl-C end a process without a word, since the first process tells; and let none outlive a killed first."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_the_first, daemon=True).start()
    if start:
        start[0](*start[1:])


def _end_with_the_first() -> None:
    first = parent_process()
    if first is not None:
        wait([first.sentinel])
        os._exit(1)


class _Writer(Thread, Generic[R]):
    """Writes the results of tasks in the order they were handed out; after a task without any it writes no more."""

    def __init__(self, output: Output[R], most: int) -> None:
        super().__init__(daemon=True)
        self.output = output
        self.tasks: Queue[Future[R] | None] = Queue(most)
        self.stopped = False
        self.error: DlcalcError | None = None

    def run(self) -> None:
        while (task := self.tasks.get()) is not None:
            if not self.stopped:  # else only made room: whoever hands out must never wait for ever
                self._write(task)

    def _write(self, task: Future[R]) -> None:
        try:
            self.output.put(task.result())
            if self.tasks.empty():
                self.output.write()
        except CancelledError:
            self.stopped = True
        except BrokenProcessPool:
            self.break_off()
        except DlcalcError as error:
            self.stopped, self.error = True, error
        self.stopped = self.stopped or not self.output.wanted

    def break_off(self) -> None:
        """Write no more, since a process that had work to do is gone."""
        self.stopped = True
        self.error = self.error or DlcalcError(
            Text(
                "A process was ended by force after {lines} lines of output.", "输出 {lines} 行后，有进程被强制结束。"
            ),
            Text("Give fewer --jobs, or smaller lines.", "请减少 --jobs，或缩短每行。"),
            lines=self.output.lines,
        )

    def finish(self) -> None:
        """Wait until everything handed out is written."""
        self.tasks.put(None)
        self.join()
        self.output.write()
