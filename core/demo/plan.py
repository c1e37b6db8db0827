"""Which filings the synthetic nation sends: institution, semester, category, format and size of each.

One filing is one institution's records of one category and semester. Must not know single records.
"""

import itertools
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from core import reference
from core.deadlines import Term, Workdays
from core.demo import people
from core.demo.days import Days, days_of
from core.record import LAYOUTS
from core.vocabulary import Category, Level

FEWEST_FILES, MOST_FILES, RECORDS_PER_FILE = 60, 1300, 330
CATEGORIES = {
    Category.DOCTOR: 0.5,
    Category.DOCTOR_EQUIVALENT: 0.2,
    Category.DOCTOR_PROFESSIONAL: 0.25,
    Category.MASTER: 1.4,
    Category.MASTER_EQUIVALENT: 0.5,
    Category.MASTER_PROFESSIONAL: 1.2,
    Category.BACHELOR: 6.0,
    Category.BACHELOR_ADULT: 2.0,
    Category.BACHELOR_INTERNATIONAL: 0.5,
    Category.BACHELOR_PROFESSIONAL: 0.3,
}
"""The categories filed, with how big their filings are beside each other."""
YEARS = dict.fromkeys(CATEGORIES, 4) | {
    Category.MASTER: 3, Category.MASTER_PROFESSIONAL: 3, Category.BACHELOR_PROFESSIONAL: 5,
}
"""Years of study."""
GRADUATE_COLUMNS = tuple("DSXM LWLX LWTM LWGJC LWXTLY LWYJFX LWZXYZ QZXW QZXWNY MJ SFSM JMRQ".split())
"""What graduate filings carry beyond the named layout."""
BACHELOR_COLUMNS = tuple("SFSXSXW SFLHXW LHPYDWM LHPYDW".split())
"""What bachelor filings of the named layout carry beyond it."""

_SECOND_HALF_SHARE = 0.9
_MOST_WORKBOOKS, _BIGGEST_WORKBOOK = 60, 3000
_FORMATS = (
    ("csv", "utf-8"), ("xlsx", ""), ("csv", "gb18030"), ("csv", "utf-8-sig"), ("csv", "utf-16"), ("xlsx", ""),
    ("csv", "gb18030"), ("xls", ""), ("csv", "utf-8"),
)
_EVERY_KIND = tuple(
    (Term(year, half), category)
    for year, half, category in (
        (2023, 2, Category.BACHELOR),
        (2023, 2, Category.BACHELOR_ADULT),
        (2023, 2, Category.MASTER),
        (2023, 2, Category.MASTER_PROFESSIONAL),
        (2024, 1, Category.DOCTOR),
        (2024, 2, Category.BACHELOR),
        (2024, 2, Category.BACHELOR_ADULT),
        (2024, 2, Category.MASTER_EQUIVALENT),
        (2025, 2, Category.MASTER),
        (2023, 2, Category.DOCTOR_PROFESSIONAL),
        (2025, 1, Category.BACHELOR_INTERNATIONAL),
    )
)
"""What a big university files: kinds that let one person turn up in two filings, and one year's beside the last's."""
_KINDS = {
    "school": (
        Category.BACHELOR, Category.MASTER, Category.BACHELOR_ADULT, Category.BACHELOR_INTERNATIONAL,
        Category.MASTER_EQUIVALENT, Category.BACHELOR_PROFESSIONAL, Category.BACHELOR, Category.DOCTOR,
        Category.MASTER_PROFESSIONAL, Category.DOCTOR_EQUIVALENT, Category.BACHELOR_ADULT, Category.DOCTOR_PROFESSIONAL,
        Category.BACHELOR,
    ),
    "independent": (Category.BACHELOR, Category.BACHELOR_ADULT),
    "institute": (Category.MASTER, Category.DOCTOR),
    "army": (Category.MASTER, Category.DOCTOR),
}
"""What the other institutions file by turns, by their kind."""

Sent = tuple[str, Term, Category]
"""Institution, semester and category: what tells one filing from another."""


@dataclass(frozen=True)
class Filing:
    """One file to be written. `serial` and `number` are where its certificate serials and its people begin.

    `fault` is what is wrong with it as such (filing_faults), `listed` how many names its resolution has; both that
    and `resolved_on` may not be told. `step` is how far its serials are apart, `born` the birth date all its people
    share, `signed` whether the register of signatories answers for it, `pictures` its place among filings with photos.
    """

    file: str
    term: Term
    institution: str
    category: Category
    format: str
    layout: str
    encoding: str
    records: int
    days: Days
    officials: tuple[str, str]
    single: bool
    signed: bool
    supplement: bool = False
    resolved_on: date | None = None
    listed: int | None = None
    attached: bool | None = None
    fault: str | None = None
    pictures: int | None = None
    step: int = 1
    born: date | None = None
    serial: int = 0
    number: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """The filed codes, in file order."""
        codes = LAYOUTS[self.layout].codes
        if self.category.level is not Level.BACHELOR:
            return (*codes, *GRADUATE_COLUMNS)
        return (*codes, *BACHELOR_COLUMNS) if self.layout == "named" else codes

    @property
    def plain(self) -> bool:
        """Whether the format cannot carry rare characters."""
        return self.format in ("dbf", "xls")

    @property
    def entered(self) -> date:
        """When its students entered: adults in March."""
        month = 3 if self.category is Category.BACHELOR_ADULT else 9
        return date(self.days.first.year - YEARS[self.category], month, 1)

    @property
    def army(self) -> bool:
        """Whether an army institution sends it: all its records are held back."""
        return self.institution.startswith("9")


