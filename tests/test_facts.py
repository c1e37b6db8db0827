"""旁证: what records tell of each other, within a filing and on file, against oracles in plain Python and by whole filings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from core import archive, checking, comparison, facts, ledger, reading, reference, revocations, sorting
from core import draft as drafts
from core.deadlines import Term
from core.lifecycle import RECORD
from core.record import COLUMNS
from core.rules import RULES, Sight
from core.sorting import Entering
from core.twins import near_twins
from core.vocabulary import Category
from tests.builders import TERM, Record, a_context, a_csv, a_desk, a_filing, a_number, people
from tests.builders_tables import table, with_tables

COMPARED = ("X04", "X05", "X06", "X07", "P06", "P08", "P09", "P23", "O05")
EARLIER = {"HXWRQ": "20240620", "BYNY": "202406", "RXNY": "202009", "KSH": None}
MASTER = {
    "XWLBM": "308", "XWLB": "工学硕士学位", "ZYDM": "0812", "ZYMC": "计算机科学与技术", "KSH": None, "RXNY": "202209",
    "BYNY": "202506", "XZ": "3", "LWLX": "应用研究",
}
PASSPORT = {"ZJLXM": "06", "ZJLX": "护照", "GBM": "124", "GB": "加拿大", "MZM": None, "MZ": None, "ZZMMM": None, "ZZMM": None}
ELSEWHERE = {"XWSYDWM": "80902", "PYDWM": "80902"}


def a_head(row: int, **changes: object) -> dict[str, object]:
    """The few columns of one bachelor of June 2025 by which it is compared with others."""
    right = {
        "row": row, "filer": "80901", "name": "张明", "certificate": f"{row:016d}", "person": "11010120030307213", "level": "4",
        "major": "080901", "born": date(2003, 3, 7), "sex": "1", "conferred": date(2025, 6, 20), "entered": date(2021, 9, 1),
        "graduated": date(2025, 6, 1), "full_time": True, "declared": False, "suspect": False,
    }
    return right | changes


def heads(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=facts.HEADS)


def told(known: pl.DataFrame, name: str) -> list[object]:
    """One fact by row, for the rows of which it is known and not false."""
    if name not in known.columns:
        return []
    return [(row, value) for row, value in known.select("row", name).iter_rows() if value not in (None, False)]


def again(record: Record, number: int, **changes: str | None) -> Record:
    """Another degree of the same person: another certificate number, another day and major."""
    own = {"XWZSBH": f"{record['XWZSBH'][:10]}{number:06d}", "ZYDM": "080902", "ZYMC": "软件工程", "HXWRQ": "20250626"}
    return record | own | changes


def found(desk, filing_id: int) -> set[tuple[int, str]]:
    """Row and rule of a filing's findings by checks that compare records."""
    rows = desk.db.frame(
        "SELECT r.filing_row, g.rule FROM finding AS g JOIN record AS r ON r.record_id = g.record_id "
        "WHERE g.filing_id = $filing_id", filing_id=filing_id,
    )
    return {(row, rule) for row, rule in rows.iter_rows() if rule in COMPARED}


def a_draft(desk, records: Sequence[Record], *, rows: int = 1000, **told_of: object) -> drafts.Draft:
    """A draft of these records, in the layout that tells most, judged so many rows at a time."""
    path = a_csv(desk.db.folder.parent / "draft.csv", records, layout="named")
    source = reading.open_filing(path)
    context = replace(a_context(approved=None), columns=frozenset(source.columns), **told_of)
    return drafts.draw_up(source, context, desk.db.folder / "work", rows=rows)


def foreseen(desk, records: Sequence[Record], *, filing_id: int = 0, rows: int = 1000, **told_of: object):
    draft = a_draft(desk, records, rows=rows, **told_of)
    return archive.foresee(desk.db, draft, filing_id=filing_id)


def compared(checked: checking.Checked) -> set[tuple[int, str]]:
    return {(row, rule) for row, rule in checked.findings.select("row", "rule").iter_rows() if rule in COMPARED}


