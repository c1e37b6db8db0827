"""第七条 ……进行信息变更、撤销备案以及电子照片的补报、更正工作。

Corrected records come in the layouts filings come in; a record that was left out is filed late, through the same gate.
"""

import re
from datetime import timedelta

import pytest

from core import audit, correction_files, corrections, publication, review, supplementary, supplements
from core.__main__ import main
from core.declaration import Grounds
from core.errors import BadRequest, DuplicateFiling, NotAllowed, NotAuthorised, UnreadableFiling
from core.supplementary import Supplementary
from core.vocabulary import Category, Duty
from tests.builders import LATE, NAMELESS, TERM, a_csv, a_filing, at_desk, people, released, statuses
from tests.builders_answers import handed, told_of
from tests.builders_corrections import evidence, first_record, settled


@pytest.fixture
def filed(desk):
    """Five records on file, the first without its name: as they were filed."""
    records = people(1, **NAMELESS) + people(4, first=1)
    a_filing(desk, records, approved=True)
    return records


def take(desk, records, **told):
    """Hand in these records as a file of corrections; what became of each row."""
    path = a_csv(desk.db.folder.parent / "corrected.csv", records)
    return told_of(desk, correction_files.take_in(desk, path, "更正.csv", handed(desk, **told), "80901"))


def asked(desk):
    return desk.db.frame("""SELECT c.record_id, d.field, d.after FROM correction AS c
        JOIN correction_field AS d ON d.correction_id = c.correction_id ORDER BY ALL""").rows()


def test_the_fields_that_differ_become_the_change_and_settle_like_any(desk, filed):
    number = first_record(desk, 1)

    told = take(desk, [filed[0] | {"XM": "张明"}, filed[1] | {"LWTM": "另一题目", "LWYJFX": None}, filed[2]])

    assert asked(desk) == [(number, "XM", "张明"), (number + 1, "LWTM", "另一题目")]
    assert [told[row][0] for row in (2, 3, 4)] == ["taken", "taken", "refused"]
    assert "nothing is to be corrected" in told[4][1]
    settled(desk, 1, 2)
    assert statuses(desk, 1) == {"superseded": 2, "cleared": 5}


def test_a_row_is_known_by_its_certificate_number_or_else_by_its_id_number(desk, filed):
    number = first_record(desk, 1)
    other_number = filed[0] | {"XM": "张明", "XWZSBH": "8090142025999999"}
    other_person = filed[1] | {"ZJHM": people(1, first=90)[0]["ZJHM"]}

    told = take(desk, [other_number, other_person, filed[2] | {"ZJHM": filed[3]["ZJHM"]}, people(1, first=80)[0]])

    assert [told[row][0] for row in (2, 3, 4, 5)] == ["taken", "taken", "refused", "refused"]
    assert "different records" in told[4][1] and "no such record" in told[5][1]
    assert {(record, field) for record, field, _ in asked(desk)} == {(number, "XM"), (number, "XWZSBH"), (number + 1, "ZJHM")}


def test_rows_of_others_and_rows_that_contradict_each_other_are_refused_and_the_rest_taken(desk, filed):
    a_filing(desk, people(1, first=60, institution="10384"), institution="10384", name="other.csv")

    told = take(desk, [
        people(1, first=60, institution="10384")[0], filed[1] | {"LWTM": "甲"}, filed[1] | {"LWTM": "乙"}, filed[2] | {"LWTM": "丙"},
    ])

    assert [told[row][0] for row in (2, 3, 4, 5)] == ["refused", "refused", "refused", "taken"]
    assert "another institution" in told[2][1] and "rows 3、4" in told[3][1]


def test_an_empty_cell_changes_nothing_and_emptying_is_said_in_so_many_words(desk, filed):
    told = take(desk, [filed[1] | {"LWTM": "另一题目", "XH": None}, filed[2] | {"LWYJFX": "清空"}])

    assert told[2][0] == "taken"
    assert ("XH" in {field for _, field, _ in asked(desk)}) is False
    assert (first_record(desk, 1) + 2, "LWYJFX", None) in asked(desk) or "will not do" in told[3][1]


def test_the_same_file_twice_doubles_nothing_and_key_information_needs_its_evidence(desk, filed):
    changed = [filed[0] | {"XM": "张明"}]
    assert "needs its evidence" in take(desk, changed, evidence=())[2][1]
    assert take(desk, changed)[2][0] == "taken"
    assert take(desk, changed)[2][0] == "repeated"
    assert len(asked(desk)) == 1


