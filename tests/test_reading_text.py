"""Text filings: every encoding and separator, true row numbers, and plain refusals of damage."""

import codecs
import sys
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import BadRequest, UnreadableFiling
from core.reading import encodings, open_filing
from core.record import COLUMNS, LAYOUTS
from tests.builders_files import CODES, a_file, a_row, csv_bytes, named_header, whole

PEOPLE = [a_row(XM="张明"), a_row(XM="阿依古丽·买买提"), a_row(XM="𬭎䶮", LWTM="")]


def refusal(path: Path, **choices: str) -> UnreadableFiling:
    """The error a file is refused with, at opening or while it is read."""
    with pytest.raises(UnreadableFiling) as caught:
        whole(path, **choices)
    assert caught.value.zh.endswith("。") and str(caught.value).endswith(".")
    return caught.value


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (csv_bytes([CODES, *PEOPLE]), "utf-8"),
        (codecs.BOM_UTF8 + csv_bytes([CODES, *PEOPLE]), "utf-8-sig"),
        (csv_bytes([CODES, *PEOPLE], encoding="gb18030"), "gb18030"),
        (csv_bytes([CODES, *PEOPLE], encoding="utf-16", separator="\t"), "utf-16"),
        (codecs.BOM_UTF16_BE + csv_bytes([CODES, *PEOPLE], encoding="utf-16-be", separator="\t"), "utf-16"),
        (csv_bytes([CODES, *PEOPLE], separator=";", end="\r\n"), "utf-8"),
        (csv_bytes([CODES, *PEOPLE]).rstrip() + b"\n\x1a", "utf-8"),
    ],
    ids=["utf-8", "utf-8 with mark", "gb18030", "utf-16 little", "utf-16 big", "semicolons", "end-of-file mark"],
)
def test_every_encoding_and_separator_reads_the_same(tmp_path, content, encoding):
    opened = open_filing(a_file(tmp_path, content, "named.xlsx"))
    frame = pl.concat(opened.chunks())

    assert (opened.format, opened.encoding, opened.layout) == ("csv", encoding, "dbf34")
    assert frame.columns == ["row", *CODES]
    assert frame.schema == {"row": pl.Int64, **dict.fromkeys(CODES, pl.String)}
    assert frame["row"].to_list() == [2, 3, 4]
    assert frame.select(CODES).rows() == [tuple(cell or None for cell in row) for row in PEOPLE]


def test_header_cells_may_be_written_in_many_ways(tmp_path):
    header = named_header()
    header[:5] = ["\ufeff 姓名 （ｘｍ）", "xmpy", "性 别 码", "XB(性别)", "*民族代码："]
    opened = open_filing(a_file(tmp_path, csv_bytes([[*header, "辅导员", ""], [*a_row(), "某", ""]])))

    assert opened.columns == CODES
    assert opened.ignored == ("辅导员",)


def test_the_layout_is_the_nearest_and_may_be_overridden(tmp_path):
    for key, layout in LAYOUTS.items():
        codes = [*layout.codes, *{"ZYDM", "XWSYDWM"}.difference(layout.codes)]
        path = a_file(tmp_path, csv_bytes([codes, ["一"] * len(codes)]))

        assert open_filing(path).layout == key
        assert open_filing(path, layout="named").layout == "named"


def test_a_named_layout_reads_a_file_without_a_header_by_position(tmp_path):
    path = a_file(tmp_path, codecs.BOM_UTF8 + csv_bytes([a_row(), a_row(XM="李示例")]))

    refusal(path)
    frame = whole(path, layout="dbf34")

    assert frame["row"].to_list() == [1, 2]
    assert frame["XM"].to_list() == ["张明", "李示例"]
    assert "第1行" in refusal(path, layout="new27").zh


def test_an_unknown_layout_or_encoding_is_refused(tmp_path):
    path = a_file(tmp_path, csv_bytes([CODES, a_row()]))

    for choice in ({"layout": "dbf35"}, {"encoding": "big5"}):
        with pytest.raises(BadRequest):
            open_filing(path, **choice)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_row_numbers_survive_blank_lines_and_line_ends_in_cells(tmp_path, encoding, end):
    before = end * 2
    middle = end + "," * (len(CODES) - 1) + end
    rows = [a_row(XM="张\r\n明"), a_row(BZ="一\n\n\n二"), a_row(BZ='他说"好"，')]
    parts = [csv_bytes([row], end=end).decode() for row in ([*CODES], *rows)]
    content = before + parts[0] + end + parts[1] + middle + parts[2] + end + end + parts[3] + end
    frame = whole(a_file(tmp_path, content.encode(encoding)))

    assert frame["row"].to_list() == [5, 8, 11]
    assert frame["BZ"].to_list() == [None, "一\n\n\n二", '他说"好"，']
    assert frame["XM"][0] == "张\r\n明"


def test_cells_are_left_exactly_as_filed(tmp_path):
    cells = [" 张 明　", "\t张明", "null", "NaN", "'123", '="110101"', "#1", "a\rb"]
    content = csv_bytes([CODES, *(a_row(XM=cell) for cell in cells)]).replace(b'"=""110101"""', b'="110101"')

    assert b',="110101"' in content or b'\n="110101"' in content
    assert whole(a_file(tmp_path, content))["XM"].to_list() == cells


