"""A finding names the field at fault, and shows what was filed in it."""

import pytest

from core import checking
from core.record import COLUMNS
from tests.builders import a_chunk, a_context, a_record

WITHOUT_ORIGIN = frozenset(COLUMNS) - {"GBM", "GB"}


@pytest.mark.parametrize(
    ("changes", "rule", "field", "value"),
    [
        ({"ZJLXM": "01", "ZJLX": "护照"}, "A48", "ZJLXM", "01"),
        ({"GBM": "156", "GB": "加拿大"}, "A48", "GBM", "156"),
        ({"LWLX": "涉密论文"}, "S01", "LWLX", None),
        ({"MJ": "机密"}, "S01", "MJ", None),
        ({"LWTM": "某型装备研究（机密）"}, "S03", "LWTM", None),
        ({"BZ": "内部"}, "S03", "BZ", None),
        ({"ZYMC": "某专业【涉密】"}, "S03", "ZYMC", None),
    ],
    ids=["type", "country", "thesis type", "grade", "title", "remark", "major"],
)
def test_the_field_at_fault_is_named(changes, rule, field, value):
    findings = checking.check(a_chunk(a_record(**changes)), a_context()).findings

    assert findings.select("rule", "field", "value").rows() == [(rule, field, value)]


def test_political_status_does_not_apply_to_a_permit_where_the_layout_has_no_country():
    holder = a_record(ZJLXM="04", ZJLX="港澳居民来往内地通行证", ZJHM="H12345678", GBM=None, GB=None)

    findings = checking.check(a_chunk(holder), a_context(columns=WITHOUT_ORIGIN)).findings

    assert findings["rule"].to_list() == ["A08"]
