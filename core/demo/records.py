"""Records of the synthetic nation: first the facts of each degree, then the text cells that state them.

Facts are typed (dates, codes) so that a fault can bend one and have everything that follows agree with it.
Must not know files.
"""

import numpy as np
import polars as pl

from core import reference
from core.demo import people, words
from core.demo.plan import Filing
from core.vocabulary import Category

_STUDY = {
    Category.DOCTOR: (4, 25, 31),
    Category.DOCTOR_PROFESSIONAL: (4, 28, 38),
    Category.MASTER: (3, 22, 26),
    Category.MASTER_EQUIVALENT: (4, 28, 38),
    Category.MASTER_PROFESSIONAL: (3, 22, 33),
    Category.BACHELOR: (4, 18, 20),
    Category.BACHELOR_ADULT: (4, 20, 36),
    Category.BACHELOR_INTERNATIONAL: (4, 18, 23),
}
"""Years of study, and the ages at entry it begins between."""
_PRIOR = {"2": "硕士学位", "3": "学士学位"}
_ARMY_DISCIPLINE = "11"


def facts(filings: list[Filing], at_home: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Draw the facts of every record of these filings: one row each, with file and row (from 0).

    The rows named by file and row in `at_home` are given to people from the mainland, unless the filing is of
    international students.
    """
    frame = _filed(filings).join(
        at_home.with_columns(at_home=True), on=["file", "row"], how="left", maintain_order="left"
    )
    count = frame.height
    frame = frame.with_columns(
        kind=_kinds(frame, rng),
        conferred=pl.col("days").list.get(pl.Series(rng.integers(0, 3, count))),
        age=(pl.col("youngest") + pl.Series(rng.random(count)) * (pl.col("oldest") - pl.col("youngest"))),
    )
    frame = people.draw(frame, rng).drop("days")
    equivalent = pl.col("category") == Category.MASTER_EQUIVALENT
    entry_month = pl.when(pl.col("category") == Category.BACHELOR_ADULT).then(3).otherwise(9)
    frame = frame.with_columns(entered=pl.date(pl.col("entry_year"), entry_month, 1)).with_columns(
        born=_in_slot(pl.col("entered") - pl.duration(days=(pl.col("age") * 365.25).cast(pl.Int32))),
        graduated=pl.col("conferred").dt.month_start(),
        language=pl.col("entered").dt.offset_by("18mo"),
        prior=pl.date(pl.col("entered").dt.year() - equivalent.cast(pl.Int32) * 3, 6, 1),
    )
    return frame.hstack(_programmes(frame, rng)).hstack(_theses(frame, rng))


def cells(facts: pl.DataFrame) -> pl.DataFrame:
    """State facts as filed text: file, row and every column of a filing by its code."""
    names = {table: reference.load().names(table) for table in _NAMED}
    regular = pl.col("category") == Category.BACHELOR
    adult = pl.col("category") == Category.BACHELOR_ADULT
    graduate = pl.col("level").is_in(["2", "3"])
    number = people.document_number()
    serial = (pl.col("serial") + pl.col("row") + 1).cast(pl.String).str.zfill(6)
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
        XWSYDW=_name("institution", names["institutions"]),
        XZXM="president",
        ZXXM="chair",
        PYDWM="institution",
        PYDW=_name("institution", names["institutions"]),
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
        **{code: pl.lit(None, pl.String) for code in ("ZSZYMC", "BZ", "QQHM", "WXZH", "DZYX", "YXDM")},
    )


_NAMED = (
    "sexes",
    "countries",
    "ethnic_groups",
    "political_statuses",
    "id_documents",
    "institutions",
    "degrees",
)


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
                "days": each.days,
                "day_off": each.day_off,
                "serial": each.serial,
                "first": each.number,
                "president": each.officials[0],
                "chair": each.officials[1],
                "years": _STUDY[each.category][0],
                "youngest": _STUDY[each.category][1],
                "oldest": _STUDY[each.category][2],
                "entry_year": each.days[0].year - _STUDY[each.category][0],
                "records": each.records,
            }
            for each in filings
        ]
    )
    rows = table.with_columns(row=pl.int_ranges("records")).explode("row")
    return rows.with_columns(number=pl.col("first") + pl.col("row"))


def _kinds(frame: pl.DataFrame, rng: np.random.Generator) -> pl.Expr:
    abroad = np.array([*people.VISITORS, "mainland"])
    shares = [0.004, 0.002, 0.003, 0.0005, 0.9905]
    drawn = pl.Series(abroad[rng.choice(len(abroad), frame.height, p=shares)])
    foreign = pl.col("category") == Category.BACHELOR_INTERNATIONAL
    mainland_only = (pl.col("layout") == "dbf34") | (pl.col("category") == Category.BACHELOR_ADULT)
    at_home = mainland_only | pl.col("at_home").fill_null(False)
    return pl.when(foreign).then(pl.lit("foreign")).when(at_home).then(pl.lit("mainland")).otherwise(drawn)


def _in_slot(born: pl.Expr) -> pl.Expr:
    """The last day up to this one that has the person's remainder."""
    return born - pl.duration(days=(born.to_physical() - pl.col("slot")) % people.SLOTS)


def _programmes(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    pools = {category: _pool(category) for category in frame["category"].unique(maintain_order=True)}
    starts, total = {}, 0
    for category, pool in pools.items():
        starts[category] = total
        total += pool.height
    places = frame.select(
        pl.col("category").replace_strict(starts, return_dtype=pl.Int64)
        + (
            pl.Series(rng.random(frame.height))
            * pl.col("category").replace_strict({name: pool.height for name, pool in pools.items()})
        ).cast(pl.Int64)
    ).to_series()
    return pl.concat(pools.values())[places]


def _pool(category: str) -> pl.DataFrame:
    """What may be studied in a category: degree, major and major_name."""
    tables = reference.load()
    level = Category(category).level.value
    if level == "4":
        majors = tables.table("bachelor_majors").filter(pl.col("discipline") != _ARMY_DISCIPLINE)
        return majors.select(degree=pl.lit(level) + pl.col("discipline"), major="code", major_name="name")
    subjects = tables.table("disciplines").filter(pl.col("code").str.slice(0, 2) != _ARMY_DISCIPLINE)
    if category in (Category.MASTER_PROFESSIONAL, Category.DOCTOR_PROFESSIONAL):
        degrees = tables.codes("degrees")
        title = pl.col("name") + ("博士" if level == "2" else "硕士")
        subjects = subjects.filter(pl.col("kind") == "professional", title.is_in(list(degrees)))
        return subjects.select(
            degree=title.replace_strict(degrees), major=pl.col("code") + "00", major_name="name"
        )
    subjects = subjects.filter(pl.col("kind") == "academic", pl.col("code").str.slice(0, 2) < "14")
    return subjects.select(
        degree=pl.lit(level) + pl.col("code").str.slice(0, 2),
        major=pl.col("code") + "00",
        major_name="name",
    )


def _theses(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    count = frame.height
    supervisors = people.chinese_names(rng.integers(1, 3, count), np.full(count, True), rng)
    picked = {
        column: np.array(pool)[rng.integers(0, len(pool), count)]
        for column, pool in (
            ("method", words.METHODS),
            ("object", words.OBJECTS),
            ("outcome", words.OUTCOMES),
        )
    }
    same = supervisors["name"] == frame["name"]
    return pl.DataFrame(picked).with_columns(
        supervisor=pl.when(same).then(supervisors["name"] + "文").otherwise(supervisors["name"])
    )


def _title() -> pl.Expr:
    return pl.lit("基于") + pl.col("method") + pl.lit("的") + pl.col("object") + pl.col("outcome")


def _name(column: str, names: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(names, default=None, return_dtype=pl.String)


def _day(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y%m%d")


def _month(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y%m")
