"""到件: files awaited by a screen, each written to its place as it comes, whole or not at all (article 4).

Must not know by which way the bytes come, nor what they are.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from threading import Lock
from uuid import uuid4

from core import disk
from core.errors import CentreError, DiskFull

LARGEST = 8_000_000_000
"""The largest file taken: three times a national filing of six million records."""
_LONGEST_NAME = 200


class NotAwaited(CentreError):
    """Nobody awaits such a file: the token is unknown, used, or taken back."""

    def __init__(self) -> None:
        super().__init__(
            "上传许可无效或已用过，文件没有接收。请回到“接收报送”页重新选择文件。",
            "This permission to upload is unknown or used up, and the file was not taken. "
            "Go back to “Receive a filing” and choose the file again.",
        )


def size_in_words(size: int) -> str:
    """So many bytes as people say them: 8 GB, 5 MB."""
    return f"{size / 1000**3:g} GB" if size >= 1000**3 else f"{size / 1000**2:g} MB"


class TooLarge(CentreError):
    """The file is larger than what is taken."""

    def __init__(self, most: int) -> None:
        size = size_in_words(most)
        super().__init__(
            f"文件超过{size}，没有接收。请分成几个文件再上传。", f"The file is over {size} and was not taken. Split it into several."
        )


class Broken(CentreError):
    """The bytes stopped coming before the end."""

    def __init__(self) -> None:
        super().__init__(
            "上传中断，没有保存任何内容。请重新选择文件；传完前不要离开本页。",
            "The upload broke off and nothing was kept. Choose the file again, and stay on this page until it is done.",
        )


class StillComing(CentreError):
    """A file that belongs to what is to be done has not come to its end."""

    def __init__(self) -> None:
        super().__init__(
            "照片压缩包还在上传。请等它传完，或先取消上传。", "The zip of photos is still being uploaded. Wait for it, or cancel it first."
        )


@dataclass(eq=False)
class Arrival:
    """One file awaited: where it goes, how large it may be, and what has come of it."""

    path: Path
    most: int
    name: str = ""
    taken_up: bool = False
    here: bool = False
    refusal: CentreError | None = None

    @property
    def coming(self) -> bool:
        """Whether its bytes are coming in just now."""
        return self.taken_up and not self.here and self.refusal is None


class Arrivals:
    """The files awaited in one server, each by a token that only the screen awaiting it knows."""

    def __init__(self) -> None:
        self._awaited: dict[str, Arrival] = {}
        self._lock = Lock()

    def expect(self, folder: Path, most: int) -> str:
        """Await one file of at most so many bytes; returns the token that lets it in, once."""
        token = token_urlsafe(32)
        self._awaited[token] = Arrival(folder / f"upload-{uuid4().hex}", most)
        return token

    def of(self, token: str | None) -> Arrival | None:
        """What has come of an awaited file; None when nobody awaits it any more."""
        return self._awaited.get(token)

    def take(self, token: str) -> Arrival:
        """Give out a file that is here; its keeper deletes it."""
        with self._lock:
            return self._awaited.pop(token)

    def drop(self, token: str | None) -> None:
        """Await a file no longer: what came of it is deleted, and what still comes is refused."""
        with self._lock:
            arrival = self._awaited.pop(token, None)
            if arrival and arrival.here:
                arrival.path.unlink(missing_ok=True)

    @contextmanager
    def receiving(self, token: str | None, name: str, length: int | None) -> Iterator[Callable[[bytes], None]]:
        """Take up an awaited file and write its blocks; unless all goes well to the end, nothing of it is left.

        Raises NotAwaited, TooLarge and DiskFull, also midway.
        """
        arrival = self._take_up(token)
        try:
            arrival.name = _plain_name(name)
            if length is not None and length > arrival.most:
                raise TooLarge(arrival.most)
            if length is not None and length > shutil.disk_usage(arrival.path.parent).free:
                raise DiskFull
            with disk.told_when_full(), arrival.path.open("xb", buffering=0) as file:
                yield lambda block: self._write(token, arrival, file, block)
            with self._lock:
                self._require_awaited(token, arrival)
                arrival.here = True
        except BaseException as fault:
            arrival.path.unlink(missing_ok=True)
            arrival.refusal = fault if isinstance(fault, CentreError) else Broken()
            raise

    def _take_up(self, token: str | None) -> Arrival:
        with self._lock:
            arrival = self._awaited.get(token)
            if arrival is None or arrival.taken_up:
                raise NotAwaited
            arrival.taken_up = True
            return arrival

    def _write(self, token: str | None, arrival: Arrival, file: object, block: bytes) -> None:
        self._require_awaited(token, arrival)
        if file.tell() + len(block) > arrival.most:
            raise TooLarge(arrival.most)
        rest = memoryview(block)
        while rest:
            rest = rest[file.write(rest):]

    def _require_awaited(self, token: str | None, arrival: Arrival) -> None:
        if self._awaited.get(token) is not arrival:
            raise NotAwaited


def _plain_name(name: str) -> str:
    """A file's own name: without folders, signs that cannot be shown, or more length than a name has."""
    own = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in own if sign.isprintable())[-_LONGEST_NAME:].strip() or "—"
