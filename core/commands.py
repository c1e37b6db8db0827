"""What each command of the command line does: the steps of the line, told in one sentence each.

Must not know how arguments are parsed.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl

from core import (
    admission,
    backup,
    comparison,
    exports,
    inbox,
    intake,
    jobs,
    reading,
    restoring,
    review,
    ruleset,
    store,
    suggestion,
)
from core import draft as drafts
from core.checking import FILING_ROW
from core.deadlines import Term, require_term
from core.declaration import Declared, Grounds, Resolution
from core.demo import cycle, directory, line, staff
from core.desk import COMMAND_LINE, Desk, system_clock
from core.errors import BadRequest, CentreError
from core.jobrunner import Runner
from core.rules import RULES
from core.suggestion import Suggestion
from core.vocabulary import Category, FindingClass, JobState

OK, WITHHELD, REFUSED = 0, 1, 2
"""Exit codes: done and nothing withheld; something is withheld; refused, with one line on stderr."""


def check(asked: argparse.Namespace) -> int:
    """Check a file before it is filed: one CSV line per finding, to --out or standard output."""
    today = system_clock().date()
    term = require_term(Term.parse(asked.term), today) if asked.term else None
    if asked.out:
        writable(asked.out, asked.file)
    source = reading.open_filing(_existing(asked.file), encoding=asked.encoding, layout=asked.layout)
    seen = suggestion.look(source)
    declared = Suggestion(asked.institution or seen.institution, _category(asked.category) or seen.category, term)
    context = admission.context_for(source, declared, ruleset.shipped(), today=today, archive=False)
    with tempfile.TemporaryDirectory(prefix="desk-check-") as work:
        draft = drafts.draw_up(source, context, Path(work))
        findings = comparison.complete([draft]).alone().findings
        numbers = pl.read_ipc(draft.heads, columns=["row", "certificate"])
    lines = (
        findings.sort("row", "rule").join(numbers, on="row", how="left", maintain_order="left")
        .select(
            "row", exports.inert_column("certificate").alias("certificate_no"), "rule", "class", "field",
            exports.inert_column("value"),
            zh=pl.col("rule").replace_strict({code: rule.zh for code, rule in RULES.items()}, return_dtype=pl.String),
            en=pl.col("rule").replace_strict({code: rule.en for code, rule in RULES.items()}, return_dtype=pl.String),
        )
    )
    try:
        lines.write_csv(asked.out or sys.stdout)
    except OSError as fault:  # a full disk, or a reader of standard output that has gone
        raise BadRequest(f"问题清单未能写完（{fault}），请检查磁盘空间。", f"Not all findings could be written ({fault}).") from None
    held = findings.filter(pl.col("class") != FindingClass.NOTE.value)
    withheld = held.filter(pl.col("row") != FILING_ROW)["row"].n_unique()
    if asked.out:
        print(say(
            f"共{draft.records:,}条记录，{withheld:,}条不能上网；问题清单见{asked.out}。本结果未报送。",
            f"{draft.records:,} records, {withheld:,} would not go on line; findings in {asked.out}. Not filed.",
        ))
    return OK if held.is_empty() else WITHHELD


def load(asked: argparse.Namespace) -> int:
    """Receive one file into the store, or a folder: of packages by institution, as the inbox has them."""
    if asked.file.is_dir():
        return _load_folder(asked)
    path = _existing(asked.file)
    with _desk(asked) as desk:
        source = reading.open_filing(path, encoding=asked.encoding, layout=asked.layout)
        seen = suggestion.look(source)
        term = Term.parse(asked.term) if asked.term else seen.term
        institution = asked.institution or seen.institution
        category = _category(asked.category) or seen.category
        if not (term and institution and category):
            raise BadRequest(
                "文件未能表明学期、学位授予单位或类别，请用 --term、--institution、--category 指明。",
                "The file does not tell its semester, institution or category; give --term, --institution, --category.",
            )
        resolved_on = day(asked.resolved_on) if asked.resolved_on else None
        resolution = Resolution(asked.resolution, resolved_on, asked.listed, asked.attached)
        grounds = Grounds(asked.reason, asked.consent, day(asked.consented_on) if asked.consented_on else None)
        declared = Declared(term, institution, category, asked.supplement, resolution, grounds=grounds)
        draft = admission.preview(desk, source, declared, photos=asked.photos)
        received = intake.receive(desk, draft, declared, source, path.name)
        outcome = received.outcome
        print(say(
            f"已接收为批次{received.filing_id}：{outcome.records:,}条，符合{outcome.cleared:,}条，"
            f"暂不提供{outcome.withheld:,}条，不属查询范围{outcome.excluded:,}条。",
            f"Received as filing {received.filing_id}: {outcome.records:,} records, {outcome.cleared:,} cleared, "
            f"{outcome.withheld:,} withheld, {outcome.excluded:,} out of scope.",
        ))
    return OK


def _load_folder(asked: argparse.Namespace) -> int:
    with _desk(asked) as desk:
        found = inbox.found_in(asked.file)
        if not found:
            raise BadRequest(
                f"{asked.file}里没有可接收的内容。请按“单位代码/数据文件”或“单位代码/报送包文件夹/”存放。",
                f"Nothing to load in {asked.file}. Lay it out as CODE/datafile or CODE/package-folder/.",
            )
        job_ids = []
        runner = Runner(desk.db, {desk.actor.key: desk.actor}.get, desk.now, workers=(os.cpu_count() or 1) + 1)
        for start in range(0, len(found), 50):  # the first are read while the next are asked for
            asking = []
            for each in found[start : start + 50]:
                try:
                    asking.append(inbox.asking(desk.db, each, way="command"))
                except CentreError as refusal:
                    print(f"{each.institution}/{each.name}: {say(refusal.zh, refusal.en)}", file=sys.stderr)
            job_ids += runner.ask(desk, asking) if asking else []
        while not runner.settle(60):
            pass
        ended = jobs.several(desk.db, job_ids)
        done = [each for job in ended for each in job.outcome]
        refused = len(found) - sum(job.state is JobState.DONE for job in ended)
        for job in ended:
            if job.state is not JobState.DONE:
                print(f"{job.sender}/{job.name}: {say(job.zh or '', job.en or '')}", file=sys.stderr)
        told = {key: sum(each[key] for each in done) for key in ("records", "cleared", "withheld")}
        print(say(
            f"{len(found)}个报送包：接收{len(done)}个批次、{told['records']:,}条记录，符合{told['cleared']:,}条，"
            f"暂不提供{told['withheld']:,}条；未接收{refused}个报送包。",
            f"{len(found)} packages: {len(done)} filings received, {told['records']:,} records, {told['cleared']:,} cleared, "
            f"{told['withheld']:,} withheld; {refused} packages not received.",
        ))
        return REFUSED if refused else OK


def approve(asked: argparse.Namespace) -> int:
    """Note the province's approval of a filing."""
    with _desk(asked) as desk:
        review.approve(desk, asked.filing, approved_on=day(asked.date), document=asked.document)
        print(say(f"批次{asked.filing}已记为省级审核通过。", f"Filing {asked.filing} is approved by the province."))
    return OK


