"""The causes behind one filing's findings, on the screen: rule, field, how the filed values look, how many."""

import polars as pl
import streamlit as st

from core import causes
from core.desk import Desk
from core.record import COLUMNS
from core.rules import RULES
from core.vocabulary import FindingClass
from pages import _export, _tables
from pages._parts import cached, empty
from pages._words import _, in_colour, say


def table(present: Desk, filing_id: int) -> None:
    """A page of causes, largest first; choosing one offers its first record."""
    many, findings = cached(causes.total, present, filing_id)
    if not many:
        empty(_("没有待处理的问题。"))
        return
    st.caption(_("{findings:,} 个问题归为 {many:,} 种成因；9、A、字 代表任意数字、字母、汉字。").format(findings=findings, many=many))
    page = _tables.pager(many, f"filings.causes.page.{filing_id}", quiet=True)
    picked = _export.table(
        present, _("成因"),
        _told(causes.page(present, filing_id, page=page, size=_tables.PAGE)),
        {
            "records": _tables.count(_("记录数"), width=64),
            "class": _tables.status(_("类别"), FindingClass, width=136),
            "rule": _tables.text(_("规则"), width=50),
            "field": _tables.text(_("字段"), width=96),
            "filed": _tables.text(_("填报内容"), width=96),
            "sentence": _tables.text(_("问题")),
        },
        key=f"filings.causes.{filing_id}.{page}",
        select=True,
        read=lambda desk, part, size: causes.page(desk, filing_id, page=part, size=size),
        shape=_told,
        chosen=_export.filter_in_words({_("批次"): f"{filing_id}"}),
    )
    if picked:
        st.page_link(
            "pages/record.py",
            label=_("看其中一条：文件第 {row:,} 行").format(row=picked["filing_row"]),
            query_params={"record_id": str(picked["record_id"])},
        )


def _told(found: pl.DataFrame) -> pl.DataFrame:
    """Causes in words."""
    told = found.with_columns(
        sentence=pl.col("rule").replace_strict({code: say(rule) for code, rule in RULES.items()}),
        field=pl.col("field").replace_strict({code: say(column) for code, column in COLUMNS.items()}, default=pl.col("field")),
        filed=pl.coalesce("value", pl.col("shape").str.replace_all(causes.HANZI, _("字")), pl.lit(_("（空）"))),
    )
    return in_colour(told, **{"class": FindingClass})
