"""What the command about revocations does: what an institution reported is registered from a list, one receipt a line.

Must not know how arguments are parsed.
"""

import argparse
from contextlib import closing

from core import attachments, revocation, store, takedown
from core.commands import OK, WITHHELD, day, say
from core.desk import COMMAND_LINE, Desk, system_clock
from core.errors import BadRequest
from core.revocation import Kind, Revocation, Withdrawal


def revoke(asked: argparse.Namespace) -> int:
    """Register degrees revoked or filings withdrawn from a list of certificate numbers; ends with 1 if any is refused."""
    try:
        lines = asked.list.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise BadRequest(
            f"读不出{asked.list}。请给出UTF-8文本文件，每行一个学位证书编号。",
            f"{asked.list} cannot be read. Give a UTF-8 text file with one certificate number a line.",
        ) from None
    with closing(store.open_store(asked.home)) as db:
        desk = Desk(db, COMMAND_LINE, system_clock)
        paper = attachments.keep_file(db, asked.paper) if asked.paper and asked.paper.is_file() else None
        told = {
            "institution": asked.institution, "requester": asked.requester, "reason": asked.reason or "", "paper": paper,
            "received_on": day(asked.received) if asked.received else desk.now().date(),
        }
        if asked.kind == Kind.FILING:
            reported = Withdrawal(**told)
        elif asked.effective:
            reported = Revocation(decision_no=asked.decision or "", effective_on=day(asked.effective), **told)
        else:
            raise BadRequest("请用 --effective 给出决议生效日期。", "Give the day the decision takes effect with --effective.")
        receipts = revocation.take_in(desk, reported, [line for line in lines if line.strip()])
        written = takedown.take_down(desk, asked.home / "packages")
    for line, receipt in enumerate(receipts, start=1):
        print(f"{line}: {say(receipt.zh, receipt.en)}")
    taken = sum(each.taken for each in receipts)
    print(say(f"登记{taken:,}条，未登记{len(receipts) - taken:,}条。", f"{taken:,} registered, {len(receipts) - taken:,} refused."))
    if written:
        number = written.manifest.number
        print(say(f"撤下变更包第{number}号已发布。", f"Package {number}, a delta that removes them, is in force."))
    return OK if taken == len(receipts) else WITHHELD
