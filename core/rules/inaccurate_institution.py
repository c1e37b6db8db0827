"""Granting institution and signatories that the tables do not know so on that day (article 2). Declarations only."""

from collections.abc import Callable

import polars as pl

from core.cell import blank
from core.rules import Context, Sight, rule
from core.rules._readable import conferred_fits
from core.rules._tables import EVER, NEVER, Line, Lines, any_of, covered, lines, listed, merged
from core.vocabulary import FindingClass

INACCURATE = FindingClass.INACCURATE
NOTE = FindingClass.NOTE

_CONFERRED = pl.col("conferred")
_INSTITUTION = pl.col("institution")
_CODE = ("code",)


def _plain(text: pl.Expr) -> pl.Expr:
    """A name in half width, without spaces."""
    return text.str.normalize("NFKC").str.replace_all(r"\s", "")


def _without_place(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"\([^()]*\)", "")


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    plain = merged(rows, "code", "name").with_columns(plain=_plain(pl.col("name")))
    return plain.with_columns(bare=_without_place(pl.col("plain")))


def _dated(rows: pl.DataFrame) -> pl.DataFrame:
    return merged(rows.filter(pl.col("valid_from").is_not_null() | pl.col("valid_to").is_not_null()), "code")


def _spanned(rows: pl.DataFrame) -> pl.DataFrame:
    """One line for each code whose lines are dated, from the first day to the last of all its lines."""
    days = rows.group_by("code", maintain_order=True).agg(
        pl.col("valid_from").fill_null(EVER).min(), pl.col("valid_to").fill_null(NEVER).max(),
        dated=(pl.col("valid_from").is_not_null() | pl.col("valid_to").is_not_null()).any(),
    )
    return days.filter("dated")


def _in_force(line: Line) -> pl.Expr:
    return (line("since") <= _CONFERRED) & (line("until") >= _CONFERRED)


def _has_a_line(context: Context) -> pl.Expr:
    return listed(context, "institutions", _CODE, _INSTITUTION, _CONFERRED)


def _is_told_of(context: Context) -> pl.Expr:
    """The code's lines are complete for the day, or its own are dated; between two of them nothing is known."""
    all_its_days = lines(context, "institutions", _CODE, _spanned)
    between = all_its_days.in_force(_INSTITUTION, _CONFERRED) & ~_has_a_line(context)
    whole = covered(context, "institutions", _INSTITUTION, _CONFERRED)
    return whole | (all_its_days.known(_INSTITUTION) & ~between)


@rule(
    "A20", cls=INACCURATE, fields=("XWSYDWM",),
    zh="学位授予单位代码不存在，或在获学位日期无效，请改正。",
    en="The granting institution's code is unknown, or was not in force on the day of conferral; please correct it.",
    when=lambda context: _INSTITUTION.is_not_null() & conferred_fits(context),
    covered=_is_told_of, tables=("institutions", "coverage"),
    passes=(
        {},
        {"XWSYDWM": "80911", "XWSYDW": "示例大学", "XWZSBH": "8091142025000123"},
        {"XWSYDWM": "11111", "XWZSBH": "1111142025000123"},
    ),
    fails=(
        {"XWSYDWM": "80909", "XWZSBH": "8090942025000123"},
        {"XWSYDWM": "80913", "XWSYDW": "示例工学院", "XWZSBH": "8091342025000123"},
    ),
)
def institution_code_is_in_force(context: Context) -> pl.Expr:
    """Check A20 of the rule list, by the table institutions; establishment and closure are P21's."""
    return _has_a_line(context)


def _name_is_told(context: Context) -> pl.Expr:
    """A dated line is in force that day, or any where the code's lines are complete."""
    dated = lines(context, "institutions", _CODE, _dated).in_force(_INSTITUTION, _CONFERRED)
    return dated | (covered(context, "institutions", _INSTITUTION, _CONFERRED) & _has_a_line(context))


