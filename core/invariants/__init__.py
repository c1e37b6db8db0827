"""账库约束: what must hold in the store at all times, each a declaration with its sentence (articles 2, 3, 5 to 9 and 11).

An invariant says what breaks it, as lines of text that name things by their numbers, never persons. Must not know who asks,
nor what is done about it.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from core.desk import Desk

__all__ = ["INVARIANTS", "Invariant", "holds", "invariant"]

Broken = Callable[[Desk], pl.DataFrame]


@dataclass(frozen=True)
class Invariant:
    """One thing that must hold: its name, its sentence in both languages, and what breaks it (a frame with column what).

    `bytes_read` marks those that read every byte of the store's files.
    """

    name: str
    zh: str
    en: str
    broken: Broken
    bytes_read: bool = False


INVARIANTS: dict[str, Invariant] = {}
"""Every invariant by its name."""


def invariant(zh: str, en: str, *, bytes_read: bool = False) -> Callable[[Broken], Broken]:
    """Declare that what the decorated function finds must be nothing; its name is the invariant's."""

    def declare(broken: Broken) -> Broken:
        if broken.__name__ in INVARIANTS:
            raise ValueError(f"invariant {broken.__name__} is declared twice")
        INVARIANTS[broken.__name__] = Invariant(broken.__name__, zh, en, broken, bytes_read)
        return broken

    return declare


def holds(name: str, zh: str, en: str, sql: str) -> None:
    """Declare that a SELECT of what breaks it (column what) must find nothing."""

    def broken(desk: Desk) -> pl.DataFrame:
        return desk.db.frame(sql)

    broken.__name__ = name
    invariant(zh, en)(broken)


for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
