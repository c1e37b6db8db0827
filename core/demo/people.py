"""Invented people: who they are and what their documents say, a whole batch at a time.

Citizen numbers follow GB 11643-1999 (weights, check character, parity of sex), but their region is a whole
province or prefecture, which no living person's number has. Must not know filings or faults.
"""

from functools import cache

import numpy as np
import polars as pl

from core import reference
from core.demo import words

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_KEPT, _INVERSE = (8, 4, 2), 7
"""Weights of the three digits of a sequence, and what undoes the first of them modulo 11."""
SLOTS = 256
"""People alike in region, sequence and sex are told apart by their birth date's remainder by this."""
_UNDIVIDED = ("441900", "442000", "460400", "620200")
"""Cities without districts: the only prefectures whose code people's numbers may begin with."""
_SURNAME_COUNT = len(words.SURNAMES)
_SURNAME_SHARES = np.array([1 / (rank + 6) for rank in range(_SURNAME_COUNT)])
VISITORS = {
    "hongkong": ("04", "344"),
    "macao": ("04", "446"),
    "taiwan": ("05", "158"),
    "resident": ("08", "344"),
}
"""People from outside the mainland: document type and region code by kind."""


def draw(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Give each row a name, sex, ethnic group, country and document, without birth dates.

    `people` has number (unique over the nation), kind (mainland, foreign, or one of VISITORS) and plain (true
    where the file's format, or that of a record copied from it, cannot carry rare characters). Adds name, pinyin, sex, ethnic, political, country,
    id_type, region, sequence, slot.
    """
    count = people.height
    sex = rng.integers(1, 3, count)
    frame = people.with_columns(
        _regions(people["number"].to_numpy(), sex), sex=pl.Series(sex).cast(pl.String)
    )
    names = chinese_names(sex, people["plain"].to_numpy(), rng)
    minority = _pick_minority(count, rng)
    abroad = _pick_foreign(count, rng)
    foreign, elsewhere = pl.col("kind") == "foreign", pl.col("kind").is_in(list(VISITORS))
    few = pl.Series(rng.random(count) < 0.012) & (people["kind"] == "mainland")
    groups = np.array(words.ETHNIC_GROUPS)
    ethnic = groups[np.where(rng.random(count) < 0.91, 0, rng.integers(1, len(groups), count))]
    political = np.array(["03", "01", "02", "13"])[rng.choice(4, count, p=[0.7, 0.14, 0.06, 0.1])]
    return frame.with_columns(
        name=pl.when(foreign)
        .then(abroad["name"])
        .when(few)
        .then(minority["name"])
        .otherwise(names["name"]),
        pinyin=pl.when(foreign)
        .then(abroad["pinyin"])
        .when(few)
        .then(minority["pinyin"])
        .otherwise(names["pinyin"]),
        sex=pl.when(foreign).then(abroad["sex"]).otherwise("sex"),
        ethnic=pl.when(foreign | elsewhere)
        .then(None)
        .when(few)
        .then(minority["ethnic"])
        .otherwise(pl.Series(ethnic)),
        political=pl.when(~foreign & ~elsewhere).then(pl.Series(political)),
        country=pl.when(foreign).then(abroad["country"]).otherwise(_by_kind(1, "156")),
        id_type=pl.when(foreign).then(pl.lit("06")).otherwise(_by_kind(0, "01")),
        sequence=pl.when(foreign).then(pl.lit("000")).otherwise("sequence"),
    )


def citizen_number(region: pl.Expr, born: pl.Expr, sequence: pl.Expr) -> pl.Expr:
    """The 18 characters of a citizen number: region, birth date, sequence and the check character."""
    body = region + born.dt.strftime("%Y%m%d") + sequence
    return body + check_character(body)


def check_character(body: pl.Expr) -> pl.Expr:
    """The eighteenth character of a citizen number, from its seventeen digits."""
    total = pl.sum_horizontal(
        body.str.slice(place, 1).cast(pl.Int32) * weight for place, weight in enumerate(_WEIGHTS)
    )
    return pl.lit("10X98765432").str.slice(total % 11, 1)


def document_number() -> pl.Expr:
    """The number on each row's document, from id_type, number, region, born and sequence."""
    serial = pl.col("number").cast(pl.String)
    permit = pl.when(pl.col("country") == "446").then(pl.lit("M")).otherwise(pl.lit("H"))
    return (
        pl.when(pl.col("id_type") == "04")
        .then(permit + serial.str.zfill(8))
        .when(pl.col("id_type") == "05")
        .then(serial.str.zfill(8))
        .when(pl.col("id_type") == "06")
        .then(pl.lit("ZZ") + serial.str.zfill(8))
        .when(pl.col("id_type") == "08")
        .then(citizen_number(pl.lit("810000"), pl.col("born"), pl.col("sequence")))
        .otherwise(citizen_number(pl.col("region"), pl.col("born"), pl.col("sequence")))
    )


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
    return pl.DataFrame(
        {"name": hanzi[0] + hanzi[1] + hanzi[2], "pinyin": latin[0] + " " + latin[1] + latin[2]}
    )


def _by_kind(part: int, otherwise: str) -> pl.Expr:
    table = {kind: pair[part] for kind, pair in VISITORS.items()}
    return pl.col("kind").replace_strict(table, default=otherwise, return_dtype=pl.String)


def _regions(number: np.ndarray, sex: np.ndarray) -> list[pl.Series]:
    """Region, sequence and slot: no two of the first 3.9 million numbers share all three and the sex."""
    men, women = _places(1), _places(2)
    size = min(len(men), len(women))
    block, within = np.divmod(number, size)
    if block.max(initial=0) >= SLOTS:
        raise ValueError(f"more people than {size * SLOTS} citizen numbers")
    chosen = np.where(sex == 1, men[within], women[within])
    return [
        pl.Series("region", chosen // 1000).cast(pl.String),
        pl.Series("sequence", chosen % 1000).cast(pl.String).str.zfill(3),
        pl.Series("slot", (block + within) % SLOTS),
    ]


@cache
def _places(sex: int) -> np.ndarray:
    """Regions with sequences of a sex, as numbers of nine digits, neighbours far apart.

    Their weighted sums are alike modulo 11, so that no two with one birth date are one slip of the pen apart.
    """
    codes = reference.load().table("areas")["code"].unique().sort()
    whole = codes.filter(codes.str.ends_with("00") & codes.str.contains("^[1-6]") & ~codes.is_in(_UNDIVIDED))
    regions = whole.shuffle(seed=1).cast(pl.Int64).to_numpy()
    digits = [regions // 10**place % 10 for place in range(5, -1, -1)]
    weighed = sum(digit * weight for digit, weight in zip(digits, _WEIGHTS[:6], strict=True))
    rows = []
    for tens in range(10):
        for ones in range(sex % 2, 10, 2):
            hundreds = -(weighed + tens * _KEPT[1] + ones * _KEPT[2]) * _INVERSE % 11
            sequence = hundreds * 100 + tens * 10 + ones
            rows.append((regions * 1000 + sequence)[(hundreds < 10) & (sequence > 0)])
    return np.concatenate(rows)


def _draw(pool: list[str], count: int, rng: np.random.Generator) -> np.ndarray:
    return np.array(pool)[rng.integers(0, len(pool), count)]


def _pick_minority(count: int, rng: np.random.Generator) -> pl.DataFrame:
    pairs = [pair.split(":") for pair in words.MINORITY]
    known = pl.DataFrame(
        {
            "name": [pair[0] for pair in pairs],
            "pinyin": [pair[1] for pair in pairs],
            "ethnic": words.MINORITY_CODES,
        }
    )
    return known[rng.integers(0, known.height, count)]


def _pick_foreign(count: int, rng: np.random.Generator) -> pl.DataFrame:
    rows = [text.split(":") for text in words.FOREIGN]
    known = pl.DataFrame(rows, schema=["name", "country", "sex"], orient="row")
    return known.with_columns(pinyin="name")[rng.integers(0, known.height, count)]
