-- Question: make the partitions of a topic known, and close those of topics of the same name that were deleted.
-- Inputs: $1 topic id, $2 topic, $3 number of partitions. Output: how many were closed.
WITH registered AS (
    INSERT INTO stream_partitions (topic_id, topic, partition)
    SELECT $1::text, $2::text, generate_series(0, $3::integer - 1)
    ON CONFLICT (topic_id, partition) DO NOTHING
),
closed AS (
    UPDATE stream_partitions
    SET closed_at = now()
    WHERE topic = $2::text AND topic_id <> $1::text AND closed_at IS NULL
    RETURNING 1
)
SELECT count(*)::integer AS closed FROM closed
