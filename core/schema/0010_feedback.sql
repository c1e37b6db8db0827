-- Feedback runs: what each froze, the bundles made of it, how every notice was delivered, and when its records were answered.
CREATE TABLE feedback_run (
    run_id BIGINT NOT NULL,
    term VARCHAR,
    month VARCHAR,
    contacts VARCHAR NOT NULL,
    sha256 VARCHAR,
    issued_at TIMESTAMP NOT NULL,
    issued_by VARCHAR NOT NULL,
    CHECK ((term IS NULL) <> (month IS NULL))
);

INSERT INTO feedback_run
SELECT row_number() OVER (ORDER BY issued_at, term), term, NULL, '', NULL, issued_at, issued_by
FROM (SELECT DISTINCT term, issued_at, issued_by FROM notice);
INSERT INTO counter SELECT 'feedback_run', count(*) + 1 FROM feedback_run;

CREATE TABLE notice_of_run (
    notice_id BIGINT NOT NULL,
    run_id BIGINT NOT NULL,
    term VARCHAR,
    month VARCHAR,
    institution VARCHAR NOT NULL,
    institution_zh VARCHAR,
    province VARCHAR NOT NULL,
    province_zh VARCHAR,
    round INTEGER NOT NULL,
    records BIGINT NOT NULL,
    incomplete BIGINT NOT NULL,
    inaccurate BIGINT NOT NULL,
    policy BIGINT NOT NULL,
    classified_records BIGINT NOT NULL,
    due_on DATE NOT NULL,
    issued_at TIMESTAMP NOT NULL,
    issued_by VARCHAR NOT NULL
);
INSERT INTO notice_of_run
SELECT n.notice_id, r.run_id, n.term, NULL, n.institution, any_value(i.zh), n.province, any_value(p.zh), n.round, n.records,
    count(*) FILTER (c.reason = 'incomplete'), count(*) FILTER (c.reason = 'inaccurate'), count(*) FILTER (c.reason = 'policy'),
    n.classified_records, n.due_on, n.issued_at, n.issued_by
FROM notice AS n
JOIN feedback_run AS r ON r.term = n.term AND r.issued_at = n.issued_at AND r.issued_by = n.issued_by
LEFT JOIN notice_item AS t ON t.notice_id = n.notice_id
LEFT JOIN withheld_case AS c ON c.case_id = t.case_id
LEFT JOIN institution AS i ON i.code = n.institution
LEFT JOIN province AS p ON p.code = n.province
GROUP BY ALL;
DROP TABLE notice;
ALTER TABLE notice_of_run RENAME TO notice;

ALTER TABLE notice_item ADD COLUMN answered_at TIMESTAMP;
ALTER TABLE notice_item ADD COLUMN closed_at TIMESTAMP;

CREATE TABLE feedback_line (
    run_id BIGINT NOT NULL,
    notice_id BIGINT NOT NULL,
    place INTEGER NOT NULL,
    case_id BIGINT NOT NULL,
    record_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    term VARCHAR NOT NULL,
    round INTEGER NOT NULL,
    age BIGINT NOT NULL,
    since VARCHAR NOT NULL CHECK (since IN ('first', 'new', 'same', 'changed')),
    file_name VARCHAR NOT NULL,
    filing_row BIGINT NOT NULL,
    name VARCHAR,
    certificate_no VARCHAR,
    rule VARCHAR NOT NULL,
    class VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    value VARCHAR,
    sentence VARCHAR,
    remedies VARCHAR
);
INSERT INTO feedback_line
SELECT n.run_id, n.notice_id, row_number() OVER (PARTITION BY n.notice_id ORDER BY r.filing_id, r.filing_row, g.rule, g.field),
    t.case_id, r.record_id, r.version, n.term, n.round, date_diff('day', c.opened_at, n.issued_at), 'first', f.file_name,
    r.filing_row, r.name, r.certificate_no, g.rule, g.class, g.field, g.value, NULL, NULL
FROM notice_item AS t
JOIN notice AS n ON n.notice_id = t.notice_id
JOIN withheld_case AS c ON c.case_id = t.case_id
JOIN record AS r ON r.record_id = t.record_id AND r.version = t.version
JOIN filing AS f ON f.filing_id = r.filing_id
JOIN finding AS g ON g.record_id = t.record_id AND g.version = t.version
WHERE g.closed IS NULL
    AND NOT EXISTS (SELECT 1 FROM finding AS s WHERE s.record_id = r.record_id AND s.class = 'classified');

CREATE TABLE feedback_bundle (
    run_id BIGINT NOT NULL,
    province VARCHAR NOT NULL,
    notices BIGINT NOT NULL,
    size BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL,
    made_by VARCHAR NOT NULL
);

CREATE TABLE delivery (
    notice_id BIGINT NOT NULL,
    event VARCHAR NOT NULL CHECK (event IN ('downloaded', 'acknowledged', 'reminded', 'escalated')),
    province VARCHAR,
    note VARCHAR NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    happened_by VARCHAR NOT NULL
);
