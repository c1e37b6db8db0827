"""Majors that no catalogue has, or that do not go with their name or degree (article 2). Declarations only.

The catalogue that counts is the one at entry; what came into force until conferral is right too.
"""

from collections.abc import Callable

import polars as pl

from core.cell import blank
from core.rules import Context, rule
from core.rules._catalogue import (
    AHEAD,
    DEGREE,
    DIGITS,
    IS_GRADUATE,
    MAJOR,
    SECOND_CATEGORY,
    TYPE,
    TYPE_BEFORE_2011,
    bits,
    by_level,
    categories,
    disciplines,
    in_span,
    level_is_settled,
    majors,
    names,
    odd_name,
    plain,
    span_is_covered,
    types,
)
from core.rules._readable import NOT_A_DEGREE, conferred_fits, degree_fits, text_agrees, type_is_no_degree
from core.rules._tables import Line, Prepare, has_lines, lines
from core.vocabulary import Category, FindingClass

INACCURATE = FindingClass.INACCURATE

_FIRST_LEVEL = MAJOR.str.strip_suffix("00")
_MARKED = r"[(（\[【〔](?:绝密|机密|秘密|内部|涉密|保密)"

_MASTER = {
    "XWLBM": "308", "XWLB": "工学硕士", "XWZSBH": "8090132025000123", "CSRQ": "19970307", "ZYDM": "0812",
    "ZJHM": "110101199703072173", "KSH": None, "RXNY": "202209", "QZXW": "工学学士学位",
}
_BEFORE_2012 = {
    "CSRQ": "19900307", "ZJHM": "110101199003072172", "KSH": None, "RXNY": "200809", "BYNY": "201206",
    "HXWRQ": "20120620", "XWZSBH": "8090142012000123",
}
_PROFESSIONAL = {**_MASTER, "XWLBM": "381", "XWLB": "电子信息硕士", "ZYDM": "085404", "ZYMC": "计算机技术"}


def _is_in_a_catalogue(context: Context, lost: str = "") -> pl.Expr:
    """The code, after what was lost before it, is in a catalogue of the span."""
    code, digits = (pl.lit(lost) + MAJOR, pl.lit(lost) + DIGITS) if lost else (MAJOR, DIGITS)
    formed = pl.when(IS_GRADUATE).then(code).str.contains("^[0-9]{4}(?:[0-9]{2}|[JZL][0-9]{1,2})?$")
    return by_level(
        context,
        graduates=lambda: code.str.starts_with("99J") | (
            formed & lines(context, "disciplines", ("type",), types).some(code.str.slice(0, 4), in_span)
        ),
        bachelors=lambda: lines(context, "bachelor_majors", ("code",), majors).some(digits, in_span),
    )


def _adult(context: Context) -> bool:
    return context.category is Category.BACHELOR_ADULT


