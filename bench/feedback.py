"""`python -m bench.feedback`: feedback workbooks of a nation against xlsxwriter writing the same cells bare, in one run."""

import argparse
import io
import statistics
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import polars as pl
import xlsxwriter

from core import feedback_workbook, letter
from core.rules import RULES

_AT, _DUE = datetime(2026, 5, 25, 9), date(2026, 6, 15)


def main() -> None:
    """Print the figures as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workbooks", type=int, default=1_300)
    parser.add_argument("--findings", type=int, default=180_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    lists = [_lines(notice, asked.findings // asked.workbooks) for notice in range(1, asked.workbooks + 1)]
    notices = [_notice(number, lines.height) for number, lines in enumerate(lists, start=1)]
    filled = [feedback_workbook.cells(lines).rows() for lines in lists]
    rounds = [(_seconds(_bare, filled), _seconds(feedback_workbook.workbook, notices, lists)) for _ in range(asked.rounds)]
    letters = _seconds(letter.letter, notices[:100])[0] / 100 * len(notices)
    cells = sum(len(rows) for rows in filled) * len(feedback_workbook.COLUMNS)
    print(f"\n{len(notices):,} workbooks, {sum(lines.height for lines in lists):,} findings, {cells:,} cells\n")
    print("| figure | value |\n|---|---|")
    for place, by in enumerate(("by the clock", "by CPU time")):
        ratios = sorted(own[place] / bare[place] for bare, own in rounds)
        print(f"| workbooks from the frozen list ÷ xlsxwriter, the same cells bare, {by}, median of {asked.rounds} "
              f"| {statistics.median(ratios):.2f} ({', '.join(f'{ratio:.2f}' for ratio in ratios)}) |")
    print(f"| their letters ÷ the same, by the clock | {letters / rounds[-1][0][0]:.2f} |")


def _seconds(work: Callable[..., object], *each: list[Any]) -> tuple[float, float]:
    """Seconds by the clock and of CPU time."""
    clock, cpu = time.perf_counter(), time.process_time()
    for arguments in zip(*each, strict=True):
        work(*arguments)
    return time.perf_counter() - clock, time.process_time() - cpu


def _bare(rows: list[tuple[str, ...]]) -> bytes:
    """The cells of a workbook in one sheet, with nothing else done."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                sheet.write_string(row, place, cell)
    return content.getvalue()


def _lines(notice: int, many: int) -> pl.DataFrame:
    codes = [code for code, rule in RULES.items() if rule.cls.withholds][:40]
    places = range(1, many + 1)
    rules = [codes[place % len(codes)] for place in places]
    return pl.DataFrame({
        "run_id": 1, "notice_id": notice, "place": list(places), "case_id": [notice * 1_000 + place for place in places],
        "record_id": [notice * 1_000 + place for place in places], "version": 1, "term": "2025-1", "round": 1, "age": 40,
        "since": "first", "file_name": f"{10_000 + notice}_2025-1.xlsx", "filing_row": [7 * place for place in places],
        "name": [f"测试{place:03}" for place in places],
        "certificate_no": [f"{10_000 + notice}42026{place:06}" for place in places], "rule": rules,
        "class": [str(RULES[code].cls) for code in rules], "field": [RULES[code].fields[0].split("|")[0] for code in rules],
        "value": [f"{11010120030307 + place}{place:04}" for place in places], "sentence": [RULES[code].zh for code in rules],
        "remedies": ["；".join(way.zh for way in RULES[code].remedies) for code in rules],
    })


def _notice(number: int, records: int) -> dict[str, Any]:
    return {
        "notice_id": number, "run_id": 1, "term": "2025-1", "month": None, "institution": str(10_000 + number),
        "institution_zh": "示例大学", "province": "11", "province_zh": "北京市", "round": 1, "records": records,
        "incomplete": records, "inaccurate": 0, "policy": 0, "classified_records": 0, "due_on": _DUE, "issued_at": _AT,
        "contacts": "", "sha256": "0" * 64,
    }


if __name__ == "__main__":
    main()
