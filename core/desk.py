"""Who is at the desk, with what duties, over which province, at what time: given to everything that acts or reads.

Article 4's tiers. Must not know how the person was identified.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl

from core.database import Database
from core.errors import NotAuthorised
from core.vocabulary import Duty

BEIJING = ZoneInfo("Asia/Shanghai")


_NATIONAL = frozenset({Duty.LOAD, Duty.PUBLISH, Duty.FEEDBACK, Duty.RULES})


@dataclass(frozen=True)
class Actor:
    """A person at the desk (办理人). `province` None means the centre: the whole nation."""

    key: str
    zh: str
    en: str
    duties: frozenset[Duty]
    province: str | None = None

    def may(self, duty: Duty) -> bool:
        """Whether this person holds a duty; those over the whole nation are nobody's in a province."""
        return duty in self.duties and (self.province is None or duty not in _NATIONAL)


@dataclass(frozen=True)
class Desk:
    """The store, the person, and the clock (Beijing time, without zone, to the second)."""

    db: Database
    actor: Actor
    now: Callable[[], datetime]

    def require(self, duty: Duty) -> None:
        """Stop anyone without the duty; raises NotAuthorised."""
        if not self.actor.may(duty):
            raise NotAuthorised(
                f"您的岗位不能办理“{duty.zh}”。请由有此职责的人员操作。",
                f"Your post does not include “{duty.en}”. Ask someone who holds that duty.",
            )

    def frame(self, sql: str, **params: object) -> pl.DataFrame:
        """Read rows within this person's scope.

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


_CENTRE = (Duty.READ, Duty.ANALYSE)

DEMO_ACTORS: dict[str, Actor] = {
    actor.key: actor
    for actor in (
        Actor("operator", "学位中心 数据员", "Centre operator",
              frozenset({*_CENTRE, Duty.LOAD, Duty.FEEDBACK, Duty.APPROVE})),
        Actor("publisher", "学位中心 发布员", "Centre publisher", frozenset({*_CENTRE, Duty.PUBLISH})),
        Actor("analyst", "学位中心 分析员", "Centre analyst", frozenset({Duty.ANALYSE})),
        Actor("keeper", "学位中心 规则管理员", "Centre rulebook keeper", frozenset({*_CENTRE, Duty.RULES})),
        Actor("secrecy", "学位中心 保密员", "Centre secrecy officer", frozenset({*_CENTRE, Duty.CLASSIFIED})),
    )
}
"""People who can be at the desk in the demo; provincial reviewers come from `province_reviewer`."""


COMMAND_LINE = Actor("command-line", "命令行", "Command line", frozenset(Duty))
"""Whoever works at the command line of the machine."""
INBOX = Actor("inbox", "收件目录", "Inbox folder", frozenset({Duty.LOAD}))
"""Takes in what was laid into the inbox folder."""


def name_of(key: str) -> tuple[str, str]:
    """Someone who acted, by their key: in Chinese and in English; the key itself of someone not known here."""
    actor = {**DEMO_ACTORS, COMMAND_LINE.key: COMMAND_LINE, INBOX.key: INBOX}.get(key)
    return (actor.zh, actor.en) if actor else (key, key)


def province_reviewer(province: str, zh: str, en: str) -> Actor:
    """A reviewer of one provincial degree committee office (省级学位委员会办公室)."""
    return Actor(
        f"province-{province}", f"{zh}学位办 审核员", f"{en} provincial reviewer",
        frozenset({Duty.READ, Duty.APPROVE, Duty.ANALYSE}), province,
    )
