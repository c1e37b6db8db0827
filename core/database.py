"""The embedded store: one DuckDB file for what we decide, one folder of Parquet for what came in.

The one door to it. Must not know what the tables mean.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import polars as pl

from core import at_rest, disk, migrations
from core.at_rest import Key, KeyRefused
from core.errors import CentreError, NotAllowed, StoreDamaged

REKEYED = "work/rekeyed/whole"
"""There when a change of key has written everything anew and not yet put all of it in its place."""
_PARAMETER = re.compile(r"\$([a-z_0-9]+)")
_DAMAGED = re.compile(r'Corrupt database file|not a valid DuckDB database file|Could not read enough bytes from file "[^"]*desk\.duckdb"')
_MEMORY_LIMIT = "1GB"
"""What DuckDB may hold in memory; beyond it, it spills to `work/`. A 6 M-row load stays under 2.5 GB in all."""


class StoreBusy(CentreError):
    """Another program has the store open."""


class Transaction:
    """One unit of writing; everything in it is stored, or nothing is. `folder` is the store's."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._cursor, self.folder = cursor, folder

    def run(self, sql: str, **params: object) -> int:
        """Run one statement; returns the rows it changed (0 when it does not say)."""
        row = self._cursor.execute(at_rest.statement(sql), _used(sql, params)).fetchone()
        return row[0] if row and isinstance(row[0], int) else 0

    def frame(self, sql: str, **params: object) -> pl.DataFrame:
        """Read rows as this transaction sees them."""
        return self._cursor.sql(at_rest.statement(sql), params=_used(sql, params)).pl()

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Add the frame's rows to a table, by column name."""
        names = ", ".join(frame.columns)
        self._cursor.register("appended", frame.to_arrow())
        self._cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM appended")
        self._cursor.unregister("appended")

    def next_ids(self, name: str, many: int = 1) -> int:
        """Reserve `many` consecutive ids of a kind; returns the first. Ids are never used twice."""
        self.run(
            "INSERT INTO counter (name, value) SELECT $name, 1 "
            "WHERE NOT EXISTS (SELECT 1 FROM counter WHERE name = $name)",
            name=name,
        )
        first = self.frame("SELECT value FROM counter WHERE name = $name", name=name).item()
        self.run("UPDATE counter SET value = value + $many WHERE name = $name", name=name, many=many)
        return first


