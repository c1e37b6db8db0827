"""What the commands about going on line do: a run frozen, a run released, the packages written anew, one verified.

Must not know how arguments are parsed.
"""

import argparse
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

from core import package_folder, public_package, publication, publication_run, ruleset, store
from core.commands import OK, say
from core.deadlines import Term
from core.desk import Desk, by_account, system_clock
from core.errors import NotAllowed
from core.public import package as packages
from core.public import verifying
from core.public.package import ADD, ALTER, Package
from core.public_package import Public
from core.publication import Blocker, Scope
from core.vocabulary import Duty


def publish(asked: argparse.Namespace) -> int:
    """Tell what of a semester or a month would go on line and what stands in the way; with --freeze, freeze it as a run."""
    with _desk(asked) as desk:
        month = re.fullmatch(r"\d{4}-\d{2}", asked.term)
        scope = Scope(month=asked.term) if month else Scope(term=Term.parse(asked.term).code)
        for line in publication.gate(desk, scope).blockers.iter_rows(named=True):
            told = Blocker(line["blocker"])
            print(say(f"{told.zh}：{line['records']:,}条", f"{told.en}: {line['records']:,}"))
        if not asked.freeze:
            ready = publication.count(desk, scope)
            print(say(f"可上网{ready:,}条；冻结请加 --freeze。", f"{ready:,} records would go; freeze them with --freeze."))
            return OK
        begin = publication_run.open_month if month else publication_run.open_term
        run_id = begin(desk, asked.term if month else Term.parse(asked.term))
        publication_run.pass_gate(desk, run_id)
        frozen = publication_run.freeze(desk, run_id)
        print(say(
            f"第{run_id}批已冻结{frozen:,}条；请另一人放行：release {run_id} --count {frozen}。",
            f"Run {run_id} is frozen with {frozen:,} records; someone else releases it: release {run_id} --count {frozen}.",
        ))
    return OK


def release(asked: argparse.Namespace) -> int:
    """Release a frozen run: its list goes on line and its package in force. By another account than the one that froze it."""
    with _desk(asked) as desk:
        done = publication_run.release(desk, asked.run_id, counted=asked.count)
        print(say(
            f"第{done.run_id}批已放行{done.moved:,}条，因变动留下{done.left:,}条；数据包：{done.package or '无变化'}。",
            f"Run {done.run_id} is released: {done.moved:,} records; {done.left:,} had moved and stay; package: {done.package or 'none'}.",
        ))
    return OK


def package(asked: argparse.Namespace) -> int:
    """Write what was released as a package anew: a full one, or what was taken down since the last. Puts nothing new on line."""
    root = asked.home / "packages"
    with _desk(asked) as desk:
        desk.require(Duty.PUBLISH)
        now = desk.now()
        public = Public(desk.db.folder, ruleset.in_force(desk.db, now.date()), now, photos=asked.photos)
        with package_folder.turn(root), desk.db.snapshot() as seen:
            public_package.recover(desk.db)
            _require_released(packages.latest(root) is not None)
            delta = public_package.stage(seen, public, root)
            try:
                changes = delta.manifest.changes if delta else {}
                _require_released(not changes.get(ADD, 0) + changes.get(ALTER, 0))
                written = [package_folder.numbered(delta)] if delta else []
            finally:
                public_package.recover(desk.db)
        if asked.full:
            with desk.db.snapshot() as seen:
                written.append(public_package.write_full(seen, public, root))
    package_folder.release_last(root)
    for each in written:
        print(_told(each))
    if not written:
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


@contextmanager
def _desk(asked: argparse.Namespace) -> Iterator[Desk]:
    with closing(store.open_store(asked.home)) as db:
        yield Desk(db, by_account(), system_clock)


def _require_released(holds: bool) -> None:
    if not holds:
        raise NotAllowed(
            "公开内容将有新增或变更，须经上网批次由第二人放行：先 publish --freeze，再 release。",
            "Certificates would be added or changed: that takes a run released by a second person: publish --freeze, then release.",
        )


def _told(written: Package) -> str:
    told = written.manifest
    kind = {packages.FULL: ("全量包", "full package"), packages.DELTA: ("变更包", "delta")}[told.kind]
    return say(
        f"第{told.number}号{kind[0]}已发布：公开证书{told.records:,}条，见{written.folder}。",
        f"Package {told.number}, a {kind[1]}, is in force: {told.records:,} certificates are public; in {written.folder}.",
    )
