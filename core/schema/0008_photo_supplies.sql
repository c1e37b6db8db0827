-- Photos that come alone, after their records: each supply, and what became of every photo in it.
CREATE TABLE photo_supply (
    supply_id BIGINT NOT NULL,
    term VARCHAR NOT NULL,
    institution VARCHAR NOT NULL,
    province VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    supplied_at TIMESTAMP NOT NULL,
    supplied_by VARCHAR NOT NULL
);

CREATE TABLE photo_supplied (
    supply_id BIGINT NOT NULL,
    file_name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    record_id BIGINT,
    version INTEGER,
    refusal VARCHAR,
    former_sha256 VARCHAR
);
