"""A store that already holds an archive of so many published records, to load a semester beside it."""

from datetime import datetime

from core.database import Database

PARQUET = "archive.parquet"
"""What the archive's filings name as theirs; there is no such file."""
_FILED = 200_000
_PART = 5_000_000

_FILING = f"""
INSERT INTO filing (filing_id, term, institution, province, category, level, supplement, layout, format, encoding, file_name,
    sha256, size, records, first_record, parquet, ruleset, received_at, received_by, status)
SELECT 1000 + n, '2012-2', (10001 + n % 1000)::VARCHAR, '11', '2.3.1', '4', FALSE, 'named', 'csv', 'utf-8', 'archive.csv',
    'archive ' || n, 1, $filed, 1000000000 + n * $filed, '{PARQUET}', 'archive', $at_, 'bench', 'approved'
FROM range($filings) AS t(n)"""

_RECORD = """
INSERT INTO record (record_id, version, filing_id, filing_row, name, certificate_no, person, level, conferred_on, declared,
    major, born, sex, entered, graduated, full_time, status)
SELECT 1000000000 + i, 1, 1000 + i // $filed, i % $filed, '示' || chr(20000 + (hash(i) % 5000)::INTEGER) || chr((20000 + i % 3000)::INTEGER),
    lpad((10001 + i // $filed % 1000)::VARCHAR, 5, '0') || '42012' || lpad((i % 1000000)::VARCHAR, 6, '0'),
    lpad((hash(i + 7) % 100000000000000000)::VARCHAR, 17, '3'), '4', DATE '2012-06-20' + (i % 60)::INTEGER, FALSE,
    '080901', DATE '1990-01-01' + (i % 2000)::INTEGER, (1 + i % 2)::VARCHAR, DATE '2008-09-01', DATE '2012-06-01', TRUE, 'published'
FROM range($first, $last) AS t(i)"""


def fill(db: Database, records: int) -> None:
    """Put so many published bachelors of 2012 into the store, in filings of two hundred thousand."""
    with db.transaction() as tx:
        tx.run(_FILING, filed=_FILED, filings=-(-records // _FILED), at_=datetime(2012, 11, 1))
    for first in range(0, records, _PART):
        with db.transaction() as tx:
            tx.run(_RECORD, filed=_FILED, first=first, last=min(first + _PART, records))
