"""Records of the synthetic nation: first the facts of each degree, then the text cells that state them.

Facts are typed (dates, codes) so that a fault can bend one and have everything that follows agree with it.
Must not know files.
"""

import numpy as np
import polars as pl

from core import reference
from core.demo import people, programmes, words
from core.demo.plan import YEARS, Filing
from core.vocabulary import Category

_AGES = {
    Category.DOCTOR: (25, 31),
    Category.DOCTOR_EQUIVALENT: (30, 40),
    Category.DOCTOR_PROFESSIONAL: (28, 38),
    Category.MASTER: (22, 26),
    Category.MASTER_EQUIVALENT: (28, 38),
    Category.MASTER_PROFESSIONAL: (22, 33),
    Category.BACHELOR: (18, 20),
    Category.BACHELOR_ADULT: (20, 36),
    Category.BACHELOR_INTERNATIONAL: (18, 23),
    Category.BACHELOR_PROFESSIONAL: (18, 20),
}
"""The ages at entry it begins between."""
_PRIOR = {"2": "硕士学位", "3": "学士学位"}
LENDS, BORROWS, ALONE = "lends", "borrows", "alone"
"""What a marked record is for: another copies from it, it copies from another, or it is bent by itself.

One that lends and the one that borrows from it are conferred on different days in different majors.
"""