def send_back(asked: argparse.Namespace) -> int:
    """Return a filing with a reason."""
    with _desk(asked) as desk:
        moved = review.send_back(desk, asked.filing, reason=asked.reason)
        print(say(f"批次{asked.filing}已退回，{moved:,}条记录离开流程。",
                   f"Filing {asked.filing} is returned; {moved:,} records left the line."))
    return OK


def demo(asked: argparse.Namespace) -> int:
    """Fill the store with the synthetic nation."""
    with _desk(asked) as desk:
        filled = not desk.db.frame("SELECT 1 FROM filing LIMIT 1").is_empty()
        if not filled or (asked.home / "demo").exists():
            staff.enter(desk.db, desk.now())
        if asked.if_empty and filled:
            return OK
        walked = line.walk(desk, records=asked.records, seed=asked.seed)
        directory.enter(desk)
        cycle.go_round(desk)
        if kept := backup.before(desk.db, desk.now(), "demo"):
            restoring.verify(kept)
        print(say(
            f"示范数据已装入：{walked.filings:,}个批次，{walked.records:,}条记录；文件和预设问题清单见{walked.folder}。",
            f"Demo loaded: {walked.filings:,} filings, {walked.records:,} records; files and truth.csv in {walked.folder}.",
        ))
    return OK


@contextmanager
def _desk(asked: argparse.Namespace) -> Iterator[Desk]:
    db = store.open_store(asked.home)
    try:
        yield Desk(db, COMMAND_LINE, system_clock)
    finally:
        db.close()


def _existing(path: Path) -> Path:
    if not path.is_file() or not os.access(path, os.R_OK):
        raise BadRequest(f"找不到文件{path}，或没有读取权限。", f"There is no file {path}, or it may not be read.")
    return path


def writable(path: Path, filed: Path | None = None) -> None:
    """Refuse, before any work, a place where the result cannot be written or would overwrite the filing."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise BadRequest(f"无法写入{path}，请另选文件夹和文件名。", f"{path} cannot be written; choose another place.")
    if filed and path.exists() and filed.exists() and path.samefile(filed):
        raise BadRequest("问题清单不能写到被检查的文件上，请另起文件名。", "The findings would overwrite the filing itself.")


def _category(code: str | None) -> Category | None:
    if code is None:
        return None
    if code not in set(Category):
        raise BadRequest(f"没有报送类别“{code}”，请选{'、'.join(Category)}之一。",
                         f"No category “{code}”; choose one of {', '.join(Category)}.")
    return Category(code)


def day(text: str) -> date:
    """A day as typed, such as 2025-05-31. Raises BadRequest."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"日期“{text}”无效，请写作2025-05-31。", f"“{text}” is not a date; write 2025-05-31.") from None


def say(zh: str, en: str) -> str:
    """The sentence in the language of the locale."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return en if spoken.startswith("en") else zh
