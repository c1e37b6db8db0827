"""Proofs of packages and the lookup: a packager killed at any instant, and answers that give nothing away by their time."""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from core import package_folder
from core.database import Database
from core.public import image as images
from core.public import package as packages
from core.public.verifying import verify
from tests.builders_packages import a_full, a_number, certificates
from tests.builders_service import a_service

ROOT = Path(__file__).parents[1]
PROOF = bool(os.environ.get("DESK_PROOF"))
ROUNDS = 100 if PROOF else 3
PACKAGER = """
import sys
from pathlib import Path
from core import package_folder
from core.database import Database
from tests.builders_packages import a_delta, a_full, certificates
home, round_ = Path(sys.argv[1]), int(sys.argv[2])
db, root = Database.open(home / "store"), home / "packages"
wanted = certificates(**{f"n{place}": "张明" if place % 7 else f"张{round_}" for place in range(round_ % 5, 400)})
print("open", flush=True)
written = a_delta(db, root, wanted) if round_ else a_full(db, root, wanted)
if written: package_folder.release(root, written)
written = a_full(db, root, wanted)
package_folder.release(root, written)
print("done", flush=True)
"""
_T = 5.0
"""Beyond this, two means of thousands differ for a reason (a usual bound in tests of timing)."""

pytestmark = pytest.mark.proof


def test_a_packager_killed_at_any_instant_leaves_whole_packages_in_a_chain(tmp_path):
    chance, killed, done = random.Random(11), 0, 0
    for number in range(ROUNDS + 1):
        command = [sys.executable, "-c", PACKAGER, str(tmp_path), str(number)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout.readline() == "open\n"
            try:
                program.wait(60 if number == 0 else chance.uniform(0.0, 0.5))
            except subprocess.TimeoutExpired:
                program.kill()
                killed += 1
            done += program.stdout.read() == "done\n"

        written = packages.every(tmp_path / "packages")
        released = packages.latest(tmp_path / "packages")

        assert [package.manifest.number for package in written] == list(range(1, len(written) + 1))
        assert released in written[-3:]
        assert verify(written[-1].folder)[-1] == written[-1]
    assert killed and done
    verify(tmp_path / "packages")


@pytest.fixture
def many(tmp_path):
    """A released package of some thousands."""
    db = Database.open(tmp_path / "store")
    names = {f"n{place}": f"张{chr(0x4E00 + place)}" for place in range(5000)}
    package_folder.release(tmp_path / "packages", a_full(db, tmp_path / "packages", certificates(**names)))
    db.close()
    return tmp_path


def _questions(many_, chance):
    """By turns: somebody else's number, and a number that is not there; names alike."""
    for _ in range(many_):
        yield "wrong name", f"李{chr(0x4E00 + chance.randrange(5000))}", a_number(f"n{chance.randrange(5000)}")
        yield "not there", f"李{chr(0x4E00 + chance.randrange(5000))}", a_number(f"n{900000 + chance.randrange(5000)}")


def _differ(seconds):
    """Welch's t of the faster nine tenths of both."""
    kept = [sorted(each)[: len(each) * 9 // 10] for each in seconds.values()]
    spread = sum(statistics.variance(each) / len(each) for each in kept) ** 0.5
    return abs(statistics.fmean(kept[0]) - statistics.fmean(kept[1])) / spread


@pytest.mark.skipif(not PROOF, reason="times are taken in `make proof` alone")
def test_finding_nothing_takes_as_long_for_a_wrong_name_as_for_a_number_that_is_not_there(many):
    image = images.Image(images.build(packages.latest(many / "packages"), many / "own"))
    seconds = {"wrong name": [], "not there": []}
    for kind, name, number in _questions(40_000, random.Random(3)):
        started = time.perf_counter_ns()
        found = image.find(name, number)
        seconds[kind].append(time.perf_counter_ns() - started)
        assert found is None
    image.close()

    assert _differ(seconds) < _T


@pytest.mark.skipif(not PROOF, reason="times are taken in `make proof` alone")
def test_over_the_web_too_the_time_of_an_answer_gives_nothing_away(many):
    seconds = {"wrong name": [], "not there": []}
    with a_service(many / "packages", many / "own") as service:
        connection = HTTPConnection("127.0.0.1", service.port)
        for kind, name, number in _questions(4_000, random.Random(5)):
            body = json.dumps({"name": name, "number": number})
            started = time.perf_counter_ns()
            connection.request("POST", "/lookup", body, {"Content-Type": "application/json"})
            told = connection.getresponse().read()
            seconds[kind].append(time.perf_counter_ns() - started)
            assert "无匹配" in told.decode()
        connection.close()

    assert _differ(seconds) < _T
