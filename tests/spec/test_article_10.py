"""第十条 学位证书网上查询客服工作包括咨询服务及有关数据核实更正工作，由学位中心、学位授予单位共同承担。

2. 学位授予单位安排专人、设立专门咨询电话，解答本单位有关学位获得者咨询问题：故每个单位至少有两位联系人，每年确认一次。
"""

import io
from dataclasses import replace
from datetime import datetime

import fastexcel
import pytest
from docx import Document

from core import contacts, delivery, feedback, feedback_job, ladder, reminders
from core.contacts import Contact, ContactFilter, Kept
from core.deadlines import Term
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.vocabulary import Duty
from tests.builders import NAMELESS, TERM, a_filing, at_desk, people

ZHAO = Contact("赵示例", "学位办主任", "010-00001234", "zhao@80901.example")
QIAN = Contact("钱示例", "学籍科", "010-00001234转8001")
WHOLE = ContactFilter()


@pytest.fixture
def filed(desk):
    """A desk with a filing of one institution in Beijing and one in Shanghai."""
    a_filing(desk, people(3, **NAMELESS), approved=True)
    a_filing(desk, people(1, first=5, institution="80902", **NAMELESS), institution="80902", approved=True, name="other.csv")
    return desk


def kept(desk, institution="80901"):
    line, = contacts.page(desk, ContactFilter(sought=institution)).to_dicts()
    return line["kept"]


def test_an_institution_that_files_is_asked_for_two_contacts(filed):
    assert kept(filed) == [Kept.FEW]
    contacts.enter(filed, "80901", ZHAO)
    assert kept(filed) == [Kept.FEW]
    contacts.enter(filed, "80901", QIAN)

    assert kept(filed) == [Kept.GOOD]
    assert contacts.totals(filed, WHOLE) == {"institutions": 2, "few": 1, "stale": 0, "good": 1}
    assert contacts.page(filed, replace(WHOLE, kept="few"))["institution"].to_list() == ["80902"]
    assert contacts.of_institution(filed, "80901").select("name", "post", "telephone", "email").rows() == [
        ("赵示例", "学位办主任", "010-00001234", "zhao@80901.example"), ("钱示例", "学籍科", "010-00001234转8001", ""),
    ]


def test_contacts_not_confirmed_this_year_are_stale_until_they_are(filed):
    contacts.enter(filed, "80901", ZHAO)
    contacts.enter(filed, "80901", QIAN)
    december, january = (at_desk(filed, at=moment) for moment in (datetime(2025, 12, 31, 23), datetime(2026, 1, 1, 0)))
    assert (kept(december), kept(january)) == ([Kept.GOOD], [Kept.STALE])

    assert contacts.confirm(january, "80901") == 2

    assert kept(january) == [Kept.GOOD]
    assert contacts.of_institution(january, "80901")["confirmed_on"].unique().to_list() == [january.now().date()]


def test_one_stale_contact_beside_a_fresh_one_makes_the_institution_stale(filed):
    contacts.enter(filed, "80901", ZHAO)
    later = at_desk(filed, at=datetime(2026, 3, 2, 9))
    contacts.enter(later, "80901", QIAN)

    assert kept(later) == [Kept.STALE]
    assert contacts.totals(later, replace(WHOLE, kept="stale"))["institutions"] == 1


def test_what_was_changed_by_whom_stays_in_history_and_the_book_of_acts_names_nobody(filed):
    number = contacts.enter(filed, "80901", ZHAO)
    second = contacts.change(filed, "80901", number, replace(ZHAO, telephone="010-00005678"))
    contacts.confirm(filed, "80901")
    contacts.remove(filed, "80901", second)

    told = contacts.history(filed, "80901")
    assert told.select("event", "telephone").rows() == [
        ("remove", "010-00005678"), ("confirm", None), ("enter", "010-00005678"), ("change", "010-00001234"), ("enter", "010-00001234"),
    ]
    assert set(told["actor"]) == {filed.actor.key}
    assert contacts.of_institution(filed, "80901").is_empty()
    with pytest.raises(NotAllowed):
        contacts.change(filed, "80901", number, QIAN)
    assert "赵示例" not in str(filed.db.frame("SELECT * FROM act").rows())


