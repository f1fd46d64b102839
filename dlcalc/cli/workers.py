"""Batches on several cores: lines go out to processes, answers come back in order, and few are under way at a time."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from queue import Queue
from threading import Thread

from dlcalc.cli.batch import Output
from dlcalc.cli.exercise import Done, NumberedLine, answer_all
from dlcalc.errors import DlcalcError, Text

TOGETHER = 64
"""Lines that a process is given at once."""
UNDER_WAY = 4
"""Such tasks for each process that may be out, or back and waiting for their turn."""


def answer_by_workers(found: Iterable[list[NumberedLine]], output: Output, lang: str, ascii: bool, jobs: int) -> None:
    """Answer lines in other processes.

    This thread reads and hands out, and waits where too many tasks are under way; a second one writes, so that
    answers appear while this one waits for more lines.

    Raises:
        DlcalcError: if a process ended by force.
    """
    # spawn: a copy made by fork may find a lock of this process's other thread held for ever
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _follow_the_first)
    writer = _Writer(output, jobs * UNDER_WAY)
    writer.start()
    try:
        for lines in found:
            for start in range(0, len(lines), TOGETHER):
                writer.tasks.put(pool.submit(answer_all, lines[start : start + TOGETHER], lang, ascii))
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


def _follow_the_first() -> None:
    """Let Ctrl-C end a process without a word, since the first process tells; and let none outlive a killed first."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_the_first, daemon=True).start()


def _end_with_the_first() -> None:
    first = parent_process()
    if first is not None:
        wait([first.sentinel])
        os._exit(1)


class _Writer(Thread):
    """Writes the answers of tasks in the order they were handed out; after a task without any it writes no more."""

    def __init__(self, output: Output, most: int) -> None:
        super().__init__(daemon=True)
        self.output = output
        self.tasks: Queue[Future[Done] | None] = Queue(most)
        self.stopped = False
        self.error: DlcalcError | None = None

    def run(self) -> None:
        while (task := self.tasks.get()) is not None:
            if not self.stopped:  # else only made room: whoever hands out must never wait for ever
                self._write(task)

    def _write(self, task: Future[Done]) -> None:
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
        """Write no more, since a process that had lines to answer is gone."""
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
