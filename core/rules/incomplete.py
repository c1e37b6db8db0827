"""Key information that is missing (关键信息不完整, article 2). Declarations only."""

import polars as pl

from core.cell import blank
from core.rules import Context, rule
from core.rules._readable import codes
from core.values import PLACEHOLDERS
from core.vocabulary import Category, FindingClass

INCOMPLETE = FindingClass.INCOMPLETE

_MAINLAND_DOCUMENTS = ("01", "02", "03")
_NO_STATUS = {"ZZMMM": None, "ZZMM": None}


@rule(
    "I01", cls=INCOMPLETE, fields=("XM",),
    zh="姓名为空，请补填。", en="The name is missing; please fill it in.",
    passes=({"XM": "张明"},), fails=({"XM": None}, {"XM": " \u3000"}),
)
def name_is_given(_: Context) -> pl.Expr:
    """Check I01 of the rule list; key field by the certificate contents of 学位〔2015〕18号."""
    return pl.col("name").is_not_null()


@rule(
    "I02", cls=INCOMPLETE, fields=("XBM|XB",),
    zh="性别为空，请补填。", en="The sex is missing; please fill it in.",
    passes=({"XBM": None, "XB": "男"}, {"XBM": "1", "XB": None}), fails=({"XBM": None, "XB": ""},),
)
def sex_is_given(_: Context) -> pl.Expr:
    """Check I02 of the rule list; certificate contents of 学位〔2015〕18号. Code or text will do."""
    return pl.col("sex").is_not_null()


@rule(
    "I03", cls=INCOMPLETE, fields=("CSRQ",),
    zh="出生日期为空，请补填。", en="The birth date is missing; please fill it in.",
    passes=({"CSRQ": "20030307"}, {"CSRQ": "2003-03-07"}), fails=({"CSRQ": None}, {"CSRQ": "  "}),
)
def birth_date_is_given(_: Context) -> pl.Expr:
    """Check I03 of the rule list; certificate contents of 学位〔2015〕18号."""
    return pl.col("born").is_not_null() | ~blank("CSRQ")


@rule(
    "I04", cls=INCOMPLETE, fields=("ZJLXM|ZJLX",),
    zh="身份证件类型为空，请补填。", en="The ID document type is missing; please fill it in.",
    passes=({"ZJLXM": None, "ZJLX": "居民身份证"}, {"ZJLXM": "01", "ZJLX": None}),
    fails=({"ZJLXM": None, "ZJLX": None},),
)
def id_type_is_given(_: Context) -> pl.Expr:
    """Check I04 of the rule list; the number can be checked only against its type."""
    return pl.col("id_type").is_not_null()


@rule(
    "I05", cls=INCOMPLETE, fields=("ZJHM",),
    zh="身份证件号码为空或以“无”“待补”等代替，请补填。",
    en="The ID number is missing or a placeholder stands in for it; please fill it in.",
    passes=({"ZJHM": "110101200303072137"},),
    fails=({"ZJHM": None}, {"ZJHM": "无"}, {"ZJHM": "0"}, {"ZJHM": "待补"}),
)
def id_number_is_given(_: Context) -> pl.Expr:
    """Check I05 of the rule list, with the placeholders it names and their kin."""
    return pl.col("id_number").is_not_null() & ~pl.col("id_number").is_in(PLACEHOLDERS)


@rule(
    "I06", cls=INCOMPLETE, fields=("XWSYDWM",),
    zh="学位授予单位码为空，请补填。", en="The granting institution's code is missing; please fill it in.",
    passes=({"XWSYDWM": "80901"},), fails=({"XWSYDWM": None}, {"XWSYDWM": " "}),
)
def institution_is_given(_: Context) -> pl.Expr:
    """Check I06 of the rule list; certificate contents of 学位〔2015〕18号."""
    return pl.col("institution").is_not_null()


@rule(
    "I07", cls=INCOMPLETE, fields=("XWLBM|XWLB",),
    zh="学位类别为空，请补填。", en="The degree type is missing; please fill it in.",
    passes=({"XWLBM": None, "XWLB": "工学学士"}, {"XWLBM": "408", "XWLB": None}),
    fails=({"XWLBM": None, "XWLB": None},),
)
def degree_type_is_given(_: Context) -> pl.Expr:
    """Check I07 of the rule list; certificate contents of 学位〔2015〕18号."""
    return pl.col("degree").is_not_null()


