"""Degrees conferred by, for or with an institution that was not there or not entitled (疑似违反国家学位授予政策).

Articles 2 and 7. Declarations only. A suspicion is answered in writing and judged by a person; no check is a verdict.
"""

import polars as pl

from core.cell import half_width
from core.rules import Context, rule
from core.rules._readable import conferred_fits, stamp
from core.rules._tables import any_of, covered, lines, listed, merged
from core.vocabulary import FindingClass

POLICY = FindingClass.POLICY

_INSTITUTION, _UNIT, _PARTNER = pl.col("institution"), pl.col("training_unit"), pl.col("LHPYDWM")
_LEVEL, _CONFERRED = pl.col("level"), pl.col("conferred")

_BACHELOR_OF = {
    "XWSYDWM": "80911", "XWSYDW": "示例大学", "PYDWM": "80911", "PYDW": "示例大学", "XWZSBH": "8091142025000123",
}
_COLLEGE = {**_BACHELOR_OF, "PYDWM": "80914", "PYDW": "示例大学城市学院"}
_BORN_1990 = {"CSRQ": "19900307", "ZJHM": "110101199003072172", "KSH": None}
_OF_2010 = {**_BORN_1990, "ZYDM": "080605", "RXNY": "200609", "BYNY": "201006", "HXWRQ": "20100618"}
_OF_2020 = {**_BORN_1990, "RXNY": "201609", "BYNY": "202006", "HXWRQ": "20200619"}


def _for_bachelors(rows: pl.DataFrame) -> pl.DataFrame:
    return merged(rows.filter(pl.col("level") == "4"), "institution")


def _dated_for_bachelors(rows: pl.DataFrame) -> pl.DataFrame:
    return _for_bachelors(rows.filter(pl.col("valid_from").is_not_null()))


def _independent(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("kind") == "independent")


def _lifetimes(rows: pl.DataFrame) -> pl.DataFrame:
    days = rows.group_by("code", maintain_order=True).agg(pl.min("established_on"), pl.max("closed_on"))
    dated = days.filter(pl.col("established_on").is_not_null() | pl.col("closed_on").is_not_null())
    return dated.with_columns(valid_from=pl.lit(None, pl.Date), valid_to=pl.lit(None, pl.Date))


def _college(context: Context) -> pl.Expr:
    return lines(context, "institutions", ("code",), _independent).in_force(_UNIT, _CONFERRED)


@rule(
    "P15", cls=POLICY, fields=("PYDWM", "XWSYDWM", "HXWRQ"),
    zh="独立学院毕业生的学位授予单位异常（非其举办高校，或该学院已应自行授予），请核实并书面说明。",
    en="A graduate of an independent college has a degree of a university that is not its parent or no longer confers "
    "for it; please verify and explain in writing.",
    when=lambda context: (
        _INSTITUTION.is_not_null() & conferred_fits(context) & (_LEVEL == "4") & (_UNIT != _INSTITUTION)
        & (_college(context) | ~lines(context, "institutions", ("code",)).known(_UNIT))
    ),
    covered=_college, tables=("institutions", "authorisations"),
    passes=(
        {**_COLLEGE, **_OF_2010, "XWSYDW": "示例学院", "XWZSBH": "8091142010000123"},
        {**_BACHELOR_OF, "PYDWM": "80901", "PYDW": "示例科学研究院"},
    ),
    fails=(
        {**_COLLEGE, **_OF_2010, "XWSYDWM": "80902", "XWSYDW": "示例社会科学院", "XWZSBH": "8090242010000123"},
        {
            **_COLLEGE, **_OF_2010, "RXNY": "200709", "BYNY": "201106", "HXWRQ": "20110620", "XWSYDW": "示例学院",
            "XWZSBH": "8091142011000123",
        },
        _COLLEGE,
    ),
)
def parent_confers_for_its_college_in_time(context: Context) -> pl.Expr:
    """Check P15 of the rule list: until a college has its own right, or the centre's last day for all colleges."""
    parent = lines(context, "institutions", ("code",), _independent).says(_UNIT, "parent")
    own = lines(context, "authorisations", ("institution",), _dated_for_bachelors).begun(_UNIT, _CONFERRED)
    in_time = stamp("conferred") < context.settings["college_cutoff"]
    return (parent == _INSTITUTION).fill_null(True) & ~own & in_time


