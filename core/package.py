"""报送包: what an institution hands in at once – data files, photos, scans of the resolution, and what it declares of all.

Serves article 4. Must not know the store, or how a file is read.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from core.deadlines import Term
from core.declaration import Declared, Grounds, Resolution
from core.errors import BadRequest, UnreadableFiling
from core.suggestion import Suggestion
from core.vocabulary import Category, Level

DATA, SCANS, PHOTOS = (".csv", ".txt", ".xlsx", ".xls", ".dbf"), (".pdf", ".jpg", ".jpeg"), ".zip"
"""Endings by which the parts of a package are told apart; what they are is judged by their content."""
SHEET = "申报.csv"
"""The sheet of what is declared: lines of an item and its content."""
_LONGEST_SHEET = 1_000_000
_JUNK = ("thumbs.db", "desktop.ini", "__macosx")
_YES = ("是", "1", "y", "yes")
_ITEMS = ("学期", "决议文号", "决议日期", "决议人数", "补报", "补报理由", "同意文号", "同意日期")
_KINDS: dict[str, Category | Level] = {
    name: kind for kind in (*Category, *Level) for name in (str(kind), kind.zh) if kind in Category or name == kind.zh
}


@dataclass(frozen=True)
class Sheet:
    """What the sheet declares (申报表) of a whole package: None or nothing where it is silent.

    `totals` are records by category or level, `of_files` the category of a file by its name.
    """

    term: Term | None = None
    resolution: Resolution = Resolution()
    supplement: bool = False
    grounds: Grounds = Grounds()
    totals: Mapping[Category | Level, int] = field(default_factory=dict)
    of_files: Mapping[str, Category] = field(default_factory=dict)


@dataclass(frozen=True)
class Package:
    """The parts of a package where they lie."""

    files: tuple[Path, ...]
    photos: Path | None = None
    scans: tuple[Path, ...] = ()
    sheet: Path | None = None

    @property
    def parts(self) -> tuple[Path, ...]:
        """Every file of it."""
        return tuple(part for part in (*self.files, self.photos, *self.scans, self.sheet) if part)


def is_junk(name: str) -> bool:
    """Whether a file is one that systems and office programs leave about: never part of a package."""
    return name.startswith((".", "~$")) or name.lower() in _JUNK or name.lower().endswith((".tmp", ".part", ".crdownload"))


def of_folder(folder: Path) -> Package:
    """The package in a folder, all its files side by side. Raises BadRequest for what has no place in one."""
    found = sorted(path for path in folder.iterdir() if not is_junk(path.name))
    strange = [path.name for path in found if not _has_place(path)]
    if strange:
        raise BadRequest(
            f"报送包里有不能识别的内容：{'、'.join(strange[:5])}。请只放数据文件、照片zip、决议扫描件（PDF或JPG）和{SHEET}。",
            f"The package holds what has no place in it: {', '.join(strange[:5])}. Keep data files, one zip of photos, scans "
            f"of the resolution (PDF or JPG) and {SHEET}.",
        )
    sheet = folder / SHEET
    files = tuple(path for path in found if path.suffix.lower() in DATA and path != sheet)
    photos = [path for path in found if path.suffix.lower() == PHOTOS]
    if not files:
        raise BadRequest("报送包里没有数据文件（CSV、XLSX、XLS、DBF）。", "The package has no data file (CSV, XLSX, XLS, DBF).")
    if len(photos) > 1:
        raise BadRequest("报送包里有多个照片zip，请合并为一个。", "The package has several zips of photos; make them one.")
    scans = tuple(path for path in found if path.suffix.lower() in SCANS)
    return Package(files, photos[0] if photos else None, scans, sheet if sheet in found else None)


def _has_place(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.suffix.lower() in (*DATA, *SCANS, PHOTOS)


def read_sheet(path: Path) -> Sheet:
    """What a sheet declares. Raises BadRequest naming the line that cannot be understood."""
    with path.open("rb") as file:
        raw = file.read(_LONGEST_SHEET)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    told: dict[str, str] = {}
    totals: dict[Category | Level, int] = {}
    of_files: dict[str, Category] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        item, content = _cells(line, number)
        if not item or not content or (number == 1 and (item, content) == ("项目", "内容")):
            continue
        if item in _ITEMS:
            told[item] = content
        elif item in _KINDS:
            totals[_KINDS[item]] = _count(content, number)
        elif isinstance(kind := _KINDS.get(content), Category):
            of_files[item] = kind
        else:
            raise _unclear(number)
    resolved, consented = (_day(told.get(item)) for item in ("决议日期", "同意日期"))
    listed = told.get("决议人数")
    return Sheet(
        Term.parse(told["学期"]) if "学期" in told else None,
        Resolution(told.get("决议文号"), resolved, _count(listed, 0) if listed else None),
        told.get("补报", "").lower() in _YES, Grounds(told.get("补报理由"), told.get("同意文号"), consented), totals, of_files,
    )


def declared_of(
    name: str, seen: Suggestion, sheet: Sheet, institution: str | None, *, scanned: bool, alone: bool
) -> Declared:
    """What is declared of one file: what the sheet and the sender's folder say, and where they are silent, the file
    itself. `scanned` tells whether a scan of the resolution came along, `alone` whether it is the package's only file:
    then the one category declared is its. Raises BadRequest when nothing tells."""
    term, filer = sheet.term or seen.term, institution or seen.institution
    category = sheet.of_files.get(name) or (_only(sheet) if alone else None) or seen.category
    if not (term and filer and category):
        raise BadRequest(
            f"看不出学期、学位授予单位或类别，请在{SHEET}中写明“学期”和“{name}”的类别。",
            f"The file does not tell its semester, institution or category: say the semester and the category of {name} in {SHEET}.",
        )
    told = sheet.resolution
    attached = True if scanned else told.attached
    return Declared(
        term, filer, category, sheet.supplement, Resolution(told.number, told.resolved_on, told.listed, attached),
        total=sheet.totals.get(category), grounds=sheet.grounds,
    )


def totals(sheet: Sheet, counted: Sequence[tuple[Category, int]]) -> list[tuple[Category | Level, int, int]]:
    """Each category or level the sheet declares: how many records are declared, and how many there are."""
    return [
        (kind, declared, sum(records for category, records in counted if kind in (category, category.level)))
        for kind, declared in sheet.totals.items()
    ]


def template() -> bytes:
    """The sheet to be filled in, as spreadsheet programs open it: every item and category, their contents left empty."""
    lines = ["项目,内容", *(f"{item}," for item in (*_ITEMS, *(category.zh for category in Category)))]
    return "\r\n".join([*lines, ""]).encode("utf-8-sig")


def require_totals(sheet: Sheet, counted: Sequence[tuple[Category, int]]) -> None:
    """Refuse a package whose records are not as many as declared, of each category and level; says which."""
    wrong = [each for each in totals(sheet, counted) if each[1] != each[2]]
    if wrong:
        zh = "；".join(f"{kind.zh}申报{declared}条，文件里有{found}条" for kind, declared, found in wrong)
        en = "; ".join(f"{kind.en}: {declared} declared, {found} in the files" for kind, declared, found in wrong)
        raise UnreadableFiling(f"条数与申报不符：{zh}。请核对后重新报送整个报送包。", f"Totals do not agree: {en}. Check them.")


def _cells(line: str, number: int) -> tuple[str, str]:
    """The first two cells of a line, both empty where it has fewer."""
    try:
        cells = next(csv.reader([line]), [])
    except csv.Error:
        raise _unclear(number) from None
    return (cells[0].strip(), cells[1].strip()) if len(cells) > 1 else ("", "")


def _only(sheet: Sheet) -> Category | None:
    kinds = [kind for kind in sheet.totals if isinstance(kind, Category)]
    return kinds[0] if len(kinds) == len(sheet.totals) == 1 else None


def _count(content: str, line: int) -> int:
    if not content.isascii() or not content.isdigit():
        raise _unclear(line)
    return int(content)


def _day(content: str | None) -> date | None:
    try:
        return date.fromisoformat(content) if content else None
    except ValueError:
        raise BadRequest(f"{SHEET}中的日期“{content}”无效，请写作2025-05-31。", f"“{content}” in {SHEET} is no date.") from None


def _unclear(line: int) -> BadRequest:
    items = "、".join(_ITEMS)
    return BadRequest(
        f"{SHEET}第{line}行看不懂。每行写“项目,内容”：项目可以是{items}、类别或级别（内容为条数）、数据文件名（内容为类别）。",
        f"Line {line} of {SHEET} is not understood: write an item and its content, as the manual says.",
    )
