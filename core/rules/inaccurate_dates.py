"""Days of conferral, study and birth that contradict each other or the filing (article 2). Declarations only."""

from datetime import date
from functools import cache

import polars as pl

from core.cell import blank
from core.deadlines import Workdays
from core.rules import Context, rule
from core.rules._readable import SCOPE_STARTS, born_fits, conferred_fits, whole_years
from core.vocabulary import Category, FindingClass

INACCURATE = FindingClass.INACCURATE
NOTE = FindingClass.NOTE

_CONFERRED = pl.col("conferred")
_ENTERED = pl.col("entered")
_EQUIVALENT = (Category.MASTER_EQUIVALENT, Category.DOCTOR_EQUIVALENT)
_PASSPORT = {"ZJLXM": "06", "ZJLX": "护照", "ZJHM": "E12345678"}


def _old_enough(context: Context, *, leeway: int = 0) -> pl.Expr:
    age, level, told = whole_years("born", "conferred"), pl.col("level"), context.settings
    lowest = pl.when(level == "4").then(told["age_bachelor"] - leeway).when(level == "3").then(told["age_master"] - leeway)
    return (age >= lowest.otherwise(told["age_doctor"] - leeway - (leeway > 0))) & (age <= told["age_highest"])


@rule(
    "A36", cls=INACCURATE, fields=("HXWRQ",),
    zh="获学位日期不是有效日期（应为yyyyMMdd）或晚于今天，请改正。",
    en="The conferral date is not a possible date (yyyyMMdd) or lies in the future; please correct it.",
    when=lambda _: _CONFERRED.is_not_null() | ~blank("HXWRQ"),
    passes=({"HXWRQ": "20250620"}, {"HXWRQ": "2025年6月20日"}, {"HXWRQ": "2025/6/20"}),
    fails=({"HXWRQ": "20250631"}, {"HXWRQ": "20260620"}, {"HXWRQ": "202506"}, {"HXWRQ": "45828"}),
)
def conferral_date_is_possible(context: Context) -> pl.Expr:
    """Check A36 of the rule list."""
    return conferred_fits(context)


@rule(
    "A37", cls=INACCURATE, fields=("HXWRQ",),
    zh="获学位日期不在所报学期内，请核对日期，或按补报程序报送。",
    en="The conferral date lies outside the filed semester; please check it, or file it as a late supplement.",
    when=lambda context: (
        pl.lit(context.term is not None and not context.supplement)
        & conferred_fits(context) & (_CONFERRED >= SCOPE_STARTS)
    ),
    article="第五条",
    passes=({"HXWRQ": "20250303", "BYNY": "202503"}, {"HXWRQ": "20250829"}),
    fails=({"HXWRQ": "20250228", "BYNY": "202502"}, {"HXWRQ": "20250901"}),
)
def conferred_within_the_term(context: Context) -> pl.Expr:
    """Article 5: semesters run from 1 September and from 1 March."""
    starts, ends = (context.term.starts, context.term.ends) if context.term else (None, None)
    return _CONFERRED.is_between(pl.lit(starts, pl.Date), pl.lit(ends, pl.Date))


@rule(
    "A38", cls=INACCURATE, fields=("HXWRQ", "BYNY"),
    zh="获学位日期早于毕业年月，请核对后改正。",
    en="The degree was conferred before graduation; please check both dates and correct them.",
    when=lambda context: (
        pl.lit(context.category not in _EQUIVALENT)
        & conferred_fits(context) & pl.col("graduated").is_not_null()
    ),
    passes=({"HXWRQ": "20250620", "BYNY": "202506"}, {"HXWRQ": "20250620", "BYNY": "20250630"}),
    fails=({"HXWRQ": "20250620", "BYNY": "202507"},),
)
def conferred_after_graduation(_: Context) -> pl.Expr:
    """Check A38 of the rule list; months are compared, equivalent-education applicants do not graduate."""
    return _CONFERRED >= pl.col("graduated")


@rule(
    "A39", cls=INACCURATE, fields=("RXNY", "HXWRQ"),
    zh="入学年月不早于毕业或获学位时间，请核对后改正。",
    en="Entry is not before graduation and conferral; please check the dates and correct them.",
    when=lambda context: conferred_fits(context) & _ENTERED.is_not_null(),
    passes=({"RXNY": "202109"}, {"RXNY": "202109", "BYNY": None}),
    fails=(
        {"RXNY": "202506", "KSH": None},
        {"RXNY": "202509", "KSH": None},
        {"RXNY": "202109", "BYNY": "202109"},
    ),
)
def entered_before_graduation_and_conferral(_: Context) -> pl.Expr:
    """Check A39 of the rule list; months are compared."""
    return (_ENTERED < pl.col("graduated")).fill_null(True) & (_ENTERED.dt.month_end() < _CONFERRED)


