"""单位联系人: whom each institution names to answer its graduates, by post, telephone and e-mail, confirmed every year (article 10).

Two are asked of each institution. A changed entry stands beside the former one; the book of acts tells who changed which, and
repeats nothing of it. Must not know filings or letters.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass

import polars as pl

from core import ledger
from core.database import Database, Transaction
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotFound
from core.lifecycle import CONTACT
from core.vocabulary import Duty, Word

LEAST = 2
"""How many contacts are asked of each institution."""
EDITORS = (Duty.FEEDBACK, Duty.APPROVE, Duty.ACCOUNTS)
"""Who may enter and confirm contacts: the centre, and a province for its own institutions, whose work it coordinates (article 4)."""
READERS = (Duty.READ, Duty.ACCOUNTS)
_LONGEST = 40
_TELEPHONE = re.compile(r"\+?[0-9][0-9()（）\- ]{5,24}((转|-)[0-9]{1,6})?", re.ASCII)
_EMAIL = re.compile(r"[\w.+\-]{1,64}@([a-z0-9\-]{1,63}\.)+[a-z]{2,24}", re.ASCII | re.IGNORECASE)


class Kept(Word):
    """How well an institution's contacts are kept (联系人状况)."""

    FEW = "few", "不足两人", "Fewer than two"
    STALE = "stale", "本年未确认", "Not confirmed this year"
    GOOD = "good", "齐全", "In order"


@dataclass(frozen=True)
class Contact:
    """Someone an institution names (联系人); an e-mail address may be left out."""

    name: str
    post: str
    telephone: str
    email: str = ""


@dataclass(frozen=True)
class ContactFilter:
    """Which institutions: of a province, with contacts so kept, or with this code or part of a name.

    Without a name, those that have filed or have contacts; a name is sought among all.
    """

    province: str | None = None
    kept: str | None = None
    sought: str | None = None


_INSTITUTION = "SELECT province FROM institution WHERE code = $code AND ($scope IS NULL OR province = $scope)"

_CURRENT = "SELECT contact_id FROM contact WHERE institution = $institution AND status = 'current'"

_FOUND = f"""
WITH named AS (
    SELECT institution, count(*) AS contacts, min(confirmed_on) AS confirmed_on,
        string_agg(name || ' ' || telephone, '；' ORDER BY contact_id) AS people
    FROM contact WHERE status = 'current' GROUP BY institution
), listed AS (
    SELECT i.code AS institution, i.zh AS institution_zh, i.en AS institution_en, i.province, p.zh AS province_zh,
        p.en AS province_en, coalesce(n.contacts, 0) AS contacts, n.confirmed_on, n.people,
        coalesce(n.contacts, 0) < {LEAST} AS few, coalesce(year(n.confirmed_on) < $year, false) AS stale
    FROM institution AS i JOIN province AS p ON p.code = i.province LEFT JOIN named AS n ON n.institution = i.code
    WHERE ($scope IS NULL OR i.province = $scope) AND ($province IS NULL OR i.province = $province)
        AND CASE WHEN $sought IS NOT NULL
            THEN i.code = $sought OR contains(i.zh, $sought) OR contains(lower(i.en), lower($sought))
            ELSE n.institution IS NOT NULL OR i.code IN (SELECT institution FROM filing) END
), found AS (
    SELECT * FROM listed
    WHERE $kept IS NULL OR CASE $kept WHEN 'few' THEN few WHEN 'stale' THEN stale ELSE NOT (few OR stale) END
)"""

_PAGE = f"""{_FOUND}
SELECT * EXCLUDE (few, stale),
    CASE WHEN few AND stale THEN ['few', 'stale'] WHEN few THEN ['few'] WHEN stale THEN ['stale'] ELSE ['good'] END AS kept
FROM found ORDER BY province, institution LIMIT $size OFFSET $size * $page"""

_TOTALS = f"""{_FOUND}
SELECT count(*) AS institutions, count(*) FILTER (few) AS few, count(*) FILTER (stale) AS stale,
    count(*) FILTER (NOT (few OR stale)) AS good FROM found"""

_OF_INSTITUTION = """
SELECT c.contact_id, c.name, c.post, c.telephone, c.email, c.confirmed_on, c.entered_at, c.entered_by
FROM contact AS c JOIN institution AS i ON i.code = c.institution
WHERE c.institution = $institution AND c.status = 'current' AND ($scope IS NULL OR i.province = $scope)
ORDER BY c.contact_id"""

_HISTORY = """
SELECT a.acted_at, a.actor, a.event, c.name, c.post, c.telephone, c.email
FROM act AS a LEFT JOIN contact AS c ON c.contact_id = a.subject_id
JOIN institution AS i ON i.code = a.note
WHERE a.machine = 'contact' AND a.note = $institution AND ($scope IS NULL OR i.province = $scope)
ORDER BY a.act_id DESC"""

_ADDRESSEES = """
SELECT institution, string_agg(name || '（' || post || '，' || telephone || '）', '；' ORDER BY contact_id) AS addressees
FROM contact WHERE status = 'current' AND list_contains($institutions, institution) GROUP BY institution"""


def page(desk: Desk, chosen: ContactFilter, *, number: int = 0, size: int = 50) -> pl.DataFrame:
    """A page of institutions: institution and province with names, contacts (how many), people (names and telephones),
    confirmed_on (the longest ago), kept (of Kept, a list). Raises NotAuthorised."""
    desk.require(*READERS)
    return desk.frame(_PAGE, **_asked(desk, chosen), page=number, size=size)


