"""静态加密: the key a store is kept under, as the environment tells it, and its tables and Parquet opened and written under it.

Parquet is encrypted by the engine's own means, which neither Arrow nor Polars reads: under a key the engine reads and writes it
for both. Without a key all is plain. Must not know what tables and rows mean.
"""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import BadRequest, CentreError

OWN, WRITTEN = ", encryption_config = {footer_key: 'own'}", ", ENCRYPTION_CONFIG {footer_key: 'own'}"
"""Said of a file to be read under the key, once `enter` has told a connection what it is; WRITTEN of one to be written."""
_OWN_FILES = re.compile(r"\bread_parquet\((\$[a-z_]+)")
_CIPHER = files("duckdb_extension_httpfs") / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"
"""The engine's extension that encrypts by OpenSSL, signed by its makers; what is built in may only read."""


class KeyRefused(CentreError):
    """The store is kept under another key than was given, or under one and none was, or under none; nothing was altered."""


class Damaged(OSError):
    """A Parquet file of the store's own that cannot be read, or not under this key."""


REFUSED = {
    "without a key": (
        "数据已加密，但没有给出密钥，因此没有打开。请用DESK_KEY或DESK_KEY_FILE给出密钥，再试一次。",
        "The data are encrypted and no key was given: nothing was opened. Give it as DESK_KEY or DESK_KEY_FILE and try again.",
    ),
    "Wrong encryption key": (
        "密钥与数据不符，因此没有打开，也没有改动。请核对DESK_KEY或DESK_KEY_FILE；早先的备份须用当时的密钥。",
        "This is not the key of these data: nothing was opened or altered. Check DESK_KEY or DESK_KEY_FILE; an earlier backup "
        "needs the key of its day.",
    ),
    "is not encrypted": (
        "给出了密钥，但数据没有加密，因此没有打开。请关闭应用后运行 python -m core rekey 加密，或不给密钥。",
        "A key was given, but the data are not encrypted: nothing was opened. Encrypt them with the app closed "
        "(python -m core rekey), or give no key.",
    ),
}
"""What the engine's refusals of a key mean, in both languages, by words they hold."""


@dataclass(frozen=True)
class Key:
    """What a store is kept under: a secret for its tables and another for the Parquet beside them, in Base64."""

    tables: str = field(repr=False)
    parquet: str = field(repr=False)


def key(variable: str = "DESK_KEY") -> Key | None:
    """The key an environment variable tells, or the file another names (DESK_KEY_FILE); None where neither is set.

    Raises BadRequest for anything but 32 bytes in Base64, and for a file that cannot be read.
    """
    return _key(os.environ.get(variable, ""), os.environ.get(f"{variable}_FILE", ""))


@lru_cache(maxsize=8)
def _key(told: str, file: str) -> Key | None:
    if not told and not file:
        return None
    try:
        secret = base64.b64decode(told or Path(file).read_text(encoding="ascii").strip(), validate=True)
    except (OSError, ValueError):
        secret = b""
    if len(secret) != 32:
        raise BadRequest(
            "密钥无法读取，或不是32字节的Base64。请核对DESK_KEY或DESK_KEY_FILE；新密钥可用 openssl rand -base64 32 生成。",
            "The key cannot be read, or is not 32 bytes in Base64. Check DESK_KEY or DESK_KEY_FILE; openssl rand -base64 32 makes one.",
        )
    parts = (hmac.digest(secret, use, hashlib.sha256) for use in (b"tables", b"parquet"))
    return Key(*(base64.b64encode(part).decode() for part in parts))


def enter(connection: duckdb.DuckDBPyConnection, under: Key, *, name: str = "own") -> None:
    """Tell a connection a key of Parquet by a name, and how to write under it; it can reach no network for that."""
    _load(connection)
    connection.execute(f"PRAGMA add_parquet_key('{name}', '{under.parquet}')")


def _load(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"LOAD '{_CIPHER}'")
    connection.execute("SET disabled_filesystems = 'HTTPFileSystem,HuggingFaceFileSystem,S3FileSystem'")


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, under: Key | None) -> None:
    """Open a file of tables beside others of a connection, under a key or none; under one, what overflows from memory is so too."""
    place, told = str(path).replace("'", "''"), ""
    if under:
        _load(connection)
        connection.execute("SET temp_file_encryption = true")
        told = f" (ENCRYPTION_KEY '{under.tables}', ENCRYPTION_CIPHER 'GCM')"
    connection.execute(f"ATTACH '{place}' AS {name}{told}")


def statement(sql: str) -> str:
    """A statement as the engine takes it: `read_parquet($…)` reads files of the store's own, under their key if there is one."""
    return _OWN_FILES.sub(rf"read_parquet(\1{OWN}", sql) if key() else sql


def write(frame: pl.DataFrame, path: Path, *, compression: str = "zstd") -> None:
    """Write rows as a Parquet file of the store's own."""
    under = key()
    if under:
        _copy(under, "SELECT * FROM given", path, given=frame.to_arrow())
    else:
        frame.write_parquet(path, compression=compression)


def writer(path: Path, schema: pa.Schema, **options: Any) -> "Writer":
    """What writes a Parquet file of the store's own a table at a time; without a key with options of Arrow's."""
    under = key()
    return _InParts(path, under) if under else pq.ParquetWriter(path, schema, **options)


