-- Question: record how far a source has come, and that it lives.
-- Inputs: $1 source, $2 sequence, $3 received_through, $4 whether it ends here. Output: the source, if it is known.
UPDATE source_marks
SET sequence = greatest(sequence, $2::bigint),
    received_through = greatest(received_through, $3::timestamptz),
    heartbeat_at = now(),
    closed_at = CASE WHEN $4::boolean THEN now() END
WHERE source = $1
RETURNING source
