"""Photos that come alone later: found to be whose they are, judged again, put to their records or refused with a cause."""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from core import (
    admission,
    disk,
    intake,
    jobs,
    ledger,
    photo_supplies,
    photojobs,
    photos,
    pictures,
    publication,
    reading,
    resort,
    review,
    ruleset,
    supply,
    views,
)
from core import draft as drafts
from core.deadlines import Term
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.jobs import Asking
from core.lifecycle import RECORD
from core.supply import Whose
from core.vocabulary import Duty, JobKind, JobState
from tests.builders import (
    NAMELESS,
    SECRET,
    TERM,
    a_csv,
    a_desk,
    a_filing,
    an_approval,
    at_desk,
    declared,
    people,
    released,
    statuses,
)
from tests.test_jobs import _left, _runner, _until
from tests.test_photos import a_blank, a_folder, a_photo, a_zip
from tests.test_pictures import filed_with, first_record, kept

OURS = Whose(TERM, "80901")
SMALL = a_photo(240, 320)
"""A sound photo of no profile (A44)."""
PATIENCE = 60


def pictured(records, **more):
    """Each record's photo by its ID number, no two alike."""
    return {f"{each['ZJHM']}.jpg": photo_of(each) for each in records} | more


def photo_of(record):
    """A photo like nobody else's."""
    return a_photo(seed=int(record["XH"]))


def supplied(desk, pack, whose=OURS):
    """Photos of a zip put to records on file, as a job does."""
    zipped = a_zip(desk.db.folder.parent / "later.zip", pack)
    filed = [
        (desk.db.folder / "filings" / parquet, first)
        for parquet, first in supply.filings_of(desk, whose).select("parquet", "first_record").iter_rows()
    ]
    looked = photos.owners(photos.inspect(zipped), drafts.people_in(filed))
    return supply.put(desk, whose, "later.zip", looked, zipped)


def refusals(desk, done):
    """Each photo's name and why it was not taken."""
    return dict(photo_supplies.refused(desk, done.supply_id, in_full=True).select("file_name", "refusal").iter_rows())


def open_findings(desk, rule=None):
    """Open findings by record and rule."""
    return desk.db.frame(
        "SELECT record_id, rule FROM finding WHERE closed IS NULL AND ($rule IS NULL OR rule = $rule) ORDER BY ALL", rule=rule
    ).rows()


def tally(desk, filing, rule):
    """How many rows a check has judged, failed and left of a filing."""
    return desk.db.frame(
        "SELECT evaluated, failed, not_evaluated FROM rule_tally WHERE filing_id = $id AND rule = $rule", id=filing, rule=rule
    ).row(0)


def test_a_record_withheld_only_for_want_of_its_photo_is_cleared_and_its_case_closed(desk):
    records = people(3)
    filing = filed_with(desk, records, pictured(records[:1]))
    assert statuses(desk, filing) == {"cleared": 1, "withheld": 2}

    done = supplied(desk, pictured(records[1:2]))

    assert (done.photos, done.taken, done.refused, done.cleared) == (1, 1, 0, 1)
    assert statuses(desk, filing) == {"cleared": 2, "withheld": 1}
    number = first_record(desk, filing)
    assert open_findings(desk) == [(number + 2, "I12")]
    closed = desk.db.frame("SELECT closed FROM finding WHERE record_id = $id AND rule = 'I12'", id=number + 1)
    assert closed["closed"].to_list() == [f"photo {done.supply_id}"]
    assert desk.db.frame("SELECT status FROM withheld_case ORDER BY record_id")["status"].to_list() == ["closed", "open"]
    assert tally(desk, filing, "I12") == (3, 1, 0)
    assert tally(desk, filing, "A43") == (2, 0, 1)
    assert pictures.small(desk, number + 1) is not None


def test_of_an_approved_filing_such_a_record_may_be_published(desk):
    records = people(2)
    filing = filed_with(desk, records, pictured(records[:1]))
    an_approval(desk, filing)
    assert publication.ready(desk, TERM) == 1

    supplied(desk, pictured(records[1:]))

    assert publication.ready(desk, TERM) == 2


