"""The uploader for files of any size: chosen or dropped, sent straight to the store's `work/` folder, with its progress.

What runs in the browser is in pages/uploader/. Must not know what the file is for.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import streamlit as st

from core.arrivals import Arrival, Broken, TooLarge, size_in_words
from core.desk import Desk
from core.errors import CentreError
from pages._stream import ADDRESS, AWAITED
from pages._words import _, plain, say


def _source(kind: str) -> str:
    return (Path(__file__).parent / "uploader" / f"uploader.{kind}").read_text(encoding="utf-8")


_mount = st.components.v2.component("uploader", html=_source("html"), css=_source("css"), js=_source("js"))


@dataclass
class _Awaited:
    """The files one session awaits, by the key of their uploader: the token handed out, and why the last one failed."""

    tokens: dict[str, str] = field(default_factory=dict)
    refusals: dict[str, CentreError] = field(default_factory=dict)

    def drop(self, key: str) -> None:
        AWAITED.drop(self.tokens.pop(key, None))
        self.refusals.pop(key, None)

    def drop_all(self) -> None:
        for key in list(self.tokens):
            self.drop(key)


KEPT = timedelta(days=1)
"""How long what a session uploads stays for it; not tied to its connection, which may drop and come back."""


def session() -> str:
    """What tells this session from every other."""
    return st.session_state.setdefault("desk.session", uuid4().hex)


@st.cache_resource(ttl=KEPT, on_release=_Awaited.drop_all, show_spinner=False)
def _awaited_by(session: str) -> _Awaited:
    return _Awaited()


def _awaited() -> _Awaited:
    return _awaited_by(session())


def ask(present: Desk, label: str, kinds: tuple[str, ...], *, key: str, most: int) -> Arrival | None:
    """Ask for one file of at most so many bytes; None until all of it is here."""
    mine = _awaited()
    arrival = AWAITED.of(mine.tokens.get(key))
    if arrival and arrival.here:
        mine.refusals.pop(key, None)
        return AWAITED.take(mine.tokens.pop(key))
    if arrival and arrival.refusal:
        refuse(key, arrival.refusal)
    if key not in mine.tokens:
        mine.tokens[key] = AWAITED.expect(present.db.folder / "work", most)
    refusal = mine.refusals.get(key)
    data = {
        "token": mine.tokens[key],
        "address": ADDRESS,
        "limit": most,
        "kinds": kinds,
        "words": _words(label, kinds, most),
        "told": say(refusal) if refusal else "",
    }
    _mount(key=key, data=data, on_ended_change=partial(_ended, key))
    return None


def here(label: str, arrival: Arrival, *, key: str) -> bool:
    """A file that is here, by name and size; whether the person wants it gone."""
    return named(label, arrival.name, arrival.path.stat().st_size, key=key)


def named(label: str, name: str, size: int, *, key: str) -> bool:
    """As `here`, of something whose file has been taken apart since."""
    with st.container(horizontal=True, vertical_alignment="center"):
        told = _("{label}：**{name}**（{size:,.1f} MB）")
        st.markdown(told.format(label=label, name=plain(name), size=size / 1000**2), width="content")
        return st.button(_("移除"), key=key, type="tertiary")


def coming(key: str) -> bool:
    """Whether a file is coming in just now by this session's uploader."""
    arrival = AWAITED.of(_awaited().tokens.get(key))
    return bool(arrival and arrival.coming)


def drop(key: str) -> None:
    """Await this uploader's file no longer."""
    _awaited().drop(key)


def refuse(key: str, refusal: CentreError) -> None:
    """Say, where the file was asked for, why it is not taken; another may be given there."""
    mine = _awaited()
    mine.drop(key)
    mine.refusals[key] = refusal


def _ended(key: str) -> None:
    """What the browser tells of a sending: cancelled or failed, it has used up its token, unless the file is here."""
    ended, mine = st.session_state[key].ended, _awaited()
    if ended["token"] != mine.tokens.get(key):
        return  # told late: another token has been handed out since
    arrival = AWAITED.of(ended["token"])
    if ended["how"] in ("cancelled", "again"):
        mine.drop(key)
    elif arrival is None or not arrival.here:
        refuse(key, (arrival and arrival.refusal) or Broken())


def _words(label: str, kinds: tuple[str, ...], most: int) -> dict[str, str]:
    named = {"kinds": " ".join(kinds).upper(), "size": size_in_words(most)}
    return {
        "label": label,
        "choose": _("选择文件"),
        "hint": _("也可把文件拖到这里；{kinds}，不超过 {size}").format(**named),
        "cancel": _("取消上传"),
        "begun": _("已传 {percent}%（{sent} / {all}）。传完前请不要离开本页。"),
        "measured": _("已传 {percent}%（{sent} / {all}），每秒 {rate}，约剩 {left}。传完前请不要离开本页。"),
        "keeping": _("已传完（{all}），正在保存…"),
        "otherKind": _("这类文件不能接收，请选择 {kinds} 文件。").format(**named),
        "tooLarge": say(TooLarge(most)),
        "broken": say(Broken()),
    }
