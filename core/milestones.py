"""日历: the days of a semester and of a month, counted back from the statutory ones, and what is done of them.

Serves articles 5, 6, 8 and 9. Every count is within the scope of the person at the desk. Must not write.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from core import balance, expected, feedback, ruleset
from core.calendar_tables import FilingDays, LeadTimes
from core.deadlines import Term, Workdays, corrections_processed_by
from core.desk import Desk
from core.ruleset import Ruleset
from core.vocabulary import Word


class Kind(Word):
    """What falls due on a day of the calendar (日历事项)."""

    INSTITUTIONS = "institutions", "单位报送截止", "Institutions file by"
    PROVINCES = "provinces", "省级审核截止", "Provinces pass by"
    FEEDBACK_FREEZE = "feedback_freeze", "反馈数据冻结", "Feedback frozen"
    FEED_BACK = "feed_back", "反馈截止", "Feedback due"
    PUBLICATION_FREEZE = "publication_freeze", "上网数据冻结", "Publication frozen"
    PUBLISH = "publish", "上网", "Online by"
    CORRECTIONS = "corrections", "更正收件截止", "Corrections taken until"
    MONTHLY = "monthly", "更正整理截止", "Corrections processed by"


class Ground(Word):
    """Where a day of the calendar comes from (依据)."""

    ARTICLE_5 = "article_5", "管理办法第五条", "Measures, art. 5"
    ARTICLE_6 = "article_6", "管理办法第六条", "Measures, art. 6"
    ARTICLE_8 = "article_8", "管理办法第八条", "Measures, art. 8"
    FILING_DAYS = "filing_days", "报送期限表", "Table of filing days"
    OURS = "ours", "内部提前量", "Own lead time"

    @property
    def statutory(self) -> bool:
        """Whether the regulation itself sets the day."""
        return self.value.startswith("article")


class State(Word):
    """How far what is due has come, as the store knows it (办理情况)."""

    OVERDUE = "overdue", "逾期", "Overdue"
    OPEN = "unfinished", "未办完", "Unfinished"
    DONE = "done", "已办完", "Done"
    NOT_BEGUN = "not_begun", "未开始", "Not begun"
    UNTOLD = "untold", "不记录", "Not recorded"


GROUNDS = {
    Kind.INSTITUTIONS: Ground.FILING_DAYS, Kind.PROVINCES: Ground.FILING_DAYS, Kind.FEEDBACK_FREEZE: Ground.OURS,
    Kind.FEED_BACK: Ground.ARTICLE_6, Kind.PUBLICATION_FREEZE: Ground.OURS, Kind.PUBLISH: Ground.ARTICLE_5,
    Kind.CORRECTIONS: Ground.ARTICLE_8, Kind.MONTHLY: Ground.ARTICLE_8,
}  # fmt: skip

_FILING_DAYS = ("办法未定，由每轮报送通知规定。", "Set by each round's notice, not by the Measures.")
_EXPLAINED = {
    Kind.INSTITUTIONS: _FILING_DAYS,
    Kind.PROVINCES: _FILING_DAYS,
    Kind.FEEDBACK_FREEZE: (
        "反馈截止前{lead}个工作日，此后反馈表不再改动；学位中心自定。",
        "{lead} working days before feedback is due, its workbooks are closed: our own choice.",
    ),
    Kind.FEED_BACK: (
        "5月31日、11月30日24时止，遇休息日不顺延。", "To the end of 31 May or 30 November; not moved by a day off.",
    ),
    Kind.PUBLICATION_FREEZE: (
        "上网日前{lead}个工作日，此后上网数据不再改动；学位中心自定。",
        "{lead} working days before publication, its records are closed: our own choice.",
    ),
    Kind.PUBLISH: (
        "6月1日、12月1日0时起即可查询，遇休息日不顺延。", "From the first minute of 1 June or 1 December; not moved by a day off.",
    ),
    Kind.CORRECTIONS: (
        "当月最后一天24时前收到的更正，归入当月。", "Corrections that arrive by the end of the month's last day belong to it.",
    ),
    Kind.MONTHLY: (
        "每月第5个工作日前整理完上一个月的更正：符合的上网，不符合的再次反馈。",
        "By the 5th working day last month's corrections are processed: those in order go online, the rest are fed back again.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Milestone:
    """One day of the calendar: of which semester (2025-2) or month of corrections (2026-10), and how far away it is.

    `act_by` is the last working day on which it can still be done in the office. `days` and `workdays` (to `act_by`)
    are negative once past. `official` is false where the day itself, `counted` where its `workdays`, lies in a year
    without a notice. `done` and `left` are None where the store can't tell; `awaited` filings may still add to them.
    """

    of: str
    kind: Kind
    on: date
    act_by: date
    days: int
    workdays: int
    official: bool = True
    counted: bool = True
    lead: int = 0
    done: int | None = None
    left: int | None = None
    awaited: int = 0

    @property
    def ground(self) -> Ground:
        """Where the day comes from."""
        return GROUNDS[self.kind]

    @property
    def zh(self) -> str:
        """What it is, and of what."""
        return f"{self.of} {self.kind.zh}"

    @property
    def en(self) -> str:
        """The English twin of `zh`."""
        return f"{self.of} {self.kind.en}"

    @property
    def explained(self) -> tuple[str, str]:
        """How the day comes about, in Chinese and in English."""
        zh, en = (text.format(lead=self.lead) for text in _EXPLAINED[self.kind])
        return zh, en

    @property
    def state(self) -> State:
        """How far it has come: overdue when the day is past and something is left."""
        if self.left is None:
            return State.UNTOLD
        if self.left:
            return State.OVERDUE if self.days < 0 else State.OPEN
        if not self.done:
            return State.NOT_BEGUN
        return State.OPEN if self.awaited else State.DONE


def of_term(desk: Desk, term: Term) -> list[Milestone]:
    """The six days of a semester's round, earliest first, with what is done. Raises CalendarMissing without tables."""
    return _of_term(desk, term, balance.sheet(desk))


