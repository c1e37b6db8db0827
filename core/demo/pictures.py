"""The photos some filings of the synthetic nation come with: coloured noise, a picture of nobody, named by ID number.

Must not know how photos are checked.
"""

import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from core.demo.plan import Filing
from core.rules import RULES
from core.vocabulary import FindingClass

_FOUND = {0: "I12", 1: "A43", 2: "A44", 3: "A44", 4: "A45", 5: "X08", 6: "X08"}
"""What is to be found of the first rows of each of these filings, by row from 0."""
_MISSING, _BROKEN, _SMALL, _OLD, _BLANK, _ONE, _OTHER = range(7)
_TOGETHER, _TWICE = (7, 8), 9
"""Rows of the first of these filings that name one photo, and the row whose photo the second one has again."""
_GROUP, _STRAY = "合影.jpg", "无名氏.jpg"
_SIZE, _SMALL_SIZE, _OLD_SIZE, _GRAIN = (480, 640), (240, 320), (150, 210), (12, 16)


def found(filing: Filing) -> dict[int, tuple[str, FindingClass]]:
    """What is to be found of a filing's photos, by row from 0: the check and its class; an old size is only noted."""
    if filing.pictures is None:
        return {}
    told = _FOUND | ({_TWICE: "X08"} if filing.pictures == 1 else {})
    return {row: (rule, FindingClass.NOTE if row == _OLD else RULES[rule].cls) for row, rule in told.items()}


def named(cells: pl.DataFrame, filing: Filing) -> pl.DataFrame:
    """The cells as filed: in the first of these filings two people name one photo."""
    if filing.pictures != 0:
        return cells
    shared = pl.int_range(pl.len()).is_in(_TOGETHER)
    return cells.with_columns(ZP=pl.when(shared).then(pl.lit(_GROUP)).otherwise("ZP"))


def write(path: Path, cells: pl.DataFrame, filing: Filing, rng: np.random.Generator) -> None:
    """Write the photos of a filing as a zip, one of each person but for what is to be found wrong."""
    numbers = cells["ZJHM"].to_list()
    pictures = {f"{number}.jpg": _picture(row, rng) for row, number in enumerate(numbers) if row != _MISSING}
    pictures[f"{numbers[_OTHER]}.jpg"] = pictures[f"{numbers[_ONE]}.jpg"]
    if filing.pictures in (0, 1):
        pictures[(_GROUP, _STRAY)[filing.pictures]] = _noise(_SIZE, rng)
        pictures[f"{numbers[_TWICE]}.jpg"] = _noise(_SIZE, np.random.default_rng(_TWICE))
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in pictures.items():
            packed.writestr(zipfile.ZipInfo(name), content)


def _picture(row: int, rng: np.random.Generator) -> bytes:
    if row == _BROKEN:
        return _noise(_SIZE, rng)[:8_000]
    if row == _BLANK:
        return _jpeg(Image.fromarray(rng.integers(110, 140, (_SIZE[1], _SIZE[0], 3), dtype=np.uint8)))
    return _noise({_SMALL: _SMALL_SIZE, _OLD: _OLD_SIZE}.get(row, _SIZE), rng)


def _noise(size: tuple[int, int], rng: np.random.Generator) -> bytes:
    """Patches of colour, and grain on them for the size of a real photo."""
    patches = Image.fromarray(rng.integers(0, 256, (_GRAIN[1], _GRAIN[0], 3), dtype=np.uint8)).resize(size)
    grain = rng.integers(-12, 13, (size[1], size[0], 1))
    return _jpeg(Image.fromarray(np.clip(np.asarray(patches) + grain, 0, 255).astype(np.uint8)))


def _jpeg(image: Image.Image) -> bytes:
    content = BytesIO()
    image.save(content, "JPEG", quality=75)
    return content.getvalue()
