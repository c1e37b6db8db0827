"""Names that cannot stand on a certificate as filed (关键信息不准确, article 2). Declarations only."""

import polars as pl

from core.rules import Context, rule
from core.vocabulary import FindingClass

INACCURATE = FindingClass.INACCURATE
NOTE = FindingClass.NOTE

_NAME = pl.col("name")
# Two to fifteen common hanzi: nearly all names, and nothing of what these checks look for.
_UNUSUAL = pl.when(~_NAME.str.contains(r"^[\x{4E00}-\x{9FA5}]{2,15}$")).then(_NAME)
_UNREADABLE = r"[\p{Nd}\p{No}?？＊*\x{FFFD}\p{Co}\p{Cf}#$%&@_=+<>|\\/^~\"!]|[[\p{So}\p{Cc}]--[●\s]]"
_HAN_NAME = _UNUSUAL.str.contains(r"\p{Han}") & ~_UNUSUAL.str.contains(r"\p{Latin}")
_VARIANT = "・･•．‧∙⋅●﹒。"
_LATIN_LONGEST = 60
_HAN_LONGEST = 25
_CUT_BYTES = 40


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
        {"XM": "张䶮"}, {"XM": "王㛃"}, {"XM": "李𬭎"}, {"XM": "陈𫖯"}, {"XM": "〇一"},
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
    between_any = rf"[\p{{Han}}\p{{Latin}}]\s*[{_VARIANT}]\s*[\p{{Han}}\p{{Latin}}]"
    between_han = r"\p{Han}\s*[.\-－—]\s*\p{Han}"
    return ~_UNUSUAL.str.contains(f"{between_any}|{between_han}").fill_null(False)


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
def name_has_a_plausible_length(_: Context) -> pl.Expr:
    """Check A04 of the rule list: 25 hanzi by the notice of May 2016, 60 letters as XMPY; C40 cuts at 40 GBK bytes."""
    length = _UNUSUAL.str.len_chars()
    wide = _UNUSUAL.str.count_matches(r"[^\x00-\x7F]")
    han = _UNUSUAL.str.contains(r"\p{Han}")
    longest = pl.when(han).then(_HAN_LONGEST).otherwise(_LATIN_LONGEST)
    cut = length + wide == _CUT_BYTES
    return (length.is_between(2, longest) & ~cut).fill_null(True)
