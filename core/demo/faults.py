"""The faults seeded into the synthetic nation, each with exactly the checks it must set off.

A fault bends the facts of a record (everything stated then agrees with the bent fact), or the cells that
state them, or copies cells from another record. Must not know which rows are chosen.
"""

from dataclasses import dataclass, field

import polars as pl

from core.vocabulary import Category, Level

AT_HOME = tuple(each for each in Category if each is not Category.BACHELOR_INTERNATIONAL)
FOREIGN = (Category.BACHELOR_INTERNATIONAL,)
DOCTORS = tuple(each for each in AT_HOME if each.level is Level.DOCTOR)
GRADUATES = (*DOCTORS, Category.MASTER, Category.MASTER_PROFESSIONAL)
BACHELORS = tuple(each for each in AT_HOME if each.level is Level.BACHELOR)
REGULAR = (Category.BACHELOR,)
ADULT = (Category.BACHELOR_ADULT,)
PERSON = tuple("XM XMPY XBM XB GBM GB MZM MZ ZZMMM ZZMM CSRQ ZJLXM ZJLX ZJHM ZP DSXM".split())
STUDY = tuple("KSH RXNY XH BYNY HXWRQ".split())


@dataclass(frozen=True)
class Fault:
    """One way a record can be wrong, in filings of some categories that carry the columns it needs.

    `rules` are all checks it sets off; those also in `notes` only as notes. With `copies` it takes these
    cells from another record: of an earlier filing, or with `within` of its own; then both set them off.
    `from_level` is that record's degree level; `once` allows one such record to an institution and level.
    """

    rules: tuple[str, ...]
    categories: tuple[Category, ...] = AT_HOME
    needs: tuple[str, ...] = ()
    facts: dict[str, pl.Expr] = field(default_factory=dict)
    cells: dict[str, pl.Expr] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    within: bool = False
    from_level: Level | None = None
    once: bool = False


def _cells(rules: str, notes: str = "", **changes: str | pl.Expr | None) -> Fault:
    exprs = {
        code: value if isinstance(value, pl.Expr) else pl.lit(value, pl.String)
        for code, value in changes.items()
    }
    return Fault(tuple(rules.split()), cells=exprs, notes=tuple(notes.split()))


def _needing(columns: str, fault: Fault, categories: tuple[Category, ...] = AT_HOME) -> Fault:
    return Fault(fault.rules, categories, tuple(columns.split()), fault.facts, fault.cells, fault.notes)


def _facts(
    rules: str, categories: tuple[Category, ...] = AT_HOME, needs: str = "", **changes: pl.Expr
) -> Fault:
    return Fault(tuple(rules.split()), categories, tuple(needs.split()), facts=changes)


def _in_year(year: int) -> dict[str, pl.Expr]:
    """A whole life moved back so that the degree comes on 27 June, in 2008 and 2014 a working Friday."""
    back = pl.col("conferred").dt.year() - year
    moved = {
        name: pl.date(pl.col(name).dt.year() - back, pl.col(name).dt.month(), 1)
        for name in ("entered", "prior")
    }
    return {
        **moved,
        "born": pl.date(pl.col("born").dt.year() - back, pl.col("born").dt.month(), 15),
        "language": pl.date(pl.col("language").dt.year() - back, pl.col("language").dt.month(), 1),
        "graduated": pl.date(year, 6, 1),
        "conferred": pl.date(year, 6, 27),
    }


_ID, _NUMBER, _BORN, _GIVEN = pl.col("ZJHM"), pl.col("XWZSBH"), pl.col("born"), pl.col("conferred")
_CHECKS = "10X98765432"
_WRONG_CHECK = _ID.str.slice(0, 17) + _ID.str.slice(17).replace_strict(
    dict(zip(_CHECKS, _CHECKS[1:] + _CHECKS[0], strict=True)), default="0"
)
_OTHER_SEX = {"1": "2", "2": "1", "男": "女", "女": "男"}
_ANOTHER_SCHOOL = pl.when(pl.col("XWSYDWM") == "10001").then(pl.lit("10003")).otherwise(pl.lit("10001"))
_NO_SCHOOL = {"1": "2", "5": "4", "8": "7", "9": "0"}
_OUTSIDE = (
    pl.when(_GIVEN.dt.month() == 6)
    .then(pl.date(_GIVEN.dt.year(), 1, 15))
    .otherwise(pl.date(_GIVEN.dt.year(), 5, 22))
)

