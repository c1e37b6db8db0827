"""Parts of 规则修订: what a trial found, record by record, and putting the proposal in force or giving it up."""

from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from core import jobrevision, revision, trial
from core.desk import Desk
from core.lifecycle import RecordStatus
from core.record import COLUMNS
from core.rules import RULES
from core.trial import Reach
from core.vocabulary import FindingClass
from pages import _export, _proposal, _tables, _versions, _watching
from pages._parts import announce, reporting_errors, runner
from pages._proposal import Work
from pages._words import _, in_colour, name_in, named, plain, province_names, say


def results(present: Desk, work: Work) -> None:
    """What the proposal would change: counts, then checks by institution, then records of the chosen line."""
    reach = work.trial.reach
    told = _("试算范围：{term}，{province}；{filings:,} 个批次、{records:,} 条记录，重检 {rules} 条规则。")
    st.caption(
        told.format(
            term=reach.term or _("全部学期"), filings=work.trial.filings, records=work.trial.records,
            province=province_names()[reach.province] if reach.province else _("全部省份"), rules=len(work.trial.rules),
        )
    )  # fmt: skip
    st.caption(_("生效时对届时在库的记录重新整理，试算之后接收的批次也在其中，数字会随之不同。"))
    for place, (name, label) in zip(st.columns([6, 6, 6, 6, 7, 9]), _labels().items(), strict=True):
        place.metric(label, f"{work.totals[name]:,}", border=True)
    if work.found.is_empty():
        st.info(_("在这个范围内，没有一个问题因此增加或减少。"))
        return
    picked = _by_institution(present, work)
    if picked:
        _samples(present, work, picked)
    else:
        st.caption(_("点选一行看涉及的记录。"))


def confirm(present: Desk, work: Work) -> None:
    """The day and the reason, then the counts, then the word; or the proposal is given up."""
    first, second = st.columns([1, 3])
    today, earliest = present.now().date(), work.base.effective_on
    day = first.date_input(
        _("生效日期"), max(today, earliest), min_value=max(today, earliest), format="YYYY-MM-DD",
        key=f"revision.day.{work.base.version}",
    )  # fmt: skip
    reason = second.text_input(_("修改理由（必填）"), key="revision.reason", max_chars=200)
    with st.container(horizontal=True):
        if st.button(_("下一步：核对影响"), key="revision.ask", type="primary"):
            st.session_state["revision.asked"] = True
        if st.button(_("放弃修订"), key="revision.drop"):
            _proposal.forget()
            announce(_("修订方案已放弃，没有改动任何数据。"))
    if st.session_state.get("revision.asked"):
        _last_word(present, work, day, reason)


def release(present: Desk, held: int) -> None:
    """A version whose day has come has withdrawn checks that still hold records: let them go."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        told = _("现行版本停用的规则还有 **{n:,}** 个未办结的问题。撤下后，仅因这些问题暂不提供的记录转为符合查询要求。")
        st.markdown(told.format(n=held), width="stretch")
        if _proposal.may_keep(present) and st.button(_("撤下并放行"), key="revision.release", type="primary"):
            with reporting_errors():
                job_id = jobrevision.ask_release(present)
                _asked(job_id)
                announce(_under_way(job_id))


def anew(present: Desk, filings: int) -> None:
    """Filings sorted under an older version stay off line until they are sorted anew by the one in force."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        told = _("有 **{n:,}** 个批次按旧规则版本整理，其待上网记录不能上网。按现行规则重新整理后即可。")
        st.markdown(told.format(n=filings), width="stretch")
        if _proposal.may_keep(present) and st.button(_("按现行规则重新整理"), key="revision.anew", type="primary"):
            with reporting_errors():
                job_id = jobrevision.ask_anew(present, Reach())
                _asked(job_id)
                announce(_under_way(job_id))


def outdated(present: Desk, day: date) -> int:
    """Filings sorted by another version than the one in force on a day (`day` is for the cache: it must be today)."""
    return revision.outdated(present)


def held(present: Desk, day: date) -> int:
    """Open findings of checks withdrawn by the version in force on a day (`day` is for the cache: it must be today)."""
    return revision.due(present)


def _last_word(present: Desk, work: Work, day: date, reason: str) -> None:
    with st.container(border=True):
        st.markdown(_foretold(work, day, later=day > present.now().date()))
        with st.container(horizontal=True):
            if st.button(_("确认生效"), key="revision.commit", type="primary"):
                with reporting_errors():
                    job_id = jobrevision.ask_revision(
                        present, work.proposal(), work.trial.reach, effective_on=day, reason=reason
                    )
                    _asked(job_id)
                    _proposal.forget()
                    announce(_under_way(job_id))
            if st.button(_("再想想"), key="revision.stop"):
                st.session_state.pop("revision.asked")
                st.rerun()


