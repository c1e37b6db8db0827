"""The chain of the book of acts: each line's hash, over what it says and the hash before; and where a book does not fit its chain.

Must not know where the lines are kept, nor what they say.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

FIELDS = ("act_id", "acted_at", "actor", "machine", "event", "subject", "subject_id", "moved", "note", "before", "after")
"""What a line says, in the order in which it is hashed."""
START = "0" * 64
"""What stands before the first line."""


def link(previous: str, line: Mapping[str, object]) -> str:
    """The hash of a line that follows one with this hash."""
    told = [each.isoformat() if isinstance(each := line[field], datetime) else each for field in FIELDS]
    return hashlib.sha256(f"{previous}{json.dumps(told, ensure_ascii=False)}".encode()).hexdigest()


def links(lines: Iterable[Mapping[str, object]], previous: str = START) -> Iterator[str]:
    """The hashes of lines that follow one another."""
    for line in lines:
        previous = link(previous, line)
        yield previous


def breaks(lines: Iterable[Mapping[str, object]], following: int) -> Iterator[str]:
    """Where a book (lines by number, each with its `hash`) does not fit its chain; `following` is the number of the next line.

    After a break the chain is followed from the hash that stands there: one line altered is one break.
    """
    previous, expected = START, 1
    for line in lines:
        number, stands = int(str(line["act_id"])), line["hash"]
        if number >= following:
            yield f"第{number}条是插入的，编号还没有给出"
            continue
        if number > expected:
            yield f"第{expected}条被删去" if number == expected + 1 else f"第{expected}至{number - 1}条被删去"
        elif stands is None:
            yield f"第{number}条是插入的，不在链上"
        elif stands != link(previous, line):
            yield f"第{number}条被改动，或是插入的"
        previous, expected = str(stands), number + 1
    if expected < following:
        yield f"第{expected}条被删去" if following == expected + 1 else f"第{expected}至{following - 1}条被删去"
