"""The photos that come with a filing (电子照片): looked at one at a time, and found to be whose they are.

Serves article 2: the photo is part of the certificate. Nothing is unpacked to disk, whatever a zip calls its members.
Must not know rules, the database or statuses.
"""

import hashlib
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

import polars as pl
from PIL import ExifTags, Image, ImageStat

from core import cell
from core.errors import BadRequest
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
MOST_FILES = 50_000
MOST_BYTES = 4_000_000_000
LARGEST = 5 * 1024**2
MOST_PIXELS = 25_000_000
"""What is taken at once: files, and bytes unpacked. A photo above so many bytes or pixels is never decoded."""

_MOST_SCANS, _SCAN = 100, b"\xff\xda"
"""A progressive JPEG of thousands of scans would be decoded for minutes; real ones have about ten."""
_THUMBNAIL = (48, 64)
_TURNED = (5, 6, 7, 8)
_JUNK = ("thumbs.db", "desktop.ini", "__macosx")
_BLOCK = 1024**2
_UNREADABLE = (False, None, None, None)
_NOT_DECODED = (
    OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, EOFError, struct.error, zlib.error,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)
"""What Pillow raises over damaged bytes."""
_NOT_UNPACKED = (
    OSError, ValueError, EOFError, RuntimeError, OverflowError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile,
)
"""What zipfile raises over damaged zips, and over ways of packing it does not know."""

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

    def whole(self) -> dict[str, int]:
        """Facts of the filing as such, some of facts.WHOLE."""
        return {"whole_photos_unmatched": self.unmatched, "whole_photos_ambiguous": self.ambiguous}


def inspect(source: Path) -> pl.DataFrame:
    """Look at every photo of a folder or zip (PHOTOS, by name), holding one at a time; what systems add is passed over.

    Raises BadRequest for anything else, a zip that is damaged or has a password, or too much at once.
    """
    seen = _in_folder(source) if source.is_dir() else _in_zip(source)
    photos = pl.DataFrame(seen, {name: kind for name, kind in PHOTOS.items() if name != "stem"}, orient="row")
    return photos.with_columns(stem=_stem("file_name")).select(*PHOTOS).sort("file_name", "sha256")


def matched(photos: pl.DataFrame, people: pl.DataFrame) -> Matched:
    """Find each photo's record by the file name filed, the ID number, the certificate or the student number.

    `photos` has PHOTOS; `people` has row, id_number, certificate, XH and ZP. The first of these that is anybody's
    decides. A photo that fits several persons belongs to none; one that fits several records of one person is all
    theirs. Of several photos of a record the first by name counts.
    """
    ordered = photos.sort("file_name", "sha256").with_row_index("place")
    keys = _keys(people).join(ordered, on="stem", how="semi")
    keys = keys.filter(pl.col("kind") == pl.col("kind").min().over("stem"))
    shared = pl.col("person").n_unique().over("stem") > 1
    ambiguous = ordered.join(keys.filter(shared), on="stem", how="semi")
    owners = keys.filter(~shared).unique(["stem", "row"])
    own = ordered.join(owners, on="stem").sort("row", "place").with_columns(
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
    return Matched(facts, pairs, photos.height - ambiguous.height - own["place"].n_unique(), ambiguous.height)


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


def _in_folder(source: Path) -> list[tuple]:
    try:
        found = [(path, size) for path, size in _files(source) if not _is_junk(path.relative_to(source).parts)]
        _refuse_too_much(len(found), sum(size for _, size in found))
        seen = []
        for path, _ in found:
            with path.open("rb") as photo:
                seen.append((_name(os.fsencode(path.relative_to(source))), *_look(photo)))
    except OSError:
        raise BadRequest(
            "文件夹里有无法读取的文件，请检查读取权限后重试。", "The folder has files that cannot be read; check its permissions."
        ) from None
    return seen


def _files(source: Path) -> Iterator[tuple[Path, int]]:
    """Regular files below a folder with their size; links are not followed, so nothing outside it is read."""
    def refuse(fault: OSError) -> None:
        raise fault

    for folder, _, names in os.walk(source, onerror=refuse):
        for path in (Path(folder, name) for name in names):
            told = path.lstat()
            if stat.S_ISREG(told.st_mode):
                yield path, told.st_size


def _in_zip(source: Path) -> list[tuple]:
    try:
        with zipfile.ZipFile(source) as packed:
            listed = packed.infolist()
            _refuse_too_much(len(listed), sum(each.file_size for each in listed))
            if any(each.flag_bits & 1 for each in listed):
                raise BadRequest(
                    "照片压缩包设有密码，请去掉密码后重新打包。", "The zip of photos has a password; pack it again without one."
                )
            seen = []
            for each in listed:
                name = _member_name(each)
                if each.filename.endswith("/") or _is_junk(tuple(name.split("/"))):
                    continue
                with packed.open(each) as photo:
                    seen.append((name, *_look(photo)))
    except _NOT_UNPACKED:  # not chained: its words may quote file names, which are ID numbers
        raise BadRequest(
            "照片须放在一个文件夹或zip压缩包里，这个文件不是zip，或者不完整、已损坏，请重新打包为普通zip。",
            "Photos come as a folder or a zip; this is no zip, or an incomplete or damaged one. Pack it again as a plain zip.",
        ) from None
    return seen


def _refuse_too_much(files: int, size: int) -> None:
    if files > MOST_FILES:
        raise BadRequest(
            f"照片压缩包或文件夹里有{files}个文件，一次最多{MOST_FILES}个，请分成几包。",
            f"There are {files} files; at most {MOST_FILES} are taken at once. Split them into several zips.",
        )
    if size > MOST_BYTES:
        raise BadRequest(
            f"照片解压后超过{MOST_BYTES // 10**9} GB，请分成几包。",
            f"The photos are more than {MOST_BYTES // 10**9} GB unpacked; split them into several zips.",
        )


def _member_name(member: zipfile.ZipInfo) -> str:
    """A member's name; without the mark of UTF-8 zipfile reads bytes as code page 437, as nobody here means."""
    return _name(member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437"))


def _name(raw: bytes) -> str:
    """A file name of UTF-8, or else of GBK, that leads nowhere: no drive, root or way up."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    parts = text.replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", ".", "..") and not part.endswith(":"))


def _is_junk(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part.lower() in _JUNK for part in parts)


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
