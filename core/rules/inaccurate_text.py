"""Text that is garbled, contradicts its code or stands in for something missing (article 2). Declarations only."""

import polars as pl

from core.garbled import garbled
from core.rules import Context, rule
from core.rules._readable import codes, text_agrees, written
from core.vocabulary import FindingClass

INACCURATE = FindingClass.INACCURATE
NOTE = FindingClass.NOTE

_PLACEHOLDERS = (
    "无", "无题", "暂无", "测试", "待定", "待补", "不详", "略", "论文", "题目", "导师", "1", "0", "/", "\\", "-", "—",
    ".", "。", "test", "TEST", "Test", "null", "NULL", "N/A", "none", "None", "xx", "XX", "xxx", "XXX", "某某",
)

_ON_THE_CERTIFICATE = ("XM", "XB", "ZJLX", "XWSYDW", "XZXM", "ZXXM", "XWLB", "ZYMC", "ZSZYMC")


def _no_key_field_is_garbled(_: Context) -> pl.Expr:
    suspect = pl.col("garbled_field").is_not_null()
    return ~pl.any_horizontal(
        garbled(pl.when(suspect).then(pl.col(code))).fill_null(False) for code in _ON_THE_CERTIFICATE
    )


@rule(
    "A47", cls=INACCURATE,
    fields=(
        "XM|XB|GB|MZ|ZZMM|ZJLX|XWSYDW|XZXM|ZXXM|PYDW|XWLB|ZYMC|ZSZYMC|XXXS|BZ|DSXM|LWLX|LWTM|LWGJC|LWXTLY|LWYJFX|LWZXYZ",
    ),
    found_in=pl.col("garbled_field"),
    zh="文字存在乱码，请检查文件编码后按原文改正。",
    en="The text is garbled; please check the file's encoding and correct it to the original.",
    passes=({"XM": "张䶮"}, {"XM": "José Muñoz", "XMPY": "José Muñoz"}, {"LWTM": "é与ü的拼写研究"}),
    soft=_no_key_field_is_garbled,
    fails=({"XM": "寮犱紵", "XMPY": None}, {"XZXM": "ÕÅÎ°"}, {"PYDW": "锟斤拷", "ZYMC": "锟斤拷"}),
    soft_fails=({"LWTM": "锟斤拷锟斤拷研究"}, {"DSXM": "JosÃ©"}),
)
def text_is_not_garbled(_: Context) -> pl.Expr:
    """Fingerprints of wrong encodings in `core.garbled`; the finding names the first field that has one.

    Only key fields withhold (duties, decision 7): elsewhere garbled text is a note.
    """
    return pl.col("garbled_field").is_null()


def _contradicts(context: Context, value: str, table: str) -> pl.Expr:
    told = pl.when(~text_agrees(value)).then(pl.col(f"{value}_told"))
    known = codes(context.reference, table)
    return (told.is_in(known) & pl.col(value).is_in(known)).fill_null(False)


_TYPE_TOLD_OTHERWISE = (
    pl.col("id_type_told").str.contains("^[0-9]{2}$") & (pl.col("id_type_told") != pl.col("id_type"))
).fill_null(False)


@rule(
    "A48", cls=INACCURATE, fields=("ZJLXM|GBM", "ZJLX|GB"),
    found_in=pl.when(~_TYPE_TOLD_OTHERWISE).then(pl.lit("GBM")),
    zh="证件类型或国家地区的代码与名称不一致，请核对后改正。",
    en="Code and name of the ID type or of the country disagree; please check and correct.",
    when=lambda _: pl.col("id_type_told").is_not_null() | pl.col("country_told").is_not_null(),
    passes=(
        {"ZJLXM": "1", "ZJLX": "身份证"},
        {"ZJLXM": "07", "ZJLX": "其他", "ZJHM": "示范证第5号"},
        {"GBM": "156", "GB": "中华人民共和国"},
        {"GBM": "156", "GB": "某国"},
    ),
    fails=({"ZJLXM": "01", "ZJLX": "护照"}, {"GBM": "156", "GB": "加拿大"}),
)
def code_and_name_agree(context: Context) -> pl.Expr:
    """Check A48 of the rule list, for pairs without a check of their own; both sides must be in the table."""
    return ~_contradicts(context, "id_type", "id_documents") & ~_contradicts(context, "country", "countries")


def _stands_in(code: str) -> pl.Expr:
    return written(code).is_in(_PLACEHOLDERS).fill_null(False)


@rule(
    "A49", cls=NOTE, fields=("LWTM", "DSXM"), found_in=pl.when(~_stands_in("LWTM")).then(pl.lit("DSXM")),
    zh="论文题目或导师姓名填写异常（占位文字，或导师与学生同名），请核对。",
    en="Thesis title or supervisor looks like a placeholder, or the supervisor is the student; please check.",
    when=lambda _: ~(pl.col("LWLX") == "无").fill_null(False) & (
        pl.col("LWTM").is_not_null() | pl.col("DSXM").is_not_null()
    ),
    passes=({"LWTM": "论无", "DSXM": "赵导"}, {"LWLX": "无", "LWTM": "无", "DSXM": "无"}, {"LWTM": None, "DSXM": None}),
    fails=({"LWTM": "测试"}, {"LWTM": "1"}, {"LWTM": "无"}, {"LWTM": " 无 "}, {"DSXM": "/"}, {"XM": "张明", "DSXM": "张明"}),
)
def thesis_and_supervisor_are_told(_: Context) -> pl.Expr:
    """Check A49 of the rule list."""
    own_supervisor = (pl.col("DSXM") == pl.col("name")).fill_null(False)
    return ~_stands_in("LWTM") & ~_stands_in("DSXM") & ~own_supervisor
