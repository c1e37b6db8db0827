"""The file a session has uploaded, what it was found to be, and its draft; all of it in the store's `work/` folder.

Whatever is left behind goes after a day, or when the store is next opened.
"""

from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from core import photo_files, reading, suggestion
from core.arrivals import LARGEST, Arrival, StillComing
from core.declaration import Declared
from core.desk import Desk
from core.draft import Draft
from core.dryrun import DryRun
from core.reading import Reading
from core.suggestion import Suggestion
from pages import _uploader
from pages._words import _

_FILE, _PHOTOS = "load.file", "load.photos"


@dataclass
class Upload:
    """One uploaded file, what it was found to be, and its draft once it has been checked."""

    file: Arrival
    photos: Arrival | None = None
    looks: dict[tuple[str | None, str | None], tuple[Reading, Suggestion]] = field(default_factory=dict)
    draft: Draft | None = None
    dry: DryRun | None = None
    drafted: tuple[Declared, str | None, str | None] | None = None

    @property
    def file_id(self) -> str:
        """What tells this upload from every other."""
        return self.file.path.name

    @property
    def photos_path(self) -> Path | None:
        """The zip of photos, if one came along."""
        return self.photos and self.photos.path

    def look(self, encoding: str | None, layout: str | None) -> tuple[Reading, Suggestion]:
        """The opened file and what it suggests; raises UnreadableFiling."""
        if (encoding, layout) not in self.looks:
            source = reading.open_filing(self.file.path, encoding=encoding, layout=layout)
            self.looks[encoding, layout] = source, suggestion.look(source)
        return self.looks[encoding, layout]

    def hand_over(self) -> Draft:
        """Give the draft away to be received: whatever comes of that, it is no longer here."""
        draft, self.draft, self.dry, self.drafted = self.draft, None, None, None
        return draft

    def drop_draft(self) -> None:
        """Discard the draft, if there is one."""
        if self.draft:
            self.draft.discard()
        self.draft = self.dry = self.drafted = None


class _Held:
    """What one session holds."""

    upload: Upload | None = None

    def discard(self) -> None:
        if upload := self.upload:
            upload.drop_draft()
            for path in filter(None, (upload.file.path, upload.photos_path)):
                path.unlink(missing_ok=True)
        self.upload = None


@st.cache_resource(ttl=_uploader.KEPT, on_release=_Held.discard, show_spinner=False)
def _held_by(session: str) -> _Held:
    return _Held()


def _held() -> _Held:
    return _held_by(_uploader.session())


def ask(present: Desk) -> Upload | None:
    """The session's upload, asked for when there is none; None until all of it is here."""
    held = _held()
    if held.upload is None:
        kinds = ("csv", "txt", "xlsx", "xls", "dbf")
        arrival = _uploader.ask(present, _("报送文件"), kinds, key=_FILE, most=LARGEST)
        held.upload = arrival and Upload(arrival)
    return held.upload


def ask_photos(present: Desk, upload: Upload) -> None:
    """The zip of photos that goes with an upload; another zip makes another draft."""
    if upload.photos is None:
        label, most = _("电子照片压缩包（选填）"), photo_files.MOST_BYTES
        upload.photos = _uploader.ask(present, label, ("zip",), key=_PHOTOS, most=most)
        if upload.photos:
            upload.drop_draft()


def drop_photos(upload: Upload) -> None:
    """Do without the zip of photos that was uploaded."""
    upload.drop_draft()
    upload.photos.path.unlink(missing_ok=True)
    upload.photos = None


def require_all_here() -> None:
    """Raise StillComing while the photos are on their way: the filing would go without them."""
    if _uploader.coming(_PHOTOS):
        raise StillComing


def forget() -> None:
    """Discard this session's upload, its photos and its draft."""
    _uploader.drop(_PHOTOS)
    _held().discard()
