"""The header row of a filing (表头): which column is which, and which layout the file is nearest to.

Source: the three layouts of domain notes §1.3. Must not know file formats.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from core.errors import BadRequest, UnreadableFiling
from core.record import COLUMNS, KEY_COLUMNS, LAYOUTS

MOST_COLUMNS = 80

_ALIASES = {
    "XMPY": "拼音 英文姓名",
    "XBM": "性别代码",
    "GBM": "国家地区码 国家或地区代码 国家(地区)码 国别码 国籍码",
    "GB": "国家地区 国家(地区) 国别 国籍",
    "MZM": "民族代码",
    "ZZMMM": "政治面貌代码",
    "ZJLXM": "身份证件类型代码 证件类型码 证件类型代码",
    "ZJLX": "证件类型",
    "ZJHM": "身份证件号 身份证号码 身份证号 证件号码 证件号",
    "XWSYDWM": "学位授予单位代码",
    "XWSYDW": "学位授予单位名称",
    "XZXM": "学位授予单位校长姓名 校长(院长、所长)姓名 学位授予单位校长(院长、所长)姓名 校(院、所)长姓名",
    "ZXXM": "学位评定委员会主席 主席姓名",
    "PYDWM": "培养单位代码",
    "PYDW": "培养单位名称",
    "XWLBM": "学位类别代码",
    "XWLB": "学位类别名称",
    "ZYDM": "专业码 学科专业代码",
    "ZYMC": "专业 学科专业名称",
    "ZSZYMC": "自主设置专业名称",
    "WYKSNY": "通过英语水平考试年月",
    "HXWRQ": "获得学位日期 学位授予日期",
    "SFDEXW": "是否第二学士学位",
    "SFFXXW": "是否辅修学士学位",
    "XWZSBH": "学位证书号 证书编号",
    "JYBH": "决议文号 决议编号(文号)",
    "ZP": "照片 照片文件名 照片名称",
    "QQHM": "QQ号 QQ",
    "WXZH": "微信号 微信",
    "DZYX": "邮箱 电子邮件",
    "YXDM": "院系码",
    "LWLX": "学位论文类型",
    "LWTM": "学位论文题目",
    "LWGJC": "关键词 学位论文关键词",
}


@lru_cache(maxsize=2000)
def _plain(cell: str) -> str:
    text = unicodedata.normalize("NFKC", cell).upper()
    return "".join(sign for sign in text if sign not in "*:_" and unicodedata.category(sign)[0] not in "ZC")


_NAMES = {
    **{_plain(column.zh): code for code, column in COLUMNS.items()},
    **{_plain(name): code for code, names in _ALIASES.items() for name in names.split()},
    **{code: code for code in COLUMNS},
}


@dataclass(frozen=True)
class Heading:
    """What the header row says: the codes present and their positions (from 0), the width, the layout."""

    layout: str
    columns: tuple[str, ...]
    positions: tuple[int, ...]
    ignored: tuple[str, ...]
    width: int
    first_row: int

    def address(self, code: str, row: int) -> str:
        """Name a cell as a spreadsheet does, such as N2."""
        return f"{letters(self.positions[self.columns.index(code)])}{row}"


def letters(position: int) -> str:
    """The letters a spreadsheet shows above the column at this position (from 0)."""
    name, rest = "", position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(65 + digit) + name
    return name


def code_of(cell: str) -> str | None:
    """The column a header cell names: XM, 姓名(XM) or 姓名; None if it is not known."""
    text = _plain(cell)
    return _NAMES.get(text) or (_NAMES.get(text[text.rfind("(") + 1 : -1]) if text.endswith(")") else None)


def recognised(cells: Sequence[str]) -> int:
    """How many of these cells are column names we know."""
    return sum(code_of(cell) is not None for cell in cells)


def is_header(cells: Sequence[str]) -> bool:
    """Whether this row is a header: one known name may be chance, two are not."""
    return recognised(cells) >= 2


def heading(cells: Sequence[str], *, row: int, layout: str | None) -> Heading:
    """Read a header row, or take a named layout's columns by position when there is no header row.

    Raises UnreadableFiling when the row is neither, a column is named twice, there are too many columns,
    or key information (关键信息) has no column.
    """
    if layout is not None and layout not in LAYOUTS:
        raise BadRequest(f"没有名为“{layout}”的报送格式，请重新选择。", f"There is no layout named {layout!r}.")
    width = len(cells) - sum(1 for _ in takewhile(lambda cell: not _plain(cell), reversed(cells)))
    if width > MOST_COLUMNS:
        raise UnreadableFiling(
            f"第{row}行有{width}列，超过{MOST_COLUMNS}列，不是学位授予信息报送文件，请核对后重新报送。",
            f"Row {row} has {width} columns, more than {MOST_COLUMNS}: not a filing.",
        )
    if not is_header(cells):
        if layout is None or len(cells) != len(LAYOUTS[layout].codes):
            raise UnreadableFiling(
                f"第{row}行不是可识别的表头。请把列名（如“姓名(XM)”）放在第一行，或手工选择报送格式。",
                f"Row {row} is not a header we know. Put the column names in the first row, or choose a layout.",
            )
        codes = LAYOUTS[layout].codes
        return Heading(layout, codes, tuple(range(len(codes))), (), len(codes), row)
    return _named(cells, row, layout)


def _named(cells: Sequence[str], row: int, layout: str | None) -> Heading:
    found: dict[str, int] = {}
    ignored = []
    for position, cell in enumerate(cells):
        code = code_of(cell)
        if code is None:
            ignored += [cell.strip()] if _plain(cell) else []
        elif code in found:
            raise UnreadableFiling(
                f"“{COLUMNS[code].zh}({code})”列出现两次（{letters(found[code])}列和{letters(position)}列），"
                "请删去一列后重新报送。",
                f"Column {code} appears twice ({letters(found[code])} and {letters(position)}). Remove one.",
            )
        else:
            found[code] = position
    missing = [group for group in KEY_COLUMNS if not any(code in found for code in group)]
    if missing:
        names = "、".join("或".join(f"{COLUMNS[code].zh}({code})" for code in group) for group in missing)
        raise UnreadableFiling(
            f"缺少关键信息列：{names}。请补齐后重新报送。",
            f"Columns of key information are missing: {', '.join('/'.join(group) for group in missing)}.",
        )
    nearest = layout or max(LAYOUTS, key=lambda key: _likeness(set(found), set(LAYOUTS[key].codes)))
    return Heading(nearest, tuple(found), tuple(found.values()), tuple(ignored), len(cells), row + 1)


def _likeness(some: set[str], others: set[str]) -> float:
    return len(some & others) / len(some | others)
