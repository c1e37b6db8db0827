"""What the command about answers does: a returned workbook or a file of corrected records is taken in, one receipt a row.

Must not know how arguments are parsed.
"""

import argparse
from contextlib import closing

from core import answer_receipts, answers, attachments, correction_files, store
from core.answer import Handed, Reception
from core.commands import OK, WITHHELD, day, say, writable
from core.desk import COMMAND_LINE, Desk, system_clock
from core.errors import BadRequest
from core.vocabulary import CorrectionReason


def answer(asked: argparse.Namespace) -> int:
    """Take in a returned feedback workbook, or with --institution corrected records; ends with 1 if a row is refused."""
    for path in (asked.file, *asked.evidence):
        if not path.is_file():
            raise BadRequest(f"找不到{path}。请核对路径。", f"There is no {path}. Check the path.")
    if asked.out:
        writable(asked.out, asked.file)
    with closing(store.open_store(asked.home)) as db:
        desk = Desk(db, COMMAND_LINE, system_clock)
        evidence = tuple(attachments.keep_file(db, path) for path in asked.evidence)
        handed = Handed(
            asked.requester, CorrectionReason(asked.why), evidence, asked.number, day(asked.dated) if asked.dated else None,
            day(asked.copied) if asked.copied else None,
        )
        if asked.institution:
            number = correction_files.take_in(desk, asked.file, asked.file.name, handed, asked.institution)
        else:
            number = answers.take_in(desk, asked.file, asked.file.name, handed)
        head = answer_receipts.one(desk, number)
        for line in answer_receipts.lines(desk, number).iter_rows(named=True):
            outcome = Reception(line["outcome"])
            print(f"{line['row']}: {say(outcome.zh, outcome.en)} {say(line['zh'], line['en'])}")
        if asked.out:
            asked.out.write_bytes(answer_receipts.workbook(desk, number))
    print(say(
        f"回执{number}：已收下{head['taken']:,}行，未收{head['refused']:,}行，此前已收{head['repeated']:,}行，未答复{head['blank']:,}行。",
        f"Receipt {number}: {head['taken']:,} rows taken, {head['refused']:,} refused, {head['repeated']:,} taken before, "
        f"{head['blank']:,} not answered.",
    ))
    return WITHHELD if head["refused"] else OK
