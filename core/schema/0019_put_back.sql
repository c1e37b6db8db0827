-- What of a take-down somebody has proposed to put back on line; another person does it.
CREATE TABLE put_back (
    take_down_id BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    proposed_at TIMESTAMP NOT NULL,
    proposed_by VARCHAR NOT NULL
);
