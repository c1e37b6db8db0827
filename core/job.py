"""What one job is (任务): the package, photos or revision it works on, who asked for it, how far it has come, what came of it.

Must not know the store or processes.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from core.attachments import Scan
from core.deadlines import Term
from core.declaration import Declared, Grounds, Resolution
from core.package import SHEET, Package
from core.vocabulary import Category, Duty, JobKind, JobState

DUTIES: dict[JobKind, Duty] = {
    JobKind.LOAD: Duty.LOAD, JobKind.PHOTOS: Duty.LOAD, JobKind.TRIAL: Duty.RULES, JobKind.RESORT: Duty.RULES,
    JobKind.FEEDBACK: Duty.FEEDBACK,
}
"""The duty of those who may ask for, see and cancel a job of each kind."""


@dataclass(frozen=True)
class JobFile:
    """One data file of a job. `declared`, `encoding` and `layout` are None where the file itself and the sheet tell."""

    file_name: str
    size: int
    declared: Declared | None = None
    encoding: str | None = None
    layout: str | None = None


@dataclass(frozen=True)
class Job:
    """One job: what it is, how far it has come, who asked for it and what came of it.

    `institution` is the sender's where its folder tells it; `term` is that of photos that come alone; `outcome` counts each
    filing the job has stored, what became of its photos, or what a revision moves. `asked` is what a revision works on, as
    `core.jobrevision` has it.
    """

    job_id: int
    kind: JobKind
    state: JobState
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    rows_done: int
    rows_in_all: int | None
    name: str
    files: tuple[JobFile, ...]
    institution: str | None
    term: Term | None
    way: str
    scans: tuple[Scan, ...]
    folder: Path
    outcome: tuple[dict[str, int], ...]
    zh: str | None
    en: str | None
    asked: dict[str, Any] = field(hash=False)

    @property
    def size(self) -> int:
        """Bytes of its data files."""
        return sum(file.size for file in self.files)

    @property
    def package(self) -> Package:
        """Its parts where they are kept until it is done."""
        photos, sheet = self.folder / "photos", self.folder / SHEET
        files = tuple(self.folder / kept_name(place) for place in range(len(self.files)))
        return Package(files, photos if photos.exists() else None, (), sheet if sheet.exists() else None)

    @property
    def sender(self) -> str | None:
        """The institution that files, as far as it has been told."""
        declared = self.files[0].declared if self.files else None
        return declared.institution if declared else self.institution

    @property
    def can_be_retried(self) -> bool:
        """Whether it ended without result and its files are still there."""
        return self.state in (JobState.FAILED, JobState.CANCELLED) and self.folder.exists()


def kept_name(place: int) -> str:
    """The name under which a job's data file at this place is kept."""
    return f"original-{place}" if place else "original"


def about(
    name: str, files: Sequence[JobFile], *, institution: str | None = None, term: Term | None = None, way: str = "desk",
    scans: Sequence[Scan] = (),
) -> str:
    """What a job works on, as the store keeps it (JSON): the files and what is declared of them, no one's data."""
    told = {
        "name": name, "institution": institution, "term": term and term.code, "way": way, "scans": [asdict(scan) for scan in scans],
        "files": [asdict(file) | {"declared": file.declared and _told(file.declared)} for file in files],
    }
    return json.dumps(told, ensure_ascii=False, default=str)


def job_of(row: dict[str, Any], inbox: Path) -> Job:
    """A job from its row in the store; its files lie below `inbox`."""
    about = json.loads(row["about"])
    files = [
        JobFile(**{key: each[key] for key in ("file_name", "size", "encoding", "layout")},
                declared=_declared(each["declared"]) if each["declared"] else None)
        for each in about["files"]
    ]
    scans = about["scans"] if "scans" in about else files and about["files"][0].get("scans", [])  # of before there were packages
    outcome = json.loads(row["outcome"]) if row["outcome"] else []
    told = {key: value for key, value in row.items() if key not in ("about", "sentence_zh", "sentence_en")}
    return Job(**told | {
        "kind": JobKind(row["kind"]), "state": JobState(row["state"]), "name": about["name"] if "name" in about else files[0].file_name,
        "files": tuple(files), "institution": about.get("institution"),
        "term": Term.parse(about["term"]) if about.get("term") else None, "way": about.get("way", "desk"),
        "scans": tuple(Scan(**scan) for scan in scans), "folder": inbox / row["folder"],
        "outcome": tuple(outcome if isinstance(outcome, list) else [outcome]),
        "zh": row["sentence_zh"], "en": row["sentence_en"], "asked": about.get("asked", {}),
    })


def _told(declared: Declared) -> dict[str, Any]:
    return asdict(declared) | {"term": declared.term.code}


def _declared(told: dict[str, Any]) -> Declared:
    resolution = told["resolution"]
    grounds = told.get("grounds") or {}
    known = {field.name: told[field.name] for field in fields(Declared) if field.name in told}
    return Declared(**known | {
        "term": Term.parse(told["term"]), "category": Category(told["category"]),
        "resolution": Resolution(**resolution | {"resolved_on": _day(resolution["resolved_on"])}),
        "grounds": Grounds(**grounds | {"consented_on": _day(grounds.get("consented_on"))}),
    })


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None
