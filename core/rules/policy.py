"""Suspected breaches of degree policy (疑似违反国家学位授予政策, articles 2 and 7). Declarations only.

A suspicion is answered in writing and judged by a person; no check here is a verdict.
"""

import polars as pl

from core.rules import Context, Sight, rule
from core.rules._readable import conferred_fits, degree_fits, months, stamp, written
from core.vocabulary import Category, FindingClass

POLICY = FindingClass.POLICY

_CONFERRED = pl.col("conferred")
_STRAIGHT_TO_DOCTOR = "硕博连读|直博|直攻博|本博|本科直博"
_WAITING = {Category.MASTER_EQUIVALENT: "wait_master", Category.DOCTOR_EQUIVALENT: "wait_doctor"}
_NO = ("否", "0", "N", "n", "无")
_TWO_YEARS = ("2", "2.0", "2年", "两年", "二年", "2.5", "2.5年")
_DOCTOR = {
    "XWLBM": "208", "XWLB": "工学博士", "XWZSBH": "8090122025000123", "CSRQ": "19970307", "ZYDM": "0812",
    "ZJHM": "110101199703072173", "KSH": None, "QZXW": "工学硕士学位",
}
_MASTER = {
    "XWLBM": "308", "XWLB": "工学硕士", "XWZSBH": "8090132025000123", "CSRQ": "19970307", "ZYDM": "0812",
    "ZJHM": "110101199703072173", "KSH": None, "RXNY": "202209", "QZXW": "工学学士学位",
}


@rule(
    "P05", cls=POLICY, fields=("ZJHM", "HXWRQ"),
    zh="同一人同日在本单位获得两个同级学位且未申报第二学位或辅修学位，请核实并书面说明。",
    en="One person received two degrees of one level on one day, neither declared as a second or minor degree; "
    "please verify and explain in writing.",
    when=lambda context: (
        pl.col("person").is_not_null() & pl.col("level").is_not_null() & conferred_fits(context)
    ),
    sight=Sight.FILING,
    passes=({}, {"known_same_day_degrees": "1"}, {"known_same_day_degrees": "2", "SFDEXW": "是", "QZXW": "理学学士学位"}),
    fails=({"known_same_day_degrees": "2"},),
)
def one_degree_a_level_and_day(_: Context) -> pl.Expr:
    """Check P05 of the rule list; 学位〔2019〕20号 for the kinds of bachelor's degrees that are declared."""
    return (pl.col("known_same_day_degrees").fill_null(1) < 2) | pl.col("declared")


@rule(
    "P07", cls=POLICY, fields=("ZJHM", "HXWRQ"),
    zh="博士学位早于硕士学位或相隔不足一年，且未注明硕博连读或直博，请核实并书面说明。",
    en="The doctorate precedes the master's degree or follows within a year, and no integrated programme is noted; "
    "please verify and explain in writing.",
    when=lambda context: (pl.col("level") == "2") & conferred_fits(context) & pl.col("person").is_not_null(),
    sight=Sight.FILING, category=Category.DOCTOR,
    passes=(
        _DOCTOR,
        {**_DOCTOR, "known_master_conferred": "2024-06-20"},
        {**_DOCTOR, "known_master_conferred": "2025-01-10", "BZ": "硕博连读"},
        {**_DOCTOR, "known_master_conferred": "2025-01-10", "BZ": "本科直博生"},
    ),
    fails=(
        {**_DOCTOR, "known_master_conferred": "2024-06-21"},
        {**_DOCTOR, "known_master_conferred": "2025-07-01", "BZ": "无"},
    ),
)
def doctorate_follows_the_masters_by_a_year(context: Context) -> pl.Expr:
    """Check P07 of the rule list; students who go straight to the doctorate note it in the remarks."""
    year_on = pl.col("known_master_conferred").dt.offset_by(f"{context.settings['doctor_after_master']}mo")
    noted = pl.when(pl.col("level") == "2").then(pl.col("BZ")).str.contains(_STRAIGHT_TO_DOCTOR)
    return (_CONFERRED >= year_on).fill_null(True) | noted.fill_null(False)


