"""The dated tables every check leans on: institutions, degrees, majors, countries, working days (代码表).

Serves the whole of article 2: a value is wrong only against a table, and a table has dates and a source.
Must not know files of filings, rules or the database.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from weakref import WeakValueDictionary

import polars as pl

from core import errors

FOLDER = Path(__file__).resolve().parents[1] / "data" / "reference"
_DATES = ("valid_from", "valid_to", "date")
"""Columns of dates, beside all whose name ends in _on."""
_SEPARATOR = "|"


_MET: WeakValueDictionary[str, "Reference"] = WeakValueDictionary()


@dataclass(frozen=True, eq=False)
class Reference:
    """All reference tables of one moment, by file stem, and the fingerprint that identifies them.

    Every column is text but `valid_from`, `valid_to` and `date`; an empty date means no such limit.
    """

    tables: dict[str, pl.DataFrame]
    fingerprint: str
    hashes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _MET.setdefault(self.fingerprint, self)

    def __reduce__(self) -> tuple[Callable[..., "Reference"], tuple[object, ...]]:
        """From one process to another: what is drawn from tables that are known there already is not drawn anew."""
        return (_returned, (self.fingerprint,)) if self.fingerprint in _SENT else (_met, (self.tables, self.fingerprint, self.hashes))

    def table(self, name: str) -> pl.DataFrame:
        """One table as it stands in its file. An unknown name raises `NotFound`; a table may be empty."""
        if name not in self.tables:
            raise errors.NotFound(
                f"没有名为“{name}”的代码表，请检查 data/reference 文件夹。",
                f"There is no reference table “{name}”; check the folder data/reference.",
            )
        return self.tables[name]

    def names(self, name: str) -> dict[str, str]:
        """The name of each code; a code that changed its name gives the latest one."""
        return _names(self.table(name))

    def codes(self, name: str) -> dict[str, str]:
        """The code behind every way of writing it: a code comes before a name, a name before an alias."""
        return _codes(self.table(name))


_SENT: set[str] = set()
"""Tables another process has sent here: back to it goes their fingerprint alone."""


def _met(tables: dict[str, pl.DataFrame], fingerprint: str, hashes: dict[str, str]) -> Reference:
    if fingerprint not in _MET:
        _SENT.add(fingerprint)
    return _MET.get(fingerprint) or Reference(tables, fingerprint, hashes)


def _returned(fingerprint: str) -> Reference:
    return _MET[fingerprint]


@cache
def load(folder: Path = FOLDER) -> Reference:
    """Read all tables once; the same object is given out until the program restarts."""
    return read({path.stem: path for path in sorted(folder.glob("*.csv"))})


def read(paths: Mapping[str, Path]) -> Reference:
    """Read tables from their files, by name; the same bytes give the same fingerprint wherever they lie."""
    contents = {name: paths[name].read_bytes() for name in sorted(paths)}
    hashes = {name: sha256(content) for name, content in contents.items()}
    return Reference({name: parse(content) for name, content in contents.items()}, _fingerprint(hashes), hashes)


def with_changed(known: Reference, changed: Mapping[str, bytes]) -> Reference:
    """The tables with some replaced by what these files say."""
    hashes = known.hashes | {name: sha256(content) for name, content in changed.items()}
    tables = known.tables | {name: parse(content) for name, content in changed.items()}
    return Reference(tables, _fingerprint(hashes), hashes)


def _fingerprint(hashes: Mapping[str, str]) -> str:
    return sha256("".join(f"{name} {hashes[name]}\n" for name in sorted(hashes)).encode())[:16]


def sha256(content: bytes) -> str:
    """The hash by which a table's content is kept and found again."""
    return hashlib.sha256(content).hexdigest()


def parse(content: bytes) -> pl.DataFrame:
    """One table from its CSV: text columns, and dates where the column's name says so."""
    table = pl.read_csv(content, infer_schema=False)
    return table.with_columns(pl.col(column).str.to_date("%Y-%m-%d") for column in table.columns if is_date(column))


def in_force(day: date | pl.Expr) -> pl.Expr:
    """Whether a line of a table is in force on a day; an empty date means no such limit."""
    since, until = pl.col("valid_from"), pl.col("valid_to")
    return (since.is_null() | (since <= day)) & (until.is_null() | (until >= day))


def is_date(column: str) -> bool:
    """Whether a column of a table holds dates (YYYY-MM-DD)."""
    return column in _DATES or column.endswith("_on")


def _name_column(table: pl.DataFrame) -> str:
    return "name" if "name" in table.columns else "zh"


def _names(table: pl.DataFrame) -> dict[str, str]:
    latest_last = table.sort("valid_to", nulls_last=True, maintain_order=True)
    return dict(latest_last.select("code", _name_column(table)).iter_rows())


def _codes(table: pl.DataFrame) -> dict[str, str]:
    latest_last = table.sort("valid_to", nulls_last=True, maintain_order=True)
    by_text: dict[str, str] = {}
    if "aliases" in table.columns:
        for code, aliases in latest_last.select("code", "aliases").iter_rows():
            by_text |= dict.fromkeys((aliases or "").split(_SEPARATOR), code)
    by_text |= {name: code for code, name in latest_last.select("code", _name_column(table)).iter_rows()}
    by_text |= {code: code for code in table["code"]}
    by_text.pop("", None)
    return by_text
