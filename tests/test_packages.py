"""上网数据包: full sets and deltas, and what is told of one that is not as it was made."""

import hashlib
import json
import shutil

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import lookup, package_folder, pictures, public_package
from core.database import Database
from core.errors import BrokenPackage, NotAllowed, NotFound
from core.public import package as packages
from core.public.verifying import verify
from core.public_package import Public
from core.record import COLUMNS, PUBLIC
from core.ruleset import shipped
from tests.builders import TERM, a_desk, a_filing, a_record, people, released
from tests.builders_packages import MARCH, a_delta, a_full, a_number, certificates, public, told


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    """A store to file certificates beside; packages of each test lie in a root of their own."""
    db = Database.open(tmp_path_factory.mktemp("packages") / "store")
    yield db
    db.close()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "packages"


@pytest.fixture
def history(db, root):
    """A full package, two deltas and the next full one."""
    first = certificates(n1="张明", n2="李明", n3="王明")
    second = certificates(n1="张明", n2="李敏", n4="赵明")
    third = certificates(n1="张明", n3="王明", n4="赵明")
    return [a_full(db, root, first), a_delta(db, root, second), a_delta(db, root, third), a_full(db, root, third)]


def _line_of(desk, root, **asked):
    with desk.db.snapshot() as seen:
        return public_package.write_full(seen, Public(desk.db.folder, shipped(), desk.now(), **asked), root)


def test_a_full_package_holds_what_is_on_line_sorted_by_number(tmp_path, root):
    desk = a_desk(tmp_path)
    a_filing(desk, people(5), approved=True)
    a_filing(desk, people(3, first=5, institution="80902"), institution="80902", approved=True, name="other.csv")
    released(desk, TERM, counted=8)
    a_filing(desk, people(2, first=10), approved=True, name="waiting.csv")

    package = _line_of(desk, root)

    rows = pl.read_parquet(package.data)
    assert rows.columns == list(packages.FIELDS)
    assert rows["XWZSBH"].to_list() == [
        f"{'80901' if place <= 5 else '80902'}42025{place:06d}" for place in range(1, 9)
    ]
    assert package.manifest.counts == [
        {"province": "11", "level": "4", "term": "2024-2", "records": 5},
        {"province": "31", "level": "4", "term": "2024-2", "records": 3},
    ]
    assert package.manifest.ruleset["fingerprint"] == shipped().fingerprint
    assert verify(root) == [package]


@pytest.mark.parametrize("layout", ["dbf34", "named", "new27"])
def test_a_package_says_of_every_certificate_what_the_desks_own_lookup_says(tmp_path, root, layout):
    desk = a_desk(tmp_path)
    told_in_codes = {"XB": None, "XWLB": None, "XWSYDW": None} if layout == "named" else {}
    records = [*people(3, **told_in_codes), a_record(XM=" 阿依古丽·买买提 ", XMPY=None, ZYMC="　计算机科学与技术")]
    a_filing(desk, records, approved=True, layout=layout)
    released(desk, TERM, counted=4)

    rows = pl.read_parquet(_line_of(desk, root).data).to_dicts()

    assert len(rows) == 4
    for row in rows:
        shown = {code: value for code, value in row.items() if value and code in PUBLIC}
        assert lookup.find(desk.db, row["XM"], row["XWZSBH"]).content == shown
        assert shown["XWSYDW"] == "示例科学研究院"


def test_a_code_is_told_in_the_words_of_the_day_of_conferral(db, root):
    reference = shipped().reference
    renamed = next(
        (earlier, later)
        for (earlier, later) in _renamed(reference.table("institutions"))
    )
    (code, before, day_before), (_, after, day_after) = renamed
    wanted = {
        a_number("n1"): a_record(XWSYDW=None, XWSYDWM=code, HXWRQ=f"{day_before:%Y%m%d}"),
        a_number("n2"): a_record(XWSYDW=" ", XWSYDWM=code, HXWRQ=f"{day_after:%Y-%m-%d}"),
        a_number("n3"): a_record(XWSYDW="自填名称", XWSYDWM=code, HXWRQ=f"{day_after:%Y%m%d}"),
        a_number("n4"): a_record(XWSYDW=None, XWSYDWM="00000", HXWRQ=None),
    }

    rows = pl.read_parquet(a_full(db, root, wanted).data)

    assert rows["XWSYDW"].to_list() == [before, after, "自填名称", None]


