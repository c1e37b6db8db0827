"""去标识: rows of single records for those who analyse and see no record: pseudonyms instead of persons (article 4).

Must not know who looks, nor where a table came from.
"""

import hashlib
import os
import secrets
from functools import lru_cache
from pathlib import Path

import polars as pl

from core.masking import ID_NUMBER, VALUES

PERSONAL = frozenset({
    "XM", "XMPY", "CSRQ", ID_NUMBER, "KSH", "XH", "XWZSBH", "ZP", "BZ", "QQHM", "WXZH", "DZYX", "DSXM", "XZXM", "ZXXM", "LWTM",
})
"""Fields whose content tells of a person, or may."""
_NAMED = ("name", "certificate_no", "person")
_WITHHELD = ("photo", "sha256", "former_sha256", "file_name")
_FILE = "pseudonym.key"


def without_persons(found: pl.DataFrame, folder: Path) -> pl.DataFrame:
    """Rows of single records without the persons: names and numbers as pseudonyms, of a birth date the year alone, and neither
    photos, file names nor what was filed in a personal field. `folder` is the store's. Tables of other things stay as they are."""
    if "record_id" not in found.columns:
        return found
    key = key_of(folder)
    shown = [
        pl.col(name).map_elements(lambda told: pseudonym(key, told), pl.String).alias(name) for name in _NAMED if name in found.columns
    ]
    shown += [pl.lit(None, pl.String).alias(name) for name in _WITHHELD if name in found.columns]
    if "born" in found.columns:
        shown.append(pl.col("born").dt.year().alias("born"))
    if "field" in found.columns:
        theirs = ~pl.col("field").is_in(PERSONAL)
        shown += [pl.when(theirs).then(pl.col(name)).alias(name) for name in VALUES if name in found.columns]
    return found.with_columns(shown)


def pseudonym(key: str, told: str) -> str:
    """What stands for a person's name or number: the same for the same, and not to be found out without the key."""
    return hashlib.sha256(f"{key}{told}".encode()).hexdigest()[:16]


@lru_cache(maxsize=8)
def key_of(folder: Path) -> str:
    """The key of a store's pseudonyms, made when first asked for. It lies beside the store and in no backup."""
    path = folder / _FILE
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text()
