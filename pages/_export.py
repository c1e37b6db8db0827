"""The one control by which a list or a chart's figures leave a screen (导出): CSV or XLSX, within scope, each file noted."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import streamlit as st

from core import exporting
from core.desk import Desk
from core.exporting import Format, Listing, Read
from core.vocabulary import Duty
from pages import _downloads, _tables
from pages._parts import scope_name
from pages._words import _, language, say, speaking

_MIME = {Format.CSV: "text/csv", Format.XLSX: _downloads.XLSX}


Shape = Callable[[pl.DataFrame], pl.DataFrame]


def table(
    present: Desk, title: str, frame: pl.DataFrame, columns: Mapping[str, Any], *, key: str, read: Read | pl.DataFrame | None = None,
    shape: Shape | None = None, chosen: str = "", more: tuple[str, ...] = (), mark: str = "", duty: Duty = Duty.READ, **look: Any,
) -> Any:
    """A table as `_tables.show` draws it, with 导出 below: the whole list, by `read` where the screen has a page of it."""
    picked = _tables.show(frame, columns, key=key, **look)
    told = {"shape": shape, "chosen": chosen, "more": more, "mark": mark, "duty": duty}
    _below(present, title, columns, frame if read is None else read, key, **told)
    return picked


def ticked(
    present: Desk, title: str, frame: pl.DataFrame, columns: Mapping[str, Any], *, key: str, chosen: str = "", **look: Any
) -> pl.DataFrame:
    """A table as `_tables.choose` draws it, with 导出 below; returns the rows ticked."""
    picked = _tables.choose(frame, columns, key=key, **look)
    _below(present, title, columns, frame, key, chosen=chosen)
    return picked


def offer(
    present: Desk, title: str, columns: Mapping[str, Any], read: Read | pl.DataFrame, *, name: str, key: str | None = None,
    shape: Shape | None = None, chosen: str = "", more: tuple[str, ...] = (), mark: str = "", duty: Duty = Duty.READ,
) -> None:
    """A small 导出 button with a file of each kind behind it. `columns` are the table's; `read` reads a part of the list, or
    is all of it; `shape` makes of what is read what the table shows; `chosen` is the filter in words; `mark` goes at the head of all."""
    if not present.actor.may(duty):
        return
    headings = tuple((each, _heading(each, column)) for each, column in columns.items())
    stamp = _("数据时间：{at:%Y-%m-%d %H:%M:%S}")
    if isinstance(read, pl.DataFrame):  # as it was when the screen read it
        stamp = stamp.format(at=present.now())
    covered = _("范围：{scope}").format(scope=scope_name(present))
    taken = _("导出人：{who}").format(who=say(present.actor))
    listing = Listing(name, title, chosen, headings, stamp, (covered, taken, *more), duty, mark)
    spoken, source = language(), exporting.whole(read) if isinstance(read, pl.DataFrame) else read

    def shaped(desk: Desk, part: int, size: int) -> pl.DataFrame:
        lines = source(desk, part, size)
        return shape(lines) if shape else lines

    def made(form: Format) -> Callable[[], bytes]:
        def make() -> bytes:
            with speaking(spoken), exporting.hand_out(present, listing, shaped, form) as file:
                return file.read()

        return make

    file_name = "_".join(part for part in (mark.replace(" ", "-"), name, f"{present.now():%Y%m%d_%H%M}") if part)
    with st.popover(_("导出"), icon=":material/download:", type="tertiary", width="content"):
        st.caption(_("文件内附筛选条件和数据时间；导出人、条数和时间会记录在案。"))
        for form in Format:
            _downloads.hand(
                present, say(form), made(form), f"{file_name}.{form}", key=f"{key or name}.export.{form}", mime=_MIME[form]
            )


def filter_in_words(parts: Mapping[str, str | None]) -> str:
    """The filter as it stands in a file: each label with what was chosen; everything where nothing was."""
    some = [_("{label}：{value}").format(label=label, value=value) for label, value in parts.items() if value]
    return _("筛选：{parts}").format(parts=_("；").join(some) if some else _("全部"))


def _below(present: Desk, title: str, columns: Mapping[str, Any], read: Read | pl.DataFrame, key: str, **told: Any) -> None:
    offer(present, title, columns, read, name="_".join(key.split(".")[:2]), key=key, **told)


def _heading(key: str, column: Any) -> str:
    label = column.get("label") if isinstance(column, Mapping) else None
    return label or key
