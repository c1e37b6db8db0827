"""What the filed text says: codes, dates and numbers read out of a chunk once, before any rule looks at it.

Repairs only what cannot change meaning (full width, outer spaces, lower case, lost leading zeros); the filed
text stays beside it untouched. Must not know rules.
"""

from collections.abc import Iterable

import polars as pl

from core.garbled import garbled
from core.record import COLUMNS
from core.reference import Reference

DERIVED: dict[str, str] = {
    "name": "姓名，去首尾空格",
    "sex": "性别码",
    "country": "国家或地区码",
    "id_type": "身份证件类型码",
    "id_number": "证件号码，半角大写、去空格和括号",
    "person": "同一人的键：居民身份号码前17位，其他证件为号码",
    "born": "出生日期",
    "institution": "学位授予单位码",
    "degree": "学位类别码",
    "level": "学位级别：1名誉博士、2博士、3硕士、4学士",
    "major": "专业代码",
    "certificate": "学位证书编号，半角大写、去空格",
    "conferred": "获学位日期",
    "entered": "入学年月（当月1日）",
    "graduated": "毕业年月（当月1日）",
    "language_passed": "通过外语考试年月（当月1日）",
    "prior_conferred": "获前置学位年月（当月1日）",
    "declared": "已申报第二学位或辅修学位",
    "garbled_field": "首个有乱码的字段",
}
"""Columns `read` adds, with what they hold. Rules use these and the filed codes."""

_SPACE = r"[\s\u3000\u00a0\u200b\ufeff]"
_TEXT_WITH_WORDS = (
    "XM XMPY XB GB MZ ZZMM ZJLX XWSYDW XZXM ZXXM PYDW XWLB ZYMC ZSZYMC XXXS BZ DSXM LWLX LWTM LWGJC "
    "LWXTLY LWYJFX LWZXYZ QZXW".split()
)
_YES = ("是", "1", "Y", "y", "有")