def _foretold(work: Work, day: date, *, later: bool) -> str:
    if later:
        return _(
            "新版本自 **{day}** 起生效，只用于此后接收的批次；已入库的记录现在不动。到期后，停用的规则留下的问题在本页撤下。"
        ).format(day=day)
    told = _(
        "新版本自 **{day}** 起生效：约 **{passing:,}** 个问题撤下，**{failing:,}** 个新问题（已上网记录的不记入）；**{cleared:,}** 条记录转为符合"
        "查询要求，**{withheld:,}** 条转为暂不提供，**{excluded:,}** 条移出查询范围。"
    )
    published = _("已上网的 **{n:,}** 条虽不再符合，不会因此下网。").format(n=work.totals["published_failing"])
    narrow = _("只有试算范围内的记录重新检查；停用的规则在全部范围撤下。")
    reach = work.trial.reach
    return " ".join(
        [
            told.format(day=day, **work.totals),
            *([published] if work.totals["published_failing"] else []),
            *([narrow] if reach.term or reach.province else []),
        ]
    )


def _asked(job_id: int) -> None:
    runner().add([job_id])
    _watching.ask(job_id)


def _under_way(job_id: int) -> str:
    return _("已交后台办理（任务 {id}），可以离开本页。").format(id=job_id)


def _labels() -> dict[str, str]:
    return {
        "failing": _("新增问题"), "passing": _("撤下问题"), "cleared": _("将放行"), "withheld": _("将暂不提供"),
        "excluded": _("将移出范围"), "published_failing": _("已上网而不符"),
    }  # fmt: skip


def _by_institution(present: Desk, work: Work) -> dict[str, Any] | None:
    page = _tables.pager(work.found.height, f"revision.page.{work.trial.folder.name}")
    part = work.found.slice(page * _tables.PAGE, _tables.PAGE)

    def told(lines: pl.DataFrame) -> pl.DataFrame:
        return named(lines.with_columns(unit="institution"), "institution").with_columns(
            sentence=pl.col("rule").replace_strict({code: say(rule) for code, rule in RULES.items()})
        )

    columns = {
        "rule": _tables.text(_("规则"), width=46),
        "sentence": _tables.text(_("问题"), width=240),
        "institution": _tables.text(_("学位授予单位"), width=170),
        "failing": _tables.count(_("新增"), width=60),
        "passing": _tables.count(_("撤下"), width=60),
    }
    return _export.table(
        present, _("试算结果"), told(part), columns, key=f"revision.found.{work.trial.folder.name}.{page}", select=True, rows=7,
        read=work.found, shape=told,
    )


def _samples(present: Desk, work: Work, line: dict[str, Any]) -> None:
    found = trial.samples(present, work.trial, line["rule"], line["unit"])
    title = _("{rule} · {institution}：前 {n} 条记录").format(
        rule=_versions.rule(line["rule"]), institution=name_in(line, "institution"), n=found.height
    )
    st.markdown(f"**{plain(title)}**")
    if found.is_empty():
        st.caption(_("没有可看的记录：问题属于整个批次，或属涉密。"))
        return
    changes = {"failing": _("新增"), "passing": _("撤下")}
    told = in_colour(found, **{"class": FindingClass}, status=RecordStatus, status_after=RecordStatus).with_columns(
        pl.col("change").replace_strict(changes),
        pl.col("field").replace_strict({code: say(column) for code, column in COLUMNS.items()}),
    )
    columns = {
        "record_id": _tables.number(_("记录编号"), width=66),
        "name": _tables.text(_("姓名"), width=70),
        "change": _tables.text(_("变化"), width=50),
        "field": _tables.text(_("字段"), width=90),
        "value": _tables.text(_("报送内容"), width=110),
        "status": _tables.status(_("现状态"), RecordStatus, width=130),
        "status_after": _tables.status(_("之后"), RecordStatus, width=130),
    }
    key = f"revision.samples.{work.trial.folder.name}.{line['rule']}.{line['unit']}"
    picked = _export.table(present, _("试算结果"), told, columns, key=key, select=True, rows=6, chosen=title)
    st.caption(_("点选一行打开记录详情；修订方案和试算结果保留，回到本页可继续。"))
    if picked:
        st.session_state["record.neighbours"] = found["record_id"].unique(maintain_order=True).to_list()
        st.switch_page("pages/record.py", query_params={"record_id": str(picked["record_id"])})
