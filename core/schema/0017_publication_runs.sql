-- Publication runs: what each froze, what it found in the way, what did not go after all, and the package it released.
CREATE TABLE publication_run (
    run_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('term', 'month', 'revert')),
    term VARCHAR,
    month VARCHAR,
    reverts BIGINT,
    reason VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('draft', 'gated', 'frozen', 'released', 'abandoned')),
    opened_at TIMESTAMP NOT NULL,
    opened_by VARCHAR NOT NULL,
    frozen_at TIMESTAMP,
    frozen_by VARCHAR,
    records BIGINT,
    sha256 VARCHAR,
    released_at TIMESTAMP,
    released_by VARCHAR,
    moved BIGINT,
    publication_id BIGINT,
    package BIGINT,
    manifest VARCHAR,
    CHECK ((kind = 'term') = (term IS NOT NULL) AND (kind = 'month') = (month IS NOT NULL) AND (kind = 'revert') = (reverts IS NOT NULL))
);

CREATE TABLE publication_line (
    run_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    certificate_no VARCHAR,
    photo VARCHAR
);

CREATE TABLE publication_blocker (
    run_id BIGINT NOT NULL,
    blocker VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    filings BIGINT NOT NULL,
    found_at TIMESTAMP NOT NULL
);

CREATE TABLE publication_left (
    run_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    reason VARCHAR NOT NULL
);

INSERT INTO publication_run (run_id, kind, term, month, reason, status, opened_at, opened_by, frozen_at, frozen_by, records,
    released_at, released_by, moved, publication_id)
SELECT publication_id, CASE WHEN length(term) = 6 THEN 'term' ELSE 'month' END, CASE WHEN length(term) = 6 THEN term END,
    CASE WHEN length(term) > 6 THEN term END, '', 'released', published_at, published_by, published_at, published_by, records,
    published_at, published_by, records, publication_id
FROM publication;
INSERT INTO counter SELECT 'publication_run', value FROM counter WHERE name = 'publication';
INSERT INTO publication_line (run_id, record_id, version, certificate_no)
SELECT publication_id, record_id, version, certificate_no FROM record WHERE publication_id IS NOT NULL;
