"""What one job is (任务): the work asked for, by whom, on which file, how far it has come and what came of it.

Must not know the store or processes.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from core.attachments import Scan
from core.deadlines import Term
from core.declaration import Declared, Grounds, Resolution
from core.vocabulary import Category, JobKind, JobState


@dataclass(frozen=True)
class Job:
    """One job: what it is, how far it has come, who asked for it and what came of it."""

    job_id: int
    kind: JobKind
    state: JobState
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    rows_done: int
    rows_in_all: int | None
    file_name: str
    size: int
    declared: Declared
    encoding: str | None
    layout: str | None
    scans: tuple[Scan, ...]
    folder: Path
    outcome: dict[str, int] | None
    zh: str | None
    en: str | None

    @property
    def file(self) -> Path:
        """The bytes it works on, kept until it is done."""
        return self.folder / "original"

    @property
    def photos(self) -> Path | None:
        """The photos that came with them, if any."""
        path = self.folder / "photos"
        return path if path.exists() else None

    @property
    def can_be_retried(self) -> bool:
        """Whether it ended without result and its file is still there."""
        return self.state in (JobState.FAILED, JobState.CANCELLED) and self.file.exists()


def about(
    file_name: str, size: int, declared: Declared, encoding: str | None, layout: str | None, scans: Sequence[Scan] = ()
) -> str:
    """What a job works on, as the store keeps it (JSON): the file and what is declared of it, no one's data."""
    told = {
        "file_name": file_name, "size": size, "encoding": encoding, "layout": layout,
        "declared": asdict(declared) | {"term": declared.term.code}, "scans": [asdict(scan) for scan in scans],
    }
    return json.dumps(told, ensure_ascii=False, default=str)


def job_of(row: dict[str, Any], inbox: Path) -> Job:
    """A job from its row in the store; its files lie below `inbox`."""
    about = json.loads(row["about"])
    told = {key: value for key, value in row.items() if key not in ("about", "sentence_zh", "sentence_en")} | {
        "kind": JobKind(row["kind"]), "state": JobState(row["state"]), "declared": _declared(about.pop("declared")),
        "scans": tuple(Scan(**scan) for scan in about.pop("scans", [])),
        "folder": inbox / row["folder"], "outcome": json.loads(row["outcome"]) if row["outcome"] else None,
        "zh": row["sentence_zh"], "en": row["sentence_en"],
    }
    return Job(**told, **about)


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