def test_a_record_with_another_fault_keeps_it_and_stays_withheld(desk):
    records = people(1, **NAMELESS)
    filing = filed_with(desk, records, {"stranger.jpg": a_photo()})

    done = supplied(desk, pictured(records))

    assert (done.taken, done.cleared) == (1, 0)
    assert [rule for _, rule in open_findings(desk)] == ["I01"]
    assert statuses(desk, filing) == {"withheld": 1}
    case = desk.db.frame("SELECT status, reason, findings FROM withheld_case").row(0)
    assert case == ("open", "incomplete", 1)


@pytest.mark.parametrize("by", ["ZJHM", "XWZSBH", "XH"])
def test_a_photo_is_found_by_id_number_certificate_or_student_number(desk, by):
    records = people(2)
    filing = filed_with(desk, records, {"stranger.jpg": a_photo()})

    done = supplied(desk, {f"学院/{records[1][by]}.JPG": a_photo(seed=2)})

    assert done.taken == 1
    assert pictures.of_record(desk, first_record(desk, filing)) is None
    assert pictures.of_record(desk, first_record(desk, filing) + 1) is not None


def test_photos_for_a_filing_that_came_without_any_are_put_to_it_and_the_others_are_not_found_wanting(desk):
    records = people(3)
    filing = a_filing(desk, records).filing_id
    assert tally(desk, filing, "I12") == (0, 0, 3)

    done = supplied(desk, pictured(records[:2]))

    assert (done.taken, done.cleared) == (2, 0)
    assert statuses(desk, filing) == {"cleared": 3}
    assert open_findings(desk, "I12") == []
    assert tally(desk, filing, "I12") == (2, 0, 1)
    supplied(desk, {f"{records[0]['ZJHM']}.jpg": a_photo(seed=77)})
    assert tally(desk, filing, "I12") == (2, 0, 1)


def test_what_is_not_taken_is_told_each_with_its_cause(desk):
    records = people(5)
    records[4]["XH"] = records[3]["XH"]
    filing = filed_with(desk, records, pictured(records[:1]))
    pack = {
        "stranger.jpg": a_photo(seed=1), f"{records[3]['XH']}.jpg": a_photo(seed=2), f"{records[0]['ZJHM']}.jpg": photo_of(records[0]),
        f"a/{records[1]['ZJHM']}.jpg": a_photo(seed=4), f"b/{records[1]['ZJHM']}.jpg": a_photo(seed=5),
        f"{records[2]['ZJHM']}.jpg": SMALL, f"{records[3]['ZJHM']}.jpg": b"<svg/>", f"{records[4]['ZJHM']}.jpg": photo_of(records[0]),
    }

    done = supplied(desk, pack)

    assert refusals(desk, done) == {
        "stranger.jpg": "unknown", f"{records[3]['XH']}.jpg": "ambiguous", f"{records[0]['ZJHM']}.jpg": "same",
        f"b/{records[1]['ZJHM']}.jpg": "extra", f"{records[2]['ZJHM']}.jpg": "A44", f"{records[3]['ZJHM']}.jpg": "A43",
        f"{records[4]['ZJHM']}.jpg": "X08",
    }
    assert (done.photos, done.taken, done.refused, done.cleared) == (8, 1, 7, 1)
    assert statuses(desk, filing) == {"cleared": 2, "withheld": 3}
    assert len(kept(desk)) == 2
    for refusal in refusals(desk, done).values():
        zh, en = supply.reason(refusal)
        assert zh.endswith("。") and en.endswith(".")


def test_a_photo_that_earns_a_note_is_taken_with_it_and_the_note_goes_with_the_photo(desk):
    records = people(1)
    filing = filed_with(desk, records, {"stranger.jpg": a_photo()})

    assert supplied(desk, {f"{records[0]['ZJHM']}.jpg": a_blank()}).cleared == 1
    assert [rule for _, rule in open_findings(desk)] == ["A45"]
    assert tally(desk, filing, "A45") == (1, 1, 0)
    supplied(desk, pictured(records))

    assert open_findings(desk) == []
    assert tally(desk, filing, "A45") == (1, 0, 0)


