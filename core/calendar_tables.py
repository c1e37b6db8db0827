"""The small tables beside the working days: filing days (报送期限), holiday notices (放假通知), our lead times (内部提前量).

Serves articles 5, 6, 8 and 9. Must not know what day it is today, nor the database.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from core import errors, reference
from core.deadlines import Term


@dataclass(frozen=True)
class FilingDays:
    """By when the institutions file a semester, and by when the provinces have passed what was filed (报送期限)."""

    institution: date
    province: date

    @classmethod
    def of(cls, filing_days: pl.DataFrame, term: Term) -> "FilingDays":
        """The days of a semester from a table with columns half, body, day (month-day): both fall in the year its round
        ends in, the institutions' before the provinces' and those before the feedback. Raises CalendarMissing."""
        year = term.feed_back_by.year
        in_force = filing_days.filter(pl.col("half") == str(term.half), reference.in_force(term.ends))
        told = dict(in_force.select("body", "day").iter_rows())
        try:
            days = cls(*(date.fromisoformat(f"{year}-{told[body]}") for body in ("institution", "province")))
        except (KeyError, ValueError):
            raise _no_filing_days(term) from None
        if not term.ends < days.institution <= days.province <= term.feed_back_by:
            raise _no_filing_days(term)
        return days


@dataclass(frozen=True)
class HolidayNotice:
    """A notice of the State Council or its General Office on a year's holidays; its day is None when not verified."""

    year: int
    document: str
    issued_on: date | None


def holiday_notices(table: pl.DataFrame, year: int) -> list[HolidayNotice]:
    """The notices a year's working days rest on, in the order they were issued; none when not verified or not issued."""
    told = table.filter(pl.col("year") == str(year)).sort("issued_on", "document", nulls_last=True)
    return [HolidayNotice(year, *row) for row in told.select("document", "issued_on").iter_rows()]


@dataclass(frozen=True)
class LeadTimes:
    """How many working days before a statutory day we close what goes into it: our own choice, not the regulation's."""

    feedback_freeze: int
    publication_freeze: int

    @classmethod
    def of(cls, lead_times: pl.DataFrame, day: date) -> "LeadTimes":
        """The lead times in force on a day, from a table with columns milestone, workdays. Raises CalendarMissing."""
        told = dict(lead_times.filter(reference.in_force(day)).select("milestone", "workdays").iter_rows())
        try:
            leads = cls(*(int(told[name]) for name in LEADS))
        except (KeyError, TypeError, ValueError):
            raise _unusable() from None
        if not all(1 <= getattr(leads, name) <= MOST_LEAD for name in LEADS):
            raise _unusable()
        return leads


LEADS = ("feedback_freeze", "publication_freeze")
"""What has a lead time of its own."""

MOST_LEAD = 30
"""More working days than the centre has for a round (domain of articles 5 and 6) can't be meant."""


def _no_filing_days(term: Term) -> errors.CalendarMissing:
    return errors.CalendarMissing(
        f"报送期限表中没有{term.zh}可用的单位和省级期限（须在学期结束之后、反馈截止之前，单位在前）。请修订该表。",
        f"The table of filing days has no usable days for {term.code} (after its end, before feedback is due, "
        "institutions first). Revise that table.",
    )


def _unusable() -> errors.CalendarMissing:
    return errors.CalendarMissing(
        f"内部提前量表须有反馈冻结（feedback_freeze）和上网冻结（publication_freeze）各一行，工作日数在1与{MOST_LEAD}之间。请修订该表。",
        "The table of lead times needs one line each for feedback_freeze and publication_freeze, with 1 to "
        f"{MOST_LEAD} working days. Revise that table.",
    )
