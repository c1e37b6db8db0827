"""Right records, small chunks and contexts to lay changes over. All persons are invented."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import polars as pl

from core import (
    admission,
    at_rest,
    feedback,
    intake,
    month,
    publication,
    publication_run,
    reading,
    reference,
    review,
    store,
)
from core.deadlines import Term, Workdays
from core.declaration import Declared, Grounds
from core.desk import Actor, Desk
from core.intake import Received
from core.publication import Scope
from core.record import COLUMNS, LAYOUTS
from core.rules import Context
from core.vocabulary import Category, Duty

_RIGHT = {
    "XM": "张明", "XMPY": "ZHANG MING", "XBM": "1", "XB": "男", "GBM": "156", "GB": "中国", "MZM": "01", "MZ": "汉族",
    "ZZMMM": "03", "ZZMM": "共青团员", "CSRQ": "20030307", "ZJLXM": "01", "ZJLX": "居民身份证",
    "ZJHM": "110101200303072137", "XWSYDWM": "80901", "XWSYDW": "示例科学研究院", "XZXM": "李示范", "ZXXM": "王示例",
    "PYDWM": "80901", "PYDW": "示例科学研究院", "XWLBM": "408", "XWLB": "工学学士学位", "ZYDM": "080901",
    "ZYMC": "计算机科学与技术", "KSH": "21110101150001", "RXNY": "202109", "XH": "2021010001", "XZ": "4",
    "BYNY": "202506", "HXWRQ": "20250620", "SFDEXW": "否", "SFFXXW": "否", "XWZSBH": "8090142025000123",
    "DSXM": "赵导师", "LWLX": "毕业设计", "LWTM": "企业内部控制信息系统的设计与实现",
    "LWGJC": "内部控制；信息系统；设计",
    "LWXTLY": "学校自选", "LWYJFX": "软件工程", "LWZXYZ": "中文",
}


def a_record(**changes: str | None) -> dict[str, str | None]:
    """One right record of a regular bachelor of June 2025, every column by its filed code."""
    unknown = changes.keys() - COLUMNS.keys()
    assert not unknown, f"no such columns: {unknown}"
    return {code: changes.get(code, _RIGHT.get(code)) for code in COLUMNS}


def a_chunk(*records: dict[str, str | None]) -> pl.DataFrame:
    """Records as a filed chunk: text columns and `row` from 2, as in a sheet with a header."""
    codes = list(records[0]) if records else list(COLUMNS)
    rows = [[record[code] for code in codes] for record in records]
    filed = pl.DataFrame(rows, dict.fromkeys(codes, pl.String), orient="row")
    return filed.select(pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("row"), *codes)


def a_context(**changes: object) -> Context:
    """What is known of the filing of `a_record`: its semester, category, institution and the province's consent."""
    told = {
        "columns": frozenset(COLUMNS),
        "today": date(2025, 9, 15),
        "reference": reference.load(),
        "workdays": Workdays.load(),
        "term": Term(2024, 2),
        "category": Category.BACHELOR,
        "institution": "80901",
        "approved": True,
        "archive": True,
    }
    return Context(**{**told, **changes})


Record = dict[str, str | None]

NOON = datetime(2025, 9, 15, 12, 0)
TERM = Term(2024, 2)
_GIVEN = "安波辰达恩帆刚海佳凯岚敏楠鹏琪然思涛薇欣"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

NAMELESS = {"XM": None}
"""Key information incomplete (I01)."""
WRONG_BIRTH = {"CSRQ": "20030703"}
"""Key information inaccurate: not the birth date of the ID number (A13)."""
TOO_FAST = {"RXNY": "202409", "KSH": None}
"""A suspected breach of policy: a bachelor after nine months (P11)."""
SECRET = {"LWLX": "涉密论文"}
"""Classified (S01)."""
LATE = Grounds("学籍信息核对延误，未按时报送。")
"""Why a supplement is late, before the province has consented."""
HONORARY = {"XWLBM": "1", "XWLB": "名誉博士学位"}
"""Outside the scope of lookup (O01)."""


def a_number(place: int, born: str = "20030307") -> str:
    """An invented citizen number of a man, with its right check character (GB 11643-1999)."""
    digits = f"110101{born}{2 * (place % 500) + 1:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def people(many: int, *, first: int = 0, institution: str = "80901", **changes: str | None) -> list[Record]:
    """Right records of so many different persons of one institution, the same changes made to each.

    `first` sets them apart from those of another call.
    """
    name = reference.load().names("institutions")[institution]
    own = {"XWSYDWM": institution, "XWSYDW": name, "PYDWM": institution, "PYDW": name}
    born = {place: f"{date(2003, 3, 7) + timedelta(days=place // 500):%Y%m%d}" for place in range(first, first + many)}
    return [
        a_record(**{
            "XM": f"张{_GIVEN[place // 20 % 20]}{_GIVEN[place % 20]}", "XMPY": None, "CSRQ": born[place],
            "ZJHM": a_number(place, born[place]),
            "XH": f"202101{place:04d}", "KSH": f"2111010115{place:04d}",
            "XWZSBH": f"{institution}42025{place + 1:06d}", **own, **changes,
        })
        for place in range(first, first + many)
    ]