def move(desk, filing_id: int, event: str) -> None:
    with desk.db.transaction() as tx:
        ledger.move(
            tx, RECORD, event, ledger.act_of(desk, "filing", filing_id), filing_id=filing_id,
            chosen="SELECT record_id, version FROM record WHERE filing_id = $filing_id",
        )


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ({"name": "李明"}, "known_other_name"),
        ({"name": "萧明", "twin_name": "肖明"}, "known_other_name"),
        ({"name": "买买提·艾力", "twin_name": "买买提艾力"}, None),
        ({"name": "JOHN SMITH", "twin_name": "John  Smith"}, None),
        ({"name": None}, None),
        ({"born": date(2003, 7, 3)}, "known_other_details"),
        ({"born": None}, None),
        ({"sex": "2"}, "known_other_details"),
        ({"sex": "9"}, None),
        ({"sex": None}, None),
    ],
    ids=["name", "肖 and 萧 are two names", "no dot", "case and spaces", "no name", "birth", "no birth", "sex", "no known sex", "no sex"],
)
def test_what_differs_under_one_number_is_another_name_or_other_details(change, fact):
    name = change.pop("twin_name", "张明")
    other = {"major": "080902", "name": name}

    known = facts.of_filing(heads(a_head(2, **other | change), a_head(3, **other | {"major": "080903"}), a_head(4, person="E1")))

    for each in ("known_other_name", "known_other_details", "known_same_major"):
        assert told(known, each) == ([(2, True), (3, True)] if each == fact else [])


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True), ({"declared": True}, True), ({"level": "3"}, False), ({"major": "080902"}, False), ({"major": None}, False),
        ({"certificate": f"{2:016d}"}, False), ({"person": None}, False),
    ],
    ids=["two certificates", "declared a second degree", "another level", "another major", "no major", "one certificate", "no number"],
)
def test_one_major_on_two_certificates_of_a_level_is_conferred_twice(change, same):
    known = facts.of_filing(heads(a_head(2), a_head(3, **change)))

    assert told(known, "known_same_major") == ([(2, True), (3, True)] if same else [])


