"""第七条 学位授予单位对本单位暂不提供网上查询的反馈数据进行核实……进行信息变更、撤销备案以及电子照片的补报、更正工作；……须做出书面说明。

The answer comes as the feedback workbook, filled in: read row by row, each row with its receipt.
"""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import (
    answer_receipts,
    answer_workbook,
    answers,
    corrections,
    explanations,
    feedback,
    feedback_workbook,
    revocation,
)
from core.errors import BadRequest, CentreError, NotAuthorised, NotFound, UnreadableFiling
from core.reading import plain
from core.revocation import Withdrawal
from core.vocabulary import Duty
from tests.builders import NAMELESS, SECRET, TERM, TOO_FAST, WRONG_BIRTH, a_filing, at_desk, people
from tests.builders_answers import KEYS, Formula, Returned, handed, returned, take, told_of
from tests.builders_corrections import settled, standing

CHANGE, WITHDRAW, EXPLAIN = "信息变更", "撤销备案", "书面说明"
STANDS = "taken"
# rows on the sheet: nameless 2 and 3, wrong birth dates 4 and 5, too fast 6 to 8
NAME, OTHER_NAME, BIRTH, OTHER_BIRTH, FAST = 2, 3, 4, 5, 6


@pytest.fixture
def workbook(desk):
    """A notice's workbook: two records without names, two with wrong birth dates, three conferred too fast."""
    records = people(2, **NAMELESS) + people(2, first=5, **WRONG_BIRTH) + people(3, first=10, **TOO_FAST)
    a_filing(desk, records, approved=True)
    feedback.issue(desk, TERM)
    return returned(desk, 1)


def only(told, row):
    """That row refused and every other answered one taken; the refusal."""
    assert {at for at, (outcome, _) in told.items() if outcome == STANDS} == {
        at for at, (outcome, _) in told.items() if outcome != "blank" and at != row
    }
    assert told[row][0] == "refused"
    return told[row][1]


def asked(desk):
    """What waits to be settled: record, field and new value, or the kind where no field is changed."""
    return desk.db.frame("""
        SELECT c.record_id, coalesce(d.field, c.kind) AS what, d.after FROM correction AS c
        LEFT JOIN correction_field AS d ON d.correction_id = c.correction_id ORDER BY ALL""").rows()


def test_the_workbook_that_is_sent_is_the_one_that_is_read(desk, workbook, tmp_path):
    sent = tmp_path / "sent.xlsx"
    sent.write_bytes(feedback_workbook.workbook(feedback.notice(desk, 1), feedback.lines(desk, 1)))

    read = answer_workbook.read(sent)

    assert read == answer_workbook.read(workbook.save(tmp_path / "returned.xlsx"))
    assert read.notice_id == 1
    assert all(row.blank and row.key for row in read.rows) and len(read.rows) == 7


def test_every_row_is_answered_and_what_stands_becomes_what_was_asked_for(desk, workbook):
    workbook.answer(0, CHANGE, "张明", "录入遗漏").answer(1, WITHDRAW).answer(2, CHANGE, "CSRQ=20030307").answer(4, EXPLAIN, note="衔接培养")

    told = take(desk, workbook)

    assert [told[row][0] for row in sorted(told)] == ["taken", "taken", "taken", "blank", "taken", "blank", "blank"]
    records = [int(row["record"]) for row in workbook.rows]
    assert asked(desk) == [(records[0], "XM", "张明"), (records[1], "withdraw", None), (records[2], "CSRQ", "20030307")]
    assert corrections.one(desk, 1)["note"] == "录入遗漏"
    paper = explanations.paper(desk, 1)
    assert (paper["number"], paper["summary"]) == ("示科院研〔2025〕8号", "衔接培养")
    cases = dict(desk.db.frame("SELECT record_id, status FROM withheld_case").iter_rows())
    assert [cases[record] for record in records] == ["answered"] * 3 + ["sent", "answered", "sent", "sent"]


def test_what_was_taken_passes_the_one_gate_with_the_months_run(desk, workbook):
    workbook.answer(0, CHANGE, "张明").answer(1, WITHDRAW)
    take(desk, workbook)
    settled(desk, 1, 2)

    assert [line["status"] for line in standing(desk)][:2] == ["cleared", "withdrawn"]


