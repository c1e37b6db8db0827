"""查询映像: the certificates of a package with all it follows from, laid out to be found by name and number in one step.

`keys` is a sorted array of keyed hashes of number and name, cut into buckets; `content` holds the certificates. Asking
for what is not there reads one bucket, whatever the reason. Built by a process of its own. Must not know the web.
"""

import json
import os
import secrets
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl

from core import typed
from core.errors import CentreError
from core.public import package as packages
from core.public import verifying
from core.public.package import NUMBER, Package

_ENTRY = np.dtype([("key", "<u8"), ("at", "<u8"), ("size", "<u4")])
_BUCKET_BITS = 20
_ABOUT, _STARTS, _KEYS, _CONTENT = "about.json", "starts", "keys", "content"
_REFUSED = 2


@dataclass(frozen=True)
class About:
    """What an image was made of: the package's number and day, how many certificates, and where photos lie."""

    package: int
    made_at: str
    records: int
    seed: int
    polars: str
    photos: list[str]


class Image:
    """An image opened for asking. Nothing of it is read into memory but where its buckets start."""

    def __init__(self, folder: Path) -> None:
        self.about = About(**json.loads((folder / _ABOUT).read_bytes()))
        self._starts = np.fromfile(folder / _STARTS, dtype="<u8")
        self._keys: IO[bytes] = (folder / _KEYS).open("rb", buffering=0)
        self._content: IO[bytes] = (folder / _CONTENT).open("rb", buffering=0)

    def find(self, name: str, number: str) -> dict[str, str] | None:
        """The certificate with this number and name, by FIELDS, however both are typed; None when there is none."""
        name, number = typed.name(name), typed.number(number)
        key = pl.Series([f"{number}\n{name}"]).hash(seed=self.about.seed)[0]
        bucket = key >> (64 - _BUCKET_BITS)
        first, last = (int(start) * _ENTRY.itemsize for start in self._starts[bucket : bucket + 2])
        entries = np.frombuffer(os.pread(self._keys.fileno(), last - first, first), dtype=_ENTRY)
        for _, at, size in entries[entries["key"] == np.uint64(key)]:
            row = json.loads(os.pread(self._content.fileno(), int(size), int(at)))
            if name and typed.name(row["XM"] or "") == name and typed.number(row[NUMBER]) == number:
                return {code: value for code, value in row.items() if value}
        return None

    def photo(self, sha256: str) -> bytes | None:
        """The bytes of a photo that lies beside the packages."""
        for folder in self.about.photos:
            path = Path(folder) / sha256[:2] / sha256
            if path.is_file():
                return path.read_bytes()
        return None

    def close(self) -> None:
        """Let go of its files."""
        self._keys.close()
        self._content.close()


def folder_of(package: Package, images: Path) -> Path:
    """Where the image of a package lies once it is built; hashes mean something to one version of Polars alone."""
    return images / f"{package.sha256[:16]}-{pl.__version__}"


def build(package: Package, images: Path) -> Path:
    """Verify each package this one leans on and lay its certificates out; whole or not there at all."""
    chain = packages.chain(package)
    for each in chain:
        verifying.sound(each)
    finished = folder_of(package, images)
    unfinished = finished.with_suffix(".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    seed = secrets.randbits(63)
    with (unfinished / _CONTENT).open("wb") as content:
        entries = _write_content(chain, content, seed)
        _secure(content)
    entries = entries[np.argsort(entries["key"])]
    bounds = np.arange(1 << _BUCKET_BITS, dtype=np.uint64) << np.uint64(64 - _BUCKET_BITS)
    starts = np.append(np.searchsorted(entries["key"], bounds), entries.size).astype("<u8")
    beside = [str(each.folder.resolve() / packages.PHOTOS) for each in reversed(chain) if each.manifest.photos]
    told = package.manifest
    about = About(told.number, told.made_at, int(entries.size), seed, pl.__version__, beside)
    for name, written in ((_KEYS, entries), (_STARTS, starts), (_ABOUT, np.frombuffer(json.dumps(asdict(about)).encode(), "u1"))):
        with (unfinished / name).open("wb") as file:
            written.tofile(file)
            _secure(file)
    unfinished.rename(finished)
    return finished


def _write_content(chain: list[Package], file: IO[bytes], seed: int) -> np.ndarray:
    """Write the certificates as JSON, one after another; returns the entry of each."""
    entries, at = [np.empty(0, dtype=_ENTRY)], 0
    for part in packages.certificates(chain):
        text = part.select(text=pl.struct(pl.all()).struct.json_encode())["text"].to_arrow(compat_level=pl.CompatLevel.oldest())
        _, offsets, letters = text.buffers()
        ends = np.frombuffer(offsets, dtype="<i8", count=part.height + 1)
        file.write(memoryview(letters)[: ends[-1]])
        entry = np.empty(part.height, dtype=_ENTRY)
        entry["at"], entry["size"] = ends[:-1] + at, np.diff(ends)
        numbers = _compared(part[NUMBER], typed.USUAL_NUMBER, typed.number)
        names = _compared(part["XM"].fill_null(""), typed.USUAL_NAME, typed.name)
        entry["key"] = (numbers + "\n" + names).hash(seed=seed)
        entries.append(entry)
        at += int(ends[-1])
    return np.concatenate(entries)


def _compared(written: pl.Series, usual: str, how: Callable[[str], str]) -> pl.Series:
    """A column as `how` has it; what is usual, nearly all, is taken as it is (typed tells when that is the same)."""
    unusual = written.filter(~written.str.contains(usual)).unique()
    return written.replace(unusual, pl.Series([how(each) for each in unusual], dtype=pl.String))


def _secure(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def main(root: Path, images: Path) -> int:
    """Build the image of the package in force, unless it is there; what is wrong goes to standard error."""
    try:
        package = packages.latest(root)
        if package and not folder_of(package, images).exists():
            build(package, images)
    except CentreError as refusal:
        print(refusal.zh, refusal.en, sep="\n", file=sys.stderr)
        return _REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
