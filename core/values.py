"""What the filed text says: codes, dates and numbers read out of a chunk once, before any rule looks at it.

Repairs only what cannot change meaning (full width, outer spaces, lower case, lost leading zeros); the filed
text stays beside it untouched. Must not know rules.
"""

from collections.abc import Callable
from functools import partial

import polars as pl

from core import cell
from core.certificate import mark
from core.citizen import form, sound
from core.garbled import garbled
from core.record import COLUMNS
from core.reference import Reference

DERIVED: dict[str, str] = {
    "name": "姓名，去首尾空格，间隔符改为“·”",
    "unusual_name": "姓名，除非只是2至15个常用汉字",
    "sex": "性别码",
    "sex_told": "性别文字对应的码",
    "country": "国家或地区码",
    "country_told": "国家或地区名称对应的码",
    "ethnic_group": "民族码",
    "ethnic_group_told": "民族名称对应的码",
    "political_status": "政治面貌码",
    "political_status_told": "政治面貌名称对应的码",
    "id_type": "身份证件类型码",
    "id_type_told": "身份证件类型名称对应的码",
    "id_number": "证件号码，半角大写、去空格和括号，末尾括号内的签发次数或校验码也去掉",
    "id_form": "证件号码合乎公民身份号码的18位或15位形式时的位数",
    "id_sound": "证件号码为18位且校验码正确",
    "person": "同一人的键：居民身份号码前17位，其他证件为号码",
    "born": "出生日期",
    "institution": "学位授予单位码",
    "training_unit": "培养单位码",
    "degree": "学位类别码",
    "degree_told": "学位类别名称对应的码",
    "level": "学位级别：1名誉博士、2博士、3硕士、4学士",
    "major": "专业代码",
    "certificate": "学位证书编号，半角大写、去空格",
    "certificate_mark": "学位证书编号的类别字母，纯数字为空文本；不合任何形式时为空值",
    "conferred": "获学位日期",
    "entered": "入学年月（当月1日）",
    "graduated": "毕业年月（当月1日）",
    "language_passed": "通过外语考试年月（当月1日）",
    "prior_conferred": "获前置学位年月（当月1日）",
    "declassified": "解密日期",
    "second": "申报为第二学士学位",
    "minor": "申报为辅修学位",
    "joint": "申报为联合学位",
    "declared": "已申报第二学位、辅修、双学位或联合学位",
    "garbled_field": "首个有乱码的字段",
}
"""Columns `read` adds, with what they hold. Rules use these and the filed codes.

A `_told` column is the code behind the text beside a code; a text that is in no table is kept as it is.
"""

PLACEHOLDERS = ("无", "0", "待补", "暂无", "待定", "不详", "/", "-", "—", "NULL", "NONE", "无证件")
"""What people write for an ID number they do not have: it identifies nobody."""

_TEXT_WITH_WORDS = (
    "XM XMPY XB GB MZ ZZMM ZJLX XWSYDW XZXM ZXXM PYDW XWLB ZYMC ZSZYMC XXXS BZ DSXM LWLX LWTM LWGJC "
    "LWXTLY LWYJFX LWZXYZ QZXW".split()
)
_TOLD = {
    "XB": ("sex_told", "sexes"), "GB": ("country_told", "countries"), "MZ": ("ethnic_group_told", "ethnic_groups"),
    "ZZMM": ("political_status_told", "political_statuses"), "ZJLX": ("id_type_told", "id_documents"),
    "XWLB": ("degree_told", "degrees"),
}
"""Of each text that stands beside a code, the column of the code behind it and the table that tells."""
_UNSETTLED = ("07", "08", "99")
_YES = ("是", "1", "Y", "y", "有")
_FLAGS = {"second": "SFDEXW", "minor": "SFFXXW", "double": "SFSXSXW", "joint": "SFLHXW"}
_READ = tuple(dict.fromkeys([
    *_TEXT_WITH_WORDS, *_TOLD, "XBM", "GBM", "MZM", "ZZMMM", "ZJLXM", "XWSYDWM", "XWLBM", "ZYDM", "CSRQ", "HXWRQ",
    "RXNY", "BYNY", "WYKSNY", "QZXWNY", "JMRQ", "PYDWM", *_FLAGS.values(),
]))
_USUAL_NAME = r"^[\x{4E00}-\x{9FA5}]{2,15}$"
"""Nearly all names, and nothing of what checks of names look for."""
_SAMPLE = 2_000
_FEW = 2
"""A column with at least so many rows to each distinct value in a sample is read by its distinct values alone."""