@rule(
    "A33", cls=INACCURATE, fields=("ZYDM",),
    zh="专业代码不在入学至获学位期间的学科专业目录中，请核对后改正。",
    en="The major code is in no catalogue in force between entry and conferral; please check and correct it.",
    when=lambda context: (
        MAJOR.is_not_null() & level_is_settled(context) & degree_fits(context) & conferred_fits(context)
    ),
    covered=lambda context: (
        span_is_covered(context) & ~SECOND_CATEGORY & ~TYPE_BEFORE_2011 & (DEGREE != "411")
    ),
    tables=("disciplines", "bachelor_majors", "coverage"),
    soft=lambda context: _is_in_a_catalogue(context, "0") | (
        pl.lit(_adult(context)) & MAJOR.str.contains("^[A-Z]?[0-9]{6,7}[A-Z]{0,2}$")
    ),
    passes=(
        {},
        {"ZYDM": "030101", "ZYMC": "法学", "XWLBM": "403", "XWLB": "法学学士"},
        {**_BEFORE_2012, "ZYDM": "080699"},
        _MASTER,
        {**_MASTER, "ZYDM": "081200"},
        {**_MASTER, "ZYDM": "0812J1", "ZYMC": "示例交叉方向"},
        {**_MASTER, "ZYDM": "99J1", "ZYMC": "示例交叉学科"},
        _PROFESSIONAL,
    ),
    fails=(
        {"ZYDM": "089901"},
        {"ZYDM": "110203"},
        {"ZYDM": "0809"},
        {**_MASTER, "ZYDM": "0899"},
        {**_MASTER, "ZYDM": "0852", "ZYMC": "工程"},
        {**_MASTER, "ZYDM": "0812X1"},
    ),
    soft_fails=({"ZYDM": "80901"}, {**_MASTER, "ZYDM": "812"}, {**_MASTER, "ZYDM": "81203"}),
)
def major_code_is_in_the_catalogue(context: Context) -> pl.Expr:
    """Catalogues by edition: disciplines of 1997, 2011, 2018, 2022, bachelors' majors of 2012 with what was added.

    Disciplines and types are told by their first four digits, what institutions set up themselves has J, Z or L after
    them; the letters after a bachelor's code may be missing. A lost leading zero is a note, and so are the codes of adult and
    self-study bachelors, who had lists of their own. The army's majors (411) are in no list here.
    """
    return _is_in_a_catalogue(context)


def _name_is_comparable(context: Context) -> pl.Expr:
    return (
        MAJOR.is_not_null() & ~blank("ZYMC") & pl.col("garbled_field").is_null()
        & ~pl.col("ZYMC").str.contains(NOT_A_DEGREE).fill_null(False)
        & level_is_settled(context) & degree_fits(context) & conferred_fits(context)
    )


def _has_a_name(context: Context) -> pl.Expr:
    return _some_line(context, (_FIRST_LEVEL, "code", majors), majors, lambda line: in_span(line, AHEAD))


def _some_line(
    context: Context, graduates: tuple[pl.Expr, str, Prepare], bachelors: Prepare, that: Callable[[Line], pl.Expr]
) -> pl.Expr:
    """A catalogue has a line for the code of which this holds; graduates' codes are cut in one way or another."""
    code, column, prepare = graduates
    return by_level(
        context,
        graduates=lambda: lines(context, "disciplines", (column,), prepare).some(code, that),
        bachelors=lambda: lines(context, "bachelor_majors", ("code",), bachelors).some(DIGITS, that),
    )


@rule(
    "A34", cls=INACCURATE, fields=("ZYMC", "ZYDM"),
    zh="专业名称与专业代码在目录中的名称不符，请核对后改正。",
    en="The major's name is not the one its code has in the catalogue; please check and correct.",
    when=_name_is_comparable, covered=_has_a_name, tables=("disciplines", "bachelor_majors"),
    soft=lambda context: pl.lit(_adult(context)),
    passes=(
        {},
        {"ZYMC": "计算机科学与技术(软件方向)"},
        {"ZYMC": "计算机 科学与技术专业"},
        {**_MASTER, "ZYDM": "081200"},
        {**_MASTER, "ZYDM": "0812Z1", "ZYMC": "示例计算"},
        _PROFESSIONAL,
    ),
    fails=(
        {"ZYMC": "软件工程"},
        {"ZYMC": "计算机科学"},
        {**_MASTER, "ZYMC": "软件工程"},
        {**_MASTER, "ZYDM": "081200", "ZYMC": "软件工程"},
    ),
)
def major_name_is_the_catalogues(context: Context) -> pl.Expr:
    """Names by edition, without what stands in brackets; second-level disciplines since 2012 have free names.

    The name on the certificate (ZSZYMC) may be another. Names of adult and self-study lists are no more than noted.
    """
    odd = odd_name(context)
    marked = odd.str.contains(_MARKED).fill_null(False)  # S03's finding, not to be repeated
    name = pl.coalesce(plain(odd), "ZYMC")
    return marked | _some_line(
        context, (_FIRST_LEVEL, "code", names), names, lambda line: in_span(line, AHEAD) & (line("plain") == name)
    )


