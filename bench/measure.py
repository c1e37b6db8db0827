"""`make bench`: the whole load, and the check stage, as ratios taken in one run on one machine."""

import argparse
import multiprocessing
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
from pandera.errors import SchemaErrors
from streamlit.testing.v1 import AppTest

from bench import archive as archives
from bench import filing, registers
from core import (
    admission,
    checking,
    draft,
    facts,
    feedback,
    intake,
    package_folder,
    public_package,
    publication_run,
    queue,
    reading,
    review,
    ruleset,
    store,
    trial,
)
from core.deadlines import Term
from core.declaration import Declared
from core.demo import staff
from core.desk import Actor, Desk, system_clock
from core.public_package import Public
from core.rules import RULES, Context, Sight, schema
from core.ruleset import Proposal
from core.trial import Reach
from core.vocabulary import Category, Duty

BENCH = Actor("bench", "测速", "Bench", frozenset(Duty))
_DECLARED = Declared(Term.parse("2024-2"), "10001", Category.BACHELOR)


_PAGE_SECONDS = 0.3


def main() -> None:
    """Print the figures as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--archive", type=int, default=0, help="records on file already, to load beside")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
        path = Path(folder) / "filing.csv"
        filing.write(path, rows=asked.rows, dirty=0.03)
        rounds = [(apart(raw, path), apart(load, path)) for _ in range(asked.rounds)]
        ratios = [load[0] / raw[0] for raw, load in rounds]
        print(f"\n{asked.rows:,} rows × 43 columns, {path.stat().st_size / 1e6:,.0f} MB, {len(RULES)} checks, "
              f"{os.cpu_count()} cores, {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB\n")
        print("| figure | value |\n|---|---|")
        print(f"| whole load ÷ DuckDB `CREATE TABLE AS read_csv`, median of {asked.rounds} "
              f"| {statistics.median(ratios):.2f} ({', '.join(f'{ratio:.2f}' for ratio in sorted(ratios))}) |")
        print(f"| peak memory of the load | {max(load[1] for _, load in rounds):.2f} GB |", flush=True)
        for figure, value in _archive_stage(path, asked.archive, statistics.median(load[0] for _, load in rounds)):
            print(f"| {figure} | {value} |", flush=True)
        for figure, value in _package_stage(path, statistics.median(raw[0] for raw, _ in rounds)):
            print(f"| {figure} | {value} |", flush=True)
        if asked.archive:
            return
        for figure, value in _queue_stage(Path(folder)):
            print(f"| {figure} | {value} |", flush=True)
        for figure, value in _check_stage(Path(folder), min(asked.rows, 1_000_000)):
            print(f"| {figure} | {value} |", flush=True)


def raw(path: Path, folder: Path) -> None:
    with duckdb.connect(str(folder / "raw.duckdb")) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("CREATE TABLE filed AS SELECT * FROM read_csv($path, all_varchar = true)", {"path": str(path)})


def prepare(folder: Path, archive: int = 0, *, renamed: bool = True) -> None:
    """A store whose registers answer for the filing, with so many records on file."""
    db = store.open_store(folder)
    registers.put_in_force(Desk(db, BENCH, system_clock), system_clock().date(), renamed=renamed)
    if archive:
        archives.fill(db, archive)
    db.close()


def load(path: Path, folder: Path) -> None:
    db = store.open_store(folder)
    desk = Desk(db, BENCH, system_clock)
    source = reading.open_filing(path)
    drafted = draft.draw_up(source, _context(source, ruleset.in_force(db, desk.now().date())), db.folder / "work")
    intake.receive(desk, drafted, _DECLARED, source, path.name)
    db.close()


def _try_out(path: Path, folder: Path) -> None:
    db = store.open_store(folder)
    desk = Desk(db, BENCH, system_clock)
    base = ruleset.in_force(db, desk.now().date())
    degrees = base.reference.table("degrees")  # read by all checks: everything is judged anew
    trial.run(desk, Proposal(base, base.settings, {"degrees": degrees.head(degrees.height - 1)}), Reach(term="2024-2"))
    db.close()


def _archive_stage(path: Path, archive: int, empty: float) -> Iterator[tuple[str, str]]:
    """The same load beside an archive, and a trial of all checks over what it stored, against the load itself."""
    folder = path.parent / "archive"
    prepare(folder, archive)
    loaded = apart(load, path, folder)
    if archive:
        yield f"load beside {archive:,} records on file ÷ into an empty store", f"{loaded[0] / empty:.2f}"
        yield "peak memory of that load", f"{loaded[1]:.2f} GB"
    tried = apart(_try_out, path, folder)
    yield "trial of all checks over the stored records ÷ their load", f"{tried[0] / loaded[0]:.2f}"
    yield "peak memory of the trial", f"{tried[1]:.2f} GB"


def _package_stage(path: Path, raw: float) -> Iterator[tuple[str, str]]:
    """What was loaded, frozen as a semester's list, put on line and written as a full package, against the raw load of the rows."""
    folder = path.parent / "archive"
    db = store.open_store(folder)
    desk = Desk(db, BENCH, system_clock)
    (filing_id,) = db.frame("SELECT filing_id FROM filing WHERE term = '2024-2'")["filing_id"]
    review.approve(desk, filing_id, approved_on=desk.now().date(), document="测速")
    feedback.issue(desk, _DECLARED.term)
    db.close()
    frozen = apart(_freeze, path, folder)
    db = store.open_store(folder)
    with db.transaction() as tx:
        tx.run("UPDATE record SET status = 'published' WHERE status = 'cleared'")
    db.close()
    packaged = apart(_package, path, folder)
    yield "the semester's list frozen and a full package of it written ÷ the raw DuckDB load of the same rows", (
        f"{(frozen[0] + packaged[0]) / raw:.2f} (freezing {frozen[0] / raw:.2f}, packaging {packaged[0] / raw:.2f})"
    )
    yield "peak memory of both", f"{max(frozen[1], packaged[1]):.2f} GB"
    shutil.rmtree(folder)