def test_a_column_the_filing_does_not_carry_is_told(desk, filed):
    told = take(desk, [filed[1] | {"LWTM": "另一题目", "BZ": "备注"}])

    assert told[2][0] == "taken" and "Not used" in told[2][1] and "Remarks" in told[2][1]


def test_what_is_no_file_of_records_is_refused_whole_and_only_the_centre_takes_it_in(desk, filed, tmp_path):
    path = tmp_path / "letter.csv"
    path.write_text("请更正以下数据", encoding="utf-8")
    with pytest.raises(UnreadableFiling):
        correction_files.take_in(desk, path, "a.csv", handed(desk), "80901")
    with pytest.raises(NotAuthorised):
        take(at_desk(desk, *Duty, province="11"), filed)
    with pytest.raises(BadRequest):
        correction_files.take_in(desk, path, "a.csv", handed(desk), "99999")


def test_the_command_line_takes_answers_in_and_writes_the_receipt(desk, filed, tmp_path, capsys):
    path = a_csv(tmp_path / "corrected.csv", [filed[1] | {"LWTM": "另一题目"}, people(1, first=80)[0]])
    home = str(desk.db.folder)
    desk.db.close()

    code = main(["--home", home, "answer", str(path), "--institution", "80901", "--requester", "赵经办", "--out", str(tmp_path / "r.xlsx")])

    assert code == 1
    assert re.search(r"^2: ", capsys.readouterr().out, re.MULTILINE)
    assert (tmp_path / "r.xlsx").read_bytes().startswith(b"PK")


def missing(desk, **told):
    """A request to add one record that was left out."""
    usual = {
        "term": TERM, "institution": "80901", "category": Category.BACHELOR, "fields": people(1, first=70)[0], "grounds": LATE,
        "requester": "赵经办", "evidence": (evidence(desk),),
    }
    return Supplementary(**(usual | told))


def test_a_record_left_out_enters_as_a_late_supplement_and_waits_for_the_province(desk, filed):
    received = supplementary.enter(desk, missing(desk))

    filing = desk.db.frame("SELECT supplement, supplement_reason FROM filing WHERE filing_id = $id", id=received.filing_id).row(0)
    assert filing == (True, LATE.reason)
    one = corrections.one(desk, 1)
    assert (one["kind"], one["stage"], one["requester"]) == ("supplement", "consent", "赵经办")
    assert corrections.evidence(desk, 1).height == 1
    assert [each.invariant.en for each in audit.audit(desk) if each.broken] == []
    with pytest.raises(NotAllowed, match="consented"):
        review.approve(desk, received.filing_id, approved_on=desk.now().date(), document="号")

    supplements.consent(desk, received.filing_id, document="京学位〔2025〕1号", consented_on=desk.now().date())
    review.approve(desk, received.filing_id, approved_on=desk.now().date(), document="号")
    released(desk, TERM, counted=publication.ready(desk, TERM))

    assert corrections.one(desk, 1)["stage"] == "published"


def test_a_record_added_passes_the_same_gate(desk, filed):
    received = supplementary.enter(desk, missing(desk, fields=people(1, first=70, CSRQ="20030703")[0]))

    assert statuses(desk, received.filing_id) == {"withheld": 1}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"grounds": Grounds()}, "reason"),
        ({"requester": " "}, "person"),
        ({"evidence": ()}, "evidence"),
        ({"fields": {"XM": "张明"}}, "certificate number"),
        ({"fields": {"XM": "张明", "XWZSBH": "1", "QQQ": "1"}}, "no field"),
        ({"fields": people(1, first=1)[0]}, "already"),
    ],
)
def test_a_supplementary_record_without_what_it_needs_is_refused(desk, filed, told, said):
    with pytest.raises(BadRequest, match=said):
        supplementary.enter(desk, missing(desk, **told))
    assert desk.db.frame("SELECT count(*) AS n FROM filing").item() == 1


def test_a_consent_to_come_and_the_same_record_again_are_refused(desk, filed):
    tomorrow = desk.now().date() + timedelta(days=1)
    with pytest.raises(BadRequest, match="after today"):
        supplementary.enter(desk, missing(desk, grounds=Grounds(LATE.reason, "号", tomorrow)))
    supplementary.enter(desk, missing(desk))
    with pytest.raises((BadRequest, DuplicateFiling)):
        supplementary.enter(desk, missing(desk))
