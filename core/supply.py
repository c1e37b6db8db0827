"""照片补报: photos that come alone for records on file, found to be whose they are, judged, and put to them (article 7).

A photo for which the checks would withhold its record is not taken. Must not know how photos come in, or jobs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from core import photo_checks, photo_entry, photos, pictures, resort, ruleset
from core.database import Transaction
from core.deadlines import Term, require_term
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotFound
from core.rules import RULES
from core.vocabulary import Duty, FindingClass, PhotoRefusal

_RECORDS = """
SELECT r.record_id, r.version, r.filing_id, r.filing_row, r.person AS holder, r.status,
    r.parquet,
    r.status IN ('cleared', 'withheld', 'published') AS open, f.photos IS NOT NULL AS came, p.sha256 AS former_sha256,
    p.readable AS former_readable, p.width AS former_width, p.height AS former_height, p.size AS former_size,
    p.contrast AS former_contrast
FROM record AS r
JOIN filing AS f ON f.filing_id = r.filing_id
LEFT JOIN photo AS p ON p.record_id = r.record_id
WHERE list_contains($filings, r.filing_id) AND r.record_id IN (SELECT unnest($records))
QUALIFY row_number() OVER (PARTITION BY r.record_id ORDER BY r.version DESC) = 1"""

_HOLDERS = """
SELECT DISTINCT p.sha256, r.record_id AS other, r.person AS other_holder
FROM photo AS p JOIN record AS r ON r.record_id = p.record_id
WHERE p.sha256 IN (SELECT unnest($hashes)) AND r.status NOT IN ('superseded', 'withdrawn', 'revoked', 'out_of_scope')"""

_ONE = """
SELECT f.term, f.institution FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.record_id = $record_id AND ($scope IS NULL OR f.province = $scope)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = r.record_id AND s.class = 'classified' AND s.closed IS NULL))
LIMIT 1"""

_RANKS = {str(cls): place for place, cls in enumerate(FindingClass)}
Judge = Callable[[pl.DataFrame], tuple[pl.DataFrame, pl.DataFrame]]
"""photo_checks.judge over the filings a supply may reach."""


@dataclass(frozen=True)
class Whose:
    """The records photos are supplied for: an institution's of one semester."""

    term: Term
    institution: str


@dataclass(frozen=True)
class Supplied:
    """What became of a supply: photos that came, records that took one, lines refused, records cleared by it."""

    supply_id: int
    photos: int
    taken: int
    refused: int
    cleared: int


def filings_of(desk: Desk, whose: Whose) -> pl.DataFrame:
    """The filings photos may be supplied to, as resort.filings gives them.

    Raises NotAuthorised without the duty to load, BadRequest for a semester or an institution that cannot be, or
    nothing of which is on file.
    """
    desk.require(Duty.LOAD)
    require_term(whose.term, desk.now().date())
    found = resort.filings(desk, term=whose.term.code).filter(pl.col("institution") == whose.institution)
    if found.is_empty():
        raise BadRequest(
            f"单位{whose.institution}在学期{whose.term.code}没有在库报送，照片无处可补。请核对单位和学期，或先接收数据。",
            f"Nothing of institution {whose.institution} is on file for {whose.term.code}: check both, or load its filing first.",
        )
    return found


def put(
    desk: Desk, whose: Whose, name: str, looked: pl.DataFrame, source: Path, *,
    along: Callable[[Transaction, Supplied], None] | None = None,
) -> Supplied:
    """Put photos to records on file, each that may be taken; why others are not is kept with the supply (照片补报).

    `looked` is as photos.owners gives it, `row` being a record's number; `source` is where their bytes are, `name` what it
    was called. Taken are the first photo by name of every record that is cleared or withheld, and of a published one without a
    photo; the photo before is kept. `along` writes what must stand or fall with it. Raises as filings_of, NotAllowed
    when the rulebook changes meanwhile, DiskFull.
    """
    filings = {each["filing_id"]: each for each in filings_of(desk, whose).iter_rows(named=True)}
    judged_by = ruleset.in_force(desk.db, desk.now().date())
    judge = partial(photo_checks.judge, filings, judged_by=judged_by, filed=desk.db.folder / "filings")
    wanted = set(looked.filter(pl.col("row").is_not_null(), "readable")["sha256"])
    with pictures.kept(desk.db, {source: wanted}), desk.db.transaction() as tx:
        ruleset.require_in_force(tx, judged_by.fingerprint, desk.now().date())
        supplied = _enter(tx, desk, whose, name, looked, filings, judge)
        if along:
            along(tx, supplied)
    return supplied


def put_one(desk: Desk, record_id: int, name: str, source: Path) -> Supplied:
    """Put the one photo in a folder to a record, whatever the file is called. Raises NotFound for a record that is not this
    person's to see, NotAllowed when it cannot be taken, with the reason; else as `put`."""
    desk.require(Duty.LOAD)
    found = desk.frame(_ONE, record_id=record_id)
    if found.is_empty():
        raise NotFound("没有找到这条记录，或您无权查看。", "There is no such record, or it is not yours to see.")
    term, institution = found.row(0)
    one = photos.inspect(source)
    if one.height != 1:
        raise BadRequest("请只选择一张照片。", "Choose one photo only.")
    looked = one.with_row_index("place").with_columns(
        row=pl.lit(record_id, pl.Int64), person=pl.lit("", pl.String), shared=pl.lit(False)
    )

    def require_taken(tx: Transaction, supplied: Supplied) -> None:
        if not supplied.taken:
            refusal = tx.frame("SELECT refusal FROM photo_supplied WHERE supply_id = $id", id=supplied.supply_id).item()
            raise NotAllowed(*reason(refusal))

    return put(desk, Whose(Term.parse(term), institution), name, looked, source, along=require_taken)


