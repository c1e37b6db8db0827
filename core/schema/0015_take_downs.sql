-- Records taken off the line the same day (article 2, found later), and put back: what for, by whom, and which package says so.
CREATE TABLE take_down (
    take_down_id BIGINT NOT NULL,
    rule VARCHAR NOT NULL,
    class VARCHAR NOT NULL CHECK (class IN ('classified', 'incomplete', 'inaccurate', 'policy')),
    reason VARCHAR NOT NULL,
    chosen VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    taken_at TIMESTAMP NOT NULL,
    taken_by VARCHAR NOT NULL
);

CREATE TABLE taken_down (
    take_down_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    filing_id BIGINT NOT NULL,
    rule VARCHAR NOT NULL,
    former_status VARCHAR NOT NULL CHECK (former_status IN ('published', 'cleared')),
    online_version INTEGER NOT NULL,
    package BIGINT,
    put_back_at TIMESTAMP,
    put_back_by VARCHAR,
    put_back_reason VARCHAR
);
