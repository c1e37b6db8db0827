"""比对: drafted filings judged by the checks that look beyond one record, and as filings (article 2).

Must not know the database: what is on file is given.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from core import at_rest, cell, checking, facts
from core.draft import CHUNK, Draft, offsets
from core.rules import FAR, Context


def complete(drafts: Sequence[Draft]) -> checking.Checked:
    """All findings of drafts that are compared with themselves alone, and their tallies, as `completed` gives them."""
    return completed(drafts, heads_of(drafts))


def heads_of(drafts: Sequence[Draft]) -> pl.DataFrame:
    """The heads of drafts one below the other: facts.HEADS, and `part`, the place of the draft. A row's number is made
    the only one of its kind by adding what `offsets` gives for its draft."""
    return pl.concat(
        pl.read_ipc(draft.heads).with_columns(pl.col("row") + start, part=pl.lit(part, pl.UInt32))
        for part, (draft, start) in enumerate(zip(drafts, offsets(drafts), strict=True))
    )


def completed(
    drafts: Sequence[Draft], heads: pl.DataFrame, acquainted: pl.DataFrame | None = None,
    told: Sequence[pl.DataFrame] = (), wholes: Sequence[dict[str, object]] = (),
) -> checking.Checked:
    """Add the findings of checks that look beyond one record, and those of the filings as such; with column `part`.

    No two of the drafts may share an institution, a person or a certificate number, and all were judged on one day
    by one rulebook. `heads` is as `heads_of` gives it, `acquainted` as facts.of_filing takes it, `told` more facts by
    row, `wholes` more of facts.WHOLE for each draft; without them the filings are compared with themselves alone.
    Findings come in their one order, rows numbered as in the files.
    """
    starts = offsets(drafts)
    beside = [
        _moved(each, start) for draft, start in zip(drafts, starts, strict=True) for each in _own_facts(draft) if each.height
    ]
    known = checking.known(heads.drop("part"), drafts[0].context, acquainted, (*beside, *told))
    asked = pl.concat([known["row"], heads.filter(pl.col("suspect"))["row"]]).unique().sort()
    findings = [one_below_the_other([draft.checked.findings for draft in drafts])]
    tally = one_below_the_other([draft.checked.tally for draft in drafts])
    for context, parts in _asked_rows(drafts, starts, asked):
        frame = facts.beside(checking.read([(chunk, drafts[part].context) for part, chunk in parts]), known)
        far = checking.judge_parts(frame, context, FAR, [chunk.height for _, chunk in parts])
        at = pl.Series([part for part, _ in parts], dtype=pl.UInt32)
        shift = pl.col("part").replace_strict(dict(enumerate(starts)), return_dtype=pl.Int64)
        findings.append(_placed(far.findings, at).with_columns(pl.col("row") - shift))
        tally = checking.with_failures(tally, checking.add_tallies([_placed(far.tally, at)]))
    about = _judged_whole(drafts, wholes)
    return checking.Checked(
        checking.in_order(pl.concat([*findings, about.findings])), checking.add_tallies([tally, about.tally])
    )


def one_below_the_other(of_drafts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """What is said of each draft in one frame, with `part`, the place of the draft."""
    part = np.repeat(np.arange(len(of_drafts)), [each.height for each in of_drafts])
    return pl.concat(of_drafts).with_columns(part=pl.Series(part, dtype=pl.UInt32))


def _own_facts(draft: Draft) -> list[pl.DataFrame]:
    return [_rare(draft), *([draft.photos.facts] if draft.photos else [])]


def _moved(told: pl.DataFrame, start: int) -> pl.DataFrame:
    return told.with_columns(pl.col("row") + start)


def _placed(told: pl.DataFrame, at: pl.Series) -> pl.DataFrame:
    """What was said of some of the drafts, by their places among all."""
    return told.with_columns(at.gather(told["part"]).alias("part"))


def _rare(draft: Draft) -> pl.DataFrame:
    """Rows whose president or chair is not the one most records of their day name."""
    rare = draft.profile.rare_signatories()
    if rare.is_empty():
        return pl.DataFrame(schema={"row": pl.Int64})
    signed = at_rest.scan(draft.filed, ["row", "HXWRQ", "XZXM", "ZXXM"])
    dated = signed.with_columns(conferred=cell.date(pl.col("HXWRQ")))
    keys = ["conferred", "XZXM", "ZXXM"]
    return dated.join(rare.lazy(), on=keys, how="semi").select("row", known_rare_signatory=pl.lit(True)).collect()


def _asked_rows(
    drafts: Sequence[Draft], starts: Sequence[int], asked: pl.Series
) -> Iterator[tuple[Context, list[tuple[int, pl.DataFrame]]]]:
    """The filed rows with these numbers, so many at a time, those of drafts with equal contexts together."""
    waiting: dict[Context, list[tuple[int, pl.DataFrame]]] = defaultdict(list)
    for part, (draft, start) in enumerate(zip(drafts, starts, strict=True)):
        own = asked.filter(asked.is_between(start + 1, start + draft.last_row)) - start
        for first in range(0, own.len(), CHUNK):
            chunk = _filed_rows(draft, own.slice(first, CHUNK))
            waiting[draft.context].append((part, _moved(chunk, start)))
            if sum(each.height for _, each in waiting[draft.context]) >= CHUNK:
                yield draft.context, waiting.pop(draft.context)
    yield from waiting.items()


def _filed_rows(draft: Draft, wanted: pl.Series) -> pl.DataFrame:
    return at_rest.read(draft.filed, rows=wanted)


def _judged_whole(drafts: Sequence[Draft], wholes: Sequence[dict[str, object]]) -> checking.Checked:
    """What is to be said of the filings as such."""
    alike: dict[Context, list[int]] = defaultdict(list)
    for part, draft in enumerate(drafts):
        alike[draft.context].append(part)
    findings, tallies = [], []
    for context, parts in alike.items():
        told = [_told(drafts[part]) | (wholes[part] if wholes else {}) for part in parts]
        about, at = checking.judge_whole(told, context), pl.Series(parts, dtype=pl.UInt32)
        findings.append(_placed(about.findings, at))
        tallies.append(_placed(about.tally, at))
    return checking.Checked(pl.concat(findings), pl.concat(tallies))


def _told(draft: Draft) -> dict[str, object]:
    told = draft.profile.whole() | {"whole_listed": draft.context.listed, "whole_attached": draft.context.attached}
    return told | (draft.photos.whole() if draft.photos else {})
