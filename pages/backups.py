"""备份: every backup of the store, when and why it was made, whether it was tried out; one made now; and how one is brought back."""

import polars as pl
import streamlit as st

from core import backup, backup_list
from core.vocabulary import Duty
from pages import _export, _tables
from pages._parts import announce, desk, empty, header, reporting_errors
from pages._words import _, say

present = desk(Duty.ACCOUNTS)
action = header(
    present, _("备份"), _("放行和升级前自动备份，也可随时备份；核验是把一份备份试着恢复出来，再审计一遍。"),
)
if action.button(_("立即备份"), key="backups.make", type="primary"):
    with reporting_errors(), st.spinner(_("正在备份，其他人可照常工作；可以离开本页，做完后列表里就有。")):
        announce(_("第 {n} 号备份已做好。").format(n=backup_list.make(present)))

WHY = {"asked": _("人工备份"), "release": _("放行前"), "migration": _("升级前"), "demo": _("演示数据装入后")}
found = backup_list.listing(present)
held = (
    pl.when(pl.col("tried_at").is_null()).then(None)
    .when(pl.col("broken").is_null()).then(pl.lit(_("不完整")))
    .when(pl.col("broken") == 0).then(pl.lit(_("相符")))
    .otherwise(pl.format(_("{} 项不符"), "broken"))
)  # fmt: skip
left, right = st.columns([15, 8], gap="medium")
with left:
    picked = None
    if found.is_empty():
        empty(_("还没有备份。点右上角“立即备份”，或等下一次放行前自动备份。"))
    else:
        picked = _export.table(
            present, _("备份"),
            found.with_columns(
                pl.col("why").replace(WHY), held.alias("held"), megabytes=(pl.col("size") / 1e6).round(1),
            ),
            {
                "number": _tables.number(_("编号"), width=60),
                "made_at": _tables.moment(_("备份时间"), width=130),
                "why": _tables.text(_("缘由"), width=120),
                "files": _tables.count(_("文件数"), width=80),
                "megabytes": st.column_config.NumberColumn(_("大小（MB）"), format="%.1f", width=90),
                "tried_at": _tables.moment(_("核验时间"), width=130),
                "held": _tables.text(_("核验结果"), width=90),
            },
            key="backups.table", select=True, rows=16, duty=Duty.ACCOUNTS,
        )  # fmt: skip
with right:
    if picked is None:
        st.caption(_("点选一份备份，核验它，或看怎样恢复。"))
    else:
        number = picked["number"]
        st.subheader(_("第 {n} 号备份").format(n=number), anchor=False)
        if st.button(_("核验"), key="backups.verify"):
            with reporting_errors(), st.spinner(_("正在试着恢复并审计，要几分钟；可以离开本页，结果记在列表里。")):
                verdicts = backup_list.verify(present, number)
                broken = "; ".join(say(each.invariant) for each in verdicts if each.broken)
                if broken:
                    announce(_("第 {n} 号备份查了 {all} 项，不符：{broken}").format(n=number, all=len(verdicts), broken=broken))
                announce(_("第 {n} 号备份可以恢复，{all} 项约束全部相符。").format(n=number, all=len(verdicts)))
        st.markdown(_("**怎样恢复**"))
        st.caption(_("恢复不在页面上做：关闭应用，在服务器上运行下面的命令，恢复到一个空目录，看过结果后让应用改用那个目录（DESK_HOME）。"))
        st.code(f"python -m core --home EMPTY restore {backup.folder_of(present.db)} --number {number}", language=None, wrap_lines=True)
