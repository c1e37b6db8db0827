"""Institution and degree type that do not fit the table or the filing (article 2). Declarations only."""

import polars as pl

from core.rules import Context, rule
from core.rules._readable import codes, degree_fits, text_agrees, type_is_no_degree
from core.vocabulary import FindingClass

INACCURATE = FindingClass.INACCURATE


@rule(
    "A22", cls=INACCURATE, fields=("XWSYDWM",),
    zh="学位授予单位与报送单位不一致，请核对或由授予单位报送。",
    en="The granting institution is not the one that files; please check, or let the granting institution file it.",
    when=lambda context: pl.lit(context.institution is not None) & pl.col("institution").is_not_null(),
    passes=({"XWSYDWM": "80901"},),
    fails=({"XWSYDWM": "80902", "XWZSBH": "8090242025000123"},),
)
def record_belongs_to_the_filer(context: Context) -> pl.Expr:
    """Check A22 of the rule list; institutions answer for their own data (article 4)."""
    return pl.col("institution") == pl.lit(context.institution, pl.String)


def _degree_is_told(_: Context) -> pl.Expr:
    return pl.col("degree").is_not_null() & (pl.col("level") != "1").fill_null(True) & ~type_is_no_degree()


@rule(
    "A31", cls=INACCURATE, fields=("XWLBM|XWLB",),
    zh="学位类别代码无效，或与学位类别名称不一致，请改正。",
    en="The degree type is unknown, or its code and name disagree; please correct it.",
    when=_degree_is_told,
    passes=(
        {"XWLBM": "408", "XWLB": "工学学士"},
        {"XWLBM": None, "XWLB": "工学学士学位"},
        {"XWLBM": "408", "XWLB": None},
    ),
    fails=(
        {"XWLBM": "499", "XWLB": None},
        {"XWLBM": "408", "XWLB": "理学学士"},
        {"XWLBM": "308", "XWLB": "工学学士"},
        {"XWLBM": None, "XWLB": "某学学士"},
    ),
)
def degree_type_is_known_and_consistent(context: Context) -> pl.Expr:
    """GB/T 6864-2003 and later types, by the table degrees."""
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
