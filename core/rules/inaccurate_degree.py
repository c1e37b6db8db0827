"""Institution and degree type that do not fit the table or the filing (article 2). Declarations only."""

import polars as pl

from core.rules import Context, rule
from core.rules._readable import codes, degree_fits, text_agrees, type_is_no_degree
from core.rules._tables import has_lines
from core.vocabulary import FindingClass

INACCURATE = FindingClass.INACCURATE

_MASTER = {
    "XWZSBH": "8090132025000123", "CSRQ": "19970307", "ZJHM": "110101199703072173", "KSH": None, "RXNY": "202209",
    "QZXW": "工学学士学位", "ZYDM": "0453", "ZYMC": "国际中文教育",
}


@rule(
    "A22", cls=INACCURATE, fields=("XWSYDWM",),
    zh="学位授予单位与报送单位不一致，请核对或由授予单位报送。",
    en="The granting institution is not the one that files; please check, or let the granting institution file it.",
    when=lambda _: pl.col("filer").is_not_null() & pl.col("institution").is_not_null(),
    passes=({"XWSYDWM": "80901"},),
    fails=({"XWSYDWM": "80902", "XWZSBH": "8090242025000123"},),
)
def record_belongs_to_the_filer(_: Context) -> pl.Expr:
    """Check A22 of the rule list; institutions answer for their own data (article 4)."""
    return pl.col("institution") == pl.col("filer")


def _degree_is_told(_: Context) -> pl.Expr:
    return pl.col("degree").is_not_null() & (pl.col("level") != "1").fill_null(True) & ~type_is_no_degree()


def _may_be_missing_in_the_table(context: Context) -> pl.Expr:
    """A graduate's degree, not an academic one, whose code or text is in no line and neither is another line's."""
    known = codes(context.reference, "degrees")
    degree, text = pl.col("degree"), pl.col("degree_told")
    academic = degree.str.contains("^[23](?:0[1-9]|1[0-4])$")
    contradicted = text.is_in(known) & (text != degree)
    unknown = ~degree.is_in(known) | ~text.is_in(known).fill_null(True)
    return (pl.col("level").is_in(["2", "3"]) & unknown & ~academic).fill_null(False) & ~contradicted.fill_null(False)


@rule(
    "A31", cls=INACCURATE, fields=("XWLBM|XWLB",),
    zh="学位类别代码无效，或与学位类别名称不一致，请改正。",
    en="The degree type is unknown, or its code and name disagree; please correct it.",
    when=_degree_is_told,
    covered=lambda context: pl.lit(has_lines(context, "degrees")) & ~_may_be_missing_in_the_table(context),
    tables=("degrees",),
    passes=(
        {"XWLBM": "408", "XWLB": "工学学士"},
        {"XWLBM": None, "XWLB": "工学学士学位"},
        {"XWLBM": "408", "XWLB": None},
        {**_MASTER, "XWLBM": "357", "XWLB": "国际中文教育硕士"},
        {**_MASTER, "XWLBM": "340", "XWLB": "示例硕士专业学位"},
    ),
    fails=(
        {"XWLBM": "499", "XWLB": None},
        {"XWLBM": "408", "XWLB": "理学学士"},
        {"XWLBM": "308", "XWLB": "工学学士", "QZXW": "工学学士学位"},
        {"XWLBM": None, "XWLB": "某学学士"},
        {**_MASTER, "XWLBM": "340", "XWLB": "工学硕士"},
    ),
)
def degree_type_is_known_and_consistent(context: Context) -> pl.Expr:
    """GB/T 6864-2003 and later types, by the table degrees.

    Codes of professional types are not published in full: a type of doctors or masters whose code or text is not in
    the table is not judged, unless its text is another code's.
    """
    known = pl.col("degree").is_in(codes(context.reference, "degrees"))
    return known & text_agrees("degree")


@rule(
    "A32", cls=INACCURATE, fields=("XWLBM|XWLB",),
    zh="学位级别与报送类别不符，请核对学位类别或改报相应类别。",
    en="The degree's level is not that of the filing's category; please check it or file it in its own category.",
    when=lambda context: pl.lit(context.category is not None) & degree_fits(context),
    passes=({"XWLBM": "408"},),
    fails=({"XWLBM": "308", "XWLB": "工学硕士", "XWZSBH": "8090132025000123"},),
)
def level_is_the_categorys(context: Context) -> pl.Expr:
    """Sections 2.1 to 2.3 of the data manual of 2018: each category has one level."""
    return pl.col("level") == pl.lit(context.category.level.value if context.category else None, pl.String)
