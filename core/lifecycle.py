"""The lifecycles as tables of transitions: what a filing, a record, a case and a nil return may go through.

Articles 2 and 5 to 9, notice item two. Must not know rows or SQL.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import NotAllowed
from core.vocabulary import Word


class FilingStatus(Word):
    """Status of a filing (报送批次状态)."""

    RECEIVED = "received", "已接收，待省级审核", "Received, awaiting the province"
    APPROVED = "approved", "省级审核通过", "Approved by the province"
    RETURNED = "returned", "省级退回", "Returned by the province"
    REPLACED = "replaced", "已被新版本代替", "Replaced by a newer version"


class RecordStatus(Word):
    """Status of one version of a record (学位授予信息状态)."""

    RECORDED = "recorded", "已接收，未整理", "Recorded, not yet sorted"
    CLEARED = "cleared", "符合查询要求，待上网", "Cleared, waiting to be published"
    WITHHELD = "withheld", "暂不提供查询", "Withheld"
    OUT_OF_SCOPE = "out_of_scope", "不属查询范围", "Out of scope"
    PUBLISHED = "published", "已上网", "Published"
    SUPERSEDED = "superseded", "已被新版本取代", "Superseded by a newer version"
    WITHDRAWN = "withdrawn", "备案已撤销", "Filing withdrawn"
    REVOKED = "revoked", "学位已撤销", "Degree revoked"


class CaseStatus(Word):
    """Status of a withheld record's case (核实件状态)."""

    OPEN = "open", "待反馈", "To be fed back"
    SENT = "sent", "已反馈，待答复", "Fed back, awaiting an answer"
    ANSWERED = "answered", "已答复", "Answered"
    CLOSED = "closed", "已办结", "Closed"


class NilStatus(Word):
    """Status of a nil return (零报送状态)."""

    STANDING = "standing", "有效", "Standing"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"
    SUPERSEDED = "superseded", "已被后来的报送取代", "Superseded by a later filing"


@dataclass(frozen=True)
class Lifecycle:
    """One machine: where it starts, and (status, event) → status. Anything else is refused."""

    name: str
    zh: str
    start: Word
    transitions: dict[tuple[Word, str], Word]

    def next(self, status: str, event: str) -> Word:
        """The status after an event; raises NotAllowed when the table has no such row."""
        for (before, name), after in self.transitions.items():
            if before == status and name == event:
                return after
        raise NotAllowed(
            f"{self.zh}当前状态不允许此操作（{self.word(status).zh}）。请刷新页面后核对。",
            f"Not allowed while the {self.name} is: {self.word(status).en}. Refresh the page and check.",
        )

    def word(self, status: str) -> Word:
        """The status as a word of the vocabulary; an unknown one raises ValueError."""
        return type(self.start)(status)

    def events_from(self, status: str) -> set[str]:
        """Events possible in a status; empty when nothing leads out of it."""
        return {event for before, event in self.transitions if before == status}

    @property
    def statuses(self) -> set[Word]:
        """Every status named in the table."""
        return {self.start, *(before for before, _ in self.transitions), *self.transitions.values()}


def _from_each(statuses: Iterable[Word], event: str, to: Word) -> dict[tuple[Word, str], Word]:
    return {(status, event): to for status in statuses}


_F, _R, _C, _N = FilingStatus, RecordStatus, CaseStatus, NilStatus

FILING = Lifecycle(
    "filing",
    "报送批次",
    _F.RECEIVED,
    {
        (_F.RECEIVED, "approve"): _F.APPROVED,  # notice item two
        (_F.RECEIVED, "return"): _F.RETURNED,
        **_from_each((_F.RECEIVED, _F.APPROVED, _F.RETURNED), "replace", _F.REPLACED),  # article 11: filed anew
    },
)
RECORD = Lifecycle(
    "record",
    "学位授予信息",
    _R.RECORDED,
    {
        (_R.RECORDED, "clear"): _R.CLEARED,  # article 8: 符合查询要求
        (_R.RECORDED, "withhold"): _R.WITHHELD,  # article 2: 暂不提供网上查询
        (_R.RECORDED, "exclude"): _R.OUT_OF_SCOPE,  # article 2, notice item two
        (_R.CLEARED, "publish"): _R.PUBLISHED,  # article 5
        (_R.WITHHELD, "accept"): _R.CLEARED,  # article 7: explanation accepted by a person
        (_R.WITHHELD, "correct"): _R.SUPERSEDED,  # article 7: the new version re-enters the line
        (_R.CLEARED, "correct"): _R.SUPERSEDED,
        (_R.PUBLISHED, "correct"): _R.SUPERSEDED,  # article 10
        (_R.PUBLISHED, "take_down"): _R.WITHHELD,  # article 2, found later
        **_from_each((_R.CLEARED, _R.WITHHELD, _R.OUT_OF_SCOPE), "replace", _R.SUPERSEDED),  # its filing came anew
        **_from_each((_R.CLEARED, _R.WITHHELD), "exclude", _R.OUT_OF_SCOPE),  # returned by the province
        **_from_each((_R.WITHHELD, _R.OUT_OF_SCOPE), "release", _R.CLEARED),  # a revised rulebook holds it no longer
        **_from_each((_R.CLEARED, _R.OUT_OF_SCOPE), "withhold", _R.WITHHELD),  # a revised rulebook holds it
        **_from_each((_R.CLEARED, _R.WITHHELD, _R.PUBLISHED, _R.OUT_OF_SCOPE), "withdraw", _R.WITHDRAWN),
        **_from_each((_R.CLEARED, _R.WITHHELD, _R.PUBLISHED, _R.OUT_OF_SCOPE), "revoke", _R.REVOKED),
    },
)
CASE = Lifecycle(
    "case",
    "核实件",
    _C.OPEN,
    {
        (_C.OPEN, "send"): _C.SENT,  # article 6
        (_C.SENT, "answer"): _C.ANSWERED,  # article 7
        (_C.ANSWERED, "refuse"): _C.OPEN,  # article 8: fed back again
        (_C.ANSWERED, "accept"): _C.CLOSED,
        **_from_each((_C.OPEN, _C.SENT, _C.ANSWERED), "close", _C.CLOSED),
    },
)
NIL_RETURN = Lifecycle(
    "nil_return",
    "零报送",
    _N.STANDING,
    {
        (_N.STANDING, "withdraw"): _N.WITHDRAWN,
        (_N.STANDING, "supersede"): _N.SUPERSEDED,  # degrees of that level were filed after all
    },
)
LIFECYCLES: dict[str, Lifecycle] = {machine.name: machine for machine in (FILING, RECORD, CASE, NIL_RETURN)}