def _slip(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    wrong = [place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    if len(wrong) == 1:
        return True
    swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
    return swapped and one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]


NUMBERS = st.text("12X军", min_size=1, max_size=5) | st.sampled_from(["11010120030307213", "11010120030307231", "1101012003030721"])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(filed=st.lists(st.tuples(NUMBERS, st.sampled_from(["张明", "李明"])), max_size=8), on_file=st.lists(NUMBERS, max_size=3))
def test_near_twins_are_the_pairs_one_slip_apart(filed, on_file):
    everyone = [*enumerate(filed), *((None, (number, "张明")) for number in on_file)]
    frame = pl.DataFrame(
        [(row, "80901", name, date(2003, 3, 7), number) for row, (number, name) in everyone],
        schema={name: facts.HEADS[name] for name in ("row", "filer", "name", "born", "person")}, orient="row",
    )

    near = set(near_twins(frame)["row"])

    assert near == {
        row for row, (number, name) in enumerate(filed)
        if any(_slip(number, other) and name == of for _, (other, of) in everyone)
    }


@pytest.mark.parametrize(
    ("other", "near"),
    [
        ({"person": "11010120030307214"}, True),
        ({"person": "11010120030307312"}, False),
        ({"person": "11010120030307231"}, True),
        ({"person": "1101012003030721"}, False),
        ({"person": "11010120030307224"}, False),
        ({"person": "11010120030307214", "name": "张鸣"}, False),
        ({"person": "11010120030307214", "born": date(2003, 3, 8)}, False),
        ({"person": None}, False),
    ],
    ids=["one digit", "ends transposed", "neighbours transposed", "one digit short", "two digits", "another name", "another day", "none"],
)
def test_a_namesake_born_the_same_day_is_near_when_one_slip_parts_the_numbers(other, near):
    known = facts.of_filing(heads(a_head(2), a_head(3, **other), a_head(4, name="王五", person="E12345678")))

    assert told(known, "known_near_twin") == ([(2, True), (3, True)] if near else [])


def _plainly(ours: list[dict], theirs: list[dict]) -> dict[str, dict[int, object]]:
    """The facts of persons by a loop over all pairs."""
    known: dict[str, dict[int, object]] = {name: {} for name in facts.KNOWN}
    for head in ours:
        others = [each | {"here": True, "status": "on_file"} for each in ours if each["row"] != head["row"]] + theirs
        for other in (each for each in others if each["person"] == head["person"] is not None):
            current = other["status"] == "on_file"
            same = {name: head[name] is not None and head[name] == other[name] for name in facts.HEADS}
            differ = {name: None not in (head[name], other[name]) and head[name] != other[name] for name in facts.HEADS}
            days = [each["conferred"] for each in (head, other)]
            known_days = None not in days
            says = {
                "known_other_name": current and differ["name"],
                "known_other_details": current and (differ["born"] or (differ["sex"] and "9" not in (head["sex"], other["sex"]))),
                "known_same_major": current and same["level"] and same["major"] and differ["certificate"],
                "known_bachelor": current and other["level"] == "4" and not same["certificate"]
                and not (known_days and days[1] > days[0]),
                "known_revoked": other["status"] == "revoked"
                and (same["certificate"] or (other["here"] and same["level"] and known_days and days[0] <= days[1])),
                "known_withdrawn": other["status"] == "withdrawn" and same["certificate"],
            }
            for name in (name for name, value in says.items() if value):
                known[name][head["row"]] = True
            full_time = head["full_time"] and other["full_time"] and not other["declared"]
            studied = [each[name] for each in (head, other) for name in ("entered", "graduated")]
            if current and not other["here"] and same["level"] and full_time and None not in studied:
                first, last = max(studied[0], studied[2]), min(studied[1], studied[3])
                months = (last.year - first.year) * 12 + last.month - first.month
                before = known["known_overlap_months"].get(head["row"], months)
                known["known_overlap_months"][head["row"]] = max(before, months)
    return known


def _maybe(*values: object) -> st.SearchStrategy:
    return st.sampled_from([*values, values[0], None])


OTHER = st.fixed_dictionaries({
    "name": _maybe("张明", "李明"), "certificate": _maybe("C1", "C2", "C3"), "person": _maybe("P1", "P2"),
    "level": _maybe("4", "3"), "major": _maybe("080901", "0812"), "born": _maybe(date(2003, 3, 7), date(2003, 3, 8)),
    "sex": _maybe("1", "2", "9"), "conferred": _maybe(date(2024, 6, 1), date(2025, 6, 1)),
    "entered": _maybe(date(2020, 9, 1), date(2022, 9, 1)), "graduated": _maybe(date(2023, 7, 1), date(2024, 7, 1)),
    "full_time": st.booleans(), "declared": st.booleans(),
})
ON_FILE = st.tuples(OTHER, st.booleans(), st.sampled_from(["on_file", "on_file", "revoked", "withdrawn"]))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(filed=st.lists(OTHER, max_size=6), on_file=st.lists(ON_FILE, max_size=4))
def test_facts_of_persons_are_those_of_a_loop_over_all_pairs(filed, on_file):
    ours = [each | {"row": row, "filer": "80901", "suspect": False} for row, each in enumerate(filed)]
    theirs = [each | {"here": here, "status": status, "filer": "80901", "suspect": False, "row": None} for each, here, status in on_file]
    beside = [
        {name: other[name] for name in facts.ACQUAINTED} | {"row": head["row"]}
        for head in ours for other in theirs if head["person"] == other["person"] is not None
    ]

    known = facts.of_filing(heads(*ours), pl.DataFrame(beside, schema=facts.ACQUAINTED))

    plainly = _plainly(ours, theirs)
    for name in ("known_other_name", "known_other_details", "known_same_major", "known_overlap_months", "known_bachelor",
                 "known_revoked", "known_withdrawn"):
        values = {row: value for row, value in known.select("row", name).iter_rows() if value not in (None, False)} \
            if name in known.columns else {}
        assert {row: value for row, value in plainly[name].items() if value is not False} == values, name


def test_a_number_that_a_whole_filing_shares_is_looked_at_in_little_memory():
    filed = pl.DataFrame(
        [a_head(row, person="1", name=f"张{row % 9}", major=f"{row}") for row in range(2, 3_002)], schema=facts.HEADS
    )

    known = facts.of_filing(filed)

    assert len(told(known, "known_other_name")) == 3_000


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({"XM": "李明"}, {"X04"}),
        ({"XM": "萧明"}, {"X04"}),
        ({"XM": "张 明"}, set()),
        ({"ZYDM": "080901"}, {"X07"}),
        ({"ZYDM": "080901", "SFDEXW": "是"}, {"X07"}),
        ({}, set()),
    ],
    ids=["another name", "肖 and 萧", "a space in the name", "the same major", "declared, the same major", "another degree"],
)
def test_a_person_on_file_with_another_name_or_the_same_major(tmp_path, change, rules):
    desk = a_desk(tmp_path)
    first = people(1, XM="肖明" if change.get("XM") == "萧明" else "张明")
    a_filing(desk, first, layout="named", name="first.csv")

    second = a_filing(desk, [again(first[0], 77, **change), *people(1, first=5)], layout="named", name="second.csv")

    assert found(desk, second.filing_id) == {(2, rule) for rule in rules}
    assert found(desk, 1) == set()


