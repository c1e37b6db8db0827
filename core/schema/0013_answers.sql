-- Answers handed in as files: what came, and what became of every row of it.
CREATE TABLE answer (
    answer_id BIGINT NOT NULL,
    source VARCHAR NOT NULL CHECK (source IN ('feedback', 'filing')),
    notice_id BIGINT,
    institution VARCHAR NOT NULL,
    province VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    requester VARCHAR NOT NULL,
    taken BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    blank BIGINT NOT NULL,
    handed_at TIMESTAMP NOT NULL,
    handed_by VARCHAR NOT NULL
);

CREATE TABLE answer_line (
    answer_id BIGINT NOT NULL,
    "row" BIGINT NOT NULL,
    record_id BIGINT,
    rule VARCHAR,
    field VARCHAR,
    action VARCHAR,
    outcome VARCHAR NOT NULL CHECK (outcome IN ('taken', 'refused', 'repeated', 'blank')),
    zh VARCHAR NOT NULL,
    en VARCHAR NOT NULL
);
