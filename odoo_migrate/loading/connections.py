"""Let several connections work on one list of chunks."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from odoo_migrate.loading.chunk_load import Count, Stopped
from odoo_migrate.odoo.client import Odoo
from odoo_migrate.project.payload import Record

Work = Callable[[Odoo, list[Record]], Count]
Done = Callable[[Count, int], None]

AHEAD = 2  # chunks that wait for each connection, so that none stands idle


class Connections:
    """Hold a pool of logins, each used by one thread at a time; `stop` is set when nothing more may begin."""

    def __init__(self, odoo: Odoo, number: int, stop: threading.Event) -> None:
        """Make so many clones of the login."""
        self._logins: queue.SimpleQueue[Odoo] = queue.SimpleQueue()
        self._clones = [odoo.clone() for _ in range(number)]
        for clone in self._clones:
            self._logins.put(clone)
        self._number, self._stop = number, stop
        self._pool = ThreadPoolExecutor(number, thread_name_prefix="odoo")

    def __enter__(self) -> Connections:
        """Return this pool."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let what had begun end, and close all logins."""
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)
        for clone in self._clones:
            clone.close()

    def work(self, work: Work, chunks: Iterable[list[Record]], done: Done) -> None:
        """Do all chunks; `done` gets each one's result and size, in this thread.

        The first error of any is raised after the others have ended what they had begun.
        """
        waiting: dict[Future[Count], int] = {}
        try:
            for chunk in chunks:
                waiting[self._pool.submit(self._one, work, chunk)] = len(chunk)
                # Chunks are read as they are needed: a million records are never in memory at once.
                if len(waiting) >= self._number * AHEAD:
                    _settle(waiting, done)
            while waiting:
                _settle(waiting, done)
        except BaseException:  # Ctrl-C too: what was sent is to be counted before the program ends
            self._stop.set()
            _count_begun(waiting, done)
            raise

    def _one(self, work: Work, chunk: list[Record]) -> Count:
        login = self._logins.get()
        # A chunk that waited in the pool may begin after another has failed.
        if self._stop.is_set():
            self._logins.put(login)
            raise Stopped(Count())
        try:
            return work(login, chunk)
        finally:
            self._logins.put(login)


def _count_begun(waiting: dict[Future[Count], int], done: Done) -> None:
    """Wait for the calls that had begun, and count their results."""
    begun = [future for future in waiting if not future.cancel()]
    wait(begun)
    for future in begun:
        stopped = future.exception()
        if stopped is None:
            done(future.result(), waiting[future])
        elif isinstance(stopped, Stopped):
            done(stopped.count, stopped.count.records)


def _settle(waiting: dict[Future[Count], int], done: Done) -> None:
    ended, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in ended:
        done(future.result(), waiting.pop(future))
