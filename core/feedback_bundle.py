"""反馈包: a province's workbooks and letters in one zip, made away from the store from a run's frozen list (article 6).

A bundle that is there is whole, and the same list gives the same bytes: an interrupted run goes on with the next province.
Must not know the store, or in which process it runs.
"""

import hashlib
import io
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from core import at_rest, feedback_workbook, letter
from core.exports import inert
from core.jobprocess import Tell

_LISTED: tuple[tuple[str, int], ...] = (
    ("反馈单号", 10), ("单位代码", 12), ("学位授予单位", 30), ("反馈轮次", 10), ("暂不提供记录", 14), ("其中涉密", 10),
    ("答复期限", 12), ("反馈表", 60),
)


@dataclass(frozen=True)
class Bundle:
    """One province's bundle as made."""

    province: str
    notices: int
    size: int
    sha256: str


@dataclass(frozen=True)
class BundleOrder:
    """A run to be made into bundles: its notices and lines lie as Parquet in `into`, where the bundles go."""

    into: Path
    work: Path

    def carry_out(self, tell: Tell) -> list[list[Bundle]]:
        """Make what is not there yet; all of the run's bundles, by province."""
        notices, lines = at_rest.read(self.into / NOTICES), at_rest.read(self.into / LINES)
        tell(0, "rows", notices.height)
        done, made = 0, []
        for (province,), own in notices.group_by("province", maintain_order=True):
            path = self.into / bundle_name(province)
            if not path.exists():
                _write(path, own, lines, lambda place, before=done: tell(0, "done", before + place))
            done += own.height
            tell(0, "done", done)
            content = path.read_bytes()
            made.append(Bundle(province, own.height, len(content), hashlib.sha256(content).hexdigest()))
        return [made]


NOTICES, LINES = "notices.parquet", "lines.parquet"
"""What an order works on."""


def bundle_name(province: str) -> str:
    """The file of a province's bundle in the run's folder."""
    return f"{province}.zip"


def contents(notices: pl.DataFrame, lines: pl.DataFrame) -> Iterator[tuple[str, datetime, bytes]]:
    """The files of a bundle, each with its name and date: a list of its notices, then a workbook and a letter for each."""
    named = notices.row(0, named=True)
    folder = named["province_zh"] or named["province"]
    yield f"{folder}/反馈清单_{named['term'] or named['month']}_{folder}.xlsx", named["issued_at"], _list(notices)
    of_notice = lines.partition_by("notice_id", as_dict=True)
    for notice in notices.iter_rows(named=True):
        own = of_notice.get((notice["notice_id"],), lines.clear())
        for name, content in (
            (feedback_workbook.file_name(notice), feedback_workbook.workbook(notice, own)),
            (letter.letter_name(notice), letter.letter(notice)),
        ):
            yield f"{folder}/{name}", notice["issued_at"], content


def _write(path: Path, notices: pl.DataFrame, lines: pl.DataFrame, told: Callable[[int], None]) -> None:
    unfinished = path.with_suffix(".part")
    of_these = lines.filter(pl.col("notice_id").is_in(notices["notice_id"].implode()))
    with unfinished.open("wb") as file:
        with zipfile.ZipFile(file, "w") as packed:
            for place, (name, at, content) in enumerate(contents(notices, of_these)):
                # a workbook and a letter are packed already
                packed.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content)
                told(place // 2)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _list(notices: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": notices["issued_at"].max()})
        wrapped = {"text_wrap": True, "valign": "top", "num_format": "@", "font_name": "Microsoft YaHei", "font_size": 10}
        text, head = book.add_format(wrapped), book.add_format(wrapped | {"bold": True, "bg_color": "#E8EEF5", "bottom": 1})
        sheet = book.add_worksheet("反馈清单")
        sheet.freeze_panes(1, 0)
        for place, (_, width) in enumerate(_LISTED):
            sheet.set_column(place, place, width, text)
        for place, (heading, _) in enumerate(_LISTED):
            sheet.write_string(0, place, heading, head)
        for row, notice in enumerate(notices.iter_rows(named=True), start=1):
            for place, cell in enumerate(_listed(notice)):
                sheet.write_string(row, place, inert(cell), text)
    return content.getvalue()


def _listed(notice: dict[str, Any]) -> tuple[str | None, ...]:
    return (
        str(notice["notice_id"]), notice["institution"], notice["institution_zh"], f"第{notice['round']}轮",
        f"{notice['records']:,}", f"{notice['classified_records']:,}", f"{notice['due_on']:%Y-%m-%d}",
        feedback_workbook.file_name(notice),
    )