def filings(records: int, rng: np.random.Generator) -> list[Filing]:
    """All filings of a nation of so many records, in the order in which they are received; yet without faults."""
    count = int(np.clip(records // RECORDS_PER_FILE, FEWEST_FILES, MOST_FILES))
    chosen = sorted(_chosen(count, rng), key=lambda each: (each[1], each[0], each[2]))
    sizes = _sizes(chosen, records, rng)
    workdays = Workdays.load()
    names = _officials(chosen, rng)
    filers = [institution for institution, _, _ in chosen]
    every = max(1, -(-count // _MOST_WORKBOOKS // 2))
    planned = []
    for place, ((institution, term, category), size) in enumerate(zip(chosen, sizes, strict=True)):
        bulky = size > _BIGGEST_WORKBOOK or place % every
        layout, format_, encoding = _shape(place // every, term, category, text_only=bool(bulky))
        supplement = category in (Category.MASTER, Category.DOCTOR) and place % 16 == 5
        days = days_of(Term(term.year - 2, term.half) if supplement else term, workdays, rng)
        told = (place + place // 6) % 3
        planned.append(Filing(
            f"{term.code}_{institution}_{category.value}.{format_}", term, institution, category, format_, layout,
            encoding, size, days, names[institution], filers.count(institution) == 1, int(institution) % 3 > 0, supplement,
            days.resolved if told == 1 else None, size if told else None, told > 0 or None,
        ))
    return planned


def numbered(planned: list[Filing]) -> list[Filing]:
    """The filings with the serials and the people's numbers they begin at."""
    used = dict.fromkeys(((each.institution, each.category.level) for each in planned), 0)
    done, number = [], 0
    for each in planned:
        key = (each.institution, each.category.level)
        serial = -(-used[key] // each.step) * each.step
        done.append(replace(each, serial=serial, number=number))
        used[key] = serial + each.records * each.step
        number += each.records
    return done


def _chosen(count: int, rng: np.random.Generator) -> list[Sent]:
    institutions = reference.load().table("institutions").unique("code", keep="last", maintain_order=True)
    kinds = dict(institutions.select("code", "kind").iter_rows())
    order = _round_the_nation(institutions, rng)
    number = max(len(set(institutions["province"])) + 3, int(count * 0.65))
    chosen: dict[Sent, None] = {}
    for school in (code for code in order if kinds[code] == "school"):
        for term, category in _EVERY_KIND:
            if len(chosen) < count - number:
                chosen[school, term, category] = None
    several = {institution for institution, _, _ in chosen}
    for place, institution in enumerate(code for code in itertools.cycle(order) if code not in several):
        if len(chosen) == count:
            break
        turn, again = place, place // len(order)
        term = Term(2023 + (turn // 4 + again) % 3, 1 if turn % 4 == 3 else 2)
        pool = _KINDS[kinds[institution]]
        chosen[institution, term, pool[(turn + again) % len(pool)]] = None
    return list(chosen)


def _round_the_nation(institutions: pl.DataFrame, rng: np.random.Generator) -> list[str]:
    """One institution of every province in turn, then another of each."""
    shuffled = institutions.sample(fraction=1, shuffle=True, seed=int(rng.integers(2**31)))
    turns = shuffled.with_columns(turn=pl.int_range(pl.len()).over("province"))
    return turns.sort("turn", "province")["code"].to_list()


def _sizes(chosen: list[Sent], records: int, rng: np.random.Generator) -> list[int]:
    """Sizes that add up to the records; an institution files as much of a category each year."""
    alike = dict.fromkeys((institution, category, term.half) for institution, term, category in chosen)
    factors = dict(zip(alike, rng.lognormal(0, 0.4, len(alike)), strict=True))
    shares = np.array(
        [CATEGORIES[category] * factors[institution, category, term.half] for institution, term, category in chosen]
    )
    second = np.array([term.half == 2 for _, term, _ in chosen])
    shares = (
        np.where(second, _SECOND_HALF_SHARE, 1 - _SECOND_HALF_SHARE)
        * shares
        / np.where(second, shares[second].sum(), shares[~second].sum())
    )
    fewest = min(12, records // (2 * len(chosen)))
    sizes = fewest + (shares * (records - fewest * len(chosen))).astype(int)
    sizes[: records - sizes.sum()] += 1
    return [int(size) for size in sizes]


def _shape(place: int, term: Term, category: Category, *, text_only: bool) -> tuple[str, str, str]:
    format_, encoding = _FORMATS[place % len(_FORMATS)]
    if text_only and not encoding:
        format_, encoding = "csv", "utf-8"
    mainland = category in (Category.BACHELOR, Category.BACHELOR_ADULT)
    if category.level is Level.BACHELOR and term >= Term(2023, 2) and place % 3:
        layout = "new27"
    elif mainland and place % 6:
        layout = "dbf34"
        format_, encoding = (format_, encoding) if text_only else ("dbf", "gbk")
    else:
        layout = "named"
    return layout, format_, encoding


def _officials(chosen: list[Sent], rng: np.random.Generator) -> dict[str, tuple[str, str]]:
    """A president and a committee chair for each institution."""
    institutions = sorted({institution for institution, _, _ in chosen})
    sexes = rng.integers(1, 3, 2 * len(institutions))
    names = people.chinese_names(sexes, np.full(len(sexes), True), rng)["name"].to_list()
    return dict(zip(institutions, zip(names[::2], names[1::2], strict=True), strict=True))
