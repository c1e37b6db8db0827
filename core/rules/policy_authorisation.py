"""Degrees an institution had no right to confer on that day (疑似违反国家学位授予政策, articles 2 and 7). Declarations only.

A suspicion is answered in writing and judged by a person; no check here is a verdict.
"""

import polars as pl

from core.rules import Context, rule
from core.rules._catalogue import IS_BACHELOR, IS_GRADUATE, by_level, level_is_settled
from core.rules._readable import conferred_fits, degree_fits, text_agrees, type_is_no_degree
from core.rules._tables import Lines, any_of, covered, key, lines, merged
from core.vocabulary import Category, FindingClass

POLICY = FindingClass.POLICY

_INSTITUTION, _UNIT = pl.col("institution"), pl.col("training_unit")
_LEVEL, _MAJOR, _CONFERRED, _ENTERED = pl.col("level"), pl.col("major"), pl.col("conferred"), pl.col("entered")
_SUFFIXES = "TKH"
_BACHELOR = _MAJOR.str.strip_chars_end(_SUFFIXES)
_CONTROLLED = _MAJOR.str.contains("^[0-9]{6,7}T?KH?$")
_OF_ONE_DISCIPLINE = IS_GRADUATE & _MAJOR.str.slice(0, 1).is_in(["0", "1"]) & ~_MAJOR.str.slice(2, 1).is_in(["7", "8"])
"""Not a cross-discipline code (99J1) nor one granted in a second category (0775): whose right it is is not told."""

_MASTER_OF = {
    "XWSYDWM": "80911", "XWSYDW": "示例大学", "PYDWM": "80911", "PYDW": "示例大学", "XWZSBH": "8091132025000123",
    "XWLBM": "308", "XWLB": "工学硕士", "CSRQ": "19970307", "ZJHM": "110101199703072173", "KSH": None, "RXNY": "202209",
    "QZXW": "工学学士学位", "ZYDM": "0812",
}
_BACHELOR_OF = {
    "XWSYDWM": "80911", "XWSYDW": "示例大学", "PYDWM": "80911", "PYDW": "示例大学", "XWZSBH": "8091142025000123",
}
_DOCTOR_OF = {
    **_MASTER_OF, "XWSYDWM": "80902", "XWSYDW": "示例社会科学院", "XWLBM": "262", "XWLB": "应用统计博士", "ZYDM": "0252",
    "ZYMC": "应用统计", "RXNY": "201809", "XWZSBH": "8090222022000123",
}
_COLLEGE = {**_BACHELOR_OF, "PYDWM": "80914", "PYDW": "示例大学城市学院"}
_BORN_1990 = {"CSRQ": "19900307", "ZJHM": "110101199003072172", "KSH": None}
_OF_2010 = {**_BORN_1990, "ZYDM": "080605", "RXNY": "200609", "BYNY": "201006", "HXWRQ": "20100618"}
_OF_2020 = {**_BORN_1990, "RXNY": "201609", "BYNY": "202006", "HXWRQ": "20200619"}


def _bare(rows: pl.DataFrame) -> pl.DataFrame:
    return merged(rows.with_columns(pl.col("major").str.strip_chars_end(_SUFFIXES)), "institution", "major")


def _scoped(rows: pl.DataFrame) -> pl.DataFrame:
    """A right to all disciplines is one to all of its kind."""
    code = pl.col("discipline").str.strip_chars_end(_SUFFIXES)
    scoped = rows.with_columns(scope=pl.when(code == "*").then("*" + pl.col("kind")).otherwise(code))
    return merged(scoped, "institution", "level", "scope")


def _levels(rows: pl.DataFrame) -> pl.DataFrame:
    return merged(rows, "institution", "level")


def _for_adults(rows: pl.DataFrame) -> pl.DataFrame:
    return _scoped(rows.filter(pl.col("kind") == "adult", pl.col("level") == "4"))


def _doctor_types(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("level") == "2", pl.col("kind") == "professional", pl.col("valid_from").is_not_null())


def _of_a_day(context: Context) -> pl.Expr:
    return _INSTITUTION.is_not_null() & level_is_settled(context) & degree_fits(context) & conferred_fits(context)


def _rights_are_told(context: Context) -> pl.Expr:
    return covered(context, "authorisations", _INSTITUTION, _CONFERRED)


def _had(rights: Lines, of: pl.Expr, since: pl.Expr | None) -> pl.Expr:
    """One of these rights was given by the day of conferral and, on demand, had not ended by an earlier day."""
    return rights.begun(of, _CONFERRED) if since is None else rights.in_force(of, _CONFERRED, since)


def _has_level(context: Context, since: pl.Expr | None = None) -> pl.Expr:
    levels = lines(context, "authorisations", ("institution", "level"), _levels)
    return _had(levels, key("institution", "level"), since)


