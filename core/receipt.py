"""回执: what became of one thing asked for: taken, or refused and why, in both languages (articles 7 and 11).

Must not know what was asked.
"""

from dataclasses import dataclass

from core.errors import CentreError


@dataclass(frozen=True)
class Receipt:
    """The answer to one item of many; a refused one never stops the others."""

    taken: bool
    zh: str
    en: str

    @classmethod
    def refused(cls, why: CentreError) -> "Receipt":
        """An item that was not taken, with the sentence that says why and what to do."""
        return cls(False, why.zh, why.en)
