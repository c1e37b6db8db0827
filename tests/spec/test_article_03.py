"""第三条 学位证书网上查询的内容为学位证书信息。"""

import polars as pl
import pytest

from core import lookup, offline, public_package, takedown
from core.offline import Which
from core.public import package as packages
from core.record import COLUMNS
from tests.builders import (
    HONORARY,
    NAMELESS,
    SECRET,
    TERM,
    TOO_FAST,
    WRONG_BIRTH,
    a_desk,
    a_filing,
    a_record,
    people,
    released,
)
from tests.builders_service import a_service

CERTIFICATE_CONTENT = {"XM", "XB", "CSRQ", "XWSYDW", "XWLB", "ZYMC", "ZSZYMC", "HXWRQ", "XWZSBH"}
"""学位〔2015〕18号: name, sex, birth date, institution, degree, major, day of conferral, number."""


def _published(tmp_path, record, **filing):
    desk = a_desk(tmp_path)
    a_filing(desk, [record], approved=True, **filing)
    released(desk, TERM, counted=1)
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


def test_a_release_packs_what_is_on_the_certificate_with_its_photo_and_nothing_else(tmp_path):
    record = a_record()
    desk = _published(tmp_path, record)

    rows = pl.read_parquet(packages.latest(public_package.root_of(desk.db)).data)

    assert set(rows.columns) == {*CERTIFICATE_CONTENT, "photo"}
    assert {code: value for code, value in rows.row(0, named=True).items() if value} == {
        "XM": "张明", "XB": "男", "CSRQ": "20030307", "XWSYDW": "示例科学研究院", "XWLB": "工学学士学位",
        "ZYMC": "计算机科学与技术", "HXWRQ": "20250620", "XWZSBH": "8090142025000123",
    }


def test_the_public_service_tells_what_is_on_line_and_of_all_else_the_very_same(tmp_path):
    desk = a_desk(tmp_path)
    faults = (NAMELESS, WRONG_BIRTH, TOO_FAST, SECRET, HONORARY)
    kept_back = [record for place, fault in enumerate(faults) for record in people(1, first=10 + place, **fault)]
    a_filing(desk, [*people(3), *kept_back], approved=True)
    released(desk, TERM, counted=3)
    a_filing(desk, waiting := people(1, first=30), approved=True, name="waiting.csv")
    root, (shown, also, down) = public_package.root_of(desk.db), people(3)

    with a_service(root, tmp_path / "own") as service:
        service.wait_for(1)
        before = service.lookup(down["XM"], down["XWZSBH"]).told
        offline.take_down(desk, Which(numbers=(down["XWZSBH"],)), "A13", reason="出生日期经举报核实有误", counted=1)
        takedown.take_down(desk, root)
        service.wait_for(2)

        told = service.lookup(shown["XM"], shown["XWZSBH"]).told
        elsewhere = [
            (record["XM"] or "张安", record["XWZSBH"]) for record in (*kept_back, *waiting, down, *people(1, first=99))
        ]
        silent = {service.lookup(name, number).body for name, number in [*elsewhere, (shown["XM"], also["XWZSBH"])]}

    assert (before["result"], told["result"]) == ("唯一匹配", "唯一匹配")
    assert told["certificate"] == lookup.find(desk.db, shown["XM"], shown["XWZSBH"]).content
    assert set(told["certificate"]) <= CERTIFICATE_CONTENT
    (nothing,) = silent
    assert "无匹配" in nothing.decode()
