"""学位查询: what the public sees of a certificate, given its holder's name and its number (article 3).

The public has no identity here; whoever is at the desk has one, and is noted. Must not know why a record is not to be seen.
"""

from dataclasses import dataclass
from datetime import date

from core import content, ledger, ruleset, typed
from core.database import Database
from core.desk import Desk
from core.record import PUBLIC

_FIND = f"""
SELECT r.record_id, r.version, r.filing_row, coalesce(r.parquet, f.parquet) AS parquet, r.certificate_no, r.name
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.certificate_no = $certificate_no AND {content.ON_LINE}"""

_ONE = f"SELECT * FROM ({_FIND}) WHERE record_id = $record_id AND version = $version"


@dataclass(frozen=True)
class Certificate:
    """Certificate content (学位证书信息): filed code → value, public columns only."""

    content: dict[str, str]


def find(db: Database, name: str, certificate_no: str) -> Certificate | None:
    """The one published certificate with this number and name, or None: the same for absent and withheld.

    Full-width figures, spaces, lower case and name separators do not matter.
    """
    found = _find(db, name, certificate_no)
    return found and found[1]


def by_staff(desk: Desk, name: str, certificate_no: str) -> Certificate | None:
    """The same looked up by someone at the desk, who sees no more than the public; that they did, and of which record, is
    written in the book, what they typed is not."""
    found = _find(desk.db, name, certificate_no)
    ledger.note_read(desk.db, "lookup", ledger.act_of(desk, "record", found and found[0]), int(found is not None))
    return found and found[1]


def _find(db: Database, name: str, certificate_no: str) -> tuple[int, Certificate] | None:
    asked = typed.name(name)
    with db.snapshot() as seen:
        records = seen.frame(_FIND, certificate_no=typed.number(certificate_no)).to_dicts()
        matches = [record for record in records if asked and typed.name(record["name"] or "") == asked]
        if len(matches) != 1:
            return None
        told = content.of(seen, _ONE, db.folder, ruleset.in_force(db, date.max).reference, **matches[0])
        (row,) = seen.frame(told.sql, **told.params).to_dicts()
    return matches[0]["record_id"], Certificate({code: row[code] for code in PUBLIC if row[code]})
