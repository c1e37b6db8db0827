"""The worksheets of a workbook as lines of JSON, by a process of its own that may be killed.

A damaged or malicious workbook can make its parser panic, run on, or take all memory; so it never runs in
the application's process. Started by `workbook` as a script; imports nothing of ours.
"""

import datetime
import json
import resource
import sys

import python_calamine as calamine

UNREADABLE, TOO_LARGE = 3, 4
"""Exit statuses: the parser refused the file, or there was not memory enough."""

BETWEEN = "\x1f"
"""Stands between the cells of a row."""

_MEMORY = 3 * 1024**3
_SECONDS = 600


def main(path: str, chosen: str | None = None) -> None:
    """Print one line on the worksheets with cells: of each its name, first row and column (from 0), last row, first cells.

    After it the rows of the chosen worksheet from its first, or of the only one with cells, each as `BETWEEN` joins its
    cells; or as a list, where cells that are not text are lists of their text.
    """
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    with open(path, "rb") as file:
        book = calamine.CalamineWorkbook.from_filelike(file)
    if not book.sheet_names:
        sys.exit(UNREADABLE)
    names = [each.name for each in book.sheets_metadata if each.typ == calamine.SheetTypeEnum.WorkSheet]
    filled, only = [], None
    for name in names if chosen is None else [chosen]:
        sheet = book.get_sheet_by_name(name)
        if sheet.start is not None and sheet.end is not None:
            filled.append([sheet.name, *sheet.start, sheet.end[0], [_cell(cell) for cell in sheet.to_python(nrows=1)[0]]])
            only = None if len(filled) > 1 else sheet
    _print(filled)
    if only:
        for at, row in enumerate(only.iter_rows()):
            if at >= only.start[0]:
                _print(_row(row))
    sys.stdout.flush()


def _print(line: list | str) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _row(cells: list) -> list | str:
    try:
        joined = BETWEEN.join(cells)
    except TypeError:  # some are not text
        return [_cell(cell) for cell in cells]
    return joined if joined.count(BETWEEN) == len(cells) - 1 else cells


def _cell(cell: object) -> str | list[str]:
    return cell if isinstance(cell, str) else [_text(cell)]


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    return str(cell)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except MemoryError:
        sys.exit(TOO_LARGE)
    except (calamine.CalamineError, OverflowError):
        sys.exit(UNREADABLE)
