"""Who is signed in (登录会话): sessions kept on the server, how long they last, passwords tried in vain, the language spoken.

A small SQLite file beside the store, so that a click writes nothing into it. What a browser holds is a random number
with its seal; kept is its hash alone. Must not know what a person may do.
"""

import hashlib
import hmac
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from core.errors import CentreError

_TABLES = """
CREATE TABLE IF NOT EXISTS seal (secret BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS session (handle TEXT PRIMARY KEY, account TEXT NOT NULL, begun_at TEXT NOT NULL,
    seen_at TEXT NOT NULL, address TEXT NOT NULL, restricted INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS failure (account TEXT NOT NULL, address TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS spent (once TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS spoken (account TEXT PRIMARY KEY, language TEXT NOT NULL);
"""
_SEEN_EVERY = timedelta(seconds=20)
"""A session's last sign of life is written down no more often than this."""


class TooManyTries(CentreError):
    """So many wrong passwords were given that none is looked at for a while."""

    def __init__(self, minutes: int) -> None:
        super().__init__(
            f"登录失败次数过多，请{minutes}分钟后再试，或请系统管理员重设口令。",
            f"Too many failed attempts. Try again in {minutes} minutes, or ask the administrator to set the password anew.",
        )


@dataclass(frozen=True)
class Limits:
    """How long a session lasts unused and at all, and how often a password may be tried: per account, per address."""

    idle: timedelta = timedelta(minutes=60)
    longest: timedelta = timedelta(hours=12)
    failures: int = 5
    from_address: int = 40
    lockout: timedelta = timedelta(minutes=15)

    @classmethod
    def told(cls, environ: Mapping[str, str]) -> "Limits":
        """The usual limits, but for what DESK_IDLE_MINUTES and DESK_SESSION_HOURS say."""
        idle, longest = environ.get("DESK_IDLE_MINUTES", "60"), environ.get("DESK_SESSION_HOURS", "12")
        return cls(idle=timedelta(minutes=float(idle)), longest=timedelta(hours=float(longest)))


@dataclass(frozen=True)
class Session:
    """Someone signed in; `restricted` to choosing a password first. `handle` tells it apart and opens nothing."""

    handle: str
    account: str
    begun_at: datetime
    seen_at: datetime
    address: str
    restricted: bool


