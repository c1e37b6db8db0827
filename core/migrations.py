"""The numbered steps by which a store's tables came to be what they are, and which of them a store has yet to take.

Must not know the engine, nor what the tables mean.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import CentreError

_SCHEMA = Path(__file__).parent / "schema"


class NewerStore(CentreError):
    """The store has taken steps this program does not know."""

    def __init__(self) -> None:
        super().__init__(
            "数据目录是较新版本的程序留下的，本程序不能打开。请换用新版本。",
            "The store was left by a newer version of the program. Open it with that version.",
        )


@dataclass(frozen=True)
class Step:
    """One migration: its number, its name and its SQL."""

    number: int
    name: str
    sql: str


def known() -> list[Step]:
    """Every step this program knows, in order."""
    return [Step(int(path.name[:4]), path.stem, path.read_text(encoding="utf-8")) for path in sorted(_SCHEMA.glob("[0-9]*.sql"))]


def take(store: Any, before: Callable[[Any], object] | None = None) -> None:
    """Bring an open store (core.database.Database) up to the last step, each step whole or not at all.

    A store at work that has steps to take is given to `before` first. Raises NewerStore; the store is closed then.
    """
    try:
        with store.transaction() as tx:
            tx.run("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL)")
        applied, steps = set(store.frame("SELECT number FROM migration")["number"]), known()
        if applied - {step.number for step in steps}:
            raise NewerStore
        pending = [step for step in steps if step.number not in applied]
        if before and applied and pending:
            before(store)
        for step in pending:
            with store.transaction() as tx:
                tx.run(step.sql)
                tx.run("INSERT INTO migration (number, name) VALUES ($number, $name)", number=step.number, name=step.name)
            store.settle()
    except BaseException:
        store.close()
        raise