@pytest.mark.parametrize("change", [{"CSRQ": "20030308"}, {"XBM": "2", "XB": "女"}], ids=["birth date", "sex"])
def test_other_details_under_one_passport_number(tmp_path, change):
    desk = a_desk(tmp_path)
    first = people(1, ZJHM="AB1234567", **PASSPORT)
    international = Category.BACHELOR_INTERNATIONAL
    a_filing(desk, first, category=international, name="first.csv")

    second = a_filing(desk, [again(first[0], 77, **change)], category=international, name="second.csv")

    assert found(desk, second.filing_id) == {(2, "X05")}


@pytest.mark.parametrize(
    ("number", "institution", "near"),
    [("AB1234576", "80901", True), ("AB1234568", "80901", True), ("AB123456", "80901", False), ("AB1234576", "80902", False)],
    ids=["transposed", "one digit", "one short", "elsewhere"],
)
def test_a_near_twin_on_file_at_the_same_institution_is_a_note(tmp_path, number, institution, near):
    desk = a_desk(tmp_path)
    first = people(1, ZJHM="AB1234567", **PASSPORT)
    international = Category.BACHELOR_INTERNATIONAL
    a_filing(desk, first, category=international, name="first.csv")

    twin = people(1, institution=institution, ZJHM=number, XWZSBH=f"{institution}42025000999", **PASSPORT)
    second = a_filing(desk, twin, category=international, institution=institution, name="second.csv")

    assert found(desk, second.filing_id) == ({(2, "X06")} if near else set())
    assert second.outcome.withheld == 0


@pytest.mark.parametrize(
    ("change", "told_of", "fails"),
    [
        ({}, {}, True),
        ({"XXXS": "非全日制"}, {}, False),
        ({"RXNY": "202403"}, {}, False),
        ({"RXNY": "202402"}, {}, True),
        ({"SFLHXW": "是"}, {}, False),
        ({}, {"category": Category.BACHELOR_ADULT}, False),
        ({"XXXS": "全日制"}, {"category": Category.MASTER_PROFESSIONAL}, True),
        ({}, {"institution": "80901"}, False),
    ],
    ids=["full time", "part time", "three months", "four months", "joint degree", "adult", "told full time", "one institution"],
)
def test_full_time_studies_at_two_institutions_overlap(tmp_path, change, told_of, fails):
    desk = a_desk(tmp_path)
    first = people(1, **EARLIER)
    a_filing(desk, first, layout="named", term=Term(2023, 2), name="first.csv")

    checked = foreseen(desk, [again(first[0], 77, RXNY="202109", KSH=None) | change], **{"institution": "80902"} | told_of)

    assert ((2, "P06") in compared(checked)) == fails


def test_a_degree_declared_as_a_minor_elsewhere_does_not_overlap(tmp_path):
    desk = a_desk(tmp_path)
    first = people(1, **EARLIER, SFFXXW="是", QZXW="工学学士")
    a_filing(desk, first, layout="named", term=Term(2023, 2), name="first.csv")

    checked = foreseen(desk, [again(first[0], 77, RXNY="202109", KSH=None, SFFXXW=None)], institution="80902")

    assert (2, "P06") not in compared(checked)


