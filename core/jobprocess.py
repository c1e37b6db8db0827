"""Processes that work for jobs (办理进程), one order at a time each, which may be killed at any instant.

Order and result lie pickled in the order's folder, named on standard input; rows done go out as lines of JSON. A process
ends with the app, and is kept for the next order while jobs wait: to start takes longer than a small file. Must not know
what an order holds, or what becomes of its result.
"""

import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Protocol

from core import disk
from core.errors import DiskFull, where

NO_ROOM = 28
"""The exit code that says the disk is full: a word in a file might not be written either."""
_NICE = 10
"""How far the process stands back for the app's own screens."""
_ROOT = Path(__file__).resolve().parents[1]
_START = [sys.executable, "-c", "from core.jobprocess import main; main()"]
_ORDER, _RESULT = "order", "result"
_KEEPS_MEMORY = "dirty_decay_ms:60000,muzzy_decay_ms:60000"
"""How long Polars holds memory it has freed: the next files need as much again."""
_END = {"end": 0}
"""What a process says when it has left an order's result and waits for the next."""
_ORDERS = 100
"""So many orders one process carries out, lest what it does not give back of its memory grows."""

Tell = Callable[[int, str, int], None]
"""Told of one thing an order works on, by its place, how many rows there are (`rows`) and are done (`done`)."""


class Order(Protocol):
    """Work to be done away from the store: everything written goes below `work`."""

    work: Path

    def carry_out(self, tell: Tell) -> list[Any]:
        """Do it; what came of each thing it works on, in their order."""


@dataclass(frozen=True)
class Broken:
    """Where the program broke, without a word of what was filed."""

    where: str


class Process:
    """One such process. It ends with the app, and by itself when an order breaks it."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._popen = subprocess.Popen(  # nosec B603  # our own interpreter and module, no argument from outside
            _START, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=os.environ | {"POLARS_MAX_THREADS": str(threads), "_RJEM_MALLOC_CONF": _KEEPS_MEMORY},
        )
        self._orders = 0
        self.waits = True

    @property
    def fresh(self) -> bool:
        """Whether it waits for another order and may have it."""
        return self.waits and self._orders < _ORDERS

    def carry_out(self, work: Path) -> Iterator[dict[str, int]]:
        """Have the order in this folder carried out; yields what the process tells meanwhile."""
        self.waits, self._orders = False, self._orders + 1
        try:
            self._popen.stdin.write(f"{work}\n".encode())
            self._popen.stdin.flush()
        except OSError:  # it was ended from outside
            return
        for line in self._popen.stdout:
            told = json.loads(line)
            if told == _END:
                self.waits = True
                return
            yield told

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._popen.kill()

    def close(self) -> int:
        """See it end; returns its exit code."""
        with suppress(OSError), self._popen as process:  # what it was not told any more cannot be told
            process.stdin.close()
        return self._popen.wait()


class Processes:
    """Those that wait for an order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Process] = []

    def take(self, *, alone: bool) -> Process:
        """One that waits, or a new one; what is done `alone` may use every core, else each process one."""
        threads = os.cpu_count() or 1 if alone else 1
        with self._lock:
            fit = next((each for each in self._waiting if each.threads == threads), None)
            if fit:
                self._waiting.remove(fit)
            return fit or Process(threads)

    def give_back(self, process: Process) -> None:
        """Keep one that may have another order."""
        with self._lock:
            self._waiting.append(process)

    def close(self) -> None:
        """End those that wait."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for process in waiting:
            process.close()


def leave_order(order: Order) -> None:
    """Put an order into its own folder, where the process finds it."""
    order.work.mkdir(parents=True)
    (order.work / _ORDER).write_bytes(pickle.dumps(order))


def result_in(work: Path) -> list[Any] | Broken | None:
    """What the process left in the order's folder; None when it did not come to that."""
    path = work / _RESULT
    return pickle.loads(path.read_bytes()) if path.exists() else None  # nosec B301  # written by our own process


def main() -> None:
    """Carry out the orders in the folders named line by line on standard input, one after the other."""
    with suppress(OSError):
        os.nice(_NICE)
    orders: SimpleQueue[Path] = SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    while True:
        work = orders.get()
        sys.excepthook = partial(_broken, work)
        order: Order = pickle.loads((work / _ORDER).read_bytes())  # nosec B301  # written by leave_order
        try:
            with disk.told_when_full():
                _leave(work, order.carry_out(_tell))
        except DiskFull:
            sys.exit(NO_ROOM)
        print(json.dumps(_END), flush=True)


def _tell(place: int, name: str, rows: int) -> None:
    print(json.dumps({"place": place, name: rows}), flush=True)


def _leave(work: Path, result: list[Any] | Broken) -> None:
    unfinished = work / f"{_RESULT}.part"
    unfinished.write_bytes(pickle.dumps(result))
    unfinished.replace(work / _RESULT)


def _broken(work: Path, kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    _leave(work, Broken(where(kind, trace)))


def _listen(orders: SimpleQueue[Path]) -> None:
    """Take orders in while the app lives; without it the process ends at once, whatever it does."""
    for line in sys.stdin:
        orders.put(Path(line.removesuffix("\n")))
    os._exit(1)
