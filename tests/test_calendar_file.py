"""日历文件: what another program reads back from the .ics file, and that it keeps to RFC 5545."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar

from core import calendar_file, milestones
from core.deadlines import Term
from core.milestones import Milestone
from tests.builders import a_desk, a_filing, people

AT = datetime(2026, 11, 24, 9, 30)


@pytest.fixture(scope="module")
def days(tmp_path_factory) -> list[Milestone]:
    desk = a_desk(tmp_path_factory.mktemp("calendar"), at=AT)
    a_filing(desk, people(2), approved=True)
    return [*milestones.of_term(desk, Term(2025, 2)), *milestones.of_year(desk, 2027)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_day_is_read_back_as_an_all_day_event_in_the_language(days, language):
    events = Calendar.from_ical(calendar_file.content(days, language=language, at=AT)).events

    assert [(event.start, event.end) for event in events] == [(day.on, day.on + timedelta(days=1)) for day in days]
    assert all(type(event.start) is date and event["DTSTART"].params["VALUE"] == "DATE" for event in events)
    assert [event["SUMMARY"] for event in events] == [getattr(day, language) for day in days]
    told = str(next(event for event in events if "publish@" in event["UID"])["DESCRIPTION"])
    assert ("管理办法第五条" in told, "Measures, art. 5" in told) == (language == "zh", language == "en")


def test_days_without_a_notice_are_tentative_and_say_so(days):
    events = Calendar.from_ical(calendar_file.content(days, language="zh", at=AT)).events

    for day, event in zip(days, events, strict=True):
        assert (event["STATUS"] == "CONFIRMED") == day.official == ("暂定" not in event["DESCRIPTION"])
    assert {event["STATUS"] for event in events} == {"CONFIRMED", "TENTATIVE"}


def test_an_event_keeps_its_uid_in_any_language_and_when_its_day_moves(days):
    def uids(days: list[Milestone], language: str) -> list[str]:
        return [event["UID"] for event in Calendar.from_ical(calendar_file.content(days, language=language, at=AT)).events]

    moved = [replace(day, on=day.on + timedelta(days=1)) for day in days]

    assert uids(days, "zh") == uids(moved, "en")
    assert len({*uids(days, "zh")}) == len(days)


def test_the_file_keeps_to_rfc_5545(days):
    content = calendar_file.content(days, language="zh", at=AT)
    lines = content.split(b"\r\n")

    assert lines[0] == b"BEGIN:VCALENDAR" and lines[-2:] == [b"END:VCALENDAR", b""]
    assert b"\n" not in b"".join(lines) and b"\r" not in b"".join(lines)
    assert max(len(line) for line in lines) <= 75
    assert b"VERSION:2.0" in lines and sum(line.startswith(b"PRODID:") for line in lines) == 1
    assert not any(line.startswith(b"METHOD") for line in lines)
    for event in Calendar.from_ical(content).events:
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= {*event}
        assert event.errors == []
        assert event["DTSTAMP"].dt.isoformat() == "2026-11-24T01:30:00+00:00"


def test_the_same_days_at_the_same_time_give_the_same_bytes(days):
    assert calendar_file.content(days, language="en", at=AT) == calendar_file.content(days, language="en", at=AT)


def test_the_file_tells_of_no_person_and_no_count(days):
    told = calendar_file.content(days, language="zh", at=AT).decode().replace("\r\n ", "")

    fields = {line.split(":")[0].split(";")[0] for line in told.splitlines()}
    assert fields <= {
        "BEGIN", "END", "VERSION", "PRODID", "NAME", "X-WR-CALNAME", "UID", "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "DESCRIPTION",
        "STATUS", "TRANSP",
    }
    assert "80901" not in told and "张" not in told
