"""Persons whom only other records show to be wrong (article 2): within the filing, and on file where there is a store.

Declarations only.
"""

import polars as pl

from core.rules import Context, Sight, rule
from core.vocabulary import FindingClass, Remedy

INACCURATE = FindingClass.INACCURATE

_RIGHT_AFTER_ALL = (Remedy.CHANGE, Remedy.EXPLAIN, Remedy.WITHDRAW)
"""The other record may be the wrong one, or a name was changed by law: then there is nothing to change here."""


def _told(*columns: str) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).is_not_null() for name in ("person", *columns))


@rule(
    "X04", cls=INACCURATE, fields=("ZJHM", "XM"),
    zh="同一证件号码对应不同姓名（本批次内或已报送数据中），请核对证件号码和姓名后改正；依法改名的请说明。",
    en="The ID number stands with another name in this filing or on file; please check number and name and correct "
    "them, or explain a lawful change of name.",
    when=lambda _: _told("name"), sight=Sight.FILING, remedies=_RIGHT_AFTER_ALL,
    passes=({}, {"known_other_name": "false"}), fails=({"known_other_name": "true"},),
)
def number_stands_with_one_name(_: Context) -> pl.Expr:
    """Check X04 of the rule list. Surnames such as 肖 and 萧 differ in law; spaces, dots and case do not."""
    return ~pl.col("known_other_name").fill_null(False)


@rule(
    "X05", cls=INACCURATE, fields=("ZJHM", "CSRQ", "XBM|XB"),
    zh="同一证件号码的出生日期或性别与本批次或已报送的另一条记录不一致，请核对后改正。",
    en="Another record of this ID number, in this filing or on file, has another birth date or sex; please check and "
    "correct.",
    when=lambda _: _told(), sight=Sight.FILING, remedies=_RIGHT_AFTER_ALL,
    passes=({}, {"known_other_details": "false"}), fails=({"known_other_details": "true"},),
)
def number_stands_with_one_birth_and_sex(_: Context) -> pl.Expr:
    """Check X05 of the rule list; what cannot be read as a date or a sex is not compared."""
    return ~pl.col("known_other_details").fill_null(False)


@rule(
    "X06", cls=FindingClass.NOTE, fields=("ZJHM", "XM", "CSRQ"),
    zh="本单位另有姓名、出生日期相同而证件号码仅差一位或相邻两位互换的记录，疑似同一人证件号录入错误，请核对。",
    en="Someone of the same name and birth date has an ID number one digit or one transposition away, maybe the same "
    "person mistyped; please check.",
    when=lambda _: _told("name", "born"), sight=Sight.FILING,
    passes=({}, {"known_near_twin": "false"}), fails=({"known_near_twin": "true"},),
)
def namesake_is_someone_else(_: Context) -> pl.Expr:
    """Check X06 of the rule list: namesakes born the same day do exist, so it is a note."""
    return ~pl.col("known_near_twin").fill_null(False)


@rule(
    "X07", cls=INACCURATE, fields=("ZJHM", "ZYDM"),
    zh="同一人在同一级别、同一专业有两个学位证书，疑似重复授予或专业有误，请核对后改正。",
    en="The person has two certificates of one level and major, conferred twice or with a wrong major; please check "
    "and correct.",
    when=lambda _: _told("level", "major"), sight=Sight.FILING, remedies=_RIGHT_AFTER_ALL,
    passes=({}, {"known_same_major": "false"}),
    fails=({"known_same_major": "true"}, {"known_same_major": "true", "SFDEXW": "是", "QZXW": "文学学士"}),
)
def major_is_conferred_once(_: Context) -> pl.Expr:
    """Check X07 of the rule list; a second degree or minor is of another major (学位〔2019〕20号), so declared ones too."""
    return ~pl.col("known_same_major").fill_null(False)