def _partner() -> pl.Expr:
    return half_width(pl.when(pl.col("joint")).then(_PARTNER))


def _is_blank() -> pl.Expr:
    return _partner().is_null() & half_width(pl.when(pl.col("joint")).then(pl.col("LHPYDW"))).is_null()


def _told_by(context: Context, table: str) -> pl.Expr:
    code = pl.when(_partner().str.contains("^[0-9]{5}$")).then(_partner())
    return covered(context, table, code, _CONFERRED)


@rule(
    "P17", cls=POLICY, fields=("LHPYDWM", "SFLHXW"),
    zh="联合学士学位的合作单位缺失、与授予单位相同或无学士学位授予权，请核实并书面说明。",
    en="The joint degree's partner is missing, is the granting institution itself or may not confer bachelor's degrees; "
    "please verify and explain in writing.",
    when=lambda context: pl.col("joint") & (_LEVEL == "4") & conferred_fits(context),
    covered=lambda context: any_of(
        _is_blank(), _partner() == _INSTITUTION, _told_by(context, "institutions"), _told_by(context, "authorisations")
    ),
    tables=("institutions", "authorisations", "coverage"),
    passes=({"SFLHXW": "是", "LHPYDWM": "80911", "LHPYDW": "示例大学"}, {"SFLHXW": "否"}),
    fails=(
        {"SFLHXW": "是"},
        {"SFLHXW": "是", "LHPYDWM": "80901"},
        {"SFLHXW": "是", "LHPYDWM": "80909"},
        {"SFLHXW": "是", "LHPYDWM": "80905"},
    ),
)
def joint_degree_has_a_partner_with_the_right(context: Context) -> pl.Expr:
    """学位〔2019〕20号: a joint bachelor's degree (联合学士学位) names its partners. Foreign partners are not judged."""
    known = listed(context, "institutions", ("code",), _partner())
    rights = lines(context, "authorisations", ("institution",), _for_bachelors).begun(_partner(), _CONFERRED)
    unknown = _told_by(context, "institutions") & ~known
    return ~any_of(
        _is_blank(), _partner() == _INSTITUTION, unknown, _told_by(context, "authorisations") & ~rights
    )


@rule(
    "P21", cls=POLICY, fields=("XWSYDWM", "HXWRQ"),
    zh="获学位日期在学位授予单位设立前或撤销后，请核实并书面说明。",
    en="The degree was conferred before the institution was established or after it was closed; please verify and "
    "explain in writing.",
    when=lambda context: _INSTITUTION.is_not_null() & conferred_fits(context),
    covered=lambda context: lines(context, "institutions", ("code",), _lifetimes).known(_INSTITUTION),
    tables=("institutions",),
    passes=({"XWSYDWM": "80915", "XWSYDW": "示例师范学院", "XWZSBH": "8091542025000123"},),
    fails=(
        {"XWSYDWM": "80916", "XWSYDW": "示例财经学院", "XWZSBH": "8091642020000123", **_OF_2020},
        {
            "XWSYDWM": "80915", "XWSYDW": "示例师范学院", "XWZSBH": "8091542016000123", **_OF_2020, "RXNY": "201209",
            "BYNY": "201604", "HXWRQ": "20160429",
        },
    ),
)
def institution_existed_on_the_day(context: Context) -> pl.Expr:
    """Check P21 of the rule list, by the first and last day of an institution, whatever its names."""
    days = lines(context, "institutions", ("code",), _lifetimes)
    established, closed = days.says(_INSTITUTION, "established_on"), days.says(_INSTITUTION, "closed_on")
    return (established <= _CONFERRED).fill_null(True) & (closed >= _CONFERRED).fill_null(True)