def _degree_is_comparable(context: Context) -> pl.Expr:
    return (
        MAJOR.is_not_null() & level_is_settled(context) & text_agrees("degree") & ~type_is_no_degree()
        & conferred_fits(context)
    )


def _both_are_found(context: Context) -> pl.Expr:
    degree = lines(context, "degrees", ("code",), bits).says(DEGREE, "bit").is_not_null()
    return degree & (
        SECOND_CATEGORY | _some_line(context, (TYPE, "type", types), majors, lambda line: in_span(line, AHEAD))
    )


def _is_a_slight_difference(context: Context) -> pl.Expr:
    """Before the types had codes of their own, their students were admitted in the academic discipline."""
    fields = lines(context, "degrees", ("code",), bits).says(DEGREE, "fields")
    academic = IS_GRADUATE & TYPE.str.contains("^[01][0-9][0-4]")
    same_profession = academic & (
        (fields.str.starts_with("10") & TYPE.str.starts_with("10"))
        | (fields.is_in(["0851", "0853"]) & TYPE.is_in(["0813", "0833", "0834"]))
        | ((fields == "0952") & (TYPE == "0906"))
    )
    return same_profession.fill_null(False) | ~span_is_covered(context).fill_null(False) | pl.lit(_adult(context))


@rule(
    "A35", cls=INACCURATE, fields=("ZYDM", "XWLBM|XWLB"),
    zh="专业所属门类或专业学位类别与所授学位不符，请核对专业代码和学位类别。",
    en="The major's category or professional type does not lead to this degree; please check both.",
    when=_degree_is_comparable, covered=_both_are_found,
    tables=("disciplines", "bachelor_majors", "degrees", "coverage"), soft=_is_a_slight_difference,
    passes=(
        {},
        {"XWLBM": "407", "XWLB": "理学学士"},
        _MASTER,
        {**_MASTER, "XWLBM": "307", "XWLB": "理学硕士", "ZYDM": "0775"},
        _PROFESSIONAL,
        {**_PROFESSIONAL, "XWLBM": "343", "XWLB": "工程硕士"},
    ),
    fails=(
        {"XWLBM": "412", "XWLB": "管理学学士"},
        {**_MASTER, "XWLBM": "312", "XWLB": "管理学硕士"},
        {**_MASTER, "ZYDM": "0775"},
        {**_MASTER, "ZYDM": "085404", "ZYMC": "计算机技术"},
        {**_PROFESSIONAL, "ZYDM": "0812", "ZYMC": "计算机科学与技术"},
        {**_PROFESSIONAL, "ZYDM": "085500", "ZYMC": "机械"},
    ),
    soft_fails=(
        {**_MASTER, "XWLBM": "345", "XWLB": "临床医学硕士", "ZYDM": "100201", "ZYMC": "内科学"},
        {**_BEFORE_2012, "ZYDM": "110203", "ZYMC": "会计学"},
    ),
)
def major_leads_to_the_degree(context: Context) -> pl.Expr:
    """Categories (门类) and types by edition; codes with 7 or 8 in third place are granted in their first digits'.

    A note only where the edition's lines are not complete, as before 2012, for adults, and for medical, architectural
    and veterinary degrees of students admitted in the discipline.
    """
    degrees = lines(context, "degrees", ("code",), bits)
    bit = degrees.says(DEGREE, "bit")
    some_category = _some_line(
        context, (TYPE, "type", categories), disciplines, lambda line: in_span(line, AHEAD) & ((line("mask") & bit) != 0)
    )

    def of_its_type() -> pl.Expr:
        if not has_lines(context, "degrees"):
            return some_category
        return some_category & degrees.says(DEGREE, "fields").str.contains(TYPE, literal=True).fill_null(True)

    second = SECOND_CATEGORY & (DEGREE.str.slice(1, 2) == MAJOR.str.slice(0, 2))
    return second | by_level(context, graduates=of_its_type, bachelors=lambda: some_category)
