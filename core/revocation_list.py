"""撤销台账: what was revoked and withdrawn, by when it was due, how timely the institutions report, and who is told (article 9).

Every statement applies `$scope` and `$sees_classified`. Must not move a record.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

import polars as pl

from core import ruleset
from core.deadlines import revocation_due
from core.desk import Desk
from core.errors import BadRequest, NotFound
from core.vocabulary import Duty, Word

_SEEN = """($scope IS NULL OR f.province = $scope)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = v.record_id AND s.class = 'classified' AND s.closed IS NULL))"""

_CHOSEN = f"""
    FROM revocation AS v
    JOIN record AS r ON r.record_id = v.record_id AND r.version = v.version
    JOIN filing AS f ON f.filing_id = v.filing_id
    JOIN province AS p ON p.code = f.province
    LEFT JOIN institution AS i ON i.code = f.institution
    WHERE {_SEEN} AND ($kind IS NULL OR v.kind = $kind) AND ($province IS NULL OR f.province = $province)
        AND ($institution IS NULL OR f.institution = $institution)"""

_PAGE = f"""
SELECT v.revocation_id, v.kind, v.record_id, r.name, r.certificate_no, f.term, f.institution, i.zh AS institution_zh,
    i.en AS institution_en, f.province, p.zh AS province_zh, p.en AS province_en, v.former_status, v.decision_no,
    v.effective_on, v.received_on, v.requester, v.reason, v.registered_at, v.registered_by, v.package
{_CHOSEN}
ORDER BY v.revocation_id DESC
LIMIT $size OFFSET $size * $page"""

_TOTALS = f"SELECT v.kind, count(*) AS records {_CHOSEN} GROUP BY v.kind ORDER BY v.kind"

_TIMELY = f"""
SELECT f.province, f.institution, i.zh AS institution_zh, i.en AS institution_en, v.effective_on, v.received_on,
    count(*) AS records
{_CHOSEN} AND v.kind = 'degree'
GROUP BY ALL
ORDER BY ALL"""

_UNTOLD = f"""
SELECT q.party, v.kind, f.province, p.zh AS province_zh, p.en AS province_en, f.institution, i.zh AS institution_zh,
    i.en AS institution_en, list(v.revocation_id ORDER BY v.revocation_id) AS revocations, count(*) AS records,
    min(v.registered_at) AS since
FROM revocation AS v
CROSS JOIN (SELECT unnest(['institution', 'province']) AS party) AS q
JOIN filing AS f ON f.filing_id = v.filing_id
JOIN province AS p ON p.code = f.province
LEFT JOIN institution AS i ON i.code = f.institution
WHERE {_SEEN} AND NOT EXISTS (
    SELECT 1 FROM revocation_told AS t WHERE t.revocation_id = v.revocation_id AND t.party = q.party)
GROUP BY ALL
ORDER BY f.province, f.institution, q.party, v.kind"""

_TOLD = f"""
SELECT t.party, t.told_on, t.way, t.noted_at, t.noted_by
FROM revocation_told AS t JOIN revocation AS v ON v.revocation_id = t.revocation_id
JOIN filing AS f ON f.filing_id = v.filing_id
WHERE t.revocation_id = $revocation_id AND {_SEEN}
ORDER BY t.noted_at, t.party"""

_PAPERS = f"""
SELECT a.sha256, a.file_name, a.size, a.kept_at, a.kept_by
FROM attachment AS a JOIN revocation AS v ON v.revocation_id = a.subject_id
JOIN filing AS f ON f.filing_id = v.filing_id
WHERE a.subject = 'revocation' AND v.revocation_id = $revocation_id AND {_SEEN}
ORDER BY a.kept_at, a.file_name"""

_OF_RECORD = f"""
SELECT v.revocation_id, v.kind, v.decision_no, v.effective_on, v.received_on, v.requester, v.reason, v.registered_at,
    v.registered_by, v.former_status, v.package
