"""上网数据包: a publication package in its folder, the contract with the public site (articles 3 and 8).

A root folder holds one package a folder, numbered from 000001, each naming the manifest before it by hash: full sets,
and deltas (add, change or remove by certificate number). `latest` names the one in force. Needs no store.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import BrokenPackage
from core.record import PUBLIC

NUMBER, PHOTO, CHANGE = "XWZSBH", "photo", "change"
FIELDS = (NUMBER, *(code for code in PUBLIC if code != NUMBER), PHOTO)
"""All a package holds of a certificate, by filed code; `photo` is the sha-256 of its photo. Sorted by the first."""

FULL, DELTA = "full", "delta"
ADD, ALTER, REMOVE = "add", "change", "remove"
MANIFEST, LATEST, PHOTOS = "manifest.json", "latest", "photos"
DATA = {FULL: "certificates.parquet", DELTA: "changes.parquet"}
COLUMNS = {FULL: FIELDS, DELTA: (CHANGE, *FIELDS)}
_ALL_TEXT = dict.fromkeys(FIELDS, pl.String)


@dataclass(frozen=True)
class Manifest:
    """What a package says of itself. `records` are public once it is applied, by `counts`; `previous` is the hash of
    the manifest before it, null for the first; `photos` is how many photo files lie beside."""

    number: int
    kind: str
    made_at: str
    ruleset: dict[str, object]
    records: int
    changes: dict[str, int]
    counts: list[dict[str, object]]
    files: list[dict[str, object]]
    photos: int
    previous: str | None

    def written(self) -> bytes:
        """The manifest as it stands in its file, sealed by its own hash."""
        told = asdict(self)
        seal = hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
        return (json.dumps(told | {"seal": seal}, ensure_ascii=False, indent=1) + "\n").encode()


@dataclass(frozen=True)
class Package:
    """One package: where it lies, what it says of itself, and the hash of that."""

    folder: Path
    manifest: Manifest
    sha256: str

    @property
    def data(self) -> Path:
        """Its file of certificates, or of changes to them."""
        return self.folder / DATA[self.manifest.kind]


def folder_name(number: int) -> str:
    """The name of a package's folder."""
    return f"{number:06d}"


def opened(folder: Path) -> Package:
    """A package by its folder; only the manifest is read. Raises BrokenPackage when it is none."""
    try:
        content = (folder / MANIFEST).read_bytes()
        told = json.loads(content)
        told.pop("seal")
        manifest = Manifest(**told)
        sound = _well_formed(manifest) and manifest.written() == content
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        sound = False
    if not sound:
        raise BrokenPackage(
            f"“{folder.name}”不是上网数据包，或清单manifest.json已损坏。请重新取得该数据包。",
            f"“{folder.name}” is no publication package, or its manifest.json is damaged. Fetch the package again.",
        )
    return Package(folder, manifest, hashlib.sha256(content).hexdigest())


def _well_formed(manifest: Manifest) -> bool:
    numbers = [manifest.number, manifest.records, manifest.photos, *manifest.changes.values()]
    numbers += [line["records"] for line in manifest.counts]
    (file,) = manifest.files
    return manifest.kind in DATA and all(type(each) is int for each in numbers) and set(file) == {"name", "sha256", "size", "rows"}


def every(root: Path) -> list[Package]:
    """The packages below a root, in the order of their numbers."""
    return [opened(path) for path in sorted(root.glob("[0-9]*")) if path.is_dir()]


def latest(root: Path) -> Package | None:
    """The package in force, by the pointer beside the packages; None when there is none yet."""
    try:
        name = (root / LATEST).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    if not name.isdecimal():
        raise BrokenPackage(f"{LATEST}文件已损坏，请重新发布。", f"The file {LATEST} is damaged; release the package again.")
    return opened(root / name)


def before(package: Package) -> Package | None:
    """The package this one follows, from the folder beside it; None for the first. Raises BrokenPackage when it is not there."""
    told = package.manifest
    if told.previous is None:
        return None
    previous = opened(package.folder.parent / folder_name(told.number - 1))
    require_follows(previous, package)
    return previous


def chain(package: Package) -> list[Package]:
    """The package with all it leans on: the last full one, the deltas after it, itself."""
    linked = [package]
    while linked[0].manifest.kind == DELTA:
        previous = before(linked[0])
        if previous is None:
            raise BrokenPackage(
                f"变更包“{package.folder.name}”之前没有全量包。请补齐后再用。",
                f"No full package comes before the delta “{package.folder.name}”. Supply it first.",
            )
        linked.insert(0, previous)
    return linked


def require_follows(previous: Package, package: Package) -> None:
    """Refuse a package that does not come right after another."""
    told = package.manifest
    if (told.number, told.previous) != (previous.manifest.number + 1, previous.sha256):
        raise BrokenPackage(
            f"数据包“{package.folder.name}”不接在“{previous.folder.name}”之后：顺序不对，或前一个包已被改动。请按编号依次使用原包。",
            f"Package “{package.folder.name}” does not follow “{previous.folder.name}”: out of order, or the one before was "
            "altered. Apply the original packages in the order of their numbers.",
        )


def certificates(packages: Sequence[Package]) -> Iterator[pl.DataFrame]:
    """The certificates of a full package with the deltas after it applied: FIELDS, in order, a part at a time.

    Raises BrokenPackage when the packages are out of order.
    """
    for previous, package in zip(packages, packages[1:], strict=False):
        require_follows(previous, package)
    if packages[0].manifest.kind != FULL or any(package.manifest.kind != DELTA for package in packages[1:]):
        raise BrokenPackage("变更包只能依次用于一个全量包之后。", "Deltas are applied, in order, to one full package.")
    return _applied(packages[0], final(packages[1:]))


def final(deltas: Sequence[Package]) -> pl.DataFrame:
    """What the deltas come to: the last change of each certificate number, with its number, in order."""
    changes = [pl.DataFrame(schema={CHANGE: pl.String} | _ALL_TEXT), *(pl.read_parquet(delta.data) for delta in deltas)]
    return pl.concat(changes).unique(NUMBER, keep="last", maintain_order=True).sort(NUMBER)


def _applied(full: Package, changes: pl.DataFrame) -> Iterator[pl.DataFrame]:
    due = changes.filter(pl.col(CHANGE) != REMOVE).drop(CHANGE)
    with pq.ParquetFile(full.data) as file:
        for group in range(file.num_row_groups):
            part = pl.from_arrow(file.read_row_group(group))
            standing = part.join(changes.select(NUMBER), on=NUMBER, how="anti", maintain_order="left")
            now = pl.col(NUMBER) <= part[NUMBER][-1]
            yield pl.concat([standing, due.filter(now)]).sort(NUMBER)
            due = due.filter(~now)
    if due.height:
        yield due


def photo(packages: Sequence[Package], sha256: str) -> Path | None:
    """The file of a photo that lies beside one of the packages, the latest first."""
    for package in reversed(packages):
        path = package.folder / PHOTOS / sha256[:2] / sha256
        if path.is_file():
            return path
    return None


def text_alone(file: Path, kind: str) -> bool:
    """Whether a Parquet file has exactly the columns of its kind, all text: nothing else can come with a package."""
    schema = pq.read_schema(file)
    return tuple(schema.names) == COLUMNS[kind] and all(
        pa.types.is_string(each) or pa.types.is_large_string(each) for each in schema.types
    )
