-- Question: begin to erase the units that were asked for first.
-- Inputs:   $1 fence, $2 through (ms) of the live builds, $3 up to when asked for (ms), $4 how many at most.
-- Columns:  cycle: none where another attributes, a cycle is under way or no erasure is due; else one row for each.
-- A batch whose intent is gone was taken for an empty cycle by a version that knows nothing of erasures. It is begun anew, and
-- because nobody can tell whether its moments were taken away already, the builds are to be compared with raw rows.
WITH due AS (
  SELECT id, cycle FROM erasures
  WHERE done_at IS NULL AND asked_at <= to_timestamp($3::float8 / 1000)
  ORDER BY asked_at, id
  LIMIT $4::int
),
begun AS (
  UPDATE attribution_shards
  SET last_cycle = last_cycle + 1, next_cycle = last_cycle + 1, next_through = through
  WHERE shard = 0 AND fence = $1 AND next_cycle IS NULL AND through = $2::bigint AND EXISTS (SELECT FROM due)
  RETURNING next_cycle, through
),
doubted AS (
  UPDATE attribution_builds SET verification_asked_at = now()
  WHERE state = 'live' AND EXISTS (SELECT FROM begun) AND EXISTS (SELECT FROM due WHERE cycle IS NOT NULL)
)
UPDATE erasures SET cycle = begun.next_cycle, through = begun.through
FROM begun
WHERE erasures.id IN (SELECT id FROM due)
RETURNING erasures.cycle
