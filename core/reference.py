"""The dated tables every check leans on: institutions, degrees, majors, countries, working days (代码表).

Serves the whole of article 2: a value is wrong only against a table, and a table has dates and a source.
Must not know files of filings, rules or the database.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from core import errors

FOLDER = Path(__file__).resolve().parents[1] / "data" / "reference"
_DATES = ("valid_from", "valid_to", "date")
_SEPARATOR = "|"


@dataclass(frozen=True, eq=False)
class Reference:
    """All reference tables of one moment, by file stem, and the fingerprint that identifies them.

    Every column is text but `valid_from`, `valid_to` and `date`; an empty date means no such limit.
    """

    tables: dict[str, pl.DataFrame]
    fingerprint: str

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


@cache
def load(folder: Path = FOLDER) -> Reference:
    """Read all tables once; the same object is given out until the program restarts."""
    paths = sorted(folder.glob("*.csv"))
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return Reference({path.stem: _read(path) for path in paths}, digest.hexdigest()[:16])


def _read(path: Path) -> pl.DataFrame:
    table = pl.read_csv(path, infer_schema=False)
    return table.with_columns(
        pl.col(column).str.to_date("%Y-%m-%d") for column in _DATES if column in table.columns
    )


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