def reason(refusal: str) -> tuple[str, str]:
    """Why a photo was not taken, in Chinese and in English: a word of PhotoRefusal, or what a check found."""
    told = RULES[refusal] if refusal in RULES else PhotoRefusal(refusal)
    return told.zh, told.en


def _enter(
    tx: Transaction, desk: Desk, whose: Whose, name: str, looked: pl.DataFrame, filings: dict[int, dict[str, Any]], judge: Judge
) -> Supplied:
    lines = _with_refusals(looked, tx.frame(
        _RECORDS, filings=sorted(filings), records=looked["row"].drop_nulls().unique().to_list()
    ))
    taken, found, evaluated, refused = _judged(tx, lines.filter(pl.col("refusal").is_null()), judge)
    refused = pl.concat([lines.filter(pl.col("refusal").is_not_null()), refused])
    supply_id = tx.next_ids("photo_supply")
    tx.append("photo_supply", pl.DataFrame([{
        "supply_id": supply_id, "term": whose.term.code, "institution": whose.institution,
        "province": next(iter(filings.values()))["province"], "file_name": name, "supplied_at": desk.now(),
        "supplied_by": desk.actor.key,
    }]))
    tx.append("photo_supplied", pl.concat([taken, refused]).sort("place", "record_id").select(
        "file_name", "sha256", "record_id", "version", "refusal", "former_sha256", supply_id=pl.lit(supply_id, pl.Int64)
    ))
    cleared = photo_entry.put(tx, desk, supply_id, taken, found, evaluated)
    return Supplied(supply_id, looked["place"].n_unique(), taken.height, refused.height, cleared)


def _with_refusals(looked: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Each photo beside the records it is of, with the reason why it is not taken where no check need be asked."""
    lines = looked.with_columns(record_id="row").join(records, on="record_id", how="left", maintain_order="left")
    usable = pl.col("open").fill_null(False)
    lines = lines.with_columns(usable=usable).filter(pl.col("usable") | ~pl.col("usable").any().over("place"))
    first = pl.col("place") == pl.col("place").min().over("record_id")
    refusals = (
        (pl.col("shared"), PhotoRefusal.AMBIGUOUS), (pl.col("row").is_null(), PhotoRefusal.UNKNOWN),
        (~pl.col("usable"), PhotoRefusal.SETTLED), (~first, PhotoRefusal.EXTRA),
        (pl.col("sha256") == pl.col("former_sha256"), PhotoRefusal.SAME),
        ((pl.col("status") == "published") & pl.col("former_sha256").is_not_null(), PhotoRefusal.PUBLISHED),
    )
    return lines.with_columns(
        refusal=pl.coalesce(pl.when(holds).then(pl.lit(str(refusal))) for holds, refusal in refusals)
    )


def _judged(
    tx: Transaction, lines: pl.DataFrame, judge: Judge
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The lines for which the checks would withhold no record, what they find of these and how many more they have judged
    by them, and the lines refused.

    A picture is not another person's when that person's is replaced by the same supply: who is refused may take another
    along, so that all are judged until none is refused any more.
    """
    holders = tx.frame(_HOLDERS, hashes=lines["sha256"].unique().to_list())
    shared = lines.select("record_id", twin=pl.col("person").n_unique().over("sha256") > 1)
    refused = [lines.clear()]
    while True:
        theirs = lines.select("record_id", "sha256", "holder").join(holders, on="sha256").filter(
            pl.col("holder") != pl.col("other_holder"), ~pl.col("other").is_in(lines["record_id"].implode())
        )
        found, evaluated = judge(lines.join(shared, on="record_id").with_columns(
            photos=pl.lit(1, pl.UInt32), twin=pl.col("twin") | pl.col("record_id").is_in(theirs["record_id"].implode())
        ))
        worst = (
            found.filter(pl.col("class") != FindingClass.NOTE.value).sort(pl.col("class").replace_strict(_RANKS), "rule")
            .group_by("record_id", maintain_order=True).agg(pl.col("rule").first())
        )
        if worst.is_empty():
            break
        told = lines.join(worst, on="record_id").with_columns(refusal="rule").drop("rule")
        refused.append(told.select(lines.columns))
        lines = lines.join(worst, on="record_id", how="anti")
    return lines, found, _more(lines, evaluated, judge), pl.concat(refused)


def _more(lines: pl.DataFrame, evaluated: pl.DataFrame, judge: Judge) -> pl.DataFrame:
    """How many more records each check has judged than with the photos before: filing_id, rule, evaluated.

    Records of filings that came without photos had not been judged unless one was supplied already.
    """
    before = lines.filter(pl.col("came") | pl.col("former_sha256").is_not_null()).with_columns(
        **{name: pl.col(f"former_{name}") for name in ("readable", "width", "height", "size", "contrast")},
        twin=pl.lit(False), photos=pl.col("former_sha256").is_not_null().cast(pl.UInt32),
    )
    _, judged = judge(before)
    minus = judged.with_columns(-pl.col("evaluated"))
    return pl.concat([evaluated, minus]).group_by("filing_id", "rule").sum()
