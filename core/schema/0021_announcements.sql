-- What is announced to everybody at the desk, from one day to another; while one that holds releases stands, nothing is released.
CREATE TABLE announcement (
    announcement_id BIGINT NOT NULL,
    zh VARCHAR NOT NULL,
    en VARCHAR NOT NULL,
    since DATE NOT NULL,
    until DATE,
    at_door BOOLEAN NOT NULL,
    holds_release BOOLEAN NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('announced', 'lifted')),
    announced_at TIMESTAMP NOT NULL,
    announced_by VARCHAR NOT NULL,
    lifted_at TIMESTAMP,
    lifted_by VARCHAR,
    lifted_why VARCHAR
);