def _renamed(institutions):
    dated = institutions.filter(pl.col("valid_to").is_not_null())
    for code, name, last_day in dated.select("code", "name", "valid_to").iter_rows():
        later = institutions.filter(pl.col("code") == code, pl.col("valid_from") > last_day)
        for new_name, first_day in later.select("name", "valid_from").iter_rows():
            yield (code, name, last_day), (code, new_name, first_day)


def test_no_column_that_is_not_on_the_certificate_can_get_into_a_package(db, root):
    marked = {code: f"mark-{code}" for code in COLUMNS if code not in PUBLIC}
    first, second = {a_number("n1"): a_record(**marked)}, {a_number("n1"): a_record(XM="张敏", **marked)}

    packed = [a_full(db, root, first), a_delta(db, root, second)]

    for package in packed:
        rows = pl.read_parquet(package.data)
        assert set(rows.columns) - {"change"} == {*PUBLIC, "photo"}
        assert "mark-" not in str(rows.to_dicts())
        assert "mark-" not in package.manifest.written().decode()


@pytest.mark.parametrize("column", ["ZJHM", "MZ", "LWTM", "record_id"])
def test_a_package_with_any_other_column_is_refused_however_well_it_is_hashed(db, root, column):
    package = a_full(db, root, certificates(n1="张明"))
    _forge(package, lambda rows: rows.with_columns(pl.lit("x").alias(column)))

    with pytest.raises(BrokenPackage, match="other than certificate content"):
        verify(package.folder)


def test_a_delta_tells_what_was_added_changed_and_removed_and_no_more_than_the_number_of_what_is_removed(history):
    _, first, second, _ = history

    rows = pl.read_parquet(first.data)

    assert rows.select("change", "XWZSBH", "XM").rows() == [
        ("change", a_number("n2"), "李敏"), ("remove", a_number("n3"), None), ("add", a_number("n4"), "赵明"),
    ]
    assert rows.filter(change="remove").drop("change", "XWZSBH").null_count().sum_horizontal().item() == len(packages.FIELDS) - 1
    assert first.manifest.changes == {"add": 1, "change": 1, "remove": 1}
    assert (first.manifest.records, second.manifest.records) == (3, 3)


def test_when_nothing_changed_there_is_no_package(db, root):
    wanted = certificates(n1="张明", n2="李明")
    a_full(db, root, wanted)

    assert a_delta(db, root, wanted) is None
    assert [package.manifest.number for package in packages.every(root)] == [1]


def test_a_delta_over_known_numbers_looks_at_those_alone(db, root):
    a_full(db, root, certificates(n1="张明", n2="李明", n3="王明"))

    taken_down = a_delta(db, root, certificates(n1="张明", n3="王明"), among=f"SELECT '{a_number('n2')}'")

    assert pl.read_parquet(taken_down.data).select("change", "XWZSBH").rows() == [("remove", a_number("n2"))]
    verify(root)


def test_a_delta_that_would_miss_a_change_is_not_written(db, root):
    a_full(db, root, certificates(n1="张明", n2="李明", n3="王明"))

    with pytest.raises(NotAllowed, match="More has changed"):
        a_delta(db, root, certificates(n1="张明"), among=f"SELECT '{a_number('n2')}'")

    assert len(packages.every(root)) == 1


def test_the_last_certificate_can_be_taken_down_and_a_first_one_put_up_again(db, root):
    a_full(db, root, certificates(n1="张明"))

    a_delta(db, root, {})
    a_full(db, root, {})
    a_delta(db, root, certificates(n2="李明"))

    assert [package.manifest.records for package in verify(root)] == [1, 0, 0, 1]


