"""The photos that come with a filing (电子照片): looked at one at a time, and found to be whose they are.

Serves article 2: the photo is part of the certificate. Must not know rules, the database or statuses.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

import polars as pl
from PIL import ExifTags, Image, ImageStat

from core import cell, photo_files
from core.values import PLACEHOLDERS

PHOTOS: dict[str, pl.DataType] = {
    "file_name": pl.String(), "stem": pl.String(), "sha256": pl.String(), "size": pl.Int64(), "readable": pl.Boolean(),
    "width": pl.UInt32(), "height": pl.UInt32(), "contrast": pl.Float64(),
}
"""Photos as `inspect` finds them.

file_name: with its folders inside the source. stem: the name alone, half width and upper case. size: bytes.
readable: a JPEG that decodes to its end; only then are the others told. width, height: pixels as shown, orientation
applied. contrast: standard deviation of the brightness of a small grey copy, 0 to 127.
"""
LARGEST = 5 * 1024**2
MOST_PIXELS = 25_000_000
"""A photo above so many bytes or pixels is never decoded."""

_MOST_SCANS, _SCAN = 100, b"\xff\xda"
"""A progressive JPEG of thousands of scans would be decoded for minutes; real ones have about ten."""
_THUMBNAIL = (48, 64)
_TURNED = (5, 6, 7, 8)
_BLOCK = 1024**2
_UNREADABLE = (False, None, None, None)
_NOT_DECODED = (
    OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, EOFError, struct.error, zlib.error,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)
"""What Pillow raises over damaged bytes."""

_EXTENSION = r"\.[A-Z][A-Z0-9]{0,4}$"


@dataclass(frozen=True)
class Matched:
    """Whose the photos are.

    `facts` has a line for every record: row, and the photo facts of facts.KNOWN. `pairs` has a line for every record
    with a photo: row, sha256, file_name, width, height, size, contrast of the one that counts. `unmatched` photos fit
    no record, `ambiguous` ones those of several persons.
    """

    facts: pl.DataFrame
    pairs: pl.DataFrame
    unmatched: int
    ambiguous: int

    def within(self, start: int, rows: int, *, first: bool) -> "Matched":
        """What is of the records numbered from above `start` to so many rows later, numbered from 1; what is nobody's
        only of the first."""
        facts, pairs = (
            each.filter(pl.col("row").is_between(start + 1, start + rows)).with_columns(pl.col("row") - start)
            for each in (self.facts, self.pairs)
        )
        return Matched(facts, pairs, self.unmatched * first, self.ambiguous * first)

    def whole(self) -> dict[str, int]:
        """Facts of the filing as such, some of facts.WHOLE."""
        return {"whole_photos_unmatched": self.unmatched, "whole_photos_ambiguous": self.ambiguous}


def inspect(source: Path, done: Callable[[], None] = lambda: None) -> pl.DataFrame:
    """Look at every photo of a folder or zip (PHOTOS, by name), holding one at a time; what systems add is passed over.

    `done` is told after each. Raises BadRequest for anything else, a zip that is damaged or has a password, or too much
    at once.
    """

    def look(name: str, photo: IO[bytes]) -> tuple:
        told = (name, *_look(photo))
        done()
        return told

    seen = photo_files.through(source, look)
    photos = pl.DataFrame(seen, {name: kind for name, kind in PHOTOS.items() if name != "stem"}, orient="row")
    return photos.with_columns(stem=_stem("file_name")).select(*PHOTOS).sort("file_name", "sha256")


def matched(photos: pl.DataFrame, people: pl.DataFrame) -> Matched:
    """Find each photo's record by the file name filed, the ID number, the certificate or the student number.

    `photos` has PHOTOS; `people` has row, id_number, certificate, XH and ZP. The first of these that is anybody's
    decides. A photo that fits several persons belongs to none; one that fits several records of one person is all
    theirs. Of several photos of a record the first by name counts.
    """
    owned = owners(photos, people)
    own = owned.drop_nulls("row").sort("row", "place").with_columns(
        twin=pl.col("person").n_unique().over("sha256") > 1
    )
    first = own.group_by("row", maintain_order=True).agg(
        pl.len().cast(pl.UInt32).alias("known_photos"), pl.col("twin").any(),
        pl.col("sha256", "file_name", "readable", "width", "height", "size", "contrast").first(),
    )
    facts = people.select("row").join(first, on="row", how="left", maintain_order="left").select(
        "row", pl.col("known_photos").fill_null(0), known_photo_readable="readable", known_photo_width="width",
        known_photo_height="height", known_photo_bytes=pl.col("size").cast(pl.UInt32), known_photo_contrast="contrast",
        known_photo_twin="twin",
    )
    pairs = first.select("row", "sha256", "file_name", "width", "height", "size", "contrast")
    ambiguous = owned["shared"].sum()
    return Matched(facts, pairs, photos.height - ambiguous - own["place"].n_unique(), ambiguous)


def owners(photos: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Each photo with the records it is of, as `matched` finds them: PHOTOS, place (its own by name), row and person (of
    every record it is of; null where it is nobody's), shared (it fits several persons, and so is nobody's)."""
    ordered = photos.sort("file_name", "sha256").with_row_index("place")
    keys = _keys(people).join(ordered, on="stem", how="semi")
    keys = keys.filter(pl.col("kind") == pl.col("kind").min().over("stem"))
    several = pl.col("person").n_unique().over("stem") > 1
    shared = keys.filter(several).select("stem", shared=pl.lit(True)).unique()
    theirs = keys.filter(~several).unique(["stem", "row"]).select("stem", "row", "person")
    return (
        ordered.join(theirs, on="stem", how="left", maintain_order="left").join(shared, on="stem", how="left", maintain_order="left")
        .with_columns(pl.col("shared").fill_null(False))
    )


