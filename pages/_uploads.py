"""Uploaded files on their way to the store: kept in the store's work folder, known to a session by a token only.

Whatever is left behind is swept away when the store is next opened.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import streamlit as st

from core import reading, suggestion
from core.checking import Checked
from core.declaration import Declared
from core.desk import Desk
from core.draft import Draft
from core.reading import Reading
from core.suggestion import Suggestion


@dataclass
class Upload:
    """One uploaded file, what it was found to be, and its draft once it has been checked."""

    path: Path
    name: str
    file_id: str
    photos: Path | None = None
    photos_id: str | None = None
    looks: dict[tuple[str | None, str | None], tuple[Reading, Suggestion]] = field(default_factory=dict)
    draft: Draft | None = None
    checked: Checked | None = None
    drafted: tuple[Declared, str | None, str | None] | None = None

    def look(self, encoding: str | None, layout: str | None) -> tuple[Reading, Suggestion]:
        """The opened file and what it suggests; raises UnreadableFiling."""
        if (encoding, layout) not in self.looks:
            source = reading.open_filing(self.path, encoding=encoding, layout=layout)
            self.looks[encoding, layout] = source, suggestion.look(source)
        return self.looks[encoding, layout]

    def keep_photos(self, file: Any) -> None:
        """Write the uploaded zip of photos beside the file, once; without one, forget the last."""
        if (file.file_id if file else None) == self.photos_id:
            return
        self.drop_draft()
        if self.photos:
            self.photos.unlink(missing_ok=True)
        self.photos, self.photos_id = None, file.file_id if file else None
        if file:
            self.photos = self.path.with_name(f"{self.path.name}-photos")
            self.photos.write_bytes(file.getbuffer())

    def hand_over(self) -> Draft:
        """Give the draft away to be received: whatever comes of that, it is no longer here."""
        draft, self.draft, self.checked, self.drafted = self.draft, None, None, None
        return draft

    def drop_draft(self) -> None:
        """Discard the draft, if there is one."""
        if self.draft:
            self.draft.discard()
        self.draft = self.checked = self.drafted = None


@st.cache_resource(show_spinner=False)
def _shelf() -> dict[str, Upload]:
    return {}


def keep(present: Desk, file: Any) -> Upload:
    """The upload behind the uploader's file: written to disk the first time, found again after that."""
    known = _shelf().get(st.session_state.get("load.token", ""))
    if known and known.file_id == file.file_id and known.path.exists():
        return known
    forget()
    path = present.db.folder / "work" / f"upload-{uuid4().hex}"
    path.write_bytes(file.getbuffer())
    token = uuid4().hex
    st.session_state["load.token"] = token
    _shelf()[token] = Upload(path, file.name, file.file_id)
    return _shelf()[token]


def forget() -> None:
    """Discard this session's upload and its draft, and empty the uploader."""
    upload = _shelf().pop(st.session_state.pop("load.token", ""), None)
    if upload:
        upload.drop_draft()
        upload.path.unlink(missing_ok=True)
        if upload.photos:
            upload.photos.unlink(missing_ok=True)
        st.session_state["load.round"] = st.session_state.get("load.round", 0) + 1