def test_there_is_no_delta_before_a_full_package(db, root):
    with pytest.raises(NotAllowed, match="no full package"):
        a_delta(db, root, certificates(n1="张明"))

    assert packages.every(root) == []


@pytest.mark.parametrize("wrong", [{"numbers": [a_number("n1")] * 2}, {"numbers": [a_number("n1"), None]}], ids=["twice", "missing"])
def test_a_number_that_is_missing_or_twice_is_told_and_nothing_is_written(db, root, wrong):
    asked = public(db, certificates(n1="张明", n2="李明"))

    with db.snapshot() as seen, pytest.raises(NotAllowed, match="^1 of the records"):
        public_package.write_full(seen, Public(asked.folder, asked.ruleset, MARCH, asked.chosen, asked.params | wrong), root)

    assert packages.every(root) == []


def test_a_record_whose_filed_row_is_lost_is_told_and_nothing_is_written(db, root):
    asked = public(db, certificates(n1="张明", n2="李明"))
    filed = db.folder / "filings" / asked.params["parquet"]
    pl.read_parquet(filed).head(1).write_parquet(filed)

    with db.snapshot() as seen, pytest.raises(NotFound, match="1 records"):
        public_package.write_full(seen, asked, root)

    assert [path.name for path in root.iterdir()] == [".writing"]


def test_two_packages_are_not_written_at_once(db, root):
    asked = public(db, certificates(n1="张明"))
    with package_folder.turn(root), db.snapshot() as seen, pytest.raises(NotAllowed, match="being written"):
        public_package.write_full(seen, asked, root)


NAMES = st.sampled_from(["张明", "李明", "阿依古丽·买买提", "SMITH John"])
STATES = st.dictionaries(st.sampled_from([f"n{place}" for place in range(8)]), NAMES)


@settings(max_examples=12, deadline=None)
@given(states=st.lists(STATES, min_size=1, max_size=6))
def test_a_full_package_with_the_deltas_after_it_is_the_next_full_package(db, tmp_path_factory, states):
    root = tmp_path_factory.mktemp("history")
    written = [a_full(db, root, certificates(**states[0]))]
    for state in states[1:]:
        written.append(a_delta(db, root, certificates(**state)))
    chain = [package for package in written if package]

    applied = told(packages.certificates(chain))
    a_full(db, root, certificates(**states[-1]))

    assert applied == {a_number(key): name for key, name in states[-1].items()}
    assert list(applied) == sorted(applied)
    assert len(verify(root)) == len(chain) + 1