def _keys(people: pl.DataFrame) -> pl.DataFrame:
    """Every name a photo of somebody may have: stem, kind (the order they are tried in), row, person."""
    number = cell.half_width(pl.col("id_number"))
    told = number.is_not_null() & ~number.is_in(PLACEHOLDERS)
    # The check character counts for nothing, as in `values`: one person may be filed with and without a slip in it.
    person = pl.when(told).then(number.str.replace(r"^(\d{17})[\dX]$", "${1}")).otherwise(pl.format("row {}", "row"))
    names = [_stem("ZP"), number, cell.half_width(pl.col("certificate")), cell.half_width(pl.col("XH"))]
    keys = pl.concat(
        people.select(name.alias("stem"), pl.lit(kind).alias("kind"), "row", person.alias("person"))
        for kind, name in enumerate(names)
    )
    return keys.filter(~pl.col("stem").is_in(PLACEHOLDERS))


def _stem(column: str) -> pl.Expr:
    text = cell.half_width(pl.col(column)).str.replace(r"^.*[/\\]", "").str.replace(_EXTENSION, "")
    return pl.when(text != "").then(text)


def _look(photo: IO[bytes]) -> tuple:
    """sha256, size, readable, width, height, contrast of one file, read to its end whatever its size was said to be."""
    digest, size, kept = hashlib.sha256(), 0, bytearray()
    while block := photo.read(_BLOCK):
        digest.update(block)
        size += len(block)
        if size <= LARGEST:
            kept += block
    return digest.hexdigest(), size, *(_UNREADABLE if size > LARGEST else _decoded(bytes(kept)))


def _decoded(content: bytes) -> tuple[bool, int | None, int | None, float | None]:
    if content.count(_SCAN) > _MOST_SCANS:
        return _UNREADABLE
    try:
        with Image.open(BytesIO(content), formats=("JPEG",)) as photo:
            width, height = photo.size
            if width * height > MOST_PIXELS:
                return _UNREADABLE
            if photo.getexif().get(ExifTags.Base.Orientation) in _TURNED:
                width, height = height, width
            photo.draft("L", _THUMBNAIL)  # an eighth of each side is enough, and still reads every byte
            grey = photo.convert("L")
    except _NOT_DECODED:
        return _UNREADABLE
    grey.thumbnail(_THUMBNAIL)
    return True, width, height, ImageStat.Stat(grey).stddev[0]
