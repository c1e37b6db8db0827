-- Whom each institution names for its graduates' enquiries (article 10): every contact as entered, and until when it was one.
CREATE TABLE contact (
    contact_id BIGINT NOT NULL,
    institution VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    post VARCHAR NOT NULL,
    telephone VARCHAR NOT NULL,
    email VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('current', 'former')),
    confirmed_on DATE NOT NULL,
    entered_at TIMESTAMP NOT NULL,
    entered_by VARCHAR NOT NULL
);

ALTER TABLE notice ADD COLUMN addressees VARCHAR;
