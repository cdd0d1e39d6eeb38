-- Question: up to which receipt time are all rows of the live sources in the raw tables, and how far did any ever get?
-- A source is dead when its heartbeat is older than $2 seconds: its pending rows were never acknowledged, and it makes
-- no insert that could outlive that time.
-- Inputs: $1 a source to leave out, or null; $2 seconds.
-- Output: live (null where no source lives), furthest (null where there is no source).
SELECT
    min(received_through) FILTER (
        WHERE closed_at IS NULL
          AND heartbeat_at > now() - make_interval(secs => $2::float8)
          AND ($1::text IS NULL OR source <> $1)
    ) AS live,
    max(received_through) AS furthest
FROM source_marks
