-- What we decided about it: cases, publications, notices, and every act with who, when and how many.
CREATE TABLE withheld_case (
    case_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    filing_id BIGINT NOT NULL,
    reason VARCHAR NOT NULL CHECK (reason IN ('classified', 'incomplete', 'inaccurate', 'policy')),
    findings INTEGER NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('open', 'sent', 'answered', 'closed')),
    round INTEGER NOT NULL,
    opened_at TIMESTAMP NOT NULL
);

CREATE TABLE publication (
    publication_id BIGINT PRIMARY KEY,
    term VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    published_at TIMESTAMP NOT NULL,
    published_by VARCHAR NOT NULL
);

CREATE TABLE notice (
    notice_id BIGINT PRIMARY KEY,
    term VARCHAR NOT NULL,
    institution VARCHAR NOT NULL,
    province VARCHAR NOT NULL,
    round INTEGER NOT NULL,
    records BIGINT NOT NULL,
    classified_records BIGINT NOT NULL,
    due_on DATE NOT NULL,
    issued_at TIMESTAMP NOT NULL,
    issued_by VARCHAR NOT NULL
);

CREATE TABLE notice_item (
    notice_id BIGINT NOT NULL,
    case_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL
);

CREATE TABLE act (
    act_id BIGINT PRIMARY KEY,
    acted_at TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,
    machine VARCHAR NOT NULL,
    event VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    subject_id BIGINT,
    moved BIGINT NOT NULL,
    note VARCHAR NOT NULL
);

CREATE TABLE province (code VARCHAR NOT NULL, zh VARCHAR NOT NULL, en VARCHAR NOT NULL);

CREATE TABLE institution (code VARCHAR NOT NULL, zh VARCHAR NOT NULL, en VARCHAR, province VARCHAR NOT NULL, synthetic BOOLEAN NOT NULL);
