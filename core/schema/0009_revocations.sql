-- Degrees revoked and filings withdrawn (articles 7 and 9): each as registered, who was told, and what may come back all the same.
CREATE TABLE revocation (
    revocation_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('degree', 'filing')),
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    filing_id BIGINT NOT NULL,
    former_status VARCHAR NOT NULL,
    decision_no VARCHAR,
    effective_on DATE,
    received_on DATE NOT NULL,
    requester VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    registered_at TIMESTAMP NOT NULL,
    registered_by VARCHAR NOT NULL,
    package BIGINT,
    CHECK (kind = 'filing' OR (decision_no IS NOT NULL AND effective_on IS NOT NULL))
);

CREATE TABLE revocation_told (
    revocation_id BIGINT NOT NULL,
    party VARCHAR NOT NULL CHECK (party IN ('institution', 'province')),
    told_on DATE NOT NULL,
    way VARCHAR NOT NULL,
    noted_at TIMESTAMP NOT NULL,
    noted_by VARCHAR NOT NULL
);

CREATE TABLE reentry_override (
    override_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    filing_id BIGINT NOT NULL,
    signed_by VARCHAR NOT NULL,
    document VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    proposed_at TIMESTAMP NOT NULL,
    proposed_by VARCHAR NOT NULL,
    confirmed BOOLEAN,
    decided_at TIMESTAMP,
    decided_by VARCHAR
);

CREATE TABLE attachment_anew (
    subject VARCHAR NOT NULL,
    subject_id BIGINT NOT NULL,
    purpose VARCHAR NOT NULL CHECK (purpose IN ('resolution', 'approval', 'return', 'evidence', 'explanation', 'revocation', 'opinion')),
    sha256 VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    size BIGINT NOT NULL,
    kept_at TIMESTAMP NOT NULL,
    kept_by VARCHAR NOT NULL
);
INSERT INTO attachment_anew BY NAME SELECT * FROM attachment;
DROP TABLE attachment;
ALTER TABLE attachment_anew RENAME TO attachment;
