"""Certificate numbers (学位证书编号) that do not have the form of their day or contradict the record (article 2).

Declarations only.
"""

import polars as pl

from core.rules import Context, rule
from core.rules._certificate import (
    BOTH_FROM,
    BOTH_UNTIL,
    DIGITS_START,
    LETTERS_START,
    core,
    graduation_number,
    mark,
    well_formed,
)
from core.rules._readable import conferred_fits, degree_fits
from core.vocabulary import Category, FindingClass

INACCURATE = FindingClass.INACCURATE

_NUMBER = pl.col("certificate")
_CONFERRED = pl.col("conferred")
_IN_2013 = {
    "CSRQ": "19910307", "ZJHM": "11010119910307217X", "RXNY": "200909", "KSH": "09110101150001", "BYNY": "201306",
    "HXWRQ": "20130628", "XWZSBH": "8090142013000123",
}
_MASTER = {**_IN_2013, "XWLBM": "308", "XWLB": "工学硕士", "KSH": None, "ZYDM": "0812"}
_MBA = {
    **_MASTER, "XWLBM": "346", "XWLB": "工商管理硕士专业学位", "ZYDM": "1251", "ZYMC": "工商管理", "QZXW": "工学学士学位",
}
_WINTER = {
    "CSRQ": "19930307", "ZJHM": "110101199303072174", "RXNY": "201109", "KSH": "11110101150001", "BYNY": "201512",
}
_FROM_ABROAD = {
    "ZJLXM": "06", "ZJLX": "护照", "ZJHM": "AB1234567", "GBM": "124", "GB": "加拿大", "MZM": None, "MZ": None,
    "ZZMMM": None, "ZZMM": None,
}


def _of_the_digit_era(context: Context) -> pl.Expr:
    return conferred_fits(context) & (_CONFERRED >= DIGITS_START) & _NUMBER.is_not_null() & ~graduation_number()


def _of_the_letter_era(context: Context) -> pl.Expr:
    day = _CONFERRED.is_null() | _CONFERRED.is_between(LETTERS_START, DIGITS_START, closed="left")
    return day & _NUMBER.is_not_null() & ~graduation_number()


@rule(
    "A23", cls=INACCURATE, fields=("XWZSBH",),
    zh="学位证书编号不是16位数字，请按证书改正。",
    en="The certificate number is not 16 digits; please correct it to the certificate.",
    when=_of_the_digit_era,
    passes=(
        {"XWZSBH": "8090142025000123"},
        {"XWZSBH": " ８０９０１４２０２５０００１２３ "},
        {**_WINTER, "HXWRQ": "20160115", "XWZSBH": "8090142016S00123"},
        {**_WINTER, "HXWRQ": "20160331", "XWZSBH": "8090142016E00123"},
    ),
    fails=(
        {"XWZSBH": "809014202500012"},
        {"XWZSBH": "80901420250001234"},
        {"XWZSBH": "8090142025S00123"},
        {"XWZSBH": "C8090142025000123"},
        {"XWZSBH": "8.09014E+15"},
        {**_WINTER, "HXWRQ": "20160401", "XWZSBH": "8090142016S00123"},
    ),
)
def number_is_sixteen_digits(_: Context) -> pl.Expr:
    """学位〔2015〕18号: sixteen Arabic digits for every kind from 2016-01-01; until 2016-03-31 letters may appear."""
    return (mark() == "").fill_null(False) | (mark().is_not_null() & (_CONFERRED <= BOTH_UNTIL))


@rule(
    "A24", cls=INACCURATE, fields=("XWZSBH",),
    zh="学位证书编号不符合2005年学位证书编号规则，请按证书改正。",
    en="The certificate number has none of the forms of the 2005 numbering notice; please correct it.",
    when=_of_the_letter_era, category=Category.BACHELOR,
    passes=(
        _IN_2013,
        {**_IN_2013, "XWZSBH": "8090142013S00123"},
        {**_IN_2013, "XWZSBH": "8090142013E00123"},
    ),
    fails=(
        {**_IN_2013, "XWZSBH": "809014201300012"},
        {**_IN_2013, "XWZSBH": "8090142013X00123"},
        {**_IN_2013, "XWZSBH": "X8090142013000123"},
        {**_IN_2013, "XWZSBH": "T8090142013C00123"},
        {**_IN_2013, "XWZSBH": "(2013)第123号"},
    ),
)
def number_has_a_form_of_2005(_: Context) -> pl.Expr:
    """Notice of 2005-08-25, and Xinjiang's Z with sixteen digits; letters of later professional types are any A–Z."""
    return mark().is_not_null()


@rule(
    "A25", cls=INACCURATE, fields=("XWZSBH",),
    zh="学位证书编号疑似误填为毕业证书编号（18位），请改填学位证书编号。",
    en="An 18-digit graduation certificate number seems to have been entered; please give the degree certificate's.",
    when=lambda _: _NUMBER.is_not_null(),
    passes=({"XWZSBH": "8090142025000123"},),
    fails=({"XWZSBH": "809011202505000123"}, {**_IN_2013, "XWZSBH": "809015201304000123"}),
)
def number_is_not_the_graduation_certificates(_: Context) -> pl.Expr:
    """Form of graduation numbers: school, kind, year, level, serial; other numbers of 18 digits are A23 or A24."""
    return ~graduation_number()


