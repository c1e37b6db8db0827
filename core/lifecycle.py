"""The lifecycles as tables of transitions: what a filing, a record, a case, a nil return and a publication run may go through.

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


class CorrectionStatus(Word):
    """Status of a correction asked for (更正件状态)."""

    RECEIVED = "received", "已接收，待省级同意", "Received, awaiting the province's consent"
    READY = "ready", "待本月整理", "Awaiting the monthly run"
    DECLINED = "declined", "省级不同意", "Declined by the province"
    SETTLED = "settled", "已整理", "Settled"
    LAPSED = "lapsed", "已失效，记录另有变动", "Lapsed: the record moved otherwise"


class NilStatus(Word):
    """Status of a nil return (零报送状态)."""

    STANDING = "standing", "有效", "Standing"
    WITHDRAWN = "withdrawn", "已撤回", "Withdrawn"
    SUPERSEDED = "superseded", "已被后来的报送取代", "Superseded by a later filing"


class AccountStatus(Word):
    """Status of an account (账号状态)."""

    ACTIVE = "active", "启用", "Active"
    DISABLED = "disabled", "停用", "Disabled"


class ContactStatus(Word):
    """Status of an institution's contact (联系人状态)."""

    CURRENT = "current", "现任", "Current"
    FORMER = "former", "已离任或替换", "Former"


class AnnouncementStatus(Word):
    """Status of an announcement (公告状态)."""

    ANNOUNCED = "announced", "已发布", "Announced"
    LIFTED = "lifted", "已解除", "Lifted"


class RunStatus(Word):
    """Status of a publication run (上网批次状态)."""

    DRAFT = "draft", "起草", "Draft"
    GATED = "gated", "已过关", "Through the gate"
    FROZEN = "frozen", "已冻结，待第二人放行", "Awaiting release"
    RELEASED = "released", "已放行上网", "Released"
    ABANDONED = "abandoned", "已放弃", "Abandoned"


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


_F, _R, _C, _N, _K, _A, _P, _T, _M = (
    FilingStatus, RecordStatus, CaseStatus, NilStatus, CorrectionStatus, AccountStatus, RunStatus, ContactStatus, AnnouncementStatus
)

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
        (_R.WITHHELD, "put_back"): _R.PUBLISHED,  # taken down by mistake
        (_R.PUBLISHED, "revert"): _R.CLEARED,  # its release is undone by a later one
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
        (_C.ANSWERED, "reopen"): _C.OPEN,  # article 8: the answer left something that withholds
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
CORRECTION = Lifecycle(
    "correction",
    "更正件",
    _K.RECEIVED,
    {
        (_K.RECEIVED, "admit"): _K.READY,  # no consent is asked for this kind
        (_K.RECEIVED, "consent"): _K.READY,
        (_K.RECEIVED, "decline"): _K.DECLINED,
        (_K.READY, "settle"): _K.SETTLED,  # article 8
        **_from_each((_K.RECEIVED, _K.READY), "lapse", _K.LAPSED),
    },
)
ACCOUNT = Lifecycle(
    "account", "账号", _A.ACTIVE, {(_A.ACTIVE, "disable"): _A.DISABLED, (_A.DISABLED, "enable"): _A.ACTIVE}  # article 4
)
PUBLICATION_RUN = Lifecycle(
    "publication_run",
    "上网批次",
    _P.DRAFT,
    {
        (_P.DRAFT, "pass"): _P.GATED,
        (_P.GATED, "freeze"): _P.FROZEN,  # its list is fixed by hash
        (_P.FROZEN, "release"): _P.RELEASED,  # article 5, by a second person
        **_from_each((_P.DRAFT, _P.GATED, _P.FROZEN), "abandon", _P.ABANDONED),
    },
)
CONTACT = Lifecycle(
    "contact",
    "单位联系人",
    _T.CURRENT,
    {
        (_T.CURRENT, "confirm"): _T.CURRENT,  # article 10: every year
        (_T.CURRENT, "change"): _T.FORMER,  # another entry stands in its place
        (_T.CURRENT, "remove"): _T.FORMER,
    },
)
ANNOUNCEMENT = Lifecycle("announcement", "公告", _M.ANNOUNCED, {(_M.ANNOUNCED, "lift"): _M.LIFTED})
LIFECYCLES: dict[str, Lifecycle] = {
    machine.name: machine
    for machine in (FILING, RECORD, CASE, NIL_RETURN, CORRECTION, ACCOUNT, PUBLICATION_RUN, CONTACT, ANNOUNCEMENT)
}
