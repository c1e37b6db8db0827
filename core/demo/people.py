"""Invented people: who they are and what their documents say, a whole batch at a time.

Citizen numbers follow GB 11643-1999 (weights, check character, parity of sex) with region codes in which the
prefecture part, 71 to 89, was never assigned to any place. Must not know filings or faults.
"""

import numpy as np
import polars as pl

from core.demo import words

_PROVINCES = np.array(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65".split()
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_COUNTIES, _PREFECTURES, _SEQUENCES = 32, 19, 499
_SURNAME_COUNT = len(words.SURNAMES)
_SURNAME_SHARES = np.array([1 / (rank + 6) for rank in range(_SURNAME_COUNT)])
VISITORS = {"hongkong": ("04", "344"), "macao": ("04", "446"), "taiwan": ("05", "158"), "resident": ("08", "344")}
"""People from outside the mainland: document type and region code by kind."""


def draw(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Give each row a name, sex, ethnic group, country and document, without birth dates.

    `people` has number (unique over the nation), kind (mainland, foreign, or one of VISITORS) and plain (true
    where the file's format cannot carry rare characters). Adds name, pinyin, sex, ethnic, political, country,
    id_type, region, sequence.
    """
    count = people.height
    sex = rng.integers(1, 3, count)
    frame = people.with_columns(_regions(people["number"].to_numpy(), sex), sex=pl.Series(sex).cast(pl.String))
    names = chinese_names(sex, people["plain"].to_numpy(), rng)
    minority = _pick_minority(count, rng)
    abroad = _pick_foreign(count, rng)
    foreign, elsewhere = pl.col("kind") == "foreign", pl.col("kind").is_in(list(VISITORS))
    few = pl.Series(rng.random(count) < 0.012) & (people["kind"] == "mainland")
    groups = np.array(words.ETHNIC_GROUPS)
    ethnic = groups[np.where(rng.random(count) < 0.91, 0, rng.integers(1, len(groups), count))]
    political = np.array(["03", "01", "02", "13"])[rng.choice(4, count, p=[0.7, 0.14, 0.06, 0.1])]
    return frame.with_columns(
        name=pl.when(foreign).then(abroad["name"]).when(few).then(minority["name"]).otherwise(names["name"]),
        pinyin=pl.when(foreign).then(abroad["pinyin"]).when(few).then(minority["pinyin"]).otherwise(names["pinyin"]),
        sex=pl.when(foreign).then(abroad["sex"]).otherwise("sex"),
        ethnic=pl.when(foreign | elsewhere).then(None).when(few).then(minority["ethnic"]).otherwise(pl.Series(ethnic)),
        political=pl.when(~foreign & ~elsewhere).then(pl.Series(political)),
        country=pl.when(foreign).then(abroad["country"]).otherwise(_by_kind(1, "156")),
        id_type=pl.when(foreign).then(pl.lit("06")).otherwise(_by_kind(0, "01")),
        sequence=pl.when(foreign).then(pl.lit("000")).otherwise("sequence"),
    )


def citizen_number(region: pl.Expr, born: pl.Expr, sequence: pl.Expr) -> pl.Expr:
    """The 18 characters of a citizen number from its region, birth date and sequence, check character included."""
    body = region + born.dt.strftime("%Y%m%d") + sequence
    total = pl.sum_horizontal(
        body.str.slice(place, 1).cast(pl.Int32) * weight for place, weight in enumerate(_WEIGHTS)
    )
    return body + pl.lit("10X98765432").str.slice(total % 11, 1)


def document_number() -> pl.Expr:
    """The number on each row's document, from id_type, number, region, born and sequence."""
    serial = pl.col("number").cast(pl.String)
    permit = pl.when(pl.col("country") == "446").then(pl.lit("M")).otherwise(pl.lit("H"))
    return (
        pl.when(pl.col("id_type") == "04").then(permit + serial.str.zfill(8))
        .when(pl.col("id_type") == "05").then(serial.str.zfill(8))
        .when(pl.col("id_type") == "06").then(pl.lit("ZZ") + serial.str.zfill(8))
        .when(pl.col("id_type") == "08")
        .then(citizen_number(pl.lit("810000"), pl.col("born"), pl.col("sequence")))
        .otherwise(citizen_number(pl.col("region"), pl.col("born"), pl.col("sequence")))
    )


def official(number: int) -> str:
    """A president's or chair's name, always the same for the same number."""
    rng = np.random.default_rng(number)
    one = chinese_names(rng.integers(1, 3, 1), np.array([True]), rng)
    return one["name"][0]


def chinese_names(sex: np.ndarray, plain: np.ndarray, rng: np.random.Generator) -> pl.DataFrame:
    """Names of people of these sexes with their pinyin; `plain` ones have no rare characters."""
    count = len(sex)
    shares = _SURNAME_SHARES / _SURNAME_SHARES.sum()
    surname = np.array(words.SURNAMES)[rng.choice(_SURNAME_COUNT, count, p=shares)]
    male, female = (_draw(pool, count, rng) for pool in (words.GIVEN_MALE, words.GIVEN_FEMALE))
    last = np.where(sex == 1, male, female)
    last = np.where(~plain & (rng.random(count) < 0.01), _draw(words.RARE, count, rng), last)
    middle = np.where(rng.random(count) < 0.8, _draw(words.GIVEN_SHARED, count, rng), "")
    parts = [pl.Series(part) for part in (surname, middle, last)]
    hanzi = [part.str.replace(r"[A-Z]+$", "") for part in parts]
    latin = [part.str.extract(r"([A-Z]+)$").fill_null("") for part in parts]
    return pl.DataFrame({"name": hanzi[0] + hanzi[1] + hanzi[2], "pinyin": latin[0] + " " + latin[1] + latin[2]})


def _by_kind(part: int, otherwise: str) -> pl.Expr:
    table = {kind: pair[part] for kind, pair in VISITORS.items()}
    return pl.col("kind").replace_strict(table, default=otherwise, return_dtype=pl.String)


def _regions(number: np.ndarray, sex: np.ndarray) -> list[pl.Series]:
    """Region and sequence that no two numbers share (up to nine million), whatever their birth dates."""
    sequence = number % _SEQUENCES * 2 + np.where(sex == 1, 1, 2)
    block, within = np.divmod(number, _SEQUENCES * _COUNTIES * _PREFECTURES)
    place = within // _SEQUENCES
    province = _PROVINCES[(within * 7919 % 9973 + block) % len(_PROVINCES)]
    region = pl.Series("region", province) + pl.Series(place // _COUNTIES + 71).cast(pl.String)
    county = pl.Series(place % _COUNTIES + 21).cast(pl.String)
    return [(region + county).alias("region"), pl.Series("sequence", sequence).cast(pl.String).str.zfill(3)]


def _draw(pool: list[str], count: int, rng: np.random.Generator) -> np.ndarray:
    return np.array(pool)[rng.integers(0, len(pool), count)]


def _pick_minority(count: int, rng: np.random.Generator) -> pl.DataFrame:
    pairs = [pair.split(":") for pair in words.MINORITY]
    known = pl.DataFrame(
        {"name": [pair[0] for pair in pairs], "pinyin": [pair[1] for pair in pairs], "ethnic": words.MINORITY_CODES}
    )
    return known[rng.integers(0, known.height, count)]


def _pick_foreign(count: int, rng: np.random.Generator) -> pl.DataFrame:
    rows = [text.split(":") for text in words.FOREIGN]
    known = pl.DataFrame(rows, schema=["name", "country", "sex"], orient="row")
    return known.with_columns(pinyin="name")[rng.integers(0, known.height, count)]
