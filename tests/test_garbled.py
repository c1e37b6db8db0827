"""Garbled text is told from rare characters and foreign names."""

import polars as pl
import pytest

from core.garbled import garbled


def is_garbled(text: str | None) -> bool | None:
    """What the test says of one cell."""
    return pl.select(garbled(pl.lit(text, pl.String))).item()


@pytest.mark.parametrize(
    "text",
    [
        "张伟".encode().decode("gb18030"),
        "王小明".encode().decode("gb18030", "replace"),
        "王小明".encode().decode("gb18030", "replace").replace("\ufffd", "?"),
        "学位授予单位".encode().decode("gb18030"),
        "计算机应用于财务管理的研究".encode().decode("gb18030", "replace").replace("\ufffd", ""),
        "张伟".encode("gb18030").decode("latin-1"),
        "张伟".encode().decode("latin-1"),
        "张伟丽".encode().decode("cp1252", "ignore"),
        "José".encode().decode("latin-1"),
        "张伟".encode("gb18030").decode("utf-8", "replace"),
        "锟斤拷锟斤拷",
        "张\ufffd",
    ],
)
def test_text_read_in_a_wrong_encoding_is_garbled(text):
    assert is_garbled(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "张伟", "䶮㛃", "㭎䲟", "𬭎𫖯𬘘", "李〇", "濮存示", "章锟", "滕示例", "阿依古丽·买买提", "阿依古丽•买买提",
        "张\ue000", "José García", "François-Noël", "JOÃO DA CONCEIÇÃO", "Þórður Ævarsson", "Nguyễn Văn Ánh", "Zoë",
        "O’Brien", "Müller-Öz", "Søren Åberg", "??", "□", "ЖУКОВ", "김민준", "基于“互联网＋”的研究——以X省为例", "",
    ],
)
def test_rare_characters_and_foreign_names_are_not_garbled(text):
    assert is_garbled(text) is False


def test_an_empty_cell_is_neither():
    assert is_garbled(None) is None