def test_quoted_empty_cells_are_empty(tmp_path):
    content = csv_bytes([CODES]) + ",".join(f'"{cell}"' for cell in a_row(XMPY="")).encode()

    assert whole(a_file(tmp_path, content))["XMPY"].to_list() == [None]


def test_chunks_are_no_longer_than_asked_and_can_be_read_again(tmp_path):
    rows = [a_row(XH=str(number)) for number in range(25)]
    opened = open_filing(a_file(tmp_path, csv_bytes([CODES, *rows], encoding="gb18030")))

    for _ in range(2):
        assert [chunk.height for chunk in opened.chunks(rows=10)] == [10, 10, 5]
    assert pl.concat(opened.chunks(rows=10))["row"].to_list() == list(range(2, 27))


def test_records_are_found_across_the_blocks_the_file_is_read_in(tmp_path):
    long = "题目，" * 2000
    rows = [a_row(XH=str(number), BZ=long + '"\n' * (number % 3)) for number in range(60)]
    content = csv_bytes([CODES, *rows], encoding="gb18030")
    frame = whole(a_file(tmp_path, content))

    assert len(content) > 2 * encodings.BLOCK
    assert frame["row"].to_list() == list(range(2, 62))
    assert frame["BZ"].to_list() == [row[CODES.index("BZ")] for row in rows]


def test_no_copy_of_the_file_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "copies"))
    (tmp_path / "copies").mkdir()
    path = a_file(tmp_path, csv_bytes([CODES, a_row(), a_row()], encoding="gb18030"))
    chunks = open_filing(path).chunks(rows=1)

    next(chunks)
    assert len(list((tmp_path / "copies").iterdir())) == 1
    chunks.close()
    assert not list((tmp_path / "copies").iterdir())


def test_old_private_use_characters_of_gb18030_become_standard(tmp_path):
    old = bytes.fromhex("FE51FE59A8BCA6D9A6F3FEA0")
    content = csv_bytes([CODES, a_row(XM="张@")], encoding="gb18030").replace(b"@", old)

    assert whole(a_file(tmp_path, content))["XM"].to_list() == ["张\U00020087\u9fb4\u1e3f\ufe10\ufe19\u9fbb"]


def test_other_private_use_characters_stay_for_the_rules_to_see(tmp_path):
    content = csv_bytes([CODES, a_row(XM="张\ue000")], encoding="gb18030")

    assert whole(a_file(tmp_path, content))["XM"].to_list() == ["张\ue000"]


GOOD = csv_bytes([CODES, *PEOPLE])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空"),
        (b"\n\r\n\n", "没有内容"),
        (csv_bytes([CODES]), "没有数据行"),
        (csv_bytes([CODES, [""] * len(CODES)]) + b"\n\n", "没有数据行"),
        (csv_bytes([["学位授予信息"], CODES, a_row()]), "第1行不是可识别的表头"),
        (csv_bytes([[*CODES, "姓名"], [*a_row(), ""]]), "“姓名(XM)”列出现两次（A列和AI列）"),
        (csv_bytes([CODES[1:], a_row()[1:]]), "缺少关键信息列：姓名(XM)"),
        (csv_bytes([CODES[:2] + CODES[4:], a_row()[:2] + a_row()[4:]]), "性别码(XBM)或性别(XB)"),
        (csv_bytes([[*CODES, *"列" * 47], [*a_row(), *"值" * 47]]), "81列"),
        (GOOD + csv_bytes([a_row()[:-1]]), "第5行有33列"),
        (GOOD + csv_bytes([[*a_row(), ""]]), "第5行有35列"),
        (GOOD + csv_bytes([[*a_row(), "多"], a_row()[:-1]]), "第5行有35列"),
        (GOOD + csv_bytes([a_row(BZ="一,\n二")]) + csv_bytes([a_row()[:9]]), "第6行有9列"),
        (GOOD + b"\n\n" + csv_bytes([a_row(XM="\0")]), "第7行含有空字节"),
        (GOOD + b'"' + csv_bytes([a_row(), a_row()]), "第5行的引号不成对"),
        (GOOD + b'"' + csv_bytes([a_row(), a_row(BZ="一,二")]), "第5行的引号不成对"),
        (GOOD + csv_bytes([a_row(BZ="五寸@盘"), a_row()]).replace(b"@", b'"'), "第5行的引号不成对"),
        (GOOD + csv_bytes([a_row(BZ="五寸@盘"), a_row(BZ="@")]).replace(b"@", b'"'), "第5行的引号不成对"),
        (GOOD + csv_bytes([a_row(XM="@a@b")]).replace(b"@", b'"'), "第5行的引号不成对"),
        (GOOD + csv_bytes([a_row(LWTM="", BZ="长" * 32_768)]), "第5行“备注”单元格（AH5）超过32767个字符"),
        (GOOD + csv_bytes([a_row(BZ="x" * 10_000_000)]), "第5行“备注”单元格（AH5）超过32767个字符"),
        (GOOD + csv_bytes([a_row(ZJHM="1.10101E+17"), a_row(XWZSBH="8E+15")]), "L5、AF6单元格"),
        (b"<html><table><tr><td>XM</td></tr></table></html>", "网页"),
        (b"%PDF-1.7 \x00\x01", "不是CSV、XLSX、XLS或DBF"),
        (bytes(range(256)) * 8, "不是CSV、XLSX、XLS或DBF"),
    ],
)
def test_a_damaged_file_is_refused_with_what_and_where(tmp_path, content, said):
    path = a_file(tmp_path, content)

    error = refusal(path)

    assert said in error.zh
    assert "张明" not in error.zh and "110101200303072137" not in error.zh


