"""The ministry's published list of schools (全国高等学校名单), read into rows of the table of institutions.

Serves article 2: a name is wrong only against a list of a known day. Must not know filings, rules or the database.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from core import reference
from core.errors import BadRequest
from core.reading import headers, plain

_NAME, _CODE, _BODY, _LEVEL = _HEADER = ("学校名称", "学校标识码", "主管部门", "办学层次")
_MOST_ROWS, _SHOWN, _FEWEST = 20_000, 5, 5
_SIGNS = str.maketrans(dict.fromkeys("‐‑–—−－", "-") | {"(": "（", ")": "）"})
_DAY = timedelta(days=1)
_Row = dict[str, str]


def read(path: Path, listed_on: date) -> pl.DataFrame:
    """Read the undergraduate schools of a list (xls, xlsx or csv) as rows of the table `institutions`.

    The province is that of the body in charge (兵团 has its own), else that of the identifier; a college that
    bears a listed school's name before its own is independent. Raises BadRequest for a file that is no such
    list, identifiers not of ten digits and duplicates, UnreadableFiling for a damaged workbook.
    """
    tables = reference.load()
    provinces = dict(tables.table("provinces").select("zh", "code").iter_rows())
    rows = {row[_NAME]: row for row in _schools(path, provinces) if "本科" in row[_LEVEL]}
    codes = {name: row[_CODE][-5:] for name, row in rows.items()}
    alike = {"status": "open", "synthetic": "0", "source": f"教育部名单 {listed_on}"}
    schools = [
        {"code": codes[name], "name": name, "province": _province(row, provinces), "identifier": row[_CODE],
         "parent": _parent(name, codes), "kind": "independent" if _parent(name, codes) else "school"} | alike
        for name, row in rows.items()
    ]  # fmt: skip
    return pl.DataFrame(schools, schema=tables.table("institutions").schema)


def merged(register: pl.DataFrame, listed: pl.DataFrame, listed_on: date) -> pl.DataFrame:
    """Lay a list over the table `institutions`: new schools and new names begin on its day, no school is closed.

    Raises BadRequest for a list older than one the table rests on, or when a row with another name begins that day.
    """
    known = register["source"].str.extract(r"^(?:MOE list of|教育部名单) (\d{4}-\d{2}-\d{2})").max() or ""
    _refuse([f"{listed_on} < {known}"] if str(listed_on) < known else [],
            "名单早于代码表已采用的名单，请选择更新的名单", "The list is older than one already in the table")
    begins = pl.col("valid_from").fill_null(date.min)
    in_force = (begins <= listed_on) & (pl.col("valid_to").fill_null(date.max) >= listed_on)
    held = register.filter(in_force).select("code", "established_on", held="name", began="valid_from", until="valid_to")
    later = register.filter(begins > listed_on).group_by("code").agg(before=pl.col("valid_from").min() - _DAY)
    fresh = (
        listed.drop("established_on").join(held, on="code", how="left").join(later, on="code", how="left")
        .filter(pl.col("held").ne_missing(pl.col("name")))
        .with_columns(valid_from=pl.lit(listed_on, pl.Date), valid_to=pl.coalesce("until", "before"))
    )  # fmt: skip
    _refuse(fresh.filter(pl.col("began") == listed_on)["code"],
            "代码表中已有自名单之日起的另一校名，请核对日期", "The table has another name from that very day")
    renamed = in_force & pl.col("code").is_in(fresh["code"].implode())
    kept = register.with_columns(valid_to=pl.when(renamed).then(pl.lit(listed_on - _DAY)).otherwise("valid_to"))
    return pl.concat([kept, fresh.select(register.columns)]).sort("code", "valid_from", nulls_last=False)


def coverage(listed: pl.DataFrame, listed_on: date) -> pl.DataFrame:
    """Say for which codes a list is complete until the end of the February after: rows of the table `coverage`."""
    # Before its day schools since closed are missing, after that February the year's new ones.
    march = date(listed_on.year + (listed_on.month >= 3), 3, 1)
    prefixes = listed.group_by(prefix=pl.col("code").str.head(2)).len().filter(pl.col("len") >= _FEWEST).sort("prefix")
    return prefixes.select(
        table=pl.lit("institutions"), key=pl.col("prefix") + "*", valid_from=pl.lit(listed_on, pl.Date),
        valid_to=pl.lit(march - _DAY, pl.Date), source=pl.lit(f"教育部名单 {listed_on}"),
    )  # fmt: skip


def _schools(path: Path, provinces: _Row) -> list[_Row]:
    rows = _below_the_header(path)
    _refuse((f"{at}:{row[_CODE]}" for at, row in rows
             if not re.fullmatch("[0-9]{10}", row[_CODE]) or _province(row, provinces) not in provinces.values()),
            "以下各行（行号:内容）学校标识码不是10位数字，或其中的省份不在代码表中", "No identifier of ten digits, or no such province, by row")
    _refuse((f"{at}:{row[_LEVEL]}" for at, row in rows if not row[_NAME] or not re.search("[本专]科", row[_LEVEL])),
            "以下各行校名为空，或办学层次不是本科、专科", "No name, or a level we do not know, by row")
    first: dict[str, int] = {}
    _refuse((f"{at}:{key}" for at, row in rows for key in (row[_CODE][-5:], row[_NAME]) if first.setdefault(key, at) != at),
            "以下各行的学校重复", "Listed twice, by row")
    return [row for _, row in rows]


def _below_the_header(path: Path) -> list[tuple[int, _Row]]:
    nearest, found = [], []
    for first, lines in plain.sheets(path):
        header: list[str] = []
        for number, line in enumerate(lines, first):
            _refuse([f"{number}"] if number > _MOST_ROWS or len(line) > headers.MOST_COLUMNS else [],
                    "行或列过多，不是教育部学校名单", "Too many rows or columns for the ministry's list")
            cells = [_plain(cell) for cell in line]
            nearest = max(nearest, [name for name in _HEADER if cells.count(name) == 1], key=len)
            if header and cells != header and len({*cells} - {""}) > 1:  # one text alone: a province, or a note
                row = dict.fromkeys(_HEADER, "") | dict(zip(header, cells, strict=False))
                found[-1].append((number, row | {_CODE: re.sub(r"^'|\.0+$", "", unicodedata.normalize("NFKC", row[_CODE]))}))
            elif not header and all(cells.count(name) == 1 for name in _HEADER):
                header = cells
                found.append([])
    missing = "、".join(name for name in _HEADER if name not in nearest) or "唯一的含本科学校的表（one sheet with undergraduate schools）"
    whole = len(found) == 1 and any("本科" in row[_LEVEL] for _, row in found[0])
    _refuse([] if whole else [missing], "这不是教育部公布的学校名单，缺少", "Not the ministry's list of schools, for want of")
    return found[0]


def _plain(cell: str) -> str:
    return "".join(sign for sign in cell if unicodedata.category(sign)[0] not in "ZC").translate(_SIGNS)


def _province(row: _Row, provinces: _Row) -> str:
    return next((code for name, code in provinces.items() if row[_BODY].startswith(name)), row[_CODE][2:4])


def _parent(name: str, codes: _Row) -> str | None:
    alone = not name.endswith(("学院", "分校")) or codes[name].startswith("16")  # 16: joint with a school abroad
    shorter = [] if alone else [name[:end] for end in range(len(name) - 1, 3, -1)]
    return next((codes[each] for each in shorter if each in codes), None)


def _refuse(found: Iterable[str], zh: str, en: str) -> None:
    shown = "、".join([each[:60] for each in found][:_SHOWN])
    if shown:
        raise BadRequest(f"{zh}：{shown}。请核对后重试。", f"{en}: {shown}. Check the list and try again.")
