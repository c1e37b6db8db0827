"""Which records are made faulty, and from which other records some of them copy.

Every fault gets its turn before any gets a second one, so that a small nation shows them all. Must not know
what a record contains.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from core.demo import filing_faults
from core.demo.fault import Fault, Origin
from core.demo.faults import FAULTS
from core.demo.plan import Filing
from core.vocabulary import Level

SHARE = 0.03
"""How many records of the nation are faulty."""

_TRIES = 20


@dataclass(frozen=True)
class Place:
    """One record: its file and its row in it, counted from 0."""

    file: str
    row: int


@dataclass(frozen=True)
class Seed:
    """A fault put into a record; `source` is the record it copies from."""

    fault: int
    place: Place
    source: Place | None = None

    @property
    def spoilt(self) -> Fault:
        """What is wrong with the record."""
        return FAULTS[self.fault]


def seeds(filings: list[Filing], records: int, rng: np.random.Generator) -> list[Seed]:
    """Choose the faulty records; no record is used twice, as faulty or as source."""
    able = [filing for filing in filings if filing_faults.takes_seeds(filing)]
    choices = {number: _Choice(_candidates(fault, able)) for number, fault in enumerate(FAULTS)}
    open_numbers = [number for number, choice in choices.items() if choice.candidates]
    used: set[Place] = set()
    once: set[tuple[str, Level]] = set()
    chosen: list[Seed] = []
    for number in cycle(open_numbers):
        if len(chosen) >= int(records * SHARE):
            return chosen
        seed = _sow(number, choices[number], used, once, rng)
        if seed is not None:
            chosen.append(seed)
            used |= {place for place in (seed.place, seed.source) if place is not None}
    return chosen


class _Choice:
    """Where a fault can go, the bigger filings more often."""

    def __init__(self, candidates: list[tuple[Filing, Filing | None]]) -> None:
        self.candidates = candidates
        self._upto = np.cumsum([target.records for target, _ in candidates])

    def pick(self, rng: np.random.Generator) -> tuple[Filing, Filing | None]:
        return self.candidates[int(np.searchsorted(self._upto, rng.integers(self._upto[-1]), side="right"))]


def _sow(
    number: int, choice: _Choice, used: set[Place], once: set[tuple[str, Level]], rng: np.random.Generator
) -> Seed | None:
    for _ in range(_TRIES):
        target, origin = choice.pick(rng)
        key = (target.institution, target.category.level)
        if FAULTS[number].once and key in once:
            continue
        place = Place(target.file, int(rng.integers(target.records)))
        source = None if origin is None else Place(origin.file, int(rng.integers(origin.records)))
        if place == source or place in used or source in used:
            continue
        if FAULTS[number].once:
            once.add(key)
        return Seed(number, place, source)
    return None


def _candidates(fault: Fault, filings: list[Filing]) -> list[tuple[Filing, Filing | None]]:
    fitting = [
        filing
        for filing in filings
        if filing.category in fault.categories and set(fault.needs) <= set(filing.columns) and fault.fits(filing)
    ]
    if fault.origin is None:
        return [(filing, None) for filing in fitting]
    if fault.origin is Origin.WITHIN:
        return [(filing, filing) for filing in fitting]
    if fault.origin is Origin.ELSEWHERE:
        return [
            (target, origin) for place, target in enumerate(fitting) for origin in fitting[:place]
            if origin.institution != target.institution
        ]
    return list(_pairs(fault.origin, fitting, filings))


def _pairs(origin: Origin, fitting: list[Filing], filings: list[Filing]) -> Iterator[tuple[Filing, Filing]]:
    by_institution: dict[str, list[Filing]] = {}
    for filing in filings:
        by_institution.setdefault(filing.institution, []).append(filing)
    for target in fitting:
        earlier = by_institution[target.institution]
        for other in earlier[: earlier.index(target)]:
            same_term = other.term == target.term
            if origin is Origin.EARLIER:
                if same_term and other.category.level is target.category.level:
                    yield target, other
            elif other.category.level is Level.MASTER and (same_term or other.term.next() == target.term):
                yield target, other
