"""反馈函: the covering letter to an institution, on paper: totals by class, the day answers are due, whom to ask (article 6).

The same frozen notice gives the same bytes. Must not know the store.
"""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from core.feedback_workbook import file_name, file_stem, of_what
from core.vocabulary import FindingClass

_FONT = "宋体"
_CLASSES = (FindingClass.INCOMPLETE, FindingClass.INACCURATE, FindingClass.POLICY)


def letter_name(notice: Mapping[str, Any]) -> str:
    """The name of a notice's letter."""
    return f"反馈函_{file_stem(notice)}.docx"


def letter(notice: Mapping[str, Any]) -> bytes:
    """The covering letter of a notice (`feedback.notice`), as DOCX. Classified records are told by number alone."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    _title(document, "关于反馈暂不提供网上查询的学位授予信息的函")
    document.add_paragraph(f"{notice['institution_zh'] or notice['institution']}：")
    if notice.get("addressees"):  # none before institutions' contacts were kept
        document.add_paragraph(f"（联系人：{notice['addressees']}）")
    for sentence in _sentences(notice):
        document.add_paragraph(sentence).paragraph_format.first_line_indent = Pt(24)
    _totals(document, notice)
    document.add_paragraph()
    for line in ("学位中心", f"{notice['issued_at']:%Y年%m月%d日}"):
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    about = document.core_properties
    about.author, about.title, about.comments = "学位中心", "反馈函", ""
    about.created = about.modified = notice["issued_at"]
    content = io.BytesIO()
    document.save(content)
    return _dated(content, notice["issued_at"])


def _title(document: Any, text: str) -> None:
    line = document.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    written = line.add_run(text)
    written.bold, written.font.size = True, Pt(16)


def _sentences(notice: Mapping[str, Any]) -> list[str]:
    told = [
        f"经数据整理，你单位{of_what(notice)}中有{notice['records']:,}条学位授予信息暂不提供网上查询，"
        f"现予反馈（第{notice['round']}轮，反馈单{notice['notice_id']}号）。",
        f"请按《学位证书网上查询工作管理办法（试行）》第七条逐条核实，于{notice['due_on']:%Y年%m月%d日}前答复：信息不完整、"
        "不准确的，办理信息变更、撤销备案或电子照片补报、更正；备案信息无误但涉嫌违反国家有关政策的，书面说明并抄报所在地"
        "省级学位委员会办公室。",
        f"各条问题见附件“{file_name(notice)}”。请在原表“处理”“更正后内容”“书面说明”三列填写后送回，其他列不要改动。",
    ]
    if notice["classified_records"]:
        told.append(f"其中{notice['classified_records']:,}条为涉密数据，附件不列，请按保密渠道与我中心联系。")
    told.append(f"联系方式：{notice['contacts'] or '见学位中心公布的咨询专线。'}")
    return told


def _totals(document: Any, notice: Mapping[str, Any]) -> None:
    counts = [(each.zh, notice[str(each)]) for each in _CLASSES]
    rows = [*counts, (FindingClass.CLASSIFIED.zh, notice["classified_records"]), ("合计", notice["records"])]
    table = document.add_table(rows=1, cols=2, style="Table Grid")
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "暂不提供查询的原因", "记录数"
    for name, many in rows:
        first, second = table.add_row().cells
        first.text, second.text = name, f"{many:,}"
        second.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _dated(content: io.BytesIO, at: datetime) -> bytes:
    """The same document with every part dated by the notice, as the library dates them by the clock."""
    packed = io.BytesIO()
    with zipfile.ZipFile(content) as made, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as dated:
        for name in made.namelist():
            part = zipfile.ZipInfo(name, at.timetuple()[:6])
            part.compress_type = zipfile.ZIP_DEFLATED
            dated.writestr(part, made.read(name))
    return packed.getvalue()
