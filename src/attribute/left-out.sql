-- Question: how many impressions do not count, and why?
-- Inputs:   mark: classified (classified.sql) and what it takes.
-- Columns:  plan (index from 1), left_out (see classified.sql), reason (of those left out by it, else empty), impressions.
SELECT plan, left_out, if(left_out = 2, reason, '') AS reason, count() AS impressions
FROM (/*classified*/)
WHERE left_out > 0
GROUP BY plan, left_out, reason
