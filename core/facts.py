"""What only other records tell of a record (旁证): facts from its filing, from everything on file, and from its photo.

Serves article 2 where a record is right in itself but not beside others. Must not know rules or the database.
"""

import polars as pl

from core.twins import near_twins

KNOWN: dict[str, pl.DataType] = {
    "known_certificate_rows": pl.UInt32(),
    "known_certificate_other": pl.Boolean(),
    "known_same_record": pl.Boolean(),
    "known_same_day_degrees": pl.UInt32(),
    "known_master_conferred": pl.Date(),
    "known_other_name": pl.Boolean(),
    "known_other_details": pl.Boolean(),
    "known_near_twin": pl.Boolean(),
    "known_same_major": pl.Boolean(),
    "known_overlap_months": pl.Int32(),
    "known_bachelor": pl.Boolean(),
    "known_revoked": pl.Boolean(),
    "known_withdrawn": pl.Boolean(),
    "known_overridden": pl.Boolean(),
    "known_rare_signatory": pl.Boolean(),
    "known_photo_twin": pl.Boolean(),
    "known_photos": pl.UInt32(),
    "known_photo_readable": pl.Boolean(),
    "known_photo_width": pl.UInt32(),
    "known_photo_height": pl.UInt32(),
    "known_photo_bytes": pl.UInt32(),
    "known_photo_contrast": pl.Float64(),
}
"""What only a record's filing, the archive or its photo can tell, as columns; null means nothing is known.

known_certificate_rows: rows of this filing with the same certificate number.
known_certificate_other: the number is on file for another person.
known_same_record: this person is on file with this certificate number.
known_same_day_degrees: degrees of this person, level, day and institution that were not declared as second or
minor, this one included.
known_master_conferred: the latest day this person was conferred a master's degree.
known_other_name, known_other_details: this person's number stands with another name (spaces, middle dots and the
case of letters aside); another birth date or sex.
known_near_twin: someone of this name, birth date and institution has a number one slip of the pen away.
known_same_major: this person has another certificate of this level and major.
known_overlap_months: months for which full-time study at another institution, same level and not declared as a
second degree or the like, ran beside this one.
known_bachelor: another degree of this person is a bachelor's, conferred no later as far as is known.
known_revoked, known_withdrawn: this degree was revoked; this very filing of it was withdrawn. known_overridden: this
very record may come back all the same, by a signed override.
known_rare_signatory: president or chair is not the one most records of this filing and day name.
known_photos: photos that are this record's and no other's; the known_photo_… facts are the first one's.
known_photo_twin: the same picture is another person's. known_photo_bytes: its size. known_photo_contrast: standard
deviation of its brightness, 0 to 127.
"""
WHOLE: dict[str, pl.DataType] = {
    "whole_records": pl.Int64(),
    "whole_listed": pl.Int64(),
    "whole_attached": pl.Boolean(),
    "whole_numbers": pl.Int64(),
    "whole_numbers_zero": pl.Int64(),
    "whole_cards": pl.Int64(),
    "whole_cards_zero": pl.Int64(),
    "whole_births": pl.Int64(),
    "whole_last_year": pl.Int64(),
    "whole_enrolled_excess": pl.Int64(),
    "whole_photos_unmatched": pl.Int64(),
    "whole_photos_ambiguous": pl.Int64(),
}
"""What is to be judged of a filing as such; null means it is not told.

whole_listed: names in the resolution's list. whole_attached: a scan of the resolution came with the filing.
whole_numbers, whole_numbers_zero: certificate numbers of 16 digits, and those ending in 0. whole_cards,
whole_cards_zero: ID numbers of 18 figures, and those ending in 000. whole_births: distinct birth dates.
whole_last_year: records of the same institution and category in the same semester a year before.
whole_enrolled_excess: conferrals above the cohort's authorised enrolment in percent of it; the worst cohort.
whole_photos_unmatched, whole_photos_ambiguous: photos that fit no record, or more than one.
"""
COUNTED: dict[str, str] = {
    "whole_records": "记录{}条",
    "whole_listed": "决议名单{}人",
    "whole_attached": "决议扫描件{}",
    "whole_numbers": "16位证书编号{}个",
    "whole_numbers_zero": "末位为0的编号{}个",
    "whole_cards": "18位证件号码{}个",
    "whole_cards_zero": "末三位为000的号码{}个",
    "whole_births": "不同的出生日期{}个",
    "whole_last_year": "上年同学期{}条",
    "whole_enrolled_excess": "超出核定招生规模{}%",
    "whole_photos_unmatched": "对应不上记录的照片{}张",
    "whole_photos_ambiguous": "对应多条记录的照片{}张",
}
"""How each fact of WHOLE is written where a finding shows what was counted."""
HEADS: dict[str, pl.DataType] = {
    "row": pl.Int64(), "filer": pl.String(), "name": pl.String(), "certificate": pl.String(), "person": pl.String(),
    "level": pl.String(), "major": pl.String(), "born": pl.Date(), "sex": pl.String(), "conferred": pl.Date(),
    "entered": pl.Date(), "graduated": pl.Date(), "full_time": pl.Boolean(), "declared": pl.Boolean(),
    "suspect": pl.Boolean(),
}
"""The few columns by which records are compared with others and found again.

filer: the institution that files, empty when it is not told. full_time: the study was full time (全日制). suspect: some
check fails unless others speak for the record.
"""
ACQUAINTED: dict[str, pl.DataType] = {
    **{name: kind for name, kind in HEADS.items() if name not in ("filer", "suspect")}, "here": pl.Boolean(), "status": pl.String(),
}
"""Records on file beside a filing's: `row` is the filing's row they share a person with, all else is theirs.

here: this institution conferred it. status: on_file, revoked or withdrawn.
"""
SAME_NUMBER = 20
"""So many records of one person are looked at, the first ones: a number that more share is nobody's."""
_TOGETHER = r"[\s·]"
"""What may part a name without making it another one."""


