"""Files beside the book: what came in, photos, scans and bundles are there, and are what their hashes say."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from core import at_rest, disk, feedback, frozen_list, pictures
from core.desk import Desk
from core.feedback_job import folder
from core.invariants import invariant

_KEPT = {
    "originals": "SELECT DISTINCT sha256 FROM filing",
    "attachments": "SELECT DISTINCT sha256 FROM attachment",
    "answers": "SELECT DISTINCT sha256 FROM answer",
}
_PHOTOS = "SELECT DISTINCT sha256 FROM photo"


@invariant("报送的原始文件都在，内容与接收时的指纹一致。", "Every file as filed is there, with the hash it was received with.", bytes_read=True)
def originals_as_received(desk: Desk) -> pl.DataFrame:
    """Article 11: the evidence of what an institution sent."""
    return _unlike(desk, "originals")


@invariant("扫描件都在，内容与指纹一致。", "Every scan is there, with the hash it was kept by.", bytes_read=True)
def scans_as_kept(desk: Desk) -> pl.DataFrame:
    """Resolutions, approvals, evidence, decisions and explanations."""
    return _unlike(desk, "attachments")


@invariant("单位送回的答复文件都在，内容与指纹一致。", "Every file of answers is there, with the hash it was handed in with.", bytes_read=True)
def answers_as_handed_in(desk: Desk) -> pl.DataFrame:
    """Articles 7 and 11: the evidence of what an institution answered."""
    return _unlike(desk, "answers")


@invariant("记录的照片文件都在，内容与指纹一致。", "Every record's photo is there, with the hash it was kept by.", bytes_read=True)
def photos_as_kept(desk: Desk) -> pl.DataFrame:
    """Article 3: the photo is on the certificate."""
    hashes = desk.db.frame(_PHOTOS)["sha256"]
    return _named(f"photos {sha[:12]}" for sha in hashes if _digest(pictures.place(desk.db.folder, sha)) != sha)


@invariant("每个批次的数据文件（Parquet）行数等于批次记录数。", "A filing's Parquet has as many rows as the filing has records.")
def rows_as_received(desk: Desk) -> pl.DataFrame:
    """Filed rows never change; corrected ones lie in files of their own."""
    filed = desk.db.frame("SELECT filing_id, parquet, records FROM filing ORDER BY filing_id")
    return _named(
        f"批次{filing_id}" for filing_id, name, records in filed.iter_rows()
        if len(_column(desk.db.folder / "filings" / name)) != records
    )


@invariant("更正后的版本都有数据行。", "Every corrected version has its row on file.")
def corrected_rows_kept(desk: Desk) -> pl.DataFrame:
    """Article 7: what a correction made of a record."""
    lines = desk.db.frame("SELECT record_id, version, parquet, filing_row FROM record WHERE parquet IS NOT NULL ORDER BY ALL")
    broken = []
    for (name,), part in lines.group_by("parquet", maintain_order=True):
        path = desk.db.folder / "filings" / str(name)
        kept = _column(path)
        broken += [f"记录{record} 第{version}版" for record, version, _, row in part.iter_rows() if row not in kept]
    return _named(broken)


@invariant("每次反馈冻结的清单与当时的指纹一致。", "What a feedback run froze still has the hash it was frozen with.")
def runs_as_frozen(desk: Desk) -> pl.DataFrame:
    """Article 6: the list can be made again exactly as it was handed out."""
    runs = desk.db.frame("SELECT run_id, sha256 FROM feedback_run WHERE sha256 IS NOT NULL ORDER BY run_id")
    return _named(
        f"反馈{run}" for run, sha in runs.iter_rows()
        if feedback.fingerprint(desk.db.frame(feedback.OF_RUN, run_id=run)) != sha
    )


@invariant("每批上网的冻结清单与冻结时的哈希一致。", "What a publication run froze still has the hash it was frozen with.")
def publication_lists_as_frozen(desk: Desk) -> pl.DataFrame:
    """Article 5: what two people agreed on can be shown."""
    runs = desk.db.frame("SELECT run_id, sha256 FROM publication_run WHERE sha256 IS NOT NULL ORDER BY run_id")
    return _named(f"第{run}批上网" for run, sha in runs.iter_rows() if frozen_list.fingerprint(desk.db, run) != sha)


@invariant("已生成的反馈包都在，内容与指纹一致。", "Every feedback bundle made is there, with the hash it was made with.", bytes_read=True)
def bundles_as_made(desk: Desk) -> pl.DataFrame:
    """Article 11: what a province was handed."""
    made = desk.db.frame("SELECT run_id, province, sha256 FROM feedback_bundle ORDER BY ALL")
    return _named(
        f"反馈{run} 省{province}" for run, province, sha in made.iter_rows()
        if _digest(folder(desk.db, run) / f"{province}.zip") != sha
    )


def _unlike(desk: Desk, name: str) -> pl.DataFrame:
    hashes = desk.db.frame(_KEPT[name])["sha256"].sort()
    return _named(f"{name} {sha[:12]}" for sha in hashes if _digest(desk.db.folder / name / sha) != sha)


def _digest(path: Path) -> str | None:
    return disk.sha256_of(path) if path.is_file() else None


def _column(path: Path) -> set[int]:
    """The rows a Parquet file has; none where it is gone or damaged."""
    try:
        return set(at_rest.read(path, ["row"])["row"])
    except (OSError, pl.exceptions.PolarsError):
        return set()


def _named(things: Iterable[str]) -> pl.DataFrame:
    return pl.DataFrame({"what": pl.Series(list(things), dtype=pl.String)})
