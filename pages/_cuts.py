"""Parts of 拒收分析: a cut as chart, table and CSV under one definition, and the box for questions of one's own."""

from typing import Any

import polars as pl
import streamlit as st

from core import analysis, rates
from core.desk import Desk
from core.rates import RateFilter
from core.rules import RULES
from core.vocabulary import Category, Duty, Level
from pages import _charts, _export, _tables
from pages._parts import cached, reporting_errors, scope_name
from pages._words import _, language, province_names, say

_SHOWN = 15

EXAMPLES = {
    "worst": "SELECT institution_name, count(*) AS findings\nFROM findings\nGROUP BY ALL ORDER BY findings DESC LIMIT 20",
    "status": "SELECT term, status, count(*) AS records\nFROM records\nGROUP BY ALL ORDER BY ALL",
    "rules": "SELECT f.rule, r.zh, count(*) AS findings\nFROM findings AS f JOIN rules AS r ON r.rule = f.rule\n"
    "GROUP BY ALL ORDER BY findings DESC",
}


def cuts() -> dict[str, str]:
    """The ways to cut the rate."""
    return {
        "province": _("省份"),
        "institution": _("学位授予单位"),
        "level": _("学位级别"),
        "category": _("报送类别"),
        "term": _("学期"),
        "rule": _("规则"),
    }


def cut(present: Desk, wanted: RateFilter, by: str, overall: dict[str, Any]) -> None:
    """One cut: the chart with its answer, the definition, the table and its CSV."""
    found = cached(rates.rates, present, wanted, by=by)
    labels = [_label(by, row) for row in found.iter_rows(named=True)]
    found = found.with_columns(pl.Series("label", labels, dtype=pl.String)).sort(
        "rate", descending=True, nulls_last=True
    )
    notes = _notes(present, wanted, by, overall)
    chart, figures = st.columns([3, 2])
    with chart:
        _chart(found, by, overall)
    with figures:
        columns = {
            "label": _tables.text(cuts()[by], width=205 if by in ("rule", "institution", "category") else None),
            "records": _tables.count(_("已判记录") if by == "rule" else _("记录")),
            "rejected": _tables.count(_("不符") if by == "rule" else _("暂不提供")),
            "rate": _tables.percent(_("比率")),
        }
        shown = found.sort("key") if by == "term" else found
        _tables.show(shown.with_columns(pl.col("rate") * 100), columns, key=f"rates.table.{by}", rows=13)
        _export.offer(
            present, _("拒收分析") + "：" + cuts()[by], {"key": None} | columns, shown, name=f"rates_{by}", chosen=notes[1], more=tuple(notes),
            duty=Duty.ANALYSE,
        )
    st.caption("  \n".join(notes))


def sql_box(present: Desk) -> None:
    """A SELECT over de-identified tables, its answer and its CSV."""
    st.subheader(_("自己提问（SQL）"), anchor=False)
    names = {"worst": _("问题最多的单位"), "status": _("各学期记录状态"), "rules": _("各规则的问题数")}
    left, right = st.columns([3, 2])
    with right:
        st.caption(_("可查的表（无姓名、证件号和证书编号，不含涉密记录；只读，限 10 秒）："))
        for name, columns in analysis.columns(present).items():
            zh, en = analysis.TABLES[name]
            st.markdown(f"`{name}` {en if language() == 'en' else zh}  \n{', '.join(f'`{each}`' for each in columns)}")
    with left:
        example = st.pills(
            _("示例"), list(EXAMPLES), key="rates.example", format_func=names.get, default="worst", required=True
        )
        sql = st.text_area("SQL", EXAMPLES[example], key=f"rates.sql.{example}", height=120)
        if st.button(_("运行"), key="rates.run"):
            st.session_state["rates.asked"] = sql
    if st.session_state.get("rates.asked") == sql:
        _answer(present, sql)


def _answer(present: Desk, sql: str) -> None:
    with reporting_errors():
        answer = analysis.ask(present, sql)
        st.dataframe(answer, hide_index=True, row_height=30, key="rates.answer")
        told = answer.with_columns(pl.col(pl.Categorical).cast(pl.String))
        _export.offer(
            present, _("自己提问（SQL）"), dict.fromkeys(told.columns), told, name="answer", chosen=sql.replace("\n", " "),
            duty=Duty.ANALYSE,
        )


def _chart(found: pl.DataFrame, by: str, overall: dict[str, Any]) -> None:
    ranked = rates.comparable(found)
    if ranked.is_empty():
        st.caption(_("每组都不足 {n} 条记录，不排名；数字见表。").format(n=rates.LEAST))
        return
    top = ranked.row(0, named=True)
    sentence = (
        _("“{label}”不符率最高，{rate:.1%}") if by == "rule" else _("{label}最高，{rate:.1%}；总体 {overall:.1%}")
    )
    title = sentence.format(label=_short(top["label"]), rate=top["rate"], overall=overall["rate"])
    shown = ranked.head(_SHOWN)
    line = _("{label}<br>{rejected:,} / {records:,} 条，{rate:.2%}")
    hover = [line.format(**row) for row in shown.iter_rows(named=True)]
    if by == "term":
        shown = ranked.sort("key")
        hover = [line.format(**row) for row in shown.iter_rows(named=True)]
        figure = _charts.trend(
            shown, label="key", value="rate", title=title, axis=_("暂不提供率"), across=_("学期"), hover=hover
        )
    else:
        short = shown.with_columns(pl.Series("label", [_short(label) for label in shown["label"]]))
        figure = _charts.bars(
            short,
            label="label",
            value="rate",
            title=title,
            hover=hover,
            across=cuts()[by],
            axis=_("不符率") if by == "rule" else _("暂不提供率"),
        )
    _charts.show(figure, key=f"rates.chart.{by}", alt=title)


def _short(label: str) -> str:
    room = 24 if language() == "zh" else 44
    return label if len(label) <= room else f"{label[:room]}…"


def _label(by: str, row: dict[str, Any]) -> str:
    if by in ("province", "institution"):
        return row[language()] or row["zh"]
    if by == "rule":
        return f"{row['key']} {say(RULES[row['key']])}" if row["key"] in RULES else row["key"]
    if by == "term":
        return row["key"]
    words = Level if by == "level" else Category
    return say(words(row["key"]))


def _notes(present: Desk, wanted: RateFilter, by: str, overall: dict[str, Any]) -> list[str]:
    definition = (
        _("不符率：规则查出问题的记录，占这条规则能够判断的记录之比。")
        if by == "rule"
        else _("暂不提供率：首次整理时至少有一个问题的记录，占查询范围内已整理记录之比；涉密记录不计。")
    )
    covered = _("范围：{scope}，学期 {term}，省份 {province}，级别 {level}。").format(
        scope=scope_name(present),
        term=wanted.term or _("全部"),
        province=province_names().get(wanted.province or "", _("全部")),
        level=say(Level(wanted.level)) if wanted.level else _("全部"),
    )
    total = _("总体：{rejected:,} / {records:,} 条（分母为已整理记录）。").format(**overall)
    ranked = _("图中只排名不少于 {n} 条记录的组，最多 {most} 个；表中是全部。").format(n=rates.LEAST, most=_SHOWN)
    return [definition, covered, total, ranked, _as_of(present)]


def _as_of(present: Desk) -> str:
    return _("数据时间：{now:%Y-%m-%d %H:%M}。").format(now=present.now())