def test_two_photos_filed_the_wrong_way_round_are_put_right_together(desk):
    records = people(2)
    one, other = a_photo(seed=1), a_photo(seed=2)
    filing = filed_with(desk, records, {f"{records[0]['ZJHM']}.jpg": other, f"{records[1]['ZJHM']}.jpg": one})

    done = supplied(desk, {f"{records[0]['ZJHM']}.jpg": one, f"{records[1]['ZJHM']}.jpg": other})

    assert (done.taken, done.refused) == (2, 0)
    assert statuses(desk, filing) == {"cleared": 2}
    assert open_findings(desk) == []


def test_of_two_to_be_put_right_a_wrong_photo_takes_the_other_along(desk):
    records = people(2)
    one, other = a_photo(seed=1), a_photo(seed=2)
    filed_with(desk, records, {f"{records[0]['ZJHM']}.jpg": other, f"{records[1]['ZJHM']}.jpg": one})

    done = supplied(desk, {f"{records[0]['ZJHM']}.jpg": one, f"{records[1]['ZJHM']}.jpg": SMALL})

    assert done.taken == 0
    assert refusals(desk, done) == {f"{records[0]['ZJHM']}.jpg": "X08", f"{records[1]['ZJHM']}.jpg": "A44"}


def test_whose_picture_was_anothers_too_is_free_of_that_once_the_others_is_replaced(desk):
    records = people(2)
    same = a_photo(seed=3)
    filing = filed_with(desk, records, {f"{each['ZJHM']}.jpg": same for each in records})
    assert statuses(desk, filing) == {"withheld": 2}

    done = supplied(desk, pictured(records[:1]))

    assert (done.taken, done.cleared) == (1, 2)
    assert statuses(desk, filing) == {"cleared": 2}
    assert tally(desk, filing, "X08") == (2, 0, 0)


def test_a_photo_of_someone_on_file_elsewhere_is_not_taken_for_another(desk):
    theirs = people(1, first=30, institution="80902")
    a_filing(desk, theirs, institution="80902", name="theirs.csv")
    supplied(desk, {f"{theirs[0]['ZJHM']}.jpg": a_photo(seed=9)}, Whose(TERM, "80902"))
    ours = people(1)
    filed_with(desk, ours, {"stranger.jpg": a_photo()})

    done = supplied(desk, {f"{ours[0]['ZJHM']}.jpg": a_photo(seed=9)})

    assert list(refusals(desk, done).values()) == ["X08"]


def test_the_photo_before_is_kept_and_the_record_tells_who_supplied_which_and_when(desk):
    records = people(1)
    filing = filed_with(desk, records, pictured(records))
    number = first_record(desk, filing)
    before = pictures.of_record(desk, number)["sha256"]

    done = supplied(desk, {f"{records[0]['ZJHM']}.jpg": a_photo(seed=50)})

    assert done.taken == 1
    assert pictures.of_record(desk, number)["sha256"] != before
    assert pictures.place(desk.db.folder, before).exists()
    told = photo_supplies.of_record(desk, number).row(0, named=True)
    assert (told["supplied_at"], told["supplied_by"], told["replaced"]) == (desk.now(), desk.actor.key, True)
    assert desk.db.frame("SELECT former_sha256 FROM photo_supplied").item() == before
    act = views.acts(desk).filter(pl.col("event") == "supply_photo").row(0, named=True)
    assert (act["actor"], act["subject"], act["subject_id"], act["moved"]) == (desk.actor.key, "filing", filing, 1)


def test_a_published_record_takes_a_photo_only_when_it_has_none(desk):
    records = people(2)
    filing = a_filing(desk, records, approved=True).filing_id
    supplied(desk, pictured(records[:1]))
    released(desk, TERM, counted=2)

    done = supplied(desk, {f"{records[0]['ZJHM']}.jpg": a_photo(seed=7), f"{records[1]['ZJHM']}.jpg": a_photo(seed=8)})

    assert refusals(desk, done) == {f"{records[0]['ZJHM']}.jpg": "published"}
    assert done.taken == 1
    assert statuses(desk, filing) == {"published": 2}
    assert pictures.of_record(desk, first_record(desk, filing) + 1) is not None


