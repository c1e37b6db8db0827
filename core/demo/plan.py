"""Which filings the synthetic nation sends: institution, semester, category, format and size of each.

One filing is one institution's records of one category and semester. Must not know single records.
"""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from core import reference
from core.deadlines import Term, Workdays
from core.demo import people
from core.record import LAYOUTS
from core.vocabulary import Category, Level

FEWEST_FILES, MOST_FILES, RECORDS_PER_FILE = 60, 1300, 330
TERMS = tuple(Term(year, half) for year in (2023, 2024, 2025) for half in (1, 2))
CATEGORIES = {
    Category.DOCTOR: 0.5,
    Category.DOCTOR_PROFESSIONAL: 0.25,
    Category.MASTER: 1.4,
    Category.MASTER_EQUIVALENT: 0.5,
    Category.MASTER_PROFESSIONAL: 1.2,
    Category.BACHELOR: 6.0,
    Category.BACHELOR_ADULT: 2.0,
    Category.BACHELOR_INTERNATIONAL: 0.5,
}
"""The categories filed, with how big their filings are beside each other."""
GRADUATE_COLUMNS = tuple("DSXM LWLX LWTM LWGJC LWXTLY LWYJFX LWZXYZ QZXW QZXWNY MJ".split())
"""What graduate filings carry beyond the named layout."""

