"""Photos are looked at one at a time, found to be whose they are, and judged with their filing. All are drawn here."""

import hashlib
import io
import os
import random
import re
import struct
import zipfile
from pathlib import Path

import polars as pl
import pytest
from PIL import ExifTags, Image

from core import checking, comparison, facts, photos, reading
from core import draft as drafts
from core.checking import FILING_ROW
from core.errors import BadRequest
from core.record import LAYOUTS
from core.rules import Context
from core.vocabulary import FindingClass
from tests.builders import a_context, a_csv, a_number, people

NUMBER = "110101200303072137"
OTHER = a_number(7)
OURS = ["I12", "A43", "A44", "A45", "A46", "X08"]


def a_photo(width: int = 480, height: int = 640, *, mode: str = "RGB", seed: int = 1, **how: object) -> bytes:
    """A JPEG of coarse random blocks: no person, but as uneven as a portrait and of a usual size."""
    blocks = Image.frombytes("L", (12, 16), random.Random(seed).randbytes(12 * 16))
    return _saved(blocks.resize((width, height)).convert(mode), **{"quality": 60, **how})


def a_blank(width: int = 480, height: int = 640) -> bytes:
    """A JPEG of one blue, as large in bytes as a portrait."""
    return _saved(Image.new("RGB", (width, height), (60, 110, 200))) + bytes(12_000)


def _saved(image: Image.Image, form: str = "JPEG", **how: object) -> bytes:
    written = io.BytesIO()
    image.save(written, form, **how)
    return written.getvalue()


def _turned() -> bytes:
    told = Image.Exif()
    told[ExifTags.Base.Orientation] = 6
    return a_photo(640, 480, exif=told)


def _vast() -> bytes:
    """A JPEG whose header claims 30,000 pixels each way."""
    small = bytearray(a_photo(16, 16))
    place = small.index(b"\xff\xc0")
    small[place + 5:place + 9] = struct.pack(">HH", 30_000, 30_000)
    return bytes(small)


def _endless() -> bytes:
    """A JPEG that would be decoded scan after scan."""
    sound = a_photo(progressive=True)
    last = sound.rindex(b"\xff\xda")
    return sound[:last] + sound[last:-2] * 200 + sound[-2:]


PNG = _saved(Image.new("RGB", (480, 640), "blue"), "PNG")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="480" height="640"><rect width="480" height="640"/></svg>'


