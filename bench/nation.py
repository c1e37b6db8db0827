"""`python -m bench.nation`: a semester's packages, in the formats institutions send, loaded by folder in one run.

Against DuckDB reading the same rows from one CSV, and how long screens take while the app loads them from its inbox.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from bench import filing
from bench.measure import apart, p95, prepare, raw, signed_in
from core import __main__ as command_line
from core import inbox, reference
from core.demo import files
from core.record import LAYOUTS

FORMATS = (
    ("csv", "gb18030"), ("dbf", "gb18030"), ("csv", "utf-8"), ("csv", "utf-8-sig"), ("dbf", "gb18030"),
    ("csv", "gb18030"), ("xlsx", ""), ("csv", "utf-8"), ("dbf", "gb18030"), ("csv", "utf-16"),
    ("csv", "gb18030"), ("dbf", "gb18030"), ("csv", "utf-8"), ("xls", ""), ("dbf", "gb18030"),
    ("csv", "gb18030"), ("dbf", "gb18030"), ("csv", "utf-8"), ("dbf", "gb18030"), ("csv", "utf-8"),
)
"""Of 20 packages 11 are CSV in four encodings, 7 DBF, 1 XLSX and 1 XLS."""
_SCREENS = ("overview", "filings", "queue", "expected", "review", "jobs", "rates")
_THINK = 1.0


def main() -> None:
    """Print the figures as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=130)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where the packages stay for another time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as made:
        folder = asked.keep or Path(made)
        sent = folder / "sent"
        if not sent.exists():
            write(folder, packages=asked.packages, rows=asked.rows)
        print("| figure | value |\n|---|---|")
        rounds = [(apart(raw, folder / "all.csv"), _loaded(sent, Path(made))) for _ in range(asked.rounds)]
        ratios = [load[0] / bare[0] for bare, load in rounds]
        print(f"| {sum(1 for _ in sent.glob('*/*')):,} packages of {asked.rows:,} rows ÷ DuckDB `CREATE TABLE AS read_csv` of the same rows "
              f"| {statistics.median(ratios):.2f} ({', '.join(f'{ratio:.2f}' for ratio in sorted(ratios))}) |")
        print(f"| peak memory of the storing process | {max(load[1] for _, load in rounds):.2f} GB |", flush=True)
        home = Path(made) / "home"
        prepare(home, renamed=False)
        screens = _screens_meanwhile(sent, home)
        times = [seconds for each in screens.values() for seconds in each]
        print(f"| p95 of {len(times)} screens opened while the app loads them from its inbox, of the 0.5 s they may take "
              f"| {p95(times) / 0.5:.0%} (median {statistics.median(times) / 0.5:.0%}; "
              f"{', '.join(f'{page} {p95(each) / 0.5:.0%}' for page, each in screens.items())}) |")


def write(folder: Path, *, packages: int, rows: int) -> None:
    """Write the packages below `sent`, one institution after the other, and all their rows as `all.csv`."""
    known = reference.load().table("institutions").unique("code", keep="last", maintain_order=True).select("code", "name")
    filers = known.filter(pl.col("code").str.contains("^1")).rows()
    random = np.random.default_rng(1)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "all.csv").open("wb") as everything:
        for place in range(packages):
            code, name = filers[place % len(filers)]
            cells = filing.part(np.arange(place * rows, (place + 1) * rows), 0.03, random)
            serials = np.char.zfill((np.arange(rows) + 1 + place // len(filers) * rows).astype(str), 6)
            cells = cells.with_columns(
                XWSYDWM=pl.lit(code), XWSYDW=pl.lit(name), PYDWM=pl.lit(code), PYDW=pl.lit(name),
                XWZSBH=pl.Series(np.char.add(f"{code}42025", serials)),
            )
            cells.write_csv(everything, include_header=place == 0)
            form, encoding = FORMATS[place % len(FORMATS)]
            path = folder / "sent" / code / f"{place:04d}.{form}"
            path.parent.mkdir(parents=True, exist_ok=True)
            blank = cells.with_columns(pl.when(pl.col(code) != "").then(pl.col(code)) for code in cells.columns)
            files.write(path, blank, list(LAYOUTS["named"].codes), encoding)


def _loaded(sent: Path, made: Path) -> tuple[float, float]:
    home = Path(tempfile.mkdtemp(prefix="store-", dir=made))
    prepare(home, renamed=False)
    return apart(load, sent, home)


def load(sent: Path, home: Path) -> None:
    code = command_line.main(["--home", str(home), "load", str(sent)])
    assert code == 0, "not all packages were loaded"


def _screens_meanwhile(sent: Path, home: Path) -> dict[str, list[float]]:
    """Seconds each screen took each time, one after another with a second between them, until all packages are stored."""
    inbox.QUIET = 2.0
    app = signed_in(home)
    for page in _SCREENS:
        app.switch_page(f"pages/{page}.py").run()
    shutil.copytree(sent, home / "inbox" / "institutions", copy_function=os.link, dirs_exist_ok=True)
    from pages._parts import runner

    times, begun = {page: [] for page in _SCREENS}, False
    while not (begun and runner().settle(0)):
        for page in _SCREENS:
            started = time.perf_counter()
            app.switch_page(f"pages/{page}.py").run()
            times[page].append(time.perf_counter() - started)
            time.sleep(_THINK)
        begun = begun or not runner().settle(0)
    return times


if __name__ == "__main__":
    main()
