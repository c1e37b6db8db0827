"""Suspected breaches of degree policy that only other records or a register show (articles 2, 7 and 9). Declarations only.

A suspicion is answered in writing and judged by a person; no check here is a verdict.
"""

from datetime import date
from functools import lru_cache

import polars as pl

from core.reference import Reference
from core.rules import Context, Sight, rule
from core.rules._readable import conferred_fits, stamp, written
from core.rules._tables import has_lines
from core.values import PLACEHOLDERS
from core.vocabulary import Category, FindingClass, Remedy

POLICY = FindingClass.POLICY

_BACHELORS_AGE = 18
"""Nobody is taken to have a bachelor's degree at a lower age."""
_LONG_AGO = date(1900, 1, 1)
_MASTER = {
    "XWLBM": "308", "XWLB": "工学硕士", "XWZSBH": "8090132025000123", "CSRQ": "19970307", "ZYDM": "0812",
    "ZJHM": "110101199703072173", "KSH": None, "RXNY": "202209",
}
_OLDER = {"CSRQ": "19850307", "ZJHM": "110101198503072174"}


@rule(
    "P06", cls=POLICY, fields=("ZJHM", "RXNY", "BYNY"),
    zh="该生同期在另一单位全日制攻读同级学位，请核实学习形式和起止年月并书面说明。",
    en="The person studied full time for a degree of this level at another institution in the same months; please "
    "verify form and months of study and explain in writing.",
    when=lambda _: pl.all_horizontal(pl.col(name).is_not_null() for name in ("person", "level", "entered", "graduated")),
    sight=Sight.ARCHIVE,
    passes=(
        {}, {"known_overlap_months": "-2"}, {"known_overlap_months": "3"}, {"known_overlap_months": "40", "SFSXSXW": "是"},
    ),
    fails=({"known_overlap_months": "4"},),
)
def full_time_study_was_at_one_place(context: Context) -> pl.Expr:
    """Check P06 of the rule list; months at the seams and degrees declared as joint, second or minor are let pass."""
    return (pl.col("known_overlap_months").fill_null(0) <= context.settings["overlap_months"]) | pl.col("declared")


@lru_cache(maxsize=16)
def _complete(reference: Reference) -> tuple[date, date | None] | None:
    """The days between which everything conferred in the country is on file, by the line archive, * of `coverage`."""
    if "coverage" not in reference.tables:
        return None
    lines = reference.table("coverage").filter(pl.col("table") == "archive", pl.col("key") == "*")
    if lines.is_empty():
        return None
    return lines["valid_from"].fill_null(_LONG_AGO).min(), None if lines["valid_to"].has_nulls() else lines["valid_to"].max()


def _archive_answers(context: Context) -> pl.Expr:
    days = _complete(context.reference)
    if days is None:
        return pl.lit(False)
    since, until = days
    after = pl.col("conferred") >= pl.lit(since, pl.Date)
    return after if until is None else after & (pl.col("conferred") <= pl.lit(until, pl.Date))


def _may_have_graduated_before(context: Context) -> pl.Expr:
    """Whether the person was of age for a bachelor's degree before everything is on file."""
    since, _ = _complete(context.reference) or (_LONG_AGO, None)
    of_age = since.year * 10000 + since.month * 100 + since.day - _BACHELORS_AGE * 10000
    return (stamp("born") <= of_age).fill_null(True)


def _prior_told() -> pl.Expr:
    prior = written("QZXW")
    return (prior.is_not_null() & ~prior.is_in(PLACEHOLDERS)) | written("QZXWNY").is_not_null()


def _resident(context: Context) -> pl.Expr:
    """Holders of a resident's card: others may have studied abroad or be on file under another document."""
    resident = pl.col("person").is_not_null() & (pl.col("id_type") == "01") & conferred_fits(context)
    return resident & pl.lit(context.category is not Category.BACHELOR_INTERNATIONAL)


@rule(
    "P08", cls=POLICY, fields=("QZXW|QZXWNY",),
    zh="未见前置学位：已报送数据中没有该生此前的学士学位，本条也未填前置学位，请核实并书面说明或补填。",
    en="No prior degree: no earlier bachelor's degree of the person is on file and none is given; please verify and "
    "explain in writing, or fill it in.",
    when=lambda context: _resident(context) & pl.col("level").is_in(["2", "3"]),
    covered=_archive_answers, tables=("coverage",), soft=_may_have_graduated_before, sight=Sight.ARCHIVE,
    silent_fails=True, category=Category.MASTER,
    passes=(
        {**_MASTER, "QZXW": "无", "known_bachelor": "true"},
        {**_MASTER, "QZXW": "工学学士"},
        {**_MASTER, "QZXW": "无", "QZXWNY": "202207"},
    ),
    fails=({**_MASTER, "QZXW": None}, {**_MASTER, "QZXW": "无", "known_bachelor": "false"}),
    soft_fails=({**_MASTER, **_OLDER, "QZXW": "无"},),
)
def graduate_has_an_earlier_degree(_: Context) -> pl.Expr:
    """Check P08 of the rule list. A note for those of age before the archive begins: theirs may not be on file."""
    return pl.col("known_bachelor").fill_null(False) | _prior_told()


@rule(
    "P09", cls=POLICY, fields=("SFDEXW",),
    zh="申报为第二学士学位，但未见第一学士学位，请核实并书面说明。",
    en="It is declared a second bachelor's degree, but there is no first one; please verify and explain in writing.",
    when=lambda context: _resident(context) & pl.col("second") & (pl.col("level") == "4"),
    covered=_archive_answers, tables=("coverage",), soft=_may_have_graduated_before, sight=Sight.ARCHIVE,
    silent_fails=True,
    passes=(
        {"SFDEXW": "是", "QZXW": "无", "known_bachelor": "true"}, {"SFDEXW": "是", "QZXW": "文学学士"}, {"SFDEXW": "否"},
    ),
    fails=({"SFDEXW": "是"}, {"SFDEXW": "是", "QZXW": "无", "known_bachelor": "false"}),
    soft_fails=({"SFDEXW": "是", "QZXW": "无", **_OLDER},),
)
def second_bachelor_follows_a_first(_: Context) -> pl.Expr:
    """Check P09 of the rule list; 第二学士学位 is taken after a first bachelor's degree (教高厅函〔2020〕9号)."""
    return pl.col("known_bachelor").fill_null(False) | _prior_told()


@rule(
    "P23", cls=POLICY, fields=("XWZSBH", "ZJHM"),
    zh="该学位此前已撤销，又再次报送，请核实；确有新的学位授予决议的，报学位中心签署后方可恢复。",
    en="This degree was revoked and is filed again; please verify, and with a new resolution ask the centre to sign for it.",
    when=lambda _: pl.col("certificate").is_not_null() | pl.col("person").is_not_null(),
    covered=lambda context: pl.lit(context.archive or has_lines(context, "revocations")), tables=("revocations",),
    sight=Sight.FILING, article="第九条", remedies=(Remedy.CHANGE, Remedy.WITHDRAW),
    passes=({}, {"known_revoked": "false"}, {"known_revoked": "true", "known_overridden": "true"}),
    fails=({"known_revoked": "true"},),
)
def degree_was_not_revoked(_: Context) -> pl.Expr:
    """Check P23 of the rule list and article 9, by the register of revocations and by what is on file as revoked."""
    return ~pl.col("known_revoked").fill_null(False) | pl.col("known_overridden").fill_null(False)
