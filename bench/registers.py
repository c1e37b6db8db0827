"""Registers that answer for every institution of the bench's filing, so that all checks are really evaluated."""

from datetime import date

import polars as pl

from core import revision, ruleset
from core.desk import Desk
from core.reference import Reference
from core.ruleset import Proposal

RENAMED = [str(10001 + number) for number in range(10)]
"""The institutions of `bench.filing`, all of one name there."""
_COMPLETE = (
    "institutions", "authorisations", "majors_on_record", "enrolment", "signatories", "bachelor_majors", "disciplines", "archive",
)


def put_in_force(desk: Desk, day: date, *, renamed: bool = True) -> None:
    """Make the next version of the rulebook, with these registers; institutions keep their names unless renamed."""
    base = ruleset.in_force(desk.db, day)
    revision.commit(desk, Proposal(base, base.settings, _tables(base.reference, renamed)), effective_on=day, reason="测速用的参照表。")


def _tables(shipped: Reference, renamed: bool) -> dict[str, pl.DataFrame]:
    codes = RENAMED if renamed else shipped.table("institutions")["code"].unique().to_list()
    own = {
        "authorisations": [{"institution": code, "level": "4", "kind": "academic", "discipline": "*"} for code in codes],
        "majors_on_record": [{"institution": code, "major": "080901"} for code in codes],
        "enrolment": [{"institution": code, "level": "4", "year": "2021", "number": "9000000"} for code in codes],
        "signatories": [
            {"institution": code, "role": role, "name": name}
            for code in codes for role, name in (("president", "王示例"), ("chair", "李示例"))
        ],
        "revocations": [{"certificate_no": "1000142025000000", "institution": "10001", "level": "4", "kind": "degree"}],
        "secrecy_register": [{"institution": "10001", "student_no": "2021", "certificate_no": "1000142025000000"}],
    }
    tables = {name: _lines(shipped, name, rows) for name, rows in own.items()}
    complete = _lines(shipped, "coverage", [{"table": name, "key": "*", "valid_from": date(2008, 9, 1)} for name in _COMPLETE])
    named = shipped.table("institutions").with_columns(
        name=pl.when(pl.col("code").is_in(RENAMED if renamed else [])).then(pl.lit("示例大学")).otherwise("name")
    )
    return tables | {"coverage": complete, "institutions": named}


def _lines(shipped: Reference, name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    schema = shipped.table(name).schema
    return pl.DataFrame([{"source": "bench"} | row for row in rows], schema=schema)
