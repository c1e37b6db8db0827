"""A filing as such: its resolution, its size, its numbers, its cohort (报送批次, article 2). Declarations only.

What is found here is of the filing, not of one record: somebody has to look at the whole before it goes on line.
"""

from collections.abc import Callable

import polars as pl

from core.rules import Context, Sight, rule
from core.vocabulary import FindingClass, Remedy

INACCURATE, NOTE = FindingClass.INACCURATE, FindingClass.NOTE

_RECORDS = pl.col("whole_records")


def _told(*names: str) -> Callable[[Context], pl.Expr]:
    return lambda _: pl.all_horizontal(pl.col(name).is_not_null() for name in names)


@rule(
    "I17", cls=FindingClass.INCOMPLETE, fields=("JYBH",),
    zh="本批次未附学位评定委员会决议，请补报决议扫描件。",
    en="The degree committee's resolution does not come with the filing; please supply a scan of it.",
    when=_told("whole_attached"), sight=Sight.WHOLE, remedies=(Remedy.CHANGE,),
    passes=({"whole_attached": "true"},), fails=({"whole_attached": "false"},),
)
def resolution_is_attached(_: Context) -> pl.Expr:
    """Check I17 of the rule list; judged only where the sender was asked for it."""
    return pl.col("whole_attached")


@rule(
    "X09", cls=INACCURATE, fields=("JYBH",),
    zh="本批次记录数与学位授予决议所列人数不符，请核对多报或漏报的人员。",
    en="The number of records differs from the number of names in the resolution; please check who is missing or too many.",
    when=_told("whole_listed", "whole_records"), sight=Sight.WHOLE,
    passes=({"whole_records": "800", "whole_listed": "800"},),
    fails=(
        {"whole_records": "800", "whole_listed": "790"}, {"whole_records": "800", "whole_listed": "801"},
        {"whole_records": "1", "whole_listed": "0"},
    ),
)
def records_are_as_many_as_the_resolution_lists(_: Context) -> pl.Expr:
    """Check X09 of the rule list."""
    return pl.col("whole_listed") == _RECORDS


def _share(numbers: str) -> pl.Expr:
    return (pl.col(f"{numbers}_zero") / pl.col(numbers)).fill_nan(0).fill_null(0)


def _damaged(context: Context, numbers: str) -> pl.Expr:
    many, zero, least = pl.col(numbers), pl.col(f"{numbers}_zero"), context.settings["damaged_least"]
    return ((many >= least) & (zero * 100 >= many * context.settings["damaged_percent"])).fill_null(False)


@rule(
    "X10", cls=INACCURATE, fields=("XWZSBH", "ZJHM"),
    zh="证书编号大多以0结尾，或证件号码大多以000结尾，疑似经Excel按数字保存而失真，请用文本格式重新导出后报送。",
    en="Most certificate numbers end in 0, or most ID numbers in 000, as when a spreadsheet keeps them as numbers; please "
    "export them as text and file again.",
    when=lambda context: pl.max_horizontal("whole_numbers", "whole_cards") >= context.settings["damaged_least"],
    sight=Sight.WHOLE, found_in=pl.when(_share("whole_cards") > _share("whole_numbers")).then(pl.lit("ZJHM")),
    passes=(
        {"whole_numbers": "800", "whole_numbers_zero": "80", "whole_cards": "800", "whole_cards_zero": "1"},
        {"whole_numbers": "100", "whole_numbers_zero": "79"},
        {"whole_numbers": "19", "whole_numbers_zero": "19", "whole_cards": "20", "whole_cards_zero": "0"},
    ),
    fails=(
        {"whole_numbers": "100", "whole_numbers_zero": "80"},
        {"whole_numbers": "20", "whole_numbers_zero": "2", "whole_cards": "20", "whole_cards_zero": "16"},
    ),
)
def numbers_are_whole(context: Context) -> pl.Expr:
    """Check X10 of the rule list: Excel keeps 15 digits, so that 16 end in 0 and 18 in 000."""
    return ~_damaged(context, "whole_numbers") & ~_damaged(context, "whole_cards")


@rule(
    "X11", cls=NOTE, fields=("XWZSBH",),
    zh="本批次记录数与上年同学期相差过大，请核对是否漏报或多报。",
    en="The number of records differs much from the same semester last year; please check whether some are missing or "
    "too many.",
    when=_told("whole_last_year", "whole_records"), sight=Sight.WHOLE,
    passes=(
        {"whole_records": "150", "whole_last_year": "100"}, {"whole_records": "50", "whole_last_year": "100"},
        {"whole_records": "49", "whole_last_year": "10"},
    ),
    fails=(
        {"whole_records": "151", "whole_last_year": "100"}, {"whole_records": "49", "whole_last_year": "100"},
        {"whole_records": "50", "whole_last_year": "10"},
    ),
)
def filing_is_as_large_as_last_years(context: Context) -> pl.Expr:
    """Check X11 of the rule list: this institution and category, the same semester a year before."""
    before, limit = pl.col("whole_last_year"), context.settings
    small = pl.max_horizontal(before, _RECORDS) < limit["volume_least"]
    return small | ((_RECORDS - before).abs() * 100 <= before * limit["volume_percent"])


@rule(
    "X12", cls=NOTE, fields=("CSRQ",),
    zh="本批次所有记录的出生日期都相同，疑似填充有误，请核对。",
    en="All records of the filing have the same birth date, maybe filled down by mistake; please check.",
    when=lambda context: _RECORDS >= context.settings["constant_least"], sight=Sight.WHOLE,
    passes=({"whole_records": "30", "whole_births": "2"}, {"whole_records": "30", "whole_births": "0"}),
    fails=({"whole_records": "30", "whole_births": "1"},),
)
def birth_dates_vary(_: Context) -> pl.Expr:
    """Check X12 of the rule list. One conferral date says nothing: a committee meets once, however many it confers on."""
    return (pl.col("whole_births") != 1).fill_null(True)


@rule(
    "P12", cls=FindingClass.POLICY, fields=("RXNY",),
    zh="某一入学年度的授予人数超过核定招生规模，请核实并书面说明。",
    en="More degrees are conferred on a cohort than its authorised enrolment; please verify and explain in writing.",
    when=lambda context: _RECORDS.is_not_null() & pl.lit("RXNY" in context.columns), sight=Sight.WHOLE,
    covered=_told("whole_enrolled_excess"), tables=("enrolment",),
    passes=(
        {"whole_records": "105", "whole_enrolled_excess": "5"}, {"whole_records": "10", "whole_enrolled_excess": "-90"},
    ),
    fails=({"whole_records": "106", "whole_enrolled_excess": "6"},),
)
def cohort_is_within_its_enrolment(context: Context) -> pl.Expr:
    """Check P12 of the rule list: all conferred on a level and year of entry, on file and here, against the register."""
    return pl.col("whole_enrolled_excess") <= context.settings["excess_percent"]
