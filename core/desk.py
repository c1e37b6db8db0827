"""Who is at the desk, with what duties, over which province, at what time: given to everything that acts or reads.

Article 4's tiers. Must not know how the person was identified.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl

from core import masking, pseudonyms
from core.database import Database
from core.errors import NotAuthorised
from core.vocabulary import Duty, Role

BEIJING = ZoneInfo("Asia/Shanghai")


_NATIONAL = frozenset({Duty.LOAD, Duty.PUBLISH, Duty.FEEDBACK, Duty.RULES, Duty.DECIDE, Duty.ACCOUNTS})


@dataclass(frozen=True)
class Actor:
    """A person at the desk (办理人). `province` None means the centre: the whole nation."""

    key: str
    zh: str
    en: str
    duties: frozenset[Duty]
    province: str | None = None

    @property
    def sees_persons(self) -> bool:
        """Whether single records are theirs to see or to work on; who only analyses or keeps accounts sees no person."""
        return not self.duties <= {Duty.ANALYSE, Duty.ACCOUNTS}

    def may(self, duty: Duty) -> bool:
        """Whether this person holds a duty; those over the whole nation are nobody's in a province."""
        return duty in self.duties and (self.province is None or duty not in _NATIONAL)


@dataclass(frozen=True)
class Desk:
    """The store, the person, and the clock (Beijing time, without zone, to the second)."""

    db: Database
    actor: Actor
    now: Callable[[], datetime]

    def require(self, *duties: Duty) -> None:
        """Stop anyone with none of the duties; raises NotAuthorised."""
        if not any(self.actor.may(duty) for duty in duties):
            zh, en = "”“".join(duty.zh for duty in duties), "” or “".join(duty.en for duty in duties)
            raise NotAuthorised(
                f"您的岗位不能办理“{zh}”。请由有此职责的人员操作。", f"Your post does not include “{en}”. Ask someone who holds that duty.",
            )

    def frame(self, sql: str, **params: object) -> pl.DataFrame:
        """Read rows within this person's scope as screens, lists and exports show them: ID numbers masked, and to those who
        only analyse, no person in them. The statement is as for `in_full`."""
        found = masking.frame(self.in_full(sql, **params))
        return found if self.actor.sees_persons else pseudonyms.without_persons(found, self.db.folder)

    def in_full(self, sql: str, **params: object) -> pl.DataFrame:
        """Read rows within this person's scope as they are kept, for work that compares them or must carry ID numbers.

        The statement must apply `$scope` (province code, null for the centre) and, where it tells of single
        records, `$sees_classified`; both are filled in here and cannot be given by the caller.
        """
        if "$scope" not in sql:
            raise ValueError("a read must apply $scope")
        sees_classified = self.actor.may(Duty.CLASSIFIED)
        return self.db.frame(sql, **params, scope=self.actor.province, sees_classified=sees_classified)


def system_clock() -> datetime:
    """The machine's time in Beijing, to the second."""
    return datetime.now(UTC).astimezone(BEIJING).replace(tzinfo=None, microsecond=0)


_CENTRE = frozenset({Duty.READ, Duty.ANALYSE})

DUTIES: dict[Role, frozenset[Duty]] = {
    Role.OPERATOR: _CENTRE | {Duty.LOAD, Duty.FEEDBACK, Duty.REVEAL},
    Role.REVIEWER: _CENTRE | {Duty.APPROVE, Duty.DECIDE, Duty.REVEAL},
    Role.PUBLISHER: _CENTRE | {Duty.PUBLISH, Duty.DECIDE},
    Role.ENQUIRY: frozenset({Duty.READ}),
    Role.ANALYST: frozenset({Duty.ANALYSE}),
    Role.KEEPER: _CENTRE | {Duty.RULES},
    Role.SECRECY: _CENTRE | {Duty.CLASSIFIED, Duty.DECIDE, Duty.REVEAL},
    Role.ADMINISTRATOR: frozenset({Duty.ACCOUNTS}),
    Role.PROVINCE_REVIEWER: _CENTRE | {Duty.APPROVE, Duty.REVEAL},
    Role.PROVINCE_READER: frozenset({Duty.READ}),
}
"""What each role may do; whoever administers accounts sees no record and moves none. ID numbers in full are for those who hold
records against evidence: with institutions, in corrections and explanations."""


def actor_with(key: str, zh: str, en: str, roles: Iterable[Role], province: str | None = None) -> Actor:
    """Someone with all duties of their roles, over the nation or one province."""
    return Actor(key, zh, en, frozenset().union(*(DUTIES[role] for role in roles)), province)


DEMO_ROLES: dict[str, tuple[str, str, tuple[Role, ...]]] = {
    "operator": ("学位中心 数据员", "Centre operator", (Role.OPERATOR, Role.REVIEWER)),
    "reviewer": ("学位中心 复核员", "Centre reviewer", (Role.REVIEWER,)),
    "publisher": ("学位中心 发布员", "Centre publisher", (Role.PUBLISHER,)),
    "releaser": ("学位中心 放行员", "Centre releaser", (Role.PUBLISHER,)),
    "enquiry": ("学位中心 咨询员", "Centre enquiry officer", (Role.ENQUIRY,)),
    "analyst": ("学位中心 分析员", "Centre analyst", (Role.ANALYST,)),
    "keeper": ("学位中心 规则管理员", "Centre rulebook keeper", (Role.KEEPER,)),
    "secrecy": ("学位中心 保密员", "Centre secrecy officer", (Role.SECRECY,)),
    "administrator": ("学位中心 系统管理员", "Centre administrator", (Role.ADMINISTRATOR,)),
}
"""The centre's people of the demo by key, with their names and roles; the provinces' are made from the table of provinces."""
DEMO_ACTORS: dict[str, Actor] = {key: actor_with(key, *told) for key, told in DEMO_ROLES.items()}


COMMAND_LINE = Actor("command-line", "命令行", "Command line", frozenset(Duty))
"""Whoever works at the command line of the machine."""
_ACCOUNT = "command-line:"


def by_account() -> Actor:
    """Whoever works at the command line, by their account on the machine: two people are two accounts."""
    account = os.getuid()
    return Actor(f"{_ACCOUNT}{account}", *account_name(f"{_ACCOUNT}{account}"), frozenset(Duty))


def account_name(key: str) -> tuple[str, str] | None:
    """Who worked at the command line, by a key of `by_account`: in Chinese and in English; None for any other key."""
    account = key.removeprefix(_ACCOUNT)
    return None if account == key else (f"命令行（账号{account}）", f"Command line (account {account})")


INBOX = Actor("inbox", "收件目录", "Inbox folder", frozenset({Duty.LOAD}))
"""Takes in what was laid into the inbox folder."""


def province_reviewer(province: str, zh: str, en: str) -> Actor:
    """A reviewer of one provincial degree committee office (省级学位委员会办公室)."""
    return actor_with(
        f"province-{province}", f"{zh}学位办 审核员", f"{en} provincial reviewer", (Role.PROVINCE_REVIEWER,), province
    )
