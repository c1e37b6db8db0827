"""Packages read and judged in a process of their own (办理进程), which may be killed at any instant.

Order and results lie pickled in the order's folder, rows done go out as lines of JSON; standard input stays open as long
as the app lives, and the process ends with it. Must not know the database.
"""

import json
import os
import pickle
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from traceback import extract_tb
from types import TracebackType

from core import admission, disk, reading
from core import draft as drafts
from core import package as packages
from core.attachments import Scan
from core.declaration import Declared
from core.draft import Draft
from core.errors import CentreError, DiskFull
from core.intake import Submission
from core.job import Job, JobFile
from core.package import Package, Sheet
from core.reading import Reading
from core.ruleset import Ruleset
from core.suggestion import Suggestion, look_at

_ORDER, _RESULT = "order", "result"
NO_ROOM = 28
"""The exit code that says the disk is full: a word in a file might not be written either."""
_NICE = 10
"""How far the process stands back for the app's own screens."""


@dataclass(frozen=True)
class Packed:
    """One package of an order: its parts, what is declared of its files, and who sends it where that is known."""

    package: Package
    files: tuple[JobFile, ...]
    institution: str | None
    scans: tuple[Scan, ...]

    @classmethod
    def of(cls, job: Job) -> "Packed":
        """What a job works on."""
        return cls(job.package, job.files, job.institution, job.scans)


@dataclass(frozen=True)
class Order:
    """All that is needed to read and judge packages away from the store; everything written goes below `work`."""

    packages: tuple[Packed, ...]
    judged_by: Ruleset
    today: date
    work: Path
    chunk: int


@dataclass(frozen=True)
class Made:
    """What a package came to: its filings, ready to be received."""

    submissions: tuple[Submission, ...]


@dataclass(frozen=True)
class Refused:
    """Why a package cannot be taken, as its sender is told."""

    zh: str
    en: str


@dataclass(frozen=True)
class Broken:
    """Where the program broke, without a word of what was filed."""

    where: str


Result = list[Made | Refused] | Broken
Tell = Callable[[int, str, int], None]
"""Told of a package, by its place, how many rows there are (`rows`) and are done (`done`)."""


@dataclass(frozen=True)
class _Opened:
    """A package's files as they were opened, and what is declared of each."""

    packed: Packed
    sheet: Sheet
    sources: tuple[Reading, ...]
    declared: tuple[Declared, ...]


def carry_out(order: Order, tell: Tell) -> list[Made | Refused]:
    """Read the packages through and judge them; what came of each, in their order. A refused one takes no other along."""
    opened = _opened(order.packages)
    for place, package in enumerate(opened):
        if isinstance(package, _Opened):
            tell(place, "rows", sum(source.rows for source in package.sources))
    asked = [
        (place, source, admission.context_for(
            source, declared, order.judged_by, today=order.today, archive=True,
            photos=package.packed.package.photos is not None,
        ))
        for place, package in enumerate(opened) if isinstance(package, _Opened)
        for source, declared in zip(package.sources, package.declared, strict=True)
    ]
    done = Counter()

    def told(at: int, rows: int) -> None:
        done[at] = rows
        tell(asked[at][0], "done", sum(done[other] for other, each in enumerate(asked) if each[0] == asked[at][0]))

    rows = order.chunk if len(order.packages) == 1 else max(order.chunk, drafts.CHUNK)
    drawn = iter(drafts.draw_up_all([each[1:] for each in asked], order.work, told, rows=rows))
    return [_result(package, drawn) for package in opened]


def _opened(asked: Sequence[Packed]) -> list[_Opened | CentreError]:
    """The packages with their files opened and what is declared of each; or why one cannot be taken."""
    sources: list[list[Reading] | CentreError] = []
    for packed in asked:
        try:
            sources.append([
                reading.open_filing(path, encoding=file.encoding, layout=file.layout)
                for path, file in zip(packed.package.files, packed.files, strict=True)
            ])
        except CentreError as refusal:
            sources.append(refusal)
    undeclared = [
        source for packed, opened in zip(asked, sources, strict=True) if not isinstance(opened, CentreError)
        for source, file in zip(opened, packed.files, strict=True) if not file.declared
    ]
    seen = dict(zip(map(id, undeclared), look_at(undeclared), strict=True))
    return [
        opened if isinstance(opened, CentreError) else _with_declaration(packed, opened, seen)
        for packed, opened in zip(asked, sources, strict=True)
    ]


def _with_declaration(packed: Packed, sources: list[Reading], seen: dict[int, Suggestion]) -> _Opened | CentreError:
    try:
        sheet = packages.read_sheet(packed.package.sheet) if packed.package.sheet else Sheet()
        declared = [
            file.declared or packages.declared_of(
                file.file_name, seen[id(source)], sheet, packed.institution, scanned=bool(packed.scans),
                alone=len(packed.files) == 1,
            )
            for source, file in zip(sources, packed.files, strict=True)
        ]
    except CentreError as refusal:
        return refusal
    several = Counter(each.category for each in declared)
    alone = [each if several[each.category] == 1 else replace(each, total=None) for each in declared]
    return _Opened(packed, sheet, tuple(sources), tuple(alone))


def _result(package: _Opened | CentreError, drawn: Iterator[Draft | CentreError]) -> Made | Refused:
    """What a package came to; its drafts are the next of those drawn."""
    if isinstance(package, CentreError):
        return Refused(package.zh, package.en)
    made = [next(drawn) for _ in package.sources]
    try:
        for each in made:
            if isinstance(each, CentreError):
                raise each
        return Made(_submissions(package, made))
    except CentreError as refusal:
        for each in made:
            if isinstance(each, Draft):
                each.discard()
        return Refused(refusal.zh, refusal.en)


def _submissions(package: _Opened, made: list[Draft]) -> tuple[Submission, ...]:
    packages.require_totals(
        package.sheet, [(declared.category, draft.records) for declared, draft in zip(package.declared, made, strict=True)]
    )
    for draft, declared in zip(made, package.declared, strict=True):
        admission.require_as_declared(draft, declared)
    if package.packed.package.photos:
        made = drafts.with_photos(made, package.packed.package.photos)
    return tuple(
        Submission.of(draft, declared, source, file.file_name, package.packed.scans)
        for draft, declared, source, file in zip(made, package.declared, package.sources, package.packed.files, strict=True)
    )


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
    with suppress(OSError):
        os.nice(_NICE)
    order: Order = pickle.loads((Path(sys.argv[1]) / _ORDER).read_bytes())
    sys.excepthook = partial(_broken, order.work)
    try:
        with disk.told_when_full():
            _leave(order.work, carry_out(order, _tell))
    except DiskFull:
        sys.exit(NO_ROOM)


def _tell(place: int, name: str, rows: int) -> None:
    print(json.dumps({"place": place, name: rows}), flush=True)


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
