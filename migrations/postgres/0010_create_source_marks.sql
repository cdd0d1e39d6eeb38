-- How far each source of raw rows has come: all its blocks up to `sequence` are in the raw tables (or were given up and
-- can no longer arrive), and so are all its rows received up to `received_through`; it never stamps a later row with an
-- earlier time. A source is live while it is not closed and its heartbeat is young (the readers say how young).
CREATE TABLE source_marks (
    source text PRIMARY KEY,
    sequence bigint NOT NULL,
    received_through timestamptz NOT NULL,
    heartbeat_at timestamptz NOT NULL,
    closed_at timestamptz
);
