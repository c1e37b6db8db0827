"""What the command about photos that come alone does: they are put to records on file, and those not taken are listed.

Must not know how arguments are parsed.
"""

import argparse
import shutil
from contextlib import closing

import polars as pl

from core import exports, jobs, photo_supplies, photojobs, store, supply
from core.commands import OK, WITHHELD, say
from core.deadlines import Term
from core.desk import COMMAND_LINE, Desk, system_clock
from core.errors import BadRequest, CentreError
from core.jobrunner import Runner
from core.jobs import Asking
from core.supply import Whose
from core.vocabulary import JobState


def photos(asked: argparse.Namespace) -> int:
    """Put photos, a folder, a zip or one picture, to records on file; those not taken go to --out, one CSV line each."""
    if not asked.photos.exists():
        raise BadRequest(f"找不到{asked.photos}。请核对路径。", f"There is no {asked.photos}. Check the path.")
    whose = Whose(Term.parse(asked.term), asked.institution)
    with closing(store.open_store(asked.home)) as db:
        desk = Desk(db, COMMAND_LINE, system_clock)
        source = asked.photos
        if source.is_file() and source.suffix.lower() != ".zip":
            copy = shutil.copyfile(source, db.folder / "work" / "photo")
            source = photojobs.of_file(copy, source.name, db.folder / "work")
        runner = Runner(db, {desk.actor.key: desk.actor}.get, desk.now)
        job_id, = runner.ask(desk, [Asking.of_photos(desk, source, asked.photos.name, whose, copied=True)])
        while not runner.settle(60):
            pass
        job = jobs.one(db, job_id)
        if job.state is not JobState.DONE:
            raise CentreError(job.zh or "", job.en or "")
        told, = job.outcome
        if asked.out:
            _listed(desk, told["supply_id"]).write_csv(asked.out)
        print(say(
            f"照片{told['photos']:,}张：{told['taken']:,}条记录收到照片，其中{told['cleared']:,}条转为符合；未收{told['refused']:,}张。",
            f"{told['photos']:,} photos: {told['taken']:,} records have taken one, {told['cleared']:,} of them are cleared by it; "
            f"{told['refused']:,} not taken.",
        ))
        return WITHHELD if told["refused"] else OK


def _listed(desk: Desk, supply_id: int) -> pl.DataFrame:
    """The photos not taken: file_name, zh and en, why."""
    refused = photo_supplies.refused(desk, supply_id, in_full=True)
    told = {refusal: supply.reason(refusal) for refusal in refused["refusal"].unique()}
    return refused.select(
        exports.inert_column("file_name"),
        zh=pl.col("refusal").replace_strict({key: zh for key, (zh, _) in told.items()}, return_dtype=pl.String),
        en=pl.col("refusal").replace_strict({key: en for key, (_, en) in told.items()}, return_dtype=pl.String),
    )
