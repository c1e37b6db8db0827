"""The faults only reference tables and registers show: institutions, rights to confer, majors, registers of persons.

Must not know which rows are chosen.
"""

import polars as pl

from core.demo.fault import (
    ACADEMIC,
    ADULT,
    AT_HOME,
    BACHELORS,
    EQUIVALENT,
    FOREIGN,
    GRADUATES,
    REGULAR,
    Register,
    fault,
    life_in,
    studying,
)
from core.demo.programmes import NEW_DOCTOR_TYPE, WANTING, YOUNG_TYPE
from core.vocabulary import Category

OTHER, CLOSED, GONE, COLLEGE, NARROW, RENAMED, UNKNOWN = "80931", "80932", "80933", "80934", "80935", "80936", "80998"
"""Institutions nobody files for: an ordinary one, one closed in 2020, a code given up in 2019, an independent college
of the first, one that may confer bachelor's degrees alone, one renamed in 2020, and a code that never was."""
NAMES = {
    OTHER: "示例师范大学", CLOSED: "示例财贸学院", GONE: "示例纺织学院", COLLEGE: "示例师范大学实验学院",
    NARROW: "示例文理学院", RENAMED: "示例海洋大学", UNKNOWN: "示例未知学院",
}
FORMER_NAME = "示例水产学院"

_NOT_ADULT = tuple(each for each in (*AT_HOME, *FOREIGN) if each is not Category.BACHELOR_ADULT)
_STRANGER = "柳示例"
"""No official of the nation has this name."""
_GIVEN = pl.col("conferred")
_NAME = pl.col("XWSYDW")
_OTHER_PLACE = pl.when(_NAME.str.contains("（")).then(_NAME.str.replace("（.*", "")).otherwise(_NAME + "（示例校区）")


def _granted_by(code: str, *, number: bool = True, name: str | None = None) -> dict[str, object]:
    """The cells of a degree of another institution than the one that files; on demand its number says so too.

    Two filers' serials may be alike: such a number ends as the student's does, which is nobody else's.
    """
    own = {"XWSYDWM": code, "XWSYDW": name or NAMES[code], "PYDWM": code, "PYDW": name or NAMES[code]}
    level_and_year = pl.col("XWZSBH").str.slice(5, 5)
    return own | ({"XWZSBH": pl.lit(code) + level_and_year + pl.col("XH").str.slice(-6)} if number else {})


POLICY = (
    fault("A20 A22", **_granted_by(UNKNOWN)),
    fault("A20 A22", **_granted_by(GONE)),
    fault("A21", XWSYDW="示例大学"),
    fault("A21", notes="A21", XWSYDW=_OTHER_PLACE),
    fault("A21 A22", **_granted_by(RENAMED, name=FORMER_NAME)),
    fault("A22 A26", **_granted_by(OTHER, number=False)),
    fault("A22 P21", **_granted_by(CLOSED)),
    fault("A22 P01", GRADUATES, **_granted_by(NARROW)),
    fault("A33 P02", GRADUATES, facts={"major": pl.lit("089900")}),
    fault("A33 P02", (*REGULAR, *FOREIGN), facts={"major": pl.lit("089901")}),
    fault("A33", REGULAR, notes="A33", facts=studying("80901", "计算机科学与技术", "08")),
    fault("A33", ACADEMIC, notes="A33", facts=studying("81200", "计算机科学与技术", "08")),
    fault("A34", _NOT_ADULT, ZYMC="示例专业名称"),
    fault("A34", ADULT, notes="A34", ZYMC="示例专业名称"),
    fault(
        "A50", fits=lambda filing: filing.records >= 60 and not filing.signed, XZXM=_STRANGER,
    ),
    fault(
        "A50", fits=lambda filing: filing.signed, facts={"conferred": pl.col("lone")}, ZXXM=_STRANGER,
    ),
    fault("P02", ACADEMIC, facts=studying(WANTING["graduate"] + "00", "生态学", "07")),
    fault("P02", (*REGULAR, *FOREIGN), facts=studying(WANTING["bachelor"], "逻辑学", "01")),
    fault("P03", ACADEMIC, needs="RXNY", facts=studying(WANTING["ended"] + "00", "统计学", "07")),
    fault(
        "A37 P04 P22", (Category.DOCTOR_PROFESSIONAL,), early=True,
        facts={**life_in(2022), **studying(NEW_DOCTOR_TYPE + "00", "应用统计", "262", level=False)},
    ),
    fault(
        "A33 A37 P18 P22", (Category.MASTER_PROFESSIONAL,), early=True,
        facts={**life_in(2018), **studying(YOUNG_TYPE + "00", "电子信息", "381", level=False)},
    ),
    fault("I15 P08", (Category.MASTER,), notes="I15", QZXW=None, QZXWNY=None),
    fault(
        "I15 P08", EQUIVALENT, notes="P08", facts={"born": _GIVEN.dt.offset_by("-40y")}, QZXW=None, QZXWNY=None
    ),
    fault("P09", REGULAR, needs="SFDEXW", SFDEXW="是"),
    fault("P13", ADULT, facts=studying(WANTING["bachelor"], "逻辑学", "01")),
    fault("P15", BACHELORS, PYDWM=COLLEGE, PYDW=NAMES[COLLEGE]),
    fault("P16", REGULAR, needs="RXNY SFFXXW", SFFXXW="是"),
    fault("P17", REGULAR, needs="SFLHXW", SFLHXW="是"),
    fault("P17", REGULAR, needs="SFLHXW", SFLHXW="是", LHPYDWM=pl.col("XWSYDWM"), LHPYDW=pl.col("XWSYDW")),
    fault("P19", (*REGULAR, *FOREIGN), facts=studying(WANTING["controlled"], "法学", "03")),
    fault("P23", register=Register.REVOKED_NUMBER),
    fault("P23", register=Register.REVOKED_PERSON),
    fault("S02", register=Register.SECRET_STUDENT),
    fault("S02", register=Register.SECRET_NUMBER),
    fault("O05", register=Register.WITHDRAWN),
)
"""Every fault that leans on tables."""
