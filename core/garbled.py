"""Garbled text (乱码): cells whose characters were once read in the wrong encoding.

Source: the fingerprints of domain notes §10.1. Must not know files or rules.
"""

import polars as pl

_LEAD = range(0xE4, 0xEA)
_REST = range(0x80, 0xC0)


def _pairs(first: range, second: range) -> str:
    pairs = (bytes([one, two]).decode("gb18030", "ignore") for one in first if one > 0x80 for two in second)
    return "[" + "".join(sorted(pair for pair in pairs if len(pair) == 1)) + "]"


# Two hanzi are six bytes of UTF-8; read as GBK they make three characters of narrow, telling kinds.
_TWO_HANZI_AS_GBK = _pairs(_LEAD, _REST) + _pairs(_REST, _LEAD) + _pairs(_REST, _REST)
_WINDOWS = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"

_FINGERPRINTS = (
    r"\x{FFFD}",  # a byte that no encoding could explain, or half a character
    "锟斤|斤拷|烫烫烫|屯屯屯|ï¿½",  # damaged twice; uninitialised memory
    r"[\x{A1}-\x{FE}]{4}",  # GBK read as Latin-1: 张伟 becomes ÕÅÎ°
    rf"(?:[ä-é][\x{{80}}-\x{{BF}}{_WINDOWS}]{{2}}){{2}}",  # UTF-8 hanzi read as Latin-1
    r"[ÂÃ][\x{80}-\x{BF}]",  # UTF-8 accents read as Latin-1: José becomes JosÃ©
    rf"(?:{_TWO_HANZI_AS_GBK}){{2}}",  # four hanzi of UTF-8 read as GBK, anywhere in a text
    rf"^{_TWO_HANZI_AS_GBK}(?:{_pairs(_LEAD, _REST)}\??)?$",  # a whole cell of two or three: 张伟 becomes 寮犱紵
)


def garbled(expr: pl.Expr) -> pl.Expr:
    """Tell which cells are garbled text (乱码): wrong encoding, replacement characters, 锟斤拷.

    Rare characters, private-use characters and accented foreign names are not garbled. Null stays null.
    """
    return expr.str.contains("|".join(_FINGERPRINTS))