def _has_discipline(context: Context, since: pl.Expr | None = None) -> pl.Expr:
    """A right for the first four digits, for the code itself, or for all disciplines of the degree's kind."""
    rights = lines(context, "authorisations", ("institution", "level", "scope"), _scoped)
    kind = lines(context, "degrees", ("code",)).says(pl.col("degree"), "kind")
    scopes = (_MAJOR.str.slice(0, 4), _MAJOR, "*" + kind)
    return any_of(*(_had(rights, key("institution", "level", scope), since) for scope in scopes))


def _once_had(context: Context, since: pl.Expr | None = None) -> pl.Expr:
    return by_level(
        context, graduates=lambda: _has_discipline(context, since), bachelors=lambda: _has_level(context, since)
    )


def _is_on_record(context: Context) -> pl.Expr:
    """The granting institution or the one that trained the student has the major on record by the day."""
    record = lines(context, "majors_on_record", ("institution", "major"), _bare)
    return any_of(*(_had(record, key(unit, _BACHELOR), None) for unit in (_INSTITUTION, _UNIT)))


def _record_is_told(context: Context) -> pl.Expr:
    granting, training = (covered(context, "majors_on_record", unit, _CONFERRED) for unit in (_INSTITUTION, _UNIT))
    return granting & ((_UNIT == _INSTITUTION).fill_null(True) | training)


@rule(
    "P01", cls=POLICY, fields=("XWSYDWM", "XWLBM|XWLB", "HXWRQ"),
    zh="学位授予单位在获学位日期无该级学位授予权，请核实并书面说明。",
    en="The institution was not authorised for this level on the day of conferral; please verify and explain in writing.",
    when=_of_a_day, covered=_rights_are_told, tables=("authorisations", "coverage"),
    passes=({}, _MASTER_OF, {**_BACHELOR_OF, "ZYDM": "080717T", "ZYMC": "人工智能"}),
    fails=(
        {"XWSYDWM": "80905", "XWSYDW": "示例中医研究院", "XWZSBH": "8090542025000123"},
        {
            **_MASTER_OF, **_OF_2020, "XWLBM": "208", "XWLB": "工学博士", "RXNY": "201409", "BYNY": "201801",
            "HXWRQ": "20180112", "XWZSBH": "8091122018000123", "XWSYDW": "示例学院",
        },
    ),
)
def institution_is_authorised_for_the_level(context: Context) -> pl.Expr:
    """学位条例, article 8: the State Council authorises. Rights that have ended are P03's."""
    return _has_level(context)


def _discipline_is_asked(context: Context) -> pl.Expr:
    no_level = _rights_are_told(context) & ~_has_level(context)
    adult = pl.lit(context.category is Category.BACHELOR_ADULT)
    bachelor = IS_BACHELOR & _BACHELOR.str.contains("^[0-9]{6,7}[A-Z]?$") & ~_CONTROLLED & ~adult
    return _of_a_day(context) & ~no_level & any_of(_OF_ONE_DISCIPLINE, bachelor)


@rule(
    "P02", cls=POLICY, fields=("ZYDM", "XWSYDWM", "HXWRQ"),
    zh="学位授予单位在获学位日期无该学科专业的学位授予权，或该本科专业未备案，请核实并书面说明。",
    en="The institution was not authorised for this discipline, or had not put this major on record, on the day of "
    "conferral; please verify and explain in writing.",
    when=_discipline_is_asked,
    covered=lambda context: by_level(
        context, graduates=lambda: _rights_are_told(context), bachelors=lambda: _record_is_told(context)
    ),
    tables=("authorisations", "majors_on_record", "degrees", "coverage"),
    passes=(
        _MASTER_OF,
        {**_MASTER_OF, "ZYDM": "0812J1", "ZYMC": "示例交叉方向"},
        {**_MASTER_OF, "XWLBM": "381", "XWLB": "电子信息硕士", "ZYDM": "085404", "ZYMC": "计算机技术"},
        _BACHELOR_OF,
        {**_BACHELOR_OF, "ZYDM": "080717", "ZYMC": "人工智能"},
        {**_COLLEGE, **_OF_2010, "XWSYDW": "示例学院", "XWZSBH": "8091142010000123"},
    ),
    fails=(
        {**_MASTER_OF, "ZYDM": "0835", "ZYMC": "软件工程"},
        {**_MASTER_OF, "XWLBM": "382", "XWLB": "机械硕士", "ZYDM": "0855", "ZYMC": "机械"},
        {**_BACHELOR_OF, "ZYDM": "080902", "ZYMC": "软件工程"},
    ),
)
def institution_is_authorised_for_the_discipline(context: Context) -> pl.Expr:
    """Check P02 of the rule list; disciplines by their first four digits, bachelors' majors by what is on record.

    Rights that have ended are P03's, controlled majors P19's, adults' P13's. What the training unit has on record
    counts too: parents confer for their colleges.
    """
    return by_level(context, graduates=lambda: _has_discipline(context), bachelors=lambda: _is_on_record(context))


