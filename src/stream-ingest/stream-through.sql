-- Question: up to which receipt time is everything of the stream in the raw tables? A partition that nobody reads, or
-- that is stuck, holds it back. Output: through, null where no partition is known.
SELECT min(received_through) AS through
FROM stream_partitions
WHERE closed_at IS NULL
