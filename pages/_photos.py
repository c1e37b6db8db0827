"""Photos that come alone on the screens: a zip for an institution's semester, or one for a single record.

What a session has uploaded lies in the store's `work/` folder; it goes when it is handed over, after a day, or when the
store is next opened.
"""

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from core import photo_files, photo_supplies, photojobs, pictures, supply
from core.arrivals import Arrival
from core.deadlines import Term
from core.desk import Desk
from core.jobs import Asking
from core.lifecycle import RecordStatus
from core.supply import Whose
from core.vocabulary import Duty, PhotoRefusal
from pages import _filters, _uploader, _watching
from pages._parts import announce, reporting_errors, runner
from pages._words import _, actor_name, plain, say

_LARGEST = 5_000_000
"""Bytes one picture may have on its way in; the checks say what it should have."""
_FILE = "load.alone"
_TAKING = (RecordStatus.CLEARED, RecordStatus.WITHHELD, RecordStatus.PUBLISHED)


@dataclass
class _Held:
    """What a session has uploaded for an institution: its name, and the folder or zip it is in."""

    name: str = ""
    source: Path | None = None

    def discard(self) -> None:
        if self.source:
            _delete(self.source)
        self.source = None


@st.cache_resource(ttl=_uploader.KEPT, on_release=_Held.discard, show_spinner=False)
def _held_by(session: str) -> _Held:
    return _Held()


def show(present: Desk, institutions: dict[str, str]) -> None:
    """Ask for photos and whose they are, and hand them over."""
    held = _held_by(_uploader.session())
    left, right = st.columns(2)
    with left:
        institution = st.selectbox(
            _("学位授予单位"), list(institutions), None, institutions.get, key="load.alone.institution",
            placeholder=_("输入代码或名称查找"),
        )  # fmt: skip
        terms = _filters.terms(present)
        term = st.selectbox(_("学期"), list(terms), format_func=terms.get, key="load.alone.term")
        st.caption(_("对应到该单位该学期在库的记录，依次按所报照片文件名、证件号码、证书编号、学号。"))
        st.caption(_("已上网且已有照片的记录不在这里更换。"))
    with right, reporting_errors():
        _uploaded(present, held)
    if not held.source:
        return
    if st.button(_("交后台办理"), key="load.alone.job", type="primary", disabled=institution is None or term is None):
        with reporting_errors():
            asking = Asking.of_photos(present, held.source, held.name, Whose(Term.parse(term), institution))
            job_id, = runner().ask(present, [asking])
            held.source = None
            _watching.ask(job_id)
            announce(_("已交后台办理（任务 {id}），可以离开本页。").format(id=job_id))


def _uploaded(present: Desk, held: _Held) -> None:
    label = _("照片压缩包（ZIP）或一张照片（JPG）")
    if not held.source:
        arrival = _uploader.ask(present, label, ("zip", "jpg", "jpeg"), key=_FILE, most=photo_files.MOST_BYTES)
        if arrival is None:
            return
        held.source, held.name = photojobs.of_file(arrival.path, arrival.name, arrival.path.parent), arrival.name
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(held.name), width="content")
        if st.button(_("移除"), key="load.alone.drop", type="tertiary"):
            held.discard()
            st.rerun()


def one(present: Desk, head: dict[str, Any]) -> None:
    """The photos that came for a record alone, and the way to supply one for those who load filings."""
    before = photo_supplies.of_record(present, head["record_id"])
    for told in before.iter_rows(named=True):
        sentence = _("{at} 由{who}更换照片，原照片留存。") if told["replaced"] else _("{at} 由{who}补交照片。")
        st.caption(sentence.format(at=f"{told['supplied_at']:%Y-%m-%d %H:%M}", who=actor_name(told["supplied_by"])))
    if not present.actor.may(Duty.LOAD) or head["status"] not in _TAKING:
        return
    if head["status"] == RecordStatus.PUBLISHED and pictures.of_record(present, head["record_id"]):
        st.caption(say(PhotoRefusal.PUBLISHED))
        return
    key = f"record.photo.{head['record_id']}.{before.height}"
    if not st.toggle(_("补交照片"), key=f"{key}.open"):
        return
    ask = partial(_uploader.ask, present, _("电子照片（JPG）"), ("jpg", "jpeg"), key=key, most=_LARGEST)
    if arrival := ask():
        with reporting_errors():
            _put(present, head["record_id"], arrival)
        ask()  # it was refused: another may follow


def _put(present: Desk, record_id: int, arrival: Arrival) -> None:
    source = arrival.path
    try:
        source = photojobs.of_file(arrival.path, arrival.name, arrival.path.parent)
        done = supply.put_one(present, record_id, arrival.name, source)
    finally:
        _delete(source)
    announce(_("照片已收下。") + (_("记录已转为符合查询要求，待上网。") if done.cleared else ""))


def _delete(source: Path) -> None:
    if source.is_dir():
        shutil.rmtree(source, ignore_errors=True)
    else:
        source.unlink(missing_ok=True)