def _on_file_since(day: date | None):
    line = {"table": "archive", "key": "*", "valid_from": day}
    return with_tables(coverage=pl.concat([reference.load().table("coverage"), table("coverage", [line])]))


def _classes(checked: checking.Checked, rule: str) -> list[str]:
    return checked.findings.filter(pl.col("rule") == rule)["class"].to_list()


OF_1985 = {"CSRQ": "19850307", "ZJHM": a_number(3, "19850307")}


@pytest.mark.parametrize(
    ("change", "since", "on_file", "classes"),
    [
        ({}, date(2008, 9, 1), False, ["policy"]),
        ({}, date(2008, 9, 1), True, []),
        (OF_1985, date(2008, 9, 1), False, ["note"]),
        ({"QZXW": "工学学士"}, date(2008, 9, 1), False, []),
        ({}, date(2025, 7, 1), False, []),
        ({}, date(2021, 3, 7), False, ["note"]),
        ({}, date(2021, 3, 6), False, ["policy"]),
        ({}, None, False, ["policy"]),
    ],
    ids=["no bachelor", "bachelor on file", "of age before", "degree given", "not covered", "18 that day", "17 that day", "for ever"],
)
def test_a_master_without_an_earlier_degree(tmp_path, change, since, on_file, classes):
    desk = a_desk(tmp_path)
    first = people(1, first=3, **EARLIER)
    if on_file:
        a_filing(desk, first, layout="named", term=Term(2023, 2), name="first.csv")
    master = first[0] | MASTER | {"XWZSBH": "8090132025000009", "HXWRQ": "20250620", "QZXW": None} | change
    other = people(1, first=8, **MASTER, QZXW="工学学士", XWZSBH="8090132025000010")[0]

    told_of = {"category": Category.MASTER, "reference": _on_file_since(since)}
    checked = foreseen(desk, [master, other], **told_of)

    assert _classes(checked, "P08") == classes


def test_without_a_word_on_what_is_on_file_nobody_lacks_a_first_degree(tmp_path):
    desk = a_desk(tmp_path)
    record = again(people(1)[0], 77, SFDEXW="是")

    tally = foreseen(desk, [record]).tally

    assert tally.filter(pl.col("rule") == "P09").select("evaluated", "failed", "no_reference").row(0) == (0, 0, 1)


@pytest.mark.parametrize(
    ("beside", "institution", "fails"),
    [([], None, True), (["20250620"], None, False), (["20250627"], None, True), ([], "80902", False)],
    ids=["none", "in the filing", "later in the filing", "on file elsewhere"],
)
def test_a_second_bachelor_follows_a_first(tmp_path, beside, institution, fails):
    desk = a_desk(tmp_path)
    person = people(1)[0]
    if institution:
        own = people(1, institution=institution, **EARLIER)
        a_filing(desk, own, institution=institution, layout="named", term=Term(2023, 2), name="first.csv")
    firsts = [again(person, 78 + place, ZYDM="050101", ZYMC="汉语言文学", HXWRQ=day) for place, day in enumerate(beside)]

    records = [again(person, 77, SFDEXW="是"), *firsts, *people(1, first=9, SFDEXW="否")]
    checked = foreseen(desk, records, reference=_on_file_since(date(2008, 9, 1)))

    assert ((2, "P09") in compared(checked)) == fails


@pytest.mark.parametrize(
    ("event", "change", "rules"),
    [
        ("revoke", {}, {"P23"}),
        ("withdraw", {}, {"O05"}),
        ("revoke", {"XWZSBH": "8090142025000777"}, {"P23"}),
        ("withdraw", {"XWZSBH": "8090142025000777"}, set()),
        ("revoke", {"XWZSBH": "8090142025000777", "HXWRQ": "20250626"}, set()),
    ],
    ids=["revoked", "withdrawn", "revoked, new number", "withdrawn, new number", "revoked, earned again"],
)
def test_what_left_the_line_is_known_when_it_comes_again(tmp_path, event, change, rules):
    desk = a_desk(tmp_path)
    records = people(1)
    a_filing(desk, records, layout="named", name="first.csv")
    move(desk, 1, event)

    second = a_filing(desk, [records[0] | change, *people(1, first=4)], layout="named", name="second.csv")

    assert found(desk, second.filing_id) == {(2, rule) for rule in rules}


