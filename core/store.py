"""The store opened for work: migrated, its reference rows current, leftovers of a crash put aside.

Must not know what the desk does with it.
"""

import shutil
from datetime import date
from pathlib import Path

from core import backup, ledger, package_folder, pictures, public_package, ruleset
from core.database import Database
from core.desk import system_clock

HOME = Path(__file__).resolve().parents[1] / "data" / "var"
"""Where the embedded store lives unless told otherwise."""


def open_store(folder: Path = HOME, *, backed_up: bool = False) -> Database:
    """Open the store in a folder (made when absent); one with migrations to take is backed up first, unless it is already.

    Raises StoreBusy when another program has it open, NewerStore, and as backup.make.
    """
    db = Database.open(folder, before_migrating=None if backed_up else _back_up)
    ledger.begin_chain(db)
    _sweep(db)
    pictures.sweep(db)
    _recover_packages(db)
    now = system_clock()
    ruleset.refresh(db, now)
    enter_registers(db, now.date())
    return db


def _back_up(db: Database) -> None:
    backup.before(db, system_clock(), "migration")


def _recover_packages(db: Database) -> None:
    """A release cut short is finished, or nothing of it is left."""
    root = public_package.root_of(db)
    if root.exists():
        with package_folder.turn(root):
            public_package.recover(db)


def _sweep(db: Database) -> None:
    """Files no filing refers to are put aside, not deleted: after a crash they are nothing, after a restore they
    may be all that is left of a filing."""
    shutil.rmtree(db.folder / "work", ignore_errors=True)
    (db.folder / "work").mkdir()
    filed = db.frame("SELECT parquet, sha256 FROM filing")
    corrected = db.frame("SELECT parquet FROM record WHERE parquet IS NOT NULL UNION SELECT parquet FROM correction")["parquet"]
    scans = db.frame("SELECT DISTINCT sha256 FROM attachment")["sha256"]
    answers = db.frame("SELECT DISTINCT sha256 FROM answer")["sha256"]
    for name, known in (
        ("filings", [*filed["parquet"], *corrected]), ("originals", filed["sha256"]), ("attachments", scans), ("answers", answers),
    ):
        kept = set(known)
        for path in (db.folder / name).iterdir() if (db.folder / name).exists() else ():
            if path.name not in kept:
                (db.folder / "leftovers").mkdir(exist_ok=True)
                path.rename(db.folder / "leftovers" / path.name)


def enter_registers(db: Database, day: date) -> None:
    """Bring the store's own lists of provinces and institutions up to the tables in force on a day."""
    tables = ruleset.in_force(db, day).reference
    provinces = tables.table("provinces").select("code", "zh", "en").unique("code")
    institutions = tables.table("institutions").select(
        "code", "province", zh="name", en="name_en", synthetic=tables.table("institutions")["synthetic"] == "1"
    ).unique("code", keep="last", maintain_order=True)
    with db.transaction() as tx:
        tx.run("DELETE FROM province")
        tx.run("DELETE FROM institution")
        tx.append("province", provinces)
        tx.append("institution", institutions)
