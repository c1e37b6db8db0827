"""更正: what institutions ask for of records on file, taken in one by one or many at once (articles 7, 8 and 10).

A change waits for the monthly run; the public sees the last published version until then. Must not know what the run makes of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from core import attachments, corrected_rows, ledger, photos, pictures, ruleset, supply
from core.database import Transaction
from core.desk import Desk
from core.errors import BadRequest, CentreError
from core.lifecycle import CASE, CORRECTION
from core.receipt import Receipt
from core.request import PHOTO, Request, heads_of, require
from core.ruleset import Ruleset
from core.settings import THRESHOLDS
from core.vocabulary import CorrectionKind, Duty

_ANSWERED = """
SELECT w.case_id FROM withheld_case AS w JOIN correction AS c ON c.record_id = w.record_id AND c.version = w.version
WHERE w.status = 'sent' AND c.correction_id IN (SELECT unnest($corrections::BIGINT[]))"""


def take_in(desk: Desk, requests: Sequence[Request]) -> list[Receipt]:
    """Take in what is asked of records, each answered with a receipt in its place; a refused one stops no other (更正接收).

    A changed row goes to a Parquet file of its own; a correction and its evidence are kept, and the record's case, if it was
    fed back, is answered. A photo is put to its record at once, unless the record is on line with another: then it waits
    like any change. Refused are records unknown or not this person's to see, moved since, not to be corrected, or with another
    correction waiting; what changes nothing, lacks a reason, a requester or the evidence key fields need; and new values the
    checks withhold. Raises NotAuthorised without the duty to load, DiskFull.
    """
    desk.require(Duty.LOAD)
    judged_by = ruleset.in_force(desk.db, desk.now().date())
    heads = heads_of(desk, requests)
    receipts: list[Receipt | None] = [None] * len(requests)
    waiting: dict[int, Request] = {}
    taken: set[int] = set()
    for place, request in enumerate(requests):
        try:
            head = require(request, heads.get(request.record_id), taken)
            if request.kind in PHOTO and not (head["status"] == "published" and head["photo"]):
                receipts[place] = _supplied(desk, request)
            else:
                waiting[place] = request
            taken.add(request.record_id)
        except CentreError as why:
            receipts[place] = Receipt.refused(why)
    receipts_of = _enter(desk, judged_by, waiting, heads) if waiting else {}
    return [receipts_of.get(place, receipt) for place, receipt in enumerate(receipts)]


def _supplied(desk: Desk, request: Request) -> Receipt:
    """Put a photo to its record at once, and keep that it was asked for."""
    supply.put_one(desk, request.record_id, request.photo.name, request.photo)
    head = heads_of(desk, [request])[request.record_id]
    with desk.db.transaction() as tx:
        corrections, act = _lines(tx, desk, [request], [head])
        number = corrections["correction_id"].to_list()
        ledger.enter_corrections(tx, corrections, act)
        _attach(tx, desk, number, [request])
        for event in ("admit", "settle"):
            ledger.move(tx, CORRECTION, event, act, chosen=_CHOSEN, corrections=number)
        tx.run("UPDATE correction SET outcome = $status WHERE list_contains($corrections, correction_id)",
               status=head["status"], corrections=number)
    return Receipt(True, f"照片已收下并放入记录（更正件{number[0]}）。", f"The photo was taken and put to the record (correction {number[0]}).")


_CHOSEN = "SELECT correction_id FROM correction WHERE correction_id IN (SELECT unnest($corrections::BIGINT[]))"


def _lines(
    tx: Transaction, desk: Desk, requests: Sequence[Request], heads: Sequence[dict[str, Any]]
) -> tuple[pl.DataFrame, ledger.Act]:
    """What the table of corrections keeps of requests, and the act they are received by."""
    first = tx.next_ids("correction", len(requests))
    lines = pl.DataFrame([
        {
            "correction_id": number, "kind": str(request.kind), "record_id": request.record_id, "version": request.version,
            "filing_id": head["filing_id"], "province": head["province"], "institution": head["institution"],
            "reason": str(request.reason), "note": request.note.strip(), "requester": request.requester.strip(),
        }
        for number, (request, head) in enumerate(zip(requests, heads, strict=True), first)
    ])
    return lines, ledger.act_of(desk, "correction", first if len(requests) == 1 else None)


def _attach(tx: Transaction, desk: Desk, numbers: Sequence[int], requests: Sequence[Request]) -> None:
    scans = [(scan, number) for number, request in zip(numbers, requests, strict=True) for scan in request.evidence]
    attachments.attach_all(tx, desk, scans, subject="correction", purpose="evidence")


def _enter(
    desk: Desk, judged_by: Ruleset, waiting: dict[int, Request], heads: dict[int, dict[str, Any]]
) -> dict[int, Receipt]:
    """Keep what waits for the monthly run, but for what the checks refuse; the receipts by place."""
    looked, receipts = {}, {}
    for place, request in waiting.items():
        if request.kind in PHOTO:
            try:
                looked[place] = _one_photo(request)
            except CentreError as why:
                receipts[place] = Receipt.refused(why)
    pictures_of = {waiting[place].photo: {one["sha256"]} for place, one in looked.items()}
    with pictures.kept(desk.db, pictures_of), desk.db.transaction() as tx:
        asked = {
            request.record_id: dict(request.fields) for place, request in waiting.items()
            if request.kind is not CorrectionKind.WITHDRAW and place not in receipts
        }
        rows = corrected_rows.drawn(tx, desk.db.folder, judged_by, asked)
        for place, request in waiting.items():
            if request.record_id in rows.refused:
                receipts[place] = Receipt.refused(rows.refused[request.record_id])
        kept = {place: request for place, request in waiting.items() if place not in receipts}
        if not kept:
            return receipts
        where = corrected_rows.keep(desk.db, rows, {request.record_id: heads[request.record_id]["filing_row"] for request in kept.values()})
        lines, act = _lines(tx, desk, list(kept.values()), [heads[request.record_id] for request in kept.values()])
        numbers = lines["correction_id"].to_list()
        ledger.enter_corrections(tx, lines.with_columns(
            parquet=pl.col("record_id").replace_strict(where, default=None, return_dtype=pl.String)
        ), act)
        numbered = dict(zip((request.record_id for request in kept.values()), numbers, strict=True))
        tx.append("correction_field", rows.differences(numbered))
        _attach(tx, desk, numbers, list(kept.values()))
        _keep_photos(tx, numbered, {waiting[place].record_id: one for place, one in looked.items() if place in kept}, heads)
        asking = {str(kind) for kind in CorrectionKind if _asks_consent(judged_by, kind)}
        ledger.move(
            tx, CORRECTION, "admit", act, corrections=numbers, asking=sorted(asking),
            chosen=f"{_CHOSEN} AND NOT list_contains($asking, kind)",
        )
        ledger.move(tx, CASE, "answer", act, chosen=_ANSWERED, corrections=numbers)
    for place, request in kept.items():
        receipts[place] = _taken(numbered[request.record_id], str(request.kind) in asking)
    return receipts


def _asks_consent(judged_by: Ruleset, kind: CorrectionKind) -> bool:
    key = f"consent_{kind}"
    return key in THRESHOLDS and bool(judged_by.settings[key])


def _taken(number: int, asks_consent: bool) -> Receipt:
    if asks_consent:
        return Receipt(True, f"已收下（更正件{number}），待省级学位办同意。", f"Taken (correction {number}); it waits for the province's consent.")
    return Receipt(True, f"已收下（更正件{number}），待月度整理。", f"Taken (correction {number}); it waits for the monthly run.")


def _one_photo(request: Request) -> dict[str, Any]:
    found = photos.inspect(request.photo)
    if found.height != 1:
        raise BadRequest("请只选择一张照片。", "Choose one photo only.")
    one = found.row(0, named=True)
    if not one["readable"]:
        raise BadRequest("照片无法读取，请另存为JPG后再送。", "The photo cannot be read; save it as JPG.")
    return one


def _keep_photos(
    tx: Transaction, numbered: Mapping[int, int], looked: Mapping[int, dict[str, Any]], heads: Mapping[int, dict[str, Any]]
) -> None:
    if looked:
        tx.append("correction_photo", pl.DataFrame([
            {
                "correction_id": numbered[record_id], "former_sha256": heads[record_id]["photo"],
                **{name: one[name] for name in ("sha256", "file_name", "readable", "width", "height", "size", "contrast")},
            }
            for record_id, one in looked.items()
        ], infer_schema_length=None))
