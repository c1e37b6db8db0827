"""Reading a filing: a file of any of the four formats, as chunks of text cells with their own row numbers.

`open_filing` decides the format by the file's content, never by its name, and refuses early what cannot be
read. Must not know rules, the database, or what becomes of the rows.
"""

from pathlib import Path

from core.errors import BadRequest, UnreadableFiling
from core.reading import dbase, text, workbook
from core.reading.kept import kept
from core.reading.reading import Reading, changed, state

__all__ = ["ENCODINGS", "Reading", "kept", "open_filing"]

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
"""The encodings that may be chosen by hand."""


def open_filing(path: Path, *, encoding: str | None = None, layout: str | None = None) -> Reading:
    """Open a filing and read its header row.

    `encoding` overrides what the bytes say. `layout` names the layout; a file without a header row but of
    exactly that layout's width is then read by position. Raises UnreadableFiling with what to do about it.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise BadRequest(
            f"不支持编码“{encoding}”，请选择{'、'.join(ENCODINGS)}之一。",
            f"Encoding {encoding!r} is not supported; choose one of {', '.join(ENCODINGS)}.",
        )
    before = state(path)
    opened = _opened(path, encoding, layout)
    if opened.opened != before:
        raise changed()
    return opened


def _opened(path: Path, encoding: str | None, layout: str | None) -> Reading:
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        raise UnreadableFiling("文件是空的，请核对后重新报送。", "The file is empty; check it and file again.")
    if start.startswith(workbook.MAGIC):
        return workbook.open_workbook(path, layout)
    if dbase.is_dbase(start):
        return dbase.open_dbase(path, encoding, layout)
    if text.is_text(start):
        return text.open_text(path, encoding, layout)
    raise UnreadableFiling(
        "文件不是CSV、XLSX、XLS或DBF格式（按内容判断，与扩展名无关），请另存为其中一种后重新报送。",
        "By its content the file is not CSV, XLSX, XLS or DBF, whatever its name. Save it as one of these.",
    )