Read = Callable[[pl.Expr], pl.Expr]


def read(chunk: pl.DataFrame, reference: Reference) -> pl.DataFrame:
    """Add the derived columns to a chunk of filed text.

    `chunk` has `row` and filed columns by code; codes the file does not carry are added as null.
    Returns row, all of COLUMNS, all of DERIVED. A value that cannot be read becomes null.
    """
    missing = [pl.lit(None, pl.String).alias(code) for code in COLUMNS if code not in chunk.columns]
    frame = chunk.select("row", *(code for code in COLUMNS if code in chunk.columns), *missing)
    column = _Columns(frame)
    told = {
        name: column.read(code, partial(cell.code_of, reference.codes(table))) for code, (name, table) in _TOLD.items()
    }
    flags = {
        flag: column.read(code, lambda text: text.is_in(_YES)).fill_null(False) for flag, code in _FLAGS.items()
    }
    number = _without_brackets(column.identifier("ZJHM"))
    derived = frame.with_columns(**told, **flags).with_columns(
        name=column.name("XM"),
        sex=pl.coalesce(column.read("XBM", cell.half_width), pl.col("sex_told")),
        country=pl.coalesce(column.read("GBM", lambda text: cell.padded(text, 3)), pl.col("country_told")),
        ethnic_group=pl.coalesce(column.read("MZM", lambda text: cell.padded(text, 2)), pl.col("ethnic_group_told")),
        political_status=pl.coalesce(column.read("ZZMMM", lambda text: cell.padded(text, 2)), pl.col("political_status_told")),
        id_type=_document(column.read("ZJLXM", lambda text: cell.padded(text, 2)), pl.col("id_type_told")),
        id_number=number,
        born=column.read("CSRQ", cell.date),
        institution=column.read("XWSYDWM", cell.half_width),
        training_unit=column.read("PYDWM", cell.half_width),
        degree=pl.coalesce(column.read("XWLBM", cell.half_width), pl.col("degree_told")),
        level=_level(column.read("XWLBM", _level_digit), column.read("XWLB", _level_told)),
        major=column.read("ZYDM", cell.half_width),
        certificate=column.identifier("XWZSBH"),
        conferred=column.read("HXWRQ", cell.date),
        entered=column.read("RXNY", cell.month),
        graduated=column.read("BYNY", cell.month),
        language_passed=column.read("WYKSNY", cell.month),
        prior_conferred=column.read("QZXWNY", cell.month),
        declassified=column.read("JMRQ", cell.date),
        declared=pl.any_horizontal(*flags),
        garbled_field=column.first_garbled(),
    )
    name, number = pl.col("name"), pl.col("id_number")
    return derived.with_columns(
        unusual_name=pl.when(~name.str.contains(_USUAL_NAME)).then(name), id_form=form(number),
        certificate_mark=mark(pl.col("certificate")),
    ).with_columns(person=_person(number), id_sound=sound(number, pl.col("id_form"))).select("row", *COLUMNS, *DERIVED)


