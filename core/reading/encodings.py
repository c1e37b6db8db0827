"""The encodings filings come in (字符编码): telling them apart, and turning them into UTF-8.

Source: domain notes §10.1. Must not know columns or rows.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import polars as pl

from core.errors import UnreadableFiling

BLOCK = 256 * 1024
"""Bytes read at a time: small enough to stay in the processor's cache, which is most of the speed."""

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

# Two-byte codes that the table of 2000 put into the private use area and later standards assigned.
_CODES = (
    "FE51 FE52 FE53 FE59 FE61 FE66 FE67 FE6C FE6D FE76 FE7E FE90 FE91 FEA0 A8BC "
    "A6D9 A6DA A6DB A6DC A6DD A6DE A6DF A6EC A6ED A6F3"
).split()
_POINTS = (
    "20087 20089 200CC 9FB4 9FB5 9FB6 9FB7 215D7 9FB8 2298F 9FB9 9FBA 241FE 9FBB 1E3F "
    "FE10 FE11 FE12 FE13 FE14 FE15 FE16 FE17 FE18 FE19"
).split()
_STANDARD = {
    bytes.fromhex(code).decode("gb18030"): chr(int(point, 16)) for code, point in zip(_CODES, _POINTS, strict=True)
}
_PRIVATE = re.compile(f"[{''.join(_STANDARD)}]")


class DecodingError(ValueError):
    """Bytes at `position` (from 0, without a byte order mark) that the encoding does not have."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def settle(path: Path, chosen: str | None) -> str:
    """Tell a text file's encoding: as chosen, else by its byte order mark, else UTF-8 if all of it is, else GB18030.

    A UTF-8 file is "utf-8-sig" exactly when it has the mark. Raises DecodingError for bad bytes in UTF-8.
    """
    with path.open("rb") as file:
        start = file.read(3)
    marked = next((encoding for bom, encoding in _BOMS.items() if start.startswith(bom)), None)
    encoding = chosen or marked
    if encoding in ("gb18030", "utf-16"):
        return encoding
    damage = _not_utf8(path)
    if encoding is None:
        return "utf-8" if damage is None else "gb18030"
    if damage is not None:
        raise DecodingError(damage)
    return "utf-8-sig" if marked == "utf-8-sig" else "utf-8"


def standard(text: str) -> bytes:
    """A text as UTF-8, with the standard characters for the 25 that old GB18030 tables keep in the private use area."""
    encoded = text.encode()
    if b"\xee" not in encoded:  # the lead byte of the private use area
        return encoded
    return _PRIVATE.sub(lambda match: _STANDARD[match[0]], text).encode()


def blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """Read a file in blocks without its byte order mark; UTF-16 comes out as UTF-8, others as they are.

    GB18030 stays as it is: no part of its characters looks like a separator, a quote or a line end.
    """
    decoder = codecs.getincrementaldecoder("utf-16")() if encoding == "utf-16" else None
    with path.open("rb") as file:
        if encoding != "utf-16" and file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        while block := file.read(BLOCK):
            yield _from_utf16(decoder, block) if decoder else block
        if decoder:
            yield _from_utf16(decoder, b"")


def transcode(path: Path, encoding: str, target: BinaryIO) -> None:
    """Write a file whose encoding is settled as UTF-8 without marks, with standard characters; raises DecodingError."""
    last = b""
    for block in _from_gb18030(path) if encoding == "gb18030" else blocks(path, encoding):
        if block:
            target.write(last)
            last = block
    target.write(last.rstrip(b"\x1a"))


def _from_gb18030(path: Path) -> Iterator[bytes]:
    decoder, done = codecs.getincrementaldecoder("gb18030")(), 0
    for block in blocks(path, "gb18030"):
        pending = len(decoder.getstate()[0])
        try:
            decoded = decoder.decode(block)
        except UnicodeDecodeError as error:
            raise DecodingError(done - pending + error.start) from error
        done += len(block)
        yield standard(decoded)
    if decoder.getstate()[0]:
        raise DecodingError(done - 1)


def _not_utf8(path: Path) -> int | None:
    done, rest = 0, b""
    for block in blocks(path, "utf-8"):
        content = rest + block
        end = len(content) - next((back for back in range(1, 4) if content[-back:][:1] >= b"\xc0"), 0)
        try:
            pl.Series([content[:end]], dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.PolarsError:
            return done + _first_damage(content)
        done, rest = done + end, content[end:]
    return done + _first_damage(rest) if rest and _first_damage(rest) < len(rest) else None


def _first_damage(content: bytes) -> int:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(content)


def _from_utf16(decoder: codecs.IncrementalDecoder, block: bytes) -> bytes:
    try:
        return decoder.decode(block, final=not block).encode()
    except UnicodeError as error:
        raise UnreadableFiling(
            "文件不是有效的UTF-16文本，请另存为“CSV UTF-8”后重新报送，或手工选择编码。",
            "The file is not valid UTF-16. Save it as CSV UTF-8, or choose the encoding by hand.",
        ) from error
