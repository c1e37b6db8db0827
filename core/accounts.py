"""账号: who may sign in, with which roles, over the nation or one province (article 4); kept in the store.

Must not know how anyone is signed in, or for how long.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from core import ledger, passwords
from core.database import Database, Transaction
from core.desk import COMMAND_LINE, DEMO_ACTORS, INBOX, Actor, Desk, account_name, actor_with
from core.errors import BadRequest, NotAllowed, NotFound
from core.ledger import Act
from core.lifecycle import ACCOUNT, AccountStatus
from core.vocabulary import Duty, Role

_KEY = re.compile(r"[a-z][a-z0-9.\-]{1,31}")
_TAKEN = frozenset({COMMAND_LINE.key, INBOX.key, "system"})

_ROLES = "coalesce((SELECT list(r.role ORDER BY r.role) FROM account_role AS r WHERE r.account_id = a.account_id), []) AS roles"
_ONE = f"SELECT a.account_id, a.key, a.zh, a.en, a.province, a.status, a.password, a.one_time, {_ROLES} FROM account AS a"
_LISTING = f"""
SELECT a.account_id, a.key, a.zh, a.en, a.province, p.zh AS province_zh, p.en AS province_en, a.status,
    a.one_time, a.outside, a.entered_at, {_ROLES}
FROM account AS a LEFT JOIN province AS p ON p.code = a.province
WHERE $scope IS NULL
ORDER BY a.province NULLS FIRST, a.key"""


@dataclass(frozen=True)
class Account:
    """Someone who may sign in: names in both languages, roles, and the province they see (None: the nation).

    `outside` is how the agency's own provider of identities knows them, an e-mail address as a rule.
    """

    key: str
    zh: str
    en: str
    roles: tuple[Role, ...]
    province: str | None = None
    outside: str | None = None


def actor_of(db: Database, key: str) -> Actor | None:
    """Whoever acts under a key, with the duties of their roles as they are now; None for no account, or a disabled one."""
    if key == INBOX.key:
        return INBOX
    found = db.one(f"{_ONE} WHERE a.key = $key AND a.status = 'active'", key=key)
    return found and actor_with(key, found["zh"], found["en"], map(Role, found["roles"]), found["province"])


def name_of(store: Database | Transaction, key: str) -> tuple[str, str]:
    """Someone who acted, by their key: in Chinese and in English; the key itself of someone not known here."""
    known = {each.key: each for each in (COMMAND_LINE, INBOX)}
    if key in known:
        return known[key].zh, known[key].en
    if (told := account_name(key)) is not None:
        return told
    found = store.frame("SELECT zh, en FROM account WHERE key = $key", key=key)
    return found.row(0) if found.height else (key, key)


def roles_of(db: Database, key: str) -> tuple[Role, ...]:
    """The roles of an account."""
    found = db.one(f"{_ONE} WHERE a.key = $key", key=key)
    return tuple(Role(role) for role in found["roles"]) if found else ()


def listing(desk: Desk) -> pl.DataFrame:
    """Every account with its roles and province; passwords are nobody's to read."""
    desk.require(Duty.ACCOUNTS)
    return desk.frame(_LISTING)


def enter(desk: Desk, account: Account) -> str:
    """Enter a new account; returns the password that serves once, told nowhere else.

    Raises BadRequest for a key that is taken or ill-formed, for no role, and for roles that do not go with the province.
    """
    desk.require(Duty.ACCOUNTS)
    if not _KEY.fullmatch(account.key) or account.key in _TAKEN:
        raise BadRequest(
            "账号用小写字母开头，由2至32个小写字母、数字、点、短横组成，请重新填写。",
            "An account begins with a small letter and has 2 to 32 small letters, figures, dots or dashes. Choose another.",
        )
    if not account.zh.strip():
        raise BadRequest("请填写姓名。", "Give the name.")
    password = passwords.one_time()
    kept = passwords.hashed(password)
    with desk.db.transaction() as tx:
        _require_fitting(tx, account.roles, account.province)
        if not tx.frame("SELECT 1 FROM account WHERE key = $key", key=account.key).is_empty():
            raise BadRequest("账号已存在，请换一个。", "There is such an account already; choose another.")
        account_id = _append(tx, account, kept, desk.now(), desk.actor.key)
        ledger.note(tx, ACCOUNT, "enter", ledger.act_of(desk, "account", account_id, _told(account)), 1)
    return password


def change(desk: Desk, account: Account) -> None:
    """Give someone other names, roles or another province; it counts from their next click.

    Raises NotFound, BadRequest as `enter`, and NotAllowed where nobody who administers accounts would be left.
    """
    desk.require(Duty.ACCOUNTS)
    with desk.db.transaction() as tx:
        kept = _one(tx, account.key)
        _require_fitting(tx, account.roles, account.province)
        tx.run(
            "UPDATE account SET zh = $zh, en = $en, province = $province, outside = $outside WHERE account_id = $id",
            zh=account.zh.strip() or kept["zh"], en=account.en.strip() or kept["en"], province=account.province,
            outside=account.outside, id=kept["account_id"],
        )
        tx.run("DELETE FROM account_role WHERE account_id = $id", id=kept["account_id"])
        _append_roles(tx, kept["account_id"], account.roles)
        _require_administrator(tx)
        before = " ".join([account.key, kept["province"] or "", *kept["roles"]])
        act = ledger.act_of(desk, "account", kept["account_id"], _told(account))
        ledger.note(tx, ACCOUNT, "change", act, 1, before=before, after=_told(account))


