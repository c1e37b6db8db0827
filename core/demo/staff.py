"""The people of the demo: an account for each role at the centre, a reviewer and a reader for each province.

Their one password is told to everybody on the sign-in page; only a store without any account takes them in.
"""

from datetime import datetime

from core import accounts, reference
from core.accounts import Account
from core.database import Database
from core.desk import DEMO_ROLES, province_reviewer
from core.vocabulary import Role

PASSWORD = "degree-desk-demo"  # nosec B105  # shown on the demo's own sign-in page
"""What every account of the demo signs in with."""
_READERS = ("11",)
"""Provinces whose office has someone who reads alone, too."""


def enter(db: Database, now: datetime) -> None:
    """Enter the demo's accounts, unless the store has accounts already."""
    accounts.enter_all(db, everyone(), PASSWORD, now, demo=True)


def everyone() -> list[Account]:
    """The accounts of the demo: the centre's people, and those of each province."""
    found = [Account(key, zh, en, roles) for key, (zh, en, roles) in DEMO_ROLES.items()]
    provinces = reference.load().table("provinces").select("code", "zh", "en").unique("code").sort("code")
    for code, zh, en in provinces.iter_rows():
        reviewer = province_reviewer(code, zh, en)
        found.append(Account(reviewer.key, reviewer.zh, reviewer.en, (Role.PROVINCE_REVIEWER,), code))
        if code in _READERS:
            found.append(Account(f"reader-{code}", f"{zh}学位办 查阅员", f"{en} provincial reader", (Role.PROVINCE_READER,), code))
    return found
