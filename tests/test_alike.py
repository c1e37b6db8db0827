"""What is worked out once for records alike is what would have been worked out for each."""

import hypothesis.strategies as st
import numpy as np
import polars as pl
from hypothesis import given, settings

from core import alike

CELLS = st.none() | st.sampled_from(["a", "b"])
ROWS = st.lists(st.fixed_dictionaries({"major": CELLS, "XZ": CELLS, "BZ": st.none(), "id_number": CELLS}), max_size=12)
ASKED = {
    "of study": pl.col("major") == pl.col("XZ"),
    "of nothing filed": pl.col("BZ").is_null(),
    "of the person": (pl.col("id_number") == "a").fill_null(True),
    "of both": pl.col("id_number") == pl.col("major"),
    "of every row": pl.col("row").is_not_null(),
}
"""Expressions over columns that records share, over one nothing is filed in, over others, and over none."""


@settings(deadline=None)
@given(rows=ROWS, asked=st.sets(st.sampled_from(list(ASKED)), min_size=2), data=st.data())
def test_records_alike_get_the_answers_each_would_get_alone(rows, asked, data):
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("major", "XZ", "BZ", "id_number"), pl.String)).with_row_index("row")
    alone = frame.select(ASKED[name].alias(name) for name in asked)
    one, other = list(asked)[:2]
    end = data.draw(st.integers(0, len(rows)))

    told = alike.answers(frame, {name: ASKED[name] for name in asked})

    assert told.frame().select(*asked).equals(alone)
    assert all(told.column(name).to_list() == alone[name].to_list() for name in asked)
    assert told.where(one, other).tolist() == (alone[one] & ~alone[other]).arg_true().to_list()
    for name in asked:
        by_parts = told.count(name, np.array([end, len(rows)])).tolist()
        assert by_parts == [alone[name].head(end).sum(), alone[name].slice(end).sum()]
