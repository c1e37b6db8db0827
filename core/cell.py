"""What one cell of filed text says (单元格): its text, code, date or month, read without changing the meaning.

Repairs only full width, outer spaces, lower case, lost leading zeros and the separator of names. Must not know
which column a cell is in.
"""

import polars as pl

EDGE = " \t\r\n\u3000\u00a0\u200b\ufeff"
"""What may stand around a cell's text without being part of it."""
_SPACE = r"[\s\u3000\u00a0\u200b\ufeff]"
_SEPARATOR = "・･•．‧∙⋅●﹒。"
"""What is written for the middle dot between the parts of a name."""
BETWEEN_ANY = rf"([\p{{Han}}\p{{Latin}}])\s*[{_SEPARATOR}]\s*([\p{{Han}}\p{{Latin}}])"
BETWEEN_HAN = r"(\p{Han})\s*[.\-－—·]\s*(\p{Han})"
"""Separators of names: those that are one in any script, and those that are one between hanzi only."""


def blank(code: str) -> pl.Expr:
    """The filed cell is empty or only spaces."""
    return ~pl.col(code).str.contains(r"[^\s\x{200B}\x{FEFF}]").fill_null(False)


def tidy(text: pl.Expr) -> pl.Expr:
    """The text without outer spaces; null when nothing is left."""
    inner = text.str.strip_chars(EDGE)
    return pl.when(inner != "").then(inner)


def half_width(text: pl.Expr) -> pl.Expr:
    """An identifier or code: half width, upper case, without spaces and spreadsheets' marks of text."""
    inner = tidy(text).str.normalize("NFKC").str.to_uppercase().str.replace_all(_SPACE, "")
    return inner.str.replace(r"^(?:=\"(.*)\"|'(.+))$", "${1}${2}")  # ="123" and '123: spreadsheets' own marks of text


def padded(text: pl.Expr, width: int) -> pl.Expr:
    """A numeric code with the leading zeros a spreadsheet takes away."""
    code = half_width(text)
    return pl.when(code.str.contains(r"^[0-9]+$")).then(code.str.zfill(width)).otherwise(code)


def code_of(codes: dict[str, str], filed: pl.Expr) -> pl.Expr:
    """The code behind a way of writing it; a text that is in no table stays as it is."""
    text = tidy(filed)
    return text.replace_strict(codes, default=text, return_dtype=pl.String)


def name(text: pl.Expr) -> pl.Expr:
    """A name with the middle dot (U+00B7) as its separator; twice, since parts of one character share their edges."""
    named = tidy(text)
    for _ in range(2):
        named = named.str.replace_all(BETWEEN_ANY, "${1}·${2}").str.replace_all(BETWEEN_HAN, "${1}·${2}")
    return named


_MIDNIGHT = r"[\sT]+0{1,2}:00(:00(\.0+)?)?\s*$"
_SEPARATED = r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$"


def date(filed: pl.Expr) -> pl.Expr:
    """Eight digits, or year, month, day parted by - / . or 年月日; a midnight tail is ignored."""
    text = half_width(filed.str.replace(_MIDNIGHT, ""))
    parts = text.str.extract_groups(_SEPARATED)
    parted = (
        parts.struct.field("1") + parts.struct.field("2").str.zfill(2) + parts.struct.field("3").str.zfill(2)
    )
    digits = pl.when(text.str.contains(r"^\d{8}$")).then(text).otherwise(parted)
    return digits.str.to_date("%Y%m%d", strict=False)


def month(filed: pl.Expr) -> pl.Expr:
    """Six digits, or year and month parted; a full date counts as its month."""
    text = half_width(filed)
    parts = text.str.extract_groups(r"^(\d{4})[-/.年](\d{1,2})(?:[-/.月].*)?$")
    parted = parts.struct.field("1") + parts.struct.field("2").str.zfill(2)
    digits = pl.when(text.str.contains(r"^\d{6}(\d\d)?$")).then(text.str.slice(0, 6)).otherwise(parted)
    return (digits + "01").str.to_date("%Y%m%d", strict=False)
