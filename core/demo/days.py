"""The days of a filing: when its degrees were resolved and conferred, and the days its faults fall on.

Must not know institutions or records.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from core.deadlines import Term, Workdays

_WINDOW, _LEAD, _PAST = 18, 4, 11
"""Days in which a semester's degrees are conferred, days from resolution to them, days past the semester's end."""


@dataclass(frozen=True)
class Days:
    """The days of one filing, working days all but `off`.

    `first` opens the semester's days of conferral for all filings, `given` are the three of them on which this one's
    degrees are conferred; `lone` and `off` are others. `resolved` is the degree committee's day, `early` one before
    it; `outside` lies after the semester.
    """

    first: date
    given: tuple[date, date, date]
    lone: date
    off: date
    resolved: date
    early: date
    outside: date


def days_of(term: Term, workdays: Workdays, rng: np.random.Generator) -> Days:
    """Draw the days of a filing of that semester."""
    start = date(term.year + 1, 6, 12) if term.half == 2 else date(term.year, 12, 8)
    window = [start + timedelta(days=offset) for offset in range(_WINDOW)]
    first, *working = [day for day in window if workdays.is_workday(day)]
    chosen = sorted(working[place] for place in rng.choice(len(working), 4, replace=False))
    lone = chosen.pop(int(rng.integers(4)))
    resolved = _working(start - timedelta(days=_LEAD), workdays, back=True)
    return Days(
        first, (chosen[0], chosen[1], chosen[2]), lone, workdays.days_off(window[0], window[-1])[0], resolved,
        _working(resolved - timedelta(days=1), workdays, back=True),
        _working(term.ends + timedelta(days=_PAST), workdays, back=False),
    )


def _working(day: date, workdays: Workdays, *, back: bool) -> date:
    while not workdays.is_workday(day):
        day += timedelta(days=-1 if back else 1)
    return day
