"""当日撤下: records on line taken down the same day, by number or by a filter, and put back (articles 2 and 10).

What is taken down names the check it is found to break: it is withheld with a case, and goes the way of all withheld records.
Every statement applies `$scope`. Must not know the public packages.
"""

from dataclasses import asdict, dataclass

import polars as pl

from core import ledger, ruleset, typed
from core.database import Transaction
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotFound
from core.ledger import Act
from core.lifecycle import CASE, RECORD
from core.rules import RULES, Sight
from core.vocabulary import Duty, FindingClass

_ON_LINE = """
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
LEFT JOIN record AS o ON o.record_id = r.record_id AND o.online_still AND r.status = 'cleared'
WHERE r.followed IS NULL AND (r.status = 'published' OR o.record_id IS NOT NULL)
    AND ($scope IS NULL OR f.province = $scope) AND ($term IS NULL OR f.term = $term)
    AND ($province IS NULL OR f.province = $province) AND ($institution IS NULL OR f.institution = $institution)
    AND ($level IS NULL OR r.level = $level)
    AND (len($numbers::VARCHAR[]) = 0 OR list_contains($numbers::VARCHAR[], coalesce(o.certificate_no, r.certificate_no)))"""
"""Records the public sees, by their versions in force; one that waits for its next version to go up is on line still."""

_TOTAL = f"SELECT count(*) AS n {_ON_LINE}"

_PAGE = f"""
SELECT r.record_id, r.name, r.certificate_no, r.level, f.term, f.province, f.institution,
    (SELECT any_value(i.zh) FROM institution AS i WHERE i.code = f.institution) AS institution_zh,
    (SELECT any_value(i.en) FROM institution AS i WHERE i.code = f.institution) AS institution_en
{_ON_LINE}
ORDER BY r.record_id LIMIT $size OFFSET $size * $page"""

_FALLING = f"""
CREATE OR REPLACE TEMP TABLE falling AS
SELECT r.record_id, r.version, r.filing_id, r.status AS former_status, coalesce(o.version, r.version) AS online_version {_ON_LINE}"""

_COUNTED = """
UPDATE rule_tally AS t SET failed = t.failed + m.many, evaluated = greatest(t.evaluated, t.failed + m.many),
    not_evaluated = t.not_evaluated - greatest(t.failed + m.many - t.evaluated, 0),
    no_reference = least(t.no_reference, t.not_evaluated - greatest(t.failed + m.many - t.evaluated, 0))
FROM (SELECT filing_id, count(*) AS many FROM falling GROUP BY filing_id) AS m
WHERE m.filing_id = t.filing_id AND t.rule = $rule"""

_OFF_LINE = """
UPDATE record AS r SET online_still = FALSE FROM falling AS d WHERE d.record_id = r.record_id AND r.online_still"""

_RETURNING = """
FROM taken_down AS d JOIN filing AS f ON f.filing_id = d.filing_id
JOIN record AS r ON r.record_id = d.record_id AND r.version = d.version
WHERE d.take_down_id = $take_down_id AND d.put_back_at IS NULL AND r.status = 'withheld' AND r.followed IS NULL
    AND ($scope IS NULL OR f.province = $scope) AND NOT EXISTS (
        SELECT 1 FROM finding AS g WHERE g.record_id = d.record_id AND g.version = d.version AND g.closed IS NULL
            AND g.class <> 'note' AND g.rule <> d.rule)"""
"""What of a take-down can go on line again as it was: nothing else is found of it, and no correction has followed."""

_PROPOSED = """
SELECT p.reason, p.records, p.proposed_at, p.proposed_by FROM put_back AS p
WHERE p.take_down_id = $take_down_id AND ($scope IS NULL OR EXISTS (
    SELECT 1 FROM taken_down AS d JOIN filing AS f ON f.filing_id = d.filing_id
    WHERE d.take_down_id = p.take_down_id AND f.province = $scope))"""

_LISTED = """
SELECT t.take_down_id, t.rule, t.class, t.reason, t.chosen, t.records, t.taken_at, t.taken_by,
    count(d.put_back_at) AS put_back, count(*) FILTER (d.put_back_at IS NULL AND r.status = 'withheld') AS down
FROM take_down AS t JOIN taken_down AS d ON d.take_down_id = t.take_down_id
JOIN filing AS f ON f.filing_id = d.filing_id
JOIN record AS r ON r.record_id = d.record_id AND r.version = d.version
WHERE ($scope IS NULL OR f.province = $scope) AND ($sees_classified OR t.class <> 'classified')
GROUP BY ALL ORDER BY t.take_down_id DESC"""