def a_folder(folder: Path, files: dict[str, bytes]) -> Path:
    """Files below a folder by their paths."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def a_zip(path: Path, files: dict[str, bytes], *, how: int = zipfile.ZIP_DEFLATED) -> Path:
    """Files in a zip under the names given; names are marked as UTF-8 where they are not plain."""
    with zipfile.ZipFile(path, "w", how) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


class _Unmarked(zipfile.ZipInfo):
    """A member whose name is bytes of some code page, with no word on which: as Windows and macOS pack."""

    raw: bytes

    def _encodeFilenameFlags(self):  # noqa: N802
        return self.raw, self.flag_bits


def a_zip_of_bytes(path: Path, files: dict[bytes, bytes]) -> Path:
    """Files in a zip whose names are bytes without the mark of UTF-8."""
    with zipfile.ZipFile(path, "w") as packed:
        for raw, content in files.items():
            member = _Unmarked("x")
            member.raw = raw
            packed.writestr(member, content)
    return path


def one(folder: Path, content: bytes) -> dict[str, object]:
    """What is seen of one file named by an ID number."""
    return photos.inspect(a_folder(folder, {f"{NUMBER}.jpg": content})).row(0, named=True)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (a_photo(), (480, 640)),
        (a_photo(150, 210), (150, 210)),
        (a_photo(progressive=True), (480, 640)),
        (a_photo(mode="CMYK"), (480, 640)),
        (a_photo(mode="CMYK", progressive=True), (480, 640)),
        (a_photo(mode="L"), (480, 640)),
        (_turned(), (480, 640)),
        (a_photo(1, 1), (1, 1)),
        (a_photo(4_000, 6_000, quality=5), (4_000, 6_000)),
    ],
    ids=["baseline", "legacy", "progressive", "cmyk", "cmyk progressive", "grey", "turned by EXIF", "one pixel", "large"],
)
def test_every_kind_of_jpeg_is_readable_and_measured_as_it_is_shown(tmp_path, content, size):
    seen = one(tmp_path, content)

    assert seen["readable"]
    assert (seen["width"], seen["height"]) == size
    assert seen["sha256"] == hashlib.sha256(content).hexdigest()
    assert seen["size"] == len(content)


@pytest.mark.parametrize(
    "content",
    [
        a_photo()[:-400], a_photo(progressive=True)[:3_000], a_photo()[:20], PNG, SVG, b"", b"\xff\xd8\xff\xe0", _vast(),
        a_photo(5_001, 5_000, quality=1), a_photo() + bytes(photos.LARGEST), _endless(),
    ],
    ids=[
        "truncated", "progressive truncated", "header alone", "PNG", "SVG", "empty", "start alone", "30,000 pixels square",
        "25 megapixels", "5 MB", "endless scans",
    ],
)
def test_what_is_no_sound_jpeg_of_a_sane_size_is_unreadable_and_not_measured(tmp_path, content):
    seen = one(tmp_path, content)

    assert not seen["readable"]
    assert (seen["width"], seen["height"], seen["contrast"]) == (None, None, None)
    assert (seen["sha256"], seen["size"]) == (hashlib.sha256(content).hexdigest(), len(content))


@pytest.mark.filterwarnings("ignore")  # Pillow says of damaged EXIF that it is damaged
def test_damaged_bytes_never_raise(tmp_path):
    chance = random.Random(5)
    sound = [_turned(), a_photo(90, 120, progressive=True), a_photo(90, 120, mode="CMYK")]
    damaged = {}
    for number in range(600):
        content = bytearray(chance.choice(sound))
        for _ in range(chance.randint(1, 12)):
            content[chance.randrange(chance.choice((200, len(content))))] = chance.randrange(256)
        damaged[f"{number:04d}.jpg"] = bytes(content)

    seen = photos.inspect(a_zip(tmp_path / "damaged.zip", damaged))

    assert seen.height == 600
    assert seen["readable"].null_count() == 0


def test_contrast_tells_a_blank_photo_from_a_portrait_whatever_its_size(tmp_path):
    blank, grey = one(tmp_path, a_blank()), one(tmp_path, _saved(Image.new("L", (150, 210), 128)))
    drawn = [one(tmp_path, a_photo(*size))["contrast"] for size in ((150, 210), (480, 640), (960, 1280))]

    assert blank["readable"] and grey["readable"]
    assert max(blank["contrast"], grey["contrast"]) < 2
    assert all(20 < contrast < 127 for contrast in drawn)


def test_nested_folders_and_upper_case_are_read_and_what_systems_add_is_passed_over(tmp_path):
    files = {
        "计算机学院/11010120030307002x.JPG": a_photo(), "a/b/c/２０２１０１.Jpeg": a_photo(), f"{NUMBER}": a_photo(),
        "__MACOSX/a/._x.jpg": b"junk", ".DS_Store": b"junk", "a/._x.jpg": b"junk", "Thumbs.db": b"junk", "a/desktop.ini": b"",
    }

    in_folder = photos.inspect(a_folder(tmp_path / "folder", files))
    in_zip = photos.inspect(a_zip(tmp_path / "photos.zip", files))

    assert in_folder.schema == photos.PHOTOS
    assert sorted(in_folder["stem"]) == sorted(["11010120030307002X", "202101", NUMBER])
    assert in_folder.equals(in_zip)
    assert in_folder["file_name"].to_list()[-1] == "计算机学院/11010120030307002x.JPG"


def test_an_empty_folder_or_zip_has_no_photos(tmp_path):
    (tmp_path / "folder").mkdir()

    assert photos.inspect(tmp_path / "folder").schema == photos.PHOTOS
    assert photos.inspect(a_zip(tmp_path / "empty.zip", {})).is_empty()


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "gb18030"])
def test_names_without_a_word_on_their_encoding_are_read(tmp_path, encoding):
    name = "照片誠/张三2021010001.JPG"  # 誠 ends in a backslash in GBK

    seen = photos.inspect(a_zip_of_bytes(tmp_path / "photos.zip", {name.encode(encoding): a_photo()}))

    assert seen.select("file_name", "stem", "readable").row(0) == (name, "张三2021010001", True)


def test_names_in_a_folder_that_are_not_utf_8_are_read_too(tmp_path):
    (tmp_path / os.fsdecode("张三.jpg".encode("gbk"))).write_bytes(a_photo())

    assert photos.inspect(tmp_path)["file_name"].to_list() == ["张三.jpg"]


def test_a_name_that_leads_elsewhere_leads_nowhere(tmp_path):
    packed = a_zip(tmp_path / "photos.zip", {
        "../x.jpg": a_photo(), "/etc/y.jpg": a_photo(), "C:\\Users\\z.jpg": a_photo(), "..\\..\\w.jpg": a_photo(),
    })

    seen = photos.inspect(packed)

    assert seen["file_name"].to_list() == ["Users/z.jpg", "etc/y.jpg", "w.jpg", "x.jpg"]
    assert seen["stem"].to_list() == ["Z", "Y", "W", "X"]
    assert list(tmp_path.rglob("*")) == [packed]


def test_links_and_pipes_in_a_folder_are_not_followed(tmp_path):
    a_folder(tmp_path, {"outside/secret.jpg": a_photo(), "folder/a.jpg": a_photo()})
    (tmp_path / "folder" / "b.jpg").symlink_to(tmp_path / "outside" / "secret.jpg")
    (tmp_path / "folder" / "c").symlink_to(tmp_path / "outside")
    os.mkfifo(tmp_path / "folder" / "d.jpg")

    assert photos.inspect(tmp_path / "folder")["stem"].to_list() == ["A"]


def test_a_bomb_in_a_zip_is_an_unreadable_photo(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        with packed.open(f"{NUMBER}.jpg", "w") as member:
            member.write(a_photo())
            for _ in range(200):
                member.write(bytes(1024**2))
        packed.writestr(f"{OTHER}.jpg", a_photo())

    seen = photos.inspect(tmp_path / "bomb.zip")

    assert (tmp_path / "bomb.zip").stat().st_size < 1024**2
    assert dict(seen.select("stem", "readable").iter_rows()) == {NUMBER: False, OTHER: True}


def _truncated(path: Path) -> Path:
    whole = a_zip(path, {f"{number}.jpg": a_photo() for number in range(3)}).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def _changed(path: Path, *changes: tuple[bytes, int, bytes]) -> Path:
    """A zip of one photo with bytes changed so far behind every place where others stand."""
    content = bytearray(a_zip(path, {"a.jpg": a_photo()}, how=zipfile.ZIP_STORED).read_bytes())
    for mark, behind, new in changes:
        place = content.index(mark) + behind
        content[place:place + len(new)] = new
    path.write_bytes(content)
    return path


def _crowded(path: Path) -> Path:
    return a_zip(path, {f"{number}.jpg": b"" for number in range(60_000)}, how=zipfile.ZIP_STORED)


LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
REFUSED = {
    "missing": lambda path: path,
    "not a zip": lambda path: a_folder(path.parent, {path.name: a_photo()}) / path.name,
    "empty file": lambda path: a_folder(path.parent, {path.name: b""}) / path.name,
    "truncated": _truncated,
    "data damaged": lambda path: _changed(path, (b"a.jpg", 900, b"\0\0\0\0")),
    "with a password": lambda path: _changed(path, (LOCAL, 6, b"\1\0"), (CENTRAL, 8, b"\1\0")),
    "packed in an unknown way": lambda path: _changed(path, (LOCAL, 8, b"\x09\0"), (CENTRAL, 10, b"\x09\0")),
    "a name that is not the UTF-8 it says": lambda path: _changed(path, (CENTRAL, 8, b"\0\x08"), (CENTRAL, 46, b"\xff")),
    "4 GB unpacked": lambda path: _changed(path, (CENTRAL, 24, struct.pack("<I", 4_000_000_001))),
    "60,000 files": _crowded,
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_a_sound_folder_or_zip_of_a_sane_size_is_refused_with_what_to_do(tmp_path, kind):
    source = REFUSED[kind](tmp_path / "photos.zip")

    with pytest.raises(BadRequest, match=r"\.$") as refusal:
        photos.inspect(source)

    assert "请" in refusal.value.zh and refusal.value.zh.endswith("。")
    assert "a.jpg" not in f"{refusal.value.zh}{refusal.value.en}{refusal.value.__cause__}"
    asked = {"with a password": "密码", "4 GB unpacked": "GB", "60,000 files": "60000"}
    assert asked.get(kind, "请重新打包") in refusal.value.zh


def seen(*stems: str, **shas: str) -> pl.DataFrame:
    """Photos of these stems, each another picture unless `shas` says which, as `inspect` finds them."""
    lines = [
        {"file_name": f"{stem}.jpg", "stem": stem, "sha256": shas.get(f"n{place}", f"sha {place}"), "size": 40_000 + place,
         "readable": True, "width": 480, "height": 640, "contrast": 45.0}
        for place, stem in enumerate(stems)
    ]
    return pl.DataFrame(lines, photos.PHOTOS)


def some_people(*lines: tuple[str | None, ...]) -> pl.DataFrame:
    """Records from row 2: ID number, certificate, student number, photo's name."""
    kinds = dict.fromkeys(("id_number", "certificate", "XH", "ZP"), pl.String)
    return pl.DataFrame(list(lines), kinds, orient="row").with_row_index("row", 2).with_columns(pl.col("row").cast(pl.Int64))


