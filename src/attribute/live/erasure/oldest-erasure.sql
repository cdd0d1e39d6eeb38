-- Question: when was the erasure asked for that waits longest?
-- Columns:  asked_at (ms): null where none waits.
SELECT (extract(epoch FROM min(asked_at)) * 1000)::float8 AS asked_at FROM erasures WHERE done_at IS NULL
