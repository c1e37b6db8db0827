"""Files the screens hand out: made only when asked for, within the person's scope, and marked with who took them and when.

The one place where a file leaves a screen.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from core import delivery, marking
from core.desk import Desk
from pages._words import _, named

_ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def hand(
    present: Desk, label: str, make: Callable[[], bytes], name: str, *, key: str, mime: str = "application/octet-stream",
    blank: bool = False, place: Any = st, **look: Any,
) -> None:
    """A button for a file that is made when it is pressed, and marked. A `blank` form, with nobody's data, needs no mark."""

    def made() -> bytes:
        return make() if blank else marking.marked(present, name, make())

    place.download_button(label, made, name, mime, key=key, on_click="ignore", **look)


def bundles(present: Desk, run_id: int, register: pl.DataFrame) -> None:
    """The bundles of a run that are made (`register` as delivery.register gives it): one province's, and the centre's all."""
    made = register.filter(pl.col("made_at").is_not_null())
    if made.is_empty():
        return
    provinces = dict(named(made, "province").select(made["province"].alias("code"), "province").iter_rows())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        province = st.selectbox(_("一个省"), list(provinces), key="feedback.province", format_func=provinces.get, width=220)
        hand(
            present, _("下载本省反馈包"), partial(delivery.bundle, present, run_id, province), f"反馈_{run_id}_{province}.zip",
            key="feedback.bundle", mime=_ZIP, type="primary",
        )
        if present.actor.province is None:
            hand(
                present, _("下载全部（{n:,} 份）").format(n=register.height), partial(delivery.everything, present, run_id),
                f"反馈_{run_id}.zip", key="feedback.all", mime=_ZIP,
            )


def notice(present: Desk, notice_id: int) -> None:
    """One notice's workbook and letter; fetching the workbook is noted."""
    with st.container(horizontal=True):
        hand(
            present, _("下载这份反馈表"), lambda: delivery.workbook(present, notice_id)[1], f"反馈_{notice_id}.xlsx",
            key="feedback.one", mime=XLSX,
        )
        hand(
            present, _("下载反馈函"), lambda: delivery.covering_letter(present, notice_id)[1], f"反馈_函_{notice_id}.docx",
            key="feedback.letter", mime=DOCX,
        )
