"""Names that cannot stand on a certificate as filed (关键信息不准确, article 2). Declarations only."""

import polars as pl

from core.cell import tidy
from core.rules import Context, rule
from core.rules._tables import told
from core.vocabulary import FindingClass

INACCURATE = FindingClass.INACCURATE
NOTE = FindingClass.NOTE

_NAME = pl.col("name")
_UNUSUAL = pl.col("unusual_name")
_UNREADABLE = r"[\p{Nd}\p{No}?？＊*\x{FFFD}\p{Co}\p{Cf}#$%&@_=+<>|\\/^~\"!]|[[\p{So}\p{Cc}]--[●\s]]"
_HAN_NAME = _UNUSUAL.str.contains(r"\p{Han}") & ~_UNUSUAL.str.contains(r"\p{Latin}")
_LATIN_LONGEST = 60
_CUT_BYTES = 40
_PINYIN = pl.col("XMPY")
_PLAIN_PINYIN = _PINYIN.str.contains("^[A-Za-z]+(?: [A-Za-z]+)*$")
_OTHER_PINYIN = tidy(pl.when(~_PLAIN_PINYIN).then(_PINYIN)).str.normalize("NFKD").str.replace_all(r"\p{M}", "")
_SPELT = pl.when(_PLAIN_PINYIN).then(_PINYIN).otherwise(_OTHER_PINYIN)
# 蒙古 藏 维吾尔 哈萨克 柯尔克孜 塔吉克 乌孜别克 俄罗斯 塔塔尔: their names are also spelt by their own languages.
_OWN_SPELLING = ("02", "04", "05", "17", "29", "41", "43", "44", "50")


def _named(_: Context) -> pl.Expr:
    return _NAME.is_not_null()


def _has_no_unreadable(_: Context) -> pl.Expr:
    return ~_UNUSUAL.str.contains(_UNREADABLE).fill_null(False)


@rule(
    "A01", cls=INACCURATE, fields=("XM",),
    zh="姓名含无法识别的字符（数字、问号、方框、乱码或自造字）或括号，请按证件改正。",
    en="The name contains unreadable characters (digits, question marks, boxes, private ones) or brackets; please correct it.",
    when=_named, soft=_has_no_unreadable,
    passes=(
        {"XM": "张䶮", "XMPY": None}, {"XM": "王㛃", "XMPY": None}, {"XM": "李𬭎", "XMPY": None}, {"XM": "陈𫖯", "XMPY": None},
        {"XM": "〇一", "XMPY": None},
        {"XM": "买买提·艾力"}, {"XM": "María-José O'Neill"}, {"XM": "JOHN SMITH JR."}, {"XM": "Nguyễn Văn An"},
    ),
    fails=(
        {"XM": "张?明"}, {"XM": "张？"}, {"XM": "张□明"}, {"XM": "张＊明"}, {"XM": "张明1"}, {"XM": "张明２"},
        {"XM": "张\ue816"}, {"XM": "张\U000f0001"}, {"XM": "张\U00100001明"}, {"XM": "张😀明"}, {"XM": "张\x07明"},
        {"XM": "JOHN SM1TH"}, {"XM": "张〓"},
    ),
    soft_fails=({"XM": "张明（留学生）"}, {"XM": "张明[曾用名]"}),
)
def name_is_readable(_: Context) -> pl.Expr:
    """Check A01 of the rule list; ?? and □ stand in for missing glyphs in old DBF files, U+E000 on are private.

    A remark in brackets, no part of a name as on the certificate, is told but does not withhold.
    """
    return _has_no_unreadable(_) & ~_UNUSUAL.str.contains(r"[()（）\[\]【】]").fill_null(False)


@rule(
    "A02", cls=INACCURATE, fields=("XM",),
    zh="姓名中含空格，请按证件改正。",
    en="The name contains spaces; please correct it to the ID document.",
    when=_named,
    soft=lambda _: _UNUSUAL.str.contains(r"^\p{Han}\s+\p{Han}$").fill_null(False),
    passes=({"XM": " 张三 "}, {"XM": "JOHN SMITH"}, {"XM": "买买提·艾力"}),
    fails=({"XM": "买买提 艾力"}, {"XM": "欧阳 三丰"}, {"XM": "欧\u3000阳三"}),
    soft_fails=({"XM": "张 三"}, {"XM": "张\u3000三"}, {"XM": "张\t三"}),
)
def chinese_name_has_no_inner_space(_: Context) -> pl.Expr:
    """Check A02 of the rule list; 张 三 is a habit of layout, elsewhere a space may hide a missing character."""
    return ~(_HAN_NAME & _UNUSUAL.str.contains(r"[\s\x{200B}\x{FEFF}]")).fill_null(False)


