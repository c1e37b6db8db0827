"""The registers of the synthetic nation: rights, majors, enrolment, officials and persons of exactly those who file.

They say of every record that is not made faulty that it is right. Must not know the database.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from core import reference
from core.demo import faults_policy, programmes
from core.demo.fault import Register
from core.demo.plan import Filing
from core.vocabulary import Category, Level

SINCE = date(2008, 9, 1)
"""From this day on the registers answer for everybody who files."""
SOURCE = "synthetic"

_ENDED = date(2015, 12, 31)
_CLOSED, _GIVEN_UP = date(2020, 7, 31), date(2019, 12, 31)
_CATALOGUE_LEFT_OFF = date(2025, 1, 1)
_REVOKED_AFTER = "20d"

NAMED = {
    "register": pl.String, "institution": pl.String, "student_no": pl.String, "certificate_no": pl.String,
    "person": pl.String, "level": pl.String, "conferred": pl.Date,
}
"""Records a register names: which register (fault.Register), and what it may know them by."""


def write(folder: Path, filings: list[Filing], named: pl.DataFrame) -> None:
    """Write the registers as tables to be imported, one CSV each; `named` has NAMED."""
    folder.mkdir(exist_ok=True)
    for name, lines in _tables(filings, named).items():
        shape = reference.load().table(name).schema
        missing = [pl.lit(None, pl.String).alias(column) for column in shape if column not in lines.columns]
        complete = lines.with_columns(*missing).select(pl.col(column).cast(kind) for column, kind in shape.items())
        complete.with_columns(pl.col("source").fill_null(SOURCE)).write_csv(folder / f"{name}.csv")


def _tables(filings: list[Filing], named: pl.DataFrame) -> dict[str, pl.DataFrame]:
    filers = pl.DataFrame([(each.file, each.institution, str(each.category.level), str(each.category)) for each in filings],
                          schema=["file", "institution", "level", "category"], orient="row")
    studied = programmes.offered(filings).join(filers, on="file")
    officials = {each.institution: each.officials for each in filings}
    return {
        "institutions": _institutions(),
        "authorisations": _authorisations(studied, filers),
        "majors_on_record": _majors_on_record(studied),
        "enrolment": _enrolment(filings),
        "signatories": _lines(
            {"institution": code, "role": role, "name": name}
            for code, names in officials.items() for role, name in zip(("president", "chair"), names, strict=True)
        ),
        "secrecy_register": _secrecy(named),
        "revocations": _revocations(named),
        "coverage": _coverage(filings),
    }


def _lines(rows: Iterable[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows))


def _institutions() -> pl.DataFrame:
    shipped = reference.load().table("institutions")
    own = {"province": "11", "kind": "school", "status": "open", "synthetic": "1", "source": SOURCE}
    special = {
        faults_policy.CLOSED: {"status": "closed", "closed_on": _CLOSED, "successor": faults_policy.OTHER},
        faults_policy.GONE: {"valid_to": _GIVEN_UP, "successor": faults_policy.OTHER},
        faults_policy.COLLEGE: {"kind": "independent", "parent": faults_policy.OTHER},
        faults_policy.RENAMED: {"valid_from": date(2020, 1, 1)},
    }
    rows = [
        {**own, "code": code, "name": name, **special.get(code, {})}
        for code, name in faults_policy.NAMES.items() if code != faults_policy.UNKNOWN
    ]
    rows.append({**own, "code": faults_policy.RENAMED, "name": faults_policy.FORMER_NAME, "valid_to": date(2019, 12, 31)})
    more = pl.DataFrame(rows, schema_overrides={name: kind for name, kind in shipped.schema.items() if kind == pl.Date})
    return pl.concat([shipped, more.sort("code", "valid_to", nulls_last=True)], how="diagonal_relaxed")


def _authorisations(studied: pl.DataFrame, filers: pl.DataFrame) -> pl.DataFrame:
    graduates = studied.filter(pl.col("level") != Level.BACHELOR).select(
        "institution", "level", "kind", discipline=pl.col("major").str.slice(0, 4)
    )
    of_level = filers.select("institution", "level").unique()
    standard = of_level.filter(pl.col("level") != Level.BACHELOR).select(
        "institution", "level", kind=pl.lit("academic"), discipline=pl.lit(programmes.STANDARD[Level.MASTER])
    )
    young = of_level.filter(pl.col("level") != Level.BACHELOR).select(
        "institution", "level", kind=pl.lit("professional"),
        discipline=pl.when(pl.col("level") == Level.MASTER).then(pl.lit(programmes.YOUNG_TYPE)).otherwise(pl.lit(programmes.NEW_DOCTOR_TYPE)),
    )
    bachelors = of_level.filter(pl.col("level") == Level.BACHELOR).select(
        "institution", "level", kind=pl.lit("academic"), discipline=pl.lit("*")
    )
    adult_filers = filers.filter(pl.col("category") == Category.BACHELOR_ADULT).select("institution").unique()
    adults = _with_standard(studied).join(adult_filers, on="institution", how="semi").select(
        "institution", level=pl.lit(str(Level.BACHELOR)), kind=pl.lit("adult"), discipline="major"
    )
    lasting = pl.concat([graduates, standard, young, bachelors, adults]).unique().with_columns(valid_to=pl.lit(None, pl.Date))
    ended = standard.with_columns(discipline=pl.lit(programmes.WANTING["ended"]), valid_to=pl.lit(_ENDED))
    narrow = _lines([{"institution": faults_policy.NARROW, "level": "4", "kind": "academic", "discipline": "*"}])
    return pl.concat([lasting, ended, narrow], how="diagonal").sort("institution", "level", "kind", "discipline")


def _with_standard(studied: pl.DataFrame) -> pl.DataFrame:
    """What the institutions' bachelors study, and what every institution may have had: institution, major."""
    own = studied.filter(pl.col("level") == Level.BACHELOR).select("institution", "major")
    each = own.select("institution").unique().with_columns(major=pl.lit(programmes.STANDARD[Level.BACHELOR]))
    return pl.concat([own, each]).unique()


