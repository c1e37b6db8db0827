"""What the commands about publication packages do: one written and put in force, one verified.

Must not know how arguments are parsed.
"""

import argparse
from contextlib import closing

from core import public_package, ruleset, store
from core.commands import OK, say
from core.desk import COMMAND_LINE, Desk, system_clock
from core.public import package as packages
from core.public import verifying
from core.public_package import Public
from core.vocabulary import Duty


def package(asked: argparse.Namespace) -> int:
    """Write what is on line as the next publication package, and put it in force for the lookup."""
    root = asked.home / "packages"
    with closing(store.open_store(asked.home)) as db:
        desk = Desk(db, COMMAND_LINE, system_clock)
        desk.require(Duty.PUBLISH)
        now = desk.now()
        public = Public(db.folder, ruleset.in_force(db, now.date()), now, photos=asked.photos)
        with db.snapshot() as seen:
            first = not packages.every(root)
            written = [] if first else [public_package.write_delta(seen, public, root)]
            written += [public_package.write_full(seen, public, root)] if first or asked.full else []
    last = packages.every(root)[-1]
    if packages.latest(root) != last:
        public_package.release(root, last)
    for each in filter(None, written):
        told = each.manifest
        kind = {packages.FULL: ("全量包", "full package"), packages.DELTA: ("变更包", "delta")}[told.kind]
        print(say(
            f"第{told.number}号{kind[0]}已发布：公开证书{told.records:,}条，见{each.folder}。",
            f"Package {told.number}, a {kind[1]}, is in force: {told.records:,} certificates are public; in {each.folder}.",
        ))
    if not any(written):
        print(say("公开内容没有变化，未打包。", "Nothing public has changed; no package was written."))
    return OK


def verify_package(asked: argparse.Namespace) -> int:
    """Verify a publication package, or a folder of them, with all it follows from; needs no store."""
    verified = verifying.verify(asked.folder)
    last = verified[-1].manifest
    print(say(
        f"核对无误：{len(verified):,}个数据包，第{last.number}号包应用后公开证书{last.records:,}条。",
        f"Sound: {len(verified):,} packages; {last.records:,} certificates are public once package {last.number} is applied.",
    ))
    return OK
