"""更正文件: a file in a filing layout whose rows are corrected versions of records on file, taken in row by row (article 7).

What differs from the record becomes the change; an empty cell changes nothing. Must not know screens.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from core import admission, answers, onfile, reading, ruleset, values
from core.answer import EMPTIED, Handed, Reception, Source, Told
from core.desk import Desk
from core.errors import BadRequest, CentreError, NotAllowed, NotFound
from core.record import COLUMNS, LAYOUTS
from core.request import Request
from core.vocabulary import CorrectionKind, Duty

_CANDIDATES = """
SELECT r.record_id, r.version, r.certificate_no, r.person, f.filed_codes, f.layout
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.followed IS NULL AND r.status <> 'superseded' AND f.status NOT IN ('returned', 'replaced')
    AND f.institution = $institution AND ($scope IS NULL OR f.province = $scope)
    AND (r.certificate_no IN (SELECT unnest($certificates::VARCHAR[])) OR r.person IN (SELECT unnest($persons::VARCHAR[])))
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = r.record_id AND s.class = 'classified' AND s.closed IS NULL))
ORDER BY r.record_id"""


def take_in(desk: Desk, path: Path, file_name: str, handed: Handed, institution: str) -> int:
    """Take in a file of corrected records of one institution; returns the number of its receipt.

    Each row is known by its certificate number, or where that is not on file by its ID number, and becomes one change of
    the fields in which it differs; 清空 empties one. Handing the same file in again doubles nothing. Raises UnreadableFiling
    as reading.open_filing, BadRequest without the person who answers or for an institution that is not in the register.
    """
    desk.require(Duty.LOAD)
    if not handed.requester.strip():
        raise BadRequest("请填写单位答复的经办人。", "Give the person at the institution who answers.")
    province = admission.provinces_of(desk, [institution]).get(institution)
    if province is None:
        raise BadRequest("学位授予单位代码不在单位表中。请核对代码。", "The institution's code is not in the register. Check it.")
    content = answers.original(path)
    source = reading.open_filing(path)
    filed = pl.concat(source.chunks())
    found = _matched(desk, filed, institution)
    told = {row: Told.refused(why) for row, why in found.items() if isinstance(why, CentreError)} | _twice(filed, found)
    heads = {row: head for row, head in found.items() if row not in told}
    present = _present(desk, [head["record_id"] for head in heads.values()])
    asked, unused, changed = [], {}, {}
    for line in filed.iter_rows(named=True):
        head = heads.get(line["row"])
        if head is None:
            continue
        carried = {*(head["filed_codes"] or "").split()} or set(LAYOUTS[head["layout"]].codes)
        fields = _differences(line, present.get(head["record_id"], {}), carried, source.columns)
        unused[line["row"]] = [COLUMNS[code] for code in source.columns if code not in carried and (line[code] or "").strip()]
        changed[line["row"]] = " ".join(fields)
        if fields:
            request = Request(CorrectionKind.CHANGE, head["record_id"], head["version"], handed.reason, handed.requester, fields,
                              evidence=handed.evidence)
            asked.append((request, [line["row"]]))
        else:
            told[line["row"]] = Told.refused(BadRequest(
                "内容与在库记录相同，没有改动，无需更正。", "It is what is on file already; nothing is to be corrected."
            ))
    told |= {row: _with_unused(each, unused[row]) for row, each in answers.enter(desk, asked).items()}
    lines = [
        {"row": row, "action": str(CorrectionKind.CHANGE), "rule": None, "field": changed.get(row),
         "record_id": None if isinstance(found[row], CentreError) else found[row]["record_id"]}
        for row in filed["row"]
    ]
    return answers.keep(desk, content, {
        "source": str(Source.FILING), "notice_id": None, "institution": institution, "province": province,
        "file_name": Path(file_name).name[-120:], "requester": handed.requester.strip(),
    }, lines, told)


def _matched(desk: Desk, filed: pl.DataFrame, institution: str) -> dict[int, dict[str, Any] | CentreError]:
    """The record each row is of, or why it is of none."""
    tables = ruleset.in_force(desk.db, desk.now().date()).reference
    columns = [pl.col(code) if code in filed.columns else pl.lit(None, pl.String).alias(code) for code in ("ZJHM", "XWZSBH", "XWSYDWM")]
    numbers = filed.select("row", *columns)
    read = values.read(numbers.select("row", "ZJHM", "XWZSBH"), tables).select("row", "person", "certificate")
    candidates = desk.in_full(
        _CANDIDATES, institution=institution, certificates=read["certificate"].drop_nulls().unique().to_list(),
        persons=read["person"].drop_nulls().unique().to_list(),
    ).to_dicts()
    by_number, by_person = defaultdict(list), defaultdict(list)
    for head in candidates:
        by_number[head["certificate_no"]].append(head)
        by_person[head["person"]].append(head)
    owner = dict(numbers.select("row", "XWSYDWM").iter_rows())
    found: dict[int, dict[str, Any] | CentreError] = {}
    for row, person, certificate in read.iter_rows():
        theirs = by_person[person] if person else []
        same = by_number[certificate] if certificate else []
        filer = (owner[row] or "").strip()
        found[row] = _other_institution() if filer and filer != institution else _one(same, theirs)
    return found


def _one(same: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> dict[str, Any] | CentreError:
    """The record with this certificate number, which must not be another's than this person's; else this person's only one."""
    both = [head for head in same if head in theirs]
    if len(both) == 1 or (len(same) == 1 and not theirs):
        return (both or same)[0]
    if same and theirs and not both:
        return NotAllowed(
            "学位证书编号与身份证件号码对上不同的记录，无法确定更正哪一条。请核对两个号码。",
            "The certificate number and the ID number are of different records. Check both numbers.",
        )
    if not same and len(theirs) == 1:
        return theirs[0]
    if not same and not theirs:
        return NotFound(
            "没有找到该单位的这条记录，请核对学位证书编号和身份证件号码；未报送过的记录请补报。",
            "The institution has no such record. Check certificate and ID number; what was never filed is a late supplement.",
        )
    return NotAllowed(
        "对上不止一条记录，无法确定更正哪一条。请在记录详情中提出更正。",
        "It fits more than one record. Ask for the correction on the record itself.",
    )


