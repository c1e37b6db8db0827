"""Reference tables to judge samples with: the shipped ones, and registers that are complete for sample institutions.

All institutions, lines and days of the registers are invented.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache

import polars as pl

from core import reference
from core.reference import Reference

Row = dict[str, str | date | None]
_OWN = {"valid_from": None, "valid_to": None, "source": "sample"}
_RENAMED = date(2018, 7, 1)


def _school(code: str, name: str, **more: str | date) -> Row:
    return {"code": code, "name": name, "kind": "school", "status": "open", "province": "11", "synthetic": "1", **more}


def _right(institution: str, level: str, kind: str, discipline: str = "*", **days: date) -> Row:
    return {"institution": institution, "level": level, "kind": kind, "discipline": discipline, **days}


_ROWS: dict[str, list[Row]] = {
    "institutions": [
        _school("80911", "示例学院", valid_to=date(2018, 6, 30)),
        _school("80911", "示例大学", valid_from=_RENAMED),
        _school("80912", "示例理工大学（南湖）"),
        _school("80913", "示例工学院", valid_to=date(2020, 12, 31), successor="80911"),
        _school("80914", "示例大学城市学院", kind="independent", parent="80911"),
        _school("80915", "示例师范学院", established_on=date(2016, 5, 1)),
        _school("80916", "示例财经学院", closed_on=date(2019, 12, 31), status="closed", successor="80911"),
        _school("80921", "示例海事学院", valid_to=date(2023, 4, 26)),
        _school("80921", "示例海事大学", valid_from=date(2023, 12, 2)),
        _school("80922", "示例新设学院", valid_from=date(2015, 3, 1)),
        _school("80923", "示例无期学院"),
        _school("80918", "示例大学滨江学院", kind="independent"),
        _school("80919", "示例大学应用学院", kind="independent", parent="80911", valid_to=date(2020, 6, 30)),
        _school("80919", "示例应用学院", valid_from=date(2020, 7, 1)),
    ],
    "authorisations": [
        _right("80901", "2", "academic"), _right("80901", "3", "academic"), _right("80901", "3", "professional"),
        _right("80901", "4", "academic"),
        _right("80911", "2", "academic", "0812", valid_from=date(2018, 3, 1)),
        _right("80911", "3", "academic", "0812", valid_from=date(2006, 1, 1)),
        _right("80911", "3", "academic", "0809", valid_from=date(2006, 1, 1), valid_to=date(2020, 12, 31)),
        _right("80911", "3", "professional", "0854", valid_from=date(2019, 5, 1)),
        _right("80911", "4", "academic", valid_from=date(1998, 1, 1)),
        _right("80911", "4", "adult", "080901", valid_from=date(2010, 1, 1), valid_to=date(2022, 12, 31)),
        _right("80911", "4", "adult", "120203K", valid_from=date(2010, 1, 1)),
        _right("80914", "4", "academic", valid_from=date(2011, 6, 1)),
        _right("80916", "4", "academic", valid_from=date(2000, 1, 1), valid_to=date(2019, 12, 31)),
    ],
    "majors_on_record": [
        {"institution": "80901", "major": "080901"},
        {"institution": "80911", "major": "080901", "valid_from": date(1999, 9, 1)},
        {"institution": "80911", "major": "080717T", "valid_from": date(2020, 3, 1)},
        {"institution": "80911", "major": "120203K", "valid_from": date(2013, 3, 1)},
        {"institution": "80914", "major": "080605", "valid_from": date(2003, 3, 1)},
    ],
    "enrolment": [{"institution": "80901", "level": "4", "year": "2021", "number": "100"}],
    "signatories": [
        {"institution": "80901", "role": "president", "name": "李示范"},
        {"institution": "80901", "role": "chair", "name": "王示例"},
        {"institution": "80903", "role": "president", "name": "陈旧任", "valid_to": date(2020, 6, 30)},
        {"institution": "80903", "role": "president", "name": "李新任", "valid_from": date(2020, 7, 1)},
        {"institution": "80903", "role": "chair", "name": "迈克尔·示例", "valid_from": date(2020, 7, 1)},
    ],
}
"""Lines of the registers, each in force for ever unless it says otherwise. Those of 80911 are complete but few."""

_COMPLETE = {
    "institutions": ("8090*", "8091*"), "authorisations": ("80901", "80905", "80911", "80914", "80916"),
    "majors_on_record": ("80911", "80914"), "enrolment": ("80901",), "signatories": ("80901", "80903"),
}
"""What is complete, for whom, on any day; beside what the shipped tables are complete for."""


@cache
def a_reference() -> Reference:
    """The shipped tables with the sample registers in place of the empty ones, and more institutions."""
    samples = {name: table(name, rows) for name, rows in _ROWS.items()}
    more = pl.concat([reference.load().table("institutions"), samples.pop("institutions")])
    return with_tables(institutions=more, **samples, coverage=_coverage())


def with_tables(**tables: pl.DataFrame) -> Reference:
    """The shipped tables with some replaced."""
    return Reference(reference.load().tables | tables, "sample")


def without(tables: Reference, names: Iterable[str]) -> Reference:
    """The tables with some emptied."""
    emptied = {name: tables.tables[name].clear() for name in names if name in tables.tables}
    return Reference(tables.tables | emptied, "sample")


def table(name: str, rows: list[Row]) -> pl.DataFrame:
    """Lines of one table, in the columns of the shipped one."""
    shipped = reference.load().table(name)
    return pl.DataFrame([_OWN | row for row in rows], schema=shipped.schema)


def _coverage() -> pl.DataFrame:
    sample = [{"table": name, "key": key} for name, keys in _COMPLETE.items() for key in keys]
    return pl.concat([reference.load().table("coverage"), table("coverage", sample)])