@rule(
    "A26", cls=INACCURATE, fields=("XWZSBH", "XWSYDWM"),
    zh="学位证书编号前五位与学位授予单位码不一致，请核对后改正。",
    en="The first five digits of the certificate number are not the institution's code; please check and correct.",
    when=lambda context: well_formed(context) & pl.col("institution").is_not_null(),
    passes=({"XWZSBH": "8090142025000123"}, {**_IN_2013, "XWZSBH": "8090142013S00123"}),
    fails=({"XWZSBH": "8090242025000123"}, {**_IN_2013, "XWZSBH": "8090242013S00123"}),
)
def number_begins_with_the_institution(_: Context) -> pl.Expr:
    """Notice of 2005-08-25 and 学位〔2015〕18号: positions 1 to 5, after a prefix letter."""
    return core().str.slice(0, 5) == pl.col("institution")


@rule(
    "A27", cls=INACCURATE, fields=("XWZSBH", "XWLBM|XWLB"),
    zh="学位证书编号第六位与学位级别不一致（2博士、3硕士、4学士），请核对后改正。",
    en="The sixth digit of the certificate number is not the degree's level (2, 3, 4); please check and correct.",
    when=lambda context: well_formed(context) & degree_fits(context),
    passes=({"XWZSBH": "8090142025000123"},),
    fails=({"XWZSBH": "8090132025000123"}, {**_IN_2013, "XWZSBH": "8090122013E00123"}),
)
def sixth_digit_is_the_level(_: Context) -> pl.Expr:
    """Notice of 2005-08-25 and 学位〔2015〕18号: position 6, after a prefix letter."""
    return core().str.slice(5, 1) == pl.col("level")


@rule(
    "A28", cls=INACCURATE, fields=("XWZSBH", "HXWRQ"),
    zh="学位证书编号中的年份与获学位日期的年份不一致，请按证书核对编号和日期。",
    en="The year in the certificate number is not the year of conferral; please check both against the certificate.",
    when=lambda context: well_formed(context) & conferred_fits(context),
    passes=({"XWZSBH": "8090142025000123"}, {**_WINTER, "HXWRQ": "20151231", "XWZSBH": "8090142015000123"}),
    fails=({"XWZSBH": "8090142024000123"}, {**_WINTER, "HXWRQ": "20160115", "XWZSBH": "8090142015000123"}),
)
def year_in_the_number_is_the_year_conferred(_: Context) -> pl.Expr:
    """Notice of 2005-08-25 and 学位〔2015〕18号: positions 7 to 10, after a prefix letter."""
    return core().str.slice(6, 4).cast(pl.Int32, strict=False) == _CONFERRED.dt.year()


_MARKS = {
    Category.DOCTOR: ("", "L"),
    Category.DOCTOR_EQUIVALENT: ("T",),
    Category.DOCTOR_PROFESSIONAL: ("Z", "L"),
    Category.MASTER: ("", "Q", "L"),
    Category.MASTER_EQUIVALENT: ("T", "Q"),
    Category.MASTER_PROFESSIONAL: ("Z", "L"),
    Category.BACHELOR: ("", "S", "E"),
    Category.BACHELOR_ADULT: ("C", "CZ"),
    Category.BACHELOR_INTERNATIONAL: ("L",),
    Category.BACHELOR_PROFESSIONAL: ("Z",),
}
_SERIALS_IN_PLACE_OF_LETTERS = {Category.BACHELOR_ADULT: "2", Category.BACHELOR_INTERNATIONAL: "6"}


def _lettered(context: Context) -> pl.Expr:
    if context.category is None:
        return pl.lit(False)
    return well_formed(context) & conferred_fits(context) & _CONFERRED.is_between(LETTERS_START, BOTH_UNTIL)


@rule(
    "A29", cls=INACCURATE, fields=("XWZSBH",),
    zh="学位证书编号的标识字母与报送类别不一致，请核对编号和类别。",
    en="The kind letter of the certificate number does not fit the filing's category; please check both.",
    when=_lettered, category=Category.MASTER_PROFESSIONAL,
    passes=(
        {**_MBA, "XWZSBH": "Z8090132013S00123"},
        {**_MBA, "XWZSBH": "Z8090132013000123"},
        {**_MBA, **_FROM_ABROAD, "XWZSBH": "L8090132013000123"},
        {**_MBA, **_WINTER, "HXWRQ": "20151215", "KSH": None, "XWZSBH": "8090132015000123"},
    ),
    fails=(
        {**_MBA, "XWZSBH": "8090132013000123"},
        {**_MBA, "XWZSBH": "T8090132013000123"},
        {**_MBA, "XWZSBH": "C8090132013Z00123"},
    ),
)
def letter_fits_the_category(context: Context) -> pl.Expr:
    """Notice of 2005-08-25. Xinjiang's plain serials from 200001 (adult) and 600001 (foreign) count as marked."""
    plain = mark() == ""
    right = mark().is_in(_MARKS.get(context.category, ())) | (plain & (_CONFERRED >= BOTH_FROM))
    first = _SERIALS_IN_PLACE_OF_LETTERS.get(context.category)
    return right if first is None else right | (plain & (core().str.slice(10, 1) == first))


@rule(
    "A30", cls=INACCURATE, fields=("XWZSBH",),
    zh="学位证书编号的顺序号为零，请按证书改正。",
    en="The serial in the certificate number is zero; please correct it to the certificate.",
    when=well_formed,
    passes=({"XWZSBH": "8090142025000001"}, {"XWZSBH": "8090142025100000"}),
    fails=({"XWZSBH": "8090142025000000"}, {**_IN_2013, "XWZSBH": "8090142013S00000"}),
)
def serial_is_not_zero(_: Context) -> pl.Expr:
    """Serials start at 000001 (00001 after a letter); no institution's own structure of them is assumed."""
    return ~(_NUMBER.str.ends_with("00000") & ~core().str.slice(10, 1).is_in(list("123456789")))
