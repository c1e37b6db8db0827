"""One record on the screen: head, certificate, findings with what to do about them, checks, filed fields."""

from typing import Any

import polars as pl
import streamlit as st

from core import explanations, pictures
from core.desk import Desk
from core.inspection import Outcome
from core.lifecycle import CaseStatus, RecordStatus
from core.record import COLUMNS
from core.rules import RULES
from core.vocabulary import CoverState, FindingClass
from pages import _tables
from pages._charts import badge
from pages._parts import is_number
from pages._words import _, article, as_shown, in_colour, listed, name_in, plain, say


def neighbours(asked: str) -> tuple[int | None, int | None]:
    """The records before and after this one in the page of the queue it was opened from."""
    listed = st.session_state.get("record.neighbours", [])
    if not is_number(asked) or int(asked) not in listed:
        return None, None
    place = listed.index(int(asked))
    return (listed[place - 1] if place else None), (listed[place + 1] if place + 1 < len(listed) else None)


def head(record: dict[str, Any]) -> None:
    """Status, case and filing in one line."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        badge(say(RecordStatus(record["status"])), record["status"])
        if record["case_status"]:
            badge(say(FindingClass(record["reason"])), record["reason"])
            told = _("{status}，第 {round} 轮").format(
                status=say(CaseStatus(record["case_status"])), round=record["round"]
            )
            badge(told, record["case_status"])
        st.markdown(
            plain(
                _("{institution}（{province}） · {term} · 原文件第 {row} 行 · 版本 {version}").format(
                    institution=name_in(record, "institution"),
                    province=name_in(record, "province"),
                    term=record["term"],
                    row=record["filing_row"],
                    version=record["version"],
                )
            ),
            width="content",
        )
        st.page_link(
            "pages/filings.py",
            label=_("批次 {id}").format(id=record["filing_id"]),
            query_params={"filing_id": str(record["filing_id"])},
        )


def photo(present: Desk, record_id: int) -> None:
    """The record's photo as it would stand on the certificate, with its measures; nothing where none was kept."""
    content = pictures.small(present, record_id)
    if content is None:
        return
    told = pictures.of_record(present, record_id)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.image(content, width=90)
        st.caption(_("电子照片 {width} × {height}，{size:,} KB").format(
            width=told["width"], height=told["height"], size=-(-told["size"] // 1024)
        ))  # fmt: skip


def certificate(filed: dict[str, Any], found: pl.DataFrame) -> None:
    """The certificate as the public would read it, with a mark on the fields that were found at fault."""
    st.subheader(_("证书内容（上网后公众所见）"), anchor=False)
    at_fault = set(found["field"])
    rows = [
        (say(column), as_shown(code, filed.get(code) or _("（空）")), _("有问题") if code in at_fault else "")
        for code, column in COLUMNS.items()
        if column.public and (filed.get(code) or code in at_fault)
    ]
    _tables.show(
        pl.DataFrame(rows, schema=["item", "value", "mark"], orient="row"),
        {
            "item": _tables.text(_("项目"), width=130),
            "value": _tables.text(_("内容")),
            "mark": _tables.text(_("核查"), width=80),
        },
        key="record.certificate",
    )


def findings(found: pl.DataFrame) -> None:
    """Each finding: class, sentence, field and value as filed, article, and what the institution can do."""
    st.subheader(_("问题（{n}）").format(n=found.height), anchor=False)
    if found.is_empty():
        st.caption(_("没有查出问题。"))
    for row in found.iter_rows(named=True):
        rule = RULES[row["rule"]]
        with st.container(border=True, gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                badge(say(FindingClass(row["class"])), row["class"])
                st.markdown(f"**{plain(say(rule))}** `{rule.code}`", width="content")
            st.markdown(
                _("{field}：{value}").format(
                    field=plain(say(COLUMNS[row["field"]])), value=plain(row["value"] or _("（空）"))
                )
            )
            remedies = listed(say(remedy) for remedy in rule.remedies) or _("按保密渠道答复")
            told = _("依据：{article}。处理方式：{remedies}。").format(article=article(rule.article), remedies=remedies)
            st.caption(told + _settled(row["closed"]))


def _settled(closed: str | None) -> str:
    number = (closed or "").removeprefix("explained ")
    if closed and number != closed:
        return _("（书面说明 {id} 已采纳）").format(id=number)
    return _("（已办结）") if closed else ""


def explained(present: Desk, record: dict[str, Any]) -> None:
    """The written explanations that cover the record, each with what became of it and a way to it."""
    for line in explanations.of_record(present, record).iter_rows(named=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            badge(say(CoverState(line["state"])), line["state"])
            st.page_link(
                "pages/explanations.py",
                label=_("书面说明 {number}（{rule}）").format(number=plain(line["number"]), rule=line["rule"]),
                query_params={"explanation_id": str(line["explanation_id"])},
            )
            if line["note"]:
                st.caption(plain(line["note"]), width="content")


def checks(outcomes: pl.DataFrame) -> None:
    """All checks with what they said; failures first, then what could not be judged."""
    counts = dict(outcomes["outcome"].value_counts().iter_rows())
    order = {each.value: place for place, each in enumerate(Outcome)}
    sentence = _("全部检查：{passed} 通过、{failed} 不符、{not_evaluated} 未检").format(
        **{each.value: counts.get(each.value, 0) for each in Outcome}
    )
    with st.expander(sentence):
        listed = outcomes.sort(pl.col("outcome").replace_strict(order), "rule").with_columns(
            sentence=pl.col("rule").replace_strict({code: say(rule) for code, rule in RULES.items()})
        )
        _tables.show(
            in_colour(listed, outcome=Outcome),
            {
                "rule": _tables.text(_("规则"), width=60),
                "outcome": _tables.status(_("结果"), Outcome),
                "sentence": _tables.text(_("问题")),
            },
            key="record.checks",
        )


def filed_fields(filed: dict[str, Any], at_fault: list[str]) -> None:
    """Every field that was filed, as it was filed."""
    rows = [
        (code, say(COLUMNS[code]), value, _("有问题") if code in at_fault else "")
        for code, value in filed.items()
        if value and code in COLUMNS
    ]
    _tables.show(
        pl.DataFrame(rows, schema=["code", "item", "value", "mark"], orient="row"),
        {
            "code": _tables.text(_("字段代码"), width=90),
            "item": _tables.text(_("字段")),
            "value": _tables.text(_("报送内容")),
            "mark": _tables.text(_("核查"), width=80),
        },
        key="record.filed",
    )