def set_anew(desk: Desk, key: str) -> str:
    """Give someone a password that serves once in place of theirs, and return it. Raises NotFound."""
    desk.require(Duty.ACCOUNTS)
    password = passwords.one_time()
    kept = passwords.hashed(password)
    with desk.db.transaction() as tx:
        account_id = _one(tx, key)["account_id"]
        put_password(tx, account_id, kept, one_time=True)
        ledger.note(tx, ACCOUNT, "set_anew", ledger.act_of(desk, "account", account_id, key), 1)
    return password


def move(desk: Desk, key: str, event: str) -> None:
    """Disable an account, or enable it again. Raises NotFound, and NotAllowed for the last administrator."""
    desk.require(Duty.ACCOUNTS)
    with desk.db.transaction() as tx:
        account_id = _one(tx, key)["account_id"]
        chosen = "SELECT $account_id::BIGINT AS account_id"
        ledger.move(tx, ACCOUNT, event, ledger.act_of(desk, "account", account_id, key), chosen=chosen, account_id=account_id)
        _require_administrator(tx)


def enter_all(db: Database, accounts: Collection[Account], password: str, now: datetime, *, demo: bool = False) -> None:
    """Enter accounts with one password into a store that has none; it serves once, but in a demo."""
    kept = passwords.hashed(password)
    with db.transaction() as tx:
        if not tx.frame("SELECT 1 FROM account LIMIT 1").is_empty():
            return
        for account in accounts:
            _append(tx, account, kept, now, COMMAND_LINE.key, demo=demo)
        ledger.note(tx, ACCOUNT, "enter", Act(COMMAND_LINE.key, now, "account", None), len(accounts))


def put_password(tx: Transaction, account_id: int, kept: str, *, one_time: bool) -> None:
    """Keep another password's hash; an account of the demo is one no more."""
    tx.run(
        "UPDATE account SET password = $kept, one_time = $one_time, demo = false WHERE account_id = $id",
        kept=kept, one_time=one_time, id=account_id,
    )


def of_demo(db: Database) -> pl.DataFrame:
    """The accounts of a demo, none in a store at work: key, names and province, the centre's people first."""
    found = db.frame("SELECT key, zh, en, province FROM account WHERE demo AND status = 'active' ORDER BY account_id")
    first = {key: place for place, key in enumerate(DEMO_ACTORS)}
    return found.sort(pl.col("key").replace_strict(first, default=len(first), return_dtype=pl.Int64), "province", maintain_order=True)


def _one(tx: Transaction, key: str) -> dict[str, Any]:
    found = tx.frame(f"{_ONE} WHERE a.key = $key", key=key)
    if found.is_empty():
        raise NotFound("没有这个账号，请刷新页面核对。", "There is no such account; refresh the page and check.")
    return found.row(0, named=True)


def _append(tx: Transaction, account: Account, kept: str, now: datetime, by: str, *, demo: bool = False) -> int:
    account_id = tx.next_ids("account")
    tx.append("account", pl.DataFrame([{
        "account_id": account_id, "key": account.key, "zh": account.zh.strip(), "en": account.en.strip() or account.zh.strip(),
        "province": account.province, "status": str(AccountStatus.ACTIVE), "password": kept, "one_time": not demo,
        "outside": account.outside, "demo": demo, "entered_at": now, "entered_by": by,
    }], schema_overrides={"province": pl.String, "outside": pl.String}))
    _append_roles(tx, account_id, account.roles)
    return account_id


def _append_roles(tx: Transaction, account_id: int, roles: Collection[Role]) -> None:
    tx.append("account_role", pl.DataFrame([{"account_id": account_id, "role": str(role)} for role in roles]))


def _require_fitting(tx: Transaction, roles: Collection[Role], province: str | None) -> None:
    known = tx.frame("SELECT code FROM province")["code"].to_list()
    if not roles:
        raise BadRequest("请至少选一个岗位。", "Choose at least one role.")
    if any(role.provincial != (province is not None) for role in roles) or (province and province not in known):
        raise BadRequest(
            "省级岗位须选定省份，中心岗位不选省份，两者不能兼任。请重新选择。",
            "A provincial role needs its province, a role of the centre has none, and nobody holds both. Choose again.",
        )


def _require_administrator(tx: Transaction) -> None:
    if tx.frame(
        "SELECT 1 FROM account AS a JOIN account_role AS r ON r.account_id = a.account_id "
        "WHERE a.status = 'active' AND r.role = 'administrator' LIMIT 1"
    ).is_empty():
        raise NotAllowed("至少须留一个启用的系统管理员。", "At least one active administrator must be left.")


def _told(account: Account) -> str:
    return " ".join([account.key, account.province or "", *account.roles])