def test_a_record_that_has_left_the_line_takes_none(desk):
    records = people(2)
    filing = filed_with(desk, records, {"stranger.jpg": a_photo()})
    number = first_record(desk, filing)
    with desk.db.transaction() as tx:
        act = ledger.act_of(desk, "filing", filing)
        ledger.move(tx, RECORD, "withdraw", act, chosen=f"SELECT record_id, version FROM record WHERE record_id = {number}")

    done = supplied(desk, pictured(records))

    assert refusals(desk, done) == {f"{records[0]['ZJHM']}.jpg": "settled"}
    assert statuses(desk, filing) == {"withdrawn": 1, "cleared": 1}


def test_filings_returned_or_replaced_take_no_photos(desk):
    filing = a_filing(desk, people(1)).filing_id
    review.send_back(desk, filing, reason="重报")

    with pytest.raises(BadRequest, match="on file"):
        supply.filings_of(desk, OURS)
    with pytest.raises(BadRequest, match="on file"):
        supply.filings_of(desk, Whose(Term(2024, 1), "80901"))


def test_only_who_loads_filings_may_supply_photos_and_nobody_in_a_province(desk):
    record = people(1)
    number = first_record(desk, a_filing(desk, record).filing_id)
    folder = a_folder(desk.db.folder.parent / "one", {"x.jpg": a_photo()})
    for other in (at_desk(desk, *(each for each in Duty if each is not Duty.LOAD)), at_desk(desk, *Duty, province="11")):
        with pytest.raises(NotAuthorised):
            supply.filings_of(other, OURS)
        with pytest.raises(NotAuthorised):
            supply.put_one(other, number, "x.jpg", folder)


def test_one_photo_is_put_to_one_record_whatever_it_is_called(desk):
    records = people(2)
    filing = filed_with(desk, records, {"stranger.jpg": a_photo()})
    number = first_record(desk, filing)
    folder = a_folder(desk.db.folder.parent / "one", {"手机照片 1.jpg": a_photo(seed=5)})

    done = supply.put_one(desk, number + 1, "手机照片 1.jpg", folder)

    assert (done.taken, done.cleared) == (1, 1)
    assert pictures.place(desk.db.folder, pictures.of_record(desk, number + 1)["sha256"]).read_bytes() == a_photo(seed=5)
    assert statuses(desk, filing) == {"withheld": 1, "cleared": 1}


@pytest.mark.parametrize(("content", "told"), [(SMALL, "像素"), (b"<svg/>", "无法识别"), (a_photo(seed=6), "不同人员")])
def test_one_photo_that_cannot_be_taken_is_refused_with_the_reason_and_nothing_is_left(desk, content, told):
    records = people(2)
    filing = filed_with(desk, records, {f"{records[1]['ZJHM']}.jpg": a_photo(seed=6)})
    folder = a_folder(desk.db.folder.parent / "one", {"x.jpg": content})
    before = kept(desk)

    with pytest.raises(NotAllowed) as refused:
        supply.put_one(desk, first_record(desk, filing), "x.jpg", folder)

    assert told in refused.value.zh
    assert kept(desk) == before
    assert desk.db.frame("SELECT 1 FROM photo_supply").is_empty()
    assert desk.db.frame("SELECT 1 FROM act WHERE event = 'supply_photo'").is_empty()


def test_a_classified_persons_photo_is_neither_supplied_alone_nor_told_of_to_those_without_that_duty(desk):
    records = people(1, **SECRET)
    number = first_record(desk, filed_with(desk, records, {"stranger.jpg": a_photo()}))
    loader = at_desk(desk, Duty.LOAD, Duty.READ)
    with pytest.raises(NotFound):
        supply.put_one(loader, number, "x.jpg", a_folder(desk.db.folder.parent / "one", {"x.jpg": a_photo()}))

    wrong = supplied(loader, {f"{records[0]['ZJHM']}.jpg": SMALL})
    right = supplied(loader, pictured(records))

    assert (wrong.refused, refusals(loader, wrong)) == (1, {})
    assert refusals(desk, wrong) == {f"{records[0]['ZJHM']}.jpg": "A44"}
    assert right.taken == 1
    assert photo_supplies.of_record(loader, number).is_empty()
    assert photo_supplies.of_record(desk, number).height == 1


