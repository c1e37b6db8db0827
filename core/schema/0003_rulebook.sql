-- The rulebook whole: its versions, findings about filings as such, photos, and what duplicates are found by.
ALTER TABLE record ADD COLUMN major VARCHAR;
ALTER TABLE record ADD COLUMN born DATE;
ALTER TABLE record ADD COLUMN sex VARCHAR;
ALTER TABLE record ADD COLUMN entered DATE;
ALTER TABLE record ADD COLUMN graduated DATE;
ALTER TABLE record ADD COLUMN full_time BOOLEAN;

ALTER TABLE rule_tally ADD COLUMN no_reference BIGINT DEFAULT 0;

ALTER TABLE filing ADD COLUMN resolution VARCHAR;
ALTER TABLE filing ADD COLUMN resolved_on DATE;
ALTER TABLE filing ADD COLUMN listed BIGINT;
ALTER TABLE filing ADD COLUMN attached BOOLEAN;
ALTER TABLE filing ADD COLUMN photos BIGINT;
ALTER TABLE filing ADD COLUMN photos_unmatched BIGINT;
ALTER TABLE filing ADD COLUMN photos_ambiguous BIGINT;
ALTER TABLE filing ADD COLUMN filed_codes VARCHAR;

CREATE TABLE filing_finding (
    filing_id BIGINT NOT NULL,
    rule VARCHAR NOT NULL,
    class VARCHAR NOT NULL CHECK (class IN ('scope', 'classified', 'incomplete', 'inaccurate', 'policy', 'note')),
    field VARCHAR NOT NULL,
    value VARCHAR,
    closed VARCHAR
);

CREATE TABLE photo (
    record_id BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    files INTEGER NOT NULL,
    readable BOOLEAN NOT NULL,
    width INTEGER,
    height INTEGER,
    size BIGINT NOT NULL,
    contrast DOUBLE
);

CREATE TABLE ruleset (
    version BIGINT PRIMARY KEY,
    fingerprint VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    effective_on DATE NOT NULL,
    reason VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL,
    made_by VARCHAR NOT NULL
);