def of_filing(heads: pl.DataFrame, acquainted: pl.DataFrame | None = None) -> pl.DataFrame:
    """What records tell about each other: row and KNOWN facts, for rows of which anything is known.

    `heads` has HEADS; `acquainted` has ACQUAINTED: what is on file of the same persons.
    """
    beside = pl.DataFrame(schema=ACQUAINTED) if acquainted is None else acquainted
    told = [
        heads.filter(_repeated(heads["certificate"])).select("row", known_certificate_rows=pl.len().over("certificate")),
        near_twins(heads.select("row", "filer", "name", "born", "person")),
        _same_persons(heads, pl.concat([_within(heads), beside], how="vertical_relaxed")),
        _degrees(heads, beside),
    ]
    return merged(told)


def merged(told: list[pl.DataFrame]) -> pl.DataFrame:
    """Facts of several kinds as one line a row: true wins over false, the greatest number and latest day win."""
    frames = [each for each in told if not each.is_empty()]
    if not frames:
        return pl.DataFrame(schema={"row": pl.Int64()})
    together = pl.concat(frames, how="diagonal_relaxed")
    return together.group_by("row").agg(pl.all().max()).sort("row")


def beside(frame: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Lay facts (row and some of KNOWN) beside a frame that has been read; what is not told is null."""
    told = [name for name in KNOWN if name in facts.columns]
    if facts.is_empty():
        return frame.with_columns(pl.lit(None, kind).alias(name) for name, kind in KNOWN.items())
    joined = frame.join(facts.select("row", *told), on="row", how="left", maintain_order="left")
    return joined.with_columns(pl.lit(None, kind).alias(name) for name, kind in KNOWN.items() if name not in told)


def _repeated(column: pl.Series) -> pl.Series:
    # Hashes first: 8 bytes a row for millions of rows.
    return column.hash().is_duplicated() & column.is_not_null()


def _within(heads: pl.DataFrame) -> pl.DataFrame:
    """A filing's other records of the same persons, as ACQUAINTED."""
    shared = heads.filter(_repeated(heads["person"]))
    theirs = shared.group_by("person", maintain_order=True).head(SAME_NUMBER).rename({"row": "other"})
    pairs = shared.select("row", "person").join(theirs, on="person").filter(pl.col("row") != pl.col("other"))
    return pairs.with_columns(here=pl.lit(True), status=pl.lit("on_file")).select(*ACQUAINTED)


def _comparable(of: str = "") -> tuple[pl.Expr, pl.Expr]:
    """The name without what may part it, and the sex where it is one: what else is wrong other checks say."""
    name, sex = pl.col(f"name{of}"), pl.col(f"sex{of}")
    return name.str.replace_all(_TOGETHER, "").str.to_uppercase(), pl.when(sex.is_in(["1", "2"])).then(sex)


def _same_persons(heads: pl.DataFrame, beside: pl.DataFrame) -> pl.DataFrame:
    """What other records, of this filing and on file, say of the rows they share a person with."""
    pairs = heads.join(beside, on="row", suffix="_theirs").with_columns(*_comparable(), *_comparable("_theirs"))
    current, here = pl.col("status") == "on_file", pl.col("here").fill_null(False)

    def same(name: str) -> pl.Expr:
        return (pl.col(name) == pl.col(f"{name}_theirs")).fill_null(False)

    def differs(name: str) -> pl.Expr:
        return (pl.col(name) != pl.col(f"{name}_theirs")).fill_null(False)

    full_time = pl.col("full_time") & pl.col("full_time_theirs") & ~pl.col("declared_theirs")
    overlap = _months(pl.max_horizontal("entered", "entered_theirs"), pl.min_horizontal("graduated", "graduated_theirs"))
    both_told = pl.all_horizontal(
        pl.col(name).is_not_null() for name in ("entered", "graduated", "entered_theirs", "graduated_theirs")
    )
    later = (pl.col("conferred_theirs") > pl.col("conferred")).fill_null(False)
    revoked = here & same("level") & (pl.col("conferred") <= pl.col("conferred_theirs")).fill_null(False)
    return pairs.select(
        "row",
        known_other_name=current & differs("name"),
        known_other_details=current & (differs("born") | differs("sex")),
        known_same_major=current & same("level") & same("major") & differs("certificate"),
        known_overlap_months=pl.when(current & ~here & same("level") & full_time & both_told).then(overlap).cast(pl.Int32),
        known_bachelor=current & (pl.col("level_theirs") == "4") & ~same("certificate") & ~later,
        known_revoked=(pl.col("status") == "revoked") & (revoked | same("certificate")),
        known_withdrawn=(pl.col("status") == "withdrawn") & same("certificate"),
    )


def _degrees(heads: pl.DataFrame, beside: pl.DataFrame) -> pl.DataFrame:
    """Degrees of one person on one day, and their master's, the filing's own and those on file together."""
    columns = ("person", "level", "conferred", "declared", "certificate")
    people = heads.filter(_repeated(heads["person"]) | heads["row"].is_in(beside["row"].unique().implode()))
    theirs = beside.filter(pl.col("status") == "on_file")
    degrees = pl.concat(
        [people.select(*columns, here=pl.lit(True)), theirs.select(*columns, "here")], how="vertical_relaxed"
    ).unique()
    same_day = (
        degrees.filter(~pl.col("declared"), "here")
        .group_by("person", "level", "conferred")
        .agg(known_same_day_degrees=pl.col("certificate").n_unique())
    )
    masters = degrees.filter(pl.col("level") == "3").group_by("person").agg(known_master_conferred=pl.max("conferred"))
    return (
        people.join(same_day, on=["person", "level", "conferred"], how="left")
        .join(masters, on="person", how="left")
        .select("row", "known_same_day_degrees", "known_master_conferred")
        .filter((pl.col("known_same_day_degrees") > 1) | pl.col("known_master_conferred").is_not_null())
    )


def _months(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    return (last.dt.year() - first.dt.year()) * 12 + last.dt.month().cast(pl.Int32) - first.dt.month()