MISSING = (
    _cells("I01", XM=None),
    _cells("I02", XBM=None, XB=None),
    _cells("I03", CSRQ=None),
    _cells("I04", ZJLXM=None, ZJLX=None),
    _cells("I05", ZJHM=None),
    _cells("I05", ZJHM="待补"),
    _cells("I06", XWSYDWM=None),
    _cells("I07", XWLBM=None, XWLB=None),
    _cells("I08", ZYMC=None),
    _cells("I08", ZYDM=None),
    _cells("I09", HXWRQ=None),
    _cells("I10", XWZSBH=None),
    _cells("I11", XZXM=None),
    _cells("I11", ZXXM=None),
    _needing("", _cells("I13", GBM=None, GB=None), FOREIGN),
)
PEOPLE = (
    _cells("A01", XM="张?明"),
    _cells("A01", XM="李□"),
    _cells("A02", "A02", XM="张 明"),
    _cells("A02", XM="买买提 艾力"),
    _cells("A03", XM="买买提．吐尔逊"),
    _cells("A04", XM="王"),
    _cells("A04", XM="阿卜杜热合曼·阿卜杜克热木·买买提依明江"),
    _cells("A06", XBM="9", XB="未说明"),
    _needing("MZM", _cells("A07", MZM="88", MZ=None)),
    _needing("ZZMMM", _cells("A08", ZZMMM="77", ZZMM=None)),
    _needing("GB", _cells("A09", GBM="999", GB="无此国"), FOREIGN),
    _cells("A10", CSRQ="19990231"),
    _cells("A11", ZJHM=_WRONG_CHECK),
    Fault(
        ("A12",),
        facts={"born": pl.date(1988, _BORN.dt.month(), 15)},
        cells={"ZJHM": _ID.str.slice(0, 6) + _ID.str.slice(8, 9)},
    ),
    _cells(
        "A13",
        CSRQ=pl.col("CSRQ").str.slice(0, 6)
        + pl.when(pl.col("CSRQ").str.ends_with("15")).then(pl.lit("16")).otherwise(pl.lit("15")),
    ),
    _cells("A14", XBM=pl.col("XBM").replace(_OTHER_SEX), XB=pl.col("XB").replace(_OTHER_SEX)),
    _facts("A16", region=pl.col("region").str.slice(0, 2) + "9999"),
    _facts("A15", region=pl.lit("16") + pl.col("region").str.slice(2)),
    _cells("A17", ZJLXM="06", ZJLX="护照"),
    _cells("A17", ZJLXM="02", ZJLX="军官证", ZJHM=pl.lit("ABC") + pl.col("XH")),
    _needing(
        "GB",
        _cells(
            "A18", ZJLXM="04", ZJLX="港澳居民来往内地通行证", ZJHM=pl.lit("H") + pl.col("XH").str.slice(4)
        ),
    ),
    _needing("MZM", _cells("A19", MZM="01", MZ="汉族"), FOREIGN),
)
CERTIFICATE = (
    _cells(
        "A22 A26",
        XWSYDWM=_ANOTHER_SCHOOL,
        XWSYDW=_ANOTHER_SCHOOL.replace({"10001": "北京大学", "10003": "清华大学"}),
    ),
    _cells("A23", XWZSBH=_NUMBER + "7"),
    _needing(
        "",
        _cells(
            "A25",
            XWZSBH=_NUMBER.str.slice(0, 5)
            + pl.lit("1")
            + _NUMBER.str.slice(6, 4)
            + pl.lit("05")
            + _NUMBER.str.slice(10, 6),
        ),
        BACHELORS,
    ),
    _cells("A26", XWZSBH=_NUMBER.str.slice(0, 1).replace(_NO_SCHOOL) + _NUMBER.str.slice(1)),
    _cells("A27", XWZSBH=_NUMBER.str.slice(0, 5) + pl.lit("9") + _NUMBER.str.slice(6)),
    _cells("A28", XWZSBH=_NUMBER.str.slice(0, 6) + pl.lit("2019") + _NUMBER.str.slice(10)),
    Fault(("A30",), cells={"XWZSBH": _NUMBER.str.slice(0, 10) + "000000"}, once=True),
    Fault(("A24", "A37"), REGULAR, facts=_in_year(2014), cells={"XWZSBH": _NUMBER + "XYW"}),
    Fault(("A29", "A37"), REGULAR, facts=_in_year(2014), cells={"XWZSBH": pl.lit("C") + _NUMBER}),
)
DEGREE = (
    _cells("A31", XWLBM=pl.col("XWLBM").str.slice(0, 1) + "99", XWLB=None),
    _needing("", _cells("A27 A32", XWLBM="308", XWLB="工学硕士学位"), (*DOCTORS, *BACHELORS)),
    _cells("A36", HXWRQ="20240631"),
    _facts("A37", conferred=_OUTSIDE, graduated=_OUTSIDE.dt.month_start()),
    _facts("A38", REGULAR, "BYNY", graduated=_GIVEN.dt.offset_by("2mo").dt.month_start()),
    _facts("A39", REGULAR, "RXNY", entered=_GIVEN.dt.month_start()),
    _facts("A40", DOCTORS, born=_GIVEN.dt.offset_by("-19y")),
    _facts(
        "A41",
        ADULT,
        "RXNY",
        born=_GIVEN.dt.offset_by("-25y"),
        entered=_GIVEN.dt.offset_by("-12y").dt.month_start(),
    ),
    _needing("KSH RXNY", _cells("A42", KSH=pl.lit("99") + pl.col("KSH").str.slice(2)), REGULAR),
    _facts("A51", conferred=pl.col("day_off")),
)
SUFFICES = (
    _needing("BZ", _cells("A47", "A47", BZ="锟斤拷锟斤拷")),
    _needing("LWTM", _cells("A47", "A47", LWTM="锟斤拷的研究")),
    _needing("MZM MZ", _cells("A07", MZM="01", MZ="回族")),
    _needing("ZJLXM ZJLX", _cells("A48", ZJLX="护照")),
    _needing("GBM GB", _cells("A48", GB="加拿大")),
    _needing("LWTM", _cells("A49", LWTM="测试")),
    _needing("DSXM", _cells("A49", DSXM=pl.col("XM"))),
    _facts(
        "P10", (Category.MASTER_EQUIVALENT,), "QZXWNY", prior=_GIVEN.dt.offset_by("-2y").dt.month_start()
    ),
    _facts("P11", GRADUATES, "RXNY", entered=_GIVEN.dt.offset_by("-1y").dt.month_start()),
    _facts("P11", REGULAR, "RXNY", entered=_GIVEN.dt.offset_by("-1y").dt.month_start()),
    _facts("P14", ADULT, "WYKSNY", language=_GIVEN.dt.offset_by("2mo").dt.month_start()),
    _needing("MJ", _cells("S01", MJ="秘密")),
    _needing("LWLX", _cells("S01", LWLX="涉密论文"), BACHELORS),
    _needing("LWTM", _cells("S03", LWTM="绝密级工程材料研究")),
    _needing("BZ", _cells("S03", BZ="保密论文")),
    _cells("O01", XWLBM="1", XWLB="名誉博士学位"),
    Fault(("O02",), (Category.BACHELOR, Category.MASTER, Category.DOCTOR), facts=_in_year(2008)),
    _cells("O06", XWLBM=None, XWLB="研究生课程进修班结业证书"),
)
ANOTHER = (
    Fault(("X01",), copies=("XWZSBH",), within=True),
    Fault(("X02",), copies=("XWZSBH",)),
    Fault(("X03",), copies=("*",)),
    Fault(("P05",), copies=(*PERSON, *STUDY), within=True),
    Fault(("P05",), copies=(*PERSON, *STUDY)),
    Fault(("P07",), DOCTORS, copies=PERSON, from_level=Level.MASTER),
)
FAULTS = (*MISSING, *PEOPLE, *CERTIFICATE, *DEGREE, *SUFFICES, *ANOTHER)
"""Every fault that can be seeded."""