def test_a_trial_of_the_rulebook_finds_a_supplied_photo_as_it_was_judged(desk):
    records = people(2)
    filed_with(desk, records, pictured(records[:1]))
    supplied(desk, pictured(records[1:]))

    filing, = resort.filings(desk).iter_rows(named=True)
    found = resort.judge(desk, filing, ruleset.in_force(desk.db, desk.now().date())).findings

    assert found.filter(pl.col("rule").is_in(["I12", "A43", "A44", "X08"])).is_empty()


def asked_for(desk, runner, pack, name="later.zip"):
    """Photos asked to be put to records on file by a job."""
    zipped = a_zip(desk.db.folder.parent / name, pack)
    return runner.ask(desk, [Asking.of_photos(desk, zipped, name, OURS)])[0]


def test_a_job_looks_at_the_photos_and_puts_them_to_their_records(desk):
    records = people(3)
    filing = filed_with(desk, records, pictured(records[:1]))
    runner = _runner(desk)

    job_id = asked_for(desk, runner, pictured(records[1:], **{"stranger.jpg": a_photo()}))
    assert runner.settle(PATIENCE)

    job = jobs.one(desk.db, job_id)
    assert (job.state, job.kind, job.rows_done, job.rows_in_all, job.sender) == (JobState.DONE, JobKind.PHOTOS, 3, 3, "80901")
    told = {key: job.outcome[0][key] for key in ("photos", "taken", "refused", "cleared")}
    assert told == {"photos": 3, "taken": 2, "refused": 1, "cleared": 2}
    assert statuses(desk, filing) == {"cleared": 3}
    assert _left(desk) == []


def test_a_single_picture_is_a_supply_too(desk):
    records = people(1)
    filing = filed_with(desk, records, {"stranger.jpg": a_photo()})
    path = a_folder(desk.db.folder / "work", {"upload-1": photo_of(records[0])}) / "upload-1"
    runner = _runner(desk)

    source = photojobs.of_file(path, f"{records[0]['ZJHM']}.JPG", desk.db.folder / "work")
    runner.ask(desk, [Asking.of_photos(desk, source, "x.JPG", OURS)])
    assert runner.settle(PATIENCE)

    assert statuses(desk, filing) == {"cleared": 1}
    assert _left(desk) == []
    with pytest.raises(BadRequest):
        photojobs.of_file(path, "x.png", desk.db.folder / "work")


def test_a_job_of_what_is_no_zip_fails_with_the_reason_and_can_be_retried(desk):
    records = people(1)
    filed_with(desk, records, {"stranger.jpg": a_photo()})
    runner = _runner(desk)
    broken = desk.db.folder.parent / "broken.zip"
    broken.write_bytes(b"PK no zip")

    job_id = runner.ask(desk, [Asking.of_photos(desk, broken, "broken.zip", OURS)])[0]
    assert runner.settle(PATIENCE)
    assert (jobs.one(desk.db, job_id).state, "zip" in jobs.one(desk.db, job_id).zh) == (JobState.FAILED, True)
    runner.retry(desk, job_id)
    assert runner.settle(PATIENCE)

    assert jobs.one(desk.db, job_id).state is JobState.FAILED
    assert kept(desk) == []


def test_a_cancelled_job_puts_no_photo_to_any_record_and_can_be_done_again(desk):
    records = people(400)
    filing = filed_with(desk, records, {"stranger.jpg": a_photo()})
    runner = _runner(desk)
    job_id = asked_for(desk, runner, pictured(records))
    _until(lambda: (told := runner.progress(job_id)) and told.rows_done)

    runner.cancel(desk, job_id)
    assert runner.settle(PATIENCE)
    assert jobs.one(desk.db, job_id).state is JobState.CANCELLED
    assert statuses(desk, filing) == {"withheld": 400}
    assert kept(desk) == []
    runner.retry(desk, job_id)
    assert runner.settle(PATIENCE)

    assert statuses(desk, filing) == {"cleared": 400}


APP = """
import sys
from pathlib import Path
from core.deadlines import Term
from core.jobrunner import Runner
from core.jobs import Asking
from core.supply import Whose
from tests.builders import a_desk
desk = a_desk(Path(sys.argv[1]))
runner = Runner(desk.db, lambda key: desk.actor, desk.now, workers=1)
runner.ask(desk, [Asking.of_photos(desk, Path(sys.argv[2]), "later.zip", Whose(Term(2024, 2), "80901"))])
print("asked", flush=True)
runner.settle(60)
"""


