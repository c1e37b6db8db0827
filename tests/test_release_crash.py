"""A freeze or a release killed at any instant: frozen or not, released with its package or still frozen, and it can be given again."""

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from core import frozen_list, package_folder, public_package, publication_run, publication_runs
from core.errors import DiskFull, NotAllowed
from core.public import package as packages
from core.public.verifying import verify
from tests.builders import TERM, a_desk, a_filing, a_run, people
from tests.test_hostile import no_file_beyond

ROOT = Path(__file__).parents[1]
ROUNDS = 100 if os.environ.get("DESK_PROOF") else 3
RECORDS = 300
RELEASER = """
import sys
from dataclasses import replace
from pathlib import Path
from core import publication_run, publication_runs
from tests.builders import TERM, a_desk
desk = a_desk(Path(sys.argv[1]))
colleague = replace(desk, actor=replace(desk.actor, key="colleague"))
print("open", flush=True)
run_id = next(iter(publication_runs.runs(desk).filter(status="frozen")["run_id"]), None)
if run_id is None:
    gated = publication_runs.runs(desk).filter(status="gated")["run_id"]
    run_id = gated[0] if gated.len() else publication_run.open_term(colleague, TERM)
    if not gated.len():
        publication_run.pass_gate(colleague, run_id)
    publication_run.freeze(colleague, run_id)
    print("frozen", flush=True)
publication_run.release(desk, run_id, counted=int(sys.argv[2]))
print("released", flush=True)
"""


def _assert_whole(desk):
    """The store and its packages say the same: what is on line is what the package in force holds."""
    root = public_package.root_of(desk.db)
    online = desk.db.frame("SELECT certificate_no FROM record WHERE status = 'published' ORDER BY ALL")["certificate_no"].to_list()
    written = packages.every(root) if root.exists() else []
    assert packages.latest(root) == (written[-1] if written else None)
    public = [number for part in packages.certificates(packages.chain(written[-1])) for number in part["XWZSBH"]] if written else []
    assert public == online
    if written:
        verify(root)
    runs = publication_runs.runs(desk)
    released = runs.filter(status="released")
    assert released["package"].to_list() == [each.manifest.number for each in reversed(written)]
    for run in runs.filter(status="frozen").to_dicts():
        with desk.db.snapshot() as seen:
            lines = seen.frame("SELECT count(*) AS n FROM publication_line WHERE run_id = $id", id=run["run_id"]).item()
            assert (frozen_list.fingerprint(seen, run["run_id"]), lines) == (run["sha256"], run["records"])
    loose = "SELECT count(*) AS n FROM publication_line WHERE run_id IN (SELECT run_id FROM publication_run WHERE sha256 IS NULL)"
    assert desk.db.frame(loose).item() == 0
    assert [path.name for path in root.glob(".*") if path.name != ".writing"] == []


@pytest.mark.proof
def test_a_freeze_or_a_release_killed_at_any_instant_is_whole_or_not_there_and_can_be_given_again(tmp_path):
    chance, killed = random.Random(8), 0
    desk = a_desk(tmp_path)
    for number in range(ROUNDS):
        if publication_runs.runs(desk).filter(status="frozen").is_empty():
            a_filing(desk, people(RECORDS, first=number * RECORDS), approved=True, name=f"{number}.csv")
        waiting = desk.db.frame("SELECT count(*) AS n FROM record WHERE status = 'cleared'").item()
        frozen = publication_runs.runs(desk).filter(status="frozen")["records"]
        desk.db.close()
        command = [sys.executable, "-c", RELEASER, str(tmp_path), str(frozen[0] if frozen.len() else waiting)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout.readline() == "open\n"
            try:
                program.wait(chance.uniform(0.0, 1.5))
            except subprocess.TimeoutExpired:
                program.kill()
                killed += 1
            said = program.stdout.read().split()
            assert program.wait() in (0, -9)

        desk = a_desk(tmp_path)

        _assert_whole(desk)
        latest = publication_runs.runs(desk)["status"].to_list()
        if "released" in said:
            assert latest[0] == "released"
        elif "frozen" in said:
            assert latest[0] in ("frozen", "released")
    assert killed


@pytest.mark.parametrize("room", [0, 1_500, 6_000])
def test_a_disk_full_at_a_release_releases_nothing_and_it_goes_once_there_is_room(tmp_path, room):
    desk = a_desk(tmp_path)
    a_filing(desk, people(RECORDS), approved=True)
    run_id = a_run(desk)

    with no_file_beyond(room), pytest.raises(DiskFull):
        publication_run.release(desk, run_id, counted=RECORDS)

    _assert_whole(desk)
    assert publication_runs.run(desk, run_id)["status"] == "frozen"
    assert publication_run.release(desk, run_id, counted=RECORDS).moved == RECORDS
    _assert_whole(desk)


def test_two_people_releasing_at_once_release_once(tmp_path):

    desk = a_desk(tmp_path)
    a_filing(desk, people(RECORDS), approved=True)
    run_id, start, ended = a_run(desk), Barrier(2), []

    def one(place):
        somebody = replace(desk, actor=replace(desk.actor, key=f"releaser-{place}"))
        start.wait()
        try:
            ended.append(publication_run.release(somebody, run_id, counted=RECORDS).moved)
        except NotAllowed as refused:
            ended.append(refused.en)

    people_at_once = [Thread(target=one, args=(place,)) for place in range(2)]
    for each in people_at_once:
        each.start()
    for each in people_at_once:
        each.join()

    assert RECORDS in ended
    (refused,) = (each for each in ended if each != RECORDS)
    assert "being written" in refused or "Released" in refused
    _assert_whole(desk)
    assert package_folder.release_last(public_package.root_of(desk.db)).manifest.number == 1
    assert publication_runs.runs(desk)["of"].to_list() == [TERM.code]
