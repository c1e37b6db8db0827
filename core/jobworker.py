"""Packages read and judged away from the store, many at a time (报送包的读取与检查): what a job to load works on, and comes to.

Must not know the database, or in which process it runs.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from core import admission, opening, reading
from core import draft as drafts
from core import package as packages
from core.attachments import Scan
from core.declaration import Declared
from core.draft import Draft
from core.errors import CentreError
from core.intake import Submission
from core.job import Job, JobFile
from core.jobprocess import Tell
from core.opening import Asked, Opened, Parcel
from core.package import Package
from core.ruleset import Ruleset

_MOST_FAULTS = 5
"""So many faults of a package are told at once."""


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

    @property
    def parcel(self) -> Parcel:
        """What is to be opened of it."""
        files = zip(self.package.files, self.files, strict=True)
        asked = tuple(Asked(path, file.file_name, file.declared, file.encoding, file.layout) for path, file in files)
        return Parcel(asked, self.package.sheet, self.institution, bool(self.scans))


@dataclass(frozen=True)
class Order:
    """All that is needed to read and judge packages away from the store; everything written goes below `work`."""

    packages: tuple[Packed, ...]
    judged_by: Ruleset
    today: date
    work: Path
    chunk: int

    def carry_out(self, tell: Tell) -> "list[Made | Refused]":
        """Read the packages through and judge them; what came of each, in their self. A refused one takes no other along."""
        with reading.kept():
            opened = opening.open_all([packed.parcel for packed in self.packages])
        asked = []
        for place, (packed, package) in enumerate(zip(self.packages, opened, strict=True)):
            if package.faults:
                continue
            tell(place, "rows", sum(file.source.rows for file in package.files))
            asked += [
                (place, file.source, admission.context_for(
                    file.source, declared, self.judged_by, today=self.today, archive=True,
                    photos=packed.package.photos is not None,
                ))
                for file, declared in zip(package.files, _declared(package), strict=True)
            ]
        done = Counter()

        def told(at: int, rows: int) -> None:
            done[at] = rows
            tell(asked[at][0], "done", sum(done[other] for other, each in enumerate(asked) if each[0] == asked[at][0]))

        rows = self.chunk if len(self.packages) == 1 else max(self.chunk, drafts.CHUNK)
        drawn = iter(drafts.draw_up_all([each[1:] for each in asked], self.work, told, rows=rows))
        return [_result(packed, package, drawn) for packed, package in zip(self.packages, opened, strict=True)]


@dataclass(frozen=True)
class Made:
    """What a package came to: its filings, ready to be received."""

    submissions: tuple[Submission, ...]


@dataclass(frozen=True)
class Refused:
    """Why a package cannot be taken, as its sender is told."""

    zh: str
    en: str


def _declared(package: Opened) -> list[Declared]:
    """What is declared of each file; a total of its category is not for one file alone where several are of it."""
    several = Counter(file.declared.category for file in package.files)
    return [
        file.declared if several[file.declared.category] == 1 else replace(file.declared, total=None) for file in package.files
    ]


def _result(packed: Packed, package: Opened, drawn: Iterator[Draft | CentreError]) -> Made | Refused:
    """What a package came to; its drafts are the next of those drawn."""
    if package.faults:
        return _refused(package)
    made = [next(drawn) for _ in package.files]
    try:
        for each in made:
            if isinstance(each, CentreError):
                raise each
        return Made(_submissions(packed, package, made))
    except CentreError as refusal:
        for each in made:
            if isinstance(each, Draft):
                each.discard()
        return Refused(refusal.zh, refusal.en)


def _refused(package: Opened) -> Refused:
    """All that is wrong with a package's parts, each by its name where there are several."""
    faults = package.faults[:_MOST_FAULTS]
    if len(package.files) == 1:
        return Refused("".join(fault.zh for _, fault in faults), " ".join(fault.en for _, fault in faults))
    return Refused("".join(f"{name}：{fault.zh}" for name, fault in faults), " ".join(f"{name}: {fault.en}" for name, fault in faults))


def _submissions(packed: Packed, package: Opened, made: list[Draft]) -> tuple[Submission, ...]:
    declarations = _declared(package)
    packages.require_totals(
        package.sheet, [(declared.category, draft.records) for declared, draft in zip(declarations, made, strict=True)]
    )
    for draft, declared in zip(made, declarations, strict=True):
        admission.require_as_declared(draft, declared)
    if packed.package.photos:
        made = drafts.with_photos(made, packed.package.photos)
    return tuple(
        Submission.of(draft, declared, file.source, file.name, packed.scans)
        for draft, declared, file in zip(made, declarations, package.files, strict=True)
    )