class _Columns:
    """The filed columns of one chunk. Most hold few distinct values: those are read once each, not row by row."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame
        sample = frame.head(_SAMPLE).select(pl.col(*_READ).n_unique()).row(0, named=True)
        few = [code for code in _READ if sample[code] * _FEW <= min(frame.height, _SAMPLE) or sample[code] == 1]
        distinct = frame.select(pl.col(few).unique().drop_nulls().implode())
        self._distinct = {code: distinct[code][0] for code in few}

    def read(self, code: str, how: Read) -> pl.Expr:
        """The column read by `how`; null where the cell is null."""
        distinct = self._distinct.get(code)
        if distinct is None:
            return how(pl.col(code))
        values = distinct.to_frame(code).select(how(pl.col(code))).to_series()
        if distinct.len() <= 1:
            return pl.when(pl.col(code).is_not_null()).then(pl.lit(values.first(), values.dtype))
        return pl.col(code).replace_strict(distinct, values, default=None, return_dtype=values.dtype)

    def name(self, code: str) -> pl.Expr:
        """The name as `cell.name` reads it; cells of hanzi alone, nearly all, are taken as they are."""
        unusual = pl.when(~pl.col(code).str.contains(r"^\p{Han}+$")).then(pl.col(code))
        return pl.when(unusual.is_not_null()).then(cell.name(unusual)).otherwise(pl.col(code))

    def identifier(self, code: str) -> pl.Expr:
        """Half width, upper case, without spaces; taken as it is when every cell is plain."""
        plain = self._frame[code].str.contains(r"^[0-9A-Z]+$").all()
        return pl.col(code) if plain else cell.half_width(pl.col(code))

    def first_garbled(self) -> pl.Expr:
        """The code of the first column whose cell is garbled text; null in sound rows."""
        cells = {code: self._distinct.get(code, self._frame[code]) for code in _TEXT_WITH_WORDS}
        together = pl.concat(column.rename("text") for column in cells.values())
        found = [code for code, column in cells.items() if _any_garbled(column)] if _any_garbled(together) else []
        return pl.coalesce(
            pl.lit(None, pl.String), *(pl.when(garbled(pl.col(code))).then(pl.lit(code)) for code in found)
        )


def _any_garbled(cells: pl.Series) -> bool:
    return bool(cells.to_frame("text").select(garbled(pl.col("text")).any()).item())


def id_number(filed: pl.Expr) -> pl.Expr:
    """A filed ID number as it is compared: half width, upper case, without spaces, brackets and what they hold last."""
    return _without_brackets(cell.half_width(filed))


def _without_brackets(number: pl.Expr) -> pl.Expr:
    return number.str.replace_all(r"\((?:[A-Z]|\d{1,2})\)$|[()]", "")


def _document(code: pl.Expr, told: pl.Expr) -> pl.Expr:
    """The type's code; where manuals differ on the last codes of the table, the one its text stands for."""
    named = code.is_in(_UNSETTLED) & told.is_in(_UNSETTLED)
    return pl.when(named.fill_null(False)).then(told).otherwise(pl.coalesce(code, told))


def _level_digit(text: pl.Expr) -> pl.Expr:
    digit = cell.half_width(text).str.slice(0, 1)
    return pl.when(digit.is_in(["1", "2", "3", "4"])).then(digit)


def _level_told(words: pl.Expr) -> pl.Expr:
    return (
        pl.when(words.str.contains("名誉博士", literal=True)).then(pl.lit("1"))
        .when(words.str.contains("博士", literal=True)).then(pl.lit("2"))
        .when(words.str.contains("硕士", literal=True)).then(pl.lit("3"))
        .when(words.str.contains("学士", literal=True)).then(pl.lit("4"))
    )


def _level(digit: pl.Expr, told: pl.Expr) -> pl.Expr:
    honorary = (told == "1").fill_null(False)
    return pl.when(honorary).then(pl.lit("1")).otherwise(pl.coalesce(digit, told))


def _person(number: pl.Expr) -> pl.Expr:
    return (
        pl.when(pl.col("id_form") == 18).then(number.str.slice(0, 17))
        .when(pl.col("id_form") == 15)
        .then(number.str.slice(0, 6) + "19" + number.str.slice(6))
        .when(~number.is_in(PLACEHOLDERS))
        .then(number)
    )