def _majors_on_record(studied: pl.DataFrame) -> pl.DataFrame:
    return _with_standard(studied).sort("institution", "major")


def _enrolment(filings: list[Filing]) -> pl.DataFrame:
    """Twice as many as are filed, or half as many where too many are to be found."""
    counted = _lines(
        {"institution": each.institution, "level": str(each.category.level), "year": str(each.entered.year),
         "number": each.records // 2 if each.fault == "P12" else each.records * 2 + 100}
        for each in filings
    )
    return counted.group_by("institution", "level", "year").sum().sort("institution", "level", "year")


def _secrecy(named: pl.DataFrame) -> pl.DataFrame:
    chosen = named.filter(pl.col("register").is_in([Register.SECRET_STUDENT.value, Register.SECRET_NUMBER.value]))
    by_student = pl.col("register") == Register.SECRET_STUDENT.value
    return chosen.select(
        "institution", student_no=pl.when(by_student).then("student_no"),
        certificate_no=pl.when(~by_student).then("certificate_no"), classified_on=pl.lit(SINCE),
    )


def _revocations(named: pl.DataFrame) -> pl.DataFrame:
    kinds = {Register.REVOKED_NUMBER.value: "degree", Register.REVOKED_PERSON.value: "degree", Register.WITHDRAWN.value: "filing"}
    chosen = named.filter(pl.col("register").is_in(list(kinds)))
    by_person = pl.col("register") == Register.REVOKED_PERSON.value
    return chosen.select(
        "institution", "level", certificate_no=pl.when(~by_person).then("certificate_no"),
        person=pl.when(by_person).then("person"), kind=pl.col("register").replace_strict(kinds, return_dtype=pl.String),
        decision_no=pl.lit("示范撤销〔2024〕1号"), effective_on=pl.col("conferred").dt.offset_by(_REVOKED_AFTER),
    )


def _coverage(filings: list[Filing]) -> pl.DataFrame:
    filers = dict.fromkeys(each.institution for each in filings)
    signed = dict.fromkeys(each.institution for each in filings if each.signed)
    complete = {
        "institutions": (*filers, *faults_policy.NAMES), "authorisations": (*filers, faults_policy.NARROW),
        "majors_on_record": filers, "enrolment": filers, "signatories": signed, "archive": ("*",),
    }
    own = _lines(
        {"table": table, "key": key, "valid_from": SINCE} for table, keys in complete.items() for key in keys
    )
    catalogue = _lines([{"table": "bachelor_majors", "key": "2025", "valid_from": _CATALOGUE_LEFT_OFF}])
    return pl.concat([reference.load().table("coverage"), own, catalogue], how="diagonal_relaxed")
