"""Parts of 上网发布: what was public at the end of a past day, and what changed between two days."""

from datetime import timedelta

import polars as pl
import streamlit as st

from core import public_history
from core.desk import Desk
from core.public.package import ADD, ALTER, REMOVE
from core.vocabulary import Level
from pages import _export, _tables
from pages._parts import empty, reporting_errors
from pages._words import _, in_words, named, province_names


def draw(present: Desk) -> None:
    """Two days: the figures of each, and what came, changed and went between them."""
    today = present.now().date()
    one, two = st.columns(2)
    earlier = one.date_input(_("前一日期"), today - timedelta(days=30), max_value=today, format="YYYY-MM-DD", key="publish.earlier")
    later = two.date_input(_("后一日期"), today, max_value=today, format="YYYY-MM-DD", key="publish.later")
    st.caption(_("按当日24时生效的数据包重现；数据包逐个以哈希相连，往日的公开内容一经改动即可查出。"))
    with reporting_errors():
        _figures(present, earlier, later)
        _changes(present, earlier, later)
        _looked_up(present, later)


def _figures(present: Desk, earlier: object, later: object) -> None:
    before, after = (public_history.figures(present, day) for day in (earlier, later))
    if before.is_empty() and after.is_empty():
        empty(_("这两天都没有公开的证书。放行第一批上网后，这里才有内容。"))
        return
    keys = ["province", "level", "term"]
    both = before.rename({"records": "before"}).join(after.rename({"records": "after"}), on=keys, how="full", coalesce=True)
    both = both.with_columns(pl.col("before", "after").fill_null(0)).with_columns(more=pl.col("after") - pl.col("before"))
    shown = in_words(both, "level", Level).with_columns(pl.col("province").replace(province_names()))
    columns = {
        "province": _tables.text(_("省份")), "level": _tables.text(_("学位级别")), "term": _tables.text(_("学期")),
        "before": _tables.count(f"{earlier}"), "after": _tables.count(f"{later}"), "more": _tables.count(_("增减")),
    }
    _export.table(
        present, _("公开证书"), shown.sort("term", "province", "level", descending=[True, False, False]), columns, key="publish.figures",
        rows=10, chosen=_days(earlier, later),
    )
    st.caption(_("公开证书合计：{before:,} → {after:,}").format(before=both["before"].sum(), after=both["after"].sum()))


def _changes(present: Desk, earlier: object, later: object) -> None:
    st.subheader(_("两日之间"), anchor=False)
    told = public_history.compare(present, earlier, later)
    for place, label, many in zip(
        st.columns(3), (_("新增"), _("变更"), _("撤下")), (told.added, told.changed, told.removed), strict=True
    ):
        place.metric(label, f"{many:,}")
    if told.lines.is_empty():
        return
    words = {ADD: _("新增"), ALTER: _("变更"), REMOVE: _("撤下")}
    columns = {
        "change": _tables.text(_("变动"), width=70), "certificate_no": _tables.text(_("证书编号"), width=170),
        "name": _tables.text(_("姓名"), width=110), "institution": _tables.text(_("学位授予单位")),
        "record_id": _tables.number(_("记录编号"), width=80),
    }

    def shown(lines: pl.DataFrame) -> pl.DataFrame:
        return named(lines, "institution").with_columns(pl.col("change").replace(words))

    def read(desk: Desk, part: int, size: int) -> pl.DataFrame:
        return public_history.compare(desk, earlier, later, page=part, size=size).lines

    picked = _export.table(
        present, _("两日之间"), shown(told.lines), columns, key="publish.changes", select=True, read=read, shape=shown,
        chosen=_days(earlier, later),
    )
    if picked and picked["record_id"] is not None:
        st.page_link("pages/record.py", label=_("看这条记录"), query_params={"record_id": str(picked["record_id"])})


def _days(earlier: object, later: object) -> str:
    return _export.filter_in_words({_("前一日期"): f"{earlier}", _("后一日期"): f"{later}"})


def _looked_up(present: Desk, day: object) -> None:
    st.subheader(_("当日公开的一条证书"), anchor=False)
    number = st.text_input(_("证书编号"), key="publish.number", max_chars=40, width=320)
    if not number.strip():
        return
    found = public_history.shown(present, day, number=number)
    if found.is_empty():
        empty(_("{day} 没有公开这个编号的证书，或不属您的范围。").format(day=day))
        return
    columns = {"XWZSBH": _tables.text(_("证书编号")), "XM": _tables.text(_("姓名")), "XWSYDW": _tables.text(_("学位授予单位")),
               "XWLB": _tables.text(_("学位类别")), "ZYMC": _tables.text(_("专业")), "HXWRQ": _tables.text(_("获学位日期"))}
    _tables.show(found, columns, key="publish.shown")
