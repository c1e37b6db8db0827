"""包内清单: a package looked at before anybody is asked to load it: what each part is, and whether the sheet agrees.

Serves article 4. Must not know the store, or how a package is loaded.
"""

from dataclasses import dataclass

from core import package, photo_files, reading, suggestion
from core.declaration import Declared
from core.errors import CentreError
from core.package import Package, Sheet
from core.suggestion import Suggestion
from core.vocabulary import Category, Level


@dataclass(frozen=True)
class File:
    """A data file as it was found: None where nothing tells. `declared` is what it would be loaded as, `refusal` why not."""

    name: str
    rows: int | None = None
    seen: Suggestion = Suggestion(None, None, None)
    declared: Declared | None = None
    refusal: CentreError | None = None


@dataclass(frozen=True)
class Contents:
    """What is in a package. `photos` is the name of their zip and how many files it has, `scans` are names; `totals` are category or level, records
    declared, rows found. `refusal` is why it cannot be taken for another reason than one of its files."""

    files: tuple[File, ...]
    photos: tuple[str, int] | None
    scans: tuple[str, ...]
    sheet: bool
    totals: tuple[tuple[Category | Level, int, int], ...] = ()
    refusal: CentreError | None = None

    @property
    def refused(self) -> bool:
        """Whether it would surely be refused as it stands."""
        return bool(self.refusal or any(file.refusal for file in self.files))


def of(parts: Package, institution: str) -> Contents:
    """Look at every part of a package this institution sends; what is wrong with a part is told, not raised."""
    refusal, sheet, photos = None, Sheet(), None
    try:
        sheet = package.read_sheet(parts.sheet) if parts.sheet else Sheet()
        photos = (parts.photos.name, len(photo_files.through(parts.photos, lambda name, _: name))) if parts.photos else None
    except CentreError as fault:
        refusal = fault
    files = tuple(_file(parts, place, sheet, institution) for place in range(len(parts.files)))
    counted = [(file.declared.category, file.rows) for file in files if file.declared]
    scans = tuple(scan.name for scan in parts.scans)
    return Contents(files, photos, scans, parts.sheet is not None, tuple(package.totals(sheet, counted)), refusal)


def _file(parts: Package, place: int, sheet: Sheet, institution: str) -> File:
    name, alone = parts.files[place].name, len(parts.files) == 1
    rows, seen = None, Suggestion(None, None, None)
    try:
        source = reading.open_filing(parts.files[place])
        rows, seen = source.rows, suggestion.look(source)
        declared = package.declared_of(name, seen, sheet, institution, scanned=bool(parts.scans), alone=alone)
        return File(name, rows, seen, declared)
    except CentreError as refusal:
        return File(name, rows, seen, refusal=refusal)
