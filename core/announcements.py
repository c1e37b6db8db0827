"""公告: what is announced to everybody at the desk from one day to another; one kind holds every release (放行) while it stands.

Must not know what is released, nor where an announcement is shown.
"""

from dataclasses import asdict, dataclass
from datetime import date

import polars as pl

from core import ledger
from core.database import Database, Transaction
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotFound
from core.lifecycle import ANNOUNCEMENT
from core.vocabulary import Duty, Word

LONGEST = 300
"""Characters of an announcement in either language."""
_STANDS = "status = 'announced' AND since <= $day AND coalesce(until >= $day, true)"
_STANDING = f"""
SELECT announcement_id, zh, en, since, until, at_door, holds_release FROM announcement
WHERE {_STANDS} ORDER BY holds_release DESC, announcement_id"""

_LISTING = """
SELECT announcement_id, zh, en, since, until, at_door, holds_release, announced_at, announced_by, lifted_at, lifted_by, lifted_why,
    CASE WHEN status = 'lifted' THEN 'lifted' WHEN since > $day THEN 'coming' WHEN until < $day THEN 'over' ELSE 'stands' END AS stage
FROM announcement WHERE $scope IS NULL ORDER BY announcement_id DESC LIMIT $size OFFSET $size * $page"""


class Stage(Word):
    """Where an announcement stands today (公告状态)."""

    COMING = "coming", "未到起始日", "Coming"
    STANDS = "stands", "公告中", "Shown"
    OVER = "over", "已到期", "Over"
    LIFTED = "lifted", "已解除", "Lifted"


@dataclass(frozen=True)
class Announcement:
    """What is announced: in Chinese, in English if wanted, from a day to another, both included (None: until lifted);
    whether on the sign-in page too, and whether it holds every release."""

    zh: str
    since: date
    until: date | None = None
    en: str = ""
    at_door: bool = False
    holds_release: bool = False


def standing(store: Database | Transaction, day: date) -> pl.DataFrame:
    """What stands on a day, those that hold releases first: announcement_id, zh, en (the Chinese without one), since, until,
    at_door, holds_release."""
    found = store.frame(_STANDING, day=day)
    return found.with_columns(en=pl.when(pl.col("en") == "").then("zh").otherwise("en"))


def require_none_holds(store: Database | Transaction, day: date) -> None:
    """Refuse a release while an announcement holds it, naming it; raises NotAllowed."""
    holding = standing(store, day).filter("holds_release")
    if holding.height:
        one = holding.row(0, named=True)
        raise NotAllowed(
            f"公告第{one['announcement_id']}号暂停放行：“{one['zh']}”。请待系统管理员解除公告后再办理。",
            f"Announcement {one['announcement_id']} holds every release: “{one['en']}”. Wait until the administrator lifts it.",
        )


def listing(desk: Desk, *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """A page of all announcements, the latest first, each with stage (of Stage), and who announced and lifted it. Raises
    NotAuthorised."""
    desk.require(Duty.ACCOUNTS)
    return desk.frame(_LISTING, day=desk.now().date(), page=page, size=size)


def total(desk: Desk) -> int:
    """How many announcements there are. Raises NotAuthorised."""
    desk.require(Duty.ACCOUNTS)
    return desk.frame("SELECT count(*) AS n FROM announcement WHERE $scope IS NULL").item()


def announce(desk: Desk, announcement: Announcement) -> int:
    """Announce something; returns its number. Raises NotAuthorised, and BadRequest for no text, one too long, or days gone by."""
    desk.require(Duty.ACCOUNTS)
    told = {**asdict(announcement), "zh": announcement.zh.strip(), "en": announcement.en.strip()}
    if not told["zh"] or max(len(told["zh"]), len(told["en"])) > LONGEST:
        raise BadRequest(f"请填写公告内容，不超过{LONGEST}个字。", f"Write what is announced, at most {LONGEST} characters.")
    if announcement.until and announcement.until < max(announcement.since, desk.now().date()):
        raise BadRequest("截止日期不能早于起始日期，也不能早于今天。", "It cannot end before it begins, or before today.")
    with desk.db.transaction() as tx:
        number = tx.next_ids("announcement")
        act = ledger.act_of(desk, "announcement", number, _noted(announcement))
        row = {"announcement_id": number, **told, "status": str(ANNOUNCEMENT.start), "announced_at": act.at, "announced_by": act.by}
        tx.append("announcement", pl.DataFrame([row], schema_overrides={"until": pl.Date}))
        ledger.note(tx, ANNOUNCEMENT, "announce", act, 1)
    return number


def lift(desk: Desk, number: int, *, why: str) -> None:
    """Lift an announcement before its time is over. Raises NotAuthorised, NotFound, BadRequest without a reason, NotAllowed for
    one lifted already."""
    desk.require(Duty.ACCOUNTS)
    if not why.strip():
        raise BadRequest("请填写解除的理由。", "Give the reason for lifting it.")
    one = "SELECT announcement_id FROM announcement WHERE announcement_id = $number"
    with desk.db.transaction() as tx:
        if tx.frame(one, number=number).is_empty():
            raise NotFound("没有这条公告，请刷新页面核对。", "There is no such announcement; refresh the page and check.")
        act = ledger.act_of(desk, "announcement", number, why.strip())
        ledger.move(tx, ANNOUNCEMENT, "lift", act, chosen=one, number=number)
        tx.run(
            "UPDATE announcement SET lifted_at = $acted_at, lifted_by = $by, lifted_why = $why WHERE announcement_id = $number",
            acted_at=act.at, by=act.by, why=act.note, number=number,
        )


def _noted(announcement: Announcement) -> str:
    """What the book of acts says of it."""
    until = f"至{announcement.until}" if announcement.until else ""
    return f"{'【暂停放行】' if announcement.holds_release else ''}{announcement.since}{until} {announcement.zh.strip()}"
