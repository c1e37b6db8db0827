"""A filing on file judged once more, by any version of the rulebook, from its own Parquet (数据整理, article 2).

Must not know what becomes of what it finds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl

from core import archive
from core import draft as drafts
from core.checking import Checked
from core.database import Database
from core.deadlines import Term
from core.desk import Desk
from core.draft import Draft
from core.photos import Matched
from core.record import COLUMNS, LAYOUTS
from core.rules import Context
from core.ruleset import Ruleset
from core.vocabulary import Category

_FILINGS = """
SELECT f.filing_id, f.first_record, f.institution, f.province, f.category, f.term, f.supplement, f.layout, f.parquet, f.received_at,
    f.records, f.filed_codes, f.resolved_on, f.listed, f.attached, f.photos, f.photos_unmatched, f.photos_ambiguous
FROM filing AS f
WHERE ($scope IS NULL OR f.province = $scope) AND f.status NOT IN ('returned', 'replaced')
    AND ($term IS NULL OR f.term = $term) AND ($province IS NULL OR f.province = $province)
ORDER BY f.filing_id"""


_PHOTOS = """
SELECT p.record_id - $first_record AS row, p.sha256, p.file_name, p.files, p.readable, p.width, p.height, p.size, p.contrast,
    r.person
FROM photo AS p JOIN record AS r ON r.record_id = p.record_id
WHERE r.filing_id = $filing_id AND r.followed IS NULL
ORDER BY p.record_id"""

_CORRECTED = """
SELECT r.filing_row, $filings || r.parquet AS path FROM record AS r
WHERE r.filing_id = $filing_id AND r.parquet IS NOT NULL AND r.followed IS NULL"""

_AS_CORRECTED = f"""
WITH corrected AS ({_CORRECTED})
SELECT "row", {', '.join(COLUMNS)} FROM (
    SELECT p.* EXCLUDE (filename) FROM read_parquet($paths, filename = true) AS p
    JOIN corrected AS c ON c.path = p.filename AND c.filing_row = p."row"
    UNION ALL BY NAME
    SELECT p.* FROM read_parquet($filed) AS p ANTI JOIN corrected AS c ON c.filing_row = p."row")
ORDER BY "row\""""


def filings(desk: Desk, *, term: str | None = None, province: str | None = None) -> pl.DataFrame:
    """The filings on file of a semester or a province (None: all), those returned left out, as `judge` takes them."""
    return desk.frame(_FILINGS, term=term, province=province)


def judge(desk: Desk, filing: dict[str, Any], judged_by: Ruleset, only: frozenset[str] | None = None) -> Checked:
    """What the checks of a version (or only some of them) say of a filing on file now; nothing is written."""
    return judged(desk, filing, judged_by, only)[0]


def judged(
    desk: Desk, filing: dict[str, Any], judged_by: Ruleset, only: frozenset[str] | None = None
) -> tuple[Checked, pl.DataFrame]:
    """The same, and which of the findings an accepted explanation answers: row, rule."""
    context = context_of(filing, judged_by, only)
    with _as_corrected(desk.db, filing) as filed:
        draft = drafts.draw_again(filed, context, desk.db.folder / "work")
        try:
            if filing["photos"] is not None:
                draft = replace(draft, photos=_photos(desk, filing, draft))
            checked = archive.foresee(desk.db, draft, filing_id=filing["filing_id"])
            return checked, archive.answered(desk.db, draft, checked.findings)
        finally:
            draft.discard()


@contextmanager
def _as_corrected(db: Database, filing: dict[str, Any]) -> Iterator[Path]:
    """The filing's rows, the corrected ones in their present versions: its own Parquet, or where some were corrected a file
    below `work` that is gone afterwards."""
    filed = db.folder / "filings" / filing["parquet"]
    asked = {"filing_id": filing["filing_id"], "filings": f"{db.folder / 'filings'}/"}
    paths = db.frame(_CORRECTED, **asked)["path"].unique().to_list()
    if not paths:
        yield filed
        return
    patched = db.folder / "work" / f"corrected-{uuid4().hex}.parquet"
    try:
        db.copy_out(_AS_CORRECTED, patched, **asked, paths=paths, filed=str(filed))
        yield patched
    finally:
        patched.unlink(missing_ok=True)


def _photos(desk: Desk, filing: dict[str, Any], draft: Draft) -> Matched:
    """The filing's photos as they were found when it was received."""
    kept = desk.db.frame(_PHOTOS, filing_id=filing["filing_id"], first_record=filing["first_record"])
    told = kept.select(
        "row", known_photos=pl.col("files").cast(pl.UInt32), known_photo_readable="readable", known_photo_width="width",
        known_photo_height="height", known_photo_bytes="size", known_photo_contrast="contrast",
        known_photo_twin=pl.col("person").n_unique().over("sha256") > 1,
    )
    facts = pl.read_ipc(draft.heads, columns=["row"]).join(told, on="row", how="left")
    return Matched(
        facts.with_columns(pl.col("known_photos").fill_null(0)),
        kept.select("row", "sha256", "file_name", "width", "height", "size", "contrast"),
        filing["photos_unmatched"], filing["photos_ambiguous"],
    )


def context_of(filing: dict[str, Any], judged_by: Ruleset, only: frozenset[str] | None = None) -> Context:
    """What the rules may know of a filing on file, as on the day it was received."""
    codes = filing["filed_codes"].split() if filing["filed_codes"] else LAYOUTS[filing["layout"]].codes
    return Context(
        columns=frozenset(codes).intersection(COLUMNS), today=filing["received_at"].date(), reference=judged_by.reference,
        workdays=judged_by.workdays, settings=judged_by.settings, term=Term.parse(filing["term"]),
        category=Category(filing["category"]), institution=filing["institution"], supplement=filing["supplement"],
        archive=True, photos=filing["photos"] is not None, resolved_on=filing["resolved_on"], listed=filing["listed"],
        attached=filing["attached"], only=only,
    )