def test_a_withdrawn_filing_may_come_back_as_a_supplement(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1), layout="named", name="first.csv")
    move(desk, 1, "withdraw")

    assert compared(foreseen(desk, people(1), supplement=True)) == set()
    assert compared(foreseen(desk, people(1))) == {(2, "O05")}


PERSON = people(1)[0]["ZJHM"]
NUMBER = people(1)[0]["XWZSBH"]


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ({"kind": "degree", "certificate_no": NUMBER}, {"P23"}),
        ({"kind": "degree", "certificate_no": " " + NUMBER}, {"P23"}),
        ({"kind": "degree", "person": PERSON, "institution": "80901", "level": "4", "effective_on": date(2025, 6, 20)}, {"P23"}),
        ({"kind": "degree", "person": PERSON[:17], "institution": "80901", "level": "4", "effective_on": date(2025, 7, 1)}, {"P23"}),
        ({"kind": "degree", "person": PERSON, "institution": "80901", "level": "4", "effective_on": date(2025, 6, 19)}, set()),
        ({"kind": "degree", "person": PERSON, "institution": "80902", "level": "4", "effective_on": date(2025, 7, 1)}, set()),
        ({"kind": "degree", "person": PERSON, "institution": "80901", "level": "3", "effective_on": date(2025, 7, 1)}, set()),
        ({"kind": "degree", "certificate_no": NUMBER, "effective_on": date(2025, 12, 1)}, set()),
        ({"kind": "degree", "certificate_no": NUMBER, "valid_to": date(2025, 8, 1)}, set()),
        ({"kind": "filing", "certificate_no": NUMBER}, {"O05"}),
        ({"kind": "filing", "certificate_no": NUMBER, "person": PERSON}, {"O05"}),
        ({"kind": "filing", "certificate_no": NUMBER, "person": "E1"}, set()),
        ({"kind": "filing", "person": PERSON, "institution": "80901", "level": "4"}, set()),
    ],
    ids=["number", "number with a space", "person", "person by 17 figures", "conferred after", "elsewhere", "another level",
         "not yet in effect", "line not in force", "filing", "filing of the person", "filing of another", "filing by person"],
)
def test_the_register_of_revocations_is_asked_without_the_store_too(tmp_path, line, rules):
    desk = a_desk(tmp_path)
    register = with_tables(revocations=table("revocations", [line]))
    records = [*people(1), *people(1, first=4)]

    alone = a_draft(desk, records, reference=register, archive=False)

    assert compared(comparison.complete([alone])) == {(2, rule) for rule in rules}
    assert compared(foreseen(desk, records, reference=register)) == {(2, rule) for rule in rules}
    whole = checking.check(pl.concat(reading.open_filing(tmp_path / "draft.csv").chunks()), alone.context)
    assert compared(whole) == {(2, rule) for rule in rules}


def test_without_an_institution_the_register_still_answers_by_number():
    lines = [{"kind": "degree", "certificate_no": "A"}, {"kind": "degree", "person": "1", "institution": "80901", "level": "4"}]
    register = with_tables(revocations=table("revocations", [line | {"effective_on": date(2025, 7, 1)} for line in lines]))

    named = revocations.of_filing(
        heads(a_head(2, filer="", certificate="A"), a_head(3, filer="", person="1")), register, date(2025, 9, 1)
    )

    assert told(named, "known_revoked") == [(2, True)]


def test_an_empty_register_and_no_store_answer_nothing(tmp_path):
    desk = a_desk(tmp_path)

    tally = comparison.complete([a_draft(desk, people(2), archive=False)]).tally

    for rule in ("P23", "O05"):
        assert tally.filter(pl.col("rule") == rule).select("evaluated", "no_reference").row(0) == (0, 2)
    assert revocations.of_filing(heads(a_head(2)), with_tables(), date(2025, 9, 1)).is_empty()


