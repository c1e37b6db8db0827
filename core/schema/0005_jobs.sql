-- Work that goes on while people do other things: who asked for what, how far it came, what came of it.
CREATE TABLE job (
    job_id BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    state VARCHAR NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    asked_by VARCHAR NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    started_at TIMESTAMP,
    ended_at TIMESTAMP,
    attempts INTEGER NOT NULL,
    rows_done BIGINT NOT NULL,
    rows_in_all BIGINT,
    about VARCHAR NOT NULL,
    folder VARCHAR NOT NULL,
    outcome VARCHAR,
    sentence_zh VARCHAR,
    sentence_en VARCHAR
);
