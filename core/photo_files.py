"""The files of a folder or zip that came in, opened one at a time, under names that lead nowhere whatever they were.

Must not know what the files are.
"""

import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from core.errors import BadRequest

MOST_FILES = 50_000
MOST_BYTES = 4_000_000_000
"""What is taken at once: files, and bytes unpacked."""

Look = Callable[[str, IO[bytes]], Any]
"""What is done with each file: its name with its folders inside the source, and its bytes."""

_JUNK = ("thumbs.db", "desktop.ini", "__macosx")
_NOT_UNPACKED = (
    OSError, ValueError, EOFError, RuntimeError, OverflowError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile,
)
"""What zipfile raises over damaged zips, and over ways of packing it does not know."""


def through(source: Path, look: Look) -> list[Any]:
    """Look at every file of a folder or zip, one open at a time; returns what each look said.

    What systems add is passed over. Raises BadRequest for anything else, a zip that is damaged or has a password, or
    too much at once.
    """
    return _in_folder(source, look) if source.is_dir() else _in_zip(source, look)


def count(source: Path) -> int:
    """How many files of a folder or zip there are to look at. Raises as `through`."""
    return len(through(source, lambda *_: None))


def _in_folder(source: Path, look: Look) -> list[Any]:
    try:
        found = [(path, size) for path, size in _files(source) if not _is_junk(path.relative_to(source).parts)]
        _refuse_too_much(len(found), sum(size for _, size in found))
        seen = []
        for path, _ in found:
            with path.open("rb") as photo:
                seen.append(look(_name(os.fsencode(path.relative_to(source))), photo))
    except OSError:
        raise BadRequest(
            "文件夹里有无法读取的文件，请检查读取权限后重试。", "The folder has files that cannot be read; check its permissions."
        ) from None
    return seen


def _files(source: Path) -> Iterator[tuple[Path, int]]:
    """Regular files below a folder with their size; links are not followed, so nothing outside it is read."""
    def refuse(fault: OSError) -> None:
        raise fault

    for folder, _, names in os.walk(source, onerror=refuse):
        for path in (Path(folder, name) for name in names):
            told = path.lstat()
            if stat.S_ISREG(told.st_mode):
                yield path, told.st_size


def _in_zip(source: Path, look: Look) -> list[Any]:
    try:
        with zipfile.ZipFile(source) as packed:
            listed = packed.infolist()
            _refuse_too_much(len(listed), sum(each.file_size for each in listed))
            if any(each.flag_bits & 1 for each in listed):
                raise BadRequest("压缩包设有密码，请去掉密码后重新打包。", "The zip has a password; pack it again without one.")
            if any(stat.S_ISLNK(each.external_attr >> 16) for each in listed):
                raise BadRequest(
                    "压缩包里有链接，不是文件本身。请换成文件本身后重新打包。",
                    "The zip holds links in place of files; pack the files themselves.",
                )
            seen = []
            for each in listed:
                name = _member_name(each)
                if each.filename.endswith("/") or _is_junk(tuple(name.split("/"))):
                    continue
                with packed.open(each) as photo:
                    seen.append(look(name, photo))
    except _NOT_UNPACKED:  # not chained: its words may quote file names, which are ID numbers
        raise BadRequest(
            "这个文件不是zip压缩包，或者不完整、已损坏，请重新打包为普通zip。",
            "This is no zip, or an incomplete or damaged one. Pack it again as a plain zip.",
        ) from None
    return seen


def _refuse_too_much(files: int, size: int) -> None:
    if files > MOST_FILES:
        raise BadRequest(
            f"压缩包或文件夹里有{files}个文件，一次最多{MOST_FILES}个，请分成几包。",
            f"There are {files} files; at most {MOST_FILES} are taken at once. Split them into several zips.",
        )
    if size > MOST_BYTES:
        raise BadRequest(
            f"解压后超过{MOST_BYTES // 10**9} GB，请分成几包。",
            f"There is more than {MOST_BYTES // 10**9} GB in it unpacked; split it into several zips.",
        )


def _member_name(member: zipfile.ZipInfo) -> str:
    """A member's name; without the mark of UTF-8 zipfile reads bytes as code page 437, as nobody here means."""
    return _name(member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437"))


def _name(raw: bytes) -> str:
    """A file name of UTF-8, or else of GBK, that leads nowhere: no drive, root or way up."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    parts = text.replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", ".", "..") and not part.endswith(":"))


def _is_junk(parts: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part.lower() in _JUNK for part in parts)