_SECOND_HALF_SHARE = 0.9
_MOST_WORKBOOKS, _BIGGEST_WORKBOOK = 60, 3000
_FORMATS = (
    ("csv", "utf-8"),
    ("xlsx", ""),
    ("csv", "gb18030"),
    ("csv", "utf-8-sig"),
    ("csv", "utf-16"),
    ("xlsx", ""),
    ("csv", "gb18030"),
    ("xls", ""),
    ("csv", "utf-8"),
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
"""What a big university files: kinds that let one person turn up in two filings."""
_ONE_KIND = (
    Category.BACHELOR,
    Category.MASTER,
    Category.BACHELOR_ADULT,
    Category.BACHELOR_INTERNATIONAL,
    Category.MASTER_EQUIVALENT,
    Category.BACHELOR,
    Category.DOCTOR,
    Category.MASTER_PROFESSIONAL,
    Category.BACHELOR_ADULT,
    Category.DOCTOR_PROFESSIONAL,
)
_INSTITUTE_KINDS = (Category.MASTER, Category.DOCTOR)


@dataclass(frozen=True)
class Filing:
    """One file to be written. `days` are its three conferral days, `day_off` a day nobody works among them.

    `serial` and `number` are where its certificate serials and its people begin.
    """

    file: str
    term: Term
    institution: str
    category: Category
    format: str
    layout: str
    encoding: str
    records: int
    days: tuple[date, date, date]
    day_off: date
    serial: int
    number: int
    officials: tuple[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """The filed codes, in file order."""
        codes = LAYOUTS[self.layout].codes
        return codes if self.category.level is Level.BACHELOR else (*codes, *GRADUATE_COLUMNS)

    @property
    def plain(self) -> bool:
        """Whether the format cannot carry rare characters."""
        return self.format in ("dbf", "xls")


def filings(records: int, rng: np.random.Generator) -> list[Filing]:
    """All filings of a nation of so many records, in the order in which they are received."""
    count = int(np.clip(records // RECORDS_PER_FILE, FEWEST_FILES, MOST_FILES))
    chosen = sorted(_chosen(count, rng), key=lambda each: (each[1], each[0], each[2]))
    sizes = _sizes(chosen, records, rng)
    workdays = Workdays.load()
    used = dict.fromkeys(((institution, category.level) for institution, _, category in chosen), 0)
    names = _officials(chosen, rng)
    every = max(1, -(-count // _MOST_WORKBOOKS // 2))
    planned, number = [], 0
    for place, ((institution, term, category), size) in enumerate(zip(chosen, sizes, strict=True)):
        bulky = size > _BIGGEST_WORKBOOK or place % every
        layout, format_, encoding = _shape(place // every, term, category, text_only=bool(bulky))
        days, day_off = _days(term, workdays, rng)
        planned.append(
            Filing(
                f"{term.code}_{institution}_{category.value}.{format_}",
                term,
                institution,
                category,
                format_,
                layout,
                encoding,
                size,
                days,
                day_off,
                used[institution, category.level],
                number,
                names[institution],
            )
        )
        used[institution, category.level] += size
        number += size
    return planned


def _chosen(count: int, rng: np.random.Generator) -> list[tuple[str, Term, Category]]:
    institutions = reference.load().table("institutions")
    kinds = dict(institutions.select("code", "kind").iter_rows())
    order = _round_the_nation(institutions, rng)
    number = max(len(set(institutions["province"])) + 3, int(count * 0.65))
    schools = [code for code in order if kinds[code] == "school"]
    chosen: dict[tuple[str, Term, Category], None] = {}
    for school in schools:
        for term, category in _EVERY_KIND:
            if len(chosen) < count - number:
                chosen[school, term, category] = None
    several = {institution for institution, _, _ in chosen}
    for place, institution in enumerate(code for code in itertools.cycle(order) if code not in several):
        if len(chosen) == count:
            break
        pool = _ONE_KIND if kinds[institution] == "school" else _INSTITUTE_KINDS
        turn, again = place, place // len(order)
        term = Term(2023 + (turn // 4 + again) % 3, 1 if turn % 4 == 3 else 2)
        chosen[institution, term, pool[(turn + again) % len(pool)]] = None
    return list(chosen)


def _round_the_nation(institutions: pl.DataFrame, rng: np.random.Generator) -> list[str]:
    """One institution of every province in turn, then another of each."""
    shuffled = institutions.sample(fraction=1, shuffle=True, seed=int(rng.integers(2**31)))
    turns = shuffled.with_columns(turn=pl.int_range(pl.len()).over("province"))
    return turns.sort("turn", "province")["code"].to_list()


def _sizes(chosen: list[tuple[str, Term, Category]], records: int, rng: np.random.Generator) -> list[int]:
    shares = np.array([CATEGORIES[category] for _, _, category in chosen]) * rng.lognormal(
        0, 0.4, len(chosen)
    )
    second = np.array([term.half == 2 for _, term, _ in chosen])
    shares = (
        np.where(second, _SECOND_HALF_SHARE, 1 - _SECOND_HALF_SHARE)
        * shares
        / np.where(second, shares[second].sum(), shares[~second].sum())
    )
    fewest = min(12, records // (2 * len(chosen)))
    sizes = fewest + (shares * (records - fewest * len(chosen))).astype(int)
    sizes[np.argmax(sizes)] += records - sizes.sum()
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


def _days(term: Term, workdays: Workdays, rng: np.random.Generator) -> tuple[tuple[date, date, date], date]:
    first = date(term.year + 1, 6, 12) if term.half == 2 else date(term.year, 12, 8)
    window = [first + timedelta(days=offset) for offset in range(18)]
    working = [day for day in window if workdays.is_workday(day)]
    days = sorted(working[place] for place in rng.choice(len(working), 3, replace=False))
    return (days[0], days[1], days[2]), workdays.days_off(window[0], window[-1])[0]


def _officials(
    chosen: list[tuple[str, Term, Category]], rng: np.random.Generator
) -> dict[str, tuple[str, str]]:
    """A president and a committee chair for each institution."""
    institutions = sorted({institution for institution, _, _ in chosen})
    sexes = rng.integers(1, 3, 2 * len(institutions))
    names = people.chinese_names(sexes, np.full(len(sexes), True), rng)["name"].to_list()
    return dict(zip(institutions, zip(names[::2], names[1::2], strict=True), strict=True))
