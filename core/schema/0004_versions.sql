-- Filings that come again: which version replaces which, what changed, and how many records were declared.
CREATE TABLE filing_anew (
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
    status VARCHAR NOT NULL CHECK (status IN ('received', 'approved', 'returned', 'replaced')),
    reviewed_on DATE,
    reviewed_by VARCHAR,
    review_document VARCHAR,
    return_reason VARCHAR,
    resolution VARCHAR,
    resolved_on DATE,
    listed BIGINT,
    attached BOOLEAN,
    photos BIGINT,
    photos_unmatched BIGINT,
    photos_ambiguous BIGINT,
    filed_codes VARCHAR
);
INSERT INTO filing_anew BY NAME SELECT * FROM filing;
DROP TABLE filing;
ALTER TABLE filing_anew RENAME TO filing;

ALTER TABLE filing ADD COLUMN version INTEGER DEFAULT 1;
ALTER TABLE filing ADD COLUMN replaces BIGINT;
ALTER TABLE filing ADD COLUMN first_version BIGINT;
ALTER TABLE filing ADD COLUMN declared_total BIGINT;
UPDATE filing SET first_version = filing_id;

CREATE TABLE filing_change (
    filing_id BIGINT NOT NULL,
    change VARCHAR NOT NULL CHECK (change IN ('added', 'gone', 'altered')),
    record_id BIGINT,
    former_id BIGINT
);

CREATE TABLE attachment (
    subject VARCHAR NOT NULL,
    subject_id BIGINT NOT NULL,
    purpose VARCHAR NOT NULL CHECK (purpose IN ('resolution', 'approval', 'return')),
    sha256 VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    kept_at TIMESTAMP NOT NULL,
    kept_by VARCHAR NOT NULL
);
