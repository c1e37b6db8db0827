"""The embedded store: one DuckDB file for what we decide, one folder of Parquet for what came in.

The only module that knows DuckDB. Must not know what the tables mean.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from core import disk
from core.errors import BadRequest, CentreError

_SCHEMA = Path(__file__).parent / "schema"
_PARAMETER = re.compile(r"\$([a-z_0-9]+)")
_MEMORY_LIMIT = "1GB"
"""What DuckDB may hold in memory; beyond it, it spills to `work/`. A 6 M-row load stays under 2.5 GB in all."""
_MOST_ROWS = 1_000_000
"""The largest answer `query_apart` gives out: what the page and a CSV can carry."""


class StoreBusy(CentreError):
    """Another program has the store open."""


class Transaction:
    """One unit of writing; everything in it is stored, or nothing is."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def run(self, sql: str, **params: object) -> int:
        """Run one statement; returns the rows it changed (0 when it does not say)."""
        row = self._cursor.execute(sql, _used(sql, params)).fetchone()
        return row[0] if row and isinstance(row[0], int) else 0

    def frame(self, sql: str, **params: object) -> pl.DataFrame:
        """Read rows as this transaction sees them."""
        return self._cursor.sql(sql, params=_used(sql, params)).pl()

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
    """The store in a folder: `desk.duckdb`, `filings/` (Parquet), `originals/` (bytes by hash), `work/`."""

    def __init__(self, folder: Path) -> None:
        self._connection = _connect(folder)
        self._connecting = threading.Lock()
        self._broken: duckdb.DuckDBPyConnection | None = None
        self._writing = threading.Lock()
        self._local = threading.local()
        self._version = 0
        self.folder = folder

    @classmethod
    def open(cls, folder: Path) -> "Database":
        """Open the store in `folder`, creating or migrating it as needed.

        Raises StoreBusy when another process holds it (the embedded store has one writer), and DiskFull.
        """
        with disk.told_when_full(duckdb.Error):
            for name in ("filings", "originals", "work"):
                (folder / name).mkdir(parents=True, exist_ok=True)
            database = cls(folder)
            database.migrate()
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
            return cursor.sql(sql, params=_used(sql, params)).pl()

    def one(self, sql: str, **params: object) -> dict[str, Any] | None:
        """The first row as a dict, or None."""
        rows = self.frame(sql, **params)
        return rows.row(0, named=True) if rows.height else None

    def copy_out(self, sql: str, path: Path, **params: object) -> None:
        """Write the rows a SELECT gives to a Parquet file: whole, or not at all."""
        unfinished = path.with_suffix(".part")
        try:
            with self._cursor() as cursor:
                cursor.execute(f"COPY ({sql}) TO '{unfinished}' (FORMAT parquet)", _used(sql, params))
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Write under the one write lock. Nesting raises at once; an error stores nothing."""
        if getattr(self._local, "writing", False):
            raise RuntimeError("transactions do not nest")
        with self._writing, self._cursor() as cursor:
            self._local.writing = True
            try:
                cursor.execute("BEGIN")
                yield Transaction(cursor)
                cursor.execute("SELECT 1")  # raises when the transaction was aborted (F3)
                cursor.execute("COMMIT")
            except BaseException:
                _roll_back(cursor)
                raise
            finally:
                self._local.writing = False
            self._version += 1

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """Read several times over the store as it is now, while others write; temporary tables are forgotten at the end."""
        with self._cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield Transaction(cursor)
            finally:
                _roll_back(cursor)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of its own. Raises DiskFull; where that has shut the engine down, the next one opens it anew."""
        with disk.told_when_full(duckdb.Error):
            with self._connecting:
                if self._broken is self._connection:
                    self._connection.close()
                    self._connection = _connect(self.folder)
                connection = self._connection
                cursor = connection.cursor()
            try:
                yield cursor
            except duckdb.FatalException:
                self._broken = connection
                raise
            finally:
                cursor.close()

    def migrate(self) -> None:
        """Apply the numbered migrations not yet recorded, each in its own transaction."""
        self._connection.execute("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL)")
        applied = set(self.frame("SELECT number FROM migration")["number"])
        for path in sorted(_SCHEMA.glob("[0-9]*.sql")):
            number = int(path.name[:4])
            if number in applied:
                continue
            with self.transaction() as tx:
                tx.run(path.read_text(encoding="utf-8"))
                tx.run("INSERT INTO migration (number, name) VALUES ($number, $name)", number=number, name=path.stem)
            self._connection.execute("CHECKPOINT")


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(str(folder / "desk.duckdb"), config={
            "autoinstall_known_extensions": False, "autoload_known_extensions": False, "preserve_insertion_order": False,
            "temp_directory": str(folder / "work"), "memory_limit": _MEMORY_LIMIT,
        })
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise
        raise StoreBusy(
            "数据库正被另一个程序使用。请先关闭正在运行的应用，再试一次。",
            "The database is in use by another program. Close the running app and try again.",
        ) from None
    try:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("CHECKPOINT")  # after a crash, before anything else (duckdb #23788)
    except duckdb.Error:
        connection.close()
        raise
    return connection


def query_apart(tables: dict[str, Path], sql: str, *, seconds: float) -> pl.DataFrame:
    """Answer one SELECT over these Parquet files, in a memory of its own that can open nothing else.

    Raises BadRequest for anything but one SELECT, for a statement that fails, when `seconds` have passed, and for
    an answer of more than a million rows.
    """
    closed_in = {"memory_limit": _MEMORY_LIMIT, "threads": 1, "temp_directory": ""}
    with duckdb.connect(":memory:", config=closed_in) as apart:
        apart.execute("SET allowed_paths = $paths", {"paths": [str(path) for path in tables.values()]})
        apart.execute("SET enable_external_access = false")
        for name, path in tables.items():
            apart.read_parquet(str(path)).create_view(name)
        apart.execute("SET lock_configuration = true")
        timer = threading.Timer(seconds, apart.interrupt)
        timer.start()
        try:
            statements = apart.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise BadRequest("只能运行一条SELECT查询。", "Only a single SELECT can be run.")
            answer = apart.sql(statements[0].query).limit(_MOST_ROWS + 1).pl()
            if answer.height > _MOST_ROWS:
                raise BadRequest(
                    f"结果超过{_MOST_ROWS:,}行。请汇总，或加LIMIT。", f"More than {_MOST_ROWS:,} rows. Sum up, or add LIMIT."
                )
            return answer
        except duckdb.InterruptException:
            raise BadRequest(
                f"查询超过{seconds:.0f}秒，已停止。请缩小范围。", f"Stopped after {seconds:.0f} s. Ask for less."
            ) from None
        except duckdb.Error as error:
            told = str(error).splitlines()[0]
            raise BadRequest(f"查询无法运行：{told}", f"The query cannot run: {told}") from None
        finally:
            timer.cancel()


def _used(sql: str, params: dict[str, object]) -> dict[str, object]:
    return {name: params[name] for name in set(_PARAMETER.findall(sql))}


def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.TransactionException, duckdb.FatalException):  # a failed COMMIT has already ended it
        cursor.execute("ROLLBACK")
