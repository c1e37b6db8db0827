"""`python -m bench.under_key`: what a key costs: the same work on a store with one and on one without, in one run, by CPU time."""

import argparse
import base64
import multiprocessing
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench import filing, measure
from core import audit, backup, queue, store, views
from core.desk import Desk, system_clock
from core.queue import QueueFilter


def main() -> None:
    """Print the figures as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    keys = {"without": "", "with": base64.b64encode(secrets.token_bytes(32)).decode()}
    spent: dict[str, list[float]] = {}
    for _ in range(asked.rounds):
        with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
            path = Path(folder) / "filing.csv"
            filing.write(path, rows=asked.rows, dirty=0.03)
            told = {which: _all_of_it(path, Path(folder) / which, key) for which, key in keys.items()}
        for stage, seconds in told["with"].items():
            spent.setdefault(stage, []).append(seconds / told["without"][stage])
    print(f"\n{asked.rows:,} rows × 43 columns, CPU time with a key ÷ without, median of {asked.rounds}\n")
    print("| work | ratio |\n|---|---|")
    for stage, ratios in spent.items():
        print(f"| {stage} | {statistics.median(ratios):.2f} ({', '.join(f'{ratio:.2f}' for ratio in sorted(ratios))}) |")


def _all_of_it(path: Path, folder: Path, key: str) -> dict[str, float]:
    os.environ["DESK_KEY"] = key
    measure.prepare(folder)
    stages: dict[str, Callable[[Path, Path], None]] = {
        "a filing loaded": measure.load, "200 pages of the queue": _pages, "200 records with all that was filed": _records,
        "the store audited": _audited, "the store backed up": _backed_up,
    }
    told = {}
    for stage, work in stages.items():
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            told[stage] = pool.apply(_seconds, (work, path, folder))
    return told


def _seconds(work: Callable[[Path, Path], None], path: Path, folder: Path) -> float:
    started = time.process_time()
    work(path, folder)
    return time.process_time() - started


def _pages(_: Path, folder: Path) -> None:
    with closing(store.open_store(folder)) as db:
        for number in range(200):
            queue.page(Desk(db, measure.BENCH, system_clock), QueueFilter(), number=number % 20)


def _records(_: Path, folder: Path) -> None:
    with closing(store.open_store(folder)) as db:
        desk = Desk(db, measure.BENCH, system_clock)
        for record_id in db.frame("SELECT record_id FROM record ORDER BY hash(record_id) LIMIT 200")["record_id"]:
            views.filed_row(desk, views.record(desk, record_id))


def _audited(_: Path, folder: Path) -> None:
    with closing(store.open_store(folder)) as db:
        audit.audit(Desk(db, measure.BENCH, system_clock))


def _backed_up(_: Path, folder: Path) -> None:
    with closing(store.open_store(folder)) as db:
        backup.make(db, folder / "backups", system_clock())


if __name__ == "__main__":
    main()
