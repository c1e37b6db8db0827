"""What the command about the store itself does: every invariant looked at, those that do not hold told.

Must not know how arguments are parsed.
"""

import argparse
from collections.abc import Sequence
from contextlib import closing

from core import audit, ledger, store
from core.audit import Verdict
from core.commands import OK, WITHHELD, say
from core.desk import COMMAND_LINE, Desk, system_clock


def look(asked: argparse.Namespace) -> int:
    """Look whether everything that must hold in the store does; ends with 1 when anything does not. That all of it was looked at
    stands in the book of acts."""
    with closing(store.open_store(asked.home)) as db:
        desk = Desk(db, COMMAND_LINE, system_clock)
        verdicts = audit.audit(desk, quick=asked.quick)
        if not asked.quick:
            broken = audit.unheld(verdicts)
            ledger.note_read(db, "audit", ledger.act_of(desk, "store", None, f"{len(verdicts)}"), broken)
    return tell(verdicts)


def tell(verdicts: Sequence[Verdict]) -> int:
    """Say which invariants do not hold; returns the exit code."""
    broken = [each for each in verdicts if each.broken]
    for each in broken:
        zh, en = each.invariant.zh, each.invariant.en
        more = " …" if each.broken > len(each.first) else ""
        print(say(f"不符 {each.invariant.name}：{zh}", f"Broken: {each.invariant.name}: {en}"))
        print(f"    {each.broken:,}: {'; '.join(each.first)}{more}")
    held = len(verdicts) - len(broken)
    print(say(
        f"查了{len(verdicts)}项约束，{held}项相符，{len(broken)}项不符。",
        f"{len(verdicts)} invariants looked at: {held} hold, {len(broken)} do not.",
    ))
    return WITHHELD if broken else OK
