"""Who may sign in, as what, over which province; passwords and sessions (article 4)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core import accounts, credentials, passwords
from core.accounts import Account
from core.credentials import WrongPassword
from core.demo import staff
from core.desk import DUTIES
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.sessions import Limits, Sessions, TooManyTries
from core.vocabulary import Duty, Role
from tests.builders import NOON, at_desk

LI = Account("li.shifan", "李示范", "Li Shifan", (Role.PROVINCE_REVIEWER,), "31")
GOOD = "six green umbrellas at noon"


@pytest.fixture
def begun(desk):
    """A store with its first administrator."""
    credentials.begin(desk.db, NOON)
    return replace(desk, actor=accounts.actor_of(desk.db, credentials.FIRST))


def test_a_store_begins_with_one_administrator_whose_password_is_told_once_and_serves_once(desk):
    told = credentials.begin(desk.db, NOON)
    password = told.split()[-1]

    assert credentials.begin(desk.db, NOON) is None
    assert credentials.let_in(desk.db, credentials.FIRST, password) is True
    credentials.choose(desk.db, credentials.FIRST, password, (GOOD, GOOD), NOON)
    assert credentials.let_in(desk.db, credentials.FIRST, GOOD) is False
    with pytest.raises(WrongPassword):
        credentials.let_in(desk.db, credentials.FIRST, password)
    assert accounts.actor_of(desk.db, credentials.FIRST).duties == {Duty.ACCOUNTS}


def test_of_a_password_its_hash_alone_is_kept(begun):
    password = accounts.enter(begun, LI)

    kept = begun.db.frame("SELECT password FROM account WHERE key = 'li.shifan'").item()

    assert kept.startswith("$argon2id$")
    assert password not in str(begun.db.frame("SELECT * FROM account").rows() + begun.db.frame("SELECT * FROM act").rows())


def test_someone_has_the_duties_of_all_their_roles_and_one_scope(begun):
    accounts.enter(begun, LI)
    accounts.enter(begun, Account("wang", "王示例", "", (Role.OPERATOR, Role.ANALYST)))

    li, wang = (accounts.actor_of(begun.db, key) for key in ("li.shifan", "wang"))

    assert (li.province, li.duties) == ("31", DUTIES[Role.PROVINCE_REVIEWER])
    assert (wang.province, wang.duties) == (None, DUTIES[Role.OPERATOR] | DUTIES[Role.ANALYST])


def test_a_change_of_roles_counts_at_once_and_a_disabled_account_is_nobody(begun):
    password = accounts.enter(begun, LI)

    accounts.change(begun, replace(LI, roles=(Role.PROVINCE_READER,)))
    assert accounts.actor_of(begun.db, LI.key).duties == {Duty.READ}
    accounts.move(begun, LI.key, "disable")

    assert accounts.actor_of(begun.db, LI.key) is None
    with pytest.raises(WrongPassword):
        credentials.let_in(begun.db, LI.key, password)
    assert accounts.name_of(begun.db, LI.key) == ("李示范", "Li Shifan")


@pytest.mark.parametrize(
    "wrong",
    [{"key": "Li"}, {"key": "x"}, {"key": "inbox"}, {"key": "li;drop"}, {"roles": ()}, {"province": None}, {"province": "00"},
     {"roles": (Role.OPERATOR,)}, {"roles": (Role.OPERATOR, Role.PROVINCE_READER)}, {"zh": " "}],
    ids=str,
)  # fmt: skip
def test_an_account_that_does_not_fit_is_refused(begun, wrong):
    with pytest.raises(BadRequest):
        accounts.enter(begun, replace(LI, **wrong))

    assert accounts.listing(begun).height == 1


def test_nobody_can_shut_out_the_last_administrator(begun):
    with pytest.raises(NotAllowed):
        accounts.move(begun, credentials.FIRST, "disable")
    with pytest.raises(NotAllowed):
        accounts.change(begun, Account(credentials.FIRST, "系统管理员", "", (Role.OPERATOR,)))

    assert accounts.actor_of(begun.db, credentials.FIRST).may(Duty.ACCOUNTS)


def test_a_password_set_anew_serves_once_and_the_old_one_no_more(begun):
    before = accounts.enter(begun, LI)

    anew = accounts.set_anew(begun, LI.key)

    assert credentials.let_in(begun.db, LI.key, anew) is True
    with pytest.raises(WrongPassword):
        credentials.let_in(begun.db, LI.key, before)
    with pytest.raises(NotFound):
        accounts.set_anew(begun, "nobody")


@pytest.mark.parametrize(
    "act",
    [lambda desk: accounts.listing(desk), lambda desk: accounts.enter(desk, LI), lambda desk: accounts.change(desk, LI),
     lambda desk: accounts.set_anew(desk, LI.key), lambda desk: accounts.move(desk, LI.key, "disable")],
    ids=["list", "enter", "change", "set anew", "disable"],
)  # fmt: skip
def test_accounts_are_administered_by_administrators_alone(begun, act):
    with pytest.raises(NotAuthorised):
        act(at_desk(begun, *(duty for duty in Duty if duty is not Duty.ACCOUNTS)))
    with pytest.raises(NotAuthorised):
        act(at_desk(begun, Duty.ACCOUNTS, province="31"))


@pytest.mark.parametrize(
    "bad", ["short", "x" * 129, "aaaaaaaaaaaaaaa", "passwordpassword", "123456789012345", "qwertyuiopasdf", "li.shifan is my name"]
)
def test_a_password_that_is_easily_guessed_is_refused(bad):
    with pytest.raises(BadRequest):
        passwords.require_good(bad, "li.shifan", "李示范", "Li Shifan")


@pytest.mark.parametrize("good", [GOOD, "三把绿伞靠着旧钟楼站着等雨停", "kR8!vw-2zQ p;L"])
def test_a_long_password_of_any_characters_is_good(good):
    passwords.require_good(good, "li.shifan", "李示范", "Li Shifan")


def test_choosing_a_password_asks_for_the_present_one_and_another_one_twice(begun):
    present = accounts.enter(begun, LI)

    for told, anew in (("wrong", (GOOD, GOOD)), (present, (GOOD, GOOD + "!")), (present, (present, present))):
        with pytest.raises(BadRequest):
            credentials.choose(begun.db, LI.key, told, anew, NOON)

    assert credentials.let_in(begun.db, LI.key, present) is True


def test_the_demo_has_an_account_for_each_role_and_only_where_there_is_none(desk):
    staff.enter(desk.db, NOON)

    roles = {Role(role) for roles in desk.db.frame("SELECT role FROM account_role").rows() for role in roles}
    assert roles == set(Role)
    assert {accounts.actor_of(desk.db, key).province for key in ("operator", "province-11", "reader-11")} == {None, "11"}
    assert credentials.let_in(desk.db, "operator", staff.PASSWORD) is False


def test_a_store_at_work_takes_in_no_account_of_the_demo(begun):
    staff.enter(begun.db, NOON)

    assert accounts.of_demo(begun.db).is_empty()
    assert accounts.listing(begun).height == 1


class Clock:
    """A clock that is put forward by hand."""

    at = NOON

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sessions(tmp_path, clock):
    sessions = Sessions(tmp_path / "store", clock, Limits())
    yield sessions
    sessions.close()


def test_a_session_ends_after_an_hour_unused_and_twelve_hours_at_most(sessions, clock):
    held = sessions.begin("li", "127.0.0.1")

    for _ in range(14):
        clock.at += timedelta(minutes=50)
        sessions.seen(sessions.of(held))
    assert sessions.of(held)
    clock.at += timedelta(minutes=30)
    assert sessions.of(held) is None
    unused = sessions.begin("li", "127.0.0.1")
    clock.at += timedelta(minutes=60)
    assert sessions.of(unused) is None


@pytest.mark.parametrize("forge", [
    lambda held: held[:-1] + ("0" if held[-1] != "0" else "1"), lambda held: held.split(".")[0], lambda held: "." + held.split(".")[1],
    lambda held: "x" + held, lambda held: "", lambda held: "\u2026." + held.split(".")[1],
], ids=["seal", "unsealed", "numberless", "other", "empty", "odd"])  # fmt: skip
def test_what_was_not_handed_out_opens_nothing(sessions, forge):
    held = sessions.begin("li", "127.0.0.1")

    assert sessions.of(forge(held)) is None
    assert sessions.of(held).account == "li"


def test_a_seal_of_another_store_opens_nothing(sessions, tmp_path, clock):
    other = Sessions(tmp_path / "other", clock)

    assert sessions.of(other.begin("li", "127.0.0.1")) is None
    other.close()


def test_sessions_outlive_the_app_and_end_everywhere_at_a_word(sessions, tmp_path, clock):
    held = [sessions.begin("li", "127.0.0.1") for _ in range(3)]
    other = sessions.begin("wang", "127.0.0.1")
    sessions.close()
    again = Sessions(tmp_path / "store", clock)

    assert {again.of(each).account for each in held} == {"li"}
    assert again.end_all("li", but=again.of(held[0]).handle) == 2
    assert [bool(again.of(each)) for each in (*held, other)] == [True, False, False, True]
    again.close()


def test_what_a_browser_holds_is_not_in_the_file(sessions, tmp_path):
    held = sessions.begin("li", "127.0.0.1").partition(".")[0]

    kept = b"".join(path.read_bytes() for path in (tmp_path / "store").iterdir())

    assert held.encode() not in kept
    assert (tmp_path / "store" / "sign-in.sqlite").stat().st_mode & 0o077 == 0


def test_after_five_tries_none_is_looked_at_for_a_quarter_of_an_hour(sessions, clock):
    for _ in range(5):
        sessions.note_try("li", "127.0.0.1")

    for key in ("li", "LI"):
        with pytest.raises(TooManyTries):
            sessions.note_try(key, "10.0.0.9")
    sessions.note_try("wang", "127.0.0.1")
    clock.at += timedelta(minutes=15)
    sessions.note_try("li", "127.0.0.1")


def test_one_address_cannot_go_through_all_accounts(sessions):
    for place in range(40):
        sessions.note_try(f"someone{place}", "10.0.0.9")

    with pytest.raises(TooManyTries):
        sessions.note_try("another", "10.0.0.9")
    sessions.note_try("another", "10.0.0.8")


def test_a_right_password_forgives_the_tries_before(sessions):
    for _ in range(12):
        sessions.note_try("li", "10.0.0.9")
        sessions.forgive("li")


def test_what_serves_once_serves_once(sessions):
    assert [sessions.spend("word"), sessions.spend("word"), sessions.spend("other")] == [True, False, True]