def test_rows_may_be_put_in_another_order(desk, workbook):
    workbook.answer(0, CHANGE, "张明").answer(4, EXPLAIN, note="衔接培养")
    workbook.rows.reverse()

    told = take(desk, workbook)

    assert (told[8][0], told[4][0]) == (STANDS, STANDS)
    assert asked(desk) == [(int(workbook.rows[6]["record"]), "XM", "张明")]


def test_answers_sorted_away_from_their_rows_are_refused(desk, workbook):
    workbook.answer(0, CHANGE, "张明").answer(3, WITHDRAW)
    keys = [row["key"] for row in workbook.rows]
    for row, key in zip(workbook.rows, keys[1:] + keys[:1], strict=True):
        row["key"] = key

    told = take(desk, workbook)

    assert "only some columns were sorted" in told[NAME][1] and told[NAME][0] == told[OTHER_BIRTH][0] == "refused"
    assert asked(desk) == []


def test_columns_for_people_may_be_deleted(desk, workbook):
    workbook.columns = ["key", "action", "new_value", "explanation"]
    workbook.identity = None

    assert take(desk, workbook.answer(0, CHANGE, "张明"))[NAME][0] == STANDS


def test_without_its_key_a_row_is_known_by_record_check_and_field(desk, workbook):
    workbook.columns.remove("key")

    assert take(desk, workbook.answer(0, CHANGE, "张明").answer(3, WITHDRAW))[NAME][0] == STANDS
    assert len(asked(desk)) == 2


def test_without_key_and_check_each_row_is_refused(desk, workbook):
    for key in ("key", "rule"):
        workbook.columns.remove(key)

    assert "key was changed" in take(desk, workbook.answer(0, CHANGE, "张明"))[NAME][1]


def test_a_deleted_answer_column_refuses_the_rows_that_need_it(desk, workbook):
    workbook.columns.remove("new_value")

    assert "needs its new value" in only(take(desk, workbook.answer(0, CHANGE, "张明").answer(1, WITHDRAW)), NAME)


def test_without_the_column_of_actions_nothing_can_be_read(desk, workbook):
    workbook.columns.remove("action")

    with pytest.raises(UnreadableFiling, match="处理"):
        take(desk, workbook.answer(0, CHANGE, "张明"))
    assert answer_receipts.total(desk) == 0


def test_a_workbook_that_tells_nothing_of_its_notice_is_refused_whole(desk, workbook):
    workbook.columns.remove("key")
    workbook.identity = None

    with pytest.raises(NotFound):
        take(desk, workbook.answer(0, CHANGE, "张明"))


def test_rows_of_another_institution_are_refused(desk, workbook):
    a_filing(desk, people(1, institution="10384", **NAMELESS), institution="10384", approved=True, name="other.csv")
    feedback.issue(desk, TERM)
    other = returned(desk, 2).answer(0, CHANGE, "张海")
    workbook.answer(0, CHANGE, "张明").rows += other.rows

    assert "another institution" in only(take(desk, workbook), 9)


@pytest.mark.parametrize("damaged", [110101200303072132.0, "1.10101E+17", 1.5], ids=["number", "shown", "fraction"])
def test_numbers_damaged_by_a_spreadsheet_are_refused(desk, workbook, damaged):
    workbook.answer(0, CHANGE, "张明").answer(2, CHANGE, damaged)

    assert "lost digits" in only(take(desk, workbook), BIRTH)


@pytest.mark.parametrize("formula", [Formula(), "=A1", "＝A1", "@SUM(A1)"], ids=["computed", "text", "full width", "at"])
def test_formulas_are_refused(desk, workbook, formula):
    workbook.answer(0, CHANGE, formula).answer(1, WITHDRAW)

    assert "formula" in only(take(desk, workbook), NAME)


def test_a_computed_action_is_refused_too(desk, workbook):
    workbook.answer(0, Formula("=T1", WITHDRAW)).answer(1, WITHDRAW)

    assert "formula" in only(take(desk, workbook), NAME)


