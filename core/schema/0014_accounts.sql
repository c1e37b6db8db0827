-- Who may sign in, as what, over which province (article 4). Passwords are kept as Argon2id hashes alone.
CREATE TABLE account (
    account_id BIGINT PRIMARY KEY,
    key VARCHAR NOT NULL,
    zh VARCHAR NOT NULL,
    en VARCHAR NOT NULL,
    province VARCHAR,
    status VARCHAR NOT NULL CHECK (status IN ('active', 'disabled')),
    password VARCHAR,
    one_time BOOLEAN NOT NULL,
    outside VARCHAR,
    demo BOOLEAN NOT NULL,
    entered_at TIMESTAMP NOT NULL,
    entered_by VARCHAR NOT NULL
);

CREATE TABLE account_role (account_id BIGINT NOT NULL, role VARCHAR NOT NULL);
