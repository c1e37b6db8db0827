"""A dry run on the screen 接收报送: what was found of a file or package, stamped 未报送, and the same to take away."""

from dataclasses import replace
from functools import partial

import polars as pl
import streamlit as st

from core import dryrun, inspection
from core.checking import FILING_ROW
from core.desk import Desk
from core.dryrun import DryRun, Part
from core.record import COLUMNS
from core.rules import RULES
from core.vocabulary import FindingClass
from pages import _downloads, _facts, _filing, _tables
from pages._words import _, in_colour, language, plain, say


def show(present: Desk, run: DryRun) -> None:
    """The stamp with the downloads, then what was found; of several files one at a time."""
    english = language() == "en"
    with st.container(border=True):
        first, *others = run.told(english=english)
        st.markdown(f":red[**{plain(first)}**]")
        for line in others:
            st.caption(plain(line))
        with st.container(horizontal=True):
            kinds = {"csv": ("text/csv", dryrun.to_csv), "xlsx": (_downloads.XLSX, dryrun.workbook)}
            for suffix, (mime, made) in kinds.items():
                _downloads.hand(
                    present, _("下载全部问题（{kind}，标“未报送”）").format(kind=suffix.upper()),
                    partial(made, present, run, english=english), run.file_name(suffix, english=english),
                    key=f"load.dry.{suffix}", mime=mime,
                )  # fmt: skip
    part = run.parts[0]
    if len(run.parts) > 1:
        part = st.selectbox(_("看哪个文件"), run.parts, format_func=lambda each: each.name, key="load.dry.part")
    _findings(present, run, part)


def _findings(present: Desk, run: DryRun, part: Part) -> None:
    """What the checks found: counts by class and rule, sample rows, and what could not be judged."""
    checked, english = part.checked, language() == "en"
    counts = inspection.draft_counts(part.records, checked)
    labels = {"records": _("记录"), "withheld": _("暂不提供"), "excluded": _("不属查询范围"), "findings": _("问题数")}
    for place, (name, label) in zip(st.columns(4), labels.items(), strict=True):
        place.metric(label, f"{counts[name]:,}", border=True)
    left, right = st.columns([2, 3])
    with left:
        classes = in_colour(inspection.draft_classes(checked), **{"class": FindingClass})
        _tables.show(
            classes,
            {
                "class": _tables.status(_("问题类别"), FindingClass),
                "records": _tables.count(_("记录")),
                "findings": _tables.count(_("问题数")),
            },
            key="load.classes",
        )
    with right:
        told = replace(run, parts=(part,)).told(english=english)
        _filing.rules(
            present, inspection.draft_rules(present, checked), key="load.rules", mark=dryrun.STAMP[english], more=tuple(told),
        )
    sample = inspection.draft_sample(present, checked)
    if sample.height:
        st.subheader(_("问题示例（前 {n} 个）").format(n=sample.height), anchor=False)
        told = in_colour(sample, **{"class": FindingClass}).with_columns(
            value=_values(sample),
            row=pl.when(pl.col("row") == FILING_ROW).then(pl.lit(_("整个批次"))).otherwise(pl.col("row").cast(pl.String)),
            sentence=pl.col("rule").replace_strict({code: say(rule) for code, rule in RULES.items()}),
            field=pl.col("field").replace_strict({code: say(column) for code, column in COLUMNS.items()}),
        )
        _tables.show(
            told,
            {
                "row": _tables.text(_("原文件行号"), width=90),
                "class": _tables.status(_("问题类别"), FindingClass),
                "rule": _tables.text(_("规则"), width=50),
                "sentence": _tables.text(_("问题"), width=380),
                "field": _tables.text(_("字段"), width=130),
                "value": _tables.text(_("报送内容")),
            },
            key="load.sample",
        )


def _values(sample: pl.DataFrame) -> pl.Series:
    """What was filed; of the filing as such, what was counted."""
    told = [
        _facts.counted(value) if row == FILING_ROW and value else value
        for row, value in sample.select("row", "value").iter_rows()
    ]
    return pl.Series(told, dtype=pl.String)
