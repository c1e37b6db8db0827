"""Scans on the screen: asked for with what they prove, and handed out as downloads, never shown."""

from functools import partial
from typing import Any

import streamlit as st

from core import attachments
from core.attachments import Scan
from core.desk import Desk
from pages import _downloads
from pages._words import _


def ask(label: str, *, key: str) -> Any:
    """An uploader for one scan."""
    return st.file_uploader(label, ["pdf", "jpg", "jpeg"], key=key)


def keep(present: Desk, file: Any) -> Scan | None:
    """The uploaded scan put into the store; None when there is none. Raises BadRequest as attachments.keep does."""
    return attachments.keep(present.db, file.getvalue(), file.name) if file else None


def offer(present: Desk, filing_id: int) -> None:
    """A filing's scans as downloads."""
    purposes = {"resolution": _("学位授予决议"), "approval": _("省级审核文件"), "return": _("退回文件")}
    for place, line in enumerate(attachments.of_filing(present, filing_id).iter_rows(named=True)):
        _downloads.hand(
            present,
            _("{purpose}：{file_name}").format(purpose=purposes[line["purpose"]], file_name=line["file_name"]),
            partial(attachments.content, present, filing_id, line["sha256"]),
            line["file_name"],
            key=f"filings.scan.{filing_id}.{place}",
            type="tertiary",
        )