def read(chunk: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Add the derived columns to a chunk of filed text.

    `chunk` has `row` and filed columns by code; codes the file does not carry are added as null.
    Returns row, all of COLUMNS, all of DERIVED. A value that cannot be read becomes null.
    """
    missing = [pl.lit(None, pl.String).alias(code) for code in COLUMNS if code not in chunk.columns]
    frame = chunk.select("row", *(code for code in COLUMNS if code in chunk.columns), *missing)
    tidy = {code: _tidy(frame, code) for code in ("XM", "XB", "XBM", "GB", "GBM", "ZJLX", "ZJLXM", "XWLB")}
    tidy |= {
        code: _half_width(frame, code)
        for code in ("CSRQ", "HXWRQ", "RXNY", "BYNY", "WYKSNY", "QZXWNY", "XWSYDWM", "XWLBM", "ZYDM", "ZJHM", "XWZSBH")
    }
    degree = pl.coalesce(tidy["XWLBM"], _code(tidy["XWLB"], reference.codes("degrees")))
    id_number = tidy["ZJHM"].str.replace_all(r"[()]", "")
    frame = frame.with_columns(
        name=tidy["XM"],
        sex=pl.coalesce(tidy["XBM"], _code(tidy["XB"], reference.codes("sexes"))),
        country=pl.coalesce(_padded(tidy["GBM"], 3), _code(tidy["GB"], reference.codes("countries"))),
        id_type=pl.coalesce(_padded(tidy["ZJLXM"], 2), _code(tidy["ZJLX"], reference.codes("id_documents"))),
        id_number=id_number,
        born=_date(tidy["CSRQ"]),
        institution=tidy["XWSYDWM"],
        degree=degree,
        level=_level(degree, tidy["XWLB"]),
        major=tidy["ZYDM"],
        certificate=tidy["XWZSBH"],
        conferred=_date(tidy["HXWRQ"]),
        entered=_month(tidy["RXNY"]),
        graduated=_month(tidy["BYNY"]),
        language_passed=_month(tidy["WYKSNY"]),
        prior_conferred=_month(tidy["QZXWNY"]),
        declared=(pl.col("SFDEXW").is_in(_YES) | pl.col("SFFXXW").is_in(_YES)).fill_null(False),
        garbled_field=_garbled_field(frame),
    )
    return frame.with_columns(person=_person(pl.col("id_number")))


def blank(code: str) -> pl.Expr:
    """The filed cell is empty or only spaces."""
    return pl.col(code).str.strip_chars(" \t\r\n\u3000\u00a0\u200b\ufeff").fill_null("") == ""


def _tidy(frame: pl.DataFrame, code: str) -> pl.Expr:
    if frame.schema[code] != pl.String or frame[code].null_count() == frame.height:
        return pl.lit(None, pl.String)
    text = pl.col(code).str.strip_chars(" \t\r\n\u3000\u00a0\u200b\ufeff")
    return pl.when(text != "").then(text)


def _half_width(frame: pl.DataFrame, code: str) -> pl.Expr:
    text = _tidy(frame, code)
    filed = frame[code]
    if filed.null_count() == filed.len():
        return text
    if not bool((filed.str.len_bytes() == filed.str.len_chars()).all()):
        text = text.str.normalize("NFKC")
    if filed.str.contains(r"[a-z]").any():
        text = text.str.to_uppercase()
    if filed.str.contains(r"[\s\u3000]").any():
        text = text.str.replace_all(_SPACE, "")
    return text


def _padded(text: pl.Expr, width: int) -> pl.Expr:
    return pl.when(text.str.contains(r"^[0-9]+$")).then(text.str.zfill(width)).otherwise(text)


def _code(text: pl.Expr, codes: dict[str, str]) -> pl.Expr:
    return text.replace_strict(codes, default=text, return_dtype=pl.String)


def _level(degree: pl.Expr, words: pl.Expr) -> pl.Expr:
    digit = degree.str.slice(0, 1)
    told = (
        pl.when(words.str.contains("名誉博士")).then(pl.lit("1"))
        .when(words.str.contains("博士")).then(pl.lit("2"))
        .when(words.str.contains("硕士")).then(pl.lit("3"))
        .when(words.str.contains("学士")).then(pl.lit("4"))
    )
    return pl.when(digit.is_in(["1", "2", "3", "4"])).then(digit).otherwise(told)


def _person(number: pl.Expr) -> pl.Expr:
    return (
        pl.when(number.str.contains(r"^\d{17}[\dX]$")).then(number.str.slice(0, 17))
        .when(number.str.contains(r"^\d{15}$"))
        .then(number.str.slice(0, 6) + "19" + number.str.slice(6))
        .otherwise(number)
    )


_SEPARATED = r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]?00:00(?::00(?:\.0+)?)?)?$"


def _date(text: pl.Expr) -> pl.Expr:
    """Eight digits, or year, month, day parted by - / . or 年月日; a midnight tail is ignored."""
    parts = text.str.extract_groups(_SEPARATED)
    parted = (
        parts.struct.field("1") + parts.struct.field("2").str.zfill(2) + parts.struct.field("3").str.zfill(2)
    )
    digits = pl.when(text.str.contains(r"^\d{8}$")).then(text).otherwise(parted)
    return digits.str.to_date("%Y%m%d", strict=False)


def _month(text: pl.Expr) -> pl.Expr:
    """Six digits, or year and month parted; a full date counts as its month."""
    parts = text.str.extract_groups(r"^(\d{4})[-/.年](\d{1,2})(?:[-/.月].*)?$")
    parted = parts.struct.field("1") + parts.struct.field("2").str.zfill(2)
    digits = pl.when(text.str.contains(r"^\d{6}(\d\d)?$")).then(text.str.slice(0, 6)).otherwise(parted)
    return (digits + "01").str.to_date("%Y%m%d", strict=False)


def _garbled_field(frame: pl.DataFrame) -> pl.Expr:
    found = [
        code for code in _TEXT_WITH_WORDS
        if frame[code].null_count() < frame.height
        and frame.select(garbled(pl.col(code).unique())).to_series().any()
    ]
    return pl.coalesce(
        pl.lit(None, pl.String), *(pl.when(garbled(pl.col(code))).then(pl.lit(code)) for code in found)
    )