def _freeze(_: Path, folder: Path) -> None:
    db = store.open_store(folder)
    desk = Desk(db, BENCH, system_clock)
    run_id = publication_run.open_term(desk, _DECLARED.term)
    publication_run.pass_gate(desk, run_id)
    publication_run.freeze(desk, run_id)
    db.close()


def _package(_: Path, folder: Path) -> None:
    db = store.open_store(folder)
    now = system_clock()
    filed = f"{public_package.ONLINE} AND f.parquet <> '{archives.PARQUET}'"
    with db.snapshot() as seen:
        package = public_package.write_full(
            seen, Public(db.folder, ruleset.in_force(db, now.date()), now, filed), folder / "packages"
        )
    package_folder.release(folder / "packages", package)
    db.close()


def _context(source: reading.Reading, judged_by: ruleset.Ruleset) -> Context:
    """As at intake, but without the filer: a large file here holds several institutions."""
    told = admission.context_for(source, _DECLARED, judged_by, today=date(2026, 11, 1), archive=True)
    return replace(told, institution=None)


def _queue_stage(folder: Path) -> Iterator[tuple[str, str]]:
    """What a queue page reads, over a store with some 600,000 open findings, against a bare count of them."""
    path = folder / "queue.csv"
    filing.write(path, rows=950_000, dirty=0.5)
    db = store.open_store(folder / "queue")
    desk = Desk(db, BENCH, system_clock)
    source = reading.open_filing(path)
    intake.receive(desk, draft.draw_up(source, _context(source, ruleset.shipped()), db.folder / "work"), _DECLARED, source, path.name)
    open_findings = db.frame("SELECT count(*) AS n FROM finding WHERE closed IS NULL").item()
    everything = queue.QueueFilter()
    for by in ("province", "rule"):
        seconds = statistics.median(_timed(lambda by=by: queue.counts(desk, everything, by=by)) for _ in range(5))
        yield f"queue counted by {by}, {open_findings:,} open findings", _allowed(seconds)
    seconds = statistics.median(_timed(lambda: queue.page(desk, everything)) for _ in range(5))
    yield "first page of the queue, 50 records", _allowed(seconds)
    db.close()
    yield "the queue page opened: its whole script on the server", _allowed(_page_opened(db.folder))


def _allowed(seconds: float) -> str:
    return f"{seconds / _PAGE_SECONDS:.0%} of the {_PAGE_SECONDS} s a queue page may take"


def _page_opened(home: Path) -> float:
    app = signed_in(home)
    return _timed(lambda: app.switch_page("pages/queue.py").run())


def signed_in(home: Path) -> AppTest:
    """The app over a store, as the centre's operator finds it."""
    os.environ["DESK_HOME"] = str(home)
    from pages import _seat

    staff.enter(_seat.store(), system_clock())
    app = AppTest.from_file(str(Path(__file__).parents[1] / "dashboard.py"), default_timeout=120)
    app.user = {"session": _seat.sessions().of(_seat.sessions().begin("operator", "127.0.0.1")).handle}
    return app.run()


def _check_stage(folder: Path, rows: int) -> Iterator[tuple[str, str]]:
    seconds = {}
    for dirty in (0.03, 0.5):
        path = folder / f"dirty-{dirty}.csv"
        filing.write(path, rows=rows, dirty=dirty)
        source = reading.open_filing(path)
        context = _context(source, ruleset.shipped())
        chunk = pl.concat(source.chunks())
        frame = facts.beside(checking.read([(chunk, context)]), pl.DataFrame(schema={"row": pl.Int64}))
        seconds[dirty] = min(_timed(lambda f=frame, c=context: checking.judge(f, c, frozenset(Sight)))
                             for _ in range(3))
        if dirty == 0.03:
            validated = min(_timed(lambda f=frame, c=context: _validate(f, c)) for _ in range(3))
            yield "checks ÷ Pandera `schema.validate(lazy=True)`, 3 % dirty", f"{seconds[dirty] / validated:.2f}"
    yield "checks at 50 % dirty ÷ at 3 % dirty", f"{seconds[0.5] / seconds[0.03]:.2f}"


def _validate(frame: pl.DataFrame, context: Context) -> None:
    with suppress(SchemaErrors):
        schema(context).validate(frame, lazy=True)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def p95(times: list[float]) -> float:
    """What 95 of 100 stay below."""
    return sorted(times)[int(len(times) * 0.95)]


def apart(work: Callable[[Path, Path], None], path: Path, folder: Path | None = None) -> tuple[float, float]:
    """Seconds and peak GB of a piece of work in a process of its own; on a fresh store unless one is given."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        if folder:
            return pool.apply(_measured, (work, path, folder))
    fresh = Path(tempfile.mkdtemp(prefix="desk-bench-store-", dir=path.parent))
    if work is not raw:
        prepare(fresh, 0)
    try:
        return apart(work, path, fresh)
    finally:
        shutil.rmtree(fresh)


def _measured(work: Callable[[Path, Path], None], path: Path, folder: Path) -> tuple[float, float]:
    duckdb.connect().execute("SELECT $warm", {"warm": 1})
    seconds = _timed(lambda: work(path, folder))
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
