"""Reference tables in words: what they are called, what their columns say, what is told of their completeness.

Must not know the session or what a screen does with a table.
"""

import polars as pl

from core.reference import Reference
from core.rules import RULES
from core.ruleset import READ_BY_ALL
from core.tables import Table
from pages import _tables
from pages._words import _, listed, say

_SHOWN = 3


def table(known: Reference, seen: list[Table]) -> pl.DataFrame:
    """Each table in words: name (its code), title, kind, rows, covered, checks, source."""
    leaning = {each.name: sum(each.name in rule.tables for rule in RULES.values()) for each in seen}
    leaning |= dict.fromkeys(READ_BY_ALL, len(RULES))
    rows = [
        {
            "name": each.name,
            "title": say(each),
            "kind": _("登记表") if each.register else _("标准"),
            "rows": known.table(each.name).height,
            "covered": completeness(known, each),
            "checks": leaning[each.name],
            "source": sources(known.table(each.name)),
        }
        for each in seen
    ]
    return pl.DataFrame(rows)


def completeness(known: Reference, told: Table) -> str:
    """Whether a table can answer: empty, complete for some keys, partial, or a standard taken as it stands."""
    lines = coverage(known, told.name)
    if told.name in _SELF_EVIDENT:
        return "—"
    if known.table(told.name).is_empty():
        return _("空：要查此表的未检")
    if lines.height:
        keys = listed(lines["key"].head(_SHOWN)) + (" …" if lines.height > _SHOWN else "")
        return _("{n:,} 段完整：{keys}").format(n=lines.height, keys=keys)
    return _("部分：缺少的不判错") if told.register else _("按标准全表")


def coverage(known: Reference, name: str) -> pl.DataFrame:
    """For which keys and days a table is said to be complete: key, valid_from, valid_to, source."""
    return known.table("coverage").filter(pl.col("table") == name).drop("table").sort("key", "valid_from")


def sources(lines: pl.DataFrame) -> str:
    """Where a table's lines come from, most lines first."""
    counted = lines["source"].drop_nulls().value_counts().sort("count", "source", descending=[True, False])
    more = counted.height - _SHOWN
    told = listed(counted["source"].head(_SHOWN))
    return told + (_(" 等 {n:,} 个来源").format(n=counted.height) if more > 0 else "")


def columns(lines: pl.DataFrame) -> dict[str, object]:
    """How a table's columns are shown: by their words, the filed name as help."""
    days = {column for column, kind in lines.schema.items() if kind == pl.Date}
    return {
        column: _tables.day(heading(column), help=column) if column in days else _tables.text(heading(column), help=column)
        for column in lines.columns
    }


def in_words(side: str) -> str:
    """One side of a difference (name=…；status=…) with its columns in words."""
    parts = [part.partition("=") for part in side.split("；") if part]
    return listed(f"{heading(name)} {value}" if mark else name for name, mark, value in parts)


def heading(column: str) -> str:
    """A column of a reference table in staff's words."""
    return _headings().get(column, column)


_SELF_EVIDENT = frozenset({"working_days", "holiday_notices", "filing_days", "lead_times", "coverage"})
"""Of these it makes no sense to ask whether they are complete."""


def _headings() -> dict[str, str]:
    return {
        "code": _("代码"), "name": _("名称"), "name_en": _("英文名称"), "zh": _("中文名称"), "en": _("英文名称"),
        "province": _("省份"), "kind": _("种类"), "status": _("状态"), "parent": _("母体单位"), "successor": _("并入单位"),
        "established_on": _("建立日期"), "closed_on": _("撤并日期"), "identifier": _("学校标识码"), "synthetic": _("虚构"),
        "valid_from": _("起始日期"), "valid_to": _("截止日期"), "source": _("来源"), "institution": _("学位授予单位"),
        "level": _("学位级别"), "discipline": _("学科专业"), "major": _("专业代码"), "year": _("年份"), "number": _("人数"),
        "role": _("职务"), "student_no": _("学号"), "certificate_no": _("证书编号"), "classified_on": _("定密日期"),
        "declassified_on": _("解密日期"), "person": _("证件号码"), "decision_no": _("决定文号"),
        "effective_on": _("生效日期"), "date": _("日期"), "official": _("已公布"), "table": _("代码表"), "key": _("范围"),
        "edition": _("版本"), "degrees": _("可授学位"), "controlled": _("国家控制"), "aliases": _("别名"),
        "letter": _("字母"), "fields": _("学科门类"), "alpha3": _("三字母代码"), "pattern": _("号码格式"),
        "body": _("机构"), "character": _("汉字"), "initials": _("拼音首字母"),
        "half": _("学期"), "day": _("月日"), "document": _("文号"), "issued_on": _("发文日期"), "milestone": _("日程"),
        "workdays": _("工作日数"),
    }  # fmt: skip
