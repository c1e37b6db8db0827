"""One check on the screen: its sentence, what it rests on, and rows that pass and fail it."""

import polars as pl
import streamlit as st

from core.record import COLUMNS
from core.rules import RULES, Example, Rule
from pages._words import _, article, language, listed, plain, say


def table() -> pl.DataFrame:
    """Every check in words: rule, cls (its code), class, sentence, article, fields, remedies."""
    rows = [
        {
            "rule": rule.code,
            "cls": str(rule.cls),
            "class": [say(rule.cls)],
            "sentence": say(rule),
            "article": article(rule.article),
            "fields": listed(say(COLUMNS[group.split("|")[0]]) for group in rule.fields),
            "remedies": listed(say(remedy) for remedy in rule.remedies) or _("按保密渠道答复"),
        }
        for rule in RULES.values()
    ]
    return pl.DataFrame(rows)


def detail(rule: Rule) -> None:
    """Everything a declaration says of a check."""
    st.subheader(f"{rule.code} {say(rule)}", anchor=False)
    remedies = listed(say(remedy) for remedy in rule.remedies) or _("按保密渠道答复")
    st.markdown(
        _("**{cls}** · 依据：{article} · 处理方式：{remedies}").format(
            cls=say(rule.cls), article=article(rule.article), remedies=remedies
        )
    )
    if rule.source and language() == "en":  # sources are noted in English
        st.caption(plain(rule.source))
    for place, label, examples in zip(
        st.columns(3),
        (_("通过的例子"), _("不通过的例子"), _("只作提示的例子")),
        (rule.passes, rule.fails, rule.soft_fails),
        strict=True,
    ):
        if examples:
            place.caption(label)
            place.dataframe(_rows(examples), hide_index=True, row_height=30, key=f"rulebook.{rule.code}.{label}")


def _rows(examples: tuple[Example, ...]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {say(COLUMNS[code]) if code in COLUMNS else code: _shown(value) for code, value in example.items()}
            for example in examples
        ]
    )


def _shown(value: object) -> str:
    return _("（空）") if value is None else str(value)
