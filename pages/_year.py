"""The working days of a year as twelve small months, and the official notices they rest on."""

from calendar import Calendar
from collections import defaultdict
from datetime import date
from html import escape

import streamlit as st

from core.calendar_tables import holiday_notices
from core.deadlines import Workdays
from core.milestones import Milestone
from core.ruleset import Ruleset
from pages._words import _, listed, say

_STYLE = """<style>
.year { display: grid; grid-template-columns: repeat(4, 1fr); gap: 0.35rem 1rem; align-items: start; }
.year table { border-collapse: separate; border-spacing: 1px 0; table-layout: fixed; width: 100%;
  font-size: 0.78rem; font-variant-numeric: tabular-nums; }
.year caption { text-align: left; font-weight: 600; padding-bottom: 0.1rem; }
.year th { font-weight: 400; color: light-dark(#6B7380, #9AA4B1); padding: 0; }
.year td { text-align: center; padding: 0.09rem 0; border-radius: 3px; line-height: 1.15; }
.year .weekend { color: light-dark(#666F7C, #8D97A4); }
.year .holiday { background: light-dark(#F8DCD8, #5A2620); color: light-dark(#8C1D14, #FFC9C2); }
.year .makeup { background: light-dark(#DCE9F7, #1F3F60); color: light-dark(#174A80, #BBD9F7); }
.year .due { box-shadow: inset 0 0 0 1px light-dark(#1F5A99, #7DB4E6); font-weight: 700; }
.year .today { text-decoration: underline 2px; text-underline-offset: 2px; }
.year sup { font-size: 0.6rem; line-height: 0; }
.legend { font-size: 0.78rem; margin-top: 0.4rem; } .legend.year { display: block; }
.legend span { padding: 0.05rem 0.4rem; border-radius: 3px; margin-right: 0.6rem; }
</style>"""


def grid(workdays: Workdays, year: int, days: list[Milestone], today: date) -> None:
    """Twelve months with holidays, make-up days and the calendar's own days; provisional where the year has no notice."""
    due: dict[date, list[str]] = defaultdict(list)
    for day in days:
        due[day.on].append(say(day))
    first, last = date(year, 1, 1), date(year, 12, 31)
    worked = (last - first).days + 1 - len(workdays.days_off(first, last))
    st.subheader(_("{year} 年工作日（{n} 个）").format(year=year, n=worked), anchor=False)
    if not workdays.is_official(year):
        st.warning(_("{year} 年的放假通知尚未录入：按周一至周五推算，以下日子均为暂定。").format(year=year))
    months = "".join(_month(workdays, year, month, due, today) for month in range(1, 13))
    legend = [
        ("holiday", _("休 放假")), ("makeup", _("班 调休上班")), ("weekend", _("周末")), ("due", _("期限或日程")), ("today", _("今天")),
    ]  # fmt: skip
    told = "".join(f'<span class="{name}">{escape(words)}</span>' for name, words in legend)
    st.html(f'{_STYLE}<div class="year">{months}</div><div class="year legend">{told}</div>')


def notices(version: Ruleset, year: int) -> None:
    """The official notices a year's working days rest on; plainly said where they are not verified."""
    if not version.workdays.is_official(year):
        return
    told = holiday_notices(version.reference.table("holiday_notices"), year)
    if not told:
        st.caption(_("{year} 年：按已公布的放假安排；通知文号未核实。").format(year=year))
        return
    dated, undated = _("{document}（{day}）"), _("{document}（发文日期未核实）")
    cited = [(dated if each.issued_on else undated).format(document=each.document, day=each.issued_on) for each in told]
    st.caption(_("{year} 年放假依据：{documents}。").format(year=year, documents=listed(cited)))


def _month(workdays: Workdays, year: int, month: int, due: dict[date, list[str]], today: date) -> str:
    initials = [_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")]
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in initials)
    weeks = "".join(
        "<tr>" + "".join(_cell(workdays, day, due, today) if day.month == month else "<td></td>" for day in week) + "</tr>"
        for week in Calendar().monthdatescalendar(year, month)
    )
    caption = escape(_("{month} 月").format(month=month))
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{weeks}</tbody></table>"


def _cell(workdays: Workdays, day: date, due: dict[date, list[str]], today: date) -> str:
    names, mark = [], ""
    if day in workdays.makeup_days:
        names, mark = ["makeup"], f"<sup>{escape(_('班'))}</sup>"
    elif day in workdays.holidays:
        names, mark = ["holiday"], f"<sup>{escape(_('休'))}</sup>"
    elif not workdays.is_workday(day):
        names = ["weekend"]
    names += [*(["due"] if day in due else []), *(["today"] if day == today else [])]
    title = f' title="{escape(listed(due[day]))}"' if day in due else ""
    return f'<td class="{" ".join(names)}"{title}>{day.day}{mark}</td>'
