"""核对数据包: whether a publication package is as it was made and follows from the one before (articles 3 and 8).

Needs no store. Must not know how packages are made.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NoReturn

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from core import disk
from core.errors import BrokenPackage
from core.public import package as packages
from core.public.package import ADD, ALTER, CHANGE, DATA, DELTA, FULL, MANIFEST, NUMBER, PHOTO, PHOTOS, REMOVE, Package

_PART = 100_000


def verify(folder: Path) -> list[Package]:
    """Verify a package with all it follows from, back to a full one; of a folder of packages, every one there is.

    A full package must equal the full one before it with the deltas between applied. Returns the packages verified, in
    order; raises BrokenPackage, saying what is wrong.
    """
    if folder.is_dir() and not (folder / MANIFEST).exists():
        linked = _all_in(folder)
    else:
        package = packages.opened(folder)
        previous = packages.before(package)
        linked = [*(packages.chain(previous) if previous else []), package]
    standing: list[Package] = []
    for package in linked:
        sound(package)
        if standing:
            packages.require_follows(standing[-1], package)
        if package.manifest.kind == DELTA:
            standing.append(package)
            continue
        _require_replayed(standing)
        if standing and not _same(packages.certificates(standing), packages.certificates([package])):
            _refuse(package, "与上一个全量包加其后各变更包的结果不一致", "is not what the full one before it and the deltas after that come to")
        standing = [package]
    _require_replayed(standing)
    return linked


def sound(package: Package) -> None:
    """Refuse a package that, looked at alone, is not as it was made: its files, columns, order or counts."""
    told = package.manifest
    expected = {MANIFEST, DATA[told.kind]} | ({PHOTOS} if told.photos else set())
    present = {path.name for path in package.folder.iterdir()}
    if told.files[0]["name"] != DATA[told.kind] or present != expected:
        missing, more = "、".join(sorted(expected - present)) or "无", "、".join(sorted(present - expected)) or "无"
        _refuse(package, f"的文件不全或有多余（缺：{missing}；多：{more}）", f"lacks files or has others (missing: {missing}; more: {more})")
    (file,) = told.files
    if (package.data.stat().st_size, disk.sha256_of(package.data)) != (file["size"], file["sha256"]):
        _refuse(
            package, f"的{package.data.name}与清单不符，已被改动或损坏",
            f"has another {package.data.name} than its manifest says: altered or damaged",
        )
    if not _only_text(package):
        _refuse(package, "含有证书内容以外的列，不得使用", "has columns other than certificate content; it must not be used")
    counted = _looked_through(package)
    in_all = sum(line["records"] for line in told.counts)
    expected_rows = told.records if told.kind == FULL else sum(told.changes.values())
    if (file["rows"], in_all, counted) != (expected_rows, told.records, told.changes):
        _refuse(package, "的条数与清单不符", "does not hold the numbers of records its manifest says")
    if told.photos:
        _require_photos(package)


def in_order(file: Path) -> bool:
    """Whether certificate numbers are there, each once, in ascending order."""
    last = ""
    for part in _parts(file, [NUMBER]):
        numbers = part[NUMBER]
        if numbers.null_count() or numbers[0] <= last or not (numbers[1:] > numbers[:-1]).all():
            return False
        last = numbers[-1]
    return True


def _looked_through(package: Package) -> dict[str, int]:
    """How many rows of each change there are, once their order and their photos' names are found right."""
    if not in_order(package.data):
        _refuse(package, "未按证书编号排列，或编号有重复、空缺", "is not in the order of certificate numbers, or some are twice or not there")
    counted = {ADD: 0, ALTER: 0, REMOVE: 0}
    delta = package.manifest.kind == DELTA
    for part in _parts(package.data, None if delta else [PHOTO]):
        if not part[PHOTO].drop_nulls().str.contains("^[0-9a-f]{64}$").all():
            _refuse(package, "的照片引用有误", "refers to a photo by something that is no hash")
        changes = part[CHANGE] if delta else pl.Series(CHANGE, [ADD]).new_from_index(0, part.height)
        for change, rows in changes.value_counts().iter_rows():
            counted[change] = counted.get(change, 0) + rows
        if delta and _told_of_removed(part):
            _refuse(package, "的撤下条目带有编号以外的内容", "tells more than the number of what it removes")
    return counted