@rule(
    "A03", cls=NOTE, fields=("XM",),
    zh="姓名间隔符不规范，应为“·”（U+00B7），请核对。",
    en="The name's separator is not “·” (U+00B7); please check it.",
    when=_named,
    passes=({"XM": "买买提·艾力"}, {"XM": "John Smith-Jones"}, {"XM": "J. R. SMITH"}),
    fails=(
        {"XM": "买买提・艾力"}, {"XM": "买买提•艾力"}, {"XM": "买买提.艾力"}, {"XM": "买买提．艾力"},
        {"XM": "买买提‧艾力"}, {"XM": "买买提●艾力"}, {"XM": "买买提-艾力"}, {"XM": "买买提。艾力"},
    ),
)
def separator_is_the_middle_dot(_: Context) -> pl.Expr:
    """Notice of twelve departments on minority names, May 2016: the separator is GB18030 A1A4."""
    filed = tidy(pl.when(_UNUSUAL.is_not_null()).then(pl.col("XM")))
    return (filed == _NAME).fill_null(True)


@rule(
    "A04", cls=INACCURATE, fields=("XM",),
    zh="姓名长度异常或疑似被截断，请按证件补全。",
    en="The name's length is abnormal or it seems cut off; please complete it from the ID document.",
    when=_named,
    passes=(
        {"XM": "张明"},
        {"XM": "阿卜杜热合曼·麦麦提图尔荪"},
        {"XM": "阿卜杜热合曼·麦麦提图尔荪·吐尔逊江·艾力"},
        {"XM": "ALEXANDER MAXIMILIAN CHRISTOPHER MONTGOMERY SMITH"},
        {"XM": "ALEXANDER MAXIMILIAN CHRISTOPHER MONTGOMERY SMITHSONIAN"},
        {"XM": "Abcdefghij Klmnopqrs"},
    ),
    fails=(
        {"XM": "张"},
        {"XM": "A"},
        {"XM": "阿卜杜热合曼·麦麦提图尔荪·吐尔逊江·艾"},
        {"XM": "阿卜杜热合曼·麦麦提图尔荪·吐尔逊江·艾力买买提江·玉素甫"},
        {"XM": "ALEXANDER MAXIMILIAN CHRISTOPHER MONTGOMERY SMITHSONIAN WINDSOR"},
        {"XM": "ABDULRAHMAN MOHAMMED HUSSEIN ALI ALHADDA"},
    ),
)
def name_has_a_plausible_length(context: Context) -> pl.Expr:
    """Check A04 of the rule list: 25 hanzi by the notice of May 2016, 60 letters as XMPY; C40 cuts at 40 GBK bytes."""
    length = _UNUSUAL.str.len_chars()
    wide = _UNUSUAL.str.count_matches(r"[^\x00-\x7F]")
    han = _UNUSUAL.str.contains(r"\p{Han}")
    longest = pl.when(han).then(context.settings["name_longest"]).otherwise(_LATIN_LONGEST)
    cut = length + wide == _CUT_BYTES
    return (length.is_between(2, longest) & ~cut).fill_null(True)


def _surname_initials(context: Context) -> pl.Expr:
    spelt = pl.when(_PINYIN.is_not_null()).then(_NAME)
    return told(context, "surname_initials", ("character",), "initials", spelt.str.slice(0, 1))


def _spelt_in_pinyin(_: Context) -> pl.Expr:
    return (
        (pl.col("id_type") == "01") & _PINYIN.is_not_null() & _NAME.str.contains(r"^\p{Han}{2,4}$")
        & (_PLAIN_PINYIN | _OTHER_PINYIN.str.contains(r"^[A-Za-z][A-Za-z\s,.'’`·\-]*$"))
        & ~pl.col("ethnic_group").is_in(_OWN_SPELLING).fill_null(False)
    )


@rule(
    "A05", cls=NOTE, fields=("XM", "XMPY"),
    zh="姓名与拼音的首字母不符，请核对。",
    en="The initials of the name and its pinyin disagree; please check.",
    when=_spelt_in_pinyin, covered=lambda context: _surname_initials(context).is_not_null(),
    tables=("surname_initials",),
    passes=(
        {"XM": "张明", "XMPY": "ZHANG MING"}, {"XM": "张明", "XMPY": "Ming Zhang"}, {"XM": "曾明", "XMPY": "ZENG MING"},
        {"XM": "单明", "XMPY": "shanming"}, {"XM": "欧阳明", "XMPY": "Ōuyáng Míng"}, {"XM": "吕明", "XMPY": "LÜ, MING"},
        {"XM": "张明", "XMPY": None}, {"XM": "买买提·艾力", "XMPY": "EHMET"},
    ),
    fails=({"XM": "李明", "XMPY": "ZHANG MING"}, {"XM": "张明", "XMPY": "MING"}, {"XM": "欧阳明", "XMPY": "YANG MING"}),
)
def pinyin_begins_as_the_surname(context: Context) -> pl.Expr:
    """Check A05 of the rule list: any reading of the surname's first character will do, before or after the name."""
    initials = _surname_initials(context)
    begins = initials.str.contains(_SPELT.str.slice(0, 1).str.to_uppercase(), literal=True).fill_null(False)
    last_word = pl.when(~begins).then(_SPELT).str.extract(r"([A-Za-z])[A-Za-z'’`]*[^A-Za-z]*$").str.to_uppercase()
    return begins | initials.str.contains(last_word, literal=True).fill_null(False)
