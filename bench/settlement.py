"""`python -m bench.settlement`: corrections of a nation's records settled in one act, against loading filings, in one run."""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from bench import nation
from bench.measure import apart, prepare
from core import attachments, correction, settlement, store
from core.desk import COMMAND_LINE, Desk, system_clock
from core.request import Request
from core.vocabulary import CorrectionKind, CorrectionReason

_WRONG = """
SELECT record_id, version, filing_id, substr(person, 7, 8) AS born FROM record
WHERE status = 'withheld' AND followed IS NULL AND born <> strptime(substr(person, 7, 8), '%Y%m%d')::DATE
ORDER BY row_number() OVER (PARTITION BY filing_id ORDER BY record_id), filing_id LIMIT $wanted"""
_READY = "SELECT correction_id FROM correction WHERE status = 'ready'"


def main() -> None:
    """Print the figures as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=1_500)
    parser.add_argument("--rows", type=int, default=4_000)
    parser.add_argument("--more", type=int, default=75, help="of these packages, those whose loading is the measure")
    parser.add_argument("--corrections", type=int, default=50_000)
    parser.add_argument("--keep", type=Path, help="where the packages stay for another time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as made:
        folder = asked.keep or Path(made)
        if not (folder / "sent").exists():
            nation.write(folder, packages=asked.packages, rows=asked.rows)
        before, measure, home = Path(made) / "before", Path(made) / "measure", Path(made) / "home"
        for place, path in enumerate(sorted((folder / "sent").glob("*/*"))):
            target = (measure if place < asked.more else before) / path.parent.name / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, target) if path.stat().st_dev == target.parent.stat().st_dev else shutil.copyfile(path, target)
        prepare(home, renamed=False)
        apart(nation.load, before, home)
        loaded, _ = apart(nation.load, measure, home)
        taken, _ = apart(_take_in, Path(str(asked.corrections)), home)
        settled, memory = apart(_settle, Path(), home)
        db = store.open_store(home)
        records, corrections, cleared = db.one("SELECT (SELECT count(*) FROM record WHERE followed IS NULL) AS records, "
                                               "corrections, cleared FROM settlement").values()
        db.close()
        print(f"\n{corrections:,} corrections against {records:,} records, {cleared:,} of them released\n")
        print("| figure | value |\n|---|---|")
        print(f"| settling them ÷ loading {asked.more * asked.rows:,} records beside the same | {settled / loaded:.2f} |")
        print(f"| taking them in, two thousand at a time ÷ the same | {taken / loaded:.2f} |")
        print(f"| peak memory of the settlement | {memory:.2f} GB |")


def _take_in(many: Path, home: Path) -> None:
    db = store.open_store(home)
    desk = Desk(db, COMMAND_LINE, system_clock)
    wanted = int(many.name)
    proof = attachments.keep(db, b"%PDF-1.4 evidence", "evidence.pdf")
    wrong = db.frame(_WRONG, wanted=wanted)
    assert wrong.height == wanted, "not so many records are wrong in a way that can be mended"
    for own in wrong.sort("filing_id").iter_slices(2_000):
        receipts = correction.take_in(desk, [
            Request(CorrectionKind.CHANGE, line["record_id"], line["version"], CorrectionReason.TYPING, "测速", {"CSRQ": line["born"]},
                    evidence=(proof,))
            for line in own.iter_rows(named=True)
        ])
        assert all(receipt.taken for receipt in receipts), "a correction was refused"
    db.close()


def _settle(_: Path, home: Path) -> None:
    db = store.open_store(home)
    settlement.settle(Desk(db, COMMAND_LINE, system_clock), "2026-11", db.frame(_READY)["correction_id"])
    db.close()


if __name__ == "__main__":
    main()
