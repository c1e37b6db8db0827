"""第三条 学位证书网上查询的内容为学位证书信息。"""

import pytest

from core import lookup, publication
from core.record import COLUMNS
from tests.builders import TERM, a_desk, a_filing, a_record

CERTIFICATE_CONTENT = {"XM", "XB", "CSRQ", "XWSYDW", "XWLB", "ZYMC", "ZSZYMC", "HXWRQ", "XWZSBH"}
"""学位〔2015〕18号: name, sex, birth date, institution, degree, major, day of conferral, number."""


def _published(tmp_path, record, **filing):
    desk = a_desk(tmp_path)
    a_filing(desk, [record], approved=True, **filing)
    publication.publish(desk, TERM, counted=1)
    return desk


@pytest.mark.parametrize("layout", ["dbf34", "named", "new27"])
def test_the_lookup_shows_what_is_on_the_certificate_and_nothing_else(tmp_path, layout):
    desk = _published(tmp_path, a_record(), layout=layout)

    found = lookup.find(desk.db, "张明", "8090142025000123")

    assert found.content == {
        "XM": "张明", "XB": "男", "CSRQ": "20030307", "XWSYDW": "示例科学研究院", "XWLB": "工学学士学位",
        "ZYMC": "计算机科学与技术", "HXWRQ": "20250620", "XWZSBH": "8090142025000123",
    }


def test_certificate_content_is_declared_once_and_is_the_certificates():
    assert {code for code, column in COLUMNS.items() if column.public} == CERTIFICATE_CONTENT


def test_neither_the_id_number_nor_the_thesis_can_be_looked_up(tmp_path):
    record = a_record()
    desk = _published(tmp_path, record)

    shown = "".join(lookup.find(desk.db, "张明", "8090142025000123").content.values())

    hidden = [record[code] for code in ("ZJHM", "XH", "KSH", "DSXM", "LWTM", "XZXM", "ZXXM", "ZJLX", "GB")]
    assert not [value for value in hidden if value in shown]
