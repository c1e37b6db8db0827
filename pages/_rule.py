"""One check on the screen: its sentence, what it rests on, its parameters and tables, and rows that pass and fail it."""

from typing import Any

import polars as pl
import streamlit as st

from core.desk import Desk
from core.record import COLUMNS
from core.rules import LOCKED, RULES, Example, Rule
from core.ruleset import Ruleset
from core.settings import THRESHOLDS
from core.tables import TABLES
from pages import _facts, _proposal, _reference, _tables, _versions
from pages._words import _, article, language, listed, plain, say

_ON, _OFF = "on", "off"


def states() -> dict[str, str]:
    """Whether a check is on or off, by code."""
    return {_ON: _("启用"), _OFF: _("停用")}


def table(version: Ruleset) -> pl.DataFrame:
    """Every check in words: rule, cls and state (their codes), class, state_word, sentence, article, fields."""
    rows = [
        {
            "rule": rule.code,
            "cls": str(rule.cls),
            "class": [say(rule.cls)],
            "state": _state(rule, version),
            "state_word": states()[_state(rule, version)],
            "sentence": say(rule),
            "article": article(rule.article),
            "fields": listed(say(COLUMNS[group.split("|")[0]]) for group in rule.fields),
        }
        for rule in RULES.values()
    ]
    return pl.DataFrame(rows)


def detail(present: Desk, rule: Rule, version: Ruleset) -> None:
    """Everything a declaration says of a check; for the rulebook's keeper, the way to switch it off or on."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"{rule.code} {plain(say(rule))}", anchor=False, width="stretch")
        if _proposal.may_keep(present) and rule.code not in LOCKED:
            _switch(present, rule, version)
    told = _("**{cls}** · 依据：{article} · 处理方式：{remedies} · {state}")
    state = _("法规明定，不可停用") if rule.code in LOCKED else states()[_state(rule, version)]
    st.markdown(told.format(cls=say(rule.cls), article=article(rule.article), remedies=_remedies(rule), state=state))
    if rule.source and language() == "en":  # sources are noted in English
        st.caption(plain(rule.source))
    if rule.thresholds:
        _parameters(rule, version)
    if rule.tables:
        _leans_on(rule, version)
    labels = (_("通过的例子"), _("不通过的例子"), _("只作提示的例子"))
    told = [(label, each) for label, each in zip(labels, (rule.passes, rule.fails, rule.soft_fails), strict=True) if each]
    for place, (label, examples) in zip(st.columns(len(told)), told, strict=True):
        with place:
            _examples(label, examples, rule)


def _state(rule: Rule, version: Ruleset) -> str:
    return _OFF if rule.code in version.settings.off else _ON


def _remedies(rule: Rule) -> str:
    return listed(say(remedy) for remedy in rule.remedies) or _("按保密渠道答复")


def _switch(present: Desk, rule: Rule, version: Ruleset) -> None:
    off = _state(rule, version) == _OFF
    if st.button(_("启用…") if off else _("停用…"), key=f"rulebook.switch.{rule.code}", help=_("加入修订方案，试算后才生效。")):
        work = _proposal.current(present)
        work.switch(work.off - {rule.code} if off else work.off | {rule.code})
        st.switch_page("pages/revision.py")


def _parameters(rule: Rule, version: Ruleset) -> None:
    rows = [
        (say(THRESHOLDS[key]), _versions.amount(key, version.settings[key]), _versions.amount(key, THRESHOLDS[key].usual),
         _("{lowest} 至 {highest}").format(lowest=THRESHOLDS[key].lowest, highest=THRESHOLDS[key].highest))
        for key in rule.thresholds
    ]  # fmt: skip
    columns = {
        "item": _tables.text(_("参数")),
        "now": _tables.text(_("现值"), width=110),
        "usual": _tables.text(_("通常"), width=110),
        "limits": _tables.text(_("允许"), width=150),
    }
    _tables.show(pl.DataFrame(rows, list(columns), orient="row"), columns, key=f"rulebook.parameters.{rule.code}", width=760)


def _leans_on(rule: Rule, version: Ruleset) -> None:
    named = [TABLES[name] for name in rule.tables if name in TABLES and name != "coverage"]
    if not named:
        return
    columns = {
        "title": _tables.text(_("依靠的代码表"), width=220),
        "rows": _tables.count(_("行数"), width=80),
        "covered": _tables.text(_("完整范围")),
    }
    _tables.show(_reference.table(version.reference, named), columns, key=f"rulebook.tables.{rule.code}", width=760)


def _examples(label: str, examples: tuple[Example, ...], rule: Rule) -> None:
    st.caption(label)
    lines = [
        ("" if row else str(place), *line) for place, each in enumerate(examples, 1) for row, line in enumerate(_lines(each))
    ]
    columns = {
        "place": _tables.text(_("例"), width=34),
        "field": _tables.text(_("字段"), width=170),
        "value": _tables.text(_("内容")),
    }
    frame = pl.DataFrame(lines, list(columns), orient="row")
    _tables.show(frame, columns, key=f"rulebook.examples.{rule.code}.{label}", rows=10, invented=True)


def _lines(example: Example) -> list[tuple[str, str]]:
    return [_line(name, value) for name, value in example.items()] or [(_("（正确的记录，未作改动）"), "")]


def _line(name: str, value: Any) -> tuple[str, str]:
    if name in COLUMNS:
        return say(COLUMNS[name]), _("（空）") if value is None else str(value)
    return _facts.label(name), _facts.shown(name, value)
