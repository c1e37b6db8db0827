"""开包: the data files of packages opened, and what is declared of each; whatever is wrong is found, and stops no other file.

Serves article 4. Must not know the store, or what becomes of the files.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from core import package, reading, suggestion
from core.declaration import Declared
from core.errors import CentreError
from core.package import Sheet
from core.reading import Reading
from core.suggestion import Suggestion

_UNKNOWN = Suggestion(None, None, None)


@dataclass(frozen=True)
class Asked:
    """A data file to be opened. `declared`, `encoding` and `layout` are None where the file itself and the sheet tell."""

    path: Path
    name: str
    declared: Declared | None = None
    encoding: str | None = None
    layout: str | None = None


@dataclass(frozen=True)
class Parcel:
    """A package to be opened: who sends it where that is known, and whether a scan of the resolution comes along."""

    files: tuple[Asked, ...]
    sheet: Path | None
    institution: str | None
    scanned: bool


@dataclass(frozen=True)
class File:
    """A data file as it was found: None where nothing tells. `declared` is what it would be loaded as, `refusal` why not."""

    name: str
    source: Reading | None = field(default=None, repr=False)
    seen: Suggestion = _UNKNOWN
    declared: Declared | None = None
    refusal: CentreError | None = None


@dataclass(frozen=True)
class Opened:
    """A package as it was found; `refusal` is why its sheet cannot be understood."""

    files: tuple[File, ...]
    sheet: Sheet = Sheet()
    refusal: CentreError | None = None

    @property
    def faults(self) -> list[tuple[str, CentreError]]:
        """All that is wrong, each with the name of the file in which it is."""
        of_sheet = [(package.SHEET, self.refusal)] if self.refusal else []
        return of_sheet + [(file.name, file.refusal) for file in self.files if file.refusal]


def open_all(parcels: Sequence[Parcel]) -> list[Opened]:
    """Open the data files of these packages, and say what each is declared to be, in their order. Raises nothing that a
    sender could mend: it is told with the file in which it is."""
    found = [[_opened(asked) for asked in parcel.files] for parcel in parcels]
    seen = iter(suggestion.look_at([rows for files in found for _, rows in files]))
    return [
        _declared(parcel, [replace(file, seen=next(seen)) for file, _ in files])
        for parcel, files in zip(parcels, found, strict=True)
    ]


def _opened(asked: Asked) -> tuple[File, pl.DataFrame | None]:
    """A file opened, and its first rows where they have to tell what it is."""
    source = None
    try:
        source = reading.open_filing(asked.path, encoding=asked.encoding, layout=asked.layout)
        return File(asked.name, source, declared=asked.declared), None if asked.declared else source.first()
    except CentreError as refusal:
        return File(asked.name, source, refusal=refusal), None


def _declared(parcel: Parcel, files: list[File]) -> Opened:
    sheet, of_sheet = Sheet(), None
    try:
        sheet = package.read_sheet(parcel.sheet) if parcel.sheet else sheet
    except CentreError as refusal:
        of_sheet = refusal
    alone = len(files) == 1
    return Opened(tuple(_with_declaration(file, sheet, parcel, alone=alone) for file in files), sheet, of_sheet)


def _with_declaration(file: File, sheet: Sheet, parcel: Parcel, *, alone: bool) -> File:
    if file.declared or file.refusal:
        return file
    try:
        declared = package.declared_of(file.name, file.seen, sheet, parcel.institution, scanned=parcel.scanned, alone=alone)
        return replace(file, declared=declared)
    except CentreError as refusal:
        return replace(file, refusal=refusal)
