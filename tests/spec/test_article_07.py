"""第七条 学位授予单位对本单位暂不提供网上查询的反馈数据进行核实。对于属于信息不完整、不准确等的数据，依据有关规定进行信息变更、撤销备案
以及电子照片的补报、更正工作；对于备案信息无误但涉嫌违反国家有关政策授予学位的数据，须做出书面说明报教育部学位与研究生教育发展中心，同时抄报
所在地省级学位委员会办公室。
"""

import pytest

from core import correction, corrections, feedback
from core.record import KEY_COLUMNS
from core.request import KEY
from core.vocabulary import CorrectionKind
from tests.builders import NAMELESS, TERM, a_filing, people, released, statuses
from tests.builders_corrections import a_change, a_request, a_withdrawal, first_record, settled, taken
from tests.test_photos import a_folder, a_photo


@pytest.fixture
def fed_back(desk):
    """A record that was withheld and fed back to its institution."""
    filing = a_filing(desk, people(2, **NAMELESS), approved=True).filing_id
    feedback.issue(desk, TERM)
    return first_record(desk, filing)


def test_the_institution_may_change_what_it_filed(desk, fed_back):
    settled(desk, *taken(desk, a_change(desk, fed_back, XM="张明")))

    found = desk.db.frame("SELECT name, status FROM record WHERE record_id = $id AND followed IS NULL", id=fed_back)
    assert found.row(0) == ("张明", "cleared")


def test_the_institution_may_withdraw_the_filing_of_a_record_which_is_not_a_degree_revoked(desk, fed_back):
    settled(desk, *taken(desk, a_withdrawal(desk, fed_back)))

    assert statuses(desk, 1) == {"withdrawn": 1, "withheld": 1}


def test_the_institution_may_supply_a_photo(desk):
    number = first_record(desk, a_filing(desk, people(1)).filing_id)
    folder = a_folder(desk.db.folder.parent / "photo", {"x.jpg": a_photo()})

    receipt, = correction.take_in(desk, [a_request(desk, number, CorrectionKind.SUPPLY_PHOTO, photo=folder)])

    assert receipt.taken


@pytest.mark.parametrize("field", sorted(KEY))
def test_a_change_of_key_information_needs_evidence(desk, field):
    number = first_record(desk, a_filing(desk, people(1), layout="named").filing_id)

    receipt, = correction.take_in(desk, [a_request(desk, number, fields={field: "X"}, evidence=())])

    assert "evidence" in receipt.en
    assert field in {code for group in KEY_COLUMNS for code in group}


def test_what_is_answered_is_no_longer_awaited_and_tells_who_asked_for_it_and_when(desk, fed_back):
    waiting, = taken(desk, a_change(desk, fed_back, XM="张明"))

    case = desk.db.frame("SELECT status FROM withheld_case WHERE record_id = $id", id=fed_back).item()
    told = corrections.one(desk, waiting)
    assert case == "answered"
    assert (told["requester"], told["received_at"], told["received_by"]) == ("赵经办", desk.now(), desk.actor.key)


def test_a_certificate_on_line_stays_as_it_was_until_its_correction_has_been_sorted(desk):
    number = first_record(desk, a_filing(desk, people(1), approved=True).filing_id)
    released(desk, TERM, counted=1)

    taken(desk, a_change(desk, number, ZYMC="软件工程", ZYDM="080902"))

    assert statuses(desk, 1) == {"published": 1}
