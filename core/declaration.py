"""申报: what the sender of a filing says of it before anybody has looked inside (article 4).

Must not know the file.
"""

from dataclasses import dataclass
from datetime import date

from core.deadlines import Term
from core.vocabulary import Category


@dataclass(frozen=True)
class Resolution:
    """What is told of the degree committee's resolution (学位授予决议); None: not told.

    `listed` is how many names it lists, `attached` whether a scan of it came along.
    """

    number: str | None = None
    resolved_on: date | None = None
    listed: int | None = None
    attached: bool | None = None


@dataclass(frozen=True)
class Grounds:
    """What is told of a late supplement: why it is late, and the province's consent (文号、日期); None: not told yet."""

    reason: str | None = None
    consent: str | None = None
    consented_on: date | None = None


@dataclass(frozen=True)
class Declared:
    """What the sender declares of a filing: semester, institution code, category, whether it is 补报 and then on what
    grounds, its resolution.

    `total` is how many records it says there are, `replaces` the filing it is a new version of; None: neither.
    """

    term: Term
    institution: str
    category: Category
    supplement: bool = False
    resolution: Resolution = Resolution()
    total: int | None = None
    replaces: int | None = None
    grounds: Grounds = Grounds()
