"""What people type to find a certificate (查询条件): a name and a number, as they are compared, however they are written.

Serves article 3. Must not know where they are looked for.
"""

import unicodedata
from collections.abc import Callable

USUAL_NUMBER = r"^[0-9A-Z]+$"
USUAL_NAME = r"^[\x{4E00}-\x{9FFF}]+$"
"""Numbers and names, nearly all there are, that are compared just as they are written."""

_SPACES = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})
_MARKS = frozenset({"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"})


def number(written: str) -> str:
    """A certificate number as it is compared: half width, upper case, without spaces of any kind."""
    return _settled(lambda text: _without(_SPACES, unicodedata.normalize("NFKC", text).upper()), written)


def name(written: str) -> str:
    """A name as it is compared: its letters alone, half width, without case, spaces, dots, dashes and other marks."""
    return _settled(lambda text: _without(_SPACES | _MARKS, unicodedata.normalize("NFKC", text).casefold()), written)


def _settled(step: Callable[[str], str], text: str) -> str:
    """What repeating a step comes to: taking a mark away may let its neighbours join, and changing case may part them."""
    while (after := step(text)) != text:
        text = after
    return text


def _without(categories: frozenset[str], text: str) -> str:
    return "".join(character for character in text if unicodedata.category(character) not in categories)
