"""Records the lookup does not cover (不属查询范围): notice item 二 and article 2. Declarations only."""

import polars as pl

from core.rules import Context, rule
from core.rules._readable import NOT_A_DEGREE, SCOPE_STARTS, conferred_fits, type_is_no_degree
from core.vocabulary import FindingClass, Remedy

SCOPE = FindingClass.SCOPE


@rule(
    "O01", cls=SCOPE, fields=("XWLBM|XWLB",),
    zh="名誉博士学位不提供网上查询，请从报送数据中撤出。",
    en="Honorary doctorates are not part of the lookup; please take the record out of the filing.",
    when=lambda _: pl.col("degree").is_not_null(),
    passes=({"XWLBM": "408", "XWLB": "工学学士"},),
    fails=(
        {"XWLBM": "1", "XWLB": "名誉博士学位"}, {"XWLBM": None, "XWLB": "名誉博士"},
        {"XWLBM": "208", "XWLB": "工学名誉博士"},
    ),
    remedies=(Remedy.WITHDRAW, Remedy.CHANGE),
)
def degree_is_not_honorary(_: Context) -> pl.Expr:
    """Article 2; degree code 1 of GB/T 6864-2003."""
    return (pl.col("level") != "1").fill_null(True)


@rule(
    "O02", cls=SCOPE, fields=("HXWRQ",),
    zh="获学位日期早于2008年9月1日，不在网上查询范围内，请核对日期。",
    en="The degree was conferred before 1 September 2008 and is outside the lookup; please check the date.",
    when=conferred_fits, article="通知第二项",
    passes=(
        {
            "CSRQ": "19850307", "ZJHM": "110101198503072174", "RXNY": "200409", "KSH": "04110101150001",
            "BYNY": "200807", "HXWRQ": "20080901", "XWZSBH": "8090142008000123",
        },
    ),
    fails=(
        {
            "CSRQ": "19850307", "ZJHM": "110101198503072174", "RXNY": "200409", "KSH": "04110101150001",
            "BYNY": "200807", "HXWRQ": "20080829", "XWZSBH": "8090142008000123",
        },
    ),
)
def conferred_since_september_2008(_: Context) -> pl.Expr:
    """Notice item 二: conferred in the academic year 2008/2009 or later."""
    return pl.col("conferred") >= SCOPE_STARTS


@rule(
    "O03", cls=SCOPE, fields=("XWZSBH",),
    zh="本批次未经省级学位委员会办公室审核通过，不提供网上查询，请先完成省级审核。",
    en="The filing has not passed the provincial office's review; please complete that review first.",
    when=lambda context: pl.lit(context.approved is not None), article="通知第二项",
    passes=({},), fails=({},),
)
def province_has_approved(context: Context) -> pl.Expr:
    """Notice item 二: filed and passed by the provincial office. The examples differ in the filing, not the row."""
    return pl.lit(bool(context.approved))


@rule(
    "O06", cls=SCOPE, fields=("XWLBM|XWLB", "ZYMC"), found_in=pl.when(~type_is_no_degree()).then(pl.lit("ZYMC")),
    zh="所报内容不是学位（如结业、进修、课程班），不提供网上查询，请撤出或改正学位类别。",
    en="What was filed is not a degree (a course, a certificate of attendance); please take it out or correct it.",
    passes=(
        {"ZYMC": "小学教育（专科起点）"},
        {"ZYMC": "护理学（专科护理方向）"},
    ),
    fails=(
        {"XWLBM": None, "XWLB": "结业"},
        {"XWLBM": "998", "XWLB": "无"},
        {"XWLBM": None, "XWLB": "研究生课程进修班"},
        {"ZYMC": "会计（专科）"},
        {"ZYMC": "工商管理课程班"},
    ),
    remedies=(Remedy.WITHDRAW, Remedy.CHANGE),
)
def filed_thing_is_a_degree(_: Context) -> pl.Expr:
    """Check O06 of the rule list; 998 stands for 无 in GB/T 6864-2003."""
    return ~type_is_no_degree() & ~pl.col("ZYMC").str.contains(NOT_A_DEGREE).fill_null(False)