def test_a_filing_is_not_compared_with_itself(tmp_path):
    desk = a_desk(tmp_path)
    records = people(4)
    a_filing(desk, records, layout="named", name="first.csv")

    itself, other = foreseen(desk, records, filing_id=1), foreseen(desk, records)

    assert itself.findings.is_empty()
    assert other.findings["rule"].to_list() == ["X03"] * 4

    move(desk, 1, "revoke")

    assert compared(foreseen(desk, records, filing_id=1)) == set()
    assert compared(foreseen(desk, records)) == {(row, "P23") for row in (2, 3, 4, 5)}


def test_returned_filings_and_superseded_versions_do_not_count(tmp_path):
    desk = a_desk(tmp_path)
    person = people(1)[0]
    a_filing(desk, [again(person, 80, XM="李明", ZYDM="080901")], layout="named", name="first.csv")
    later = [again(person, 77, ZYDM="080901")]
    assert compared(foreseen(desk, later)) == {(2, "X04"), (2, "X07")}

    move(desk, 1, "correct")

    assert compared(foreseen(desk, later)) == set()

    second = a_filing(desk, [again(person, 81, XM="王明", ZYDM="080901")], layout="named", name="second.csv")
    assert compared(foreseen(desk, later)) == {(2, "X04"), (2, "X07")}
    move(desk, second.filing_id, "exclude")

    assert compared(foreseen(desk, later)) == set()


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_facts_are_the_same_however_the_file_is_cut(tmp_path, rows):
    desk = a_desk(tmp_path)
    filed = people(8)
    a_filing(desk, [again(filed[6], 90, ZYDM="080901")], layout="named", name="first.csv")
    twin = people(1, first=3, ZJHM=a_number(4))[0]
    records = [
        *filed, again(filed[0], 91, XM="李明"), again(filed[1], 92, ZYDM="080901"), again(filed[2], 93, CSRQ="20030308"), twin,
    ]

    checked = foreseen(desk, records, rows=rows)

    assert compared(checked) == {
        (2, "X04"), (10, "X04"), (3, "X07"), (11, "X07"), (4, "X05"), (12, "X05"), (8, "X07"),
        (5, "X06"), (13, "X06"), (6, "X04"), (13, "X04"), (6, "X07"), (13, "X07"),
    }


def test_a_junk_number_on_file_many_times_is_still_compared(tmp_path):
    desk = a_desk(tmp_path)
    junk = people(60, ZJHM="123456", **{"ZJLXM": "02", "ZJLX": "军官证"})
    a_filing(desk, junk, layout="named", name="first.csv")

    second = a_filing(desk, people(1, first=70, ZJHM="123456", ZJLXM="02", ZJLX="军官证"), layout="named", name="second.csv")

    assert (2, "X04") in found(desk, second.filing_id)


def test_every_fact_of_a_filing_as_such_has_its_words():
    assert list(facts.COUNTED) == list(facts.WHOLE)


def test_checks_of_the_filing_as_such_find_what_is_told_and_write_it_out():
    told_of = {
        "whole_records": 800, "whole_listed": 790, "whole_attached": False, "whole_numbers": 800, "whole_numbers_zero": 700,
        "whole_cards": 0, "whole_cards_zero": 0, "whole_births": 1, "whole_last_year": 300,
    }

    lines = checking.judge_whole([told_of], a_context()).findings

    assert {rule: (field, value) for rule, field, value in lines.select("rule", "field", "value").iter_rows()} == {
        "I17": ("JYBH", "决议扫描件未附"),
        "X09": ("JYBH", "记录800条，决议名单790人"),
        "X10": ("XWZSBH", "16位证书编号800个，末位为0的编号700个，18位证件号码0个，末三位为000的号码0个"),
        "X11": ("XWZSBH", "记录800条，上年同学期300条"),
        "X12": ("CSRQ", "不同的出生日期1个"),
    }


