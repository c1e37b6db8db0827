"""Parts of 当日撤下: which records, what is found of them, the preview with its count, and what was taken down before."""

import polars as pl
import streamlit as st

from core import offline, takedown
from core.desk import Desk
from core.errors import CentreError
from core.offline import Which
from core.rules import RULES
from core.vocabulary import FindingClass, Level
from pages import _export, _filters, _tables
from pages._parts import announce, reporting_errors
from pages._seat import home
from pages._words import _, actor_name, in_colour, in_words, named, plain, say

_ASKED, _ROUND = "takedown.asked", "takedown.round"
_CLASSES = (FindingClass.INACCURATE, FindingClass.INCOMPLETE, FindingClass.POLICY, FindingClass.CLASSIFIED)


def ask(present: Desk) -> None:
    """Which records, by what check and why; then the preview, and the count to confirm."""
    key = f"takedown.{st.session_state.setdefault(_ROUND, 0)}"
    left, right = st.columns(2)
    with left:
        which = _which(present, key)
    with right:
        classes = {str(cls): say(cls) for cls in _CLASSES}
        cls = st.selectbox(_("撤下原因"), list(classes), format_func=classes.get, key=f"{key}.class")
        rules = {code: f"{code} {say(RULES[code])}" for code in offline.grounds() if RULES[code].cls == cls}
        rule = st.selectbox(_("发现不符的检查项"), list(rules), format_func=rules.get, key=f"{key}.rule.{cls}")
        reason = st.text_input(_("撤下理由（必填）"), key=f"{key}.reason", max_chars=300)
        if st.button(_("预览"), key=f"{key}.preview"):
            st.session_state[_ASKED] = hash(which)
    if st.session_state.get(_ASKED) == hash(which):
        with reporting_errors():
            _preview(present, which, rule, reason, key)


def _which(present: Desk, key: str) -> Which:
    numbers = st.text_area(
        _("学位证书编号，每行一个"), key=f"{key}.numbers", height=90, help=_("也可不填编号，只按下面的条件撤下；都填的，须同时符合。"),
    )
    first, second = st.columns(2)
    terms, provinces = _filters.terms(present), _filters.provinces(present)
    levels = {str(each): say(each) for each in Level}
    term = first.selectbox(_("学期"), list(terms), None, terms.get, key=f"{key}.term", placeholder=_("不限"))
    province = second.selectbox(_("省份"), list(provinces), None, provinces.get, key=f"{key}.province", placeholder=_("不限"))
    institution = first.text_input(_("学位授予单位码"), key=f"{key}.institution", max_chars=5)
    level = second.selectbox(_("学位级别"), list(levels), None, levels.get, key=f"{key}.level", placeholder=_("不限"))
    listed = tuple(line.strip() for line in numbers.splitlines() if line.strip())
    return Which(listed, term, province, institution.strip() or None, level)


def _preview(present: Desk, which: Which, rule: str, reason: str, key: str) -> None:
    """The records that would be taken down, and the button that does it once their number is typed."""
    total = offline.total(present, which)
    if not total:
        st.info(_("没有符合条件的已上网记录，请核对。"))
        return
    st.markdown(_("**将撤下 {n:,} 条已上网的记录：**").format(n=total))
    page = _tables.pager(total, f"{key}.page", quiet=True)
    columns = {
        "record_id": _tables.number(_("记录编号"), width=80), "name": _tables.text(_("姓名"), width=100),
        "certificate_no": _tables.text(_("证书编号"), width=160), "institution": _tables.text(_("学位授予单位"), width=220),
        "level": _tables.text(_("学位级别"), width=80), "term": _tables.text(_("学期"), width=80),
    }  # fmt: skip
    _export.table(
        present, _("将撤下的记录"), _told(offline.page(present, which, page=page)), columns, key=f"takedown.found.{page}.{key}", rows=8,
        read=lambda desk, part, size: offline.page(desk, which, page=part, size=size), shape=_told,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.number_input(_("请输入将撤下的记录数以确认"), 0, None, None, 1, key=f"{key}.count", width=260)
        if st.button(_("当日撤下"), key=f"{key}.go", type="primary") and typed is not None:
            offline.take_down(present, which, rule, reason=reason, counted=typed)
            st.session_state[_ROUND] += 1
            announce(_("已撤下 {n:,} 条，公众已查询不到。").format(n=typed) + _packaged(present))


def _told(found: pl.DataFrame) -> pl.DataFrame:
    return in_words(named(found, "institution"), "level", Level)


def _packaged(present: Desk) -> str:
    """What a package says of it at once; while another is being written, 撤销登记 goes on asking for it."""
    try:
        written = takedown.take_down(present, home() / "packages")
    except CentreError:
        return _("数据包正在生成，变更包稍后再打。")
    return _("变更包第 {number} 号已发布。").format(number=written.manifest.number) if written else ""


def listed(present: Desk, told: pl.DataFrame) -> None:
    """Take-downs, and putting one back."""
    people = {key: actor_name(key) for key in told["taken_by"].unique()}
    columns = {
        "take_down_id": _tables.number(_("撤下号"), width=60), "taken_at": _tables.moment(_("撤下时间"), width=130),
        "taken_by": _tables.text(_("办理人"), width=120), "class": _tables.status(_("撤下原因"), FindingClass, width=170),
        "rule": _tables.text(_("检查项"), width=60), "reason": _tables.text(_("撤下理由"), width=220),
        "chosen": _tables.text(_("条件"), width=130), "records": _tables.count(_("撤下"), width=60),
        "down": _tables.count(_("仍撤下"), width=70), "put_back": _tables.count(_("已恢复"), width=70),
    }  # fmt: skip
    shown = in_colour(told.with_columns(pl.col("taken_by").replace(people)), **{"class": FindingClass})
    picked = _export.table(present, _("当日撤下"), shown, columns, key=f"takedown.listed.{present.db.version}", select=True, rows=8)
    if picked:
        _put_back(present, picked["take_down_id"])
    else:
        st.caption(_("点选一行，可以恢复上网。"))


def _put_back(present: Desk, number: int) -> None:
    many = offline.returning(present, number)
    if not many:
        st.caption(_("没有可以恢复的记录：已恢复，或已另有更正、问题。"))
        return
    proposed = offline.proposal(present, number)
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        st.markdown(plain(_("撤下号 {number}：可恢复 {n:,} 条").format(number=number, n=many)))
        if proposed:
            st.caption(plain(_("{who} {at} 提出恢复 {n:,} 条，理由：{reason}。须由另一人恢复上网。").format(
                who=actor_name(proposed["proposed_by"]), at=f"{proposed['proposed_at']:%Y-%m-%d %H:%M}", n=proposed["records"],
                reason=proposed["reason"],
            )))  # fmt: skip
        reason = st.text_input(_("恢复理由（必填）"), key=f"takedown.back.{number}", max_chars=300)
        typed = st.number_input(_("请输入可恢复的记录数以确认"), 0, None, None, 1, key=f"takedown.back.count.{number}", width=240)
        if st.button(_("提出恢复"), key=f"takedown.back.ask.{number}") and typed is not None:
            with reporting_errors():
                offline.propose_back(present, number, reason=reason, counted=typed)
                announce(_("已提出恢复 {n:,} 条，请另一人恢复上网。").format(n=typed))
        if proposed and st.button(_("恢复上网"), key=f"takedown.back.go.{number}", type="primary") and typed is not None:
            with reporting_errors():
                offline.put_back(present, number, counted=typed)
                announce(_("已恢复上网 {n:,} 条。").format(n=typed) + _packaged(present))
