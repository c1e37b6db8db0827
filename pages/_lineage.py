"""The versions of one filing on the screen: what each changed, and what the province had said of the one before."""

import polars as pl
import streamlit as st

from core import views
from core.desk import Desk
from core.lifecycle import FilingStatus
from pages import _export, _tables
from pages._words import _, in_colour


def versions(present: Desk, filing_id: int) -> None:
    """The chain of versions, where there is more than one, and the records the latest one changed."""
    chain = views.filing_versions(present, filing_id)
    if chain.height < 2:
        return
    shown = chain.filter(pl.col("filing_id") == filing_id).row(0, named=True)
    _since_approval(chain, shown["version"])
    _export.table(
        present, _("版本"),
        in_colour(chain, status=FilingStatus),
        {
            "version": _tables.number(_("版本"), width=44),
            "filing_id": _tables.number(_("批次"), width=44),
            "status": _tables.status(_("状态"), FilingStatus, width=150),
            "records": _tables.count(_("记录数"), width=60),
            "added": _tables.count(_("新增"), width=50),
            "gone": _tables.count(_("减少"), width=50),
            "altered": _tables.count(_("更改"), width=50),
            "received_at": _tables.moment(_("接收时间"), width=125),
        },
        key="filings.versions",
        chosen=_export.filter_in_words({_("批次"): f"{filing_id}"}),
    )
    many = sum(shown[name] or 0 for name in ("added", "gone", "altered"))
    if many:
        with st.expander(_("比上一版变动的记录（{many:,} 条）").format(many=many)):
            _changes(present, filing_id, many)


def _since_approval(chain: pl.DataFrame, version: int) -> None:
    """How many records changed since the province last passed a version before this one."""
    passed = chain.filter(pl.col("version") < version, pl.col("review_document").is_not_null()).head(1)
    if passed.is_empty():
        return
    since = chain.filter(pl.col("version").is_between(passed["version"][0] + 1, version))
    many = since.select(pl.sum_horizontal(pl.col("added", "gone", "altered").fill_null(0)).sum()).item()
    told = passed.row(0, named=True)
    st.warning(
        _("省级曾于 {on} 审核通过第 {version} 版（{document}）；此后 {many:,} 条记录有变动，须重新审核。").format(
            on=told["reviewed_on"], version=told["version"], document=told["review_document"], many=many
        )
    )


def _changes(present: Desk, filing_id: int, many: int) -> None:
    page = _tables.pager(many, f"filings.changes.page.{filing_id}", quiet=True)
    words = {"added": _("新增"), "gone": _("减少"), "altered": _("更改")}

    def told(lines: pl.DataFrame) -> pl.DataFrame:
        return lines.with_columns(pl.col("change").replace_strict(words))

    found = views.filing_changes(present, filing_id, page=page, size=_tables.PAGE)
    _export.table(
        present, _("比上一版变动的记录"),
        told(found),
        {
            "change": _tables.text(_("变动"), width=60),
            "name": _tables.text(_("姓名"), width=110),
            "certificate_no": _tables.text(_("学位证书编号"), width=150),
            "filing_row": _tables.number(_("本版行号"), width=70),
            "former_row": _tables.number(_("上版行号"), width=70),
        },
        key=f"filings.changes.{filing_id}.{page}",
        read=lambda desk, part, size: views.filing_changes(desk, filing_id, page=part, size=size),
        shape=told,
        chosen=_export.filter_in_words({_("批次"): f"{filing_id}"}),
    )
