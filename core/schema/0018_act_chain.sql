-- The book of acts as a chain: of each line a hash over what it says and over the line before; and what stood before and after.
ALTER TABLE act ADD COLUMN before VARCHAR;
ALTER TABLE act ADD COLUMN after VARCHAR;

CREATE TABLE act_link (act_id BIGINT PRIMARY KEY, hash VARCHAR NOT NULL);
