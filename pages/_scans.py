"""Scans on the screen: asked for with what they prove, and handed out as downloads, never shown."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import polars as pl
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
    hand_out(
        present, attachments.of_filing(present, filing_id), partial(attachments.content, present, filing_id), purposes,
        key=f"filings.scan.{filing_id}",
    )


def hand_out(
    present: Desk, scans: pl.DataFrame, content: Callable[[str], bytes], purposes: Mapping[str, str], *, key: str
) -> None:
    """Scans (purpose, file_name, sha256) as downloads, each named by what it is for; `content` gives the bytes of a hash."""
    for place, line in enumerate(scans.iter_rows(named=True)):
        _downloads.hand(
            present,
            _("{purpose}：{file_name}").format(purpose=purposes[line["purpose"]], file_name=line["file_name"]),
            partial(content, line["sha256"]),
            line["file_name"],
            key=f"{key}.{place}",
            type="tertiary",
        )
