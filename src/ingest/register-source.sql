-- Question: make a source known before it stamps its first row. It starts where the furthest source is, so that it
-- takes no watermark back.
-- Inputs: $1 source. Output: none.
INSERT INTO source_marks (source, sequence, received_through, heartbeat_at)
SELECT $1, 0, coalesce(max(received_through), 'epoch'), now()
FROM source_marks
ON CONFLICT (source) DO UPDATE SET heartbeat_at = now(), closed_at = NULL