def test_each_package_verifies_alone_with_what_it_follows_from(history, root):
    assert [len(verify(package.folder)) for package in history] == [1, 2, 3, 4]
    assert len(verify(root)) == 4


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("name", ["data", "manifest"])
def test_any_altered_byte_is_told(history, root, place, name):
    package = history[place]
    path = package.data if name == "data" else package.folder / packages.MANIFEST
    sound = path.read_bytes()
    for at in range(0, len(sound), max(1, len(sound) // 40)):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])

        with pytest.raises(BrokenPackage) as refused:
            verify(root)
        assert refused.value.zh.endswith("。") and refused.value.en.endswith(".")


@pytest.mark.parametrize("name", ["certificates.parquet", "manifest.json"])
def test_a_missing_file_is_told(history, root, name):
    (history[0].folder / name).unlink()

    with pytest.raises(BrokenPackage):
        verify(root)


def test_a_file_too_many_is_told(history, root):
    (history[1].folder / "more.txt").write_text("x")

    with pytest.raises(BrokenPackage, match="more.txt"):
        verify(root)


def test_a_missing_package_breaks_the_chain(history, root):
    shutil.rmtree(history[1].folder)

    for folder in (root, history[2].folder, history[3].folder):
        with pytest.raises(BrokenPackage):
            verify(folder)


def test_deltas_out_of_order_are_refused(history, root):
    full, first, second, _ = history

    for wrong in ([full, second], [full, second, first], [full, first, first], [first, second], [second, full]):
        with pytest.raises(BrokenPackage):
            packages.certificates(wrong)


def test_deltas_that_changed_places_are_told(history, root):
    full, first, second, _ = history
    first.folder.rename(root / "x")
    second.folder.rename(first.folder)
    (root / "x").rename(second.folder)

    with pytest.raises(BrokenPackage, match="does not follow"):
        verify(root)


def test_a_later_full_package_may_begin_a_folder(history, root):
    for package in history[:3]:
        shutil.rmtree(package.folder)

    assert [package.manifest.number for package in verify(root)] == [4]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda rows: rows.reverse(), lambda rows: pl.concat([rows, rows]).sort("XWZSBH"),
        lambda rows: rows.with_columns(change=pl.lit("add")), lambda rows: rows.with_columns(change=pl.lit("alter")),
        lambda rows: rows.with_columns(XM=pl.lit("某人")), lambda rows: rows.with_columns(photo=pl.lit("../../etc/passwd")),
        lambda rows: rows.with_columns(XWZSBH=pl.lit(None, pl.String)),
        lambda rows: rows.with_columns(XWZSBH=pl.col("XWZSBH") + "9"),
    ],
    ids=["order", "twice", "adds what is there", "unknown change", "tells of the removed", "photo is a path", "no number", "unknown number"],
)
def test_a_delta_that_cannot_be_right_is_told_however_well_it_is_hashed(history, spoil):
    _forge(history[1], spoil)

    with pytest.raises(BrokenPackage):
        verify(history[1].folder)


def test_a_full_package_that_is_not_what_the_deltas_come_to_is_told(history, root):
    _forge(history[3], lambda rows: rows.with_columns(ZYMC=pl.lit("法学")))

    with pytest.raises(BrokenPackage, match="is not what the full one before"):
        verify(history[3].folder)


def _forge(package, change):
    """Rewrite a package's data, and its manifest to fit."""
    change(pl.read_parquet(package.data)).write_parquet(package.data)
    rows = pl.read_parquet(package.data)
    said = json.loads((package.folder / packages.MANIFEST).read_text())
    said["files"][0] |= {
        "sha256": hashlib.sha256(package.data.read_bytes()).hexdigest(), "size": package.data.stat().st_size, "rows": rows.height,
    }
    if "change" in rows.columns:
        said["changes"] = {"add": 0, "change": 0, "remove": 0} | dict(rows["change"].value_counts().iter_rows())
    said.pop("seal")
    (package.folder / packages.MANIFEST).write_bytes(packages.Manifest(**said).written())


PICTURE = b"\xff\xd8\xff a picture of nobody"
SHA = hashlib.sha256(PICTURE).hexdigest()


def test_photos_lie_beside_a_package_when_asked_for_and_are_verified(db, root):
    kept = pictures.place(db.folder, SHA)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(PICTURE)
    wanted = certificates(n91="张明", n92="李明")

    package = a_full(db, root, wanted, photos=True, photo_of={a_number("n91"): SHA, a_number("n92"): "ab" * 32})

    assert pl.read_parquet(package.data)["photo"].to_list() == [SHA, "ab" * 32]
    assert package.manifest.photos == 1
    beside = packages.photo([package], SHA)
    assert beside.read_bytes() == PICTURE and beside.samefile(kept)
    assert packages.photo([package], "ab" * 32) is None
    verify(root)
    beside.unlink()
    beside.write_bytes(PICTURE + b".")
    with pytest.raises(BrokenPackage, match="photos"):
        verify(root)


def test_a_package_released_is_not_gone_back_from(history, root):
    package_folder.release(root, history[1])

    assert packages.latest(root) == history[1]
    for package in history[:2]:
        with pytest.raises(NotAllowed, match="released already"):
            package_folder.release(root, package)
    assert packages.latest(root) == history[1]
