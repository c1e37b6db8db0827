"""A reference table on its way in: read from an uploaded file, compared, and kept on the server until it is proposed.

The file itself passes through the store's work folder and is gone once it is read.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
import streamlit as st

from core import ministry, tables
from core.desk import Desk
from core.tables import Table
from pages._proposal import Work

_DAYS = ["table", "key", "valid_from"]
"""By what a line of the table of coverage is known when a list of the same day is read once more."""


@dataclass(frozen=True)
class Incoming:
    """One file read: the tables it would replace, and how each differs from the version a proposal starts from."""

    asked: tuple[object, ...]
    tables: dict[str, pl.DataFrame]
    differences: dict[str, pl.DataFrame] = field(default_factory=dict)


def plain_table(present: Desk, file: Any, told: Table, work: Work) -> Incoming:
    """A whole table from a file, as it was exported; raises BadRequest with the rows at fault."""

    def read(path: Path) -> dict[str, pl.DataFrame]:
        return {told.name: tables.read_file(told.name, path)}

    return _once(present, file, (told.name,), read, work)


def ministry_list(present: Desk, file: Any, listed_on: date, work: Work) -> Incoming:
    """The ministry's list laid over the institutions as the proposal has them, and what it makes complete."""

    def read(path: Path) -> dict[str, pl.DataFrame]:
        listed = ministry.read(path, listed_on)
        vouched = pl.concat([work.table("coverage"), ministry.coverage(listed, listed_on)])
        return {
            "institutions": ministry.merged(work.table("institutions"), listed, listed_on),
            "coverage": vouched.unique(_DAYS, keep="last", maintain_order=True),
        }

    return _once(present, file, ("ministry", listed_on), read, work)


def forget() -> None:
    """Discard what this session has read, and empty its uploaders."""
    _shelf().pop(st.session_state.pop("codes.token", ""), None)
    st.session_state["codes.round"] = st.session_state.get("codes.round", 0) + 1


def _once(
    present: Desk, file: Any, asked: tuple[object, ...], read: Callable[[Path], dict[str, pl.DataFrame]], work: Work
) -> Incoming:
    """Read a file the first time it is asked for so; found again after that."""
    wanted = (file.file_id, work.base.version, *asked)
    known = _shelf().get(st.session_state.get("codes.token", ""))
    if known is None or known.asked != wanted:
        with _on_disk(present, file) as path:
            found = read(path)
        told = {name: tables.difference(name, work.base.reference.table(name), table) for name, table in found.items()}
        known = Incoming(wanted, found, told)
        _shelf().pop(st.session_state.get("codes.token", ""), None)
        token = st.session_state["codes.token"] = uuid4().hex
        _shelf()[token] = known
    return known


@contextmanager
def _on_disk(present: Desk, file: Any) -> Iterator[Path]:
    path = present.db.folder / "work" / f"upload-{uuid4().hex}{Path(file.name).suffix}"
    path.write_bytes(file.getbuffer())
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


@st.cache_resource(show_spinner=False)
def _shelf() -> dict[str, Incoming]:
    return {}