@rule(
    "P10", cls=POLICY, fields=("QZXWNY", "HXWRQ"),
    zh="同等学力人员获前置学位的年限不足（硕士3年、博士5年），请核实并书面说明。",
    en="An equivalent-education applicant's prior degree is too recent (master 3 years, doctor 5); please verify and "
    "explain in writing.",
    when=lambda context: (
        pl.lit(context.category in _WAITING)
        & pl.col("prior_conferred").is_not_null() & conferred_fits(context)
    ),
    category=Category.MASTER_EQUIVALENT,
    passes=({**_MASTER, "QZXWNY": "202206"}, {**_MASTER, "QZXWNY": None}),
    fails=({**_MASTER, "QZXWNY": "202207"}, {**_MASTER, "QZXWNY": "202601"}),
)
def equivalent_applicant_has_waited(context: Context) -> pl.Expr:
    """学位〔1998〕54号: three years after the bachelor's degree, five after the master's."""
    years = context.settings[_WAITING[context.category]] if context.category in _WAITING else 0
    return stamp("conferred") - stamp("prior_conferred") >= years * 10000


def _studied(context: Context) -> pl.Expr:
    return (
        pl.lit(context.category not in _WAITING) & degree_fits(context) & conferred_fits(context)
        & (pl.col("entered").dt.month_end() < _CONFERRED)
    )


@rule(
    "P11", cls=POLICY, fields=("RXNY", "HXWRQ"),
    zh="学习年限过短，请核实入学年月和获学位日期并书面说明。",
    en="The period of study is too short; please verify entry and conferral and explain in writing.",
    when=_studied,
    passes=(
        {"RXNY": "202209", "KSH": None},
        {"RXNY": "202309", "KSH": None, "BZ": "专升本"},
        {"RXNY": "202309", "KSH": None, "XZ": "2"},
        {"RXNY": "202309", "KSH": None, "SFDEXW": "是", "QZXW": "理学学士学位"},
    ),
    fails=(
        {"RXNY": "202309", "KSH": "23110101150001"},
        {"RXNY": "202309", "KSH": "23110101150001", "SFFXXW": "是"},
        {"RXNY": "202409", "KSH": "24110101150001", "BZ": "专升本"},
    ),
)
def study_lasted_long_enough(context: Context) -> pl.Expr:
    """The centre's minimums in school years: bachelor 3 (2 after college or a first degree), master 1.5, doctor 2.5.

    A school year begins in September and ends in June: each minimum is three months short of its years.
    """
    studied, level, least = months("entered", "conferred"), pl.col("level"), context.settings
    usual = pl.when(level == "4").then(least["study_bachelor"]).when(level == "3").then(least["study_master"])
    enough = studied >= usual.otherwise(least["study_doctor"])
    remark = pl.when(~enough).then(pl.col("BZ"))
    minor_alone = written("SFDEXW").is_in(_NO).fill_null(True)
    after_college = (
        pl.lit(context.category is Category.BACHELOR_ADULT) | (pl.col("declared") & ~minor_alone)
        | pl.col("XZ").is_in(_TWO_YEARS).fill_null(False)
        | remark.str.contains("专升本|专科起点|第二学士").fill_null(False)
    )
    return enough | ((level == "4") & after_college & (studied >= least["study_after_college"]))


@rule(
    "P14", cls=POLICY, fields=("WYKSNY", "HXWRQ"),
    zh="外语考试通过时间晚于获学位日期，请核实并书面说明。",
    en="The language exam was passed after conferral; please verify and explain in writing.",
    when=lambda context: conferred_fits(context) & pl.col("language_passed").is_not_null(),
    passes=({"WYKSNY": "202506"}, {"WYKSNY": "202312"}), fails=({"WYKSNY": "202507"},),
)
def language_exam_precedes_conferral(_: Context) -> pl.Expr:
    """Check P14 of the rule list; months are compared."""
    return pl.col("language_passed") <= _CONFERRED
