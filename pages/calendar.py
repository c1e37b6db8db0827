"""日历: the statutory days of a semester and a year, the days counted back from them, and the working days (articles 5 to 9)."""

from functools import partial

import streamlit as st

from core import calendar_file, expected, milestones, ruleset
from core.deadlines import FIRST_TERM, Term, term_of
from core.errors import CentreError
from pages import _downloads, _filters, _schedule, _year
from pages._parts import cached, desk, header
from pages._words import _, language, plain, say

present = desk()
today = present.now().date()
chosen = _filters.read("calendar", "term", "year")
if not chosen["term"]:
    _filters.put("calendar", term=expected.round_of(today).code)
if not chosen["year"]:
    _filters.put("calendar", year=str(today.year))
action = header(present, _("日历"), _("法定期限、由此倒排的内部日程和工作日；每个日子从哪里来，还剩几天，办到哪一步。"))

terms, last = [], term_of(today).next()
while last >= FIRST_TERM:
    terms.append(last.code)
    last = last.previous()
years = {str(year): str(year) for year in range(today.year + 1, FIRST_TERM.year - 1, -1)}
places = st.columns([3, 1, 4], vertical_alignment="bottom")
with places[0]:
    term = Term.parse(_filters.choose("calendar", "term", _("学期"), _filters.names_of(terms)))
with places[1]:
    year = int(_filters.choose("calendar", "year", _("年份"), years))

try:
    version = ruleset.in_force(present.db, today)
    of_term = cached(milestones.of_term, present, term)
    of_year = cached(milestones.of_year, present, year)
    with places[2]:
        _schedule.revocation(version.workdays)
except CentreError as refusal:
    st.error(plain(say(refusal)))
    _schedule.tables(present)
    st.stop()

_downloads.hand(
    present,
    _("下载日历（.ics）"),
    partial(calendar_file.content, of_term + of_year, language=language(), at=present.now()),
    _("日历") + f"_{term.code}_{year}.ics",
    key="calendar.file",
    mime="text/calendar",
    blank=True,
    place=action,
    type="primary",
    help=_("所选学期和年份的全部日子，供导入办公日历；不含个人信息。"),
)
_schedule.of_term(present, term, of_term)
left, right = st.columns([2, 5])
with left:
    _schedule.of_year(present, year, of_year)
with right:
    _year.grid(version.workdays, year, [*of_term, *of_year], today)
    _year.notices(version, year)
_schedule.tables(present)
