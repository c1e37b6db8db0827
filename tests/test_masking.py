"""ID numbers are masked wherever rows leave the core for a screen or a list, and whole where a contract says so (article 4)."""

import ast
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from core import corrections, delivery, dryrun, exporting, feedback, masking, views
from core.exporting import Format, Listing
from tests.builders import TERM, a_csv, a_filing, a_number, people
from tests.builders_corrections import a_change, first_record, taken
from tests.test_dryrun import dry

CORE = Path(__file__).parents[1] / "core"
WRONG = "110101200303079999"
"""No sound number: its check character is another."""


def unpacked(book):
    """All that is written in a workbook."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        return "".join(packed.read(name).decode() for name in packed.namelist())


@pytest.mark.parametrize(("told", "shown"), [
    ("110101200303072137", "110101**********37"), ("110101030307213", "110101*******13"), ("E12345678", "E1*****78"),
    ("110101 2003 0307 2137", "110101 **** **** **37"), ("（110101200303072137）", "（110101**********37）"),
    ("１１０１０１２００３０３０７２１３７", "１１０１０１**********３７"), ("12345", "*****"), ("", ""),
])  # fmt: skip
def test_of_an_id_number_region_and_last_two_signs_stay_and_what_is_wrong_with_its_form(told, shown):
    assert masking.number(told) == shown


@pytest.mark.parametrize(("told", "shown"), [
    ("张明110101200303072137", "张明110101**********37"),
    ("110101200303072137,110101200303072137", "110101**********37,110101**********37"),
    ("photos/110101200303072137_1.jpg", "photos/110101**********37_1.jpg"), ("证件110101030307213。", "证件110101*******13。"),
    ("E12345678.jpg", "E1*****78.jpg"), ("8090142025000123", "8090142025000123"), ("21110101150001", "21110101150001"),
    ("a" * 20 + "110101200303072137", "a" * 20 + "110101200303072137"),
])  # fmt: skip
def test_in_a_text_citizens_numbers_are_masked_and_no_other_number(told, shown):
    table = pl.DataFrame({"note": [told, None]})

    assert masking.text(told) == shown
    assert masking.frame(table)["note"].to_list() == [shown, None]


def test_a_record_its_findings_and_its_corrections_show_no_id_number_in_full(desk):
    own = a_number(1, "20030307")
    filing = a_filing(desk, [*people(1, ZJHM=WRONG), *people(1, first=1)], approved=True, layout="named", name=f"{own}.csv")
    first = first_record(desk, filing.filing_id)
    head, sound = views.record(desk, first), views.record(desk, first + 1)
    taken(desk, a_change(desk, first, ZJHM=a_number(7)))

    assert views.filed_row(desk, head)["ZJHM"] == masking.number(WRONG)
    assert views.filed_row(desk, sound)["ZJHM"] == masking.number(own)
    assert set(views.record_findings(desk, head).filter(field="ZJHM")["value"]) == {masking.number(WRONG)}
    assert corrections.fields(desk, 1).row(0) == ("ZJHM", masking.number(WRONG), masking.number(a_number(7)))
    assert views.filings(desk, views.FilingFilter())["file_name"].to_list() == [f"{masking.number(own)}.csv"]


def test_the_workbook_to_the_institution_names_the_number_and_its_preview_does_not(desk):
    a_filing(desk, people(1, ZJHM=WRONG), approved=True)
    feedback.issue(desk, TERM)

    _, content = delivery.workbook(desk, 1)

    assert WRONG in unpacked(content)
    assert WRONG not in str(delivery.preview(desk, 1).to_dicts())
    assert masking.number(WRONG) in delivery.preview(desk, 1)["value"].to_list()


@pytest.mark.parametrize("form", Format)
def test_a_list_handed_out_is_masked_as_the_screen_is(desk, form):
    first = first_record(desk, a_filing(desk, people(3, ZJHM=WRONG)).filing_id)
    listing = Listing("x", "问题", "", (("field", "字段"), ("value", "报送内容")), "")

    def read(desk, part, size):
        return views.record_findings(desk, {"record_id": first, "version": 1}).slice(part * size, size)

    with exporting.hand_out(desk, listing, read, form) as file:
        content = file.read()
    cells = content.decode() if form is Format.CSV else unpacked(content)

    assert WRONG not in cells
    assert masking.number(WRONG) in cells


def test_a_dry_run_shows_and_hands_out_no_id_number(desk, tmp_path):
    run = dry(desk, a_csv(tmp_path / "filing.csv", people(2, ZJHM=WRONG)))
    told = str(dryrun.findings(desk, run, english=False).to_dicts())

    assert masking.number(WRONG) in told
    assert WRONG not in told + dryrun.to_csv(desk, run, english=False).decode()


def test_rows_are_read_in_full_in_these_places_only():
    """Each compares what is kept, or makes what must carry ID numbers by its contract."""
    allowed = {
        "desk.frame", "feedback.lines", "answers.enter", "correction_files._matched", "public_history.shown", "views.filed_row",
        "inspection.record_checks", "photo_supplies.refused", "revealing.id_number",
    }
    found = set()
    for path in CORE.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                calls = {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
                if any(call.endswith(".in_full") or call == "filed.row" for call in calls) or "desk.in_full if" in ast.unparse(function):
                    found.add(f"{path.stem}.{function.name}")

    assert found == allowed