def totals(desk: Desk, chosen: ContactFilter) -> dict[str, int]:
    """How many institutions the filter finds, and how many are few, stale or good of Kept. Raises NotAuthorised."""
    desk.require(*READERS)
    return desk.frame(_TOTALS, **_asked(desk, chosen)).row(0, named=True)


def of_institution(desk: Desk, institution: str) -> pl.DataFrame:
    """An institution's contacts: contact_id, name, post, telephone, email, confirmed_on, entered_at, entered_by."""
    desk.require(*READERS)
    return desk.frame(_OF_INSTITUTION, institution=institution)


def history(desk: Desk, institution: str) -> pl.DataFrame:
    """What was done to an institution's contacts, the latest first: acted_at, actor, event (enter, change, remove, confirm),
    and the contact it was done to, as it was."""
    desk.require(*READERS)
    return desk.frame(_HISTORY, institution=institution)


def enter(desk: Desk, institution: str, contact: Contact) -> int:
    """Enter a contact, confirmed as of today; returns its number. Raises NotAuthorised, NotFound outside scope, BadRequest."""
    with _editing(desk, institution) as tx:
        return _append(tx, desk, institution, _fitting(contact))


def change(desk: Desk, institution: str, contact_id: int, contact: Contact) -> int:
    """Put another entry in place of a contact, confirmed as of today; returns its number. Raises as enter, and NotAllowed for
    a contact that is one no more."""
    with _editing(desk, institution) as tx:
        _end(tx, desk, institution, contact_id, "change")
        return _append(tx, desk, institution, _fitting(contact))


def remove(desk: Desk, institution: str, contact_id: int) -> None:
    """Take a contact off the list; it stays in history. Raises as change."""
    with _editing(desk, institution) as tx:
        _end(tx, desk, institution, contact_id, "remove")


def confirm(desk: Desk, institution: str) -> int:
    """Note that an institution's contacts were confirmed today as they stand; returns how many. Raises NotAllowed for none."""
    with _editing(desk, institution) as tx:
        many = ledger.move(tx, CONTACT, "confirm", ledger.act_of(desk, "contact", None, institution), chosen=_CURRENT, institution=institution)
        if not many:
            raise NotAllowed("该单位还没有联系人，请先登记。", "The institution has no contact yet; enter one first.")
        tx.run(
            "UPDATE contact SET confirmed_on = $today WHERE institution = $institution AND status = 'current'",
            today=desk.now().date(), institution=institution,
        )
    return many


def addressees(store: Database | Transaction, institutions: Collection[str]) -> pl.DataFrame:
    """Whom letters and lists to institutions name: institution, addressees (each with post and telephone); no line without any."""
    return store.frame(_ADDRESSEES, institutions=sorted(set(institutions)))


@contextmanager
def _editing(desk: Desk, institution: str) -> Iterator[Transaction]:
    """A transaction for whoever may edit the contacts of an institution within their scope."""
    desk.require(*EDITORS)
    with desk.db.transaction() as tx:
        if tx.frame(_INSTITUTION, code=institution, scope=desk.actor.province).is_empty():
            raise NotFound("没有找到这个学位授予单位，或不属于本省。", "There is no such institution in your scope.")
        yield tx


def _append(tx: Transaction, desk: Desk, institution: str, contact: Contact) -> int:
    if not tx.frame(
        "SELECT 1 FROM contact WHERE institution = $institution AND name = $name AND status = 'current'",
        institution=institution, name=contact.name,
    ).is_empty():
        raise NotAllowed("该单位已有同名的联系人，请改那一条。", "The institution has a contact of that name already; change that entry.")
    contact_id = tx.next_ids("contact")
    act = ledger.act_of(desk, "contact", contact_id, institution)
    tx.append("contact", pl.DataFrame([{
        "contact_id": contact_id, "institution": institution, **asdict(contact), "status": str(CONTACT.start),
        "confirmed_on": act.at.date(), "entered_at": act.at, "entered_by": act.by,
    }]))
    ledger.note(tx, CONTACT, "enter", act, 1)
    return contact_id


def _end(tx: Transaction, desk: Desk, institution: str, contact_id: int, event: str) -> None:
    one = "SELECT contact_id FROM contact WHERE contact_id = $contact_id AND institution = $institution"
    told = {"contact_id": contact_id, "institution": institution}
    if tx.frame(one, **told).is_empty():
        raise NotFound("没有找到这位联系人，请刷新页面核对。", "There is no such contact; refresh the page and check.")
    ledger.move(tx, CONTACT, event, ledger.act_of(desk, "contact", contact_id, institution), chosen=one, **told)


def _fitting(contact: Contact) -> Contact:
    """The same without blanks around. Raises BadRequest for what nobody could be reached by."""
    told = Contact(*(" ".join(part.split()) for part in astuple(contact)))
    if not (told.name and told.post) or max(len(told.name), len(told.post)) > _LONGEST:
        raise BadRequest(
            f"请填写姓名和职务，各不超过{_LONGEST}个字。", f"Give name and post, each of at most {_LONGEST} characters."
        )
    if not _TELEPHONE.fullmatch(told.telephone):
        raise BadRequest(
            "电话请连区号填写，如“010-12345678”或“010-12345678转8001”。", "Write the telephone with its area code, like 010-12345678."
        )
    if told.email and not _EMAIL.fullmatch(told.email):
        raise BadRequest("电子邮箱不完整，请核对。", "The e-mail address is not complete; check it.")
    return told


def _asked(desk: Desk, chosen: ContactFilter) -> dict[str, object]:
    return asdict(chosen) | {"year": desk.now().year}