def read(path: Path | str, columns: Sequence[str] | None = None, *, rows: pl.Series | None = None) -> pl.DataFrame:
    """Rows of a Parquet file of the store's own, in their order: all, or those whose `row` is among `rows`.

    Raises OSError, Damaged among them.
    """
    under = key()
    if under is None:
        return scan(path, columns, rows=rows).collect()
    within = "" if rows is None else ' WHERE "row" BETWEEN $first AND $last'
    needed = "*" if columns is None else ", ".join(f'"{name}"' for name in dict.fromkeys([*columns, *(["row"] if within else [])]))
    asked = {"path": str(path), **({} if rows is None else {"first": rows.min(), "last": rows.max()})}
    with _engine(under).cursor() as cursor, _told(path):
        found = cursor.execute(f"SELECT {needed} FROM read_parquet($path{OWN}){within}", asked).pl()
    kept = found if rows is None else found.filter(pl.col("row").is_in(rows.implode()))
    return kept if columns is None else kept.select(columns)


def scan(path: Path | str, columns: Sequence[str] | None = None, *, rows: pl.Series | None = None) -> pl.LazyFrame:
    """As `read`, but read where it is needed; under a key at once."""
    if key():
        return read(path, columns, rows=rows).lazy()
    lazy = pl.scan_parquet(path)
    if rows is not None:
        lazy = lazy.filter(pl.col("row").is_between(rows.min(), rows.max()) & pl.col("row").is_in(rows.implode()))
    return lazy if columns is None else lazy.select(columns)


def columns_of(path: Path) -> list[str]:
    """The columns a Parquet file of the store's own has."""
    return read(path, rows=pl.Series([-1])).columns


def batches(path: Path, rows: int) -> Iterator[pl.DataFrame]:
    """The rows of a Parquet file of the store's own in their order, so many at a time."""
    under = key()
    if under is None:
        with pq.ParquetFile(path) as source:
            for batch in source.iter_batches(batch_size=rows):
                yield pl.from_arrow(batch)
        return
    with _engine(under).cursor() as cursor:
        for batch in cursor.execute(f"SELECT * FROM read_parquet($path{OWN})", {"path": str(path)}).to_arrow_reader(rows):
            yield pl.from_arrow(batch)


def rewrite(path: Path, target: Path, before: Key | None, after: Key | None) -> None:
    """Write a Parquet file kept under one key once more under another; None is no key. What was written is read again. Raises Damaged."""
    told = OWN.replace("own", "before") if before else ""
    with duckdb.connect(":memory:", config=_ALONE) as connection, _told(path):
        for name, under in (("before", before), ("own", after)):
            if under:
                enter(connection, under, name=name)
        source = f"SELECT * FROM read_parquet($path{told})"
        many, = connection.execute(_into(source, target, after), {"path": str(path)}).fetchone() or (0,)
        read_again = f"SELECT count(*), max(columns(*)) FROM read_parquet($path{OWN if after else ''})"
        if (connection.execute(read_again, {"path": str(target)}).fetchone() or (None,))[0] != many:
            raise Damaged(target.name)


class _InParts:
    """A file under a key that comes a table at a time: each table a file, put together at the end."""

    def __init__(self, path: Path, under: Key) -> None:
        self._path, self._under = path, under
        self._parts: list[Path] = []

    def write_table(self, table: pa.Table) -> None:
        """Write the next rows."""
        self._parts.append(self._path.with_suffix(f".{len(self._parts)}.part"))
        _copy(self._under, "SELECT * FROM given", self._parts[-1], given=table)

    def close(self) -> None:
        """Have the file whole."""
        if len(self._parts) == 1:
            self._parts[0].replace(self._path)
            return
        parts = {"parts": [str(part) for part in self._parts]}
        _copy(self._under, f"SELECT * FROM read_parquet($parts{OWN})", self._path, parts)
        for part in self._parts:
            part.unlink()


Writer = pq.ParquetWriter | _InParts
_ALONE = {"autoinstall_known_extensions": False, "autoload_known_extensions": False, "memory_limit": "1GB", "temp_directory": ""}


@contextmanager
def _told(path: Path | str) -> Iterator[None]:
    """The engine's refusals as those of files, without a word of what is in them."""
    try:
        yield
    except duckdb.IOException as fault:
        raise OSError(str(fault)) from None
    except duckdb.Error:
        raise Damaged(Path(path).name) from None


@lru_cache(maxsize=2)
def _engine(under: Key) -> duckdb.DuckDBPyConnection:
    """An engine with no tables that reads and writes files alone."""
    connection = duckdb.connect(":memory:", config=_ALONE)
    enter(connection, under)
    return connection


def _copy(under: Key, sql: str, path: Path, params: dict[str, Any] | None = None, given: pa.Table | None = None) -> None:
    with _engine(under).cursor() as cursor:
        if given is not None:
            cursor.register("given", given)
        with _told(path):
            cursor.execute(_into(sql, path, under), params or {})


def _into(sql: str, path: Path, under: Key | None) -> str:
    place, told = str(path).replace("'", "''"), WRITTEN if under else ""
    return f"COPY ({sql}) TO '{place}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1{told})"