def test_the_same_row_twice_with_different_answers_is_refused_both_times(desk, workbook):
    workbook.answer(0, CHANGE, "张明").answer(1, WITHDRAW).rows.append({**workbook.rows[0], "new_value": "张海"})

    told = take(desk, workbook)

    assert [told[row][0] for row in (NAME, OTHER_NAME, 9)] == ["refused", STANDS, "refused"]
    assert "rows 2、9" in told[9][1]


def test_the_same_row_twice_with_the_same_answer_is_taken_once(desk, workbook):
    workbook.answer(0, CHANGE, "张明").rows.append(dict(workbook.rows[0]))

    told = take(desk, workbook)

    assert (told[NAME][0], told[9][0]) == (STANDS, "repeated")
    assert len(asked(desk)) == 1


def test_the_same_workbook_twice_is_told_and_doubles_nothing(desk, workbook):
    workbook.answer(0, CHANGE, "张明").answer(1, WITHDRAW).answer(4, EXPLAIN, note="衔接培养")
    path = workbook.save(desk.db.folder.parent / "twice.xlsx")
    first = answers.take_in(desk, path, "反馈.xlsx", handed(desk))
    before = asked(desk)

    second = answers.take_in(desk, path, "反馈.xlsx", handed(desk))

    assert {outcome for outcome, _ in told_of(desk, first).values()} == {STANDS, "blank"}
    assert {outcome for outcome, _ in told_of(desk, second).values()} == {"repeated", "blank"}
    assert answer_receipts.one(desk, second)["same_as"] == first
    assert asked(desk) == before
    assert explanations.papers(desk).height == 1


def test_the_same_workbook_with_the_evidence_it_lacked_is_taken_then(desk, workbook):
    workbook.answer(0, CHANGE, "张明").answer(1, WITHDRAW)

    first = take(desk, workbook, evidence=())

    assert all("evidence" in first[row][1] for row in (NAME, OTHER_NAME))
    again = take(desk, workbook)
    assert [again[row][0] for row in (NAME, OTHER_NAME)] == [STANDS, STANDS]


def test_last_rounds_workbook_is_refused_once_the_record_was_fed_back_again(desk, workbook):
    workbook.answer(0, CHANGE, "CSRQ=20030308").answer(1, CHANGE, "张明")
    told = take(desk, workbook)
    assert told[OTHER_NAME][0] == STANDS
    settled(desk, 1)
    later = at_desk(desk, at=desk.now() + timedelta(days=60))
    with desk.db.transaction() as tx:
        tx.run("UPDATE withheld_case SET status = 'open' WHERE record_id = $id", id=int(workbook.rows[0]["record"]))
    feedback.issue_month(later, "2025-10")

    again = take(later, workbook.answer(3, WITHDRAW))

    assert "earlier round" in again[NAME][1]
    assert "moved since" in again[OTHER_NAME][1]
    assert again[OTHER_BIRTH][0] == STANDS


def test_an_answer_for_a_record_that_has_left_the_line_is_refused(desk, workbook):
    number = workbook.rows[0]["record"]
    revocation.take_in(desk, Withdrawal("80901", desk.now().date(), "学位办", "误报"), [f"#{number}"])

    assert "Filing withdrawn" in only(take(desk, workbook.answer(0, CHANGE, "张明").answer(1, CHANGE, "张海")), NAME)


def test_a_date_to_come_is_refused(desk, workbook):
    workbook.answer(0, CHANGE, "HXWRQ=20991231").answer(1, CHANGE, "张海")

    assert "will not do" in only(take(desk, workbook), NAME)


def test_a_paper_dated_after_today_refuses_the_explained_rows_alone(desk, workbook):
    workbook.answer(0, CHANGE, "张明").answer(4, EXPLAIN, note="衔接培养")

    told = take(desk, workbook, dated=desk.now().date() + timedelta(days=1))

    assert "after today" in only(told, FAST)