def test_a_cell_of_the_most_characters_is_read(tmp_path):
    content = csv_bytes([CODES, a_row(BZ="长" * 32_767)])

    assert whole(a_file(tmp_path, content))["BZ"].str.len_chars().to_list() == [32_767]


def test_an_exponent_in_other_columns_is_text_like_any_other(tmp_path):
    assert whole(a_file(tmp_path, csv_bytes([CODES, a_row(BZ="1.1E+17")])))["BZ"].to_list() == ["1.1E+17"]


def test_bytes_outside_the_chosen_encoding_are_refused_with_the_row(tmp_path):
    good = csv_bytes([CODES, *PEOPLE], encoding="gb18030")
    path = a_file(tmp_path, good + csv_bytes([a_row(XM="张@")], encoding="gb18030").replace(b"@", b"\xff"))

    assert "第5行" in refusal(path).zh
    assert "第5行" in refusal(path, encoding="gb18030").zh
    assert "第2行" in refusal(path, encoding="utf-8").zh


def test_names_in_the_wrong_encoding_are_refused(tmp_path):
    names = ["张伟", "欧阳示例", "李明", "王示范样", "赵一", "钱二"]
    damaged = [name.encode().decode("gb18030") for name in names]
    path = a_file(tmp_path, csv_bytes([CODES, *(a_row(XM=name) for name in damaged)]))

    assert "6个姓名中有6个是乱码" in refusal(path).zh


def test_a_few_garbled_names_are_left_to_the_rules(tmp_path):
    rows = [a_row(XM="张明")] * 9 + [a_row(XM="锟斤拷")]
    assert whole(a_file(tmp_path, csv_bytes([CODES, *rows]))).height == 10

    rows = [a_row(XM="张明")] * 2 + [a_row(XM="锟斤拷")]
    assert whole(a_file(tmp_path, csv_bytes([CODES, *rows]))).height == 3


@pytest.mark.parametrize(("right", "garbled"), [(8, 2), (1, 1), (0, 1)], ids=["two of ten", "one of two", "the only"])
def test_names_garbled_by_the_wrong_encoding_are_refused(tmp_path, right, garbled):
    rows = [a_row(XM="张明")] * right + [a_row(XM="锟斤拷")] * garbled

    assert "编码" in refusal(a_file(tmp_path, csv_bytes([CODES, *rows]))).zh


def test_garbled_names_late_in_a_file_are_judged_over_the_file_so_far(tmp_path):
    rows = [a_row(XM="张明")] * 10 + [a_row(XM="锟斤拷")] * 5
    chunks = open_filing(a_file(tmp_path, csv_bytes([CODES, *rows]))).chunks(rows=10)

    assert next(chunks).height == 10
    with pytest.raises(UnreadableFiling, match="5 of 15 names"):
        next(chunks)


_FREE = [code for code in CODES if code != "XM" and not COLUMNS[code].numeric_refused]
_PRINTABLE = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn"), max_codepoint=sys.maxunicode)
    | st.sampled_from('\n",;\t'),
    max_size=6,
)
_ENCODED = st.sampled_from([("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", ","), ("utf-16", "\t")])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    written=st.lists(st.one_of(st.none(), st.lists(_PRINTABLE, min_size=4, max_size=4)), min_size=1, max_size=8),
    encoded=_ENCODED,
    end=st.sampled_from(["\n", "\r\n"]),
    rows=st.integers(1, 5),
)
def test_any_printable_text_reads_back_as_it_was_written(tmp_path_factory, written, encoded, end, rows):
    encoding, separator = encoded
    filed = [None if cells is None else a_row(**dict(zip(_FREE[:4], cells, strict=True))) for cells in written]
    lines = [
        csv_bytes([row], separator=separator, end=end) if row else end.encode() for row in (named_header(), *filed)
    ]
    path = a_file(tmp_path_factory.mktemp("any"), b"".join(lines).decode().encode(encoding))
    expected = [(at, *(cell or None for cell in row)) for at, row in enumerate(filed, 2) if row]
    if not expected:
        assert "没有数据行" in refusal(path).zh
        return

    opened = open_filing(path)

    assert opened.encoding == encoding
    assert [row for chunk in opened.chunks(rows) for row in chunk.rows()] == expected
