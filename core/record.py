"""The columns of a filing: every code institutions may send, its name, and which layouts carry it.

Source: the data manual and the three layouts of domain notes §1.2 and §1.3.
Must not know rules, files or the database.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a filing, as text.

    `public` marks certificate content (学位证书信息, article 3): the only definition of what lookup may show.
    `numeric_refused` marks identifiers that a spreadsheet damages when it stores them as numbers.
    """

    code: str
    zh: str
    en: str
    public: bool = False
    numeric_refused: bool = False


_COLUMNS = (
    Column("XM", "姓名", "Name", public=True),
    Column("XMPY", "姓名拼音", "Name in pinyin"),
    Column("XBM", "性别码", "Sex code"),
    Column("XB", "性别", "Sex", public=True),
    Column("GBM", "国家或地区码", "Country or region code"),
    Column("GB", "国家或地区", "Country or region"),
    Column("MZM", "民族码", "Ethnic group code"),
    Column("MZ", "民族", "Ethnic group"),
    Column("ZZMMM", "政治面貌码", "Political status code"),
    Column("ZZMM", "政治面貌", "Political status"),
    Column("CSRQ", "出生日期", "Birth date", public=True),
    Column("ZJLXM", "身份证件类型码", "ID document type code"),
    Column("ZJLX", "身份证件类型", "ID document type"),
    Column("ZJHM", "身份证件号码", "ID number", numeric_refused=True),
    Column("XWSYDWM", "学位授予单位码", "Granting institution code"),
    Column("XWSYDW", "学位授予单位", "Granting institution", public=True),
    Column("XZXM", "校长姓名", "President's name"),
    Column("ZXXM", "学位评定委员会主席姓名", "Committee chair's name"),
    Column("PYDWM", "培养单位码", "Training unit code"),
    Column("PYDW", "培养单位", "Training unit"),
    Column("XWLBM", "学位类别码", "Degree type code"),
    Column("XWLB", "学位类别", "Degree type", public=True),
    Column("ZYDM", "专业代码", "Major code", numeric_refused=True),
    Column("ZYMC", "专业名称", "Major", public=True),
    Column("ZSZYMC", "证书专业名称", "Major as on the certificate", public=True),
    Column("KSH", "考生号", "Examinee number", numeric_refused=True),
    Column("RXNY", "入学年月", "Entry month"),
    Column("XH", "学号", "Student number", numeric_refused=True),
    Column("XZ", "学制", "Length of programme"),
    Column("XXXSM", "学习形式码", "Form of study code"),
    Column("XXXS", "学习形式", "Form of study"),
    Column("WYKSNY", "通过外语考试年月", "Language exam month"),
    Column("BYNY", "毕业年月", "Graduation month"),
    Column("HXWRQ", "获学位日期", "Conferral date", public=True),
    Column("SFDEXW", "是否第二学位", "Second bachelor"),
    Column("SFFXXW", "是否辅修学位", "Minor degree"),
    Column("XWZSBH", "学位证书编号", "Certificate number", public=True, numeric_refused=True),
    Column("JYBH", "决议编号", "Resolution number"),
    Column("ZP", "照片文件名称", "Photo file name"),
    Column("BZ", "备注", "Remarks"),
    Column("QQHM", "QQ号码", "QQ number"),
    Column("WXZH", "微信账号", "WeChat account"),
    Column("DZYX", "电子邮箱", "E-mail"),
    Column("YXDM", "院系代码", "School code"),
    Column("DSXM", "导师姓名", "Supervisor's name"),
    Column("LWLX", "论文类型", "Thesis type"),
    Column("LWTM", "论文题目", "Thesis title"),
    Column("LWGJC", "论文关键词", "Thesis keywords"),
    Column("LWXTLY", "论文选题来源", "Source of the topic"),
    Column("LWYJFX", "论文研究方向", "Research direction"),
    Column("LWZXYZ", "论文撰写语种", "Thesis language"),
    Column("QZXW", "前置学位", "Prior degree"),
    Column("QZXWNY", "获前置学位年月", "Prior degree month"),
    Column("MJ", "密级", "Secrecy grade"),
    Column("SFSXSXW", "是否双学士学位", "Dual bachelor"),
    Column("SFLHXW", "是否联合学位", "Joint degree"),
    Column("LHPYDWM", "联合培养单位码", "Partner institution code"),
    Column("LHPYDW", "联合培养单位", "Partner institution"),
    Column("SFSM", "是否涉密人员", "Classified person"),
    Column("JMRQ", "解密日期", "Declassification date"),
)

COLUMNS: dict[str, Column] = {column.code: column for column in _COLUMNS}
"""Every column a filing may carry, by pinyin code, in the order they are stored."""


@dataclass(frozen=True)
class Layout:
    """A column order institutions really send (报送格式)."""

    key: str
    zh: str
    en: str
    codes: tuple[str, ...]


LAYOUTS: dict[str, Layout] = {
    layout.key: layout
    for layout in (
        Layout(
            "dbf34",
            "34列DBF格式（2012—2014年）",
            "34-column DBF (2012–2014)",
            tuple(
                "XM XMPY XBM XB MZM MZ ZZMMM ZZMM CSRQ ZJLXM ZJLX ZJHM XWSYDWM XWSYDW XZXM ZXXM PYDWM PYDW "
                "XWLBM XWLB ZYDM ZYMC ZSZYMC KSH RXNY XH XZ BYNY HXWRQ SFDEXW SFFXXW XWZSBH ZP BZ".split()
            ),
        ),
        Layout(
            "named",
            "“姓名(XM)”格式（2018—2023年）",
            "“姓名(XM)” workbook (2018–2023)",
            tuple(
                "XM XMPY XBM XB GBM GB MZM MZ ZZMMM ZZMM CSRQ ZJLXM ZJLX ZJHM XWSYDWM XWSYDW XZXM ZXXM PYDWM PYDW "
                "XWLBM XWLB ZYDM ZYMC ZSZYMC KSH RXNY XH XZ XXXSM XXXS WYKSNY BYNY HXWRQ SFDEXW SFFXXW XWZSBH "
                "JYBH ZP BZ QQHM WXZH DZYX YXDM".split()
            ),
        ),
        Layout(
            "new27",
            "27列格式（2024年起）",
            "27-column layout (since 2024)",
            tuple(
                "XM XB CSRQ ZJLX ZJHM GB KSH XH PYDWM PYDW ZYDM ZYMC XWSYDWM XWSYDW XZXM ZXXM XWLBM XWLB HXWRQ "
                "XWZSBH DSXM LWLX LWTM LWGJC LWXTLY LWYJFX LWZXYZ".split()
            ),
        ),
    )
}
"""The three real layouts, by key. A file may leave out or add known columns; it is named after the nearest."""

KEY_COLUMNS: tuple[tuple[str, ...], ...] = (
    ("XM",),
    ("XBM", "XB"),
    ("CSRQ",),
    ("ZJLXM", "ZJLX"),
    ("ZJHM",),
    ("XWSYDWM",),
    ("XZXM",),
    ("ZXXM",),
    ("XWLBM", "XWLB"),
    ("ZYDM",),
    ("ZYMC",),
    ("HXWRQ",),
    ("XWZSBH",),
)
"""Key information (关键信息) a file must have columns for; any one of a group will do."""

PUBLIC: tuple[str, ...] = tuple(code for code, column in COLUMNS.items() if column.public)
