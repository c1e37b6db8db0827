"""Certificate numbers that only other records show to be wrong (article 2). Declarations only."""

import polars as pl

from core.rules import Context, Sight, rule
from core.vocabulary import FindingClass

INACCURATE = FindingClass.INACCURATE


def _numbered(_: Context) -> pl.Expr:
    return pl.col("certificate").is_not_null()


def _same_person_told(_: Context) -> pl.Expr:
    return pl.col("certificate").is_not_null() & pl.col("person").is_not_null()


@rule(
    "X01", cls=INACCURATE, fields=("XWZSBH",),
    zh="本批次中学位证书编号重复，请核对后改正。",
    en="The certificate number appears more than once in this filing; please check and correct.",
    when=_numbered, sight=Sight.FILING,
    passes=({}, {"known_certificate_rows": "1"}), fails=({"known_certificate_rows": "2"},),
)
def number_is_alone_in_the_filing(_: Context) -> pl.Expr:
    """Check X01 of the rule list. The whole number counts: before 2016 kinds may share the digits after the letter."""
    return pl.col("known_certificate_rows").fill_null(1) <= 1


@rule(
    "X02", cls=INACCURATE, fields=("XWZSBH",),
    zh="学位证书编号已被他人使用，请核对后改正。",
    en="The certificate number is on file for another person; please check and correct.",
    when=_same_person_told, sight=Sight.ARCHIVE,
    passes=({}, {"known_certificate_other": "false"}), fails=({"known_certificate_other": "true"},),
)
def number_is_nobody_elses(_: Context) -> pl.Expr:
    """Check X02 of the rule list, over everything on file, the whole number with its letter."""
    return ~pl.col("known_certificate_other").fill_null(False)


@rule(
    "X03", cls=INACCURATE, fields=("ZJHM", "XWZSBH"),
    zh="该记录已报送备案，请勿重复报送；如需改正请报送更正信息。",
    en="The record is already on file; please do not file it again, send a correction if it needs one.",
    when=_same_person_told, sight=Sight.ARCHIVE,
    passes=({}, {"known_same_record": "false"}), fails=({"known_same_record": "true"},),
)
def record_is_filed_for_the_first_time(_: Context) -> pl.Expr:
    """Check X03 of the rule list: same person, same certificate number."""
    return ~pl.col("known_same_record").fill_null(False)
