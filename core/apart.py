"""隔离查询: one SELECT answered over Parquet files, in a memory of its own that can open nothing else.

Must not know the store.
"""

import threading
from pathlib import Path

import duckdb
import polars as pl

from core import at_rest
from core.errors import BadRequest

_MEMORY_LIMIT = "1GB"
_MOST_ROWS = 1_000_000
"""The largest answer it gives out: what the page and a CSV can carry."""


def query_apart(tables: dict[str, Path], sql: str, *, seconds: float) -> pl.DataFrame:
    """Answer one SELECT over these Parquet files, in a memory of its own that can open nothing else.

    Raises BadRequest for anything but one SELECT, for a statement that fails, when `seconds` have passed, and for
    an answer of more than a million rows.
    """
    closed_in = {"memory_limit": _MEMORY_LIMIT, "threads": 1, "temp_directory": ""}
    with duckdb.connect(":memory:", config=closed_in) as apart:
        apart.execute("SET allowed_paths = $paths", {"paths": [str(path) for path in tables.values()]})
        apart.execute("SET enable_external_access = false")
        key = at_rest.key()
        if key:
            apart.execute(f"PRAGMA add_parquet_key('own', '{key.parquet}')")
        for name, path in tables.items():
            place = str(path).replace("'", "''")
            apart.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{place}'{at_rest.OWN if key else ''})")
        apart.execute("SET lock_configuration = true")
        timer = threading.Timer(seconds, apart.interrupt)
        timer.start()
        try:
            statements = apart.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise BadRequest("只能运行一条SELECT查询。", "Only a single SELECT can be run.")
            answer = apart.sql(statements[0].query).limit(_MOST_ROWS + 1).pl()
            if answer.height > _MOST_ROWS:
                raise BadRequest(
                    f"结果超过{_MOST_ROWS:,}行。请汇总，或加LIMIT。", f"More than {_MOST_ROWS:,} rows. Sum up, or add LIMIT."
                )
            return answer
        except duckdb.InterruptException:
            raise BadRequest(
                f"查询超过{seconds:.0f}秒，已停止。请缩小范围。", f"Stopped after {seconds:.0f} s. Ask for less."
            ) from None
        except duckdb.Error as error:
            told = str(error).splitlines()[0]
            raise BadRequest(f"查询无法运行：{told}", f"The query cannot run: {told}") from None
        finally:
            timer.cancel()
