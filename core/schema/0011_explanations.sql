CREATE TABLE explanation (
    explanation_id BIGINT PRIMARY KEY,
    institution VARCHAR NOT NULL,
    province VARCHAR NOT NULL,
    number VARCHAR NOT NULL,
    dated DATE NOT NULL,
    summary VARCHAR NOT NULL,
    classified BOOLEAN NOT NULL,
    copied_on DATE,
    received_at TIMESTAMP NOT NULL,
    received_by VARCHAR NOT NULL
);

CREATE TABLE explanation_cover (
    explanation_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    rule VARCHAR NOT NULL,
    class VARCHAR NOT NULL CHECK (class IN ('classified', 'inaccurate', 'policy')),
    fingerprint VARCHAR NOT NULL,
    person VARCHAR,
    certificate_no VARCHAR,
    taken_at TIMESTAMP NOT NULL,
    decision_id BIGINT,
    outcome VARCHAR CHECK (outcome IN ('accepted', 'refused', 'asked', 'supplemented')),
    decided_at TIMESTAMP
);

CREATE TABLE explanation_opinion (
    explanation_id BIGINT NOT NULL,
    agrees BOOLEAN NOT NULL,
    note VARCHAR NOT NULL,
    paper VARCHAR NOT NULL,
    given_on DATE NOT NULL,
    given_by VARCHAR NOT NULL,
    entered_at TIMESTAMP NOT NULL
);

CREATE TABLE explanation_decision (
    decision_id BIGINT PRIMARY KEY,
    explanation_id BIGINT NOT NULL,
    rule VARCHAR NOT NULL,
    decision VARCHAR NOT NULL CHECK (decision IN ('accept', 'refuse', 'ask')),
    state VARCHAR NOT NULL CHECK (state IN ('proposed', 'made', 'declined')),
    records BIGINT NOT NULL,
    note VARCHAR NOT NULL,
    proposed_at TIMESTAMP NOT NULL,
    proposed_by VARCHAR NOT NULL,
    made_at TIMESTAMP,
    made_by VARCHAR,
    reply VARCHAR
);