FROM revocation AS v JOIN filing AS f ON f.filing_id = v.filing_id
WHERE v.record_id = $record_id AND {_SEEN}"""


class Party(Word):
    """Who is told of a record that left the line (告知对象)."""

    INSTITUTION = "institution", "学位授予单位", "Institution"
    PROVINCE = "province", "省级学位委员会办公室", "Provincial office"


@dataclass(frozen=True)
class RevocationFilter:
    """Which registrations: codes, or None for all; kind is degree or filing."""

    kind: str | None = None
    province: str | None = None
    institution: str | None = None


def page(desk: Desk, chosen: RevocationFilter, *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """A page of what was revoked and withdrawn, the latest first.

    Columns: revocation_id, kind, record_id, name, certificate_no, term, institution and province with names, former_status
    (before it left the line), decision_no, effective_on, received_on, requester, reason, registered_at, registered_by,
    package (the first without it), due_on, on_time and provisional; the last three are null for filings withdrawn.
    """
    desk.require(Duty.READ)
    return _with_due(desk, desk.frame(_PAGE, **asdict(chosen), page=page, size=size))


def totals(desk: Desk, chosen: RevocationFilter) -> dict[str, int]:
    """How many of each kind: never one sum of the two."""
    desk.require(Duty.READ)
    found = dict(desk.frame(_TOTALS, **asdict(chosen)).iter_rows())
    return {kind: found.get(kind, 0) for kind in ("degree", "filing")}


def timeliness(desk: Desk, chosen: RevocationFilter) -> pl.DataFrame:
    """How timely each institution reports degrees revoked, the latest first: province, institution with names, records,
    on_time, late, undated (older than the table of working days), most_days_late (calendar days; null when none is late)."""
    desk.require(Duty.READ)
    found = _with_due(desk, desk.frame(_TIMELY, **asdict(chosen)))
    days = (pl.col("received_on") - pl.col("due_on")).dt.total_days()
    return (
        found.group_by("province", "institution", "institution_zh", "institution_en")
        .agg(
            pl.col("records").sum(),
            on_time=pl.col("records").filter(pl.col("on_time")).sum(),
            late=pl.col("records").filter(~pl.col("on_time")).sum(),
            undated=pl.col("records").filter(pl.col("on_time").is_null()).sum(),
            most_days_late=days.filter(~pl.col("on_time")).max(),
        )
        .sort(["late", "most_days_late", "institution"], descending=[True, True, False], nulls_last=True)
    )


def untold(desk: Desk) -> pl.DataFrame:
    """Who has yet to be told of what left the line (告知清单): party (of Party), kind, province and institution with names,
    revocations (their numbers), records, since."""
    desk.require(Duty.READ)
    return desk.frame(_UNTOLD)


def told(desk: Desk, revocation_id: int) -> pl.DataFrame:
    """Who was told of one: party, told_on, way, noted_at, noted_by."""
    desk.require(Duty.READ)
    return desk.frame(_TOLD, revocation_id=revocation_id)


def of_record(desk: Desk, record_id: int) -> dict[str, object] | None:
    """A record's registration, as `page` tells it without names; None when it left the line by neither door."""
    desk.require(Duty.READ)
    found = _with_due(desk, desk.frame(_OF_RECORD, record_id=record_id))
    return found.row(0, named=True) if found.height else None


def papers(desk: Desk, revocation_id: int) -> pl.DataFrame:
    """The scans that came with a registration: sha256, file_name, size, kept_at, kept_by."""
    desk.require(Duty.READ)
    return desk.frame(_PAPERS, revocation_id=revocation_id)


def paper(desk: Desk, revocation_id: int, sha256: str) -> bytes:
    """The bytes of such a scan. Raises NotFound outside the person's scope."""
    if sha256 not in papers(desk, revocation_id)["sha256"].to_list():
        raise NotFound("没有找到这份扫描件。", "There is no such scan.")
    return (desk.db.folder / "attachments" / sha256).read_bytes()


def note_told(desk: Desk, party: Party, revocations: Sequence[int], *, told_on: date, way: str) -> None:
    """Note that someone was told of these registrations, on which day and how (记录告知). Raises BadRequest."""
    desk.require(Duty.LOAD)
    if not way.strip():
        raise BadRequest("请填写告知方式，如公文文号或电子邮件。", "Say how: by which letter, or by e-mail.")
    if told_on > desk.now().date():
        raise BadRequest("告知日期不能晚于今天。", "They cannot have been told after today.")
    with desk.db.transaction() as tx:
        tx.append("revocation_told", pl.DataFrame([
            {"revocation_id": each, "party": str(party), "told_on": told_on, "way": way.strip(),
             "noted_at": desk.now(), "noted_by": desk.actor.key}
            for each in revocations
        ]))


def _with_due(desk: Desk, found: pl.DataFrame) -> pl.DataFrame:
    """Lines with effective_on and received_on, and by when each was due: due_on, on_time, provisional."""
    workdays = ruleset.in_force(desk.db, desk.now().date()).workdays
    days = found["effective_on"].drop_nulls().unique().to_list()
    due = pl.DataFrame(
        [(day, *revocation_due(workdays, day)) for day in days],
        schema={"effective_on": pl.Date, "due_on": pl.Date, "provisional": pl.Boolean}, orient="row",
    )
    return found.join(due, on="effective_on", how="left", maintain_order="left").with_columns(
        on_time=pl.col("received_on") <= pl.col("due_on")
    )
