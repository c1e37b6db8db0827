"""Words on the screen: Chinese in the source, English from the catalogue (gettext), and the vocabulary's own.

Must not know what a screen is for.
"""

import io
import re
from collections.abc import Iterable
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core import reference
from core.desk import DEMO_ACTORS, Actor, name_of, province_reviewer
from core.vocabulary import Word

CATALOGUE = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "desk.po"
LANGUAGES = {"zh": "中文", "en": "English"}
_DAYS, _DAY = {"CSRQ", "HXWRQ"}, re.compile(r"(\d{4})(\d{2})(\d{2})")
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


def language() -> str:
    """The language of this session: as switched, else as asked for in the address, else Chinese."""
    chosen = st.session_state.get("desk.language") or st.query_params.get("lang")
    return chosen if chosen in LANGUAGES else "zh"


def _(text: str) -> str:
    """A sentence of the screens in the session's language; the Chinese itself is the key."""
    return _catalogue().gettext(text) if language() == "en" else text


def translated(word: str) -> str:
    """A word the store keeps in Chinese, in the session's language where the screens use it too."""
    return _catalogue().gettext(word) if language() == "en" else word


@cache
def _catalogue() -> GNUTranslations:
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="en", domain="desk")
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def say(thing: Any) -> str:
    """Anything with both languages on it (a word, rule, column, error, term), in the session's."""
    return thing.en if language() == "en" else thing.zh


def as_shown(code: str, value: str) -> str:
    """What stands in a field of a certificate: a day filed in eight figures as 2025-06-30, anything else as filed."""
    day = _DAY.fullmatch(value) if code in _DAYS else None
    return "-".join(day.groups()) if day else value


def listed(words: Iterable[str]) -> str:
    """Words as a list in a sentence."""
    return (", " if language() == "en" else "、").join(words)


def plain(text: object) -> str:
    """Text from outside, made safe where Markdown would be read: no links, pictures or colours come of it."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


def in_words(frame: pl.DataFrame, column: str, word: type[Word]) -> pl.DataFrame:
    """A column of codes as words."""
    words = {str(each): say(each) for each in word}
    return frame.with_columns(pl.col(column).replace_strict(words, default=pl.col(column), return_dtype=pl.String))


def in_colour(frame: pl.DataFrame, **words: type[Word]) -> pl.DataFrame:
    """Columns of codes as words in a list of one, which `_tables.status` shows in colour; nothing where null."""
    for column, word in words.items():
        frame = in_words(frame, column, word)
    return frame.with_columns(
        pl.when(pl.col(column).is_not_null()).then(pl.concat_list(column)).otherwise(pl.lit([], pl.List(pl.String)))
        for column in words
    )


def named(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Each `column` as its name in the session's language, from `column_zh` and `column_en`; the code without one."""
    second = "zh" if language() == "en" else "en"
    return frame.with_columns(
        pl.coalesce(f"{column}_{language()}", f"{column}_{second}", column).alias(column) for column in columns
    )


def name_in(row: dict[str, Any], column: str) -> str:
    """The name of one row's province or institution in the session's language; its code without one."""
    return row[f"{column}_{language()}"] or row[f"{column}_zh"] or row[column]


@cache
def actors() -> dict[str, Actor]:
    """Everyone who can be at the desk in the demo: the centre's people, and a reviewer for each province."""
    provinces = reference.load().table("provinces").select("code", "zh", "en").unique("code").sort("code")
    reviewers = [province_reviewer(*row) for row in provinces.iter_rows()]
    return DEMO_ACTORS | {actor.key: actor for actor in reviewers}


def province_names() -> dict[str, str]:
    """Names of the provinces, 兵团 and the army's office by code."""
    table = reference.load().table("provinces").unique("code").sort("code")
    return dict(table.select("code", language()).iter_rows())


def actor_name(key: str) -> str:
    """A person's name by their key; the key itself of someone not known here (a script, say)."""
    if key == "system":
        return _("系统")
    zh, en = name_of(key)
    return say(actors()[key]) if key in actors() else {"zh": zh, "en": en}[language()]


def event_name(machine: str, event: str) -> str:
    """What happened, in staff's words."""
    names = {
        ("filing", "receive"): _("接收报送批次"),
        ("filing", "approve"): _("省级审核通过"),
        ("filing", "return"): _("省级退回批次"),
        ("filing", "settle"): _("批次问题核实"),
        ("filing", "consent"): _("省级同意补报"),
        ("nil_return", "enter"): _("登记零报送"),
        ("nil_return", "withdraw"): _("撤回零报送"),
        ("nil_return", "supersede"): _("零报送被取代"),
        ("record", "sort"): _("数据整理"),
        ("record", "exclude"): _("移出查询范围"),
        ("record", "publish"): _("上网发布"),
        ("record", "revise"): _("规则修订"),
        ("record", "release"): _("转为符合查询要求"),
        ("record", "withhold"): _("转为暂不提供"),
        ("case", "send"): _("反馈给学位授予单位"),
        ("case", "close"): _("核实件办结"),
    }
    return names.get((machine, event), f"{machine} {event}")


def article(cited: str) -> str:
    """The article a check rests on, as it is cited (办法第二条); in English by its number."""
    names = {
        "第二条": _("管理办法第二条"),
        "第三条": _("管理办法第三条"),
        "第五条": _("管理办法第五条"),
        "第六条": _("管理办法第六条"),
        "第七条": _("管理办法第七条"),
        "第八条": _("管理办法第八条"),
        "第九条": _("管理办法第九条"),
        "通知第二项": _("通知第二项"),
    }
    return names.get(cited, cited)