@dataclass(frozen=True)
class Which:
    """Which records on line: their certificate numbers, a filter of codes, or both; None for any."""

    numbers: tuple[str, ...] = ()
    term: str | None = None
    province: str | None = None
    institution: str | None = None
    level: str | None = None

    def told(self) -> str:
        """What was asked for, without the numbers themselves."""
        parts = {"学期": self.term, "省份": self.province, "单位": self.institution, "级别": self.level}
        some = [f"{name}{value}" for name, value in parts.items() if value]
        return "，".join([*some, *([f"编号{len(self.numbers)}个"] if self.numbers else [])])


def grounds() -> list[str]:
    """Checks a record can be taken down by: those that withhold a single record, but a degree revoked."""
    return [
        code for code, rule in RULES.items()
        if rule.cls not in (FindingClass.NOTE, FindingClass.SCOPE) and rule.sight is not Sight.WHOLE and code != "P23"
    ]


def total(desk: Desk, which: Which) -> int:
    """How many records on line would be taken down. Raises BadRequest when nothing says which."""
    return desk.frame(_TOTAL, **_asked(which)).item()


def page(desk: Desk, which: Which, *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """A page of them: record_id, name, certificate_no, level, term, province, institution with names."""
    desk.require(Duty.READ)
    return desk.frame(_PAGE, **_asked(which), page=page, size=size)


def take_down(desk: Desk, which: Which, rule: str, *, reason: str, counted: int) -> int:
    """Take these records off the line at once (当日撤下); returns the number of the take-down.

    `counted` is what the preview said. Written: a finding of the check for each, its case, its status withheld, the take-down
    with its reason, an act. Raises BadRequest without reason or for a check that withholds nothing, NotAllowed, taking
    nothing down, when it is another number by now.
    """
    desk.require(Duty.PUBLISH)
    if not reason.strip():
        raise BadRequest("请填写撤下的理由。", "Give the reason for taking them down.")
    if rule not in grounds():
        raise BadRequest(f"不能以“{rule}”撤下记录，请另选检查项。", f"Records cannot be taken down by “{rule}”; choose another check.")
    asked, cls = _asked(which), RULES[rule].cls
    with desk.db.transaction() as tx:
        tx.run(_FALLING, **asked, scope=desk.actor.province)
        _require_counted(tx.frame("SELECT count(*) AS n FROM falling").item(), counted)
        number = tx.next_ids("take_down")
        act = ledger.act_of(desk, "take_down", number, reason.strip())
        told = {"take_down_id": number, "rule": rule, "class": str(cls), "reason": reason.strip(), "chosen": which.told(),
                "records": counted, "taken_at": act.at, "taken_by": act.by}
        tx.append("take_down", pl.DataFrame([told]))
        tx.run("INSERT INTO taken_down (take_down_id, record_id, version, filing_id, rule, former_status, online_version) "
               "SELECT $number, record_id, version, filing_id, $rule, former_status, online_version FROM falling",
               number=number, rule=rule)
        tx.run("INSERT INTO finding (record_id, version, filing_id, rule, class, field, value) "
               "SELECT record_id, version, filing_id, $rule, $cls, $field, NULL FROM falling",
               rule=rule, cls=str(cls), field=RULES[rule].fields[0].split("|")[0])
        tx.run(_COUNTED, rule=rule)
        tx.run(_OFF_LINE)
        for event, former in (("take_down", "published"), ("withhold", "cleared")):
            ledger.move(tx, RECORD, event, act, chosen="SELECT record_id, version FROM falling WHERE former_status = $former",
                        former=former)
        ledger.open_cases(tx, act, chosen="SELECT record_id, version, filing_id, $reason AS reason, 1 AS findings FROM falling",
                          reason=str(cls))
    return number


def listed(desk: Desk) -> pl.DataFrame:
    """Take-downs, the latest first: take_down_id, rule, class, reason, chosen, records, taken_at, taken_by, put_back, and how
    many are down still."""
    return desk.frame(_LISTED)


def returning(desk: Desk, take_down_id: int) -> int:
    """How many records of a take-down can be put back as they were."""
    return desk.frame(f"SELECT count(*) AS n {_RETURNING}", take_down_id=take_down_id).item()


def proposal(desk: Desk, take_down_id: int) -> dict | None:
    """What somebody has proposed to put back: reason, records, proposed_at, proposed_by; None where nobody has."""
    return next(iter(desk.frame(_PROPOSED, take_down_id=take_down_id).to_dicts()), None)


def propose_back(desk: Desk, take_down_id: int, *, reason: str, counted: int) -> None:
    """Propose to put the records of a take-down back on line (提出恢复), those that stand as they were left.

    Another person does it; a later proposal takes the place of an earlier one. An act is written. Raises as take_down, NotFound
    where none can be.
    """
    desk.require(Duty.PUBLISH)
    if not reason.strip():
        raise BadRequest("请填写恢复的理由。", "Give the reason for putting them back.")
    with desk.db.transaction() as tx:
        _rising(tx, desk, take_down_id, counted)
        act = ledger.act_of(desk, "take_down", take_down_id, reason.strip())
        tx.run("DELETE FROM put_back WHERE take_down_id = $id", id=take_down_id)
        tx.append("put_back", pl.DataFrame([{
            "take_down_id": take_down_id, "reason": act.note, "records": counted, "proposed_at": act.at, "proposed_by": act.by,
        }]))
        ledger.note(tx, RECORD, "propose_back", act, 0)


def put_back(desk: Desk, take_down_id: int, *, counted: int) -> int:
    """Put what was proposed back on line (恢复上网); returns how many records.

    Their findings and cases are closed with it, and an act is written. Raises NotAllowed for whoever proposed it (setting
    second_release, as for a release), where nobody has or other records than proposed would come back; else as propose_back.
    """
    desk.require(Duty.PUBLISH)
    judged_by = ruleset.in_force(desk.db, desk.now().date())
    with desk.db.transaction() as tx:
        many = _rising(tx, desk, take_down_id, counted)
        found = tx.frame(_PROPOSED, take_down_id=take_down_id, scope=desk.actor.province).to_dicts()
        if not found or found[0]["records"] != many:
            raise NotAllowed("请先提出恢复；可恢复的记录有变的，须重新提出。", "Propose it first; again when other records can be put back now.")
        if found[0]["proposed_by"] == desk.actor.key and judged_by.settings["second_release"]:
            raise NotAllowed("须由提出人以外的第二人恢复上网。", "Someone other than the one who proposed it must put them back.")
        _raise(tx, ledger.act_of(desk, "take_down", take_down_id, found[0]["reason"]))
        tx.run("DELETE FROM put_back WHERE take_down_id = $id", id=take_down_id)
    return many


def _rising(tx: Transaction, desk: Desk, take_down_id: int, counted: int) -> int:
    tx.run(f"CREATE OR REPLACE TEMP TABLE rising AS SELECT d.* {_RETURNING}", take_down_id=take_down_id, scope=desk.actor.province)
    many = tx.frame("SELECT count(*) AS n FROM rising").item()
    if not many:
        raise NotFound("没有可以恢复的记录：已恢复，或已另有更正、问题。", "Nothing can be put back: it is back, or has moved on.")
    _require_counted(many, counted)
    return many


def _raise(tx: Transaction, act: Act) -> None:
    tx.run("UPDATE finding AS g SET closed = $told FROM rising AS d WHERE d.record_id = g.record_id AND d.version = g.version "
           "AND d.rule = g.rule AND g.closed IS NULL", told=f"putback {act.subject_id}")
    ledger.move(tx, CASE, "close", act, chosen="SELECT c.case_id FROM withheld_case AS c JOIN rising AS d "
                "ON d.record_id = c.record_id AND d.version = c.version WHERE c.status <> 'closed'")
    for event, former in (("put_back", "published"), ("release", "cleared")):
        ledger.move(tx, RECORD, event, act, chosen="SELECT record_id, version FROM rising WHERE former_status = $former", former=former)
    tx.run("UPDATE record AS r SET online_still = TRUE FROM rising AS d WHERE d.record_id = r.record_id "
           "AND r.version = d.online_version AND d.former_status = 'cleared'")
    tx.run("UPDATE taken_down AS t SET put_back_at = $on, put_back_by = $by, put_back_reason = $reason, package = NULL FROM rising AS d "
           "WHERE d.take_down_id = t.take_down_id AND d.record_id = t.record_id", on=act.at, by=act.by, reason=act.note)


def _asked(which: Which) -> dict[str, object]:
    if not any(asdict(which).values()):
        raise BadRequest("请填写证书编号，或选定学期、省份、单位、级别。", "Give certificate numbers, or choose which records.")
    return asdict(which) | {"numbers": [typed.number(number) for number in which.numbers]}


def _require_counted(present: int, counted: int) -> None:
    if not present:
        raise NotFound("没有符合条件的已上网记录，请核对。", "There is no such record on line; check.")
    if present != counted:
        raise NotAllowed(
            f"符合条件的记录现为{present:,}条，与您确认的{counted:,}条不符。请重新预览。",
            f"It is {present:,} records now, not the {counted:,} you confirmed. Preview again.",
        )