@pytest.mark.parametrize("wrong", [
    {"name": " "}, {"name": "赵" * 41}, {"post": ""}, {"telephone": ""}, {"telephone": "电话见网站"}, {"telephone": "12"},
    {"email": "zhao"}, {"email": "zhao@"}, {"email": "zhao@示例.com"},
], ids=str)
def test_a_contact_nobody_could_be_reached_by_is_refused(filed, wrong):
    with pytest.raises(BadRequest):
        contacts.enter(filed, "80901", replace(ZHAO, **wrong))

    assert contacts.of_institution(filed, "80901").is_empty()


def test_a_name_stands_once_and_there_is_nothing_to_confirm_of_nobody(filed):
    with pytest.raises(NotAllowed):
        contacts.confirm(filed, "80901")
    contacts.enter(filed, "80901", ZHAO)
    with pytest.raises(NotAllowed):
        contacts.enter(filed, "80901", ZHAO)


def test_a_province_keeps_the_contacts_of_its_own_institutions_and_sees_no_others(filed):
    contacts.enter(filed, "80901", ZHAO)
    shanghai = at_desk(filed, Duty.READ, Duty.APPROVE, province="31")

    assert contacts.enter(shanghai, "80902", QIAN) == 2
    assert contacts.page(shanghai, WHOLE)["institution"].to_list() == ["80902"]
    assert contacts.of_institution(shanghai, "80901").is_empty() and contacts.history(shanghai, "80901").is_empty()
    for act in (
        lambda: contacts.enter(shanghai, "80901", QIAN), lambda: contacts.change(shanghai, "80901", 1, QIAN),
        lambda: contacts.remove(shanghai, "80902", 1), lambda: contacts.confirm(shanghai, "80901"),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotAuthorised):
        contacts.confirm(at_desk(filed, Duty.READ, province="31"), "80902")


def test_an_institution_that_has_not_filed_is_found_by_its_name_so_that_it_can_name_somebody(filed):
    assert "10384" not in contacts.page(filed, WHOLE)["institution"].to_list()
    assert contacts.page(filed, replace(WHOLE, sought="厦门大学"))["institution"].to_list()[0] == "10384"

    contacts.enter(filed, "10384", ZHAO)

    assert "10384" in contacts.page(filed, WHOLE)["institution"].to_list()


def test_a_covering_letter_names_whom_the_institution_named_when_it_was_issued(filed):
    number = contacts.enter(filed, "80901", ZHAO)
    feedback.issue(filed, TERM, contacts="数据部 010-00000000")
    contacts.change(filed, "80901", number, QIAN)

    _, own = delivery.covering_letter(filed, 1)
    _, nobodys = delivery.covering_letter(filed, 2)

    assert "（联系人：赵示例（学位办主任，010-00001234））" in _text(own)
    assert "数据部 010-00000000" in _text(own)
    assert "联系人" not in _text(nobodys)


def test_reminders_name_whom_to_remind(filed):
    contacts.enter(filed, "80901", ZHAO)
    feedback.issue(filed, TERM)
    feedback_job.make(filed, 1)

    overdue = fastexcel.read_excel(ladder.workbook(at_desk(filed, at=datetime(2025, 11, 3, 9)))).load_sheet("北京市", header_row=1)
    missing = fastexcel.read_excel(reminders.workbook(at_desk(filed, at=datetime(2026, 11, 27, 9)), Term(2025, 2)))
    sheet = missing.load_sheet("北京市", header_row=1).to_polars()

    assert overdue.to_polars()["单位联系人"].to_list() == ["赵示例（学位办主任，010-00001234）"]
    assert set(sheet.filter(sheet["单位代码"].cast(str) == "80901")["单位联系人"]) == {"赵示例（学位办主任，010-00001234）"}


def _text(content):
    return "\n".join(line.text for line in Document(io.BytesIO(content)).paragraphs)