ONE = (NUMBER, "8090142025000123", "2021010001", None)
TWO = ("11010120030307002X", "8090142025000124", "2021010002", None)


@pytest.mark.parametrize(
    ("name", "filed"),
    [
        ("P0001.JPG", "p0001.jpg"), ("p0001.jpg", "P0001"), ("p0001.jpeg", r"D:\photos\p0001.jpg"), ("11010120030307002x.jpg", None),
        ("11010120030307002X.jpg", "11010120030307002x.JPG"), ("8090142025000124.jpg", None), ("２０２１０１０００２.jpg", None),
        ("张三 2021010002.jpg", "张三2021010002.jpg"), ("a/b/2021010002", None),
    ],
)
def test_a_photo_is_found_by_its_filed_name_id_certificate_or_student_number(tmp_path, name, filed):
    inspected = photos.inspect(a_folder(tmp_path, {name: a_photo()}))

    found = photos.matched(inspected, some_people(ONE, (*TWO[:3], filed)))

    assert found.facts["known_photos"].to_list() == [0, 1]
    assert found.pairs.select("row", "file_name").rows() == [(3, name)]
    assert (found.unmatched, found.ambiguous) == (0, 0)


def test_facts_have_their_types_and_a_line_for_every_record():
    found = photos.matched(seen(NUMBER, "nobody"), some_people(ONE, TWO, (None, None, None, None)))

    told = {name: kind for name, kind in facts.KNOWN.items() if name.startswith("known_photo")}
    assert dict(found.facts.schema) == {"row": pl.Int64(), **told}
    assert found.facts["row"].to_list() == [2, 3, 4]
    assert found.facts.row(0, named=True) == {
        "row": 2, "known_photos": 1, "known_photo_readable": True, "known_photo_width": 480, "known_photo_height": 640,
        "known_photo_bytes": 40_000, "known_photo_contrast": 45.0, "known_photo_twin": False,
    }
    assert found.facts.row(2) == (4, 0, *[None] * 6)
    assert found.pairs.columns == ["row", "sha256", "file_name", "width", "height", "size", "contrast"]
    assert found.whole() == {"whole_photos_unmatched": 1, "whole_photos_ambiguous": 0}


