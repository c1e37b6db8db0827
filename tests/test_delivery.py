"""反馈登记: made, handed out and to whom, acknowledged; and the letter that goes with a workbook."""

import io
import zipfile
from datetime import datetime

import pytest
from docx import Document

from core import delivery, feedback, feedback_job
from core.delivery import Delivered
from core.errors import BadRequest, NotAuthorised, NotFound
from core.feedback_workbook import COLUMNS
from core.vocabulary import Duty
from tests.builders import NAMELESS, SECRET, TERM, TOO_FAST, WRONG_BIRTH, a_desk, a_filing, at_desk, people

CONTACTS = "数据部 测试员 010-00000000"


@pytest.fixture
def desk(tmp_path):
    desk = a_desk(tmp_path)
    records = [*people(2, **NAMELESS), *people(1, first=2, **WRONG_BIRTH), *people(3, first=3, **TOO_FAST),
               *people(1, first=6, **SECRET)]
    a_filing(desk, records, approved=True)
    a_filing(desk, people(1, first=30, institution="80902", **NAMELESS), institution="80902", approved=True, name="sh.csv")
    feedback.issue(desk, TERM, contacts=CONTACTS)
    return desk


def how_far(desk):
    return {row["institution"]: row["delivered"] for row in delivery.register(desk, 1).iter_rows(named=True)}


def paragraphs(content):
    document = Document(io.BytesIO(content))
    totals = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    return "".join(line.text for line in document.paragraphs), totals


def test_a_notice_is_frozen_then_made_then_opened_by_its_province_then_acknowledged(desk):
    assert set(how_far(desk).values()) == {Delivered.ISSUED}
    feedback_job.make(desk, 1)
    assert set(how_far(desk).values()) == {Delivered.MADE}

    beijing = at_desk(desk, Duty.READ, Duty.APPROVE, province="11", at=datetime(2025, 9, 16, 9, 30))
    delivery.bundle(beijing, 1, "11")
    assert how_far(desk) == {"80901": Delivered.OPENED, "80902": Delivered.MADE}

    assert delivery.acknowledge(beijing, [1], note="回执〔2025〕1号") == 1
    line = delivery.register(desk, 1).row(0, named=True)
    assert line["delivered"] == Delivered.ACKNOWLEDGED
    assert (line["downloads"], line["opened_by"], line["opened_at"]) == (1, beijing.actor.key, datetime(2025, 9, 16, 9, 30))
    assert line["acknowledged_note"] == "回执〔2025〕1号"


def test_what_the_centre_fetches_is_noted_but_opens_nothing(desk):
    feedback_job.make(desk, 1)

    delivery.workbook(desk, 1)
    delivery.everything(desk, 1)

    line = delivery.register(desk, 1).row(0, named=True)
    assert (line["downloads"], line["downloaded_by"], line["opened_at"]) == (2, desk.actor.key, None)
    assert how_far(desk) == {"80901": Delivered.MADE, "80902": Delivered.MADE}


def test_the_unopened_are_told_by_province_with_the_days_they_have_waited(desk):
    feedback_job.make(desk, 1)
    delivery.workbook(at_desk(desk, Duty.READ, province="31"), 2)

    told = delivery.unopened(at_desk(desk, at=datetime(2025, 9, 25, 8)), 1)

    assert told.select("province", "notices", "unopened", "records", "days").rows() == [("11", 1, 1, 7, 10)]


def test_a_preview_shows_the_cells_of_the_workbook_and_is_not_noted_as_handed_out(desk):
    shown = delivery.preview(desk, 1)

    assert shown.columns == [column.key for column in COLUMNS[1:]]
    assert shown.height == feedback.lines(desk, 1).height
    assert delivery.register(desk, 1)["downloads"].to_list() == [0, 0]


def test_a_receipt_needs_how_it_was_given_and_someone_who_may_note_it(desk):
    with pytest.raises(BadRequest):
        delivery.acknowledge(desk, [1], note="  ")
    with pytest.raises(NotAuthorised):
        delivery.acknowledge(at_desk(desk, Duty.READ), [1], note="电话")
    with pytest.raises(NotFound):
        delivery.acknowledge(at_desk(desk, Duty.APPROVE, province="31"), [1, 2], note="电话")
    assert desk.db.frame("SELECT * FROM delivery").is_empty()


def test_another_provinces_bundle_is_not_found_and_an_unmade_one_neither(desk):
    with pytest.raises(NotFound):
        delivery.bundle(desk, 1, "11")
    feedback_job.make(desk, 1)
    with pytest.raises(NotFound):
        delivery.bundle(at_desk(desk, Duty.READ, province="31"), 1, "11")
    with zipfile.ZipFile(io.BytesIO(delivery.everything(at_desk(desk, Duty.READ, province="31"), 1))) as archive:
        assert archive.namelist() == ["31.zip"]


def test_the_letter_tells_totals_by_class_the_day_answers_are_due_the_round_and_whom_to_ask(desk):
    name, content = delivery.covering_letter(desk, 1)
    text, totals = paragraphs(content)

    assert name == "反馈函_2024-2_80901_示例科学研究院_第1轮_1.docx"
    assert totals == [
        ["暂不提供查询的原因", "记录数"], ["关键信息不完整", "2"], ["关键信息不准确", "1"], ["疑似违反国家学位授予政策", "3"],
        ["涉密", "1"], ["合计", "7"],
    ]
    assert "示例科学研究院：" in text
    assert "有7条学位授予信息" in text
    assert "第1轮" in text
    assert "于2025年10月11日前答复" in text
    assert CONTACTS in text
    assert "其中1条为涉密数据，附件不列" in text
    assert delivery.workbook(desk, 1)[0] in text


def test_the_letter_is_the_same_bytes_at_any_time_and_names_nobody(desk):
    _, content = delivery.covering_letter(desk, 1)

    assert delivery.covering_letter(at_desk(desk, at=datetime(2026, 1, 5, 9)), 1)[1] == content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(2025, 9, 15, 12, 0, 0)}
        everything = b"".join(parts.read(name) for name in parts.namelist()).decode(errors="ignore")
    assert not [record["XM"] for record in people(7) if record["XM"] in everything]
