"""The faults seeded into the synthetic nation, each with exactly the checks it must set off: all that a record shows.

Those that registers or other records show are in modules of their own. Must not know which rows are chosen.
"""

import polars as pl

from core.demo.fault import (
    ACADEMIC,
    ADULT,
    BACHELORS,
    DOCTORS,
    EQUIVALENT,
    FOREIGN,
    GRADUATES,
    REGULAR,
    STUDENTS,
    Fault,
    fault,
    life_in,
    studying,
)
from core.demo.faults_between import BETWEEN
from core.demo.faults_policy import POLICY
from core.vocabulary import Category

_ID, _NUMBER, _BORN, _GIVEN = pl.col("ZJHM"), pl.col("XWZSBH"), pl.col("born"), pl.col("conferred")
_CHECKS = "10X98765432"
_WRONG_CHECK = _ID.str.slice(0, 17) + _ID.str.slice(17).replace_strict(
    dict(zip(_CHECKS, _CHECKS[1:] + _CHECKS[0], strict=True)), default="0"
)
_OTHER_SEX = {"1": "2", "2": "1", "男": "女", "女": "男"}
_NO_SCHOOL = {"1": "2", "5": "4", "8": "7", "9": "0"}
_COMPUTING = {
    level: studying(code, "计算机科学与技术", "08") for level, code in (("bachelor", "080901"), ("graduate", "081200"))
}
_OF_1998 = studying("080605", "计算机科学与技术", "08")

