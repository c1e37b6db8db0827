"""Parts of 应报单位: the totals of a semester, step by step, and the page of institutions by level."""

import polars as pl
import streamlit as st

from core import expected
from core.deadlines import Term
from core.desk import Desk
from core.expected import GridFilter, Stage, Why
from core.vocabulary import Level
from pages import _export, _tables
from pages._words import _, in_colour, in_words, named, province_names, say


def totals(counts: dict[str, int]) -> None:
    """How many of the expected have come to each step or past it."""
    labels = {
        "expected": _("应报"), "missing": _("未报"), "overdue": _("逾期"), "nil": _("零报送"), "received": _("已接收"),
        "approved": _("省级通过"), "checked": _("检查完毕"), "fed_back": _("反馈完毕"), "published": _("已上网"),
    }  # fmt: skip
    for place, (name, label) in zip(st.columns(len(labels)), labels.items(), strict=True):
        place.metric(label, f"{counts[name]:,}", border=True)


def table(present: Desk, term: Term, wanted: GridFilter, total: int) -> None:
    """A page of the grid."""
    page = _tables.pager(total, f"expected.page.{term.code}.{wanted}")
    found = _shown(expected.grid(present, term, wanted, page=page))
    counts = {
        "records": _("记录数"), "approved": _("通过批次"), "checked": _("已检"), "to_send": _("待反馈"), "fed_back": _("已反馈"),
        "cleared": _("待上网"), "published": _("已上网"),
    }  # fmt: skip
    days = {
        "received_on": _("接收日期"), "approved_on": _("审核日期"), "fed_back_on": _("反馈日期"),
        "published_on": _("上网日期"), "nil_on": _("零报送签署"),
    }  # fmt: skip
    columns = {
        "days_overdue": _tables.count(_("逾期天数"), width=90),
        "stage": _tables.status(_("报送进度"), Stage, width=105),
        "institution": _tables.text(_("学位授予单位"), width=180),
        "level": _tables.text(_("学位级别"), width=84),
        "province": _tables.text(_("省份"), width=96),
        "due_on": _tables.day(_("下一步期限"), width=90),
        "records": _tables.count(counts.pop("records"), width=62),
        "received_on": _tables.day(days.pop("received_on"), width=90),
        "approved_on": _tables.day(days.pop("approved_on"), width=108),
        "why": _tables.text(_("应报依据"), width=140),
        "filed_term": _tables.text(_("上次报送"), width=70),
        **{name: _tables.count(label) for name, label in counts.items()},
        **{name: _tables.day(label) for name, label in days.items()},
        "supplements": _tables.count(_("其中补报")),
        "returned": _tables.count(_("被退回批次")),
    }
    _tables.show(found, columns, key=f"expected.table.{term.code}.{wanted}.{page}", rows=10)
    _export.offer(
        present, _("应报单位"), columns, lambda desk, part, size: expected.grid(desk, term, wanted, page=part, size=size),
        name="expected", shape=_shown, chosen=_export.filter_in_words({
            _("学期"): term.code, _("省份"): province_names().get(wanted.province or ""),
            _("学位级别"): say(Level(wanted.level)) if wanted.level else None,
            _("报送进度"): say(Stage(wanted.stage)) if wanted.stage else None,
            _("期限"): _("仅看逾期") if wanted.overdue else None,
        }),
    )  # fmt: skip


def _shown(lines: pl.DataFrame) -> pl.DataFrame:
    found = named(lines, "province", "institution")
    return in_colour(in_words(in_words(found, "level", Level), "why", Why), stage=Stage).with_columns(
        pl.when(pl.col("days_overdue") > 0).then(pl.col("days_overdue")).alias("days_overdue")
    )
