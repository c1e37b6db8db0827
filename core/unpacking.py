"""整包: a package that comes as one zip, unpacked into a folder of its own (article 4).

Must not know the store, or what the parts are.
"""

import shutil
from pathlib import Path
from typing import IO

from core import disk, package, photo_files
from core.errors import BadRequest
from core.package import SHEET, Package

MOST_PARTS = 200
"""Parts a package may have: its photos are one zip among them."""


def unpack(source: Path, folder: Path) -> Package:
    """Unpack a package's zip into a new folder: all its parts side by side, or all in one folder inside the zip.

    What is unpacked is bounded as for zips of photos, and never lies outside the folder. Raises BadRequest as
    photo_files.through and package.of_folder do, and for folders, parts of one name or too many; DiskFull. Nothing of
    the folder is left then.
    """
    seen: dict[str, str] = {}

    def put(name: str, part: IO[bytes]) -> None:
        inside, _, own = name.rpartition("/")
        if package.is_junk(own):
            return
        _require_place(inside, own, seen)
        seen[own.casefold()] = inside
        with disk.told_when_full(), (folder / own).open("xb") as kept:
            shutil.copyfileobj(part, kept, 1 << 20)

    try:
        with disk.told_when_full():
            folder.mkdir()
        photo_files.through(source, put)
        return package.of_folder(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _require_place(inside: str, own: str, seen: dict[str, str]) -> None:
    if "/" in inside or any(inside != other for other in seen.values()):
        raise BadRequest(
            f"整包里有多层或多个文件夹。请把数据文件、照片zip、决议扫描件和{SHEET}放在一起，照片另打成一个zip放进去。",
            f"The package has folders within folders, or several. Keep data files, scans and {SHEET} side by side, the "
            "photos in a zip of their own among them.",
        )
    if own.casefold() in seen:
        raise BadRequest(f"整包里有两个文件都叫“{own}”，请改名后重新打包。", f"Two files of the package are named {own!r}; rename one.")
    if len(seen) == MOST_PARTS:
        raise BadRequest(
            f"整包里的文件超过{MOST_PARTS}个。照片请先打成一个zip再放进去；数据文件太多的请分成几包。",
            f"The package has more than {MOST_PARTS} files. Put the photos into a zip of their own, or split the package.",
        )
