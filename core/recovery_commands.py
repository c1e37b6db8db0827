"""What the commands about backups and the key do: one made, restored or tried out; the store put under another key.

Must not know how arguments are parsed.
"""

import argparse
import os
from contextlib import closing
from pathlib import Path

from core import at_rest, audit_commands, backup, backup_requests, rekeying, restoring, store
from core.backup import Backup
from core.commands import say
from core.database import StoreBusy
from core.desk import system_clock
from core.errors import BadRequest


def back_up(asked: argparse.Namespace) -> int:
    """Back the store up and try the backup out; the app may be running. Ends with 1 when the store does not hold."""
    root = _root(asked)
    try:
        with closing(store.open_store(asked.home)) as db:
            number = backup.make(db, root, system_clock()).number
    except StoreBusy:
        number = backup_requests.ask(asked.home, root, lambda: _is_busy(asked.home))
    return _tried(restoring.chosen(root, number))


def restore(asked: argparse.Namespace) -> int:
    """Bring a store back from a backup into an empty folder (--home); ends with 1 when it does not hold."""
    kept = restoring.chosen(asked.backups, asked.number)
    verdicts = restoring.restore(kept, asked.home)
    print(say(
        f"已从第{kept.number}号备份（{kept.made_at}）恢复到{asked.home}。所有人须重新登录。",
        f"Restored from backup {kept.number} ({kept.made_at}) into {asked.home}. Everybody signs in anew.",
    ))
    return audit_commands.tell(verdicts)


def verify(asked: argparse.Namespace) -> int:
    """Try a backup out: every byte against its hash, restored for a trial, all that must hold looked at."""
    return _tried(restoring.chosen(_root(asked), asked.number))


def rekey(asked: argparse.Namespace) -> int:
    """Put the store under DESK_KEY (none: under no key), which was under DESK_KEY_BEFORE or under none; with the app closed."""
    before, after = at_rest.key("DESK_KEY_BEFORE"), at_rest.key()
    if before == after:
        raise BadRequest(
            "请用DESK_KEY给出新密钥，用DESK_KEY_BEFORE给出现用密钥；没有的一项不填。",
            "Give the key it is to have as DESK_KEY and the one it has as DESK_KEY_BEFORE; leave out the one there is not.",
        )
    many = rekeying.rekey(asked.home, before, after)
    print(say(
        f"已用新密钥重写{many:,}个文件。早先的备份仍用当时的密钥（或未加密），请另做备份并处置旧备份。",
        f"{many:,} files written anew. Earlier backups keep the key of their day, or none: back up again and see to the old ones.",
    ))
    return audit_commands.tell(restoring.looked_over(asked.home))


def _tried(kept: Backup) -> int:
    verdicts = restoring.verify(kept)
    print(say(
        f"第{kept.number}号备份（{kept.made_at}，{kept.files:,}个文件，{kept.size:,}字节）在{kept.folder}，已试恢复。",
        f"Backup {kept.number} ({kept.made_at}, {kept.files:,} files, {kept.size:,} bytes) is in {kept.folder}; restored for a trial.",
    ))
    return audit_commands.tell(verdicts)


def _root(asked: argparse.Namespace) -> Path:
    return asked.backups or Path(os.environ.get("DESK_BACKUPS") or asked.home / "backups")


def _is_busy(home: Path) -> bool:
    try:
        store.open_store(home).close()
    except StoreBusy:
        return True
    return False
