"""学位查询: what the public sees of a certificate, given its holder's name and its number (article 3).

Takes the store alone: the public has no identity here. Must not know why a record is not to be seen.
"""

import unicodedata
from dataclasses import dataclass

from core.database import Database
from core.record import COLUMNS, PUBLIC

_FIND = """
SELECT r.filing_row, f.parquet, r.name FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.certificate_no = $certificate_no AND r.status = 'published'"""

_ROW = f"""
SELECT {', '.join(PUBLIC)} FROM read_parquet($path) WHERE "row" = $filing_row"""

_SEPARATORS = dict.fromkeys(map(ord, "・･•．.‧∙⋅●﹒"), "·")


@dataclass(frozen=True)
class Certificate:
    """Certificate content (学位证书信息): filed code → value, public columns only."""

    content: dict[str, str]

    @property
    def labelled(self) -> list[tuple[str, str, str]]:
        """Each value with its Chinese and English label, in order."""
        return [(COLUMNS[code].zh, COLUMNS[code].en, value) for code, value in self.content.items()]


def find(db: Database, name: str, certificate_no: str) -> Certificate | None:
    """The one published certificate with this number and name, or None: the same for absent and withheld.

    Full-width figures, spaces, lower case and name separators do not matter.
    """
    number = "".join(unicodedata.normalize("NFKC", certificate_no).split()).upper()
    matches = [
        row for row in db.frame(_FIND, certificate_no=number).iter_rows(named=True)
        if _plain(row["name"] or "") == _plain(name)
    ]
    if len(matches) != 1:
        return None
    found = matches[0]
    content = db.one(_ROW, path=str(db.folder / "filings" / found["parquet"]), filing_row=found["filing_row"]) or {}
    return Certificate({code: value for code, value in content.items() if value})


def _plain(name: str) -> str:
    return "".join(name.translate(_SEPARATORS).split()).casefold()