MISSING = (
    fault("I01", XM=None),
    fault("I02", XBM=None, XB=None),
    fault("I03", CSRQ=None),
    fault("I04", ZJLXM=None, ZJLX=None),
    fault("I05", ZJHM=None),
    fault("I05", ZJHM="待补"),
    fault("I06", XWSYDWM=None),
    fault("I07", XWLBM=None, XWLB=None),
    fault("I08", ZYMC=None),
    fault("I08", ZYDM=None),
    fault("I09", HXWRQ=None),
    fault("I10", XWZSBH=None),
    fault("I11", XZXM=None),
    fault("I11", ZXXM=None),
    fault("I13", FOREIGN, GBM=None, GB=None),
    fault("I14", GRADUATES, DSXM=None),
    fault("I14", BACHELORS, needs="LWTM", LWTM=None),
    fault("I15", STUDENTS, notes="I15", QZXW=None),
    fault("I15", EQUIVALENT, QZXW=None),
    fault("I16", (*STUDENTS, *BACHELORS), needs="RXNY", RXNY=None),
    fault("I16", REGULAR, needs="BYNY", BYNY=None),
    fault(
        "A37 I18 P22", ADULT, needs="WYKSNY", facts={**life_in(2018), **_COMPUTING["bachelor"]}, early=True, WYKSNY=None
    ),
)
PEOPLE = (
    fault("A01", XM="张?明"),
    fault("A01", XM="李□"),
    fault("A02", notes="A02", XM="张 明"),
    fault("A02", XM="买买提 艾力"),
    fault("A03", XM="买买提．吐尔逊"),
    fault("A04", XM="王"),
    fault("A04", XM="阿卜杜热合曼·阿卜杜克热木·买买提依明江"),
    fault("A05", needs="XMPY", facts={"ethnic": pl.lit("01")}, XM="张示例", XMPY="IVAN UMAR"),
    fault("A06", XBM="9", XB="未说明"),
    fault("A07", needs="MZM", MZM="88", MZ=None),
    fault("A07", needs="MZM MZ", MZM="01", MZ="回族"),
    fault("A08", needs="ZZMMM", ZZMMM="77", ZZMM=None),
    fault("A09", FOREIGN, needs="GB", GBM="999", GB="无此国"),
    fault("A10", CSRQ="19990231"),
    fault("A11", ZJHM=_WRONG_CHECK),
    fault(
        "A12", facts={"born": pl.date(1988, _BORN.dt.month(), 15)}, ZJHM=_ID.str.slice(0, 6) + _ID.str.slice(8, 9)
    ),
    fault(
        "A13",
        CSRQ=pl.col("CSRQ").str.slice(0, 6)
        + pl.when(pl.col("CSRQ").str.ends_with("15")).then(pl.lit("16")).otherwise(pl.lit("15")),
    ),
    fault("A14", XBM=pl.col("XBM").replace(_OTHER_SEX), XB=pl.col("XB").replace(_OTHER_SEX)),
    fault("A15", facts={"region": pl.lit("16") + pl.col("region").str.slice(2)}),
    fault("A16", facts={"region": pl.col("region").str.slice(0, 2) + "9999"}),
    fault("A17", ZJLXM="06", ZJLX="护照"),
    fault("A17", ZJLXM="02", ZJLX="军官证", ZJHM=pl.lit("ABC") + pl.col("XH")),
    fault("A18", needs="GB", ZJLXM="04", ZJLX="港澳居民来往内地通行证", ZJHM=pl.lit("H") + pl.col("XH").str.slice(4)),
    fault("A19", FOREIGN, needs="MZM", MZM="01", MZ="汉族"),
    fault("A48", needs="ZJLXM ZJLX", ZJLX="护照"),
    fault("A48", needs="GBM GB", GB="加拿大"),
)
CERTIFICATE = (
    fault("A23", XWZSBH=_NUMBER + "7"),
    fault(
        "A25", BACHELORS,
        XWZSBH=_NUMBER.str.slice(0, 5) + "1" + _NUMBER.str.slice(6, 4) + "05" + _NUMBER.str.slice(10, 6),
    ),
    fault("A26", XWZSBH=_NUMBER.str.slice(0, 1).replace(_NO_SCHOOL) + _NUMBER.str.slice(1)),
    fault("A27", XWZSBH=_NUMBER.str.slice(0, 5) + "9" + _NUMBER.str.slice(6)),
    fault("A28", XWZSBH=_NUMBER.str.slice(0, 6) + "2019" + _NUMBER.str.slice(10)),
    fault("A30", once=True, XWZSBH=_NUMBER.str.slice(0, 10) + "000000"),
    fault(
        "A24 A37 P22", REGULAR, facts={**life_in(2014), **_COMPUTING["bachelor"]}, early=True, XWZSBH=_NUMBER + "XYW"
    ),
    fault(
        "A29 A37 P22", REGULAR, facts={**life_in(2014), **_COMPUTING["bachelor"]}, early=True,
        XWZSBH=pl.lit("C") + _NUMBER,
    ),
)
DEGREE = (
    fault("A31", BACHELORS, XWLBM="499", XWLB=None),
    fault(
        "A31", GRADUATES,
        XWLB=pl.lit("军事学") + pl.col("XWLBM").str.slice(0, 1).replace({"2": "博士", "3": "硕士"}) + "学位",
    ),
    fault("A27 A32", (*DOCTORS, *BACHELORS), XWLBM="308", XWLB="工学硕士学位"),
    fault("A35", REGULAR, facts=studying("080901", "计算机科学与技术", "12")),
    fault("A35", ADULT, notes="A35", facts=studying("080901", "计算机科学与技术", "12")),
    fault("A35", ACADEMIC, facts=studying("081200", "计算机科学与技术", "12")),
    fault("A36", HXWRQ="20240631"),
    fault("A37", facts={"conferred": pl.col("outside"), "graduated": pl.col("outside").dt.month_start()}),
    fault("A37 P22", REGULAR, facts={**life_in(2018), **_COMPUTING["bachelor"]}, early=True),
    fault("A37 P22", ACADEMIC, facts={**life_in(2018), **_COMPUTING["graduate"]}, early=True),
    fault("A38", REGULAR, needs="BYNY", facts={"graduated": _GIVEN.dt.offset_by("2mo").dt.month_start()}),
    fault("A39", REGULAR, needs="RXNY", facts={"entered": _GIVEN.dt.month_start()}),
    fault("A40", DOCTORS, facts={"born": _GIVEN.dt.offset_by("-19y")}),
    fault(
        "A41", ADULT, needs="RXNY",
        facts={"born": _GIVEN.dt.offset_by("-25y"), "entered": _GIVEN.dt.offset_by("-12y").dt.month_start()},
    ),
    fault("A42", REGULAR, needs="KSH RXNY", KSH=pl.lit("99") + pl.col("KSH").str.slice(2)),
    fault("A51", facts={"conferred": pl.col("day_off")}),
    fault("P10", EQUIVALENT, needs="QZXWNY", facts={"prior": _GIVEN.dt.offset_by("-2y").dt.month_start()}),
    fault("P11", (*STUDENTS, *REGULAR), needs="RXNY", facts={"entered": _GIVEN.dt.offset_by("-1y").dt.month_start()}),
    fault("P14", ADULT, needs="WYKSNY", facts={"language": _GIVEN.dt.offset_by("2mo").dt.month_start()}),
    fault(
        "P20", fits=lambda filing: filing.resolved_on is not None,
        facts={"conferred": pl.col("early"), "graduated": pl.col("early").dt.month_start()},
    ),
    fault(
        "O02", (Category.MASTER, Category.DOCTOR), facts={**life_in(2008), **_COMPUTING["graduate"]}, early=True
    ),
    fault("O02", REGULAR, facts={**life_in(2008), **_OF_1998}, early=True),
)
TEXT = (
    fault("A47", needs="BZ", notes="A47", BZ="锟斤拷锟斤拷"),
    fault("A47", needs="LWTM", notes="A47", LWTM="锟斤拷的研究"),
    fault("A49", needs="LWTM", LWTM="测试"),
    fault("A49", needs="DSXM", DSXM=pl.col("XM")),
    fault("S01", needs="MJ", MJ="秘密"),
    fault("S01", BACHELORS, needs="LWLX", LWLX="涉密论文"),
    fault("S02", GRADUATES, SFSM="是"),
    fault("S03", needs="LWTM", LWTM="绝密级工程材料研究"),
    fault("S03", needs="BZ", BZ="保密论文"),
    fault("S04", GRADUATES, JMRQ="20450630"),
    fault("O01", XWLBM="1", XWLB="名誉博士学位"),
    fault("O04 A21", XWSYDW="香港示例大学"),
    fault("O04 A21", XWSYDW="University of Example"),
    fault("O06", XWLBM=None, XWLB="研究生课程进修班结业证书"),
)
FAULTS: tuple[Fault, ...] = (*MISSING, *PEOPLE, *CERTIFICATE, *DEGREE, *TEXT, *POLICY, *BETWEEN)
"""Every fault of a record that can be seeded."""

