"""包内清单: a package looked at before anybody is asked to load it: what each part is, and whether the sheet agrees.

Serves article 4. Must not know the store, or how a package is loaded.
"""

from dataclasses import dataclass

from core import opening, package, photo_files
from core.errors import CentreError
from core.opening import Asked, File, Parcel
from core.package import Package
from core.vocabulary import Category, Level


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
    asked = Parcel(tuple(Asked(path, path.name) for path in parts.files), parts.sheet, institution, bool(parts.scans))
    opened, = opening.open_all([asked])
    refusal, photos = opened.refusal, None
    try:
        photos = (parts.photos.name, len(photo_files.through(parts.photos, lambda name, _: name))) if parts.photos else None
    except CentreError as fault:
        refusal = refusal or fault
    counted = [(file.declared.category, file.source.rows) for file in opened.files if file.declared]
    scans = tuple(scan.name for scan in parts.scans)
    return Contents(opened.files, photos, scans, parts.sheet is not None, tuple(package.totals(opened.sheet, counted)), refusal)