def test_no_photos_or_no_people_are_matched_without_ado():
    nothing = pl.DataFrame(schema=photos.PHOTOS)

    assert photos.matched(nothing, some_people(ONE)).facts["known_photos"].to_list() == [0]
    assert photos.matched(seen("x"), some_people()).whole()["whole_photos_unmatched"] == 1


def test_the_filed_name_decides_before_numbers_do():
    ours = some_people((*ONE[:3], TWO[0]), TWO)

    found = photos.matched(seen(TWO[0]), ours)

    assert found.pairs["row"].to_list() == [2]
    assert found.ambiguous == 0


def test_a_photo_that_fits_two_persons_belongs_to_neither():
    ours = some_people((*ONE[:3], "photo.jpg"), (*TWO[:3], "photo"))

    found = photos.matched(seen("PHOTO", NUMBER), ours)

    assert found.facts["known_photos"].to_list() == [1, 0]
    assert (found.unmatched, found.ambiguous) == (0, 1)


def test_two_degrees_of_one_person_share_the_photo_named_by_the_id_number():
    second = (NUMBER, "8090142025000125", "2021010003", NUMBER)

    found = photos.matched(seen(NUMBER), some_people((*ONE[:3], NUMBER), second, TWO))

    assert found.facts["known_photos"].to_list() == [1, 1, 0]
    assert found.facts["known_photo_twin"].to_list() == [False, False, None]
    assert (found.unmatched, found.ambiguous) == (0, 0)


def test_a_placeholder_is_nobodys_name():
    found = photos.matched(seen("无", "0"), some_people(("无", "1", "0", "无"), ("无", "2", None, "无")))

    assert found.facts["known_photos"].to_list() == [0, 0]
    assert found.unmatched == 2


def test_of_two_files_for_one_record_the_first_by_name_counts():
    found = photos.matched(seen(NUMBER, "8090142025000123", NUMBER), some_people(ONE))

    assert found.facts["known_photos"].to_list() == [3]
    assert found.pairs["file_name"].to_list() == [f"{NUMBER}.jpg"]
    assert found.pairs["sha256"].to_list() == ["sha 0"]
    assert (found.unmatched, found.ambiguous) == (0, 0)


