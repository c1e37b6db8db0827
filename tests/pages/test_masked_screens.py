"""No screen shows an ID number in full, whoever opens it and wherever a number was written (article 4)."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import explanation, feedback, ledger, masking
from core.demo import staff
from core.desk import COMMAND_LINE, Desk, system_clock
from core.explanation import Cover, Explanation
from core.lifecycle import FILING
from core.vocabulary import Role
from pages import _seat
from tests import builders_corrections
from tests.builders import NOON, SECRET, TERM, TOO_FAST, a_desk, a_filing, a_number, people
from tests.builders_corrections import a_change, taken
from tests.pages.conftest import signed_in
from tests.pages.test_access import ROLES, TABLE

UNSOUND = "110101200303079999"
WRITTEN = [UNSOUND, *(a_number(place) for place in (0, 1, 2, 7, 8, 9))]
"""As filed, as corrected, in the name of a file, of a photo, in a note, a paper and a reason."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which ID numbers stand wherever a person may have written one."""
    folder = tmp_path_factory.mktemp("masked")
    desk = a_desk(folder)
    faulty = [
        *people(1, ZJHM=UNSOUND, ZP=f"{a_number(8)}.jpg"), *people(1, first=1, ZP=f"{a_number(1)}.jpg", **TOO_FAST),
        *people(1, first=2, **TOO_FAST), *people(1, first=60, **SECRET),
    ]
    filing = a_filing(desk, [*faulty, *people(3, first=100)], approved=True, layout="named", name=f"{a_number(9)}.csv")
    first = builders_corrections.first_record(desk, filing.filing_id)
    feedback.issue(desk, TERM)
    taken(desk, a_change(desk, first, ZJHM=a_number(7), BZ=f"原号{a_number(8)}"))
    paper = Explanation("80901", "说明〔2025〕1号", NOON.date(), f"{a_number(1)}系在职攻读", NOON.date())
    explanation.take_in(desk, paper, [Cover(first + 1, 1, "P11")])
    with desk.db.transaction() as tx:
        ledger.note(tx, FILING, "receive", ledger.act_of(desk, "filing", 1, f"电话核实{a_number(2)}"), 0)
    staff.enter(desk.db, NOON)
    desk.db.close()
    return folder / "store"


def written_on(app: AppTest) -> bytes:
    """Everything a run has sent to the browser: words, tables, forms, charts."""
    told, waiting = [], [app._tree]
    while waiting:
        node = waiting.pop()
        if (proto := getattr(node, "proto", None)) is not None:
            told.append(proto.SerializeToString())
        waiting += getattr(node, "children", {}).values()
    return b"\n".join(told)


def addresses() -> dict[str, list[dict[str, str]]]:
    """Where a screen shows one thing, those that have numbers in them."""
    return {
        "record": [{"record_id": str(first_record() + place)} for place in (0, 1)], "filings": [{"filing_id": "1"}],
        "explanations": [{"explanation_id": "1"}],
    }


def first_record() -> int:
    """The number of the record that was filed with an unsound number."""
    return builders_corrections.first_record(Desk(_seat.store(), COMMAND_LINE, system_clock), 1)


@pytest.mark.parametrize("role", Role, ids=str)
def test_no_screen_sends_an_id_number_to_the_browser(home: Path, role: Role):
    app, seen = signed_in(ROLES[role]).run(), b""
    for name in TABLE:
        for address in addresses().get(name, [{}]):
            app.switch_page(f"pages/{name}.py")
            for key, told in address.items():
                app.query_params[key] = told
            app.run()
            assert not app.exception, name
            seen += (shown := written_on(app))
            assert [number for number in WRITTEN if number.encode() in shown] == [], name

    assert (b"110101**********99" in seen) == (role not in (Role.ANALYST, Role.ADMINISTRATOR))


def test_a_list_that_is_opened_and_a_correction_that_is_asked_for_are_masked_too(home: Path):
    app = signed_in("operator").run()
    app.switch_page("pages/corrections.py").run()
    app.selectbox(key="corrections.open").select(1).run()
    assert b"110101**********99" in written_on(app) and masking.number(a_number(7)).encode() in written_on(app)
    assert [number for number in WRITTEN if number.encode() in written_on(app)] == []

    app.switch_page("pages/record.py")
    sound = first_record() + 1
    app.query_params["record_id"] = str(sound)
    app.run().multiselect(key="record.correct.fields").set_value(["ZJHM", "ZP"]).run()

    assert app.text_input(key=f"record.correct.{sound}.ZJHM").value == masking.number(a_number(1))
    assert app.text_input(key=f"record.correct.{sound}.ZP").value == f"{masking.number(a_number(1))}.jpg"
    app.text_input(key="record.correct.requester").input("李办")
    app.button(key="record.correct").click().run()
    assert app.error[0].value.startswith("没有要变更的字段")


def test_a_number_in_full_is_there_for_one_viewing_and_for_those_with_the_duty(home: Path):
    """The next thing done on the screen takes it away, as leaving it does; a fragment takes it away after a minute."""
    number = str(first_record())
    app = signed_in("operator").run()
    app.switch_page("pages/record.py")
    app.query_params["record_id"] = number
    app.run().text_input(key=f"record.reveal.why.{number}").input("来函核实")
    next(button for button in app.button if button.label == "查看").click().run()

    assert [shown.value for shown in app.code] == [UNSOUND]
    app.run()
    assert not app.code
    assert UNSOUND.encode() not in written_on(app)

    other = signed_in("publisher").run()
    other.switch_page("pages/record.py")
    other.query_params["record_id"] = number
    assert not [button for button in other.run().button if button.label == "查看"]