def _told_of_removed(part: pl.DataFrame) -> bool:
    told = part.filter(pl.col(CHANGE) == REMOVE).select(packages.FIELDS[1:])
    return bool(told.select(pl.any_horizontal(pl.all().is_not_null()).any()).item())


def _only_text(package: Package) -> bool:
    try:
        return packages.text_alone(package.data, package.manifest.kind)
    except pa.ArrowInvalid:
        return False


def _parts(file: Path, columns: list[str] | None) -> Iterator[pl.DataFrame]:
    with pq.ParquetFile(file) as opened:
        for group in range(opened.num_row_groups):
            yield pl.from_arrow(opened.read_row_group(group, columns=columns))


def _require_photos(package: Package) -> None:
    named = {sha for part in _parts(package.data, [PHOTO]) for sha in part[PHOTO].drop_nulls()}
    beside = [path for path in (package.folder / PHOTOS).rglob("*") if not path.is_dir()]
    if len(beside) != package.manifest.photos or any(path.name not in named or disk.sha256_of(path) != path.name for path in beside):
        _refuse(package, "的照片不全、有多余或已损坏", "lacks photos, has others, or has damaged ones")


def _require_replayed(standing: Sequence[Package]) -> None:
    """Refuse deltas that add what is there, or change or remove what is not, or whose totals do not follow."""
    if len(standing) < 2:
        return
    full, *deltas = standing
    touched = packages.final(deltas).select(NUMBER)
    public = pl.scan_parquet(full.data).select(NUMBER).join(touched.lazy(), on=NUMBER, how="semi").collect()
    records = full.manifest.records
    for delta in deltas:
        changes = pl.read_parquet(delta.data, columns=[CHANGE, NUMBER])
        added, removed = changes.filter(pl.col(CHANGE) == ADD), changes.filter(pl.col(CHANGE) == REMOVE)
        was_there = changes.join(public, on=NUMBER, how="semi")
        if not was_there.height == changes.height - added.height or (was_there[CHANGE] == ADD).any():
            _refuse(delta, "新增了已有的证书，或变更、撤下了没有的证书", "adds what is there already, or changes or removes what is not")
        public = pl.concat([public.join(removed, on=NUMBER, how="anti"), added.select(NUMBER)])
        records += added.height - removed.height
        if records != delta.manifest.records:
            _refuse(delta, "应用后的总数与清单不符", "does not come to the total its manifest says")


def _same(ours: Iterable[pl.DataFrame], theirs: Iterable[pl.DataFrame]) -> bool:
    pairs = zip_longest(_in_parts(ours), _in_parts(theirs))
    return all(one is not None and other is not None and one.equals(other) for one, other in pairs)


def _in_parts(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows, so many at a time."""
    held: list[pl.DataFrame] = []
    for frame in frames:
        held.append(frame)
        while sum(each.height for each in held) >= _PART:
            together = pl.concat(held)
            yield together.head(_PART)
            held = [together.slice(_PART)]
    rest = pl.concat(held) if held else None
    if rest is not None and rest.height:
        yield rest


def _all_in(root: Path) -> list[Package]:
    found = packages.every(root)
    if not found:
        raise BrokenPackage(f"“{root}”中没有上网数据包。请核对文件夹。", f"There is no publication package in “{root}”. Check the folder.")
    if found[0].manifest.kind != FULL:
        packages.chain(found[0])
    packages.latest(root)
    return found


def _refuse(package: Package, zh: str, en: str) -> NoReturn:
    name = package.folder.name
    raise BrokenPackage(f"数据包“{name}”{zh}。请重新取得原包。", f"Package “{name}” {en}. Fetch the original package again.")
