"""Parts of 总览: the statutory days, what waits to be done, the balance, the trend, and the latest acts."""

import polars as pl
import streamlit as st

from core import expected, milestones, rates, views
from core.desk import Desk
from core.lifecycle import FilingStatus
from core.milestones import Kind, State
from core.vocabulary import Duty
from pages import _charts, _export, _schedule, _sheet, _tables
from pages._parts import cached, reporting_errors
from pages._words import _, actor_name, event_name, say

_LARGE, _SMALL = 2, 4


def deadlines(present: Desk, sheet: pl.DataFrame) -> None:
    """What is overdue, in red, and what is next: the two nearest statutory days large, a few more in a line each."""
    with reporting_errors():
        days = cached(milestones.ahead, present, sheet)
        large = [day for day in days if day.ground.statutory and day.kind is not Kind.CORRECTIONS][:_LARGE]
        for place, day in zip(st.columns(_LARGE), large, strict=False):
            past = day.state is State.OVERDUE
            left = _("已过期 {days} 天") if past else _("还有 {days} 天（{workdays} 个工作日）")
            told = left.format(days=abs(day.days), workdays=day.workdays) + ("" if day.counted else _(" · 暂定"))
            place.metric(
                say(day), f"{day.on:%Y-%m-%d}", told, "inverse" if past else "off", border=True, delta_arrow="off",
                help=_schedule.explained(day),
            )  # fmt: skip
        with st.container(gap="xsmall"):
            small = [day for day in days if day not in large][:_SMALL]
            st.markdown("  \n".join(f"{_schedule.on(day)} · {say(day)} · {_schedule.remaining(day)}" for day in small))
            st.page_link("pages/calendar.py", label=_("打开日历"), query_params={"year": str(present.now().year)})


def todo(present: Desk, sheet: pl.DataFrame) -> None:
    """Filings to review, records to publish and cases to send, by semester, each a way to its screen."""
    st.subheader(_("待办"), anchor=False)
    kinds = {
        "unapproved": ("filings", _("{term}：{n:,} 个批次待省级审核"), {"status": str(FilingStatus.RECEIVED)}),
        "ready": ("publish", _("{term}：{n:,} 条记录可以上网"), {}),
        "to_send": ("feedback", _("{term}：{n:,} 条暂不提供记录待反馈"), {}),
    }
    waiting = [
        (line["key"], kind, line[kind]) for line in sheet.iter_rows(named=True) for kind in kinds if line[kind]
    ]
    if not waiting:
        st.caption(_("没有待办：批次都已审核，可上网的都已上网，应反馈的都已反馈。"))
    with st.container(gap="xsmall"):
        for term, kind, number in waiting:
            page, sentence, more = kinds[kind]
            told = sentence.format(term=term, n=number)
            if present.actor.may(Duty.READ):
                st.page_link(f"pages/{page}.py", label=told, query_params={"term": term} | more)
            else:
                st.markdown(told)


def overdue(present: Desk) -> None:
    """One line of the institutions that have not filed the semester now due, with a way to the list."""
    term = expected.round_of(present.now().date())
    with reporting_errors():
        late = cached(expected.totals, present, term)["late_institutions"]
        if not late:
            return
        told = _("{term}：{n:,} 个单位逾期未报送").format(term=term.code, n=late)
        if present.actor.may(Duty.READ):
            st.page_link("pages/expected.py", label=told, query_params={"term": term.code, "overdue": "1"})
        else:
            st.markdown(told)


def balance(present: Desk, sheet: pl.DataFrame) -> None:
    """Where every record received is now; a red line where the sum does not close, and the way to where it does not."""
    st.subheader(_("收支平衡"), anchor=False)
    if not _sheet.alarm(sheet):
        _sheet.equation()
    _export.table(present, _("收支平衡"), _sheet.shown(sheet, "term"), _sheet.columns("term"), key="overview.balance")
    if present.actor.may(Duty.READ):
        st.page_link("pages/balance.py", label=_("按省、单位和批次看收支"))


def trend(present: Desk) -> None:
    """The withheld rate over the semesters."""
    found = cached(rates.rates, present, rates.RateFilter(), by="term")
    if found.is_empty():
        return
    last = found.row(-1, named=True)
    title = _("{term} 的暂不提供率为 {rate:.1%}").format(term=last["key"], rate=last["rate"])
    hover = [_("{key}：{rejected:,} / {records:,} 条").format(**row) for row in found.iter_rows(named=True)]
    axes = {"axis": _("暂不提供率"), "across": _("学期")}
    figure = _charts.trend(found, label="key", value="rate", title=title, hover=hover, **axes)
    _charts.show(figure, key="overview.trend", alt=title)
    columns = {"key": _tables.text(_("学期")), "records": _tables.count(_("记录")), "rejected": _tables.count(_("暂不提供")),
               "rate": _tables.share(_("暂不提供率"))}  # fmt: skip
    _export.offer(present, _("暂不提供率"), columns, found, name="trend", duty=Duty.ANALYSE)
    st.caption(_("首次整理时至少有一个问题的记录，占查询范围内已整理记录之比；涉密记录不计。"))
    if present.actor.may(Duty.ANALYSE):
        st.page_link("pages/rates.py", label=_("看数据"), query_params={"by": "term"})


def acts(present: Desk) -> None:
    """What was done last, and by whom."""
    st.subheader(_("最近办理"), anchor=False)
    columns = {
        "acted_at": _tables.moment(_("时间"), width=120),
        "who": _tables.text(_("办理人"), width=110),
        "what": _tables.text(_("事项"), width=158),
        "subject_id": _tables.number(_("编号"), width=48),
        "moved": _tables.count(_("数量"), width=58),
        "note": _tables.text(_("说明")),
    }
    _export.table(
        present, _("最近办理"), _acts(views.acts(present, size=12)), columns, key="overview.acts", rows=8, shape=_acts,
        read=lambda desk, part, size: views.acts(desk, page=part, size=size),
    )


def _acts(done: pl.DataFrame) -> pl.DataFrame:
    done = done.sort("acted_at", descending=True, maintain_order=True)
    what = [event_name(*pair) for pair in done.select("machine", "event").iter_rows()]
    who = [actor_name(key) for key in done["actor"]]
    return done.with_columns(pl.Series("what", what, pl.String), pl.Series("who", who, pl.String))
