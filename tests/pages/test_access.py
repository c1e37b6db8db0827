"""Who may open which screen, by one table: every screen × every role × in and out of scope (article 4)."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.demo import staff
from core.desk import DUTIES
from core.vocabulary import Role
from pages import _seat
from tests.pages.conftest import ROOT, Open, signed_in

ROLES = {
    Role.OPERATOR: "operator", Role.REVIEWER: "reviewer", Role.PUBLISHER: "publisher", Role.ENQUIRY: "enquiry",
    Role.ANALYST: "analyst", Role.KEEPER: "keeper", Role.SECRECY: "secrecy", Role.ADMINISTRATOR: "administrator",
    Role.PROVINCE_REVIEWER: "province-11", Role.PROVINCE_READER: "reader-11",
}  # fmt: skip
"""An account of the demo for each role."""
EVERYONE = frozenset(ROLES)
READERS = EVERYONE - {Role.ANALYST, Role.ADMINISTRATOR}
TABLE: dict[str, frozenset[Role]] = {
    "overview": EVERYONE,
    "calendar": EVERYONE,
    "balance": READERS,
    "load": frozenset({Role.OPERATOR}),
    "jobs": frozenset({Role.OPERATOR}),
    "filings": READERS,
    "review": frozenset({Role.OPERATOR, Role.REVIEWER, Role.PROVINCE_REVIEWER}),
    "expected": READERS,
    "queue": READERS,
    "record": READERS,
    "publish": READERS,
    "takedown": READERS,
    "feedback": READERS,
    "corrections": READERS,
    "explanations": EVERYONE,
    "revocations": READERS,
    "lookup": EVERYONE,
    "contacts": EVERYONE - {Role.ANALYST},
    "rates": EVERYONE - {Role.ENQUIRY, Role.ADMINISTRATOR, Role.PROVINCE_READER},
    "rulebook": EVERYONE,
    "revision": READERS,
    "codes": READERS,
    "settings": EVERYONE,
    "exports": READERS,
    "account": EVERYONE,
    "people": frozenset({Role.ADMINISTRATOR}),
    "announcements": frozenset({Role.ADMINISTRATOR}),
    "backups": frozenset({Role.ADMINISTRATOR}),
    "acts": frozenset({Role.ADMINISTRATOR}),
}
"""The table. The demo's operator is a reviewer too, and may do what either may."""


def test_every_screen_has_its_row():
    assert set(TABLE) == {path.stem for path in Path(ROOT / "pages").glob("[a-z]*.py")}


def test_every_role_has_its_column():
    assert set(ROLES) == set(Role) == set(DUTIES)
    assert {account.key: account.roles[0] for account in staff.everyone() if account.key in ROLES.values()} == {
        key: role for role, key in ROLES.items()
    }


@pytest.mark.parametrize("role", Role, ids=str)
def test_each_role_enters_exactly_the_screens_the_table_says(home: object, role: Role):
    app = signed_in(ROLES[role]).run()

    entered = set()
    for name in TABLE:
        app.switch_page(f"pages/{name}.py").run()
        assert not app.exception, name
        if app.title:
            entered.add(name)
        else:
            assert [len(app.error), len(app.dataframe), len(app.main.button), len(app.metric)] == [1, 0, 0, 0], name

    assert entered == {name for name, roles in TABLE.items() if role in roles}


@pytest.mark.parametrize("handle", ["", "forged"], ids=["nobody", "forged"])
@pytest.mark.parametrize("name", TABLE)
def test_no_screen_shows_anything_signed_out(home: object, name: str, handle: str):
    app = AppTest.from_file(str(ROOT / f"pages/{name}.py"), default_timeout=30)
    app.user = {"session": handle} if handle else {}

    app.run()

    assert not app.exception
    assert [len(app.title), len(app.dataframe), len(app.button), len(app.metric), len(app.info)] == [0, 0, 0, 0, 1]


def test_who_signs_out_or_is_signed_out_sees_nothing_at_the_next_click(home: object):
    app = signed_in("operator").run()
    assert app.title

    _seat.sessions().end_all("operator")
    app.run()

    assert not app.title
    assert app.info[0].value.startswith("您已退出")


@pytest.mark.parametrize("role", [Role.PROVINCE_REVIEWER, Role.PROVINCE_READER], ids=str)
@pytest.mark.parametrize("screen", ["record", "filings"])
def test_another_provinces_thing_named_by_its_number_is_not_found(open_screen: Open, role: Role, screen: str):
    """Beijing's people: filing 1 is of their own province, filing 3 of another."""
    first = "SELECT min(record_id) AS n FROM record WHERE filing_id = $id AND status IN ('published', 'cleared')"
    inside, outside = (str(_seat.store().frame(first, id=id)["n"][0]) if screen == "record" else str(id) for id in (1, 3))
    key = f"{screen.removesuffix('s')}_id"

    own = open_screen(screen, ROLES[role], **{key: inside})
    other = open_screen(screen, ROLES[role], **{key: outside})

    assert not own.warning and own.subheader
    assert other.warning[0].value.startswith("没有找到")
    assert not other.subheader and not other.exception
