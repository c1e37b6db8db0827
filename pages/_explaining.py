"""Papers on the screen: the records of a case, the form that takes a paper in, the list of papers, and the figures."""

import polars as pl
import streamlit as st

from core import explanation, explanations
from core.desk import Desk
from core.explanation import Cover, Explanation
from core.receipt import Receipt
from core.rules import RULES
from core.vocabulary import Duty
from pages import _export, _filters, _scans, _tables
from pages._parts import cached, empty, reporting_errors
from pages._words import _, named, plain, say


def case(present: Desk, code: str, institution: str, rule: str) -> None:
    """The records of an institution's case that may be explained now, and for who takes papers in, the form to do it."""
    told = RULES[rule]
    st.subheader(_("{institution} · {rule} {sentence}").format(
        institution=plain(institution), rule=told.code, sentence=plain(say(told))
    ), anchor=False)  # fmt: skip
    found = explanations.to_explain(present, code, rule)
    _receipts()
    if found.is_empty():
        empty(_("这个案件现在没有可说明的记录：须先反馈给单位；已有说明待审定的不重复登记。"))
        return
    key = f"explanations.records.{code}.{rule}.{found.height}"
    columns = {
        "record_id": _tables.number(_("记录编号"), width=80),
        "name": _tables.text(_("姓名"), width=90),
        "certificate_no": _tables.text(_("证书编号"), width=170),
        "value": _tables.text(_("报送内容"), width=150),
        "round": _tables.count(_("轮次"), width=60),
    }
    if not present.actor.may(Duty.FEEDBACK):
        _export.table(present, _("可说明的记录"), found, columns, key=key, rows=6)
        return
    st.caption(_("可说明的记录 {n:,} 条；勾选说明所涉的记录，不勾选即为全部。").format(n=found.height))
    ticked = _export.ticked(present, _("可说明的记录"), found, columns, key=key, rows=6)
    _take_in(present, code, rule, ticked if ticked.height else found)


def _take_in(present: Desk, institution: str, rule: str, covered: pl.DataFrame) -> None:
    with st.form(f"explanations.paper.{institution}.{rule}"):
        first, second, third, fourth = st.columns([4, 2, 2, 3], vertical_alignment="bottom")
        number = first.text_input(_("说明文号（必填）"), key="explanations.number", max_chars=80)
        dated = second.date_input(_("说明日期"), present.now().date(), format="YYYY-MM-DD", key="explanations.dated")
        copied = third.checkbox(_("已抄报省级学位办"), key="explanations.copied")
        copied_on = fourth.date_input(_("抄报日期"), present.now().date(), format="YYYY-MM-DD", key="explanations.copied_on")
        summary = st.text_area(_("说明摘要（必填）"), key="explanations.summary", max_chars=1000, height=80)
        file = _scans.ask(_("说明扫描件（PDF或JPG）"), key="explanations.scan")
        sentence = _("登记说明，涉及 {n:,} 条记录").format(n=covered.height)
        if st.form_submit_button(sentence, type="primary", key="explanations.take_in"):
            with reporting_errors():
                paper = Explanation(
                    institution, number, dated, summary, copied_on if copied else None, _scans.keep(present, file)
                )
                covers = [Cover(*row, rule) for row in covered.select("record_id", "version").iter_rows()]
                receipts = explanation.take_in(present, paper, covers)
                st.session_state["explanations.receipts"] = list(zip(covers, receipts, strict=True))
                st.rerun()


def _receipts() -> None:
    """What became of each record of the paper just taken in, once."""
    lines: list[tuple[Cover, Receipt]] = st.session_state.pop("explanations.receipts", [])
    taken = sum(receipt.taken for _cover, receipt in lines)
    if taken:
        st.success(_("已登记书面说明：{n:,} 条记录转为已答复，待审定。见“收到的说明”。").format(n=taken))
    for cover, receipt in lines[:20]:
        if not receipt.taken:
            st.warning(_("记录 {id}：{why}").format(id=cover.record_id, why=plain(say(receipt))))


def papers(present: Desk) -> None:
    """The papers that came, those that wait first; in a province, those without its opinion on request."""
    mine = st.toggle(
        _("只看已抄报、尚无省级意见的"), present.actor.province is not None, key=f"explanations.inbox.{present.actor.key}"
    )
    total = explanations.papers_total(present, without_opinion=mine)
    page = _tables.pager(total, f"explanations.papers.page.{mine}", quiet=True)
    found = explanations.papers(present, without_opinion=mine, page=page, size=_tables.PAGE)
    if found.is_empty():
        empty(_("没有书面说明。收到单位的说明后，在“待说明的案件”里登记。"))
        return

    def shown(lines: pl.DataFrame) -> pl.DataFrame:
        opinions = {True: _("同意"), False: _("不同意")}
        return named(lines, "institution").with_columns(
            checks=pl.col("rules").list.join(" "),
            opinion=pl.col("agrees").replace_strict(opinions, default=_("未填"), return_dtype=pl.String),
        )

    picked = _export.table(
        present, _("收到的说明"),
        shown(found),
        {
            "explanation_id": _tables.number(_("编号"), width=52),
            "institution": _tables.text(_("学位授予单位"), width=142),
            "number": _tables.text(_("文号"), width=140),
            "dated": _tables.day(_("日期"), width=84),
            "checks": _tables.text(_("规则"), width=52),
            "records": _tables.count(_("记录"), width=58),
            "waiting": _tables.count(_("待审定"), width=66),
            "proposed": _tables.count(_("待确认"), width=66),
            "accepted": _tables.count(_("已采纳"), width=66),
            "refused": _tables.count(_("未采纳"), width=66),
            "lapsed": _tables.count(_("已失效"), width=66),
            "copied_on": _tables.day(_("抄报"), width=84),
            "opinion": _tables.text(_("省级意见"), width=118),
        },
        key=f"explanations.papers.{mine}.{page}",
        select=True,
        rows=12,
        read=lambda desk, part, size: explanations.papers(desk, without_opinion=mine, page=part, size=size),
        shape=shown,
    )
    st.caption(_("点选一份说明，看它涉及的记录，填写省级意见或审定。"))
    if picked:
        _filters.put("explanations", explanation_id=str(picked["explanation_id"]))
        st.rerun()


def figures(present: Desk) -> None:
    """By check: how many findings were explained, the share accepted of those decided, and the days that took."""
    found = cached(explanations.figures, present)
    if found.is_empty():
        empty(_("还没有书面说明，没有可统计的数。"))
        return
    sentences = {code: say(rule) for code, rule in RULES.items()}
    _export.table(
        present, _("统计"),
        found.with_columns(sentence=pl.col("rule").replace_strict(sentences)),
        {
            "rule": _tables.text(_("规则"), width=60),
            "sentence": _tables.text(_("问题"), width=380),
            "explained": _tables.count(_("已说明")),
            "waiting": _tables.count(_("待审定")),
            "accepted": _tables.count(_("已采纳")),
            "refused": _tables.count(_("未采纳")),
            "rate": _tables.share(_("采纳率")),
            "days": _tables.count(_("审定天数（中位数）")),
        },
        key="explanations.figures",
        rows=15,
        duty=Duty.READ if present.actor.may(Duty.READ) else Duty.ANALYSE,
    )
    st.caption(_("采纳率＝已采纳÷（已采纳＋未采纳）；审定天数从登记说明到作出审定。"))

