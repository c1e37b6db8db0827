-- Lists and charts that left the desk as files: who took what, by which filter, how many lines, when.
CREATE TABLE export_log (
    export_id BIGINT NOT NULL,
    list VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    chosen VARCHAR NOT NULL,
    format VARCHAR NOT NULL CHECK (format IN ('csv', 'xlsx')),
    lines BIGINT NOT NULL,
    province VARCHAR,
    exported_at TIMESTAMP NOT NULL,
    exported_by VARCHAR NOT NULL
);
