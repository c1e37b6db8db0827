"""What the command about feedback does: a run is frozen and the bundles of its provinces are written.

Must not know how arguments are parsed.
"""

import argparse
import re
import zipfile
from contextlib import closing

import polars as pl

from core import feedback, feedback_job, store
from core.commands import OK, say, writable
from core.deadlines import Term
from core.desk import COMMAND_LINE, Desk, system_clock
from core.errors import NotFound


def send_feedback(asked: argparse.Namespace) -> int:
    """Freeze a semester's run, or with a month that month's round, and write the bundles of its provinces as one zip.

    With nothing new to feed back, those of the latest run are written again.
    """
    writable(asked.out)
    with closing(store.open_store(asked.home)) as db:
        desk = Desk(db, COMMAND_LINE, system_clock)
        month = re.fullmatch(r"\d{4}-\d{2}", asked.term)
        issued = feedback.issue_month(desk, asked.term) if month else feedback.issue(desk, Term.parse(asked.term))
        runs = feedback.runs(desk).filter(pl.any_horizontal(pl.col("term", "month") == asked.term))
        if runs.is_empty():
            raise NotFound("还没有可反馈的数据，没有写入文件。", "There is nothing to feed back yet; no file was written.")
        with zipfile.ZipFile(asked.out, "w") as packed:
            for bundle in feedback_job.make(desk, runs["run_id"][0]):
                packed.write(bundle, bundle.name)
    print(say(f"生成反馈单{issued:,}份，已写入{asked.out}。", f"{issued:,} notices issued; written to {asked.out}."))
    return OK