@rule(
    "A40", cls=INACCURATE, fields=("CSRQ", "HXWRQ"),
    zh="获学位时年龄异常，请核对出生日期和获学位日期。",
    en="The age at conferral is abnormal; please check the birth date and the conferral date.",
    when=lambda context: born_fits(context) & conferred_fits(context) & pl.col("level").is_in(["2", "3", "4"]),
    soft=lambda context: _old_enough(context, leeway=context.settings["age_leeway"]),
    passes=(
        {**_PASSPORT, "CSRQ": "20070620"},
        {**_PASSPORT, "CSRQ": "19440621"},
    ),
    fails=(
        {**_PASSPORT, "CSRQ": "20090621", "RXNY": None},
        {**_PASSPORT, "CSRQ": "19440620"},
        {**_PASSPORT, "CSRQ": "20250621", "RXNY": None},
    ),
    soft_fails=(
        {**_PASSPORT, "CSRQ": "20070621"},
        {**_PASSPORT, "CSRQ": "20090620", "RXNY": None},
    ),
)
def age_at_conferral_is_usual(context: Context) -> pl.Expr:
    """The centre's thresholds: 18, 20, 23 for the three levels, a note down to 16, 18, 20; 80 at most."""
    return _old_enough(context)


@rule(
    "A41", cls=INACCURATE, fields=("CSRQ", "RXNY"),
    zh="入学时不满14岁，请核对出生日期和入学年月。",
    en="The age at entry is below 14; please check the birth date and the entry month.",
    when=lambda context: born_fits(context) & _ENTERED.is_not_null(),
    passes=({"CSRQ": "20070307", "ZJHM": "110101200703072136"},),
    fails=({"CSRQ": "20070307", "ZJHM": "110101200703072136", "RXNY": "202009", "KSH": "20110101150001"},),
)
def entered_at_fourteen_or_later(context: Context) -> pl.Expr:
    """The centre's threshold; age on the first of the entry month."""
    return whole_years("born", "entered") >= context.settings["age_entry"]


@rule(
    "A42", cls=NOTE, fields=("KSH", "RXNY"),
    zh="考生号前两位与入学年份不一致，请核对。",
    en="The first two digits of the examinee number are not the year of entry; please check.",
    when=lambda context: (
        pl.lit(context.category is not Category.BACHELOR_ADULT) & _ENTERED.is_not_null()
        & pl.col("KSH").str.contains("^[0-9]{14}$")
    ),
    passes=({"KSH": "21110101150001"}, {"KSH": "2111010115"}, {"KSH": "2011010115000A"}),
    fails=({"KSH": "20110101150001"},),
)
def examinee_number_begins_with_the_entry_year(_: Context) -> pl.Expr:
    """Examinee numbers of 14 digits begin with the year; adult education's are the provinces' own."""
    return pl.col("KSH").str.slice(0, 2).cast(pl.Int32, strict=False) == _ENTERED.dt.year() % 100


@cache
def _days_off(workdays: Workdays) -> tuple[date, ...]:
    years = [year for year in workdays.official_years if year >= SCOPE_STARTS.year]
    return tuple(
        day for year in years for day in workdays.days_off(date(year, 1, 1), date(year, 12, 31))
    )


@rule(
    "A51", cls=NOTE, fields=("HXWRQ",),
    zh="获学位日期为非工作日，请核对。",
    en="The conferral date is not a working day; please check.",
    when=lambda context: (
        conferred_fits(context) & (_CONFERRED >= SCOPE_STARTS)
        & _CONFERRED.dt.year().is_in(sorted(context.workdays.official_years))
    ),
    tables=("working_days",),
    passes=({"HXWRQ": "20250620"}, {"HXWRQ": "20250427", "BYNY": "202504"}),
    fails=({"HXWRQ": "20250621"}, {"HXWRQ": "20250602", "BYNY": "202505"}),
)
def conferred_on_a_working_day(context: Context) -> pl.Expr:
    """Working days of the State Council's notices, make-up days included; years without a notice are not judged."""
    return ~_CONFERRED.is_in(_days_off(context.workdays))
