"""账库审计: everything that must hold in the store looked at once, as it was at one moment; what does not is told (article 11).

Must not know what an invariant is about. Writes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.desk import Desk
from core.errors import NotAllowed
from core.invariants import INVARIANTS, Invariant
from core.vocabulary import Duty

_TOLD = 5


@dataclass(frozen=True)
class Verdict:
    """What was found of one invariant: how many things break it, and the first of them."""

    invariant: Invariant
    broken: int
    first: tuple[str, ...]


def unheld(verdicts: Iterable[Verdict]) -> int:
    """How many of the invariants looked at do not hold."""
    return sum(each.broken > 0 for each in verdicts)


def audit(desk: Desk, *, quick: bool = False) -> list[Verdict]:
    """Look at every invariant; `quick` leaves out those that read every byte of the store's files.

    The whole store is looked at, so it is the centre's alone. Raises NotAllowed in a province.
    """
    desk.require(Duty.READ)
    if desk.actor.province is not None:
        raise NotAllowed("审计查全库，由学位中心办理。", "An audit looks at the whole store; it is the centre's.")
    with desk.db.snapshot() as seen:
        return of(replace(desk, db=seen), quick=quick)


def of(desk: Desk, *, quick: bool = False) -> list[Verdict]:
    """The same over what a desk sees already, inside a snapshot."""
    verdicts = []
    for each in INVARIANTS.values():
        if quick and each.bytes_read:
            continue
        broken = each.broken(desk)
        verdicts.append(Verdict(each, broken.height, tuple(broken["what"].sort()[:_TOLD])))
    return verdicts
