-- Corrections: versions of a record beyond the first, what was asked for and why, and the months in which it was settled.
ALTER TABLE record ADD COLUMN parquet VARCHAR;
ALTER TABLE record ADD COLUMN followed BOOLEAN;
ALTER TABLE record ADD COLUMN online_still BOOLEAN;

CREATE TABLE correction (
    correction_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('change', 'withdraw', 'supply_photo', 'replace_photo', 'supplement')),
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    filing_id BIGINT NOT NULL,
    province VARCHAR NOT NULL,
    institution VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    requester VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('received', 'ready', 'declined', 'settled', 'lapsed')),
    received_at TIMESTAMP NOT NULL,
    received_by VARCHAR NOT NULL,
    parquet VARCHAR,
    consent_document VARCHAR,
    consented_on DATE,
    settlement_id BIGINT,
    outcome VARCHAR
);

CREATE TABLE correction_field (
    correction_id BIGINT NOT NULL,
    field VARCHAR NOT NULL,
    before VARCHAR,
    after VARCHAR
);

CREATE TABLE correction_photo (
    correction_id BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    readable BOOLEAN NOT NULL,
    width INTEGER,
    height INTEGER,
    size BIGINT NOT NULL,
    contrast DOUBLE,
    former_sha256 VARCHAR
);

CREATE TABLE settlement (
    settlement_id BIGINT NOT NULL,
    month VARCHAR NOT NULL,
    settled_at TIMESTAMP NOT NULL,
    settled_by VARCHAR NOT NULL,
    corrections BIGINT NOT NULL,
    cleared BIGINT NOT NULL,
    withheld BIGINT NOT NULL,
    excluded BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL,
    neighbours BIGINT NOT NULL
);

CREATE TABLE rolled_over (
    correction_id BIGINT NOT NULL,
    month VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    rolled_at TIMESTAMP NOT NULL,
    rolled_by VARCHAR NOT NULL
);

