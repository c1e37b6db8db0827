"""The reference tables as staff keep them (代码表维护): what each is, what an import must satisfy, what it would change.

Serves article 2: a value is wrong only against a table. Must not know rules, versions or the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from core import reference
from core.calendar_tables import LEADS, MOST_LEAD
from core.errors import BadRequest
from core.reading import plain

_SHOWN = 5
_EVER = (date.min, date.max)


@dataclass(frozen=True)
class Table:
    """One reference table (代码表): its file stem, its names, and the columns by which a line is known.

    `register` marks tables that hold what institutions and offices report rather than a standard; `secret` those
    about persons, seen only with the duty for classified records.
    """

    name: str
    zh: str
    en: str
    keys: tuple[str, ...]
    register: bool = False
    secret: bool = False


_TABLES = (
    Table("institutions", "学位授予单位", "Institutions", ("code",), register=True),
    Table("authorisations", "学位授权", "Degree authorisations", ("institution", "level", "kind", "discipline"), register=True),
    Table("majors_on_record", "备案本科专业", "Bachelor majors on record", ("institution", "major"), register=True),
    Table("enrolment", "核定招生规模", "Authorised enrolment", ("institution", "level", "year"), register=True),
    Table("signatories", "校长和学位评定委员会主席", "Presidents and committee chairs", ("institution", "role", "name"), register=True),
    Table(
        "secrecy_register", "定密登记", "Secrecy register", ("institution", "student_no", "certificate_no"), register=True,
        secret=True,
    ),
    Table(
        "revocations", "撤销登记", "Revocations", ("certificate_no", "institution", "person", "level", "kind"), register=True,
        secret=True,
    ),
    Table("working_days", "工作日", "Working days", ("date",), register=True),
    Table("filing_days", "报送期限", "Filing days", ("half", "body"), register=True),
    Table("holiday_notices", "放假通知", "Holiday notices", ("year", "document"), register=True),
    Table("lead_times", "内部提前量", "Own lead times", ("milestone",), register=True),
    Table("coverage", "代码表完整范围", "What the tables cover", ("table", "key"), register=True),
    Table("disciplines", "研究生学科专业目录", "Graduate disciplines", ("code",)),
    Table("bachelor_majors", "本科专业目录", "Bachelor majors", ("code",)),
    Table("degrees", "学位类别", "Degree types", ("code",)),
    Table("countries", "国家和地区", "Countries and regions", ("code",)),
    Table("ethnic_groups", "民族", "Ethnic groups", ("code",)),
    Table("political_statuses", "政治面貌", "Political statuses", ("code",)),
    Table("sexes", "性别", "Sex", ("code",)),
    Table("id_documents", "身份证件类型", "ID document types", ("code",)),
    Table("provinces", "省级学位委员会", "Provinces", ("code",)),
    Table("areas", "行政区划", "Administrative areas", ("code",)),
    Table("surname_initials", "姓氏拼音首字母", "Initials of surnames", ("character",)),
)

TABLES: dict[str, Table] = {each.name: each for each in _TABLES}
"""Every reference table, those the staff report into first."""


_WORDS = {
    ("working_days", "kind"): ("holiday", "makeup"), ("working_days", "official"): ("0", "1"),
    ("filing_days", "half"): ("1", "2"), ("filing_days", "body"): ("institution", "province"),
    ("lead_times", "milestone"): LEADS,
    ("lead_times", "workdays"): tuple(str(days) for days in range(1, MOST_LEAD + 1)),
}  # fmt: skip
"""What may stand in columns by which days are counted: anything else would be passed over without a word."""


def read_file(name: str, path: Path) -> pl.DataFrame:
    """A table from a CSV, XLSX or XLS file: its first sheet, as `read` takes it."""
    _, lines = next(plain.sheets(path), (1, []))
    return read(name, [[cell.removeprefix("'") for cell in line] for line in lines])


def read(name: str, lines: Sequence[Sequence[str]]) -> pl.DataFrame:
    """A table from the lines of a file, header first, in the columns of the shipped one.

    Empty lines are passed over. Raises BadRequest for a missing or unknown column, a date that is none, an empty
    key or source, and two lines of one key that are in force on the same day; it tells the rows by number.
    """
    shape = reference.load().table(name).schema
    header = [cell.strip() for cell in lines[0]] if lines else []
    missing, unknown = [each for each in shape if each not in header], [each for each in header if each and each not in shape]
    if missing or unknown or len(set(header)) < len(header):
        raise BadRequest(
            f"表头应为{'、'.join(shape)}；缺少：{'、'.join(missing) or '无'}；多出：{'、'.join(unknown) or '无'}。请按导出的格式填写。",
            f"The header must be {', '.join(shape)}; missing: {', '.join(missing) or 'none'}; unknown: "
            f"{', '.join(unknown) or 'none'}. Fill in the exported file.",
        )
    filled = [(number, line) for number, line in enumerate(lines[1:], start=2) if any(cell.strip() for cell in line)]
    cells = [
        [number, *(dict(zip(header, line, strict=False)).get(column, "").strip() or None for column in shape)]
        for number, line in filled
    ]
    raw = pl.DataFrame(cells, schema={"line": pl.Int64, **dict.fromkeys(shape, pl.String)}, orient="row")
    table = raw.with_columns(pl.col(column).str.to_date("%Y-%m-%d", strict=False) for column in shape if reference.is_date(column))
    _refuse_bad_days(raw, table)
    _refuse_without(table, TABLES[name])
    _refuse_other_words(table, name)
    _refuse_overlaps(table, TABLES[name])
    return table.select(*shape)


def difference(name: str, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """What an import would change: change (added, gone, altered), key, before, after; in the order of the keys.

    Lines are the same when their keys and first day are; `before` and `after` give only what differs.
    """
    keys = (*TABLES[name].keys, "valid_from")
    told = [column for column in after.columns if column not in keys]
    old, new = (
        each.select(
            pl.struct(pl.col(key).cast(pl.String).fill_null("") for key in keys).alias("line"),
            pl.concat_str([pl.col(key).cast(pl.String).fill_null("") for key in keys], separator=" ").str.strip_chars().alias("key"),
            *(pl.col(column).cast(pl.String).fill_null("") for column in told),
        )
        for each in (before, after)
    )
    both = old.join(new, on="line", how="full", suffix="_new")
    differs = [(pl.col(column) != pl.col(f"{column}_new")).fill_null(True) for column in told]
    change = (
        pl.when(pl.col("key").is_null()).then(pl.lit("added")).when(pl.col("key_new").is_null()).then(pl.lit("gone"))
        .when(pl.any_horizontal(differs)).then(pl.lit("altered"))
    )
    sides = {
        side: pl.concat_str(
            [pl.when(differ & (pl.col(f"{column}{suffix}") != "")).then(pl.format(f"{column}={{}}", f"{column}{suffix}"))
             for differ, column in zip(differs, told, strict=True)],
            separator="；", ignore_nulls=True,
        )
        for side, suffix in (("before", ""), ("after", "_new"))
    }
    return both.select(change=change, key=pl.coalesce("key", "key_new"), **sides).filter(pl.col("change").is_not_null()).sort("key")


def _refuse_bad_days(raw: pl.DataFrame, table: pl.DataFrame) -> None:
    for column in (each for each in table.columns if reference.is_date(each)):
        bad = raw.filter(raw[column].is_not_null() & table[column].is_null())
        _refuse(bad, f"{column}不是日期，请写作2025-09-01", f"{column} is no date; write 2025-09-01")
    ends = table.filter(pl.col("valid_to") < pl.col("valid_from"))
    _refuse(ends, "valid_to早于valid_from，请核对", "valid_to lies before valid_from; check them")


def _refuse_without(table: pl.DataFrame, told: Table) -> None:
    given = told.keys if len(told.keys) == 1 else ()
    empty = table.filter(pl.any_horizontal(pl.col(column).is_null() for column in (*given, "source")))
    _refuse(empty, f"{'、'.join((*given, 'source'))}不能为空，请补填", f"{', '.join((*given, 'source'))} must be filled in")


def _refuse_other_words(table: pl.DataFrame, name: str) -> None:
    for (_, column), allowed in ((key, words) for key, words in _WORDS.items() if key[0] == name):
        told = "、".join(allowed) if len(allowed) <= _SHOWN else f"{allowed[0]}至{allowed[-1]}"
        other = table.filter(~pl.col(column).is_in(allowed).fill_null(False))
        _refuse(other, f"{column}只能填{told}", f"{column} must be {told.replace('、', ' or ').replace('至', ' to ')}")


def _refuse_overlaps(table: pl.DataFrame, told: Table) -> None:
    since, until = pl.col("valid_from").fill_null(_EVER[0]), pl.col("valid_to").fill_null(_EVER[1])
    ordered = table.with_columns(since=since, until=until).sort(*told.keys, "since")
    again = ordered.filter(
        pl.all_horizontal(pl.col(key).eq_missing(pl.col(key).shift(1)) for key in told.keys)
        & (pl.col("since") <= pl.col("until").shift(1)) & (pl.int_range(pl.len()) > 0)
    )
    _refuse(again, "同一代码在同一天有两行有效，请核对valid_from和valid_to", "two lines of one key are in force on one day; check their dates")


def _refuse(found: pl.DataFrame, zh: str, en: str) -> None:
    if found.is_empty():
        return
    lines = [str(number) for number in found["line"].head(_SHOWN)]
    more = "等" if found.height > _SHOWN else ""
    raise BadRequest(f"第{'、'.join(lines)}{more}行：{zh}。", f"Row {', '.join(lines)}{' …' if more else ''}: {en}.")
