"""Degrees of programmes that were not or not yet there, or were filed too early or late (article 2). Declarations only.

A suspicion is answered in writing and judged by a person; no check here is a verdict.
"""

from datetime import date

import polars as pl

from core.rules import Context, rule
from core.rules._readable import SCOPE_STARTS, conferred_fits
from core.vocabulary import FindingClass

POLICY = FindingClass.POLICY

_CONFERRED = pl.col("conferred")
_ENTERED = pl.col("entered")
_MINOR = {"SFFXXW": "是", "RXNY": "201909", "KSH": None}
_MASTER = {
    "XWLBM": "308", "XWLB": "工学硕士学位", "CSRQ": "19860307", "ZJHM": "110101198603072139", "KSH": None,
    "RXNY": "200709", "XZ": "3", "BYNY": "201006", "HXWRQ": "20100618", "XWZSBH": "8090132010000123",
    "ZYDM": "0812", "LWLX": "应用研究", "QZXW": "工学学士学位",
}
_LATE_2010 = {"RXNY": "200609", "BYNY": "201006", "HXWRQ": "20100618", "KSH": None, "XWZSBH": "8090142010000123"}
_BORN_1988 = {"CSRQ": "19880307", "ZJHM": "110101198803072133"}


@rule(
    "P16", cls=POLICY, fields=("SFFXXW", "XWZSBH", "RXNY"),
    zh="辅修学士学位不单独发证，而在主修证书中注明；该记录单独报送了证书编号，请核实并书面说明。",
    en="A minor degree has no certificate of its own but is noted in the main one, yet this one was filed with a "
    "number; please verify and explain in writing.",
    when=lambda _: pl.col("minor") & (pl.col("level") == "4") & _ENTERED.is_not_null(),
    passes=(
        {**_MINOR, "SFFXXW": "否"},
        {**_MINOR, "RXNY": "201908"},
    ),
    fails=(_MINOR, {**_MINOR, "SFFXXW": "1", "RXNY": "202109"}),
)
def minor_degree_has_no_certificate_of_its_own(context: Context) -> pl.Expr:
    """学位〔2019〕20号; students admitted before it finish under the old rule."""
    month = _ENTERED.dt.year() * 100 + _ENTERED.dt.month().cast(pl.Int32)
    return (month < context.settings["minor_since"]) | pl.col("certificate").is_null()


def _conferred_before(day: date) -> pl.Expr:
    return (_CONFERRED < day).fill_null(False)


def _early_degree() -> pl.Expr:
    degree = pl.col("degree")
    arts = degree.is_in(["213", "313", "413"]) & _conferred_before(date(2011, 3, 8))
    return (arts | (degree.is_in(["214", "314", "414"]) & _conferred_before(date(2021, 1, 1)))).fill_null(False)


def _early_discipline() -> pl.Expr:
    # 2021 is the last of the days: of later conferrals no code is looked at.
    code = pl.when(_conferred_before(date(2021, 1, 1)) & pl.col("level").is_in(["2", "3"])).then(pl.col("major"))
    field, digits = code.str.slice(0, 4), code.str.contains("^[01][0-9]{3}")
    return (
        digits
        & (
            (field.str.starts_with("13") & _conferred_before(date(2011, 3, 8)))
            | field.str.starts_with("14")
            | ((field == "0839") & _conferred_before(date(2015, 6, 1)))
            | (field.is_between(pl.lit("0854"), pl.lit("0861")) & _conferred_before(date(2019, 1, 1)))
        )
    ).fill_null(False)


@rule(
    "P18", cls=POLICY, fields=("XWLBM|XWLB", "ZYDM"), found_in=pl.when(~_early_degree()).then(pl.lit("ZYDM")),
    zh="所授学科门类或专业在授予时尚未设置，请核实并书面说明。",
    en="The discipline did not exist yet when the degree was conferred; please verify and explain in writing.",
    when=lambda context: conferred_fits(context) & (pl.col("degree").is_not_null() | pl.col("major").is_not_null()),
    passes=(
        _MASTER,
        {**_MASTER, "ZYDM": "083900", "ZYMC": "网络空间安全", "RXNY": "201209", "BYNY": "201506", "HXWRQ": "20150630",
         "XWZSBH": "8090132015000123"},
    ),
    fails=(
        {**_LATE_2010, **_BORN_1988, "XWLBM": "413", "XWLB": "艺术学学士学位", "ZYDM": "050406", "ZYMC": "美术学"},
        {**_MASTER, "ZYDM": "0839"},
        {**_MASTER, "ZYDM": "085404"},
    ),
)
def discipline_existed_at_conferral(_: Context) -> pl.Expr:
    """Catalogues of 8 March 2011 (13), 30 December 2020 (14, degrees from 2021), June 2015 (0839) and 2018 (0854–0861,
    degrees from 2019). Bachelors are judged by their degree alone: 13xxxx is their catalogue's of 2012."""
    return ~_early_degree() & ~_early_discipline()


@rule(
    "P20", cls=POLICY, fields=("HXWRQ",),
    zh="获学位日期早于学位评定委员会的授予决议，请核实并书面说明。",
    en="The degree was conferred before the degree committee's resolution; please verify and explain in writing.",
    when=lambda context: pl.col("resolved_on").is_not_null() & conferred_fits(context),
    passes=({"HXWRQ": "20250620"}, {"HXWRQ": "20250630"}),
    fails=({"HXWRQ": "20250619"},),
)
def conferred_upon_the_resolution(_: Context) -> pl.Expr:
    """Check P20 of the rule list; the day of the resolution is told with the filing."""
    return _CONFERRED >= pl.col("resolved_on")


def _earliest(context: Context) -> date | None:
    if context.term is None or context.supplement:
        return None
    term = context.term
    for _ in range(context.settings["late_terms"]):
        term = term.previous()
    return term.starts


@rule(
    "P22", cls=POLICY, fields=("HXWRQ",),
    zh="授予时间早于所报学期两个学期以上而未走补报程序，请核实并书面说明，或按补报程序报送。",
    en="The degree was conferred more than two semesters before the filed one and is no late supplement; please "
    "verify and explain in writing, or file it as one.",
    when=lambda context: (
        pl.lit(_earliest(context) is not None) & conferred_fits(context) & (_CONFERRED >= SCOPE_STARTS)
    ),
    passes=({"HXWRQ": "20250620"}, {"HXWRQ": "20250303", "BYNY": "202503"}),
    fails=({"HXWRQ": "20240229", "BYNY": "202402", "RXNY": "202009", "KSH": None, "XWZSBH": "8090142024000123"},),
)
def filed_within_the_allowed_semesters(context: Context) -> pl.Expr:
    """Check P22 of the rule list; late records need a letter and the province's consent (decision 12, 补报)."""
    return _CONFERRED >= pl.lit(_earliest(context), pl.Date)
