"""凭据: a password looked at, one's own password changed, and the first administrator of a new store.

Must not know sessions or screens.
"""

from datetime import datetime

from core import accounts, ledger, passwords
from core.accounts import Account
from core.database import Database
from core.errors import BadRequest
from core.ledger import Act
from core.lifecycle import ACCOUNT
from core.vocabulary import Role

FIRST = "admin"
"""The key of the administrator a store without accounts begins with."""
_ACTIVE = "SELECT account_id, key, zh, en, password, one_time FROM account WHERE key = $key AND status = 'active'"


class WrongPassword(BadRequest):
    """No active account has this password; which of the two is wrong is not told."""

    def __init__(self) -> None:
        super().__init__(
            "账号或口令不对，或账号已停用。请核对后重试。",
            "Wrong account or password, or the account is disabled. Check and try again.",
        )


def let_in(db: Database, key: str, password: str) -> bool:
    """Look at a password: whether another must be chosen first. Raises WrongPassword, after as long for one as for another."""
    found = db.one(_ACTIVE, key=key)
    if not passwords.fits(found and found["password"], password) or found is None:
        raise WrongPassword
    return found["one_time"]


def signed_in(db: Database, key: str, now: datetime, address: str) -> None:
    """Write in the book that someone has signed in, and from where."""
    found = db.one("SELECT account_id FROM account WHERE key = $key", key=key)
    ledger.note_read(db, "sign_in", Act(key, now, "account", found and found["account_id"], address), 1)


def refused(db: Database, key: str, now: datetime, address: str) -> None:
    """Write in the book that a sign-in was refused, and from where; a name that is no account's is not written down."""
    found = db.one("SELECT account_id FROM account WHERE key = $key", key=key)
    who, account_id = (key, found["account_id"]) if found else ("nobody", None)
    ledger.note_read(db, "sign_in_refused", Act(who, now, "account", account_id, address), 0)


def known_outside(db: Database, name: str) -> str | None:
    """The key of the active account the agency's provider of identities knows by this name; None for none, or several."""
    found = db.frame("SELECT key FROM account WHERE lower(outside) = lower($name) AND status = 'active'", name=name)
    return found.item() if found.height == 1 else None


def choose(db: Database, key: str, password: str, anew: tuple[str, str], now: datetime) -> None:
    """Replace one's own password by a new one, typed twice. Raises WrongPassword, and BadRequest for one that is not good."""
    found = db.one(_ACTIVE, key=key)
    if not passwords.fits(found and found["password"], password) or found is None:
        raise WrongPassword
    if anew[0] != anew[1]:
        raise BadRequest("两次填写的新口令不一致，请重新填写。", "The new password was typed in two ways. Type it again.")
    if anew[0] == password:
        raise BadRequest("新口令不能与现用口令相同。", "The new password must differ from the present one.")
    passwords.require_good(anew[0], key, found["zh"], found["en"])
    kept = passwords.hashed(anew[0])
    with db.transaction() as tx:
        accounts.put_password(tx, found["account_id"], kept, one_time=False)
        ledger.note(tx, ACCOUNT, "choose_password", Act(key, now, "account", found["account_id"]), 1)


def begin(db: Database, now: datetime) -> str | None:
    """Enter the first administrator of a store without accounts; returns what to print, once: the password serves once."""
    if db.one("SELECT 1 FROM account LIMIT 1"):
        return None
    password = passwords.one_time()
    accounts.enter_all(db, [Account(FIRST, "系统管理员", "Administrator", (Role.ADMINISTRATOR,))], password, now)
    return f"首次启动 First start: 账号 account {FIRST}, 一次性口令 one-time password {password}"
