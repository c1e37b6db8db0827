-- Kinds of filing beside the regular one: semesters without degrees, signed; and why a late supplement is late.
CREATE TABLE nil_return (
    nil_id BIGINT PRIMARY KEY,
    term VARCHAR NOT NULL,
    institution VARCHAR NOT NULL,
    province VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    signed_by VARCHAR NOT NULL,
    document VARCHAR NOT NULL,
    signed_on DATE NOT NULL,
    note VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('standing', 'withdrawn', 'superseded')),
    entered_at TIMESTAMP NOT NULL,
    entered_by VARCHAR NOT NULL,
    withdrawn_reason VARCHAR,
    superseded_by BIGINT
);

ALTER TABLE filing ADD COLUMN supplement_reason VARCHAR;
ALTER TABLE filing ADD COLUMN consent_document VARCHAR;
ALTER TABLE filing ADD COLUMN consented_on DATE;
