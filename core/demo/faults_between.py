"""The faults only another record shows: its number, its person, or the whole of it turns up a second time.

Must not know which rows are chosen.
"""

import polars as pl

from core.demo.fault import DOCTORS, FOREIGN, REGULAR, Origin, fault
from core.demo.people import check_character

PERSON = tuple("XM XMPY XBM XB GBM GB MZM MZ ZZMMM ZZMM CSRQ ZJLXM ZJLX ZJHM ZP DSXM".split())
STUDY = tuple("KSH RXNY XH BYNY HXWRQ".split())
MAJOR = tuple("ZYDM ZYMC XWLBM XWLB".split())

_OTHER_SEX = {"1": "2", "2": "1", "男": "女", "女": "男"}
_NAMED = {"XM": pl.lit("石示例"), "XMPY": pl.lit("SHI SHILI")}
_AGED = {"CSRQ": pl.lit("19791231")}
"""Nobody in the nation is born on that day."""
_TURNED = {code: pl.col(code).replace(_OTHER_SEX) for code in ("XBM", "XB")}


def _slipped() -> dict[str, pl.Expr]:
    """The citizen number with another digit before the last of its sequence, and the check character that goes with it."""
    number = pl.col("ZJHM")
    digit = (number.str.slice(15, 1).cast(pl.Int32) + 1) % 10
    body = number.str.slice(0, 15) + digit.cast(pl.String) + number.str.slice(16, 1)
    slipped = body + check_character(body)
    return {"ZJHM": slipped, "ZP": slipped + ".jpg"}


BETWEEN = (
    fault("X01", copies=("XWZSBH",), origin=Origin.WITHIN, lender=("X01",)),
    fault("X02", copies=("XWZSBH",), origin=Origin.EARLIER),
    fault("X03", copies=("*",), origin=Origin.EARLIER),
    fault("X04", copies=PERSON, after=_NAMED, origin=Origin.WITHIN, lender=("X04",)),
    fault("X04", copies=PERSON, after=_NAMED, origin=Origin.EARLIER),
    fault("A13 X05", copies=PERSON, after=_AGED, origin=Origin.WITHIN, lender=("X05",)),
    fault("A14 X05", copies=PERSON, after=_TURNED, origin=Origin.EARLIER),
    fault("X05", FOREIGN, copies=PERSON, after=_AGED, origin=Origin.WITHIN, lender=("X05",)),
    fault("X06", copies=PERSON, after=_slipped(), origin=Origin.WITHIN, lender=("X06",)),
    fault("X06", copies=PERSON, after=_slipped(), origin=Origin.EARLIER),
    fault("X07", copies=(*PERSON, *MAJOR), origin=Origin.WITHIN, lender=("X07",)),
    fault("X07", copies=(*PERSON, *MAJOR), origin=Origin.EARLIER),
    fault("P05", copies=(*PERSON, *STUDY), origin=Origin.WITHIN, lender=("P05",)),
    fault("P05", copies=(*PERSON, *STUDY), origin=Origin.EARLIER),
    fault("P06", REGULAR, needs="RXNY BYNY", copies=PERSON, origin=Origin.ELSEWHERE),
    fault("P07", DOCTORS, copies=PERSON, origin=Origin.MASTERS),
)
"""Every fault that copies."""

