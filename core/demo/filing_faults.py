"""The faults of filings as such: which filing of the nation has which, and what it must set off.

Must not know records.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from core.deadlines import Term
from core.demo.plan import Filing
from core.rules import RULES
from core.vocabulary import Category, FindingClass

_ONE_IN = 60
"""So many filings have one fault of each kind among them."""
_PICTURED, _FEWEST_PICTURED, _MOST_PICTURES = 4, 10, 300
_LAST_YEARS_LEAST = 40
_GROWN = 2.6
"""How many times last year's a filing is that is too large."""
_LONG_AGO = date(1970, 1, 1)
"""Nobody else in the nation is born in that year."""


@dataclass(frozen=True)
class _Kind:
    """One way a filing can be wrong: the check, which filings can be so, what becomes of one."""

    rule: str
    can_be: Callable[[Filing], bool]
    made: Callable[[Filing, int], Filing]


_KINDS = (
    _Kind("X12", lambda each: each.records >= 30 and each.category is not Category.BACHELOR_INTERNATIONAL,
          lambda each, place: replace(each, born=_LONG_AGO + timedelta(days=place))),
    _Kind("X10", lambda each: each.records >= 25, lambda each, _: replace(each, step=10)),
    _Kind("P12", lambda each: each.single and "RXNY" in each.columns and each.records >= 10, lambda each, _: each),
    _Kind("I17", lambda each: each.attached is not None, lambda each, _: replace(each, attached=False)),
    _Kind("X09", lambda each: each.listed is not None,
          lambda each, place: replace(each, listed=each.records + (2 if place % 2 else -1))),
)


def spoilt(planned: list[Filing], rng: np.random.Generator) -> list[Filing]:
    """The filings with faults of their own, at most one each; some filings get photos instead."""
    filings = _pictured(_grown(planned))
    each_kind = max(1, len(filings) // _ONE_IN)
    for kind in _KINDS:
        able = [place for place, filing in enumerate(filings) if _is_sound(filing) and kind.can_be(filing)]
        for turn, place in enumerate(rng.permutation(able)[:each_kind]):
            filings[place] = replace(kind.made(filings[place], turn), fault=kind.rule)
    return filings


def found(filing: Filing) -> tuple[str, str] | None:
    """The check a filing as such sets off, and its class; None when it sets off none."""
    if filing.pictures == 0:
        return "A46", RULES["A46"].cls.value
    if filing.pictures == 1:
        return "A46", FindingClass.NOTE.value
    return (filing.fault, RULES[filing.fault].cls.value) if filing.fault else None


def takes_seeds(filing: Filing) -> bool:
    """Whether single records of it may be made faulty."""
    changed = filing.fault in ("X10", "X12") or filing.pictures is not None
    return not (changed or filing.army or filing.supplement)


def _is_sound(filing: Filing) -> bool:
    return filing.fault is None and filing.pictures is None and not filing.army and not filing.supplement


def _pictured(filings: list[Filing]) -> list[Filing]:
    """The smallest filings that name photo files come with photos."""
    named = [place for place, each in enumerate(filings)
             if "ZP" in each.columns and each.records >= _FEWEST_PICTURED and _is_sound(each)]
    chosen, records = [], 0
    for place in sorted(named, key=lambda place: filings[place].records)[:_PICTURED]:
        records += filings[place].records
        if len(chosen) < 2 or records <= _MOST_PICTURES:
            chosen.append(place)
    chosen.sort()
    return [
        replace(each, pictures=chosen.index(place)) if place in chosen else each for place, each in enumerate(filings)
    ]


def _grown(filings: list[Filing]) -> list[Filing]:
    """Some filings are far larger than last year's; what they have more, the largest ones have less."""
    filings = list(filings)
    by_key = {(each.institution, each.category, each.term.code): place for place, each in enumerate(filings)}
    after = {
        place: by_key.get((each.institution, each.category, Term(each.term.year + 1, each.term.half).code))
        for place, each in enumerate(filings)
    }
    pairs = [later for later in after.values() if later is not None and filings[later].records >= _LAST_YEARS_LEAST]
    paired = {place for pair in after.items() if pair[1] is not None for place in pair}
    sizes = [each.records for each in filings]
    for place in pairs[: max(1, len(filings) // _ONE_IN)]:
        wanted = int(sizes[place] * (_GROWN - 1))
        donors = sorted(set(range(len(filings))) - paired, key=lambda donor: -sizes[donor])
        sizes[place] += _taken(sizes, donors, wanted)
        filings[place] = replace(filings[place], fault="X11")
    return [
        replace(each, records=size, listed=size if each.listed is not None else None)
        for each, size in zip(filings, sizes, strict=True)
    ]


def _taken(sizes: list[int], donors: list[int], wanted: int) -> int:
    """Take so many records from these filings, no more than a third of each."""
    got = 0
    for donor in donors:
        share = min(wanted - got, sizes[donor] // 3)
        sizes[donor] -= share
        got += share
        if got == wanted:
            break
    return got
