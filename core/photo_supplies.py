"""照片补报情况: what became of photos that came alone, and the photos a record has had (article 7).

Every statement applies `$scope` and `$sees_classified`. Must not write.
"""

import polars as pl

from core.desk import Desk
from core.vocabulary import Duty

_SEEN = """($scope IS NULL OR s.province = $scope)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS c WHERE c.record_id = p.record_id AND c.class = 'classified' AND c.closed IS NULL))"""

_REFUSED = f"""
SELECT p.file_name, p.refusal, p.record_id
FROM photo_supplied AS p JOIN photo_supply AS s ON s.supply_id = p.supply_id
WHERE p.supply_id = $supply_id AND p.refusal IS NOT NULL AND {_SEEN}
ORDER BY p.file_name, p.record_id"""

_OF_RECORD = f"""
SELECT s.supplied_at, s.supplied_by, p.file_name, p.former_sha256 IS NOT NULL AS replaced
FROM photo_supplied AS p JOIN photo_supply AS s ON s.supply_id = p.supply_id
WHERE p.record_id = $record_id AND p.refusal IS NULL AND {_SEEN}
ORDER BY s.supply_id DESC"""


def refused(desk: Desk, supply_id: int, *, in_full: bool = False) -> pl.DataFrame:
    """The photos of a supply that were not taken: file_name, refusal (a word of PhotoRefusal, or the check that found it
    wrong), record_id (null where it is nobody's). `in_full` names files as they are called, for who supplied them."""
    desk.require(Duty.READ)
    read = desk.in_full if in_full else desk.frame
    return read(_REFUSED, supply_id=supply_id)


def of_record(desk: Desk, record_id: int) -> pl.DataFrame:
    """The photos supplied for a record alone, the latest first: supplied_at, supplied_by, file_name, replaced (it had another
    before)."""
    desk.require(Duty.READ)
    return desk.frame(_OF_RECORD, record_id=record_id)
