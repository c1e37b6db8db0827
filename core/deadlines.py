"""The calendar of the regulation: semesters, their two deadlines, and working days (articles 5, 6, 8 and 9).

Must not know what day it is today, nor the database.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from core import errors, reference

_ONE_DAY = timedelta(days=1)
_ORDINALS = {1: ("一", "first"), 2: ("二", "second")}


@dataclass(frozen=True, order=True)
class Term:
    """A semester (学期): half 1 runs 1 September to the end of February, half 2 from 1 March to 31 August.

    `year` is the year in which the academic year began: 2024-2 is March to August 2025.
    """

    year: int
    half: int

    def __post_init__(self) -> None:
        if self.half not in _ORDINALS or not 1990 <= self.year <= 2100:
            raise _no_such_term(f"{self.year}-{self.half}")

    @classmethod
    def parse(cls, text: str) -> "Term":
        """The semester written as in “2024-2”; anything else raises `BadRequest`."""
        match = re.fullmatch(r"\s*([0-9]{4})-([12])\s*", text or "")
        if match is None:
            raise _no_such_term(text)
        return cls(int(match[1]), int(match[2]))

    @property
    def code(self) -> str:
        """The short form used in file names, columns and addresses, such as 2024-2."""
        return f"{self.year}-{self.half}"

    @property
    def starts(self) -> date:
        """The first day of conferral that belongs to the semester."""
        return date(self.year, 9, 1) if self.half == 1 else date(self.year + 1, 3, 1)

    @property
    def ends(self) -> date:
        """The last day of conferral that belongs to the semester; February may have 29 days."""
        if self.half == 2:
            return date(self.year + 1, 8, 31)
        return date(self.year + 1, 2, calendar.monthrange(self.year + 1, 2)[1])

    @property
    def feed_back_by(self) -> date:
        """The last day for returning withheld records to their institutions (反馈截止, article 6)."""
        return date(self.year + 1, 5, 31) if self.half == 1 else date(self.year + 1, 11, 30)

    @property
    def publish_by(self) -> date:
        """The day on which the semester must be online from its first minute (上网截止, article 5).

        “6月1日前” is read so: when 1 June (or 1 December) begins, the records can be looked up.
        The day does not move when it falls on a weekend; the text has no such rule.
        """
        return date(self.year + 1, 6, 1) if self.half == 1 else date(self.year + 1, 12, 1)

    @property
    def zh(self) -> str:
        """As it is written in official papers: 2024—2025学年度第二学期."""
        return f"{self.year}—{self.year + 1}学年度第{_ORDINALS[self.half][0]}学期"

    @property
    def en(self) -> str:
        """The English twin of `zh`."""
        return f"Academic year {self.year}–{self.year + 1}, {_ORDINALS[self.half][1]} semester"

    def previous(self) -> "Term":
        """The semester just before this one."""
        return Term(self.year, 1) if self.half == 2 else Term(self.year - 1, 2)

    def next(self) -> "Term":
        """The semester just after this one."""
        return Term(self.year, 2) if self.half == 1 else Term(self.year + 1, 1)


def term_of(day: date) -> Term:
    """The semester in which a degree conferred on this day is filed."""
    if day.month >= 9:
        return Term(day.year, 1)
    return Term(day.year - 1, 1 if day.month <= 2 else 2)


FIRST_TERM = Term(2008, 1)
"""The semester that opens on 1 September 2008 (notice item two)."""


def require_term(term: Term, today: date) -> Term:
    """Refuse a semester nobody can file for: before 2008-1, or not yet begun. Raises BadRequest."""
    if not FIRST_TERM <= term <= term_of(today):
        raise errors.BadRequest(
            f"没有“{term.code}”这个报送学期。请选择2008—2009学年度第一学期至当前学期。",
            f"There is no filing semester “{term.code}”. Choose one from 2008-1 to the present one.",
        )
    return term


@dataclass(frozen=True)
class Workdays:
    """Working days (工作日): Monday to Friday, less public holidays, plus make-up days (调休).

    A year without an official notice counts Monday to Friday and is provisional (暂定);
    a year before the first official one raises `CalendarMissing`.
    """

    holidays: frozenset[date]
    makeup_days: frozenset[date]
    official_years: frozenset[int]

    @classmethod
    def load(cls) -> "Workdays":
        """The calendar of the reference table `working_days`."""
        return cls.of(reference.load().table("working_days"))

    @classmethod
    def of(cls, working_days: pl.DataFrame) -> "Workdays":
        """The calendar of a table with columns date, kind (holiday, makeup), official (1: a notice)."""
        by_kind = {
            kind: frozenset(working_days.filter(pl.col("kind") == kind)["date"])
            for kind in ("holiday", "makeup")
        }
        official = working_days.filter(pl.col("official") == "1")["date"].dt.year()
        return cls(by_kind["holiday"], by_kind["makeup"], frozenset(official))

    def is_official(self, year: int) -> bool:
        """Whether the State Council's notice of this year is in the table; if not, show its dates as 暂定."""
        self._require(year)
        return year in self.official_years

    def official_over(self, start: date, end: date) -> bool:
        """Whether every year touched from `start` to `end` has its notice, so that counting working days is sure."""
        return all(self.is_official(year) for year in range(min(start, end).year, max(start, end).year + 1))

    def is_workday(self, day: date) -> bool:
        """Whether offices work on this day."""
        self._require(day.year)
        return day in self.makeup_days or (day.weekday() < 5 and day not in self.holidays)

    def nth_of_month(self, year: int, month: int, n: int) -> date:
        """The n-th working day of a month (article 8 asks for the fifth)."""
        return self.after(date(year, month, 1) - _ONE_DAY, n)

    def after(self, day: date, n: int) -> date:
        """The n-th working day after a day that itself is not counted (article 9 asks for the tenth)."""
        if n < 1:
            raise errors.BadRequest("工作日天数至少为1，请重新填写。", "Count at least one working day.")
        workdays = (later for later in _days_from(day + _ONE_DAY) if self.is_workday(later))
        return next(workday for count, workday in enumerate(workdays, start=1) if count == n)

    def before(self, day: date, n: int) -> date:
        """The n-th working day before a day that itself is not counted."""
        if n < 1:
            raise errors.BadRequest("工作日天数至少为1，请重新填写。", "Count at least one working day.")
        found = day
        for _ in range(n):
            found = self.latest(found - _ONE_DAY)
        return found

    def latest(self, day: date) -> date:
        """The day itself when it is a working day, else the last one before it."""
        while not self.is_workday(day):
            day -= _ONE_DAY
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to `end`; negative when `end` lies before `start`."""
        first, last = min(start, end), max(start, end)
        days = (last - first).days - len(self.days_off(first + _ONE_DAY, last))
        return days if start <= end else -days

    def days_off(self, start: date, end: date) -> list[date]:
        """All non-working days from `start` to `end`, both included: to test a date column by membership."""
        days = (start + timedelta(days=offset) for offset in range((end - start).days + 1))
        return [day for day in days if not self.is_workday(day)]

    def _require(self, year: int) -> None:
        if not self.official_years or year < min(self.official_years):
            raise errors.CalendarMissing(
                f"{year}年的工作日安排尚未录入，请先在工作日表中补充。",
                f"The working days of {year} have not been entered; add them to the working-day table first.",
            )


MONTHLY_WORKDAY, REVOCATION_WORKDAYS = 5, 10
"""By which working day last month's corrections are processed (article 8); how many to report a revocation (article 9)."""


def corrections_processed_by(workdays: Workdays, year: int, month: int) -> date:
    """The day by which the corrections of the month before are processed: the 5th working day (article 8)."""
    return workdays.nth_of_month(year, month, MONTHLY_WORKDAY)


def revocation_reported_by(workdays: Workdays, effective_on: date) -> date:
    """The last day for reporting a revocation: 10 working days, the day it takes effect not counted (article 9)."""
    return workdays.after(effective_on, REVOCATION_WORKDAYS)


def revocation_due(workdays: Workdays, effective_on: date) -> tuple[date | None, bool]:
    """The last day for reporting a revocation, and whether that day is provisional (暂定): a year it is counted over has
    no notice yet. No day for a decision older than the table of working days."""
    try:
        due = revocation_reported_by(workdays, effective_on)
        return due, not workdays.official_over(effective_on, due)
    except errors.CalendarMissing:
        return None, False


def _days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += _ONE_DAY


def _no_such_term(text: object) -> errors.BadRequest:
    return errors.BadRequest(
        f"“{text}”不是有效的学期，请按“2024-2”的形式填写（学年起始年份-学期）。",
        f"“{text}” is not a semester; write it like 2024-2 (first year of the academic year, then 1 or 2).",
    )
