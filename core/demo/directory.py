"""The contacts of the demo's institutions: most have two, some one or none, and some were not confirmed this year.

Names are plainly invented, telephones have an area code nobody has. Must not know the nation.
"""

from datetime import timedelta

from core import contacts
from core.contacts import Contact
from core.desk import Desk

_FILED = "SELECT DISTINCT institution FROM filing ORDER BY institution"
_PEOPLE = (("赵示例", "学位办主任"), ("钱示例", "学籍科科长"), ("孙示例", "研究生院学位科"), ("李示例", "教务处学籍科"))


def enter(desk: Desk) -> None:
    """Enter contacts for every institution that has filed: of seven the fifth names one person and the sixth nobody, the seventh
    has confirmed nothing this year."""
    today = desk.now()
    for place, institution in enumerate(desk.db.frame(_FILED)["institution"]):
        kind = place % 7
        at = today.replace(year=today.year - 1, month=3, day=10) if kind == 6 else today - timedelta(days=min(40, today.timetuple().tm_yday - 1))
        past = Desk(desk.db, desk.actor, lambda moment=at: moment)
        for number in range({4: 1, 5: 0}.get(kind, contacts.LEAST)):
            name, post = _PEOPLE[(place + number) % len(_PEOPLE)]
            contacts.enter(past, institution, Contact(name, post, f"000-{institution}{number + 1:03d}", f"xw{number + 1}@{institution}.example"))