@rule(
    "P03", cls=POLICY, fields=("XWSYDWM", "ZYDM", "HXWRQ"),
    zh="学位授权在获学位日期前已撤销，且该生在撤销后入学，请核实并书面说明。",
    en="The authorisation had ended before the student entered; please verify and explain in writing.",
    when=lambda context: (
        _of_a_day(context) & (_ENTERED <= _CONFERRED)
        & (IS_BACHELOR | _OF_ONE_DISCIPLINE)
        & ~(_rights_are_told(context) & ~_once_had(context))
    ),
    covered=lambda context: _rights_are_told(context) & _once_had(context),
    tables=("authorisations", "degrees", "coverage"),
    passes=(
        _MASTER_OF,
        {**_MASTER_OF, "ZYDM": "0809", "ZYMC": "电子科学与技术", "RXNY": "202012"},
        {**_MASTER_OF, "ZYDM": "0809", "ZYMC": "电子科学与技术", "RXNY": None},
    ),
    fails=({**_MASTER_OF, "ZYDM": "0809", "ZYMC": "电子科学与技术", "RXNY": "202101"},),
)
def authorisation_had_not_ended_at_entry(context: Context) -> pl.Expr:
    """Students admitted before a right ended finish by it (在学研究生按原渠道培养、授予学位)."""
    return _once_had(context, _ENTERED)


@rule(
    "P04", cls=POLICY, fields=("XWLBM|XWLB", "HXWRQ"),
    zh="该专业学位类别在获学位日期尚不授予博士学位，请核实并书面说明。",
    en="This professional type did not yet grant doctorates on the day of conferral; please verify and explain in writing.",
    when=lambda context: (
        (_LEVEL == "2") & ~pl.col("degree").str.contains("^2(?:0[1-9]|1[0-4])$") & text_agrees("degree")
        & ~type_is_no_degree() & conferred_fits(context)
    ),
    covered=lambda context: lines(context, "degrees", ("code",), _doctor_types).known(pl.col("degree")),
    tables=("degrees",),
    passes=({**_DOCTOR_OF, "HXWRQ": "20220913", "BYNY": "202209"},),
    fails=({**_DOCTOR_OF, "HXWRQ": "20220909", "BYNY": "202209"},),
)
def professional_type_granted_doctorates(context: Context) -> pl.Expr:
    """Doctor types by the table degrees: few before 2019, more of engineering since, 36 by the catalogue of 2022."""
    types = lines(context, "degrees", ("code",), _doctor_types)
    return types.begun(pl.col("degree"), _CONFERRED)


@rule(
    "P13", cls=POLICY, fields=("XWSYDWM", "ZYDM", "HXWRQ"), category=Category.BACHELOR_ADULT,
    zh="学位授予单位无该专业的成人高等教育学士学位授予权，请核实并书面说明。",
    en="The institution was not authorised to confer bachelor's degrees of adult education in this major; please verify "
    "and explain in writing.",
    when=lambda context: (
        pl.lit(context.category is Category.BACHELOR_ADULT) & _of_a_day(context) & IS_BACHELOR & _MAJOR.is_not_null()
        & ~(_rights_are_told(context) & ~_has_level(context))
    ),
    covered=_rights_are_told, tables=("authorisations", "coverage"),
    passes=(
        {**_BACHELOR_OF, "RXNY": "202212", "ZYDM": "080901"},
        {**_BACHELOR_OF, "ZYDM": "120203", "ZYMC": "会计学", "XWLBM": "412", "XWLB": "管理学学士"},
    ),
    fails=({**_BACHELOR_OF, "RXNY": "202301"}, {**_BACHELOR_OF, "ZYDM": "080902", "ZYMC": "软件工程"}),
)
def institution_may_confer_adult_degrees(context: Context) -> pl.Expr:
    """Check P13 of the rule list; a right by which the student was admitted lasts until conferral."""
    rights = lines(context, "authorisations", ("institution", "scope"), _for_adults)
    since = pl.when(_ENTERED <= _CONFERRED).then(_ENTERED).otherwise(_CONFERRED)
    return any_of(*(_had(rights, key("institution", scope), since) for scope in (pl.lit("*adult"), _BACHELOR)))


@rule(
    "P19", cls=POLICY, fields=("ZYDM", "XWSYDWM", "HXWRQ"),
    zh="国家控制布点专业未经批准，请核实并书面说明。",
    en="The controlled major had not been approved at this institution; please verify and explain in writing.",
    when=lambda context: (
        _of_a_day(context) & IS_BACHELOR & _CONTROLLED & pl.lit(context.category is not Category.BACHELOR_ADULT)
    ),
    covered=_record_is_told, tables=("majors_on_record", "coverage"),
    passes=(
        {**_BACHELOR_OF, "ZYDM": "120203K", "ZYMC": "会计学", "XWLBM": "412", "XWLB": "管理学学士"}, _BACHELOR_OF,
    ),
    fails=({**_BACHELOR_OF, "ZYDM": "030101K", "ZYMC": "法学", "XWLBM": "403", "XWLB": "法学学士"},),
)
def controlled_major_is_approved(context: Context) -> pl.Expr:
    """Majors with K (国家控制布点) need approval; by what is on record, as in P02."""
    return _is_on_record(context)
