"""下载标记: every file that leaves the desk says in itself who took it and when; of what must stay as it is the book says so.

Must not know what a file is about.
"""

import io
import zipfile

from core import ledger, masking
from core.desk import Desk

_HEAD = 4000
"""So many bytes of a list are looked at for who took it: its notes stand above everything else."""


def marked(desk: Desk, name: str, content: bytes) -> bytes:
    """A file as it is handed to the person at the desk.

    Workbooks, letters and archives carry who and when in the archive's comment, beside what they say themselves; lists as CSV say it in
    their first lines. Scans and tables that are read in again stay byte for byte: written is that the file was fetched.
    """
    if content.startswith(b"PK"):
        return _commented(desk, content)
    head = content[:_HEAD].decode("utf-8", "ignore")
    if name.endswith(".csv") and (desk.actor.zh in head or desk.actor.en in head):
        return content
    ledger.note_read(desk.db, "download", ledger.act_of(desk, "file", None, masking.text(name)), 1)
    return content


def _commented(desk: Desk, content: bytes) -> bytes:
    told = io.BytesIO(content)
    with zipfile.ZipFile(told, "a") as packed:
        packed.comment = f"导出 {desk.actor.zh} {desk.actor.key} {desk.now():%Y-%m-%d %H:%M:%S}".encode()
    return told.getvalue()