def test_explained_rows_need_the_papers_number_and_date(desk, workbook):
    assert "number and date" in only(take(desk, workbook.answer(1, WITHDRAW).answer(4, EXPLAIN, note="衔接"), dated=None), FAST)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((EXPLAIN, "", "数据无误"), "cannot be answered by"),
        (("照片补报", "", ""), "cannot be answered by"),
        (("请改正", "张明", ""), "Choose one action"),
        (("", "张明", ""), "Choose one action"),
        ((CHANGE, "", ""), "needs its new value"),
        ((CHANGE, "  ", "见附件"), "needs its new value"),
        ((WITHDRAW, "张明", ""), "Keep one of the two"),
        ((CHANGE, "清空", ""), "on file already"),
        ((CHANGE, "MJ=公开", ""), "does not carry the field"),
        ((CHANGE, "张" * 3000, ""), "longer than"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_what_to_do(desk, workbook, answer, said):
    workbook.answer(0, *answer).answer(1, WITHDRAW)

    assert said in only(take(desk, workbook), NAME)


def test_a_suspicion_is_explained_in_words(desk, workbook):
    assert "Write it" in only(take(desk, workbook.answer(1, WITHDRAW).answer(4, EXPLAIN)), FAST)


def test_a_finding_that_does_not_stand_any_more_needs_no_answer(desk, workbook):
    with desk.db.transaction() as tx:
        tx.run("UPDATE finding SET closed = 'test' WHERE record_id = $id", id=int(workbook.rows[0]["record"]))

    assert "does not stand" in only(take(desk, workbook.answer(0, CHANGE, "张明").answer(1, WITHDRAW)), NAME)


def test_a_records_changes_are_taken_together_or_not_at_all(desk):
    a_filing(desk, people(2, **(NAMELESS | WRONG_BIRTH)), approved=True)
    feedback.issue(desk, TERM)
    workbook = returned(desk, 1)
    first = int(workbook.rows[0]["record"])
    for at, row in enumerate(workbook.rows):
        workbook.answer(at, CHANGE, "张明" if row["rule"] == "I01" else "CSRQ=20030307")
    bad = workbook.row_of(first, "A13")
    workbook.rows[bad]["new_value"] = Formula()

    told = take(desk, workbook)

    assert "formula" in told[bad + 2][1]
    assert "Another row of this record" in told[workbook.row_of(first, "I01") + 2][1]
    assert {what for _, what, _ in asked(desk)} == {"XM", "CSRQ"} and {record for record, *_ in asked(desk)} == {first + 1}


@pytest.mark.parametrize("second", [(CHANGE, "XM=张海"), (WITHDRAW, "")], ids=["values", "actions"])
def test_rows_of_a_record_that_contradict_each_other_are_refused(desk, second):
    a_filing(desk, people(1, **(NAMELESS | WRONG_BIRTH)), approved=True)
    feedback.issue(desk, TERM)
    workbook = returned(desk, 1)
    workbook.answer(0, CHANGE, "XM=张明").answer(1, *second)

    assert {outcome for outcome, _ in take(desk, workbook).values()} == {"refused"}
    assert asked(desk) == []


def test_classified_records_are_nowhere_in_a_receipt_of_others(desk, workbook):
    workbook.answer(0, CHANGE, "张明").answer(1, WITHDRAW)
    take(desk, workbook)
    with desk.db.transaction() as tx:
        tx.run("UPDATE finding SET class = 'classified' WHERE record_id = $id", id=int(workbook.rows[0]["record"]))
    others = at_desk(desk, *(duty for duty in Duty if duty is not Duty.CLASSIFIED))

    assert answer_receipts.lines(others, 1)["row"].to_list() == [3, 4, 5, 6, 7, 8]
    assert answer_receipts.lines(desk, 1).height == 7
    assert "not fed back" in take(others, workbook)[NAME][1]


def test_the_receipt_is_a_workbook_of_text_for_the_institution(desk, workbook, tmp_path):
    take(desk, workbook.answer(0, CHANGE, "张明").answer(2, CHANGE, "1"))
    path = tmp_path / "receipt.xlsx"
    path.write_bytes(answer_receipts.workbook(desk, 1))
    (_, lines), = plain.sheets(path)
    head, _, first, *_ = lines

    assert "已收下1行，未收1行，此前已收0行，未答复5行" in head[0]
    assert (first[0], first[5]) == ("2", "已收下") and "待月度整理" in first[6]


def test_who_answers_must_be_named_and_only_the_centre_takes_answers_in(desk, workbook):
    with pytest.raises(BadRequest, match="person"):
        take(desk, workbook, requester=" ")
    for other in (at_desk(desk, *Duty, province="11"), at_desk(desk, Duty.READ)):
        with pytest.raises(NotAuthorised):
            take(other, workbook)


def test_those_who_do_not_send_feedback_take_in_all_but_explanations(desk, workbook):
    clerk = at_desk(desk, Duty.READ, Duty.LOAD)

    assert "Send feedback" in only(take(clerk, workbook.answer(1, WITHDRAW).answer(4, EXPLAIN, note="衔接")), FAST)


def test_what_came_is_kept_as_it_came(desk, workbook):
    take(desk, workbook.answer(0, CHANGE, "张明"))

    kept, = (desk.db.folder / "answers").iterdir()
    assert kept.read_bytes() == (desk.db.folder.parent / "returned.xlsx").read_bytes()


def test_many_rows_are_taken_in_at_once(desk):
    a_filing(desk, people(300, **NAMELESS), approved=True)
    feedback.issue(desk, TERM)
    workbook = returned(desk, 1)
    for at in range(300):
        workbook.answer(at, CHANGE, f"张{'明海安波'[at % 4]}")

    assert {outcome for outcome, _ in take(desk, workbook).values()} == {STANDS}
    assert len(asked(desk)) == 300


def test_records_fed_back_by_count_alone_cannot_be_answered_in_a_workbook(desk):
    a_filing(desk, people(1, **SECRET) + people(1, first=3, **NAMELESS), approved=True)
    feedback.issue(desk, TERM)

    assert len(returned(desk, 1).rows) == 1


CELLS = st.one_of(
    st.sampled_from(["", CHANGE, WITHDRAW, EXPLAIN, "照片补报", "张明", "张海", "清空", "XM=张安", "CSRQ=20030307", "=A1", "'", "1.1E+17", "\u202e",
                     "1-1-3-1", "9-9-9-9", "0-0-0-0", "99999999999999999999-1-1-1", "1-99999999999-3-1"]),
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-10**6, 10**6), st.just(Formula()),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_to_a_workbook_no_wrong_row_is_taken(desk, workbook, data):
    """Cells overwritten, rows moved and doubled, columns gone: each row is told, and nothing is asked of a record but what
    a row of its own with its own key says."""
    spoiled = Returned(list(workbook.columns), [dict(row) for row in workbook.rows], dict(workbook.identity))
    for _ in range(data.draw(st.integers(1, 12))):
        row = data.draw(st.sampled_from(spoiled.rows))
        row[data.draw(st.sampled_from(KEYS))] = data.draw(CELLS)
    spoiled.rows = data.draw(st.lists(st.sampled_from(spoiled.rows), min_size=1, max_size=12))
    spoiled.columns = data.draw(st.permutations(spoiled.columns))[: data.draw(st.integers(1, len(KEYS)))]
    before = set(asked(desk))

    with suppress(CentreError):
        told = take(desk, spoiled)
        assert {"taken", "refused", "repeated", "blank"} >= {outcome for outcome, _ in told.values()}

    keyed = {row["key"]: int(row["record"]) for row in workbook.rows}
    for record, what, value in set(asked(desk)) - before:
        own = [row for row in spoiled.rows if keyed.get(row["key"], row["record"]) in (record, str(record))]
        said = [str(row["new_value"]).strip() for row in own if row["action"] in (CHANGE, WITHDRAW)]
        assert any(value is None or text == value or text.endswith(f"={value}") or (text, what) == ("清空", what) for text in said)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda rest: b"PK\x03\x04" + rest)), cut=st.floats(0, 1))
def test_whatever_bytes_come_are_refused_in_words(desk, workbook, content, cut):
    path = workbook.save(desk.db.folder.parent / "bytes.xlsx")
    whole = path.read_bytes()
    at = int(cut * len(whole))
    for bytes_ in (content, whole[:at], whole[:at] + content + whole[at + len(content) :]):
        path.write_bytes(bytes_)
        with suppress(CentreError):
            answers.take_in(desk, path, "反馈.xlsx", handed(desk))
    assert asked(desk) == []
