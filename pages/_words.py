"""Words on the screen: Chinese in the source, English from the catalogue (gettext), and the vocabulary's own.

Must not know what a screen is for.
"""

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core import masking, reference
from core.vocabulary import Word
from pages import _seat

CATALOGUE = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "desk.po"
LANGUAGES = {"zh": "中文", "en": "English"}
_DAYS, _DAY = {"CSRQ", "HXWRQ"}, re.compile(r"(\d{4})(\d{2})(\d{2})")
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


_SPOKEN: ContextVar[str | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Speak this language where there is no session to ask: a file is made after its screen has been drawn."""
    before = _SPOKEN.set(chosen)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def language() -> str:
    """The language of this session: as switched, else as asked for in the address, else the browser's."""
    if spoken := _SPOKEN.get():
        return spoken
    chosen = st.session_state.get("desk.language") or st.query_params.get("lang")
    return chosen if chosen in LANGUAGES else _of_browser()


def settle_language(account: str) -> None:
    """As a session begins: what the address asks for, else what its person switched to last, else the browser's language."""
    if "desk.language" not in st.session_state:
        asked, kept = st.query_params.get("lang"), _seat.sessions().spoken(account)
        st.session_state["desk.language"] = next((each for each in (asked, kept) if each in LANGUAGES), _of_browser())


def _of_browser() -> str:
    return "en" if (st.context.locale or "").lower().startswith("en") else "zh"


def _(text: str, spoken: str | None = None) -> str:
    """A sentence of the screens in the session's language, or the one told; the Chinese itself is the key."""
    return _catalogue().gettext(text) if (spoken or language()) == "en" else text


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
    """Text from outside, made safe where Markdown would be read: no links, pictures or colours come of it, and no ID number."""
    return _MARKDOWN.sub(r"\\\1", masking.text(" ".join(str(text).split())))


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


def province_names() -> dict[str, str]:
    """Names of the provinces, 兵团 and the army's office by code."""
    table = reference.load().table("provinces").unique("code").sort("code")
    return dict(table.select("code", language()).iter_rows())


def actor_name(key: str) -> str:
    """A person's name by their key; the key itself of someone not known here (a script, say)."""
    if key == "system":
        return _("系统")
    zh, en = _seat.name_of(key)
    return {"zh": zh, "en": en}[language()]


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
        ("record", "take_down"): _("当日撤下"),
        ("record", "propose_back"): _("提出恢复上网"),
        ("record", "put_back"): _("恢复上网"),
        ("record", "revert"): _("撤回上网"),
        ("publication_run", "open"): _("起草上网批次"),
        ("publication_run", "pass"): _("上网批次过关"),
        ("publication_run", "freeze"): _("上网清单冻结"),
        ("publication_run", "release"): _("上网批次放行"),
        ("publication_run", "abandon"): _("放弃上网批次"),
        ("record", "supply_photo"): _("照片补报"),
        ("record", "revise"): _("规则修订"),
        ("record", "release"): _("转为符合查询要求"),
        ("record", "withhold"): _("转为暂不提供"),
        ("record", "revoke"): _("撤销学位"),
        ("record", "withdraw"): _("撤销备案"),
        ("record", "propose_return"): _("提请准予恢复"),
        ("record", "allow_return"): _("准予恢复"),
        ("record", "refuse_return"): _("不予恢复"),
        ("case", "send"): _("反馈给学位授予单位"),
        ("case", "close"): _("核实件办结"),
        ("case", "answer"): _("收到书面说明"),
        ("case", "copy"): _("登记说明抄报"),
        ("case", "opinion"): _("登记省级意见"),
        ("case", "propose"): _("提出采纳说明"),
        ("case", "decline"): _("采纳说明未获确认"),
        ("case", "accept"): _("说明采纳，核实件办结"),
        ("record", "accept"): _("说明采纳，转为符合查询要求"),
        ("case", "refuse"): _("说明未采纳"),
        ("case", "ask"): _("要求补充说明"),
        ("case", "reopen"): _("其余问题待再次反馈"),
        ("account", "enter"): _("建立账号"),
        ("account", "change"): _("改动账号"),
        ("account", "set_anew"): _("重设口令"),
        ("account", "choose_password"): _("修改口令"),
        ("account", "disable"): _("停用账号"),
        ("account", "enable"): _("启用账号"),
        ("contact", "enter"): _("登记单位联系人"),
        ("contact", "change"): _("替换单位联系人"),
        ("contact", "remove"): _("移除单位联系人"),
        ("contact", "confirm"): _("确认单位联系人"),
        ("announcement", "announce"): _("发布公告"),
        ("announcement", "lift"): _("解除公告"),
        ("read", "audit"): _("全库审计"),
        ("read", "backup"): _("人工备份"),
        ("read", "verify_backup"): _("核验备份"),
        ("read", "sign_in"): _("登录系统"),
        ("read", "sign_in_refused"): _("登录被拒"),
        ("read", "lookup"): _("查询学位信息"),
        ("read", "export"): _("导出清单"),
        ("read", "reveal"): _("查看完整证件号码"),
        ("read", "download"): _("下载文件"),
        ("read", "forget"): _("到期清除文件"),
        ("case", "downloaded"): _("领取反馈"),
        ("case", "acknowledged"): _("登记签收"),
        ("case", "reminded"): _("催答"),
        ("case", "escalated"): _("逾期未答报省级"),
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
