"""Records the lookup does not cover (不属查询范围): notice item 二 and article 2. Declarations only."""

import polars as pl

from core import cell
from core.rules import Context, Sight, rule
from core.rules._readable import NOT_A_DEGREE, SCOPE_STARTS, conferred_fits, type_is_no_degree
from core.rules._tables import has_lines
from core.vocabulary import FindingClass, Remedy

SCOPE = FindingClass.SCOPE

# Whole names or beginnings of names. No mainland institution begins so, but those of _ON_THE_MAINLAND: 东华大学, 南华大学,
# 中山大学 and their like, which are on both sides, are left out.
_BEYOND = (
    "^(?:香港|澳门|澳門|台湾|臺灣|国立|國立|台北|臺北|台中|臺中|台南|臺南|台东|臺東|高雄|新竹|"
    "岭南大学|嶺南大學|圣若瑟大学|淡江大学|辅仁大学|东吴大学|逢甲大学|铭传大学|世新大学|中国文化大学|义守大学|元智大学|"
    "静宜大学|长庚大学|慈济大学|佛光大学|政治大学|成功大学|中兴大学|阳明大学|阳明交通大学|彰化师范大学|屏东|金门大学)"
)
_ON_THE_MAINLAND = (
    r"^香港[^（(\[【\s]*大[学學]\s*[（(\[【]?\s*(?:深圳|广州|廣州|东莞|東莞|佛山|肇庆|肇慶|珠海|中山|惠州|江门|横琴)"
)
_FOREIGN_FIRST = r"[\s\p{Latin}香澳台臺国國高新岭嶺圣淡辅东逢铭世中义元静长慈佛政成阳彰屏金]"
_LATIN_NAME = r"^[\p{Latin}\s\p{M}.,;:'’&()/\-]*\p{Latin}{2}[\p{Latin}\s\p{M}.,;:'’&()/\-]*$"
_NO_NAME = ("NULL", "NONE", "N/A", "NA", "NAN")
_ELSEWHERE = r"境外|国外|海外|外方|香港|澳门|台湾"
_DEGREE_ELSEWHERE = (
    rf"(?:{_ELSEWHERE})\p{{Han}}{{0,8}}(?:学位|[学硕博]士)|外国(?:大学|高校|院校)?(?:学位|[学硕博]士)|[（(](?:{_ELSEWHERE})"
)


def _name_is_foreign() -> pl.Expr:
    name = pl.col("XWSYDW")
    text = cell.tidy(pl.when(name.str.contains(rf"^{_FOREIGN_FIRST}")).then(name))
    beyond = text.str.contains(_BEYOND) & ~text.str.contains(_ON_THE_MAINLAND)
    latin = text.str.contains(_LATIN_NAME) & ~text.str.to_uppercase().is_in(_NO_NAME)
    return (beyond | latin).fill_null(False)


def _name_is_told_in_english(context: Context) -> pl.Expr:
    """An institution of the table under its English name: a wrong name, not a foreign degree."""
    known = context.reference.table("institutions")["name_en"].str.to_uppercase().drop_nulls()
    name = pl.col("XWSYDW")
    latin = pl.when(name.str.contains(r"^\s*[A-Za-z]")).then(name.str.strip_chars().str.to_uppercase())
    return latin.is_in(known.implode()).fill_null(False)


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
            "BYNY": "200807", "ZYDM": "080605", "HXWRQ": "20080901", "XWZSBH": "8090142008000123",
        },
    ),
    fails=(
        {
            "CSRQ": "19850307", "ZJHM": "110101198503072174", "RXNY": "200409", "KSH": "04110101150001",
            "BYNY": "200807", "ZYDM": "080605", "HXWRQ": "20080829", "XWZSBH": "8090142008000123",
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
    "O04", cls=SCOPE, fields=("XWSYDW|XWLB",), found_in=pl.when(~_name_is_foreign()).then(pl.lit("XWLB")),
    zh="该学位由境外或港澳台单位授予，不属查询范围，请撤出或改正授予单位。",
    en="The degree is that of an institution abroad or in Hong Kong, Macao or Taiwan and is outside the lookup; please "
    "take it out or correct the institution.",
    passes=(
        {"XWSYDW": "香港中文大学（深圳）"},
        {"XWSYDW": "香港科技大学(广州)"},
        {"XWSYDW": "北京师范大学-香港浸会大学联合国际学院"},
        {"XWSYDW": "西交利物浦大学"},
        {"XWSYDW": None},
    ),
    fails=(
        {"XWSYDW": "University of Liverpool"},
        {"XWSYDW": "香港中文大学"},
        {"XWSYDW": "澳门大学"},
        {"XWSYDW": "国立台湾大学"},
        {"XWLBM": None, "XWLB": "境外学士学位"},
    ),
    tables=("institutions",), remedies=(Remedy.WITHDRAW, Remedy.CHANGE),
)
def degree_is_of_the_prc(context: Context) -> pl.Expr:
    """Check O04 of the rule list: a name wholly in Latin letters, of Hong Kong, Macao or Taiwan, or a degree type that
    says so. Their branches on the mainland are institutions of the ministry's list."""
    degree = pl.col("XWLB").str.contains(_DEGREE_ELSEWHERE).fill_null(False)
    return (~_name_is_foreign() | _name_is_told_in_english(context)) & ~degree


@rule(
    "O05", cls=SCOPE, fields=("XWZSBH",),
    zh="该条信息的报送备案此前已撤销，不提供网上查询，请撤出；确需恢复的请走补报程序。",
    en="The filing of this record was withdrawn before and is outside the lookup; please take it out, or file it as a "
    "late supplement if it is to come back.",
    when=lambda _: pl.col("certificate").is_not_null(), sight=Sight.FILING, article="第七条",
    covered=lambda context: pl.lit(context.archive or has_lines(context, "revocations")), tables=("revocations",),
    passes=({}, {"known_withdrawn": "false"}, {"known_withdrawn": "true", "known_overridden": "true"}),
    fails=({"known_withdrawn": "true"},),
    remedies=(Remedy.WITHDRAW, Remedy.CHANGE),
)
def filing_was_not_withdrawn(context: Context) -> pl.Expr:
    """Check O05 of the rule list for filings withdrawn; a revoked degree that comes again is P23."""
    may_return = pl.col("known_overridden").fill_null(False) | pl.lit(context.supplement)
    return ~pl.col("known_withdrawn").fill_null(False) | may_return


@rule(
    "O06", cls=SCOPE, fields=("XWLBM|XWLB", "ZYMC"), found_in=pl.when(~type_is_no_degree()).then(pl.lit("ZYMC")),
    zh="所报内容不是学位（如结业、进修、课程班），不提供网上查询，请撤出或改正学位类别。",
    en="What was filed is not a degree (a course, a certificate of attendance); please take it out or correct it.",
    passes=(
        {"ZYDM": "040107", "ZYMC": "小学教育（专科起点）", "XWLBM": "404", "XWLB": "教育学学士"},
        {"ZYDM": "101101", "ZYMC": "护理学（专科护理方向）", "XWLBM": "407", "XWLB": "理学学士"},
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
