"""What is worked out once for records alike is what would have been worked out for each."""

import hypothesis.strategies as st
import polars as pl
from hypothesis import given, settings

from core import alike

CELLS = st.none() | st.sampled_from(["a", "b"])
ROWS = st.lists(st.fixed_dictionaries({"major": CELLS, "XZ": CELLS, "BZ": st.none(), "id_number": CELLS}), max_size=12)
ASKED = {
    "of study": (pl.col("major") == pl.col("XZ")).fill_null(False),
    "of nothing filed": pl.col("BZ").is_null(),
    "of the person": (pl.col("id_number") == "a").fill_null(True),
    "of both": (pl.col("id_number") == pl.col("major")).fill_null(False),
    "of every row": pl.col("row").is_not_null(),
}
"""Expressions over columns that records share, over one nothing is filed in, over others, and over none."""


@settings(deadline=None)
@given(rows=ROWS, asked=st.sets(st.sampled_from(list(ASKED))))
def test_records_alike_get_the_answers_each_would_get_alone(rows, asked):
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("major", "XZ", "BZ", "id_number"), pl.String)).with_row_index("row")
    alone = frame.select(ASKED[name].alias(name) for name in asked)

    assert alike.answers(frame, {name: ASKED[name] for name in asked}).select(*asked).equals(alone)