@rule(
    "I08", cls=INCOMPLETE, fields=("ZYDM", "ZYMC"),
    found_in=pl.when(pl.col("major").is_not_null()).then(pl.lit("ZYMC")),
    zh="专业代码或专业名称为空，请补填。", en="The major's code or name is missing; please fill it in.",
    passes=({"ZYDM": "080901", "ZYMC": "计算机科学与技术"},),
    fails=({"ZYDM": None}, {"ZYMC": None}, {"ZYMC": " "}),
)
def major_is_given(_: Context) -> pl.Expr:
    """Check I08 of the rule list; certificate contents of 学位〔2015〕18号."""
    return pl.col("major").is_not_null() & ~blank("ZYMC")


@rule(
    "I09", cls=INCOMPLETE, fields=("HXWRQ",),
    zh="获学位日期为空，请补填。", en="The conferral date is missing; please fill it in.",
    passes=({"HXWRQ": "20250620"},), fails=({"HXWRQ": None}, {"HXWRQ": ""}),
)
def conferral_date_is_given(_: Context) -> pl.Expr:
    """Check I09 of the rule list; certificate contents of 学位〔2015〕18号."""
    return pl.col("conferred").is_not_null() | ~blank("HXWRQ")


@rule(
    "I10", cls=INCOMPLETE, fields=("XWZSBH",),
    zh="学位证书编号为空，请补填。", en="The certificate number is missing; please fill it in.",
    passes=({"XWZSBH": "8090142025000123"},), fails=({"XWZSBH": None}, {"XWZSBH": " "}),
)
def certificate_number_is_given(_: Context) -> pl.Expr:
    """Check I10 of the rule list; certificate contents of 学位〔2015〕18号."""
    return pl.col("certificate").is_not_null()


@rule(
    "I11", cls=INCOMPLETE, fields=("XZXM", "ZXXM"), found_in=pl.when(~blank("XZXM")).then(pl.lit("ZXXM")),
    zh="校长或学位评定委员会主席姓名为空，请按证书补填。",
    en="The president's or the committee chair's name is missing; please fill it in as on the certificate.",
    passes=({"XZXM": "李示范", "ZXXM": "李示范"},), fails=({"XZXM": None}, {"ZXXM": ""}),
)
def signatories_are_given(_: Context) -> pl.Expr:
    """Check I11 of the rule list; the certificate bears their signatures (学位〔2015〕18号)."""
    return ~blank("XZXM") & ~blank("ZXXM")


def _country_needed(context: Context) -> pl.Expr:
    if context.category is Category.BACHELOR_INTERNATIONAL:
        return pl.lit(True)
    known = pl.col("id_type").is_in(codes(context.reference, "id_documents"))
    return known & ~pl.col("id_type").is_in(_MAINLAND_DOCUMENTS)


@rule(
    "I13", cls=INCOMPLETE, fields=("GBM|GB",),
    zh="国家或地区为空，来华留学生和持境外证件者须填写，请补填。",
    en="The country or region is missing; it is needed for international students and documents from outside the "
    "mainland, please fill it in.",
    when=_country_needed,
    passes=(
        {"ZJLXM": "06", "ZJLX": "护照", "ZJHM": "E12345678", "GBM": "156", "GB": "中国"},
        {"ZJLXM": "06", "ZJLX": "护照", "ZJHM": "AB1234567", "GBM": None, "GB": "加拿大", **_NO_STATUS},
    ),
    fails=(
        {"ZJLXM": "06", "ZJLX": "护照", "ZJHM": "AB1234567", "GBM": None, "GB": None},
        {"ZJLXM": "04", "ZJLX": "港澳居民来往内地通行证", "ZJHM": "H12345678", "GBM": None, "GB": " "},
    ),
)
def country_is_given(_: Context) -> pl.Expr:
    """Check I13 of the rule list: category of international students, or a document that is not a mainland one."""
    return pl.col("country").is_not_null()
