"""The latest semester as filings really come in: as packages by the inbox folder, a second time, late, or not at all.

Must not know how the nation is made.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from shutil import copyfile, rmtree
from typing import Any

import polars as pl
from PIL import Image, ImageDraw

from core import expected, inbox, jobs, nil_returns, reading
from core.deadlines import Term
from core.demo import files
from core.desk import INBOX, Desk
from core.inbox import Found
from core.jobrunner import Runner
from core.nil_returns import Nil
from core.package import SHEET
from core.record import COLUMNS
from core.vocabulary import Category, JobState, Level

LATE, RETURNED, AGAIN = 3, 4, 8
"""Places in the latest semester: a late supplement without consent, a filing returned, and one that comes twice."""
_PACKED = (1, 5)
_ADDED, _ALTERED, _GONE = range(4, 8), range(10, 13), range(2)
"""Rows the first version of a filing lacks, has otherwise, and rows of it to which it has the like of nobody else."""
_PAGE = (620, 877)

Filing = Mapping[str, Any]
"""A line of filings.csv."""


def is_packed(place: int, filing: Filing) -> bool:
    """Whether a filing of the latest semester comes as a package: all those with photos do, and a few others."""
    return place in _PACKED or (filing["photos"] is not None and place not in (LATE, RETURNED, AGAIN))


def first_version(folder: Path, filing: Filing) -> dict[str, Any]:
    """Write a filing as it came the first time: some records lacking, some otherwise, some too many. Returns its line."""
    source = reading.open_filing(folder / filing["file"])
    rows = pl.concat(source.chunks()).drop("row").with_row_index("place")
    place = pl.col("place")
    lacking = rows.filter(~place.is_in(_ADDED)).with_columns(
        XM=pl.when(place.is_in(_ALTERED)).then(pl.col("XM") + "甲").otherwise("XM")
    )
    others = rows.filter(place.is_in(_GONE)).with_columns(
        XWZSBH=pl.col("XWZSBH").str.head(-4) + (9_000 + place).cast(pl.String), XH=pl.lit("9") + pl.col("XH"),
        ZJHM=pl.col("ZJHM").str.head(-4) + (9_000 + place).cast(pl.String),
    )
    cells = pl.concat([lacking, others]).drop("place")
    named = source.layout == "named"
    header = [f"{COLUMNS[code].zh}({code})" if named and code in COLUMNS else code for code in cells.columns]
    name = f"{Path(filing['file']).stem}_第一次.csv"
    files.write(folder / name, cells, header, "utf-8")
    return {**filing, "file": name, "listed": None}


def hand_in(desk: Desk, folder: Path, packed: Sequence[Filing], returned: Filing) -> None:
    """Load packages through the inbox folder; one handed in before was cancelled, another's totals do not agree."""
    inboxed = Desk(desk.db, INBOX, desk.now)
    asked = [inbox.asking(desk.db, _package(folder, each, each["records"]), way="inbox") for each in packed]
    wrong = inbox.asking(desk.db, _package(folder, returned, returned["records"] + 1), way="inbox")
    cancelled, = jobs.enter(inboxed, [wrong])
    jobs.end(desk.db, cancelled, JobState.CANCELLED, desk.now())
    runner = Runner(desk.db, {INBOX.key: INBOX}.get, desk.now, workers=1)
    runner.ask(inboxed, [wrong, *asked])
    while not runner.settle(60):
        pass
    rmtree(folder / "packages")


def sign_nil_returns(desk: Desk, term: Term) -> None:
    """Enter two signed nil returns of institutions that have not filed; the second is withdrawn again."""
    today = desk.now().date()
    silent = expected.lacking(desk, term).filter(stage="missing").unique("institution", keep="first", maintain_order=True)
    for place, unit in enumerate(silent.tail(2).iter_rows(named=True)):
        nil_id = nil_returns.enter(desk, Nil(
            term, unit["institution"], Level(unit["level"]), "学位评定委员会办公室", f"示范学位〔{today.year}〕{place + 1}号", today,
        ))  # fmt: skip
        if place:
            nil_returns.withdraw(desk, nil_id, reason="经核对本学期有学位授予，将报送。")


def _package(folder: Path, filing: Filing, total: int) -> Found:
    """A filing with its photos, the scan of its resolution and the sheet that declares it, all in a folder of their own."""
    inside = folder / "packages" / f"{filing['institution']}-{total}" / f"{filing['term']}报送包"
    inside.mkdir(parents=True)
    copyfile(folder / filing["file"], inside / filing["file"])
    if filing["photos"]:
        copyfile(folder / filing["photos"], inside / filing["photos"])
    told = {
        "学期": filing["term"], "决议文号": filing["resolution"], "决议日期": filing["resolved_on"],
        "决议人数": filing["listed"], Category(filing["category"]).zh: total,
    }
    lines = ["项目,内容", *(f"{item},{content}" for item, content in told.items() if content is not None)]
    (inside / SHEET).write_bytes("\r\n".join([*lines, ""]).encode("utf-8-sig"))
    (inside / "学位授予决议.jpg").write_bytes(_scan())
    return Found(filing["institution"], inside)


def _scan() -> bytes:
    """A page as a scanner sees it: grey lines on white, the words of nobody."""
    page = Image.new("L", _PAGE, 250)
    drawn = ImageDraw.Draw(page)
    for line, top in enumerate(range(90, 780, 34)):
        drawn.rectangle((200, top, 420, top + 16) if line == 0 else (70, top, 550 - 97 * line % 160, top + 9), fill=90)
    content = BytesIO()
    page.save(content, "JPEG", quality=70)
    return content.getvalue()
