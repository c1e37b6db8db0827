"""What is missing of the study itself: thesis, prior degree, entry, graduation, exam (article 2). Declarations only.

All but the prior degrees of those who hold their right to a degree by them are notes: they stand on no certificate.
"""

import polars as pl

from core.cell import blank
from core.rules import Context, rule
from core.rules._readable import conferred_fits, stamp, written
from core.vocabulary import Category, FindingClass

INCOMPLETE = FindingClass.INCOMPLETE
NOTE = FindingClass.NOTE

_LEVEL = pl.col("level")
_GRADUATE = _LEVEL.is_in(["2", "3"])
_EQUIVALENT = (Category.MASTER_EQUIVALENT, Category.DOCTOR_EQUIVALENT)
_PROFESSIONAL = (Category.MASTER_PROFESSIONAL, Category.DOCTOR_PROFESSIONAL)
_CLASSIFIED_THESIS = "涉密论文"
_NO_THESIS = "无"
_MASTER = {
    "XWLBM": "308", "XWLB": "工学硕士学位", "XWZSBH": "8090132025000123", "CSRQ": "19970307", "ZYDM": "0812",
    "ZJHM": "110101199703072173", "KSH": None, "RXNY": "202209", "XZ": "3", "LWLX": "应用研究", "QZXW": "工学学士学位",
}
_ADULT = {
    "CSRQ": "19900307", "ZJHM": "110101199003072172", "RXNY": "201603", "KSH": None, "BYNY": "201901",
    "HXWRQ": "20190708", "XWZSBH": "8090142019000123",
}


def _thesis_expected(context: Context) -> pl.Expr:
    kind = written("LWLX")
    told = conferred_fits(context) & (stamp("conferred") >= context.settings["thesis_since"])
    bachelor = (_LEVEL == "4") & told & (kind != _NO_THESIS).fill_null(True)
    return (_GRADUATE | bachelor) & (kind != _CLASSIFIED_THESIS).fill_null(True)


@rule(
    "I14", cls=NOTE, fields=("DSXM", "LWTM"), found_in=pl.when(~blank("DSXM")).then(pl.lit("LWTM")),
    zh="导师姓名或论文题目为空，请补填。",
    en="The supervisor or the thesis title is missing; please fill it in.",
    when=_thesis_expected,
    passes=(
        {"DSXM": "赵导师", "LWTM": "企业内部控制信息系统的设计与实现"},
        {"DSXM": None, "LWTM": None, "LWLX": "无"},
        {"DSXM": None, "LWTM": None, "HXWRQ": "20240531", "RXNY": "202009", "KSH": None,
         "BYNY": "202405", "XWZSBH": "8090142024000123"},
    ),
    fails=({"DSXM": None}, {"LWTM": " "}, {"DSXM": None, "LWTM": None, "LWLX": None}),
)
def thesis_is_told(_: Context) -> pl.Expr:
    """Check I14 of the rule list; bachelors since the 27-column layout. Nobody is asked to tell a classified thesis."""
    return ~blank("DSXM") & ~blank("LWTM")


def _leans_on_prior_degree(context: Context) -> pl.Expr:
    return pl.lit(context.category in _EQUIVALENT) | (pl.col("second") & (_LEVEL == "4").fill_null(False))


def _graduate_as_filed(context: Context) -> pl.Expr:
    filed = _GRADUATE if context.category is None else _GRADUATE & (_LEVEL == context.category.level.value)
    return filed.fill_null(False)


@rule(
    "I15", cls=INCOMPLETE, fields=("QZXW",),
    zh="缺少前置学位信息，请补填。",
    en="The prior degree is missing; please fill it in.",
    when=lambda context: _leans_on_prior_degree(context) | _graduate_as_filed(context),
    soft=lambda context: ~_leans_on_prior_degree(context),
    passes=({"QZXW": None}, {"SFDEXW": "是", "QZXW": "文学学士学位"}, {"SFFXXW": "是", "RXNY": "201808", "KSH": None}),
    fails=({"SFDEXW": "是"}, {"SFDEXW": "1", "QZXW": " "}),
    soft_fails=(
        {**_MASTER, "QZXW": None},
        {**_MASTER, "QZXW": "\u3000"},
    ),
)
def prior_degree_is_told(_: Context) -> pl.Expr:
    """Check I15 of the rule list: 同等学力 and 第二学士 are granted upon a prior degree, of others it is a note."""
    return ~blank("QZXW")


def _month_is_told(context: Context, code: str) -> pl.Expr:
    if code not in context.columns or (code == "BYNY" and context.category in _PROFESSIONAL):
        return pl.lit(True)
    return ~blank(code)


@rule(
    "I16", cls=NOTE, fields=("RXNY|BYNY",), found_in=pl.when(~blank("RXNY")).then(pl.lit("BYNY")),
    zh="入学年月或毕业年月为空，请补填。",
    en="The month of entry or of graduation is missing; please fill it in.",
    when=lambda context: pl.lit(context.category is not None and context.category not in _EQUIVALENT),
    passes=({"RXNY": "202109", "BYNY": "202506"}, {"RXNY": "2021-09", "BYNY": "20250630"}),
    fails=({"RXNY": None, "KSH": None}, {"BYNY": None}, {"RXNY": " ", "BYNY": ""}),
)
def months_of_study_are_told(context: Context) -> pl.Expr:
    """Check I16 of the rule list, of what the layout carries; by §1.2 of the data notes graduation is conditional for
    professional degrees, whose students at work (在职攻读) do not graduate."""
    return _month_is_told(context, "RXNY") & _month_is_told(context, "BYNY")


@rule(
    "I18", cls=NOTE, fields=("WYKSNY",),
    zh="成人高等教育学士学位未填通过外语考试年月，请补填。",
    en="The month of the foreign-language exam is missing for an adult bachelor; please fill it in.",
    when=lambda context: (
        pl.lit(context.category is Category.BACHELOR_ADULT) & conferred_fits(context)
        & (stamp("conferred") < context.settings["language_until"])
    ),
    category=Category.BACHELOR_ADULT,
    passes=(
        {**_ADULT, "WYKSNY": "201811"},
        {**_ADULT, "HXWRQ": "20190709", "WYKSNY": None},
    ),
    fails=({**_ADULT, "WYKSNY": None}, {**_ADULT, "WYKSNY": " "}),
)
def language_exam_is_told(_: Context) -> pl.Expr:
    """Check I18 of the rule list; the rule of 9 July 2019 leaves the language exam to the institutions."""
    return ~blank("WYKSNY")
