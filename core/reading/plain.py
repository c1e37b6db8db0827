"""Any small table as lines of text cells, whatever its columns: sheets of a workbook, or a CSV file.

For lists that are no filings. Must not know what the columns mean.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from core.errors import BadRequest
from core.reading import encodings, workbook

_MOST_BYTES = 32 * 1024**2


def sheets(path: Path) -> Iterator[tuple[int, Iterable[list[str]]]]:
    """Each sheet with cells: the number of its first line, and its lines; a CSV file is one sheet.

    Raises BadRequest for a file that is too large or no such table, UnreadableFiling for a damaged workbook.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise BadRequest("文件超过32 MB，不是代码表，请核对后重试。", "The file is over 32 MB and no table; check it and try again.")
    start = path.read_bytes()[:8]
    if start.startswith(workbook.MAGIC):
        if start.startswith(workbook.MAGIC[0]):
            workbook.refuse_bombs(path)
        lines = workbook.parsed(path)
        filled = next(lines)
        lines.close()
        for name, top, *_ in filled:
            yield top + 1, map(workbook.texts, islice(workbook.parsed(path, name), 1, None))
        return
    try:
        encoding = encodings.settle(path, None)
        content = b"".join(encodings.blocks(path, encoding)).decode("gb18030" if encoding == "gb18030" else "utf-8")
        yield 1, list(csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline="")))
    except (ValueError, csv.Error) as error:
        raise BadRequest("文件的编码或引号有误，请另存为XLSX后重试。", "Wrong encoding or quotes; save it as XLSX.") from error