def _compared(filed: str, register: Lines, plain: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """A filed name as names are compared; those written as in the register, nearly all, are taken as they are."""
    usual = register.usual("name", "plain")
    return pl.coalesce(plain(pl.col(filed).replace(usual, pl.Series([None] * len(usual), dtype=pl.String))), filed)


def _has_the_name(context: Context) -> pl.Expr:
    names = lines(context, "institutions", _CODE, _named)
    filed = _compared("XWSYDW", names, _plain)
    return names.some(_INSTITUTION, lambda line: _in_force(line) & (line("plain") == filed))


def _has_the_name_but_for_the_place(context: Context) -> pl.Expr:
    names = lines(context, "institutions", _CODE, _named)
    filed = _plain(pl.col("XWSYDW"))
    bare = _without_place(filed)
    return names.some(
        _INSTITUTION, lambda line: _in_force(line) & ((line("bare") == filed) | (line("plain") == bare))
    )


@rule(
    "A21", cls=INACCURATE, fields=("XWSYDW", "XWSYDWM"),
    zh="学位授予单位名称不是该代码在获学位日期的名称，请核对后改正。",
    en="The granting institution's name is not the one its code had on the day of conferral; please check and correct.",
    when=lambda context: (
        _INSTITUTION.is_not_null() & ~blank("XWSYDW") & pl.col("garbled_field").is_null() & conferred_fits(context)
    ),
    covered=_name_is_told, tables=("institutions", "coverage"),
    soft=_has_the_name_but_for_the_place,
    passes=(
        {},
        {"XWSYDW": "示例 科学研究院"},
        {"XWSYDWM": "80911", "XWSYDW": "示例大学", "XWZSBH": "8091142025000123"},
        {"XWSYDWM": "80912", "XWSYDW": "示例理工大学(南湖)", "XWZSBH": "8091242025000123"},
    ),
    fails=(
        {"XWSYDW": "示例社会科学院"},
        {"XWSYDWM": "80912", "XWSYDW": "示例理工大学（北湖）", "XWZSBH": "8091242025000123"},
        {"XWSYDWM": "80911", "XWSYDW": "示例学院", "XWZSBH": "8091142025000123"},
    ),
    soft_fails=({"XWSYDWM": "80912", "XWSYDW": "示例理工大学", "XWZSBH": "8091242025000123"},),
)
def institution_has_the_name_of_its_code(context: Context) -> pl.Expr:
    """Check A21 of the rule list: names over time in the table institutions, width, brackets and spaces aside.

    A name that only lacks or adds a place in brackets, as on many certificates, is no more than a note.
    """
    return _has_the_name(context)


def _presidents(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("role") == "president").with_columns(plain=_signed(pl.col("name")))


def _chairs(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("role") == "chair").with_columns(plain=_signed(pl.col("name")))


def _signed(text: pl.Expr) -> pl.Expr:
    return _plain(text).str.to_uppercase()


def _differs_from_register(context: Context) -> pl.Expr:
    differs = []
    for filed, role in (("XZXM", _presidents), ("ZXXM", _chairs)):
        register = lines(context, "signatories", ("institution",), role)
        name = _compared(filed, register, _signed)
        signs = register.some(_INSTITUTION, lambda line, name=name: _in_force(line) & (line("plain") == name))
        differs.append(register.in_force(_INSTITUTION, _CONFERRED) & ~signs)
    return covered(context, "signatories", _INSTITUTION, _CONFERRED) & any_of(*differs)


@rule(
    "A50", cls=NOTE, fields=("XZXM", "ZXXM"),
    zh="校长或学位评定委员会主席姓名与备案或本批次其他记录不一致，请核对。",
    en="The president's or chair's name differs from the register or from the filing's other records; please check.",
    when=lambda context: (
        conferred_fits(context) & ~blank("XZXM") & ~blank("ZXXM") & pl.col("garbled_field").is_null()
    ),
    sight=Sight.FILING, silent_fails=True, tables=("signatories", "coverage"),
    passes=(
        {},
        {"known_rare_signatory": "false", "XZXM": "李 示范"},
        {"XWSYDWM": "80902", "XWSYDW": "示例社会科学院", "XWZSBH": "8090242025000123", "XZXM": "赵另一"},
    ),
    fails=({"known_rare_signatory": "true"}, {"XZXM": "赵另一"}, {"ZXXM": "李示范"}),
)
def signatories_are_the_usual_ones(context: Context) -> pl.Expr:
    """Check A50 of the rule list: the register signatories where it is complete for the day, and the filing itself."""
    return ~pl.col("known_rare_signatory").fill_null(False) & ~_differs_from_register(context)
