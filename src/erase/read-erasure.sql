-- Question: how is an erasure, or the one that a unit waits for?
-- Inputs:   $1 id (null: any), $2 unit hash (null: any; else of those that wait).
-- Columns:  id, unit_type, unit_hash, asked_at, cycle, through (ms), done_at.
SELECT id, unit_type, unit_hash, asked_at, cycle, through, done_at
FROM erasures
WHERE id = $1::text OR (unit_hash = $2::text AND cycle IS NULL)