class Sessions:
    """The sessions of one store, in `sign-in.sqlite` in its folder."""

    def __init__(self, folder: Path, now: Callable[[], datetime], limits: Limits | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "sign-in.sqlite"
        os.close(os.open(path, os.O_CREAT, 0o600))
        self._now, self.limits, self._lock = now, limits or Limits(), threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_TABLES)
        self._db.execute("INSERT INTO seal SELECT ? WHERE NOT EXISTS (SELECT 1 FROM seal)", (secrets.token_bytes(32),))
        self._secret = self._db.execute("SELECT secret FROM seal").fetchone()[0]

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def begin(self, account: str, address: str, *, restricted: bool = False) -> str:
        """Sign someone in; returns what their browser is to hold, which is never anything it held before."""
        number, now = secrets.token_urlsafe(32), self._now()
        self._run(
            "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)",
            _hash(number), account, now.isoformat(), now.isoformat(), address, int(restricted),
        )
        self._run("DELETE FROM session WHERE begun_at < ?", (now - self.limits.longest).isoformat())
        return f"{number}.{self._seal(number)}"

    def of(self, held: str) -> Session | None:
        """The session of what a browser holds; None when it is forged, ended or out of time."""
        number, _, seal = held.partition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(number).encode()):
            return None
        return self.by_handle(_hash(number))

    def by_handle(self, handle: str) -> Session | None:
        """A session that has neither ended nor run out of time."""
        found = self._rows("SELECT * FROM session WHERE handle = ?", handle)
        return found[0] if found and self._lasts(found[0]) else None

    def seen(self, session: Session) -> None:
        """Note that the person is still at it."""
        if self._now() - session.seen_at >= _SEEN_EVERY:
            self._run("UPDATE session SET seen_at = ? WHERE handle = ?", self._now().isoformat(), session.handle)

    def end(self, handle: str) -> None:
        """Sign one session out, wherever it is open."""
        self._run("DELETE FROM session WHERE handle = ?", handle)

    def end_all(self, account: str, *, but: str = "") -> int:
        """Sign a person out everywhere, except in one session; returns how many sessions ended."""
        return self._run("DELETE FROM session WHERE account = ? AND handle <> ?", account, but)

    def listing(self, account: str | None = None) -> list[Session]:
        """Sessions open now, of one person or of all, the one last used first."""
        found = self._rows("SELECT * FROM session WHERE ? IS NULL OR account = ? ORDER BY seen_at DESC, handle", account, account)
        return [each for each in found if self._lasts(each)]

    def note_try(self, account: str, address: str) -> None:
        """Note that a password is about to be tried, before it is looked at. Raises TooManyTries, then looking is over."""
        name, since = _hash(account.casefold()), (self._now() - self.limits.lockout).isoformat()
        with self._lock:
            self._db.execute("DELETE FROM failure WHERE at <= ?", (since,))
            for column, told, most in (("account", name, self.limits.failures), ("address", address, self.limits.from_address)):
                many = self._db.execute(f"SELECT count(*) FROM failure WHERE {column} = ?", (told,)).fetchone()[0]
                if many >= most:
                    raise TooManyTries(int(self.limits.lockout.total_seconds() // 60))
            self._db.execute("INSERT INTO failure VALUES (?, ?, ?)", (name, address, self._now().isoformat()))

    def forgive(self, account: str) -> None:
        """Forget the tries at an account: its password was right, or was set anew."""
        self._run("DELETE FROM failure WHERE account = ?", _hash(account.casefold()))

    def forget_ended(self) -> int:
        """Delete sessions that have ended or run out of time, and tries so long ago that they lock nobody out; tells how many."""
        now = self._now()
        ended = self._run(
            "DELETE FROM session WHERE begun_at <= ? OR seen_at <= ?",
            (now - self.limits.longest).isoformat(), (now - self.limits.idle).isoformat(),
        )
        return ended + self._run("DELETE FROM failure WHERE at <= ?", (now - self.limits.lockout).isoformat())

    def spend(self, once: str) -> bool:
        """Whether something that serves once is given for the first time."""
        return bool(self._run("INSERT OR IGNORE INTO spent VALUES (?, ?)", _hash(once), self._now().isoformat()))

    def speak(self, account: str, language: str) -> None:
        """Keep the language a person has switched to, for all their sessions to come."""
        self._run("INSERT OR REPLACE INTO spoken VALUES (?, ?)", account, language)

    def spoken(self, account: str) -> str | None:
        """The language a person has switched to; None when they never have."""
        with self._lock:
            kept = self._db.execute("SELECT language FROM spoken WHERE account = ?", (account,)).fetchone()
        return kept[0] if kept else None

    def _lasts(self, session: Session) -> bool:
        now = self._now()
        return now - session.seen_at < self.limits.idle and now - session.begun_at < self.limits.longest

    def _rows(self, sql: str, *told: object) -> list[Session]:
        with self._lock:
            rows = self._db.execute(sql, told).fetchall()
        return [
            Session(handle, account, datetime.fromisoformat(begun), datetime.fromisoformat(seen), address, bool(restricted))
            for handle, account, begun, seen, address, restricted in rows
        ]

    def _run(self, sql: str, *told: object) -> int:
        with self._lock:
            return self._db.execute(sql, told).rowcount

    def _seal(self, number: str) -> str:
        return hmac.new(self._secret, f"session {number}".encode(), hashlib.sha256).hexdigest()


def _hash(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()