def _of_term(desk: Desk, term: Term, sheet: pl.DataFrame) -> list[Milestone]:
    version = _in_force(desk)
    tables, workdays, today = version.reference, version.workdays, desk.now().date()
    filing = FilingDays.of(tables.table("filing_days"), term)
    leads = LeadTimes.of(tables.table("lead_times"), term.feed_back_by)
    days = {
        Kind.INSTITUTIONS: filing.institution,
        Kind.PROVINCES: filing.province,
        Kind.FEEDBACK_FREEZE: workdays.before(term.feed_back_by, leads.feedback_freeze),
        Kind.FEED_BACK: term.feed_back_by,
        Kind.PUBLICATION_FREEZE: workdays.before(term.publish_by, leads.publication_freeze),
        Kind.PUBLISH: term.publish_by,
    }
    progress = _progress(desk, term, sheet)
    found = []
    for kind, on in days.items():
        done, left, awaited = progress.get(kind, (None, None, 0))
        lead = {Kind.FEEDBACK_FREEZE: leads.feedback_freeze, Kind.PUBLICATION_FREEZE: leads.publication_freeze}.get(kind, 0)
        official = not lead or workdays.is_official(on.year)
        day = _day(workdays, today, term.code, kind, on)
        found.append(replace(day, official=official, lead=lead, done=done, left=left, awaited=awaited))
    return sorted(found, key=lambda each: each.on)


def of_year(desk: Desk, year: int) -> list[Milestone]:
    """Each month of a year: until when its corrections are taken, and by when those of the month before are processed."""
    workdays, today = _in_force(desk).workdays, desk.now().date()
    found = []
    for month in range(1, 13):
        before = f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02}"
        fifth = _day(workdays, today, before, Kind.MONTHLY, corrections_processed_by(workdays, year, month))
        last = date(year, month, monthrange(year, month)[1])
        found += [
            replace(fifth, official=workdays.is_official(year)),
            _day(workdays, today, f"{year}-{month:02}", Kind.CORRECTIONS, last),
        ]
    return found


def ahead(desk: Desk, sheet: pl.DataFrame | None = None) -> list[Milestone]:
    """What is overdue, then what is next: of the semester now due, of older ones with work left, and of the months.

    `sheet` is balance.sheet by semester, where it has been drawn up already.
    """
    today = desk.now().date()
    now_due, sheet = expected.round_of(today), balance.sheet(desk) if sheet is None else sheet
    open_terms = {
        Term.parse(line["key"]) for line in sheet.iter_rows(named=True)
        if line["to_send"] or line["ready"] or Term.parse(line["key"]).publish_by >= today
    }
    found = _of_term(desk, now_due, sheet)
    for term in open_terms - {now_due}:
        found += [each for each in _of_term(desk, term, sheet) if each.ground.statutory or each.days >= 0]
    months = [each for year in (today.year, today.year + 1) for each in of_year(desk, year)]
    for kind in (Kind.MONTHLY, Kind.CORRECTIONS):
        found.append(next(each for each in months if each.kind is kind and each.days >= 0))
    return sorted((each for each in found if each.state is State.OVERDUE or each.days >= 0), key=lambda each: each.on)


def _progress(desk: Desk, term: Term, sheet: pl.DataFrame) -> dict[Kind, tuple[int, int, int]]:
    """What is done, left and awaited: institutions by level that filed, that were passed; cases fed back; records online."""
    counts = expected.totals(desk, term)
    waiting = counts["received"] - counts["approved"]
    told = {
        Kind.INSTITUTIONS: (counts["units"] - counts["missing"], counts["missing"], 0),
        Kind.PROVINCES: (counts["approved"], waiting, 0),
    }
    for line in sheet.filter(pl.col("key") == term.code).iter_rows(named=True):
        sent = feedback.notices(desk, term)["records"].sum()
        told[Kind.FEED_BACK] = (sent, line["to_send"], waiting)
        told[Kind.PUBLISH] = (line["published"], line["ready"], waiting)
    return told


def _day(workdays: Workdays, today: date, of: str, kind: Kind, on: date) -> Milestone:
    """A day and how far away it is; what must be there when its day begins is done on a working day before it."""
    act_by = workdays.before(on, 1) if kind is Kind.PUBLISH else workdays.latest(on)
    left = max(workdays.between(today, act_by), 0) if on >= today else workdays.between(today, on)
    return Milestone(of, kind, on, act_by, (on - today).days, left, counted=workdays.official_over(today, on))


def _in_force(desk: Desk) -> Ruleset:
    return ruleset.in_force(desk.db, desk.now().date())
