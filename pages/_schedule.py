"""Parts of 日历: the days of a semester and of the months, the revocation calculator, and the tables behind them."""

import json

import polars as pl
import streamlit as st

from core import ruleset
from core.deadlines import FIRST_TERM, REVOCATION_WORKDAYS, Term, Workdays, revocation_reported_by
from core.desk import Desk
from core.milestones import Kind, Milestone, State
from core.tables import TABLES
from core.vocabulary import Duty
from pages import _export, _versions
from pages._words import _, actor_name, language, plain, say

_UNBROKEN = "\N{NO-BREAK SPACE}"

_COLOURED = r":[a-z-]+\[|\*\*|\]"

BEHIND = ("working_days", "holiday_notices", "filing_days", "lead_times")
"""The tables the calendar is reckoned from."""


def of_term(present: Desk, term: Term, days: list[Milestone]) -> None:
    """The six days of a semester's round: when, on what ground, how far away, and what is done."""
    st.subheader(_("{term} 学期日程").format(term=term.code), anchor=False)
    rows = [
        {
            _("日期"): on(day),
            _("事项"): f"**{say(day.kind)}**" if day.ground.statutory else say(day.kind),
            _("依据"): say(day.ground) if day.ground.statutory else f":gray[{say(day.ground)}]",
            _("最迟工作日"): f"{day.act_by:%m-%d} {weekday(day.act_by)}" if day.act_by != day.on else _("当日"),
            _("还有"): remaining(day),
            _("办理情况"): progress(day),
            _("说明"): f":gray[{explained(day)}]",
        }
        for day in days
    ]
    with st.container(key="calendar-days"):
        st.table(pl.DataFrame(rows), border="horizontal", hide_index=True)
    days = _uncoloured(rows)
    _export.offer(present, _("{term} 学期日程").format(term=term.code), dict.fromkeys(days.columns), days, name="calendar_term")


def of_year(present: Desk, year: int, days: list[Milestone]) -> None:
    """Each month's two days: until when its corrections are taken, by when last month's are processed."""
    st.subheader(_("{year} 年每月更正").format(year=year), anchor=False)
    processed = [day for day in days if day.kind is Kind.MONTHLY]
    taken = [day for day in days if day.kind is Kind.CORRECTIONS]
    rows = [
        {
            _("月份"): f"{month}",
            _("上月更正整理截止"): f"**{on(fifth, short=True)}**" if fifth.days >= 0 else on(fifth, short=True),
            _("本月更正收件截止"): on(last, short=True),
        }
        for month, (fifth, last) in enumerate(zip(processed, taken, strict=True), start=1)
    ]
    st.table(pl.DataFrame(rows), border="horizontal", hide_index=True)
    told = _uncoloured(rows)
    _export.offer(present, _("{year} 年每月更正").format(year=year), dict.fromkeys(told.columns), told, name="calendar_year")
    st.caption(say_of(processed[0].explained) + say_of(taken[0].explained) + _("（管理办法第八条）"))


def _uncoloured(rows: list[dict[str, str]]) -> pl.DataFrame:
    """The days without what colours them on the screen."""
    return pl.DataFrame(rows).with_columns(pl.all().str.replace_all(_COLOURED, "").str.replace_all(_UNBROKEN, " "))


def revocation(workdays: Workdays) -> None:
    """By when an institution must report a revocation, reckoned from the day its resolution takes effect (article 9)."""
    asked, told = st.columns([2, 3], vertical_alignment="bottom")
    effective = asked.date_input(
        _("撤销学位决议生效日期"), None, key="calendar.effective", format="YYYY-MM-DD", min_value=FIRST_TERM.starts,
        help=_("自生效次日起第 {n} 个工作日为报送撤销备案的最后一天（管理办法第九条）。").format(n=REVOCATION_WORKDAYS),
    )  # fmt: skip
    if effective is None:
        told.caption(_("填生效日期，算出报学位中心撤销备案的最后一天。"))
        return
    due = revocation_reported_by(workdays, effective)
    sentence = _("**{due:%Y-%m-%d} {weekday}** 前报送").format(due=due, weekday=weekday(due))
    told.markdown(sentence + ("" if workdays.official_over(effective, due) else _(" · 暂定")))


def tables(present: Desk) -> None:
    """Which version of the working days is in force, since when, by whom and why; and the way to the tables."""
    kept = ruleset.versions(present.db).filter(pl.col("effective_on") <= present.now().date())
    made = next(row for row in kept.iter_rows(named=True) if "working_days" in json.loads(row["changes"])["tables"])
    told = _("工作日表：第 {n} 版规则带来，{day} 起生效，{who}：{reason}").format(
        n=made["version"], day=made["effective_on"], who=actor_name(made["made_by"]), reason=_versions.reason(made)
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain(told), width="content")
        if present.actor.may(Duty.READ):
            for name in BEHIND:
                st.page_link("pages/codes.py", label=say(TABLES[name]), query_params={"table": name}, width="content")
            st.caption(_("在代码表中导入新表，随规则版本生效。"), width="content")


def on(day: Milestone, *, short: bool = False) -> str:
    """A day with its weekday; provisional where its year has no notice."""
    told = (f"{day.on:%m-%d}" if short else f"{day.on:%Y-%m-%d}") + _UNBROKEN + weekday(day.on)
    return told if day.official else told + _(" · 暂定")


def remaining(day: Milestone) -> str:
    """How many days and working days are left, or how long it is past; in red when something is left undone."""
    if day.days < 0:
        past = _("已过 {days} 天").format(days=-day.days)
        return f":red[**{past}**]" if day.state is State.OVERDUE else f":gray[{past}]"
    sure = "" if day.counted else _(" · 暂定")
    return _("{days} 天（{workdays} 个工作日）").format(days=day.days, workdays=day.workdays) + sure


def progress(day: Milestone) -> str:
    """How far it has come, in colour and counts."""
    if day.state is State.UNTOLD:
        return "—"
    colour = {State.OVERDUE: "red", State.OPEN: "orange", State.DONE: "green"}.get(day.state, "gray")
    counts = {
        Kind.INSTITUTIONS: _("已报 {done:,}，未报 {left:,}"),
        Kind.PROVINCES: _("已通过 {done:,}，待审 {left:,}"),
        Kind.FEED_BACK: _("已反馈 {done:,}，待反馈 {left:,}"),
        Kind.PUBLISH: _("已上网 {done:,}，可上网 {left:,}"),
    }[day.kind].format(done=day.done, left=day.left)
    return f":{colour}-badge[{say(day.state)}] {counts}"


def explained(day: Milestone) -> str:
    """How the day comes about."""
    return say_of(day.explained)


def say_of(pair: tuple[str, str]) -> str:
    """The sentence of a pair in the session's language."""
    zh, en = pair
    return f"{en} " if language() == "en" else zh


def weekday(day: object) -> str:
    """The day of the week, short."""
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")][day.weekday()]
