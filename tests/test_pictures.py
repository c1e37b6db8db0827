"""Photos are kept by the hash of their bytes, whole or not at all, and shown upright and small to those who may see them."""

import io

import pytest
from PIL import Image

from core import admission, intake, photos, pictures, reading
from core.errors import DuplicateFiling
from core.vocabulary import Duty
from tests.builders import SECRET, a_csv, at_desk, declared, people
from tests.test_photos import a_photo, a_zip


def filed_with(desk, records, pack, name="filing.csv"):
    path = a_csv(desk.db.folder.parent / name, records)
    source = reading.open_filing(path)
    zipped = a_zip(desk.db.folder.parent / "photos.zip", pack)
    draft = admission.preview(desk, source, declared(), photos=zipped)
    return intake.receive(desk, draft, declared(), source, name).filing_id


def first_record(desk, filing):
    return desk.db.frame("SELECT min(record_id) AS n FROM record WHERE filing_id = $id", id=filing).item()


def kept(desk):
    return sorted(path.name for path in (desk.db.folder / "photos").glob("*/*")) if (desk.db.folder / "photos").exists() else []


def test_a_records_photo_is_kept_byte_for_byte_and_shown_small(desk):
    record = people(1)
    filing = filed_with(desk, record, {f"{record[0]['ZJHM']}.JPG": a_photo()})
    told = pictures.of_record(desk, first_record(desk, filing))
    path = pictures.place(desk.db.folder, told["sha256"])

    assert path.read_bytes() == a_photo()
    with Image.open(io.BytesIO(pictures.small(desk, first_record(desk, filing)))) as small:
        assert small.size == (150, 200) and small.mode == "RGB"


def test_a_cmyk_photo_turned_by_its_orientation_is_shown_upright_in_rgb(desk):
    exif = Image.Exif()
    exif[0x0112] = 6
    record = people(1)
    filing = filed_with(desk, record, {f"{record[0]['ZJHM']}.jpg": a_photo(640, 480, mode="CMYK", exif=exif)})

    with Image.open(io.BytesIO(pictures.small(desk, first_record(desk, filing)))) as small:
        assert small.height > small.width and small.mode == "RGB"


def test_what_is_nobodys_is_not_kept_and_one_picture_is_kept_once(desk):
    records = people(2)
    same = a_photo(seed=5)
    filed_with(desk, records, {f"{each['ZJHM']}.jpg": same for each in records} | {"stranger.jpg": a_photo(seed=9)})

    assert len(kept(desk)) == 1


def test_looking_at_a_filing_first_keeps_no_photo(desk):
    record = people(1)
    path = a_csv(desk.db.folder.parent / "filing.csv", record)
    zipped = a_zip(desk.db.folder.parent / "photos.zip", {f"{record[0]['ZJHM']}.jpg": a_photo()})
    admission.preview(desk, reading.open_filing(path), declared(), photos=zipped).discard()

    assert kept(desk) == []


def test_a_filing_received_already_is_refused_with_its_photos(desk):
    record = people(1)
    filed_with(desk, record, {f"{record[0]['ZJHM']}.jpg": a_photo()})

    with pytest.raises(DuplicateFiling):
        filed_with(desk, record, {f"{record[0]['ZJHM']}.jpg": a_photo(seed=2)})
    assert len(kept(desk)) == 1


@pytest.mark.parametrize(
    "content", [b"<svg/>", b"", a_photo()[:500], b"\xff\xd8" + bytes(photos.LARGEST + 10)], ids=["svg", "empty", "cut", "huge"]
)
def test_what_is_no_sound_jpeg_is_never_shown(desk, content):
    record = people(1)
    filing = filed_with(desk, record, {f"{record[0]['ZJHM']}.jpg": content})

    assert pictures.small(desk, first_record(desk, filing)) is None


def test_the_photo_of_a_classified_person_or_of_another_province_is_not_shown(desk):
    record = people(1, **SECRET)
    filing = filed_with(desk, record, {f"{record[0]['ZJHM']}.jpg": a_photo()})
    number = first_record(desk, filing)

    assert pictures.small(desk, number) is not None
    assert pictures.small(at_desk(desk, Duty.READ), number) is None
    assert pictures.small(at_desk(desk, *Duty, province="31"), number) is None