def _other_institution() -> CentreError:
    return NotAllowed("这一行是另一学位授予单位的记录，请由该单位提出。", "This row is another institution's record; it must ask for itself.")


def _twice(filed: pl.DataFrame, found: Mapping[int, Any]) -> dict[int, Told]:
    """Rows of one record: of equal ones the first goes on, of different ones none."""
    of_record: dict[int, list[int]] = defaultdict(list)
    for row, head in found.items():
        if not isinstance(head, CentreError):
            of_record[head["record_id"]].append(row)
    told: dict[int, Told] = {}
    for first, *others in (rows for rows in of_record.values() if len(rows) > 1):
        rows = [first, *others]
        if filed.filter(pl.col("row").is_in(rows)).drop("row").n_unique() == 1:
            told |= dict.fromkeys(others, Told(
                Reception.REPEATED, f"与第{first}行相同，结果见该行。", f"The same as row {first}: see there."
            ))
            continue
        words = "、".join(map(str, rows))
        told |= dict.fromkeys(rows, Told(
            Reception.REFUSED, f"同一条记录出现多次（第{words}行），内容不同。请只留一行。",
            f"The same record stands more than once (rows {words}) with different content. Keep one row.",
        ))
    return told


def _present(desk: Desk, records: list[int]) -> dict[int, dict[str, Any]]:
    """The present content of these records."""
    with desk.db.snapshot() as tx:
        onfile.ask(tx, desk.db.folder, "SELECT unnest($records::BIGINT[])", records=records)
        return {line["row"]: line for line in onfile.rows(tx).iter_rows(named=True)}


def _differences(
    line: Mapping[str, str | None], present: Mapping[str, Any], carried: set[str], columns: tuple[str, ...]
) -> dict[str, str | None]:
    told = {code: (line[code] or "").strip() for code in columns if code in carried}
    return {
        code: None if value == EMPTIED else value for code, value in told.items()
        if value and ("" if value == EMPTIED else value) != (present.get(code) or "").strip()
    }


def _with_unused(told: Told, unused: list[Any]) -> Told:
    if not unused:
        return told
    return Told(
        told.outcome, f"{told.zh}该批次报送格式没有的列未采用：{'、'.join(each.zh for each in unused)}。",
        f"{told.en} Not used, as the filing does not carry it: {', '.join(each.en for each in unused)}.",
    )
