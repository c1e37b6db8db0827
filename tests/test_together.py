"""Filings judged and stored many at a time come to what they come to one by one, in the same order."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core import admission, comparison, intake, reading, sorting
from core import draft as drafts
from core.draft import Draft
from core.errors import DuplicateFiling, UnreadableFiling
from core.intake import Submission
from core.vocabulary import Category
from tests.builders import NAMELESS, TOO_FAST, WRONG_BIRTH, Record, a_context, a_csv, a_desk, declared, people
from tests.test_photos import a_photo, a_zip

SAID = {
    "finding": "SELECT record_id, version, filing_id, rule, class, field, value, closed FROM finding ORDER BY ALL",
    "filing_finding": "SELECT * FROM filing_finding ORDER BY ALL",
    "rule_tally": "SELECT * FROM rule_tally ORDER BY ALL",
    "record": "SELECT * FROM record ORDER BY ALL",
    "case": "SELECT record_id, version, filing_id, reason, findings, status, round, opened_at FROM withheld_case ORDER BY ALL",
    "filing": "SELECT * EXCLUDE (parquet, file_name) FROM filing ORDER BY ALL",
    "act": "SELECT actor, machine, event, subject, subject_id, moved, note FROM act ORDER BY ALL",
}
"""Everything a load writes, but for numbers given in passing and names of files."""


def of(filings: Sequence[tuple[str, Category, list[Record]]], folder: Path) -> list[tuple[Path, object]]:
    return [
        (a_csv(folder / f"{place}.csv", records, layout="named"), declared(institution=institution, category=category))
        for place, (institution, category, records) in enumerate(filings)
    ]


def drawn(desk, files) -> list[Submission]:
    """The files read through and judged in one go."""
    sources = [reading.open_filing(path) for path, _ in files]
    judged_by, today = admission.admit(desk, files[0][1]), desk.now().date()
    asked = [
        (source, admission.context_for(source, told, judged_by, today=today, archive=True))
        for source, (_, told) in zip(sources, files, strict=True)
    ]
    made = drafts.draw_up_all(asked, desk.db.folder / "work")
    return [
        Submission.of(draft, told, source, path.name)
        for draft, source, (path, told) in zip(made, sources, files, strict=True)
    ]


def said(desk) -> dict[str, list[tuple]]:
    return {name: desk.db.frame(sql).rows() for name, sql in SAID.items()}


def one_by_one(folder: Path, filings) -> dict[str, list[tuple]]:
    desk = a_desk(folder)
    for path, told in of(filings, folder):
        source = reading.open_filing(path)
        intake.receive(desk, admission.preview(desk, source, told), told, source, path.name)
    try:
        return said(desk)
    finally:
        desk.db.close()


def together(folder: Path, filings) -> dict[str, list[tuple]]:
    desk = a_desk(folder)
    intake.receive_all(desk, drawn(desk, of(filings, folder)))
    try:
        return said(desk)
    finally:
        desk.db.close()


def compare(filings) -> dict[str, list[tuple]]:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        alone, at_once = one_by_one(Path(one), filings), together(Path(other), filings)
    for name in SAID:
        assert at_once[name] == alone[name], name
    return at_once


RECORDS = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from([{}, {}, NAMELESS, WRONG_BIRTH, TOO_FAST, {"SFDEXW": "是"}, {"XZXM": "钱示意"}])),
    min_size=1, max_size=5,
)
FILINGS = st.lists(
    st.tuples(st.sampled_from(["80901", "80902", "80903"]), st.sampled_from([Category.BACHELOR, Category.BACHELOR_ADULT]), RECORDS),
    min_size=2, max_size=5,
)


@settings(max_examples=5, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(FILINGS)
def test_filings_with_persons_numbers_and_institutions_in_common_are_sorted_as_one_after_the_other(asked):
    filings = [
        (institution, category, [
            people(1, first=person, institution=institution, **changes)[0] | {"KSH": f"21101{place}{row:08d}"}
            for row, (person, changes) in enumerate(records)
        ])
        for place, (institution, category, records) in enumerate(asked)
    ]

    compare(filings)


def test_one_person_in_two_filings_of_one_day_is_found_in_the_later_one_only():
    twice = people(1)[0]
    elsewhere = people(1, institution="80902")[0] | {"XWZSBH": "8090142025000001"}

    at_once = compare([("80901", Category.BACHELOR, [twice]), ("80902", Category.BACHELOR, [elsewhere])])

    found = {(filing, rule) for _, _, filing, rule, *_ in at_once["finding"]}
    assert {filing for filing, _ in found} == {2}


def test_a_file_changed_while_it_is_read_has_its_refusal_in_its_place_and_takes_no_other_with_it(tmp_path):
    desk = a_desk(tmp_path)
    files = of([(code, Category.BACHELOR, people(3, institution=code)) for code in ("80901", "80902", "80903")], tmp_path)
    sources = [reading.open_filing(path) for path, _ in files]
    files[1][0].write_bytes(files[1][0].read_bytes() + b"\n")

    made = drafts.draw_up_all([(source, a_context(columns=frozenset(source.columns))) for source in sources], desk.db.folder / "work")

    assert [type(each) for each in made] == [Draft, UnreadableFiling, Draft]
    assert "改动" in made[1].zh
    assert len(list((desk.db.folder / "work").iterdir())) == 2


def test_the_same_file_twice_in_one_go_is_refused_and_nothing_is_stored(tmp_path):
    desk = a_desk(tmp_path)
    files = of([("80901", Category.BACHELOR, people(3))], tmp_path)
    submissions = drawn(desk, [*files, *files])

    with pytest.raises(DuplicateFiling):
        intake.receive_all(desk, submissions)

    assert desk.db.frame("SELECT count(*) AS n FROM filing").item() == 0
    assert [path for name in ("filings", "work") for path in (desk.db.folder / name).iterdir()] == []


def _rounds(submissions):
    made = [each.draft for each in submissions]
    return sorting.rounds(made, comparison.heads_of(made))


def test_drafts_with_nobody_in_common_are_judged_in_one_round_and_those_with_somebody_in_as_many_as_it_takes(tmp_path):
    desk = a_desk(tmp_path)
    apart = [("80901", people(2)), ("80902", people(2, first=50, institution="80902"))]
    strangers = drawn(desk, of([(code, Category.BACHELOR, records) for code, records in apart], tmp_path))
    kin = drawn(desk, of([("80901", Category.BACHELOR, people(2, first=place)) for place in (0, 1, 5)], tmp_path))

    assert _rounds(strangers) == [[0, 1]]
    assert _rounds(kin) == [[0], [1], [2]]


def test_photos_of_filings_judged_in_one_round_are_each_on_their_own_record(tmp_path):
    desk = a_desk(tmp_path)
    filed = [("80901", people(2)), ("80902", people(3, first=50, institution="80902"))]
    submissions = drawn(desk, of([(code, Category.BACHELOR, records) for code, records in filed], tmp_path))
    pictured = []
    for place, (submission, (_, records)) in enumerate(zip(submissions, filed, strict=True)):
        zipped = a_zip(tmp_path / f"{place}.zip", {f"{records[1]['ZJHM']}.jpg": a_photo(seed=place)})
        draft, = drafts.with_photos([submission.draft], zipped)
        pictured.append(replace(submission, draft=draft))

    intake.receive_all(desk, pictured)

    whose = desk.db.frame("SELECT p.file_name, r.person FROM photo AS p JOIN record AS r ON r.record_id = p.record_id")
    assert sorted(whose.rows()) == sorted((f"{records[1]['ZJHM']}.jpg", records[1]["ZJHM"][:17]) for _, records in filed)