class Database:
    """The store in a folder: `desk.duckdb`, `filings/` (Parquet), `originals/` and `answers/` (bytes by hash), `feedback/`, `work/`."""

    def __init__(self, folder: Path, key: Key | None) -> None:
        self._key = key
        self._connection = _connect(folder, key)
        self._connecting, self._writing = threading.Lock(), threading.Lock()
        self._broken: duckdb.DuckDBPyConnection | None = None
        self._local = threading.local()
        self._version = 0
        self.folder = folder

    @classmethod
    def open(cls, folder: Path, *, before_migrating: Callable[["Database"], object] | None = None) -> "Database":
        """Open the store in `folder`, creating or migrating it as needed; one at work is first given to `before_migrating`.

        Raises StoreBusy when another process holds it (the embedded store has one writer), KeyRefused, NewerStore, DiskFull,
        StoreDamaged, and NotAllowed for one whose key is being changed.
        """
        with _told():
            if (folder / REKEYED).exists():
                raise NotAllowed(
                    "更换密钥的操作中途停止。请再运行一次 python -m core rekey，然后重新打开。",
                    "A change of key was cut short. Run python -m core rekey again, then open it.",
                )
            for name in ("filings", "originals", "work"):
                (folder / name).mkdir(parents=True, exist_ok=True)
            database = cls(folder, at_rest.key())
            migrations.take(database, before_migrating)
        return database

    def close(self) -> None:
        """Give the store back so that another program may open it."""
        self._connection.close()

    def secure(self, *names: str) -> None:
        """Make file names newly put into these folders survive a power cut."""
        for name in names:
            disk.secure(self.folder / name)

    @property
    def version(self) -> int:
        """Grows with every transaction stored: the key for anything cached from this store."""
        return self._version

    def frame(self, sql: str, **params: object) -> pl.DataFrame:
        """Read rows; parameters the statement does not name are left out."""
        with self._cursor() as cursor:
            return cursor.sql(at_rest.statement(sql), params=_used(sql, params)).pl()

    def one(self, sql: str, **params: object) -> dict[str, Any] | None:
        """The first row as a dict, or None."""
        rows = self.frame(sql, **params)
        return rows.row(0, named=True) if rows.height else None

    def copy_out(self, sql: str, path: Path, **params: object) -> None:
        """Write the rows a SELECT gives to a Parquet file: whole, or not at all."""
        unfinished = path.with_suffix(".part")
        try:
            with self._cursor() as cursor:
                told = at_rest.WRITTEN if self._key else ""
                cursor.execute(f"COPY ({at_rest.statement(sql)}) TO '{unfinished}' (FORMAT parquet{told})", _used(sql, params))
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def copy_whole(self, path: Path) -> None:
        """Write all tables, as they are at one moment while others write, into a new file that opens as a `desk.duckdb`."""
        self.copy_under(self._key, path)

    def copy_under(self, key: Key | None, path: Path) -> None:
        """The same into a file kept under another key, or under none."""
        name = f"copy_{uuid4().hex}"
        with self._cursor() as cursor:
            at_rest.attach(cursor, path, name, key)
            try:
                cursor.execute(f"COPY FROM DATABASE desk TO {name}")
                cursor.execute(f"CHECKPOINT {name}")
            finally:
                cursor.execute(f"DETACH {name}")

    @contextmanager
    def transaction(self, *, counts: bool = True) -> Iterator[Transaction]:
        """Write under the one write lock; `counts` unless no cache need know. Nesting raises at once; an error stores nothing."""
        if getattr(self._local, "writing", False):
            raise RuntimeError("transactions do not nest")
        with self._writing, self._cursor() as cursor:
            self._local.writing = True
            try:
                cursor.execute("BEGIN")
                yield Transaction(cursor, self.folder)
                cursor.execute("SELECT 1")  # raises when the transaction was aborted (F3)
                cursor.execute("COMMIT")
            except BaseException:
                _roll_back(cursor)
                raise
            finally:
                self._local.writing = False
            self._version += counts

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """Read several times over the store as it is now, while others write; temporary tables are forgotten at the end."""
        with self._cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield Transaction(cursor, self.folder)
            finally:
                _roll_back(cursor)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of its own. Raises StoreDamaged and DiskFull; where that has shut the engine down, the next one opens it anew."""
        with _told():
            with self._connecting:
                if self._broken is self._connection:
                    self._connection.close()
                    self._connection = _connect(self.folder, self._key)
                connection = self._connection
                cursor = connection.cursor()
            try:
                if self._key:
                    cursor.execute("USE desk")
                yield cursor
            except duckdb.FatalException:
                self._broken = connection
                raise
            finally:
                cursor.close()

    def settle(self) -> None:
        """Put what was last stored into the file proper."""
        self._connection.execute("CHECKPOINT desk")


@contextmanager
def _told() -> Iterator[None]:
    try:
        with disk.told_when_full(duckdb.Error):
            yield
    except duckdb.IOException as error:
        if _DAMAGED.search(str(error)):
            raise StoreDamaged from None
        raise


def _connect(folder: Path, key: Key | None) -> duckdb.DuckDBPyConnection:
    settings = {
        "autoinstall_known_extensions": False, "autoload_known_extensions": False, "preserve_insertion_order": False,
        "temp_directory": str(folder / "work"), "memory_limit": _MEMORY_LIMIT,
    }
    path, connection = folder / "desk.duckdb", None
    try:
        connection = duckdb.connect(":memory:" if key else str(path), config=settings)
        connection.execute("SET enable_progress_bar = false")
        if key:
            at_rest.attach(connection, path, "desk", key)
            at_rest.enter(connection, key)
        connection.execute("CHECKPOINT desk")  # after a crash, before anything else (duckdb #23788)
    except duckdb.Error as error:
        if connection:
            connection.close()
        told = str(error)
        if "set lock on file" in told or "already attached" in told:
            raise StoreBusy(
                "数据库正被另一个程序使用。请先关闭正在运行的应用，再试一次。",
                "The database is in use by another program. Close the running app and try again.",
            ) from None
        for words, (zh, en) in at_rest.REFUSED.items():
            if words in told:
                raise KeyRefused(zh, en) from None
        raise
    return connection


def _used(sql: str, params: dict[str, object]) -> dict[str, object]:
    return {name: params[name] for name in set(_PARAMETER.findall(sql))}


def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.TransactionException, duckdb.FatalException):  # a failed COMMIT has already ended it
        cursor.execute("ROLLBACK")
