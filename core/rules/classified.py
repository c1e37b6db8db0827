"""Records that are or look classified (涉密, article 2), held for a person. Declarations only.

No message repeats what the record says.
"""

import polars as pl

from core import cell
from core.rules import Context, rule
from core.rules._readable import written
from core.rules._tables import covered, key
from core.vocabulary import FindingClass

CLASSIFIED = FindingClass.CLASSIFIED

_REGISTER = "secrecy_register"
_NOT_CLASSIFIED = (
    "否", "不是", "0", "０", "N", "n", "Ｎ", "ｎ", "NO", "No", "no", "F", "无", "公开", "一般", "非密", "非涉密", "不涉密",
    "非涉密人员", "/", "-", "—",
)
_FOR_EVER = "长期|永久"
_SPOKEN = ("LWTM", "BZ", "ZYMC")
_OPEN = ("公开", "公开论文", "非密", "非涉密", "不涉密", "不保密", "无")
_GRADES = "绝密|机密|秘密|内部|涉密|保密"
# How a document is marked, as against a title that speaks of secrets: 商业秘密保护研究, 秘密花园, 内部控制.
_MARKING = (
    rf"(?:{_GRADES})\s*[★☆]"
    r"|[★☆]\s*\d*\s*(?:年|长期)"
    rf"|[\[【（(〔]\s*(?:{_GRADES})(?:论文|级|资料)?\s*[\]】）)〕]"
    rf"|^\s*(?:{_GRADES})(?:级|论文|资料)?\s*(?:$|[:：])"
    r"|密级\s*[:：]\s*(?:绝密|机密|秘密|内部)"
    r"|秘密级|保密论文|涉密论文|注意保密"
    r"|内部资料(?:\s*$|[，,。；;！!]|不得|严禁|请勿)|^\s*内部资料"
)
# 绝密 and 机密 mark wherever they stand, but as titles of works, trade secrets and the terms of computing.
_WORD = r"绝密|机密"
_NO_MARK = (
    r"《[^》]*》|“[^”]*”|(?:商业|企业|技术)机密"
    r"|机密(?:性|计算|虚拟|容器|区块链|联邦|机器学习|人工智能|数据|交易|智能合约)"
)
_REMARK = (
    r"绝密|机密|(?:^|[^非不未])涉密|保密(?:论文|期|学位|审查未)|(?:需|须|应|已)保密"
    r"|内部(?:资料|文件|材料|使用|发行|传阅|参考|掌握|★|$)"
)


def _type_is_classified() -> pl.Expr:
    return pl.col("LWLX").str.contains("(?:^|[^非不])涉密").fill_null(False)


def _marked(code: str) -> pl.Expr:
    text = pl.when(pl.col(code).str.contains("密|内部|★|☆")).then(pl.col(code))
    plain = text if code == "BZ" else text.str.replace_all(_NO_MARK, "")
    found = text.str.contains(_MARKING) | plain.str.contains(_REMARK if code == "BZ" else _WORD)
    return found.fill_null(False)


@rule(
    "S01", cls=CLASSIFIED, fields=("LWLX|MJ",), found_in=pl.when(~_type_is_classified()).then(pl.lit("MJ")),
    zh="该记录涉密，不提供网上查询，请按保密渠道办理。",
    en="The record is classified and is not put on line; please deal with it through the secure channel.",
    passes=({"LWLX": "毕业设计"}, {"LWLX": None}, {"LWLX": "非涉密论文"}, {"MJ": "公开"}, {"MJ": "非密"}),
    fails=({"LWLX": "涉密论文"}, {"MJ": "秘密"}, {"MJ": "内部"}, {"LWLX": "毕业论文", "MJ": "机密★20年"}),
)
def thesis_is_not_classified(context: Context) -> pl.Expr:
    """Article 2; 涉密论文 is a value of the thesis type. Any secrecy grade but 公开 and its synonyms counts."""
    if "MJ" not in context.columns:
        return ~_type_is_classified()
    return ~_type_is_classified() & written("MJ").is_in(_OPEN).fill_null(True)


@rule(
    "S03", cls=CLASSIFIED, fields=("LWTM|BZ|ZYMC",),
    found_in=pl.coalesce(pl.when(_marked(code)).then(pl.lit(code)) for code in _SPOKEN),
    zh="题目、备注或专业中出现疑似涉密标识，暂不提供网上查询，请按保密渠道核实。",
    en="The title, remarks or major bear what may be a secrecy marking; please verify through the secure channel.",
    passes=(
        {"LWTM": "企业内部控制研究"},
        {"LWTM": "商业秘密保护研究"},
        {"LWTM": "论《秘密花园》中的成长主题"},
        {"LWTM": "面向云平台的机密计算技术研究"},
        {"LWTM": "电影《绝密》的叙事研究"},
        {"LWTM": "云存储数据机密性与完整性研究"},
        {"LWTM": "企业商业机密泄露的民事救济"},
        {"LWTM": "涉密信息系统分级保护研究"},
        {"ZYDM": "120106TK", "ZYMC": "保密管理", "XWLBM": "412", "XWLB": "管理学学士"},
        {"BZ": "非涉密"},
    ),
    fails=(
        {"LWTM": "某型装备研究（机密）"},
        {"LWTM": "秘密★10年 某材料研究"},
        {"LWTM": "保密论文"},
        {"LWTM": "绝密"},
        {"LWTM": "关于绝密项目的研究"},
        {"LWTM": "某机密工程设计"},
        {"LWTM": "【内部】某装备研究"},
        {"LWTM": "某设计（内部）"},
        {"LWTM": "某系统研究 内部资料，注意保密"},
        {"BZ": "该生论文涉密"},
        {"BZ": "机密"},
        {"BZ": "内部"},
        {"BZ": "内部使用"},
        {"ZYMC": "某专业【涉密】"},
    ),
)
def text_bears_no_secrecy_marking(context: Context) -> pl.Expr:
    """Check S03 of the rule list: markings as documents bear them; 保密论文 stands in for text on network forms."""
    return ~pl.any_horizontal(_marked(code) for code in _SPOKEN if code in context.columns)


