"""Sex, origin, political status and birth date that cannot be right (article 2). Declarations only."""

import polars as pl

from core.cell import blank
from core.rules import Context, Expression, rule
from core.rules._readable import born_fits, codes, text_agrees, written
from core.vocabulary import Category, FindingClass

INACCURATE = FindingClass.INACCURATE
NOTE = FindingClass.NOTE

_MAINLAND_ONLY = ("MZM", "MZ", "ZZMMM", "ZZMM")
_FROM_ABROAD = {
    "ZJLXM": "06", "ZJLX": "护照", "ZJHM": "AB1234567", "GBM": "124", "GB": "加拿大", "MZM": None, "MZ": None,
    "ZZMMM": None, "ZZMM": None,
}


def _filled(code: str) -> pl.Expr:
    return pl.when(written(code).is_not_null()).then(pl.lit(code))


def _mainland_filed(value: str) -> Expression:
    def when(context: Context) -> pl.Expr:
        if context.category is Category.BACHELOR_INTERNATIONAL:
            return pl.lit(False)
        return pl.col(value).is_not_null()

    return when


def _is_known(context: Context, value: str, table: str) -> pl.Expr:
    return pl.col(value).is_in(codes(context.reference, table)) & text_agrees(value)


@rule(
    "A06", cls=INACCURATE, fields=("XBM|XB",),
    zh="性别无效，或性别码与性别文字不一致，请改正。",
    en="The sex is neither 男 nor 女, or its code and text disagree; please correct it.",
    when=lambda _: pl.col("sex").is_not_null(),
    passes=({"XBM": "1", "XB": "男"}, {"XBM": None, "XB": "男性"}, {"XBM": "1", "XB": None}),
    fails=({"XBM": "9", "XB": None}, {"XBM": None, "XB": "未知"}, {"XBM": "1", "XB": "女"}, {"XBM": "1", "XB": "x"}),
)
def sex_is_known_and_consistent(_: Context) -> pl.Expr:
    """GB/T 2261.1; of its codes filings may use 1 and 2 only."""
    return pl.col("sex").is_in(["1", "2"]) & text_agrees("sex")


@rule(
    "A07", cls=NOTE, fields=("MZM|MZ",),
    zh="民族代码不在国家标准中，或与民族名称不一致，请核对。",
    en="The ethnic group is not in the national standard, or code and name disagree; please check.",
    when=_mainland_filed("ethnic_group"),
    passes=(
        {"MZM": "1", "MZ": "汉"}, {"MZM": None, "MZ": "维吾尔族"}, {"MZM": "05", "MZ": None}, {"MZM": None, "MZ": None},
    ),
    fails=({"MZM": "77", "MZ": None}, {"MZM": "01", "MZ": "回族"}, {"MZM": None, "MZ": "某族"}),
)
def ethnic_group_is_known_and_consistent(context: Context) -> pl.Expr:
    """GB/T 3304-1991, with and without 族, old names among the aliases."""
    return _is_known(context, "ethnic_group", "ethnic_groups")


@rule(
    "A08", cls=NOTE, fields=("ZZMMM|ZZMM",),
    zh="政治面貌代码无效、与名称不一致，或为非内地人员填写，请核对。",
    en="The political status is unknown, disagrees with its text or is filled in for someone from outside the "
    "mainland; please check.",
    when=_mainland_filed("political_status"),
    passes=({"ZZMMM": "3", "ZZMM": "共青团员"}, {"ZZMMM": None, "ZZMM": "群众"}, {"ZZMMM": None, "ZZMM": None}),
    fails=(
        {"ZZMMM": "44", "ZZMM": None},
        {"ZZMMM": "13", "ZZMM": "中共党员"},
        {**_FROM_ABROAD, "ZZMMM": "13", "ZZMM": "群众"},
    ),
)
def political_status_is_known_and_applies(context: Context) -> pl.Expr:
    """GB/T 4762-1984; the data manual of 2018 has it for mainland persons only."""
    elsewhere = pl.col("country").is_in(codes(context.reference, "countries")) & (pl.col("country") != "156")
    if context.columns.isdisjoint({"GBM", "GB"}):  # the layout of 2012 tells the origin only by the document
        elsewhere = pl.col("id_type").is_in(["04", "05", "07", "08"])
    return _is_known(context, "political_status", "political_statuses") & ~elsewhere.fill_null(False)


@rule(
    "A09", cls=INACCURATE, fields=("GBM|GB",),
    zh="国家或地区代码无效，请按国家标准改正。",
    en="The country or region is unknown; please correct it to the national standard.",
    when=lambda _: pl.col("country").is_not_null(),
    soft=lambda context: pl.lit(context.category is not Category.BACHELOR_INTERNATIONAL),
    category=Category.BACHELOR_INTERNATIONAL,
    passes=(_FROM_ABROAD, {**_FROM_ABROAD, "GBM": None, "GB": "越南"}, {**_FROM_ABROAD, "GBM": "8", "GB": None}),
    fails=({**_FROM_ABROAD, "GBM": "000", "GB": None}, {**_FROM_ABROAD, "GBM": None, "GB": "某国"}),
)
def country_is_known(context: Context) -> pl.Expr:
    """GB/T 2659, numeric; withholds for international students, elsewhere a note."""
    return pl.col("country").is_in(codes(context.reference, "countries"))


@rule(
    "A10", cls=INACCURATE, fields=("CSRQ",),
    zh="出生日期不是有效日期（应为yyyyMMdd），请按证件改正。",
    en="The birth date is not a possible date (yyyyMMdd); please correct it to the ID document.",
    when=lambda _: pl.col("born").is_not_null() | ~blank("CSRQ"),
    passes=({"CSRQ": "20030307"}, {"CSRQ": "2003年3月7日"}, {"CSRQ": "2003-03-07 00:00:00"}, {"CSRQ": "20030307 00:00"}),
    fails=({"CSRQ": "20030231"}, {"CSRQ": "20990307"}, {"CSRQ": "18991231"}, {"CSRQ": "不详"}, {"CSRQ": "37687"}),
)
def birth_date_is_possible(context: Context) -> pl.Expr:
    """Check A10 of the rule list: a real day, not in the future, not before 1900."""
    return born_fits(context)


@rule(
    "A19", cls=NOTE, fields=("MZM|MZ|ZZMMM|ZZMM",),
    found_in=pl.coalesce(_filled(code) for code in _MAINLAND_ONLY),
    zh="来华留学生不应填写民族和政治面貌，请清空。",
    en="Ethnic group and political status do not apply to international students; please clear them.",
    when=lambda context: pl.lit(context.category is Category.BACHELOR_INTERNATIONAL),
    category=Category.BACHELOR_INTERNATIONAL,
    passes=(_FROM_ABROAD, {**_FROM_ABROAD, "MZ": " "}),
    fails=({**_FROM_ABROAD, "MZM": "01"}, {**_FROM_ABROAD, "ZZMM": "群众"}),
)
def international_students_have_no_ethnic_group(_: Context) -> pl.Expr:
    """Data manual of 2018: foreign students leave both blank; a note, as neither is key information."""
    return pl.col("ethnic_group").is_null() & pl.col("political_status").is_null()