def a_desk(folder: Path, *duties: Duty, province: str | None = None, at: datetime = NOON) -> Desk:
    """A desk over the store in `folder`/store, at which someone with these duties sits; all duties when none is named."""
    home = folder / "store"
    if not home.exists() and not at_rest.key():
        shutil.copytree(Path(_new_store().name) / "store", home)
    return Desk(store.open_store(home), _somebody(duties, province), lambda: at)


@cache
def _new_store() -> tempfile.TemporaryDirectory:
    """A store just made by the app, of which tests take copies: making one takes longer than most of them."""
    folder = tempfile.TemporaryDirectory(prefix="desk-new-")
    store.open_store(Path(folder.name) / "store").close()
    return folder


def at_desk(desk: Desk, *duties: Duty, province: str | None = None, at: datetime | None = None) -> Desk:
    """The same store with someone else at the desk, or at another time."""
    now = desk.now if at is None else lambda: at
    return replace(desk, actor=_somebody(duties, province), now=now)


def _somebody(duties: tuple[Duty, ...], province: str | None) -> Actor:
    key = "-".join(["tester", *(str(duty) for duty in duties), *([province] if province else [])])
    return Actor(key, "测试员", "Tester", frozenset(duties or Duty), province)


def a_csv(path: Path, records: Sequence[Record], *, layout: str = "new27") -> Path:
    """Records as a CSV file with a header of codes: the layout's columns, and any other in which they are unusual."""
    codes = [
        code for code in COLUMNS
        if code in LAYOUTS[layout].codes or any(record[code] != _RIGHT.get(code) for record in records if record[code])
    ]
    pl.DataFrame(records, schema=dict.fromkeys(COLUMNS, pl.String)).select(codes).write_csv(path)
    return path


def declared(
    term: Term = TERM, institution: str = "80901", category: Category = Category.BACHELOR, *, supplement: bool = False
) -> Declared:
    """What the sender of `people` declares; of a late supplement the reason, but not yet the province's consent."""
    return Declared(term, institution, category, supplement, grounds=LATE if supplement else Grounds())


def a_filing(
    desk: Desk, records: Sequence[Record] | None = None, *, term: Term = TERM, institution: str = "80901",
    category: Category = Category.BACHELOR, layout: str = "new27", approved: bool = False, name: str = "filing.csv",
    grounds: Grounds | None = None,
) -> Received:
    """A file of these records (one right one, when not given) taken through preview and received; with grounds, 补报."""
    path = a_csv(desk.db.folder.parent / name, records or people(1, institution=institution), layout=layout)
    told = replace(declared(term, institution, category), supplement=grounds is not None, grounds=grounds or Grounds())
    source = reading.open_filing(path)
    received = intake.receive(desk, admission.preview(desk, source, told), told, source, path.name)
    if approved:
        an_approval(desk, received.filing_id)
    return received


def an_approval(desk: Desk, filing_id: int) -> None:
    """The province's word on a filing."""
    review.approve(desk, filing_id, approved_on=desk.now().date(), document=f"示范学位办〔2025〕{filing_id}号")


def a_run(desk: Desk, term: Term = TERM) -> int:
    """A semester's run frozen by somebody else than the person at the desk, its withheld records fed back before."""
    colleague = at_desk(desk)
    colleague = replace(colleague, actor=replace(colleague.actor, key="colleague"))
    if "feedback" in publication.gate(colleague, Scope(term=term.code)).blockers["blocker"]:
        feedback.issue(colleague, term)
    run_id = publication_run.open_term(colleague, term)
    publication_run.pass_gate(colleague, run_id)
    publication_run.freeze(colleague, run_id)
    return run_id


def released(desk: Desk, term: Term = TERM, *, counted: int) -> int:
    """A semester's cleared records put on line by a run of two people; returns how many."""
    return publication_run.release(desk, a_run(desk, term), counted=counted).moved


def released_month(desk: Desk, of: str, *, counted: int) -> int:
    """A month's corrected records put on line by a run of two people; returns how many."""
    run_id = month.freeze(replace(desk, actor=replace(desk.actor, key="colleague")), of, counted=counted)
    return publication_run.release(desk, run_id, counted=counted).moved if run_id else 0


def statuses(desk: Desk, filing_id: int) -> dict[str, int]:
    """A filing's records by status."""
    found = desk.db.frame(
        "SELECT status, count(*) AS records FROM record WHERE filing_id = $filing_id GROUP BY status", filing_id=filing_id
    )
    return dict(found.iter_rows())


def kept_files(desk: Desk) -> set[str]:
    """Every file of the store's folders, work included."""
    folders = ("filings", "originals", "work")
    return {str(path.relative_to(desk.db.folder)) for name in folders for path in (desk.db.folder / name).rglob("*")}