@pytest.mark.parametrize("wait", [0.0, 0.6, 1.2, 1.8])
def test_a_job_killed_at_any_instant_is_taken_up_again_and_no_photo_is_lost_doubled_or_left_over(tmp_path, wait):
    desk = a_desk(tmp_path)
    records = people(120)
    filing = filed_with(desk, records, {"stranger.jpg": a_photo()})
    zipped = a_zip(tmp_path / "later.zip", pictured(records, **{"nobody.jpg": a_photo(seed=3)}))
    desk.db.close()
    app = subprocess.Popen(
        [sys.executable, "-c", APP, str(tmp_path), str(zipped)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]
    )
    assert app.stdout.readline() == b"asked\n"
    time.sleep(wait)
    app.kill()
    app.communicate()

    again = a_desk(tmp_path)
    assert _runner(again).settle(PATIENCE)

    assert statuses(again, filing) == {"cleared": 120}
    assert again.db.frame("SELECT count(*) AS n, count(DISTINCT record_id) AS d FROM photo").row(0) == (120, 120)
    assert len(kept(again)) == 120
    assert again.db.frame("SELECT count(*) AS n FROM photo_supply").item() == 1
    again.db.close()


def test_photos_written_for_a_filing_that_is_then_not_received_go_again(desk):
    records = people(2)
    filed_with(desk, records[:1], pictured(records[:1]))
    shared = pictured(records[:1])
    before = kept(desk)

    with pytest.raises(RuntimeError):
        failing(desk, records[1:], pictured(records[1:], **shared))

    assert kept(desk) == before
    assert not list((desk.db.folder / "photos" / "under-way").iterdir())


def failing(desk, records, pack, while_kept=lambda: None):
    """A filing with photos whose receiving fails after they were written."""
    path = a_csv(desk.db.folder.parent / "failing.csv", records)
    source = reading.open_filing(path)
    draft = admission.preview(desk, source, declared(), photos=a_zip(desk.db.folder.parent / "failing.zip", pack))

    def fail(*_):
        assert len(kept(desk)) >= len(records)
        while_kept()
        raise RuntimeError("the disk was pulled out")

    intake.receive(desk, draft, declared(), source, path.name, along=fail)


def test_a_photo_somebody_else_is_just_keeping_stays_when_a_receive_fails(desk, tmp_path):
    records = people(1)
    pack = pictured(records)
    sha256 = hashlib.sha256(photo_of(records[0])).hexdigest()

    with pictures.kept(desk.db, {a_zip(tmp_path / "other.zip", pack): {sha256}}):
        with pytest.raises(RuntimeError):
            failing(desk, records, pack)
        assert pictures.place(desk.db.folder, sha256).exists()

    assert not pictures.place(desk.db.folder, sha256).exists()


def _begun_only(desk, source, sha256):
    """Keep a photo in a process that dies when it has written it, and not yet given it its name."""
    dies = "import os, sys; from pathlib import Path; from core import pictures; os.fsync = lambda _: os._exit(9); "
    keeps = f"pictures._keep(Path(sys.argv[1]), {{{sha256!r}}}, Path(sys.argv[2]))"
    ended = subprocess.run([sys.executable, "-c", dies + keeps, str(source), str(desk.db.folder)], cwd=Path(__file__).parents[1])
    assert ended.returncode == 9


def test_photos_left_by_a_crash_go_when_the_store_is_next_opened_and_those_of_records_stay(tmp_path):
    desk = a_desk(tmp_path)
    records = people(2)
    filed_with(desk, records[:1], pictured(records[:1]))
    mine, orphan = (hashlib.sha256(photo_of(each)).hexdigest() for each in records)
    disk.write_whole(pictures.place(desk.db.folder, orphan), photo_of(records[1]))
    disk.write_whole(desk.db.folder / "photos" / "under-way" / "left", f"{mine}\n{orphan}".encode())
    third = people(3)[2]
    _begun_only(
        desk, a_zip(tmp_path / "third.zip", pictured([third])), hashlib.sha256(photo_of(third)).hexdigest()
    )
    assert len(kept(desk)) == 4
    desk.db.close()

    again = a_desk(tmp_path)

    assert kept(again) == [mine]
    again.db.close()
