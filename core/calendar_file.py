"""日历文件: days of the calendar as an .ics file (RFC 5545) that any office calendar takes in; no personal data.

Must not know the store.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event
from icalendar.enums import STATUS, TRANSP

from core.desk import BEIJING
from core.milestones import Milestone

_HOME = "degree-certificate-desk"
_NAMES = {"zh": "学位证书网上查询工作日历", "en": "Degree certificate lookup: calendar"}
_PROVISIONAL = {"zh": "暂定：该年放假通知尚未录入。", "en": "Provisional: that year's holiday notice has not been entered."}


def content(days: Iterable[Milestone], *, language: str, at: datetime) -> bytes:
    """All-day events in one language (zh, en), one for each day; the same day keeps its UID from file to file.

    `at` is when the file is made, in Beijing time.
    """
    calendar = Calendar.new(
        uid=f"calendar@{_HOME}", prodid=f"-//{_HOME}//{language.upper()}", name=_NAMES[language], language=language
    )
    for day in days:
        calendar.add_component(_event(day, language, at.replace(tzinfo=BEIJING)))
    return calendar.to_ical()


def _event(day: Milestone, language: str, stamp: datetime) -> Event:
    zh, en = day.explained
    told = [getattr(day.ground, language), {"zh": zh, "en": en}[language], *([] if day.official else [_PROVISIONAL[language]])]
    return Event.new(
        uid=f"{day.of}.{day.kind.value}@{_HOME}", stamp=stamp, start=day.on, end=day.on + timedelta(days=1),
        summary=getattr(day, language), description="\n".join(told),
        status=STATUS.CONFIRMED if day.official else STATUS.TENTATIVE, transparency=TRANSP.TRANSPARENT,
    )  # fmt: skip
