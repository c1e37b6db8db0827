"""统计分析: what the SQL box answers, and what cannot be had through it."""

import time

import polars as pl
import pytest

from core import analysis
from core.apart import query_apart
from core.errors import BadRequest
from tests.builders import NAMELESS, SECRET, WRONG_BIRTH, a_desk, a_filing, people


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """One table of two semesters, with nothing of a store near it."""
    path = tmp_path_factory.mktemp("alone") / "records.parquet"
    pl.DataFrame({"term": ["2024-2", "2024-1"]}).write_parquet(path)
    return {"records": path}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = a_desk(tmp_path_factory.mktemp("analysis"))
    a_filing(desk, [*people(3), *people(2, first=3, **NAMELESS), *people(1, first=5, **WRONG_BIRTH), *people(2, first=6, **SECRET)])
    return desk


def test_records_findings_and_rules_can_be_counted_and_joined(desk):
    answer = analysis.ask(
        desk,
        "SELECT f.rule, r.zh, count(*) AS n FROM findings AS f JOIN rules AS r ON r.rule = f.rule "
        "WHERE f.class <> 'note' GROUP BY ALL ORDER BY n DESC -- the commonest first",
    )

    assert answer.select("rule", "n").rows() == [("I01", 2), ("A13", 1)]


def test_classified_records_are_in_no_table(desk):
    assert analysis.ask(desk, "SELECT count(*) AS n FROM records").item() == 6
    assert analysis.ask(desk, "SELECT count(*) AS n FROM findings WHERE class = 'classified'").item() == 0


def test_no_column_holds_a_name_a_number_or_what_was_filed(desk):
    columns = analysis.columns(desk)

    assert set(columns) == set(analysis.TABLES)
    assert set(columns["records"]) == {
        "term", "province", "province_name", "institution", "institution_name", "level", "category", "layout", "format",
        "status", "conferred_month", "person", "birth_year",
    }
    assert set(columns["findings"]) == {
        "term", "province", "province_name", "institution", "institution_name", "level", "category", "rule", "class",
        "field", "record_status",
    }
    everything = str([analysis.ask(desk, f"SELECT * FROM {table}").rows() for table in columns])
    filed = [record[code] for record in people(8) for code in ("XM", "ZJHM", "XWZSBH", "XH", "CSRQ")]
    assert not [value for value in filed if value in everything]


@pytest.mark.parametrize("table", ["record", "finding", "filing", "act", "withheld_case", "notice", "migration"])
def test_the_store_itself_is_out_of_reach(desk, table):
    with pytest.raises(BadRequest):
        analysis.ask(desk, f"SELECT * FROM {table}")


@pytest.mark.parametrize("name", ["tables", "frame", "given", "told", "sql", "desk"])
def test_the_programs_own_variables_are_out_of_reach(desk, name):
    with pytest.raises(BadRequest):
        analysis.ask(desk, f"SELECT * FROM {name}")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE mine AS SELECT 1", "DROP TABLE records", "ALTER TABLE records ADD COLUMN x INTEGER",
        "INSERT INTO records SELECT * FROM records", "UPDATE records SET term = 'x'", "DELETE FROM records",
        "PRAGMA memory_limit = '9GB'", "PRAGMA enable_profiling", "SET enable_external_access = true", "RESET threads",
        "ATTACH 'other.duckdb'", "DETACH memory", "USE memory", "INSTALL httpfs", "LOAD httpfs",
        "COPY records TO 'out.csv'", "COPY (SELECT 1) TO 'out.parquet'", "EXPORT DATABASE 'out'", "IMPORT DATABASE 'out'",
        "CHECKPOINT", "VACUUM", "BEGIN", "CALL pragma_version()", "PREPARE p AS SELECT 1", "EXECUTE p", "EXPLAIN SELECT 1",
        "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE records", "", "-- nothing", "SELEC 1", "SELECT nothing FROM records",
        "SELECT * FROM query('DROP TABLE records')",
    ],
)
def test_anything_but_one_select_is_refused(desk, sql):
    with pytest.raises(BadRequest) as refused:
        analysis.ask(desk, sql)

    assert refused.value.zh.startswith(("只能运行", "查询无法运行"))


@pytest.mark.parametrize(
    "read",
    [
        "read_csv('{path}')", "read_csv_auto('{path}')", "'{path}'", "read_text('{path}')", "read_blob('{path}')",
        "read_parquet('{path}')", "parquet_scan('{path}')", "parquet_metadata('{path}')", "read_json('{path}')",
        "glob('{path}')", "sniff_csv('{path}')", "read_csv('http://localhost/x.csv')", "read_text('.tmp/../{path}')",
    ],
)
def test_no_file_can_be_read(desk, tmp_path, read):
    path = tmp_path / "secret.csv"
    path.write_text("word\nxyzzy\n")

    with pytest.raises(BadRequest) as refused:
        analysis.ask(desk, f"SELECT * FROM {read.format(path=path)}")

    assert "xyzzy" not in refused.value.en


def test_no_folder_of_the_store_can_be_read(desk):
    with pytest.raises(BadRequest):
        analysis.ask(desk, f"SELECT * FROM read_parquet('{desk.db.folder}/filings/*.parquet')")


def test_nothing_is_written_where_the_program_runs(tmp_path, monkeypatch, alone):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BadRequest):
        query_apart(alone, "SELECT max(x) FROM (SELECT repeat('x', 999) || range AS x FROM range(9000000) ORDER BY x)", seconds=1)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sql",
    ["SELECT count(*) FROM range(10000000000000)", "WITH RECURSIVE f(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM f) SELECT max(n) FROM f"],
    ids=["long", "endless"],
)
def test_a_runaway_query_is_stopped(sql, alone):
    started = time.monotonic()

    with pytest.raises(BadRequest, match="Stopped after"):
        query_apart(alone, sql, seconds=0.5)

    assert time.monotonic() - started < 5


def test_an_answer_too_large_to_show_is_refused_and_not_cut_short(alone):
    with pytest.raises(BadRequest, match="1,000,000 rows"):
        query_apart(alone, "SELECT * FROM range(100000000)", seconds=5)

    assert query_apart(alone, "SELECT * FROM range(1000000) ORDER BY 1 DESC", seconds=5)["range"][0] == 999_999


def test_after_a_refusal_the_next_question_is_answered(desk):
    with pytest.raises(BadRequest):
        analysis.ask(desk, "DROP TABLE records")

    assert analysis.ask(desk, "SELECT count(*) AS n FROM records").item() == 6


def test_an_answer_shows_what_was_filed_since_the_last_one(tmp_path):
    desk = a_desk(tmp_path)
    before = analysis.ask(desk, "SELECT count(*) AS n FROM records").item()
    a_filing(desk, people(2))

    assert (before, analysis.ask(desk, "SELECT count(*) AS n FROM records").item()) == (0, 2)
