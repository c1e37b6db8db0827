"""Corrections asked for of records on file, and settled."""

import polars as pl

from core import attachments, correction, settlement
from core.correction import Request
from core.vocabulary import CorrectionKind, CorrectionReason

EVIDENCE = b"%PDF-1.4 evidence"


def evidence(desk):
    """A scan that proves something."""
    return attachments.keep(desk.db, EVIDENCE, "evidence.pdf")


def a_request(desk, record_id, kind=CorrectionKind.CHANGE, **told):
    """A request against the record's present version, with all it needs."""
    version = desk.db.frame("SELECT max(version) AS v FROM record WHERE record_id = $id", id=record_id).item()
    usual = {"version": version, "reason": CorrectionReason.TYPING, "requester": "赵经办", "evidence": (evidence(desk),)}
    return Request(kind, record_id, **(usual | told))


def a_change(desk, record_id, **fields):
    """A request for new values."""
    return a_request(desk, record_id, fields=fields)


def a_withdrawal(desk, record_id):
    """A request to withdraw the filing of a record."""
    return a_request(desk, record_id, CorrectionKind.WITHDRAW, reason=CorrectionReason.DUPLICATE)


def taken(desk, *requests):
    """Requests taken in, all of them; returns their numbers."""
    before = desk.db.frame("SELECT coalesce(max(correction_id), 0) AS n FROM correction").item()
    receipts = correction.take_in(desk, requests)
    assert [receipt for receipt in receipts if not receipt.taken] == []
    return list(range(before + 1, before + 1 + len(requests)))


def settled(desk, *numbers, month="2025-09"):
    """Corrections with these numbers settled at once."""
    return settlement.settle(desk, month, pl.Series(numbers, dtype=pl.Int64))


def first_record(desk, filing_id):
    """The number of a filing's first record."""
    return desk.db.frame("SELECT min(record_id) AS n FROM record WHERE filing_id = $id", id=filing_id).item()


def standing(desk):
    """Where every record is in its present version: record_id, version, status, open findings and the case."""
    return desk.db.frame("""
        SELECT r.record_id, r.version, r.status,
            (SELECT list(g.rule ORDER BY g.rule) FROM finding AS g
                WHERE g.record_id = r.record_id AND g.version = r.version AND g.closed IS NULL) AS rules,
            (SELECT list({'status': w.status, 'reason': w.reason, 'findings': w.findings}) FROM withheld_case AS w
                WHERE w.record_id = r.record_id AND w.version = r.version AND w.status <> 'closed') AS cases
        FROM record AS r WHERE r.followed IS NULL ORDER BY r.record_id""").to_dicts()
