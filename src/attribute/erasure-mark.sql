-- Question: are units being erased just now, and which were the last?
-- Columns:  under_way, last (the number of their batch; 0: none were).
SELECT
  EXISTS (SELECT FROM erasures WHERE done_at IS NULL AND cycle IS NOT NULL) AS under_way,
  (SELECT coalesce(max(cycle), 0) FROM erasures)::float8 AS last
