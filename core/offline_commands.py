"""What the commands about take-downs do: records previewed, taken off the line at once, and put back.

Must not know how arguments are parsed.
"""

import argparse
from contextlib import closing

from core import offline, store, takedown
from core.commands import OK, say
from core.desk import COMMAND_LINE, Desk, by_account, system_clock
from core.errors import BadRequest
from core.offline import Which


def take_down(asked: argparse.Namespace) -> int:
    """Take records off the line at once; without --count, only say how many it would be."""
    which = Which(_numbers(asked), asked.term, asked.province, asked.institution, asked.level)
    with closing(store.open_store(asked.home)) as db:
        desk = Desk(db, COMMAND_LINE, system_clock)
        many = offline.total(desk, which)
        if asked.count is None:
            print(say(f"将撤下{many:,}条；确认请加 --count {many}。", f"{many:,} records would be taken down; confirm with --count {many}."))
            return OK
        number = offline.take_down(desk, which, asked.rule, reason=asked.reason, counted=asked.count)
        print(say(f"已撤下{many:,}条，撤下号{number}。", f"{many:,} records are taken down, as number {number}."))
        _tell(desk, asked)
    return OK


def put_back(asked: argparse.Namespace) -> int:
    """Propose to put a take-down's records back on line, with --reason; without it, put back what another account proposed.
    Without --count, only say how many it would be."""
    with closing(store.open_store(asked.home)) as db:
        desk = Desk(db, by_account(), system_clock)
        if asked.count is None:
            many = offline.returning(desk, asked.number)
            print(say(f"可恢复{many:,}条；确认请加 --count {many}。", f"{many:,} records can be put back; confirm with --count {many}."))
            return OK
        if asked.reason is not None:
            offline.propose_back(desk, asked.number, reason=asked.reason, counted=asked.count)
            print(say(
                f"已提出恢复{asked.count:,}条，请另一账号确认：putback {asked.number} --count {asked.count}。",
                f"It is proposed to put {asked.count:,} records back; by another account: putback {asked.number} --count {asked.count}.",
            ))
            return OK
        many = offline.put_back(desk, asked.number, counted=asked.count)
        print(say(f"已恢复上网{many:,}条。", f"{many:,} records are on line again."))
        _tell(desk, asked)
    return OK


def _tell(desk: Desk, asked: argparse.Namespace) -> None:
    written = takedown.take_down(desk, asked.home / "packages")
    if written:
        number = written.manifest.number
        print(say(f"变更包第{number}号已发布。", f"Package {number}, a delta that says so, is in force."))


def _numbers(asked: argparse.Namespace) -> tuple[str, ...]:
    if asked.list is None:
        return ()
    try:
        numbers = tuple(line.strip() for line in asked.list.read_text(encoding="utf-8-sig").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError):
        numbers = ()
    if not numbers:
        raise BadRequest(
            f"{asked.list}中没有证书编号。请给出UTF-8文本文件，每行一个学位证书编号。",
            f"There are no numbers in {asked.list}. Give a UTF-8 text file with one certificate number a line.",
        )
    return numbers