def test_one_picture_of_two_persons_makes_them_twins_and_one_persons_two_files_do_not():
    ours = some_people(ONE, TWO, (OTHER, "8090142025000126", "2021010004", None))
    pictures = seen(NUMBER, TWO[0], OTHER, "2021010004", n0="same", n1="same", n2="mine", n3="mine")

    found = photos.matched(pictures, ours)

    assert found.facts["known_photo_twin"].to_list() == [True, True, False]


def _seeded(folder: Path, records: list[dict[str, str | None]]) -> Path:
    """A zip of photos for ten records, each but the first two with something of its own."""
    number = [record["ZJHM"] for record in records]
    shared = a_photo(seed=99)
    return a_zip(folder / "photos.zip", {
        f"{number[0]}.jpg": a_photo(seed=1), f"照片/{records[1]['XWZSBH']}.JPG": a_photo(seed=2, progressive=True),
        # the third has none
        f"{number[3]}.jpg": PNG, f"{number[4]}.jpg": a_photo(200, 200), f"{number[5]}.jpg": a_photo(150, 210),
        f"{number[6]}.jpg": a_blank(), f"{number[7]}.jpg": shared, f"{records[8]['XH']}.jpg": shared,
        f"{number[9]}.jpg": a_photo(seed=4)[:-300], "__MACOSX/._x.jpg": b"junk",
    })


def _judged(tmp_path: Path, files: Path, records: list[dict[str, str | None]]) -> checking.Checked:
    source = reading.open_filing(a_csv(tmp_path / "filing.csv", records))
    drawn = drafts.draw_up(source, _context(photos=True), tmp_path)
    return comparison.complete(drafts.with_photos([drawn], files)).alone()


def _context(**changes: object) -> Context:
    return a_context(columns=frozenset(LAYOUTS["new27"].codes), **changes)


def test_a_filing_is_judged_with_its_photos(tmp_path):
    records = people(10)

    checked = _judged(tmp_path, _seeded(tmp_path, records), records)

    assert checked.findings.select("row", "rule", "class", "field").rows() == [
        (4, "I12", FindingClass.INCOMPLETE, "ZJHM"), (5, "A43", FindingClass.INACCURATE, "ZJHM"),
        (6, "A44", FindingClass.INACCURATE, "ZJHM"), (7, "A44", FindingClass.NOTE, "ZJHM"),
        (8, "A45", FindingClass.NOTE, "ZJHM"), (9, "X08", FindingClass.INACCURATE, "ZJHM"),
        (10, "X08", FindingClass.INACCURATE, "ZJHM"), (11, "A43", FindingClass.INACCURATE, "ZJHM"),
    ]
    counted = checked.tally.filter(pl.col("rule").is_in(OURS)).select("rule", "evaluated", "failed", "not_evaluated")
    assert counted.rows() == [
        ("I12", 10, 1, 0), ("A43", 9, 2, 1), ("A44", 7, 2, 3), ("A45", 7, 1, 3), ("A46", 1, 0, 0), ("X08", 9, 2, 1),
    ]


@pytest.mark.parametrize(
    ("stray", "cls", "counted"),
    [
        ({"nobody.jpg": a_photo(seed=50)}, FindingClass.NOTE, "10"),
        ({"nobody.jpg": a_photo(seed=50), "同名.jpg": a_photo(seed=51)}, FindingClass.INACCURATE, "11"),
    ],
    ids=["of nobody", "of two"],
)
def test_photos_that_fit_nobody_are_told_and_those_that_fit_two_are_wrong(tmp_path, stray, cls, counted):
    records = people(3)
    records = [*records[:1], *({**record, "ZP": "同名"} for record in records[1:])]
    files = {f"{record['ZJHM']}.jpg": a_photo(seed=place) for place, record in enumerate(records)} | stray

    findings = _judged(tmp_path, a_zip(tmp_path / "photos.zip", files), records).findings

    assert findings.select("row", "rule", "class", "field").rows() == [(FILING_ROW, "A46", cls, "ZP")]
    assert sorted(re.findall(r"\d+", findings["value"][0])) == sorted(counted)


def test_without_photos_nothing_is_said_of_them(tmp_path):
    source = reading.open_filing(a_csv(tmp_path / "filing.csv", people(2)))

    checked = comparison.complete([drafts.draw_up(source, _context(), tmp_path)])

    asked = checked.tally.filter(pl.col("rule").is_in(OURS))
    assert checked.findings.is_empty()
    assert (asked.height, asked["evaluated"].sum()) == (6, 0)
