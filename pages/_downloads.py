"""Files the screens hand out: made only when they are asked for, within the scope of the person at the desk."""

from functools import partial

import polars as pl
import streamlit as st

from core import exports
from core.deadlines import Term
from core.desk import Desk
from pages._words import _, name_in, named

_ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def offer(present: Desk, term: Term, notices: pl.DataFrame) -> None:
    """All workbooks of a semester as one zip, one bundle for each province, and each institution's workbook."""
    st.download_button(
        _("下载全部（{n:,} 份）").format(n=notices.height),
        partial(exports.term_archive, present, term.code),
        key="feedback.all",
        file_name=f"反馈_{term.code}.zip",
        mime=_ZIP,
        on_click="ignore",
        type="primary",
    )
    provinces = dict(named(notices, "province").select(notices["province"].alias("code"), "province").iter_rows())
    first, second = st.columns([3, 2], vertical_alignment="bottom")
    province = first.selectbox(_("一个省"), list(provinces), key="feedback.province", format_func=provinces.get)
    second.download_button(
        _("下载本省反馈包"),
        partial(exports.term_archive, present, term.code, province=province),
        key="feedback.bundle",
        file_name=f"反馈_{term.code}_{province}.zip",
        mime=_ZIP,
        on_click="ignore",
    )
    units = {
        row["notice_id"]: f"{row['notice_id']} {name_in(row, 'institution')}" for row in notices.iter_rows(named=True)
    }
    first, second = st.columns([3, 2], vertical_alignment="bottom")
    picked = first.selectbox(_("一个单位"), list(units), key="feedback.notice", format_func=units.get)
    second.download_button(
        _("下载这份反馈表"),
        partial(_workbook, present, picked),
        key="feedback.one",
        mime=XLSX,
        on_click="ignore",
        file_name=f"反馈_{term.code}_{units[picked]}.xlsx",
    )


def csv(table: pl.DataFrame, notes: list[str], *, name: str, key: str) -> None:
    """The data behind a chart or a query, as CSV with its definition and time above the header."""
    st.download_button(
        _("下载数据（CSV）"),
        partial(exports.to_csv, table, notes=notes),
        key=key,
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
    )


def _workbook(present: Desk, notice_id: int) -> bytes:
    return exports.notice_workbook(present, notice_id)[1]
