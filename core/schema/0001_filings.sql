-- What came in (filing, record) and what the checks found. Wide rows stay in Parquet, one file per filing.
CREATE TABLE counter (name VARCHAR PRIMARY KEY, value BIGINT NOT NULL);

CREATE TABLE filing (
    filing_id BIGINT PRIMARY KEY,
    term VARCHAR NOT NULL,
    institution VARCHAR NOT NULL,
    province VARCHAR NOT NULL,
    category VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    supplement BOOLEAN NOT NULL,
    layout VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    encoding VARCHAR,
    file_name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    records BIGINT NOT NULL,
    first_record BIGINT NOT NULL,
    parquet VARCHAR NOT NULL,
    ruleset VARCHAR NOT NULL,
    received_at TIMESTAMP NOT NULL,
    received_by VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('received', 'approved', 'returned')),
    reviewed_on DATE,
    reviewed_by VARCHAR,
    review_document VARCHAR,
    return_reason VARCHAR
);

CREATE TABLE record (
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    filing_id BIGINT NOT NULL,
    filing_row BIGINT NOT NULL,
    name VARCHAR,
    certificate_no VARCHAR,
    person VARCHAR,
    level VARCHAR,
    conferred_on DATE,
    declared BOOLEAN NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('recorded', 'cleared', 'withheld', 'out_of_scope', 'published', 'superseded', 'withdrawn', 'revoked')),
    publication_id BIGINT
);

CREATE TABLE finding (
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    filing_id BIGINT NOT NULL,
    rule VARCHAR NOT NULL,
    class VARCHAR NOT NULL CHECK (class IN ('scope', 'classified', 'incomplete', 'inaccurate', 'policy', 'note')),
    field VARCHAR NOT NULL,
    value VARCHAR,
    closed VARCHAR
);

CREATE TABLE rule_tally (
    filing_id BIGINT NOT NULL,
    rule VARCHAR NOT NULL,
    evaluated BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    not_evaluated BIGINT NOT NULL
);
