"""One file read and judged in a process of its own (办理进程), which may be killed at any instant.

Order and draft lie pickled in the order's folder, rows done go out as lines of JSON; standard input stays open as long
as the app lives, and the process ends with it. Must not know the database.
"""

import json
import os
import pickle
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from traceback import extract_tb
from types import TracebackType

from core import admission, reading
from core import draft as drafts
from core.declaration import Declared
from core.draft import Draft
from core.errors import CentreError
from core.reading import Reading
from core.ruleset import Ruleset

_ORDER, _RESULT = "order", "result"


@dataclass(frozen=True)
class Order:
    """All that is needed to read and judge one file away from the store; everything written goes below `work`."""

    path: Path
    encoding: str | None
    layout: str | None
    photos: Path | None
    declared: Declared
    judged_by: Ruleset
    today: date
    work: Path
    chunk: int


@dataclass(frozen=True)
class Made:
    """The file as it was opened, and its draft."""

    source: Reading
    draft: Draft


@dataclass(frozen=True)
class Refused:
    """Why the file cannot be taken, as its sender is told."""

    zh: str
    en: str


@dataclass(frozen=True)
class Broken:
    """Where the program broke, without a word of what was filed."""

    where: str


Result = Made | Refused | Broken
Tell = Callable[[str, int], None]


def carry_out(order: Order, tell: Tell) -> Made | Refused:
    """Read the file through and judge it, telling how many rows there are (`rows`) and are done (`done`)."""
    try:
        source = reading.open_filing(order.path, encoding=order.encoding, layout=order.layout)
        tell("rows", source.rows)
        context = admission.context_for(
            source, order.declared, order.judged_by, today=order.today, archive=True, photos=order.photos is not None
        )
        draft = drafts.draw_up(source, context, order.work, partial(tell, "done"), rows=order.chunk)
        return Made(source, drafts.with_photos(draft, order.photos) if order.photos else draft)
    except CentreError as refusal:
        return Refused(refusal.zh, refusal.en)


def leave_order(order: Order) -> None:
    """Put an order into its own folder, where the process finds it."""
    order.work.mkdir(parents=True)
    (order.work / _ORDER).write_bytes(pickle.dumps(order))


def result_in(work: Path) -> Result | None:
    """What the process left in the order's folder; None when it did not come to that."""
    path = work / _RESULT
    return pickle.loads(path.read_bytes()) if path.exists() else None


def where(kind: type[BaseException], trace: TracebackType | None) -> str:
    """A fault's kind and places in the code, without its message, which may repeat what was filed."""
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in extract_tb(trace)]
    return f"{kind.__name__} at {' > '.join(places)}"


def main() -> None:
    """Carry out the order in the folder named on the command line."""
    threading.Thread(target=_end_with_the_app, daemon=True).start()
    order: Order = pickle.loads((Path(sys.argv[1]) / _ORDER).read_bytes())
    sys.excepthook = partial(_broken, order.work)
    _leave(order.work, carry_out(order, _tell))


def _tell(name: str, rows: int) -> None:
    print(json.dumps({name: rows}), flush=True)


def _leave(work: Path, result: Result) -> None:
    unfinished = work / f"{_RESULT}.part"
    unfinished.write_bytes(pickle.dumps(result))
    unfinished.replace(work / _RESULT)


def _broken(work: Path, kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    _leave(work, Broken(where(kind, trace)))


def _end_with_the_app() -> None:
    """Nothing ever comes on standard input: it ends when the app does."""
    os.read(0, 1)
    os._exit(1)
