"""导出记录: which lists left the desk as files, taken by whom, by which filter, how many lines, when (article 11)."""

import polars as pl

from core import exporting
from core.exporting import Format
from core.vocabulary import Duty
from pages import _export, _tables
from pages._parts import desk, empty, header
from pages._words import _, actor_name, in_words

present = desk(Duty.READ)
header(present, _("导出记录"), _("各清单、图表导出成文件的记录：谁、按什么条件、多少条、何时。"))


def shown(lines: pl.DataFrame) -> pl.DataFrame:
    """The log in words."""
    people = {key: actor_name(key) for key in lines["exported_by"].unique()}
    return in_words(lines, "format", Format).with_columns(pl.col("exported_by").replace(people))


total = exporting.logged(present)
columns = {
    "export_id": _tables.number(_("编号"), width=60),
    "exported_at": _tables.moment(_("时间"), width=130),
    "exported_by": _tables.text(_("导出人"), width=150),
    "title": _tables.text(_("清单"), width=140),
    "chosen": _tables.text(_("筛选条件"), width=380),
    "format": _tables.text(_("格式"), width=70),
    "lines": _tables.count(_("条数"), width=80),
}
if total:
    page = _tables.pager(total, "exports.page")
    _tables.show(shown(exporting.log(present, page=page)), columns, key=f"exports.table.{page}", rows=16)
    _export.offer(
        present, _("导出记录"), columns, lambda desk, part, size: exporting.log(desk, page=part, size=size), name="exports",
        shape=shown,
    )
else:
    empty(_("还没有导出过。清单和图表下的“导出”每用一次，这里就有一行。"))
