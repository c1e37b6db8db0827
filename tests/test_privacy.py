"""What must never leave: columns that are not on the certificate, classified content, people's data in errors."""

import re
import traceback
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from core import admission, checking, lookup, reading
from core.errors import CentreError, RuleFault
from core.record import COLUMNS, PUBLIC
from core.rules import RULES
from core.vocabulary import FindingClass
from tests.builders import (
    SECRET,
    TERM,
    a_chunk,
    a_context,
    a_csv,
    a_desk,
    a_filing,
    a_record,
    declared,
    people,
    released,
)

ROOT = Path(__file__).parents[1]
CLASSIFIED = [rule for rule in RULES.values() if rule.cls is FindingClass.CLASSIFIED]
PUBLISHED_VECTORS = {
    "11010519491231002X", "440524188001010014", "130503196704010016", "110101199003072172", "34052419800101001X",
    "810000199408230021", "830000199201300022", "911124198108030024", "932682198501010017",
}
"""Numbers printed in standards, notices and on sample cards (domain notes §3.1)."""
_INVENTED = re.compile(
    r"110101\d{8}21[237][\dX]|(119999|16\d{4}|80\d{4}|99\d{4}|(?!8)\d\d0000|11(01|99)00)\d{11}[\dX]|8[1234]000020030307213[\dX]"
)
"""The last of the published examples with another birth date or region, and numbers of areas that issue none."""


def test_no_column_that_is_not_on_the_certificate_can_be_looked_up(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, [a_record()], approved=True, layout="named")
    released(desk, TERM, counted=1)
    filed = next((desk.db.folder / "filings").iterdir())
    marked = [pl.lit(f"mark-{code}").alias(code) for code in COLUMNS if code not in PUBLIC]
    codes_alone = [pl.lit(None, pl.String).alias(code) for code in ("XB", "XWLB", "XWSYDW")]
    pl.read_parquet(filed).with_columns(*marked, *codes_alone).write_parquet(filed)

    found = lookup.find(desk.db, "张明", "8090142025000123")

    assert set(found.content) == {"XM", "CSRQ", "ZYMC", "HXWRQ", "XWZSBH"}
    assert "mark-" not in repr(found)


@pytest.mark.parametrize("rule", CLASSIFIED, ids=lambda rule: rule.code)
def test_a_finding_of_secrecy_repeats_nothing_that_was_filed(rule):
    records = [a_record(**example) for example in rule.fails]

    found = checking.check(a_chunk(*records), a_context()).findings.filter(rule=rule.code)

    assert found.height == len(records)
    assert found["value"].null_count() == found.height


def test_the_store_keeps_no_value_with_a_classified_finding(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, [*people(2, **SECRET), *people(1, first=2, LWTM="某型装备研究（机密）")])

    kept = desk.db.frame("SELECT value FROM finding WHERE class = 'classified'")["value"]

    assert kept.to_list() == [None, None, None]


NAME, NUMBER, TITLE = "欧阳保密", "110101200303072137", "不应外泄的题目"


def _torn(content):
    return content + b'"' + NAME.encode() + b",open"


def _ragged(content):
    return content + f"{NAME},{NUMBER}\n".encode()


def _nul(content):
    return content + f"{NAME}\0,{NUMBER}\n".encode()


def _exponent(content):
    return content.replace(NUMBER.encode(), b"1.10101E+17")


def _long(content):
    return content.replace(TITLE.encode(), TITLE.encode() * 6000)


def _garbled(content):
    return content.replace(NAME.encode(), f"{NAME}锟斤拷\ufffd\ufffd".encode())


def _headless(content):
    return content.split(b"\n", 1)[1]


def _half_a_character(content):
    return content + NAME.encode("gb18030")[:3] + b"\xff\xfe\xfa"


@pytest.mark.parametrize("spoil", [_torn, _ragged, _nul, _exponent, _long, _garbled, _headless, _half_a_character])
def test_a_refusal_tells_where_and_never_what(tmp_path, spoil, capfd, caplog):
    desk = a_desk(tmp_path)
    path = a_csv(tmp_path / "filing.csv", [*people(3, XM=NAME, LWTM=TITLE), a_record(XM=NAME, ZJHM=NUMBER, LWTM=TITLE)])
    path.write_bytes(spoil(path.read_bytes()))

    with pytest.raises(CentreError) as refused:
        admission.preview(desk, reading.open_filing(path), declared())

    told = refused.value.zh + refused.value.en + "".join(traceback.format_exception(refused.value))
    told += caplog.text + "".join(capfd.readouterr())
    assert not [secret for secret in (NAME, NAME[:2], NUMBER, TITLE) if secret in told]


def test_a_fault_in_a_rule_tells_which_rule_and_nothing_of_the_records(monkeypatch):
    broken = replace(RULES["I01"], holds=lambda _: pl.col("XM").cast(pl.Int64) > 0)
    monkeypatch.setitem(RULES, "I01", broken)

    with pytest.raises(RuleFault, match="I01") as fault:
        checking.check(a_chunk(a_record(XM=NAME, ZJHM=NUMBER)), a_context())

    told = "".join(traceback.format_exception(fault.value))
    assert not [secret for secret in (NAME, NUMBER) if secret in told]


def test_another_institutions_file_is_refused_without_naming_anyone(tmp_path):
    desk = a_desk(tmp_path)
    path = a_csv(tmp_path / "filing.csv", people(3, institution="80902", XM=NAME))

    with pytest.raises(CentreError) as refused:
        admission.preview(desk, reading.open_filing(path), declared())

    assert NAME not in refused.value.zh + refused.value.en


def test_an_opened_file_does_not_show_its_rows(tmp_path):
    path = a_csv(tmp_path / "filing.csv", people(3, XM=NAME))

    assert NAME not in repr(reading.open_filing(path))


def _sound(number):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False)) % 11] == number[17]


def test_no_citizen_number_stands_in_the_repository_but_published_and_impossible_ones():
    kept = ("core", "pages", "tests", "bench", "data/reference")
    paths = [path for folder in kept for path in (ROOT / folder).rglob("*")] + list(ROOT.glob("*"))
    texts = [path for path in paths if path.suffix in (".py", ".md", ".csv", ".sql", ".toml", ".txt", ".po", ".yml", ".json")]
    found = {
        (str(path.relative_to(ROOT)), number.upper())
        for path in texts
        for number in re.findall(r"(?<![0-9])[1-9]\d{16}[\dXx](?![0-9A-Za-z])", path.read_text(encoding="utf-8"))
        if _sound(number.upper())
    }

    assert len(texts) > 50
    assert {each for each in found if each[1] not in PUBLISHED_VECTORS and not _INVENTED.fullmatch(each[1])} == set()
    assert _sound("11010519491231002X") and not _sound("110105194912310021")
