"""Which cells of a worksheet are formulas: the parser gives their last result alone, as if it had been typed.

XLSX alone, already judged by `workbook.refuse_bombs`. Must not know what the cells are for.
"""

import posixpath
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree  # nosec B405  # parsed by _Plain alone, below

from core.errors import UnreadableFiling

_TOKEN = re.compile(rb"<(?:\w+:)?(row|c|f)\b([^>]*)>")
_ROW = re.compile(rb'\br\s*=\s*["\']\s*(\d{1,7})')
_CELL = re.compile(rb'\br\s*=\s*["\']\s*([A-Za-z]{1,3})(\d{1,7})')
_MOST_BYTES = 512 * 1024**2
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def formulas(path: Path, sheet: str) -> frozenset[tuple[int, int]]:
    """The places (row from 1, column from 0) of the formulas on this worksheet. Raises UnreadableFiling."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = archive.getinfo(_part(archive, sheet))
            if part.file_size > _MOST_BYTES:
                raise _unreadable()
            return _places(archive.read(part))
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, NotImplementedError, UnicodeError) as error:
        raise _unreadable() from error


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    book, links = (_parsed(archive.read(name)) for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"))
    number = next(
        (each.get(_RELATION) or each.get(_STRICT) for each in book.iter() if each.tag.endswith("}sheet") and each.get("name") == sheet),
        None,
    )
    target = next((each.get("Target") for each in links.iter() if number and each.get("Id") == number), None)
    if target is None:
        raise KeyError(sheet)
    return posixpath.normpath(posixpath.join("xl", target)) if not target.startswith("/") else target[1:]


class _Plain(ElementTree.TreeBuilder):
    """A document in which nothing stands for something else and nothing is fetched: one with a DTD is refused."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Called where a DTD begins."""
        raise ElementTree.ParseError("DTD")


def _parsed(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content, ElementTree.XMLParser(target=_Plain()))  # nosec B314  # without a DTD


def _places(content: bytes) -> frozenset[tuple[int, int]]:
    """Rows and cells that do not say where they are stand after the one before."""
    found, row, column = set(), 0, -1
    for kind, told in _TOKEN.findall(content):
        if kind == b"row":
            number = _ROW.search(told)
            row, column = (int(number[1]) if number else row + 1), -1
        elif kind == b"c":
            address = _CELL.search(told)
            column = _position(address[1]) if address else column + 1
        else:
            found.add((row, column))
    return frozenset(found)


def _position(letters: bytes) -> int:
    place = 0
    for letter in letters.upper():
        place = place * 26 + letter - 64
    return place - 1


def _unreadable() -> UnreadableFiling:
    return UnreadableFiling(
        "文件已损坏或不是Excel工作簿，无法读取。请用Excel打开并另存为XLSX后重新送回。",
        "The file is damaged or not an Excel workbook. Open it in Excel, save it as XLSX, and send it again.",
    )