def test_nothing_told_is_nothing_judged_of_the_filing_as_such():
    tally = checking.judge_whole([{}], a_context()).tally

    assert tally["evaluated"].sum() == tally["failed"].sum() == 0
    assert set(tally["rule"]) == {code for code, rule in RULES.items() if rule.sight is Sight.WHOLE}


def test_an_honest_filing_of_one_day_is_not_accused_of_constancy(tmp_path):
    desk = a_desk(tmp_path)

    filed = [record for place in range(4) for record in people(10, first=500 * place)]
    a_filing(desk, filed, layout="named")

    assert desk.db.frame("SELECT rule FROM filing_finding").is_empty()


def test_what_is_found_of_a_filing_as_such_is_kept_with_it_and_withholds_no_record(tmp_path):
    desk = a_desk(tmp_path)
    records = [record | {"XWZSBH": f"8090142025{place:05d}0"} for place, record in enumerate(people(30), start=1)]
    draft = a_draft(desk, records, listed=29, attached=False)
    with desk.db.transaction() as tx:
        first = tx.next_ids("record", 100)
        outcome, = sorting.sort(tx, [Entering(draft, 7, first, ledger.act_of(desk, "filing", 7))])

    kept = desk.db.frame("SELECT rule, class, value FROM filing_finding WHERE filing_id = 7 ORDER BY rule")
    assert kept.select("rule", "class").rows() == [
        ("I17", "incomplete"), ("X09", "inaccurate"), ("X10", "inaccurate"), ("X12", "note"),
    ]
    assert kept["value"][1] == "记录30条，决议名单29人"
    assert (outcome.records, outcome.withheld, outcome.excluded) == (30, 0, 0)
    assert desk.db.frame("SELECT count(*) AS n FROM finding").item() == 0
    assert desk.db.frame("SELECT count(*) AS n FROM withheld_case").item() == 0


def test_the_same_semester_a_year_before_is_compared(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(120, **EARLIER), layout="named", term=Term(2023, 2), name="last.csv")
    records = people(50, first=500)

    this_year, half_year, supplement = (
        foreseen(desk, records, **told_of)
        for told_of in ({"term": TERM}, {"term": Term(2024, 1)}, {"term": TERM, "supplement": True})
    )

    assert this_year.findings.filter(pl.col("rule") == "X11")["value"].to_list() == ["记录50条，上年同学期120条"]
    assert _classes(half_year, "X11") == _classes(supplement, "X11") == []


@pytest.mark.parametrize(
    ("lines", "excess"),
    [([("2021", "10")], None), ([("2021", "9")], "超出核定招生规模12%"), ([("2021", "5"), ("2021", "5")], None),
     ([("2021", "0")], "超出核定招生规模1000%"), ([("2020", "1")], None), ([("2021", "many")], None)],
    ids=["as many", "one too many", "two lines", "none allowed", "another cohort", "no number"],
)
def test_a_cohort_is_counted_with_what_is_on_file_of_it(tmp_path, lines, excess):
    desk = a_desk(tmp_path)
    others = [*people(1, first=80, RXNY="202009", KSH=None), *people(1, first=81, SFFXXW="是")]
    a_filing(desk, [*people(6), *others], layout="named", name="first.csv")
    enrolment = table("enrolment", [{"institution": "80901", "level": "4", "year": y, "number": n} for y, n in lines])

    records = [*people(4, first=50), *people(1, first=60, SFDEXW="是", QZXW="文学学士")]
    checked = foreseen(desk, records, reference=with_tables(enrolment=enrolment))

    assert checked.findings.filter(pl.col("rule") == "P12")["value"].to_list() == ([excess] if excess else [])


def test_a_layout_without_months_of_entry_leaves_cohorts_uncounted(tmp_path):
    desk = a_desk(tmp_path)
    draft = a_draft(desk, people(2))
    columns = draft.context.columns - {"RXNY"}

    without = checking.judge_whole([{"whole_records": 2}], replace(draft.context, columns=columns)).tally
    within = checking.judge_whole([{"whole_records": 2}], draft.context).tally

    p12 = [each.filter(pl.col("rule") == "P12")["no_reference"].item() for each in (without, within)]
    assert p12 == [0, 1]
    assert set(COLUMNS) >= draft.context.columns
