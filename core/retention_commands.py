"""What the command about retention does: what is due is deleted, and told.

Must not know how arguments are parsed.
"""

import argparse
import os
from contextlib import closing

from core import retention, store
from core.commands import OK, say
from core.desk import by_account, system_clock
from core.keeping import Keeping
from core.sessions import Limits, Sessions


def tidy(asked: argparse.Namespace) -> int:
    """Delete files of failed jobs, uploads and leftovers whose time is over; the open app does so by itself every hour."""
    keeping = Keeping.told(os.environ)
    with closing(store.open_store(asked.home)) as db, closing(Sessions(asked.home, system_clock, Limits.told(os.environ))) as sessions:
        swept = retention.sweep(db, sessions, keeping, system_clock(), by=by_account().key)
    print(say(
        f"已清除：任务文件{swept.jobs}，上传{swept.uploads}，遗留文件{swept.leftovers}，已结束的登录{swept.sign_ins}。",
        f"Deleted: files of {swept.jobs} jobs, {swept.uploads} uploads, {swept.leftovers} leftovers, {swept.sign_ins} ended sign-ins.",
    ))
    return OK
