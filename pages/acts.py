"""办理记录: every act in the book, searched by record, person and day, with the hash that chains it (article 11)."""

import polars as pl
import streamlit as st

from core import book
from core.book import ActFilter
from core.vocabulary import Duty
from pages import _export, _tables
from pages._parts import desk, empty, header, is_number
from pages._words import _, actor_name, event_name

present = desk(Duty.ACCOUNTS)
header(present, _("办理记录"), _("谁、何时、办了什么、多少件、为何；登录、查询和导出也在内。逐条相接，改动、删去、插入都查得出。"))

left, middle, right = st.columns([2, 3, 3])
typed = left.text_input(_("记录编号"), key="acts.record", type="search", placeholder=_("记录及其批次、上网、材料"))
keys = book.persons(present)
person = middle.selectbox(_("办理人"), ["", *keys], key="acts.person", format_func=lambda key: actor_name(key) if key else _("所有人"))
days = right.date_input(_("日期"), (), key="acts.days", format="YYYY-MM-DD", max_value=present.now().date())

if typed.strip() and not is_number(typed.strip()):
    st.warning(_("记录编号是数字，请核对后重新填写。"))
    st.stop()
first, last = (days[0], days[-1]) if days else (None, None)
chosen = ActFilter(int(typed) if typed.strip() else None, person or None, first, last)


def shown(lines: pl.DataFrame) -> pl.DataFrame:
    """Acts in words."""
    names = {key: actor_name(key) for key in lines["actor"].unique()}
    what = [event_name(*pair) for pair in lines.select("machine", "event").iter_rows()]
    return lines.with_columns(pl.col("actor").replace(names), pl.Series("what", what, pl.String))


total = book.total(present, chosen)
if not total:
    empty(_("没有符合条件的办理记录。放宽条件再查。"))
    st.stop()
columns = {
    "act_id": _tables.number(_("编号"), width=56),
    "acted_at": _tables.moment(_("时间"), width=124),
    "actor": _tables.text(_("办理人"), width=126),
    "what": _tables.text(_("事项"), width=150),
    "subject": _tables.text(_("对象"), width=112),
    "subject_id": _tables.number(_("对象编号"), width=74),
    "moved": _tables.count(_("数量"), width=60),
    "before": _tables.text(_("之前"), width=80),
    "after": _tables.text(_("之后"), width=80),
    "note": _tables.text(_("说明"), width=150),
    "hash": _tables.text(_("哈希"), width=80),
}
number = _tables.pager(total, f"acts.page.{chosen}")
_tables.show(shown(book.page(present, chosen, number=number)), columns, key=f"acts.table.{number}", rows=16)
told = {
    _("记录编号"): typed.strip() or None, _("办理人"): actor_name(person) if person else None,
    _("日期"): f"{first} – {last}" if first else None,
}
_export.offer(
    present, _("办理记录"), columns, lambda desk, part, size: book.page(desk, chosen, number=part, size=size), name="acts",
    shape=shown, chosen=_export.filter_in_words(told), duty=Duty.ACCOUNTS,
)
