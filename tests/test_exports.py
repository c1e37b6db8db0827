"""Tables that leave the desk."""

from datetime import date

import fastexcel
import polars as pl

from core.exports import by_province

LINES = pl.DataFrame({"province": ["11", "31", "11"], "province_zh": ["北京市", "上海市", "北京市"], "told": ["=1+1", "乙", "丙"]})


def test_a_list_has_a_sheet_for_each_province_and_no_cell_in_it_runs_as_a_formula():
    content = by_province(
        LINES, [("省份", 10), ("所述", 10)], lambda line: [line["province"], line["told"]], title="示范清单", made_on=date(2026, 11, 27)
    )

    book = fastexcel.read_excel(content)
    told = {name: book.load_sheet(name, header_row=1, dtypes="string").to_polars().to_dict(as_series=False) for name in book.sheet_names}
    assert told == {
        "北京市": {"省份": ["11", "11"], "所述": ["'=1+1", "丙"]}, "上海市": {"省份": ["31"], "所述": ["乙"]},
    }
