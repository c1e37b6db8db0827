"""One filing on the screen: its head, where its records are, what each check said, approve or return."""

from typing import Any

import polars as pl
import streamlit as st

from core import review, views
from core.desk import Desk
from core.errors import NotFound
from core.lifecycle import FilingStatus, RecordStatus
from core.record import LAYOUTS
from core.rules import RULES
from core.vocabulary import Category, Duty, FindingClass
from pages import _causes, _export, _lineage, _scans, _stages, _supplements, _tables, _whole
from pages._parts import announce, reporting_errors
from pages._words import _, actor_name, in_colour, name_in, plain, say


def detail(present: Desk, filing_id: int) -> None:
    """Everything about one filing, and the province's acts on it for those with the duty."""
    try:
        filing = views.filing(present, filing_id)
    except NotFound as refusal:
        st.warning(plain(say(refusal)))
        return
    heading = _("批次 {id} · {institution} · {term}").format(
        id=filing_id, institution=plain(name_in(filing, "institution")), term=filing["term"]
    )
    st.subheader(heading, anchor=False, divider="gray")
    _stages.line(present, filing_id)
    left, right = st.columns([2, 3])
    with left:
        _head(filing)
        st.page_link(
            "pages/queue.py",
            label=_("看这个单位的暂不提供记录"),
            query_params={"term": filing["term"], "institution": filing["institution"]},
        )
        _scans.offer(present, filing_id)
        _lineage.versions(present, filing_id)
        if filing["status"] == FilingStatus.RECEIVED and present.actor.may(Duty.APPROVE):
            _review(present, filing)
    with right:
        _whole.findings(present, filing_id)
        statuses = in_colour(views.filing_statuses(present, filing_id), status=RecordStatus)
        _export.table(
            present, _("记录状态"),
            statuses,
            {"status": _tables.status(_("记录状态"), RecordStatus), "records": _tables.count(_("记录数"))},
            key="filings.statuses",
        )
        by_cause, by_rule = st.tabs([_("成因"), _("规则")])
        with by_cause:
            _causes.table(present, filing_id)
        with by_rule:
            rules(present, views.filing_rules(present, filing_id), key="filings.rules")


def rules(present: Desk, tally: pl.DataFrame, *, key: str, mark: str = "", more: tuple[str, ...] = ()) -> None:
    """What each check said, with its sentence, class and the share of what it judged that failed: those that failed,
    then those not evaluated on every row. `mark` and `more` stand at the head of what is taken away."""
    known = tally.filter(pl.col("rule").is_in(list(RULES))).with_columns(
        pl.col("rule").replace_strict({code: str(rule.cls) for code, rule in RULES.items()}).alias("class"),
        sentence=pl.col("rule").replace_strict({code: say(rule) for code, rule in RULES.items()}),
        share=pl.when(pl.col("evaluated") > 0).then(pl.col("failed") / pl.col("evaluated")),
    )
    known = in_colour(known, **{"class": FindingClass})
    failed = known.filter(pl.col("failed") > 0)
    unjudged = known.filter((pl.col("failed") == 0) & (pl.col("evaluated") == 0))
    columns = {
        "rule": _tables.text(_("规则"), width=50),
        "class": _tables.status(_("类别"), FindingClass, width=136),
        "sentence": _tables.text(_("问题"), width=220),
        "failed": _tables.count(_("不符"), width=60),
        "share": _tables.share(_("占已检"), width=70),
        "evaluated": _tables.count(_("已检"), width=70),
        "not_evaluated": _tables.count(_("未检"), width=70),
        "no_reference": _tables.count(_("参照表缺失"), width=86),
    }
    st.caption(
        _("{failed} 条规则查出问题，{unjudged} 条未检（文件缺少所需内容，或参照表缺失），其余通过。").format(
            failed=failed.height, unjudged=unjudged.height
        )
    )
    if failed.height:
        _export.table(present, _("规则"), failed, columns, key=f"{key}.failed", mark=mark, more=more)
    if unjudged.height:
        with st.expander(_("未检的规则")):
            asked = ("rule", "sentence", "not_evaluated", "no_reference")
            shown = {name: columns[name] for name in asked}
            _export.table(present, _("未检的规则"), unjudged, shown, key=f"{key}.unjudged", mark=mark, more=more)


def _head(filing: dict[str, Any]) -> None:
    layout = LAYOUTS.get(filing["layout"])
    rows = [
        (_("状态"), say(FilingStatus(filing["status"]))),
        (_("版本"), _("第 {version} 版").format(version=filing["version"])),
        (_("省份"), name_in(filing, "province")),
        (_("报送类别"), say(Category(filing["category"])) + (_("（补报）") if filing["supplement"] else "")),
        (_("文件"), f"{filing['file_name']} · {filing['format']} · {filing['encoding'] or '—'}"),
        (_("表头格式"), say(layout) if layout else filing["layout"]),
        (_("记录数"), _records(filing)),
        (_("接收"), f"{filing['received_at']:%Y-%m-%d %H:%M} · {actor_name(filing['received_by'])}"),
    ]
    if filing["reviewed_on"]:
        rows.append((_("省级审核"), f"{filing['reviewed_on']:%Y-%m-%d} · {actor_name(filing['reviewed_by'])}"))
    if filing["consented_on"]:
        rows.append((_("同意补报"), f"{filing['consented_on']:%Y-%m-%d} · {filing['consent_document']}"))
    texts = {"supplement_reason": _("补报理由"), "review_document": _("审核文号"), "return_reason": _("退回理由")}
    for column, label in texts.items():
        if filing[column]:
            rows.append((label, filing[column]))
    _tables.show(
        pl.DataFrame(rows, schema=["item", "value"], orient="row"),
        {"item": _tables.text(_("项目"), width=90), "value": _tables.text(_("内容"))},
        key="filings.head",
    )


def _records(filing: dict[str, Any]) -> str:
    if filing["declared_total"] is None:
        return f"{filing['records']:,}"
    return _("{records:,}（与申报总数一致）").format(records=filing["records"])


def _review(present: Desk, filing: dict[str, Any]) -> None:
    filing_id = filing["filing_id"]
    approve, send_back = st.tabs([_("省级审核通过"), _("退回")])
    with approve:
        if filing["supplement"] and not filing["consent_document"]:
            _supplements.consent(present, filing_id)
        else:
            _approve(present, filing_id)
    with send_back, st.form("filings.return", border=False):
        reason = st.text_area(_("退回理由（必填）"), height=70)
        st.caption(_("退回后，本批次记录移出查询范围；单位改正后重新报送。"))
        if st.form_submit_button(_("退回批次")):
            with reporting_errors():
                moved = review.send_back(present, filing_id, reason=reason)
                announce(_("批次 {id} 已退回，{n:,} 条记录移出查询范围。").format(id=filing_id, n=moved))


def _approve(present: Desk, filing_id: int) -> None:
    with st.form("filings.approve", border=False):
        approved_on = st.date_input(_("审核日期"), present.now().date(), format="YYYY-MM-DD")
        document = st.text_input(_("审核文号"))
        file = _scans.ask(_("审核文件扫描件（PDF或JPG，选填）"), key=f"filings.approve.scan.{filing_id}")
        if st.form_submit_button(_("登记审核通过"), type="primary"):
            with reporting_errors():
                scan = _scans.keep(present, file)
                review.approve(present, filing_id, approved_on=approved_on, document=document, scan=scan)
                announce(_("批次 {id} 已登记省级审核通过。").format(id=filing_id))