def _flagged() -> pl.Expr:
    return ~written("SFSM").is_in(_NOT_CLASSIFIED).fill_null(True)


def _current(context: Context) -> pl.DataFrame:
    """The lines of the secrecy register whose matter is not declassified today; none without the table."""
    if _REGISTER not in context.reference.tables:
        return pl.DataFrame(schema=["institution", "student_no", "certificate_no"])
    lines = context.reference.table(_REGISTER)
    return lines.filter(
        (pl.col("declassified_on") > context.today).fill_null(True) & (pl.col("valid_to") >= context.today).fill_null(True)
    )


def _plain(code: str) -> pl.Expr:
    """An identifier as it is compared with the register's; only what is written oddly is read anew."""
    odd = pl.when(~pl.col(code).str.contains("^[0-9A-Z]+$")).then(pl.col(code))
    return pl.coalesce(cell.half_width(odd), code)


def _on_register(context: Context) -> pl.Expr:
    lines = _current(context).select(
        "institution", *(cell.half_width(pl.col(name).cast(pl.String)) for name in ("student_no", "certificate_no"))
    )
    students = lines.select(key("institution", "student_no")).to_series().drop_nulls()
    numbers = lines["certificate_no"].drop_nulls()
    found = []
    if not students.is_empty():
        found.append(key("institution", _plain("XH")).is_in(students.implode()))
    if not numbers.is_empty():
        found.append(pl.col("certificate").is_in(numbers.implode()))
    return pl.any_horizontal(pl.lit(False), *(each.fill_null(False) for each in found))


def _can_be_told(context: Context) -> pl.Expr:
    complete = covered(context, _REGISTER, pl.col("institution"), pl.lit(context.today, pl.Date))
    return written("SFSM").is_not_null() | _on_register(context) | complete


@rule(
    "S02", cls=CLASSIFIED, fields=("SFSM|XH|XWZSBH",), found_in=pl.when(~_flagged()).then(pl.lit("XWZSBH")),
    zh="该记录涉及涉密人员，不提供网上查询，请按保密渠道办理。",
    en="The record concerns a classified person and is not put on line; please deal with it through the secure channel.",
    covered=_can_be_told, tables=(_REGISTER,),
    passes=({"SFSM": "否"}, {"SFSM": None}, {"SFSM": "非涉密人员"}),
    fails=({"SFSM": "是"}, {"SFSM": " 1 "}, {"SFSM": "涉密人员"}),
)
def person_is_not_classified(context: Context) -> pl.Expr:
    """Article 2; the flag of the filing, and the secrecy register (定密时间, 解密时间) by student or certificate number.

    Whatever the flag says that is no denial counts, as with secrecy grades. Without a complete register only
    records whose flag is filled can be judged.
    """
    return ~_flagged() & ~_on_register(context)


def _declassified() -> pl.Expr:
    month = cell.month(pl.when(pl.col("declassified").is_null()).then(pl.col("JMRQ"))).dt.month_end()
    return pl.coalesce("declassified", month)


def _never() -> pl.Expr:
    return pl.col("JMRQ").str.contains(_FOR_EVER).fill_null(False)


@rule(
    "S04", cls=CLASSIFIED, fields=("JMRQ",),
    zh="该记录未到解密日期，不提供网上查询，请按保密渠道办理。",
    en="The record is not yet declassified and is not put on line; please deal with it through the secure channel.",
    when=lambda _: _declassified().is_not_null() | _never(),
    passes=({"JMRQ": "20250915"}, {"JMRQ": "2024-06-30"}, {"JMRQ": "无"}),
    fails=({"JMRQ": "20250916"}, {"JMRQ": "2035年6月30日"}, {"JMRQ": "203506"}, {"JMRQ": "长期"}),
)
def declassification_day_has_come(context: Context) -> pl.Expr:
    """Check S04 of the rule list; a month counts to its last day, 长期 never comes."""
    return (_declassified() <= context.today).fill_null(False)


def _units(context: Context) -> pl.Series:
    lines = _current(context).with_columns(cell.tidy(pl.col("student_no", "certificate_no").cast(pl.String)))
    alone = pl.col("student_no").is_null() & pl.col("certificate_no").is_null()
    return lines.filter(alone)["institution"].drop_nulls()


@rule(
    "S05", cls=CLASSIFIED, fields=("XWSYDWM",),
    zh="该记录属军队或涉密单位，暂不提供网上查询，请按保密渠道核实。",
    en="The record is of an army or listed unit and is held back; please verify it through the secure channel.",
    when=lambda _: pl.col("institution").is_not_null(),
    tables=(_REGISTER,),
    passes=({"XWSYDWM": "80901"}, {"XWSYDWM": "10901", "XWZSBH": "1090142025000123"}),
    fails=({"XWSYDWM": "91002", "XWZSBH": "9100242025000123"},),
)
def unit_is_neither_the_armys_nor_listed(context: Context) -> pl.Expr:
    """Check S05 of the rule list: army codes are 9xxxx; a line of the register may name an institution alone."""
    return ~(pl.col("institution").str.starts_with("9") | pl.col("institution").is_in(_units(context).implode()))