def facts(filings: list[Filing], marked: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Draw the facts of every record of these filings: one row each, with file and row (from 0).

    The rows named by file and row in `marked`, with a role each, are given to people from the mainland with common
    characters in their names, unless the filing is of international students.
    """
    frame = _filed(filings).join(marked, on=["file", "row"], how="left", maintain_order="left")
    count = frame.height
    given = pl.col("days").list.get(pl.Series(rng.integers(0, 3, count)))
    frame = frame.with_columns(
        kind=_kinds(frame, rng),
        plain=pl.col("plain") | pl.col("role").is_not_null(),
        conferred=pl.when(pl.col("role") == LENDS).then("first_day").otherwise(given),
        age=(pl.col("youngest") + pl.Series(rng.random(count)) * (pl.col("oldest") - pl.col("youngest"))),
    )
    frame = people.draw(frame, rng).drop("days")
    equivalent = pl.col("category").is_in([Category.MASTER_EQUIVALENT, Category.DOCTOR_EQUIVALENT])
    age = pl.duration(days=(pl.col("age") * 365.25).cast(pl.Int32))
    frame = frame.with_columns(
        born=pl.when(pl.col("shared_birth").is_null()).then(in_slot(pl.col("entered") - age)).otherwise("shared_birth"),
        graduated=pl.col("conferred").dt.month_start(),
        language=pl.col("entered").dt.offset_by("18mo"),
        prior=pl.date(pl.col("entered").dt.year() - equivalent.cast(pl.Int32) * 3, 6, 1),
    )
    return _studied(frame, filings, rng).hstack(_theses(frame, rng))


def in_slot(born: pl.Expr) -> pl.Expr:
    """The last day up to this one that has the person's remainder."""
    return born - pl.duration(days=(born.to_physical() - pl.col("slot")) % people.SLOTS)


def cells(facts: pl.DataFrame) -> pl.DataFrame:
    """State facts as filed text: file, row and every column of a filing by its code."""
    names = {table: reference.load().names(table) for table in _NAMED}
    regular = pl.col("category") == Category.BACHELOR
    adult = pl.col("category") == Category.BACHELOR_ADULT
    graduate = pl.col("level").is_in(["2", "3"])
    number = people.document_number()
    serial = (pl.col("serial") + (pl.col("row") + 1) * pl.col("step")).cast(pl.String).str.zfill(6)
    certificate = pl.col("institution") + pl.col("level") + pl.col("conferred").dt.strftime("%Y") + serial
    student = pl.col("entered").dt.strftime("%Y") + (pl.col("number") % 100_000_000).cast(
        pl.String
    ).str.zfill(8)
    examinee = pl.col("entered").dt.strftime("%y") + pl.col("region").str.slice(0, 2) + student.str.slice(2)
    titled = _title()
    return facts.select(
        "file",
        "row",
        XM="name",
        XMPY="pinyin",
        XBM="sex",
        XB=_name("sex", names["sexes"]),
        GBM="country",
        GB=_name("country", names["countries"]),
        MZM="ethnic",
        MZ=_name("ethnic", names["ethnic_groups"]),
        ZZMMM="political",
        ZZMM=_name("political", names["political_statuses"]),
        CSRQ=_day("born"),
        ZJLXM="id_type",
        ZJLX=_name("id_type", names["id_documents"]),
        ZJHM=number,
        XWSYDWM="institution",
        XWSYDW=_institution(names["institutions"]),
        XZXM="president",
        ZXXM="chair",
        PYDWM="institution",
        PYDW=_institution(names["institutions"]),
        XWLBM="degree",
        XWLB=_name("degree", names["degrees"]),
        ZYDM="major",
        ZYMC="major_name",
        KSH=pl.when(regular).then(examinee),
        RXNY=_month("entered"),
        XH=student,
        XZ=pl.col("years").cast(pl.String),
        XXXSM=pl.when(adult).then(pl.lit("2")),
        XXXS=pl.when(adult).then(pl.lit("业余")),
        WYKSNY=pl.when(adult).then(_month("language")),
        BYNY=_month("graduated"),
        HXWRQ=_day("conferred"),
        SFDEXW=pl.lit("否"),
        SFFXXW=pl.lit("否"),
        SFSXSXW=pl.lit("否"),
        SFLHXW=pl.lit("否"),
        XWZSBH=certificate,
        JYBH=pl.lit("学位〔") + pl.col("conferred").dt.strftime("%Y") + pl.lit("〕1号"),
        ZP=number + pl.lit(".jpg"),
        DSXM="supervisor",
        LWLX=pl.when(graduate).then(pl.lit("应用研究")).otherwise(pl.lit("毕业论文")),
        LWTM=titled,
        LWGJC=pl.col("object") + "；" + pl.col("method"),
        LWXTLY=pl.lit("学校自选"),
        LWYJFX="object",
        LWZXYZ=pl.lit("中文"),
        QZXW=pl.when(graduate).then(pl.col("level").replace_strict(_PRIOR, default=None)),
        QZXWNY=pl.when(graduate).then(_month("prior")),
        MJ=pl.when(graduate).then(pl.lit("公开")),
        SFSM=pl.when(graduate).then(pl.lit("否")),
        **{code: pl.lit(None, pl.String) for code in _EMPTY},
    )


_EMPTY = ("ZSZYMC", "BZ", "QQHM", "WXZH", "DZYX", "YXDM", "LHPYDWM", "LHPYDW", "JMRQ")


_NAMED = ("sexes", "countries", "ethnic_groups", "political_statuses", "id_documents", "institutions", "degrees")


def _filed(filings: list[Filing]) -> pl.DataFrame:
    table = pl.DataFrame(
        [
            {
                "file": each.file,
                "institution": each.institution,
                "category": each.category.value,
                "level": each.category.level.value,
                "layout": each.layout,
                "plain": each.plain,
                "days": each.days.given,
                "first_day": each.days.first,
                "day_off": each.days.off,
                "lone": each.days.lone,
                "early": each.days.early,
                "outside": each.days.outside,
                "serial": each.serial,
                "step": each.step,
                "first": each.number,
                "president": each.officials[0],
                "chair": each.officials[1],
                "years": YEARS[each.category],
                "youngest": _AGES[each.category][0],
                "oldest": _AGES[each.category][1],
                "entered": each.entered,
                "shared_birth": each.born,
                "records": each.records,
            }
            for each in filings
        ],
        schema_overrides={"shared_birth": pl.Date},
    )
    rows = table.with_columns(row=pl.int_ranges("records")).explode("row")
    return rows.with_columns(number=pl.col("first") + pl.col("row"))


def _kinds(frame: pl.DataFrame, rng: np.random.Generator) -> pl.Expr:
    abroad = np.array([*people.VISITORS, "mainland"])
    shares = [0.004, 0.002, 0.003, 0.0005, 0.9905]
    drawn = pl.Series(abroad[rng.choice(len(abroad), frame.height, p=shares)])
    foreign = pl.col("category") == Category.BACHELOR_INTERNATIONAL
    mainland_only = (pl.col("layout") == "dbf34") | (pl.col("category") == Category.BACHELOR_ADULT)
    at_home = mainland_only | pl.col("role").is_not_null()
    return pl.when(foreign).then(pl.lit("foreign")).when(at_home).then(pl.lit("mainland")).otherwise(drawn)


def _studied(frame: pl.DataFrame, filings: list[Filing], rng: np.random.Generator) -> pl.DataFrame:
    """What each person studies of what the institution offers: lenders an even slot, borrowers an odd one."""
    offered = programmes.offered(filings).rename({"kind": "degree_kind"})
    drawn = pl.Series(rng.random(frame.height))
    side = pl.when(pl.col("role") == LENDS).then(0).when(pl.col("role") == BORROWS).then(1)
    slots = frame.join(
        offered.group_by("file").agg(evens=(pl.col("slot") % 2 == 0).sum(), odds=(pl.col("slot") % 2 == 1).sum()),
        on="file", how="left", maintain_order="left",
    ).with_columns(drawn=drawn, side=side)
    place = (pl.col("drawn") * (pl.col("evens") + pl.col("odds"))).cast(pl.Int64)
    any_side = pl.when(place < pl.col("evens")).then(place * 2).otherwise((place - pl.col("evens")) * 2 + 1)
    own = (pl.col("drawn") * pl.when(pl.col("side") == 0).then("evens").otherwise("odds")).cast(pl.Int64) * 2 + pl.col("side")
    return slots.with_columns(
        slot_of_study=pl.coalesce(own, any_side)
    ).join(
        offered.rename({"slot": "slot_of_study"}), on=["file", "slot_of_study"], how="left", maintain_order="left"
    ).drop("evens", "odds", "drawn", "side", "slot_of_study")


def _theses(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    count = frame.height
    supervisors = people.chinese_names(rng.integers(1, 3, count), np.full(count, True), rng)
    pools = {"method": words.METHODS, "object": words.OBJECTS, "outcome": words.OUTCOMES}
    picked = {column: np.array(pool)[rng.integers(0, len(pool), count)] for column, pool in pools.items()}
    same = supervisors["name"] == frame["name"]
    return pl.DataFrame(picked).with_columns(
        supervisor=pl.when(same).then(supervisors["name"] + "文").otherwise(supervisors["name"])
    )


def _title() -> pl.Expr:
    return pl.lit("基于") + pl.col("method") + pl.lit("的") + pl.col("object") + pl.col("outcome")


def _name(column: str, names: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(names, default=None, return_dtype=pl.String)


def _institution(names: dict[str, str]) -> pl.Expr:
    """The institution's name on the day of conferral."""
    lines = reference.load().table("institutions").filter(pl.col("valid_to").is_not_null()).sort("valid_to")
    name = pl.when(pl.lit(False)).then(pl.lit(None, pl.String))
    for code, former, until in lines.select("code", "name", "valid_to").iter_rows():
        name = name.when((pl.col("institution") == code) & (pl.col("conferred") <= until)).then(pl.lit(former))
    return name.otherwise(_name("institution", names))


def _day(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y%m%d")


def _month(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y%m")
